"""A small map of the area of a warning, as SVG within a page: outlines, towns, borders, a scale; no tiles."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from sargas.model.warning import Ring
from sargas.model.zone import Place
from sargas.share.xml_text import child

F64 = NDArray[np.float64]

WIDTH, HEIGHT = 480.0, 400.0
"""Of the drawing, in its own units: pixels where there is room, fewer on a phone."""
ROOM: Final = 1.3
"""How much more ground than the area is shown."""
LEAST_M: Final = 12_000.0
METRES_A_DEGREE: Final = 111_320.0
TOWNS_MAX: Final = 12
TYPE: Final = 16.0
EM: Final = 0.58
"""About how wide a letter is, of its size."""
BARS_KM: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)

_geos: Any = shapely  # shapely carries no types
Box = tuple[float, float, float, float]


class Background(Struct, frozen=True, kw_only=True):
    """What lies under the areas: towns, and the outlines of states as shapes of (lon, lat)."""

    towns: Sequence[Place] = ()
    borders: Sequence[Any] = ()

    @property
    def credits(self) -> str:
        """Whose data it is."""
        towns = ["Towns: GeoNames (CC BY 4.0)."] if self.towns else []
        return " ".join([*towns, *(["Borders: © OpenStreetMap contributors (ODbL)."] if self.borders else [])])


class _View:
    """Ground to drawing: a plane in which a degree of longitude is as wide as it is in the middle."""

    def __init__(self, rings: Sequence[Ring]) -> None:
        points = np.array([point for ring in rings for point in ring], np.float64)
        (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
        self.lon, self.lat = (west + east) / 2.0, (south + north) / 2.0
        self._east_m = METRES_A_DEGREE * max(0.01, math.cos(math.radians(self.lat)))
        span_x = max(LEAST_M, (east - west) * self._east_m * ROOM)
        span_y = max(LEAST_M, (north - south) * METRES_A_DEGREE * ROOM)
        self.m_a_unit = max(span_x / WIDTH, span_y / HEIGHT)

    def xy(self, lonlat: Any) -> F64:
        """Return places in the drawing, shape (n, 2), of longitudes and latitudes."""
        points = np.asarray(lonlat, np.float64).reshape(-1, 2)
        x = WIDTH / 2.0 + (points[:, 0] - self.lon) * self._east_m / self.m_a_unit
        y = HEIGHT / 2.0 - (points[:, 1] - self.lat) * METRES_A_DEGREE / self.m_a_unit
        return np.stack([x, y], axis=1)

    def box(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of what is shown, and a little more."""
        half_lon = 0.52 * WIDTH * self.m_a_unit / self._east_m
        half_lat = 0.52 * HEIGHT * self.m_a_unit / METRES_A_DEGREE
        return self.lon - half_lon, self.lat - half_lat, self.lon + half_lon, self.lat + half_lat


def area_map(
    parent: Element, rings: Sequence[Ring], level: str, title: str, background: Background, *, key: str
) -> Element:
    """Return the drawing as a new last child; `title` is said where nobody sees it, `key` is its own on the page."""
    view = _View(rings)
    size = f"0 0 {WIDTH:g} {HEIGHT:g}"
    svg = child(parent, "svg", attributes={"class": f"map {level}", "viewBox": size, "role": "img"})
    svg.set("aria-label", title)
    _hatching(svg, key)
    _borders(svg, background.borders, view)
    drawn = [view.xy(ring) for ring in rings]
    for kind, fill in (("area", None), ("hatch", f"url(#hatch-{key})"), ("edge", None)):
        path = child(svg, "path", attributes={"class": kind, "d": " ".join(_path(ring) for ring in drawn)})
        if fill:
            path.set("fill", fill)
    _towns(svg, background.towns, view, drawn)
    _scale(svg, view)
    return svg


def _hatching(svg: Element, key: str) -> None:
    """Lines over the area: it can be told without colours."""
    pattern = child(child(svg, "defs"), "pattern", attributes={"id": f"hatch-{key}", "width": "12", "height": "12"})
    pattern.set("patternUnits", "userSpaceOnUse")
    pattern.set("patternTransform", "rotate(45)")
    child(pattern, "path", attributes={"class": "line", "d": "M0 0V12"})


def _borders(svg: Element, borders: Sequence[Any], view: _View) -> None:
    """Draw the outlines of states, what two of them share once."""
    box = view.box()
    lines = _geos.union_all([_geos.clip_by_rect(_geos.boundary(border), *box) for border in borders])
    for line in _geos.get_parts(_geos.line_merge(lines)) if not lines.is_empty else ():
        drawn = _geos.simplify(_geos.LineString(view.xy(_geos.get_coordinates(line))), 0.5)
        child(svg, "path", attributes={"class": "border", "d": _path(_geos.get_coordinates(drawn), is_closed=False)})


def _towns(svg: Element, towns: Sequence[Place], view: _View, rings: Sequence[F64]) -> None:
    """Draw the towns that have room, those within the area first, then the larger ones."""
    shape = _geos.union_all([_geos.make_valid(_geos.Polygon(ring)) for ring in rings])
    edge = _geos.MultiLineString(list(rings))
    west, south, east, north = view.box()
    near = [one for one in towns if west <= one.lon_deg <= east and south <= one.lat_deg <= north]
    taken: list[Box] = [(0.0, HEIGHT - 40.0, 150.0, HEIGHT)]  # the scale
    n_drawn = 0
    for town in sorted(near, key=lambda one: (-_weight(one, view, shape), one.name)):
        x, y = view.xy([(town.lon_deg, town.lat_deg)])[0].tolist()
        dot = (x - 5.0, y - 5.0, x + 5.0, y + 5.0)
        free = [spot for spot in _spots(x, y, town.name) if _is_free(spot[2], taken)]
        if not free or not _is_free(dot, taken):
            continue
        spot = min(free, key=lambda one: bool(edge.intersects(_geos.box(*one[2]))))
        base, anchor, box = spot
        taken += [box, dot]
        child(svg, "circle", attributes={"class": "town", "cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "4"})
        place = {"x": f"{base[0]:.1f}", "y": f"{base[1]:.1f}", "text-anchor": anchor}
        child(svg, "text", town.name, place)
        n_drawn += 1
        if n_drawn == TOWNS_MAX:
            return


def _weight(town: Place, view: _View, shape: Any) -> float:
    """Return the people of a town; ten times as many if it lies within the area."""
    is_within = shape.covers(_geos.Point(view.xy([(town.lon_deg, town.lat_deg)])[0]))
    return town.population * (10.0 if is_within else 1.0)


def _spots(x: float, y: float, name: str) -> Iterator[tuple[tuple[float, float], str, Box]]:
    """Yield base points, anchors and boxes of a name about its place: right, left, above, below."""
    wide, high = EM * TYPE * len(name), TYPE
    yield (x + 8.0, y + 5.5), "start", (x + 6.0, y - high / 2.0, x + 8.0 + wide, y + high / 2.0)
    yield (x - 8.0, y + 5.5), "end", (x - 8.0 - wide, y - high / 2.0, x - 6.0, y + high / 2.0)
    yield (x, y - 9.0), "middle", (x - wide / 2.0, y - 9.0 - high, x + wide / 2.0, y - 6.0)
    yield (x, y + 21.0), "middle", (x - wide / 2.0, y + 6.0, x + wide / 2.0, y + 24.0)


def _is_free(box: Box, taken: Sequence[Box]) -> bool:
    if box[0] < 2.0 or box[1] < 2.0 or box[2] > WIDTH - 2.0 or box[3] > HEIGHT - 2.0:
        return False
    return all(box[2] < one[0] or one[2] < box[0] or box[3] < one[1] or one[3] < box[1] for one in taken)


def _scale(svg: Element, view: _View) -> None:
    km = max([one for one in BARS_KM if one * 1_000.0 / view.m_a_unit <= 110.0], default=BARS_KM[0])
    wide = km * 1_000.0 / view.m_a_unit
    y = HEIGHT - 14.0
    child(svg, "path", attributes={"class": "scale", "d": f"M14 {y - 6:g}V{y:g}H{14 + wide:.1f}V{y - 6:g}"})
    child(svg, "text", f"{km} km", {"x": f"{20 + wide:.1f}", "y": f"{y:g}", "text-anchor": "start"})


def _path(points: F64, *, is_closed: bool = True) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points.tolist()) + ("Z" if is_closed else "")
