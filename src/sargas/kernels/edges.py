"""Edges of an area in chunks with bounding boxes: which side a point is on, how far, and where paths meet them.

Edges are rows (ax, ay, bx, by) in degrees, x east and y north, straight in longitude and latitude. SIZE consecutive
ones are a chunk, SIZE consecutive chunks a group; the box of either is a row (west, east, south, north, cosine of its
latitude farthest from the equator). A border of 60,000 edges so costs a look at some hundred boxes.
Distances are taken in the plane about the asked point, with the scales of WGS-84 at the latitudes between.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

F64 = npt.NDArray[np.float64]

SIZE = 32
EQUATOR_M = 6_378_137.0
ECCENTRICITY2 = 0.006_694_379_990_141_316
LEAST_X_M, LEAST_Y_M, SAFE = 111_319.0, 110_574.0, 0.999
"""The lengths of a degree of longitude on the equator and of latitude there, and a margin: bounds from below."""


@njit(cache=True)
def square_bound_m2(boxes: F64, k: int, lon_deg: float, lat_deg: float, cos_lat: float) -> float:
    """Return a lower bound of the squared distance [m2] from the point to what is in box `k`."""
    dx = max(boxes[k, 0] - lon_deg, lon_deg - boxes[k, 1], 0.0) * min(boxes[k, 4], cos_lat) * LEAST_X_M
    dy = max(boxes[k, 2] - lat_deg, lat_deg - boxes[k, 3], 0.0) * LEAST_Y_M
    bound: float = (dx * dx + dy * dy) * (SAFE * SAFE)
    return bound


@njit(cache=True)
def least_bound_m(boxes: F64, groups: F64, lon_deg: float, lat_deg: float) -> float:
    """Return a lower bound of the distance [m] from the point to any edge, that of the nearest chunk's box."""
    cos_lat = math.cos(math.radians(lat_deg))
    least = math.inf
    for g in range(len(groups)):
        if square_bound_m2(groups, g, lon_deg, lat_deg, cos_lat) >= least:
            continue
        for k in range(g * SIZE, min((g + 1) * SIZE, len(boxes))):
            least = min(least, square_bound_m2(boxes, k, lon_deg, lat_deg, cos_lat))
    return math.sqrt(least)


@njit(cache=True)
def is_inside(edges: F64, boxes: F64, groups: F64, lon_deg: float, lat_deg: float) -> bool:
    """Return whether the point is inside, by the even-odd rule over all edges."""
    inside = False
    for g in range(len(groups)):
        if not (groups[g, 2] <= lat_deg <= groups[g, 3] and groups[g, 1] >= lon_deg):
            continue
        for k in range(g * SIZE, min((g + 1) * SIZE, len(boxes))):
            if not (boxes[k, 2] <= lat_deg <= boxes[k, 3] and boxes[k, 1] >= lon_deg):
                continue
            for i in range(k * SIZE, min((k + 1) * SIZE, len(edges))):
                ax, ay, bx, by = edges[i, 0], edges[i, 1], edges[i, 2], edges[i, 3]
                if (ay > lat_deg) != (by > lat_deg) and ax + (lat_deg - ay) * (bx - ax) / (by - ay) > lon_deg:
                    inside = not inside
    return inside


@njit(cache=True)
def from_point(x_deg: float, y_deg: float, lon_deg: float, lat_deg: float) -> tuple[float, float]:
    """Return the east and north [m] of a vertex in the plane about the point."""
    phi = math.radians((y_deg + lat_deg) / 2.0)
    w = math.sqrt(1.0 - ECCENTRICITY2 * math.sin(phi) ** 2)
    degree = math.pi / 180.0
    east = (x_deg - lon_deg) * (EQUATOR_M * math.cos(phi) / w * degree)
    north = (y_deg - lat_deg) * (EQUATOR_M * (1.0 - ECCENTRICITY2) / w**3 * degree)
    return east, north


@njit(cache=True)
def nearest_of_chunk(
    edges: F64, k: int, lon_deg: float, lat_deg: float, cos_lat: float, best: tuple[float, int, float]
) -> tuple[float, int, float]:
    """Return (distance [m], number of the edge, share of it) of the nearest point of a chunk and the best so far."""
    distance_m, number, share = best
    for i in range(k * SIZE, min((k + 1) * SIZE, len(edges))):
        low_x, high_x = min(edges[i, 0], edges[i, 2]), max(edges[i, 0], edges[i, 2])
        low_y, high_y = min(edges[i, 1], edges[i, 3]), max(edges[i, 1], edges[i, 3])
        dx = max(low_x - lon_deg, lon_deg - high_x, 0.0) * cos_lat * LEAST_X_M * SAFE
        dy = max(low_y - lat_deg, lat_deg - high_y, 0.0) * LEAST_Y_M * SAFE
        if dx * dx + dy * dy > distance_m * distance_m:
            continue
        ax, ay = from_point(edges[i, 0], edges[i, 1], lon_deg, lat_deg)
        bx, by = from_point(edges[i, 2], edges[i, 3], lon_deg, lat_deg)
        ex, ey = bx - ax, by - ay
        square = ex * ex + ey * ey
        s = min(max(-(ax * ex + ay * ey) / (square if square > 0.0 else 1.0), 0.0), 1.0)
        d = math.hypot(ax + s * ex, ay + s * ey)
        if d < distance_m or (d == distance_m and i < number):
            distance_m, number, share = d, i, s
    return distance_m, number, share


@njit(cache=True)
def nearest_edge(edges: F64, boxes: F64, groups: F64, lon_deg: float, lat_deg: float) -> tuple[float, int, float]:
    """Return the distance [m] to the nearest edge, its number, and the share of it before the nearest point.

    Of edges at the same distance the first one; -1 where there are none.
    """
    cos_lat = math.cos(math.radians(lat_deg))
    least, first = math.inf, -1
    for g in range(len(groups)):
        if square_bound_m2(groups, g, lon_deg, lat_deg, cos_lat) >= least:
            continue
        for k in range(g * SIZE, min((g + 1) * SIZE, len(boxes))):
            bound = square_bound_m2(boxes, k, lon_deg, lat_deg, cos_lat)
            if bound < least:
                least, first = bound, k
    best = (math.inf, -1, 0.0)
    if first < 0:
        return best
    # The chunk of the nearest box first: its distance leaves few others to look at.
    best = nearest_of_chunk(edges, first, lon_deg, lat_deg, min(boxes[first, 4], cos_lat), best)
    for g in range(len(groups)):
        if square_bound_m2(groups, g, lon_deg, lat_deg, cos_lat) > best[0] * best[0]:
            continue
        for k in range(g * SIZE, min((g + 1) * SIZE, len(boxes))):
            if k != first and square_bound_m2(boxes, k, lon_deg, lat_deg, cos_lat) <= best[0] * best[0]:
                best = nearest_of_chunk(edges, k, lon_deg, lat_deg, min(boxes[k, 4], cos_lat), best)
    return best


@njit(cache=True)
def touches(x: float, y: float, half_along: float, half_across: float, turned: F64) -> bool:
    """Return whether a piece touches a turned box.

    Args:
        x: its middle, east [m].
        y: its middle, north [m].
        half_along: half its size [m] in the direction of the box.
        half_across: half its size [m] across it.
        turned: the box: cosine and sine of its direction, along from, to, across from, to [m].
    """
    along, across = x * turned[0] + y * turned[1], y * turned[0] - x * turned[1]
    is_beside: bool = along + half_along < turned[2] or along - half_along > turned[3]
    is_past: bool = across + half_across < turned[4] or across - half_across > turned[5]
    return not (is_beside or is_past)


@njit(cache=True)
def box_touches(boxes: F64, k: int, origin: tuple[float, float], scale: tuple[float, float], turned: F64) -> bool:
    """Return whether box `k` touches a turned box of the plane."""
    half_x, half_y = (boxes[k, 1] - boxes[k, 0]) * (scale[0] / 2.0), (boxes[k, 3] - boxes[k, 2]) * (scale[1] / 2.0)
    x = ((boxes[k, 0] + boxes[k, 1]) / 2.0 - origin[0]) * scale[0]
    y = ((boxes[k, 2] + boxes[k, 3]) / 2.0 - origin[1]) * scale[1]
    along = abs(half_x * turned[0]) + abs(half_y * turned[1])
    across = abs(half_x * turned[1]) + abs(half_y * turned[0])
    found: bool = touches(x, y, along, across, turned)
    return found


@njit(cache=True)
def edges_in_box(
    edges: F64,
    boxes: F64,
    groups: F64,
    origin: tuple[float, float],
    scale: tuple[float, float],
    turned: F64,
) -> F64:
    """Return the edges that touch the turned box, rows ax, ay, ex, ey [m] in the plane, shape (4, n).

    Args:
        edges: see the module.
        boxes: see the module.
        groups: see the module.
        origin: longitude and latitude [deg] of the plane's origin.
        scale: metres of a degree of each there.
        turned: see `touches`.
    """
    found = np.empty((4, 64))
    n = 0
    for g in range(len(groups)):
        if not box_touches(groups, g, origin, scale, turned):
            continue
        for k in range(g * SIZE, min((g + 1) * SIZE, len(boxes))):
            if not box_touches(boxes, k, origin, scale, turned):
                continue
            for i in range(k * SIZE, min((k + 1) * SIZE, len(edges))):
                ax, ay = (edges[i, 0] - origin[0]) * scale[0], (edges[i, 1] - origin[1]) * scale[1]
                bx, by = (edges[i, 2] - origin[0]) * scale[0], (edges[i, 3] - origin[1]) * scale[1]
                hx, hy = (bx - ax) / 2.0, (by - ay) / 2.0
                along, across = abs(hx * turned[0] + hy * turned[1]), abs(hy * turned[0] - hx * turned[1])
                if not touches((ax + bx) / 2.0, (ay + by) / 2.0, along, across, turned):
                    continue
                if n == found.shape[1]:
                    grown = np.empty((4, 2 * n))
                    grown[:, :n] = found
                    found = grown
                found[0, n], found[1, n] = ax, ay
                found[2, n] = (edges[i, 2] - edges[i, 0]) * scale[0]
                found[3, n] = (edges[i, 3] - edges[i, 1]) * scale[1]
                n += 1
    return found[:, :n].copy()


@njit(cache=True)
def first_meetings(near: F64, starts_m: F64, speeds_mps: F64, until_s: float) -> F64:
    """Return the time [s] at which each straight path first meets an edge, NaN if not before `until_s`.

    Args:
        near: edges as `edges_in_box` returns them.
        starts_m: where each path begins, shape (n, 2).
        speeds_mps: its velocity, shape (n, 2).
        until_s: how long it goes on.
    """
    times = np.full(len(starts_m), np.nan)
    ax, ay, ex, ey = near[0], near[1], near[2], near[3]
    is_crossed = np.empty(len(ax), np.bool_)
    for p in range(len(starts_m)):
        x, y, vx, vy = starts_m[p, 0], starts_m[p, 1], speeds_mps[p, 0], speeds_mps[p, 1]
        # Most edges lie wholly on one side of the path: a loop without branches, many edges at once, tells which.
        for i in range(len(ax)):
            across = vx * ey[i] - vy * ex[i]
            beside = (ax[i] - x) * vy - (ay[i] - y) * vx
            is_crossed[i] = (beside * across >= 0.0) & (abs(beside) <= abs(across) * (1.0 + 1e-9))
        first = math.inf
        for i in range(len(ax)):
            if not is_crossed[i]:
                continue
            rx, ry, across = ax[i] - x, ay[i] - y, vx * ey[i] - vy * ex[i]
            if across == 0.0:
                continue
            along, t = (rx * vy - ry * vx) / across, (rx * ey[i] - ry * ex[i]) / across
            if 0.0 <= along <= 1.0 and 0.0 <= t <= until_s and t < first:
                first = t
        if first < math.inf:
            times[p] = first
    return times
