"""SIAP attributes of pictures drawn by hand; each track belongs to its nearest target."""

import numpy as np
import pytest

from sargas.evaluate.moments import Moment
from sargas.evaluate.siap import Siap, siap

Places = list[tuple[float, float]]


def one(truth: Places, tracks: Places, v_truth: Places | None = None, v_tracks: Places | None = None) -> Siap:
    return siap([moment(truth, v_truth)], [moment(tracks, v_tracks)], 1_000.0)


def moment(places: Places, velocities: Places | None) -> Moment:
    return Moment(
        ids=np.arange(len(places)),
        xy_m=np.array(places, dtype=float).reshape(-1, 2),
        velocity_mps=None if velocities is None else np.array(velocities, dtype=float).reshape(-1, 2),
    )


def test_two_tracks_on_one_of_two_targets_and_one_on_none() -> None:
    found = one([(0.0, 0.0), (20_000.0, 0.0)], [(30.0, 40.0), (0.0, 150.0), (50_000.0, 0.0)])
    assert found.completeness == 1 / 2
    assert found.ambiguity == 2.0
    assert found.spuriousness == pytest.approx(1 / 3)
    assert found.positional_accuracy_m == pytest.approx((50.0 + 150.0) / 2)


def test_what_has_no_whole_is_unknown_not_zero() -> None:
    empty = one([], [])
    assert (empty.completeness, empty.ambiguity, empty.spuriousness) == (None, None, None)
    assert empty.positional_accuracy_m is None
    unseen = one([(0.0, 0.0)], [])
    assert (unseen.completeness, unseen.ambiguity, unseen.spuriousness) == (0.0, None, None)
    alone = one([], [(0.0, 0.0)])
    assert (alone.completeness, alone.spuriousness) == (None, 1.0)


def test_velocity_errors_are_the_lengths_of_the_differences_where_both_are_known() -> None:
    found = one(
        [(0.0, 0.0), (5_000.0, 0.0)], [(0.0, 0.0), (5_000.0, 0.0)],
        [(10.0, 0.0), (0.0, 0.0)], [(13.0, 4.0), (np.nan, np.nan)],
    )  # fmt: skip
    assert found.velocity_accuracy_mps == pytest.approx(5.0)
    assert one([(0.0, 0.0)], [(0.0, 0.0)]).velocity_accuracy_mps is None
