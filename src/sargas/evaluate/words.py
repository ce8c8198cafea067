"""Scores as tables for a person: the figure, its value, and what it means."""

import math
from typing import NamedTuple

from sargas.evaluate.scores import Check, Existence, Scores
from sargas.evaluate.trial_run import TrialScores


class Line(NamedTuple):
    """A line of a table."""

    figure: str
    value: str
    means: str


def figures(scores: Scores) -> list[Line]:
    """Return the figures, from the picture as a whole to single tracks."""
    s = scores
    return [
        Line("GOSPA", _metres(s.gospa_m), f"mean over time; cut-off {s.cutoff_m:,.0f} m; best 0"),
        Line("  of it localisation", _metres(s.gospa_localisation_m), "root mean squares: the squares of the"),
        Line("  of it missed", _metres(s.gospa_missed_m), "three add up to the mean square of GOSPA"),
        Line("  of it false", _metres(s.gospa_false_m), ""),
        Line("OSPA", _metres(s.ospa_m), "the same per target, at most the cut-off"),
        Line("missed", _percent(s.missed_share), f"{s.missed:.2f} targets at a time without a track"),
        Line("false", _percent(s.false_share), f"{s.false:.2f} tracks at a time without a target"),
        Line("RMS position error", _metres(s.rms_error_m), "of targets and tracks paired one to one"),
        Line("identity switches", str(s.switches), "another track than the target had before"),
        Line("breaks", str(s.breaks), "a track again after moments without one"),
        Line("false tracks", str(s.false_tracks), _false_tracks(s)),
        Line("initiation latency", _seconds(s.latency_s), "from a target's start to its first track"),
        Line("SIAP completeness", _percent(s.siap_completeness), "targets that have a track; best 100 %"),
        Line("SIAP ambiguity", _plain(s.siap_ambiguity), "tracks per target that has any; best 1"),
        Line("SIAP spuriousness", _percent(s.siap_spuriousness), "tracks that belong to no target; best 0 %"),
        Line("SIAP position error", _metres(s.siap_positional_accuracy_m), "mean over the tracks that belong to one"),
        Line("SIAP velocity error", _speed(s.siap_velocity_accuracy_mps), "mean of the same"),
        Line("longest segment", _percent(s.siap_longest_segment), "of a life that one track held; best 100 %"),
        Line("NEES of the position", *_check(s.nees_position, "covariance")),
        Line("NEES of the velocity", *_check(s.nees_velocity, "covariance")),
        Line("NIS", *_check(s.nis, "innovations")),
        Line("existence", *_existence(s.existence)),
    ]


def clocks(scores: Scores) -> list[tuple[str, ...]]:
    """Return a row for each incident: what it was, how long each step took, and whether the draft was in time."""
    return [
        (
            clock.incident_id,
            clock.highest_level,
            clock.title,
            *(_step(seconds) for seconds in (clock.track_s, clock.alarm_s, clock.draft_s, clock.sent_s)),
            "in time" if clock.is_in_time else "LATE",
        )
        for clock in scores.clocks
    ]


def _step(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:.0f} s"


def verdicts(scores: Scores) -> list[Line]:
    """Return the limits: what, what was measured against what is allowed, and whether it passed."""
    lines = []
    for verdict in scores.limits:
        if verdict.unit.startswith("share"):
            measured = _percent(verdict.measured, 2)
            limit = f"{100.0 * verdict.limit:g} %"
        else:
            measured, limit = _metres(verdict.measured), f"{verdict.limit:g} m"
        bound = "at least" if "at least" in verdict.unit else "at most"
        lines.append(Line(verdict.what, f"{measured} ({bound} {limit})", "pass" if verdict.is_passed else "FAIL"))
    return lines


def headline(scores: Scores) -> str:
    """Return what was scored in a sentence."""
    s = scores
    burn = f", the first {s.burn_in} moments not counted" if s.burn_in else ""
    return (
        f"{s.title}: {s.n_targets} targets and {s.n_tracks} tracks over {_span(s.duration_s)},"
        f" {s.n_moments} moments{burn}"
    )


def _check(check: Check | None, what: str) -> tuple[str, str]:
    if check is None:
        return "-", f"not measured: no {what} told"
    size = "larger" if check.mean > check.dof else "smaller"
    if check.low <= check.mean <= check.high:
        verdict = "consistent"
    elif 0.8 <= check.average <= 1.25:
        verdict = f"errors a little {size} than claimed"
    else:
        verdict = f"errors {size} than claimed"
    return f"{check.mean:.2f}", f"{verdict}; best {check.dof}"


def _existence(existence: Existence | None) -> tuple[str, str]:
    if existence is None:
        return "-", "not measured: the tracks claim none"
    return f"{existence.calibration_error:.3f}", f"mean |claimed - observed|; Brier {existence.brier:.3f}; best 0"


def _false_tracks(scores: Scores) -> str:
    per_h = "" if scores.false_tracks_per_h is None else f"{scores.false_tracks_per_h:.1f} an hour; "
    return f"{per_h}mostly without a target"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"


def _span(seconds: float) -> str:
    if seconds < 120.0:
        return f"{seconds:g} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 7_200.0 else f"{seconds / 3_600.0:.1f} h"


def _metres(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f} m" if value < 1_000.0 else f"{value:,.0f} m"


def _percent(value: float | None, digits: int = 1) -> str:
    return "-" if value is None or math.isnan(value) else f"{100.0 * value:.{digits}f} %"


def _speed(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} m/s"


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def of_trial(trial: TrialScores) -> list[Line]:
    """Return what a trial tells beside the usual figures: how its one drone was held while a radar saw it."""
    seen_s = trial.seen_s or math.nan
    lines = [
        Line("flown", f"{trial.flown_s} s", "by the drone's own record"),
        Line("seen", f"{trial.seen_s} s", "of that any radar had rows of the drone; the next two are shares of it"),
        Line("held", _percent(trial.held_s / seen_s), "by any track"),
        Line("held by one", _percent(trial.held_by_one_s / seen_s), "by one and the same track"),
        Line("tracks of the drone", str(trial.n_tracks_of_drone), f"{trial.switches} switches between them"),
        Line("error", f"{_metres(trial.rms_m)}, {_metres(trial.median_m)}", "of its track: RMS, median"),
    ]
    lines += [
        Line(
            f"{own.sensor} by itself",
            f"{_metres(own.rms_m)}, {_metres(own.median_m)}",
            f"{own.n_of_drone} of its {own.n_rows} rows are the drone; the track then: {_metres(own.track_rms_m)}",
        )
        for own in trial.own
    ]
    lines.append(Line("not the drone", str(len(trial.extras)), "confirmed tracks of something else"))
    lines += [
        Line(f"  by {sensor}", f"{per_h:.1f} an hour", "of the time in which it told anything")
        for sensor, per_h in trial.false_per_h_by_sensor.items()
    ]
    return lines
