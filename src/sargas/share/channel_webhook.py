"""Warnings by HTTP POST to another system, signed after Standard Webhooks, under one identity however often.

Each attempt carries `webhook-id`, the same for the same bulletin, `webhook-timestamp` of the attempt, and, where a
secret is given, `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.

Sources: Standard Webhooks 1.0.0, sections "Signature scheme", "Webhook headers" and "Delivery success and failure";
`Idempotency-Key` after draft-ietf-httpapi-idempotency-key-header-07, section 2.1.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Final, Literal

import httpx
from msgspec import Meta, Struct

from sargas.model.errors import ChannelError, ConfigError
from sargas.ports import Bulletin
from sargas.share.bulletin_json import encoded
from sargas.share.connecting import CHECK_S, CONNECT_S, WHOLE_S, is_loopback, secret, tls_context
from sargas.share.wording import EXERCISE, one_line, safe_name

Address = Annotated[str, Meta(pattern="^https?://[^/]")]
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 # how every secret begins
SECRET_BYTES: Final = range(24, 65)
"""How long a signing secret may be (Standard Webhooks, "Signature scheme": 192 to 512 bits)."""
ANSWER_BYTES_MAX: Final = 2_048
ANSWER_S: Final = 1.0
"""Longest wait for the words of an answer whose status is already known."""
TRY_LATER: Final = frozenset({408, 425, 429})
"""Refusals that pass by themselves (RFC 9110, 15.5.9; RFC 8470, 5.2; RFC 6585, 4)."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to post, what, and how it is signed.

    `secret_file` holds the signing secret as `whsec_` and base64, or two of them in two lines while they are changed.
    `bearer_file` holds a token that is sent as `Authorization: Bearer`. The certificate of the other end is always
    checked, against `ca_file` alone if it is given; `certificate_file` and `key_file` are our own. `check_url` is
    asked by GET whether the other end lives, else only its port is. `already_there` are statuses besides 2xx by which
    the other end says that it has this bulletin already. `http` is for this machine alone, unless `is_plain_allowed`.
    """

    url: Address
    body: Literal["json", "cap"] = "json"
    secret_file: str = ""
    bearer_file: str = ""
    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    check_url: Address | None = None
    already_there: tuple[Annotated[int, Meta(ge=400, le=499)], ...] = ()
    is_plain_allowed: bool = False


def build(settings: Settings, name: str) -> "Webhook":
    """Return the channel `name`.

    Raises:
        ConfigError: an address or a file cannot be used.
    """
    try:
        return Webhook(settings, time.time)
    except ConfigError as error:
        raise ConfigError(f"channel '{name}': {error}") from error


def signature(keys: Sequence[bytes], webhook_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`: one signature a key, with a blank between them."""
    content = f"{webhook_id}.{timestamp}.".encode() + body
    signed = [base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in keys]
    return " ".join(f"v1,{one}" for one in signed)


def signing_keys(text: str) -> tuple[bytes, ...]:
    """Return the keys of a secret file: `whsec_` and base64 of 24 to 64 bytes, one a line.

    Raises:
        ConfigError: a line is something else.
    """
    keys = []
    for number, line in enumerate(text.split(), 1):
        try:
            key = base64.b64decode(line.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error:
            key = b""
        if not line.startswith(SECRET_PREFIX) or len(key) not in SECRET_BYTES:
            raise ConfigError(f"secret_file: line {number}: expected {SECRET_PREFIX} and base64 of 24 to 64 bytes")
        keys.append(key)
    return tuple(keys)


class _Answer(Struct, frozen=True):
    """What the other end answered: its status, the first words of its body, and two headers."""

    status: int
    words: str
    location: str
    retry_after: str


class Webhook:
    """Posts bulletins to one address."""

    def __init__(self, settings: Settings, now: Callable[[], float]) -> None:
        self._settings = settings
        self._now = now
        self._url = _address(settings.url, "url", is_plain_allowed=settings.is_plain_allowed)
        self._check_url = None
        if settings.check_url is not None:
            self._check_url = _address(settings.check_url, "check_url", is_plain_allowed=settings.is_plain_allowed)
        self._keys = signing_keys(secret(settings.secret_file, "secret_file"))
        self._bearer = _token(secret(settings.bearer_file, "bearer_file"))
        self._tls = tls_context(settings.ca_file, settings.certificate_file, settings.key_file)

    async def deliver(self, bulletin: Bulletin) -> str:
        """Return what the other end answered, once it has the bulletin.

        Raises:
            ChannelError: it did not take it, and whether it may later.
        """
        body = bulletin.cap_xml if self._settings.body == "cap" else encoded(bulletin)
        return await self.post(self._headers(bulletin, body), body)

    async def post(self, headers: dict[str, str], body: bytes) -> str:
        """Return what the other end answered, once it has the body.

        Raises:
            ChannelError: it did not take it, and whether it may later.
        """
        answer = await self._ask("POST", self._url, headers, body, WHOLE_S)
        host = _host(self._url)
        if httpx.codes.is_success(answer.status):
            again = ", which had it already" if answer.status == httpx.codes.ALREADY_REPORTED else ""
            return f"taken by {host}{again}: HTTP {answer.status}{answer.words}"
        if answer.status in self._settings.already_there:
            return f"taken by {host}, which had it already: HTTP {answer.status}{answer.words}"
        raise ChannelError(f"{host} {_refusal(answer)}: HTTP {answer.status}{answer.words}")

    async def check(self) -> str:
        """Return that the other end takes connections, or what its `check_url` answers.

        Raises:
            ChannelError: it does not.
        """
        if self._check_url is None:
            return await self._connect()
        answer = await self._ask("GET", self._check_url, {}, b"", CHECK_S)
        if not httpx.codes.is_success(answer.status):
            raise ChannelError(f"{_host(self._check_url)} is not well: HTTP {answer.status}{answer.words}")
        return f"{_host(self._check_url)} is well: HTTP {answer.status}"

    async def close(self) -> None:
        """Nothing stays open between two deliveries."""

    def _headers(self, bulletin: Bulletin, body: bytes) -> dict[str, str]:
        media_type = "application/json" if self._settings.body == "json" else "application/cap+xml"
        return self.headers(safe_name(bulletin.bulletin_id), media_type, body, is_exercise=bulletin.is_exercise)

    def headers(self, webhook_id: str, media_type: str, body: bytes, *, is_exercise: bool) -> dict[str, str]:
        """Return the headers of this attempt: what tells bodies apart is the same in each, the time is not."""
        timestamp = int(self._now())
        headers = {
            "Content-Type": media_type,
            "Idempotency-Key": f'"{webhook_id}"',
            "webhook-id": webhook_id,
            "webhook-timestamp": str(timestamp),
        }
        if self._keys:
            headers["webhook-signature"] = signature(self._keys, webhook_id, timestamp, body)
        if self._bearer:
            headers["Authorization"] = f"Bearer {self._bearer}"
        if is_exercise:
            headers["Sargas-Mark"] = EXERCISE
        return headers

    async def _ask(
        self, method: str, url: httpx.URL, headers: dict[str, str], body: bytes, longest_s: float
    ) -> _Answer:
        """Return the answer to one request, over a connection of its own: none is half used after a cancellation."""
        headers = {"User-Agent": "Sargas", "Accept-Encoding": "identity", **headers}
        host = _host(url)
        try:
            async with (
                asyncio.timeout(longest_s),
                httpx.AsyncClient(
                    verify=self._tls,
                    trust_env=False,
                    follow_redirects=False,
                    timeout=httpx.Timeout(longest_s, connect=CONNECT_S),
                ) as client,
                client.stream(method, url, headers=headers, content=body or None) as response,
            ):
                return _Answer(
                    response.status_code,
                    await _words(response),
                    one_line(response.headers.get("location", "")),
                    one_line(response.headers.get("retry-after", ""), 32),
                )
        except httpx.ConnectTimeout as error:
            raise ChannelError(f"{host} does not take connections: nothing within {CONNECT_S:g} s") from error
        except httpx.ConnectError as error:
            raise ChannelError(f"{host} cannot be reached: {_why(error)}") from error
        except (TimeoutError, httpx.TimeoutException) as error:
            maybe = "; it may have it all the same" if body else ""
            raise ChannelError(f"{host} did not answer within {longest_s:g} s{maybe}") from error
        except httpx.HTTPError as error:
            raise ChannelError(f"the connection to {host} broke off: {_why(error)}") from error

    async def _connect(self) -> str:
        """Return that the address takes connections, with TLS if it has it; nothing is sent."""
        host, is_tls = _host(self._url), self._url.scheme == "https"
        port = self._url.port or (443 if is_tls else 80)
        try:
            async with asyncio.timeout(CHECK_S):
                _, writer = await asyncio.open_connection(self._url.host, port, ssl=self._tls if is_tls else None)
        except TimeoutError as error:
            raise ChannelError(f"{host} does not take connections: nothing within {CHECK_S:g} s") from error
        except (OSError, UnicodeError) as error:
            raise ChannelError(f"{host} cannot be reached: {_why(error)}") from error
        writer.transport.abort()
        return f"{host} takes connections{' with TLS' if is_tls else ''}"


def _address(text: str, what: str, *, is_plain_allowed: bool) -> httpx.URL:
    try:
        url = httpx.URL(text)
        url.host.encode("idna")  # as it is looked up; empty and long labels fail here
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ConfigError(f"{what}: {one_line(str(error))}") from error
    if not url.host or (url.port is not None and not 1 <= url.port <= 65_535):
        raise ConfigError(f"{what}: expected a host, and a port from 1 to 65535 or none")
    if url.userinfo:
        raise ConfigError(f"{what}: expected no user or password in it; a token belongs into the bearer_file")
    if url.scheme == "http" and not is_plain_allowed and not is_loopback(url.host):
        raise ConfigError(f"{what}: expected https; set is_plain_allowed if the way to {url.host} is safe")
    return url


def _token(text: str) -> str:
    if not all("\x21" <= sign <= "\x7e" for sign in text):
        raise ConfigError("bearer_file: expected one word of ASCII")
    return text


def _host(url: httpx.URL) -> str:
    """Return host and port for a person; path and query are left out, they may hold a key."""
    return url.netloc.decode("ascii", "replace")


async def _words(response: httpx.Response) -> str:
    """Return the first words of the answer, after a colon; whatever else it holds is not read."""
    body = bytearray()
    try:
        async with asyncio.timeout(ANSWER_S):
            async for chunk in response.aiter_raw(ANSWER_BYTES_MAX):
                body += chunk
                if len(body) >= ANSWER_BYTES_MAX:
                    break
    except (TimeoutError, httpx.HTTPError):
        pass  # the status has said what matters
    words = one_line(bytes(body[:ANSWER_BYTES_MAX]).decode("utf-8", "replace"))
    return f": {words}" if words else ""


def _refusal(answer: _Answer) -> str:
    """Return what a status other than success means, and what would help."""
    status = answer.status
    if httpx.codes.is_redirect(status):
        return f"points to '{answer.location}', which is not followed; set `url` to where it should go"
    if httpx.codes.is_server_error(status) or status in TRY_LATER:
        return "cannot take it now" + (f" and asks to wait {answer.retry_after}" if answer.retry_after else "")
    return "refused it; it will not take it again as it is"


def _why(error: Exception) -> str:
    return one_line(str(error)) or type(error).__name__
