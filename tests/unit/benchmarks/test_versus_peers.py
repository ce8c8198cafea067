"""Trackers side by side: what is kept of a run, how seeds are summed up, and that the scores are the yardstick's."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
YARDSTICK = ROOT.parent / "shared" / "bench" / "tracking" / "metrics.py"
BENCHMARKS = ("made_traffic", "tracking_sets", "peers", "peers.cell", "peers.results", "versus_peers")


@pytest.fixture(scope="module")
def versus() -> Iterator[ModuleType]:
    """The benchmark, importable for these tests only: its folder is no package."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        yield importlib.import_module("versus_peers")
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))
        for name in BENCHMARKS:
            sys.modules.pop(name, None)


class Told:
    """A tracker that shows what it is told to, one scan after the other."""

    def __init__(self, shown: list[tuple[Any, Any]]) -> None:
        self.said, self.k = shown, -1

    def look(self, k: int) -> None:
        self.k = k

    def shown(self) -> tuple[Any, Any]:
        return self.said[self.k]


def imperfect(truth: Any, seed: int) -> list[tuple[Any, Any]]:
    """Tracks 100 m off, a tenth missing, some false, with names that change: every figure has something to count."""
    rng = np.random.default_rng(seed)
    names, shown = np.arange(truth.shape[1]), []
    for moment in truth:
        if rng.random() < 0.3:
            i, j = rng.integers(0, len(names), 2)
            names[[i, j]] = names[[j, i]]
        seen = np.flatnonzero(~np.isnan(moment[:, 0]) & (rng.random(len(moment)) < 0.9))
        n_false = rng.poisson(2.0)
        ids = np.concatenate([names[seen], 1_000 + rng.permutation(50)[:n_false]])
        places = np.concatenate([moment[seen, :2], rng.uniform(-30e3, 30e3, (n_false, 2))])
        shown.append((ids, places + rng.normal(0.0, 100.0, places.shape)))
    return shown


def run_of(versus: ModuleType, name: str, seed: int, path: Path, budget_s: float = 60.0) -> Any:
    made = versus.make(versus.recipe(name, seed))
    cell = importlib.import_module("peers.cell")
    cell.follow(Told(imperfect(made.truth, seed)), 120, budget_s, path)
    found = versus.Cell(peer="told", set=name, seed=seed)
    versus.measure(found, cell.Run.read(path), made, 120)
    return made, found


@pytest.mark.recording
@pytest.mark.parametrize(("name", "seed"), [("cart_N50", 2), ("hard_N50", 1)])
def test_scores_are_those_of_the_shared_metrics(versus: ModuleType, tmp_path: Path, name: str, seed: int) -> None:
    if not YARDSTICK.is_file():
        pytest.skip("no shared/bench/tracking beside the repository")
    spec = importlib.util.spec_from_file_location("yardstick_metrics", YARDSTICK)
    assert spec is not None
    assert spec.loader is not None
    metrics = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(metrics)
    made, found = run_of(versus, name, seed, tmp_path / "run.npz")
    theirs, ours = metrics.evaluate(made.truth, imperfect(made.truth, seed)), found.scores
    same = {
        "gospa": ours.gospa_m,
        "ospa": ours.ospa_m,
        "rmse": ours.rms_error_m,
        "missed_pct": ours.missed_share * 100.0,
        "siap_C": ours.siap_completeness,
        "siap_A": ours.siap_ambiguity,
        "siap_S": ours.siap_spuriousness,
        "siap_LS": ours.siap_longest_segment,
        "latency": ours.latency_moments,
    }
    assert same == {key: pytest.approx(theirs[key], rel=1e-12) for key in same}
    counts = (ours.switches, ours.breaks, ours.false_tracks, ours.n_tracks)
    assert counts == tuple(theirs[key] for key in ("switches", "breaks", "false_tracks", "n_tracks"))
    assert min(counts) > 0


def test_run_out_of_time_keeps_the_scans_that_were_done(versus: ModuleType, tmp_path: Path) -> None:
    _, found = run_of(versus, "cart_N10", 1, tmp_path / "run.npz", budget_s=0.0)
    assert (found.n_scans, found.note) == (1, "1 of 120 scans in the time given")
    assert found.scores is None
    assert found.plots_per_s > 0.0


def test_file_gives_back_what_was_shown(tmp_path: Path, versus: ModuleType) -> None:
    cell = importlib.import_module("peers.cell")
    shown = [(np.array([], np.int64), np.empty((0, 2))), (np.array([7, 3]), np.array([[1.0, 2.0], [3.0, 4.0]]))]
    cell.Run(np.array([0.1, 0.2]), np.array([0.3, 0.4]), shown).write(tmp_path / "run.npz")
    again = versus.Run.read(tmp_path / "run.npz")
    assert (again.cpu_s.tolist(), again.show_s.tolist()) == ([0.1, 0.2], [0.3, 0.4])
    assert [(ids.tolist(), places.tolist()) for ids, places in again.shown] == [([], []), ([7, 3], [[1, 2], [3, 4]])]


def test_seeds_come_to_mean_scores_and_median_times(versus: ModuleType, tmp_path: Path) -> None:
    cells = [run_of(versus, "cart_N10", seed, tmp_path / "run.npz")[1] for seed in (1, 2, 3)]
    for cell, pace in zip(cells, (100.0, 900.0, 200.0), strict=True):
        cell.plots_per_s = pace
    (row,) = versus.summaries(cells)
    assert row.figures["plots/s"] == 200.0
    assert row.figures["GOSPA"] == pytest.approx(sum(cell.scores.gospa_m for cell in cells) / 3)
    assert row.seeds == [1, 2, 3]


def test_what_was_skipped_or_failed_stands_in_the_table(versus: ModuleType) -> None:
    skipped = versus.Cell(peer="motpy", set="cart_N10", seed=1, skipped="not installed: pip install 'motpy==1'")
    failed = versus.Cell(peer="lmbrs", set="cart_N10", seed=1, failed="ended with -9: nothing said")
    table = versus.told(versus.summaries([skipped, failed]), {"cpu": "any"}, is_markdown=False).splitlines()
    assert [line.split("  ")[-1].strip() for line in table[4:]] == [skipped.skipped, failed.failed]


def test_every_peer_has_a_file_and_a_pinned_package(versus: ModuleType) -> None:
    peers = importlib.import_module("peers")
    for name, peer in versus.PEERS.items():
        assert (ROOT / "benchmarks" / "peers" / f"{peer.file}.py").is_file(), name
        assert name == "sargas" or peers.pinned(peer.package).startswith(f"{peer.package}==")
