"""What people say is late and rough; a neighbour's tracks have an error that lasts; a balloon goes with the wind."""

import math
from importlib import resources

import numpy as np
import pytest
from msgspec import structs
from pyproj import Geod

from sargas.model.report import Sighting, SystemTrack
from sargas.simulate.flight import Course, courses
from sargas.simulate.neighbour import system_tracks
from sargas.simulate.run import run
from sargas.simulate.scenario import Scenario, Waypoint, Wind, Witnesses, load
from sargas.simulate.sites import Site, TrackerModel
from sargas.simulate.witnesses import sightings

TINY = (resources.files("sargas.simulate") / "scenarios" / "tiny.toml").read_text(encoding="utf-8")
WGS84 = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def tiny() -> Scenario:
    return load(TINY)


def place_at(course: Course, time_s: float) -> tuple[float, float]:
    """Return longitude and latitude, as pyproj wants them."""
    lon = np.interp(time_s, course.time_s, course.lon_deg)
    return float(lon), float(np.interp(time_s, course.time_s, course.lat_deg))


def crowd(**changes: object) -> Witnesses:
    people = Witnesses(sensor="112", around="inside", within_km=6.0, people=400, notices=["gerbera"], p_tells=1.0)
    return structs.replace(people, **changes)


def told(scenario: Scenario, people: Witnesses) -> list[tuple[float, Sighting]]:
    flown = courses(scenario, 1)
    found = sightings(structs.replace(scenario, witnesses=[people]), flown, 1)
    return [(received_s, report) for _, received_s, report in found if isinstance(report, Sighting)]


def test_only_who_is_near_enough_tells_and_only_of_what_people_notice(tiny: Scenario) -> None:
    (drone,) = (course for course in courses(tiny, 1) if course.name == "Drone")
    calls = told(tiny, crowd(position_sd_m=1.0, time_sd_s=0.0))
    assert 50 < len(calls) < 400
    for _, call in calls:
        ways = [
            WGS84.inv(call.lon_deg, call.lat_deg, lon, lat)[2]
            for lon, lat in zip(drone.lon_deg, drone.lat_deg, strict=True)
        ]
        assert min(ways) < (2_000.0 if call.sense in {"seen", "both"} else 3_000.0) + 10.0
    assert told(tiny, crowd(notices=["airliner"], hears_m=2_000.0)) == []  # it flies too high to be seen from below
    assert told(tiny, crowd(p_tells=0.0)) == []


def test_people_are_minutes_late_and_say_the_time_to_the_minute(tiny: Scenario) -> None:
    calls = told(tiny, crowd(after_min=(2.0, 4.0)))
    late_s = [received_s - call.time_s for received_s, call in calls]
    assert min(late_s) >= 5.0
    assert np.mean(late_s) == pytest.approx(185.0, abs=30.0)
    assert all(call.time_s % 60.0 == 0.0 for received_s, call in calls if received_s - call.time_s > 5.001)


def test_people_point_and_estimate_as_roughly_as_they_are_said_to(tiny: Scenario) -> None:
    (drone,) = (course for course in courses(tiny, 1) if course.name == "Drone")
    calls = told(tiny, crowd(time_sd_s=0.0, azimuth_sd_deg=15.0, p_points=0.5, p_estimates=1.0, position_sd_m=1.0))
    pointed = [call for _, call in calls if call.azimuth_deg is not None]
    assert len(pointed) == pytest.approx(len(calls) / 2, rel=0.25)
    assert {call.azimuth_deg for call in pointed} <= {45.0 * wind for wind in range(8)}
    assert all(call.azimuth_sd_deg == 15.0 for call in pointed)
    ratios = []
    for _, call in calls:
        if call.range_m is not None:
            ways = [
                WGS84.inv(call.lon_deg, call.lat_deg, *place_at(drone, call.time_s + shift))[2]
                for shift in range(-30, 31)
            ]
            ratios.append(math.log(call.range_m / float(np.median(ways))))
    assert len(ratios) > 30
    assert abs(np.mean(ratios)) < 0.3
    assert np.std(ratios) == pytest.approx(math.log(1.6), rel=0.5)  # the minute's rounding adds to it


def test_false_calls_are_made_though_nothing_flies(tiny: Scenario) -> None:
    assert len(told(structs.replace(tiny, aircraft=[], birds=[]), crowd(false_calls=7))) == 7


def liaison(**changes: object) -> Site:
    model = structs.replace(TrackerModel(begins_after_s=0.0), **changes)
    return Site(
        id="neighbour",
        kind="neighbour",
        feed="neighbour",
        is_invented=True,
        lat_deg=54.6,
        lon_deg=25.4,
        alt_m=200.0,
        tracker=model,
    )


def hour(tiny: Scenario) -> Scenario:
    """Return one aircraft that flies straight for hours, 2 km high, near the neighbour's radar."""
    path = [Waypoint(place="west", at=tiny.start.time(), height_m=2_000.0), Waypoint(place="east", speed_mps=3.0)]
    return structs.replace(
        tiny, duration_min=180.0, aircraft=[structs.replace(tiny.aircraft[1], path=path)], birds=[]
    )


def errors_of(scenario: Scenario, site: Site) -> np.ndarray:
    (course,) = courses(scenario, 1)
    found = []
    for _, report in system_tracks(site, [course], scenario, 1):
        if isinstance(report, SystemTrack) and report.status == "confirmed":
            azimuth, _, way = WGS84.inv(*place_at(course, report.time_s), report.lon_deg, report.lat_deg)
            found.append([way * math.sin(math.radians(azimuth)), way * math.cos(math.radians(azimuth))])
    return np.array(found)


def test_a_neighbours_error_has_its_spread_and_lasts_as_long_as_said(tiny: Scenario) -> None:
    errors = errors_of(hour(tiny), liaison(every_s=5.0, sd_m=150.0, correlation_s=60.0))
    assert len(errors) > 1_500
    assert np.std(errors) == pytest.approx(150.0, rel=0.15)
    apart = np.mean(errors[12:] * errors[:-12]) / np.mean(errors**2)  # 12 reports are 60 s: 1/e
    assert apart == pytest.approx(math.exp(-1.0), abs=0.15)


def test_a_neighbours_filter_lags_in_a_turn_and_not_on_a_straight(tiny: Scenario) -> None:
    quiet = liaison(sd_m=0.0, every_s=5.0, gain=0.3)
    assert np.abs(errors_of(hour(tiny), quiet)).max() < 1.0
    turning = [
        Waypoint(place="west", at=tiny.start.time(), height_m=2_000.0),
        Waypoint(place="east", speed_mps=130.0, how="orbit", turns=3.0, radius_m=2_000.0),
    ]
    scenario = structs.replace(
        tiny, duration_min=14.0, aircraft=[structs.replace(tiny.aircraft[1], path=turning)], birds=[]
    )
    lag = np.hypot(*errors_of(scenario, quiet).T)
    # (1 - alpha) T^2 / beta times the acceleration of 130^2 / 2000 m/s2: the lag of an alpha-beta filter under
    # constant acceleration (Kalata 1984); a little less in a circle, whose acceleration turns
    expected = (1.0 - 0.3) * 25.0 / (0.09 / 1.7) * 130.0**2 / 2_000.0
    assert 0.3 * expected < lag.max() < 1.3 * expected


def test_a_neighbours_track_is_told_coasting_and_over_and_its_number_is_its_own(tiny: Scenario) -> None:
    near = structs.replace(liaison(renumber_min=1.0, first_number=700))
    found = [
        report for _, report in system_tracks(near, courses(tiny, 1), tiny, 1) if isinstance(report, SystemTrack)
    ]
    numbers = {report.track_number for report in found}
    assert min(numbers) == 700
    assert len(numbers) > 2
    for number in numbers:
        track = sorted(
            (report for report in found if report.track_number == number), key=lambda report: report.time_s
        )
        statuses = [report.status for report in track]
        assert statuses[-3:] == ["coasting", "coasting", "ended"]
        assert set(statuses[:-3]) == {"confirmed"}
        assert len({report.identity.icao24 for report in track}) == 1


def test_a_neighbour_has_no_track_of_what_is_outside_the_coverage(tiny: Scenario) -> None:
    site = liaison()
    high = structs.replace(site, coverage=structs.replace(site.coverage, height_min_m=1_500.0))
    found = [
        report for _, report in system_tracks(high, courses(tiny, 1), tiny, 1) if isinstance(report, SystemTrack)
    ]
    assert {report.identity.icao24 for report in found} == {"f00001"}  # the airliner; drone and birds are low


def test_a_neighbour_has_no_track_of_what_reflects_too_little_unless_it_answers(tiny: Scenario) -> None:
    def seen(rcs_min_m2: float) -> set[str | None]:
        found = system_tracks(liaison(rcs_min_m2=rcs_min_m2), courses(tiny, 1), tiny, 1)
        return {report.identity.icao24 for _, report in found if isinstance(report, SystemTrack)}

    assert seen(0.0) == {None, "f00001"}
    assert seen(100.0) == {"f00001"}  # more than an airliner's 40 m2, but it has a transponder


def test_what_drifts_goes_with_the_wind_that_rises_with_the_height(tiny: Scenario) -> None:
    path = [
        Waypoint(place="inside", at=tiny.start.time(), height_m=1_280.0),
        Waypoint(how="drift", drift_min=60.0, height_m=1_280.0),
    ]
    balloon = structs.replace(tiny.aircraft[0], craft="balloon", transmits=False, path=path)
    wind = Wind(speed_mps=4.0, from_deg=110.0)
    scenario = structs.replace(tiny, duration_min=60.0, wind=wind, aircraft=[balloon], birds=[])
    (course,) = courses(scenario, 1)
    azimuth, _, way = WGS84.inv(course.lon_deg[0], course.lat_deg[0], course.lon_deg[-1], course.lat_deg[-1])
    assert way / (course.time_s[-1] - course.time_s[0]) == pytest.approx(8.0, rel=0.08)  # 128^(1/7) = 2
    assert azimuth % 360.0 == pytest.approx(290.0, abs=5.0)


def test_the_mixed_scenario_has_every_kind_of_sensor_and_is_the_same_for_the_same_seed() -> None:
    text = (resources.files("sargas.simulate") / "scenarios" / "mixed.toml").read_text(encoding="utf-8")
    scenario = load(text, "mixed.toml")
    kinds = [site.kind for site in scenario.sensors]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "radar": 2, "acoustic": 10, "radio_df": 2, "adsb": 1, "neighbour": 1, "observer": 2,
    }  # fmt: skip
    first, again = run(scenario, 1), run(scenario, 1)
    assert first.entries == again.entries
