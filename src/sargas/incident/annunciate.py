"""Whether an open incident must be heard now: once for what is new, then not until there is more to say.

What an alarm was about is kept track by track: each present track has a priority, and the alarm covers it up to the
priority that it had when the alarm was heard, or that another covered track has. Only what rises above that is news.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final, NamedTuple, TypeAlias

from msgspec import Meta, Struct

from sargas.incident import words
from sargas.incident.fold import RANK
from sargas.incident.levels import Sky
from sargas.model.alarm import Priority
from sargas.model.classification import BIRD, CLUTTER, UNKNOWN, Classification
from sargas.model.finding import Finding
from sargas.model.incident import Alarmed, Incident, Ranked
from sargas.model.picture import Picture
from sargas.model.track import Track
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
EVIDENT_INSIDE, EVIDENT = 5, 10
"""So many reports make a track news: most false tracks of radars with clutter have fewer.

What is inside for certain is told with fewer. Several short tracks of one incident count together.
"""
EVIDENT_SLOW: Final = 5
SLOW_S: Final = 9.0
SURE: Final = 0.9
"""Where reports come so seldom, as from a radar that turns in 12 s, five are enough if the tracker is sure of it."""
DOUBTED: Final = 0.3
"""What the tracker holds for most likely nothing is not heard until it is seen again."""
BUSY_N, BUSY_S = 6, 600.0
"""With so many alarms in ten minutes that a raid has grown can wait: more than ten are a flood (ISA-18.2)."""
SETTLED_S: Final = 30.0
"""So long must another priority or kind hold before it is shown, where nothing must be heard."""

Key: TypeAlias = int | str
"""A track's number, or the finding that speaks of no track."""
Steps = Annotated[tuple[Annotated[int, Meta(ge=2)], ...], Meta(max_length=20)]


class Rules(Struct, frozen=True, kw_only=True):
    """When an incident is heard again; see the Settings of the book."""

    quiet_s: float = 60.0
    raid_steps: Steps = (3, 10, 30, 100, 300)
    balloon_inside: Priority = "low"


class Known(Struct):
    """What is remembered of a track: how dangerous it is held to be, its priority, when it was last there.

    `n_reports` are those that it is made of. `covers` is the priority up to which an alarm has told of it, and
    `covers_threat` as what; `milder_since_s` since when it is held to be less dangerous than that.
    """

    threat: int
    priority: int
    last_s: float
    n_reports: int = 0
    covers: int = 0
    covers_threat: int = 0
    milder_since_s: float | None = None


class Heard(Struct):
    """What an incident was last heard for, and what is known of its tracks.

    `said`: those of which a person said that they are harmless. `other_since_s`: since when the incident's priority
    and kind are no longer what is known.
    """

    time_s: float | None = None
    priority: int = 0
    level: Level = "white"
    step: int = 0
    came_back: bool = False
    known: dict[Key, Known] = {}
    said: frozenset[Key] = frozenset()
    disposition: str = "undecided"
    other_since_s: float | None = None


class Subject(NamedTuple):
    """Something that the incident is about now: a track or a report, with the words for it."""

    key: Key
    threat: int
    priority: int
    is_inside: bool
    text: str
    kind: str
    n_reports: int | None = None
    is_doubted: bool = False
    is_slow: bool = False

    @property
    def is_evident(self) -> bool:
        """Whether it is news by itself: a report of people is, a track when it has been seen a few times."""
        enough = EVIDENT_SLOW if self.is_slow else EVIDENT_INSIDE if self.is_inside else EVIDENT
        return self.n_reports is None or (self.n_reports >= enough and not self.is_doubted)


def annunciation(
    incident: Incident,
    present: Sequence[Subject],
    heard: Heard,
    *,
    now_s: float,
    rules: Rules,
    is_busy: bool = False,
) -> Alarmed | Ranked | None:
    """Return the alarm if the incident must be heard now, what ranks it if only that has changed, or None.

    `is_busy`: so much was heard in the last minutes that the growth of a raid is not told before it is quieter.
    """
    if incident.status != "open" or incident.level == "white":
        return None
    evident = _evident(present, heard)
    priority, kind = _rank(incident, evident or present)
    reasons = _reasons(incident, evident, heard, None if is_busy else rules) if evident or not present else []
    is_urgent = priority == HIGH and heard.priority < HIGH
    if reasons and (heard.time_s is None or is_urgent or now_s - heard.time_s >= rules.quiet_s):
        return Alarmed(priority=PRIORITIES[priority], reason="; ".join(reasons), kind=kind)
    if reasons or heard.level == "white" or heard.other_since_s is None:
        return None
    is_settled = now_s - heard.other_since_s >= SETTLED_S
    return Ranked(priority=PRIORITIES[priority], kind=kind) if is_settled else None


def _evident(present: Sequence[Subject], heard: Heard) -> list[Subject]:
    """Return what can be heard of: what is evident by itself, and all, if the tracks together are."""
    n_together = sum(known.n_reports for key, known in heard.known.items() if isinstance(key, int))
    are_together = n_together >= EVIDENT and not all(one.is_doubted for one in present)
    if heard.level == "white" and are_together:
        return list(present)
    return [one for one in present if one.is_evident]


def _rank(incident: Incident, present: Sequence[Subject]) -> tuple[int, str]:
    """Return the priority and the kind that the incident should show: those of the most pressing, most dangerous."""
    priority = max((one.priority for one in present), default=HIGH if incident.level == "red" else MEDIUM)
    threat = max((one.threat for one in present), default=DANGEROUS)
    kinds = [one.kind for one in present if one.threat == threat and one.kind]
    return priority, max(sorted(set(kinds)), key=kinds.count, default="")


def _reasons(incident: Incident, present: Sequence[Subject], heard: Heard, steps: Rules | None) -> list[str]:
    """Return what there is to say that was not heard; nothing if it all was. Without steps growth is not told."""
    if heard.level == "white":
        return [f"it came back: {incident.title}" if heard.came_back else incident.title]
    reasons: list[str] = []
    is_there = incident.level != "red" or not present or any(one.is_inside for one in present)
    if RANK[incident.level] > RANK[heard.level] and is_there:
        reasons.append(f"{words.LEVEL_WORDS[incident.level]}: {incident.title}")
    if steps is not None and _step(present, steps) > heard.step:
        reasons.append(f"{sum(one.is_inside for one in present)} tracks are inside")
    news = [one for one in present if one.key not in heard.known or one.priority > heard.known[one.key].covers]
    worst = max(news, key=lambda one: (one.priority, one.threat), default=None)
    if not reasons and worst is not None and worst.priority > _floor(present, heard):
        reasons.append(worst.text)
    return reasons


def _floor(present: Iterable[Subject], heard: Heard) -> int:
    """Return the priority of what an alarm has told of and is there, or was until lately."""
    now = {key: known.priority for key, known in heard.known.items()} | {one.key: one.priority for one in present}
    return max((min(now[key], known.covers) for key, known in heard.known.items()), default=0)


def _step(present: Iterable[Subject], rules: Rules) -> int:
    """Return how many of the steps the number of tracks inside has reached."""
    n_inside = sum(one.is_inside for one in present)
    return sum(n_inside >= step for step in rules.raid_steps)


def remember(
    incident: Incident,
    present: Sequence[Subject],
    heard: Heard,
    told: Alarmed | Ranked | None,
    *,
    now_s: float,
    rules: Rules,
) -> None:
    """Bring what was heard up to date with what is there, and with the alarm if there was one."""
    if incident.level == "white":
        if heard.level != "white":
            heard.came_back = True
        heard.level, heard.step, heard.known, heard.other_since_s = "white", 0, {}, None
        return
    floor, evident = _floor(present, heard), _evident(present, heard)
    for one in present:
        known = heard.known.setdefault(one.key, Known(one.threat, one.priority, now_s))
        known.threat, known.priority, known.last_s = one.threat, one.priority, now_s
        known.n_reports = one.n_reports or known.n_reports
        if (isinstance(told, Alarmed) and one in evident) or known.covers < one.priority <= floor:
            known.covers, known.covers_threat = max(known.covers, one.priority), max(known.covers_threat, one.threat)
        _grow_milder(known, now_s)
    for key in [key for key, known in heard.known.items() if now_s - known.last_s > FRESH_S]:
        del heard.known[key]
    if incident.disposition != heard.disposition:
        is_harmless = incident.disposition in HARMLESS_WORDS
        heard.disposition, heard.said = incident.disposition, frozenset(heard.known) if is_harmless else frozenset()
    if isinstance(told, Alarmed):
        heard.time_s, heard.priority, heard.level = now_s, RANKS[told.priority], incident.level
        heard.step = max(heard.step, _step(evident, rules))
    priority, kind = _rank(incident, evident or present)
    if told is not None or (PRIORITIES[priority], kind) == (incident.priority, incident.kind):
        heard.other_since_s = None
    elif heard.other_since_s is None:
        heard.other_since_s = now_s


def _take_as_heard(incident: Incident, present: Sequence[Subject], heard: Heard, now_s: float, rules: Rules) -> None:
    """An incident of a version that remembered nothing was heard, or seen, as it is now."""
    heard.level, heard.time_s, heard.step = incident.highest_level, incident.alarmed_s, _step(present, rules)
    for one in present:
        heard.known[one.key] = Known(one.threat, one.priority, now_s, covers=one.priority, covers_threat=one.threat)


def _grow_milder(known: Known, now_s: float) -> None:
    """Forget the worse that was told of a track once it has long been held to be less."""
    if known.threat >= known.covers_threat:
        known.milder_since_s = None
    elif known.milder_since_s is None:
        known.milder_since_s = now_s
    elif now_s - known.milder_since_s >= FRESH_S:
        known.covers, known.covers_threat, known.milder_since_s = known.priority, known.threat, None


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
            found[track_id] = one._replace(priority=before.priority) if is_fresh and before is not None else one
    return list(found.values())


def _is_redder(known: Subject | None, finding: Finding) -> bool:
    return known is not None and (known.is_inside or finding.severity != "red")


def _reported(finding: Finding, heard: Heard, rules: Rules) -> Subject:
    threat = HARMLESS if finding.finding_id in heard.said else DANGEROUS
    is_inside = finding.severity == "red"
    priority = _priority(threat, "", rules, is_inside=is_inside)
    return Subject(finding.finding_id, threat, priority, is_inside, f"reported too: {finding.title}", "")


def _tracked(track_id: int, picture: Picture, heard: Heard, rules: Rules, *, is_inside: bool) -> Subject:
    before, track = heard.known.get(track_id), picture.tracks.get(track_id)
    known = picture.classifications.get(track_id)
    threat = _threat(track, known, before)
    if track_id in heard.said:
        threat = HARMLESS
    kind = _harmless_kind(known) if threat == HARMLESS else known.answer if known is not None else ""
    name = known.answer_name if known is not None and known.answer != UNKNOWN else "nobody knows what it is"
    return Subject(
        key=track_id,
        threat=threat,
        priority=_priority(threat, kind, rules, is_inside=is_inside),
        is_inside=is_inside,
        text=f"track {track_id} {'is inside' if is_inside else 'comes near'} too: {name}",
        kind="" if kind == UNKNOWN else kind,
        n_reports=track.n_reports if track is not None else before.n_reports if before is not None else 0,
        is_doubted=track is not None and track.existence is not None and track.existence < DOUBTED,
        is_slow=track is not None and _is_slow(track),
    )


def _is_slow(track: Track) -> bool:
    """Return whether the track's reports come seldom, and the tracker is sure of it all the same."""
    seen_s = track.last_report_s - track.first_s
    return seen_s >= SLOW_S * max(1, track.n_reports - 1) and (track.existence or 0.0) >= SURE


def _priority(threat: int, kind: str, rules: Rules, *, is_inside: bool) -> int:
    """Return how soon somebody must act: what may be dangerous and is inside first, what harms nobody last."""
    if threat == DANGEROUS:
        return HIGH if is_inside else MEDIUM
    if threat == CREWED:
        return MEDIUM if is_inside else LOW
    return RANKS[rules.balloon_inside] if is_inside and kind == BALLOON else LOW


def _threat(track: Track | None, known: Classification | None, before: Known | None) -> int:
    """Return how dangerous the track may be; what an officer says of it counts before what the watch thinks."""
    if track is not None and track.affiliation in {"friendly", "neutral"}:
        return HARMLESS
    if track is not None and track.affiliation in {"hostile", "suspect"}:
        return DANGEROUS
    if known is None:
        return DANGEROUS if before is None else before.threat
    return threat_of(known, before.threat if before is not None else None)


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


def is_balloon(known: Classification) -> bool:
    """Return whether something of that class is taken for a balloon."""
    return threat_of(known) == HARMLESS and _harmless_kind(known) == BALLOON


def _harmless_kind(known: Classification | None) -> str:
    """Return the likeliest of the harmless kinds."""
    shares = {one.kind: one.probability for one in known.classes if one.kind in HARMLESS_KINDS} if known else {}
    return max(sorted(shares), key=lambda kind: shares[kind], default="")


class Annunciator:
    """Remembers of each incident what it was heard for, and how much was heard lately."""

    def __init__(self, rules: Rules, load_s: float) -> None:
        self._rules = rules
        self._load_s = load_s
        self.heard: dict[str, Heard] = {}
        self.times_s: list[float] = []

    def take_over(self, before: "Annunciator") -> None:
        """Go on with what another configuration's book was heard for."""
        self.heard = dict(before.heard)
        self.times_s = list(before.times_s)

    def load(self, now_s: float) -> int:
        """Return how many alarms were heard lately."""
        self.times_s = [time_s for time_s in self.times_s if now_s - time_s < self._load_s]
        return len(self.times_s)

    def look(self, incident: Incident, sky: Sky, picture: Picture) -> Alarmed | Ranked | None:
        """Return the alarm if the incident must be heard now, its rank if that changed; remember it."""
        now_s, heard = picture.now_s, self.heard.get(incident.incident_id)
        is_new = heard is None
        if heard is None:
            heard = self.heard[incident.incident_id] = Heard()
        present = subjects(incident, sky, picture, heard, self._rules) if incident.level != "white" else []
        if is_new and (incident.n_alarms or incident.acknowledged_s is not None):
            _take_as_heard(incident, present, heard, now_s, self._rules)
        is_busy = sum(now_s - time_s < BUSY_S for time_s in self.times_s) >= BUSY_N
        told = annunciation(incident, present, heard, now_s=now_s, rules=self._rules, is_busy=is_busy)
        remember(incident, present, heard, told, now_s=now_s, rules=self._rules)
        if isinstance(told, Alarmed):
            self.times_s.append(now_s)
            self.load(now_s)
        return told

    def came_back(self, incident_id: str) -> None:
        """What was closed is open again, and nobody opened it: that must be heard."""
        self.heard[incident_id] = Heard(came_back=True)

    def goes_on(self, incident_id: str, lost_id: int, track_id: int) -> None:
        """A lost track goes on as another one, which is covered as it was."""
        heard = self.heard.get(incident_id)
        if heard is not None and lost_id in heard.known:
            heard.known[track_id] = heard.known.pop(lost_id)
            heard.said |= {track_id} if lost_id in heard.said else frozenset()

    def keep_only(self, incident_ids: Iterable[str]) -> None:
        """Forget the incidents that are no longer kept."""
        kept = set(incident_ids)
        self.heard = {key: heard for key, heard in self.heard.items() if key in kept}
