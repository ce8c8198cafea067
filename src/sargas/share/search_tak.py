"""A search plan for TAK: Cursor on Target events, as a data package that a phone imports, or as a stream.

A data package is a zip with `MANIFEST/manifest.xml` and one event a file; that is the form that ATAK, iTAK and WinTAK
import. The stream is the same events one after the other, as a TAK server takes them. Sectors and areas are drawing
polygons (type `u-d-f`), keep-out circles `u-d-c-c`, places spot markers `b-m-p-s-m`. No event has a type of an
atom (`a-...`): nothing here says who is friend or foe.
"""

import io
import zipfile
from typing import Annotated, Final, Literal
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, tostring

from msgspec import Meta, Struct

from sargas.model.report import Point
from sargas.model.search import SearchPlan
from sargas.share.describe import Mark, contour_text, marks, sector_text
from sargas.share.shown import Hazard, Shown, closed, marked, percent, shown, time_text
from sargas.share.xml_text import child, document

NAMES: Final = UUID("5b1f2a52-8a3f-5d0e-9d8e-6f3c1f7a4c11")
"""The name space of the events' ids: the same thing of the same incident keeps its id, so that TAK updates it."""
UNKNOWN: Final = "9999999.0"
"""Height and error that are not known, as the event schema has it."""
ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)

# Alpha, red, green, blue.
BEST_LINE, BEST_FILL = 0xFFC00000, 0x40FF0000
SECTOR_LINE, SECTOR_FILL = 0xFF103A6B, 0x2030B0F0
AREA_LINE, AREA_FILL = 0xFFB84F1F, 0x00000000
RED, RED_FILL = 0xFFFF0000, 0x33FF0000
SPOTS: Final = {"loss": 0xFF000000, "best": 0xFF0000FF, "find": 0xFFFF0000, "clue": 0xFFFFFF00}
BEST_RANK: Final = 5


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`form`: a data package to import, or events in a row for a server. `stale_h`: hours until they are old."""

    form: Literal["package", "stream"] = "package"
    stale_h: Annotated[float, Meta(gt=0.0, le=8_760.0)] = 72.0


class Tak:
    """Writes search plans for TAK."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.media_type = "application/zip" if settings.form == "package" else "application/xml"
        self.ending = ".zip" if settings.form == "package" else ".cot"

    def export(self, plan: SearchPlan, *, is_public: bool = False) -> bytes:
        """Return the file; a public one has the rounded contours and keep-out circles alone."""
        exported = shown(plan, is_public=is_public)
        events = _events(exported, self._settings.stale_h)
        if self._settings.form == "package":
            return _package(events, exported)
        return b"".join(tostring(event, encoding="unicode").encode("utf-8") + b"\n" for event in events)


def build(settings: Settings) -> Tak:
    """Return the exporter."""
    return Tak(settings)


def _package(events: list[Element], exported: Shown) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(_entry("MANIFEST/manifest.xml"), document(_manifest(events, exported)))
        for event in events:
            uid = event.attrib["uid"]
            package.writestr(_entry(f"{uid}/{uid}.cot"), document(event))
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """Return an entry whose time is that of no clock."""
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _manifest(events: list[Element], exported: Shown) -> Element:
    root = Element("MissionPackageManifest", {"version": "2"})
    configuration = child(root, "Configuration")
    child(configuration, "Parameter", attributes={"name": "uid", "value": _uid(exported, "package", "")})
    child(configuration, "Parameter", attributes={"name": "name", "value": exported.title})
    contents = child(root, "Contents")
    for event in events:
        uid = event.attrib["uid"]
        content = child(contents, "Content", attributes={"ignore": "false", "zipEntry": f"{uid}/{uid}.cot"})
        child(content, "Parameter", attributes={"name": "uid", "value": uid})
    return root


def _uid(exported: Shown, part: str, name: str) -> str:
    kind = "public" if exported.is_public else "search"
    return str(uuid5(NAMES, f"{exported.incident_id}/{kind}/{part}/{name}"))


def _events(exported: Shown, stale_h: float) -> list[Element]:
    pen = _Pen(exported, stale_h)
    events = []
    for contour in sorted(exported.contours, key=lambda contour: -contour.share):
        for k, polygon in enumerate(contour.polygons, 1):
            name = f"{percent(contour.share)} area"
            uid = _uid(exported, "contour", f"{contour.share}/{k}")
            events.append(pen.polygon(uid, name, contour_text(contour), polygon[0], (AREA_LINE, AREA_FILL)))
    if exported.plan is not None:
        events += _details(pen, exported.plan, exported)
    for k, hazard in enumerate(exported.hazards, 1):
        events.append(pen.circle(_uid(exported, "hazard", str(k)), hazard))
    return events


def _details(pen: "_Pen", plan: SearchPlan, exported: Shown) -> list[Element]:
    events = []
    for sector in sorted(plan.sectors, key=lambda sector: sector.rank):
        colours = (BEST_LINE, BEST_FILL) if sector.rank <= BEST_RANK else (SECTOR_LINE, SECTOR_FILL)
        uid = _uid(exported, "sector", sector.name)
        events.append(pen.polygon(uid, f"{sector.rank}. {sector.name}", sector_text(sector), sector.ring, colours))
    return events + [pen.marker(_uid(exported, mark.part, mark.key), mark) for mark in marks(plan)]


class _Pen:
    """Draws events of one export: all have its times, its word EXERCISE and what is said about approaching."""

    def __init__(self, exported: Shown, stale_h: float) -> None:
        self._exported = exported
        self._times = {
            "time": time_text(exported.made_s),
            "start": time_text(exported.made_s),
            "stale": time_text(exported.made_s + 3_600.0 * stale_h),
        }

    def polygon(self, uid: str, name: str, text: str, ring: tuple[Point, ...], colours: tuple[int, int]) -> Element:
        """Return a drawn polygon; the first corner comes again at the end, which closes it."""
        corners = closed(ring)
        lon_deg = sum(lon for lon, _ in corners[:-1]) / (len(corners) - 1)
        lat_deg = sum(lat for _, lat in corners[:-1]) / (len(corners) - 1)
        event = self._event(uid, "u-d-f", lat_deg, lon_deg)
        detail = self._detail(event, name, text)
        for lon, lat in corners:
            child(detail, "link", attributes={"point": f"{lat:.6f},{lon:.6f}"})
        _lines(detail, colours)
        return event

    def circle(self, uid: str, hazard: Hazard) -> Element:
        """Return a circle to keep out of; the radii of the shape are in metres."""
        event = self._event(uid, "u-d-c-c", hazard.lat_deg, hazard.lon_deg)
        detail = self._detail(event, hazard.name, f"Keep {hazard.radius_m:,.0f} m away.")
        radius = f"{hazard.radius_m:.1f}"
        child(child(detail, "shape"), "ellipse", attributes={"major": radius, "minor": radius, "angle": "360"})
        _lines(detail, (RED, RED_FILL))
        return event

    def marker(self, uid: str, mark: Mark) -> Element:
        """Return a spot on the map."""
        event = self._event(uid, "b-m-p-s-m", mark.lat_deg, mark.lon_deg)
        detail = self._detail(event, mark.name, mark.text)
        colour = _signed(SPOTS[mark.part])
        child(detail, "color", attributes={"argb": colour})
        child(detail, "usericon", attributes={"iconsetpath": f"COT_MAPPING_SPOTMAP/b-m-p-s-m/{colour}"})
        return event

    def _event(self, uid: str, kind: str, lat_deg: float, lon_deg: float) -> Element:
        # How it came to be: simulated, or fused by a machine (event schema, `how`).
        how = "m-s" if self._exported.is_exercise else "m-f"
        event = Element("event", {"version": "2.0", "uid": uid, "type": kind, **self._times, "how": how})
        place = {"lat": f"{lat_deg:.6f}", "lon": f"{lon_deg:.6f}", "hae": UNKNOWN, "ce": UNKNOWN, "le": UNKNOWN}
        child(event, "point", attributes=place)
        return event

    def _detail(self, event: Element, name: str, text: str) -> Element:
        exported = self._exported
        detail = child(event, "detail")
        child(detail, "contact", attributes={"callsign": marked(exported, name)})
        public = "Public. " if exported.is_public else ""
        text = f"{public}{text} {exported.hazard} Incident {exported.incident_id}."
        child(detail, "remarks", marked(exported, text))
        child(detail, "archive")
        return detail


def _lines(detail: Element, colours: tuple[int, int]) -> None:
    line, fill = colours
    child(detail, "strokeColor", attributes={"value": _signed(line)})
    child(detail, "strokeWeight", attributes={"value": "3.0"})
    child(detail, "fillColor", attributes={"value": _signed(fill)})
    child(detail, "labels_on", attributes={"value": "true"})


def _signed(colour: int) -> str:
    """Return a colour as TAK writes it: a signed number of 32 bits."""
    return str(colour - 2**32 if colour >= 2**31 else colour)
