"""What a receiver of transponders hears, as SBS-1 lines."""

from datetime import UTC, datetime

import numpy as np
from msgspec import structs

from sargas.model.units import FEET_PER_MINUTE_MPS, FOOT_M, KNOT_MPS
from sargas.simulate.flight import Course, stream
from sargas.simulate.frames import above_horizon_deg, enu_m, shifted
from sargas.simulate.scenario import Scenario
from sargas.simulate.sites import Site

EVERY_S = 2.0
"""Real transponders send twice a second; a receiver's server may thin that out."""
NAMED_EVERY = 5
P_HEARD = 0.92


def adsb_frames(site: Site, courses: list[Course], scenario: Scenario, seed: int) -> list[tuple[float, bytes]]:
    """Return the lines of each second with the time at which they come in."""
    by_second: dict[int, list[tuple[float, bytes]]] = {}
    for course in courses:
        if not course.has_transponder or course.time_s.size < 2:
            continue
        enu = enu_m(site.place, course.lat_deg, course.lon_deg, course.alt_m)
        above = above_horizon_deg(enu, site.alt_m - scenario.ground_m, site.coverage.elevation_min_deg)
        distance = np.sqrt(np.sum(enu**2, axis=-1))
        is_heard = (above > 0.0) & (distance < (site.coverage.range_max_m or 460_000.0))
        for time_s, lines in _lines(as_told(course), is_heard, scenario, stream(seed, "adsb", site.id, course.name)):
            by_second.setdefault(int(time_s), []).append((time_s, lines))
    rng = stream(seed, "adsb", site.id)
    return [
        (second + 1.0 + site.latency_s + float(rng.gamma(2.0, 0.03)), b"".join(line for _, line in sorted(lines)))
        for second, lines in sorted(by_second.items())
    ]


def as_told(course: Course) -> Course:
    """Return the course that the aircraft gives of itself: another than it flies if its position is spoofed."""
    lie = course.spoof
    if lie is None:
        return course
    share = np.clip((course.time_s - lie.begin_s) / lie.over_s, 0.0, 1.0) * (course.time_s < lie.end_s)
    lat, lon = shifted(course.lat_deg, course.lon_deg, lie.east_m * share, lie.north_m * share)
    return structs.replace(course, lat_deg=lat, lon_deg=lon)


def _lines(
    course: Course, is_heard: np.ndarray, scenario: Scenario, rng: np.random.Generator
) -> list[tuple[float, bytes]]:
    """Return position and velocity of one aircraft every two seconds, and its callsign now and then."""
    time = np.arange(course.time_s[0] + rng.uniform(0.0, EVERY_S), course.time_s[-1], EVERY_S)
    east, north, climb = _velocity(course)
    columns = (course.lat_deg, course.lon_deg, course.alt_m - scenario.geoid_m, east, north, climb)
    lat, lon, alt, east, north, climb = (np.interp(time, course.time_s, column) for column in columns)
    heard = np.interp(time, course.time_s, is_heard.astype(np.float64)) > 0.5
    heard &= rng.random(time.size) < P_HEARD
    speed_kt, track = np.hypot(east, north) / KNOT_MPS, np.degrees(np.arctan2(east, north)) % 360.0
    found: list[tuple[float, bytes]] = []
    for index in np.flatnonzero(heard).tolist():
        time_s = float(time[index])
        stamp = _stamp(time_s)
        head = f"1,1,{course.icao24.upper()},1,{stamp},{stamp}"
        fpm = round(float(climb[index]) / FEET_PER_MINUTE_MPS / 64.0) * 64
        text = f"MSG,4,{head},,,{speed_kt[index]:.0f},{track[index]:.0f},,,{fpm},,,,,0\r\n"
        alt_ft = round(float(alt[index]) / FOOT_M / 25.0) * 25
        text += f"MSG,3,{head},,{alt_ft},,,{lat[index]:.5f},{lon[index]:.5f},,,0,0,0,0\r\n"
        if index % NAMED_EVERY == 0:
            text = f"MSG,1,{head},{course.callsign},,,,,,,,,,,0\r\n" + text
        found.append((time_s, text.encode("ascii")))
    return found


def _velocity(course: Course) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the velocity east, north and up [m/s] along the course."""
    enu = enu_m(
        (float(course.lat_deg[0]), float(course.lon_deg[0]), 0.0), course.lat_deg, course.lon_deg, course.alt_m
    )
    east, north = np.gradient(enu[:, 0], course.time_s), np.gradient(enu[:, 1], course.time_s)
    return east, north, np.gradient(course.alt_m, course.time_s)


def _stamp(time_s: float) -> str:
    """Return date and time of an SBS line, to the millisecond."""
    return datetime.fromtimestamp(round(time_s, 3), UTC).strftime("%Y/%m/%d,%H:%M:%S.%f")[:-3]
