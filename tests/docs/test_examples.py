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
