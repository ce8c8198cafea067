"""Circles and arcs on the WGS-84 ellipsoid as polygons that are nowhere more than a metre or so off the true line."""

import math

from pyproj import Geod

Point = tuple[float, float]
_WGS84 = Geod(ellps="WGS84")
SAGITTA_M = 1.0
_STEP_MAX_DEG = 5.0


def circle(lon_deg: float, lat_deg: float, radius_m: float) -> tuple[Point, ...]:
    """Return a closed ring of (lon, lat) around a centre, anticlockwise."""
    ring = arc(lon_deg, lat_deg, radius_m, 360.0, 0.0, is_clockwise=False)
    return (*ring[:-1], ring[0])


def arc(
    lon_deg: float, lat_deg: float, radius_m: float, from_deg: float, to_deg: float, *, is_clockwise: bool
) -> tuple[Point, ...]:
    """Return the points of an arc around a centre between two azimuths (clockwise from true north), both included."""
    return _spiral((lon_deg, lat_deg), (radius_m, radius_m), (from_deg, to_deg), is_clockwise=is_clockwise)


def arc_between(centre: Point, start: Point, end: Point, *, is_clockwise: bool) -> tuple[Point, ...]:
    """Return the points of an arc around a centre from one point to another, both as given.

    Where the two are not equally far from the centre (rounded coordinates) the radius changes steadily on the way.
    """
    from_deg, _, from_m = _WGS84.inv(*centre, *start)
    to_deg, _, to_m = _WGS84.inv(*centre, *end)
    points = _spiral(centre, (from_m, to_m), (from_deg, to_deg), is_clockwise=is_clockwise)
    return (start, *points[1:-1], end)


def _spiral(
    centre: Point, radii_m: tuple[float, float], azimuths_deg: tuple[float, float], *, is_clockwise: bool
) -> tuple[Point, ...]:
    first, last = azimuths_deg
    turn = (last - first) % 360.0 if is_clockwise else -((first - last) % 360.0)
    if turn == 0.0:
        turn = 360.0 if is_clockwise else -360.0
    largest = max(*radii_m, 1.0)
    half = math.acos(max(1.0 - SAGITTA_M / largest, 0.0)) if largest > SAGITTA_M else math.pi / 4.0
    step_deg = min(_STEP_MAX_DEG, 2.0 * math.degrees(half))
    n = max(1, math.ceil(abs(turn) / step_deg))
    parts = [k / n for k in range(n + 1)]
    lon, lat, _ = _WGS84.fwd(
        [centre[0]] * (n + 1),
        [centre[1]] * (n + 1),
        [first + turn * part for part in parts],
        [radii_m[0] + (radii_m[1] - radii_m[0]) * part for part in parts],
    )
    return tuple(zip(lon, lat, strict=True))
