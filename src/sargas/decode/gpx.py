"""The ways that searchers walked, from GPX 1.0 and 1.1 files of their receivers and phones.

A file is a document that a person hands in, not a feed: there is no decoder here. Tracks count (`trk`, each `trkseg`
a path of its own, since between two of them the receiver was off); routes are plans and do not.
"""

import math
import re
from typing import Any, Final

import gpxpy
import gpxpy.gpx
import numpy as np
import shapely
from msgspec import Struct

from sargas.model.errors import DataError

_geos: Any = shapely  # shapely carries no types

BYTES_MAX: Final = 12_000_000
"""A day of one point a second has 86,400 points of about 100 bytes: 9 MB."""
POINTS_READ_MAX: Final = 100_000
"""The library takes 5 s for so many."""
POINTS_MAX: Final = 20_000
PATHS_MAX: Final = 50
"""This and `POINTS_MAX` are the limits of a decision, `sargas.model.decision.MarkSearched`."""
WITHIN_M: Final = 5.0
"""How far a path that was too long may lie from where it was walked: what a receiver errs anyway."""
PIECE: Final = 1_000
"""A path is thinned out in pieces of so many points: in one, the work can grow with the square of their number."""
METRES_A_DEGREE: Final = 111_320.0
EXPECTED: Final = "expected a GPX file with tracks (<trk>), as receivers and phones record them"

_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_NOT_GPX: Final = (gpxpy.gpx.GPXException, ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What the library raises on bytes from outside; the last ones come from its own conversions."""


class Walked(Struct, frozen=True):
    """Paths of (lon, lat) in the order in which they were walked, and what was changed in reading them."""

    paths: list[list[tuple[float, float]]]
    notes: list[str]


def paths_of(data: bytes) -> list[list[tuple[float, float]]]:
    """Return the paths of a GPX file, as `walked` does, without its notes.

    Raises:
        DataError: it is no GPX with tracks, or too large.
    """
    return walked(data).paths


def walked(data: bytes) -> Walked:
    """Return the paths of a GPX file; one of more than 20,000 points is thinned out within 5 m, and a note says so.

    Segments of a single point, which receivers write when they lose the sky, are left out.

    Raises:
        DataError: it is no GPX with tracks, or too large: what, where, and what was expected.
    """
    gpx = _parsed(_text(data))
    notes: list[str] = []
    paths: list[list[tuple[float, float]]] = []
    n_short = 0
    for k, track in enumerate(gpx.tracks, 1):
        for m, segment in enumerate(track.segments, 1):
            where = f"GPX: track {k}, segment {m}"
            path = [_place(point, f"{where}, point {n}") for n, point in enumerate(segment.points, 1)]
            if len(path) < 2:
                n_short += 1
                continue
            paths.append(_thinned(path, where, notes))
    if not paths:
        raise DataError(_nothing_in(gpx))
    if len(paths) > PATHS_MAX:
        raise DataError(f"GPX: has {len(paths):,} paths, at most {PATHS_MAX} go in one report; divide the file")
    if n_short:
        notes.append(f"GPX: {n_short:,} segments of fewer than two points left out")
    return Walked(paths, notes)


def _text(data: bytes) -> str:
    """Return the document as text without its declaration, having refused what no GPX needs and what does harm."""
    if not data.strip():
        raise DataError(f"GPX: the file is empty; {EXPECTED}")
    if len(data) > BYTES_MAX:
        raise DataError(f"GPX: has {len(data):,} bytes, at most {BYTES_MAX:,} are read; divide the file")
    encoding, name = ("utf-16", "UTF-16") if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "UTF-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(f"GPX: byte {error.start:,} is not {name} text; {EXPECTED}") from error
    # Entities can make a file of some bytes into one of gigabytes, or read other files. No GPX has any.
    for word in ("<!DOCTYPE", "<!ENTITY"):
        if (at := text.upper().find(word)) >= 0:
            raise DataError(f"GPX: {word}> at character {at:,} is not allowed; {EXPECTED}")
    return _DECLARATION.sub("", text, count=1)


def _parsed(text: str) -> gpxpy.gpx.GPX:
    if not re.search(r"<(\w+:)?gpx[\s>/]", text):
        raise DataError(f"GPX: the file has no <gpx> element; {EXPECTED}")
    if (n := text.count("<trkpt")) > POINTS_READ_MAX:
        raise DataError(f"GPX: has {n:,} points, at most {POINTS_READ_MAX:,} are read; divide the file")
    try:
        return gpxpy.parse(text)
    except _NOT_GPX as error:
        raise DataError(f"GPX: cannot be read: {str(error)[:200]}; {EXPECTED}") from error


def _place(point: gpxpy.gpx.GPXTrackPoint, where: str) -> tuple[float, float]:
    lat_deg, lon_deg = point.latitude, point.longitude
    if not (math.isfinite(lat_deg) and math.isfinite(lon_deg) and abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0):
        raise DataError(f"{where}: latitude {lat_deg}, longitude {lon_deg}; expected -90 to 90 and -180 to 180")
    return lon_deg, lat_deg


def _thinned(path: list[tuple[float, float]], where: str, notes: list[str]) -> list[tuple[float, float]]:
    """Return the path with no more points than a decision takes (Douglas and Peucker, 1973)."""
    if len(path) <= POINTS_MAX:
        return path
    places = np.array(path, np.float64)
    # A degree of longitude and one of latitude made equally long, so that 5 m is 5 m in both.
    squeeze = np.array([max(math.cos(math.radians(float(places[:, 1].mean()))), 1e-6), 1.0])
    starts = range(0, len(places) - 1, PIECE)
    pieces = [_geos.linestrings(places[start : start + PIECE + 1] * squeeze) for start in starts]
    thin = _geos.simplify(pieces, WITHIN_M / METRES_A_DEGREE, preserve_topology=False)
    # The end of a piece is the beginning of the next one.
    kept = np.vstack([places[:1], *(_geos.get_coordinates(piece)[1:] / squeeze for piece in thin)])
    if len(kept) > POINTS_MAX:
        raise DataError(
            f"{where}: has {len(path):,} points, {len(kept):,} when thinned out within {WITHIN_M:g} m; "
            f"at most {POINTS_MAX:,} go in one path; divide it"
        )
    notes.append(f"{where}: {len(path):,} points thinned out to {len(kept):,}, within {WITHIN_M:g} m of the way")
    return [(float(lon), float(lat)) for lon, lat in kept]


def _nothing_in(gpx: gpxpy.gpx.GPX) -> str:
    if gpx.routes:
        return f"GPX: has a route and no track; a route is what was planned, not what was walked; {EXPECTED}"
    if gpx.waypoints:
        return f"GPX: has waypoints and no track; {EXPECTED}"
    return f"GPX: has no track with two points or more; {EXPECTED}"
