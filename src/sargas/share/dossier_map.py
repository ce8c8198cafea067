"""The maps of a dossier: towns, borders, the track with its uncertainty, and the crossing enlarged."""

import math
from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
import shapely
import shapely.affinity
from msgspec import Struct
from numpy.typing import NDArray
from pyproj import Geod

from sargas.dossier.moments import clock
from sargas.dossier.saying import main_crossing
from sargas.dossier.wording import Words
from sargas.model.dossier import Crossed, Dossier, Flown, TrackPoint
from sargas.model.zone import Place, Zone
from sargas.share import map_style as style
from sargas.share.map_frame import Frame, fitted
from sargas.share.map_labels import Labels
from sargas.share.map_symbols import (
    KeyEntry,
    area_entry,
    cross_mark,
    line_entry,
    mark_entry,
    north_arrow,
    scale_bar,
    square_mark,
    triangle_mark,
)
from sargas.share.svg import Drawing, Ink, Type, text_width

F64 = NDArray[np.float64]
Which = Literal["whole", "crossing"]

_geos: Any = shapely  # shapely carries no types
_EARTH: Final = Geod(ellps="WGS84")

OWN: Final = Ink(fill="#f7f3e8")
OTHER: Final = Ink(fill="#e9eaea")
BORDER_CASING: Final = Ink(line="#ffffff", width=1.6)
BORDER: Final = Ink(line="#6b3a7a", width=0.55, dash=(3.2, 0.9, 0.6, 0.9))
GRATICULE: Final = Ink(line="#b9c3cc", width=0.12)
GRATICULE_TEXT: Final = Type(size=5.5, family=style.MONO, colour="#5b6a76", halo=0.5)
COUNTRY_NAME: Final = Type(size=10.0, family=style.SERIF, colour="#5d4a66", is_italic=True, halo=0.8)
TRACK_CASING: Final = Ink(line="#ffffff", width=1.5)
TRACK: Final = Ink(line="#0b4f9c", width=0.65)
PREDICTED: Final = Ink(line="#0b4f9c", width=0.55, dash=(1.0, 0.9))
ELLIPSE: Final = Ink(fill="#2f7ed8", opacity=0.22)
CROSSING: Final = Ink(line="#a80000", width=0.6)
CROSSING_AREA: Final = Ink(fill="#e03030", opacity=0.22)
CROSSING_NAME: Final = Type(size=8.0, family=style.MONO, is_bold=True, colour="#a80000", halo=1.0)
TIME_NAME: Final = Type(size=6.0, family=style.MONO, colour="#0b3a70", halo=0.9)
TOLD_NAME: Final = Type(size=6.0, family=style.MONO, colour="#333333", halo=0.8)
SENSOR: Final = Ink(line="#222222", width=0.3, fill="#ffd75e")
SIZE_MM: Final[dict[Which, tuple[float, float]]] = {"whole": (166.0, 104.0), "crossing": (166.0, 96.0)}
LEAST_M: Final[dict[Which, float]] = {"whole": 24_000.0, "crossing": 4_000.0}
CLOSE_SDS: Final = 6.0
"""The enlarged map reaches so many standard deviations of the crossing's place around it."""
CLOSE_MOST_M: Final = 40_000.0
TOWNS_MOST: Final = 28
CITY_PEOPLE: Final = 50_000
"""A city is written before all signs but the track's, so that a reader finds it."""
TIMES_APART_MM: Final = 24.0
ELLIPSE_CORNERS: Final = 40
STEPS_DEG: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
EDGE_MM: Final = 4.5
"""Below and right of the map; above there is nothing to write."""
LEFT_MM: Final = 11.0
TOP_MM: Final = 0.5


class Land(Struct, frozen=True, kw_only=True):
    """What the map shows that is not the dossier's: towns, and the sovereign airspaces whose edges are borders."""

    places: Sequence[Place] = ()
    zones: Sequence[Zone] = ()


class Map(Struct, frozen=True, kw_only=True):
    """A map with its scale bar, its key, and what it shows in words for those who cannot see it."""

    drawing: Drawing
    bar: Drawing
    north: Drawing
    scale: int
    key: list[KeyEntry]
    alt: str


def draw(dossier: Dossier, which: Which, land: Land, words: Words) -> Map | None:
    """Return the map; None if nothing of the dossier has a place."""
    frame = _frame(dossier, which)
    if frame is None:
        return None
    drawing = Drawing(frame.width_mm, frame.height_mm)
    painter = _Painter(dossier, frame, drawing, land, words)
    painter.land()
    painter.graticule()
    painter.tracks()
    painter.towns(CITY_PEOPLE)
    painter.told()
    painter.sensors()
    painter.ends()
    painter.crossings()
    painter.times(is_close=which == "crossing")
    painter.states()
    painter.towns(0)
    outer = Drawing(frame.width_mm + LEFT_MM + TOP_MM, frame.height_mm + TOP_MM + EDGE_MM)
    outer.place(drawing, LEFT_MM, TOP_MM)
    outer.shape(_geos.affinity.translate(frame.box(), LEFT_MM, TOP_MM).exterior, style.FRAME)
    for x, y, text, anchor in painter.edge_texts:
        outer.text(x + LEFT_MM, y + TOP_MM, text, GRATICULE_TEXT, anchor)
    return Map(
        drawing=outer,
        bar=scale_bar(frame.scale),
        north=north_arrow(),
        scale=frame.scale,
        key=painter.key,
        alt=_alt(dossier, which, words),
    )


def _alt(dossier: Dossier, which: Which, words: Words) -> str:
    heading = words.heading["map"] if which == "whole" else words.heading["crossings"]
    return f"{heading}: {dossier.incident_id}, " + ", ".join(str(one.track_id) for one in dossier.tracks[:20])


def _frame(dossier: Dossier, which: Which) -> Frame | None:
    size, least_m = SIZE_MM[which], LEAST_M[which]
    if which == "crossing":
        if not dossier.crossings:
            return None
        crossing = main_crossing(dossier.crossings)
        reach_m = min(CLOSE_MOST_M, CLOSE_SDS * crossing.sd_m)
        lonlat = np.array(
            [_moved(crossing.lat_deg, crossing.lon_deg, az, reach_m) for az in (0.0, 90.0, 180.0, 270.0)]
        )
        return fitted(lonlat, (size,), least_m)[0]
    at = [(point.lon_deg, point.lat_deg) for track in dossier.tracks for point in track.points]
    at += [(one.lon_deg, one.lat_deg) for one in dossier.crossings]
    at += [(one.lon_deg, one.lat_deg) for one in dossier.search.lost]
    words = [(one.lon_deg, one.lat_deg) for one in dossier.told]
    words += [(one.lon_deg, one.lat_deg) for one in dossier.search.finds]
    at += [(lon_deg, lat_deg) for lon_deg, lat_deg in words if lon_deg is not None and lat_deg is not None]
    return fitted(np.array(at, np.float64), (size,), least_m)[0] if at else None


def _moved(lat_deg: float, lon_deg: float, azimuth_deg: float, distance_m: float) -> tuple[float, float]:
    lon, lat, _ = _EARTH.fwd(lon_deg, lat_deg, azimuth_deg, distance_m)
    return float(lon), float(lat)


class _Painter:
    def __init__(self, dossier: Dossier, frame: Frame, drawing: Drawing, land: Land, words: Words) -> None:
        self._dossier = dossier
        self._frame = frame
        self._drawing = drawing
        self._labels = Labels(drawing)
        self._land = land
        self._words = words
        self._states: list[tuple[float, float, str]] = []
        self._written: list[Place] = []
        self.key: list[KeyEntry] = []
        self.edge_texts: list[tuple[float, float, str, Literal["start", "middle", "end"]]] = []

    def land(self) -> None:
        """Draw the states of the map, and their borders upon them."""
        west, south = self._frame.edge().min(axis=0)
        east, north = self._frame.edge().max(axis=0)
        window = (west - 0.05, south - 0.05, east + 0.05, north + 0.05)
        borders = []
        for zone in self._land.zones:
            if zone.kind != "sovereign":
                continue
            ground = _within(zone, window)
            if ground.is_empty:
                continue
            shape = self._frame.shape(_geos.segmentize(ground, 0.02))
            self._drawing.shape(shape, OWN if zone.country == self._dossier.country else OTHER)
            borders.append(_geos.boundary(shape))
            self._country_name(zone, shape)
        inner = self._frame.box(-4.0)
        lines = [_geos.intersection(one, inner) for one in borders]
        for ink in (BORDER_CASING, BORDER):
            for line in lines:
                self._drawing.shape(line, ink)
        if any(not line.is_empty for line in lines):
            self.key.append(line_entry(BORDER, self._words.sentence["legend_border"]))

    def _country_name(self, zone: Zone, shape: Any) -> None:
        seen = _geos.intersection(shape, self._frame.box(8.0))
        if seen.is_empty or seen.area < 500.0:
            return
        at = _geos.point_on_surface(seen)
        self._states.append((at.x, at.y, self._words.country.get(zone.country, zone.name).upper()))

    def graticule(self) -> None:
        """Draw the lines of round degrees, numbered outside the frame."""
        edge = self._frame.edge()
        west, south = edge.min(axis=0)
        east, north = edge.max(axis=0)
        width, height = self._frame.width_mm, self._frame.height_mm
        for axis, low, high in ((0, west, east), (1, south, north)):
            step = next((one for one in STEPS_DEG if (high - low) / one <= (7 if axis == 0 else 5)), STEPS_DEG[-1])
            digits = 0 if step >= 1.0 else 1 if step >= 0.1 else 2
            for k in range(math.ceil(low / step), math.floor(high / step) + 1):
                value = k * step
                along = np.linspace(south, north, 30) if axis == 0 else np.linspace(west, east, 30)
                lonlat = np.stack([np.full(30, value), along] if axis == 0 else [along, np.full(30, value)], axis=1)
                line = _geos.intersection(_geos.LineString(self._frame.mm(lonlat)), self._frame.box())
                if line.is_empty:
                    continue
                self._drawing.shape(line, GRATICULE)
                at = _geos.get_coordinates(line)
                if axis == 0:
                    x = float(at[at[:, 1].argmax(), 0])
                    if 6.0 < x < width - 6.0:
                        self.edge_texts.append((x, height + 3.0, f"{value:.{digits}f}°E", "middle"))
                else:
                    y = float(at[at[:, 0].argmin(), 1])
                    if 4.0 < y < height - 4.0:
                        self.edge_texts.append((-0.8, y + 0.7, f"{value:.{digits}f}°N", "end"))

    def tracks(self) -> None:
        """Draw the ellipses of all points, then the lines."""
        tracks = [track for track in self._dossier.tracks if track.points]
        for track in tracks:
            ellipses = [self._ellipse(point) for point in track.points]
            whole = _geos.union_all([self._frame.shape(one) for one in ellipses])
            self._drawing.shape(whole, ELLIPSE)
        for track in tracks:
            for ink, is_predicted in ((TRACK_CASING, None), (TRACK, False), (PREDICTED, True)):
                for line in _lines(track, is_predicted):
                    self._drawing.shape(self._frame.shape(_geos.LineString(line)), ink)
            for point in track.points[:: max(1, len(track.points) // 200)]:
                x, y = self._at(point.lat_deg, point.lon_deg)
                self._labels.take(x, y, 0.9)
        if tracks:
            self.key.append(area_entry(Ink(fill="#c3dbf5"), TRACK, self._words.sentence["legend_track"]))
        if any(point.is_predicted for track in tracks for point in track.points):
            self.key.append(line_entry(PREDICTED, self._words.sentence["legend_predicted"]))

    def _ellipse(self, point: TrackPoint) -> Any:
        turns = np.linspace(0.0, 2.0 * math.pi, ELLIPSE_CORNERS, endpoint=False)
        along, across = point.major_m * np.cos(turns), point.minor_m * np.sin(turns)
        azimuth = point.axis_deg + np.degrees(np.arctan2(across, along))
        n = np.ones(ELLIPSE_CORNERS)
        lon, lat, _ = _EARTH.fwd(n * point.lon_deg, n * point.lat_deg, azimuth, np.hypot(along, across))
        return _geos.Polygon(np.stack([lon, lat], axis=1))

    def told(self) -> None:
        """Draw where people and neighbours spoke of."""
        places = [one for one in self._dossier.told if one.lat_deg is not None and one.lon_deg is not None]
        n_drawn = 0
        for number, one in enumerate(self._dossier.told, 1):
            if one.lat_deg is None or one.lon_deg is None:
                continue
            x, y = self._at(one.lat_deg, one.lon_deg)
            if self._holds(x, y):
                triangle_mark(self._drawing, x, y)
                self._labels.take(x, y, 1.4)
                self._labels.beside(x, y, (f"{number}",), TOLD_NAME, 1.9, is_forced=False)
                n_drawn += 1
        if places and n_drawn:
            self.key.append(mark_entry(triangle_mark, self._words.sentence["legend_told"]))

    def sensors(self) -> None:
        """Draw where sensors stand, in a version that says so."""
        n_drawn = 0
        for one in self._dossier.sensors:
            if one.lat_deg is None or one.lon_deg is None:
                continue
            x, y = self._at(one.lat_deg, one.lon_deg)
            if self._holds(x, y):
                sensor_mark(self._drawing, x, y)
                self._labels.take(x, y, 1.4)
                self._labels.beside(x, y, (one.sensor,), TOLD_NAME, 2.0, is_forced=False)
                n_drawn += 1
        if n_drawn:
            self.key.append(mark_entry(sensor_mark, self._words.sentence["legend_sensor"]))

    def ends(self) -> None:
        """Draw the last reports of what was lost, and what was found."""
        sentence = self._words.sentence
        places = [(one.lat_deg, one.lon_deg, clock(one.last_report_s)) for one in self._dossier.search.lost]
        if not places:
            places = [
                (track.points[-1].lat_deg, track.points[-1].lon_deg, clock(track.last_report_s))
                for track in self._dossier.tracks
                if track.is_lost and track.points
            ]
        n_lost = 0
        for lat_deg, lon_deg, name in places:
            x, y = self._at(lat_deg, lon_deg)
            if self._holds(x, y):
                cross_mark(self._drawing, x, y)
                self._labels.take(x, y, 1.8)
                self._labels.beside(x, y, (name,), style.MARK_NAME, 2.6, is_forced=True)
                n_lost += 1
        if n_lost:
            self.key.append(mark_entry(cross_mark, sentence["legend_lost"]))
        n_found = 0
        for find in self._dossier.search.finds:
            if find.lat_deg is None or find.lon_deg is None:
                continue
            x, y = self._at(find.lat_deg, find.lon_deg)
            if self._holds(x, y):
                square_mark(self._drawing, x, y)
                self._labels.take(x, y, 2.0)
                self._labels.beside(x, y, (self._words.find[find.what],), style.MARK_NAME, 2.8, is_forced=True)
                n_found += 1
        if n_found:
            self.key.append(mark_entry(square_mark, sentence["legend_found"]))

    def crossings(self) -> None:
        """Draw where the border was crossed, with the circle of one standard deviation."""
        n_drawn = 0
        for number, one in enumerate(self._dossier.crossings, 1):
            x, y = self._at(one.lat_deg, one.lon_deg)
            if not self._holds(x, y):
                continue
            self._crossing(one, x, y, number)
            n_drawn += 1
        if n_drawn:
            self.key.append(mark_entry(diamond_mark, self._words.sentence["legend_crossing"]))

    def _crossing(self, one: Crossed, x: float, y: float, number: int) -> None:
        turns = np.linspace(0.0, 360.0, ELLIPSE_CORNERS, endpoint=False)
        ring = _geos.Polygon([_moved(one.lat_deg, one.lon_deg, float(turn), one.sd_m) for turn in turns])
        area = self._frame.shape(ring)
        self._drawing.shape(area, CROSSING_AREA)
        self._drawing.shape(area, Ink(line="#a80000", width=0.3, dash=(1.0, 0.7)))
        diamond_mark(self._drawing, x, y)
        self._labels.take(x, y, 2.2)
        prefix = f"{number}  " if len(self._dossier.crossings) > 1 else ""
        mark = "" if one.is_measured else "? "
        names = (f"{prefix}{mark}{clock(one.time_s)}", f"{number}")
        self._labels.beside(x, y, names, CROSSING_NAME, 3.0, is_forced=True)

    def times(self, *, is_close: bool) -> None:
        """Write the time beside the track every few centimetres."""
        for track in self._dossier.tracks:
            last: tuple[float, float] | None = None
            for point in track.points:
                x, y = self._at(point.lat_deg, point.lon_deg)
                if not self._holds(x, y):
                    continue
                if last is not None and math.hypot(x - last[0], y - last[1]) < TIMES_APART_MM:
                    continue
                if self._labels.beside(
                    x, y, (clock(point.time_s)[: 8 if is_close else 5],), TIME_NAME, 1.6, is_forced=False
                ):
                    self._drawing.circle(x, y, 0.6, Ink(line="#ffffff", width=0.2, fill="#0b4f9c"))
                    last = (x, y)

    def states(self) -> None:
        """Write the names of the states where there is room left."""
        for x, y, name in self._states:
            half = text_width(name, COUNTRY_NAME) / 2.0
            at_x = min(max(x, half + 2.0), self._frame.width_mm - half - 2.0)
            any(self._labels.centre(at_x, y + dy, name, COUNTRY_NAME) for dy in (0.0, 8.0, -8.0, 16.0, -16.0))

    def towns(self, least: int) -> None:
        """Write the names of the towns of at least so many people that are not written yet, the largest first."""
        places = [one for one in self._land.places if one.population >= least and one not in self._written]
        if not places:
            return
        at = self._frame.mm(np.array([(one.lon_deg, one.lat_deg) for one in places]))
        shown = [(one, x, y) for one, (x, y) in zip(places, at.tolist(), strict=True) if self._holds(x, y)]
        for place, x, y in sorted(shown, key=lambda one: (-one[0].population, one[0].name)):
            if len(self._written) == TOWNS_MOST:
                break
            kind = style.CITY_NAME if place.population >= CITY_PEOPLE else style.TOWN_NAME
            if self._labels.beside(x, y, (place.name,), kind, 1.5, is_forced=False):
                self._drawing.circle(x, y, 0.7, style.TOWN)
                self._labels.take(x, y, 0.8)
                self._written.append(place)

    def _at(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        x, y = self._frame.mm(np.array([[lon_deg, lat_deg]]))[0].tolist()
        return x, y

    def _holds(self, x: float, y: float) -> bool:
        return 1.5 <= x <= self._frame.width_mm - 1.5 and 1.5 <= y <= self._frame.height_mm - 1.5


def diamond_mark(drawing: Drawing, x: float, y: float) -> None:
    """Draw a diamond: a crossing."""
    for half, ink in ((2.3, Ink(fill="#ffffff")), (1.8, Ink(fill="#c00000"))):
        drawing.shape(_geos.Polygon([(x, y - half), (x + half, y), (x, y + half), (x - half, y)]), ink)
    drawing.circle(x, y, 0.45, Ink(fill="#ffffff"))


def sensor_mark(drawing: Drawing, x: float, y: float) -> None:
    """Draw a sensor's site."""
    drawing.shape(_geos.box(x - 1.2, y - 1.2, x + 1.2, y + 1.2), SENSOR)
    drawing.circle(x, y, 0.4, Ink(fill="#222222"))


def _within(zone: Zone, window: tuple[float, float, float, float]) -> Any:
    """Return what of a zone lies within a window of longitudes and latitudes."""
    parts = []
    for rings in zone.polygons:
        outer = np.array(rings[0], np.float64)
        (west, south), (east, north) = outer.min(axis=0), outer.max(axis=0)
        if west < window[2] and east > window[0] and south < window[3] and north > window[1]:
            # Cut before it is mended: a state has tens of thousands of corners, its piece of a map some hundreds.
            whole = _geos.Polygon(outer, [np.array(ring, np.float64) for ring in rings[1:]])
            parts.append(_geos.make_valid(_geos.clip_by_rect(whole, *window)))
    return _geos.union_all(parts)


def _lines(track: Flown, is_predicted: bool | None) -> list[list[tuple[float, float]]]:
    """Return the pieces of a track: all of it, or those between points that were, or were not, placed by reports."""
    points = [(point.lon_deg, point.lat_deg) for point in track.points]
    if is_predicted is None:
        return [points] if len(points) > 1 else []
    pieces: list[list[tuple[float, float]]] = []
    for k in range(1, len(points)):
        if track.points[k].is_predicted is not is_predicted:
            continue
        if pieces and pieces[-1][-1] == points[k - 1]:
            pieces[-1].append(points[k])
        else:
            pieces.append([points[k - 1], points[k]])
    return pieces
