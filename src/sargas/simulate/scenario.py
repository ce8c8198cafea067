"""A scenario: what flew, what watched and who spoke, read from TOML in words of the domain."""

import difflib
import math
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from sargas.model.errors import DataError
from sargas.model.report import AngleSpread, Azimuth, Lat, Lon, Spread, Text
from sargas.simulate.crafts import CRAFTS
from sargas.simulate.sites import MODEL_OF, Height, Name, Share, Site

Minutes = Annotated[float, Meta(ge=0.0, le=1_440.0)]
Range = Annotated[float, Meta(gt=0.0, le=100_000.0)]


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Source(_Table, frozen=True, kw_only=True):
    """Who published what, and when."""

    publisher: Text
    date: str
    says: Text


class Wind(_Table, frozen=True, kw_only=True):
    """Wind at the microphones, from where; what it blows over is heard less well, what drifts goes with it.

    Aloft it is stronger: by the 1/7 power of the height over 10 m, the usual profile over open ground.
    """

    speed_mps: Annotated[float, Meta(ge=0.0, le=60.0)] = 2.0
    from_deg: Azimuth = 270.0


class Waypoint(_Table, frozen=True, kw_only=True):
    """A place to fly to: when (UTC) or how fast, how high above the ground, and how.

    `straight` climbs or sinks evenly; `wander` swings `sway_m` to both sides, as one that is jammed; `orbit` circles
    at the place; `descend` holds its height as long as it can and then sinks as steeply as the craft does; `drift`
    has no place but goes with the wind for `drift_min`.
    """

    place: Name | None = None
    lat_deg: Lat | None = None
    lon_deg: Lon | None = None
    at: time | None = None
    speed_mps: Annotated[float, Meta(gt=0.0, le=1_000.0)] | None = None
    height_m: Height | None = None
    how: Literal["straight", "wander", "orbit", "descend", "drift"] = "straight"
    sway_m: Annotated[float, Meta(ge=0.0, le=50_000.0)] = 1_000.0
    turns: Annotated[float, Meta(gt=0.0, le=100.0)] = 2.0
    radius_m: Annotated[float, Meta(ge=50.0, le=50_000.0)] = 1_000.0
    drift_min: Annotated[float, Meta(gt=0.0, le=1_440.0)] | None = None


class Repeat(_Table, frozen=True, kw_only=True):
    """The same flight again: how often and after how many minutes, each with its own callsign number and address."""

    times: Annotated[int, Meta(ge=1, le=500)]
    every_min: Annotated[float, Meta(gt=0.0, le=1_440.0)]


class Spoof(_Table, frozen=True, kw_only=True):
    """A lie of the transponder about its position, from one time on: so far east and north of the truth.

    It grows evenly within `over_s`, and ends at `until` if that is given.
    """

    begins: time
    until: time | None = None
    east_km: Annotated[float, Meta(ge=-1_000.0, le=1_000.0)] = 0.0
    north_km: Annotated[float, Meta(ge=-1_000.0, le=1_000.0)] = 0.0
    over_s: Annotated[float, Meta(ge=1.0, le=3_600.0)] = 1.0


class Aircraft(_Table, frozen=True, kw_only=True):
    """Something that flies a path. `callsign` and `icao24` are what its transponder says, if it has one."""

    name: Name
    craft: str
    path: Annotated[list[Waypoint], Meta(min_length=2, max_length=500)]
    has_transponder: bool = False
    callsign: Annotated[str, Meta(pattern="^[A-Z]{3}[0-9]{1,4}$")] | None = None
    icao24: Annotated[str, Meta(pattern="^[0-9a-f]{6}$")] | None = None
    squawk: Annotated[str, Meta(pattern="^[0-7]{4}$")] | None = None
    transmits: bool = False
    spoof: Spoof | None = None
    repeat: Repeat | None = None


class Birds(_Table, frozen=True, kw_only=True):
    """Flocks that fly about a place: how many, within how far of it, and between which heights."""

    flocks: Annotated[int, Meta(ge=1, le=500)]
    around: Name
    within_km: Annotated[float, Meta(gt=0.0, le=200.0)]
    height_m: tuple[Height, Height] = (30.0, 300.0)


class Call(_Table, frozen=True, kw_only=True):
    """What a person saw or heard. `at`: when; `after_s`: how long until it was on the record.

    `towards`: an aircraft of the scenario in whose direction they pointed, to the nearest of the eight winds.
    """

    at: time
    sensor: Name
    place: Name | None = None
    lat_deg: Lat | None = None
    lon_deg: Lon | None = None
    sense: Literal["seen", "heard", "both"]
    text: Text
    reporter: Annotated[str, Meta(max_length=64)] = ""
    after_s: Annotated[float, Meta(ge=0.0, le=86_400.0)] = 60.0
    position_sd_m: Spread = 200.0
    towards: Name | None = None
    azimuth_deg: Azimuth | None = None
    azimuth_sd_deg: AngleSpread = 25.0


class Witnesses(_Table, frozen=True, kw_only=True):
    """People about a place, and who of them notices and tells what comes by, with the errors of people.

    Each stands anywhere within `within_km`. One who notices something tells it with `p_tells`, once, at a random
    moment of its passage: the time off by `time_sd_s` and given to the minute; `p_points` give a direction, off by
    `azimuth_sd_deg` and to the nearest of the eight winds; `p_estimates` of those who see it a distance, off by the
    factor `range_factor` to either side; where they stood is off by `position_sd_m`. It is on the record `after_min`.
    `false_calls` are of nothing that flies.
    """

    sensor: Name
    around: Name
    within_km: Annotated[float, Meta(gt=0.0, le=100.0)]
    people: Annotated[int, Meta(ge=1, le=1_000)]
    notices: Annotated[list[str], Meta(min_length=1)]
    sees_m: Range = 2_000.0
    hears_m: Range = 3_000.0
    p_tells: Share = 0.5
    p_points: Share = 0.7
    p_estimates: Share = 0.4
    time_sd_s: Annotated[float, Meta(ge=0.0, le=3_600.0)] = 45.0
    azimuth_sd_deg: AngleSpread = 25.0
    range_factor: Annotated[float, Meta(ge=1.0, le=10.0)] = 1.6
    position_sd_m: Spread = 200.0
    after_min: tuple[Minutes, Minutes] = (1.0, 5.0)
    false_calls: Annotated[int, Meta(ge=0, le=1_000)] = 0


class NeighbourCue(_Table, frozen=True, kw_only=True):
    """A neighbour's word: when it was true, when it came, about which place, for how long."""

    at: time
    sensor: Name
    place: Name
    radius_km: Annotated[float, Meta(gt=0.0, le=500.0)]
    valid_min: Annotated[float, Meta(gt=0.0, le=1_440.0)] = 30.0
    after_s: Annotated[float, Meta(ge=0.0, le=86_400.0)] = 30.0
    text: Text


class OfficerStep(_Table, frozen=True, kw_only=True):
    """What the officer of the demonstration does, about the newest open incident, and why.

    `warn` approves the draft as it stands and sends it; `all_clear` does so with that of the all-clear, which may be
    refused.
    """

    at: time
    does: Literal["acknowledge", "warn", "all_clear"]
    text: Text = ""


class Scenario(_Table, frozen=True, kw_only=True):
    """All of it. Times of day are UTC; the ground is taken as flat at `ground_m` above the ellipsoid."""

    title: Name
    label: Literal["RECONSTRUCTION", "EXERCISE", "TEST"]
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    start: datetime
    duration_min: Annotated[float, Meta(gt=0.0, le=1_080.0)]
    about: Text = ""
    invented: list[Text] = []
    ground_m: Annotated[float, Meta(ge=-500.0, le=9_000.0)] = 0.0
    geoid_m: Annotated[float, Meta(ge=-110.0, le=90.0)] = 0.0
    sources: list[Source] = []
    wind: Wind = Wind()
    places: dict[str, tuple[Lat, Lon]] = {}
    sensors: Annotated[list[Site], Meta(min_length=1)]
    aircraft: list[Aircraft] = []
    birds: list[Birds] = []
    calls: list[Call] = []
    witnesses: list[Witnesses] = []
    cues: list[NeighbourCue] = []
    officer: list[OfficerStep] = []

    @property
    def start_s(self) -> float:
        """The beginning in epoch seconds."""
        return self.start.timestamp()

    @property
    def end_s(self) -> float:
        """The end in epoch seconds."""
        return self.start_s + 60.0 * self.duration_min

    def time_s(self, at: time) -> float:
        """Return the epoch second of a UTC time of day, from six hours before the start to eighteen after it."""
        earliest = (self.start - timedelta(hours=6)).astimezone(UTC)
        moment = datetime.combine(earliest.date(), at, UTC)
        return (moment if moment >= earliest else moment + timedelta(days=1)).timestamp()

    def where(self, spot: Waypoint | Call) -> tuple[float, float]:
        """Return latitude and longitude [deg] of a waypoint or a call."""
        if spot.place is not None:
            return self.places[spot.place]
        assert spot.lat_deg is not None
        assert spot.lon_deg is not None
        return spot.lat_deg, spot.lon_deg


def load(text: str, name: str = "scenario") -> Scenario:
    """Return the scenario of a TOML text.

    Raises:
        DataError: it is no TOML or no scenario; says which key, and what was expected.
    """
    try:
        scenario = msgspec.toml.decode(text, type=Scenario)
    except msgspec.ValidationError as error:
        raise DataError(f"{name}: {_plain(error)}") from error
    except msgspec.DecodeError as error:
        raise DataError(f"{name}: no TOML: {error}") from error
    mistakes = list(_mistakes(scenario))
    if mistakes:
        raise DataError("\n".join(f"{name}: {mistake}" for mistake in mistakes))
    return scenario


def _plain(error: msgspec.ValidationError) -> str:
    """Return what was wrong with the key in front: "aircraft[2].craft: expected str, got int"."""
    what, _, where = str(error).rpartition(" - at ")
    if not where.startswith("`$"):
        return str(error).replace("`", "'")
    key = where.strip("`").removeprefix("$").lstrip(".")
    what = what.replace("`", "'")
    return f"{key or 'top level'}: {what[:1].lower()}{what[1:]}"


def _mistakes(scenario: Scenario) -> list[str]:
    """Return what no type can check: names that nobody bears, halves of places, times that do not fit."""
    if scenario.start.tzinfo is None:
        return ["start: expected a time with its zone, as in 2025-07-28T01:20:00Z"]
    return [*_of_sensors(scenario), *_of_aircraft(scenario), *_of_words(scenario)]


def _of_sensors(scenario: Scenario) -> list[str]:
    found: list[str] = []
    ids: list[str] = []
    for index, site in enumerate(scenario.sensors):
        key = f"sensors[{index}]"
        if site.id in ids:
            found.append(f"{key}.id: '{site.id}' is used twice")
        ids.append(site.id)
        model = MODEL_OF.get(site.kind)
        if model is not None and getattr(site, model) is None:
            found.append(f"{key}.{model}: a sensor of kind '{site.kind}' needs this table to be simulated")
        if site.kind in {*MODEL_OF, "adsb"} and (site.lat_deg is None or site.lon_deg is None):
            found.append(f"{key}: a sensor of kind '{site.kind}' needs lat_deg and lon_deg")
        if site.tracker is not None and (site.kind != "neighbour" or site.lat_deg is None or site.lon_deg is None):
            found.append(f"{key}.tracker: only a 'neighbour' with lat_deg and lon_deg has one")
        for number, spot in enumerate(site.radar.hot_spots if site.radar else ()):
            for place in filter(None, (spot.place, spot.to)):
                found += _unknown(f"{key}.radar.hot_spots[{number}]", place, list(scenario.places))
        if site.kind == "radar" and (site.sac is None or site.sic is None or site.period_s is None):
            found.append(f"{key}: a radar needs sac, sic and period_s (its turn)")
    return found


def _of_aircraft(scenario: Scenario) -> list[str]:
    found: list[str] = []
    for index, aircraft in enumerate(scenario.aircraft):
        key = f"aircraft[{index}] ({aircraft.name})"
        if aircraft.craft not in CRAFTS:
            found.append(f"{key}.craft: no '{aircraft.craft}'; have {', '.join(CRAFTS)}")
        if aircraft.has_transponder and (aircraft.callsign is None or aircraft.icao24 is None):
            found.append(f"{key}: with a transponder it needs callsign and icao24")
        if aircraft.spoof is not None and not aircraft.has_transponder:
            found.append(f"{key}.spoof: only a transponder lies")
        first = aircraft.path[0]
        if first.at is None or first.height_m is None:
            found.append(f"{key}.path[0]: the first waypoint needs 'at' and 'height_m'")
        last_s = -math.inf
        for number, waypoint in enumerate(aircraft.path):
            where = f"{key}.path[{number}]"
            found += _of_leg(where, waypoint) if waypoint.how == "drift" else _of_place(where, waypoint, scenario)
            if waypoint.at is not None:
                if scenario.time_s(waypoint.at) <= last_s:
                    found.append(f"{where}.at: {waypoint.at} is not after the waypoint before it")
                last_s = scenario.time_s(waypoint.at)
    return found


def _of_leg(key: str, waypoint: Waypoint) -> list[str]:
    if waypoint.drift_min is None:
        return [f"{key}: what drifts needs drift_min"]
    if (waypoint.place, waypoint.lat_deg, waypoint.lon_deg, waypoint.at) != (None, None, None, None):
        return [f"{key}: what drifts has no place and no time to reach it"]
    return []


def _of_words(scenario: Scenario) -> list[str]:
    found: list[str] = []
    flying = [aircraft.name for aircraft in scenario.aircraft]
    sensors = [site.id for site in scenario.sensors]
    for index, call in enumerate(scenario.calls):
        key = f"calls[{index}]"
        found += _of_place(key, call, scenario)
        found += _unknown(f"{key}.sensor", call.sensor, sensors)
        if call.towards is not None:
            found += _unknown(f"{key}.towards", call.towards, flying)
    for index, cue in enumerate(scenario.cues):
        found += _unknown(f"cues[{index}].sensor", cue.sensor, sensors)
        found += _unknown(f"cues[{index}].place", cue.place, list(scenario.places))
    for index, witnesses in enumerate(scenario.witnesses):
        key = f"witnesses[{index}]"
        found += _unknown(f"{key}.sensor", witnesses.sensor, sensors)
        found += _unknown(f"{key}.around", witnesses.around, list(scenario.places))
        for kind in witnesses.notices:
            found += _unknown(f"{key}.notices", kind, list(CRAFTS))
        if witnesses.after_min[0] > witnesses.after_min[1]:
            found.append(f"{key}.after_min: expected the shorter time first")
    for index, birds in enumerate(scenario.birds):
        found += _unknown(f"birds[{index}].around", birds.around, list(scenario.places))
    return found


def _of_place(key: str, spot: Waypoint | Call, scenario: Scenario) -> list[str]:
    if spot.place is not None:
        return _unknown(f"{key}.place", spot.place, list(scenario.places))
    if spot.lat_deg is None or spot.lon_deg is None:
        return [f"{key}: expected a place of [places], or lat_deg and lon_deg"]
    return []


def _unknown(key: str, name: str, known: list[str]) -> list[str]:
    if name in known:
        return []
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"have {', '.join(known) or 'none'}"
    return [f"{key}: no '{name}'; {hint}"]
