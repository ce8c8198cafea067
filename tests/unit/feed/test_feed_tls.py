"""A feed that asks its clients for a certificate."""

import asyncio
import random
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from sargas.feed.tcp_server import Settings, TcpServer, build
from sargas.model.entry import Body, FeedOpened, Frame
from sargas.model.errors import ConfigError
from share_peers import Certificates

LIMIT_S = 20.0


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Another authority, of the same name, with a client of the same name."""
    return Certificates(tmp_path_factory.mktemp("other"))


def settings(own: Certificates) -> Settings:
    return Settings(
        host="127.0.0.1",
        port=0,
        certificate=own.server_file,
        key=own.server_key_file,
        client_ca=own.ca_file,
    )


def client(trusting: Certificates, showing: Certificates | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=trusting.ca_file)
    if showing is not None:
        context.load_cert_chain(showing.client_file, showing.client_key_file)
    return context


async def _until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not is_so():
            await asyncio.sleep(0.005)


def sent(own: Certificates, context: ssl.SSLContext | None) -> list[Body]:
    """Return what the watch has once a client has tried to send a line, and a sound one has after it."""
    kept: list[Body] = []

    async def deliver(body: Body) -> int:
        kept.append(body)
        return len(kept)

    async def send(address: tuple[str, int], how: ssl.SSLContext | None, line: bytes) -> None:
        try:
            reader, writer = await asyncio.open_connection(*address, ssl=how)
            writer.write(line)
            await writer.drain()
            writer.write_eof() if writer.can_write_eof() else writer.close()
            await reader.read()
            writer.transport.abort()
        except OSError:
            return  # it was turned away

    async def whole() -> None:
        transport = TcpServer(settings(own), "plots", random.Random(1))
        running = asyncio.create_task(transport.run(deliver))
        await _until(lambda: transport.address)
        assert transport.address is not None
        await send(transport.address, context, b"the first\n")
        await send(transport.address, client(own, own), b"the last\n")
        await _until(lambda: Frame("plots", b"the last\n") in kept)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(whole())
    return kept


def test_a_client_with_a_certificate_comes_in_under_its_name(own: Certificates) -> None:
    kept = sent(own, client(own, own))
    assert Frame("plots", b"the first\n") in kept
    (opened, *_) = [body for body in kept if isinstance(body, FeedOpened)]
    assert opened.peer.startswith("client at 127.0.0.1:")


@pytest.mark.parametrize("kind", ["none", "another authority's", "no TLS"])
def test_a_client_without_the_right_certificate_is_turned_away(
    own: Certificates, other: Certificates, kind: str
) -> None:
    how = {"none": client(own, None), "another authority's": client(own, other), "no TLS": None}[kind]
    assert Frame("plots", b"the first\n") not in sent(own, how)


def test_what_cannot_be_used_is_told(own: Certificates, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    for bad, why in (
        (Settings(port=0, client_ca=own.ca_file), "go together"),
        (Settings(port=0, certificate=own.server_file), "go together"),
        (Settings(port=0, certificate="none.pem", key="none.key"), "none.pem"),
        (Settings(port=0, certificate=own.server_file, key=own.client_key_file), "server.pem"),
        (
            Settings(
                port=0, certificate=own.server_file, key=own.server_key_file, client_ca=str(tmp_path / "empty.pem")
            ),
            "empty.pem",
        ),
    ):
        with pytest.raises(ConfigError, match=why):
            build(bad, "plots")
