"""What the simulated sensors say: in sound wire formats, where the thing was, and the same for the same seed."""

import math
from collections import Counter
from importlib import resources

import numpy as np
import pytest
from asterix.base import Bits, RawDatablock
from asterix.generated import Cat_034_1_29, Cat_048_1_31
from msgspec import json, structs
from pyproj import Geod, Transformer

from sargas.decode import asterix, jsonl, sbs
from sargas.model.entry import FeedOpened, Frame
from sargas.model.report import AnyReport, Bearing, Cooperative, Cue, Malformed, PolarPlot, Sighting, Unused
from sargas.simulate import plots
from sargas.simulate.frames import above_horizon_deg, enu_m
from sargas.simulate.run import Simulation, run, truth_csv
from sargas.simulate.scenario import load

TINY = (resources.files("sargas.simulate") / "scenarios" / "tiny.toml").read_text(encoding="utf-8")
WGS84 = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def tiny() -> Simulation:
    return run(load(TINY), 1)


@pytest.fixture(scope="module")
def reports(tiny: Simulation) -> list[AnyReport]:
    """What the watch's own decoders make of the frames."""
    sensors = tiny.sensors
    decoders = {
        "radar": asterix.build(asterix.Settings(), sensors),
        "adsb": sbs.build(sbs.Settings(sensor="adsb", use_message_time=True), sensors),
    }
    others = jsonl.build(jsonl.Settings(), sensors)
    found: list[AnyReport] = []
    for number, (received_s, body) in enumerate(tiny.entries):
        if isinstance(body, Frame):
            for item in decoders.get(body.feed, others).decode(body.data, received_s, number):
                assert not isinstance(item, Malformed), (body.feed, item)
                if not isinstance(item, Unused):
                    found.append(item)
    return found


def truth_at(simulation: Simulation, target: str, time_s: float) -> tuple[float, float]:
    points = [point for point in simulation.truth if point.target == target]
    times = [point.time_s for point in points]
    lat = np.interp(time_s, times, [point.lat_deg for point in points])
    return float(lat), float(np.interp(time_s, times, [point.lon_deg for point in points]))


def test_a_primary_plot_is_what_libasterix_encodes() -> None:
    time_s, range_m, azimuth_deg = 6_000.5, 12_345.0, 271.25
    record = Cat_048_1_31.cv_record.create({
        "010": (("SAC", 59), ("SIC", 1)),
        "140": 768_064,  # 6,000.5 s in 1/128 s
        "020": ((1, 0, 0, 0, 0, None),),
        "040": (("RHO", 1_706), ("THETA", 49_380)),  # 12,345 m / 1,852 m * 256; 271.25 / 360 * 65,536
    })  # fmt: skip
    assert plots.primary_plot(59, 1, time_s, range_m, azimuth_deg) == record.unparse().to_bytes()


def test_a_mode_s_plot_is_what_libasterix_encodes() -> None:
    record = Cat_048_1_31.cv_record.create({
        "010": (("SAC", 59), ("SIC", 2)),
        "140": 128,
        "020": ((7, 0, 0, 0, 0, None),),
        "040": (("RHO", 256), ("THETA", 16_384)),
        "070": (0, 0, 0, 0, 0o2201),
        "090": (0, 0, 1_200),  # FL 300 in quarters
        "220": 0xF00201,
        "240": "SIM201  ",
    })  # fmt: skip
    made = plots.mode_s_plot((59, 2), 1.0, (1_852.0, 90.0), ("f00201", "SIM201", "2201"), 9_144.0, has_primary=True)
    assert made == record.unparse().to_bytes()


def test_service_messages_are_what_libasterix_encodes() -> None:
    record = Cat_034_1_29.cv_record
    source = (("SAC", 59), ("SIC", 1))
    north = record.create({"010": source, "000": 1, "030": 256, "041": 512})
    sector = record.create({"010": source, "000": 2, "030": 256, "020": 64})
    assert plots.north_mark(59, 1, 2.0, 4.0) == north.unparse().to_bytes()
    assert plots.sector_mark(59, 1, 2.0, 90.0) == sector.unparse().to_bytes()


def test_radar_datagrams_are_whole_blocks_of_two_categories(tiny: Simulation) -> None:
    categories: Counter[int] = Counter()
    for _, body in tiny.entries:
        if isinstance(body, Frame) and body.feed == "radar":
            blocks = RawDatablock.parse(Bits.from_bytes(body.data))
            assert isinstance(blocks, list)
            categories.update(block.get_category() for block in blocks)
    assert set(categories) == {34, 48}
    assert 59 * 16 <= categories[34] <= 60 * 16  # one block a sector, 16 sectors a turn, 60 turns in four minutes


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    scenario = load(TINY)
    first, again, other = run(scenario, 1), run(scenario, 1), run(scenario, 2)
    assert first.entries == again.entries
    assert first.truth == again.truth
    assert first.entries != other.entries


def test_entries_come_in_the_order_of_arrival_each_feed_opened_first(tiny: Simulation) -> None:
    times = [received_s for received_s, _ in tiny.entries]
    assert times == sorted(times)
    head = [body.feed for _, body in tiny.entries[: len(tiny.feeds)] if isinstance(body, FeedOpened)]
    assert set(head) == set(tiny.feeds)


def test_every_kind_of_report_comes_out_of_the_decoders(reports: list[AnyReport]) -> None:
    kinds = Counter(type(report) for report in reports)
    for kind in (PolarPlot, Cooperative, Bearing, Sighting, Cue):
        assert kinds[kind] > 0, kind


def test_nothing_comes_in_before_it_was_true(reports: list[AnyReport]) -> None:
    assert min(report.received_s - report.time_s for report in reports) > 0.0
    assert max(report.received_s - report.time_s for report in reports) < 60.0


def test_the_airliners_own_positions_are_where_it_was(tiny: Simulation, reports: list[AnyReport]) -> None:
    own = [report for report in reports if isinstance(report, Cooperative)]
    assert {report.identity.icao24 for report in own} == {"f00001"}
    for report in own:
        lat, lon = truth_at(tiny, "Airliner", report.time_s)
        assert WGS84.inv(lon, lat, report.lon_deg, report.lat_deg)[2] < 30.0


def test_radar_plots_scatter_about_the_truth_as_the_sensor_says(tiny: Simulation, reports: list[AnyReport]) -> None:
    site = tiny.sensors["radar"]
    off_deg, off_m = [], []
    for report in reports:
        if isinstance(report, PolarPlot) and not report.identity.icao24:
            lat, lon = truth_at(tiny, "Drone", report.time_s)
            azimuth, _, distance = WGS84.inv(site.lon_deg, site.lat_deg, lon, lat)
            # nearly level at 7 to 17 km: slant and ground range differ by metres
            turn = (report.azimuth_deg - azimuth + 180.0) % 360.0 - 180.0
            if abs(report.range_m - distance) < 400.0 and abs(turn) < 2.0:
                off_deg.append(turn)
                off_m.append(report.range_m - distance)
    assert len(off_m) > 40
    assert np.std(off_m) == pytest.approx(60.0, rel=0.35)
    assert np.std(off_deg) == pytest.approx(0.25, rel=0.35)
    assert abs(np.mean(off_deg)) < 0.15


def test_a_node_hears_where_the_engine_was_when_it_sounded(tiny: Simulation, reports: list[AnyReport]) -> None:
    site = tiny.sensors["ear"]
    heard = [report for report in reports if isinstance(report, Bearing) and report.medium == "acoustic"]
    assert len(heard) > 10
    errors = []
    for report in heard:
        emitted_s = report.time_s
        for _ in range(5):
            lat, lon = truth_at(tiny, "Drone", emitted_s)
            azimuth, _, distance = WGS84.inv(site.lon_deg, site.lat_deg, lon, lat)
            emitted_s = report.time_s - math.hypot(distance, 200.0) / 340.0
        if distance > 500.0:
            errors.append((report.azimuth_deg - azimuth + 180.0) % 360.0 - 180.0)
    assert np.std(errors) == pytest.approx(4.0, rel=0.5)
    assert abs(np.mean(errors)) < 3.0


def test_people_point_to_the_nearest_of_the_eight_winds(tiny: Simulation, reports: list[AnyReport]) -> None:
    (call,) = [report for report in reports if isinstance(report, Sighting)]
    lat, lon = truth_at(tiny, "Drone", call.time_s)
    azimuth = WGS84.inv(call.lon_deg, call.lat_deg, lon, lat)[0]
    assert call.azimuth_deg is not None
    assert call.azimuth_deg % 45.0 == 0.0
    assert abs((call.azimuth_deg - azimuth + 180.0) % 360.0 - 180.0) <= 22.5


def test_the_truth_is_a_table(tiny: Simulation) -> None:
    header, *rows = truth_csv(tiny).splitlines()
    assert header.split(",")[:3] == ["time_s", "target", "kind"]
    assert len(rows) == len(tiny.truth)
    assert {row.split(",")[1] for row in rows} >= {"Drone", "Airliner"}


def test_local_positions_agree_with_pyproj() -> None:
    site = (54.62, 25.56, 180.0)
    pipeline = Transformer.from_pipeline(
        f"+proj=pipeline +step +proj=cart +ellps=WGS84 +step +proj=topocentric +ellps=WGS84"
        f" +lat_0={site[0]} +lon_0={site[1]} +h_0={site[2]}"
    )
    expected = pipeline.transform(25.9, 54.3, 4_000.0)
    made = enu_m(site, np.array([54.3]), np.array([25.9]), np.array([4_000.0]))[0]
    assert made == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(("height_m", "horizon_km"), [(50.0, 49.7), (200.0, 78.8), (1_000.0, 150.9)])
def test_the_radar_horizon_is_that_of_the_four_thirds_earth(height_m: float, horizon_km: float) -> None:
    """4.12 (sqrt(25) + sqrt(h)) km, the radio horizon formula of ITU-R texts, for an antenna at 25 m."""
    assert 4.12 * (math.sqrt(25.0) + math.sqrt(height_m)) == pytest.approx(horizon_km, abs=0.1)

    def above(distance_km: float) -> float:
        lat = 54.0 + 1_000.0 * distance_km / 111_300.0
        enu = enu_m((54.0, 25.0, 25.0), np.array([lat]), np.array([25.0]), np.array([height_m]))
        return float(above_horizon_deg(enu, 25.0, None)[0])

    assert above(0.98 * horizon_km) > 0.0
    assert above(1.02 * horizon_km) < 0.0


def test_a_drone_beyond_the_horizon_is_not_plotted() -> None:
    scenario = load(TINY.replace("height_m = 220", "height_m = 3").replace("height_m = 200", "height_m = 3"))
    low = structs.replace(scenario, aircraft=scenario.aircraft[:1], birds=[])
    plotted = [body for _, body in run(low, 1).entries if isinstance(body, Frame) and body.data[:1] == b"\x30"]
    assert len(plotted) < 40  # the clutter alone: 0.3 a turn, 60 turns


def test_a_craft_flies_as_fast_as_its_path_says(tiny: Simulation) -> None:
    speeds = [point.speed_mps for point in tiny.truth if point.target == "Drone"]
    assert speeds == pytest.approx([45.0] * len(speeds), rel=0.02)


def test_json_lines_carry_nothing_that_the_watch_sets(tiny: Simulation) -> None:
    for _, body in tiny.entries:
        if isinstance(body, Frame) and body.feed in {"field", "calls", "neighbour"}:
            assert {"received_s", "entry"}.isdisjoint(json.decode(body.data))
