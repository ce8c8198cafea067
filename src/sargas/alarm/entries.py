"""What the book knows of one alarm, and what becomes of it: raised, seen, returned, put aside, quiet."""

from collections.abc import Iterable

from msgspec import Struct, structs

from sargas.alarm.faults import RANKS, Fault
from sargas.alarm.words import clock, day
from sargas.model.alarm import Alarm, AlarmAction, AlarmLogItem, AlarmSource, Priority, Shelving, Suppression
from sargas.model.evidence import CaseStep
from sargas.model.incident import Incident


class Condition(Struct, frozen=True, kw_only=True):
    """What stands and asks for an alarm; each time that `n_heard` changes it must be heard."""

    alarm_id: str
    source: AlarmSource
    subject: str
    priority: Priority
    title: str
    reason: str
    n_heard: int
    kind: str = ""
    seen_s: float | None = None
    seen_by: str = ""


class Did(Struct, frozen=True):
    """What an officer last did to an alarm: two at two screens do not undo each other."""

    officer: str
    what: str
    time_s: float

    def told(self) -> str:
        """Return who did what and when."""
        return f"{self.officer} {self.what} at {clock(self.time_s)}"


class Known(Struct):
    """One alarm in the book. `again_s`: when the book itself let it be heard again, of an incident seen before."""

    alarm: Alarm
    n_heard: int
    again_s: float | None = None
    did: Did | None = None


def alarm_id(source: AlarmSource, subject: str) -> str:
    """Return the id of an alarm."""
    return f"{source}:{subject}"


def of_incident(incident: Incident) -> Condition | None:
    """Return the condition of an incident that was heard and is not over; None if there is none."""
    if incident.status == "closed" or incident.level == "white" or incident.n_alarms == 0:
        return None
    return Condition(
        alarm_id=alarm_id("incident", incident.incident_id),
        source="incident",
        subject=incident.incident_id,
        priority=incident.priority,
        title=incident.title,
        reason=incident.alarmed_for,
        n_heard=incident.n_alarms,
        kind=incident.kind,
        seen_s=incident.acknowledged_s,
        seen_by=incident.acknowledged_by,
    )


def of_fault(fault: Fault) -> Condition:
    """Return the condition of a fault."""
    return Condition(
        alarm_id=alarm_id(fault.source, fault.subject),
        source=fault.source,
        subject=fault.subject,
        priority=fault.priority,
        title=fault.title,
        reason=fault.reason,
        n_heard=fault.n_heard,
    )


def of_step(step: CaseStep, incident_id: str) -> Condition:
    """Return the condition of a step that is overdue: it can wait for the morning, and must not be forgotten."""
    due = f", due on {day(step.due_s)}" if step.due_s is not None else ""
    return Condition(
        alarm_id=alarm_id("step", step.step_id),
        source="step",
        subject=step.step_id,
        priority="low",
        title=f"Overdue: {step.title}",
        reason=f"{step.owner} was to do it for {incident_id}{due}",
        n_heard=1,
    )


def first(condition: Condition, now_s: float) -> Alarm:
    """Return a new alarm."""
    return Alarm(
        alarm_id=condition.alarm_id,
        source=condition.source,
        subject=condition.subject,
        priority=condition.priority,
        state="unacknowledged",
        title=condition.title,
        reason=condition.reason,
        kind=condition.kind,
        first_s=now_s,
        raised_s=now_s,
    )


def again(alarm: Alarm, reason: str, now_s: float) -> Alarm:
    """Return the alarm as it is heard once more."""
    return structs.replace(
        alarm,
        state="unacknowledged",
        reason=reason,
        raised_s=now_s,
        n_raised=alarm.n_raised + 1,
        acknowledged_s=None,
        acknowledged_by="",
        returned_s=None,
        is_stale=False,
    )


def seen(alarm: Alarm, officer: str, time_s: float) -> Alarm:
    """Return the alarm as seen by an officer; gone, if what it was about is over."""
    state = "normal" if alarm.state == "returned" else "acknowledged"
    return structs.replace(alarm, state=state, acknowledged_s=time_s, acknowledged_by=officer)


def has_risen(alarm: Alarm, before: Alarm) -> bool:
    """Return whether it is more urgent than it was."""
    return RANKS[alarm.priority] > RANKS[before.priority]


def quieted_by(alarm: Alarm, suppressions: Iterable[Suppression]) -> str:
    """Return the suppression that keeps the alarm quiet, the oldest that does; high priority is never kept quiet."""
    if alarm.priority == "high":
        return ""
    for one in suppressions:
        fits = one.subject in {"", alarm.subject} and one.kind in {"", alarm.kind}
        if one.source == alarm.source and fits:
            return one.suppression_id
    return ""


def shelved(alarm: Alarm, officer: str, time_s: float, for_s: float, text: str) -> Alarm:
    """Return the alarm put aside."""
    return structs.replace(alarm, shelved=Shelving(officer=officer, time_s=time_s, until_s=time_s + for_s, text=text))


def log_item(alarm: Alarm, action: AlarmAction, text: str, time_s: float, officer: str = "") -> AlarmLogItem:
    """Return a line of the log; what is raised is heard unless it is put aside or quiet."""
    is_heard = action in {"raised", "raised_again"} and alarm.is_heard
    return AlarmLogItem(
        time_s=time_s,
        alarm_id=alarm.alarm_id,
        action=action,
        priority=alarm.priority,
        text=text,
        officer=officer,
        is_heard=is_heard,
    )
