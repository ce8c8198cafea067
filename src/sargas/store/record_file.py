"""The record of a journal file, gone through from its first entry on: every hash made anew and compared."""

import bisect
import itertools
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from sargas.model.entry import KeyChanged, Note
from sargas.model.errors import JournalError
from sargas.model.record import Head
from sargas.store import _record as record
from sargas.store import _rows as rows_of
from sargas.store import _sqlite as sqlite
from sargas.store import hash_tree
from sargas.store._record import TILE
from sargas.store._rows import Row
from sargas.store.hash_tree import Growing, Place

TILES_AT_ONCE: Final = 16
"""So many tiles are read in one go: short enough to keep nobody who writes from folding back the log."""
SIZE: Final = 1 << TILE
MARK: Final = rows_of.NOT_IN_RECORD.encode()

Progress = Callable[[int, int], None]
"""Hears how many of how many entries were gone through."""


class Fault(Struct, frozen=True):
    """Something is not as it was written: which entries, and what is wrong."""

    first_seq: int
    last_seq: int
    text: str


class Said(Struct, frozen=True):
    """What a note in the record says of entries that it took over as it found them."""

    seq: int
    text: str


class Contents(Struct, frozen=True, kw_only=True):
    """What a record says of itself; `keys` with the number of the entry by which each came into use."""

    n_entries: int
    n_in_file: int
    peaks: bytes
    origin: str
    heads: list[Head]
    keys: list[tuple[int, KeyChanged]]


class RecordFile:
    """The record of a journal file, for reading only; a watch may be writing it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise JournalError(f"journal {path}: there is no such file")
        with sqlite.faults(path, "cannot be opened"):
            self._connection = sqlite.connect_reader(path)
            try:
                _check_version(self._connection, path)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def contents(self) -> Contents:
        """Return what the record says of itself at this moment.

        Raises:
            JournalError: it is damaged.
        """
        with sqlite.faults(self.path, "the record cannot be read"), sqlite.looking(self._connection):
            rows = self._connection.execute("SELECT n_entries, peaks, origin FROM tree").fetchall()
            if len(rows) != 1:
                raise JournalError(f"journal {self.path}: the table `tree` is damaged")
            heads = self._connection.execute(f"{record.HEAD} ORDER BY n_entries").fetchall()
            return Contents(
                n_entries=rows[0][0],
                n_in_file=sqlite.newest(self._connection)[0],
                peaks=rows[0][1],
                origin=rows[0][2],
                heads=[record.head_of(row) for row in heads],
                keys=record.chain(self._connection),
            )

    def walk(self, n_entries: int, sizes: Sequence[int], progress: Progress) -> "Walked":
        """Return what is wrong with the first `n_entries`, and the roots over so many as `sizes` name.

        Raises:
            JournalError: the file is damaged.
        """
        walked = Walked(n_entries, sizes)
        for first in range(0, n_entries, SIZE * TILES_AT_ONCE):
            end = min(n_entries, first + SIZE * TILES_AT_ONCE)
            with sqlite.faults(self.path, f"cannot be read after entry {first}"):
                tiles = list(self._tiles(first, end))
            if end < n_entries and not any(tile.n_kept or tile.stored for tile in tiles):
                walked.fault(first, n_entries, "nothing is kept of them")
                return walked  # it may be a number that somebody made up: nobody counts up to it
            for tile in tiles:
                walked.take(tile)
            progress(end, n_entries)
        with sqlite.faults(self.path, "the record cannot be read"):
            self._check_rest(n_entries, walked)
        return walked

    def _tiles(self, first: int, end: int) -> Iterator["Tile"]:
        with sqlite.looking(self._connection):
            rows = self._connection.execute(record.IN_TILE, (first, end)).fetchall()
            nodes = self._connection.execute(
                "SELECT first, level, sha256 FROM nodes WHERE first >= ? AND first < ? ORDER BY first", (first, end)
            ).fetchall()
            stored = dict(
                self._connection.execute(
                    "SELECT idx, sha256 FROM tiles WHERE level = ? AND idx >= ? AND idx < ?",
                    (TILE, first >> TILE, (end + SIZE - 1) >> TILE),
                ).fetchall()
            )
        rows_by = {tile: list(of) for tile, of in itertools.groupby(rows, lambda row: (row[0] - 1) >> TILE)}
        nodes_by = {tile: list(of) for tile, of in itertools.groupby(nodes, lambda one: one[0] >> TILE)}
        for index in range(first >> TILE, (end + SIZE - 1) >> TILE):
            yield Tile(
                index, min(end, (index + 1) << TILE), rows_by.get(index, []), nodes_by.get(index, []),
                stored.get(index),
            )  # fmt: skip

    def _check_rest(self, n_entries: int, walked: "Walked") -> None:
        """Compare the hashes over 256 tiles each, and look for lines that belong nowhere."""
        upper = record.TILES[1]
        stored = dict(self._connection.execute("SELECT idx, sha256 FROM tiles WHERE level = ?", (upper,)).fetchall())
        for index in range(n_entries >> upper):
            if stored.get(index) != walked.upper.get(index):
                walked.fault(index << upper, (index + 1) << upper, "the hash that is kept over them was changed")
        strange = self._connection.execute(
            "SELECT count(*) FROM tiles WHERE level NOT IN (8, 16) OR idx < 0 OR idx >= (? >> level)", (n_entries,)
        ).fetchone()[0]
        is_growing = sqlite.newest(self._connection)[0] > n_entries
        strange += self._connection.execute(
            "SELECT count(*) FROM nodes WHERE level NOT BETWEEN 0 AND 7 OR first < 0 OR first % (1 << level)"
            " OR first + (1 << level) > ?",
            (n_entries,),
        ).fetchone()[0]
        if strange and not is_growing:
            walked.fault(0, n_entries, f"{strange} hashes are kept that belong nowhere")


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    if sqlite.check_version(connection, path) == 1:
        raise JournalError(f"journal {path}: it has no record yet: a watch makes it at its next start")


class Tile:
    """What is kept of up to 256 entries: those that are there, nodes for the others, and the hash over all."""

    def __init__(
        self, index: int, end: int, rows: list[Row], nodes: list[tuple[int, int, bytes]], stored: bytes | None
    ) -> None:
        self.index, self.first, self.end, self.stored = index, index << TILE, end, stored
        self.n_entries, self.n_kept = len(rows), len(rows) + len(nodes)
        self.lasting = [row[0] for row in rows if row[2] not in rows_of.PRUNED]
        leaves = rows_of.leaves(rows)
        self.said = [said for row in rows if row[2] == "note" and MARK in row[4] and (said := _said(row))]
        self.known: dict[Place, bytes] = {(level, first >> level): one for first, level, one in nodes}
        self.known |= {(0, row[0] - 1): leaf for row, leaf in zip(rows, leaves, strict=True)}
        self.pieces = sorted([(row[0] - 1, 1) for row in rows] + [(first, 1 << level) for first, level, _ in nodes])

    def gaps(self) -> Iterator[tuple[int, int, str]]:
        """Return what is missing, and what is there twice: (first, end) and what is wrong."""
        at = self.first
        for first, size in self.pieces:
            if first > at:
                yield at, first, "neither they nor a hash in their place are there"
            elif first < at:
                yield first, first + size, "they are there, and so is the hash of what was removed"
            at = max(at, first + size)
        if at < self.end:
            yield at, self.end, "neither they nor a hash in their place are there"

    def whole(self) -> bytes | None:
        """Return the hash over the tile made anew, None if it is not whole or something is missing."""
        if len(self.known) == SIZE == self.end - self.first and all(level == 0 for level, _ in self.known):
            tree = Growing()
            tree.extend([self.known[0, at] for at in range(self.first, self.end)])
            return tree.root()
        return hash_tree.resolved(TILE, self.index, self.known) if self.end - self.first == SIZE else None


def _said(row: Row) -> Said | None:
    """Return what a watch noted at its start of entries that were not its own; what others wrote is no such note."""
    try:
        body = rows_of.body(*row[2:])
    except msgspec.MsgspecError:
        return None
    return Said(row[0], body.text) if isinstance(body, Note) and body.what == "started" else None


class Walked:
    """What was found on the way: faults, and for each of the sizes that were asked for what is there of so many.

    `roots` are None where they are unknown; `lasting` counts the entries that no pruning removes.
    """

    def __init__(self, n_entries: int, sizes: Sequence[int]) -> None:
        self.faults: list[Fault] = []
        self.said: list[Said] = []
        self.n_kept = 0
        self.roots: dict[int, bytes | None] = {}
        self.upper: dict[int, bytes] = {}
        self.lasting: dict[int, int] = {}
        self._n_lasting = 0
        self._sizes = sorted({size for size in sizes if 0 < size <= n_entries}, reverse=True)
        self._tree = Growing()
        self._is_known = True

    def fault(self, first: int, end: int, text: str) -> None:
        """Add something that is wrong with the leaves from `first` up to `end`, not included."""
        self.faults.append(Fault(first + 1, end, text))

    def take(self, tile: Tile) -> None:
        """Go on over a tile."""
        is_whole = tile.end - tile.first == SIZE
        self.said += tile.said
        self.n_kept += tile.n_entries
        if tile.n_kept or not is_whole:
            for gap in tile.gaps():
                self.fault(*gap)
        made = tile.whole()
        if is_whole and tile.stored is None:
            self.fault(tile.first, tile.end, "the hash over them is missing")
        elif made is not None and made != tile.stored:
            text = "at least one of them, or the hash that is kept over them, is not as it was written"
            self.fault(tile.first, tile.end, text)
        self._find_roots(tile)
        self._n_lasting += len(tile.lasting)
        over = tile.stored if tile.stored is not None else made
        if not is_whole:
            return
        if over is None or len(over) != 32:
            self._is_known = False
        else:
            whole = self._tree.extend([over], TILE, record.TILES) if self._is_known else {}
            self.upper |= {index: one for (level, index), one in whole.items() if level == record.TILES[1]}

    def _find_roots(self, tile: Tile) -> None:
        while self._sizes and self._sizes[-1] <= tile.end:
            size = self._sizes.pop()
            self.roots[size] = self._root(tile, size) if self._is_known else None
            self.lasting[size] = self._n_lasting + bisect.bisect_right(tile.lasting, size)

    def _root(self, tile: Tile, size: int) -> bytes | None:
        tree = self._tree.copy()
        for level, index in hash_tree.spans(tile.first, size):
            one = tile.stored if level == TILE else hash_tree.resolved(level, index, tile.known)
            if one is None:
                return None
            tree.extend([one], level)
        return tree.root()
