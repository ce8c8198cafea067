"""The fold is total and bounded, and an incident is nothing but its events."""

from itertools import pairwise

import pytest
from msgspec import structs

from sargas.incident.fold import FINDINGS_KEPT, FIRST_KEPT, LAST_KEPT, fold
from sargas.model.finding import Finding, Heard
from sargas.model.incident import (
    Acknowledged,
    Closed,
    Commented,
    Disposed,
    FindingJoined,
    Happening,
    Incident,
    IncidentEvent,
    LevelChanged,
    Opened,
    Reopened,
    TrackJoined,
    TrackLost,
)

T0 = 1_753_666_800.0
REPORT = Finding(
    finding_id="reported:1",
    rule="reported",
    state="raised",
    severity="yellow",
    time_s=T0,
    raised_s=T0,
    probability=0.5,
    title="Resident heard something",
    reasons=("resident heard an engine",),
    detail=Heard(sensor="112", lat_deg=54.7, lon_deg=25.3, radius_m=500.0),
    lat_deg=54.7,
    lon_deg=25.3,
)
EVERY: list[Happening] = [
    Opened(title="Opened", first_report_s=T0, finding=REPORT),
    FindingJoined(finding=structs.replace(REPORT, state="updated")),
    FindingJoined(finding=structs.replace(REPORT, state="cleared")),
    TrackJoined(track_id=3, reason="near"),
    TrackLost(track_id=3, last_report_s=T0, lat_deg=54.7, lon_deg=25.2),
    LevelChanged(level="red", reason="inside"),
    LevelChanged(level="white", reason="over"),
    Acknowledged(officer="ona"),
    Commented(officer="ona", text="called the post"),
    Disposed(officer="ona", disposition="drone"),
    Closed(officer="ona"),
    Reopened(officer="ona"),
]


def event(what: Happening, number: int = 0, evidence: tuple[int, ...] = ()) -> IncidentEvent:
    return IncidentEvent(incident_id="LT-1", time_s=T0 + number, what=what, evidence=evidence)


def folded(*happenings: Happening) -> Incident:
    state: Incident | None = None
    for number, what in enumerate(happenings):
        state = fold(state, event(what, number))
    assert state is not None
    return state


@pytest.mark.parametrize("first", EVERY, ids=lambda what: what.__struct_config__.tag)
@pytest.mark.parametrize("second", EVERY, ids=lambda what: what.__struct_config__.tag)
def test_any_event_on_any_state_gives_a_state(first: Happening, second: Happening) -> None:
    state = folded(first, second)
    assert state.incident_id == "LT-1"
    assert state.changed_s == T0 + 1


def test_the_story_tells_each_event_once_in_its_order() -> None:
    timeline = folded(*EVERY).timeline
    assert [item.text for item in timeline] == [
        "Opened: Opened (resident heard an engine)",
        "No longer so: Resident heard something",
        "Track 3: near",
        "Track 3 lost: last seen 01:40:00 UTC at 54.7000° N, 25.2000° E",
        "Red, in the airspace: inside",
        "White, over: over",
        "Acknowledged",
        "called the post",
        "Said to be: drone",
        "Closed",
        "Reopened",
    ]
    assert all(before.time_s <= after.time_s for before, after in pairwise(timeline))


def test_another_persons_word_is_told_when_it_comes() -> None:
    more = structs.replace(
        REPORT, state="updated", reasons=(*REPORT.reasons, "guard saw a wing"), probability=REPORT.probability + 0.1
    )
    story = folded(EVERY[0], FindingJoined(finding=more), FindingJoined(finding=more)).timeline
    assert [item.text for item in story[1:]] == ["Reported: guard saw a wing"]


def test_a_node_that_repeats_itself_adds_nothing_to_the_timeline() -> None:
    again = [structs.replace(REPORT, state="updated", reasons=(f"heard again, {k} reports",)) for k in range(2, 300)]
    assert len(folded(EVERY[0], *(FindingJoined(finding=one) for one in again)).timeline) == 1


def test_an_update_replaces_its_finding() -> None:
    state = folded(EVERY[0], FindingJoined(finding=structs.replace(REPORT, state="updated", probability=0.9)))
    assert [finding.probability for finding in state.findings] == [0.9]


def test_a_found_track_takes_the_place_of_the_lost_one() -> None:
    state = folded(EVERY[0], EVERY[4], TrackJoined(track_id=9, reason="found", continues=3))
    assert (state.track_ids, state.lost_track_ids) == ((3, 9), ())


def test_an_incident_stays_where_its_track_was_last_seen() -> None:
    guessed = structs.replace(REPORT, finding_id="incursion:3", track_id=3, lat_deg=60.0)
    state = folded(EVERY[0], EVERY[4], FindingJoined(finding=guessed), EVERY[1])
    assert (state.lat_deg, state.lon_deg) == (54.7, 25.2)


def test_the_highest_level_is_remembered() -> None:
    state = folded(EVERY[0], EVERY[5], EVERY[6])
    assert (state.level, state.highest_level) == ("white", "red")


def test_a_long_incident_stays_bounded_and_keeps_what_people_did() -> None:
    state: Incident | None = fold(None, event(EVERY[0]))
    for number in range(5_000):
        state = fold(state, event(TrackJoined(track_id=number, reason="near"), number, (number,)))
        if number == 2_500:
            state = fold(state, event(Commented(officer="ona", text="half time"), number, (1_000_000, number)))
        state = fold(state, event(FindingJoined(finding=structs.replace(REPORT, finding_id=f"r:{number}")), number))
    assert len(state.findings) == FINDINGS_KEPT
    assert len(state.timeline) == FIRST_KEPT + LAST_KEPT + 1
    assert [item.text for item in state.timeline if item.officer] == ["half time"]
    assert {0, 199, 2_500, 4_999, 1_000_000} <= set(state.evidence)
    assert len(state.evidence) <= FIRST_KEPT + LAST_KEPT + 2
