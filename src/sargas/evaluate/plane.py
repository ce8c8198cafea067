"""Places on the earth to a plane in which distances and directions are true enough to score by.

It is the stereographic plane of WGS-84 that the trackers use, for whole arrays at once.
Source: Snyder, Map Projections: A Working Manual (USGS 1395, 1987), eqs 3-1 and 21-2 to 21-4, 21-27.
"""

import math
from typing import NamedTuple

import numpy as np

from sargas.evaluate.moments import F64
from sargas.kernels.geodesy import WGS84_A_M, WGS84_E2

E = math.sqrt(WGS84_E2)
OPPOSITE = 1e-6
FARTHEST_M = 1.0e8
"""Where a place is put that the plane does not hold, that is one opposite its centre: far from everything."""


class Plane(NamedTuple):
    """The plane about a centre: east and north [m], in true scale at the centre."""

    lat_deg: float
    lon_deg: float

    def xy_m(self, lat_deg: F64, lon_deg: F64) -> F64:
        """Return places of shape (n,) in the plane, shape (n, 2)."""
        x_m, y_m, _, _ = self._projected(lat_deg, lon_deg)
        xy_m: F64 = np.clip(np.stack([x_m, y_m], axis=-1), -FARTHEST_M, FARTHEST_M)
        return xy_m

    def turns(self, lat_deg: F64, lon_deg: F64) -> F64:
        """Return the matrices (n, 2, 2) that take local east and north [m] of places (n,) to those of the plane."""
        _, _, scale, convergence = self._projected(lat_deg, lon_deg)
        cos, sin = scale * np.cos(convergence), scale * np.sin(convergence)
        matrices: F64 = np.stack([cos, -sin, sin, cos], axis=-1).reshape(-1, 2, 2)
        return matrices

    def _projected(self, lat_deg: F64, lon_deg: F64) -> tuple[F64, F64, F64, F64]:
        """Return x, y [m], the scale, and the angle [rad] by which true north is turned to the left."""
        lat1, lat = math.radians(self.lat_deg), np.radians(np.clip(lat_deg, -89.999_999, 89.999_999))
        chi1, chi = float(_conformal(np.asarray(lat1))), _conformal(lat)
        dlon = np.radians(lon_deg) - math.radians(self.lon_deg)
        s, c, s1, c1 = np.sin(chi), np.cos(chi), math.sin(chi1), math.cos(chi1)
        sl, cl = np.sin(dlon), np.cos(dlon)
        room = 2.0 * WGS84_A_M * float(_radius(np.asarray(lat1))) / c1
        nearness = 1.0 + s1 * s + c1 * c * cl
        is_held = nearness > OPPOSITE
        a = np.where(is_held, room / np.maximum(nearness, OPPOSITE), 0.0)
        convergence = np.arctan2(sl * (s + s1), c1 * c + (1.0 + s1 * s) * cl)
        x_m = np.where(is_held, a * c * sl, FARTHEST_M)
        return (
            x_m,
            a * (c1 * s - s1 * c * cl),
            np.where(is_held, a * c / (WGS84_A_M * _radius(lat)), 1.0),
            convergence,
        )


def _conformal(lat_rad: F64) -> F64:
    """Return conformal latitudes [rad]; eq. 3-1."""
    s = E * np.sin(lat_rad)
    chi: F64 = 2.0 * np.arctan(np.tan(math.pi / 4 + lat_rad / 2) * ((1 - s) / (1 + s)) ** (E / 2)) - math.pi / 2
    return chi


def _radius(lat_rad: F64) -> F64:
    """Return the radii of parallels in units of the semi-major axis; eq. 14-15."""
    radius: F64 = np.cos(lat_rad) / np.sqrt(1.0 - WGS84_E2 * np.sin(lat_rad) ** 2)
    return radius


def plane_about(lat_deg: F64, lon_deg: F64) -> Plane:
    """Return the plane about the middle of places, wherever they lie; the poles excepted by a degree."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    x, y, z = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
    east, north, up = float(x.mean()), float(y.mean()), float(z.mean())
    middle_deg = math.degrees(math.atan2(up, math.hypot(east, north)))
    return Plane(min(89.0, max(-89.0, middle_deg)), math.degrees(math.atan2(north, east)))
