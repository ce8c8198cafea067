"""Drones found by directions alone in the study of `benchmarks/bearings_only.py`: found, held, and no ghosts."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def study() -> Iterator[ModuleType]:
    """The study, importable for these tests only: its folder is no package."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module("bearings_only")
    finally:
        sys.path.remove(str(BENCHMARKS))
        for name in ("bearings_only", "bearings_watch"):
            sys.modules.pop(name, None)


@pytest.mark.parametrize("seed", [501, 502])
def test_ten_ears_find_two_drones_and_no_ghost(study: ModuleType, seed: int) -> None:
    score = study.run("ears", 2, seed)
    assert score.started == score.wanted == 2
    assert score.ghosts == 0
    assert max(score.delays_s) < 90.0


def test_a_finder_that_is_60_deg_off_confirms_nothing_false(study: ModuleType) -> None:
    score = study.run("one finder 60 deg off", 1, 501)
    assert score.started == score.wanted == 1
    assert score.ghosts == 0


def test_the_same_seed_gives_the_same_scores(study: ModuleType) -> None:
    first, second = (study.run("ears", 1, 503) for _ in range(2))
    assert first.errors_m == second.errors_m
    assert first.nees == second.nees
