"""All the figures of a run at once, their JSON, and what cannot be scored."""

import math

import msgspec
import numpy as np
import pytest

from sargas.evaluate.measured import Settings, measure
from sargas.evaluate.moments import Moment, ScoredRun, from_arrays
from sargas.evaluate.scores import score, scores_of
from sargas.model.errors import DataError


def straight(n_moments: int = 30) -> np.ndarray:
    """Two targets that fly east 10 km apart at 50 m/s."""
    truth = np.zeros((n_moments, 2, 4))
    truth[:, :, 0] = 50.0 * np.arange(n_moments)[:, None]
    truth[:, 1, 1] = 10_000.0
    truth[:, :, 2] = 50.0
    return truth


def test_a_picture_with_a_constant_error_has_that_error_in_every_figure() -> None:
    truth = straight()
    tracks = [([1, 2], positions[:, :2] + [30.0, 40.0]) for positions in truth]
    found = score(from_arrays(truth, tracks))
    assert found.gospa_m == pytest.approx(50.0 * math.sqrt(2.0))
    assert found.gospa_per_target_m == found.ospa_m == found.rms_error_m == pytest.approx(50.0)
    assert found.siap_positional_accuracy_m == pytest.approx(50.0)
    assert (found.missed_share, found.false_share, found.switches, found.breaks) == (0.0, 0.0, 0, 0)
    assert (found.siap_completeness, found.siap_ambiguity, found.siap_longest_segment) == (1.0, 1.0, 1.0)
    assert (found.latency_s, found.false_tracks_per_h) == (0.0, 0.0)


def test_what_nobody_told_is_none() -> None:
    found = score(from_arrays(straight(), [([1], [[0.0, 0.0]])] * 30))
    assert (found.nees_position, found.nees_velocity, found.nis, found.existence) == (None,) * 4
    assert found.siap_velocity_accuracy_mps is None


def test_false_tracks_are_counted_by_the_hour() -> None:
    tracks = [([1, 2, 3 + k // 10], [[50.0 * k, 0.0], [50.0 * k, 10_000.0], [0.0, 90_000.0]]) for k in range(30)]
    found = score(from_arrays(straight(), tracks, 4.0 * np.arange(30)))
    # Three false tracks in 30 scans of 4 s, that is 120 s.
    assert (found.false_tracks, found.false_tracks_per_h) == (3, pytest.approx(90.0))


def test_the_latency_is_in_seconds_too() -> None:
    tracks = [([], []) if k < 3 else ([1], [[50.0 * k, 0.0]]) for k in range(30)]
    found = score(from_arrays(straight(), tracks, 4.0 * np.arange(30)))
    assert (found.latency_moments, found.latency_s) == (3.0, 12.0)


def test_covariance_existence_and_innovations_are_scored_where_they_are_told() -> None:
    rng = np.random.default_rng(2)
    truth, shown = [], []
    for k in range(200):
        ids, xy_m = np.array([1, 2]), np.array([[0.0, 0.0], [9_000.0, 0.0]])
        velocity = np.array([[20.0, 0.0], [0.0, 20.0]])
        truth.append(Moment(ids=ids, xy_m=xy_m, velocity_mps=velocity))
        shown.append(
            Moment(
                ids=np.array([5, 6, 7]),
                xy_m=np.vstack([xy_m + rng.normal(0.0, 30.0, (2, 2)), [[0.0, 80_000.0]]]),
                velocity_mps=np.vstack([velocity + rng.normal(0.0, 2.0, (2, 2)), [[0.0, 0.0]]]),
                position_cov_m2=np.stack([900.0 * np.eye(2)] * 3),
                velocity_cov_m2ps2=np.stack([4.0 * np.eye(2)] * 3),
                existence=np.array([1.0, 1.0, 0.25]),
                nis=np.array([1.0, 3.0, np.nan]),
            )
        )
        del k
    run = ScoredRun(title="told", times_s=np.arange(200.0), truth=tuple(truth), tracks=tuple(shown))
    found = score(run)
    assert found.nees_position is not None
    assert found.nees_velocity is not None
    assert found.nis is not None
    assert found.existence is not None
    assert (found.nees_position.n, found.nees_position.average) == (400, pytest.approx(1.0, abs=0.1))
    assert found.nees_velocity.average == pytest.approx(1.0, abs=0.1)
    assert (found.nis.n, found.nis.mean) == (400, 2.0)
    assert (found.existence.n, found.existence.brier) == (600, pytest.approx(0.25**2 / 3))
    assert found.siap_velocity_accuracy_mps == pytest.approx(2.0 * math.sqrt(math.pi / 2.0), rel=0.05)


def test_the_scores_are_plain_json() -> None:
    found = score(from_arrays(straight(), [([], [])] * 30))
    told = msgspec.json.decode(msgspec.json.encode(found))
    assert told["siap_completeness"] == 0.0
    assert told["rms_error_m"] is None
    assert "NaN" not in msgspec.json.encode(found).decode()


def test_the_gate_of_identity_may_be_narrower_than_the_cut_off() -> None:
    tracks = [([1, 2], positions[:, :2] + [300.0, 400.0]) for positions in straight()]
    run = from_arrays(straight(), tracks)
    wide, narrow = measure(run), measure(run, Settings(gate_m=400.0))
    assert (scores_of(wide).false_tracks, scores_of(narrow).false_tracks) == (0, 2)
    assert scores_of(wide).gospa_m == scores_of(narrow).gospa_m


# --- what cannot be scored ---


def test_a_truth_without_targets_is_refused() -> None:
    with pytest.raises(DataError, match="no target in the truth"):
        score(from_arrays(np.full((3, 1, 2), np.nan), [([], [])] * 3))


def test_settings_without_sense_are_refused() -> None:
    run = from_arrays(straight(), [([], [])] * 30)
    for settings in (
        Settings(cutoff_m=0.0),
        Settings(cutoff_m=math.nan),
        Settings(cutoff_m=math.inf),
        Settings(gate_m=-1.0),
    ):
        with pytest.raises(DataError, match="cut-off and gate: expected metres above 0"):
            score(run, settings)
    for burn_in in (-1, 30):
        with pytest.raises(DataError, match="burn-in"):
            score(run, Settings(burn_in=burn_in))


def test_arrays_that_do_not_fit_are_refused_with_their_shapes() -> None:
    with pytest.raises(DataError, match=r"truth: expected shape \(T, N, 2\) or \(T, N, 4\), got \(3, 2\)"):
        from_arrays(np.zeros((3, 2)), [])
    with pytest.raises(DataError, match="expected as many moments as times: 30 times, 30 of truth, 29 of tracks"):
        from_arrays(straight(), [([], [])] * 29)
    with pytest.raises(DataError, match=r"xy_m: expected shape \(2, 2\) for 2 ids, got \(1, 2\)"):
        from_arrays(straight(1), [([1, 2], [[0.0, 0.0]])])
    with pytest.raises(DataError, match="not finite"):
        from_arrays(straight(1), [([1], [[math.nan, 0.0]])])
    with pytest.raises(DataError, match="stands twice"):
        from_arrays(straight(1), [([1, 1], [[0.0, 0.0], [1.0, 1.0]])])
    with pytest.raises(DataError, match="times that increase"):
        from_arrays(straight(2), [([], [])] * 2, [1.0, 1.0])
