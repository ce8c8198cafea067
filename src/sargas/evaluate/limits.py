"""The limits to which surveillance trackers are held, as a table of passed and failed.

The figures are those of EUROCAE ED-142, the technical specification for wide area multilateration: en route a target
is detected in 97 % of 8 s intervals with an RMS position error of 350 m, in terminal areas in 97 % of 5 s with 150 m;
at most 0.1 % is false. How they are measured here stands with each figure.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from msgspec import Struct

from sargas.evaluate.identity import Identity
from sargas.evaluate.moments import F64, I64


class Limit(NamedTuple):
    """One set of limits."""

    name: str
    interval_s: float
    detection_min: float
    rms_max_m: float
    false_max: float


ED_142: Final = (
    Limit("en route", interval_s=8.0, detection_min=0.97, rms_max_m=350.0, false_max=0.001),
    Limit("terminal", interval_s=5.0, detection_min=0.97, rms_max_m=150.0, false_max=0.001),
)


class Verdict(Struct, frozen=True, kw_only=True):
    """One figure against its limit; None could not be measured and is not passed."""

    what: str
    measured: float | None
    limit: float
    unit: str
    is_passed: bool


def detected_share(times_s: F64, identity: Identity, truth_places: Sequence[I64], interval_s: float) -> float | None:
    """Return in what share of the intervals of all targets' lives they had a track at any moment.

    Each target's life is cut into intervals from its first moment on; the last one counts only if it is whole.
    `truth_places` are the places in `identity.truth_ids` of the targets of each moment. None without an interval.
    """
    sizes = [places.size for places in truth_places]
    if not sum(sizes):
        return None
    step_s = float(np.median(np.diff(times_s))) if times_s.size > 1 else 0.0
    target = np.concatenate(truth_places)
    time_s = np.repeat(times_s, sizes)
    is_held = np.concatenate([_held(size, pair[0]) for size, pair in zip(sizes, identity.pairs, strict=True)])
    last_s = np.zeros(identity.truth_ids.size)
    np.maximum.at(last_s, target, time_s - times_s[0])
    since_s = time_s - times_s[identity.first_alive[target]]
    interval = np.floor(since_s / interval_s + 1e-9).astype(np.int64)
    end_s = times_s[identity.first_alive[target]] - times_s[0] + (interval + 1) * interval_s
    is_whole = end_s <= last_s[target] + step_s + 1e-6
    key = target * (int(interval.max()) + 1) + interval
    every, place = np.unique(key[is_whole], return_inverse=True)
    if not every.size:
        return None
    return float((np.bincount(place, weights=is_held[is_whole]) > 0).mean())


def _held(size: int, rows: I64) -> F64:
    held = np.zeros(size)
    held[rows] = 1.0
    return held


def verdicts(
    limit: Limit, detection: float | None, rms_m: float | None, false_share: float | None
) -> tuple[Verdict, ...]:
    """Return how the measured figures compare with one set of limits."""
    least = limit.detection_min
    return (
        Verdict(
            what=f"{limit.name}: detected per {limit.interval_s:g} s",
            measured=detection,
            limit=least,
            unit="share, at least",
            is_passed=detection is not None and detection >= least,
        ),
        _at_most(f"{limit.name}: RMS position error", rms_m, limit.rms_max_m, "m, at most"),
        _at_most(f"{limit.name}: false", false_share, limit.false_max, "share, at most"),
    )


def _at_most(what: str, measured: float | None, limit: float, unit: str) -> Verdict:
    return Verdict(
        what=what, measured=measured, limit=limit, unit=unit, is_passed=measured is not None and measured <= limit
    )
