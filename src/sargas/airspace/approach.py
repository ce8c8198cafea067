"""Approach: a track outside reaches the border of the watched country soon if it keeps on.

Raised when the probability of crossing within the horizon stays high, yellow when the crossing is close in time,
cleared when that probability has been low for a while or the track is inside. Identified cooperative traffic crosses
borders all day and is not judged unless its country of flight is listed.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Annotated

from msgspec import Meta, Struct, structs

from sargas.airspace.ahead import Meeting, meeting
from sargas.airspace.crossing import country_at, neighbours
from sargas.airspace.subjects import (
    Nearness,
    home,
    is_alive,
    is_due,
    is_identified,
    is_usable,
    motion,
    speed_mps,
    spread_m,
    who,
)
from sargas.airspace.words import duration, length, percent
from sargas.model.finding import Ahead, Finding, Severity
from sargas.model.picture import Picture
from sargas.model.sensor import Sensor
from sargas.model.track import Track
from sargas.model.zone import Zone

Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
LOOK_AGAIN_S = 5
"""The longest time [s] that a track is left alone."""
Seconds = Annotated[float, Meta(ge=0.0, le=86_400.0)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds; docs/reference/findings.md says why they are what they are."""

    horizon_s: Annotated[float, Meta(gt=0.0, le=7_200.0)] = 600.0
    p_raise: Probability = 0.7
    raise_s: Seconds = 5.0
    p_clear: Probability = 0.3
    clear_s: Seconds = 30.0
    yellow_s: Seconds = 300.0
    speed_min_mps: Annotated[float, Meta(gt=0.0, le=1_000.0)] = 5.0
    alert_cooperative_from: tuple[str, ...] = ()
    update_s: Seconds = 5.0


def build(settings: Settings, zones: Sequence[Zone], watched: str, sensors: Sequence[Sensor] = ()) -> "Approach":
    """Return the rule for the watched country.

    Raises:
        ConfigError: no sovereign zone of that country.
    """
    del sensors
    return Approach(settings, zones, watched)


class _Approaching:
    """What is remembered of one track that may come over."""

    def __init__(self) -> None:
        self.next_s = -math.inf
        self.since_s: float | None = None
        self.below_since_s: float | None = None
        self.n_raised = 0
        self.open: Finding | None = None


class Approach:
    """The rule; see the module."""

    name = "approach"

    def __init__(self, settings: Settings, zones: Sequence[Zone], watched: str) -> None:
        self.settings = settings
        self.zone_id, self.zone_name, self._area = home(zones, watched)
        self._nearness = Nearness(self._area)
        self._neighbours = neighbours(zones, watched, self._area)
        self._known: dict[int, _Approaching] = {}

    def evaluate(self, picture: Picture) -> Iterable[Finding]:
        """Return the approaches that are raised, updated or cleared."""
        findings: list[Finding] = []
        for track in self._nearness.awake(picture):
            if not is_due(track, picture.now_s):
                continue
            finding = self._judge(track, picture.now_s)
            if finding is not None:
                findings.append(finding)
        for track_id in [key for key in self._known if key not in picture.tracks]:
            finding = self._clear(track_id, picture.now_s, "the track is over")
            if finding is not None:
                findings.append(finding)
            del self._known[track_id]
        self._nearness.keep_only(picture.tracks)
        return findings

    def _judge(self, track: Track, now_s: float) -> Finding | None:
        known = self._known.get(track.track_id)
        if track.status == "ended" or not is_usable(track):
            return self._clear(track.track_id, now_s, "the track is over")
        if known is None and (not self._is_eligible(track) or self._is_never_listed(track)):
            return None
        if known is not None and now_s < known.next_s:
            return None
        if known is None and self._nearness.is_certainly_inside(track):
            self._nearness.let_rest(track, 0.0, now_s)
            return None
        reach_m = 1.5 * self.settings.horizon_s * speed_mps(track) + 4.0 * spread_m(track)
        near = self._nearness.nearest(track, reach_m)
        is_inside = self._nearness.is_inside(track.track_id)
        if known is None and (near is None or is_inside):
            self._nearness.let_rest(track, 0.0 if is_inside else reach_m, now_s)
            return None
        if known is None:
            known = self._known[track.track_id] = _Approaching()
            # Not all tracks of a picture in the same second; who is a minute away is looked at once.
            if near is not None and abs(near.depth_m) > 60.0 * speed_mps(track):
                known.next_s = now_s + track.track_id % LOOK_AGAIN_S
                if known.next_s > now_s:
                    return None
        if track.status == "lost" and not is_inside:
            known.since_s = None  # a prediction alone raises nothing, and clears nothing
            return None
        if is_inside:
            known.since_s = None
            return self._clear(track.track_id, now_s, f"is now probably inside {self.zone_name}")
        met = meeting(self._area, track, self.settings.horizon_s) if near is not None else None
        distance_m = abs(near.depth_m) if near else reach_m
        known.next_s = now_s + self._pause_s(known, met)
        if known.open is not None:
            return self._hold(track, known, met, distance_m, now_s)
        return self._consider(track, known, met, distance_m, now_s)

    def _pause_s(self, known: _Approaching, met: Meeting | None) -> float:
        """Return how long the track can be left alone: not while it is about to be raised or about to cross."""
        if known.open is None and met is not None and met.probability >= self.settings.p_raise / 2.0:
            return 0.0
        return float(LOOK_AGAIN_S) if met is None else min(max(met.in_s / 10.0, 0.0), LOOK_AGAIN_S)

    def _is_eligible(self, track: Track) -> bool:
        return is_alive(track) and not track.is_on_ground and speed_mps(track) >= self.settings.speed_min_mps

    def _is_never_listed(self, track: Track) -> bool:
        return is_identified(track) and not self.settings.alert_cooperative_from

    def _is_excused(self, track: Track) -> bool:
        listed = self.settings.alert_cooperative_from
        if not is_identified(track) or "*" in listed:
            return False
        origin = country_at(self._neighbours, [(track.lon_deg, track.lat_deg)]) if listed else None
        return origin is None or origin.code not in listed

    def _consider(
        self, track: Track, known: _Approaching, met: Meeting | None, distance_m: float, now_s: float
    ) -> Finding | None:
        p = 0.0 if met is None else met.probability
        if met is None or p < self.settings.p_raise or not self._is_eligible(track) or self._is_excused(track):
            known.since_s = None
            return None
        known.since_s = now_s if known.since_s is None else known.since_s
        if now_s - known.since_s < self.settings.raise_s:
            return None
        known.n_raised += 1
        known.below_since_s = None
        finding = Finding(
            finding_id=f"{self.name}:{track.track_id}:{self.zone_id}:{known.n_raised}",
            rule=self.name,
            state="raised",
            severity="info",
            time_s=now_s,
            raised_s=now_s,
            probability=p,
            title=f"Track {track.track_id} approaches {self.zone_name}",
            reasons=(),
            detail=Ahead(zone_id=self.zone_id, distance_m=distance_m),
            track_id=track.track_id,
        )
        known.open = self._written(track, finding, met, distance_m)
        return known.open

    def _hold(
        self, track: Track, known: _Approaching, met: Meeting | None, distance_m: float, now_s: float
    ) -> Finding | None:
        before = known.open
        assert before is not None
        p = 0.0 if met is None else met.probability
        if p <= self.settings.p_clear or track.is_on_ground or self._is_excused(track):
            known.below_since_s = now_s if known.below_since_s is None else known.below_since_s
            if now_s - known.below_since_s >= self.settings.clear_s:
                return self._clear(track.track_id, now_s, "no longer flies towards the border")
        else:
            known.below_since_s = None
        if met is None:
            return None
        finding = structs.replace(before, state="updated", time_s=now_s, probability=p)
        finding = self._written(track, finding, met, distance_m)
        if finding.severity == before.severity and now_s - before.time_s < self.settings.update_s:
            return None
        known.open = finding
        return finding

    def _written(self, track: Track, finding: Finding, met: Meeting, distance_m: float) -> Finding:
        is_close = met.in_s <= self.settings.yellow_s and met.probability >= self.settings.p_raise
        # Once it was yellow it stays so while it is open: a level that flickers is read by no one.
        severity: Severity = "yellow" if is_close or finding.severity == "yellow" else "info"
        horizon = duration(self.settings.horizon_s)
        reasons = (
            f"{percent(met.probability)} probability of reaching {self.zone_name} within {horizon} if it keeps on",
            f"reaches the border in {duration(met.in_s)} ± {duration(met.in_sd_s)}",
            f"{length(distance_m)} from the border",
            motion(track),
            *who(track),
        )
        detail = Ahead(
            zone_id=self.zone_id,
            distance_m=distance_m,
            in_s=met.in_s,
            in_sd_s=met.in_sd_s,
            lat_deg=met.lat_deg,
            lon_deg=met.lon_deg,
        )
        return structs.replace(
            finding,
            severity=severity,
            reasons=reasons,
            detail=detail,
            lat_deg=track.lat_deg,
            lon_deg=track.lon_deg,
            evidence=track.entries,
        )

    def _clear(self, track_id: int, now_s: float, why: str) -> Finding | None:
        known = self._known.get(track_id)
        if known is None or known.open is None:
            return None
        finding = structs.replace(known.open, state="cleared", time_s=now_s, reasons=(*known.open.reasons, why))
        known.open = known.below_since_s = known.since_s = None
        return finding
