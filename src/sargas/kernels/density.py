"""How often each part of a sensor's view gives clutter, and how often it detects what is there; learned on line.

Each sensor has a record of `VIEW` with a square grid of G x G cells in the plane about its first plot, which doubles
its side when a plot falls outside. Counts fade with MEMORY_S, so that the figures follow the weather. A cell's are
those of the whole view until it has counted enough itself: they are the mean of a gamma (clutter) or beta
(detection) distribution whose prior, the whole view, weighs as much as a few counts.
"""

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sargas.kernels.compiled import compiled

F64 = NDArray[np.float64]
View = Any
"""One record of VIEW, as the compiled code sees it."""

G: Final = 32
SIDE_FIRST_M: Final = 500.0
MEMORY_S: Final = 300.0
MEMORY_SHARE, MEMORY_LOOKS, MEMORY_LEAST_S = 0.5, 5.0, 5.0
AREA_MIN_M2: Final = 1e8
CELL_CLUTTER: Final = 4.0
CELL_CHANCES: Final = 300.0
CELL_LOOKS: Final = 60.0
HOT, HOT_SIGMA = 2.0, 3.0
PLOTS_BEFORE, LOOKS_BEFORE = 5.0, 0.25
"""What is believed before the first look: so many false plots in so many looks."""
PD_BEFORE, CHANCES_BEFORE = 0.8, 20.0
PD_MIN, PD_MAX = 0.02, 0.98

PERIOD_STEP, PERIOD_STEP_MIN = 0.5, 0.01
PERIOD_MIN_S, PERIOD_MAX_S = 0.05, 120.0

VIEW: Final = np.dtype(
    [
        ("clutter", "f8", (G, G)), ("hits", "f8", (G, G)), ("chances", "f8", (G, G)),
        ("x0", "f8"), ("y0", "f8"),
        ("side", "f8"),  # of a cell [m]; 0: nothing has been seen yet
        ("low_x", "f8"), ("low_y", "f8"), ("high_x", "f8"), ("high_y", "f8"),  # extent of what was seen
        ("area_max", "f8"),  # of the view [m^2] as stated, inf if it is not
        ("period", "f8"),  # between two looks [s]; 0: not known
        ("clock", "f8"),  # time of its newest plot
        ("began", "f8"), ("faded", "f8"),  # when the first counts were taken, and until when they have faded
        ("n_looks", "f8"), ("n_clutter", "f8"), ("n_hits", "f8"), ("n_chances", "f8"),  # faded sums
        ("n_intervals", "f8"),
        ("cell_clutter", "f8"), ("cell_chances", "f8"),  # how many counts the whole view weighs in a cell
    ],
    align=True,
)  # fmt: skip


def make_views(n: int) -> NDArray[np.void]:
    """Return what is known of n sensors before they have said anything."""
    views = np.zeros(n, VIEW)
    views["clock"] = views["faded"] = -np.inf
    views["area_max"] = np.inf
    views["cell_clutter"], views["cell_chances"] = CELL_CLUTTER, CELL_CHANCES
    return views


@compiled
def _double(a: F64, qx: int, qy: int) -> None:
    """Sum two by two cells in place; what was there lies in the quarter (qx, qy) of the wider grid."""
    h = G // 2
    small = np.zeros((h, h))
    for i in range(G):
        for j in range(G):
            small[i // 2, j // 2] += a[i, j]
            a[i, j] = 0.0
    for i in range(h):
        for j in range(h):
            a[qx * h + i, qy * h + j] = small[i, j]


@compiled
def widen(v: View, x: float, y: float) -> None:
    """Let the grid reach (x, y)."""
    if v.side == 0.0:
        v.side = SIDE_FIRST_M
        v.x0, v.y0 = x - 0.5 * G * SIDE_FIRST_M, y - 0.5 * G * SIDE_FIRST_M
        v.low_x, v.high_x, v.low_y, v.high_y = x, x, y, y
    v.low_x, v.high_x = min(v.low_x, x), max(v.high_x, x)
    v.low_y, v.high_y = min(v.low_y, y), max(v.high_y, y)
    while True:
        wide = G * v.side
        is_left, is_below = x < v.x0, y < v.y0
        if not (is_left or is_below or x >= v.x0 + wide or y >= v.y0 + wide):
            return
        qx, qy = (1 if is_left else 0), (1 if is_below else 0)
        _double(v.clutter, qx, qy)
        _double(v.hits, qx, qy)
        _double(v.chances, qx, qy)
        v.x0 -= qx * wide
        v.y0 -= qy * wide
        v.side *= 2.0


@compiled
def _cell(v: View, x: float, y: float) -> tuple[int, int]:
    """Return the cell of a place; the nearest one for a place outside."""
    if v.side == 0.0:
        return 0, 0
    i = int(min(max((x - v.x0) / v.side, 0.0), G - 1.0))
    j = int(min(max((y - v.y0) / v.side, 0.0), G - 1.0))
    return i, j


@compiled
def view_area(v: View) -> float:
    """Return the area [m^2] of a sensor's view: as stated, or the box about what it has shown."""
    if v.area_max < math.inf:
        return v.area_max
    margin = 0.5 * v.side
    return max((v.high_x - v.low_x + margin) * (v.high_y - v.low_y + margin), AREA_MIN_M2)


@compiled
def clutter_at(v: View, x: float, y: float) -> float:
    """Return the expected clutter [1/m^2] of one look about a place."""
    i, j = _cell(v, x, y)
    cell_area = max(v.side, SIDE_FIRST_M) ** 2
    looks = v.n_looks + LOOKS_BEFORE
    per_cell = (v.n_clutter + PLOTS_BEFORE) / looks * cell_area / view_area(v)
    before = max(v.cell_clutter / per_cell, CELL_LOOKS)
    here = (v.clutter[i, j] + before * per_cell) / (looks + before)
    surely = (v.clutter[i, j] - HOT_SIGMA * math.sqrt(v.clutter[i, j])) / looks
    if surely > HOT * per_cell:  # a wind farm or a road: no need to wait until the prior is outweighed
        here = max(here, surely)
    return here / cell_area


@compiled
def detection_at(v: View, x: float, y: float) -> float:
    """Return the probability that one look detects a target at a place."""
    i, j = _cell(v, x, y)
    whole = (v.n_hits + PD_BEFORE * CHANCES_BEFORE) / (v.n_chances + CHANCES_BEFORE)
    here = (v.hits[i, j] + v.cell_chances * whole) / (v.chances[i, j] + v.cell_chances)
    return min(max(here, PD_MIN), PD_MAX)


@compiled
def count_clutter(v: View, x: float, y: float, p: float) -> None:
    """Count a plot that is clutter with probability p."""
    i, j = _cell(v, x, y)
    v.clutter[i, j] += p
    v.n_clutter += p


@compiled
def count_detection(v: View, x: float, y: float, p: float) -> None:
    """Count a chance to see a target, used with probability p."""
    i, j = _cell(v, x, y)
    v.hits[i, j] += p
    v.chances[i, j] += 1.0
    v.n_hits += p
    v.n_chances += 1.0


@compiled
def fade(v: View, t: float) -> None:
    """Let the counts fade until t."""
    if v.faded > -math.inf and t > v.faded:
        # While it is young it forgets soon: before there are tracks every target counts as clutter.
        memory = min(MEMORY_S, max(MEMORY_SHARE * (t - v.began), MEMORY_LOOKS * v.period, MEMORY_LEAST_S))
        k = math.exp(-(t - v.faded) / memory)
        for i in range(G):
            for j in range(G):
                v.clutter[i, j] *= k
                v.hits[i, j] *= k
                v.chances[i, j] *= k
        v.n_looks *= k
        v.n_clutter *= k
        v.n_hits *= k
        v.n_chances *= k
    if v.faded == -math.inf:
        v.began = t
    v.faded = max(v.faded, t)


@compiled
def learn_period(v: View, interval_s: float) -> None:
    """Let the period follow the median of the intervals between two plots of one target."""
    if not PERIOD_MIN_S <= interval_s <= PERIOD_MAX_S:
        return
    v.n_intervals += 1.0
    if v.period <= 0.0:
        v.period = interval_s
        return
    step = max(PERIOD_STEP / v.n_intervals, PERIOD_STEP_MIN)
    v.period *= math.exp(min(max(math.log(interval_s / v.period), -step), step))
