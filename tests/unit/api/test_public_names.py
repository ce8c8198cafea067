"""`import sargas`: at once, and everything that it promises is there when it is asked for."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sargas

SOURCE = Path(sargas.__file__)
HEAVY = {"numpy", "numba", "scipy", "msgspec", "sargas.fuse", "sargas.evaluate", "sargas.model"}


def test_the_import_loads_nothing_before_it_is_needed() -> None:
    told = "import sys, sargas; sargas.__version__; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(done.stdout.split())


@pytest.mark.parametrize("name", sargas.__all__)
def test_every_public_name_is_there_and_is_listed(name: str) -> None:
    assert getattr(sargas, name) is not None
    assert name in dir(sargas)


def test_checkers_are_told_of_the_same_names() -> None:
    found = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sargas.")
        for alias in node.names
    }
    assert found == set(sargas.__all__) - {"__version__"}


@pytest.mark.parametrize("name", sorted(set(sargas.__all__) - {"__version__"}))
def test_a_name_is_what_checkers_take_it_for(name: str) -> None:
    namespace: dict[str, object] = {}
    for node in ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and name in {alias.asname or alias.name for alias in node.names}:
            exec(compile(ast.Module([node], []), "<imports>", "exec"), namespace)
    assert getattr(sargas, name) is namespace[name]


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(AttributeError, match="'sargas' has no attribute 'PlainTracker'"):
        _ = getattr(sargas, "PlainTracker")  # noqa: B009 (a checker would say so at once)


def test_a_tracker_of_reports_takes_its_sensors_one_by_one_or_by_name() -> None:
    radar = sargas.Sensor(id="radar", kind="radar", lat_deg=54.6, lon_deg=25.6, period_s=4.0)
    plots = [
        sargas.PolarPlot(sensor="radar", time_s=1.75e9 + 4.0 * k, range_m=9_000.0 - 120.0 * k, azimuth_deg=80.0)
        for k in range(15)
    ]
    told = []
    for sensors in ([radar], {"radar": radar}):
        tracker = sargas.tracker(sensors, settings=sargas.TrackerSettings(show_existence=0.9))
        told.append([list(tracker.update([plot], plot.time_s)) for plot in plots])
    assert told[0] == told[1]
    (track,) = told[0][-1]
    assert isinstance(track, sargas.Track)
    assert track.existence is not None
    assert track.existence > 0.9
