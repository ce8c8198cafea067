"""The attributes of a single integrated air picture: complete, clear, free of the spurious, accurate.

Source: Votruba, Nisley, Rothrock, Zombro, Single integrated air picture (SIAP) metrics implementation, SIAP System
Engineering Task Force TR 2001-001: completeness, ambiguity, spuriousness, positional and velocity accuracy,
continuity by the longest track segment. Each track belongs to its nearest target, several may belong to one.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from sargas.evaluate.moments import F64, I64, Moment


class Siap(NamedTuple):
    """The counts at each of T moments, shape (T,), and the sums of distances [m] and of velocity errors [m/s]."""

    n_truth: I64
    n_covered: I64
    n_tracks: I64
    n_assigned: I64
    distance_m: F64
    velocity_error_mps: F64
    n_with_velocity: I64

    @property
    def completeness(self) -> float | None:
        """The share of the targets that have a track; None without targets."""
        return share(self.n_covered, self.n_truth)

    @property
    def ambiguity(self) -> float | None:
        """Tracks per target that has any; 1 is best."""
        return share(self.n_assigned, self.n_covered)

    @property
    def spuriousness(self) -> float | None:
        """The share of the tracks that belong to no target."""
        return share(self.n_tracks - self.n_assigned, self.n_tracks)

    @property
    def positional_accuracy_m(self) -> float | None:
        """The mean distance of assigned tracks to their targets."""
        return share(self.distance_m, self.n_assigned)

    @property
    def velocity_accuracy_mps(self) -> float | None:
        """The mean error of their velocity vectors, where both are known."""
        return share(self.velocity_error_mps, self.n_with_velocity)


def share(part: I64 | F64, whole: I64) -> float | None:
    """Return the sum of the part over the sum of the whole; None if there is no whole."""
    total = float(whole.sum())
    return float(part.sum()) / total if total > 0.0 else None


def siap(truth: Sequence[Moment], tracks: Sequence[Moment], limit_m: float) -> Siap:
    """Return the counts of each moment; a track farther than `limit_m` from every target is spurious."""
    rows = [_moment(targets, shown, limit_m) for targets, shown in zip(truth, tracks, strict=True)]
    table = np.array(rows, dtype=np.float64).reshape(-1, 7)
    counts = table.astype(np.int64)
    return Siap(
        n_truth=counts[:, 0],
        n_covered=counts[:, 1],
        n_tracks=counts[:, 2],
        n_assigned=counts[:, 3],
        distance_m=table[:, 4],
        velocity_error_mps=table[:, 5],
        n_with_velocity=counts[:, 6],
    )


def _moment(targets: Moment, shown: Moment, limit_m: float) -> tuple[float, ...]:
    n, m = targets.ids.size, shown.ids.size
    if not n or not m:
        return (n, 0, m, 0, 0.0, 0.0, 0)
    found, place = cKDTree(targets.xy_m).query(shown.xy_m, distance_upper_bound=limit_m)
    distance_m, nearest = np.asarray(found, np.float64), np.asarray(place, np.int64)
    is_assigned = np.isfinite(distance_m)
    covered = np.unique(nearest[is_assigned]).size
    errors = _velocity_errors(targets, shown, is_assigned, nearest)
    return (
        n, covered, m, int(is_assigned.sum()), float(distance_m[is_assigned].sum()), float(errors.sum()), errors.size
    )  # fmt: skip


def _velocity_errors(targets: Moment, shown: Moment, is_assigned: np.typing.NDArray[np.bool_], nearest: I64) -> F64:
    if targets.velocity_mps is None or shown.velocity_mps is None:
        return np.empty(0)
    off = shown.velocity_mps[is_assigned] - targets.velocity_mps[nearest[is_assigned]]
    errors: F64 = np.hypot(off[:, 0], off[:, 1])
    return errors[np.isfinite(errors)]
