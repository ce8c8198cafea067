"""Sensor registration: by how much each sensor is out of register, from the targets that others hold too.

Radars and other ranging sensors with a site share one state (range, azimuth, elevation and time bias of each), since
two radars alone tell only how they differ; a cooperative position ties them to the ground. What no pair of
measurements tells keeps the wide covariance it began with: the time bias common to all radars, for one. Direction
finders, microphones and cameras have a state each. The time bias shows through the targets' motion only.

Confidence comes in three steps. A bias is taken off when it is known to half of the sensor's own error, is more than
three of its standard deviations, and several targets agree. A sensor farther off than is plausible is never
corrected in silence: it is not to be used until someone turns it or sets its bias in the configuration. Independent
of any association, a survey of differences to all known targets finds what points far off or jumps.

Sources: see `sargas.kernels.registration`; Besada, de Miguel, Bernardos, Casar, Generic multisensor multitarget bias
estimation architecture, IET Radar Sonar Navig. 6(5), 2012, for cooperative sources as references.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.registration_settings import WHAT, RegistrationSettings, drift_var_per_s, limits, prior_sd
from sargas.fuse.registration_solve import (
    N_PAIR,
    Evidence,
    Peak,
    peak_of,
    step,
    support_at,
    surprise,
    without_nuisance,
)
from sargas.fuse.registration_tables import Newest, Witnesses, make_sensors, rows_of
from sargas.fuse.registration_verdict import (
    NOT_USED,
    TRUSTED,
    UNPROVEN,
    Known,
    describe,
    is_still_applied,
    trust_of,
)
from sargas.kernels.registration import gather
from sargas.kernels.registration_tables import (
    BIN_M,
    BIN_RAD,
    N_A,
    N_BIAS,
    N_GATED,
    N_NEAR,
    N_NEXT,
    N_NUISANCE,
    N_R,
    N_ROWS,
    N_STAT,
    N_SURVEYED,
    N_USED,
    OTHER,
    POINTING,
    QUOTA,
    RANGING,
    STRIDE,
    Rows,
    make_groups,
    make_targets,
    take_off,
)
from sargas.model.sensor import RegistrationEstimate, Sensor

__all__ = ["NOT_USED", "TRUSTED", "UNPROVEN", "Registration", "RegistrationSettings", "Rows", "rows_of"]

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

TARGETS = 1_024
GROUPS = 512
SURVEYS, SURVEYS_SEEKING = 8.0, 40.0  # of a sensor in a window
USUAL_SHARE = 0.2
ROWS_ENOUGH = 250.0  # of a sensor in a window; of more, some targets are drawn
SURVEY_RANGE_M = 500.0
SURVEY_AZIMUTH_DEG = 3.0
REFERENCES_KEPT = 16
REFERENCE_FRESH_S = 3_600.0
AGREES = 0.3
ANCHORS_FRESH_S = 600.0
DOUBTED_S = 300.0
JUMP_WINDOWS = 2
SURPRISE = 40.0  # chi square of 4: once in 2e7 windows by chance
MEMORY = 500.0  # residuals
STATED_COUNTS = 50.0
SCALE_MIN, SCALE_MAX = 0.25, 100.0


class Registration:
    """The biases of the sensors of a configuration, beyond those that it states. Deterministic, picklable."""

    def __init__(self, settings: RegistrationSettings, sensors: Mapping[str, Sensor], plane: F64) -> None:
        self._settings = settings
        self._sensors = tuple(sensors.values())
        self.names = tuple(sensors)
        self._index = {name: i for i, name in enumerate(self.names)}
        S = len(self.names)
        self._s = make_sensors(self._sensors, plane)
        what = self._s.what
        self._prior = np.array([prior_sd(settings, kind) for kind in what.tolist()]).reshape(S, N_BIAS)
        self._limits = np.array([limits(settings, kind) for kind in what.tolist()]).reshape(S, N_BIAS)
        self._s.own[:, range(N_BIAS), range(N_BIAS)] = self._prior**2
        self._s.last[:, QUOTA] = SURVEYS_SEEKING
        self._usual = np.zeros(S)
        self._P = np.diag(self._prior[what == RANGING].ravel() ** 2)
        self._targets = make_targets(TARGETS)
        self._groups = make_groups(GROUPS)
        self._par = np.array([
            settings.cooperative_max_s, settings.plot_max_s, settings.acceleration_mps2,
            settings.common_sd_m, settings.common_share, settings.common_height_sd_m,
            SURVEY_RANGE_M, math.radians(SURVEY_AZIMUTH_DEG),
        ])  # fmt: skip
        self._closed_s = -math.inf
        self._now_s = -math.inf
        self._residuals = np.zeros((S, N_STAT))
        self._references = [Newest(REFERENCES_KEPT) for _ in range(S)]
        self._suspect = np.zeros(S, np.int64)
        self._surprises = np.zeros(S)
        self._jumped_s = np.full(S, math.nan)
        self._is_applied = np.zeros((S, N_BIAS), dtype=bool)
        self._peaks: list[tuple[Peak, Peak] | None] = [None] * S
        self._supports = [0.0] * S
        self._far_off: list[tuple[int, float, float] | None] = [None] * S
        self._witnesses = Witnesses(TARGETS)
        self._anchors = Newest(REFERENCES_KEPT)
        self._doubted = Newest(REFERENCES_KEPT)
        self.n_windows = 0
        self.n_pairs = 0
        has_no_site = [WHAT.get(sensor.kind, OTHER) >= POINTING for sensor in self._sensors]
        self._trust = np.where(has_no_site, UNPROVEN, TRUSTED).astype(np.int8)
        self._estimates: dict[str, RegistrationEstimate] = {}
        self._tell()

    def observe(self, now_s: float, rows: Rows) -> None:
        """Take in measurements as they were before `corrected`, see `rows_of`; evaluate what is due at `now_s`."""
        if self._closed_s == -math.inf or now_s < self._closed_s:
            self._closed_s = now_s
        if now_s - self._closed_s >= self._settings.period_s:
            self._evaluate(now_s)
        tables = self._s, self._P, self._targets, self._groups
        self.n_pairs += gather(*tables, rows, self._par, self.doubted(), self.n_windows)

    def corrections(self) -> F64:
        """Return what is to be taken off now, shape (S, 4): range [m], azimuth, elevation [rad], time [s]; or 0."""
        return np.asarray(np.where(self._is_applied, self._s.mean, 0.0))

    def corrected(self, t: F64, sensor: I64, kind: I64, z: F64) -> tuple[F64, F64]:
        """Return the times and the measurements in the plane without the biases that are applied; never changed."""
        if not self._is_applied.any():
            return t, z
        t_out, z_out = np.empty_like(t), np.empty_like(z)
        take_off(t, sensor, kind, z, self._s.site, self.corrections(), t_out, z_out)
        return t_out, z_out

    def trust(self) -> NDArray[np.int8]:
        """Return for each sensor NOT_USED, UNPROVEN (its bearings may support a track, not start one) or TRUSTED."""
        return self._trust

    def trust_in(self, sensor: I64) -> NDArray[np.int8]:
        """Return the trust in the sensor of each measurement; strangers are unproven."""
        inside = (sensor >= 0) & (sensor < len(self.names))
        return np.append(self._trust, np.int8(UNPROVEN))[np.where(inside, sensor, len(self.names))]

    def is_trusted(self, name: str) -> bool:
        """Return whether the measurements of a sensor are to be used at all."""
        i = self._index.get(name)
        return i is None or bool(self._trust[i] != NOT_USED)

    def estimates(self) -> dict[str, RegistrationEstimate]:
        """Return what is known of each sensor that can be out of register, for the desk."""
        return self._estimates

    def doubted(self) -> I64:
        """Return the numbers of targets whose own positions the sensors contradict where others agree; 16 at most."""
        return self._doubted.since(self._now_s - DOUBTED_S)

    def bias(self, name: str) -> F64:
        """Return what is known of a sensor's biases now, applied or not: (4,) [m, rad, rad, s]."""
        bias: F64 = self._s.mean[self._index[name]]
        return bias.copy()

    def joint_covariance(self, names: Sequence[str]) -> F64:
        """Return the covariance of the biases of ranging sensors, (4 n, 4 n), in the order of their names."""
        at = np.concatenate([N_BIAS * self._s.joint[self._index[name]] + np.arange(N_BIAS) for name in names])
        return np.asarray(self._P[np.ix_(at, at)])

    def corrected_height(self, sensor: I64, z: F64, height: F64) -> F64:
        """Return heights that sensors measured by elevation [m] without the bias that is applied; NaN stays NaN."""
        inside = (sensor >= 0) & (sensor < len(self.names))
        at = np.where(inside, sensor, 0)
        bias = np.where(inside & self._is_applied[at, 2], self._s.mean[at, 2], 0.0)
        away = np.hypot(*(z[:, :2] - self._s.site[at]).T)
        return np.asarray(height - np.where(bias != 0.0, bias * away, 0.0))

    def covariance(self, name: str) -> F64:
        """Return the covariance (4, 4) of a sensor's biases [m, rad, rad, s]."""
        i = self._index[name]
        first = N_BIAS * int(self._s.joint[i])
        block: F64 = self._s.own[i] if first < 0 else self._P[first : first + N_BIAS, first : first + N_BIAS]
        return block.copy()

    def _known(self, i: int) -> Known:
        relative, relative_sd = self._relative(i)
        return Known(
            sensor=self._sensors[i],
            what=int(self._s.what[i]),
            bias=self._s.mean[i],
            sd=np.sqrt(np.diag(self.covariance(self.names[i]))),
            relative=relative,
            relative_sd=relative_sd,
            prior_sd=self._prior[i],
            limit=self._limits[i],
            stated_sd=self._stated_sd(i),
            found_sd=self._found_sd(i),
            n_references=self._references[i].since(self._now_s - REFERENCE_FRESH_S).size,
            references_min=self._settings.references_min,
            is_applied=self._is_applied[i],
            far_off=self._far_off[i],
            has_jumped=bool(self._now_s - self._jumped_s[i] < REFERENCE_FRESH_S),
            is_surveyed=self._peaks[i] is not None and sum(peak.weight for peak in self._peaks[i] or ()) > 0.0,
            has_peak=self._peaks[i] is not None and any(peak.is_clear for peak in self._peaks[i] or ()),
            support=self._supports[i],
            n_next=float(self._residuals[i, N_NEXT]),
            n_near=float(self._residuals[i, N_NEAR]),
        )

    def _tell(self) -> None:
        """Put into words, once in a window, what is asked for more often."""
        for i in np.flatnonzero(self._s.what).tolist():
            known = self._known(i)
            self._trust[i] = trust_of(known)
            self._estimates[self.names[i]] = describe(known)

    def _relative(self, i: int) -> tuple[F64, F64]:
        """Return half the difference to the sensor to which it is best known, and its sd, of each bias.

        With no position from outside the mean of two radars stays unknown, and is taken to be right.
        """
        half, best = np.zeros(N_BIAS), np.full(N_BIAS, math.inf)
        first = N_BIAS * int(self._s.joint[i])
        if first < 0:
            return half, best
        P, members = self._P, np.flatnonzero(self._s.what == RANGING)
        for other in members[members != i]:
            for c in range(N_BIAS):
                a, b = first + c, N_BIAS * int(self._s.joint[other]) + c
                sd = 0.5 * math.sqrt(max(P[a, a] + P[b, b] - 2.0 * P[a, b], 0.0))
                if sd < best[c]:
                    best[c], half[c] = sd, 0.5 * (self._s.mean[i, c] - self._s.mean[other, c])
        return half, best

    def _stated_sd(self, i: int) -> F64:
        errors, found = self._sensors[i].errors, self._residuals[i]
        elevation = errors.elevation_sd_deg if errors.elevation_sd_deg is not None else 1.0
        stated = np.array([errors.range_sd_m, math.radians(errors.azimuth_sd_deg), math.radians(elevation), 0.5])
        for c, first in ((0, N_R), (1, N_A)):
            if found[first] > 0.0:
                mean = math.sqrt(found[first + 3] / found[first])
                stated[c] = min(stated[c], mean) if c == 0 else mean  # an assumed height is no error of the range
        return stated

    def _found_sd(self, i: int) -> tuple[float | None, float | None]:
        """Return the sd of range and azimuth that the residuals show."""
        found = self._residuals[i]
        sds: list[float | None] = []
        for first in (N_R, N_A):
            n = found[first]
            sds.append(math.sqrt(max(found[first + 1] - found[first + 2], 0.0) / n) if n >= STATED_COUNTS else None)
        return sds[0], sds[1]

    def _evaluate(self, now_s: float) -> None:
        """Close the window: drift, solve, judge, begin the next one."""
        dt = now_s - self._closed_s
        self._closed_s = self._now_s = now_s
        drift = drift_var_per_s(self._settings) * dt
        diagonal = np.arange(self._P.shape[0])
        self._P[diagonal, diagonal] += np.tile(drift, self._P.shape[0] // N_BIAS)
        self._s.own[:, range(N_BIAS), range(N_BIAS)] += drift
        n_good, n_bad = self._solve()
        self._learn_errors()
        for i in np.flatnonzero(self._s.what):
            self._judge(int(i), int(n_good[i]), int(n_bad[i]))
        self._tell()
        self.n_windows += 1
        self._s.last[:, STRIDE] = self._s.stats[:, N_ROWS] // ROWS_ENOUGH + 1.0
        self._surprises[:] = 0.0
        self._s.stats[:] = 0.0
        self._s.last[:, N_SURVEYED] = 0.0

    def _solve(self) -> tuple[I64, I64]:
        """Update the biases with the groups of the window; return how many targets agreed and not, by sensor."""
        S = len(self.names)
        good, bad = np.zeros(S, np.int64), np.zeros(S, np.int64)
        g = self._groups
        used = np.flatnonzero((g.key[:, 0] >= 0) & (g.n[:, 0] > 0.0))
        # A target's pairs lie wherever its number hashed to: one order, whatever the table's.
        used = used[np.lexsort((g.key[used, 2], g.key[used, 1], g.key[used, 0]))]
        key = g.key[used]
        admitted = used[self._admits(key)]
        key = g.key[admitted]
        if admitted.size:
            weights = self._update(key, self._evidence(admitted))
            self._doubt(key, weights)
            for (a, b, target), weight in zip(key.tolist(), weights.tolist(), strict=True):
                for i in (a, b) if b >= 0 else (a,):
                    if weight >= AGREES:
                        good[i] += 1
                        self._references[i].note(target, self._now_s)
                    else:
                        bad[i] += 1
        g.key[:] = -1
        g.A[used], g.v[used], g.n[used] = 0.0, 0.0, 0.0
        g.n[:] = 0.0
        return good, bad

    def _admits(self, key: I64) -> NDArray[np.bool_]:
        """Return which groups count: one or two positions from outside could both be wrong and move all radars."""
        anchored = (key[:, 1] < 0) & (self._s.what[key[:, 0]] == RANGING)
        for target in np.unique(key[anchored, 2]).tolist():
            self._anchors.note(target, self._now_s)
        n_anchors = self._anchors.since(self._now_s - ANCHORS_FRESH_S).size
        return np.asarray(~anchored | (n_anchors >= self._settings.references_min))

    def _doubt(self, key: I64, weights: F64) -> None:
        """Note the targets whose own position disagrees with every sensor while most others' agree."""
        anchored = (key[:, 1] < 0) & (self._s.what[key[:, 0]] == RANGING)
        agreeing = np.unique(key[anchored & (weights >= AGREES), 2])
        lone = np.setdiff1d(key[anchored, 2], agreeing)
        if agreeing.size >= self._settings.references_min and agreeing.size > lone.size:
            for target in lone.tolist():
                self._doubted.note(target, self._now_s)

    def _evidence(self, used: I64) -> Evidence:
        g, s = self._groups, self._settings
        key = g.key[used]
        var = np.full((used.size, N_NUISANCE), s.common_height_sd_m**2)
        # What a target has in common stays the same from window to window: it is no new witness each time.
        again = self._witnesses.count(key[:, 2])
        var[:, :2] = again[:, None] * s.common_sd_m**2 + s.common_share * g.n[used, 1:3] / g.n[used, :1]
        var[:, 0] += again * g.n[used, 3] / g.n[used, 0]
        var[:, 2] *= again
        Y, y = without_nuisance(g.A[used], g.v[used], var)
        pointing = self._s.what[key[:, 0]] != RANGING
        at = np.full((used.size, N_PAIR), -1)
        own = np.arange(N_BIAS)
        first = np.where(pointing, 0, self._s.joint[key[:, 0]])
        at[:, :N_BIAS] = N_BIAS * first[:, None] + own
        second = np.where(key[:, 1] >= 0, self._s.joint[np.maximum(key[:, 1], 0)], -1)
        at[:, N_BIAS:] = np.where(second[:, None] >= 0, N_BIAS * second[:, None] + own, -1)
        unit = np.concatenate([self._prior[key[:, 0]], self._prior[np.maximum(key[:, 1], 0)]], axis=1)
        return Evidence(Y * unit[:, :, None] * unit[:, None, :], y * unit, at)

    def _update(self, key: I64, evidence: Evidence) -> F64:
        """Update the biases with the groups; return the weight of each."""
        weights = np.ones(key.shape[0])
        s = self._s
        ranging = s.what[key[:, 0]] == RANGING
        if ranging.any():
            members = np.flatnonzero(s.what == RANGING)
            unit = self._prior[members].ravel()
            among = Evidence(*(part[ranging] for part in evidence))
            x, P = s.mean[members].ravel() / unit, self._P / np.outer(unit, unit)
            for i in members:
                self._surprises[i] = surprise(x, P, among, N_BIAS * int(s.joint[i]))
            x, P, weights[ranging] = step(x, P, among)
            s.mean[members] = (x * unit).reshape(-1, N_BIAS)
            self._P[:] = P * np.outer(unit, unit)
        for i in np.unique(key[~ranging, 0]):
            mine = key[:, 0] == i
            unit = self._prior[i]
            among = Evidence(*(part[mine] for part in evidence))
            x, P = s.mean[i] / unit, s.own[i] / np.outer(unit, unit)
            self._surprises[i] = surprise(x, P, among, 0)
            x, P, weights[mine] = step(x, P, among)
            s.mean[i] = x * unit
            s.own[i] = P * np.outer(unit, unit)
        return weights

    def _learn_errors(self) -> None:
        """Let the variances follow what the residuals show, and forget what is long ago."""
        self._residuals += self._s.stats
        for first in (N_R, N_A, N_NEXT):
            columns = [N_NEXT, N_NEAR] if first == N_NEXT else list(range(first, first + 4))
            keep = np.minimum(MEMORY / np.maximum(self._residuals[:, first], 1.0), 1.0)
            self._residuals[:, columns] *= keep[:, None]
        for c, first in ((0, N_R), (1, N_A)):
            n, square, reference, stated = self._residuals[:, first : first + 4].T
            ratio = np.maximum(square - reference, 0.0) / np.where(stated > 0.0, stated, 1.0)
            scale = (STATED_COUNTS + n * ratio) / (STATED_COUNTS + n)
            self._s.scale[:, c] = np.clip(scale, SCALE_MIN, SCALE_MAX)

    def _judge(self, i: int, n_good: int, n_bad: int) -> None:
        stats = self._s.stats[i]
        if self._s.last[i, N_SURVEYED] > 0.0:
            self._peaks[i] = self._survey_peaks(i)
        is_contradicted = (
            self._surprises[i] > SURPRISE
            or (n_bad >= self._settings.references_min and n_bad > 2 * n_good)
            or (stats[N_GATED] >= 20.0 and stats[N_GATED] > 2.0 * stats[N_USED])
        )
        self._suspect[i] = self._suspect[i] + 1 if is_contradicted else 0
        if self._suspect[i] >= JUMP_WINDOWS or self._contradicts_survey(i):
            self._reset(i, has_jumped=True)
        was_off, off = self._far_off[i], self._how_far_off(i)
        self._far_off[i] = off
        if off is not None and was_off is None and abs(self._s.mean[i, off[0]] - off[1]) > 5.0 * off[2]:
            self._reset(i, has_jumped=bool(self._is_applied[i].any()))  # the survey knows better
        known = self._known(i)
        self._is_applied[i] = [is_still_applied(known, c) for c in range(N_BIAS)]
        peaks = self._peaks[i]
        self._s.seek[i] = 0.0
        if peaks is not None and peaks[0].is_clear and self._far_off[i] is None:
            is_known = known.n_references >= self._settings.references_min
            self._s.seek[i] = (0.0 if is_known else 1.0), peaks[0].offset
        self._allot_surveys(i, known)

    def _allot_surveys(self, i: int, known: Known) -> None:
        """Look around more while a sensor is not known, is suspect, or finds far fewer common targets than usual."""
        n_used = self._s.stats[i, N_USED]
        is_lost = n_used < 0.4 * self._usual[i] and self._s.stats[i, N_ROWS] + self._s.last[i, N_SURVEYED] > 0.0
        if is_lost and self._s.last[i, QUOTA] == SURVEYS:
            self._s.survey[i] *= 0.25  # what it shows is of before
        self._usual[i] += USUAL_SHARE * (n_used - self._usual[i])
        is_learned = known.n_references >= known.references_min and trust_of(known) == TRUSTED
        is_well = is_learned and self._suspect[i] == 0 and not is_lost
        self._s.last[i, QUOTA] = SURVEYS if is_well else SURVEYS_SEEKING

    def _survey_peaks(self, i: int) -> tuple[Peak, Peak]:
        stated = self._stated_sd(i)[[1, 0]]
        pairs = zip(stated, (BIN_RAD, BIN_M), strict=False)
        halves = [min(max(math.ceil(2.0 * sd / width), 1), 8) for sd, width in pairs]
        survey = self._s.survey[i].astype(np.float64)
        self._supports[i] = support_at(survey[0], BIN_RAD, halves[0], float(self._s.mean[i, 1]))
        return (
            peak_of(survey[0], BIN_RAD, halves[0], is_circular=True),
            peak_of(survey[1], BIN_M, halves[1], is_circular=False),
        )

    def _contradicts_survey(self, i: int) -> bool:
        """Return whether the survey shows another bias than the one that is known."""
        peaks = self._peaks[i]
        if peaks is None or self._far_off[i] is not None:
            return False
        sd = np.sqrt(np.diag(self.covariance(self.names[i])))
        for c, (peak, least) in enumerate(((peaks[1], 400.0), (peaks[0], math.radians(1.5)))):
            off = peak.offset - self._s.mean[i, c]
            off = off if c == 0 else (off + math.pi) % (2.0 * math.pi) - math.pi
            is_known = sd[c] < 0.3 * self._prior[i, c]
            if peak.is_clear and is_known and abs(off) > max(least, 5.0 * math.hypot(peak.mean_sd, sd[c])):
                return True
        return False

    def _how_far_off(self, i: int) -> tuple[int, float, float] | None:
        """Return component, bias and sd of what is beyond the plausible; it stays so until it is clearly not."""
        peaks, limit, before = self._peaks[i], self._limits[i], self._far_off[i]
        if peaks is not None:
            for c, peak in ((1, peaks[0]), (0, peaks[1])):
                edge = limit[c] * (0.8 if before is not None and before[0] == c else 1.0)
                if peak.is_clear and abs(peak.offset) - 2.0 * peak.mean_sd > edge:
                    return c, peak.offset, peak.mean_sd
                if before is not None and before[0] == c and not peak.is_clear:
                    return before
        sd = np.sqrt(np.diag(self.covariance(self.names[i])))
        for c in range(N_BIAS):
            bias = float(self._s.mean[i, c])
            edge = limit[c] * (0.8 if before is not None and before[0] == c else 1.0)
            if abs(bias) - 2.0 * sd[c] > edge:
                return c, bias, float(sd[c])
        return None

    def _reset(self, i: int, *, has_jumped: bool) -> None:
        """Forget what was known of a sensor's bias: it must be earned again."""
        prior = self._prior[i]
        self._s.mean[i] = 0.0
        self._s.own[i] = np.diag(prior**2)
        j = int(self._s.joint[i])
        if j >= 0:
            block = slice(N_BIAS * j, N_BIAS * (j + 1))
            self._P[block, :] = 0.0
            self._P[:, block] = 0.0
            self._P[block, block] = np.diag(prior**2)
        self._references[i] = Newest(REFERENCES_KEPT)
        self._is_applied[i] = False
        self._suspect[i] = 0
        self._residuals[i, N_R:] = 0.0
        self._s.scale[i] = 1.0
        self._witnesses.forget()
        if has_jumped:
            self._jumped_s[i] = self._now_s
