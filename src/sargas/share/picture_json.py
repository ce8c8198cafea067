"""Tracks, incidents and sensors as JSON for other systems, versioned; documented in docs/reference/channels.md.

Times are RFC 3339 in UTC, angles degrees, the rest SI with the unit in the name. What is not known is left out. The
affiliation of a track is not told: that is between the officers who gave it.
"""

import math
from typing import Final, Literal

import msgspec
from msgspec import Struct

from sargas.model.classification import Classification
from sargas.model.incident import Incident
from sargas.model.report import NO_IDENTITY, Identity
from sargas.model.sensor import Health, HealthState
from sargas.model.track import Track, TrackStatus
from sargas.model.warning import Level
from sargas.share.shown import time_text
from sargas.share.wording import EXERCISE, marked

VERSION: Final = 1
Mark = Literal["", "EXERCISE"]


class TrackJson(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One track: where it is at `time`, where it was last reported, what it may be.

    `sd_m` is one standard deviation of the position in its worst direction.
    """

    id: int
    status: TrackStatus
    time: str
    last_report: str
    lat_deg: float
    lon_deg: float
    sd_m: float
    speed_mps: float
    course_deg: float
    alt_baro_m: float | None = None
    alt_wgs84_m: float | None = None
    climb_mps: float | None = None
    is_cooperative: bool = False
    identity: Identity = NO_IDENTITY
    kind: str = ""
    kind_name: str = ""


class TracksJson(Struct, frozen=True, kw_only=True):
    """The tracks that changed, and the numbers of those that are over."""

    type: Literal["tracks"] = "tracks"
    version: Literal[1] = VERSION
    exercise: bool
    mark: Mark
    time: str
    tracks: tuple[TrackJson, ...]
    ended: tuple[int, ...] = ()


class IncidentJson(Struct, frozen=True, kw_only=True):
    """One incident as it stands."""

    type: Literal["incident"] = "incident"
    version: Literal[1] = VERSION
    exercise: bool
    mark: Mark
    id: str
    title: str
    status: Literal["open", "closed"]
    level: Level
    first_report: str
    opened: str
    changed: str
    tracks: tuple[int, ...]
    lost_tracks: tuple[int, ...]
    lat_deg: float | None = None
    lon_deg: float | None = None
    kind: str = ""


class SensorJson(Struct, frozen=True, kw_only=True):
    """How one sensor is."""

    type: Literal["sensor"] = "sensor"
    version: Literal[1] = VERSION
    exercise: bool
    mark: Mark
    id: str
    state: HealthState
    reason: str


class StatusJson(Struct, frozen=True, kw_only=True):
    """Whether the watch is connected; `offline` is told by the broker if it is lost."""

    type: Literal["status"] = "status"
    version: Literal[1] = VERSION
    exercise: bool
    mark: Mark
    status: Literal["online", "offline"]


def mark(*, is_exercise: bool) -> Mark:
    """Return the mark of an exercise, or nothing."""
    return EXERCISE if is_exercise else ""


def track_json(track: Track, classification: Classification | None) -> TrackJson:
    """Return the track as other systems get it."""
    east, both, north = track.position_cov_m2
    # The larger eigenvalue of the covariance.
    variance_m2 = 0.5 * (east + north) + math.hypot(0.5 * (east - north), both)
    return TrackJson(
        id=track.track_id,
        status=track.status,
        time=time_text(track.time_s),
        last_report=time_text(track.last_report_s),
        lat_deg=round(track.lat_deg, 6),
        lon_deg=round(track.lon_deg, 6),
        sd_m=round(math.sqrt(max(variance_m2, 0.0)), 1),
        speed_mps=round(math.hypot(track.east_mps, track.north_mps), 1),
        course_deg=round(math.degrees(math.atan2(track.east_mps, track.north_mps)) % 360.0, 1) % 360.0,
        alt_baro_m=_rounded(track.alt_baro_m),
        alt_wgs84_m=_rounded(track.alt_wgs84_m),
        climb_mps=_rounded(track.climb_mps),
        is_cooperative=track.is_cooperative,
        identity=track.identity,
        kind=classification.answer if classification is not None else "",
        kind_name=classification.answer_name if classification is not None else "",
    )


def incident_json(incident: Incident, *, is_exercise: bool) -> bytes:
    """Return the incident in UTF-8; what officers wrote on it stays here."""
    told = IncidentJson(
        exercise=is_exercise,
        mark=mark(is_exercise=is_exercise),
        id=incident.incident_id,
        title=marked(incident.title, is_exercise=is_exercise),
        status=incident.status,
        level=incident.level,
        first_report=time_text(incident.first_report_s),
        opened=time_text(incident.opened_s),
        changed=time_text(incident.changed_s),
        tracks=incident.track_ids,
        lost_tracks=incident.lost_track_ids,
        lat_deg=incident.lat_deg,
        lon_deg=incident.lon_deg,
        kind=incident.kind,
    )
    return msgspec.json.encode(told)


def sensor_json(health: Health, *, is_exercise: bool) -> bytes:
    """Return how the sensor is, in UTF-8; without its counts, which change all the time."""
    told = SensorJson(
        exercise=is_exercise,
        mark=mark(is_exercise=is_exercise),
        id=health.sensor,
        state=health.state,
        reason=health.reason,
    )
    return msgspec.json.encode(told)


def status_json(status: Literal["online", "offline"], *, is_exercise: bool) -> bytes:
    """Return whether we are connected, in UTF-8."""
    return msgspec.json.encode(StatusJson(exercise=is_exercise, mark=mark(is_exercise=is_exercise), status=status))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
