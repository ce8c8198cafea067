"""How often each part of a sensor's view gives clutter, and how often it detects what is there; learned while running.

Each of L sensors has a square grid of G x G cells in the plane about its first plot, which doubles its side when a
plot falls outside. Counts fade with MEMORY_S, so that the figures follow the weather. A cell's figures are those of
the whole view until the cell has counted enough itself: the mean of a gamma (clutter) or beta (detection)
distribution whose prior weighs as much as PRIOR_COUNTS counts.

    clutter, hits, chances (L, G, G); figures (L, N_FIGURES), see below.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

F64 = NDArray[np.float64]

G = 64
SIDE_FIRST_M = 250.0
MEMORY_S = 300.0
PRIOR_COUNTS = 4.0
PLOTS_BEFORE, LOOKS_BEFORE = 5.0, 0.25
PD_PRIOR, PD_PRIOR_COUNTS = 0.8, 20.0
PD_MIN, PD_MAX = 0.02, 0.98
CELL_PD_COUNTS = 10.0

ORIGIN_X, ORIGIN_Y, SIDE, LOW_X, LOW_Y, HIGH_X, HIGH_Y = 0, 1, 2, 3, 4, 5, 6
PERIOD, CLOCK, LOOKS, CLUTTER, HITS, CHANCES, FADED, N_INTERVALS, AREA_MAX = 7, 8, 9, 10, 11, 12, 13, 14, 15
N_FIGURES = 16
"""Cell side 0: nothing has been seen yet. LOW.. HIGH: extent of what was seen. PERIOD [s] between two looks, CLOCK the
newest plot's time, LOOKS the faded number of looks, then the faded sums over the cells, and the time of fading."""


class Density(NamedTuple):
    """The arrays described above."""

    clutter: F64
    hits: F64
    chances: F64
    figures: F64


def make_density(n: int) -> Density:
    """Return what is known of n sensors before they have said anything."""
    figures = np.zeros((n, N_FIGURES))
    figures[:, CLOCK] = figures[:, FADED] = -np.inf
    figures[:, AREA_MAX] = np.inf
    return Density(np.zeros((n, G, G)), np.zeros((n, G, G)), np.zeros((n, G, G)), figures)


@njit(cache=True)
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


@njit(cache=True)
def widen(d: Density, s: int, x: float, y: float) -> None:
    """Let the grid of sensor s reach (x, y)."""
    f = d.figures[s]
    if f[SIDE] == 0.0:
        f[SIDE] = SIDE_FIRST_M
        f[ORIGIN_X], f[ORIGIN_Y] = x - 0.5 * G * SIDE_FIRST_M, y - 0.5 * G * SIDE_FIRST_M
        f[LOW_X], f[HIGH_X], f[LOW_Y], f[HIGH_Y] = x, x, y, y
    f[LOW_X], f[HIGH_X] = min(f[LOW_X], x), max(f[HIGH_X], x)
    f[LOW_Y], f[HIGH_Y] = min(f[LOW_Y], y), max(f[HIGH_Y], y)
    while True:
        wide = G * f[SIDE]
        is_left, is_below = x < f[ORIGIN_X], y < f[ORIGIN_Y]
        if not (is_left or is_below or x >= f[ORIGIN_X] + wide or y >= f[ORIGIN_Y] + wide):
            return
        qx, qy = (1 if is_left else 0), (1 if is_below else 0)
        _double(d.clutter[s], qx, qy)
        _double(d.hits[s], qx, qy)
        _double(d.chances[s], qx, qy)
        f[ORIGIN_X] -= qx * wide
        f[ORIGIN_Y] -= qy * wide
        f[SIDE] *= 2.0


@njit(cache=True)
def _cell(f: F64, x: float, y: float) -> tuple[int, int]:
    """Return the cell of a place; the nearest one for a place outside."""
    if f[SIDE] == 0.0:
        return 0, 0
    i = int(min(max((x - f[ORIGIN_X]) / f[SIDE], 0.0), G - 1.0))
    j = int(min(max((y - f[ORIGIN_Y]) / f[SIDE], 0.0), G - 1.0))
    return i, j


@njit(cache=True)
def view_area(f: F64) -> float:
    """Return the area [m^2] of a sensor's view: the box about what it has shown, no more than its stated cover."""
    side = max(f[SIDE], SIDE_FIRST_M)
    return float(min((f[HIGH_X] - f[LOW_X] + side) * (f[HIGH_Y] - f[LOW_Y] + side), f[AREA_MAX]))


@njit(cache=True)
def clutter_at(d: Density, s: int, x: float, y: float) -> float:
    """Return the expected clutter [1/m^2] of one look of sensor s about a place."""
    f = d.figures[s]
    i, j = _cell(f, x, y)
    cell_area = max(f[SIDE], SIDE_FIRST_M) ** 2
    looks = f[LOOKS] + LOOKS_BEFORE
    per_cell = (f[CLUTTER] + PLOTS_BEFORE) / looks * cell_area / view_area(f)
    return float((d.clutter[s, i, j] + PRIOR_COUNTS) / (looks + PRIOR_COUNTS / per_cell) / cell_area)


@njit(cache=True)
def detection_at(d: Density, s: int, x: float, y: float) -> float:
    """Return the probability that sensor s detects, in one look, a target at a place."""
    f = d.figures[s]
    i, j = _cell(f, x, y)
    whole = (f[HITS] + PD_PRIOR * PD_PRIOR_COUNTS) / (f[CHANCES] + PD_PRIOR_COUNTS)
    here = (d.hits[s, i, j] + CELL_PD_COUNTS * whole) / (d.chances[s, i, j] + CELL_PD_COUNTS)
    return float(min(max(here, PD_MIN), PD_MAX))


@njit(cache=True)
def count_clutter(d: Density, s: int, x: float, y: float, p: float) -> None:
    """Count a plot that is clutter with probability p."""
    f = d.figures[s]
    i, j = _cell(f, x, y)
    d.clutter[s, i, j] += p
    f[CLUTTER] += p


@njit(cache=True)
def count_detection(d: Density, s: int, x: float, y: float, p: float) -> None:
    """Count a chance of sensor s to see a target, used with probability p."""
    f = d.figures[s]
    i, j = _cell(f, x, y)
    d.hits[s, i, j] += p
    d.chances[s, i, j] += 1.0
    f[HITS] += p
    f[CHANCES] += 1.0


@njit(cache=True)
def fade(d: Density, s: int, t: float, n_looks: float) -> None:
    """Let the counts fade until t, and add the looks since."""
    f = d.figures[s]
    if f[FADED] > -math.inf and t > f[FADED]:
        k = math.exp(-(t - f[FADED]) / MEMORY_S)
        for i in range(G):
            for j in range(G):
                d.clutter[s, i, j] *= k
                d.hits[s, i, j] *= k
                d.chances[s, i, j] *= k
        f[LOOKS] *= k
        f[CLUTTER] *= k
        f[HITS] *= k
        f[CHANCES] *= k
    f[FADED] = max(f[FADED], t)
    f[LOOKS] += n_looks
