"""The commands as a person or a script runs them: what they say, what they write, and the codes they end with.

The codes are those that `sargas --help` documents: 0 done, 1 it went wrong, 2 wrong use, 3 not there.
"""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from msgspec import Struct

from sargas.cli.main import main

WATCH = """\
[watch]
country = "LT"

[[sensors]]
id = "radar"
kind = "radar"
lat_deg = 54.5
lon_deg = 25.2
period_s = 4.0

[[feeds]]
name = "radar"
transport = { type = "udp", port = 0 }
decoder = { type = "jsonl" }
"""
FILES = ("findings.geojson", "findings.jsonl", "incidents.geojson", "incidents.jsonl", "tracks.csv", "tracks.geojson")


class Said(Struct):
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it wrote, read as JSON."""
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run `sargas` with these words in this process."""
    monkeypatch.setenv("COLUMNS", "200")

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


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    path = tmp_path / "watch.toml"
    path.write_text(WATCH)
    return path


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `sargas simulate tiny`."""
    from sargas.app import exercise

    folder = tmp_path_factory.mktemp("cli") / "tiny"
    exercise.write_out("tiny", 1, folder)
    return folder


# --- check ---


def test_check_of_a_good_configuration_says_what_there_is(run: Run, watch: Path) -> None:
    said = run("check", watch)
    assert said.code == 0
    assert "good; 1 sensors, 1 feeds, 6 rules" in said.out


def test_check_tells_every_mistake_with_line_and_key(run: Run, watch: Path) -> None:
    watch.write_text(WATCH.replace('kind = "radar"', 'kind = "rader"').replace('"udp"', '"upd"'))
    said = run("check", watch)
    assert said.code == 1
    assert "2 mistakes" in said.out
    assert "line 6: sensors[0].kind" in said.out
    assert "line 13: feeds[0].transport.type: no transport 'upd'; did you mean 'udp'?" in said.out


def test_check_as_json(run: Run, watch: Path) -> None:
    good = run("check", watch, "--json")
    assert (good.code, good.json["mistakes"]) == (0, [])
    watch.write_text(WATCH.replace('"LT"', '"Lithuania"'))
    bad = run("check", watch, "--json")
    assert bad.code == 1
    (mistake,) = bad.json["mistakes"]
    assert (mistake["line"], mistake["key"]) == (2, "watch.country")


def test_check_of_a_country_without_borders_names_those_that_have(run: Run, watch: Path) -> None:
    watch.write_text(WATCH.replace('"LT"', '"CH"'))
    said = run("check", watch)
    assert said.code == 1
    assert "no borders for 'CH'" in said.out
    assert "EE" in said.out


def test_check_reads_the_zone_files_too(run: Run, watch: Path) -> None:
    watch.write_text(WATCH + '\n[[zones]]\nfile = "zones.geojson"\n')
    (watch.parent / "zones.geojson").write_text('{"type": "FeatureCollection", "features": [{"type": "Feature"}]}')
    said = run("check", watch)
    assert said.code == 1
    assert "zones.geojson: feature 1" in said.out


def test_a_configuration_that_is_not_there(run: Run, tmp_path: Path) -> None:
    for command in ("check", "watch", "replay", "sensors"):
        said = run(command, tmp_path / "nowhere.toml")
        assert said.code == 1, command
        assert "nowhere.toml: No such file or directory" in said.err
        assert "Traceback" not in said.err


# --- wrong use ---


def test_wrong_use_ends_with_2_and_says_what_is_wrong(run: Run) -> None:
    for words in (
        ["replya"],
        ["check"],
        ["replay", "x.toml", "--inptu", "a=b"],
        ["watch", "x.toml", "--log-level", "loud"],
    ):
        said = run(*words)
        assert said.code == 2, words
        assert words[-1].lstrip("-").split("=")[0] in said.out + said.err or "CONFIG" in said.out + said.err


def test_help_and_version(run: Run) -> None:
    from sargas import __version__

    assert run("--version").out.strip() == __version__
    said = run("--help")
    assert said.code == 0
    for command in ("demo", "watch", "replay", "check", "simulate", "incident", "sensors", "schema"):
        assert command in said.out


# --- simulate, replay, incident, sensors ---


def test_simulate_lists_its_scenarios(run: Run) -> None:
    said = run("simulate")
    assert said.code == 0
    assert "2025-07-28-vilnius-gaiziunai" in said.out
    assert "2025-07-10-sumskas" in said.out


def test_simulate_writes_a_folder_that_can_be_replayed(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    said = run("simulate", "tiny", "--out", folder, "--json")
    assert said.code == 0
    assert said.json["n_targets"] >= 2
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith("recorded.journal")) == [
        "truth.csv",
        "watch.toml",
    ]
    assert run("check", folder / "watch.toml").code == 0
    again = run("simulate", "tiny", "--out", folder)
    assert again.code == 1
    assert "is there already" in again.err


def test_simulate_of_an_unknown_scenario_names_those_there_are(run: Run, tmp_path: Path) -> None:
    said = run("simulate", "tyni", "--out", tmp_path / "x")
    assert said.code == 1
    assert "no scenario 'tyni'" in said.err
    assert "tiny" in said.err


def test_replay_of_a_journal_writes_every_file_and_the_same_again(run: Run, tiny: Path, tmp_path: Path) -> None:
    said = run("replay", tiny / "watch.toml", "--out", tmp_path / "a", "--json")
    assert said.code == 0
    assert run("replay", tiny / "watch.toml", "--out", tmp_path / "b").code == 0
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(FILES)
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    summary = said.json["summary"]
    with (tmp_path / "a" / "tracks.csv").open() as file:
        tracks = {row["track_id"] for row in csv.DictReader(file)}
    assert len(tracks) == summary["n_tracks"] >= 2
    assert len((tmp_path / "a" / "incidents.jsonl").read_text().splitlines()) == summary["n_incidents"] >= 1
    for name in FILES:
        if name.endswith("geojson"):
            assert json.loads((tmp_path / "a" / name).read_text())["type"] == "FeatureCollection"


def test_incidents_are_listed_and_shown(run: Run, tiny: Path) -> None:
    config = tiny / "watch.toml"
    listed = run("incident", "list", config, "--json")
    assert listed.code == 0
    names = [incident["incident_id"] for incident in listed.json]
    assert "LT-2025-07-28-01" in names
    assert "LT-2025-07-28-01" in run("incident", "list", config).out
    shown = run("incident", "show", config, "LT-2025-07-28-01")
    assert shown.code == 0
    assert "Low slow object towards you" in shown.out  # the neighbour's cue, which the scenario tells first
    as_json = run("incident", "show", config, "LT-2025-07-28-01", "--json").json
    assert as_json["incident_id"] == "LT-2025-07-28-01"
    assert [item for item in as_json["timeline"] if "Low slow object" in item["text"]]


def test_an_incident_that_is_not_there_ends_with_3(run: Run, tiny: Path) -> None:
    said = run("incident", "show", tiny / "watch.toml", "LT-1999-01-01-01")
    assert said.code == 3
    assert "no incident 'LT-1999-01-01-01'" in said.err
    assert "LT-2025-07-28-01" in said.err


def test_sensors_are_shown_with_their_health(run: Run, tiny: Path) -> None:
    said = run("sensors", tiny / "watch.toml", "--json")
    states = {name: health["state"] for name, health in said.json["sensors"].items()}
    assert set(states) >= {"radar", "adsb", "ear", "finder"}
    assert said.code == (1 if {"silent", "failed"} & set(states.values()) else 0)
    assert said.json["feeds"]["radar"]["malformed"] == {}
    table = run("sensors", tiny / "watch.toml")
    assert table.code == said.code
    assert "radar" in table.out


def test_reading_a_journal_changes_nothing_in_it(run: Run, tiny: Path) -> None:
    before = (tiny / "recorded.journal").read_bytes()
    run("sensors", tiny / "watch.toml")
    run("incident", "list", tiny / "watch.toml")
    assert (tiny / "recorded.journal").read_bytes() == before


def test_without_a_journal_it_is_said_how_to_get_one(run: Run, watch: Path) -> None:
    for words in (("sensors", watch), ("incident", "list", watch)):
        said = run(*words)
        assert said.code == 1
        assert "has `sargas watch" in said.err
    said = run("replay", watch, "--out", watch.parent / "out")
    assert said.code == 1
    assert "nothing to replay: no --input given and no journal" in said.err


def test_replay_of_json_lines(run: Run, watch: Path) -> None:
    lines = [
        json.dumps(
            {"kind": "geo_plot", "sensor": "radar", "time_s": 1_753_660_800.0 + 4.0 * k, "lat_deg": 54.5,
             "lon_deg": 25.3 - 0.002 * k, "sd_m": 30.0}
        )
        for k in range(40)
    ]  # fmt: skip
    recording = watch.parent / "plots.jsonl"
    recording.write_text("\n".join([*lines[:20], "rubbish", *lines[20:]]) + "\n")
    said = run("replay", watch, "--input", f"radar={recording}", "--out", watch.parent / "out", "--json")
    assert said.code == 0, said.err
    feed = said.json["summary"]["feeds"]["radar"]
    assert feed["n_reports"] == 40
    assert sum(feed["malformed"].values()) == 1
    assert said.json["summary"]["n_tracks"] == 1
    assert said.json["summary"]["from_s"] == 1_753_660_800.0
    with (watch.parent / "out" / "tracks.csv").open() as file:
        last = [row for row in csv.DictReader(file) if row["status"] == "confirmed"][-1]
    assert float(last["lon_deg"]) == pytest.approx(25.3 - 0.002 * 39, abs=0.001)


def test_replay_says_what_is_wrong_with_an_input(run: Run, watch: Path) -> None:
    recording = watch.parent / "plots.jsonl"
    recording.write_text("nothing that can be read\n")
    for argument, word in (
        ("radar", "expected FEED=FILE"),
        (f"rader={recording}", "no feed 'rader'; have radar"),
        ("radar=nowhere.jsonl", "no file 'nowhere.jsonl'"),
        (f"radar={recording}", "holds no times that can be read"),
    ):
        said = run("replay", watch, "--input", argument, "--out", watch.parent / "out")
        assert said.code == 1, argument
        assert word in said.err.replace("\n", " ")
        assert "Traceback" not in said.err


def test_the_schema_is_json(run: Run, tmp_path: Path) -> None:
    said = run("schema")
    assert said.code == 0
    assert said.json["$schema"].endswith("2020-12/schema")
    run("schema", "--out", tmp_path / "schema.json")
    assert json.loads((tmp_path / "schema.json").read_text()) == said.json
