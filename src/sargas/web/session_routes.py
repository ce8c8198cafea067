"""Routes to sign in and out, by a password or by another service, and to see as whom one is here."""

from collections.abc import Awaitable, Sequence
from typing import Annotated
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException
from litestar.params import JSONBody
from litestar.response import Redirect
from msgspec import Meta, Struct

from sargas.model.account import SCOPES, Role, Scope
from sargas.web.access import entrance_of
from sargas.web.accounts import Accounts, SignedIn, SignInRefused
from sargas.web.door import PUBLIC, address_of, cookies_of, no_cookies, secret_of, too_often
from sargas.web.faults import AnyRequest, NotThere, documented
from sargas.web.packed import NO_COMPRESSION
from sargas.web.page import Page
from sargas.web.shared import Shared

LOGIN = "login.html"
BODY_MAX_BYTES = 4 << 10
OPENID_COOKIE = "sargas-openid"
OPENID_S = 600
"""How long a person may take at the other service."""
GO_ON = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sargas</title>
<meta http-equiv="refresh" content="0;url=/"></head><body><a href="/">Go on to the watch</a></body></html>
"""
"""The browser keeps a strict cookie to itself while it follows another site's link, so the page itself goes on."""


class Me(Struct, frozen=True, kw_only=True):
    """As whom one is here. `is_open`: this desk has no accounts. Without a name nobody is signed in.

    `openid` is the name of the other service by which one can sign in, empty if there is none.
    """

    is_open: bool
    name: str = ""
    full_name: str = ""
    roles: tuple[Role, ...] = ()
    scopes: tuple[Scope, ...] = ()
    ends_s: float | None = None
    openid: str = ""


class SignIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name and its password."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]


class NewPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password until now, and the one from now on."""

    old: Annotated[str, Meta(min_length=1, max_length=256)]
    new: Annotated[str, Meta(min_length=1, max_length=256)]


@get("/login", include_in_schema=False, opt={**NO_COMPRESSION, **PUBLIC})
async def read_login(request: AnyRequest, page: NamedDependency[Page]) -> Response[bytes]:
    """Return the page to sign in."""
    return await page.page(request, LOGIN)


@get("/api/me", tags=["accounts"], opt=PUBLIC, security=[{}], sync_to_thread=False)
def read_me(request: AnyRequest, shared: NamedDependency[Shared]) -> Me:
    """Return as whom one is here, and what one may do."""
    if shared.accounts is None:
        return Me(is_open=True, scopes=tuple(sorted(frozenset[Scope]().union(*SCOPES.values()))))
    openid = shared.accounts.openid.title if shared.accounts.openid is not None else ""
    entrance = entrance_of(request)
    if entrance is None:
        return Me(is_open=False, openid=openid)
    return Me(
        is_open=False,
        name=entrance.account.name,
        full_name=entrance.account.full_name,
        roles=entrance.account.roles,
        scopes=tuple(sorted(entrance.scopes)),
        ends_s=entrance.ends_s,
        openid=openid,
    )


@post(
    "/api/sign-in",
    tags=["accounts"],
    opt=PUBLIC,
    security=[{}],
    status_code=200,
    responses=documented(401, 403, 404, 413, 429),
    request_max_body_size=BODY_MAX_BYTES,
)
async def sign_in(request: AnyRequest, shared: NamedDependency[Shared], data: JSONBody[SignIn]) -> Response[Me]:
    """Sign in with a password; the answer sets the session's cookies."""
    signed_in = await _or_refused(_accounts(shared).sign_in(data.name, data.password, address_of(request)))
    return _welcomed(signed_in, cookies_of(request, signed_in))


@post("/api/sign-out", tags=["accounts"], scope="read", status_code=200, responses=documented(403, 404))
async def sign_out(request: AnyRequest, shared: NamedDependency[Shared]) -> Response[Me]:
    """End the browser's session; a program has none, and stays as it is."""
    await _accounts(shared).sign_out(secret_of(request), address_of(request))
    return Response(Me(is_open=False), status_code=200, cookies=no_cookies(request))


@post(
    "/api/me/password",
    tags=["accounts"],
    scope="read",
    status_code=200,
    responses=documented(401, 403, 404, 413, 429),
    request_max_body_size=BODY_MAX_BYTES,
)
async def change_password(
    request: AnyRequest, shared: NamedDependency[Shared], data: JSONBody[NewPassword]
) -> Response[Me]:
    """Change one's own password; whoever else was signed in with the old one must sign in again."""
    entrance = entrance_of(request)
    if entrance is None or not entrance.csrf:
        raise NotAuthorizedException("a password is changed by the person who has signed in with it, in a browser")
    changing = _accounts(shared).change_password(entrance, data.old, data.new, address_of(request))
    signed_in = await _or_refused(changing)
    return _welcomed(signed_in, cookies_of(request, signed_in))


@get("/login/oidc", include_in_schema=False, opt=PUBLIC)
async def begin_openid(request: AnyRequest, shared: NamedDependency[Shared]) -> Redirect:
    """Send the browser to the other service."""
    openid = _accounts(shared).openid
    if openid is None:
        raise NotThere("there is no other service to sign in by here")
    try:
        url, state = await openid.begin(str(request.url.with_replacements(path="/login/oidc/callback", query="")))
    except SignInRefused as error:
        return _back_to_login(str(error))
    return Redirect(url, status_code=303, cookies=[_openid_cookie(request, state, OPENID_S)])


@get("/login/oidc/callback", include_in_schema=False, opt=PUBLIC)
async def finish_openid(request: AnyRequest, shared: NamedDependency[Shared]) -> Response[bytes] | Redirect:
    """Take the person in whom the other service has sent back."""
    openid = _accounts(shared).openid
    if openid is None:
        raise NotThere("there is no other service to sign in by here")
    answer = {key: str(value) for key, value in request.query_params.items()}
    try:
        signed_in = await openid.finish(request.cookies.get(OPENID_COOKIE, ""), answer, address_of(request))
    except SignInRefused as error:
        return _back_to_login(str(error))
    cookies = [*cookies_of(request, signed_in), _openid_cookie(request, "", 0)]
    return Response(GO_ON, media_type="text/html", cookies=cookies)


def _welcomed(signed_in: SignedIn, cookies: Sequence[Cookie]) -> Response[Me]:
    account = signed_in.entrance.account
    me = Me(
        is_open=False,
        name=account.name,
        full_name=account.full_name,
        roles=account.roles,
        scopes=tuple(sorted(signed_in.entrance.scopes)),
        ends_s=signed_in.entrance.ends_s,
    )
    return Response(me, status_code=200, cookies=list(cookies))


def _accounts(shared: Shared) -> Accounts:
    """Return the accounts.

    Raises:
        NotThere: this desk has none.
    """
    if shared.accounts is None:
        raise NotThere("this desk has no accounts: everybody who can reach it may do everything")
    return shared.accounts


def _back_to_login(text: str) -> Redirect:
    return Redirect(f"/login?{urlencode({'refused': text})}", status_code=303)


def _openid_cookie(request: AnyRequest, state: str, seconds: int) -> Cookie:
    # Lax, since it must come back with the browser from the other service.
    is_secure = request.scope.get("scheme") == "https"
    return Cookie(
        key=OPENID_COOKIE,
        value=state,
        path="/login",
        max_age=seconds,
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )


async def _or_refused(signing_in: Awaitable[SignedIn]) -> SignedIn:
    """Return the session, or refuse in the server's words.

    Raises:
        TooManyRequestsException: it was tried too often.
        NotAuthorizedException: name and password do not fit.
    """
    try:
        return await signing_in
    except SignInRefused as error:
        if error.wait_s > 0.0:
            raise too_often(str(error), error.wait_s) from error
        raise NotAuthorizedException(str(error)) from error
