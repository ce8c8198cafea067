"""A version of a dossier: all facts, without what its rules leave out; how much that was is counted.

What is shown is chosen and the rest is dropped, never the other way about: a part that is added to the dossier is in
no version but the full one until a rule here lets it in.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, structs

from sargas.dossier.rules import Rules
from sargas.dossier.scrub import scrubbed
from sargas.dossier.wording import Words
from sargas.model.dossier import (
    Classed,
    Crossed,
    Dossier,
    Exhibit,
    Flown,
    FoundThing,
    LeftOut,
    LeftOutWhat,
    Line,
    Lost,
    Search,
    SensorSaw,
    Told,
    TrackPoint,
    Unwell,
    Warned,
)
from sargas.model.evidence import CaseStep, WreckFinding
from sargas.model.report import NO_IDENTITY
from sargas.model.warning import DecisionClock

METRES_PER_DEGREE: Final = 111_700.0
"""Of latitude, the longest there is (WGS-84, at the pole)."""
UNTOLD: Final[frozenset[LeftOutWhat]] = frozenset({"sensors", "sites", "points"})
"""How many sensors there are, and how far they see, is what a version hides that names only kinds."""
SURNAME_LEAST: Final = 4
TOWN_STEP_M: Final = 1_000.0
RECORDED: Final = frozenset({
    "opened", "finding", "track_joined", "track_lost", "level_white", "level_yellow", "level_red", "alarmed",
    "search_opened", "watching_ended", "drafted",
})  # fmt: skip
"""Lines whose words the watch itself wrote; in all others there may be words of a person."""
FOR_EVERYBODY: Final = frozenset({
    "opened", "track_lost", "level_white", "level_yellow", "level_red", "alarmed", "acknowledged", "disposed",
    "closed", "reopened", "search_ordered", "found", "search_ended", "drafted", "warning_approved", "warning_sent",
    "warning_withdrawn",
})  # fmt: skip
"""Lines that stand without their words in a version that has none."""
HIDDEN: Final = "—"


class Redacted(Struct, frozen=True, kw_only=True):
    """The version, and what the sensors are called in it: for what is said of them."""

    dossier: Dossier
    labels: dict[str, str]


def led(facts: Dossier, rules: Rules) -> Dossier:
    """Return the facts without what sensors saw longer before a crossing than the rules let everybody know.

    Nothing may tell how far they see: neither the points of a track nor the times of sensors, classes and steps.
    """
    if rules.lead_s is None:
        return facts
    crossed: dict[int | None, float] = {}
    for one in facts.crossings:
        crossed[one.track_id] = min(one.time_s, crossed.get(one.track_id, one.time_s)) - rules.lead_s
    first_s = min(crossed.values(), default=facts.first_report_s)
    return structs.replace(
        facts,
        tracks=tuple(_from(one, crossed.get(one.track_id)) for one in facts.tracks),
        sensors=tuple(one if one.kind == "observer" else _heard_from(one, first_s) for one in facts.sensors),
        classes=tuple(one for one in facts.classes if one.time_s >= first_s),
        clock=structs.replace(facts.clock, first_track_s=None) if facts.clock is not None else None,
    )


def _from(track: Flown, first_s: float | None) -> Flown:
    """Return the track from a moment on; without its points if it is None: it crossed nothing."""
    points = tuple(point for point in track.points if first_s is not None and point.time_s >= first_s)
    return structs.replace(track, points=points, first_s=points[0].time_s if points else track.last_report_s)


def _heard_from(one: SensorSaw, first_s: float) -> SensorSaw:
    """Return what a sensor saw from a moment on; of one that saw nothing more only that it did."""
    spans = tuple((max(begin, first_s), end) for begin, end in one.spans if end >= first_s)
    if not spans:
        return structs.replace(one, first_s=None, last_s=None, spans=())
    return structs.replace(one, first_s=spans[0][0], last_s=spans[-1][1], spans=spans)


def redacted(facts: Dossier, rules: Rules, words: Words) -> Redacted:
    """Return what the rules let through; sensors and officers that have no name get one in these words."""
    n_points = sum(len(one.points) for one in facts.tracks)
    facts = led(facts, rules)
    cut = _Cut(facts, rules, words)
    cut.count("points", n_points - sum(len(one.points) for one in facts.tracks))
    shown = structs.replace(
        facts,
        title=facts.title if rules.texts != "none" else facts.incident_id,
        first_report_s=cut.time(facts.first_report_s),
        closed_s=cut.time_or_none(facts.closed_s),
        first_s=cut.time(facts.first_s),
        last_s=cut.time(facts.last_s),
        place_step_deg=rules.position_step_deg,
        nearest_town_m=cut.town_m(facts.nearest_town_m),
        crossings=tuple(cut.crossing(one) for one in facts.crossings),
        tracks=tuple(cut.track(one) for one in facts.tracks),
        sensors=cut.sensors(),
        unwell=cut.unwell(),
        told=tuple(cut.told(one) for one in facts.told) if rules.texts != "none" else (),
        classes=tuple(cut.classed(one) for one in facts.classes),
        timeline=cut.timeline(),
        clock=cut.clock(facts.clock),
        warnings=tuple(cut.warned(one) for one in facts.warnings),
        search=cut.search(facts.search),
        evidence=cut.evidence(),
        steps=cut.steps(),
        held_since_s=facts.held_since_s if rules.steps else None,
        held_why=facts.held_why if rules.steps and rules.texts == "all" else "",
    )
    if rules.texts == "none":
        cut.count("texts", len(facts.told))
    names = {**_surnames(cut.officers), **cut.officers, **cut.sensor_names, **cut.hidden_titles}
    if any(name != label for name, label in names.items()):
        shown = scrubbed(shown, names)
    untold = UNTOLD if rules.sensors == "kinds" else frozenset[LeftOutWhat]()
    left = tuple(LeftOut(what=what, n=None if what in untold else n) for what, n in sorted(cut.left.items()) if n)
    return Redacted(dossier=structs.replace(shown, left_out=left), labels=cut.labels)


class _Cut:
    """One cutting of one dossier; keeps the count of what fell off."""

    def __init__(self, facts: Dossier, rules: Rules, words: Words) -> None:
        self._facts = facts
        self._words = words
        self._rules = rules
        self.left: Counter[LeftOutWhat] = Counter()
        self.officers = self._officers()
        self.labels = self._labels()
        self.sensor_names = self._sensor_names()
        self.hidden_titles = {one.title: HIDDEN for one in facts.evidence if one.handling not in rules.handling}
        if rules.entries == "none":
            self.left["entries"] += len({one.frames for one in facts.evidence if one.frames is not None})

    def count(self, what: LeftOutWhat, n: int) -> None:
        self.left[what] += n

    # ---------------------------------------------------------------- who, and which sensor

    def _officers(self) -> dict[str, str]:
        """Return what each person that the record names is called."""
        facts = self._facts
        names = [line.officer for line in facts.timeline]
        names += [approval.officer for warning in facts.warnings for approval in warning.approvals]
        names += [find.by for find in facts.search.finds]
        for item in facts.evidence:
            names += [item.added_by, *(step.officer for step in item.custody)]
        for step in facts.steps:
            names += [step.opened_by, step.ended_by, step.changed_by]
        known = [name for name in dict.fromkeys(names) if name.strip()]
        match self._rules.officers:
            case "named":
                return {name: name for name in known}
            case "roles":
                return {name: f"{self._words.label['officer']} {number}" for number, name in enumerate(known, 1)}
            case "none":
                self.left["officers"] += len(known)
                return dict.fromkeys(known, HIDDEN)

    def officer(self, name: str) -> str:
        if not name.strip() or self._rules.officers == "none":
            return ""
        return self.officers.get(name, HIDDEN)

    def _labels(self) -> dict[str, str]:
        """Return what each sensor is called: its name, its kind with a number, or its kind."""
        saw = {one.sensor: one.kind for one in self._facts.sensors}
        names = [*saw, *(one.sensor for one in self._facts.unwell), *(one.sensor for one in self._facts.told)]
        labels: dict[str, str] = {}
        numbers: Counter[str] = Counter()
        for name in dict.fromkeys(names):
            kind = self._words.kind[saw.get(name, "other")]
            numbers[kind] += 1
            match self._rules.sensors:
                case "named":
                    labels[name] = name
                case "numbered":
                    labels[name] = f"{kind} {numbers[kind]}"
                case "kinds":
                    labels[name] = kind
        return labels

    def _sensor_names(self) -> dict[str, str]:
        """Return what stands for each name of a sensor in words."""
        if self._rules.sensors == "named":
            return {}
        names = dict(self.labels)
        for one in self._facts.sensors:
            if one.name:
                names[one.name] = self.labels[one.sensor]
        self.left["sensors"] += len(self.labels)
        return names

    def sensors(self) -> tuple[SensorSaw, ...]:
        facts, rules = self._facts, self._rules
        if not rules.sensor_sites:
            self.left["sites"] += sum(1 for one in facts.sensors if one.lat_deg is not None)
        shown = [
            SensorSaw(
                sensor=self.labels[one.sensor],
                kind=one.kind,
                name=one.name if rules.sensors == "named" else "",
                country=one.country if rules.sensors != "kinds" else "",
                lat_deg=one.lat_deg if rules.sensor_sites else None,
                lon_deg=one.lon_deg if rules.sensor_sites else None,
                track_ids=one.track_ids,
                first_s=self.time_or_none(one.first_s),
                last_s=self.time_or_none(one.last_s),
                n_reports=one.n_reports if rules.sensor_figures else None,
                spans=tuple((self.time(begin), self.time(end)) for begin, end in one.spans),
                figures=one.figures if rules.sensor_figures else "",
                state=one.state if rules.sensor_figures else "unknown",
                state_text=one.state_text if rules.sensor_figures else "",
            )
            for one in facts.sensors
        ]
        return tuple(shown) if rules.sensors != "kinds" else tuple(_by_kind(shown))

    def unwell(self) -> tuple[Unwell, ...]:
        """Return the sensors that were unwell, where the rules show how sensors are."""
        if not self._rules.sensor_figures:
            return ()
        return tuple(structs.replace(one, sensor=self.labels.get(one.sensor, HIDDEN)) for one in self._facts.unwell)

    # ---------------------------------------------------------------- when and where

    def time(self, time_s: float) -> float:
        return _rounded(time_s, self._rules.time_step_s)

    def time_or_none(self, time_s: float | None) -> float | None:
        return None if time_s is None else self.time(time_s)

    def town_m(self, distance_m: float | None) -> float | None:
        is_exact = distance_m is None or not self._rules.position_step_deg
        return distance_m if is_exact or distance_m is None else _rounded(distance_m, TOWN_STEP_M)

    def place(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        step = self._rules.position_step_deg
        return (_on(lat_deg, step), _on(lon_deg, step)) if step else (lat_deg, lon_deg)

    def spread(self, sd_m: float) -> float:
        """Return an uncertainty with that of the rounding in it, rounded up."""
        rounding_m = self._rules.position_step_deg * METRES_PER_DEGREE / math.sqrt(12.0)
        whole_m = math.hypot(sd_m, rounding_m)
        step_m = self._rules.spread_step_m
        return math.ceil(whole_m / step_m) * step_m if step_m else whole_m

    def crossing(self, one: Crossed) -> Crossed:
        lat_deg, lon_deg = self.place(one.lat_deg, one.lon_deg)
        step_s, step_m = self._rules.time_step_s, self._rules.spread_step_m
        return structs.replace(
            one,
            time_s=self.time(one.time_s),
            time_sd_s=max(one.time_sd_s, step_s / 2.0),
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            sd_m=self.spread(one.sd_m),
            depth_m=_rounded(one.depth_m, step_m),
            inside_s=_rounded(one.inside_s, step_s),
            left_s=self.time_or_none(one.left_s),
            reasons=one.reasons if self._rules.texts != "none" else (),
        )

    def track(self, one: Flown) -> Flown:
        points = self._thinned(one.points)
        self.left["points"] += len(one.points) - len(points)
        is_for_all = self._rules.texts == "none"
        return structs.replace(
            one,
            first_s=self.time(one.first_s),
            last_report_s=self.time(one.last_report_s),
            n_reports=one.n_reports if self._rules.sensor_figures else 0,
            n_points=one.n_points if self._rules.sensor_figures else len(points),
            points=tuple(self._point(point) for point in points),
            identity=NO_IDENTITY if is_for_all else one.identity,
        )

    def _thinned(self, points: Sequence[TrackPoint]) -> list[TrackPoint]:
        every_s = self._rules.point_every_s
        kept: list[TrackPoint] = []
        for point in points:
            if not kept or point.time_s >= kept[-1].time_s + every_s:
                kept.append(point)
        return kept

    def _point(self, point: TrackPoint) -> TrackPoint:
        lat_deg, lon_deg = self.place(point.lat_deg, point.lon_deg)
        is_exact = not (self._rules.position_step_deg or self._rules.spread_step_m)
        has_heights = self._rules.heights
        return structs.replace(
            point,
            time_s=self.time(point.time_s),
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            major_m=point.major_m if is_exact else self.spread(point.major_m),
            minor_m=point.minor_m if is_exact else self.spread(point.minor_m),
            axis_deg=point.axis_deg if is_exact else 0.0,
            speed_mps=round(point.speed_mps, 1) if is_exact else float(round(point.speed_mps)),
            course_deg=round(point.course_deg, 1) if is_exact else float(round(point.course_deg / 5.0) * 5 % 360),
            alt_wgs84_m=point.alt_wgs84_m if has_heights else None,
            alt_baro_m=point.alt_baro_m if has_heights else None,
        )

    # ---------------------------------------------------------------- words, and what people did

    def told(self, one: Told) -> Told:
        lat_deg, lon_deg, radius_m = one.lat_deg, one.lon_deg, one.radius_m
        if lat_deg is not None and lon_deg is not None:
            lat_deg, lon_deg = self.place(lat_deg, lon_deg)
            radius_m = self.spread(radius_m) if radius_m is not None else None
        return structs.replace(
            one,
            time_s=self.time(one.time_s),
            sensor=self.labels.get(one.sensor, HIDDEN),
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            radius_m=radius_m,
        )

    def classed(self, one: Classed) -> Classed:
        is_worded = self._rules.texts != "none"
        return structs.replace(
            one,
            time_s=self.time(one.time_s),
            reasons=one.reasons if is_worded else (),
            caution=one.caution if is_worded else "",
        )

    def timeline(self) -> tuple[Line, ...]:
        kept = []
        for line in self._facts.timeline:
            if self._rules.texts == "none" and line.what not in FOR_EVERYBODY:
                self.left["texts"] += 1
                continue
            is_worded = self._rules.texts == "all" or (self._rules.texts == "recorded" and line.what in RECORDED)
            # What was put on the file is told by the evidence itself, where it may be.
            is_worded = is_worded and not (self.hidden_titles and line.what.startswith("evidence_"))
            self.left["texts"] += int(bool(line.text) and not is_worded)
            kept.append(
                Line(
                    time_s=self.time(line.time_s),
                    what=line.what,
                    officer=self.officer(line.officer),
                    text=line.text if is_worded else "",
                )
            )
        return tuple(kept)

    def clock(self, clock: DecisionClock | None) -> DecisionClock | None:
        if clock is None or not self._rules.time_step_s:
            return clock
        times = {name: self.time_or_none(value) for name, value in structs.asdict(clock).items()}
        return structs.replace(clock, **times)

    def warned(self, one: Warned) -> Warned:
        """Return what went to the public as it went; who approved it, and by which channels, as the rules say."""
        approvals = tuple(
            structs.replace(by, officer=self.officer(by.officer), time_s=self.time(by.time_s)) for by in one.approvals
        )
        deliveries = one.deliveries if self._rules.channels else ()
        if self._rules.texts != "all":
            deliveries = tuple(structs.replace(to, text="") for to in deliveries)
        return structs.replace(one, approvals=approvals, deliveries=deliveries, sent_s=self.time_or_none(one.sent_s))

    def search(self, search: Search) -> Search:
        is_exact = self._rules.searches
        if not is_exact:
            self.left["searches"] += search.n_searched or 0
        return structs.replace(
            search,
            lost=tuple(self._lost(one) for one in search.lost),
            ordered_s=self.time_or_none(search.ordered_s),
            ended_s=self.time_or_none(search.ended_s),
            n_sectors=search.n_sectors if is_exact else None,
            n_searched=search.n_searched if is_exact else None,
            n_clues=search.n_clues if is_exact else None,
            finds=tuple(self._find(one) for one in search.finds),
        )

    def _lost(self, one: Lost) -> Lost:
        lat_deg, lon_deg = self.place(one.lat_deg, one.lon_deg)
        return structs.replace(
            one,
            last_report_s=self.time(one.last_report_s),
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            speed_mps=float(round(one.speed_mps)),
            course_deg=float(round(one.course_deg)),
            flies_until_s=one.flies_until_s if self._rules.searches else None,
        )

    def _find(self, one: FoundThing) -> FoundThing:
        lat_deg, lon_deg = one.lat_deg, one.lon_deg
        if lat_deg is not None and lon_deg is not None:
            lat_deg, lon_deg = self.place(lat_deg, lon_deg)
        text = one.text if self._rules.texts == "all" else ""
        self.left["texts"] += int(text != one.text)
        return structs.replace(
            one,
            time_s=self.time(one.time_s),
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            sd_m=self.spread(one.sd_m) if one.sd_m is not None else None,
            by=self.officer(one.by),
            text=text,
            photo_sha256=one.photo_sha256 if self._rules.searches else "",
        )

    # ---------------------------------------------------------------- the file

    def evidence(self) -> tuple[Exhibit, ...]:
        shown = [one for one in self._facts.evidence if one.handling in self._rules.handling]
        self.left["evidence"] += len(self._facts.evidence) - len(shown)
        kept = {one.evidence_id for one in shown}
        return tuple(self._exhibit(one, kept) for one in shown)

    def _exhibit(self, one: Exhibit, kept: set[str]) -> Exhibit:
        is_worded = self._rules.texts == "all"
        custody = tuple(
            structs.replace(step, officer=self.officer(step.officer), text=step.text if is_worded else "")
            for step in one.custody
        )
        has_names = self._rules.officers != "none"
        return structs.replace(
            one,
            added_by=self.officer(one.added_by),
            custody=custody if has_names else (),
            wreck=self._wreck(one.wreck) if one.wreck is not None else None,
            frames=one.frames if self._rules.entries != "none" else None,
            replaces=one.replaces if one.replaces in kept else "",
            removed_why=one.removed_why if is_worded else "",
            is_attached=bool(one.path),
        )

    def _wreck(self, wreck: WreckFinding) -> WreckFinding:
        lat_deg, lon_deg = wreck.lat_deg, wreck.lon_deg
        if lat_deg is not None and lon_deg is not None:
            lat_deg, lon_deg = self.place(lat_deg, lon_deg)
        has_names = self._rules.officers != "none"
        return structs.replace(
            wreck,
            found_by=wreck.found_by if has_names else "",
            found_s=self.time_or_none(wreck.found_s),
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            sd_m=self.spread(wreck.sd_m),
            taken_over_by=wreck.taken_over_by if has_names else "",
        )

    def steps(self) -> tuple[CaseStep, ...]:
        if not self._rules.steps:
            self.left["steps"] += len(self._facts.steps)
            return ()
        kept = {one.evidence_id for one in self._facts.evidence if one.handling in self._rules.handling}
        return tuple(
            structs.replace(
                step,
                opened_by=self.officer(step.opened_by),
                ended_by=self.officer(step.ended_by),
                changed_by=self.officer(step.changed_by),
                owner=self.officers.get(step.owner, step.owner),
                text=step.text if self._rules.texts == "all" else "",
                documents=tuple(one for one in step.documents if one in kept),
            )
            for step in self._facts.steps
        )


def _surnames(officers: Mapping[str, str]) -> dict[str, str]:
    """Return the last words of names, as comments call people: Petrauskas for Major J. Petrauskas."""
    found = {}
    for name, label in officers.items():
        *before, last = name.split()
        if before and len(last) >= SURNAME_LEAST and last[0].isupper() and name != label:
            found[last] = label
    return found


def _by_kind(sensors: Sequence[SensorSaw]) -> list[SensorSaw]:
    """Return one line for each kind: that it saw something, from when to when; not how many there are."""
    found = []
    for kind in dict.fromkeys(one.kind for one in sensors):
        of_kind = [one for one in sensors if one.kind == kind]
        times = [time_s for one in of_kind for span in one.spans for time_s in span]
        found.append(
            SensorSaw(
                sensor=of_kind[0].sensor,
                kind=kind,
                first_s=min(times, default=None),
                last_s=max(times, default=None),
                spans=((min(times), max(times)),) if times else (),
            )
        )
    return found


def _rounded(value: float, step: float) -> float:
    return round(value / step) * step if step else value


def _on(angle_deg: float, step_deg: float) -> float:
    return round(round(angle_deg / step_deg) * step_deg, 6)
