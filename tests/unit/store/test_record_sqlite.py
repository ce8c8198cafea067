"""What the record of a journal on disk promises beyond the contract: over restarts, old files, lost keys, damage."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from record_kit import ORIGIN, frames, leaf, proven_root, root
from sargas.model.decision import Acknowledge
from sargas.model.entry import Decided, Frame, KeyChanged, Note
from sargas.model.errors import JournalError
from sargas.store import _rows, journal_sqlite, signing_key
from sargas.store.journal_sqlite import Settings, SqliteJournal
from sargas.store.signing_key import Signing

SCHEMA_1 = """
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, received_s REAL NOT NULL, kind TEXT NOT NULL, feed TEXT NOT NULL, data BLOB NOT NULL
);
CREATE TABLE snapshots (
    key TEXT NOT NULL, seq INTEGER NOT NULL, received_s REAL NOT NULL, data BLOB NOT NULL, PRIMARY KEY (key, seq)
);
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('n_pruned', 0), ('pruned_to_seq', 0);
PRAGMA application_id = 0x53415247;
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
"""
"""The layout of version 1, as docs/reference/journal.md described it."""


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now_s = 1e9

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "watch.journal"


@contextlib.contextmanager
def opened(path: Path, *, now: Clock | None = None, signing: Signing | None = None) -> Iterator[SqliteJournal]:
    settings = Settings(path=str(path), signing=signing or Signing(origin=ORIGIN, sign_every_s=10.0))
    with contextlib.closing(journal_sqlite.build(settings, now or Clock())) as journal:
        yield journal


def leaves_of(journal: SqliteJournal) -> list[bytes]:
    return [leaf(*_rows.row(entry)) for entry in journal.read()]


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def change(path: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def old_file(path: Path, missing: range = range(0)) -> None:
    """Write a journal as a version without a record left it: 700 frames and a note, some of them pruned."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA_1)
        for seq in range(1, 701):
            if seq not in missing:
                connection.execute("INSERT INTO entries VALUES (?, ?, 'frame', 'radar', ?)", (seq, 1e6 + seq, b"x"))
        connection.commit()


def test_the_tree_goes_on_after_closing_and_opening(path: Path) -> None:
    for n in (1, 254, 2, 600, 7):
        with opened(path) as journal:
            journal.append(frames(n, first_s=2e9 + 1e3 * journal.last_seq()))
            head = journal.sign()
            assert head is not None
            assert head.root == root(leaves_of(journal))


def test_a_kill_leaves_entries_and_tree_together(path: Path, tmp_path: Path) -> None:
    with opened(path) as journal:
        journal.append(frames(20))
        copied = tmp_path / "killed.journal"
        for ending in ("", "-wal", "-shm", ".key"):  # the file as a loss of power leaves it
            shutil.copy(path.with_name(path.name + ending), copied.with_name(copied.name + ending))
    with opened(copied) as journal:
        proof = journal.prove([5])
        assert proof is not None
        assert (proof.head.n_entries, proof.head.root) == (21, root(leaves_of(journal)))
        assert proof.head.n_entries == journal.last_seq()  # signed on opening, nothing was written


def test_what_came_in_last_is_signed_on_closing(path: Path) -> None:
    with opened(path) as journal:
        journal.append(frames(5))
        assert rows(path, "SELECT max(n_entries) FROM heads") == [(1,)]
    assert rows(path, "SELECT max(n_entries) FROM heads") == [(6,)]


def test_frames_are_signed_every_ten_seconds_and_decisions_at_once(path: Path) -> None:
    now = Clock()
    with opened(path, now=now) as journal:

        def newest() -> object:
            return rows(path, "SELECT max(n_entries) FROM heads")[0][0]

        for step_s, n_signed in ((0.0, 1), (9.0, 1), (1.0, 4), (9.9, 4), (0.1, 6)):
            now.now_s += step_s
            journal.append([(2e9, Frame("radar", b"x"))])
            assert newest() == n_signed
        journal.append([(2e9, Decided(Acknowledge(officer="Jonas", incident_id="i-1")))])
        assert newest() == 7
        journal.append([(2e9, Frame("radar", b"x"))])
        journal.sign_if_due()
        assert newest() == 8


def test_a_clock_that_was_set_back_does_not_stop_the_signing(path: Path) -> None:
    now = Clock()
    with opened(path, now=now) as journal:
        now.now_s -= 86_400.0
        journal.append(frames(1))
        assert rows(path, "SELECT max(n_entries) FROM heads") == [(2,)]


def test_a_refused_batch_leaves_the_tree_as_it_was(path: Path) -> None:
    with opened(path) as journal:
        journal.append(frames(3))
        with pytest.raises(JournalError):
            journal.append([(2e9 + 10, Note("started")), (1.0, Note("stopped"))])
        journal._connection.execute(f"PRAGMA max_page_count = {rows(path, 'PRAGMA page_count')[0][0]}")
        with pytest.raises(JournalError, match="the disk is full"):
            journal.append(frames(1_000, first_s=2e9 + 20))
        journal._connection.execute("PRAGMA max_page_count = 1000000")
        journal.append(frames(300, first_s=2e9 + 30))
        head = journal.sign()
        assert head is not None
        assert head.root == root(leaves_of(journal))


def test_a_wholly_pruned_tile_costs_nothing_but_its_hash(path: Path) -> None:
    with opened(path) as journal:
        journal.append(frames(10 * 256))
        journal.prune(2e9 + 9 * 256 - 1, None, ())
        kept = rows(path, "SELECT first / 256, count(*) FROM nodes GROUP BY 1")
        assert kept == [(0, 8)]  # beside the first key, which stays
        assert rows(path, "SELECT count(*) FROM tiles") == [(10,)]


def test_hashes_over_65536_entries_are_kept_and_used(path: Path) -> None:
    with opened(path) as journal:
        journal.append(frames(70_000))
        assert rows(path, "SELECT level, count(*) FROM tiles GROUP BY level") == [(8, 273), (16, 1)]
        proof = journal.prove([69_990])
        assert proof is not None
        assert (16, 0) in {(node.level, node.index) for node in proof.nodes}
        assert len(proof.nodes) < 30
        assert proven_root(proof) == proof.head.root


def test_a_file_of_version_1_becomes_a_record_on_opening(path: Path) -> None:
    old_file(path)
    with opened(path) as journal:
        entries = list(journal.read(after_seq=700))
        assert [type(entry.body) for entry in entries] == [Note, KeyChanged]
        assert isinstance(entries[0].body, Note)
        assert "entries 1 to 700 were in the file and not in its record" in entries[0].body.text
        proof = journal.prove([1, 700])
        assert proof is not None
        assert proof.head.root == root(leaves_of(journal)) == proven_root(proof)
    assert rows(path, "PRAGMA user_version") == [(2,)]


def test_what_was_pruned_before_the_record_began_is_a_leaf_of_its_number(path: Path) -> None:
    old_file(path, missing=range(1, 401))
    with opened(path) as journal:
        proof = journal.prove([401, 700])
        assert proof is not None
        # docs/reference/journal.md: the leaf is the number alone, 8 bytes
        gone = [_rows.sha256(b"\x00" + seq.to_bytes(8, "big")).digest() for seq in range(1, 401)]
        assert proof.head.root == root([*gone, *leaves_of(journal)]) == proven_root(proof)


def test_a_file_of_version_1_can_be_read_as_it_is(path: Path) -> None:
    old_file(path)
    with contextlib.closing(journal_sqlite.open_for_reading(path)) as journal:
        assert journal.last_seq() == len(list(journal.read())) == 700
        assert (journal.sign(), journal.prove([1])) == (None, None)
    assert rows(path, "PRAGMA user_version") == [(1,)]


def test_who_only_reads_proves_against_the_newest_head_that_there_is(path: Path) -> None:
    with opened(path) as journal:
        journal.append(frames(30))
        head = journal.sign()
        journal.append(frames(5, first_s=2e9 + 100))
        with contextlib.closing(journal_sqlite.open_for_reading(path)) as reading:
            proof = reading.prove([3, 33])
            assert proof is not None
            assert proof.head == head
            assert [one.seq for one in proof.entries] == [3]  # nobody has signed the other one yet
            assert reading.sign_bytes(b"{}") is None


def test_entries_that_somebody_put_into_the_file_are_told_in_the_record(path: Path) -> None:
    with opened(path) as journal:
        journal.append(frames(3))
    change(path, "INSERT INTO entries VALUES (5, 2000000010.0, 'frame', 'radar', x'00')")
    with opened(path) as journal:
        notes = [entry.body for entry in journal.read(after_seq=5)]
        assert isinstance(notes[0], Note)
        assert "entries 5 to 5 were in the file and not in its record" in notes[0].text


def test_numbers_of_entries_that_somebody_took_out_are_not_given_again(path: Path) -> None:
    with opened(path) as journal:
        journal.append(frames(3))
    change(path, "DELETE FROM entries WHERE seq >= 3")
    with opened(path) as journal:
        told = list(journal.read(after_seq=2))
        assert [entry.seq for entry in told] == [5]
        assert told[0].body == Note("started", "entries 3 to 4 are no longer in the file")


def test_a_lost_key_is_followed_by_another_one_that_nobody_has_confirmed(path: Path) -> None:
    with opened(path) as journal:
        journal.append(frames(2))
    path.with_name("watch.journal.key").unlink()
    with opened(path) as journal:
        proof = journal.prove([])
        assert proof is not None
        first, second = proof.keys
        assert (second.previous_key_id, second.signature) == (first.key_id, b"")
        assert proof.head.key_id == second.key_id
        assert any("key that signed the record before is not here" in str(entry.body) for entry in journal.read())


def test_a_change_of_keys_outlives_a_stop_at_any_moment(path: Path, tmp_path: Path) -> None:
    key, later = path.with_name("watch.journal.key"), path.with_name("watch.journal.key.next")
    with opened(path) as journal:
        old = key.read_bytes()
        first = journal.next_key()  # made ready, and then the watch was stopped
    with opened(path) as journal:
        assert (key.read_bytes(), later.exists()) == (old, False)
        body = journal.next_key()
        assert body != first
        ready = later.read_bytes()
        journal.append([(2e9, body)])
        assert (key.read_bytes(), later.exists()) == (ready, False)
    later.write_bytes(ready)  # as if it was stopped between the journal and the erasing
    later.chmod(0o600)
    key.write_bytes(old)
    with opened(path) as journal:
        assert (key.read_bytes(), later.exists()) == (ready, False)
        proof = journal.prove([])
        assert proof is not None
        assert [one.key_id for one in proof.keys][1:] == [body.key_id]


def test_a_record_keeps_its_name(path: Path) -> None:
    with opened(path) as journal:
        journal.append(frames(1))
    with opened(path, signing=Signing(origin="another/name")) as journal:
        journal.append(frames(1))
        head = journal.sign()
        assert head is not None
        assert head.note.startswith(f"{ORIGIN}\n")


def test_a_key_that_others_may_read_keeps_the_journal_shut(path: Path) -> None:
    with opened(path):
        pass
    path.with_name("watch.journal.key").chmod(0o644)
    with pytest.raises(JournalError, match=r"others than its owner.*chmod 600"), opened(path):
        pass
    path.with_name("watch.journal.key").chmod(0o600)
    with opened(path):
        pass  # and the lock was released


def test_old_heads_are_thinned_and_those_that_were_shown_more_slowly(path: Path) -> None:
    now = Clock()
    with opened(path, now=now) as journal:

        def a_day_from(start_s: float) -> None:
            for minute in range(0, 24 * 60, 20):  # every twenty minutes a head is shown, and another one is not
                now.now_s = start_s + 60.0 * minute
                journal.append([(1e9 + now.now_s, Frame("radar", b"x"))])
                journal.sign()
                now.now_s += 300.0
                journal.append([(1e9 + now.now_s, Frame("radar", b"x"))])

        a_day_from(1e9)
        assert rows(path, "SELECT count(*) FROM heads WHERE is_shown") == [(72,)]
        assert rows(path, "SELECT count(*) FROM heads WHERE NOT is_shown AND n_entries > 1")[0] <= (4,)  # of an hour
        a_day_from(1e9 + 8.0 * 86_400.0)
        shown = [int(float(str(one))) for (one,) in rows(path, "SELECT time_s FROM heads WHERE is_shown ORDER BY 1")]
    old = [one for one in shown if one < 1e9 + 86_400.0]
    assert len({one // 3_600 for one in old}) == len(old) >= 24  # one an hour
    assert len(shown) - len(old) == 72  # and all of the last week


def test_a_missing_hash_is_told_and_not_made_up(path: Path) -> None:
    with opened(path) as journal:
        journal.append(frames(600))
    change(path, "DELETE FROM entries WHERE seq = 400")
    with opened(path) as journal, pytest.raises(JournalError, match="of entries 385 to 400 some are missing"):
        journal.prove([410])


def test_the_key_of_a_configuration_may_stand_elsewhere(path: Path, tmp_path: Path) -> None:
    place = tmp_path / "keys" / "own.key"
    place.parent.mkdir()
    with opened(path, signing=Signing(origin=ORIGIN, key=str(place))) as journal:
        proof = journal.prove([])
    found = signing_key.read(place)
    assert found is not None
    assert proof is not None
    assert found.public_key == proof.keys[0].public_key
    assert not path.with_name("watch.journal.key").exists()
