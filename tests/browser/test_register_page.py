"""The register as an analyst uses it, in a real browser: a question in the address, the list, the map, the record."""

from collections.abc import Callable
from pathlib import Path
from re import compile as pattern

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Desk, Room, Server, Start
from register_kit import a_record
from sargas.register import csv_file

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(browser: Browser, start: Start) -> Server:
    """A demonstration: its register holds the public incidents."""
    del browser
    return start("demo", "--no-browser", "--port", "0", "--paused")


@pytest.fixture(scope="module")
def opened(browser: Browser, server: Server) -> Callable[..., Desk]:
    """Open the page at an address, in a window of a size."""

    def open_page(path: str, width: int = 1280, height: int = 800) -> Desk:
        desk = Desk(browser.new_context(viewport={"width": width, "height": height}).new_page(), server.url)
        desk.page.goto(f"{server.url}{path}")
        expect(desk.page.locator(".register-count")).not_to_be_empty()
        return desk

    return open_page


def shown(page: Page) -> list[str]:
    return page.locator(".record strong").all_text_contents()


def test_a_question_is_narrowed_by_words_and_bars_and_stands_in_the_address(opened: Callable[..., Desk]) -> None:
    desk = opened("register?country=LT")
    page = desk.page
    expect(page.locator(".record")).to_have_count(10)
    page.get_by_role("searchbox").fill("gaiziunai")
    expect(page.locator(".record")).to_have_count(1)
    expect(page).to_have_url(pattern(r"text=gaiziunai&country=LT$"))
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name=pattern(r"^balloon: 10 incidents")).click()
    expect(page.locator(".record")).to_have_count(10)
    expect(page).to_have_url(pattern(r"\?type=balloon$"))
    assert (desk.complaints, desk.strange) == ([], [])
    page.context.close()


def test_a_record_is_opened_by_a_link_and_walked_through_with_the_keys(opened: Callable[..., Desk]) -> None:
    desk = opened("register?type=decoy_drone&record=lt-2025-07-28-gaiziunai")
    page = desk.page
    panel = page.locator(".register-panel")
    expect(panel.get_by_role("heading", level=2)).to_contain_text("Armed Gerbera over Vilnius")
    expect(panel).to_contain_text("What is not certain")
    expect(panel.locator(".sources a").first).to_have_attribute("href", pattern("^https://kyivindependent.com/"))
    expect(page.locator(".register-stage canvas")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(panel.get_by_role("heading", level=2)).to_contain_text("Gerbera falls at Šumskas")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert (desk.complaints, desk.strange) == ([], [])
    page.context.close()


def test_a_file_is_tried_taken_in_and_its_words_are_no_markup(opened: Callable[..., Desk], tmp_path: Path) -> None:
    evil = '<img src=x onerror="document.title=1">'
    path = tmp_path / "own.csv"
    path.write_bytes(csv_file.write([a_record("own-1", title=evil, text=evil)]))
    desk = opened("register?text=onerror")
    page = desk.page
    expect(page.locator(".register-list .empty")).to_contain_text("Nothing answers")
    page.get_by_role("button", name="Import…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("File of records").set_input_files(path)
    expect(dialog).to_contain_text("own.csv: 1 new, 0 changed, 0 as they are, 0 refused.")
    dialog.get_by_label("Who takes them in").fill("Ona")
    dialog.get_by_role("button", name="Take 1 in").click()
    expect(page.locator(".record strong")).to_have_text(evil)
    assert (desk.complaints, desk.strange, shown(page)) == ([], [], [evil])
    page.context.close()


def test_a_phone_shows_one_part_at_a_time(opened: Callable[..., Desk]) -> None:
    page = opened("register", 390, 844).page
    expect(page.locator(".register-list")).to_be_visible()
    expect(page.locator(".register-charts")).to_be_hidden()
    page.get_by_role("button", name="Counts").click()
    expect(page.locator(".register-charts")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()


def test_the_desk_leads_to_it(browser: Browser, server: Server, seat: Callable[[str], Room]) -> None:
    del browser
    desk = seat(server.url).sit()
    link = desk.page.get_by_role("link", name="Register")
    expect(link).to_have_attribute("href", f"{server.url}register")
