"""Half an hour of real system tracks over Italy through the whole watch, with a border laid across them.

What is expected is taken from the recording itself: its own positions, read by the decoder alone, and the moments at
which the straight ways between them cross the border, by shapely.
"""

import csv
import datetime
import json
from bisect import bisect_left
from collections import defaultdict
from pathlib import Path

import msgspec
import numpy as np
import pyproj
import pytest
import shapely
from msgspec import Struct

from sargas.app import config
from sargas.app.batch import Summary, run_batch
from sargas.app.recorded import Reading, inputs_of
from sargas.app.wire import blueprint_of
from sargas.decode import asterix, recording_final
from sargas.model.entry import Entry
from sargas.model.finding import Crossing, Finding
from sargas.model.incident import Incident
from sargas.model.report import SystemTrack

pytestmark = [pytest.mark.recording, pytest.mark.slow]

GEOD = pyproj.Geod(ellps="WGS84")
DAY = datetime.date(2020, 1, 1)
INLAND = shapely.box(12.0, 42.0, 14.5, 44.0)
SEA = shapely.box(14.5, 41.0, 17.0, 45.0)
WATCH = """\
[watch]
country = "IT"

[[sensors]]
id = "roma"
kind = "neighbour"
sac = 33
sic = 18
errors = { position_sd_m = 40.0 }

[[feeds]]
name = "neighbour"
transport = { type = "udp", port = 0 }
decoder = { type = "asterix" }

[[zones]]
file = "inland.geojson"
kind = "sovereign"
country = "IT"

[[zones]]
file = "sea.geojson"
kind = "sovereign"
country = "HR"

[[rules]]
type = "incursion"
alert_cooperative_from = ["*"]
"""


class Way(Struct):
    """A crossing by the source's own positions."""

    number: str
    time_s: float
    is_inward: bool
    gap_s: float


class Run(Struct):
    """What a replay came to, and what the recording itself says."""

    summary: Summary
    shifted_s: float
    rows: list[dict[str, str]]
    findings: list[Finding]
    incidents: list[Incident]
    source: dict[str, list[SystemTrack]]


def geojson(box: shapely.Polygon, name: str) -> str:
    feature = {"type": "Feature", "properties": {"name": name}, "geometry": shapely.geometry.mapping(box)}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def source_of(path: Path, offset_s: float) -> dict[str, list[SystemTrack]]:
    """Return the source's own tracks by number, read without the watch."""
    reader = recording_final.build(recording_final.Settings(date=DAY, clock_offset_s=offset_s))
    decoder = asterix.build(asterix.Settings(), {})
    source: dict[str, list[SystemTrack]] = defaultdict(list)
    for arrived_s, payload in reader.feed(path.read_bytes()):
        for report in decoder.decode(payload, arrived_s, 1):
            if isinstance(report, SystemTrack):
                source[str(report.track_number)].append(report)
    return {number: sorted(reports, key=lambda report: report.time_s) for number, reports in source.items()}


@pytest.fixture(scope="module")
def run(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("adriatic")
    (folder / "watch.toml").write_text(WATCH)
    (folder / "inland.geojson").write_text(geojson(INLAND, "Inland"))
    (folder / "sea.geojson").write_text(geojson(SEA, "Sea"))
    path = recordings / "asterix" / "cat062_063_065_adriatic.ff"
    blueprint = blueprint_of(config.read(folder / "watch.toml"), folder)
    reading = Reading(inputs_of([f"neighbour={path}"], blueprint), blueprint, DAY)
    numbered = (Entry(seq, received_s, body) for seq, (received_s, body) in enumerate(reading.entries(), start=1))
    out = folder / "out"
    summary = run_batch(blueprint, numbered, out)
    assert reading.damaged == {}
    assert reading.share == 1.0
    (offset_s,) = reading.shifted_s.values()
    with (out / "tracks.csv").open() as file:
        rows = list(csv.DictReader(file))
    return Run(
        summary,
        offset_s,
        rows,
        [msgspec.json.decode(line, type=Finding) for line in (out / "findings.jsonl").read_bytes().splitlines()],
        [msgspec.json.decode(line, type=Incident) for line in (out / "incidents.jsonl").read_bytes().splitlines()],
        source_of(path, offset_s),
    )


def pairs(run: Run) -> list[tuple[dict[str, str], SystemTrack, float]]:
    """Return every row that a report moved, the source's record of the same number and time, and the distance."""
    times = {number: [report.time_s for report in reports] for number, reports in run.source.items()}
    found = []
    for row in run.rows:
        if row["status"] != "confirmed":
            continue
        candidates = []
        for number in (name.partition("/")[2] for name in row["neighbour_numbers"].split()):
            index = bisect_left(times[number], float(row["time_s"]) - 0.001)
            if index < len(times[number]) and abs(times[number][index] - float(row["time_s"])) <= 0.001:
                report = run.source[number][index]
                place = (float(row["lon_deg"]), float(row["lat_deg"]))
                candidates.append((GEOD.inv(*place, report.lon_deg, report.lat_deg)[2], report))
        assert candidates, row
        metres, report = min(candidates, key=lambda pair: pair[0])
        found.append((row, report, metres))
    return found


def ways(run: Run) -> list[Way]:
    """Return where the straight ways between the source's positions cross the border."""
    found = []
    for number, reports in run.source.items():
        points = [(report.lon_deg, report.lat_deg) for report in reports]
        inside = [bool(INLAND.contains(shapely.Point(point))) for point in points]
        for k in range(1, len(points)):
            if inside[k] == inside[k - 1]:
                continue
            line = shapely.LineString(points[k - 1 : k + 1])
            share = line.project(line.intersection(INLAND.boundary), normalized=True)
            gap_s = reports[k].time_s - reports[k - 1].time_s
            found.append(Way(number, reports[k - 1].time_s + share * gap_s, inside[k], gap_s))
    return found


def last_word(run: Run) -> dict[str, Finding]:
    return {finding.finding_id: finding for finding in run.findings if finding.rule == "incursion"}


def numbers_of(run: Run) -> dict[int, set[str]]:
    numbers: dict[int, set[str]] = defaultdict(set)
    for row, report, _ in pairs(run):
        numbers[int(row["track_id"])].add(str(report.track_number))
    return numbers


def crossings(run: Run) -> list[tuple[Finding, Way]]:
    """Return each true way in with the finding that tells of it: that of the track of its number, nearest in time."""
    numbers = numbers_of(run)
    found = []
    for way in ways(run):
        if way.is_inward:
            told = [
                finding
                for finding in last_word(run).values()
                if finding.track_id is not None and way.number in numbers[finding.track_id]
            ]
            if told:
                found.append((min(told, key=lambda finding: abs(finding.detail.time_s - way.time_s)), way))
    return found


def test_every_record_is_a_report_or_counted(run: Run) -> None:
    # By the recording's manifest: 22,396 CAT062, 5,772 CAT063, 6,057 CAT065 of which 356 tell the service's state.
    (feed,) = run.summary.feeds.values()
    assert feed.n_reports == 22_396 + 5_772 + 356
    assert feed.unused == {"CAT065 end of batch": 6_057 - 356}
    assert feed.malformed == {}


def test_the_recorders_wrong_clock_is_set_right(run: Run) -> None:
    assert run.shifted_s == pytest.approx(3 * 3600 + 21 * 60, abs=10.0)  # 3 h 21 min behind the tracks' own times
    assert run.summary.to_s - run.summary.from_s == pytest.approx(1_800.0, abs=10.0)


def test_every_track_stands_where_the_source_says(run: Run) -> None:
    metres = [each for _, _, each in pairs(run)]
    assert len(metres) > 22_000
    assert float(np.median(metres)) < 50.0
    assert float(np.percentile(metres, 99)) < 300.0
    assert max(metres) < 1_000.0


def test_every_number_of_the_source_is_one_track_of_ours(run: Run) -> None:
    ours: dict[str, set[str]] = defaultdict(set)
    for row, report, _ in pairs(run):
        ours[str(report.track_number)].add(row["track_id"])
    assert len(ours) >= 370  # of 372
    torn = [number for number, tracks in ours.items() if len(tracks) > 1]
    # A number that names one aircraft and then another, or one only later, is not one track in the source either.
    whole = [number for number in torn if len({report.identity.icao24 for report in run.source[number]}) == 1]
    assert whole == []
    assert len(torn) <= 3


def test_addresses_are_not_mixed(run: Run) -> None:
    addresses: dict[str, set[str]] = defaultdict(set)
    tracks: dict[str, set[str]] = defaultdict(set)
    for row in run.rows:
        if row["icao24"]:
            addresses[row["track_id"]].add(row["icao24"])
            tracks[row["icao24"]].add(row["track_id"])
    assert len(addresses) > 100
    assert [track for track, named in addresses.items() if len(named) > 1] == []
    assert [address for address, named in tracks.items() if len(named) > 1] == []


def test_every_way_in_is_found(run: Run) -> None:
    inward = [way for way in ways(run) if way.is_inward]
    assert len(inward) == 29
    assert {way.number for way in inward} == {way.number for _, way in crossings(run)}


def test_the_crossings_are_at_the_right_times(run: Run) -> None:
    """Their errors fit the spread that they state: normal errors would be within 2 of it 95 times of 100."""
    found = crossings(run)
    errors_s = np.array([finding.detail.time_s - way.time_s for finding, way in found])
    spreads_s = np.array([finding.detail.time_sd_s for finding, way in found])
    assert float(np.median(np.abs(errors_s))) < 0.5
    assert float(np.max(np.abs(errors_s))) < 5.0  # one look of the source
    assert float(np.median(spreads_s)) < 1.0
    assert float(np.mean(np.abs(errors_s) < 2.0 * spreads_s + 0.1)) > 0.8


def test_the_crossings_are_told_within_seconds(run: Run) -> None:
    for finding, way in crossings(run):
        # The next look after the crossing comes up to gap_s later, and the rule waits 3 s when it is not sure.
        assert -5.0 < finding.raised_s - way.time_s < way.gap_s + 5.0


def test_the_country_that_they_came_from_is_named(run: Run) -> None:
    for finding, way in crossings(run):
        assert isinstance(finding.detail, Crossing)
        before = [report for report in run.source[way.number] if report.time_s < way.time_s]
        is_from_the_sea = SEA.contains(shapely.Point(before[-1].lon_deg, before[-1].lat_deg))
        assert finding.detail.from_country == ("HR" if is_from_the_sea else "")


def test_those_who_left_are_said_to_have_left(run: Run) -> None:
    out = [way for way in ways(run) if not way.is_inward]
    n_told = 0
    for finding, way in crossings(run):
        later = [each.time_s for each in out if each.number == way.number and each.time_s > way.time_s]
        if later and finding.state == "cleared" and finding.detail.left_s is not None:
            n_told += 1
            assert finding.detail.left_s == pytest.approx(min(later), abs=5.0)
    assert n_told >= 10


def test_red_without_the_source_having_seen_it_inside_is_rare_and_soon_after_its_last_word(run: Run) -> None:
    """A prediction may be red for the half minute in which a track coasts; a lost one is worth a yellow, not more."""
    numbers = numbers_of(run)
    inward = {way.number for way in ways(run) if way.is_inward}
    red = [finding for finding in run.findings if finding.rule == "incursion" and finding.severity == "red"]
    unseen = [finding for finding in red if finding.track_id and not numbers[finding.track_id] & inward]
    first = {finding.finding_id: finding for finding in reversed(unseen)}
    assert len({finding.finding_id for finding in red}) >= 29
    assert len(first) <= 3
    for finding in first.values():
        last_s = max(run.source[number][-1].time_s for number in numbers[finding.track_id or 0])
        assert finding.time_s - last_s <= 31.0


def test_incidents_hold_every_way_in(run: Run) -> None:
    in_incidents = {track for incident in run.incidents for track in incident.track_ids}
    assert {finding.track_id for finding, _ in crossings(run)} <= in_incidents
