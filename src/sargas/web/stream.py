"""The live stream: Server-Sent Events, at once when something changed but never more often than a client can use.

Format: WHATWG HTML, "Server-sent events". Every connection begins with a reset, so a client that reconnects needs no
memory here; the ids only count.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Send

from sargas.web.desk import Desk, Update, View, ViewName
from sargas.web.hub import Hub

SPACING_S = 0.05
"""Shortest time between two updates to one client."""
HEARTBEAT_S = 1.0
STALL_S = 30.0
"""How long a client may take nothing at all before its place is given to another."""
RETRY_MS = 1_000

_encoder = msgspec.json.Encoder()

Observe = Callable[[float], None]
"""Hears how long the oldest change waited until the socket took it, in seconds."""


def event_bytes(update: Update, number: int) -> bytes:
    """Return one event of the stream."""
    return b"id: %d\nevent: update\ndata: %b\n\n" % (number, _encoder.encode(update))


async def updates(hub: Hub, desk: Desk, name: ViewName, view: View, observe: Observe) -> AsyncIterator[bytes]:
    """Yield the events for one client until its view, or the server, closes."""
    if hub.is_full:
        return
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()
    waiting_since: float | None = None

    def wake() -> None:
        nonlocal waiting_since
        waiting_since = loop.time() if waiting_since is None else waiting_since
        changed.set()

    client = hub.join(desk, name, view, wake)
    try:
        yield b"retry: %d\n\n" % RETRY_MS
        number, heartbeat_due = 0, loop.time()
        while not hub.is_closing and client.is_open():
            changed.clear()
            now = loop.time()
            if now >= heartbeat_due:
                heartbeat_due = now + HEARTBEAT_S
                update = client.take_heartbeat()
            elif client.is_due:
                update = client.take()
            else:
                await _wait(changed, heartbeat_due - now)
                continue
            since, waiting_since, number = waiting_since, None, number + 1
            yield event_bytes(update, number)
            if since is not None:
                observe(loop.time() - since)
            await asyncio.sleep(max(0.0, now + SPACING_S - loop.time()))
    finally:
        hub.leave(client)


async def _wait(changed: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return


class EventStream(ASGIStreamingResponse):
    """A streaming response that gives up on a client that takes nothing for `STALL_S`."""

    __slots__ = ()

    def __init__(self, events: AsyncIterator[bytes]) -> None:
        super().__init__(
            iterator=events,
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    async def _stream(self, send: Send) -> None:
        async def send_or_stall(message: object) -> None:
            async with asyncio.timeout(STALL_S):
                await send(message)  # type: ignore[arg-type]

        try:
            await super()._stream(send_or_stall)
        except TimeoutError:
            return
        finally:
            await self.iterator.aclose()  # type: ignore[union-attr]
