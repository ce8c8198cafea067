"""A real browser before a real server: every test here drives the page as an officer would."""

import contextlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import playwright
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
DRIVER = Path(playwright.__file__).with_name("driver") / "node"
SARGAS = Path(sys.executable).with_name("sargas")
ANSWER_S = 30.0
SLOWEST_MS = 15_000

expect.set_options(timeout=SLOWEST_MS)


class Server:
    """A `sargas` process that serves the page at `url` until it is ended."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self._log = (folder / "server.log").open("ab")
        self._process = subprocess.Popen(
            [str(SARGAS), *arguments], stdout=subprocess.PIPE, stderr=self._log, cwd=folder, text=True
        )
        self.url = self._address(folder)

    def _address(self, folder: Path) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found = re.search(r"http://\S+/", line)
            if found:
                return found[0]
        raise AssertionError(f"sargas ended: {(folder / 'server.log').read_text()}")

    def end(self, *, is_killed: bool = False) -> int:
        """End the server and return its exit code."""
        if self._process.poll() is not None:
            return self._process.returncode
        if is_killed:
            self._process.kill()
        else:
            self._process.terminate()
        code = self._process.wait(timeout=ANSWER_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()
        return code


class Desk:
    """One browser page with everything that it complained about or asked of others."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        self.strange: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium calls a Content-Security-Policy violation an error, and a lost connection too: tests say which.
        if message.type == "error":
            self.complaints.append(message.text)

    def _see(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:" + self.url)):
            self.strange.append(request.url)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium; closed before other modules run, which have event loops of their own."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    driver = subprocess.run([DRIVER, "--version"], capture_output=True, text=True, check=False)
    if driver.returncode:
        pytest.skip(f"no browser: Playwright's own Node does not run here: {driver.stderr.strip()}")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


class Start:
    """Starts servers, each in the folder given or in one of its own, and ends them all."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._stack = contextlib.ExitStack()

    def __call__(self, *arguments: str, folder: Path | None = None) -> Server:
        server = Server(*arguments, folder=folder or self._folders.mktemp("server"))
        self._stack.callback(server.end)
        return server

    def end(self) -> None:
        """End every server that still runs."""
        self._stack.close()


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start servers that end with the module."""
    starting = Start(tmp_path_factory)
    yield starting
    starting.end()


class Room:
    """Opens desks on a server: each a browser of its own that remembers nothing but the officer's name."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.url = url
        self.http = httpx.Client(base_url=url, timeout=ANSWER_S)

    def sit(
        self, *, width: int = 1280, height: int = 800, officer: str = "Lt. Kazlauskas", is_phone: bool = False
    ) -> Desk:
        """Return a desk at which this officer is on watch, with its map drawn."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, has_touch=is_phone, is_mobile=is_phone
        )
        self._contexts.append(context)
        context.add_init_script(
            "if (!localStorage.getItem('sargas.desk'))"
            f" localStorage.setItem('sargas.desk', JSON.stringify({{officer: '{officer}'}}))"
        )
        desk = Desk(context.new_page(), self.url)
        desk.page.goto(self.url)
        expect(desk.page.locator(".map canvas")).to_be_visible()
        return desk

    def close(self) -> None:
        """Close every page and the plain client."""
        for context in self._contexts:
            context.close()
        self.http.close()


@pytest.fixture(scope="module")
def seat(browser: Browser) -> Iterator[Callable[[str], Room]]:
    """Open rooms that are closed with the module."""
    rooms: list[Room] = []

    def opened(url: str) -> Room:
        rooms.append(Room(browser, url))
        return rooms[-1]

    yield opened
    for room in rooms:
        room.close()
