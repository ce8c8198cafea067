"""Sectors to search: pieces of about equal effort, compact, bounded by lines in the field where there are some."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import ArrayLike

from sargas.search.cutting import BIT, FAR_TOO_MUCH, Points, cut, joined, noded, without_holes
from sargas.search.polygons import areas_above, held_within, overlaps, polygon_rings
from sargas.search.raster import F64, TILT, Mosaic, Window, above, level_field, settled, spread, windows_about

ROUNDNESS: Final = 0.2
"""Standard deviation of the smoothing of the searched region as a share of a sector's side."""
FINENESS: Final = 0.025
"""The same as a share of the size of the whole region, if that is more."""
PIXELS_A_SIDE: Final = 12.0
"""Pixels to a sector's side."""
PIXELS: Final = 900
"""Pixels to a side of a window."""
COMPLETE: Final = 0.975
"""Share of the region's probability with which it counts as covered; odd bits beyond are left out."""
EASE: Final = 0.03
"""Tolerance of the outlines as a share of a sector's side."""
NARROW: Final = 0.15
"""Half the width, as a share of a sector's side, below which tips and bays of the region are rounded off."""
LINE_M: Final = 5.0
"""Tolerance of outlines along lines in the field."""
HOUR_S: Final = 3600.0

_geos: Any = shapely  # shapely carries no types


class Shape(Struct, frozen=True, kw_only=True, eq=False):
    """A sector: a ring without holes, counter-clockwise, corners not repeated, shape (n, 2) [m].

    `poc` is the probability within it, `hours` what a standard team needs to sweep it once.
    """

    xy_m: F64
    area_m2: float
    poc: float
    hours: float


class _Ground(Struct, frozen=True, kw_only=True, eq=False):
    """What is to be found in each cell that can be searched, and the effort that each takes, in sectors.

    `elsewhere` is the effort of a square metre where the map has no cell.
    """

    mosaic: Mosaic
    work: F64
    elsewhere: float

    def weigh(self, polygons: Any) -> tuple[F64, F64]:
        """Return the effort of each polygon, in sectors, and the share of all that is to be found."""
        polygon, cell, part_m2 = overlaps(self.mosaic, polygons)
        n, per_m2 = len(polygons), self.work / self.mosaic.size_m**2
        bare_m2 = np.maximum(_geos.area(polygons) - np.bincount(polygon, part_m2, minlength=n), 0.0)
        work = np.bincount(polygon, part_m2 * per_m2[cell], minlength=n) + self.elsewhere * bare_m2
        held = np.bincount(polygon, part_m2 * self.mosaic.density[cell], minlength=n)
        return work.astype(np.float64), held / float(np.sum(self.mosaic.poc))


def sector_poc(rings: Sequence[ArrayLike], x_m: F64, y_m: F64, size_m: F64, poc: F64) -> F64:
    """Return the probability within each ring (n, 2) [m]; a cell counts by the part of it that is inside."""
    polygons = np.array([_geos.Polygon(np.asarray(ring, np.float64)) for ring in rings], dtype=object)
    return held_within(
        Mosaic(x_m, y_m, size_m, poc), _geos.make_valid(polygons, method="structure", keep_collapsed=False)
    )


def draw_sectors(  # noqa: PLR0917 (a map is four columns)
    x_m: F64, y_m: F64, size_m: F64, poc: F64, rate_m2ps: ArrayLike, hours: float,
    lines: Sequence[F64] = (), share: float = 0.95, n_max: int = 120,
) -> list[Shape]:  # fmt: skip
    """Return sectors of about `hours` each over the smallest region that holds a share of the probability.

    Best first, by probability per effort; their insides are disjoint. If the region needs more than `n_max` sectors,
    its best part is drawn and the rest left: what the sectors' `poc` add up to is what is covered.

    Args:
        x_m: centres of the cells, east, shape (n,).
        y_m: the same, north.
        size_m: sides of the cells.
        poc: probability in each cell.
        rate_m2ps: area that a standard team sweeps in a second, one number or one for each cell. A cell of rate 0
            cannot be searched: nothing is looked for there, and it takes no effort.
        hours: effort that a sector should take.
        lines: roads, rivers, edges of fields, each (k, 2) [m]: sectors end there where that gives fit pieces.
        share: of the probability in cells that can be searched, that the region holds.
        n_max: sectors at most.
    """
    mosaic = Mosaic(x_m, y_m, size_m, poc)
    ground = _ground(mosaic, np.broadcast_to(np.asarray(rate_m2ps, np.float64), mosaic.poc.shape), hours)
    if not (ground.mosaic.poc > 0.0).any() or n_max < 1:
        return []
    region, views, side_m = _region(ground, share, n_max)
    faces = noded(region, lines) if lines else region
    sectors = noded(_cut_all(ground, faces, views, 1.5))
    sectors = joined(sectors, ground.weigh(sectors)[0])
    whole = [part for sector in _cut_all(ground, sectors, views, FAR_TOO_MUCH) for part in without_holes(sector)]
    sectors = _geos.coverage_simplify(noded(np.array(whole, dtype=object)), LINE_M if lines else EASE * side_m)
    work, held = ground.weigh(sectors)[0], held_within(mosaic, sectors)
    best = np.argsort(-held / np.maximum(work, 1e-12), kind="stable")[:n_max]
    return [
        Shape(
            xy_m=polygon_rings(sectors[k])[0],
            area_m2=float(_geos.area(sectors[k])),
            poc=float(held[k]),
            hours=float(work[k] * hours),
        )
        for k in best
    ]


def _ground(mosaic: Mosaic, rate_m2ps: F64, hours: float) -> _Ground:
    """Return what can be searched and what it takes; ground that is not on the map is as half of that on it."""
    fit = rate_m2ps > 0.0
    work = np.where(fit, mosaic.size_m**2 / np.where(fit, rate_m2ps * HOUR_S * hours, 1.0), 0.0)
    elsewhere = float(np.median((work / mosaic.size_m**2)[fit])) if fit.any() else 0.0
    return _Ground(mosaic=mosaic.with_poc(np.where(fit, mosaic.poc, 0.0)), work=work, elsewhere=elsewhere)


class _View(Struct, frozen=True, kw_only=True, eq=False):
    """A window and, at its pixels, how far above the level the ground's worth lies, the share held and the effort."""

    window: Window
    height: F64
    held: F64
    work: F64

    def within(self, polygon: Any) -> Points:
        """Return the pixels inside a polygon."""
        x_m, y_m = self.window.centres
        west, south, east, north = polygon.bounds
        columns = slice(*np.searchsorted(x_m, (west, east)))
        rows = slice(*np.searchsorted(y_m, (south, north)))
        x, y = np.meshgrid(x_m[columns], y_m[rows])
        inside = _geos.contains_xy(polygon, x, y)
        held, work = self.held[rows, columns], self.work[rows, columns]
        return Points(np.stack([x[inside], y[inside]], axis=1), work[inside], held[inside], self.window.pixel_m)


def _region(ground: _Ground, share: float, n_max: int) -> tuple[Any, list[_View], float]:
    """Return the region to search (an array of polygons), rasters of it, and the side of a sector [m]."""
    views, side_m = _views(ground, share, n_max)
    heights = np.concatenate([view.height.ravel() for view in views])
    levels, held = above(heights, np.concatenate([view.held.ravel() for view in views]))
    _, worked = above(heights, np.concatenate([view.work.ravel() for view in views]))
    spans = (float(levels[0]), float(levels[-1]))

    def guess(more: float) -> float:
        enough = np.interp(-share * (1.0 + more), -held, levels)
        return float(max(enough, np.interp(-n_max * (1.0 + more), -worked, levels)))

    def draw(level: float) -> tuple[Any, float]:
        pieces = [areas_above(view.window, view.height, level, BIT * side_m**2) for view in views]
        region = _rounded(np.concatenate(pieces), side_m)
        return _worthwhile(region, *ground.weigh(region), share, n_max)

    return settled(guess, draw, spans, 1.0 - COMPLETE), views, side_m


def _views(ground: _Ground, share: float, n_max: int) -> tuple[list[_View], float]:
    """Return rasters of where the region lies, and the side of a sector [m]: of the only one, where one is enough."""
    worth, area_m2, work, level = _worth(ground, share, n_max)
    side_m = math.sqrt(area_m2 / max(work, 1.0))
    smooth_m = max(ROUNDNESS * side_m, FINENESS * math.sqrt(area_m2))
    dense = ground.mosaic.only(worth.density >= level * math.exp(-TILT))
    total, views = float(np.sum(ground.mosaic.poc)), []
    for window in windows_about(dense, 0.6 * side_m + float(np.mean(dense.size_m)), side_m / PIXELS_A_SIDE, PIXELS):
        near = _near(ground, window)
        bare_m2 = np.maximum(window.pixel_m**2 - spread(window, near.mosaic, near.mosaic.size_m**2), 0.0)
        views.append(
            _View(
                window=window,
                height=level_field(window, worth, level, smooth_m),
                held=spread(window, near.mosaic, near.mosaic.poc) / total,
                work=spread(window, near.mosaic, near.work) + ground.elsewhere * bare_m2,
            )
        )
    return views, side_m


def _near(ground: _Ground, window: Window) -> _Ground:
    chosen = ground.mosaic.reaching(window)
    return _Ground(mosaic=ground.mosaic.only(chosen), work=ground.work[chosen], elsewhere=ground.elsewhere)


def _worth(ground: _Ground, share: float, n_max: int) -> tuple[Mosaic, float, float, float]:
    """Return the map of what counts in choosing ground; area [m2] and effort of the best of it; its level there.

    What counts is the probability per area; or per effort, if there is more to search than can be drawn.
    """
    mosaic, work = ground.mosaic, ground.work
    order = np.argsort(-mosaic.density, kind="stable")
    held = np.cumsum(mosaic.poc[order])
    chosen = order[: 1 + int(np.searchsorted(held, share * held[-1] * (1.0 - 1e-12)))]
    if float(np.sum(work[chosen])) > n_max:
        per_work = np.where(work > 0.0, mosaic.poc / np.where(work > 0.0, work, 1.0), 0.0)
        mosaic = mosaic.with_poc(per_work * mosaic.size_m**2 * ground.elsewhere)
        order = np.argsort(-mosaic.density, kind="stable")
        chosen = order[: 1 + int(np.searchsorted(np.cumsum(work[order]), n_max))]
    area_m2 = float(np.sum(mosaic.size_m[chosen] ** 2))
    return mosaic, area_m2, float(np.sum(work[chosen])), float(mosaic.density[chosen[-1]])


def _worthwhile(pieces: Any, work: F64, held: F64, share: float, n_max: int) -> tuple[Any, float]:
    """Return the pieces that are worth a sector, and how much more they are than is wanted or can be drawn.

    Those are the ones that are not too small, and others until enough is held where effort is left for them.
    """
    order = np.argsort(-held, kind="stable")
    is_spent = float(np.sum(work)) > COMPLETE * n_max
    is_needed = np.cumsum(held[order]) - held[order] < (0.0 if is_spent else COMPLETE * share)
    is_needed[:1] = True
    kept = order[(work[order] >= BIT) | is_needed]
    return pieces[kept], max(float(np.sum(held[kept])) / share, float(np.sum(work[kept])) / n_max) - 1.0


def _rounded(pieces: Any, side_m: float) -> Any:
    """Return the polygons without bays and tips too narrow for a sector; what is narrow but large stays."""
    reach_m = NARROW * side_m
    pieces = _geos.simplify(pieces, EASE * side_m)
    filled = _geos.buffer(_geos.buffer(_geos.union_all(pieces), reach_m, quad_segs=4), -2.0 * reach_m, quad_segs=4)
    wide = _geos.buffer(filled, reach_m, quad_segs=4)
    rest = _geos.get_parts(_geos.difference(_geos.union_all(pieces), wide))
    large = rest[_geos.area(rest) >= BIT * side_m**2]
    whole = _geos.get_parts(_geos.union_all(np.append(large, wide)))
    # What is small everywhere has nothing left.
    small = pieces[~_geos.intersects(pieces, _geos.union_all(whole))]
    return _geos.simplify(np.concatenate([whole, small]), EASE * side_m)


def _cut_all(ground: _Ground, faces: Any, views: Sequence[_View], most: float) -> Any:
    """Return the faces, those that take more than an effort cut into as many sectors as they are worth."""
    pieces = []
    for face, work in zip(faces, ground.weigh(faces)[0], strict=True):
        if work <= most:
            pieces.append(face)
            continue
        # A face lies in one window; windows do not overlap.
        points = max((view.within(face) for view in views), key=lambda points: points.work.size)
        pieces += cut(face, points, round(float(work)), points.axis())
    return np.array(pieces, dtype=object)
