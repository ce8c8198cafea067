"""uvicorn's HTTP protocol with deadlines: who dribbles a request's head, or takes no answer, is cut off."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 15.0
"""How long a connection may be open, or a next request begun, without a whole request head."""
STALL_S = 30.0
"""How long a client may take nothing of what waits for it: so long can one silent reader hold a place."""


class TimedProtocol(H11Protocol):
    """HTTP/1.1 whose request heads have to come in `HEAD_S`, and whose answers have to move within `STALL_S`."""

    _head_due: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a head from the first moment on."""
        super().connection_made(transport)
        self._head_due = self.loop.call_later(HEAD_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Expect the rest of a head that has begun; be patient once it is whole."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            _cancel(self._head_due)
            self._head_due = None
        elif self._head_due is None:
            self._head_due = self.loop.call_later(HEAD_S, self.transport.abort)

    def pause_writing(self) -> None:
        """Expect the client to read on: the buffer is full."""
        super().pause_writing()
        _cancel(self._stalled)
        self._stalled = self.loop.call_later(STALL_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Be content: it has read on."""
        super().resume_writing()
        _cancel(self._stalled)
        self._stalled = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        _cancel(self._head_due)
        self._head_due = None
        _cancel(self._stalled)
        self._stalled = None
        super().connection_lost(exc)


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
