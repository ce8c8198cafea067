"""Recordings of real radars through the whole watch: nothing lost, one aircraft one track, the same every time."""

import csv
import datetime
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from sargas.app import config
from sargas.app.batch import Summary, run_batch
from sargas.app.recorded import Reading, inputs_of
from sargas.app.wire import blueprint_of
from sargas.decode import asterix, recording_pcap
from sargas.model.entry import Entry
from sargas.model.errors import DataError
from sargas.model.report import PolarPlot

pytestmark = pytest.mark.recording

SITES = {  # SAC, SIC, latitude, longitude, height, period; the places are near enough, the recordings do not say
    "jahorina": (23, 2, 43.73, 18.57, 1_900.0, 5.0),
    "argentina": (226, 232, -34.8, -58.5, 30.0, 7.63),
    "croatia": (25, 12, 45.9, 15.96, 1_000.0, 4.95),
}
NAMES = {
    "jahorina": "cat034_048_jahorina.raw",
    "argentina": "cat034_048_argentina.pcap",
    "croatia": "cat034_048_croatia.pcap",
    "old": "cat062_old_edition_croatia.pcap",
}
FILES = ("tracks.csv", "tracks.geojson", "findings.jsonl", "findings.geojson", "incidents.jsonl", "incidents.geojson")


def watch_toml(name: str) -> str:
    sac, sic, lat_deg, lon_deg, alt_m, period_s = SITES[name]
    text = '[watch]\ncountry = "PL"\n'
    text += f'[[sensors]]\nid = "{name}"\nkind = "radar"\nsac = {sac}\nsic = {sic}\nlat_deg = {lat_deg}\n'
    text += f"lon_deg = {lon_deg}\nalt_m = {alt_m}\nperiod_s = {period_s}\n"
    text += '[[feeds]]\nname = "radar"\ntransport = { type = "udp", port = 0 }\ndecoder = { type = "asterix" }\n'
    return text


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a configuration for each radar."""
    folder = tmp_path_factory.mktemp("radars")
    for name in SITES:
        (folder / f"{name}.toml").write_text(watch_toml(name))
    return folder


@pytest.fixture(scope="module")
def folder(recordings: Path) -> Path:
    return recordings / "asterix"


def replayed(watch: Path, recording: Path, out: Path) -> Summary:
    blueprint = blueprint_of(config.read(watch), watch.parent)
    reading = Reading(inputs_of([f"radar={recording}"], blueprint), blueprint, None)
    summary = run_batch(blueprint, (Entry(k, at_s, body) for k, (at_s, body) in enumerate(reading.entries(), 1)), out)
    assert reading.damaged == {}
    assert reading.share == 1.0
    return summary


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "tracks.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def jahorina(watch: Path, folder: Path) -> list[Path]:
    """The folders of two runs of the command, with other hash seeds: anything that hangs on a set's order differs."""
    outs = [watch / f"jahorina-{seed}" for seed in (1, 2)]
    started = []
    for seed, out in enumerate(outs, start=1):
        words = [
            sys.executable,
            "-m",
            "sargas.cli.main",
            "replay",
            str(watch / "jahorina.toml"),
            "--out",
            str(out),
            "--json",
        ]
        words += ["--input", f"radar={folder / NAMES['jahorina']}", "--date", "2014-05-01"]
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        started.append(subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment))
    for process, out in zip(started, outs, strict=True):
        said, faults = process.communicate(timeout=120)
        assert process.returncode == 0, faults.decode()
        (out / "said.json").write_bytes(said)
    return outs


def test_a_replay_run_twice_writes_the_same_bytes(jahorina: list[Path]) -> None:
    first, second = jahorina
    for name in FILES:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    assert (first / "tracks.csv").stat().st_size > 50_000


def test_jahorina_every_record_is_decoded(jahorina: list[Path]) -> None:
    said = json.loads((jahorina[0] / "said.json").read_text())
    feed = said["summary"]["feeds"]["radar"]
    assert feed["n_reports"] == 2_099 + 20  # CAT048 and CAT034, by the recording's manifest
    assert (feed["unused"], feed["malformed"], said["damaged"]) == ({}, {}, {})
    # 80 s in two parts, the older one last: time of arrival never goes back, so that part has come late.
    assert said["summary"]["to_s"] - said["summary"]["from_s"] == pytest.approx(56.5, abs=0.5)
    day_s = datetime.datetime(2014, 5, 1, tzinfo=datetime.UTC).timestamp()
    assert day_s < said["summary"]["from_s"] < day_s + 86_400.0


def test_jahorina_one_address_is_one_track(jahorina: list[Path]) -> None:
    addresses: dict[str, set[str]] = defaultdict(set)
    tracks: dict[str, set[str]] = defaultdict(set)
    for row in rows(jahorina[0]):
        if row["icao24"]:
            addresses[row["track_id"]].add(row["icao24"])
            tracks[row["icao24"]].add(row["track_id"])
    assert len(tracks) >= 95  # of 106 addresses; some answer in fewer than three turns
    assert {address: named for address, named in tracks.items() if len(named) > 1} == {}
    assert {track: named for track, named in addresses.items() if len(named) > 1} == {}


def test_jahorina_tracks_fly_as_airliners_do(jahorina: list[Path]) -> None:
    last = {row["track_id"]: row for row in rows(jahorina[0]) if row["icao24"] and row["status"] == "confirmed"}
    speeds = [(float(row["east_mps"]) ** 2 + float(row["north_mps"]) ** 2) ** 0.5 for row in last.values()]
    assert sum(100.0 < speed < 330.0 for speed in speeds) / len(speeds) > 0.9


def test_a_recording_without_a_date_asks_for_one(watch: Path, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--date"):
        replayed(watch / "jahorina.toml", folder / NAMES["jahorina"], tmp_path)
    with pytest.raises(DataError, match="--date"):
        replayed(watch / "jahorina.toml", folder / "cat062_063_065_adriatic.ff", tmp_path)


def test_argentina_every_record_is_decoded_and_tracked(watch: Path, folder: Path, tmp_path: Path) -> None:
    summary = replayed(watch / "argentina.toml", folder / NAMES["argentina"], tmp_path)
    feed = summary.feeds["radar"]
    assert feed.n_reports == 3_541 + 16_366
    assert (feed.unused, feed.malformed) == ({}, {})
    assert summary.to_s - summary.from_s == pytest.approx(3_785.0, abs=2.0)
    confirmed = [row for row in rows(tmp_path) if row["status"] == "confirmed"]
    # Almost every plot of an aircraft belongs to a track; its code is the only name that this radar knows.
    codes = codes_of(folder / NAMES["argentina"])
    assert len(confirmed) > 0.9 * sum(count for code, count in codes.items() if count > 20)
    by_code: dict[str, Counter[str]] = defaultdict(Counter)
    for row in confirmed:
        if row["squawk"] and codes[row["squawk"]] > 20:
            by_code[row["squawk"]][row["track_id"]] += 1
    assert len(by_code) >= 10
    for code, tracks in by_code.items():
        assert len(tracks) <= 3, code


def codes_of(path: Path) -> Counter[str]:
    decoder = asterix.build(asterix.Settings(), {})
    payloads = recording_pcap.build(recording_pcap.Settings()).feed(path.read_bytes())
    plots = [each for at_s, data in payloads for each in decoder.decode(data, at_s, 1) if isinstance(each, PolarPlot)]
    return Counter(plot.identity.squawk or "" for plot in plots)


def test_croatia_every_record_is_decoded_or_counted_with_its_reason(
    watch: Path, folder: Path, tmp_path: Path
) -> None:
    feed = replayed(watch / "croatia.toml", folder / NAMES["croatia"], tmp_path).feeds["radar"]
    assert feed.n_reports == 126 + 34
    assert feed.unused == {"CAT048 no detection": 2}
    assert feed.malformed == {}


def test_records_of_an_old_edition_are_refused_and_counted_never_shown(
    watch: Path, folder: Path, tmp_path: Path
) -> None:
    summary = replayed(watch / "croatia.toml", folder / NAMES["old"], tmp_path)
    feed = summary.feeds["radar"]
    assert feed.n_reports == 0
    assert sum(feed.malformed.values()) > 0
    assert summary.n_tracks == 0
