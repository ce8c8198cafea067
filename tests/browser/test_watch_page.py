"""A real watch in a real browser: words from outside stay words, and a lost server is seen and comes back."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.conftest import Room, Start

pytestmark = pytest.mark.browser

Seat = Callable[[str], Room]
EVIL = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
CALLSIGN = "<b onclick=x>&"

CONFIG = """\
[watch]
title = "Browser test"
country = "LT"

[[sensors]]
id = "phone"
kind = "observer"

[[sensors]]
id = "adsb"
kind = "adsb"
lat_deg = 54.68
lon_deg = 25.26

[[feeds]]
name = "words"
transport = {{ type = "http_post" }}
decoder = {{ type = "jsonl", sensors = ["phone", "adsb"] }}

[web]
port = {port}
accounts = "open"
"""


def free_port() -> int:
    """Return a port that is free now: the watch must come back at the same address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("watch")
    (folder / "watch.toml").write_text(CONFIG.format(port=free_port()), encoding="utf-8")
    return folder


def now_s(room: Room) -> float:
    """Return the watch's own time."""
    return float(room.http.get("api/desk").json()["views"][0]["clock"]["now_s"])


def post(room: Room, *reports: dict[str, object]) -> None:
    """Send reports of this moment."""
    moment_s = now_s(room)
    body = "".join(json.dumps({"time_s": moment_s, **report}) + "\n" for report in reports)
    assert room.http.post("api/feeds/words", content=body.encode()).status_code == 201


def call(text: str) -> dict[str, object]:
    return {"kind": "sighting", "sensor": "phone", "lat_deg": 54.62, "lon_deg": 25.70, "sense": "heard", "text": text}


def test_words_stay_words_and_a_killed_watch_comes_back_with_its_picture(
    seat: Seat, start: Start, folder: Path
) -> None:
    server = start("watch", "watch.toml", "--log-level", "warning", folder=folder)
    room = seat(server.url)
    desk = room.sit()
    page = desk.page
    expect(page.locator(".banner.exercise")).to_be_hidden()

    # What anybody may send is shown as text: a caller's words, a transponder's callsign, an officer's comment.
    aircraft = {
        "kind": "cooperative", "sensor": "adsb", "source": "adsb", "lat_deg": 54.62, "lon_deg": 25.66,
        "speed_mps": 60.0, "course_deg": 270.0, "identity": {"icao24": "f00001", "callsign": CALLSIGN},
    }  # fmt: skip
    post(room, call(EVIL), aircraft)
    page.locator(".row").first.click()
    panel = page.locator(".detail-body.incident")
    expect(panel).to_contain_text(EVIL)
    page.keyboard.press("c")
    page.keyboard.type(EVIL)
    page.keyboard.press("Control+Enter")
    expect(panel.locator(".timeline .by-person").first).to_contain_text(EVIL)
    assert page.locator(".page img, .page b").count() == 0
    assert "taken" not in page.title()
    assert desk.complaints == []
    assert desk.strange == []

    # The replay of the journal is the past, framed as such, and left again.
    page.get_by_role("button", name="Replay").click()
    expect(page.locator(".banner.replay")).to_contain_text("REPLAY")
    expect(page.locator(".playbar")).to_be_visible()
    page.get_by_role("button", name="Back to live").click()
    expect(page.locator(".banner.replay")).to_be_hidden()
    expect(page.locator(".playbar")).to_be_hidden()

    server.end(is_killed=True)
    expect(page.locator(".banner.lost")).to_be_visible()
    expect(page.locator(".banner.lost")).to_contain_text("CONNECTION LOST")
    expect(page.locator(".sky-note")).to_have_text("last known")

    again = start("watch", "watch.toml", "--log-level", "warning", folder=folder)
    assert again.url == server.url
    expect(page.locator(".banner.lost")).to_be_hidden()
    page.locator(".row").first.click()
    expect(panel).to_contain_text(EVIL)  # what was acknowledged before the kill is there
    again.end()
