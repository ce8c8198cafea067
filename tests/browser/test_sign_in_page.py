"""A desk with accounts in a real browser: signing in, a session that ends during work, hostile pages beside it."""

import asyncio
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from msgspec import Struct
from playwright.sync_api import Browser, Page, expect

from accounts_kit import PASSWORD, House
from browser.conftest import Desk
from sargas.model.entry import Frame
from sargas.store.accounts_sqlite import hashed
from sargas.web.server import create_app, serve
from unit.web.memory_desk import FEED, START_S, MemoryDesk, line

pytestmark = pytest.mark.browser

WAIT_S = 20.0


class Watch(Struct):
    """A served desk with accounts."""

    desk: MemoryDesk
    house: House
    url: str

    @property
    def seen_by(self) -> str:
        """Who has acknowledged the one incident, "" if nobody has."""
        (incident,) = self.desk.live.picture.incidents.values()
        return incident.acknowledged_by


@pytest.fixture
def watch() -> Iterator[Watch]:
    desk, house = MemoryDesk(), House(now_s=time.time(), session_s=40_000.0)
    desk.live.accept(Frame(FEED, line(lon_deg=25.5)))
    desk.live.accept(Frame(FEED, line(lon_deg=25.5, time_s=START_S + 30.0)), at_s=START_S + 30.0)
    loop, stop, port = asyncio.new_event_loop(), asyncio.Event(), list[int]()
    is_up = threading.Event()

    async def whole() -> None:
        async with serve(create_app(desk, accounts=house.gate), "127.0.0.1", 0) as bound:
            port.append(bound)
            is_up.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(whole()))
    thread.start()
    assert is_up.wait(WAIT_S)
    yield Watch(desk, house, f"http://127.0.0.1:{port[0]}/")
    loop.call_soon_threadsafe(stop.set)
    thread.join(WAIT_S)
    loop.close()
    house.accounts.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Sign in by the keyboard alone."""
    expect(page.locator("[name=username]")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def sign_in_beside(page: Page, watch: Watch) -> None:
    """Sign in as the officer does in another tab: with the same cookies, but without a second map to draw."""
    told = {"name": "officer", "password": PASSWORD}
    assert page.context.request.post(f"{watch.url}api/sign-in", data=told).status == 200


def end_session(page: Page, watch: Watch) -> None:
    secret = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sargas")
    watch.house.accounts.close_session(hashed(secret), address="test", now_s=watch.house.now_s)


def test_an_officer_signs_in_decides_under_that_name_and_loses_nothing_when_the_session_ends(
    page: Page, watch: Watch
) -> None:
    seat = Desk(page, watch.url)
    page.goto(f"{watch.url}?a=b")
    expect(page).to_have_url(f"{watch.url}login?next=%2F%3Fa%3Db")
    sign_in(page, "officer", "not the password")
    expect(page.get_by_role("alert")).to_have_text("Name and password do not fit, or the account is disabled.")
    expect(page.locator("[name=password]")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{watch.url}?a=b")
    expect(page.locator(".officer")).to_contain_text("officer")
    page.locator(".ack").click()
    expect(page.locator(".row-note")).to_contain_text("seen by officer")
    assert watch.seen_by == "officer"

    page.locator(".row").click()
    page.locator(".detail textarea").first.fill("half a sentence")
    end_session(page, watch)
    strip = page.locator(".signed-out")
    expect(strip).to_contain_text("SIGNED OUT")
    expect(strip.get_by_role("link")).to_have_attribute("href", "/login?next=%2F%3Fa%3Db")
    expect(strip.get_by_role("link")).to_have_attribute("target", "_blank")
    sign_in_beside(page, watch)
    expect(strip).to_have_count(0)
    expect(page.locator(".detail textarea").first).to_have_value("half a sentence")

    page.locator(".officer").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("[name=username]")).to_be_focused()
    assert page.context.cookies() == []
    assert seat.strange == []
    assert [text for text in seat.complaints if "401" not in text] == []


def test_an_account_that_may_not_decide_sees_so(page: Page, watch: Watch) -> None:
    page.goto(watch.url)
    sign_in(page, "viewer")
    expect(page.locator(".banner.looking")).to_contain_text("viewer (viewer), who may look but not decide")
    acknowledge = page.locator(".ack")
    expect(acknowledge).to_be_disabled()
    expect(acknowledge).to_have_attribute(
        "title", "You are signed in as viewer (viewer), who may look but not decide."
    )
    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("may look but not decide")
    assert watch.seen_by == ""


def test_a_phone_shows_the_form_whole(browser: Browser, watch: Watch) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(watch.url)
    card = page.locator(".login-card").bounding_box()
    assert card is not None
    assert card["x"] >= 0.0
    assert card["x"] + card["width"] <= 390.0
    expect(page.get_by_role("button", name="Sign in")).to_be_in_viewport()
    context.close()


HOSTILE = """<!doctype html><title>hostile</title><body><script>
const watch = "{watch}", said = [];
const json = JSON.stringify({{action: "acknowledge", officer: "officer", incident_id: "{incident}"}});
async function attempt(name, path, init) {{
  try {{
    const answer = await fetch(watch + path, {{credentials: "include", ...init}});
    said.push(name + " " + (answer.type === "opaque" ? "unread" : (await answer.text()).slice(0, 80)));
  }} catch (error) {{ said.push(name + " failed"); }}
}}
function form(path) {{
  const frame = document.createElement("iframe"); frame.name = "f" + Math.random(); document.body.append(frame);
  const form = document.createElement("form");
  form.method = "post"; form.action = watch + path; form.target = frame.name; form.enctype = "text/plain";
  const field = document.createElement("input"); field.name = json.slice(0, -1) + ',"text":"'; field.value = '"}}';
  form.append(field); document.body.append(form); form.submit();
}}
(async () => {{
  await attempt("read", "api/picture", {{}});
  await attempt("me", "api/me", {{}});
  await attempt("plain", "api/decisions", {{method: "POST", mode: "no-cors", body: json}});
  const headers = {{"content-type": "application/json", "x-sargas-csrf": "0"}};
  await attempt("json", "api/decisions", {{method: "POST", body: json, headers}});
  await attempt("out", "api/sign-out", {{method: "POST", mode: "no-cors"}});
  form("api/decisions"); form("api/sign-out");
  const frame = document.createElement("iframe"); frame.src = watch; frame.id = "framed"; document.body.append(frame);
  await new Promise((done) => setTimeout(done, 700));
  said.push("frame " + (frame.contentDocument === null ? "closed" : "open"));
  window.said = said;
}})();
</script>"""


class Quiet(BaseHTTPRequestHandler):
    """Answers every request with the one page, and logs nothing."""

    def __init__(self, content: bytes, *rest: object) -> None:
        self._content = content
        super().__init__(*rest)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(self._content)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_hostile_page_in_the_officers_browser_reads_and_changes_nothing(
    page: Page, watch: Watch, host: str
) -> None:
    """A page of the same host on another port is the same site to a browser, which then sends strict cookies too."""
    sign_in_beside(page, watch)
    (incident,) = watch.desk.live.picture.incidents
    content = HOSTILE.format(watch=watch.url, incident=incident).encode()
    server = HTTPServer(("127.0.0.1", 0), partial(Quiet, content))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        page.goto(f"http://{host}:{server.server_port}/")
        said = page.wait_for_function("window.said").json_value()
        framed = {frame.url for frame in page.frames[1:]}
    finally:
        server.shutdown()
        thread.join(WAIT_S)
        server.server_close()
    assert said == ["read failed", "me failed", "plain failed", "json failed", "out failed", "frame closed"]
    assert framed == {"chrome-error://chromewebdata/"}  # neither the desk nor the answers to the forms are shown
    assert watch.seen_by == ""
    assert page.context.request.get(f"{watch.url}api/me").json()["name"] == "officer"  # still signed in


def test_a_script_that_gets_into_the_page_does_not_run(page: Page, watch: Watch) -> None:
    page.goto(watch.url)
    expect(page.locator("[name=username]")).to_be_focused()
    blocked = page.evaluate(
        """() => new Promise((done) => {
          document.addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective));
          const script = document.createElement("script");
          script.textContent = "document.title = 'taken'";
          document.body.append(script);
        })"""
    )
    assert blocked.startswith("script-src")
    assert page.title() != "taken"
