"""A conformal plane about a point of the WGS-84 ellipsoid: angles stay true, one scale factor in all directions.

Source: Snyder, Map Projections: A Working Manual (USGS 1395, 1987), eqs 3-1, 3-4, 21-2 to 21-4, 21-27, 20-14 to
20-18 (oblique ellipsoidal stereographic, k0 = 1). A plane is an array of shape (4,): longitude of the centre [rad],
sine and cosine of its conformal latitude, and 2 a m1 / cos(chi1) [m].
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sargas.kernels.geodesy import WGS84_A_M, WGS84_E2

E = math.sqrt(WGS84_E2)
OPPOSITE = 1e-6
INVERSE_ITERATIONS = 7


@njit(cache=True)
def conformal_latitude(lat_rad: float) -> float:
    """Return the conformal latitude [rad]; eq. 3-1."""
    s = math.sin(lat_rad)
    return 2.0 * math.atan(math.tan(math.pi / 4 + lat_rad / 2) * ((1 - E * s) / (1 + E * s)) ** (E / 2)) - math.pi / 2


@njit(cache=True)
def make_plane(lat_deg: float, lon_deg: float) -> NDArray[np.float64]:
    """Return the plane about a centre, shape (4,). The centre may not be a pole."""
    lat = math.radians(min(89.0, max(-89.0, lat_deg)))
    chi = conformal_latitude(lat)
    s = math.sin(lat)
    m1 = math.cos(lat) / math.sqrt(1.0 - WGS84_E2 * s * s)
    plane = np.empty(4)
    plane[0] = math.radians(lon_deg)
    plane[1] = math.sin(chi)
    plane[2] = math.cos(chi)
    plane[3] = 2.0 * WGS84_A_M * m1 / plane[2]
    return plane


@njit(cache=True)
def to_plane(plane: NDArray[np.float64], lat_deg: float, lon_deg: float) -> tuple[float, float, float, float]:
    """Return x east, y north [m], the scale factor (plane metre per ground metre) and the convergence [rad].

    The convergence is what is taken from a true azimuth to have the azimuth in the plane. The point opposite the
    centre has no place: x and y are then infinite.
    """
    lat = math.radians(min(90.0, max(-90.0, lat_deg)))
    dlon = math.radians(lon_deg) - plane[0]
    chi = conformal_latitude(lat)
    s, c, s1, c1 = math.sin(chi), math.cos(chi), plane[1], plane[2]
    sl, cl = math.sin(dlon), math.cos(dlon)
    d = 1.0 + s1 * s + c1 * c * cl
    if d < OPPOSITE:
        return math.inf, math.inf, math.inf, 0.0
    a = plane[3] / d
    slat = math.sin(lat)
    m = math.cos(lat) / math.sqrt(1.0 - WGS84_E2 * slat * slat)
    # At a pole c/m tends to a finite limit that the quotient of rounding errors does not find.
    k = a * c / (WGS84_A_M * m) if m > 1e-9 else a / WGS84_A_M
    gamma = math.atan2(sl * (s + s1), c1 * c + (1.0 + s1 * s) * cl)
    return a * c * sl, a * (c1 * s - s1 * c * cl), k, gamma


@njit(cache=True)
def from_plane(plane: NDArray[np.float64], x_m: float, y_m: float) -> tuple[float, float]:
    """Return latitude and longitude [deg] of a point of the plane; the longitude within +-180."""
    rho = math.hypot(x_m, y_m)
    s1, c1 = plane[1], plane[2]
    ce = 2.0 * math.atan2(rho, plane[3])
    sc, cc = math.sin(ce), math.cos(ce)
    if rho == 0.0:
        chi = math.asin(s1)
        lon = plane[0]
    else:
        chi = math.asin(min(1.0, max(-1.0, cc * s1 + y_m * sc * c1 / rho)))
        lon = plane[0] + math.atan2(x_m * sc, rho * c1 * cc - y_m * s1 * sc)
    t = math.tan(math.pi / 4 + chi / 2)
    lat = chi
    for _ in range(INVERSE_ITERATIONS):
        s = math.sin(lat)
        lat = 2.0 * math.atan(t * ((1 + E * s) / (1 - E * s)) ** (E / 2)) - math.pi / 2
    return math.degrees(lat), (math.degrees(lon) + 180.0) % 360.0 - 180.0
