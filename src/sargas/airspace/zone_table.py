"""A zone from a feature: its properties and its rings, checked, with an error that says which feature and what."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast, get_args

import shapely
from msgspec import structs

from sargas.airspace.heights_text import Height, Reference, combined, parse_height
from sargas.model.errors import DataError
from sargas.model.zone import Polygon, Schedule, Zone, ZoneKind

KINDS: Final[tuple[str, ...]] = get_args(ZoneKind)
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK: Final = re.compile(r"^(\d{1,2}):(\d{2})$")
_ID: Final = re.compile(r"[^A-Za-z0-9._-]+")
_geos: Any = shapely  # shapely carries no types


def zone_of(
    properties: Mapping[str, object], polygons: Sequence[Polygon], where: str, number: int, source: str
) -> Zone:
    """Return the zone of a feature; docs/reference/zones.md lists the properties.

    Args:
        properties: the feature's own.
        polygons: its rings of (lon, lat).
        where: how an error names the feature.
        number: the feature's number in its file, for an id where it has none.
        source: the file's name.

    Raises:
        DataError: a property or a ring cannot be used.
    """
    told = {str(key).lower(): value for key, value in properties.items() if value is not None and value != ""}
    kind = str(told.get("kind", "watch")).lower()
    if kind not in KINDS:
        raise DataError(f"{where}: kind {kind!r}; have {', '.join(KINDS)}")
    country = str(told.get("country", "")).upper()
    if kind == "sovereign" and not re.fullmatch(r"[A-Z]{2}", country):
        raise DataError(f"{where}: a sovereign zone needs the property 'country', two letters such as LT")
    name = str(told.get("name", "")).strip()[:120]
    given = _ID.sub("-", str(told.get("id", name)).strip()).strip("-")[:64]
    floor_m, ceiling_m, reference = _heights(told, where)
    check_rings(polygons, where)
    return Zone(
        id=given or f"{_ID.sub('-', source)}-{number}",
        name=name or f"zone {number} of {source}",
        kind=cast("ZoneKind", kind),
        polygons=tuple(polygons),
        country=country,
        floor_m=floor_m,
        ceiling_m=ceiling_m,
        reference=reference,
        schedule=_schedules(told.get("schedule"), where),
        source=str(told.get("source", source))[:200],
    )


def with_own_ids(zones: Sequence[Zone]) -> list[Zone]:
    """Return the zones, those that share an id with an earlier one with a number after it."""
    seen: dict[str, int] = {}
    own = []
    for zone in zones:
        n = seen[zone.id] = seen.get(zone.id, 0) + 1
        own.append(structs.replace(zone, id=f"{zone.id}-{n}") if n > 1 else zone)
    return own


def check_rings(polygons: Sequence[Polygon], where: str) -> None:
    """Check that every ring is closed, on the globe and does not cross itself.

    Raises:
        DataError: one is not.
    """
    if not polygons:
        raise DataError(f"{where}: has no polygon")
    for k, polygon in enumerate(polygons, 1):
        for ring in polygon:
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise DataError(
                    f"{where}: polygon {k}: a ring needs at least 4 positions, the last equal to the first"
                )
            for lon_deg, lat_deg in ring:
                if not (-180.0 <= lon_deg <= 180.0 and -90.0 <= lat_deg <= 90.0):
                    raise DataError(f"{where}: polygon {k}: position {lon_deg}, {lat_deg} is not longitude, latitude")
        shape = _geos.Polygon(polygon[0], polygon[1:])
        if not shape.is_valid:
            raise DataError(f"{where}: polygon {k}: {_geos.is_valid_reason(shape)} (longitude latitude)")
        west, _, east, _ = shape.bounds
        if east - west > 180.0:
            raise DataError(f"{where}: polygon {k}: wider than half the globe; cut it at the 180th meridian")


def _heights(told: Mapping[str, object], where: str) -> tuple[float | None, float | None, Reference]:
    """Return floor, ceiling, reference: in metres, or from `floor` and `ceiling` in words."""
    reference = str(told.get("reference", "amsl")).lower()
    if reference not in get_args(Reference):
        raise DataError(f"{where}: reference {reference!r}; have {', '.join(get_args(Reference))}")
    if "floor" in told or "ceiling" in told:
        try:
            floor = parse_height(str(told["floor"])) if "floor" in told else Height(None, None)
            ceiling = parse_height(str(told["ceiling"])) if "ceiling" in told else Height(None, None)
        except ValueError as error:
            raise DataError(f"{where}: {error}") from error
        floor_m, ceiling_m, said = combined(floor, ceiling)
    else:
        floor_m, ceiling_m = (_metres(told.get(key), f"{where}: {key}") for key in ("floor_m", "ceiling_m"))
        said = cast("Reference", reference)
    if floor_m is not None and ceiling_m is not None and ceiling_m < floor_m:
        raise DataError(f"{where}: the ceiling ({ceiling_m:.0f} m) is below the floor ({floor_m:.0f} m)")
    return floor_m, ceiling_m, said


def _metres(value: object, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1_000.0 <= value <= 100_000.0:
        raise DataError(f"{where}: {str(value)[:40]!r} is not a number of metres")
    return float(value)


def _schedules(value: object, where: str) -> tuple[Schedule, ...]:
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    return tuple(_schedule(item, f"{where}: schedule[{k}]") for k, item in enumerate(items))


def _schedule(item: object, where: str) -> Schedule:
    if not isinstance(item, dict):
        raise DataError(f"{where}: is not an object with days, from, to, start, end")
    unknown = sorted(set(item) - {"days", "from", "to", "start", "end"})
    if unknown:
        raise DataError(f"{where}: unknown key {unknown[0]!r}; have days, from, to, start, end")
    days = item.get("days", [])
    if not isinstance(days, list) or any(str(day).lower() not in DAYS for day in days):
        raise DataError(f"{where}: days {str(days)[:60]}; a list of {', '.join(DAYS)}")
    return Schedule(
        days=tuple(sorted({DAYS.index(str(day).lower()) for day in days})),
        from_minute=_minute(item.get("from", "00:00"), f"{where}: from"),
        to_minute=_minute(item.get("to", "24:00"), f"{where}: to"),
        from_s=_moment(item.get("start"), f"{where}: start"),
        to_s=_moment(item.get("end"), f"{where}: end"),
    )


def _minute(value: object, where: str) -> int:
    clock = _CLOCK.match(str(value))
    minute = int(clock[1]) * 60 + int(clock[2]) if clock and int(clock[2]) < 60 else -1
    if not 0 <= minute <= 1_440:
        raise DataError(f"{where}: {str(value)[:40]!r} is not a time of the UTC day such as 06:30")
    return minute


def _moment(value: object, where: str) -> float | None:
    if value is None:
        return None
    try:
        return moment(str(value))
    except ValueError as error:
        raise DataError(f"{where}: {str(value)[:40]!r} is not a time such as 2025-07-28T04:00:00Z") from error


def moment(text: str) -> float:
    """Return the epoch seconds of an ISO 8601 time, UTC where it names no zone.

    Raises:
        ValueError: it is none.
    """
    when = datetime.fromisoformat(text)
    return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).timestamp()
