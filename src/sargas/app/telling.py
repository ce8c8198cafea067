"""What the outbox and the streams tell the journal: until it is kept, bounded, and only what is news."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from sargas.model.entry import Body, ChannelChanged
from sargas.model.errors import JournalError

RETRY_S: Final = 0.5
"""Between two tries to record what the journal could not keep."""
TEXT_MAX: Final = 500

log = structlog.get_logger()

Record = Callable[[Body], Awaitable[int]]
"""Keeps a body in the journal and lets it take effect; JournalError if it was not kept."""


async def keep(record: Record, body: Body) -> None:
    """Record a body; where the journal cannot keep it, wait and try again, so that nothing is done unrecorded."""
    while True:
        try:
            await record(body)
        except JournalError:  # the watch has told it
            await asyncio.sleep(RETRY_S)
        else:
            return


def bounded(text: str) -> str:
    """Return what the journal can hold of a text from outside."""
    return text[:TEXT_MAX].encode("utf-8", "replace").decode()


class Health:
    """Tells the journal and the log when a channel or a stream came back or was lost."""

    def __init__(self, what: str, name: str, record: Record) -> None:
        """Tell of the `what` (`channel`, `stream`) of that name."""
        self.told: bool | None = None
        self._what = what
        self._name = name
        self._record = record

    def is_news(self, is_alive: bool | None) -> bool:
        """Return whether this is something else than what was told last."""
        return is_alive is not None and is_alive != self.told

    async def tell(self, is_alive: bool | None, text: str) -> None:
        """Tell it if it is news."""
        if is_alive is None or not self.is_news(is_alive):
            return
        self.told = is_alive
        if is_alive:
            log.info(f"{self._what}_alive", **{self._what: self._name})
        else:
            log.warning(f"{self._what}_dead", **{self._what: self._name}, reason=text)
        is_stream = self._what == "stream"
        body = ChannelChanged(channel=self._name, is_alive=is_alive, text=bounded(text), is_stream=is_stream)
        await keep(self._record, body)
