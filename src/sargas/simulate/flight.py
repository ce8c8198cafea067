"""Paths of waypoints to where each thing was at every second."""

import math
import zlib

import numpy as np
from msgspec import Struct

from sargas.simulate.crafts import CRAFTS, Craft
from sargas.simulate.frames import F64, offset_m, shifted
from sargas.simulate.scenario import Aircraft, Birds, Scenario, Waypoint

STEP_S = 1.0


PROFILE_EXPONENT = 1.0 / 7.0
ANEMOMETER_M = 10.0
"""The wind's speed rises as the height over that of the anemometer to this power (power law over open ground)."""
GUST_SD_MPS = 0.7
GUST_S = 90.0
"""What drifts meets air that moves so much otherwise, for about so long."""


class Lie(Struct, frozen=True, kw_only=True):
    """How far from the truth a transponder's position is, between two times, growing within `over_s`."""

    begin_s: float
    end_s: float
    over_s: float
    east_m: float
    north_m: float


class Course(Struct, frozen=True, kw_only=True):
    """Where one thing was, every second: positions in degrees, heights above the ellipsoid, arrays of one length."""

    name: str
    craft: Craft
    kind: str
    time_s: F64
    lat_deg: F64
    lon_deg: F64
    alt_m: F64
    has_transponder: bool = False
    callsign: str = ""
    icao24: str = ""
    squawk: str = "1000"
    transmits: bool = False
    spoof: Lie | None = None


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the random numbers of one part of the scenario: another part more or less does not change them."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def courses(scenario: Scenario, seed: int) -> list[Course]:
    """Return the course of everything that flies in the scenario."""
    flown = [course for aircraft in scenario.aircraft for course in _flights(aircraft, scenario, seed)]
    birds = [
        course for index, flocks in enumerate(scenario.birds) for course in _flocks(flocks, index, scenario, seed)
    ]
    return [_within(course, scenario) for course in [*flown, *birds]]


def _within(course: Course, scenario: Scenario) -> Course:
    """Return the part of the course that lies within the scenario's time."""
    keep = (course.time_s >= scenario.start_s) & (course.time_s <= scenario.end_s)
    arrays = {key: getattr(course, key)[keep] for key in ("time_s", "lat_deg", "lon_deg", "alt_m")}
    return Course(**{key: getattr(course, key) for key in Course.__struct_fields__} | arrays)


def _flights(aircraft: Aircraft, scenario: Scenario, seed: int) -> list[Course]:
    """Return the flight and its repetitions, each a little off the first one in time and to the side."""
    repeat = aircraft.repeat
    found: list[Course] = []
    for number in range(repeat.times if repeat else 1):
        rng = stream(seed, "flight", aircraft.name, str(number))
        course = _fly(aircraft, scenario, rng)
        if repeat is not None and number:
            late_s = 60.0 * repeat.every_min * number + rng.uniform(-0.2, 0.2) * 60.0 * repeat.every_min
            course = _again(course, aircraft, number, late_s, rng.normal(0.0, 400.0))
        found.append(course)
    return found


def _again(course: Course, aircraft: Aircraft, number: int, late_s: float, side_m: float) -> Course:
    """Return the flight flown again: later, to the side, under the next callsign and address."""
    lat, lon = shifted(course.lat_deg, course.lon_deg, np.full_like(course.lat_deg, side_m), 0.0 * course.alt_m)
    callsign, icao24 = course.callsign, course.icao24
    if aircraft.callsign and aircraft.icao24:
        callsign = f"{aircraft.callsign[:3]}{int(aircraft.callsign[3:]) + number}"
        icao24 = f"{int(aircraft.icao24, 16) + number:06x}"
    changed = {"name": f"{aircraft.name} {number + 1}", "callsign": callsign, "icao24": icao24}
    rest = {key: getattr(course, key) for key in Course.__struct_fields__}
    return Course(**rest | changed | {"time_s": course.time_s + late_s, "lat_deg": lat, "lon_deg": lon})


def _fly(aircraft: Aircraft, scenario: Scenario, rng: np.random.Generator) -> Course:
    """Return the course along the waypoints: legs in the plane about each leg's start, corners flown as turns."""
    craft = CRAFTS[aircraft.craft]
    first = aircraft.path[0]
    assert first.at is not None
    begin_s, height_m = scenario.time_s(first.at), first.height_m or 0.0
    time_s = begin_s
    place = scenario.where(first)
    pieces: list[F64] = [np.array([[begin_s, *place, height_m]])]
    for waypoint in aircraft.path[1:]:
        target_m = height_m if waypoint.height_m is None else waypoint.height_m
        if waypoint.how == "drift":
            leg = _drift(waypoint, (time_s, *place, height_m), target_m, scenario, rng)
        else:
            there_s = None if waypoint.at is None else scenario.time_s(waypoint.at)
            end = (there_s, *scenario.where(waypoint), target_m)
            leg = _leg(waypoint, (time_s, *place, height_m), end, craft, rng)
        pieces.append(leg)
        time_s, height_m = float(leg[-1, 0]), target_m
        place = (float(leg[-1, 1]), float(leg[-1, 2]))
    knots = np.concatenate(pieces)
    time = np.arange(begin_s, time_s + STEP_S / 2.0, STEP_S)
    lat, lon, height = (np.interp(time, knots[:, 0], knots[:, column]) for column in (1, 2, 3))
    return Course(
        name=aircraft.name,
        craft=craft,
        kind=aircraft.craft,
        time_s=time,
        lat_deg=_smooth(lat, craft.smooth_s),
        lon_deg=_smooth(lon, craft.smooth_s),
        alt_m=_smooth(height, craft.smooth_s) + scenario.ground_m,
        has_transponder=aircraft.has_transponder,
        callsign=aircraft.callsign or "",
        icao24=aircraft.icao24 or "",
        squawk=aircraft.squawk or "1000",
        transmits=aircraft.transmits,
        spoof=_lie(aircraft, scenario),
    )


def _lie(aircraft: Aircraft, scenario: Scenario) -> Lie | None:
    spoof = aircraft.spoof
    if spoof is None:
        return None
    return Lie(
        begin_s=scenario.time_s(spoof.begins),
        end_s=math.inf if spoof.until is None else scenario.time_s(spoof.until),
        over_s=spoof.over_s,
        east_m=1_000.0 * spoof.east_km,
        north_m=1_000.0 * spoof.north_km,
    )


def _leg(
    waypoint: Waypoint,
    start: tuple[float, float, float, float],
    end: tuple[float | None, float, float, float],
    craft: Craft,
    rng: np.random.Generator,
) -> F64:
    """Return time, latitude, longitude and height along one leg, shape (n, 4), its start left out."""
    start_s, lat0, lon0, height0_m = start
    end_s, lat1, lon1, height_m = end
    east_m, north_m = offset_m(lat0, lon0, lat1, lon1)
    length_m = math.hypot(east_m, north_m)
    flown_s = length_m / (waypoint.speed_mps or craft.cruise_mps) if end_s is None else end_s - start_s
    duration_s = max(STEP_S, flown_s)
    n = max(2, math.ceil(duration_s / STEP_S) + 1)
    share = np.linspace(0.0, 1.0, n)[1:]
    side_m = _swings(share, waypoint.sway_m, rng) if waypoint.how == "wander" else np.zeros_like(share)
    across = (-north_m / length_m, east_m / length_m) if length_m > 0.0 else (0.0, 0.0)
    east, north = east_m * share + across[0] * side_m, north_m * share + across[1] * side_m
    time = start_s + duration_s * share
    if waypoint.how == "descend":
        down_s = abs(height_m - height0_m) / craft.sink_mps
        height = np.interp(
            time, [start_s + max(0.0, duration_s - down_s), start_s + duration_s], [height0_m, height_m]
        )
    else:
        height = height0_m + (height_m - height0_m) * share
    lat, lon = shifted(np.full_like(east, lat0), np.full_like(east, lon0), east, north)
    leg = np.stack([time, lat, lon, height], axis=1)
    return np.concatenate([leg, _circles(leg[-1], waypoint, craft)]) if waypoint.how == "orbit" else leg


def _drift(
    waypoint: Waypoint,
    start: tuple[float, float, float, float],
    height_m: float,
    scenario: Scenario,
    rng: np.random.Generator,
) -> F64:
    """Return time, latitude, longitude and height of what goes with the wind and its slow gusts, shape (n, 4)."""
    start_s, lat0, lon0, height0_m = start
    n = max(2, math.ceil(60.0 * (waypoint.drift_min or 0.0) / STEP_S) + 1)
    height = np.linspace(height0_m, height_m, n)
    speed = scenario.wind.speed_mps * np.maximum(height / ANEMOMETER_M, 1.0) ** PROFILE_EXPONENT
    to_rad = math.radians(scenario.wind.from_deg + 180.0)
    fade = math.exp(-STEP_S / GUST_S)
    gusts = np.zeros((n, 2))
    pushes = rng.normal(0.0, GUST_SD_MPS * math.sqrt(1.0 - fade * fade), (n, 2))
    for index in range(1, n):
        gusts[index] = fade * gusts[index - 1] + pushes[index]
    east = np.cumsum(speed * math.sin(to_rad) + gusts[:, 0]) * STEP_S
    north = np.cumsum(speed * math.cos(to_rad) + gusts[:, 1]) * STEP_S
    lat, lon = shifted(np.full(n, lat0), np.full(n, lon0), east - east[0], north - north[0])
    return np.stack([start_s + np.arange(n) * STEP_S, lat, lon, height], axis=1)[1:]


def _swings(share: F64, sway_m: float, rng: np.random.Generator) -> F64:
    """Return a smooth swinging to both sides [m] that begins and ends on the line."""
    waves = np.arange(2, 7)
    weights = rng.normal(size=waves.size) / np.sqrt(waves)
    swing = np.sin(np.pi * np.outer(share, waves)) @ weights
    largest = float(np.max(np.abs(swing)))
    result: F64 = swing * (sway_m / largest) if largest > 0.0 else swing
    return result


def _circles(end: F64, waypoint: Waypoint, craft: Craft) -> F64:
    """Return full circles that begin and end at a point, clockwise, its centre to the east; shape (n, 4)."""
    speed = waypoint.speed_mps or craft.cruise_mps
    duration_s = waypoint.turns * 2.0 * math.pi * waypoint.radius_m / speed
    time = np.arange(STEP_S, duration_s + STEP_S, STEP_S)
    angle = time * speed / waypoint.radius_m
    east, north = waypoint.radius_m * (1.0 - np.cos(angle)), waypoint.radius_m * np.sin(angle)
    lat, lon = shifted(np.full_like(east, end[1]), np.full_like(east, end[2]), east, north)
    return np.stack([end[0] + time, lat, lon, np.full_like(east, end[3])], axis=1)


def _smooth(values: F64, over_s: float) -> F64:
    """Return the values averaged over a window, so that corners become turns; the ends stay where they are."""
    half = min(round(over_s / STEP_S / 2.0), (values.size - 1) // 2)
    if half < 1:
        return values
    window = np.hanning(2 * half + 3)[1:-1]
    before = 2.0 * values[0] - values[half:0:-1]
    after = 2.0 * values[-1] - values[-2 : -half - 2 : -1]
    result: F64 = np.convolve(np.concatenate([before, values, after]), window / window.sum(), mode="valid")
    return result


def _flocks(birds: Birds, index: int, scenario: Scenario, seed: int) -> list[Course]:
    """Return flocks that fly about a place, each on its own slowly bending way."""
    craft = CRAFTS["bird_flock"]
    lat0, lon0 = scenario.places[birds.around]
    found: list[Course] = []
    for number in range(birds.flocks):
        rng = stream(seed, "birds", str(index), str(number))
        lasts_s = rng.uniform(300.0, 1_500.0)
        begin_s = rng.uniform(scenario.start_s - lasts_s / 2.0, scenario.end_s - lasts_s / 2.0)
        time = np.arange(begin_s, begin_s + lasts_s, STEP_S)
        turn = np.cumsum(rng.normal(0.0, 0.006, size=time.size))
        course = rng.uniform(0.0, 2.0 * math.pi) + turn
        speed = craft.cruise_mps * rng.uniform(0.8, 1.2)
        radius, around = 1_000.0 * birds.within_km * math.sqrt(rng.uniform()), rng.uniform(0.0, 2.0 * math.pi)
        east = radius * math.sin(around) + np.cumsum(speed * np.sin(course)) * STEP_S
        north = radius * math.cos(around) + np.cumsum(speed * np.cos(course)) * STEP_S
        lat, lon = shifted(np.full_like(east, lat0), np.full_like(east, lon0), east, north)
        height = np.full_like(east, rng.uniform(*birds.height_m))
        name = f"birds {index + 1}.{number + 1}"
        alt = height + scenario.ground_m
        found.append(
            Course(name=name, craft=craft, kind="bird_flock", time_s=time, lat_deg=lat, lon_deg=lon, alt_m=alt)
        )
    return found
