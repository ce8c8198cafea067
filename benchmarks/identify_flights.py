"""Seeded flights of every class for `identify.py`: figures of their own, plots with errors, transponders."""

import math
from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from sargas.model.report import AnyReport, Cooperative, GeoPlot, Identity
from sargas.model.sensor import Errors, Sensor
from sargas.model.track import Track

F64 = npt.NDArray[np.float64]
LAT_DEG, LON_DEG, METRES_DEG = 54.8, 25.0, 111_300.0
EAST_DEG = METRES_DEG * math.cos(math.radians(LAT_DEG))
EPOCH_S = 1_753_660_800.0
LASTS_S = 300
PERIOD_S = 4.0
DETECTION = 0.85
GROUND_M = 150.0
NEAR_M = 1_500.0


class Sort(Struct, frozen=True, kw_only=True):
    """How a sort of aircraft flies: airspeed, height above the ground, climb at most, how its way turns.

    `ways`: shares of straight, wandering, circling, hovering. `transponder`: how often it has one.
    """

    speed_mps: tuple[float, float]
    height_m: tuple[float, float]
    climb_mps: float = 3.0
    ways: tuple[float, float, float, float] = (0.6, 0.4, 0.0, 0.0)
    transponder: float = 0.0
    remote_id: float = 0.0
    radius_m: tuple[float, float] = (500.0, 2_500.0)


SORTS: Final[dict[str, tuple[Sort, ...]]] = {
    "airliner": (
        Sort(speed_mps=(200, 250), height_m=(6_000, 12_000), climb_mps=10, ways=(0.9, 0.1, 0, 0), transponder=0.97),
        Sort(speed_mps=(75, 160), height_m=(500, 4_000), climb_mps=10, ways=(0.6, 0.3, 0.1, 0), transponder=0.97,
             radius_m=(4_000, 9_000)),
    ),
    "light_aircraft": (
        Sort(speed_mps=(35, 70), height_m=(200, 2_500), climb_mps=4, ways=(0.6, 0.2, 0.2, 0), transponder=0.7),
    ),
    "helicopter": (
        Sort(speed_mps=(35, 70), height_m=(50, 900), climb_mps=6, ways=(0.5, 0.2, 0.15, 0.15), transponder=0.75),
    ),
    "male": (Sort(speed_mps=(36, 80), height_m=(2_000, 7_500), ways=(0.4, 0.1, 0.5, 0), radius_m=(1_000, 4_000)),),
    "shahed": (Sort(speed_mps=(42, 53), height_m=(70, 2_800), ways=(0.7, 0.3, 0, 0)),),
    "gerbera": (Sort(speed_mps=(28, 44), height_m=(60, 2_500), ways=(0.6, 0.35, 0.05, 0)),),
    "orlan": (Sort(speed_mps=(25, 38), height_m=(500, 3_500), ways=(0.4, 0.1, 0.5, 0), radius_m=(300, 1_500)),),
    "small_fixed_wing": (Sort(speed_mps=(20, 38), height_m=(40, 900), ways=(0.5, 0.3, 0.2, 0), radius_m=(200, 900)),),
    "quadcopter": (
        Sort(speed_mps=(6, 19), height_m=(30, 250), ways=(0.35, 0.35, 0.1, 0.2), remote_id=0.2, radius_m=(50, 300)),
    ),
    "cruise_missile": (Sort(speed_mps=(190, 250), height_m=(40, 600), climb_mps=5, ways=(0.8, 0.2, 0, 0)),),
    "balloon": (Sort(speed_mps=(0, 0), height_m=(800, 6_000), climb_mps=3, ways=(1, 0, 0, 0)),),
    "bird": (
        Sort(speed_mps=(8, 18), height_m=(30, 1_000), climb_mps=1, ways=(0.5, 0.4, 0.1, 0), radius_m=(50, 300)),
    ),
    "clutter": (),
    "unknown": (
        Sort(speed_mps=(8, 13), height_m=(200, 1_500), climb_mps=3, ways=(0.3, 0.3, 0.4, 0), radius_m=(50, 200)),
        Sort(speed_mps=(22, 40), height_m=(500, 1_800), climb_mps=2, ways=(0.4, 0.2, 0.4, 0), radius_m=(100, 400)),
        Sort(speed_mps=(150, 290), height_m=(300, 9_000), climb_mps=30, ways=(0.4, 0.4, 0.2, 0),
             radius_m=(4_000, 9_000)),
    ),
}  # fmt: skip
"""`unknown`: paragliders, gliders, fighters without a transponder."""
CLASSES: Final = tuple(SORTS)


class Flight(Struct, frozen=True, kw_only=True):
    """The reports of one flight, and where it really was: columns of seconds, latitude, longitude."""

    truth: str
    sensors: list[Sensor]
    reports: list[AnyReport]
    way: F64

    @property
    def has_transponder(self) -> bool:
        return any(isinstance(one, Cooperative) and one.source == "adsb" for one in self.reports)

    def is_meant(self, lat_deg: float, lon_deg: float, now_s: float) -> bool:
        """Return whether a track is of this flight."""
        lat = np.interp(now_s, self.way[0], self.way[1])
        lon = np.interp(now_s, self.way[0], self.way[2])
        return math.hypot((lat - lat_deg) * METRES_DEG, (lon - lon_deg) * EAST_DEG) < NEAR_M


def flight(truth: str, seed: int) -> Flight:
    """Return a flight of a class; the same seed gives the same."""
    rng = np.random.default_rng([seed, CLASSES.index(truth)])
    wind_mps, wind_rad = rng.uniform(0.0, 11.0), rng.uniform(0.0, 2.0 * math.pi)
    wind = (wind_mps * math.sin(wind_rad), wind_mps * math.cos(wind_rad))
    radar = Sensor(id="radar", kind="radar", period_s=PERIOD_S, errors=Errors(position_sd_m=80.0))
    sensors = [radar, Sensor(id="receiver", kind="adsb")]
    sd_m, has_height = rng.uniform(40.0, 120.0), rng.random() < 0.5
    if truth == "clutter":
        path = _clutter(rng)
    else:
        sorts = SORTS[truth]
        path = _flown(rng, sorts[int(rng.integers(len(sorts)))], wind, is_balloon=truth == "balloon")
    way = _on_earth(path)
    reports: list[AnyReport] = list(
        _plots(rng, way, path, sd_m, has_height=has_height, is_clutter=truth == "clutter")
    )
    if truth == "balloon" and rng.random() < 0.5:
        for _ in range(4):
            other = path.copy()
            other[1] += rng.uniform(-12_000.0, 12_000.0)
            other[2] += rng.uniform(4_000.0, 12_000.0) * rng.choice([-1.0, 1.0])
            reports += _plots(rng, _on_earth(other), other, sd_m, has_height=has_height)
    elif truth != "clutter":
        reports += _own_words(rng, SORTS[truth][0], way, path)
    reports.sort(key=lambda report: report.time_s)
    return Flight(truth=truth, sensors=sensors, reports=reports, way=way)


def _flown(rng: np.random.Generator, sort: Sort, wind: tuple[float, float], *, is_balloon: bool) -> F64:
    """Return columns of second, east, north [m], height above the ground [m]."""
    speed, heading = rng.uniform(*sort.speed_mps), rng.uniform(0.0, 2.0 * math.pi)
    height = math.exp(rng.uniform(*np.log(sort.height_m)))
    how = int(rng.choice(4, p=sort.ways))
    climb = rng.uniform(-1.0, 1.0) * sort.climb_mps if rng.random() < 0.3 else 0.0
    factor = (height / 100.0) ** 0.14 if is_balloon else 1.0
    wind = (wind[0] * factor, wind[1] * factor)
    if is_balloon and math.hypot(*wind) < 2.0:
        wind = (wind[0] + 3.0, wind[1])
    circle = rng.choice([-1.0, 1.0]) * speed / rng.uniform(*sort.radius_m)
    rate, x, y = 0.0, 0.0, 0.0
    most = min(0.12, 9.81 * 0.5 / max(speed, 5.0))
    rows = []
    for k in range(LASTS_S + 1):
        rows.append((k, x, y, height))
        if how == 1:
            rate += -rate / 40.0 + rng.normal(0.0, 0.25 * most)
        heading += circle if how == 2 else float(np.clip(rate, -most, most))
        now = 0.3 if how == 3 and k % 200 < 120 else speed
        drift = (0.0, 0.0) if how == 3 and k % 200 < 120 else wind
        x += now * math.sin(heading) + drift[0]
        y += now * math.cos(heading) + drift[1]
        height = float(np.clip(height + climb, 20.0, 13_000.0))
    return np.array(rows, float).T


def _clutter(rng: np.random.Generator) -> F64:
    """Return echoes that jump about a place, for a minute or a few."""
    n = int(rng.integers(40, LASTS_S))
    steps = rng.normal(0.0, 25.0, (2, n + 1)).cumsum(axis=1) * 0.4 + rng.normal(0.0, 120.0, (2, n + 1))
    return np.stack([np.arange(n + 1.0), *steps, np.full(n + 1, 100.0)])


def _on_earth(path: F64) -> F64:
    return np.stack([path[0] + EPOCH_S, LAT_DEG + path[2] / METRES_DEG, LON_DEG + path[1] / EAST_DEG])


def _plots(
    rng: np.random.Generator, way: F64, path: F64, sd_m: float, *, has_height: bool, is_clutter: bool = False
) -> list[GeoPlot]:
    found = []
    for at in np.arange(rng.uniform(0.0, PERIOD_S), path[0, -1], PERIOD_S):
        if rng.random() > (0.6 if is_clutter else DETECTION):
            continue
        east, north = rng.normal(0.0, sd_m, 2)
        height = float(np.interp(at, path[0], path[3])) + GROUND_M + rng.normal(0.0, 100.0)
        found.append(GeoPlot(
            sensor="radar", time_s=EPOCH_S + at, sd_m=sd_m,
            lat_deg=float(np.interp(at, path[0], way[1])) + north / METRES_DEG,
            lon_deg=float(np.interp(at, path[0], way[2])) + east / EAST_DEG,
            alt_wgs84_m=height if has_height else None,
        ))  # fmt: skip
    return found


def _own_words(rng: np.random.Generator, sort: Sort, way: F64, path: F64) -> list[Cooperative]:
    identity = None
    if rng.random() < sort.transponder:
        identity = Identity(icao24=f"{int(rng.integers(1, 2**24)):06x}")
    elif rng.random() < sort.remote_id:
        identity = Identity(remote_id="1581F4TEST")
    if identity is None:
        return []
    velocity = np.gradient(path[1]), np.gradient(path[2]), np.gradient(path[3])
    return [
        Cooperative(
            sensor="receiver", time_s=EPOCH_S + k + 0.5, identity=identity,
            source="adsb" if identity.icao24 else "remote_id",
            lat_deg=float(0.5 * (way[1, k] + way[1, k + 1])) + rng.normal(0.0, 5.0) / METRES_DEG,
            lon_deg=float(0.5 * (way[2, k] + way[2, k + 1])), sd_m=30.0, alt_wgs84_m=float(path[3, k]) + GROUND_M,
            speed_mps=float(math.hypot(velocity[0][k], velocity[1][k])), climb_mps=float(velocity[2][k]),
            course_deg=math.degrees(math.atan2(velocity[0][k], velocity[1][k])) % 360.0,
        )
        for k in range(0, path.shape[1] - 1, 2)
    ]  # fmt: skip


def sky_of_tracks(n: int, now_s: float) -> dict[int, Track]:
    """Return many tracks that all have a new report: for timing."""
    return {
        k: Track(
            track_id=k, time_s=now_s, first_s=0.0, last_report_s=now_s, status="confirmed", lat_deg=54.0 + 0.001 * k,
            lon_deg=25.0, east_mps=5.0 + 0.2 * k, north_mps=3.0, position_cov_m2=(100.0, 0.0, 100.0),
            velocity_cov_m2ps2=(1.0, 0.0, 1.0), alt_wgs84_m=300.0, climb_mps=0.0, existence=0.99,
        )
        for k in range(n)
    }  # fmt: skip
