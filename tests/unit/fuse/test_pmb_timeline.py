"""Late reports are put where they belong in time: the state is, bit for bit, that of the right order."""

import math
import pickle
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import pyproj
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs
from numpy.typing import NDArray

from sargas.fuse.look import TOO_LATE
from sargas.fuse.pmb import Settings, TombP, build
from sargas.fuse.process import NEXT_SWEEP
from sargas.fuse.table import LOST, N_FREED, N_USED, SHOWN, measurements_of
from sargas.fuse.timeline import Timeline
from sargas.model.report import AnyReport, Cooperative, Identity, PolarPlot, SystemTrack
from sargas.model.sensor import Coverage, Errors, Sensor
from sargas.model.track import Track

Records = NDArray[np.void]
START_S = 1_753_660_800.0
HISTORY_S = 15.0
SETTINGS = Settings(history_s=HISTORY_S, registers=False, crosses_bearings=False)
GEOD = pyproj.Geod(ellps="WGS84")
ERRORS = Errors(range_sd_m=50.0, azimuth_sd_deg=0.1, position_sd_m=30.0)
COVERAGE = Coverage(range_max_m=100_000.0)
SENSORS = {
    "east": Sensor(
        id="east", kind="radar", lat_deg=54.6, lon_deg=25.5, period_s=4.0, errors=ERRORS, coverage=COVERAGE
    ),
    "west": Sensor(
        id="west", kind="radar", lat_deg=54.8, lon_deg=24.9, period_s=2.5, errors=ERRORS, coverage=COVERAGE
    ),
    "adsb": Sensor(id="adsb", kind="adsb", errors=ERRORS, period_s=1.0),
    "neighbour": Sensor(id="neighbour", kind="neighbour", period_s=4.0),
}  # fmt: skip
FLIGHTS = [(54.70, 25.20, 80.0, 60.0), (54.72, 25.22, 100.0, 60.0), (54.9, 25.4, 200.0, 120.0)]
"""Latitude, longitude, course [deg], speed [m/s]; the first two fly into each other's way."""


def polar(sensor: str, s: float, place: tuple[float, float], rng: np.random.Generator) -> PolarPlot:
    site = SENSORS[sensor]
    azimuth, _, distance = GEOD.inv(site.lon_deg, site.lat_deg, *place)
    return PolarPlot(
        sensor=sensor,
        time_s=START_S + float(s),
        range_m=distance + 50.0 * rng.normal(),
        azimuth_deg=(azimuth + 0.1 * rng.normal()) % 360.0,
    )


def of_flight(k: int, until_s: float, rng: np.random.Generator) -> list[AnyReport]:
    """Return what the radars say of a flight; of the first its own words too, of the last a neighbour's."""
    lat, lon, course, speed = FLIGHTS[k]

    def at(s: float) -> tuple[float, float]:
        return GEOD.fwd(lon, lat, course, speed * s)[:2]

    reports: list[AnyReport] = [
        polar(sensor, s, at(s), rng)
        for sensor, first_s, period_s in (("east", 0.1, 4.0), ("west", 0.15, 2.5))
        for s in np.arange(0.31 * k + first_s, until_s, period_s)
        if rng.random() < 0.9
    ]
    for s in np.arange(0.63 + 0.2 * k, until_s, 3.0):
        x, y = at(s)
        known = {"time_s": START_S + float(s), "lat_deg": y, "lon_deg": x, "speed_mps": speed, "course_deg": course}
        if k == 0:
            reports.append(Cooperative(sensor="adsb", identity=Identity(icao24="4ca123"), source="adsb", **known))
        if k == 2:
            reports.append(SystemTrack(sensor="neighbour", track_number=17, sd_m=80.0, **known))
    return reports


@cache
def mixed_reports(until_s: float = 40.0) -> tuple[AnyReport, ...]:
    """Return what two radars with clutter, ADS-B and a neighbour say of three flights; no two of one moment."""
    rng = np.random.default_rng(7)
    reports = [report for k in range(3) for report in of_flight(k, until_s, rng)]
    reports += [
        polar(sensor, s, (rng.uniform(25.0, 25.6), rng.uniform(54.6, 54.9)), rng)
        for sensor in ("east", "west")
        for s in rng.uniform(0.0, until_s, 25)
    ]
    assert len({report.time_s for report in reports}) == len(reports)
    return tuple(sorted(reports, key=lambda report: report.time_s))


def measured(reports: Sequence[AnyReport]) -> Records:
    """Return the reports as measurements, numbered in the order of their times, each judged on its own."""
    tracker = build(SETTINGS, SENSORS)
    batch, unusable = tracker._batcher.batch(reports, START_S + 41.0)
    assert not unusable
    ms = measurements_of(batch, 0)
    ms["group"], ms["order_s"] = np.arange(len(ms)), ms["t"]
    assert (np.diff(ms["t"]) > 0.0).all()
    return ms


def new_timeline(settings: Settings = SETTINGS) -> Timeline:
    return build(settings, SENSORS)._started()


def deliver(timeline: Timeline, ms: Records, order: Iterable[int]) -> Timeline:
    """Deliver the measurements one by one."""
    for i in order:
        timeline.take(ms[i : i + 1].copy())
    return timeline


def state_of(timeline: Timeline) -> dict[str, object]:
    """Return every bit of what is believed, but for which run touched it last."""
    tb = timeline.table
    used = tb.used[: tb.counts[N_USED]]
    names = timeline.table.rows.dtype.names
    assert names is not None
    rows = {name: tb.rows[name][used].tobytes() for name in names if name != "touched"}
    views = {f"view {name}": timeline.views[name].tobytes() for name in timeline.views.dtype.names}
    own = {"used": used.tolist(), "counts": tb.counts.tolist(), "freed": tb.freed[: tb.counts[N_FREED]].tolist()}
    return {**rows, **views, **own, "next sweep": float(timeline._clock[NEXT_SWEEP])}


def differing(a: Timeline, b: Timeline) -> list[str]:
    """Return the names of all that differs."""
    one, other = state_of(a), state_of(b)
    return [name for name in one if one[name] != other[name]]


@cache
def in_order() -> Timeline:
    ms = measured(mixed_reports())
    return deliver(new_timeline(), ms, range(len(ms)))


def test_the_traffic_of_these_tests_is_worth_its_name() -> None:
    """Shown tracks of every origin, rows given back, clutter learned: else equality would say little."""
    timeline = in_order()
    tb = timeline.table
    rows = tb.rows[tb.used[: tb.counts[N_USED]]]
    shown = rows[rows["state"] == SHOWN]
    assert len(shown) == 3
    assert (shown["key"][:, 0] >= 0).sum() == 1
    assert (shown["numbers"][:, 0] >= 0).sum() == 1
    assert len(rows) > 3
    assert (timeline.views["n_clutter"][:2] > 1.0).all()
    assert (timeline.views["n_chances"][:2] > 1.0).all()


@given(seed=st.integers(0, 100_000), delay_s=st.floats(0.1, 14.0))
@example(seed=0, delay_s=14.0)
@settings(max_examples=12, deadline=None)
def test_any_order_within_the_history_gives_the_state_of_the_right_order(seed: int, delay_s: float) -> None:
    ms = measured(mixed_reports())
    arrival_s = ms["t"] + np.random.default_rng(seed).uniform(0.0, delay_s, len(ms))
    timeline = deliver(new_timeline(), ms, np.argsort(arrival_s))
    assert timeline.n_rolled_back > 0
    assert differing(timeline, in_order()) == []


@given(seed=st.integers(0, 100_000), n=st.integers(2, 30))
@settings(max_examples=8, deadline=None)
def test_reports_that_come_in_chunks_are_put_in_their_places_too(seed: int, n: int) -> None:
    ms = measured(mixed_reports())
    arrival = np.argsort(ms["t"] + np.random.default_rng(seed).uniform(0.0, 6.0, len(ms)))
    timeline = new_timeline()
    for a in range(0, len(ms), n):
        timeline.take(ms[np.sort(arrival[a : a + n])])
    assert differing(timeline, in_order()) == []


@given(seed=st.integers(0, 100_000))
@settings(max_examples=8, deadline=None)
def test_time_that_passed_between_is_done_again_with_the_reports_that_belong_there(seed: int) -> None:
    ms = measured(mixed_reports())
    arrival_s = ms["t"] + np.random.default_rng(seed).uniform(0.0, 6.0, len(ms))
    timeline = new_timeline()
    for i in np.argsort(arrival_s):
        timeline.sweep(math.floor(arrival_s[i]) - 2.0)
        timeline.take(ms[i : i + 1].copy())
    end_s = START_S + 100.0
    timeline.sweep(end_s)
    other = deliver(new_timeline(), ms, range(len(ms)))
    assert differing(timeline, other) != []  # much time has passed since
    other.sweep(end_s)
    assert differing(timeline, other) == []
    assert LOST in timeline.table.rows["state"]


@pytest.mark.parametrize("delay_s", [0.3, 2.0, 6.0, 11.0, 14.9])
def test_a_single_late_report_of_any_age_in_the_history_is_taken_in(delay_s: float) -> None:
    ms = measured(mixed_reports())
    late = int(np.searchsorted(ms["t"], ms["t"][-1] - delay_s))
    order = [*range(late), *range(late + 1, len(ms)), late]
    assert differing(deliver(new_timeline(), ms, order), in_order()) == []


def test_the_very_first_report_may_come_late() -> None:
    ms = measured(mixed_reports())
    order = [5, 4, 3, 0, 1, 2, *range(6, len(ms))]
    assert differing(deliver(new_timeline(), ms, order), in_order()) == []


def test_without_going_back_the_order_of_arrival_shows() -> None:
    ms = measured(mixed_reports())
    arrival_s = ms["t"] + np.random.default_rng(1).uniform(0.0, 6.0, len(ms))
    settings = structs.replace(SETTINGS, rolls_back=False)
    timeline = deliver(new_timeline(settings), ms, np.argsort(arrival_s))
    assert timeline.n_rolled_back == 0
    assert "X" in differing(timeline, in_order())


@pytest.mark.parametrize("delay_s", [15.1, 20.0, 39.0])
def test_a_report_beyond_the_history_changes_nothing_and_says_why(delay_s: float) -> None:
    ms = measured(mixed_reports())
    late = int(np.searchsorted(ms["t"], ms["t"][-1] - delay_s)) - 1
    timeline = deliver(new_timeline(), ms, [i for i in range(len(ms)) if i != late])
    before = state_of(timeline)
    (taken,) = timeline.take(ms[late : late + 1].copy())
    assert taken["fate"] == TOO_LATE
    assert state_of(timeline) == before


def test_late_and_timely_reports_of_one_chunk_are_told_apart() -> None:
    ms = measured(mixed_reports())
    old = int(np.searchsorted(ms["t"], ms["t"][-1] - 25.0)) - 1
    timeline = deliver(new_timeline(), ms, [i for i in range(len(ms) - 9) if i != old])
    taken = timeline.take(ms[[old, *range(len(ms) - 9, len(ms))]])
    assert sorted(taken["uid"].tolist()) == sorted(ms["uid"][[old, *range(len(ms) - 9, len(ms))]].tolist())
    assert taken["uid"][taken["fate"] == TOO_LATE].tolist() == [ms["uid"][old]]


def test_a_sensor_that_is_always_late_does_not_make_the_way_back_longer_and_longer() -> None:
    ms = measured(mixed_reports())
    sensor = ms["sensor"]
    arrival_s = ms["t"] + np.where(sensor == sensor[0], 3.0, 0.0)
    timeline = new_timeline()
    done_s, ways_s = -math.inf, []
    for i in np.argsort(arrival_s):
        if ms["t"][i] < done_s:
            ways_s.append(done_s - max(past.time_s for past in timeline._past if past.time_s < ms["t"][i]))
        timeline.take(ms[i : i + 1].copy())
        done_s = max(done_s, ms["t"][i])
        assert len(timeline._past) < 20
        n_young = np.sum((ms["t"] > done_s - HISTORY_S - 5.0) & (ms["t"] <= done_s))
        assert sum(len(part) for part in timeline._log) <= n_young + 10
    settled = ways_s[len(ways_s) // 2 :]
    assert len(settled) > 10
    assert max(settled) < 8.0


@pytest.mark.parametrize("cut", [1, 40, 100])
def test_a_snapshot_in_the_middle_goes_on_the_same(cut: int) -> None:
    ms = measured(mixed_reports())
    order = np.argsort(ms["t"] + np.random.default_rng(3).uniform(0.0, 6.0, len(ms)))
    timeline = deliver(new_timeline(), ms, order[:cut])
    again = pickle.loads(pickle.dumps(timeline))
    assert differing(again, timeline) == []
    deliver(again, ms, order[cut:])
    assert again.n_rolled_back > timeline.n_rolled_back
    assert differing(again, in_order()) == []


def test_a_snapshot_holds_no_row_that_was_never_used() -> None:
    timeline = deliver(new_timeline(), measured(mixed_reports()), range(3))
    assert len(timeline.table.rows) > 100
    assert len(pickle.loads(pickle.dumps(timeline)).table.rows) <= 3


def told(tracker: TombP, order: Iterable[int], reports: Sequence[AnyReport]) -> list[Track]:
    """Deliver reports one by one; return the living tracks at the end without their numbers, which go by arrival.

    What was shown for a while because a report that speaks against it was late has ended.
    """
    for i in order:
        tracker.update([reports[i]], reports[i].time_s + 1.0)
    tracks = tracker.tick(START_S + 45.0)
    living = [structs.replace(track, track_id=0) for track in tracks if track.status != "ended"]
    return sorted(living, key=lambda track: track.lat_deg)


def test_the_tracks_that_are_told_do_not_depend_on_the_order_of_arrival() -> None:
    reports = mixed_reports()
    tracker = build(SETTINGS, SENSORS)
    expected = told(tracker, range(len(reports)), reports)
    assert len(expected) == 3
    assert not tracker.rejected
    for seed in range(3):
        times = np.array([report.time_s for report in reports])
        order = np.argsort(times + np.random.default_rng(seed).uniform(0.0, 8.0, len(times)))
        assert told(build(SETTINGS, SENSORS), order.tolist(), reports) == expected


def test_a_late_report_that_shows_a_track_to_have_begun_earlier_leaves_it_its_number() -> None:
    reports = mixed_reports()
    own = next(i for i, report in enumerate(reports) if isinstance(report, Cooperative))
    earlier = [i for i in range(own) if reports[i].sensor in {"east", "west"}]
    tracker = build(SETTINGS, SENSORS)
    (before,) = tracker.update([reports[own]], START_S + 1.0)
    for i in earlier:
        tracker.update([reports[i]], START_S + 1.5)
    (after,) = tracker.tick(START_S + 2.0)
    assert after.first_s < before.first_s
    assert (after.track_id, after.identity, after.status) == (before.track_id, before.identity, "confirmed")


def test_reports_that_come_too_late_are_counted_by_sensor() -> None:
    reports = mixed_reports()
    first = reports[0]
    tracker = build(SETTINGS, SENSORS)
    expected = told(tracker, range(1, len(reports)), reports)
    tracker.update([first], START_S + 45.0)
    assert tracker.rejected == {(first.sensor, "too late"): 1}
    assert told(tracker, [], reports) == expected
