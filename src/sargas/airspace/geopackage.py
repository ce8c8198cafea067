"""Zones and official borders from a GeoPackage (OGC 12-128): every layer of polygons, in any coordinate system."""

import importlib
import math
import warnings
from typing import Any

import msgspec
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from sargas.airspace.borders import polygons
from sargas.airspace.zone_table import with_own_ids, zone_of
from sargas.model.errors import DataError
from sargas.model.zone import Zone

_geos: Any = shapely  # shapely carries no types


def zones(data: bytes, name: str) -> list[Zone]:
    """Return the zones of a GeoPackage; columns are named as the properties of GeoJSON, `schedule` being JSON text.

    Args:
        data: the file; it is read in memory.
        name: its name, for errors and as the zones' source.

    Raises:
        DataError: it is not a GeoPackage, or a feature cannot be used: its layer, number and what is wrong.
    """
    if not data.startswith(b"SQLite format 3\x00"):
        raise DataError(f"{name}: not a GeoPackage")
    # Imported when used: the reader takes 1.5 s to load, and few watches have such a file.
    pyogrio: Any = importlib.import_module("pyogrio")
    errors = importlib.import_module("pyogrio.errors")
    found: list[Zone] = []
    try:
        with warnings.catch_warnings():
            # A file in memory has no extension, which the library remarks on; what is wrong raises.
            warnings.simplefilter("ignore", RuntimeWarning)
            layers = [str(layer) for layer, kind in pyogrio.list_layers(data) if kind is not None]
            tables = [(layer, pyogrio.raw.read(data, layer=layer, force_2d=True)) for layer in layers]
        for layer, (meta, _, geometries, columns) in tables:
            found += _zones_of_layer(meta, geometries, columns, f"{name}: layer {layer}", name)
    except (errors.DataSourceError, errors.DataLayerError, errors.GeometryError, errors.FieldError) as error:
        raise DataError(f"{name}: not a GeoPackage that can be read: {error}") from error
    if not found:
        raise DataError(f"{name}: has no layer with polygons")
    return with_own_ids(found)


def _zones_of_layer(meta: dict[str, Any], geometries: Any, columns: list[Any], where: str, source: str) -> list[Zone]:
    to_wgs84 = _to_wgs84(meta.get("crs"), where)
    names = [str(field) for field in meta["fields"]]
    found = []
    for k, wkb in enumerate(geometries):
        feature = f"{where}: feature {k + 1}"
        if wkb is None:
            raise DataError(f"{feature}: has no geometry; needs Polygon or MultiPolygon")
        shape = _geos.from_wkb(wkb)
        if shape.geom_type not in {"Polygon", "MultiPolygon"}:
            raise DataError(f"{feature}: geometry {shape.geom_type!r}; needs Polygon or MultiPolygon")
        if to_wgs84 is not None:
            shape = _geos.transform(shape, to_wgs84, interleaved=False)
        properties = {name: _plain(column[k]) for name, column in zip(names, columns, strict=True)}
        if isinstance(properties.get("schedule"), str) and properties["schedule"]:
            properties["schedule"] = _schedule(str(properties["schedule"]), feature)
        found.append(zone_of(properties, polygons(shape), feature, k + 1, source))
    return found


def _to_wgs84(crs: str | None, where: str) -> Any:
    """Return a function of (x, y) arrays to (lon, lat), None if they are already."""
    if not crs:
        raise DataError(f"{where}: names no coordinate system")
    try:
        system = CRS.from_user_input(crs)
        if system.to_epsg() == 4326:
            return None
        return Transformer.from_crs(system, CRS.from_epsg(4326), always_xy=True).transform
    except CRSError as error:
        raise DataError(f"{where}: coordinate system not understood: {error}") from error


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value


def _schedule(text: str, where: str) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise DataError(f"{where}: schedule is not JSON: {error}") from error
