"""What this tracker does where the contract leaves it free: names, doubles, bearings, heights, bounds."""

import math
import pickle
from collections.abc import Sequence

import numpy as np
import pyproj
import pytest

from sargas.fuse.pmb import Settings, TombP, build
from sargas.model.report import (
    AnyReport,
    Bearing,
    Cooperative,
    GeoPlot,
    Identity,
    PolarPlot,
    SensorStatus,
    SystemTrack,
)
from sargas.model.sensor import Errors, Sensor
from sargas.model.track import Track

GEOD = pyproj.Geod(ellps="WGS84")
T0 = 1_753_660_800.0
SENSORS = {
    "radar": Sensor(id="radar", kind="radar", lat_deg=54.6, lon_deg=25.1, period_s=4.0, errors=Errors(range_sd_m=50)),
    "drone_radar": Sensor(id="drone_radar", kind="radar", lat_deg=54.6, lon_deg=25.1, period_s=1.0),
    "adsb": Sensor(id="adsb", kind="adsb", period_s=1.0),
    "west": Sensor(id="west", kind="neighbour", period_s=4.0),
    "east": Sensor(id="east", kind="neighbour", period_s=4.0),
    "ear": Sensor(id="ear", kind="acoustic", lat_deg=54.6, lon_deg=25.1),
}


def along(
    s: float, *, speed: float = 50.0, course: float = 90.0, start: tuple[float, float] = (54.7, 25.3)
) -> tuple[float, float]:
    lon, lat, _ = GEOD.fwd(start[1], start[0], course, speed * s)
    return lat, lon


def own(s: float, icao24: str = "4ca123", place: tuple[float, float] | None = None, **more: object) -> Cooperative:
    lat, lon = along(s) if place is None else place
    return Cooperative(
        sensor="adsb", time_s=T0 + s, received_s=T0 + s, identity=Identity(icao24=icao24), source="adsb",
        lat_deg=lat, lon_deg=lon, sd_m=30.0, **more,
    )  # fmt: skip


def theirs(
    s: float, number: int, *, sensor: str = "west", place: tuple[float, float] | None = None, **more: object
) -> SystemTrack:
    lat, lon = along(s) if place is None else place
    return SystemTrack(
        sensor=sensor, time_s=T0 + s, received_s=T0 + s, track_number=number, lat_deg=lat, lon_deg=lon,
        sd_m=80.0, **more,
    )  # fmt: skip


def detection(
    s: float, place: tuple[float, float] | None = None, *, sensor: str = "drone_radar", **more: object
) -> GeoPlot:
    lat, lon = along(s) if place is None else place
    return GeoPlot(sensor=sensor, time_s=T0 + s, received_s=T0 + s, lat_deg=lat, lon_deg=lon, sd_m=50.0, **more)


def feed(tracker: TombP, reports: Sequence[AnyReport]) -> dict[int, Track]:
    """Return the newest state of each track while the reports come one by one with a tick each second."""
    newest: dict[int, Track] = {}
    second = math.floor(reports[0].received_s)
    for report in reports:
        while second < report.received_s:
            newest |= {t.track_id: t for t in tracker.tick(second)}
            second += 1
        newest |= {t.track_id: t for t in tracker.update([report], report.received_s)}
    return {key: track for key, track in newest.items() if track.status != "ended"}


def test_tracks_are_numbered_in_the_order_of_their_confirmation() -> None:
    tracker = build(Settings(), SENSORS)
    plots = [detection(k, along(k, start=(55.5, 24.0))) for k in range(4)]
    tracks = feed(tracker, [plots[0], own(0.5), *plots[1:]])
    assert {key: track.identity.icao24 for key, track in tracks.items()} == {1: "4ca123", 2: None}


def test_two_aircraft_under_one_address_are_two_tracks_and_the_lie_is_flagged() -> None:
    elsewhere = (55.6, 24.0)
    reports = [r for k in range(30) for r in (own(k), own(k + 0.5, place=along(k + 0.5, start=elsewhere)))]
    tracks = feed(build(Settings(), SENSORS), reports)
    assert len(tracks) == 2
    assert "cooperative position contradicts track" in tracks[1].flags
    for track, start in ((tracks[1], (54.7, 25.3)), (tracks[2], elsewhere)):
        lat, lon = along(track.time_s - T0, start=start)
        assert GEOD.inv(lon, lat, track.lon_deg, track.lat_deg)[2] < 100.0


def test_an_aircraft_that_is_moved_by_its_own_word_alone_becomes_another_track() -> None:
    before = [own(k) for k in range(20)]
    after = [own(k, place=along(k, start=(55.6, 24.0))) for k in range(20, 40)]
    tracks = feed(build(Settings(), SENSORS), before + after)
    assert sorted(tracks) == [1, 2]
    assert tracks[1].last_report_s == T0 + 19.0
    assert tracks[2].first_s == T0 + 22.0  # the third that agrees with the two before it


def test_an_anonymous_plot_near_a_false_position_does_not_take_its_name() -> None:
    false_place = (55.0, 25.3)
    tracker = build(Settings(), SENSORS)
    feed(tracker, [own(k) for k in range(20)])
    tracks = feed(tracker, [own(20.0, place=false_place), detection(20.1, false_place), own(20.5)])
    assert list(tracks) == [1]
    assert tracks[1].identity.icao24 == "4ca123"


def test_a_number_that_a_neighbour_uses_again_elsewhere_is_another_track() -> None:
    reports: list[AnyReport] = [theirs(4.0 * k, 7) for k in range(10)]
    reports += [theirs(40.0, 7, status="ended")]
    reports += [theirs(44.0 + 4.0 * k, 7, place=(55.6, 24.0 + 0.003 * k)) for k in range(5)]
    tracks = feed(build(Settings(), SENSORS), reports)
    assert list(tracks) == [2]
    assert tracks[2].neighbour_numbers == ("west/7",)


def test_a_neighbours_track_that_leaps_a_little_is_still_the_same() -> None:
    reports = [theirs(4.0 * k, 7) for k in range(10)]
    reports += [theirs(40.0 + 4.0 * k, 7, place=along(4.0 * k, start=(54.73, 25.3))) for k in range(5)]
    tracks = feed(build(Settings(), SENSORS), reports)
    assert list(tracks) == [1]
    assert "neighbour's track leapt" in tracks[1].flags
    lat, lon = along(16.0, start=(54.73, 25.3))
    assert GEOD.inv(lon, lat, tracks[1].lon_deg, tracks[1].lat_deg)[2] < 100.0


def test_two_neighbours_tracks_of_one_aircraft_are_one_track_with_two_numbers() -> None:
    reports = [r for k in range(5) for r in (theirs(4.0 * k, 7), theirs(4.0 * k + 1.0, 93, sensor="east"))]
    (track,) = feed(build(Settings(), SENSORS), reports).values()
    assert track.neighbour_numbers == ("west/7", "east/93")


def test_two_numbers_of_one_neighbour_stay_two_tracks_however_near() -> None:
    near = along(0.0, start=(54.7005, 25.3))
    tracks = feed(build(Settings(), SENSORS), [theirs(0.0, 7), theirs(0.1, 8, place=near)])
    assert [track.neighbour_numbers for track in tracks.values()] == [("west/7",), ("west/8",)]


def test_a_track_whose_name_shows_it_to_be_another_s_ends() -> None:
    far = along(0.0, start=(55.4, 25.3))
    reports: list[AnyReport] = [own(0.0), theirs(1.0, 7, place=far)]
    reports += [theirs(5.0, 7, place=along(5.0), identity=Identity(icao24="4ca123")), own(6.0), own(7.0)]
    tracks = feed(build(Settings(), SENSORS), reports)
    assert list(tracks) == [1]
    assert tracks[1].neighbour_numbers == ("west/7",)


def test_a_second_plot_of_the_same_look_makes_no_second_track() -> None:
    tracker = build(Settings(), SENSORS)
    reports = [r for k in range(12) for r in (detection(k), detection(k + 0.05))]
    assert len(feed(tracker, reports[1:])) == 1
    assert tracker.rejected["drone_radar", "a second plot of the same look"] >= 9


def test_heights_keep_two_flights_apart_that_cross_at_one_place() -> None:
    low = [detection(float(k), alt_baro_m=300.0) for k in range(40)]
    high = [detection(k + 0.5, along(40.0 - k, start=(54.7, 25.3)), alt_baro_m=9_000.0) for k in range(40)]
    tracks = feed(build(Settings(), SENSORS), [r for pair in zip(low, high, strict=True) for r in pair])
    assert sorted(round(track.alt_baro_m or 0.0) for track in tracks.values()) == [300, 9_000]


def test_a_height_goes_stale_and_one_garbled_height_is_not_believed() -> None:
    tracker = build(Settings(), SENSORS)
    heights = [300.0] * 10 + [9_900.0] + [300.0] * 2
    (track,) = feed(tracker, [own(float(k), alt_baro_m=h) for k, h in enumerate(heights)]).values()
    assert track.alt_baro_m == pytest.approx(300.0)
    (track,) = feed(tracker, [own(float(k)) for k in range(13, 80)]).values()
    assert track.alt_baro_m is None


def test_the_climb_is_what_is_reported_or_how_the_height_changes() -> None:
    told = feed(build(Settings(), SENSORS), [own(float(k), alt_baro_m=500.0, climb_mps=-4.0) for k in range(3)])
    assert told[1].climb_mps == -4.0
    seen = feed(build(Settings(), SENSORS), [own(float(k), alt_baro_m=500.0 + 5.0 * k) for k in range(40)])
    assert seen[1].climb_mps == pytest.approx(5.0, abs=1.0)
    once = feed(build(Settings(), SENSORS), [own(0.0, alt_baro_m=500.0)])
    assert once[1].climb_mps is None


def test_a_bearing_sharpens_the_only_track_that_it_can_mean() -> None:
    plain, helped = build(Settings(), SENSORS), build(Settings(), SENSORS)
    reports: list[AnyReport] = [theirs(4.0 * k, 7) for k in range(5)]
    lat, lon = along(18.0)
    azimuth = GEOD.inv(25.1, 54.6, lon, lat)[0] % 360.0
    bearing = Bearing(sensor="ear", time_s=T0 + 18.0, received_s=T0 + 18.0, azimuth_deg=azimuth, azimuth_sd_deg=0.2)
    without, with_it = feed(plain, reports)[1], feed(helped, [*reports, bearing])[1]
    assert math.prod(with_it.position_cov_m2[::2]) < math.prod(without.position_cov_m2[::2])
    assert with_it.last_report_s == without.last_report_s == T0 + 16.0
    assert [c.sensor for c in with_it.contributions] == ["west", "ear"]


def test_a_bearing_that_two_tracks_may_have_made_changes_none() -> None:
    tracker = build(Settings(), SENSORS)
    azimuth = GEOD.inv(25.1, 54.6, *along(0.0)[::-1])[0]
    lon, lat, _ = GEOD.fwd(25.1, 54.6, azimuth, 30_000.0)
    feed(tracker, [own(0.0), own(0.1, "4ca777", (lat, lon))])
    bearing = Bearing(sensor="ear", time_s=T0 + 0.5, received_s=T0 + 0.5, azimuth_deg=azimuth % 360.0)
    assert list(tracker.update([bearing], T0 + 0.5)) == []


def test_the_newest_entries_are_kept_as_evidence() -> None:
    reports = [own(float(k)) for k in range(30)]
    numbered = [
        Cooperative(**{f: getattr(r, f) for f in r.__struct_fields__} | {"entry": k + 1})
        for k, r in enumerate(reports)
    ]
    (track,) = feed(build(Settings(), SENSORS), numbered).values()
    assert track.entries == tuple(range(11, 31))
    assert (track.n_reports, track.contributions[0].n_reports) == (30, 30)


def test_a_radars_own_turn_replaces_the_period_of_the_table() -> None:
    tracker = build(Settings(), SENSORS)
    slow = SensorStatus(sensor="radar", time_s=T0, received_s=T0, rotation_s=12.0)
    tracker.update([slow], T0)
    plots = [detection(12.0 * k, sensor="radar") for k in range(5)]
    (track,) = feed(tracker, plots).values()
    assert tracker.tick(T0 + 48.0 + 25.0)[0].status == "confirmed"  # 2.5 looks of 12 s have not gone by
    assert track.track_id == 1


def test_who_is_on_the_ground_says_so() -> None:
    tracks = feed(build(Settings(), SENSORS), [own(float(k), is_on_ground=True) for k in range(3)])
    assert tracks[1].is_on_ground


def test_there_are_never_more_targets_than_allowed() -> None:
    rng = np.random.default_rng(1)
    tracker = build(Settings(tracks_max=100), SENSORS)
    plots = [
        PolarPlot(sensor="radar", time_s=T0, received_s=T0, range_m=r, azimuth_deg=a)
        for r, a in rng.uniform([1e3, 0], [1e5, 360], (500, 2)).tolist()
    ]
    tracker.update(plots, T0)
    assert tracker.rejected["radar", "too many tracks"] > 200
    tracker.tick(T0 + 100.0)
    assert [t.track_id for t in tracker.update([own(100.0)], T0 + 100.0)] == [1]


def test_a_thousand_strangers_do_not_make_the_counts_grow() -> None:
    tracker = build(Settings(), SENSORS)
    for k in range(3_000):
        stranger = PolarPlot(sensor=f"s{k}", time_s=T0, received_s=T0, range_m=1e3, azimuth_deg=1.0)
        tracker.update([stranger], T0)
    assert len(tracker.rejected) <= 1_001
    assert sum(tracker.rejected.values()) == 3_000


def test_a_snapshot_is_made_of_what_is_used() -> None:
    tracker = build(Settings(registers=False), SENSORS)
    feed(tracker, [own(float(k)) for k in range(10)])
    assert len(pickle.dumps(tracker)) < 500_000


def arrival(s: float) -> Cooperative:
    """An airliner on its last kilometres at 75 m/s; its receiver loses it near the ground at 60 s."""
    return own(s, place=along(s, speed=75.0), alt_baro_m=max(40.0, 300.0 - 5.0 * s), speed_mps=75.0, course_deg=90.0)


def flock(s: float, since_s: float, *, speed: float = 11.0) -> GeoPlot:
    """Birds that are where the airliner would be at `since_s`, seen by a radar of its kind: once in four seconds."""
    lat, lon = along(s - since_s, speed=speed, start=along(since_s, speed=75.0))
    return GeoPlot(sensor="radar", time_s=T0 + s, received_s=T0 + s, lat_deg=lat, lon_deg=lon, sd_m=150.0)


@pytest.mark.parametrize("since_s", [66.0, 72.0, 80.0, 100.0, 200.0])
def test_birds_do_not_carry_a_landed_airliner_s_name_away(since_s: float) -> None:
    flying = [flock(s, s) for s in map(float, range(0, 61, 4))]
    told = sorted([*map(arrival, map(float, range(61))), *flying], key=lambda report: report.time_s)
    newest = feed(build(Settings(), SENSORS), [*told, *(flock(since_s + s, since_s) for s in range(0, 160, 4))])
    (named,) = [track for track in newest.values() if track.identity.icao24]
    assert named.last_report_s <= T0 + since_s
    assert [track.status for track in newest.values() if not track.identity.icao24] == ["confirmed"]


def test_who_says_that_it_is_on_the_ground_takes_no_anonymous_plot_when_it_falls_silent() -> None:
    tracker = build(Settings(), SENSORS)
    rolling = [own(s, place=along(s, speed=40.0), is_on_ground=True) for s in map(float, range(30))]
    newest = feed(tracker, [*rolling, *(detection(s, along(s, speed=40.0)) for s in map(float, range(40, 80)))])
    (named,) = [track for track in newest.values() if track.identity.icao24]
    assert named.last_report_s == T0 + 29.0


@pytest.mark.parametrize("turn_dps", [0.0, 1.5])
def test_who_switches_the_transponder_off_in_flight_keeps_the_track(turn_dps: float) -> None:
    rng = np.random.default_rng(7)
    place, course, path = (54.7, 25.3), 90.0, []
    for s in range(300):
        path.append(place)
        course += turn_dps if 150 <= s < 210 else 0.0
        place = along(1.0, speed=120.0, course=course, start=place)
    told = [own(float(s), place=path[s]) for s in range(100)]
    noisy = [(lat + rng.normal() * 40 / 111e3, lon + rng.normal() * 40 / 64e3) for lat, lon in path]
    seen = [detection(s + 0.5, noisy[s]) for s in range(20, 299) if rng.random() < 0.85]
    newest = feed(build(Settings(), SENSORS), sorted([*told, *seen], key=lambda report: report.time_s))
    (track,) = newest.values()
    assert (track.status, track.identity.icao24, track.is_cooperative) == ("confirmed", "4ca123", False)


@pytest.mark.parametrize(("unseen_s", "n_tracks"), [(90.0, 1), (1_200.0, 2)])
def test_a_lost_track_is_found_again_where_it_would_be_but_not_twenty_minutes_later(
    unseen_s: float, n_tracks: int
) -> None:
    before = [detection(s, along(s, speed=15.0)) for s in map(float, range(60))]
    after = [detection(60.0 + unseen_s + s, along(60.0 + unseen_s + s, speed=15.0)) for s in map(float, range(10))]
    assert len(feed(build(Settings(), SENSORS), [*before, *after])) == n_tracks


def test_what_a_report_changes_is_told_though_directions_cross_in_the_same_delivery() -> None:
    ears = {
        name: Sensor(id=name, kind="acoustic", lat_deg=lat, lon_deg=lon, errors=Errors(azimuth_sd_deg=3.0))
        for name, lat, lon in (("a", 54.60, 25.10), ("b", 54.60, 25.16))
    }
    tracker = build(Settings(), SENSORS | ears)
    tracker.update([own(0.0)], T0)
    heard = [
        Bearing(sensor="a", time_s=T0 + 1.0, received_s=T0 + 1.0, azimuth_deg=45.0, range_max_m=5_000.0),
        Bearing(sensor="b", time_s=T0 + 1.0, received_s=T0 + 1.0, azimuth_deg=315.0, range_max_m=5_000.0),
    ]
    changed = tracker.update([own(1.0), *heard], T0 + 1.0)
    assert [track.identity.icao24 for track in changed] == ["4ca123"]


def test_a_period_that_a_radar_tells_before_anything_has_a_place_is_kept() -> None:
    nowhere = {"radar": Sensor(id="radar", kind="radar", period_s=4.0)}
    tracker = build(Settings(), nowhere)
    tracker.update([SensorStatus(sensor="radar", time_s=T0, received_s=T0, rotation_s=12.0)], T0)
    plots = [detection(12.0 * k, sensor="radar") for k in range(5)]
    feed(tracker, plots)
    assert tracker.tick(T0 + 48.0 + 25.0)[0].status == "confirmed"  # 2.5 looks of 12 s have not gone by


def test_a_track_that_a_radar_finds_again_is_still_the_one_of_its_neighbours_number() -> None:
    before = [theirs(4.0 * k, 7) for k in range(10)]
    found = [detection(float(s)) for s in range(76, 90)]
    after = [theirs(90.0, 7, place=along(90.0)), theirs(90.5, 8, sensor="east", place=along(90.5))]
    tracks = feed(build(Settings(), SENSORS), [*before, *found, *after])
    (track,) = tracks.values()
    assert track.neighbour_numbers == ("west/7", "east/8")


def test_a_track_has_the_mean_cross_section_of_its_echoes_and_none_where_no_radar_says_it() -> None:
    """The mean in decibels of -20, -14, -20, ... is -17."""
    place = GEOD.inv(25.1, 54.6, 25.3, 54.7)
    echoes = [
        PolarPlot(
            sensor="drone_radar", time_s=T0 + s, received_s=T0 + s, range_m=place[2], azimuth_deg=place[0] % 360.0,
            rcs_dbsm=-20.0 if s % 2 else -14.0,
        )
        for s in range(20)
    ]  # fmt: skip
    (track,) = feed(build(Settings(), SENSORS), echoes).values()
    assert track.rcs_dbsm == pytest.approx(-17.0, abs=0.5)
    (silent,) = feed(build(Settings(), SENSORS), [detection(float(s)) for s in range(20)]).values()
    assert silent.rcs_dbsm is None
