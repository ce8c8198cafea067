"""The OpenAPI description: sound in itself, and true of what the server sends."""

import copy
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from litestar.testing import TestClient

from sargas.model.entry import Frame
from sargas.web.server import create_app
from unit.web.memory_desk import FEED, START_S, MemoryDesk, line, with_loss

ROUTES = {
    "/api/desk": {"get"},
    "/api/picture": {"get"},
    "/api/stream": {"get"},
    "/api/map/zones.geojson": {"get"},
    "/api/map/sensors.geojson": {"get"},
    "/api/map/places.json": {"get"},
    "/api/tracks": {"get"},
    "/api/tracks/{track_id}/outlook": {"get"},
    "/api/incidents": {"get"},
    "/api/incidents/{incident_id}": {"get"},
    "/api/register": {"get", "post"},
    "/api/register/statistics": {"get"},
    "/api/register.csv": {"get"},
    "/api/register.geojson": {"get"},
    "/api/register/{record_id}": {"get"},
    "/api/incidents/{incident_id}/hypotheses": {"get"},
    "/api/incidents/{incident_id}/search": {"get"},
    "/api/incidents/{incident_id}/search/export/{name}": {"get"},
    "/api/incidents/{incident_id}/search/order": {"post"},
    "/api/incidents/{incident_id}/dossier": {"get"},
    "/api/incidents/{incident_id}/search/tracks": {"post"},
    "/api/incidents/{incident_id}/evidence/{evidence_id}": {"get"},
    "/api/incidents/{incident_id}/evidence/{evidence_id}/frames": {"get"},
    "/api/incidents/{incident_id}/steps": {"get"},
    "/api/evidence": {"post"},
    "/api/alarms/log": {"get"},
    "/api/shift": {"get"},
    "/api/sensors": {"get"},
    "/api/me": {"get"},
    "/api/me/password": {"post"},
    "/api/sign-in": {"post"},
    "/api/sign-out": {"post"},
    "/api/press/read": {"post"},
    "/api/decisions": {"post"},
    "/api/view/{view}/play": {"post"},
    "/api/replay": {"post", "delete"},
    "/api/feeds/{feed}": {"post"},
    "/health": {"get"},
    "/metrics": {"get"},
}
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    desk = MemoryDesk()
    desk.live.accept(Frame(FEED, line(lon_deg=25.5)))
    desk.live.accept(Frame(FEED, line(lon_deg=25.5, time_s=START_S + 30.0)), at_s=START_S + 30.0)
    with TestClient(create_app(desk)) as client:
        yield client


@pytest.fixture(scope="module")
def schema(client: TestClient) -> dict:
    return client.get("/schema").json()


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_it_describes_exactly_the_routes(schema: dict) -> None:
    assert schema["openapi"].startswith("3.1")
    assert {path: METHODS & set(item) for path, item in schema["paths"].items()} == ROUTES


def test_every_reference_leads_somewhere_and_every_schema_is_sound(schema: dict) -> None:
    known = {f"#/components/schemas/{name}" for name in schema["components"]["schemas"]}
    assert set(references(schema)) <= known
    for part in schema["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(part)


def test_every_operation_has_its_own_name_and_declares_its_path_parameters(schema: dict) -> None:
    operations = [(path, item[method]) for path, item in schema["paths"].items() for method in METHODS & set(item)]
    names = [operation["operationId"] for _, operation in operations]
    assert len(set(names)) == len(names)
    for path, operation in operations:
        declared = {item["name"] for item in operation.get("parameters", []) if item["in"] == "path"}
        assert declared == {part.strip("{}") for part in path.split("/") if part.startswith("{")}


def validator(schema: dict, path: str, method: str = "get", status: str = "200") -> jsonschema.Draft202012Validator:
    content = schema["paths"][path][method]["responses"][status]["content"]
    root = copy.deepcopy(next(iter(content.values()))["schema"])
    return jsonschema.Draft202012Validator({**root, "components": schema["components"]})


@pytest.mark.parametrize(
    "path", ["/api/desk", "/api/picture", "/api/tracks", "/api/incidents", "/api/sensors", "/health"]
)
def test_what_the_server_sends_is_what_it_describes(client: TestClient, schema: dict, path: str) -> None:
    body = client.get(path).json()
    assert body
    validator(schema, path).validate(body)


def test_a_refusal_is_what_it_describes(client: TestClient, schema: dict) -> None:
    body = client.get("/api/incidents/none").json()
    validator(schema, "/api/incidents/{incident_id}", status="404").validate(body)


def test_a_decision_is_described_with_its_action(schema: dict) -> None:
    content = schema["paths"]["/api/decisions"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    decision = jsonschema.Draft202012Validator({**content, "components": schema["components"]})
    decision.validate({"action": "close", "officer": "A", "incident_id": "x"})
    assert not decision.is_valid({"action": "engage", "officer": "A", "incident_id": "x"})


SQUARE = [[24.3, 55.0], [24.4, 55.0], [24.4, 55.1]]


@pytest.mark.parametrize(
    "decision",
    [
        {"action": "mark_searched", "asset": "foot_team", "ring": SQUARE, "paths": [SQUARE, SQUARE]},
        {"action": "order_search", "sectors": [{"name": "A-01", "ring": SQUARE, "cover": "forest"}]},
        {
            "action": "plan_search",
            "settings": {"fates": {"fell": 0.5}, "assets": [{"asset_id": "1", "kind": "dogs"}]},
        },
        {"action": "add_clue", "kind": "bang", "lat_deg": 55.0, "lon_deg": 24.3},
        {"action": "report_find", "what": "wreck", "lat_deg": 55.0, "lon_deg": 24.3},
        {"action": "weigh_clue", "clue_id": "c1", "reliability": 0.5},
        {"action": "end_search"},
    ],
    ids=lambda decision: decision["action"],
)
def test_every_decision_about_a_search_is_described(schema: dict, decision: dict) -> None:
    content = schema["paths"]["/api/decisions"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    described = jsonschema.Draft202012Validator({**content, "components": schema["components"]})
    described.validate({"officer": "A", "incident_id": "x", **decision})
    assert not described.is_valid({"incident_id": "x", **decision})


def test_a_search_plan_is_what_it_describes() -> None:
    desk = MemoryDesk()
    incident_id = with_loss(desk)
    with TestClient(create_app(desk)) as client:
        schema = client.get("/schema").json()
        plan = client.get(f"/api/incidents/{incident_id}/search").json()
        incident = client.get(f"/api/incidents/{incident_id}").json()
    validator(schema, "/api/incidents/{incident_id}/search").validate(plan)
    validator(schema, "/api/incidents/{incident_id}").validate(incident)


def test_the_schema_loads_nothing_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/schema", headers={"accept": "text/html"})
    assert answer.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    assert client.get("/schema/swagger").status_code == 404


def test_every_route_is_in_the_reference(schema: dict) -> None:
    text = (Path(__file__).parents[3] / "docs" / "reference" / "http-api.md").read_text(encoding="utf-8")
    for path, item in schema["paths"].items():
        shown = path.replace("{track_id}", "{id}").replace("{incident_id}", "{id}")
        for method in METHODS & set(item):
            assert f"`{method.upper()} {shown}" in text


def test_every_figure_is_in_the_reference(client: TestClient) -> None:
    text = (Path(__file__).parents[3] / "docs" / "reference" / "http-api.md").read_text(encoding="utf-8")
    names = {words[2] for row in client.get("/metrics").text.splitlines() if (words := row.split())[1] == "TYPE"}
    assert names
    assert {name for name in names if f"`{name}`" not in text and not name.endswith("_created")} == set()
