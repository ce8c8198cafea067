"""The flights' ends as a map of the ground: which lie in the country, and how dense they are, fine where much is."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from sargas.kernels import quadtree
from sargas.model.zone import Zone
from sargas.search.plane import EqualArea

F64 = NDArray[np.float64]

N_FINE: Final = 2_048
CELL_LEAST_M: Final = 15.625
BORDER_STEP: Final = 8
"""The border is followed in blocks of so many fine cells to the side."""
ENOUGH: Final = 160.0
"""A square is split if its effective number of flights is at least this: each quarter then has about 40."""
ENOUGH_OF_FEW: Final = 16.0
SQUARES_OF_FEW: Final = 50.0
"""Where the evidence leaves few flights, squares are split sooner, as far as about so many of them go."""
ROOM: Final = 40_000
OUTSIDE_SHARE: Final = 0.04
FAR_STEPS: Final = 4
FAR_TIMES: Final = 16


class Grid(Struct, frozen=True):
    """A square grid about the last place of `N_FINE` by `N_FINE` cells with sides `cell_m`, row 0 southernmost."""

    cell_m: float

    @property
    def half_m(self) -> float:
        """Half of its side."""
        return 0.5 * N_FINE * self.cell_m


class Squares(Struct, frozen=True):
    """The adaptive map: centres and sides [m] and masses, arrays (n,)."""

    x_m: F64
    y_m: F64
    size_m: F64
    mass: F64


def grid_about(xy_m: F64, weight: F64) -> Grid:
    """Return the smallest grid that holds all but a few hundredths of the weight: those lie far and thin."""
    reach_m = np.max(np.abs(xy_m), axis=1)
    sample = slice(None, None, max(1, reach_m.size // 50_000))
    order = np.argsort(reach_m[sample])
    mass = np.cumsum(weight[sample][order])
    if mass[-1] <= 0.0:
        return Grid(CELL_LEAST_M)
    last = int(np.searchsorted(mass, (1.0 - OUTSIDE_SHARE) * mass[-1]))
    wanted_m = 1.05 * float(reach_m[sample][order][min(last, order.size - 1)]) / (0.5 * N_FINE)
    return Grid(CELL_LEAST_M * 2.0 ** max(0, math.ceil(math.log2(max(wanted_m, 1e-3) / CELL_LEAST_M))))


def inside(xy_m: F64, zones: Sequence[Zone], watched: str, plane: EqualArea, grid: Grid) -> NDArray[np.bool_]:
    """Return which points lie in the watched country, to about half a block; all of them if no border is known."""
    n = N_FINE // BORDER_STEP
    block_m = grid.cell_m * BORDER_STEP
    polygons = [
        shapely.Polygon(plane.xy(*np.array(rings[0]).T), [plane.xy(*np.array(hole).T) for hole in rings[1:]])
        for zone in zones
        if zone.kind == "sovereign" and zone.country == watched
        for rings in zone.polygons
    ]
    if not polygons:
        return np.ones(xy_m.shape[0], dtype=np.bool_)
    window = shapely.box(-grid.half_m, -grid.half_m, grid.half_m, grid.half_m)
    simple = [shapely.make_valid(polygon.simplify(0.2 * block_m)).intersection(window) for polygon in polygons]
    country = shapely.union_all(simple)
    shapely.prepare(country)
    centres = (np.arange(n) - 0.5 * (n - 1)) * block_m
    x, y = np.meshgrid(centres, centres)
    blocks: NDArray[np.bool_] = np.asarray(shapely.contains_xy(country, x, y))
    row, column = _places(xy_m, block_m, n)
    return blocks[row, column]


def _places(xy_m: F64, cell_m: float, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return row and column of each point; those beyond the edge are in the outermost cells."""
    place = np.clip(np.floor(xy_m / cell_m).astype(np.int64) + n // 2, 0, n - 1)
    return place[:, 1], place[:, 0]


def squares_of(xy_m: F64, before: F64, after: F64, grid: Grid) -> tuple[Squares, Squares]:
    """Return the maps of points with two sets of weights, on the same squares: adaptive by the first ones' weights.

    Beyond the grid, where hardly anything is, the squares are large and alike.
    """
    x, y = np.ascontiguousarray(xy_m[:, 0]), np.ascontiguousarray(xy_m[:, 1])
    far = _far_squares(xy_m, before, after, grid)
    mass, square, left = (np.zeros((N_FINE, N_FINE)) for _ in range(3))
    quadtree.count(x, y, before, grid.cell_m, mass, square)
    out = np.empty((ROOM, 4))
    n_levels = round(math.log2(N_FINE)) + 1
    n_effective = float(before.sum()) ** 2 / max(float(before @ before), 1e-300)
    enough = min(ENOUGH, max(ENOUGH_OF_FEW, n_effective / SQUARES_OF_FEW))
    n = quadtree.leaves(quadtree.pyramid(mass), quadtree.pyramid(square), n_levels, enough, out)
    level, row, column = out[:n, 0], out[:n, 1], out[:n, 2]
    quadtree.count(x, y, after, grid.cell_m, left, square)
    place = ((4.0**level - 1.0) / 3.0 + row * 2.0**level + column).astype(np.int64)
    size_m = np.concatenate([grid.cell_m * N_FINE / 2.0**level, far.size_m])
    x_m = np.concatenate([(column + 0.5) * size_m[:n] - grid.half_m, far.x_m])
    y_m = np.concatenate([(row + 0.5) * size_m[:n] - grid.half_m, far.y_m])
    first = Squares(x_m, y_m, size_m, np.concatenate([out[:n, 3], far.mass]))
    return first, Squares(x_m, y_m, size_m, np.concatenate([quadtree.pyramid(left)[place], far.after]))


class _Far(Struct, frozen=True):
    x_m: F64
    y_m: F64
    size_m: F64
    mass: F64
    after: F64


def _far_squares(xy_m: F64, before: F64, after: F64, grid: Grid) -> _Far:
    """Return the squares beyond the grid that hold anything: an eighth of it to the side, out to sixteen times it."""
    is_far = (np.max(np.abs(xy_m), axis=1) >= grid.half_m) & (before > 0.0)
    size_m = grid.half_m / FAR_STEPS
    n = 2 * FAR_STEPS * FAR_TIMES
    row, column = _places(xy_m[is_far], size_m, n)
    place, index = np.unique(row * n + column, return_inverse=True)
    return _Far(
        x_m=(place % n - n // 2 + 0.5) * size_m,
        y_m=(place // n - n // 2 + 0.5) * size_m,
        size_m=np.full(place.size, size_m),
        mass=np.bincount(index, weights=before[is_far], minlength=place.size).astype(np.float64),
        after=np.bincount(index, weights=after[is_far], minlength=place.size).astype(np.float64),
    )
