"""What a person decided; each becomes a journal entry before it takes effect."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from sargas.model.alarm import AlarmSource, Duration
from sargas.model.evidence import (
    ContentBytes,
    EvidenceKind,
    Handling,
    Label,
    MediaType,
    Purpose,
    Sha256,
    Source,
    Span,
    StepKind,
    StepStatus,
    Title,
    WreckFinding,
)
from sargas.model.register import RecordId, RegisterRecord
from sargas.model.report import Epoch, Lat, Lon, Point, Text
from sargas.model.search import AssetKind, ClueKind, SearchSettings, SectorOutline, Share
from sargas.model.track import Affiliation
from sargas.model.warning import WarningContent

Officer = Annotated[str, Meta(min_length=1, max_length=64)]
Disposition = Literal[
    "undecided", "drone", "aircraft", "balloon", "bird", "clutter", "own_exercise", "false_report", "other"
]


class _Decision(Struct, frozen=True, kw_only=True, tag_field="action", forbid_unknown_fields=True):
    officer: Officer


Reason = Annotated[str, Meta(min_length=1, max_length=2_000)]
Number = Annotated[int, Meta(ge=0, le=2**53)]
"""Of a track or an entry, within what the journal and a browser can hold."""
SeenEntry = Number | None
"""The newest decision on the incident that its officer had seen (`Incident.decided_entry`).

If another officer has decided since on the same thing, the decision is refused: nobody undoes what he has not seen.
Left out, it is not checked.
"""


class Acknowledge(_Decision, frozen=True, kw_only=True, tag="acknowledge"):
    """The officer has seen the incident."""

    incident_id: str


class Comment(_Decision, frozen=True, kw_only=True, tag="comment"):
    """The officer adds a text to the incident."""

    incident_id: str
    text: Annotated[str, Meta(min_length=1, max_length=2_000)]


class Dispose(_Decision, frozen=True, kw_only=True, tag="dispose"):
    """The officer says what it was; kept apart from the incident's status."""

    incident_id: str
    disposition: Disposition
    text: Text = ""
    seen_entry: SeenEntry = None


class Close(_Decision, frozen=True, kw_only=True, tag="close"):
    """The officer closes the incident."""

    incident_id: str
    text: Text = ""
    seen_entry: SeenEntry = None


class Reopen(_Decision, frozen=True, kw_only=True, tag="reopen"):
    """The officer opens a closed incident again."""

    incident_id: str
    text: Text = ""
    seen_entry: SeenEntry = None


class LinkTrack(_Decision, frozen=True, kw_only=True, tag="link_track"):
    """The officer says that a track belongs to an incident."""

    incident_id: str
    track_id: Number


class Affiliate(_Decision, frozen=True, kw_only=True, tag="affiliate"):
    """The officer gives a track an affiliation; the program never does."""

    track_id: Number
    affiliation: Affiliation
    text: Text = ""


class PlanSearch(_Decision, frozen=True, kw_only=True, tag="plan_search"):
    """The officer sets what the search map is made from: weights, wind, assets; replaces what was set before."""

    incident_id: str
    settings: SearchSettings
    seen_entry: SeenEntry = None


class AddClue(_Decision, frozen=True, kw_only=True, tag="add_clue"):
    """The officer writes down something that speaks of the lost target: a bang heard, smoke, a sighting by phone."""

    incident_id: str
    kind: ClueKind
    lat_deg: Lat
    lon_deg: Lon
    radius_m: Annotated[float, Meta(gt=0.0, le=100_000.0)] = 1_000.0
    time_s: Epoch | None = None
    time_sd_s: Annotated[float, Meta(gt=0.0, le=86_400.0)] = 120.0
    reliability: Share = 0.5
    text: Text = ""


class WeighClue(_Decision, frozen=True, kw_only=True, tag="weigh_clue"):
    """The officer says how likely a clue is about this target at all; 0 leaves it out."""

    incident_id: str
    clue_id: str
    reliability: Share


class OrderSearch(_Decision, frozen=True, kw_only=True, tag="order_search"):
    """The officer orders the search: these sectors keep their names and outlines from now on."""

    incident_id: str
    sectors: Annotated[tuple[SectorOutline, ...], Meta(min_length=1, max_length=400)]


class MarkSearched(_Decision, frozen=True, kw_only=True, tag="mark_searched"):
    """An area was searched in vain: a sector by name, a ring, or the paths that were walked.

    `coverage` is how many times over the area was swept (Koopman's z); without one it follows from `hours` of the
    asset in the area, or from the paths. Without hours either, it was swept once.
    """

    incident_id: str
    asset: AssetKind
    sector: Annotated[str, Meta(max_length=64)] = ""
    ring: Annotated[tuple[Point, ...], Meta(max_length=2_000)] = ()
    paths: Annotated[tuple[Annotated[tuple[Point, ...], Meta(max_length=20_000)], ...], Meta(max_length=50)] = ()
    hours: Annotated[float, Meta(gt=0.0, le=10_000.0)] | None = None
    coverage: Annotated[float, Meta(ge=0.0, le=100.0)] | None = None
    sweep_width_m: Annotated[float, Meta(gt=0.0, le=20_000.0)] | None = None
    time_s: Epoch | None = None
    text: Text = ""


class ReportFind(_Decision, frozen=True, kw_only=True, tag="report_find"):
    """Something was found. `is_it`: it is what was searched for, and the search for it is over.

    `photo_sha256` ties a photograph on somebody's phone to this report.
    """

    incident_id: str
    what: Literal["wreck", "part", "crater", "explosive", "other"]
    lat_deg: Lat
    lon_deg: Lon
    sd_m: Annotated[float, Meta(gt=0.0, le=10_000.0)] = 20.0
    is_it: bool = False
    time_s: Epoch | None = None
    photo_sha256: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""
    text: Text = ""


class EndSearch(_Decision, frozen=True, kw_only=True, tag="end_search"):
    """The officer ends the search without a find, or opens it again with a new order."""

    incident_id: str
    text: Text = ""


class EditWarning(_Decision, frozen=True, kw_only=True, tag="edit_warning"):
    """The officer saves the draft of a warning in other words or with another area.

    `revision` is that of the draft that was edited (`WarningState.revision`); if somebody else has saved another
    one since, it is refused. Without `content` what was saved is dropped, and the draft follows the sky again.
    """

    incident_id: str
    revision: Number
    content: WarningContent | None = None


class ApproveWarning(_Decision, frozen=True, kw_only=True, tag="approve_warning"):
    """The officer approves a warning as it is written here; from then on nobody changes it.

    A white one is the all-clear: while a lost track of the incident can still fly it needs an `override`, the
    reason.
    """

    incident_id: str
    revision: Number
    content: WarningContent
    override: Text = ""


class CountersignWarning(_Decision, frozen=True, kw_only=True, tag="countersign_warning"):
    """A second officer approves what the first one did."""

    incident_id: str
    warning_id: str


class SendWarning(_Decision, frozen=True, kw_only=True, tag="send_warning"):
    """The officer sends an approved warning on every channel."""

    incident_id: str
    warning_id: str


class WithdrawWarning(_Decision, frozen=True, kw_only=True, tag="withdraw_warning"):
    """The officer withdraws a warning that was approved and not sent."""

    incident_id: str
    warning_id: str
    text: Text = ""


class AcknowledgeAlarm(_Decision, frozen=True, kw_only=True, tag="acknowledge_alarm"):
    """The officer has seen the alarm; that of an incident is acknowledged with the incident."""

    alarm_id: str


class ShelveAlarm(_Decision, frozen=True, kw_only=True, tag="shelve_alarm"):
    """The officer puts one alarm aside for a time, and says why; what rises to a higher priority is heard again."""

    alarm_id: str
    for_s: Duration
    text: Reason


class UnshelveAlarm(_Decision, frozen=True, kw_only=True, tag="unshelve_alarm"):
    """The officer takes an alarm back before its time."""

    alarm_id: str


class SuppressAlarms(_Decision, frozen=True, kw_only=True, tag="suppress_alarms"):
    """The officer keeps alarms of one sort quiet for a time, and says why; high ones are heard all the same.

    `subject` is one incident, sensor or channel, `kind` one kind of aircraft (`balloon`); both empty are all of
    the source.
    """

    source: AlarmSource
    for_s: Duration
    text: Reason
    subject: Annotated[str, Meta(max_length=64)] = ""
    kind: Annotated[str, Meta(max_length=32)] = ""


class EndSuppression(_Decision, frozen=True, kw_only=True, tag="end_suppression"):
    """The officer lets a sort of alarms be heard again before its time."""

    suppression_id: str


class HandOverWatch(_Decision, frozen=True, kw_only=True, tag="hand_over"):
    """The officer hands the watch over to the next one, with a word on what matters."""

    to: Officer
    text: Text = ""


class AddEvidence(_Decision, frozen=True, kw_only=True, tag="add_evidence"):
    """The officer puts something on the incident's file; its content, if it has any, was handed in before.

    `sha256`, `n_bytes`, `media_type` and `file_name` describe the content; `frames` are entries of the journal
    instead. `holder` is who has the thing itself now. `replaces`: it corrects an item that was added before.
    """

    incident_id: str
    kind: EvidenceKind
    title: Title
    text: Text = ""
    happened_s: Epoch | None = None
    handling: Handling = "own"
    sha256: Sha256 | None = None
    n_bytes: ContentBytes | None = None
    media_type: MediaType = "application/octet-stream"
    file_name: Label = ""
    frames: Span | None = None
    source: Source | None = None
    wreck: WreckFinding | None = None
    holder: Label = ""
    replaces: Label = ""


class HandOverEvidence(_Decision, frozen=True, kw_only=True, tag="hand_over_evidence"):
    """Somebody else has the thing now."""

    incident_id: str
    evidence_id: str
    holder: Title
    text: Text = ""


class AccessEvidence(_Decision, frozen=True, kw_only=True, tag="access_evidence"):
    """Somebody sees the content, or takes it away; it is journaled before the content is shown."""

    incident_id: str
    evidence_id: str
    purpose: Purpose


class HandleEvidence(_Decision, frozen=True, kw_only=True, tag="handle_evidence"):
    """The officer says who may get an item, and why."""

    incident_id: str
    evidence_id: str
    handling: Handling
    text: Text = ""


class RemoveEvidence(_Decision, frozen=True, kw_only=True, tag="remove_evidence"):
    """The content is no longer kept: its time is over, or it must not be here. Its hash and its history stay."""

    incident_id: str
    evidence_id: str
    text: Reason


class HoldIncident(_Decision, frozen=True, kw_only=True, tag="hold_incident"):
    """Nothing of the incident may be removed from now on: a court or a prosecutor may ask for it."""

    incident_id: str
    text: Reason


class ReleaseIncident(_Decision, frozen=True, kw_only=True, tag="release_incident"):
    """What belongs to the incident may be removed again when its time is over."""

    incident_id: str
    text: Reason


class OpenStep(_Decision, frozen=True, kw_only=True, tag="open_step"):
    """Something must be done for the case, by whom and until when."""

    incident_id: str
    kind: StepKind
    title: Title
    owner: Title
    due_s: Epoch | None = None
    text: Text = ""


class ChangeStep(_Decision, frozen=True, kw_only=True, tag="change_step"):
    """The step has another owner or date, is done or dropped, or has a document; what is None stays as it is."""

    incident_id: str
    step_id: str
    owner: Title | None = None
    due_s: Epoch | None = None
    status: StepStatus | None = None
    documents: Annotated[tuple[Label, ...], Meta(max_length=50)] | None = None
    text: Text = ""
    seen_entry: SeenEntry = None


class RecordIncidents(_Decision, frozen=True, kw_only=True, tag="record_incidents"):
    """The officer takes incidents into the register; a record of the same name is replaced."""

    records: Annotated[tuple[RegisterRecord, ...], Meta(min_length=1, max_length=200)]


class StrikeRecord(_Decision, frozen=True, kw_only=True, tag="strike_record"):
    """The officer takes a record out of the register, and says why."""

    record_id: RecordId
    text: Reason


SearchDecision: TypeAlias = (
    PlanSearch | AddClue | WeighClue | OrderSearch | MarkSearched | ReportFind | EndSearch
)  # fmt: skip
WarningDecision: TypeAlias = EditWarning | ApproveWarning | CountersignWarning | SendWarning | WithdrawWarning
AlarmDecision: TypeAlias = (
    AcknowledgeAlarm | ShelveAlarm | UnshelveAlarm | SuppressAlarms | EndSuppression | HandOverWatch
)  # fmt: skip
FileDecision: TypeAlias = (
    AddEvidence | HandOverEvidence | AccessEvidence | HandleEvidence | RemoveEvidence
    | HoldIncident | ReleaseIncident | OpenStep | ChangeStep
)  # fmt: skip
RegisterDecision: TypeAlias = RecordIncidents | StrikeRecord
IncidentDecision: TypeAlias = (
    Acknowledge | Comment | Dispose | Close | Reopen | LinkTrack | SearchDecision | WarningDecision | FileDecision
)  # fmt: skip
Decision: TypeAlias = IncidentDecision | Affiliate | AlarmDecision | RegisterDecision
