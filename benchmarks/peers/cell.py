"""One tracker on one set with one seed, in a process of its own: `versus_peers.py` starts it, and survives it.

    python -m peers.cell TRACKER SET SEED SCANS BUDGET_S FILE.npz

What counts is the processor time of `look`, not the making of the library's own objects before it. The reading of the
tracks after it is told beside it, since work could hide there. What is done is kept now and then beside the file: a
scan without end costs no other.
"""

import resource
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from peers import PEERS, Tracker, scans_of, told_of
from tracking_sets import F64, I64, make, recipe

MEMORY_BYTES = 4 << 30
WRITE_EVERY_S = 10.0


class Run(NamedTuple):
    """What a tracker showed after each scan, and processor times [s]: of taking each scan, of showing it after."""

    cpu_s: F64
    show_s: F64
    shown: list[tuple[I64, F64]]

    def write(self, path: Path) -> None:
        """Put it into a file."""
        count = [len(ids) for ids, _ in self.shown]
        ids = np.concatenate([np.empty(0, np.int64), *(ids for ids, _ in self.shown)])
        places = np.concatenate([np.empty((0, 2)), *(xy_m for _, xy_m in self.shown)])
        times = {"cpu_s": self.cpu_s, "show_s": self.show_s}
        np.savez(path, allow_pickle=False, count=np.array(count, np.int64), ids=ids, xy_m=places, **times)

    @staticmethod
    def read(path: Path) -> "Run":
        with np.load(path, allow_pickle=False) as file:
            cuts = np.cumsum(file["count"])[:-1]
            shown = zip(np.split(file["ids"], cuts), np.split(file["xy_m"], cuts), strict=True)
            return Run(file["cpu_s"], file["show_s"], list(shown))


def unfinished(path: Path) -> Path:
    """Return where a run is kept until it has ended."""
    return path.with_suffix(".part.npz")


def follow(tracker: Tracker, n_scans: int, budget_s: float, path: Path) -> None:
    """Let the tracker take the scans until there are no more or its processor time is spent."""
    cpu_s: list[float] = []
    show_s: list[float] = []
    shown: list[tuple[I64, F64]] = []
    written_s = time.monotonic()
    for k in range(n_scans):
        begun_s = time.process_time()
        tracker.look(k)
        taken_s = time.process_time()
        ids, xy_m = tracker.shown()
        cpu_s.append(taken_s - begun_s)
        show_s.append(time.process_time() - taken_s)
        shown.append((np.array(ids, np.int64), np.array(xy_m, float).reshape(-1, 2)))
        if time.monotonic() - written_s > WRITE_EVERY_S:
            Run(np.array(cpu_s), np.array(show_s), shown).write(unfinished(path))
            written_s = time.monotonic()
        if sum(cpu_s) > budget_s:
            break
    Run(np.array(cpu_s), np.array(show_s), shown).write(unfinished(path))
    unfinished(path).replace(path)


def main() -> None:
    name, set_name, seed, n_scans, budget_s, path = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    given = recipe(set_name, int(seed))
    made = make(given)
    scans = scans_of(made, given.period_s)[: int(n_scans)]
    follow(PEERS[name].build(told_of(given, made), scans), len(scans), float(budget_s), Path(path))


if __name__ == "__main__":
    main()
