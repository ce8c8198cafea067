"""Datagrams to a mesh of TAK clients, a multicast group, or to one address; nobody confirms them."""

import asyncio
import contextlib
import ipaddress
import os
import socket
from collections import deque
from typing import Final

from sargas.model.errors import ChannelError
from sargas.share import cot, cot_proto
from sargas.share.cot import Event
from sargas.share.tak_way import Confirmation, LinkSettings, words

WAITING_MAX: Final = 2_000
"""Events that must not be dropped; a warning has at most 40 rings."""
DATAGRAM_BYTES_MAX: Final = 65_507
"""What an IPv4 datagram can hold (RFC 768, RFC 791)."""
COPIES: Final = 3
"""A datagram that must not be lost is sent so often: the same event twice is one event."""
COPY_EVERY_S: Final = 0.1


class Mesh:
    """A socket that sends to an address or to a group."""

    def __init__(self, peer: str, settings: LinkSettings, to: socket.socket) -> None:
        self.peer = peer
        self.n_dropped = 0
        self.is_exercise = False
        self._version = settings.version
        self._socket = to
        self._fault: ChannelError | None = None
        self._waiting: deque[bytes] = deque()
        self._sent: deque[bytes] = deque(maxlen=WAITING_MAX)

    @property
    def is_alive(self) -> bool:
        """Whether something can be posted."""
        return self._fault is None

    def post(self, event: Event, key: str = "") -> None:
        """Send an event with a key at once, or never; keep one without until there is room for it.

        Raises:
            ChannelError: it is too large, or nobody takes it.
        """
        self._raise_fault()
        data = cot.HEAD + cot.written(event) if self._version == "xml" else cot_proto.datagram(event)
        if len(data) > DATAGRAM_BYTES_MAX:
            raise ChannelError(f"{self.peer}: an event has {len(data):,} bytes, a datagram {DATAGRAM_BYTES_MAX:,}")
        if not key:
            self._waiting.append(data)
            return
        try:
            self._socket.send(data)
        except BlockingIOError:
            self.n_dropped += 1
        except OSError as error:
            self._die(error)

    async def confirm(self) -> Confirmation:
        """Return "sent" when everything without a key has been sent several times.

        Raises:
            ChannelError: nobody takes it.
        """
        await self._flush()
        for _ in range(COPIES - 1):
            await asyncio.sleep(COPY_EVERY_S)
            self._waiting.extend(self._sent)
            self._sent.clear()
            await self._flush()
        self._sent.clear()
        return "sent"

    async def rest(self, for_s: float) -> None:
        """Send what is kept, and wait.

        Raises:
            ChannelError: nobody takes it.
        """
        await self._flush()
        await asyncio.sleep(for_s)
        self._raise_fault()

    async def close(self) -> None:
        """Close the socket."""
        self._fault = self._fault or ChannelError(f"{self.peer}: was let go")
        self._socket.close()

    async def _flush(self) -> None:
        """Send what must not be dropped, waiting for room where there is none."""
        self._raise_fault()
        loop = asyncio.get_running_loop()
        while self._waiting:
            data = self._waiting.popleft()
            self._sent.append(data)
            try:
                await loop.sock_sendall(self._socket, data)
            except OSError as error:
                self._die(error)
        # A host that refuses datagrams says so after the fact, to the socket.
        if code := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._die(OSError(code, os.strerror(code)))

    def _die(self, error: OSError) -> None:
        self._fault = ChannelError(f"{self.peer}: {words(error)}")
        raise self._fault from error

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise ChannelError(str(self._fault)) from self._fault


async def datagrams(settings: LinkSettings) -> socket.socket:
    """Return a socket that sends to an address or to a group."""
    found = await asyncio.get_running_loop().getaddrinfo(settings.host, settings.port, type=socket.SOCK_DGRAM)
    family, kind, number, _, address = found[0]
    with contextlib.ExitStack() as undo:
        to = undo.enter_context(socket.socket(family, kind, number))
        to.setblocking(False)
        if family == socket.AF_INET and ipaddress.ip_address(address[0]).is_multicast:
            to.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, settings.ttl)
            if settings.interface:
                to.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(settings.interface))
        elif family == socket.AF_INET6:
            to.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, settings.ttl)
        to.connect(address)
        undo.pop_all()
        return to
