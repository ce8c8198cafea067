"""What keeps strangers out."""

import asyncio
from collections.abc import Iterator

import pytest
from litestar.testing import TestClient
from litestar.types import Receive, Scope, Send

from sargas.web.guard import TimedBodies, host_of
from sargas.web.server import create_app
from unit.web.memory_desk import FEED, MemoryDesk, line


@pytest.fixture(scope="module")
def desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture(scope="module")
def client(desk: MemoryDesk) -> Iterator[TestClient]:
    with TestClient(create_app(desk), base_url="http://127.0.0.1:8080") as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/api/desk", "/api/nothing", "/health", "/metrics", "/schema", "/none.js"])
def test_every_answer_carries_the_policy(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["worker-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", ["/", "/api/desk", "/api/picture", "/api/nothing", "/metrics"])
def test_every_answer_of_an_exercise_is_marked_and_none_of_a_real_watch(client: TestClient, path: str) -> None:
    real = MemoryDesk()
    real.is_exercise = False
    with TestClient(create_app(real)) as other:
        assert "sargas-mark" not in other.get(path).headers
    assert client.get(path).headers["sargas-mark"] == "EXERCISE"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8081"},
        {"origin": "http://127.0.0.1.example:8080"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8080"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", [f"/api/feeds/{FEED}", "/api/decisions", "/api/replay", "/api/view/live/play"])
def test_a_page_of_another_origin_changes_nothing(
    desk: MemoryDesk, client: TestClient, path: str, headers: dict[str, str]
) -> None:
    n_entries = desk.live.journal.last_seq()
    answer = client.post(path, content=line(), headers=headers)
    assert answer.status_code == 403
    assert set(answer.json()) == {"error"}
    assert desk.live.journal.last_seq() == n_entries
    assert desk.replay is None


def test_a_page_of_another_origin_does_not_close_the_replay(client: TestClient) -> None:
    client.post("/api/replay")
    assert client.delete("/api/replay", headers={"origin": "http://elsewhere.example"}).status_code == 403
    assert client.get("/api/picture?view=replay").status_code == 200
    client.delete("/api/replay")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://127.0.0.1:8080"},
        {"origin": "http://127.0.0.1:8080", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
    ],
    ids=str,
)
def test_the_own_page_and_programs_may(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post(f"/api/feeds/{FEED}", content=line(), headers=headers).status_code == 201


def test_a_preflight_gives_no_leave(client: TestClient) -> None:
    asked = {"origin": "http://elsewhere.example", "access-control-request-method": "POST"}
    headers = client.options("/api/decisions", headers=asked).headers
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    ("header", "host"),
    [
        (b"127.0.0.1:8080", "127.0.0.1"),
        (b"LOCALHOST", "localhost"),
        (b"[::1]:8080", "::1"),
        (b"evil.example:8080", "evil.example"),
        (b"", ""),
        (b"[::1", ""),
        (b"\xff", ""),
    ],
)
def test_a_host_header_is_read_without_its_port(header: bytes, host: str) -> None:
    assert host_of(header) == host


@pytest.mark.parametrize(("n_bytes", "is_in_time"), [(1, False), (64_000, True)])
def test_a_large_body_gets_the_time_that_a_slow_line_needs_and_a_dribble_does_not(
    n_bytes: int, is_in_time: bool
) -> None:
    """64 kB are two seconds of a line of 32 kB/s, and the time was over a second ago."""
    parts = iter([bytes(n_bytes), b"end"])

    async def receive() -> dict[str, object]:
        body = next(parts)
        if body == b"end":
            await asyncio.sleep(0)
        return {"type": "http.request", "body": body, "more_body": body != b"end"}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:  # type: ignore[typeddict-item]
            pass

    timed = TimedBodies(app, -1.0)
    running = timed({"type": "http", "headers": []}, receive, None)  # type: ignore[typeddict-item, arg-type]
    if is_in_time:
        asyncio.run(running)
    else:
        with pytest.raises(TimeoutError):
            asyncio.run(running)
