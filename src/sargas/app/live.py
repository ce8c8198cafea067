"""The live view: what comes in is journaled, then decoded and fused; the engine's clock is the watch's.

One loop owns the engine. Whatever arrives is stamped and queued; a batch is written to the journal in a thread, and
only then does the engine see it and the sender get its number. Ticks run when nothing stamped earlier waits, so that
a replay of the journal does the same things in the same order.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import structlog

from sargas.app.clock import SteadyClock
from sargas.app.published import Published
from sargas.engine import CROSSED_AT_ONCE, Engine
from sargas.model.entry import Body, Entry, Note
from sargas.model.errors import DecisionError, JournalError
from sargas.model.picture import Event
from sargas.ports import Journal
from sargas.store import snapshot
from sargas.web.desk import Clock

BATCH = 512
QUEUE = 4_096
SLICE_S = 0.01
"""How long the engine may work before other tasks get their turn."""
BEHIND_MAX_S = 10.0
"""Further behind than this the watch leaves ticks out: a picture of now, looked at seldom, beats an old one."""

log = structlog.get_logger()


class _Waiting:
    """A body that came in, its time of arrival, and who waits for its number."""

    __slots__ = ("body", "events", "number", "received_s")

    def __init__(self, received_s: float, body: Body) -> None:
        self.received_s = received_s
        self.body = body
        self.number: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.events: list[Event] = []


class Live(Published):
    """The running watch over a journal."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        clock: SteadyClock,
        *,
        snapshot_key: str,
        snapshot_every_s: float,
        pack: Callable[[Engine], bytes] = snapshot.dump,
    ) -> None:
        super().__init__(engine)
        self.journal_error = ""
        self.clock_offset_s = 0.0
        self.behind_s = 0.0
        self.n_entries = 0
        self._journal = journal
        self._clock = clock
        self._pack = pack
        self._snapshot_key = snapshot_key
        self._snapshot_every_s = snapshot_every_s
        self._snapshot_seq = engine.last_seq
        self._snapshot_due_s = clock.now_s() + snapshot_every_s
        self._queue: deque[_Waiting] = deque()
        self._room = asyncio.Condition()
        self._arrived = asyncio.Event()
        self.is_started = asyncio.Event()

    @property
    def clock(self) -> Clock:
        """The watch's time; a live view is not played."""
        return Clock(now_s=self._clock.now_s(), is_played=False)

    async def play(
        self, *, speed: float | None = None, is_paused: bool | None = None, jump_to_s: float | None = None
    ) -> None:
        """Refuse: the present cannot be moved."""
        del speed, is_paused, jump_to_s
        raise DecisionError("the live view cannot be paused or moved; open a replay")

    async def deliver(self, body: Body) -> int:
        """Return the number of the body's entry once it is safe and has taken effect.

        Raises:
            JournalError: it was not kept; the sender may try again.
        """
        return await (await self._enqueue(body)).number

    async def deliver_decision(self, body: Body) -> tuple[int, list[Event]]:
        """Return the entry's number and what changed with it.

        Raises:
            JournalError: it was not kept.
        """
        waiting = await self._enqueue(body)
        return await waiting.number, waiting.events

    async def run(self) -> None:
        """Work until cancelled; what was delivered before is finished."""
        await self._write([self._stamp(Note("started"))])
        self.is_started.set()
        try:
            while True:
                await self._wait_for_work()
                if self._queue:
                    await self._write(await self._take())
                if not self._queue:
                    if self._tick(self._clock.now_s()):
                        await asyncio.sleep(0)
                    self._watch_the_clock()
                self._watch_the_lag()
                await self._keep_snapshot()
        finally:
            while self._queue:
                await self._write(await self._take())

    def _stamp(self, body: Body) -> _Waiting:
        return _Waiting(self._clock.now_s(), body)

    async def _enqueue(self, body: Body) -> _Waiting:
        async with self._room:
            await self._room.wait_for(lambda: len(self._queue) < QUEUE)
            waiting = self._stamp(body)
            self._queue.append(waiting)
        self._arrived.set()
        return waiting

    async def _take(self) -> list[_Waiting]:
        async with self._room:
            batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
            self._room.notify_all()
        return batch

    async def _wait_for_work(self) -> None:
        if self._queue:
            return
        self._arrived.clear()
        wake_s = self.engine.next_wake_s()
        wait_s = None if wake_s is None else max(0.0, wake_s - self._clock.now_s())
        try:
            await asyncio.wait_for(self._arrived.wait(), wait_s)
        except TimeoutError:
            return

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        """Write the batch and let it take effect; a cancellation waits, so that every sender gets an answer."""
        work = asyncio.ensure_future(self._write_through(batch))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            await work
            raise

    async def _write_through(self, batch: Sequence[_Waiting]) -> None:
        try:
            entries = await asyncio.to_thread(self._journal.append, [(item.received_s, item.body) for item in batch])
        except JournalError as error:
            self._fail(batch, error)
            return
        self._recover()
        await self._apply(batch, entries)

    def _fail(self, batch: Sequence[_Waiting], error: JournalError) -> None:
        if not self.journal_error:
            log.error("journal_failed", reason=str(error))
        self.journal_error = str(error)
        self.tell_clock()
        for item in batch:
            if not item.number.cancelled():
                item.number.set_exception(JournalError(str(error)))
                item.number.exception()  # nobody waits for the watch's own notes

    def _recover(self) -> None:
        if self.journal_error:
            log.info("journal_recovered")
            self.journal_error = ""
            self._queue.append(self._stamp(Note("journal_recovered")))
            self.tell_clock()

    async def _apply(self, batch: Sequence[_Waiting], entries: Sequence[Entry]) -> None:
        loop = asyncio.get_running_loop()
        slice_end = loop.time() + SLICE_S
        for item, entry in zip(batch, entries, strict=True):
            if not _is_crossed_at_once(entry.body):
                await self._tick_until(entry.received_s)
            item.events = self.guard.accept(entry)
            self.publish(item.events)
            self.n_entries += 1
            if not item.number.cancelled():
                item.number.set_result(entry.seq)
            if loop.time() > slice_end:
                await asyncio.sleep(0)
                slice_end = loop.time() + SLICE_S

    async def _tick_until(self, now_s: float) -> None:
        """Run the ticks that are due one by one; others get their turn between them."""
        while self._tick(now_s):
            await asyncio.sleep(0)

    def _tick(self, now_s: float) -> bool:
        """Run the next tick if it is due by `now_s`; return whether it was."""
        wake_s = self.engine.next_wake_s()
        if wake_s is None or wake_s > now_s:
            return False
        self.publish(self.guard.advance(wake_s))
        return self.engine.next_wake_s() != wake_s

    def _watch_the_lag(self) -> None:
        """Note when the ticks take longer than they are apart; the note is crossed in one tick, in a replay too."""
        wake_s = self.engine.next_wake_s()
        before_s = self.behind_s
        self.behind_s = 0.0 if wake_s is None else max(0.0, self._clock.now_s() - wake_s)
        is_catching_up = before_s < BEHIND_MAX_S or self.behind_s <= before_s
        if (
            is_catching_up
            or self.behind_s < BEHIND_MAX_S
            or any(_is_crossed_at_once(item.body) for item in self._queue)
        ):
            return
        log.warning("fell_behind", behind_s=round(self.behind_s, 1))
        self._queue.append(self._stamp(Note("fell_behind", f"{self.behind_s:.1f} s were looked at in one step")))

    def _watch_the_clock(self) -> None:
        stepped_s = self._clock.follow()
        is_new = bool(stepped_s) and abs(stepped_s - self.clock_offset_s) > 1.0
        self.clock_offset_s = min(0.0, stepped_s)
        if is_new:
            log.warning("clock_stepped", stepped_s=round(stepped_s, 3))
            text = f"the machine's clock was stepped by {stepped_s:+.1f} s"
            self._queue.append(self._stamp(Note("clock_stepped", text)))
            self._arrived.set()

    async def _keep_snapshot(self) -> None:
        now_s = self._clock.now_s()
        if now_s < self._snapshot_due_s or self.engine.last_seq == self._snapshot_seq:
            return
        self._snapshot_due_s = now_s + self._snapshot_every_s
        seq, state = self.engine.last_seq, self._pack(self.engine)
        try:
            await asyncio.to_thread(self._journal.write_snapshot, seq, self._snapshot_key, state)
        except JournalError as error:
            log.warning("snapshot_failed", reason=str(error))
            return
        self._snapshot_seq = seq


def _is_crossed_at_once(body: Body) -> bool:
    """Return whether the engine crosses the time before this entry in one tick."""
    return isinstance(body, Note) and body.what in CROSSED_AT_ONCE
