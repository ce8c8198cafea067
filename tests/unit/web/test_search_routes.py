"""The routes of a search over a desk in memory: the plan, its files, the order, and the ways that teams walked."""

import gzip
import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from litestar.testing import TestClient
from msgspec import structs

from sargas.decode import gpx
from sargas.model.entry import Frame
from sargas.model.errors import DataError
from sargas.web.page import Page
from sargas.web.server import create_app
from unit.web.memory_desk import BORDER_LON_DEG, FEED, PLOTTED, START_S, MemoryDesk, line, with_loss

WALKED = """<?xml version="1.0"?>
<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="54.60" lon="25.40"/><trkpt lat="54.61" lon="25.41"/><trkpt lat="54.60" lon="25.42"/>
</trkseg></trk></gpx>"""


class Scene:
    """A desk with a lost target, and a client of it."""

    def __init__(self, desk: MemoryDesk, client: TestClient, incident_id: str) -> None:
        self.desk = desk
        self.client = client
        self.id = incident_id
        self.url = f"/api/incidents/{incident_id}/search"

    @property
    def search(self) -> dict:
        return self.client.get(f"/api/incidents/{self.id}").json()["search"]


@pytest.fixture
def scene() -> Iterator[Scene]:
    desk = MemoryDesk()
    incident_id = with_loss(desk)
    with TestClient(create_app(desk)) as client:
        yield Scene(desk, client, incident_id)


@pytest.fixture(scope="module")
def calm() -> Iterator[Scene]:
    """One for the tests that change nothing."""
    desk = MemoryDesk()
    incident_id = with_loss(desk)
    with TestClient(create_app(desk)) as client:
        yield Scene(desk, client, incident_id)


# --- the plan ---


def test_the_plan_says_where_to_look_and_why(calm: Scene) -> None:
    answer = calm.client.get(calm.url)
    assert answer.status_code == 200
    plan = answer.json()
    assert (plan["incident_id"], plan["track_id"], plan["country"]) == (calm.id, PLOTTED, "LT")
    assert plan["loss"]["track"]["last_report_s"] == START_S + 296
    # it flew west from the border and was lost 296 s later: the best place is not back east of the border
    assert plan["best_lon_deg"] < BORDER_LON_DEG
    assert plan["sectors"]
    assert plan["cells"]["poc"]
    assert sum(plan["cells"]["poc"]) == pytest.approx(plan["p_there"], abs=1e-6)
    assert [asset["kind"] for asset in plan["settings"]["assets"]] == ["foot_team", "foot_team", "camera_drone"]


def test_the_plan_travels_compressed_and_not_again_to_who_has_it(calm: Scene) -> None:
    answer = calm.client.get(calm.url, headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    again = calm.client.get(calm.url, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/incidents/none/search", 404, "there is no incident 'none'"),
        ("{url}?track_id=7", 404, "track 7 of {id} is not lost; those that are: 1"),
        ("{url}?view=replay", 404, "there is no replay view now"),
        ("{url}?track_id=first", 422, "track_id"),
        ("{url}/export/docx", 404, "no search_export 'docx'"),
        ("/api/incidents/none/search/export/gpx", 404, "there is no incident 'none'"),
        ("{url}/export/sheet?paper=a5", 422, "paper"),
    ],
)
def test_what_is_not_there_is_refused_in_the_one_shape(calm: Scene, path: str, status: int, words: str) -> None:
    answer = calm.client.get(path.format(url=calm.url, id=calm.id))
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    assert words.format(id=calm.id) in answer.json()["error"]


def test_an_incident_without_a_loss_has_no_plan() -> None:
    desk = MemoryDesk()
    for second in (0.0, 30.0):
        desk.live.accept(Frame(FEED, line(lon_deg=25.5, time_s=START_S + second)), at_s=START_S + second)
    (incident_id,) = desk.live.picture.incidents
    with TestClient(create_app(desk)) as client:
        answer = client.get(f"/api/incidents/{incident_id}/search")
    assert answer.status_code == 404
    assert answer.json()["error"] == f"there is nothing to search for: no track of {incident_id} is lost"


def test_a_file_of_the_watch_that_went_away_is_named(scene: Scene) -> None:
    def around(lat_deg: float, lon_deg: float) -> None:
        raise DataError("heights.tif: cannot be read")

    scene.desk._searching._basis = structs.replace(scene.desk._searching._basis, terrain=around)
    answer = scene.client.get(scene.url)
    assert (answer.status_code, answer.json()) == (500, {"error": "heights.tif: cannot be read"})


# --- files ---


@pytest.mark.parametrize(
    ("name", "media_type", "ending", "begins"),
    [
        ("geojson", "application/geo+json", "geojson", b"{"),
        ("kml", "application/vnd.google-earth.kml+xml", "kml", b"<?xml"),
        ("gpx", "application/gpx+xml", "gpx", b"<?xml"),
        ("gpkg", "application/geopackage+sqlite3", "gpkg", b"SQLite format 3\x00"),
        ("tak", "application/zip", "zip", b"PK\x03\x04"),
        ("sheet", "application/pdf", "pdf", b"%PDF-"),
    ],
)
def test_the_plan_is_a_file_of_each_format(
    calm: Scene, name: str, media_type: str, ending: str, begins: bytes
) -> None:
    answer = calm.client.get(f"{calm.url}/export/{name}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].split(";")[0] == media_type
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''search-{calm.id}.{ending}"
    assert answer.content.startswith(begins)


def test_a_public_file_says_so_in_its_name_and_tells_no_sector(calm: Scene) -> None:
    answer = calm.client.get(f"{calm.url}/export/geojson?public=true")
    assert answer.headers["content-disposition"].endswith(f"search-{calm.id}-public.geojson")
    assert "sector" not in {feature["properties"]["part"] for feature in answer.json()["features"]}


def test_what_a_format_can_be_told_is_told_to_it(calm: Scene) -> None:
    whole = calm.client.get(f"{calm.url}/export/geojson").json()
    bare = calm.client.get(f"{calm.url}/export/geojson?cells=false").json()
    parts = [{feature["properties"]["part"] for feature in one["features"]} for one in (whole, bare)]
    assert parts[0] - parts[1] == {"cell"}
    stream = calm.client.get(f"{calm.url}/export/tak?form=stream")
    assert stream.headers["content-disposition"].endswith(".cot")
    assert stream.content.lstrip().startswith(b"<")
    package = calm.client.get(f"{calm.url}/export/tak")
    assert zipfile.ZipFile(BytesIO(package.content)).namelist()


# --- orders and what was searched ---


def test_an_order_names_the_sectors_of_the_map_by_rank_and_keeps_them(scene: Scene) -> None:
    answer = scene.client.post(f"{scene.url}/order", json={"officer": "Jonaitytė"})
    assert answer.status_code == 201
    assert answer.json()["entry"] == scene.desk.live.journal.last_seq()
    names = [sector["name"] for sector in scene.search["sectors"]]
    assert names[:3] == ["A-01", "A-02", "A-03"]
    plan = scene.client.get(scene.url).json()
    assert plan["is_ordered"]
    assert {sector["name"] for sector in plan["sectors"]} >= set(names[:3])


def test_an_order_made_anew_has_the_next_letter(scene: Scene) -> None:
    for _ in range(2):
        assert scene.client.post(f"{scene.url}/order", json={"officer": "Ona"}).status_code == 201
    search = scene.search
    assert search["generation"] == 2
    assert search["sectors"][0]["name"] == "B-01"
    assert search["past_sectors"][0]["name"] == "A-01"


def test_a_sector_that_was_searched_in_vain_is_believed_less(scene: Scene) -> None:
    scene.client.post(f"{scene.url}/order", json={"officer": "Ona"})
    before = {sector["name"]: sector for sector in scene.client.get(scene.url).json()["sectors"]}
    decision = {"action": "mark_searched", "officer": "Jonas", "incident_id": scene.id, "asset": "foot_team",
                "sector": "A-01", "hours": 40.0}  # fmt: skip
    assert scene.client.post("/api/decisions", json=decision).status_code == 201
    after = {sector["name"]: sector for sector in scene.client.get(scene.url).json()["sectors"]}
    assert after["A-01"]["poc"] < before["A-01"]["poc"]
    assert after["A-01"]["pod"] > 0.0


def test_the_ways_of_a_gpx_file_are_taken_as_searched(scene: Scene) -> None:
    about = "asset=camera_drone&sector=A-01&officer=Jonas"
    kind = {"content-type": "application/gpx+xml"}
    answer = scene.client.post(f"{scene.url}/tracks?{about}", content=WALKED, headers=kind)
    assert answer.status_code == 201, answer.text
    (searched,) = scene.search["searched"]
    assert (searched["asset"], searched["sector"], searched["by"]) == ("camera_drone", "A-01", "Jonas")
    assert searched["paths"] == [[[25.4, 54.6], [25.41, 54.61], [25.42, 54.6]]]
    assert searched["searched_id"] == f"s{answer.json()['entry']}"


@pytest.mark.parametrize(
    ("about", "body", "status", "words"),
    [
        ("asset=foot_team&officer=Jonas", "no xml", 422, "GPX: the file has no <gpx> element"),
        ("asset=foot_team&officer=Jonas", "", 422, "GPX: the file is empty"),
        ("asset=tank&officer=Jonas", WALKED, 422, "asset"),
        ("asset=foot_team", WALKED, 422, "officer"),
        ("asset=foot_team&officer=", WALKED, 422, "officer"),
        (f"asset=foot_team&officer={'x' * 65}", WALKED, 422, "officer"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_why(
    calm: Scene, about: str, body: str, status: int, words: str
) -> None:
    n_entries = calm.desk.live.journal.last_seq()
    answer = calm.client.post(f"{calm.url}/tracks?{about}", content=body)
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    assert words in answer.json()["error"]
    assert calm.desk.live.journal.last_seq() == n_entries


def test_a_gpx_file_beyond_the_limit_is_too_large(calm: Scene) -> None:
    answer = calm.client.post(f"{calm.url}/tracks?asset=dogs&officer=J", content=b" " * (gpx.BYTES_MAX + 1))
    assert answer.status_code == 413


@pytest.mark.parametrize("what", ["order", "tracks?asset=dogs&officer=J"])
def test_the_search_of_an_incident_that_is_not_there_cannot_be_changed(calm: Scene, what: str) -> None:
    body = {"json": {"officer": "J"}} if what == "order" else {"content": WALKED}
    assert calm.client.post(f"/api/incidents/none/search/{what}", **body).status_code == 404


def test_a_search_in_a_replay_cannot_be_ordered(scene: Scene) -> None:
    scene.client.post("/api/replay", json={})
    assert scene.client.get(f"{scene.url}?view=replay").status_code == 200
    answer = scene.client.post(f"{scene.url}/order?view=replay", json={"officer": "Ona"})
    assert answer.status_code == 409
    assert "replay" in answer.json()["error"]


@pytest.mark.parametrize("what", ["order", "tracks?asset=dogs&officer=J"])
def test_a_page_of_another_origin_changes_no_search(calm: Scene, what: str) -> None:
    answer = calm.client.post(f"{calm.url}/{what}", content=WALKED, headers={"origin": "http://elsewhere.example"})
    assert answer.status_code == 403


def test_a_find_closes_the_search(scene: Scene) -> None:
    decision = {"action": "report_find", "officer": "Jonas", "incident_id": scene.id, "what": "wreck",
                "lat_deg": 54.6, "lon_deg": 25.45, "is_it": True}  # fmt: skip
    assert scene.client.post("/api/decisions", json=decision).status_code == 201
    plan = scene.client.get(scene.url).json()
    assert plan["is_found"]
    assert plan["hazard"]


def test_a_search_decision_that_cannot_be_is_a_conflict(calm: Scene) -> None:
    decision = {"action": "weigh_clue", "officer": "Ona", "incident_id": calm.id, "clue_id": "c9", "reliability": 0.5}
    answer = calm.client.post("/api/decisions", json=decision)
    assert (answer.status_code, answer.json()["error"]) == (409, "there is no clue 'c9'; have none")


def test_a_decision_with_the_way_of_a_whole_day_is_taken(scene: Scene) -> None:
    path = [[25.0 + k * 1e-5, 54.0 + (k % 2) * 1e-3] for k in range(19_000)]
    decision = {"action": "mark_searched", "officer": "Jonas", "incident_id": scene.id, "asset": "foot_team",
                "paths": [path]}  # fmt: skip
    body = json.dumps(decision).encode()
    assert len(body) > 300_000
    answer = scene.client.post("/api/decisions", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 201, answer.text


# --- the page for phones ---


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text("<!doctype html><title>desk</title>", encoding="utf-8")
    (folder / "search.html").write_text("<!doctype html><title>search</title>", encoding="utf-8")
    (folder / "search-worker.js").write_text("self.skipWaiting();", encoding="utf-8")
    with TestClient(create_app(MemoryDesk(), built=Page(folder))) as client:
        yield client


def test_every_search_has_the_one_page(built: TestClient) -> None:
    answer = built.get("/search/LT-2025-07-28-01")
    assert answer.status_code == 200
    assert "<title>search</title>" in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


def test_the_page_for_searchers_alone_may_know_where_it_is(built: TestClient) -> None:
    assert "geolocation=(self)" in built.get("/search/LT-1").headers["permissions-policy"]
    for path in ("/", "/search.html", "/search-worker.js", "/api/desk", "/searching"):
        assert "geolocation=()" in built.get(path).headers["permissions-policy"], path


def test_its_worker_is_served_from_the_root_and_asked_for_again_every_time(built: TestClient) -> None:
    answer = built.get("/search-worker.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


def test_a_page_that_was_not_built_says_so(tmp_path: Path) -> None:
    with TestClient(create_app(MemoryDesk(), built=Page(tmp_path / "none"))) as client:
        answer = client.get("/search/LT-1")
    assert answer.status_code == 503
    assert "make page" in answer.text


def test_the_plan_is_the_same_compressed_and_plain(calm: Scene) -> None:
    packed = calm.client.get(calm.url, headers={"accept-encoding": "gzip"})
    plain = calm.client.get(calm.url, headers={"accept-encoding": "identity"})
    assert packed.json() == plain.json()
    assert len(gzip.compress(plain.content)) < len(plain.content)
