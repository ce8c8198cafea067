"""What the ground is covered with, where the user's map says so."""

from collections.abc import Sequence

import numpy as np
import shapely

from sargas.model.report import Point
from sargas.model.search import Cover
from sargas.search.plane import EqualArea


class Covers:
    """The cover at a place of the plane; `otherwise` where the map says nothing."""

    def __init__(self, areas: Sequence[tuple[Cover, Sequence[Point]]], plane: EqualArea, otherwise: Cover) -> None:
        self._covers = [cover for cover, _ in areas]
        shapes = [shapely.make_valid(shapely.Polygon(plane.xy(*np.array(ring).T))) for _, ring in areas]
        self._tree = shapely.STRtree(shapes)
        self._otherwise: Cover = otherwise

    def at(self, x_m: float, y_m: float) -> Cover:
        """Return the cover at one place; of areas that overlap the first."""
        found = self._tree.query(shapely.Point(x_m, y_m), predicate="intersects")
        return self._covers[int(found.min())] if found.size else self._otherwise

    def of(self, x_m: np.ndarray, y_m: np.ndarray) -> list[Cover]:
        """Return the covers at many places."""
        if not self._covers:
            return [self._otherwise] * len(x_m)
        places, areas = self._tree.query(shapely.points(x_m, y_m), predicate="intersects")
        first: dict[int, int] = {}
        for place, area in zip(places.tolist(), areas.tolist(), strict=True):
            first[place] = min(first.get(place, area), area)
        return [self._covers[first[k]] if k in first else self._otherwise for k in range(len(x_m))]
