"""Who takes warnings in the tests: a web server, a mail server, an MQTT broker, all real ones on loopback."""

import asyncio
import contextlib
import ipaddress
import json
import socket
import ssl
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import Struct
from paho.mqtt.enums import CallbackAPIVersion

LOOPBACK = "127.0.0.1"
DEADLINE_S = 20.0


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not is_so():
            await asyncio.sleep(0.005)


def closed_port() -> int:
    """Return a port at which nobody listens."""
    with socket.socket() as asked:
        asked.bind((LOOPBACK, 0))
        port: int = asked.getsockname()[1]
    return port


class Request(Struct, frozen=True):
    """What came over one HTTP connection."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Listener:
    """A server whose connections end with it; use it as an async context."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self.n_connections = 0
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def n_open(self) -> int:
        return len(self._open)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accepted, LOOPBACK, self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await until(lambda: not self._open)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        self.n_connections += 1
        try:
            await self.handle(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Say nothing, until the other end goes."""
        del writer
        while await reader.read(65_536):
            pass


class Collector(Listener):
    """Keeps all bytes that come."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.data = bytearray()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del writer
        while chunk := await reader.read(65_536):
            self.data += chunk


class WebServer(Listener):
    """Keeps requests, and gives every one the same answer, whatever bytes it is."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.requests: list[Request] = []
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.requests.append(Request(method, path, headers, body))
        writer.write(self.answer)
        await writer.drain()
        await reader.read()  # until the other end has read it and goes


class MailServer:
    """aiosmtpd: keeps mails; refuses whom it is told to."""

    def __init__(
        self, tls: ssl.SSLContext | None = None, *, is_tls_at_once: bool = False, password: str = ""
    ) -> None:
        self.port = 0
        self.mails: list[tuple[str, tuple[str, ...], bytes]] = []
        self.logins: list[str] = []
        self.refused: dict[str, str] = {}
        self.last_word = "250 OK queued as 4711"
        self._tls = tls
        self._is_tls_at_once = is_tls_at_once
        self._password = password
        self._server: asyncio.Server | None = None
        self._talks: set[SMTP] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()

        def talk() -> SMTP:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that a login without TLS is a risk
                made = SMTP(
                    self, hostname="mail.example", loop=loop, timeout=30,
                    tls_context=None if self._is_tls_at_once else self._tls,
                    auth_require_tls=False, authenticator=self._login, auth_required=bool(self._password),
                )  # fmt: skip
            self._talks.add(made)
            return made

        at_once = self._tls if self._is_tls_at_once else None
        self._server = await loop.create_server(talk, LOOPBACK, 0, ssl=at_once)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for talk in self._talks:
            if isinstance(talk.transport, asyncio.Transport):
                talk.transport.abort()
        await until(lambda: not self.n_open)

    @property
    def n_open(self) -> int:
        transports = [talk.transport for talk in self._talks]
        return sum(isinstance(one, asyncio.Transport) and not one.is_closing() for one in transports)

    def _login(self, server: SMTP, session: object, envelope: Envelope, how: str, data: Any) -> AuthResult:
        del server, session, envelope, how
        self.logins.append(data.login.decode())
        is_right = data.password.decode() == self._password
        return AuthResult(success=is_right, handled=is_right)

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's name
        self, server: SMTP, session: object, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: object, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        assert envelope.mail_from is not None
        self.mails.append((envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        return self.last_word


BROKER = """
import asyncio, json, sys
from amqtt.broker import Broker

async def main():
    plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    listener = {"type": "tcp", "bind": "127.0.0.1:0", **json.loads(sys.argv[1])}
    broker = Broker({"listeners": {"default": listener}, "plugins": plugins})
    await broker.start()
    (server,) = broker._servers.values()
    print(server.instance.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await broker.shutdown()

asyncio.run(main())
"""


@contextlib.asynccontextmanager
async def mqtt_broker(listener: dict[str, object] | None = None) -> AsyncIterator[int]:
    """Run amqtt (MQTT 3.1.1) in a process of its own, since it warns about itself, and hand out its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", BROKER, json.dumps(listener or {}),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(await asyncio.wait_for(process.stdout.readline(), DEADLINE_S))
    finally:
        process.kill()
        await process.communicate()


class Published(Struct, frozen=True):
    """What a subscriber got."""

    topic: str
    payload: bytes
    is_retained: bool


class Subscriber:
    """Subscribed to everything at a broker, from when the context is entered; retained messages come first."""

    def __init__(self, port: int) -> None:
        self.got: list[Published] = []
        self._port = port
        self._is_ready = False
        self._client = client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe

    @property
    def latest(self) -> dict[str, bytes]:
        return {one.topic: one.payload for one in self.got}

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._client.connect, LOOPBACK, self._port)
        self._client.subscribe("#", qos=1)
        self._client.loop_start()
        await until(lambda: self._is_ready)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    def _on_message(self, client: object, data: object, message: paho.MQTTMessage) -> None:
        self.got.append(Published(message.topic, bytes(message.payload), message.retain))

    def _on_subscribe(self, *ignored: object) -> None:
        self._is_ready = True


class Certificates:
    """An authority, a server's certificate for loopback and one of a client, as PEM files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.ca, self.ca_key = self._make("the test's authority", None)
        self.ca_file = self._write(folder / "ca.pem", self.ca.public_bytes(Encoding.PEM))
        self.server_file, self.server_key_file = self._pair(folder, "server")
        self.client_file, self.client_key_file = self._pair(folder, "client")

    def server(self, *, is_client_asked: bool = False) -> ssl.SSLContext:
        """Return the context of a server that shows its certificate, and may ask for the client's."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.server_file, self.server_key_file)
        if is_client_asked:
            context.load_verify_locations(self.ca_file)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _pair(self, folder: Path, name: str) -> tuple[str, str]:
        certificate, key = self._make(name, self.ca_key)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return (
            self._write(folder / f"{name}.pem", certificate.public_bytes(Encoding.PEM)),
            self._write(folder / f"{name}.key", pem),
        )

    def _make(
        self, name: str, issuer_key: ec.EllipticCurvePrivateKey | None
    ) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.ca.subject if issuer_key is not None else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=issuer_key is None, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if issuer_key is not None:
            here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(LOOPBACK))]
            known = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
            builder = builder.add_extension(x509.SubjectAlternativeName(here), critical=False)
            builder = builder.add_extension(known, critical=False)
        return builder.sign(issuer_key or key, hashes.SHA256()), key

    def _write(self, path: Path, data: bytes) -> str:
        path.write_bytes(data)
        return str(path)
