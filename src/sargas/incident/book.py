"""The book of incidents: which findings, tracks and reports are one story, and how serious it is now."""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Annotated, Final, get_args

from msgspec import Meta, Struct, structs

from sargas.incident import words
from sargas.incident.annunciate import Annunciator, Rules, Steps
from sargas.incident.decisions import happenings, on_incident
from sargas.incident.file_fold import is_on_file
from sargas.incident.fold import RANK, fold, says_more
from sargas.incident.levels import Patience, Sky, assess, sought
from sargas.incident.losses import followed, loss_of
from sargas.incident.match import Grouping, match_finding, widened
from sargas.incident.near import LastSeen, Reach, last_seen, off_course_m
from sargas.incident.still_flying import EYES, endurance_of, lost_track
from sargas.incident.warning_decisions import WarningRules
from sargas.incident.warning_fold import case_since_s
from sargas.model.aircraft import Aircraft
from sargas.model.alarm import Priority
from sargas.model.decision import Decision, FileDecision, LinkTrack
from sargas.model.entry import Dispatched
from sargas.model.errors import DecisionError
from sargas.model.finding import Crossing, Finding
from sargas.model.incident import (
    Drafted,
    EvidenceAccessed,
    FindingJoined,
    Happening,
    Incident,
    IncidentEvent,
    LevelChanged,
    Opened,
    Reopened,
    SearchOpened,
    TrackJoined,
    TrackLost,
    WarningDispatched,
)
from sargas.model.picture import Picture
from sargas.model.sensor import Sensor
from sargas.model.track import Track
from sargas.model.warning import FINAL, DecisionClock, Draft

NO_RULES: Final = WarningRules()
HARMLESS: Final = frozenset({"aircraft", "bird", "clutter", "own_exercise", "false_report"})
FRESH_S: Final = 120.0
"""A track that is younger than this when something is found of it was a case from its first report on."""
GONE: Final = frozenset({"lost", "ended"})
ON_FILE: Final = get_args(FileDecision)
SHELVED_KEPT: Final = 10_000
"""Closed incidents of which only the bones are kept, so that what is found later can still be put on their file."""

Seconds = Annotated[float, Meta(ge=0.0, le=604_800.0)]
Metres = Annotated[float, Meta(ge=0.0, le=500_000.0)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When findings are one incident, and when it is over.

    `hold_s`: cleared for so long before white. `endurance_s`: so long after take-off can an unknown lost track fly;
    `endurance_max_s`: no known kind is held to fly for longer. `step_down_s`: red is held so long after the last red
    finding. `group_*`: tracks that matter so near in place and time are one incident.
    `report_*`: a report or cue and a track are one if the track can have come from there. `reacquire_*`: a new track
    is the lost one if it could be there by now. `update_s`: no more often is a finding's update kept.

    Near doubles with every `group_alarms` alarms of the last `load_s`, up to `group_max_*`; balloons that follow each
    other within `balloon_*` are one incident. `quiet_s`: no more often is an incident heard, unless it rises to high
    priority; `raid_steps`: it is heard again when so many tracks are inside. `balloon_inside`: the priority of
    balloons in the airspace.
    """

    ignored_rules: tuple[str, ...] = ("near_border", "silent_sensor")
    hold_s: Seconds = 300.0
    step_down_s: Seconds = 30.0
    endurance_s: Seconds = 14_400.0
    endurance_max_s: Seconds = 21_600.0
    group_radius_m: Metres = 5_000.0
    group_s: Seconds = 300.0
    group_max_m: Metres = 40_000.0
    group_max_s: Seconds = 3_600.0
    group_alarms: Annotated[int, Meta(ge=1, le=100)] = 2
    load_s: Seconds = 1_800.0
    balloon_radius_m: Metres = 40_000.0
    balloon_s: Seconds = 7_200.0
    balloon_inside: Priority = "low"
    quiet_s: Seconds = 60.0
    raid_steps: Steps = (3, 10, 30, 100, 300)
    report_radius_m: Metres = 20_000.0
    report_s: Seconds = 1_800.0
    report_speed_mps: Annotated[float, Meta(ge=0.0, le=350.0)] = 50.0
    report_reach_max_m: Metres = 40_000.0
    reacquire_s: Seconds = 1_200.0
    reacquire_start_m: Metres = 2_000.0
    reacquire_turn: Annotated[float, Meta(ge=0.0, le=2.0)] = 0.6
    reacquire_speed_ratio: Annotated[float, Meta(ge=1.0, le=10.0)] = 1.8
    settle_s: Seconds = 12.0
    update_s: Seconds = 30.0
    n_open_max: Annotated[int, Meta(ge=1, le=10_000)] = 200
    n_closed_kept: Annotated[int, Meta(ge=0, le=100_000)] = 500


def build(
    settings: Settings,
    watched: str,
    sensors: Mapping[str, Sensor] | None = None,
    aircraft: Sequence[Aircraft] = (),
    rules: WarningRules = NO_RULES,
) -> "IncidentBook":
    """Return an empty book for the watched country.

    `sensors` give the place of a report that names none, `aircraft` how long each kind can fly, `rules` how the site
    approves warnings.
    """
    return IncidentBook(settings, watched, sensors or {}, aircraft, rules)


class IncidentBook:
    """Findings and decisions to incidents; each change is an event that `fold` applies."""

    def __init__(
        self,
        settings: Settings,
        watched: str,
        sensors: Mapping[str, Sensor],
        aircraft: Sequence[Aircraft],
        rules: WarningRules,
    ) -> None:
        self._sites = {
            key: (sensor.lat_deg, sensor.lon_deg)
            for key, sensor in sensors.items()
            if sensor.lat_deg is not None and sensor.lon_deg is not None
        }
        self._eyes = frozenset(key for key, sensor in sensors.items() if sensor.kind in EYES)
        self._settings = settings
        self._watched = watched
        self._grouping = Grouping(
            group_radius_m=settings.group_radius_m,
            group_s=settings.group_s,
            report_radius_m=settings.report_radius_m,
            report_s=settings.report_s,
            report_speed_mps=settings.report_speed_mps,
            report_reach_max_m=settings.report_reach_max_m,
            group_max_m=settings.group_max_m,
            group_max_s=settings.group_max_s,
            group_alarms=settings.group_alarms,
            balloon_radius_m=settings.balloon_radius_m,
            balloon_s=settings.balloon_s,
        )
        self._annunciator = Annunciator(
            Rules(quiet_s=settings.quiet_s, raid_steps=settings.raid_steps, balloon_inside=settings.balloon_inside),
            settings.load_s,
        )
        self._reach = Reach(
            within_s=settings.reacquire_s,
            start_m=settings.reacquire_start_m,
            turn=settings.reacquire_turn,
            speed_ratio=settings.reacquire_speed_ratio,
        )
        self._patience = Patience(step_down_s=settings.step_down_s, hold_s=settings.hold_s)
        self._endurance = endurance_of(aircraft, settings.endurance_s, settings.endurance_max_s)
        self._rules = rules
        self._incidents: dict[str, Incident] = {}
        self._shelved: dict[str, Incident] = {}
        self._watches: dict[str, Sky] = {}
        self._by_finding: dict[str, str] = {}
        self._by_track: dict[int, str] = {}
        self._count = ("", 0)
        self._changed: dict[str, None] = {}

    def take_over(self, before: "IncidentBook") -> None:
        """Go on with the incidents of a book that another configuration kept."""
        for name in ("_incidents", "_watches", "_by_finding", "_by_track", "_count"):
            setattr(self, name, copy(getattr(before, name)))
        self._shelved = dict(getattr(before, "_shelved", {}))  # a version that kept no files shelved none
        self._watches = {incident_id: sky.renewed() for incident_id, sky in self._watches.items()}
        self._incidents = {key: self._renewed(incident) for key, incident in self._incidents.items()}
        kept = getattr(before, "_annunciator", None)  # a version that had no alarms kept none
        if kept is not None:
            self._annunciator.take_over(kept)

    def _renewed(self, incident: Incident) -> Incident:
        """Return the incident with what a version that knew no warnings did not keep: what can fly, and its clock."""
        if incident.clock is not None:
            return incident
        clock = DecisionClock(first_report_s=incident.first_report_s, acknowledged_s=incident.acknowledged_s)
        watch = self._watches.get(incident.incident_id)
        losses = incident.search.losses if incident.search is not None else ()
        known = {loss.track.track_id: loss for loss in losses}
        lost = tuple(
            lost_track(seen, known[track_id], Picture(), self._endurance, self._eyes)
            for track_id, seen in (watch.lost if watch is not None else {}).items()
            if track_id in known
        )
        return structs.replace(incident, clock=clock, lost=lost)

    def on_findings(self, findings: Sequence[Finding], picture: Picture) -> Sequence[Incident]:
        """Return the incidents that these findings, and the tracks lost or found, changed."""
        self._changed = {}
        for finding in findings:
            self._take(finding, picture)
        for incident_id in list(self._watches):
            self._follow(incident_id, picture)
        self._find_the_lost(picture)
        for incident_id in list(self._watches):
            self._search(incident_id, picture)
            self._level(incident_id, picture.now_s)
            self._annunciate(incident_id, picture)
        self._forget()
        return [self._incidents[incident_id] for incident_id in self._changed]

    def on_decision(self, decision: Decision, time_s: float, entry: int, picture: Picture) -> Sequence[Incident]:
        """Return the incidents that the decision changed.

        Raises:
            DecisionError: it names no incident, or the incident's state does not allow it.
        """
        asked = on_incident(decision)
        is_on_shelf = isinstance(asked, ON_FILE) and asked.incident_id in self._shelved
        incident = (self._shelved if is_on_shelf else self._incidents).get(asked.incident_id)
        if incident is None:
            known = ", ".join(list(self._incidents)[-5:]) or "none"
            raise DecisionError(f"there is no incident '{asked.incident_id}'; the last ones are: {known}")
        self._changed = {}
        happened = happenings(asked, incident, picture, time_s=time_s, entry=entry, rules=self._rules)
        if is_on_shelf:
            self._incidents[incident.incident_id] = self._shelved.pop(incident.incident_id)
        for what in happened:
            evidence: tuple[int, ...] = () if isinstance(what, EvidenceAccessed) else (entry,)
            if isinstance(what, TrackJoined):
                self._by_track[what.track_id] = incident.incident_id
            if isinstance(asked, LinkTrack):
                evidence = (entry, *picture.tracks[asked.track_id].entries)
            self._happen(incident.incident_id, time_s, what, evidence)
        self._keep_or_drop_watch(incident.incident_id)
        if self._incidents[incident.incident_id].status == "open":
            self._level(incident.incident_id, time_s)
            self._annunciate(incident.incident_id, picture)
        return [self._incidents[incident.incident_id]]

    def on_draft(self, draft: Draft, now_s: float) -> Sequence[Incident]:
        """Return the incident if a draft of that level stands ready for the first time since it was last needed."""
        incident = self._incidents[draft.incident_id]
        if draft.content.level in incident.warning.drafted[-1:]:
            return []
        self._changed = {}
        self._happen(draft.incident_id, now_s, Drafted(level=draft.content.level))
        return [self._incidents[draft.incident_id]]

    def on_dispatched(self, body: Dispatched, time_s: float, entry: int) -> Sequence[Incident]:
        """Return the incident after what became of its warning on one channel; none if there is no such warning.

        What is final is evidence of the incident; the tries before it would displace what shows what flew.
        """
        incident = self._incidents.get(body.incident_id)
        sent = () if incident is None else [one for one in incident.warning.warnings if one.sent_s is not None]
        if body.warning_id not in {warning.warning_id for warning in sent}:
            return []
        self._changed = {}
        what = WarningDispatched(
            warning_id=body.warning_id,
            channel=body.channel,
            fate=body.fate,
            n_attempts=body.n_attempts,
            text=body.text,
            stands_in_for=body.stands_in_for,
        )
        self._happen(body.incident_id, time_s, what, (entry,) if body.fate in FINAL else ())
        return [self._incidents[body.incident_id]]

    def incident(self, incident_id: str) -> Incident:
        """Return one incident as it stands, what is not worth an event included."""
        return self._incidents[incident_id]

    def incidents(self) -> list[Incident]:
        """Return all incidents that are kept, in the order in which they were opened."""
        return list(self._incidents.values())

    def _happen(self, incident_id: str, time_s: float, what: Happening, evidence: tuple[int, ...] = ()) -> None:
        event = IncidentEvent(incident_id=incident_id, time_s=time_s, what=what, evidence=evidence)
        self._incidents[incident_id] = fold(self._incidents.get(incident_id), event)
        self._changed[incident_id] = None

    def _take(self, finding: Finding, picture: Picture) -> None:
        """Put the finding into the incident that it belongs to; open one if there is none."""
        known = self._by_finding.get(finding.finding_id)
        if known is not None:
            if self._is_news(known, finding):
                self._join(known, finding, picture.now_s)
            return
        if finding.state == "cleared" or finding.severity == "info" or finding.rule in self._settings.ignored_rules:
            return
        incident_id = self._by_track.get(finding.track_id) if finding.track_id is not None else None
        if incident_id is not None and incident_id in self._incidents:
            self._reopen_for(incident_id, finding, picture.now_s)
            self._join(incident_id, finding, picture.now_s)
            return
        near = self._near(finding, picture)
        if near is not None:
            self._join_new(near, finding, picture)
        else:
            self._open(finding, picture)

    def _is_news(self, incident_id: str, finding: Finding) -> bool:
        """Whether a known finding says something that the incident should keep."""
        last = next(
            (known for known in self._incidents[incident_id].findings if known.finding_id == finding.finding_id), None
        )
        if last is None:
            return finding.state != "updated"
        if finding.state != "updated" or finding.severity != last.severity:
            return True
        if says_more(finding, last):
            return True
        if _has_left(finding) != _has_left(last) or abs(finding.probability - last.probability) >= 0.1:
            return True
        return finding.time_s - last.time_s >= self._settings.update_s

    def _join(self, incident_id: str, finding: Finding, now_s: float) -> None:
        watch = self._watches.get(incident_id)
        if watch is not None and finding.track_id in watch.continued:
            # It is a prediction of the old track; where the target is, the track that it goes on as says.
            finding = structs.replace(finding, lat_deg=None, lon_deg=None)
        self._happen(incident_id, now_s, FindingJoined(finding=finding), finding.evidence)
        self._index(incident_id, finding)

    def _join_new(self, incident_id: str, finding: Finding, picture: Picture) -> None:
        """Join a finding whose track, if it has one, is new to the incident."""
        self._join(incident_id, finding, picture.now_s)
        track = picture.tracks.get(finding.track_id) if finding.track_id is not None else None
        if track is None:
            return
        lost = self._lost_that_fits(incident_id, track)
        if lost is not None:
            self._continue(incident_id, lost, track, picture.now_s)
        else:
            joined = TrackJoined(
                track_id=track.track_id, reason="near in place and time to what was found or reported"
            )
            self._happen(incident_id, picture.now_s, joined, track.entries)

    def _open(self, finding: Finding, picture: Picture) -> None:
        now_s = picture.now_s
        incident_id = self._next_id(now_s)
        opened = Opened(title=finding.title, first_report_s=_first_report_s(finding, picture), finding=finding)
        self._watches[incident_id] = Sky()
        self._happen(incident_id, now_s, opened, finding.evidence)
        self._index(incident_id, finding)

    def _index(self, incident_id: str, finding: Finding) -> None:
        if finding.state == "cleared":
            self._by_finding.pop(finding.finding_id, None)
        else:
            self._by_finding[finding.finding_id] = incident_id
        if finding.track_id is not None:
            self._by_track.setdefault(finding.track_id, incident_id)

    def _next_id(self, now_s: float) -> str:
        day, count = self._count
        today = words.day(now_s)
        self._count = (today, count + 1 if today == day else 1)
        return f"{self._watched}-{today}-{self._count[1]:02d}"

    def _near(self, finding: Finding, picture: Picture) -> str | None:
        """Return the open incident that the finding belongs to by place and time.

        With more incidents open than a person can hold, the nearest one takes it: nothing grows, nothing is dropped.
        """
        is_full = len(self._watches) >= self._settings.n_open_max
        candidates = [
            incident
            for incident_id in self._watches
            if (incident := self._incidents[incident_id]).disposition not in HARMLESS or is_full
        ]
        track = picture.tracks.get(finding.track_id) if finding.track_id is not None else None
        if track is not None:
            fits = [i.incident_id for i in candidates if self._lost_that_fits(i.incident_id, track) is not None]
            if fits:
                return fits[0]
        grouping = widened(self._grouping, self._annunciator.load(picture.now_s))
        return match_finding(finding, candidates, picture, grouping, is_forced=is_full)

    def _reopen_for(self, incident_id: str, finding: Finding, now_s: float) -> None:
        """Open a closed incident again; what was said to be harmless only if it is now more than it ever was."""
        incident = self._incidents[incident_id]
        is_more = RANK[finding.severity] > RANK[incident.highest_level]
        if incident.status == "open" or (incident.disposition in HARMLESS and not is_more):
            return
        self._happen(incident_id, now_s, Reopened(officer="", text=f"it came back: {finding.title}"))
        self._annunciator.came_back(incident_id)
        self._keep_or_drop_watch(incident_id)

    def _keep_or_drop_watch(self, incident_id: str) -> None:
        if self._incidents[incident_id].status == "closed":
            self._watches.pop(incident_id, None)
        else:
            self._watches.setdefault(incident_id, Sky())

    def _follow(self, incident_id: str, picture: Picture) -> None:
        """Note which tracks of the incident are lost and which are seen again."""
        watch = self._watches[incident_id]
        for track_id in self._incidents[incident_id].track_ids:
            if self._by_track.get(track_id) != incident_id:
                continue
            track = picture.tracks.get(track_id)
            if track_id in watch.continued:
                if track is None or track.status in GONE:
                    continue
                del watch.continued[track_id]
            if track is not None:
                watch.seen[track_id] = last_seen(track)
                watch.report(track)
            if track is None or track.status in GONE:
                self._lose(incident_id, track_id, picture, track)
            elif track_id in watch.lost or self._is_searched_for(incident_id, track_id):
                watch.lost.pop(track_id, None)
                joined = TrackJoined(track_id=track_id, reason="seen again")
                self._happen(incident_id, picture.now_s, joined, track.entries)

    def _is_searched_for(self, incident_id: str, track_id: int) -> bool:
        search = self._incidents[incident_id].search
        return search is not None and any(loss.track.track_id == track_id for loss in search.losses)

    def _lose(self, incident_id: str, track_id: int, picture: Picture, track: Track | None) -> None:
        """A track that is lost after the all-clear, or that had identified itself, is no reason for yellow.

        What is ours can be searched for, from how it was at its last report on.
        """
        watch = self._watches[incident_id]
        seen, reported, path = watch.seen.get(track_id), watch.reported.get(track_id), watch.paths.get(track_id, ())
        if track is None:
            self._by_track.pop(track_id, None)
            watch.forget(track_id)
        if seen is None or track_id in watch.lost or self._incidents[incident_id].level == "white":
            return
        watch.lost[track_id] = seen
        loss = loss_of(reported, path, picture) if seen.is_ours and reported is not None else None
        lost = TrackLost(
            track_id=track_id,
            last_report_s=seen.time_s,
            lat_deg=seen.lat_deg,
            lon_deg=seen.lon_deg,
            lost=lost_track(seen, loss, picture, self._endurance, self._eyes) if loss is not None else None,
        )
        self._happen(incident_id, picture.now_s, lost, track.entries if track is not None else ())
        if loss is not None:
            self._happen(incident_id, picture.now_s, SearchOpened(loss=loss), loss.track.entries)

    def _search(self, incident_id: str, picture: Picture) -> None:
        """Note what speaks of the incident's lost tracks, and which sensors no longer watch for them."""
        search = self._incidents[incident_id].search
        if search is None or not search.losses:
            return
        for what, evidence in followed(search, self._watches[incident_id], picture, self._sites):
            self._happen(incident_id, picture.now_s, what, evidence)

    def _find_the_lost(self, picture: Picture) -> None:
        """Give new tracks that could be a lost one to its incident, once their velocity is settled."""
        waiting = [incident_id for incident_id, watch in self._watches.items() if watch.lost]
        if not waiting:
            return
        for track in list(picture.tracks.values()):
            age_s = track.last_report_s - track.first_s
            if track.track_id in self._by_track or track.status != "confirmed" or track.is_cooperative:
                continue
            if track.is_on_ground or not self._settings.settle_s <= age_s <= 10.0 * self._settings.settle_s:
                continue
            for incident_id in waiting:
                lost = self._lost_that_fits(incident_id, track)
                if lost is not None:
                    self._continue(incident_id, lost, track, picture.now_s)
                    break

    def _lost_that_fits(self, incident_id: str, track: Track) -> LastSeen | None:
        """Return the lost track of the incident that this one continues best, if any."""
        watch = self._watches[incident_id]
        fits = [
            (off_m, lost.track_id)
            for lost in watch.lost.values()
            if (off_m := off_course_m(lost, track, self._reach)) is not None
        ]
        return watch.lost[min(fits)[1]] if fits else None

    def _continue(self, incident_id: str, lost: LastSeen, track: Track, now_s: float) -> None:
        self._watches[incident_id].lost.pop(lost.track_id, None)
        self._watches[incident_id].continued[lost.track_id] = track.track_id
        self._by_track[track.track_id] = incident_id
        self._annunciator.goes_on(incident_id, lost.track_id, track.track_id)
        unseen = words.duration(max(0.0, track.first_s - lost.time_s))
        reason = f"appeared {unseen} after track {lost.track_id} was lost, where that one could be by then"
        joined = TrackJoined(track_id=track.track_id, reason=reason, continues=lost.track_id)
        self._happen(incident_id, now_s, joined, track.entries)

    def _level(self, incident_id: str, now_s: float) -> None:
        watch, incident = self._watches[incident_id], self._incidents[incident_id]
        now_held, _ = sought(incident, watch, now_s)
        if RANK[now_held] < RANK[incident.level]:
            watch.calm_since_s = now_s if watch.calm_since_s is None else watch.calm_since_s
        else:
            watch.calm_since_s = None
        level, reason = assess(incident, watch, now_s, self._patience)
        if level != incident.level:
            self._happen(incident_id, now_s, LevelChanged(level=level, reason=reason))
            if level == "white":
                watch.lost.clear()
                watch.continued.clear()

    def _annunciate(self, incident_id: str, picture: Picture) -> None:
        """Let the incident be heard if there is something that was not."""
        told = self._annunciator.look(self._incidents[incident_id], self._watches[incident_id], picture)
        if told is not None:
            self._happen(incident_id, picture.now_s, told)

    def _forget(self) -> None:
        """Put the oldest closed incidents beyond those that are kept on the shelf, and drop what points at them.

        One with a file stays: its evidence is looked at, and its steps become overdue, long after it was closed.
        """
        most = self._settings.n_closed_kept
        if len(self._incidents) - len(self._watches) <= most:
            return
        over = [key for key, one in self._incidents.items() if one.status == "closed" and not is_on_file(one.file)]
        gone = set(over[: max(0, len(over) - most)])
        if not gone:
            return
        for key in over[: len(gone)]:
            self._shelved[key] = _bones(self._incidents[key])
        self._shelved = dict(list(self._shelved.items())[-SHELVED_KEPT:])
        self._incidents = {key: value for key, value in self._incidents.items() if key not in gone}
        self._changed = {key: None for key in self._changed if key not in gone}
        self._by_finding = {key: value for key, value in self._by_finding.items() if value not in gone}
        self._by_track = {key: value for key, value in self._by_track.items() if value not in gone}
        self._annunciator.keep_only(self._incidents)


def _bones(incident: Incident) -> Incident:
    """Return what is still known of an incident that was dropped: which one it was, when, where and how grave."""
    clock = None if incident.clock is None else DecisionClock(first_report_s=incident.clock.first_report_s)
    return Incident(
        incident_id=incident.incident_id,
        title=incident.title,
        status="closed",
        level=incident.level,
        highest_level=incident.highest_level,
        first_report_s=incident.first_report_s,
        opened_s=incident.opened_s,
        changed_s=incident.changed_s,
        closed_s=incident.closed_s,
        disposition=incident.disposition,
        lat_deg=incident.lat_deg,
        lon_deg=incident.lon_deg,
        file=incident.file,
        clock=clock,
        priority=incident.priority,
        kind=incident.kind,
        timeline=incident.timeline[:1],
        decided_entry=incident.decided_entry,
        decided_what=incident.decided_what,
        decided_by=incident.decided_by,
    )


def _first_report_s(finding: Finding, picture: Picture) -> float:
    """Return when the first report came that could have shown it: a new track's first one, not only its finding.

    What was watched for longer was no case before it was inside, as far as that is known, or was found to come near.
    """
    track = picture.tracks.get(finding.track_id) if finding.track_id is not None else None
    since_s = case_since_s(finding)
    if track is None:
        return since_s
    if since_s - track.first_s <= FRESH_S:
        return min(since_s, track.first_s)
    if isinstance(finding.detail, Crossing):
        return min(since_s, max(track.first_s, finding.detail.time_s))
    return since_s


def _has_left(finding: Finding) -> bool:
    return isinstance(finding.detail, Crossing) and finding.detail.left_s is not None
