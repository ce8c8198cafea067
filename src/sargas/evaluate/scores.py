"""The figures of a run, for tables and JSON."""

import numpy as np
from msgspec import Struct

from sargas.evaluate.consistency import Consistency, consistency
from sargas.evaluate.decision_clock import ClockScore
from sargas.evaluate.existence import Reliability
from sargas.evaluate.identity import Identity, latencies
from sargas.evaluate.limits import ED_142, Verdict, detected_share, verdicts
from sargas.evaluate.measured import Measured, Settings, measure
from sargas.evaluate.moments import F64, Moment, ScoredRun, numbered


class Check(Struct, frozen=True, kw_only=True):
    """Normalised squared errors against chi-square, as `sargas.evaluate.consistency.Consistency`."""

    n: int
    dof: int
    mean: float
    low: float
    high: float
    average: float
    within_95: float


class Existence(Struct, frozen=True, kw_only=True):
    """How well the claimed existence is calibrated; the curve by bins, None where a bin is empty."""

    n: int
    brier: float
    calibration_error: float
    edges: list[float]
    n_in_bin: list[int]
    claimed: list[float | None]
    observed: list[float | None]


class Scores(Struct, frozen=True, kw_only=True):
    """The figures of one run. What could not be measured is None. `_m` are metres, shares run from 0 to 1."""

    title: str
    n_moments: int
    duration_s: float
    n_targets: int
    n_tracks: int
    cutoff_m: float
    gate_m: float
    burn_in: int
    gospa_m: float | None
    gospa_per_target_m: float | None
    ospa_m: float | None
    gospa_localisation_m: float | None
    gospa_missed_m: float | None
    gospa_false_m: float | None
    missed: float
    false: float
    missed_share: float | None
    false_share: float | None
    rms_error_m: float | None
    switches: int
    breaks: int
    false_tracks: int
    false_tracks_per_h: float | None
    latency_moments: float | None
    latency_s: float | None
    siap_completeness: float | None
    siap_ambiguity: float | None
    siap_spuriousness: float | None
    siap_positional_accuracy_m: float | None
    siap_velocity_accuracy_mps: float | None
    siap_longest_segment: float | None
    nees_position: Check | None
    nees_velocity: Check | None
    nis: Check | None
    existence: Existence | None
    limits: tuple[Verdict, ...]
    notes: tuple[str, ...]
    clocks: tuple[ClockScore, ...] = ()


def score(run: ScoredRun, settings: Settings | None = None) -> Scores:
    """Return the scores of a run.

    Raises:
        DataError: there is nothing to score, or a setting makes no sense.
    """
    return scores_of(measure(run, settings))


def scores_of(measured: Measured) -> Scores:
    """Return the scores of what was measured."""
    run, series, picture, identity = measured.run, measured.gospa, measured.siap, measured.identity
    settings, errors = measured.settings, measured.errors
    n_truth, n_shown = int(series.n_truth.sum()), int(series.n_tracks.sum())
    n_missed, n_false = int(series.n_missed.sum()), int(series.n_false.sum())
    n_pairs = n_truth - n_missed
    rms_m = float(np.sqrt(series.localisation_m2.sum() / n_pairs)) if n_pairs else None
    found = latencies(identity, settings.min_life)
    alive = int(identity.n_alive.sum())
    hours = run.duration_s / 3_600.0
    n_false_tracks = int(identity.is_false.sum())
    return Scores(
        title=run.title,
        n_moments=run.times_s.size,
        duration_s=run.duration_s,
        n_targets=identity.truth_ids.size,
        n_tracks=identity.track_ids.size,
        cutoff_m=settings.cutoff_m,
        gate_m=settings.gate,
        burn_in=settings.burn_in,
        gospa_m=float(series.gospa_m.mean()),
        gospa_per_target_m=float((series.gospa_m / np.sqrt(np.maximum(series.n_truth, 1))).mean()),
        ospa_m=float(series.ospa_m.mean()),
        gospa_localisation_m=_root(series.localisation_m2),
        gospa_missed_m=_root(series.missed_m2),
        gospa_false_m=_root(series.false_m2),
        missed=float(series.n_missed.mean()),
        false=float(series.n_false.mean()),
        missed_share=n_missed / n_truth if n_truth else None,
        false_share=n_false / n_shown if n_shown else None,
        rms_error_m=rms_m,
        switches=identity.n_switches,
        breaks=identity.n_breaks,
        false_tracks=n_false_tracks,
        false_tracks_per_h=n_false_tracks / hours if hours > 0.0 else None,
        latency_moments=float(found.mean()) if found.size else None,
        latency_s=_latency_s(run.times_s, identity, settings.min_life),
        siap_completeness=picture.completeness,
        siap_ambiguity=picture.ambiguity,
        siap_spuriousness=picture.spuriousness,
        siap_positional_accuracy_m=picture.positional_accuracy_m,
        siap_velocity_accuracy_mps=picture.velocity_accuracy_mps,
        siap_longest_segment=float(identity.longest.sum()) / alive if alive else None,
        nees_position=_told(consistency(errors.nees, 2)),
        nees_velocity=_told(consistency(errors.nees_velocity, 2)),
        nis=_told(consistency(_column(run.tracks, "nis"), 2)),
        existence=_curve(measured.reliability),
        limits=_limits(run, identity, rms_m, n_false / n_shown if n_shown else None),
        notes=run.notes,
        clocks=run.clocks,
    )


def _root(squares: F64) -> float:
    """Return the root of the mean of a part of GOSPA [m]: the parts' squares add up to that of the whole."""
    return float(np.sqrt(squares.mean()))


def _latency_s(times_s: F64, identity: Identity, min_life: int) -> float | None:
    counted = (identity.first_held >= 0) & (identity.n_alive > min_life)
    if not counted.any():
        return None
    return float((times_s[identity.first_held[counted]] - times_s[identity.first_alive[counted]]).mean())


def _limits(run: ScoredRun, identity: Identity, rms_m: float | None, false: float | None) -> tuple[Verdict, ...]:
    _, places = numbered(run.truth)
    return tuple(
        verdict
        for limit in ED_142
        for verdict in verdicts(limit, detected_share(run.times_s, identity, places, limit.interval_s), rms_m, false)
    )


def _column(tracks: tuple[Moment, ...], name: str) -> F64:
    parts: list[F64] = [part for moment in tracks if (part := getattr(moment, name)) is not None]
    return np.concatenate(parts) if parts else np.empty(0)


def _told(found: Consistency | None) -> Check | None:
    if found is None:
        return None
    return Check(
        n=found.n,
        dof=found.dof,
        mean=found.mean,
        low=found.low,
        high=found.high,
        average=found.average,
        within_95=found.within,
    )


def _curve(found: Reliability | None) -> Existence | None:
    if found is None:
        return None
    return Existence(
        n=int(found.n.sum()),
        brier=found.brier,
        calibration_error=found.calibration_error,
        edges=found.edges.tolist(),
        n_in_bin=found.n.tolist(),
        claimed=[None if np.isnan(value) else value for value in found.claimed.tolist()],
        observed=[None if np.isnan(value) else value for value in found.observed.tolist()],
    )
