"""The route that reads an article: drafts out, nothing on file, and its bounds."""

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from sargas.web.server import create_app
from unit.web.memory_desk import MemoryDesk

PLAIN = {"content-type": "text/plain; charset=utf-8"}
TEXT = b"A drone\nA drone entered Lithuania from Belarus on 28 July 2025."


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(MemoryDesk())) as client:
        yield client


def test_an_article_becomes_drafts(client: TestClient) -> None:
    answer = client.post("/api/press/read", content=TEXT, headers=PLAIN)
    assert answer.status_code == 200, answer.text
    entry = answer.json()["reading"]["entries"][0]
    assert (entry["countries"], entry["object_type"]) == (["LT"], "drone")


def test_html_is_read_as_html(client: TestClient) -> None:
    answer = client.post(
        "/api/press/read",
        content=b"<p>A drone entered Latvia on 7 September 2024.</p>",
        headers={"content-type": "text/html"},
    )
    assert [entry["countries"] for entry in answer.json()["reading"]["entries"]] == [["LV"]]


def test_what_cannot_be_read_is_refused(client: TestClient) -> None:
    assert client.post("/api/press/read", content=b" ", headers=PLAIN).status_code == 422
    assert client.post("/api/press/read?language=xx", content=TEXT, headers=PLAIN).status_code == 422
    assert client.post("/api/press/read", content=b"x" * ((1 << 20) + 1), headers=PLAIN).status_code == 413
