"""What of a search plan may be shown: everything, or what the public may know. Every format draws from this alone."""

import math
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray
from pyproj import Geod

from sargas.model.report import Point
from sargas.model.search import Contour, Find, SearchPlan

F64 = NDArray[np.float64]
Polygon = tuple[tuple[Point, ...], ...]

_geos: Any = shapely  # shapely carries no types
_EARTH: Final = Geod(ellps="WGS84")

PUBLIC_SHARES: Final = (0.5, 0.95)
PUBLIC_STEP_DEG: Final = 0.01
"""Public coordinates are multiples of this: about 1.1 km north and, at 55 degrees, 0.6 km east."""
BOXES_MAX: Final = 40_000
"""More boxes than this and the public area is drawn in coarser ones: a vast area needs no fine outline."""
PUBLIC_RADIUS_M: Final = 500.0
"""Public circles have a radius that is a multiple of this."""
CIRCLE_CORNERS: Final = 72


class Hazard(Struct, frozen=True, kw_only=True):
    """A circle to keep out of: around something found, or around where something like it may lie."""

    name: str
    lat_deg: float
    lon_deg: float
    radius_m: float

    def ring(self) -> list[Point]:
        """Return the corners (lon, lat) of the circle, counter-clockwise, not repeated; none lies inside it."""
        reach_m = self.radius_m / math.cos(math.pi / CIRCLE_CORNERS)
        azimuth = -np.arange(CIRCLE_CORNERS) * (360.0 / CIRCLE_CORNERS)
        n = np.ones(CIRCLE_CORNERS)
        lon, lat, _ = _EARTH.fwd(n * self.lon_deg, n * self.lat_deg, azimuth, n * reach_m)
        return [(float(x), float(y)) for x, y in zip(lon, lat, strict=True)]


class Shown(Struct, frozen=True, kw_only=True):
    """A plan as it is shown. `plan` is None in a public version: what is not in the other fields stays hidden."""

    title: str
    incident_id: str
    made_s: float
    country: str
    hazard_m: float
    hazard: str
    is_exercise: bool
    is_public: bool
    is_found: bool
    contours: tuple[Contour, ...]
    hazards: tuple[Hazard, ...]
    plan: SearchPlan | None


def shown(plan: SearchPlan, *, is_public: bool) -> Shown:
    """Return the plan as it is shown; a public one holds rounded areas and circles and no other place or name."""
    named = (
        plan.title
        or f"Where to look: track {plan.track_id}, last reported {clock_text(plan.loss.track.last_report_s)}"
    )
    title = "Public: areas where something may have come down" if is_public else named
    return Shown(
        title=f"EXERCISE: {title}" if plan.is_exercise else title,
        incident_id=plan.incident_id,
        made_s=plan.now_s,
        country=plan.country,
        hazard_m=plan.hazard_m,
        hazard=plan.hazard,
        is_exercise=plan.is_exercise,
        is_public=is_public,
        is_found=plan.is_found,
        contours=public_contours(plan.contours) if is_public else plan.contours,
        hazards=tuple(_public_hazard(find, plan) if is_public else hazard_of(find, plan) for find in plan.finds),
        plan=None if is_public else plan,
    )


def marked(exported: Shown | SearchPlan, text: str) -> str:
    """Return the text with the word EXERCISE before it, if it is one: for what is seen apart from the title."""
    return f"EXERCISE {text}" if exported.is_exercise else text


def hazard_of(find: Find, plan: SearchPlan) -> Hazard:
    """Return the circle around a find; it grows by what its place may be off."""
    radius_m = plan.hazard_m + 2.0 * find.sd_m
    return Hazard(name=f"Keep out: {find.what}", lat_deg=find.lat_deg, lon_deg=find.lon_deg, radius_m=radius_m)


def _public_hazard(find: Find, plan: SearchPlan) -> Hazard:
    """Return a circle about a rounded place that holds the true one."""
    exact = hazard_of(find, plan)
    lat_deg, lon_deg = _rounded(find.lat_deg), _rounded(find.lon_deg)
    # The same growth for every find, so that the radius does not tell how far the place was moved.
    side_m = PUBLIC_STEP_DEG * 111_700.0
    grown_m = exact.radius_m + math.hypot(side_m, side_m) / 2.0
    radius_m = math.ceil(grown_m / PUBLIC_RADIUS_M) * PUBLIC_RADIUS_M
    return Hazard(name="Keep out", lat_deg=lat_deg, lon_deg=lon_deg, radius_m=radius_m)


def _rounded(angle_deg: float) -> float:
    return round(round(angle_deg / PUBLIC_STEP_DEG) * PUBLIC_STEP_DEG, 2)


def public_contours(contours: tuple[Contour, ...]) -> tuple[Contour, ...]:
    """Return the 50 and 95 % contours, each rounded outwards: pieces near each other in one, no holes."""
    wanted = [
        contour
        for contour in contours
        if contour.polygons and any(abs(contour.share - share) < 0.005 for share in PUBLIC_SHARES)
    ]
    return tuple(_coarse(contour) for contour in sorted(wanted, key=lambda contour: contour.share))


def _coarse(contour: Contour) -> Contour:
    whole = _geos.make_valid(_geos.union_all([shape_of(polygon) for polygon in contour.polygons]))
    west, south, east, north = _geos.bounds(whole)
    step = PUBLIC_STEP_DEG
    while (east - west) / step * (north - south) / step > BOXES_MAX:
        step *= 2.0
    columns = np.arange(math.floor(west / step), math.floor(east / step) + 1)
    rows = np.arange(math.floor(south / step), math.floor(north / step) + 1)
    x, y = (grid.ravel() * step for grid in np.meshgrid(columns, rows))
    boxes = _geos.box(x, y, x + step, y + step)
    _geos.prepare(whole)
    touched = _geos.union_all(boxes[_geos.intersects(whole, boxes)])
    # Gaps of up to two boxes close; mitred corners keep the outline on the grid.
    closed = touched.buffer(step, join_style="mitre").buffer(-step, join_style="mitre")
    filled = _geos.union_all([_geos.polygons(part.exterior) for part in _geos.get_parts(closed)])
    on_grid = _geos.simplify(_geos.set_precision(filled, PUBLIC_STEP_DEG), 1e-9)
    polygons = tuple(_polygon_of(part) for part in _geos.get_parts(on_grid))
    area_m2 = sum(abs(_EARTH.geometry_area_perimeter(shape_of(polygon))[0]) for polygon in polygons)
    return Contour(share=round(contour.share, 2), area_m2=float(f"{area_m2:.2g}"), polygons=polygons)


def shape_of(polygon: Polygon) -> Any:
    """Return the polygon of rings (lon, lat), outer first, for shapely."""
    return _geos.Polygon(polygon[0], polygon[1:])


def _polygon_of(shape: Any) -> Polygon:
    rings = (shape.exterior, *shape.interiors)
    return tuple(
        tuple((round(float(x), 2), round(float(y), 2)) for x, y in _geos.get_coordinates(ring)[:-1]) for ring in rings
    )


def closed(ring: tuple[Point, ...] | list[Point], *, is_hole: bool = False, decimals: int = 6) -> list[Point]:
    """Return the ring with its first corner repeated, rounded; holes clockwise, others not (RFC 7946, 3.1.6)."""
    corners = [(round(lon, decimals), round(lat, decimals)) for lon, lat in ring]
    if corners[0] == corners[-1] and len(corners) > 1:
        corners = corners[:-1]
    xy = np.array(corners, np.float64)
    xy -= xy.mean(axis=0)
    twice_area = float(np.sum(xy[:, 0] * np.roll(xy[:, 1], -1) - np.roll(xy[:, 0], -1) * xy[:, 1]))
    if (twice_area < 0.0) != is_hole:
        corners.reverse()
    return [*corners, corners[0]]


def time_text(time_s: float) -> str:
    """Return a time for a machine: 2025-07-28T01:58:00Z; tenths of a second are cut off."""
    return datetime.fromtimestamp(math.floor(time_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_text(time_s: float) -> str:
    """Return a time for a person: 2025-07-28 01:58 UTC."""
    return datetime.fromtimestamp(math.floor(time_s), UTC).strftime("%Y-%m-%d %H:%M UTC")


def percent(share: float) -> str:
    """Return a probability for a person, two figures of it: 34 %, 2.1 %, 0.04 %."""
    value = 100.0 * share
    if 99.5 <= value < 100.0:
        return "> 99 %"
    if value >= 9.95 or value <= 0.0:
        return f"{value:.0f} %"
    if value < 0.01:
        return "< 0.01 %"
    return f"{value:.1f} %" if value >= 0.995 else f"{value:.2f} %"
