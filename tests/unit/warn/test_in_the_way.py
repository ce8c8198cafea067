"""Who and what is in the way: how likely, and when; by hand for straight flights."""

import math
import pickle
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace_kit import at
from sargas.model.warning import InTheWay
from sargas.model.zone import Municipality, Place, PointOfInterest
from sargas.warn.in_the_way import LISTED, in_the_way
from sargas.warn.manner import Manner
from sargas.warn.reach import Horizon, flights_of
from sargas.warn.subjects import Subject, Subjects, town_radius_m
from sargas.warn.targets import Target
from warn_kit import NOW_S, town, westland

NEAR_M = 3_000.0
COURSE = Manner({"course": 1.0}, math.radians(270.0), 0.001)


def square(name: str, west_m: float, south_m: float, side_m: float, **more: object) -> Municipality:
    ring = tuple(at(west_m + x * side_m, south_m + y * side_m) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)))
    return Municipality(name=name, polygons=((ring,),), **more)  # type: ignore[arg-type]


def subjects(
    places: Sequence[Place] = (), points: Sequence[PointOfInterest] = (), areas: Sequence[Municipality] = ()
) -> Subjects:
    return Subjects(westland(), places, points, areas, NEAR_M)


def target(east_m: float = -20_000.0, north_m: float = 0.0, **more: object) -> Target:
    lon_deg, lat_deg = at(east_m, north_m)
    values: dict[str, object] = {
        "time_s": NOW_S,
        "lon_deg": lon_deg,
        "lat_deg": lat_deg,
        "place_cov_m2": (1e4, 0.0, 1e4),
        "velocity_mps": (-40.0, 0.0),
        "manner": COURSE,
    }
    return Target(**{**values, **more})  # type: ignore[arg-type]


def way(have: Subjects, *targets: Target, now_s: float = NOW_S) -> tuple[InTheWay, ...]:
    return in_the_way(flights_of(targets, westland(), Horizon(now_s, 1_200.0)), have, now_s)


def test_a_town_on_the_course_is_reached_when_distance_by_speed_says() -> None:
    (one,) = way(subjects([town("Ahead", -44_000.0)]), target())
    assert one.name == "Ahead"
    assert one.probability == pytest.approx(0.9, abs=0.12)
    # 24 km at 40 m/s.
    assert one.arrival_s[1] - NOW_S == pytest.approx(600.0, abs=15.0)
    early_s, _, late_s = one.arrival_s
    assert 20.0 < late_s - early_s < 120.0


def test_what_lies_aside_behind_or_too_far_is_not_in_the_way() -> None:
    aside, behind, far = town("Aside", -44_000.0, 30_000.0), town("Behind", -5_000.0), town("Far", -90_000.0)
    assert way(subjects([aside, behind, far]), target()) == ()


def test_where_it_is_now_it_is_near_now() -> None:
    (one,) = way(subjects([town("Here", -20_500.0)]), target())
    assert one.probability > 0.99
    assert one.arrival_s[0] - NOW_S <= 30.0


def test_a_large_town_begins_earlier_than_its_middle() -> None:
    # 400 km2 at 1,500 people on each.
    city = Subject(kind="town", name="City", country="WW", lat_deg=55.0, lon_deg=24.0, population=600_000)
    assert math.pi * (town_radius_m(city) / 1e3) ** 2 == pytest.approx(314.2, abs=0.1)  # no more than 10 km of radius
    village = Subject(kind="town", name="Village", country="WW", lat_deg=55.0, lon_deg=24.0, population=1_500)
    assert math.pi * (town_radius_m(village) / 1e3) ** 2 == pytest.approx(1.0)
    aside = [town("City", -44_000.0, 9_000.0, 600_000), town("Village", -44_000.0, 9_000.0, 1_500)]
    found = {one.name: one.probability for one in way(subjects(aside), target())}
    assert found["City"] > 0.9
    assert found.get("Village", 0.0) < 0.2


def test_a_municipality_is_entered_at_its_edge() -> None:
    (one,) = way(subjects(areas=[square("Shire", -60_000.0, -8_000.0, 16_000.0, population=5_000)]), target())
    assert (one.kind, one.name, one.population) == ("municipality", "Shire", 5_000)
    assert one.probability > 0.9
    # Its edge is 24 km away; the look is each 20 s and 1 km.
    assert one.arrival_s[1] - NOW_S == pytest.approx(600.0, abs=50.0)


def test_points_carry_what_they_are() -> None:
    lon, lat = at(-30_000.0, 500.0)
    point = PointOfInterest(name="Westport", kind="airport", lat_deg=lat, lon_deg=lon, population=3_000)
    (one,) = way(subjects(points=[point]), target())
    assert (one.kind, one.what, one.population) == ("point", "airport", 3_000)


def test_what_matters_most_comes_first_and_the_list_is_bounded() -> None:
    many = [town(f"Village {k}", -25_000.0 - 300.0 * k, 100.0, 500 + k) for k in range(60)]
    found = way(subjects([*many, town("City", -60_000.0, 0.0, 90_000)]), target())
    assert len(found) == LISTED
    assert found[0].name == "City"
    worth = [round(one.probability * (one.population or 0)) for one in found]
    assert worth == sorted(worth, reverse=True)


def test_of_several_targets_any_may_come() -> None:
    have = subjects([town("Ahead", -44_000.0)])
    one, both = way(have, target(probability=0.5)), way(have, target(probability=0.5), target(probability=0.5))
    p = one[0].probability
    assert both[0].probability == pytest.approx(1.0 - (1.0 - p) ** 2, abs=0.002)


def test_a_target_that_was_lost_has_flown_on_since() -> None:
    (one,) = way(subjects([town("Ahead", -44_000.0)]), target(), now_s=NOW_S + 300.0)
    assert one.arrival_s[1] - NOW_S == pytest.approx(600.0, abs=20.0)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.builds(
            target,
            east_m=st.floats(-120_000.0, 5_000.0),
            north_m=st.floats(-90_000.0, 90_000.0),
            velocity_mps=st.one_of(st.none(), st.tuples(st.floats(-120.0, 120.0), st.floats(-120.0, 120.0))),
            probability=st.floats(0.05, 1.0),
            drifts=st.floats(0.0, 1.0),
        ),
        max_size=3,
    )
)
def test_percentiles_are_in_order_and_chances_are_chances(flies: list[Target]) -> None:
    have = subjects(
        [town(f"T{k}", -130_000.0 + 6_000.0 * k, 7_000.0 * (k % 7 - 3), 1_000 * k) for k in range(20)],
        areas=[square("Shire", -60_000.0, -30_000.0, 60_000.0)],
    )
    for one in way(have, *flies):
        early_s, usual_s, late_s = one.arrival_s
        assert NOW_S <= early_s <= usual_s <= late_s <= NOW_S + 1_200.0
        assert 0.01 <= one.probability <= 1.0


def test_subjects_come_back_from_a_snapshot_as_they_were_and_small() -> None:
    places = [town(f"Town {k}", -100.0 * k, 10.0 * k, k) for k in range(1_000)]
    have = subjects(places, areas=[square("Shire", -60_000.0, -8_000.0, 16_000.0)])
    again = pickle.loads(pickle.dumps(have))
    assert again.subjects == have.subjects
    assert way(again, target()) == way(have, target())
    assert len(pickle.dumps(have)) < 60_000


def test_municipalities_that_bound_nothing_or_lie_elsewhere_do_no_harm() -> None:
    a, b = at(-30_000.0), at(-20_000.0)
    flat = Municipality(name="Flat", polygons=(((a, b, a, a),),))
    other = Municipality(
        name="Other side", polygons=((((-156.0, -55.0), (-155.0, -55.0), (-155.0, -54.0), (-156.0, -55.0)),),)
    )
    assert way(subjects(areas=[flat, other]), target()) == ()


def test_many_municipalities_are_kept_with_few_corners() -> None:
    def round_one(k: int) -> Municipality:
        ring = [
            at(
                -30_000.0 - 900.0 * k + 400.0 * math.sin(a / 1_000.0 * 2 * math.pi),
                400.0 * math.cos(a / 1_000.0 * 2 * math.pi),
            )
            for a in range(1_000)
        ]
        return Municipality(name=f"M{k}", polygons=(((*ring, ring[0]),),))

    assert len(pickle.dumps(subjects(areas=[round_one(k) for k in range(100)]))) < 300_000
