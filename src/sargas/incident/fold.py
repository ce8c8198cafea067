"""An incident is a fold over its events: pure, total, and bounded however long it lasts."""

from typing import Final

from msgspec import structs

from sargas.incident import words
from sargas.incident.file_fold import fold_file
from sargas.incident.near import distance_m
from sargas.incident.search_fold import fold_search, is_of_a_sensor
from sargas.incident.warning_fold import case_since_s, fold_clock, fold_warning
from sargas.model.finding import Finding, Heard
from sargas.model.incident import (
    Acknowledged,
    Alarmed,
    Closed,
    ClueJoined,
    Disposed,
    EvidenceAccessed,
    FindingJoined,
    Found,
    Happening,
    Incident,
    IncidentEvent,
    LevelChanged,
    Opened,
    Ranked,
    Reopened,
    SearchPlanned,
    TimelineItem,
    TrackJoined,
    TrackLost,
)
from sargas.model.search import Find
from sargas.model.warning import Level, LostTrack

RANK: Final[dict[str, int]] = {"white": 0, "info": 0, "yellow": 1, "red": 2}
FIRST_KEPT: Final = 200
LAST_KEPT: Final = 200
FINDINGS_KEPT: Final = 1_000
CLEARED_KEPT: Final = 100
TRACKS_KEPT: Final = 1_000
"""A raid of 500 that became one incident: what is inside must count for its level and its warning."""
OFFICERS_KEPT: Final = 1_000


def fold(incident: Incident | None, event: IncidentEvent) -> Incident:
    """Return the incident after the event; any event on any state gives a state."""
    state = _born(event) if incident is None else incident
    what = event.what
    match what:
        case Opened(finding=finding) | FindingJoined(finding=finding):
            state = _with_finding(state, finding)
        case TrackJoined(track_id=track_id, continues=continues):
            lost = tuple(key for key in state.lost_track_ids if key not in {track_id, continues})
            state = structs.replace(
                _with_track(state, track_id), lost_track_ids=lost, lost=_without(state.lost, track_id, continues)
            )
        case TrackLost(track_id=track_id, lat_deg=lat, lon_deg=lon):
            lost = (*(key for key in state.lost_track_ids if key != track_id), track_id)[-TRACKS_KEPT:]
            state = structs.replace(_with_track(state, track_id), lost_track_ids=lost, lat_deg=lat, lon_deg=lon)
            if what.lost is not None:
                state = structs.replace(state, lost=(*_without(state.lost, track_id, None), what.lost)[-TRACKS_KEPT:])
        case Found(find=find) if find.is_it:
            state = structs.replace(state, lost=_without_found(state.lost, find))
        case LevelChanged(level=level):
            state = _at_level(state, level)
        case _:
            state = _decided(state, event)
    state = structs.replace(
        state,
        search=fold_search(state.search, event),
        warning=fold_warning(state.warning, event),
        file=fold_file(state.file, event),
        clock=fold_clock(state.clock, event),
        changed_s=state.changed_s if isinstance(what, EvidenceAccessed) else max(state.changed_s, event.time_s),
    )
    return _on_record(state, event, words.sentence(what) or _news(incident, what))


def _born(event: IncidentEvent) -> Incident:
    """Return an incident of which nothing is known but that something happened."""
    opened = event.what if isinstance(event.what, Opened) else None
    return Incident(
        incident_id=event.incident_id,
        title=opened.title if opened else event.incident_id,
        status="open",
        level="white",
        highest_level="white",
        first_report_s=opened.first_report_s if opened else event.time_s,
        opened_s=event.time_s,
        changed_s=event.time_s,
    )


def _with_finding(state: Incident, finding: Finding) -> Incident:
    """Return the incident with the finding in the place of its earlier self, at the end if it is new.

    The incident is where its tracks are, or were last seen; while it has none, where people say. The first
    red finding gives it its title: what opened it was only likely.
    """
    has_red = any(known.severity == "red" for known in state.findings)
    is_known = any(known.finding_id == finding.finding_id for known in state.findings)
    findings = tuple(finding if known.finding_id == finding.finding_id else known for known in state.findings)
    state = structs.replace(
        state,
        findings=findings if is_known else _without_oldest((*findings, finding)),
        title=finding.title if finding.severity == "red" and not has_red else state.title,
        first_report_s=min(state.first_report_s, case_since_s(finding)),
    )
    is_seen = finding.track_id is not None and finding.track_id not in state.lost_track_ids
    is_where = is_seen or not state.track_ids
    if finding.lat_deg is not None and finding.lon_deg is not None and finding.state != "cleared" and is_where:
        state = structs.replace(state, lat_deg=finding.lat_deg, lon_deg=finding.lon_deg)
    return state if finding.track_id is None else _with_track(state, finding.track_id)


def _without_oldest(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return at most `FINDINGS_KEPT` findings, `CLEARED_KEPT` of them cleared; those that are cleared go first."""
    cleared = [index for index, finding in enumerate(findings) if finding.state == "cleared"]
    if len(findings) <= FINDINGS_KEPT and len(cleared) <= CLEARED_KEPT:
        return findings
    oldest = cleared[0] if cleared else 0
    return findings[:oldest] + findings[oldest + 1 :]


def _with_track(state: Incident, track_id: int) -> Incident:
    if track_id in state.track_ids:
        return state
    return structs.replace(state, track_ids=(*state.track_ids, track_id)[-TRACKS_KEPT:])


def _at_level(state: Incident, level: Level) -> Incident:
    """Return the incident at the level; what was acknowledged as less than red must be acknowledged anew."""
    is_higher = RANK[level] > RANK[state.highest_level]
    state = structs.replace(state, level=level, highest_level=level if is_higher else state.highest_level)
    return structs.replace(state, acknowledged_s=None, acknowledged_by="") if is_higher else state


def _without(lost: tuple[LostTrack, ...], track_id: int, continues: int | None) -> tuple[LostTrack, ...]:
    """Return the lost tracks without one that is seen again, or that another one goes on as."""
    return tuple(one for one in lost if one.track_id not in {track_id, continues})


def _without_found(lost: tuple[LostTrack, ...], find: Find) -> tuple[LostTrack, ...]:
    """Return the lost tracks without the one whose wreck was found: of several, the one last seen nearest to it."""
    if not lost:
        return ()
    found = min(lost, key=lambda one: distance_m(one.lat_deg, one.lon_deg, find.lat_deg, find.lon_deg))
    return _without(lost, found.track_id, None)


def _decided(state: Incident, event: IncidentEvent) -> Incident:
    """Return the incident after what people decided, and after what must be heard."""
    state = _last_decided(state, event)
    match event.what:
        case Alarmed(priority=priority, reason=reason, kind=kind):
            return structs.replace(
                state,
                priority=priority,
                kind=kind,
                alarmed_s=event.time_s,
                alarmed_for=reason,
                n_alarms=state.n_alarms + 1,
                acknowledged_s=None,
                acknowledged_by="",
            )
        case Ranked(priority=priority, kind=kind):
            return structs.replace(state, priority=priority, kind=kind)
        case Acknowledged(officer=officer):
            return structs.replace(state, acknowledged_s=event.time_s, acknowledged_by=officer)
        case Disposed(disposition=disposition):
            return structs.replace(state, disposition=disposition)
        case Closed():
            return structs.replace(state, status="closed", closed_s=event.time_s)
        case Reopened(officer=officer):
            state = structs.replace(state, status="open", closed_s=None)
            return state if officer else structs.replace(state, acknowledged_s=None, acknowledged_by="")
        case _:
            return state


def _last_decided(state: Incident, event: IncidentEvent) -> Incident:
    """Return the incident with what another officer must have seen before he decides on the same."""
    what = event.what
    if not isinstance(what, Disposed | Closed | Reopened | SearchPlanned) or not what.officer or not event.evidence:
        return state
    return structs.replace(
        state, decided_entry=event.evidence[0], decided_what=words.kind(what), decided_by=what.officer
    )


def _news(before: Incident | None, what: Happening) -> str:
    """Return what an update of a report says that its earlier self did not, or what a sensor's first clue is."""
    if isinstance(what, ClueJoined):
        return _first_clue(before, what)
    if before is None or not isinstance(what, FindingJoined):
        return ""
    known = next((known for known in before.findings if known.finding_id == what.finding.finding_id), None)
    if known is None or not says_more(what.finding, known):
        return ""
    old = set(known.reasons)
    new = [reason for reason in what.finding.reasons if reason not in old]
    return f"Reported: {'; '.join(new)}" if new else ""


def _first_clue(before: Incident | None, what: ClueJoined) -> str:
    """Return a line for a sensor's clue if it is the first of that sensor: it goes on for minutes."""
    known = before.search.clues if before is not None and before.search is not None else ()
    is_known = any(is_of_a_sensor(clue) and clue.by == what.clue.by for clue in known)
    return "" if is_known else words.clue(what.clue)


def says_more(finding: Finding, known: Finding) -> bool:
    """Return whether another person or sensor, or somebody in new words, speaks in an update of a report."""
    new, old = finding.detail, known.detail
    if not (isinstance(new, Heard) and isinstance(old, Heard)):
        return False
    return finding.probability > known.probability or new.text not in {"", old.text}


def _on_record(state: Incident, event: IncidentEvent, text: str) -> Incident:
    """Return the incident with the event in its timeline, as `text` if it says anything, and its evidence."""
    officer = words.officer(event.what)
    timeline, cited = state.timeline, state.cited
    if text:
        item = TimelineItem(time_s=event.time_s, what=words.kind(event.what), text=text, officer=officer)
        timeline = _bounded_story((*timeline, item))
    if officer:
        cited = tuple(sorted({*cited, *event.evidence}))
    evidence = state.evidence
    if not set(event.evidence) <= set(evidence):
        evidence = _bounded_evidence(tuple(sorted({*evidence, *event.evidence})), cited)
    return structs.replace(state, timeline=timeline, evidence=evidence, cited=cited)


def _bounded_story(items: tuple[TimelineItem, ...]) -> tuple[TimelineItem, ...]:
    """Return the first and the last items, and between them what people did."""
    if len(items) <= FIRST_KEPT + LAST_KEPT:
        return items
    between = tuple(item for item in items[FIRST_KEPT:-LAST_KEPT] if item.officer)
    return items[:FIRST_KEPT] + between[-OFFICERS_KEPT:] + items[-LAST_KEPT:]


def _bounded_evidence(entries: tuple[int, ...], cited: tuple[int, ...]) -> tuple[int, ...]:
    """Return the first and the last entries, and between them what people cited."""
    if len(entries) <= FIRST_KEPT + LAST_KEPT:
        return entries
    return tuple(sorted({*entries[:FIRST_KEPT], *entries[-LAST_KEPT:], *(set(entries) & set(cited))}))
