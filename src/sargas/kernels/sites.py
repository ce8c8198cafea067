"""What is known of each sensor, one row of numbers: for kernels that measure thousands of reports of many sensors.

A row: KNOWN 1 if the sensor is in the table of the configuration; its site; its errors and biases; its coverage; the
heights at which it may see a target of unknown height, each with its weight; and, if it has a site in a plane, its
frame there: origin and the east, north and up axes, geocentric and turned to the longitude of the plane's centre, and
the two principal curvatures of the ellipsoid. NaN is unknown.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sargas.kernels.conformal import point_in_plane
from sargas.kernels.geodesy import WGS84_A_M, WGS84_E2, geodetic_to_ecef

F64 = NDArray[np.float64]

KNOWN, LAT, LON, ALT, X, Y, SCALE = 0, 1, 2, 3, 4, 5, 6
RANGE_SD, AZIMUTH_SD, ELEVATION_SD, POSITION_SD = 7, 8, 9, 10  # m, rad, rad, m
RANGE_BIAS, AZIMUTH_BIAS, ELEVATION_BIAS, TIME_BIAS = 11, 12, 13, 14  # m, deg, deg, s
REACH = 15
HEIGHT, WEIGHT = 16, 19  # three of each
FRAME = 22  # origin, east, north, up: twelve numbers
CURVE_NORTH, CURVE_EAST = 34, 35  # 1/m
CONVERGENCE = 36  # its cosine and sine
N_SITE = 38


@njit(cache=True)
def stand_in_plane(plane: F64, row: F64) -> None:
    """Write the place, scale and frame in `plane` of the sensor of a row that has latitude, longitude and height."""
    lat_deg, lon_deg = row[LAT], row[LON]
    row[X], row[Y], row[SCALE], row[CONVERGENCE], row[CONVERGENCE + 1] = point_in_plane(plane, lat_deg, lon_deg)
    turned = lon_deg - math.degrees(plane[0])
    lat, lon = math.radians(lat_deg), math.radians(turned)
    s, c, sl, cl = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
    row[FRAME], row[FRAME + 1], row[FRAME + 2] = geodetic_to_ecef(lat_deg, turned, row[ALT])
    row[FRAME + 3], row[FRAME + 4], row[FRAME + 5] = -sl, cl, 0.0
    row[FRAME + 6], row[FRAME + 7], row[FRAME + 8] = -s * cl, -s * sl, c
    row[FRAME + 9], row[FRAME + 10], row[FRAME + 11] = c * cl, c * sl, s
    w2 = 1.0 - WGS84_E2 * s * s
    row[CURVE_EAST] = math.sqrt(w2) / WGS84_A_M
    row[CURVE_NORTH] = math.sqrt(w2) * w2 / (WGS84_A_M * (1.0 - WGS84_E2))
