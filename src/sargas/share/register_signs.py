"""The signs of the register's maps, by what flew: each has its own shape, so that colour is never needed.

Colours: M. Okabe and K. Ito, Color Universal Design, 2008.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import shapely
from msgspec import Struct

from sargas.model.register import ObjectType
from sargas.share.svg import Drawing, Ink

VERMILION, ORANGE, BLUE, GREEN, BLACK, GREY = "#d55e00", "#e69f00", "#0072b2", "#009e73", "#000000", "#5a646b"
EDGE: Final = "#1b2125"
SIZE_MM: Final = 1.15

_geos: Any = shapely  # shapely carries no types


class Sign(Struct, frozen=True, eq=False):
    """A sign: what it means, for which types it stands, and how it is drawn about a point."""

    title: str
    types: tuple[ObjectType, ...]
    draw: Callable[[Drawing, float, float], None]


def _polygon(points: Sequence[tuple[float, float]], ink: Ink) -> Callable[[Drawing, float, float], None]:
    def draw(drawing: Drawing, x: float, y: float) -> None:
        drawing.shape(_geos.Polygon([(x + SIZE_MM * px, y + SIZE_MM * py) for px, py in points]), ink)

    return draw


def _disc(ink: Ink, radius: float = 0.85) -> Callable[[Drawing, float, float], None]:
    return lambda drawing, x, y: drawing.circle(x, y, radius * SIZE_MM, ink)


def _plus(ink: Ink) -> Callable[[Drawing, float, float], None]:
    def draw(drawing: Drawing, x: float, y: float) -> None:
        drawing.line([(x - SIZE_MM, y), (x + SIZE_MM, y)], ink)
        drawing.line([(x, y - SIZE_MM), (x, y + SIZE_MM)], ink)

    return draw


TRIANGLE: Final = ((0.0, -1.1), (1.05, 0.8), (-1.05, 0.8))
DIAMOND: Final = ((0.0, -1.15), (1.0, 0.0), (0.0, 1.15), (-1.0, 0.0))
SQUARE: Final = ((-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8))
ARROW: Final = ((0.0, -1.3), (0.55, -0.1), (0.55, 1.2), (-0.55, 1.2), (-0.55, -0.1))
SIGNS: Final = (
    Sign("attack drone", ("attack_drone",), _polygon(TRIANGLE, Ink(fill=VERMILION, line=EDGE, width=0.12))),
    Sign("decoy drone", ("decoy_drone",), _polygon(TRIANGLE, Ink(fill="#ffffff", line=VERMILION, width=0.4))),
    Sign(
        "other drone, or of unknown kind",
        ("drone", "reconnaissance_drone", "small_drone"),
        _polygon(DIAMOND, Ink(fill=ORANGE, line=EDGE, width=0.12)),
    ),
    Sign("missile", ("missile", "cruise_missile"), _polygon(ARROW, Ink(fill=BLACK, line="#ffffff", width=0.12))),
    Sign(
        "aircraft, helicopter", ("aircraft", "helicopter"), _polygon(SQUARE, Ink(fill=GREEN, line=EDGE, width=0.12))
    ),
    Sign("balloon", ("balloon",), _disc(Ink(fill="#ffffff", line=BLUE, width=0.45))),
    Sign("other, unknown", ("other", "unknown"), _plus(Ink(line=GREY, width=0.45))),
)


def sign_of(object_type: ObjectType) -> Sign:
    """Return the sign of a type."""
    return next((sign for sign in SIGNS if object_type in sign.types), SIGNS[-1])
