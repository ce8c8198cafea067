"""The mass of a bivariate normal distribution on the far side of edges, seen from its mean."""

import math

import numpy as np
from numba import njit

from sargas.kernels.edges import F64, SIZE, square_bound_m2

FAR_SD = 9.0
"""Beyond it lies less than 3e-18 of the mass."""
FEW_X = np.array([-0.774596669241483377, 0.0, 0.774596669241483377])
FEW_W = np.array([5.0 / 9.0, 8.0 / 9.0, 5.0 / 9.0])
MANY_X, MANY_W = np.polynomial.legendre.leggauss(8)
PIECE = 0.3


@njit(cache=True)
def mass_behind(h: float, begin: float, end: float) -> float:
    """Return the mass of the standard normal distribution in the wedge behind a piece of a line, seen from its mean.

    The wedge is bounded by the rays through the piece's ends. With s the place along the line and s = h sinh(u) its
    mass is 1/(2 pi) times the integral of exp(-(h cosh u)^2 / 2) / cosh(u) over u, which is smooth for every h; the
    same as the difference of two values of Owen's T function of h. Gauss-Legendre, good to 1e-13.

    Args:
        h: distance of the line from the mean, above 0.
        begin: where the piece begins, from the foot of the perpendicular.
        end: where it ends, beyond `begin`.
    """
    begin, end = max(begin, -FAR_SD), min(end, FAR_SD)
    if end <= begin:
        return 0.0
    low, high = math.asinh(begin / h), math.asinh(end / h)
    steepest = (high - low) * (1.0 + max(begin * begin, end * end))
    nodes, weights = (FEW_X, FEW_W) if steepest < 0.1 else (MANY_X, MANY_W)
    n = 1 if steepest < 0.1 else math.ceil((high - low) / PIECE)
    half = (high - low) / (2 * n)
    total = 0.0
    for k in range(n):
        middle = low + (2 * k + 1) * half
        for j in range(len(nodes)):
            c = math.cosh(middle + half * nodes[j])
            total += weights[j] * math.exp(-0.5 * h * h * c * c) / c
    return total * half / math.tau


@njit(cache=True)
def mass_behind_edges(
    edges: F64,
    boxes: F64,
    groups: F64,
    origin: tuple[float, float],
    scale: tuple[float, float],
    factor: tuple[float, float, float],
    reach_m: float,
) -> tuple[float, int, float]:
    """Return the mass behind the edges near the mean, how many they are, and the least distance of a line [sd].

    What lies behind an edge that goes anticlockwise about the mean counts positive. The mass inside the area is 1 if
    the mean is inside, otherwise 0, less what is returned.

    Args:
        edges: see `sargas.kernels.edges`.
        boxes: see there.
        groups: see there.
        origin: longitude and latitude [deg] of the mean.
        scale: metres of a degree of each there.
        factor: Cholesky factor (11, 21, 22) of the covariance [m].
        reach_m: how far the boxes of the edges may be.
    """
    cos_lat = math.cos(math.radians(origin[1]))
    l11, l21, l22 = factor
    mass, n, least_h = 0.0, 0, math.inf
    for g in range(len(groups)):
        if square_bound_m2(groups, g, origin[0], origin[1], cos_lat) > reach_m * reach_m:
            continue
        for k in range(g * SIZE, min((g + 1) * SIZE, len(boxes))):
            if square_bound_m2(boxes, k, origin[0], origin[1], cos_lat) > reach_m * reach_m:
                continue
            for i in range(k * SIZE, min((k + 1) * SIZE, len(edges))):
                n += 1
                ax, bx = (edges[i, 0] - origin[0]) * (scale[0] / l11), (edges[i, 2] - origin[0]) * (scale[0] / l11)
                ay = ((edges[i, 1] - origin[1]) * scale[1] - l21 * ax) / l22
                by = ((edges[i, 3] - origin[1]) * scale[1] - l21 * bx) / l22
                length = math.hypot(bx - ax, by - ay)
                if length == 0.0:
                    continue
                side = ax * by - ay * bx
                h = abs(side) / length
                least_h = min(least_h, h)
                if h > FAR_SD or h == 0.0:
                    continue
                begin = (ax * (bx - ax) + ay * (by - ay)) / length
                behind = mass_behind(h, begin, begin + length)
                mass += behind if side > 0.0 else -behind
    return mass, n, least_h
