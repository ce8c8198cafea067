"""The journal of one machine: one SQLite file with a write-ahead log, every batch synced to the disk.

One connection writes, behind a lock, so that any thread may append, write a snapshot or prune. Every reader has a
connection of its own and reads page by page, so that a slow one neither blocks the writer nor keeps the log from
being folded back into the file.
"""

import contextlib
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec
import structlog
from msgspec import Meta, Struct

from sargas.model.entry import Body, ChannelChanged, Decided, Dispatched, Entry, FeedClosed, FeedOpened, Frame, Note
from sargas.model.errors import JournalError
from sargas.ports import Journal
from sargas.store import _retention as retention
from sargas.store import _sqlite as sqlite

PAGE_ROWS: Final = 256
"""Entries that a reader holds at once: at most 16 MiB of full frames."""
VACUUM_PAGES: Final = 2_000
BREATH_S: Final = 0.002
"""Between two slices of a pruning: a lock is not fair, and whoever waits to append must get it."""
FREE_SHARE: Final = 0.2
"""Free pages are used again by what comes in; only beyond this share of the file are they given back to the disk."""

NEWEST: Final = "SELECT seq, received_s FROM entries WHERE seq <= ? ORDER BY seq DESC LIMIT 1"
PAGE: Final = "SELECT seq, received_s, kind, feed, data FROM entries WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
PRUNABLE: Final = (
    "SELECT seq, received_s, length(feed) + length(data) FROM entries WHERE seq <= ?"
    " AND kind IN ('frame', 'opened', 'closed') AND seq NOT IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?"
)
SEQ_MAX: Final = 2**63 - 1

log = structlog.get_logger()
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(FeedOpened | FeedClosed | Decided | Dispatched | ChannelChanged | Note).decode


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the file stands and how snapshots are thinned and packed."""

    path: Annotated[str, Meta(min_length=1)]
    snapshots: retention.Spacing = retention.Spacing()
    compression: Annotated[int, Meta(ge=0, le=9)] = 1


def build(settings: Settings) -> Journal:
    """Return the journal, opened for writing; a new file is made where there is none.

    Raises:
        JournalError: it cannot be written, or another watch writes it.
    """
    return SqliteJournal(settings)


def open_for_reading(path: str | Path) -> Journal:
    """Return a journal that can only be read; a watch may be writing it.

    Raises:
        JournalError: there is none, or it is damaged.
    """
    return SqliteJournal(Settings(path=str(path)), is_read_only=True)


class SqliteJournal:
    """The journal in one file."""

    def __init__(self, settings: Settings, *, is_read_only: bool = False) -> None:
        self.path = Path(settings.path)
        self._settings = settings
        self._is_read_only = is_read_only
        self._lock = threading.Lock()
        self._writer_lock: sqlite.WriterLock | None = None
        with sqlite.faults(self.path, "cannot be opened"), contextlib.ExitStack() as undo:
            if is_read_only:
                if not self.path.is_file():
                    raise JournalError(f"journal {self.path}: there is no such file")
                self._connection = sqlite.connect_reader(self.path)
                undo.callback(self._connection.close)
                sqlite.check_version(self._connection, self.path)
            else:
                self._writer_lock = sqlite.WriterLock(self.path)
                undo.callback(self._writer_lock.release)
                self._connection = sqlite.connect_writer(self.path)
                undo.callback(self._connection.close)
            self._last_seq, self._last_s = _newest(self._connection)
            undo.pop_all()

    def append(self, bodies: Sequence[tuple[float, Body]]) -> Sequence[Entry]:
        """Return the entries once they are safe on disk; one transaction.

        Raises:
            JournalError: nothing of the batch was kept.
        """
        if not bodies:
            return []
        with self._writing(f"{len(bodies)} entries could not be kept"):
            retention.check_times(self._last_s, bodies)
            first = self._last_seq + 1
            entries = [Entry(first + index, received_s, body) for index, (received_s, body) in enumerate(bodies)]
            with sqlite.transaction(self._connection):
                self._connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", map(_row, entries))
            self._last_seq, self._last_s = entries[-1].seq, entries[-1].received_s
            return entries

    def read(self, after_seq: int = 0, to_seq: int | None = None) -> Iterator[Entry]:
        """Return the entries with after_seq < seq <= to_seq, in order; up to the newest one now if `to_seq` is None.

        Raises:
            JournalError: the file is damaged.
        """
        end = min(SEQ_MAX, self.last_seq() if to_seq is None else to_seq)
        return self._pages(min(after_seq, SEQ_MAX), end)

    def last_seq(self) -> int:
        """Return the number of the newest entry, 0 if there is none."""
        with self._using("cannot be read"):
            return _newest(self._connection)[0]

    def seq_at(self, time_s: float) -> int:
        """Return the number of the last entry received at or before `time_s`, 0 if there is none."""
        with self._using("cannot be read"):
            return _seq_at(self._connection, time_s)

    def span_s(self) -> tuple[float, float] | None:
        """Return when the oldest entry of the unbroken record and the newest one came in; None if it is empty."""
        with self._using("cannot be read"):
            oldest = self._connection.execute(
                "SELECT received_s FROM entries WHERE seq > ? ORDER BY seq LIMIT 1",
                (_meta(self._connection, "pruned_to_seq"),),
            ).fetchone()
            return (float(oldest[0]), _newest(self._connection)[1]) if oldest else None

    def n_pruned(self) -> int:
        """Return how many entries were removed since the file was made."""
        with self._using("cannot be read"):
            return _meta(self._connection, "n_pruned")

    def write_snapshot(self, seq: int, key: str, state: bytes) -> None:
        """Keep the state after entry `seq` and let go of those that are no longer needed.

        Raises:
            JournalError: it was not kept.
        """
        packed = zlib.compress(state, self._settings.compression)
        with self._writing("a snapshot could not be kept"):
            if not 0 <= seq <= self._last_seq:
                raise JournalError(f"a snapshot after entry {seq} cannot be: the newest entry is {self._last_seq}")
            row = self._connection.execute(NEWEST, (seq,)).fetchone()
            with sqlite.transaction(self._connection):
                self._connection.execute(
                    "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)", (key, seq, row[1] if row else 0.0, packed)
                )
                kept = [retention.Kept(*one) for one in self._connection.execute(
                    "SELECT key, seq, received_s FROM snapshots"
                )]  # fmt: skip
                dropped = retention.superfluous(kept, key, self._settings.snapshots)
                self._connection.executemany(
                    "DELETE FROM snapshots WHERE key = ? AND seq = ?", [(old.key, old.seq) for old in dropped]
                )

    def read_snapshot(self, key: str | None, at_or_before_seq: int | None = None) -> tuple[int, bytes] | None:
        """Return the newest (seq, state) under `key` that is whole, under any if it is None; or None."""
        limit = SEQ_MAX if at_or_before_seq is None else at_or_before_seq
        while True:
            with self._using("a snapshot cannot be read"):
                row = self._connection.execute(
                    "SELECT seq, data FROM snapshots"
                    " WHERE key = ifnull(?, key) AND seq <= ? ORDER BY seq DESC LIMIT 1",
                    (key, limit),
                ).fetchone()
            if row is None:
                return None
            try:
                return int(row[0]), zlib.decompress(row[1])
            except zlib.error as error:
                log.warning("snapshot_unreadable", path=str(self.path), seq=row[0], reason=str(error))
                limit = row[0] - 1

    def prune(self, before_s: float, max_bytes: int | None, keep: Sequence[int]) -> int:
        """Return how many old entries were removed; those in `keep`, decisions and notes stay.

        Works in slices, and lets others write between them.

        Raises:
            JournalError: it could not go on; what was removed before is told by `n_pruned`.
        """
        kept = msgspec.json.encode(list(keep)).decode()
        n_removed = 0
        while True:
            with self._writing("old entries could not be removed"):
                doomed = self._doomed(before_s, max_bytes, kept)
                if doomed:
                    with sqlite.transaction(self._connection):
                        self._remove(doomed)
                n_given_back = self._give_back()
            n_removed += len(doomed)
            if not doomed and not n_given_back:
                return n_removed
            time.sleep(BREATH_S)

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()
            if self._writer_lock is not None:
                self._writer_lock.release()

    def _pages(self, after_seq: int, to_seq: int) -> Iterator[Entry]:
        with sqlite.faults(self.path, "cannot be read"):
            connection = sqlite.connect_reader(self.path)
        try:
            while True:
                with sqlite.faults(self.path, f"cannot be read after entry {after_seq}"):
                    rows = connection.execute(PAGE, (after_seq, to_seq, PAGE_ROWS)).fetchall()
                if not rows:
                    return
                for row in rows:
                    yield self._entry(*row)
                after_seq = rows[-1][0]
        finally:
            connection.close()

    def _entry(self, seq: int, received_s: float, kind: str, feed: str, data: bytes) -> Entry:
        if kind == "frame":
            return Entry(seq, received_s, Frame(feed, data))
        try:
            return Entry(seq, received_s, _unpack(data))
        except msgspec.MsgspecError as error:
            raise JournalError(f"journal {self.path}: entry {seq} ({kind}) cannot be read: {error}") from error

    def _doomed(self, before_s: float, max_bytes: int | None, kept: str) -> list[int]:
        """Return the oldest entries that age or size removes, nothing of them behind the newest snapshot."""
        newest_snapshot = self._connection.execute("SELECT max(seq) FROM snapshots").fetchone()[0]
        limit = min(self._last_seq - 1, SEQ_MAX if newest_snapshot is None else newest_snapshot)
        excess = 0 if max_bytes is None else self._used_bytes() - max_bytes
        doomed: list[int] = []
        for seq, received_s, n_bytes in self._connection.execute(PRUNABLE, (limit, kept, retention.PRUNED_AT_ONCE)):
            if received_s >= before_s and excess <= 0:
                break
            doomed.append(seq)
            excess -= n_bytes + retention.ENTRY_BYTES
        return doomed

    def _remove(self, doomed: Sequence[int]) -> None:
        self._connection.executemany("DELETE FROM entries WHERE seq = ?", [(seq,) for seq in doomed])
        self._connection.execute("UPDATE meta SET value = value + ? WHERE name = 'n_pruned'", (len(doomed),))
        self._connection.execute("UPDATE meta SET value = max(value, ?) WHERE name = 'pruned_to_seq'", (doomed[-1],))
        # An older snapshot would be run on over the gap, to a picture that never was.
        self._connection.execute("DELETE FROM snapshots WHERE seq < ?", (doomed[-1],))

    def _give_back(self) -> int:
        """Return how many free pages were given back to the disk."""
        n_surplus = self._pragma("freelist_count") - int(FREE_SHARE * self._pragma("page_count"))
        if n_surplus <= 0:
            return 0
        n_pages = min(n_surplus, VACUUM_PAGES)
        # Each step frees one page and gives a row without columns, which `execute` takes for the end.
        self._connection.executescript(f"PRAGMA incremental_vacuum({n_pages})")
        return n_pages

    def _used_bytes(self) -> int:
        return (self._pragma("page_count") - self._pragma("freelist_count")) * self._pragma("page_size")

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    @contextlib.contextmanager
    def _using(self, what: str) -> Iterator[None]:
        with sqlite.faults(self.path, what), self._lock:
            yield

    @contextlib.contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        if self._is_read_only:
            raise JournalError(f"journal {self.path}: {what}: it was opened for reading only")
        with self._using(what):
            yield


def _row(entry: Entry) -> tuple[int, float, str, str, bytes]:
    match entry.body:
        case Frame(feed, data):
            return entry.seq, entry.received_s, "frame", feed, data
        case FeedOpened(feed, _):
            return entry.seq, entry.received_s, "opened", feed, _pack(entry.body)
        case FeedClosed(feed, _):
            return entry.seq, entry.received_s, "closed", feed, _pack(entry.body)
        case Decided(_):
            return entry.seq, entry.received_s, "decided", "", _pack(entry.body)
        case Dispatched():
            return entry.seq, entry.received_s, "dispatched", "", _pack(entry.body)
        case ChannelChanged():
            return entry.seq, entry.received_s, "channel", "", _pack(entry.body)
        case Note(_, _):
            return entry.seq, entry.received_s, "note", "", _pack(entry.body)


def _newest(connection: sqlite3.Connection) -> tuple[int, float]:
    row = connection.execute(NEWEST, (SEQ_MAX,)).fetchone()
    return (int(row[0]), float(row[1])) if row else (0, float("-inf"))


def _seq_at(connection: sqlite3.Connection, time_s: float) -> int:
    """Halve the range of numbers: times never decrease with them, so no index is needed."""
    found, low, high = 0, 1, _newest(connection)[0]
    while low <= high:
        row = connection.execute(NEWEST, ((low + high) // 2,)).fetchone()
        if row is None or row[0] < low:  # nothing is left of this half
            low = (low + high) // 2 + 1
        elif row[1] <= time_s:
            found, low = row[0], (low + high) // 2 + 1
        else:
            high = row[0] - 1
    return int(found)


def _meta(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()[0])
