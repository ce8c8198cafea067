"""The file of the accounts: opening, its tables, and its faults in plain words."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sargas.model.errors import AccountError

APPLICATION_ID: Final = 0x53415243
"""'SARC': tells accounts from a journal ('SARG') and from any other SQLite file."""
SCHEMA_VERSION: Final = 1
LOCK_WAIT_S: Final = 5.0
MEMORY: Final = ":memory:"

SCHEMA: Final = """
BEGIN IMMEDIATE;
CREATE TABLE accounts (
    name TEXT PRIMARY KEY COLLATE NOCASE,
    full_name TEXT NOT NULL,
    roles TEXT NOT NULL,
    password TEXT,
    is_disabled INTEGER NOT NULL DEFAULT 0,
    made_s REAL NOT NULL,
    last_seen_s REAL
) WITHOUT ROWID;
CREATE VIEW people AS SELECT name, roles, full_name, is_disabled, made_s, last_seen_s FROM accounts;
CREATE TABLE sessions (
    sha256 BLOB PRIMARY KEY,
    account TEXT NOT NULL COLLATE NOCASE REFERENCES accounts,
    made_s REAL NOT NULL,
    seen_s REAL NOT NULL,
    ends_s REAL NOT NULL,
    address TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_of ON sessions (account);
CREATE TABLE tokens (
    token_id TEXT PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    account TEXT NOT NULL COLLATE NOCASE REFERENCES accounts,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    made_s REAL NOT NULL,
    ends_s REAL,
    last_used_s REAL,
    last_address TEXT NOT NULL DEFAULT '',
    revoked_s REAL
) WITHOUT ROWID;
CREATE TABLE subjects (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account TEXT NOT NULL COLLATE NOCASE REFERENCES accounts,
    PRIMARY KEY (issuer, subject)
) WITHOUT ROWID;
CREATE TABLE changes (number INTEGER PRIMARY KEY AUTOINCREMENT, time_s REAL NOT NULL, text TEXT NOT NULL);
"""
"""Names that differ in nothing but their case would be taken for each other; so they are the same."""


@contextmanager
def faults(path: str) -> Iterator[None]:
    """Turn what SQLite and the system raise into an AccountError that names the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise AccountError(f"accounts {path}: {error}") from error
    except OSError as error:
        raise AccountError(f"accounts {path}: {error.strerror or error}") from error


def connect(path: str) -> sqlite3.Connection:
    """Return a connection to the accounts; the file is for its owner's eyes only, and made so if it was copied here.

    Raises:
        AccountError: it is not a file of accounts of a version that is known here.
    """
    with faults(path):
        if path != MEMORY and not Path(path).exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if path != MEMORY and Path(path).stat().st_mode & 0o077:
            with suppress(PermissionError):  # somebody else's file: what it may be read by is his business
                Path(path).chmod(0o600)
        connection = sqlite3.connect(path, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
                _make(connection)
            check_version(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def check_version(connection: sqlite3.Connection, path: str) -> None:
    """Refuse a file that holds something else.

    Raises:
        AccountError: says what.
    """
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise AccountError(f"accounts {path}: the file holds something else than accounts of Sargas")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        raise AccountError(f"accounts {path}: written by another Sargas (version {version}, not {SCHEMA_VERSION})")


def _make(connection: sqlite3.Connection) -> None:
    """Make the tables, unless the file holds others or another process was quicker."""
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        return
    connection.execute("PRAGMA journal_mode = WAL")
    try:
        connection.executescript(SCHEMA)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except sqlite3.OperationalError:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            raise
