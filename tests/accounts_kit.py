"""Accounts in memory for tests: one for every role, cheap passwords, and a clock that the test moves."""

import asyncio

import msgspec

from sargas.app.gate import Gate, Terms
from sargas.model.account import SCOPES, Account, Role, Scope
from sargas.store import accounts_sqlite
from sargas.store.accounts_sqlite import MEMORY
from sargas.store.passwords import Cost, Passwords
from sargas.web.accounts import SignedIn

PASSWORD = "correct horse battery"
CHEAP = Cost(passes=1, memory_kib=8, lanes=1)
"""The least that RFC 9106, section 3.1, allows: 8 KiB a lane."""
NOW_S = 1_753_660_800.0
ROLES: tuple[Role, ...] = tuple(SCOPES)


class House:
    """The accounts of a watch: each role's account bears its name."""

    def __init__(
        self,
        path: str = MEMORY,
        *,
        session_s: float = 3_600.0,
        posters: dict[str, list[str]] | None = None,
        now_s: float = NOW_S,
    ) -> None:
        self.now_s = now_s
        self.accounts = accounts_sqlite.build(path)
        passwords = Passwords(CHEAP)
        kept = passwords.hashed(PASSWORD)
        for role in ROLES:
            self.accounts.add(Account(name=role, roles=(role,), made_s=NOW_S), kept, by="test")
        terms = Terms(session_s=session_s, posters=posters or {})
        self.gate = Gate(self.accounts, passwords, lambda: self.now_s, terms)

    def token(self, name: str, *scopes: Scope, ends_s: float | None = None) -> str:
        """Return a token of the account, by default for all that it may do."""
        given = scopes or tuple(self.accounts.account(name).scopes())
        return self.accounts.add_token(name, "test", given, by="test", now_s=self.now_s, ends_s=ends_s)[0]

    def bearer(self, name: str, *scopes: Scope) -> dict[str, str]:
        """Return the header of a program that works as that account."""
        return {"authorization": f"Bearer {self.token(name, *scopes)}"}

    def sign_in(self, name: str, password: str = PASSWORD, address: str = "192.0.2.1") -> SignedIn:
        """Return a session of that account."""
        return asyncio.run(self.gate.sign_in(name, password, address))

    def browser(self, name: str) -> dict[str, str]:
        """Return what a browser that is signed in sends along: its cookie and its proof."""
        signed_in = self.sign_in(name)
        return {"cookie": f"sargas={signed_in.secret}", "x-sargas-csrf": signed_in.entrance.csrf}

    def master(self) -> dict[str, str]:
        """Return the header of a program that may do everything."""
        if not any(account.name == "everything" for account in self.accounts.all()):
            account = Account(name="everything", roles=ROLES, made_s=self.now_s)
            self.accounts.add(account, None, by="test")
        return self.bearer("everything")

    def told(self) -> list[str]:
        """Return what waits for the journal, in words."""
        return [change.text for change in self.accounts.changes()]


def body(**values: object) -> bytes:
    """Return the values as JSON."""
    return msgspec.json.encode(values)
