"""Positions on the WGS-84 ellipsoid and slant polar measurements from a site, one point at a time.

Degrees at the surface, metres elsewhere; azimuths clockwise from true north, heights above the ellipsoid.
"""

import math

from numba import njit

WGS84_A_M = 6_378_137.0
WGS84_F = 1.0 / 298.257_223_563
WGS84_E2 = WGS84_F * (2.0 - WGS84_F)
MEAN_RADIUS_M = 6_371_008.8
HEIGHT_ITERATIONS = 6


@njit(cache=True)
def geodetic_to_ecef(lat_deg: float, lon_deg: float, height_m: float) -> tuple[float, float, float]:
    """Return the earth-centred x, y, z [m] of a geodetic position."""
    lat, lon = math.radians(lat_deg), math.radians(lon_deg)
    slat, clat = math.sin(lat), math.cos(lat)
    n = WGS84_A_M / math.sqrt(1.0 - WGS84_E2 * slat * slat)
    return (
        (n + height_m) * clat * math.cos(lon),
        (n + height_m) * clat * math.sin(lon),
        (n * (1.0 - WGS84_E2) + height_m) * slat,
    )


@njit(cache=True)
def ecef_to_geodetic(x_m: float, y_m: float, z_m: float) -> tuple[float, float, float]:
    """Return latitude, longitude [deg] and height [m] of an earth-centred position.

    Source: Bowring, The accuracy of geodetic latitude and height equations, Survey Review 28 (1985), iterated on the
    parametric latitude; below a micrometre for heights of aircraft.
    """
    p = math.hypot(x_m, y_m)
    b = WGS84_A_M * (1.0 - WGS84_F)
    ep2 = WGS84_E2 / (1.0 - WGS84_E2)
    beta = math.atan2(z_m * WGS84_A_M, p * b)
    lat = 0.0
    for _ in range(3):
        s, c = math.sin(beta), math.cos(beta)
        lat = math.atan2(z_m + ep2 * b * s * s * s, p - WGS84_E2 * WGS84_A_M * c * c * c)
        beta = math.atan2((1.0 - WGS84_F) * math.sin(lat), math.cos(lat))
    slat, clat = math.sin(lat), math.cos(lat)
    n = WGS84_A_M / math.sqrt(1.0 - WGS84_E2 * slat * slat)
    height = p * clat + z_m * slat - n * (1.0 - WGS84_E2 * slat * slat)
    return math.degrees(lat), math.degrees(math.atan2(y_m, x_m)), height


@njit(cache=True)
def polar_to_geodetic(
    lat_deg: float, lon_deg: float, alt_m: float, range_m: float, azimuth_deg: float, elevation_deg: float
) -> tuple[float, float, float]:
    """Return latitude, longitude [deg] and height [m] of the end of a straight ray from a site."""
    az, el = math.radians(azimuth_deg), math.radians(elevation_deg)
    lat, lon = math.radians(lat_deg), math.radians(lon_deg)
    east = range_m * math.cos(el) * math.sin(az)
    north = range_m * math.cos(el) * math.cos(az)
    up = range_m * math.sin(el)
    slat, clat, slon, clon = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
    x0, y0, z0 = geodetic_to_ecef(lat_deg, lon_deg, alt_m)
    return ecef_to_geodetic(
        x0 - slon * east - slat * clon * north + clat * clon * up,
        y0 + clon * east - slat * slon * north + clat * slon * up,
        z0 + clat * north + slat * up,
    )


@njit(cache=True)
def elevation_at_height(
    lat_deg: float, lon_deg: float, alt_m: float, range_m: float, azimuth_deg: float, height_m: float
) -> float:
    """Return the elevation [deg] under which a slant range ends at a height; straight up or down if it cannot reach.

    The sphere's closed form starts a secant-free correction on the ellipsoid: near the solution one metre of height
    is 1/range of the sine of the elevation.
    """
    if range_m <= 0.0:
        return 0.0
    a = MEAN_RADIUS_M + alt_m
    b = MEAN_RADIUS_M + height_m
    s = (b * b - a * a - range_m * range_m) / (2.0 * range_m * a)
    for _ in range(HEIGHT_ITERATIONS):
        if s >= 1.0:
            return 90.0
        if s <= -1.0:
            return -90.0
        _, _, height = polar_to_geodetic(lat_deg, lon_deg, alt_m, range_m, azimuth_deg, math.degrees(math.asin(s)))
        s += (height_m - height) / range_m
    return math.degrees(math.asin(min(1.0, max(-1.0, s))))


@njit(cache=True)
def refracted_height(range_m: float, elevation_deg: float, height_m: float) -> float:
    """Return the height [m] of a target whose straight-ray height is `height_m`, in the 4/3-earth atmosphere.

    Source: ITU-R P.834, effective radius factor 4/3: the ray falls by a quarter of the earth's curvature.
    """
    ground = range_m * math.cos(math.radians(elevation_deg))
    return height_m - ground * ground / (8.0 * MEAN_RADIUS_M)
