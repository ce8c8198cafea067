"""Tracks and sensors as Cursor on Target events.

A type says no more than is known. Who a track belongs to only a person says, and no type ever says hostile: what a
person called so is sent as suspect. The letters after the affiliation are those of MIL-STD-2525C in the type list of
the MITRE Corporation (CoTtypes.xml).
"""

import math
from datetime import UTC, datetime
from typing import Final

from sargas.model.classification import Classification
from sargas.model.sensor import Health, Sensor
from sargas.model.track import Affiliation, Track
from sargas.share.cot import EXERCISE, Event, Part, Place, Stamp
from sargas.share.describe import course_deg, speed_mps
from sargas.share.shown import percent

AFFILIATIONS: Final[dict[Affiliation, str]] = {
    "unknown": "u",
    "friendly": "f",
    "neutral": "n",
    "suspect": "s",
    "hostile": "s",
}
AIR: Final = "A"
KINDS: Final = {
    "airliner": "A-C-F",
    "light_aircraft": "A-C-F",
    "helicopter": "A-M-H",
    "drone": "A-M-F-Q",
    "male": "A-M-F-Q",
    "shahed": "A-M-F-Q",
    "gerbera": "A-M-F-Q",
    "orlan": "A-M-F-Q",
    "small_fixed_wing": "A-M-F-Q",
    "quadcopter": "A-M-H-Q",
    "cruise_missile": "A-W-M",
    "balloon": "A-C-L",
}
"""By what a track is identified as; all others are `A`. The standard knows drones among the military ones only."""
CIVIL_HELICOPTER: Final = "A-C-H"
"""For one that tells its position and is not contradicted; a helicopter that is neither is not in the standard."""
RADAR, SENSOR = "a-f-G-E-S-R", "a-f-G-E-S"
N_CLASSES: Final = 3
DAY_S: Final = 86_400.0


def uid_of(station: str, *names: str, is_exercise: bool) -> str:
    """Return the uid of a thing, always the same for the same thing; an exercise never overwrites what is real."""
    return "-".join((station, *((EXERCISE,) if is_exercise else ()), *names))


def shift_s(now_s: float, machine_s: float, *, is_exercise: bool) -> float:
    """Return what to add to the picture's times: an exercise that plays another day is sent as of now.

    Clients throw away what is old. What is real keeps its times, whatever they are.
    """
    away_s = machine_s - now_s
    return away_s if is_exercise and abs(away_s) > DAY_S else 0.0


def track_event(track: Track, what: Classification | None, uid: str, stamp: Stamp, *, later_s: float = 0.0) -> Event:
    """Return a track as it is now; `later_s` is what was added to its times."""
    place = Place(
        lat_deg=track.lat_deg, lon_deg=track.lon_deg, hae_m=track.alt_wgs84_m, ce_m=spread_m(track.position_cov_m2)
    )
    motion = Part("track", {"course": f"{course_deg(track) % 360.0:.1f}", "speed": f"{speed_mps(track):.1f}"})
    return stamp.event(
        uid,
        f"a-{AFFILIATIONS[track.affiliation]}-{symbol(track, what)}",
        place,
        name=_name(track),
        text=track_text(track, what),
        parts=(motion,),
        start_s=min(track.time_s + later_s, stamp.made_s),
    )


def sensor_event(sensor: Sensor, site: Place, health: Health | None, uid: str, stamp: Stamp) -> Event:
    """Return a sensor at its site."""
    kind = RADAR if sensor.kind == "radar" else SENSOR
    return stamp.event(uid, kind, site, name=sensor.name or sensor.id, text=sensor_text(sensor, health))


def symbol(track: Track, what: Classification | None) -> str:
    """Return the letters after the affiliation."""
    answer = what.answer if what is not None else ""
    if answer == "helicopter" and track.is_cooperative:
        return CIVIL_HELICOPTER
    return KINDS.get(answer, AIR)


def spread_m(cov_m2: tuple[float, float, float]) -> float | None:
    """Return one standard deviation in the direction in which it is largest; None if it is not known.

    Args:
        cov_m2: east-east, east-north, north-north.
    """
    east, cross, north = cov_m2
    variance = (east + north) / 2.0 + math.hypot((east - north) / 2.0, cross)
    return math.sqrt(variance) if 0.0 <= variance < math.inf else None


def track_text(track: Track, what: Classification | None) -> str:
    """Return what is known of a track in sentences."""
    found = [f"Track {track.track_id}, {track.status}."]
    if what is not None:
        likely = ", ".join(f"{one.name} {percent(one.probability)}" for one in what.classes[:N_CLASSES])
        found.append(f"May be: {likely}." if likely else f"May be: {what.answer_name}.")
        if what.caution:
            found.append(f"{what.caution[0].upper()}{what.caution[1:]}.")
    spread = spread_m(track.position_cov_m2)
    if spread is not None:
        found.append(f"Position within {spread:,.0f} m (one standard deviation).")
    found.append(f"Last report {_clock(track.last_report_s)}.")
    if track.alt_baro_m is not None:
        found.append(f"Height {track.alt_baro_m:,.0f} m by pressure.")
    said = _said(track)
    if said:
        found.append(f"It says of itself: {said}.")
    if track.existence is not None:
        found.append(f"There at all: {percent(track.existence)}.")
    return " ".join(found)


def sensor_text(sensor: Sensor, health: Health | None) -> str:
    """Return how a sensor is."""
    kind = sensor.kind.replace("_", " ")
    if health is None:
        return f"Sensor, {kind}. Nothing is known of its state."
    heard = f" Last report {_clock(health.last_report_s)}." if health.last_report_s is not None else ""
    reason = f": {health.reason}" if health.reason else ""
    return f"Sensor, {kind}. State: {health.state}{reason}.{heard}"


def _name(track: Track) -> str:
    """Return the name on the map; what a track says of itself is one only if nothing contradicts it."""
    callsign = track.identity.callsign
    return f"{callsign} ({track.track_id})" if callsign and track.is_cooperative else f"Track {track.track_id}"


def _said(track: Track) -> str:
    said = track.identity
    parts = (
        said.callsign,
        f"ICAO address {said.icao24}" if said.icao24 else None,
        f"squawk {said.squawk}" if said.squawk else None,
        f"remote id {said.remote_id}" if said.remote_id else None,
    )
    return ", ".join(part for part in parts if part)


def _clock(time_s: float) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
