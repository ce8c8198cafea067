"""How the printed map looks; all of it can be told apart in black and white too."""

from typing import Final

from sargas.share.svg import Ink, Type

SERIF: Final = "Libertinus Serif"
MONO: Final = "DejaVu Sans Mono"

ROAD: Final = Ink(line="#8c8c8c", width=0.3)
GRID: Final = Ink(line="#4a6f94", width=0.12)
BOUNDARY: Final = Ink(line="#4a6f94", width=0.5, dash=(4.0, 1.2))
FRAME: Final = Ink(line="#000000", width=0.4)
SECTOR: Final = Ink(line="#3a3a3a", width=0.3)
BEST_SECTOR: Final = Ink(line="#000000", width=0.75)
HATCH: Final = Ink(line="#4d4d4d", width=0.18)
WALKED: Final = Ink(line="#1a1a1a", width=0.3, dash=(0.3, 0.9))
AREA_TINT: Final = Ink(fill="#f6dfc4")
HAZARD_CASING: Final = Ink(line="#ffffff", width=1.7)
HAZARD: Final = Ink(line="#b00000", width=0.8)
HAZARD_HATCH: Final = Ink(line="#b00000", width=0.2)
SYMBOL: Final = Ink(line="#000000", width=0.35, fill="#ffffff")
SOLID: Final = Ink(line="#ffffff", width=0.3, fill="#000000")
ARROW: Final = Ink(line="#000000", width=0.5)
ARROW_CASING: Final = Ink(line="#ffffff", width=1.4)
TOWN: Final = Ink(line="#000000", width=0.25, fill="#ffffff")
SHEET_OUTLINE: Final = Ink(line="#000000", width=0.4)

CLASSES: Final = ((0.5, "#e3a062"), (0.2, "#f1c99c"), (0.05, "#fae7d2"), (0.0, "#ffffff"))
"""A sector's fill by its rate of finding over that of the best: at least so much of it."""
CONTOURS: Final[dict[int, Ink]] = {
    50: Ink(line="#143d6b", width=0.7),
    75: Ink(line="#143d6b", width=0.5, dash=(3.0, 0.8)),
    90: Ink(line="#143d6b", width=0.45, dash=(1.6, 0.8)),
    95: Ink(line="#143d6b", width=0.4, dash=(0.6, 0.7)),
}
"""Contours by their share in per cent."""

SECTOR_NAME: Final = Type(size=7.5, family=MONO, is_bold=True)
SECTOR_SMALL: Final = Type(size=6.0, family=MONO)
CONTOUR_NAME: Final = Type(size=6.5, family=MONO, colour="#143d6b")
MARK_NAME: Final = Type(size=7.5, family=MONO, is_bold=True, halo=0.9)
HAZARD_NAME: Final = Type(size=7.5, family=MONO, is_bold=True, colour="#b00000", halo=0.9)
CLUE_NAME: Final = Type(size=6.5, family=MONO, halo=0.8)
TOWN_NAME: Final = Type(size=9.0, family=SERIF, is_italic=True)
CITY_NAME: Final = Type(size=11.0, family=SERIF, is_bold=True)
GRID_LARGE: Final = Type(size=7.5, family=MONO, colour="#26435f", is_bold=True, halo=0.0)
GRID_SMALL: Final = Type(size=5.5, family=MONO, colour="#26435f", halo=0.0)
SQUARE_NAME: Final = Type(size=15.0, family=MONO, colour="#9db4ca", is_bold=True, halo=0.6)

BEST_RANK: Final = 5
"""Sectors up to this rank have a thick outline."""
HATCH_APART_MM: Final = 1.7
"""Lines over searched ground."""
EDGE_MM: Final = 7.0
"""The margin about the map for the numbers of the grid."""


def contour_ink(share: float) -> Ink:
    """Return how the contour of a share is drawn: as the nearest of those that have a line of their own."""
    return CONTOURS[min(CONTOURS, key=lambda one: abs(one - 100.0 * share))]


def fill_of(rate: float, best_rate: float) -> str:
    """Return the fill of a sector with this rate of finding."""
    part = rate / best_rate if best_rate > 0.0 else 0.0
    return next(fill for least, fill in CLASSES if part >= least)
