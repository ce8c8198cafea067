"""What is kept of one target beside its motion: identity, heights, who saw it, and how it is published."""

import math
from collections.abc import Sequence

from sargas.fuse.measure import Key, Measurement
from sargas.model.report import NO_IDENTITY, Bearing, Cooperative, GeoPlot, Identity, PolarPlot, SystemTrack
from sargas.model.track import Contribution, Track, TrackStatus

ENTRIES_KEPT = 20
SENSORS_KEPT = 32
HEIGHT_STALE_S = 60.0
COOPERATIVE_STALE_S = 60.0
FLAG_KEPT_S = 60.0
BARO_SD_M = 15.0
CLIMB_SD_MPS = 10.0
OUTLIER_SIGMA = 5.0
CONTRADICTS = "cooperative position contradicts track"
IDENTITY_CHANGED = "identity changed"


def newest(new: Identity, old: Identity) -> Identity:
    """Return each part from the new identity where it knows it, else from the old."""
    return Identity(
        new.icao24 or old.icao24,
        new.callsign or old.callsign,
        new.squawk or old.squawk,
        new.remote_id or old.remote_id,
    )


class Height:
    """One height [m] as a random walk, filtered; a single leap is not believed, a second one is."""

    __slots__ = ("leapt", "rate_mps", "t", "value_m", "var_m2")

    def __init__(self) -> None:
        self.value_m = 0.0
        self.var_m2 = 0.0
        self.rate_mps: float | None = None
        self.t = -math.inf
        self.leapt = False

    def update(self, value_m: float, sd_m: float, t: float) -> None:
        """Take in a height; late ones are passed over."""
        dt = t - self.t
        if dt < 0.0:
            return
        if dt > HEIGHT_STALE_S:
            self.value_m, self.var_m2, self.rate_mps, self.t, self.leapt = value_m, sd_m * sd_m, None, t, False
            return
        var = self.var_m2 + CLIMB_SD_MPS**2 * dt * max(dt, 1.0)
        innovation = value_m - self.value_m
        if innovation * innovation > OUTLIER_SIGMA**2 * (var + sd_m * sd_m):
            if not self.leapt:
                self.leapt = True
                return
            self.value_m, self.var_m2, self.rate_mps = value_m, sd_m * sd_m, None
        else:
            gain = var / (var + sd_m * sd_m)
            moved = gain * innovation
            if dt > 0.0:
                rate = moved / dt
                old = rate if self.rate_mps is None else self.rate_mps
                self.rate_mps = old + min(1.0, dt / 10.0) * (rate - old)
            self.value_m += moved
            self.var_m2 = (1.0 - gain) * var
        self.t, self.leapt = t, False

    def at(self, t: float) -> float | None:
        """Return the height if it is fresh."""
        return self.value_m if t - self.t <= HEIGHT_STALE_S else None


class Target:
    """The book-keeping of one target; its motion is in slot `slot` of the histories."""

    __slots__ = (
        "baro", "climb_mps", "climb_t", "contradicted_t", "cooperative_t", "entries", "first_s", "flags", "found",
        "hits", "identity", "is_on_ground", "is_sensed", "keys", "last_s", "latency_s", "named_s", "numbers", "order",
        "period_s", "rejected", "said", "seen", "slot", "speed_max_mps", "status", "track_id", "wgs84",
    )  # fmt: skip

    def __init__(self, slot: int, order: int, t: float) -> None:
        self.slot = slot
        self.order = order
        self.track_id = 0
        self.status: TrackStatus = "tentative"
        self.first_s = t
        self.last_s = t
        self.named_s = -math.inf  # when it was last said who it is
        self.hits = 0
        self.identity: Identity = NO_IDENTITY
        self.keys: list[Key] = []
        self.numbers: tuple[str, ...] = ()
        self.seen: dict[str, tuple[int, float]] = {}
        self.said: tuple[Contribution, ...] | None = None  # the same for publishing; None if it must be made anew
        self.entries: list[int] = []
        self.flags: dict[str, float] = {}
        self.baro = Height()
        self.wgs84 = Height()
        self.climb_mps = 0.0
        self.climb_t = -math.inf
        self.is_on_ground = False
        self.is_sensed = False  # a sensor detected it; it did not only give its own position
        self.cooperative_t = -math.inf
        self.contradicted_t = -math.inf
        self.rejected: tuple[int, float, float, float] = (0, 0.0, 0.0, 0.0)
        self.period_s: float | None = None
        self.latency_s = 0.0
        self.speed_max_mps = 0.0
        self.found = 0

    def take(self, m: Measurement) -> None:
        """Note a report that placed this target."""
        report = m.report
        count, last = self.seen.get(report.sensor, (0, m.t))
        if count or len(self.seen) < SENSORS_KEPT:
            self.seen[report.sensor], self.said = (count + 1, max(last, m.t)), None
        if report.entry and (not self.entries or self.entries[-1] != report.entry):
            self.entries.append(report.entry)
            if len(self.entries) > ENTRIES_KEPT:
                del self.entries[0]
        self.hits += 1
        if isinstance(report, Bearing):
            return
        self.last_s = max(self.last_s, m.t)
        if not m.identity.is_empty:
            self.named_s = max(self.named_s, m.t)
            if m.identity != self.identity:
                self._identify(m.identity, m.t)
        self._take_height(report, m)
        if isinstance(report, PolarPlot | GeoPlot):
            self.is_sensed = True
        if isinstance(report, Cooperative):
            self.is_on_ground = report.is_on_ground
            self.cooperative_t = max(self.cooperative_t, m.t)

    def conflicts(self, identity: Identity) -> bool:
        """Return whether an identity cannot be this target's."""
        mine = self.identity
        return (
            (identity.icao24 is not None and mine.icao24 is not None and identity.icao24 != mine.icao24)
            or (
                identity.remote_id is not None and mine.remote_id is not None and identity.remote_id != mine.remote_id
            )
            or (identity.callsign is not None and mine.callsign is not None and identity.callsign != mine.callsign)
        )

    def contradict(self, m: Measurement) -> None:
        """Note a position under this target's own key that cannot be true."""
        self.contradicted_t = m.t
        if isinstance(m.report, Cooperative):
            self.flags[CONTRADICTS] = m.t
        else:
            self.flags["reported position contradicts track"] = m.t

    def published(self, row: Sequence[float], status: TrackStatus) -> Track:
        """Return the track with the motion of a row of `sargas.kernels.plots.describe`."""
        t = row[11]
        if self.said is None:
            self.said = tuple([Contribution(name, n, last) for name, (n, last) in self.seen.items()])
        return Track(
            track_id=self.track_id,
            time_s=t,
            first_s=self.first_s,
            last_report_s=self.last_s,
            status=status,
            lat_deg=row[0],
            lon_deg=row[1],
            east_mps=row[2],
            north_mps=row[3],
            position_cov_m2=(row[4], row[5], row[6]),
            velocity_cov_m2ps2=(row[7], row[8], row[9]),
            alt_baro_m=self.baro.at(t),
            alt_wgs84_m=self.wgs84.at(t),
            climb_mps=self._climb(t),
            turn_rate_dps=-math.degrees(row[10]),
            is_cooperative=t - self.cooperative_t <= COOPERATIVE_STALE_S and t - self.contradicted_t > FLAG_KEPT_S,
            is_on_ground=self.is_on_ground,
            identity=self.identity,
            neighbour_numbers=self.numbers,
            contributions=self.said,
            n_reports=self.hits,
            flags=self._flags(t) if self.flags else (),
            entries=tuple(self.entries),
        )

    def _identify(self, identity: Identity, t: float) -> None:
        mine = self.identity
        if self.conflicts(identity):
            self.flags[IDENTITY_CHANGED] = t
        self.identity = newest(identity, mine)

    def _take_height(self, report: PolarPlot | GeoPlot | Cooperative | SystemTrack, m: Measurement) -> None:
        if report.alt_baro_m is not None:
            self.baro.update(report.alt_baro_m, BARO_SD_M, m.t)
        if m.height_m is not None:
            self.wgs84.update(m.height_m, m.height_sd_m, m.t)
        if not isinstance(report, PolarPlot) and report.climb_mps is not None and m.t >= self.climb_t:
            self.climb_mps, self.climb_t = report.climb_mps, m.t

    def _climb(self, t: float) -> float | None:
        if t - self.climb_t <= HEIGHT_STALE_S:
            return self.climb_mps
        if self.baro.at(t) is not None:
            return self.baro.rate_mps
        return self.wgs84.rate_mps if self.wgs84.at(t) is not None else None

    def _flags(self, t: float) -> tuple[str, ...]:
        return tuple([flag for flag, at in self.flags.items() if t - at <= FLAG_KEPT_S])


def merge(old: Target, new: Target) -> None:
    """Let `old`, which was lost, go on with what `new` has seen; its number and its beginning stay."""
    old.slot = new.slot
    old.status = new.status
    old.last_s = new.last_s
    old.named_s = max(old.named_s, new.named_s)
    old.hits += new.hits
    for name, (count, last) in new.seen.items():
        old.seen[name] = (old.seen.get(name, (0, last))[0] + count, last)
    old.said = None
    old.entries = (old.entries + new.entries)[-ENTRIES_KEPT:]
    old.identity = newest(new.identity, old.identity)
    old.flags.update(new.flags)
    old.baro, old.wgs84 = new.baro, new.wgs84
    old.climb_mps, old.climb_t = new.climb_mps, new.climb_t
    old.is_sensed = old.is_sensed or new.is_sensed
    old.is_on_ground, old.cooperative_t = new.is_on_ground, max(old.cooperative_t, new.cooperative_t)
    old.period_s, old.latency_s = new.period_s, new.latency_s
    old.found += 1
