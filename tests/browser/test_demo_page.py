"""The demonstration of 28 July 2025 as somebody who starts it sees it, in a real browser."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Desk, Room, Server, Start

pytestmark = pytest.mark.browser

Seat = Callable[[str], Room]
START, CROSSED = "01:20:00", "01:44:30"
"""UTC of that night: its beginning, and when the drone has crossed (at 01:43:50) and the demonstration's officer has
not yet acknowledged it (at 01:44:50)."""


@pytest.fixture(scope="module")
def server(browser: Browser, start: Start) -> Server:
    """One demonstration for all tests; asked for after the browser, so that without one nothing is started."""
    del browser
    return start("demo", "--no-browser", "--port", "0", "--paused")


@pytest.fixture(scope="module")
def room(seat: Seat, server: Server) -> Room:
    return seat(server.url)


@pytest.fixture(scope="module")
def first_desk(room: Room) -> Desk:
    """The desk as it opens at the beginning of the night."""
    return room.sit()


def clock(room: Room) -> dict[str, object]:
    """Return where the night stands."""
    return dict(room.http.get("api/desk").json()["views"][0]["clock"])


def play(room: Room, **change: object) -> None:
    """Pause, speed up or move the night; wait until it is there."""
    assert room.http.post("api/view/live/play", json=change).status_code == 200
    if "jump_to_s" not in change:
        return
    deadline = time.monotonic() + 60.0
    while clock(room)["now_s"] != change["jump_to_s"] or clock(room)["jumping_to_s"] is not None:
        assert time.monotonic() < deadline, f"the jump did not end: {clock(room)}"


def at(utc: str) -> float:
    """Return a time of that night as epoch seconds."""
    return datetime.fromisoformat(f"2025-07-28T{utc}+00:00").astimezone(UTC).timestamp()


def incidents(room: Room) -> list[dict[str, object]]:
    answer = room.http.get("api/incidents").json()
    return answer["incidents"] if isinstance(answer, dict) else answer


@pytest.fixture
def desk(room: Room, first_desk: Desk) -> Desk:
    """The desk when the drone has crossed: the night is paused, nothing is selected."""
    play(room, is_paused=True, speed=20.0)
    play(room, jump_to_s=at(START))  # undoes what an earlier test decided
    play(room, jump_to_s=at(CROSSED))
    expect(first_desk.page.locator(".row.red")).to_be_visible()
    first_desk.page.keyboard.press("Escape")
    return first_desk


def drone_panel(page: Page) -> None:
    """Open the panel of the track that the red incident is about."""
    page.locator(".row.red").first.click()
    page.locator(".detail-body.incident .chip", has_not_text="lost").and_(
        page.locator(".detail-body.incident .chip", has_not_text="gone")
    ).last.click()
    expect(page.locator(".detail-body.track")).to_be_visible()


def test_the_page_opens_without_a_complaint_and_asks_nobody_else(first_desk: Desk) -> None:
    expect(first_desk.page.locator(".banner.exercise")).to_contain_text("RECONSTRUCTION")
    expect(first_desk.page.locator(".time-local")).to_have_text("04:20:00")
    expect(first_desk.page.locator(".queue")).to_contain_text("No open incidents")
    assert first_desk.complaints == []
    assert first_desk.strange == []


def test_the_night_brings_an_alarm_with_its_reasons_and_its_clock(desk: Desk) -> None:
    page = desk.page
    expect(page.locator(".sky")).to_contain_text("RED")
    page.locator(".row.red").click()
    panel = page.locator(".detail-body.incident")
    expect(panel.locator(".decision-clock")).to_have_text("13:14")  # since the neighbour's word came in at 01:31:16
    expect(panel).to_contain_text("Belarus")
    expect(panel.locator(".timeline")).to_contain_text("Reported: border guard heard something")
    assert desk.complaints == []
    assert desk.strange == []


def test_who_says_what_stands_over_the_map(desk: Desk) -> None:
    newest = desk.page.locator(".word").first
    expect(newest).to_contain_text("border guard")
    expect(newest).to_contain_text("An engine like a moped")
    expect(newest).to_contain_text("04:42:30")


def test_key_a_acknowledges_on_the_server(room: Room, desk: Desk) -> None:
    page = desk.page
    with page.expect_response("**/api/decisions?view=live") as answered:
        page.keyboard.press("a")
    assert answered.value.status == 201
    expect(page.locator(".seen-note")).to_contain_text("Lt. Kazlauskas")
    expect(page.locator(".row.red .ack")).to_be_hidden()
    assert [i["acknowledged_by"] for i in incidents(room) if i["level"] == "red"] == ["Lt. Kazlauskas"]


def test_the_track_panel_says_who_sees_it_since_when_and_what_lies_ahead(desk: Desk) -> None:
    drone_panel(desk.page)
    panel = desk.page.locator(".detail-body.track")
    expect(panel).to_contain_text("Seen by")
    expect(panel).to_contain_text("Rytai low-level radar")
    expect(panel.locator(".age")).to_contain_text("since the last report")
    expect(panel).to_contain_text("Probability inside")
    expect(panel.locator(".bar-row", has_text="Lithuania").locator(".num")).to_have_text(">99 %")
    expect(panel).to_contain_text("Border of")
    expect(panel).to_contain_text("Towns ahead")
    expect(panel.get_by_text("Towns ahead").locator("+ table tr").first).to_contain_text(" km")


def test_the_bar_plays_pauses_and_changes_the_speed(room: Room, desk: Desk) -> None:
    page = desk.page
    bar = page.locator(".playbar")
    bar.get_by_label("Play (Space)").click()
    expect(bar.get_by_label("Pause (Space)")).to_be_visible()
    page.keyboard.press("Space")
    expect(bar.get_by_label("Play (Space)")).to_be_visible()
    bar.get_by_text("5×", exact=True).click()
    expect(bar.get_by_text("5×", exact=True)).to_have_attribute("aria-pressed", "true")
    assert clock(room)["speed"] == 5.0
    assert clock(room)["is_paused"] is False


def test_the_bar_jumps_in_time(desk: Desk) -> None:
    page = desk.page
    page.locator(".playbar input[type=range]").fill("0")
    expect(page.locator(".time-local")).to_have_text("04:20:00")
    expect(page.locator(".row")).to_have_count(0)
    page.locator(".playbar input[type=range]").fill("200")
    expect(page.locator(".time-local")).to_have_text("04:34:59")
    expect(page.locator(".row.yellow")).to_contain_text("Neighbour gave a warning")  # its word came in at 04:31:16


def test_the_theme_switches_and_stays_after_a_reload(desk: Desk) -> None:
    page = desk.page
    expect(page.locator("html")).to_have_attribute("data-theme", "night")
    page.keyboard.press("n")
    expect(page.locator("html")).to_have_attribute("data-theme", "day")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "day")


def test_the_sound_can_be_silenced_and_says_so(desk: Desk) -> None:
    page = desk.page
    page.keyboard.press("m")
    expect(page.locator(".sound")).to_have_attribute("data-state", "muted")
    expect(page.locator(".sound")).to_contain_text("Sound off")
    page.keyboard.press("m")
    expect(page.locator(".sound")).not_to_have_attribute("data-state", "muted")


@pytest.mark.usefixtures("desk")
def test_a_phone_shows_everything_without_sideways_scrolling(room: Room) -> None:
    page = room.sit(width=390, height=844, is_phone=True).page
    expect(page.locator(".row.red").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for control in (
        ".playbar .play",
        ".sound",
        ".row .ack",
        ".tools .tool[aria-label^=Layers]",
        ".tools .tool[aria-label^=Night]",
    ):
        box = page.locator(control).first.bounding_box()
        assert box is not None, control
        assert box["x"] >= 0, control
        assert box["x"] + box["width"] <= 390, control
        assert box["y"] + box["height"] <= 844, control
        page.locator(control).first.click(trial=True)
    page.locator(".row.red").first.click()
    expect(page.locator(".decision-clock")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
