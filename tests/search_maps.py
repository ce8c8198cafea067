"""Probability maps in adaptive squares whose true shape is known, for the tests of contours and sectors."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import ndtr

F64 = NDArray[np.float64]


class Columns(NamedTuple):
    """Squares as the search has them: centres, sides, masses."""

    x_m: F64
    y_m: F64
    size_m: F64
    poc: F64


class Normal(NamedTuple):
    """A normal distribution of two independent coordinates, and its weight."""

    x_m: float
    y_m: float
    sx_m: float
    sy_m: float
    weight: float = 1.0


BLOB = (Normal(1_000.0, 2_000.0, 900.0, 500.0),)
TWO_BLOBS = (Normal(0.0, 0.0, 900.0, 700.0, 0.6), Normal(38_000.0, 12_000.0, 1_500.0, 900.0, 0.4))
RIDGE = (
    *(Normal(1_500.0 * k, 900.0 * k, 900.0, 900.0, 0.9 / 40.0) for k in range(40)),
    Normal(30_000.0, 18_000.0, 40_000.0, 25_000.0, 0.1),
)
"""A ridge 70 km long and about 2 km wide, and thin surroundings."""


def squares_of(
    normals: Sequence[Normal], most: float = 1 / 3_000, least_m: float = 62.5, side_m: float = 2.0**22
) -> Columns:
    """Return squares halved until none holds more than `most`; each holds exactly what the normals put there."""
    x, y, size = np.array([0.0]), np.array([0.0]), side_m
    kept: list[Columns] = []
    while x.size:
        poc = np.zeros(x.size)
        for normal in normals:
            across = ndtr((x + size / 2 - normal.x_m) / normal.sx_m) - ndtr((x - size / 2 - normal.x_m) / normal.sx_m)
            along = ndtr((y + size / 2 - normal.y_m) / normal.sy_m) - ndtr((y - size / 2 - normal.y_m) / normal.sy_m)
            poc += normal.weight * across * along
        done = (poc <= most) | (size <= least_m)
        full = done & (poc > 0.0)
        kept.append(Columns(x[full], y[full], np.full(int(full.sum()), size), poc[full]))
        quarter = size / 4
        x = np.concatenate([x[~done] + quarter * east for east in (-1, 1, -1, 1)])
        y = np.concatenate([y[~done] + quarter * north for north in (-1, -1, 1, 1)])
        size /= 2
    return Columns(*(np.concatenate(parts) for parts in zip(*kept, strict=True)))


def level(n: int, size_m: float) -> Columns:
    """Return n by n squares that all hold the same."""
    x, y = np.meshgrid(size_m * (np.arange(n) + 0.5), size_m * (np.arange(n) + 0.5))
    return Columns(x.ravel(), y.ravel(), np.full(n * n, size_m), np.full(n * n, 1.0 / n**2))


def held_by_shapely(columns: Columns, area: shapely.Geometry) -> float:
    """Return what the squares hold within an area: each by the part that shapely's intersection leaves of it."""
    half = columns.size_m / 2
    boxes = shapely.box(columns.x_m - half, columns.y_m - half, columns.x_m + half, columns.y_m + half)
    met = shapely.intersects(boxes, area)
    part_m2 = shapely.area(shapely.intersection(boxes[met], area))
    return float(np.sum(columns.poc[met] * part_m2 / columns.size_m[met] ** 2))


@st.composite
def any_map(draw: st.DrawFn) -> Columns:
    """Draw a map of squares of many sizes, from one to a few hundred, some far apart, densities over many decades."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    squares = [(0.0, 0.0, 2.0 ** draw(st.integers(10, 15)))]
    for _ in range(draw(st.integers(0, 60))):
        x, y, size = squares.pop(int(rng.integers(len(squares))))
        if size <= 64.0:
            squares.append((x, y, size))
            continue
        squares += [(x + size / 4 * i, y + size / 4 * j, size / 2) for i in (-1, 1) for j in (-1, 1)]
    kept = [square for square in squares if rng.random() < 0.8] or squares[:1]
    x, y, size = np.array(kept).T
    poc = size**2 * rng.lognormal(0.0, draw(st.sampled_from([0.0, 1.0, 3.0])), size.size)
    return Columns(x, y, size, draw(st.sampled_from([1.0, 0.3])) * poc / poc.sum())
