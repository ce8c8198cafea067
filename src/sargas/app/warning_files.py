"""What warnings name, and how they are worded, from the user's files: GeoJSON for places, TOML for wordings.

Municipalities are Polygons or MultiPolygons with the property `name`, and `population` and `country` where they are
known; points are Points with `name` and `kind` (airport, school, hospital, plant, whatever the user calls it).
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from sargas.model.errors import DataError
from sargas.model.zone import Municipality, PointOfInterest, Polygon, Ring
from sargas.warn import wording
from sargas.warn.wording import Wording

SHOWN: Final = 40
NAME_MOST: Final = 100
POPULATION_MOST: Final = 100_000_000
FEATURES_MOST: Final = 20_000
CORNERS_LEAST: Final = 4


def problems_of(municipalities: str, points: str, wordings: list[str], folder: Path) -> list[tuple[str, str]]:
    """Return (key, what is wrong) of the files that warnings are made with, looked for beside `folder`."""
    readings: list[tuple[str, Callable[[], object]]] = [
        ("warning.municipalities", lambda: municipalities and read_municipalities(folder / municipalities)),
        ("warning.points", lambda: points and read_points(folder / points)),
        ("warning.wordings", lambda: read_wordings([folder / name for name in wordings])),
    ]
    problems: list[tuple[str, str]] = []
    for key, read in readings:
        try:
            read()
        except DataError as error:
            problems.append((key, str(error)))
    return problems


def read_municipalities(path: Path) -> tuple[Municipality, ...]:
    """Return the municipalities of a file, in its order.

    Raises:
        DataError: it cannot be read, or a feature cannot be used: its number, and what was expected.
    """
    found = []
    for where, properties, kind, coordinates in _features(path):
        if kind not in {"Polygon", "MultiPolygon"}:
            raise DataError(f"{where}: geometry '{kind[:SHOWN]}'; expected Polygon or MultiPolygon")
        parts = [coordinates] if kind == "Polygon" else _list(coordinates, where)
        polygons = tuple(_polygon(part, where) for part in parts)
        if not polygons:
            raise DataError(f"{where}: has no polygon; expected at least one")
        found.append(
            Municipality(
                name=_text(properties, "name", where),
                polygons=polygons,
                country=_country(properties, where),
                population=_population(properties, where),
            )
        )
    return tuple(found)


def read_points(path: Path) -> tuple[PointOfInterest, ...]:
    """Return the points of a file, in its order.

    Raises:
        DataError: it cannot be read, or a feature cannot be used: its number, and what was expected.
    """
    found = []
    for where, properties, kind, coordinates in _features(path):
        if kind != "Point":
            raise DataError(f"{where}: geometry '{kind[:SHOWN]}'; expected Point")
        lon_deg, lat_deg = _position(coordinates, where)
        found.append(
            PointOfInterest(
                name=_text(properties, "name", where),
                kind=_text(properties, "kind", where),
                lat_deg=lat_deg,
                lon_deg=lon_deg,
                country=_country(properties, where),
                population=_population(properties, where),
            )
        )
    return tuple(found)


def read_wording(path: Path) -> Wording:
    """Return a wording of one language.

    Raises:
        DataError: it cannot be read, or is none: which key, and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: byte {error.start} is not UTF-8 text") from error
    return wording.parse(text, str(path))


def read_wordings(paths: list[Path]) -> dict[str, Wording]:
    """Return wordings by language.

    Raises:
        DataError: one cannot be used, or two are of one language.
    """
    found: dict[str, Wording] = {}
    for path in paths:
        one = read_wording(path)
        if one.language in found:
            raise DataError(
                f"{path}: another file has the language '{one.language}' already; expected one a language"
            )
        found[one.language] = one
    return found


def _features(path: Path) -> list[tuple[str, dict[str, object], str, object]]:
    """Return where each feature stands, its properties, and its geometry's type and coordinates."""
    try:
        document = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{path}: not JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise DataError(f"{path}: expected a GeoJSON FeatureCollection with a list of features")
    features: list[object] = document["features"]
    if len(features) > FEATURES_MOST:
        raise DataError(f"{path}: {len(features):,} features; expected at most {FEATURES_MOST:,}")
    found = []
    for number, feature in enumerate(features, 1):
        where = f"{path}: feature {number}"
        if not isinstance(feature, dict):
            raise DataError(f"{where}: expected an object, got {str(feature)[:SHOWN]}")
        properties, geometry = feature.get("properties"), feature.get("geometry")
        if not isinstance(properties, dict):
            raise DataError(f"{where}: has no properties; expected an object with 'name'")
        if not isinstance(geometry, dict) or not isinstance(geometry.get("type"), str):
            raise DataError(f"{where}: has no geometry")
        found.append((where, properties, geometry["type"], geometry.get("coordinates")))
    return found


def _text(properties: dict[str, object], key: str, where: str) -> str:
    text = properties.get(key)
    if not isinstance(text, str) or not text.strip():
        got = "it has none" if text is None else f"got {str(text)[:SHOWN]!r}"
        raise DataError(f"{where}: property '{key}': expected a text; {got}")
    if len(text) > NAME_MOST or not text.isprintable():
        raise DataError(
            f"{where}: property '{key}': expected at most {NAME_MOST} printable letters, got {text[:SHOWN]!r}"
        )
    return text.strip()


def _country(properties: dict[str, object], where: str) -> str:
    country = properties.get("country")
    if country is None or country == "":
        return ""
    if isinstance(country, str) and len(country) == 2 and country.isascii() and country.isupper():
        return country
    raise DataError(f"{where}: property 'country': expected two capitals such as LT, got {str(country)[:SHOWN]!r}")


def _population(properties: dict[str, object], where: str) -> int | None:
    people = properties.get("population")
    if people is None:
        return None
    if isinstance(people, int | float) and not isinstance(people, bool) and 0 <= people <= POPULATION_MOST:
        whole = math.floor(people)
        if whole == people:
            return whole
    raise DataError(f"{where}: property 'population': expected a whole number of people, got {str(people)[:SHOWN]!r}")


def _polygon(rings: object, where: str) -> Polygon:
    found = tuple(_ring(ring, where) for ring in _list(rings, where))
    if not found:
        raise DataError(f"{where}: a polygon has no ring; expected at least one")
    return found


def _ring(positions: object, where: str) -> Ring:
    ring = tuple(_position(position, where) for position in _list(positions, where))
    if len(ring) < CORNERS_LEAST:
        raise DataError(
            f"{where}: a ring of {len(ring)} positions; expected at least {CORNERS_LEAST}, the first twice"
        )
    return ring


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise DataError(f"{where}: coordinates: expected a list, got {str(value)[:SHOWN]}")
    return value


def _position(position: object, where: str) -> tuple[float, float]:
    if isinstance(position, list) and len(position) >= 2:
        lon_deg, lat_deg = position[0], position[1]
        are_numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (lon_deg, lat_deg))
        if are_numbers and abs(lon_deg) <= 180.0 and abs(lat_deg) <= 90.0:
            return float(lon_deg), float(lat_deg)
    raise DataError(f"{where}: position {str(position)[:SHOWN]}: expected [longitude, latitude] in degrees")
