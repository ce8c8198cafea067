"""Mode S extended squitters (ADS-B) bit by bit: what each message says, in SI.

Source: DO-260B 2.2.3.2 (message formats), ICAO Annex 10 vol. IV 3.1.2 (parity, altitude and identity codes). Bits of
the 56-bit message field ME are numbered from 1, as there.
"""

import math
from typing import Final

from msgspec import Struct

from sargas.model.units import FEET_PER_MINUTE_MPS, FOOT_M, KNOT_MPS

GENERATOR: Final = 0xFFF409
"""Generator polynomial of the parity without its leading term (Annex 10 vol. IV, 3.1.2.3.3.1.2)."""
CHARACTERS: Final = "#ABCDEFGHIJKLMNOPQRSTUVWXYZ##### ###############0123456789######"


def _parity_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        rest = byte << 16
        for _ in range(8):
            rest = (rest << 1) ^ (GENERATOR if rest & 0x800000 else 0)
        table.append(rest & 0xFFFFFF)
    return tuple(table)


_PARITY: Final = _parity_table()


def remainder(message: bytes) -> int:
    """Return the parity's remainder: 0 for an intact squitter, the address for an intact reply that overlays it."""
    rest = 0
    for byte in message[:-3]:
        rest = ((rest << 8) & 0xFFFFFF) ^ _PARITY[(rest >> 16) ^ byte]
    return rest ^ int.from_bytes(message[-3:], "big")


class Position(Struct, frozen=True):
    """A compact position: airborne (TC 9-18, 20-22) or on the surface (TC 5-8)."""

    type_code: int
    is_surface: bool
    is_odd: bool
    lat_cpr: int
    lon_cpr: int
    alt_m: float | None = None
    is_alt_wgs84: bool = False
    speed_mps: float | None = None
    course_deg: float | None = None


class Velocity(Struct, frozen=True):
    """Motion (TC 19) and how far the geometric height is above the pressure altitude."""

    speed_mps: float | None = None
    course_deg: float | None = None
    climb_mps: float | None = None
    above_baro_m: float | None = None


class Callsign(Struct, frozen=True):
    """Identification (TC 1-4)."""

    callsign: str | None


class Squawk(Struct, frozen=True):
    """Emergency status with the Mode A code (TC 28, subtype 1)."""

    squawk: str


class Quality(Struct, frozen=True):
    """Operational status (TC 31): version and navigation accuracy category for position."""

    version: int
    nac_p: int | None


class Nothing(Struct, frozen=True):
    """A message with nothing for the picture, and why."""

    reason: str


Squitter = Position | Velocity | Callsign | Squawk | Quality | Nothing


def squitter(message_field: int) -> Squitter:
    """Return what a 56-bit ME field says."""
    type_code = message_field >> 51
    if 1 <= type_code <= 4:
        return Callsign(callsign(message_field))
    if 5 <= type_code <= 8:
        return _surface(message_field, type_code)
    if 9 <= type_code <= 18 or 20 <= type_code <= 22:
        return _airborne(message_field, type_code)
    if type_code == 19:
        return _velocity(message_field)
    if type_code == 28 and bits(message_field, 6, 8) == 1:
        return Squawk(identity_code(bits(message_field, 12, 24)))
    if type_code == 31 and bits(message_field, 6, 8) in {0, 1}:
        version = bits(message_field, 41, 43)
        return Quality(version, bits(message_field, 45, 48) if version else None)
    return Nothing(f"ADS-B type code {type_code}")


def bits(field: int, first: int, last: int) -> int:
    """Return bits `first` to `last` of an ME field as a number."""
    return (field >> (56 - last)) & ((1 << (last - first + 1)) - 1)


def callsign(message_field: int) -> str | None:
    """Return the eight characters of ME bits 9-56, stripped; None if there are none or any is not allowed."""
    text = "".join(CHARACTERS[(message_field >> shift) & 0x3F] for shift in range(42, -1, -6))
    text = text.strip(" ")
    return text if text and "#" not in text else None


def _airborne(me: int, type_code: int) -> Position:
    alt_ft = altitude_12(bits(me, 9, 20))
    return Position(
        type_code=type_code,
        is_surface=False,
        is_odd=bool(bits(me, 22, 22)),
        lat_cpr=bits(me, 23, 39),
        lon_cpr=bits(me, 40, 56),
        alt_m=None if alt_ft is None else alt_ft * FOOT_M,
        is_alt_wgs84=type_code >= 20,
    )


def _surface(me: int, type_code: int) -> Position:
    return Position(
        type_code=type_code,
        is_surface=True,
        is_odd=bool(bits(me, 22, 22)),
        lat_cpr=bits(me, 23, 39),
        lon_cpr=bits(me, 40, 56),
        speed_mps=movement(bits(me, 6, 12)),
        course_deg=bits(me, 14, 20) * 360.0 / 128.0 if bits(me, 13, 13) else None,
    )


def movement(code: int) -> float | None:
    """Return the ground speed [m/s] of a surface movement code (2.2.3.2.4.2, table 2-22); None if not available."""
    if code == 0 or code > 124:
        return None
    knots = 0.0
    for first, last, start, step in _MOVEMENT_KT:
        if first <= code <= last:
            knots = start + (code - first) * step
    return knots * KNOT_MPS


_MOVEMENT_KT: Final = (
    (2, 8, 0.125, 0.125),
    (9, 12, 1.0, 0.25),
    (13, 38, 2.0, 0.5),
    (39, 93, 15.0, 1.0),
    (94, 108, 70.0, 2.0),
    (109, 123, 100.0, 5.0),
    (124, 124, 175.0, 0.0),
)


def _velocity(me: int) -> Velocity:
    subtype = bits(me, 6, 8)
    if not 1 <= subtype <= 4:
        return Velocity()
    speed_mps = course_deg = None
    east, north = bits(me, 15, 24), bits(me, 26, 35)
    if subtype <= 2 and east and north:
        factor = KNOT_MPS * (4.0 if subtype == 2 else 1.0)
        east_mps = (east - 1) * factor * (-1.0 if bits(me, 14, 14) else 1.0)
        north_mps = (north - 1) * factor * (-1.0 if bits(me, 25, 25) else 1.0)
        speed_mps = math.hypot(east_mps, north_mps)
        course_deg = math.degrees(math.atan2(east_mps, north_mps)) % 360.0
    climb, above = bits(me, 38, 46), bits(me, 50, 56)
    return Velocity(
        speed_mps=speed_mps,
        course_deg=course_deg,
        climb_mps=(climb - 1) * 64.0 * FEET_PER_MINUTE_MPS * (-1.0 if bits(me, 37, 37) else 1.0) if climb else None,
        above_baro_m=(above - 1) * 25.0 * FOOT_M * (-1.0 if bits(me, 49, 49) else 1.0) if above else None,
    )


def altitude_12(code: int) -> float | None:
    """Return the altitude [ft] of the 12-bit code of a position message; None if there is none (3.1.2.6.5.4)."""
    if code & 0x10:
        return ((code & 0xFE0) >> 1 | code & 0xF) * 25.0 - 1_000.0
    return _gillham_ft((code & 0xFC0) << 1 | code & 0x3F) if code else None


def identity_code(code: int) -> str:
    """Return the four octal digits of a 13-bit identity code C1 A1 C2 A2 C4 A4 X B1 D1 B2 D2 B4 D4 (3.1.2.6.7.1)."""
    c1, a1, c2, a2, c4, a4, _, b1, d1, b2, d2, b4, d4 = ((code >> shift) & 1 for shift in range(12, -1, -1))
    return f"{a4 * 4 + a2 * 2 + a1}{b4 * 4 + b2 * 2 + b1}{c4 * 4 + c2 * 2 + c1}{d4 * 4 + d2 * 2 + d1}"


def _gillham_ft(code: int) -> float | None:
    """Return the altitude [ft] of a 13-bit code in steps of 100 ft: two Gray codes, of 500 ft and of 100 ft.

    Source: Annex 10 vol. IV, appendix to chapter 3 (pulses D2 D4 A1 A2 A4 B1 B2 B4, then C1 C2 C4).
    """
    c1, a1, c2, a2, c4, a4, _, b1, _, b2, d2, b4, d4 = ((code >> shift) & 1 for shift in range(12, -1, -1))
    five_hundreds = _from_gray((d2, d4, a1, a2, a4, b1, b2, b4))
    hundreds = _from_gray((c1, c2, c4))
    if hundreds in {0, 5, 6}:
        return None
    hundreds = 5 if hundreds == 7 else hundreds
    if five_hundreds % 2:
        hundreds = 6 - hundreds
    return five_hundreds * 500.0 + hundreds * 100.0 - 1_300.0


def _from_gray(bits: tuple[int, ...]) -> int:
    value = bit = 0
    for gray in bits:
        bit ^= gray
        value = value << 1 | bit
    return value
