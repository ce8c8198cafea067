"""A scenario: what flew, what watched and who spoke, read from TOML in words of the domain."""

import difflib
import math
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from sargas.model.errors import DataError
from sargas.model.report import AngleSpread, Azimuth, Lat, Lon, Spread, Text
from sargas.model.sensor import Sensor
from sargas.simulate.crafts import CRAFTS

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Positive = Annotated[float, Meta(gt=0.0)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Rate = Annotated[float, Meta(ge=0.0, le=10_000.0)]
Height = Annotated[float, Meta(ge=0.0, le=25_000.0)]


class _Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Source(_Table, frozen=True, kw_only=True):
    """Who published what, and when."""

    publisher: Text
    date: str
    says: Text


class Wind(_Table, frozen=True, kw_only=True):
    """Wind at the microphones; what it blows over is heard less well."""

    speed_mps: Annotated[float, Meta(ge=0.0, le=60.0)] = 2.0


class RadarModel(_Table, frozen=True, kw_only=True):
    """How a radar sees. `reach_1m2_km`: where it detects one square metre every second time; None has no primary.

    `mti_mps`: what moves more slowly along the beam is taken for ground. `false_plots_per_turn` lie anywhere.
    """

    reach_1m2_km: Annotated[float, Meta(gt=0.0, le=500.0)] | None = None
    has_secondary: bool = False
    mti_mps: Annotated[float, Meta(ge=0.0, le=100.0)] = 5.0
    false_plots_per_turn: Annotated[float, Meta(ge=0.0, le=1_000.0)] = 0.5
    n_sectors: Annotated[int, Meta(ge=1, le=32)] = 16


class EarModel(_Table, frozen=True, kw_only=True):
    """How an acoustic node hears: the loudness at the node that it detects every second time in calm air."""

    threshold_db: Annotated[float, Meta(ge=0.0, le=100.0)] = 24.0
    look_s: Annotated[float, Meta(ge=1.0, le=60.0)] = 5.0
    false_per_hour: Rate = 0.5


class FinderModel(_Table, frozen=True, kw_only=True):
    """How a radio direction finder hears what transmits: how far, how often, how surely."""

    reach_km: Annotated[float, Meta(gt=0.0, le=300.0)] = 40.0
    look_s: Annotated[float, Meta(ge=0.5, le=60.0)] = 5.0
    p_detect: Share = 0.6


class Site(Sensor, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sensor as in a configuration, and how it is simulated. `is_invented`: no such site is claimed to exist."""

    is_invented: bool
    feed: Name
    radar: RadarModel | None = None
    ear: EarModel | None = None
    finder: FinderModel | None = None

    def sensor(self) -> Sensor:
        """Return the sensor alone, as the configuration has it."""
        return Sensor(**{field: getattr(self, field) for field in Sensor.__struct_fields__})


class Waypoint(_Table, frozen=True, kw_only=True):
    """A place to fly to: when (UTC) or how fast, how high above the ground, and how.

    `straight` climbs or sinks evenly; `wander` swings `sway_m` to both sides, as one that is jammed; `orbit` circles
    at the place; `descend` holds its height as long as it can and then sinks as steeply as the craft does.
    """

    place: Name | None = None
    lat_deg: Lat | None = None
    lon_deg: Lon | None = None
    at: time | None = None
    speed_mps: Annotated[float, Meta(gt=0.0, le=1_000.0)] | None = None
    height_m: Height | None = None
    how: Literal["straight", "wander", "orbit", "descend"] = "straight"
    sway_m: Annotated[float, Meta(ge=0.0, le=50_000.0)] = 1_000.0
    turns: Annotated[float, Meta(gt=0.0, le=100.0)] = 2.0
    radius_m: Annotated[float, Meta(ge=50.0, le=50_000.0)] = 1_000.0


class Repeat(_Table, frozen=True, kw_only=True):
    """The same flight again: how often and after how many minutes, each with its own callsign number and address."""

    times: Annotated[int, Meta(ge=1, le=500)]
    every_min: Annotated[float, Meta(gt=0.0, le=1_440.0)]


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


class NeighbourCue(_Table, frozen=True, kw_only=True):
    """A neighbour's word: when it was true, when it came, about which place, for how long."""

    at: time
    sensor: Name
    place: Name
    radius_km: Annotated[float, Meta(gt=0.0, le=500.0)]
    valid_min: Annotated[float, Meta(gt=0.0, le=1_440.0)] = 30.0
    after_s: Annotated[float, Meta(ge=0.0, le=86_400.0)] = 30.0
    text: Text


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
    cues: list[NeighbourCue] = []

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


MODEL_OF: Final = {"radar": "radar", "acoustic": "ear", "radio_df": "finder"}
"""The table that a sensor's kind needs to be simulated."""


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
        first = aircraft.path[0]
        if first.at is None or first.height_m is None:
            found.append(f"{key}.path[0]: the first waypoint needs 'at' and 'height_m'")
        last_s = -math.inf
        for number, waypoint in enumerate(aircraft.path):
            where = f"{key}.path[{number}]"
            found += _of_place(where, waypoint, scenario)
            if waypoint.at is not None:
                if scenario.time_s(waypoint.at) <= last_s:
                    found.append(f"{where}.at: {waypoint.at} is not after the waypoint before it")
                last_s = scenario.time_s(waypoint.at)
    return found


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
