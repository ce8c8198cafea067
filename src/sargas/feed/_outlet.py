"""What every transport shares: handing bodies on without losing any, waiting before another try, who may send."""

import asyncio
import contextlib
import ipaddress
import os
import random
import socket
from collections.abc import Iterator, Sequence
from typing import Final

from sargas.model.entry import Body, FeedClosed, FeedOpened, Frame
from sargas.model.errors import ConfigError, JournalError
from sargas.ports import Deliver

FRAME_BYTES_MAX: Final = 65_536
"""Larger chunks are split: a reader of the journal holds whole frames in memory."""
RETRY_S: Final = 0.2
"""Between two tries to hand on what the journal could not keep."""
TEXT_MAX: Final = 200

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Outlet:
    """Hands on the bodies of one feed, each until the journal has kept it; tells every loss of the feed once."""

    def __init__(self, feed: str, deliver: Deliver) -> None:
        self._feed = feed
        self._deliver = deliver
        self._is_open: bool | None = None

    @property
    def is_open(self) -> bool:
        """True between an opening and the next closing."""
        return self._is_open is True

    async def opened(self, peer: str) -> None:
        """Say that the feed is connected, and that its decoder starts afresh."""
        self._is_open = True
        await self._keep(FeedOpened(self._feed, _text(peer)))

    async def try_opened(self, peer: str) -> None:
        """Say that the feed is connected, for a sender who can be told that it was not kept.

        Raises:
            JournalError: it was not.
        """
        await self._deliver(FeedOpened(self._feed, _text(peer)))
        self._is_open = True

    async def closed(self, reason: str) -> None:
        """Say that the feed is lost; nothing is said while it stays so."""
        if self._is_open is not False:
            self._is_open = False
            await self._keep(FeedClosed(self._feed, _text(reason)))

    async def bytes_in(self, data: bytes) -> None:
        """Hand on bytes of a stream, in frames of a bounded size."""
        for part in split(data):
            await self._keep(Frame(self._feed, part))

    async def datagrams_in(self, datagrams: Sequence[bytes]) -> None:
        """Hand on datagrams, all at once and in order; those that were not kept are tried again."""
        waiting = [Frame(self._feed, data) for data in datagrams]
        while waiting:
            results = await asyncio.gather(*map(self._deliver, waiting), return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException) and not isinstance(result, JournalError):
                    raise result
            waiting = [frame for frame, result in zip(waiting, results, strict=True) if not isinstance(result, int)]
            if waiting:
                await asyncio.sleep(RETRY_S)

    async def passed_on(self, body: Body) -> None:
        """Hand on a body as it was recorded."""
        await self._keep(body)

    async def _keep(self, body: Body) -> int:
        while True:
            try:
                return await self._deliver(body)
            except JournalError:  # the watch has told it; here it is only waited for
                await asyncio.sleep(RETRY_S)


class Backoff:
    """Waits that double up to a longest one, each shortened by chance so that many clients do not come at once."""

    def __init__(self, first_s: float, longest_s: float, rng: random.Random) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._rng = rng
        self._next_s = first_s

    def next_s(self) -> float:
        """Return how long to wait now."""
        wait_s = self._next_s * self._rng.uniform(0.5, 1.0)
        self._next_s = min(2.0 * self._next_s, self._longest_s)
        return wait_s

    def reset(self) -> None:
        """Start again with the first wait: something came in."""
        self._next_s = self._first_s


def split(data: bytes) -> Iterator[bytes]:
    """Return `data` in parts of a bounded size."""
    for start in range(0, len(data), FRAME_BYTES_MAX):
        yield data[start : start + FRAME_BYTES_MAX]


def take_lines(buffer: bytearray) -> Iterator[bytes]:
    """Take out of `buffer` what is whole lines, as many a frame as fit.

    A line too long for a frame is cut into lines of its own, which the decoder then counts as unreadable.
    """
    while True:
        end = buffer.rfind(b"\n", 0, FRAME_BYTES_MAX) + 1
        if not end and len(buffer) < FRAME_BYTES_MAX:
            return
        yield bytes(buffer[:end]) if end else bytes(buffer[: FRAME_BYTES_MAX - 1]) + b"\n"
        del buffer[: end or FRAME_BYTES_MAX - 1]


def networks(texts: Sequence[str], key: str) -> tuple[Network, ...]:
    """Return the networks of the configuration.

    Raises:
        ConfigError: one is no address or network.
    """
    found = []
    for index, text in enumerate(texts):
        try:
            found.append(ipaddress.ip_network(text))
        except ValueError as error:
            raise ConfigError(
                f"{key}[{index}]: {error}; allowed are '192.0.2.7', '10.0.0.0/8', 'fe80::/10'"
            ) from error
    return tuple(found)


def is_allowed(host: str, allowed: Sequence[Network]) -> bool:
    """Return whether a peer may send; no networks at all allow everyone."""
    if not allowed:
        return True
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in allowed)


def keep_alive(connection: socket.socket) -> None:
    """Let the system notice within a minute that a quiet peer is gone."""
    with contextlib.suppress(OSError):  # it is gone already: the next read says so
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)


def at(address: Sequence[object] | None) -> str:
    """Return a socket's address as 'host:port', '[host]:port' for IPv6."""
    if address is None:
        return "a peer that is gone again"
    host, port = str(address[0]), address[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _text(words: str) -> str:
    """Return what the journal can hold of a text from outside."""
    return words[:TEXT_MAX].encode("utf-8", "replace").decode()


def words(error: Exception) -> str:
    """Return why the system refused, in its own words."""
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)  # asyncio puts its own text in the error's
    return str(error) or type(error).__name__
