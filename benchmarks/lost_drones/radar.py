"""The radar that loses it: where it stands, what it sees, and the track that the real tracker makes of its plots."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from pyproj import Geod

import sargas
from lost_drones.motion import Path
from sargas.model.report import GeoPlot, PolarPlot
from sargas.model.sensor import Coverage, Errors, Sensor
from sargas.model.track import Track
from sargas.search.plane import EqualArea

F64 = npt.NDArray[np.float64]
Reason = Literal["dropped", "range", "horizon"]
"""Why it was lost: it sank below the beam; it flew out of range; it flew on behind the horizon."""

GEOD = Geod(ellps="WGS84")
EARTH_M = 6_371_009.0
SEEN_EARTH_M = EARTH_M * 4.0 / 3.0
DETECTION = 0.85
ELEVATION_SD_DEG = 0.3
HEIGHT_SD_M = 100.0
ELEVATION_MAX_DEG = 1.5
SEEN_SHARE = 0.9


class Site(Struct, frozen=True, kw_only=True):
    """Where the radar stands in the plane [m], its antenna's height, and what it can see."""

    x_m: float
    y_m: float
    antenna_m: float
    range_max_m: float
    elevation_min_deg: float | None

    def sees(self, path: Path) -> npt.NDArray[np.bool_]:
        """Return at which points of a flight it is above the beam's lower edge and in range."""
        away = np.hypot(path.x_m - self.x_m, path.y_m - self.y_m)
        slant = np.hypot(away, path.height_m - self.antenna_m)
        edge = lower_edge_m(away, self.antenna_m, self.elevation_min_deg)
        seen: npt.NDArray[np.bool_] = (slant <= self.range_max_m) & (path.height_m >= edge) & (path.height_m > 0.0)
        return seen


def lower_edge_m(away_m: F64 | float, antenna_m: float, elevation_deg: float | None) -> F64:
    """Return the height from which on a target at a distance over ground is seen over flat ground.

    Source: ITU-R P.834, straight rays over an earth of 4/3 of its radius; without an elevation the horizon alone.
    """
    away = np.asarray(away_m, float)
    horizon = math.sqrt(2.0 * SEEN_EARTH_M * antenna_m)
    edge = np.maximum(0.0, away - horizon) ** 2 / (2.0 * SEEN_EARTH_M)
    if elevation_deg is not None:
        ray = antenna_m + away * math.tan(math.radians(elevation_deg)) + away**2 / (2.0 * SEEN_EARTH_M)
        edge = np.maximum(edge, ray)
    return edge


def place(
    rng: np.random.Generator, path: Path, lost: int, reason: Reason, away_m: tuple[float, float]
) -> Site | None:
    """Return a radar that loses the flight at a point for a reason; None if this place cannot be made to fit."""
    x, y, z = path.x_m[lost], path.y_m[lost], path.height_m[lost]
    antenna, away = float(rng.uniform(10.0, 40.0)), float(rng.uniform(*away_m))
    back = math.atan2(path.x_m[lost - 30] - x, path.y_m[lost - 30] - y)
    around = rng.uniform(-math.pi, math.pi) if reason == "dropped" else back + math.radians(rng.uniform(-70.0, 70.0))
    range_max, elevation = math.hypot(away, z - antenna), None
    if reason != "range":
        range_max = away * float(rng.uniform(1.3, 2.0)) + 5_000.0
        elevation = math.degrees(math.atan((z - antenna) / away - away / (2.0 * SEEN_EARTH_M)))
        if elevation > ELEVATION_MAX_DEG or lower_edge_m(away, antenna, None) > z:
            return None
    return Site(
        x_m=x + away * math.sin(around), y_m=y + away * math.cos(around), antenna_m=antenna,
        range_max_m=range_max, elevation_min_deg=elevation,
    )  # fmt: skip


def loses(site: Site, path: Path, lost: int, seen_s: int) -> int | None:
    """Return the last point that the radar sees, near the one meant; None if it sees it again or saw too little."""
    seen = site.sees(path)
    last = int(np.flatnonzero(seen)[-1]) if seen.any() else -1
    if abs(last - lost) > 20 or last < seen_s or seen[last - seen_s : last].mean() < SEEN_SHARE:
        return None
    return last


class Look(Struct, frozen=True, kw_only=True):
    """How the radar measures."""

    range_sd_m: float
    azimuth_sd_deg: float
    is_polar: bool
    has_height: bool
    period_s: float = 4.0


def look_of(rng: np.random.Generator, *, is_near: bool) -> Look:
    """Return a radar's errors; half of them know heights."""
    return Look(
        range_sd_m=float(rng.uniform(10.0, 30.0) if is_near else rng.uniform(50.0, 80.0)),
        azimuth_sd_deg=float(rng.uniform(0.15, 0.25)),
        is_polar=bool(rng.random() < 0.6),
        has_height=bool(rng.random() < 0.5),
    )


class Watched(Struct, frozen=True, kw_only=True):
    """A flight as the radar saw it: the path from where it began to see it, the track at the last report.

    `trail` is where the track was after each of its reports: epoch second, longitude, latitude. `lost` is the point
    of the path at the last of them. The plane of the path is that about `lat0_deg, lon0_deg`.
    """

    path: Path
    began_s: float
    lost: int
    plane: EqualArea
    sensor: Sensor
    track: Track
    trail: tuple[tuple[float, float, float], ...]


def watched(
    rng: np.random.Generator, path: Path, site: Site, look: Look, where: tuple[EqualArea, float]
) -> Watched | None:
    """Return what the radar makes of a path whose first point is at an epoch; None if there never was a track."""
    plane, began_s = where
    ((lon0, lat0),) = plane.lonlat(np.array([[site.x_m, site.y_m]])).tolist()
    sensor = sensor_of(site, look, lat0, lon0)
    since = path.time_s - path.time_s[0]
    at = np.arange(rng.uniform(0.0, look.period_s), np.flatnonzero(site.sees(path))[-1], look.period_s)
    at = at[(rng.random(at.size) < DETECTION) & (np.interp(at, since, site.sees(path)) > 0.5)]
    if at.size < 2:
        return None
    x, y, height_m = (np.interp(at, since, column) for column in (path.x_m, path.y_m, path.height_m))
    lon, lat = plane.lonlat(np.stack([x, y], axis=1)).T
    states = tracked(sensor, plots(rng, sensor, look, (began_s + at, lon, lat, height_m)))
    if not states:
        return None
    track = states[-1]
    lost = int(track.last_report_s - began_s)
    trail = tuple((one.last_report_s, one.lon_deg, one.lat_deg) for one in states)
    return Watched(path=path, began_s=began_s, lost=lost, plane=plane, sensor=sensor, track=track, trail=trail)


def sensor_of(site: Site, look: Look, lat_deg: float, lon_deg: float) -> Sensor:
    """Return the radar's line of the sensor table; the ground lies at 0 m."""
    return Sensor(
        id="radar", kind="radar", lat_deg=lat_deg, lon_deg=lon_deg, alt_m=site.antenna_m, period_s=look.period_s,
        errors=Errors(
            range_sd_m=look.range_sd_m, azimuth_sd_deg=look.azimuth_sd_deg, elevation_sd_deg=ELEVATION_SD_DEG
        ),
        coverage=Coverage(range_max_m=site.range_max_m, elevation_min_deg=site.elevation_min_deg),
    )  # fmt: skip


def plots(
    rng: np.random.Generator, sensor: Sensor, look: Look, flown: tuple[F64, F64, F64, F64]
) -> list[PolarPlot | GeoPlot]:
    """Return what the radar measures of places at times: columns of time [epoch s], longitude, latitude, height."""
    time_s, lon, lat, height_m = flown
    n = time_s.size
    lon0, lat0 = np.full(n, sensor.lon_deg), np.full(n, sensor.lat_deg)
    azimuth, _, away = GEOD.inv(lon0, lat0, lon, lat)
    lifted = away * np.sqrt((1.0 + height_m / EARTH_M) * (1.0 + sensor.alt_m / EARTH_M))
    slant = np.hypot(lifted, height_m - sensor.alt_m) + rng.normal(0.0, look.range_sd_m, n)
    elevation = np.degrees(np.arctan((height_m - sensor.alt_m) / away - away / (2.0 * SEEN_EARTH_M)))
    azimuth = azimuth + rng.normal(0.0, look.azimuth_sd_deg, n)
    if look.is_polar:
        elevation = elevation + rng.normal(0.0, ELEVATION_SD_DEG, n)
        return [
            PolarPlot(
                sensor="radar", time_s=t, received_s=t, range_m=r, azimuth_deg=a % 360.0,
                elevation_deg=e if look.has_height else None,
            )
            for t, r, a, e in zip(*(column.tolist() for column in (time_s, slant, azimuth, elevation)), strict=True)
        ]  # fmt: skip
    far = away + rng.normal(0.0, look.range_sd_m, n)
    lon, lat, _ = GEOD.fwd(lon0, lat0, azimuth, far)
    across = far * math.radians(look.azimuth_sd_deg)
    sd_m = np.sqrt((look.range_sd_m**2 + across**2) / 2.0)
    height_m = height_m + rng.normal(0.0, HEIGHT_SD_M, n)
    return [
        GeoPlot(
            sensor="radar", time_s=t, received_s=t, lat_deg=la, lon_deg=lo, sd_m=s,
            alt_wgs84_m=h if look.has_height else None,
        )
        for t, lo, la, s, h in zip(*(column.tolist() for column in (time_s, lon, lat, sd_m, height_m)), strict=True)
    ]  # fmt: skip


def tracked(sensor: Sensor, reports: list[PolarPlot | GeoPlot]) -> list[Track]:
    """Return the track that is newest in the end as it was after each of its reports; none if there was no track."""
    tracker = sargas.tracker([sensor])
    states: dict[int, list[Track]] = {}
    for report in reports:
        for track in tracker.update([report], report.time_s):
            states.setdefault(track.track_id, []).append(track)
    return max(states.values(), key=lambda found: (found[-1].last_report_s, found[-1].n_reports), default=[])
