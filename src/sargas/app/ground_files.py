"""What covers the ground, and the lines that sectors may follow, from the user's GeoJSON files (RFC 7946)."""

import math
from pathlib import Path
from typing import Final, TypeAlias, get_args

import msgspec

from sargas.model.errors import DataError
from sargas.model.report import Point
from sargas.model.search import Cover

Ring: TypeAlias = tuple[Point, ...]
COVERS: Final[tuple[Cover, ...]] = get_args(Cover)
SHOWN: Final = 40


def read_covers(path: Path) -> tuple[tuple[Cover, Ring], ...]:
    """Return the polygons of a file with what covers each; holes in them are not told apart.

    Raises:
        DataError: it cannot be read, or a feature cannot be used: its number, and what was expected.
    """
    found: list[tuple[Cover, Ring]] = []
    for where, feature in _features(path):
        cover = _cover(feature.get("properties"), where)
        kind, coordinates = _geometry(feature, where)
        if kind not in {"Polygon", "MultiPolygon"}:
            raise DataError(f"{where}: geometry '{kind}'; expected Polygon or MultiPolygon")
        for polygon in _list([coordinates] if kind == "Polygon" else coordinates, where):
            rings = _list(polygon, where)
            if rings:
                found.append((cover, _line(rings[0], where)))
    return tuple(found)


def read_lines(path: Path) -> tuple[Ring, ...]:
    """Return the lines of a file: roads, paths, brooks; of polygons (fields) the edges.

    Raises:
        DataError: it cannot be read, or a feature cannot be used: its number, and what was expected.
    """
    found: list[Ring] = []
    for where, feature in _features(path):
        kind, coordinates = _geometry(feature, where)
        match kind:
            case "LineString":
                found.append(_line(coordinates, where))
            case "MultiLineString" | "Polygon":
                found += [_line(line, where) for line in _list(coordinates, where)]
            case "MultiPolygon":
                found += [_line(ring, where) for part in _list(coordinates, where) for ring in _list(part, where)]
            case _:
                raise DataError(
                    f"{where}: geometry '{kind}'; expected LineString, MultiLineString, Polygon or MultiPolygon"
                )
    return tuple(line for line in found if len(line) >= 2)


def _features(path: Path) -> list[tuple[str, dict[str, object]]]:
    """Return the features, each with where it stands."""
    try:
        document = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{path}: not JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise DataError(f"{path}: expected a GeoJSON FeatureCollection with a list of features")
    found = []
    for number, feature in enumerate(document["features"], 1):
        if not isinstance(feature, dict):
            raise DataError(f"{path}: feature {number}: expected an object, got {str(feature)[:SHOWN]}")
        found.append((f"{path}: feature {number}", feature))
    return found


def _cover(properties: object, where: str) -> Cover:
    told = properties.get("cover") if isinstance(properties, dict) else None
    for cover in COVERS:
        if told == cover:
            return cover
    got = f"got {str(told)[:SHOWN]!r}" if told is not None else "it has none"
    raise DataError(f"{where}: property 'cover': expected {', '.join(COVERS)}; {got}")


def _geometry(feature: dict[str, object], where: str) -> tuple[str, object]:
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or not isinstance(geometry.get("type"), str):
        raise DataError(f"{where}: has no geometry")
    return geometry["type"], geometry.get("coordinates")


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise DataError(f"{where}: coordinates: expected a list, got {str(value)[:SHOWN]}")
    return value


def _line(positions: object, where: str) -> Ring:
    return tuple(_point(position, where) for position in _list(positions, where))


def _point(position: object, where: str) -> Point:
    if isinstance(position, list) and len(position) >= 2:
        lon_deg, lat_deg = position[0], position[1]
        are_numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (lon_deg, lat_deg))
        if are_numbers and math.isfinite(lon_deg) and abs(lon_deg) <= 180.0 and abs(lat_deg) <= 90.0:
            return float(lon_deg), float(lat_deg)
    raise DataError(f"{where}: position {str(position)[:SHOWN]}: expected [longitude, latitude] in degrees")
