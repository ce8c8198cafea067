"""Sensors whose faults nobody told the watch of: the simulated reports carry them, the configuration does not."""

import math
from collections.abc import Callable
from importlib import resources

import numpy as np
import pytest
from msgspec import structs
from pyproj import Geod

from sargas.decode import asterix, jsonl, sbs
from sargas.model.entry import Frame
from sargas.model.report import AnyReport, Bearing, Cooperative, PolarPlot, Presence
from sargas.simulate.run import Simulation, run
from sargas.simulate.scenario import Scenario, Spoof, load
from sargas.simulate.sites import EarModel, FinderModel, Hidden, HotSpot, RadarModel, Site

TINY = (resources.files("sargas.simulate") / "scenarios" / "tiny.toml").read_text(encoding="utf-8")
WGS84 = Geod(ellps="WGS84")
SITE = {"radar": 0, "adsb": 1, "ear": 2, "finder": 3}

Change = Callable[[Site], Site]


def changed(sensor: str, change: Change) -> Scenario:
    """Return the tiny scenario with one sensor alone, changed."""
    scenario = load(TINY)
    return structs.replace(scenario, sensors=[change(scenario.sensors[SITE[sensor]])], cues=[], calls=[])


def hidden(sensor: str, **faults: float) -> Scenario:
    return changed(sensor, lambda site: structs.replace(site, hidden=Hidden(**faults)))


def reports(simulation: Simulation) -> list[AnyReport]:
    (feed, table), sensors = next(iter(simulation.feeds.items())), simulation.sensors
    decoder = {
        "asterix": lambda: asterix.build(asterix.Settings(), sensors),
        "sbs": lambda: sbs.build(sbs.Settings(sensor=feed, use_message_time=True), sensors),
        "jsonl": lambda: jsonl.build(jsonl.Settings(), sensors),
    }[str(table["type"])]()
    frames = [(received_s, body) for received_s, body in simulation.entries if isinstance(body, Frame)]
    found = [item for received_s, body in frames for item in decoder.decode(body.data, received_s, 1)]
    return [item for item in found if hasattr(item, "sensor")]


def truth_at(simulation: Simulation, target: str, time_s: float) -> tuple[float, float]:
    points = [point for point in simulation.truth if point.target == target]
    times = [point.time_s for point in points]
    lat = np.interp(time_s, times, [point.lat_deg for point in points])
    return float(lat), float(np.interp(time_s, times, [point.lon_deg for point in points]))


def off_the_drone(simulation: Simulation) -> tuple[list[float], list[float]]:
    """Return how far the radar's plots are from the drone's truth: along [m] and across [deg]."""
    site, off_m, off_deg = simulation.sensors["radar"], [], []
    for report in reports(simulation):
        if isinstance(report, PolarPlot) and not report.identity.icao24:
            lat, lon = truth_at(simulation, "Drone", report.time_s)
            azimuth, _, distance = WGS84.inv(site.lon_deg, site.lat_deg, lon, lat)
            turn = (report.azimuth_deg - azimuth + 180.0) % 360.0 - 180.0
            if abs(report.range_m - distance) < 1_000.0 and abs(turn) < 3.0:
                off_m.append(report.range_m - distance)
                off_deg.append(turn)
    return off_m, off_deg


def test_a_radar_out_of_true_is_so_in_its_plots_and_not_in_the_configuration() -> None:
    simulation = run(hidden("radar", range_bias_m=300.0, azimuth_bias_deg=-0.8), 1)
    off_m, off_deg = off_the_drone(simulation)
    assert len(off_m) > 40
    assert np.mean(off_m) == pytest.approx(300.0, abs=4.0 * 60.0 / math.sqrt(len(off_m)))
    assert np.mean(off_deg) == pytest.approx(-0.8, abs=4.0 * 0.25 / math.sqrt(len(off_m)))
    assert simulation.sensors["radar"].errors.range_bias_m == 0.0
    assert "hidden" not in simulation.sensors["radar"].__struct_fields__


def test_a_radar_can_be_noisier_than_it_is_said_to_be() -> None:
    off_m, off_deg = off_the_drone(run(hidden("radar", sd_factor=2.0), 1))
    assert np.std(off_m) == pytest.approx(120.0, rel=0.3)
    assert np.std(off_deg) == pytest.approx(0.5, rel=0.3)


@pytest.mark.parametrize("sensor", ["radar", "ear", "finder"])
def test_a_clock_that_is_ahead_moves_the_stamps_and_nothing_else(sensor: str) -> None:
    right, wrong = run(hidden(sensor), 1), run(hidden(sensor, time_bias_s=0.25), 1)
    assert [time_s for time_s, _ in wrong.entries] == [time_s for time_s, _ in right.entries]
    pairs = list(zip(reports(right), reports(wrong), strict=True))
    assert len(pairs) > 10
    for before, after in pairs:
        assert after.time_s - before.time_s == pytest.approx(0.25, abs=0.011)  # lines tell hundredths
        if isinstance(before, Bearing) and isinstance(after, Bearing):
            assert after.azimuth_deg == before.azimuth_deg


def test_the_largest_chance_of_a_plot_bounds_every_target() -> None:
    def n_plots(largest: float) -> int:
        scenario = changed(
            "radar",
            lambda site: structs.replace(
                site, radar=RadarModel(reach_1m2_km=75.0, p_detect_max=largest, false_plots_per_turn=0.0)
            ),
        )
        return len(reports(run(structs.replace(scenario, aircraft=scenario.aircraft[:1], birds=[]), 1)))

    silent, half, full = n_plots(0.0), n_plots(0.5), n_plots(1.0)
    assert (full - silent, half - silent) == (pytest.approx(60, abs=3), pytest.approx(30, abs=10))


def test_hot_spots_are_where_the_scenario_puts_them_and_as_busy() -> None:
    road = HotSpot(place="inside", to="outside", plots_per_turn=3.0, spread_m=100.0)
    model = RadarModel(reach_1m2_km=75.0, false_plots_per_turn=0.0, hot_spots=[road])
    scenario = structs.replace(
        changed("radar", lambda site: structs.replace(site, radar=model)), aircraft=[], birds=[]
    )
    plots = [report for report in reports(run(scenario, 1)) if isinstance(report, PolarPlot)]
    assert len(plots) == pytest.approx(59 * 3, abs=4.0 * math.sqrt(59 * 3))  # Poisson
    site = scenario.sensors[0]
    places = [WGS84.fwd(site.lon_deg, site.lat_deg, plot.azimuth_deg, plot.range_m)[:2] for plot in plots]
    north_m = [111_300.0 * (lat - 54.600) for _, lat in places]  # the road runs along this parallel
    assert np.std(north_m) == pytest.approx(100.0, rel=0.25)
    assert min(lon for lon, _ in places) > 25.660 - 0.007
    assert max(lon for lon, _ in places) < 25.830 + 0.007
    assert np.std([lon for lon, _ in places]) == pytest.approx((25.830 - 25.660) / math.sqrt(12.0), rel=0.15)


def test_nothing_is_plotted_nearer_than_the_radar_can_see() -> None:
    model = RadarModel(reach_1m2_km=75.0, false_plots_per_turn=50.0)
    scenario = changed("radar", lambda site: structs.replace(site, radar=model))
    found = reports(run(structs.replace(scenario, aircraft=[], birds=[]), 1))
    ranges_m = [report.range_m for report in found if isinstance(report, PolarPlot)]
    assert len(ranges_m) > 2_500
    assert min(ranges_m) > 490.0  # 500 m in the scenario; CAT048 tells 7 m


def test_a_node_tells_that_it_hears_something_near_when_it_would_tell_the_direction() -> None:
    def ear(says: str) -> list[AnyReport]:
        model = EarModel(threshold_db=22.0, false_per_hour=0.0, says=says, within_m=3_000.0)  # type: ignore[arg-type]
        scenario = changed("ear", lambda site: structs.replace(site, ear=model, period_s=None))
        return reports(run(scenario, 1))

    bearings, presences, both = ear("bearing"), ear("presence"), ear("both")
    assert all(isinstance(report, Presence) and report.radius_m == 3_000.0 for report in presences)
    assert [report.time_s for report in presences] == [report.time_s for report in bearings]
    assert len(both) == 2 * len(bearings) > 20


def test_a_finder_put_up_wrongly_points_past_everything() -> None:
    simulation = run(hidden("finder", azimuth_bias_deg=60.0), 1)
    site = simulation.sensors["finder"]
    off_deg = []
    for report in reports(simulation):
        if isinstance(report, Bearing):
            lat, lon = truth_at(simulation, "Drone", report.time_s)
            off_deg.append((report.azimuth_deg - WGS84.inv(site.lon_deg, site.lat_deg, lon, lat)[0]) % 360.0)
            assert report.azimuth_sd_deg == 2.5
    assert np.mean(off_deg) == pytest.approx(60.0, abs=4.0 * 2.5 / math.sqrt(len(off_deg)))


def test_interference_comes_from_anywhere_as_often_as_said() -> None:
    model = FinderModel(reach_km=1.0, false_per_hour=1_500.0)
    scenario = changed("finder", lambda site: structs.replace(site, finder=model, period_s=None))
    found = [
        report for report in reports(run(structs.replace(scenario, aircraft=[]), 1)) if isinstance(report, Bearing)
    ]
    assert len(found) == pytest.approx(100, abs=40)  # 1,500 an hour in four minutes, Poisson
    assert np.histogram([report.azimuth_deg for report in found], 4, (0.0, 360.0))[0].min() > 10


def test_a_spoofed_position_is_off_in_what_the_aircraft_says_and_not_in_what_the_radar_sees() -> None:
    scenario = load(TINY)
    airliner = next(aircraft for aircraft in scenario.aircraft if aircraft.name == "Airliner")
    begin = scenario.start.replace(minute=41).timetz().replace(tzinfo=None)
    lie = Spoof(begins=begin, east_km=10.0, north_km=-5.0, over_s=20.0)
    simulation = run(
        structs.replace(scenario, aircraft=[structs.replace(airliner, spoof=lie)], birds=[], calls=[]), 1
    )
    begin_s = scenario.time_s(begin)
    for seconds, told in _told(simulation):
        lat, lon = truth_at(simulation, "Airliner", seconds)
        azimuth, _, distance = WGS84.inv(lon, lat, told.lon_deg, told.lat_deg)
        if seconds < begin_s:
            assert distance < 30.0
        elif seconds > begin_s + 21.0:
            assert distance == pytest.approx(math.hypot(10_000.0, 5_000.0), abs=60.0)
            assert azimuth == pytest.approx(116.6, abs=0.6)
    site = simulation.sensors["radar"]
    decoder = asterix.build(asterix.Settings(), simulation.sensors)
    frames = [
        (time_s, body) for time_s, body in simulation.entries if isinstance(body, Frame) and body.feed == "radar"
    ]
    plots = [item for time_s, body in frames for item in decoder.decode(body.data, time_s, 1)]
    seen = [
        plot
        for plot in plots
        if isinstance(plot, PolarPlot) and plot.identity.icao24 and plot.time_s > begin_s + 30.0
    ]
    assert len(seen) > 20
    for plot in seen:
        lat, lon = truth_at(simulation, "Airliner", plot.time_s)
        azimuth = WGS84.inv(site.lon_deg, site.lat_deg, lon, lat)[0]
        assert abs((plot.azimuth_deg - azimuth + 180.0) % 360.0 - 180.0) < 1.5


def _told(simulation: Simulation) -> list[tuple[float, Cooperative]]:
    decoder = sbs.build(sbs.Settings(sensor="adsb", use_message_time=True), simulation.sensors)
    frames = [
        (time_s, body) for time_s, body in simulation.entries if isinstance(body, Frame) and body.feed == "adsb"
    ]
    items = [item for time_s, body in frames for item in decoder.decode(body.data, time_s, 1)]
    found = [(item.time_s, item) for item in items if isinstance(item, Cooperative)]
    assert len(found) > 80
    return found
