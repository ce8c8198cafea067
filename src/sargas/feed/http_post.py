"""Bytes that others post to the watch's own web server; it hands them to `push`."""

import asyncio
from typing import Annotated

from msgspec import Meta, Struct

from sargas.feed._outlet import Outlet, split
from sargas.model.entry import Frame
from sargas.model.errors import DecisionError, JournalError
from sargas.ports import Deliver, Transport


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much one post may hold.

    With `end_lines` a post that does not end with a newline gets one, so that a cut one cannot spoil the next; turn
    it off for binary formats.
    """

    max_bytes: Annotated[int, Meta(ge=1, le=1 << 26)] = 1 << 20
    end_lines: bool = True
    idle_timeout_s: Annotated[float, Meta(gt=0.0)] | None = None


def build(settings: Settings, name: str) -> Transport:
    """Return the transport of the feed `name`."""
    return HttpPost(settings, name)


class HttpPost:
    """Waits for posts."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._settings = settings
        self._name = name
        self._deliver: Deliver | None = None
        self._outlet: Outlet | None = None
        self._one_at_a_time = asyncio.Lock()
        self._posted = asyncio.Event()

    async def run(self, deliver: Deliver) -> None:
        """Take posts until cancelled."""
        self._deliver, self._outlet = deliver, Outlet(self._name, deliver)
        try:
            await self._outlet.opened("waiting for posts")
            while True:
                await self._posted.wait()
                try:
                    async with asyncio.timeout(self._settings.idle_timeout_s):
                        while True:
                            self._posted.clear()
                            await self._posted.wait()
                except TimeoutError:
                    await self._outlet.closed(f"nothing for {self._settings.idle_timeout_s:g} s")
        finally:
            self._deliver = self._outlet = None

    async def push(self, data: bytes, peer: str) -> int:
        """Return the journal number of the post's last frame once all of it is safe.

        Raises:
            DecisionError: the post is empty or too big.
            JournalError: it was not kept; the sender may post it again.
        """
        if not 0 < len(data) <= self._settings.max_bytes:
            raise DecisionError(f"a post holds 1 to {self._settings.max_bytes} bytes, not {len(data)}")
        if self._settings.end_lines and not data.endswith(b"\n"):
            data += b"\n"
        async with self._one_at_a_time:
            if self._deliver is None or self._outlet is None:
                raise JournalError(f"feed '{self._name}' is not running")
            if not self._outlet.is_open:
                await self._outlet.try_opened(peer)
            self._posted.set()
            number = 0
            for part in split(data):
                number = await self._deliver(Frame(self._name, part))
            return number
