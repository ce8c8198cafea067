"""Slant polar plots of many radars to positions with covariances in a plane, thousands in one call.

The same model as `plots.plot_in_plane`, which is its plain twin. Where a height is known instead of an elevation, the
sphere that touches the ellipsoid along the azimuth gives the elevation in closed form, a few metres of height off at
400 km, and a step or two of Newton's method on the ellipsoid take the rest.

Compiled with numpy's rule for division, as `conformal`.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sargas.kernels import sites as at
from sargas.kernels.conformal import latitude_of, sines_in_plane
from sargas.kernels.geodesy import MEAN_RADIUS_M

STEEPEST = 0.95
OUTER_NODE = 0.5 + 0.5 * math.sqrt(0.6)  # of three of Gauss, between 0 and 1
LEAST_SPAN_M = 1e-6
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# Rows of the columns of plots.
RANGE, AZIMUTH, ELEVATION, BARO, WGS84, RANGE_SD, AZIMUTH_SD, ELEVATION_SD = range(8)
N_PLOT = 8
# Codes of what became of a report.
USED, AHEAD, BEHIND, NOT_COVERED, STRANGER, NO_SITE, NO_PLANE, OUTSIDE, UNCERTAIN, NO_NUMBER, SKIPPED = range(11)
# What is assumed, one array for all kernels.
TOLERANCE, RADIUS, HEIGHT_SD, BARO_SD, HEIGHT_SD_MAX, PLACE_SD_MAX, MARGIN = range(7)
BEARING_SD, BEARING_REACH, SIGHT_SD, SIGHT_RANGE_SHARE, SEEN_REACH, HEARD_REACH, SEEN_SD, HEARD_SD = range(7, 15)
N_ASSUMED = 15

NEWTON_STEPS = 4
LEAST_SLOPE = 0.1
SHIFT_MAX_M = 0.02
LEAST_TANGENT = 1e-12
OVERHEAD_M = 1e-3
LEAST_HEIGHT_SD_M = 10.0
UNSURE_ELEVATION_SD_RAD = math.radians(1.0)

_F_NX, _F_UX = at.FRAME + 6, at.FRAME + 9


@njit(cache=True, error_model="numpy")
def squared(x: float) -> float:
    """Return the square, infinite if it is too large: a power would raise without a compiler."""
    return x * x


@njit(cache=True, error_model="numpy")
def clock_fault(time_s: float, received_s: float, tolerance_s: float) -> int:
    """Return USED, AHEAD or BEHIND: how a time that is free of bias contradicts the arrival."""
    off_s = time_s - received_s
    if abs(off_s) <= tolerance_s:
        return USED
    return AHEAD if off_s > 0.0 else BEHIND


@njit(cache=True, error_model="numpy")
def _end_of_ray(row: F64, r: float, sa: float, ca: float, s: float, c: float) -> tuple[float, float, float]:
    """Return the end of a straight ray in the turned geocentric frame; s, c are of the elevation."""
    e, n, u, f = r * c * sa, r * c * ca, r * s, at.FRAME
    return (
        row[f] + row[f + 3] * e + row[f + 6] * n + row[f + 9] * u,
        row[f + 1] + row[f + 4] * e + row[f + 7] * n + row[f + 10] * u,
        row[f + 2] + row[f + 8] * n + row[f + 11] * u,
    )


@njit(cache=True, error_model="numpy")
def _place(plane: F64, x: float, y: float, z: float) -> tuple[float, float, float, float]:
    """Return x, y [m], scale factor and height [m] of a point of the turned geocentric frame."""
    p = math.sqrt(x * x + y * y)
    s, c, height = latitude_of(p, z)
    if not p > 0.0:
        return math.inf, math.inf, math.inf, height
    px, py, k, _, _ = sines_in_plane(plane, s, c, y / p, x / p)
    return px, py, k, height


@njit(cache=True, error_model="numpy")
def _sine_on_sphere(row: F64, curve: float, r: float, height_m: float) -> float:
    """Return the sine of the elevation under which a range ends at a height, on the touching sphere; clamped."""
    a, dh = 1.0 / curve + row[at.ALT], height_m - row[at.ALT]
    s: float = min(1.0, max(-1.0, (dh * (2.0 * a + dh) - r * r) / (2.0 * r * a)))
    return s


@njit(cache=True, error_model="numpy")
def end_at_height(
    plane: F64, row: F64, r: float, sa: float, ca: float, height_m: float
) -> tuple[float, float, float, float]:
    """Return x, y [m], scale factor and sine of the elevation of the end of a slant range at a height.

    `row` is the radar's, see `sites`; r [m] the slant range; sa, ca sine and cosine of the azimuth; the height is
    above the ellipsoid. If the range does not reach it the end is straight up or down.
    """
    f = at.FRAME
    s = _sine_on_sphere(row, ca * ca * row[at.CURVE_NORTH] + sa * sa * row[at.CURVE_EAST], r, height_m)
    for _ in range(NEWTON_STEPS):
        cc = 1.0 - s * s
        if cc <= 0.0:
            break
        c = math.sqrt(cc)
        x, y, z = _end_of_ray(row, r, sa, ca, s, c)
        p = math.sqrt(x * x + y * y)
        if not p > 0.0:
            break
        cl, sl = x / p, y / p
        slat, clat, height = latitude_of(p, z)
        ux, uy = clat * cl, clat * sl
        # The radar's up and forward axes along the vertical of the end.
        up = row[f + 9] * ux + row[f + 10] * uy + row[f + 11] * slat
        out = sa * (row[f + 3] * ux + row[f + 4] * uy) + ca * (row[f + 6] * ux + row[f + 7] * uy + row[f + 8] * slat)
        slope = max(up - s / c * out, LEAST_SLOPE)
        miss = height - height_m
        shift = miss * (s / c * up + out) / slope
        s = min(1.0, max(-1.0, s - miss / (slope * r)))
        # Newton's step leaves miss^2 / (2 R cos^2) of height, the straight shift half a thousandth of itself.
        if abs(shift) < SHIFT_MAX_M and miss * miss < cc:
            px, py, k, _, _ = sines_in_plane(plane, slat, clat, sl, cl)
            dx, dy = px - row[at.X], py - row[at.Y]
            d = math.sqrt(dx * dx + dy * dy)
            if d > 0.0:
                px, py = px + k * shift * dx / d, py + k * shift * dy / d
            return px, py, k, s
    x, y, z = _end_of_ray(row, r, sa, ca, s, math.sqrt(1.0 - s * s))
    px, py, k, _ = _place(plane, x, y, z)
    return px, py, k, s


@njit(cache=True, error_model="numpy")
def _add_polar(z: F64, v: F64, row: F64, k: float, sa: float, ca: float, along: float, across: float) -> None:
    """Add a covariance with axes along and across the line of sight, variances in ground metres."""
    along, across = k * k * (along + 1.0), k * k * (across + 1.0)
    dx, dy = z[0] - row[at.X], z[1] - row[at.Y]
    d = math.sqrt(dx * dx + dy * dy)
    if d > OVERHEAD_M:
        ux, uy = dx / d, dy / d
    else:
        gc, gs = row[at.CONVERGENCE], row[at.CONVERGENCE + 1]
        ux, uy = sa * gc - ca * gs, ca * gc + sa * gs
    v[0] += along * ux * ux + across * uy * uy
    v[1] += (along - across) * ux * uy
    v[2] += along * uy * uy + across * ux * ux


@njit(cache=True, error_model="numpy")
def reachable(low: float, high: float, alt: float, reach: float) -> tuple[float, float]:
    """Return the span of the assumed heights, as its outer nodes, that a plot so near can have.

    A plot 1 km away is not 3 km high: what is assumed of the heights is squeezed into those within its range.
    """
    highest = max(min(high, alt + OUTER_NODE * reach), alt - reach)
    lowest = max(min(low, alt + (1.0 - OUTER_NODE) * reach), alt - reach)
    return min(lowest, highest), highest


@njit(cache=True, error_model="numpy")
def _anywhere(plane: F64, row: F64, r: float, sa: float, ca: float, z: F64, v: F64) -> float:
    """Write mean and spread over the heights where the target may be; return the mean ground range [m].

    Two ends of the ray are placed; the others lie on the line through them as the tangents of their angles at the
    centre of the touching sphere do, within a centimetre.
    """
    alt = row[at.ALT]
    lowest, highest = reachable(row[at.HEIGHT], row[at.HEIGHT + 2], alt, STEEPEST * r)
    scale = (highest - lowest) / max(row[at.HEIGHT + 2] - row[at.HEIGHT], LEAST_SPAN_M)
    curve = ca * ca * row[at.CURVE_NORTH] + sa * sa * row[at.CURVE_EAST]
    radius = 1.0 / curve + alt
    high = lowest + scale * (row[at.HEIGHT + 2] - row[at.HEIGHT])
    s = _sine_on_sphere(row, curve, r, high)
    c = math.sqrt(1.0 - s * s)
    gx, gy, gz = _end_of_ray(row, r, sa, ca, s, c)
    x2, y2, _, height = _place(plane, gx, gy, gz)
    tan2 = r * c / max(radius + r * s, 1.0)
    # How far the touching sphere is off depends on the range, not on the height: one end tells it for all.
    off = height - high
    x0 = y0 = tan0 = 0.0
    ground = mean = square = 0.0
    for i in range(3):
        w = row[at.WEIGHT + i]
        s = _sine_on_sphere(row, curve, r, lowest + scale * (row[at.HEIGHT + i] - row[at.HEIGHT]) - off)
        c = math.sqrt(1.0 - s * s)
        tan = r * c / max(radius + r * s, 1.0)
        if i == 0:
            gx, gy, gz = _end_of_ray(row, r, sa, ca, s, c)
            x0, y0, _, _ = _place(plane, gx, gy, gz)
            tan0 = tan
        step = (tan - tan0) / (tan2 - tan0) if abs(tan2 - tan0) > LEAST_TANGENT else 0.0
        mean += w * step
        square += w * step * step
        ground += w * r * c
    dx, dy, spread = x2 - x0, y2 - y0, max(square - mean * mean, 0.0)
    z[0], z[1] = x0 + mean * dx, y0 + mean * dy
    v[0], v[1], v[2] = spread * dx * dx, spread * dx * dy, spread * dy * dy
    return ground


@njit(cache=True, error_model="numpy")
def is_placed(z: F64, v: F64, assumed: F64) -> int:
    """Return USED, OUTSIDE the region or too UNCERTAIN."""
    if not z[0] * z[0] + z[1] * z[1] <= assumed[RADIUS] ** 2:
        return OUTSIDE
    return USED if v[0] + v[2] <= 2.0 * assumed[PLACE_SD_MAX] ** 2 else UNCERTAIN


@njit(cache=True, error_model="numpy")
def _measure_plot(plane: F64, row: F64, plots: F64, i: int, assumed: F64, z: F64, v: F64) -> tuple[int, float, float]:
    """Return what became of plot i, and the height and its sd [m] that its own elevation gives, or NaN."""
    if row[at.KNOWN] == 0.0:
        return STRANGER, math.nan, math.nan
    if math.isnan(row[at.X]):
        return NO_SITE, math.nan, math.nan
    r = plots[RANGE, i] - row[at.RANGE_BIAS]
    if not r > 0.0 or r > row[at.REACH] * assumed[MARGIN]:
        return NOT_COVERED, math.nan, math.nan
    azimuth = math.radians(plots[AZIMUTH, i] - row[at.AZIMUTH_BIAS])
    if not (r < math.inf and abs(azimuth) < math.inf):
        return NO_NUMBER, math.nan, math.nan
    sa, ca = math.sin(azimuth), math.cos(azimuth)
    sd = plots[RANGE_SD, i] if abs(plots[RANGE_SD, i]) < math.inf else row[at.RANGE_SD]
    sd_az = math.radians(plots[AZIMUTH_SD, i]) if abs(plots[AZIMUTH_SD, i]) < math.inf else row[at.AZIMUTH_SD]
    sd_el = math.radians(plots[ELEVATION_SD, i]) if abs(plots[ELEVATION_SD, i]) < math.inf else row[at.ELEVATION_SD]
    elevation, baro, wgs84 = plots[ELEVATION, i], plots[BARO, i], plots[WGS84, i]
    has_elevation, has_baro = abs(elevation) < math.inf, abs(baro) < math.inf
    height, height_sd = math.nan, math.nan
    if abs(wgs84) < math.inf or (has_baro and not (has_elevation and sd_el < math.inf)):
        is_geometric = abs(wgs84) < math.inf
        h, sd_h = (wgs84, assumed[HEIGHT_SD]) if is_geometric else (baro, assumed[BARO_SD])
        z[0], z[1], k, s = end_at_height(plane, row, r, sa, ca, h)
        ground = r * math.sqrt(1.0 - s * s)
        # Half the error of the square of the ground range; overhead the ground range itself has no derivative.
        half2 = math.hypot(r * sd, r * s * sd_h)
        along = min(squared(half2 / max(ground, 1e-3)), 2.0 * half2)
    elif has_elevation:
        el = math.radians(elevation - row[at.ELEVATION_BIAS])
        if not sd_el < math.inf:
            sd_el = UNSURE_ELEVATION_SD_RAD
        s, c = math.sin(el), math.cos(el)
        gx, gy, gz = _end_of_ray(row, r, sa, ca, s, c)
        z[0], z[1], k, height = _place(plane, gx, gy, gz)
        ground = r * c
        along = squared(c * sd) + squared(r * s * sd_el)
        height_sd = r * sd_el
        if has_baro or not height_sd <= assumed[HEIGHT_SD_MAX]:
            height, height_sd = math.nan, math.nan
        else:
            # The 4/3-earth atmosphere, as `geodesy.refracted_height`.
            height, height_sd = height - ground * ground / (8.0 * MEAN_RADIUS_M), max(height_sd, LEAST_HEIGHT_SD_M)
    else:
        ground = _anywhere(plane, row, r, sa, ca, z, v)
        along = squared(sd * r / max(ground, 0.3 * r, 1.0))
        k = row[at.SCALE]
    _add_polar(z, v, row, k, sa, ca, along, squared(ground * math.sin(min(sd_az, 0.5 * math.pi))))
    return is_placed(z, v, assumed), height, height_sd


@njit(cache=True, error_model="numpy")
def measure_plots(
    plane: F64, table: F64, rows: I64, sensor: I64, plots: F64, assumed: F64,
    t: F64, received: F64, z: F64, v: F64, height: F64, height_sd: F64, fate: I64,
) -> None:  # fmt: skip
    """Write the measurement of each plot i of `plots`, shape (N_PLOT, n), to its row of the arrays of all reports.

    `plane` see `stereographic`; `table` has one row for each sensor, see `sites`, and a last one for all others;
    `assumed` has shape (N_ASSUMED,). `rows` says where each plot is written. `sensor` and all from `t` on are over
    all reports: `t` comes with the sensor's bias still in it, `height` as reported, `fate` gets the codes above.
    """
    for i in range(rows.shape[0]):
        j = rows[i]
        row = table[min(sensor[j], table.shape[0] - 1)]
        t[j] -= row[at.TIME_BIAS]
        fate[j] = clock_fault(t[j], received[j], assumed[TOLERANCE])
        if fate[j] != USED:
            continue
        fate[j], own, own_sd = _measure_plot(plane, row, plots, i, assumed, z[j], v[j])
        if abs(height[j]) < math.inf:
            height_sd[j] = assumed[HEIGHT_SD]
        else:
            height[j], height_sd[j] = own, own_sd
