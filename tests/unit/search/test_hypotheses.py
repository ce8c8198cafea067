"""The weights before the evidence."""

import pytest
from msgspec import structs

from sargas.model.search import SearchSettings
from sargas.search.hypotheses import groups, kind_weights, never_there
from sargas.search.manner import Manner
from search_kit import AIRCRAFT, loss, lost

STRAIGHT = Manner({}, "")


def test_the_hypotheses_add_up_to_one() -> None:
    weights = kind_weights(loss(), AIRCRAFT, SearchSettings())
    found = groups(lost(), AIRCRAFT, weights, 200.0, STRAIGHT)
    assert sum(group.weight for group in found) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("speed_mps", "likely", "unlikely"),
    [(40.0, "gerbera", "airliner"), (52.0, "shahed", "quadcopter"), (230.0, "cruise_missile", "gerbera"),
     (6.0, "balloon", "shahed")],
)  # fmt: skip
def test_speed_alone_weighs_the_kinds(speed_mps: float, likely: str, unlikely: str) -> None:
    weights = kind_weights(loss(north_mps=speed_mps), AIRCRAFT, SearchSettings())
    assert weights[likely] > 0.1
    assert weights.get(unlikely, 0.0) < 0.02
    assert sum(weights.values()) == pytest.approx(1.0)


def test_an_officer_weighs_the_kinds_and_an_unknown_name_is_nothing() -> None:
    told = SearchSettings(kinds={"gerbera": 0.5, "shahed": 0.25, "zeppelin": 1.0})
    weights = kind_weights(loss(), AIRCRAFT, told)
    assert weights == {"gerbera": pytest.approx(2.0 / 3.0), "shahed": pytest.approx(1.0 / 3.0)}


def test_what_it_was_taken_for_before_the_loss_weighs_the_kinds_and_speed_shares_out_the_rest() -> None:
    """Half of it was left open: half of each weight by speed alone stays, the told half goes to the balloon."""
    by_speed = kind_weights(loss(), AIRCRAFT, SearchSettings())
    told = kind_weights(structs.replace(loss(), kinds={"balloon": 0.5, "zeppelin": 0.3}), AIRCRAFT, SearchSettings())
    assert told["balloon"] == pytest.approx(0.5 + 0.5 * by_speed.get("balloon", 0.0))
    assert told["gerbera"] == pytest.approx(0.5 * by_speed["gerbera"])
    assert sum(told.values()) == pytest.approx(1.0)


def test_the_officers_word_comes_before_what_it_was_taken_for() -> None:
    lost_one = structs.replace(loss(), kinds={"balloon": 0.9})
    assert kind_weights(lost_one, AIRCRAFT, SearchSettings(kinds={"shahed": 1.0})) == {"shahed": 1.0}


def test_only_a_balloon_drifts() -> None:
    weights = {kind.id: 1.0 / len(AIRCRAFT) for kind in AIRCRAFT}
    drifting = {g.kind.id for g in groups(lost(), AIRCRAFT, weights, 200.0, STRAIGHT) if g.conduct == "drift"}
    assert drifting == {"balloon"}


def test_what_flies_high_hits_nothing() -> None:
    low = groups(lost(), AIRCRAFT, {"gerbera": 1.0}, 60.0, STRAIGHT)
    high = groups(lost(), AIRCRAFT, {"gerbera": 1.0}, 3_000.0, STRAIGHT)
    hit = [sum(g.weight for g in found if g.fate == "obstacle") for found in (low, high)]
    assert hit[0] > 10.0 * hit[1]


def test_what_was_sinking_fast_was_at_its_end() -> None:
    def at_loss(climb_mps: float | None) -> float:
        found = groups(lost(climb_mps=climb_mps), AIRCRAFT, {"gerbera": 1.0}, 200.0, STRAIGHT)
        return sum(g.weight for g in found if g.is_at_loss)

    assert at_loss(-6.0) > 0.5 > at_loss(None) > at_loss(0.0)


def test_doubt_that_the_tracker_left_stays() -> None:
    assert never_there(lost(existence=0.6)) == pytest.approx(0.4)
    assert never_there(lost(existence=1.0)) == 0.01
    assert never_there(lost(existence=None)) == pytest.approx(0.03)


def test_what_is_faster_than_anything_known_is_still_something() -> None:
    weights = kind_weights(loss(north_mps=9_000.0), AIRCRAFT, SearchSettings())
    assert sum(weights.values()) == pytest.approx(1.0)
