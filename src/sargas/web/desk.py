"""What the officer's desk can see and do: the wall between the web server and the assembled watch.

A desk has a `live` view and may have a `replay` view. In a demonstration or a replay the live view is itself played
from entries and can be paused, sped up and moved; in a real watch it cannot. `sargas.app` implements these protocols.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from sargas.dossier.make import Ordered
from sargas.incident.case_steps import UsualStep
from sargas.model.alarm import Alarm, HandOver, Suppression
from sargas.model.channel import ChannelHealth
from sargas.model.decision import Decision
from sargas.model.entry import Entry
from sargas.model.evidence import Span
from sargas.model.finding import Finding
from sargas.model.incident import Incident
from sargas.model.outlook import Outlook
from sargas.model.picture import Event, Picture
from sargas.model.report import Observation
from sargas.model.search import LossHypotheses, SearchPlan
from sargas.model.sensor import FeedHealth, Health, Sensor
from sargas.model.track import Track
from sargas.model.warning import Draft
from sargas.model.zone import Place, Zone
from sargas.ports import EvidenceStore
from sargas.register.book import RegisterBook

ViewName = Literal["live", "replay"]


class Clock(Struct, frozen=True, kw_only=True):
    """Where a view stands in time. `speed` is scenario seconds per second; 0 is as fast as it can.

    While `jumping_to_s` is there, the picture is that of the moment left behind; a reset brings the new one.
    """

    now_s: float
    is_played: bool
    is_paused: bool = False
    is_at_end: bool = False
    speed: float = 1.0
    start_s: float | None = None
    end_s: float | None = None
    jumping_to_s: float | None = None


class DraftNews(Struct, frozen=True, kw_only=True):
    """The draft of an incident's warning as it is now; None: there is nothing to warn of any more."""

    incident_id: str
    draft: Draft | None


class Update(Struct, frozen=True, kw_only=True):
    """What changed in a view since the last update to this client; a reset carries everything.

    An alarm that is `normal` is gone; `suppressions` and `hand_overs` are None while they do not change. `trouble` is
    all that is wrong with the watch itself now, in sentences; the client replaces what it knew.
    """

    clock: Clock
    is_reset: bool = False
    tracks: list[Track] = []
    findings: list[Finding] = []
    incidents: list[Incident] = []
    health: list[Health] = []
    feeds: list[FeedHealth] = []
    observations: list[Observation] = []
    alarms: list[Alarm] = []
    drafts: list[DraftNews] = []
    channels: list[ChannelHealth] = []
    suppressions: list[Suppression] | None = None
    hand_overs: list[HandOver] | None = None
    refused: list[str] = []
    trouble: list[str] = []


class View(Protocol):
    """One running picture that clients can follow."""

    @property
    def picture(self) -> Picture:
        """The picture now; not to be changed by the reader."""

    @property
    def clock(self) -> Clock:
        """Where the view stands in time."""

    def follow(self, listener: "Listener") -> None:
        """Tell `listener` of every change from now on."""

    def unfollow(self, listener: "Listener") -> None:
        """Stop telling `listener`."""

    async def play(
        self, *, speed: float | None = None, is_paused: bool | None = None, jump_to_s: float | None = None
    ) -> None:
        """Pause, change the speed, or move to a moment.

        Raises:
            DecisionError: the view is not played.
        """


class Listener(Protocol):
    """Hears of changes; must return at once."""

    def on_events(self, events: list[Event]) -> None:
        """The view's picture changed by these events."""

    def on_reset(self) -> None:
        """The view's picture is another one: it was moved in time."""

    def on_clock(self) -> None:
        """The view's clock moved or was changed."""


class Desk(Protocol):
    """The whole desk."""

    title: str
    country: str
    is_exercise: bool
    approvals_needed: int
    channels: Sequence[str]
    sensors: dict[str, Sensor]
    zones: list[Zone]
    places: list[Place]
    register: RegisterBook | None
    evidence: EvidenceStore
    usual_steps: Sequence[UsualStep]

    def entries(self, span: Span) -> Iterator[Entry]:
        """Return the entries of the journal in the span that it still has, in order.

        Raises:
            JournalError: it cannot be read.
        """

    def view(self, name: ViewName) -> View | None:
        """Return the view, None if it is not open."""

    def outlook(self, track_id: int, view: ViewName) -> Outlook:
        """Return what lies before a track.

        Raises:
            DecisionError: the track is not in that view.
        """

    def trouble(self) -> list[str]:
        """Return what is wrong with the watch itself (nothing can be recorded), in sentences; empty if nothing is."""

    def dropped(self) -> Mapping[str, int]:
        """Return how many datagrams each feed that can drop some had to let go."""

    @property
    def is_recording(self) -> bool:
        """Whether what comes in can be kept; if not, the watch does not do its work."""

    async def decide(self, decision: Decision, view: ViewName) -> int:
        """Journal the decision, let it take effect, and return its entry.

        Raises:
            DecisionError: it could not take effect, or the view is a replay of the past.
            JournalError: it could not be kept, so nothing happened.
        """

    async def search_plan(self, incident_id: str, view: ViewName, track_id: int | None = None) -> SearchPlan:
        """Return where to look for the incident's newest lost track, or for the one that is named.

        Raises:
            DecisionError: the view or the incident is not there, or no such track of it is lost.
        """

    async def hypotheses(self, incident_id: str, view: ViewName) -> list[LossHypotheses]:
        """Return what may have become of each lost track of the incident, the newest loss first.

        Raises:
            DecisionError: the view or the incident is not there.
        """

    async def search_export(
        self,
        incident_id: str,
        view: ViewName,
        name: str,
        options: Mapping[str, str | bool],
        *,
        is_public: bool,
        track_id: int | None = None,
    ) -> tuple[str, str, bytes]:
        """Return the plan as a file of that format: its media type, its name and its content.

        Raises:
            DecisionError: there is no such plan.
            ConfigError: there is no such format.
        """

    async def order_search(self, incident_id: str, view: ViewName, officer: str, track_id: int | None = None) -> int:
        """Journal the order to search the sectors that the map has now, and return its entry.

        Raises:
            DecisionError: there is nothing to search for, or the view is a replay of the past.
            JournalError: it could not be kept, so nothing happened.
        """

    async def dossier(self, incident_id: str, ordered: Ordered) -> tuple[str, str, bytes]:
        """Return an incident's dossier as a file: its media type, its name and its content.

        Raises:
            DecisionError: there is no such incident, or too many dossiers are being made.
            DataError: a content of evidence is not here, or damaged.
            JournalError: who takes a content away could not be kept, so nothing is given.
        """

    async def post(self, feed: str, data: bytes, peer: str) -> int:
        """Deliver bytes to an HTTP POST feed and return its entry once it is safe.

        Raises:
            DecisionError: there is no such feed, or it does not take posts.
            JournalError: it could not be kept.
        """

    async def open_replay(self, from_s: float | None) -> View:
        """Open, or move, the replay view over the journal."""

    async def close_replay(self) -> None:
        """Close the replay view."""
