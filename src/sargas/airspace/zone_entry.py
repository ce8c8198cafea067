"""Zone entry: a track is inside a zone that the user drew, within its heights, while it holds.

An unknown height counts as inside. Height alone never decides against a track that may be in.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated

from msgspec import Meta, Struct, structs

from sargas.airspace.crossing import Fix, crossed_between, crossing
from sargas.airspace.geometry import Area
from sargas.airspace.heights import height_m, holds_at, is_within
from sargas.airspace.subjects import (
    Nearness,
    is_alive,
    is_due,
    is_identified,
    is_usable,
    motion,
    speed_mps,
    spread_m,
    who,
)
from sargas.airspace.words import clock, duration, length, percent
from sargas.model.errors import ConfigError
from sargas.model.finding import Crossing, Finding, Severity
from sargas.model.picture import Picture
from sargas.model.sensor import Sensor
from sargas.model.track import Track
from sargas.model.zone import Zone, ZoneKind

Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
Seconds = Annotated[float, Meta(ge=0.0, le=86_400.0)]
Metres = Annotated[float, Meta(ge=0.0, le=20_000.0)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds; docs/reference/findings.md says why they are what they are."""

    p_raise: Probability = 0.5
    raise_s: Seconds = 3.0
    p_clear: Probability = 0.1
    clear_s: Seconds = 30.0
    yellow_kinds: tuple[ZoneKind, ...] = ("prohibited", "restricted", "watch")
    cooperative_kinds: tuple[ZoneKind, ...] = ("prohibited",)
    height_margin_m: Metres = 100.0
    terrain_max_m: Metres = 300.0
    update_s: Seconds = 5.0


def build(settings: Settings, zones: Sequence[Zone], watched: str, sensors: Sequence[Sensor] = ()) -> "ZoneEntry":
    """Return the rule for the zones that are not sovereign airspace.

    Raises:
        ConfigError: two zones have the same id.
    """
    del watched, sensors
    return ZoneEntry(settings, zones)


class _In:
    """What is remembered of one track at one zone."""

    def __init__(self) -> None:
        self.last: Fix | None = None
        self.crossing: Crossing | None = None
        self.since_s: float | None = None
        self.below_since_s: float | None = None
        self.left_s: float | None = None
        self.n_raised = 0
        self.open: Finding | None = None


class ZoneEntry:
    """The rule; see the module."""

    name = "zone_entry"

    def __init__(self, settings: Settings, zones: Sequence[Zone]) -> None:
        self.settings = settings
        self._zones = [zone for zone in zones if zone.kind != "sovereign" and zone.polygons]
        counts = Counter(zone.id for zone in self._zones)
        twice = sorted(zone_id for zone_id, n in counts.items() if n > 1)
        if twice:
            raise ConfigError(f"zones: more than one zone has the id {twice[0]!r}; ids must differ between files too")
        self._areas = [Area(zone.polygons) for zone in self._zones]
        # One index of all edges tells cheaply that a track is near none of them.
        self._edges = Nearness(Area([polygon for zone in self._zones for polygon in zone.polygons]))
        self._within: dict[int, tuple[int, ...]] = {}
        self._known: dict[tuple[int, int], _In] = {}

    def evaluate(self, picture: Picture) -> Iterable[Finding]:
        """Return the entries that are raised, updated or cleared."""
        if not self._zones:
            return []
        findings: list[Finding] = []
        for track in picture.tracks.values():
            if is_due(track, picture.now_s) and not self._edges.rests(track.track_id, picture.now_s):
                findings += self._judge(track, picture.now_s)
        over = [key for key in self._known if key[0] not in picture.tracks]
        for key in over:
            findings += self._forget(key, picture.now_s)
        self._edges.keep_only(picture.tracks)
        self._within = {key: value for key, value in self._within.items() if key in picture.tracks}
        return findings

    def _judge(self, track: Track, now_s: float) -> list[Finding]:
        if track.status == "ended" or not is_usable(track):
            gone = [key for key in self._known if key[0] == track.track_id]
            return [finding for key in gone for finding in self._forget(key, now_s)]
        zones = self._candidates(track)
        if not zones:
            self._edges.let_rest(track, _reach_m(track), now_s)
        return [found for k in zones if (found := self._judge_zone(track, k, now_s)) is not None]

    def _candidates(self, track: Track) -> Sequence[int]:
        """Return the zones that the track may be in or near, those with an open finding included."""
        reach_m = _reach_m(track)
        if self._edges.nearest(track, reach_m) is None and track.track_id in self._within:
            return self._within[track.track_id]
        found = tuple(
            k
            for k, area in enumerate(self._areas)
            if (track.track_id, k) in self._known
            or area.at_least_m(track.lon_deg, track.lat_deg) <= reach_m
            or area.contains(track.lon_deg, track.lat_deg)
        )
        self._within[track.track_id] = found
        return found

    def _judge_zone(self, track: Track, k: int, now_s: float) -> Finding | None:
        zone, area = self._zones[k], self._areas[k]
        key = (track.track_id, k)
        known = self._known.get(key)
        is_high_or_low = not is_within(zone, track, self.settings.height_margin_m, self.settings.terrain_max_m)
        if known is None and (is_high_or_low or self._is_excused(track, zone)):
            return None
        opened = None if known is None else known.open
        if opened is not None and track.status == "lost" and now_s - opened.time_s < self.settings.update_s:
            return None  # a prediction changes slowly
        p = 0.0 if is_high_or_low else area.probability(track.lon_deg, track.lat_deg, track.position_cov_m2)
        if known is None:
            if p == 0.0:
                return None
            known = self._known[key] = _In()
        self._follow(track, zone, area, known)
        if known.open is not None:
            return self._hold(track, zone, known, p, now_s)
        if p == 0.0 and known.n_raised == 0:
            del self._known[key]
            return None
        return self._consider(track, zone, known, p, now_s)

    def _follow(self, track: Track, zone: Zone, area: Area, known: _In) -> None:
        nearest = area.nearest(track.lon_deg, track.lat_deg)
        depth_m = 0.0 if nearest is None else nearest.depth_m
        fix = Fix(track.time_s, track.lon_deg, track.lat_deg, depth_m)
        if known.last is not None and known.last.depth_m < 0.0 <= depth_m and known.open is None:
            known.crossing = crossing(area, zone.id, track, crossed_between(area, known.last, fix))
        elif known.last is not None and depth_m < 0.0 <= known.last.depth_m and known.open is not None:
            known.left_s = crossed_between(area, known.last, fix).time_s
        elif depth_m >= 0.0:
            known.left_s = None
        known.last = fix

    def _is_excused(self, track: Track, zone: Zone) -> bool:
        return is_identified(track) and zone.kind not in self.settings.cooperative_kinds

    def _consider(self, track: Track, zone: Zone, known: _In, p: float, now_s: float) -> Finding | None:
        is_judged = is_alive(track) and not track.is_on_ground and not self._is_excused(track, zone)
        if p < self.settings.p_raise or not is_judged or not holds_at(zone, now_s):
            known.since_s = None
            return None
        known.since_s = now_s if known.since_s is None else known.since_s
        if now_s - known.since_s < self.settings.raise_s:
            return None
        known.n_raised += 1
        known.below_since_s = known.left_s = None
        severity: Severity = "yellow" if zone.kind in self.settings.yellow_kinds else "info"
        entered = known.crossing or Crossing(
            zone_id=zone.id,
            time_s=known.since_s,
            time_sd_s=spread_m(track) / max(speed_mps(track), 1.0),
            lat_deg=track.lat_deg,
            lon_deg=track.lon_deg,
            position_sd_m=spread_m(track),
        )
        finding = Finding(
            finding_id=f"{self.name}:{track.track_id}:{zone.id}:{known.n_raised}",
            rule=self.name,
            state="raised",
            severity=severity,
            time_s=now_s,
            raised_s=now_s,
            probability=p,
            title=f"Track {track.track_id} in {zone.name}",
            reasons=(),
            detail=entered,
            track_id=track.track_id,
        )
        known.open = self._written(track, zone, known, finding, p)
        return known.open

    def _hold(self, track: Track, zone: Zone, known: _In, p: float, now_s: float) -> Finding | None:
        before = known.open
        assert before is not None
        if (p <= self.settings.p_clear or not holds_at(zone, now_s)) and track.status != "lost":
            known.below_since_s = now_s if known.below_since_s is None else known.below_since_s
            if now_s - known.below_since_s >= self.settings.clear_s:
                finding = structs.replace(before, state="cleared", time_s=now_s, probability=p)
                finding = self._written(track, zone, known, finding, p)
                known.open = known.crossing = known.since_s = None
                return finding
        else:
            known.below_since_s = None
        if abs(p - before.probability) < 0.05 and now_s - before.time_s < self.settings.update_s:
            return None
        finding = structs.replace(before, state="updated", time_s=now_s, probability=p)
        known.open = self._written(track, zone, known, finding, p)
        return known.open

    def _written(self, track: Track, zone: Zone, known: _In, finding: Finding, p: float) -> Finding:
        detail = finding.detail
        assert isinstance(detail, Crossing)
        until_s = known.left_s if known.left_s is not None else finding.time_s
        depth_m = known.last.depth_m if known.last is not None else 0.0
        detail = structs.replace(
            detail,
            depth_m=max(detail.depth_m, depth_m),
            inside_s=max(0.0, until_s - detail.time_s),
            left_s=known.left_s,
        )
        reasons = [f"{percent(p)} probability inside {zone.name} ({zone.kind})"]
        entered = "entered" if known.crossing is not None else "first seen inside"
        reasons.append(f"{entered} at {clock(detail.time_s)} ± {duration(detail.time_sd_s)}")
        reasons.append(f"up to {length(detail.depth_m)} deep, {duration(detail.inside_s)} inside")
        if height_m(zone, track) is None and (zone.floor_m is not None or zone.ceiling_m is not None):
            reasons.append("its height is unknown, so it counts as within the zone's heights")
        reasons += [motion(track), *who(track)]
        if track.status == "lost":
            reasons.append(f"lost: last report at {clock(track.last_report_s)}; where it is now is a prediction")
        if known.left_s is not None:
            reasons.append(f"left at {clock(known.left_s)}")
        return structs.replace(
            finding,
            detail=detail,
            reasons=tuple(reasons),
            lat_deg=track.lat_deg,
            lon_deg=track.lon_deg,
            evidence=track.entries,
        )

    def _forget(self, key: tuple[int, int], now_s: float) -> list[Finding]:
        known = self._known.pop(key)
        if known.open is None:
            return []
        reasons = (*known.open.reasons, "the track is over")
        return [structs.replace(known.open, state="cleared", time_s=now_s, reasons=reasons)]


def _reach_m(track: Track) -> float:
    """Return how far from a zone's edge a track may still be inside with some probability."""
    return 300.0 + 6.0 * spread_m(track)
