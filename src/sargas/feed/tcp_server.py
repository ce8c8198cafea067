"""Streams from clients that connect to us.

A feed has one decoder, and every connection is a byte stream of its own, so the streams must not be mixed within a
message. With `framing = "lines"` several clients are served at once and only whole lines are handed on. With
`framing = "stream"` one client is served; when the same machine connects anew, its old connection is taken for dead,
and other machines are turned away.
"""

import asyncio
import random
import ssl
from collections import Counter
from typing import Annotated, Final, Literal

import structlog
from msgspec import Meta, Struct

from sargas.feed._outlet import (
    FRAME_BYTES_MAX,
    Backoff,
    Outlet,
    at,
    is_allowed,
    keep_alive,
    networks,
    take_lines,
    words,
)
from sargas.model.errors import ConfigError
from sargas.ports import Deliver, Transport

HANDSHAKE_S: Final = 10.0
"""Who has not shown who he is by then is cut off."""

log = structlog.get_logger()


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to listen; `allow` lists the networks that may connect, empty allows all.

    `certificate`, `key`: PEM files; with them clients connect by TLS. `client_ca`: a PEM file of authorities; with it
    only clients come in that show a certificate which one of them has signed.
    """

    port: Annotated[int, Meta(ge=0, le=65_535)]
    host: str = "0.0.0.0"  # noqa: S104 - sensors connect from outside
    framing: Literal["lines", "stream"] = "lines"
    clients_max: Annotated[int, Meta(ge=1, le=1_000)] = 32
    allow: tuple[str, ...] = ()
    idle_timeout_s: Annotated[float, Meta(gt=0.0)] | None = None
    certificate: str = ""
    key: str = ""
    client_ca: str = ""


def build(settings: Settings, name: str) -> Transport:
    """Return the transport of the feed `name`.

    Raises:
        ConfigError: a network is none, or a file of TLS cannot be used.
    """
    return TcpServer(settings, name, random.SystemRandom())


class TcpServer:
    """Listens until cancelled."""

    def __init__(self, settings: Settings, name: str, rng: random.Random) -> None:
        self.n_refused = 0
        self.address: tuple[str, int] | None = None
        self._settings = settings
        self._name = name
        self._allowed = networks(settings.allow, "allow")
        self._tls = tls_context(settings)
        self._backoff = Backoff(1.0, 30.0, rng)
        self._clients: dict[asyncio.Task[None], str] = {}

    async def run(self, deliver: Deliver) -> None:
        """Deliver what clients send; waits and tries again while the address cannot be listened on."""
        outlet = Outlet(self._name, deliver)
        while True:
            try:
                await self._serve(outlet)
            except OSError as error:
                await outlet.closed(f"cannot listen on port {self._settings.port}: {words(error)}")
                await asyncio.sleep(self._backoff.next_s())

    async def _serve(self, outlet: Outlet) -> None:
        async with asyncio.TaskGroup() as tasks:

            def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                self._accept(tasks, reader, writer, outlet)

            server = await asyncio.start_server(
                accept,
                self._settings.host,
                self._settings.port,
                limit=FRAME_BYTES_MAX,
                ssl=self._tls,
                ssl_handshake_timeout=HANDSHAKE_S if self._tls is not None else None,
            )
            self.address = server.sockets[0].getsockname()[:2]
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                server.close()
                self.address = None

    def _accept(
        self, tasks: asyncio.TaskGroup, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, outlet: Outlet
    ) -> None:
        peer = writer.get_extra_info("peername")
        host = peer[0] if peer else ""  # gone again before it was accepted
        if not host or not is_allowed(host, self._allowed) or not self._has_room(host):
            self.n_refused += 1
            if self.n_refused & (self.n_refused - 1) == 0:  # the 1st, 2nd, 4th, 8th: who knocks fills no log
                log.warning("client_refused", feed=self._name, peer=host, n_refused=self.n_refused)
            writer.transport.abort()
            return
        before = list(self._clients) if self._settings.framing == "stream" else []
        task = tasks.create_task(self._client(reader, writer, outlet, before))
        self._clients[task] = host
        task.add_done_callback(self._clients.pop)

    def _has_room(self, host: str) -> bool:
        if self._settings.framing == "stream":
            return all(other == host for other in self._clients.values())
        return len(self._clients) < self._settings.clients_max or self._makes_room(host)

    def _makes_room(self, host: str) -> bool:
        """Return whether the machine that has the most connections had to give its newest one up.

        So nobody keeps the others out by connecting often; no machine comes to have more than another this way.
        """
        counts = Counter(self._clients.values())
        most, n_most = counts.most_common(1)[0]
        if counts[host] + 1 >= n_most:
            return False
        log.warning("client_cut_off", feed=self._name, peer=most, reason="another machine needs its place")
        [task for task, other in self._clients.items() if other == most][-1].cancel()
        return True

    async def _client(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        outlet: Outlet,
        before: list[asyncio.Task[None]],
    ) -> None:
        try:
            for task in before:
                task.cancel()
            if before:
                await asyncio.wait(before)
            keep_alive(writer.get_extra_info("socket"))
            await outlet.opened(_named(writer) + at(writer.get_extra_info("peername")))
            reason = await self._pass_on(reader, outlet)
        finally:
            writer.transport.abort()
        if len(self._clients) == 1:  # this one was the last
            await outlet.closed(reason)

    async def _pass_on(self, reader: asyncio.StreamReader, outlet: Outlet) -> str:
        """Return why the connection is over."""
        buffer = bytearray()
        reason = ""
        while not reason:
            data = b""
            try:
                async with asyncio.timeout(self._settings.idle_timeout_s):
                    data = await reader.read(FRAME_BYTES_MAX)
            except TimeoutError:
                reason = f"nothing for {self._settings.idle_timeout_s:g} s"
            except OSError as error:
                reason = words(error)
            else:
                reason = "" if data else "the peer closed the connection"
            if self._settings.framing == "stream":
                await outlet.bytes_in(data)
                continue
            buffer += data
            if reason and buffer:
                buffer += b"\n"  # a line that was cut off must not be joined to another client's
            for lines in take_lines(buffer):
                await outlet.bytes_in(lines)
        return reason


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Return how clients connect by TLS, None if they do not.

    Raises:
        ConfigError: a file is missing or cannot be used.
    """
    if not settings.certificate and not settings.key and not settings.client_ca:
        return None
    if not settings.certificate or not settings.key:
        raise ConfigError("certificate and key go together, and client_ca needs both")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.certificate, settings.key)
        if settings.client_ca:
            context.load_verify_locations(settings.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:  # ssl.SSLError is one
        files = ", ".join(filter(None, (settings.certificate, settings.key, settings.client_ca)))
        raise ConfigError(f"{files}: {error.strerror or error}") from error
    return context


def _named(writer: asyncio.StreamWriter) -> str:
    """Return the name in the client's certificate, "" if it showed none."""
    shown = writer.get_extra_info("peercert") or {}
    names = [value for parts in shown.get("subject", ()) for key, value in parts if key == "commonName"]
    return f"{names[0]} at " if names else ""
