"""Compact position reporting: 17-bit fractions of latitude and longitude zones back to degrees.

An even frame divides the globe into 60 zones of latitude, an odd one into 59; two frames tell in which zone the
aircraft is, one frame does so next to a known place. Surface frames divide a quarter of the globe: four places fit.
Source: ICAO Doc 9871 (2nd ed.), C.2.6; DO-260B, A.1.7, with the same symbols. Worked examples are in the test.
"""

import math
from typing import Final

NZ: Final = 15
SCALE: Final = 131_072.0
AIRBORNE_DEG: Final = 360.0
SURFACE_DEG: Final = 90.0


def zones_of_longitude(lat_deg: float) -> int:
    """Return NL, the number of longitude zones at a latitude: 59 at the equator, 1 near the poles (C.2.6.2 d)."""
    lat_deg = abs(lat_deg)
    if lat_deg >= 87.0:
        return 2 if lat_deg == 87.0 else 1
    across = 1.0 - math.cos(math.pi / (2.0 * NZ))
    along = math.cos(math.radians(lat_deg)) ** 2
    return int(2.0 * math.pi / math.acos(1.0 - across / along))


def global_latitudes(even_yz: int, odd_yz: int, span_deg: float) -> tuple[float, float]:
    """Return the northern latitudes [deg] of an even and an odd frame; southern ones are a whole span less."""
    j = math.floor((59 * even_yz - 60 * odd_yz) / SCALE + 0.5)
    even = span_deg / 60.0 * (j % 60 + even_yz / SCALE)
    odd = span_deg / 59.0 * (j % 59 + odd_yz / SCALE)
    return even, odd


def global_longitude(even_xz: int, odd_xz: int, zones: int, span_deg: float, *, is_odd: bool) -> float:
    """Return the eastern longitude [deg] of the even or the odd frame, where both lie in `zones` zones."""
    m = math.floor((even_xz * (zones - 1) - odd_xz * zones) / SCALE + 0.5)
    n = max(zones - is_odd, 1)
    return span_deg / n * (m % n + (odd_xz if is_odd else even_xz) / SCALE)


def airborne_pair(even: tuple[int, int], odd: tuple[int, int], *, is_odd: bool) -> tuple[float, float] | None:
    """Return latitude and longitude [deg] of the newer frame; None if the two lie in different zones (C.2.6.7)."""
    latitudes = [lat - 360.0 if lat >= 270.0 else lat for lat in global_latitudes(even[0], odd[0], AIRBORNE_DEG)]
    zones = zones_of_longitude(latitudes[0])
    if any(abs(lat) > 90.0 for lat in latitudes) or zones != zones_of_longitude(latitudes[1]):
        return None
    lon_deg = global_longitude(even[1], odd[1], zones, AIRBORNE_DEG, is_odd=is_odd)
    return latitudes[is_odd], wrapped(lon_deg)


def surface_pair(
    even: tuple[int, int], odd: tuple[int, int], near: tuple[float, float], *, is_odd: bool
) -> tuple[float, float] | None:
    """Return that of the four places that fit two surface frames which is nearest to `near` (C.2.6.8)."""
    north = global_latitudes(even[0], odd[0], SURFACE_DEG)
    latitudes = min((north, (north[0] - 90.0, north[1] - 90.0)), key=lambda pair: abs(pair[is_odd] - near[0]))
    zones = zones_of_longitude(latitudes[0])
    if any(abs(lat) > 90.0 for lat in latitudes) or zones != zones_of_longitude(latitudes[1]):
        return None
    lon_deg = global_longitude(even[1], odd[1], zones, SURFACE_DEG, is_odd=is_odd)
    quarters = math.floor((near[1] - lon_deg) / SURFACE_DEG + 0.5)
    return latitudes[is_odd], wrapped(lon_deg + SURFACE_DEG * quarters)


def nearest(
    frame: tuple[int, int], near: tuple[float, float], span_deg: float, *, is_odd: bool
) -> tuple[float, float] | None:
    """Return the place that fits one frame nearest to `near` (C.2.6.5); None if there is none on the globe."""
    d_lat = span_deg / (60 - is_odd)
    y, x = frame[0] / SCALE, frame[1] / SCALE
    lat_deg = d_lat * (math.floor(near[0] / d_lat - y + 0.5) + y)
    if abs(lat_deg) > 90.0:
        return None
    d_lon = span_deg / max(zones_of_longitude(lat_deg) - is_odd, 1)
    return lat_deg, wrapped(d_lon * (math.floor(near[1] / d_lon - x + 0.5) + x))


def wrapped(lon_deg: float) -> float:
    """Return a longitude [deg] within -180 to 180."""
    return (lon_deg + 180.0) % 360.0 - 180.0
