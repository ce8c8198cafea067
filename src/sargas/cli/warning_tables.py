"""Warnings and drafts for somebody at a prompt: what would be said, to whom, and what became of what was sent."""

import math
import textwrap
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

from sargas.cli.console import say, table, utc
from sargas.incident.still_flying import still_flying
from sargas.incident.still_flying import told as told_flying
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.warning import (
    DecisionClock,
    Delivery,
    Draft,
    EditedDraft,
    InTheWay,
    Level,
    PublicWarning,
    Ring,
    WarningContent,
)

WIDTH: Final = 110
EARTH_M: Final = 6_371_007.2
"""Radius of the sphere that has the area of the Earth (WGS-84)."""
STEPS: Final = (
    ("first report", "first_report_s"),
    ("first track", "first_track_s"),
    ("first alarm", "first_alarm_s"),
    ("acknowledged", "acknowledged_s"),
    ("drafted", "drafted_s"),
    ("approved", "approved_s"),
    ("sent", "sent_s"),
    ("delivered", "delivered_s"),
)


class Warnings(Struct, frozen=True, kw_only=True):
    """What there is to tell of one incident's warnings; `held_back_by` is why there is no all-clear yet."""

    incident_id: str
    title: str
    status: str
    level: Level
    draft: Draft | None
    edited: EditedDraft | None
    revision: int
    warnings: tuple[PublicWarning, ...]
    in_force: str
    held_back_by: tuple[str, ...]
    clock: DecisionClock | None


def warnings_of(incident: Incident, picture: Picture) -> Warnings:
    """Return what there is to tell of an incident's warnings."""
    state, now_s = incident.warning, picture.now_s
    in_force = state.in_force(now_s)
    red = [f"{incident.incident_id} is red: {incident.title}"] if incident.level == "red" else []
    return Warnings(
        incident_id=incident.incident_id,
        title=incident.title,
        status=incident.status,
        level=incident.level,
        draft=picture.drafts.get(incident.incident_id),
        edited=state.edited,
        revision=state.revision,
        warnings=state.warnings,
        in_force=in_force.warning_id if in_force is not None else "",
        held_back_by=(*red, *(told_flying(lost) for lost in still_flying(incident, now_s))),
        clock=incident.clock,
    )


def tell_list(found: Sequence[Warnings], now_s: float) -> None:
    """Write a line for each draft and each warning."""
    rows = [row for one in found for row in _rows(one, now_s)]
    if not rows:
        say("no drafts and no warnings")
        return
    columns = ["warning", "level", "state", "area", "people", "next in the way", "approved", "delivered"]
    table(f"warnings at {utc(now_s)}", columns, rows)


def tell(one: Warnings, now_s: float) -> None:
    """Write all that is known of an incident's warnings."""
    say(f"{one.incident_id}  {one.title}")
    say(f"the sky is {one.level}; at {utc(now_s)}")
    if one.edited is not None:
        edited = one.edited
        say(f"draft as {edited.officer} saved it at {utc(edited.time_s)}; it does not follow the sky")
        _content(edited.content)
    elif one.draft is not None:
        say(f"draft of {utc(one.draft.made_s)}: about {one.draft.population:,} people live in towns in its area")
        _content(one.draft.content)
    else:
        say("no draft: nothing is to be warned of")
    if one.draft is not None:
        _in_the_way(one.draft.in_the_way)
        for why in one.draft.why:
            say(f"  - {why}")
    if one.clock is not None:
        _clock(one.clock)
    tell_deliveries(one, now_s)
    _held_back(one)


def tell_deliveries(one: Warnings, now_s: float) -> None:
    """Write the incident's warnings, and what became of each on every channel."""
    rows = [
        [
            warning.warning_id,
            warning.content.level,
            _state(warning, one, now_s),
            delivery.channel if delivery is not None else "-",
            _fate(delivery) if delivery is not None else "-",
            str(delivery.n_attempts) if delivery is not None else "-",
            utc(delivery.time_s) if delivery is not None else "-",
            delivery.text if delivery is not None else "",
        ]
        for warning in one.warnings
        for delivery in (warning.deliveries or (None,))
    ]
    if rows:
        columns = ["warning", "level", "state", "channel", "fate", "tries", "when", "receipt or reason"]
        table(f"warnings of {one.incident_id}", columns, rows)
    else:
        say("no warning was approved")


def summary(warning: PublicWarning) -> str:
    """Return a warning in a line."""
    what = "all-clear" if warning.kind == "cancel" else f"{warning.content.level} {warning.kind}"
    exercise = "EXERCISE: " if warning.is_exercise else ""
    until = utc(warning.content.expires_s)
    return f"{exercise}{warning.warning_id}: {what}, {_area(area_m2(warning.content.rings))}, holds until {until}"


def area_m2(rings: Iterable[Ring]) -> float:
    """Return the area of the rings on the sphere, within half a per cent of that on the ellipsoid.

    Source: Chamberlain and Duquette, Some algorithms for polygons on a sphere, 2007, eq. 7.
    """
    return sum(abs(_signed_m2(ring)) for ring in rings)


def _signed_m2(ring: Ring) -> float:
    corners = [(math.radians(lon), math.radians(lat)) for lon, lat in ring]
    twice = sum((b[0] - a[0]) * (2.0 + math.sin(a[1]) + math.sin(b[1])) for a, b in pairwise(corners))
    return 0.5 * EARTH_M**2 * twice


def next_in_the_way(draft: Draft, now_s: float) -> InTheWay | None:
    """Return who is reached next, of those that are not behind it."""
    ahead = [one for one in draft.in_the_way if one.arrival_s[2] >= now_s]
    return min(ahead, key=lambda one: one.arrival_s[1], default=None)


def _rows(one: Warnings, now_s: float) -> list[list[str]]:
    rows = [_row(warning, one, now_s) for warning in one.warnings]
    if one.draft is None and one.edited is None:
        return rows
    content = one.edited.content if one.edited is not None else one.draft.content if one.draft is not None else None
    assert content is not None
    comes = next_in_the_way(one.draft, now_s) if one.draft is not None else None
    rows.append([
        one.incident_id,
        content.level,
        f"draft, saved by {one.edited.officer}" if one.edited is not None else "draft",
        _area(area_m2(content.rings)),
        f"{one.draft.population:,}" if one.draft is not None and one.edited is None else "-",
        f"{comes.name} {_percent(comes.probability)}, {_hour(comes.arrival_s[0])} to {_hour(comes.arrival_s[2])}"
        if comes is not None
        else "-",
        "-",
        "-",
    ])  # fmt: skip
    return rows


def _row(warning: PublicWarning, one: Warnings, now_s: float) -> list[str]:
    approved = ", ".join(approval.officer for approval in warning.approvals)
    n_missing = warning.n_needed - len(warning.approvals)
    n_there = sum(delivery.fate == "delivered" for delivery in warning.deliveries)
    return [
        warning.warning_id,
        warning.content.level,
        _state(warning, one, now_s),
        _area(area_m2(warning.content.rings)),
        "-",
        "-",
        f"{approved}; {n_missing} more needed" if n_missing > 0 else approved,
        f"{n_there} of {len(warning.deliveries)}" if warning.deliveries else "-",
    ]


def _state(warning: PublicWarning, one: Warnings, now_s: float) -> str:
    if warning.withdrawn_s is not None:
        return f"withdrawn {utc(warning.withdrawn_s)}"
    if warning.sent_s is None:
        return "approved, not sent" if warning.is_approved else "waits for another approval"
    if warning.content.level == "white":
        return f"all-clear, sent {utc(warning.sent_s)}"
    if warning.warning_id == one.in_force:
        return f"in force until {utc(warning.content.expires_s)}"
    return f"over since {utc(warning.content.expires_s)}" if warning.content.expires_s <= now_s else "replaced"


def _content(content: WarningContent) -> None:
    say(f"{content.level}, {_area(area_m2(content.rings))}, holds until {utc(content.expires_s)}")
    for text in content.texts:
        say(f"[{text.language}] {text.headline}")
        for part in (text.description, text.instruction, text.area):
            say(textwrap.fill(part, WIDTH, initial_indent="     ", subsequent_indent="     "))


def _in_the_way(found: Sequence[InTheWay]) -> None:
    rows = [
        [
            one.name,
            one.what or one.kind,
            "-" if one.population is None else f"{one.population:,}",
            _percent(one.probability),
            *(_hour(time_s) for time_s in one.arrival_s),
        ]
        for one in found
    ]
    if rows:
        columns = ["in the way", "", "people", "comes near", "early (10 %)", "middle", "late (90 %)"]
        table("who and what a target may come near", columns, rows)


def _clock(clock: DecisionClock) -> None:
    steps = [(name, getattr(clock, key)) for name, key in STEPS]
    rows = [
        [name, utc(time_s), "-" if time_s is None else f"{time_s - clock.first_report_s:+.0f} s"]
        for name, time_s in steps
    ]
    table("the decision clock", ["step", "at", "after the first report"], rows)


def _held_back(one: Warnings) -> None:
    if not one.in_force:
        say("no warning is in force, so there is nothing to clear")
    elif one.held_back_by:
        say("no all-clear yet:")
        for reason in one.held_back_by:
            say(f"  - {reason}")
    else:
        say("nothing holds the all-clear back")


def _fate(delivery: Delivery) -> str:
    stands_in = f", for {delivery.stands_in_for}" if delivery.stands_in_for else ""
    return f"{delivery.fate.replace('_', ' ')}{stands_in}"


def _area(area: float) -> str:
    return f"{area / 1e6:,.0f} km²" if area >= 1e7 else f"{area / 1e6:,.1f} km²"


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %"


def _hour(time_s: float) -> str:
    return utc(time_s)[11:]
