"""Squares on a raster and within polygons, against shapely's intersections."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sargas.search.polygons import areas_above, held_within, polygon_rings
from sargas.search.raster import Mosaic, Window, level_field, spread, windows_about
from search_maps import BLOB, TWO_BLOBS, Columns, any_map, held_by_shapely, level, squares_of


def square(x_m: float, y_m: float, size_m: float, poc: float = 1.0) -> Mosaic:
    return Mosaic(*(np.array([value]) for value in (x_m, y_m, size_m, poc)))


@given(any_map(), st.floats(30.0, 700.0), st.floats(-500.0, 500.0))
@settings(max_examples=25, deadline=None)
def test_a_pixel_gets_what_the_squares_have_in_it(columns: Columns, pixel_m: float, shift_m: float) -> None:
    window = Window(x_m=shift_m - 2_000.0, y_m=-1.3 * shift_m, pixel_m=pixel_m, n_x=7, n_y=5)
    found = spread(window, Mosaic(*columns), columns.poc)
    x_m, y_m = window.centres
    for row, column in ((0, 0), (2, 3), (4, 6)):
        pixel = shapely.box(
            x_m[column] - pixel_m / 2, y_m[row] - pixel_m / 2, x_m[column] + pixel_m / 2, y_m[row] + pixel_m / 2
        )
        assert found[row, column] == pytest.approx(held_by_shapely(columns, pixel), rel=1e-6, abs=1e-12)


def test_nothing_is_lost_within_a_window_that_holds_the_map() -> None:
    columns = squares_of(BLOB)
    mosaic = Mosaic(*columns).only(columns.size_m < 5_000.0)
    (window,) = windows_about(mosaic, 100.0, 50.0, 400)
    assert spread(window, mosaic, mosaic.poc).sum() == pytest.approx(mosaic.poc.sum(), rel=1e-9)


def test_groups_far_apart_have_windows_of_their_own() -> None:
    columns = squares_of(TWO_BLOBS)
    near = columns.poc / columns.size_m**2 > 1e-9
    windows = windows_about(Mosaic(*columns).only(near), 500.0, 50.0, 400)
    assert len(windows) == 2
    assert all(window.n_x < 400 and window.n_y < 400 for window in windows)


def test_level_ground_falls_away_from_its_middle_and_beyond_its_edge() -> None:
    mosaic = Mosaic(*level(20, 500.0))
    (window,) = windows_about(mosaic, 1_000.0, 100.0, 400)
    height = level_field(window, mosaic, 0.5e-8, 0.0)
    middle = height[window.n_y // 2]
    assert np.argmax(middle) in {window.n_x // 2 - 1, window.n_x // 2}
    assert (np.diff(middle[: window.n_x // 2]) > 0.0).all()


def test_what_lies_above_a_level_is_a_polygon_with_its_hole() -> None:
    # A cone's contours are circles; between two of them lies a ring: area pi (R^2 - r^2).
    window = Window(x_m=-100.0, y_m=-100.0, pixel_m=1.0, n_x=200, n_y=200)
    x_m, y_m = window.centres
    ring = -np.abs(np.hypot(*np.meshgrid(x_m, y_m)) - 50.0)
    (polygon,) = areas_above(window, ring, -20.0, 10.0)
    assert polygon.area == pytest.approx(np.pi * (70.0**2 - 30.0**2), rel=1e-3)
    outer, hole = polygon_rings(polygon)
    assert shapely.is_ccw(shapely.LinearRing(outer))
    assert not shapely.is_ccw(shapely.LinearRing(hole))
    assert len(polygon_rings(areas_above(window, ring, -20.0, 3_000.0)[0])) == 1


@st.composite
def polygons(draw: st.DrawFn) -> shapely.Polygon:
    """Draw a star of three to nine corners."""
    x_m, y_m = draw(st.floats(-4_000.0, 4_000.0)), draw(st.floats(-4_000.0, 4_000.0))
    reach_m = np.array(draw(st.lists(st.floats(50.0, 9_000.0), min_size=3, max_size=9)))
    turn = 2 * np.pi * np.arange(reach_m.size) / reach_m.size
    return shapely.Polygon(np.stack([x_m + reach_m * np.cos(turn), y_m + reach_m * np.sin(turn)], axis=1))


@given(any_map(), st.lists(polygons(), min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_a_polygon_holds_each_square_by_the_part_inside(columns: Columns, areas: list[shapely.Polygon]) -> None:
    found = held_within(Mosaic(*columns), np.array(areas, dtype=object))
    assert found == pytest.approx([held_by_shapely(columns, area) for area in areas], rel=1e-7, abs=1e-10)


def test_a_hole_holds_nothing_and_parts_add_up() -> None:
    ring = shapely.Polygon([(0, 0), (40, 0), (40, 40), (0, 40)], [[(10, 10), (30, 10), (30, 30), (10, 30)]])
    far = shapely.box(60, 0, 70, 10)
    areas = np.array([ring, shapely.MultiPolygon([ring, far]), shapely.Polygon()], dtype=object)
    # 40 x 40 less 20 x 20 of a square of 100 x 100 that holds 1; then 10 x 10 more.
    assert held_within(square(50.0, 50.0, 100.0), areas) == pytest.approx([0.12, 0.13, 0.0])
