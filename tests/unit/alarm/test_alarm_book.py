"""What the book of alarms does with incidents, and with what officers decide; sensors stand in test_faults.py.

States and limits are those of ANSI/ISA-18.2-2016 as docs/explanation/alarms.md reads them: shelving and suppression
are limited in time, logged and listed.
"""

import pickle

import pytest
from msgspec import structs

from sargas.alarm.book import AlarmBook, Settings, ShelveMax, build
from sargas.model.alarm import Alarm, AlarmLogItem
from sargas.model.decision import (
    AcknowledgeAlarm,
    AlarmDecision,
    EndSuppression,
    HandOverWatch,
    ShelveAlarm,
    SuppressAlarms,
    UnshelveAlarm,
)
from sargas.model.errors import DecisionError
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.sensor import Health

T0 = 1_753_666_800.0
"""2025-07-28 01:40:00 UTC."""
ID = "incident:LT-1"
SENSOR = "sensor:radar"


def incident(**more: object) -> Incident:
    made = Incident(
        incident_id="LT-1",
        title="Track 5 crossed into Lithuania",
        status="open",
        level="red",
        highest_level="red",
        first_report_s=T0,
        opened_s=T0,
        changed_s=T0,
        priority="medium",
        alarmed_s=T0,
        alarmed_for="Track 5 crossed into Lithuania",
        n_alarms=1,
        kind="gerbera",
    )
    return structs.replace(made, **more)


class Desk:
    """A book over time: what the engine would keep, and all that was logged."""

    def __init__(self, **settings: object) -> None:
        self.book: AlarmBook = build(Settings(**settings))
        self.picture = Picture(now_s=T0)
        self.log: list[AlarmLogItem] = []
        self.n_decisions = 0

    def put(self, **more: object) -> None:
        known = self.picture.incidents.get("LT-1", incident())
        self.picture.incidents["LT-1"] = structs.replace(known, **more)
        self.after(0.0)

    def sensor(self, state: str) -> None:
        self.picture.health["radar"] = Health(sensor="radar", state=state, reason="nothing has come from it")
        for name in ("b", "c", "d"):
            self.picture.health[name] = Health(sensor=name, state="ok")

    def after(self, seconds: float) -> None:
        self.picture.now_s += seconds
        self._keep(*self.book.tick(self.picture))

    def decide(self, decision: AlarmDecision) -> None:
        self.n_decisions += 1
        self._keep(*self.book.on_decision(decision, self.picture.now_s, self.n_decisions, self.picture))

    def _keep(self, alarms: object, log: object) -> None:
        for alarm in alarms:  # type: ignore[attr-defined]
            if alarm.state == "normal":
                del self.picture.alarms[alarm.alarm_id]
            else:
                self.picture.alarms[alarm.alarm_id] = alarm
        self.log += log  # type: ignore[operator]

    @property
    def alarm(self) -> Alarm:
        return self.picture.alarms[ID]

    @property
    def heard(self) -> list[str]:
        return [item.alarm_id for item in self.log if item.is_heard]

    @property
    def actions(self) -> list[str]:
        return [item.action for item in self.log]


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.put()
    return made


@pytest.fixture
def silent() -> Desk:
    """A desk whose radar, one of four sensors, has been silent for a minute."""
    made = Desk()
    made.sensor("silent")
    made.after(0.0)
    made.after(60.0)
    return made


def seen(desk: Desk, officer: str = "ona") -> None:
    desk.put(acknowledged_s=desk.picture.now_s, acknowledged_by=officer)


def shelve(desk: Desk, for_s: float = 600.0, officer: str = "ona", alarm_id: str = ID) -> None:
    desk.decide(ShelveAlarm(officer=officer, alarm_id=alarm_id, for_s=for_s, text="known"))


def test_an_incident_that_was_heard_is_an_alarm(desk: Desk) -> None:
    assert desk.alarm == Alarm(
        alarm_id=ID,
        source="incident",
        subject="LT-1",
        priority="medium",
        state="unacknowledged",
        title="Track 5 crossed into Lithuania",
        reason="Track 5 crossed into Lithuania",
        first_s=T0,
        raised_s=T0,
        kind="gerbera",
    )
    assert (desk.actions, desk.heard) == (["raised"], [ID])


@pytest.mark.parametrize("more", [{"n_alarms": 0}, {"level": "white"}, {"status": "closed"}])
def test_an_incident_that_was_not_heard_or_is_over_is_none(more: dict[str, object]) -> None:
    desk = Desk()
    desk.put(**more)
    assert desk.picture.alarms == {}


def test_nothing_changes_while_nothing_happens(desk: Desk) -> None:
    assert desk.book.tick(desk.picture) == ([], [])


def test_it_is_acknowledged_with_its_incident(desk: Desk) -> None:
    desk.picture.now_s += 30.0
    seen(desk)
    assert (desk.alarm.state, desk.alarm.acknowledged_by, desk.alarm.acknowledged_s) == (
        "acknowledged",
        "ona",
        T0 + 30.0,
    )
    assert desk.log[-1].officer == "ona"


def test_to_acknowledge_it_by_itself_is_refused_with_a_word_on_how(desk: Desk) -> None:
    with pytest.raises(DecisionError, match="acknowledge LT-1"):
        desk.decide(AcknowledgeAlarm(officer="ona", alarm_id=ID))


def test_it_is_raised_again_when_the_incident_is_heard_again(desk: Desk) -> None:
    seen(desk)
    desk.picture.now_s += 100.0
    desk.put(n_alarms=2, alarmed_for="3 tracks are inside", acknowledged_s=None, acknowledged_by="")
    assert (desk.alarm.state, desk.alarm.n_raised, desk.alarm.reason) == ("unacknowledged", 2, "3 tracks are inside")
    assert (desk.alarm.first_s, desk.alarm.raised_s) == (T0, T0 + 100.0)
    assert desk.heard == [ID, ID]


def test_what_is_over_and_was_seen_is_gone(desk: Desk) -> None:
    seen(desk)
    desk.put(level="white")
    assert desk.picture.alarms == {}
    assert desk.actions == ["raised", "acknowledged", "ended"]


def test_what_is_over_and_was_not_seen_waits_until_it_is(desk: Desk) -> None:
    desk.put(level="white")
    assert (desk.alarm.state, desk.alarm.returned_s, desk.alarm.is_heard) == ("returned", T0, False)
    seen(desk)
    assert desk.picture.alarms == {}
    assert desk.actions == ["raised", "returned", "acknowledged"]


def test_what_is_over_and_closed_by_an_officer_is_gone(desk: Desk) -> None:
    desk.put(level="white")
    desk.put(status="closed")
    assert desk.picture.alarms == {}


def test_what_comes_back_unseen_is_raised_again(desk: Desk) -> None:
    desk.put(level="white")
    desk.put(level="red", n_alarms=2, alarmed_for="it came back")
    assert (desk.alarm.state, desk.alarm.n_raised, desk.alarm.returned_s) == ("unacknowledged", 2, None)


def test_it_follows_the_incident_s_rank_without_being_heard(desk: Desk) -> None:
    desk.put(priority="low", kind="balloon", title="Track 5 and others")
    assert (desk.alarm.priority, desk.alarm.kind, desk.alarm.title) == ("low", "balloon", "Track 5 and others")
    assert len(desk.heard) == 1


def test_an_alarm_seen_and_there_for_a_day_is_stale(desk: Desk) -> None:
    seen(desk)
    desk.after(86_400.0)
    assert not desk.alarm.is_stale
    desk.after(1.0)
    assert desk.alarm.is_stale
    desk.put(n_alarms=2, acknowledged_s=None, acknowledged_by="")
    assert not desk.alarm.is_stale


def test_a_shelved_alarm_is_listed_with_who_why_and_until_when_and_not_heard(desk: Desk) -> None:
    shelve(desk)
    aside = desk.alarm.shelved
    assert aside is not None
    assert (aside.officer, aside.text, aside.until_s, desk.alarm.is_heard) == ("ona", "known", T0 + 600.0, False)
    assert (desk.log[-1].action, desk.log[-1].officer) == ("shelved", "ona")


def test_when_its_time_is_over_it_is_heard_again_if_it_still_holds(desk: Desk) -> None:
    shelve(desk)
    desk.after(599.0)
    assert desk.heard == [ID]
    desk.after(1.0)
    assert (desk.alarm.shelved, desk.alarm.is_heard) == (None, True)
    assert desk.heard == [ID, ID]
    assert desk.actions[-2:] == ["unshelved", "raised_again"]


def test_one_that_was_seen_and_put_aside_is_heard_again_too_and_can_be_acknowledged_by_itself(desk: Desk) -> None:
    seen(desk)
    shelve(desk)
    desk.after(600.0)
    assert desk.alarm.state == "unacknowledged"
    desk.after(60.0)
    desk.decide(AcknowledgeAlarm(officer="jonas", alarm_id=ID))
    assert (desk.alarm.state, desk.alarm.acknowledged_by) == ("acknowledged", "jonas")
    desk.after(60.0)
    assert desk.alarm.state == "acknowledged"


def test_what_is_over_before_that_is_gone(desk: Desk) -> None:
    shelve(desk)
    desk.put(level="white")
    assert desk.picture.alarms == {}


@pytest.mark.parametrize(
    ("priority", "most_s", "told"),
    [("high", 900.0, "15 min"), ("medium", 3_600.0, "60 min"), ("low", 28_800.0, "8 h")],
)
def test_the_more_urgent_it_is_the_shorter_it_can_be_put_aside(priority: str, most_s: float, told: str) -> None:
    desk = Desk()
    desk.put(priority=priority)
    with pytest.raises(DecisionError, match=f"for {told} at most"):
        shelve(desk, most_s + 1.0)
    shelve(desk, most_s)


def test_a_site_sets_how_long() -> None:
    desk = Desk(shelve_max_s=ShelveMax(medium=60.0))
    desk.put()
    with pytest.raises(DecisionError, match="for 60 s at most, not for 61 s"):
        shelve(desk, 61.0)


def test_what_rises_in_priority_is_taken_from_the_shelf_and_heard(desk: Desk) -> None:
    shelve(desk)
    desk.put(priority="high", n_alarms=2, alarmed_for="track 6 is inside too")
    assert (desk.alarm.shelved, desk.alarm.is_heard) == (None, True)
    assert desk.heard == [ID, ID]


def test_what_is_only_heard_again_stays_on_the_shelf(desk: Desk) -> None:
    shelve(desk)
    desk.put(n_alarms=2, alarmed_for="3 tracks are inside")
    assert not desk.alarm.is_heard
    assert desk.heard == [ID]
    assert desk.actions[-1] == "raised_again"


def test_a_rise_that_the_incident_does_not_sound_for_is_heard_all_the_same_from_the_shelf(desk: Desk) -> None:
    seen(desk)
    shelve(desk)
    desk.picture.now_s += 10.0
    desk.put(priority="high")
    assert desk.alarm.is_heard
    desk.after(1.0)
    assert desk.alarm.is_heard


def test_an_officer_takes_it_from_the_shelf(desk: Desk) -> None:
    shelve(desk)
    desk.decide(UnshelveAlarm(officer="ona", alarm_id=ID))
    assert (desk.alarm.shelved, desk.alarm.is_heard) == (None, True)
    assert (desk.log[-1].action, desk.log[-1].officer) == ("unshelved", "ona")


def test_two_officers_do_not_shelve_the_same(desk: Desk) -> None:
    shelve(desk)
    desk.picture.now_s += 60.0
    with pytest.raises(DecisionError, match="put aside by ona at 01:40:00 UTC until 01:50:00 UTC"):
        shelve(desk, officer="jonas")


def test_nobody_takes_back_what_another_has_just_put_aside(desk: Desk) -> None:
    shelve(desk)
    desk.picture.now_s += 5.0
    with pytest.raises(DecisionError, match="ona put it aside at 01:40:00 UTC"):
        desk.decide(UnshelveAlarm(officer="jonas", alarm_id=ID))
    desk.picture.now_s += 5.0
    desk.decide(UnshelveAlarm(officer="jonas", alarm_id=ID))
    desk.picture.now_s += 5.0
    with pytest.raises(DecisionError, match="jonas took it back"):
        shelve(desk, officer="ona")


def test_what_is_not_on_the_shelf_cannot_be_taken_from_it(desk: Desk) -> None:
    shelve(desk)
    desk.decide(UnshelveAlarm(officer="ona", alarm_id=ID))
    desk.picture.now_s += 60.0
    with pytest.raises(DecisionError, match="not put aside: ona took it back at 01:40:00 UTC"):
        desk.decide(UnshelveAlarm(officer="jonas", alarm_id=ID))


def test_the_same_officer_puts_it_aside_for_longer(desk: Desk) -> None:
    shelve(desk)
    shelve(desk, 1_200.0)
    aside = desk.alarm.shelved
    assert aside is not None
    assert aside.until_s == T0 + 1_200.0


def test_what_is_over_is_not_put_aside(desk: Desk) -> None:
    desk.put(level="white")
    with pytest.raises(DecisionError, match="is over: acknowledge it"):
        shelve(desk)


def test_an_unknown_alarm_is_refused_with_those_that_stand(desk: Desk) -> None:
    with pytest.raises(DecisionError, match="no alarm 'x'; those that stand are: incident:LT-1"):
        shelve(desk, alarm_id="x")


def suppress(desk: Desk, for_s: float = 1_800.0, officer: str = "ona", **sort: str) -> None:
    sort = {"source": "incident", "kind": "balloon"} | sort
    desk.decide(SuppressAlarms(officer=officer, for_s=for_s, text="balloon night", **sort))


def test_alarms_of_a_sort_are_kept_quiet_listed_and_logged() -> None:
    desk = Desk()
    suppress(desk)
    (one,) = desk.book.suppressions.values()
    assert (one.suppression_id, one.officer, one.until_s, one.kind) == ("S1", "ona", T0 + 1_800.0, "balloon")
    desk.put(kind="balloon", priority="low")
    assert (desk.alarm.suppressed_by, desk.alarm.state, desk.alarm.is_heard) == ("S1", "unacknowledged", False)
    assert desk.heard == []
    assert desk.actions == ["suppressed", "raised"]


def test_what_stands_already_is_kept_quiet_too(desk: Desk) -> None:
    suppress(desk, kind="gerbera")
    assert desk.alarm.suppressed_by == "S1"


@pytest.mark.parametrize(
    "sort", [{"kind": "balloon"}, {"kind": "", "subject": "LT-2"}, {"kind": "", "source": "sensor"}]
)
def test_what_is_of_another_sort_is_heard(desk: Desk, sort: dict[str, str]) -> None:
    suppress(desk, **sort)
    assert desk.alarm.is_heard


def test_high_priority_is_never_kept_quiet() -> None:
    desk = Desk()
    suppress(desk, kind="")
    desk.put(priority="high")
    assert desk.alarm.is_heard
    assert desk.heard == [ID]


def test_what_rises_to_high_priority_is_heard_at_once(desk: Desk) -> None:
    suppress(desk, kind="gerbera")
    desk.put(priority="high")
    assert (desk.alarm.suppressed_by, desk.alarm.is_heard) == ("", True)
    assert desk.heard == [ID, ID]


def test_a_balloon_that_turns_out_to_be_something_else_is_heard() -> None:
    desk = Desk()
    suppress(desk)
    desk.put(kind="balloon", priority="low")
    desk.put(kind="gerbera", priority="medium")
    assert desk.alarm.is_heard
    assert desk.heard == [ID]


def test_when_its_time_is_over_what_nobody_has_seen_is_heard() -> None:
    desk = Desk()
    suppress(desk)
    desk.put(kind="balloon", priority="low")
    desk.after(1_799.0)
    assert desk.heard == []
    desk.after(1.0)
    assert desk.heard == [ID]
    assert desk.book.suppressions == {}
    assert "unsuppressed" in desk.actions


def test_what_was_seen_is_not_heard_again_for_it(desk: Desk) -> None:
    seen(desk)
    suppress(desk, kind="gerbera")
    desk.after(1_800.0)
    assert (desk.alarm.state, desk.alarm.suppressed_by) == ("acknowledged", "")
    assert desk.heard == [ID]


def test_an_officer_ends_it_before_its_time() -> None:
    desk = Desk()
    suppress(desk)
    desk.put(kind="balloon", priority="low")
    desk.decide(EndSuppression(officer="ona", suppression_id="S1"))
    assert desk.heard == [ID]
    with pytest.raises(DecisionError, match="ona ended it at 01:40:00 UTC"):
        desk.decide(EndSuppression(officer="jonas", suppression_id="S1"))


def test_nobody_ends_what_another_has_just_set() -> None:
    desk = Desk()
    suppress(desk)
    with pytest.raises(DecisionError, match="ona has just set S1"):
        desk.decide(EndSuppression(officer="jonas", suppression_id="S1"))


def test_the_same_sort_is_kept_quiet_once() -> None:
    desk = Desk()
    suppress(desk)
    with pytest.raises(DecisionError, match="kept quiet by ona since 01:40:00 UTC until 02:10:00 UTC: end S1 first"):
        suppress(desk, officer="jonas")


@pytest.mark.parametrize(("kind", "most_s", "told"), [("balloon", 28_800.0, "8 h"), ("", 3_600.0, "60 min")])
def test_it_is_limited_in_time_and_all_of_a_source_more_so(kind: str, most_s: float, told: str) -> None:
    desk = Desk()
    with pytest.raises(DecisionError, match=f"for {told} at most"):
        suppress(desk, most_s + 1.0, kind=kind)
    suppress(desk, most_s, kind=kind)


def test_no_more_than_fifty_sorts_are_kept_quiet() -> None:
    desk = Desk()
    for number in range(50):
        suppress(desk, kind=f"kind {number}")
    with pytest.raises(DecisionError, match="end one of them first"):
        suppress(desk)


def test_a_sensor_s_alarm_is_acknowledged_by_itself_and_by_one_officer(silent: Desk) -> None:
    silent.decide(AcknowledgeAlarm(officer="ona", alarm_id=SENSOR))
    assert silent.picture.alarms[SENSOR].state == "acknowledged"
    with pytest.raises(DecisionError, match="acknowledged by ona at 01:41:00 UTC"):
        silent.decide(AcknowledgeAlarm(officer="jonas", alarm_id=SENSOR))


def test_a_sensor_s_alarm_that_is_over_waits_until_it_is_seen(silent: Desk) -> None:
    silent.sensor("ok")
    silent.after(1.0)
    silent.after(60.0)
    assert silent.picture.alarms[SENSOR].state == "returned"
    silent.decide(AcknowledgeAlarm(officer="ona", alarm_id=SENSOR))
    assert silent.picture.alarms == {}
    with pytest.raises(DecisionError, match="is gone: ona acknowledged it"):
        silent.decide(AcknowledgeAlarm(officer="jonas", alarm_id=SENSOR))


def test_a_sensor_s_alarm_from_the_shelf_must_be_acknowledged_again(silent: Desk) -> None:
    silent.decide(AcknowledgeAlarm(officer="ona", alarm_id=SENSOR))
    shelve(silent, alarm_id=SENSOR)
    silent.after(600.0)
    assert silent.picture.alarms[SENSOR].is_heard


def test_the_watch_is_handed_over() -> None:
    desk = Desk()
    desk.decide(HandOverWatch(officer="ona", to="jonas", text="two balloons near Kena"))
    (one,) = desk.book.hand_overs
    assert (one.officer, one.to, one.text, one.time_s) == ("ona", "jonas", "two balloons near Kena", T0)


def test_nobody_hands_over_to_oneself_or_what_was_just_handed_over() -> None:
    desk = Desk()
    with pytest.raises(DecisionError, match="name the officer who takes it over"):
        desk.decide(HandOverWatch(officer="ona", to="ona"))
    desk.decide(HandOverWatch(officer="ona", to="jonas"))
    with pytest.raises(DecisionError, match="ona has just handed the watch to jonas at 01:40:00 UTC"):
        desk.decide(HandOverWatch(officer="egle", to="ruta"))


def test_the_last_fifty_hand_overs_are_kept() -> None:
    desk = Desk()
    for number in range(60):
        desk.decide(HandOverWatch(officer=f"o{number}", to=f"o{number + 1}"))
        desk.picture.now_s += 100.0
    assert [one.officer for one in desk.book.hand_overs] == [f"o{number}" for number in range(10, 60)]


def test_a_refused_decision_changes_nothing(desk: Desk) -> None:
    before = pickle.dumps(desk.book)
    with pytest.raises(DecisionError):
        shelve(desk, 86_400.0)
    assert pickle.dumps(desk.book) == before


def test_a_book_from_a_snapshot_goes_on_as_it_was(desk: Desk) -> None:
    shelve(desk)
    twin = pickle.loads(pickle.dumps(desk))
    for one in (desk, twin):
        one.after(601.0)
    assert twin.log == desk.log
    assert twin.picture.alarms == desk.picture.alarms


def test_another_configuration_s_book_goes_on_with_what_was_put_aside(desk: Desk) -> None:
    shelve(desk)
    suppress(desk)
    other = build(Settings(stale_s=60.0))
    other.take_over(desk.book)
    desk.book = other
    desk.after(1.0)
    assert desk.alarm.shelved is not None
    assert list(other.suppressions) == ["S2"]
    assert desk.heard == [ID]
