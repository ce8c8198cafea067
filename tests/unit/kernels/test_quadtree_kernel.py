"""The adaptive grid against a plain recursion over the same points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sargas.kernels import quadtree

F64 = NDArray[np.float64]


def grid(points: F64, weight: F64, n: int, cell_m: float) -> tuple[F64, F64, float]:
    mass, square = np.zeros((n, n)), np.zeros((n, n))
    outside = quadtree.count(
        np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1]), weight, cell_m, mass, square
    )
    return mass, square, outside


def split(mass: F64, square: F64, enough: float, place: tuple[int, int, int]) -> list[tuple[float, ...]]:
    """The definition, word by word: split while the effective number of points is enough."""
    level, row, column = place
    if mass.sum() <= 0.0:
        return []
    n = mass.shape[0]
    if n == 1 or mass.sum() ** 2 < enough * square.sum():
        return [(level, row, column, float(mass.sum()))]
    half = n // 2
    parts = [
        split(
            mass[a * half : (a + 1) * half, b * half : (b + 1) * half],
            square[a * half : (a + 1) * half, b * half : (b + 1) * half],
            enough, (level + 1, 2 * row + a, 2 * column + b),
        )
        for a in (0, 1)
        for b in (0, 1)
    ]  # fmt: skip
    return [leaf for part in parts for leaf in part]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(1, 300), st.sampled_from([1.0, 8.0, 40.0]))
def test_the_squares_are_those_of_the_definition(seed: int, n_points: int, enough: float) -> None:
    rng = np.random.default_rng(seed)
    points, weight = rng.normal(0.0, 120.0, (n_points, 2)), rng.random(n_points)
    mass, square, outside = grid(points, weight, 16, 40.0)
    out = np.empty((1_000, 4))
    n = quadtree.leaves(quadtree.pyramid(mass), quadtree.pyramid(square), 5, enough, out)
    expected = sorted(split(mass, square, enough, (0, 0, 0)))
    assert np.array(sorted(map(tuple, out[:n].tolist()))) == pytest.approx(np.array(expected).reshape(-1, 4))
    assert out[:n, 3].sum() + outside == pytest.approx(weight.sum())


def test_points_beyond_the_grid_are_told_not_lost() -> None:
    points = np.array([[0.0, 0.0], [1e6, 0.0], [0.0, -1e6]])
    mass, _, outside = grid(points, np.array([1.0, 2.0, 3.0]), 4, 10.0)
    assert mass[2, 2] == 1.0
    assert outside == 5.0


def test_no_more_squares_than_there_is_room_for() -> None:
    rng = np.random.default_rng(3)
    mass, square, _ = grid(rng.uniform(-300.0, 300.0, (5_000, 2)), np.ones(5_000), 16, 40.0)
    out = np.empty((20, 4))
    n = quadtree.leaves(quadtree.pyramid(mass), quadtree.pyramid(square), 5, 1.0, out)
    assert n <= 20
    assert out[:n, 3].sum() == pytest.approx(5_000.0)


def test_the_coarsest_level_comes_first() -> None:
    finest = np.arange(16.0).reshape(4, 4)
    sums = quadtree.pyramid(finest)
    assert sums[0] == 120.0
    assert sums[1:5].tolist() == [10.0, 18.0, 42.0, 50.0]
    assert np.array_equal(sums[5:], finest.ravel())
