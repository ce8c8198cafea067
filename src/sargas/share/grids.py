"""The grids of maps: UTM zones, and the national ones."""

import functools
import math
from typing import Final

from msgspec import Struct
from pyproj import Transformer

NATIONAL: Final[dict[str, tuple[str, str]]] = {
    "LT": ("LKS-94", "EPSG:3346"),
    "LV": ("LKS-92", "EPSG:3059"),
    "EE": ("L-EST97", "EPSG:3301"),
    "PL": ("PUWG 1992", "EPSG:2180"),
    "FI": ("TM35FIN", "EPSG:3067"),
    "RO": ("Stereo70", "EPSG:3844"),
}
"""What each country's maps are drawn in, and its number in the EPSG registry."""


class Zone(Struct, frozen=True):
    """A UTM zone: 1 to 60, north or south of the equator."""

    number: int
    is_north: bool

    @property
    def epsg(self) -> str:
        """The zone on WGS-84 in the EPSG registry."""
        return f"EPSG:{(32600 if self.is_north else 32700) + self.number}"

    @property
    def west_deg(self) -> float:
        """The meridian on which it begins; the exceptions by Norway and Svalbard are not heeded."""
        return self.number * 6.0 - 186.0


def zone_of(lat_deg: float, lon_deg: float) -> Zone:
    """Return the UTM zone of a place by its meridian."""
    return Zone(int((lon_deg + 180.0) // 6.0) % 60 + 1, lat_deg >= 0.0)


def national_grid(country: str, lat_deg: float, lon_deg: float) -> tuple[str, float, float] | None:
    """Return the name of a country's grid, easting and northing [m]; None if none is known or the place lies outside.

    Within a metre, in Romania within 5 m: its datum is shifted by seven parameters and not by the official table.
    """
    known = NATIONAL.get(country.upper())
    if known is None:
        return None
    name, system = known
    east_m, north_m = _to(system).transform(lon_deg, lat_deg)
    return (name, float(east_m), float(north_m)) if math.isfinite(east_m + north_m) else None


@functools.cache
def _to(system: str) -> Transformer:
    """Return longitude and latitude to easting and northing; in this order, whatever the registry says."""
    return Transformer.from_crs("EPSG:4326", system, always_xy=True)
