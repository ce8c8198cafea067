"""The cells of a probability map as a regular raster, smoothed as finely as the map itself is.

A map is an adaptive histogram: square cells of many sizes, few where there is nothing and many where there is much.
All is in metres of an equal-area plane.
"""

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse import csgraph

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
T = TypeVar("T")

CELL_SD: Final = 0.8
"""Standard deviation of the smoothing as a share of a cell's side: its corners go, its place stays."""
LEVEL_RANGE: Final = 3.0
"""How far above and below a level the logarithm of the density still speaks for where its contour runs."""
TILT: Final = 0.03
"""By how much, as a logarithm, level ground falls away from the middle of the mass: it, too, then has contours."""
_COARSE: Final = 200
"""Pixels on the longer side of the raster in which groups of cells are told apart."""
_LEVELS: Final = 4_096
"""Levels at which sums are kept."""
_TRIES: Final = 15
"""Levels that are tried at most."""
_LOWS: Final = np.array([1.0, 1.0, -1.0, -1.0])
"""Turns the greatest of east and north into the least of their opposites."""

_geos: Any = shapely  # shapely carries no types


class Mosaic:
    """The cells of a map: centres, sides and the probability in each, arrays of one length."""

    def __init__(self, x_m: F64, y_m: F64, size_m: F64, poc: F64) -> None:
        self.x_m = np.asarray(x_m, np.float64)
        self.y_m = np.asarray(y_m, np.float64)
        self.size_m = np.asarray(size_m, np.float64)
        self.poc = np.asarray(poc, np.float64)

    @cached_property
    def density(self) -> F64:
        """Probability per square metre."""
        return self.poc / self.size_m**2

    @cached_property
    def tree(self) -> Any:
        """The cells as boxes, to be asked which of them a box meets."""
        half_m = 0.5 * self.size_m
        return _geos.STRtree(_geos.box(self.x_m - half_m, self.y_m - half_m, self.x_m + half_m, self.y_m + half_m))

    def only(self, chosen: NDArray[np.bool_] | I64) -> "Mosaic":
        """Return the map of those cells alone."""
        return Mosaic(self.x_m[chosen], self.y_m[chosen], self.size_m[chosen], self.poc[chosen])

    def with_poc(self, poc: F64) -> "Mosaic":
        """Return the same cells with something else in them."""
        return Mosaic(self.x_m, self.y_m, self.size_m, poc)

    def reaching(self, window: "Window") -> I64:
        """Return which cells reach into the window."""
        half_m = 0.5 * self.size_m
        east_m, north_m = window.x_m + window.n_x * window.pixel_m, window.y_m + window.n_y * window.pixel_m
        across = (self.x_m + half_m > window.x_m) & (self.x_m - half_m < east_m)
        return np.flatnonzero(across & (self.y_m + half_m > window.y_m) & (self.y_m - half_m < north_m))


class Window(Struct, frozen=True, kw_only=True):
    """A raster's place: its lower left corner [m], the side of its pixels [m] and how many there are."""

    x_m: float
    y_m: float
    pixel_m: float
    n_x: int
    n_y: int

    @property
    def centres(self) -> tuple[F64, F64]:
        """The x of its columns and the y of its rows."""
        x_m = self.x_m + (np.arange(self.n_x, dtype=np.float64) + 0.5) * self.pixel_m
        return x_m, self.y_m + (np.arange(self.n_y, dtype=np.float64) + 0.5) * self.pixel_m


def windows_about(mosaic: Mosaic, margin_m: float, pixel_m: float, n_most: int) -> list[Window]:
    """Return windows that hold the cells and a margin: one for each group that lies apart, none overlapping.

    Their pixels grow where there would be more than `n_most` on a side.
    """
    half_m = 0.5 * mosaic.size_m
    west, south = np.min(mosaic.x_m - half_m), np.min(mosaic.y_m - half_m)
    east, north = np.max(mosaic.x_m + half_m), np.max(mosaic.y_m + half_m)
    coarse_m = max(margin_m, (east - west) / _COARSE, (north - south) / _COARSE)
    coarse = _window(np.array([west, south, east + coarse_m, north + coarse_m]), coarse_m, _COARSE + 1)
    groups, _ = ndimage.label(spread(coarse, mosaic, np.ones_like(mosaic.size_m)) > 1e-9, np.ones((3, 3)))
    boxes = np.array([(x.start, y.start, x.stop, y.stop) for y, x in ndimage.find_objects(groups)], np.float64)
    corner = np.array([west, south, west, south]) - margin_m * _LOWS
    return [_window(box, pixel_m, n_most) for box in _apart(boxes * coarse.pixel_m + corner)]


def _window(box: F64, pixel_m: float, n_most: int) -> Window:
    west, south, east, north = (float(side) for side in box)
    pixel_m = max(pixel_m, (east - west) / n_most, (north - south) / n_most)
    n_x, n_y = max(round((east - west) / pixel_m), 1), max(round((north - south) / pixel_m), 1)
    return Window(x_m=west, y_m=south, pixel_m=pixel_m, n_x=n_x, n_y=n_y)


def _apart(boxes: F64) -> F64:
    """Return boxes (west, south, east, north) about the groups that overlapping boxes form, until none overlap."""
    while True:
        one, other = _geos.STRtree(_geos.box(*boxes.T)).query(_geos.box(*boxes.T))
        n = len(boxes)
        n_groups, group = csgraph.connected_components(sparse.coo_array((np.ones(one.size), (one, other)), (n, n)))
        joined = np.full((n_groups, 4), np.inf)
        np.minimum.at(joined, group, boxes * _LOWS)
        if n_groups == n:
            return boxes
        boxes = joined * _LOWS


def spread(window: Window, mosaic: Mosaic, value: F64) -> F64:
    """Return what falls into each pixel, shape (n_y, n_x), if each cell spreads its value evenly over its area.

    Exact for cells of any size and place: an interval's overlap with the pixels of a line rises and falls over two
    pixels at each end, so a cell is 16 numbers of which the sums along both axes are its overlaps.
    """
    pixel_m, half_m = window.pixel_m, 0.5 * mosaic.size_m
    column, across = _ends(mosaic.x_m - half_m, mosaic.x_m + half_m, window.x_m, pixel_m, window.n_x)
    row, along = _ends(mosaic.y_m - half_m, mosaic.y_m + half_m, window.y_m, pixel_m, window.n_y)
    per_pixel = value * (pixel_m / mosaic.size_m) ** 2
    width = window.n_x + 2
    places = row[:, None, :] * width + column[None, :, :]
    parts = along[:, None, :] * across[None, :, :] * per_pixel
    steps = np.bincount(places.ravel(), parts.ravel(), minlength=(window.n_y + 2) * width)
    sums = np.cumsum(np.cumsum(steps.reshape(window.n_y + 2, width), axis=0), axis=1)
    return np.maximum(sums[: window.n_y, : window.n_x], 0.0)


def _ends(low_m: F64, high_m: F64, start_m: float, pixel_m: float, n: int) -> tuple[I64, F64]:
    """Return at which four pixels the overlap of each interval changes and by how much, both of shape (4, N)."""
    low, high = np.clip((low_m - start_m) / pixel_m, 0.0, n), np.clip((high_m - start_m) / pixel_m, 0.0, n)
    first, last = np.floor(low), np.floor(high)
    places = np.stack([first, first + 1.0, last, last + 1.0]).astype(np.int64)
    return places, np.stack([first + 1.0 - low, low - first, high - last - 1.0, last - high])


def level_field(window: Window, mosaic: Mosaic, level: float, smooth_least_m: float) -> F64:
    """Return how far above a level [1/m2] the smoothed density lies, as a logarithm, shape (n_y, n_x).

    Far above and far below count alike, so that a contour runs where it does between its own neighbours. The
    smoothing is as wide as the cells are there, and at least `smooth_least_m` (one standard deviation).
    """
    near = mosaic.only(mosaic.reaching(window))
    density = spread(window, near, near.poc) / window.pixel_m**2
    floor, roof = level * math.exp(-LEVEL_RANGE), level * math.exp(LEVEL_RANGE)
    height = np.log(np.clip(density, floor, roof) / level)
    return _smoothed(height, _widths(window, near, smooth_least_m)) - _tilt(window, mosaic)


def _tilt(window: Window, mosaic: Mosaic) -> F64:
    """Return by how much each pixel is lowered: little, and the more the farther from the middle of the mass."""
    total = float(np.sum(mosaic.poc))
    x_m, y_m = window.centres
    middle = [float(np.sum(part * mosaic.poc)) / total for part in (mosaic.x_m, mosaic.y_m)]
    away_m2 = (mosaic.x_m - middle[0]) ** 2 + (mosaic.y_m - middle[1]) ** 2 + mosaic.size_m**2
    far_m2 = float(np.sum(away_m2 * mosaic.poc)) / total
    distance_m2 = (y_m[:, None] - middle[1]) ** 2 + (x_m[None, :] - middle[0]) ** 2
    tilt: F64 = TILT * distance_m2 / (distance_m2 + far_m2)
    return tilt


def _widths(window: Window, mosaic: Mosaic, least_m: float) -> F64:
    """Return the standard deviation of the smoothing [pixels] at each pixel; where no cell is, as beside it."""
    area = mosaic.size_m**2
    covered = ndimage.gaussian_filter(spread(window, mosaic, area), 2.0, truncate=2.0)
    log_size = ndimage.gaussian_filter(spread(window, mosaic, area * np.log(mosaic.size_m)), 2.0, truncate=2.0)
    least = max(1.0, least_m / window.pixel_m)
    size_m = np.exp(log_size / np.maximum(covered, 1e-9 * window.pixel_m**2))
    return np.maximum(CELL_SD * size_m / window.pixel_m, least)


def _smoothed(field: F64, width: F64) -> F64:
    """Return the field smoothed by `width` [pixels] at each pixel: between fields of doubling widths."""
    low = float(np.min(width))
    step = np.log2(width / low)
    result, now, reached = np.zeros_like(field), field, 0.0
    for k in range(math.ceil(float(np.max(step))) + 1):
        wanted = low * 2.0**k
        now, reached = _blurred(now, math.sqrt(wanted**2 - reached**2)), wanted
        result += np.maximum(1.0 - np.abs(step - k), 0.0) * now
    return result


def _blurred(field: F64, width: float) -> F64:
    """Return the field under a Gaussian; wide ones as three running means, which cost the same however wide."""
    if width < 3.0:
        return ndimage.gaussian_filter(field, width, mode="nearest", truncate=3.0)
    side = 2 * round(0.5 * (math.sqrt(4.0 * width**2 + 1.0) - 1.0)) + 1
    for _ in range(3):
        field = ndimage.uniform_filter(field, side, mode="nearest")
    return field


def above(heights: F64, amounts: F64) -> tuple[F64, F64]:
    """Return levels, rising, and the sum of the amounts where the height is at or above each."""
    low, high = float(np.min(heights)), float(np.max(heights))
    step = max((high - low) / _LEVELS, 1e-12)
    place = np.minimum(((heights - low) / step).astype(np.int64), _LEVELS - 1)
    sums = np.cumsum(np.bincount(place.ravel(), amounts.ravel(), minlength=_LEVELS)[::-1])[::-1]
    return low + step * np.arange(_LEVELS, dtype=np.float64), sums.astype(np.float64)


def settled(
    guess: Callable[[float], float], draw: Callable[[float], tuple[T, float]], span: tuple[float, float], close: float
) -> T:
    """Return what is drawn at the level at which it is neither too much nor too little, as nearly as is found.

    Args:
        guess: the level that should give so much more than the first.
        draw: what a level gives, and by how much that is too much; the higher the level, the less.
        span: the lowest and the highest level.
        close: how little too much or too little is near enough.
    """
    low, high = span
    more, best, off, signs = 0.0, None, math.inf, set[bool]()
    for k in range(_TRIES):
        level = guess(more)
        # Where guesses come no nearer, halving does, once it is known to lie between; until then they reach out.
        if not low < level < high or (k % 3 == 2 and len(signs) == 2):
            level = 0.5 * (low + high)
        drawn, excess = draw(level)
        if best is None or abs(excess) < abs(off):
            best, off = drawn, excess
        if abs(excess) < close:
            break
        low, high = (level, high) if excess > 0.0 else (low, level)
        signs.add(excess > 0.0)
        more -= excess * (1.0 if len(signs) == 2 else 1.0 + k)
    assert best is not None
    return best
