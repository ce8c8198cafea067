"""Geodesy against PROJ (pyproj), the reference implementation."""

import math

import pyproj
import pytest

from sargas.kernels import geodesy

TO_ECEF = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
GEOD = pyproj.Geod(ellps="WGS84")
POINTS = [(54.7, 25.3, 120.0), (-33.9, 151.2, 10_000.0), (0.0, 0.0, 0.0), (89.9, -120.0, 500.0), (70.0, 179.9, -50.0)]


@pytest.mark.parametrize(("lat", "lon", "height"), POINTS)
def test_geodetic_positions_become_earth_centred_ones_as_in_proj(lat: float, lon: float, height: float) -> None:
    expected = TO_ECEF.transform(lon, lat, height)
    assert geodesy.geodetic_to_ecef(lat, lon, height) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("lat", "lon", "height"), POINTS)
def test_earth_centred_positions_return_to_where_proj_took_them_from(lat: float, lon: float, height: float) -> None:
    got = geodesy.ecef_to_geodetic(*TO_ECEF.transform(lon, lat, height))
    assert got[0] == pytest.approx(lat, abs=1e-10)
    assert got[1] == pytest.approx(lon, abs=1e-10)
    assert got[2] == pytest.approx(height, abs=1e-5)


def test_a_ray_ends_where_projs_topocentric_frame_says() -> None:
    lat, lon, alt = 54.7, 25.3, 150.0
    topo = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=topocentric +ellps=WGS84 "
        f"+lat_0={lat} +lon_0={lon} +h_0={alt} +step +inv +proj=cart +ellps=WGS84"
    )
    for range_m, azimuth, elevation in [(1e4, 33.0, 2.0), (2e5, 200.0, -0.4), (5e4, 359.9, 60.0), (3e3, 90.0, 0.0)]:
        az, el = math.radians(azimuth), math.radians(elevation)
        east, north = range_m * math.cos(el) * math.sin(az), range_m * math.cos(el) * math.cos(az)
        lon2, lat2, h = topo.transform(east, north, range_m * math.sin(el), radians=False)
        got = geodesy.polar_to_geodetic(lat, lon, alt, range_m, azimuth, elevation)
        assert got[:2] == pytest.approx((lat2, lon2), abs=1e-9)
        assert got[2] == pytest.approx(h, abs=1e-4)


@pytest.mark.parametrize("range_m", [2_000.0, 50_000.0, 400_000.0])
@pytest.mark.parametrize("height_m", [0.0, 150.0, 1_500.0])
def test_a_slant_range_ends_at_the_wanted_height(range_m: float, height_m: float) -> None:
    elevation = geodesy.elevation_at_height(54.7, 25.3, 150.0, range_m, 77.0, height_m)
    lat, lon, height = geodesy.polar_to_geodetic(54.7, 25.3, 150.0, range_m, 77.0, elevation)
    assert height == pytest.approx(height_m, abs=1e-3)
    slant = math.dist(TO_ECEF.transform(25.3, 54.7, 150.0), TO_ECEF.transform(lon, lat, height_m))
    assert slant == pytest.approx(range_m, abs=1e-3)
    azimuth, _, _ = GEOD.inv(25.3, 54.7, lon, lat)
    assert azimuth % 360 == pytest.approx(77.0, abs=0.01)  # the geodesic and the normal section part by less


def test_a_height_out_of_reach_is_straight_up_or_down() -> None:
    assert geodesy.elevation_at_height(54.7, 25.3, 0.0, 1_000.0, 0.0, 5_000.0) == 90.0
    assert geodesy.elevation_at_height(54.7, 25.3, 5_000.0, 1_000.0, 0.0, 0.0) == -90.0
    assert geodesy.elevation_at_height(54.7, 25.3, 0.0, 0.0, 0.0, 0.0) == 0.0


def test_refraction_lowers_a_far_target_by_a_quarter_of_the_earths_curvature() -> None:
    drop = 1_000.0 - geodesy.refracted_height(100_000.0, 0.0, 1_000.0)
    curvature = 100_000.0**2 / (2 * 6_371_008.8)  # 785 m at 100 km
    assert drop == pytest.approx(curvature / 4)
