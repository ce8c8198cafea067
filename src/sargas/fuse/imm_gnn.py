"""A small sound tracker: two interacting motion models, global nearest neighbour, M-of-N initiation.

Every target has its own time and a short history, so that a plot costs only the targets near it and a late report is
put where it belongs. A report that names its target goes to the target of that name; the others are assigned.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.assign import assign
from sargas.fuse.bindings import Bindings
from sargas.fuse.imm_settings import Settings, motion_of
from sargas.fuse.measure import DOUBLE, TRACK_NUMBER, Measurement, Measurer
from sargas.fuse.target import Target, merge
from sargas.kernels.history import ANGLE, MOVING
from sargas.model.report import AnyReport, Bearing, Cooperative, GeoPlot, PolarPlot, SensorStatus, SystemTrack
from sargas.model.sensor import RegistrationEstimate, Sensor
from sargas.model.track import Track, TrackStatus

__all__ = ["ImmGnn", "Settings", "build"]

REASONS_KEPT = 1_000
SAME_MOMENT_S = 1e-3
TENTATIVE_COST = 50.0  # a confirmed target has the first choice
DUPLICATE_D2 = 9.0
SAME_HEIGHT_M = 600.0
LEAPT = "neighbour's track leapt"
NAMED_GATE = 2.0  # a report that names its target is believed in a gate this many times as large
SILENT_GATE = 9.0  # who no longer says who it is must fly on as before: 99 % of its plots do
KEEPS_SPEED = 0.6  # and no slower than this share of its speed


def build(settings: Settings, sensors: Mapping[str, Sensor]) -> "ImmGnn":
    """Return a tracker for these sensors."""
    return ImmGnn(settings, sensors)


class ImmGnn:
    """The tracker; see `sargas.ports.Tracker`."""

    def __init__(self, settings: Settings, sensors: Mapping[str, Sensor]) -> None:
        self._settings = settings
        self._measurer = Measurer(settings.measure, sensors)
        self._motion = motion_of(settings)
        self._bindings = Bindings()
        self._periods = {name: sensor.period_s for name, sensor in sensors.items()}
        self._latencies = {name: sensor.latency_s for name, sensor in sensors.items()}
        self._targets: dict[int, Target] = {}
        self._active: list[Target] = []
        self._slots = np.zeros(64, np.int64)  # those of the active, in their order
        self._n_slots = 0
        self._has_inactive = False
        self._lost: dict[int, Target] = {}
        self._n_made = 0
        self._n_confirmed = 0
        self._changed: dict[int, Target] = {}
        self._over: list[Target] = []
        self.rejected: dict[tuple[str, str], int] = {}
        """How many reports were not used, by sensor and reason."""
        self.registration: dict[str, RegistrationEstimate] = {}

    def update(self, reports: Sequence[AnyReport], now_s: float) -> Sequence[Track]:
        """Return the confirmed tracks that these reports changed, at the time of their newest report."""
        self._changed = {}
        group: list[Measurement] = []
        for m in self._measured(reports, now_s):
            is_anonymous = not m.keys and m.kind != ANGLE
            if group and not (is_anonymous and self._is_same_look(group[0], m)):
                self._assign(group)
                group = []
            if is_anonymous:
                group.append(m)
            elif m.kind == ANGLE:
                self._bearing(m)
            else:
                self._named(m)
        if group:
            self._assign(group)
        changed = [t for t in self._changed.values() if t.track_id and t.order in self._targets]
        return self._published(changed, [math.nan] * len(changed), [t.status for t in changed])

    def tick(self, now_s: float) -> Sequence[Track]:
        """Return every confirmed track predicted to `now_s`; those that are over once as ended."""
        for target in list(self._targets.values()):
            status = self._status(target, now_s)
            if status == "ended":
                self._end(target)
            elif status != target.status:
                self._set_status(target, status)
        shown = [t for t in self._targets.values() if t.track_id] + self._over
        statuses = [t.status for t in shown]
        tracks = self._published(shown, [now_s] * len(shown), statuses)
        for target in self._over:
            self._motion.release(target.slot)
        self._over = []
        return tracks

    # --- reports ---

    def _measured(self, reports: Sequence[AnyReport], now_s: float) -> list[Measurement]:
        """Return the measurements of the usable reports in the order of their times."""
        found: list[Measurement] = []
        for report in reports:
            if isinstance(report, PolarPlot | GeoPlot | Cooperative | SystemTrack | Bearing):
                m = self._measurer.measure(report, now_s)
                if isinstance(m, str):
                    self._reject(report.sensor, m)
                else:
                    found.append(m)
            elif (
                isinstance(report, SensorStatus) and report.rotation_s is not None and report.sensor in self._periods
            ):
                self._periods[report.sensor] = report.rotation_s
        if len(found) > 1:
            found.sort(key=_time_of)
        return found

    def _reject(self, sensor: str, reason: str) -> None:
        key = (sensor, reason)
        if key not in self.rejected and len(self.rejected) >= REASONS_KEPT:
            key = ("", "others")
        self.rejected[key] = self.rejected.get(key, 0) + 1

    def _is_same_look(self, first: Measurement, m: Measurement) -> bool:
        """Return whether two plots are of one look of one sensor, and so of different targets."""
        if m.report.sensor != first.report.sensor:
            return False
        period = self._periods.get(first.report.sensor)
        return m.t - first.t <= (SAME_MOMENT_S if period is None else min(1.0, 0.3 * period))

    def _is_looked_at(self, target: Target, m: Measurement) -> bool:
        """Return whether the target already has a plot of this look of this sensor."""
        seen = target.seen.get(m.report.sensor)
        if seen is None:
            return False
        period = self._periods.get(m.report.sensor)
        return abs(m.t - seen[1]) < (SAME_MOMENT_S if period is None else 0.5 * period)

    # --- association ---

    def _assign(self, group: Sequence[Measurement]) -> None:
        """Give the plots of one look to the targets, and begin targets with those that are left."""
        pairs: list[tuple[int, int]] = []
        costs: list[float] = []
        doubles: set[int] = set()
        for (i, j), cost in self._gated(group):
            target, m = self._active[j], group[i]
            if self._is_looked_at(target, m):
                if self._is_double(target, m):
                    doubles.add(i)
            elif self._may_be(target, m):
                pairs.append((i, j))
                costs.append(cost + (0.0 if target.track_id else TENTATIVE_COST))
        chosen = assign(pairs, costs) if pairs else {}
        targets = {i: self._active[j] for i, j in chosen.items()}
        for i, m in enumerate(group):
            if i in targets:
                self._absorb(targets[i], m)
            elif i in doubles:
                self._reject(m.report.sensor, DOUBLE)
            else:
                self._begin(m, is_sure=False)

    def _gated(self, ms: Sequence[Measurement]) -> "zip[tuple[list[int], float]]":
        pairs, costs = self._motion.candidates(self._active_slots(), ms)
        return zip(pairs, costs, strict=True)

    def _active_slots(self) -> NDArray[np.int64]:
        """Return the slots of the active targets; between two changes only the new ones are added."""
        if self._has_inactive:
            self._active = [t for t in self._active if t.status not in {"lost", "ended"}]
            self._has_inactive, self._n_slots = False, 0
        n = len(self._active)
        if n > self._slots.shape[0]:
            self._slots, self._n_slots = np.zeros(2 * n, np.int64), 0
        for i in range(self._n_slots, n):
            self._slots[i] = self._active[i].slot
        self._n_slots = n
        return self._slots[:n]

    def _may_be(self, target: Target, m: Measurement) -> bool:
        """Return whether nothing but the position speaks against the pair."""
        if target.conflicts(m.identity):
            return False
        baro_m = None if isinstance(m.report, Bearing) else m.report.alt_baro_m
        known_m = target.baro.at(m.t)
        if baro_m is not None and known_m is not None and abs(baro_m - known_m) > SAME_HEIGHT_M:
            return False
        if m.identity.is_empty and not self._flies_on(target, m):
            return False
        mine = [kind for kind, _ in target.keys if kind.startswith(TRACK_NUMBER)]
        return not any(kind in mine for kind, _ in m.keys)

    def _flies_on(self, target: Target, m: Measurement) -> bool:
        """Return whether an anonymous plot continues a target as far as that said who it is, and now no longer does.

        One that switches its transponder off flies on as before. One that has landed leaves its place to clutter and
        birds, which must not carry its name away.
        """
        if target.identity.is_empty or m.t - target.named_s <= self._coast_s(target):
            return True
        state = self._motion.state_at(target.slot, m.t)
        if target.is_on_ground or m.t - target.last_s > self._coast_s(target) or state is None:
            return False
        x, c = state
        gain = c[1:4:2, 0:3:2] @ (inverse := np.linalg.inv(c[0:3:2, 0:3:2] + [[m.r[0], m.r[1]], [m.r[1], m.r[2]]]))
        off = np.array(m.z[:2]) - x[0:3:2]
        speed_mps = float(np.hypot(*(x[1:4:2] + gain @ off)))
        return float(off @ inverse @ off) <= SILENT_GATE and speed_mps >= KEEPS_SPEED * target.speed_max_mps

    def _is_double(self, target: Target, m: Measurement) -> bool:
        """Return whether a plot lies on a target within the plot's own error."""
        t, x, y, vx, vy = self._motion.newest(target.slot)
        dx, dy = m.z[0] - x - vx * (m.t - t), m.z[1] - y - vy * (m.t - t)
        det = m.r[0] * m.r[2] - m.r[1] * m.r[1]
        return (dx * dx * m.r[2] - 2.0 * dx * dy * m.r[1] + dy * dy * m.r[0]) / det <= DUPLICATE_D2

    def _named(self, m: Measurement) -> None:
        """Give a report to the target of its name, or find out whose name it is."""
        report = m.report
        if isinstance(report, SystemTrack) and report.status == "ended":
            self._neighbour_ended(report)
            return
        bound = self._bindings.of(m.keys)
        for target in bound:
            if isinstance(report, PolarPlot | GeoPlot) and self._is_looked_at(target, m):
                self._reject(report.sensor, DOUBLE)
                return
            if self._believes(target, m):
                self._absorb(target, m)
                self._bind(target, m)
                return
        if bound and not self._is_another(bound[0], m):
            return
        sure = isinstance(report, Cooperative) or (isinstance(report, SystemTrack) and report.status != "tentative")
        found = None if bound else self._nearest(m)
        target_or_none = found if found is not None else self._begin(m, is_sure=sure)
        if target_or_none is None:
            return
        if found is not None:
            self._absorb(found, m)
            if sure and not found.track_id and found.order in self._targets:
                self._confirm(found)
        self._bind(target_or_none, m)

    def _nearest(self, m: Measurement) -> Target | None:
        for (_, j), _cost in self._gated([m]):
            if self._may_be(self._active[j], m):
                return self._active[j]
        return None

    def _believes(self, target: Target, m: Measurement) -> bool:
        """Return whether a position given under the target's name can be true; restart its motion if it leapt."""
        d2 = self._motion.distance(target.slot, m)
        if d2 <= NAMED_GATE * self._motion.gate(m.kind):
            return True
        if math.isinf(d2):  # before its history: absorbing it will say that it is too late
            return True
        state = self._motion.state_at(target.slot, m.t)
        assert state is not None
        (x, vx, y, vy, _), cov = state[0].tolist(), state[1]
        t0, x0, y0, vx0, vy0 = self._motion.newest(target.slot)
        dt = abs(m.t - t0)
        slack = 5.0 * math.sqrt(float(cov[0, 0] + cov[2, 2]) + m.r[0] + m.r[2])
        leap = math.hypot(m.z[0] - x, m.z[1] - y)
        if (
            leap > (2.0 * math.hypot(vx, vy) + 30.0) * dt + slack
            or math.hypot(m.z[0] - x0, m.z[1] - y0) > self._settings.speed_max_mps * dt + slack
        ):
            if not self._is_neighbours_leap(target, m, leap):
                return False
            target.flags[LEAPT] = m.t
        if m.t >= t0:
            self._restart(target, m, (vx0, vy0))
        return True

    def _is_neighbours_leap(self, target: Target, m: Measurement, leap_m: float) -> bool:
        """Return whether a neighbour corrects its own track, of which nobody else knows better."""
        is_alone = all(name == m.report.sensor for name in target.seen)
        return isinstance(m.report, SystemTrack) and is_alone and leap_m <= self._settings.neighbour_leap_m

    def _restart(self, target: Target, m: Measurement, velocity: tuple[float, float]) -> None:
        var = self._settings.initial_speed_sd_mps**2
        if m.kind == MOVING:
            velocity, var = (m.z[2], m.z[3]), m.r[3]
        self._motion.restart(target.slot, m, velocity=velocity, velocity_var=var)

    def _is_another(self, target: Target, m: Measurement) -> bool:
        """Return whether a position that the target cannot have is that of another under the same name.

        It is when the target is lost, or when several such reports agree with each other.
        """
        target.contradict(m)
        self._reject(m.report.sensor, "contradicts the track of its name")
        self._changed[target.order] = target
        n, t, x, y = target.rejected
        dt = abs(m.t - t)
        reach = self._settings.speed_max_mps * dt + 5.0 * math.sqrt(m.r[0] + m.r[2])
        agrees = n > 0 and dt < self._settings.lost_after_s and math.hypot(m.z[0] - x, m.z[1] - y) <= reach
        n = n + 1 if agrees else 1
        target.rejected = (n, m.t, m.z[0], m.z[1])
        if n < self._settings.jump_reports and target.status != "lost":
            return False
        target.rejected = (0, 0.0, 0.0, 0.0)
        return True

    def _bearing(self, m: Measurement) -> None:
        """Let a direction sharpen a track if it can only be that track's."""
        near = [self._active[j] for (_, j), _ in self._gated([m]) if self._active[j].track_id]
        if len(near) == 1 and self._motion.absorb(near[0].slot, m):
            near[0].take(m)
            self._changed[near[0].order] = near[0]

    def _neighbour_ended(self, report: SystemTrack) -> None:
        key = (TRACK_NUMBER + report.sensor, str(report.track_number))
        for target in self._bindings.of([key]):
            self._bindings.unbind(target, key)
            self._end_unless_seen(target, report.sensor)

    # --- the life of a target ---

    def _begin(self, m: Measurement, *, is_sure: bool) -> Target | None:
        var = self._settings.initial_speed_sd_mps**2
        velocity = (0.0, 0.0)
        if m.kind == MOVING:
            velocity, var = (m.z[2], m.z[3]), m.r[3]
        slot = self._motion.start(m, velocity=velocity, velocity_var=var)
        if slot is None:
            self._reject(m.report.sensor, "too many tracks")
            return None
        self._n_made += 1
        target = Target(slot, self._n_made, m.t)
        self._targets[target.order] = target
        self._active.append(target)
        self._note(target, m)
        if is_sure:
            self._confirm(target)
        return target

    def _absorb(self, target: Target, m: Measurement) -> None:
        if not self._motion.absorb(target.slot, m):
            self._reject(m.report.sensor, "too late")
            return
        self._note(target, m)
        if target.track_id:
            if target.status != "confirmed":
                self._set_status(target, "confirmed")
        elif target.hits >= self._settings.confirm_hits:
            lost = self._continued_by(target)
            if lost is None:
                self._confirm(target)
            else:
                self._continue(lost, target)

    def _note(self, target: Target, m: Measurement) -> None:
        name = m.report.sensor
        if name not in target.seen:
            period = self._periods.get(name)
            if period is not None and (target.period_s is None or period < target.period_s):
                target.period_s = period
            target.latency_s = max(target.latency_s, self._latencies.get(name, 0.0))
        target.take(m)
        _, _, _, vx, vy = self._motion.newest(target.slot)
        target.speed_max_mps = max(0.99 * target.speed_max_mps, math.hypot(vx, vy))
        self._changed[target.order] = target

    def _bind(self, target: Target, m: Measurement) -> None:
        if target.order not in self._targets:
            return
        for orphan in self._bindings.bind(target, m.keys):
            self._end_unless_seen(orphan, m.report.sensor)

    def number_from(self, n_before: int) -> None:
        """Number the tracks that come from here on as if there had been `n_before` already."""
        self._n_confirmed = max(self._n_confirmed, n_before)

    def _confirm(self, target: Target) -> None:
        """Publish a target under a new number."""
        self._n_confirmed += 1
        target.track_id = self._n_confirmed
        target.status = "confirmed"

    def _continue(self, lost: Target, target: Target) -> None:
        """Publish a target as the lost one that it continues."""
        target.status = "confirmed"
        self._motion.release(lost.slot)
        del self._lost[lost.order]
        merge(lost, target)
        self._bindings.hand_over(target, lost)
        del self._targets[target.order]
        self._activate(lost)
        target.status = "ended"
        self._has_inactive = True
        self._changed.pop(target.order, None)
        self._changed[lost.order] = lost

    def _continued_by(self, target: Target) -> Target | None:
        """Return the lost target that a new one continues: there more likely than a newcomer, and not too fast."""
        if target.keys or target.cooperative_t > -math.inf:
            return None
        t, x, y, vx, vy = self._motion.newest(target.slot)
        cov_new = self._motion.state_at(target.slot, t)
        best: tuple[float, Target] | None = None
        cost_max = 2.0 * math.log(self._settings.newcomer_area_m2 / math.tau)
        for lost in self._lost.values():
            if lost.conflicts(target.identity) or t <= lost.last_s:
                continue
            is_slow = math.hypot(vx, vy) < KEEPS_SPEED * lost.speed_max_mps
            if not lost.identity.is_empty and target.identity.is_empty and (lost.is_on_ground or is_slow):
                continue
            state = self._motion.state_at(lost.slot, t)
            if state is None or cov_new is None:
                continue
            place = [0, 2]
            s = (state[1] + cov_new[1])[np.ix_(place, place)]
            dx, dy = x - float(state[0][0]), y - float(state[0][2])
            det = float(s[0, 0] * s[1, 1] - s[0, 1] * s[0, 1])
            d2 = float(dx * dx * s[1, 1] - 2.0 * dx * dy * s[0, 1] + dy * dy * s[0, 0]) / det
            cost = d2 + math.log(det)
            if (
                d2 <= self._settings.gate
                and cost <= cost_max
                and self._can_reach(lost, target, t, x, y)
                and (best is None or cost < best[0])
            ):
                best = cost, lost
        return None if best is None else best[1]

    def _can_reach(self, lost: Target, target: Target, t: float, x: float, y: float) -> bool:
        t0, x0, y0, _, _ = self._motion.newest(lost.slot)
        speed = max(1.5 * lost.speed_max_mps, lost.speed_max_mps + 20.0)
        return math.hypot(x - x0, y - y0) <= speed * (t - t0) + 2_000.0 and target.first_s > lost.last_s

    def _status(self, target: Target, now_s: float) -> TrackStatus:
        s = self._settings
        period = s.default_period_s if target.period_s is None else target.period_s
        silent_s = now_s - target.last_s - target.latency_s
        if not target.track_id:
            given_up = silent_s > s.coast_looks * period or now_s - target.first_s > s.confirm_looks * period + 2.0
            return "ended" if given_up else "tentative"
        kept_s = s.lost_kept_s if target.is_sensed else s.cooperative_kept_s
        if silent_s > max(s.lost_after_s, s.lost_looks * period):
            return "ended" if silent_s > kept_s else "lost"
        return "coasting" if silent_s > self._coast_s(target) else "confirmed"

    def _coast_s(self, target: Target) -> float:
        s = self._settings
        period = s.default_period_s if target.period_s is None else target.period_s
        return max(s.coast_after_s, s.coast_looks * period)

    def _set_status(self, target: Target, status: TrackStatus) -> None:
        """Lost targets take no plots by nearness; they are found by name or by a new track that continues them."""
        if status == "lost":
            self._has_inactive = True
            self._lost[target.order] = target
        elif target.status == "lost":
            self._activate(target)
            del self._lost[target.order]
        target.status = status

    def _activate(self, target: Target) -> None:
        self._active = [t for t in self._active if t is not target]
        self._active.append(target)
        self._n_slots = 0

    def _end_unless_seen(self, target: Target, sensor: str) -> None:
        """End a target of which a neighbour no longer speaks, unless somebody else does."""
        others = any(
            name != sensor and target.last_s - last <= self._settings.lost_after_s
            for name, (_, last) in target.seen.items()
        )
        if not others and target.order in self._targets:
            self._end(target)

    def _end(self, target: Target) -> None:
        if target.status == "lost":
            del self._lost[target.order]
        target.status = "ended"
        self._has_inactive = True
        del self._targets[target.order]
        self._bindings.forget(target)
        if target.track_id:
            self._over.append(target)
        else:
            self._motion.release(target.slot)

    def _published(
        self, targets: Sequence[Target], times: Sequence[float], statuses: Sequence[TrackStatus]
    ) -> list[Track]:
        if not targets or self._measurer.plane is None:
            return []
        rows = self._motion.describe(self._measurer.plane, [t.slot for t in targets], times)
        return [t.published(row, status) for t, row, status in zip(targets, rows, statuses, strict=True)]


def _time_of(m: Measurement) -> float:
    return m.t
