"""A journal tells every change of its record, whoever made it: entries, hashes, heads, keys, what was published."""

import contextlib
import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from record_kit import ORIGIN, frames
from sargas.app.record_check import check_journal, is_journal
from sargas.model.decision import Acknowledge
from sargas.model.entry import Body, Decided, Frame, Note
from sargas.model.evidence import Span
from sargas.share.standalone.verify import Report
from sargas.store import journal_sqlite, signing_key
from sargas.store.journal_sqlite import Settings, SqliteJournal
from sargas.store.signing_key import Signing

DECIDED = Decided(Acknowledge(officer="Jonas", incident_id="i-1"))


class Made(Struct, frozen=True):
    """A journal of 270 entries of which most were removed, and the heads that were published."""

    path: Path
    heads: str


def opened(path: Path) -> SqliteJournal:
    return journal_sqlite.build(Settings(path=str(path), signing=Signing(origin=ORIGIN, sign_every_s=3_600.0)))


def published(journal: SqliteJournal) -> str:
    head = journal.sign()
    assert head is not None
    return f"{head.note}\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    path = tmp_path_factory.mktemp("record") / "watch.journal"
    journal = opened(path)
    journal.append([*frames(99, size=2), (2e9 + 99, DECIDED), *frames(168, first_s=2e9 + 100, size=2)])
    heads = published(journal)
    journal.append([(2e9 + 300, journal.next_key())])
    heads += published(journal)
    journal.prune(2e9 + 265, None, (Span(40, 42),))
    journal.close()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # one file, so that it can be copied
    return Made(path, heads)


@pytest.fixture
def copy(made: Made, tmp_path: Path) -> Path:
    for ending in ("", ".key"):
        shutil.copy(made.path.with_name(made.path.name + ending), tmp_path / f"copy.journal{ending}")
    return tmp_path / "copy.journal"


def report_on(path: Path, heads: str | None = None, keys: tuple[str, ...] = ()) -> Report:
    return check_journal(path, heads, keys, lambda done, of: None)


def wrong(report: Report) -> str:
    assert report.n_wrong
    return "\n".join(line for line in report.lines if line.startswith("WRONG"))


@contextlib.contextmanager
def changing(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")
        yield connection


def change(path: Path, *statements: str) -> None:
    with changing(path) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_journal_is_as_it_was_written_also_after_a_pruning(made: Made) -> None:
    report = report_on(made.path, made.heads)
    assert report.n_wrong == 0, report.lines
    text = "\n".join(report.lines)
    assert "9 entries give the hashes that are kept of them, and the hashes of 261 that were removed" in text
    assert "2 published heads belong to the same tree" in text


def flipped(value: object) -> Iterator[object]:
    """Return the value with each of its bytes changed, one at a time; a number a little off."""
    match value:
        case bytes() | str():
            data = value.encode() if isinstance(value, str) else value
            for at in range(len(data)):
                one = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
                yield one.decode("utf-8", "replace") if isinstance(value, str) else one
        case float():
            yield value + 1e-6 * abs(value)
        case int():
            yield value + 1
            yield value ^ 64


@pytest.mark.parametrize("table", ["entries", "tiles", "nodes", "heads", "tree"])
def test_every_byte_of_a_table_that_is_changed_is_told(made: Made, copy: Path, table: str) -> None:
    n_changed = 0
    with changing(copy) as connection:
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        keys = {"entries": ["seq"], "tiles": ["level", "idx"], "nodes": ["first", "level"], "heads": ["n_entries"]}
        where = " AND ".join(f"{key} = ?" for key in keys.get(table, [])) or "1"
        for row in connection.execute(f"SELECT * FROM {table}").fetchall():
            of = dict(zip(names, row, strict=True))
            for name in names:
                for value in flipped(of[name]):
                    connection.execute("BEGIN")
                    try:
                        connection.execute(
                            f"UPDATE {table} SET {name} = ? WHERE {where}",
                            (value, *(of[key] for key in keys.get(table, []))),
                        )
                    except sqlite3.IntegrityError:  # that number is taken
                        connection.execute("ROLLBACK")
                        continue
                    connection.execute("COMMIT")
                    is_told = report_on(copy, made.heads).n_wrong > 0
                    assert is_told or name == "is_shown", (row, name, value)
                    undo = [value if key == name else of[key] for key in keys.get(table, [])]
                    connection.execute(f"UPDATE {table} SET {name} = ? WHERE {where}", (of[name], *undo))
                    n_changed += 1
    assert n_changed > 20
    assert report_on(copy, made.heads).n_wrong == 0


@pytest.mark.parametrize("table", ["entries", "tiles", "nodes", "tree"])
def test_every_line_that_is_taken_out_is_told(made: Made, copy: Path, table: str) -> None:
    with changing(copy) as connection:
        lines = connection.execute(f"SELECT * FROM {table}").fetchall()
        marks = ", ".join("?" for _ in lines[0])
        for line in lines:
            connection.execute(f"DELETE FROM {table}")
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", [one for one in lines if one != line])
            wrong(report_on(copy, made.heads))


def test_the_place_of_a_change_is_told(made: Made, copy: Path) -> None:
    change(copy, "UPDATE entries SET data = x'00' WHERE seq = 41")
    said = wrong(report_on(copy))
    assert (
        "entries 1 to 256: at least one of them, or the hash that is kept over them, is not as it was written" in said
    )


def test_a_change_behind_the_last_whole_tile_is_told_by_the_heads(made: Made, copy: Path) -> None:
    change(copy, "UPDATE entries SET data = x'00' WHERE seq = 268")
    said = wrong(report_on(copy))
    assert "the head over 269 entries: it has another root than the entries that are here" in said


def test_an_entry_that_was_taken_out_is_named(made: Made, copy: Path) -> None:
    change(copy, "DELETE FROM entries WHERE seq = 101")
    assert "entries 101 to 101: neither they nor a hash in their place are there" in wrong(report_on(copy))


def test_the_newest_entries_taken_out_are_named(made: Made, copy: Path) -> None:
    change(copy, "DELETE FROM entries WHERE seq >= 269")
    assert "entries 269 to 270: the newest entries of the record are missing" in wrong(report_on(copy))


def test_an_entry_that_was_put_in_is_named(made: Made, copy: Path) -> None:
    change(copy, "INSERT INTO entries VALUES (7, 2000000006.0, 'frame', 'radar', x'00')")
    assert "entries 7 to" in wrong(report_on(copy))
    change(
        copy, "DELETE FROM entries WHERE seq = 7", "INSERT INTO entries VALUES (271, 2e9+999, 'frame', 'r', x'00')"
    )
    assert "entries 271 to 271: they are not in the record" in wrong(report_on(copy))


def test_an_entry_that_the_next_watch_took_for_its_own_is_told_for_ever(made: Made, copy: Path) -> None:
    change(copy, "INSERT INTO entries VALUES (271, 2e9 + 999, 'frame', 'radar', x'00')")
    with contextlib.closing(opened(copy)) as journal:
        journal.append(frames(3, first_s=3e9))
    assert "says: entries 271 to 271 were in the file and not in its record" in wrong(report_on(copy, made.heads))


def test_entries_from_before_the_record_are_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "old.journal"
    with contextlib.closing(journal_sqlite.build(Settings(path=str(path)))) as journal:
        journal.append(frames(5))
    change(path, "UPDATE tree SET n_entries = 0, peaks = x''")  # as the file of a version without a record begins
    with contextlib.closing(opened(path)) as journal:
        journal.append(frames(3, first_s=3e9))
    report = report_on(path)
    assert report.n_wrong == 0
    assert any(
        "entries 1 to 5 were in the file" in line and "before the record began" in line for line in report.lines
    )


def test_two_entries_that_changed_places_are_told(made: Made, copy: Path) -> None:
    change(
        copy,
        "UPDATE entries SET data = (SELECT data FROM entries WHERE seq = 41) WHERE seq = 40",
        "UPDATE entries SET data = x'3430' WHERE seq = 41",
    )
    wrong(report_on(copy))


def test_a_record_cut_back_to_an_earlier_head_is_told_by_a_published_one(made: Made, copy: Path) -> None:
    """The insider has no key, but an old copy of the file, which is whole in itself."""
    with contextlib.closing(opened(copy)) as journal:
        journal.append([(3e9, Frame("radar", b"it crossed at 01:14")), (3e9, DECIDED)])
        heads = made.heads + published(journal)
    assert report_on(made.path, made.heads).n_wrong == 0
    said = wrong(report_on(made.path, heads))
    assert "entries was published, but only 270 are here" in said


def test_a_past_rewritten_with_the_stolen_key_is_told_by_a_published_head(tmp_path: Path) -> None:
    key = signing_key.made()
    heads = {}
    for name, data in (("true", b"it crossed at 01:14"), ("forged", b"nothing came in all night")):
        path = tmp_path / f"{name}.journal"
        signing_key.write(path.with_name(f"{path.name}.key"), key)
        with contextlib.closing(opened(path)) as journal:
            journal.append([(2e9, Frame("radar", data)), *frames(5)])
            heads[name] = published(journal)
    forged = tmp_path / "forged.journal"
    assert report_on(forged, heads["forged"], (key.public_key.hex(),)).n_wrong == 0
    said = wrong(report_on(forged, heads["true"], (key.public_key.hex(),)))
    assert "the head over 7 entries that was published" in said
    assert "was rewritten after that" in said


def test_a_record_begun_anew_under_another_name_is_told_by_what_was_published(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "new.journal"
    settings = Settings(path=str(path), signing=Signing(origin="lt/watch/another"))
    with contextlib.closing(journal_sqlite.build(settings)) as journal:
        journal.append(frames(5))
    assert "none of the published heads could be compared" in wrong(report_on(path, made.heads))


def test_a_key_that_was_lost_needs_a_person_who_vouches_for_the_next_one(copy: Path) -> None:
    copy.with_name("copy.journal.key").unlink()
    with contextlib.closing(opened(copy)) as journal:
        proof = journal.prove([])
    assert proof is not None
    new = proof.keys[-1].public_key.hex()
    assert f"must vouch for it; if one does, give --key {new}" in wrong(report_on(copy))
    assert report_on(copy, None, (new,)).n_wrong == 0
    assert "the record's keys" in wrong(report_on(copy, None, ("ab" * 32,)))


def test_a_head_signed_by_a_key_that_was_no_longer_in_use_is_told(copy: Path) -> None:
    old = signing_key.read(copy.with_name("copy.journal.key"))
    assert old is not None
    with contextlib.closing(opened(copy)) as journal:
        journal.append([(3e9, journal.next_key())])
        newest = journal.sign()
    assert newest is not None
    forged = signing_key.head(ORIGIN, newest.n_entries, newest.root, newest.time_s, old, is_exercise=False)
    with changing(copy) as connection:
        connection.execute(
            "UPDATE heads SET note = ?, key_id = ? WHERE n_entries = ?",
            (forged.note, forged.key_id, newest.n_entries),
        )
    assert "signed by a key that was not in use then" in wrong(report_on(copy))


def test_a_journal_that_is_being_written_and_pruned_is_checked_beside_it(copy: Path) -> None:
    rng = random.Random(7)
    with contextlib.closing(opened(copy)) as journal:
        for turn in range(12):
            at_s = 3e9 + 1_000.0 * turn
            bodies: list[tuple[float, Body]] = frames(rng.randrange(400), first_s=at_s)
            journal.append([*bodies, (at_s + 500, Note("stopped"))])
            if turn % 3 == 0:
                journal.sign()
            journal.prune(at_s - 500.0, None, ())
            report = report_on(copy)
            assert report.n_wrong == 0, report.lines


def test_hashes_over_65536_entries_are_compared(tmp_path: Path) -> None:
    path = tmp_path / "large.journal"
    with contextlib.closing(opened(path)) as journal:
        journal.append(frames(66_000, size=1))
        journal.prune(2e9 + 65_600, None, ())
    steps: list[int] = []
    report = check_journal(path, None, (), lambda done, of: steps.append(done))
    assert report.n_wrong == 0
    assert (steps[-1], len(steps), steps) == (66_001, 17, sorted(steps))
    change(path, "UPDATE tiles SET sha256 = zeroblob(32) WHERE level = 16")
    assert "entries 1 to 65536: the hash that is kept over them was changed" in wrong(report_on(path))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE heads SET note = 'no note'",
        "UPDATE heads SET note = x'ff00'",
        "UPDATE entries SET kind = x'ff' WHERE seq = 1",
        "UPDATE entries SET data = 'text' WHERE seq = 41",
        "UPDATE entries SET data = x'' WHERE kind = 'key'",
        "UPDATE entries SET feed = 7 WHERE seq = 41",
        "UPDATE tiles SET sha256 = 'text'",
        "UPDATE tiles SET sha256 = x''",
        "UPDATE nodes SET sha256 = 5",
        "UPDATE tree SET peaks = 'text'",
        "UPDATE tree SET n_entries = 9000000000000",
        "UPDATE tree SET n_entries = -1",
        "DELETE FROM heads",
        "DROP TABLE tree",
        "DROP TABLE nodes",
    ],
)
def test_whatever_somebody_puts_into_the_tables_is_told_in_words(made: Made, copy: Path, statement: str) -> None:
    change(copy, statement)
    wrong(report_on(copy, made.heads))


def test_a_damaged_file_is_told(copy: Path) -> None:
    data = copy.read_bytes()
    copy.write_bytes(data[: len(data) // 3])
    wrong(report_on(copy))
    copy.write_bytes(b"SQLite format 3\0" + bytes(5_000))
    assert is_journal(copy)
    wrong(report_on(copy))


def test_a_journal_that_was_never_signed_proves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "plain.journal"
    with contextlib.closing(journal_sqlite.build(Settings(path=str(path)))) as journal:
        journal.append(frames(5))
    assert "nothing is proven: the record was never signed" in wrong(report_on(path))
