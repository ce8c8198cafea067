"""When an incident is heard, and when it is not.

The rules are those of docs/explanation/alarms.md: heard once when it opens, again when there is more to say, not
otherwise, and not twice within a minute unless it rises to high priority.
"""

import pickle

import pytest
from msgspec import structs

from sargas.incident.annunciate import Annunciator, Rules
from sargas.incident.fold import fold
from sargas.incident.levels import Sky
from sargas.incident.near import LastSeen
from sargas.model.classification import Classification, ClassShare
from sargas.model.decision import Disposition
from sargas.model.finding import Crossing, Finding
from sargas.model.incident import (
    Alarmed,
    Closed,
    Disposed,
    FindingJoined,
    Happening,
    Incident,
    IncidentEvent,
    LevelChanged,
    Opened,
    Ranked,
    Reopened,
)
from sargas.model.picture import Picture
from sargas.model.track import Track
from sargas.model.warning import Level

T0 = 1_753_666_800.0


def crossing(track_id: int, severity: str = "red", state: str = "raised") -> Finding:
    return Finding(
        finding_id=f"incursion:{track_id}:LT:1",
        rule="incursion",
        state=state,
        severity=severity,
        time_s=T0,
        raised_s=T0,
        probability=0.95,
        title=f"Track {track_id} crossed into Lithuania",
        reasons=(),
        detail=Crossing(zone_id="LT", time_s=T0, time_sd_s=2.0, lat_deg=54.6, lon_deg=25.7, position_sd_m=90.0),
        track_id=track_id,
    )


def told(track_id: int, answer: str, **shares: float) -> Classification:
    classes = shares or {answer: 0.8, "unknown": 0.1}
    return Classification(
        track_id=track_id,
        time_s=T0,
        answer=answer,
        answer_name=answer.replace("_", " ").capitalize(),
        classes=tuple(ClassShare(kind=kind, name=kind, probability=share) for kind, share in classes.items()),
        reasons=(),
    )


def flying(track_id: int, **more: object) -> Track:
    track = Track(
        track_id=track_id,
        time_s=T0,
        first_s=T0 - 30.0,
        last_report_s=T0,
        status="confirmed",
        lat_deg=54.6,
        lon_deg=25.7,
        east_mps=-40.0,
        north_mps=0.0,
        position_cov_m2=(1e4, 0.0, 1e4),
        velocity_cov_m2ps2=(4.0, 0.0, 4.0),
        n_reports=60,
        existence=0.99,
    )
    return structs.replace(track, **more)


def seen_last(track_id: int, time_s: float) -> LastSeen:
    return LastSeen(
        track_id=track_id, time_s=time_s, lat_deg=54.6, lon_deg=25.7, east_mps=-40.0, north_mps=0.0, is_ours=True
    )


class Watch:
    """One incident over time, heard as the book lets it be heard."""

    def __init__(self, **rules: object) -> None:
        self.annunciator = Annunciator(Rules(**rules), load_s=600.0)
        self.sky = Sky()
        self.picture = Picture(now_s=T0)
        self.incident: Incident | None = None

    def happen(self, what: Happening) -> None:
        event = IncidentEvent(incident_id="LT-1", time_s=self.picture.now_s, what=what)
        self.incident = fold(self.incident, event)

    def find(self, track_id: int, severity: str = "red", kind: str = "unknown", state: str = "raised") -> None:
        finding = crossing(track_id, severity, state)
        self.picture.tracks.setdefault(track_id, flying(track_id))
        self.picture.classifications[track_id] = told(track_id, kind)
        if self.incident is None:
            self.happen(Opened(title=finding.title, first_report_s=T0, finding=finding))
        else:
            self.happen(FindingJoined(finding=finding))

    def level(self, level: Level) -> None:
        self.happen(LevelChanged(level=level, reason=""))

    def after(self, seconds: float) -> Alarmed | Ranked | None:
        """Return what the next look says, so much later."""
        self.picture.now_s += seconds
        assert self.incident is not None
        what = self.annunciator.look(self.incident, self.sky, self.picture)
        if what is not None:
            self.happen(what)
        return what

    def quiet(self, seconds: float) -> list[Alarmed | Ranked]:
        """Return all that is said while nothing happens, looked at every second."""
        return [what for _ in range(int(seconds)) if (what := self.after(1.0)) is not None]


def opened(severity: str = "red", kind: str = "unknown", level: Level = "red", **rules: object) -> Watch:
    watch = Watch(**rules)
    watch.find(1, severity, kind)
    watch.level(level)
    return watch


def test_it_is_heard_once_when_it_opens_and_then_not_again() -> None:
    watch = opened()
    assert watch.after(0.0) == Alarmed(priority="high", reason="Track 1 crossed into Lithuania", kind="")
    assert watch.quiet(900) == []


@pytest.mark.parametrize(
    ("severity", "kind", "priority"),
    [
        ("red", "unknown", "high"),
        ("red", "drone", "high"),
        ("red", "gerbera", "high"),
        ("red", "cruise_missile", "high"),
        ("red", "a_kind_of_ones_own", "high"),
        ("yellow", "unknown", "medium"),
        ("yellow", "shahed", "medium"),
        ("red", "light_aircraft", "medium"),
        ("yellow", "crewed", "low"),
        ("red", "balloon", "low"),
        ("red", "bird", "low"),
        ("red", "clutter", "low"),
        ("yellow", "balloon", "low"),
    ],
)
def test_its_priority_is_by_what_it_may_be_and_whether_it_is_inside(severity: str, kind: str, priority: str) -> None:
    said = opened(severity, kind, "red" if severity == "red" else "yellow").after(0.0)
    assert isinstance(said, Alarmed)
    assert said.priority == priority
    assert said.kind == ("" if kind == "unknown" else kind)


def test_a_site_may_hold_balloons_in_the_airspace_for_more_urgent() -> None:
    said = opened("red", "balloon", balloon_inside="medium").after(0.0)
    assert said is not None
    assert said.priority == "medium"


def test_what_is_no_kind_but_surely_harmless_is_of_low_priority() -> None:
    watch = opened()
    watch.picture.classifications[1] = told(1, "unknown", balloon=0.4, bird=0.3, unknown=0.1, quadcopter=0.2)
    said = watch.after(0.0)
    assert said is not None
    assert (said.priority, said.kind) == ("low", "balloon")


def test_what_is_only_perhaps_harmless_is_not() -> None:
    watch = opened()
    watch.picture.classifications[1] = told(1, "unknown", balloon=0.3, bird=0.3, unknown=0.2, quadcopter=0.2)
    said = watch.after(0.0)
    assert said is not None
    assert said.priority == "high"


def test_a_white_or_closed_incident_is_not_heard() -> None:
    watch = opened(level="white")
    assert watch.after(0.0) is None
    watch.level("red")
    watch.happen(Closed(officer="ona"))
    assert watch.after(0.0) is None


def test_it_is_heard_again_when_it_becomes_red_at_once_if_it_may_be_a_drone() -> None:
    watch = opened("yellow", level="yellow")
    assert watch.after(0.0) is not None
    watch.find(1, "red")
    watch.level("red")
    said = watch.after(20.0)
    assert said == Alarmed(priority="high", reason="Red, in the airspace: Track 1 crossed into Lithuania", kind="")


def test_a_balloon_that_becomes_red_is_heard_again_but_not_twice_within_a_minute() -> None:
    watch = opened("yellow", "balloon", level="yellow")
    assert watch.after(0.0) is not None
    watch.find(1, "red", "balloon")
    watch.level("red")
    assert watch.quiet(59) == []
    said = watch.after(1.0)
    assert isinstance(said, Alarmed)
    assert said.priority == "low"


def test_a_level_that_goes_down_and_up_again_is_not_heard() -> None:
    watch = opened()
    watch.after(0.0)
    for level in ("yellow", "red", "yellow", "red"):
        watch.level(level)
        assert not any(isinstance(said, Alarmed) for said in watch.quiet(120))


@pytest.mark.parametrize("kind", ["drone", "gerbera", "unknown", "cruise_missile"])
def test_a_drone_that_flies_in_a_stream_of_balloons_is_heard(kind: str) -> None:
    watch = opened("red", "balloon")
    watch.after(0.0)
    watch.quiet(300)
    watch.find(2, "red", kind)
    said = watch.after(1.0)
    assert isinstance(said, Alarmed)
    assert said.priority == "high"
    assert said.reason.startswith("track 2 is inside too")


def test_a_drone_is_heard_among_balloons_that_were_first_taken_for_drones() -> None:
    watch = opened("red", "unknown")
    watch.after(0.0)
    watch.picture.classifications[1] = told(1, "balloon")
    watch.quiet(120)
    watch.find(2, "red", "unknown")
    said = watch.after(1.0)
    assert isinstance(said, Alarmed)
    assert said.priority == "high"


def test_another_balloon_in_a_stream_of_balloons_is_not_heard() -> None:
    watch = opened("red", "balloon")
    watch.after(0.0)
    watch.find(2, "red", "balloon")
    assert watch.quiet(600) == []


def test_a_second_drone_that_joins_a_first_one_is_not_heard() -> None:
    watch = opened("red", "drone")
    watch.after(0.0)
    watch.find(2, "red", "drone")
    assert watch.quiet(600) == []


def test_a_balloon_of_a_stream_that_turns_out_to_be_a_drone_is_heard() -> None:
    watch = opened("red", "balloon")
    watch.after(0.0)
    watch.find(2, "red", "balloon")
    watch.quiet(120)
    watch.picture.classifications[2] = told(2, "gerbera")
    said = watch.after(1.0)
    assert isinstance(said, Alarmed)
    assert said.reason == "track 2 is inside too: Gerbera"


def test_an_identification_that_flickers_does_not_chatter() -> None:
    watch = opened("red", "unknown")
    watch.after(0.0)
    said = []
    for number in range(40):
        watch.picture.classifications[1] = told(1, "balloon" if number % 2 else "unknown")
        said += watch.quiet(90)
    assert not any(isinstance(one, Alarmed) for one in said)


def test_the_priority_follows_what_it_is_found_to_be_without_being_heard() -> None:
    watch = opened("red", "unknown")
    watch.after(0.0)
    watch.picture.classifications[1] = told(1, "balloon")
    assert watch.quiet(120) == [Ranked(priority="low", kind="balloon")]
    assert watch.incident is not None
    assert (watch.incident.priority, watch.incident.kind, watch.incident.n_alarms) == ("low", "balloon", 1)


def test_a_drone_that_approaches_an_incident_of_balloons_is_heard_and_again_when_it_is_inside() -> None:
    watch = opened("red", "balloon")
    watch.after(0.0)
    watch.quiet(100)
    watch.find(2, "yellow", "drone")
    first = watch.after(1.0)
    watch.find(2, "red", "drone")
    second = watch.after(10.0)
    assert [said.priority for said in (first, second) if said is not None] == ["medium", "high"]


def test_a_raid_is_heard_at_its_steps_and_not_between_them() -> None:
    watch = opened("red", "drone")
    heard = []
    for number in range(2, 120):
        heard += [said for said in watch.quiet(61) if isinstance(said, Alarmed)]
        watch.find(number, "red", "drone")
    assert [said.reason for said in heard] == [
        "Track 1 crossed into Lithuania",
        "3 tracks are inside",
        "10 tracks are inside",
        "30 tracks are inside",
        "100 tracks are inside",
    ]


def test_a_raid_that_grows_in_seconds_is_heard_once_a_minute_with_its_number_then() -> None:
    watch = opened("red", "drone")
    watch.after(0.0)
    for number in range(2, 51):
        watch.find(number, "red", "drone")
    heard = watch.quiet(600)
    assert [said.reason for said in heard if isinstance(said, Alarmed)] == ["50 tracks are inside"]


def test_in_a_flood_of_alarms_that_a_raid_has_grown_waits_until_it_is_quieter() -> None:
    watch = opened("red", "drone")
    watch.after(0.0)
    watch.annunciator.times_s += [watch.picture.now_s] * 5  # of other incidents
    for number in (2, 3, 4):
        watch.find(number, "red", "drone")
    assert watch.quiet(599) == []
    said = watch.after(1.0)
    assert isinstance(said, Alarmed)
    assert said.reason == "4 tracks are inside"


def test_a_track_that_left_counts_no_more_towards_the_raid() -> None:
    watch = opened("red", "drone")
    watch.after(0.0)
    watch.find(1, "red", "drone", "cleared")
    watch.find(2, "red", "drone")
    watch.find(3, "red", "drone")
    assert watch.quiet(200) == []


def test_what_comes_back_after_white_is_heard_again() -> None:
    watch = opened()
    watch.after(0.0)
    watch.find(1, state="cleared")
    watch.level("white")
    watch.quiet(400)
    watch.find(2)
    watch.level("red")
    said = watch.after(1.0)
    assert isinstance(said, Alarmed)
    assert said.reason == "it came back: Track 1 crossed into Lithuania"


def test_what_comes_back_after_it_was_closed_is_heard_again() -> None:
    watch = opened()
    watch.after(0.0)
    watch.happen(Closed(officer="ona"))
    watch.level("white")
    watch.happen(Reopened(officer=""))
    watch.annunciator.came_back("LT-1")
    watch.level("red")
    said = watch.after(200.0)
    assert isinstance(said, Alarmed)
    assert said.reason.startswith("it came back")


def test_what_an_officer_opens_again_is_not_heard() -> None:
    watch = opened()
    watch.after(0.0)
    watch.happen(Closed(officer="ona"))
    watch.level("white")
    watch.picture.now_s += 3_600.0
    watch.happen(Reopened(officer="ona"))
    watch.level("red")
    assert not any(isinstance(said, Alarmed) for said in watch.quiet(120))


@pytest.mark.parametrize("disposition", ["balloon", "own_exercise", "false_report"])
def test_what_a_person_said_to_be_harmless_is_low_but_a_new_unknown_track_is_heard(disposition: Disposition) -> None:
    watch = opened("red", "unknown")
    watch.after(0.0)
    watch.happen(Disposed(officer="ona", disposition=disposition))
    said = watch.quiet(60)
    assert [(type(one), one.priority) for one in said] == [(Ranked, "low")]
    watch.find(2, "red", "unknown")
    again = watch.after(1.0)
    assert isinstance(again, Alarmed)
    assert again.priority == "high"


def test_what_an_officer_holds_for_friendly_is_of_low_priority_and_what_for_hostile_is_not() -> None:
    watch = opened()
    watch.picture.tracks[1] = flying(1, affiliation="friendly")
    said = watch.after(0.0)
    assert said is not None
    assert said.priority == "low"
    other = opened("red", "balloon")
    other.picture.tracks[1] = flying(1, affiliation="hostile")
    said = other.after(0.0)
    assert said is not None
    assert said.priority == "high"


def test_a_track_that_is_lost_and_found_again_is_no_news() -> None:
    watch = opened("red", "drone")
    watch.after(0.0)
    watch.sky.lost[1] = seen_last(1, watch.picture.now_s)
    watch.level("yellow")
    del watch.picture.classifications[1]
    said = watch.quiet(1_200)
    watch.sky.lost.clear()
    watch.picture.classifications[1] = told(1, "drone")
    watch.level("red")
    said += watch.quiet(60)
    assert not any(isinstance(one, Alarmed) for one in said)


def test_a_track_that_goes_on_as_another_is_no_news() -> None:
    watch = opened("red", "balloon")
    watch.after(0.0)
    watch.picture.now_s += 900.0
    watch.sky.continued[1] = 7
    watch.annunciator.goes_on("LT-1", 1, 7)
    watch.picture.tracks[7] = flying(7)
    watch.picture.classifications[7] = told(7, "balloon")
    assert watch.quiet(120) == []


def test_an_incident_of_an_earlier_version_that_was_seen_is_not_heard() -> None:
    watch = opened()
    assert watch.incident is not None
    watch.incident = structs.replace(watch.incident, acknowledged_s=T0, acknowledged_by="ona")
    assert not any(isinstance(said, Alarmed) for said in watch.quiet(120))


def test_a_track_of_few_reports_is_not_heard_until_it_has_ten() -> None:
    watch = Watch()
    watch.picture.tracks[1] = flying(1, n_reports=9)
    watch.find(1, "yellow")
    watch.level("yellow")
    assert watch.quiet(60) == []
    watch.picture.tracks[1] = flying(1, n_reports=10)
    assert watch.after(1.0) is not None


def test_one_that_is_inside_for_certain_is_heard_with_five() -> None:
    watch = Watch()
    watch.picture.tracks[1] = flying(1, n_reports=5)
    watch.find(1)
    watch.level("red")
    said = watch.after(0.0)
    assert said is not None
    assert said.priority == "high"


def test_short_tracks_of_one_incident_count_together() -> None:
    watch = Watch()
    for track_id in (1, 2, 3):
        watch.picture.tracks[track_id] = flying(track_id, n_reports=4)
    watch.find(1, "yellow")
    watch.level("yellow")
    assert watch.quiet(20) == []
    watch.find(2, "yellow")
    assert watch.quiet(20) == []
    watch.find(3, "yellow")
    assert [type(said) for said in watch.quiet(20)] == [Alarmed]


def test_what_the_tracker_holds_for_most_likely_nothing_is_not_heard() -> None:
    watch = opened("yellow", level="yellow")
    watch.picture.tracks[1] = flying(1, existence=0.05)
    assert watch.quiet(60) == []
    watch.picture.tracks[1] = flying(1, existence=0.6)
    assert watch.after(1.0) is not None


def test_a_tracker_that_gives_no_existence_is_believed() -> None:
    watch = opened("yellow", level="yellow")
    watch.picture.tracks[1] = flying(1, existence=None)
    assert watch.after(0.0) is not None


def test_a_doubtful_track_among_balloons_is_heard_once_it_is_seen_well() -> None:
    watch = opened("red", "balloon")
    watch.after(0.0)
    watch.picture.tracks[2] = flying(2, n_reports=3)
    watch.find(2, "red", "unknown")
    watch.find(3, "red", "balloon")
    watch.find(4, "red", "balloon")  # at three tracks it is heard for another reason
    said = watch.quiet(120)
    assert all(one.priority == "low" for one in said)
    watch.picture.tracks[2] = flying(2, n_reports=5)
    last = watch.after(60.0)
    assert isinstance(last, Alarmed)
    assert last.priority == "high"


def test_how_much_was_heard_lately_is_counted() -> None:
    watch = opened()
    watch.after(0.0)
    assert watch.annunciator.load(T0 + 599.0) == 1
    assert watch.annunciator.load(T0 + 600.0) == 0


def test_a_watch_that_goes_on_from_a_snapshot_says_the_same() -> None:
    watch = opened("red", "balloon")
    watch.after(0.0)
    twin = pickle.loads(pickle.dumps(watch))
    for one in (watch, twin):
        one.find(2, "red", "drone")
    assert watch.after(70.0) == twin.after(70.0) is not None


def test_five_reports_of_a_slow_radar_are_enough_if_the_tracker_is_sure() -> None:
    """A turn in 12 s gives five reports in 48 s; 15 of them would take three minutes."""
    watch = Watch()
    watch.picture.tracks[1] = flying(1, n_reports=5, first_s=T0 - 48.0, existence=0.95)
    watch.find(1, "yellow")
    watch.level("yellow")
    assert watch.after(0.0) is not None
    unsure = Watch()
    unsure.picture.tracks[1] = flying(1, n_reports=5, first_s=T0 - 48.0, existence=0.6)
    unsure.find(1, "yellow")
    unsure.level("yellow")
    assert unsure.quiet(60) == []
