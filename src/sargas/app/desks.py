"""The officer's desk over a running watch, and over a played one."""

import asyncio
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from msgspec import structs

from sargas.airspace.outlook import OutlookMaker
from sargas.app.case_section import CaseSection, usual_steps
from sargas.app.dossier_history import Again
from sargas.app.dossier_section import Office
from sargas.app.dossiers import Case, Dossiers
from sargas.app.dossiers import Country as DossierCountry
from sargas.app.evidence_room import EvidenceRoom
from sargas.app.live import Live
from sargas.app.player import Player
from sargas.app.restore import checkpoint_before
from sargas.app.search_basis import Basis, packaged_aircraft
from sargas.app.searching import Country, File, Searching, order_of
from sargas.app.wire import Blueprint, build_engine, snapshot_key
from sargas.dossier.make import Ordered
from sargas.incident.case_steps import UsualStep
from sargas.model.decision import Decision
from sargas.model.entry import Decided, Entry
from sargas.model.errors import DecisionError
from sargas.model.evidence import Span
from sargas.model.incident import Incident
from sargas.model.outlook import Outlook
from sargas.model.picture import Picture, Refused
from sargas.model.search import LossHypotheses, SearchPlan
from sargas.model.sensor import Sensor
from sargas.model.units import DAY_S
from sargas.model.zone import Place, Zone
from sargas.ports import Journal, Transport
from sargas.register.book import RegisterBook
from sargas.store import evidence_memory
from sargas.web.desk import View, ViewName

REPLAY_BACK_S = 3_600.0
RENEW_S = 14.0 * DAY_S
"""So long before its end is it told that a certificate must be renewed."""
BEHIND_S = 2.0
"""Less than this is the hiccup of a busy machine."""
RUN_IN_S = 900.0
"""Where no snapshot fits, a replay begins so much before the moment asked for, that its tracks are there by then."""


@runtime_checkable
class Pushed(Transport, Protocol):
    """A transport that the web server hands posted bytes to."""

    async def push(self, data: bytes, peer: str) -> int:
        """Return the entry's number once the bytes are safe."""


@runtime_checkable
class Dropping(Transport, Protocol):
    """A transport that must drop what the watch is too slow for, and counts it."""

    n_dropped: int


class _Desk:
    """What both desks share: the map, the outlook, the searches and the evidence."""

    def __init__(
        self,
        blueprint: Blueprint,
        places: list[Place],
        title: str,
        *,
        is_exercise: bool,
        basis: Basis | None,
        channels: Sequence[str] = (),
        room: EvidenceRoom | None = None,
        usual: Sequence[UsualStep] | None = None,
    ) -> None:
        self.title = title
        self.country = blueprint.country
        self.is_exercise = is_exercise
        self.sensors: dict[str, Sensor] = blueprint.sensors
        self.zones: list[Zone] = blueprint.zones
        self.places = places
        self.approvals_needed = blueprint.n_approvals
        self.channels: Sequence[str] = channels
        self.register: RegisterBook | None = None
        self._room = room or EvidenceRoom(evidence_memory.build(evidence_memory.Settings()))
        self.evidence = self._room.store
        self.usual_steps: Sequence[UsualStep] = usual_steps(CaseSection()) if usual is None else usual
        self._blueprint = blueprint
        self._outlooks = OutlookMaker(blueprint.zones, places, blueprint.country)
        country = Country(
            code=blueprint.country,
            sensors=blueprint.sensors,
            zones=blueprint.zones,
            places=places,
            is_exercise=is_exercise,
        )
        self._searching = Searching(basis or Basis(aircraft=packaged_aircraft()), country)
        self.office = Office()
        of_dossiers = DossierCountry(
            code=blueprint.country,
            title=title,
            sensors=blueprint.sensors,
            zones=blueprint.zones,
            places=places,
            is_exercise=is_exercise,
        )
        self._dossiers = Dossiers(of_dossiers, self._room.store)

    def view(self, name: ViewName) -> View | None:
        raise NotImplementedError

    async def decide(self, decision: Decision, view: ViewName) -> int:
        raise NotImplementedError

    def _again(self) -> Again:
        raise NotImplementedError

    def outlook(self, track_id: int, view: ViewName) -> Outlook:
        """Return what lies before a track.

        Raises:
            DecisionError: the view or the track is not there.
        """
        shown = self.view(view)
        track = shown.picture.tracks.get(track_id) if shown is not None else None
        if shown is None or track is None:
            raise DecisionError(f"track {track_id} is not in the picture")
        return structs.replace(self._outlooks.of(track), classification=shown.picture.classifications.get(track_id))

    async def search_plan(self, incident_id: str, view: ViewName, track_id: int | None = None) -> SearchPlan:
        """Return where to look for the incident's newest lost track, or for the one that is named.

        Raises:
            DecisionError: the view or the incident is not there, or no such track of it is lost.
        """
        picture, incident = self._incident(incident_id, view)
        return await self._searching.plan(incident, picture.now_s, track_id)

    async def hypotheses(self, incident_id: str, view: ViewName) -> list[LossHypotheses]:
        """Return what may have become of each lost track of the incident, the newest loss first.

        Raises:
            DecisionError: the view or the incident is not there.
        """
        picture, incident = self._incident(incident_id, view)
        return await self._searching.hypotheses(incident, picture.now_s)

    async def search_export(
        self,
        incident_id: str,
        view: ViewName,
        name: str,
        options: Mapping[str, str | bool],
        *,
        is_public: bool,
        track_id: int | None = None,
    ) -> File:
        """Return the plan as a file: its media type, its name and its content.

        Raises:
            DecisionError: there is no such plan.
            ConfigError: there is no such format.
        """
        plan = await self.search_plan(incident_id, view, track_id)
        return await self._searching.file(plan, name, options, is_public=is_public)

    async def order_search(self, incident_id: str, view: ViewName, officer: str, track_id: int | None = None) -> int:
        """Journal the order to search the sectors that the map has now, and return its entry.

        Raises:
            DecisionError: there is nothing to search for, or the order could not take effect.
            JournalError: it could not be kept.
        """
        picture, incident = self._incident(incident_id, view)
        plan = await self._searching.plan(incident, picture.now_s, track_id, is_anew=True)
        generation = incident.search.generation if incident.search is not None else 0
        return await self.decide(order_of(plan, officer, generation), view)

    async def dossier(self, incident_id: str, ordered: Ordered) -> File:
        """Return an incident's dossier: its media type, its name and its content; who took what is journaled before.

        Raises:
            DecisionError: there is no such incident, or too many are being made.
            DataError: a content of evidence is not here, or damaged.
            JournalError: the journal cannot be read or written.
        """
        shown, incident = self._incident(incident_id, "live")
        case = Case(incident=incident, health=dict(shown.health), now_s=shown.now_s)
        return await self._dossiers.file(
            ordered, case, self._again(), self.office, lambda access: self.decide(access, "live")
        )

    def _incident(self, incident_id: str, view: ViewName) -> tuple[Picture, Incident]:
        shown = self.view(view)
        incident = shown.picture.incidents.get(incident_id) if shown is not None else None
        if shown is None or incident is None:
            raise DecisionError(f"there is no incident '{incident_id}'")
        return shown.picture, incident


class WatchDesk(_Desk):
    """The desk of a running watch: the live view, and one replay of its journal beside it."""

    def __init__(
        self,
        blueprint: Blueprint,
        places: list[Place],
        title: str,
        *,
        is_exercise: bool,
        live: Live,
        journal: Journal,
        transports: Mapping[str, Transport],
        basis: Basis | None = None,
        channels: Sequence[str] = (),
        signed_until_s: float | None = None,
        room: EvidenceRoom | None = None,
        usual: Sequence[UsualStep] | None = None,
    ) -> None:
        super().__init__(
            blueprint, places, title, is_exercise=is_exercise, basis=basis, channels=channels, room=room, usual=usual
        )
        self.live = live
        self._signed_until_s = signed_until_s
        self._journal = journal
        self._transports = transports
        self._replay: Player | None = None
        self._playing: asyncio.Task[None] | None = None
        self._moving = asyncio.Lock()

    def view(self, name: ViewName) -> View | None:
        """Return the view, None if it is not open."""
        return self.live if name == "live" else self._replay

    def trouble(self) -> list[str]:
        """Return what is wrong with the watch itself, in sentences."""
        trouble = []
        if self.live.journal_error:
            trouble.append(f"nothing can be recorded: {self.live.journal_error}")
        if self.live.clock_offset_s:
            trouble.append(f"the machine's clock is {self.live.clock_offset_s:+.1f} s off the watch's")
        if self.live.behind_s > BEHIND_S:
            trouble.append(f"the picture is {self.live.behind_s:.0f} s behind: the watch cannot keep up")
        for name, n_dropped in self.dropped().items():
            if n_dropped:
                trouble.append(f"feed {name} dropped {n_dropped} datagrams: the watch could not keep up")
        for name, health in sorted(self.live.picture.channels.items()):
            if not health.is_alive:
                trouble.append(f"channel {name} is dead: {health.text}")
        left_s = self._signed_until_s - self.live.clock.now_s if self._signed_until_s is not None else math.inf
        if left_s < RENEW_S:
            trouble.append(f"the certificate that signs warnings runs out in {max(0.0, left_s) / DAY_S:.0f} days")
        if n_faults := self.live.guard.n_faults:
            trouble.append(f"a part of the watch failed on {n_faults} entries or ticks, passed over; see the log")
        return trouble

    def dropped(self) -> dict[str, int]:
        """Return how many datagrams each feed that can drop some had to let go."""
        return {
            name: transport.n_dropped
            for name, transport in self._transports.items()
            if isinstance(transport, Dropping)
        }

    @property
    def is_recording(self) -> bool:
        """Whether what comes in can be kept; if not, the watch does not do its work."""
        return not self.live.journal_error

    async def decide(self, decision: Decision, view: ViewName) -> int:
        """Journal a decision and let it take effect.

        Raises:
            DecisionError: it could not take effect.
            JournalError: it could not be kept.
        """
        if view != "live":
            raise DecisionError("a replay shows the past; decide in the live view")
        return await self._room.decided(decision, lambda: self._decide(decision), self._incidents)

    async def _decide(self, decision: Decision) -> int:
        number, events = await self.live.deliver_decision(Decided(decision))
        for event in events:
            if isinstance(event, Refused):
                raise DecisionError(event.reason)
        return number

    def _incidents(self) -> Sequence[Incident]:
        return list(self.live.picture.incidents.values())

    def _again(self) -> Again:
        return Again(
            journal=self._journal,
            make_engine=lambda: build_engine(self._blueprint),
            key=snapshot_key(self._blueprint),
            sensors=self.sensors,
        )

    def entries(self, span: Span) -> Iterator[Entry]:
        """Return the entries of the journal in the span that it still has, in order."""
        return self._journal.read(span.first_seq - 1, span.last_seq)

    async def post(self, feed: str, data: bytes, peer: str) -> int:
        """Deliver bytes to an HTTP POST feed.

        Raises:
            DecisionError: there is no such feed.
            JournalError: it could not be kept.
        """
        transport = self._transports.get(feed)
        if not isinstance(transport, Pushed):
            taking = [name for name, other in self._transports.items() if isinstance(other, Pushed)]
            raise DecisionError(f"no feed '{feed}' takes posts; have {', '.join(taking) or 'none'}")
        return await transport.push(data, peer)

    async def open_replay(self, from_s: float | None) -> View:
        """Open, or move, the replay view over the journal; it starts an hour back if no moment is given."""
        now_s = self.live.clock.now_s
        start_s = now_s - REPLAY_BACK_S if from_s is None else min(from_s, now_s)
        async with self._moving:  # two at once would leave one that plays on, and that nobody can close
            await self._close_replay()
            return await self._open_replay(start_s, now_s)

    async def _open_replay(self, start_s: float, now_s: float) -> View:
        key = snapshot_key(self._blueprint)
        begin = await asyncio.to_thread(checkpoint_before, self._journal, key, start_s)
        player = Player(
            self._journal,
            lambda: build_engine(self._blueprint),
            start_s=min(start_s, begin.time_s) if begin else start_s,
            end_s=now_s,
            begin=begin,
            after_seq=0 if begin else await asyncio.to_thread(self._journal.seq_at, start_s - RUN_IN_S),
        )
        await player.play(jump_to_s=start_s)
        self._replay = player
        self._playing = asyncio.create_task(player.run(), name="replay")
        return player

    async def close_replay(self) -> None:
        """Close the replay view."""
        async with self._moving:
            await self._close_replay()

    async def _close_replay(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.gather(self._playing, return_exceptions=True)
        self._playing = None
        self._replay = None


class PlayedDesk(_Desk):
    """The desk of a demonstration or a replay: its live view is itself played, and nothing is kept.

    `is_taken_over`: a person has decided something; from then on the officer of a demonstration stands back.
    """

    def __init__(
        self,
        blueprint: Blueprint,
        places: list[Place],
        title: str,
        *,
        is_exercise: bool,
        player: Player,
        basis: Basis | None = None,
        channels: Sequence[str] = (),
    ) -> None:
        super().__init__(blueprint, places, title, is_exercise=is_exercise, basis=basis, channels=channels)
        self.player = player
        self.is_taken_over = False

    def view(self, name: ViewName) -> View | None:
        """Return the played view; there is no other."""
        return self.player if name == "live" else None

    def trouble(self) -> list[str]:
        """Return nothing: a played watch has no trouble of its own."""
        return []

    def dropped(self) -> dict[str, int]:
        """Return nothing: what is played was all kept."""
        return {}

    @property
    def is_recording(self) -> bool:
        """True: there is nothing to keep."""
        return True

    async def decide(self, decision: Decision, view: ViewName) -> int:
        """Let a decision take effect at the moment shown.

        Raises:
            DecisionError: it could not take effect.
        """
        if view != "live":
            raise DecisionError("there is no replay here")
        number = await self._room.decided(decision, lambda: self._decide(decision), self._incidents)
        self.is_taken_over = True
        return number

    async def _decide(self, decision: Decision) -> int:
        return self.player.decide(decision)[0]

    def _incidents(self) -> Sequence[Incident]:
        return list(self.player.picture.incidents.values())

    def _again(self) -> Again:
        return Again(
            journal=self.player.journal,
            make_engine=lambda: build_engine(self._blueprint),
            key=None,
            sensors=self.sensors,
        )

    def entries(self, span: Span) -> Iterator[Entry]:
        """Return the entries of what is played in the span, in order; what was decided meanwhile is not in it."""
        return self.player.entries(span)

    async def post(self, feed: str, data: bytes, peer: str) -> int:
        """Refuse: what is played is already recorded.

        Raises:
            DecisionError: always.
        """
        raise DecisionError(f"feed '{feed}': a played watch takes no reports ({len(data)} bytes from {peer} refused)")

    async def open_replay(self, from_s: float | None) -> View:
        """Move the played view itself."""
        await self.player.play(jump_to_s=from_s, is_paused=False)
        return self.player

    async def close_replay(self) -> None:
        """Do nothing: the played view stays."""
