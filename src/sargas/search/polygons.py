"""Polygons in the plane: drawn around what lies above a level, and what a map holds within them.

Arrays of polygons are those of shapely; rings are arrays (n, 2) [m] whose first corner is not repeated.
"""

from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from contourpy import FillType, contour_generator

from sargas.search.raster import F64, I64, Mosaic, Window

UPRIGHT_M: Final = 1e-9
"""Run below which an edge counts as upright: nothing lies below it."""

_geos: Any = shapely  # shapely carries no types


def areas_above(window: Window, field: F64, level: float, least_hole_m2: float) -> Any:
    """Return the areas above a level as an array of polygons; small holes are filled."""
    x_m, y_m = window.centres
    # Beyond the window the field counts as low, so that every contour closes.
    x_m = np.concatenate([[x_m[0] - window.pixel_m], x_m, [x_m[-1] + window.pixel_m]])
    y_m = np.concatenate([[y_m[0] - window.pixel_m], y_m, [y_m[-1] + window.pixel_m]])
    edged = np.pad(field, 1, constant_values=level - 0.5)
    maker: Any = contour_generator(x_m, y_m, edged, fill_type=FillType.OuterOffset)
    points, offsets = maker.filled(level, float("inf"))
    kept = []
    for line, cuts in zip(points, offsets, strict=True):
        rings = [line[a:b] for a, b in pairwise(cuts)]
        if abs(_signed_area_m2(rings[0])) > window.pixel_m**2:
            kept.append(_geos.Polygon(rings[0], [r for r in rings[1:] if abs(_signed_area_m2(r)) > least_hole_m2]))
    return np.array(kept, dtype=object)


def polygon_rings(polygon: Any) -> list[F64]:
    """Return the rings of a polygon: the outer one first and counter-clockwise, holes clockwise; not closed."""
    rings = [np.asarray(ring.coords, np.float64)[:-1] for ring in (polygon.exterior, *polygon.interiors)]
    return [ring if (_signed_area_m2(ring) > 0.0) == (k == 0) else ring[::-1] for k, ring in enumerate(rings)]


def _signed_area_m2(ring: F64) -> float:
    """Return the area of a ring, positive if it runs counter-clockwise."""
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    # The first corner is the origin, so the closing edge adds nothing.
    return 0.5 * float(np.dot(x[:-1], y[1:]) - np.dot(y[:-1], x[1:]))


def held_within(mosaic: Mosaic, areas: Any) -> F64:
    """Return what the map holds within each of n areas, shape (n,); a cell counts by the part that is inside."""
    area, cell, part_m2 = overlaps(mosaic, areas)
    return np.bincount(area, part_m2 * mosaic.density[cell], minlength=len(areas)).astype(np.float64)


def overlaps(mosaic: Mosaic, areas: Any) -> tuple[I64, I64, F64]:
    """Return areas, cells, and square metres which, summed for each pair of the two, are what they have in common.

    A cell's part of an area is the sum over the area's edges of what lies below them, counted by their direction
    (Green's theorem); an edge matters to the cells it meets and to those below it, down to its ring's lowest point.
    """
    polygons, owners = _geos.get_parts(areas, return_index=True)
    some = (_geos.get_type_id(polygons) == 3) & ~_geos.is_empty(polygons)
    polygons, owners = polygons[some], owners[some]
    starts, ends, lows, owner = _edges([polygon_rings(polygon) for polygon in polygons], owners)
    west, east = np.minimum(starts[:, 0], ends[:, 0]), np.maximum(starts[:, 0], ends[:, 0])
    edge, cell = mosaic.tree.query(_geos.box(west, lows, east, np.maximum(starts[:, 1], ends[:, 1])))
    return owner[edge], cell, _area_below(starts[edge], ends[edge], mosaic.only(cell))


def _edges(rings: list[list[F64]], owners: I64) -> tuple[F64, F64, F64, I64]:
    """Return starts and ends of all edges that are not upright, their ring's lowest y and their owners."""
    if not rings:
        return np.empty((0, 2)), np.empty((0, 2)), np.empty(0), np.empty(0, np.int64)
    flat = [ring for group in rings for ring in group]
    starts = np.concatenate(flat)
    ends = np.concatenate([part for ring in flat for part in (ring[1:], ring[:1])])
    counts = [len(ring) for ring in flat]
    lows = np.repeat([float(np.min(ring[:, 1])) for ring in flat], counts)
    owner = np.repeat(np.repeat(owners, [len(group) for group in rings]), counts)
    leans = np.abs(starts[:, 0] - ends[:, 0]) > UPRIGHT_M
    return starts[leans], ends[leans], lows[leans], owner[leans]


def _area_below(start: F64, end: F64, cells: Mosaic) -> F64:
    """Return the area [m2] of each cell below each edge, negative where the edge runs east."""
    half_m, side_m = 0.5 * cells.size_m, cells.size_m
    x0, x1 = np.minimum(start[:, 0], end[:, 0]), np.maximum(start[:, 0], end[:, 0])
    left = np.maximum(x0, cells.x_m - half_m)
    right = np.maximum(np.minimum(x1, cells.x_m + half_m), left)
    run = end[:, 0] - start[:, 0]
    slope = (end[:, 1] - start[:, 1]) / run
    south = cells.y_m - half_m
    a = (start[:, 1] + slope * (left - start[:, 0]) - south) / side_m
    b = (start[:, 1] + slope * (right - start[:, 0]) - south) / side_m
    # The mean over the edge of its height within the box, which is between 0 and 1: by its integral, and where the
    # edge is level by its middle, since the integral's difference would have no digits left.
    rise = b - a
    is_level = np.abs(rise) < 1e-6
    mean = np.where(
        is_level, np.clip(0.5 * (a + b), 0.0, 1.0), (_filled(b) - _filled(a)) / np.where(is_level, 1.0, rise)
    )
    area_m2: F64 = -np.sign(run) * mean * side_m * (right - left)
    return area_m2


def _filled(t: F64) -> F64:
    """Return the integral of the height, cut off at 0 and 1, up to t."""
    filled: F64 = np.where(t < 0.0, 0.0, np.where(t < 1.0, 0.5 * t**2, t - 0.5))
    return filled
