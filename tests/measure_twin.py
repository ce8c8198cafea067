"""The twin of `sargas.fuse.batch`: one report at a time, in plain Python, as the mathematics is written."""

import math
from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sargas.fuse.measure import (
    BARO_AS_HEIGHT_SD_M,
    BEARING_REACH_M,
    BEARING_SD_DEG,
    COASTING_INFLATION,
    DEFAULT_ERRORS,
    HEIGHT_SD_M,
    HEIGHT_SD_MAX_M,
    OUT_OF_COVERAGE,
    PLACE_SD_MAX_M,
    RANGE_MARGIN,
    MeasureSettings,
    centre_of,
    clock_fault,
)
from sargas.kernels.geodesy import elevation_at_height, polar_to_geodetic, refracted_height
from sargas.kernels.kinds import ANGLE, MOVING, PLACE
from sargas.kernels.stereographic import from_plane, make_plane, to_plane
from sargas.model.report import NO_IDENTITY, Bearing, Cooperative, GeoPlot, Identity, PolarPlot, SystemTrack
from sargas.model.sensor import Sensor

F64 = NDArray[np.float64]

BY_HEIGHT, BY_ELEVATION, BY_SPAN = 0, 1, 2
STEEPEST = 0.95
TRACK_NUMBER = "track:"
Key = tuple[str, str]
Measurable = PolarPlot | GeoPlot | Cooperative | SystemTrack | Bearing


class Measurement(Struct, gc=False):
    """What a report says in the plane: `kind`, `z` and `r` as in `sargas.kernels.kinds`; `t` is free of bias.

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


def plot_in_plane(  # noqa: PLR0917 (as the kernel)
    plane: F64,
    site: F64,
    range_m: float,
    azimuth_deg: float,
    how: int,
    v: F64,
    range_sd: float,
    azimuth_sd_rad: float,
) -> tuple[float, float, float, float, float, float]:
    """Return x, y [m], var xx, cov xy, var yy [m^2] in the plane and the height [m] of a slant polar plot.

    `v` is, BY_HEIGHT, the height and its sd [m]; BY_ELEVATION, the elevation [deg] and its sd [rad]; BY_SPAN, the
    lowest and the highest height [m] between which the target is believed to be, all alike likely. The last is
    integrated by Gauss-Legendre with three nodes; its height is the mean and only for the caller's curiosity.
    """
    x, y, height, ground, var_along = 0.0, 0.0, 0.0, 0.0, 0.0
    sxx, sxy, syy = 0.0, 0.0, 0.0
    if how == BY_SPAN:
        xs, ys, ws = np.empty(3), np.empty(3), np.empty(3)
        mid, half = 0.5 * (v[0] + v[1]), 0.5 * (v[1] - v[0])
        nodes = [mid + (i - 1) * math.sqrt(0.6) * half for i in range(3)]
        reach, outer = STEEPEST * range_m, 0.5 + 0.5 * math.sqrt(0.6)
        # What is assumed is squeezed into the heights that a plot so near can have.
        top = max(min(nodes[2], site[2] + outer * reach), site[2] - reach)
        bottom = min(max(min(nodes[0], site[2] + (1.0 - outer) * reach), site[2] - reach), top)
        middle = bottom + 0.5 * (top - bottom)
        for i in range(3):
            ws[i] = 8.0 / 18.0 if i == 1 else 5.0 / 18.0
            h = (bottom, middle, top)[i]
            el = elevation_at_height(site[0], site[1], site[2], range_m, azimuth_deg, h)
            lat, lon, _ = polar_to_geodetic(site[0], site[1], site[2], range_m, azimuth_deg, el)
            xs[i], ys[i], _, _ = to_plane(plane, lat, lon)
            x += ws[i] * xs[i]
            y += ws[i] * ys[i]
            height += ws[i] * h
            ground += ws[i] * range_m * math.cos(math.radians(el))
        for i in range(3):
            sxx += ws[i] * (xs[i] - x) ** 2
            sxy += ws[i] * (xs[i] - x) * (ys[i] - y)
            syy += ws[i] * (ys[i] - y) ** 2
        var_along = (range_sd * range_m / max(ground, 0.3 * range_m, 1.0)) ** 2
        k = to_plane(plane, site[0], site[1])[2]
    else:
        el = v[0]
        if how == BY_HEIGHT:
            el = elevation_at_height(site[0], site[1], site[2], range_m, azimuth_deg, v[0])
        lat, lon, height = polar_to_geodetic(site[0], site[1], site[2], range_m, azimuth_deg, el)
        x, y, k, _ = to_plane(plane, lat, lon)
        c, s = math.cos(math.radians(el)), math.sin(math.radians(el))
        ground = range_m * c
        if how == BY_HEIGHT:
            # Half the error of the square of the ground range; overhead the ground range itself has no derivative.
            half2 = math.hypot(range_m * range_sd, range_m * s * v[1])
            var_along = min((half2 / max(ground, 1e-3)) ** 2, 2.0 * half2)
        else:
            height = refracted_height(range_m, el, height)
            var_along = (c * range_sd) ** 2 + (range_m * s * v[1]) ** 2
    var_across = (ground * math.sin(min(azimuth_sd_rad, 0.5 * math.pi))) ** 2
    var_along, var_across = k * k * (var_along + 1.0), k * k * (var_across + 1.0)
    dx, dy = x - site[3], y - site[4]
    d = math.hypot(dx, dy)
    ux, uy = (dx / d, dy / d) if d > 0.0 else (0.0, 1.0)
    sxx += var_along * ux * ux + var_across * uy * uy
    sxy += (var_along - var_across) * ux * uy
    syy += var_along * uy * uy + var_across * ux * ux
    return x, y, sxx, sxy, syy, height


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
