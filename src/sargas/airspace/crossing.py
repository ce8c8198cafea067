"""When and where a track came over an edge, how sure that is, and out of which country it came."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct, structs

from sargas.airspace.ahead import meeting
from sargas.airspace.borders import clipped
from sargas.airspace.geometry import Area, area_of, metres_per_degree
from sargas.airspace.subjects import speed_mps, spread_m
from sargas.model.finding import Crossing
from sargas.model.track import Track
from sargas.model.zone import Zone

NEIGHBOUR_MARGIN_DEG = 0.5


class Fix(Struct, frozen=True):
    """Where a track was at a moment, and how deep inside (negative outside)."""

    time_s: float
    lon_deg: float
    lat_deg: float
    depth_m: float


class Country:
    """A neighbour's airspace."""

    def __init__(self, name: str, code: str, area: Area) -> None:
        self.name = name
        self.code = code
        self.area = area


def neighbours(zones: Sequence[Zone], watched: str, area: Area) -> list[Country]:
    """Return the other sovereign airspaces, cut to what is near the watched area."""
    west, south, east, north = area.bounds()
    margin = NEIGHBOUR_MARGIN_DEG
    box = (west - margin, south - margin, east + margin, north + margin)
    found = []
    for zone in zones:
        if zone.kind == "sovereign" and zone.country != watched:
            near = clipped(zone, *box).polygons
            if near:
                found.append(Country(zone.name, zone.country, area_of(near)))
    return found


def country_at(countries: Sequence[Country], points: Sequence[tuple[float, float]]) -> Country | None:
    """Return the country of the first point (lon, lat) that is in any."""
    for lon_deg, lat_deg in points:
        for country in countries:
            if country.area.contains(lon_deg, lat_deg):
                return country
    return None


def crossed_between(area: Area, before: Fix, after: Fix) -> Fix:
    """Return the fix at which the straight way from one fix to the other meets the edge."""
    east_m, north_m = metres_per_degree(before.lat_deg)
    way = np.array([[(after.lon_deg - before.lon_deg) * east_m, (after.lat_deg - before.lat_deg) * north_m]])
    part = float(area.crossing_times(before.lon_deg, before.lat_deg, np.zeros((1, 2)), way, 1.0)[0])
    if not math.isfinite(part):  # it met the edge at a fix, within rounding
        change_m = after.depth_m - before.depth_m
        part = min(1.0, max(0.0, -before.depth_m / change_m)) if change_m else 1.0
    return Fix(
        before.time_s + part * (after.time_s - before.time_s),
        before.lon_deg + part * (after.lon_deg - before.lon_deg),
        before.lat_deg + part * (after.lat_deg - before.lat_deg),
        0.0,
    )


def back_along(track: Track, fix: Fix, metres: float) -> tuple[float, float]:
    """Return the (lon, lat) that lies `metres` before the fix on the track's course."""
    speed = max(speed_mps(track), 1e-3)
    east_m, north_m = metres_per_degree(fix.lat_deg)
    return (
        fix.lon_deg - track.east_mps / speed * metres / east_m,
        fix.lat_deg - track.north_mps / speed * metres / north_m,
    )


def crossing(area: Area, zone_id: str, track: Track, fix: Fix) -> Crossing:
    """Return the crossing at `fix`, its spread taken from the track's covariance and the border's true line."""
    there = structs.replace(track, time_s=fix.time_s, lon_deg=fix.lon_deg, lat_deg=fix.lat_deg)
    speed, spread = speed_mps(track), spread_m(track)
    window_s = min(900.0, 5.0 * spread / max(speed, 1.0) + 10.0)
    met = meeting(area, there, window_s, window_s)
    if met is None:  # it hovers on the line: no path crosses it
        time_sd_s, place_sd_m = min(spread / max(speed, 0.5), 3_600.0), spread
    else:
        time_sd_s, place_sd_m = met.in_sd_s, met.position_sd_m
    return Crossing(
        zone_id=zone_id,
        time_s=fix.time_s,
        time_sd_s=time_sd_s,
        lat_deg=fix.lat_deg,
        lon_deg=fix.lon_deg,
        position_sd_m=place_sd_m,
    )


def guessed_crossing(area: Area, zone_id: str, track: Track, depth_m: float) -> Crossing:
    """Return where a track that was first seen inside came over the edge if it always flew as now; a wide guess."""
    back_s = min(3_600.0, 3.0 * depth_m / max(speed_mps(track), 1.0) + 10.0)
    reverse = structs.replace(track, east_mps=-track.east_mps, north_mps=-track.north_mps)
    met = meeting(area, reverse, back_s)
    ago_s = depth_m / max(speed_mps(track), 1.0) if met is None else met.in_s
    ago_s = min(max(ago_s, 0.0), 3_600.0)
    lon_deg, lat_deg = (track.lon_deg, track.lat_deg) if met is None else (met.lon_deg, met.lat_deg)
    time_sd_s, place_sd_m = (0.0, 0.0) if met is None else (met.in_sd_s, met.position_sd_m)
    return Crossing(
        zone_id=zone_id,
        time_s=track.time_s - ago_s,
        time_sd_s=max(ago_s / 2.0, time_sd_s),
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        position_sd_m=math.hypot(depth_m, place_sd_m),
    )
