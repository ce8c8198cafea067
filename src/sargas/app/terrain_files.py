"""The ground's height from the user's files (GeoTIFF, HGT), as much of it as a search needs."""

import math
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
import rasterio.errors
import rasterio.warp
from msgspec import Struct
from pyproj import CRS
from pyproj.exceptions import CRSError

from sargas.model.errors import DataError
from sargas.search.terrain import F32, Terrain

AROUND_M: Final = 150_000.0
POINTS_MAX: Final = 2_000
"""Points of the grid on a side: 150 m apart at most."""
DEGREE_M: Final = 111_320.0
WGS84: Final = "EPSG:4326"
_gdal: Any = rasterio  # rasterio carries no types
SRTM_DATUM: Final = "EGM96"
"""HGT files do not say it; those of the Shuttle mission are above this geoid (SRTM Topography, USGS, section 2)."""


class _File(Struct, frozen=True):
    """A file that can be used: how far its points are apart, and what its heights are above."""

    path: Path
    step_deg: float
    datum: str


class TerrainFiles:
    """The user's files of heights, looked into before anything depends on them.

    Raises:
        DataError: one cannot be read, or says not where it lies.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = [_looked_into(path) for path in paths]

    def around(self, lat_deg: float, lon_deg: float, radius_m: float = AROUND_M) -> Terrain | None:
        """Return the heights within a square about a place; None where no file has any.

        Where several files have a place the first one holds.

        Raises:
            DataError: a file can no longer be read.
        """
        if not self._files:
            return None
        half_deg = radius_m / DEGREE_M
        step_deg = max(min(file.step_deg for file in self._files), 2.0 * half_deg / POINTS_MAX)
        squeeze = max(0.05, math.cos(math.radians(lat_deg)))
        n = max(2, math.ceil(2.0 * half_deg / step_deg))
        west_deg, north_deg = lon_deg - half_deg / squeeze, lat_deg + half_deg
        origin = _gdal.Affine(step_deg / squeeze, 0.0, west_deg, 0.0, -step_deg, north_deg)
        heights = np.full((n, n), np.nan, dtype=np.float32)
        used: list[_File] = []
        for file in self._files:
            found = _onto(file, origin, n, step_deg)
            is_new = np.isnan(heights) & ~np.isnan(found)
            if is_new.any():
                heights[is_new] = found[is_new]
                used.append(file)
        if not used:
            return None
        return Terrain(
            lat0_deg=north_deg - step_deg / 2.0,
            lon0_deg=west_deg + step_deg / squeeze / 2.0,
            dlat_deg=step_deg,
            dlon_deg=step_deg / squeeze,
            height_m=heights,
            source=", ".join(file.path.name for file in used),
            datum=", ".join(sorted({file.datum for file in used if file.datum})),
        )


def _looked_into(path: Path) -> _File:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            opened = _gdal.open(path)
        with opened as file:
            if file.crs is None or not file.count:
                raise DataError(f"{path}: says not where it lies; expected a GeoTIFF or HGT file of heights")
            unit_m = 1.0 if file.crs.is_projected else DEGREE_M
            step_m = min(abs(file.res[0]), abs(file.res[1])) * unit_m
            return _File(path, step_m / DEGREE_M, _datum(file.crs.to_wkt(), path))
    except (rasterio.errors.RasterioError, OSError) as error:
        raise DataError(f"{path}: cannot be read as a GeoTIFF or HGT file of heights: {error}") from error


def _datum(wkt: str, path: Path) -> str:
    """Return what the heights are above, as the file says it; empty if it does not."""
    try:
        parts = CRS.from_wkt(wkt).sub_crs_list
    except CRSError:
        parts = []
    vertical = next((part.name for part in parts if part.is_vertical), "")
    return vertical or (SRTM_DATUM if path.suffix.lower() == ".hgt" else "")


def _onto(file: _File, origin: Any, n: int, step_deg: float) -> F32:
    """Return the file's heights at the points of the grid, NaN where it has none."""
    found = np.full((n, n), np.nan, dtype=np.float32)
    is_coarser = step_deg > 1.5 * file.step_deg
    try:
        with _gdal.open(file.path) as opened:
            _gdal.warp.reproject(
                source=_gdal.band(opened, 1),
                destination=found,
                dst_transform=origin,
                dst_crs=WGS84,
                dst_nodata=math.nan,
                resampling=_gdal.warp.Resampling.average if is_coarser else _gdal.warp.Resampling.bilinear,
            )
    except (rasterio.errors.RasterioError, OSError) as error:
        raise DataError(f"{file.path}: cannot be read: {error}") from error
    return found
