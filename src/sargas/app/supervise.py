"""Where a fault of a part is contained: a feed, channel or stream that fails is started again, an entry passed over.

No other place catches `Exception`. The same entry fails in the same way in a replay, so the picture stays a function
of the journal.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TypeVar

import structlog
from msgspec import Struct

from sargas.engine import Engine
from sargas.model.entry import Entry
from sargas.model.picture import Event
from sargas.ports import Deliver, Transport

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
FAULTS_TOLD = 10

T = TypeVar("T")

log = structlog.get_logger()


class Fault(Struct, frozen=True):
    """Something did not work, and why."""

    reason: str


async def run_feeds(transports: Mapping[str, Transport], deliver: Deliver) -> None:
    """Run all feeds until cancelled; one that comes to its own end is not started again."""
    async with asyncio.TaskGroup() as tasks:
        for name, transport in transports.items():
            tasks.create_task(keep_running("feed", name, partial(transport.run, deliver)), name=f"feed {name}")


async def keep_running(what: str, name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run a part until it ends by itself; when it fails, start it again after a wait that doubles up to a minute.

    Args:
        what: the kind of the part, as the log names it: `feed`, `channel`, `stream`.
        name: which one.
        run: starts it; called again after each failure.
    """
    wait_s = FIRST_WAIT_S
    loop = asyncio.get_running_loop()
    while True:
        started = loop.time()
        try:
            await run()
        except Exception:
            log.exception(f"{what}_failed", retry_s=wait_s, **{what: name})
        else:
            log.info(f"{what}_ended", **{what: name})
            return
        if loop.time() - started > LONGEST_WAIT_S:
            wait_s = FIRST_WAIT_S
        await asyncio.sleep(wait_s)
        wait_s = min(2.0 * wait_s, LONGEST_WAIT_S)


async def contained(work: Awaitable[T], event: str, **keys: str) -> T | Fault:
    """Return what the work comes to; a fault, and an error logged as `event`, if it fails as nobody foresaw.

    A part that cancels itself has failed too: else the task that called it would end as if it had been told to.
    """
    try:
        return await work
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        log.exception(event, **keys)
        return Fault("it broke off by itself")
    except Exception as error:
        log.exception(event, **keys)
        return Fault(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


class Guard:
    """An engine of which no part can stop the watch; `n_faults` counts the entries and ticks passed over."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.n_faults = 0

    def accept(self, entry: Entry) -> list[Event]:
        """Return what the entry changed; nothing, and a logged error, if a part of the engine failed on it."""
        try:
            return self.engine.accept(entry)
        except Exception:
            self._fault("entry_failed", seq=entry.seq)
            return []

    def advance(self, now_s: float) -> list[Event]:
        """Return what the ticks up to `now_s` changed; nothing, and a logged error, if a part failed."""
        try:
            return self.engine.advance(now_s)
        except Exception:
            self._fault("tick_failed", now_s=now_s)
            return []

    def _fault(self, event: str, **keys: float) -> None:
        """Count a fault; log the first ones and then every thousandth, since each would bring its whole trace."""
        self.n_faults += 1
        if self.n_faults <= FAULTS_TOLD or self.n_faults % 1_000 == 0:
            log.exception(event, n_faults=self.n_faults, **keys)
