"""`sargas account`, beside no watch: what it says, and what it leaves in the accounts."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from accounts_kit import CHEAP
from sargas.cli import account as command
from sargas.cli.main import main
from sargas.model.errors import AccountError
from sargas.store import accounts_sqlite, passwords
from sargas.store.accounts_sqlite import Accounts, hashed
from sargas.store.passwords import Passwords

WATCH = '[watch]\ncountry = "LT"\n'
PASSWORD = "correct horse battery"


class Said(Struct):
    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "watch.toml").write_text(WATCH)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(passwords, "Cost", lambda: CHEAP)
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Accounts]:
    store = accounts_sqlite.build(str(folder / "sargas.journal.accounts"))
    yield store
    store.close()


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def runs(*words: str, typed: str = "") -> Said:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["sargas", "account", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return Said(int(left.value.code or 0), out, err)

    return runs


def add(run: Any, name: str, role: str) -> None:
    said = run("add", "watch.toml", name, "--role", role, "--password-stdin", typed=PASSWORD + "\n")
    assert said.code == 0, said.err


def test_an_account_is_made_with_the_password_on_standard_input(run: Any, store: Accounts) -> None:
    add(run, "kazlauskas", "officer")
    account = store.account("kazlauskas")
    assert account.roles == ("officer",)
    assert Passwords(CHEAP).is_right(store.password("kazlauskas"), PASSWORD)
    assert store.changes()[-1].text.endswith("at the machine made account kazlauskas (officer)")


def test_a_programs_account_has_no_password(run: Any, store: Accounts) -> None:
    assert run("add", "watch.toml", "radar-7", "--role", "engineer", "--program").code == 0
    assert store.password("radar-7") is None
    assert store.account("radar-7").roles == ("engineer",)


@pytest.mark.parametrize(
    ("words", "typed", "why"),
    [
        (("add", "watch.toml", "a", "--role", "officer"), PASSWORD, "--password-stdin"),
        (("add", "watch.toml", "a", "--role", "officer", "--password-stdin"), "short", "at least 15 characters"),
        (("add", "watch.toml", "a b", "--role", "officer", "--password-stdin"), PASSWORD, "is no name"),
        (("password", "watch.toml", "nobody", "--password-stdin"), PASSWORD, "no account 'nobody'; have none"),
        (("disable", "watch.toml", "nobody"), "", "no account 'nobody'"),
        (("revoke", "watch.toml", "x"), "", "no token 'x'; have none"),
        (("list", "none.toml"), "", "none.toml"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_done_is_told_plainly(run: Any, words: tuple[str, ...], typed: str, why: str) -> None:
    said = run(*words, typed=typed + "\n")
    assert said.code == 1
    assert why in said.err
    assert said.out == ""


def test_a_password_cannot_be_given_as_an_argument(run: Any) -> None:
    said = run("add", "watch.toml", "a", "--role", "officer", "--password", PASSWORD)
    assert said.code != 0


def test_a_password_is_asked_for_twice_without_showing_it(
    run: Any, store: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    typed = iter([PASSWORD, PASSWORD + "x", PASSWORD, PASSWORD])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    monkeypatch.setattr(sys, "stdin", Terminal())
    with pytest.raises(AccountError, match="not the same twice"):
        command._password("kazlauskas", is_from_stdin=False)
    assert command._password("kazlauskas", is_from_stdin=False) == PASSWORD


def test_a_token_is_written_once_and_nothing_else_is_on_standard_output(run: Any, store: Accounts) -> None:
    add(run, "radar-7", "engineer")
    said = run("token", "watch.toml", "radar-7", "--label", "the radar", "--scope", "feed", "--days", "30")
    assert said.code == 0
    secret = said.out.strip()
    found = store.token(hashed(secret), now_s=0.0)
    assert found is not None
    assert (found[0].account, found[0].scopes) == ("radar-7", ("feed",))
    assert found[0].ends_s == pytest.approx(found[0].made_s + 30 * 86_400.0)
    assert "told this once" in said.err
    assert run("revoke", "watch.toml", found[0].token_id).code == 0
    assert store.token(hashed(secret), now_s=0.0) is None


def test_roles_and_the_state_of_an_account_are_changed_and_listed(run: Any, store: Accounts) -> None:
    add(run, "admin", "administrator")
    add(run, "kazlauskas", "officer")
    assert run("roles", "watch.toml", "kazlauskas", "--role", "officer", "--role", "supervisor").code == 0
    assert run("disable", "watch.toml", "kazlauskas").code == 0
    listed = json.loads(run("list", "watch.toml", "--json").out)
    officer = listed["accounts"][1]
    assert (officer["name"], officer["roles"], officer["is_disabled"]) == (
        "kazlauskas", ["officer", "supervisor"], True,
    )  # fmt: skip
    assert "disabled" in run("list", "watch.toml").out
    assert run("enable", "watch.toml", "kazlauskas").code == 0
    said = run("disable", "watch.toml", "admin")
    assert said.code == 1
    assert "nobody would be left to administer" in said.err


def test_another_password_takes_the_place_of_the_old_one(run: Any, store: Accounts) -> None:
    add(run, "admin", "administrator")
    said = run("password", "watch.toml", "ADMIN", "--password-stdin", typed="another good sentence\n")
    assert said.code == 0
    assert Passwords(CHEAP).is_right(store.password("admin"), "another good sentence")
    assert not Passwords(CHEAP).is_right(store.password("admin"), PASSWORD)
