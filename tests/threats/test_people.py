"""A stolen token, and an insider who edits the files."""

import sqlite3
from pathlib import Path

import pytest
from litestar.testing import TestClient

from accounts_kit import House
from sargas.app.record_check import check_journal
from sargas.model.decision import Close, Comment
from sargas.model.entry import Decided, Frame
from sargas.store import accounts_sqlite, journal_sqlite
from sargas.store.journal_sqlite import Settings, SqliteJournal
from sargas.store.signing_key import Signing
from sargas.web.server import create_app
from unit.web.memory_desk import MemoryDesk


def test_a_stolen_token_does_no_more_than_it_was_made_for_is_seen_and_is_ended_at_once() -> None:
    house = House()
    stolen = house.bearer("supervisor", "read")
    with TestClient(create_app(MemoryDesk(), accounts=house.gate)) as thief:
        assert thief.get("/api/picture", headers=stolen).status_code == 200
        for path in ("/api/replay", "/api/decisions", "/api/feeds/aircraft"):
            assert thief.post(path, headers=stolen, content=b"{}").status_code in {400, 403, 422}
        house.accounts.seen({}, house.gate._tokens_seen)
        (token,) = house.accounts.tokens("supervisor")
        assert (token.last_used_s, token.last_address) == (house.now_s, "testclient")
        house.accounts.revoke(token.token_id, by="the officer", now_s=house.now_s)
        assert thief.get("/api/picture", headers=stolen).status_code == 401
    assert house.told()[-1] == f"the officer revoked token {token.token_id} 'test' of supervisor"


def test_whoever_reads_the_file_of_the_accounts_can_sign_in_with_nothing_in_it(tmp_path: Path) -> None:
    house = House(str(tmp_path / "a.accounts"))
    signed_in, token = house.sign_in("officer"), house.token("officer")
    house.accounts.close()
    with sqlite3.connect(tmp_path / "a.accounts") as copy:
        rows = [row for table in ("accounts", "sessions", "tokens") for row in copy.execute(f"SELECT * FROM {table}")]
    copy.close()
    kept = [value for row in rows for value in row if isinstance(value, str | bytes)]
    store = accounts_sqlite.build(str(tmp_path / "a.accounts"))
    for value in kept:
        text = value.hex() if isinstance(value, bytes) else value
        for guess in (text, f"sargas_{text}"):
            assert store.session(accounts_sqlite.hashed(guess), now_s=house.now_s, idle_s=9e9) is None
            assert store.token(accounts_sqlite.hashed(guess), now_s=house.now_s) is None
    assert store.session(accounts_sqlite.hashed(signed_in.secret), now_s=house.now_s, idle_s=9e9) is not None
    assert store.token(accounts_sqlite.hashed(token), now_s=house.now_s) is not None
    store.close()


def opened(path: Path) -> SqliteJournal:
    return journal_sqlite.build(
        Settings(path=str(path), signing=Signing(origin="watch.example/test")), lambda: 1e9 + 600.0
    )


def journal(path: Path) -> str:
    """Write a journal with decisions, and return its newest head as it was published."""
    store = journal_sqlite.build(
        Settings(path=str(path), signing=Signing(origin="watch.example/test")), lambda: 1e9 + 600.0
    )
    store.append([(1e9 + 600.0 + n, Frame("radar", b"plot %d\n" % n)) for n in range(300)])
    store.append([(1e9 + 1_000.0, Decided(Comment(officer="kazlauskas", incident_id="I-1", text="heard it myself")))])
    store.append([(1e9 + 1_100.0, Decided(Close(officer="kazlauskas", incident_id="I-1")))])
    head = store.sign()
    store.close()
    assert head is not None
    return head.note


EDITS = {
    "another officer": "UPDATE entries SET data = replace(data, 'kazlauskas', 'petrauskas') WHERE kind = 'decided'",
    "another text": "UPDATE entries SET data = replace(data, 'heard', 'saw ') WHERE kind = 'decided'",
    "a report less": "DELETE FROM entries WHERE seq = 100",
    "another time": "UPDATE entries SET received_s = received_s + 1 WHERE seq = 200",
    "the last decision less": "DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)",
    "another head": "UPDATE heads SET time_s = time_s + 1",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_insider_who_edits_the_journal_is_seen(tmp_path: Path, edit: str) -> None:
    path = tmp_path / "watch.journal"
    published = journal(path)
    assert check_journal(path, published, (), lambda done, of: None).n_wrong == 0
    connection = sqlite3.connect(path)
    with connection:
        # replace() works on text; a blob is text to it for as long as it is cast back.
        connection.execute(edit.replace("replace(data", "CAST(replace(data").replace("')", "') AS BLOB)"))
        assert connection.execute("SELECT total_changes()").fetchone()[0] > 0
    connection.close()
    assert check_journal(path, published, (), lambda done, of: None).n_wrong > 0


def test_an_insider_who_writes_the_whole_journal_anew_is_seen_by_the_published_head(tmp_path: Path) -> None:
    published = journal(tmp_path / "watch.journal")
    anew = tmp_path / "anew.journal"
    store = journal_sqlite.build(
        Settings(path=str(anew), signing=Signing(origin="watch.example/test")), lambda: 1e9 + 600.0
    )
    store.append([(1e9 + 600.0 + n, Frame("radar", b"plot %d\n" % n)) for n in range(400)])
    store.close()
    assert check_journal(anew, None, (), lambda done, of: None).n_wrong == 0  # it is sound in itself
    assert check_journal(anew, published, (), lambda done, of: None).n_wrong > 0
