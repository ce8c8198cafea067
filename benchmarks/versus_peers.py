"""Sargas beside the field's open trackers: same plots, same scores, one core each, one after the other.

    python benchmarks/versus_peers.py [--sets cart_N200 ...] [--straight] [--peers sargas lmbrs ...] [--seeds 1 2 3]
        [--scans 120] [--budget 300] [--keep FOLDER] [--json FILE] [--markdown] [--picture FILE.png]

The peers stay out of the project's own environment; make one for them, with Python 3.12 or newer (lmbrs needs it):

    python3.12 -m venv build/peers
    build/peers/bin/pip install -e . -r benchmarks/requirements-peers.txt
    build/peers/bin/python benchmarks/versus_peers.py --picture build/versus_peers.png

A peer that is not installed is skipped. `--budget` is processor time [s] for each tracker, set and seed: what takes
longer is stopped after that scan and noted. `--keep` keeps the tracks, and takes those of the peers that are there
already instead of running them again. Sets are described in tracking_sets.py; those above 1,000 targets (cart_N10000)
are for Sargas alone. Everything takes some hours, `--sets cart_N50 --seeds 1` some minutes.

Time is the median processor time of a scan from the tenth on; plots per second those of all scans from the tenth on.
GOSPA, OSPA, SIAP and so on are those of `sargas.evaluate`: c = 1,000 m, p = 2, confirmed tracks, without the first
ten scans. The peers are told the true detection probability and clutter density where they ask for them, and were
tuned by hand on seed 100 (Stone Soup at 1,000 targets on the set itself); Sargas is told nothing, nor tuned by set.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import numpy as np

from made_traffic import machine, progress
from peers import PEERS
from peers.cell import Run, unfinished
from peers.results import Cell, draw, summaries, told
from sargas.evaluate.measured import Settings
from sargas.evaluate.moments import from_arrays
from sargas.evaluate.scores import score
from tracking_sets import TrackingSet, make, recipe

HERE = Path(__file__).resolve().parent
SETS = [*(f"{kind}_N{n}" for kind in ("cart", "polar") for n in (10, 50, 200, 1_000)), "hard_N50"]
BURN_IN = 10
N_SCANS_SCORED = BURN_IN + 6  # fewer tell nothing
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "RAYON_NUM_THREADS",
        "NUMBA_NUM_THREADS",
    ),
    "1",
)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sets", nargs="+", default=SETS, metavar="SET", help=f"default: {' '.join(SETS)}")
    parser.add_argument("--straight", action="store_true", help="the sets without turns instead")
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3], help="1 to 3 report, 100 tunes")
    parser.add_argument("--scans", type=int, default=120)
    parser.add_argument("--budget", type=float, default=300.0, metavar="S", help="processor time for each run")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the tracks, take the peers' from there")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--picture", type=Path, metavar="FILE.png")
    given = parser.parse_args()
    given.sets = [f"{name}_straight" if given.straight and "straight" not in name else name for name in given.sets]
    for name in given.sets:
        try:
            recipe(name)
        except ValueError as error:
            parser.error(str(error))
    if not 1 <= given.scans <= recipe("cart_N10").n_scans:
        parser.error(f"--scans: expected 1 to 120, got {given.scans}")
    return given


def main() -> int:
    given = options()
    cells: list[Cell] = []
    with tempfile.TemporaryDirectory() as folder:
        keep = given.keep or Path(folder)
        keep.mkdir(parents=True, exist_ok=True)
        for set_name in given.sets:
            for seed in given.seeds:
                made = make(recipe(set_name, seed))
                cells += [cell(name, (set_name, seed), made, given, keep) for name in given.peers]
    rows = summaries(cells)
    print(told(rows, machine(), is_markdown=given.markdown))
    if given.json:
        found = {"machine": machine(), "summaries": msgspec.to_builtins(rows), "runs": msgspec.to_builtins(cells)}
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if given.picture:
        progress(draw(cells, given.picture))
    return 1 if any(found.peer == "sargas" and found.failed for found in cells) else 0


def cell(name: str, where: tuple[str, int], made: TrackingSet, given: argparse.Namespace, keep: Path) -> Cell:
    """Return how one tracker did with one set and seed."""
    set_name, seed = where
    path = keep / f"{name}-{set_name}-s{seed}-{given.scans}.npz"
    found = Cell(peer=name, set=set_name, seed=seed)
    found.skipped = PEERS[name].excuse(recipe(set_name).n_targets)
    if not found.skipped:
        if name == "sargas" or not path.is_file():  # the peers do not change between two runs
            path.unlink(missing_ok=True)
            found.note, found.failed = run(name, set_name, seed, given, path)
        if path.is_file():
            measure(found, Run.read(path), made, given.scans)
    progress(found.line())
    return found


def run(name: str, set_name: str, seed: int, given: argparse.Namespace, path: Path) -> tuple[str, str]:
    """Return a note and what went wrong, if anything did; the tracks are in the file."""
    command = [sys.executable, "-m", "peers.cell", name, set_name, str(seed), str(given.scans), str(given.budget)]
    limit_s = 3.0 * given.budget + 120.0  # of the clock: others may share the machine
    try:
        done = subprocess.run(
            [*command, str(path.resolve())],
            cwd=HERE,
            env=os.environ | ONE_THREAD,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        late = f"stopped after {limit_s:.0f} s"
        if not unfinished(path).is_file():
            return "", f"no scan done: {late}"
        unfinished(path).replace(path)
        return late, ""
    if done.returncode == 0:
        return "", ""
    last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
    return "", f"ended with {done.returncode}: {last[:200]}"


def measure(found: Cell, done: Run, made: TrackingSet, n_asked: int) -> None:
    """Fill in times and scores."""
    found.n_scans = n = len(done.cpu_s)
    first = min(BURN_IN, n - 1)
    cpu_s = done.cpu_s[first:]
    found.cpu_ms_median, found.cpu_ms_p95 = (float(x) * 1e3 for x in np.percentile(cpu_s, [50, 95]))
    found.show_ms_median = float(np.median(done.show_s[first:])) * 1e3
    found.cpu_s = float(done.cpu_s.sum())
    found.plots_per_s = float((made.offset[n] - made.offset[first]) / cpu_s.sum())
    if n < n_asked:
        found.note = found.note or f"{n} of {n_asked} scans in the time given"
    if n >= N_SCANS_SCORED:
        title = f"{found.peer} on {found.set}, seed {found.seed}"
        times_s = np.arange(n) * recipe(found.set).period_s
        run_of_it = from_arrays(made.truth[:n], done.shown, times_s, title=title)
        found.scores = score(run_of_it, Settings(cutoff_m=1_000.0, burn_in=BURN_IN))


if __name__ == "__main__":
    sys.exit(main())
