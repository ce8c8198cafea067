"""uvicorn's HTTP protocol with a deadline for a request's head: who dribbles it, or says nothing, is cut off."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 15.0
"""How long a connection may be open, or a next request begun, without a whole request head."""


class TimedProtocol(H11Protocol):
    """HTTP/1.1 whose request heads have to come in `HEAD_S`."""

    _head_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a head from the first moment on."""
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Expect the rest of a head that has begun; be patient once it is whole."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._be_patient()
        elif self._head_due is None:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        self._be_patient()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._head_due = self.loop.call_later(HEAD_S, self.transport.abort)

    def _be_patient(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None
