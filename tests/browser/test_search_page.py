"""The search for what the drone of 28 July 2025 left: on the desk, and on a phone with and without signal."""

import hashlib
import re
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from browser.conftest import Desk, Room, Server, Start

pytestmark = pytest.mark.browser

Seat = Callable[[str], Room]
LOST = "02:26:00"
"""UTC of that night: seven minutes after the track was given up, a minute after the angler's call."""
INCIDENT = "LT-2025-07-28-01"
PLAN_MS = 60_000
"""A plan takes some seconds of a processor, and the browser wants it too."""


@pytest.fixture(scope="module")
def server(browser: Browser, start: Start) -> Server:
    """One demonstration for all tests; asked for after the browser, so that without one nothing is started."""
    del browser
    return start("demo", "--no-browser", "--port", "0", "--paused")


@pytest.fixture(scope="module")
def room(seat: Seat, server: Server) -> Room:
    """The room after the loss; the night is paused."""
    room = seat(server.url)
    wanted_s = datetime.fromisoformat(f"2025-07-28T{LOST}+00:00").astimezone(UTC).timestamp()
    assert room.http.post("api/view/live/play", json={"jump_to_s": wanted_s}).status_code == 200
    deadline = time.monotonic() + 120.0
    while True:
        clock = room.http.get("api/desk").json()["views"][0]["clock"]
        if clock["now_s"] == wanted_s and clock["jumping_to_s"] is None:
            return room
        assert time.monotonic() < deadline, f"the jump did not end: {clock}"


@pytest.fixture(scope="module")
def desk(room: Room) -> Desk:
    """The desk with the search open."""
    desk = room.sit()
    desk.page.locator(".row", has_text="Track 13").click()
    desk.page.keyboard.press("w")
    expect(desk.page.locator(".search .mgrs")).to_be_visible(timeout=PLAN_MS)
    return desk


def plan(room: Room) -> dict[str, Any]:
    """Return the plan as it is now."""
    answer = room.http.get(f"api/incidents/{INCIDENT}/search", params={"view": "live"}, timeout=60.0)
    assert answer.status_code == 200
    return dict(answer.json())


def search(room: Room) -> dict[str, Any]:
    """Return what the journal says of the search."""
    return dict(room.http.get(f"api/incidents/{INCIDENT}").json()["search"])


def evidence(room: Room) -> list[dict[str, Any]]:
    """Return what is on the file of the incident."""
    return list(room.http.get(f"api/incidents/{INCIDENT}").json()["file"]["evidence"])


def opened(page: Page, title: str) -> Locator:
    """Return the section of that title, unfolded."""
    section = page.locator(".search details.fold", has=page.get_by_role("heading", name=title, exact=True))
    section.evaluate("section => { section.open = true }")
    return section


# ------------------------------------------------------------------------------------------------ the desk


def test_the_desk_says_where_to_look_how_sure_it_is_and_what_not_to_do(room: Room, desk: Desk) -> None:
    panel = desk.page.locator(".search")
    best = plan(room)["best_mgrs"]
    expect(panel.locator(".mgrs")).to_have_text(best)
    expect(panel.locator(".areas")).to_contain_text(re.compile(r"50 % within .* km², 95 % within .* km²"))
    expect(panel.locator(".hazard")).to_contain_text("Do not touch. Keep")
    expect(panel.locator(".odds")).to_contain_text("still flying")
    expect(panel.locator(".sectors .sector-row").first).to_contain_text("A-01")
    expect(desk.page.locator(".search-key")).to_be_visible()
    assert desk.complaints == []
    assert desk.strange == []


def test_an_officer_moves_a_fate_and_gives_it_back(desk: Desk) -> None:
    page = desk.page
    row = page.locator(".hypothesis", has=page.locator(".hypothesis-title", has_text=re.compile("^Fell$")))
    row.locator("summary").click()
    with page.expect_response("**/api/decisions?view=live") as answered:
        row.locator("input[type=range]").fill("60")
    assert answered.value.status == 201
    expect(row).to_have_class(re.compile("is-set"))
    expect(row.locator("output")).to_have_text("60 %", timeout=PLAN_MS)
    row.get_by_role("button", name="Model's own").click()
    expect(row).not_to_have_class(re.compile("is-set"))


def test_a_clue_is_placed_by_a_click_on_the_map(room: Room, desk: Desk) -> None:
    page = desk.page
    section = opened(page, "What people and sensors said")
    section.get_by_label("What it was").select_option("smoke")
    section.get_by_placeholder("Who said what").fill("thin smoke over the trees")
    section.get_by_role("button", name="Place it on the map…").click()
    expect(page.locator(".toast.picking")).to_be_visible()
    with page.expect_response("**/api/decisions?view=live") as answered:
        page.locator(".map canvas").click(position={"x": 420, "y": 330})
    assert answered.value.status == 201
    expect(section.locator(".clue", has_text="thin smoke over the trees")).to_contain_text("Smoke", timeout=PLAN_MS)
    assert [clue["kind"] for clue in search(room)["clues"] if clue["text"].startswith("thin smoke")] == ["smoke"]


def test_a_sector_that_was_searched_says_so(room: Room, desk: Desk) -> None:
    page = desk.page
    page.locator(".sectors .sector-row", has_text="A-02").click()
    card = page.locator(".search .card", has_text="Sector A-02")
    card.get_by_label("Hours searched").fill("4")
    card.get_by_role("button", name="Mark as searched").click()
    expect(page.locator(".toast", has_text="A-02: searched")).to_be_visible()
    expect(page.locator(".sectors")).to_contain_text("searched", timeout=PLAN_MS)
    [area] = [area for area in search(room)["searched"] if area["by"] == "Lt. Kazlauskas"]
    assert (area["sector"], area["hours"], len(area["ring"]) >= 3) == ("A-02", 4.0, True)


def test_an_order_fixes_the_sectors(room: Room, desk: Desk) -> None:
    page = desk.page
    names = [sector["name"] for sector in plan(room)["sectors"]]
    page.locator(".search").get_by_role("button", name="Order the search").click()
    page.locator("dialog").get_by_role("button", name="Order the search").click()
    expect(page.locator(".search")).to_contain_text("names and outlines stay as they are", timeout=PLAN_MS)
    assert sorted(sector["name"] for sector in search(room)["sectors"]) == sorted(names)


def test_every_file_can_be_fetched_from_its_link(room: Room, desk: Desk) -> None:
    section = opened(desk.page, "Files, phones, paths")
    links = [str(link.get_attribute("href")) for link in section.locator(".files a").all()]
    beginnings = {
        "sheet": b"%PDF",
        "gpx": b"<?xml",
        "kml": b"<?xml",
        "geojson": b"{",
        "gpkg": b"SQLite",
        "tak": b"PK",
    }
    seen: set[str] = set()
    for link in links:
        name = link.split("/export/")[1].split("?")[0]
        answer = room.http.get(link, timeout=120.0)
        assert answer.status_code == 200, link
        assert answer.content.startswith(beginnings[name]), link
        seen.add(name)
    assert seen == set(beginnings)
    expect(section.locator(".url")).to_have_text(f"{room.url}search/{INCIDENT}")


def test_the_search_leaves_the_map_with_its_panel_unless_it_is_pinned(desk: Desk) -> None:
    page = desk.page
    page.get_by_role("button", name="Pin to the map").click()
    page.keyboard.press("Escape")
    expect(page.locator(".detail-body.incident")).to_be_visible()
    expect(page.locator(".search-key")).to_be_visible()
    page.get_by_role("button", name="Take off the map").click()
    page.keyboard.press("w")
    expect(page.locator(".search .mgrs")).to_be_visible(timeout=PLAN_MS)
    page.keyboard.press("w")
    expect(page.locator(".search-key")).to_be_hidden()
    assert desk.complaints == []


def test_the_all_clear_is_held_back_by_what_can_still_fly(room: Room) -> None:
    desk = room.sit()
    page = desk.page
    page.locator(".row", has_text="Track 13").locator(".row-title").click()
    fates = page.locator(".fate-card", has_text="Track 13")
    for fate in ("still flying", "left the country", "landed", "crashed"):
        expect(fates).to_contain_text(fate, timeout=PLAN_MS)
    page.keyboard.press("v")
    panel = page.locator(".detail-body.warning")
    expect(panel.locator(".all-clear")).to_contain_text("No all-clear before")
    expect(panel.locator(".all-clear")).to_contain_text("km of where it was lost at 05:18:26")
    panel.get_by_role("button", name="all-clear").click()
    panel.get_by_label("Headline").fill("PRATYBOS: pavojaus nebėra")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator("dialog")).to_contain_text("Track 13 can fly until")
    page.locator("dialog").get_by_role("button", name="Cancel").click()
    warnings = room.http.get(f"api/incidents/{INCIDENT}").json()["warning"]["warnings"]
    assert {warning["content"]["level"] for warning in warnings} <= {"yellow", "red"}
    assert desk.complaints == []


# ------------------------------------------------------------------------------------------------ the phone


@pytest.fixture
def pocket(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Take phones out of a pocket; they are put back after the test."""
    phones: list[BrowserContext] = []

    def phone(place: tuple[float, float] | None, *, width: int = 390, height: int = 844) -> BrowserContext:
        context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
        if place is not None:
            context.grant_permissions(["geolocation"])
            context.set_geolocation({"latitude": place[0], "longitude": place[1], "accuracy": 9.0})
        phones.append(context)
        return context

    yield phone
    for context in phones:
        context.close()


def opened_search(room: Room, context: BrowserContext) -> Desk:
    """Return the search page with its plan."""
    desk = Desk(context.new_page(), room.url)
    desk.page.goto(f"{room.url}search/{INCIDENT}")
    expect(desk.page.locator(".field-map canvas")).to_be_visible()
    expect(desk.page.locator(".hazard-strip")).to_contain_text("Keep", timeout=PLAN_MS)
    return desk


def within(room: Room, name: str) -> tuple[float, float]:
    """Return latitude and longitude of the middle of a sector."""
    [sector] = [sector for sector in plan(room)["sectors"] if sector["name"] == name]
    return sector["lat_deg"], sector["lon_deg"]


def introduce(page: Page, name: str) -> None:
    """Say who holds the phone."""
    page.locator("dialog.screen input").fill(name)
    page.get_by_role("button", name="That is me").click()


def test_the_phone_says_in_which_sector_one_stands_and_which_way_to_go(
    room: Room, pocket: Callable[..., BrowserContext]
) -> None:
    phone = opened_search(room, pocket(within(room, "A-03")))
    page = phone.page
    expect(page.locator(".place")).to_have_text("You are in sector A-03")
    page.get_by_role("button", name="Sectors").click()
    page.locator(".sector-item", has_text="A-05").click()
    expect(page.locator(".place")).to_contain_text(re.compile(r"^A-05 is [\d.]+ k?m \w"))
    expect(page.locator(".place-note")).to_contain_text("You are in sector A-03")
    expect(page.locator(".arrow")).to_be_visible()
    assert phone.complaints == []
    assert phone.strange == []


def test_reports_wait_through_a_reload_without_signal_and_go_out_once(
    room: Room, pocket: Callable[..., BrowserContext]
) -> None:
    context = pocket(within(room, "A-03"))
    phone = opened_search(room, context)
    page = phone.page
    expect(page.locator("body")).to_have_attribute("data-offline", "ready", timeout=PLAN_MS)

    context.set_offline(True)
    page.reload()
    expect(page.locator(".field-map canvas")).to_be_visible()
    expect(page.locator(".state")).to_contain_text("No signal. Map of")
    page.get_by_role("button", name="Sectors").click()
    page.locator(".sector-item", has_text="A-03").click()
    page.get_by_role("button", name="Searched").click()
    introduce(page, "P. Searcher")
    page.get_by_role("button", name="Mark A-03 as searched").click()
    expect(page.locator(".state")).to_contain_text("1 waiting, will be sent when there is signal")
    page.reload()
    expect(page.locator(".state")).to_contain_text("1 waiting, will be sent when there is signal")
    assert [area for area in search(room)["searched"] if area["by"] == "P. Searcher"] == []

    context.set_offline(False)
    expect(page.locator(".state")).not_to_contain_text("waiting", timeout=PLAN_MS)
    page.reload()
    page.locator(".menu-button").click()
    expect(page.locator(".letter")).to_contain_text("A-03 searched")
    expect(page.locator(".letter")).to_contain_text("sent")
    assert [area["sector"] for area in search(room)["searched"] if area["by"] == "P. Searcher"] == ["A-03"]


def test_a_path_is_sent_as_searched(room: Room, pocket: Callable[..., BrowserContext]) -> None:
    lat_deg, lon_deg = within(room, "A-04")
    context = pocket((lat_deg, lon_deg))
    page = opened_search(room, context).page
    expect(page.locator(".own")).not_to_be_empty()
    page.get_by_role("button", name="Record my path").click()
    for step in range(1, 6):  # 0.0005 degrees of latitude are 56 m
        context.set_geolocation({"latitude": lat_deg + 0.0005 * step, "longitude": lon_deg, "accuracy": 9.0})
        expect(page.locator(".record")).to_contain_text(f"{round(55.6 * step, -1):.0f} m")
    page.locator(".record").click()
    page.get_by_role("button", name="Send it as searched").click()
    introduce(page, "W. Walker")
    expect(page.locator(".toast")).to_contain_text("sent")
    [area] = [area for area in search(room)["searched"] if area["by"] == "W. Walker"]
    [path] = area["paths"]
    assert path[0] == pytest.approx((lon_deg, lat_deg), abs=2e-6)
    assert path[-1] == pytest.approx((lon_deg, lat_deg + 0.0025), abs=2e-6)


def picture() -> bytes:
    """Return a PNG of one red pixel (W3C PNG, section 5)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_a_find_begins_with_the_danger_and_ends_on_the_desk(
    room: Room, pocket: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    photo = tmp_path / "find.png"
    photo.write_bytes(picture())
    phone = opened_search(room, pocket(within(room, "A-06"), width=360, height=640))
    page = phone.page
    expect(page.locator(".own")).not_to_be_empty()
    page.get_by_role("button", name="Found something").click()
    expect(page.locator(".stop")).to_contain_text("DO NOT TOUCH")
    page.get_by_role("button", name="I keep away: report it").click()
    page.locator("input[type=file]").set_input_files(photo)
    expect(page.locator("dialog.screen")).to_contain_text("Kept on this phone.")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="A part").click()
    expect(page.locator(".cross")).to_be_visible()
    page.get_by_role("button", name="It lies here").click()
    introduce(page, "F. Finder")
    page.get_by_role("button", name="Send it").click()
    expect(page.locator(".toast")).to_contain_text("sent")
    [find] = [find for find in search(room)["finds"] if find["by"] == "F. Finder"]
    assert (find["what"], find["is_it"]) == ("part", False)
    assert find["photo_sha256"] == hashlib.sha256(picture()).hexdigest()
    expect(page.locator(".toast", has_text="Photograph of the find")).to_contain_text("sent")
    [item] = [one for one in evidence(room) if one["added_by"] == "F. Finder"]
    assert (item["kind"], item["sha256"], item["media_type"]) == ("photo", find["photo_sha256"], "image/png")
    expect(page.locator(".strip")).to_contain_text("Too close to a find", timeout=PLAN_MS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.complaints == []
    assert phone.strange == []


def test_a_phone_that_may_not_say_where_it_is_goes_on_working(
    room: Room, pocket: Callable[..., BrowserContext]
) -> None:
    page = opened_search(room, pocket(None)).page
    expect(page.locator(".place-note")).to_contain_text("No position")
    page.get_by_role("button", name="Record my path").click()
    expect(page.locator(".toast")).to_contain_text("Nothing to record.")
    page.get_by_role("button", name="Sectors").click()
    expect(page.locator(".sector-item").first).to_be_visible()


# ------------------------------------------------------------------------------------------------ the file


def test_the_file_takes_a_photograph_and_says_who_looked_at_it(room: Room, tmp_path: Path) -> None:
    """An item goes on the file with its hash, is looked at, and comes back byte for byte; both are logged."""
    photo = tmp_path / "wing.png"
    photo.write_bytes(picture() + b"of the wing")
    desk = room.sit()
    page = desk.page
    page.locator(".row", has_text="Track 13").click()
    file = page.locator("details.file")
    file.evaluate("section => { section.open = true }")
    file.get_by_role("button", name="Add evidence…").click()
    page.locator("dialog input[type=file]").set_input_files(photo)
    page.get_by_role("textbox", name="Title").fill("The left wing")
    page.get_by_role("textbox", name="Who has the thing").fill("Patrol 4")
    page.get_by_role("button", name="Put it on the file", exact=True).click()
    item = file.locator(".file-item", has_text="The left wing")
    item.locator("summary").click()
    expect(item).to_contain_text("Patrol 4, since")
    expect(item).to_contain_text("nobody yet")
    item.get_by_role("button", name="Look", exact=True).click()
    expect(page.locator("dialog img")).to_be_visible()
    assert page.locator("dialog img").evaluate("image => image.naturalWidth") == 1
    page.get_by_role("button", name="Close", exact=True).click()
    with page.expect_download() as given:
        item.get_by_role("button", name="Download").click()
    assert Path(given.value.path()).read_bytes() == photo.read_bytes()
    assert given.value.suggested_filename.startswith("EXERCISE-")
    expect(item).to_contain_text("(2 times)")
    [kept] = [one for one in evidence(room) if one["title"] == "The left wing"]
    assert kept["sha256"] == hashlib.sha256(photo.read_bytes()).hexdigest()
    assert desk.complaints == []
    assert desk.strange == []
