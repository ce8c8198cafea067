"""Reports to measurements in the region's plane, with their covariance; or why a report cannot be used."""

import math
from collections.abc import Mapping
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from sargas.kernels.history import ANGLE, MOVING, PLACE
from sargas.kernels.plots import BY_ELEVATION, BY_HEIGHT, BY_SPAN, plot_in_plane
from sargas.kernels.stereographic import from_plane, make_plane, to_plane
from sargas.model.report import (
    NO_IDENTITY,
    AnyReport,
    Bearing,
    Cooperative,
    Cue,
    GeoPlot,
    Identity,
    PolarPlot,
    Presence,
    Sighting,
    SystemTrack,
)
from sargas.model.sensor import Errors, Sensor

BARO_AS_HEIGHT_SD_M = 200.0  # pressure, geoid: what a barometric height may be off as a height above the ellipsoid
HEIGHT_SD_M = 50.0
HEIGHT_SD_MAX_M = 1_000.0
PLACE_SD_MAX_M = 20_000.0
RANGE_MARGIN = 1.05
BEARING_SD_DEG = 5.0
BEARING_REACH_M = 50_000.0
COASTING_INFLATION = 4.0  # a neighbour's prediction is no detection
DEFAULT_ERRORS = Errors()

AHEAD = "its time is ahead of its arrival"
BEHIND = "its time is long before its arrival"
OUT_OF_COVERAGE = "outside the sensor's coverage"
DOUBLE = "a second plot of the same look"

TRACK_NUMBER = "track:"
Key = tuple[str, str]
"""What binds reports to a target: (icao24, ...), (remote_id, ...) or (track:SENSOR, number)."""
Measurable = PolarPlot | GeoPlot | Cooperative | SystemTrack | Bearing


class Measurement(Struct, gc=False):
    """What a report says in the plane: `kind`, `z` and `r` as in `sargas.kernels.history`; `t` is free of bias.

    `keys` name the target (icao24, remote_id, a neighbour's track number), surest first. `height_m` and
    `height_sd_m` are above the ellipsoid, from a report or from an elevation, never from an assumption.
    """

    report: Measurable
    t: float
    kind: int
    z: tuple[float, float, float, float]
    r: tuple[float, float, float, float]
    identity: Identity = NO_IDENTITY
    keys: tuple[Key, ...] = ()
    height_m: float | None = None
    height_sd_m: float = HEIGHT_SD_M


Positive = Annotated[float, Meta(gt=0.0)]


class MeasureSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is assumed where a report does not say."""

    region_radius_m: Positive = 1_500_000.0
    """Reports farther from the region's centre are refused: one plane does not serve them."""
    clock_tolerance_s: Positive = 60.0
    """A report whose time is farther from its arrival is refused: its clock is wrong."""
    assumed_height_min_m: float = 0.0
    assumed_height_max_m: float = 3_000.0
    """A radar that gives no height: the target is believed to be anywhere between these heights."""
    assumed_height_mean_m: Positive | None = None
    """How high such a target flies on average: low ones are then likelier, as an exponential density between the two
    heights says; None: all heights alike. See `sargas.fuse.sensor_table` for what it costs."""
    velocity_sd_mps: Positive = 5.0
    """Error of the velocity that a target gives of itself."""
    system_track_velocity_sd_mps: Positive = 20.0
    """The same that a neighbour computed: smoothed, and so behind in every turn."""
    system_track_inflation: Positive = 2.0
    """A neighbour's track is correlated in time: the variance of its position counts as this many times as large."""
    sighting_azimuth_sd_deg: Positive = 15.0
    """Error of a person who points, where the report does not say."""
    sighting_range_share: Positive = 0.5
    """Error of a person who guesses a distance in the sky, as a share of it."""
    seen_reach_m: Positive = 5_000.0
    heard_reach_m: Positive = 4_000.0
    """How far away something small in the air is seen, or heard, by a person who only points."""
    seen_sd_m: Positive = 2_000.0
    heard_sd_m: Positive = 3_000.0
    """How far from the person it is, per axis, if they do not even point."""


Told = Sighting | Presence | Cue
"""Words of people: they come minutes late and are still true."""


def clock_fault(report: AnyReport, now_s: float, tolerance_s: float, *, bias_s: float = 0.0) -> str | None:
    """Return how a report's time contradicts its arrival, or None; people take their time to tell what they saw."""
    arrived_s = report.received_s if report.received_s > 0.0 else now_s
    off_s = report.time_s - bias_s - arrived_s
    if abs(off_s) <= tolerance_s or (off_s < 0.0 and isinstance(report, Told)):
        return None
    return AHEAD if off_s > 0.0 else BEHIND


def keys_of(report: Measurable) -> tuple[Key, ...]:
    """Return the keys that bind a report to a target, surest first."""
    if isinstance(report, Bearing):
        return ()
    keys: list[Key] = []
    if report.identity.icao24 is not None:
        keys.append(("icao24", report.identity.icao24))
    if report.identity.remote_id is not None:
        keys.append(("remote_id", report.identity.remote_id))
    if isinstance(report, SystemTrack):
        keys.append((TRACK_NUMBER + report.sensor, str(report.track_number)))
    return tuple(keys)


def centre_of(sensors: Mapping[str, Sensor]) -> tuple[float, float] | None:
    """Return the mean direction, latitude and longitude [deg], of the sensors that have a site; None without any."""
    x = y = z = 0.0
    for name in sorted(sensors):
        sensor = sensors[name]
        if sensor.lat_deg is None or sensor.lon_deg is None:
            continue
        lat, lon = math.radians(sensor.lat_deg), math.radians(sensor.lon_deg)
        x += math.cos(lat) * math.cos(lon)
        y += math.cos(lat) * math.sin(lon)
        z += math.sin(lat)
    if math.hypot(x, y) < 1e-9:
        return None
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


class Measurer:
    """Reports to measurements. The plane lies about the sensors, or about the first report that says where it is."""

    def __init__(self, settings: MeasureSettings, sensors: Mapping[str, Sensor]) -> None:
        self._settings = settings
        self._sensors = dict(sensors)
        self._sites: dict[str, NDArray[np.float64]] = {}
        self.plane: NDArray[np.float64] | None = None
        centre = centre_of(sensors)
        if centre is not None:
            self._lay_plane(*centre)

    def measure(self, report: Measurable, now_s: float) -> Measurement | str:
        """Return the measurement, or in a few words why there is none."""
        sensor = self._sensors.get(report.sensor)
        errors = DEFAULT_ERRORS if sensor is None else sensor.errors
        fault = clock_fault(report, now_s, self._settings.clock_tolerance_s, bias_s=errors.time_bias_s)
        if fault is not None:
            return fault
        match report:
            case PolarPlot():
                found = self._polar(report, sensor)
            case Bearing():
                found = self._bearing(report, sensor)
            case _:
                found = self._place(report, sensor)
        if isinstance(found, str):
            return found
        if found.kind == ANGLE:
            return found
        if not math.hypot(found.z[0], found.z[1]) <= self._settings.region_radius_m:
            return "outside the region"
        if not found.r[0] + found.r[2] <= 2.0 * PLACE_SD_MAX_M**2:
            return "too uncertain to place a target"
        return found

    def _lay_plane(self, lat_deg: float, lon_deg: float) -> NDArray[np.float64]:
        self.plane = make_plane(lat_deg, lon_deg)
        for name, sensor in self._sensors.items():
            if sensor.lat_deg is not None and sensor.lon_deg is not None:
                x, y, _, _ = to_plane(self.plane, sensor.lat_deg, sensor.lon_deg)
                self._sites[name] = np.array([sensor.lat_deg, sensor.lon_deg, sensor.alt_m, x, y])
        return self.plane

    def _polar(self, report: PolarPlot, sensor: Sensor | None) -> Measurement | str:
        if sensor is None:
            return "the sensor is not in the table"
        site = self._sites.get(report.sensor)
        if site is None or self.plane is None:
            return "the sensor has no site"
        errors, reach = sensor.errors, sensor.coverage.range_max_m
        range_m = report.range_m - errors.range_bias_m
        if range_m <= 0.0 or (reach is not None and range_m > reach * RANGE_MARGIN):
            return OUT_OF_COVERAGE
        how, first, second = self._vertical(report, sensor)
        x, y, xx, xy, yy, height = plot_in_plane(
            self.plane,
            site,
            range_m,
            report.azimuth_deg - errors.azimuth_bias_deg,
            how,
            np.array([first, second]),
            report.range_sd_m if report.range_sd_m is not None else errors.range_sd_m,
            math.radians(report.azimuth_sd_deg if report.azimuth_sd_deg is not None else errors.azimuth_sd_deg),
        )
        measured = Measurement(
            report, report.time_s - errors.time_bias_s, PLACE, (x, y, 0.0, 0.0), (xx, xy, yy, 0.0),
            report.identity, keys_of(report), report.alt_wgs84_m,
        )  # fmt: skip
        if how == BY_ELEVATION and report.alt_baro_m is None:
            sd = range_m * second
            if sd <= HEIGHT_SD_MAX_M:
                measured.height_m, measured.height_sd_m = height, max(sd, 10.0)
        return measured

    def _vertical(self, report: PolarPlot, sensor: Sensor) -> tuple[int, float, float]:
        """Return what stands for the height of a plot and two numbers of it; see `plot_in_plane`."""
        if report.alt_wgs84_m is not None:
            return BY_HEIGHT, report.alt_wgs84_m, HEIGHT_SD_M
        sd_deg = report.elevation_sd_deg if report.elevation_sd_deg is not None else sensor.errors.elevation_sd_deg
        if report.elevation_deg is not None and sd_deg is not None:
            return BY_ELEVATION, report.elevation_deg - sensor.errors.elevation_bias_deg, math.radians(sd_deg)
        if report.alt_baro_m is not None:
            return BY_HEIGHT, report.alt_baro_m, BARO_AS_HEIGHT_SD_M
        if report.elevation_deg is not None:
            return BY_ELEVATION, report.elevation_deg - sensor.errors.elevation_bias_deg, math.radians(1.0)
        low, high = sensor.coverage.height_min_m, sensor.coverage.height_max_m
        low = self._settings.assumed_height_min_m if low is None else low
        high = self._settings.assumed_height_max_m if high is None else high
        return BY_SPAN, low, max(low, high)

    def _place(self, report: GeoPlot | Cooperative | SystemTrack, sensor: Sensor | None) -> Measurement | str:
        plane = self.plane if self.plane is not None else self._lay_plane(report.lat_deg, report.lon_deg)
        x, y, k, gamma = to_plane(plane, report.lat_deg, report.lon_deg)
        if not math.isfinite(x):
            return "outside the region"
        errors = DEFAULT_ERRORS if sensor is None else sensor.errors
        reach, site = None if sensor is None else sensor.coverage.range_max_m, self._sites.get(report.sensor)
        if reach is not None and site is not None and math.hypot(x - site[3], y - site[4]) > k * reach * RANGE_MARGIN:
            return OUT_OF_COVERAGE
        sd = k * max(report.sd_m if report.sd_m is not None else errors.position_sd_m, 1.0)
        var, var_v = sd * sd, (k * self._settings.velocity_sd_mps) ** 2
        if isinstance(report, SystemTrack):
            inflation = self._settings.system_track_inflation
            var *= inflation * COASTING_INFLATION if report.status == "coasting" else inflation
            var_v = (k * self._settings.system_track_velocity_sd_mps) ** 2
        kind, vx, vy = PLACE, 0.0, 0.0
        if report.speed_mps is not None and report.course_deg is not None:
            kind = MOVING
            course = math.radians(report.course_deg) - gamma
            vx, vy = k * report.speed_mps * math.sin(course), k * report.speed_mps * math.cos(course)
        return Measurement(
            report, report.time_s - errors.time_bias_s, kind, (x, y, vx, vy), (var, 0.0, var, var_v),
            report.identity, keys_of(report), report.alt_wgs84_m,
        )  # fmt: skip

    def _bearing(self, report: Bearing, sensor: Sensor | None) -> Measurement | str:
        lat, lon = report.lat_deg, report.lon_deg
        if (lat is None or lon is None) and sensor is not None:
            lat, lon = sensor.lat_deg, sensor.lon_deg
        if lat is None or lon is None:
            return "the sensor has no site"
        if self.plane is None:
            return "nothing to compare a bearing with"
        x, y, k, gamma = to_plane(self.plane, lat, lon)
        if not math.hypot(x, y) <= self._settings.region_radius_m:
            return "outside the region"
        bias = 0.0 if sensor is None else sensor.errors.azimuth_bias_deg
        sd = report.azimuth_sd_deg
        if sd is None:
            sd = BEARING_SD_DEG if sensor is None else sensor.errors.azimuth_sd_deg
        reach = report.range_max_m
        if reach is None and sensor is not None:
            reach = sensor.coverage.range_max_m
        z = (math.radians(report.azimuth_deg - bias) - gamma, x, y, k * (BEARING_REACH_M if reach is None else reach))
        time_s = report.time_s - (0.0 if sensor is None else sensor.errors.time_bias_s)
        return Measurement(report, time_s, ANGLE, z, (math.radians(sd) ** 2, 0.0, 0.0, 0.0))

    def place_of(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Return latitude and longitude [deg] of a point of the plane."""
        assert self.plane is not None
        return from_plane(self.plane, x_m, y_m)
