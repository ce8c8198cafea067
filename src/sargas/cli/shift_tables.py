"""A shift as tables, at the prompt or as one page that can be printed: what the next officer must know."""

from collections.abc import Sequence
from html import escape
from typing import Final

from msgspec import Struct

from sargas.alarm.words import duration
from sargas.cli.alarm_tables import quiet_row, state_of
from sargas.cli.console import say, table, utc
from sargas.model.shift import Shift

EXERCISE: Final = "EXERCISE"
STYLE: Final = """\
body { font: 11pt/1.35 system-ui, sans-serif; color: #000; background: #fff }
body { margin: 2em auto; max-width: 75em; padding: 0 1em }
h1 { font-size: 1.5em; margin-bottom: 0 }
h2 { font-size: 1.1em; margin: 1.6em 0 .3em; break-after: avoid }
table { border-collapse: collapse; width: 100%; font-size: .85em }
th, td { border: 1px solid #777; padding: .25em .5em; text-align: left; vertical-align: top }
th { background: #eee }
tr { break-inside: avoid }
thead { display: table-header-group }
.exercise { border: 3px solid #000; padding: .4em; text-align: center; font-weight: bold; letter-spacing: .1em }
@media print { body { margin: 0; max-width: none; padding: 0 } }
@page { margin: 15mm }
"""


class Section(Struct, frozen=True, kw_only=True):
    """One table of the shift; `otherwise` says what is well when there are no rows."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    otherwise: str


def tell(shift: Shift) -> None:
    """Write the shift as tables."""
    say(f"the watch from {utc(shift.from_s)} to {utc(shift.to_s)}")
    for section in sections(shift):
        if section.rows:
            table(section.title, section.columns, section.rows)
        else:
            say(section.otherwise)


def page(shift: Shift, title: str, *, is_exercise: bool) -> str:
    """Return the shift as one HTML page that needs nothing but itself; what people wrote stands in it as text."""
    mark = f"{EXERCISE}: " if is_exercise else ""
    banner = f'<p class="exercise">{EXERCISE}: this is an exercise, not real events</p>' if is_exercise else ""
    parts = "\n".join(_section(section) for section in sections(shift))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{mark}Shift, {escape(title)}, {utc(shift.to_s)}</title>
<style>
{STYLE}</style>
</head>
<body>
{banner}
<h1>{mark}Shift: {escape(title)}</h1>
<p>The watch from {utc(shift.from_s)} to {utc(shift.to_s)}. All times are UTC.</p>
{parts}
</body>
</html>
"""


def sections(shift: Shift) -> list[Section]:
    """Return the tables, first what matters most."""
    return [
        _incidents(shift),
        _warnings(shift),
        _still_flying(shift),
        _alarms(shift),
        _set_aside(shift),
        _unwell(shift),
        _rates(shift),
        _deeds(shift),
        _hand_overs(shift),
    ]


def _incidents(shift: Shift) -> Section:
    rows = [
        [
            one.level if one.level == one.highest_level else f"{one.level}, was {one.highest_level}",
            one.incident_id,
            one.title,
            utc(one.opened_s),
            one.priority,
            f"{one.acknowledged_by} {utc(one.acknowledged_s)}" if one.acknowledged_s is not None else "nobody",
            "; ".join(_said(one.disposition, one.kind)) or "undecided",
        ]
        for one in shift.incidents
    ]
    columns = ["level", "incident", "what", "since", "priority", "seen by", "it was"]
    return Section(title="Open incidents", columns=columns, rows=rows, otherwise="No incident is open.")


def _said(disposition: str, kind: str) -> list[str]:
    said = [disposition.replace("_", " ")] if disposition != "undecided" else []
    return [*said, f"looks like {kind.replace('_', ' ')}"] if kind else said


def _warnings(shift: Shift) -> Section:
    waiting = [
        [
            one.level,
            one.warning_id,
            f"{one.n_missing} more approval needed" if one.n_missing else "approved, not sent",
            f"approved by {', '.join(one.approved_by)}",
            "",
            "",
        ]
        for one in shift.pending
    ]
    given = [
        [
            one.level,
            f"{one.warning_id}{f' ({EXERCISE})' if one.is_exercise else ''}",
            one.headline,
            f"sent {utc(one.sent_s)} by {one.sent_by}",
            utc(one.expires_s),
            "; ".join(f"{way.channel}: {way.fate.replace('_', ' ')}, {way.text}" for way in one.undelivered)
            or "nothing is open",
        ]
        for one in shift.warnings
    ]
    columns = ["level", "warning", "what", "who", "holds until", "channels"]
    otherwise = "No warning is in force, and none waits."
    return Section(title="Warnings", columns=columns, rows=waiting + given, otherwise=otherwise)


def _still_flying(shift: Shift) -> Section:
    rows = [
        [
            f"track {one.lost.track_id}",
            one.incident_id,
            one.lost.kind or "not known",
            f"{utc(one.lost.last_report_s)} at {one.lost.lat_deg:.4f}, {one.lost.lon_deg:.4f}",
            utc(one.lost.flies_until_s),
            f"{one.lost.speed_mps * (shift.to_s - one.lost.last_report_s) / 1e3:.0f} km",
            ", ".join(one.lost.sensors) or "no sensor",
        ]
        for one in shift.still_flying
    ]
    columns = ["track", "incident", "may be", "lost", "can fly until", "can be within", "would be seen by"]
    otherwise = "No lost track can still be flying."
    return Section(
        title="Lost tracks that can still fly: no all-clear", columns=columns, rows=rows, otherwise=otherwise
    )


def _alarms(shift: Shift) -> Section:
    rows = [
        [alarm.priority, alarm.alarm_id, alarm.title, state_of(alarm), utc(alarm.first_s), str(alarm.n_raised)]
        for alarm in shift.alarms
    ]
    columns = ["priority", "alarm", "what", "state", "since", "heard"]
    return Section(title="Alarms that stand", columns=columns, rows=rows, otherwise="No alarm stands.")


def _set_aside(shift: Shift) -> Section:
    aside = [
        [alarm.alarm_id, "put aside", utc(alarm.shelved.until_s), alarm.shelved.officer, alarm.shelved.text]
        for alarm in shift.shelved
        if alarm.shelved is not None
    ]
    quiet = [[sort, f"kept quiet as {name}", *more] for name, sort, *more in map(quiet_row, shift.suppressions)]
    columns = ["alarms", "how", "until", "by", "why"]
    otherwise = "Nothing was put aside, and nothing is kept quiet."
    return Section(title="Put aside and kept quiet", columns=columns, rows=[*aside, *quiet], otherwise=otherwise)


def _unwell(shift: Shift) -> Section:
    sensors = [["sensor", one.sensor, one.state, one.reason, utc(one.last_report_s)] for one in shift.sensors]
    channels = [["channel", one.channel, "dead", one.text, utc(one.last_delivered_s)] for one in shift.channels]
    columns = ["", "name", "state", "why", "last heard from or delivered"]
    otherwise = "All sensors and channels are well."
    return Section(
        title="Sensors and channels that are not well", columns=columns, rows=sensors + channels, otherwise=otherwise
    )


def _rates(shift: Shift) -> Section:
    found = shift.rates
    rows = [
        [
            duration(found.to_s - found.from_s),
            str(found.n_heard),
            f"{found.per_hour:.1f}",
            f"{100.0 * found.flooded_share:.1f} %",
            str(found.n_stale),
            str(found.n_chattering),
        ]
    ]
    columns = ["span", "alarms heard", "an hour", "10 minutes with more than 10", "stale", "chattering"]
    return Section(title="How loud it was", columns=columns, rows=rows, otherwise="")


def _deeds(shift: Shift) -> Section:
    left_out = f" ({shift.n_deeds_left_out} earlier ones left out)" if shift.n_deeds_left_out else ""
    rows = [[utc(one.time_s), one.officer, one.about, one.text or one.what.replace("_", " ")] for one in shift.deeds]
    otherwise = "Nothing was decided."
    return Section(
        title=f"What was done{left_out}", columns=["when", "who", "about", "what"], rows=rows, otherwise=otherwise
    )


def _hand_overs(shift: Shift) -> Section:
    rows = [[utc(one.time_s), one.officer, one.to, one.text] for one in shift.hand_overs]
    otherwise = "The watch was not handed over in this time."
    return Section(title="Hand-overs", columns=["when", "from", "to", "words"], rows=rows, otherwise=otherwise)


def _section(section: Section) -> str:
    if not section.rows:
        return f"<h2>{escape(section.title)}</h2>\n<p>{escape(section.otherwise)}</p>"
    head = _cells("th", section.columns)
    body = "\n".join(f"<tr>{_cells('td', row)}</tr>" for row in section.rows)
    heading = f"<h2>{escape(section.title)}</h2>"
    return f"{heading}\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _cells(tag: str, texts: Sequence[str]) -> str:
    return "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts)
