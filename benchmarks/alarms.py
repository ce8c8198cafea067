"""How many alarms an officer hears, and whether any incursion is missed: a balloon night, raids, quiet days.

    python benchmarks/alarms.py [--quick | --full] [--only balloons ...] [--seeds 1] [--hours 3] [--tell] [--json]

Some eight minutes on one core; `--full` adds the drone hidden among balloons and the raid of 500, which takes as long
again; `--quick` about a minute. The week is some hours of it, seldom all: `--hours 24` is a day with its storm.

The real engine with its default rules, tracker and identification sees the seeded nights of `alarm_nights.py`; drafts
of warnings are left out, they take most of the time and change no alarm. A made officer acknowledges what is heard
after 60 s, says after five minutes that an incident of balloons is one, and closes what has been white for ten
minutes.

Beside the alarms that are heard stand those that there would be without the discipline: every finding of severity
yellow or red an alarm, when it is raised and when it becomes red; and every incident with the fixed grouping of 5 km
and 300 s an alarm when it opens, when it first becomes red and when it is opened again.

An incursion is missed if 60 s after something without a transponder really crossed the border no incident that was
heard holds a track within 2 km of it, although a confirmed track of it was there. `unseen` were not tracked at all by
then: that is the sensors' and the tracker's doing. `about` counts what really was where an incident was heard,
within 2 km of its newest track that is seen: `nothing` is clutter. `open at most` counts the incidents that were
heard and are not white, what a person has before him; those that made no sound are beside it as `+n`.
"""

import heapq
import itertools
import math
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alarm_nights import Night, balloon_night, quiet_week, raid
from made_traffic import parser, progress, tell
from sargas.airspace.geometry import Area
from sargas.airspace.subjects import home
from sargas.alarm.rates import FLOOD, SPAN_S, rates
from sargas.app.exercise import blueprint_of
from sargas.app.wire import all_zones, build_engine
from sargas.engine import Engine
from sargas.incident import book
from sargas.incident.fold import RANK
from sargas.incident.near import distance_m
from sargas.model.alarm import AlarmLogItem
from sargas.model.decision import Acknowledge, AcknowledgeAlarm, Close, Decision, Dispose
from sargas.model.entry import Decided, Entry
from sargas.model.finding import Finding
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.simulate.run import Simulation, TruthPoint

OFFICER = "made officer"
ACKNOWLEDGES_S, DISPOSES_S, CLOSES_S = 60.0, 300.0, 600.0
HELD_WITHIN_M = 2_000.0
HELD_WITHIN_S = 60.0
WATCHED_S = 600.0
"""For so long after a crossing it is looked for in the incidents."""
SHIFT_H = 8.0
NOT_COUNTED = frozenset({"bird_flock"})
FIXED = book.Settings(group_alarms=100, balloon_radius_m=5_000.0, balloon_s=300.0)
NIGHTS: dict[str, Callable[[int, float], Night]] = {
    "balloons": lambda seed, _: balloon_night(seed),
    "hidden": lambda seed, _: balloon_night(seed, 10, 2.5, datetime(2025, 10, 4, 19, 0, tzinfo=UTC)),
    "raid20": lambda seed, _: raid(seed, 20),
    "raid100": lambda seed, _: raid(seed, 100),
    "raid500": lambda seed, _: raid(seed, 500),
    "quiet": quiet_week,
}
USUAL = ("balloons", "raid20", "raid100", "quiet")
QUICK: dict[str, Callable[[int, float], Night]] = {
    "balloons": lambda seed, _: balloon_night(seed, 4, 0.5),
    "raid20": lambda seed, _: raid(seed, 10, 5.0),
    "quiet": lambda seed, _: quiet_week(seed, 0.6),
}


class Crossing:
    """A target that really crossed: when, where it was then on, and when it was tracked and held."""

    def __init__(self, target: str, points: Sequence[TruthPoint], at_s: float) -> None:
        self.target = target
        self.at_s = at_s
        self.tracked_s: float | None = None
        self.held_s: float | None = None
        self._points = [point for point in points if point.time_s >= at_s - 10.0]

    def where(self, now_s: float) -> tuple[float, float] | None:
        """Return latitude and longitude at that time; None when it is gone."""
        if not self._points or now_s > self._points[-1].time_s:
            return None
        index = int((now_s - self._points[0].time_s) // 5.0)
        before, after = self._points[max(index, 0)], self._points[min(index + 1, len(self._points) - 1)]
        share = min(max((now_s - before.time_s) / 5.0, 0.0), 1.0)
        lat = before.lat_deg + share * (after.lat_deg - before.lat_deg)
        return lat, before.lon_deg + share * (after.lon_deg - before.lon_deg)

    @property
    def is_missed(self) -> bool:
        is_held = self.held_s is not None and self.held_s <= self.at_s + HELD_WITHIN_S
        return not self.is_unseen and not is_held

    @property
    def is_unseen(self) -> bool:
        return self.tracked_s is None or self.tracked_s > self.at_s + HELD_WITHIN_S


def crossings(truth: Iterable[TruthPoint], area: Area) -> list[Crossing]:
    """Return the first crossing of each thing without a transponder that came from outside."""
    flown: dict[str, list[TruthPoint]] = defaultdict(list)
    for point in truth:
        if not point.has_transponder and point.kind not in NOT_COUNTED:
            flown[point.target].append(point)
    found: list[Crossing] = []
    for target, points in flown.items():
        inside = [area.contains(point.lon_deg, point.lat_deg) for point in points]
        for k in range(1, len(points)):
            if inside[k] and not inside[k - 1]:
                if not inside[0]:
                    found.append(Crossing(target, points, (points[k - 1].time_s + points[k].time_s) / 2.0))
                break
    return found


class Without:
    """The alarms that there would be without the discipline, as lines of a log."""

    def __init__(self, country: str) -> None:
        self.of_findings: list[AlarmLogItem] = []
        self.of_incidents: list[AlarmLogItem] = []
        self.book = book.build(FIXED, country)
        self.most_open = 0
        self._severity: dict[str, int] = {}
        self._seen: dict[str, Incident] = {}

    def look(self, findings: Sequence[Finding], picture: Picture) -> None:
        for finding in findings:
            rank = 0 if finding.state == "cleared" else RANK[finding.severity]
            before = self._severity.get(finding.finding_id, 0)
            if finding.rule not in FIXED.ignored_rules and rank > before:
                self.of_findings.append(_line(picture.now_s, finding.finding_id))
            self._severity[finding.finding_id] = max(rank, before)
        for incident in self.book.on_findings(findings, picture):
            self._take(incident, picture.now_s)

    def _take(self, incident: Incident, now_s: float) -> None:
        before = self._seen.get(incident.incident_id)
        is_new = before is None or (before.status == "closed" and incident.status == "open")
        if is_new or (before is not None and RANK[incident.highest_level] > RANK[before.highest_level]):
            self.of_incidents.append(_line(now_s, incident.incident_id))
        self._seen[incident.incident_id] = incident

    def close_what_is_over(self, picture: Picture) -> None:
        """Close as the officer closes."""
        for incident in self.book.incidents():
            if is_to_close(incident, picture.now_s):
                decision = Close(officer=OFFICER, incident_id=incident.incident_id, text="over")
                (closed,) = self.book.on_decision(decision, picture.now_s, 0, picture)
                self._seen[incident.incident_id] = closed
        self.most_open = max(self.most_open, len(still_open(self.book.incidents())))


class Beside:
    """The engine's book of incidents with another one beside it that sees the same findings."""

    def __init__(self, real: Any, without: Without) -> None:
        self._real, self._without = real, without

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def on_findings(self, findings: Sequence[Finding], picture: Picture) -> Any:
        self._without.look(findings, picture)
        return self._real.on_findings(findings, picture)


class Logging:
    """The engine's book of alarms, all of whose log is kept."""

    def __init__(self, real: Any, log: list[AlarmLogItem]) -> None:
        self._real, self._log = real, log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def tick(self, picture: Picture) -> Any:
        changed, log = self._real.tick(picture)
        self._log += log
        return changed, log


class Watch:
    """One night watched: the engine, the officer, what was heard and what was held."""

    def __init__(self, night: Night, area: Area) -> None:
        self.night = night
        self.log: list[AlarmLogItem] = []
        self.crossings: list[Crossing] = []
        self.most_open = (0, 0)
        self.about: Counter[str] = Counter()
        self.told: list[str] = []
        self.without = Without("LT")
        self.engine: Engine | None = None
        self._area = area
        self._truth: dict[int, list[TruthPoint]] = {}
        self._pending: list[Crossing] = []
        self._due: list[tuple[float, int, Decision]] = []
        self._order = itertools.count()
        self._n_read = 0
        self._minute = -1
        self._second = -1
        self._seq = 0

    def run(self) -> None:
        for simulation in self.night.pieces:
            engine = self.engine or self._begin(simulation)
            self._pending += sorted(crossings(simulation.truth, self._area), key=lambda one: one.at_s)
            self.crossings += self._pending
            self._truth = by_slot(simulation.truth)
            for at_s, body in simulation.entries:
                self._seq += 1
                engine.accept(Entry(self._seq, at_s, body))
                if int(at_s) > self._second:
                    self._second = int(at_s)
                    self._look(engine)

    def _begin(self, simulation: Simulation) -> Engine:
        engine = self.engine = build_engine(blueprint_of(simulation))
        engine._drafter = None  # noqa: SLF001 - it takes most of the time and changes no alarm
        engine.incidents = Beside(engine.incidents, self.without)
        engine.alarms = Logging(engine.alarms, self.log)  # type: ignore[assignment]
        return engine

    def _look(self, engine: Engine) -> None:
        picture = engine.picture
        for item in self.log[self._n_read :]:
            if item.is_heard:
                self._plan(item, picture.now_s)
                self._weigh(item, picture)
        self._n_read = len(self.log)
        while self._due and self._due[0][0] <= picture.now_s:
            self._decide(engine, heapq.heappop(self._due)[2])
        self._hold(picture)
        if int(picture.now_s // 60.0) > self._minute:
            self._minute = int(picture.now_s // 60.0)
            for incident in list(picture.incidents.values()):
                if is_to_close(incident, picture.now_s):
                    self._decide(engine, Close(officer=OFFICER, incident_id=incident.incident_id, text="over"))
            now_open = still_open(picture.incidents.values())
            n_heard = sum(incident.n_alarms > 0 for incident in now_open)
            self.most_open = max(self.most_open, (n_heard, len(now_open) - n_heard))
            self.without.close_what_is_over(picture)
            if self._minute % 30 == 0:
                self._tell()

    def _plan(self, item: AlarmLogItem, now_s: float) -> None:
        kind, _, subject = item.alarm_id.partition(":")
        if kind == "incident":
            self._later(now_s + ACKNOWLEDGES_S, Acknowledge(officer=OFFICER, incident_id=subject))
            balloon = Dispose(officer=OFFICER, incident_id=subject, disposition="balloon")
            self._later(now_s + DISPOSES_S, balloon)
        else:
            self._later(now_s + ACKNOWLEDGES_S, AcknowledgeAlarm(officer=OFFICER, alarm_id=item.alarm_id))

    def _weigh(self, item: AlarmLogItem, picture: Picture) -> None:
        """Note what really was there."""
        kind, _, subject = item.alarm_id.partition(":")
        at = f"{datetime.fromtimestamp(item.time_s, UTC):%d %H:%M:%S}"
        if kind == "incident":
            kind = self._really(picture.incidents[subject], picture)
        if item.time_s >= self.night.begin_s:
            self.about[kind] += 1
        self.told.append(f"{at} {item.priority:6} {subject:20} {item.text} [{kind}]")

    def _really(self, incident: Incident, picture: Picture) -> str:
        points = self._truth.get(int(picture.now_s // 5.0), [])
        for track_id in reversed(incident.track_ids):
            track = picture.tracks.get(track_id)
            if track is None or track.status == "lost":
                continue
            gaps = [(distance_m(track.lat_deg, track.lon_deg, one.lat_deg, one.lon_deg), one.kind) for one in points]
            near_m, kind = min(gaps, default=(math.inf, ""))
            return kind if near_m <= HELD_WITHIN_M else "nothing"
        return "nothing"

    def _later(self, at_s: float, decision: Decision) -> None:
        heapq.heappush(self._due, (at_s, next(self._order), decision))

    def _decide(self, engine: Engine, decision: Decision) -> None:
        if isinstance(decision, Dispose):
            known = engine.picture.incidents[decision.incident_id]
            if known.kind != "balloon" or known.disposition != "undecided" or known.status == "closed":
                return
        self._seq += 1
        engine.accept(Entry(self._seq, engine.picture.now_s, Decided(decision)))

    def _hold(self, picture: Picture) -> None:
        """Look which of what has crossed is tracked, and held by an incident that was heard."""
        due = [one for one in self._pending if one.at_s <= picture.now_s]
        if not due:
            return
        held = {
            track_id
            for incident in picture.incidents.values()
            if incident.n_alarms and incident.status == "open"
            for track_id in incident.track_ids
        }
        for one in due:
            where = one.where(picture.now_s)
            if where is not None:
                self._find(one, where, picture, held)
        self._pending = [
            one
            for one in self._pending
            if one.held_s is None and (one.at_s > picture.now_s - WATCHED_S) and not self._is_gone(one, picture.now_s)
        ]

    def _is_gone(self, one: Crossing, now_s: float) -> bool:
        return one.at_s <= now_s and one.where(now_s) is None

    def _find(self, one: Crossing, where: tuple[float, float], picture: Picture, held: set[int]) -> None:
        for track in picture.tracks.values():
            if track.status == "tentative" or abs(track.lat_deg - where[0]) > 0.03:
                continue
            if distance_m(track.lat_deg, track.lon_deg, *where) > HELD_WITHIN_M:
                continue
            if one.tracked_s is None and track.status in {"confirmed", "coasting"}:
                one.tracked_s = picture.now_s
            if track.track_id in held and one.held_s is None:
                one.held_s = picture.now_s

    def _tell(self) -> None:
        assert self.engine is not None
        done_h = (self.engine.picture.now_s - self.night.begin_s) / 3_600.0
        heard = sum(item.is_heard for item in self.log)
        n_tracks = len(self.engine.picture.tracks)
        most = "+".join(map(str, self.most_open))
        progress(f"{self.night.name}: {done_h:.1f} h, {n_tracks} tracks, {heard} alarms, {most} open at most")


def is_to_close(incident: Incident, now_s: float) -> bool:
    """Return whether the officer closes it: white for ten minutes."""
    return incident.status == "open" and incident.level == "white" and now_s - incident.changed_s >= CLOSES_S


def still_open(incidents: Iterable[Incident]) -> list[Incident]:
    """Return the incidents that a person faces: open and not white."""
    return [incident for incident in incidents if incident.status == "open" and incident.level != "white"]


def by_slot(truth: Iterable[TruthPoint]) -> dict[int, list[TruthPoint]]:
    """Return where everything really was, by spans of five seconds."""
    found: dict[int, list[TruthPoint]] = defaultdict(list)
    for point in truth:
        found[int(point.time_s // 5.0)].append(point)
    return found


def worst_hour(times_s: Sequence[float]) -> int:
    """Return the largest number within any hour."""
    first, most = 0, 0
    for last, time_s in enumerate(times_s):
        while time_s - times_s[first] >= 3_600.0:
            first += 1
        most = max(most, last - first + 1)
    return most


def measured(watch: Watch, took_s: float) -> list[dict[str, Any]]:
    """Return the rows of one night: what is heard, and the two ways without the discipline."""
    night, engine = watch.night, watch.engine
    assert engine is not None
    heard = [item for item in watch.log if item.is_heard and item.time_s >= night.begin_s]
    n_incidents = sum(incident.n_alarms > 0 for incident in engine.picture.incidents.values())
    n_by = {name: sum(item.priority == name for item in heard) for name in ("high", "medium", "low")}
    seen = [one for one in watch.crossings if not one.is_unseen]
    delays = [max(0.0, one.held_s - one.at_s) for one in seen if one.held_s is not None]
    rows = [
        _row(night, "heard", watch.log, n_incidents, "+".join(map(str, watch.most_open)))
        | {
            "high/med/low": "/".join(map(str, n_by.values())),
            "about": ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in watch.about.most_common()),
            "crossed": len(watch.crossings),
            "unseen": len(watch.crossings) - len(seen),
            "missed": sum(one.is_missed for one in watch.crossings),
            "delay p50 s": statistics.median(delays) if delays else None,
            "p90 s": sorted(delays)[math.ceil(0.9 * len(delays)) - 1] if delays else None,
            "took s": round(took_s),
        },
        _row(night, "incidents of 5 km", watch.without.of_incidents, len(watch.without.book.incidents()),
             str(watch.without.most_open)),
        _row(night, "every finding", watch.without.of_findings, None, None),
    ]  # fmt: skip
    for one in watch.crossings:
        if one.is_missed:
            progress(f"missed: {one.target} at {one.at_s:.0f}, held {one.held_s and one.held_s - one.at_s} s later")
    return rows


def _row(
    night: Night, how: str, log: Sequence[AlarmLogItem], n_incidents: int | None, most_open: str | None
) -> dict[str, Any]:
    found = rates(log, night.begin_s, night.end_s)
    hours = max((night.end_s - night.begin_s) / 3_600.0, SHIFT_H)
    times = [item.time_s for item in log if item.is_heard and item.time_s >= night.begin_s]
    return {
        "night": f"{night.name}, seed {night.seed}",
        "alarms": how,
        "n": found.n_heard,
        "an hour": round(found.n_heard / hours, 1),
        "worst hour": worst_hour(times),
        f"10 min > {FLOOD} %": round(
            100.0 * found.flooded_share * (night.end_s - night.begin_s) / 3_600.0 / hours, 1
        ),
        "most in 10 min": _most(times),
        "chattering": found.n_chattering,
        "stale": found.n_stale,
        "incidents": n_incidents,
        "open at most": most_open,
    }


def _most(times_s: Sequence[float]) -> int:
    """Return the largest number within any ten minutes."""
    return max((sum(start <= one < start + SPAN_S for one in times_s) for start in times_s), default=0)


def _line(now_s: float, name: str) -> AlarmLogItem:
    return AlarmLogItem(time_s=now_s, alarm_id=name, action="raised", priority="low", text="", is_heard=True)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--quick", action="store_true", help="under a minute: short nights, no large raids")
    options.add_argument("--full", action="store_true", help="the hidden drone and the raid of 500 too")
    options.add_argument("--only", nargs="+", choices=[*NIGHTS], help="these nights")
    options.add_argument("--seeds", type=int, default=1, help="so many seeds of each, from 1 on")
    options.add_argument("--tell", action="store_true", help="write every alarm that is heard to standard error")
    options.add_argument("--hours", type=float, default=3.0, help="so much of the quiet week")
    given = options.parse_args()
    nights = QUICK if given.quick else NIGHTS
    _, _, area = home(all_zones("LT", [], Path()), "LT")
    rows: list[dict[str, Any]] = []
    for name in given.only or (nights if given.quick or given.full else USUAL):
        for seed in range(1, given.seeds + 1):
            begun = time.process_time()
            watch = Watch(nights[name](seed, given.hours), area)
            watch.run()
            rows += measured(watch, time.process_time() - begun)
            for line in watch.told if given.tell else ():
                progress(line)
    tell("Alarms", rows, as_json=given.json)


if __name__ == "__main__":
    sys.exit(main())
