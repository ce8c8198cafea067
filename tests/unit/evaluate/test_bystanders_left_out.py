"""Birds are left out with the tracks that follow them, and nothing else is."""

import numpy as np

from sargas.evaluate.bystanders import without
from sargas.evaluate.moments import ScoredRun, from_arrays
from sargas.evaluate.scores import score

BIRD, DRONE = 0, 1


def run() -> ScoredRun:
    """A bird and a drone 10 km apart; track 1 follows the bird, 2 the drone after a bird, 3 nobody."""
    truth = np.zeros((10, 2, 2))
    truth[:, DRONE, 0] = 10_000.0
    tracks = []
    for k in range(10):
        second = [0.0, 100.0] if k < 3 else [10_000.0, 0.0]
        tracks.append(([1, 2, 3], [[0.0, 0.0], second, [50_000.0, 0.0]]))
    return from_arrays(truth, tracks)


def test_birds_and_the_tracks_that_followed_them_longest_are_gone() -> None:
    left = without(run(), [BIRD], 1_000.0, "birds")
    assert {int(n) for moment in left.truth for n in moment.ids} == {DRONE}
    assert {int(n) for moment in left.tracks for n in moment.ids} == {2, 3}
    assert left.notes == ("left out: birds (1), and the tracks that followed them most of the time (1)",)


def test_the_others_are_scored_as_if_there_had_been_no_bird() -> None:
    found = score(without(run(), [BIRD], 1_000.0))
    assert (found.n_targets, found.false_tracks, found.siap_completeness) == (1, 1, 0.7)


def test_without_birds_nothing_changes() -> None:
    whole = run()
    assert without(whole, [], 1_000.0) is whole
    assert without(whole, [99], 1_000.0) is whole
