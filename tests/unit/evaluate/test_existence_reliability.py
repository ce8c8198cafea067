"""The reliability curve of claimed existence: by hand, and of claims that are right on purpose."""

import numpy as np
import pytest

from sargas.evaluate.existence import reliability


def test_a_curve_by_hand() -> None:
    found = reliability(np.array([0.95, 0.95, 0.92, 0.55, 1.0]), np.array([True, True, False, False, True]))
    assert found is not None
    assert found.n.tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 0, 4]
    assert found.claimed[[5, 9]] == pytest.approx([0.55, 0.955])
    assert found.observed[[5, 9]] == pytest.approx([0.0, 0.75])
    assert np.isnan(found.claimed[:5]).all()
    # Brier: (0.05^2 + 0.05^2 + 0.92^2 + 0.55^2 + 0) / 5; calibration: (1 * 0.55 + 4 * 0.205) / 5.
    assert found.brier == pytest.approx((0.0025 + 0.0025 + 0.8464 + 0.3025) / 5)
    assert found.calibration_error == pytest.approx((0.55 + 4 * 0.205) / 5)


def test_claims_that_come_true_as_often_as_they_say_lie_on_the_diagonal() -> None:
    rng = np.random.default_rng(3)
    claims = rng.uniform(size=40_000)
    found = reliability(claims, rng.uniform(size=40_000) < claims)
    assert found is not None
    assert found.observed == pytest.approx(found.claimed, abs=0.03)
    assert found.calibration_error < 0.01


def test_without_a_claim_there_is_no_curve() -> None:
    assert reliability(np.array([np.nan, np.nan]), np.array([True, False])) is None
