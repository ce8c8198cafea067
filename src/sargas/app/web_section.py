"""The section of the configuration that says where the desk is served, and who may come in.

[web]
host = "0.0.0.0"
host_names = ["watch.example.lt"]
certificate = "watch.pem"
key = "watch.key"
"""

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from sargas.model.account import Role
from sargas.web.hosts import LOOPBACK

Found = list[tuple[tuple[str | int, ...], str]]
SECRET_LONGEST: Final = 4_096


class OpenIdSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another service by which people sign in (OpenID Connect, code flow with PKCE).

    `client_secret_file`: a file with nothing in it but the secret. `name_claim`: the claim of the ID token that
    becomes the account's name. `role_claim` with `roles`: what a person may do follows from it at every sign-in;
    whoever has none of the values is not let in. `title` stands on the button.
    """

    issuer: Annotated[str, Meta(pattern="^https?://", max_length=1_000)]
    client_id: Annotated[str, Meta(min_length=1, max_length=200)]
    client_secret_file: str = ""
    title: Annotated[str, Meta(min_length=1, max_length=60)] = "the sign-in service"
    scopes: tuple[str, ...] = ("openid", "profile")
    name_claim: str = "preferred_username"
    role_claim: str = "roles"
    roles: dict[str, Role] = {}


class Web(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the desk is served, and who may come in.

    `accounts`: with "open" everybody who can reach it may do everything; only on this machine. `certificate`, `key`:
    PEM files for TLS. `trusted_proxies`: addresses or networks of proxies that speak TLS and are believed when they
    say for whom they ask. `host_names`: the names under which it is reached from elsewhere. `session_hours`: how
    long one stays signed in.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8470
    accounts: Literal["required", "open"] = "required"
    certificate: str = ""
    key: str = ""
    trusted_proxies: list[str] = []
    host_names: list[str] = []
    session_hours: Annotated[float, Meta(gt=0.0, le=744.0)] = 16.0
    oidc: OpenIdSection | None = None


def mistakes_of_web(web: Web, folder: Path) -> Found:
    """Return what no type can tell, each with its key: what is open to others, and files that are not there."""
    found: Found = []
    is_local = web.host in LOOPBACK
    if not is_local and web.accounts == "open":
        text = f"\"open\" is for this machine alone: with host '{web.host}' everybody in reach could decide"
        found.append((("web", "accounts"), text))
    if not is_local and not web.certificate and not web.trusted_proxies:
        text = (
            f"'{web.host}' can be reached from elsewhere, where passwords would travel in the clear: give certificate"
            " and key, or the trusted_proxies that speak TLS before it, or stay with 127.0.0.1"
        )
        found.append((("web", "host"), text))
    if bool(web.certificate) != bool(web.key):
        found.append((("web",), "certificate and key go together"))
    for key, name in (("certificate", web.certificate), ("key", web.key)):
        if name and not (folder / name).is_file():
            found.append((("web", key), f"no file '{name}'"))
    for index, proxy in enumerate(web.trusted_proxies):
        if not _is_network(proxy):
            found.append((("web", "trusted_proxies", index), f"'{proxy}' is no address or network, as 10.0.0.0/8 is"))
    if web.oidc is not None:
        found += _mistakes_of_openid(web.oidc, folder)
    return found


def mistakes_of_posters(accounts: Mapping[int, list[str]], transports: Mapping[int, object]) -> Found:
    """Return the feeds that name accounts, though nobody posts to them."""
    return [
        (("feeds", index, "accounts"), "only a feed with the transport http_post takes posts")
        for index, names in accounts.items()
        if names and transports.get(index) != "http_post"
    ]


def _mistakes_of_openid(oidc: OpenIdSection, folder: Path) -> Found:
    found: Found = []
    name = oidc.client_secret_file
    if name and not (folder / name).is_file():
        found.append((("web", "oidc", "client_secret_file"), f"no file '{name}'"))
    if not oidc.roles:
        found.append((("web", "oidc", "roles"), 'nobody could come in: name a role, as "duty" = "officer"'))
    if not oidc.issuer.startswith("https://") and not _is_here(oidc.issuer):
        found.append((("web", "oidc", "issuer"), "must be reached by https://"))
    if "openid" not in oidc.scopes:
        found.append((("web", "oidc", "scopes"), '"openid" must be among them'))
    return found


def _is_here(address: str) -> bool:
    return any(address.startswith(f"http://{host}{end}") for host in ("127.0.0.1", "localhost") for end in ":/")


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
