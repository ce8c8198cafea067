"""The signs of the map, its hatching, and its key: what each sign means."""

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import shapely
from msgspec import Struct

from sargas.share import map_style as style
from sargas.share.svg import Drawing, Ink

_geos: Any = shapely  # shapely carries no types

KEY_MM: Final = (9.0, 4.6)
"""Width and height of a sign in the key."""

BAR_MAX_MM: Final = 60.0
BAR_UNITS_M: Final = (
    50, 100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 20_000, 25_000, 50_000, 100_000,
)  # fmt: skip


class KeyEntry(Struct, frozen=True):
    """A sign of the key and what it means."""

    drawing: Drawing
    text: str


def hatching(shape: Any, apart_mm: float, *, is_rising: bool = True) -> Any:
    """Return parallel lines at 45 degrees over a shape of the paper, rising or falling to the right."""
    if shape.is_empty:
        return shape
    left, top, right, bottom = _geos.bounds(shape)
    step = apart_mm * math.sqrt(2.0)
    slope = -1.0 if is_rising else 1.0  # y runs down the paper
    heights = (top - slope * left, top - slope * right, bottom - slope * left, bottom - slope * right)
    # On multiples of the step, so that areas beside each other have one hatching.
    starts = step * np.arange(math.floor(min(heights) / step), math.ceil(max(heights) / step) + 1)
    lines = [[(left, slope * left + start), (right, slope * right + start)] for start in starts.tolist()]
    return _geos.intersection(_geos.multilinestrings(_geos.linestrings(np.array(lines))), shape)


def arrow(drawing: Drawing, tail: tuple[float, float], tip: tuple[float, float]) -> None:
    """Draw an arrow."""
    along = np.subtract(tip, tail)
    along = along / np.hypot(*along)
    across = np.array([-along[1], along[0]])
    end = np.array(tip)
    head = [end, end - 2.6 * along + 1.1 * across, end - 2.6 * along - 1.1 * across]
    shaft = [tail, tuple(end - 2.4 * along)]
    for ink in (style.ARROW_CASING, style.ARROW):
        drawing.line(shaft, ink)
    drawing.shape(_geos.Polygon(head), style.SOLID)


def cross_mark(drawing: Drawing, x: float, y: float) -> None:
    """Draw a circle with a cross: the last report."""
    drawing.circle(x, y, 1.7, style.SYMBOL)
    for dx, dy in ((1.2, 1.2), (1.2, -1.2)):
        drawing.line([(x - dx, y - dy), (x + dx, y + dy)], Ink(line="#000000", width=0.4))


def star_mark(drawing: Drawing, x: float, y: float) -> None:
    """Draw a star of five points: the best place."""
    turns = np.arange(10) * math.pi / 5.0
    radius = np.where(np.arange(10) % 2 == 0, 2.4, 1.0)
    corners = np.stack([x + radius * np.sin(turns), y - radius * np.cos(turns)], axis=1)
    drawing.shape(_geos.Polygon(corners), style.SOLID)


def square_mark(drawing: Drawing, x: float, y: float) -> None:
    """Draw a square with a square in it: something found."""
    drawing.shape(_geos.box(x - 1.8, y - 1.8, x + 1.8, y + 1.8), style.SYMBOL)
    drawing.shape(_geos.box(x - 0.9, y - 0.9, x + 0.9, y + 0.9), Ink(fill="#000000"))


def triangle_mark(drawing: Drawing, x: float, y: float) -> None:
    """Draw a triangle: a clue."""
    drawing.shape(_geos.Polygon([(x, y - 1.5), (x + 1.4, y + 1.0), (x - 1.4, y + 1.0)]), style.SYMBOL)


def mark_entry(symbol: Callable[[Drawing, float, float], None], text: str) -> KeyEntry:
    """Return the entry of a sign that stands at a place."""
    drawing = Drawing(*KEY_MM)
    symbol(drawing, KEY_MM[0] / 2.0, KEY_MM[1] / 2.0)
    return KeyEntry(drawing, text)


def line_entry(ink: Ink, text: str) -> KeyEntry:
    """Return the entry of a line."""
    drawing = Drawing(*KEY_MM)
    drawing.line([(0.3, KEY_MM[1] / 2.0), (KEY_MM[0] - 0.3, KEY_MM[1] / 2.0)], ink)
    return KeyEntry(drawing, text)


def area_entry(fill: Ink | None, outline: Ink, text: str, hatch: Ink | None = None) -> KeyEntry:
    """Return the entry of an area: its fill, hatching and outline."""
    drawing = Drawing(*KEY_MM)
    box = _geos.box(0.5, 0.5, KEY_MM[0] - 0.5, KEY_MM[1] - 0.5)
    if fill is not None:
        drawing.shape(box, fill)
    if hatch is not None:
        drawing.shape(hatching(box, style.HATCH_APART_MM, is_rising=hatch is style.HATCH), hatch)
    drawing.shape(box, outline)
    return KeyEntry(drawing, text)


def arrow_entry(text: str) -> KeyEntry:
    """Return the entry of the last report and its course."""
    drawing = Drawing(*KEY_MM)
    arrow(drawing, (2.0, KEY_MM[1] / 2.0), (KEY_MM[0] - 0.3, KEY_MM[1] / 2.0))
    cross_mark(drawing, 2.0, KEY_MM[1] / 2.0)
    return KeyEntry(drawing, text)


def scale_bar(scale: int) -> Drawing:
    """Return a bar of four pieces with its numbers, 60 mm long at most."""
    unit_m = max(unit for unit in BAR_UNITS_M if unit * 4_000.0 / scale <= BAR_MAX_MM)
    piece = unit_m * 1_000.0 / scale
    drawing = Drawing(4.0 * piece + 14.0, 8.0)
    for k in range(4):
        fill = "#000000" if k % 2 == 0 else "#ffffff"
        ink = Ink(line="#000000", width=0.25, fill=fill)
        drawing.shape(_geos.box(5.0 + k * piece, 4.6, 5.0 + (k + 1) * piece, 6.4), ink)
    for k in (0, 1, 2, 4):
        number = f"{k * unit_m / 1_000.0:g}" if unit_m * 4 >= 2_000 else f"{k * unit_m}"
        unit = (" km" if unit_m * 4 >= 2_000 else " m") if k == 4 else ""
        drawing.text(5.0 + k * piece, 3.6, number + unit, style.SECTOR_SMALL)
    return drawing


def north_arrow() -> Drawing:
    """Return an arrow of grid north: up on the paper."""
    drawing = Drawing(12.0, 14.0)
    drawing.text(6.0, 2.6, "N", style.MARK_NAME)
    drawing.shape(
        _geos.Polygon([(6.0, 3.4), (7.9, 13.0), (6.0, 11.0)]), Ink(line="#000000", width=0.25, fill="#ffffff")
    )
    drawing.shape(
        _geos.Polygon([(6.0, 3.4), (4.1, 13.0), (6.0, 11.0)]), Ink(line="#000000", width=0.25, fill="#000000")
    )
    return drawing
