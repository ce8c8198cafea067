"""Real system tracks over a bad line: every third report lost, times off by half a second, one place in fifty wrong.

The undisturbed recording is the truth. Identities are the neighbour's own numbers.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from sargas.app.config import DEFAULT_TRACKER

pytestmark = [pytest.mark.recording, pytest.mark.slow]

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SEED = 7


@pytest.fixture(scope="module")
def adriatic() -> ModuleType:
    """The benchmark that disturbs and follows, as a module."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        spec = importlib.util.spec_from_file_location("adriatic_disturbed", BENCHMARKS / "adriatic_disturbed.py")
        assert spec is not None
        assert spec.loader is not None
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
    finally:
        sys.path.remove(str(BENCHMARKS))
    return loaded


@pytest.fixture(scope="module")
def source(adriatic: ModuleType, recordings: Path) -> Any:
    return adriatic.source_of(recordings / "asterix" / "cat062_063_065_adriatic.ff")


@pytest.fixture(scope="module")
def found(adriatic: ModuleType, source: Any) -> dict[str, Any]:
    given = adriatic.disturb(source, SEED)
    figures: dict[str, Any] = adriatic.measured(source, given, str(DEFAULT_TRACKER["type"]))
    return figures


def test_the_line_is_as_bad_as_it_says(adriatic: ModuleType, source: Any) -> None:
    given = adriatic.disturb(source, SEED)
    assert len(source) == 22_396  # by the recording's manifest
    ended = sum(report.status == "ended" for report in source)
    assert len(given.reports) == pytest.approx((len(source) - ended) * 2 / 3 + ended, rel=0.01)
    assert len(given.outliers) == pytest.approx(0.02 * len(given.reports), rel=0.2)
    assert any(a.time_s > b.time_s for a, b in zip(given.reports, given.reports[1:], strict=False))
    assert given.reports == adriatic.disturb(source, SEED).reports


def test_every_number_of_the_neighbour_is_one_track(found: dict[str, Any]) -> None:
    assert found["numbers shown"] >= 340
    # A number without an address, whose first place is wrong and which is silent for half a minute then, begins anew.
    assert found["of those, one aircraft throughout"] <= 1


def test_no_two_numbers_are_one_track_and_none_is_shown_twice(found: dict[str, Any]) -> None:
    assert found["of those, not of one address"] == 0
    assert found["a number shown twice at once, s"] == 0
    assert found["tracks without a number"] <= 1


def test_wrong_places_are_not_believed(found: dict[str, Any]) -> None:
    assert found["outliers believed"] <= 0.1 * found["outliers"]
    assert found["error, median m"] < 100.0
