"""The air picture as ASTERIX to a neighbour: CAT062 tracks, CAT063 sensors, CAT065 that we live.

By UDP, unicast or multicast, each datagram one data block of at most 1,400 bytes; or by TCP, to a server or to
clients that connect to us, the same blocks end to end. In an exercise every track is marked as simulated, and
everything has another source (SAC/SIC) than in operation: CAT063 and CAT065 have no bit that would say so.
"""

import asyncio
import ipaddress
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sargas.model.errors import ChannelError, ConfigError
from sargas.ports import Glimpse
from sargas.share.asterix_out import Identification, Records, Source, blocks
from sargas.share.asterix_peers import Datagrams, Network, Server, send_to_server
from sargas.share.asterix_session import Numbers, Session

Octet = Annotated[int, Meta(ge=0, le=255)]
SacSic = Annotated[str, Meta(pattern=r"^\d{1,3}/\d{1,3}$", description="SAC/SIC in decimal")]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom, as whom, and how often.

    `host` is the neighbour's address, a multicast group, or with `tcp_server` our own address to listen on; `ttl` and
    `interface` (by name, or by address for IPv4) are those of multicast. `sac` and `sic` are our source; in an
    exercise `exercise_sac` and `exercise_sic`, without which nothing is sent then. `sensor_numbers` gives sensors
    without a SAC/SIC one for CAT063. A track that only the sensors `not_from` have seen is not sent: the neighbour's
    own tracks would come back to it as if we had seen them too. `identification` is the item for the callsign. The
    number of a track that is over is given to another one after `number_quiet_s`. `allow` lists the networks that may
    connect to `tcp_server`; empty allows all.
    """

    transport: Literal["udp", "tcp_client", "tcp_server"] = "udp"
    host: Annotated[str, Meta(min_length=1)]
    port: Annotated[int, Meta(ge=0, le=65_535)]
    sac: Octet
    sic: Octet
    exercise_sac: Octet | None = None
    exercise_sic: Octet | None = None
    service: Octet | None = None
    period_s: Annotated[float, Meta(ge=0.1, le=60.0)] = 2.0
    status_period_s: Annotated[float, Meta(ge=0.1, le=300.0)] = 5.0
    records_per_s_max: Annotated[int, Meta(ge=10, le=10_000)] = 1_000
    identification: Identification = "380"
    sensor_numbers: dict[str, SacSic] = {}
    not_from: tuple[str, ...] = ()
    number_quiet_s: Annotated[float, Meta(ge=60.0, le=86_400.0)] = 1_800.0
    ttl: Annotated[int, Meta(ge=0, le=255)] = 1
    interface: str | None = None
    allow: tuple[str, ...] = ()
    clients_max: Annotated[int, Meta(ge=1, le=32)] = 4


def build(settings: Settings, name: str) -> "AsterixStream":
    """Return the stream `name`.

    Raises:
        ConfigError: numbers or networks are none, or an exercise could not be told from operation.
    """
    try:
        return AsterixStream(settings, name)
    except ConfigError as error:
        raise ConfigError(f"stream '{name}': {error}") from error


class AsterixStream:
    """Sends until cancelled, or until the other end is gone."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.datagrams = Datagrams(name, settings.host, settings.port, settings.ttl, settings.interface)
        self.server = Server(name, settings.host, settings.port, _networks(settings.allow), settings.clients_max)
        self._settings = settings
        self._sensor_numbers = {sensor: _number(sensor, text) for sensor, text in settings.sensor_numbers.items()}
        self._operation, self._exercise = _records_of(settings)
        # Kept over reconnections: a track has the same number for a neighbour that comes back.
        self._numbers = Numbers(settings.number_quiet_s)

    async def run(self, look: Callable[[], Glimpse]) -> None:
        """Send what `look` shows, over and over; the first time at once.

        Raises:
            ChannelError: the other end is gone, cannot be reached, or this is an exercise that could not be marked.
        """
        settings, first = self._settings, look()
        self._records(first)
        match settings.transport:
            case "udp":
                await self.datagrams.run(lambda: self._blocks(look, first))
            case "tcp_client":
                await send_to_server(lambda: self._blocks(look, first), settings.host, settings.port)
            case "tcp_server":
                await self.server.run(lambda: self._blocks(look, look()))

    def _records(self, glimpse: Glimpse) -> Records:
        if not glimpse.is_exercise:
            return self._operation
        if self._exercise is None:
            raise ChannelError("this is an exercise: exercise_sac and exercise_sic are not set, so nothing is sent")
        return self._exercise

    async def _blocks(self, look: Callable[[], Glimpse], glimpse: Glimpse) -> AsyncGenerator[bytes, None]:
        """Return data blocks without end, each when it is due; looks again when the first ones have left."""
        settings, loop = self._settings, asyncio.get_running_loop()
        session, told_as = Session(self._numbers, settings.not_from), self._records(glimpse)
        status_due_s, told_s = loop.time(), 0.0
        while True:
            started_s = loop.time()
            if told_as is not self._records(glimpse):  # an exercise begins or ends: all is told anew
                session, told_as = Session(self._numbers, settings.not_from), self._records(glimpse)
            # A watch that stands still does not say that it lives.
            if started_s >= status_due_s and glimpse.picture.now_s > told_s:
                status_due_s, told_s = started_s + settings.status_period_s, glimpse.picture.now_s
                for _, block in self._status(glimpse):
                    yield block
            for n_records, block in self._tracks(glimpse, session):
                yield block
                await asyncio.sleep(n_records / settings.records_per_s_max)
            await asyncio.sleep(max(0.0, started_s + settings.period_s - loop.time()))
            glimpse = look()

    def _tracks(self, glimpse: Glimpse, session: Session) -> Iterator[tuple[int, bytes]]:
        """Return the blocks of a round: no more tracks than the period has room for."""
        settings, records = self._settings, self._records(glimpse)
        kinds = {sensor.id: sensor.kind for sensor in glimpse.sensors.values()}
        due = session.due(glimpse.picture, max(1, int(settings.records_per_s_max * settings.period_s)))
        return blocks(62, (records.track(message, kinds) for message in due))

    def _status(self, glimpse: Glimpse) -> Iterator[tuple[int, bytes]]:
        """Return the blocks that say that we live, and how the sensors are that have a number."""
        records, health, now_s = self._records(glimpse), glimpse.picture.health, glimpse.picture.now_s
        yield from blocks(65, [records.system(health, now_s)])
        told = []
        for sensor in glimpse.sensors.values():
            number = self._sensor_numbers.get(sensor.id)
            if number is None and sensor.sac is not None and sensor.sic is not None:
                number = sensor.sac, sensor.sic
            if number is not None and sensor.kind != "neighbour":
                told.append(records.sensor(sensor, number, health.get(sensor.id), now_s))
        yield from blocks(63, told)


def _records_of(settings: Settings) -> tuple[Records, Records | None]:
    """Return what makes records in operation, and in an exercise if its source is set."""
    if settings.port == 0 and settings.transport != "tcp_server":
        raise ConfigError("port: 0 is for tcp_server alone, which then takes any free one")
    called = settings.identification
    operation = Source(sac=settings.sac, sic=settings.sic, service=settings.service)
    records = Records(operation, is_simulated=False, identification=called)
    if settings.exercise_sac is None and settings.exercise_sic is None:
        return records, None
    if settings.exercise_sac is None or settings.exercise_sic is None:
        raise ConfigError("exercise_sac and exercise_sic: expected both or none")
    exercise = Source(sac=settings.exercise_sac, sic=settings.exercise_sic, service=settings.service)
    if exercise == operation:
        raise ConfigError(
            f"exercise_sac and exercise_sic: {exercise.sac}/{exercise.sic} is the source in operation;"
            " a receiver could not tell an exercise from it"
        )
    return records, Records(exercise, is_simulated=True, identification=called)


def _number(sensor: str, text: str) -> tuple[int, int]:
    sac, sic = (int(part) for part in text.split("/"))
    if sac > 255 or sic > 255:
        raise ConfigError(f"sensor_numbers['{sensor}']: '{text}': SAC and SIC go from 0 to 255")
    return sac, sic


def _networks(texts: Sequence[str]) -> list[Network]:
    try:
        return [ipaddress.ip_network(text) for text in texts]
    except ValueError as error:
        raise ConfigError(f"allow: {error}") from error
