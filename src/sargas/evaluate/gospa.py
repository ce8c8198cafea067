"""GOSPA and OSPA: one figure for how far an air picture is from the truth, and of what it is made.

Source: Rahmathullah, Garcia-Fernandez, Svensson, Generalized optimal sub-pattern assignment metric, FUSION 2017,
Definition 1 and Proposition 1; Schuhmacher, Vo, Vo, A consistent metric for performance evaluation of multi-object
filters, IEEE Trans. Signal Processing 56(8), 2008.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sargas.evaluate.assignment import Pairs, best_pairs
from sargas.evaluate.moments import F64, I64


class Gospa(NamedTuple):
    """The metric at one moment [m] and its parts to the power p [m^p]; with alpha = 2 the parts add up to total^p."""

    total_m: float
    localisation: float
    missed: float
    false: float
    n_missed: int
    n_false: int
    pairs: Pairs


def gospa(truth_m: ArrayLike, tracks_m: ArrayLike, c_m: float = 1_000.0, p: float = 2.0, alpha: float = 2.0) -> Gospa:
    """Return the GOSPA distance of two sets of points, shapes (n, 2) and (m, 2).

    Args:
        truth_m: the points of the truth [m].
        tracks_m: those of the tracks [m].
        c_m: the cut-off: what is farther apart is no pair.
        p: the power of the distances.
        alpha: what a missing or false point costs: c^p / alpha. Only with alpha = 2 is a pair beyond the cut-off
            the same as one missed and one false point; the parts are told for that reading.

    Raises:
        ValueError: c is not positive, p below 1 or alpha not within 0 to 2: no metric.
    """
    if not (c_m > 0.0 and p >= 1.0 and 0.0 < alpha <= 2.0):
        raise ValueError(f"GOSPA needs c > 0, p >= 1 and 0 < alpha <= 2; got c={c_m}, p={p}, alpha={alpha}")
    truth_m, tracks_m = points(truth_m), points(tracks_m)
    pairs = best_pairs(truth_m, tracks_m, c_m, p)
    n, m, q = len(truth_m), len(tracks_m), pairs.first.size
    near = float((pairs.distance_m**p).sum())
    beyond = c_m**p * (min(n, m) - q)
    total = near + beyond + c_m**p / alpha * abs(n - m)
    each = c_m**p / 2.0
    return Gospa(total ** (1.0 / p), near, each * (n - q), each * (m - q), n - q, m - q, pairs)


def ospa(truth_m: ArrayLike, tracks_m: ArrayLike, c_m: float = 1_000.0, p: float = 2.0) -> float:
    """Return the OSPA distance [m] of two sets of points; 0 if both are empty. It assigns on d^p, as defined."""
    truth_m, tracks_m = points(truth_m), points(tracks_m)
    return _ospa(best_pairs(truth_m, tracks_m, c_m, p), len(truth_m), len(tracks_m), c_m, p)


def points(places_m: ArrayLike) -> F64:
    """Return points as an array (n, d); of none, (0, 2)."""
    array = np.asarray(places_m, dtype=np.float64)
    return array if array.size else array.reshape(0, 2)


def _ospa(pairs: Pairs, n: int, m: int, c_m: float, p: float) -> float:
    larger = max(n, m)
    if larger == 0:
        return 0.0
    cost = float((pairs.distance_m**p).sum()) + c_m**p * (larger - pairs.first.size)
    return float((cost / larger) ** (1.0 / p))


class Series(NamedTuple):
    """GOSPA (p = 2, alpha = 2) and OSPA at each of T moments, arrays (T,); parts in m^2; and the pairs."""

    gospa_m: F64
    localisation_m2: F64
    missed_m2: F64
    false_m2: F64
    ospa_m: F64
    n_truth: I64
    n_tracks: I64
    n_missed: I64
    n_false: I64
    pairs: tuple[Pairs, ...]

    def since(self, first: int) -> "Series":
        """Return the series from that moment on."""
        return Series(
            gospa_m=self.gospa_m[first:],
            localisation_m2=self.localisation_m2[first:],
            missed_m2=self.missed_m2[first:],
            false_m2=self.false_m2[first:],
            ospa_m=self.ospa_m[first:],
            n_truth=self.n_truth[first:],
            n_tracks=self.n_tracks[first:],
            n_missed=self.n_missed[first:],
            n_false=self.n_false[first:],
            pairs=self.pairs[first:],
        )


def over_time(moments: Iterable[tuple[F64, F64]], c_m: float) -> Series:
    """Return both metrics at each moment, given the points of truth and tracks."""
    rows: list[tuple[Gospa, float, int, int]] = []
    for truth_m, tracks_m in moments:
        found = gospa(truth_m, tracks_m, c_m)
        n, m = len(truth_m), len(tracks_m)
        rows.append((found, _ospa(found.pairs, n, m, c_m, 2.0), n, m))
    return Series(
        gospa_m=np.array([found.total_m for found, *_ in rows]),
        localisation_m2=np.array([found.localisation for found, *_ in rows]),
        missed_m2=np.array([found.missed for found, *_ in rows]),
        false_m2=np.array([found.false for found, *_ in rows]),
        ospa_m=np.array([ospa_m for _, ospa_m, *_ in rows]),
        n_truth=np.array([n for *_, n, _ in rows], dtype=np.int64),
        n_tracks=np.array([m for *_, m in rows], dtype=np.int64),
        n_missed=np.array([found.n_missed for found, *_ in rows], dtype=np.int64),
        n_false=np.array([found.n_false for found, *_ in rows], dtype=np.int64),
        pairs=tuple(found.pairs for found, *_ in rows),
    )
