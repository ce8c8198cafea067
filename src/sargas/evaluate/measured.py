"""What is measured of a run: the series behind the figures and the pictures, each computed once."""

import math
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from sargas.evaluate.consistency import normalised_squares
from sargas.evaluate.existence import Reliability, reliability
from sargas.evaluate.gospa import Series, over_time
from sargas.evaluate.identity import Identity, follow
from sargas.evaluate.moments import F64, I64, Moment, ScoredRun, numbered
from sargas.evaluate.siap import Siap, siap
from sargas.model.errors import DataError


class Settings(Struct, frozen=True, kw_only=True):
    """How a run is scored.

    `cutoff_m`: c of GOSPA, OSPA and SIAP. `gate_m`: within it a target keeps its track; None is the cut-off.
    `burn_in`: so many moments at the beginning, in which tracks begin, do not count for what is averaged over
    moments, nor for switches and breaks. `min_life`: targets seen for so few moments do not count for the latency.
    """

    cutoff_m: float = 1_000.0
    gate_m: float | None = None
    burn_in: int = 0
    min_life: int = 20

    @property
    def gate(self) -> float:
        """Within how many metres a target keeps its track."""
        return self.cutoff_m if self.gate_m is None else self.gate_m


class Errors(NamedTuple):
    """Every pair of a target and its own track: number of the moment, places, error [m], and NEES; arrays (k,)."""

    moment: I64
    truth: I64
    track: I64
    distance_m: F64
    nees: F64
    nees_velocity: F64


class Measured(NamedTuple):
    """The series of one run. `gospa` and `siap` begin after the burn-in."""

    run: ScoredRun
    settings: Settings
    gospa: Series
    siap: Siap
    identity: Identity
    errors: Errors
    reliability: Reliability | None


def measure(run: ScoredRun, settings: Settings | None = None) -> Measured:
    """Return what is measured of a run.

    Raises:
        DataError: there is nothing to score, or a setting makes no sense.
    """
    how = settings or Settings()
    _check(run, how)
    first = how.burn_in
    points = ((truth.xy_m, shown.xy_m) for truth, shown in zip(run.truth, run.tracks, strict=True))
    series = over_time(points, how.cutoff_m).since(first)
    identity = follow(run.truth, run.tracks, how.gate, first)
    return Measured(
        run=run,
        settings=how,
        gospa=series,
        siap=siap(run.truth[first:], run.tracks[first:], how.cutoff_m),
        identity=identity,
        errors=_errors(run, identity),
        reliability=_existence(run.tracks[first:], series),
    )


def _check(run: ScoredRun, settings: Settings) -> None:
    if not (0.0 < settings.cutoff_m < math.inf and 0.0 < settings.gate < math.inf):
        raise DataError(f"cut-off and gate: expected metres above 0, got {settings.cutoff_m:g} and {settings.gate:g}")
    if not any(moment.ids.size for moment in run.truth):
        raise DataError("there is no target in the truth: nothing to score against")
    if not 0 <= settings.burn_in < run.times_s.size:
        raise DataError(
            f"burn-in of {settings.burn_in} moments: expected fewer than the {run.times_s.size} there are"
        )


def _errors(run: ScoredRun, identity: Identity) -> Errors:
    """Return the errors of each target's own track at each moment."""
    _, truth_places = numbered(run.truth)
    _, track_places = numbered(run.tracks)
    who: list[I64] = []
    how_far: list[F64] = []
    for k, (rows, columns) in enumerate(identity.pairs):
        truth, shown = run.truth[k], run.tracks[k]
        off_m = shown.xy_m[columns] - truth.xy_m[rows]
        covariance = shown.position_cov_m2
        nees = np.full(rows.size, np.nan)
        if covariance is not None:
            nees = normalised_squares(off_m, covariance[columns])
        faster = np.full(rows.size, np.nan)
        if truth.velocity_mps is not None and shown.velocity_mps is not None and shown.velocity_cov_m2ps2 is not None:
            off_mps = shown.velocity_mps[columns] - truth.velocity_mps[rows]
            faster = normalised_squares(off_mps, shown.velocity_cov_m2ps2[columns])
        who.append(np.stack([np.full(rows.size, k), truth_places[k][rows], track_places[k][columns]]))
        how_far.append(np.stack([np.hypot(off_m[:, 0], off_m[:, 1]), nees, faster]))
    moment, target, track = np.concatenate(who, axis=1)
    distance_m, nees, faster = np.concatenate(how_far, axis=1)
    return Errors(moment, target, track, distance_m, nees, faster)


def _existence(tracks: tuple[Moment, ...], series: Series) -> Reliability | None:
    """Return the reliability of what the tracks claimed: true is who was paired one to one."""
    claims, real = [np.empty(0)], [np.empty(0, bool)]
    for shown, pairs in zip(tracks, series.pairs, strict=True):
        if shown.existence is None:
            continue
        is_real = np.zeros(shown.ids.size, bool)
        is_real[pairs.second] = True
        claims.append(shown.existence)
        real.append(is_real)
    return reliability(np.concatenate(claims), np.concatenate(real))
