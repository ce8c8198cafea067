"""The turn of an antenna from its plots: made radars whose turn is known."""

import numpy as np
import pytest

from sargas.fuse.turning import TurnFinder, turn_s
from sargas.model.report import PolarPlot

T0 = 1_753_660_800.0


def turning(turn: float, n: int, *, seed: int, n_targets: int = 25, wobble_deg: float = 0.5) -> tuple[list, list]:
    """Return times and azimuths of a radar that turns evenly: each target is seen when the beam passes it."""
    rng = np.random.default_rng(seed)
    targets = rng.uniform(0.0, 360.0, n_targets)
    n_turns = n // n_targets + 2
    azimuths = np.tile(targets, n_turns)
    at = (np.repeat(np.arange(n_turns), n_targets) + azimuths / 360.0) * turn
    seen = rng.uniform(size=at.size) < 0.8
    order = np.argsort(at[seen])[:n]
    measured = (azimuths[seen][order] + rng.normal(0.0, wobble_deg, len(order))) % 360.0
    return (T0 + at[seen][order]).tolist(), measured.tolist()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("turn", [1.5, 4.0, 6.0, 8.0, 12.0])
def test_the_turn_is_found_whatever_the_period_says(turn: float, seed: int) -> None:
    times, azimuths = turning(turn, 300, seed=seed)
    assert turn_s(np.array(times), np.array(azimuths), 8.0) == pytest.approx(turn, rel=0.01)


@pytest.mark.parametrize("seed", range(20))
def test_a_radar_that_looks_anywhere_at_any_time_does_not_turn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = np.sort(rng.uniform(0.0, 40.0, 120))
    assert turn_s(times, rng.uniform(0.0, 360.0, 120), 8.0) is None


@pytest.mark.parametrize("n_targets", [8, 20, 200])
@pytest.mark.parametrize("seed", range(10))
def test_a_radar_that_looks_at_each_target_once_a_period_does_not_turn_faster(seed: int, n_targets: int) -> None:
    rng = np.random.default_rng(seed)
    azimuths = np.tile(rng.uniform(0.0, 360.0, n_targets), 40)
    times = np.arange(azimuths.size) / n_targets * 1.0
    assert turn_s(times, azimuths, 1.0) in (None, pytest.approx(1.0, rel=0.05))


def test_one_direction_says_nothing_of_the_turn() -> None:
    times, azimuths = np.arange(120.0), np.full(120, 77.0)
    assert turn_s(times, azimuths, 4.0) is None


def test_plots_in_a_crowd_are_thinned_and_the_turn_is_found_all_the_same() -> None:
    finder = TurnFinder(8.0)
    times, azimuths = turning(4.0, 32_000, seed=7, n_targets=400)
    found = [
        finder.take([PolarPlot(sensor="radar", time_s=t, range_m=1e4, azimuth_deg=azimuth)])
        for t, azimuth in zip(times, azimuths, strict=True)
    ]
    assert [turn for turn in found if turn is not None] == pytest.approx([4.0, 4.0], rel=0.01)


def test_a_single_wrong_time_does_not_blind_it() -> None:
    finder = TurnFinder(8.0)
    times, azimuths = turning(4.0, 400, seed=3)
    found = [
        finder.take([PolarPlot(sensor="radar", time_s=t, range_m=1e4, azimuth_deg=azimuth)])
        for t, azimuth in zip([T0 + 1e6, *times], [5.0, *azimuths], strict=True)
    ]
    assert [turn for turn in found if turn is not None] == pytest.approx([4.0], rel=0.01)
