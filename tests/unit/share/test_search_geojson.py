"""GeoJSON of a search plan, read back by shapely; areas and distances by pyproj's geodesics."""

import json
from typing import Any

import pytest
import shapely
from pyproj import Geod
from shapely.geometry import shape

import search_plan_kit as kit
from sargas.share import search_geojson

EARTH = Geod(ellps="WGS84")


def features(part: str, *, is_public: bool = False, **changes: object) -> list[Any]:
    data = search_geojson.build(search_geojson.Settings()).export(kit.plan(**changes), is_public=is_public)
    return [one for one in json.loads(data)["features"] if one["properties"]["part"] == part]


def test_every_part_is_there() -> None:
    counts = {
        part: len(features(part)) for part in ("contour", "sector", "loss", "best", "searched", "find", "hazard")
    }
    assert counts == {"contour": 4, "sector": 44, "loss": 1, "best": 1, "searched": 2, "find": 1, "hazard": 1}
    assert len(features("cell")) == len(kit.cells().poc)
    # The third clue names no place.
    assert len(features("clue")) == 2


def test_cells_are_squares_of_their_true_area() -> None:
    """The plane is equal-area, so the geodesic area of a cell is its side squared."""
    for cell in features("cell")[::50]:
        area_m2, _ = EARTH.geometry_area_perimeter(shape(cell["geometry"]))
        assert area_m2 == pytest.approx(cell["properties"]["size_m"] ** 2, rel=1e-3)


def test_cells_touch_without_gaps() -> None:
    """Six decimals are a decimetre; the sum of the cells is their union within that."""
    fine = [shape(cell["geometry"]) for cell in features("cell") if cell["properties"]["size_m"] == 500.0]
    union = shapely.union_all([one.buffer(2e-6) for one in fine])
    assert union.area == pytest.approx(sum(one.area for one in fine), rel=2e-3)


def test_probabilities_of_the_cells_add_up_to_that_of_being_there() -> None:
    total = sum(cell["properties"]["poc"] for cell in features("cell"))
    assert total == pytest.approx(kit.P_THERE, rel=1e-5)


def test_cells_can_be_left_out() -> None:
    exporter = search_geojson.build(search_geojson.Settings(has_cells=False))
    parts = {one["properties"]["part"] for one in json.loads(exporter.export(kit.plan()))["features"]}
    assert "cell" not in parts
    assert "sector" in parts


def test_outer_rings_are_counter_clockwise_and_holes_clockwise() -> None:
    """RFC 7946, section 3.1.6."""
    for part in ("cell", "contour", "sector", "hazard"):
        for one in features(part):
            for polygon in shapely.get_parts(shape(one["geometry"])):
                assert polygon.is_valid
                assert polygon.exterior.is_ccw
                assert not any(hole.is_ccw for hole in polygon.interiors)


def test_sectors_are_the_plans_best_first() -> None:
    plan = kit.plan()
    found = features("sector")
    assert [one["properties"]["rank"] for one in found] == list(range(1, 45))
    best = next(sector for sector in plan.sectors if sector.rank == 1)
    assert found[0]["properties"]["name"] == best.name
    assert found[0]["properties"]["p_per_hour"] == best.p_per_hour
    assert shape(found[0]["geometry"]).hausdorff_distance(shapely.Polygon(best.ring)) < 1e-6
    # By the library of the mgrs package on the sector's centre, to a metre.
    assert found[0]["properties"]["mgrs"] == "35U LB 31884 00449"


def test_the_loss_tells_place_time_and_motion() -> None:
    (loss,) = features("loss")
    assert loss["geometry"]["coordinates"] == [kit.LOSS_LON, kit.LOSS_LAT]
    assert loss["properties"]["time"] == "2025-07-28T01:54:00Z"
    # hypot(25.98, 15) = 30 m/s; atan2(-25.98, 15) is 60 degrees west of north.
    assert loss["properties"]["speed_mps"] == pytest.approx(30.0, abs=0.01)
    assert loss["properties"]["course_deg"] == pytest.approx(300.0, abs=0.1)


def test_the_circle_about_a_find_keeps_its_distance() -> None:
    (find,), (hazard,) = features("find"), features("hazard")
    lon, lat = find["geometry"]["coordinates"]
    for x, y in hazard["geometry"]["coordinates"][0]:
        _, _, distance_m = EARTH.inv(lon, lat, x, y)
        assert 529.9 < distance_m < 531.0
    assert find["properties"]["hazard_m"] == 500.0


def test_coordinates_have_six_decimals_at_most() -> None:
    data = search_geojson.build(search_geojson.Settings()).export(kit.plan())
    for one in json.loads(data)["features"]:
        for angle in shapely.get_coordinates(shape(one["geometry"])).ravel().tolist():
            assert angle == round(angle, 6)


def test_a_public_file_has_rounded_areas_and_circles_alone() -> None:
    data = search_geojson.build(search_geojson.Settings()).export(kit.plan(), is_public=True)
    collection = json.loads(data)
    assert collection["is_public"] is True
    assert [one["properties"]["part"] for one in collection["features"]] == ["contour", "contour", "hazard"]
    assert set(collection["features"][2]["properties"]) == {"part", "name", "radius_m"}
    for one in collection["features"][:2]:
        for angle in shapely.get_coordinates(shape(one["geometry"])).ravel().tolist():
            assert angle == round(angle, 2)


def test_every_feature_of_an_exercise_is_marked() -> None:
    data = search_geojson.build(search_geojson.Settings()).export(kit.plan(is_exercise=True))
    assert all(one["properties"]["is_exercise"] for one in json.loads(data)["features"])
