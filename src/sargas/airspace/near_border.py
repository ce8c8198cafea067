"""Near the border: a track outside flies along the border or stays beside it, without coming over.

An information only: it opens no incident. It makes the skirting visible that is neither approach nor incursion.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated

from msgspec import Meta, Struct, structs

from sargas.airspace.geometry import Nearest
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
from sargas.airspace.words import duration, length
from sargas.model.finding import Ahead, Finding
from sargas.model.picture import Picture
from sargas.model.sensor import Sensor
from sargas.model.track import Track
from sargas.model.zone import Zone

Seconds = Annotated[float, Meta(ge=0.0, le=86_400.0)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds; docs/reference/findings.md says why they are what they are."""

    within_m: Annotated[float, Meta(gt=0.0, le=200_000.0)] = 5_000.0
    leave_factor: Annotated[float, Meta(ge=1.0, le=10.0)] = 1.5
    raise_s: Seconds = 60.0
    clear_s: Seconds = 30.0
    speed_min_mps: Annotated[float, Meta(ge=0.0, le=1_000.0)] = 5.0
    include_cooperative: bool = False
    update_s: Seconds = 10.0


def build(settings: Settings, zones: Sequence[Zone], watched: str, sensors: Sequence[Sensor] = ()) -> "NearBorder":
    """Return the rule for the watched country.

    Raises:
        ConfigError: no sovereign zone of that country.
    """
    del sensors
    return NearBorder(settings, zones, watched)


class _Beside:
    """What is remembered of one track beside the border."""

    def __init__(self) -> None:
        self.since_s: float | None = None
        self.away_since_s: float | None = None
        self.n_raised = 0
        self.open: Finding | None = None


class NearBorder:
    """The rule; see the module."""

    name = "near_border"

    def __init__(self, settings: Settings, zones: Sequence[Zone], watched: str) -> None:
        self.settings = settings
        self.zone_id, self.zone_name, self._area = home(zones, watched)
        self._nearness = Nearness(self._area)
        self._known: dict[int, _Beside] = {}

    def evaluate(self, picture: Picture) -> Iterable[Finding]:
        """Return the findings that are raised, updated or cleared."""
        findings: list[Finding] = []
        for track in self._nearness.awake(picture):
            finding = self._judge(track, picture.now_s)
            if finding is not None:
                findings.append(finding)
        for track_id in [key for key in self._known if key not in picture.tracks]:
            finding = self._clear(self._known.pop(track_id), picture.now_s, "the track is over")
            if finding is not None:
                findings.append(finding)
        self._nearness.keep_only(picture.tracks)
        return findings

    def _judge(self, track: Track, now_s: float) -> Finding | None:
        known = self._known.get(track.track_id)
        if known is None and not self._is_eligible(track):
            return None
        if track.status == "ended" or not is_usable(track):
            return self._clear(known, now_s, "the track is over")
        within_m = self.settings.within_m * self.settings.leave_factor
        near = self._nearness.nearest(track, within_m)
        if self._nearness.is_inside(track.track_id):
            if known is not None:
                known.since_s = None
            finding = self._clear(known, now_s, f"is now probably inside {self.zone_name}")
            self._nearness.let_rest(track, within_m, now_s)
            return finding
        if known is None:
            if near is None:
                self._nearness.let_rest(track, within_m, now_s)
                return None
            known = self._known[track.track_id] = _Beside()
        if known.open is not None:
            return self._hold(track, known, known.open, near, now_s)
        return self._consider(track, known, near, now_s)

    def _is_eligible(self, track: Track) -> bool:
        if is_identified(track) and not self.settings.include_cooperative:
            return False
        return is_alive(track) and not track.is_on_ground and speed_mps(track) >= self.settings.speed_min_mps

    def _consider(self, track: Track, known: _Beside, near: Nearest | None, now_s: float) -> Finding | None:
        if near is None or -near.depth_m > self.settings.within_m or not self._is_eligible(track):
            known.since_s = None
            return None
        known.since_s = now_s if known.since_s is None else known.since_s
        if now_s - known.since_s < self.settings.raise_s:
            return None
        known.n_raised += 1
        known.away_since_s = None
        finding = Finding(
            finding_id=f"{self.name}:{track.track_id}:{self.zone_id}:{known.n_raised}",
            rule=self.name,
            state="raised",
            severity="info",
            time_s=now_s,
            raised_s=now_s,
            probability=self._beside_probability(track),
            title=f"Track {track.track_id} flies along the border of {self.zone_name}",
            reasons=(),
            detail=Ahead(zone_id=self.zone_id, distance_m=-near.depth_m),
            track_id=track.track_id,
        )
        known.open = self._written(track, finding, near, now_s - known.since_s)
        return known.open

    def _hold(
        self, track: Track, known: _Beside, before: Finding, near: Nearest | None, now_s: float
    ) -> Finding | None:
        is_away = near is None or not (self._is_eligible(track) or track.status == "lost")
        if is_away and track.status != "lost":
            known.away_since_s = now_s if known.away_since_s is None else known.away_since_s
            if now_s - known.away_since_s >= self.settings.clear_s:
                return self._clear(known, now_s, "no longer near the border")
        else:
            known.away_since_s = None
        if near is None or now_s - before.time_s < self.settings.update_s:
            return None
        p = self._beside_probability(track)
        finding = structs.replace(before, state="updated", time_s=now_s, probability=p)
        known.open = self._written(track, finding, near, now_s - (known.since_s or before.raised_s))
        return known.open

    def _beside_probability(self, track: Track) -> float:
        """Return the probability that the track is outside, as it seems."""
        return 1.0 - self._area.probability(track.lon_deg, track.lat_deg, track.position_cov_m2)

    def _written(self, track: Track, finding: Finding, near: Nearest, for_s: float) -> Finding:
        distance_m = -near.depth_m
        reasons = (
            f"{length(distance_m)} ± {length(spread_m(track))} outside {self.zone_name}",
            f"within {length(self.settings.within_m)} of the border for {duration(for_s)}, has not come over",
            motion(track),
            *who(track),
        )
        detail = Ahead(zone_id=self.zone_id, distance_m=distance_m, lat_deg=near.lat_deg, lon_deg=near.lon_deg)
        return structs.replace(
            finding,
            reasons=reasons,
            detail=detail,
            lat_deg=track.lat_deg,
            lon_deg=track.lon_deg,
            evidence=track.entries,
        )

    def _clear(self, known: _Beside | None, now_s: float, why: str) -> Finding | None:
        if known is None or known.open is None:
            return None
        finding = structs.replace(known.open, state="cleared", time_s=now_s, reasons=(*known.open.reasons, why))
        known.open = known.since_s = known.away_since_s = None
        return finding
