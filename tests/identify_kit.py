"""Tracks and skies for the tests of the identification, made by hand."""

import math
from typing import Any

from msgspec import structs

from sargas.app.search_basis import packaged_aircraft
from sargas.identify import identifier
from sargas.identify.identifier import RecursiveIdentifier, Settings
from sargas.model.classification import Classification
from sargas.model.picture import Picture
from sargas.model.sensor import Sensor
from sargas.model.track import Track

T0_S = 1_753_666_800.0
AIRCRAFT = packaged_aircraft()
RECEIVER = Sensor(id="receiver", kind="adsb")
SENSORS = {
    "receiver": RECEIVER,
    "ear": Sensor(id="ear", kind="acoustic"),
    "finder": Sensor(id="finder", kind="radio_df"),
}


def flying(since_s: float = 0.0, *, speed_mps: float = 40.0, course_deg: float = 270.0, **given: Any) -> Track:
    """Return a confirmed track with a report at this moment."""
    now_s, course = T0_S + since_s, math.radians(course_deg)
    base = Track(
        track_id=1, time_s=now_s, first_s=T0_S, last_report_s=now_s, status="confirmed", lat_deg=54.6, lon_deg=25.7,
        east_mps=speed_mps * math.sin(course), north_mps=speed_mps * math.cos(course),
        position_cov_m2=(1e4, 0.0, 1e4), velocity_cov_m2ps2=(1.0, 0.0, 1.0), existence=0.99,
    )  # fmt: skip
    return structs.replace(base, **given)


def new(**given: Any) -> RecursiveIdentifier:
    return identifier.build(Settings(**given), AIRCRAFT, SENSORS)


def watched(
    tracks: Any, seconds: int = 180, *, knows: RecursiveIdentifier | None = None, from_s: int = 0
) -> dict[int, Classification]:
    """Return the newest classification by track; `tracks` gives those of each second."""
    knows = knows or new()
    picture, found = Picture(), {}
    for since in range(from_s, seconds):
        picture.now_s = T0_S + since
        picture.tracks = {track.track_id: track for track in tracks(float(since))}
        found |= {one.track_id: one for one in knows.tick(picture)}
    return found


def share(found: Classification, kind: str) -> float:
    return next((one.probability for one in found.classes if one.kind == kind), 0.0)
