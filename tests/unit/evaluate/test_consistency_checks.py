"""NEES and NIS against chi-square: published quantiles, drawn errors, and covariances that are none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sargas.evaluate.consistency import consistency, mean_bounds, normalised_squares


def test_bounds_of_the_mean_are_those_of_the_textbook() -> None:
    # Bar-Shalom, Li, Kirubarajan 2001, example in section 5.4.2: 50 runs of a two-dimensional state,
    # 95 % region of chi-square with 100 degrees of freedom [74, 130], that is [1.5, 2.6] for the mean.
    assert mean_bounds(50, 2) == pytest.approx((74.22 / 50, 129.56 / 50), abs=0.001)


def test_a_normalised_square_by_hand() -> None:
    errors = np.array([[3.0, 4.0], [1.0, 1.0]])
    covariances = np.array([[[9.0, 0.0], [0.0, 4.0]], [[2.0, 1.0], [1.0, 2.0]]])
    # 9/9 + 16/4 = 5; the inverse of the second is [[2, -1], [-1, 2]] / 3: 2/3.
    assert normalised_squares(errors, covariances) == pytest.approx([5.0, 2 / 3])


def test_errors_as_large_as_claimed_are_consistent_and_larger_ones_are_not() -> None:
    rng = np.random.default_rng(5)
    covariance = np.array([[400.0, 150.0], [150.0, 900.0]])
    errors = rng.multivariate_normal([0.0, 0.0], covariance, 4_000)
    every = np.broadcast_to(covariance, (4_000, 2, 2))
    good = consistency(normalised_squares(errors, every), 2)
    bold = consistency(normalised_squares(errors, every / 2.0), 2)
    assert good is not None
    assert bold is not None
    assert good.low < good.mean < good.high
    assert good.within == pytest.approx(0.95, abs=0.015)
    assert bold.average == pytest.approx(2.0, abs=0.1)
    assert bold.mean > bold.high
    assert bold.within < 0.85


@pytest.mark.parametrize(
    "matrix",
    [[[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5], [0.0, 1.0]], [[-1.0, 0.0], [0.0, -1.0]],
     [[np.nan, 0.0], [0.0, 1.0]], [[np.inf, 0.0], [0.0, 1.0]]],
    ids=["zero", "indefinite", "not symmetric", "negative", "unknown", "infinite"],
)  # fmt: skip
def test_what_is_no_covariance_gives_no_figure(matrix: list[list[float]]) -> None:
    found = normalised_squares(np.array([[1.0, 1.0]]), np.array([matrix]))
    assert np.isnan(found).all()
    assert consistency(found, 2) is None


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(), min_size=6, max_size=6), max_size=8))
def test_no_numbers_break_it(rows: list[list[float]]) -> None:
    table = np.array(rows, dtype=float).reshape(-1, 6)
    with np.errstate(all="ignore"):
        found = normalised_squares(table[:, :2], table[:, 2:].reshape(-1, 2, 2))
    assert found.shape == (len(rows),)
