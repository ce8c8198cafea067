"""A copy of an SQLite file at one moment, whoever writes it meanwhile."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sargas.model.errors import JournalError
from sargas.store import _sqlite as sqlite

PAGES_AT_ONCE: Final = 2_000
MAGIC: Final = b"SQLite format 3\0"

Progress = Callable[[int, int], None]


def is_database(path: Path) -> bool:
    """Return whether a file is an SQLite file, as its first bytes say."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def copy(source: Path, target: Path, progress: Progress) -> None:
    """Copy an SQLite file as it is now, its log included; `progress` hears how many of how many pages.

    What is written meanwhile is not in it: the reading holds one moment, so that it ends, however much comes in.

    Raises:
        JournalError: it cannot be read, or the copy cannot be written.
    """
    with sqlite.faults(source, "cannot be copied"):
        reading = sqlite.connect_reader(source)
        try:
            with sqlite.looking(reading):
                reading.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # the moment is this one
                _copy(reading, target, progress)
        finally:
            reading.close()


def _copy(reading: sqlite3.Connection, target: Path, progress: Progress) -> None:
    if target.exists():
        raise JournalError(f"{target}: it is there already")
    writing = sqlite3.connect(target, isolation_level=None)
    try:
        writing.execute("PRAGMA synchronous = OFF")
        reading.backup(writing, pages=PAGES_AT_ONCE, progress=lambda _, left, of: progress(of - left, of))
    finally:
        writing.close()
