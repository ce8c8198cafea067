"""The plane of `stereographic` without trigonometry: for thousands of points whose sines and cosines are at hand.

Same equations, same plane. With q the isometric latitude, tanh q_conformal = tanh(q - E artanh(E sin lat)), and the
subtrahend is so small that its series and that of its tanh end at the precision of a double after a few terms; the
geocentric point gives the sines that it needs by square roots.

Compiled with numpy's rule for division: by zero it gives no exception and a sixth of the time is saved.

Source: Snyder, Map Projections: A Working Manual (USGS 1395, 1987), eqs 3-1, 21-2 to 21-4, 21-27; Bowring,
Transformation from spatial to geographical coordinates, Survey Review 23 (1976).
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sargas.kernels.geodesy import WGS84_A_M, WGS84_E2, WGS84_F
from sargas.kernels.stereographic import OPPOSITE

F64 = NDArray[np.float64]

B_M = WGS84_A_M * (1.0 - WGS84_F)
EP2_B_M = WGS84_E2 / (1.0 - WGS84_E2) * B_M
E2_A_M = WGS84_E2 * WGS84_A_M
RATIO = 1.0 - WGS84_F


@njit(cache=True, error_model="numpy")
def sines_in_plane(plane: F64, s: float, c: float, sl: float, cl: float) -> tuple[float, float, float, float, float]:
    """Return x, y [m], the scale factor, and cosine and sine of the convergence; x is infinite opposite the centre.

    s, c are sine and cosine of the geodetic latitude, sl, cl those of the longitude from the plane's centre.
    """
    w = WGS84_E2 * s * s
    u = WGS84_E2 * s * (1.0 + w * (1 / 3 + w * (1 / 5 + w * (1 / 7 + w * (1 / 9 + w / 11)))))
    uu = u * u
    t = u * (1.0 - uu * (1 / 3 - uu * (2 / 15 - uu * 17 / 315)))
    g = math.sqrt(1.0 - t * t) / (1.0 - s * t)
    sx, cx = (s - t) / (1.0 - s * t), c * g
    s1, c1 = plane[1], plane[2]
    d = 1.0 + s1 * sx + c1 * cx * cl
    if not d >= OPPOSITE:
        return math.inf, math.inf, math.inf, 1.0, 0.0
    a = plane[3] / d
    gc, gs = c1 * cx + (1.0 + s1 * sx) * cl, sl * (sx + s1)
    n = math.sqrt(gc * gc + gs * gs)
    if n > 0.0:
        gc, gs = gc / n, gs / n
    else:
        gc, gs = 1.0, 0.0
    return a * cx * sl, a * (c1 * sx - s1 * cx * cl), a / WGS84_A_M * g * math.sqrt(1.0 - w), gc, gs


@njit(cache=True, error_model="numpy")
def point_in_plane(plane: F64, lat_deg: float, lon_deg: float) -> tuple[float, float, float, float, float]:
    """Return what `sines_in_plane` does, of a latitude and longitude [deg]; infinite x if one is not finite."""
    if not (abs(lat_deg) < math.inf and abs(lon_deg) < math.inf):
        return math.inf, math.inf, math.inf, 1.0, 0.0
    lat = math.radians(min(90.0, max(-90.0, lat_deg)))
    dlon = math.radians(lon_deg) - plane[0]
    return sines_in_plane(plane, math.sin(lat), math.cos(lat), math.sin(dlon), math.cos(dlon))


@njit(cache=True, error_model="numpy")
def latitude_of(p: float, z: float) -> tuple[float, float, float]:
    """Return sine and cosine of the geodetic latitude and the height [m] of a geocentric point.

    `p` is the distance from the axis, `z` the height above the equator [m]. One round of Bowring's formula: a
    micrometre along the ground at a height of 12 km, a tenth of a millimetre at 100 km.
    """
    sb, cb = z, p * RATIO
    n = math.sqrt(sb * sb + cb * cb)
    if not 0.0 < n < math.inf:
        return 0.0, 1.0, math.inf
    sb, cb = sb / n, cb / n
    s, c = z + EP2_B_M * sb * sb * sb, p - E2_A_M * cb * cb * cb
    n = math.sqrt(s * s + c * c)
    if not n > 0.0:
        return 0.0, 1.0, math.inf
    s, c = s / n, c / n
    return s, c, p * c + z * s - WGS84_A_M * math.sqrt(1.0 - WGS84_E2 * s * s)
