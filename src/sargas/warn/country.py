"""The watched country in a plane: warnings are drawn there in metres, and stay inside its border."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from sargas.kernels.reach import places_in_plane, places_on_earth
from sargas.kernels.stereographic import make_plane, to_plane
from sargas.model.zone import Polygon, Zone

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
Packed: TypeAlias = tuple[F32, I64, I64]

FINEST_M: Final = 50.0
"""Bends of the border that are smaller are left out: a warning goes by cells of the mobile network."""
FAR_M: Final = 2.0e7
EDGE_DEG: Final = 0.1
"""Longer edges are cut up: one along a parallel is bent in the plane, by a metre over this."""
INSET: Final = 1.1
"""A line that is simplified by a tolerance, after it was moved inwards by so many of them, stays inside."""

_geos: Any = shapely  # shapely carries no types


class Country:
    """The watched country: a conformal plane about its middle, and its outline there, a little inside the border.

    Only arrays go into a snapshot; shapes are made anew when they are first needed.
    """

    def __init__(self, zones: Sequence[Zone]) -> None:
        points = np.array([point for zone in zones for polygon in zone.polygons for point in polygon[0]], np.float64)
        west, south = points.min(axis=0).tolist()
        east, north = points.max(axis=0).tolist()
        self.plane: F64 = make_plane(0.5 * (south + north), 0.5 * (west + east))
        whole = _geos.union_all([
            self.shape(polygon)
            for zone in zones
            for polygon in zone.polygons
        ])  # fmt: skip
        # As it comes back from a snapshot, so that a restart changes nothing.
        self.__setstate__((self.plane, packed(_moved_in(_geos.simplify(whole, FINEST_M), FINEST_M, 2.0 * INSET))))

    def xy(self, lonlat: ArrayLike) -> F64:
        """Return x east and y north [m], shape (n, 2), of (longitude, latitude) [deg]."""
        points = np.ascontiguousarray(np.asarray(lonlat, np.float64).reshape(-1, 2).T)
        # The place opposite the middle has none in the plane; what is so far is far, and no more.
        return np.clip(places_in_plane(self.plane, points[0], points[1]), -FAR_M, FAR_M)

    def shape(self, polygon: Polygon) -> Any:
        """Return a polygon of (longitude, latitude) in the plane; its edges are straight as it was given."""
        whole = _geos.Polygon(np.array(polygon[0]), [np.array(ring) for ring in polygon[1:]])
        fine = _geos.segmentize(whole, EDGE_DEG)
        return _geos.make_valid(_geos.transform(fine, self.xy))

    def lonlat(self, xy_m: ArrayLike) -> F64:
        """Return (longitude, latitude) [deg], shape (n, 2), of points of the plane [m]."""
        found: F64 = places_on_earth(self.plane, np.ascontiguousarray(xy_m, np.float64).reshape(-1, 2))
        return found

    def frame_at(self, lon_deg: float, lat_deg: float) -> tuple[float, float, float, float]:
        """Return x and y [m] of a place, plane metres of a metre there, and the angle [rad] true north is turned by.

        The angle is what is taken from a true azimuth to have that in the plane.
        """
        x_m, y_m, scale, angle = to_plane(self.plane, lat_deg, lon_deg)
        return float(x_m), float(y_m), float(scale), float(angle)

    def inset(self, tolerance_m: float) -> Any:
        """Return the outline with bends down to a tolerance: a shape of shapely, wholly inside the country."""
        if tolerance_m not in self._insets:
            self._insets[tolerance_m] = _moved_in(self._insets[FINEST_M], tolerance_m, INSET)
        return self._insets[tolerance_m]

    def __getstate__(self) -> tuple[F64, Packed]:
        return self.plane, self._packed

    def __setstate__(self, state: tuple[F64, Packed]) -> None:
        self.plane, self._packed = state
        self._insets: dict[float, Any] = {FINEST_M: _geos.MultiPolygon(unpacked(self._packed))}
        self.bounds_m: tuple[float, float, float, float] = self._insets[FINEST_M].bounds


def packed(polygons: Any) -> Packed:
    """Return polygons of shapely as arrays: all corners, how many each ring has, how many rings each polygon has."""
    parts = _geos.get_parts(polygons)
    rings = [ring for polygon in parts for ring in (polygon.exterior, *polygon.interiors)]
    corners = [_geos.get_coordinates(ring) for ring in rings]
    sizes = np.array([len(ring) for ring in corners], np.int64)
    whole = np.concatenate(corners) if corners else np.empty((0, 2))
    return whole.astype(np.float32), sizes, np.array([1 + len(one.interiors) for one in parts], np.int64)


def unpacked(arrays: Packed) -> list[Any]:
    """Return the polygons of shapely that were packed."""
    corners, sizes, n_rings = arrays
    rings = np.split(corners.astype(np.float64), np.cumsum(sizes)[:-1])
    last = np.cumsum(n_rings).tolist()
    counts = n_rings.tolist()
    return [_geos.Polygon(rings[end - n], rings[end - n + 1 : end]) for end, n in zip(last, counts, strict=True)]


def _moved_in(shape: Any, tolerance_m: float, by: float) -> Any:
    """Return a shape simplified by a tolerance that lies inside the given one, narrow parts left out.

    Where nothing is left of it, which is a country that is narrower than that, the shape itself.
    """
    moved = _geos.buffer(shape, -by * tolerance_m, join_style="mitre")
    found = _geos.make_valid(_geos.simplify(moved, tolerance_m))
    parts = [part for part in _geos.get_parts(found) if part.geom_type == "Polygon" and not part.is_empty]
    return _geos.MultiPolygon(parts) if parts else shape
