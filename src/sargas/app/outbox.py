"""The outbox: brings the warnings that officers sent out on every channel, at least once and in order.

The journal is its memory. Before anything leaves, `trying` is journaled; after it, `delivered` or `failed`. What was
delivered is never sent again. What was being tried when the watch ended is sent again, as the same bytes under the
same identity: nobody knows whether it arrived. Each channel has its own worker: none holds up another.

A warning comes to its end on a channel undelivered (`given_up`) in three cases only. It no longer holds: then nobody
should get it. The channel answers, has refused it `GIVEN_UP_AFTER` times, and a newer warning of the same incident
waits behind it: the all-clear is not held up by an alert that the channel dislikes. Or it is that of a stand-in whose
own channel has delivered it meanwhile.
"""

import asyncio
from collections.abc import Mapping
from typing import Final, Protocol

import structlog
from msgspec import Struct

from sargas.app.outbox_due import Due, Key, Tries, choose, due, pause_s
from sargas.app.pulse import Pulse
from sargas.app.spool import Spool
from sargas.app.supervise import Fault, contained, keep_running
from sargas.app.telling import Health, Record, bounded, keep
from sargas.model.entry import Dispatched
from sargas.model.errors import ChannelError, SargasError
from sargas.model.picture import Event, IncidentChanged, Picture
from sargas.model.warning import Fate
from sargas.ports import Channel
from sargas.web.desk import Clock, Listener

DELIVER_S: Final = 10.0
CHECK_S: Final = 3.0
CHECK_EVERY_S: Final = 5.0
SECOND_LOOK_S: Final = 1.0
"""So soon after a check that says otherwise than the last one comes another: a dead channel is known in 12 s."""
CLOSE_S: Final = 0.8
"""The watch ends within a second, whatever a channel does."""

log = structlog.get_logger()


class Followed(Protocol):
    """What the outbox needs of a view: a live one, or a played one."""

    @property
    def picture(self) -> Picture:
        """The picture now."""

    @property
    def clock(self) -> Clock:
        """Where the view stands in time."""

    def follow(self, listener: Listener) -> None:
        """Tell `listener` of every change from now on."""

    def unfollow(self, listener: Listener) -> None:
        """Stop telling `listener`."""


class Outlet(Struct, frozen=True):
    """A channel, and the name of the one that it stands in for, if it does."""

    channel: Channel
    stands_in_for: str = ""


class Outbox:
    """Workers over the channels, woken by what happens to the incidents."""

    def __init__(self, view: Followed, record: Record, outlets: Mapping[str, Outlet], spool: Spool) -> None:
        self._view = view
        self._channels = {name: outlet.stands_in_for for name, outlet in outlets.items()}
        self._workers = {name: Worker(name, outlet.channel, self, record, spool) for name, outlet in outlets.items()}

    async def run(self) -> None:
        """Deliver until cancelled."""
        self._view.follow(self)
        try:
            async with asyncio.TaskGroup() as tasks:
                for name, worker in self._workers.items():
                    tasks.create_task(keep_running("channel", name, worker.run), name=f"channel {name}")
        finally:
            self._view.unfollow(self)
            await self._close()

    def waiting(self, channel: str) -> list[Due]:
        """Return what is open on one channel, in order; nothing while the view is being moved in time."""
        clock = self._view.clock
        if clock.jumping_to_s is not None:
            return []
        alive = {name: worker.is_working for name, worker in self._workers.items()}
        found = due(self._view.picture.incidents.values(), self._channels, alive, clock.now_s)
        return [one for one in found if one.channel == channel]

    def now_s(self) -> float:
        """Return the view's time."""
        return self._view.clock.now_s

    def was_alive(self, channel: str) -> bool | None:
        """Return what the journal last said of a channel."""
        known = self._view.picture.channels.get(channel)
        return known.is_alive if known is not None else None

    def wake(self) -> None:
        """Let every worker look whether there is something to do."""
        for worker in self._workers.values():
            worker.woken.set()

    def on_events(self, events: list[Event]) -> None:
        """Wake when something happened to an incident whose warnings were sent."""
        for event in events:
            if isinstance(event, IncidentChanged) and any(
                warning.sent_s is not None for warning in event.incident.warning.warnings
            ):
                self.wake()
                return

    def on_reset(self) -> None:
        """Begin anew: the picture is that of another moment."""
        for worker in self._workers.values():
            worker.forget()
        self.wake()

    def on_clock(self) -> None:
        """Do nothing: what expires is seen at the next look."""

    async def _close(self) -> None:
        """Let all channels go, but do not wait for one that cannot."""
        closing = [
            asyncio.create_task(contained(worker.channel.close(), "channel_not_closed", channel=name))
            for name, worker in self._workers.items()
        ]
        if not closing:
            return
        _, late = await asyncio.wait(closing, timeout=CLOSE_S)
        for task in late:
            task.cancel()


class Worker:
    """Brings warnings out on one channel, one at a time, and looks whether it lives while there are none."""

    def __init__(self, name: str, channel: Channel, outbox: Outbox, record: Record, spool: Spool) -> None:
        self.name = name
        self.channel = channel
        self.pulse = Pulse()
        self.woken = asyncio.Event()
        self._outbox = outbox
        self._record = record
        self._health = Health("channel", name, record)
        self._health.told = outbox.was_alive(name)
        self._spool = spool
        self._tries: dict[Key, Tries] = {}
        self._ended: dict[Key, None] = {}
        self._has_failed = False
        self._check_at_s = 0.0
        self._n_moves = 0

    @property
    def is_working(self) -> bool:
        """Whether the channel may be relied on: if not, those that stand in for it take what is sent from now on.

        One failure is enough: it is tried again here all the same, but nobody waits for the second.
        """
        return self.pulse.is_alive is not False and not self._has_failed

    def forget(self) -> None:
        """Forget how tries went, and what the journal knows: it is another one's past now."""
        self._n_moves += 1
        self._tries.clear()
        self._ended.clear()
        self._health.told = self._outbox.was_alive(self.name)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self.woken.clear()
            waiting = self._waiting()
            one = choose(waiting, self._tries, _moment_s())
            if one is None:
                await self._idle(pause_s(waiting, self._tries, _moment_s()))
            elif one.ended:
                await self._give_up(one)
            else:
                await self._attempt(one)

    def _waiting(self) -> list[Due]:
        """Return what is open here, without what this worker has brought to its end already.

        The picture says so too, unless the part of the watch that makes it has failed.
        """
        waiting = [one for one in self._outbox.waiting(self.name) if one.key not in self._ended]
        open_keys = {one.key for one in waiting}
        self._tries = {key: known for key, known in self._tries.items() if key in open_keys}
        return waiting

    async def _attempt(self, one: Due) -> None:
        """Try once; in a view that is moved meanwhile it leaves no trace: another warning may have its name there."""
        n_attempts, n_moves = one.n_attempts + 1, self._n_moves
        again = f"sent again under the same identity: it is not known whether attempt {one.n_attempts} arrived"
        await self._dispatched(one, "trying", n_attempts, again if one.is_unknown else "")
        if n_moves != self._n_moves:
            return
        told = await contained(
            self._deliver(one), "channel_fault", channel=self.name, warning_id=one.warning.warning_id
        )
        if n_moves != self._n_moves:
            return
        if isinstance(told, Fault):
            await self._failed(one, n_attempts, told.reason)
        else:
            await self._delivered(one, n_attempts, told)
        self._check_at_s = _moment_s() + CHECK_EVERY_S

    async def _deliver(self, one: Due) -> str | Fault:
        try:
            bulletin = await self._spool.of(one.incident, one.warning)
            async with asyncio.timeout(DELIVER_S):
                return str(await self.channel.deliver(bulletin))
        except TimeoutError as error:
            return Fault(str(error) or f"no answer within {DELIVER_S:.0f} s")
        except (SargasError, OSError) as error:
            return Fault(str(error) or type(error).__name__)

    async def _delivered(self, one: Due, n_attempts: int, receipt: str) -> None:
        await self._dispatched(one, "delivered", n_attempts, receipt)
        self._has_failed = False
        self._end(one)
        since_s = self._outbox.now_s() - (one.warning.sent_s or 0.0)
        log.info("warning_delivered", **_keys(one), n_attempts=n_attempts, since_sent_s=round(since_s, 3))
        self.pulse.delivered()
        await self._tell(receipt)

    async def _failed(self, one: Due, n_attempts: int, reason: str) -> None:
        """Record it, so that a stand-in begins at once, and look whether the channel lives at all."""
        self._has_failed = True
        await self._dispatched(one, "failed", n_attempts, reason)
        tries = self._tries.setdefault(one.key, Tries())
        tell = log.warning if tries.n_failed == 0 else log.debug
        tell("delivery_failed", **_keys(one), n_attempts=n_attempts, reason=reason)
        tries.failed(_moment_s())
        looked = await self._look()
        answers = not isinstance(looked, Fault)
        tries.n_refused = tries.n_refused + 1 if answers else 0
        self.pulse.failed(answers=answers)
        await self._tell(f"it answers, but does not take warnings: {reason}" if answers else reason)

    async def _give_up(self, one: Due) -> None:
        await self._dispatched(one, "given_up", one.n_attempts, one.ended)
        self._end(one)
        log.warning("delivery_given_up", **_keys(one), n_attempts=one.n_attempts, reason=one.ended)

    def _end(self, one: Due) -> None:
        self._tries.pop(one.key, None)
        self._ended[one.key] = None

    async def _idle(self, wait_s: float | None) -> None:
        """Wait until something is due, or woken; meanwhile look whether the channel lives."""
        until_check_s = max(0.0, self._check_at_s - _moment_s())
        try:
            async with asyncio.timeout(until_check_s if wait_s is None else min(wait_s, until_check_s)):
                await self.woken.wait()
        except TimeoutError:
            if _moment_s() >= self._check_at_s:
                await self._check()

    async def _check(self) -> None:
        """Look whether the other end answers; leave off when a warning comes."""
        looking = asyncio.create_task(self._look())
        waking = asyncio.create_task(self._something_due())
        try:
            await asyncio.wait({looking, waking}, return_when=asyncio.FIRST_COMPLETED)
            if looking.done():
                await self._seen(looking.result())
        finally:
            looking.cancel()
            waking.cancel()
            await asyncio.gather(looking, waking, return_exceptions=True)

    async def _something_due(self) -> None:
        while True:
            await self.woken.wait()
            if choose(self._waiting(), self._tries, _moment_s()) is not None:
                return
            self.woken.clear()

    async def _seen(self, looked: str | Fault) -> None:
        """Take in a check: while a warning fails here, only a warning that arrives shows that the channel lives."""
        answers = not isinstance(looked, Fault)
        failing = [tries for tries in self._tries.values() if tries.n_failed]
        if answers and failing:
            for tries in failing:
                if tries.n_refused == 0:  # it failed while nobody answered: now somebody does
                    tries.not_before_s = 0.0
        else:
            self._has_failed = False
            self.pulse.seen(answers=answers)
            await self._tell(looked.reason if isinstance(looked, Fault) else looked)
        self._check_at_s = _moment_s() + (SECOND_LOOK_S if self.pulse.is_in_doubt else CHECK_EVERY_S)

    async def _look(self) -> str | Fault:
        return await contained(self._ask(), "channel_fault", channel=self.name)

    async def _ask(self) -> str | Fault:
        try:
            async with asyncio.timeout(CHECK_S):
                return str(await self.channel.check())
        except TimeoutError as error:
            return Fault(str(error) or f"no answer within {CHECK_S:.0f} s")
        except (ChannelError, OSError) as error:
            return Fault(str(error) or type(error).__name__)

    async def _tell(self, text: str) -> None:
        """Tell what is believed of the channel if that is news; those that stand in for it look at once."""
        if self._health.is_news(self.pulse.is_alive):
            self._outbox.wake()
        await self._health.tell(self.pulse.is_alive, text)

    async def _dispatched(self, one: Due, fate: Fate, n_attempts: int, text: str) -> None:
        body = Dispatched(
            incident_id=one.incident.incident_id,
            warning_id=one.warning.warning_id,
            channel=self.name,
            fate=fate,
            n_attempts=n_attempts,
            text=bounded(text),
            stands_in_for=one.stands_in_for,
        )
        await keep(self._record, body)


def _moment_s() -> float:
    return asyncio.get_running_loop().time()


def _keys(one: Due) -> dict[str, str]:
    return {"channel": one.channel, "warning_id": one.warning.warning_id}
