"""What people and neighbours report: a sighting, a neighbour's cue, something heard within a radius.

The first report opens a finding; others near it in place and time join it, as do those that lie where something that
flies could have come to since. Its probability says how often such words prove true, as the operator has it in the
settings; independent reporters add up. It is cleared after a quiet time, or when the cue's own time is over.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Annotated

from msgspec import Meta, Struct, structs

from sargas.airspace.geometry import metres_per_degree
from sargas.airspace.words import clock, length
from sargas.model.finding import Finding, Heard, Severity
from sargas.model.picture import Picture
from sargas.model.report import Bearing, Cue, Observation, Presence, Sighting
from sargas.model.sensor import Sensor
from sargas.model.zone import Zone

Probability = Annotated[float, Meta(ge=0.0, le=0.99)]
Seconds = Annotated[float, Meta(ge=0.0, le=86_400.0)]
REASONS_KEPT = 8
EVIDENCE_KEPT = 50
SAID_KEPT = 80
CUE_MAX_S = 86_400.0


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds; docs/reference/findings.md says why they are what they are."""

    join_radius_m: Annotated[float, Meta(ge=0.0, le=200_000.0)] = 10_000.0
    join_speed_mps: Annotated[float, Meta(ge=0.0, le=400.0)] = 60.0
    join_s: Seconds = 900.0
    quiet_s: Seconds = 1_200.0
    p_sighting: Probability = 0.5
    p_presence: Probability = 0.3
    p_cue: Probability = 0.7
    p_yellow: Probability = 0.5
    n_open_max: Annotated[int, Meta(ge=1, le=10_000)] = 200


def build(settings: Settings, zones: Sequence[Zone], watched: str, sensors: Sequence[Sensor] = ()) -> "Reported":
    """Return the rule; `sensors` give the place of a presence that names none. Zones do not matter to it."""
    del zones, watched
    return Reported(settings, sensors)


class _Word(Struct, frozen=True):
    """One report, placed."""

    what: str
    key: str
    probability: float
    time_s: float
    lat_deg: float
    lon_deg: float
    radius_m: float
    sensor: str
    text: str
    entry: int
    until_s: float | None


class _Talk:
    """The reports that speak of the same thing."""

    def __init__(self, finding: Finding, word: _Word) -> None:
        self.finding = finding
        self.last = word
        self.said: dict[str, float] = {word.key: word.probability}
        self.lines: dict[str, str] = {}
        self.n_reports = 1
        self.until_s = word.until_s


class Reported:
    """The rule; see the module."""

    name = "reported"

    def __init__(self, settings: Settings, sensors: Sequence[Sensor] = ()) -> None:
        self.settings = settings
        self._sites = {
            sensor.id: (sensor.lat_deg, sensor.lon_deg)
            for sensor in sensors
            if sensor.lat_deg is not None and sensor.lon_deg is not None
        }
        self._talks: list[_Talk] = []
        self._n_raised = 0
        self._read = (-math.inf, -1)

    def evaluate(self, picture: Picture) -> Iterable[Finding]:
        """Return what was reported since the last look, and what has been quiet for long."""
        findings: list[Finding] = []
        for report in self._unread(picture.observations):
            word = self._word(report)
            if word is not None:
                findings += self._take(word, picture.now_s)
        findings += [self._clear(talk, picture.now_s) for talk in self._quiet(picture.now_s)]
        return _once_each(findings)

    def _unread(self, observations: Sequence[Observation]) -> list[Observation]:
        """Return the observations that came in after those that were read; entries count up with arrival."""
        after = self._read
        new = [report for report in observations if (report.received_s, report.entry) > after]
        self._read = max([after, *((report.received_s, report.entry) for report in new)])
        return new

    def _word(self, report: Observation) -> _Word | None:
        match report:
            case Sighting():
                sense = {"seen": "saw", "heard": "heard", "both": "saw and heard"}[report.sense]
                who = report.reporter or "a person"
                reach_m = report.range_m if report.range_m is not None else 0.0
                place = (report.lat_deg, report.lon_deg, report.position_sd_m + max(reach_m, 2_000.0))
                return self._placed(report, f"{who} {sense} something", place, self.settings.p_sighting, report.text)
            case Presence():
                site = self._sites.get(report.sensor)
                if report.lat_deg is not None and report.lon_deg is not None:
                    site = (report.lat_deg, report.lon_deg)
                if site is None:
                    return None
                what = f"{report.sensor} noticed something ({report.medium})"
                place = (*site, report.radius_m)
                return self._placed(report, what, place, self.settings.p_presence, report.text)
            case Cue():
                what = f"{report.sensor} gave a warning"
                return self._placed(report, what, _middle(report), self.settings.p_cue, report.text)
            case Bearing():
                return None  # a direction without a distance is no place; the map shows it as a line

    def _placed(
        self, report: Observation, what: str, place: tuple[float, float, float], p: float, text: str
    ) -> _Word:
        who = report.reporter if isinstance(report, Sighting) else ""
        until_s = report.valid_until_s if isinstance(report, Cue) else None
        key = who or f"{report.sensor}/{report.entry}"  # who gives no name is another person each time
        return _Word(
            what=what,
            key=report.sensor if isinstance(report, Presence) else key,
            probability=p,
            time_s=report.time_s,
            lat_deg=place[0],
            lon_deg=place[1],
            radius_m=place[2],
            sensor=report.sensor,
            text=text,
            entry=report.entry,
            until_s=None if until_s is None else min(until_s, report.time_s + CUE_MAX_S),
        )

    def _take(self, word: _Word, now_s: float) -> list[Finding]:
        talk = next((talk for talk in reversed(self._talks) if self._is_same(talk, word)), None)
        if talk is not None:
            return [self._join(talk, word, now_s)]
        crowded = []
        if len(self._talks) >= self.settings.n_open_max:  # the oldest gives way; hostile input may not make it grow
            crowded = [self._clear(self._talks[0], now_s)]
        self._n_raised += 1
        finding = Finding(
            finding_id=f"{self.name}:{self._n_raised}",
            rule=self.name,
            state="raised",
            severity="info",
            time_s=now_s,
            raised_s=now_s,
            probability=0.0,
            title=f"{word.what[:1].upper()}{word.what[1:]}",
            reasons=(),
            detail=Heard(sensor=word.sensor, lat_deg=word.lat_deg, lon_deg=word.lon_deg, radius_m=word.radius_m),
        )
        talk = _Talk(finding, word)
        self._talks.append(talk)
        return [*crowded, self._written(talk, word)]

    def _is_same(self, talk: _Talk, word: _Word) -> bool:
        apart_s = abs(word.time_s - talk.last.time_s)
        if apart_s > self.settings.join_s:
            return False
        east_m, north_m = metres_per_degree((word.lat_deg + talk.last.lat_deg) / 2.0)
        apart_m = math.hypot(
            (word.lon_deg - talk.last.lon_deg) * east_m, (word.lat_deg - talk.last.lat_deg) * north_m
        )
        reach_m = self.settings.join_radius_m + self.settings.join_speed_mps * apart_s
        return apart_m <= reach_m + word.radius_m + talk.last.radius_m

    def _join(self, talk: _Talk, word: _Word, now_s: float) -> Finding:
        if len(talk.said) < SAID_KEPT:
            talk.said[word.key] = max(word.probability, talk.said.get(word.key, 0.0))
        if word.time_s >= talk.last.time_s:
            talk.last = word
        talk.n_reports += 1
        if word.until_s is not None:
            talk.until_s = max(word.until_s, talk.until_s or 0.0)
        talk.finding = structs.replace(talk.finding, state="updated", time_s=now_s)
        return self._written(talk, word)

    def _written(self, talk: _Talk, word: _Word) -> Finding:
        text = word.text.strip()[:300].rstrip(".")
        said = f": {text}" if text else ""
        line = f"{word.what} at {clock(word.time_s)} within {length(word.radius_m)}{said}"
        talk.lines.pop(word.key, None)  # who speaks again is told once, as last heard
        talk.lines[word.key] = line
        if len(talk.lines) > REASONS_KEPT:
            del talk.lines[next(iter(talk.lines))]
        lines = tuple(talk.lines.values())
        p = 1.0 - math.prod(1.0 - one for one in talk.said.values())
        severity: Severity = "yellow" if p >= self.settings.p_yellow or talk.finding.severity == "yellow" else "info"
        voices = f"{talk.n_reports} reports by {len(talk.said)} source{'s' if len(talk.said) > 1 else ''}"
        evidence = dict.fromkeys((*talk.finding.evidence, *([word.entry] if word.entry else [])))
        last = talk.last
        talk.finding = structs.replace(
            talk.finding,
            severity=severity,
            probability=min(p, 0.99),
            reasons=(*lines, voices) if talk.n_reports > 1 else lines,
            detail=Heard(
                sensor=last.sensor,
                lat_deg=last.lat_deg,
                lon_deg=last.lon_deg,
                radius_m=last.radius_m,
                text=last.text,
            ),
            lat_deg=last.lat_deg,
            lon_deg=last.lon_deg,
            evidence=tuple(evidence)[-EVIDENCE_KEPT:],
        )
        return talk.finding

    def _quiet(self, now_s: float) -> list[_Talk]:
        return [
            talk
            for talk in self._talks
            if now_s - talk.finding.time_s >= self.settings.quiet_s and now_s >= (talk.until_s or now_s)
        ]

    def _clear(self, talk: _Talk, now_s: float) -> Finding:
        self._talks = [other for other in self._talks if other is not talk]
        reasons = (*talk.finding.reasons, f"nothing more was reported since {clock(talk.finding.time_s)}")
        return structs.replace(talk.finding, state="cleared", time_s=now_s, reasons=reasons)


def _middle(cue: Cue) -> tuple[float, float, float]:
    """Return the middle of the cue's area and the radius that holds all of it: (lat, lon, radius)."""
    lon_deg = (min(point[0] for point in cue.area) + max(point[0] for point in cue.area)) / 2.0
    lat_deg = (min(point[1] for point in cue.area) + max(point[1] for point in cue.area)) / 2.0
    east_m, north_m = metres_per_degree(lat_deg)
    reach_m = max(math.hypot((lon - lon_deg) * east_m, (lat - lat_deg) * north_m) for lon, lat in cue.area)
    return lat_deg, lon_deg, reach_m + (cue.radius_m or 0.0) or 5_000.0


def _once_each(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with the reports of one look told together: as raised if the first of them was."""
    told: list[Finding] = []
    where: dict[str, int] = {}
    for finding in findings:
        k = where.get(finding.finding_id)
        if k is None or finding.state == "cleared":
            where[finding.finding_id] = len(told)
            told.append(finding)
        else:
            told[k] = structs.replace(finding, state=told[k].state)
    return told
