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
from xml.etree.ElementTree import Element

from msgspec import Meta, Struct

from sargas.model.search import SearchPlan
from sargas.share.cot import Event, Place, Stamp, element, written
from sargas.share.cot_drawing import ARCHIVE, Colours, area, circle, spot
from sargas.share.describe import contour_text, marks, sector_text
from sargas.share.shown import Shown, percent, shown
from sargas.share.xml_text import child, document

NAMES: Final = UUID("5b1f2a52-8a3f-5d0e-9d8e-6f3c1f7a4c11")
"""The name space of the events' ids: the same thing of the same incident keeps its id, so that TAK updates it."""
ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)

# Alpha, red, green, blue.
BEST: Final = Colours(0xFFC00000, 0x40FF0000)
SECTOR: Final = Colours(0xFF103A6B, 0x2030B0F0)
CONTOUR: Final = Colours(0xFFB84F1F, 0x00000000)
KEEP_OUT: Final = Colours(0xFFFF0000, 0x33FF0000)
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
        return b"".join(written(event) + b"\n" for event in events)


def build(settings: Settings) -> Tak:
    """Return the exporter."""
    return Tak(settings)


def _package(events: list[Event], exported: Shown) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(_entry("MANIFEST/manifest.xml"), document(_manifest(events, exported)))
        for event in events:
            package.writestr(_entry(f"{event.uid}/{event.uid}.cot"), document(element(event)))
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """Return an entry whose time is that of no clock."""
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _manifest(events: list[Event], exported: Shown) -> Element:
    root = Element("MissionPackageManifest", {"version": "2"})
    configuration = child(root, "Configuration")
    child(configuration, "Parameter", attributes={"name": "uid", "value": _uid(exported, "package", "")})
    child(configuration, "Parameter", attributes={"name": "name", "value": exported.title})
    contents = child(root, "Contents")
    for event in events:
        entry = {"ignore": "false", "zipEntry": f"{event.uid}/{event.uid}.cot"}
        child(
            child(contents, "Content", attributes=entry), "Parameter", attributes={"name": "uid", "value": event.uid}
        )
    return root


def _uid(exported: Shown, part: str, name: str) -> str:
    kind = "public" if exported.is_public else "search"
    return str(uuid5(NAMES, f"{exported.incident_id}/{kind}/{part}/{name}"))


def _events(exported: Shown, stale_h: float) -> list[Event]:
    stamp = Stamp(
        made_s=exported.made_s, stale_s=exported.made_s + 3_600.0 * stale_h, is_exercise=exported.is_exercise
    )
    events = []
    for contour in sorted(exported.contours, key=lambda contour: -contour.share):
        text = _text(exported, contour_text(contour))
        for k, polygon in enumerate(contour.polygons, 1):
            uid = _uid(exported, "contour", f"{contour.share}/{k}")
            name = f"{percent(contour.share)} area"
            events.append(area(stamp, uid, polygon[0], CONTOUR, name=name, text=text, parts=(ARCHIVE,)))
    if exported.plan is not None:
        events += _details(stamp, exported.plan, exported)
    for k, hazard in enumerate(exported.hazards, 1):
        uid, place = _uid(exported, "hazard", str(k)), Place(lat_deg=hazard.lat_deg, lon_deg=hazard.lon_deg)
        text = _text(exported, f"Keep {hazard.radius_m:,.0f} m away.")
        drawn = circle(stamp, uid, place, hazard.radius_m, KEEP_OUT, name=hazard.name, text=text, parts=(ARCHIVE,))
        events.append(drawn)
    return events


def _details(stamp: Stamp, plan: SearchPlan, exported: Shown) -> list[Event]:
    events = []
    for sector in sorted(plan.sectors, key=lambda sector: sector.rank):
        colours = BEST if sector.rank <= BEST_RANK else SECTOR
        uid, name = _uid(exported, "sector", sector.name), f"{sector.rank}. {sector.name}"
        text = _text(exported, sector_text(sector))
        events.append(area(stamp, uid, sector.ring, colours, name=name, text=text, parts=(ARCHIVE,)))
    for mark in marks(plan):
        uid, place = _uid(exported, mark.part, mark.key), Place(lat_deg=mark.lat_deg, lon_deg=mark.lon_deg)
        text = _text(exported, mark.text)
        events.append(spot(stamp, uid, place, SPOTS[mark.part], name=mark.name, text=text, parts=(ARCHIVE,)))
    return events


def _text(exported: Shown, text: str) -> str:
    public = "Public. " if exported.is_public else ""
    return f"{public}{text} {exported.hazard} Incident {exported.incident_id}."
