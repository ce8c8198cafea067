"""The conformal plane against PROJ's ellipsoidal stereographic projection."""

import math

import pyproj
import pytest

from sargas.kernels.stereographic import from_plane, make_plane, to_plane

CENTRES = [(54.7, 25.3), (0.0, 0.0), (-45.0, 179.5), (69.0, 30.0)]
OFFSETS = [(0.0, 0.0), (0.3, 0.7), (5.0, -15.0), (-9.0, 3.0), (0.0, 10.0)]


@pytest.mark.parametrize("centre", CENTRES)
@pytest.mark.parametrize("offset", OFFSETS)
def test_the_plane_is_projs(centre: tuple[float, float], offset: tuple[float, float]) -> None:
    proj = pyproj.Proj(proj="stere", lat_0=centre[0], lon_0=centre[1], k=1.0, ellps="WGS84")
    lat, lon = centre[0] + offset[0], (centre[1] + offset[1] + 180.0) % 360.0 - 180.0
    x, y, scale, convergence = to_plane(make_plane(*centre), lat, lon)
    assert (x, y) == pytest.approx(proj(lon, lat), abs=1e-5)
    factors = proj.get_factors(lon, lat)
    assert scale == pytest.approx(factors.meridional_scale, rel=1e-9)
    assert scale == pytest.approx(factors.parallel_scale, rel=1e-9)
    assert math.degrees(convergence) == pytest.approx(factors.meridian_convergence, abs=1e-7)


@pytest.mark.parametrize("centre", CENTRES)
@pytest.mark.parametrize("offset", OFFSETS)
def test_a_point_of_the_plane_returns_to_the_earth(centre: tuple[float, float], offset: tuple[float, float]) -> None:
    plane = make_plane(*centre)
    lat, lon = centre[0] + offset[0], (centre[1] + offset[1] + 180.0) % 360.0 - 180.0
    x, y, _, _ = to_plane(plane, lat, lon)
    assert from_plane(plane, x, y) == pytest.approx((lat, lon), abs=1e-10)


@pytest.mark.parametrize("azimuth", [0.0, 40.0, 135.0, 270.0])
def test_a_true_azimuth_less_the_convergence_is_the_azimuth_in_the_plane(azimuth: float) -> None:
    plane = make_plane(54.7, 25.3)
    lon2, lat2, _ = pyproj.Geod(ellps="WGS84").fwd(33.0, 58.0, azimuth, 10.0)
    x1, y1, scale, convergence = to_plane(plane, 58.0, 33.0)
    x2, y2, _, _ = to_plane(plane, lat2, lon2)
    seen = math.degrees(math.atan2(x2 - x1, y2 - y1))
    assert math.cos(math.radians(seen - (azimuth - math.degrees(convergence)))) == pytest.approx(1.0, abs=1e-9)
    assert math.hypot(x2 - x1, y2 - y1) == pytest.approx(10.0 * scale, rel=1e-5)


def test_the_antipode_has_no_place_and_the_pole_has_one() -> None:
    plane = make_plane(54.7, 25.3)
    assert to_plane(plane, -54.7, -154.7)[0] == math.inf
    x, y, scale, _ = to_plane(plane, 90.0, 0.0)
    assert math.isfinite(x)
    assert math.isfinite(y)
    assert 1.0 < scale < 1.2
