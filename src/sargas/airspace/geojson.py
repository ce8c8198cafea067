"""Zones and official borders from GeoJSON (RFC 7946): polygons, multipolygons, and points with a `radius_m`."""

import math
from typing import Final

import msgspec

from sargas.airspace.arcs import circle
from sargas.airspace.zone_table import with_own_ids, zone_of
from sargas.model.errors import DataError
from sargas.model.zone import Polygon, Ring, Zone

GEOMETRIES: Final = "Polygon, MultiPolygon, or Point with the property radius_m"


def zones(data: bytes, name: str) -> list[Zone]:
    """Return the zones of a GeoJSON document; docs/reference/zones.md lists the properties.

    Args:
        data: the file.
        name: its name, for errors and as the zones' source.

    Raises:
        DataError: it is not GeoJSON, or a feature cannot be used: its number and what is wrong.
    """
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{name}: not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("type") not in {"FeatureCollection", "Feature"}:
        raise DataError(f"{name}: not a GeoJSON FeatureCollection or Feature")
    features = document.get("features") if document["type"] == "FeatureCollection" else [document]
    if not isinstance(features, list):
        raise DataError(f"{name}: 'features' is not a list")
    return with_own_ids([_zone(feature, number, name) for number, feature in enumerate(features, 1)])


def _zone(feature: object, number: int, name: str) -> Zone:
    where = f"{name}: feature {number}"
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise DataError(f"{where}: is not a Feature")
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise DataError(f"{where}: 'properties' is not an object")
    label = properties.get("name") or properties.get("id") or feature.get("id")
    if label:
        where = f"{where} ({str(label)[:60]})"
    if "id" not in properties and feature.get("id") is not None:
        properties = {**properties, "id": feature["id"]}
    return zone_of(properties, _polygons(feature.get("geometry"), properties, where), where, number, name)


def _polygons(geometry: object, properties: dict[str, object], where: str) -> list[Polygon]:
    if not isinstance(geometry, dict):
        raise DataError(f"{where}: has no geometry; needs {GEOMETRIES}")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        return [_polygon(coordinates, f"{where}: polygon 1")]
    if kind == "MultiPolygon" and isinstance(coordinates, list):
        return [_polygon(part, f"{where}: polygon {k}") for k, part in enumerate(coordinates, 1)]
    if kind == "Point" and "radius_m" in properties:
        lon_deg, lat_deg = _position(coordinates, where)
        radius_m = properties["radius_m"]
        if isinstance(radius_m, bool) or not isinstance(radius_m, int | float) or not 1.0 <= radius_m <= 1.0e6:
            raise DataError(f"{where}: radius_m {str(radius_m)[:40]!r} is not between 1 and 1,000,000 metres")
        if abs(lat_deg) > 80.0:
            raise DataError(f"{where}: a circle this near to a pole is not supported; draw a polygon")
        return [(circle(lon_deg, lat_deg, float(radius_m)),)]
    raise DataError(f"{where}: geometry {str(kind)[:40]!r}; needs {GEOMETRIES}")


def _polygon(rings: object, where: str) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise DataError(f"{where}: 'coordinates' is not a list of rings")
    return tuple(_ring(ring, where) for ring in rings)


def _ring(ring: object, where: str) -> Ring:
    if not isinstance(ring, list):
        raise DataError(f"{where}: a ring is not a list of positions")
    return tuple(_position(position, where) for position in ring)


def _position(position: object, where: str) -> tuple[float, float]:
    if isinstance(position, list) and len(position) >= 2:
        lon_deg, lat_deg = position[0], position[1]
        numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (lon_deg, lat_deg))
        if numbers and abs(lon_deg) <= 1.0e9 and abs(lat_deg) <= 1.0e9 and math.isfinite(lon_deg + lat_deg):
            return float(lon_deg), float(lat_deg)
    raise DataError(f"{where}: position {str(position)[:60]} is not [longitude, latitude]")
