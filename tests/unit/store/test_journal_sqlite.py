"""What the journal on disk promises beyond the contract: it outlives kills, full disks and damage."""

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sargas.model.entry import Frame, Note
from sargas.model.errors import JournalError
from sargas.store import journal_sqlite
from sargas.store._pruning import pragma
from sargas.store.journal_sqlite import Settings, SqliteJournal, open_for_reading

WRITE_UNTIL_KILLED = """
import sys
from sargas.model.entry import Frame
from sargas.store.journal_sqlite import Settings, build

journal = build(Settings(path=sys.argv[1]))
at_s = journal.span_s()[1] if journal.span_s() else 0.0
while True:
    at_s += 1.0
    kept = journal.append([(at_s, Frame("radar", b"%020d" % at_s)) for _ in range(5)])
    if at_s % 10 == 0:
        journal.write_snapshot(kept[-1].seq, "key", b"%d" % kept[-1].seq)
    print(kept[-1].seq, flush=True)
"""

FILL_THE_DISK = """
import json, pathlib, sys
from sargas.model.entry import Frame
from sargas.model.errors import JournalError
from sargas.store.journal_sqlite import Settings, build

folder = pathlib.Path(sys.argv[1])
ballast = folder / "ballast"
ballast.write_bytes(bytes(2_000_000))
journal = build(Settings(path=str(folder / "journal")))
kept, fault = 0, ""
while not fault:
    try:
        kept = journal.append([(1.0, Frame("radar", bytes(10_000)))])[-1].seq
    except JournalError as error:
        fault = str(error)
again = 0
try:
    journal.append([(1.0, Frame("radar", bytes(10_000)))])
except JournalError:
    again = 1
ballast.unlink()
after = journal.append([(2.0, Frame("radar", bytes(10_000)))])[-1].seq
print(json.dumps([kept, fault, again, after, [entry.seq for entry in journal.read()]]))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "watch.journal"


def opened(path: Path) -> SqliteJournal:
    journal = journal_sqlite.build(Settings(path=str(path)))
    assert isinstance(journal, SqliteJournal)
    return journal


def frames(n: int, size: int = 100, first_s: float = 0.0) -> list[tuple[float, Frame]]:
    return [(first_s + second, Frame("radar", bytes(size))) for second in range(n)]


def test_what_was_acknowledged_before_a_kill_is_there_after_it(path: Path) -> None:
    rng = random.Random(28_07_2025)
    for _ in range(10):
        acknowledged = killed_after(path, n_lines=rng.randint(1, 60))
        journal = opened(path)
        entries = list(journal.read())
        assert [entry.seq for entry in entries] == list(range(1, journal.last_seq() + 1))
        assert journal.last_seq() >= acknowledged
        assert journal.last_seq() % 5 == 0  # batches are whole
        assert all(entry.body == Frame("radar", b"%020d" % entry.received_s) for entry in entries)
        snapshot = journal.read_snapshot("key")
        assert snapshot is None or snapshot[1] == b"%d" % snapshot[0]
        journal.close()


def killed_after(path: Path, n_lines: int) -> int:
    """Return the last number that the writer printed before it was killed."""
    with subprocess.Popen([sys.executable, "-c", WRITE_UNTIL_KILLED, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        for _ in range(n_lines):
            writer.stdout.readline()
        writer.kill()
        printed = writer.stdout.read().split(b"\n")[:-1]  # it may have gone on until the kill
    return max((int(line) for line in printed), default=5 * n_lines)


def test_a_full_disk_is_told_and_room_heals_it(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    small = tmp_path / "small"
    small.mkdir()
    mount = f"mount -t tmpfs -o size=4m tmpfs {small}"
    private = [unshare or "", "--mount", "--map-root-user", "sh", "-c"]
    if not unshare or subprocess.run([*private, mount], capture_output=True, check=False).returncode:
        pytest.skip("no file system of its own may be mounted here")
    script = tmp_path / "fill.py"
    script.write_text(FILL_THE_DISK)
    run = subprocess.run(
        [*private, f"{mount} && {sys.executable} {script} {small}"], capture_output=True, check=True, text=True
    )
    kept, fault, again, after, seqs = json.loads(run.stdout)
    assert "the disk is full" in fault
    assert again == 1  # the same fault, not another one
    assert after == kept + 1
    assert seqs == list(range(1, after + 1))


def test_a_file_that_may_not_grow_is_told_and_room_heals_it(path: Path) -> None:
    journal = opened(path)
    journal.append(frames(10))
    journal._connection.execute(f"PRAGMA max_page_count = {pragma(journal._connection, 'page_count')}")
    with pytest.raises(JournalError, match="1000 entries could not be kept: the disk is full"):
        journal.append(frames(1_000, first_s=100.0))
    assert [entry.seq for entry in journal.read()] == list(range(1, 11))
    journal._connection.execute("PRAGMA max_page_count = 1000000")
    assert journal.append(frames(1_000, first_s=100.0))[0].seq == 11
    journal.close()


def test_a_second_watch_on_the_same_journal_is_refused(path: Path) -> None:
    first = opened(path)
    with pytest.raises(JournalError, match="another watch is writing it"):
        opened(path)
    first.close()
    opened(path).close()


def test_a_lock_by_another_program_is_told_and_its_release_heals_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sargas.store._sqlite.LOCK_WAIT_S", 0.01)
    journal = opened(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="another program holds it locked"):
        journal.append(frames(1))
    other.close()
    assert journal.append(frames(1))[0].seq == 1
    journal.close()


@pytest.mark.parametrize("content", [b"not a journal at all" * 300, b"SQLite format 3\x00" + bytes(5_000)])
def test_a_file_that_is_no_journal_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(JournalError, match="not a journal, or it is damaged"):
        opened(path)
    with pytest.raises(JournalError, match="not a journal, or it is damaged"):
        open_for_reading(path)
    assert path.read_bytes() == content  # nothing was written over it


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mine (value)")
    other.close()
    with pytest.raises(JournalError, match="not a journal of Sargas"):
        opened(path)


def test_a_journal_of_a_later_version_is_refused(path: Path) -> None:
    opened(path).close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(JournalError, match="version 99"):
        opened(path)


def test_damage_in_the_middle_is_told_with_the_place(path: Path) -> None:
    journal = opened(path)
    journal.append(frames(2_000, size=1_000))
    journal.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 20_000)
    damaged = open_for_reading(path)
    with pytest.raises(JournalError, match=r"cannot be read after entry \d+: the file is damaged"):
        list(damaged.read())
    damaged.close()


def test_an_entry_that_cannot_be_decoded_is_named(path: Path) -> None:
    journal = opened(path)
    journal.append([(1.0, Note("started"))])
    journal._connection.execute("UPDATE entries SET data = x'ff'")
    with pytest.raises(JournalError, match=r"entry 1 \(note\) cannot be read"):
        list(journal.read())
    journal.close()


def test_a_damaged_snapshot_gives_way_to_the_one_before(path: Path) -> None:
    journal = opened(path)
    journal.append(frames(10))
    journal.write_snapshot(4, "key", b"good")
    journal.write_snapshot(8, "key", b"bad")
    journal._connection.execute("UPDATE snapshots SET data = x'0102' WHERE seq = 8")
    assert journal.read_snapshot("key") == (4, b"good")
    journal.close()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be opened"):
        opened(tmp_path / "nowhere" / "journal")
    with pytest.raises(JournalError, match="no such file"):
        open_for_reading(tmp_path / "journal")
    assert not list(tmp_path.iterdir())  # asking does not make one


def test_reading_beside_a_watch_that_writes(path: Path) -> None:
    writing = opened(path)
    writing.append(frames(3))
    reading = open_for_reading(path)
    assert reading.last_seq() == 3
    writing.append(frames(2, first_s=3.0))
    assert [entry.seq for entry in reading.read()] == [1, 2, 3, 4, 5]
    assert reading.seq_at(3.5) == 4
    with pytest.raises(JournalError, match="for reading only"):
        reading.append(frames(1, first_s=9.0))
    with pytest.raises(JournalError, match="for reading only"):
        reading.prune(1e9, None, ())
    reading.close()
    writing.close()


def test_reading_from_another_thread_while_writing(path: Path) -> None:
    journal = opened(path)
    journal.append(frames(1))
    seen: list[int] = []
    done = threading.Event()

    def follow() -> None:
        while not done.is_set() or seen[-1] < journal.last_seq():
            seen.extend(entry.seq for entry in journal.read(seen[-1] if seen else 0))

    reader = threading.Thread(target=follow)
    reader.start()
    for second in range(1, 200):
        journal.append(frames(20, first_s=100.0 * second))
        journal.prune(0.0, None, ())
    done.set()
    reader.join(timeout=30.0)
    assert seen == list(range(1, 199 * 20 + 2))
    journal.close()


def test_a_slow_reader_does_not_keep_the_log_from_being_folded_back(path: Path) -> None:
    journal = opened(path)
    journal.append(frames(1_000))
    reading = journal.read()
    next(reading)
    for batch in range(60):
        journal.append(frames(10, size=50_000, first_s=2_000.0 + 10.0 * batch))
    assert path.with_name(f"{path.name}-wal").stat().st_size < 24_000_000  # of 30 MB that came in
    assert sum(1 for _ in reading) == 999  # and the reader still gets what it asked for
    journal.close()


def test_pages_of_pruned_entries_are_used_again(path: Path) -> None:
    journal = opened(path)
    sizes = []
    for hour in range(8):
        journal.append(frames(1_000, size=2_000, first_s=1_000.0 * hour))
        journal.prune(1_000.0 * hour, None, ())
        sizes.append(pragma(journal._connection, "page_count"))
    assert max(sizes[3:]) <= sizes[2]
    assert journal.n_pruned() == 7_000
    journal.close()


def test_the_file_shrinks_after_a_burst_was_pruned(path: Path) -> None:
    journal = opened(path)
    journal.append(frames(10_000, size=2_000))
    before = pragma(journal._connection, "page_count")
    journal.prune(1e12, None, ())
    assert pragma(journal._connection, "page_count") < before / 5
    journal.close()


def test_a_pruning_lets_the_watch_write_between_its_slices(path: Path) -> None:
    journal = opened(path)
    for part in range(10):
        journal.append(frames(10_000, size=200, first_s=10_000.0 * part))
    pruning = threading.Thread(target=journal.prune, args=(1e12, None, ()))
    pruning.start()
    n_written = 0
    while pruning.is_alive():
        journal.append([(1e9, Note("stopped"))])
        n_written += 1
    pruning.join()
    assert n_written > 10  # of some 20 slices
    assert journal.n_pruned() >= 99_999
    journal.close()


def test_everything_is_there_after_closing_and_opening(path: Path) -> None:
    first = opened(path)
    kept = first.append(frames(5))
    first.write_snapshot(5, "key", b"state")
    first.close()
    second = opened(path)
    assert list(second.read()) == list(kept)
    assert second.read_snapshot("key") == (5, b"state")
    with pytest.raises(JournalError, match="go back"):
        second.append([(3.9, Note("started"))])
    second.close()


def test_a_moment_in_a_long_journal_is_found_at_once(path: Path) -> None:
    journal = opened(path)
    for part in range(10):
        journal.append(frames(10_000, size=10, first_s=10_000.0 * part))
    started = time.perf_counter()
    assert [journal.seq_at(asked) for asked in (0.0, 33_333.3, 99_999.0)] == [1, 33_334, 100_000]
    assert time.perf_counter() - started < 0.1
    journal.close()
