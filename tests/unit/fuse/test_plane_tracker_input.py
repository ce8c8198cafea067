"""What a researcher may hand to the tracker of scans, and what is refused before it reaches compiled code."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from sargas.fuse.plane import POSITION_MAX_M, PlaneTracker

F64 = NDArray[np.float64]
COV = np.eye(2) * 2_500.0
TWO = np.array([[0.0, 0.0], [1_000.0, 500.0]])


def seen_for(n_scans: int) -> PlaneTracker:
    tracker = PlaneTracker()
    for k in range(n_scans):
        tracker.scan(4.0 * k, TWO + np.array([40.0 * k, 0.0]), [COV, COV])
    return tracker


@pytest.mark.parametrize(
    ("xy", "cov", "told"),
    [
        ([[math.nan, 0.0], [3.0, 4.0]], [COV, COV], "a position is not a number"),
        ([[0.0, -math.inf], [3.0, 4.0]], [COV, COV], "a position is not a number"),
        ([[2.0 * POSITION_MAX_M, 0.0], [3.0, 4.0]], [COV, COV], "a position is not a number"),
        (TWO, [COV], "2 positions have 1 covariances"),
        (TWO, [COV, -COV], "not positive definite"),
        (TWO, [COV, 0.0 * COV], "not positive definite"),
        (TWO, [COV, COV + 2_500.0 - COV], "not positive definite"),
        (TWO, [COV, math.nan * COV], "a covariance is not a number"),
        (TWO, [COV, 1e300 * COV], "a covariance is not a number"),
    ],
)
def test_numbers_that_are_no_scan_are_refused_and_the_tracker_goes_on(xy: F64, cov: F64, told: str) -> None:
    tracker, untouched = seen_for(6), seen_for(6)
    with pytest.raises(ValueError, match=told):
        tracker.scan(24.0, xy, cov)
    for t in (tracker, untouched):
        t.scan(24.0, TWO + np.array([240.0, 0.0]), [COV, COV])
    np.testing.assert_array_equal(tracker.shown()[1], untouched.shown()[1])
    assert len(tracker.shown()[0]) == 2


@pytest.mark.parametrize("time_s", [20.0, 3.0, math.nan, math.inf, -math.inf, 1e300])
def test_a_scan_is_later_than_the_one_before(time_s: float) -> None:
    tracker = seen_for(6)
    with pytest.raises(ValueError, match="a scan's time must be a number and later"):
        tracker.scan(time_s, TWO, [COV, COV])


def test_long_silence_and_thin_errors_are_no_bad_input() -> None:
    tracker = seen_for(6)
    thin = np.array([[1e4, 9_999.999999], [9_999.999999, 1e4]])
    tracker.scan(28.0, TWO, [thin, thin])
    tracker.scan(1e9, TWO, [COV, COV])
    for k in range(6):
        tracker.scan(1e9 + 4.0 * (k + 1), TWO, [COV, COV])
    assert np.isfinite(tracker.shown()[1]).all()
    assert len(tracker.shown()[0]) == 2


def test_an_empty_scan_is_a_look_that_saw_nothing() -> None:
    tracker = seen_for(8)
    assert len(tracker.shown()[0]) == 2
    for k in range(8, 16):
        tracker.scan(4.0 * k, np.empty((0, 2)), np.empty((0, 2, 2)))
    assert len(tracker.shown()[0]) == 0
