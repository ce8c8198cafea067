"""The paths that teams walked and the outlines of areas, as small as they can be without moving."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely

from sargas.model.report import Point

WITHIN_M: Final = 5.0
"""A position from a phone is no better than this, and no team sweeps as narrow."""
POINTS_MAX: Final = 2_000
PIECE: Final = 200
"""So many points are looked at together: the time that the worst path takes grows with the square of it."""
DEGREE_M: Final = 111_195.0
"""A degree of latitude on the mean sphere."""

Path = tuple[Point, ...]


def thinned(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the paths without the points that lie within 5 m of the line between others.

    Together they have about `POINTS_MAX` points at most; where that does not do, every second or third, ... stays.
    A path of fewer than two points is no path and is left out.
    """
    thin = [_thinned(path) for path in paths if len(path) >= 2]
    every = max(1, math.ceil(sum(map(len, thin)) / POINTS_MAX))
    return tuple(path if every == 1 else (*path[:-1:every], path[-1]) for path in thin)


def corners(ring: Sequence[Point]) -> Path:
    """Return the corners of a ring, the first not repeated at the end."""
    is_closed = len(ring) > 1 and ring[0] == ring[-1]
    return tuple(ring[:-1] if is_closed else ring)


def _thinned(path: Path) -> Path:
    """Return the path by Douglas and Peucker (1973) in a plane whose degrees are as long in both directions."""
    squeeze = np.array([max(0.01, math.cos(math.radians(path[0][1]))), 1.0])
    kept: list[Point] = [path[0]]
    for start in range(0, len(path) - 1, PIECE):
        piece = np.array(path[start : start + PIECE + 1], dtype=np.float64)
        line = shapely.simplify(shapely.linestrings(piece * squeeze), WITHIN_M / DEGREE_M, preserve_topology=False)
        places = (shapely.get_coordinates(line) / squeeze).round(7).tolist()
        kept += [(lon, lat) for lon, lat in places[1:]]
    return tuple(kept)
