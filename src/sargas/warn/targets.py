"""What an incident must be warned of: its tracks, those that were lost and can still fly, what people reported."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from sargas.airspace.geometry import sound_covariance
from sargas.airspace.subjects import is_usable, speed_mps
from sargas.model.aircraft import Aircraft
from sargas.model.classification import Classification
from sargas.model.finding import Finding, Heard
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.report import Observation
from sargas.model.track import Track
from sargas.model.warning import LostTrack
from sargas.warn.heard import fitted, last_place, words_of
from sargas.warn.manner import USUAL, Manner, Way, Ways, manner_of

TARGETS_MOST: Final = 600
"""More are not flown: a warning for so many is for the whole region anyhow."""
PLACE_SD_LEAST_M: Final = 30.0
LOST_PLACE_SD_M: Final = 300.0
LOST_SPEED_SD_MPS: Final = 3.0
"""Of a lost track of which only the place and the velocity are kept."""
HEARD_SPEEDS_MPS: Final = (18.0, 55.0)
"""Small drones: the table of aircraft, from the slowest Gerbera to a fast Shahed."""
HEARD_AFTER_S: Final = 60.0
"""What is reported so long after the last track was seen is not a word about what that track has shown already."""
TURNED_SD, TURNED_RAD = 2.0, math.radians(4.0)
"""So far off its line, beyond its doubt, a velocity says that it has turned."""
DRIFTS_AT_MPS: Final = ((15.0, 0.25), (25.0, 0.1), (math.inf, 0.0))
"""How likely something drifts, of which only its speed is known."""


class Target(Struct, frozen=True, kw_only=True):
    """One thing that may fly: how it was at `time_s`, how it flies on, how likely it is there at all.

    Without a velocity its direction is unknown, and its speed within `speeds_mps`. `drifts` is how likely it goes
    with the wind. After `flies_until_s` it cannot fly. `track_id` is None for what was only reported.
    """

    time_s: float
    lon_deg: float
    lat_deg: float
    place_cov_m2: tuple[float, float, float]
    velocity_mps: tuple[float, float] | None = None
    velocity_cov_m2ps2: tuple[float, float, float] = (1.0, 0.0, 1.0)
    speeds_mps: tuple[float, float] = HEARD_SPEEDS_MPS
    turn_dps: float = 0.0
    manner: Manner = USUAL
    drifts: float = 0.0
    probability: float = 1.0
    flies_until_s: float | None = None
    track_id: int | None = None
    is_lost: bool = False


def tracks_of(incident: Incident, picture: Picture) -> list[Track]:
    """Return the tracks of the incident that are seen now and fly, in the order of their numbers."""
    found = [picture.tracks[key] for key in sorted(set(incident.track_ids)) if key in picture.tracks]
    return [
        track
        for track in found
        if track.status not in {"lost", "ended"} and not track.is_on_ground and is_usable(track)
    ]


def targets_of(incident: Incident, picture: Picture, ways: Ways, drifting: frozenset[str]) -> list[Target]:
    """Return the targets of the incident, those seen now first; `drifting` are the kinds that go with the wind.

    Words count where there is no track, and those that came in after the last track was lost.
    """
    seen = tracks_of(incident, picture)
    lost = [
        one
        for one in sorted(incident.lost, key=lambda one: one.track_id)
        if one.flies_until_s > picture.now_s and one.track_id not in {track.track_id for track in seen}
    ]
    known = picture.classifications
    found = [_seen(track, ways, _drifts(known.get(track.track_id), speed_mps(track), drifting)) for track in seen]
    found += [_lost(one, incident, known.get(one.track_id), drifting) for one in lost]
    after_s = max((one.last_report_s + HEARD_AFTER_S for one in lost), default=-math.inf)
    if not seen:
        found += [_heard(one, picture.observations) for one in _words(incident) if one.time_s > after_s]
    return found[:TARGETS_MOST]


def _words(incident: Incident) -> list[Finding]:
    findings = [
        finding
        for finding in incident.findings
        if finding.state != "cleared" and isinstance(finding.detail, Heard) and finding.track_id is None
    ]
    return sorted(findings, key=lambda finding: finding.finding_id)


def _seen(track: Track, ways: Ways, drifts: float) -> Target:
    return Target(
        time_s=track.time_s,
        lon_deg=track.lon_deg,
        lat_deg=track.lat_deg,
        place_cov_m2=track.position_cov_m2,
        velocity_mps=(track.east_mps, track.north_mps),
        velocity_cov_m2ps2=track.velocity_cov_m2ps2,
        turn_dps=track.turn_rate_dps or 0.0,
        manner=_manner(ways.of(track.track_id), track),
        drifts=drifts,
        probability=1.0 if track.existence is None else track.existence,
        track_id=track.track_id,
    )


def _manner(way: Way, track: Track) -> Manner:
    """Return how a track flies; the course of its line only while it has not turned away from it."""
    found = manner_of(way, track.turn_rate_dps)
    if found.course_rad is None:
        return found
    off_rad = math.atan2(track.east_mps, track.north_mps) - found.course_rad
    off_rad = abs(math.atan2(math.sin(off_rad), math.cos(off_rad)))
    across_mps = math.sqrt(max(track.velocity_cov_m2ps2[0], track.velocity_cov_m2ps2[2], 0.0))
    doubt_rad = math.hypot(found.course_sd_rad, across_mps / max(speed_mps(track), 1.0))
    return found if off_rad <= TURNED_SD * doubt_rad + TURNED_RAD else Manner(found.shares)


def _lost(one: LostTrack, incident: Incident, known: Classification | None, drifting: frozenset[str]) -> Target:
    """Return a lost track as it was at its last report: in full where the search keeps it."""
    loss = next(
        (
            loss
            for loss in (incident.search.losses if incident.search is not None else ())
            if loss.track.track_id == one.track_id and is_usable(loss.track)
        ),
        None,
    )
    kinds = known.aircraft() if known is not None else loss.kinds if loss is not None else None
    drifts = _share_that_drifts(kinds, one.speed_mps, drifting)
    if loss is not None:
        track = loss.track
        return Target(
            time_s=track.time_s,
            lon_deg=track.lon_deg,
            lat_deg=track.lat_deg,
            place_cov_m2=track.position_cov_m2,
            velocity_mps=(track.east_mps, track.north_mps),
            velocity_cov_m2ps2=track.velocity_cov_m2ps2,
            turn_dps=track.turn_rate_dps or 0.0,
            manner=_manner(loss.path, track),
            drifts=drifts,
            probability=1.0 if track.existence is None else track.existence,
            flies_until_s=one.flies_until_s,
            track_id=one.track_id,
            is_lost=True,
        )
    course_rad = math.radians(one.course_deg)
    return Target(
        time_s=one.last_report_s,
        lon_deg=one.lon_deg,
        lat_deg=one.lat_deg,
        place_cov_m2=(LOST_PLACE_SD_M**2, 0.0, LOST_PLACE_SD_M**2),
        velocity_mps=(one.speed_mps * math.sin(course_rad), one.speed_mps * math.cos(course_rad)),
        velocity_cov_m2ps2=(LOST_SPEED_SD_MPS**2, 0.0, LOST_SPEED_SD_MPS**2),
        drifts=drifts,
        flies_until_s=one.flies_until_s,
        track_id=one.track_id,
        is_lost=True,
    )


def _heard(finding: Finding, observations: Sequence[Observation]) -> Target:
    """Return what words speak of, true as often as they are: on the way that they show, else going anywhere."""
    words = words_of(finding, observations)
    fit = fitted(words)
    if fit is not None:
        return Target(
            time_s=fit.time_s,
            lon_deg=fit.lon_deg,
            lat_deg=fit.lat_deg,
            place_cov_m2=fit.place_cov_m2,
            velocity_mps=fit.velocity_mps,
            velocity_cov_m2ps2=fit.velocity_cov_m2ps2,
            probability=finding.probability,
        )
    time_s, lon_deg, lat_deg, variance_m2 = last_place(finding, words)
    variance_m2 = max(variance_m2, PLACE_SD_LEAST_M**2)
    return Target(
        time_s=time_s,
        lon_deg=lon_deg,
        lat_deg=lat_deg,
        place_cov_m2=(variance_m2, 0.0, variance_m2),
        probability=finding.probability,
    )


def _drifts(known: Classification | None, speed: float, drifting: frozenset[str]) -> float:
    return _share_that_drifts(None if known is None else known.aircraft(), speed, drifting)


def _share_that_drifts(kinds: Mapping[str, float] | None, speed: float, drifting: frozenset[str]) -> float:
    """Return how likely it goes with the wind: as it is identified, and of what that leaves open by its speed."""
    told = {} if kinds is None else dict(kinds)
    left_open = max(1.0 - sum(told.values()), 0.0)
    by_speed = next(share for limit, share in DRIFTS_AT_MPS if speed < limit)
    return min(sum(share for kind, share in told.items() if kind in drifting) + left_open * by_speed, 1.0)


def drifting_kinds(aircraft: Sequence[Aircraft]) -> frozenset[str]:
    """Return the kinds that go with the wind."""
    return frozenset(kind.id for kind in aircraft if kind.is_drifting)


def sound_roots(cov: tuple[float, float, float], least: float) -> tuple[float, float, float]:
    """Return the lower triangular root of a covariance (east-east, east-north, north-north): 11, 21, 22."""
    ee, en, nn = sound_covariance(cov, least)
    root11 = math.sqrt(ee)
    root21 = en / root11
    return root11, root21, math.sqrt(max(nn - root21 * root21, 0.0))
