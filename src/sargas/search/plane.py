"""The plane in which a search is reckoned: Lambert azimuthal equal-area about a place, on WGS-84, in metres."""

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

F64 = NDArray[np.float64]


class EqualArea:
    """Metres east and north of a place such that areas are true; within 200 km lengths are within 0.02 %.

    Source: Snyder, Map Projections: A Working Manual (USGS 1395, 1987), section 24; computed by PROJ.
    """

    def __init__(self, lat_deg: float, lon_deg: float) -> None:
        self.lat_deg = lat_deg
        self.lon_deg = lon_deg
        plane = f"+proj=laea +lat_0={lat_deg!r} +lon_0={lon_deg!r} +datum=WGS84 +units=m +no_defs"
        self._forth = Transformer.from_crs("EPSG:4326", plane, always_xy=True)

    def xy(self, lon_deg: F64 | float, lat_deg: F64 | float) -> F64:
        """Return x east and y north [m], shape (n, 2), of longitudes and latitudes [deg] of shape (n,) or scalars."""
        x, y = self._forth.transform(np.atleast_1d(lon_deg), np.atleast_1d(lat_deg))
        return np.stack([np.asarray(x, np.float64), np.asarray(y, np.float64)], axis=1)

    def lonlat(self, xy_m: F64) -> F64:
        """Return longitude and latitude [deg], shape (n, 2), of points of the plane [m], shape (n, 2)."""
        points = np.asarray(xy_m, np.float64).reshape(-1, 2)
        lon, lat = self._forth.transform(points[:, 0], points[:, 1], direction="INVERSE")
        return np.stack([np.asarray(lon, np.float64), np.asarray(lat, np.float64)], axis=1)
