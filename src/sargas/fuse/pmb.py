"""The tracker: a track-oriented marginal multi-Bernoulli/Poisson filter over all sensors, in event time (TOMB/P).

Reports become measurements (`batch`), measurements that belong to one look of one sensor become groups, and groups
are processed in the order of their times (`timeline`, `process`): anonymous ones jointly (`look`), those that say
whose they are one by one (`named`), directions that no track explains where they cross (`crossing`). What is believed
lies in one table (`table`); this module turns its rows into tracks.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.batch import Batcher
from sargas.fuse.births import Births
from sargas.fuse.grouping import group
from sargas.fuse.look import CONTRADICTS, DOUBLE, NO_ROOM, NOT_TRUSTED, TOO_LATE
from sargas.fuse.pmb_settings import Settings, judgement_of, models_of, scanning_of, sites_of
from sargas.fuse.published import Publisher
from sargas.fuse.registering import Registering
from sargas.fuse.table import measurements_of
from sargas.fuse.timeline import Timeline
from sargas.model.report import AnyReport, Bearing, Cooperative, Identity, PolarPlot, SensorStatus
from sargas.model.sensor import RegistrationEstimate, Sensor
from sargas.model.track import Track

__all__ = ["Settings", "TombP", "build"]

F64 = NDArray[np.float64]
Records = NDArray[np.void]

REASONS_KEPT = 1_000
SAME_MOMENT_S = 1e-3
LOOK_SHARE, LOOK_MAX_S = 0.3, 1.0
SWEEP_BEHIND_S = 2.0
WARM = Identity(icao24="000000")
REASONS = {
    DOUBLE: "a second plot of the same look",
    NO_ROOM: "too many tracks",
    TOO_LATE: "too late",
    CONTRADICTS: "contradicts the track of its name",
    NOT_TRUSTED: "its sensor points wrong",
}


def build(settings: Settings, sensors: Mapping[str, Sensor]) -> "TombP":
    """Return a tracker for these sensors, its hot loops loaded or compiled: no report is to wait for that."""
    _warm_up(settings)
    return TombP(settings, sensors)


def _warm_up(settings: Settings) -> None:
    """Run each hot loop once, on a sky of its own."""
    site = Sensor(id="radar", kind="radar", lat_deg=0.0, lon_deg=0.0, period_s=1.0)
    tracker = TombP(settings, {"radar": site})
    for k in range(2):
        t = float(k + 1)
        plot = PolarPlot(sensor="radar", time_s=t, received_s=t, range_m=1e4, azimuth_deg=90.0)
        ear = Bearing(sensor="radar", time_s=t, received_s=t, azimuth_deg=90.0)
        own = Cooperative(
            sensor="radar", time_s=t, received_s=t, identity=WARM, source="other", lat_deg=0.1, lon_deg=0.1
        )
        tracker.update([plot, ear, own], t)
        tracker.tick(t)


class TombP:
    """The tracker; see `sargas.ports.Tracker`."""

    def __init__(self, settings: Settings, sensors: Mapping[str, Sensor]) -> None:
        self._settings = settings
        self._sensors = dict(sensors)
        self._batcher = Batcher(settings.measure, sensors)
        self._periods = np.array([sensor.period_s or 0.0 for sensor in sensors.values()] + [0.0])
        self._timeline: Timeline | None = None
        self._publisher = Publisher(settings, self._batcher)
        self._births = Births(settings, sensors)
        self._registering = Registering(settings, sensors)
        self._n_measured = 0
        self._n_groups = 0
        self._lag_s = SWEEP_BEHIND_S + max((sensor.latency_s for sensor in sensors.values()), default=0.0)
        self.rejected: dict[tuple[str, str], int] = {}
        """How many reports were not used, by sensor and reason."""

    @property
    def registration(self) -> Mapping[str, RegistrationEstimate]:
        """Return how far each sensor is out of register, as far as that is known."""
        return self._registering.estimates

    def update(self, reports: Sequence[AnyReport], now_s: float) -> Sequence[Track]:
        """Return the shown tracks that these reports changed, at the time of their newest report."""
        batch, unusable = self._batcher.batch(reports, now_s)
        for sensor, reason in unusable:
            self._reject(sensor, reason, 1)
        for report in reports:
            if isinstance(report, SensorStatus) and report.rotation_s is not None:
                self._set_period(report.sensor, report.rotation_s)
        if len(batch.t) == 0:
            return []
        timeline = self._started()
        raw = measurements_of(batch, self._n_measured)
        self._n_measured += len(raw)
        ms = self._registering.corrected(raw)
        taken = timeline.take(self._grouped(ms))
        self._count_fates(taken)
        born = self._births.of(taken, timeline, self._n_measured)
        if len(born):
            self._n_measured += len(born)
            timeline.take(self._grouped(born))
        self._registering.observe(batch, raw, taken, timeline, now_s)
        return self._publisher.changed(timeline)

    def tick(self, now_s: float) -> Sequence[Track]:
        """Return every shown track predicted to `now_s`; those that are over once as ended."""
        if self._timeline is None:
            return []
        self._timeline.sweep(now_s - self._lag_s)
        return self._publisher.all_at(self._timeline, now_s)

    def number_from(self, n_before: int) -> None:
        """Number the tracks that come from here on as if there had been `n_before` already."""
        self._publisher.number_from(n_before)

    def _started(self) -> Timeline:
        if self._timeline is None:
            slots, scanning = scanning_of(self._sensors)
            s = self._settings
            self._timeline = Timeline(
                sites=sites_of(self._sensors, self._batcher.sites, self._periods), slots=slots, scanning=scanning,
                models=models_of(s.motion), judgement=judgement_of(s), history_s=s.history_s, rows_max=s.tracks_max,
                rolls_back=s.rolls_back, learns=s.learns,
            )  # fmt: skip
            assert self._batcher.plane is not None
            self._registering.lay_plane(self._batcher.plane)
        return self._timeline

    def _set_period(self, sensor: str, period_s: float) -> None:
        i = self._batcher.index_of(sensor)
        if i >= len(self._sensors) or period_s < SAME_MOMENT_S:
            return
        self._periods[i] = period_s
        if self._timeline is not None:
            self._timeline.set_period(i, period_s)

    def _grouped(self, ms: Records) -> Records:
        """Return the measurements with the groups of those that are judged together, in the order of their times."""
        if len(ms) > 1:
            ms = ms[np.argsort(ms["t"], kind="stable")]
        window = np.clip(LOOK_SHARE * self._periods, SAME_MOMENT_S, LOOK_MAX_S)
        self._n_groups = group(ms, window, self._n_groups)
        return ms if len(ms) == 1 else ms[np.lexsort((ms["uid"], ms["group"], ms["order_s"]))]

    def _count_fates(self, ms: Records) -> None:
        for i in np.flatnonzero(ms["fate"]).tolist():
            self._reject(self._batcher.sensor_names[ms["sensor"][i]], REASONS[int(ms["fate"][i])], 1)

    def _reject(self, sensor: str, reason: str, n: int) -> None:
        key = (sensor, reason)
        if key not in self.rejected and len(self.rejected) >= REASONS_KEPT:
            key = ("", "others")
        self.rejected[key] = self.rejected.get(key, 0) + n
