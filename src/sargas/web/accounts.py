"""What the web server needs to know of accounts: who comes in, as what, until when. `sargas.app` implements it."""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from sargas.model.account import Account, Scope
from sargas.model.errors import AccountError


class Entrance(Struct, frozen=True, kw_only=True):
    """Somebody who was let in, by a browser's session or by a program's token.

    `scopes` is what the account's roles and the token both allow. `csrf` is what a browser must show beside its
    cookie when it changes something; a token has none and needs none. `key` names the session or the token, and
    tells nothing of its secret.
    """

    account: Account
    scopes: frozenset[Scope]
    key: str
    csrf: str = ""
    ends_s: float | None = None


class SignedIn(Struct, frozen=True, kw_only=True):
    """A session that was just opened: the secret for the browser's cookie, and for how long it may be kept."""

    secret: str
    entrance: Entrance
    seconds: float


class SignInRefused(AccountError):
    """The person was not let in: why, and how long to wait before the next attempt."""

    def __init__(self, text: str, wait_s: float = 0.0) -> None:
        super().__init__(text)
        self.wait_s = wait_s


class OpenId(Protocol):
    """Signing in by another service (OpenID Connect, code flow)."""

    title: str

    async def begin(self, redirect_uri: str) -> tuple[str, str]:
        """Return the address to send the browser to, and the state that it must bring back.

        Raises:
            SignInRefused: the service does not answer.
        """

    async def finish(self, state: str, answer: Mapping[str, str], address: str) -> SignedIn:
        """Return the session of the person whom the service has sent back.

        Raises:
            SignInRefused: what came back is not sound, or the person may not come in.
        """


class Accounts(Protocol):
    """The accounts of the watch."""

    openid: OpenId | None

    def by_session(self, secret: str) -> Entrance | None:
        """Return who has the session, None if it is over or never was."""

    def by_token(self, secret: str, address: str) -> Entrance | None:
        """Return who has the token, None if it is not good."""

    def is_still_in(self, entrance: Entrance) -> bool:
        """Return whether the session or the token is still good; being asked counts as being used."""

    def wait_s(self, address: str, entrance: Entrance | None) -> float:
        """Return 0.0 if one more request may be answered now, else how long to wait."""

    def may_post(self, feed: str, entrance: Entrance) -> bool:
        """Return whether the feed takes posts from this account."""

    async def sign_in(self, name: str, password: str, address: str) -> SignedIn:
        """Return a new session.

        Raises:
            SignInRefused: name and password do not fit, or it was tried too often.
        """

    async def sign_out(self, secret: str, address: str) -> None:
        """End the session."""

    async def change_password(self, entrance: Entrance, old: str, new: str, address: str) -> SignedIn:
        """Give the account another password; all its sessions end, and a new one begins.

        Raises:
            SignInRefused: the old one is wrong, or the new one is guessed at once.
        """
