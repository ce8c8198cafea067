"""What the public sees: rounded outwards, never less than what is true."""

import math

import msgspec
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

import search_plan_kit as kit
from sargas.model.search import Contour
from sargas.share.shown import Hazard, clock_text, closed, percent, public_contours, shape_of, shown, time_text

EARTH = Geod(ellps="WGS84")


def whole(contour: Contour) -> shapely.Geometry:
    return shapely.union_all([shape_of(polygon) for polygon in contour.polygons])


def test_the_public_sees_the_contours_of_50_and_95_per_cent_alone() -> None:
    assert [contour.share for contour in shown(kit.plan(), is_public=True).contours] == [0.5, 0.95]


def test_public_areas_hold_the_true_ones() -> None:
    exact = {contour.share: contour for contour in kit.plan().contours}
    for contour in shown(kit.plan(), is_public=True).contours:
        assert whole(contour).covers(whole(exact[contour.share]))


def test_public_areas_have_corners_of_a_hundredth_of_a_degree_and_no_holes() -> None:
    for contour in shown(kit.plan(), is_public=True).contours:
        for polygon in contour.polygons:
            assert len(polygon) == 1
            for lon, lat in polygon[0]:
                assert lon == round(lon, 2)
                assert lat == round(lat, 2)
            assert shape_of(polygon).is_valid


def test_public_pieces_near_each_other_become_one() -> None:
    left = ((24.301, 55.001), (24.309, 55.001), (24.309, 55.009), (24.301, 55.009))
    right = tuple((lon + 0.02, lat) for lon, lat in left)
    far = tuple((lon + 0.3, lat) for lon, lat in left)
    contour = Contour(share=0.5, area_m2=1.0, polygons=((left,), (right,), (far,)))
    (found,) = public_contours((contour,))
    assert sorted(shape_of(polygon).area for polygon in found.polygons) == pytest.approx([1e-4, 3e-4])


def test_the_area_of_a_public_contour_is_that_of_its_own_outline() -> None:
    (found, _) = shown(kit.plan(), is_public=True).contours
    area_m2 = sum(abs(EARTH.geometry_area_perimeter(shape_of(polygon))[0]) for polygon in found.polygons)
    assert found.area_m2 == pytest.approx(area_m2, rel=0.05)


def test_a_vast_public_area_is_drawn_in_coarser_steps_and_still_holds_the_true_one() -> None:
    ring = tuple((25.0 + 5.0 * math.sin(k / 10.0), 55.0 + 3.0 * math.cos(k / 10.0)) for k in range(63))
    contour = Contour(share=0.95, area_m2=1.0, polygons=((ring,),))
    (found,) = public_contours((contour,))
    assert whole(found).covers(whole(contour))
    assert sum(len(polygon[0]) for polygon in found.polygons) < 600


@given(st.floats(-60.0, 70.0), st.floats(-179.0, 179.0), st.floats(100.0, 2_000.0))
def test_a_public_circle_holds_the_true_one_and_has_a_rounded_middle(lat: float, lon: float, hazard_m: float) -> None:
    find = msgspec.structs.replace(kit.part_found(), lat_deg=lat, lon_deg=lon)
    plan = kit.empty_plan(finds=(find,), hazard_m=hazard_m)
    (circle,) = shown(plan, is_public=True).hazards
    (exact,) = shown(plan, is_public=False).hazards
    assert (circle.lat_deg, circle.lon_deg) == (round(circle.lat_deg, 2), round(circle.lon_deg, 2))
    _, _, off_m = EARTH.inv(lon, lat, circle.lon_deg, circle.lat_deg)
    assert off_m + exact.radius_m <= circle.radius_m
    assert circle.radius_m % 500.0 == 0.0


def test_no_corner_of_a_circle_lies_inside_it_nor_far_outside() -> None:
    hazard = Hazard(name="", lat_deg=55.0, lon_deg=24.0, radius_m=500.0)
    for lon, lat in hazard.ring():
        _, _, distance_m = EARTH.inv(24.0, 55.0, lon, lat)
        assert 500.0 <= distance_m < 501.0
    assert shapely.Polygon(hazard.ring()).exterior.is_ccw


def test_a_circle_grows_by_what_the_place_may_be_off() -> None:
    (hazard,) = shown(kit.plan(), is_public=False).hazards
    assert hazard.radius_m == 500.0 + 2.0 * 15.0


def test_a_public_title_names_nothing_of_the_plan() -> None:
    assert shown(kit.plan(), is_public=True).title == "Public: areas where something may have come down"
    assert shown(kit.plan(is_exercise=True), is_public=True).title.startswith("EXERCISE: Public")


def test_a_ring_is_closed_and_turned() -> None:
    clockwise = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0))
    assert shapely.LinearRing(closed(clockwise)).is_ccw
    assert not shapely.LinearRing(closed(clockwise, is_hole=True)).is_ccw
    assert closed(clockwise)[0] == closed(clockwise)[-1]
    assert closed((*clockwise, clockwise[0])) == closed(clockwise)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"), (1.0, "100 %"), (0.999, "> 99 %"), (0.345, "34 %"), (0.0995, "10 %"), (0.021, "2.1 %"),
        (0.00412, "0.41 %"), (0.00005, "< 0.01 %"),
    ],
)  # fmt: skip
def test_a_probability_is_told_with_two_figures(share: float, text: str) -> None:
    assert percent(share) == text


def test_times_are_of_the_plan_and_in_utc() -> None:
    # 1,753,667,640 s: 2025-07-28 01:54:00 UTC (date -u -d @1753667640).
    assert time_text(1_753_667_640.9) == "2025-07-28T01:54:00Z"
    assert clock_text(1_753_667_640.9) == "2025-07-28 01:54 UTC"
