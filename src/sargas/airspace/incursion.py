"""Incursion: an aircraft is inside the watched country's airspace with some probability.

The probability is that of the track's true position, from its covariance. Raised when it stays at `p_raise`, red from
`p_red`, cleared when it has been at `p_clear` for a while. Who gives a position and an identity is not judged unless
it comes from a listed country. A track that was never seen outside is no crossing: near the border and flying inward,
or anywhere once it is taken for a drone of the kinds that come from afar, it is "appeared inside", at most yellow. A
lost track raises nothing new unless it was approaching, and what it raised is not cleared while it is lost: not
knowing where it is does not mean that it left.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from sargas.airspace import crossing as crossings
from sargas.airspace.ahead import meeting
from sargas.airspace.crossing import Fix
from sargas.airspace.geometry import metres_per_degree
from sargas.airspace.subjects import (
    Nearness,
    home,
    is_alive,
    is_identified,
    is_usable,
    motion,
    speed_mps,
    spread_m,
    who,
)
from sargas.airspace.words import clock, duration, length, percent
from sargas.model.classification import Classification
from sargas.model.finding import Crossing, Finding, Severity
from sargas.model.picture import Picture
from sargas.model.sensor import Sensor
from sargas.model.track import Track
from sargas.model.zone import Zone

Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
Seconds = Annotated[float, Meta(ge=0.0, le=86_400.0)]
Metres = Annotated[float, Meta(ge=0.0, le=1.0e6)]
How = Literal["crossed", "appeared", "named"]
"""Seen to cross, first seen near the border and flying inward, or first seen inside and by now taken for a drone."""
ALWAYS_NEAR_M = 300.0
NAMED_EXISTENCE = 0.9
NAMED_WAY_M = 2_000.0
"""What is taken for a drone far inside is there without a doubt, and on its way.

Two radars with clutter, a wind farm and a road make one false track an hour that looks like a drone: the tracker
doubts each of them within 20 s, or it stays where it began.
"""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds; docs/reference/findings.md says why they are what they are."""

    p_raise: Probability = 0.5
    raise_s: Seconds = 3.0
    p_red: Probability = 0.9
    p_clear: Probability = 0.1
    clear_s: Seconds = 30.0
    p_outside: Probability = 0.35
    alert_cooperative_from: tuple[str, ...] = ()
    p_cooperative: Probability = 0.95
    appear_within_m: Metres = 10_000.0
    appear_speed_mps: Annotated[float, Meta(ge=0.0, le=1_000.0)] = 8.0
    appear_s: Seconds = 20.0
    appear_kinds: tuple[str, ...] = ("drone", "gerbera", "shahed", "orlan", "male", "cruise_missile")
    appear_kinds_mps: Annotated[float, Meta(ge=0.0, le=1_000.0)] = 20.0
    lost_approach_s: Seconds = 300.0
    update_s: Seconds = 5.0


def build(settings: Settings, zones: Sequence[Zone], watched: str, sensors: Sequence[Sensor] = ()) -> "Incursion":
    """Return the rule for the watched country.

    Raises:
        ConfigError: no sovereign zone of that country.
    """
    del sensors
    return Incursion(settings, zones, watched)


class _Sight(Struct, frozen=True):
    """One look at a track: the probability inside, the depth (negative outside)."""

    track: Track
    p: float
    depth_m: float
    now_s: float


class _Open:
    """A finding that is raised."""

    def __init__(self, finding: Finding, how: How) -> None:
        self.finding = finding
        self.how = how
        self.depth_m = 0.0
        self.below_since_s: float | None = None
        self.left_s: float | None = None
        self.is_identified = False


class _Watched:
    """What is remembered of one track."""

    def __init__(self) -> None:
        self.is_settled_inside: bool | None = None
        self.outside: tuple[float, float] | None = None
        self.last: Fix | None = None
        self.crossing: Crossing | None = None
        self.origin: str = ""
        self.origin_code: str = ""
        self.since_s: float | None = None
        self.first_inside: tuple[float, float] | None = None
        self.is_domestic = False
        self.taken_for = ""
        self.was_lost = False
        self.was_approaching = False
        self.next_s = -math.inf
        self.n_raised = 0
        self.open: _Open | None = None


class _Unexplained:
    """What was first seen inside and nobody knows why: where it was, and since when it is taken for a drone."""

    def __init__(self, track: Track) -> None:
        self.lon_deg, self.lat_deg = track.lon_deg, track.lat_deg
        self.since_s: float | None = None

    def way_m(self, track: Track) -> float:
        """Return how far it has come since."""
        east_m, north_m = metres_per_degree(self.lat_deg)
        return math.hypot((track.lon_deg - self.lon_deg) * east_m, (track.lat_deg - self.lat_deg) * north_m)


class Incursion:
    """The rule; see the module."""

    name = "incursion"

    def __init__(self, settings: Settings, zones: Sequence[Zone], watched: str) -> None:
        self.settings = settings
        self.zone_id, self.zone_name, self._area = home(zones, watched)
        self._nearness = Nearness(self._area)
        self._neighbours = crossings.neighbours(zones, watched, self._area)
        self._watched: dict[int, _Watched] = {}
        self._unexplained: dict[int, _Unexplained] = {}

    def evaluate(self, picture: Picture) -> Iterable[Finding]:
        """Return the incursions that are raised, updated or cleared."""
        findings: list[Finding] = []
        for track in self._nearness.awake(picture):
            finding = self._judge(track, picture.now_s)
            if finding is not None:
                findings.append(finding)
        findings += self._named(picture)
        for track_id in [key for key in self._watched if key not in picture.tracks]:
            findings += self._forget(track_id, picture.now_s)
        self._nearness.keep_only(picture.tracks)
        return findings

    def _judge(self, track: Track, now_s: float) -> Finding | None:
        if track.status == "ended":
            return next(iter(self._forget(track.track_id, now_s)), None)
        known = self._watched.get(track.track_id)
        if not is_usable(track) or (known is None and (track.status == "tentative" or track.is_on_ground)):
            return None
        if known is not None and track.status == "lost" and known.was_lost and now_s < known.next_s:
            return None  # a prediction changes slowly, and its wide covariance meets much of the border
        within_m = ALWAYS_NEAR_M + 6.0 * spread_m(track)
        near = self._nearness.nearest(track, within_m)
        inside = self._nearness.is_inside(track.track_id)
        if known is None:
            known = self._watched[track.track_id] = _Watched()
        if near is None and known.is_settled_inside is inside and known.open is None and known.first_inside is None:
            self._note_loss(track, known)
            self._nearness.let_rest(track, within_m, now_s)
            return None
        known.is_settled_inside = inside if near is None else None
        depth_m = near.depth_m if near is not None else self._far_depth_m(track, known, is_inside=inside)
        p = (
            float(inside)
            if near is None
            else self._area.probability(track.lon_deg, track.lat_deg, track.position_cov_m2)
        )
        self._note_loss(track, known)
        known.next_s = now_s + self.settings.update_s
        sight = _Sight(track, p, depth_m, now_s)
        self._follow(sight, known)
        if known.open is not None:
            return self._hold(sight, known, known.open)
        return self._consider(sight, known)

    def _far_depth_m(self, track: Track, known: _Watched, *, is_inside: bool) -> float:
        """Return the depth far from the border: exact while it is told to anyone, otherwise only its sign."""
        if known.open is None and known.first_inside is None and known.last is not None:
            return 1.0e6 if is_inside else -1.0e6
        found = self._area.nearest(track.lon_deg, track.lat_deg)
        return 0.0 if found is None else found.depth_m

    def _note_loss(self, track: Track, known: _Watched) -> None:
        if track.status != "lost":
            known.was_lost = False
        elif not known.was_lost:
            known.was_lost = True
            ahead = None
            # Whose own reports ended is out of its receiver's reach, mostly: a prediction is no reason to suspect it.
            is_of_interest = not (is_identified(track) or self._nearness.is_inside(track.track_id))
            if is_of_interest and self.settings.lost_approach_s > 0.0:
                ahead = meeting(self._area, track, self.settings.lost_approach_s)
            known.was_approaching = ahead is not None and ahead.probability >= 0.5

    def _follow(self, sight: _Sight, known: _Watched) -> None:
        """Keep where it was outside, and the newest crossing of the edge."""
        track, p, depth_m = sight.track, sight.p, sight.depth_m
        fix = Fix(track.time_s, track.lon_deg, track.lat_deg, depth_m)
        last = known.last
        if last is not None and last.depth_m < 0.0 <= depth_m and known.open is None:
            at = crossings.crossed_between(self._area, last, fix)
            known.crossing = crossings.crossing(self._area, self.zone_id, track, at)
            points = [crossings.back_along(track, at, metres) for metres in (300.0, 2_000.0)]
            origin = crossings.country_at(self._neighbours, [known.outside or points[0], *points])
            known.origin, known.origin_code = (origin.name, origin.code) if origin else ("", "")
        elif last is not None and depth_m < 0.0 <= last.depth_m and known.open is not None:
            known.open.left_s = crossings.crossed_between(self._area, last, fix).time_s
        elif known.open is not None and depth_m >= 0.0:
            known.open.left_s = None
        if p <= self.settings.p_outside and track.status != "lost":
            known.outside = (track.lon_deg, track.lat_deg)
            known.first_inside = None
        elif known.outside is None and known.first_inside is None and not known.is_domestic:
            known.first_inside = (track.time_s, depth_m)
        known.last = fix

    def _consider(self, sight: _Sight, known: _Watched) -> Finding | None:
        """Return a new finding if there is reason for one."""
        rules, track, p, now_s = self.settings, sight.track, sight.p, sight.now_s
        if p < rules.p_raise or track.is_on_ground or track.status == "tentative":
            known.since_s = None
            return None
        known.since_s = now_s if known.since_s is None else known.since_s
        if known.outside is None:
            return self._appeared(sight, known)
        if is_identified(track) and not (self._is_listed(known) and p >= rules.p_cooperative):
            return None
        if track.status == "lost" and not known.was_approaching:
            return None
        is_certain = p >= rules.p_red and track.status != "lost"
        if not is_certain and now_s - known.since_s < rules.raise_s:
            return None
        if known.crossing is None:  # probable, but the mean is still outside: the nearest border point stands for it
            found = self._area.nearest(track.lon_deg, track.lat_deg)
            if found is None:
                return None
            at = Fix(track.time_s, found.lon_deg, found.lat_deg, 0.0)
            known.crossing = crossings.crossing(self._area, self.zone_id, track, at)
            origin = crossings.country_at(self._neighbours, [known.outside])
            known.origin, known.origin_code = (origin.name, origin.code) if origin else ("", "")
        severity: Severity = "red" if is_certain and not is_identified(track) else "yellow"
        return self._raise(sight, known, "crossed", severity)

    def _appeared(self, sight: _Sight, known: _Watched) -> Finding | None:
        rules, track, depth_m = self.settings, sight.track, sight.depth_m
        if known.first_inside is None or not is_alive(track):
            return None
        if is_identified(track):
            known.first_inside, known.is_domestic = None, True
            return None
        first_s, first_depth_m = known.first_inside
        is_deep = first_depth_m > rules.appear_within_m
        if not is_deep and track.time_s - first_s < rules.appear_s:
            return None
        known.first_inside, known.is_domestic = None, True
        inward_mps = (depth_m - first_depth_m) / max(track.time_s - first_s, 1.0)
        is_slow = speed_mps(track) < rules.appear_speed_mps or inward_mps < rules.appear_speed_mps / 2.0
        if is_deep or is_slow:
            self._unexplained[track.track_id] = _Unexplained(track)
            return None
        return self._raise_inside(sight, known, "appeared")

    def _named(self, picture: Picture) -> list[Finding]:
        """Return what was first seen inside, and is taken for a drone now: where it came in nobody saw."""
        findings = []
        for track_id, one in list(self._unexplained.items()):
            track, known = picture.tracks.get(track_id), self._watched.get(track_id)
            if track is None or known is None or known.outside is not None or is_identified(track):
                del self._unexplained[track_id]
                continue
            what = picture.classifications.get(track_id)
            if what is None or not self._is_drone(track, what):
                one.since_s = None
                continue
            one.since_s = picture.now_s if one.since_s is None else one.since_s
            if picture.now_s - one.since_s < self.settings.appear_s or one.way_m(track) < NAMED_WAY_M:
                continue
            near = self._area.nearest(track.lon_deg, track.lat_deg)
            if near is not None and near.depth_m > 0.0:
                del self._unexplained[track_id]
                known.taken_for = what.answer_name
                findings.append(self._raise_inside(_Sight(track, 1.0, near.depth_m, picture.now_s), known, "named"))
        return findings

    def _is_drone(self, track: Track, what: Classification) -> bool:
        """Return whether it is taken for a drone that comes from afar, and is there without a doubt."""
        is_there = is_alive(track) and (track.existence is None or track.existence >= NAMED_EXISTENCE)
        is_fast = speed_mps(track) >= self.settings.appear_kinds_mps
        return is_there and is_fast and what.answer in self.settings.appear_kinds

    def _raise_inside(self, sight: _Sight, known: _Watched, how: How) -> Finding:
        """Return a finding of what was never seen outside: where it may have crossed is a guess."""
        track = sight.track
        known.crossing = crossings.guessed_crossing(self._area, self.zone_id, track, max(sight.depth_m, 0.0))
        at = Fix(known.crossing.time_s, known.crossing.lon_deg, known.crossing.lat_deg, 0.0)
        points = [crossings.back_along(track, at, metres) for metres in (300.0, 2_000.0)]
        origin = crossings.country_at(self._neighbours, points)
        known.origin, known.origin_code = (origin.name, origin.code) if origin else ("", "")
        return self._raise(sight, known, how, "yellow")

    def _is_listed(self, known: _Watched) -> bool:
        listed = self.settings.alert_cooperative_from
        return "*" in listed or (known.origin_code != "" and known.origin_code in listed)

    def _raise(self, sight: _Sight, known: _Watched, how: How, severity: Severity) -> Finding:
        assert known.crossing is not None
        track, now_s = sight.track, sight.now_s
        known.n_raised += 1
        origin = f" from {known.origin}" if known.origin else ""
        what = f"crossed into {self.zone_name}{origin}" if how == "crossed" else f"appeared inside {self.zone_name}"
        finding = Finding(
            finding_id=f"{self.name}:{track.track_id}:{self.zone_id}:{known.n_raised}",
            rule=self.name,
            state="raised",
            severity=severity,
            time_s=now_s,
            raised_s=now_s,
            probability=sight.p,
            title=f"Track {track.track_id} {what}",
            reasons=(),
            detail=structs.replace(known.crossing, from_country=known.origin_code if how == "crossed" else ""),
            track_id=track.track_id,
        )
        known.open = _Open(finding, how)
        finding = self._written(sight, known, known.open, finding)
        known.open.finding = finding
        return finding

    def _hold(self, sight: _Sight, known: _Watched, opened: _Open) -> Finding | None:
        """Return the finding updated or cleared, None if nothing worth telling changed."""
        track, p, now_s = sight.track, sight.p, sight.now_s
        rules, before = self.settings, opened.finding
        opened.depth_m = max(opened.depth_m, sight.depth_m)
        excused = is_identified(track) and not self._is_listed(known)
        if track.status != "lost" and (p <= rules.p_clear or excused):
            opened.below_since_s = now_s if opened.below_since_s is None else opened.below_since_s
            if now_s - opened.below_since_s >= rules.clear_s:
                opened.is_identified = excused and p > rules.p_clear
                return self._clear(sight, known, opened)
        else:
            opened.below_since_s = None
        severity = before.severity
        if opened.how == "crossed" and not is_identified(track) and track.status != "lost":
            if p >= rules.p_red:
                severity = "red"
            elif p < rules.p_raise:
                severity = "yellow"
        finding = structs.replace(before, state="updated", severity=severity, time_s=now_s, probability=p)
        finding = self._written(sight, known, opened, finding)
        is_news = severity != before.severity or abs(p - before.probability) >= 0.05
        if not is_news and now_s - before.time_s < rules.update_s:
            return None
        opened.finding = finding
        return finding

    def _clear(self, sight: _Sight, known: _Watched, opened: _Open) -> Finding:
        track, p, now_s = sight.track, sight.p, sight.now_s
        finding = structs.replace(opened.finding, state="cleared", time_s=now_s, probability=p)
        finding = self._written(sight, known, opened, finding)
        known.open = None
        known.crossing = known.since_s = None
        known.outside = (track.lon_deg, track.lat_deg) if p <= self.settings.p_clear else known.outside
        return finding

    def _written(self, sight: _Sight, known: _Watched, opened: _Open, finding: Finding) -> Finding:
        """Return the finding with its detail, reasons, place and evidence as of now."""
        track, detail = sight.track, finding.detail
        assert isinstance(detail, Crossing)
        until_s = opened.left_s if opened.left_s is not None else sight.now_s
        detail = structs.replace(
            detail,
            depth_m=max(opened.depth_m, sight.depth_m),
            inside_s=max(0.0, until_s - detail.time_s),
            left_s=opened.left_s,
        )
        return structs.replace(
            finding,
            detail=detail,
            reasons=self._reasons(sight, known, opened, detail),
            lat_deg=track.lat_deg,
            lon_deg=track.lon_deg,
            evidence=track.entries,
        )

    def _reasons(self, sight: _Sight, known: _Watched, opened: _Open, detail: Crossing) -> tuple[str, ...]:
        track, p = sight.track, sight.p
        spread = f"± {duration(detail.time_sd_s)}, ± {length(detail.position_sd_m)} along the border"
        reasons = [f"{percent(p)} probability inside {self.zone_name}"]
        if opened.how == "crossed":
            origin = f"came from {known.origin}" if known.origin else "came from outside any known country"
            reasons += [f"crossed the border at {clock(detail.time_s)} {spread}", origin]
        else:
            origin = f", perhaps from {known.origin}," if known.origin else ""
            taken_for = f"taken for: {known.taken_for}"
            reasons += [f"first seen inside, {'flying inward' if opened.how == 'appeared' else taken_for}"]
            reasons += [f"it may have crossed{origin} about {clock(detail.time_s)} {spread}"]
        reasons.append(f"up to {length(detail.depth_m)} deep, {duration(detail.inside_s)} inside")
        reasons.append(motion(track))
        reasons += who(track)
        if track.status == "lost":
            reasons.append(f"lost: last report at {clock(track.last_report_s)}; where it is now is a prediction")
        if opened.left_s is not None:
            reasons.append(f"left at {clock(opened.left_s)}")
        if opened.is_identified:
            reasons.append("is now identified, cooperative traffic")
        return tuple(reasons)

    def _forget(self, track_id: int, now_s: float) -> list[Finding]:
        """Return the open finding of a track that is over, cleared."""
        known = self._watched.pop(track_id, None)
        if known is None or known.open is None:
            return []
        finding = known.open.finding
        last_word = "the track is over"
        if known.open.left_s is None:
            last_word += "; it was not seen to leave"
        return [structs.replace(finding, state="cleared", time_s=now_s, reasons=(*finding.reasons, last_word))]
