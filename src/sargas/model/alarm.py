"""Alarms after ISA-18.2: each asks a person for something, and is heard once until there is something new to say."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Priority = Literal["high", "medium", "low"]
AlarmState = Literal["unacknowledged", "acknowledged", "returned", "normal"]
"""`returned`: what it was about is over, and nobody has seen it. `normal`: over and seen, the alarm is gone."""
AlarmSource = Literal["incident", "sensor", "channel", "step"]
"""`step`: something that should have been done for a case by now."""
AlarmAction = Literal[
    "raised",
    "raised_again",
    "acknowledged",
    "returned",
    "ended",
    "shelved",
    "unshelved",
    "suppressed",
    "unsuppressed",
]
Duration = Annotated[float, Meta(gt=0.0, le=86_400.0, description="seconds")]


class Shelving(Struct, frozen=True, kw_only=True):
    """An officer has put one alarm aside until `until_s`, and why."""

    officer: str
    time_s: float
    until_s: float
    text: str


class Suppression(Struct, frozen=True, kw_only=True):
    """Alarms of a kind that are not heard until `until_s`: of a source, of one subject, or of one kind of aircraft.

    They are still listed and logged. An alarm of high priority is never suppressed.
    """

    suppression_id: str
    officer: str
    time_s: float
    until_s: float
    text: str
    source: AlarmSource
    subject: str = ""
    kind: str = ""


class Alarm(Struct, frozen=True, kw_only=True):
    """One alarm: what it is about, how urgent it is, and where it stands.

    `alarm_id` is the source and the subject: `incident:LT-2025-07-28-01`. `raised_s` is when it was last heard,
    `first_s` when first; `n_raised` how often. `reason` is why it was last heard. `is_stale`: acknowledged and still
    there after a day. `kind` is what it is about as identified, of an incident. A shelved or suppressed alarm keeps
    its state, but is not heard.
    """

    alarm_id: str
    source: AlarmSource
    subject: str
    priority: Priority
    state: AlarmState
    title: str
    reason: str
    first_s: float
    raised_s: float
    n_raised: int = 1
    kind: str = ""
    acknowledged_s: float | None = None
    acknowledged_by: str = ""
    returned_s: float | None = None
    is_stale: bool = False
    shelved: Shelving | None = None
    suppressed_by: str = ""

    @property
    def is_heard(self) -> bool:
        """Whether it asks for a person now."""
        return self.state == "unacknowledged" and self.shelved is None and not self.suppressed_by


class AlarmLogItem(Struct, frozen=True, kw_only=True):
    """One line of the log of alarms; `is_heard`: it made itself heard at that moment."""

    time_s: float
    alarm_id: str
    action: AlarmAction
    priority: Priority
    text: str
    officer: str = ""
    is_heard: bool = False


class HandOver(Struct, frozen=True, kw_only=True):
    """One officer handed the watch to another: when, and what was said."""

    time_s: float
    officer: str
    to: str
    text: str


class AlarmRates(Struct, frozen=True, kw_only=True):
    """How often alarms were heard in a span: per operator hour, and in what share of 10 minutes more than 10 were."""

    from_s: float
    to_s: float
    n_heard: int
    per_hour: float
    flooded_share: float
    n_stale: int
    n_chattering: int
