"""What is far from the border is left alone, and is never left alone for too long."""

import pickle
from collections.abc import Sequence

import numpy as np
import pytest
from pyproj import Geod

from airspace_kit import STATES, T0_S, at, country, fly, picture, track
from sargas.airspace import approach, incursion, near_border
from sargas.airspace.geometry import Area, area_of
from sargas.airspace.subjects import Nearness
from sargas.model.finding import Finding
from sargas.model.track import Track

WGS84 = Geod(ellps="WGS84")
LT = country("LT")
AREA = Area(LT.polygons)
WITHIN_M = 2_000.0


def test_who_rests_is_not_near_before_the_rest_ends_even_at_500_metres_a_second() -> None:
    rng = np.random.default_rng(3)
    n_resting = 0
    for number in range(300):
        nearness = Nearness(AREA)
        lon_deg, lat_deg = rng.uniform(19.0, 28.5), rng.uniform(53.0, 57.5)
        if nearness.nearest(track(T0_S, (lon_deg, lat_deg), track_id=number), WITHIN_M) is not None:
            continue
        nearness.let_rest(track(T0_S, (lon_deg, lat_deg), track_id=number), WITHIN_M, T0_S)
        rest_s = max(s for s in np.arange(0.0, 11.0, 0.5) if s == 0.0 or nearness.rests(number, T0_S + s))
        there = AREA.nearest(lon_deg, lat_deg)
        assert there is not None
        azimuth_deg = WGS84.inv(lon_deg, lat_deg, there.lon_deg, there.lat_deg)[0]
        then_lon, then_lat, _ = WGS84.fwd(lon_deg, lat_deg, azimuth_deg, 500.0 * rest_s)
        then = AREA.nearest(then_lon, then_lat)
        assert then is not None
        assert abs(then.depth_m) > WITHIN_M or rest_s == 0.0
        n_resting += rest_s > 5.0
    assert n_resting > 100


def test_who_is_deep_inside_is_certainly_inside_until_it_may_have_left() -> None:
    nearness = Nearness(AREA)
    assert not nearness.is_certainly_inside(track(T0_S, (24.5, 55.2)))  # nobody has looked yet
    assert nearness.nearest(track(T0_S, (24.5, 55.2)), 100.0) is None
    assert nearness.is_certainly_inside(track(T0_S, (24.6, 55.2)))
    assert not nearness.is_certainly_inside(track(T0_S, (29.0, 55.2)))


@pytest.mark.parametrize("speed_mps", [40.0, 300.0])
def test_who_comes_from_far_away_is_found_as_if_it_had_been_watched_all_the_time(speed_mps: float) -> None:
    """The same flight with and without the 60 km before the border gives the same crossing."""

    def flight(from_m: float) -> Sequence[Track]:
        seconds = range(int((60e3 - from_m) / speed_mps), int(70e3 / speed_mps))
        return [track(T0_S + s, at(60e3 - speed_mps * s), (-speed_mps, 0.0)) for s in seconds]

    def raised(flown: Sequence[Track]) -> list[Finding]:
        rule = incursion.build(incursion.Settings(), STATES, "WW")
        return [found for found in fly(rule, flown) if found.state == "raised"]

    (whole,), (short,) = raised(flight(60e3)), raised(flight(3_000.0))
    assert (whole.raised_s, whole.severity, whole.detail) == (short.raised_s, short.severity, short.detail)


def test_rules_of_one_country_share_its_border_in_a_snapshot() -> None:
    rules = [module.build(module.Settings(), [LT], "LT") for module in (incursion, approach, near_border)]
    alone = len(pickle.dumps(near_border.build(near_border.Settings(), [LT], "LT")))
    assert len(pickle.dumps(rules)) < 1.1 * alone
    assert area_of(LT.polygons) is area_of(country("LT").polygons)


def test_the_rules_forget_the_rest_of_tracks_that_are_over() -> None:
    rule = near_border.build(near_border.Settings(), STATES, "WW")
    for k in range(50):
        list(rule.evaluate(picture(T0_S + k, [track(T0_S + k, at(80e3), track_id=k)])))
    assert len(rule._nearness._rest_until_s) <= 2
