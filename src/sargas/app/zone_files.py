"""Zones from the user's files, whatever format they are in."""

from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from sargas.airspace import geojson, geopackage, openair
from sargas.model.errors import DataError
from sargas.model.zone import Zone, ZoneKind

READERS: dict[str, Callable[[bytes, str], list[Zone]]] = {
    ".geojson": geojson.zones,
    ".json": geojson.zones,
    ".gpkg": geopackage.zones,
    ".txt": openair.zones,
    ".air": openair.zones,
    ".openair": openair.zones,
}


def read_zones(path: Path, kind: ZoneKind | None, country: str) -> list[Zone]:
    """Return the zones of a file; `kind` and `country`, if given, hold for all of them.

    Raises:
        DataError: the file cannot be read, or is of no known format.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: zones are read from {', '.join(READERS)}")
    try:
        found = reader(path.read_bytes(), path.name)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
    return [
        structs.replace(zone, kind=kind or zone.kind, country=country or zone.country) if kind or country else zone
        for zone in found
    ]
