"""The flights' ends as a map of the ground: which part lies in the country, what was searched, fine where much is."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from sargas.kernels import quadtree
from sargas.model.search import Asset, Light, Searched
from sargas.model.zone import Zone
from sargas.search.covers import Covers
from sargas.search.plane import EqualArea
from sargas.search.sweep import path_width_m, sweep_rate_m2ps

F64 = NDArray[np.float64]
Shape = shapely.geometry.base.BaseGeometry

N_FINE: Final = 2_048
CELL_LEAST_M: Final = 15.625
BORDER_STEP: Final = 8
"""The border is followed in blocks of so many fine cells to the side."""
ENOUGH: Final = 160.0
"""A square is split if its effective number of flights is at least this: each quarter then has about 40."""
ROOM: Final = 40_000
OUTSIDE_SHARE: Final = 0.003


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
    """Return the smallest grid that holds all but a few thousandths of the weight."""
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


def at(values: F64, xy_m: F64, grid: Grid) -> F64:
    """Return the value of each point's fine cell; 1 for points beyond the grid's edge."""
    row, column = _places(xy_m, grid.cell_m, N_FINE)
    is_on = np.max(np.abs(xy_m), axis=1) < grid.half_m
    return np.where(is_on, values[row, column], 1.0)


def _places(xy_m: F64, cell_m: float, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return row and column of each point; those beyond the edge are in the outermost cells."""
    place = np.clip(np.floor(xy_m / cell_m).astype(np.int64) + n // 2, 0, n - 1)
    return place[:, 1], place[:, 0]


def squares_of(xy_m: F64, before: F64, after: F64, grid: Grid) -> tuple[Squares, Squares]:
    """Return the adaptive maps of points with two sets of weights; the squares are those that the first asks for."""
    x, y = np.ascontiguousarray(xy_m[:, 0]), np.ascontiguousarray(xy_m[:, 1])
    mass, square, left = (np.zeros((N_FINE, N_FINE)) for _ in range(3))
    quadtree.count(x, y, before, grid.cell_m, mass, square)
    masses = quadtree.pyramid(mass)
    out = np.empty((ROOM, 4))
    n_levels = round(math.log2(N_FINE)) + 1
    n = quadtree.leaves(masses, quadtree.pyramid(square), n_levels, ENOUGH, out)
    level, row, column = out[:n, 0], out[:n, 1], out[:n, 2]
    size_m = grid.cell_m * N_FINE / 2.0**level
    first = Squares(
        x_m=(column + 0.5) * size_m - grid.half_m,
        y_m=(row + 0.5) * size_m - grid.half_m,
        size_m=size_m,
        mass=out[:n, 3].copy(),
    )
    if after is before:
        return first, first
    quadtree.count(x, y, after, grid.cell_m, left, square)
    place = ((4.0**level - 1.0) / 3.0 + row * 2.0**level + column).astype(np.int64)
    return first, Squares(first.x_m, first.y_m, size_m, quadtree.pyramid(left)[place])


def missed_of(searched: Sequence[Searched], plane: EqualArea, grid: Grid, covers: Covers, light: Light) -> F64 | None:
    """Return for each fine cell the probability that what lies there was overlooked; None if nothing was searched.

    Detection is that of a random search, 1 - exp(-coverage) (Koopman, Search and Screening, 1946): the coverages of
    areas that were searched twice add up.
    """
    if not searched:
        return None
    coverage = np.zeros((N_FINE, N_FINE))
    for one in searched:
        shape, z = swept(one, plane, covers, light)
        _add(coverage, shape, z, grid)
    result: F64 = np.exp(-coverage)
    return result


def swept(one: Searched, plane: EqualArea, covers: Covers, light: Light) -> tuple[Shape, float]:
    """Return the shape that a search swept, and how many times over.

    A ring's coverage is what was said of it, else what the asset sweeps in its hours, else once. Paths sweep half
    their sweep width to either side.
    """
    rings = [np.array(one.ring)] if len(one.ring) >= 3 else []
    lines = [np.array(path) for path in one.paths if len(path) >= 2]
    asset = Asset(asset_id=one.asset, kind=one.asset, sweep_width_m=one.sweep_width_m)
    if lines:
        paths = shapely.MultiLineString([plane.xy(*line.T) for line in lines])
        cover = covers.at(paths.centroid.x, paths.centroid.y)
        width_m = max(one.sweep_width_m or path_width_m(one.asset, cover, light), 1.0)
        shape: Shape = paths.buffer(0.5 * width_m)
        return shape, one.coverage if one.coverage is not None else paths.length * width_m / shape.area
    if not rings:
        return shapely.Polygon(), 0.0
    shape = shapely.make_valid(shapely.Polygon(plane.xy(*rings[0].T)))
    if one.coverage is not None:
        return shape, one.coverage
    if one.hours is None or shape.area <= 0.0:
        return shape, 1.0
    cover = covers.at(shape.centroid.x, shape.centroid.y)
    return shape, sweep_rate_m2ps(asset, cover, light) * 3_600.0 * one.hours / shape.area


def _add(coverage: F64, shape: Shape, z: float, grid: Grid) -> None:
    """Add `z` to the cells whose centres lie in the shape; a thin shape counts by the share of the cells it fills."""
    if shape.is_empty or z <= 0.0:
        return
    west, south, east, north = shape.bounds
    columns = _span(west, east, grid)
    rows = _span(south, north, grid)
    if columns.size == 0 or rows.size == 0:
        return
    shapely.prepare(shape)
    n = 4
    part = np.zeros((rows.size, columns.size))
    offsets = (np.arange(n) + 0.5) / n
    for u in offsets:
        for v in offsets:
            x, y = np.meshgrid((columns + u) * grid.cell_m - grid.half_m, (rows + v) * grid.cell_m - grid.half_m)
            part += shapely.contains_xy(shape, x, y)
    coverage[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] += z * part / (n * n)


def _span(low_m: float, high_m: float, grid: Grid) -> NDArray[np.int64]:
    first = math.floor((low_m + grid.half_m) / grid.cell_m)
    last = math.floor((high_m + grid.half_m) / grid.cell_m)
    return np.arange(max(first, 0), min(last, N_FINE - 1) + 1)
