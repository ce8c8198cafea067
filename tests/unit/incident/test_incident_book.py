"""What belongs to one incident, and how serious it is.

Times and distances are worked by hand: at 54.6 degrees north 0.01 degrees of longitude are 644 m.
"""

import pickle

import pytest
from msgspec import structs

from sargas.incident.book import IncidentBook, Settings, build
from sargas.model.decision import Acknowledge, Close, Comment, Dispose, LinkTrack, Reopen
from sargas.model.errors import DecisionError
from sargas.model.finding import Ahead, Crossing, Finding, Heard, Silence
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.track import Track

T0 = 1_753_666_800.0
"""2025-07-28 01:40:00 UTC."""
LAT, LON = 54.60, 25.70


def crossing(track_id: int, time_s: float, **more: object) -> Finding:
    detail = Crossing(zone_id="LT", time_s=time_s, time_sd_s=2.0, lat_deg=LAT, lon_deg=LON, position_sd_m=90.0)
    finding = Finding(
        finding_id=f"incursion:{track_id}:LT:1",
        rule="incursion",
        state="raised",
        severity="red",
        time_s=time_s,
        raised_s=time_s,
        probability=0.95,
        title=f"Track {track_id} crossed into Lithuania",
        reasons=("95 % probability inside Lithuania",),
        detail=detail,
        track_id=track_id,
        lat_deg=LAT,
        lon_deg=LON,
        evidence=(track_id, int(time_s - T0)),
    )
    return structs.replace(finding, **more)


def heard(number: int, time_s: float, lat: float = LAT, lon: float = LON, radius_m: float = 1_000.0) -> Finding:
    return Finding(
        finding_id=f"reported:{number}",
        rule="reported",
        state="raised",
        severity="yellow",
        time_s=time_s,
        raised_s=time_s,
        probability=0.5,
        title="Resident heard something",
        reasons=(),
        detail=Heard(sensor="112", lat_deg=lat, lon_deg=lon, radius_m=radius_m),
        lat_deg=lat,
        lon_deg=lon,
    )


def flying(track_id: int, now_s: float, first_s: float, **more: object) -> Track:
    track = Track(
        track_id=track_id,
        time_s=now_s,
        first_s=first_s,
        last_report_s=now_s,
        status="confirmed",
        lat_deg=LAT,
        lon_deg=LON,
        east_mps=-40.0,
        north_mps=0.0,
        position_cov_m2=(1e4, 0.0, 1e4),
        velocity_cov_m2ps2=(4.0, 0.0, 4.0),
        n_reports=10,
        entries=(7, 8),
    )
    return structs.replace(track, **more)


def picture(now_s: float, *tracks: Track) -> Picture:
    return Picture(now_s=now_s, tracks={track.track_id: track for track in tracks})


def only(incidents: object) -> Incident:
    (incident,) = incidents  # type: ignore[misc]
    return incident


@pytest.fixture
def book() -> IncidentBook:
    return build(Settings(), "LT")


def opened(book: IncidentBook, track_id: int = 5, now_s: float = T0) -> Incident:
    return only(book.on_findings([crossing(track_id, now_s)], picture(now_s, flying(track_id, now_s, now_s - 100))))


def test_a_red_finding_opens_a_red_incident_named_by_country_and_date(book: IncidentBook) -> None:
    incident = opened(book)
    assert incident.incident_id == "LT-2025-07-28-01"
    assert (incident.level, incident.status, incident.disposition) == ("red", "open", "undecided")
    assert incident.first_report_s == T0 - 100  # the first report of its young track
    assert incident.track_ids == (5,)
    assert [item.what for item in incident.timeline] == ["opened", "level", "alarmed"]


@pytest.mark.parametrize(
    ("rule", "severity", "detail"),
    [
        ("near_border", "yellow", Ahead(zone_id="LT", distance_m=900.0)),
        ("silent_sensor", "yellow", Silence(sensor="radar", last_s=T0, expected_period_s=4.0)),
        ("approach", "info", Ahead(zone_id="LT", distance_m=9_000.0)),
    ],
)
def test_skirting_silence_and_information_open_nothing(
    book: IncidentBook, rule: str, severity: str, detail: object
) -> None:
    finding = crossing(5, T0, rule=rule, severity=severity, detail=detail)
    assert list(book.on_findings([finding], picture(T0))) == []


def test_a_rule_that_is_no_longer_ignored_opens_an_incident() -> None:
    book = build(Settings(ignored_rules=()), "LT")
    finding = crossing(5, T0, rule="near_border", severity="yellow")
    assert only(book.on_findings([finding], picture(T0))).level == "yellow"


def test_a_second_crossing_by_the_same_track_stays_one_incident(book: IncidentBook) -> None:
    opened(book)
    now_s = T0 + 200
    again = crossing(5, now_s, finding_id="incursion:5:LT:2")
    incident = only(book.on_findings([again], picture(now_s, flying(5, now_s, T0 - 100))))
    assert incident.incident_id == "LT-2025-07-28-01"
    assert len(incident.findings) == 2


def test_updates_that_say_nothing_new_change_nothing(book: IncidentBook) -> None:
    opened(book)
    now_s = T0 + 5
    update = crossing(5, now_s, state="updated", raised_s=T0, probability=0.97)
    assert list(book.on_findings([update], picture(now_s, flying(5, now_s, T0 - 100)))) == []


def test_a_change_of_probability_updates_the_finding_without_a_line_in_the_timeline(book: IncidentBook) -> None:
    n_lines = len(opened(book).timeline)
    now_s = T0 + 5
    update = crossing(5, now_s, state="updated", raised_s=T0, probability=0.8)
    incident = only(book.on_findings([update], picture(now_s, flying(5, now_s, T0 - 100))))
    assert [finding.probability for finding in incident.findings] == [0.8]
    assert len(incident.timeline) == n_lines


def test_the_decision_clock_runs_from_a_cue_that_a_track_joins_later(book: IncidentBook) -> None:
    first = only(book.on_findings([heard(1, T0)], picture(T0)))
    assert (first.level, first.first_report_s) == ("yellow", T0)
    now_s = T0 + 400
    far = flying(5, now_s, now_s - 60, lon_deg=LON - 0.3)  # 19 km on: 400 s at 50 m/s reach 20 km
    joined = only(book.on_findings([crossing(5, now_s)], picture(now_s, far)))
    assert joined.incident_id == first.incident_id
    assert (joined.level, joined.first_report_s) == ("red", T0)
    assert joined.title == "Track 5 crossed into Lithuania"


@pytest.mark.parametrize(
    ("crossed_after_s", "watched_s", "begins_s"),
    [
        (-8.0, 100.0, -100.0),  # new: its first report could have shown it
        (-8.0, 900.0, -8.0),  # watched for long outside: it was no case until it crossed, 8 s before that was certain
        (-600.0, 300.0, -300.0),  # never seen outside: it was one from its first report on
    ],
)
def test_the_decision_clock_runs_from_the_first_report_that_could_have_shown_it(
    book: IncidentBook, crossed_after_s: float, watched_s: float, begins_s: float
) -> None:
    found = crossing(5, T0)
    assert isinstance(found.detail, Crossing)
    found = structs.replace(found, detail=structs.replace(found.detail, time_s=T0 + crossed_after_s))
    incident = only(book.on_findings([found], picture(T0, flying(5, T0, T0 - watched_s))))
    assert incident.clock is not None
    assert incident.clock.first_report_s == incident.first_report_s == T0 + begins_s


def test_what_was_only_information_is_a_case_once_it_comes_near(book: IncidentBook) -> None:
    """An approach is information up to ten minutes before the border, and yellow from five minutes on."""
    ahead = Ahead(zone_id="LT", distance_m=12_000.0, in_s=300.0)
    known = crossing(5, T0, rule="approach", severity="info", detail=ahead, finding_id="approach:5:LT:1")
    assert list(book.on_findings([known], picture(T0, flying(5, T0, T0 - 60)))) == []
    near = structs.replace(known, state="updated", severity="yellow", time_s=T0 + 200)
    incident = only(book.on_findings([near], picture(T0 + 200, flying(5, T0 + 200, T0 - 60))))
    later = structs.replace(near, time_s=T0 + 260, probability=0.5)
    incident = only(book.on_findings([later], picture(T0 + 260, flying(5, T0 + 260, T0 - 60))))
    assert incident.clock is not None
    assert incident.clock.first_report_s == incident.first_report_s == T0 + 200


def test_a_report_too_far_to_have_been_flown_is_another_incident(book: IncidentBook) -> None:
    book.on_findings([heard(1, T0)], picture(T0))
    other = only(book.on_findings([heard(2, T0 + 60, lat=55.6)], picture(T0 + 60)))  # 111 km away after one minute
    assert other.incident_id == "LT-2025-07-28-02"


def test_tracks_that_cross_near_each_other_are_one_incident(book: IncidentBook) -> None:
    opened(book)
    now_s = T0 + 60
    tracks = [flying(5, now_s, T0 - 100), flying(6, now_s, T0 - 100, lon_deg=LON + 0.05)]  # 3.2 km
    incident = only(book.on_findings([crossing(6, now_s)], picture(now_s, *tracks)))
    assert incident.track_ids == (5, 6)


def test_tracks_that_cross_far_from_each_other_are_two_incidents(book: IncidentBook) -> None:
    opened(book)
    now_s = T0 + 60
    tracks = [flying(5, now_s, T0 - 100), flying(6, now_s, T0 - 100, lat_deg=LAT + 0.2)]  # 22 km
    assert only(book.on_findings([crossing(6, now_s)], picture(now_s, *tracks))).incident_id.endswith("-02")


def lose(book: IncidentBook, now_s: float, track_id: int = 5) -> Incident:
    """The track's last report is 30 s old and the tracker calls it lost."""
    track = flying(track_id, now_s, T0 - 100, status="lost", last_report_s=now_s - 30, lon_deg=LON - 0.01)
    return only(book.on_findings([], picture(now_s, track)))


def test_a_lost_track_is_on_record_with_its_last_certain_place(book: IncidentBook) -> None:
    opened(book)
    incident = lose(book, T0 + 100)
    assert incident.lost_track_ids == (5,)
    # 30 s at 40 m/s to the west were only predicted: 1,200 m = 0.0186 degrees back to the east
    assert incident.lon_deg == pytest.approx(LON - 0.01 + 0.0186, abs=1e-3)
    (line,) = [item.text for item in incident.timeline if item.what == "track_lost"]
    assert "last seen 01:41:10 UTC" in line


def test_a_lost_track_holds_yellow_while_it_can_fly_and_white_comes_after(book: IncidentBook) -> None:
    opened(book)
    lose(book, T0 + 100)
    cleared = crossing(5, T0 + 120, state="cleared", raised_s=T0)
    book.on_findings([cleared], picture(T0 + 120))
    yellow = only(book.on_findings([], picture(T0 + 200)))
    assert yellow.level == "yellow"
    assert "track 5 was lost at 01:41:10 UTC; it can fly until 05:38:20 UTC" in yellow.timeline[-1].text
    assert list(book.on_findings([], picture(T0 + 14_220))) == []
    book.on_findings([], picture(T0 + 70 + 14_401))
    white = only(book.on_findings([], picture(T0 + 70 + 14_401 + 300)))
    assert (white.level, white.status, white.highest_level) == ("white", "open", "red")


def test_a_finding_that_is_kept_open_on_a_lost_track_is_yellow_not_red(book: IncidentBook) -> None:
    opened(book)
    lose(book, T0 + 100)
    assert only(book.on_findings([], picture(T0 + 140))).level == "yellow"


def test_cleared_findings_give_white_only_after_the_hold(book: IncidentBook) -> None:
    opened(book)
    now_s = T0 + 60
    book.on_findings([crossing(5, now_s, state="cleared")], picture(now_s, flying(5, now_s, T0)))
    at = [T0 + 61, T0 + 95, T0 + 359, T0 + 361]
    levels = []
    for now_s in at:
        book.on_findings([], picture(now_s, flying(5, now_s, T0)))
        levels.append(book.incident("LT-2025-07-28-01").level)
    assert levels == ["red", "yellow", "yellow", "white"]


def test_a_track_that_identified_itself_is_not_waited_for(book: IncidentBook) -> None:
    now_s = T0
    book.on_findings([crossing(5, now_s)], picture(now_s, flying(5, now_s, T0 - 100, is_cooperative=True)))
    cleared = crossing(5, T0 + 10, state="cleared")
    book.on_findings([cleared], picture(T0 + 10, flying(5, T0 + 10, T0 - 100, is_cooperative=True)))
    book.on_findings([], picture(T0 + 20))
    assert only(book.on_findings([], picture(T0 + 311))).level == "white"


def test_a_track_seen_again_is_no_longer_lost(book: IncidentBook) -> None:
    opened(book)
    lose(book, T0 + 100)
    now_s = T0 + 110
    incident = only(book.on_findings([], picture(now_s, flying(5, now_s, T0 - 100))))
    assert incident.lost_track_ids == ()
    assert incident.timeline[-1].text == "Track 5: seen again"


def found(now_s: float, **more: object) -> Track:
    """A new track that began 80 s after the loss, 80 s times 40 m/s = 3.2 km = 0.05 degrees further west."""
    first_s = T0 + 150
    lon = LON - 0.01 + 0.0186 - 0.05 - (now_s - first_s) * 40 / 64_400
    return flying(9, now_s, first_s, lon_deg=lon, **more)


def test_a_new_track_where_the_lost_one_could_be_continues_the_incident(book: IncidentBook) -> None:
    opened(book)
    lose(book, T0 + 100)
    incident = only(book.on_findings([], picture(T0 + 170, found(T0 + 170))))
    assert incident.track_ids == (5, 9)
    assert incident.lost_track_ids == ()
    assert "80 s after track 5 was lost" in incident.timeline[-1].text


def test_a_prediction_of_the_lost_track_no_longer_says_where_a_continued_incident_is(book: IncidentBook) -> None:
    opened(book)
    lose(book, T0 + 100)
    before = only(book.on_findings([], picture(T0 + 170, found(T0 + 170))))
    predicted = crossing(5, T0 + 400, state="updated", lon_deg=LON - 0.6, raised_s=T0)
    book.on_findings([predicted], picture(T0 + 400, found(T0 + 400)))
    after = book.incident(before.incident_id)
    assert after.findings[0].time_s == T0 + 400
    assert after.lon_deg == before.lon_deg


@pytest.mark.parametrize(
    "more",
    [
        {"east_mps": -12.0},  # a flock of birds
        {"lat_deg": LAT + 0.5},  # 55 km off
        {"is_cooperative": True},
        {"status": "tentative"},
    ],
    ids=["too slow", "too far", "identified", "tentative"],
)
def test_a_new_track_that_cannot_be_the_lost_one_is_left_alone(book: IncidentBook, more: dict[str, object]) -> None:
    opened(book)
    lose(book, T0 + 100)
    book.on_findings([], picture(T0 + 170, found(T0 + 170, **more)))
    assert book.incident("LT-2025-07-28-01").track_ids == (5,)


def test_a_crossing_by_the_found_track_joins_the_lost_ones_incident(book: IncidentBook) -> None:
    opened(book)
    lose(book, T0 + 100)
    now_s = T0 + 155
    incident = only(book.on_findings([crossing(9, now_s)], picture(now_s, found(now_s))))
    assert (incident.track_ids, incident.lost_track_ids) == ((5, 9), ())


def decide(book: IncidentBook, decision: object, entry: int = 50) -> Incident:
    return only(book.on_decision(decision, T0 + 5, entry, picture(T0 + 5, flying(77, T0, T0))))  # type: ignore[arg-type]


ID = "LT-2025-07-28-01"


def test_an_officer_acknowledges_once(book: IncidentBook) -> None:
    opened(book)
    incident = decide(book, Acknowledge(officer="ona", incident_id=ID))
    assert (incident.acknowledged_by, incident.acknowledged_s) == ("ona", T0 + 5)
    with pytest.raises(DecisionError, match="was acknowledged by ona at 01:40:05 UTC"):
        decide(book, Acknowledge(officer="jonas", incident_id=ID))


def test_what_was_acknowledged_as_yellow_must_be_acknowledged_anew_when_red(book: IncidentBook) -> None:
    book.on_findings([heard(1, T0)], picture(T0))
    decide(book, Acknowledge(officer="ona", incident_id=ID))
    incident = only(book.on_findings([crossing(5, T0 + 30)], picture(T0 + 30, flying(5, T0 + 30, T0))))
    assert (incident.level, incident.acknowledged_s) == ("red", None)


def test_the_disposition_leaves_the_status_alone(book: IncidentBook) -> None:
    opened(book)
    incident = decide(book, Dispose(officer="ona", incident_id=ID, disposition="balloon", text="seen by the patrol"))
    assert (incident.disposition, incident.status, incident.level) == ("balloon", "open", "red")
    assert incident.timeline[-1].text == "Said to be: balloon: seen by the patrol"
    assert incident.cited == (50,)


def test_red_is_closed_only_with_a_word_on_what_it_was(book: IncidentBook) -> None:
    opened(book)
    with pytest.raises(DecisionError, match="say first what it was"):
        decide(book, Close(officer="ona", incident_id=ID))
    decide(book, Dispose(officer="ona", incident_id=ID, disposition="own_exercise"))
    incident = decide(book, Close(officer="ona", incident_id=ID))
    assert (incident.status, incident.level, incident.closed_s) == ("closed", "white", T0 + 5)


def closed_as(book: IncidentBook, disposition: str) -> None:
    opened(book)
    decide(book, Dispose(officer="ona", incident_id=ID, disposition=disposition))  # type: ignore[arg-type]
    decide(book, Close(officer="ona", incident_id=ID))


def recross(book: IncidentBook) -> Incident:
    now_s = T0 + 300
    again = crossing(5, now_s, finding_id="incursion:5:LT:2")
    return only(book.on_findings([again], picture(now_s, flying(5, now_s, T0))))


def test_a_closed_incident_opens_again_when_its_track_comes_back(book: IncidentBook) -> None:
    closed_as(book, "drone")
    incident = recross(book)
    assert (incident.incident_id, incident.status, incident.level) == (ID, "open", "red")


def test_what_was_said_to_be_harmless_stays_closed(book: IncidentBook) -> None:
    closed_as(book, "bird")
    assert recross(book).status == "closed"


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        (Comment(officer="ona", incident_id="LT-1", text="?"), "there is no incident 'LT-1'"),
        (Reopen(officer="ona", incident_id=ID), "is open already"),
        (LinkTrack(officer="ona", incident_id=ID, track_id=4), "track 4 is not in the picture"),
    ],
)
def test_a_decision_that_cannot_be_says_why(book: IncidentBook, decision: object, message: str) -> None:
    opened(book)
    with pytest.raises(DecisionError, match=message):
        decide(book, decision)


def test_a_linked_track_brings_its_entries_as_cited_evidence(book: IncidentBook) -> None:
    opened(book)
    incident = decide(book, LinkTrack(officer="ona", incident_id=ID, track_id=77))
    assert incident.track_ids == (5, 77)
    assert {7, 8, 50} <= set(incident.evidence)
    assert set(incident.cited) == {7, 8, 50}


def test_with_more_open_than_a_person_can_hold_the_nearest_incident_takes_a_finding() -> None:
    book = build(Settings(n_open_max=3), "LT")
    for number in range(10):
        book.on_findings([heard(number, T0 + number, lat=50.0 + number)], picture(T0 + number))
    assert len(book.incidents()) == 3
    assert sum(len(incident.findings) for incident in book.incidents()) == 10


def test_the_book_survives_a_snapshot(book: IncidentBook) -> None:
    opened(book)
    twin: IncidentBook = pickle.loads(pickle.dumps(book))
    assert lose(twin, T0 + 100) == lose(book, T0 + 100)
