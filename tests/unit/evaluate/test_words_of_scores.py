"""The tables for a person say what the figures are, and that unknown is unknown."""

import numpy as np

from sargas.evaluate.measured import Settings
from sargas.evaluate.moments import Moment, ScoredRun, from_arrays
from sargas.evaluate.scores import Scores, score
from sargas.evaluate.words import figures, headline, of_trial, verdicts


def empty_picture() -> Scores:
    return score(from_arrays(np.zeros((30, 1, 2)), [([], [])] * 30, title="nothing"))


def spread_picture(sd_m: float) -> Scores:
    """One target whose track errs by `sd_m`, and claims 10 m; existence claimed 0.9."""
    rng = np.random.default_rng(1)
    truth, tracks = [], []
    for _ in range(1_000):
        truth.append(Moment(ids=np.array([1]), xy_m=np.zeros((1, 2))))
        tracks.append(
            Moment(
                ids=np.array([1]),
                xy_m=rng.normal(0.0, sd_m, (1, 2)),
                position_cov_m2=100.0 * np.eye(2)[None],
                existence=np.array([0.9]),
            )
        )
    return score(ScoredRun(title="spread", times_s=np.arange(1_000.0), truth=tuple(truth), tracks=tuple(tracks)))


def told(scores: Scores) -> dict[str, tuple[str, str]]:
    return {line.figure.strip(): (line.value, line.means) for line in figures(scores)}


def test_every_figure_has_a_line_and_unknown_ones_a_dash() -> None:
    lines = told(empty_picture())
    assert len(lines) == 22
    assert lines["missed"] == ("100.0 %", "1.00 targets at a time without a track")
    unknown = {name for name, (value, _) in lines.items() if value == "-"}
    assert unknown == {
        "false", "RMS position error", "initiation latency", "SIAP ambiguity", "SIAP spuriousness",
        "SIAP position error", "SIAP velocity error", "NEES of the position", "NEES of the velocity", "NIS",
        "existence",
    }  # fmt: skip


def test_the_tables_fit_on_eighty_columns() -> None:
    for scores in (empty_picture(), spread_picture(30.0)):
        for line in figures(scores):
            assert len(line.figure) <= 20, line
            assert len(line.value) + len(line.means) <= 56, line


def test_nees_is_told_in_words() -> None:
    assert told(spread_picture(10.0))["NEES of the position"][1] == "consistent; best 2"
    assert told(spread_picture(10.9))["NEES of the position"][1].startswith("errors a little larger than claimed")
    assert told(spread_picture(30.0))["NEES of the position"][1].startswith("errors larger than claimed")
    assert told(spread_picture(3.0))["NEES of the position"][1].startswith("errors smaller than claimed")


def test_limits_are_told_with_what_was_measured() -> None:
    lines = verdicts(spread_picture(200.0))
    assert lines[0] == ("en route: detected per 8 s", "100.00 % (at least 97 %)", "pass")
    assert lines[4].figure == "terminal: RMS position error"
    assert lines[4].value.endswith("m (at most 150 m)")
    assert lines[4].means == "FAIL"
    assert verdicts(empty_picture())[1].value == "- (at most 350 m)"


def test_the_headline_says_what_was_scored_and_what_was_not_counted() -> None:
    run = from_arrays(np.zeros((30, 1, 2)), [([], [])] * 30, 4.0 * np.arange(30), title="mine")
    assert headline(score(run)) == "mine: 1 targets and 0 tracks over 2 min, 30 moments"
    assert headline(score(run, Settings(burn_in=5))).endswith(", the first 5 moments not counted")


def test_a_trial_that_no_radar_saw_has_no_shares() -> None:
    from sargas.evaluate.trial_run import TrialScores

    trial = TrialScores(
        title="t", flown_s=60, seen_s=0, held_s=0, held_by_one_s=0, n_tracks_of_drone=0, switches=0,
        rms_m=None, median_m=None, own=(), extras=(), false_per_h=0.0,
        false_per_h_by_sensor={"radar_2d": 0.0}, rejected={},
    )  # fmt: skip
    lines = {line.figure.strip(): line.value for line in of_trial(trial)}
    assert (lines["held"], lines["held by one"], lines["error"]) == ("-", "-", "-, -")
    assert lines["by radar_2d"] == "0.0 an hour"
