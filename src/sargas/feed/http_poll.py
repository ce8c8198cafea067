"""A document fetched again and again from a web server; each answer that is new is handed on whole."""

import asyncio
import random
from typing import Annotated, Final

import httpx
from msgspec import Meta, Struct

from sargas.feed._outlet import Backoff, Outlet
from sargas.ports import Deliver, Transport

CONDITIONS: Final = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to fetch and how often.

    `timeout_s` is for the whole answer. `headers` may carry a key. With `end_lines` an answer that does not end with
    a newline gets one.
    """

    url: Annotated[str, Meta(pattern="^https?://")]
    period_s: Annotated[float, Meta(gt=0.0, le=86_400.0)] = 5.0
    timeout_s: Annotated[float, Meta(gt=0.0, le=3_600.0)] = 10.0
    max_bytes: Annotated[int, Meta(ge=1, le=1 << 28)] = 16 << 20
    retry_longest_s: Annotated[float, Meta(gt=0.0)] = 60.0
    headers: dict[str, str] = {}
    proxy: str | None = None
    is_certificate_checked: bool = True
    end_lines: bool = True


def build(settings: Settings, name: str) -> Transport:
    """Return the transport of the feed `name`."""
    return HttpPoll(settings, name, random.SystemRandom())


class _BadAnswer(Exception):
    """The server answered, but not with a document that can be used."""


class HttpPoll:
    """Asks until cancelled."""

    def __init__(self, settings: Settings, name: str, rng: random.Random) -> None:
        self._settings = settings
        self._name = name
        self._backoff = Backoff(settings.period_s, max(settings.period_s, settings.retry_longest_s), rng)
        self._conditions: dict[str, str] = {}

    async def run(self, deliver: Deliver) -> None:
        """Deliver each new answer; ask less often while the server fails."""
        outlet = Outlet(self._name, deliver)
        loop = asyncio.get_running_loop()
        settings = self._settings
        async with httpx.AsyncClient(
            headers={**settings.headers, "Accept-Encoding": "identity"},
            proxy=settings.proxy,
            trust_env=False,
            timeout=settings.timeout_s,
            verify=settings.is_certificate_checked,
        ) as client:
            while True:
                started = loop.time()
                try:
                    async with asyncio.timeout(settings.timeout_s):
                        document = await self._fetch(client)
                except (httpx.HTTPError, httpx.InvalidURL, _BadAnswer, TimeoutError) as error:
                    await outlet.closed(self._why(error))
                    await asyncio.sleep(self._backoff.next_s())
                    continue
                self._backoff.reset()
                if not outlet.is_open:
                    await outlet.opened(settings.url)
                await outlet.bytes_in(document)
                await asyncio.sleep(max(0.0, started + settings.period_s - loop.time()))

    async def _fetch(self, client: httpx.AsyncClient) -> bytes:
        """Return the document; empty if it is still the same."""
        async with client.stream("GET", self._settings.url, headers=self._conditions) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return b""
            if response.status_code != httpx.codes.OK:
                moved = response.headers.get("location")
                raise _BadAnswer(f"HTTP {response.status_code}" + (f", moved to {moved}" if moved else ""))
            if response.headers.get("content-encoding", "identity") != "identity":
                raise _BadAnswer("the answer is compressed, which was not asked for")
            document = bytearray()
            async for chunk in response.aiter_raw():
                document += chunk
                if len(document) > self._settings.max_bytes:
                    raise _BadAnswer(f"the answer is longer than {self._settings.max_bytes} bytes")
            self._conditions = {
                condition: response.headers[given]
                for given, condition in CONDITIONS.items()
                if given in response.headers
            }
        if self._settings.end_lines and document and not document.endswith(b"\n"):
            document += b"\n"
        return bytes(document)

    def _why(self, error: Exception) -> str:
        if isinstance(error, TimeoutError | httpx.TimeoutException):
            return f"no answer within {self._settings.timeout_s:g} s"
        if not str(error):  # httpx says nothing of a connection that broke off
            return f"the connection broke off ({type(error).__name__})"
        return str(error)
