"""Sovereign airspace of the frontier states, from the time-zone polygons of OpenStreetMap in `timezonefinder-data`.

On this frontier a time zone ends where the state ends, the territorial sea included, so a state is the union of its
zones; several rings of one state that touch are dissolved. Nothing is simplified here: alerts use every vertex.
The mainland of Russia is cut at 41 degrees east, far from every border that is watched.

File format (timezonefinder-data 3, polygon layout 3): a ring is cut into blocks of 128 vertices; each block holds,
per axis, residuals against its own base as a little-endian bit stream of 32-bit words, x before y, and repeats the
first vertex of the next block at its end. Residuals count steps of 1e-6 degree; bases are in 1e-7 degree.
Source: the schema and the documentation that travel with the package; layout checked before use.
"""

import io
import json
import struct
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from msgspec import structs

from sargas.model.errors import DataError
from sargas.model.zone import Polygon, Ring, Zone

SOURCE = "OpenStreetMap contributors (ODbL), time-zone polygons by timezone-boundary-builder, timezonefinder-data"
EASTERN_CUT_DEG = 41.0

State: TypeAlias = tuple[str, str, str, tuple[str, ...]]
STATES: tuple[State, ...] = (
    ("LT", "LT", "Lithuania", ("Europe/Vilnius",)),
    ("LV", "LV", "Latvia", ("Europe/Riga",)),
    ("EE", "EE", "Estonia", ("Europe/Tallinn",)),
    ("PL", "PL", "Poland", ("Europe/Warsaw",)),
    ("FI", "FI", "Finland", ("Europe/Helsinki", "Europe/Mariehamn")),
    ("RO", "RO", "Romania", ("Europe/Bucharest",)),
    ("BY", "BY", "Belarus", ("Europe/Minsk",)),
    ("UA", "UA", "Ukraine", ("Europe/Kyiv", "Europe/Simferopol")),
    ("RU-KGD", "RU", "Russia (Kaliningrad)", ("Europe/Kaliningrad",)),
    ("RU", "RU", "Russia", ("Europe/Moscow",)),
)
"""Zone id, country code, English name, time zones."""

_LAYOUT = 3
_BLOCK = 128
_STEP = 10
_PER_DEGREE = 1.0e7

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Reader = Callable[[str], bytes]
Shape: TypeAlias = Any
"""A geometry of shapely, which carries no types."""
_geos: Any = shapely


class _Rings:
    """One collection of packed rings (`boundaries` or `holes`)."""

    def __init__(self, read: Reader, folder: str) -> None:
        def array(name: str) -> npt.NDArray[np.integer]:
            loaded: npt.NDArray[np.integer] = np.load(io.BytesIO(read(f"{folder}/{name}.npy")), allow_pickle=False)
            return loaded

        self.n_vertices = array("nr_vertices")
        self.bases = array("block_bases")
        self.floors = array("block_ranges")[:, 0]
        self.widths = array("block_widths").astype(np.int64)
        self.blocks = array("block_offsets")
        name = f"{folder}/coordinates.bin"
        data = read(name)
        self.words = np.frombuffer(data, "<u4", count=len(data) // 4)
        self.payloads = _payload_words(data, name)

    def ring(self, index: int) -> F64:
        """Return the ring as (lon, lat) degrees, shape (n, 2), not repeated at its end."""
        first, last = int(self.blocks[index]), int(self.blocks[index + 1])
        counts = np.full(last - first, _BLOCK + 1, dtype=np.int64)
        counts[-1] = int(self.n_vertices[index]) - (last - first - 1) * _BLOCK + 1
        widths = self.widths[first:last]
        sizes = -(-counts[:, None] * widths // 32)
        starts = int(self.payloads[index]) + np.concatenate(([0], np.cumsum(sizes.sum(axis=1))[:-1]))
        block = np.repeat(np.arange(last - first), counts)
        within = np.arange(len(block)) - np.repeat(np.cumsum(counts) - counts, counts)
        own = within < counts[block] - 1  # the last value repeats the next block's first vertex
        block, within = block[own], within[own]
        columns = []
        for axis, base in enumerate((self.bases[first:last], self.floors[first:last])):
            begin = starts + (sizes[:, 0] if axis else 0)
            residual = _unpack(self.words, begin[block], within, widths[block, axis])
            columns.append((residual * _STEP + base.astype(np.int64)[block]) / _PER_DEGREE)
        return np.stack(columns, axis=1)


def _unpack(words: npt.NDArray[np.uint32], begin: I64, index: I64, width: I64) -> I64:
    """Return the fields of `width` bits at position `index` of the bit streams that start at word `begin`."""
    bit = index * width
    at = begin + (bit >> 5)
    after = np.minimum(at + 1, len(words) - 1)
    pair = words[at].astype(np.uint64) | (words[after].astype(np.uint64) << np.uint64(32))
    mask = (np.uint64(1) << width.astype(np.uint64)) - np.uint64(1)
    fields: I64 = ((pair >> (bit & 31).astype(np.uint64)) & mask).astype(np.int64)
    return fields


def _payload_words(data: bytes, name: str) -> list[int]:
    """Return the word at which each ring's payload begins (FlatBuffers: root table, vector of tables of vectors)."""
    try:
        if data[4:8] != b"TZFP":
            raise DataError(f"{name}: not a polygon file of timezonefinder-data")
        root = struct.unpack_from("<I", data, 0)[0]
        layout = struct.unpack_from("<H", data, _field(data, root, 1))[0]
        if layout != _LAYOUT:
            raise DataError(f"{name}: polygon layout {layout}; layout {_LAYOUT} is read (timezonefinder-data 3)")
        vector = _follow(data, _field(data, root, 0))
        n_rings = struct.unpack_from("<I", data, vector)[0]
        starts = []
        for k in range(n_rings):
            table = _follow(data, vector + 4 + 4 * k)
            starts.append((_follow(data, _field(data, table, 0)) + 4) // 4)
    except struct.error as error:
        raise DataError(f"{name}: cut short") from error
    return starts


def _follow(data: bytes, at: int) -> int:
    return at + int(struct.unpack_from("<I", data, at)[0])


def _field(data: bytes, table: int, slot: int) -> int:
    vtable = table - int(struct.unpack_from("<i", data, table)[0])
    return table + int(struct.unpack_from("<H", data, vtable + 4 + 2 * slot)[0])


def load(read: Reader, countries: Sequence[str] | None = None, states: Sequence[State] = STATES) -> list[Zone]:
    """Return the sovereign zones of the frontier states, or of `countries` (codes such as LT, BY, RU).

    Args:
        read: gives the bytes of a file of the package `timezonefinder_data` by its name, such as `data/zone_ids.npy`.
        countries: country codes; None is all.
        states: which states there are; those of the frontier if it is left out.

    Raises:
        DataError: the package's data are of another layout, or a time zone is missing.
    """
    names = read("data/timezone_names.txt").decode().split()
    zone_ids = np.load(io.BytesIO(read("data/zone_ids.npy")), allow_pickle=False)
    registry: dict[str, tuple[int, int]] = json.loads(read("data/hole_registry.json"))
    references = np.load(io.BytesIO(read("data/holes/poly_ref.npy")), allow_pickle=False)
    outer, inline = _Rings(read, "data/boundaries"), _Rings(read, "data/holes")

    def hole(number: int) -> F64:
        reference = int(references[number])
        return outer.ring(reference) if reference >= 0 else inline.ring(-(reference + 1))

    def polygon(index: int) -> Shape:
        n_holes, first = registry.get(str(index), (0, 0))
        return _geos.Polygon(outer.ring(index), [hole(first + k) for k in range(n_holes)])

    zones = []
    for zone_id, country, name, time_zones in states:
        if countries is not None and country not in countries:
            continue
        shapes = []
        for time_zone in time_zones:
            if time_zone not in names:
                raise DataError(f"timezonefinder-data has no time zone {time_zone}, so no border of {name}")
            shapes += [polygon(int(k)) for k in np.flatnonzero(zone_ids == names.index(time_zone))]
        whole = _dissolved(shapes, zone_id)
        zones.append(
            Zone(id=zone_id, name=name, kind="sovereign", polygons=polygons(whole), country=country, source=SOURCE)
        )
    return zones


def _dissolved(shapes: list[Shape], zone_id: str) -> Shape:
    if zone_id == "RU":
        clipped = [_geos.clip_by_rect(shape, 20.0, 40.0, EASTERN_CUT_DEG, 80.0) for shape in shapes]
        shapes = [shape for shape in clipped if not shape.is_empty]
    return shapes[0] if len(shapes) == 1 else _geos.union_all(shapes)


def polygons(shape: Shape) -> tuple[Polygon, ...]:
    """Return the rings of a shapely polygon or multipolygon as (lon, lat) tuples."""
    parts = [part for part in _geos.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty]
    return tuple(tuple(_points(ring) for ring in (part.exterior, *part.interiors)) for part in parts)


def _points(ring: Shape) -> Ring:
    lon_deg, lat_deg = np.asarray(ring.coords)[:, :2].T.tolist()
    return tuple(zip(lon_deg, lat_deg, strict=True))


def simplified(zone: Zone, tolerance_m: float) -> Zone:
    """Return a copy of the zone for drawing: no vertex more than about `tolerance_m` from the true line.

    Never for alerts. Longitudes are stretched by the cosine of the latitude so that the tolerance is the same in both
    directions.
    """
    drawn: list[Polygon] = []
    for polygon in zone.polygons:
        lat_deg = float(np.mean([point[1] for point in polygon[0]]))
        scale = np.array([111_320.0 * np.cos(np.radians(lat_deg)), 111_132.0])
        shape = _geos.Polygon(np.array(polygon[0]) * scale, [np.array(ring) * scale for ring in polygon[1:]])
        if shape.area < tolerance_m**2 and len(zone.polygons) > 1:
            continue
        plain = _geos.transform(_geos.simplify(shape, tolerance_m), lambda xy, s=scale: xy / s)
        drawn += polygons(plain)
    return structs.replace(zone, polygons=tuple(drawn))


def clipped(zone: Zone, west_deg: float, south_deg: float, east_deg: float, north_deg: float) -> Zone:
    """Return the zone cut to a box; its vertices inside the box stay as they are."""
    parts = [
        _geos.clip_by_rect(_shape(polygon), west_deg, south_deg, east_deg, north_deg)
        for polygon in zone.polygons
        if _reaches(polygon[0], west_deg, south_deg, east_deg, north_deg)
    ]
    return structs.replace(zone, polygons=tuple(ring for part in parts for ring in polygons(part)))


def _shape(polygon: Polygon) -> Shape:
    """Return a polygon of shapely; by way of arrays, since one point at a time takes seconds for a long border."""
    return _geos.Polygon(np.array(polygon[0]), [np.array(ring) for ring in polygon[1:]])


def _reaches(ring: Ring, west_deg: float, south_deg: float, east_deg: float, north_deg: float) -> bool:
    low, high = np.min(ring, axis=0), np.max(ring, axis=0)
    return bool(low[0] <= east_deg and high[0] >= west_deg and low[1] <= north_deg and high[1] >= south_deg)


def overridden(borders: Sequence[Zone], own: Sequence[Zone]) -> list[Zone]:
    """Return the borders without the countries for which `own` has a sovereign zone, then all own zones."""
    replaced = {zone.country for zone in own if zone.kind == "sovereign"}
    return [zone for zone in borders if zone.country not in replaced] + list(own)
