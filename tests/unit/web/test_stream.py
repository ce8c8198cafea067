"""The live stream over a real socket on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import msgspec
import pytest

from sargas.model.entry import Frame
from sargas.model.errors import ConfigError
from sargas.web import protocol, server
from sargas.web.desk import Update
from sargas.web.server import create_app, serve
from sargas.web.shared import Shared
from unit.web.memory_desk import FEED, START_S, MemoryDesk, line

LIMIT_S = 10.0


class Events:
    """The events of one stream, as a browser would read them."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()
        self.ids: list[int] = []

    async def next(self) -> Update:
        fields: dict[str, str] = {}
        async with asyncio.timeout(LIMIT_S):
            async for text in self._lines:
                if text:
                    name, _, value = text.partition(": ")
                    fields[name] = value
                elif "data" in fields:
                    self.ids.append(int(fields["id"]))
                    return msgspec.json.decode(fields["data"], type=Update)
        raise EOFError

    async def until(self, is_wanted: Callable[[Update], bool]) -> Update:
        while True:
            update = await self.next()
            if is_wanted(update):
                return update


@asynccontextmanager
async def running(desk: MemoryDesk, **options: int) -> AsyncIterator[tuple[str, Shared]]:
    app = create_app(desk, **options)
    async with serve(app, "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}", app.state.shared


@asynccontextmanager
async def stream(url: str, path: str = "/api/stream") -> AsyncIterator[Events]:
    async with httpx.AsyncClient(timeout=LIMIT_S) as client, client.stream("GET", url + path) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in response.headers
        assert "default-src 'none'" in response.headers["content-security-policy"]
        yield Events(response)


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(test())


def test_a_reset_comes_first_and_then_what_changes() -> None:
    async def test() -> None:
        desk = MemoryDesk()
        desk.live.accept(Frame(FEED, line("000001")))
        async with running(desk) as (url, _), stream(url) as events:
            first = await events.next()
            assert first.is_reset
            assert [track.track_id for track in first.tracks] == [1]
            desk.live.accept(Frame(FEED, line("000002")))
            update = await events.until(lambda update: bool(update.tracks))
            assert not update.is_reset
            assert [track.track_id for track in update.tracks] == [2]
            assert events.ids == list(range(1, len(events.ids) + 1))

    run(test)


def test_ten_thousand_changes_are_a_few_updates_that_end_in_the_newest_state() -> None:
    async def test() -> None:
        desk = MemoryDesk()
        async with running(desk) as (url, _), stream(url) as events:
            await events.next()
            loop = asyncio.get_running_loop()
            started = loop.time()
            for i in range(10_000):
                desk.live.accept(Frame(FEED, line(f"{i % 10:06x}", time_s=START_S + i / 1_000)))
                if i % 100 == 0:
                    await asyncio.sleep(0)
            n_updates, n_seen = 0, 0
            while n_seen < 10_000:
                update = await events.next()
                n_updates += 1
                n_seen = max([n_seen, *(feed.n_reports for feed in update.feeds)])
                assert len(update.tracks) <= 10
            # One for every 50 ms that passed, the heartbeats among them, and one for what was left over.
            assert n_updates <= (loop.time() - started) / 0.05 + 2

    run(test)


def test_a_heartbeat_comes_every_second_when_nothing_happens() -> None:
    async def test() -> None:
        desk = MemoryDesk()
        async with running(desk) as (url, _), stream(url) as events:
            await events.next()
            loop = asyncio.get_running_loop()
            started = loop.time()
            beats = [await events.next() for _ in range(2)]
            assert 1.5 < loop.time() - started < 4.0
            for beat in beats:
                assert beat == Update(clock=desk.live.clock)

    run(test)


def test_a_client_that_comes_back_begins_with_a_reset() -> None:
    async def test() -> None:
        desk = MemoryDesk()
        async with running(desk) as (url, shared):
            async with stream(url) as events:
                await events.next()
            async with stream(url) as events:
                assert (await events.next()).is_reset
            async with asyncio.timeout(LIMIT_S):
                while shared.hub.n_clients or desk.live.listeners:
                    await asyncio.sleep(0.01)

    run(test)


def test_one_client_too_many_is_refused_and_may_come_later() -> None:
    async def test() -> None:
        async with running(MemoryDesk(), clients_max=1) as (url, _), stream(url) as events:
            await events.next()
            async with httpx.AsyncClient() as client:
                answer = await client.get(url + "/api/stream")
            assert answer.status_code == 503
            assert set(answer.json()) == {"error"}
            assert "retry-after" in answer.headers

    run(test)


def test_a_client_that_reads_nothing_costs_a_bounded_amount_and_slows_nobody() -> None:
    n_tracks = 500

    def change_all(desk: MemoryDesk, round_number: int) -> None:
        for i in range(n_tracks):
            desk.live.accept(Frame(FEED, line(f"{i:06x}", time_s=START_S + round_number)))

    async def test() -> None:
        desk = MemoryDesk()
        async with running(desk) as (url, shared), stream(url) as events:
            await events.next()
            with _silent_client(url):
                async with asyncio.timeout(LIMIT_S):
                    while shared.hub.n_clients < 2:
                        await asyncio.sleep(0.01)
                    _, silent = shared.hub.clients
                    n_rounds, n_held = 0, 0
                    while n_held < 3:  # until the sockets between us are full and nothing is taken any more
                        change_all(desk, n_rounds)
                        await events.until(lambda update: bool(update.tracks))
                        n_rounds += 1
                        n_held = n_held + 1 if silent.n_pending >= n_tracks else 0
                for _ in range(10):
                    n_rounds += 1
                    change_all(desk, n_rounds)
                assert silent.n_pending <= n_tracks + 1  # one state of each track, and the feed
                newest_s = START_S + n_rounds
                seen = await events.until(lambda update: any(track.time_s == newest_s for track in update.tracks))
                assert len(seen.tracks) == n_tracks

    run(test)


def _silent_client(url: str) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.connect(("127.0.0.1", int(url.rpartition(":")[2])))
    connection.sendall(b"GET /api/stream HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
    return connection


def test_a_client_that_reads_nothing_for_long_loses_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "STALL_S", 0.2)

    async def test() -> None:
        desk = MemoryDesk()
        async with running(desk) as (url, shared):
            with _silent_client(url):
                async with asyncio.timeout(LIMIT_S):
                    while not shared.hub.n_clients:
                        await asyncio.sleep(0.01)
                    n = 0
                    while shared.hub.n_clients:
                        for i in range(1_000):
                            desk.live.accept(Frame(FEED, line(f"{i:06x}", time_s=START_S + n)))
                        n += 1
                        await asyncio.sleep(0.06)
            assert desk.live.listeners == []

    run(test)


def test_who_dribbles_a_request_head_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_S", 0.2)

    async def test() -> None:
        async with running(MemoryDesk()) as (url, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            async with asyncio.timeout(LIMIT_S):
                with suppress(ConnectionError):
                    writer.write(b"GET /api/desk HTTP/1.1\r\n")
                    assert await reader.read() == b""
            writer.close()

    run(test)


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "BODY_S", 0.2)

    async def test() -> None:
        desk = MemoryDesk()
        n_entries = desk.live.journal.last_seq()
        async with running(desk) as (url, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            head = f"POST /api/feeds/{FEED} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n"
            writer.write(head.encode() + b"half")
            async with asyncio.timeout(LIMIT_S):
                assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
            writer.close()
        assert desk.live.journal.last_seq() == n_entries

    run(test)


@pytest.mark.parametrize("n_readers", [1, 20])
def test_the_server_ends_within_two_seconds_with_streams_open(n_readers: int) -> None:
    async def test() -> None:
        desk = MemoryDesk()
        for i in range(2_000):
            desk.live.accept(Frame(FEED, line(f"{i:06x}")))
        loop = asyncio.get_running_loop()
        async with httpx.AsyncClient(timeout=LIMIT_S, limits=httpx.Limits(max_connections=100)) as client:
            serving = serve(create_app(desk), "127.0.0.1", 0)
            port = await serving.__aenter__()
            url = f"http://127.0.0.1:{port}"
            silent = _silent_client(url)
            responses = [
                await client.send(client.build_request("GET", url + "/api/stream"), stream=True)
                for _ in range(n_readers)
            ]
            for response in responses:
                await Events(response).next()
            started = loop.time()
            await serving.__aexit__(None, None, None)
            assert loop.time() - started < 2.0
            for response in responses:
                await response.aclose()
            silent.close()
        assert desk.live.listeners == []

    run(test)


def test_closing_the_replay_ends_its_streams_only() -> None:
    async def test() -> None:
        desk = MemoryDesk()
        async with running(desk) as (url, _), httpx.AsyncClient() as client:
            await client.post(url + "/api/replay", json={})
            async with stream(url) as live, stream(url, "/api/stream?view=replay") as replay:
                await replay.next()
                await client.delete(url + "/api/replay")
                with pytest.raises(EOFError):
                    await replay.until(lambda _: False)
                assert (await live.next()).is_reset

    run(test)


def test_a_decision_comes_back_on_the_stream() -> None:
    async def test() -> None:
        desk = MemoryDesk()
        desk.live.accept(Frame(FEED, line(lon_deg=25.5)))
        desk.live.accept(Frame(FEED, b"\n"), at_s=START_S + 30.0)
        (incident_id,) = desk.live.picture.incidents
        async with running(desk) as (url, _), stream(url) as events, httpx.AsyncClient() as client:
            await events.next()
            decision = {"action": "comment", "officer": "A", "incident_id": incident_id, "text": "pažiūrėta"}
            await client.post(url + "/api/decisions", json=decision)
            update = await events.until(lambda update: bool(update.incidents))
            assert any("pažiūrėta" in item.text for item in update.incidents[0].timeline)

    run(test)


def test_another_host_name_is_refused_on_loopback() -> None:
    async def test() -> None:
        async with running(MemoryDesk()) as (url, _), httpx.AsyncClient() as client:
            answer = await client.get(url + "/api/desk", headers={"host": "evil.example"})
            assert answer.status_code == 403
            assert set(answer.json()) == {"error"}
            assert "content-security-policy" in answer.headers
            port = url.rpartition(":")[2]
            for name in ("localhost", "127.0.0.1", "[::1]"):
                answer = await client.get(url + "/api/desk", headers={"host": f"{name}:{port}"})
                assert answer.status_code == 200

    run(test)


def test_a_port_that_is_taken_is_named() -> None:
    async def test() -> None:
        async with running(MemoryDesk()) as (url, _):
            port = int(url.rpartition(":")[2])
            with pytest.raises(ConfigError, match=f"port {port}"):
                async with serve(create_app(MemoryDesk()), "127.0.0.1", port):
                    pass

    run(test)


def test_signals_are_left_to_the_application() -> None:
    import signal

    async def test() -> None:
        before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
        async with running(MemoryDesk()) as (url, _), httpx.AsyncClient() as client:
            await client.get(url + "/health")
            assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before

    run(test)
