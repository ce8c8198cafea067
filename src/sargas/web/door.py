"""The door of a desk with accounts: who asks, whether he may, and not too often.

A browser shows its session's cookie, and for a change also the session's other secret (`X-Sargas-CSRF`), which a
page of another origin cannot read. A program shows a token (`Authorization: Bearer`) and nothing else.
"""

import hmac
import math
from typing import Final

from litestar.datastructures import Cookie
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException, TooManyRequestsException
from litestar.handlers import BaseRouteHandler

from sargas.model.account import Scope
from sargas.web.access import Asked, check_scope
from sargas.web.accounts import Accounts, Entrance, SignedIn
from sargas.web.faults import SignInFirst
from sargas.web.guard import SAFE_METHODS
from sargas.web.hosts import LOOPBACK
from sargas.web.limits import neighbourhood

CSRF_HEADER: Final = "x-sargas-csrf"
PUBLIC: Final = {"is_public": True}
"""For routes that anybody may ask: to sign in, and the files that the page is made of."""
LOCAL: Final = {"is_public_on_this_machine": True}
"""For routes that a program on this machine may ask without a token: how the watch is."""
LOGIN_PAGE: Final = "/login"
FOREIGN_HEADERS: Final = ("forwarded", "x-forwarded-for", "x-real-ip")
"""What a proxy adds; behind one the other end is not this machine, whatever the address says."""


class Door:
    """Lets requests in, or does not."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def let_in(self, asked: Asked, handler: BaseRouteHandler) -> None:
        """Find out who asks, and refuse what he may not.

        Raises:
            SignInFirst: it is a page, and nobody is signed in.
            NotAuthorizedException: nobody is signed in, or the token is not good.
            PermissionDeniedException: the account may not do that, or the change does not come from our page.
            TooManyRequestsException: it was asked too often.
        """
        address = address_of(asked)
        entrance = self._entrance(asked, address)
        self._pace(address, entrance)
        if entrance is not None:
            asked.scope["user"] = entrance
        if _is_public(asked, handler):
            return
        if entrance is None:
            if handler.opt.get("is_public_on_this_machine") and is_local(asked):
                return
            raise _nobody(asked)
        method = str(asked.scope.get("method", "GET"))
        if entrance.csrf and method not in SAFE_METHODS:
            _check_csrf(asked, entrance)
        scope: Scope = handler.opt.get("scope") or ("read" if method in SAFE_METHODS else "decide")
        check_scope(asked, scope)

    def _entrance(self, asked: Asked, address: str) -> Entrance | None:
        kind, _, token = asked.headers.get("authorization", "").partition(" ")
        if kind.casefold() == "bearer":
            return self._accounts.by_token(token.strip(), address)
        secret = asked.cookies.get(cookie_name(asked))
        return self._accounts.by_session(secret) if secret else None

    def _pace(self, address: str, entrance: Entrance | None) -> None:
        wait_s = self._accounts.wait_s(neighbourhood(address), entrance)
        if wait_s > 0.0:
            raise too_often("too many requests", wait_s)


def too_often(text: str, wait_s: float) -> TooManyRequestsException:
    """Return the refusal that says when to come back."""
    seconds = math.ceil(wait_s)
    return TooManyRequestsException(f"{text}: try again in {seconds} s", headers={"retry-after": str(seconds)})


def address_of(asked: Asked) -> str:
    """Return where the request comes from; a trusted proxy has said for whom it asks."""
    return asked.client.host if asked.client else "unknown"


def is_local(asked: Asked) -> bool:
    """Return whether the request comes from this machine, through no proxy."""
    return address_of(asked) in LOOPBACK and not any(name in asked.headers for name in FOREIGN_HEADERS)


def cookie_name(asked: Asked) -> str:
    """Return the name of the session's cookie; over TLS the browser lets no other host or path set it (`__Host-`)."""
    return "__Host-sargas" if _is_secure(asked) else "sargas"


def cookies_of(asked: Asked, signed_in: SignedIn) -> list[Cookie]:
    """Return the cookies of a new session: its secret, which no script can read, and the page's own proof."""
    return _cookies(asked, signed_in.secret, signed_in.entrance.csrf, int(signed_in.seconds))


def no_cookies(asked: Asked) -> list[Cookie]:
    """Return what takes the session's cookies away."""
    return _cookies(asked, "", "", 0)


def secret_of(asked: Asked) -> str:
    """Return the session's secret that the browser shows, empty if none."""
    return asked.cookies.get(cookie_name(asked), "")


def _cookies(asked: Asked, secret: str, csrf: str, seconds: int) -> list[Cookie]:
    name, is_secure = cookie_name(asked), _is_secure(asked)
    return [
        Cookie(key=name, value=secret, max_age=seconds, secure=is_secure, httponly=True, samesite="strict"),
        Cookie(key=f"{name}-csrf", value=csrf, max_age=seconds, secure=is_secure, httponly=False, samesite="strict"),
    ]


def _is_secure(asked: Asked) -> bool:
    return asked.scope.get("scheme") == "https"


def _is_public(asked: Asked, handler: BaseRouteHandler) -> bool:
    path = str(asked.scope["path"])
    is_page = path.endswith(".html") and path != f"{LOGIN_PAGE}.html"
    return bool(handler.opt.get("is_public")) and not is_page


def _nobody(asked: Asked) -> Exception:
    """Return the refusal: a person is sent to sign in, a program is told what to show."""
    path = str(asked.scope["path"])
    if "text/html" in asked.headers.get("accept", "") and not path.startswith("/api/"):
        query = bytes(asked.scope["query_string"]).decode("latin-1")
        return SignInFirst(f"{path}?{query}" if query else path)
    if "authorization" in asked.headers:
        text = "that token opens nothing: it is mistyped, revoked or over, or its account is disabled"
    else:
        text = "sign in first; a program shows a token: Authorization: Bearer sargas_..."
    return NotAuthorizedException(text, headers={"www-authenticate": 'Bearer realm="sargas"'})


def _check_csrf(asked: Asked, entrance: Entrance) -> None:
    shown = asked.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(shown.encode(), entrance.csrf.encode()):
        raise PermissionDeniedException(
            f"a change by a browser's session shows the session's own proof in {CSRF_HEADER}: load the page again"
        )
