"""From an alarm to a warning at the desk: drafted, shaped, approved and sent; the wall and the shift beside it."""

import json
import math
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.conftest import ANSWER_S, Desk, Room, Server, Start

pytestmark = pytest.mark.browser

Seat = Callable[[str], Room]
FIRST, SECOND = "Lt. Kazlauskas", "Lt. Petraitis"

CONFIG = """\
[watch]
title = "Vilnius sector"
country = "LT"
is_exercise = true

[[sensors]]
id = "phone"
kind = "observer"
name = "112"

[[feeds]]
name = "words"
transport = {{ type = "http_post" }}
decoder = {{ type = "jsonl", sensors = ["phone"] }}

[warning]
approvals = {approvals}
cap = {{ sender = "watch@example.org" }}

[[channels]]
name = "files"
channel = {{ type = "cap_file", path = "cap" }}

[[channels]]
name = "hook"
channel = {{ type = "webhook", url = "http://127.0.0.1:{dead}/" }}

[web]
port = 0
accounts = "open"
"""
TOP_PX, EDGE_PX = 110, 56
"""The margins that the map leaves about an area that it brings into view (ui/src/map/airmap.ts)."""


def dead_port() -> int:
    """Return a port at which nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configured(folder: Path, approvals: int) -> Path:
    (folder / "watch.toml").write_text(CONFIG.format(approvals=approvals, dead=dead_port()), encoding="utf-8")
    return folder


def watch(start: Start, folder: Path) -> Server:
    return start("watch", "watch.toml", "--log-level", "error", folder=folder)


def call(room: Room, lat_deg: float, lon_deg: float) -> str:
    """Let somebody call from a place; return the incident that it becomes, with its draft made."""
    known = {incident["incident_id"] for incident in picture(room)["incidents"]}
    now_s = picture(room)["clock"]["now_s"]
    report = {"kind": "sighting", "sensor": "phone", "time_s": now_s, "lat_deg": lat_deg, "lon_deg": lon_deg,
              "sense": "heard", "text": "A moped in the sky"}  # fmt: skip
    assert room.http.post("api/feeds/words", content=json.dumps(report).encode() + b"\n").status_code == 201
    deadline = time.monotonic() + ANSWER_S
    while True:
        assert time.monotonic() < deadline, "no draft was made"
        seen = picture(room)
        drafted = {item["incident_id"] for item in seen["drafts"] if item["draft"] is not None}
        fresh = drafted - known
        if fresh:
            return str(fresh.pop())


def picture(room: Room) -> dict[str, Any]:
    return dict(room.http.get("api/picture").json())


def incident(room: Room, incident_id: str) -> dict[str, Any]:
    return dict(room.http.get(f"api/incidents/{incident_id}").json())


def draft(room: Room, incident_id: str) -> dict[str, Any]:
    [found] = [item["draft"] for item in picture(room)["drafts"] if item["incident_id"] == incident_id]
    return dict(found)


def opened(page: Page, incident_id: str) -> Locator:
    """Open the warning of an incident by keys; return its panel."""
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator(f'.row[data-id="{incident_id}"] .row-title').click()
    expect(page.locator(".detail-body.incident .ident").first).to_have_text(incident_id)
    page.keyboard.press("v")
    panel = page.locator(".detail-body.warning")
    expect(panel.get_by_label("Headline")).not_to_have_value("")
    return panel


# ------------------------------------------------------------------------------------------------ one officer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return configured(tmp_path_factory.mktemp("alone"), 1)


@pytest.fixture(scope="module")
def server(browser: Browser, start: Start, folder: Path) -> Server:
    """A watch at which one officer suffices; asked for after the browser, so that without one nothing is started."""
    del browser
    return watch(start, folder)


@pytest.fixture(scope="module")
def room(seat: Seat, server: Server) -> Room:
    return seat(server.url)


@pytest.fixture(scope="module")
def desk(room: Room) -> Desk:
    return room.sit(officer=FIRST)


def test_three_keys_bring_a_draft_to_the_public_and_each_channel_says_what_became_of_it(
    room: Room, desk: Desk, folder: Path
) -> None:
    page = desk.page
    incident_id = call(room, 54.70, 25.40)
    expect(page.locator(f'.row[data-id="{incident_id}"]')).to_contain_text("medium")
    page.keyboard.press("v")
    panel = page.locator(".detail-body.warning")
    expect(panel.get_by_label("Headline")).to_have_value(re.compile("PRATYBOS"))
    expect(panel).to_contain_text(re.compile(r"\d km², .* people in its towns"))
    expect(panel.locator(".steps-exercise")).to_be_visible()
    page.keyboard.press("p")
    page.keyboard.press("s")
    expect(panel.locator(".deliveries .delivered")).to_contain_text("files")
    expect(panel.locator(".deliveries .failed")).to_contain_text("hook")
    [warning] = incident(room, incident_id)["warning"]["warnings"]
    assert (warning["sent_by"], [one["officer"] for one in warning["approvals"]]) == (FIRST, [FIRST])
    [file] = (folder / "cap").glob("*.xml")
    assert "<status>Exercise</status>" in file.read_text(encoding="utf-8")

    page.keyboard.press("v")
    strip = page.locator(".clock-strip")
    expect(strip.locator("li", has_text="delivered")).to_have_class("is-reached")
    expect(page.locator(".warn-button")).to_contain_text("YELLOW in force until")
    assert desk.complaints == []
    assert desk.strange == []


def test_what_an_officer_writes_is_saved_for_the_others_and_given_back(room: Room, desk: Desk) -> None:
    page = desk.page
    incident_id = call(room, 55.70, 24.40)
    panel = opened(page, incident_id)
    panel.get_by_role("tab", name="English").click()
    panel.get_by_label("Headline").fill("EXERCISE: a test of the test")
    panel.get_by_label("Holds until").fill("23:59")
    page.keyboard.press("Enter")
    expect(panel.locator(".steps-state")).to_have_text("Changed by you, not saved.")
    panel.get_by_role("button", name="Save").click()
    expect(panel.locator(".steps-state")).to_have_text(f"Saved by {FIRST}.")
    edited = incident(room, incident_id)["warning"]["edited"]
    assert [text["headline"] for text in edited["content"]["texts"] if text["language"] == "en"] == [
        "EXERCISE: a test of the test"
    ]
    assert (edited["content"]["expires_s"] + 60) % 3_600 == 0  # 23:59 of any zone of whole hours
    panel.get_by_role("button", name="Follow the sky again").click()
    expect(panel.locator(".steps-state")).to_contain_text("it follows the sky")
    assert incident(room, incident_id)["warning"]["edited"] is None


def on_screen(page: Page, ring: list[list[float]]) -> list[tuple[float, float]]:
    """Return where the corners of an area are drawn once it was brought into view: Web Mercator (EPSG:3857)."""

    def mercator(lon_deg: float, lat_deg: float) -> tuple[float, float]:
        return math.radians(lon_deg), -math.log(math.tan(math.pi / 4 + math.radians(lat_deg) / 2))

    box = page.locator(".map").bounding_box()
    covered = page.locator(".detail").bounding_box()
    assert box is not None
    assert covered is not None
    left, right = box["x"] + EDGE_PX, covered["x"] - EDGE_PX
    top, bottom = box["y"] + TOP_PX, box["y"] + box["height"] - EDGE_PX
    points = [mercator(lon, lat) for lon, lat in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    north, south = min(y for _, y in points), max(y for _, y in points)
    scale = min((right - left) / (east - west), (bottom - top) / (south - north))
    middle_x, middle_y = (west + east) / 2, (north + south) / 2
    return [((left + right) / 2 + scale * (x - middle_x), (top + bottom) / 2 + scale * (y - middle_y))
            for x, y in points]  # fmt: skip


def test_a_corner_of_the_area_is_pulled_by_the_mouse_and_by_keys_and_taken_back(room: Room, desk: Desk) -> None:
    page = desk.page
    page.emulate_media(reduced_motion="reduce")  # the map is there at once
    incident_id = call(room, 55.20, 22.80)
    panel = opened(page, incident_id)
    page.keyboard.press("e")
    expect(panel.locator(".edit-help")).to_be_visible()
    [ring] = draft(room, incident_id)["content"]["rings"]
    x, y = max(on_screen(page, ring), key=lambda point: point[0])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=4)
    page.mouse.move(x + 40, y, steps=4)
    page.mouse.up()
    expect(panel.get_by_role("button", name="Undo")).to_be_enabled()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    panel.get_by_role("button", name="Save").click()
    expect(panel.locator(".steps-state")).to_have_text(f"Saved by {FIRST}.")
    [shaped] = incident(room, incident_id)["warning"]["edited"]["content"]["rings"]
    assert max(lon for lon, _ in shaped) > max(lon for lon, _ in ring)
    assert len([corner for corner in shaped if corner not in ring]) in {
        2,
        3,
    }  # two corners, one of them maybe closes the ring

    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    panel.get_by_role("button", name="Fewer corners").click()
    panel.get_by_role("button", name="Save").click()
    expect(panel.locator(".steps-state")).to_have_text(f"Saved by {FIRST}.")
    [fewer] = incident(room, incident_id)["warning"]["edited"]["content"]["rings"]
    assert len(fewer) < len(ring)
    page.keyboard.press("Escape")
    expect(panel.locator(".edit-help")).to_be_hidden()


def test_an_all_clear_without_a_warning_is_refused_in_words(room: Room, desk: Desk) -> None:
    incident_id = call(room, 54.40, 24.05)
    panel = opened(desk.page, incident_id)
    panel.get_by_role("button", name="all-clear").click()
    desk.page.keyboard.press("p")
    expect(panel.locator(".steps .problem")).to_have_text("The words are still those of YELLOW: change them first.")
    panel.get_by_label("Headline").fill("PRATYBOS: viskas ramu")
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("p")
    expect(panel.locator(".steps .problem")).to_contain_text("no warning is in force, so there is nothing to clear")
    panel.get_by_role("button", name="Drop").click()
    desk.complaints.clear()  # Chromium writes every 409 down as an error


def test_an_alarm_is_shelved_with_a_reason_and_heard_again(room: Room, desk: Desk) -> None:
    page = desk.page
    row = page.locator(".row.equipment", has_text="hook")
    row.click()
    page.keyboard.press("z")
    dialog = page.locator("dialog")
    dialog.get_by_label("For how long").select_option("3600")
    dialog.get_by_label("Reason").fill("The other end is being serviced")
    dialog.get_by_role("button", name="Shelve it").click()
    expect(row).to_contain_text(re.compile(f"Shelved by {FIRST}, .* left: The other end is being serviced"))
    [alarm] = [one for one in picture(room)["alarms"] if one["alarm_id"] == "channel:hook"]
    assert alarm["shelved"]["until_s"] - alarm["shelved"]["time_s"] == 3_600
    row.get_by_role("button", name="Hear again").click()
    expect(row).not_to_contain_text("Shelved")


def test_a_sort_of_alarms_is_kept_quiet_in_sight_and_ended(room: Room, desk: Desk) -> None:
    page = desk.page
    page.get_by_label("Keep a sort of alarms quiet for a while").click()
    dialog = page.locator("dialog")
    dialog.get_by_label("Which").select_option("kind:balloon")
    dialog.get_by_label("Reason").fill("Balloon night")
    dialog.get_by_role("button", name="Keep them quiet").click()
    quiet = page.locator(".aside-row", has_text="Incidents with balloon kept quiet")
    expect(quiet).to_contain_text(f"{FIRST}: Balloon night")
    [suppression] = picture(room)["suppressions"]
    assert (suppression["source"], suppression["kind"]) == ("incident", "balloon")
    quiet.get_by_role("button", name="Hear again").click()
    expect(quiet).to_be_hidden()


def test_the_shift_tells_what_stands_and_is_handed_over(room: Room, desk: Desk) -> None:
    page = desk.page.context.new_page()
    page.goto(f"{room.url}shift")
    expect(page.get_by_role("heading", name="Warnings")).to_be_visible()
    expect(page.locator("#shift")).to_contain_text("hook: failed, trying again")
    page.get_by_label("Filter by words").fill("shelved kazlauskas")
    expect(page.locator(".shift-log tbody tr")).to_contain_text(["shelved"])
    page.get_by_label("To whom").fill(SECOND)
    page.get_by_label("In words").fill("One warning is in force.")
    page.get_by_role("button", name="Hand the watch over").click()
    expect(page.locator(".shift-form")).to_contain_text(f"{SECOND} has the watch")
    expect(page.locator("#shift")).to_contain_text("One warning is in force.")
    assert [(one["officer"], one["to"]) for one in picture(room)["hand_overs"]] == [(FIRST, SECOND)]
    expect(desk.page.locator(".officer")).to_have_text(SECOND)
    page.close()


def test_a_phone_shows_the_draft_on_the_whole_screen_with_its_step_in_reach(room: Room, server: Server) -> None:
    del server
    desk = room.sit(width=390, height=844, is_phone=True)
    page = desk.page
    page.locator(".row").first.click()
    page.locator(".warn-button").click()
    panel = page.locator(".detail-body.warning")
    panel.locator(".steps .buttons :is(.primary, .main)").click(trial=True)
    page.wait_for_function("document.querySelector('.detail-body.warning').offsetHeight > 650")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert desk.complaints == []


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 800), (390, 844)])
def test_the_wall_says_the_state_of_the_sky_and_cuts_nothing_off(
    browser: Browser, room: Room, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    desk = Desk(page, room.url)
    page.goto(f"{room.url}wall")
    expect(page.locator(".wall-word")).to_have_text("YELLOW")
    expect(page.locator(".wall-exercise")).to_be_visible()
    expect(page.locator(".wall-line", has_text="Warning in force")).to_contain_text("YELLOW until")
    expect(page.locator(".wall-troubles")).to_contain_text(re.compile("channel hook (is )?dead"))
    for part in page.locator(".wall-page > *:not([hidden])").all():
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width + 0.5
        assert box["y"] + box["height"] <= max(height, page.evaluate("document.documentElement.scrollHeight")) + 0.5
    if width > height:
        assert page.evaluate("document.querySelector('.wall-page').scrollHeight <= innerHeight")
    assert desk.complaints == []
    page.close()


# ------------------------------------------------------------------------------------------------ two officers


@pytest.fixture(scope="module")
def two(browser: Browser, start: Start, seat: Seat, tmp_path_factory: pytest.TempPathFactory) -> tuple[Room, Server]:
    """A watch at which two officers must approve."""
    del browser
    server = watch(start, configured(tmp_path_factory.mktemp("pair"), 2))
    return seat(server.url), server


@pytest.fixture(scope="module")
def pair(two: tuple[Room, Server]) -> tuple[Room, Desk, Desk]:
    """Two officers, each at a screen of their own."""
    room, _ = two
    return room, room.sit(officer=FIRST), room.sit(officer=SECOND)


def test_two_officers_see_each_others_drafts_and_neither_undoes_the_other(pair: tuple[Room, Desk, Desk]) -> None:
    room, first, second = pair
    incident_id = call(room, 54.70, 25.40)
    mine, theirs = opened(first.page, incident_id), opened(second.page, incident_id)
    mine.get_by_label("Headline").fill("Pirmojo žodžiai")
    theirs.get_by_label("Headline").fill("Antrojo žodžiai")
    theirs.get_by_role("button", name="Save").click()
    notice = mine.locator(".notice.other")
    expect(notice).to_contain_text(f"{SECOND} saved another draft at")
    expect(notice.locator(".versus")).to_contain_text("Antrojo žodžiai")
    expect(notice.locator(".versus")).to_contain_text("Pirmojo žodžiai")
    first.page.keyboard.press("Escape")  # out of the field
    first.page.keyboard.press("p")
    expect(mine.locator(".steps .problem")).to_contain_text("choose one first")
    notice.get_by_role("button", name="Keep yours").click()
    mine.get_by_role("button", name="Save").click()
    expect(theirs.get_by_label("Headline")).to_have_value("Pirmojo žodžiai")
    expect(theirs.locator(".steps-state")).to_contain_text(f"Saved by {FIRST}.")


def test_one_officer_approves_and_another_one_must_before_it_is_sent(pair: tuple[Room, Desk, Desk]) -> None:
    room, first, second = pair
    incident_id = call(room, 55.70, 24.40)
    mine, theirs = opened(first.page, incident_id), opened(second.page, incident_id)
    first.page.keyboard.press("p")
    expect(mine.locator(".steps-state")).to_contain_text("One more officer must approve it.")
    first.page.keyboard.press("s")
    expect(mine.locator(".steps .problem")).to_contain_text("Another officer must approve it first.")
    expect(theirs.locator(".steps .primary")).to_contain_text("Approve YELLOW too")
    second.page.keyboard.press("p")
    expect(theirs.locator(".steps .primary")).to_contain_text("Send YELLOW to the public")
    first.page.keyboard.press("s")
    expect(theirs.locator(".given")).to_contain_text(f"Sent by {FIRST}")
    [warning] = incident(room, incident_id)["warning"]["warnings"]
    assert [one["officer"] for one in warning["approvals"]] == [FIRST, SECOND]


def test_a_decision_over_one_that_was_not_seen_is_refused_and_says_whose(pair: tuple[Room, Desk, Desk]) -> None:
    room, first, _ = pair
    page = first.page
    incident_id = call(room, 54.40, 24.05)
    opened(page, incident_id)
    page.keyboard.press("Escape")
    select = page.get_by_label("Disposition")
    page.keyboard.press("d")
    expect(select).to_be_focused()
    said = {"action": "dispose", "officer": SECOND, "incident_id": incident_id, "disposition": "bird"}
    assert room.http.post("api/decisions", params={"view": "live"}, json=said).status_code == 201
    expect(page.locator(".detail-body.incident .timeline")).to_contain_text(SECOND)
    select.select_option("drone")
    conflict = page.locator(".toast.conflict")
    expect(conflict).to_contain_text(SECOND)
    conflict.get_by_role("button", name="I have read it").click()
    expect(select).to_have_value("bird")
    assert incident(room, incident_id)["disposition"] == "bird"


def test_a_lost_watch_does_not_look_calm_on_the_wall(browser: Browser, two: tuple[Room, Server]) -> None:
    room, server = two
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(f"{room.url}wall")
    expect(page.locator(".wall-word")).to_have_text("YELLOW")
    server.end(is_killed=True)
    expect(page.locator(".wall-word")).to_have_text("NOT KNOWN")
    expect(page.locator(".wall-note")).to_have_text(re.compile(r"Connection lost 00:\d\d ago. Last known: YELLOW"))
    page.close()
