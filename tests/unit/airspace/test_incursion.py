"""Incursion: probability, hysteresis, crossing, origin, cooperative traffic, lost tracks, skirting."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from msgspec import structs
from pyproj import Geod

from airspace_kit import STATES, T0_S, all_borders, at, country, fly, normal_cdf, picture, straight, track
from sargas.airspace import incursion
from sargas.airspace.incursion import Incursion, Settings
from sargas.model.classification import Classification, ClassShare
from sargas.model.errors import ConfigError
from sargas.model.finding import Crossing, Finding
from sargas.model.report import Identity
from sargas.model.track import Track

WGS84 = Geod(ellps="WGS84")
AIRLINER = {"is_cooperative": True, "identity": Identity(icao24="501d10", callsign="LYABC")}


def rule(**settings: object) -> Incursion:
    return incursion.build(Settings(**settings), STATES, "WW")


def crossing_of(finding: Finding) -> Crossing:
    assert isinstance(finding.detail, Crossing)
    return finding.detail


def test_a_country_without_a_border_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(ConfigError, match="no sovereign zone of 'XX'; have EE, WW"):
        incursion.build(Settings(), STATES, "XX")


def test_the_probability_is_that_of_a_straight_border() -> None:
    """A mean 150 m inside with 100 m: P = Phi(1.5), from the normal distribution's table 0.9332."""
    watch = rule()
    found = fly(watch, straight((60.0, 0.0), (-15.0, 0.0), 15))
    inside = found[-1]
    depth_m = -(60.0 - 15.0 * (inside.time_s - T0_S))
    assert inside.probability == pytest.approx(normal_cdf(depth_m / 100.0), abs=2e-3)


def test_it_is_raised_yellow_after_three_seconds_at_one_half_and_red_at_nine_tenths() -> None:
    found = fly(rule(), straight((101.0, 0.0), (-10.0, 0.0), 40))
    first, red = found[0], next(one for one in found if one.severity == "red")
    assert (first.state, first.severity) == ("raised", "yellow")
    # P reaches one half when the mean is on the border, after 10.1 s, and 0.9 when it is 128 m inside.
    assert first.time_s == T0_S + 14.0
    assert red.time_s == T0_S + 23.0
    assert {one.finding_id for one in found} == {"incursion:1:WW:1"}


def test_a_certain_jump_inside_is_red_at_once() -> None:
    found = fly(rule(), [track(T0_S, at(900.0)), track(T0_S + 1.0, at(-900.0))])
    assert [(one.state, one.severity) for one in found] == [("raised", "red")]


def test_the_crossing_is_where_the_path_meets_the_border() -> None:
    found = fly(rule(), straight((300.0, 2_000.0), (-15.0, 5.0), 60))
    crossed = crossing_of(found[0])
    assert crossed.time_s == pytest.approx(T0_S + 20.0, abs=0.05)
    assert crossed.lon_deg == pytest.approx(25.0, abs=2e-5)
    _, _, away_m = WGS84.inv(*at(0.0, 2_100.0), crossed.lon_deg, crossed.lat_deg)
    assert away_m < 3.0
    # 100 m across the border at 15 m/s: 6.7 s; along it 100 m and a third of the error across: 105 m.
    assert crossed.time_sd_s == pytest.approx(100.0 / 15.0, rel=0.15)
    assert crossed.position_sd_m == pytest.approx(105.4, rel=0.15)


def test_the_country_that_it_came_from_is_named() -> None:
    found = fly(rule(), straight((300.0, 0.0), (-15.0, 0.0), 60))
    assert crossing_of(found[0]).from_country == "EE"
    assert "came from Eastland" in found[0].reasons


def test_depth_and_duration_grow_until_it_leaves() -> None:
    way = straight((300.0, 0.0), (-15.0, 0.0), 100)
    back = [track(T0_S + 100.0 + k, at(-1_200.0 + 15.0 * k), (15.0, 0.0), 100.0) for k in range(160)]
    found = fly(rule(), way + back)
    last = found[-1]
    assert last.state == "cleared"
    assert crossing_of(last).depth_m == pytest.approx(1_200.0, rel=0.01)
    assert crossing_of(last).left_s == pytest.approx(T0_S + 180.0, abs=0.1)
    assert crossing_of(last).inside_s == pytest.approx(160.0, abs=0.2)
    assert any(reason.startswith("left at 03:03:00 UTC") for reason in last.reasons)
    # P falls to one tenth 128 m outside, 9 s after leaving, and stays there for 30 s.
    assert last.time_s == T0_S + 180.0 + 9.0 + 30.0


def test_a_second_crossing_has_the_next_number() -> None:
    there = [track(T0_S + k, at(600.0 - 15.0 * k)) for k in range(100)]
    away = [track(T0_S + 100.0 + k, at(-900.0 + 15.0 * k), (15.0, 0.0)) for k in range(140)]
    again = [track(T0_S + 240.0 + k, at(1_200.0 - 15.0 * k)) for k in range(140)]
    raised = [one.finding_id for one in fly(rule(), there + away + again) if one.state == "raised"]
    assert raised == ["incursion:1:WW:1", "incursion:1:WW:2"]


def test_noise_at_the_border_does_not_flap() -> None:
    """Five minutes on the line with 100 m of noise: at most one finding, and it is not cleared and raised again."""
    rng = np.random.default_rng(1)
    way = [track(T0_S + k, at(float(rng.normal(0.0, 60.0)), 15.0 * k), (0.0, 15.0)) for k in range(300)]
    states = [one.state for one in fly(rule(), way)]
    assert states.count("raised") <= 1
    assert "cleared" not in states


@pytest.mark.parametrize("sd_m", [50.0, 150.0, 300.0])
def test_skirting_at_one_kilometre_for_ten_minutes_raises_nothing(sd_m: float) -> None:
    rng = np.random.default_rng(2)
    wander_m = np.cumsum(rng.normal(0.0, 3.0, 600))
    way = [
        track(T0_S + k, at(1_000.0 + float(wander_m[k] - wander_m.min()), 15.0 * k), (0.0, 15.0), sd_m)
        for k in range(600)
    ]
    assert fly(rule(), way) == []


def test_identified_cooperative_traffic_raises_nothing() -> None:
    assert fly(rule(), straight((300.0, 0.0), (-200.0, 0.0), 60, **AIRLINER)) == []


def test_identified_traffic_from_a_listed_country_is_raised_yellow_when_certain() -> None:
    found = fly(rule(alert_cooperative_from=("EE",)), straight((300.0, 0.0), (-20.0, 0.0), 60, **AIRLINER))
    assert {one.severity for one in found} == {"yellow"}
    assert found[0].probability >= 0.95
    assert "says it is callsign LYABC, ICAO address 501d10; gives its own position" in found[0].reasons


def test_a_transponder_that_falls_silent_inside_is_raised() -> None:
    way = straight((300.0, 0.0), (-15.0, 0.0), 60, **AIRLINER) + straight((300.0, 0.0), (-15.0, 0.0), 90)[60:]
    found = fly(rule(), way)
    assert found[0].severity == "red"
    assert found[0].time_s == T0_S + 60.0
    assert crossing_of(found[0]).time_s == pytest.approx(T0_S + 20.0, abs=0.1)


def test_a_track_that_becomes_identified_is_cleared() -> None:
    way = straight((300.0, 0.0), (-15.0, 0.0), 40) + straight((300.0, 0.0), (-15.0, 0.0), 90, **AIRLINER)[40:]
    last = fly(rule(), way)[-1]
    assert last.state == "cleared"
    assert "is now identified, cooperative traffic" in last.reasons


def test_a_track_that_was_always_deep_inside_is_no_incursion() -> None:
    assert fly(rule(), straight((-15_000.0, 0.0), (-15.0, 0.0), 120)) == []


def test_a_track_that_appears_near_the_border_flying_inward_is_yellow_with_its_own_words() -> None:
    found = fly(rule(), straight((-3_000.0, 0.0), (-15.0, 0.0), 120))
    assert found[0].time_s == T0_S + 20.0
    assert {one.severity for one in found} == {"yellow"}
    assert found[0].title == "Track 1 appeared inside Westland"
    crossed = crossing_of(found[0])
    # It would have crossed 3,000 m before, 200 s before it was first seen; the guess must say how wide it is.
    assert abs(crossed.time_s - (T0_S - 200.0)) < 2.0
    assert crossed.time_sd_s > 60.0
    assert "first seen inside, flying inward" in found[0].reasons


def test_a_track_that_appears_near_the_border_flying_along_it_is_no_incursion() -> None:
    assert fly(rule(), straight((-3_000.0, 0.0), (0.0, 15.0), 120)) == []


def taken_for(watch: Incursion, way: list[Track], answer: str, after: int = 60) -> list[Finding]:
    """Fly the way past the rule, a look a second; from the look `after` on the track is taken for `answer`."""
    found: list[Finding] = []
    for index, one in enumerate(way):
        seen = picture(one.time_s, [one])
        if index >= after:
            share = ClassShare(kind=answer, name=answer.capitalize(), probability=0.7)
            seen.classifications[1] = Classification(
                track_id=1, time_s=one.time_s, answer=answer, answer_name=share.name, classes=(share,), reasons=()
            )
        found += watch.evaluate(seen)
    return found


@pytest.mark.parametrize("start_m", [-30_000.0, -3_000.0], ids=["deep inside", "near the border"])
def test_what_appeared_without_a_reason_is_yellow_once_it_is_taken_for_a_drone_from_afar(start_m: float) -> None:
    """A drone that the first radar sees far inside is no less one. 50 m/s along the border: nothing else tells.

    It is told once it has been taken for one for the 20 s of `appear_s`.
    """
    found = taken_for(rule(), straight((start_m, 0.0), (0.0, 50.0), 120), "shahed")
    raised = found[0]
    assert (raised.state, raised.severity, raised.time_s) == ("raised", "yellow", T0_S + 80.0)
    assert raised.title == "Track 1 appeared inside Westland"
    assert "first seen inside, taken for: Shahed" in raised.reasons
    crossed = crossing_of(raised)
    assert crossed.from_country == ""
    assert crossed.position_sd_m > 0.99 * abs(start_m)
    assert [one.state for one in found[1:]] == ["updated"] * len(found[1:])


@pytest.mark.parametrize(
    ("answer", "mps", "more", "settings"),
    [
        ("quadcopter", 50.0, {}, {}),
        ("bird", 50.0, {}, {}),
        ("unknown", 50.0, {}, {}),
        ("drone", 18.0, {}, {}),  # what anybody may own flies at 19 m/s at most: (EU) 2019/945, classes C0 and C1
        ("drone", 50.0, AIRLINER, {}),
        ("drone", 50.0, {"existence": 0.8}, {}),
        ("drone", 50.0, {"status": "coasting", "existence": 0.2}, {}),
        ("drone", 50.0, {}, {"appear_kinds": ()}),
    ],
)
def test_what_may_be_anybodys_or_nothing_raises_nothing_inside(
    answer: str, mps: float, more: dict, settings: dict
) -> None:  # type: ignore[type-arg]
    way = straight((-30_000.0, 0.0), (0.0, mps), 120, **more)
    assert taken_for(rule(**settings), way, answer) == []


def test_what_looks_like_a_drone_and_stays_where_it_began_raises_nothing() -> None:
    """Clutter over a wind farm: fast on paper, and 20 minutes later within 2 km of where it was first seen."""
    way = [
        track(T0_S + s, at(-30_000.0 + 900.0 * math.cos(s / 30.0), 900.0 * math.sin(s / 30.0)), (0.0, 30.0))
        for s in range(600)
    ]
    assert taken_for(rule(), way, "drone") == []


def test_a_drone_that_is_doubted_for_a_moment_is_told_when_it_has_not_been_for_long_enough() -> None:
    way = straight((-30_000.0, 0.0), (0.0, 50.0), 120)
    way[70] = structs.replace(way[70], existence=0.5)
    assert taken_for(rule(), way, "drone")[0].time_s == T0_S + 71.0 + 20.0


def test_a_drone_that_appeared_inside_is_cleared_when_it_is_over() -> None:
    watch = rule()
    way = straight((-30_000.0, 0.0), (0.0, 50.0), 100)
    found = taken_for(watch, way, "drone")
    found += watch.evaluate(picture(way[-1].time_s + 60.0))
    assert [one.state for one in found][:1] == ["raised"]
    assert found[-1].state == "cleared"
    assert found[-1].reasons[-1] == "the track is over; it was not seen to leave"


def test_a_tentative_track_raises_nothing() -> None:
    assert fly(rule(), straight((300.0, 0.0), (-15.0, 0.0), 60, status="tentative")) == []


def lose(way: list[Track], after: int, growth_m: float) -> list[Track]:
    return [
        one
        if k < after
        else track(
            one.time_s,
            (one.lon_deg, one.lat_deg),
            (one.east_mps, one.north_mps),
            100.0 + growth_m * (k - after),
            status="lost",
            last_report_s=way[after - 1].time_s,
        )
        for k, one in enumerate(way)
    ]


def test_a_lost_track_is_not_cleared_by_uncertainty() -> None:
    """Lost 600 m inside and predicted out again with 20 m more spread each second: still held, and it says why."""
    way = straight((300.0, 0.0), (-15.0, 0.0), 60)
    way += [track(T0_S + 60.0 + k, at(-600.0 + 15.0 * k), (15.0, 0.0)) for k in range(600)]
    found = fly(rule(), lose(way, 60, 20.0))
    assert "cleared" not in {one.state for one in found}
    assert "lost: last report at 03:00:59 UTC; where it is now is a prediction" in found[-1].reasons


def test_the_end_of_a_lost_track_clears_it_and_says_that_it_was_not_seen_to_leave() -> None:
    watch = rule()
    fly(watch, lose(straight((300.0, 0.0), (-15.0, 0.0), 120), 60, 5.0))
    last = list(watch.evaluate(picture(T0_S + 120.0)))
    assert [one.state for one in last] == ["cleared"]
    assert crossing_of(last[0]).left_s is None
    assert last[0].reasons[-1] == "the track is over; it was not seen to leave"


def test_a_track_lost_while_approaching_is_raised_yellow_by_its_prediction() -> None:
    found = fly(rule(), lose(straight((900.0, 0.0), (-15.0, 0.0), 120), 30, 1.0))
    assert {one.severity for one in found} == {"yellow"}
    assert found[0].time_s >= T0_S + 60.0


def test_a_track_lost_while_flying_along_the_border_raises_nothing() -> None:
    assert fly(rule(), lose(straight((900.0, 0.0), (0.0, 15.0), 600), 30, 20.0)) == []


def _filtered(rng: np.random.Generator, start_m: float, speed_mps: float, sd_m: float) -> tuple[list[Track], float]:
    """Return what a Kalman filter of constant velocity makes of noisy looks, and the true crossing time.

    The filter is written here, so that its covariance is honest: Bar-Shalom, Li, Kirubarajan, Estimation with
    Applications to Tracking and Navigation, 2001, section 6.3.2.
    """
    q = 0.2**2
    F = np.array([[1.0, 1.0], [0.0, 1.0]])
    Q = q * np.array([[1.0 / 3.0, 0.5], [0.5, 1.0]])
    L = np.linalg.cholesky(Q)
    truth = np.array([[start_m, -speed_mps], [0.0, rng.normal(0.0, 2.0)]])
    x = truth + np.array([[rng.normal(0.0, sd_m), rng.normal(0.0, 5.0)] for _ in range(2)])
    P = np.diag([sd_m**2, 25.0])
    way, crossed_s, last = [], 0.0, truth[0, 0]
    for k in range(1, 120):
        truth = truth @ F.T + rng.normal(size=(2, 2)) @ L.T
        if not crossed_s and truth[0, 0] <= 0.0:
            crossed_s = T0_S + k - 1 + last / (last - truth[0, 0])
        last = truth[0, 0]
        x, P = x @ F.T, F @ P @ F.T + Q
        gain = P[:, 0] / (P[0, 0] + sd_m**2)
        seen = truth[:, 0] + rng.normal(0.0, sd_m, 2)
        x = x + np.outer(seen - x[:, 0], gain)
        P = P - np.outer(gain, P[0])
        way.append(
            track(
                T0_S + k,
                at(float(x[0, 0]), float(x[1, 0])),
                (float(x[0, 1]), float(x[1, 1])),
                position_cov_m2=(P[0, 0], 0.0, P[0, 0]),
                velocity_cov_m2ps2=(P[1, 1], 0.0, P[1, 1]),
            )
        )
    return way, crossed_s


def test_the_stated_spread_of_the_crossing_time_holds_the_truth_as_often_as_it_should() -> None:
    """200 seeded flights; within one spread 68 %, within two 95 %, each ± 3 standard errors of the count."""
    errors = []
    for seed in range(200):
        way, true_s = _filtered(np.random.default_rng(seed), 700.0, 15.0, 150.0)
        raised = next(one for one in fly(rule(), way) if one.state == "raised")
        crossed = crossing_of(raised)
        errors.append((crossed.time_s - true_s) / crossed.time_sd_s)
    within_one = float(np.mean(np.abs(errors) <= 1.0))
    within_two = float(np.mean(np.abs(errors) <= 2.0))
    assert within_one == pytest.approx(0.68, abs=0.10)
    assert within_two == pytest.approx(0.954, abs=0.045)


GOLDEN = Path(__file__).parent / "golden" / "minsk_vilnius.json"


def minsk_to_vilnius() -> list[Track]:
    """Return a track each 5 s at 30 m/s on the geodesic from Minsk railway station to Vilnius cathedral."""
    start, end = (27.5512, 53.8908), (25.2877, 54.6858)
    azimuth, _, metres = WGS84.inv(*start, *end)
    way = []
    for k in range(int(metres / 150.0)):
        lon_deg, lat_deg, back = WGS84.fwd(*start, azimuth, 150.0 * k)
        course = np.radians((back + 180.0) % 360.0)
        way.append(track(T0_S + 5.0 * k, (lon_deg, lat_deg), (30.0 * np.sin(course), 30.0 * np.cos(course)), 120.0))
    return way


def story() -> list[dict[str, object]]:
    """Return what is told of the flight from Minsk to Vilnius: raised, red, and the last word."""
    watch = incursion.build(Settings(), all_borders(), "LT")
    found = [one for one in fly(watch, minsk_to_vilnius()) if one.state == "raised" or one.severity == "red"]
    return [
        {"at_s": one.time_s - T0_S, "state": one.state, "severity": one.severity, "title": one.title,
         "reasons": list(one.reasons)}
        for one in (found[0], next(one for one in found if one.severity == "red"), found[-1])
    ]  # fmt: skip


def test_minsk_to_vilnius_is_told_as_it_was() -> None:
    """The words are golden; when and where it crosses is checked against shapely and pyproj below."""
    assert story() == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_minsk_to_vilnius_crosses_where_shapely_says() -> None:
    watch = incursion.build(Settings(), all_borders(), "LT")
    way = minsk_to_vilnius()
    crossed = crossing_of(fly(watch, way)[0])
    path = shapely.LineString([(one.lon_deg, one.lat_deg) for one in way])
    border = shapely.LineString(country("LT").polygons[0][0])
    first = min(shapely.get_coordinates(shapely.intersection(path, border)).tolist(), key=lambda point: -point[0])
    _, _, away_m = WGS84.inv(*first, crossed.lon_deg, crossed.lat_deg)
    assert away_m < 1.0
    _, _, flown_m = WGS84.inv(27.5512, 53.8908, *first)
    assert crossed.time_s - T0_S == pytest.approx(flown_m / 30.0, abs=0.5)
    assert crossed.from_country == "BY"


def test_an_identified_aircraft_whose_signal_ends_outside_raises_nothing_by_its_prediction() -> None:
    """Its receiver lost it: what it gave of itself is old a minute later, but nobody saw it come over."""
    name = Identity(icao24="f00202", callsign="SIM202")
    rule = incursion.build(incursion.Settings(), STATES, "WW")
    flown = [
        track(T0_S + s, at(8_000.0 - 200.0 * s), (-200.0, 0.0), identity=name, is_cooperative=True) for s in range(10)
    ]
    gone = [
        track(
            T0_S + s, at(8_000.0 - 200.0 * s), (-200.0, 0.0), sd_m=30.0 * (s - 9), identity=name,
            is_cooperative=s < 70, last_report_s=T0_S + 9, status="coasting" if s < 39 else "lost",
        )
        for s in range(10, 200)
    ]  # fmt: skip
    assert fly(rule, [*flown, *gone]) == []


def test_one_that_nobody_identifies_and_that_is_lost_on_its_way_in_still_raises() -> None:
    rule = incursion.build(incursion.Settings(), STATES, "WW")
    flown = [track(T0_S + s, at(6_000.0 - 60.0 * s), (-60.0, 0.0)) for s in range(10)]
    gone = [
        track(T0_S + s, at(6_000.0 - 60.0 * s), (-60.0, 0.0), sd_m=200.0, last_report_s=T0_S + 9, status="lost")
        for s in range(40, 200)
    ]
    assert [found.state for found in fly(rule, [*flown, *gone])][:1] == ["raised"]
