"""The file of an SQLite journal: opening, its tables, one transaction, and its faults in plain words."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TextIO

from sargas.model.errors import JournalError

APPLICATION_ID: Final = 0x53415247
"""'SARG': tells a journal from any other SQLite file."""
SCHEMA_VERSION: Final = 2
READABLE: Final = frozenset({1, SCHEMA_VERSION})
"""Version 1 had no record: it can be read, and becomes version 2 when it is opened for writing."""
LOCK_WAIT_S: Final = 2.0
GLANCES_S: Final = (0.0, 0.05, 0.1)
"""A command that only looks whether the journal is written holds its lock for a moment."""
WAL_PAGES: Final = 4_000
"""Pages of 4 KiB in the log before they are moved into the file: fewer stalls than the default of 1,000."""

SEQ_MAX: Final = 2**63 - 1
NEWEST: Final = "SELECT seq, received_s FROM entries WHERE seq <= ? ORDER BY seq DESC LIMIT 1"

RECORD: Final = """
CREATE INDEX keys ON entries (seq) WHERE kind = 'key';
CREATE TABLE tree (n_entries INTEGER NOT NULL, peaks BLOB NOT NULL, origin TEXT NOT NULL);
INSERT INTO tree VALUES (0, x'', '');
CREATE TABLE tiles (
    level INTEGER NOT NULL, idx INTEGER NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY (level, idx)
) WITHOUT ROWID;
CREATE TABLE nodes (
    first INTEGER NOT NULL, level INTEGER NOT NULL, sha256 BLOB NOT NULL, PRIMARY KEY (first, level)
) WITHOUT ROWID;
CREATE TABLE heads (
    n_entries INTEGER PRIMARY KEY,
    time_s REAL NOT NULL,
    root BLOB NOT NULL,
    key_id TEXT NOT NULL,
    note TEXT NOT NULL,
    is_shown INTEGER NOT NULL
);
"""
SCHEMA: Final = """
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    received_s REAL NOT NULL,
    kind TEXT NOT NULL,
    feed TEXT NOT NULL,
    data BLOB NOT NULL
);
CREATE TABLE snapshots (
    key TEXT NOT NULL,
    seq INTEGER NOT NULL,
    received_s REAL NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (key, seq)
);
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('n_pruned', 0), ('pruned_to_seq', 0);
"""

REASONS: Final = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it may only be read",
    sqlite3.SQLITE_BUSY: "another program holds it locked",
    sqlite3.SQLITE_LOCKED: "another program holds it locked",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file is not a journal, or it is damaged",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; is there such a folder, and may it be written?",
    sqlite3.SQLITE_IOERR: "the disk failed",
    sqlite3.SQLITE_TOOBIG: "an entry is too big",
}


@contextmanager
def faults(path: Path, what: str) -> Iterator[None]:
    """Turn what SQLite and the system raise into a JournalError that says what could not be done, and why."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        reason = REASONS.get(code & 0xFF) if code is not None else None
        raise JournalError(f"journal {path}: {what}: {f'{reason} ({error})' if reason else error}") from error
    except OSError as error:
        raise JournalError(f"journal {path}: {what}: {error.strerror or error}") from error
    except (OverflowError, UnicodeError) as error:
        raise JournalError(f"journal {path}: {what}: {error}") from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what is done within, all or nothing; once it has left, it is on the disk."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def looking(connection: sqlite3.Connection) -> Iterator[None]:
    """Let everything that is read within be of one moment, whoever writes meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")


def connect_writer(path: Path) -> sqlite3.Connection:
    """Return the connection that writes; makes the tables in a new file.

    Raises:
        JournalError: it is not a journal of a version that is known here.
    """
    make_private(path)
    connection = sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False)
    try:
        version = _version(connection)
        if version is None:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        _use_write_ahead_log(connection, path)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        if version is None:
            _make_tables(connection, SCHEMA + RECORD)
            _sync_folder(path.parent)
        if check_version(connection, path) == 1:
            _make_tables(connection, RECORD)
    except BaseException:
        connection.close()
        raise
    return connection


def make_private(path: Path) -> None:
    """Make a new file for its owner's eyes only; one that is there stays as it is. Its log gets the same mode."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def connect_reader(path: Path) -> sqlite3.Connection:
    """Return a connection that only reads, also beside a watch that writes, also on a disk that cannot be written."""
    address = path.absolute().as_uri()
    try:
        return _try_reader(f"{address}?mode=ro")
    except sqlite3.OperationalError:
        if not path.is_file() or path.with_name(f"{path.name}-wal").exists():
            raise
        return _try_reader(f"{address}?mode=ro&immutable=1")


def check_version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of the file; refuse one that is no journal, or of a version that is not known here.

    Raises:
        JournalError: says which.
    """
    version = _version(connection)
    if version is None:
        raise JournalError(f"journal {path}: the file is empty, not a journal")
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise JournalError(f"journal {path}: the file is an SQLite database, but not a journal of Sargas")
    if version not in READABLE:
        raise JournalError(f"journal {path}: written by another Sargas (version {version}, not {SCHEMA_VERSION})")
    return version


def newest(connection: sqlite3.Connection) -> tuple[int, float]:
    """Return number and time of the newest entry; 0 and minus infinity if there is none."""
    row = connection.execute(NEWEST, (SEQ_MAX,)).fetchone()
    return (int(row[0]), float(row[1])) if row else (0, float("-inf"))


def seq_at(connection: sqlite3.Connection, time_s: float) -> int:
    """Return the number of the last entry received at or before `time_s`, 0 if there is none.

    Halves the range of numbers: times never decrease with them, so no index is needed.
    """
    found, low, high = 0, 1, newest(connection)[0]
    while low <= high:
        row = connection.execute(NEWEST, ((low + high) // 2,)).fetchone()
        if row is None or row[0] < low:  # nothing is left of this half
            low = (low + high) // 2 + 1
        elif row[1] <= time_s:
            found, low = row[0], (low + high) // 2 + 1
        else:
            high = row[0] - 1
    return int(found)


def meta(connection: sqlite3.Connection, name: str) -> int:
    """Return what the table `meta` holds under a name."""
    return int(connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()[0])


class WriterLock:
    """Holds the lock that keeps a second watch off the same journal; gone with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self._file: TextIO = path.with_name(f"{path.name}.lock").open("a")
        for pause_s in GLANCES_S:
            time.sleep(pause_s)
            with suppress(BlockingIOError):
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
        self._file.close()
        raise JournalError(f"journal {path}: another watch is writing it")

    def release(self) -> None:
        """Let another watch write."""
        self._file.close()


def is_locked(path: Path) -> bool:
    """Return whether some process holds the writer's lock of a journal; it is not taken for longer than the look."""
    try:
        with path.with_name(f"{path.name}.lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # there is no such file: nobody has ever written it
        return False
    return False


def _try_reader(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address, uri=True, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int | None:
    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
        return None
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _use_write_ahead_log(connection: sqlite3.Connection, path: Path) -> None:
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise JournalError(f"journal {path}: needs a local disk (write-ahead log refused, got '{mode}')")


def _make_tables(connection: sqlite3.Connection, schema: str) -> None:
    with transaction(connection):
        for statement in schema.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _sync_folder(folder: Path) -> None:
    """Make the new file's name as durable as its content."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
