"""The grid over points against a look at every one of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sargas.kernels.near import Grid, grid_of, span

F64 = NDArray[np.float64]
POINT = np.dtype([("name", "i8"), ("z", "f8", (4,))], align=True)


def points_at(xy: F64) -> NDArray[np.void]:
    points = np.zeros(len(xy), POINT).view(np.recarray)  # whose records have attributes uncompiled too
    points["z"][:, :2] = xy
    return points


def found_in(grid: Grid, low: F64, high: F64) -> list[int]:
    """Return the places, in the list that the grid was made of, of all points in the cells that reach into a box."""
    a0, a1 = span(low[0], high[0], grid.x0, grid.side, grid.nx)
    b0, b1 = span(low[1], high[1], grid.y0, grid.side, grid.ny)
    found: list[int] = []
    for a in range(a0, a1 if b1 > b0 else a0):
        found.extend(grid.order[grid.start[a * grid.ny + b0] : grid.start[a * grid.ny + b1]].tolist())
    return found


def scattered(rng: np.random.Generator, kind: str, n: int) -> F64:
    if kind == "even":
        return rng.uniform(-5e4, 5e4, (n, 2))
    if kind == "line":
        return np.column_stack([rng.uniform(0.0, 1e6, n), np.full(n, 7.0)])
    if kind == "one place":
        return np.full((n, 2), [123.4, -567.8])
    return np.concatenate([rng.normal(0.0, 30.0, (n - 1, 2)), [[4e5, -4e5]]])  # a crowd, and one far away


KINDS = ["even", "line", "one place", "crowd"]


@pytest.mark.parametrize("kind", KINDS)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 60), size=st.floats(0.0, 2e5))
@settings(max_examples=40, deadline=None)
def test_no_point_of_a_box_is_overlooked_and_none_is_found_twice(kind: str, seed: int, n: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    xy = scattered(rng, kind, n)
    centre = xy[rng.integers(n)] + rng.normal(size=2) * size
    low, high = centre - size * rng.random(2), centre + size * rng.random(2)
    found = found_in(grid_of(points_at(xy), np.arange(n)), low, high)
    inside = np.flatnonzero(((xy >= low) & (xy <= high)).all(axis=1))
    assert set(inside.tolist()) <= set(found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_plane_holds_every_point_once(kind: str) -> None:
    xy = scattered(np.random.default_rng(1), kind, 500)
    grid = grid_of(points_at(xy), np.arange(500))
    assert sorted(found_in(grid, np.full(2, -1e9), np.full(2, 1e9))) == list(range(500))


@pytest.mark.parametrize("kind", KINDS)
def test_the_grid_takes_little_room_however_the_points_lie(kind: str) -> None:
    for n in (1, 10, 1_000):
        grid = grid_of(points_at(scattered(np.random.default_rng(2), kind, n)), np.arange(n))
        assert len(grid.start) <= 10 * n + 100


def test_a_small_box_among_many_points_looks_at_few() -> None:
    xy = scattered(np.random.default_rng(3), "even", 2_000)
    grid = grid_of(points_at(xy), np.arange(2_000))
    n_found = [len(found_in(grid, at - 500.0, at + 500.0)) for at in xy[:200]]
    n_inside = [int((abs(xy - at) <= 500.0).all(axis=1).sum()) for at in xy[:200]]
    assert sum(n_found) < 8 * sum(n_inside)


def test_only_the_points_asked_for_are_in_the_grid_and_go_by_their_place_in_the_list() -> None:
    xy = np.array([[0.0, 0.0], [10.0, 10.0], [20.0, 20.0], [30.0, 30.0]])
    grid = grid_of(points_at(xy), np.array([3, 1]))
    assert found_in(grid, np.array([29.0, 29.0]), np.array([31.0, 31.0])) == [0]
    assert found_in(grid, np.array([9.0, 9.0]), np.array([11.0, 11.0])) == [1]
    assert sorted(found_in(grid, np.full(2, -1.0), np.full(2, 99.0))) == [0, 1]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 9.9, (0, 1)),
        (5.0, 25.0, (0, 3)),
        (-50.0, -1.0, (0, 0)),
        (41.0, 50.0, (0, 0)),
        (-50.0, 50.0, (0, 4)),
        (35.0, 99.0, (3, 4)),
    ],
)
def test_four_cells_of_ten_metres_meet_a_span(low: float, high: float, expected: tuple[int, int]) -> None:
    assert span(low, high, 0.0, 10.0, 4) == expected
