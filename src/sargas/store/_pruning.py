"""What a pruning takes out of an SQLite journal, and what it gives back to the disk."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from sargas.model.evidence import Span
from sargas.store import _retention as retention
from sargas.store import _sqlite as sqlite

VACUUM_PAGES: Final = 2_000
FREE_SHARE: Final = 0.2
"""Free pages are used again by what comes in; only beyond this share of the file are they given back to the disk."""
GAPS_AT_ONCE: Final = 2_000
"""So many stretches between kept spans are looked through in one go: some ten milliseconds."""
PRUNABLE: Final = (
    "SELECT seq, received_s, length(feed) + length(data) FROM entries WHERE seq > ? AND seq <= ?"
    " AND kind IN ('frame', 'opened', 'closed') ORDER BY seq LIMIT ?"
)


class Slice(Struct, frozen=True):
    """Entries to remove; `after` is up to where was looked, `is_last` if nothing beyond it may go."""

    seqs: list[int]
    after: int
    is_last: bool


def doomed(
    connection: sqlite3.Connection, newest: int, before_s: float, max_bytes: int | None, spared: Sequence[Span]
) -> Slice:
    """Return the oldest entries that age or size removes, some at a time, nothing of them behind the newest snapshot.

    Args:
        connection: of the journal.
        newest: the newest entry; it always stays.
        before_s: what came in before is removed.
        max_bytes: what the journal may hold, None for any amount.
        spared: spans that stay, in order, none reaching into the next; the first one ends where to look from.
    """
    newest_snapshot = connection.execute("SELECT max(seq) FROM snapshots").fetchone()[0]
    limit = min(newest - 1, sqlite.SEQ_MAX if newest_snapshot is None else newest_snapshot)
    excess = 0 if max_bytes is None else used_bytes(connection) - max_bytes
    found: list[int] = []
    after = spared[0].last_seq
    for n_gaps, (first, last) in enumerate(retention.gaps(spared, limit), start=1):
        left = retention.PRUNED_AT_ONCE - len(found)
        for seq, received_s, n_bytes in connection.execute(PRUNABLE, (first - 1, last, left)):
            if received_s >= before_s and excess <= 0:
                return Slice(found, after, is_last=True)
            found.append(seq)
            after = seq
            excess -= n_bytes + retention.ENTRY_BYTES
        if len(found) >= retention.PRUNED_AT_ONCE:
            return Slice(found, after, is_last=False)
        after = last
        if n_gaps >= GAPS_AT_ONCE:
            return Slice(found, after, is_last=False)
    return Slice(found, after, is_last=True)


def remove(connection: sqlite3.Connection, seqs: Sequence[int]) -> None:
    """Remove these entries, in order; within a transaction."""
    connection.executemany("DELETE FROM entries WHERE seq = ?", [(seq,) for seq in seqs])
    connection.execute("UPDATE meta SET value = value + ? WHERE name = 'n_pruned'", (len(seqs),))
    connection.execute("UPDATE meta SET value = max(value, ?) WHERE name = 'pruned_to_seq'", (seqs[-1],))
    # An older snapshot would be run on over the gap, to a picture that never was.
    connection.execute("DELETE FROM snapshots WHERE seq < ?", (seqs[-1],))


def give_back(connection: sqlite3.Connection) -> int:
    """Return how many free pages were given back to the disk."""
    n_surplus = pragma(connection, "freelist_count") - int(FREE_SHARE * pragma(connection, "page_count"))
    if n_surplus <= 0:
        return 0
    n_pages = min(n_surplus, VACUUM_PAGES)
    # Each step frees one page and gives a row without columns, which `execute` takes for the end.
    connection.executescript(f"PRAGMA incremental_vacuum({n_pages})")
    return n_pages


def used_bytes(connection: sqlite3.Connection) -> int:
    """Return what the file holds, without the pages that are free."""
    n_pages = pragma(connection, "page_count") - pragma(connection, "freelist_count")
    return n_pages * pragma(connection, "page_size")


def pragma(connection: sqlite3.Connection, name: str) -> int:
    """Return a number that SQLite tells of the file."""
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
