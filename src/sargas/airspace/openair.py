"""Zones from OpenAir text, the format of gliders' airspace files.

Read are AC (class), AN (name), AI (id), AL and AH (floor, ceiling), AA (active from/to), DP (point), V X= (centre),
V D= (direction), DC (circle), DA (arc by angles), DB (arc by points), and * (comment). Drawing styles, frequencies
and labels (AT AY AF AG AX SP SB V W V Z TO TC DY) say nothing about where a zone is and are passed over.
Source: Winpilot, OpenAir user airspace format; Naviter, OpenAir format version 2.
"""

import re
from typing import Any, Final

import shapely

from sargas.airspace.arcs import Point, arc, arc_between, circle
from sargas.airspace.borders import polygons
from sargas.airspace.heights_text import Height, combined, parse_height
from sargas.airspace.zone_table import check_rings, moment, with_own_ids
from sargas.model.errors import DataError
from sargas.model.units import NAUTICAL_MILE_M
from sargas.model.zone import Polygon, Schedule, Zone, ZoneKind

FAULTS_TOLD: Final = 20
RADIUS_MAX_NM: Final = 1_000.0
_KINDS: Final[dict[str, ZoneKind]] = {"P": "prohibited", "R": "restricted", "Q": "danger"}
_PASSED_OVER: Final = frozenset({"AT", "AY", "AF", "AG", "AX", "SP", "SB", "TO", "TC", "DY"})
_COMMAND: Final = re.compile(r"^([A-Z]{1,2})(?:\s+(.*))?$", re.IGNORECASE)
_ANGLE: Final = r"(\d{1,3})\s*:\s*(\d{1,2}(?:\.\d+)?)\s*(?::\s*(\d{1,2}(?:\.\d+)?))?\s*"
_POSITION: Final = re.compile(rf"^{_ANGLE}([NS])\s*,?\s*{_ANGLE}([EW])$", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"^(\d{1,2}\.\d+)\s*([NS])\s*,?\s*(\d{1,3}\.\d+)\s*([EW])$", re.IGNORECASE)
_ID: Final = re.compile(r"[^A-Za-z0-9._-]+")
_geos: Any = shapely  # shapely carries no types


def zones(data: bytes, name: str) -> list[Zone]:
    """Return the zones of an OpenAir file.

    Args:
        data: the file, UTF-8 or Latin-1.
        name: its name, for errors and as the zones' source.

    Raises:
        DataError: lines that cannot be read, each with its number.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    parser = _Parser(name)
    for number, line in enumerate(text.splitlines(), 1):
        parser.line(number, line)
    found = parser.end()
    if parser.faults:
        more = len(parser.faults) - FAULTS_TOLD
        told = parser.faults[:FAULTS_TOLD] + ([f"and {more} more"] if more > 0 else [])
        raise DataError(f"{name}: " + "; ".join(told))
    if not found:
        raise DataError(f"{name}: has no zone; an OpenAir zone begins with a line AC")
    return with_own_ids(found)


class _Draft:
    """The zone that is being read."""

    def __init__(self, number: int, kind: ZoneKind) -> None:
        self.number = number
        self.kind = kind
        self.name = ""
        self.id = ""
        self.floor = Height(None, None)
        self.ceiling = Height(None, None)
        self.points: list[Point] = []
        self.rings: list[tuple[Point, ...]] = []
        self.schedule: list[Schedule] = []
        self.centre: Point | None = None
        self.is_clockwise = True


class _Parser:
    """Lines to zones; faults are kept, so that all of them can be told at once."""

    def __init__(self, source: str) -> None:
        self.faults: list[str] = []
        self._source = source
        self._zones: list[Zone] = []
        self._draft: _Draft | None = None

    def line(self, number: int, line: str) -> None:
        """Take one line."""
        plain = line.split("*", 1)[0].strip()
        if not plain:
            return
        try:
            self._command(number, plain)
        except ValueError as error:
            self.faults.append(f"line {number}: {error}")

    def end(self) -> list[Zone]:
        """Return the zones when there are no more lines."""
        self._finish()
        return self._zones

    def _command(self, number: int, plain: str) -> None:
        found = _COMMAND.match(plain)
        command = found[1].upper() if found else ""
        rest = (found[2] or "").strip() if found else ""
        if command == "AC":
            self._finish()
            self._draft = _Draft(number, _KINDS.get(rest.upper(), "other"))
            return
        if command in _PASSED_OVER:
            return
        draft = self._draft
        if draft is None:
            raise ValueError(f"{plain[:40]!r} stands before the first AC")
        if command in {"DP", "DA", "DB", "DC"}:
            _draw(draft, command, rest)
        elif command == "V":
            _set_variable(draft, rest)
        elif command in {"AN", "AI", "AL", "AH", "AA"}:
            _describe(draft, command, rest)
        else:
            raise ValueError(f"no command {plain[:40]!r}; have AC AN AI AL AH AA DP V DC DA DB")

    def _finish(self) -> None:
        """Keep the zone that was being read."""
        draft, self._draft = self._draft, None
        if draft is None:
            return
        if draft.points:
            draft.rings.append(tuple(draft.points))
        label = f" ({draft.name})" if draft.name else ""
        where = f"line {draft.number}: zone{label}"
        if not draft.rings:
            self.faults.append(f"{where} has no outline")
            return
        try:
            shapes = [polygon for ring in draft.rings for polygon in _polygons(ring)]
            check_rings(shapes, where)
        except DataError as error:
            self.faults.append(str(error))
            return
        floor_m, ceiling_m, reference = combined(draft.floor, draft.ceiling)
        own_id = _ID.sub("-", draft.id or draft.name).strip("-")[:64]
        self._zones.append(
            Zone(
                id=own_id or f"{_ID.sub('-', self._source)}-{len(self._zones) + 1}",
                name=draft.name or f"zone of line {draft.number}",
                kind=draft.kind,
                polygons=tuple(shapes),
                floor_m=floor_m,
                ceiling_m=ceiling_m,
                reference=reference,
                schedule=tuple(draft.schedule),
                source=self._source,
            )
        )


def _describe(draft: _Draft, command: str, rest: str) -> None:
    match command:
        case "AN":
            draft.name = rest[:120]
        case "AI":
            draft.id = rest
        case "AL":
            draft.floor = parse_height(rest)
        case "AH":
            draft.ceiling = parse_height(rest)
        case "AA" if rest.upper() != "NONE":
            draft.schedule.append(_activation(rest))


def _set_variable(draft: _Draft, rest: str) -> None:
    name, _, value = rest.partition("=")
    match name.strip().upper():
        case "X":
            draft.centre = _position(value)
        case "D" if value.strip() in {"+", "-"}:
            draft.is_clockwise = value.strip() == "+"
        case "W" | "Z":
            pass
        case _:
            raise ValueError(f"variable {rest[:40]!r}; have X=, D=+, D=-")


def _draw(draft: _Draft, command: str, rest: str) -> None:
    if command == "DP":
        draft.points.append(_position(rest))
        return
    if draft.centre is None:
        raise ValueError(f"{command} needs a centre: a line V X= before it")
    parts = [part.strip() for part in rest.split(",")]
    if command == "DC":
        draft.rings.append(circle(*draft.centre, _number(rest, "radius", RADIUS_MAX_NM) * NAUTICAL_MILE_M))
    elif command == "DA":
        if len(parts) != 3:
            raise ValueError(f"DA {rest[:40]!r} is not radius, start angle, end angle")
        radius_m = _number(parts[0], "radius", RADIUS_MAX_NM) * NAUTICAL_MILE_M
        start_deg, end_deg = (_number(part, "angle", 360.0) for part in parts[1:])
        draft.points += arc(*draft.centre, radius_m, start_deg, end_deg, is_clockwise=draft.is_clockwise)
    else:
        if len(parts) != 2:
            raise ValueError(f"DB {rest[:60]!r} is not two positions with a comma between")
        start, end = (_position(part) for part in parts)
        draft.points += arc_between(draft.centre, start, end, is_clockwise=draft.is_clockwise)


def _polygons(points: tuple[Point, ...]) -> list[Polygon]:
    """Return the ring closed and without the small loops that rounded coordinates make."""
    plain = [point for k, point in enumerate(points) if k == 0 or point != points[k - 1]]
    if plain[0] != plain[-1]:
        plain.append(plain[0])
    if len(plain) < 4:
        return [(tuple(plain),)]
    shape = _geos.Polygon(plain)
    return [(tuple(plain),)] if shape.is_valid else list(polygons(_geos.make_valid(shape)))


def _position(text: str) -> Point:
    plain = text.strip()
    decimal = _DECIMAL.match(plain)
    if decimal is not None:
        lat_deg, lon_deg = float(decimal[1]), float(decimal[3])
        south, west = decimal[2].upper() == "S", decimal[4].upper() == "W"
    else:
        sexagesimal = _POSITION.match(plain)
        if sexagesimal is None:
            raise ValueError(f"position {plain[:40]!r} is not of the form 54:36:30 N 025:43:20 E")
        lat_deg, lon_deg = _degrees(sexagesimal.groups()[:3]), _degrees(sexagesimal.groups()[4:7])
        south, west = sexagesimal[4].upper() == "S", sexagesimal[8].upper() == "W"
    if lat_deg > 90.0 or lon_deg > 180.0:
        raise ValueError(f"position {plain[:40]!r} is not on the globe")
    return (-lon_deg if west else lon_deg, -lat_deg if south else lat_deg)


def _degrees(parts: tuple[str | None, ...]) -> float:
    degrees, minutes, seconds = (float(part or 0.0) for part in parts)
    if minutes >= 60.0 or seconds >= 60.0:
        raise ValueError("minutes and seconds are below 60")
    return degrees + minutes / 60.0 + seconds / 3_600.0


def _number(text: str, what: str, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= most or (what == "radius" and number == 0.0):
        raise ValueError(f"{what} {text[:40]!r} is not a number up to {most:g}")
    return number


def _activation(rest: str) -> Schedule:
    start, _, end = rest.partition("/")
    try:
        return Schedule(from_s=moment(start.strip().upper()), to_s=moment(end.strip().upper()))
    except ValueError as error:
        raise ValueError(f"AA {rest[:60]!r} is not of the form 2025-07-28T04:00Z/2025-07-28T06:00Z") from error
