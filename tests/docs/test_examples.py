"""The examples do what they say."""

import re
import subprocess
import sys
from pathlib import Path

from sargas.app import config

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_the_example_configuration_has_no_mistakes() -> None:
    assert config.check((EXAMPLES / "watch.toml").read_text(encoding="utf-8"), EXAMPLES).mistakes == []


def test_the_tracker_example_follows_the_drone_at_its_speed() -> None:
    done = subprocess.run([sys.executable, EXAMPLES / "tracker.py"], capture_output=True, text=True, check=True)
    last = done.stdout.splitlines()[-1]
    told = re.fullmatch(r"track 1 confirmed: 54\.62\d\d N 25\.71\d\d E (\d+) m/s", last)
    assert told is not None, last
    assert abs(int(told[1]) - 40) <= 2


def test_the_scans_example_finds_both_drones_and_nothing_else() -> None:
    done = subprocess.run([sys.executable, EXAMPLES / "scans.py"], capture_output=True, text=True, check=True)
    scores, *tracks = done.stdout.splitlines()
    assert scores.endswith(" 0 false tracks")
    told = [[float(number) for number in re.findall(r"-?\d+\.\d*", line)] for line in tracks]
    # x, y [m], vx, vy [m/s] of the drones in the last scan; plots err by 50 m, and the filter by less.
    for (x, y, vx, vy, _), (true_x, true_y, true_vx, true_vy) in zip(
        sorted(told), [(0.0, 5_480.0, 0.0, 30.0), (3_480.0, 2_000.0, 30.0, 0.0)], strict=True
    ):
        assert abs(x - true_x) < 120.0
        assert abs(y - true_y) < 120.0
        assert abs(vx - true_vx) < 10.0
        assert abs(vy - true_vy) < 10.0
