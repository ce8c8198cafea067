"""What keeps strangers out: security headers on every answer, no changes from another origin, known hosts only.

On a desk without accounts who can reach the port may decide, and on one with accounts the browser shows its cookie by
itself. So a page of another origin, opened in the officer's browser, must neither change anything nor read anything.
"""

import asyncio
import ipaddress
from typing import Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders, State
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send, WebSocketReceiveMessage

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
MARK: Final = "sargas-mark"
EXERCISE: Final = "EXERCISE"
SEARCH_PAGE: Final = "/search/"
"""The page for those who search shows where they are; no other needs to know."""
SEARCH_PERMISSIONS: Final = "camera=(), geolocation=(self), microphone=()"
Connection = ASGIConnection[BaseRouteHandler, object, object, State]
ReceiveMessage = HTTPReceiveMessage | WebSocketReceiveMessage
SLOW_BYTES_PER_S: Final = 32_000.0
"""A photograph from a phone at the edge of its net takes minutes."""
OTHER_HOST: Final = "this server does not answer to that host name; [web] host_names lists its own"
TWO_LENGTHS: Final = "a body has Content-Length or Transfer-Encoding, not both"
"""A proxy may believe the one and the server the other, and a body hides a second request: RFC 9112, section 6.1."""
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


async def add_headers(message: Message, scope: Scope) -> None:
    """Put the security headers on an answer that has none of its own; a cache keeps only what says that it may."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders(message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if str(scope["path"]).startswith(SEARCH_PAGE):
        headers["permissions-policy"] = SEARCH_PERMISSIONS
    headers.setdefault("cache-control", "no-store")


async def mark_exercise(message: Message, scope: Scope) -> None:
    """Put the mark of an exercise on an answer, as on whatever else leaves the watch."""
    if message["type"] == "http.response.start" and scope["litestar_app"].state.shared.desk.is_exercise:
        MutableScopeHeaders(message)[MARK] = EXERCISE


def same_origin(
    connection: ASGIConnection[BaseRouteHandler, object, object, State], handler: BaseRouteHandler
) -> None:
    """Refuse a change that a browser makes for a page of another origin.

    Programs send neither header and pass.

    Raises:
        PermissionDeniedException: it came from another origin.
    """
    del handler
    if connection.scope.get("method") in SAFE_METHODS:
        return
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    is_foreign_site = site is not None and site not in {"same-origin", "none"}
    is_foreign_origin = origin is not None and urlsplit(origin).netloc != connection.headers.get("host")
    if is_foreign_site or is_foreign_origin:
        raise PermissionDeniedException("changes are accepted from this server's own page only")


class KnownHosts:
    """Refuse requests that name another host: a foreign name that resolves to this machine (DNS rebinding)."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], *, takes_addresses: bool = False) -> None:
        """Answer to these names; with `takes_addresses` also to any address, which no name can be bent to."""
        self._app = app
        self._hosts = hosts
        self._takes_addresses = takes_addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] != ScopeType.HTTP or self._is_known(host_of(dict(scope["headers"]).get(b"host", b""))):
            await self._app(scope, receive, send)
            return
        await _refuse(scope, send, 403, OTHER_HOST)

    def _is_known(self, host: str) -> bool:
        return host in self._hosts or (self._takes_addresses and _is_address(host))


class TimedBodies:
    """Give a request's body so long to come in; a sender that dribbles cannot hold a handler for ever.

    A large one gets more time, as much as a slow line needs for what has come in.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a receive that raises TimeoutError when the body is late."""
        if {b"content-length", b"transfer-encoding"} <= dict(scope["headers"]).keys():
            await _refuse(scope, send, 400, TWO_LENGTHS, (b"connection", b"close"))
            return
        deadline = asyncio.get_running_loop().time() + self._seconds
        is_whole = False

        async def timed() -> ReceiveMessage:
            nonlocal deadline, is_whole
            if is_whole:
                return await receive()
            async with asyncio.timeout_at(deadline):
                message = await receive()
            if message["type"] == "http.request":
                deadline += len(message["body"]) / SLOW_BYTES_PER_S
            is_whole = not message.get("more_body", False)
            return message

        await self._app(scope, timed, send)


async def _refuse(scope: Scope, send: Send, status: int, error: str, *more: tuple[bytes, bytes]) -> None:
    """Refuse a request that must not reach the application."""
    body = b'{"error":"%b"}' % error.encode()
    length = (b"content-length", str(len(body)).encode())
    start: Message = {
        "type": "http.response.start",
        "status": status,
        "headers": [(b"content-type", b"application/json"), length, *more],
    }
    await add_headers(start, scope)
    await send(start)
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def host_of(header: bytes) -> str:
    """Return the name of a Host header without its port, in lower case; empty if it is none."""
    try:
        return urlsplit(b"//" + header).hostname.decode("latin-1") if header else ""  # type: ignore[union-attr]
    except (ValueError, AttributeError):
        return ""
