"""A command run in this process, a configuration whose journal holds a flight, and a watch that runs."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from prompt_kit import END_S, ID, Run, Said, Watched, written
from sargas.app import logs
from sargas.app.deciding import append
from sargas.cli.main import main
from sargas.model.decision import Comment


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run `sargas` with these words in this process."""
    monkeypatch.setenv("COLUMNS", "240")

    def runs(*words: str | Path) -> Said:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["sargas", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        code = end.value.code
        return Said(code if isinstance(code, int) else int(code is not None), said.out, said.err)

    yield runs
    structlog.reset_defaults()  # a command has set up logging to what was standard error then


@pytest.fixture(scope="session")
def flown_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a configuration whose journal holds the flight, and a snapshot after it."""
    folder = tmp_path_factory.mktemp("flown")
    append(written(folder), Comment(officer="Clerk", incident_id=ID, text="the flight"), now_s=END_S + 1.0)
    return folder


@pytest.fixture
def flown(flown_folder: Path, tmp_path: Path) -> Path:
    """A configuration, of the test's own, whose journal holds the flight."""
    shutil.copytree(flown_folder, tmp_path / "watch")
    return tmp_path / "watch" / "watch.toml"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """A watch that runs; its one channel writes files into `folder`."""
    logs.configure(as_json=False, level="warning")
    with Watched(tmp_path / "files") as running:
        yield running
