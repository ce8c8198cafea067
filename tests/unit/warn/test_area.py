"""The area that is warned: sound whatever flies, and as small as the uncertainty allows."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace_kit import at, box
from sargas.warn.area import CORNERS, RINGS, WarnedArea, area_of_rings, area_to_warn, steadied
from sargas.warn.manner import USUAL, Conduct, Manner
from sargas.warn.passing import Passing, Presence, passing_of, presence_of
from sargas.warn.reach import Flights, Horizon, flights_of
from sargas.warn.targets import Target
from warn_kit import NOW_S, westland

HORIZON = Horizon(NOW_S, 1_200.0)
SWATH_M = 1_500.0
SHARES: dict[Conduct, float] = {"course": 0.9, "wander": 0.04, "orbit": 0.05, "return": 0.01}
STRAIGHT, EASTWARD = Manner(SHARES, math.radians(270.0), 0.01), Manner(SHARES, math.radians(90.0), 0.01)


def target(east_m: float = -40_000.0, north_m: float = 0.0, **more: Any) -> Target:
    lon_deg, lat_deg = at(east_m, north_m)
    base: dict[str, Any] = {
        "time_s": NOW_S,
        "lon_deg": lon_deg,
        "lat_deg": lat_deg,
        "place_cov_m2": (1e4, 0.0, 1e4),
        "velocity_mps": (-40.0, 0.0),
    }
    return Target(**{**base, **more})


def flown(*targets: Target) -> list[Flights]:
    return flights_of(targets, westland(), HORIZON)


def warned(*targets: Target, level: float = 0.05) -> WarnedArea | None:
    flights = flown(*targets)
    passing = passing_of(flights, westland(), SWATH_M)
    return None if passing is None else area_to_warn(passing, presence_of(flights, westland()), westland(), level)


def holds(area: WarnedArea, east_m: float, north_m: float = 0.0) -> bool:
    return bool(shapely.contains_xy(area.shape, *westland().xy([at(east_m, north_m)])[0]))


targets = st.builds(
    target,
    east_m=st.floats(-140_000.0, 40_000.0),
    north_m=st.floats(-130_000.0, 130_000.0),
    velocity_mps=st.one_of(st.none(), st.tuples(st.floats(-300.0, 300.0), st.floats(-300.0, 300.0))),
    velocity_cov_m2ps2=st.sampled_from([(0.5, 0.0, 0.5), (400.0, 100.0, 90.0), (1e12, 0.0, 1e12)]),
    place_cov_m2=st.sampled_from([(1e4, 0.0, 1e4), (1e8, 3e7, 2e7), (math.inf, 0.0, 1.0)]),
    manner=st.sampled_from([USUAL, STRAIGHT]),
    drifts=st.sampled_from([0.0, 0.5, 1.0]),
    probability=st.floats(0.01, 1.0),
    time_s=st.floats(NOW_S - 6_000.0, NOW_S),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(targets, min_size=1, max_size=4), st.floats(0.005, 0.5))
def test_an_area_is_closed_sound_and_inside_the_country_whatever_flies(flies: list[Target], level: float) -> None:
    area = warned(*flies, level=level)
    if area is None:
        return
    home = shapely.Polygon(box(23.0, 54.0, 25.0, 56.0)[0])
    assert 1 <= len(area.rings) <= RINGS
    for ring in area.rings:
        polygon = shapely.Polygon(ring)
        assert ring[0] == ring[-1]
        assert 4 <= len(ring) <= CORNERS + 1
        assert polygon.is_valid
        assert polygon.exterior.is_ccw
        assert home.covers(polygon)
        assert all(round(degrees, 5) == degrees for point in ring for degrees in point)
    assert area.area_m2 > 0.0


def test_a_straight_flight_warns_a_strip_before_it_and_nothing_behind() -> None:
    area = warned(target(manner=STRAIGHT))
    assert area is not None
    assert holds(area, -40_000.0)
    assert holds(area, -80_000.0)
    assert not holds(area, -36_000.0)
    assert not holds(area, -60_000.0, 8_000.0)
    # Speed times horizon, as wide as twice the swath, is the least there can be; the circle is 7,200 km2.
    assert 48.0 * 3.0 < area.area_m2 / 1e6 < 2.5 * 48.0 * 3.0


def test_a_higher_chance_asked_for_gives_a_smaller_area_within() -> None:
    wide, narrow = warned(target(), level=0.02), warned(target(), level=0.2)
    assert wide is not None
    assert narrow is not None
    assert narrow.area_m2 < 0.7 * wide.area_m2
    assert narrow.shape.difference(wide.shape).area < 0.02 * narrow.shape.area


def test_the_area_ends_at_the_border() -> None:
    area = warned(target(-10_000.0, velocity_mps=(40.0, 0.0)))
    assert area is not None
    assert not holds(area, 100.0)
    assert holds(area, -1_000.0)


def test_what_leaves_the_country_soon_warns_little_of_it() -> None:
    leaving = warned(target(-4_000.0, velocity_mps=(40.0, 0.0), manner=EASTWARD))
    staying = warned(target(-60_000.0, velocity_mps=(40.0, 0.0), manner=EASTWARD))
    assert leaving is not None
    assert staying is not None
    assert leaving.area_m2 < 0.25 * staying.area_m2
    assert not holds(leaving, -9_000.0)


def test_what_has_left_and_flies_away_warns_nothing() -> None:
    assert warned(target(9_000.0, velocity_mps=(40.0, 0.0), manner=EASTWARD)) is None


def test_what_is_too_far_away_warns_nothing() -> None:
    assert warned(target(60_000.0)) is None
    assert warned(target(4_000_000.0)) is None


def test_what_comes_at_the_very_end_of_the_horizon_warns_the_strip_at_the_border() -> None:
    area = warned(target(44_000.0, velocity_mps=(-40.0, 0.0), manner=STRAIGHT))
    assert area is not None
    assert holds(area, -1_000.0)
    assert not holds(area, -9_000.0)


def test_where_nobody_knows_where_it_goes_the_likeliest_places_are_warned() -> None:
    long_ago = target(velocity_mps=None, time_s=NOW_S - 600.0, place_cov_m2=(1e6, 0.0, 1e6))
    area = warned(long_ago)
    assert area is not None
    assert area.level < 0.05
    assert holds(area, -40_000.0)


def test_a_target_that_is_hardly_there_warns_nothing() -> None:
    assert warned(target(probability=0.04)) is None


def test_a_raid_is_warned_of_in_few_rings() -> None:
    rng = np.random.default_rng(3)
    many = [target(-20_000.0, float(north), manner=STRAIGHT) for north in rng.uniform(-9e4, 9e4, 100)]
    area = warned(*many)
    assert area is not None
    assert len(area.rings) <= RINGS
    for one in many[:10]:
        x, y = westland().xy([(one.lon_deg, one.lat_deg)])[0]
        assert shapely.contains_xy(area.shape, x - 3_000.0, y)


def test_the_last_area_stays_while_it_is_nearly_as_good() -> None:
    before, presence = warned(target()), presence_of(flown(target(-40_400.0)), westland())
    after = warned(target(-40_400.0))
    assert before is not None
    assert after is not None
    kept = steadied(after, before.rings, presence, westland())
    assert kept.is_kept
    assert kept.rings == before.rings
    turned = target(velocity_mps=(0.0, 40.0))
    moved = warned(turned)
    assert moved is not None
    assert not steadied(moved, before.rings, presence_of(flown(turned), westland()), westland()).is_kept


def test_a_last_area_that_is_no_area_does_not_stay() -> None:
    new, presence = warned(target()), presence_of(flown(target()), westland())
    assert new is not None
    point = at(-40_000.0)
    assert steadied(new, ((point, point, point, point),), presence, westland()) is new
    assert steadied(new, (), presence, westland()) is new


def test_the_size_is_that_on_the_ground() -> None:
    # One degree by one about 55 N: WGS-84 by Karney's geodesic area.
    from pyproj import Geod

    ring = box(23.5, 54.5, 24.5, 55.5)[0]
    lon, lat = np.array([p for a, b in itertools.pairwise(ring) for p in np.linspace(a, b, 50)]).T
    area = area_of_rings((tuple(zip(lon.tolist(), lat.tolist(), strict=True)),), westland())
    assert area is not None
    assert area.area_m2 == pytest.approx(abs(Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)[0]), rel=0.001)


def test_the_probability_is_counted_over_targets() -> None:
    flights = flown(target(manner=STRAIGHT, probability=0.5), target(manner=STRAIGHT, probability=0.5))
    passing = passing_of(flights, westland(), SWATH_M)
    assert passing is not None
    assert float(passing.probability.max()) == pytest.approx(0.75, abs=0.01)  # 1 - (1 - 0.5)^2
    assert presence_of(flights, westland()).comes == pytest.approx(0.75, abs=0.01)


def test_nothing_passes_where_nothing_flies() -> None:
    assert passing_of([], westland(), SWATH_M) is None
    assert presence_of([], westland()) is not None
    empty = Presence(np.empty((0, 2)), np.empty(0), 0.0)
    assert empty.held(shapely.Point(0.0, 0.0)) == 0.0
    assert area_to_warn(Passing((0.0, 0.0), 750.0, np.zeros((4, 4))), empty, westland(), 0.05) is None
