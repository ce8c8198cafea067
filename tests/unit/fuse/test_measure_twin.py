"""Radar plots in the plane: positions against pyproj's geodesics, covariances against Monte Carlo."""

import math

import numpy as np
import pyproj
import pytest
from numpy.typing import NDArray

from measure_twin import BY_ELEVATION, BY_HEIGHT, BY_SPAN, plot_in_plane
from sargas.kernels.stereographic import from_plane, make_plane, to_plane

F64 = NDArray[np.float64]
GEOD = pyproj.Geod(ellps="WGS84")


def make_site(plane: F64, lat: float = 55.2, lon: float = 27.0, alt: float = 180.0) -> F64:
    x, y, _, _ = to_plane(plane, lat, lon)
    return np.array([lat, lon, alt, x, y])


@pytest.mark.parametrize("azimuth", [0.0, 61.0, 190.0])
@pytest.mark.parametrize("ground_m", [8_000.0, 120_000.0])
def test_a_plot_with_a_height_stands_where_the_target_is(azimuth: float, ground_m: float) -> None:
    plane = make_plane(54.7, 25.3)
    site, height = make_site(plane), 900.0
    lon, lat, _ = GEOD.fwd(site[1], site[0], azimuth, ground_m)
    ecef = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
    slant = math.dist(ecef.transform(site[1], site[0], site[2]), ecef.transform(lon, lat, height))
    x, y, *_ = plot_in_plane(plane, site, slant, azimuth, BY_HEIGHT, np.array([height, 50.0]), 50.0, 1e-3)
    assert GEOD.inv(lon, lat, *from_plane(plane, x, y)[::-1])[2] < 2.0


def test_the_covariance_is_that_of_many_noisy_plots() -> None:
    plane, rng = make_plane(54.7, 25.3), np.random.default_rng(3)
    site = make_site(plane)
    range_m, azimuth, elevation = 40_000.0, 70.0, 3.0
    sd_r, sd_az, sd_el = 60.0, math.radians(0.3), math.radians(0.5)
    x, y, xx, xy, yy, _ = plot_in_plane(
        plane, site, range_m, azimuth, BY_ELEVATION, np.array([elevation, sd_el]), sd_r, sd_az
    )
    points = []
    for dr, da, de in rng.normal(size=(2_000, 3)) * [sd_r, math.degrees(sd_az), math.degrees(sd_el)]:
        v = np.array([elevation + de, sd_el])
        points.append(plot_in_plane(plane, site, range_m + dr, azimuth + da, BY_ELEVATION, v, sd_r, sd_az)[:2])
    sample = np.cov(np.array(points).T)
    assert np.mean(points, axis=0) == pytest.approx((x, y), abs=25.0)
    assert (xx, yy) == pytest.approx((sample[0, 0], sample[1, 1]), rel=0.12)
    assert xy == pytest.approx(sample[0, 1], rel=0.15)


def test_without_a_height_the_range_error_holds_all_assumed_heights() -> None:
    plane = make_plane(54.7, 25.3)
    site = make_site(plane)
    for range_m in (1_000.0, 5_000.0, 60_000.0):
        span = np.array([0.0, 3_000.0])
        x, y, xx, xy, yy, _ = plot_in_plane(plane, site, range_m, 90.0, BY_SPAN, span, 10.0, 1e-3)
        cov = np.array([[xx, xy], [xy, yy]])
        assert np.linalg.eigvalsh(cov)[0] > 0.0
        for height in (180.0, min(2_900.0, site[2] + 0.9 * range_m)):
            v = np.array([height, 1.0])
            tx, ty, *_ = plot_in_plane(plane, site, range_m, 90.0, BY_HEIGHT, v, 10.0, 1e-3)
            d = np.array([tx - x, ty - y])
            assert d @ np.linalg.solve(cov, d) < 9.0


def test_straight_overhead_the_error_is_finite_and_round() -> None:
    plane = make_plane(54.7, 25.3)
    v = np.array([3_180.0, 100.0])
    x, y, xx, _, yy, _ = plot_in_plane(plane, make_site(plane), 3_000.0, 10.0, BY_HEIGHT, v, 50.0, 1e-2)
    assert all(math.isfinite(number) for number in (x, y, xx, yy))
    assert 300.0 < math.sqrt(max(xx, yy)) < 2_000.0
