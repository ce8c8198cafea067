"""A search plan as GeoJSON (RFC 7946): one FeatureCollection, each feature with a property `part`.

Parts: `cell`, `contour`, `sector`, `best`, `loss`, `clue`, `searched`, `find` and `hazard`. WGS-84 longitude and
latitude with six decimals (a decimetre), outer rings counter-clockwise. Probabilities are 0 to 1.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec
import numpy as np
from msgspec import Struct

from sargas.model.search import Cells, ClueWeight, Contour, Find, Searched, SearchPlan, Sector
from sargas.model.track import Track
from sargas.search.plane import EqualArea
from sargas.share.describe import best_grid, clue_place, course_deg, sector_grid, speed_mps
from sargas.share.shown import Hazard, Shown, closed, shown, time_text

DECIMALS: Final = 6
Value = str | float | int | bool | None


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`has_cells`: whether the cells of the map are in it; they are most of the file."""

    has_cells: bool = True


class Geometry(Struct, frozen=True):
    """A GeoJSON geometry."""

    type: Literal["Point", "Polygon", "MultiPolygon", "MultiLineString"]
    coordinates: Any


class Feature(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A GeoJSON feature."""

    type: str
    geometry: Geometry
    properties: dict[str, Value]


class Collection(Struct, frozen=True, kw_only=True):
    """A GeoJSON feature collection; the other members say what it is (RFC 7946, section 6.1)."""

    type: str
    title: str
    incident: str
    made: str
    is_exercise: bool
    is_public: bool
    is_found: bool
    hazard_m: float
    hazard: str
    features: list[Feature]


class GeoJson:
    """Writes search plans as GeoJSON."""

    media_type = "application/geo+json"
    ending = ".geojson"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def export(self, plan: SearchPlan, *, is_public: bool = False) -> bytes:
        """Return the file; a public one has the rounded contours and hazard circles alone."""
        exported = shown(plan, is_public=is_public)
        collection = Collection(
            type="FeatureCollection",
            title=exported.title,
            incident=exported.incident_id,
            made=time_text(exported.made_s),
            is_exercise=exported.is_exercise,
            is_public=exported.is_public,
            is_found=exported.is_found,
            hazard_m=exported.hazard_m,
            hazard=exported.hazard,
            features=list(self._features(exported)),
        )
        return msgspec.json.encode(collection)

    def _features(self, exported: Shown) -> Iterator[Feature]:
        if exported.plan is not None and self._settings.has_cells:
            yield from _cells(exported.plan.cells, exported)
        for contour in sorted(exported.contours, key=lambda contour: -contour.share):
            yield _feature("contour", _areas(contour), exported, share=contour.share, area_m2=contour.area_m2)
        if exported.plan is not None:
            yield from _details(exported.plan, exported)
        for hazard in exported.hazards:
            yield _hazard(hazard, exported)


def build(settings: Settings) -> GeoJson:
    """Return the exporter."""
    return GeoJson(settings)


def _details(plan: SearchPlan, exported: Shown) -> Iterator[Feature]:
    for sector in sorted(plan.sectors, key=lambda sector: sector.rank):
        yield _sector(sector, exported)
    for searched in plan.searched:
        if searched.ring or any(len(path) > 1 for path in searched.paths):
            yield _searched(searched, exported)
    yield _loss(plan.loss.track, exported)
    for weighed in plan.clues:
        place = clue_place(weighed.clue)
        if place is not None:
            yield _clue(weighed, *place, exported)
    if plan.cells.poc:
        best = _point(plan.best_lon_deg, plan.best_lat_deg)
        yield _feature("best", best, exported, mgrs=best_grid(plan))
    for find in plan.finds:
        yield _find(find, plan.hazard_m, exported)


def _feature(part: str, geometry: Geometry, exported: Shown, **properties: Value) -> Feature:
    marks: dict[str, Value] = {"is_exercise": True} if exported.is_exercise else {}
    return Feature(type="Feature", geometry=geometry, properties={"part": part, **marks, **properties})


def _point(lon_deg: float, lat_deg: float) -> Geometry:
    return Geometry("Point", (round(lon_deg, DECIMALS), round(lat_deg, DECIMALS)))


def _areas(contour: Contour) -> Geometry:
    polygons = [[closed(ring, is_hole=k > 0) for k, ring in enumerate(polygon)] for polygon in contour.polygons]
    return Geometry("MultiPolygon", polygons)


def _cells(cells: Cells, exported: Shown) -> Iterator[Feature]:
    """Yield the cells as squares of the equal-area plane."""
    if not cells.poc:
        return
    plane = EqualArea(cells.lat0_deg, cells.lon0_deg)
    centre = np.stack([cells.x_m, cells.y_m], axis=1)
    half = np.array(cells.size_m)[:, None, None] / 2.0
    square = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)])
    corners = centre[:, None, :] + half * square[None, :, :]
    rings = np.round(plane.lonlat(corners.reshape(-1, 2)), DECIMALS).reshape(-1, 5, 2).tolist()
    for ring, poc, size_m in zip(rings, cells.poc, cells.size_m, strict=True):
        # Seven figures: what is lost by rounding is far below what the map knows.
        yield _feature("cell", Geometry("Polygon", [ring]), exported, poc=float(f"{poc:.7g}"), size_m=size_m)


def _sector(sector: Sector, exported: Shown) -> Feature:
    return _feature(
        "sector",
        Geometry("Polygon", [closed(sector.ring)]),
        exported,
        name=sector.name,
        rank=sector.rank,
        poc=sector.poc,
        pod=sector.pod,
        p_per_hour=sector.p_per_hour,
        hours=sector.hours,
        cover=sector.cover,
        area_m2=sector.area_m2,
        lat_deg=round(sector.lat_deg, DECIMALS),
        lon_deg=round(sector.lon_deg, DECIMALS),
        mgrs=sector_grid(sector),
        is_ordered=sector.is_ordered,
    )


def _searched(searched: Searched, exported: Shown) -> Feature:
    geometry = (
        Geometry("Polygon", [closed(searched.ring)])
        if searched.ring
        else Geometry("MultiLineString", [_rounded(path) for path in searched.paths if len(path) > 1])
    )
    return _feature(
        "searched",
        geometry,
        exported,
        time=time_text(searched.time_s),
        by=searched.by,
        asset=searched.asset,
        sector=searched.sector,
        hours=searched.hours,
        coverage=searched.coverage,
        text=searched.text,
    )


def _rounded(path: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    return [(round(lon, DECIMALS), round(lat, DECIMALS)) for lon, lat in path]


def _loss(track: Track, exported: Shown) -> Feature:
    return _feature(
        "loss",
        _point(track.lon_deg, track.lat_deg),
        exported,
        track=track.track_id,
        time=time_text(track.last_report_s),
        speed_mps=round(speed_mps(track), 2),
        course_deg=round(course_deg(track), 1),
    )


def _clue(weighed: ClueWeight, lat_deg: float, lon_deg: float, exported: Shown) -> Feature:
    clue = weighed.clue
    return _feature(
        "clue",
        _point(lon_deg, lat_deg),
        exported,
        id=clue.clue_id,
        kind=clue.kind,
        time=None if clue.time_s is None else time_text(clue.time_s),
        radius_m=clue.radius_m,
        probability=weighed.probability,
        why=weighed.why,
        text=clue.text,
        by=clue.by,
    )


def _find(find: Find, hazard_m: float, exported: Shown) -> Feature:
    return _feature(
        "find",
        _point(find.lon_deg, find.lat_deg),
        exported,
        id=find.find_id,
        what=find.what,
        time=time_text(find.time_s),
        sd_m=find.sd_m,
        hazard_m=hazard_m,
        is_it=find.is_it,
        by=find.by,
        text=find.text,
    )


def _hazard(hazard: Hazard, exported: Shown) -> Feature:
    geometry = Geometry("Polygon", [closed(hazard.ring())])
    return _feature("hazard", geometry, exported, name=hazard.name, radius_m=hazard.radius_m)
