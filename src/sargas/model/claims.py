"""What a published text says of incidents: each date, place and claim with the words that say it.

Nothing here is a fact: it is what somebody wrote, found by rules, for a person to confirm. `start` and `end` count
the letters of `Reading.text`.
"""

from typing import Literal

from msgspec import Struct

from sargas.model.register import ObjectType

DateRole = Literal["happened", "found", "told"]
"""Of the incident itself; of what was found of it; of the day it was spoken of, where no other is named."""
PlaceRole = Literal["entered", "over", "fell", "found", "seen", "near"]
Sure = Literal["stated", "alleged", "denied"]
ClaimKind = Literal[
    "type", "model", "count", "origin", "payload", "outcome", "height", "speed", "inside", "duration", "mass",
    "casualties", "damage", "intent", "first",
]  # fmt: skip
PassedReason = Literal[
    "money", "office", "exercise", "equipment", "law", "elsewhere", "history", "conditional", "general",
    "other_state", "no_incident",
]  # fmt: skip
"""Why a passage is no incident: budgets; resignations; exercises; what is bought or sent; rules and powers; the war
inside another state; the past without a date; what could be; what happens in general; the airspace of a state that is
not watched; nothing that flew in."""
Verdict = Literal["agrees", "contradicts", "new", "only_on_file"]


class Quoted(Struct, frozen=True):
    """Words of the text, and where they stand in it."""

    start: int
    end: int
    text: str


class DateClaim(Struct, frozen=True, kw_only=True):
    """When, as an interval; `how` says in words what it was reckoned from. None: not known without the year."""

    role: DateRole = "happened"
    earliest_s: float | None
    latest_s: float | None
    how: str
    is_sure: bool = True
    quoted: Quoted


class PlaceClaim(Struct, frozen=True, kw_only=True):
    """Where; `sd_m` is one standard deviation, None for a whole state."""

    role: PlaceRole
    name: str
    country: str
    lat_deg: float | None = None
    lon_deg: float | None = None
    sd_m: float | None = None
    how: str = ""
    quoted: Quoted


class Claim(Struct, frozen=True, kw_only=True):
    """One thing said of an incident: `value` in our words; numbers in SI from `low` to `high`; who says it."""

    kind: ClaimKind
    value: str
    low: float | None = None
    high: float | None = None
    sure: Sure = "stated"
    by: str = ""
    quoted: Quoted


class DraftEntry(Struct, frozen=True, kw_only=True):
    """One incident that the text seems to speak of, for a person to confirm.

    `began_s` and `ended_s` bound when it began, `how` says how that was meant. `place` is the best of the places.
    `confirm` are sentences: what a person must look at before it goes on file.
    """

    title: str
    object_type: ObjectType
    countries: tuple[str, ...]
    earliest_s: float | None = None
    latest_s: float | None = None
    how: str = ""
    place: PlaceClaim | None = None
    dates: tuple[DateClaim, ...] = ()
    places: tuple[PlaceClaim, ...] = ()
    claims: tuple[Claim, ...] = ()
    said: tuple[Quoted, ...] = ()
    confidence: float = 0.0
    confirm: tuple[str, ...] = ()


class PassedOver(Struct, frozen=True, kw_only=True):
    """A passage that speaks of the like and is no incident, and why."""

    reason: PassedReason
    text: str
    said: Quoted


class Reading(Struct, frozen=True, kw_only=True):
    """What was read in one text.

    `published_day` is the local day of publication, `published_how` says where it comes from. `is_cut`: the text is
    longer than what was read.
    """

    language: str
    title: str
    text: str
    published_s: float | None = None
    published_day: str = ""
    published_how: str = ""
    entries: tuple[DraftEntry, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    is_cut: bool = False


class Known(Struct, frozen=True, kw_only=True):
    """An incident on file or in the register, as far as a text can be compared with it."""

    name: str
    title: str
    where: Literal["file", "register"]
    earliest_s: float
    latest_s: float
    countries: tuple[str, ...] = ()
    lat_deg: float | None = None
    lon_deg: float | None = None
    sd_m: float = 5_000.0
    object_type: ObjectType = "unknown"
    model: str = ""
    n_min: int | None = None
    n_max: int | None = None
    origin: str = ""
    has_explosives: bool | None = None
    outcome: str = ""


class Compared(Struct, frozen=True, kw_only=True):
    """One point, side by side: what the text says, what is on file."""

    point: str
    verdict: Verdict
    text: str
    file: str


class Comparison(Struct, frozen=True, kw_only=True):
    """A draft entry beside the incident that it fits best; `score` 0 to 1."""

    entry: int
    known: str
    title: str
    where: Literal["file", "register"]
    score: float
    points: tuple[Compared, ...] = ()
