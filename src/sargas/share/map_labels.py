"""Names on a map where they cover nothing that was written before them."""

from collections.abc import Sequence
from typing import Literal

from sargas.share.svg import POINT_MM, Drawing, Type, text_width

Box = tuple[float, float, float, float]
Spot = tuple[float, float, Literal["start", "middle", "end"]]
"""Where a base line is, and which part of it is there."""

RISE = 0.72
"""Height of capitals over the size of a typeface."""


class Labels:
    """Writes texts into a drawing; keeps what is taken."""

    def __init__(self, drawing: Drawing, inset_mm: float = 1.0) -> None:
        self._drawing = drawing
        self._inset = inset_mm
        self._taken: list[Box] = []

    def take(self, x: float, y: float, half_mm: float) -> None:
        """Keep texts off a symbol."""
        self._taken.append((x - half_mm, y - half_mm, x + half_mm, y + half_mm))

    def centre(self, x: float, y: float, text: str, style: Type) -> bool:
        """Write a text about a place if it is free there; return whether it was."""
        return self._write((x, y + style.size * POINT_MM * RISE / 2.0, "middle"), text, style)

    def beside(
        self, x: float, y: float, texts: Sequence[str], style: Type, off_mm: float, *, is_forced: bool
    ) -> bool:
        """Write the first of the texts that has room beside a place, longest first; return whether one had.

        A text that is forced is tried farther off too, and stands to the right or left of it at the worst.
        """
        tries = [(text, off_mm + more) for more in ((0.0, 2.5, 5.0, 8.0) if is_forced else (0.0,)) for text in texts]
        if any(self._around(x, y, text, style, off) for text, off in tries):
            return True
        if not is_forced:
            return False
        is_left = x > self._drawing.width_mm / 2.0
        base = y + style.size * POINT_MM * RISE / 2.0
        spot: Spot = (x - off_mm, base, "end") if is_left else (x + off_mm, base, "start")
        return self._write(spot, texts[-1], style, is_forced=True)

    def _around(self, x: float, y: float, text: str, style: Type, off_mm: float) -> bool:
        rise = style.size * POINT_MM * RISE
        spots: tuple[Spot, ...] = (
            (x + off_mm, y + rise / 2.0, "start"),
            (x - off_mm, y + rise / 2.0, "end"),
            (x, y - off_mm, "middle"),
            (x, y + off_mm + rise, "middle"),
            (x + 0.7 * off_mm, y - 0.7 * off_mm, "start"),
            (x + 0.7 * off_mm, y + 0.7 * off_mm + rise, "start"),
            (x - 0.7 * off_mm, y - 0.7 * off_mm, "end"),
            (x - 0.7 * off_mm, y + 0.7 * off_mm + rise, "end"),
        )
        return any(self._write(spot, text, style) for spot in spots)

    def _write(self, spot: Spot, text: str, style: Type, *, is_forced: bool = False) -> bool:
        x, y, anchor = spot
        width = text_width(text, style)
        left = {"start": x, "middle": x - width / 2.0, "end": x - width}[anchor]
        height = style.size * POINT_MM
        box = (left - 0.3, y - RISE * height - 0.3, left + width + 0.3, y + 0.25 * height)
        if not is_forced and not self._is_free(box):
            return False
        self._taken.append(box)
        self._drawing.text(x, y, text, style, anchor)
        return True

    def _is_free(self, box: Box) -> bool:
        inset = self._inset
        if box[0] < inset or box[1] < inset:
            return False
        if box[2] > self._drawing.width_mm - inset or box[3] > self._drawing.height_mm - inset:
            return False
        return not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for other in self._taken
        )
