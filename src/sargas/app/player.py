"""The played view: entries of a journal run through an engine at any speed, paused, or moved in time.

A jump restores the nearest checkpoint at or before the moment and runs on from there, so that the picture after a
jump is the picture that playing to it would have given.
"""

import asyncio
import bisect
from collections.abc import Iterator

from msgspec import Struct

from sargas.app.published import Published
from sargas.engine import Engine, EngineFactory
from sargas.model.decision import Decision
from sargas.model.entry import Body, Decided, Entry
from sargas.model.errors import DecisionError, JournalError
from sargas.model.evidence import Span
from sargas.model.picture import Event, Refused
from sargas.ports import Journal
from sargas.store import snapshot
from sargas.web.desk import Clock

SLICE_S = 0.01
TURN_S = 0.03
CHECKPOINT_EVERY_S = 120.0
CHECKPOINTS = 60
SPEED_MAX = 10_000.0


class Checkpoint(Struct, frozen=True):
    """The engine's state after everything up to `time_s`: journal entries to `seq`, and so many decisions."""

    time_s: float
    seq: int
    state: bytes
    n_decisions: int = 0


class Player(Published):
    """Plays the entries of a journal between two moments, from a checkpoint or from those after `after_seq`.

    Decisions taken while playing are kept beside the entries, at the moment at which they were taken; going back
    before one undoes it.
    """

    def __init__(
        self,
        journal: Journal,
        make_engine: EngineFactory,
        *,
        start_s: float,
        end_s: float,
        begin: Checkpoint | None = None,
        after_seq: int = 0,
        speed: float = 1.0,
        is_paused: bool = False,
    ) -> None:
        super().__init__(_engine_of(begin) if begin else make_engine())
        self._journal = journal
        self._make_engine = make_engine
        self._begin = begin
        self._start_s = start_s
        self._end_s = end_s
        self._speed = speed
        self._is_paused = is_paused
        self._now_s = start_s
        self._jump_to_s: float | None = None
        self._jumping_to_s: float | None = None
        self._is_there = asyncio.Event()
        self._is_there.set()
        self._woken = asyncio.Event()
        self._checkpoints: list[Checkpoint] = []
        self._decisions: list[Entry] = []
        self._n_decided = 0
        self._read_seq = 0
        self._entries: Iterator[Entry] = iter(())
        self._next: Entry | None = None
        self._first_seq = after_seq
        self._open(after_seq=begin.seq if begin else after_seq)

    @property
    def clock(self) -> Clock:
        """Where playing stands."""
        return Clock(
            now_s=self._now_s,
            is_played=True,
            is_paused=self._is_paused,
            is_at_end=self._now_s >= self._end_s,
            speed=self._speed,
            start_s=self._start_s,
            end_s=self._end_s,
            jumping_to_s=self._jumping_to_s,
        )

    async def play(
        self, *, speed: float | None = None, is_paused: bool | None = None, jump_to_s: float | None = None
    ) -> None:
        """Pause, change the speed, or move to a moment; a moment outside is taken as the nearest end.

        Raises:
            DecisionError: the speed is negative or absurd.
        """
        if speed is not None:
            if not 0.0 <= speed <= SPEED_MAX:
                raise DecisionError(f"speed must be between 0 (as fast as it can) and {SPEED_MAX:.0f}, not {speed}")
            self._speed = speed
        if is_paused is not None:
            self._is_paused = is_paused
        if jump_to_s is not None:
            self._jump_to_s = min(max(jump_to_s, self._start_s), self._end_s)
        self._woken.set()
        self.tell_clock()

    @property
    def journal(self) -> Journal:
        """What is played; what was decided meanwhile is not in it."""
        return self._journal

    def entries(self, span: Span) -> Iterator[Entry]:
        """Return the entries of the journal in the span, in order."""
        return self._journal.read(span.first_seq - 1, span.last_seq)

    def decide(self, decision: Decision) -> tuple[int, list[Event]]:
        """Let a decision take effect now; return its number and what changed.

        Raises:
            DecisionError: it could not take effect, or the view is on its way to another moment.
        """
        if self._jumping_to_s is not None:
            raise DecisionError("the view is being moved in time: decide when it is there")
        entry = self._entry(Decided(decision))
        events = self.guard.accept(entry)
        refused = [event for event in events if isinstance(event, Refused)]
        if refused:
            raise DecisionError(refused[0].reason)
        self._keep(entry, events)
        return entry.seq, events

    async def record(self, body: Body) -> int:
        """Let what became of a warning take effect now, after a jump if there is one; return its number."""
        await self._is_there.wait()
        entry = self._entry(body)
        self._keep(entry, self.guard.accept(entry))
        return entry.seq

    def _entry(self, body: Body) -> Entry:
        return Entry(seq=self._journal.last_seq() + len(self._decisions) + 1, received_s=self._now_s, body=body)

    def _keep(self, entry: Entry, events: list[Event]) -> None:
        """Keep an entry of now; the checkpoints of later moments do not know it."""
        self._checkpoints = [point for point in self._checkpoints if point.time_s <= self._now_s]
        self._decisions.append(entry)
        self._n_decided = len(self._decisions)
        self.publish(events)

    async def run(self) -> None:
        """Play until cancelled."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while True:
            if self._jump_to_s is not None:
                await self._jump(self._jump_to_s)
                last = loop.time()
            if self._is_paused or self._now_s >= self._end_s:
                await self._sleep(None)
                last = loop.time()
                continue
            now = loop.time()
            passed_s = (now - last) * self._speed if self._speed else self._end_s
            last = now
            await self._run_to(min(self._end_s, self._now_s + passed_s), is_shown=True)
            self.tell_clock()
            await self._sleep(TURN_S)

    async def _sleep(self, seconds: float | None) -> None:
        self._woken.clear()
        if self._jump_to_s is not None:
            return
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return

    def _open(self, after_seq: int) -> None:
        self._read_seq = after_seq
        self._entries = self._journal.read(after_seq)
        self._next = next(self._entries, None)

    async def _run_to(self, target_s: float, *, is_shown: bool) -> None:
        """Take every entry up to `target_s`, giving other tasks their turn; stop early when a jump is asked for."""
        loop = asyncio.get_running_loop()
        slice_end = loop.time() + SLICE_S
        while (entry := self._take(target_s)) is not None:
            self._now_s = max(self._now_s, entry.received_s)
            self._show(self.guard.accept(entry), is_shown=is_shown)
            self._keep_checkpoint()
            if loop.time() > slice_end:
                await asyncio.sleep(0)
                slice_end = loop.time() + SLICE_S
                if is_shown and self._jump_to_s is not None:
                    return
        self._now_s = target_s
        self._show(self.guard.advance(target_s), is_shown=is_shown)

    def _take(self, target_s: float) -> Entry | None:
        """Return the next entry or kept decision up to `target_s`, None if there is none."""
        decided = self._decisions[self._n_decided] if self._n_decided < len(self._decisions) else None
        upcoming = self._next
        if decided is not None and (upcoming is None or decided.received_s < upcoming.received_s):
            if decided.received_s > target_s:
                return None
            self._n_decided += 1
            return decided
        if upcoming is None or upcoming.received_s > target_s:
            return None
        self._next = next(self._entries, None)
        self._read_seq = upcoming.seq
        return upcoming

    def _show(self, events: list[Event], *, is_shown: bool) -> None:
        if is_shown:
            self.publish(events)

    def _keep_checkpoint(self) -> None:
        newest_s = self._checkpoints[-1].time_s if self._checkpoints else self._start_s
        if self._now_s >= newest_s + self._checkpoint_every_s():
            state = snapshot.dump(self.engine)
            self._checkpoints.append(Checkpoint(self._now_s, self._read_seq, state, self._n_decided))

    def _checkpoint_every_s(self) -> float:
        return max(CHECKPOINT_EVERY_S, (self._end_s - self._start_s) / CHECKPOINTS)

    async def _jump(self, target_s: float) -> None:
        self._jump_to_s, self._jumping_to_s = None, target_s
        self._is_there.clear()
        self.tell_clock()
        if target_s < self._now_s:
            self._decisions = [entry for entry in self._decisions if entry.received_s <= target_s]
            kept = len(self._decisions)
            self._checkpoints = [point for point in self._checkpoints if point.n_decisions <= kept]
        times = [checkpoint.time_s for checkpoint in self._checkpoints]
        index = bisect.bisect_right(times, target_s) - 1
        if index >= 0 and (target_s < self._now_s or times[index] > self._now_s):
            self._restore(self._checkpoints[index])
        elif target_s < self._now_s:
            self._start_afresh()
        await self._run_to(target_s, is_shown=False)
        self._jumping_to_s = None
        self.tell_reset()
        self._is_there.set()

    def _restore(self, checkpoint: Checkpoint) -> None:
        self.guard.engine = _engine_of(checkpoint)
        self._now_s = checkpoint.time_s
        self._n_decided = checkpoint.n_decisions
        self._open(after_seq=checkpoint.seq)

    def _start_afresh(self) -> None:
        if self._begin is not None:
            self._restore(self._begin)
            return
        self.guard.engine = self._make_engine()
        self._now_s = self._start_s
        self._n_decided = 0
        self._open(after_seq=self._first_seq)


def _engine_of(checkpoint: Checkpoint) -> Engine:
    engine = snapshot.load(checkpoint.state)
    if not isinstance(engine, Engine):
        raise JournalError(f"a snapshot holds a {type(engine).__name__}, not an engine")
    return engine
