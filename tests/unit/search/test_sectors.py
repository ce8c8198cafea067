"""Sectors: equal effort, compact, disjoint, the best ground first; geometry is measured with shapely."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sargas.search.sectors import Shape, draw_sectors, sector_poc
from search_maps import BLOB, RIDGE, TWO_BLOBS, Columns, Normal, any_map, held_by_shapely, level, squares_of

F64 = NDArray[np.float64]
MAPS = {"blob": squares_of(BLOB), "two blobs": squares_of(TWO_BLOBS), "ridge": squares_of(RIDGE)}
FOOT_M2PS = 75.0
"""About what a line of ten people sweeps in fields."""
KM2_M2PS = 1e6 / (4.0 * 3600.0)
"""The rate at which four hours are a square kilometre."""


def areas_of(sectors: Sequence[Shape]) -> NDArray[np.object_]:
    return np.array([shapely.Polygon(sector.xy_m) for sector in sectors], dtype=object)


def check(columns: Columns, sectors: Sequence[Shape], hours: float) -> None:
    """What sectors must be on every map."""
    areas = areas_of(sectors)
    assert shapely.is_valid(areas).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(areas)).all()
    assert all((sector.xy_m[0] != sector.xy_m[-1]).any() for sector in sectors)
    assert shapely.area(areas) == pytest.approx([sector.area_m2 for sector in sectors])
    assert shapely.area(areas).sum() == pytest.approx(shapely.union_all(areas).area, rel=1e-6)
    worth = [sector.poc / sector.hours for sector in sectors]
    assert worth == sorted(worth, reverse=True)
    held = [held_by_shapely(columns, area) for area in areas]
    assert [sector.poc for sector in sectors] == pytest.approx(held, rel=1e-6, abs=1e-9)
    assert max(sector.hours for sector in sectors) < 1.8 * hours


def roundness(areas: NDArray[np.object_]) -> F64:
    """4 pi A / P^2: 1 for a circle, 0.785 for a square, 0.6 for a rectangle of 3 to 1."""
    return 4.0 * math.pi * shapely.area(areas) / shapely.length(areas) ** 2


def best_share(columns: Columns, area_m2: float) -> float:
    """The most that an area can hold: that of the densest squares."""
    order = np.argsort(-columns.poc / columns.size_m**2)
    return float(np.interp(area_m2, np.cumsum(columns.size_m[order] ** 2), np.cumsum(columns.poc[order])))


@pytest.mark.parametrize("name", MAPS)
def test_sectors_take_equal_effort_are_compact_and_cover_the_region(name: str) -> None:
    columns = MAPS[name]
    sectors = draw_sectors(*columns, FOOT_M2PS, 4.0, share=0.85, n_max=400)
    check(columns, sectors, 4.0)
    hours = np.array([sector.hours for sector in sectors])
    assert hours == pytest.approx([sector.area_m2 / FOOT_M2PS / 3600.0 for sector in sectors])
    assert hours.std() < 0.15 * 4.0
    assert np.abs(hours - 4.0).max() < 0.35 * 4.0
    assert np.median(roundness(areas_of(sectors))) > 0.6
    assert 0.95 * 0.85 <= sum(sector.poc for sector in sectors) < 0.9


@given(any_map(), st.sampled_from([20.0, 2_000.0]), st.sampled_from([1, 10, 120]), st.booleans())
@settings(max_examples=25, deadline=None)
def test_on_any_map_they_are_disjoint_and_at_most_as_many_as_wanted(
    columns: Columns, rate_m2ps: float, n_max: int, is_mixed: bool
) -> None:
    rate = rate_m2ps * np.where(is_mixed & (np.arange(columns.poc.size) % 3 == 0), 0.5, 1.0)
    sectors = draw_sectors(*columns, rate, 2.0, n_max=n_max)
    assert 1 <= len(sectors) <= n_max
    check(columns, sectors, 2.0)
    if len(sectors) < n_max and sum(sector.hours for sector in sectors) < 0.9 * n_max * 2.0:
        assert sum(sector.poc for sector in sectors) >= 0.95 * 0.95 * columns.poc.sum()


def test_where_there_is_too_much_to_search_the_best_part_is_drawn() -> None:
    columns = MAPS["ridge"]
    sectors = draw_sectors(*columns, FOOT_M2PS, 4.0, n_max=40)
    assert 36 <= len(sectors) <= 40
    drawn_m2 = sum(sector.area_m2 for sector in sectors)
    assert drawn_m2 == pytest.approx(40 * FOOT_M2PS * 4.0 * 3600.0, rel=0.1)
    assert sum(sector.poc for sector in sectors) > 0.93 * best_share(columns, drawn_m2)


def test_the_best_sectors_keep_to_a_narrow_ridge() -> None:
    # A ridge of 300 m standard deviation, that of a sector's side being 1.2 km: 4 sectors of a length of 4 sides.
    normals = [Normal(150.0 * k, 0.0, 300.0, 300.0, 0.8 / 80.0) for k in range(80)]
    columns = squares_of([*normals, Normal(6_000.0, 0.0, 6_000.0, 3_000.0, 0.2)])
    sectors = draw_sectors(*columns, 100.0, 4.0)
    first_m2 = sum(sector.area_m2 for sector in sectors[:10])
    assert sum(sector.poc for sector in sectors[:10]) > 0.8 * best_share(columns, first_m2)


def test_harder_ground_has_smaller_sectors() -> None:
    columns = level(40, 250.0)
    rate = np.where(columns.x_m < 5_000.0, KM2_M2PS, 2.0 * KM2_M2PS)
    sectors = draw_sectors(*columns, rate, 4.0, share=0.99)
    areas = areas_of(sectors)
    assert [sector.hours for sector in sectors] == pytest.approx([4.0] * len(sectors), rel=0.15)
    east, west = shapely.box(5_300, 0, 10_000, 10_000), shapely.box(0, 0, 4_700, 10_000)
    assert shapely.area(areas[shapely.within(areas, west)]) == pytest.approx(1e6, rel=0.15)
    assert shapely.area(areas[shapely.within(areas, east)]) == pytest.approx(2e6, rel=0.15)


def test_of_two_places_alike_that_which_is_easier_is_drawn() -> None:
    columns = squares_of((Normal(0.0, 0.0, 1_500.0, 1_500.0, 0.5), Normal(20_000.0, 0.0, 1_500.0, 1_500.0, 0.5)))
    rate = np.where(columns.x_m < 10_000.0, 40.0, 160.0)
    sectors = draw_sectors(*columns, rate, 4.0, n_max=4)
    assert all((sector.xy_m[:, 0] > 10_000.0).all() for sector in sectors)


def test_a_lake_is_not_searched_and_takes_no_effort() -> None:
    columns = level(48, 250.0)
    lake = shapely.box(4_000, 4_000, 8_000, 8_000)
    is_lake = shapely.contains_xy(lake, columns.x_m, columns.y_m)
    sectors = draw_sectors(*columns, np.where(is_lake, 0.0, KM2_M2PS), 4.0, share=0.99)
    wet_m2 = shapely.area(shapely.intersection(areas_of(sectors), lake)).sum()
    assert wet_m2 < 0.1 * lake.area
    dry_m2 = sum(sector.area_m2 for sector in sectors) - wet_m2
    assert sum(sector.hours for sector in sectors) == pytest.approx(dry_m2 / KM2_M2PS / 3600.0, rel=1e-6)
    assert draw_sectors(*columns, 0.0, 4.0) == []


def test_around_a_place_without_hope_sectors_have_no_holes() -> None:
    turns = np.arange(60) * 2 * np.pi / 60
    columns = squares_of([Normal(3e3 * np.cos(t), 3e3 * np.sin(t), 400.0, 400.0, 1 / 60) for t in turns])
    for rate_m2ps in (FOOT_M2PS, 5_000.0):
        sectors = draw_sectors(*columns, rate_m2ps, 4.0)
        check(columns, sectors, 4.0)
        assert not shapely.contains_xy(shapely.union_all(areas_of(sectors)), 0.0, 0.0)


def test_a_map_that_holds_nothing_has_no_sectors() -> None:
    x_m, y_m, size_m, poc = level(4, 100.0)
    assert draw_sectors(x_m, y_m, size_m, 0.0 * poc, FOOT_M2PS, 4.0) == []
    assert draw_sectors(x_m, y_m, size_m, poc, FOOT_M2PS, 4.0, n_max=0) == []


def test_the_same_map_gives_the_same_sectors() -> None:
    once, again = (draw_sectors(*MAPS["two blobs"], FOOT_M2PS, 4.0, roads(900.0)) for _ in range(2))
    assert all(np.array_equal(a.xy_m, b.xy_m) for a, b in zip(once, again, strict=True))


# ------------------------------------------------------------------------------------------- lines in the field


def roads(apart_m: float, reach_m: float = 20_000.0) -> list[F64]:
    """Straight roads north and east."""
    places = np.arange(-reach_m, reach_m, apart_m)
    north = [np.array([(x, -reach_m), (x, reach_m)]) for x in places]
    return north + [line[:, ::-1] for line in north]


def inside(sectors: Sequence[Shape], edge_m: float) -> NDArray[np.object_]:
    """Those of a square of 10 km that keep off its rim, where the region's own outline bounds them."""
    areas = areas_of(sectors)
    return areas[shapely.within(areas, shapely.box(edge_m, edge_m, 10_000 - edge_m, 10_000 - edge_m))]


def test_fields_of_the_right_size_are_the_sectors() -> None:
    sectors = draw_sectors(*level(40, 250.0), KM2_M2PS, 4.0, roads(1_000.0), share=0.99)
    fields = inside(sectors, 900.0)
    assert len(fields) == 64
    assert shapely.area(fields) == pytest.approx(1e6, rel=1e-6)
    assert shapely.length(fields) == pytest.approx(4e3, rel=1e-6)


def test_small_fields_are_joined_until_they_are_a_sector() -> None:
    lines = roads(400.0)
    sectors = draw_sectors(*level(40, 250.0), KM2_M2PS, 4.0, lines, share=0.99)
    fields = inside(sectors, 500.0)
    assert len(fields) > 30
    corners = shapely.get_coordinates(fields)
    assert corners == pytest.approx(400.0 * np.round(corners / 400.0), abs=0.1)
    assert (shapely.area(fields) / 1e6).min() >= 0.5
    assert (shapely.area(fields) / 1e6).max() <= 1.65


def test_large_fields_are_cut_and_no_road_is_crossed() -> None:
    lines = roads(2_500.0)
    sectors = draw_sectors(*level(40, 250.0), KM2_M2PS, 4.0, lines, share=0.99)
    roads_net = shapely.union_all([shapely.LineString(line) for line in lines])
    fields = inside(sectors, 100.0)
    assert len(fields) > 30
    assert not shapely.intersects(shapely.buffer(fields, -15.0), roads_net).any()
    assert shapely.area(fields) / 1e6 == pytest.approx(6.25 / 6, rel=0.2)


def test_roads_that_end_or_run_elsewhere_or_are_no_lines_do_no_harm() -> None:
    dead_end = np.array([(1_000.0, 2_000.0), (1_010.0, 2_300.0)])
    lines = [dead_end, np.array([(1e6, 0.0), (1e6, 1e3)]), np.array([(0.0, 0.0)]), np.empty((0, 2))]
    sectors = draw_sectors(*MAPS["blob"], FOOT_M2PS, 4.0, lines)
    check(MAPS["blob"], sectors, 4.0)


# ------------------------------------------------------------------------------------------- what a ring holds

rings = st.lists(st.tuples(st.floats(-9_000.0, 9_000.0), st.floats(-9_000.0, 9_000.0)), min_size=3, max_size=7)


@given(any_map(), rings)
@settings(max_examples=25, deadline=None)
def test_a_ring_holds_what_the_area_does_that_it_encloses(
    columns: Columns, corners: list[tuple[float, float]]
) -> None:
    area = shapely.make_valid(shapely.Polygon(corners), method="structure", keep_collapsed=False)
    (found,) = sector_poc([np.array(corners)], *columns)
    assert found == pytest.approx(held_by_shapely(columns, area), rel=1e-6, abs=1e-9)


def test_rings_may_run_either_way_and_none_may_be_given() -> None:
    square = np.array([(0.0, 0.0), (500.0, 0.0), (500.0, 500.0), (0.0, 500.0)])
    columns = level(2, 500.0)
    assert sector_poc([square, square[::-1], square + 250.0], *columns) == pytest.approx([0.25, 0.25, 0.25])
    assert sector_poc([], *columns).size == 0
