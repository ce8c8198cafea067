"""The probability that a target passes: a raster over the part of the country that the flights come near."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from sargas.kernels import reach
from sargas.warn.country import Country
from sargas.warn.reach import Flights

F64 = NDArray[np.float64]

CELLS_MOST: Final = 250_000
CELL_OF_SWATH: Final = 0.5
LOOKED_AT: Final = 512
"""Flights of all that are asked where they are, at each third of their points."""
POINTS_EVERY: Final = 3
OUTLINE_M: Final = 400.0

_geos: Any = shapely  # shapely carries no types


class Passing(Struct, frozen=True):
    """The probability that any target passes each cell within the swath, shape (rows, columns); row 0 is the south.

    `corner_m` is the lower left corner of the cells in the country's plane, `cell_m` their side.
    """

    corner_m: tuple[float, float]
    cell_m: float
    probability: F64


class Presence(Struct, frozen=True):
    """Where in the country the targets may be within the horizon: points of some of their flights, and the weights.

    `comes` is how likely it is that any target is over the country at some time.
    """

    xy_m: F64
    weight: F64
    comes: float

    def held(self, shape: Any) -> float:
        """Return the share of it that a shape holds."""
        inside = _geos.contains_xy(shape, self.xy_m[:, 0], self.xy_m[:, 1])
        return float(np.sum(self.weight[inside]) / max(float(np.sum(self.weight)), 1e-12))


def presence_of(flights: Sequence[Flights], country: Country) -> Presence:
    """Return where in the country the targets may be."""
    every = max(sum(len(one.weight) for one in flights) // LOOKED_AT, 1)
    outline = country.inset(OUTLINE_M)
    _geos.prepare(outline)
    xy, weights, missed = [np.empty((0, 2))], [np.empty(0)], 1.0
    for one in flights:
        paths, weight = one.paths_m[::every, ::POINTS_EVERY], one.weight[::every]
        weight = weight * (float(one.weight.sum()) / max(float(weight.sum()), 1e-12))
        inside = _geos.contains_xy(outline, paths[..., 0], paths[..., 1])
        missed *= 1.0 - min(float(weight[inside.any(axis=1)].sum()), 1.0)
        xy.append(paths[inside])
        weights.append(np.broadcast_to(weight[:, None], inside.shape)[inside])
    return Presence(np.concatenate(xy), np.concatenate(weights), 1.0 - missed)


def passing_of(flights: Sequence[Flights], country: Country, swath_m: float) -> Passing | None:
    """Return the probability that a target passes, None if no flight comes over the country's box.

    The cells lie where they always lie, so that the raster does not creep along with a target.
    """
    window = _window(flights, country, swath_m)
    if window is None:
        return None
    west, south, columns, rows, cell_m = window
    corner = np.array([west * cell_m, south * cell_m])
    missed, passed = np.ones((rows, columns)), np.zeros((rows, columns))
    stamp = np.full((rows, columns), -1, np.int32)
    n = 0
    for one in flights:
        reach.count_passes(one.paths_m, one.weight, swath_m, corner, cell_m, missed, passed, stamp, n)
        n += len(one.weight)
    return Passing((float(corner[0]), float(corner[1])), cell_m, 1.0 - missed)


def _window(flights: Sequence[Flights], country: Country, swath_m: float) -> tuple[int, int, int, int, float] | None:
    """Return the first column and row, how many there are of each, and the side of the cells [m]."""
    if not flights:
        return None
    boxes = np.array([reach.bounds(one.paths_m) for one in flights])
    low = np.maximum(boxes[:, :2].min(axis=0), country.bounds_m[:2]) - 2.0 * swath_m
    high = np.minimum(boxes[:, 2:].max(axis=0), country.bounds_m[2:]) + 2.0 * swath_m
    if not bool(np.all(high > low)):
        return None
    cell_m = CELL_OF_SWATH * swath_m
    while True:
        first = np.floor(low / cell_m).astype(int)
        n = np.ceil(high / cell_m).astype(int) - first
        if math.prod(n.tolist()) <= CELLS_MOST:
            return int(first[0]), int(first[1]), int(n[0]), int(n[1]), cell_m
        cell_m *= 2.0
