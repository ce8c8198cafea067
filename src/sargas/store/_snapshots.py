"""The snapshots that an SQLite journal keeps beside its entries."""

import sqlite3
import zlib

from sargas.model.errors import JournalError
from sargas.store import _retention as retention
from sargas.store import _sqlite as sqlite


def packed(state: bytes, compression: int) -> bytes:
    """Return the state as it is kept."""
    return zlib.compress(state, compression)


def unpacked(data: bytes) -> bytes:
    """Return the state.

    Raises:
        JournalError: it is damaged.
    """
    try:
        return zlib.decompress(data)
    except zlib.error as error:
        raise JournalError(str(error)) from error


def write(connection: sqlite3.Connection, seq: int, key: str, data: bytes, spacing: retention.Spacing) -> None:
    """Keep a packed state and let go of those that are no longer needed; within a transaction."""
    row = connection.execute(sqlite.NEWEST, (seq,)).fetchone()
    connection.execute(
        "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)", (key, seq, row[1] if row else 0.0, data)
    )
    kept = [retention.Kept(*one) for one in connection.execute("SELECT key, seq, received_s FROM snapshots")]
    dropped = retention.superfluous(kept, key, spacing)
    connection.executemany("DELETE FROM snapshots WHERE key = ? AND seq = ?", [(old.key, old.seq) for old in dropped])


def read(connection: sqlite3.Connection, key: str | None, limit: int) -> tuple[int, bytes] | None:
    """Return the newest (seq, packed state) under `key` up to an entry, under any if it is None; or None."""
    row = connection.execute(
        "SELECT seq, data FROM snapshots WHERE key = ifnull(?, key) AND seq <= ? ORDER BY seq DESC LIMIT 1",
        (key, limit),
    ).fetchone()
    return None if row is None else (int(row[0]), row[1])
