"""Real recordings: every record is decoded, or counted with its reason; the counts are those of their manifest."""

import datetime
import itertools
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from asterix import base, generated
from pyproj import Geod

from asterix_samples import read
from sargas.decode import recording_final, recording_pcap
from sargas.decode.asterix import Settings, build
from sargas.decode.asterix.editions import EditionTable
from sargas.model.report import (
    AnyReport,
    Cooperative,
    Malformed,
    PolarPlot,
    Report,
    SensorStatus,
    SystemTrack,
    Unused,
)

pytestmark = pytest.mark.recording
DAY = datetime.date(2016, 1, 1)
CLOCK_OFFSET_S = 12_055.5
"""How far the Adriatic recorder's clock was behind that of the tracks."""


@pytest.fixture(scope="module")
def folder(recordings: Path) -> Path:
    return recordings / "asterix"


def replay(recording, path: Path, *, editions=None) -> list:
    decoder = build(Settings(editions=editions or {}), {})
    payloads = list(recording.feed(path.read_bytes()))
    assert not [each for each in payloads if isinstance(each, Malformed)]
    return [decoded for arrival_s, data in payloads for decoded in decoder.decode(data, arrival_s, 1)]


def counts(decoded) -> Counter:
    return Counter(type(each).__name__ if isinstance(each, Report) else each.reason for each in decoded)


@pytest.fixture(scope="module")
def adriatic(folder: Path) -> list:
    settings = recording_final.Settings(date=DAY, clock_offset_s=CLOCK_OFFSET_S)
    return replay(recording_final.build(settings), folder / "cat062_063_065_adriatic.ff")


def test_adriatic_every_record_is_accounted_for(adriatic):
    # 22,396 CAT062; 5,772 CAT063 and 6,057 CAT065, most of these ends of batch.
    assert counts(adriatic) == {
        "SystemTrack": 22_396,
        "SensorStatus": 5_772 + 356,
        "CAT065 end of batch": 6_057 - 356,
    }


def test_adriatic_reports_keep_to_the_model(adriatic):
    for report in (each for each in adriatic[::50] if isinstance(each, Report)):
        assert msgspec.convert(msgspec.to_builtins(report), AnyReport) == report


def test_adriatic_has_its_tracks_over_the_adriatic_and_italy(adriatic):
    tracks = [each for each in adriatic if isinstance(each, SystemTrack)]
    # libasterix's own parser finds 372 different numbers in item 040; 44 of them occur once.
    assert len({track.track_number for track in tracks}) == 372
    assert all(34.0 < track.lat_deg < 50.0 and 5.0 < track.lon_deg < 25.0 for track in tracks)


def test_adriatic_times_run_for_1798_seconds_and_come_soon_after(adriatic):
    tracks = [each for each in adriatic if isinstance(each, SystemTrack)]
    assert max(t.time_s for t in tracks) - min(t.time_s for t in tracks) == pytest.approx(1_798.0, abs=10.0)
    assert all(-0.1 < track.received_s - track.time_s < 5.0 for track in tracks)


def test_adriatic_velocities_agree_with_the_positions(adriatic):
    # Neighbouring reports of a track, up to 30 s apart: the distance flown is speed times time, within a quarter.
    last: dict[int, SystemTrack] = {}
    ratios = []
    for track in (each for each in adriatic if isinstance(each, SystemTrack)):
        before = last.get(track.track_number)
        last[track.track_number] = track
        if before is None or not 2.0 < track.time_s - before.time_s < 30.0 or (track.speed_mps or 0.0) < 80.0:
            continue
        _, _, flown_m = Geod(ellps="WGS84").inv(before.lon_deg, before.lat_deg, track.lon_deg, track.lat_deg)
        ratios.append(flown_m / (track.speed_mps * (track.time_s - before.time_s)))
    assert len(ratios) > 15_000
    assert sum(0.75 < ratio < 1.25 for ratio in ratios) / len(ratios) > 0.97


def test_adriatic_records_are_read_as_libasterix_reads_them(folder: Path):
    recording = recording_final.build(recording_final.Settings())
    payloads = [data for _, data in recording.feed((folder / "cat062_063_065_adriatic.ff").read_bytes())]
    edited = EditionTable({}).find(62, 0, 0)
    compared = 0
    for data in [data for data in payloads if data[0] == 62][::100]:
        for record in generated.Cat_062_1_21.cv_uap.parse(base.Bits.from_bytes(data[3:])):
            items, _ = edited.layout.split(record.unparse().to_bytes(), 0)
            for name, item in items.items():
                assert item == record.get_item(name).unparse().to_bytes()
            (track,) = read(
                b"\x3e" + (3 + len(record.unparse()) // 8).to_bytes(2, "big") + record.unparse().to_bytes()
            )
            position = record.get_item("105").variation
            assert track.lat_deg == position.get_item("LAT").variation.content.as_quantity("°")
            assert track.lon_deg == position.get_item("LON").variation.content.as_quantity("°")
            compared += 1
    assert compared > 50


def test_jahorina_every_record_is_accounted_for(folder: Path):
    decoded = read((folder / "cat034_048_jahorina.raw").read_bytes())
    assert counts(decoded) == {"PolarPlot": 2_099, "SensorStatus": 20}
    marks = [each for each in decoded if isinstance(each, SensorStatus)]
    assert {mark.mark for mark in marks} == {"north"}
    assert all(mark.rotation_s == pytest.approx(5.0, abs=0.05) for mark in marks)


def test_jahorina_plots_are_of_mode_s_aircraft(folder: Path):
    plots = [each for each in read((folder / "cat034_048_jahorina.raw").read_bytes()) if isinstance(each, PolarPlot)]
    assert all(0.0 <= plot.range_m <= 256 * 1852.0 and 0.0 <= plot.azimuth_deg < 360.0 for plot in plots)
    assert sum(plot.identity.icao24 is not None for plot in plots) / len(plots) > 0.9
    assert sum(plot.alt_baro_m is not None for plot in plots) / len(plots) > 0.9


def test_argentina_every_record_is_accounted_for(folder: Path):
    decoded = replay(recording_pcap.build(recording_pcap.Settings()), folder / "cat034_048_argentina.pcap")
    assert counts(decoded) == {"PolarPlot": 3_541, "SensorStatus": 16_366}
    reports = [each for each in decoded if isinstance(each, Report)]
    assert all(0.0 < each.received_s - each.time_s < 2.0 for each in reports)
    north_s = [each.time_s for each in reports if isinstance(each, SensorStatus) and each.mark == "north"]
    turns_s = [after - before for before, after in itertools.pairwise(north_s)]
    stated_s = {each.rotation_s for each in reports if isinstance(each, SensorStatus) and each.mark == "north"}
    assert sorted(turns_s)[len(turns_s) // 2] == pytest.approx(next(iter(stated_s)), rel=0.02)


def test_croatia_every_record_is_accounted_for(folder: Path):
    decoded = replay(recording_pcap.build(recording_pcap.Settings()), folder / "cat034_048_croatia.pcap")
    assert counts(decoded) == {"PolarPlot": 126, "SensorStatus": 34, "CAT048 no detection": 2}


def test_croatia_old_cat062_is_never_silently_wrong(folder: Path):
    path = folder / "cat062_old_edition_croatia.pcap"
    decoded = replay(recording_pcap.build(recording_pcap.Settings()), path)
    assert decoded
    assert all(isinstance(each, Malformed) for each in decoded)
    skipped = replay(recording_pcap.build(recording_pcap.Settings()), path, editions={"*": {"062": "skip"}})
    assert set(counts(skipped)) == {"CAT062 skipped by configuration"}


@pytest.mark.parametrize(
    ("name", "editions", "expected"),
    [
        ("cat001ed1.1", {}, Unused("category 001")),
        ("cat010ed0.31", {}, PolarPlot),
        ("cat010ed0.24_sensis", {}, Malformed),
        ("cat019ed1.3", {}, Unused("category 019")),
        ("cat020ed1.5", {}, Cooperative),
        ("cat021ed0.26", {}, Malformed),
        ("cat021ed0.26", {"*": {"021": "0.26"}}, Cooperative),
        ("cat021ed2.1", {"*": {"021": "2.1"}}, Cooperative),
        ("cat030ed7.0", {}, Unused("category 030")),
        ("cat034ed1.26", {}, SensorStatus),
        ("cat048ed1.15", {}, PolarPlot),
        ("cat048ed1.23", {}, Unused("CAT048 range beyond item 040")),
        ("cat062ed1.12", {}, SystemTrack),
        ("cat062ed1.16", {"*": {"062": "1.16"}}, SystemTrack),
        ("cat063ed1.0", {}, SensorStatus),
        ("cat065ed1.3", {}, Unused("CAT065 end of batch")),
        ("cat247ed1.2", {}, Unused("category 247")),
        ("cat252ed7.0", {}, Unused("category 252")),
    ],
)
def test_one_record_of_each_category(folder: Path, name, editions, expected):
    decoded = read((folder / "vectors" / f"{name}.bin").read_bytes(), editions=editions)
    assert decoded
    assert all(each == expected if isinstance(expected, Unused) else isinstance(each, expected) for each in decoded)


def test_the_recording_of_a_day_gives_the_same_in_any_split(folder: Path):
    data = (folder / "cat062_063_065_adriatic.ff").read_bytes()[:200_000]
    whole = list(recording_final.build(recording_final.Settings()).feed(data))
    parts = recording_final.build(recording_final.Settings())
    assert [found for k in range(0, len(data), 997) for found in parts.feed(data[k : k + 997])] == whole
