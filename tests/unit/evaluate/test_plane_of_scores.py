"""The plane in which runs are scored, against pyproj and against short ways on the ellipsoid."""

import numpy as np
import pytest
from pyproj import Geod, Proj

from sargas.evaluate.plane import FARTHEST_M, Plane, plane_about

LAT = np.array([54.6, 55.6, 53.0, 54.7, -20.0, 89.0])
LON = np.array([25.3, 27.0, 22.0, 25.9, 100.0, 0.0])


def test_places_are_where_pyproj_puts_them() -> None:
    x, y = Proj(proj="stere", lat_0=54.6, lon_0=25.3, ellps="WGS84")(LON, LAT)
    assert Plane(54.6, 25.3).xy_m(LAT, LON) == pytest.approx(np.stack([x, y], axis=1), rel=1e-9, abs=1e-6)


def test_local_east_and_north_are_turned_as_short_ways_are() -> None:
    plane, geod = Plane(54.6, 25.3), Geod(ellps="WGS84")
    lat, lon = LAT[:4], LON[:4]
    turns = plane.turns(lat, lon)
    for azimuth_deg in (0.0, 37.0, 90.0):
        there_lon, there_lat, _ = geod.fwd(lon, lat, np.full(4, azimuth_deg), np.full(4, 10.0))
        expected = plane.xy_m(there_lat, there_lon) - plane.xy_m(lat, lon)
        step = 10.0 * np.array([np.sin(np.radians(azimuth_deg)), np.cos(np.radians(azimuth_deg))])
        assert turns @ step == pytest.approx(expected, abs=1e-4)


def test_what_lies_opposite_is_far_from_everything_but_finite() -> None:
    far = Plane(54.6, 25.3).xy_m(np.array([-54.6]), np.array([-154.7]))
    assert np.abs(far).max() == FARTHEST_M
    assert np.isfinite(Plane(54.6, 25.3).turns(np.array([-54.6]), np.array([-154.7]))).all()


@pytest.mark.parametrize(
    ("lat", "lon", "expected"),
    [
        ([54.0, 55.0], [25.0, 26.0], (54.5, 25.49)),
        ([0.0, 0.0], [179.0, -179.0], (0.0, 180.0)),
        ([90.0], [7.0], (89.0, 7.0)),
    ],
)  # fmt: skip
def test_the_plane_lies_about_the_middle(lat: list[float], lon: list[float], expected: tuple[float, float]) -> None:
    found = plane_about(np.array(lat), np.array(lon))
    assert (found.lat_deg, found.lon_deg) == pytest.approx(expected, abs=0.02)


def test_of_no_places_there_are_no_points() -> None:
    none = np.empty(0)
    assert Plane(54.6, 25.3).xy_m(none, none).shape == (0, 2)
    assert Plane(54.6, 25.3).turns(none, none).shape == (0, 2, 2)
