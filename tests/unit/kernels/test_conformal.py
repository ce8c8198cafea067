"""The plane without trigonometry: the same numbers as PROJ and as the plain twin."""

import math

import numpy as np
import pyproj
import pytest

from sargas.kernels.conformal import latitude_of, point_in_plane
from sargas.kernels.stereographic import make_plane, to_plane

RNG = np.random.default_rng(21)
TO_ECEF = pyproj.Transformer.from_crs(4979, 4978, always_xy=True)


@pytest.mark.parametrize(("lat0", "lon0"), [(54.9, 25.0), (-33.9, 151.2), (0.0, 179.9), (78.2, 15.6)])
def test_points_lie_where_proj_puts_them(lat0: float, lon0: float) -> None:
    proj = pyproj.Proj(proj="stere", lat_0=lat0, lon_0=lon0, k_0=1.0, ellps="WGS84")
    plane = make_plane(lat0, lon0)
    for _ in range(200):
        lat = min(90.0, max(-90.0, lat0 + RNG.uniform(-12.0, 12.0)))
        lon = lon0 + RNG.uniform(-20.0, 20.0)
        x, y, k, gc, gs = point_in_plane(plane, lat, lon)
        factors = proj.get_factors(lon, lat)
        assert (x, y) == pytest.approx(proj(lon, lat), abs=1e-6)
        if lat < 89.999:
            assert k == pytest.approx(factors.meridional_scale, rel=1e-9)
            assert math.degrees(math.atan2(gs, gc)) == pytest.approx(factors.meridian_convergence, abs=1e-6)


def test_points_lie_where_the_trigonometric_twin_puts_them() -> None:
    plane = make_plane(54.9, 25.0)
    for lat, lon in RNG.uniform((-89.0, -180.0), (89.0, 180.0), (2_000, 2)):
        x, y, k, gamma = to_plane(plane, lat, lon)
        ours = point_in_plane(plane, lat, lon)
        assert ours[:3] == pytest.approx((x, y, k), rel=1e-9, abs=1e-6)
        assert ours[3:] == pytest.approx((math.cos(gamma), math.sin(gamma)), abs=1e-11)


def test_the_poles_and_the_far_side_are_no_trap() -> None:
    plane = make_plane(54.9, 25.0)
    assert point_in_plane(plane, 90.0, 0.0)[:2] == pytest.approx(to_plane(plane, 90.0, 25.0)[:2], abs=1e-6)
    assert point_in_plane(plane, -90.0, 7.0)[2] > 1.0
    assert math.isinf(point_in_plane(plane, -54.9, -155.0)[0])
    assert not math.isfinite(point_in_plane(plane, math.nan, 25.0)[0])


def test_a_geocentric_point_has_the_latitude_and_height_it_was_made_of() -> None:
    lat, height = RNG.uniform(-90.0, 90.0, 2_000), RNG.uniform(-1_000.0, 100_000.0, 2_000)
    x, y, z = TO_ECEF.transform(np.zeros(2_000), lat, height)
    for i in range(2_000):
        s, c, h = latitude_of(math.hypot(x[i], y[i]), z[i])
        assert math.atan2(s, c) == pytest.approx(math.radians(lat[i]), abs=2e-11)  # a tenth of a millimetre
        assert h == pytest.approx(height[i], abs=1e-7)
    assert latitude_of(0.0, 6_356_752.314245 + 10.0) == pytest.approx((1.0, 0.0, 10.0), abs=1e-6)
