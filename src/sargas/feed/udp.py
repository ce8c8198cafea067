"""Datagrams, unicast or multicast, IPv4 or IPv6; each is one frame.

Nothing can hold a sender of datagrams back. While the watch cannot keep up they wait in a bounded queue; beyond that
the oldest are let go, for the newest say where the target is now, and counted in `n_dropped`.
"""

import asyncio
import contextlib
import ipaddress
import random
import socket
import struct
from collections import deque
from typing import Annotated, Final

import structlog
from msgspec import Meta, Struct

from sargas.feed._outlet import Backoff, Outlet, at, is_allowed, networks, words
from sargas.model.errors import ConfigError
from sargas.ports import Deliver, Transport

DATAGRAM_BYTES_MAX: Final = 65_536
AT_ONCE: Final = 256
SO_RXQ_OVFL: Final = 40
"""Linux: the count of datagrams that the system itself dropped comes with each one (socket(7))."""
IP_MULTICAST_ALL: Final = 49
"""Linux: 0 takes datagrams of the groups joined by this socket only (ip(7))."""

log = structlog.get_logger()


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to listen.

    `group` is a multicast group; `interface` its network interface, by name, or by address for IPv4. `allow` lists
    the networks that may send; empty allows all.
    """

    port: Annotated[int, Meta(ge=0, le=65_535)]
    host: str = "0.0.0.0"  # noqa: S104 - a sensor's datagrams come from outside
    group: str | None = None
    interface: str | None = None
    allow: tuple[str, ...] = ()
    receive_buffer_bytes: Annotated[int, Meta(ge=4_096, le=1 << 30)] = 8 * 1024 * 1024
    queue_max: Annotated[int, Meta(ge=1, le=1_000_000)] = 10_000
    queue_bytes_max: Annotated[int, Meta(ge=65_536, le=1 << 30)] = 32 * 1024 * 1024
    idle_timeout_s: Annotated[float, Meta(gt=0.0)] | None = 60.0


def build(settings: Settings, name: str) -> Transport:
    """Return the transport of the feed `name`.

    Raises:
        ConfigError: the group or a network is none.
    """
    return Udp(settings, name, random.SystemRandom())


class Udp:
    """Listens until cancelled."""

    def __init__(self, settings: Settings, name: str, rng: random.Random) -> None:
        self.n_dropped = 0
        self.n_refused = 0
        self.address: tuple[str, int] | None = None
        self._settings = settings
        self._name = name
        self._allowed = networks(settings.allow, "allow")
        self._group = _group(settings.group)
        self._backoff = Backoff(1.0, 30.0, rng)
        self._queue: deque[bytes] = deque()
        self._n_queued_bytes = 0
        self._n_system_dropped = 0
        self._n_told = 0
        self._arrived = asyncio.Event()

    async def run(self, deliver: Deliver) -> None:
        """Deliver datagrams; waits and tries again while the address cannot be listened on."""
        outlet = Outlet(self._name, deliver)
        while True:
            try:
                listening = self._listen()
            except OSError as error:
                await outlet.closed(f"cannot listen on port {self._settings.port}: {words(error)}")
                await asyncio.sleep(self._backoff.next_s())
            else:
                await self._pass_on(listening, outlet)

    async def _pass_on(self, listening: socket.socket, outlet: Outlet) -> None:
        loop = asyncio.get_running_loop()
        self.address = listening.getsockname()[:2]
        peer = f"listening on {at(self.address)}"
        self._n_system_dropped = 0
        loop.add_reader(listening, self._receive, listening)
        try:
            await outlet.opened(peer)
            while True:
                if not await self._has_arrived():
                    await outlet.closed(f"nothing for {self._settings.idle_timeout_s:g} s")
                    await self._arrived.wait()
                if not outlet.is_open:
                    await outlet.opened(peer)
                await outlet.datagrams_in(self._take())
                self._tell_drops()
        finally:
            loop.remove_reader(listening)
            listening.close()
            self.address = None

    async def _has_arrived(self) -> bool:
        try:
            async with asyncio.timeout(self._settings.idle_timeout_s):
                await self._arrived.wait()
        except TimeoutError:
            return False
        return True

    def _receive(self, listening: socket.socket) -> None:
        """Take what the system holds, a bounded number so that others get their turn."""
        for _ in range(AT_ONCE):
            try:
                data, extra, _, peer = listening.recvmsg(DATAGRAM_BYTES_MAX, 64)
            except OSError:  # nothing more, or an error of one datagram that the next read does not see
                return
            for level, kind, value in extra:
                if (level, kind) == (socket.SOL_SOCKET, SO_RXQ_OVFL):
                    self._count_system_drops(struct.unpack("=I", value[:4])[0])
            if is_allowed(peer[0], self._allowed):
                self._put(data)
            else:
                self.n_refused += 1

    def _put(self, data: bytes) -> None:
        self._queue.append(data)
        self._n_queued_bytes += len(data)
        while len(self._queue) > self._settings.queue_max or self._n_queued_bytes > self._settings.queue_bytes_max:
            self._n_queued_bytes -= len(self._queue.popleft())
            self.n_dropped += 1
        self._arrived.set()

    def _take(self) -> list[bytes]:
        taken = [self._queue.popleft() for _ in range(min(AT_ONCE, len(self._queue)))]
        self._n_queued_bytes -= sum(map(len, taken))
        if not self._queue:
            self._arrived.clear()
        return taken

    def _count_system_drops(self, total: int) -> None:
        self.n_dropped += (total - self._n_system_dropped) & 0xFFFFFFFF
        self._n_system_dropped = total

    def _tell_drops(self) -> None:
        """Log drops when the queue has drained: once a fault, not once a datagram."""
        if self.n_dropped > self._n_told and not self._queue:
            log.warning("datagrams_dropped", feed=self._name, n=self.n_dropped - self._n_told)
            self._n_told = self.n_dropped

    def _listen(self) -> socket.socket:
        settings = self._settings
        host = str(self._group) if self._group else settings.host
        if self._group is not None and self._group.version == 6 and settings.interface:
            host += f"%{settings.interface}"
        family, _, _, _, address = socket.getaddrinfo(host, settings.port, type=socket.SOCK_DGRAM)[0]
        with contextlib.ExitStack() as undo:
            listening = undo.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            listening.setblocking(False)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, settings.receive_buffer_bytes)
            with contextlib.suppress(OSError):  # not every system counts
                listening.setsockopt(socket.SOL_SOCKET, SO_RXQ_OVFL, 1)
            if self._group is not None:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                _join(listening, self._group, settings.interface)
            listening.bind(address)
            undo.pop_all()
            return listening


def _group(text: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if text is None:
        return None
    try:
        group = ipaddress.ip_address(text)
    except ValueError as error:
        raise ConfigError(f"group: {error}") from error
    if not group.is_multicast:
        raise ConfigError(f"group: {text} is no multicast group; they are 224.0.0.0/4 and ff00::/8")
    return group


def _join(
    listening: socket.socket, group: ipaddress.IPv4Address | ipaddress.IPv6Address, interface: str | None
) -> None:
    if isinstance(group, ipaddress.IPv6Address):
        index = socket.if_nametoindex(interface) if interface else 0
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, struct.pack("=16sI", group.packed, index))
        return
    local, index = b"\0\0\0\0", 0
    if interface:
        try:
            local = socket.inet_aton(interface)
        except OSError:
            index = socket.if_nametoindex(interface)
    listening.setsockopt(
        socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("=4s4si", group.packed, local, index)
    )
    with contextlib.suppress(OSError):
        listening.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_ALL, 0)
