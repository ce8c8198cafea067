"""The record of an SQLite journal: its hash tree, heads and keys, kept with the entries in one transaction.

Kept are the peaks of the tree (table `tree`), the hash of every whole tile of 256 leaves and of every 256 of those
(`tiles`), and of removed entries as few nodes as stand for them (`nodes`). What is not kept is made from the entries.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from sargas.model.entry import Entry, KeyChanged
from sargas.model.errors import JournalError
from sargas.model.record import Head, Node, Proof, ProvenEntry
from sargas.store import _rows as rows_of
from sargas.store import hash_tree
from sargas.store._keeper import Keeper
from sargas.store._rows import Row
from sargas.store.hash_tree import Growing, Place
from sargas.store.signing_key import LASTING as LASTING_LINE

TILE: Final = 8
"""The level whose nodes are all kept: over 256 leaves, so that they take a byte for eight entries."""
TILES: Final = (8, 16)
SHOWN_ALL_S: Final = 7 * 86_400.0
"""Of older heads that were shown, one an hour is kept: whoever keeps the others can compare them with those."""
OTHERS_ALL_S: Final = 3_600.0
N_COMPARED: Final = 4
"""So many heads soon after the first and the last entry of a proof, and of the newest, can be found from it."""

HEAD: Final = "SELECT n_entries, time_s, root, key_id, note FROM heads"
IN_TILE: Final = "SELECT seq, received_s, kind, feed, data FROM entries WHERE seq > ? AND seq <= ? ORDER BY seq"
LASTING: Final = (
    "SELECT count(*) FROM entries WHERE seq > ? AND seq <= ? AND kind NOT IN (SELECT value FROM json_each(?))"
)
PRUNED: Final = msgspec.json.encode(rows_of.PRUNED).decode()
CHAIN: Final = "SELECT seq, data FROM entries WHERE kind = 'key' ORDER BY seq"


class Step(Struct, frozen=True):
    """What the tree becomes once a transaction is on disk."""

    tree: Growing
    head: Head | None
    changes: tuple[KeyChanged, ...]


class Record:
    """The tree of a journal that is being written; all but the constructor is called within its lock."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        n_entries, peaks, self.origin = connection.execute("SELECT n_entries, peaks, origin FROM tree").fetchone()
        self.tree = hash_tree.unpacked(n_entries, peaks)
        self.newest = newest_head(connection)
        self.keeper: Keeper | None = None

    def sign_by(self, keeper: Keeper) -> None:
        """Let a keeper sign from now on; the record keeps the name that its first head had."""
        self.keeper = keeper
        if not self.origin:
            self._connection.execute("UPDATE tree SET origin = ?", (keeper.origin,))
            self.origin = keeper.origin

    def add(self, entries: Sequence[Entry], rows: Sequence[Row], time_s: float) -> Step:
        """Write what these entries add; within their transaction, which `settle` must follow.

        Args:
            entries: what was appended.
            rows: the same as it is kept.
            time_s: the time now; a head is made if it is due, or if a decision is among them.
        """
        tree = self.tree.copy()
        self._write_tree(tree, tree.extend(rows_of.leaves(rows), report=TILES))
        changes = tuple(entry.body for entry in entries if isinstance(entry.body, KeyChanged))
        is_due = self._is_due(time_s) or any(isinstance(entry.body, rows_of.SIGNED_AT_ONCE) for entry in entries)
        head = self._make_head(tree, time_s, changes[-1] if changes else None) if is_due else None
        return Step(tree, head, changes)

    def settle(self, step: Step) -> None:
        """Take over what is on disk now."""
        self.tree, self.newest = step.tree, step.head or self.newest
        for change in step.changes:
            if self.keeper is not None:
                self.keeper.settle(change)

    def adopt(self, to_seq: int) -> None:
        """Grow the tree over entries that are in the file, and not in the tree: from before the record began.

        Where an entry is missing, a leaf of its number alone stands for it. Within a transaction.
        """
        tree = self.tree
        while tree.n_leaves < to_seq:
            first = tree.n_leaves
            last = min(to_seq, ((first >> TILE) + 1) << TILE)
            known = self._leaves_of(first, last)
            missing = {(0, at): rows_of.missing_leaf(at + 1) for at in range(first, last) if (0, at) not in known}
            known |= missing
            self._write_tree(tree, tree.extend([known[0, at] for at in range(first, last)], report=TILES))
            self._keep_nodes(first >> TILE, missing, self._cuts(first >> TILE))

    def sign(self, time_s: float, *, is_shown: bool) -> Head | None:
        """Return the head over all entries, made if there is none yet; None if nobody signs. Within a transaction."""
        if self.keeper is None or not self.tree.n_leaves:
            return None
        head = self.newest
        if head is None or head.n_entries != self.tree.n_leaves:
            head = self._make_head(self.tree, time_s, None)
        if is_shown and head is not None:
            self._connection.execute("UPDATE heads SET is_shown = 1 WHERE n_entries = ?", (head.n_entries,))
            self._thin(time_s)
        return head

    def forget(self, seqs: Sequence[int]) -> None:
        """Keep what is needed of entries that are about to be removed: as few nodes as stand for them."""
        tiles: dict[int, list[int]] = {}
        for seq in seqs:
            tiles.setdefault((seq - 1) >> TILE, []).append(seq)
        for tile, gone in tiles.items():
            cuts = self._cuts(tile)
            if len(gone) == 1 << TILE and not cuts:
                continue  # nothing of it stays, and its hash is kept
            first, removed = tile << TILE, {seq - 1 for seq in gone}
            leaves = self._leaves_of(first, first + (1 << TILE))
            self._keep_nodes(tile, {place: one for place, one in leaves.items() if place[1] in removed}, cuts)

    def _is_due(self, time_s: float) -> bool:
        if self.keeper is None:
            return False
        every_s = self.keeper.signing.sign_every_s
        return self.newest is None or not 0.0 <= time_s - self.newest.time_s < every_s

    def _make_head(self, tree: Growing, time_s: float, change: KeyChanged | None) -> Head | None:
        if self.keeper is None:
            return None
        n_lasting = self._n_lasting(tree.n_leaves)
        head = self.keeper.head(tree.n_leaves, tree.root(), time_s, change, n_lasting=n_lasting)
        self._connection.execute(
            "INSERT OR IGNORE INTO heads VALUES (?, ?, ?, ?, ?, 0)",
            (head.n_entries, head.time_s, head.root, head.key_id, head.note),
        )
        return head

    def _n_lasting(self, n_entries: int) -> int:
        """Return how many entries are never removed: those of the newest head, and what came after it."""
        counted = None if self.newest is None else n_lasting_of(self.newest.note)
        n_before, after = (0, 0) if counted is None or self.newest is None else (counted, self.newest.n_entries)
        row = self._connection.execute(LASTING, (after, n_entries, PRUNED)).fetchone()
        return n_before + int(row[0])

    def _write_tree(self, tree: Growing, whole: Mapping[Place, bytes]) -> None:
        if whole:
            tiles = [(level, index, one) for (level, index), one in whole.items()]
            self._connection.executemany("INSERT INTO tiles VALUES (?, ?, ?)", tiles)
        self._connection.execute("UPDATE tree SET n_entries = ?, peaks = ?", (tree.n_leaves, hash_tree.packed(tree)))

    def _leaves_of(self, first: int, end: int) -> dict[Place, bytes]:
        found = self._connection.execute(IN_TILE, (first, end)).fetchall()
        return {(0, row[0] - 1): one for row, one in zip(found, rows_of.leaves(found), strict=True)}

    def _keep_nodes(self, tile: int, more: Mapping[Place, bytes], cuts: Collection[int]) -> None:
        if not more:
            return
        known = {**nodes_in(self._connection, tile), **more}
        kept = hash_tree.collapsed(known, cuts, TILE)
        span = (tile << TILE, (tile + 1) << TILE)
        self._connection.execute("DELETE FROM nodes WHERE first >= ? AND first < ?", span)
        self._connection.executemany(
            "INSERT INTO nodes VALUES (?, ?, ?)",
            [(index << level, level, one) for (level, index), one in kept.items()],
        )

    def _cuts(self, tile: int) -> list[int]:
        """Return the sizes of shown heads that end within a tile: their roots must be found for ever."""
        span = (tile << TILE, (tile + 1) << TILE)
        query = "SELECT n_entries FROM heads WHERE is_shown AND n_entries > ? AND n_entries < ?"
        return [one for (one,) in self._connection.execute(query, span)]

    def _thin(self, time_s: float) -> None:
        """Let go of old heads: those that nobody was shown, and of the others all but the first of every hour."""
        self._connection.execute(
            "DELETE FROM heads WHERE NOT is_shown AND time_s < ? AND n_entries < (SELECT max(n_entries) FROM heads)",
            (time_s - OTHERS_ALL_S,),
        )
        self._connection.execute(
            "DELETE FROM heads WHERE time_s < ? AND n_entries NOT IN"
            " (SELECT min(n_entries) FROM heads WHERE is_shown GROUP BY CAST(time_s / 3600 AS INTEGER))",
            (time_s - SHOWN_ALL_S,),
        )


def prove(connection: sqlite3.Connection, path: Path, head: Head, seqs: Iterable[int]) -> Proof:
    """Return the entries that are still there, with the nodes that lead to the head; within one transaction.

    Raises:
        JournalError: a hash is missing: the file is damaged.
    """
    wanted = sorted({seq for seq in seqs if 1 <= seq <= head.n_entries})
    asked = msgspec.json.encode(wanted).decode()
    found: list[Row] = connection.execute(
        "SELECT seq, received_s, kind, feed, data FROM entries"
        " WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq",
        (asked,),
    ).fetchall()
    leaves = [row[0] - 1 for row in found]
    known = Nodes(connection, path)
    sizes = _compared(connection, leaves, head.n_entries)
    places = hash_tree.cover(head.n_entries, leaves, sizes)
    return Proof(
        origin=head.note.partition("\n")[0],
        head=head,
        keys=tuple(change for seq, change in chain(connection) if seq <= head.n_entries),
        entries=tuple(
            ProvenEntry(seq=seq, received_s=received_s, kind=kind, feed=feed, data=data)
            for seq, received_s, kind, feed, data in found
        ),
        nodes=tuple(Node(level=level, index=index, sha256=known.hash(level, index)) for level, index in places),
    )


class Nodes:
    """The hashes of whole nodes, from what is kept and from the entries."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._tile: int | None = None
        self._known: dict[Place, bytes] = {}

    def hash(self, level: int, index: int) -> bytes:
        """Return the hash of a node that is whole.

        Raises:
            JournalError: it is neither kept, nor are the entries below it all there.
        """
        found = self._of_tiles(level, index) if level >= TILE else self._within_a_tile(level, index)
        if found is None:
            first, last = (index << level) + 1, (index + 1) << level
            raise JournalError(f"journal {self._path}: of entries {first} to {last} some are missing: it is damaged")
        return found

    def _of_tiles(self, level: int, index: int) -> bytes | None:
        base = max(one for one in TILES if one <= level)
        shift = level - base
        found = self._connection.execute(
            "SELECT idx, sha256 FROM tiles WHERE level = ? AND idx >= ? AND idx < ?",
            (base, index << shift, (index + 1) << shift),
        )
        return hash_tree.resolved(level, index, {(base, at): one for at, one in found})

    def _within_a_tile(self, level: int, index: int) -> bytes | None:
        tile = index >> (TILE - level)
        if tile != self._tile:
            rows = self._connection.execute(IN_TILE, (tile << TILE, (tile + 1) << TILE)).fetchall()
            leaves = zip(rows, rows_of.leaves(rows), strict=True)
            self._known = {(0, row[0] - 1): one for row, one in leaves} | nodes_in(self._connection, tile)
            self._tile = tile
        return hash_tree.resolved(level, index, self._known)


def newest_head(connection: sqlite3.Connection) -> Head | None:
    """Return the newest signed head, None if there is none."""
    row = connection.execute(f"{HEAD} ORDER BY n_entries DESC LIMIT 1").fetchone()
    return None if row is None else head_of(row)


def head_of(row: tuple[int, float, bytes, str, str]) -> Head:
    """Return the head of a line of the table `heads`."""
    return Head(n_entries=row[0], time_s=row[1], root=row[2], key_id=row[3], note=row[4])


def n_lasting_of(note: str) -> int | None:
    """Return how many entries are never removed, as a head says it; None if it does not."""
    for line in note.partition("\n\n")[0].split("\n")[4:]:
        what, _, number = line.partition(" ")
        if what == LASTING_LINE and number.isdecimal():
            return int(number)
    return None


def chain(connection: sqlite3.Connection) -> list[tuple[int, KeyChanged]]:
    """Return all keys of the record with the numbers of their entries, the first one first."""
    decode = msgspec.msgpack.Decoder(KeyChanged).decode
    return [(seq, decode(data)) for seq, data in connection.execute(CHAIN)]


def nodes_in(connection: sqlite3.Connection, tile: int) -> dict[Place, bytes]:
    """Return the nodes that stand for removed entries of a tile."""
    span = (tile << TILE, (tile + 1) << TILE)
    found = connection.execute("SELECT first, level, sha256 FROM nodes WHERE first >= ? AND first < ?", span)
    return {(level, first >> level): one for first, level, one in found}


def _compared(connection: sqlite3.Connection, leaves: Sequence[int], before: int) -> list[int]:
    """Return the sizes of heads that were shown: a few after the first and the last entry, and of the newest."""
    query = "SELECT n_entries FROM heads WHERE is_shown AND n_entries > ? AND n_entries < ? ORDER BY n_entries"
    found = connection.execute(f"{query} DESC LIMIT ?", (0, before, N_COMPARED)).fetchall()
    for after in {leaves[0], leaves[-1]} if leaves else ():
        found += connection.execute(f"{query} LIMIT ?", (after, before, N_COMPARED)).fetchall()
    return sorted({one for (one,) in found})
