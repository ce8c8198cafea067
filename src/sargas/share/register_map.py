"""The register as maps, one a year: signs by what flew, how far off a place may be, names where there is room.

The plane is Lambert's azimuthal equal-area one on the sphere (Snyder, Map Projections: A Working Manual, 1987, eq.
24-2 to 24-4) about the middle of the frontier. Signs differ in shape as well as in colour; the colours are those of
Okabe and Ito, which people with any colour vision can tell apart.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from sargas.airspace.borders import SOURCE, State
from sargas.model.register import RegisterRecord
from sargas.model.zone import Zone
from sargas.register.span import moment
from sargas.register.statistics import counted
from sargas.share.map_labels import Labels
from sargas.share.register_signs import SIGNS, Sign, sign_of
from sargas.share.svg import Drawing, Ink, Type

F64 = NDArray[np.float64]

NEIGHBOURS: Final[tuple[State, ...]] = (
    ("MD", "MD", "Moldova", ("Europe/Chisinau",)),
    ("SK", "SK", "Slovakia", ("Europe/Bratislava",)),
    ("HU", "HU", "Hungary", ("Europe/Budapest",)),
    ("HR", "HR", "Croatia", ("Europe/Zagreb",)),
    ("RS", "RS", "Serbia", ("Europe/Belgrade",)),
    ("BG", "BG", "Bulgaria", ("Europe/Sofia",)),
    ("CZ", "CZ", "Czechia", ("Europe/Prague",)),
    ("SE", "SE", "Sweden", ("Europe/Stockholm",)),
)
"""What lies beside the frontier on the map."""
WEST, SOUTH, EAST, NORTH = 13.2, 43.4, 31.8, 62.9
LON0, LAT0 = 24.0, 53.0
EARTH_KM: Final = 6_371.0
PANEL_MM: Final = 77.0
GAP_MM: Final = 3.0
COLUMNS: Final = 5
MARGIN_MM: Final = 10.0
HEAD_MM: Final = 21.0
TITLE_MM: Final = 12.0
KEY_MM: Final = 25.0
TOGETHER_MM: Final = 2.4
"""Signs of one kind that are closer than this are drawn as one, with their number."""
LEAST_CIRCLE_MM: Final = 1.3
NAME_MAX: Final = 24
SIMPLE_M: Final = 2_500.0
FACE: Final = "Libertinus Serif"

SEA: Final = Ink(fill="#eef2f5")
LAND: Final = Ink(fill="#fbfaf6", line="#b7bcc0", width=0.14)
FRONTIER: Final = Ink(fill="#ffffff", line="#6f7a82", width=0.22)
EDGE: Final = Ink(line="#9aa3a9", width=0.2)
CIRCLE: Final = Ink(line="#4a545b", width=0.16, dash=(0.7, 0.6))
TITLE: Final = Type(size=19.0, family=FACE, is_bold=True, halo=0.0)
SUBTITLE: Final = Type(size=10.0, family=FACE, colour="#3c4449", halo=0.0)
YEAR: Final = Type(size=15.0, family=FACE, is_bold=True, halo=0.0)
COUNT: Final = Type(size=8.0, family=FACE, colour="#3c4449", halo=0.0)
NAME: Final = Type(size=5.6, family=FACE, colour="#20272c", halo=0.45)
CODE: Final = Type(size=7.0, family=FACE, colour="#a3abb0", is_bold=True, halo=0.0)
KEY_NAME: Final = Type(size=9.0, family=FACE, halo=0.0)
CREDIT: Final = Type(size=7.5, family=FACE, colour="#3c4449", halo=0.0)
EXERCISE: Final = Type(size=14.0, family=FACE, colour="#b00020", is_bold=True, halo=0.0)
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HOME: Final = frozenset({"FI", "EE", "LV", "LT", "PL", "RO"})

_geos: Any = shapely  # shapely carries no types


class Ground(Struct, frozen=True, kw_only=True):
    """The states that lie under the signs, and whose data that is."""

    states: Sequence[Zone] = ()
    credit: str = f"Borders: {SOURCE}."


class Group(Struct, frozen=True, kw_only=True):
    """Records that are one sign of a map, and where that is [mm]."""

    sign: Sign
    x: float
    y: float
    records: tuple[RegisterRecord, ...]


def draw(records: Sequence[RegisterRecord], title: str, ground: Ground, *, is_exercise: bool = False) -> Drawing:
    """Return the sheet: a map for each year that has a record, and the key."""
    by_year: dict[int, list[RegisterRecord]] = {}
    for record in sorted(records, key=lambda record: (record.began_s, record.record_id)):
        by_year.setdefault(moment(record.began_s).year, []).append(record)
    years = range(min(by_year), max(by_year) + 1) if by_year else range(0)
    plane = Plane()
    n_columns = max(1, min(COLUMNS, len(years)))
    n_rows = max(1, math.ceil(len(years) / COLUMNS))
    wide = max(2 * MARGIN_MM + n_columns * PANEL_MM + (n_columns - 1) * GAP_MM, 200.0)
    row_mm = TITLE_MM + plane.height_mm + GAP_MM
    sheet = Drawing(wide, MARGIN_MM + HEAD_MM + n_rows * row_mm + KEY_MM + MARGIN_MM)
    sheet.shape(_geos.box(0.0, 0.0, sheet.width_mm, sheet.height_mm), Ink(fill="#ffffff"))
    _head(sheet, records, title, is_exercise=is_exercise)
    states = _states(ground, plane)
    for k, year in enumerate(years):
        x = MARGIN_MM + (k % COLUMNS) * (PANEL_MM + GAP_MM)
        y = MARGIN_MM + HEAD_MM + (k // COLUMNS) * row_mm
        of_year = by_year.get(year, [])
        _heading(sheet, (x, y), year, of_year)
        sheet.place(_panel(of_year, plane, states), x, y + 7.0)
    _key(sheet, sheet.height_mm - MARGIN_MM - KEY_MM + 4.0, ground)
    return sheet


class Plane:
    """Longitudes and latitudes to millimetres of a panel."""

    def __init__(self) -> None:
        corners = np.array([(lon, lat) for lon in np.linspace(WEST, EAST, 30) for lat in (SOUTH, NORTH)])
        self._low = np.zeros(2)
        self._km_a_mm = 1.0
        placed = self.mm(corners)
        low, high = placed.min(axis=0), placed.max(axis=0)
        # The frontier runs north and south: what bulges out at the sides in the south is cut off.
        middle = self.mm(np.array([(WEST, LAT0), (EAST, LAT0)]))
        self._km_a_mm = float((middle[1, 0] - middle[0, 0]) / PANEL_MM)
        self._low = np.array([middle[0, 0], low[1]])
        self.height_mm = float((high[1] - low[1]) / self._km_a_mm)

    def mm(self, lonlat: F64) -> F64:
        """Return places on the panel [mm], right and down, shape (n, 2)."""
        lon, lat = np.radians(lonlat[:, 0] - LON0), np.radians(lonlat[:, 1])
        lat0 = math.radians(LAT0)
        cos_c = math.sin(lat0) * np.sin(lat) + math.cos(lat0) * np.cos(lat) * np.cos(lon)
        k = EARTH_KM * np.sqrt(2.0 / (1.0 + cos_c))
        x = k * np.cos(lat) * np.sin(lon)
        y = k * (math.cos(lat0) * np.sin(lat) - math.sin(lat0) * np.cos(lat) * np.cos(lon))
        placed: F64 = (np.stack([x, -y], axis=1) - self._low) / self._km_a_mm
        return placed

    def at(self, record: RegisterRecord) -> tuple[float, float] | None:
        """Return where a record is on the panel, None if it has no place there."""
        if record.lat_deg is None or record.lon_deg is None:
            return None
        if not (0.0 <= record.lon_deg <= 60.0 and 30.0 <= record.lat_deg <= 80.0):
            return None
        x, y = self.mm(np.array([(record.lon_deg, record.lat_deg)]))[0].tolist()
        return (x, y) if 0.0 < x < PANEL_MM and 0.0 < y < self.height_mm else None

    def length_mm(self, metres: float) -> float:
        """Return a length on the panel."""
        return metres / 1_000.0 / self._km_a_mm


def _states(ground: Ground, plane: Plane) -> list[tuple[Zone, Any]]:
    panel = _geos.box(-2.0, -2.0, PANEL_MM + 2.0, plane.height_mm + 2.0)
    drawn = []
    for zone in ground.states:
        parts = []
        for polygon in zone.polygons:
            ring = np.array(polygon[0])
            if ring[:, 0].min() > EAST + 14.0 or ring[:, 0].max() < WEST - 14.0:
                continue
            parts.append(
                _geos.make_valid(_geos.Polygon(plane.mm(ring), [plane.mm(np.array(h)) for h in polygon[1:]]))
            )
        shape = _geos.intersection(_geos.union_all(parts), panel) if parts else _geos.Polygon()
        if not shape.is_empty:
            drawn.append((zone, _geos.simplify(shape, 0.06)))
    return sorted(drawn, key=lambda pair: pair[0].country in HOME)


def _head(sheet: Drawing, records: Sequence[RegisterRecord], title: str, *, is_exercise: bool) -> None:
    every = counted(records, ())
    sheet.text(MARGIN_MM, MARGIN_MM + 7.0, title, TITLE, "start")
    words = f"{every.n_incidents} incidents, {_span(every.n_min, every.n_max)} objects"
    known = f"origin not established for {every.n_origin_unknown}; without a place {every.n_unplaced}"
    sheet.text(MARGIN_MM, MARGIN_MM + 13.5, f"{words}; {known}", SUBTITLE, "start")
    if is_exercise:
        sheet.text(sheet.width_mm - MARGIN_MM, MARGIN_MM + 7.0, "EXERCISE", EXERCISE, "end")


def _heading(sheet: Drawing, at: tuple[float, float], year: int, records: Sequence[RegisterRecord]) -> None:
    """Write what stands above the map of a year."""
    sums = counted(records, ())
    n_incidents = f"{sums.n_incidents} {'incident' if sums.n_incidents == 1 else 'incidents'}"
    apart = f"; {sums.n_unplaced} without a place" if sums.n_unplaced else ""
    sheet.text(at[0], at[1] + 5.0, str(year), YEAR, "start")
    words = f"{n_incidents}, {_span(sums.n_min, sums.n_max)} objects{apart}"
    sheet.text(at[0] + 14.0, at[1] + 5.0, words, COUNT, "start")


def _panel(records: Sequence[RegisterRecord], plane: Plane, states: Sequence[tuple[Zone, Any]]) -> Drawing:
    """Return the map of a year."""
    placed = [(record, at) for record in records if (at := plane.at(record)) is not None]
    panel = Drawing(PANEL_MM, plane.height_mm)
    edge = _geos.box(0.0, 0.0, PANEL_MM, plane.height_mm)
    panel.shape(edge, SEA)
    for zone, shape in states:
        panel.shape(shape, FRONTIER if zone.country in HOME else LAND)
    labels = Labels(panel)
    for record, (x, y) in placed:
        radius = plane.length_mm(record.sd_m or 0.0)
        if radius >= LEAST_CIRCLE_MM:
            panel.circle(x, y, radius, CIRCLE)
    groups = grouped(placed)
    for group in groups:
        group.sign.draw(panel, group.x, group.y)
        labels.take(group.x, group.y, 1.1)
    for group in sorted(groups, key=_rank):
        labels.beside(group.x, group.y, _names(group), NAME, 1.5, is_forced=False)
    _codes(labels, states)
    panel.shape(edge, EDGE)
    return panel


def grouped(placed: Sequence[tuple[RegisterRecord, tuple[float, float]]]) -> list[Group]:
    """Return the signs of a map: records of one kind that lie on each other are one."""
    groups: list[list[tuple[RegisterRecord, tuple[float, float]]]] = []
    for record, at in placed:
        for group in groups:
            first, where = group[0]
            is_near = math.dist(where, at) < TOGETHER_MM
            if is_near and sign_of(first.object_type) is sign_of(record.object_type):
                group.append((record, at))
                break
        else:
            groups.append([(record, at)])
    return [
        Group(
            sign=sign_of(group[0][0].object_type),
            x=sum(at[0] for _, at in group) / len(group),
            y=sum(at[1] for _, at in group) / len(group),
            records=tuple(record for record, _ in group),
        )
        for group in groups
    ]


def _rank(group: Group) -> tuple[int, float]:
    """Return what is named first: where something fell or burst, then where there was more."""
    fell = any(record.outcome in {"exploded", "shot_down", "crashed"} for record in group.records)
    return (0 if fell else 1, -float(sum(record.n_min for record in group.records)))


def _names(group: Group) -> list[str]:
    """Return the texts of a sign, the longest first."""
    first = group.records[0]
    place = first.place.split(",")[0].split(" and ")[0]
    place = place.removeprefix("near ").removeprefix("about ")
    name = place if len(place) <= NAME_MAX else f"{place[: NAME_MAX - 1]}…"
    if len(group.records) > 1:
        return [f"{name} ×{len(group.records)}", f"×{len(group.records)}"]
    began = moment(first.began_s)
    month = "" if first.precision == "year" else MONTHS[began.month - 1]
    day = month if first.precision == "month" or not month else f"{began.day} {month}"
    return [f"{name} {day}".strip(), name]


def _codes(labels: Labels, states: Sequence[tuple[Zone, Any]]) -> None:
    """Write the codes of the states where they lie under no sign."""
    for zone, shape in states:
        if shape.area > 30.0:
            at = _geos.point_on_surface(shape)
            labels.centre(at.x, at.y, zone.country, CODE)


def _key(sheet: Drawing, y: float, ground: Ground) -> None:
    x = MARGIN_MM
    for sign in SIGNS:
        sign.draw(sheet, x + 1.5, y)
        sheet.text(x + 4.0, y + 1.1, sign.title, KEY_NAME, "start")
        x += 9.0 + 1.62 * len(sign.title)
    y += 7.0
    sheet.circle(MARGIN_MM + 1.5, y, 1.6, CIRCLE)
    text = "how far off the place may be (one standard deviation); ×3: so many on one spot; a name is the place and"
    sheet.text(MARGIN_MM + 4.0, y + 1.1, f"{text} the day (UTC)", KEY_NAME, "start")
    own = "An incident of several countries is on the map once. What is not here was not reported, or not found."
    sheet.text(MARGIN_MM, y + 7.0, own, CREDIT, "start")
    sheet.text(MARGIN_MM, y + 11.0, ground.credit, CREDIT, "start")


def _span(n_min: int, n_max: int) -> str:
    return str(n_min) if n_min == n_max else f"{n_min} to {n_max}"
