"""Whether an open incident must be heard now: once for what is new, then not until there is more to say.

What an alarm was about is kept track by track: each present track has a priority, and the alarm covers it up to the
priority that it had when the alarm was heard, or that another covered track has. Only what rises above that is news.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Final, NamedTuple, TypeAlias

from msgspec import Meta, Struct, structs

from sargas.incident import words
from sargas.incident.fold import RANK
from sargas.incident.levels import Sky
from sargas.model.alarm import Priority
from sargas.model.classification import BIRD, CLUTTER, UNKNOWN, Classification
from sargas.model.finding import Finding
from sargas.model.incident import Alarmed, Incident, Ranked
from sargas.model.picture import Picture
from sargas.model.warning import Level

LOW, MEDIUM, HIGH = 1, 2, 3
PRIORITIES: Final[Mapping[int, Priority]] = {LOW: "low", MEDIUM: "medium", HIGH: "high"}
RANKS: Final[Mapping[str, int]] = {name: rank for rank, name in PRIORITIES.items()}
HARMLESS, CREWED, DANGEROUS = 0, 1, 2
BALLOON: Final = "balloon"
HARMLESS_KINDS: Final = frozenset({BALLOON, BIRD, CLUTTER})
CREWED_KINDS: Final = frozenset({"airliner", "light_aircraft", "helicopter", "crewed"})
HARMLESS_WORDS: Final = frozenset({"aircraft", "balloon", "bird", "clutter", "own_exercise", "false_report"})
"""What a person said it was: nobody has to be called for the tracks that were there then."""
NAMED_AT, DROPPED_AT = 0.65, 0.5
"""As the identifier names one kind from 65 % on and drops it under 50 %, so all harmless ones together here."""
FRESH_S: Final = 300.0
"""What was there so long ago is still what the alarm was about: a track that is lost and found again is no news."""
SETTLED_S: Final = 60.0
"""So long must what is known of it be better before a lower priority is shown."""

Key: TypeAlias = int | str
"""A track's number, or the finding that speaks of no track."""
Steps = Annotated[tuple[Annotated[int, Meta(ge=2)], ...], Meta(max_length=20)]


class Rules(Struct, frozen=True, kw_only=True):
    """When an incident is heard again; see the Settings of the book."""

    quiet_s: float = 60.0
    raid_steps: Steps = (3, 10, 30, 100, 300)
    balloon_inside: Priority = "low"


class Heard(Struct):
    """What an incident was last heard for, and which tracks, up to which priority, that covers.

    `known`: of each track how dangerous it is held to be, its priority, and when it was last so. `said`: those of
    which a person said that they are harmless. `lower_since_s`: since when the incident shows more than it needs to.
    """

    time_s: float | None = None
    priority: int = 0
    level: Level = "white"
    step: int = 0
    came_back: bool = False
    covers: dict[Key, int] = {}
    known: dict[Key, tuple[int, int, float]] = {}
    said: frozenset[Key] = frozenset()
    disposition: str = "undecided"
    lower_since_s: float | None = None


class Subject(NamedTuple):
    """Something that the incident is about now: a track or a report, with the words for it."""

    key: Key
    threat: int
    priority: int
    is_inside: bool
    text: str
    kind: str


def annunciation(
    incident: Incident, subjects: Iterable[Subject], heard: Heard, now_s: float, rules: Rules
) -> Alarmed | Ranked | None:
    """Return the alarm if the incident must be heard now, what ranks it otherwise if that has changed, or None."""
    if incident.status != "open" or incident.level == "white":
        return None
    present = list(subjects)
    priority = max((one.priority for one in present), default=HIGH if incident.level == "red" else MEDIUM)
    kind = _kind(present)
    reasons = _reasons(incident, present, heard, rules)
    is_urgent = priority == HIGH and heard.priority < HIGH
    if reasons and (heard.time_s is None or is_urgent or now_s - heard.time_s >= rules.quiet_s):
        return Alarmed(priority=PRIORITIES[priority], reason="; ".join(reasons), kind=kind)
    if reasons or (PRIORITIES[priority], kind) == (incident.priority, incident.kind):
        return None
    if heard.lower_since_s is None or now_s - heard.lower_since_s < SETTLED_S:
        return None
    return Ranked(priority=PRIORITIES[priority], kind=kind)


def _reasons(incident: Incident, present: list[Subject], heard: Heard, rules: Rules) -> list[str]:
    """Return what there is to say that was not heard; nothing if it all was."""
    if heard.level == "white":
        return [f"it came back: {incident.title}" if heard.came_back else incident.title]
    reasons: list[str] = []
    if RANK[incident.level] > RANK[heard.level]:
        reasons.append(f"{words.LEVEL_WORDS[incident.level]}: {incident.title}")
    step = _step(present, rules)
    if step > heard.step:
        reasons.append(f"{sum(one.is_inside for one in present)} tracks are inside")
    worse = max((one for one in present if one.priority > heard.covers.get(one.key, 0)), key=_worst, default=None)
    if worse is not None and worse.priority > _floor(present, heard) and not reasons:
        reasons.append(worse.text)
    return reasons


def _worst(one: Subject) -> tuple[int, int]:
    return one.priority, one.threat


def _floor(present: Iterable[Subject], heard: Heard) -> int:
    """Return the priority of what is covered and is there, or was until lately."""
    here = {one.key: one.priority for one in present}
    of_known = {key: priority for key, (_, priority, _) in heard.known.items()} | here
    return max((min(of_known.get(key, 0), covered) for key, covered in heard.covers.items()), default=0)


def _step(present: Iterable[Subject], rules: Rules) -> int:
    """Return how many of the steps the number of tracks inside has reached."""
    n_inside = sum(one.is_inside for one in present)
    return sum(n_inside >= step for step in rules.raid_steps)


def _kind(present: list[Subject]) -> str:
    """Return what the most dangerous of them are identified as; empty if nobody knows."""
    threat = max((one.threat for one in present), default=DANGEROUS)
    kinds = [one.kind for one in present if one.threat == threat and one.kind]
    return max(sorted(set(kinds)), key=kinds.count, default="")


def remember(
    incident: Incident, present: list[Subject], heard: Heard, told: Alarmed | Ranked | None, now_s: float, rules: Rules
) -> None:
    """Bring what was heard up to date with what is there, and with the alarm if there was one."""
    if incident.status != "open":
        return
    if incident.level == "white":
        over = Heard(time_s=heard.time_s, came_back=heard.came_back or heard.level != "white")
        for name in Heard.__struct_fields__:
            setattr(heard, name, getattr(over, name))
        return
    is_alarm = isinstance(told, Alarmed)
    floor = _floor(present, heard)
    for one in present:
        heard.known[one.key] = (one.threat, one.priority, now_s)
        covered = heard.covers.get(one.key, 0)
        if is_alarm or covered < one.priority <= floor:
            heard.covers[one.key] = max(covered, one.priority)
    for key in [key for key, (_, _, last_s) in heard.known.items() if now_s - last_s > FRESH_S]:
        del heard.known[key]
        heard.covers.pop(key, None)
    if incident.disposition != heard.disposition:
        is_harmless = incident.disposition in HARMLESS_WORDS
        heard.disposition, heard.said = incident.disposition, frozenset(heard.known) if is_harmless else frozenset()
    if isinstance(told, Alarmed):
        heard.time_s, heard.priority, heard.level = now_s, RANKS[told.priority], incident.level
        heard.step = max(heard.step, _step(present, rules))
    shown = max((one.priority for one in present), default=RANKS[incident.priority])
    is_other = told is None and (PRIORITIES[shown], _kind(present)) != (incident.priority, incident.kind)
    heard.lower_since_s = (now_s if heard.lower_since_s is None else heard.lower_since_s) if is_other else None
    if told is not None or shown == RANKS[incident.priority]:
        heard.priority = max(heard.priority, shown) if is_alarm else min(heard.priority, shown)


def subjects(incident: Incident, sky: Sky, picture: Picture, heard: Heard, rules: Rules) -> list[Subject]:
    """Return what the incident is about now: tracks found to be inside or near, lost ones, reports.

    A track that goes on as another is that other one; one that is lost is near, whatever was found of it.
    """
    found: dict[Key, Subject] = {}
    for finding in incident.findings:
        if finding.state == "cleared" or finding.severity == "info":
            continue
        track_id = sky.successor(finding.track_id)
        if track_id is None:
            found[finding.finding_id] = _reported(finding, heard, rules)
        elif track_id not in sky.lost and not _is_redder(found.get(track_id), finding):
            found[track_id] = _tracked(track_id, picture, heard, rules, is_inside=finding.severity == "red")
    for track_id, lost in sky.lost.items():
        is_fresh = picture.now_s - lost.time_s < FRESH_S
        one = _tracked(track_id, picture, heard, rules, is_inside=False)
        before = heard.known.get(track_id)
        if lost.is_ours:
            found[track_id] = one._replace(priority=before[1]) if is_fresh and before is not None else one
    return list(found.values())


def _is_redder(known: Subject | None, finding: Finding) -> bool:
    return known is not None and (known.is_inside or finding.severity != "red")


def _reported(finding: Finding, heard: Heard, rules: Rules) -> Subject:
    threat = HARMLESS if finding.finding_id in heard.said else DANGEROUS
    is_inside = finding.severity == "red"
    priority = _priority(threat, "", rules, is_inside=is_inside)
    return Subject(finding.finding_id, threat, priority, is_inside, f"reported too: {finding.title}", "")


def _tracked(track_id: int, picture: Picture, heard: Heard, rules: Rules, *, is_inside: bool) -> Subject:
    before = heard.known.get(track_id)
    known = picture.classifications.get(track_id)
    threat = _threat(track_id, picture, before[0] if before is not None else None)
    if track_id in heard.said:
        threat = HARMLESS
    kind = _harmless_kind(known) if threat == HARMLESS else known.answer if known is not None else ""
    priority = _priority(threat, kind, rules, is_inside=is_inside)
    name = known.answer_name if known is not None and known.answer != UNKNOWN else "nobody knows what it is"
    text = f"track {track_id} {'is inside' if is_inside else 'comes near'} too: {name}"
    return Subject(track_id, threat, priority, is_inside, text, "" if kind == UNKNOWN else kind)


def _priority(threat: int, kind: str, rules: Rules, *, is_inside: bool) -> int:
    """Return how soon somebody must act: what may be dangerous and is inside first, what harms nobody last."""
    if threat == DANGEROUS:
        return HIGH if is_inside else MEDIUM
    if threat == CREWED:
        return MEDIUM if is_inside else LOW
    return RANKS[rules.balloon_inside] if is_inside and kind == BALLOON else LOW


def _threat(track_id: int, picture: Picture, before: int | None) -> int:
    """Return how dangerous the track may be; what an officer says of it counts before what the watch thinks."""
    track, known = picture.tracks.get(track_id), picture.classifications.get(track_id)
    if track is not None and track.affiliation in {"friendly", "neutral"}:
        return HARMLESS
    if track is not None and track.affiliation in {"hostile", "suspect"}:
        return DANGEROUS
    if known is None:
        return DANGEROUS if before is None else before
    return threat_of(known, before)


def threat_of(known: Classification, before: int | None = None) -> int:
    """Return how dangerous something of that class may be; what was held before stays until there is a reason."""
    if known.answer in HARMLESS_KINDS:
        return HARMLESS
    if known.answer in CREWED_KINDS:
        return CREWED
    if known.answer != UNKNOWN:
        return DANGEROUS
    harmless = sum(one.probability for one in known.classes if one.kind in HARMLESS_KINDS)
    crewed = sum(one.probability for one in known.classes if one.kind in CREWED_KINDS)
    if harmless >= (DROPPED_AT if before == HARMLESS else NAMED_AT):
        return HARMLESS
    return CREWED if harmless + crewed >= (DROPPED_AT if before == CREWED else NAMED_AT) else DANGEROUS


def _harmless_kind(known: Classification | None) -> str:
    """Return the likeliest of the harmless kinds."""
    shares = {one.kind: one.probability for one in known.classes if one.kind in HARMLESS_KINDS} if known else {}
    return max(sorted(shares), key=lambda kind: shares[kind], default="")


class Annunciator:
    """Remembers of each incident what it was heard for, and how much was heard lately."""

    def __init__(self, rules: Rules, load_s: float) -> None:
        self._rules = rules
        self._load_s = load_s
        self._heard: dict[str, Heard] = {}
        self._times_s: list[float] = []

    def take_over(self, before: "Annunciator") -> None:
        """Go on with what another configuration's book was heard for."""
        self._heard = {key: structs.replace(heard) for key, heard in before._heard.items()}
        self._times_s = list(before._times_s)

    def load(self, now_s: float) -> int:
        """Return how many alarms were heard lately."""
        self._times_s = [time_s for time_s in self._times_s if now_s - time_s < self._load_s]
        return len(self._times_s)

    def look(self, incident: Incident, sky: Sky, picture: Picture) -> Alarmed | Ranked | None:
        """Return the alarm if the incident must be heard now, its rank if that changed; remember it."""
        now_s, heard = picture.now_s, self._heard.get(incident.incident_id)
        if heard is None:
            heard = self._heard[incident.incident_id] = Heard()
            if incident.n_alarms or incident.acknowledged_s is not None:  # it was heard before all that is kept here
                heard.level, heard.time_s = incident.highest_level, incident.alarmed_s
        present = subjects(incident, sky, picture, heard, self._rules) if incident.level != "white" else []
        told = annunciation(incident, present, heard, now_s, self._rules)
        remember(incident, present, heard, told, now_s, self._rules)
        if isinstance(told, Alarmed):
            self._times_s.append(now_s)
        return told

    def came_back(self, incident_id: str) -> None:
        """What was closed is open again, and nobody opened it: that must be heard."""
        self._heard[incident_id] = Heard(came_back=True)

    def goes_on(self, incident_id: str, lost_id: int, track_id: int) -> None:
        """A lost track goes on as another one, which is covered as it was."""
        heard = self._heard.get(incident_id)
        if heard is not None and lost_id in heard.known:
            heard.known[track_id] = heard.known.pop(lost_id)
            heard.covers[track_id] = heard.covers.pop(lost_id, 0)

    def keep_only(self, incident_ids: Iterable[str]) -> None:
        """Forget the incidents that are no longer kept."""
        kept = set(incident_ids)
        self._heard = {key: heard for key, heard in self._heard.items() if key in kept}
