"""The health of the sensors, from what they send, when it comes, and what they say of themselves."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from statistics import median
from types import MappingProxyType
from typing import Annotated, Final, get_args

from msgspec import Meta, Struct, structs

from sargas.fuse.measure import AHEAD, BEHIND, DOUBLE, Told, clock_fault
from sargas.fuse.turning import TurnFinder
from sargas.model.report import AnyReport, Bearing, PolarPlot, Positional, SensorStatus
from sargas.model.sensor import Health, HealthState, RegistrationEstimate, Sensor
from sargas.ports import Registered, Rejected

LATENCIES_KEPT = 31
TURNS_KEPT = 9
OFF_RUNNING = 3  # one report with a wrong time is a fault of the report, several are one of the clock
UNLISTED_KEPT = 200
TURN_MAX_S = 120.0
REFUSED_MIN = 3.0
PROBED = 64
"""So many plots of a chunk are enough to see the antenna turn."""
FEW = 4
"""Fewer reports than this are counted sooner one by one."""
NOTHING: Rejected = MappingProxyType({})
UNREGISTERED: Registered = MappingProxyType({})
TOLD: Final = frozenset(get_args(Told))
PLACED: Final = frozenset((*get_args(Positional), Bearing))


Positive = Annotated[float, Meta(gt=0.0)]


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a sensor is thought unwell."""

    silent_periods: Positive = 3.0
    """A sensor with a period is silent when nothing came for so many of them, beyond its latency."""
    late_after_s: Positive = 5.0
    """A sensor is late when half of its reports come so much later than its latency says."""
    clock_tolerance_s: Positive = 60.0
    """A report whose time is farther from its arrival is not used; as the tracker's setting of that name."""
    turn_tolerance: Positive = 0.1
    """An antenna is unwell when its turn differs from the period by more than this share."""
    refused_share: Positive = 0.5
    """A sensor is unwell when the tracker could not use more than this share of what it lately placed."""
    refused_window_s: Positive = 60.0
    rate_window_s: Positive = 10.0
    publish_s: Positive = 10.0
    """The numbers of a sensor whose state stays are told so often."""


class _Watched:
    """What is known of one sensor."""

    def __init__(self, sensor: Sensor | None, name: str, since_s: float) -> None:
        self.sensor = sensor
        self.since_s = since_s
        self.said: HealthState = "unknown"
        self.said_text = ""
        self.latencies: deque[float] = deque(maxlen=LATENCIES_KEPT)
        self.offs: deque[float] = deque(maxlen=LATENCIES_KEPT)
        self.n_off_running = 0
        self.turns: deque[float] = deque(maxlen=TURNS_KEPT)
        period_s = sensor.period_s if sensor is not None and sensor.kind == "radar" else None
        self.finder = None if period_s is None else TurnFinder(period_s)
        self.found_turns: deque[float] = deque(maxlen=2)
        self.mark_s: float | None = None
        self.mark_azimuth_deg: float | None = None
        self.has_north = False
        self.n_counted = 0
        self.counted_s = since_s
        self.told = Health(sensor=name, state="unknown")
        self.told_s = -math.inf
        self.n_reports = 0
        self.n_late = 0
        self.n_rejected = 0
        self.n_placed = 0
        self.refused: dict[str, int] = {}
        self.refused_why = ""
        self.lately = (0.0, 0.0)  # placed, refused
        self.lately_until = (0, 0)
        self.rate_hz = 0.0
        self.last_report_s: float | None = None
        self.last_received_s: float | None = None
        self.registration: RegistrationEstimate | None = None

    def count(self, reports: Sequence[AnyReport], now_s: float, settings: Settings) -> None:
        """Count reports of this sensor; at once if they came together and none has a wrong time."""
        kinds = set(map(type, reports))
        if len(reports) < FEW or not self._count_together(reports, kinds, settings):
            for report in reports:
                self._count_one(report, now_s, settings)
        if SensorStatus in kinds:
            for report in reports:
                if isinstance(report, SensorStatus):
                    self._status(report)
        if self.finder is not None and PolarPlot in kinds:
            some = reports if len(reports) <= PROBED else reports[:: len(reports) // PROBED]
            found_s = self.finder.take([report for report in some if isinstance(report, PolarPlot)])
            if found_s is not None:
                self.found_turns.append(found_s)

    def _count_together(self, reports: Sequence[AnyReport], kinds: set[type], settings: Settings) -> bool:
        """Return whether the reports could be counted at once: the same as one by one."""
        received_s = reports[0].received_s
        times = [report.time_s for report in reports]
        is_one_arrival = len(reports) == 1 or len({report.received_s for report in reports}) == 1
        if received_s <= 0.0 or not is_one_arrival or not kinds.isdisjoint(TOLD):
            return False
        bias_s = 0.0 if self.sensor is None else self.sensor.errors.time_bias_s
        oldest_s, newest_s = min(times), max(times)
        off_s = max(abs(oldest_s - bias_s - received_s), abs(newest_s - bias_s - received_s))
        if off_s > settings.clock_tolerance_s:
            return False
        self.n_reports += len(reports)
        self.n_placed += len(reports) if kinds <= PLACED else sum(type(report) in PLACED for report in reports)
        self.last_received_s = received_s
        self.n_off_running = 0
        self.latencies.extend([received_s - time_s + bias_s for time_s in times[-LATENCIES_KEPT:]])
        late_s = self.usual_latency_s + settings.late_after_s
        if received_s - oldest_s + bias_s > late_s:
            self.n_late += sum(received_s - time_s + bias_s > late_s for time_s in times)
        if self.last_report_s is None or newest_s > self.last_report_s:
            self.last_report_s = newest_s
        return True

    def _count_one(self, report: AnyReport, now_s: float, settings: Settings) -> None:
        received_s = report.received_s if report.received_s > 0.0 else now_s
        bias_s = 0.0 if self.sensor is None else self.sensor.errors.time_bias_s
        self.n_reports += 1
        self.n_placed += isinstance(report, Positional | Bearing)
        self.last_received_s = received_s
        latency_s = received_s - report.time_s + bias_s
        if clock_fault(report, now_s, settings.clock_tolerance_s, bias_s=bias_s) is not None:
            self.n_rejected += 1
            self.n_off_running += 1
            self.offs.append(-latency_s)
            return
        self.n_off_running = 0
        if not isinstance(report, Told):
            self.latencies.append(latency_s)
            self.n_late += latency_s > self.usual_latency_s + settings.late_after_s
        if self.last_report_s is None or report.time_s > self.last_report_s:
            self.last_report_s = report.time_s

    def refuse(self, reason: str, n: int) -> None:
        """Note how many reports the tracker has refused for a reason."""
        more = n - self.refused.get(reason, 0)
        if more > 0:
            self.refused[reason] = n
            if reason != DOUBLE:  # two plots of one target are no fault
                self.refused_why = reason

    @property
    def usual_latency_s(self) -> float:
        return 0.0 if self.sensor is None else self.sensor.latency_s

    def _status(self, report: SensorStatus) -> None:
        if report.state != "unknown":
            self.said, self.said_text = report.state, report.text
        if report.rotation_s is not None:
            self.turns.append(report.rotation_s)
        if report.mark == "north":
            if not self.has_north:
                self.turns.clear()
                self.mark_s, self.has_north = None, True
            self._mark(report.time_s)
        elif report.mark == "sector" and not self.has_north and report.azimuth_deg is not None:
            if self.mark_azimuth_deg is None:
                self.mark_azimuth_deg = report.azimuth_deg
            if report.azimuth_deg == self.mark_azimuth_deg:
                self._mark(report.time_s)

    def _mark(self, time_s: float) -> None:
        if self.mark_s is not None and 0.0 < time_s - self.mark_s <= TURN_MAX_S:
            self.turns.append(time_s - self.mark_s)
        self.mark_s = time_s

    def health(self, now_s: float, settings: Settings) -> Health:
        state, reason = self._judge(now_s, settings)
        return Health(
            sensor=self.told.sensor,
            state=state,
            reason=reason,
            last_report_s=self.last_report_s,
            last_received_s=self.last_received_s,
            n_reports=self.n_reports,
            n_late=self.n_late,
            n_rejected=self.n_rejected + sum(self.refused.values()),
            rate_hz=round(self.rate_hz, 3),
            latency_s=round(median(self.latencies), 3) if self.latencies else None,
            rotation_s=self._rotation_s(settings),
            registration=self.registration,
        )

    def rate(self, now_s: float, settings: Settings) -> None:
        """Let the rate follow what came since the last time."""
        dt = now_s - self.counted_s
        if dt <= 0.0:
            return
        self.rate_hz += ((self.n_reports - self.n_counted) / dt - self.rate_hz) * -math.expm1(
            -dt / settings.rate_window_s
        )
        self.n_counted, self.counted_s = self.n_reports, now_s
        kept = math.exp(-dt / settings.refused_window_s)
        until = self.n_placed, sum(n for reason, n in self.refused.items() if reason != DOUBLE)
        placed, refused = (
            kept * old + now - before for old, now, before in zip(self.lately, until, self.lately_until, strict=True)
        )
        self.lately, self.lately_until = (placed, refused), until

    def _judge(self, now_s: float, settings: Settings) -> tuple[HealthState, str]:
        if self.said == "maintenance":
            return "maintenance", _said("it says that it is in maintenance", self.said_text)
        if self.sensor is None:
            return "unknown", "unknown sensor: add it to the configuration"
        silence = self._silence(now_s, settings)
        if silence is not None:
            return "silent", silence
        if self.said == "failed":
            return "failed", _said("it says that it has failed", self.said_text)
        if self.last_received_s is None:
            return "unknown", "nothing has come from it yet"
        if self.last_report_s is None or self.n_off_running >= OFF_RUNNING:
            off_s = median(self.offs)
            sense = "ahead" if off_s > 0.0 else "behind"
            return "degraded", f"its clock is {abs(off_s):.0f} s {sense}: its reports are not used"
        late_s = median(self.latencies) - self.usual_latency_s if self.latencies else 0.0
        if late_s > settings.late_after_s:
            return "late", f"its reports come {late_s:.0f} s later than expected"
        if self.said == "degraded":
            return "degraded", _said("it says that it is degraded", self.said_text)
        if self.registration is not None and not self.registration.is_used:
            return "degraded", self.registration.verdict
        placed, refused = self.lately
        if refused >= REFUSED_MIN and refused > settings.refused_share * placed:
            share = min(100.0, 100.0 * refused / max(placed, 1.0))
            return "degraded", f"{share:.0f} % of its reports are not used: {self.refused_why}"
        return self._turning(settings)

    def _silence(self, now_s: float, settings: Settings) -> str | None:
        assert self.sensor is not None
        if self.sensor.period_s is None:
            return None
        since_s = self.since_s if self.last_received_s is None else self.last_received_s
        silent_s = now_s - since_s
        if silent_s <= settings.silent_periods * self.sensor.period_s + self.sensor.latency_s:
            return None
        expected = f"it should speak every {self.sensor.period_s:g} s"
        if self.last_received_s is None:
            return f"nothing has come from it in {silent_s:.0f} s; {expected}"
        return f"nothing has come from it for {silent_s:.0f} s; {expected}"

    def _turning(self, settings: Settings) -> tuple[HealthState, str]:
        period_s = None if self.sensor is None or self.sensor.kind != "radar" else self.sensor.period_s
        turn_s = median(self.turns) if len(self.turns) >= 3 else None
        if turn_s is None and not self.turns:
            turn_s = self._found_turn_s(settings)
        if (
            period_s is not None
            and turn_s is not None
            and abs(turn_s - period_s) > settings.turn_tolerance * period_s
        ):
            sentence = f"its antenna turns in {turn_s:.1f} s instead of {period_s:g} s"
            if turn_s < period_s:
                sentence += ": with such a period_s plots are lost as second ones of a look"
            return "degraded", sentence
        return "ok", "" if self.said != "ok" else self.said_text

    def _found_turn_s(self, settings: Settings) -> float | None:
        """Return the turn that the plots showed twice; by it a wrong `period_s` is known without any marks."""
        if len(self.found_turns) < 2 or max(self.found_turns) > (1.0 + settings.turn_tolerance) * min(
            self.found_turns
        ):
            return None
        return self.found_turns[-1]

    def _rotation_s(self, settings: Settings) -> float | None:
        turn_s = median(self.turns) if self.turns else self._found_turn_s(settings)
        return None if turn_s is None else round(turn_s, 3)


def _said(sentence: str, text: str) -> str:
    return f"{sentence}: {text}" if text else sentence


def build(settings: Settings, sensors: Mapping[str, Sensor]) -> "SensorHealth":
    """Return a monitor of these sensors."""
    return SensorHealth(settings, sensors)


class SensorHealth:
    """The monitor; see `sargas.ports.HealthMonitor`. Its time begins with the first thing that it is told."""

    def __init__(self, settings: Settings, sensors: Mapping[str, Sensor]) -> None:
        self._settings = settings
        self._sensors = dict(sensors)
        self._watched: dict[str, _Watched] = {}
        self._n_unlisted = 0
        self._has_begun = False

    def update(self, reports: Sequence[AnyReport], now_s: float) -> None:
        """Count these reports."""
        self._begin(now_s)
        for name, some in _by_sensor(reports).items():
            watched = self._watched.get(name)
            if watched is None:
                if self._n_unlisted >= UNLISTED_KEPT:
                    continue
                self._n_unlisted += 1
                watched = self._watched[name] = _Watched(None, name, now_s)
            watched.count(some, now_s, self._settings)

    def tick(
        self, now_s: float, rejected: Rejected = NOTHING, registered: Registered = UNREGISTERED
    ) -> Sequence[Health]:
        """Return the sensors whose state changed, and now and then those whose numbers did."""
        self._begin(now_s)
        for (name, reason), n in rejected.items():
            if name in self._watched and reason not in {AHEAD, BEHIND}:  # those are counted here already
                self._watched[name].refuse(reason, n)
        for name, estimate in registered.items():
            if name in self._watched:
                self._watched[name].registration = estimate
        changed: list[Health] = []
        for watched in self._watched.values():
            watched.rate(now_s, self._settings)
            health = watched.health(now_s, self._settings)
            if not self._is_news(watched, health, now_s):
                continue
            watched.told, watched.told_s = health, now_s
            changed.append(health)
        return changed

    def _is_news(self, watched: _Watched, health: Health, now_s: float) -> bool:
        if watched.told_s == -math.inf or health.state != watched.told.state:
            return True
        if now_s - watched.told_s < self._settings.publish_s and now_s >= watched.told_s:
            return False
        return structs.astuple(health) != structs.astuple(watched.told)

    def _begin(self, now_s: float) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._watched = {name: _Watched(sensor, name, now_s) for name, sensor in self._sensors.items()}


def _by_sensor(reports: Sequence[AnyReport]) -> dict[str, Sequence[AnyReport]]:
    """Return the reports of each sensor in their order."""
    names = [report.sensor for report in reports]
    if not names or names.count(names[0]) == len(names):
        return dict.fromkeys(names[:1], reports)
    some: dict[str, list[AnyReport]] = {name: [] for name in dict.fromkeys(names)}
    for name, report in zip(names, reports, strict=True):
        some[name].append(report)
    return dict(some)
