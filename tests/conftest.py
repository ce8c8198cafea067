"""What every test may ask for."""

import os
from pathlib import Path

import pytest

BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of real recordings, which do not travel with the project."""
    folder = Path(os.environ.get("SARGAS_RECORDINGS", BESIDE_THE_REPOSITORY))
    if not folder.is_dir():
        pytest.skip(f"no recordings in {folder.name}/ beside the repository; set SARGAS_RECORDINGS to their folder")
    return folder


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as the watch does."""
    return "asyncio"
