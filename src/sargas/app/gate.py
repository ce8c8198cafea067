"""The accounts of a running watch: who comes in, how often, and what of it goes into the journal."""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog
from msgspec import Struct

from sargas.model.account import Account
from sargas.model.entry import Note
from sargas.model.errors import AccountError, JournalError
from sargas.ports import Deliver
from sargas.store.accounts_sqlite import TOKEN_PREFIX, Accounts, Session, hashed
from sargas.store.passwords import LONGEST, Passwords, check_password
from sargas.web.accounts import Entrance, OpenId, SignedIn, SignInRefused
from sargas.web.limits import Buckets, Rate, SignInDelays

IDLE_S: Final = 3_600.0
"""A session whose page was closed for so long is over; an open page asks every second and keeps it."""
STRANGERS: Final = Rate(20.0, 200.0)
"""A page is some twenty files; several desks may share an address."""
KNOWN: Final = Rate(200.0, 2_000.0)
"""A sensor may post every report by itself."""
FAILURES_TOLD: Final = Rate(1.0 / 6.0, 20.0)
"""Failed sign-ins in the journal: ten a minute in the long run; a flood is counted and told in one line."""
SETTLE_S: Final = 2.0
"""How often what was used is written down, and what happened is moved into the journal."""
LATE_S: Final = 30.0
WAITING_MAX: Final = 16
"""Sign-ins that may wait for their turn at the hashing; more are sent away."""
ADMINISTRATOR: Final = "admin"
WORDS: Final = 6

log = structlog.get_logger()
Clock = Callable[[], float]


class Terms(Struct, frozen=True, kw_only=True):
    """For how long one stays signed in, and which accounts a feed takes posts from (a feed not named: from all)."""

    session_s: float
    posters: Mapping[str, Sequence[str]] = {}


class Gate:
    """The accounts as the web server sees them."""

    def __init__(self, accounts: Accounts, passwords: Passwords, clock: Clock, terms: Terms) -> None:
        self.openid: OpenId | None = None
        self._accounts = accounts
        self._passwords = passwords
        self._clock = clock
        self._terms = terms
        self._delays = SignInDelays()
        self._strangers, self._known = Buckets(STRANGERS), Buckets(KNOWN)
        self._told, self._n_untold = Buckets(FAILURES_TOLD), 0
        self._sessions_seen: dict[bytes, float] = {}
        self._tokens_seen: dict[str, tuple[float, str]] = {}
        self._n_signing_in = 0
        self._is_unsettled = False

    def now_s(self) -> float:
        """Return the watch's time."""
        return self._clock()

    def by_session(self, secret: str) -> Entrance | None:
        """Return who has the session, None if it is over or never was."""
        session = self._session(hashed(secret))
        return None if session is None else _by_session(session, secret)

    def by_token(self, secret: str, address: str) -> Entrance | None:
        """Return who has the token, None if it is not good."""
        if not secret.startswith(TOKEN_PREFIX):
            return None
        key = hashed(secret)
        found = self._accounts.token(key, now_s=self._clock())
        if found is None:
            return None
        token, account = found
        self._tokens_seen[token.token_id] = (self._clock(), address)
        scopes = frozenset(token.scopes) & account.scopes()
        return Entrance(account=account, scopes=scopes, key=f"token:{key.hex()}", ends_s=token.ends_s)

    def is_still_in(self, entrance: Entrance) -> bool:
        """Return whether the session or the token is still good; being asked counts as being used."""
        kind, _, key = entrance.key.partition(":")
        if kind == "session":
            return self._session(bytes.fromhex(key)) is not None
        return self._accounts.token(bytes.fromhex(key), now_s=self._clock()) is not None

    def wait_s(self, address: str, entrance: Entrance | None) -> float:
        """Return 0.0 if one more request may be answered now, else how long to wait."""
        if entrance is None:
            return self._strangers.wait_s(address, self._clock())
        return self._known.wait_s(entrance.key, self._clock())

    def may_post(self, feed: str, entrance: Entrance) -> bool:
        """Return whether the feed takes posts from this account."""
        taken = self._terms.posters.get(feed)
        return not taken or entrance.account.name in taken

    async def sign_in(self, name: str, password: str, address: str) -> SignedIn:
        """Return a new session.

        Raises:
            SignInRefused: name and password do not fit, or it was tried too often.
        """
        kept = await self._prove(name, password, address)
        return await self.open_session(name, address, kept)

    async def open_session(self, name: str, address: str, kept: str | None = None) -> SignedIn:
        """Return a new session of an account whose person is known; `kept` is the hash of the password shown.

        Raises:
            SignInRefused: the account is disabled, or has had another password since.
        """
        opening = partial(
            self._accounts.open_session,
            name,
            address,
            now_s=self._clock(),
            seconds=self._terms.session_s,
            password=kept,
        )
        try:
            secret, session = await asyncio.to_thread(opening)
        except AccountError as error:
            raise SignInRefused(str(error)) from error
        return SignedIn(secret=secret, entrance=_by_session(session, secret), seconds=self._terms.session_s)

    async def sign_out(self, secret: str, address: str) -> None:
        """End the session."""
        closing = partial(self._accounts.close_session, hashed(secret), address=address, now_s=self._clock())
        await asyncio.to_thread(closing)

    async def change_password(self, entrance: Entrance, old: str, new: str, address: str) -> SignedIn:
        """Give the account another password; all its sessions end, and a new one begins.

        Raises:
            SignInRefused: the old one is wrong, or the new one is guessed at once.
        """
        name = entrance.account.name
        try:
            check_password(new, name)
        except AccountError as error:
            raise SignInRefused(str(error)) from error
        await self._prove(name, old, address)
        kept = await asyncio.to_thread(self._passwords.hashed, new)
        await asyncio.to_thread(partial(self._accounts.set_password, name, kept, by=name, now_s=self._clock()))
        return await self.open_session(name, address, kept)

    def tell_failure(self, text: str) -> None:
        """Keep a failed sign-in for the journal; a flood of them is counted instead."""
        if self._told.wait_s("", self._clock()) > 0.0:
            self._n_untold += 1  # told with the next one
            return
        more = f"; and {self._n_untold} more before" if self._n_untold else ""
        self._n_untold = 0
        self._accounts.note(text + more, now_s=self._clock())

    async def run(self, deliver: Deliver) -> None:
        """Write down what was used, and move what happened into the journal, until cancelled.

        What is not in the journal by then comes into it at the next start.
        """
        while True:
            await self._settle(deliver)
            await asyncio.sleep(SETTLE_S)

    async def _prove(self, name: str, password: str, address: str) -> str | None:
        """Return the hash that is kept of the password; refuse whoever does not know it.

        Raises:
            SignInRefused: says no more than that they do not fit, whatever is wrong.
        """
        wait_s = self._delays.wait_s(name, address, self._clock())
        if wait_s > 0.0:
            raise SignInRefused("too many attempts to sign in", wait_s)
        if self._n_signing_in >= WAITING_MAX:
            raise SignInRefused("too many sign in at once", 1.0)
        # It counts until it has succeeded: attempts at the same time cannot all be the first one.
        self._delays.failed(name, address, self._clock())
        self._n_signing_in += 1
        try:
            kept = self._accounts.password(name)
            is_right = await asyncio.to_thread(self._passwords.is_right, kept, password[:LONGEST])
        finally:
            self._n_signing_in -= 1
        if not is_right:
            await asyncio.to_thread(self.tell_failure, f"a sign-in as {name!r} from {address} failed")
            raise SignInRefused("name and password do not fit, or the account is disabled")
        self._delays.succeeded(name, address)
        if kept is not None and self._passwords.is_outdated(kept):
            anew = await asyncio.to_thread(self._passwords.hashed, password)
            return anew if await asyncio.to_thread(self._accounts.hash_anew, name, kept, anew) else kept
        return kept

    def _session(self, key: bytes) -> Session | None:
        now_s = self._clock()
        session = self._accounts.session(key, now_s=now_s, idle_s=IDLE_S)
        if session is not None:
            self._sessions_seen[key] = now_s
        return session

    async def _settle(self, deliver: Deliver) -> None:
        sessions, tokens = self._sessions_seen, self._tokens_seen
        self._sessions_seen, self._tokens_seen = {}, {}
        try:
            if sessions or tokens:
                await asyncio.to_thread(self._accounts.seen, sessions, tokens)
            changes = await asyncio.to_thread(self._accounts.changes)
            for change in changes:
                await deliver(Note("account", change.text + _when(change.time_s, self._clock())))
            if changes:
                await asyncio.to_thread(self._accounts.forget_changes, changes[-1].number)
        except (AccountError, JournalError) as error:
            if not self._is_unsettled:
                log.warning("accounts_not_settled", reason=str(error))
            self._is_unsettled = True
        else:
            self._is_unsettled = False


def first_administrator(accounts: Accounts, passwords: Passwords, now_s: float) -> str | None:
    """Return the password of the administrator who was made because there was no account; None if there was one."""
    if accounts.all():
        return None
    password = new_password()
    account = Account(name=ADMINISTRATOR, roles=("administrator",), full_name="First administrator", made_s=now_s)
    accounts.add(account, passwords.hashed(password), by="the first start")
    return password


def new_password() -> str:
    """Return a random password that can be read out and typed: six groups of four, some 119 bits."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"  # none that are taken for each other
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(WORDS))


def _when(time_s: float, now_s: float) -> str:
    """Return when it was, if that is longer ago than the entry itself tells."""
    if now_s - time_s < LATE_S:
        return ""
    return datetime.fromtimestamp(time_s, UTC).strftime(" (at %Y-%m-%d %H:%M:%SZ)")


def _by_session(session: Session, secret: str) -> Entrance:
    return Entrance(
        account=session.account,
        scopes=session.account.scopes(),
        key=f"session:{session.key.hex()}",
        csrf=hashlib.sha256(b"sargas csrf " + secret.encode()).hexdigest(),
        ends_s=session.ends_s,
    )
