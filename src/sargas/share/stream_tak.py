"""The air picture to a TAK server or mesh: tracks, the areas of warnings in force and, if wanted, sensors."""

import math
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Final

import structlog
from msgspec import Meta, Struct, structs

from sargas.incident.near import distance_m
from sargas.model.errors import ConfigError
from sargas.model.track import Track
from sargas.ports import Glimpse
from sargas.share import tak_link
from sargas.share.cot import Event, Place, Stamp
from sargas.share.cot_picture import sensor_event, shift_s, track_event, uid_of
from sargas.share.cot_warning import area_event, area_uid, warning_stamp
from sargas.share.tak_way import LinkSettings

REFRESH: Final = 0.5
"""What does not change is sent again after this share of the time after which it is old."""
SENSOR_STALE_S: Final = 180.0
AREA_REFRESH_S: Final = 60.0
"""For clients that come later: a server keeps no drawings."""
MOVED_M: Final = 50.0
"""A track without a report that has come so far is sent again."""

log = structlog.get_logger()


class Settings(LinkSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to show the picture, and what of it.

    Every `interval_s` what is new leaves; a track that is not sent again is old after `stale_s`. Tracks that are less
    sure than `min_existence` stay here. `sensors` shows where sensors stand and how they are; `warnings` the areas of
    those in force.
    """

    interval_s: Annotated[float, Meta(ge=0.1, le=60.0)] = 2.0
    stale_s: Annotated[float, Meta(ge=1.0, le=3_600.0)] = 30.0
    min_existence: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.5
    sensors: bool = False
    warnings: bool = True


def build(settings: Settings, name: str) -> "Tak":
    """Return the stream `name`.

    Raises:
        ConfigError: a file cannot be used, an address is none, or tracks would be old before they are sent again.
    """
    tak_link.check(settings)
    if settings.interval_s > REFRESH * settings.stale_s:
        least = settings.interval_s / REFRESH
        raise ConfigError(f"stale_s: {settings.stale_s:g}, expected at least {least:g}, twice interval_s")
    return Tak(settings, name)


class Tak:
    """Sends what has changed, and what would become old."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._teller = Teller(settings)

    async def run(self, look: Callable[[], Glimpse]) -> None:
        """Send until cancelled.

        Raises:
            ChannelError: nobody is there, or no longer.
        """
        link = await tak_link.open_link(self._settings)
        self._teller.start_again()
        n_told = 0
        try:
            while True:
                glimpse = look()
                link.is_exercise = glimpse.is_exercise
                for uid, event in self._teller.due(glimpse, time.time()):
                    link.post(event, uid)
                if link.n_dropped and not n_told:
                    log.warning("positions_dropped", stream=self.name, peer=link.peer)
                    n_told = link.n_dropped
                await link.rest(self._settings.interval_s)
        finally:
            await link.close()


class _Thing(Struct, frozen=True, kw_only=True):
    """Something to show, under its uid.

    It is said again when `state` differs, when it has come `moved_m` far, and after `refresh_s`.
    """

    uid: str
    state: tuple[object, ...]
    lat_deg: float
    lon_deg: float
    refresh_s: float
    moved_m: float
    make: Callable[[], Event]


class _Told(Struct, frozen=True, kw_only=True):
    """What was last said of a thing."""

    kind: str
    state: tuple[object, ...]
    lat_deg: float
    lon_deg: float
    time_s: float


class Teller:
    """Knows what was said, and says what is new; opens nothing and asks no clock."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._told: dict[str, _Told] = {}

    def start_again(self) -> None:
        """Say everything again, and what has ended since: whoever listens now may have heard nothing."""
        self._told = {uid: structs.replace(told, state=()) for uid, told in self._told.items()}

    def due(self, glimpse: Glimpse, machine_s: float) -> list[tuple[str, Event]]:
        """Return what is to be sent now, each with the uid of what it is about.

        Args:
            glimpse: the picture.
            machine_s: what time it is.
        """
        now_s = glimpse.picture.now_s
        later_s = shift_s(now_s, machine_s, is_exercise=glimpse.is_exercise)
        there: set[str] = set()
        events: list[tuple[str, Event]] = []
        for thing in self._things(glimpse, later_s):
            there.add(thing.uid)
            if self._is_due(thing, now_s):
                event = thing.make()
                events.append((thing.uid, event))
                self._told[thing.uid] = _Told(
                    kind=event.kind, state=thing.state, lat_deg=thing.lat_deg, lon_deg=thing.lon_deg, time_s=now_s
                )
        stamp = _stamp(glimpse, later_s, 0.0)
        gone = [uid for uid in self._told if uid not in there]
        return events + [(uid, stamp.deletion(uid, self._told.pop(uid).kind)) for uid in gone]

    def _is_due(self, thing: _Thing, now_s: float) -> bool:
        told = self._told.get(thing.uid)
        if told is None or told.state != thing.state or not 0.0 <= now_s - told.time_s < thing.refresh_s:
            return True
        return distance_m(told.lat_deg, told.lon_deg, thing.lat_deg, thing.lon_deg) > thing.moved_m

    def _things(self, glimpse: Glimpse, later_s: float) -> Iterator[_Thing]:
        yield from self._tracks(glimpse, later_s)
        if self._settings.warnings:
            yield from self._areas(glimpse, later_s)
        if self._settings.sensors:
            yield from self._sensors(glimpse, later_s)

    def _tracks(self, glimpse: Glimpse, later_s: float) -> Iterator[_Thing]:
        """Yield the tracks; a lost one is said to be so once, and then becomes old on the map."""
        stamp = _stamp(glimpse, later_s, self._settings.stale_s)
        refresh_s = REFRESH * self._settings.stale_s
        for track in glimpse.picture.tracks.values():
            uid = self._uid(glimpse, glimpse.country, "track", str(track.track_id))
            is_lost = track.status == "lost"
            if not self._is_shown(track, uid):
                continue
            what = glimpse.picture.classifications.get(track.track_id)
            answer = what.answer if what is not None else ""
            yield _Thing(
                uid=uid,
                state=(track.last_report_s, track.status, track.affiliation, answer),
                lat_deg=track.lat_deg,
                lon_deg=track.lon_deg,
                refresh_s=math.inf if is_lost else refresh_s,
                moved_m=math.inf if is_lost else MOVED_M,
                make=partial(track_event, track, what, uid, stamp, later_s=later_s),
            )

    def _is_shown(self, track: Track, uid: str) -> bool:
        """Return whether a track is sent; what is shown needs half as much to stay, so that none flickers."""
        is_known = uid in self._told
        if track.status == "ended" or (track.status == "lost" and not is_known):
            return False
        least = self._settings.min_existence * (0.5 if is_known else 1.0)
        return track.existence is None or track.existence >= least

    def _areas(self, glimpse: Glimpse, later_s: float) -> Iterator[_Thing]:
        now_s, station = glimpse.picture.now_s, self._settings.station
        for incident in glimpse.picture.incidents.values():
            warning = incident.warning.in_force(now_s)
            if warning is None:
                continue
            is_exercise = glimpse.is_exercise or warning.is_exercise
            stamp = warning_stamp(warning, now_s, later_s=later_s, is_exercise=is_exercise)
            for number in range(1, len(warning.content.rings) + 1):
                yield _Thing(
                    uid=area_uid(incident.incident_id, number, station, is_exercise=is_exercise),
                    state=(warning.warning_id,),
                    lat_deg=0.0,
                    lon_deg=0.0,
                    refresh_s=AREA_REFRESH_S,
                    moved_m=math.inf,
                    make=partial(area_event, warning, number, incident.title, station, stamp),
                )

    def _sensors(self, glimpse: Glimpse, later_s: float) -> Iterator[_Thing]:
        stamp = _stamp(glimpse, later_s, SENSOR_STALE_S)
        for sensor in glimpse.sensors.values():
            if sensor.lat_deg is None or sensor.lon_deg is None:
                continue
            health = glimpse.picture.health.get(sensor.id)
            uid = self._uid(glimpse, glimpse.country, "sensor", sensor.id)
            site = Place(lat_deg=sensor.lat_deg, lon_deg=sensor.lon_deg, hae_m=sensor.alt_m)
            yield _Thing(
                uid=uid,
                state=(health.state,) if health is not None else ("",),
                lat_deg=sensor.lat_deg,
                lon_deg=sensor.lon_deg,
                refresh_s=REFRESH * SENSOR_STALE_S,
                moved_m=math.inf,
                make=partial(sensor_event, sensor, site, health, uid, stamp),
            )

    def _uid(self, glimpse: Glimpse, *names: str) -> str:
        return uid_of(self._settings.station, *names, is_exercise=glimpse.is_exercise)


def _stamp(glimpse: Glimpse, later_s: float, stale_s: float) -> Stamp:
    made_s = glimpse.picture.now_s + later_s
    return Stamp(made_s=made_s, stale_s=made_s + stale_s, is_exercise=glimpse.is_exercise)
