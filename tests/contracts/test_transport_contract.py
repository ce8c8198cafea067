"""What every transport promises, over real sockets on loopback; each has the peer that it talks to beside it here."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

import pytest

from sargas import plugins
from sargas.feed import file, http_poll, http_post, tcp_client, tcp_server, udp
from sargas.model.entry import Body, FeedClosed, FeedOpened, Frame
from sargas.model.errors import JournalError
from sargas.ports import Transport

FEED = "north"
DEADLINE_S = 20.0
SOON_S = 0.05
IN_FLIGHT_MAX = 256
"""ports.Deliver: a bounded number at once."""


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not is_so():
            await asyncio.sleep(0.002)


class Watch:
    """Takes deliveries as the watch does; can be slow, and can fail to keep them."""

    def __init__(self) -> None:
        self.bodies: list[Body] = []
        self.is_disk_full = False
        self.n_tries = 0
        self.n_waiting = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def deliver(self, body: Body) -> int:
        assert isinstance(body, Frame | FeedOpened | FeedClosed)
        assert body.feed == FEED
        self.n_tries += 1
        self.n_waiting += 1
        try:
            await self.gate.wait()
        finally:
            self.n_waiting -= 1
        if self.is_disk_full:
            raise JournalError("the disk is full")
        self.bodies.append(body)
        return len(self.bodies)

    @property
    def frames(self) -> list[bytes]:
        return [body.data for body in self.bodies if isinstance(body, Frame)]

    @property
    def received(self) -> bytes:
        return b"".join(self.frames)

    @property
    def connections(self) -> list[Body]:
        return [body for body in self.bodies if not isinstance(body, Frame)]


class Peer(Protocol):
    """The other end."""

    transport: Transport

    async def start(self) -> None:
        """Be there."""

    async def send(self, data: bytes) -> None:
        """Send lines."""

    async def lose(self) -> None:
        """Go away without a word."""

    async def stop(self) -> None:
        """Leave nothing open."""


class UdpPeer:
    def __init__(self, folder: Path) -> None:
        del folder
        self.transport = udp.build(udp.Settings(host="127.0.0.1", port=0, idle_timeout_s=0.3), FEED)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    async def start(self) -> None:
        assert isinstance(self.transport, udp.Udp)

    async def send(self, data: bytes) -> None:
        assert isinstance(self.transport, udp.Udp)
        transport = self.transport
        await until(lambda: transport.address)
        assert transport.address
        for start in range(0, len(data), 1_400):
            self.socket.sendto(data[start : start + 1_400], transport.address)
            await asyncio.sleep(0)

    async def lose(self) -> None:
        """Say nothing more."""

    async def stop(self) -> None:
        self.socket.close()


class Listener:
    """A TCP server of the test's own that can go away and come back at the same port."""

    def __init__(self) -> None:
        self.port = 0
        self.writers: set[asyncio.StreamWriter] = set()
        self.server: asyncio.Server | None = None
        reserved = socket.socket()
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        self.port = reserved.getsockname()[1]
        reserved.close()

    async def serve(self, handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.writers.add(writer)
            try:
                await handle(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                self.writers.discard(writer)
                writer.transport.abort()

        self.server = await asyncio.start_server(accepted, "127.0.0.1", self.port)

    async def close(self) -> None:
        if self.server is not None:
            self.server.close()
            self.server = None
        for writer in list(self.writers):
            writer.transport.abort()
        await until(lambda: not self.writers)


class TcpClientPeer:
    def __init__(self, folder: Path) -> None:
        del folder
        self.listener = Listener()
        self.transport = tcp_client.build(
            tcp_client.Settings(
                host="127.0.0.1",
                port=self.listener.port,
                retry_first_s=0.01,
                retry_longest_s=0.05,
                idle_timeout_s=5.0,
            ),
            FEED,
        )

    async def start(self) -> None:
        await self.listener.serve(self.hold)

    async def hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del writer
        await reader.read()

    async def send(self, data: bytes) -> None:
        await until(lambda: self.listener.writers)
        (writer,) = self.listener.writers
        writer.write(data)  # not drained: the watch may be slow

    async def lose(self) -> None:
        await self.listener.close()

    async def stop(self) -> None:
        await self.listener.close()


class TcpServerPeer:
    framing = "lines"

    def __init__(self, folder: Path) -> None:
        del folder
        settings = tcp_server.Settings(
            host="127.0.0.1", port=0, framing="stream" if self.framing == "stream" else "lines"
        )
        self.transport = tcp_server.build(settings, FEED)
        self.writer: asyncio.StreamWriter | None = None

    async def start(self) -> None:
        assert isinstance(self.transport, tcp_server.TcpServer)

    async def send(self, data: bytes) -> None:
        transport = self.transport
        assert isinstance(transport, tcp_server.TcpServer)
        await until(lambda: transport.address)
        assert transport.address
        if self.writer is None:
            _, self.writer = await asyncio.open_connection(*transport.address)
        self.writer.write(data)

    async def lose(self) -> None:
        if self.writer is not None:
            self.writer.transport.abort()
            self.writer = None

    async def stop(self) -> None:
        await self.lose()


class TcpStreamPeer(TcpServerPeer):
    framing = "stream"


class HttpPollPeer:
    """Serves one document; `send` changes it once the last one was fetched."""

    def __init__(self, folder: Path) -> None:
        del folder
        self.listener = Listener()
        self.document, self.version, self.fetched = b"", 0, 0
        settings = http_poll.Settings(
            url=f"http://127.0.0.1:{self.listener.port}/data", period_s=0.01, retry_longest_s=0.05, timeout_s=5.0
        )
        self.transport = http_poll.build(settings, FEED)

    async def start(self) -> None:
        await self.listener.serve(self.answer)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if b'"v%d"' % self.version in head:
                writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
            else:
                length = b"Content-Length: %d\r\n" % len(self.document)
                writer.write(b'HTTP/1.1 200 OK\r\nETag: "v%d"\r\n%s\r\n%s' % (self.version, length, self.document))
                self.fetched = self.version
            await writer.drain()

    async def send(self, data: bytes) -> None:
        await until(lambda: self.fetched == self.version)
        self.document, self.version = data, self.version + 1

    async def lose(self) -> None:
        await self.listener.close()

    async def stop(self) -> None:
        await self.listener.close()


class HttpPostPeer:
    def __init__(self, folder: Path) -> None:
        del folder
        settings = http_post.Settings(idle_timeout_s=0.3, max_bytes=1 << 24)
        self.transport = http_post.build(settings, FEED)
        self.posting: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        assert isinstance(self.transport, http_post.HttpPost)

    async def send(self, data: bytes) -> None:
        posting = asyncio.create_task(self.post(data))
        self.posting.add(posting)
        posting.add_done_callback(self.posting.discard)

    async def post(self, data: bytes) -> None:
        """Post, and post again what was not kept, as a sender does."""
        assert isinstance(self.transport, http_post.HttpPost)
        while True:
            try:
                await self.transport.push(data, "192.0.2.1")
            except JournalError:
                await asyncio.sleep(0.01)
            else:
                return

    async def lose(self) -> None:
        """Post nothing more."""

    async def stop(self) -> None:
        for posting in self.posting:
            posting.cancel()
        await asyncio.gather(*self.posting, return_exceptions=True)


class FilePeer:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "growing.log"
        self.transport = file.build(file.Settings(path=str(self.path), follow=True), FEED)

    async def start(self) -> None:
        self.path.touch()

    async def send(self, data: bytes) -> None:
        with self.path.open("ab") as writing:
            writing.write(data)

    async def lose(self) -> None:
        self.path.unlink()

    async def stop(self) -> None:
        """Nothing is open."""


PEERS: dict[str, Callable[[Path], Peer]] = {
    "udp": UdpPeer,
    "tcp_client": TcpClientPeer,
    "tcp_server": TcpServerPeer,
    "tcp_server, stream": TcpStreamPeer,
    "http_poll": HttpPollPeer,
    "http_post": HttpPostPeer,
    "file": FilePeer,
}

Play = Callable[[Peer, Watch, asyncio.Task[None]], Coroutine[Any, Any, None]]


def test_every_transport_of_the_folder_has_a_peer_here() -> None:
    assert {name.partition(",")[0] for name in PEERS} == set(plugins.names("transport"))


@pytest.fixture(params=PEERS)
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Play], None]:
    """Run a play between a peer and a transport; the transport must end within a second when it is cancelled."""

    async def whole(play: Play) -> None:
        peer, watch = PEERS[request.param](tmp_path), Watch()
        running = asyncio.create_task(peer.transport.run(watch.deliver))
        try:
            await play(peer, watch, running)
            assert not running.done()
            running.cancel()
            done, _ = await asyncio.wait([running], timeout=1.0)
            assert done
            assert running.cancelled()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await peer.stop()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.sleep(0.02)
        assert not [task for task in left if not task.done()]

    return lambda play: asyncio.run(whole(play), debug=False)


def lines(n: int, size: int = 40, first: int = 0) -> bytes:
    return b"".join(b"%0*d\n" % (size - 1, number) for number in range(first, first + n))


def test_bytes_arrive_whole_and_in_order(run: Callable[[Play], None]) -> None:
    async def play(peer: Peer, watch: Watch, running: asyncio.Task[None]) -> None:
        await peer.start()
        for part in range(20):
            await peer.send(lines(25, first=25 * part))
        await until(lambda: len(watch.received) >= 20_000)
        assert watch.received == lines(500)
        before = watch.bodies[: watch.bodies.index(Frame(FEED, watch.frames[0]))]
        assert isinstance(before[-1], FeedOpened)
        assert before[-1].peer

    run(play)


def test_a_large_message_comes_in_frames_of_bounded_size(run: Callable[[Play], None]) -> None:
    async def play(peer: Peer, watch: Watch, running: asyncio.Task[None]) -> None:
        await peer.start()
        await peer.send(lines(10_000))
        await until(lambda: len(watch.received) >= 400_000)
        assert watch.received == lines(10_000)
        assert all(0 < len(frame) <= 65_536 for frame in watch.frames)

    run(play)


def test_garbage_is_handed_on_as_it_is(run: Callable[[Play], None]) -> None:
    garbage = bytes(range(256)) * 8 + b"\n"

    async def play(peer: Peer, watch: Watch, running: asyncio.Task[None]) -> None:
        await peer.start()
        await peer.send(garbage)
        await until(lambda: len(watch.received) >= len(garbage))
        assert watch.received == garbage

    run(play)


def test_a_peer_that_goes_and_comes_back_is_told_and_heard_again(run: Callable[[Play], None]) -> None:
    async def play(peer: Peer, watch: Watch, running: asyncio.Task[None]) -> None:
        await peer.start()
        await peer.send(lines(3))
        await until(lambda: watch.received == lines(3))
        await peer.lose()
        await until(lambda: isinstance(watch.connections[-1], FeedClosed))
        closed = watch.connections[-1]
        assert isinstance(closed, FeedClosed)
        assert closed.reason
        n_told = len(watch.connections)
        await asyncio.sleep(SOON_S)  # several tries of those that try again
        assert len(watch.connections) == n_told  # a loss is told once
        await peer.start()
        await peer.send(lines(3, first=3))
        await until(lambda: watch.received == lines(6))
        assert isinstance(watch.connections[n_told], FeedOpened)

    run(play)


def test_a_peer_that_is_not_there_yet_is_waited_for(run: Callable[[Play], None]) -> None:
    async def play(peer: Peer, watch: Watch, running: asyncio.Task[None]) -> None:
        await asyncio.sleep(SOON_S)
        assert not running.done()
        await peer.start()
        await peer.send(lines(3))
        await until(lambda: watch.received == lines(3))

    run(play)


def test_a_slow_watch_holds_the_transport_back_and_loses_nothing(run: Callable[[Play], None]) -> None:
    async def play(peer: Peer, watch: Watch, running: asyncio.Task[None]) -> None:
        await peer.start()
        await peer.send(lines(1))
        await until(lambda: watch.received == lines(1))
        watch.gate.clear()
        await peer.send(lines(20_000, first=1))
        await until(lambda: watch.n_waiting)
        await asyncio.sleep(SOON_S)
        assert watch.n_waiting <= IN_FLIGHT_MAX
        assert watch.received == lines(1)
        watch.gate.set()
        await until(lambda: len(watch.received) >= 40 * 20_001)
        assert watch.received == lines(20_001)

    run(play)


def test_what_the_journal_could_not_keep_is_delivered_again(run: Callable[[Play], None]) -> None:
    async def play(peer: Peer, watch: Watch, running: asyncio.Task[None]) -> None:
        await peer.start()
        await peer.send(lines(1))
        await until(lambda: watch.received == lines(1))
        watch.is_disk_full, n_tried = True, watch.n_tries
        await peer.send(lines(50, first=1))
        await until(lambda: watch.n_tries >= n_tried + 2)
        assert watch.received == lines(1)
        watch.is_disk_full = False
        await until(lambda: len(watch.received) >= 40 * 51)
        assert watch.received == lines(51)

    run(play)


def test_cancelled_while_nothing_comes(run: Callable[[Play], None]) -> None:
    async def play(peer: Peer, watch: Watch, running: asyncio.Task[None]) -> None:
        await peer.start()
        await peer.send(lines(1))
        await until(lambda: watch.received == lines(1))

    run(play)


def test_cancelled_while_the_watch_is_slow(run: Callable[[Play], None]) -> None:
    async def play(peer: Peer, watch: Watch, running: asyncio.Task[None]) -> None:
        await peer.start()
        watch.gate.clear()
        await peer.send(lines(5_000))
        await until(lambda: watch.n_waiting)

    run(play)


def test_cancelled_while_the_journal_fails(run: Callable[[Play], None]) -> None:
    async def play(peer: Peer, watch: Watch, running: asyncio.Task[None]) -> None:
        await peer.start()
        watch.is_disk_full = True
        await peer.send(lines(100))
        await until(lambda: watch.n_tries)

    run(play)


@pytest.mark.parametrize("n_turns", range(0, 60, 3))
def test_cancelled_at_any_await(run: Callable[[Play], None], n_turns: int) -> None:
    async def play(peer: Peer, watch: Watch, running: asyncio.Task[None]) -> None:
        await peer.start()
        sending = asyncio.create_task(peer.send(lines(200)))
        for _ in range(n_turns):
            await asyncio.sleep(0)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)

    run(play)
