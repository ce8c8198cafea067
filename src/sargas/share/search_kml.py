"""A search plan as KML 2.2 (OGC 07-147r2): folders of areas, sectors, searched ground, places, keep-out circles."""

from typing import Final
from xml.etree.ElementTree import Element

from msgspec import Struct

from sargas.model.report import Point
from sargas.model.search import Contour, Searched, SearchPlan, Sector
from sargas.share.describe import contour_text, marks, searched_text, searched_title, sector_text
from sargas.share.shown import Hazard, Shown, closed, marked, percent, shown, time_text
from sargas.share.xml_text import child, document

NAMESPACE: Final = "http://www.opengis.net/kml/2.2"
BEST_RANK: Final = 5
"""Sectors up to this rank are drawn strongest."""

# Line colour and width, fill colour, icon colour; aabbggrr, as the standard has it.
STYLES: Final[dict[str, tuple[str, str, str]]] = {
    "contour50": ("ff1f4fb8", "3", "331f4fb8"),
    "contour75": ("ff2d6fd6", "2", "002d6fd6"),
    "contour90": ("ff4d8fe6", "2", "004d8fe6"),
    "contour95": ("ff7aaef0", "2", "007aaef0"),
    "best": ("ff0000c0", "4", "59004fe0"),
    "sector": ("ff6b3a10", "2", "33b07a3a"),
    "done": ("ff606060", "2", "66909090"),
    "searched": ("ff606060", "2", "4d909090"),
    "hazard": ("ff0000ff", "3", "330000ff"),
    "place": ("ff000000", "2", "00000000"),
}
DONE_POD: Final = 0.5
"""A sector in which so much would have been found is drawn as searched."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing is to be set."""


class Kml:
    """Writes search plans as KML."""

    media_type = "application/vnd.google-earth.kml+xml"
    ending = ".kml"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def export(self, plan: SearchPlan, *, is_public: bool = False) -> bytes:
        """Return the file; a public one has the rounded contours and keep-out circles alone."""
        exported = shown(plan, is_public=is_public)
        root = Element("kml", {"xmlns": NAMESPACE})
        top = child(root, "Document")
        child(top, "name", exported.title)
        child(top, "open", "1")
        child(top, "description", _introduction(exported))
        for style, (line, width, fill) in STYLES.items():
            _style(top, style, line, width, fill)
        _contours(top, exported)
        if exported.plan is not None:
            _sectors(top, exported.plan, exported)
            _searched(top, exported.plan, exported)
            _places(top, exported.plan, exported)
        _hazards(top, exported)
        return document(root)


def build(settings: Settings) -> Kml:
    """Return the exporter."""
    return Kml(settings)


def _introduction(exported: Shown) -> str:
    over = " The search is over: it was found." if exported.is_found else ""
    return f"Incident {exported.incident_id}, as of {time_text(exported.made_s)}.{over} {exported.hazard}"


def _style(top: Element, name: str, line: str, width: str, fill: str) -> None:
    style = child(top, "Style", attributes={"id": name})
    icon = child(style, "IconStyle")
    child(icon, "color", line)
    of_line = child(style, "LineStyle")
    child(of_line, "color", line)
    child(of_line, "width", width)
    of_area = child(style, "PolyStyle")
    child(of_area, "color", fill)
    child(of_area, "fill", "0" if fill.startswith("00") else "1")


def _folder(top: Element, name: str) -> Element:
    folder = child(top, "Folder")
    child(folder, "name", name)
    return folder


def _placemark(folder: Element, name: str, text: str, style: str, exported: Shown) -> Element:
    placemark = child(folder, "Placemark")
    child(placemark, "name", marked(exported, name))
    child(placemark, "description", text)
    child(placemark, "styleUrl", f"#{style}")
    return placemark


def _contours(top: Element, exported: Shown) -> None:
    if not exported.contours:
        return
    folder = _folder(top, "Where it lies")
    for contour in sorted(exported.contours, key=lambda contour: -contour.share):
        name, text = f"{percent(contour.share)} area", contour_text(contour)
        placemark = _placemark(folder, name, text, _contour_style(contour), exported)
        several = child(placemark, "MultiGeometry")
        for polygon in contour.polygons:
            _polygon(several, polygon)


def _contour_style(contour: Contour) -> str:
    return f"contour{min((50, 75, 90, 95), key=lambda share: abs(share - 100.0 * contour.share))}"


def _sectors(top: Element, plan: SearchPlan, exported: Shown) -> None:
    if not plan.sectors:
        return
    folder = _folder(top, "Sectors, best first")
    for sector in sorted(plan.sectors, key=lambda sector: sector.rank):
        name = f"{sector.rank}. {sector.name}"
        placemark = _placemark(folder, name, sector_text(sector), _sector_style(sector), exported)
        several = child(placemark, "MultiGeometry")
        _point(several, sector.lon_deg, sector.lat_deg)
        _polygon(several, (sector.ring,))


def _sector_style(sector: Sector) -> str:
    if sector.pod >= DONE_POD:
        return "done"
    return "best" if sector.rank <= BEST_RANK else "sector"


def _searched(top: Element, plan: SearchPlan, exported: Shown) -> None:
    drawn = [one for one in plan.searched if one.ring or one.paths]
    if not drawn:
        return
    folder = _folder(top, "Searched in vain")
    for searched in drawn:
        placemark = _placemark(folder, searched_title(searched), searched_text(searched), "searched", exported)
        _ground(child(placemark, "MultiGeometry"), searched)


def _ground(several: Element, searched: Searched) -> None:
    if searched.ring:
        _polygon(several, (searched.ring,))
    for path in searched.paths:
        line = child(several, "LineString")
        child(line, "tessellate", "1")
        child(line, "coordinates", _coordinates(list(path)))


def _places(top: Element, plan: SearchPlan, exported: Shown) -> None:
    folder = _folder(top, "Places")
    for mark in marks(plan):
        _point(_placemark(folder, mark.name, mark.text, "place", exported), mark.lon_deg, mark.lat_deg)


def _hazards(top: Element, exported: Shown) -> None:
    if not exported.hazards:
        return
    folder = _folder(top, "Keep out")
    for hazard in exported.hazards:
        placemark = _placemark(folder, hazard.name, _hazard_text(hazard, exported), "hazard", exported)
        _polygon(placemark, (tuple(hazard.ring()),))


def _hazard_text(hazard: Hazard, exported: Shown) -> str:
    return f"Keep {hazard.radius_m:,.0f} m away. {exported.hazard}"


def _point(parent: Element, lon_deg: float, lat_deg: float) -> None:
    child(child(parent, "Point"), "coordinates", f"{lon_deg:.6f},{lat_deg:.6f}")


def _polygon(parent: Element, polygon: tuple[tuple[Point, ...], ...]) -> None:
    element = child(parent, "Polygon")
    child(element, "tessellate", "1")
    for k, ring in enumerate(polygon):
        boundary = child(element, "outerBoundaryIs" if k == 0 else "innerBoundaryIs")
        child(child(boundary, "LinearRing"), "coordinates", _coordinates(closed(ring, is_hole=k > 0)))


def _coordinates(corners: list[Point]) -> str:
    return " ".join(f"{lon:.6f},{lat:.6f}" for lon, lat in corners)
