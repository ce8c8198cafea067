"""The stream on loopback: what leaves a real watch is read by others, whoever comes and goes."""

import asyncio
import contextlib
import select
import socket
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from typing import Any

import msgspec
import pytest

from asterix_oracle import Oracle, Read
from asterix_picture import AIRLINER, DRONE, NOON_S, SENSORS, glimpse, track
from asterix_samples import read
from sargas import plugins
from sargas.app.wire import build_engine
from sargas.model.entry import Entry
from sargas.model.errors import ChannelError, ConfigError
from sargas.model.report import SensorStatus, SystemTrack, Unused
from sargas.model.sensor import Health, Sensor
from sargas.ports import Glimpse
from sargas.share import asterix_peers, stream_asterix
from sargas.share.stream_asterix import AsterixStream, Settings
from small_watch import BLUEPRINT, flight

LOOK = Callable[[], Glimpse]
QUICK = {"host": "127.0.0.1", "sac": 25, "sic": 100, "period_s": 0.12, "status_period_s": 0.1}
IP_RECVTTL = 12
"""Linux: the TTL comes with each datagram (ip(7)); Python names it from 3.14 on."""


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as running:
        yield running


def stream(**changes: Any) -> AsterixStream:
    return stream_asterix.build(msgspec.convert(QUICK | changes, Settings), "riga")


@contextlib.asynccontextmanager
async def running(sending: AsterixStream, look: LOOK) -> AsyncIterator[asyncio.Task[None]]:
    """Run the stream while the block lasts, which takes a bounded time."""
    task = asyncio.create_task(sending.run(look))
    try:
        async with asyncio.timeout(20.0):
            yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.contextmanager
def receiver(family: int = socket.AF_INET, host: str = "127.0.0.1", port: int = 0) -> Iterator[socket.socket]:
    with socket.socket(family, socket.SOCK_DGRAM) as receiving:
        receiving.setblocking(False)
        receiving.bind((host, port))
        yield receiving


async def datagram(receiving: socket.socket) -> bytes:
    return await asyncio.get_running_loop().sock_recv(receiving, 65_536)


async def until_track(receiving: socket.socket) -> bytes:
    """Return the next block of tracks."""
    while (data := await datagram(receiving))[0] != 62:
        pass
    return data


def moving(*tracks: Any, **how: Any) -> LOOK:
    """Return what shows these tracks a tenth of a second on with every look."""
    looks = 0

    def look() -> Glimpse:
        nonlocal looks
        looks += 1
        now_s = NOON_S + 0.1 * looks
        return glimpse([track(one, time_s=now_s) for one in tracks], now_s=now_s, **how)

    return look


def test_it_is_a_plug_in_that_is_found_by_its_name() -> None:
    assert plugins.load("stream", "asterix") is stream_asterix


# ------------------------------------------------------------------------------------------------------ a real watch


def watched() -> LOOK:
    """Return looks at a small watch: an engine that takes in one more plot with each of them."""
    engine = build_engine(BLUEPRINT)
    bodies = iter(enumerate(flight(), 1))

    def look() -> Glimpse:
        for seq, (received_s, body) in bodies:
            engine.accept(Entry(seq, received_s, body))
            break
        return Glimpse(picture=engine.picture, sensors=BLUEPRINT.sensors, country="LT", is_exercise=False)

    return look


@pytest.mark.anyio
async def test_a_drone_in_the_watch_is_a_drone_at_the_neighbour(oracle: Oracle) -> None:
    look, shown = watched(), []

    def look_and_keep() -> Glimpse:
        seen = look()
        shown.extend(msgspec.structs.replace(one) for one in seen.picture.tracks.values())
        return seen

    with receiver() as receiving:
        async with running(stream(port=receiving.getsockname()[1]), look_and_keep):
            blocks = [await until_track(receiving) for _ in range(8)]
    theirs = [oracle.one(block) for block in blocks]
    ours = [one for block in blocks for one in read(block, received_s=shown[-1].time_s, sensors={})]
    assert len(ours) == len(theirs) == 8
    assert [record["I080"].get("TSB", 0) for record in theirs] == [1, 0, 0, 0, 0, 0, 0, 0]
    for back, record in zip(ours, theirs, strict=True):
        assert isinstance(back, SystemTrack)
        (real,) = [one for one in shown if abs(one.time_s - back.time_s) < 1.0 / 128.0][:1]
        assert record["I040"]["TrkN"] == back.track_number == real.track_id
        assert (back.lat_deg, back.lon_deg) == pytest.approx((real.lat_deg, real.lon_deg), abs=180.0 / 2**26)
        assert record["I185"]["Vx"] == pytest.approx(real.east_mps, abs=0.125)
        assert record["I185"]["Vy"] == pytest.approx(real.north_mps, abs=0.125)
        assert 0.0 <= record["I500"]["APC"]["APC_X"] - real.position_cov_m2[0] ** 0.5 <= 0.5
    # The flight of `small_watch` goes due west with 40 m/s.
    assert theirs[-1]["I185"]["Vx"] == pytest.approx(-40.0, abs=8.0)


@pytest.mark.anyio
async def test_a_track_that_ends_is_told_as_ended(oracle: Oracle) -> None:
    looks = 0

    def look() -> Glimpse:
        nonlocal looks
        looks += 1
        tracks = [track(time_s=NOON_S + looks)] if looks < 5 else []
        return glimpse(tracks, now_s=NOON_S + looks)

    with receiver() as receiving:
        async with running(stream(port=receiving.getsockname()[1]), look):
            records: list[Read] = []
            while not records or not records[-1]["I080"].get("TSE"):
                records.append(oracle.one(await until_track(receiving)))
    assert len(records) > 1
    assert {record["I040"]["TrkN"] for record in records} == {812}


# ---------------------------------------------------------------------------------------------------------- sensors


async def status_blocks(sending: AsterixStream, look: LOOK, receiving: socket.socket) -> tuple[bytes, bytes]:
    async with running(sending, look):
        return await datagram(receiving), await datagram(receiving)


@pytest.mark.anyio
async def test_sensors_with_a_number_are_told_and_the_neighbours_are_its_own_affair(oracle: Oracle) -> None:
    health = [Health(sensor="hill", state="silent"), Health(sensor="roof", state="ok")]
    with receiver() as receiving:
        sending = stream(port=receiving.getsockname()[1], sensor_numbers={"mic-7": "25/201"})
        system, sensors = await status_blocks(sending, moving(health=health), receiving)
    assert oracle.one(system)["I040"]["NOGO"] == 0
    told = {(r["I050"]["SAC"], r["I050"]["SIC"]): r.get("I060", {}).get("CON") for r in oracle.read(sensors)}
    assert told == {(25, 13): 3, (25, 14): 0, (25, 201): None}
    states = {s.sensor: s.state for s in read(sensors, sensors=SENSORS) if isinstance(s, SensorStatus)}
    assert states == {"hill": "failed", "roof": "ok", "asterix-25-201": "unknown"}


@pytest.mark.anyio
async def test_a_sensor_without_a_number_is_left_out(oracle: Oracle) -> None:
    with receiver() as receiving:
        _, sensors = await status_blocks(stream(port=receiving.getsockname()[1]), moving(), receiving)
    assert [record["I050"]["SIC"] for record in oracle.read(sensors)] == [13, 14]


@pytest.mark.anyio
async def test_an_empty_sky_is_told_from_a_watch_that_stands_still() -> None:
    """CAT065 comes as long as the picture's clock moves on, and no longer."""
    looks, stop = 0, 4

    def look() -> Glimpse:
        nonlocal looks
        looks += 1
        return glimpse([], now_s=NOON_S + min(looks, stop), sensors={})

    with receiver() as receiving:
        async with running(stream(port=receiving.getsockname()[1]), look):
            times = []
            while looks < stop + 4:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        times.append((await datagram(receiving))[7:10])
    assert len(times) == len(set(times)) == stop


# --------------------------------------------------------------------------------------------------------- exercise


@pytest.mark.anyio
async def test_an_exercise_that_could_not_be_marked_is_not_sent() -> None:
    with receiver() as receiving:
        for transport in ("udp", "tcp_client", "tcp_server"):
            sending = stream(port=receiving.getsockname()[1], transport=transport)
            with pytest.raises(ChannelError, match="exercise_sac and exercise_sic are not set"):
                await sending.run(moving(DRONE, is_exercise=True))
        with pytest.raises(BlockingIOError):
            receiving.recv(1)


@pytest.mark.anyio
async def test_every_byte_of_an_exercise_has_its_mark(oracle: Oracle) -> None:
    looks = moving(DRONE, AIRLINER, is_exercise=True, health=[Health(sensor="hill", state="ok")])
    with receiver() as receiving:
        sending = stream(port=receiving.getsockname()[1], exercise_sac=25, exercise_sic=200)
        async with running(sending, looks):
            datagrams = [await datagram(receiving) for _ in range(9)]
    records = [record for data in datagrams for record in oracle.read(data)]
    assert {record["category"] for record in records} == {62, 63, 65}
    assert {(record["I010"]["SAC"], record["I010"]["SIC"]) for record in records} == {(25, 200)}
    assert {record["I080"]["SIM"] for record in records if record["category"] == 62} == {1}
    ours = [item for data in datagrams if data[0] == 62 for item in read(data)]
    assert set(ours) == {Unused("CAT062 simulated track")}


@pytest.mark.anyio
async def test_when_an_exercise_begins_the_tracks_begin_anew_as_another_source(oracle: Oracle) -> None:
    real, exercise = moving(DRONE), moving(DRONE, is_exercise=True)
    looks = 0

    def look() -> Glimpse:
        nonlocal looks
        looks += 1
        return real() if looks < 5 else exercise()

    with receiver() as receiving:
        sending = stream(port=receiving.getsockname()[1], exercise_sac=25, exercise_sic=200)
        async with running(sending, look):
            records = [oracle.one(await until_track(receiving)) for _ in range(6)]
    marks = [(r["I010"]["SIC"], r["I080"].get("SIM", 0), r["I080"].get("TSB", 0)) for r in records]
    assert marks == [(100, 0, 1), (100, 0, 0), (100, 0, 0), (100, 0, 0), (200, 1, 1), (200, 1, 0)]


# ---------------------------------------------------------------------------------------------------------- datagrams


@pytest.mark.anyio
async def test_thousands_of_tracks_leave_in_datagrams_of_1400_bytes_at_a_bounded_rate() -> None:
    tracks = [track(AIRLINER, track_id=k) for k in range(1, 4_001)]
    with receiver() as receiving:
        receiving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sending = stream(port=receiving.getsockname()[1], records_per_s_max=1_000, period_s=1.0)
        async with running(sending, moving(*tracks)):
            started_s, told, longest = time.monotonic(), 0, 0
            while told < 1_200:
                data = await until_track(receiving)
                told += len(read(data))
                longest = max(longest, len(data))
            took_s = time.monotonic() - started_s
    assert 1_300 < longest <= 1_400
    assert took_s > 1.1  # the first block of some twenty records leaves at once


@pytest.mark.anyio
async def test_a_neighbour_that_is_away_is_told_of_when_it_comes() -> None:
    """While nobody listens each datagram is refused by ICMP (port unreachable, RFC 1122, 3.2.2.1)."""
    with receiver() as probe:
        port = probe.getsockname()[1]
    looks, look = 0, moving(DRONE)

    def counted() -> Glimpse:
        nonlocal looks
        looks += 1
        return look()

    async with running(stream(port=port), counted) as task:
        while looks < 4:
            await asyncio.sleep(0.01)
        with receiver(port=port) as receiving:
            (back,) = read(await until_track(receiving))
        assert not task.done()
    assert isinstance(back, SystemTrack)


@pytest.mark.anyio
@pytest.mark.parametrize("interface", ["127.0.0.1", "lo"])
async def test_a_group_gets_it_on_its_interface_with_its_reach(interface: str) -> None:
    group = "239.255.7.29"
    with receiver(host=group) as receiving:
        try:
            membership = socket.inet_aton(group) + socket.inet_aton("127.0.0.1")
            receiving.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        except OSError as error:
            pytest.skip(f"no multicast here: {error}")
        receiving.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
        sending = stream(host=group, port=receiving.getsockname()[1], interface=interface, ttl=7)
        async with running(sending, moving(DRONE)):
            await datagram(receiving)
            while True:
                with contextlib.suppress(BlockingIOError):
                    _, [(_, _, ttl)], _, _ = receiving.recvmsg(2_000, 64)
                    break
                await asyncio.sleep(0.01)
    assert int.from_bytes(ttl, "little") == 7


@pytest.mark.anyio
async def test_a_group_of_ipv6_gets_it_on_its_interface() -> None:
    group = "ff02::7:29"
    try:
        with receiver(socket.AF_INET6, "::") as receiving:
            index = socket.if_nametoindex("lo").to_bytes(4, sys.byteorder)
            membership = socket.inet_pton(socket.AF_INET6, group) + index
            receiving.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, membership)
            async with running(
                stream(host=group, port=receiving.getsockname()[1], interface="lo"), moving(DRONE)
            ) as task:
                await until(lambda: task.done() or _is_readable(receiving))
                if task.done():
                    pytest.skip(f"no multicast over IPv6 on loopback here: {task.exception()}")
                (back,) = read(await until_track(receiving))
    except OSError as error:
        pytest.skip(f"no multicast over IPv6 here: {error}")
    assert isinstance(back, SystemTrack)


def _is_readable(receiving: socket.socket) -> bool:
    return bool(select.select([receiving], [], [], 0.0)[0])


@pytest.mark.anyio
async def test_an_interface_that_is_none_is_told() -> None:
    with pytest.raises(ChannelError, match=r"239\.255\.7\.29:8600: no interface|No such device"):
        await stream(host="239.255.7.29", port=8_600, interface="no-such-card").run(moving(DRONE))


@pytest.mark.anyio
async def test_ipv6() -> None:
    try:
        with receiver(socket.AF_INET6, "::1") as receiving:
            async with running(stream(host="::1", port=receiving.getsockname()[1]), moving(DRONE)):
                (back,) = read(await until_track(receiving))
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")
    assert isinstance(back, SystemTrack)


# ---------------------------------------------------------------------------------------------------------------- TCP


class Taker:
    """A neighbour's server that keeps what it gets."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.writers: list[asyncio.StreamWriter] = []

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        while data := await reader.read(65_536):
            self.data += data
        writer.close()


async def connected_taker() -> tuple[Taker, asyncio.Server, int]:
    taker = Taker()
    server = await asyncio.start_server(taker.accept, "127.0.0.1", 0)
    return taker, server, server.sockets[0].getsockname()[1]


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(20.0):
        while not is_so():
            await asyncio.sleep(0.01)


def tracks_in(data: bytes) -> list[SystemTrack]:
    return [item for item in read(bytes(data)) if isinstance(item, SystemTrack)]


@pytest.mark.anyio
async def test_a_server_gets_blocks_end_to_end_and_its_leaving_ends_the_run() -> None:
    taker, server, port = await connected_taker()
    async with server, running(stream(transport="tcp_client", port=port), moving(DRONE, AIRLINER)) as task:
        await until(lambda: len(tracks_in(taker.data)) >= 6)
        taker.writers[0].close()
        with pytest.raises(ChannelError, match=rf"127\.0\.0\.1:{port}: (closed the connection|Connection reset)"):
            await task


@pytest.mark.anyio
async def test_after_a_reconnection_tracks_begin_anew_under_their_numbers(oracle: Oracle) -> None:
    taker, server, port = await connected_taker()
    sending, look = stream(transport="tcp_client", port=port), moving(track(track_id=70_000))
    firsts = []
    async with server:
        for turn in range(2):
            taker.data.clear()
            async with running(sending, look) as task:
                await until(lambda: tracks_in(taker.data))
                record = next(r for r in oracle.read(bytes(taker.data)) if r["category"] == 62)
                firsts.append((record["I040"]["TrkN"], record["I080"]["TSB"]))
                taker.writers[turn].close()
                with pytest.raises(ChannelError):
                    await task
    assert firsts == [(70_000 - 65_535, 1)] * 2


@pytest.mark.anyio
async def test_a_server_that_is_not_there_is_told() -> None:
    with receiver() as probe:
        port = probe.getsockname()[1]
    looks, look = [], moving(DRONE)

    def counted() -> Glimpse:
        looks.append(1)
        return look()

    with pytest.raises(ChannelError, match=rf"127\.0\.0\.1:{port}: Connection refused"):
        await stream(transport="tcp_client", port=port).run(counted)
    assert len(looks) == 1  # a second look would mean that what the first one showed has left


@pytest.mark.anyio
async def test_a_server_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asterix_peers, "WRITE_S", 0.2)
    ended = asyncio.Event()

    async def take_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.transport.abort()

    async def without_end() -> AsyncGenerator[bytes, None]:
        while True:
            yield bytes(1 << 20)

    async with await asyncio.start_server(take_nothing, "127.0.0.1", 0) as server, asyncio.timeout(20.0):
        with pytest.raises(ChannelError, match=r"took nothing for 0\.2 s"):
            await asterix_peers.send_to_server(without_end, *server.sockets[0].getsockname()[:2])
        ended.set()


@pytest.mark.anyio
async def test_a_fault_of_ours_ends_the_serving_and_is_not_taken_for_the_clients() -> None:
    async def faulty() -> AsyncGenerator[bytes, None]:
        yield b""
        raise ZeroDivisionError

    server = asterix_peers.Server("riga", "127.0.0.1", 0, (), 4)
    task = asyncio.create_task(server.run(faulty))
    await until(lambda: server.address)
    _, writer = await asyncio.open_connection(*(server.address or ("", 0)))
    async with asyncio.timeout(20.0):
        with pytest.raises(ZeroDivisionError):
            await task
    writer.transport.abort()


@pytest.mark.anyio
async def test_a_host_that_has_no_address_is_told() -> None:
    for transport in ("udp", "tcp_client"):
        with pytest.raises(ChannelError, match="no-such-host"):
            await stream(transport=transport, host="no-such-host.invalid", port=8_600).run(moving(DRONE))


@pytest.mark.anyio
async def test_each_client_of_a_server_is_told_from_the_beginning_whoever_leaves(oracle: Oracle) -> None:
    sending = stream(transport="tcp_server", port=0)
    async with running(sending, moving(DRONE)) as task:
        await until(lambda: sending.server.address)
        host, port = sending.server.address or ("", 0)
        firsts = []
        for _ in range(3):
            reader, writer = await asyncio.open_connection(host, port)
            data = b""
            while not tracks_in(data):
                data += await reader.read(65_536)
            records = [record for record in oracle.read(data) if record["category"] == 62]
            firsts.append(records[0]["I080"]["TSB"])
            writer.transport.abort()
        assert firsts == [1, 1, 1]
        assert not task.done()


@pytest.mark.anyio
async def test_clients_beyond_the_number_or_from_elsewhere_are_turned_away() -> None:
    full = stream(transport="tcp_server", port=0, clients_max=1)
    barred = stream(transport="tcp_server", port=0, allow=["192.0.2.0/24"])
    for sending, n_before in ((full, 1), (barred, 0)):
        async with running(sending, moving(DRONE)):
            await until(lambda sending=sending: sending.server.address)
            host, port = sending.server.address or ("", 0)
            held = [await asyncio.open_connection(host, port) for _ in range(n_before)]
            for reader, _ in held:
                assert await reader.read(1)
            reader, writer = await asyncio.open_connection(host, port)
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read(1) == b""
            for _, one in [*held, (reader, writer)]:
                one.transport.abort()


@pytest.mark.anyio
async def test_an_address_that_cannot_be_listened_on_is_told() -> None:
    _, server, port = await connected_taker()
    async with server:
        with pytest.raises(ChannelError, match=rf"cannot listen on 127\.0\.0\.1:{port}: Address already in use"):
            await stream(transport="tcp_server", port=port).run(moving(DRONE))


# ----------------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"exercise_sac": 25}, "exercise_sac and exercise_sic: expected both or none"),
        ({"exercise_sac": 25, "exercise_sic": 100}, "25/100 is the source in operation"),
        ({"sensor_numbers": {"mic-7": "25/256"}}, "SAC and SIC go from 0 to 255"),
        ({"allow": ["riga"]}, r"stream 'riga': allow: 'riga' does not appear to be an IPv4 or IPv6 network"),
        ({"port": 0}, "port: 0 is for tcp_server alone"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        stream(**({"port": 8_600} | changes))


@pytest.mark.parametrize("changes", [{"sac": 256}, {"period_s": 0.0}, {"rate": 1}, {"sensor_numbers": {"a": "25"}}])
def test_settings_that_are_none_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        stream(**({"port": 8_600} | changes))


def test_a_sensor_of_its_own_numbers_keeps_them_unless_it_is_given_others() -> None:
    sensor = Sensor(id="hill", kind="radar", sac=25, sic=13)
    sending = stream(port=8_600, sensor_numbers={"hill": "25/213"})
    blocks = [data for _, data in sending._status(glimpse([], sensors={"hill": sensor}))]
    assert blocks[1][-2:] == bytes([25, 213])
