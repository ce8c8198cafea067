"""Maps are true to scale, and their grid is the military one, as pyproj's geodesics and the mgrs package have it."""

import math

import mgrs
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

import search_plan_kit as kit
from sargas.share.grids import Zone
from sargas.share.map_frame import SCALES, Frame, fitted
from sargas.share.map_grid import Grid, grid_of

EARTH = Geod(ellps="WGS84")
STANDING, LYING = (180.0, 220.0), (267.0, 130.0)
PLACES = st.tuples(st.floats(-150.0, 150.0), st.floats(-75.0, 75.0))


def around(lon: float, lat: float, km: float) -> np.ndarray:
    lons, lats, _ = EARTH.fwd([lon] * 4, [lat] * 4, [0.0, 90.0, 180.0, 270.0], [1_000.0 * km] * 4)
    return np.stack([lons, lats], axis=1)


def frame(lon: float = 24.4, lat: float = 55.0, km: float = 5.0) -> Frame:
    return fitted(around(lon, lat, km), (STANDING,))[0]


@given(PLACES, st.floats(0.5, 60.0))
def test_all_that_must_be_on_the_map_is_on_it(place: tuple[float, float], km: float) -> None:
    ground = around(*place, km)
    found, k = fitted(ground, (STANDING, LYING))
    mm = found.mm(ground)
    width, height = (STANDING, LYING)[k]
    assert mm.min() >= 0.0
    assert mm[:, 0].max() <= width
    assert mm[:, 1].max() <= height
    assert found.scale in SCALES


@given(PLACES)
def test_a_place_on_the_paper_leads_back_to_its_ground(place: tuple[float, float]) -> None:
    found = frame(*place)
    spots = np.array([[0.0, 0.0], [90.0, 110.0], [180.0, 220.0]])
    assert found.mm(found.lonlat(spots)) == pytest.approx(spots, abs=1e-4)


@given(PLACES, st.floats(0.0, 360.0))
def test_a_centimetre_on_the_map_is_what_the_scale_says(place: tuple[float, float], azimuth: float) -> None:
    """UTM is true to 0.04 % in the middle of a zone and 0.1 % at its edge (Snyder, Map Projections, section 8)."""
    found = frame(*place)
    lon, lat, _ = EARTH.fwd(*place, azimuth, 2_000.0)
    ((x0, y0), (x1, y1)) = found.mm(np.array([place, (lon, lat)])).tolist()
    assert math.hypot(x1 - x0, y1 - y0) * found.scale / 1_000.0 == pytest.approx(2_000.0, rel=1.1e-3)


def test_the_page_lies_where_the_ground_is_wide() -> None:
    wide = np.array([[24.0, 55.0], [25.0, 55.1]])
    tall = np.array([[24.0, 54.6], [24.1, 55.4]])
    assert fitted(wide, (STANDING, LYING))[1] == 1
    assert fitted(tall, (STANDING, LYING))[1] == 0


def test_true_north_lies_left_of_up_east_of_the_zones_meridian() -> None:
    # Convergence is about (lon - meridian) sin(lat): (29 - 27) sin 55 = 1.64 degrees (Snyder, eq. 8-8, first term).
    assert frame(lon=29.0).true_north_deg() == pytest.approx(-1.64, abs=0.05)
    assert frame(lon=27.0).true_north_deg() == pytest.approx(0.0, abs=0.01)


def at_edges(found: Frame, grid: Grid) -> list[tuple[str, int, int]]:
    """Return each label's side, its number [m], and the number that the mgrs package gives for its place."""
    reference = mgrs.MGRS()
    rows = []
    for label in grid.labels:
        lon, lat = found.lonlat(np.array([[label.x_mm, label.y_mm]]))[0].tolist()
        text = reference.toMGRS(lat, lon)
        east, north = int(text[5:10]), int(text[10:])
        rows.append((label.side, int(label.large) * 1_000, east if label.side in {"top", "bottom"} else north))
    return rows


@pytest.mark.parametrize("place", [(24.4, 55.0), (21.05, 52.4), (26.1, 44.4), (24.03, 54.9), (23.98, 59.0)])
@pytest.mark.parametrize("km", [1.2, 6.0, 20.0])
def test_the_numbers_at_the_edge_are_those_of_the_military_grid(place: tuple[float, float], km: float) -> None:
    """Two of these maps lie across the boundary of zones 34 and 35 at 24 degrees."""
    found = frame(*place, km)
    grid = grid_of(found)
    rows = at_edges(found, grid)
    assert len(rows) >= 6
    for _, number, true in rows:
        off = (true - number) % 100_000
        assert min(off, 100_000 - off) <= 2


def test_a_map_across_zones_has_both_grids_and_the_boundary() -> None:
    found = frame(24.0, 55.0, 15.0)
    grid = grid_of(found)
    assert len(grid.boundaries) == 1
    assert {square.name.split()[0] for square in grid.squares} == {"34U", "35U"}
    ((x, _), *_) = found.mm(np.array([[24.0, 55.0]])).tolist()
    assert grid.boundaries[0].distance(shapely.Point(x, found.height_mm / 2.0)) < 3.0


def test_a_map_within_a_zone_has_straight_lines_and_no_boundary() -> None:
    grid = grid_of(frame(27.0, 55.0))
    assert grid.boundaries == ()
    for line in grid.lines:
        corners = shapely.get_coordinates(line)
        spread = np.ptp(corners, axis=0)
        assert min(spread) < 1e-3


@given(PLACES, st.floats(0.5, 100.0))
def test_lines_of_the_grid_are_neither_dense_nor_scarce(place: tuple[float, float], km: float) -> None:
    found = frame(*place, km)
    grid = grid_of(found)
    apart_mm = grid.step_m / found.m_per_mm
    assert apart_mm >= 14.0
    # 10 mm of 1 : 5 000 are 50 m: there the kilometre is the least.
    assert apart_mm <= 60.0 or grid.step_m == 1_000


def test_labels_on_one_side_do_not_touch() -> None:
    for km in (3.0, 9.0, 30.0):
        labels = grid_of(frame(24.0, 55.0, km)).labels
        for k, one in enumerate(labels):
            for other in labels[k + 1 :]:
                if one.side == other.side:
                    assert math.hypot(one.x_mm - other.x_mm, one.y_mm - other.y_mm) >= 7.0


def test_a_frame_of_the_realistic_plan_is_in_zone_35() -> None:
    corners = np.array([corner for sector in kit.plan().sectors for corner in sector.ring])
    assert fitted(corners, (STANDING,))[0].zone == Zone(35, is_north=True)
