"""How well it reads: precision and recall over the articles of tests/press do not fall below what was measured."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).resolve().parents[3] / "benchmarks" / "press.py"
FLOORS = {
    "tune": {"n_right": 0.9, "n_date": 0.9, "n_place": 0.85, "n_type": 0.9},
    "test": {"n_right": 0.85, "n_date": 0.85, "n_place": 0.8, "n_type": 0.85},
}


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("press_benchmark", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules["press_benchmark"] = found
    spec.loader.exec_module(found)
    return found


def test_there_are_enough_articles_in_every_language(benchmark: ModuleType) -> None:
    languages = [one["language"] for split in ("tune", "test") for one in benchmark.articles(split)]
    assert len(languages) >= 48
    assert languages.count("en") >= 28
    assert min(languages.count(name) for name in ("lt", "pl", "lv", "ro")) >= 4


@pytest.mark.parametrize("split", ["tune", "test"])
def test_precision_and_recall_stay_above_the_floor(benchmark: ModuleType, split: str) -> None:
    score = benchmark.scores(split)["all"]
    for name, floor in FLOORS[split].items():
        assert min(score.shares(getattr(score, name))) >= floor, (name, score.wrong)
