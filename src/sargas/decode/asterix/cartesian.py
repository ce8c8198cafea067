"""A target's place from x and y about the sensor's site."""

import math

from pyproj import Geod

from sargas.decode.asterix.common import Source
from sargas.decode.asterix.layout import Items, Spec

WGS84 = Geod(ellps="WGS84")


class CartesianPosition:
    """Item 042: x east and y north of the sensor, on the ground."""

    def __init__(self, spec: Spec) -> None:
        self._x = spec.field("042", "X")
        self._y = spec.field("042", "Y")

    def read(self, items: Items, source: Source) -> tuple[float, float] | None:
        """Return (latitude, longitude) in degrees; None without the item or without the sensor's site."""
        x_m, y_m = self._x.value(items.get("042")), self._y.value(items.get("042"))
        site = source.site
        if x_m is None or y_m is None or site is None or site.lat_deg is None or site.lon_deg is None:
            return None
        azimuth_deg = math.degrees(math.atan2(x_m, y_m))
        lon_deg, lat_deg, _ = WGS84.fwd(site.lon_deg, site.lat_deg, azimuth_deg, math.hypot(x_m, y_m))
        return float(lat_deg), float(lon_deg)
