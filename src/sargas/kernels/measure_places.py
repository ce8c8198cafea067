"""Positions, directions and the words of people to measurements in a plane, thousands in one call.

See `history` for what z and v of a PLACE, MOVING and ANGLE are, `sites` for the table of sensors and `measure_plots`
for the arguments that all of these share.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sargas.kernels import sites as at
from sargas.kernels.conformal import point_in_plane
from sargas.kernels.kinds import ANGLE, MOVING, PLACE
from sargas.kernels.measure_plots import (
    BEARING_REACH,
    BEARING_SD,
    HEARD_REACH,
    HEARD_SD,
    HEIGHT_SD,
    MARGIN,
    NO_NUMBER,
    NO_PLANE,
    NO_SITE,
    NOT_COVERED,
    OUTSIDE,
    PLACE_SD_MAX,
    RADIUS,
    SEEN_REACH,
    SEEN_SD,
    SIGHT_RANGE_SHARE,
    SIGHT_SD,
    TOLERANCE,
    UNCERTAIN,
    USED,
    clock_fault,
    is_placed,
    squared,
)

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Rows of the columns of places.
P_LAT, P_LON, P_SD, P_SPEED, P_COURSE = range(5)
N_PLACE = 5
# Rows of the columns of directions.
D_AZIMUTH, D_AZIMUTH_SD, D_LAT, D_LON, D_REACH = range(5)
N_DIRECTION = 5
# Rows of the columns of what people tell and areas say: RADIUS is NaN for a sighting, HEARD 1 for ears alone.
T_LAT, T_LON, T_RADIUS, T_POSITION_SD, T_AZIMUTH, T_AZIMUTH_SD, T_RANGE, T_HEARD = range(8)
N_TOLD = 8

FASTEST_MPS = 1e6
LEAST_REACH_M = 1.0
LEAST_ANGLE_VAR = 1e-12  # a microradian: nobody divides by nothing


@njit(cache=True)
def measure_places(
    plane: F64, table: F64, rows: I64, sensor: I64, places: F64, assumed: F64, velocity_sd: float,
    t: F64, received: F64, kind: I64, z: F64, v: F64, height: F64, height_sd: F64, fate: I64,
) -> None:  # fmt: skip
    """Write the measurement of each position of `places`, shape (N_PLACE, n); `velocity_sd` [m/s] per axis."""
    for i in range(rows.shape[0]):
        j = rows[i]
        row = table[min(sensor[j], table.shape[0] - 1)]
        t[j] -= row[at.TIME_BIAS]
        fate[j] = clock_fault(t[j], received[j], assumed[TOLERANCE])
        if fate[j] != USED:
            continue
        x, y, k, gc, gs = point_in_plane(plane, places[P_LAT, i], places[P_LON, i])
        if not abs(x) < math.inf:
            fate[j] = OUTSIDE
            continue
        dx, dy, reach = x - row[at.X], y - row[at.Y], k * row[at.REACH] * assumed[MARGIN]
        if dx * dx + dy * dy > reach * reach:
            fate[j] = NOT_COVERED
            continue
        sd = places[P_SD, i]
        sd = k * max(row[at.POSITION_SD] if math.isnan(sd) else sd, 1.0)
        z[j, 0], z[j, 1] = x, y
        v[j, 0], v[j, 2], v[j, 3] = sd * sd, sd * sd, (k * velocity_sd) ** 2
        fate[j] = is_placed(z[j], v[j], assumed)
        speed, course = places[P_SPEED, i], math.radians(places[P_COURSE, i])
        kind[j] = PLACE
        if abs(speed) < FASTEST_MPS and abs(course) < math.inf:
            kind[j] = MOVING
            s, c = math.sin(course), math.cos(course)
            z[j, 2], z[j, 3] = k * speed * (s * gc - c * gs), k * speed * (c * gc + s * gs)
        height_sd[j] = assumed[HEIGHT_SD] if abs(height[j]) < math.inf else math.nan


@njit(cache=True)
def _angle(azimuth_rad: float, sd_rad: float, x: float, y: float, reach: float, gamma: float, z: F64, v: F64) -> int:
    """Write a direction from a place of the plane; return USED or NO_NUMBER."""
    z[0], z[1], z[2], z[3] = azimuth_rad - gamma, x, y, max(reach, LEAST_REACH_M)
    v[0] = max(sd_rad * sd_rad, LEAST_ANGLE_VAR)
    return USED if abs(z[0]) < math.inf and reach < math.inf and v[0] < math.inf else NO_NUMBER


@njit(cache=True)
def measure_directions(
    plane: F64, table: F64, rows: I64, sensor: I64, directions: F64, assumed: F64,
    t: F64, received: F64, kind: I64, z: F64, v: F64, fate: I64,
) -> None:  # fmt: skip
    """Write the measurement of each direction of `directions`, shape (N_DIRECTION, n)."""
    for i in range(rows.shape[0]):
        j = rows[i]
        row = table[min(sensor[j], table.shape[0] - 1)]
        t[j] -= row[at.TIME_BIAS]
        fate[j] = clock_fault(t[j], received[j], assumed[TOLERANCE])
        if fate[j] != USED:
            continue
        lat, lon = directions[D_LAT, i], directions[D_LON, i]
        if math.isnan(lat) or math.isnan(lon):
            lat, lon = row[at.LAT], row[at.LON]
        if math.isnan(lat) or math.isnan(lon):
            fate[j] = NO_SITE
            continue
        if math.isnan(plane[0]):
            fate[j] = NO_PLANE
            continue
        x, y, k, gc, gs = point_in_plane(plane, lat, lon)
        if not x * x + y * y <= assumed[RADIUS] ** 2:
            fate[j] = OUTSIDE
            continue
        sd = math.radians(directions[D_AZIMUTH_SD, i])
        if math.isnan(sd):
            sd = row[at.AZIMUTH_SD] if row[at.KNOWN] != 0.0 else assumed[BEARING_SD]
        reach = directions[D_REACH, i]
        if math.isnan(reach):
            reach = assumed[BEARING_REACH] if math.isnan(row[at.REACH]) else row[at.REACH]
        azimuth = math.radians(directions[D_AZIMUTH, i] - row[at.AZIMUTH_BIAS])
        kind[j] = ANGLE
        fate[j] = _angle(azimuth, sd, x, y, k * reach, math.atan2(gs, gc), z[j], v[j])


@njit(cache=True)
def _area(told: F64, i: int, assumed: F64, k: float, v: F64) -> None:
    """Write the spread about a place of what was heard within a radius, or seen or heard with no direction."""
    if not math.isnan(told[T_RADIUS, i]):
        sd = 0.5 * told[T_RADIUS, i]  # a disc of even density
    elif not math.isnan(told[T_RANGE, i]):
        sd = told[T_RANGE, i] * math.sqrt(0.5)  # a ring
    else:
        sd = assumed[HEARD_SD] if told[T_HEARD, i] != 0.0 else assumed[SEEN_SD]
    v[0] = v[2] = k * k * (sd * sd + squared(told[T_POSITION_SD, i]) + 1.0)


@njit(cache=True)
def _pointed(told: F64, i: int, assumed: F64, k: float, gamma: float, z: F64, v: F64) -> None:
    """Write where a person points and how far they believe it is: from their place along a straight line."""
    azimuth, r = math.radians(told[T_AZIMUTH, i]) - gamma, k * told[T_RANGE, i]
    sd = math.radians(told[T_AZIMUTH_SD, i])
    sd = sd if abs(sd) < math.inf else assumed[SIGHT_SD]
    s, c, own = math.sin(azimuth), math.cos(azimuth), squared(k * told[T_POSITION_SD, i]) + k * k
    along = squared(assumed[SIGHT_RANGE_SHARE] * r) + own
    across = squared(r * math.sin(min(sd, 0.5 * math.pi))) + own
    z[0] += r * s
    z[1] += r * c
    v[0], v[1], v[2] = along * s * s + across * c * c, (along - across) * s * c, along * c * c + across * s * s


@njit(cache=True)
def measure_told(
    plane: F64, table: F64, rows: I64, sensor: I64, told: F64, assumed: F64,
    t: F64, received: F64, kind: I64, z: F64, v: F64, fate: I64,
) -> None:  # fmt: skip
    """Write the measurement of each presence or sighting of `told`, shape (N_TOLD, n).

    Words may come late: only a time ahead of its arrival is a fault. A sighting with a direction but no range is an
    ANGLE, its error widened by that of the person's place seen from half the reach.
    """
    for i in range(rows.shape[0]):
        j = rows[i]
        row = table[min(sensor[j], table.shape[0] - 1)]
        t[j] -= row[at.TIME_BIAS]
        if not -math.inf < t[j] - received[j] <= assumed[TOLERANCE]:
            fate[j] = clock_fault(t[j], received[j], assumed[TOLERANCE])
            continue
        lat, lon = told[T_LAT, i], told[T_LON, i]
        if math.isnan(lat) or math.isnan(lon):
            lat, lon = row[at.LAT], row[at.LON]
        if math.isnan(lat) or math.isnan(lon):
            fate[j] = NO_SITE
            continue
        x, y, k, gc, gs = point_in_plane(plane, lat, lon)
        if not x * x + y * y <= assumed[RADIUS] ** 2:
            fate[j] = OUTSIDE
            continue
        z[j, 0], z[j, 1] = x, y
        kind[j] = PLACE
        if not abs(told[T_AZIMUTH, i]) < math.inf:
            _area(told, i, assumed, k, v[j])
        elif told[T_RANGE, i] > 0.0:
            _pointed(told, i, assumed, k, math.atan2(gs, gc), z[j], v[j])
        else:
            kind[j] = ANGLE
            reach = assumed[HEARD_REACH] if told[T_HEARD, i] != 0.0 else assumed[SEEN_REACH]
            sd = math.radians(told[T_AZIMUTH_SD, i])
            sd = sd if abs(sd) < math.inf else assumed[SIGHT_SD]
            sd = math.hypot(sd, math.atan(told[T_POSITION_SD, i] / (0.5 * reach)))
            azimuth = math.radians(told[T_AZIMUTH, i])
            fate[j] = (
                UNCERTAIN
                if not told[T_POSITION_SD, i] <= assumed[PLACE_SD_MAX]
                else _angle(azimuth, sd, x, y, k * reach, math.atan2(gs, gc), z[j], v[j])
            )
            continue
        fate[j] = is_placed(z[j], v[j], assumed)
