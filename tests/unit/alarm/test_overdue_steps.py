"""An overdue step of a case is one alarm of low priority, heard once (ISA-18.2; docs/explanation/alarms.md)."""

from msgspec import structs

from sargas.model.decision import AcknowledgeAlarm, ShelveAlarm
from sargas.model.evidence import CaseFile, CaseStep
from unit.alarm.test_alarm_book import T0, Desk

STEP = "step:LT-1-S1"
S1 = CaseStep(
    step_id="LT-1-S1", kind="forensics", title="Examine the wreck", owner="Police", opened_s=T0, opened_by="ona",
    due_s=T0 + 100.0,
)  # fmt: skip


def desk_with(*steps: CaseStep) -> Desk:
    """A desk with a closed incident that has these steps."""
    desk = Desk()
    desk.put(status="closed", level="white", file=CaseFile(steps=steps))
    return desk


def change(desk: Desk, **changes: object) -> None:
    file = desk.picture.incidents["LT-1"].file
    desk.put(file=structs.replace(file, steps=tuple(structs.replace(one, **changes) for one in file.steps)))


def test_a_step_is_an_alarm_once_its_date_has_passed() -> None:
    desk = desk_with(S1)
    desk.after(100.0)
    assert STEP not in desk.picture.alarms
    desk.after(1.0)
    alarm = desk.picture.alarms[STEP]
    assert (alarm.source, alarm.subject, alarm.priority, alarm.state) == ("step", "LT-1-S1", "low", "unacknowledged")
    assert alarm.title == "Overdue: Examine the wreck"
    assert alarm.reason == "Police was to do it for LT-1, due on 2025-07-28"


def test_it_is_heard_once_and_quiet_when_it_was_seen() -> None:
    desk = desk_with(S1)
    for _ in range(50):
        desk.after(10.0)
    assert desk.heard == [STEP]
    desk.decide(AcknowledgeAlarm(officer="ona", alarm_id=STEP))
    change(desk, owner="Army")
    for _ in range(50):
        desk.after(10.0)
    assert (desk.heard, desk.picture.alarms[STEP].state) == ([STEP], "acknowledged")


def test_what_was_done_is_no_alarm_any_more() -> None:
    for changes in ({"status": "done"}, {"status": "dropped"}, {"due_s": T0 + 10_000.0}, {"due_s": None}):
        desk = desk_with(S1)
        desk.after(101.0)
        change(desk, **changes)
        assert STEP not in desk.picture.alarms
        assert desk.actions[-1] == "ended"


def test_a_later_date_that_passes_too_is_heard_again() -> None:
    desk = desk_with(S1)
    desk.after(101.0)
    desk.decide(ShelveAlarm(officer="ona", alarm_id=STEP, for_s=600.0, text="they are on it"))
    change(desk, due_s=T0 + 1_000.0)
    desk.after(1_000.0)
    assert desk.heard == [STEP, STEP]


def test_each_step_is_an_alarm_of_its_own() -> None:
    desk = desk_with(S1, structs.replace(S1, step_id="LT-1-S2"), structs.replace(S1, step_id="LT-1-S3", due_s=None))
    desk.after(101.0)
    assert sorted(desk.picture.alarms) == [STEP, "step:LT-1-S2"]
