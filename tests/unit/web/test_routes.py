"""The REST routes over a desk in memory."""

import asyncio
from collections.abc import Iterator

import msgspec
import pytest
from litestar.testing import TestClient

from sargas.model.entry import Frame
from sargas.web.act_routes import DECISION_MAX_BYTES, POST_MAX_BYTES
from sargas.web.server import create_app
from unit.web.memory_desk import FEED, START_S, MemoryDesk, line

JSON = {"content-type": "application/json"}
TRACK_ID = 0x503D9A


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk()


@pytest.fixture
def client(desk: MemoryDesk) -> Iterator[TestClient]:
    with TestClient(create_app(desk)) as client:
        yield client


@pytest.fixture(scope="module")
def refusing() -> Iterator[TestClient]:
    """One client for the tests in which nothing happens."""
    desk = MemoryDesk()
    asyncio.run(desk.open_replay(None))
    with TestClient(create_app(desk)) as client:
        yield client


def with_incident(desk: MemoryDesk) -> str:
    desk.live.accept(Frame(FEED, line(lon_deg=25.5)))
    desk.live.accept(Frame(FEED, line(lon_deg=25.5, time_s=START_S + 30.0)), at_s=START_S + 30.0)
    (incident_id,) = desk.live.picture.incidents
    return incident_id


def test_the_desk_tells_its_title_its_countries_and_its_views(client: TestClient) -> None:
    desk = client.get("/api/desk").json()
    assert (desk["title"], desk["country"], desk["is_exercise"]) == ("Vilnius sector", "LT", True)
    assert desk["countries"] == ["LT"]
    assert [view["name"] for view in desk["views"]] == ["live"]
    assert desk["views"][0]["clock"]["now_s"] == START_S


def test_a_posted_report_is_in_the_picture_once_it_is_answered(client: TestClient) -> None:
    answer = client.post(f"/api/feeds/{FEED}", content=line())
    assert answer.status_code == 201
    picture = client.get("/api/picture").json()
    assert picture["is_reset"] is True
    (track,) = picture["tracks"]
    assert track["entries"] == [answer.json()["entry"]]
    assert client.get("/api/tracks").json() == picture["tracks"]


def test_a_report_that_cannot_be_kept_is_refused_so_that_the_sender_tries_again(
    desk: MemoryDesk, client: TestClient
) -> None:
    desk.is_disk_full = True
    answer = client.post(f"/api/feeds/{FEED}", content=line())
    assert answer.status_code == 503
    assert answer.json() == {"error": "the disk is full"}
    assert "retry-after" in answer.headers
    assert client.get("/api/tracks").json() == []


def test_a_feed_that_takes_no_posts_is_not_found(client: TestClient) -> None:
    answer = client.post("/api/feeds/radar", content=b"x")
    assert answer.status_code == 404
    assert "radar" in answer.json()["error"]


def test_a_body_of_one_mebibyte_is_taken_and_one_byte_more_is_not(client: TestClient) -> None:
    assert client.post(f"/api/feeds/{FEED}", content=b"\n" * POST_MAX_BYTES).status_code == 201
    answer = client.post(f"/api/feeds/{FEED}", content=b"\n" * (POST_MAX_BYTES + 1))
    assert answer.status_code == 413
    assert set(answer.json()) == {"error"}


def test_a_body_without_a_declared_length_is_cut_off_at_the_same_limit(desk: MemoryDesk, client: TestClient) -> None:
    chunks = (b"\n" * 65_536 for _ in range(POST_MAX_BYTES // 65_536 + 1))
    before = desk.live.journal.last_seq()
    assert client.post(f"/api/feeds/{FEED}", content=chunks).status_code == 413
    assert desk.live.journal.last_seq() == before


def test_an_incident_is_acknowledged_and_keeps_who_did_it(desk: MemoryDesk, client: TestClient) -> None:
    incident_id = with_incident(desk)
    decision = {"action": "acknowledge", "officer": "Jonaitytė", "incident_id": incident_id}
    answer = client.post("/api/decisions?view=live", json=decision)
    assert answer.status_code == 201
    assert answer.json()["entry"] == desk.live.journal.last_seq()
    incident = client.get(f"/api/incidents/{incident_id}").json()
    assert incident["acknowledged_by"] == "Jonaitytė"
    assert [other["incident_id"] for other in client.get("/api/incidents").json()] == [incident_id]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"action":"engage","officer":"A","track_id":1}', 422),
        (b'{"action":"close","officer":"A"}', 422),
        (b'{"action":"close","officer":"","incident_id":"x"}', 422),
        (b'{"action":"close","officer":"A","incident_id":"x","colour":"red"}', 422),
        (b'{"action":"close","officer":"A","incident_id":"x"}', 409),
        (b'{"action":"close","officer":"A","incident_id":"' + b"x" * DECISION_MAX_BYTES + b'"}', 413),
        (b"", 422),
        (b"null", 422),
        (b"[" * 8_000, 400),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_decision_is_refused_with_one_sentence(refusing: TestClient, body: bytes, status: int) -> None:
    answer = refusing.post("/api/decisions", content=body, headers=JSON)
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    assert answer.json()["error"]


def test_a_decision_in_a_replay_is_not_allowed(desk: MemoryDesk, client: TestClient) -> None:
    incident_id = with_incident(desk)
    client.post("/api/replay", json={})
    decision = {"action": "close", "officer": "A", "incident_id": incident_id}
    assert client.post("/api/decisions?view=replay", json=decision).status_code == 409


def test_the_outlook_is_that_of_the_view(desk: MemoryDesk, client: TestClient) -> None:
    desk.live.accept(Frame(FEED, line(lon_deg=25.5)))
    outlook = client.get(f"/api/tracks/{TRACK_ID}/outlook").json()
    assert outlook["inside"] == [{"country": "LT", "probability": 1.0}]
    assert client.get("/api/tracks/1/outlook").status_code == 404
    assert client.get(f"/api/tracks/{TRACK_ID}/outlook?view=replay").status_code == 404
    assert client.get("/api/tracks/first/outlook").status_code == 404


def test_a_live_watch_cannot_be_paused(client: TestClient) -> None:
    answer = client.post("/api/view/live/play", json={"is_paused": True})
    assert answer.status_code == 409
    assert "replay" in answer.json()["error"]


def test_a_replay_is_opened_played_and_closed(desk: MemoryDesk, client: TestClient) -> None:
    assert client.post("/api/view/replay/play", json={"speed": 2.0}).status_code == 404
    assert client.post("/api/replay", json={"from_s": START_S + 5.0}).json()["clock"]["now_s"] == START_S + 5.0
    state = client.post("/api/view/replay/play", json={"speed": 8.0, "is_paused": True}).json()
    assert (state["clock"]["speed"], state["clock"]["is_paused"]) == (8.0, True)
    assert [view["name"] for view in client.get("/api/desk").json()["views"]] == ["live", "replay"]
    assert client.delete("/api/replay").status_code == 204
    assert client.get("/api/picture?view=replay").status_code == 404


@pytest.mark.parametrize(
    "body", [{"speed": -1.0}, {"speed": "fast"}, {"jump_to_s": None, "hurry": True}, {"speed": 1e9}]
)
def test_a_bad_way_of_playing_is_refused(refusing: TestClient, body: dict[str, object]) -> None:
    answer = refusing.post("/api/view/replay/play", json=body)
    assert answer.status_code == 422
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/picture?view=tomorrow", 422),
        ("/api/incidents/none", 404),
        ("/api/nothing", 404),
        ("/api/stream?view=then", 422),
        ("/api/map/sensors.geojson?part=all", 422),
    ],
)
def test_every_error_has_one_shape(refusing: TestClient, path: str, status: int) -> None:
    answer = refusing.get(path)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


def test_a_method_that_is_not_allowed_says_which_are(client: TestClient) -> None:
    answer = client.put("/api/replay")
    assert answer.status_code == 405
    assert set(answer.json()) == {"error"}
    assert "POST" in answer.headers["allow"]


def test_the_map_is_encoded_once_and_not_sent_again_to_who_has_it(client: TestClient) -> None:
    first = client.get("/api/map/places.json")
    assert first.json()[0]["name"] == "Šumskas"
    again = client.get("/api/map/places.json", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_large_answers_are_compressed_for_who_takes_it(desk: MemoryDesk, client: TestClient) -> None:
    for i in range(1, 200):
        desk.live.accept(Frame(FEED, line(f"{i:06x}")))
    zipped = client.get("/api/picture", headers={"accept-encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert len(zipped.json()["tracks"]) == 199
    plain = client.get("/api/picture", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == zipped.json()


def test_the_sensor_table_is_that_of_the_desk(desk: MemoryDesk, client: TestClient) -> None:
    assert client.get("/api/sensors").json() == msgspec.to_builtins(list(desk.sensors.values()))


@pytest.mark.parametrize("path", ["/api/shift", "/api/alarms/log"])
@pytest.mark.parametrize("since_s", ["-1e12", "-1e300", "nan", "inf", "1e300"])
def test_a_moment_that_is_none_is_refused(refusing: TestClient, path: str, since_s: str) -> None:
    answer = refusing.get(path, params={"since_s": since_s})
    assert answer.status_code == 422
    assert "since_s" in answer.json()["error"]


@pytest.mark.parametrize(
    "decision",
    [
        {"action": "link_track", "track_id": 2**70},
        {"action": "edit_warning", "revision": 2**70},
        {"action": "close", "seen_entry": 2**70},
    ],
)
def test_a_number_that_the_journal_cannot_hold_is_refused_before_it(
    refusing: TestClient, decision: dict[str, object]
) -> None:
    answer = refusing.post("/api/decisions", json={"officer": "Rasa", "incident_id": "LT-1", **decision})
    assert answer.status_code == 422
