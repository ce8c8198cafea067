"""Radar plots to positions with covariances in a plane, and states of the plane back to the ellipsoid.

A site, shape (5,), is latitude, longitude [deg], height [m], and its x, y in the plane [m].
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sargas.kernels.geodesy import elevation_at_height, polar_to_geodetic, refracted_height
from sargas.kernels.history import History, state_at
from sargas.kernels.imm import N_STATE, combine
from sargas.kernels.stereographic import from_plane, to_plane

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

BY_HEIGHT, BY_ELEVATION, BY_SPAN = 0, 1, 2
STEEPEST = 0.95
N_OUT = 12


@njit(cache=True)
def plot_in_plane(
    plane: F64,
    site: F64,
    range_m: float,
    azimuth_deg: float,
    how: int,
    v: F64,
    range_sd: float,
    azimuth_sd_rad: float,
) -> tuple[float, float, float, float, float, float]:
    """Return x, y [m], var xx, cov xy, var yy [m^2] in the plane and the height [m] of a slant polar plot.

    `v` is, BY_HEIGHT, the height and its sd [m]; BY_ELEVATION, the elevation [deg] and its sd [rad]; BY_SPAN, the
    lowest and the highest height [m] between which the target is believed to be, all alike likely. The last is
    integrated by Gauss-Legendre with three nodes; its height is the mean and only for the caller's curiosity.
    """
    x, y, height, ground, var_along = 0.0, 0.0, 0.0, 0.0, 0.0
    sxx, sxy, syy = 0.0, 0.0, 0.0
    if how == BY_SPAN:
        xs, ys, ws = np.empty(3), np.empty(3), np.empty(3)
        mid, half = 0.5 * (v[0] + v[1]), 0.5 * (v[1] - v[0])
        for i in range(3):
            ws[i] = 8.0 / 18.0 if i == 1 else 5.0 / 18.0
            h = mid + (i - 1) * math.sqrt(0.6) * half
            h = min(max(h, site[2] - STEEPEST * range_m), site[2] + STEEPEST * range_m)
            el = elevation_at_height(site[0], site[1], site[2], range_m, azimuth_deg, h)
            lat, lon, _ = polar_to_geodetic(site[0], site[1], site[2], range_m, azimuth_deg, el)
            xs[i], ys[i], _, _ = to_plane(plane, lat, lon)
            x += ws[i] * xs[i]
            y += ws[i] * ys[i]
            height += ws[i] * h
            ground += ws[i] * range_m * math.cos(math.radians(el))
        for i in range(3):
            sxx += ws[i] * (xs[i] - x) ** 2
            sxy += ws[i] * (xs[i] - x) * (ys[i] - y)
            syy += ws[i] * (ys[i] - y) ** 2
        var_along = (range_sd * range_m / max(ground, 0.3 * range_m, 1.0)) ** 2
        k = to_plane(plane, site[0], site[1])[2]
    else:
        el = v[0]
        if how == BY_HEIGHT:
            el = elevation_at_height(site[0], site[1], site[2], range_m, azimuth_deg, v[0])
        lat, lon, height = polar_to_geodetic(site[0], site[1], site[2], range_m, azimuth_deg, el)
        x, y, k, _ = to_plane(plane, lat, lon)
        c, s = math.cos(math.radians(el)), math.sin(math.radians(el))
        ground = range_m * c
        if how == BY_HEIGHT:
            # Half the error of the square of the ground range; overhead the ground range itself has no derivative.
            half2 = math.hypot(range_m * range_sd, range_m * s * v[1])
            var_along = min((half2 / max(ground, 1e-3)) ** 2, 2.0 * half2)
        else:
            height = refracted_height(range_m, el, height)
            var_along = (c * range_sd) ** 2 + (range_m * s * v[1]) ** 2
    var_across = (ground * math.sin(min(azimuth_sd_rad, 0.5 * math.pi))) ** 2
    var_along, var_across = k * k * (var_along + 1.0), k * k * (var_across + 1.0)
    dx, dy = x - site[3], y - site[4]
    d = math.hypot(dx, dy)
    ux, uy = (dx / d, dy / d) if d > 0.0 else (0.0, 1.0)
    sxx += var_along * ux * ux + var_across * uy * uy
    sxy += (var_along - var_across) * ux * uy
    syy += var_along * uy * uy + var_across * ux * ux
    return x, y, sxx, sxy, syy, height


@njit(cache=True)
def describe(plane: F64, h: History, slots: I64, t: F64, par: F64, out: F64) -> None:
    """Write the state of each target at its time, on the ellipsoid and in its local east-north frame.

    Each row of `out`, shape (n, N_OUT): lat, lon [deg], ve, vn [m/s], position cov ee, en, nn [m^2], velocity cov
    ee, en, nn [m^2/s^2], turn rate [rad/s, counter-clockwise], time [s]. A time before a target's history gives its
    oldest moment, NaN its newest, and the last column says so.
    """
    x, C = np.empty(N_STATE), np.empty((N_STATE, N_STATE))
    for i in range(slots.shape[0]):
        s = slots[i]
        at = h.t[s, h.n[s] - 1] if math.isnan(t[i]) else t[i]
        if not state_at(h, s, at, par, x, C):
            at = h.t[s, 0]
            combine(h.X[s, 0], h.P[s, 0], h.mu[s, 0], x, C)
        lat, lon = from_plane(plane, x[0], x[2])
        _, _, k, gamma = to_plane(plane, lat, lon)
        c, sn = math.cos(gamma) / k, math.sin(gamma) / k
        out[i, 0], out[i, 1] = lat, lon
        # A true azimuth is the plane azimuth plus gamma.
        out[i, 2] = c * x[1] + sn * x[3]
        out[i, 3] = -sn * x[1] + c * x[3]
        for j in range(2):
            a, b, d = C[j, j], C[j, j + 2], C[j + 2, j + 2]
            out[i, 4 + 3 * j] = c * c * a + 2.0 * c * sn * b + sn * sn * d
            out[i, 5 + 3 * j] = (d - a) * c * sn + (c * c - sn * sn) * b
            out[i, 6 + 3 * j] = sn * sn * a - 2.0 * c * sn * b + c * c * d
        out[i, 10] = x[4]
        out[i, 11] = at
