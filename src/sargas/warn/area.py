"""The area to warn: as small as the uncertainty allows, inside the country, with few corners.

A place is warned where the probability that a target passes within the swath is at least that of the operator: what
a false warning costs over what a missed one does. Warn when P > cost / loss.
Source of the rule: A. H. Murphy, Decision-making models in the cost-loss ratio situation, Mon. Wea. Rev. 104, 1976.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import shapely
from contourpy import FillType, contour_generator
from msgspec import Struct
from numpy.typing import NDArray
from scipy import ndimage

from sargas.model.report import Point
from sargas.warn.country import Country
from sargas.warn.passing import Passing, Presence

F64 = NDArray[np.float64]
Ring: TypeAlias = tuple[Point, ...]

CORNERS: Final = 60
"""Of a ring, at most: what a mobile network's cell broadcast and a person on the telephone can deal with."""
RINGS: Final = 5
TOLERANCES_M: Final = (100.0, 150.0, 220.0, 330.0, 500.0, 750.0, 1_100.0, 1_650.0, 2_500.0, 3_700.0, 5_500.0)
"""Of the border; tried one after the other until there are few enough corners."""
FREELY: Final = 2.0
"""Where it is not the border, the edge is no finer than that many tolerances: nobody knows it so well."""
CLOSES_M: Final = (1_500.0, 4_000.0, 10_000.0, 25_000.0, 60_000.0)
"""Gaps that are closed: the first always, the others until there are few enough rings."""
OUTWARDS: Final = 1.0
"""So many tolerances it is moved outwards before, so that fewer corners do not mean that fewer are warned."""
FINE: Final = 0.05
"""What is closed has corners that matter to this share of the gap: more only cost time."""
SPECK_SHARE: Final = 0.02
SPECK_M2: Final = 1.0e6
"""Smaller pieces are left out beside larger ones."""
LEAST_M2: Final = 2.0e6
"""A warning for less than this is drawn where the probability is lower."""
LOWER: Final = 0.5
LEVEL_LEAST: Final = 0.004
"""The level is halved down to this: below, the few flights that come say little."""
HELD_LEAST: Final = 0.25
"""A warning for less of where the targets may be helps nobody."""
SMOOTH_CELLS: Final = 1.0
KEPT_LARGER: Final = 1.5
"""The area of the last draft stays while it is not larger than the new one by more than this,"""
KEPT_HELD: Final = 0.93
"""and holds as much of where the targets may be, but for this: what a drone flies in a minute, at the far end."""

_geos: Any = shapely  # shapely carries no types
_POLYGON: Final = 3


class WarnedArea(Struct, frozen=True):
    """Rings of (longitude, latitude), their shape in the country's plane, their size, the level they are drawn at.

    `is_kept`: the area is that of the last draft.
    """

    rings: tuple[Ring, ...]
    shape: Any
    area_m2: float
    level: float
    is_kept: bool = False


def area_to_warn(passing: Passing, presence: Presence, country: Country, level: float) -> WarnedArea | None:
    """Return the area to warn; None if it is less likely than the level that any target comes over the country.

    Where the area would hold less than a quarter of where the targets may be in the country, since nobody knows where
    they go, the level is halved until it does: that is the strip along the border that a target approaches, or the
    most likely places of one that was lost long ago.
    """
    if presence.comes < level:
        return None
    field = np.pad(passing.probability, 1)
    found = None
    while level >= LEVEL_LEAST:
        shape = _drawn(field, passing, country, level)
        drawn = None if shape is None else area_of_rings(rings_of(shape, country), country, level)
        if drawn is not None:
            found = drawn
            if drawn.area_m2 >= LEAST_M2 and presence.held(drawn.shape) >= HELD_LEAST:
                break
        level *= LOWER
    return found


def steadied(new: WarnedArea, before: Sequence[Ring], presence: Presence, country: Country) -> WarnedArea:
    """Return the area of the last draft, if it is still nearly as good as the new one; else the new one."""
    last = area_of_rings(tuple(before), country, new.level)
    if last is None or last.area_m2 > KEPT_LARGER * new.area_m2:
        return new
    if presence.held(last.shape) < KEPT_HELD * presence.held(new.shape):
        return new
    return WarnedArea(last.rings, last.shape, last.area_m2, new.level, is_kept=True)


def area_of_rings(rings: tuple[Ring, ...], country: Country, level: float = 0.0) -> WarnedArea | None:
    """Return the area that rings bound; None if they bound none."""
    polygons = [_geos.make_valid(_geos.Polygon(country.xy(ring))) for ring in rings if len(ring) >= 4]
    shape = _geos.union_all(polygons)
    if shape.is_empty or shape.area <= 0.0:
        return None
    middle = shape.representative_point()
    ((lon_deg, lat_deg),) = country.lonlat([[middle.x, middle.y]]).tolist()
    scale = country.frame_at(lon_deg, lat_deg)[2]
    _geos.prepare(shape)
    return WarnedArea(rings, shape, float(shape.area) / scale**2, level)


def rings_of(shape: Any, country: Country) -> tuple[Ring, ...]:
    """Return the outer rings of a shape on the earth: closed, counter-clockwise, five decimals; the largest first."""
    parts = sorted(_polygons(shape), key=lambda part: (-part.area, part.bounds))
    rings = [_ring(part, country) for part in parts]
    return tuple(ring for ring in rings if ring is not None)


def _ring(part: Any, country: Country) -> Ring | None:
    lonlat = np.round(country.lonlat(_geos.get_coordinates(part.exterior)), 5)
    polygon = _geos.Polygon(lonlat)
    if not polygon.is_valid:  # two corners that rounding has made one
        polygon = max(_polygons(_geos.make_valid(polygon)), key=lambda one: one.area, default=None)
    if polygon is None or polygon.area <= 0.0:
        return None
    points = _geos.get_coordinates(_geos.orient_polygons(polygon).exterior)
    moved = np.any(np.diff(points, axis=0) != 0.0, axis=1)
    kept = points[np.concatenate([[True], moved])].tolist()
    return tuple((lon, lat) for lon, lat in kept) if len(kept) >= 4 else None


def _drawn(field: F64, passing: Passing, country: Country, level: float) -> Any | None:
    """Return the shape of what is at least as likely as the level, in the country; None if there is nothing."""
    raw = _above(field, passing, level)
    if not len(raw):
        return None
    shape = _filled(_geos.union_all(raw))
    cut = None
    for close_m in CLOSES_M:
        plain = _plain(shape, FINE * close_m)
        shape = _filled(_geos.buffer(_geos.buffer(plain, close_m, quad_segs=3), -close_m, quad_segs=3))
        cut = _cut(shape, country)
        if len(_polygons(cut)) <= RINGS:
            break
    parts = sorted(_polygons(cut), key=lambda part: -part.area)[:RINGS]
    return _geos.MultiPolygon(parts) if parts else None


def _cut(shape: Any, country: Country) -> Any:
    """Return the part in the country with few corners, without holes and specks."""
    found: Any = _geos.MultiPolygon()
    for tolerance_m in TOLERANCES_M:
        plain = _plain(_geos.buffer(shape, OUTWARDS * tolerance_m, quad_segs=2), FREELY * tolerance_m)
        parts = _polygons(_geos.intersection(plain, country.inset(tolerance_m)))
        largest_m2 = max((part.area for part in parts), default=0.0)
        speck_m2 = min(SPECK_M2, SPECK_SHARE * largest_m2)
        found = _filled(_geos.MultiPolygon([part for part in parts if part.area >= speck_m2]))
        if all(len(part.exterior.coords) <= CORNERS + 1 for part in _polygons(found)):
            break
    return found


def _above(field: F64, passing: Passing, level: float) -> Any:
    """Return polygons about what is at least as likely as the level.

    The logarithm is cut off near the level before it is smoothed, so that a sharp edge stays where it is.
    """
    near = np.log(np.clip(field, level / np.e, level * np.e) / level)
    smooth = ndimage.gaussian_filter(near, SMOOTH_CELLS, mode="nearest", truncate=3.0)
    rows, columns = field.shape
    x_m = passing.corner_m[0] + (np.arange(columns) - 0.5) * passing.cell_m
    y_m = passing.corner_m[1] + (np.arange(rows) - 0.5) * passing.cell_m
    smooth[[0, -1], :], smooth[:, [0, -1]] = -1.0, -1.0  # every contour closes
    maker: Any = contour_generator(x_m, y_m, smooth, fill_type=FillType.OuterOffset)
    points, offsets = maker.filled(0.0, np.inf)
    # Holes are filled anyway: the first ring of each is the outer one.
    outer = [line[cuts[0] : cuts[1]] for line, cuts in zip(points, offsets, strict=True) if len(cuts) >= 2]
    return _geos.make_valid(np.array([_geos.Polygon(ring) for ring in outer], dtype=object))


def _plain(shape: Any, tolerance_m: float) -> Any:
    """Return the shape with corners that matter to a tolerance."""
    return _geos.make_valid(_geos.simplify(shape, tolerance_m, preserve_topology=False))


def _filled(shape: Any) -> Any:
    """Return the shape without its holes."""
    return _geos.union_all([_geos.Polygon(part.exterior) for part in _polygons(shape)])


def _polygons(shape: Any) -> list[Any]:
    if shape is None:
        return []
    return [
        part for part in _geos.get_parts(shape) if _geos.get_type_id(part) == _POLYGON and not _geos.is_empty(part)
    ]
