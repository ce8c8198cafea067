"""Switches, breaks, segments, latency and false tracks of pictures drawn by hand."""

import numpy as np
import pytest

from sargas.evaluate.identity import follow, latencies
from sargas.evaluate.moments import Moment, from_arrays

Places = dict[int, tuple[float, float]]


def moment(places: Places) -> Moment:
    return Moment(
        ids=np.array(list(places), dtype=np.int64), xy_m=np.array(list(places.values()), dtype=float).reshape(-1, 2)
    )


def moments(*places: Places) -> list[Moment]:
    return [moment(place) for place in places]


HERE, NEAR, FAR = (0.0, 0.0), (300.0, 0.0), (50_000.0, 0.0)


def test_a_target_with_one_track_has_neither_switch_nor_break() -> None:
    found = follow(moments({1: HERE}, {1: HERE}), moments({7: NEAR}, {7: NEAR}), 1_000.0)
    assert (found.n_switches, found.n_breaks, found.longest.tolist()) == (0, 0, [2])


def test_another_track_is_a_switch() -> None:
    found = follow(moments({1: HERE}, {1: HERE}), moments({7: NEAR}, {8: NEAR}), 1_000.0)
    assert (found.n_switches, found.n_breaks) == (1, 0)
    assert (found.n_tracks_of.tolist(), found.longest.tolist()) == ([2], [1])


def test_the_same_track_after_a_gap_is_a_break_and_no_switch() -> None:
    found = follow(moments({1: HERE}, {1: HERE}, {1: HERE}), moments({7: NEAR}, {}, {7: NEAR}), 1_000.0)
    assert (found.n_switches, found.n_breaks) == (0, 1)


def test_another_track_after_a_gap_is_both() -> None:
    found = follow(moments({1: HERE}, {1: HERE}, {1: HERE}), moments({7: NEAR}, {}, {8: NEAR}), 1_000.0)
    assert (found.n_switches, found.n_breaks) == (1, 1)


def test_a_target_keeps_its_track_though_a_nearer_one_comes() -> None:
    tracks = moments({7: NEAR}, {7: NEAR, 8: HERE})
    found = follow(moments({1: HERE}, {1: HERE}), tracks, 1_000.0)
    assert found.n_switches == 0
    assert found.is_false.tolist() == [False, True]


def test_two_targets_that_exchange_their_tracks_beyond_the_gate_switch_twice() -> None:
    truth = moments({1: HERE, 2: FAR}, {1: HERE, 2: FAR})
    found = follow(truth, moments({7: HERE, 8: FAR}, {8: HERE, 7: FAR}), 1_000.0)
    assert found.n_switches == 2


def test_what_happens_in_the_burn_in_is_neither_switch_nor_break() -> None:
    truth = moments(*[{1: HERE}] * 4)
    tracks = moments({7: HERE}, {8: HERE}, {}, {8: HERE})
    assert (follow(truth, tracks, 1_000.0, 3).n_switches, follow(truth, tracks, 1_000.0, 3).n_breaks) == (0, 1)
    assert (follow(truth, tracks, 1_000.0, 4).n_switches, follow(truth, tracks, 1_000.0, 4).n_breaks) == (0, 0)


@pytest.mark.parametrize(("n_near", "is_false"), [(1, True), (2, False)])
def test_a_track_is_false_below_half_its_life_with_a_target(n_near: int, is_false: bool) -> None:
    truth = moments(*[{1: HERE}] * 4)
    tracks = moments(*[{7: NEAR}] * n_near, *[{7: FAR}] * (4 - n_near))
    assert follow(truth, tracks, 1_000.0).is_false.tolist() == [is_false]


def test_latency_counts_from_the_birth_of_those_that_live_long_enough() -> None:
    truth = moments(*[{1: HERE}] * 3, *[{1: HERE, 2: FAR}] * 3)
    tracks = moments({}, {}, {7: HERE}, {7: HERE}, {7: HERE, 8: FAR}, {7: HERE, 8: FAR})
    found = follow(truth, tracks, 1_000.0)
    assert latencies(found, min_life=2).tolist() == [2, 1]
    assert latencies(found, min_life=3).tolist() == [2]


def test_a_track_belongs_to_the_target_it_followed_longest() -> None:
    truth = moments(*[{1: HERE, 2: FAR}] * 3)
    tracks = moments({7: HERE}, {7: FAR}, {7: FAR})
    found = follow(truth, tracks, 1_000.0)
    assert found.truth_ids[found.main_truth].tolist() == [2]
    assert found.longest.tolist() == [1, 2]


def test_targets_may_be_born_and_die_and_nothing_may_be_shown_at_all() -> None:
    found = follow(moments({}, {1: HERE}, {}), moments({}, {}, {}), 1_000.0)
    assert (found.n_alive.tolist(), found.n_held.tolist(), found.first_held.tolist()) == ([1], [0], [-1])


def test_names_are_any_whole_numbers() -> None:
    truth = np.zeros((2, 1, 2))
    run = from_arrays(truth, [([-(10**15)], [NEAR]), ([10**15], [NEAR])])
    assert follow(run.truth, run.tracks, 1_000.0).n_switches == 1
