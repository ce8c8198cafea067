"""What every channel promises to the outbox and to whoever is warned; each has the other end that it talks to."""

import asyncio
import email
import email.policy
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, Self
from xml.etree.ElementTree import fromstring

import msgspec
import pytest
from msgspec import structs

import share_kit as kit
from sargas import plugins
from sargas.model.errors import ChannelError
from sargas.ports import Bulletin, Channel
from share_peers import Collector, Listener, MailServer, Subscriber, WebServer, closed_port, mqtt_broker, until

CHANNELS = plugins.names("channel")
DELIVERED_S = 5.0
"""From approved to delivered, on loopback."""
FAILED_S = 6.0
RECEIPT_MAX = 500
MARKS = (b"EXERCISE", b"Exercise", b"PRATYBOS")
SECRETS = re.compile("password|secret|token|bearer|key")


class Peer(Protocol):
    """The other end of one channel; entered before anything is sent, left at the end."""

    async def __aenter__(self) -> Self:
        """Be there."""

    async def __aexit__(self, *error: object) -> None:
        """Leave nothing open."""

    def settings(self) -> Mapping[str, object]:
        """Return the table of the configuration for a channel to this end."""

    def dead(self) -> Mapping[str, object]:
        """Return a table for a channel to nobody."""

    def arrived(self) -> Mapping[str, bytes]:
        """Return all that has left so far, by name: each file, message or part as a receiver reads it, unpacked."""

    def identities(self) -> set[str]:
        """Return the warnings that the receiver holds: those that it takes for one another are one."""

    def n_open(self) -> int:
        """Return how many connections are open."""


class FolderPeer:
    """A folder that others read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "out"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        assert not [path for path in self.folder.rglob("*") if "part" in path.suffix]

    def settings(self) -> Mapping[str, object]:
        return {"path": str(self.folder)}

    def dead(self) -> Mapping[str, object]:
        return {**self.settings(), "path": str(self.folder / "disk that is not there" / "out")}

    def arrived(self) -> Mapping[str, bytes]:
        files = [path for path in self.folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}

    def identities(self) -> set[str]:
        messages = [fromstring(data) for name, data in self.arrived().items() if name.endswith(".xml")]
        return {message.findtext(f"{{{kit.CAP_NAMESPACE}}}identifier", "") for message in messages}

    def n_open(self) -> int:
        return 0


class PagePeer(FolderPeer):
    """A folder that a web server shows; a feed reader tells entries apart by their ids (RFC 4287, 4.2.6)."""

    def settings(self) -> Mapping[str, object]:
        return {"path": str(self.folder), "address": "https://warnings.example/", "has_background": False}

    def identities(self) -> set[str]:
        atom = "{http://www.w3.org/2005/Atom}"
        feed = self.folder / "atom.xml"
        found = fromstring(feed.read_bytes()).iter(f"{atom}entry") if feed.exists() else ()
        return {entry.findtext(f"{atom}id", "") for entry in found}


class WebhookPeer:
    """Whoever takes requests, and knows repeats by `webhook-id`."""

    def __init__(self, folder: Path) -> None:
        del folder
        self.server = WebServer()

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.server.__aexit__(None, None, None)

    def settings(self) -> Mapping[str, object]:
        return {"url": f"http://127.0.0.1:{self.server.port}/in", **self.body()}

    def body(self) -> Mapping[str, object]:
        return {"body": "json"}

    def dead(self) -> Mapping[str, object]:
        return {"url": f"http://127.0.0.1:{closed_port()}/in"}

    def arrived(self) -> Mapping[str, bytes]:
        return {str(number): request.body for number, request in enumerate(self.server.requests)}

    def identities(self) -> set[str]:
        return {request.headers["webhook-id"] for request in self.server.requests}

    def n_open(self) -> int:
        return self.server.n_open


class CapWebhookPeer(WebhookPeer):
    """The same, for who wants the CAP message alone."""

    def body(self) -> Mapping[str, object]:
        return {"body": "cap"}


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
        addresses = {"sender": "watch@sargas.example", "recipients": ["duty@vilnius.example"]}
        return {"host": "127.0.0.1", "port": self.server.port, "tls": "none", **addresses}

    def dead(self) -> Mapping[str, object]:
        return {**self.settings(), "port": closed_port()}

    def mails(self) -> list[EmailMessage]:
        read = [email.message_from_bytes(data, policy=email.policy.default) for _, _, data in self.server.mails]
        return [mail for mail in read if isinstance(mail, EmailMessage)]

    def arrived(self) -> Mapping[str, bytes]:
        found = {}
        for number, mail in enumerate(self.mails()):
            assert not mail.defects
            found[f"{number} subject"] = str(mail["Subject"]).encode()
            parts = [part for part in mail.walk() if not part.is_multipart()]
            for place, part in enumerate(parts):
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                found[f"{number} part {place} {part.get_content_type()}"] = payload
        return found

    def identities(self) -> set[str]:
        return {str(mail["Message-ID"]) for mail in self.mails()}

    def n_open(self) -> int:
        return self.server.n_open


class MqttPeer:
    """A subscriber at a broker."""

    port = 0

    def __init__(self, folder: Path) -> None:
        self.prefix = folder.name
        self.subscriber = Subscriber(self.port)

    async def __aenter__(self) -> Self:
        await self.subscriber.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.subscriber.__aexit__(None, None, None)

    def settings(self) -> Mapping[str, object]:
        access = {"host": "127.0.0.1", "port": self.port, "is_tls": False, "version": "3.1.1"}
        return {**access, "prefix": self.prefix}

    def dead(self) -> Mapping[str, object]:
        return {**self.settings(), "port": closed_port()}

    def arrived(self) -> Mapping[str, bytes]:
        ours = [one for one in self.subscriber.got if self.prefix in one.topic]
        return {f"{number} {one.topic}": one.payload for number, one in enumerate(ours)}

    def identities(self) -> set[str]:
        return {json.loads(data)["id"] for name, data in self.arrived().items() if "/warnings/" in name}

    def n_open(self) -> int:
        return 0


class TakPeer:
    """A server that takes Cursor on Target and says nothing; a client knows an event by its uid."""

    def __init__(self, folder: Path) -> None:
        del folder
        self.server = Collector()

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.server.__aexit__(None, None, None)

    def settings(self) -> Mapping[str, object]:
        return {"host": "127.0.0.1", "port": self.server.port, "protocol": "tcp", "answer_timeout_s": 0.2}

    def dead(self) -> Mapping[str, object]:
        return {**self.settings(), "port": closed_port()}

    def arrived(self) -> Mapping[str, bytes]:
        found = re.findall(rb"<event .*?</event>", bytes(self.server.data), re.DOTALL)
        return {f"{number}": one for number, one in enumerate(found)}

    def identities(self) -> set[str]:
        events = [fromstring(data) for data in self.arrived().values()]
        return {event.attrib["uid"] for event in events if not event.attrib["type"].startswith("t-")}

    def n_open(self) -> int:
        return self.server.n_open


PEERS: dict[str, Callable[[Path], Peer]] = {
    "cap_file": FolderPeer,
    "mail": MailPeer,
    "mqtt": MqttPeer,
    "public": PagePeer,
    "tak": TakPeer,
    "webhook": WebhookPeer,
    "webhook, cap": CapWebhookPeer,
}


def kind_of(name: str) -> str:
    return name.partition(",")[0]


def module_of(name: str) -> ModuleType:
    return plugins.load("channel", kind_of(name))


def built(name: str, table: Mapping[str, object]) -> Channel:
    """Return the channel of a table of the configuration."""
    module = module_of(name)
    made: Channel = module.build(msgspec.convert(table, module.Settings), "out")
    return made


def test_every_channel_of_the_folder_has_a_peer_here() -> None:
    lacking = set(CHANNELS) - {kind_of(name) for name in PEERS}
    assert not lacking, (
        f"no peer for {', '.join(sorted(lacking))}: add to PEERS, under its name, a class that has what Peer asks"
        " for: the other end as a real one on loopback, the settings of a channel to it, what arrived there, and"
        " by what a receiver knows a repeat"
    )
    assert {kind_of(name) for name in PEERS} <= set(CHANNELS)


@pytest.fixture(scope="module")
async def broker() -> AsyncIterator[int]:
    async with mqtt_broker() as port:
        MqttPeer.port = port
        yield port


@pytest.fixture(params=PEERS)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
async def peer(name: str, broker: int, tmp_path: Path) -> AsyncIterator[Peer]:
    del broker
    async with PEERS[name](tmp_path) as made:
        yield made


@pytest.fixture
async def channel(name: str, peer: Peer) -> AsyncIterator[Channel]:
    """Build the channel; at the end it has let go of everything."""
    before = running_tasks()
    made = built(name, peer.settings())
    yield made
    await made.close()
    await until(lambda: peer.n_open() == 0 and running_tasks() <= before)


def running_tasks() -> set[asyncio.Task[Any]]:
    """Return the tasks that run, but for those of the test's runner."""
    tasks = {task for task in asyncio.all_tasks() if not task.done()}
    return {task for task in tasks if not getattr(task.get_coro(), "__qualname__", "").startswith("TestRunner")}


def is_marked(data: bytes) -> bool:
    return any(mark in data for mark in MARKS)


def read_all(arrived: Mapping[str, bytes]) -> None:
    """Read everything as what it says it is; raises if something is broken."""
    for stream, data in arrived.items():
        text = data.decode("utf-8")
        if text.lstrip().startswith("{"):
            msgspec.json.decode(data)
        elif text.startswith(("<?xml", "<event")):
            fromstring(data)
        else:
            assert data, stream


def now_ish(bulletin: Bulletin) -> Bulletin:
    """Return the bulletin as if it were sent now: some channels show only what is in force."""
    shift_s = time.time() - bulletin.sent_s
    about = bulletin.warning
    content = structs.replace(about.content, expires_s=about.content.expires_s + shift_s)
    about = structs.replace(about, content=content, sent_s=time.time())
    return kit.bulletin(warning=about, is_exercise=bulletin.is_exercise, title=bulletin.title)


# --- delivering ---


async def test_a_warning_arrives_in_time_and_the_receipt_is_one_line(channel: Channel, peer: Peer) -> None:
    async with asyncio.timeout(DELIVERED_S):
        receipt = await channel.deliver(now_ish(kit.bulletin()))
    assert 0 < len(receipt) <= RECEIPT_MAX
    assert receipt.isprintable()
    await until(peer.identities)
    read_all(peer.arrived())


async def test_who_gets_it_twice_has_it_once(channel: Channel, peer: Peer) -> None:
    bulletin = now_ish(kit.bulletin())
    await channel.deliver(bulletin)
    await until(peer.identities)
    once, n_arrived = peer.identities(), len(peer.arrived())
    await channel.deliver(bulletin)
    await until(lambda: len(peer.arrived()) > n_arrived or isinstance(peer, FolderPeer))
    assert peer.identities() == once


async def test_who_gets_it_again_after_a_restart_has_it_once(name: str, channel: Channel, peer: Peer) -> None:
    bulletin = now_ish(kit.bulletin())
    await channel.deliver(bulletin)
    await until(peer.identities)
    once = peer.identities()
    again = built(name, peer.settings())
    try:
        await again.deliver(bulletin)
        await asyncio.sleep(0.05)  # what could arrive late as something new
        assert peer.identities() == once
    finally:
        await again.close()


async def test_the_whole_story_of_an_incident_arrives(channel: Channel, peer: Peer) -> None:
    for bulletin in kit.series():
        await channel.deliver(now_ish(bulletin))
    await until(peer.identities)
    read_all(peer.arrived())


@pytest.mark.parametrize("kind", ["alert", "update", "cancel"])
async def test_an_exercise_is_marked_in_all_that_leaves(channel: Channel, peer: Peer, kind: Any) -> None:
    await channel.deliver(now_ish(kit.bulletin(kind, is_exercise=True)))
    await until(peer.identities)
    assert [stream for stream, data in peer.arrived().items() if not is_marked(data)] == []


async def test_a_real_warning_has_no_mark_of_an_exercise(channel: Channel, peer: Peer) -> None:
    await channel.deliver(now_ish(kit.bulletin()))
    await until(peer.identities)
    assert [stream for stream, data in peer.arrived().items() if is_marked(data)] == []


@pytest.mark.parametrize("is_exercise", [False, True], ids=["real", "exercise"])
async def test_words_of_people_cannot_break_it(channel: Channel, peer: Peer, is_exercise: bool) -> None:
    receipt = await channel.deliver(now_ish(kit.hostile(is_exercise=is_exercise)))
    assert receipt.isprintable()
    await until(peer.identities)
    read_all(peer.arrived())
    assert len(peer.identities()) >= 1
    if is_exercise:
        assert all(is_marked(data) for data in peer.arrived().values())


# --- what goes wrong ---


async def test_a_dead_peer_is_told_in_a_plain_sentence(name: str, peer: Peer) -> None:
    made = built(name, peer.dead())
    try:
        for asked in (lambda: made.deliver(kit.bulletin()), made.check):
            async with asyncio.timeout(FAILED_S):
                with pytest.raises(ChannelError) as caught:
                    await asked()
            reason = str(caught.value)
            assert 10 < len(reason) <= RECEIPT_MAX
            assert reason.isprintable()
            assert " " in reason
            assert "Traceback" not in reason
            assert not re.search(r"\b\w+(Error|Exception)\(", reason)
    finally:
        await made.close()
    assert not peer.identities()


SILENT: dict[str, Callable[[int], Mapping[str, object]]] = {
    "webhook": lambda port: {"url": f"http://127.0.0.1:{port}/"},
    "mail": lambda port: {
        "host": "127.0.0.1", "port": port, "tls": "none", "sender": "a@b.example", "recipients": ["c@d.example"],
    },
    "mqtt": lambda port: {"host": "127.0.0.1", "port": port, "is_tls": False},
}  # fmt: skip
"""Those whose other end must answer; a TAK server need not say a word, and a folder cannot."""


async def test_a_peer_that_takes_the_connection_and_says_nothing_is_given_up() -> None:
    async def wait_for(name: str, port: int) -> None:
        made = built(name, SILENT[name](port))
        with pytest.raises(ChannelError, match="within"):
            await made.deliver(kit.bulletin())
        await made.close()

    async with Listener() as server:
        async with asyncio.timeout(FAILED_S):
            await asyncio.gather(*(wait_for(name, server.port) for name in SILENT))
        await until(lambda: not server.n_open)


@pytest.mark.parametrize("n_turns", [0, 1, 3, 10, 30, 100])
async def test_a_delivery_that_is_cancelled_leaves_nothing_half_written(
    channel: Channel, peer: Peer, n_turns: int
) -> None:
    bulletin = now_ish(kit.bulletin())
    delivering = asyncio.create_task(channel.deliver(bulletin))
    for _ in range(n_turns):
        await asyncio.sleep(0)
    delivering.cancel()
    done, _ = await asyncio.wait([delivering], timeout=1.0)
    assert done
    await channel.deliver(bulletin)
    await until(peer.identities)
    read_all(peer.arrived())
    one = peer.identities()
    await channel.deliver(bulletin)
    assert peer.identities() == one


# --- the check, the end, the settings ---


async def test_a_check_says_something_and_shows_nobody_a_warning(channel: Channel, peer: Peer) -> None:
    for _ in range(2):
        said = await channel.check()
        assert 0 < len(said) <= RECEIPT_MAX
        assert said.isprintable()
    assert not peer.identities()


async def test_a_channel_can_be_closed_before_and_twice(name: str, peer: Peer) -> None:
    unused = built(name, peer.settings())
    await unused.close()
    used = built(name, peer.settings())
    await used.deliver(now_ish(kit.bulletin()))
    await used.close()
    await used.close()
    await until(lambda: peer.n_open() == 0)


def test_a_channel_is_built_without_touching_the_other_end(name: str, tmp_path: Path) -> None:
    made = PEERS[name](tmp_path)
    before = set(tmp_path.iterdir())
    built(name, made.dead())
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("kind", CHANNELS)
def test_settings_refuse_what_they_do_not_know(kind: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"colour": "red"}, module_of(kind).Settings)


@pytest.mark.parametrize("kind", CHANNELS)
def test_secrets_stand_in_files_not_in_the_settings(kind: str) -> None:
    named = [field.name for field in structs.fields(module_of(kind).Settings)]
    assert [field for field in named if SECRETS.search(field) and not field.endswith("_file")] == []
