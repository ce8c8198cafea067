"""What the network transports do beyond the contract: groups, floods, several clients, dead peers, bad answers."""

import asyncio
import contextlib
import random
import re
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from sargas.feed import _outlet as outlet
from sargas.feed.http_poll import HttpPoll
from sargas.feed.http_poll import Settings as PollSettings
from sargas.feed.http_post import HttpPost
from sargas.feed.http_post import Settings as PostSettings
from sargas.feed.tcp_client import Settings as ClientSettings
from sargas.feed.tcp_client import TcpClient
from sargas.feed.tcp_server import Settings as ServerSettings
from sargas.feed.tcp_server import TcpServer
from sargas.feed.udp import Settings as UdpSettings
from sargas.feed.udp import Udp
from sargas.model.entry import Body, FeedClosed, FeedOpened, Frame
from sargas.model.errors import ConfigError, DecisionError, JournalError
from sargas.ports import Transport

RNG = random.Random(1)


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(20.0):
        while not is_so():
            await asyncio.sleep(0.002)


class Watch:
    """Keeps what is delivered."""

    def __init__(self) -> None:
        self.bodies: list[Body] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.is_disk_full = False

    async def deliver(self, body: Body) -> int:
        await self.gate.wait()
        if self.is_disk_full:
            raise JournalError("the disk is full")
        self.bodies.append(body)
        return len(self.bodies)

    def frames(self) -> list[bytes]:
        return [body.data for body in self.bodies if isinstance(body, Frame)]

    def reasons(self) -> list[str]:
        return [body.reason for body in self.bodies if isinstance(body, FeedClosed)]

    def peers(self) -> list[str]:
        return [body.peer for body in self.bodies if isinstance(body, FeedOpened)]


def played(transport: Transport, play: Callable[[Watch], Coroutine[Any, Any, None]]) -> Watch:
    """Run the transport while the play lasts."""

    async def whole() -> Watch:
        watch = Watch()
        running = asyncio.create_task(transport.run(watch.deliver))
        try:
            await play(watch)
            assert not running.done()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        return watch

    return asyncio.run(whole())


# ---------------------------------------------------------------------------------------------------------- UDP


def test_each_datagram_is_one_frame_even_an_empty_one() -> None:
    transport = Udp(UdpSettings(host="127.0.0.1", port=0), "u", RNG)
    sent = [b"one", b"", b"three", bytes(65_507)]  # 65,507: the largest that IPv4 carries (RFC 768, RFC 791)

    async def play(watch: Watch) -> None:
        await until(lambda: transport.address)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            for data in sent:
                sending.sendto(data, transport.address or ("", 0))
        await until(lambda: len(watch.frames()) == 4)

    assert played(transport, play).frames() == sent


def test_datagrams_over_ipv6() -> None:
    if not has_ipv6():
        pytest.skip("no IPv6 here")
    transport = Udp(UdpSettings(host="::1", port=0), "u", RNG)

    async def play(watch: Watch) -> None:
        await until(lambda: transport.address)
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sending:
            sending.sendto(b"six", transport.address or ("", 0))
        await until(watch.frames)

    watch = played(transport, play)
    assert watch.frames() == [b"six"]
    assert watch.peers()[0].startswith("listening on [::1]:")


def has_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        probe.bind(("::1", 0))
        return True
    return False


@pytest.mark.parametrize("interface", ["127.0.0.1", "lo"])
def test_a_group_is_joined_on_its_interface(interface: str) -> None:
    transport = Udp(UdpSettings(port=0, group="239.255.7.28", interface=interface), "u", RNG)

    async def play(watch: Watch) -> None:
        await until(lambda: transport.address or watch.reasons())
        if watch.reasons():
            pytest.skip(f"no multicast here: {watch.reasons()}")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
            sending.sendto(b"to all", ("239.255.7.28", (transport.address or ("", 0))[1]))
        await until(watch.frames)

    assert played(transport, play).frames() == [b"to all"]


def test_a_group_over_ipv6_is_joined_on_its_interface() -> None:
    if not has_ipv6():
        pytest.skip("no IPv6 here")
    transport = Udp(UdpSettings(port=0, group="ff02::7:28", interface="lo"), "u", RNG)

    async def play(watch: Watch) -> None:
        await until(lambda: transport.address or watch.reasons())
        if watch.reasons():
            pytest.skip(f"no multicast here: {watch.reasons()}")
        index = socket.if_nametoindex("lo")
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sending:
            sending.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
            try:
                sending.sendto(b"to all", ("ff02::7:28", (transport.address or ("", 0))[1], 0, index))
            except OSError as error:
                pytest.skip(f"no multicast over IPv6 on loopback here: {error}")
        await until(watch.frames)

    assert played(transport, play).frames() == [b"to all"]


def test_a_flood_that_the_watch_cannot_take_is_bounded_and_counted_and_the_newest_stay() -> None:
    transport = Udp(UdpSettings(host="127.0.0.1", port=0, queue_max=100), "u", RNG)
    n_sent = 3_000

    async def play(watch: Watch) -> None:
        await until(lambda: transport.address)
        await until(watch.peers)
        watch.gate.clear()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            for number in range(n_sent):
                sending.sendto(b"%d" % number, transport.address or ("", 0))
                if number % 50 == 0:
                    await asyncio.sleep(0)
        await until(lambda: transport.n_dropped >= n_sent - 100 - 256)
        watch.gate.set()
        await until(lambda: len(watch.frames()) + transport.n_dropped == n_sent)

    watch = played(transport, play)
    assert len(watch.frames()) <= 100 + 256  # the queue, and what was being delivered
    assert watch.frames()[-100:] == [b"%d" % number for number in range(n_sent - 100, n_sent)]


def test_datagrams_from_elsewhere_are_refused_and_counted() -> None:
    transport = Udp(UdpSettings(host="127.0.0.1", port=0, allow=("192.0.2.0/24",)), "u", RNG)

    async def play(watch: Watch) -> None:
        await until(lambda: transport.address)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.sendto(b"spoof", transport.address or ("", 0))
        await until(lambda: transport.n_refused)

    assert played(transport, play).frames() == []


def test_a_port_in_use_is_told_and_waited_for() -> None:
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", 0))
    transport = Udp(UdpSettings(host="127.0.0.1", port=taken.getsockname()[1]), "u", RNG)
    transport._backoff = outlet.Backoff(0.01, 0.02, RNG)

    async def play(watch: Watch) -> None:
        await until(watch.reasons)
        taken.close()
        await until(watch.peers)

    assert "in use" in played(transport, play).reasons()[0]


def test_a_group_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"10\.1\.2\.3 is no multicast group"):
        Udp(UdpSettings(port=0, group="10.1.2.3"), "u", RNG)
    with pytest.raises(ConfigError, match=r"allow\[1\]"):
        Udp(UdpSettings(port=0, allow=("10.0.0.0/8", "ten")), "u", RNG)


# ---------------------------------------------------------------------------------------------------------- TCP


def test_a_server_that_says_nothing_is_given_up_and_connected_to_again() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    settings = ClientSettings(
        host="127.0.0.1",
        port=listening.getsockname()[1],
        idle_timeout_s=0.05,
        retry_first_s=0.01,
        retry_longest_s=0.01,
    )

    async def play(watch: Watch) -> None:
        await until(lambda: len(watch.peers()) >= 3)

    watch = played(TcpClient(settings, "c", RNG), play)
    listening.close()
    assert set(watch.reasons()) == {"nothing for 0.05 s"}


def test_a_refused_connection_is_told_once_in_the_systems_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    settings = ClientSettings(host="127.0.0.1", port=port, retry_first_s=0.001, retry_longest_s=0.001)

    async def play(watch: Watch) -> None:
        await until(watch.reasons)
        await asyncio.sleep(0.05)

    assert played(TcpClient(settings, "c", RNG), play).reasons() == [f"127.0.0.1:{port}: Connection refused"]


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 300])
def test_a_host_that_does_not_exist_is_told(host: str) -> None:
    async def play(watch: Watch) -> None:
        await until(watch.reasons)

    (reason,) = played(TcpClient(ClientSettings(host=host, port=1), "c", RNG), play).reasons()
    assert host[:100] in reason


def test_waits_double_up_to_the_longest_and_are_shortened_by_chance() -> None:
    backoff = outlet.Backoff(1.0, 8.0, random.Random(7))
    waits = [backoff.next_s() for _ in range(6)]
    for wait_s, full_s in zip(waits, [1.0, 2.0, 4.0, 8.0, 8.0, 8.0], strict=True):
        assert 0.5 * full_s <= wait_s <= full_s
    assert len({wait_s / full_s for wait_s, full_s in zip(waits[3:], [8.0] * 3, strict=True)}) == 3
    backoff.reset()
    assert backoff.next_s() <= 1.0


def served(settings: ServerSettings, play: Callable[[Watch, TcpServer], Coroutine[Any, Any, None]]) -> Watch:
    transport = TcpServer(settings, "s", RNG)

    async def whole(watch: Watch) -> None:
        await until(lambda: transport.address)
        await play(watch, transport)

    return played(transport, whole)


async def connected(transport: TcpServer) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    assert transport.address
    return await asyncio.open_connection(*transport.address)


def test_lines_of_several_clients_are_not_mixed() -> None:
    async def play(watch: Watch, transport: TcpServer) -> None:
        writers = [(await connected(transport))[1] for _ in range(5)]
        for part in range(40):  # every line is cut in two, and the clients take turns
            for number, writer in enumerate(writers):
                writer.write(b"client %d, part %d, " % (number, part) if part % 2 == 0 else b"its end\n")
                await writer.drain()
            await asyncio.sleep(0)
        await until(lambda: b"".join(watch.frames()).count(b"\n") == 100)
        for writer in writers:
            writer.transport.abort()

    lines = b"".join(served(ServerSettings(host="127.0.0.1", port=0), play).frames()).splitlines()
    assert sorted(lines) == sorted(
        b"client %d, part %d, its end" % (number, part) for number in range(5) for part in range(0, 40, 2)
    )


def test_the_feed_is_lost_only_when_its_last_client_is() -> None:
    async def play(watch: Watch, transport: TcpServer) -> None:
        first, second = [(await connected(transport))[1] for _ in range(2)]
        await until(lambda: len(watch.peers()) == 2)
        first.transport.abort()
        second.write(b"still here\n")
        await until(watch.frames)
        assert watch.reasons() == []
        second.transport.abort()
        await until(watch.reasons)

    served(ServerSettings(host="127.0.0.1", port=0), play)


def test_a_line_that_was_cut_off_ends_before_another_begins() -> None:
    async def play(watch: Watch, transport: TcpServer) -> None:
        _, writer = await connected(transport)
        writer.write(b'{"whole": 1}\n{"cut')
        writer.close()
        await until(watch.reasons)

    assert b"".join(served(ServerSettings(host="127.0.0.1", port=0), play).frames()) == b'{"whole": 1}\n{"cut\n'


def test_a_line_without_end_does_not_grow_the_watch() -> None:
    async def play(watch: Watch, transport: TcpServer) -> None:
        _, writer = await connected(transport)
        for _ in range(100):
            writer.write(b"x" * 10_000)
            await writer.drain()
        writer.write(b"\ngood\n")
        await until(lambda: watch.frames() and watch.frames()[-1].endswith(b"good\n"))
        writer.transport.abort()

    frames = served(ServerSettings(host="127.0.0.1", port=0), play).frames()
    assert all(len(frame) <= 65_536 for frame in frames)
    assert b"".join(frames).replace(b"\n", b"") == b"x" * 1_000_000 + b"good"


def test_one_client_too_many_is_turned_away() -> None:
    async def play(watch: Watch, transport: TcpServer) -> None:
        kept = [(await connected(transport))[1] for _ in range(2)]
        await until(lambda: len(watch.peers()) == 2)
        reader, writer = await connected(transport)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        assert transport.n_refused == 1
        for one in [*kept, writer]:
            one.transport.abort()

    served(ServerSettings(host="127.0.0.1", port=0, clients_max=2), play)


def test_a_machine_that_takes_every_place_gives_one_up_for_another() -> None:
    async def play(watch: Watch, transport: TcpServer) -> None:
        kept = [await connected(transport) for _ in range(3)]
        await until(lambda: len(watch.peers()) == 3)
        _, sensor = await asyncio.open_connection(*(transport.address or ()), local_addr=("127.0.0.2", 0))
        sensor.write(b"heard\n")
        await until(watch.frames)
        assert await kept[-1][0].read() == b""
        kept[0][1].write(b"still here\n")
        await until(lambda: len(watch.frames()) == 2)
        for one in [*(writer for _, writer in kept), sensor]:
            one.transport.abort()

    assert served(ServerSettings(host="127.0.0.1", port=0, clients_max=3), play).frames() == [
        b"heard\n", b"still here\n",
    ]  # fmt: skip


def test_a_client_from_elsewhere_is_turned_away() -> None:
    async def play(watch: Watch, transport: TcpServer) -> None:
        _, writer = await connected(transport)
        await until(lambda: transport.n_refused)
        writer.transport.abort()

    assert served(ServerSettings(host="127.0.0.1", port=0, allow=("10.0.0.0/8",)), play).bodies == []


def test_a_streams_new_connection_from_the_same_machine_takes_the_place_of_the_old() -> None:
    async def play(watch: Watch, transport: TcpServer) -> None:
        _, dead = await connected(transport)
        dead.write(b"half a mess")
        await until(watch.frames)
        _, fresh = await connected(transport)
        fresh.write(b"whole message")
        await until(lambda: len(watch.frames()) == 2)
        dead.transport.abort()
        fresh.transport.abort()

    bodies = served(ServerSettings(host="127.0.0.1", port=0, framing="stream"), play).bodies
    assert [type(body) for body in bodies[:4]] == [FeedOpened, Frame, FeedOpened, Frame]


def test_a_quiet_client_is_let_go() -> None:
    async def play(watch: Watch, transport: TcpServer) -> None:
        reader, writer = await connected(transport)
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        await until(watch.reasons)
        writer.transport.abort()

    assert served(ServerSettings(host="127.0.0.1", port=0, idle_timeout_s=0.05), play).reasons() == [
        "nothing for 0.05 s"
    ]


# --------------------------------------------------------------------------------------------------------- HTTP


def polled(answer: bytes, *, is_held: bool = False, **settings: Any) -> Watch:
    """Poll a server that gives one answer until something is told."""

    async def whole() -> Watch:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(answer)
                if is_held:
                    await reader.read()
            writer.transport.abort() if is_held else writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        transport = HttpPoll(PollSettings(url=f"http://127.0.0.1:{port}/x", period_s=0.01, **settings), "h", RNG)
        watch = Watch()
        running = asyncio.create_task(transport.run(watch.deliver))
        await until(lambda: watch.reasons() or watch.frames())
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        server.close()
        await asyncio.sleep(0.01)
        return watch

    return asyncio.run(whole())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP 404"),
        (b"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n", "HTTP 302, moved to /y"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx", "compressed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2_000, "longer than 1000 bytes"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\ncut", "incomplete|peer closed"),
        (b"\x00\xff garbage \r\n\r\n", "."),
        (b"", "disconnected"),
    ],
)
def test_a_bad_answer_is_told_and_nothing_of_it_handed_on(answer: bytes, reason: str) -> None:
    watch = polled(answer, max_bytes=1_000)
    assert watch.frames() == []
    (told,) = watch.reasons()
    assert re.search(reason, told)


def test_a_server_that_never_ends_its_answer_is_told() -> None:
    watch = polled(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nslow", is_held=True, timeout_s=0.1)
    assert watch.reasons() == ["no answer within 0.1 s"]


def test_an_answer_without_a_last_newline_gets_one() -> None:
    watch = polled(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    assert watch.frames()[0] == b"{}\n"


def test_a_post_is_refused_when_too_big_empty_unkept_or_too_early() -> None:
    async def whole() -> None:
        transport, watch = HttpPost(PostSettings(max_bytes=10), "p"), Watch()
        with pytest.raises(JournalError, match="not running"):
            await transport.push(b"x", "192.0.2.1")
        running = asyncio.create_task(transport.run(watch.deliver))
        await asyncio.sleep(0)
        for data in (b"", b"x" * 11):
            with pytest.raises(DecisionError, match="1 to 10 bytes"):
                await transport.push(data, "192.0.2.1")
        watch.is_disk_full = True
        with pytest.raises(JournalError, match="disk is full"):
            await transport.push(b"x", "192.0.2.1")
        watch.is_disk_full = False
        assert await transport.push(b"x", "192.0.2.1") == 2
        assert watch.bodies == [FeedOpened("p", "waiting for posts"), Frame("p", b"x\n")]
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        with pytest.raises(JournalError, match="not running"):
            await transport.push(b"x", "192.0.2.1")

    asyncio.run(whole())


def test_posts_at_the_same_time_are_not_mixed() -> None:
    async def whole() -> list[bytes]:
        transport, watch = HttpPost(PostSettings(end_lines=False), "p"), Watch()
        running = asyncio.create_task(transport.run(watch.deliver))
        await asyncio.sleep(0)
        posts = [bytes([number]) * 200_000 for number in range(4)]
        await asyncio.gather(*(transport.push(post, "192.0.2.1") for post in posts))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return watch.frames()

    received = b"".join(asyncio.run(whole()))
    assert received == b"".join(bytes([number]) * 200_000 for number in range(4))
