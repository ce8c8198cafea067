"""How good a map was: where the truth stands in it, and what that comes to over many flights."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from sargas.model.search import Cells
from sargas.search.plane import EqualArea

F64 = npt.NDArray[np.float64]

SHARES = (*(round(0.05 * k, 2) for k in range(1, 20)), 0.99)
AREA_SHARE, BEST_PART = 0.95, 0.1
SAME_DENSITY = 1e-9
N_BOOTSTRAP = 4_000


class Standing(Struct, frozen=True, kw_only=True):
    """Where a truth stands in one map.

    `level` is the share of the map in the smallest area that holds the truth: uniform from 0 to 1 over many flights
    if the maps are honest. `area_m2` is searched before it, densest first; of the truth's cell, and of those as dense
    as it, half. Where the map has no cell the level is 1 and the area endless. `area95_m2`: the smallest with 95 %.
    """

    level: float
    area_m2: float
    area95_m2: float

    @property
    def is_inside(self) -> bool:
        """Whether it lies in the 95 % area."""
        return self.level <= AREA_SHARE

    @property
    def is_in_best(self) -> bool:
        """Whether it lies in the best tenth of the 95 % area."""
        return self.area_m2 <= BEST_PART * self.area95_m2


def standing(cells: Cells, lat_deg: float, lon_deg: float) -> Standing:
    """Return where a place stands in a map."""
    ((x, y),) = EqualArea(cells.lat0_deg, cells.lon0_deg).xy(lon_deg, lat_deg).tolist()
    columns = (np.array(column, float) for column in (cells.x_m, cells.y_m, cells.size_m, cells.poc))
    return standing_of(*columns, (x, y))


def standing_of(x_m: F64, y_m: F64, size_m: F64, poc: F64, truth: tuple[float, float]) -> Standing:
    """Return where a point of the plane stands among square cells, shape (n,)."""
    area, total = size_m**2, float(poc.sum())
    density = poc / area
    own = np.flatnonzero(np.maximum(abs(x_m - truth[0]), abs(y_m - truth[1])) <= 0.5 * size_m)
    area95_m2 = smallest_area_m2(area, poc, AREA_SHARE)
    if own.size == 0:
        return Standing(level=1.0, area_m2=math.inf, area95_m2=area95_m2)
    mine = density[own].max()  # on the edge between two cells
    denser, tied = density > mine * (1.0 + SAME_DENSITY), abs(density - mine) <= mine * SAME_DENSITY
    return Standing(
        level=float(poc[denser].sum() + 0.5 * poc[tied].sum()) / total,
        area_m2=float(area[denser].sum() + 0.5 * area[tied].sum()),
        area95_m2=area95_m2,
    )


def smallest_area_m2(area_m2: F64, poc: F64, share: float) -> float:
    """Return the area of the densest cells that hold a share of the map, of the last one as much as is needed."""
    order = np.argsort(-poc / area_m2, kind="stable")
    held = np.cumsum(poc[order]) / poc.sum()
    last = int(np.searchsorted(held, share))
    before = float(held[last - 1]) if last else 0.0
    part = (share - before) / (float(held[last]) - before)
    return float(area_m2[order][:last].sum() + part * area_m2[order][last])


def calibration(levels: Sequence[float], shares: Sequence[float] = SHARES) -> list[float]:
    """Return which share of the truths lies inside the area of each share."""
    found = np.array(levels)
    return [float((found <= share).mean()) for share in shares]


class Ratio(Struct, frozen=True):
    """How many times smaller a median is, and the 95 % interval of that."""

    value: float
    low: float
    high: float


def ratio_of_medians(baseline_m2: Sequence[float], map_m2: Sequence[float], seed: int = 1) -> Ratio:
    """Return the ratio of the medians over the same flights, the interval by drawing the flights anew with return."""
    theirs, ours = np.array(baseline_m2), np.array(map_m2)
    rows = np.random.default_rng(seed).integers(0, theirs.size, (N_BOOTSTRAP, theirs.size))
    many = np.median(theirs[rows], axis=1) / np.median(ours[rows], axis=1)
    low, high = np.percentile(many, [2.5, 97.5])
    return Ratio(float(np.median(theirs) / np.median(ours)), float(low), float(high))


def share_interval(n: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share. Source: Wilson, J. Am. Stat. Assoc. 22 (1927) 209."""
    if of == 0:
        return 0.0, 1.0
    z, p = 1.959964, n / of
    centre, wide = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return (centre - wide) / (1 + z * z / of), (centre + wide) / (1 + z * z / of)
