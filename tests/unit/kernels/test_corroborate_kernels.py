"""No track of directions is shown on the word of one site, nor of two sites that may mistake two targets."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sargas.kernels.corroborate import LOWEST, MEMORY_S, MOST, N_WITNESS, credit, fade, is_corroborated, without

HIT, MISS = 4.7, -0.9  # ln of the odds by a detection and a miss of an ear with 60 % detection
TWO, THREE = 6.0, 5.0
SITES = np.array([[0.0, 0.0, 9e3, 0.6, 340.0], [8e3, 0.0, 9e3, 0.6, 340.0], [4e3, 7e3, 9e3, 0.6, 340.0]])


class Tracks:
    def __init__(self, n: int) -> None:
        self.of, self.evidence = np.full((n, N_WITNESS), -1), np.zeros((n, N_WITNESS))
        self.xy: NDArray[np.float64] = np.array([[3e3 + 500.0 * k, 3e3] for k in range(n)])
        self.existence, self.settled = np.full(n, 0.95), np.zeros(n, np.bool_)

    def told(self, track: int, sensor: int, gained: float, times: int = 1) -> None:
        for _ in range(times):
            credit(self.of[track], self.evidence[track], sensor, gained)

    def stands(self, track: int) -> bool:
        return bool(
            is_corroborated(track, self.xy, self.existence, self.settled, self.of, self.evidence, SITES, TWO, THREE)
        )


def test_one_direction_alone_never_confirms_however_long_it_lasts() -> None:
    tracks = Tracks(1)
    tracks.told(0, 0, HIT, times=50)
    assert not tracks.stands(0)


def test_one_direction_and_one_chance_detection_of_another_site_do_not_confirm() -> None:
    tracks = Tracks(1)
    tracks.told(0, 0, HIT, times=50)
    tracks.told(0, 1, 3.0 * HIT)
    assert not tracks.stands(0), "however surely its directions are true ones"
    tracks.told(0, 1, MISS, times=3)
    tracks.told(0, 1, HIT)
    assert not tracks.stands(0)


def test_two_sites_confirm() -> None:
    tracks = Tracks(1)
    tracks.told(0, 0, HIT, times=2)
    tracks.told(0, 1, HIT, times=2)
    assert tracks.stands(0)


def test_of_two_targets_and_two_sites_nothing_is_confirmed_until_a_third_site_decides() -> None:
    tracks = Tracks(2)
    for track in (0, 1):
        for sensor in (0, 1):
            tracks.told(track, sensor, HIT, times=9)
    assert not tracks.stands(0)
    tracks.told(0, 2, HIT, times=2)
    assert tracks.stands(0)
    assert tracks.stands(1), "the other one is no rival any more"


def test_a_settled_track_or_one_out_of_reach_is_no_rival() -> None:
    tracks = Tracks(2)
    for sensor in (0, 1):
        tracks.told(0, sensor, HIT, times=3)
    assert not tracks.stands(0)
    tracks.settled[1] = True
    assert tracks.stands(0)
    tracks.settled[1] = False
    tracks.xy[1] = (0.0, 8e3)  # sensor 1 stands 11 km away
    assert tracks.stands(0)


def test_a_site_that_is_always_silent_speaks_against_only_for_itself() -> None:
    tracks = Tracks(1)
    tracks.told(0, 2, MISS, times=100)
    tracks.told(0, 0, HIT, times=2)
    tracks.told(0, 1, HIT, times=2)
    assert tracks.evidence[0].min() == LOWEST
    assert tracks.stands(0)


def test_what_was_said_long_ago_counts_no_more() -> None:
    evidence = np.array([6.0, 3.0, -2.0, 0.0])
    fade(evidence, MEMORY_S)
    np.testing.assert_allclose(evidence, np.array([6.0, 3.0, -2.0, 0.0]) / np.e)


def test_the_witnesses_are_bounded_and_the_one_that_said_least_gives_way() -> None:
    of, evidence = np.full(N_WITNESS, -1), np.zeros(N_WITNESS)
    for sensor in range(N_WITNESS):
        credit(of, evidence, sensor, 1.0 + sensor / 10)
    credit(of, evidence, 99, 0.5)
    assert 99 not in of.tolist()
    credit(of, evidence, 99, 3.0)
    assert evidence.max() < MOST
    assert of.tolist() == [99, *range(1, N_WITNESS)]
    assert without(evidence, 1) == pytest.approx(evidence.sum() - evidence.max())
