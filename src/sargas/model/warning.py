"""A warning to the public: what the watch drafts, what officers approve, and what became of it on its way out."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from sargas.model.report import Epoch, Point

Level = Literal["white", "yellow", "red"]
"""Yellow is likely, red is in the airspace, white is over."""
Language = Annotated[str, Meta(pattern="^[a-z]{2,3}(-[A-Z]{2})?$", description="BCP 47, such as lt or en")]
Ring = Annotated[tuple[Point, ...], Meta(min_length=4, max_length=400, description="closed ring of (lon, lat)")]
WarningKind = Literal["alert", "update", "cancel"]
Fate = Literal["trying", "delivered", "failed", "given_up"]
"""`trying` is journaled before anything leaves; after `failed` it is tried again; the other two are final."""
FINAL: Final = frozenset({"delivered", "given_up"})


class WarningText(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words in one language: what it is, what is known, what to do, and where."""

    language: Language
    headline: Annotated[str, Meta(min_length=1, max_length=160)]
    description: Annotated[str, Meta(max_length=4_000)]
    instruction: Annotated[str, Meta(max_length=4_000)]
    area: Annotated[str, Meta(min_length=1, max_length=1_000)]


class WarningContent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What leaves: level, area as closed rings without holes, words, and until when it holds."""

    level: Level
    rings: Annotated[tuple[Ring, ...], Meta(min_length=1, max_length=40)]
    texts: Annotated[tuple[WarningText, ...], Meta(min_length=1, max_length=12)]
    expires_s: Epoch


class InTheWay(Struct, frozen=True, kw_only=True):
    """Somebody or something that a target may come near: how likely, and when.

    `arrival_s` are the 10th, 50th and 90th percentile of when it comes nearest [epoch s], given that it comes;
    `probability` that it comes near within the horizon. `what` is the kind of a point: airport, school, plant.
    """

    kind: Literal["town", "municipality", "point"]
    name: str
    country: str
    lat_deg: float
    lon_deg: float
    probability: float
    arrival_s: tuple[float, float, float]
    population: int | None = None
    what: str = ""


class Draft(Struct, frozen=True, kw_only=True):
    """A warning as the watch would word it now: its content, who is in the way, and why it is drawn so.

    `area_m2` is the size of the area, `population` how many live in the towns in it. `why` are sentences. `all_clear`
    is the all-clear as it would be worded now, while a warning is in force, whether it may be given yet or not.
    """

    incident_id: str
    made_s: float
    content: WarningContent
    in_the_way: tuple[InTheWay, ...] = ()
    area_m2: float = 0.0
    population: int = 0
    track_ids: tuple[int, ...] = ()
    why: tuple[str, ...] = ()
    all_clear: WarningContent | None = None


class EditedDraft(Struct, frozen=True, kw_only=True):
    """A draft as an officer saved it; it stands until somebody saves another, or it is approved."""

    officer: str
    time_s: float
    content: WarningContent


class Approval(Struct, frozen=True, kw_only=True):
    """Who approved, and when."""

    officer: str
    time_s: float


class Delivery(Struct, frozen=True, kw_only=True):
    """What became of a warning on one channel; `text` is the receipt, or why it failed."""

    channel: str
    fate: Fate
    n_attempts: int
    time_s: float
    text: str = ""
    stands_in_for: str = ""


class PublicWarning(Struct, frozen=True, kw_only=True):
    """A warning that was approved; its content no longer changes.

    `references` are the warnings of the incident that it updates or cancels. `override` is why an all-clear was
    given while something could still fly. `n_needed` approvals are needed before it can be sent.
    """

    warning_id: str
    incident_id: str
    kind: WarningKind
    content: WarningContent
    references: tuple[str, ...] = ()
    approvals: tuple[Approval, ...] = ()
    n_needed: int = 1
    sent_s: float | None = None
    sent_by: str = ""
    withdrawn_s: float | None = None
    deliveries: tuple[Delivery, ...] = ()
    override: str = ""
    is_exercise: bool = False

    @property
    def is_approved(self) -> bool:
        """Whether it may be sent."""
        return len(self.approvals) >= self.n_needed

    @property
    def approved_s(self) -> float | None:
        """Return when the last approval that was needed came."""
        return self.approvals[self.n_needed - 1].time_s if self.is_approved else None


class WarningState(Struct, frozen=True, kw_only=True):
    """All that the journal says of one incident's warnings, oldest first.

    `drafted` are the levels of which a draft has stood ready; `revision` counts the changes of what officers saved.
    """

    drafted: tuple[Level, ...] = ()
    edited: EditedDraft | None = None
    revision: int = 0
    warnings: tuple[PublicWarning, ...] = ()

    def in_force(self, now_s: float) -> PublicWarning | None:
        """Return the warning that the public has been given and that still holds; None if there is none."""
        sent = [warning for warning in self.warnings if warning.sent_s is not None]
        if not sent or sent[-1].content.level == "white" or sent[-1].content.expires_s <= now_s:
            return None
        return sent[-1]

    def to_reference(self, now_s: float) -> tuple[str, ...]:
        """Return the warnings that a next one updates or cancels: those since the last all-clear, if one holds."""
        if self.in_force(now_s) is None:
            return ()
        sent = [warning for warning in self.warnings if warning.sent_s is not None]
        since = max((index for index, one in enumerate(sent, 1) if one.content.level == "white"), default=0)
        return tuple(warning.warning_id for warning in sent[since:])

    def pending(self) -> PublicWarning | None:
        """Return the warning that has an approval and was neither sent nor withdrawn."""
        waiting = [one for one in self.warnings if one.sent_s is None and one.withdrawn_s is None]
        return waiting[-1] if waiting else None


class DecisionClock(Struct, frozen=True, kw_only=True):
    """When each step of an incident was first reached [epoch s]; None if it was not yet."""

    first_report_s: float
    first_track_s: float | None = None
    first_alarm_s: float | None = None
    acknowledged_s: float | None = None
    drafted_s: float | None = None
    approved_s: float | None = None
    sent_s: float | None = None
    delivered_s: float | None = None


class LostTrack(Struct, frozen=True, kw_only=True):
    """A track that can still be flying: where and how fast it was, until when it can fly, and who watches for it.

    Where it could be by now is within `speed_mps` times the time since. `kind` is what it may be, in words;
    `sensors` would have seen it go on, as far as they reach.
    """

    track_id: int
    last_report_s: float
    lat_deg: float
    lon_deg: float
    speed_mps: float
    course_deg: float
    flies_until_s: float
    kind: str = ""
    sensors: tuple[str, ...] = ()
