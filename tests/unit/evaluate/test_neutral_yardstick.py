"""The same scores on the same arrays as the neutral yardstick, which lies beside the repository."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from sargas.evaluate.measured import Settings
from sargas.evaluate.moments import from_arrays
from sargas.evaluate.scores import score

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "bench" / "tracking"
FOLDER = Path(os.environ.get("SARGAS_YARDSTICK", BESIDE))

Tracks = list[tuple[np.ndarray, np.ndarray]]


def module(name: str) -> ModuleType:
    path = FOLDER / f"{name}.py"
    if not path.is_file():
        pytest.skip(f"no {name}.py of the neutral yardstick; set SARGAS_YARDSTICK to its folder")
    spec = importlib.util.spec_from_file_location(f"yardstick_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def faulty_tracks(truth: np.ndarray, size_m: float, seed: int) -> Tracks:
    """Return tracks with errors, gaps, changed numbers, exchanged numbers, doubles and false ones."""
    rng = np.random.default_rng(seed)
    n = truth.shape[1]
    number, fresh = np.arange(n), n
    shown: Tracks = []
    for moment in truth:
        changed = np.flatnonzero(rng.random(n) < 0.02)
        number[changed] = fresh + np.arange(changed.size)
        fresh += changed.size
        first, second = rng.integers(0, n, 2)
        number[[first, second]] = number[[second, first]]
        seen = np.flatnonzero(~np.isnan(moment[:, 0]) & (rng.random(n) < 0.9))
        twice = seen[rng.random(seen.size) < 0.05]
        false = np.unique(rng.integers(10_000_000, 10_000_000 + 5 * n, rng.poisson(0.1 * n)))
        ids = np.concatenate([number[seen], 1_000_000 + twice, false])
        near = moment[np.concatenate([seen, twice]), :2]
        near = near + rng.normal(0.0, 250.0, near.shape)
        shown.append((ids, np.vstack([near, rng.uniform(-size_m / 2, size_m / 2, (false.size, 2))])))
    return shown


def as_the_yardstick_names_them(run: Any) -> dict[str, float]:
    return {
        "gospa": run.gospa_m,
        "gospa_n": run.gospa_per_target_m,
        "ospa": run.ospa_m,
        "rmse": run.rms_error_m,
        "missed": run.missed,
        "false": run.false,
        "missed_pct": 100.0 * run.missed_share,
        "false_tracks": run.false_tracks,
        "n_tracks": run.n_tracks,
        "switches": run.switches,
        "breaks": run.breaks,
        "siap_C": run.siap_completeness,
        "siap_A": run.siap_ambiguity,
        "siap_S": run.siap_spuriousness,
        "siap_LS": run.siap_longest_segment,
        "latency": run.latency_moments,
    }


@pytest.mark.recording
@pytest.mark.parametrize(("n", "swarm", "size_m"), [(10, 0, 200e3), (50, 10, 60e3), (400, 10, 60e3)])
@pytest.mark.parametrize("burn_in", [0, 10])
@pytest.mark.parametrize("c_m", [1_000.0, 400.0])
def test_the_scores_are_those_of_the_neutral_yardstick(
    n: int, swarm: int, size_m: float, burn_in: int, c_m: float
) -> None:
    metrics, scenarios = module("metrics"), module("scen")
    truth = scenarios.gen(N=n, seed=n, swarm=swarm, size=size_m, T=60)["truth"]
    tracks = faulty_tracks(truth, size_m, seed=n + 1)
    expected = metrics.evaluate(truth, tracks, c=c_m, burn=burn_in)
    found = score(from_arrays(truth, tracks), Settings(cutoff_m=c_m, gate_m=1_000.0, burn_in=burn_in))
    assert found.switches > 5
    assert found.breaks > 5
    told = as_the_yardstick_names_them(found)
    assert told == pytest.approx({key: expected[key] for key in told}, rel=1e-9)
    assert 100.0 * found.false * len(tracks[burn_in:]) == pytest.approx(
        expected["false_pct"] * sum(int((~np.isnan(moment[:, 0])).sum()) for moment in truth[burn_in:])
    )
