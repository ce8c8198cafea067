"""The limits of ED-142: detection per interval of each life, and what passes and fails."""

import numpy as np
import pytest

from sargas.evaluate.moments import from_arrays
from sargas.evaluate.scores import score


def detection(held: str, step_s: float = 1.0) -> list[float | None]:
    """Return the shares per 8 s and per 5 s of one target with a track where there is an 'x'."""
    truth = np.zeros((len(held), 1, 2))
    tracks = [([1], [[10.0, 0.0]]) if mark == "x" else ([], []) for mark in held]
    limits = score(from_arrays(truth, tracks, step_s * np.arange(len(held)))).limits
    return [limits[0].measured, limits[3].measured]


def test_one_moment_in_an_interval_is_a_detection() -> None:
    assert detection("x.......x.......")[0] == 1.0
    assert detection("x...............")[0] == 0.5


def test_an_interval_that_the_life_does_not_fill_does_not_count() -> None:
    assert detection("x......." + ".......") == [1.0, pytest.approx(1 / 3)]
    assert detection("....") == [None, None]


def test_each_life_is_cut_from_its_own_birth() -> None:
    truth = np.full((16, 2, 2), np.nan)
    truth[:, 0], truth[4:12, 1] = 0.0, 20_000.0
    tracks = [([1], [[0.0, 0.0]])] * 11 + [([1, 2], [[0.0, 0.0], [20_000.0, 20_000.0]])] + [([1], [[0.0, 0.0]])] * 4
    # The first target fills two intervals, the second, held in its last moment alone, one.
    assert score(from_arrays(truth, tracks)).limits[0].measured == 1.0


def test_scans_rarer_than_the_interval_count_as_they_come() -> None:
    assert detection("x.xx", step_s=10.0)[0] == pytest.approx(3 / 4)


def test_a_good_picture_passes_and_a_coarse_one_fails_where_it_is_coarse() -> None:
    truth = np.zeros((40, 1, 2))
    good = score(from_arrays(truth, [([1], [[100.0, 0.0]])] * 40)).limits
    assert [verdict.is_passed for verdict in good] == [True] * 6
    coarse = score(from_arrays(truth, [([1], [[200.0, 0.0]])] * 40)).limits
    assert [verdict.is_passed for verdict in coarse] == [True, True, True, True, False, True]
    assert (coarse[4].measured, coarse[4].limit) == (pytest.approx(200.0), 150.0)
    blind = score(from_arrays(truth, [([], [])] * 40)).limits
    assert [verdict.is_passed for verdict in blind] == [False] * 6
    assert [verdict.measured for verdict in blind] == [0.0, None, None, 0.0, None, None]
