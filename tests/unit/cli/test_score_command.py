"""`sargas score` as a person or a script runs it."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from msgspec import Struct

from sargas.cli.main import main

TRUTH = "time_s,target_id,x_m,y_m\n" + "".join(f"{k},drone,{30 * k},0\n" for k in range(30))
TRACKS = "time_s,track_id,x_m,y_m\n" + "".join(f"{k},{7 if k < 20 else 8},{30 * k + 30},40\n" for k in range(3, 30))


class Said(Struct):
    """How the command ended and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run `sargas score` with these words in this process."""
    monkeypatch.setenv("COLUMNS", "120")

    def runs(*words: str | Path) -> Said:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["sargas", "score", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        code = end.value.code
        return Said(code if isinstance(code, int) else int(code is not None), said.out, said.err)

    yield runs
    structlog.reset_defaults()


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    truth, tracks = tmp_path / "truth.csv", tmp_path / "tracks.csv"
    truth.write_text(TRUTH)
    tracks.write_text(TRACKS)
    return truth, tracks


def figures(said: Said) -> dict[str, str]:
    """Return the values of the table by their names."""
    rows = [line.split("│") for line in said.out.splitlines() if line.startswith("│")]
    return {row[1].strip(): row[2].strip() for row in rows}


def test_files_are_scored_in_a_table(run: Run, files: tuple[Path, Path]) -> None:
    said = run(*files)
    assert said.code == 0, said.err
    assert "tracks.csv against truth.csv: 1 targets and 2 tracks over 30 s, 30 moments" in said.out
    found = figures(said)
    # The track is 30 m and 40 m off, comes after 3 of 30 seconds, and changes its number once.
    assert found["RMS position error"] == "50.0 m"
    assert found["missed"] == "10.0 %"
    assert (found["identity switches"], found["breaks"], found["false tracks"]) == ("1", "0", "0")
    assert found["initiation latency"] == "3.0 s"
    assert found["longest segment"] == "56.7 %"
    assert found["terminal: RMS position error"] == "50.0 m (at most 150 m)"
    assert "- 30 moments, every 1 s; a track is shown at the times of its rows, not after" in said.out


def test_all_figures_go_into_a_json_file(run: Run, files: tuple[Path, Path], tmp_path: Path) -> None:
    said = run(*files, "--json", tmp_path / "scores.json", "--cutoff", "500", "--burn-in", "3")
    assert said.code == 0, said.err
    assert f"wrote {tmp_path / 'scores.json'}" in said.out
    told: dict[str, Any] = json.loads((tmp_path / "scores.json").read_text())
    assert told["cutoff_m"] == told["gate_m"] == 500.0
    assert told["gospa_m"] == pytest.approx(50.0)
    assert told["existence"] is None
    assert [limit["is_passed"] for limit in told["limits"]] == [True] * 6


def test_json_on_standard_output_is_nothing_but_json(run: Run, files: tuple[Path, Path]) -> None:
    said = run(*files, "--json", "-")
    assert json.loads(said.out)["switches"] == 1
    assert said.err == ""


def test_pictures_are_drawn(run: Run, files: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    folder = tmp_path / "new" / "pictures"
    said = run(*files, "--plots", folder)
    assert said.code == 0, said.err
    assert sorted(path.name for path in folder.iterdir()) == ["error.png", "gospa.png", "map.png"]
    assert f"wrote {folder / 'map.png'}" in said.out


def test_without_matplotlib_it_is_said_at_once_how_to_get_it(
    run: Run, files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    said = run(*files, "--plots", tmp_path / "pictures")
    assert said.code == 1
    assert "pip install 'sargas[plots]'" in said.err
    assert not (tmp_path / "pictures").exists()


def test_a_scenario_is_scored_without_its_birds_and_with_them(run: Run) -> None:
    said = run("tiny", "--seed", "2", "--json", "-")
    assert said.code == 0, said.err
    alone = json.loads(said.out)
    assert alone["n_targets"] == 2
    assert any(note.startswith("left out: birds (1)") for note in alone["notes"])
    whole = json.loads(run("tiny", "--seed", "2", "--birds", "--json", "-").out)
    assert whole["n_targets"] == 3


@pytest.mark.recording
def test_a_trial_is_scored_with_its_own_table(run: Run, recordings: Path) -> None:
    said = run(recordings / "trial" / "1_3")
    assert said.code == 0, said.err
    assert "trial 1_3: 1 targets" in said.out
    assert "radar_2d by itself" in said.out


def test_a_mistake_in_a_file_is_told_with_its_line(run: Run, files: tuple[Path, Path]) -> None:
    truth, tracks = files
    tracks.write_text(TRACKS + "30,8,east,0\n")
    said = run(truth, tracks)
    assert said.code == 1
    assert f"{tracks}:29: x_m: expected a number within -1e+09 to 1e+09, got 'east'" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (("nowhere",), 1, "no scenario 'nowhere': neither a file nor one of"),
        (("tiny", "--seed", "-1"), 1, "the seed: expected 0 or more, got -1"),
        (("tiny", "--hold", "3"), 1, "--every and --hold are for files"),
        (("tiny", "--tracker", "nonsense"), 1, "no tracker 'nonsense'"),
        (("TRUTH", "TRACKS", "--cutoff", "0"), 1, "expected metres above 0"),
        (("TRUTH", "TRACKS", "--burn-in", "30"), 1, "burn-in of 30 moments: expected fewer than the 30 there are"),
        (("TRUTH", "TRACKS", "--every", "0"), 1, "expected more than 0.001 s"),
        (("TRUTH", "TRACKS", "--hold", "-1"), 1, "hold: expected 0 s or more"),
        (("TRUTH", "TRACKS", "--json", "no/such/folder/x.json"), 1, "x.json: No such file or directory"),
        (("TRUTH", "TRACKS", "--json", "--plots"), 2, "--json: expected a file, or - for standard output"),
        (("TRUTH", "TRACKS", "--plots", "TRUTH"), 1, "File exists"),
        (("TRUTH", "TRACKS", "--cutoff", "far"), 2, "far"),
        ((), 2, "target"),
    ],
)  # fmt: skip
def test_wrong_words_are_told(
    run: Run, files: tuple[Path, Path], words: tuple[str, ...], code: int, expected: str
) -> None:
    named = {"TRUTH": str(files[0]), "TRACKS": str(files[1])}
    said = run(*(named.get(word, word) for word in words))
    assert said.code == code
    assert expected.lower() in (said.err + said.out).lower()
    assert "Traceback" not in said.err
