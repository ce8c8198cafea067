"""How the sensors are, as told from their reports: each state has its cause and its sentence."""

import pickle
from collections.abc import Sequence

import pytest
from msgspec import structs

from sargas.fuse import pmb
from sargas.fuse.health import SensorHealth, Settings, build
from sargas.model.report import AnyReport, Cue, PolarPlot, Presence, SensorStatus, Sighting
from sargas.model.sensor import Coverage, Health, Sensor

T0 = 1_753_660_800.0
SENSORS = {
    "radar": Sensor(id="radar", kind="radar", lat_deg=54.6, lon_deg=25.1, period_s=4.0, latency_s=1.0),
    "people": Sensor(id="people", kind="observer"),
}


def plot(s: float, *, latency_s: float = 0.5, sensor: str = "radar") -> PolarPlot:
    return PolarPlot(sensor=sensor, time_s=T0 + s, received_s=T0 + s + latency_s, range_m=1e4, azimuth_deg=1.0)


def status(s: float, **said: object) -> SensorStatus:
    return SensorStatus(sensor="radar", time_s=T0 + s, received_s=T0 + s + 0.1, **said)


def after(reports: Sequence[AnyReport], now_s: float, monitor: SensorHealth | None = None) -> dict[str, Health]:
    """Return the newest health of each sensor after the reports, with a tick each second up to now."""
    monitor = build(Settings(), SENSORS) if monitor is None else monitor
    newest: dict[str, Health] = {h.sensor: h for h in monitor.tick(T0)}
    waiting = sorted(reports, key=lambda report: report.received_s)
    for s in range(1, int(now_s) + 1):
        due = [report for report in waiting if T0 + s - 1 < report.received_s <= T0 + s]
        monitor.update(due, T0 + s)
        newest |= {h.sensor: h for h in monitor.tick(T0 + s)}
    return newest


def test_a_sensor_that_speaks_in_time_is_ok() -> None:
    health = after([plot(k) for k in range(60)], 60.0)["radar"]
    assert (health.state, health.reason) == ("ok", "")
    assert health.latency_s == pytest.approx(0.5)
    assert health.rate_hz == pytest.approx(1.0, abs=0.05)
    assert (health.n_late, health.n_rejected) == (0, 0)


def test_a_sensor_is_silent_after_three_periods_and_its_latency() -> None:
    reports = [plot(float(k)) for k in range(10)]  # the last comes in at 9.5 s; silent after 9.5 + 3 * 4 + 1 s
    assert after(reports, 22.0)["radar"].state == "ok"
    silent = after(reports, 23.0)["radar"]
    assert silent.state == "silent"
    assert "it should speak every 4 s" in silent.reason
    assert silent.last_received_s == T0 + 9.5


def test_a_sensor_that_never_spoke_is_unknown_and_then_silent() -> None:
    assert after([], 5.0)["radar"].state == "unknown"
    assert after([], 30.0)["radar"].state == "silent"


def test_a_sensor_without_a_period_is_never_silent() -> None:
    assert after([plot(1.0, sensor="people")], 900.0)["people"].state == "ok"


def test_a_sensor_whose_reports_come_late_is_late() -> None:
    health = after([plot(k, latency_s=20.0) for k in range(60)], 60.0)["radar"]
    assert health.state == "late"
    assert health.reason == "its reports come 19 s later than expected"
    assert health.n_late == 41 == health.n_reports


@pytest.mark.parametrize(("off_s", "sense"), [(-3_600.0, "ahead"), (7_200.0, "behind")])
def test_a_wrong_clock_is_named_with_how_wrong_it_is(off_s: float, sense: str) -> None:
    reports = [
        PolarPlot(sensor="radar", time_s=T0 + k - off_s, received_s=T0 + k, range_m=1e4, azimuth_deg=1.0)
        for k in range(20)
    ]
    health = after(reports, 20.0)["radar"]
    assert health.state == "degraded"
    assert health.reason == f"its clock is {abs(off_s):.0f} s {sense}: its reports are not used"
    assert health.n_rejected == 11  # told when the state changed, and ten seconds later


def test_one_report_with_a_wrong_time_is_no_wrong_clock() -> None:
    stray = PolarPlot(sensor="radar", time_s=T0 - 9_999.0, received_s=T0 + 20.2, range_m=1e4, azimuth_deg=1.0)
    health = after([*[plot(float(k)) for k in range(21)], stray], 21.0)["radar"]
    assert health.state == "ok"


def words_of_people(s: float, received_s: float) -> list[AnyReport]:
    when = {"sensor": "people", "time_s": T0 + s, "received_s": T0 + received_s}
    return [
        Sighting(lat_deg=54.7, lon_deg=25.3, sense="heard", text="an engine", **when),
        Presence(radius_m=3e3, lat_deg=54.7, lon_deg=25.3, **when),
        Cue(area=((25.9, 54.4),), radius_m=15e3, text="lost by us", **when),
    ]


def test_words_of_people_that_come_late_are_not_late() -> None:
    health = after(words_of_people(5.0, 117.0), 130.0)["people"]  # 112 s on the telephone
    assert (health.state, health.reason) == ("ok", "")
    assert (health.n_reports, health.n_late, health.n_rejected) == (3, 0, 0)
    assert health.last_report_s == T0 + 5.0


def test_words_of_people_from_the_future_are_refused_and_named() -> None:
    health = after(words_of_people(120.0, 20.0), 30.0)["people"]
    assert (health.state, health.n_rejected, health.last_report_s) == ("degraded", 3, None)
    assert health.reason == "its clock is 100 s ahead: its reports are not used"


def test_a_person_s_one_wrong_clock_does_not_silence_the_others() -> None:
    reports = [*words_of_people(120.0, 20.0)[:1], *words_of_people(5.0, 25.0)]
    assert after(reports, 30.0)["people"].state == "ok"


def lying_radar(n: int, *, off_m: float) -> list[AnyReport]:
    return [
        PolarPlot(sensor="radar", time_s=T0 + k, received_s=T0 + k + 0.5, range_m=2e4 + off_m, azimuth_deg=7.0 * k)
        for k in range(n)
    ]


def watched_with_a_tracker(reports: Sequence[AnyReport]) -> dict[str, Health]:
    radar = structs.replace(SENSORS["radar"], coverage=Coverage(range_max_m=150e3))
    sensors = {**SENSORS, "radar": radar}
    tracker, monitor = pmb.build(pmb.Settings(), sensors), build(Settings(), sensors)
    newest = {}
    for report in reports:
        monitor.update([report], report.received_s)
        tracker.update([report], report.received_s)
        newest |= {h.sensor: h for h in monitor.tick(report.received_s, tracker.rejected)}
    return newest


def test_a_radar_that_lies_by_400_km_is_degraded_and_says_why() -> None:
    health = watched_with_a_tracker(lying_radar(30, off_m=400e3))["radar"]
    assert health.state == "degraded"
    assert health.reason == "100 % of its reports are not used: outside the sensor's coverage"
    assert health.n_rejected >= 20


def test_a_radar_is_ok_again_a_minute_after_its_lies() -> None:
    honest = [plot(float(k)) for k in range(30, 150)]
    health = watched_with_a_tracker([*lying_radar(30, off_m=400e3), *honest])["radar"]
    assert (health.state, health.n_rejected >= 30) == ("ok", True)


def test_a_wrong_clock_is_counted_once() -> None:
    reports = [structs.replace(plot(float(k)), time_s=T0 + k - 999.0) for k in range(30)]
    health = watched_with_a_tracker(reports)["radar"]
    assert (health.state, health.n_rejected <= health.n_reports) == ("degraded", True)


def test_the_antenna_s_turn_comes_from_its_north_marks() -> None:
    marks = [status(5.2 * k, mark="north") for k in range(8)]
    health = after(marks, 40.0)["radar"]
    assert health.rotation_s == pytest.approx(5.2)
    assert (health.state, health.reason) == ("degraded", "its antenna turns in 5.2 s instead of 4 s")


def test_without_north_marks_the_turn_comes_from_one_sector() -> None:
    marks = [status(0.5 * k, mark="sector", azimuth_deg=45.0 * (k % 8)) for k in range(60)]
    assert after(marks, 30.0)["radar"].rotation_s == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("failed", "it says that it has failed: transmitter off"),
        ("maintenance", "it says that it is in maintenance: transmitter off"),
        ("degraded", "it says that it is degraded: transmitter off"),
    ],
)
def test_what_a_sensor_says_of_itself_is_believed(said: str, sentence: str) -> None:
    reports: list[AnyReport] = [plot(float(k)) for k in range(10)]
    health = after([*reports, status(5.0, state=said, text="transmitter off")], 10.0)["radar"]
    assert (health.state, health.reason) == (said, sentence)


def test_a_mark_says_nothing_of_the_state() -> None:
    reports = [status(1.0, state="failed"), status(2.0, mark="north")]
    assert after(reports, 4.0)["radar"].state == "failed"


def test_a_sensor_that_is_not_in_the_table_is_named() -> None:
    health = after([plot(1.0, sensor="stranger")], 3.0)["stranger"]
    assert (health.state, health.reason) == ("unknown", "unknown sensor: add it to the configuration")


def test_a_thousand_strangers_do_not_make_the_table_grow() -> None:
    newest = after([plot(1.0, sensor=f"s{i}") for i in range(1_000)], 3.0)
    assert len(newest) == 202


def test_only_news_is_told() -> None:
    monitor = build(Settings(), SENSORS)
    told = []
    for s in range(40):
        monitor.update([plot(float(s))], T0 + s + 0.5)
        told.append([h.sensor for h in monitor.tick(T0 + s + 1)])
    assert told[0] == ["radar", "people"]
    assert sum("radar" in names for names in told) == 4  # the first, then each ten seconds
    assert sum("people" in names for names in told) == 1


def test_a_monitor_goes_on_from_its_pickle() -> None:
    monitor = build(Settings(), SENSORS)
    after([plot(float(k)) for k in range(20)], 20.0, monitor)
    copy = pickle.loads(pickle.dumps(monitor))
    for m in (monitor, copy):
        m.update([plot(21.0)], T0 + 21.5)
    assert copy.tick(T0 + 40.0) == monitor.tick(T0 + 40.0) != []


def swept(turn_s: float, until_s: float, n_targets: int = 10) -> list[AnyReport]:
    """Return the plots of targets all round, each when the beam passes it."""
    at = [turn_s * (turn + k / n_targets) for turn in range(int(until_s / turn_s)) for k in range(n_targets)]
    return [
        structs.replace(plot(round(s, 3)), azimuth_deg=360.0 * (k % n_targets) / n_targets) for k, s in enumerate(at)
    ]


def test_a_period_longer_than_the_turn_is_noticed_without_any_marks() -> None:
    health = after(swept(2.0, 240.0), 240.0)["radar"]
    assert health.state == "degraded"
    assert health.reason.startswith("its antenna turns in 2.0 s instead of 4 s: with such a period_s plots are lost")
    assert health.rotation_s == pytest.approx(2.0, abs=0.02)


def test_a_radar_that_turns_as_it_should_is_ok() -> None:
    assert after(swept(4.0, 240.0), 240.0)["radar"].state == "ok"


def test_reports_that_come_together_count_as_those_that_come_one_by_one() -> None:
    reports = [
        structs.replace(plot(k / 10.0, sensor=("radar", "people")[k % 2]), received_s=T0 + 10.0 * (1 + k // 100))
        for k in range(400)
    ]
    reports[30] = structs.replace(reports[30], time_s=T0 - 900.0)
    reports[31] = Sighting(
        sensor="people", time_s=T0 - 900.0, received_s=T0 + 10.0, lat_deg=54.6, lon_deg=25.6, sense="seen"
    )
    reports.insert(80, structs.replace(status(7.9, state="degraded"), received_s=T0 + 10.0))
    together, apart = build(Settings(), SENSORS), build(Settings(), SENSORS)
    for s in (10.0, 20.0, 30.0, 40.0):
        some = [report for report in reports if report.received_s == T0 + s]
        together.update(some, T0 + s)
        for report in some:
            apart.update([report], T0 + s)
        assert together.tick(T0 + s) == apart.tick(T0 + s)
