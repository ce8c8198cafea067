"""The biases from the gathered pairs, robustly by targets, and what a survey of differences says.

One Kalman filter step in a window: the biases walk at random, each group of pairs (two sensors, one target) is a
measurement of them whose common error is integrated out, and its weight falls when it contradicts the others. A
target that lies about its place is thus one outlier, however many plots it has.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sargas.kernels.registration_tables import N_BIAS, N_NUISANCE

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

N_PAIR = 2 * N_BIAS
ITERATIONS = 8
INFORMATIVE = 0.25  # in units of what is known before anything is measured
WITNESSES = 3
PEAK_MIN = 8.0
PEAK_OVER_SECOND = 1.8
PEAK_SIGMA = 5.0
SPREAD_MIN = 0.02  # 1 - resultant of the directions; 0.2 rad


class Evidence(NamedTuple):
    """Normal equations of G groups about the biases of two sensors each, in units of the prior sd.

    Y (G, 8, 8), y (G, 8), at (G, 8) the place in the state, -1 none.
    """

    Y: F64
    y: F64
    at: I64


class Peak(NamedTuple):
    """The difference that repeats: where, how wide, the weight, and whether it stands out."""

    offset: float
    sd: float
    weight: float
    is_clear: bool

    @property
    def mean_sd(self) -> float:
        """Return the sd of the offset; what is surveyed in sequence counts a quarter."""
        return self.sd / math.sqrt(max(self.weight / 4.0, 1.0))


def without_nuisance(A: F64, v: F64, nuisance_var: F64) -> tuple[F64, F64]:
    """Return the normal equations about the biases alone; (G, 11, 11), (G, 11), (G, 3) -> (G, 8, 8), (G, 8)."""
    Abb, Abn, Ann = A[:, :N_PAIR, :N_PAIR], A[:, :N_PAIR, N_PAIR:], A[:, N_PAIR:, N_PAIR:].copy()
    for c in range(N_NUISANCE):
        Ann[:, c, c] += 1.0 / nuisance_var[:, c]
    gain = np.linalg.solve(Ann, np.swapaxes(Abn, 1, 2))  # (G, 3, 8)
    Y = Abb - Abn @ gain
    y = v[:, :N_PAIR] - np.einsum("gnb,gn->gb", gain, v[:, N_PAIR:])
    return Y, y


def step(x: F64, P: F64, evidence: Evidence) -> tuple[F64, F64, F64]:
    """Return the updated state and covariance, and the weight (G,) that each group was given."""
    n, G = x.size, evidence.y.shape[0]
    L0 = np.linalg.inv(P)
    l0 = L0 @ x
    there = evidence.at >= 0
    at = np.where(there, evidence.at, n)  # one place beyond the end takes what belongs nowhere
    values, vectors = np.linalg.eigh(evidence.Y)
    has = values > INFORMATIVE
    rank = has.sum(axis=1)
    limit = rank + 3.0 * np.sqrt(2.0 * rank)
    inverse = np.where(has, 1.0 / np.where(has, values, 1.0), 0.0)
    weights, b, C = np.ones(G), np.zeros(n), L0
    for _ in range(ITERATIONS):
        L, y = np.zeros((n + 1, n + 1)), np.zeros(n + 1)
        np.add.at(L, (at[:, :, None], at[:, None, :]), weights[:, None, None] * evidence.Y)
        np.add.at(y, at, weights[:, None] * evidence.y)
        C = np.linalg.inv(L0 + L[:n, :n])
        b = C @ (l0 + y[:n])
        mine = np.append(b, 0.0)[at]
        left = evidence.y - np.einsum("gij,gj->gi", evidence.Y, mine)
        across = np.einsum("gji,gj->gi", vectors, left)
        misfit = (across * across * inverse).sum(axis=1)
        new = np.where(misfit <= limit, 1.0, (limit / np.maximum(misfit, 1e-9)) ** 2)
        if np.abs(new - weights).max(initial=0.0) < 1e-3:
            break
        weights = new
    return b, 0.5 * (C + C.T), weights


def surprise(x: F64, P: F64, evidence: Evidence, first: int) -> float:
    """Return how far the window's groups together contradict what was known of one sensor: chi square of 4.

    The score test of its four biases, which begin at `first` of the state. The group that contradicts most is left
    out, and fewer than three others say nothing: no single target can show that a sensor has moved.
    """
    total, information, scores = np.zeros(N_BIAS), np.zeros((N_BIAS, N_BIAS)), []
    mine = np.where(evidence.at >= 0, np.append(x, 0.0)[evidence.at], 0.0)
    left = evidence.y - np.einsum("gij,gj->gi", evidence.Y, mine)
    for block in (slice(0, N_BIAS), slice(N_BIAS, N_PAIR)):
        for g in np.flatnonzero(evidence.at[:, block.start] == first).tolist():
            r, Y = left[g, block], evidence.Y[g, block, block]
            scores.append((float(r @ np.linalg.solve(Y + INFORMATIVE * np.eye(N_BIAS), r)), r, Y))
    if len(scores) <= WITNESSES:
        return 0.0
    worst = max(range(len(scores)), key=lambda i: scores[i][0])
    for i, (_, r, Y) in enumerate(scores):
        if i != worst:
            total += r
            information += Y
    own = P[first : first + N_BIAS, first : first + N_BIAS]
    spread = information + information @ own @ information + INFORMATIVE * np.eye(N_BIAS)
    return float(total @ np.linalg.solve(spread, total))


def support_at(survey: F64, width: float, half: int, offset: float) -> float:
    """Return by how many sigma more differences than by chance lie about an offset of a circular survey."""
    n = survey.shape[0]
    weight = survey[:, 0].astype(np.float64)
    k = int(np.floor(offset / width)) + n // 2
    inside = float(weight[np.arange(k - half, k + half + 1) % n].sum())
    chance = (float(weight.sum()) - inside) * (2 * half + 1) / max(n - 2 * half - 1, 1)
    return float((inside - chance) / math.sqrt(chance + 1.0))


def peak_of(survey: F64, width: float, half: int, *, is_circular: bool) -> Peak:
    """Return the peak of a survey, shape (N_BIN, 5); see `sargas.kernels.registration.Sensors`.

    `half` is how many bins the peak extends to either side. Chance differences scatter over all bins; those of one
    fixed place against one moving target do too. A peak that came from one direction only proves nothing.
    """
    n = survey.shape[0]
    weight = survey[:, 0].astype(np.float64)
    total = float(weight.sum())
    offsets = np.arange(-half, half + 1)
    places = np.arange(n)[:, None] + offsets[None, :]
    if is_circular:
        places %= n
        inside = np.ones_like(places, dtype=bool)
    else:
        inside = (places >= 0) & (places < n)
        places = np.clip(places, 0, n - 1)
    sums = (weight[places] * inside).sum(axis=1)
    k = int(np.argmax(sums))
    peak = float(sums[k])
    if peak <= 0.0:
        return Peak(0.0, 0.0, 0.0, is_clear=False)
    chosen, ok = places[k], inside[k]
    w = weight[chosen] * ok
    first, second = survey[chosen, 1] * ok, survey[chosen, 2] * ok
    mean = float((first + w * offsets * width).sum()) / peak
    square = float((second + 2.0 * first * offsets * width + w * (offsets * width) ** 2).sum()) / peak
    middle = (k - n // 2 + 0.5) * width
    distance = np.abs(np.arange(n) - k)
    distance = np.minimum(distance, n - distance) if is_circular else distance
    others = sums[distance > 2 * half]
    rival = float(others.max(initial=0.0))
    chance = (total - peak) * (2 * half + 1) / max(n - 2 * half - 1, 1)
    directions = survey[chosen, 3:5] * ok[:, None]
    resultant = float(np.hypot(*directions.sum(axis=0))) / peak
    is_clear = (
        peak >= PEAK_MIN
        and peak > PEAK_OVER_SECOND * rival
        and peak - chance > PEAK_SIGMA * (chance + 1.0) ** 0.5
        and 1.0 - resultant >= SPREAD_MIN
    )
    offset = middle + mean
    if is_circular:
        period = n * width
        offset = (offset + 0.5 * period) % period - 0.5 * period
    return Peak(offset, max(square - mean * mean, 0.0) ** 0.5, peak, is_clear)
