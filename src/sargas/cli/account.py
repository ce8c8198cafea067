"""`sargas account`: who may do what on a watch; works on the accounts beside the journal, also while a watch runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from sargas.cli.console import EXIT_OK, say, say_json, table, utc
from sargas.model.account import Role, Scope

if TYPE_CHECKING:
    from sargas.store.accounts_sqlite import Accounts

app = App(name="account", help="Make, list and change the accounts of a configuration, and the tokens of programs.")

Roles = Annotated[list[Role], Parameter(name="--role", negative="")]
Scopes = Annotated[list[Scope], Parameter(name="--scope", negative="")]


@app.command
def add(
    config: Path,
    name: str,
    *,
    role: Roles,
    full_name: str = "",
    password_stdin: bool = False,
    program: bool = False,
) -> int:
    """Make an account; its password is asked for without showing it.

    Parameters
    ----------
    config: Path
        The configuration beside whose journal the accounts are.
    name: str
        Letters, digits and . _ @ -; it stands beside what the person decides.
    role: list[Role]
        What the person may do; may be given several times.
    full_name: str
        The person's name as it is written.
    password_stdin: bool
        Read the password from standard input (its first line).
    program: bool
        It is a program's: it has no password and nobody signs in with it, only tokens open it.
    """
    from sargas.model.account import Account
    from sargas.store.passwords import Passwords

    with _accounts(config) as (accounts, now_s):
        account = Account(name=name, roles=tuple(role), full_name=full_name, made_s=now_s)
        kept = None if program else Passwords().hashed(_password(name, is_from_stdin=password_stdin))
        accounts.add(account, kept, by=_operator())
    say(f"made account {name} ({', '.join(role)})")
    return EXIT_OK


@app.command(name="list")
def list_accounts(config: Path, *, json: bool = False) -> int:
    """List the accounts and the tokens.

    Parameters
    ----------
    config: Path
        The configuration beside whose journal the accounts are.
    json: bool
        Write them as JSON.
    """
    with _accounts(config) as (accounts, now_s):
        people, tokens = accounts.all(), accounts.tokens()
    if json:
        say_json({"accounts": people, "tokens": tokens})
        return EXIT_OK
    rows = [
        [
            person.name,
            person.full_name,
            ", ".join(person.roles),
            "disabled" if person.is_disabled else "",
            utc(person.last_seen_s),
        ]
        for person in people
    ]
    table(f"{len(people)} accounts", ["account", "name", "roles", "", "last seen"], rows)
    if tokens:
        rows = [
            [
                token.token_id,
                token.account,
                token.label,
                ", ".join(token.scopes),
                "good" if token.is_good(now_s) else "revoked" if token.revoked_s is not None else "over",
                utc(token.ends_s),
                utc(token.last_used_s) + (f" from {token.last_address}" if token.last_address else ""),
            ]
            for token in tokens
        ]
        table(f"{len(tokens)} tokens", ["token", "account", "label", "scopes", "state", "until", "last used"], rows)
    return EXIT_OK


@app.command
def password(config: Path, name: str, *, password_stdin: bool = False) -> int:
    """Give an account another password; whoever is signed in with the old one must sign in again.

    Parameters
    ----------
    config: Path
        The configuration beside whose journal the accounts are.
    name: str
        The account.
    password_stdin: bool
        Read the password from standard input (its first line).
    """
    from sargas.store.passwords import Passwords

    with _accounts(config) as (accounts, now_s):
        known = accounts.account(name).name
        kept = Passwords().hashed(_password(known, is_from_stdin=password_stdin))
        accounts.set_password(known, kept, by=_operator(), now_s=now_s)
    say(f"account {known} has another password")
    return EXIT_OK


@app.command
def disable(config: Path, name: str) -> int:
    """Shut an account out at once, with its sessions and tokens; what it decided stays on the record.

    Parameters
    ----------
    config: Path
        The configuration beside whose journal the accounts are.
    name: str
        The account.
    """
    return _set_disabled(config, name, is_disabled=True)


@app.command
def enable(config: Path, name: str) -> int:
    """Let a disabled account in again.

    Parameters
    ----------
    config: Path
        The configuration beside whose journal the accounts are.
    name: str
        The account.
    """
    return _set_disabled(config, name, is_disabled=False)


@app.command
def roles(config: Path, name: str, *, role: Roles) -> int:
    """Give an account these roles and no others; it holds from its next request on.

    Parameters
    ----------
    config: Path
        The configuration beside whose journal the accounts are.
    name: str
        The account.
    role: list[Role]
        What the person may do; may be given several times.
    """
    with _accounts(config) as (accounts, now_s):
        account = accounts.set_roles(name, tuple(role), by=_operator(), now_s=now_s)
    say(f"account {account.name} has the roles {', '.join(account.roles)}")
    return EXIT_OK


@app.command
def token(config: Path, name: str, *, label: str, scope: Scopes, days: float | None = None) -> int:
    """Make a token for a program and write it once; it is kept nowhere.

    Parameters
    ----------
    config: Path
        The configuration beside whose journal the accounts are.
    name: str
        The account under whose name the program works.
    label: str
        What the token is for, to know it in the list.
    scope: list[Scope]
        What the program may do, no more than the account may; may be given several times.
    days: float | None
        For how long it is good; without an end if it is left out.
    """
    from sargas.model.units import DAY_S

    with _accounts(config) as (accounts, now_s):
        ends_s = None if days is None else now_s + days * DAY_S
        secret, made = accounts.add_token(name, label, scope, by=_operator(), now_s=now_s, ends_s=ends_s)
    say(secret)
    _tell(f"token {made.token_id} of {made.account} may {', '.join(made.scopes)}, until {utc(made.ends_s)};"
          " it is told this once")  # fmt: skip
    return EXIT_OK


@app.command
def revoke(config: Path, token: str) -> int:
    """Make a token good for nothing, at once.

    Parameters
    ----------
    config: Path
        The configuration beside whose journal the accounts are.
    token: str
        The token's name, as `sargas account list` shows it; not the secret.
    """
    with _accounts(config) as (accounts, now_s):
        revoked = accounts.revoke(token, by=_operator(), now_s=now_s)
    say(f"token {token} '{revoked.label}' of {revoked.account} opens nothing any more")
    return EXIT_OK


def _set_disabled(config: Path, name: str, *, is_disabled: bool) -> int:
    with _accounts(config) as (accounts, now_s):
        accounts.set_disabled(name, is_disabled=is_disabled, by=_operator(), now_s=now_s)
    say(f"account {name} is {'disabled' if is_disabled else 'enabled'}")
    return EXIT_OK


@contextmanager
def _accounts(config: Path) -> "Iterator[tuple[Accounts, float]]":
    """Give the accounts of a configuration, made if there are none, and the time."""
    import time

    from sargas.store import accounts_sqlite

    accounts = accounts_sqlite.build(str(accounts_sqlite.beside(_journal(config))))
    try:
        yield accounts, time.time()
    finally:
        accounts.close()


def _journal(config: Path) -> Path:
    """Return where the journal of a configuration stands; the rest is not looked at unless this is wrong."""
    import msgspec

    from sargas.app import config as configuration

    class Kept(msgspec.Struct):
        journal: configuration.JournalSection = configuration.JournalSection()

    try:
        kept: Kept | configuration.Config = msgspec.toml.decode(configuration.read_text(config), type=Kept)
    except msgspec.DecodeError:
        kept = configuration.read(config)  # tells every mistake with its line
    return config.parent / kept.journal.path


def _operator() -> str:
    """Return who works at this machine, for the record."""
    import getpass

    try:
        return f"{getpass.getuser()} at the machine"
    except (OSError, KeyError):  # a user without a name, as in a container
        return "somebody at the machine"


def _password(name: str, *, is_from_stdin: bool) -> str:
    """Return the password that was typed, twice the same, or the first line of standard input."""
    import getpass
    import sys

    from sargas.model.errors import AccountError
    from sargas.store.passwords import check_password

    if is_from_stdin:
        typed = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        typed = getpass.getpass(f"Password of {name}: ")
        if getpass.getpass("Once more: ") != typed:
            raise AccountError("that was not the same twice; nothing was changed")
    else:
        raise AccountError("there is no terminal to ask for the password at; give it with --password-stdin")
    check_password(typed, name)
    return typed


def _tell(text: str) -> None:
    """Write a line beside the output, so that the output itself is the token and nothing else."""
    import sys

    print(text, file=sys.stderr)  # noqa: T201 - a program may take standard output as it is
