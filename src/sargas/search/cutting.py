"""Ground in pieces of equal effort, and small pieces joined: polygons, as arrays of shapely, in a plane."""

import heapq
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from msgspec import Struct
from scipy import special

from sargas.search.raster import F64, I64

DIRECTIONS: Final = 12
"""Directions that are tried for a cut."""
N_FREE: Final = 24
"""Pieces up to which any number of them may lie behind a cut; above, half."""
GAIN: Final = 1.5
"""How much longer a cut may be (as a logarithm) if it parts all the probability from half the effort."""
FLAT: Final = 0.3
"""Width of a piece, as a share of a square's of its area, below which it is too thin."""
SKEW: Final = 0.5
"""How much more a cut across the grain costs."""
BIT: Final = 0.25
"""Effort, in sectors, below which a piece is not worth a sector of its own."""
ENOUGH: Final = 0.75
"""Effort from which a piece needs no more ground."""
LITTLE: Final = 0.5
"""Effort below which a piece would rather make another one large than be a sector."""
TOO_MUCH: Final = 1.4
"""Effort that pieces joined should not exceed."""
FAR_TOO_MUCH: Final = 1.65
"""Effort that they must not exceed even to take in a little one."""
GRID_M: Final = 0.01
"""Corners closer than this are one."""

_geos: Any = shapely  # shapely carries no types


class Points(Struct, frozen=True, eq=False):
    """Places on a grid and, about each, the effort in sectors and the probability: what a cut is reckoned with."""

    xy_m: F64
    work: F64
    poc: F64
    pixel_m: float

    def only(self, chosen: Any) -> "Points":
        """Return those chosen."""
        return Points(self.xy_m[chosen], self.work[chosen], self.poc[chosen], self.pixel_m)

    def within(self, polygon: Any) -> "Points":
        """Return those inside a polygon."""
        west, south, east, north = polygon.bounds
        x_m, y_m = self.xy_m.T
        near = np.flatnonzero((x_m >= west) & (x_m <= east) & (y_m >= south) & (y_m <= north))
        return self.only(near[_geos.contains_xy(polygon, x_m[near], y_m[near])])

    def axis(self) -> F64:
        """Return the direction in which they lie farthest apart, as a unit vector."""
        away = self.xy_m - np.sum(self.xy_m, axis=0) / max(self.work.size, 1)
        _, axes = np.linalg.eigh(away.T @ away)
        long: F64 = axes[:, 1]
        return long


def cut(polygon: Any, points: Points, n: int, grain: F64) -> list[Any]:
    """Return a polygon in n pieces of equal effort: cut in two where that is best, and the parts likewise.

    `grain` is a unit vector to which the cuts keep where it costs little.
    """
    if n < 2 or points.work.size < 2 * n or not points.work.any():
        return [polygon]
    place, across, n_left = _best_cut(points, n, grain)
    pieces = []
    for half, n_half in zip(_halves(polygon, place, across), (n_left, n - n_left), strict=True):
        if len(half) == 1:
            pieces += cut(half[0], points.within(half[0]), n_half, grain)
            continue
        for part in half:
            near = points.within(part)
            pieces += cut(part, near, round(float(np.sum(near.work)) * n / float(np.sum(points.work))), grain)
    return pieces


def _best_cut(points: Points, n: int, grain: F64) -> tuple[F64, F64, int]:
    """Return a place on the best cut, the direction across it, and how many of the n pieces lie behind it.

    The best is short for the smaller part that it makes, and leaves much of the probability to little of the effort.
    """
    middle = np.average(points.xy_m, axis=0, weights=points.work)
    n_left = np.arange(1, n) if n <= N_FREE else np.unique([n // 2, n - n // 2])
    part = n_left / n
    size = np.sqrt(np.minimum(part, 1.0 - part))
    side = math.sqrt(points.work.size / n)
    best = (math.inf, middle, grain, 1)
    for angle in np.arange(DIRECTIONS) * math.pi / DIRECTIONS:
        across = math.cos(angle) * grain + math.sin(angle) * np.array([-grain[1], grain[0]])
        along = (points.xy_m - middle) @ across / points.pixel_m
        # Half a pixel off, so that rounding does not share out the rows of a grid that the cut runs along.
        low = float(np.min(along)) - 0.5
        place = (along - low).astype(np.int64)
        width, work, poc = np.bincount(place), _sums(place, points.work), _sums(place, points.poc)
        offset = np.interp(part * work[-1], work, np.arange(work.size))
        held = np.interp(offset, np.arange(poc.size), poc) / max(poc[-1], 1e-300)
        gain = special.rel_entr(held, part) + special.rel_entr(1.0 - held, 1.0 - part)
        length = np.interp(offset - 0.5, np.arange(width.size), width)
        thin = FLAT * side * length / (np.minimum(part, 1.0 - part) * place.size)
        cost = length / size * np.exp(-GAIN * gain) * (1.0 + SKEW * math.sin(2.0 * angle) ** 2) * (1.0 + thin**4)
        k = int(np.argmin(cost))
        if cost[k] < best[0] * (1.0 - 1e-9):
            best = (float(cost[k]), middle + (low + offset[k]) * points.pixel_m * across, across, int(n_left[k]))
    return best[1:]


def _sums(place: I64, amounts: F64) -> F64:
    """Return the sums of the amounts up to each place, from 0."""
    return np.concatenate([[0.0], np.cumsum(np.bincount(place, amounts))])


def _halves(polygon: Any, place: F64, across: F64) -> tuple[Any, Any]:
    """Return the polygons before and beyond a straight cut through a place."""
    west, south, east, north = polygon.bounds
    far_m = 4.0 * (east - west + north - south) + 4.0 * float(np.max(np.abs(place - [west, south])))
    along = np.array([-across[1], across[0]])
    corners = [
        place + far_m * along,
        place - far_m * along,
        place - far_m * (along + across),
        place + far_m * (along - across),
    ]
    before = _geos.Polygon(np.array(corners))
    return _solid(_geos.intersection(polygon, before)), _solid(_geos.difference(polygon, before))


def _solid(geometry: Any) -> Any:
    """Return the polygons of a geometry that are not mere traces of rounding."""
    parts = _geos.get_parts(geometry)
    return parts[(_geos.get_type_id(parts) == 3) & (_geos.area(parts) > 1.0)]


def without_holes(polygon: Any) -> list[Any]:
    """Return a polygon with holes in pieces that have none: cut through its largest hole where that is shortest."""
    if not polygon.interiors:
        return [polygon]
    holes = [_geos.Polygon(ring) for ring in polygon.interiors]
    middle = _geos.get_coordinates(_geos.centroid(max(holes, key=_geos.area)))[0]
    turn = np.arange(DIRECTIONS) * math.pi / DIRECTIONS
    cuts = [_halves(polygon, middle, across) for across in np.stack([np.cos(turn), np.sin(turn)], axis=1)]
    shortest = min(cuts, key=lambda halves: float(np.sum(_geos.length(np.concatenate(halves)))))
    return [piece for half in shortest for part in half for piece in without_holes(part)]


def noded(polygons: Any, lines: Sequence[F64] = ()) -> Any:
    """Return the faces of polygons cut by lines such that neighbours share their corners exactly."""
    edges = _geos.boundary(polygons)
    if lines:
        drawn = np.array([_geos.LineString(line) for line in lines if len(line) > 1], dtype=object)
        _, met = _geos.STRtree(drawn).query(polygons, "intersects")
        within = _geos.intersection(_geos.union_all(drawn[np.unique(met)]), _geos.union_all(polygons))
        parts = _geos.get_parts(within)
        edges = np.append(edges, parts[_geos.get_dimensions(parts) == 1])
    net = _geos.get_parts(_geos.union_all(edges, grid_size=GRID_M))
    faces = _geos.get_parts(_geos.polygonize(net))
    inside, _ = _geos.STRtree(polygons).query(_geos.point_on_surface(faces), "within")
    return faces[np.unique(inside)]


def joined(faces: Any, efforts: F64) -> Any:
    """Return the faces, those too small joined to the neighbour with the longest common border, smallest first."""
    work, borders = [float(effort) for effort in efforts], _borders(faces)
    members = [[k] for k in range(len(faces))]
    waiting = [(part, k) for k, part in enumerate(work)]
    heapq.heapify(waiting)
    while waiting:
        part, k = heapq.heappop(waiting)
        if part >= ENOUGH:
            break
        if part != work[k] or not members[k]:
            continue
        j = _neighbour(part, work, borders[k])
        if j is not None:
            _join(members, work, borders, k, j)
            heapq.heappush(waiting, (work[j], j))
    return np.array([_geos.union_all(faces[group]) for group in members if group], dtype=object)


def _neighbour(part: float, work: list[float], borders: dict[int, float]) -> int | None:
    """Return the neighbour that a small piece is joined to; None if all have enough already."""
    fit = [(length_m, -j) for j, length_m in borders.items() if part + work[j] <= TOO_MUCH]
    if not fit and part < LITTLE:
        fit = [(-work[j], -j) for j in borders if part < BIT or part + work[j] <= FAR_TOO_MUCH]
    return -max(fit)[1] if fit else None


def _join(members: list[list[int]], work: list[float], borders: list[dict[int, float]], k: int, j: int) -> None:
    """Put face k into j."""
    members[j] += members[k]
    work[j] += work[k]
    members[k] = []
    for other, length_m in borders[k].items():
        del borders[other][k]
        if other != j:
            borders[j][other] = borders[other][j] = borders[j].get(other, 0.0) + length_m


def _borders(faces: Any) -> list[dict[int, float]]:
    """Return for each face the length [m] of the border with each neighbour."""
    rings, owners = _geos.get_rings(faces, return_index=True)
    xy_m, ring = _geos.get_coordinates(rings, return_index=True)
    corners = np.round(xy_m / GRID_M).astype(np.int64)
    is_edge = ring[1:] == ring[:-1]
    one, other, face = corners[:-1][is_edge], corners[1:][is_edge], owners[ring[1:][is_edge]]
    length_m = np.hypot(*(xy_m[1:] - xy_m[:-1])[is_edge].T)
    is_forth = (one[:, 0] < other[:, 0]) | ((one[:, 0] == other[:, 0]) & (one[:, 1] < other[:, 1]))
    ends = np.where(is_forth[:, None], np.hstack([one, other]), np.hstack([other, one]))
    order = np.lexsort(ends.T)
    is_shared = (ends[order[1:]] == ends[order[:-1]]).all(axis=1)
    borders: list[dict[int, float]] = [{} for _ in faces]
    for k in np.flatnonzero(is_shared):
        a, b = int(face[order[k]]), int(face[order[k + 1]])
        if a != b:
            borders[a][b] = borders[b][a] = borders[a].get(b, 0.0) + float(length_m[order[k]])
    return borders
