"""A search plan as GPX 1.1 for receivers and phones: sectors as closed tracks, centres and places as waypoints."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import gpxpy.gpx
from msgspec import Struct

from sargas.model.report import Point
from sargas.model.search import SearchPlan
from sargas.share.describe import contour_text, marks, sector_text
from sargas.share.shown import Shown, closed, marked, percent, shown
from sargas.share.xml_text import clean

SYMBOLS: Final = {"best": "Flag, Red", "find": "Danger Area"}
"""Signs by the names that receivers know; the places that are not here stay out of the file."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing is to be set."""


class Gpx:
    """Writes search plans as GPX."""

    media_type = "application/gpx+xml"
    ending = ".gpx"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def export(self, plan: SearchPlan, *, is_public: bool = False) -> bytes:
        """Return the file; a public one has the rounded contours and keep-out circles as tracks, and no waypoint."""
        exported = shown(plan, is_public=is_public)
        gpx = gpxpy.gpx.GPX()
        gpx.creator = "Sargas"
        gpx.name = clean(exported.title)
        gpx.description = clean(f"Incident {exported.incident_id}. {exported.hazard}")
        gpx.time = datetime.fromtimestamp(int(exported.made_s), UTC)
        if exported.plan is not None:
            gpx.waypoints.extend(_waypoints(exported.plan))
        gpx.tracks.extend(_outlines(exported))
        return gpx.to_xml(version="1.1").encode("utf-8") + b"\n"


def build(settings: Settings) -> Gpx:
    """Return the exporter."""
    return Gpx(settings)


def _outlines(exported: Shown) -> Iterator[gpxpy.gpx.GPXTrack]:
    if exported.plan is not None:
        for sector in sorted(exported.plan.sectors, key=lambda sector: sector.rank):
            yield _outline(marked(exported, sector.name), sector_text(sector), "sector", [sector.ring])
    else:
        for contour in exported.contours:
            name, outers = marked(exported, f"{percent(contour.share)} area"), [one[0] for one in contour.polygons]
            yield _outline(name, contour_text(contour), "area", outers)
    for hazard in exported.hazards:
        text = f"Keep {hazard.radius_m:,.0f} m away. {exported.hazard}"
        yield _outline(marked(exported, hazard.name), text, "keep out", [tuple(hazard.ring())])


def _waypoints(plan: SearchPlan) -> Iterator[gpxpy.gpx.GPXWaypoint]:
    """Yield where to go and where not to: the best place, what was found, the middles of the sectors by rank."""
    for mark in marks(plan):
        if mark.part in SYMBOLS:
            yield _waypoint(mark.lat_deg, mark.lon_deg, marked(plan, mark.name), mark.text, SYMBOLS[mark.part])
    for sector in sorted(plan.sectors, key=lambda sector: sector.rank):
        name = marked(plan, f"{sector.rank}. {sector.name}")
        yield _waypoint(sector.lat_deg, sector.lon_deg, name, sector_text(sector), "Flag, Blue")


def _waypoint(lat_deg: float, lon_deg: float, name: str, text: str, symbol: str) -> gpxpy.gpx.GPXWaypoint:
    # Some show the comment, some the description.
    said = clean(text)
    return gpxpy.gpx.GPXWaypoint(
        round(lat_deg, 6), round(lon_deg, 6), name=clean(name), comment=said, description=said, symbol=symbol
    )


def _outline(name: str, text: str, kind: str, rings: list[tuple[Point, ...]]) -> gpxpy.gpx.GPXTrack:
    track = gpxpy.gpx.GPXTrack(name=clean(name), description=clean(text))
    track.comment = track.description
    track.type = kind  # type: ignore[assignment]  # the library types it as always None
    for ring in rings:
        points = [gpxpy.gpx.GPXTrackPoint(lat, lon) for lon, lat in closed(ring)]
        track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
    return track
