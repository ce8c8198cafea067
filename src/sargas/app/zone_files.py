"""Zones from the user's files, whatever format they are in."""

import importlib
from pathlib import Path

from msgspec import structs

from sargas.model.errors import DataError
from sargas.model.zone import Zone, ZoneKind

FORMATS: dict[str, str] = {
    ".geojson": "geojson",
    ".json": "geojson",
    ".gpkg": "geopackage",
    ".txt": "openair",
    ".air": "openair",
    ".openair": "openair",
}
"""The module of `sargas.airspace` that reads a file of this ending: imported when one is there, GDAL is heavy."""


def read_zones(path: Path, kind: ZoneKind | None, country: str) -> list[Zone]:
    """Return the zones of a file; `kind` and `country`, if given, hold for all of them.

    Raises:
        DataError: the file cannot be read, or is of no known format.
    """
    name = FORMATS.get(path.suffix.lower())
    if name is None:
        raise DataError(f"{path}: zones are read from files that end in {', '.join(FORMATS)}")
    module = importlib.import_module(f"sargas.airspace.{name}")
    try:
        found: list[Zone] = module.zones(path.read_bytes(), path.name)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
    return [
        structs.replace(zone, kind=kind or zone.kind, country=country or zone.country) if kind or country else zone
        for zone in found
    ]
