"""Who and what may lie in the way: towns, municipalities and points, as columns that can be looked up by place.

A town is as large as its people need: 1,500 of them on a square kilometre, as in the built-up area of the towns of
this frontier. Municipalities are kept with few corners. Only plain columns go into a snapshot.
"""

import math
from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from sargas.model.zone import Municipality, Place, PointOfInterest
from sargas.warn.country import Country, Packed, packed, unpacked

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

PEOPLE_PER_M2: Final = 1_500.0 / 1.0e6
TOWN_RADIUS_MOST_M: Final = 10_000.0
TOWN_RADIUS_LEAST_M: Final = 300.0
NEAR_CELL_M: Final = 4_000.0
OVER_CELL_M: Final = 1_000.0
CELLS_MOST: Final = 250_000
CORNERS_ALL: Final = 20_000
"""Corners of all municipalities together, about: some 160 kB."""
TOLERANCES_M: Final = (50.0, 100.0, 200.0, 400.0, 800.0)

_geos: Any = shapely  # shapely carries no types


class Subject(Struct, frozen=True, kw_only=True):
    """One of them. `population` is None where it is not known."""

    kind: Literal["town", "municipality", "point"]
    name: str
    country: str
    lat_deg: float
    lon_deg: float
    population: int | None = None
    what: str = ""


class Index(NamedTuple):
    """Which subjects each cell has, cells row by row: where each cell's begin in `members`, and the end."""

    first: I64
    members: I64
    corner_m: F64
    cell_m: float
    columns: int


TEXTS: Final = ("kind", "name", "country", "what")
_KINDS: Final[dict[str, Literal["town", "municipality", "point"]]] = {
    "town": "town",
    "municipality": "municipality",
    "point": "point",
}
Columns: TypeAlias = tuple[tuple[str, ...], F64]
"""The texts of all subjects, one a line, by key; their latitudes, longitudes and populations (NaN is not known)."""
State: TypeAlias = tuple[Columns, int, F32, tuple[float, float, float, float], list[Packed]]


class Subjects:
    """All that may lie in the way: first the towns, then the points, then the municipalities.

    `places_m` are x, y and how near is near of each, `towns_m` x, y and radius of each town, in the country's plane.
    """

    def __init__(
        self,
        country: Country,
        places: Sequence[Place],
        points: Sequence[PointOfInterest],
        municipalities: Sequence[Municipality],
        near_m: float,
    ) -> None:
        shapes = [_shape(one, country) for one in municipalities]
        subjects = (
            *(_town(place) for place in places),
            *(_point(point) for point in points),
            *(_area(one, shape, country) for one, shape in zip(municipalities, shapes, strict=True)),
        )
        lonlat = [(one.lon_deg, one.lat_deg) for one in subjects]
        radius_m = [town_radius_m(one) + near_m for one in subjects]
        places_m = np.column_stack([country.xy(lonlat), np.array(radius_m, np.float64)]).astype(np.float32)
        n_places = len(places) + len(points)
        # As it comes back from a snapshot, so that a restart changes nothing.
        self.__setstate__((_columns(subjects), n_places, places_m, country.bounds_m, _outlines(shapes)))

    @property
    def near(self) -> Index:
        """Which places have each cell within what is near."""
        if "near" not in self._lazy:
            self._lazy["near"] = self._near()
        found: Index = self._lazy["near"]
        return found

    @property
    def over(self) -> Index:
        """Which municipalities, counted from the first one, have the middle of each cell."""
        if "over" not in self._lazy:
            self._lazy["over"] = self._over()
        found: Index = self._lazy["over"]
        return found

    @property
    def shapes(self) -> list[Any]:
        """The municipalities in the country's plane."""
        if "shapes" not in self._lazy:
            self._lazy["shapes"] = [_geos.MultiPolygon(unpacked(one)) for one in self._outlines]
        found: list[Any] = self._lazy["shapes"]
        return found

    def _near(self) -> Index:
        xyr = self.places_m[: self.n_places]
        low = np.array(self._bounds_m[:2]) - NEAR_CELL_M
        columns, rows = np.ceil((np.array(self._bounds_m[2:]) - low) / NEAR_CELL_M).astype(int).tolist()
        from_cell = np.floor((xyr[:, :2] - xyr[:, 2:] - low) / NEAR_CELL_M).astype(int)
        to_cell = np.floor((xyr[:, :2] + xyr[:, 2:] - low) / NEAR_CELL_M).astype(int)
        cells: list[int] = []
        members: list[int] = []
        for k, ((c0, r0), (c1, r1)) in enumerate(zip(from_cell.tolist(), to_cell.tolist(), strict=True)):
            for r in range(max(r0, 0), min(r1, rows - 1) + 1):
                touched = range(max(c0, 0), min(c1, columns - 1) + 1)
                cells += [r * columns + c for c in touched]
                members += [k] * len(touched)
        return _index(np.array(cells, np.int64), np.array(members, np.int64), low, NEAR_CELL_M, (rows, columns))

    def _over(self) -> Index:
        west, south, east, north = self._bounds_m
        cell_m = OVER_CELL_M
        while (east - west) * (north - south) / cell_m**2 > CELLS_MOST:
            cell_m *= 2.0
        columns, rows = math.ceil((east - west) / cell_m), math.ceil((north - south) / cell_m)
        cells, members = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for k, shape in enumerate(self.shapes):
            if shape.is_empty:
                continue
            box = (np.array(shape.bounds) - np.array([west, south, west, south])) / cell_m
            c = np.arange(max(int(box[0]), 0), min(int(box[2]) + 1, columns))
            r = np.arange(max(int(box[1]), 0), min(int(box[3]) + 1, rows))
            x, y = np.meshgrid(west + (c + 0.5) * cell_m, south + (r + 0.5) * cell_m)
            _geos.prepare(shape)
            is_inside = _geos.contains_xy(shape, x, y)
            found = (r[:, None] * columns + c[None, :])[is_inside]
            cells.append(found.astype(np.int64))
            members.append(np.full(len(found), k, np.int64))
        corner = np.array([west, south])
        return _index(np.concatenate(cells), np.concatenate(members), corner, cell_m, (rows, columns))

    def __getstate__(self) -> State:
        return self._state

    def __setstate__(self, state: State) -> None:
        self._state = state
        columns, self.n_places, places_m, self._bounds_m, self._outlines = state
        self.subjects = _subjects(columns)
        self.places_m: F64 = places_m.astype(np.float64)
        radius_m = [max(town_radius_m(one), TOWN_RADIUS_LEAST_M) for one in self.subjects if one.kind == "town"]
        self.towns_m: F64 = np.column_stack([self.places_m[: len(radius_m), :2], np.array(radius_m, np.float64)])
        self._lazy: dict[str, Any] = {}


def _columns(subjects: Sequence[Subject]) -> Columns:
    """Return subjects as columns, a tenth of the size."""
    texts = tuple("\n".join(_line(getattr(one, key)) for one in subjects) for key in TEXTS)
    numbers = np.array(
        [(one.lat_deg, one.lon_deg, math.nan if one.population is None else one.population) for one in subjects],
        np.float64,
    )
    return texts, numbers.reshape(-1, 3)


def _subjects(columns: Columns) -> tuple[Subject, ...]:
    texts, numbers = columns
    if not len(numbers):
        return ()
    return tuple(
        Subject(
            kind=_KINDS[kind],
            name=name,
            country=country,
            what=what,
            lat_deg=lat,
            lon_deg=lon,
            population=None if math.isnan(people) else int(people),
        )
        for kind, name, country, what, (lat, lon, people) in zip(
            *(text.split("\n") for text in texts), numbers.tolist(), strict=True
        )
    )


def _line(text: str) -> str:
    return text.replace("\n", " ")


def town_radius_m(subject: Subject) -> float:
    """Return how far a town reaches from its middle; 0 for what is a point or an area."""
    if subject.kind != "town" or not subject.population:
        return 0.0
    return min(math.sqrt(subject.population / PEOPLE_PER_M2 / math.pi), TOWN_RADIUS_MOST_M)


def _town(place: Place) -> Subject:
    return Subject(
        kind="town",
        name=place.name,
        country=place.country,
        lat_deg=place.lat_deg,
        lon_deg=place.lon_deg,
        population=place.population or None,
    )


def _point(point: PointOfInterest) -> Subject:
    return Subject(
        kind="point",
        name=point.name,
        country=point.country,
        lat_deg=point.lat_deg,
        lon_deg=point.lon_deg,
        population=point.population,
        what=point.kind,
    )


def _area(one: Municipality, shape: Any, country: Country) -> Subject:
    lon_deg, lat_deg = one.polygons[0][0][0]
    if not shape.is_empty:
        middle = shape.representative_point()
        ((lon_deg, lat_deg),) = country.lonlat([[middle.x, middle.y]]).tolist()
    return Subject(
        kind="municipality",
        name=one.name,
        country=one.country,
        lat_deg=round(lat_deg, 5),
        lon_deg=round(lon_deg, 5),
        population=one.population,
    )


def _shape(one: Municipality, country: Country) -> Any:
    polygons = [country.shape(polygon) for polygon in one.polygons]
    # Corners that lie on a line bound nothing: such a municipality is never in the way.
    return _geos.MultiPolygon([part for part in _geos.get_parts(_geos.union_all(polygons)) if part.area > 0.0])


def _outlines(shapes: Sequence[Any]) -> list[Packed]:
    """Return the municipalities with as many corners as there is room for."""
    simple = list(shapes)
    for tolerance_m in TOLERANCES_M:
        simple = [_geos.simplify(shape, tolerance_m) for shape in shapes]
        if sum(_geos.get_num_coordinates(shape) for shape in simple) <= CORNERS_ALL:
            break
    return [packed(shape) for shape in simple]


def _index(cells: I64, members: I64, corner_m: F64, cell_m: float, shape: tuple[int, int]) -> Index:
    order = np.argsort(cells, kind="stable")
    first = np.searchsorted(cells[order], np.arange(math.prod(shape) + 1)).astype(np.int64)
    return Index(first, members[order], corner_m, cell_m, shape[1])
