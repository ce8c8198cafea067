"""What every witness promises: the head arrives as it is, an exercise is marked, and what fails says so."""

import email
import email.policy
from collections.abc import AsyncIterator, Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol, Self

import msgspec
import pytest

from record_kit import ORIGIN
from sargas import plugins
from sargas.model.errors import ChannelError, ConfigError
from sargas.model.record import Head
from sargas.ports import Witness
from sargas.share.standalone import verify
from sargas.store import signing_key
from share_peers import MailServer, WebServer, closed_port

WITNESSES = plugins.names("witness")
KEY = signing_key.made()


def head(n_entries: int, *, is_exercise: bool = False) -> Head:
    return signing_key.head(ORIGIN, n_entries, bytes(32), 1.75e9 + n_entries, KEY, is_exercise=is_exercise)


class Peer(Protocol):
    """Who keeps the heads; entered before anything is sent, left at the end."""

    async def __aenter__(self) -> Self:
        """Be there."""

    async def __aexit__(self, *error: object) -> None:
        """Leave nothing open."""

    def settings(self) -> Mapping[str, object]:
        """Return the table of the configuration for a witness there."""

    def dead(self) -> Mapping[str, object]:
        """Return a table for a witness that is nowhere."""

    def arrived(self) -> list[str]:
        """Return what has arrived, as a person there reads it, one text for each publication."""

    def identities(self) -> set[str]:
        """Return what the receiver holds: those that it takes for one another are one."""


class FilePeer:
    """A file on a share; a head is told from another by its text."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "heads.txt"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        pass

    def settings(self) -> Mapping[str, object]:
        return {"path": str(self.path)}

    def dead(self) -> Mapping[str, object]:
        return {"path": str(self.path.with_name("a disk that is not there") / "heads.txt")}

    def arrived(self) -> list[str]:
        blocks = self.path.read_text().strip("\n").split("\n\n")  # texts and signatures in turns
        return [f"{text}\n\n{signed}\n" for text, signed in zip(blocks[::2], blocks[1::2], strict=True)]

    def identities(self) -> set[str]:
        return {one.text for one in verify.heads_of(self.path.read_text())}


class WebPeer:
    """A server that takes posts, and knows repeats by `webhook-id`."""

    def __init__(self, folder: Path) -> None:
        del folder
        self.server = WebServer()

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.server.__aexit__(None, None, None)

    def settings(self) -> Mapping[str, object]:
        return {"url": f"http://127.0.0.1:{self.server.port}/heads"}

    def dead(self) -> Mapping[str, object]:
        return {"url": f"http://127.0.0.1:{closed_port()}/heads"}

    def arrived(self) -> list[str]:
        assert all(one.headers["content-type"] == "text/plain; charset=utf-8" for one in self.server.requests)
        return [f"{one.headers.get('sargas-mark', '')}{one.body.decode()}" for one in self.server.requests]

    def identities(self) -> set[str]:
        return {one.headers["webhook-id"] for one in self.server.requests}


class MailPeer:
    """A mail server; mail systems know repeats by Message-ID."""

    def __init__(self, folder: Path) -> None:
        del folder
        self.server = MailServer()

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.server.__aexit__(None, None, None)

    def settings(self) -> Mapping[str, object]:
        addresses = {"sender": "watch@sargas.example", "recipients": ["archive@vilnius.example"]}
        return {"host": "127.0.0.1", "port": self.server.port, "tls": "none", **addresses}

    def dead(self) -> Mapping[str, object]:
        return {**self.settings(), "port": closed_port()}

    def mails(self) -> list[EmailMessage]:
        read = [email.message_from_bytes(data, policy=email.policy.default) for _, _, data in self.server.mails]
        return [mail for mail in read if isinstance(mail, EmailMessage)]

    def arrived(self) -> list[str]:
        return [f"{mail['Subject']}\n{mail.get_content()}".replace("\r\n", "\n") for mail in self.mails()]

    def identities(self) -> set[str]:
        return {str(mail["Message-ID"]) for mail in self.mails()}


PEERS: dict[str, Callable[[Path], Peer]] = {"file": FilePeer, "webhook": WebPeer, "mail": MailPeer}


def built(name: str, table: Mapping[str, object]) -> Witness:
    module = plugins.load("witness", name)
    witness: Witness = module.build(msgspec.convert(table, module.Settings), "archive")
    return witness


def test_every_witness_has_somebody_here_who_keeps_its_heads() -> None:
    assert set(PEERS) == set(WITNESSES)


@pytest.fixture(params=WITNESSES)
def name(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
async def peer(name: str, tmp_path: Path) -> AsyncIterator[Peer]:
    async with PEERS[name](tmp_path) as made:
        yield made


async def test_a_head_arrives_as_it_is(name: str, peer: Peer) -> None:
    witness = built(name, peer.settings())
    for n_entries in (1, 20, 300):
        await witness.publish(head(n_entries))
        note = head(n_entries).note
        arrived = peer.arrived()[-1]
        assert note in arrived
        read = verify.heads_of(arrived[arrived.index(ORIGIN + "\n") :])
        assert read[0].check({head(n_entries).key_id: KEY.public_key})
    assert len(peer.identities()) == 3


async def test_the_same_head_counts_once(name: str, peer: Peer) -> None:
    witness = built(name, peer.settings())
    await witness.publish(head(5))
    await witness.publish(head(5))
    assert len(peer.identities()) == 1


async def test_an_exercise_is_marked(name: str, peer: Peer) -> None:
    witness = built(name, peer.settings())
    await witness.publish(head(5, is_exercise=True))
    await witness.publish(head(6))
    exercise, real = peer.arrived()
    assert "EXERCISE" in exercise
    assert "EXERCISE" not in real


async def test_a_witness_that_is_not_there_is_told(name: str, peer: Peer) -> None:
    with pytest.raises(ChannelError):
        await built(name, peer.dead()).publish(head(5))


async def test_what_was_broken_off_in_a_file_does_not_spoil_the_next_head(tmp_path: Path) -> None:
    peer = FilePeer(tmp_path)
    witness = built("file", peer.settings())
    await witness.publish(head(5))
    whole = peer.path.read_text()
    for cut in range(1, len(whole)):
        peer.path.write_text(whole[:cut])
        await witness.publish(head(6))
        assert head(6).note in peer.path.read_text().removeprefix(whole[:cut])
        assert verify.heads_of(head(6).note)[0].text in {
            one.text for one in verify.heads_of(peer.path.read_text()[cut:])
        }


async def test_a_web_server_that_refuses_is_told(tmp_path: Path) -> None:
    async with WebPeer(tmp_path) as peer:
        peer.server.answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!"
        with pytest.raises(ChannelError, match=r"refused it.*403.*no!"):
            await built("webhook", peer.settings()).publish(head(5))


@pytest.mark.parametrize(
    ("kind", "table", "said"),
    [
        ("file", {"path": "."}, "expected the name of a file"),
        ("webhook", {"url": "http://archive.example/heads"}, "expected https"),
        (
            "mail",
            {"host": "mail.example", "sender": "a@b.example", "recipients": ["c@d.example"], "tls": "none"},
            "expected TLS",
        ),
    ],
)
def test_what_would_go_in_the_clear_or_nowhere_is_refused(kind: str, table: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=f"witness 'archive': .*{said}"):
        built(kind, table)
