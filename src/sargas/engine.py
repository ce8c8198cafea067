"""The core as one object: journal entries in, events out; the picture is a pure function of the entries.

The engine never asks what time it is. Its clock is the `received_s` of the entries and, between them, the ticks that
its owner asks for. Ticks fall on whole multiples of `step_s`, so that a live run, a replay and a restart from a
snapshot do the same things at the same moments.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol, TypeVar, get_args

from msgspec import structs

from sargas.model.alarm import Alarm, AlarmLogItem
from sargas.model.channel import ChannelHealth
from sargas.model.decision import Affiliate, AlarmDecision, Decision, RecordIncidents, StrikeRecord
from sargas.model.entry import (
    ChannelChanged,
    Decided,
    Dispatched,
    Entry,
    FeedClosed,
    FeedOpened,
    Frame,
    KeyChanged,
    Note,
)
from sargas.model.errors import DecisionError
from sargas.model.finding import Finding
from sargas.model.incident import Incident
from sargas.model.picture import (
    AlarmChanged,
    ChannelHealthChanged,
    ClassificationChanged,
    DraftChanged,
    Event,
    FeedChanged,
    FindingChanged,
    HealthChanged,
    IncidentChanged,
    Observed,
    Picture,
    Refused,
    RegisterChanged,
    ShiftChanged,
    TrackChanged,
)
from sargas.model.report import AnyReport, Bearing, Cue, Decoded, Malformed, Observation, Presence, Sighting, Unused
from sargas.model.sensor import FeedHealth
from sargas.model.track import Affiliation, Track
from sargas.model.warning import Draft
from sargas.ports import AlarmBook, Decoder, Drafter, HealthMonitor, Identifier, Rule, Tracker

OBSERVATIONS_KEPT_S = 1_800.0
OBSERVATIONS_KEPT = 500
ALARM_LOG_KEPT = 2_000
DRAFT_EVERY_S = 10.0
"""A warning is drawn anew so often, and at once when the level changes or an officer decides."""
DRAFTS_AT_ONCE = 10
"""So many drafts are made anew in one tick: in a raid each incident's turn comes, and the tick stays short."""
REASONS_KEPT = 50
CROSSED_AT_ONCE = frozenset({"started", "clock_stepped", "fell_behind"})
"""Notes before which time has passed that nobody looked at."""
OBSERVED: Final = frozenset(get_args(Observation))
ON_ALARMS: Final = get_args(AlarmDecision)
NO_REPORTS: Final = frozenset({Malformed, Unused})


Book = TypeVar("Book")


class IncidentBook(Protocol):
    """Findings and decisions to incidents."""

    def take_over(self: Book, before: Book) -> None:
        """Go on with the incidents of a book that another configuration kept."""

    def incidents(self) -> Sequence[Incident]:
        """Return all incidents that are kept, in the order in which they were opened."""

    def on_findings(self, findings: Sequence[Finding], picture: Picture) -> Sequence[Incident]:
        """Return the incidents that these findings, and the tracks lost or found, changed."""

    def on_decision(self, decision: Decision, time_s: float, entry: int, picture: Picture) -> Sequence[Incident]:
        """Return the incidents that the decision changed.

        Raises:
            DecisionError: it names no incident, or the incident's state does not allow it.
        """

    def on_draft(self, draft: Draft, now_s: float) -> Sequence[Incident]:
        """Return the incident if a draft of that level stands ready for the first time since it was last needed."""

    def on_dispatched(self, body: Dispatched, time_s: float, entry: int) -> Sequence[Incident]:
        """Return the incident after what became of its warning on one channel."""


class _Feed:
    """The running counts of one feed; published as `FeedHealth`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_connected = False
        self.last_received_s: float | None = None
        self.n_chunks = self.n_bytes = self.n_reports = 0
        self.unused: Counter[str] = Counter()
        self.malformed: Counter[str] = Counter()
        self.text = ""

    def sort(self, decoded: Iterable[Decoded]) -> list[AnyReport]:
        """Return the reports among what was decoded; count the rest."""
        items = list(decoded)
        reports: list[AnyReport] = []
        if NO_REPORTS.isdisjoint(map(type, items)):
            reports += items  # type: ignore[arg-type] # nothing else is left
            return reports
        for item in items:
            if isinstance(item, Malformed):
                _count(self.malformed, item.reason)
            elif isinstance(item, Unused):
                _count(self.unused, item.reason)
            else:
                reports.append(item)
        return reports

    def published(self) -> FeedHealth:
        return FeedHealth(
            feed=self.name,
            is_connected=self.is_connected,
            last_received_s=self.last_received_s,
            n_chunks=self.n_chunks,
            n_bytes=self.n_bytes,
            n_reports=self.n_reports,
            unused=dict(self.unused),
            malformed=dict(self.malformed),
            text=self.text,
        )


def _count(counter: Counter[str], reason: str) -> None:
    """Count a reason; hostile input cannot make the table grow."""
    if reason not in counter and len(counter) >= REASONS_KEPT:
        reason = "other reasons"
    counter[reason] += 1


class Engine:
    """The watch without its shell."""

    def __init__(
        self,
        *,
        decoders: Mapping[str, Decoder],
        tracker: Tracker,
        health: HealthMonitor,
        rules: Sequence[Rule],
        incidents: IncidentBook,
        identifier: Identifier | None = None,
        drafter: Drafter | None = None,
        alarms: AlarmBook | None = None,
        step_s: float = 1.0,
    ) -> None:
        self.picture = Picture()
        self.last_seq = 0
        self._decoders = dict(decoders)
        self._tracker = tracker
        self._health = health
        self._rules = list(rules)
        self.incidents = incidents
        self._identifier = identifier
        self._drafter = drafter
        self._drafted_s: dict[str, float] = {}
        self.alarms = alarms
        self._step_s = step_s
        self._last_tick: int | None = None
        self._feeds = {name: _Feed(name) for name in decoders}
        self._affiliations: dict[int, Affiliation] = {}
        self.picture.feeds = {name: feed.published() for name, feed in self._feeds.items()}

    def take_over(self, before: "Engine") -> None:
        """Go on where an engine of another configuration or version stood.

        What people decided on stays: the incidents. Tracks and findings are made anew from what comes in, and the
        tracks that the incidents had are lost until they are found again.
        """
        numbers = [track_id for incident in before.picture.incidents.values() for track_id in incident.track_ids]
        self._tracker.number_from(max([*before.picture.tracks, *numbers], default=0))
        self.incidents.take_over(before.incidents)
        self.picture.incidents = {one.incident_id: one for one in self.incidents.incidents()}
        self.picture.channels = dict(before.picture.channels)
        self.picture.alarm_log = list(before.picture.alarm_log)
        kept = getattr(before, "alarms", None)  # a version that had no alarms kept none
        if self.alarms is not None and kept is not None:
            self.alarms.take_over(kept)
            self.picture.alarms = dict(before.picture.alarms)
            self._shift()
        self.picture.now_s = before.picture.now_s
        self.last_seq = before.last_seq

    def accept(self, entry: Entry) -> list[Event]:
        """Return what changed with this entry, the ticks due before it included.

        The time in which the watch was off, by which its clock was stepped, or by which it fell behind, is crossed in
        one tick.
        """
        if isinstance(entry.body, Note) and entry.body.what in CROSSED_AT_ONCE:
            self._last_tick = max(self._last_tick or 0, math.floor(entry.received_s / self._step_s) - 1)
        events = self.advance(entry.received_s)
        self.last_seq = entry.seq
        match entry.body:
            case Frame(feed, data):
                events += self._frame(feed, data, entry)
            case FeedOpened(feed, peer):
                events += self._connection(feed, entry.received_s, peer, is_connected=True)
            case FeedClosed(feed, reason):
                events += self._connection(feed, entry.received_s, reason, is_connected=False)
            case Decided(decision):
                events += self._decide(decision, entry)
            case Dispatched():
                events += self._dispatched(entry.body, entry)
            case ChannelChanged():
                events += self._channel(entry.body, entry.received_s)
            case KeyChanged() | Note():
                pass
        return events

    def advance(self, now_s: float) -> list[Event]:
        """Return what the ticks up to and including `now_s` changed."""
        due = math.floor(now_s / self._step_s)
        if self._last_tick is None:
            self._last_tick = due - 1
        events: list[Event] = []
        while self._last_tick < due:
            self._last_tick += 1
            events += self.tick(self._last_tick * self._step_s)
        return events

    def next_wake_s(self) -> float | None:
        """Return when the next tick is due; None before the first entry."""
        return None if self._last_tick is None else (self._last_tick + 1) * self._step_s

    def ingest(self, reports: Sequence[AnyReport], now_s: float) -> list[Event]:
        """Return what these reports changed, without waiting for the next tick."""
        self.picture.now_s = max(self.picture.now_s, now_s)
        events: list[Event] = []
        if not OBSERVED.isdisjoint(map(type, reports)):
            for report in reports:
                if isinstance(report, Bearing | Presence | Sighting | Cue):
                    self.picture.observations.append(report)
                    events.append(Observed(report))
        self._health.update(reports, now_s)
        events += self._tracks(self._tracker.update(reports, now_s))
        return events

    def tick(self, now_s: float) -> list[Event]:
        """Return what the passing of time changed: predicted tracks, health, findings, classes, incidents."""
        self.picture.now_s = now_s
        self._forget_old_observations(now_s)
        events = self._tracks(self._tracker.tick(now_s))
        for health in self._health.tick(now_s, self._tracker.rejected, self._tracker.registration):
            self.picture.health[health.sensor] = health
            events.append(HealthChanged(health))
        findings = [finding for rule in self._rules for finding in rule.evaluate(self.picture)]
        events += self._findings(findings)
        events += self._classes()
        events += self._changed_incidents(self.incidents.on_findings(findings, self.picture))
        self._forget_old_incidents()
        events += self._drafts()
        if self.alarms is not None:
            events += self._changed_alarms(*self.alarms.tick(self.picture))
        for track_id in [key for key, track in self.picture.tracks.items() if track.status == "ended"]:
            del self.picture.tracks[track_id]
            self._affiliations.pop(track_id, None)
            self.picture.classifications.pop(track_id, None)
        return events

    def _frame(self, feed_name: str, data: bytes, entry: Entry) -> list[Event]:
        decoder = self._decoders.get(feed_name)
        if decoder is None:  # the journal holds a feed that this configuration no longer has
            return []
        feed = self._feeds[feed_name]
        decoded = decoder.decode(data, entry.received_s, entry.seq)
        reports = feed.sort(decoded)
        feed.is_connected = True
        feed.last_received_s = entry.received_s
        feed.n_chunks += 1
        feed.n_bytes += len(data)
        feed.n_reports += len(reports)
        self.picture.feeds[feed_name] = feed.published()
        return self.ingest(reports, entry.received_s)

    def _connection(self, feed_name: str, now_s: float, text: str, *, is_connected: bool) -> list[Event]:
        feed = self._feeds.get(feed_name)
        if feed is None:
            return []
        if is_connected:
            self._decoders[feed_name].reset()
        feed.is_connected, feed.text = is_connected, text
        self.picture.now_s = max(self.picture.now_s, now_s)
        self.picture.feeds[feed_name] = feed.published()
        return [FeedChanged(self.picture.feeds[feed_name])]

    def _decide(self, decision: Decision, entry: Entry) -> list[Event]:
        self.picture.now_s = max(self.picture.now_s, entry.received_s)
        if isinstance(decision, Affiliate):
            track = self.picture.tracks.get(decision.track_id)
            if track is None:
                return [Refused(f"track {decision.track_id} is not in the picture")]
            self._affiliations[decision.track_id] = decision.affiliation
            return self._tracks([track])
        if isinstance(decision, RecordIncidents):
            return [RegisterChanged(records=decision.records)]
        if isinstance(decision, StrikeRecord):
            return [RegisterChanged(struck=decision.record_id)]
        try:
            if isinstance(decision, ON_ALARMS):
                return self._decide_on_alarms(decision, entry)
            changed = self.incidents.on_decision(decision, entry.received_s, entry.seq, self.picture)
        except DecisionError as error:
            return [Refused(str(error))]
        for incident in changed:
            self._drafted_s.pop(incident.incident_id, None)
        return self._changed_incidents(changed)

    def _decide_on_alarms(self, decision: AlarmDecision, entry: Entry) -> list[Event]:
        if self.alarms is None:
            raise DecisionError("this watch keeps no alarms")
        return self._changed_alarms(*self.alarms.on_decision(decision, entry.received_s, entry.seq, self.picture))

    def _changed_alarms(self, alarms: Sequence[Alarm], log: Sequence[AlarmLogItem]) -> list[Event]:
        """Return what is new of the alarms, and of what keeps some of them quiet."""
        events: list[Event] = []
        for alarm in alarms:
            if alarm.state == "normal":
                self.picture.alarms.pop(alarm.alarm_id, None)
            else:
                self.picture.alarms[alarm.alarm_id] = alarm
            events.append(AlarmChanged(alarm))
        if log:
            self.picture.alarm_log = [*self.picture.alarm_log, *log][-ALARM_LOG_KEPT:]
        return [*events, *self._shift()]

    def _shift(self) -> list[Event]:
        if self.alarms is None:
            return []
        suppressions, hand_overs = dict(self.alarms.suppressions), list(self.alarms.hand_overs)
        if suppressions == self.picture.suppressions and hand_overs == self.picture.hand_overs:
            return []
        self.picture.suppressions, self.picture.hand_overs = suppressions, hand_overs
        return [ShiftChanged(tuple(suppressions.values()), tuple(hand_overs))]

    def _dispatched(self, body: Dispatched, entry: Entry) -> list[Event]:
        self.picture.now_s = max(self.picture.now_s, entry.received_s)
        events = self._changed_incidents(self.incidents.on_dispatched(body, entry.received_s, entry.seq))
        if body.fate == "delivered":
            known = self.picture.channels.get(body.channel)
            told = ChannelChanged(channel=body.channel, is_alive=True, text=known.text if known else "")
            events += self._channel(told, entry.received_s, has_delivered=True)
        return events

    def _channel(self, told: ChannelChanged, now_s: float, *, has_delivered: bool = False) -> list[Event]:
        self.picture.now_s = max(self.picture.now_s, now_s)
        if told.is_gone:
            self.picture.channels.pop(told.channel, None)
            return []
        known = self.picture.channels.get(told.channel)
        health = ChannelHealth(
            channel=told.channel,
            is_alive=told.is_alive,
            changed_s=known.changed_s if known is not None and known.is_alive == told.is_alive else now_s,
            text=told.text,
            last_delivered_s=now_s if has_delivered else known.last_delivered_s if known is not None else None,
            is_stream=told.is_stream,
        )
        self.picture.channels[told.channel] = health
        return [ChannelHealthChanged(health)]

    def _drafts(self) -> list[Event]:
        """Return the drafts that were due and say something else now; the oldest first, a bounded number at once."""
        if self._drafter is None:
            return []
        now_s = self.picture.now_s
        needed = {key: one for key, one in self.picture.incidents.items() if _is_to_warn(one, now_s)}
        events: list[Event] = []
        for gone in [key for key in self.picture.drafts if key not in needed]:
            del self.picture.drafts[gone]
            events.append(DraftChanged(gone, None))
        self._drafted_s = {key: time_s for key, time_s in self._drafted_s.items() if key in needed}
        ages = sorted((self._drafted_s.get(key, 0.0), key) for key in needed)
        due = [key for made_s, key in ages if now_s - made_s >= DRAFT_EVERY_S or self._has_turned(needed[key])]
        for incident_id in due[:DRAFTS_AT_ONCE]:
            self._drafted_s[incident_id] = now_s
            events += self._draft(needed[incident_id])
        return events

    def _has_turned(self, incident: Incident) -> bool:
        """Return whether the incident has another level than its draft speaks of."""
        draft = self.picture.drafts.get(incident.incident_id)
        return draft is not None and draft.content.level != incident.level

    def _draft(self, incident: Incident) -> list[Event]:
        draft = self._drafter.draft(incident, self.picture) if self._drafter is not None else None
        before = self.picture.drafts.get(incident.incident_id)
        if draft is None:
            if before is None:
                return []
            del self.picture.drafts[incident.incident_id]
            return [DraftChanged(incident.incident_id, None)]
        self.picture.drafts[incident.incident_id] = draft
        events: list[Event] = []
        if before is None or structs.replace(before, made_s=draft.made_s) != draft:
            events.append(DraftChanged(incident.incident_id, draft))
        return [*events, *self._changed_incidents(self.incidents.on_draft(draft, self.picture.now_s))]

    def _tracks(self, tracks: Iterable[Track]) -> list[Event]:
        events: list[Event] = []
        for track in tracks:
            affiliation = self._affiliations.get(track.track_id)
            known = structs.replace(track, affiliation=affiliation) if affiliation else track
            self.picture.tracks[known.track_id] = known
            events.append(TrackChanged(known))
        return events

    def _findings(self, findings: Iterable[Finding]) -> list[Event]:
        events: list[Event] = []
        for finding in findings:
            if finding.state == "cleared":
                self.picture.findings.pop(finding.finding_id, None)
            else:
                self.picture.findings[finding.finding_id] = finding
            events.append(FindingChanged(finding))
        return events

    def _classes(self) -> list[Event]:
        events: list[Event] = []
        known = self.picture.classifications
        for classification in self._identifier.tick(self.picture) if self._identifier is not None else ():
            before = known.get(classification.track_id)
            known[classification.track_id] = classification
            if before is None or not classification.says_as(before):
                events.append(ClassificationChanged(classification))
        return events

    def _changed_incidents(self, incidents: Iterable[Incident]) -> list[Event]:
        events: list[Event] = []
        for incident in incidents:
            self.picture.incidents[incident.incident_id] = incident
            events.append(IncidentChanged(incident))
        return events

    def _forget_old_incidents(self) -> None:
        """Let go of the closed incidents that the book no longer keeps; who looks at one may keep it for longer."""
        kept = {incident.incident_id: incident for incident in self.incidents.incidents()}
        if len(kept) < len(self.picture.incidents):
            self.picture.incidents = kept

    def _forget_old_observations(self, now_s: float) -> None:
        kept = self.picture.observations
        if kept and (kept[0].received_s < now_s - OBSERVATIONS_KEPT_S or len(kept) > OBSERVATIONS_KEPT):
            recent = [report for report in kept if report.received_s >= now_s - OBSERVATIONS_KEPT_S]
            self.picture.observations = recent[-OBSERVATIONS_KEPT:]


def _is_to_warn(incident: Incident, now_s: float) -> bool:
    """Return whether the public may have to be told something about the incident now."""
    if incident.status == "closed":
        return False
    return incident.level != "white" or incident.warning.in_force(now_s) is not None


EngineFactory = Callable[[], Engine]
"""Makes a fresh engine; a player that jumps back needs one."""
