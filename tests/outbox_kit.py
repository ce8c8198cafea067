"""What the outbox's tests share: a loop whose time leaps, a watch in memory whose journal can fail, and receivers.

The watch is the real engine with an incident in it; only its shell (threads, clock, disk) is left out.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Sequence
from functools import cache
from typing import Any, TypeVar

from msgspec import structs

from sargas.app.outbox import Outbox, Outlet
from sargas.app.published import Published
from sargas.app.spool import Spool
from sargas.app.wire import build_engine
from sargas.engine import Engine
from sargas.model.decision import ApproveWarning, SendWarning
from sargas.model.entry import Body, ChannelChanged, Decided, Dispatched, Entry
from sargas.model.errors import ChannelError, JournalError
from sargas.model.incident import Incident
from sargas.model.picture import Event
from sargas.model.warning import Delivery, PublicWarning, WarningKind
from sargas.ports import Bulletin
from sargas.store import snapshot
from sargas.web.desk import Clock
from share_kit import content
from small_watch import BLUEPRINT, flight

T = TypeVar("T")
OFFICER = "Lt. Kazlauskas"
LEVELS: tuple[WarningKind, ...] = ("alert", "update", "cancel")


# --- time that leaps ---


class _Leap(selectors.BaseSelector):
    """A selector that does not wait: it moves its loop's time on instead, unless a thread works."""

    def __init__(self, real: selectors.BaseSelector, loop: "LeapingLoop") -> None:
        self._real = real
        self._loop = loop

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Any:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self._loop.n_threads or timeout is None:  # only a thread can still make something happen
            return self._real.select(timeout)
        found = self._real.select(0)
        if not found:
            self._loop.leapt_s += timeout
        return found


class LeapingLoop(asyncio.SelectorEventLoop):
    """A loop in which an hour of waiting passes at once: timers fire in order, without anybody sleeping."""

    def __init__(self) -> None:
        super().__init__()
        self.leapt_s = 0.0
        self.n_threads = 0
        self._selector: selectors.BaseSelector = _Leap(self._selector, self)

    def time(self) -> float:
        return 1_000.0 + self.leapt_s

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        self.n_threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._ended)
        return future

    def _ended(self, future: Any) -> None:
        self.n_threads -= 1


def leap(work: Coroutine[Any, Any, T]) -> T:
    """Return what the work comes to, in a loop whose time leaps."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(work)


async def until(is_so: Callable[[], object], *, within_s: float = 3_600.0) -> None:
    """Let time pass until something is so."""
    async with asyncio.timeout(within_s):
        while not is_so():
            await asyncio.sleep(0.01)


# --- the watch ---


@cache
def _with_an_incident() -> bytes:
    """Return the state of a small watch after a drone came over its border."""
    engine = build_engine(BLUEPRINT)
    for seq, (received_s, body) in enumerate(flight(60), 1):
        engine.accept(Entry(seq, received_s, body))
    assert len(engine.picture.incidents) == 1
    return snapshot.dump(engine)


def engine_with_an_incident() -> Engine:
    """Return a real engine in which one incident is open."""
    engine = snapshot.load(_with_an_incident())
    assert isinstance(engine, Engine)
    engine._drafter = None  # drafts are nothing to the outbox, and most of the work of an hour's ticks
    return engine


class Watch(Published):
    """A watch in memory: what is recorded is folded by the engine, and can be read again by another one."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        super().__init__(engine_with_an_incident())
        self.entries: list[Entry] = []
        self.is_disk_full = False
        self.is_jumping = False
        self.refused: list[Body] = []
        for entry in entries:
            self.entries.append(entry)
            self.guard.accept(entry)
        self._begin_s = self.picture.now_s
        self._begin_leap_s = asyncio.get_running_loop().time()

    @property
    def incident(self) -> Incident:
        (incident,) = self.picture.incidents.values()
        return incident

    @property
    def clock(self) -> Clock:
        now_s = self._begin_s + asyncio.get_running_loop().time() - self._begin_leap_s
        return Clock(now_s=now_s, is_played=False, jumping_to_s=now_s if self.is_jumping else None)

    async def record(self, body: Body) -> int:
        if self.is_disk_full:
            self.refused.append(body)
            raise JournalError("the disk is full")
        return self.take(body)[0]

    def take(self, body: Body) -> tuple[int, list[Event]]:
        entry = Entry(self.engine.last_seq + 1, self.clock.now_s, body)
        self.entries.append(entry)
        events = self.guard.accept(entry)
        self.publish(events)
        return entry.seq, events

    def send(self, kind: WarningKind = "alert", *, holds_s: float = 7_200.0) -> PublicWarning:
        """Let an officer approve a warning and send it."""
        said = structs.replace(content(kind), expires_s=self.clock.now_s + holds_s)
        revision = self.incident.warning.revision
        known = self.incident.incident_id
        approve = ApproveWarning(
            officer=OFFICER, incident_id=known, revision=revision, content=said, override="it was ours"
        )
        self.take(Decided(approve))
        approved = self.incident.warning.warnings[-1]
        self.take(Decided(SendWarning(officer=OFFICER, incident_id=known, warning_id=approved.warning_id)))
        sent = self.incident.warning.warnings[-1]
        assert sent.sent_s is not None
        return sent

    def bodies(self, channel: str) -> list[Dispatched]:
        """Return what was recorded of one channel's deliveries."""
        return [
            entry.body
            for entry in self.entries
            if isinstance(entry.body, Dispatched) and entry.body.channel == channel
        ]

    def fates(self, channel: str) -> list[str]:
        return [body.fate for body in self.bodies(channel)]

    def health(self, channel: str) -> list[bool]:
        """Return what was told of a channel's life."""
        return [
            entry.body.is_alive
            for entry in self.entries
            if isinstance(entry.body, ChannelChanged) and entry.body.channel == channel
        ]

    def delivery(self, warning_id: str, channel: str) -> Delivery | None:
        (warning,) = [one for one in self.incident.warning.warnings if one.warning_id == warning_id]
        return next((one for one in warning.deliveries if one.channel == channel), None)


def render(incident: Incident, warning: PublicWarning) -> Bulletin:
    """Return a bulletin that says which warning it is."""
    assert warning.sent_s is not None
    return Bulletin(
        bulletin_id=warning.warning_id,
        warning=warning,
        cap_xml=f"<alert>{warning.warning_id}</alert>".encode(),
        title=incident.title,
        country="LT",
        sent_s=warning.sent_s,
        is_exercise=warning.is_exercise,
    )


# --- the other ends ---


class Receiver:
    """Somebody who gets warnings, and can be away, refuse, hang, or break."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.bytes_got: dict[str, set[bytes]] = {}
        self.moments: list[float] = []
        self.n_checks = 0
        self.is_away = False
        self.is_hanging = False
        self.is_check_hanging = False
        self.is_mute = False
        self.is_closed = False
        self.dislikes: set[str] = set()
        self.breaks_by: BaseException | None = None
        self.n_failures = 0

    async def deliver(self, bulletin: Bulletin) -> str:
        if self.is_hanging or self.is_mute:
            await asyncio.Event().wait()
        if self.breaks_by is not None:
            raise self.breaks_by
        if self.is_away:
            raise ChannelError("nobody is there")
        if self.n_failures:
            self.n_failures -= 1
            raise ChannelError("the line broke")
        if bulletin.bulletin_id in self.dislikes:
            raise ChannelError("HTTP 400: cannot read this")
        self.got.append(bulletin.bulletin_id)
        self.bytes_got.setdefault(bulletin.bulletin_id, set()).add(bulletin.cap_xml)
        self.moments.append(asyncio.get_running_loop().time())
        return "201 Created"

    async def check(self) -> str:
        self.n_checks += 1
        if self.is_check_hanging or self.is_hanging:
            await asyncio.Event().wait()
        if self.is_away:
            raise ChannelError("nobody is there")
        return "answers"

    async def close(self) -> None:
        self.is_closed = True


class Running:
    """An outbox at work; leave it to end it."""

    def __init__(
        self,
        watch: Watch,
        receivers: dict[str, Any],
        *,
        stands_in: dict[str, str] | None = None,
        spool: Spool | None = None,
    ) -> None:
        outlets = {name: Outlet(one, (stands_in or {}).get(name, "")) for name, one in receivers.items()}
        self.outbox = Outbox(watch, watch.record, outlets, spool or Spool(render, None))

    async def __aenter__(self) -> Outbox:
        self.task = asyncio.create_task(self.outbox.run())
        return self.outbox

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        if not self.task.cancelled():
            self.task.result()
