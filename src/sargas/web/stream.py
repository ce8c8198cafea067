"""The live stream: Server-Sent Events, at once when something changed but never more often than a client can use.

Format: WHATWG HTML, "Server-sent events". Every connection begins with a reset, so a client that reconnects needs no
memory here; the ids only count.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import msgspec
from litestar.response.streaming import ASGIStreamingResponse
from litestar.types import Send

from sargas.web.desk import Desk, Update, View, ViewName
from sargas.web.hub import Hub

SPACING_S = 0.05
"""Shortest time between two updates to one client."""
HEARTBEAT_S = 1.0
RETRY_MS = 1_000

_encoder = msgspec.json.Encoder()

Observe = Callable[[float], None]
"""Hears how long the oldest change waited until the socket took it, in seconds."""


def event_bytes(update: Update, number: int) -> bytes:
    """Return one event of the stream."""
    return b"id: %d\nevent: update\ndata: %b\n\n" % (number, _encoder.encode(update))


def always() -> bool:
    """Return True: who may look now may look on."""
    return True


async def updates(
    hub: Hub,
    desk: Desk,
    name: ViewName,
    view: View,
    observe: Observe,
    *,
    is_allowed: Callable[[], bool] = always,
) -> AsyncGenerator[bytes, None]:
    """Yield the events for one client until its view, or the server, closes, or it may look no longer."""
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
                if not is_allowed():
                    return
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
    """A streaming response that lets go of its events at once when the client is gone."""

    __slots__ = ("_events",)

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        super().__init__(
            iterator=events,
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )
        self._events = events

    async def _stream(self, send: Send) -> None:
        async with aclosing(self._events):
            await super()._stream(send)
