"""The page's files."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from sargas.web.page import Page
from sargas.web.server import create_app, serve
from unit.web.memory_desk import MemoryDesk

SCRIPT = b"console.log('labas');\n" * 200


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("built")
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html><title>Sargas</title>", encoding="utf-8")
    (page / "wall.html").write_text("<!doctype html><title>wall</title>", encoding="utf-8")
    (page / "assets" / "index-abc123.js").write_bytes(SCRIPT)
    (page / "assets" / "font-1.woff2").write_bytes(b"wOF2")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return page


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(create_app(MemoryDesk(), built=Page(folder))) as client:
        yield client


def test_the_index_is_the_root_and_is_asked_for_again_every_time(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


def test_the_wall_has_an_address_of_its_own_and_what_was_not_built_says_so(client: TestClient) -> None:
    answer = client.get("/wall")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>wall</title>" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert client.get("/shift").status_code == 503
    assert "make page" in client.get("/shift").text


def test_a_hashed_file_is_kept_for_ever(client: TestClient) -> None:
    answer = client.get("/assets/index-abc123.js")
    assert answer.content == SCRIPT
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]


def test_a_script_travels_compressed(client: TestClient) -> None:
    answer = client.get("/assets/index-abc123.js", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < len(SCRIPT) / 10
    assert answer.content == SCRIPT
    assert client.get("/assets/font-1.woff2").headers["content-type"] == "font/woff2"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%2fetc/passwd",
        "/assets",
        "/assets/",
        "/assets/index-abc123.js/",
        "/index.html%00.js",
    ],
)
def test_nothing_but_the_listed_files_can_be_asked_for(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert b"secret" not in answer.content
    assert answer.status_code == 404 or (answer.status_code == 200 and answer.content == SCRIPT)


def test_a_path_that_no_library_has_tidied_leads_nowhere(folder: Path) -> None:
    async def answer_to(target: bytes) -> bytes:
        async with serve(create_app(MemoryDesk(), built=Page(folder)), "127.0.0.1", 0) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET " + target + b" HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer

    for target in (b"/../secret.txt", b"//secret.txt", b"/assets/../../secret.txt", b"/%2e%2e%2fsecret.txt"):
        assert asyncio.run(answer_to(target)).startswith(b"HTTP/1.1 404 ")


def test_a_page_that_was_not_built_says_so_and_the_rest_works(tmp_path: Path) -> None:
    with TestClient(create_app(MemoryDesk(), built=Page(tmp_path / "none"))) as client:
        answer = client.get("/")
        assert answer.status_code == 503
        assert "make page" in answer.text
        assert client.get("/api/desk").status_code == 200
