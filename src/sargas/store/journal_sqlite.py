"""The journal of one machine: one SQLite file with a write-ahead log, every batch synced to the disk.

One connection writes, behind a lock, so that any thread may append, write a snapshot or prune. Every reader has a
connection of its own and reads page by page, so that a slow one neither blocks the writer nor keeps the log from
being folded back into the file.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec
import structlog
from msgspec import Meta, Struct

from sargas.model.entry import Body, Entry, KeyChanged, Note
from sargas.model.errors import JournalError
from sargas.model.evidence import Span
from sargas.model.record import Head, Proof
from sargas.ports import Journal
from sargas.store import _pruning as pruning
from sargas.store import _record as record
from sargas.store import _retention as retention
from sargas.store import _rows as rows_of
from sargas.store import _snapshots as snapshots
from sargas.store import _sqlite as sqlite
from sargas.store._keeper import Keeper
from sargas.store.signing_key import Signing

PAGE_ROWS: Final = 256
"""Entries that a reader holds at once: at most 16 MiB of full frames."""
BREATH_S: Final = 0.002
"""Between two slices of a pruning: a lock is not fair, and whoever waits to append must get it."""
KEY: Final = ".key"
"""What is added to the journal's name for the file of the key that signs it."""
BEGINS: Final = "the record begins to be signed"
LOST: Final = "the key that signed the record before is not here: another one begins"
ADOPTED: Final = f"entries {{}} to {{}} {rows_of.NOT_IN_RECORD}; nobody knows who wrote them, or when"
RETURNED: Final = "entries {} to {} are no longer in the file"

PAGE: Final = "SELECT seq, received_s, kind, feed, data FROM entries WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"

log = structlog.get_logger()


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the file stands, how snapshots are thinned and packed, and how it is signed; None: it is not."""

    path: Annotated[str, Meta(min_length=1)]
    snapshots: retention.Spacing = retention.Spacing()
    compression: Annotated[int, Meta(ge=0, le=9)] = 1
    signing: Signing | None = None


def build(settings: Settings, now: Callable[[], float] = time.time) -> "SqliteJournal":
    """Return the journal, opened for writing; a new file is made where there is none; `now` dates heads and keys.

    Raises:
        JournalError: it cannot be written, or another watch writes it.
    """
    return SqliteJournal(settings, now=now)


def open_for_reading(path: str | Path) -> Journal:
    """Return a journal that can only be read; a watch may be writing it.

    Raises:
        JournalError: there is none, or it is damaged.
    """
    return SqliteJournal(Settings(path=str(path)), is_read_only=True)


def is_written(path: Path) -> bool:
    """Return whether a watch, or a command, is writing the journal now."""
    return sqlite.is_locked(path)


class SqliteJournal:
    """The journal in one file; `opened_at_seq` was its newest entry before this opening wrote any of its own."""

    def __init__(
        self, settings: Settings, *, is_read_only: bool = False, now: Callable[[], float] = time.time
    ) -> None:
        self.path = Path(settings.path)
        self._settings = settings
        self._is_read_only = is_read_only
        self._now = now
        self._lock = threading.Lock()
        self._writer_lock: sqlite.WriterLock | None = None
        self._record: record.Record | None = None
        self._is_closed = False
        with sqlite.faults(self.path, "cannot be opened"), contextlib.ExitStack() as undo:
            if is_read_only:
                if not self.path.is_file():
                    raise JournalError(f"journal {self.path}: there is no such file")
                self._connection = sqlite.connect_reader(self.path)
                undo.callback(self._connection.close)
                self._version = sqlite.check_version(self._connection, self.path)
            else:
                self._writer_lock = sqlite.WriterLock(self.path)
                undo.callback(self._writer_lock.release)
                self._connection = sqlite.connect_writer(self.path)
                undo.callback(self._connection.close)
                self._version = sqlite.SCHEMA_VERSION
                self._record = record.Record(self._connection)
            self._last_seq, self._last_s = sqlite.newest(self._connection)
            self.opened_at_seq = self._last_seq
            if self._record is not None:
                self._open_record(self._record)
            undo.pop_all()

    def append(self, bodies: Sequence[tuple[float, Body]]) -> Sequence[Entry]:
        """Return the entries once they are safe on disk; one transaction.

        Raises:
            JournalError: nothing of the batch was kept.
        """
        if not bodies:
            return []
        with self._writing(f"{len(bodies)} entries could not be kept") as kept:
            retention.check_times(self._last_s, bodies)
            first = self._last_seq + 1
            entries = [Entry(first + index, received_s, body) for index, (received_s, body) in enumerate(bodies)]
            rows = [rows_of.row(entry) for entry in entries]
            with sqlite.transaction(self._connection):
                self._connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", rows)
                step = kept.add(entries, rows, self._now())
            kept.settle(step)
            self._last_seq, self._last_s = entries[-1].seq, entries[-1].received_s
            return entries

    def read(self, after_seq: int = 0, to_seq: int | None = None) -> Iterator[Entry]:
        """Return the entries with after_seq < seq <= to_seq, in order; up to the newest one now if `to_seq` is None.

        Raises:
            JournalError: the file is damaged.
        """
        end = min(sqlite.SEQ_MAX, self.last_seq() if to_seq is None else to_seq)
        return self._pages(min(after_seq, sqlite.SEQ_MAX), end)

    def last_seq(self) -> int:
        """Return the number of the newest entry, 0 if there is none."""
        with self._using("cannot be read"):
            return sqlite.newest(self._connection)[0]

    def seq_at(self, time_s: float) -> int:
        """Return the number of the last entry received at or before `time_s`, 0 if there is none."""
        with self._using("cannot be read"):
            return sqlite.seq_at(self._connection, time_s)

    def span_s(self) -> tuple[float, float] | None:
        """Return when the oldest entry of the unbroken record and the newest one came in; None if it is empty."""
        with self._using("cannot be read"):
            oldest = self._connection.execute(
                "SELECT received_s FROM entries WHERE seq > ? ORDER BY seq LIMIT 1",
                (sqlite.meta(self._connection, "pruned_to_seq"),),
            ).fetchone()
            return (float(oldest[0]), sqlite.newest(self._connection)[1]) if oldest else None

    def n_pruned(self) -> int:
        """Return how many entries were removed since the file was made."""
        with self._using("cannot be read"):
            return sqlite.meta(self._connection, "n_pruned")

    def write_snapshot(self, seq: int, key: str, state: bytes) -> None:
        """Keep the state after entry `seq` and let go of those that are no longer needed.

        Raises:
            JournalError: it was not kept.
        """
        packed = snapshots.packed(state, self._settings.compression)
        with self._writing("a snapshot could not be kept"):
            if not 0 <= seq <= self._last_seq:
                raise JournalError(f"a snapshot after entry {seq} cannot be: the newest entry is {self._last_seq}")
            with sqlite.transaction(self._connection):
                snapshots.write(self._connection, seq, key, packed, self._settings.snapshots)

    def read_snapshot(self, key: str | None, at_or_before_seq: int | None = None) -> tuple[int, bytes] | None:
        """Return the newest (seq, state) under `key` that is whole, under any if it is None; or None."""
        limit = sqlite.SEQ_MAX if at_or_before_seq is None else at_or_before_seq
        while True:
            with self._using("a snapshot cannot be read"):
                found = snapshots.read(self._connection, key, limit)
            if found is None:
                return None
            seq, packed = found
            try:
                return seq, snapshots.unpacked(packed)
            except JournalError as error:
                log.warning("snapshot_unreadable", path=str(self.path), seq=seq, reason=str(error))
                limit = seq - 1

    def prune(self, before_s: float, max_bytes: int | None, keep: Sequence[Span]) -> int:
        """Return how many old entries were removed; those in the spans of `keep`, decisions and notes stay.

        Works in slices, and lets others write between them. Of what is removed the record keeps the hashes.

        Raises:
            JournalError: it could not go on; what was removed before is told by `n_pruned`.
        """
        spans = retention.merged(keep)
        n_removed = after = 0
        while True:
            with self._writing("old entries could not be removed") as kept:
                spared = retention.from_on(spans, after)
                part = pruning.doomed(self._connection, self._last_seq, before_s, max_bytes, spared)
                if part.seqs:
                    with sqlite.transaction(self._connection):
                        kept.forget(part.seqs)
                        pruning.remove(self._connection, part.seqs)
                n_given_back = pruning.give_back(self._connection)
            n_removed += len(part.seqs)
            after = part.after
            if part.is_last and not part.seqs and not n_given_back:
                return n_removed
            time.sleep(BREATH_S)

    def sign(self) -> Head | None:
        """Return the signed head over all entries, made now if it is needed; None if it cannot sign.

        That head can be compared with for ever after: whatever is removed, its root can be found.
        """
        if self._is_read_only:
            return None
        with self._writing("the record could not be signed") as kept:
            with sqlite.transaction(self._connection):
                head = kept.sign(self._now(), is_shown=True)
            kept.newest = head or kept.newest
            return head

    def sign_if_due(self) -> None:
        """Sign what came in since the newest head, if there is anything; nobody is shown that head."""
        with self._writing("the record could not be signed") as kept:
            self._sign_the_rest(kept)

    def prove(self, seqs: Sequence[int]) -> Proof | None:
        """Return these entries with their proof against the newest head, which is made if it is needed.

        Entries that were removed are left out, and those that no head covers yet where the journal is only read.

        Raises:
            JournalError: something of the record is missing.
        """
        head = self.sign()
        with self._using("entries cannot be proven"):
            if self._version == 1:
                return None
            if head is None:
                head = record.newest_head(self._connection)
            if head is None:
                return None
            with sqlite.looking(self._connection):
                return record.prove(self._connection, self.path, head, seqs)

    def sign_bytes(self, data: bytes) -> tuple[str, bytes] | None:
        """Return the id of the record's key and its signature of a JSON document; None if it cannot sign."""
        with self._lock:
            keeper = self._record.keeper if self._record is not None else None
            return None if keeper is None else keeper.sign(data)

    def next_key(self) -> KeyChanged:
        """Return the entry by which a new key comes into use: once it is appended, the one before is erased.

        Raises:
            JournalError: the journal is not signed, or the key cannot be written.
        """
        with self._writing("the key could not be changed") as kept:
            if kept.keeper is None:
                raise JournalError(f"journal {self.path}: it is not signed")
            return kept.keeper.next_key()

    def key_since_s(self) -> float | None:
        """Return when the key came into use that signs now, None if there is none."""
        with self._using("cannot be read"):
            row = self._connection.execute(
                "SELECT received_s FROM entries WHERE kind = 'key' ORDER BY seq DESC LIMIT 1"
            ).fetchone()
            return None if row is None else float(row[0])

    def close(self) -> None:
        """Sign what came in last, and release the file."""
        with self._lock:
            if self._record is not None and self._writer_lock is not None and not self._is_closed:
                try:
                    with sqlite.faults(self.path, "the record could not be signed"):
                        self._sign_the_rest(self._record)
                except JournalError as error:
                    log.warning("record_not_signed", reason=str(error))
            self._is_closed = True
            self._connection.close()
            if self._writer_lock is not None:
                self._writer_lock.release()

    def _open_record(self, kept: record.Record) -> None:
        """Bring the record up to what the file holds, and sign it."""
        told = []
        if kept.tree.n_leaves < self._last_seq:
            told.append(ADOPTED.format(kept.tree.n_leaves + 1, self._last_seq))
            with sqlite.transaction(self._connection):
                kept.adopt(self._last_seq)
        elif kept.tree.n_leaves > self._last_seq:  # somebody took them out: no number is given twice
            told.append(RETURNED.format(self._last_seq + 1, kept.tree.n_leaves))
            self._last_seq = kept.tree.n_leaves
        for text in told:
            log.warning("record_differs", path=str(self.path), reason=text)
        if self._settings.signing is None:
            return
        signing = self._settings.signing
        path = Path(signing.key) if signing.key else self.path.with_name(self.path.name + KEY)
        keys = [change for _, change in record.chain(self._connection)]
        kept.sign_by(Keeper(signing, kept.origin, keys, path))
        self._tell_opening(kept, told)

    def _tell_opening(self, kept: record.Record, told: list[str]) -> None:
        """Append what a first or another key, and what is strange in the file, must leave in the record."""
        change = kept.keeper.to_tell if kept.keeper is not None else None
        now_s = max(self._now(), self._last_s)
        bodies: list[tuple[float, Body]] = []
        if change is not None:
            told = [*told, LOST if change.previous_key_id else BEGINS]
        if told and self._last_seq:
            bodies.append((now_s, Note("started", "; ".join(told))))  # nobody looked at the time before it
        if change is not None:
            bodies.append((now_s, change))
        self.append(bodies)
        with self._writing("the record could not be signed"):
            self._sign_the_rest(kept)

    def _sign_the_rest(self, kept: record.Record) -> None:
        if kept.keeper is not None and (kept.newest is None or kept.newest.n_entries != kept.tree.n_leaves):
            with sqlite.transaction(self._connection):
                head = kept.sign(self._now(), is_shown=False)
            kept.newest = head or kept.newest

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
        try:
            return Entry(seq, received_s, rows_of.body(kind, feed, data))
        except msgspec.MsgspecError as error:
            raise JournalError(f"journal {self.path}: entry {seq} ({kind}) cannot be read: {error}") from error

    @contextlib.contextmanager
    def _using(self, what: str) -> Iterator[None]:
        with sqlite.faults(self.path, what), self._lock:
            yield

    @contextlib.contextmanager
    def _writing(self, what: str) -> Iterator[record.Record]:
        if self._record is None:
            raise JournalError(f"journal {self.path}: {what}: it was opened for reading only")
        with self._using(what):
            yield self._record
