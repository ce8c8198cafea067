"""A rectangle of paper that shows a piece of ground: the UTM plane of its zone at a round scale."""

import functools
import math
from typing import Any, Final

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray
from pyproj import Transformer

from sargas.share.grids import Zone, zone_of

F64 = NDArray[np.float64]

_geos: Any = shapely  # shapely carries no types

SCALES: Final = (
    5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 60_000, 75_000, 100_000, 125_000, 150_000, 200_000,
    250_000, 300_000, 400_000, 500_000, 750_000, 1_000_000, 1_500_000, 2_000_000, 3_000_000, 5_000_000, 10_000_000,
)  # fmt: skip
MARGIN: Final = 1.06
"""How much more ground than asked for is shown."""


class Frame(Struct, frozen=True, kw_only=True):
    """Millimetres right of and below its top left corner, and the ground [m of UTM] there."""

    zone: Zone
    scale: int
    width_mm: float
    height_mm: float
    west_m: float
    north_m: float

    @property
    def m_per_mm(self) -> float:
        """Metres of ground in a millimetre of paper."""
        return self.scale / 1_000.0

    def mm(self, lonlat: F64) -> F64:
        """Return places on the paper [mm], shape (n, 2), of longitudes and latitudes [deg], shape (n, 2)."""
        points = np.asarray(lonlat, np.float64).reshape(-1, 2)
        east, north = plane(self.zone).transform(points[:, 0], points[:, 1])
        x, y = np.asarray(east) - self.west_m, self.north_m - np.asarray(north)
        return np.stack([x, y], axis=1) / self.m_per_mm

    def lonlat(self, mm: F64) -> F64:
        """Return longitudes and latitudes [deg], shape (n, 2), of places on the paper [mm], shape (n, 2)."""
        points = np.asarray(mm, np.float64).reshape(-1, 2) * self.m_per_mm
        east, north = self.west_m + points[:, 0], self.north_m - points[:, 1]
        lon, lat = plane(self.zone).transform(east, north, direction="INVERSE")
        return np.stack([np.asarray(lon, np.float64), np.asarray(lat, np.float64)], axis=1)

    def box(self, inset_mm: float = 0.0) -> Any:
        """Return the paper as a shape, smaller by an inset on each side."""
        return _geos.box(inset_mm, inset_mm, self.width_mm - inset_mm, self.height_mm - inset_mm)

    def shape(self, shape: Any) -> Any:
        """Return a shape of longitudes and latitudes as it lies on the paper, cut off a little outside of it."""
        on_paper = _geos.transform(shape, self.mm)
        if not _geos.is_valid(on_paper):
            on_paper = _geos.make_valid(on_paper)
        return _geos.intersection(on_paper, self.box(-5.0))

    def edge(self, n_a_side: int = 24) -> F64:
        """Return longitudes and latitudes along the edge of the paper."""
        ring = _geos.segmentize(self.box().exterior, max(self.width_mm, self.height_mm) / n_a_side)
        return self.lonlat(_geos.get_coordinates(ring))

    def true_north_deg(self) -> float:
        """Return how far true north lies right of the paper's up, in its middle."""
        middle = self.lonlat(np.array([[self.width_mm / 2.0, self.height_mm / 2.0]]))
        up = self.mm(np.vstack([middle, middle + np.array([0.0, 0.001])]))
        return math.degrees(math.atan2(up[1, 0] - up[0, 0], up[0, 1] - up[1, 1]))


def fitted(
    lonlat: F64, sizes_mm: tuple[tuple[float, float], ...], least_m: float = 2_000.0, least_scale: int = 1
) -> tuple[Frame, int]:
    """Return the frame of the largest scale that shows all the places, and which of the paper sizes it has.

    Args:
        lonlat: longitudes and latitudes [deg], shape (n, 2), n > 0.
        sizes_mm: width and height of the map on each paper that may be used; the roomier wins a tie.
        least_m: so much ground is shown at least.
        least_scale: one millimetre is at least so many millimetres of ground.
    """
    middle = (lonlat.min(axis=0) + lonlat.max(axis=0)) / 2.0
    zone = zone_of(float(middle[1]), float(middle[0]))
    east, north = plane(zone).transform(lonlat[:, 0], lonlat[:, 1])
    low = np.array([np.min(east), np.min(north)])
    high = np.array([np.max(east), np.max(north)])
    ground = np.maximum((high - low) * MARGIN, least_m)
    needed = [1_000.0 * max(ground[0] / width, ground[1] / height) for width, height in sizes_mm]
    scales = [next((scale for scale in SCALES if scale >= max(one, least_scale)), SCALES[-1]) for one in needed]
    k = min(range(len(sizes_mm)), key=lambda k: (scales[k], needed[k], k))
    width, height = sizes_mm[k]
    half = np.array([width, height]) * scales[k] / 2_000.0
    centre = (low + high) / 2.0
    frame = Frame(
        zone=zone,
        scale=scales[k],
        width_mm=width,
        height_mm=height,
        west_m=float(centre[0] - half[0]),
        north_m=float(centre[1] + half[1]),
    )
    return frame, k


@functools.lru_cache(maxsize=32)
def plane(zone: Zone) -> Transformer:
    """Return longitude and latitude to easting and northing of a UTM zone."""
    return Transformer.from_crs("EPSG:4326", zone.epsg, always_xy=True)
