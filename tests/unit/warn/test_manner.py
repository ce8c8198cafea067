"""How a target has flown says how it will fly on."""

import itertools
import math

import pytest

from airspace_kit import T0_S, at, track
from sargas.warn.manner import HOW_IT_FLIES, LOOKED_BACK_S, USUAL, Ways, manner_of

SPEED_MPS = 40.0


def way(
    turn_rps: float, seconds: int = 300, course_rad: float = math.radians(60.0)
) -> list[tuple[float, float, float]]:
    """Where something is every 12 s that turns evenly."""
    x = y = 0.0
    found = []
    for k in range(seconds + 1):
        if k % 12 == 0:
            found.append((T0_S + k, *at(x, y)))
        x += SPEED_MPS * math.sin(course_rad)
        y += SPEED_MPS * math.cos(course_rad)
        course_rad += turn_rps
    return found


def test_who_has_flown_straight_most_likely_keeps_the_course_of_the_line() -> None:
    found = manner_of(tuple(way(0.0)), None)
    assert found.shares["course"] > 0.7
    assert found.course_rad == pytest.approx(math.radians(60.0), abs=math.radians(0.5))
    assert math.radians(0.2) < found.course_sd_rad < math.radians(2.0)


def test_who_has_circled_most_likely_turns_on_and_has_no_course() -> None:
    found = manner_of(tuple(way(math.radians(2.0))), None)
    assert found.shares["wander"] + found.shares["orbit"] > 0.7
    assert found.course_rad is None


def test_something_of_what_is_usual_is_always_left() -> None:
    for turn_dps in (0.0, 0.5, 3.0):
        found = manner_of(tuple(way(math.radians(turn_dps))), None)
        assert sum(found.shares.values()) == pytest.approx(1.0)
        assert all(found.shares[name] >= 0.2 * share - 1e-12 for name, share in HOW_IT_FLIES.items())


def test_a_turn_speaks_where_no_way_is_known() -> None:
    assert manner_of((), 2.0).shares["course"] < HOW_IT_FLIES["course"]
    assert manner_of((), -2.0).shares == manner_of((), 2.0).shares


@pytest.mark.parametrize("seconds", [0, 24, 36])
def test_too_short_a_way_says_nothing(seconds: int) -> None:
    assert manner_of(tuple(way(0.0, seconds)), 0.0) is USUAL
    assert manner_of((), None) is USUAL


def test_ways_are_kept_some_seconds_apart_for_some_minutes() -> None:
    ways = Ways()
    for k in range(1_000):
        ways.note([track(T0_S + k, at(-40.0 * k))])
    kept = ways.of(1)
    assert kept[-1][0] - kept[0][0] <= LOOKED_BACK_S + 12.0
    assert all(after[0] - before[0] >= 12.0 for before, after in itertools.pairwise(kept))


def test_predictions_are_no_way_and_what_is_gone_is_forgotten() -> None:
    ways = Ways()
    ways.note([track(T0_S, at(0.0)), track(T0_S, at(0.0), track_id=2, status="lost")])
    assert ways.of(1)
    assert not ways.of(2)
    ways.keep_only({2: None})
    assert not ways.of(1)
