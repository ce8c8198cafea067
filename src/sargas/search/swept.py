"""What was searched in vain: how thoroughly each place was swept, and the probability that it was overlooked there.

Detection is that of a random search, 1 - exp(-coverage) (Koopman, Search and Screening, 1946): the coverages of areas
that were searched twice add up.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from sargas.model.search import Asset, Light, Searched
from sargas.search.covers import Covers
from sargas.search.plane import EqualArea
from sargas.search.sweep import path_width_m, sweep_rate_m2ps

F64 = NDArray[np.float64]

SAMPLES: Final = 40
"""Points to a side of a sector with which its mean is taken."""


class Swept:
    """The areas that were searched, and how many times over each."""

    def __init__(self, searched: Sequence[Searched], plane: EqualArea, covers: Covers, light: Light) -> None:
        found = [swept(one, plane, covers, light) for one in searched]
        found = [(shape, z) for shape, z in found if not shape.is_empty and z > 0.0]
        self._shapes = [shape for shape, _ in found]
        self._coverage = [z for _, z in found]
        for shape in self._shapes:
            shapely.prepare(shape)

    def overlooked(self, xy_m: F64) -> F64:
        """Return for each point (n, 2) the probability that what lies there was overlooked, (n,)."""
        coverage = np.zeros(xy_m.shape[0])
        for shape, z in zip(self._shapes, self._coverage, strict=True):
            west, south, east, north = shape.bounds
            near = np.flatnonzero(
                (xy_m[:, 0] >= west) & (xy_m[:, 0] <= east) & (xy_m[:, 1] >= south) & (xy_m[:, 1] <= north)
            )
            within = np.asarray(shapely.contains_xy(shape, xy_m[near, 0], xy_m[near, 1]))
            coverage[near[within]] += z
        result: F64 = np.exp(-coverage)
        return result

    def overlooked_within(self, ring: F64) -> float:
        """Return the mean of that over a ring (n, 2), by points spread evenly over it."""
        if not self._shapes:
            return 1.0
        low, high = ring.min(axis=0), ring.max(axis=0)
        steps = (np.arange(SAMPLES) + 0.5) / SAMPLES
        x, y = np.meshgrid(low[0] + steps * (high[0] - low[0]), low[1] + steps * (high[1] - low[1]))
        within = np.asarray(shapely.contains_xy(shapely.Polygon(ring), x, y)).ravel()
        points = np.stack([x.ravel(), y.ravel()], axis=1)[within]
        return float(self.overlooked(points).mean()) if points.size else 1.0


def swept(one: Searched, plane: EqualArea, covers: Covers, light: Light) -> tuple[BaseGeometry, float]:
    """Return the shape that a search swept, and how many times over.

    A ring's coverage is what was said of it, else what the asset sweeps in its hours, else once. Paths sweep half
    their sweep width to either side.
    """
    lines = [np.array(path) for path in one.paths if len(path) >= 2]
    if lines:
        paths = shapely.MultiLineString([plane.xy(*line.T) for line in lines])
        cover = covers.at(paths.centroid.x, paths.centroid.y)
        width_m = max(one.sweep_width_m or path_width_m(one.asset, cover, light), 1.0)
        strip = paths.buffer(0.5 * width_m)
        return strip, one.coverage if one.coverage is not None else paths.length * width_m / strip.area
    if len(one.ring) < 3:
        return shapely.Polygon(), 0.0
    area = shapely.make_valid(shapely.Polygon(plane.xy(*np.array(one.ring).T)))
    if one.coverage is not None:
        return area, one.coverage
    if one.hours is None or area.area <= 0.0:
        return area, 1.0
    asset = Asset(asset_id=one.asset, kind=one.asset, sweep_width_m=one.sweep_width_m)
    cover = covers.at(area.centroid.x, area.centroid.y)
    return area, sweep_rate_m2ps(asset, cover, light) * 3_600.0 * one.hours / area.area
