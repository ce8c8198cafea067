"""Bytes that are made to do harm: XML and ZIP bombs, and names that lead elsewhere."""

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from litestar.testing import TestClient

from accounts_kit import House
from sargas.decode import gpx
from sargas.model.errors import DataError
from sargas.model.report import Malformed
from sargas.press import html
from sargas.register import csv_file
from sargas.share import cap_check, cot
from sargas.web.page import Page
from sargas.web.server import create_app, serve
from unit.web.memory_desk import FEED, MemoryDesk, with_loss

LIMIT_S = 2.0
"""What any of them may take; expanded, they would be gigabytes and take minutes."""


def laughs(root: str) -> bytes:
    """Return ten entities, each ten of the one before: a thousand million words ("billion laughs", CVE-2003-1564)."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY l0 "lol">{entities}]><{root}>&l9;</{root}>'.encode()


def quadratic(root: str) -> bytes:
    """Return one long entity used many times: no nesting that could be counted."""
    return f'<!DOCTYPE {root} [<!ENTITY a "{"a" * 50_000}">]><{root}>{"&a;" * 50_000}</{root}>'.encode()


def outside(root: str) -> bytes:
    """Return an entity that is a file of this machine (XXE)."""
    return f'<!DOCTYPE {root} [<!ENTITY f SYSTEM "file:///etc/passwd">]><{root}>&f;</{root}>'.encode()


def fetched(root: str) -> bytes:
    """Return a document type that is to be fetched from elsewhere."""
    return f'<!DOCTYPE {root} SYSTEM "http://127.0.0.1:9/evil.dtd"><{root}/>'.encode()


def deep(root: str) -> bytes:
    """Return a hundred thousand elements within each other."""
    return f"<{root}>{'<a>' * 100_000}{'</a>' * 100_000}</{root}>".encode()


def read_gpx(data: bytes) -> str:
    return str(gpx.paths_of(data))


def read_cap(data: bytes) -> str:
    return str(cap_check.parsed(data))


def read_cot(data: bytes) -> str:
    found = cot.read(data)
    if isinstance(found, Malformed):
        raise DataError(found.reason)
    return str(found)


@pytest.mark.parametrize("bomb", [laughs, quadratic, outside, fetched, deep])
@pytest.mark.parametrize(("read", "root"), [(read_gpx, "gpx"), (read_cap, "alert"), (read_cot, "event")])
def test_an_xml_bomb_is_refused_and_costs_nothing(
    bomb: Callable[[str], bytes], read: Callable[[bytes], str], root: str
) -> None:
    begun_s = time.process_time()
    with pytest.raises(DataError):
        read(bomb(root))
    assert time.process_time() - begun_s < LIMIT_S


@pytest.mark.parametrize("bomb", [laughs, quadratic, outside, fetched, deep])
def test_a_bomb_that_is_called_a_news_page_gives_no_more_than_it_holds(bomb: Callable[[str], bytes]) -> None:
    data = bomb("html")
    begun_s = time.process_time()
    try:
        text, title, _ = html.text_of(data)
    except DataError:
        text = title = ""
    assert time.process_time() - begun_s < LIMIT_S
    assert len(text) + len(title) <= len(data)
    assert "root:" not in text


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_body_is_not_unpacked(encoding: str) -> None:
    desk = MemoryDesk()
    zeros = bytes(50_000_000)
    bomb = gzip.compress(zeros, 9) if encoding == "gzip" else zlib.compress(zeros, 9)
    headers = {"content-encoding": encoding, "content-type": "application/json"}
    with TestClient(create_app(desk)) as client:
        decided = client.post("/api/decisions", content=bomb, headers=headers)
        posted = client.post(f"/api/feeds/{FEED}", content=bomb, headers=headers)
    assert decided.status_code in {400, 422}
    assert posted.status_code == 201  # bytes are bytes: they are kept as they came, and are no report
    assert desk.live.picture.tracks == {}
    last = list(desk.live.journal.read())[-1]
    assert last.body.data == bomb  # type: ignore[union-attr]


NAMES = [
    "../../../../etc/passwd",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "assets/../../../../../etc/passwd",
    "assets/..\\..\\..\\etc\\passwd",
    "//etc/passwd",
    "/etc/passwd%00.js",
    "assets/%252e%252e/%252e%252e/etc/passwd",
]


def raw(port: int, target: str) -> bytes:
    """Return the answer to exactly that request line, as no client would send it."""
    with socket.create_connection(("127.0.0.1", port), timeout=10.0) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    return answer


def test_no_name_leads_out_of_the_folder_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text("the page")
    (tmp_path / "secret").write_text("root: the secret")

    async def whole() -> list[bytes]:
        app = create_app(MemoryDesk(), built=Page(tmp_path / "page"))
        async with serve(app, "127.0.0.1", 0) as port:
            targets = [f"/{name}" for name in [*NAMES, "../secret", "%2e%2e/secret", "page/../../secret"]]
            return [await asyncio.to_thread(raw, port, target) for target in targets]

    for answer in asyncio.run(whole()):
        assert b"root:" not in answer
        assert answer.split(b" ")[1] in {b"400", b"404"}


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_an_export_or_of_evidence_leads_to_a_file(name: str) -> None:
    desk, house = MemoryDesk(), House()
    incident_id = with_loss(desk) if name == NAMES[0] else "none"
    with TestClient(create_app(desk, accounts=house.gate)) as client:
        headers = house.master()
        for path in (
            f"/api/incidents/{incident_id}/search/export/{name}",
            f"/api/incidents/{incident_id}/evidence/{name}",
            f"/api/incidents/{name}/evidence/x",
        ):
            answer = client.send(httpx.Request("GET", f"http://testserver{path}", headers=headers))
            assert answer.status_code in {400, 404, 422}
            assert "root:" not in answer.text


COLUMNS = ",".join(csv_file.COLUMNS).encode()
TABLES = {
    "a million columns": b"," * 1_000_000,
    "a row of a million cells": COLUMNS + b"\n" + b"," * 1_000_000,
    "a million rows that are none": COLUMNS + b"\nx" * 1_000_000,
}


@pytest.mark.parametrize("data", TABLES.values(), ids=TABLES)
def test_a_table_that_is_made_to_take_hours_is_told_at_once(data: bytes) -> None:
    begun = time.perf_counter()
    taken = csv_file.read(data)
    assert time.perf_counter() - begun < LIMIT_S
    assert taken.records == []
    assert len("".join(taken.refused)) < 20_000
