"""The register over HTTP: asked, counted, exported and filled; every refusal a sentence."""

import csv
import io
from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from register_kit import a_record
from sargas.app.register_files import starter
from sargas.model.picture import RegisterChanged
from sargas.register import csv_file
from sargas.store.register_sqlite import RegisterFile
from sargas.web.server import create_app
from unit.web.memory_desk import MemoryDesk

CSV, GEOJSON = {"content-type": "text/csv"}, {"content-type": "application/geo+json"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    desk = MemoryDesk()
    desk.register.close()
    desk.register = RegisterFile()
    noise = a_record("lt-bird", title="A bird", outcome="no_incursion", countries=("UA",))
    desk.register.keep([RegisterChanged(records=(*starter(), noise))])
    with TestClient(create_app(desk)) as client:
        yield client


def ids(client: TestClient, asked: str) -> list[str]:
    answer = client.get(f"/api/register?{asked}")
    assert answer.status_code == 200, answer.text
    return [record["record_id"] for record in answer.json()["records"]]


def test_a_question_is_asked_by_words_place_time_type_origin_and_outcome(client: TestClient) -> None:
    assert ids(client, "text=gaiziunai+gerbera") == ["lt-2025-07-28-gaiziunai"]
    assert ids(client, "near=54.62,25.72,5") == ["lt-2025-07-10-sumskas"]
    assert ids(client, "bbox=22.5,54.5,23,54.8") == ["lt-2025-10-23-kybartai"]
    assert ids(client, "from_s=1751328000&to_s=1754006400&country=LT") == [  # July 2025
        "lt-2025-07-28-gaiziunai",
        "lt-2025-07-10-sumskas",
    ]
    assert set(ids(client, "country=LT&country=LV&origin=UA")) == {"lv-2026-05-07-rezekne"}
    assert ids(client, "type=balloon&country=PL&outcome=lost") == ["pl-2023-05-12-rypin"]
    assert ids(client, "outcome=no_incursion") == ["lt-bird"]


def test_the_answer_comes_in_pages(client: TestClient) -> None:
    first = client.get("/api/register?limit=40").json()
    rest = client.get(f"/api/register?limit=500&offset={first['next_offset']}").json()
    assert (len(first["records"]), first["n_found"]) == (40, len(starter()) + 1)
    assert len(first["records"]) + len(rest["records"]) == first["n_found"]
    assert rest["next_offset"] is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("bbox=20,54", "bbox: expected west_deg,south_deg,east_deg,north_deg"),
        ("near=here", "near: expected lat_deg,lon_deg,km"),
        ("near=55,24,0", "Expected `float` > 0.0"),
        ("country=Lithuania", "countries: "),
        ("type=ufo", "ufo"),
        ("from_s=-1", "from_s"),
        ("limit=100000", "limit"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(client: TestClient, asked: str, said: str) -> None:
    answer = client.get(f"/api/register?{asked}")
    assert answer.status_code == 422
    assert said in answer.json()["error"]


def test_birds_are_not_counted_unless_asked_for(client: TestClient) -> None:
    counts = client.get("/api/register/statistics?by=year").json()
    assert counts["n_incidents"] == len(starter())
    assert client.get("/api/register/statistics?incursion=false").json()["n_incidents"] == 1
    two = client.get("/api/register/statistics?by=country&by=type&country=LV").json()
    assert (two["by"], two["rows"][0]["keys"]) == (["country", "type"], ["LV", "attack_drone"])


def test_one_record_is_read_by_its_name(client: TestClient) -> None:
    record = client.get("/api/register/lv-2024-09-07-gaigalava").json()
    assert record["sources"][0]["publisher"] == "The Baltic Sentinel"
    answer = client.get("/api/register/nothing")
    assert (answer.status_code, answer.json()["error"]) == (404, "the register has no record 'nothing'")


def test_files_hold_what_was_asked_for_and_an_exercise_is_marked(client: TestClient) -> None:
    answer = client.get("/api/register.csv?country=LV")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["record_id"] for row in rows] == ["lv-2026-05-07-rezekne", "lv-2024-09-07-gaigalava"]
    assert "EXERCISE" in answer.headers["content-disposition"]
    assert answer.headers["sargas-mark"] == "EXERCISE"
    geojson = client.get("/api/register.geojson?country=LV")
    assert geojson.headers["content-type"].startswith("application/geo+json")
    assert (geojson.json()["mark"], len(geojson.json()["features"])) == ("EXERCISE", 2)


def test_a_file_is_tried_before_it_is_taken(client: TestClient) -> None:
    crow = a_record("lt-bird", title="A crow", countries=("UA",))
    changed = csv_file.write([*starter()[:2], a_record("new-1"), crow])
    tried = client.post("/api/register?dry_run=true", content=changed, headers=CSV).json()
    assert (tried["n_new"], tried["n_changed"], tried["n_same"], tried["entries"]) == (1, 1, 2, [])
    wrong = changed.replace(b"new-1", b"new 1")
    refused = client.post("/api/register?dry_run=true", content=wrong, headers=CSV).json()
    assert (refused["n_new"], refused["n_refused"]) == (0, 1)
    assert "column record_id" in refused["refused"][0]
    taken = client.post("/api/register?officer=Ona", content=changed, headers=CSV).json()
    assert len(taken["entries"]) == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"\x00\xff", b"[" * 50_000, b"record_id\n" * 10])
@pytest.mark.parametrize("headers", [CSV, GEOJSON, {}])
def test_a_body_of_any_kind_is_refused_and_nothing_is_taken(
    client: TestClient, body: bytes, headers: dict[str, str]
) -> None:
    answer = client.post("/api/register", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["entries"], answer.json()["n_refused"]) == ([], 1)


def test_a_watch_without_a_register_says_so() -> None:
    desk = MemoryDesk()
    desk.register.close()
    desk.register = None
    with TestClient(create_app(desk)) as client:
        answer = client.get("/api/register")
    assert (answer.status_code, "keeps no register" in answer.json()["error"]) == (404, True)
