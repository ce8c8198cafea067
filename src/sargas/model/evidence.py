"""What stands on an incident's file beside the picture: evidence with its chain of custody, the steps of the case.

`CaseFile` is a fold over decisions, as the search and the warning of an incident are. The bytes themselves (a
photograph, a forensic report) are kept apart, under their SHA-256; what is here says what they are, whose they
are, and who saw them.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sargas.model.report import Epoch, Lat, Lon, Text

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 of the content, lower-case hexadecimal")]
Title = Annotated[str, Meta(min_length=1, max_length=200)]
Label = Annotated[str, Meta(max_length=200)]
MediaType = Annotated[str, Meta(pattern=r"^[a-z]+/[A-Za-z0-9.+-]{1,100}$")]
ContentBytes = Annotated[int, Meta(ge=1, le=1 << 32)]

EvidenceKind = Literal[
    "frames", "photo", "recording", "wreck_finding", "forensic", "statement", "open_source", "document", "other"
]
"""`frames` are entries of the journal itself; `open_source` is what a newspaper or an authority published."""
Handling = Literal["clear", "partners", "own"]
"""Who may get it: everybody; allies and the other ministries; nobody outside the service that added it."""
Condition = Literal["unknown", "whole", "broken", "burnt", "exploded"]
Hazard = Literal["unknown", "none_found", "suspected", "explosive", "made_safe"]
SourceReliability = Literal["A", "B", "C", "D", "E", "F"]
"""Of the source: A completely reliable, B usually, C fairly, D not usually, E unreliable, F cannot be judged."""
Credibility = Literal["1", "2", "3", "4", "5", "6"]
"""Of what it says: 1 confirmed by others, 2 probably true, 3 possibly, 4 doubtful, 5 improbable, 6 cannot be judged.

Both are the NATO system: STANAG 2511, AJP-2.1.
"""
Purpose = Literal["viewed", "downloaded", "exported"]
StepKind = Literal[
    "search",
    "secure_wreck",
    "forensics",
    "public_statement",
    "note_to_state",
    "answer_of_state",
    "consult_allies",
    "other",
]
StepStatus = Literal["open", "done", "dropped"]


class Span(Struct, frozen=True, forbid_unknown_fields=True):
    """Entries of the journal, from the first to the last one, both included."""

    first_seq: Annotated[int, Meta(ge=1, le=2**53)]
    last_seq: Annotated[int, Meta(ge=1, le=2**53)]


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a published report or a statement comes from.

    `address` is a web address, or the name and date of a paper. `published` is as printed (2025-07-28); the day
    is often all that is known.
    """

    address: Annotated[str, Meta(min_length=1, max_length=1_000)]
    publisher: Label = ""
    author: Label = ""
    published: Annotated[str, Meta(pattern=r"^(\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2})?Z?)?)?)?)?$")] = ""
    retrieved_s: Epoch | None = None
    language: Annotated[str, Meta(pattern="^([a-z]{2})?$")] = ""
    quotation: Text = ""
    reliability: SourceReliability = "F"
    credibility: Credibility = "6"


class WreckFinding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was found on the ground: by whom, when, where, in what condition, how dangerous, and who took it over."""

    found_by: Label = ""
    found_s: Epoch | None = None
    lat_deg: Lat | None = None
    lon_deg: Lon | None = None
    sd_m: Annotated[float, Meta(gt=0.0, le=100_000.0)] = 20.0
    condition: Condition = "unknown"
    hazard: Hazard = "unknown"
    taken_over_by: Label = ""


class CustodyStep(Struct, frozen=True, kw_only=True):
    """From then on `holder` has the thing; `officer` wrote it down, as that entry of the journal."""

    time_s: float
    officer: str
    holder: str
    entry: int
    text: str = ""


class Access(Struct, frozen=True, kw_only=True):
    """Somebody saw the content, or took it away."""

    time_s: float
    officer: str
    evidence_id: str
    purpose: Purpose
    entry: int


class Evidence(Struct, frozen=True, kw_only=True):
    """One thing on the file. `happened_s` is when what it shows happened, as far as that is known.

    `removed_s`: its content is no longer kept, and why; its hash and its history stay. A correction is a new item
    that `replaces` the old one; nothing is ever overwritten.
    """

    evidence_id: str
    kind: EvidenceKind
    title: str
    added_s: float
    added_by: str
    entry: int
    text: str = ""
    happened_s: float | None = None
    handling: Handling = "own"
    sha256: str = ""
    n_bytes: int = 0
    media_type: str = ""
    file_name: str = ""
    frames: Span | None = None
    source: Source | None = None
    wreck: WreckFinding | None = None
    custody: tuple[CustodyStep, ...] = ()
    replaces: str = ""
    removed_s: float | None = None
    removed_why: str = ""


class CaseStep(Struct, frozen=True, kw_only=True):
    """Something that must still be done, or was, for the case; `documents` are evidence on the same file.

    `entry` is the decision that changed it last, `changed_by` whose: nobody undoes what he has not seen.
    """

    step_id: str
    kind: StepKind
    title: str
    owner: str
    opened_s: float
    opened_by: str
    due_s: float | None = None
    status: StepStatus = "open"
    ended_s: float | None = None
    ended_by: str = ""
    text: str = ""
    documents: tuple[str, ...] = ()
    entry: int = 0
    changed_by: str = ""

    def is_overdue(self, now_s: float) -> bool:
        """Return whether it should have been done by now."""
        return self.status == "open" and self.due_s is not None and self.due_s < now_s


class Hold(Struct, frozen=True, kw_only=True):
    """Nothing of the incident may be removed, whatever retention says: a court or a prosecutor may ask for it."""

    since_s: float
    officer: str
    reason: str


class CaseFile(Struct, frozen=True, kw_only=True):
    """The file of an incident. `accesses` are the newest ones, oldest first; the journal holds all."""

    evidence: tuple[Evidence, ...] = ()
    accesses: tuple[Access, ...] = ()
    n_accesses: int = 0
    steps: tuple[CaseStep, ...] = ()
    hold: Hold | None = None

    def item(self, evidence_id: str) -> Evidence | None:
        """Return the evidence of that name, None if there is none."""
        return next((one for one in self.evidence if one.evidence_id == evidence_id), None)

    def overdue(self, now_s: float) -> list[CaseStep]:
        """Return the steps that should have been done by now, the longest overdue first."""
        late = [step for step in self.steps if step.is_overdue(now_s)]
        return sorted(late, key=lambda step: step.due_s or 0.0)
