"""How fast the journal takes and gives entries; every batch is synced to the disk before it is acknowledged.

    python benchmarks/journal.py [--folder FOLDER] [--bytes 200]

The figures are those of the disk that FOLDER stands on.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sargas.model.entry import Frame
from sargas.store import journal_sqlite
from sargas.store.journal_sqlite import Settings

SECONDS = 2.0
BATCHES = (1, 8, 64, 512, 4_096)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--bytes", type=int, default=200, help="bytes in a frame")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        journal = journal_sqlite.build(Settings(path=str(Path(folder) / "journal")))
        body = Frame("radar", os.urandom(arguments.bytes))
        print(f"{'batch':>6} {'entries/s':>12} {'batch p50 ms':>13} {'p99 ms':>8}")
        now_s = 0.0
        for size in BATCHES:
            spent_s = []
            end = time.perf_counter() + SECONDS
            while (begun := time.perf_counter()) < end:
                now_s += 1.0
                journal.append([(now_s, body)] * size)
                spent_s.append(time.perf_counter() - begun)
            spent_s.sort()
            p50_s, p99_s = (spent_s[int(share * (len(spent_s) - 1))] for share in (0.5, 0.99))
            print(f"{size:>6} {size * len(spent_s) / sum(spent_s):>12,.0f} {1e3 * p50_s:>13.2f} {1e3 * p99_s:>8.2f}")
        print(f"read     {rate(sum, (1 for _ in journal.read())):>12,.0f} entries/s of {journal.last_seq():,}")
        print(f"seq_at   {1e3 * seconds(journal.seq_at, now_s / 3.0):>12.3f} ms")
        state = os.urandom(1_000_000) + bytes(9_000_000)
        print(
            f"snapshot {1e3 * seconds(journal.write_snapshot, journal.last_seq(), 'key', state):>12.1f} ms of 10 MB"
        )
        print(f"prune    {rate(journal.prune, now_s / 2.0, None, ()):>12,.0f} entries/s")
        journal.close()


def seconds(work: Callable[..., Any], *arguments: object) -> float:
    begun = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begun


def rate(work: Callable[..., Any], *arguments: object) -> float:
    """Return how many a second; `work` returns how many it did."""
    begun = time.perf_counter()
    n_done = work(*arguments)
    return n_done / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
