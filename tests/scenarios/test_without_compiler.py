"""The kernels as plain Python: what numba compiles is also right when nothing is compiled."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

KERNELS = Path(__file__).resolve().parents[1] / "unit" / "kernels"


@pytest.mark.slow
def test_the_kernels_pass_their_tests_uncompiled() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", str(KERNELS), "-q", "-p", "no:cacheprovider"],
        cwd=KERNELS.parents[2],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3_000:]
    passed = re.search(r"(\d+) passed", run.stdout)
    assert passed is not None
    assert int(passed.group(1)) > 100
