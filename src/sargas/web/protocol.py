"""uvicorn's HTTP protocol with limits: who dribbles a head, takes no answer, or takes every place is cut off."""

import asyncio
import ipaddress
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from sargas.web.limits import neighbourhood

HEAD_S = 15.0
"""How long a connection may be open, or a next request begun, without a whole request head."""
STALL_S = 30.0
"""How long a client may take nothing of what waits for it: so long can one silent reader hold a place."""
OF_ONE_MAX: Final = 200
"""Connections of one address: room for some twenty desks behind it, and no stranger alone takes all places.

A trusted proxy speaks for many, and may have them all.
"""


class TimedProtocol(H11Protocol):
    """HTTP/1.1 whose request heads have to come in `HEAD_S`, and whose answers have to move within `STALL_S`."""

    _head_due: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a head from the first moment on."""
        super().connection_made(transport)
        if self._is_crowded():
            transport.abort()
            return
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

    def _is_crowded(self) -> bool:
        """Return whether the address has more connections than one may have."""
        if self.client is None or _is_trusted(self.client[0], self.config.forwarded_allow_ips):
            return False
        here = neighbourhood(self.client[0])
        clients = [other.client for other in self.connections if isinstance(other, TimedProtocol)]
        return sum(1 for client in clients if client and neighbourhood(client[0]) == here) > OF_ONE_MAX

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        _cancel(self._head_due)
        self._head_due = None
        _cancel(self._stalled)
        self._stalled = None
        super().connection_lost(exc)


def _is_trusted(address: str, proxies: list[str] | str | None) -> bool:
    """Return whether the address is that of a proxy whose word is taken."""
    if not isinstance(proxies, list):
        return False
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(one) for one in proxies)


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
