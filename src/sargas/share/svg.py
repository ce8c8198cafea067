"""A drawing in millimetres, written as SVG 1.1: the same calls give the same text."""

from collections.abc import Iterable
from html import escape
from typing import Any, Literal

import numpy as np
import shapely
from msgspec import Struct
from numpy.typing import NDArray

from sargas.share.xml_text import clean

F64 = NDArray[np.float64]
POINT_MM = 25.4 / 72.0
"""A typographic point."""

_geos: Any = shapely  # shapely carries no types


class Ink(Struct, frozen=True, kw_only=True):
    """How a shape is drawn: colours as #rrggbb or none, widths and dashes in millimetres."""

    line: str = "none"
    width: float = 0.25
    dash: tuple[float, ...] = ()
    fill: str = "none"
    opacity: float = 1.0


class Type(Struct, frozen=True, kw_only=True):
    """How a text is set; `size` in points. A halo keeps it readable upon lines."""

    size: float = 7.0
    family: str = "DejaVu Sans Mono"
    colour: str = "#000000"
    is_bold: bool = False
    is_italic: bool = False
    halo: float = 0.7


class Drawing:
    """Collects shapes, later ones upon earlier ones."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self.width_mm = width_mm
        self.height_mm = height_mm
        self._parts: list[str] = []

    def shape(self, shape: Any, ink: Ink) -> None:
        """Draw any geometry of shapely: polygons with their holes, lines; points are left out."""
        commands = " ".join(_commands(part) for part in _geos.get_parts(shape))
        if commands.strip():
            self._parts.append(f'<path d="{commands.strip()}" {_ink(ink)}/>')

    def line(self, points: Iterable[tuple[float, float]], ink: Ink) -> None:
        """Draw a line through points."""
        self.shape(_geos.LineString(list(points)), ink)

    def circle(self, x: float, y: float, radius: float, ink: Ink) -> None:
        """Draw a circle."""
        self._parts.append(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}" {_ink(ink)}/>')

    def text(
        self, x: float, y: float, text: str, style: Type, anchor: Literal["start", "middle", "end"] = "middle"
    ) -> None:
        """Write a text whose base line begins, is centred or ends at x, y."""
        size = style.size * POINT_MM
        bold = ' font-weight="bold"' if style.is_bold else ""
        italic = ' font-style="italic"' if style.is_italic else ""
        place = f'x="{x:.2f}" y="{y:.2f}" font-family="{style.family}" font-size="{size:.2f}" text-anchor="{anchor}"'
        words = escape(clean(text))
        if style.halo > 0.0:
            halo = f'fill="#ffffff" stroke="#ffffff" stroke-width="{style.halo:.2f}" stroke-linejoin="round"'
            self._parts.append(f"<text {place}{bold}{italic} {halo}>{words}</text>")
        self._parts.append(f'<text {place}{bold}{italic} fill="{style.colour}">{words}</text>')

    def place(self, other: "Drawing", x: float, y: float) -> None:
        """Draw another drawing with its top left corner at x, y; what sticks out of it is cut off."""
        self._parts.append(
            f'<svg x="{x:.2f}" y="{y:.2f}" width="{other.width_mm:.2f}" height="{other.height_mm:.2f}" '
            f'viewBox="0 0 {other.width_mm:.2f} {other.height_mm:.2f}" overflow="hidden">{other.body()}</svg>'
        )

    def body(self) -> str:
        """Return what was drawn, without its frame."""
        return "\n".join(self._parts)

    def svg(self) -> bytes:
        """Return the document."""
        size = f'width="{self.width_mm:.2f}mm" height="{self.height_mm:.2f}mm"'
        box = f'viewBox="0 0 {self.width_mm:.2f} {self.height_mm:.2f}"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box}>\n{self.body()}\n</svg>\n'.encode()


def text_width(text: str, style: Type) -> float:
    """Return about how wide a text is [mm]: exact in the fixed-width face, a little much in the other."""
    em = 0.602 if "Mono" in style.family else 0.54
    return len(text) * em * style.size * POINT_MM


def _ink(ink: Ink) -> str:
    parts = [f'fill="{ink.fill}"', f'stroke="{ink.line}"']
    if ink.line != "none":
        parts.append(f'stroke-width="{ink.width:.2f}" stroke-linejoin="round"')
    if ink.dash:
        parts.append(f'stroke-dasharray="{" ".join(f"{length:g}" for length in ink.dash)}"')
    if ink.opacity < 1.0:
        parts.append(f'opacity="{ink.opacity:g}"')
    if ink.fill != "none":
        parts.append('fill-rule="evenodd"')
    return " ".join(parts)


def _commands(part: Any) -> str:
    if part.is_empty:
        return ""
    if part.geom_type == "Polygon":
        rings = (part.exterior, *part.interiors)
        return " ".join(f"M{_points(_geos.get_coordinates(ring)[:-1])}Z" for ring in rings)
    if part.geom_type in {"LineString", "LinearRing"}:
        return f"M{_points(_geos.get_coordinates(part))}"
    return ""


def _points(xy: F64) -> str:
    return "L".join(f"{x:.2f} {y:.2f}" for x, y in xy.tolist())
