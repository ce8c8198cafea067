"""Positions about a site, in arrays: WGS-84 to east, north, up, and back along short ways."""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

WGS84_A_M = 6_378_137.0
WGS84_F = 1.0 / 298.257_223_563
WGS84_E2 = WGS84_F * (2.0 - WGS84_F)
EFFECTIVE_EARTH_M = 4.0 / 3.0 * 6_371_008.8
"""The radius on which a radar's ray in standard air is straight (ITU-R P.834: k = 4/3)."""


def radii_m(lat_deg: float) -> tuple[float, float]:
    """Return the meridian and the transverse radius of curvature [m] of the ellipsoid."""
    w2 = 1.0 - WGS84_E2 * np.sin(np.radians(lat_deg)) ** 2
    return float(WGS84_A_M * (1.0 - WGS84_E2) / w2**1.5), float(WGS84_A_M / np.sqrt(w2))


def offset_m(lat0_deg: float, lon0_deg: float, lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """Return how far east and north [m] a near position lies, to about 1 part in 1,000 within 100 km."""
    meridian, transverse = radii_m(lat0_deg)
    east = np.radians(lon_deg - lon0_deg) * transverse * np.cos(np.radians((lat0_deg + lat_deg) / 2.0))
    return float(east), float(np.radians(lat_deg - lat0_deg) * meridian)


def shifted(lat_deg: F64, lon_deg: F64, east_m: F64, north_m: F64) -> tuple[F64, F64]:
    """Return positions [deg] shifted by short ways [m]; arrays of one shape."""
    w2 = 1.0 - WGS84_E2 * np.sin(np.radians(lat_deg)) ** 2
    meridian, transverse = WGS84_A_M * (1.0 - WGS84_E2) / w2**1.5, WGS84_A_M / np.sqrt(w2)
    lat = lat_deg + np.degrees(north_m / meridian)
    return lat, lon_deg + np.degrees(east_m / (transverse * np.cos(np.radians(lat))))


def ecef_m(lat_deg: F64, lon_deg: F64, alt_m: F64) -> F64:
    """Return earth-centred coordinates [m], shape (..., 3)."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    n = WGS84_A_M / np.sqrt(1.0 - WGS84_E2 * np.sin(lat) ** 2)
    x = (n + alt_m) * np.cos(lat) * np.cos(lon)
    y = (n + alt_m) * np.cos(lat) * np.sin(lon)
    return np.stack([x, y, (n * (1.0 - WGS84_E2) + alt_m) * np.sin(lat)], axis=-1)


def enu_m(site: tuple[float, float, float], lat_deg: F64, lon_deg: F64, alt_m: F64) -> F64:
    """Return east, north, up [m] of positions from a site (lat, lon, alt), shape (..., 3)."""
    lat, lon = np.radians(site[0]), np.radians(site[1])
    origin = ecef_m(np.asarray(site[0]), np.asarray(site[1]), np.asarray(site[2]))
    slat, clat, slon, clon = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    turn = np.array([[-slon, clon, 0.0], [-slat * clon, -slat * slon, clat], [clat * clon, clat * slon, slat]])
    relative: F64 = (ecef_m(lat_deg, lon_deg, alt_m) - origin) @ turn.T
    return relative


def above_horizon_deg(enu: F64, antenna_m: float, screen_deg: float | None) -> F64:
    """Return how far above what screens it a target appears [deg]; negative is hidden.

    The ray bends with the effective earth; the screen is the horizon of a smooth earth as seen from `antenna_m` above
    the ground, or a given elevation of trees and hills.
    """
    ground_m = np.hypot(enu[..., 0], enu[..., 1])
    bent = np.arctan2(enu[..., 2], ground_m) + ground_m / 2.0 * (1.0 / 6_371_008.8 - 1.0 / EFFECTIVE_EARTH_M)
    dip_deg = -np.degrees(np.sqrt(2.0 * max(antenna_m, 0.0) / EFFECTIVE_EARTH_M))
    screen = dip_deg if screen_deg is None else max(dip_deg, screen_deg)
    result: F64 = np.degrees(bent) - screen
    return result
