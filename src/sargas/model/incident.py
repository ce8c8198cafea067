"""An incident is a fold over its events; this is its state and the events that make it."""

from typing import Literal, TypeAlias

from msgspec import Struct

from sargas.model.alarm import Priority
from sargas.model.decision import Disposition
from sargas.model.evidence import Access, CaseFile, CaseStep, CustodyStep, Evidence, Handling, Hold
from sargas.model.finding import Finding
from sargas.model.search import Clue, Find, Loss, Searched, SearchSettings, SearchState, SectorOutline, Share
from sargas.model.warning import (
    DecisionClock,
    Fate,
    Level,
    LostTrack,
    PublicWarning,
    WarningContent,
    WarningState,
)


class Opened(Struct, frozen=True, kw_only=True, tag="opened"):
    """A finding opened the incident; `first_report_s` starts the decision clock."""

    title: str
    first_report_s: float
    finding: Finding


class FindingJoined(Struct, frozen=True, kw_only=True, tag="finding"):
    """A finding was raised, updated or cleared within the incident."""

    finding: Finding


class TrackJoined(Struct, frozen=True, kw_only=True, tag="track_joined"):
    """A track belongs to the incident, and why; `continues` is the lost track that it is believed to be."""

    track_id: int
    reason: str
    continues: int | None = None


class TrackLost(Struct, frozen=True, kw_only=True, tag="track_lost"):
    """A track of the incident is no longer seen: its last certain moment and place; `lost` if it can still fly."""

    track_id: int
    last_report_s: float
    lat_deg: float
    lon_deg: float
    lost: LostTrack | None = None


class LevelChanged(Struct, frozen=True, kw_only=True, tag="level"):
    """Yellow is likely, red is in the airspace, white is over."""

    level: Level
    reason: str


class Acknowledged(Struct, frozen=True, kw_only=True, tag="acknowledged"):
    """An officer has seen it."""

    officer: str


class Commented(Struct, frozen=True, kw_only=True, tag="commented"):
    """An officer wrote something."""

    officer: str
    text: str


class Disposed(Struct, frozen=True, kw_only=True, tag="disposed"):
    """An officer said what it was."""

    officer: str
    disposition: Disposition
    text: str = ""


class Closed(Struct, frozen=True, kw_only=True, tag="closed"):
    """An officer closed it."""

    officer: str
    text: str = ""


class Reopened(Struct, frozen=True, kw_only=True, tag="reopened"):
    """An officer opened it again, or what it was about came back."""

    officer: str
    text: str = ""


class SearchOpened(Struct, frozen=True, kw_only=True, tag="search_opened"):
    """A lost track can be searched for: as it was at its last report, and who would have seen it go on."""

    loss: Loss


class WatchingEnded(Struct, frozen=True, kw_only=True, tag="watching_ended"):
    """A sensor that would have seen a lost track go on worked until then, and no longer."""

    track_id: int
    sensor: str
    until_s: float


class ClueJoined(Struct, frozen=True, kw_only=True, tag="clue"):
    """Something speaks of the lost target: a report that came in, or what an officer wrote down."""

    clue: Clue


class ClueWeighed(Struct, frozen=True, kw_only=True, tag="clue_weighed"):
    """An officer said how likely a clue is about this target at all."""

    officer: str
    clue_id: str
    reliability: Share


class SearchPlanned(Struct, frozen=True, kw_only=True, tag="search_planned"):
    """An officer set what the search map is made from."""

    officer: str
    settings: SearchSettings


class SearchOrdered(Struct, frozen=True, kw_only=True, tag="search_ordered"):
    """An officer ordered the search of these sectors; those ordered before are no longer searched."""

    officer: str
    sectors: tuple[SectorOutline, ...]


class AreaSearched(Struct, frozen=True, kw_only=True, tag="searched"):
    """An area was searched in vain."""

    searched: Searched


class Found(Struct, frozen=True, kw_only=True, tag="found"):
    """Something was found."""

    find: Find


class SearchEnded(Struct, frozen=True, kw_only=True, tag="search_ended"):
    """An officer ended the search without a find."""

    officer: str
    text: str = ""


class Alarmed(Struct, frozen=True, kw_only=True, tag="alarmed"):
    """The incident must be heard: it is new, or there is more to say than what was acknowledged.

    `kind` is what its tracks are identified as, empty if that is not known.
    """

    priority: Priority
    reason: str
    kind: str = ""


class Ranked(Struct, frozen=True, kw_only=True, tag="ranked"):
    """What the incident is about is known better: its priority or kind changed, and nothing must be heard."""

    priority: Priority
    kind: str = ""


class Drafted(Struct, frozen=True, kw_only=True, tag="drafted"):
    """A draft of a warning of that level stands ready for the first time."""

    level: Level


class WarningEdited(Struct, frozen=True, kw_only=True, tag="warning_edited"):
    """An officer saved the draft in other words or with another area; None: it follows the sky again."""

    officer: str
    content: WarningContent | None


class WarningApproved(Struct, frozen=True, kw_only=True, tag="warning_approved"):
    """An officer approved a warning; with one more approval it may be on its way."""

    officer: str
    warning: PublicWarning


class WarningCountersigned(Struct, frozen=True, kw_only=True, tag="warning_countersigned"):
    """Another officer approved it too."""

    officer: str
    warning_id: str


class WarningSent(Struct, frozen=True, kw_only=True, tag="warning_sent"):
    """An officer sent it: the outbox takes it from here."""

    officer: str
    warning_id: str


class WarningWithdrawn(Struct, frozen=True, kw_only=True, tag="warning_withdrawn"):
    """An officer withdrew it before it was sent."""

    officer: str
    warning_id: str
    text: str = ""


class WarningDispatched(Struct, frozen=True, kw_only=True, tag="warning_dispatched"):
    """What became of a warning on one channel."""

    warning_id: str
    channel: str
    fate: Fate
    n_attempts: int
    text: str = ""
    stands_in_for: str = ""


class EvidenceAdded(Struct, frozen=True, kw_only=True, tag="evidence_added"):
    """Something was put on the file."""

    officer: str
    evidence: Evidence


class EvidenceHandedOver(Struct, frozen=True, kw_only=True, tag="evidence_handed_over"):
    """Somebody else has the thing now."""

    evidence_id: str
    step: CustodyStep


class EvidenceAccessed(Struct, frozen=True, kw_only=True, tag="evidence_accessed"):
    """Somebody saw the content, or took it away; it is no line of the story."""

    access: Access


class EvidenceHandled(Struct, frozen=True, kw_only=True, tag="evidence_handled"):
    """An officer said who may get it."""

    officer: str
    evidence_id: str
    handling: Handling
    text: str = ""


class EvidenceRemoved(Struct, frozen=True, kw_only=True, tag="evidence_removed"):
    """The content is no longer kept."""

    officer: str
    evidence_id: str
    text: str


class Held(Struct, frozen=True, kw_only=True, tag="held"):
    """Nothing of the incident may be removed any more; None: it may again."""

    officer: str
    hold: Hold | None
    text: str = ""


class StepOpened(Struct, frozen=True, kw_only=True, tag="step_opened"):
    """Something must be done for the case."""

    step: CaseStep


class StepChanged(Struct, frozen=True, kw_only=True, tag="step_changed"):
    """A step of the case is as `step` says now."""

    officer: str
    step: CaseStep
    text: str = ""


FileHappening: TypeAlias = (
    EvidenceAdded | EvidenceHandedOver | EvidenceAccessed | EvidenceHandled | EvidenceRemoved
    | Held | StepOpened | StepChanged
)  # fmt: skip
WarningHappening: TypeAlias = (
    Drafted | WarningEdited | WarningApproved | WarningCountersigned
    | WarningSent | WarningWithdrawn | WarningDispatched
)  # fmt: skip
SearchHappening: TypeAlias = (
    SearchOpened | WatchingEnded | ClueJoined | ClueWeighed | SearchPlanned
    | SearchOrdered | AreaSearched | Found | SearchEnded
)  # fmt: skip
Happening: TypeAlias = (
    Opened | FindingJoined | TrackJoined | TrackLost | LevelChanged
    | Alarmed | Ranked | Acknowledged | Commented | Disposed | Closed | Reopened | SearchHappening | WarningHappening
    | FileHappening
)  # fmt: skip


class IncidentEvent(Struct, frozen=True, kw_only=True):
    """Something that happened to an incident, and the journal entries that show it."""

    incident_id: str
    time_s: float
    what: Happening
    evidence: tuple[int, ...] = ()


class TimelineItem(Struct, frozen=True, kw_only=True):
    """One line of the incident's story in plain words."""

    time_s: float
    what: str
    text: str
    officer: str = ""


class Incident(Struct, frozen=True, kw_only=True):
    """The state of one incident after its events.

    `status` is the course of the work, `level` the state of the sky, `disposition` what a person said that it was.
    `evidence` is bounded, but for `cited`: the entries that a person's decisions are and stand on. `lost` are the
    tracks that can still be flying. `priority` is that of its alarm, `alarmed_s` when it was last heard and
    `alarmed_for` why; `kind` is what its tracks are identified as, empty if that is not known. `decided_entry` is the
    newest entry by which somebody disposed, closed, reopened or planned,
    `decided_what` and `decided_by` what and by whom.
    """

    incident_id: str
    title: str
    status: Literal["open", "closed"]
    level: Level
    highest_level: Level
    first_report_s: float
    opened_s: float
    changed_s: float
    acknowledged_s: float | None = None
    acknowledged_by: str = ""
    closed_s: float | None = None
    disposition: Disposition = "undecided"
    track_ids: tuple[int, ...] = ()
    lost_track_ids: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    lat_deg: float | None = None
    lon_deg: float | None = None
    timeline: tuple[TimelineItem, ...] = ()
    evidence: tuple[int, ...] = ()
    cited: tuple[int, ...] = ()
    search: SearchState | None = None
    lost: tuple[LostTrack, ...] = ()
    warning: WarningState = WarningState()
    file: CaseFile = CaseFile()
    clock: DecisionClock | None = None
    priority: Priority = "low"
    alarmed_s: float | None = None
    alarmed_for: str = ""
    n_alarms: int = 0
    kind: str = ""
    decided_entry: int = 0
    decided_what: str = ""
    decided_by: str = ""
