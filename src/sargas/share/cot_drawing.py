"""What TAK clients draw: areas (`u-d-f`), circles (`u-d-c-c`) and spots (`b-m-p-s-m`), as ATAK writes them itself."""

from typing import Final

from msgspec import Struct

from sargas.model.report import Point
from sargas.share.cot import Event, Part, Place, Stamp
from sargas.share.shown import closed

AREA, CIRCLE, SPOT = "u-d-f", "u-d-c-c", "b-m-p-s-m"
ARCHIVE: Final = Part("archive")
"""A client keeps what has this for good, even over a restart."""


class Colours(Struct, frozen=True):
    """Of the line and of what it encloses: alpha, red, green, blue."""

    line: int
    fill: int


def area(
    stamp: Stamp,
    uid: str,
    ring: tuple[Point, ...],
    colours: Colours,
    *,
    name: str,
    text: str,
    parts: tuple[Part, ...],
) -> Event:
    """Return an area; its first corner comes again at the end, which closes it."""
    corners = closed(ring)
    links = tuple(Part("link", {"point": f"{lat:.6f},{lon:.6f}"}) for lon, lat in corners)
    drawn = (*parts, *links, *_lines(colours))
    return stamp.event(uid, AREA, middle(corners[:-1]), name=name, text=text, parts=drawn)


def circle(
    stamp: Stamp, uid: str, place: Place, radius_m: float, colours: Colours, *, name: str, text: str,
    parts: tuple[Part, ...],
) -> Event:  # fmt: skip
    """Return a circle."""
    radius = f"{radius_m:.1f}"
    ellipse = Part("ellipse", {"major": radius, "minor": radius, "angle": "360"})
    drawn = (*parts, Part("shape", parts=(ellipse,)), *_lines(colours))
    return stamp.event(uid, CIRCLE, place, name=name, text=text, parts=drawn)


def spot(
    stamp: Stamp, uid: str, place: Place, colour: int, *, name: str, text: str, parts: tuple[Part, ...]
) -> Event:
    """Return a spot on the map."""
    argb = _signed(colour)
    icon = Part("usericon", {"iconsetpath": f"COT_MAPPING_SPOTMAP/{SPOT}/{argb}"})
    return stamp.event(uid, SPOT, place, name=name, text=text, parts=(*parts, Part("color", {"argb": argb}), icon))


def middle(corners: list[Point]) -> Place:
    """Return the mean of the corners."""
    lon_deg = sum(lon for lon, _ in corners) / len(corners)
    lat_deg = sum(lat for _, lat in corners) / len(corners)
    return Place(lat_deg=lat_deg, lon_deg=lon_deg)


def _lines(colours: Colours) -> tuple[Part, ...]:
    return (
        Part("strokeColor", {"value": _signed(colours.line)}),
        Part("strokeWeight", {"value": "3.0"}),
        Part("fillColor", {"value": _signed(colours.fill)}),
        Part("labels_on", {"value": "true"}),
    )


def _signed(colour: int) -> str:
    """Return a colour as TAK writes it: a signed number of 32 bits."""
    return str(colour - 2**32 if colour >= 2**31 else colour)
