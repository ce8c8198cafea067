"""The store of the accounts, in memory and in a file: the same for both."""

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sargas.model.account import Account
from sargas.model.errors import AccountError
from sargas.store import accounts_sqlite
from sargas.store.accounts_sqlite import MEMORY, Accounts, hashed

ADMIN = Account(name="admin", roles=("administrator",), made_s=1.0)
OFFICER = Account(name="kazlauskas", roles=("officer",), full_name="Lt. Kazlauskas", made_s=2.0)


@pytest.fixture(params=["memory", "file"])
def accounts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Accounts]:
    store = accounts_sqlite.build(MEMORY if request.param == "memory" else str(tmp_path / "a.accounts"))
    store.add(ADMIN, "hash of admin", by="test")
    store.add(OFFICER, "hash of officer", by="test")
    yield store
    store.close()


def test_an_account_is_what_was_made(accounts: Accounts) -> None:
    assert accounts.all() == [ADMIN, OFFICER]
    assert accounts.account("kazlauskas").scopes() == {"read", "decide", "investigate"}


def test_names_that_differ_in_case_alone_are_one_account(accounts: Accounts) -> None:
    assert accounts.account("KazLauskas") == OFFICER
    with pytest.raises(AccountError, match="there is already an account 'Admin'"):
        accounts.add(Account(name="Admin", roles=("viewer",)), None, by="test")


@pytest.mark.parametrize("name", ["", "a b", "<b>", "-x", "x" * 65, "ąžuolas", "a\n", "../x"])
def test_what_is_no_name_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError, match="is no name"):
        accounts.add(Account(name=name, roles=("viewer",)), None, by="test")


def test_what_is_no_role_is_refused_with_those_that_are(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="no role 'king'; have viewer, officer"):
        accounts.set_roles("kazlauskas", ["king"], by="test", now_s=3.0)  # type: ignore[list-item]


def test_a_session_is_known_by_its_secret_until_it_ends(accounts: Accounts) -> None:
    secret, _ = accounts.open_session("kazlauskas", "192.0.2.1", now_s=100.0, seconds=50.0)
    found = accounts.session(hashed(secret), now_s=149.0, idle_s=1_000.0)
    assert found is not None
    assert found.account.name == "kazlauskas"
    assert accounts.session(hashed(secret), now_s=150.0, idle_s=1_000.0) is None
    assert accounts.session(hashed(secret[:-1]), now_s=120.0, idle_s=1_000.0) is None


def test_a_session_that_nobody_uses_ends_and_one_that_is_used_does_not(accounts: Accounts) -> None:
    secret, _ = accounts.open_session("kazlauskas", "192.0.2.1", now_s=100.0, seconds=1_000.0)
    accounts.seen({hashed(secret): 155.0}, {})
    assert accounts.session(hashed(secret), now_s=210.0, idle_s=60.0) is not None
    assert accounts.session(hashed(secret), now_s=216.0, idle_s=60.0) is None


def test_nothing_that_is_kept_opens_a_session_or_stands_for_a_token(tmp_path: Path) -> None:
    path = tmp_path / "a.accounts"
    store = accounts_sqlite.build(str(path))
    store.add(ADMIN, "hash", by="test")
    secret, _ = store.open_session("admin", "192.0.2.1", now_s=1.0, seconds=9.0)
    token, _ = store.add_token("admin", "t", ["read"], by="test", now_s=1.0, ends_s=None)
    store.close()
    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert secret.encode() not in everything
    assert token.encode() not in everything
    assert hashed(token) in everything  # the search finds what is there


def test_secrets_are_256_random_bits(accounts: Accounts) -> None:
    # base64url without padding: 43 signs for 32 bytes (RFC 4648, section 5)
    secrets = {accounts.open_session("admin", "x", now_s=1.0, seconds=9.0)[0] for _ in range(50)}
    assert len(secrets) == 50
    assert {len(secret) for secret in secrets} == {43}
    token, _ = accounts.add_token("admin", "t", ["read"], by="test", now_s=1.0, ends_s=None)
    assert token.startswith("sargas_")
    assert len(token) == len("sargas_") + 43


def test_another_password_or_a_disabled_account_ends_every_session(accounts: Accounts) -> None:
    for change in (
        lambda: accounts.set_password("kazlauskas", "another hash", by="test", now_s=2.0),
        lambda: accounts.set_disabled("kazlauskas", is_disabled=True, by="test", now_s=2.0),
    ):
        secret, _ = accounts.open_session("kazlauskas", "192.0.2.1", now_s=1.0, seconds=90.0)
        change()
        assert accounts.session(hashed(secret), now_s=3.0, idle_s=90.0) is None
    assert accounts.password("kazlauskas") is None
    with pytest.raises(AccountError, match="is disabled"):
        accounts.open_session("kazlauskas", "192.0.2.1", now_s=3.0, seconds=90.0)


def test_the_last_administrator_stays(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="nobody would be left to administer"):
        accounts.set_disabled("admin", is_disabled=True, by="test", now_s=2.0)
    with pytest.raises(AccountError, match="nobody would be left to administer"):
        accounts.set_roles("admin", ["viewer"], by="test", now_s=2.0)
    assert accounts.account("admin") == ADMIN


def test_a_token_is_good_until_it_is_revoked_or_over(accounts: Accounts) -> None:
    secret, made = accounts.add_token("kazlauskas", "a program", ["read"], by="test", now_s=10.0, ends_s=20.0)
    found = accounts.token(hashed(secret), now_s=19.0)
    assert found is not None
    assert found[0] == made
    assert found[1].name == "kazlauskas"
    assert accounts.token(hashed(secret), now_s=20.0) is None
    accounts.revoke(made.token_id, by="test", now_s=15.0)
    assert accounts.token(hashed(secret), now_s=16.0) is None


def test_a_token_can_do_no_more_than_its_account(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="may decide, investigate, read; a token of it cannot do administer"):
        accounts.add_token("kazlauskas", "t", ["read", "administer"], by="test", now_s=1.0, ends_s=None)
    with pytest.raises(AccountError, match="cannot do nothing"):
        accounts.add_token("kazlauskas", "t", [], by="test", now_s=1.0, ends_s=None)


def test_a_disabled_account_disables_its_tokens(accounts: Accounts) -> None:
    secret, _ = accounts.add_token("kazlauskas", "t", ["read"], by="test", now_s=1.0, ends_s=None)
    accounts.set_disabled("kazlauskas", is_disabled=True, by="test", now_s=2.0)
    assert accounts.token(hashed(secret), now_s=3.0) is None
    accounts.set_disabled("kazlauskas", is_disabled=False, by="test", now_s=4.0)
    assert accounts.token(hashed(secret), now_s=5.0) is not None


def test_where_a_token_was_used_last_is_shown(accounts: Accounts) -> None:
    _, made = accounts.add_token("kazlauskas", "t", ["read"], by="test", now_s=1.0, ends_s=None)
    accounts.seen({}, {made.token_id: (9.0, "192.0.2.7")})
    (token,) = accounts.tokens("kazlauskas")
    assert (token.last_used_s, token.last_address) == (9.0, "192.0.2.7")
    assert accounts.account("kazlauskas").last_seen_s == 9.0
    assert accounts.tokens("admin") == []


def test_every_change_is_told_once_in_the_order_it_happened(accounts: Accounts) -> None:
    accounts.forget_changes(accounts.changes()[-1].number)
    secret, _ = accounts.open_session("kazlauskas", "192.0.2.1", now_s=5.0, seconds=90.0)
    accounts.close_session(hashed(secret), address="192.0.2.1", now_s=6.0)
    accounts.set_roles("kazlauskas", ["viewer"], by="root", now_s=7.0)
    told = accounts.changes()
    assert [(change.time_s, change.text) for change in told] == [
        (5.0, "kazlauskas signed in from 192.0.2.1"),
        (6.0, "kazlauskas signed out from 192.0.2.1"),
        (7.0, "root gave kazlauskas the roles viewer"),
    ]
    accounts.forget_changes(told[1].number)
    assert [change.time_s for change in accounts.changes()] == [7.0]


def test_a_change_that_fails_is_not_told(accounts: Accounts) -> None:
    before = accounts.changes()
    with pytest.raises(AccountError):
        accounts.set_disabled("admin", is_disabled=True, by="test", now_s=2.0)
    assert accounts.changes() == before


def test_a_person_of_another_service_is_one_account(accounts: Accounts) -> None:
    accounts.bind_subject("https://id.example", "42", "kazlauskas", now_s=1.0)
    assert accounts.account_of_subject("https://id.example", "42") == OFFICER
    assert accounts.account_of_subject("https://other.example", "42") is None


def test_who_does_not_exist_is_told_with_who_does(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="no account 'nobody'; have admin, kazlauskas"):
        accounts.account("nobody")
    with pytest.raises(AccountError, match="no token 'x'; have none"):
        accounts.revoke("x", by="test", now_s=1.0)


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.accounts"
    before = os.umask(0)
    try:
        store = accounts_sqlite.build(str(path))
        store.add(ADMIN, None, by="test")
        modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert modes == {0o600}


def test_two_processes_see_each_others_changes_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "a.accounts")
    watch, command = accounts_sqlite.build(path), accounts_sqlite.build(path)
    command.add(ADMIN, None, by="command")
    secret, made = command.add_token("admin", "t", ["read"], by="command", now_s=1.0, ends_s=None)
    assert watch.token(hashed(secret), now_s=2.0) is not None
    command.revoke(made.token_id, by="command", now_s=3.0)
    assert watch.token(hashed(secret), now_s=4.0) is None
    watch.close()
    command.close()


def test_many_threads_may_use_it_at_once(accounts: Accounts) -> None:
    def work() -> None:
        for _ in range(20):
            secret, _ = accounts.open_session("kazlauskas", "192.0.2.1", now_s=1.0, seconds=90.0)
            assert accounts.session(hashed(secret), now_s=2.0, idle_s=90.0) is not None

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("signed in" in change.text for change in accounts.changes()) == 80


def test_another_file_is_not_taken_for_accounts(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    with pytest.raises(AccountError, match="holds something else"):
        accounts_sqlite.build(str(other))
    (tmp_path / "text").write_text("no database at all, only words, and enough of them to fill a page")
    with pytest.raises(AccountError, match="not a database"):
        accounts_sqlite.build(str(tmp_path / "text"))
    with pytest.raises(AccountError, match="No such file"):
        accounts_sqlite.build(str(tmp_path / "none" / "a.accounts"))


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.accounts"
    accounts_sqlite.build(str(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(AccountError, match=r"version 99, not 1"):
        accounts_sqlite.build(str(path))
