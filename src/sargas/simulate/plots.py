"""ASTERIX bytes of a simulated radar: CAT048 target reports and CAT034 service messages.

The layouts are fixed, so a record is packed in one go; the test compares every byte with libasterix.
Source: EUROCONTROL SUR.ET1.ST05.2000-STD-04-01 edition 1.31 (CAT048), -02b-01 edition 1.29 (CAT034).
"""

import struct
from typing import Final

from sargas.model.units import DAY_S, FLIGHT_LEVEL_M, NAUTICAL_MILE_M

PRIMARY_FSPEC: Final = 0xF0
"""010 source, 140 time of day, 020 descriptor, 040 measured polar position."""
MODE_S_FSPEC: Final = 0xFDC0
"""010, 140, 020, 040, 070 mode 3/A, 090 flight level, FX; 220 aircraft address, 240 identification."""
PRIMARY: Final = 0x20
ROLL_CALL: Final = 0xA0
ROLL_CALL_AND_PRIMARY: Final = 0xE0
"""Item 020, TYP: 1 single PSR, 5 single Mode S roll-call, 7 Mode S roll-call with PSR."""
IA5: Final = {character: index for index, character in enumerate(" ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=0) if index} | {
    " ": 32,
    **{str(digit): 48 + digit for digit in range(10)},
}


def primary_plot(sac: int, sic: int, time_s: float, range_m: float, azimuth_deg: float) -> bytes:
    """Return the CAT048 record of a primary plot."""
    return struct.pack(">BBB", PRIMARY_FSPEC, sac, sic) + _day_time(time_s) + _measured(PRIMARY, range_m, azimuth_deg)


def mode_s_plot(
    source: tuple[int, int],
    time_s: float,
    polar: tuple[float, float],
    identity: tuple[str, str, str],
    alt_baro_m: float,
    *,
    has_primary: bool,
) -> bytes:
    """Return the CAT048 record of a Mode S roll-call plot; identity is address, callsign and squawk."""
    icao24, callsign, squawk = identity
    level = round(alt_baro_m / FLIGHT_LEVEL_M * 4.0) & 0x3FFF
    return (
        struct.pack(">HBB", MODE_S_FSPEC, *source)
        + _day_time(time_s)
        + _measured(ROLL_CALL_AND_PRIMARY if has_primary else ROLL_CALL, *polar)
        + struct.pack(">HH", int(squawk, 8) & 0xFFF, level)
        + bytes.fromhex(icao24)
        + _six_bit(callsign)
    )


def block(category: int, records: list[bytes]) -> bytes:
    """Return the data block of the records: category, length, records."""
    body = b"".join(records)
    return struct.pack(">BH", category, 3 + len(body)) + body


def north_mark(sac: int, sic: int, time_s: float, turn_s: float) -> bytes:
    """Return the CAT034 record of a north mark: 010, 000 (type 1), 030 time of day, 041 antenna rotation."""
    return struct.pack(">BBBB", 0xE8, sac, sic, 1) + _day_time(time_s) + struct.pack(">H", round(turn_s * 128.0))


def sector_mark(sac: int, sic: int, time_s: float, azimuth_deg: float) -> bytes:
    """Return the CAT034 record of a sector crossing: 010, 000 (type 2), 030 time of day, 020 sector number."""
    sector = round(azimuth_deg * 256.0 / 360.0) & 0xFF
    return struct.pack(">BBBB", 0xF0, sac, sic, 2) + _day_time(time_s) + bytes([sector])


def _day_time(time_s: float) -> bytes:
    """Return the time of day in 1/128 s, 24 bits."""
    return (int((time_s % DAY_S) * 128.0) & 0xFFFFFF).to_bytes(3, "big")


def _measured(descriptor: int, range_m: float, azimuth_deg: float) -> bytes:
    """Return items 020 and 040: RHO in 1/256 NM, THETA in 360/65536 degrees."""
    rho = min(0xFFFF, round(range_m / NAUTICAL_MILE_M * 256.0))
    return struct.pack(">BHH", descriptor, rho, round(azimuth_deg * 65_536.0 / 360.0) & 0xFFFF)


def _six_bit(callsign: str) -> bytes:
    """Return eight characters of six bits (ICAO Annex 10, IA-5 subset)."""
    bits = 0
    for character in callsign.ljust(8)[:8]:
        bits = bits << 6 | IA5[character]
    return bits.to_bytes(6, "big")
