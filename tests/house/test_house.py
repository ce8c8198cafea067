"""The house keeps its own rules: layers, lint and types hold on every run of the tests."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "format", "--check", "src", "tests", "benchmarks", "examples", "scripts"],
        ["ruff", "check", "src", "tests", "benchmarks", "examples", "scripts"],
        ["lint-imports"],
        ["mypy"],
    ],
    ids=["format", "lint", "layers", "types"],
)
def test_the_tree_passes(command: list[str]) -> None:
    tool = Path(sys.executable).parent / command[0]
    done = subprocess.run([tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
