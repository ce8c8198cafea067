"""What happens to single rows of the table: they begin, change, are noted and given back. Compiled."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sargas.fuse.columns import Batch
from sargas.fuse.table import (
    AT,
    BARO,
    CALLSIGN,
    FREE,
    ICAO,
    IDENTITY_CHANGED,
    LEAPT,
    LOST,
    N_ENTRIES,
    N_EVER,
    N_FREED,
    N_SEEN,
    N_USED,
    NEXT_UID,
    RATE,
    REMOTE,
    SHOWN,
    SQUAWK,
    TENTATIVE,
    VALUE,
    VARIANCE,
    WGS84,
    Table,
)
from sargas.kernels.bank import N_PACKED, begin, mean_and_covariance

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

HEIGHT_STALE_S = 60.0
BARO_SD_M = 15.0
CLIMB_SD_MPS = 10.0
OUTLIER_SIGMA = 5.0
CLIMB_SMOOTHED_S = 10.0
KEEPS_TOP_SPEED = 0.99


class Judgement(NamedTuple):
    """The numbers by which the tracker judges, see `sargas.fuse.pmb.Settings`."""

    life_s: float
    hide_s: float
    reveal_s: float
    gate: float
    gate_bearing: float
    newcomers: float
    show: float
    prune: float
    r_min: float
    r_max: float
    cap: float
    cap_speed: float
    lost_r: float
    lost_s: float
    lost_looks: float
    coast_s: float
    coast_looks: float
    kept_s: float
    kept_named_s: float
    default_period_s: float
    speed_max: float
    newcomer_area: float
    jump_reports: float
    neighbour_leap: float
    told_r: float
    bearing_pd: float
    bearing_clutter: float
    same_height: float
    tentative_s: float


@njit(cache=True)
def age(tb: Table, i: int, t: float, j: Judgement) -> None:
    """Let the existence of row i come to t: targets go, and hide and come out of hiding, at constant rates."""
    dt = t - tb.existed_s[i]
    if dt <= 0.0:
        return
    tb.existed_s[i] = t
    tb.r[i] *= math.exp(-dt / j.life_s)
    often = 1.0 / j.hide_s + 1.0 / j.reveal_s
    settled = (1.0 / j.hide_s) / often
    tb.hidden[i] = settled + (tb.hidden[i] - settled) * math.exp(-often * dt)


@njit(cache=True)
def miss(tb: Table, i: int, pd: float) -> None:
    """Let row i not be seen by a sensor that would have seen it with probability pd were it not hidden."""
    q = pd * (1.0 - tb.hidden[i])
    tb.r[i] *= (1.0 - q) / (1.0 - tb.r[i] * q)
    tb.hidden[i] /= 1.0 - q


@njit(cache=True)
def summarise(tb: Table, i: int) -> None:
    """Refresh the coarse state of row i: its mean, and the larger variances of position and velocity."""
    c = np.empty(N_PACKED)
    mean_and_covariance(tb.X[i], tb.P[i], tb.mu[i], tb.x[i], c)
    tb.spread[i, 0] = max(c[0], c[2])
    tb.spread[i, 1] = max(abs(c[3]), abs(c[6]))
    tb.spread[i, 2] = max(c[7], c[9])


@njit(cache=True)
def new_row(tb: Table) -> int:
    """Return a free row, in use from now on; -1 if there is none."""
    n = tb.counts
    if n[N_FREED] > 0:
        n[N_FREED] -= 1
        i = tb.freed[n[N_FREED]]
    elif n[N_EVER] < tb.r.shape[0]:
        i = n[N_EVER]
        n[N_EVER] += 1
    else:
        return -1
    tb.used[n[N_USED]] = i
    n[N_USED] += 1
    return int(i)


@njit(cache=True)
def start(tb: Table, models: F64, b: Batch, k: int, r: float, run: int) -> int:
    """Begin a row at the position of measurement k, existing with probability r; return it, -1 if there is no room."""
    i = new_row(tb)
    if i < 0:
        return -1
    t = b.t[k]
    begin(models, b.z[k], b.r[k], tb.X[i], tb.P[i], tb.mu[i])
    tb.t[i], tb.existed_s[i] = t, t
    tb.r[i], tb.hidden[i] = r, 0.0
    tb.born[i, 0], tb.born[i, 1] = r, b.r[k, 0] + b.r[k, 2]
    tb.state[i], tb.touched[i] = TENTATIVE, run
    tb.uid[i] = tb.counts[NEXT_UID]
    tb.counts[NEXT_UID] += 1
    tb.first_s[i] = t
    tb.last_s[i] = tb.named_s[i] = tb.cooperative_s[i] = tb.contradicted_s[i] = tb.sensed_s[i] = -math.inf
    tb.period_s[i], tb.latency_s[i], tb.speed_max[i] = 0.0, 0.0, 0.0
    tb.hits[i], tb.on_ground[i], tb.n_entries[i] = 0, 0, 0
    tb.identity[i], tb.key[i], tb.numbers[i], tb.seen[i] = -1, -1, -1, -1
    tb.height[i], tb.jump[i], tb.spent[i] = 0.0, 0.0, 0.0
    tb.height[i, 0, AT] = tb.height[i, 1, AT] = -math.inf
    tb.climb[i, 0], tb.climb[i, 1] = 0.0, -math.inf
    tb.flagged_s[i], tb.looked_s[i] = -math.inf, -math.inf
    x = tb.x[i]
    x[0], x[1], x[2], x[3] = b.z[k, 0], b.z[k, 1], 0.0, 0.0
    var = 0.0
    for m in range(models.shape[0]):
        var += models[m, 4] * models[m, 3] * models[m, 3]
    tb.spread[i, 0], tb.spread[i, 1], tb.spread[i, 2] = max(b.r[k, 0], b.r[k, 2]), 0.0, var
    return i


@njit(cache=True)
def sweep_up(tb: Table) -> None:
    """Give back the rows that were set FREE; the others keep their order."""
    n, kept = tb.counts[N_USED], 0
    for a in range(n):
        i = tb.used[a]
        if tb.state[i] == FREE:
            tb.freed[tb.counts[N_FREED]] = i
            tb.counts[N_FREED] += 1
        else:
            tb.used[kept] = i
            kept += 1
    tb.counts[N_USED] = kept


@njit(cache=True)
def _take_height(h: F64, value: float, sd: float, t: float) -> None:
    """Filter one height as a random walk, in place; a single leap is not believed, a second one is."""
    dt = t - h[AT]
    if dt < 0.0:
        return
    if dt > HEIGHT_STALE_S:
        h[VALUE], h[VARIANCE], h[RATE], h[AT], h[LEAPT] = value, sd * sd, math.nan, t, 0.0
        return
    var = h[VARIANCE] + CLIMB_SD_MPS * CLIMB_SD_MPS * dt * max(dt, 1.0)
    off = value - h[VALUE]
    if off * off > OUTLIER_SIGMA * OUTLIER_SIGMA * (var + sd * sd):
        if h[LEAPT] == 0.0:
            h[LEAPT] = 1.0
            return
        h[VALUE], h[VARIANCE], h[RATE] = value, sd * sd, math.nan
    else:
        gain = var / (var + sd * sd)
        if dt > 0.0:
            rate = gain * off / dt
            h[RATE] = rate if math.isnan(h[RATE]) else h[RATE] + min(1.0, dt / CLIMB_SMOOTHED_S) * (rate - h[RATE])
        h[VALUE] += gain * off
        h[VARIANCE] = (1.0 - gain) * var
    h[AT], h[LEAPT] = t, 0.0


@njit(cache=True)
def _note_sensor(tb: Table, i: int, sensor: int, t: float) -> None:
    """Count a sensor that placed row i; with all places taken the one that was silent longest makes room."""
    oldest = 0
    for c in range(N_SEEN):
        if tb.seen[i, c] == sensor:
            tb.seen_n[i, c] += 1
            tb.seen_s[i, c] = max(tb.seen_s[i, c], t)
            return
        if tb.seen[i, c] < 0:
            oldest = c
            break
        if tb.seen_s[i, c] < tb.seen_s[i, oldest]:
            oldest = c
    tb.seen[i, oldest], tb.seen_n[i, oldest], tb.seen_s[i, oldest] = sensor, 1, t


@njit(cache=True)
def conflicts(tb: Table, i: int, b: Batch, k: int) -> bool:
    """Return whether the identity of measurement k cannot be that of row i."""
    own = tb.identity[i]
    return bool(
        (b.icao[k] >= 0 and own[ICAO] >= 0 and b.icao[k] != own[ICAO])
        or (b.remote[k] >= 0 and own[REMOTE] >= 0 and b.remote[k] != own[REMOTE])
        or (b.callsign[k] >= 0 and own[CALLSIGN] >= 0 and b.callsign[k] != own[CALLSIGN])
    )


@njit(cache=True)
def note(tb: Table, i: int, b: Batch, k: int, period_s: float, latency_s: float, run: int) -> None:
    """Note in row i all that measurement k says beside the motion."""
    t = b.t[k]
    tb.touched[i] = run
    tb.hits[i] += 1
    _note_sensor(tb, i, b.sensor[k], t)
    if b.entry[k] > 0 and (tb.n_entries[i] == 0 or tb.entries[i, (tb.n_entries[i] - 1) % N_ENTRIES] != b.entry[k]):
        tb.entries[i, tb.n_entries[i] % N_ENTRIES] = b.entry[k]
        tb.n_entries[i] += 1
    if b.role[k] == 3:  # a direction places nothing
        return
    tb.last_s[i] = max(tb.last_s[i], t)
    if period_s > 0.0 and (tb.period_s[i] == 0.0 or period_s < tb.period_s[i]):
        tb.period_s[i] = period_s
    tb.latency_s[i] = max(tb.latency_s[i], latency_s)
    if b.icao[k] >= 0 or b.remote[k] >= 0 or b.callsign[k] >= 0 or b.squawk[k] >= 0:
        tb.named_s[i] = max(tb.named_s[i], t)
        if conflicts(tb, i, b, k):
            tb.flagged_s[i, IDENTITY_CHANGED] = t
        if b.icao[k] >= 0:
            tb.identity[i, ICAO] = b.icao[k]
        if b.remote[k] >= 0:
            tb.identity[i, REMOTE] = b.remote[k]
        if b.callsign[k] >= 0:
            tb.identity[i, CALLSIGN] = b.callsign[k]
        if b.squawk[k] >= 0:
            tb.identity[i, SQUAWK] = b.squawk[k]
    if not math.isnan(b.alt_baro[k]):
        _take_height(tb.height[i, BARO], b.alt_baro[k], BARO_SD_M, t)
    if not math.isnan(b.alt_wgs84[k]):
        _take_height(tb.height[i, WGS84], b.alt_wgs84[k], b.alt_wgs84_sd[k], t)
    if not math.isnan(b.climb[k]) and t >= tb.climb[i, 1]:
        tb.climb[i, 0], tb.climb[i, 1] = b.climb[k], t
    if b.role[k] == 0:
        tb.sensed_s[i] = max(tb.sensed_s[i], t)
    elif b.role[k] == 1:
        tb.on_ground[i] = 1 if b.on_ground[k] else 0
        tb.cooperative_s[i] = max(tb.cooperative_s[i], t)
    speed = math.hypot(tb.x[i, 2], tb.x[i, 3])
    tb.speed_max[i] = max(KEEPS_TOP_SPEED * tb.speed_max[i], speed)


@njit(cache=True)
def is_active(tb: Table, i: int) -> bool:
    """Return whether row i takes reports by nearness: lost ones do not."""
    return bool(tb.state[i] == TENTATIVE or tb.state[i] == SHOWN)


@njit(cache=True)
def show(tb: Table, i: int, lost: int) -> None:
    """Show row i from now on, as the lost row that it continues if there is one (not -1)."""
    tb.state[i] = SHOWN
    if lost < 0:
        return
    tb.uid[i] = tb.uid[lost]
    tb.first_s[i] = min(tb.first_s[i], tb.first_s[lost])
    tb.hits[i] += tb.hits[lost]
    tb.named_s[i] = max(tb.named_s[i], tb.named_s[lost])
    tb.sensed_s[i] = max(tb.sensed_s[i], tb.sensed_s[lost])
    tb.cooperative_s[i] = max(tb.cooperative_s[i], tb.cooperative_s[lost])
    tb.speed_max[i] = max(tb.speed_max[i], tb.speed_max[lost])
    for c in range(4):
        if tb.identity[i, c] < 0:
            tb.identity[i, c] = tb.identity[lost, c]
        if tb.numbers[i, c] < 0:
            tb.numbers[i, c] = tb.numbers[lost, c]
    for c in range(2):
        if tb.key[i, c] < 0:
            tb.key[i, c] = tb.key[lost, c]
    for c in range(N_SEEN):
        if tb.seen[lost, c] >= 0:
            _note_sensor(tb, i, tb.seen[lost, c], tb.seen_s[lost, c])
            for e in range(N_SEEN):
                if tb.seen[i, e] == tb.seen[lost, c]:
                    tb.seen_n[i, e] += tb.seen_n[lost, c] - 1
    tb.state[lost] = FREE


@njit(cache=True)
def continued(tb: Table, i: int, b: Batch, k: int, j: Judgement) -> int:
    """Return the row, shown before and now unseen, that row i most likely continues; -1 if a newcomer is likelier."""
    limit = 2.0 * math.log(j.newcomer_area / (2.0 * math.pi))
    best, best_cost = -1, math.inf
    t, x = tb.t[i], tb.x[i]
    if tb.key[i, 0] >= 0 or tb.key[i, 1] >= 0 or tb.numbers[i, 0] >= 0:
        return -1
    for a in range(tb.counts[N_USED]):
        s = tb.used[a]
        is_unseen = tb.state[s] == LOST or (tb.state[s] == SHOWN and tb.r[s] * (1.0 - tb.hidden[s]) < 0.5)
        if s == i or not is_unseen or tb.first_s[i] <= tb.last_s[s] or conflicts(tb, s, b, k):
            continue
        named = tb.identity[s, ICAO] >= 0 or tb.identity[s, REMOTE] >= 0
        slow = math.hypot(x[2], x[3]) < 0.6 * tb.speed_max[s]
        if named and (tb.on_ground[s] == 1 or slow):
            continue
        dt = t - tb.t[s]
        gone = t - tb.last_s[s]
        dx, dy = x[0] - tb.x[s, 0] - tb.x[s, 2] * dt, x[1] - tb.x[s, 1] - tb.x[s, 3] * dt
        # It may have turned: after a while only its speed bounds where it can be.
        turned = min(0.3 * gone, 10.0) / 10.0 * math.hypot(tb.x[s, 2], tb.x[s, 3]) * gone
        var = tb.spread[s, 0] + 2.0 * tb.spread[s, 1] * dt + tb.spread[s, 2] * dt * dt
        var += tb.spread[i, 0] + 0.25 * turned * turned
        cost = (dx * dx + dy * dy) / var + 2.0 * math.log(var)
        reach = max(1.5 * tb.speed_max[s], tb.speed_max[s] + 20.0) * gone + 5.0 * math.sqrt(tb.born[i, 1])
        far = math.hypot(x[0] - tb.x[s, 0], x[1] - tb.x[s, 1]) > reach + 5.0 * math.sqrt(tb.spread[s, 0])
        if (dx * dx + dy * dy) / var <= j.gate and cost <= limit and not far and cost < best_cost:
            best, best_cost = s, cost
    return best


