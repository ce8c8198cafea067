"""The military grid on a map: its lines, the numbers at the edges, the letters of its squares; across zones too."""

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from sargas.search.grid_reference import mgrs_of
from sargas.share.grids import Zone
from sargas.share.map_frame import Frame, plane

F64 = NDArray[np.float64]

_geos: Any = shapely  # shapely carries no types

STEPS_M: Final = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
APART_MM: Final = 14.0
"""Lines of the grid lie at least so far apart."""
LABELS_APART_MM: Final = 7.0
SQUARE_M: Final = 100_000.0
BITS: Final = 24
"""Lines of another zone are bent on the paper; they are drawn in so many pieces."""


class GridLabel(Struct, frozen=True):
    """A number at the edge: `small` are the figures before the two that one reads."""

    x_mm: float
    y_mm: float
    side: str
    small: str
    large: str


class Square(Struct, frozen=True):
    """A square of 100 km as far as it is on the paper: its zone and letters, as "35U LA"."""

    name: str
    shape: Any


class Grid(Struct, frozen=True, kw_only=True):
    """The lines (shapes on the paper), zone boundaries, labels and squares of a map."""

    step_m: int
    lines: tuple[Any, ...]
    boundaries: tuple[Any, ...]
    labels: tuple[GridLabel, ...]
    squares: tuple[Square, ...]


def grid_of(frame: Frame) -> Grid:
    """Return the grid of a map: 1, 2, 5, 10, 20, 50 or 100 km, whatever is neither too dense nor too wide."""
    step_m = next((step for step in STEPS_M if step / frame.m_per_mm >= APART_MM), STEPS_M[-1])
    lines: list[Any] = []
    labels: list[GridLabel] = []
    squares: list[Square] = []
    for zone in _zones(frame):
        ground = _ground(frame, zone)
        if ground.is_empty:
            continue
        for axis in (0, 1):
            for number, line in _lines(frame, zone, ground, axis, step_m):
                lines.append(line)
                labels += _labels(frame, line, axis, number)
        squares += _squares(frame, zone, ground)
    return Grid(
        step_m=step_m,
        lines=tuple(lines),
        boundaries=tuple(_boundaries(frame)),
        labels=tuple(_apart(labels)),
        squares=tuple(squares),
    )


def _zones(frame: Frame) -> list[Zone]:
    """Return the zones that the paper shows."""
    edge = frame.edge()
    first = math.floor((edge[:, 0].min() + 180.0) / 6.0)
    last = math.floor((edge[:, 0].max() + 180.0) / 6.0)
    if last - first > 10:  # around a pole or across the date line: the frame's own zone goes on
        return [frame.zone]
    return [Zone(k % 60 + 1, frame.zone.is_north) for k in range(first, last + 1)]


def _ground(frame: Frame, zone: Zone) -> Any:
    """Return the part of the paper that lies in a zone."""
    if len(_zones(frame)) == 1:
        return frame.box()
    edge = frame.edge()
    south, north = edge[:, 1].min() - 0.1, edge[:, 1].max() + 0.1
    band = _geos.segmentize(_geos.box(zone.west_deg, south, zone.west_deg + 6.0, north), (north - south) / BITS)
    return _geos.intersection(_geos.make_valid(_geos.transform(band, frame.mm)), frame.box())


def _lines(frame: Frame, zone: Zone, ground: Any, axis: int, step_m: int) -> Iterator[tuple[int, Any]]:
    """Yield the lines of one easting (axis 0) or northing (axis 1) after the other, with its number [m]."""
    corners = frame.lonlat(_geos.get_coordinates(_geos.segmentize(ground, 10.0)))
    east, north = plane(zone).transform(corners[:, 0], corners[:, 1])
    span = [(float(np.min(one)), float(np.max(one))) for one in (east, north)]
    along = np.linspace(*span[1 - axis], BITS + 1)
    for k in range(math.ceil(span[axis][0] / step_m), math.floor(span[axis][1] / step_m) + 1):
        across = np.full_like(along, k * step_m)
        one, other = (across, along) if axis == 0 else (along, across)
        lon, lat = plane(zone).transform(one, other, direction="INVERSE")
        line = _geos.intersection(_geos.linestrings(frame.mm(np.stack([lon, lat], axis=1))), ground)
        if line.length > 1.0:
            yield k * step_m, line


def _labels(frame: Frame, line: Any, axis: int, number_m: int) -> Iterator[GridLabel]:
    """Yield the numbers of a line where it meets the edges that run across it."""
    small, large = str(number_m // 100_000), f"{number_m % 100_000 // 1_000:02d}"
    for x, y in _geos.get_coordinates(line)[[0, -1]].tolist():
        if axis == 0 and min(y, frame.height_mm - y) < 0.01:
            yield GridLabel(x, y, "top" if y < 0.01 else "bottom", small, large)
        if axis == 1 and min(x, frame.width_mm - x) < 0.01:
            yield GridLabel(x, y, "left" if x < 0.01 else "right", small, large)


def _apart(labels: list[GridLabel]) -> Iterator[GridLabel]:
    """Yield the labels, without those that would lie upon another."""
    kept: list[GridLabel] = []
    for label in labels:
        near = (one for one in kept if one.side == label.side)
        if all(math.hypot(one.x_mm - label.x_mm, one.y_mm - label.y_mm) >= LABELS_APART_MM for one in near):
            kept.append(label)
            yield label


def _boundaries(frame: Frame) -> Iterator[Any]:
    edge = frame.edge()
    for zone in _zones(frame)[1:]:
        lat = np.linspace(edge[:, 1].min() - 0.1, edge[:, 1].max() + 0.1, BITS)
        line = _geos.linestrings(frame.mm(np.stack([np.full_like(lat, zone.west_deg), lat], axis=1)))
        yield _geos.intersection(line, frame.box())


def _squares(frame: Frame, zone: Zone, ground: Any) -> Iterator[Square]:
    corners = frame.lonlat(_geos.get_coordinates(_geos.segmentize(ground, 10.0)))
    east, north = plane(zone).transform(corners[:, 0], corners[:, 1])
    for i in range(math.floor(np.min(east) / SQUARE_M), math.floor(np.max(east) / SQUARE_M) + 1):
        for j in range(math.floor(np.min(north) / SQUARE_M), math.floor(np.max(north) / SQUARE_M) + 1):
            square = _geos.box(i * SQUARE_M, j * SQUARE_M, (i + 1) * SQUARE_M, (j + 1) * SQUARE_M)
            outline = _geos.get_coordinates(_geos.segmentize(square, SQUARE_M / BITS))
            lon, lat = plane(zone).transform(outline[:, 0], outline[:, 1], direction="INVERSE")
            shape = _geos.intersection(
                _geos.make_valid(_geos.Polygon(frame.mm(np.stack([lon, lat], axis=1)))), ground
            )
            if shape.area > 1.0:
                yield Square(_name(frame, shape), shape)


def _name(frame: Frame, shape: Any) -> str:
    inside = frame.lonlat(_geos.get_coordinates(_geos.point_on_surface(shape)))[0]
    text = mgrs_of(float(inside[1]), float(inside[0]), 0)
    return f"{text[:-2]} {text[-2:]}"
