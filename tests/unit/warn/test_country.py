"""The country as warnings see it: a plane, and an outline that never leaves the country."""

import math
import pickle

import numpy as np
import pytest
import shapely
from pyproj import Geod

from airspace_kit import box, country
from sargas.model.zone import Zone
from sargas.warn.country import Country
from warn_kit import westland

WGS84 = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def lithuania() -> Country:
    return Country([country("LT")])


def test_the_outline_lies_inside_the_border_however_coarse_it_is(lithuania: Country) -> None:
    rings = [lithuania.xy(ring) for polygon in country("LT").polygons for ring in polygon]
    whole = shapely.union_all([shapely.Polygon(ring) for ring in rings])
    for tolerance_m in (50.0, 400.0, 2_500.0):
        inset = lithuania.inset(tolerance_m)
        assert whole.contains(inset)
        # What is lost along some 1,700 km of border is no wider than three tolerances and what was lost before.
        assert (whole.area - inset.area) / whole.length < 3.0 * tolerance_m + 200.0


def test_it_comes_back_from_a_snapshot_as_it_was(lithuania: Country) -> None:
    again = pickle.loads(pickle.dumps(lithuania))
    assert again.bounds_m == lithuania.bounds_m
    assert shapely.equals_exact(again.inset(400.0), lithuania.inset(400.0))
    assert len(pickle.dumps(lithuania)) < 100_000


def test_lengths_and_directions_are_true(lithuania: Country) -> None:
    lon, lat = 26.3, 54.2
    x, y, scale, turned_rad = lithuania.frame_at(lon, lat)
    for azimuth in (0.0, 77.0, 200.0):
        far_lon, far_lat, _ = WGS84.fwd(lon, lat, azimuth, 5_000.0)
        dx, dy = lithuania.xy([(far_lon, far_lat)])[0] - np.array([x, y])
        assert math.hypot(dx, dy) == pytest.approx(5_000.0 * scale, rel=1e-4)
        off = math.degrees(math.atan2(dx, dy) + turned_rad) - azimuth
        assert (off + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.02)
    assert scale == pytest.approx(1.0, abs=1e-3)


def test_places_go_there_and_back() -> None:
    places = np.array([(23.1, 54.1), (24.9, 55.9)])
    assert westland().lonlat(westland().xy(places)) == pytest.approx(places, abs=1e-9)


def test_the_other_side_of_the_earth_is_just_far() -> None:
    assert np.all(np.isfinite(westland().xy([(-156.0, -55.0)])))


def test_a_country_with_a_hole_keeps_it() -> None:
    outer, hole = box(23.0, 54.0, 25.0, 56.0)[0], box(23.8, 54.8, 24.2, 55.2)[0]
    zone = Zone(id="HH", name="Holeland", kind="sovereign", polygons=((outer, hole),), country="HH")
    made = Country([zone])
    (x, y) = made.xy([(24.0, 55.0)])[0]
    assert not shapely.contains_xy(made.inset(100.0), x, y)


def test_two_parts_of_a_country_that_touch_are_one() -> None:
    halves = (box(23.0, 54.0, 24.0, 56.0), box(24.0, 54.0, 25.0, 56.0))
    made = Country([Zone(id="W", name="W", kind="sovereign", polygons=halves, country="W")])
    assert len(shapely.get_parts(made.inset(50.0))) == 1
