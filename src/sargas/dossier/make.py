"""From an incident and its history to all the facts of a dossier; nothing is left out yet, nothing is said."""

import math
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct

from sargas.airspace.places import Towns
from sargas.dossier.evidence import exhibit
from sargas.dossier.history import History, Seen
from sargas.model.classification import Classification
from sargas.model.dossier import (
    Approved,
    Classed,
    Crossed,
    Delivered,
    Dossier,
    DossierLanguage,
    Flown,
    FoundThing,
    Line,
    Lost,
    Search,
    SensorSaw,
    Told,
    TrackPoint,
    Verify,
    Version,
    Warned,
)
from sargas.model.finding import Crossing, Finding, Heard
from sargas.model.incident import Incident, TimelineItem
from sargas.model.report import NO_IDENTITY, Cue, Sighting
from sargas.model.search import SearchState
from sargas.model.sensor import Health, Sensor
from sargas.model.track import Track
from sargas.model.warning import PublicWarning
from sargas.model.zone import Place, Zone

PREDICTED_S: Final = 8.0
"""A point so long after the last report was not placed by one: twice a radar's usual turn."""
APPEARED: Final = "appeared inside"
"""The words of the incursion rule for what nobody saw cross."""
CLASSES_SHOWN: Final = 6
"""Classifications of one track: the first, the last, and those between at which the answer changed."""


class Around(Struct, frozen=True, kw_only=True):
    """What a dossier takes from the watch beside the incident itself."""

    sensors: Mapping[str, Sensor]
    health: Mapping[str, Health]
    zones: Sequence[Zone]
    places: Sequence[Place]
    country: str
    title: str
    is_exercise: bool
    authority: str = ""
    label: str = ""
    verify: Verify | None = None


class Ordered(Struct, frozen=True, kw_only=True):
    """What somebody asks for: version, language (the country's if it is None), form, and in whose name."""

    version: Version
    officer: str
    language: DossierLanguage | None = None
    form: Literal["pdf", "zip"] = "zip"
    addressee: str = ""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which dossier: its version, its language, and when it is made."""

    version: Version
    language: DossierLanguage
    made_s: float
    addressee: str = ""


def facts_of(incident: Incident, history: History, around: Around, wanted: Wanted) -> Dossier:
    """Return all that is known, as the full version has it before anything is said of it."""
    crossings = tuple(_crossings(incident, around.zones))
    at = _place_of(incident, crossings)
    towns = [place for place in around.places if place.country == around.country]
    town = Towns(towns).nearest(at[1], at[0], 1) if at is not None and towns else []
    languages: tuple[DossierLanguage, ...] = ("en",) if wanted.language == "en" else (wanted.language, "en")
    hold = incident.file.hold
    return Dossier(
        incident_id=incident.incident_id,
        title=incident.title,
        country=around.country,
        authority=around.authority,
        version=wanted.version,
        languages=languages,
        made_s=wanted.made_s,
        is_exercise=around.is_exercise,
        label=around.label,
        status=incident.status,
        level=incident.level,
        highest_level=incident.highest_level,
        disposition=incident.disposition,
        first_report_s=incident.first_report_s,
        closed_s=incident.closed_s,
        first_s=history.first_s,
        last_s=history.last_s,
        nearest_town=town[0][0].name if town else "",
        nearest_town_m=town[0][1] if town else None,
        crossings=crossings,
        tracks=tuple(flown(points, is_lost=key in incident.lost_track_ids) for key, points in history.tracks.items()),
        sensors=tuple(_sensors(history, around)),
        unwell=history.unwell,
        told=tuple(_told(incident, history)),
        classes=tuple(one for kept in history.classes.values() for one in _classes(kept)),
        timeline=tuple(_line(item) for item in incident.timeline),
        clock=incident.clock,
        warnings=tuple(_warned(warning) for warning in incident.warning.warnings),
        search=_search(incident.search, incident),
        evidence=tuple(exhibit(one) for one in incident.file.evidence),
        steps=incident.file.steps,
        held_since_s=hold.since_s if hold is not None else None,
        held_why=hold.reason if hold is not None else "",
        verify=around.verify,
    )


def flown(points: Sequence[Track], *, is_lost: bool) -> Flown:
    """Return a track with a point for each of its states, oldest first."""
    last = points[-1]
    identity = next((one.identity for one in reversed(points) if not one.identity.is_empty), NO_IDENTITY)
    return Flown(
        track_id=last.track_id,
        first_s=last.first_s,
        last_report_s=last.last_report_s,
        status=last.status,
        n_reports=last.n_reports,
        n_points=len(points),
        points=tuple(_point(one) for one in points if one.time_s <= last.last_report_s + PREDICTED_S),
        identity=identity,
        is_lost=is_lost,
    )


def _point(track: Track) -> TrackPoint:
    east, both, north = track.position_cov_m2
    mean, half = (east + north) / 2.0, math.hypot((east - north) / 2.0, both)
    axis_deg = math.degrees(math.atan2(2.0 * both, north - east)) / 2.0
    return TrackPoint(
        time_s=track.time_s,
        lat_deg=track.lat_deg,
        lon_deg=track.lon_deg,
        major_m=math.sqrt(max(0.0, mean + half)),
        minor_m=math.sqrt(max(0.0, mean - half)),
        axis_deg=axis_deg % 180.0,
        speed_mps=math.hypot(track.east_mps, track.north_mps),
        course_deg=math.degrees(math.atan2(track.east_mps, track.north_mps)) % 360.0,
        alt_wgs84_m=track.alt_wgs84_m,
        alt_baro_m=track.alt_baro_m,
        is_predicted=track.time_s - track.last_report_s > PREDICTED_S,
    )


def _crossings(incident: Incident, zones: Sequence[Zone]) -> list[Crossed]:
    """Return every crossing into sovereign airspace once, the earliest first; one that was taken back is none."""
    countries = {zone.id: zone.country for zone in zones if zone.kind == "sovereign"}
    found = [
        Crossed(
            track_id=finding.track_id,
            into=countries[finding.detail.zone_id],
            came_from=finding.detail.from_country,
            time_s=finding.detail.time_s,
            time_sd_s=finding.detail.time_sd_s,
            lat_deg=finding.detail.lat_deg,
            lon_deg=finding.detail.lon_deg,
            sd_m=finding.detail.position_sd_m,
            depth_m=finding.detail.depth_m,
            inside_s=finding.detail.inside_s,
            left_s=finding.detail.left_s,
            probability=finding.probability,
            is_measured=APPEARED not in finding.title,
            reasons=finding.reasons,
        )
        for finding in incident.findings
        if isinstance(finding.detail, Crossing)
        and finding.detail.zone_id in countries
        and finding.rule == "incursion"
    ]
    return sorted(found, key=lambda one: (one.time_s, one.track_id or 0))


def _place_of(incident: Incident, crossings: Sequence[Crossed]) -> tuple[float, float] | None:
    """Return latitude and longitude that the incident is about: its first crossing, else where it was last."""
    if crossings:
        return crossings[0].lat_deg, crossings[0].lon_deg
    if incident.lat_deg is None or incident.lon_deg is None:
        return None
    return incident.lat_deg, incident.lon_deg


def _sensors(history: History, around: Around) -> list[SensorSaw]:
    """Return the sensors that gave something to a track, or words, in the order in which they began."""
    words: dict[str, list[float]] = {}
    for report in history.told:
        words.setdefault(report.sensor, []).append(report.time_s)
    names = [*history.seen, *(name for name in words if name not in history.seen)]
    found = [_sensor(name, history.seen.get(name), words.get(name, []), around) for name in names]
    return sorted(found, key=lambda one: (one.first_s or 0.0, one.sensor))


def _sensor(name: str, seen: Seen | None, told_s: list[float], around: Around) -> SensorSaw:
    sensor, health = around.sensors.get(name), around.health.get(name)
    spans = [*(seen.spans if seen is not None else ()), *((time_s, time_s) for time_s in told_s)]
    times = [time_s for span in spans for time_s in span]
    return SensorSaw(
        sensor=name,
        kind=sensor.kind if sensor is not None else "other",
        name=sensor.name if sensor is not None else "",
        country=sensor.country if sensor is not None else "",
        lat_deg=sensor.lat_deg if sensor is not None else None,
        lon_deg=sensor.lon_deg if sensor is not None else None,
        track_ids=tuple(sorted(seen.track_ids)) if seen is not None else (),
        first_s=min(times),
        last_s=max(times),
        n_reports=(seen.n_reports if seen is not None else 0) + len(told_s),
        spans=tuple(sorted(spans)),
        figures=_figures(sensor) if sensor is not None else "",
        state=health.state if health is not None else "unknown",
        state_text=health.reason if health is not None else "",
    )


def _figures(sensor: Sensor) -> str:
    """Return how far a sensor errs, as its configuration has it: of the measurements that its kind makes."""
    errors, parts = sensor.errors, []
    if sensor.kind == "radar":
        parts += [f"{errors.range_sd_m:g} m", f"{errors.azimuth_sd_deg:g}°"]
    elif sensor.kind in {"acoustic", "radio_df", "camera"}:
        parts.append(f"{errors.azimuth_sd_deg:g}°")
    else:
        parts.append(f"{errors.position_sd_m:g} m")
    if sensor.period_s is not None:
        parts.append(f"/ {sensor.period_s:g} s")
    return " ".join(parts)


def _told(incident: Incident, history: History) -> list[Told]:
    """Return what was said, oldest first: the reports themselves, else what the findings keep of them."""
    reports = [_words(report) for report in history.told if isinstance(report, Sighting | Cue)]
    if reports:
        return sorted(reports, key=lambda one: one.time_s)
    heard = [finding for finding in incident.findings if isinstance(finding.detail, Heard)]
    return [_heard(finding, finding.detail) for finding in heard if isinstance(finding.detail, Heard)]


def _words(report: Sighting | Cue) -> Told:
    """Return what a person or a neighbour said."""
    kind: str = report.sense if isinstance(report, Sighting) else "cue"
    if isinstance(report, Sighting):
        lat_deg, lon_deg, radius_m = report.lat_deg, report.lon_deg, report.position_sd_m
    else:
        n = len(report.area)
        lat_deg = sum(lat for _, lat in report.area) / n
        lon_deg = sum(lon for lon, _ in report.area) / n
        radius_m = report.radius_m or 0.0
    return Told(
        time_s=report.time_s,
        kind=kind,
        sensor=report.sensor,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        radius_m=radius_m or None,
        text=report.text,
    )


def _heard(finding: Finding, heard: Heard) -> Told:
    return Told(
        time_s=finding.raised_s,
        kind="reported",
        sensor=heard.sensor,
        lat_deg=heard.lat_deg,
        lon_deg=heard.lon_deg,
        radius_m=heard.radius_m,
        text=heard.text,
    )


def _classes(kept: Sequence[Classification]) -> list[Classed]:
    """Return the first and the last classification of a track, and those between at which the answer changed."""
    changed = [one for k, one in enumerate(kept) if k == 0 or one.answer != kept[k - 1].answer]
    if kept[-1] is not changed[-1]:
        changed.append(kept[-1])
    shown = [*changed[:1], *changed[1:][-(CLASSES_SHOWN - 1) :]]
    return [
        Classed(
            track_id=one.track_id,
            time_s=one.time_s,
            answer=one.answer,
            answer_name=one.answer_name,
            classes=one.classes,
            reasons=one.reasons,
            caution=one.caution,
        )
        for one in shown
    ]


def _line(item: TimelineItem) -> Line:
    what = item.what
    if what == "level":
        what = f"level_{item.text.split(',')[0].strip().lower()}"
    return Line(time_s=item.time_s, what=what, officer=item.officer, text=item.text)


def _warned(warning: PublicWarning) -> Warned:
    text = warning.content.texts[0]
    return Warned(
        warning_id=warning.warning_id,
        kind=warning.kind,
        level=warning.content.level,
        headline=text.headline,
        area=text.area,
        approvals=tuple(Approved(time_s=one.time_s, officer=one.officer) for one in warning.approvals),
        sent_s=warning.sent_s,
        expires_s=warning.content.expires_s,
        withdrawn_s=warning.withdrawn_s,
        deliveries=tuple(
            Delivered(channel=one.channel, fate=one.fate, time_s=one.time_s, n_attempts=one.n_attempts, text=one.text)
            for one in warning.deliveries
        ),
    )


def _search(state: SearchState | None, incident: Incident) -> Search:
    if state is None:
        return Search()
    until = {one.track_id: one.flies_until_s for one in incident.lost}
    lost = [
        Lost(
            track_id=loss.track.track_id,
            last_report_s=loss.track.last_report_s,
            lat_deg=loss.track.lat_deg,
            lon_deg=loss.track.lon_deg,
            speed_mps=math.hypot(loss.track.east_mps, loss.track.north_mps),
            course_deg=math.degrees(math.atan2(loss.track.east_mps, loss.track.north_mps)) % 360.0,
            flies_until_s=until.get(loss.track.track_id),
        )
        for loss in state.losses
    ]
    finds = [
        FoundThing(
            time_s=find.time_s,
            what=find.what,
            is_it=find.is_it,
            lat_deg=find.lat_deg,
            lon_deg=find.lon_deg,
            sd_m=find.sd_m,
            by=find.by,
            text=find.text,
            photo_sha256=find.photo_sha256,
        )
        for find in state.finds
    ]
    return Search(
        lost=tuple(lost),
        ordered_s=state.ordered_s,
        n_sectors=len(state.sectors),
        n_searched=len(state.searched),
        n_clues=len(state.clues),
        ended_s=state.ended_s,
        finds=tuple(finds),
    )
