"""A dossier: all that is known of one incident, made to be handed over. What is in it is all that leaves.

The facts stand as numbers and names; `said` holds what the program says of them, in the languages of the dossier.
Times are UTC epoch seconds, positions WGS-84 degrees, lengths metres. Unknown is None.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from sargas.model.classification import ClassShare
from sargas.model.evidence import (
    CaseStep,
    CustodyStep,
    EvidenceKind,
    Handling,
    Source,
    Span,
    WreckFinding,
)
from sargas.model.report import Identity
from sargas.model.sensor import HealthState, SensorKind
from sargas.model.warning import DecisionClock, Fate, Level, WarningKind

Version = Literal["public", "ministry", "allies", "full"]
"""For everybody; for another ministry; for allies; everything, for the service itself, a prosecutor or a court."""
DossierLanguage = Literal["en", "lt", "lv", "et", "pl", "fi", "ro"]
LeftOutWhat = Literal["evidence", "sensors", "sites", "officers", "texts", "entries", "searches", "steps", "points"]
SCHEMA: Final = "sargas-dossier-1"


class Crossed(Struct, frozen=True, kw_only=True):
    """A crossing into a state's airspace: when and where with one standard deviation, how sure, and why.

    Not `is_measured`: it was first seen inside, and the place is where it may have crossed.
    """

    track_id: int | None
    into: str
    came_from: str
    time_s: float
    time_sd_s: float
    lat_deg: float
    lon_deg: float
    sd_m: float
    depth_m: float
    inside_s: float
    left_s: float | None
    probability: float
    is_measured: bool = True
    reasons: tuple[str, ...] = ()


class TrackPoint(Struct, frozen=True, kw_only=True):
    """Where a track was: the ellipse of one standard deviation, its long axis clockwise from north.

    `is_predicted`: no report placed it at that moment. A height that no report gave is None.
    """

    time_s: float
    lat_deg: float
    lon_deg: float
    major_m: float
    minor_m: float
    axis_deg: float
    speed_mps: float
    course_deg: float
    alt_wgs84_m: float | None = None
    alt_baro_m: float | None = None
    is_predicted: bool = False


class Flown(Struct, frozen=True, kw_only=True):
    """A track of the incident, a point every few seconds; `n_points` before any were left out."""

    track_id: int
    first_s: float
    last_report_s: float
    status: str
    n_reports: int
    n_points: int
    points: tuple[TrackPoint, ...]
    identity: Identity
    is_lost: bool = False


class SensorSaw(Struct, frozen=True, kw_only=True):
    """What one sensor saw of the incident: from when to when, how often, and how far it errs.

    `spans` are the times between which it spoke without a long break. `figures` are its errors and how often it
    looks, in words. Where it stands is None in a version that does not say so.
    """

    sensor: str
    kind: SensorKind
    name: str = ""
    country: str = ""
    lat_deg: float | None = None
    lon_deg: float | None = None
    track_ids: tuple[int, ...] = ()
    first_s: float | None = None
    last_s: float | None = None
    n_reports: int | None = None
    spans: tuple[tuple[float, float], ...] = ()
    figures: str = ""
    state: HealthState = "unknown"
    state_text: str = ""


class Unwell(Struct, frozen=True, kw_only=True):
    """A sensor that was silent, late or degraded while the incident lasted, and from when on; None: all the time."""

    sensor: str
    state: HealthState
    from_s: float | None
    until_s: float | None = None
    reason: str = ""


class Told(Struct, frozen=True, kw_only=True):
    """What a person or a neighbour said, in their words, and of which place."""

    time_s: float
    kind: str
    sensor: str
    lat_deg: float | None = None
    lon_deg: float | None = None
    radius_m: float | None = None
    text: str = ""


class Classed(Struct, frozen=True, kw_only=True):
    """What a track was held for from then on: the likely classes, and why."""

    track_id: int
    time_s: float
    answer: str
    answer_name: str
    classes: tuple[ClassShare, ...]
    reasons: tuple[str, ...] = ()
    caution: str = ""


class Line(Struct, frozen=True, kw_only=True):
    """One line of the incident's story: what sort of thing happened, who did it, and the words of the record."""

    time_s: float
    what: str
    officer: str = ""
    text: str = ""


class Delivered(Struct, frozen=True, kw_only=True):
    """What became of a warning on one channel."""

    channel: str
    fate: Fate
    time_s: float
    n_attempts: int
    text: str = ""


class Approved(Struct, frozen=True, kw_only=True):
    """Who approved a warning, and when."""

    time_s: float
    officer: str = ""


class Warned(Struct, frozen=True, kw_only=True):
    """A warning: what was said, who approved it, when it left, and whom it reached."""

    warning_id: str
    kind: WarningKind
    level: Level
    headline: str
    area: str
    approvals: tuple[Approved, ...]
    sent_s: float | None
    expires_s: float
    withdrawn_s: float | None = None
    deliveries: tuple[Delivered, ...] = ()


class Lost(Struct, frozen=True, kw_only=True):
    """Where a track of the incident was last reported."""

    track_id: int
    last_report_s: float
    lat_deg: float
    lon_deg: float
    speed_mps: float
    course_deg: float
    flies_until_s: float | None = None


class FoundThing(Struct, frozen=True, kw_only=True):
    """Something that was found on the ground."""

    time_s: float
    what: str
    is_it: bool
    lat_deg: float | None
    lon_deg: float | None
    sd_m: float | None
    by: str = ""
    text: str = ""
    photo_sha256: str = ""


class Search(Struct, frozen=True, kw_only=True):
    """The search on the ground: what for, when it was ordered, how much was searched, what was found."""

    lost: tuple[Lost, ...] = ()
    ordered_s: float | None = None
    n_sectors: int | None = None
    n_searched: int | None = None
    n_clues: int | None = None
    ended_s: float | None = None
    finds: tuple[FoundThing, ...] = ()


class Exhibit(Struct, frozen=True, kw_only=True):
    """One thing on the file. `is_attached`: its content travels in the ZIP, as `path`."""

    evidence_id: str
    kind: EvidenceKind
    title: str
    handling: Handling
    added_s: float
    added_by: str = ""
    text: str = ""
    happened_s: float | None = None
    sha256: str = ""
    n_bytes: int = 0
    media_type: str = ""
    frames: Span | None = None
    source: Source | None = None
    wreck: WreckFinding | None = None
    custody: tuple[CustodyStep, ...] = ()
    replaces: str = ""
    removed_s: float | None = None
    removed_why: str = ""
    is_attached: bool = False
    path: str = ""


class NotKnown(Struct, frozen=True, kw_only=True):
    """One thing that is not known, by the rule that noticed it; `values` are what its sentence is filled with."""

    what: str
    values: tuple[str, ...] = ()


class LeftOut(Struct, frozen=True, kw_only=True):
    """How many of one sort of thing this version leaves out; None where the number itself would say too much."""

    what: LeftOutWhat
    n: int | None


class Verify(Struct, frozen=True, kw_only=True):
    """The signed head of the record that the dossier was made from, and the keys that signed it.

    `keys` are the raw public keys that ever signed it, the first one's first; they and `root` are hexadecimal.
    """

    origin: str
    n_entries: int
    root: str
    head_s: float
    key_id: str
    keys: tuple[str, ...]
    n_proven: int = 0


class LetterText(Struct, frozen=True, kw_only=True):
    """A draft in one language: its title, and its parts in order; a list is a part of several lines."""

    language: DossierLanguage
    title: str
    sender: str
    addressee: str
    parts: tuple[tuple[str, ...], ...]
    date_line: str


class Said(Struct, frozen=True, kw_only=True):
    """What the program says in one language: the summary as pairs of name and value, and its sentences."""

    language: DossierLanguage
    marking: str
    summary: tuple[tuple[str, str], ...]
    not_known: tuple[str, ...]
    left_out: tuple[str, ...]
    how_to_verify: tuple[str, ...]


class Dossier(Struct, frozen=True, kw_only=True):
    """One incident, as one version shows it.

    `label` is what a made-up or reconstructed night is called, empty if it was real; `languages` that of the dossier
    first, English beside it. `first_s` to `last_s` is the time that was looked at. Places are multiples of
    `place_step_deg`, if it is not 0.
    """

    schema: str = SCHEMA
    incident_id: str
    title: str
    country: str
    authority: str = ""
    version: Version
    languages: Annotated[tuple[DossierLanguage, ...], Meta(min_length=1)]
    made_s: float
    is_exercise: bool
    label: str = ""
    status: str
    level: Level
    highest_level: Level
    disposition: str
    first_report_s: float
    closed_s: float | None = None
    first_s: float
    last_s: float
    place_step_deg: float = 0.0
    nearest_town: str = ""
    nearest_town_m: float | None = None
    crossings: tuple[Crossed, ...] = ()
    tracks: tuple[Flown, ...] = ()
    sensors: tuple[SensorSaw, ...] = ()
    unwell: tuple[Unwell, ...] = ()
    told: tuple[Told, ...] = ()
    classes: tuple[Classed, ...] = ()
    timeline: tuple[Line, ...] = ()
    clock: DecisionClock | None = None
    warnings: tuple[Warned, ...] = ()
    search: Search = Search()
    evidence: tuple[Exhibit, ...] = ()
    steps: tuple[CaseStep, ...] = ()
    held_since_s: float | None = None
    held_why: str = ""
    not_known: tuple[NotKnown, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    verify: Verify | None = None
    said: tuple[Said, ...] = ()
    letters: tuple[LetterText, ...] = ()
