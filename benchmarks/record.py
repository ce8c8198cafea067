"""What the record costs: entries a second into a signed journal, a proof, and the check of everything.

    python benchmarks/record.py [--folder FOLDER] [--bytes 200]

Every batch is synced to the disk that FOLDER stands on; the figures are those of that disk. `plain` are the same
tables written without a tree, for the share that the tree takes.
"""

import argparse
import hashlib
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sargas.model.entry import Frame
from sargas.store import journal_sqlite
from sargas.store.journal_sqlite import Settings
from sargas.store.signing_key import Signing

BATCHES = (1, 20, 512)
ROUNDS = 5
ROUND_S = 0.6
N_PROVEN = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--bytes", type=int, default=200, help="bytes in a frame")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        plain = Plain(Path(folder) / "plain")
        journal = journal_sqlite.build(Settings(path=str(Path(folder) / "journal"), signing=Signing()))
        body = Frame("radar", os.urandom(arguments.bytes))
        print(f"{'batch':>6} {'plain/s':>12} {'signed/s':>12} {'processor time a batch':>25}")
        for size in BATCHES:
            before, after = [], []
            for _ in range(ROUNDS):  # in turns: the disk is not the same from one second to the next
                before.append(rate(lambda size=size: plain.append([(time.time(), body)] * size), size))
                after.append(rate(lambda size=size: journal.append([(time.time(), body)] * size), size))
            old, new = (statistics.median(one[0] for one in runs) for runs in (before, after))
            old_s, new_s = (statistics.median(one[1] for one in runs) for runs in (before, after))
            print(f"{size:>6} {old:>12,.0f} {new:>12,.0f} {1e6 * old_s:>10,.0f} -> {1e6 * new_s:,.0f} us")
        n_entries = journal.last_seq()
        begun = time.perf_counter()
        proof = journal.prove(range(n_entries // 2, n_entries // 2 + N_PROVEN))
        took_s = time.perf_counter() - begun
        assert proof is not None
        print(f"proof    {1e3 * took_s:>9.1f} ms, {len(proof.nodes)} hashes for {N_PROVEN} of {n_entries:,} entries")
        begun = time.perf_counter()
        n_pruned = journal.prune(time.time(), None, ())
        print(f"prune    {n_pruned / (time.perf_counter() - begun):>9,.0f} entries/s")
        journal.close()
        print(f"sha256   {1e6 * hash_s(arguments.bytes):>9.2f} us of a leaf, the floor")


class Plain:
    """The table of entries as a journal without a record would write it."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 4000"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.execute(
            "CREATE TABLE entries (seq INTEGER PRIMARY KEY, t REAL, kind TEXT, feed TEXT, d BLOB)"
        )
        self.n_entries = 0

    def append(self, bodies: list[tuple[float, Frame]]) -> None:
        rows = [
            (self.n_entries + at, now_s, "frame", body.feed, body.data) for at, (now_s, body) in enumerate(bodies, 1)
        ]
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", rows)
        self.connection.execute("COMMIT")
        self.n_entries += len(rows)


def rate(work: Callable[[], object], size: int) -> tuple[float, float]:
    """Return entries a second, and the processor time that a batch takes [s]."""
    begun, begun_cpu, n_done = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - begun < ROUND_S:
        work()
        n_done += 1
    spent_s = time.perf_counter() - begun
    return n_done * size / spent_s, (time.process_time() - begun_cpu) / n_done


def hash_s(n_bytes: int) -> float:
    data = os.urandom(n_bytes)
    begun = time.perf_counter()
    for _ in range(100_000):
        hashlib.sha256(data).digest()
    return (time.perf_counter() - begun) / 100_000


if __name__ == "__main__":
    main()
