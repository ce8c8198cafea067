"""Sets on which trackers are compared: the same seed gives the same plots, and they are what their recipe says."""

import hashlib
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
YARDSTICK = ROOT.parent / "shared" / "bench" / "tracking" / "scen.py"

DIGESTS = {
    ("cart_N10", 1): "ab22ef5db0aa0d1657194d89b690442387a88755d32e51a263b0e10f3a123d6b",
    ("polar_N10", 1): "9bf559dfafd0d94d416744b9589aed8f6e90b836b234ea9ec535da86570e8bd9",
    ("cart_N50", 100): "43c830ab67e489c06069c37d3259ba3f4d0b243096b487dbafc3cee070912d02",
    ("hard_N50", 1): "53e2e91c69f831302e7aa59ec36a138be1fc127edc0990a641ad10e310a567e9",
    ("polar_N50_straight", 1): "951052b30ea69b700729be7c448228b53d332d43f051504c0fe0d4ea1d3a706d",
}
"""SHA-256 of all arrays of a set, floats in whole millimetres: a processor's sine may differ in its last bit."""


def module(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def sets() -> ModuleType:
    return module("sargas_tracking_sets", ROOT / "benchmarks" / "tracking_sets.py")


@pytest.fixture(scope="module")
def yardstick() -> ModuleType:
    if not YARDSTICK.is_file():
        pytest.skip(
            "no shared/bench/tracking beside the repository: the digests alone say that the sets are the same"
        )
    return module("yardstick_scen", YARDSTICK)


def made(sets: ModuleType, name: str, seed: int) -> Any:
    return sets.make(sets.recipe(name, seed))


@pytest.mark.recording
@pytest.mark.parametrize(
    ("name", "seed"), [("cart_N10", 1), ("polar_N10", 2), ("cart_N50", 100), ("polar_N50", 3), ("hard_N50", 1)]
)
def test_same_arrays_bit_for_bit_as_the_shared_generator(
    sets: ModuleType, yardstick: ModuleType, name: str, seed: int
) -> None:
    ours = made(sets, name, seed)
    theirs = yardstick.gen(**yardstick.SPECS[f"{name}_s{seed}"])
    for array, key in zip(ours, ("truth", "z", "R", "pol", "src", "off"), strict=True):
        assert array.dtype == theirs[key].dtype
        assert np.array_equal(array, theirs[key], equal_nan=array.dtype.kind == "f"), key


@pytest.mark.parametrize(("name", "seed"), list(DIGESTS))
def test_same_seed_gives_the_same_plots_everywhere(sets: ModuleType, name: str, seed: int) -> None:
    assert digest(made(sets, name, seed)) == DIGESTS[name, seed]


def digest(tracking_set: Any) -> str:
    found = hashlib.sha256()
    for array in tracking_set:
        whole = np.where(np.isnan(array), -(2.0**62), np.round(array * 1e3)) if array.dtype.kind == "f" else array
        found.update(np.ascontiguousarray(whole.astype("<i8")).tobytes())
    return found.hexdigest()


def test_straight_set_has_no_turn_and_the_same_starts(sets: ModuleType) -> None:
    straight, turning = made(sets, "cart_N50_straight", 1).truth, made(sets, "cart_N50", 1).truth
    for k in range(50):
        there = straight[~np.isnan(straight[:, k, 0]), k]
        assert np.ptp(there[:, 2:], axis=0).max() < 1e-9
        np.testing.assert_allclose(there[:, :2], there[0, :2] + np.arange(len(there))[:, None] * 4.0 * there[0, 2:])
    assert np.array_equal(np.isnan(straight), np.isnan(turning))
    assert np.array_equal(straight[0], turning[0], equal_nan=True)


@pytest.mark.parametrize("name", ["cart_N200", "polar_N200"])
def test_plots_scatter_as_their_covariances_say(sets: ModuleType, name: str) -> None:
    # chi-square with two degrees of freedom: mean 2, variance 4
    tracking_set = made(sets, name, 1)
    scan = np.repeat(np.arange(120), np.diff(tracking_set.offset))
    own = tracking_set.target >= 0
    off_m = tracking_set.xy_m[own] - tracking_set.truth[scan[own], tracking_set.target[own], :2]
    square = np.einsum("ij,ijk,ik->i", off_m, np.linalg.inv(tracking_set.cov_m2[own]), off_m)
    assert square.mean() == pytest.approx(2.0, abs=5.0 * np.sqrt(4.0 / len(square)))


@pytest.mark.parametrize(("name", "detection", "clutter"), [("cart_N200", 0.9, 200.0), ("hard_N50", 0.7, 500.0)])
def test_rates_are_those_of_the_recipe(sets: ModuleType, name: str, detection: float, clutter: float) -> None:
    tracking_set = made(sets, name, 2)
    n_alive = np.count_nonzero(~np.isnan(tracking_set.truth[:, :, 0]))
    n_own = np.count_nonzero(tracking_set.target >= 0)
    sd = np.sqrt(n_alive * detection * (1 - detection))
    assert n_own == pytest.approx(n_alive * detection, abs=5 * sd)
    assert len(tracking_set.target) - n_own == pytest.approx(120 * clutter, abs=5 * np.sqrt(120 * clutter))


@pytest.mark.parametrize("name", ["cart", "cart_N", "cart_N0", "sphere_N10", "hard_N50_round", "cart_N9999999"])
def test_unknown_set_says_what_there_is(sets: ModuleType, name: str) -> None:
    with pytest.raises(ValueError, match=f"no set '{name}': write cart_N, polar_N or hard_N"):
        sets.recipe(name)
