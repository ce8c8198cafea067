"""The ports of Sargas on one page: READ FIRST.

A decoder, tracker, rule, transport, journal, channel or stream is one new file in its folder that defines `Settings`
(a msgspec Struct that refuses unknown fields) and `build(settings, ...)`; it joins its port's contract tests by
itself.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from sargas.model.alarm import Alarm, AlarmLogItem, HandOver, Suppression
from sargas.model.classification import Classification
from sargas.model.decision import AlarmDecision
from sargas.model.entry import Body, Entry
from sargas.model.evidence import Span
from sargas.model.finding import Finding
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.record import Head, Proof
from sargas.model.report import AnyReport, Decoded, Malformed
from sargas.model.search import SearchPlan
from sargas.model.sensor import Health, RegistrationEstimate, Sensor
from sargas.model.track import Track
from sargas.model.warning import Draft, PublicWarning


class Decoder(Protocol):
    """Bytes of one feed to reports; keeps what a split left over. Pure: same bytes and times, same reports."""

    def decode(self, data: bytes, received_s: float, entry: int) -> Iterable[Decoded]:
        """Return what became complete with these bytes; stamp reports with `received_s` and `entry`."""

    def reset(self) -> None:
        """Forget what was left over: the stream starts afresh."""


class Recording(Protocol):
    """The bytes of a recording to the payloads that were recorded, fed in any split."""

    def feed(self, data: bytes) -> Iterable[tuple[float | None, bytes] | Malformed]:
        """Return the payloads that became complete, each with its arrival time if the recording holds one."""


Rejected = Mapping[tuple[str, str], int]
"""How many reports were not used so far, by sensor and reason."""
Registered = Mapping[str, RegistrationEstimate]
"""How far sensors are out of register, as far as a tracker knows."""


class Tracker(Protocol):
    """Reports to tracks."""

    @property
    def rejected(self) -> Rejected:
        """Return how many reports were not used; bounded, however many sensors are named."""

    @property
    def registration(self) -> Registered:
        """Return by how much each sensor is out of register, as far as the tracker has found out."""

    def update(self, reports: Sequence[AnyReport], now_s: float) -> Sequence[Track]:
        """Return the tracks that these reports changed, at their own report's time."""

    def tick(self, now_s: float) -> Sequence[Track]:
        """Return every track predicted to `now_s`; those that are over once with status `ended`."""

    def number_from(self, n_before: int) -> None:
        """Number the tracks that come from here on as if there had been `n_before` already."""


class HealthMonitor(Protocol):
    """Reports to the health of the sensors."""

    def update(self, reports: Sequence[AnyReport], now_s: float) -> None:
        """Count these reports."""

    def tick(self, now_s: float, rejected: Rejected, registered: Registered = ...) -> Sequence[Health]:
        """Return the sensors whose health changed; `rejected` is what the tracker did not use."""


class Rule(Protocol):
    """The picture to findings; keeps its own hysteresis."""

    def evaluate(self, picture: Picture) -> Iterable[Finding]:
        """Return the findings that are raised, updated or cleared at `picture.now_s`."""


class Identifier(Protocol):
    """The picture to what each track may be; keeps of each living track what its clues have said."""

    def tick(self, picture: Picture) -> Sequence[Classification]:
        """Return what is new or must be told anew at `picture.now_s`; forget the tracks that are gone."""


class Drafter(Protocol):
    """An incident to the warning that the public should get now."""

    def draft(self, incident: Incident, picture: Picture) -> Draft | None:
        """Return the draft at `picture.now_s`, None if there is nothing to warn of or nowhere to warn."""


class AlarmBook(Protocol):
    """The picture to alarms; keeps what is shelved, suppressed and acknowledged.

    `suppressions` are those in force, by their id; `hand_overs` the last ones, oldest first.
    """

    suppressions: Mapping[str, Suppression]
    hand_overs: Sequence[HandOver]

    def take_over(self, before: "AlarmBook") -> None:
        """Go on with what another configuration's book kept: shelved, suppressed, handed over."""

    def tick(self, picture: Picture) -> tuple[Sequence[Alarm], Sequence[AlarmLogItem]]:
        """Return the alarms that changed at `picture.now_s`, those that are gone as `normal`, and what to log."""

    def on_decision(
        self, decision: AlarmDecision, time_s: float, entry: int, picture: Picture
    ) -> tuple[Sequence[Alarm], Sequence[AlarmLogItem]]:
        """Return the alarms that the decision changed, and what to log; may change `suppressions` and `hand_overs`.

        Raises:
            DecisionError: it names no alarm, or is not allowed.
        """


class Journal(Protocol):
    """Everything that came in and everything that was decided, in one order, before anything is done with it."""

    def append(self, bodies: Sequence[tuple[float, Body]]) -> Sequence[Entry]:
        """Return the entries once they are safe on disk; (received_s, body) pairs, times never decreasing.

        Raises:
            JournalError: nothing of the batch was kept.
        """

    def read(self, after_seq: int = 0, to_seq: int | None = None) -> Iterator[Entry]:
        """Return the entries with after_seq < seq <= to_seq, in order."""

    def last_seq(self) -> int:
        """Return the number of the newest entry, 0 if there is none."""

    def seq_at(self, time_s: float) -> int:
        """Return the number of the last entry received at or before `time_s`, 0 if there is none."""

    def span_s(self) -> tuple[float, float] | None:
        """Return when the oldest entry of the unbroken record and the newest one came in; None if it is empty."""

    def write_snapshot(self, seq: int, key: str, state: bytes) -> None:
        """Keep the state after entry `seq`; `key` names the code and configuration that can read it."""

    def read_snapshot(self, key: str | None, at_or_before_seq: int | None = None) -> tuple[int, bytes] | None:
        """Return the newest (seq, state) under `key`, under any if it is None; or None."""

    def prune(self, before_s: float, max_bytes: int | None, keep: Sequence[Span]) -> int:
        """Return how many old entries were removed; those in the spans of `keep`, decisions and notes stay.

        It works in bounded slices between which others may append, so that the watch is not stalled: call it in a
        thread. What came after the newest snapshot is never removed.
        """

    def sign(self) -> Head | None:
        """Return the signed head over all entries, made now if it is needed; None if it cannot sign.

        A decision is signed with the batch that it is appended with, everything else some seconds later.
        """

    def prove(self, seqs: Sequence[int]) -> Proof | None:
        """Return these entries with their proof against the newest head, which is made if it is needed.

        Entries that were removed since are left out; None if the journal has no head.
        """

    def sign_bytes(self, data: bytes) -> tuple[str, bytes] | None:
        """Return the id of the record's key and its signature of a JSON document; None if it cannot sign."""

    def close(self) -> None:
        """Release the file."""


Deliver = Callable[[Body], Awaitable[int]]
"""Hands a frame, or the opening or closing of a feed, to the watch; returns its journal number once it is safe.

Waiting for it is the backpressure: a transport reads on when its last delivery has returned. It may be called again
before that (datagrams are, a bounded number at once); the entries then stand in the order of the calls.
"""


class Transport(Protocol):
    """Bytes in from the world, as frames; reconnects by itself."""

    async def run(self, deliver: Deliver) -> None:
        """Deliver until cancelled, or until the source is at its end."""


class SearchExport(Protocol):
    """A search plan to a file that others can use."""

    media_type: str
    ending: str

    def export(self, plan: SearchPlan, *, is_public: bool) -> bytes:
        """Return the file; a public one hides where sensors, teams and single sectors are."""


class Bulletin(Struct, frozen=True, kw_only=True):
    """A warning ready to leave: the same bytes on every channel, and on every attempt.

    `bulletin_id` is its identity in the world: whoever gets it twice knows it by that. `cap_xml` is the Common
    Alerting Protocol message, signed if the site signs. `title` is the incident's. `is_exercise` must be marked in
    whatever a channel makes of it.
    """

    bulletin_id: str
    warning: PublicWarning
    cap_xml: bytes
    title: str
    country: str
    sent_s: float
    is_exercise: bool


class Channel(Protocol):
    """A way out for warnings."""

    async def deliver(self, bulletin: Bulletin) -> str:
        """Return the receipt in words once the other end has it.

        It is called again with the same bulletin where nobody knows whether the first one arrived: a channel then
        makes the same thing under the same identity, so that nothing counts twice.

        Raises:
            ChannelError: it did not arrive, and why; may be tried again.
        """

    async def check(self) -> str:
        """Return how the other end answers, without sending anything that a person would see.

        Raises:
            ChannelError: it does not.
        """

    async def close(self) -> None:
        """Let go of connections."""


class Intake(Protocol):
    """One content that is coming in."""

    def write(self, data: bytes) -> None:
        """Take the next part.

        Raises:
            DecisionError: it is larger than one content may be.
            JournalError: the disk has no room, or fails.
        """

    def keep(self) -> tuple[str, int]:
        """Return the SHA-256 and the size [bytes] of the whole, once it is safe on disk; it waits for its decision.

        Raises:
            DecisionError: it is empty.
            JournalError: it could not be kept.
        """

    def drop(self) -> None:
        """Forget what came in; does nothing once it is kept."""


class EvidenceStore(Protocol):
    """The contents of evidence, each under its SHA-256; what no decision names waits for one, and not for ever."""

    def begin(self) -> Intake:
        """Return where a content can be written, part by part.

        Raises:
            JournalError: the disk has no room, or fails.
        """

    def put(self, parts: Iterable[bytes]) -> tuple[str, int]:
        """Return the SHA-256 and the size of a content once it is safe on disk; raises as an intake does."""

    def size(self, sha256: str) -> int | None:
        """Return how many bytes the content has, None if it is not here."""

    def claim(self, sha256: str) -> None:
        """Keep the content from now on: a decision names it; does nothing if it is not here.

        Raises:
            JournalError: the disk fails.
        """

    def open(self, sha256: str) -> Iterator[bytes]:
        """Return the content in parts.

        Raises:
            DataError: it is not here, or damaged; the damage is told before the last part is given.
        """

    def read(self, sha256: str) -> bytes:
        """Return the whole content.

        Raises:
            DataError: it is not here, or damaged.
        """

    def check(self, sha256: str) -> None:
        """Read the content through.

        Raises:
            DataError: it is not here, or damaged.
        """

    def remove(self, sha256: str) -> bool:
        """Return whether there was such a content; it is gone.

        Raises:
            JournalError: the disk fails.
        """

    def held(self) -> Iterator[str]:
        """Return the SHA-256 of every content that is kept."""

    def waiting(self) -> Iterator[tuple[str, float]]:
        """Return each content that waits for its decision, and when it came in [epoch s]."""


class Witness(Protocol):
    """A place out of the watch's reach that keeps the record's heads: what they say cannot be taken back."""

    async def publish(self, head: Head) -> None:
        """Return once the other end has the head; the same one may come again.

        Raises:
            ChannelError: it has not, and why; may be tried again.
        """


class Glimpse(Struct, frozen=True, kw_only=True):
    """What a stream may show: the picture now (not to be changed), the sensors, whose sky it is, if it is real."""

    picture: Picture
    sensors: Mapping[str, Sensor]
    country: str
    is_exercise: bool


class Stream(Protocol):
    """The air picture, continuously, to whoever takes it."""

    async def run(self, look: Callable[[], Glimpse]) -> None:
        """Send until cancelled; reconnects by itself.

        Raises:
            ChannelError: the other end is gone; it is started again after a while.
        """
