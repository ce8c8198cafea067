"""The register of incidents in one SQLite file beside the journal: a table, and an index of the words (FTS5).

The journal is what must not be lost: everything here can be made anew from it. What an officer wrote or struck out
stands over what the watch itself knows of an incident. The words are folded before they are indexed
(`sargas.register.words`), so that the index has to do nothing but to find beginnings of words: its tokenizer takes
every letter beyond ASCII as a letter and changes none (SQLite, FTS5, section 4.3.2).
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import degrees
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from sargas.model.errors import JournalError
from sargas.model.picture import RegisterChanged
from sargas.model.register import RegisterRecord
from sargas.register.book import ALL_MAX, PAGE_MAX, Page
from sargas.register.query import EARTH_M, NO_INCURSION, Query, distance_m, words_asked
from sargas.register.span import span_s
from sargas.register.statistics import Brief, Key, Statistics, counted
from sargas.register.words import searched_words
from sargas.store._sqlite import LOCK_WAIT_S, REASONS, make_private, transaction

IN_MEMORY: Final = ":memory:"
APPLICATION_ID: Final = 0x53415252
"""'SARR': tells a register from any other SQLite file."""
SCHEMA_VERSION: Final = 1
SCHEMA: Final = """
CREATE TABLE records (
    n INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL UNIQUE,
    began_s REAL NOT NULL,
    until_s REAL NOT NULL,
    lat_deg REAL,
    lon_deg REAL,
    object_type TEXT NOT NULL,
    origin TEXT NOT NULL,
    outcome TEXT NOT NULL,
    state TEXT NOT NULL,
    is_sourced INTEGER NOT NULL,
    is_own INTEGER NOT NULL,
    is_decided INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX by_time ON records (began_s, record_id);
CREATE TABLE countries (country TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (country, n)) WITHOUT ROWID;
CREATE INDEX by_record ON countries (n);
CREATE VIRTUAL TABLE words USING fts5(folded, tokenize = 'ascii', prefix = '2 3');
CREATE TABLE struck (record_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('seen_seq', 0);
"""
INSERT: Final = (
    "INSERT INTO records (record_id, began_s, until_s, lat_deg, lon_deg, object_type, origin, outcome, state,"
    " is_sourced, is_own, is_decided, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING n"
)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(RegisterRecord).decode
_decode_brief = msgspec.json.Decoder(Brief).decode


def path_beside(journal: Path) -> Path:
    """Return where the register of a journal stands."""
    return journal.with_name(f"{journal.name}.register")


def open_for_reading(path: Path) -> "RegisterFile":
    """Return a register that can only be read; a watch may be writing it.

    Raises:
        JournalError: there is none, or it is damaged.
    """
    if not path.is_file():
        raise JournalError(f"register {path}: there is no such file")
    return RegisterFile(str(path), is_read_only=True)


class _Kept(Struct, frozen=True):
    """A row: its number, whether somebody decided it, and its record as bytes."""

    n: int
    is_decided: bool
    data: bytes


class RegisterFile:
    """The register in one file, or in memory; every call may come from any thread."""

    def __init__(self, path: str = IN_MEMORY, *, is_read_only: bool = False) -> None:
        self.path = path
        self._is_read_only = is_read_only
        self._lock = threading.Lock()
        self._n_writes = 0
        self._counted: tuple[Query, int, list[Brief]] | None = None
        with self._faults("cannot be opened"):
            self._connection = _connect(path, is_read_only=is_read_only)
        try:
            with self._faults("cannot be opened"):
                _prepare(self._connection, path, is_read_only=is_read_only)
        except BaseException:
            self._connection.close()
            raise

    def search(self, query: Query, offset: int = 0, limit: int = 100) -> Page:
        """Return a page of the records that answer; `limit` is bounded.

        Raises:
            JournalError: the file cannot be read.
        """
        where, values = _conditions(query)
        n_shown = max(1, min(limit, PAGE_MAX))
        with self._using("cannot be read"):
            n_found = int(self._connection.execute(_select("count(*)", where), values).fetchone()[0])
            statement = _select("data", where, _order(query), "LIMIT ? OFFSET ?")
            rows = self._connection.execute(statement, (*values, n_shown, max(0, offset))).fetchall()
        after = max(0, offset) + len(rows)
        next_offset = after if rows and after < n_found else None
        return Page(records=[_decode(row[0]) for row in rows], n_found=n_found, next_offset=next_offset)

    def record(self, record_id: str) -> RegisterRecord | None:
        """Return the record of that id, None if there is none.

        Raises:
            JournalError: the file cannot be read.
        """
        with self._using("cannot be read"):
            row = self._connection.execute("SELECT data FROM records WHERE record_id = ?", (record_id,)).fetchone()
        return None if row is None else _decode(row[0])

    def all(self, query: Query) -> list[RegisterRecord]:
        """Return every record that answers, in order, `ALL_MAX` at most.

        Raises:
            JournalError: the file cannot be read.
        """
        return [_decode(data) for data in self._data(query)]

    def statistics(self, query: Query, by: Sequence[Key]) -> Statistics:
        """Return how many there are.

        Raises:
            JournalError: the file cannot be read.
        """
        # A page asks for several counts of one question.
        known, n_writes = self._counted, self._n_writes
        if self._is_read_only or known is None or known[:2] != (query, n_writes):
            known = (query, n_writes, [_decode_brief(data) for data in self._data(query)])
            self._counted = known
        return counted(known[2], by)

    def _data(self, query: Query) -> list[bytes]:
        where, values = _conditions(query)
        with self._using("cannot be read"):
            statement = _select("data", where, _order(query), "LIMIT ?")
            return [row[0] for row in self._connection.execute(statement, (*values, ALL_MAX)).fetchall()]

    def keep(
        self,
        decided: Sequence[RegisterChanged] = (),
        own: Sequence[RegisterRecord] = (),
        *,
        seen_seq: int | None = None,
    ) -> None:
        """Keep what was decided, in its order, then what the watch knows of its own incidents; all or nothing.

        A record of the watch does not come over one that was decided, nor over one that was struck out.

        Raises:
            JournalError: nothing was kept.
        """
        with self._writing():
            for change in decided:
                self._decide(change)
            for record in own:
                self._take_own(record)
            if seen_seq is not None:
                self._connection.execute("UPDATE meta SET value = max(value, ?) WHERE name = 'seen_seq'", (seen_seq,))

    def seen_seq(self) -> int:
        """Return up to which entry of the journal the decisions are in here.

        Raises:
            JournalError: the file cannot be read.
        """
        with self._using("cannot be read"):
            return int(self._connection.execute("SELECT value FROM meta WHERE name = 'seen_seq'").fetchone()[0])

    def forget_own(self) -> None:
        """Drop what the watch knows of its own incidents: a played one was moved to another moment.

        Raises:
            JournalError: nothing was dropped.
        """
        self._drop("WHERE is_own AND NOT is_decided")

    def clear(self) -> None:
        """Drop everything, to begin anew from the journal.

        Raises:
            JournalError: nothing was dropped.
        """
        self._drop("")
        with self._writing():
            self._connection.execute("DELETE FROM struck")
            self._connection.execute("UPDATE meta SET value = 0 WHERE name = 'seen_seq'")

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()

    def _drop(self, where: str) -> None:
        with self._writing():
            for (n,) in self._connection.execute(_select("n", where)).fetchall():
                self._remove(int(n))

    def _decide(self, change: RegisterChanged) -> None:
        for record in change.records:
            self._connection.execute("DELETE FROM struck WHERE record_id = ?", (record.record_id,))
            self._put(record, is_decided=True)
        if change.struck:
            found = self._find(change.struck)
            if found is not None:
                self._remove(found.n)
            self._connection.execute("INSERT OR IGNORE INTO struck VALUES (?)", (change.struck,))

    def _take_own(self, record: RegisterRecord) -> None:
        struck = self._connection.execute("SELECT 1 FROM struck WHERE record_id = ?", (record.record_id,)).fetchone()
        found = self._find(record.record_id)
        is_news = found is None or (not found.is_decided and found.data != _encode(record))
        if struck is None and is_news:
            self._put(record, is_decided=False)

    def _find(self, record_id: str) -> "_Kept | None":
        """Return the row of a record, None if there is none."""
        row = self._connection.execute(
            "SELECT n, is_decided, data FROM records WHERE record_id = ?", (record_id,)
        ).fetchone()
        return None if row is None else _Kept(int(row[0]), bool(row[1]), bytes(row[2]))

    def _put(self, record: RegisterRecord, *, is_decided: bool) -> None:
        found = self._find(record.record_id)
        if found is not None:
            self._remove(found.n)
        began_s, until_s = span_s(record)
        row = (
            record.record_id, began_s, until_s, record.lat_deg, record.lon_deg, record.object_type, record.origin,
            record.outcome, record.state, bool(record.sources), bool(record.from_watch), is_decided, _encode(record),
        )  # fmt: skip
        n = int(self._connection.execute(INSERT, row).fetchone()[0])
        pairs = [(country, n) for country in dict.fromkeys(record.countries)]
        self._connection.executemany("INSERT INTO countries VALUES (?, ?)", pairs)
        words = " ".join(dict.fromkeys(searched_words(record)))
        self._connection.execute("INSERT INTO words (rowid, folded) VALUES (?, ?)", (n, words))

    def _remove(self, n: int) -> None:
        for statement in (
            "DELETE FROM words WHERE rowid = ?",
            "DELETE FROM countries WHERE n = ?",
            "DELETE FROM records WHERE n = ?",
        ):
            self._connection.execute(statement, (n,))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._using("could not be written"), transaction(self._connection):
            yield
            self._n_writes += 1

    @contextmanager
    def _using(self, what: str) -> Iterator[None]:
        with self._faults(what), self._lock:
            yield

    @contextmanager
    def _faults(self, what: str) -> Iterator[None]:
        """Turn what SQLite raises into a JournalError that says what could not be done, and why."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", None)
            reason = REASONS.get(code & 0xFF) if code is not None else None
            said = f"{reason} ({error})" if reason else str(error)
            raise JournalError(f"register {self.path}: {what}: {said}") from error
        except msgspec.DecodeError as error:
            raise JournalError(f"register {self.path}: {what}: a record is damaged: {error}") from error


def _connect(path: str, *, is_read_only: bool) -> sqlite3.Connection:
    is_address = is_read_only and path != IN_MEMORY
    if not is_read_only and path != IN_MEMORY:
        make_private(Path(path))
    address = f"{Path(path).absolute().as_uri()}?mode=ro" if is_address else path
    connection = sqlite3.connect(
        address, uri=is_address, timeout=LOCK_WAIT_S, isolation_level=None, check_same_thread=False
    )
    connection.create_function("distance_m", 4, distance_m, deterministic=True)
    return connection


def _prepare(connection: sqlite3.Connection, path: str, *, is_read_only: bool) -> None:
    """Make the tables in a new file; refuse another's file."""
    is_new = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if is_new and not is_read_only:
        with transaction(connection):
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise JournalError(f"register {path}: the file is no register of Sargas")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        raise JournalError(
            f"register {path}: written by another Sargas (version {version}, not {SCHEMA_VERSION});"
            " make it anew with: sargas register rebuild CONFIG"
        )
    if not is_read_only:
        connection.execute("PRAGMA journal_mode = WAL")
        # What is lost with the power is in the journal; it is not worth waiting for the disk a second time.
        connection.execute("PRAGMA synchronous = NORMAL")


def _select(what: str, *clauses: str) -> str:
    """Return a statement; its clauses are ours, every value of a question is bound."""
    return " ".join(("SELECT", what, "FROM records", *clauses))


def _order(query: Query) -> str:
    return f"ORDER BY began_s {'ASC' if query.is_oldest_first else 'DESC'}, record_id"


Value = str | float | int


def _conditions(query: Query) -> tuple[str, tuple[Value, ...]]:
    """Return the WHERE clause of a query and its values."""
    parts = [*_of_time_and_place(query), *_of_kind(query)]
    if not parts:
        return "", ()
    return f"WHERE {' AND '.join(text for text, _ in parts)}", tuple(value for _, some in parts for value in some)


def _of_time_and_place(query: Query) -> Iterator[tuple[str, Sequence[Value]]]:
    if query.from_s is not None:
        yield "until_s > ?", (query.from_s,)
    if query.to_s is not None:
        yield "began_s < ?", (query.to_s,)
    if (box := query.box) is not None:
        yield "lon_deg BETWEEN ? AND ?", (box.west_deg, box.east_deg)
        yield "lat_deg BETWEEN ? AND ?", (box.south_deg, box.north_deg)
    if (near := query.near) is not None:
        # A belt that is a little wider than the circle spares the distances of nearly all others.
        reach_deg = degrees(near.km * 1_000.0 / EARTH_M) * 1.001 + 1e-6
        yield "lat_deg BETWEEN ? AND ?", (near.lat_deg - reach_deg, near.lat_deg + reach_deg)
        yield "lon_deg IS NOT NULL", ()
        yield "distance_m(?, ?, lat_deg, lon_deg) <= ?", (near.lat_deg, near.lon_deg, near.km * 1_000.0)


def _of_kind(query: Query) -> Iterator[tuple[str, Sequence[Value]]]:
    if query.countries:
        wanted = msgspec.json.encode(query.countries).decode()
        yield "n IN (SELECT n FROM countries WHERE country IN (SELECT value FROM json_each(?)))", (wanted,)
    origins = tuple("" if one == "unknown" else one for one in query.origins)
    for column, values in (
        ("object_type", query.object_types),
        ("origin", origins),
        ("outcome", query.outcomes),
        ("state", query.states),
    ):
        if values:
            yield f"{column} IN ({_marks(values)})", values
    if query.is_sourced is not None:
        yield "is_sourced = ?", (int(query.is_sourced),)
    if query.is_own is not None:
        yield "is_own = ?", (int(query.is_own),)
    if query.is_incursion is not None:
        yield f"outcome {'<>' if query.is_incursion else '='} ?", (NO_INCURSION,)
    if asked := words_asked(query):
        match = " AND ".join(f'"{word}" *' for word in asked)
        yield "n IN (SELECT rowid FROM words WHERE words MATCH ?)", (match,)


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
