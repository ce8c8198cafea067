"""Links over real sockets on loopback: slow, mute, dead and untrusted peers, protobuf, datagrams."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import takproto
from msgspec import ValidationError, convert, structs

import share_kit
import tak_kit
from sargas.model.errors import ChannelError, ConfigError
from sargas.share import channel_tak, cot, stream_tak, tak_link, tak_server
from sargas.share.cot import Event, Place, Stamp
from sargas.share.tak_frames import Splitter
from sargas.share.tak_way import Link, LinkSettings
from share_peers import LOOPBACK, Certificates, Collector, Listener, closed_port, until

STAMP = Stamp(made_s=1_753_668_000.0, stale_s=1_753_668_060.0, is_exercise=False)
PONG = (
    b'<event version="2.0" uid="takPong" type="t-x-c-t-r" how="h-g-i-g-o" time="2025-07-28T02:00:00Z" '
    b'start="2025-07-28T02:00:00Z" stale="2025-07-28T02:00:20Z">'
    b'<point lat="0" lon="0" hae="0" ce="9" le="9"/></event>'
)
OFFER = PONG.replace(b"t-x-c-t-r", b"t-x-takp-v").replace(
    b"</event>", b'<detail><TakControl><TakProtocolSupport version="1"/></TakControl></detail></event>'
)
"""protocol.txt, Streaming Connection Protocol Negotiation, step 3."""


def position(number: int, lat_deg: float = 54.0, size: int = 0) -> Event:
    place = Place(lat_deg=lat_deg, lon_deg=25.0)
    return STAMP.event(f"track-{number}", "a-u-A", place, name=f"Track {number}", text="x" * size)


def alert(number: int, size: int = 0) -> Event:
    return STAMP.event(f"alert-{number}", "b-a-o-pan", Place(lat_deg=54.0, lon_deg=25.0), name="A", text="x" * size)


@contextlib.asynccontextmanager
async def opened(port: int, **changes: Any) -> AsyncIterator[Link]:
    settings: dict[str, Any] = {"host": LOOPBACK, "port": port, "protocol": "tcp", "answer_timeout_s": 0.3, **changes}
    link = await tak_link.open_link(LinkSettings(**settings))
    try:
        yield link
    finally:
        await link.close()


class TakServer(Listener):
    """Answers pings as TAK servers do, while it wants to; `speech` is what it says first."""

    def __init__(self, tls: Any = None, speech: bytes = b"") -> None:
        super().__init__(tls)
        self.data = bytearray()
        self.speech = speech
        self.is_awake = True

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.speech)
        splitter = Splitter()
        while data := await reader.read(65_536):
            self.data += data
            splitter.push(data)
            for event in splitter.events():
                if isinstance(event, Event) and event.kind == "t-x-c-t" and self.is_awake:
                    writer.write(PONG)


class ProtobufServer(TakServer):
    """Offers protobuf and gives `answer` to who asks; from a yes on it reads and writes nothing else."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(speech=OFFER)
        self.answer = answer
        self.asked = b""
        self.messages: list[Any] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.speech)
        while b"t-x-takp-q" not in self.asked or not self.asked.endswith(b"</event>"):
            self.asked += await reader.read(65_536)
        writer.write(self.answer)
        while b"true" in self.answer:
            assert await reader.readexactly(1) == b"\xbf"
            size = await self._varint(reader)
            message = takproto.parse_mesh(b"\xbf\x01\xbf" + await reader.readexactly(size))
            self.messages.append(message.cotEvent)
            if message.cotEvent.type == "t-x-c-t":
                pong = takproto.xml2proto(PONG.decode(), takproto.TAKProtoVer.STREAM)
                writer.write(bytes(pong))
        while data := await reader.read(65_536):
            self.data += data

    async def _varint(self, reader: asyncio.StreamReader) -> int:
        value, shift = 0, 0
        while True:
            (byte,) = await reader.readexactly(1)
            value, shift = value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                return value


@contextlib.contextmanager
def sleeper() -> Any:
    """Let the system accept connections that nobody reads; hand out the socket."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        listening.bind((LOOPBACK, 0))
        listening.listen()
        listening.setblocking(False)
        yield listening


async def clogged(link: Link) -> int:
    """Post alerts until no more fits into the systems' buffers, and return how many."""
    for number in range(250):
        link.post(alert(number, size=60_000))
    await asyncio.sleep(0)
    return 250


def found_in(data: bytes | bytearray, kind: str) -> list[str]:
    """Return the uids of events of a type in a stream of XML."""
    events = [cot.read(part + b"</event>") for part in bytes(data).split(b"</event>")[:-1]]
    return [event.uid for event in events if isinstance(event, Event) and event.kind == kind]


# --- servers ---


async def test_what_was_posted_arrives_in_order_before_the_ping_that_confirms_it() -> None:
    async with TakServer() as server, opened(server.port) as link:
        for number in range(200):
            link.post(alert(number))
        assert await link.confirm() == "answered"
        assert found_in(server.data, "b-a-o-pan") == [f"alert-{number}" for number in range(200)]
        assert found_in(server.data, "t-x-c-t") == ["SARGAS-ping"]


async def test_a_server_that_answers_no_pings_is_said_to_have_the_bytes_and_no_more() -> None:
    async with Collector() as server, opened(server.port) as link:
        link.post(alert(1))
        assert await link.confirm() == "acknowledged"
        await until(lambda: found_in(server.data, "b-a-o-pan") == ["alert-1"])
        assert await link.confirm() == "acknowledged"


async def test_a_server_that_answers_no_pings_is_not_taken_for_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tak_server, "PING_EVERY_S", 0.01)
    async with Collector() as server, opened(server.port) as link:
        await until(lambda: len(found_in(server.data, "t-x-c-t")) > 10)
        await link.rest(0.01)
        assert link.is_alive


async def test_a_server_that_answered_and_falls_silent_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tak_server, "PING_EVERY_S", 0.05)
    async with TakServer() as server, opened(server.port) as link:
        assert await link.confirm() == "answered"
        server.is_awake = False
        with pytest.raises(ChannelError, match="silent"):
            await link.rest(30.0)


async def test_a_server_that_answered_before_must_answer_to_confirm() -> None:
    async with TakServer() as server, opened(server.port) as link:
        await link.confirm()
        server.is_awake = False
        link.post(alert(1))
        with pytest.raises(ChannelError, match="did not answer"):
            await link.confirm()


async def test_a_server_that_left_out_a_ping_is_forgiven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tak_server, "PING_EVERY_S", 0.05)
    async with TakServer() as server, opened(server.port) as link:
        await link.confirm()
        server.is_awake = False
        n_pings = len(found_in(server.data, "t-x-c-t"))
        await until(lambda: len(found_in(server.data, "t-x-c-t")) > n_pings)
        server.is_awake = True
        n_pings = len(found_in(server.data, "t-x-c-t"))
        await until(lambda: len(found_in(server.data, "t-x-c-t")) > n_pings + 1)
        assert await link.confirm() == "answered"


async def test_a_server_that_goes_is_told_at_once() -> None:
    async with TakServer() as server, opened(server.port) as link:
        await link.confirm()
        waiting = asyncio.create_task(link.rest(30.0))
        await asyncio.sleep(0)
        await server.__aexit__(None, None, None)
        with pytest.raises(ChannelError, match=f"{LOOPBACK}:{server.port}: "):
            await waiting
        assert not link.is_alive
        with pytest.raises(ChannelError):
            link.post(alert(1))


async def test_a_server_that_takes_nothing_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tak_server, "DEAD_AFTER_S", 0.2)
    with sleeper() as listening:
        async with opened(listening.getsockname()[1]) as link:
            await clogged(link)
            with pytest.raises(ChannelError, match="taken nothing"):
                await link.rest(30.0)


async def test_what_a_slow_server_has_not_taken_is_not_confirmed() -> None:
    with sleeper() as listening:
        async with opened(listening.getsockname()[1]) as link:
            await clogged(link)
            with pytest.raises(ChannelError, match="not acknowledged"):
                await link.confirm()


async def test_a_slow_server_loses_old_positions_and_no_alert(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tak_server, "POSITIONS_MAX", 50)
    with sleeper() as listening:
        async with opened(listening.getsockname()[1]) as link:
            n_alerts = await clogged(link)
            for number in range(60):
                link.post(position(number), f"track-{number}")
            assert link.n_dropped == 10
            for number in range(10, 60):
                link.post(position(number, lat_deg=55.0), f"track-{number}")
            assert link.n_dropped == 60
            connection, _ = listening.accept()
            connection.setblocking(False)
            reader, writer = await asyncio.open_connection(sock=connection)
            data = bytearray()
            while b"track-59" not in data[-20_000:]:
                data += await reader.read(1_000_000)
            writer.close()
    assert found_in(data, "b-a-o-pan") == [f"alert-{number}" for number in range(n_alerts)]
    assert found_in(data, "a-u-A") == [f"track-{number}" for number in range(10, 60)]
    assert b'lat="54.000000" lon="25.000000"' not in data[data.find(b'uid="track-10"') :]


async def test_no_position_waits_for_ever_behind_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A track that is updated while it waits keeps its place in the queue."""
    with sleeper() as listening:
        async with opened(listening.getsockname()[1]) as link:
            await clogged(link)
            for number in (1, 2, 3, 1, 2):
                link.post(position(number), f"track-{number}")
            connection, _ = listening.accept()
            connection.setblocking(False)
            reader, writer = await asyncio.open_connection(sock=connection)
            data = bytearray()
            while b"track-3" not in data[-20_000:]:
                data += await reader.read(1_000_000)
            writer.close()
    assert found_in(data, "a-u-A") == ["track-1", "track-2", "track-3"]


async def test_a_server_that_leaves_too_many_alerts_waiting_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tak_server, "IMPORTANT_MAX", 20)
    with sleeper() as listening:
        async with opened(listening.getsockname()[1]) as link:
            with pytest.raises(ChannelError, match="leaves 20 events waiting"):
                await clogged(link)


@pytest.mark.parametrize(
    "speech",
    [
        PONG.replace(b"<point", b"<!DOCTYPE a><point") * 3,
        b'<event type="t-x-c-t-r"/></event>' + b"\xff\xfe t-x- </event>",
        OFFER.replace(b'"1"', b'"2"'),
    ],
)
async def test_what_a_hostile_server_says_changes_nothing(speech: bytes) -> None:
    async with TakServer(speech=speech) as server, opened(server.port, version="protobuf") as link:
        link.post(alert(1))
        assert await link.confirm() == "answered"
        assert found_in(server.data, "b-a-o-pan") == ["alert-1"]
        server.is_awake = False
        with pytest.raises(ChannelError, match="did not answer"):
            await link.confirm()


async def test_a_server_that_talks_without_end_is_dead() -> None:
    async with TakServer(speech=b"<event " * 2_000_000) as server, opened(server.port) as link:
        with pytest.raises(ChannelError, match="without the end of an event"):
            await link.rest(30.0)


async def test_nobody_there_is_told_at_once() -> None:
    port = closed_port()
    with pytest.raises(ChannelError, match=f"{LOOPBACK}:{port}: Connection refused"):
        async with opened(port):
            pass


# --- protobuf ---

GRANTED = OFFER.replace(b"t-x-takp-v", b"t-x-takp-r").replace(
    b'<TakProtocolSupport version="1"/>', b'<TakResponse status="true"/>'
)


async def test_protobuf_is_spoken_once_the_server_has_agreed() -> None:
    async with ProtobufServer(GRANTED) as server, opened(server.port, version="protobuf") as link:
        await until(lambda: server.asked)
        link.post(alert(1))
        assert await link.confirm() == "answered"
        assert [message.uid for message in server.messages] == ["alert-1", "SARGAS-ping"]
        assert found_in(server.asked, "t-x-takp-q") == ["takPong"]  # the offer's uid


async def test_a_no_leaves_it_at_xml() -> None:
    denied = GRANTED.replace(b"true", b"false")
    async with ProtobufServer(denied) as server, opened(server.port, version="protobuf") as link:
        await until(lambda: server.asked)
        link.post(alert(1))
        assert await link.confirm() == "acknowledged"
        await until(lambda: found_in(server.data, "b-a-o-pan") == ["alert-1"])


async def test_a_server_that_offers_and_does_not_answer_confirms_nothing() -> None:
    async with ProtobufServer(b" ") as server, opened(server.port, version="protobuf") as link:
        await until(lambda: server.asked)
        link.post(alert(1))
        with pytest.raises(ChannelError, match='set version = "xml"'):
            await link.confirm()


async def test_who_wants_xml_does_not_ask_for_protobuf() -> None:
    async with TakServer(speech=OFFER) as server, opened(server.port) as link:
        link.post(alert(1))
        assert await link.confirm() == "answered"
        assert b"takp-q" not in server.data


# --- TLS ---


async def test_a_server_of_a_trusted_authority_is_trusted(tmp_path: Path) -> None:
    made = Certificates(tmp_path)
    trusting = {"protocol": "tls", "ca_file": made.ca_file}
    async with TakServer(made.server()) as server, opened(server.port, **trusting) as link:
        link.post(alert(1))
        assert await link.confirm() == "answered"


async def test_a_server_of_an_unknown_authority_is_not(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    made, others = Certificates(tmp_path), Certificates(tmp_path / "theirs")
    async with TakServer(made.server()) as server:
        for ca_file in (others.ca_file, ""):
            with pytest.raises(ChannelError, match="certificate is not trusted"):
                async with opened(server.port, protocol="tls", ca_file=ca_file):
                    pass


async def test_the_name_in_the_certificate_is_checked(tmp_path: Path) -> None:
    made = Certificates(tmp_path)
    async with TakServer(made.server()) as server:
        with pytest.raises(ChannelError, match="certificate is not trusted: Hostname mismatch"):
            async with opened(server.port, protocol="tls", ca_file=made.ca_file, server_name="takserver"):
                pass
        changes = {"ca_file": made.ca_file, "server_name": "takserver", "checks_name": False}
        async with opened(server.port, protocol="tls", **changes) as link:
            assert await link.confirm() == "answered"


async def test_a_server_that_wants_our_certificate_gets_it(tmp_path: Path) -> None:
    made = Certificates(tmp_path)
    files = {"ca_file": made.ca_file, "certificate_file": made.client_file, "key_file": made.client_key_file}
    async with TakServer(made.server(is_client_asked=True)) as server:
        async with opened(server.port, protocol="tls", **files) as link:
            assert await link.confirm() == "answered"
        with pytest.raises(ChannelError):
            async with opened(server.port, protocol="tls", ca_file=made.ca_file) as link:
                await link.confirm()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ca_file": "no/such.pem"}, "ca_file: no/such.pem"),
        ({"certificate_file": "no/such.pem"}, "certificate_file: no/such.pem"),
        ({"interface": "eth0"}, "interface: .*expected the IPv4 address"),
    ],
)
def test_settings_that_cannot_work_are_refused_before_anything_is_opened(changes: dict[str, str], why: str) -> None:
    for module in (channel_tak, stream_tak):
        with pytest.raises(ConfigError, match=why):
            module.build(module.Settings(host=LOOPBACK, port=8089, **changes), "tak")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "changes", [{"station": "two words"}, {"station": "a-b"}, {"protocol": "http"}, {"password": "x"}, {"port": 0}]
)
def test_settings_of_another_form_are_refused(changes: dict[str, object]) -> None:
    for module in (channel_tak, stream_tak):
        with pytest.raises(ValidationError):
            convert({"host": LOOPBACK, "port": 8089, **changes}, module.Settings)


# --- datagrams ---


@contextlib.contextmanager
def listening(group: str = "") -> Any:
    """Hand out a socket that gets datagrams on loopback, of a multicast group if one is named."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taking:
        taking.setblocking(False)
        taking.bind((group or LOOPBACK, 0))
        if group:
            membership = struct.pack("=4s4s", socket.inet_aton(group), socket.inet_aton(LOOPBACK))
            taking.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        yield taking


async def received(taking: socket.socket, n_datagrams: int) -> list[bytes]:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(20.0):
        return [await loop.sock_recv(taking, 65_536) for _ in range(n_datagrams)]


async def test_a_position_is_one_datagram_and_an_alert_three() -> None:
    with listening() as taking:
        async with opened(taking.getsockname()[1], protocol="udp") as link:
            link.post(position(1), "track-1")
            link.post(alert(1))
            assert await link.confirm() == "sent"
            found = await received(taking, 4)
        with pytest.raises(BlockingIOError):
            taking.recv(65_536)
    assert [event.uid for data in found if isinstance(event := cot.read(data), Event)] == [
        "track-1",
        *["alert-1"] * 3,
    ]


async def test_a_mesh_gets_protobuf_at_once() -> None:
    """protocol.txt: a mesh's datagram says its version itself."""
    with listening("239.2.3.1") as taking:
        port = taking.getsockname()[1]
        changes = {"protocol": "udp", "host": "239.2.3.1", "interface": LOOPBACK, "version": "protobuf"}
        async with opened(port, **changes) as link:
            link.post(position(1), "track-1")
            (data,) = await received(taking, 1)
    assert data[:3] == b"\xbf\x01\xbf"
    assert takproto.parse_proto(bytearray(data)).cotEvent.uid == "track-1"


async def test_a_host_that_refuses_datagrams_is_told() -> None:
    async with opened(closed_port(), protocol="udp") as link:
        link.post(alert(1))
        with pytest.raises(ChannelError, match="refused"):
            await link.confirm()


async def test_what_is_too_large_for_a_datagram_is_told() -> None:
    with listening() as taking:
        async with opened(taking.getsockname()[1], protocol="udp") as link:
            with pytest.raises(ChannelError, match="65,507"):
                link.post(alert(1, size=66_000))


# --- the plug-ins ---


def channel(port: int, **changes: Any) -> channel_tak.Tak:
    settings = {"host": LOOPBACK, "port": port, "protocol": "tcp", "answer_timeout_s": 0.3, **changes}
    return channel_tak.build(channel_tak.Settings(**settings), "tak")


async def test_a_receipt_says_no_more_than_is_known() -> None:
    with listening() as taking:
        async with TakServer() as server, Collector() as mute:
            told = []
            for sender in (
                channel(server.port),
                channel(mute.port),
                channel(taking.getsockname()[1], protocol="udp"),
            ):
                told.append(await sender.deliver(share_kit.bulletin("alert")))
                await sender.close()
    assert "the server answered a ping sent after them" in told[0]
    assert "whether it read them is not known" in told[1]
    assert "which nobody confirms" in told[2]
    assert all(text.startswith("2 events to 127.0.0.1:") for text in told)


async def test_a_check_sends_nothing_that_a_person_would_see() -> None:
    async with TakServer() as server:
        sender = channel(server.port)
        assert await sender.check() == f"{LOOPBACK}:{server.port}: the server answers pings"
        await sender.close()
        assert set(found_in(server.data, "t-x-c-t")) == {"SARGAS-ping"}
        assert server.data.count(b"<event ") == len(found_in(server.data, "t-x-c-t"))


async def test_the_check_of_an_exercise_is_marked_before_there_is_any_warning() -> None:
    async with TakServer() as server:
        sender = channel(server.port)
        sender.is_exercise = True
        await sender.check()
        await sender.close()
        assert server.data.count(b"<event ") == server.data.count(b'opex="e-EXERCISE"') > 0


async def test_a_channel_comes_back_by_itself() -> None:
    sender = None
    async with TakServer() as server:
        sender = channel(server.port)
        await sender.deliver(share_kit.bulletin("alert"))
        port = server.port
    with pytest.raises(ChannelError):
        await sender.deliver(share_kit.bulletin("update"))
    again = TakServer()
    again.port = port
    async with again:
        await sender.deliver(share_kit.bulletin("update"))
        assert found_in(again.data, "b-a-o-pan") == ["SARGAS-LT-2025-07-28-01-alert"]
    await sender.close()


async def test_deletions_are_sent_only_for_areas_that_may_be_there() -> None:
    """After a restart nobody knows how many there were: then for all that a warning can have."""
    first, second, over = share_kit.series()
    async with TakServer() as server:
        sender = channel(server.port)
        assert (await sender.deliver(first)).startswith("2 events")
        assert (await sender.deliver(second)).startswith("2 events")
        assert (await sender.deliver(over)).startswith("3 events")
        await sender.close()
        restarted = channel(server.port)
        assert (await restarted.deliver(over)).startswith("42 events")
        await restarted.close()


async def test_the_pings_of_an_exercise_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tak_server, "PING_EVERY_S", 0.02)
    settings = stream_tak.Settings(host=LOOPBACK, port=1, protocol="tcp", interval_s=0.1)
    async with TakServer() as server:
        running = asyncio.create_task(
            stream_tak.build(structs.replace(settings, port=server.port), "tak").run(
                lambda: tak_kit.glimpse(is_exercise=True)
            )
        )
        await until(lambda: len(found_in(server.data, "t-x-c-t")) >= 3)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert server.data.count(b"<event ") == server.data.count(b'opex="e-EXERCISE"')


async def test_a_stream_ends_when_its_server_goes() -> None:
    seen = tak_kit.glimpse(tak_kit.DRONE)
    async with TakServer() as server:
        settings = stream_tak.Settings(host=LOOPBACK, port=server.port, protocol="tcp")
        stream = stream_tak.build(settings, "tak")
        running = asyncio.create_task(stream.run(lambda: seen))
        await until(lambda: found_in(server.data, "a-u-A"))
    with pytest.raises(ChannelError, match=f"{LOOPBACK}:{server.port}"):
        await running


async def test_a_mesh_gets_the_tracks() -> None:
    seen = tak_kit.glimpse(tak_kit.DRONE, tak_kit.AIRLINER)
    with listening() as taking:
        settings = stream_tak.Settings(
            host=LOOPBACK, port=taking.getsockname()[1], protocol="udp", version="protobuf", interval_s=0.1
        )
        running = asyncio.create_task(stream_tak.build(settings, "tak").run(lambda: seen))
        found = await received(taking, 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    uids = [takproto.parse_proto(bytearray(data)).cotEvent.uid for data in found]
    assert uids == ["SARGAS-LT-track-7", "SARGAS-LT-track-8"]
