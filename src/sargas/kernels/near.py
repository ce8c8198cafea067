"""Which of many points lie in a box: a uniform grid over the points, as two arrays."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sargas.kernels.compiled import compiled

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

CELLS_PER_POINT = 4.0
CELLS_LEAST = 16.0


class Grid(NamedTuple):
    """Points by cell: those of cell (a, b) are order[start[a * ny + b]:start[a * ny + b + 1]]."""

    x0: float
    y0: float
    side: float
    nx: int
    ny: int
    start: I64
    order: I64


@compiled
def grid_of(points: NDArray[np.void], which: I64) -> Grid:
    """Return the grid over the first two of `z` of points[which], records; there must be one at least."""
    n = which.shape[0]
    x0 = x1 = points[which[0]].z[0]
    y0 = y1 = points[which[0]].z[1]
    for a in range(1, n):
        x, y = points[which[a]].z[0], points[which[a]].z[1]
        x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
    side = math.sqrt((x1 - x0 + 1.0) * (y1 - y0 + 1.0) / (CELLS_PER_POINT * n + CELLS_LEAST))
    side = max(side, max(x1 - x0, y1 - y0) / (CELLS_PER_POINT * n + CELLS_LEAST))
    nx, ny = int((x1 - x0) / side) + 1, int((y1 - y0) / side) + 1
    start, order = np.zeros(nx * ny + 1, np.int64), np.empty(n, np.int64)
    cell = np.empty(n, np.int64)
    for a in range(n):
        cell[a] = int((points[which[a]].z[0] - x0) / side) * ny + int((points[which[a]].z[1] - y0) / side)
        start[cell[a] + 1] += 1
    for c in range(nx * ny):
        start[c + 1] += start[c]
    place = start.copy()
    for a in range(n):
        order[place[cell[a]]] = a
        place[cell[a]] += 1
    return Grid(x0, y0, side, nx, ny, start, order)


@compiled
def span(low: float, high: float, origin: float, side: float, n: int) -> tuple[int, int]:
    """Return the first cell of one axis that reaches into [low, high], and the one after the last."""
    if high < origin or low > origin + n * side:
        return 0, 0
    first = int(max((low - origin) / side, 0.0))
    last = int(min((high - origin) / side, n - 1.0))
    return first, last + 1
