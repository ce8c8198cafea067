"""Places as people say them over a radio: the Military Grid Reference System."""

import math
from typing import Any, Final

import mgrs

_MGRS: Final[Any] = mgrs.MGRS()  # it carries no types


def mgrs_of(lat_deg: float, lon_deg: float, digits: int = 5) -> str:
    """Return the grid reference without spaces; `digits` of easting and of northing: 5 is a metre, 4 ten metres.

    Source: DMA Technical Manual 8358.1, chapter 3. A zone below 10 has one figure, as written there.

    Raises:
        ValueError: it is no place on the earth.
    """
    if not (math.isfinite(lat_deg) and math.isfinite(lon_deg) and abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0):
        raise ValueError(f"no place: latitude {lat_deg}, longitude {lon_deg}")
    found = str(_MGRS.toMGRS(lat_deg, lon_deg, MGRSPrecision=digits))
    # Over the poles the letters stand where the zone would, behind a zero.
    return found.lstrip("0") if found[:1] == "0" else found


def spaced(reference: str) -> str:
    """Return a grid reference as it is read aloud: "35ULA1234567890" becomes "35U LA 12345 67890"."""
    text = reference.replace(" ", "")
    n_zone = len(text) - len(text.lstrip("0123456789"))
    head, figures = text[: n_zone + 3], text[n_zone + 3 :]
    if len(head) < n_zone + 3 or len(figures) % 2 or not (figures or "0").isdigit():
        return reference
    half = len(figures) // 2
    return " ".join(part for part in (head[: n_zone + 1], head[n_zone + 1 :], figures[:half], figures[half:]) if part)
