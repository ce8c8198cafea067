"""The sensors of the configuration as rows of numbers, and the heights at which a radar without height may see.

A radar that measures no height believes its targets between two heights, all alike likely. Close to it that is a
large error along the range: a drone 200 m high and 3 km away is placed 550 m short, stated as 565 m (0 to 3,000 m).
`assumed_height_mean_m` makes low ones likelier: with 500 m that drone is placed 70 m short, stated as 165 m. What
flies high pays for it: an aircraft at 2,500 m is placed 790 m too far, six times the 120 m that are then stated; the
even density is 450 m off and states 380 m. An overconfident error breaks tracks, a large one only blurs them: so the
default prefers no height, and a watch for low slow targets, whose aircraft report their heights, sets it.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.measure import (
    BARO_AS_HEIGHT_SD_M,
    BEARING_REACH_M,
    BEARING_SD_DEG,
    DEFAULT_ERRORS,
    HEIGHT_SD_M,
    HEIGHT_SD_MAX_M,
    PLACE_SD_MAX_M,
    RANGE_MARGIN,
    MeasureSettings,
)
from sargas.kernels import measure_plots as on
from sargas.kernels import sites as at
from sargas.model.sensor import Sensor

F64 = NDArray[np.float64]

N_FINE = 64
LEAST_SPAN_M = 1e-3
EVEN = (5.0 / 18.0, 8.0 / 18.0, 5.0 / 18.0)


def heights_of(low_m: float, high_m: float, mean_m: float | None) -> tuple[F64, F64]:
    """Return three heights [m] and their weights that stand for the density between `low_m` and `high_m`.

    Gauss quadrature for an even density, or for one that falls off exponentially above `low_m` with the mean height
    `mean_m` if it were not cut at `high_m`.

    Source: Golub and Welsch, Calculation of Gauss quadrature rules, 1969; the recurrence by Stieltjes' procedure.
    """
    middle, half = 0.5 * (low_m + high_m), 0.5 * (high_m - low_m)
    if mean_m is None or mean_m <= low_m or half < LEAST_SPAN_M:
        return middle + half * math.sqrt(0.6) * np.array([-1.0, 0.0, 1.0]), np.array(EVEN)
    x, fine = np.polynomial.legendre.leggauss(N_FINE)
    density = fine * np.exp(-half * (x + 1.0) / (mean_m - low_m))
    density /= density.sum()
    diagonal, beside = np.zeros(3), np.zeros(3)
    before, now = np.zeros(N_FINE), np.ones(N_FINE)
    norm = 1.0
    for i in range(3):
        diagonal[i] = (density * x * now * now).sum() / norm
        before, now = now, (x - diagonal[i]) * now - beside[i] * before
        if i < 2:
            beside[i + 1] = (density * now * now).sum() / norm
        norm = (density * now * now).sum()
    off = np.sqrt(beside[1:])
    nodes, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1))
    weights = vectors[0] ** 2
    return middle + half * nodes, weights / weights.sum()


def row_of(sensor: Sensor | None, settings: MeasureSettings) -> F64:
    """Return a sensor's row, see `sargas.kernels.sites`, that does not stand in a plane yet; None: a stranger's."""
    row = np.full(at.N_SITE, np.nan)
    errors = DEFAULT_ERRORS if sensor is None else sensor.errors
    row[at.KNOWN] = 0.0 if sensor is None else 1.0
    row[at.RANGE_SD], row[at.POSITION_SD] = errors.range_sd_m, errors.position_sd_m
    row[at.AZIMUTH_SD] = math.radians(errors.azimuth_sd_deg)
    row[at.RANGE_BIAS], row[at.AZIMUTH_BIAS] = errors.range_bias_m, errors.azimuth_bias_deg
    row[at.ELEVATION_BIAS], row[at.TIME_BIAS] = errors.elevation_bias_deg, errors.time_bias_s
    if errors.elevation_sd_deg is not None:
        row[at.ELEVATION_SD] = math.radians(errors.elevation_sd_deg)
    if sensor is None:
        return row
    if sensor.lat_deg is not None and sensor.lon_deg is not None:
        row[at.LAT], row[at.LON], row[at.ALT] = sensor.lat_deg, sensor.lon_deg, sensor.alt_m
    if sensor.coverage.range_max_m is not None:
        row[at.REACH] = sensor.coverage.range_max_m
    low, high = sensor.coverage.height_min_m, sensor.coverage.height_max_m
    low = settings.assumed_height_min_m if low is None else low
    high = max(low, settings.assumed_height_max_m if high is None else high)
    heights, weights = heights_of(low, high, settings.assumed_height_mean_m)
    row[at.HEIGHT : at.HEIGHT + 3], row[at.WEIGHT : at.WEIGHT + 3] = heights, weights
    return row


def table_of(sensors: Mapping[str, Sensor], settings: MeasureSettings) -> F64:
    """Return the rows of the sensors in their order, and a last one for all that nobody knows."""
    return np.array([row_of(sensor, settings) for sensor in (*sensors.values(), None)])


def assumed_of(settings: MeasureSettings) -> F64:
    """Return what is assumed where a report does not say, see `sargas.kernels.measure_plots`."""
    assumed = np.zeros(on.N_ASSUMED)
    assumed[on.TOLERANCE], assumed[on.RADIUS] = settings.clock_tolerance_s, settings.region_radius_m
    assumed[on.HEIGHT_SD], assumed[on.HEIGHT_SD_MAX] = HEIGHT_SD_M, HEIGHT_SD_MAX_M
    assumed[on.BARO_SD], assumed[on.PLACE_SD_MAX] = BARO_AS_HEIGHT_SD_M, PLACE_SD_MAX_M
    assumed[on.MARGIN] = RANGE_MARGIN
    assumed[on.BEARING_SD], assumed[on.BEARING_REACH] = math.radians(BEARING_SD_DEG), BEARING_REACH_M
    assumed[on.SIGHT_SD] = math.radians(settings.sighting_azimuth_sd_deg)
    assumed[on.SIGHT_RANGE_SHARE] = settings.sighting_range_share
    assumed[on.SEEN_REACH], assumed[on.HEARD_REACH] = settings.seen_reach_m, settings.heard_reach_m
    assumed[on.SEEN_SD], assumed[on.HEARD_SD] = settings.seen_sd_m, settings.heard_sd_m
    return assumed
