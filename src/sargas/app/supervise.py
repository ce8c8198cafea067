"""Where a fault of a part is contained: a feed that fails is started again, an entry that fails is passed over.

No other place catches `Exception`. The same entry fails in the same way in a replay, so the picture stays a function
of the journal.
"""

import asyncio
from collections.abc import Mapping

import structlog

from sargas.engine import Engine
from sargas.model.entry import Entry
from sargas.model.picture import Event
from sargas.ports import Deliver, Transport

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
FAULTS_TOLD = 10

log = structlog.get_logger()


async def run_feeds(transports: Mapping[str, Transport], deliver: Deliver) -> None:
    """Run all feeds until cancelled; one that comes to its own end is not started again."""
    async with asyncio.TaskGroup() as tasks:
        for name, transport in transports.items():
            tasks.create_task(keep_running(name, transport, deliver), name=f"feed {name}")


async def keep_running(name: str, transport: Transport, deliver: Deliver) -> None:
    """Run one feed; when it fails, start it again after a wait that doubles up to a minute."""
    wait_s = FIRST_WAIT_S
    loop = asyncio.get_running_loop()
    while True:
        started = loop.time()
        try:
            await transport.run(deliver)
        except Exception:
            log.exception("feed_failed", feed=name, retry_s=wait_s)
        else:
            log.info("feed_ended", feed=name)
            return
        if loop.time() - started > LONGEST_WAIT_S:
            wait_s = FIRST_WAIT_S
        await asyncio.sleep(wait_s)
        wait_s = min(2.0 * wait_s, LONGEST_WAIT_S)


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
