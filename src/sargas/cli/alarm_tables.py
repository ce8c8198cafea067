"""Alarms for somebody at a prompt: those that stand, what was put aside or kept quiet, and the log."""

from collections.abc import Sequence

from msgspec import Struct

from sargas.alarm.faults import RANKS
from sargas.cli.console import say, table, utc
from sargas.model.alarm import Alarm, AlarmLogItem, AlarmState, Suppression
from sargas.model.picture import Picture

STATES: dict[AlarmState, str] = {
    "unacknowledged": "nobody has seen it",
    "acknowledged": "seen",
    "returned": "over, nobody has seen it",
    "normal": "over",
}


class Standing(Struct, frozen=True, kw_only=True):
    """The alarms at one moment: those that are not set aside, those on the shelf, those kept quiet and by what."""

    now_s: float
    alarms: tuple[Alarm, ...]
    shelved: tuple[Alarm, ...]
    quiet: tuple[Alarm, ...]
    suppressions: tuple[Suppression, ...]


def standing(picture: Picture) -> Standing:
    """Return the alarms of a picture, first what presses."""
    found = sorted(
        picture.alarms.values(),
        key=lambda alarm: (alarm.state != "unacknowledged", -RANKS[alarm.priority], -alarm.raised_s),
    )
    return Standing(
        now_s=picture.now_s,
        alarms=tuple(alarm for alarm in found if alarm.shelved is None and not alarm.suppressed_by),
        shelved=tuple(alarm for alarm in found if alarm.shelved is not None),
        quiet=tuple(alarm for alarm in found if alarm.shelved is None and alarm.suppressed_by),
        suppressions=tuple(picture.suppressions.values()),
    )


def tell(found: Standing) -> None:
    """Write them as tables."""
    if found.alarms:
        columns = ["alarm", "priority", "state", "heard last", "times", "what"]
        table(f"alarms at {utc(found.now_s)}", columns, [_row(alarm) for alarm in found.alarms])
    else:
        say(f"no alarm stands at {utc(found.now_s)}")
    if found.shelved:
        columns = ["put aside", "priority", "until", "by", "why", "what"]
        table("put aside", columns, [_shelved(alarm) for alarm in found.shelved])
    if found.quiet:
        rows = [[alarm.alarm_id, alarm.priority, alarm.suppressed_by, alarm.title] for alarm in found.quiet]
        table("kept quiet", ["alarm", "priority", "by", "what"], rows)
    if found.suppressions:
        columns = ["name", "alarms", "until", "by", "why"]
        table("what is kept quiet", columns, [quiet_row(one) for one in found.suppressions])


def tell_log(found: Sequence[AlarmLogItem]) -> None:
    """Write the log."""
    if not found:
        say("nothing was logged")
        return
    rows = [
        [
            utc(item.time_s),
            item.alarm_id,
            item.action.replace("_", " ") + (", heard" if item.is_heard else ""),
            item.priority,
            item.officer or "-",
            item.text,
        ]
        for item in found
    ]
    table("log of alarms", ["when", "alarm", "what", "priority", "who", "words"], rows)


def state_of(alarm: Alarm) -> str:
    """Return where an alarm stands, in words."""
    if alarm.state != "acknowledged":
        return STATES[alarm.state]
    stale = ", stale: for more than a day" if alarm.is_stale else ""
    return f"seen by {alarm.acknowledged_by or 'an officer'} {utc(alarm.acknowledged_s)}{stale}"


def quiet_row(one: Suppression) -> list[str]:
    """Return the name of a suppression, what is kept quiet, until when, by whom, and why."""
    sort = " ".join(part for part in (one.source, one.subject, one.kind and f"of kind {one.kind}") if part)
    return [one.suppression_id, sort, utc(one.until_s), one.officer, one.text]


def _row(alarm: Alarm) -> list[str]:
    what = alarm.title if alarm.reason == alarm.title else f"{alarm.title}; {alarm.reason}"
    return [alarm.alarm_id, alarm.priority, state_of(alarm), utc(alarm.raised_s), str(alarm.n_raised), what]


def _shelved(alarm: Alarm) -> list[str]:
    aside = alarm.shelved
    assert aside is not None
    return [alarm.alarm_id, alarm.priority, utc(aside.until_s), aside.officer, aside.text, alarm.title]
