"""The decision clock as scored: seconds from the first report, unknown for what never came, late after a minute."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sargas.evaluate.decision_clock import DRAFT_S, ClockScore, clock_scores
from sargas.evaluate.moments import from_arrays
from sargas.evaluate.scores import Scores, score
from sargas.evaluate.words import clocks
from sargas.model.incident import Incident
from sargas.model.warning import DecisionClock, Level

T0_S = 1_753_667_050.0
"""2025-07-28 01:44:10 UTC, about the crossing of that night; any moment would do."""
STEPS = ("track", "alarm", "acknowledged", "draft", "approved", "sent", "delivered")
FIELDS = ("first_track_s", "first_alarm_s", "acknowledged_s", "drafted_s", "approved_s", "sent_s", "delivered_s")


def incident(number: int = 1, highest: Level = "red", clock: DecisionClock | None = None, **steps: float) -> Incident:
    """Return an incident whose steps came so many seconds after its first report."""
    reached = {field: T0_S + after_s for field, after_s in steps.items()}
    return Incident(
        incident_id=f"LT-2025-07-28-{number:02d}", title=f"Track {number} crossed into Lithuania", status="open",
        level="white", highest_level=highest, first_report_s=T0_S, opened_s=T0_S, changed_s=T0_S,
        clock=clock if clock is not None else DecisionClock(first_report_s=T0_S, **reached),
    )  # fmt: skip


def told(found: ClockScore) -> list[float | None]:
    return [getattr(found, f"{step}_s") for step in STEPS]


def scores_with(*found: ClockScore) -> Scores:
    """Return the scores of a picture without any track, and these clocks."""
    run = from_arrays(np.zeros((3, 1, 2)), [([], [])] * 3, title="night")
    return score(structs.replace(run, clocks=found))


# --- what is told ---


def test_each_step_is_told_in_seconds_from_the_first_report() -> None:
    after_s = (13.9, 14.0, 40.0, 14.5, 55.25, 58.0, 59.75)
    (found,) = clock_scores([incident(**dict(zip(FIELDS, after_s, strict=True)))])
    assert told(found) == list(after_s)
    assert found.first_report_s == T0_S


def test_a_step_that_was_not_reached_is_unknown_and_not_nought() -> None:
    (found,) = clock_scores([incident(first_alarm_s=0.0)])
    assert told(found) == [None, 0.0, None, None, None, None, None]


def test_what_was_never_more_than_white_has_no_clock_and_what_is_over_keeps_its_own() -> None:
    nothing, over = incident(1, "white"), incident(2, "yellow", drafted_s=3.0)
    assert over.level == "white"
    assert [one.incident_id for one in clock_scores([nothing, over])] == ["LT-2025-07-28-02"]


def test_an_incident_of_a_version_that_kept_no_clock_is_left_out() -> None:
    assert clock_scores([structs.replace(incident(), clock=None)]) == ()


def test_incidents_are_told_as_they_opened_with_their_highest_level_and_title() -> None:
    found = clock_scores([incident(2, "red"), incident(1, "yellow")])
    assert [(one.incident_id, one.highest_level, one.title) for one in found] == [
        ("LT-2025-07-28-02", "red", "Track 2 crossed into Lithuania"),
        ("LT-2025-07-28-01", "yellow", "Track 1 crossed into Lithuania"),
    ]


def test_the_first_report_is_that_of_the_clock_not_of_the_opening() -> None:
    """A report that turns out to be of the incident moves the clock's beginning back, not the incident's opening."""
    earlier = DecisionClock(first_report_s=T0_S - 30.0, drafted_s=T0_S + 20.0)
    (found,) = clock_scores([incident(clock=earlier)])
    assert (found.first_report_s, found.draft_s) == (T0_S - 30.0, 50.0)


@given(
    st.floats(1.0e9, 4.0e9),
    st.lists(st.one_of(st.none(), st.floats(0.0, 86_400.0)), min_size=len(FIELDS), max_size=len(FIELDS)),
)
def test_whatever_the_day_each_step_is_told_to_the_millisecond(first_s: float, after_s: list[float | None]) -> None:
    """Epoch seconds of this century are kept to 0.5 us (2^-21): the difference of two errs by less than 1 ms."""
    reached: dict[str, Any] = {
        field: None if after is None else first_s + after for field, after in zip(FIELDS, after_s, strict=True)
    }
    (found,) = clock_scores([incident(clock=DecisionClock(first_report_s=first_s, **reached))])
    for seconds, after in zip(told(found), after_s, strict=True):
        assert (seconds is None) is (after is None)
        assert after is None or seconds == pytest.approx(after, abs=1.0e-3)


# --- in time ---


@pytest.mark.parametrize(
    ("draft_s", "is_in_time"), [(0.0, True), (59.999, True), (60.0, True), (60.001, False), (None, False)]
)
def test_the_draft_is_in_time_within_a_minute_and_a_missing_one_never_is(
    draft_s: float | None, is_in_time: bool
) -> None:
    """The watch owes a draft within 60 s of the first report."""
    (found,) = clock_scores([incident(**({} if draft_s is None else {"drafted_s": draft_s}))])
    assert DRAFT_S == 60.0
    assert found.is_in_time is is_in_time


# --- the table ---


def test_a_line_says_what_it_was_how_long_each_step_took_and_whether_the_draft_was_in_time() -> None:
    found = clock_scores([incident(first_track_s=13.9, first_alarm_s=14.4, drafted_s=59.6, sent_s=75.0)])
    assert clocks(scores_with(*found)) == [
        ("LT-2025-07-28-01", "red", "Track 1 crossed into Lithuania", "14 s", "14 s", "60 s", "75 s", "in time")
    ]


def test_what_was_not_reached_is_a_dash_and_a_late_or_missing_draft_cannot_be_overlooked() -> None:
    found = clock_scores([incident(1, drafted_s=60.001), incident(2, first_alarm_s=0.0)])
    first, second = clocks(scores_with(*found))
    assert first[3:] == ("-", "-", "60 s", "-", "LATE")
    assert second[3:] == ("-", "0 s", "-", "-", "LATE")


def test_a_picture_without_incidents_has_no_lines() -> None:
    assert clocks(scores_with()) == []
