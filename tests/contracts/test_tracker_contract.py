"""What every tracker keeps: a module with `Settings` and `build(settings, sensors) -> Tracker`.

It is one of `sargas.fuse`, or one that an installed package names in the group `sargas.tracker`.
"""

import importlib
import importlib.metadata
import math
import pickle
import pkgutil
import typing
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyproj
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import sargas.fuse
from sargas.model.report import (
    AnyReport,
    Bearing,
    Cooperative,
    Cue,
    GeoPlot,
    Identity,
    PolarPlot,
    Presence,
    SensorStatus,
    Sighting,
    SystemTrack,
)
from sargas.model.sensor import Coverage, Errors, Sensor
from sargas.model.track import Track
from sargas.ports import Tracker

START_S = 1_753_660_800.0
GEOD = pyproj.Geod(ellps="WGS84")
ECEF = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
RANGE_SD_M, AZIMUTH_SD_DEG, PERIOD_S = 50.0, 0.1, 4.0
SENSORS = {
    "radar": Sensor(
        id="radar",
        kind="radar",
        lat_deg=54.6,
        lon_deg=25.1,
        alt_m=200.0,
        period_s=PERIOD_S,
        errors=Errors(range_sd_m=RANGE_SD_M, azimuth_sd_deg=AZIMUTH_SD_DEG),
        coverage=Coverage(range_max_m=150_000.0),
    ),
    "adsb": Sensor(id="adsb", kind="adsb", errors=Errors(position_sd_m=30.0), period_s=1.0),
    "neighbour": Sensor(id="neighbour", kind="neighbour", period_s=4.0),
    "ear": Sensor(id="ear", kind="acoustic", lat_deg=54.65, lon_deg=25.4),
}


def tracker_builders() -> list[Callable[[], Tracker]]:
    found = []
    modules = {
        info.name: importlib.import_module(f"sargas.fuse.{info.name}")
        for info in pkgutil.iter_modules(sargas.fuse.__path__)
    }
    modules |= {point.name: point.load() for point in importlib.metadata.entry_points(group="sargas.tracker")}
    for name, module in modules.items():
        if not hasattr(module, "build") or not hasattr(module, "Settings"):
            continue
        if typing.get_type_hints(typing.get_type_hints(module.build)["return"].tick)["return"] == Sequence[Track]:
            found.append(pytest.param(lambda module=module: module.build(module.Settings(), SENSORS), id=name))
    assert found
    return found


@pytest.fixture(params=tracker_builders())
def build(request: pytest.FixtureRequest) -> Callable[[], Tracker]:
    return request.param


class Flight:
    """The truth: a target on the ellipsoid, at a constant speed, straight or with constant turns between times."""

    def __init__(
        self, lat: float, lon: float, course: float, speed: float, *, height: float = 500.0, turn_dps: float = 0.0,
        turn_from_s: float = 0.0,
    ) -> None:  # fmt: skip
        self.state = (lat, lon, course)
        self.speed, self.height, self.turn_dps, self.turn_from_s = speed, height, turn_dps, turn_from_s
        self._path = [(lat, lon, course)]

    def at(self, s: float) -> tuple[float, float, float]:
        """Return lat, lon, course after s seconds, by steps of 0.1 s along geodesics."""
        step = 0.1
        while len(self._path) <= round(s / step) + 1:
            lat, lon, course = self._path[-1]
            now = (len(self._path) - 1) * step
            turned = self.turn_dps * step if now >= self.turn_from_s else 0.0
            lon2, lat2, back = GEOD.fwd(lon, lat, course + turned / 2, self.speed * step)
            self._path.append((lat2, lon2, back + 180.0 + turned / 2))
        return self._path[round(s / step)]

    def plot(
        self, s: float, rng: np.random.Generator, *, has_height: bool = True, elevation: bool = False, entry: int = 0
    ) -> PolarPlot:
        lat, lon, _ = self.at(s)
        radar = SENSORS["radar"]
        assert radar.lat_deg is not None
        assert radar.lon_deg is not None
        slant = math.dist(
            ECEF.transform(radar.lon_deg, radar.lat_deg, radar.alt_m), ECEF.transform(lon, lat, self.height)
        )
        azimuth = GEOD.inv(radar.lon_deg, radar.lat_deg, lon, lat)[0]
        return PolarPlot(
            sensor="radar",
            time_s=START_S + s,
            received_s=START_S + s + 0.5,
            entry=entry,
            range_m=max(0.0, slant + rng.normal() * RANGE_SD_M),
            azimuth_deg=(azimuth + rng.normal() * AZIMUTH_SD_DEG) % 360.0,
            alt_wgs84_m=self.height if has_height else None,
        )

    def position(self, s: float, rng: np.random.Generator, icao24: str = "4ca123", **more: object) -> Cooperative:
        lat, lon, course = self.at(s)
        lon2, lat2, _ = GEOD.fwd(lon, lat, rng.uniform(0, 360), abs(rng.normal()) * 30.0)
        known = {"speed_mps": self.speed, "course_deg": course % 360.0} | more
        return Cooperative(
            sensor="adsb",
            time_s=START_S + s,
            received_s=START_S + s + 0.2,
            identity=Identity(icao24=icao24),
            source="adsb",
            lat_deg=lat2,
            lon_deg=lon2,
            **known,
        )

    def neighbours(self, s: float, rng: np.random.Generator, number: int, **more: object) -> SystemTrack:
        lat, lon, course = self.at(s)
        lon2, lat2, _ = GEOD.fwd(lon, lat, rng.uniform(0, 360), abs(rng.normal()) * 50.0)
        known = {"speed_mps": self.speed, "course_deg": course % 360.0, "sd_m": 80.0} | more
        return SystemTrack(
            sensor="neighbour",
            time_s=START_S + s,
            received_s=START_S + s + 1.0,
            track_number=number,
            lat_deg=lat2,
            lon_deg=lon2,
            **known,
        )

    def error(self, track: Track) -> NDArray[np.float64]:
        """Return east, north [m] from the truth to the track at the track's time."""
        lat, lon, _ = self.at(track.time_s - START_S)
        azimuth, _, distance = GEOD.inv(lon, lat, track.lon_deg, track.lat_deg)
        return distance * np.array([math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth))])


def run(tracker: Tracker, reports: Iterable[AnyReport], *, until_s: float | None = None) -> list[Track]:
    """Feed the reports one by one as they arrive with a tick each second; return the tracks of the last tick."""
    shown: list[Track] = []
    tick_s: float | None = None
    for report in sorted(reports, key=lambda report: report.received_s):
        tick_s = math.floor(report.received_s) if tick_s is None else tick_s
        while tick_s < report.received_s:
            shown = list(tracker.tick(tick_s))
            tick_s += 1.0
        tracker.update([report], report.received_s)
    assert tick_s is not None
    while tick_s <= (tick_s if until_s is None else START_S + until_s):
        shown = list(tracker.tick(tick_s))
        tick_s += 1.0
        if until_s is None:
            break
    return shown


def mahalanobis2(error: NDArray[np.float64], cov: tuple[float, float, float]) -> float:
    ee, en, nn = cov
    return float(error @ np.linalg.solve(np.array([[ee, en], [en, nn]]), error))


def mixed_traffic(seed: int, n: int = 40) -> list[AnyReport]:
    rng = np.random.default_rng(seed)
    east, north = Flight(54.7, 25.6, 80.0, 45.0), Flight(54.8, 25.0, 10.0, 90.0, turn_dps=1.5, turn_from_s=40.0)
    reports: list[AnyReport] = []
    for k in range(n):
        reports.append(east.plot(4.0 * k, rng, entry=3 * k + 1))
        reports.append(north.plot(4.0 * k + 1.3, rng, has_height=False, entry=3 * k + 2))
        reports.append(north.position(4.0 * k + 2.0, rng))
        reports.append(Bearing(sensor="ear", time_s=START_S + 4.0 * k, azimuth_deg=71.0, azimuth_sd_deg=3.0))
        reports.append(east.neighbours(4.0 * k + 0.6, rng, 17))
        clutter = rng.uniform([2_000, 0], [80_000, 360])
        reports.append(
            PolarPlot(
                sensor="radar",
                time_s=START_S + 4.0 * k + 3.0,
                received_s=START_S + 4.0 * k + 3.5,
                range_m=clutter[0],
                azimuth_deg=clutter[1],
            )
        )
    return reports


def continued(tracker: Tracker, reports: Sequence[AnyReport]) -> list[Sequence[Track]]:
    """Return everything that a tracker says while it is fed by sevens."""
    said: list[Sequence[Track]] = []
    for i in range(0, len(reports), 7):
        now = max(report.received_s for report in reports[i : i + 7])
        said += [tracker.update(reports[i : i + 7], now), tracker.tick(math.floor(now))]
    return said


def test_the_same_reports_make_the_same_tracks(build: Callable[[], Tracker]) -> None:
    reports = mixed_traffic(1)
    first, second = continued(build(), reports), continued(build(), reports)
    assert any(first)
    assert first == second


def test_a_tracker_goes_on_from_its_pickle_as_if_nothing_had_been(build: Callable[[], Tracker]) -> None:
    reports = mixed_traffic(2)
    tracker = build()
    continued(tracker, reports[:100])
    copy = pickle.loads(pickle.dumps(tracker))
    assert continued(copy, reports[100:]) == continued(tracker, reports[100:])


@pytest.mark.parametrize("has_height", [True, False])
def test_a_straight_flight_is_followed_within_its_error(build: Callable[[], Tracker], has_height: bool) -> None:
    nees: list[float] = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        flight = Flight(54.75, 25.3 + 0.05 * seed, 40.0 * seed, 55.0, height=800.0)
        tracker = build()
        reports = [flight.plot(4.0 * k, rng, has_height=has_height) for k in range(30)]
        (track,) = run(tracker, reports)
        assert track.status == "confirmed"
        assert track.alt_wgs84_m == (pytest.approx(800.0) if has_height else None)
        error = flight.error(track)
        nees.append(mahalanobis2(error, track.position_cov_m2))
        _, _, course = flight.at(track.time_s - START_S)
        speed_error = math.hypot(
            track.east_mps - 55 * math.sin(math.radians(course)),
            track.north_mps - 55 * math.cos(math.radians(course)),
        )
        assert speed_error < 12.0
        if has_height:
            assert np.hypot(*error) < 200.0
    # Eight runs of two degrees of freedom: the sum is chi-square of 16, below 39.3 with P = 0.999. The filter allows
    # for manoeuvres that this flight does not make, so it may be less sure than it could be, but not for ever.
    assert 1.5 < sum(nees) < 39.3


@pytest.mark.parametrize("turn_dps", [3.0, -1.5])
def test_a_turning_flight_is_followed_through_its_turn(build: Callable[[], Tracker], turn_dps: float) -> None:
    nees: list[float] = []
    for seed in range(6):
        rng = np.random.default_rng(100 + seed)
        flight = Flight(54.8, 25.3, 90.0, 80.0, turn_dps=turn_dps, turn_from_s=60.0)
        tracker = build()
        reports = [flight.plot(4.0 * k, rng) for k in range(27)]
        (track,) = run(tracker, reports)
        nees.append(mahalanobis2(flight.error(track), track.position_cov_m2))
        assert np.hypot(*flight.error(track)) < 300.0
        assert track.turn_rate_dps is None or track.turn_rate_dps * turn_dps > 0.0
    assert sum(nees) < 32.9  # chi-square of 12 degrees of freedom, P = 0.999


def test_heights_are_never_invented(build: Callable[[], Tracker]) -> None:
    rng = np.random.default_rng(5)
    flight = Flight(54.7, 25.4, 0.0, 40.0)
    (track,) = run(build(), [flight.plot(4.0 * k, rng, has_height=False) for k in range(8)])
    assert (track.alt_wgs84_m, track.alt_baro_m, track.climb_mps) == (None, None, None)


def test_a_single_plot_is_not_a_track(build: Callable[[], Tracker]) -> None:
    tracker = build()
    plot = Flight(54.7, 25.4, 0.0, 40.0).plot(0.0, np.random.default_rng(0))
    assert list(tracker.update([plot], plot.received_s)) == []
    assert list(tracker.tick(plot.received_s + 1)) == []


def test_a_cooperative_position_and_a_neighbours_track_are_tracks_at_once(build: Callable[[], Tracker]) -> None:
    rng = np.random.default_rng(0)
    tracker = build()
    here, there = Flight(54.7, 25.4, 0.0, 40.0), Flight(55.3, 24.4, 0.0, 40.0)
    tracks = tracker.update([here.position(0.0, rng), there.neighbours(0.0, rng, 9)], START_S + 1.0)
    assert [track.status for track in tracks] == ["confirmed", "confirmed"]
    by_own_word = {track.identity.icao24: track for track in tracks}
    assert by_own_word["4ca123"].is_cooperative
    assert not by_own_word[None].is_cooperative


def test_crossing_flights_keep_their_numbers(build: Callable[[], Tracker]) -> None:
    rng = np.random.default_rng(11)
    east = Flight(54.8, 25.30, 90.0, 60.0)
    lon, lat, back = GEOD.fwd(east.at(120.0)[1], east.at(120.0)[0], 180.0, 120.0 * 60.0)
    north = Flight(lat, lon, (back + 180.0) % 360.0, 60.0)
    tracker = build()
    before = run(tracker, [f.plot(4.0 * k + i * 0.4, rng) for k in range(15) for i, f in enumerate((east, north))])
    numbers = {np.argmin([np.hypot(*f.error(t)) for f in (east, north)]): t.track_id for t in before}
    after = run(tracker, [f.plot(4.0 * k + i * 0.4, rng) for k in range(15, 60) for i, f in enumerate((east, north))])
    assert len(before) == len(after) == len(numbers) == 2
    for track in after:
        assert numbers[np.argmin([np.hypot(*f.error(track)) for f in (east, north)])] == track.track_id


def test_late_reports_end_in_nearly_the_same_state(build: Callable[[], Tracker]) -> None:
    rng = np.random.default_rng(4)
    flight = Flight(54.7, 25.4, 120.0, 60.0)
    radar = [flight.plot(4.0 * k, rng) for k in range(20)]
    own = [flight.position(4.0 * k + 2.0, rng) for k in range(20)]
    in_order, late = build(), build()
    for k in range(20):
        in_order.update([radar[k]], START_S + 4.0 * k + 0.5)
        in_order.update([own[k]], START_S + 4.0 * k + 2.5)
    for k in range(20):  # each radar plot comes after the position that is two seconds younger
        late.update([own[k]], START_S + 4.0 * k + 2.5)
        late.update([radar[k]], START_S + 4.0 * k + 2.6)
    (a,), (b,) = in_order.tick(START_S + 80.0), late.tick(START_S + 80.0)
    assert GEOD.inv(a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg)[2] < 15.0
    assert (a.east_mps, a.north_mps) == pytest.approx((b.east_mps, b.north_mps), abs=1.0)
    assert a.position_cov_m2 == pytest.approx(b.position_cov_m2, rel=0.2, abs=10.0)


def test_a_lost_track_grows_uncertain_and_is_found_under_its_number(build: Callable[[], Tracker]) -> None:
    rng = np.random.default_rng(6)
    flight = Flight(54.75, 25.4, 75.0, 50.0)
    tracker = build()
    (seen,) = run(tracker, [flight.plot(4.0 * k, rng) for k in range(20)])
    statuses, spreads = [], []
    for s in range(80, 240):
        (track,) = tracker.tick(START_S + s)
        statuses.append(track.status)
        spreads.append(track.position_cov_m2[0] + track.position_cov_m2[2])
    assert statuses[0] == "confirmed"
    assert statuses[-1] == "lost"
    assert "coasting" in statuses
    assert spreads == sorted(spreads)
    assert np.hypot(*flight.error(track)) ** 2 < 16.0 * spreads[-1]
    (found,) = run(tracker, [flight.plot(4.0 * k, rng) for k in range(60, 68)])
    assert (found.track_id, found.status) == (seen.track_id, "confirmed")
    assert np.hypot(*flight.error(found)) < 300.0


def test_a_track_that_nobody_sees_any_more_ends_once(build: Callable[[], Tracker]) -> None:
    rng = np.random.default_rng(6)
    tracker = build()
    tracker.update([Flight(54.75, 25.4, 75.0, 50.0).position(0.0, rng)], START_S + 1.0)
    ends = [t for s in range(10, 40_000, 50) for t in tracker.tick(START_S + s) if t.status == "ended"]
    assert len(ends) == 1
    assert list(tracker.tick(START_S + 40_001)) == []


def test_a_track_that_the_neighbour_ends_ends_once_unless_somebody_else_sees_it(build: Callable[[], Tracker]) -> None:
    rng = np.random.default_rng(8)
    flight, other = Flight(54.75, 25.4, 75.0, 50.0), Flight(55.3, 25.4, 75.0, 50.0)
    tracker = build()
    reports: list[AnyReport] = []
    for k in range(5):
        reports += [
            flight.neighbours(4.0 * k, rng, 5),
            other.neighbours(4.0 * k, rng, 6),
            other.position(4.0 * k, rng),
        ]
    assert len(run(tracker, reports)) == 2
    ended = [f.neighbours(20.0, rng, n, status="ended") for n, f in ((5, flight), (6, other))]
    tracker.update([*ended, other.position(20.5, rng)], START_S + 21.0)
    statuses = sorted(track.status for track in tracker.tick(START_S + 22.0))
    assert statuses == ["confirmed", "ended"]
    (left,) = tracker.tick(START_S + 23.0)
    assert left.identity.icao24 == "4ca123"
    assert left.neighbour_numbers == ()


def test_a_position_that_the_track_cannot_have_is_not_believed_and_flagged(build: Callable[[], Tracker]) -> None:
    rng = np.random.default_rng(9)
    flight, elsewhere = Flight(54.75, 25.4, 75.0, 50.0), Flight(55.5, 24.4, 75.0, 50.0)
    tracker = build()
    (before,) = run(tracker, [flight.position(float(k), rng) for k in range(20)])
    (after,) = tracker.update([elsewhere.position(20.0, rng)], START_S + 20.2)
    assert after.track_id == before.track_id
    assert "cooperative position contradicts track" in after.flags
    assert not after.is_cooperative
    assert np.hypot(*flight.error(after)) < 200.0


def test_a_plot_that_says_another_identity_is_another_target(build: Callable[[], Tracker]) -> None:
    rng = np.random.default_rng(9)
    flight = Flight(54.75, 25.4, 75.0, 50.0)
    tracker = build()
    reports = [flight.position(float(k), rng, name) for k in range(20) for name in ("4ca123", "4ca124")]
    assert sorted(t.identity.icao24 or "" for t in run(tracker, reports)) == ["4ca123", "4ca124"]


def test_radar_and_own_positions_of_one_flight_are_one_track(build: Callable[[], Tracker]) -> None:
    rng = np.random.default_rng(10)
    flight = Flight(54.75, 25.4, 75.0, 120.0)
    reports: list[AnyReport] = [flight.plot(4.0 * k, rng) for k in range(20)]
    reports += [flight.position(k + 0.3, rng) for k in range(20, 80)]
    reports += [flight.neighbours(4.0 * k + 1.0, rng, 33) for k in range(10, 20)]
    (track,) = run(build(), reports)
    assert {c.sensor for c in track.contributions} == {"radar", "adsb", "neighbour"}
    assert track.neighbour_numbers
    assert track.is_cooperative


def test_reports_of_a_wrong_clock_and_from_far_away_make_no_tracks(build: Callable[[], Tracker]) -> None:
    rng = np.random.default_rng(12)
    flight = Flight(54.75, 25.4, 75.0, 50.0)
    tracker = build()
    good = run(tracker, [flight.position(float(k), rng) for k in range(10)])
    wrong = flight.position(3_600.0, rng, "4ca999")
    wrong = Cooperative(**{f: getattr(wrong, f) for f in wrong.__struct_fields__} | {"received_s": START_S + 11.0})
    far = Flight(-30.0, 150.0, 0.0, 50.0).position(11.0, rng, "4ca998")
    lie = PolarPlot(sensor="radar", time_s=START_S + 11, received_s=START_S + 11, range_m=400_000.0, azimuth_deg=5.0)
    assert list(tracker.update([wrong, far, lie], START_S + 11.0)) == []
    assert [t.track_id for t in tracker.tick(START_S + 12.0)] == [t.track_id for t in good]


NAMES = st.sampled_from(["radar", "adsb", "neighbour", "ear", "stranger"])
TIMES = st.one_of(
    st.floats(START_S, START_S + 60.0), st.sampled_from([0.0, START_S - 1e6, START_S + 1e6, 32_503_680_000.0])
)
LATS, LONS = st.floats(-90.0, 90.0), st.floats(-180.0, 180.0)
NEAR = st.floats(54.5, 54.9), st.floats(25.0, 25.4)
IDENTITIES = st.builds(
    Identity,
    icao24=st.sampled_from([None, "000000", "4ca123"]),
    callsign=st.sampled_from([None, "A", "LY123"]),
    remote_id=st.sampled_from([None, "X1"]),
)


def maybe(strategy: st.SearchStrategy[float]) -> st.SearchStrategy[float | None]:
    return st.none() | strategy


def placed(kind: type, **more: st.SearchStrategy[object]) -> st.SearchStrategy[AnyReport]:
    common = {
        "sensor": NAMES, "time_s": TIMES, "received_s": st.floats(START_S, START_S + 60.0),
        "entry": st.integers(0, 99), "alt_baro_m": maybe(st.floats(-1e3, 1e5)),
        "alt_wgs84_m": maybe(st.floats(-1e3, 1e5)), "identity": IDENTITIES,
    }  # fmt: skip
    motion = {"speed_mps": maybe(st.floats(0, 1e4)), "course_deg": maybe(st.floats(0, 360))}
    where = [{"lat_deg": LATS, "lon_deg": LONS}, {"lat_deg": NEAR[0], "lon_deg": NEAR[1]}]
    if kind is PolarPlot:
        return st.builds(kind, **common, **more)
    return st.one_of(*[st.builds(kind, **common, **motion, **place, **more) for place in where])


SPREADS = st.floats(1e-300, 1e6)
HOSTILE = st.one_of(
    placed(
        PolarPlot, range_m=st.floats(0, 1e6), azimuth_deg=st.floats(0, 360), elevation_deg=maybe(st.floats(-90, 90)),
        range_sd_m=maybe(SPREADS), azimuth_sd_deg=maybe(st.floats(1e-300, 180)),
        elevation_sd_deg=maybe(st.floats(1e-300, 180)),
    ),
    placed(GeoPlot, sd_m=SPREADS),
    placed(Cooperative, sd_m=maybe(SPREADS), source=st.just("adsb"), is_on_ground=st.booleans()),
    placed(
        SystemTrack, sd_m=maybe(SPREADS), track_number=st.integers(0, 3),
        status=st.sampled_from(["tentative", "confirmed", "coasting", "ended"]),
    ),
    st.builds(
        Bearing, sensor=NAMES, time_s=TIMES, azimuth_deg=st.floats(0, 360), lat_deg=maybe(LATS), lon_deg=maybe(LONS),
        azimuth_sd_deg=maybe(st.floats(1e-300, 180)), range_max_m=maybe(st.floats(0, 1e6)),
    ),
    st.builds(Presence, sensor=NAMES, time_s=TIMES, radius_m=st.floats(1, 2e5)),
    st.builds(Sighting, sensor=NAMES, time_s=TIMES, lat_deg=LATS, lon_deg=LONS, sense=st.just("seen")),
    st.builds(Cue, sensor=NAMES, time_s=TIMES, area=st.just(((25.0, 54.0),))),
    st.builds(SensorStatus, sensor=NAMES, time_s=TIMES, rotation_s=maybe(st.floats(1e-300, 120))),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(st.lists(HOSTILE, max_size=12), max_size=6))
def test_hostile_reports_neither_raise_nor_make_nonsense(
    build: Callable[[], Tracker], batches: list[list[AnyReport]]
) -> None:
    tracker = build()
    for i, batch in enumerate(batches):
        now = START_S + 10.0 * i
        for track in [*tracker.update(batch, now), *tracker.tick(now)]:
            numbers = [
                track.lat_deg, track.lon_deg, track.east_mps, track.north_mps, track.time_s,
                *track.position_cov_m2, *track.velocity_cov_m2ps2,
            ]  # fmt: skip
            assert all(math.isfinite(number) for number in numbers)
            ee, en, nn = track.position_cov_m2
            assert ee > 0.0
            assert nn > 0.0
            assert ee * nn - en * en > -1e-6 * ee * nn


def test_a_flood_of_plots_is_survived(build: Callable[[], Tracker]) -> None:
    rng = np.random.default_rng(13)
    tracker = build()
    for k in range(2):
        flood = [
            PolarPlot(
                sensor="radar", time_s=START_S + 4 * k, received_s=START_S + 4 * k, range_m=r, azimuth_deg=a
            )
            for r, a in rng.uniform([1_000, 0], [100_000, 360], (10_000, 2)).tolist()
        ]  # fmt: skip
        tracker.update(flood, START_S + 4 * k)
        tracker.tick(START_S + 4 * k + 1)
    assert all(math.isfinite(t.lat_deg) for t in tracker.tick(START_S + 9.0))
