"""Whether two things can be one: near in place and time, at a plausible speed."""

import math
from typing import Final

from msgspec import Struct

from sargas.model.track import Track

EARTH_M: Final = 6_371_008.8
"""Mean radius of the Earth (IUGG); positions here need no better than its 0.5 %."""


class LastSeen(Struct, frozen=True, kw_only=True):
    """Where and how a track of an incident was when a report last placed it."""

    track_id: int
    time_s: float
    lat_deg: float
    lon_deg: float
    east_mps: float
    north_mps: float
    is_ours: bool
    """Whether no all-clear may be given while it can still fly: not for what identified itself, or was on ground."""


class Reach(Struct, frozen=True, kw_only=True):
    """How far a lost track can have got from where it would be had it kept on."""

    within_s: float
    start_m: float
    turn: float
    speed_ratio: float


def distance_m(lat1_deg: float, lon1_deg: float, lat2_deg: float, lon2_deg: float) -> float:
    """Return the great-circle distance [m] on the mean sphere (haversine)."""
    lat1, lat2 = math.radians(lat1_deg), math.radians(lat2_deg)
    half_lat, half_lon = (lat2 - lat1) / 2.0, math.radians(lon2_deg - lon1_deg) / 2.0
    a = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    return 2.0 * EARTH_M * math.asin(math.sqrt(min(1.0, a)))


def moved(lat_deg: float, lon_deg: float, east_m: float, north_m: float) -> tuple[float, float]:
    """Return the position [deg] that lies so far east and north, on the mean sphere."""
    cos_lat = max(0.01, math.cos(math.radians(lat_deg)))
    return lat_deg + math.degrees(north_m / EARTH_M), lon_deg + math.degrees(east_m / (EARTH_M * cos_lat))


def last_seen(track: Track) -> LastSeen:
    """Return the last certain moment of a track: its state taken back to its last report."""
    back_s = track.time_s - track.last_report_s
    lat, lon = moved(track.lat_deg, track.lon_deg, -track.east_mps * back_s, -track.north_mps * back_s)
    return LastSeen(
        track_id=track.track_id,
        time_s=track.last_report_s,
        lat_deg=lat,
        lon_deg=lon,
        east_mps=track.east_mps,
        north_mps=track.north_mps,
        is_ours=not (track.is_cooperative or track.is_on_ground),
    )


def off_course_m(lost: LastSeen, found: Track, reach: Reach) -> float | None:
    """Return how far from the lost track's course the found one began [m], or None if they cannot be one.

    They can be one if the found track began after the loss and within the reach's time, flies at a like speed, and
    began no further from the predicted place than `start_m` plus the share `turn` of the way flown unseen.
    """
    unseen_s = found.first_s - lost.time_s
    if not 0.0 <= unseen_s <= reach.within_s:
        return None
    speed_lost = math.hypot(lost.east_mps, lost.north_mps)
    speed_found = math.hypot(found.east_mps, found.north_mps)
    slow, fast = sorted((speed_lost, speed_found))
    if fast > reach.speed_ratio * slow:
        return None
    age_s = found.time_s - found.first_s
    began = moved(found.lat_deg, found.lon_deg, -found.east_mps * age_s, -found.north_mps * age_s)
    expected = moved(lost.lat_deg, lost.lon_deg, lost.east_mps * unseen_s, lost.north_mps * unseen_s)
    off_m = distance_m(*began, *expected)
    return off_m if off_m <= reach.start_m + reach.turn * speed_lost * unseen_s else None
