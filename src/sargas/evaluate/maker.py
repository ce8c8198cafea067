"""What a maker leaves unsaid about the tracks of a radar, worked out from the rows themselves and nothing else.

A row says where, how fast, and in which direction by a zero and a sense of the maker's own. Two rows of one object
tell the direction again, by their places. Rows of different objects pair up by chance too, in all directions: what
the maker means is where the pairs heap.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

GAP_MIN_S: Final = 0.2
GAP_MAX_S: Final = 5.0
LAGS_MAX: Final = 400
SPEED_MIN_MPS: Final = 3.0
SAME_SPEED_MPS: Final = 1.0
SAME_COURSE_DEG: Final = 10.0
STEP_SHARE: Final = 0.15  # how far the step between two rows may be from speed times time
PAIRS_MIN: Final = 20
HEAP_DEG: Final = 20.0
HEAP_SHARE: Final = 0.5
AS_GOOD: Final = 0.9


class Rows(NamedTuple):
    """The rows of one radar: times [s], places east and north of some point [m], speeds [m/s], raw courses [deg]."""

    time_s: F64
    east_m: F64
    north_m: F64
    speed_mps: F64
    course_raw_deg: F64


class Course(NamedTuple):
    """True course = sense * raw + zero; `share` of `n_pairs` pairs of rows agree with it."""

    sense: int
    zero_deg: float
    share: float
    n_pairs: int

    def true_deg(self, raw_deg: float) -> float:
        """Return the course clockwise from true north, 0 <= course < 360."""
        return (self.sense * raw_deg + self.zero_deg) % 360.0


class Pairs(NamedTuple):
    """Two rows each that may be of one object: the first row's index, their gap, direction and raw course."""

    first: NDArray[np.int64]
    gap_s: F64
    direction_deg: F64
    course_raw_deg: F64


def pairs_of(rows: Rows) -> Pairs:
    """Return the pairs of rows that go equally fast on equal courses, a step apart that fits their speed."""
    order = np.argsort(rows.time_s, kind="stable")
    t, x, y, v, c = (column[order] for column in rows)
    found: list[Pairs] = []
    for lag in range(1, min(len(t), LAGS_MAX + 1)):
        gap, dx, dy = t[lag:] - t[:-lag], x[lag:] - x[:-lag], y[lag:] - y[:-lag]
        if not np.any(gap <= GAP_MAX_S):
            break
        mean, step = (v[lag:] + v[:-lag]) / 2.0, np.hypot(dx, dy)
        fits = (gap >= GAP_MIN_S) & (gap <= GAP_MAX_S) & (mean >= SPEED_MIN_MPS)
        fits &= np.abs(v[lag:] - v[:-lag]) <= SAME_SPEED_MPS
        fits &= np.abs(turned_deg(c[lag:] - c[:-lag])) <= SAME_COURSE_DEG
        fits &= np.abs(step - mean * gap) <= STEP_SHARE * mean * gap
        i = np.flatnonzero(fits)
        found.append(Pairs(i, gap[i], np.degrees(np.arctan2(dx[i], dy[i])), c[i]))
    if not found:
        return Pairs(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0))
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def course_of(pairs: Pairs) -> Course | None:
    """Return what the raw course means; None if too few pairs agree on it.

    Where all fly on one line both senses fit: then the usual one, clockwise from north, is taken if it fits as well.
    """
    if len(pairs.first) < PAIRS_MIN:
        return None
    usual = _course(pairs, 1, 0.0)
    best = max((_heap(pairs, sense) for sense in (1, -1)), key=lambda course: course.share)
    chosen = usual if usual.share >= AS_GOOD * best.share else best
    return chosen if chosen.share >= HEAP_SHARE else None


def period_of(pairs: Pairs) -> float | None:
    """Return the time [s] from one row of an object to its next, by the median; None if too few pair up."""
    if len(pairs.first) < PAIRS_MIN:
        return None
    order = np.lexsort((pairs.gap_s, pairs.first))
    _, nearest = np.unique(pairs.first[order], return_index=True)
    return float(np.median(pairs.gap_s[order][nearest]))


def turned_deg(angle_deg: F64) -> F64:
    """Return angles between -180 and 180 degrees."""
    return np.asarray((angle_deg + 180.0) % 360.0 - 180.0)


def _heap(pairs: Pairs, sense: int) -> Course:
    """Return the reading with this sense under which most pairs agree."""
    zeros = (pairs.direction_deg - sense * pairs.course_raw_deg) % 360.0
    counts, _ = np.histogram(zeros, bins=72, range=(0.0, 360.0))
    around = counts + np.roll(counts, 1) + np.roll(counts, -1)
    centre = 5.0 * float(np.argmax(around)) + 2.5
    near = turned_deg(zeros - centre)
    near = near[np.abs(near) <= HEAP_DEG]
    return _course(pairs, sense, (centre + float(np.median(near))) % 360.0)


def _course(pairs: Pairs, sense: int, zero_deg: float) -> Course:
    off = turned_deg(pairs.direction_deg - sense * pairs.course_raw_deg - zero_deg)
    n = len(pairs.first)
    share = float(np.count_nonzero(np.abs(off) <= HEAP_DEG)) / n
    return Course(sense, math.fmod(zero_deg, 360.0), share, n)
