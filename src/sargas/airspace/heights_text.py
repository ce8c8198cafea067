"""Heights in words, as aeronautical publications write them: SFC, 2500 ft AMSL, 300 m AGL, FL95, UNL."""

import re
from typing import Final, Literal

from msgspec import Struct

from sargas.model.units import FLIGHT_LEVEL_M, FOOT_M

Reference = Literal["amsl", "agl", "pressure"]

_NUMBER: Final = re.compile(
    r"^(?P<number>\d{1,6}(?:\.\d{1,3})?)\s*(?P<unit>FEET|FT|[FM](?![A-Z]))?\s*(?P<above>[A-Z ]*)$"
)
_LEVEL: Final = re.compile(r"^FL\s*(?P<level>\d{1,3})$")
_ABOVE: Final[dict[str, Reference]] = {
    "": "amsl", "AMSL": "amsl", "MSL": "amsl", "ALT": "amsl",
    "AGL": "agl", "GND": "agl", "SFC": "agl", "ASFC": "agl", "AGND": "agl",
    "STD": "pressure",
}  # fmt: skip
_GROUND: Final = ("SFC", "GND", "GROUND", "SURFACE", "0 AGL", "MSL")
_UNLIMITED: Final = ("UNL", "UNLIM", "UNLTD", "UNLIMITED")
ALLOWED: Final = "SFC, UNL, FL95, 2500 ft AMSL, 300 m AGL"


class Height(Struct, frozen=True):
    """A height in metres above its reference; None is the ground as a floor and no limit as a ceiling."""

    metres: float | None
    reference: Reference | None


def parse_height(text: str) -> Height:
    """Return the height that a text names; without a unit it is feet, without a reference above mean sea level.

    Raises:
        ValueError: it is none.
    """
    plain = " ".join(text.upper().replace(",", "").split())
    if plain in _GROUND or plain in _UNLIMITED:
        return Height(None, None)
    level = _LEVEL.match(plain)
    if level is not None:
        return Height(int(level["level"]) * FLIGHT_LEVEL_M, "pressure")
    number = _NUMBER.match(plain)
    reference = _ABOVE.get(number["above"].strip()) if number is not None else None
    if number is None or reference is None:
        raise ValueError(f"height {text.strip()[:40]!r} is not one of the form {ALLOWED}")
    return Height(float(number["number"]) * (1.0 if number["unit"] == "M" else FOOT_M), reference)


def combined(floor: Height, ceiling: Height) -> tuple[float | None, float | None, Reference]:
    """Return floor, ceiling and one reference for both.

    Where they differ the ceiling's counts. A floor above ground then stands as one above the sea, which is lower than
    it is, and a floor above the sea under a ceiling above ground is dropped: the zone may only become larger.
    """
    reference = ceiling.reference or floor.reference or "amsl"
    floor_m = floor.metres
    if floor_m is not None and reference == "agl" and floor.reference != "agl":
        floor_m = 0.0  # how high the ground is there is not known
    return floor_m or None, ceiling.metres, reference
