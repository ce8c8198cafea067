"""Whoever has the files: who may read them, and what a removal in the way of a pruning looks like."""

import contextlib
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from record_kit import ORIGIN
from sargas.app.record_check import check_journal
from sargas.model.decision import Comment
from sargas.model.entry import Body, Decided, Frame
from sargas.model.evidence import Span
from sargas.share.standalone.verify import Report
from sargas.store import accounts_sqlite, journal_sqlite
from sargas.store._record import Record
from sargas.store._rows import PRUNED
from sargas.store.journal_sqlite import Settings, SqliteJournal
from sargas.store.register_sqlite import RegisterFile, path_beside
from sargas.store.signing_key import Signing

HEARD = Decided(Comment(officer="kazlauskas", incident_id="I-1", text="heard it myself"))


@contextlib.contextmanager
def opened(path: Path) -> Iterator[SqliteJournal]:
    settings = Settings(path=str(path), signing=Signing(origin=ORIGIN, sign_every_s=3_600.0))
    with contextlib.closing(journal_sqlite.build(settings, lambda: 2e9)) as journal:
        yield journal


def report_on(path: Path, heads: str) -> Report:
    return check_journal(path, heads or None, (), lambda done, of: None)


def publish(journal: SqliteJournal) -> str:
    head = journal.sign()
    assert head is not None
    return f"{head.note}\n"


def test_no_other_account_of_the_machine_reads_the_files_of_a_watch(tmp_path: Path) -> None:
    before = os.umask(0o000)  # the most careless machine
    try:
        path = tmp_path / "watch.journal"
        with opened(path) as journal:
            journal.append([(2e9, HEARD)])
            accounts = accounts_sqlite.build(str(accounts_sqlite.beside(path)))
            register = RegisterFile(str(path_beside(path)))
            files = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
            accounts.close()
            register.close()
    finally:
        os.umask(before)
    assert len(files) >= 8  # three databases with their logs, the key, the lock
    open_to_others = {name: oct(mode) for name, mode in files.items() if mode & 0o077}
    assert open_to_others.keys() <= {"watch.journal.lock"}, "nothing stands in that one"


def test_a_file_of_accounts_that_was_copied_carelessly_is_shut_again(tmp_path: Path) -> None:
    accounts_sqlite.build(str(tmp_path / "a.accounts")).close()
    (tmp_path / "a.accounts").chmod(0o644)
    accounts_sqlite.build(str(tmp_path / "a.accounts")).close()
    assert stat.S_IMODE((tmp_path / "a.accounts").stat().st_mode) == 0o600


class Made(Struct, frozen=True):
    """A journal with two decisions, of which frames were pruned, and the head that was published in between."""

    path: Path
    heads: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    path = tmp_path_factory.mktemp("record") / "watch.journal"
    with opened(path) as journal:
        journal.append([(2e9 + at, Frame("radar", b"plot")) for at in range(300)])
        journal.append([(2e9 + 300, HEARD)])
        heads = publish(journal)
        journal.append([(2e9 + 301 + at, Frame("radar", b"plot")) for at in range(300)])
        journal.append([(2e9 + 700, HEARD)])
        journal.prune(2e9 + 290, None, ())
    return Made(path, heads)


def take_out(path: Path, seq: int) -> None:
    """Remove an entry as a pruning does it: with the hash that stands for it ever after."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        Record(connection).forget([seq])
        connection.execute("DELETE FROM entries WHERE seq = ?", (seq,))
        connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'n_pruned'")


@pytest.mark.parametrize("has_heads", [True, False])
def test_a_decision_that_is_taken_out_as_if_it_was_pruned_is_seen(
    made: Made, tmp_path: Path, has_heads: bool
) -> None:
    path = tmp_path / "copy.journal"
    shutil.copy(made.path, path)
    heads = made.heads if has_heads else ""
    assert report_on(path, heads).n_wrong == 0
    take_out(path, 302)  # after the key and 300 frames
    report = report_on(path, heads)
    assert report.n_wrong > 0
    assert "that are never removed, and 1 are here" in "\n".join(report.lines)


def test_a_decision_that_was_taken_out_stays_missed_whatever_the_watch_signs_after_it(
    made: Made, tmp_path: Path
) -> None:
    path = tmp_path / "copy.journal"
    for ending in ("", ".key"):
        shutil.copy(made.path.with_name(f"{made.path.name}{ending}"), path.with_name(f"{path.name}{ending}"))
    take_out(path, 302)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM heads")  # nobody but the witness has them any more
    with opened(path) as journal:
        journal.append([(2e9 + 800, HEARD)])
        later = publish(journal)
    assert report_on(path, later).n_wrong == 0
    assert report_on(path, made.heads + later).n_wrong > 0


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_whatever_was_pruned_what_was_published_is_confirmed_and_a_decision_less_is_seen(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, heads, now_s = tmp_path_factory.mktemp("record") / "watch.journal", "", 2e9
    for _ in range(data.draw(st.integers(1, 4))):
        with opened(path) as journal:  # each time another run of the watch
            n = data.draw(st.integers(1, 300))
            decided = data.draw(st.sets(st.integers(0, n - 1), max_size=3))
            bodies: list[tuple[float, Body]] = [
                (now_s + at, HEARD if at in decided else Frame("r", b"%d" % at)) for at in range(n)
            ]
            journal.append(bodies)
            now_s += n
            heads += publish(journal) if data.draw(st.booleans()) else ""
            first = data.draw(st.integers(1, journal.last_seq()))
            journal.prune(now_s - data.draw(st.integers(0, 300)), None, (Span(first, first + 3),))
    assert report_on(path, heads).n_wrong == 0
    with contextlib.closing(sqlite3.connect(path)) as connection:
        lasting = connection.execute(f"SELECT seq FROM entries WHERE kind NOT IN {PRUNED}").fetchall()
    take_out(path, data.draw(st.sampled_from([seq for (seq,) in lasting])))
    assert report_on(path, heads).n_wrong > 0
