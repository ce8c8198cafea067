"""The map of a search as a drawing: what lies on the paper, from the ground up."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import numpy as np
import shapely
import shapely.affinity
from msgspec import Struct
from numpy.typing import NDArray

from sargas.model.report import Point
from sargas.model.search import Contour, Sector
from sargas.model.track import Track
from sargas.model.zone import Place
from sargas.share import map_style as style
from sargas.share.describe import clue_place, course_deg
from sargas.share.map_frame import Frame
from sargas.share.map_grid import Grid, GridLabel, grid_of
from sargas.share.map_labels import Labels
from sargas.share.map_style import EDGE_MM
from sargas.share.map_symbols import arrow, cross_mark, hatching, square_mark, star_mark, triangle_mark
from sargas.share.sheet_key import area_name
from sargas.share.shown import Hazard, Shown, shape_of
from sargas.share.svg import POINT_MM, Drawing, Ink, text_width

F64 = NDArray[np.float64]

_geos: Any = shapely  # shapely carries no types

Symbol = Callable[[Drawing, float, float], None]

CITY_PEOPLE: Final = 50_000
TOWNS_MAX: Final = 60
NEARBY_MM: Final = ((0.0, 0.0), (0.0, 3.6), (0.0, -3.6), (4.0, 0.0), (-4.0, 0.0), (0.0, 6.0), (0.0, -6.0))
"""Where a sector's name may stand off its middle."""


class Ground(Struct, frozen=True, kw_only=True):
    """What the map shows that is not the search's: towns by name, roads as lines of (lon, lat)."""

    places: Sequence[Place] = ()
    lines: Sequence[Sequence[Point]] = ()


def draw(
    exported: Shown, frame: Frame, ground: Ground, *, is_overview: bool = False, insets: Sequence[Frame] = ()
) -> Drawing:
    """Return the map with its edge.

    Args:
        exported: what may be shown.
        frame: which ground, at which scale.
        ground: towns and roads.
        is_overview: without single sectors.
        insets: other maps, whose outlines are drawn, with their numbers if there are several.
    """
    inner = Drawing(frame.width_mm, frame.height_mm)
    labels = Labels(inner)
    grid = grid_of(frame)
    painter = _Painter(exported, frame, inner, labels, is_overview=is_overview)
    painter.roads(ground.lines)
    painter.areas(is_filled=is_overview or exported.plan is None or not exported.plan.sectors)
    if not is_overview:
        painter.sectors()
        painter.searched()
    painter.grid(grid)
    painter.contours()
    painter.hazards()
    painter.outlines(insets)
    if exported.is_exercise:
        painter.exercise()
    painter.marks()
    if not is_overview:
        painter.sector_names()
    painter.mark_names()
    painter.contour_names()
    painter.clues()
    painter.towns(ground.places)
    return _with_edge(inner, frame, grid)


class _Painter:
    def __init__(self, exported: Shown, frame: Frame, drawing: Drawing, labels: Labels, *, is_overview: bool) -> None:
        self._is_overview = is_overview
        self._names: list[tuple[float, float, tuple[str, ...], float]] = []
        self._exported = exported
        self._frame = frame
        self._drawing = drawing
        self._labels = labels

    @property
    def _sectors(self) -> list[Sector]:
        plan = self._exported.plan
        return sorted(plan.sectors, key=lambda sector: sector.rank) if plan is not None else []

    def roads(self, lines: Iterable[Sequence[Point]]) -> None:
        drawn = [self._frame.shape(_geos.LineString(line)) for line in lines if len(line) > 1]
        if drawn:
            self._drawing.shape(_geos.GeometryCollection([one for one in drawn if not one.is_empty]), style.ROAD)

    def areas(self, *, is_filled: bool) -> None:
        if is_filled and self._exported.contours:
            inmost = min(self._exported.contours, key=lambda contour: contour.share)
            self._drawing.shape(self._contour(inmost), style.AREA_TINT)

    def sectors(self) -> None:
        sectors = self._sectors
        best_rate = max((sector.p_per_hour for sector in sectors), default=0.0)
        for sector in reversed(sectors):
            shape = self._ring(sector.ring)
            fill = style.fill_of(sector.p_per_hour, best_rate)
            self._drawing.shape(shape, Ink(fill=fill))
        for sector in reversed(sectors):
            outline = style.BEST_SECTOR if sector.rank <= style.BEST_RANK else style.SECTOR
            self._drawing.shape(self._ring(sector.ring), outline)

    def searched(self) -> None:
        plan = self._exported.plan
        for searched in plan.searched if plan is not None else ():
            if searched.ring:
                self._drawing.shape(hatching(self._ring(searched.ring), style.HATCH_APART_MM), style.HATCH)
            for path in searched.paths:
                if len(path) > 1:
                    self._drawing.shape(self._frame.shape(_geos.LineString(path)), style.WALKED)

    def grid(self, grid: Grid) -> None:
        if len(grid.squares) > 1:
            for square in grid.squares:
                self._square_name(square.shape, square.name)
        for line in grid.lines:
            self._drawing.shape(line, style.GRID)
        for line in grid.boundaries:
            self._drawing.shape(line, style.BOUNDARY)

    def _square_name(self, shape: Any, name: str) -> None:
        """Write the letters of a square into the corner of it where they hide least."""
        left, top, right, bottom = _geos.bounds(shape)
        width, height = text_width(name, style.SQUARE_NAME), style.SQUARE_NAME.size * POINT_MM
        if right - left < width + 4.0 or bottom - top < height + 4.0:
            return
        corners = [(x, y) for y in (top + 1.0, bottom - height - 1.0) for x in (left + 2.0, right - width - 2.0)]
        busy = _geos.union_all([self._contour(contour) for contour in self._exported.contours])

        def hidden(at: tuple[float, float]) -> float:
            box = _geos.box(*at, at[0] + width, at[1] + height)
            return float(busy.intersection(box).area + 10.0 * box.difference(shape).area)

        x, y = min(corners, key=hidden)
        self._drawing.text(x, y + 0.85 * height, name, style.SQUARE_NAME, "start")
        for part in (0.2, 0.5, 0.8):
            self._labels.take(x + part * width, y + height / 2.0, height / 2.0)

    @property
    def _contours(self) -> list[Contour]:
        """The contours from the innermost on; on the overview that and the outermost."""
        every = sorted(self._exported.contours, key=lambda contour: contour.share)
        return [*every[:1], *every[1:][-1:]] if self._is_overview else every

    def contours(self) -> None:
        for contour in reversed(self._contours):
            self._drawing.shape(self._contour(contour), style.contour_ink(contour.share))

    def contour_names(self) -> None:
        """Write each contour's share where its line runs, on the largest piece first."""
        for contour in self._contours:
            name = area_name(contour.share, self._exported)
            n_written = 0
            for part in sorted(_geos.get_parts(self._contour(contour)), key=lambda part: -part.area):
                if part.geom_type != "Polygon" or part.exterior.length < 30.0:
                    continue
                for share in (0.12, 0.62, 0.37, 0.87, 0.25, 0.5, 0.75, 0.0):
                    at = part.exterior.interpolate(share, normalized=True)
                    if self._labels.centre(at.x, at.y, name, style.CONTOUR_NAME):
                        n_written += 1
                        break
                if n_written == 2:
                    break

    def hazards(self) -> None:
        for hazard in self._exported.hazards:
            self._hazard(hazard)

    def _hazard(self, hazard: Hazard) -> None:
        circle = self._ring(tuple(hazard.ring()))
        if circle.is_empty:
            return
        self._drawing.shape(hatching(circle, 2.6, is_rising=False), style.HAZARD_HATCH)
        self._drawing.shape(circle, style.HAZARD_CASING)
        self._drawing.shape(circle, style.HAZARD)
        x, y = self._at(hazard.lon_deg, hazard.lat_deg)
        radius_mm = hazard.radius_m / self._frame.m_per_mm
        if not self._is_overview:
            self._labels.beside(x, y, ("KEEP OUT",), style.HAZARD_NAME, radius_mm + 1.2, is_forced=True)

    def exercise(self) -> None:
        """Write the word into the corners, where a part cut out of the map is likely to keep one."""
        for x, y in ((0.0, 1.0), (1.0, 0.0), (1.0, 1.0)):
            width, height = self._frame.width_mm, self._frame.height_mm
            half = text_width("EXERCISE", style.MARK_NAME) / 2.0 + 1.0
            self._labels.centre(
                min(max(x * width, half + 1.0), width - half - 1.0),
                min(max(y * height, 3.0), height - 3.0),
                "EXERCISE",
                style.MARK_NAME,
            )

    def outlines(self, insets: Sequence[Frame]) -> None:
        for k, inset in enumerate(insets, 1):
            outline = _geos.Polygon(self._frame.mm(inset.edge()))
            self._drawing.shape(outline, style.SHEET_OUTLINE)
            if len(insets) > 1:
                left, top, _, _ = _geos.bounds(outline)
                self._labels.centre(left + 1.8, top + 2.0, str(k), style.MARK_NAME)

    def marks(self) -> None:
        plan = self._exported.plan
        if plan is None:
            return
        beyond_mm = plan.hazard_m / self._frame.m_per_mm + 1.8
        for find in plan.finds:
            self._mark(find.lon_deg, find.lat_deg, square_mark, f"Found: {find.what}", beyond_mm)
        if plan.cells.poc and not plan.is_found:
            self._mark(plan.best_lon_deg, plan.best_lat_deg, star_mark, "Best place")
        self._loss(plan.loss.track)

    def _mark(self, lon_deg: float, lat_deg: float, symbol: Symbol, name: str, off_mm: float = 0.0) -> None:
        x, y = self._at(lon_deg, lat_deg)
        if not self._holds(x, y):
            return
        symbol(self._drawing, x, y)
        self._labels.take(x, y, 1.8)
        if not self._is_overview:
            self._names.append((x, y, (name,), max(off_mm, 2.6)))

    def mark_names(self) -> None:
        for x, y, names, off_mm in self._names:
            self._labels.beside(x, y, names, style.MARK_NAME, off_mm, is_forced=True)

    def _loss(self, track: Track) -> None:
        """Draw the last report with an arrow of its course; if it lies off the paper, where it lies."""
        x, y = self._at(track.lon_deg, track.lat_deg)
        if not self._holds(x, y):
            self._loss_beyond(x, y)
            return
        course = math.radians(course_deg(track) + self._frame.true_north_deg())
        tip = (x + 12.0 * math.sin(course), y - 12.0 * math.cos(course))
        arrow(self._drawing, (x, y), tip)
        cross_mark(self._drawing, x, y)
        self._labels.take(x, y, 1.8)
        for part in (0.4, 0.7, 1.0):
            self._labels.take(x + part * (tip[0] - x), y + part * (tip[1] - y), 1.0)
        self._names.append((x, y, ("Last report",), 2.6))

    def _loss_beyond(self, x: float, y: float) -> None:
        middle = np.array([self._frame.width_mm / 2.0, self._frame.height_mm / 2.0])
        ray = _geos.LineString([middle, (x, y)])
        edge = _geos.intersection(ray, self._frame.box(3.0))
        tip = _geos.get_coordinates(edge)[-1]
        toward = np.array([x, y]) - middle
        back = tip - 8.0 * toward / np.hypot(*toward)
        arrow(self._drawing, (float(back[0]), float(back[1])), (float(tip[0]), float(tip[1])))
        self._labels.take(float(tip[0]), float(tip[1]), 1.5)
        self._labels.take(float(back[0]), float(back[1]), 1.0)
        distance_km = math.hypot(x - tip[0], y - tip[1]) * self._frame.m_per_mm / 1_000.0
        names = (f"Last report, {distance_km:,.0f} km further", "Last report")
        self._names.append((float(back[0]), float(back[1]), names, 2.4))

    def sector_names(self) -> None:
        for sector in self._sectors:
            shape = _geos.intersection(self._ring(sector.ring), self._frame.box())
            if shape.is_empty or shape.area < 4.0:
                continue
            middle = shape.centroid if shape.contains(shape.centroid) else _geos.point_on_surface(shape)
            room_mm = 2.0 * middle.distance(shape.boundary)
            spots = [
                (middle.x + dx, middle.y + dy)
                for dx, dy in NEARBY_MM
                if shape.contains(_geos.Point(middle.x + dx, middle.y + dy))
            ]
            for kind in (style.SECTOR_NAME, style.SECTOR_SMALL):
                if text_width(sector.name, kind) > 1.8 * room_mm:
                    continue
                if any(self._labels.centre(x, y, sector.name, kind) for x, y in spots):
                    break

    def clues(self) -> None:
        plan = self._exported.plan
        for k, weighed in enumerate(plan.clues if plan is not None else (), 1):
            place = clue_place(weighed.clue)
            if place is None:
                continue
            x, y = self._at(place[1], place[0])
            if self._holds(x, y):
                triangle_mark(self._drawing, x, y)
                self._labels.take(x, y, 1.3)
                self._labels.beside(x, y, (f"C{k}",), style.CLUE_NAME, 1.9, is_forced=True)

    def towns(self, places: Sequence[Place]) -> None:
        if not places:
            return
        at = self._frame.mm(np.array([(place.lon_deg, place.lat_deg) for place in places]))
        shown = [(place, x, y) for place, (x, y) in zip(places, at.tolist(), strict=True) if self._holds(x, y)]
        n_written = 0
        for place, x, y in sorted(shown, key=lambda one: (-one[0].population, one[0].name)):
            kind = style.CITY_NAME if place.population >= CITY_PEOPLE else style.TOWN_NAME
            if self._labels.beside(x, y, (place.name,), kind, 1.5, is_forced=False):
                self._drawing.circle(x, y, 0.7, style.TOWN)
                self._labels.take(x, y, 0.8)
                n_written += 1
            if n_written == TOWNS_MAX:
                break

    def _at(self, lon_deg: float, lat_deg: float) -> tuple[float, float]:
        x, y = self._frame.mm(np.array([[lon_deg, lat_deg]]))[0].tolist()
        return x, y

    def _holds(self, x: float, y: float) -> bool:
        return 1.5 <= x <= self._frame.width_mm - 1.5 and 1.5 <= y <= self._frame.height_mm - 1.5

    def _ring(self, ring: tuple[Point, ...]) -> Any:
        return self._frame.shape(_geos.Polygon(ring))

    def _contour(self, contour: Contour) -> Any:
        return self._frame.shape(_geos.MultiPolygon([shape_of(polygon) for polygon in contour.polygons]))


def _with_edge(inner: Drawing, frame: Frame, grid: Grid) -> Drawing:
    """Return the map in its border, with the numbers of the grid around it."""
    outer = Drawing(frame.width_mm + 2.0 * EDGE_MM, frame.height_mm + 2.0 * EDGE_MM)
    outer.place(inner, EDGE_MM, EDGE_MM)
    outer.shape(_geos.affinity.translate(frame.box(), EDGE_MM, EDGE_MM).exterior, style.FRAME)
    for label in grid.labels:
        _grid_label(outer, label)
    return outer


def _grid_label(outer: Drawing, label: GridLabel) -> None:
    small = text_width(label.small, style.GRID_SMALL)
    width = small + text_width(label.large, style.GRID_LARGE)
    rise = style.GRID_LARGE.size * POINT_MM * 0.72
    x, y = label.x_mm + EDGE_MM, label.y_mm + EDGE_MM
    left, base = {
        "top": (x - width / 2.0, y - 1.4),
        "bottom": (x - width / 2.0, y + 1.4 + rise),
        "left": (x - 0.9 - width, y + rise / 2.0),
        "right": (x + 0.9, y + rise / 2.0),
    }[label.side]
    outer.text(left, base, label.small, style.GRID_SMALL, "start")
    outer.text(left + small, base, label.large, style.GRID_LARGE, "start")
