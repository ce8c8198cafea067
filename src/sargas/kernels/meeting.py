"""Where and when paths spread about a mean one meet the edge of an area."""

import math

import numpy as np
from numba import njit

from sargas.kernels.edges import F64, edges_in_box, first_meetings

Pair = tuple[float, float]
Triple = tuple[float, float, float]


@njit(cache=True)
def box_along(starts_m: F64, ends_m: F64) -> F64:
    """Return the box, laid along the mean path, that holds all starts and ends; see `edges.touches`."""
    way_x = (ends_m[:, 0] - starts_m[:, 0]).mean()
    way_y = (ends_m[:, 1] - starts_m[:, 1]).mean()
    size = math.hypot(way_x, way_y)
    ux, uy = 1.0, 0.0
    if size > 0.0:
        ux, uy = way_x / size, way_y / size
    turned = np.array([ux, uy, math.inf, -math.inf, math.inf, -math.inf])
    for ends in (starts_m, ends_m):
        for i in range(len(ends)):
            along = ends[i, 0] * ux + ends[i, 1] * uy
            across = ends[i, 1] * ux - ends[i, 0] * uy
            turned[2], turned[3] = min(turned[2], along), max(turned[3], along)
            turned[4], turned[5] = min(turned[4], across), max(turned[5], across)
    return turned


@njit(cache=True)
def meet(
    edges: F64,
    boxes: F64,
    groups: F64,
    origin: Pair,
    scale: Pair,
    points: F64,
    velocity_mps: Pair,
    place_factor: Triple,
    speed_factor: Triple,
    horizon_s: float,
    back_s: float,
) -> tuple[int, int, float, float, Pair, float]:
    """Return how many paths meet the edge, and within the horizon; when, with its spread; where, with its variance.

    The moment and the place are those of the mean path, or medians where it meets nothing; places are east and north
    [m] of the origin, the variance [m2] is that along their longest axis. Moments count from now.

    Args:
        edges: see `sargas.kernels.edges`.
        boxes: see there.
        groups: see there.
        origin: longitude and latitude [deg] of where it is now.
        scale: metres of a degree of each there.
        points: standard normal points, one of each path, shape (n, 4): place, then speed.
        velocity_mps: east and north of the mean path.
        place_factor: Cholesky factor (11, 21, 22) of the covariance of the place.
        speed_factor: the same of the velocity.
        horizon_s: how far ahead counts; half as much again is searched, so that no spread is cut off.
        back_s: how far back is searched.
    """
    n = len(points)
    starts, speeds, ends = np.empty((n + 1, 2)), np.empty((n + 1, 2)), np.empty((n + 1, 2))
    until_s = 1.5 * horizon_s + back_s
    for i in range(n + 1):
        x = y = 0.0
        speeds[i, 0], speeds[i, 1] = velocity_mps
        if i < n:  # the last one is the mean path
            x = points[i, 0] * place_factor[0]
            y = points[i, 0] * place_factor[1] + points[i, 1] * place_factor[2]
            speeds[i, 0] += points[i, 2] * speed_factor[0]
            speeds[i, 1] += points[i, 2] * speed_factor[1] + points[i, 3] * speed_factor[2]
        starts[i, 0], starts[i, 1] = x - speeds[i, 0] * back_s, y - speeds[i, 1] * back_s
        ends[i, 0], ends[i, 1] = starts[i, 0] + speeds[i, 0] * until_s, starts[i, 1] + speeds[i, 1] * until_s
    near = edges_in_box(edges, boxes, groups, origin, scale, box_along(starts, ends))
    times = first_meetings(near, starts, speeds, until_s)
    met_s, met_x, met_y = np.empty(n), np.empty(n), np.empty(n)
    n_met = n_soon = 0
    for i in range(n):
        if math.isnan(times[i]):
            continue
        met_s[n_met] = times[i] - back_s
        met_x[n_met], met_y[n_met] = starts[i, 0] + speeds[i, 0] * times[i], starts[i, 1] + speeds[i, 1] * times[i]
        n_soon += met_s[n_met] <= horizon_s
        n_met += 1
    if n_met == 0:
        return 0, 0, math.nan, math.nan, (math.nan, math.nan), math.nan
    in_s, x, y = times[n] - back_s, velocity_mps[0] * (times[n] - back_s), velocity_mps[1] * (times[n] - back_s)
    if math.isnan(times[n]):
        in_s, x, y = np.median(met_s[:n_met]), np.median(met_x[:n_met]), np.median(met_y[:n_met])
    square_s = xx = xy = yy = 0.0
    for i in range(n_met):
        ds, dx, dy = met_s[i] - in_s, met_x[i] - x, met_y[i] - y
        square_s += ds * ds
        xx += dx * dx
        xy += dx * dy
        yy += dy * dy
    longest_m2 = ((xx + yy) / 2.0 + math.hypot((xx - yy) / 2.0, xy)) / n_met
    return n_met, n_soon, in_s, math.sqrt(square_s / n_met), (x, y), longest_m2
