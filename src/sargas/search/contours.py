"""The smallest areas that hold a share of the probability: exactly, from the cells, and as lines for a map."""

import math
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import ArrayLike

from sargas.search.polygons import areas_above, held_within, polygon_rings
from sargas.search.raster import F64, TILT, Mosaic, Window, above, level_field, settled, spread, windows_about

Polygons: TypeAlias = list[list[F64]]
"""Polygons as rings (n, 2) [m], corners not repeated: first the outer, counter-clockwise, then holes, clockwise."""

View: TypeAlias = tuple[Window, F64]
"""A window and how far above the wanted density it lies there."""

SHARES: Final = (0.5, 0.75, 0.9, 0.95)
PIXELS: Final = 420
"""Pixels on the longer side of a raster."""
FINENESS: Final = 0.025
"""Standard deviation of the least smoothing as a share of the size of the whole area: a map shows no finer."""
SPECK: Final = 0.002
"""Pieces that hold less than this share of the probability are left out, and holes of less than it of the area."""
POINTS: Final = 300
"""Corners of a ring at most, before the contour within it is added."""
CLOSE: Final = 0.004
"""How far the probability held may be off the share before the level is corrected again."""

_geos: Any = shapely  # shapely carries no types


class _Wanted(Struct, frozen=True, kw_only=True):
    """A contour to draw: its share, density and exact area, and the contour within it (None for the innermost)."""

    share: float
    density: float
    area_m2: float
    inner: Any


def highest_density(size_m: ArrayLike, poc: ArrayLike, shares: ArrayLike) -> tuple[F64, F64]:
    """Return density [1/m2] and area [m2] of the smallest areas that hold the shares of the total probability.

    Each area is that of the cells at and above its density; of the last cell it takes what is needed. A share of
    nothing has the highest density and no area.

    Args:
        size_m: sides of the cells, shape (n,), n > 0.
        poc: probability in each.
        shares: 0 to 1, shape (k,).
    """
    area_m2, mass = np.asarray(size_m, np.float64) ** 2, np.asarray(poc, np.float64)
    order = np.argsort(-mass / area_m2, kind="stable")
    held = np.concatenate([[0.0], np.cumsum(mass[order])])
    covered_m2 = np.concatenate([[0.0], np.cumsum(area_m2[order])])
    wanted = np.asarray(shares, np.float64) * held[-1]
    # The first cell at which the sum is reached; rounding must not carry the last share beyond the last cell that
    # holds anything.
    last = np.minimum(np.searchsorted(held, wanted * (1.0 - 1e-12)), np.searchsorted(held, held[-1]))
    last = np.maximum(last, 1)
    part = np.clip((wanted - held[last - 1]) / np.maximum(held[last] - held[last - 1], 1e-300), 0.0, 1.0)
    density = (mass / area_m2)[order][last - 1]
    return density, covered_m2[last - 1] + part * area_m2[order][last - 1]


def contours_of(
    x_m: F64, y_m: F64, size_m: F64, poc: F64, shares: Sequence[float] = SHARES
) -> list[tuple[float, float, Polygons]]:
    """Return (share, area [m2], polygons) of each share, the smallest share first; each lies within the next.

    The area is exact, of the cells. The polygons are smooth and hold their share to within 0.02. A map that holds
    nothing has none.

    Args:
        x_m: centres of the cells, east, shape (n,).
        y_m: the same, north.
        size_m: sides of the cells.
        poc: probability in each cell.
        shares: above 0 and below 1.
    """
    mosaic = Mosaic(x_m, y_m, size_m, poc)
    mosaic = mosaic.only(mosaic.poc > 0.0)
    wanted = sorted(shares)
    if not mosaic.poc.size:
        return [(share, 0.0, []) for share in wanted]
    density, area_m2 = highest_density(mosaic.size_m, mosaic.poc, wanted)
    inner, found = None, []
    for k, share in enumerate(wanted):
        aim = _Wanted(share=share, density=float(density[k]), area_m2=float(area_m2[k]), inner=inner)
        inner = _contour(mosaic, aim)
        found.append((share, aim.area_m2, [polygon_rings(polygon) for polygon in inner]))
    return found


def _contour(mosaic: Mosaic, wanted: _Wanted) -> Any:
    """Return the polygons (an array) that hold a share of the map and all of the inner ones."""
    least_m = FINENESS * math.sqrt(wanted.area_m2)
    windows = _windows(mosaic, wanted, least_m)
    views = [(window, level_field(window, mosaic, wanted.density, least_m)) for window in windows]
    poc = [spread(window, mosaic, mosaic.poc).ravel() for window in windows]
    levels, held = above(np.concatenate([field.ravel() for _, field in views]), np.concatenate(poc))
    total = float(np.sum(mosaic.poc))
    return settled(
        lambda more: float(np.interp(-(wanted.share + more) * total, -held, levels)),
        lambda level: _drawn(mosaic, views, level, wanted),
        (float(levels[0]), float(levels[-1])),
        CLOSE,
    )


def _windows(mosaic: Mosaic, wanted: _Wanted, least_m: float) -> list[Window]:
    """Return the windows about the densest cells that hold a little more than the share, and their equals."""
    (least,), _ = highest_density(mosaic.size_m, mosaic.poc, [min(wanted.share + 0.02, 1.0)])
    dense = mosaic.only(mosaic.density >= least * math.exp(-TILT))
    pixel_m = min(max(float(np.min(dense.size_m)) / 6.0, least_m / 4.0), math.sqrt(wanted.area_m2) / 40.0)
    return windows_about(dense, float(np.max(dense.size_m)) + 2.0 * least_m, pixel_m, PIXELS)


def _drawn(mosaic: Mosaic, views: Sequence[View], level: float, wanted: _Wanted) -> tuple[Any, float]:
    """Return the pieces above a level that matter, with the inner contour, and what they hold beyond the share."""
    total = float(np.sum(mosaic.poc))
    hole_m2 = SPECK * wanted.area_m2
    pieces = np.concatenate(
        [_simplified(areas_above(window, field, level, hole_m2), 0.3 * window.pixel_m) for window, field in views]
    )
    held = held_within(mosaic, pieces) / total
    order = np.argsort(-held, kind="stable")
    before = np.cumsum(held[order]) - held[order]
    # Where so much lies scattered in specks that the share would be missed without them, the largest stay.
    pieces = pieces[order[(held[order] >= SPECK) | (before < wanted.share - CLOSE)]]
    if wanted.inner is not None:
        pieces = _geos.get_parts(_geos.union_all(np.concatenate([pieces, wanted.inner])))
    return pieces, float(np.sum(held_within(mosaic, pieces))) / total - wanted.share


def _simplified(pieces: Any, tolerance_m: float) -> Any:
    """Return valid polygons with the corners that matter, fewer than `POINTS` on each ring."""
    simple = _geos.simplify(pieces, tolerance_m)
    for _ in range(16):
        tolerance_m *= 1.6
        rings, owner = _geos.get_rings(simple, return_index=True)
        is_long = np.unique(owner[_geos.get_num_points(rings) > POINTS])
        if not is_long.size:
            break
        simple[is_long] = _geos.simplify(pieces[is_long], tolerance_m)
    return simple
