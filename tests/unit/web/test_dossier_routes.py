"""The route of a dossier over a desk in memory: what is asked for, in whose name, and what is refused."""

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from sargas.dossier.make import Ordered
from sargas.web.server import create_app
from unit.web.memory_desk import MemoryDesk, with_loss


@pytest.fixture
def scene() -> Iterator[tuple[TestClient, MemoryDesk, str]]:
    desk = MemoryDesk()
    incident_id = with_loss(desk)
    with TestClient(create_app(desk), base_url="http://127.0.0.1") as client:
        yield client, desk, f"/api/incidents/{incident_id}/dossier"


def test_a_dossier_is_asked_for_by_version_language_and_form(scene: tuple[TestClient, MemoryDesk, str]) -> None:
    client, desk, url = scene
    answer = client.get(url, params={
        "version": "ministry", "language": "lt", "format": "pdf", "addressee": "The Ministry", "officer": "Ona",
    })  # fmt: skip
    assert (answer.status_code, answer.content) == (200, b"a dossier")
    assert desk.ordered == [
        Ordered(version="ministry", officer="Ona", language="lt", form="pdf", addressee="The Ministry")
    ]
    # RFC 5987: a name with letters of any language.
    assert answer.headers["content-disposition"].endswith("%20%C4%97.zip")
    assert answer.headers["cache-control"] == "no-store"


def test_without_a_word_it_is_the_one_that_everybody_may_see(scene: tuple[TestClient, MemoryDesk, str]) -> None:
    client, desk, url = scene
    assert client.get(url).status_code == 200
    assert (desk.ordered[0].version, desk.ordered[0].form, desk.ordered[0].language) == ("public", "zip", None)


@pytest.mark.parametrize(
    ("params", "told"),
    [({"version": "press"}, "version"), ({"language": "de"}, "language"), ({"format": "doc"}, "form")],
)
def test_what_there_is_not_is_refused_by_name(
    scene: tuple[TestClient, MemoryDesk, str], params: dict[str, str], told: str
) -> None:
    client, _, url = scene
    answer = client.get(url, params=params)
    assert (answer.status_code, told in answer.json()["error"]) == (422, True)


def test_an_incident_that_is_not_there_is_told(scene: tuple[TestClient, MemoryDesk, str]) -> None:
    client, _, _ = scene
    answer = client.get("/api/incidents/XX-1/dossier")
    assert (answer.status_code, answer.json()["error"]) == (404, "there is no incident 'XX-1'")


def test_another_site_cannot_make_the_officers_browser_fetch_it(scene: tuple[TestClient, MemoryDesk, str]) -> None:
    client, desk, url = scene
    assert client.get(url, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert not hasattr(desk, "ordered")
