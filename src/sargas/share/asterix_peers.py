"""Ways for data blocks to a neighbour: datagrams, a server that we connect to, clients that connect to us."""

import asyncio
import contextlib
import ipaddress
import os
import socket
import struct
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from typing import Any, Final

import structlog

from sargas.model.errors import ChannelError

CONNECT_S: Final = 5.0
WRITE_S: Final = 10.0
"""A TCP peer that takes nothing for so long is given up: what it would get is old."""
CALM_S: Final = 10.0
"""Datagrams count as taken again when no error has come back for so long."""
READ_BYTES: Final = 65_536

Blocks = Callable[[], AsyncGenerator[bytes, None]]
"""Makes the blocks for one receiver, each when it is due, without end."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

log = structlog.get_logger()


class Datagrams:
    """Sends each block as a datagram, unicast or multicast; errors are told once and do not end it.

    `ttl` and `interface` are those of multicast.
    """

    def __init__(self, name: str, host: str, port: int, ttl: int, interface: str | None) -> None:
        self.n_lost = 0
        self._name = name
        self._host, self._port = host, port
        self._ttl, self._interface = ttl, interface
        self._failed_s: float | None = None

    async def run(self, blocks: Blocks) -> None:
        """Send without end.

        Raises:
            ChannelError: the address or the interface is none.
        """
        try:
            sending = await self._open()
        except (OSError, UnicodeError) as error:
            raise ChannelError(f"{_at(self._host, self._port)}: {_words(error)}") from error
        with contextlib.closing(sending):
            async with contextlib.aclosing(blocks()) as datagrams:
                async for datagram in datagrams:
                    self._send(sending, datagram, asyncio.get_running_loop().time())

    def _send(self, sending: socket.socket, datagram: bytes, now_s: float) -> None:
        error = _send(sending, datagram)
        if isinstance(error, ConnectionRefusedError):
            # That was the answer to an earlier datagram, and this one has not left (Linux, udp(7)).
            self._fail(error, now_s)
            error = _send(sending, datagram)
        if error is not None:
            self.n_lost += 1
            self._fail(error, now_s)
        elif self._failed_s is not None and now_s - self._failed_s > CALM_S:
            self._failed_s = None
            log.info("datagrams_taken_again", stream=self._name, n_lost=self.n_lost)

    def _fail(self, error: OSError, now_s: float) -> None:
        if self._failed_s is None:
            log.warning("datagrams_failed", stream=self._name, peer=_at(self._host, self._port), why=_words(error))
        self._failed_s = now_s

    async def _open(self) -> socket.socket:
        found = await asyncio.get_running_loop().getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM)
        family, _, _, _, address = found[0]
        with contextlib.ExitStack() as undo:
            sending = undo.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            sending.setblocking(False)
            _set_multicast(sending, self._ttl, self._interface)
            sending.connect(address)  # so that a refusal is heard of
            undo.pop_all()
            return sending


async def send_to_server(blocks: Blocks, host: str, port: int) -> None:
    """Send to a server until it is gone.

    Raises:
        ChannelError: it is, or was not there.
    """
    peer = _at(host, port)
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(host, port)
    except TimeoutError as error:
        raise ChannelError(f"{peer}: no connection within {CONNECT_S:g} s") from error
    except (OSError, UnicodeError) as error:
        raise ChannelError(f"{peer}: {_words(error)}") from error
    await _send_to(blocks, reader, writer, peer)


class Server:
    """Sends to every client that connects; each gets blocks of its own from the beginning."""

    def __init__(self, name: str, host: str, port: int, allowed: Sequence[Network], clients_max: int) -> None:
        self.address: tuple[str, int] | None = None
        self._name = name
        self._host, self._port = host, port
        self._allowed = allowed
        self._clients_max = clients_max
        self._clients: set[asyncio.Task[None]] = set()

    async def run(self, blocks: Blocks) -> None:
        """Serve until cancelled.

        Raises:
            ChannelError: the address cannot be listened on.
        """
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._accept(blocks, reader, writer, ended)

        try:
            server = await asyncio.start_server(accept, self._host, self._port)
        except (OSError, UnicodeError) as error:
            raise ChannelError(f"cannot listen on {_at(self._host, self._port)}: {_words(error)}") from error
        self.address = server.sockets[0].getsockname()[:2]
        try:
            await ended
        finally:
            self.address = None
            server.close()
            clients = list(self._clients)
            for client in clients:
                client.cancel()
            await asyncio.gather(*clients, return_exceptions=True)

    def _accept(
        self,
        blocks: Blocks,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ended: asyncio.Future[None],
    ) -> None:
        peer = writer.get_extra_info("peername")
        host = str(peer[0]) if peer else ""  # gone again before it was accepted
        if not host or not self._is_welcome(host):
            log.warning("client_refused", stream=self._name, peer=host)
            writer.transport.abort()
            return
        client = asyncio.create_task(self._client(blocks, reader, writer, _at(host, peer[1])))
        self._clients.add(client)
        client.add_done_callback(lambda done: self._forget(done, ended))

    def _forget(self, client: asyncio.Task[None], ended: asyncio.Future[None]) -> None:
        """Let a client go; a fault of ours, not of its connection, ends the serving."""
        self._clients.discard(client)
        fault = None if client.cancelled() else client.exception()
        if fault is not None and not ended.done():
            ended.set_exception(fault)

    def _is_welcome(self, host: str) -> bool:
        if len(self._clients) >= self._clients_max:
            return False
        address = ipaddress.ip_address(host.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        return not self._allowed or any(mapped in network for network in self._allowed)

    async def _client(
        self, blocks: Blocks, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> None:
        log.info("client_connected", stream=self._name, peer=peer)
        try:
            await _send_to(blocks, reader, writer, peer)
        except ChannelError as error:
            log.info("client_lost", stream=self._name, peer=peer, why=str(error))


async def _send_to(blocks: Blocks, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> None:
    """Send until the peer is gone.

    Raises:
        ChannelError: it is.
    """
    try:
        _give_up_soon(writer.get_extra_info("socket"))
        await _first_to_end(_write(blocks, writer), _until_closed(reader))
    except TimeoutError as error:
        raise ChannelError(f"{peer}: took nothing for {WRITE_S:g} s") from error
    except OSError as error:
        raise ChannelError(f"{peer}: {_words(error)}") from error
    finally:
        writer.transport.abort()
    raise ChannelError(f"{peer}: closed the connection")


async def _write(blocks: Blocks, writer: asyncio.StreamWriter) -> None:
    async with contextlib.aclosing(blocks()) as made:
        async for block in made:
            writer.write(block)
            async with asyncio.timeout(WRITE_S):
                await writer.drain()


async def _until_closed(reader: asyncio.StreamReader) -> None:
    """Return when the peer has closed; what it says is not asked for."""
    while await reader.read(READ_BYTES):
        pass


async def _first_to_end(*works: Coroutine[Any, Any, None]) -> None:
    """Return when one has ended, or raise what it raised; the other is cancelled."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def _send(sending: socket.socket, datagram: bytes) -> OSError | None:
    try:
        sending.send(datagram)
    except OSError as error:  # refused, no route, or no room; the next one may leave
        return error
    return None


def _set_multicast(sending: socket.socket, ttl: int, interface: str | None) -> None:
    """Set the reach and the network of multicast; unicast does not heed them."""
    if sending.family == socket.AF_INET6:
        sending.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, ttl)
        if interface:
            index = socket.if_nametoindex(interface)
            sending.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, struct.pack("@I", index))
        return
    sending.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
    if interface:
        local, index = b"\0\0\0\0", 0
        try:
            local = socket.inet_aton(interface)
        except OSError:
            index = socket.if_nametoindex(interface)
        sending.setsockopt(
            socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("=4s4si", b"\0\0\0\0", local, index)
        )


def _give_up_soon(connection: socket.socket) -> None:
    """Let the system break a connection whose peer no longer answers; by itself it tries for a quarter of an hour."""
    with contextlib.suppress(OSError):  # it is gone already: the next write says so
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(1_000 * WRITE_S))


def _at(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _words(error: Exception) -> str:
    """Return why the system refused, in its own words."""
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)  # asyncio puts its own text in the error's
    return str(error) or type(error).__name__
