"""Accounts, sessions and tokens in an SQLite file beside the journal; `:memory:` is the twin for tests.

Of a session and of a token only the SHA-256 is kept: they are 256 random bits, which nobody finds by trying. Who
reads the file can sign in with nothing that stands in it. Time comes as an argument. What changes an account is
written into `changes` in the same transaction; the watch moves it from there into its journal, also what a command
changed while no watch was running.
"""

import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from sargas.model.account import SCOPES, Account, AccountName, Role, Scope
from sargas.model.errors import AccountError
from sargas.store._accounts_sqlite import MEMORY, connect, faults

TOKEN_PREFIX: Final = "sargas_"  # noqa: S105 - every token begins so
"""So that a token that lies in the wrong place (a repository, a log) is known for what it is."""
SECRET_BYTES: Final = 32
"""256 random bits: OWASP's Session Management Cheat Sheet asks for at least 64."""
CHANGES_MAX: Final = 10_000


class Session(Struct, frozen=True, kw_only=True):
    """A person who is signed in; `key` is the SHA-256 of the cookie."""

    key: bytes
    account: Account
    made_s: float
    seen_s: float
    ends_s: float


class Token(Struct, frozen=True, kw_only=True):
    """What a program shows; the secret itself was told once and is kept nowhere. Without `ends_s` it has no end."""

    token_id: str
    account: str
    label: str
    scopes: tuple[Scope, ...]
    made_s: float
    ends_s: float | None = None
    last_used_s: float | None = None
    last_address: str = ""
    revoked_s: float | None = None

    def is_good(self, now_s: float) -> bool:
        """Return whether it still opens anything."""
        return self.revoked_s is None and (self.ends_s is None or now_s < self.ends_s)


class Change(Struct, frozen=True):
    """Something that happened to the accounts, not yet in the journal."""

    number: int
    time_s: float
    text: str


def build(path: str) -> "Accounts":
    """Return the accounts of a file, made if it is not there.

    Raises:
        AccountError: it cannot be opened, or it is something else.
    """
    return Accounts(path)


def beside(journal: Path) -> Path:
    """Return where the accounts of the watch with that journal are kept."""
    return journal.with_name(f"{journal.name}.accounts")


class Accounts:
    """The accounts of a watch; may be used by several threads, and beside another process on the same file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._writer = connect(path)
        # In memory there is nothing but the one connection; a file's readers wait for no writer.
        self._reader = self._writer if path == MEMORY else connect(path)
        self._writing = threading.RLock()
        self._reading = self._writing if path == MEMORY else threading.RLock()

    def add(self, account: Account, password: str | None, *, by: str) -> None:
        """Take a new account in; `password` is a hash, None if nobody signs in with one.

        Raises:
            AccountError: the name is taken or is none.
        """
        _check(account)
        with self._changing(account.made_s, f"{by} made account {account.name} ({', '.join(account.roles)})") as to:
            try:
                to.execute(
                    "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, NULL)",
                    (
                        account.name,
                        account.full_name,
                        ",".join(account.roles),
                        password,
                        account.is_disabled,
                        account.made_s,
                    ),
                )
            except sqlite3.IntegrityError as error:
                raise AccountError(f"there is already an account '{account.name}'") from error

    def all(self) -> list[Account]:
        """Return every account by name."""
        return [_account(row) for row in self._read("SELECT * FROM people ORDER BY name")]

    def account(self, name: str) -> Account:
        """Return the account.

        Raises:
            AccountError: there is none of that name.
        """
        found = self._read("SELECT * FROM people WHERE name = ?", name)
        if not found:
            have = ", ".join(account.name for account in self.all()) or "none"
            raise AccountError(f"no account '{name}'; have {have}")
        return _account(found[0])

    def password(self, name: str) -> str | None:
        """Return the hash of the account's password; None if it has none, is disabled or is not there."""
        found = self._read("SELECT password FROM accounts WHERE name = ? AND NOT is_disabled", name)
        return str(found[0][0]) if found and found[0][0] is not None else None

    def hash_anew(self, name: str, before: str, password: str) -> bool:
        """Return whether another hash of the same password is kept; not if it was changed meanwhile."""
        with self._transaction() as to:
            values = (password, name, before)
            return to.execute("UPDATE accounts SET password = ? WHERE name = ? AND password = ?", values).rowcount > 0

    def set_password(self, name: str, password: str, *, by: str, now_s: float) -> None:
        """Keep the hash of another password; whoever was signed in must sign in again."""
        account = self.account(name)
        with self._changing(now_s, f"{by} changed the password of {account.name}") as to:
            to.execute("UPDATE accounts SET password = ? WHERE name = ?", (password, name))
            to.execute("DELETE FROM sessions WHERE account = ?", (name,))

    def set_roles(self, name: str, roles: Sequence[Role], *, by: str, now_s: float, full_name: str = "") -> Account:
        """Give the account these roles and no others; takes effect at its next request.

        Raises:
            AccountError: there is no such account, or nobody would be left to administer.
        """
        account = msgspec.structs.replace(self.account(name), roles=tuple(roles))
        _check(account)
        with self._changing(now_s, f"{by} gave {account.name} the roles {', '.join(roles)}") as to:
            to.execute(
                "UPDATE accounts SET roles = ?, full_name = coalesce(nullif(?, ''), full_name) WHERE name = ?",
                (",".join(roles), full_name, name),
            )
            _check_administered(to)
        return self.account(name)

    def set_disabled(self, name: str, *, is_disabled: bool, by: str, now_s: float) -> None:
        """Shut the account out, its sessions and tokens with it, or let it in again.

        Raises:
            AccountError: there is no such account, or nobody would be left to administer.
        """
        account = self.account(name)
        with self._changing(now_s, f"{by} {'disabled' if is_disabled else 'enabled'} account {account.name}") as to:
            to.execute("UPDATE accounts SET is_disabled = ? WHERE name = ?", (is_disabled, name))
            to.execute("DELETE FROM sessions WHERE account = ?", (name,))
            _check_administered(to)

    def open_session(
        self, name: str, address: str, *, now_s: float, seconds: float, password: str | None = None
    ) -> tuple[str, Session]:
        """Return the secret of a new session, and the session; the secret is kept nowhere.

        `password` is the hash that was proven, None if something else was.

        Raises:
            AccountError: there is no such account, it is disabled, or its password was changed meanwhile.
        """
        secret = secrets.token_urlsafe(SECRET_BYTES)
        account = self.account(name)
        if account.is_disabled:
            raise AccountError(f"account {account.name} is disabled")
        row = (hashed(secret), account.name, now_s, now_s, now_s + seconds, address)
        with self._changing(now_s, f"{account.name} signed in from {address}") as to:
            is_open = to.execute(
                "SELECT NOT is_disabled AND (?1 IS NULL OR password = ?1) FROM accounts WHERE name = ?2",
                (password, name),
            ).fetchone()[0]
            if not is_open:
                raise AccountError(f"account {account.name} was disabled or has another password since")
            to.execute("DELETE FROM sessions WHERE ends_s < ?", (now_s,))
            to.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)", row)
            to.execute("UPDATE accounts SET last_seen_s = ? WHERE name = ?", (now_s, account.name))
        return secret, Session(key=row[0], account=account, made_s=now_s, seen_s=now_s, ends_s=row[4])

    def session(self, key: bytes, *, now_s: float, idle_s: float) -> Session | None:
        """Return the session, None if it is over, was not used for `idle_s`, or its account is disabled."""
        found = self._read(
            "SELECT p.*, s.made_s, s.seen_s, s.ends_s FROM sessions s JOIN people p ON p.name = s.account"
            " WHERE s.sha256 = ? AND NOT p.is_disabled AND s.ends_s > ? AND s.seen_s > ?",
            key, now_s, now_s - idle_s,
        )  # fmt: skip
        if not found:
            return None
        *_, made_s, seen_s, ends_s = found[0]
        return Session(key=key, account=_account(found[0]), made_s=made_s, seen_s=seen_s, ends_s=ends_s)

    def close_session(self, key: bytes, *, address: str, now_s: float) -> None:
        """End the session."""
        found = self._read("SELECT account FROM sessions WHERE sha256 = ?", key)
        if found:
            with self._changing(now_s, f"{found[0][0]} signed out from {address}") as to:
                to.execute("DELETE FROM sessions WHERE sha256 = ?", (key,))

    def add_token(
        self, name: str, label: str, scopes: Sequence[Scope], *, by: str, now_s: float, ends_s: float | None
    ) -> tuple[str, Token]:
        """Return a new token, to be told once, and what is kept of it.

        Raises:
            AccountError: there is no such account, or it may not do what the token should.
        """
        account = self.account(name)
        beyond = sorted(set(scopes) - account.scopes())
        if beyond or not scopes:
            raise AccountError(
                f"account {account.name} may {', '.join(sorted(account.scopes()))}; a token of it cannot do "
                + (", ".join(beyond) or "nothing")
            )
        secret = TOKEN_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        token = Token(
            token_id=secrets.token_hex(4),
            account=account.name,
            label=label,
            scopes=tuple(sorted(scopes)),
            made_s=now_s,
            ends_s=ends_s,
        )
        text = f"{by} made token {token.token_id} '{label}' of {account.name} ({', '.join(token.scopes)})"
        with self._changing(now_s, text) as to:
            to.execute(
                "INSERT INTO tokens (token_id, sha256, account, label, scopes, made_s, ends_s)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (token.token_id, hashed(secret), account.name, label, ",".join(token.scopes), now_s, ends_s),
            )
        return secret, token

    def tokens(self, name: str | None = None) -> list[Token]:
        """Return the tokens of an account, or of all, the oldest first."""
        return [
            _token(row)
            for row in self._read(
                "SELECT token_id, account, label, scopes, made_s, ends_s, last_used_s, last_address, revoked_s"
                " FROM tokens WHERE ?1 IS NULL OR account = ?1 ORDER BY made_s, token_id", name
            )
        ]  # fmt: skip

    def token(self, key: bytes, *, now_s: float) -> tuple[Token, Account] | None:
        """Return the token with that SHA-256 and its account; None if it is not good, or the account is disabled."""
        found = self._read(
            "SELECT t.token_id, t.account, t.label, t.scopes, t.made_s, t.ends_s, t.last_used_s, t.last_address,"
            " t.revoked_s, p.* FROM tokens t JOIN people p ON p.name = t.account"
            " WHERE t.sha256 = ? AND NOT p.is_disabled", key,
        )  # fmt: skip
        if not found:
            return None
        token = _token(found[0][:9])
        return (token, _account(found[0][9:])) if token.is_good(now_s) else None

    def revoke(self, token_id: str, *, by: str, now_s: float) -> Token:
        """Make a token good for nothing, from its next request on.

        Raises:
            AccountError: there is no such token.
        """
        found = next((token for token in self.tokens() if token.token_id == token_id), None)
        if found is None:
            have = ", ".join(token.token_id for token in self.tokens() if token.revoked_s is None) or "none"
            raise AccountError(f"no token '{token_id}'; have {have}")
        with self._changing(now_s, f"{by} revoked token {token_id} '{found.label}' of {found.account}") as to:
            to.execute("UPDATE tokens SET revoked_s = ? WHERE token_id = ? AND revoked_s IS NULL", (now_s, token_id))
        return found

    def account_of_subject(self, issuer: str, subject: str) -> Account | None:
        """Return the account that a person of another sign-in service has here."""
        found = self._read(
            "SELECT p.* FROM subjects o JOIN people p ON p.name = o.account WHERE o.issuer = ? AND o.subject = ?",
            issuer, subject,
        )  # fmt: skip
        return _account(found[0]) if found else None

    def bind_subject(self, issuer: str, subject: str, name: str, *, now_s: float) -> None:
        """Let the person of that service be that account from now on."""
        with self._changing(now_s, f"{name} is {subject} of {issuer}") as to:
            to.execute("INSERT INTO subjects VALUES (?, ?, ?)", (issuer, subject, self.account(name).name))

    def seen(self, sessions: Mapping[bytes, float], tokens: Mapping[str, tuple[float, str]]) -> None:
        """Write down when sessions (by key) and tokens (by id, with the address) were used last."""
        with self._transaction() as to:
            for key, time_s in sessions.items():
                to.execute("UPDATE sessions SET seen_s = max(seen_s, ?) WHERE sha256 = ?", (time_s, key))
                to.execute(
                    "UPDATE accounts SET last_seen_s = ?"
                    " WHERE name = (SELECT account FROM sessions WHERE sha256 = ?)",
                    (time_s, key),
                )
            for token_id, (time_s, address) in tokens.items():
                to.execute(
                    "UPDATE tokens SET last_used_s = ?, last_address = ? WHERE token_id = ?",
                    (time_s, address, token_id),
                )
                to.execute(
                    "UPDATE accounts SET last_seen_s = ?"
                    " WHERE name = (SELECT account FROM tokens WHERE token_id = ?)",
                    (time_s, token_id),
                )

    def note(self, text: str, *, now_s: float) -> None:
        """Keep a sentence for the journal."""
        with self._changing(now_s, text):
            pass

    def changes(self) -> list[Change]:
        """Return what is not yet in the journal, the oldest first."""
        return [Change(*row) for row in self._read("SELECT number, time_s, text FROM changes ORDER BY number")]

    def forget_changes(self, up_to: int) -> None:
        """Let go of what the journal has."""
        with self._transaction() as to:
            to.execute("DELETE FROM changes WHERE number <= ?", (up_to,))

    def close(self) -> None:
        """Release the file."""
        self._reader.close()
        self._writer.close()

    def _read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._reading, faults(self.path):
            return self._reader.execute(statement, values).fetchall()

    @contextmanager
    def _changing(self, now_s: float, text: str) -> Iterator[sqlite3.Connection]:
        """Give the connection within a transaction that also keeps the sentence for the journal."""
        with self._transaction() as to:
            yield to
            to.execute("INSERT INTO changes (time_s, text) VALUES (?, ?)", (now_s, text))
            # While no watch runs nobody takes them: the newest are kept.
            to.execute("DELETE FROM changes WHERE number <= last_insert_rowid() - ?", (CHANGES_MAX,))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._writing, faults(self.path):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise


def hashed(secret: str) -> bytes:
    """Return what is kept of a session's or a token's secret: its SHA-256."""
    return hashlib.sha256(secret.encode()).digest()


def _check(account: Account) -> None:
    """Refuse a name or a role that is none.

    Raises:
        AccountError: says what was expected.
    """
    # A pattern's `$` lets one newline pass.
    if not account.name.isprintable() or not _is_name(account.name):
        raise AccountError(
            f"{account.name!r} is no name: 1 to 64 letters, digits and . _ @ -, beginning with a letter or digit"
        )
    unknown = [role for role in account.roles if role not in SCOPES]
    if unknown or not account.roles:
        raise AccountError(f"no role '{', '.join(unknown)}'; have {', '.join(SCOPES)}")


def _is_name(text: str) -> bool:
    try:
        msgspec.convert(text, AccountName)
    except msgspec.ValidationError:
        return False
    return True


def _check_administered(connection: sqlite3.Connection) -> None:
    roles = connection.execute("SELECT roles FROM accounts WHERE NOT is_disabled").fetchall()
    if not any("administrator" in row[0].split(",") for row in roles):
        raise AccountError("nobody would be left to administer: make another administrator first")


def _account(row: Sequence[object]) -> Account:
    name, roles, full_name, is_disabled, made_s, last_seen_s = row[:6]
    return msgspec.convert(
        {
            "name": name,
            "roles": str(roles).split(","),
            "full_name": full_name,
            "is_disabled": bool(is_disabled),
            "made_s": made_s,
            "last_seen_s": last_seen_s,
        },
        Account,
    )


def _token(row: Sequence[object]) -> Token:

    values = dict(zip(Token.__struct_fields__, row, strict=True))
    return msgspec.convert({**values, "scopes": str(values["scopes"]).split(",")}, Token)
