"""What happens to single rows of the table: they begin, age, are noted, shown and given back. Compiled.

`row` is a record of `sargas.fuse.table.ROW`, `m` one of MEASUREMENT, `j` one of `sargas.fuse.pmb_settings.JUDGEMENT`.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.columns import BEARING, COOPERATIVE, PLOT
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
from sargas.kernels.bank import SHARE, SPEED_SD, begin
from sargas.kernels.compiled import compiled

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Record = Any
"""One record of a structured array, as the compiled code sees it."""

HEIGHT_STALE_S = 60.0
BARO_SD_M = 15.0
CLIMB_SD_MPS = 10.0
OUTLIER_SIGMA = 5.0
CLIMB_SMOOTHED_S = 10.0
KEEPS_TOP_SPEED = 0.99
RCS_ECHOES = 20
KEEPS_SPEED = 0.6
FAINT_SHARE = 0.3
PLOTS_LEAST, WORDS_OF_THREE, WORDS_OF_TWO = 2, 5, 10
STRAIGHT_S = 200.0
STRAIGHT_PSD = 0.05
SPEED_GAIN_MPS = 5.0


@compiled
def age(row: Record, t: float, j: Record) -> None:
    """Let the existence of a row come to t: targets go, and hide and come out of hiding, at constant rates."""
    dt = t - row.existed_s
    if dt <= 0.0:
        return
    row.existed_s = t
    row.r *= math.exp(-dt / j.life_s)
    often = 1.0 / j.hide_s + 1.0 / j.reveal_s
    settled = 1.0 / j.hide_s / often
    row.hidden = settled + (row.hidden - settled) * math.exp(-often * dt)


@compiled
def miss(row: Record, pd: float) -> None:
    """Let a row not be seen by a sensor that would see it with probability pd were it not hidden."""
    q = pd * (1.0 - row.hidden)
    row.r *= (1.0 - q) / (1.0 - row.r * q)
    row.hidden /= 1.0 - q


@compiled
def given_up(row: Record, j: Record) -> float:
    """Return the existence below which a row not yet shown is given up."""
    return max(j.prune * row.born_r, min(j.faint, FAINT_SHARE * row.born_r))


@compiled
def give_up(row: Record) -> None:
    """Give up a row that was not shown."""
    row.state = FREE


@compiled
def visible(row: Record) -> float:
    """Return the probability that the target is there and can be seen."""
    return row.r * (1.0 - row.hidden)


@compiled
def new_row(tb: Table) -> int:
    """Return a free row, in use from now on; -1 if there is none."""
    n = tb.counts
    if n[N_FREED] > 0:
        n[N_FREED] -= 1
        i = tb.freed[n[N_FREED]]
    elif n[N_EVER] < tb.rows.shape[0]:
        i = n[N_EVER]
        n[N_EVER] += 1
    else:
        return -1
    tb.used[n[N_USED]] = i
    n[N_USED] += 1
    return int(i)


@compiled
def start(row: Record, models: F64, m: Record, r: float, run: int) -> None:
    """Begin a row at the position of a measurement, existing with probability r."""
    t = m.t
    begin(models, m.z, m.r, row.X, row.P, row.mu)
    row.t = row.existed_s = row.first_s = t
    row.r, row.hidden = r, 0.0
    row.born_r, row.born_var = r, m.r[0] + m.r[2]
    row.state, row.touched, row.uid = TENTATIVE, run, m.uid
    row.last_s = row.named_s = row.keyed_s = row.cooperative_s = row.contradicted_s = row.sensed_s = (
        row.climb_s
    ) = -math.inf
    row.period_s = row.latency_s = row.speed_max = row.climb = row.rcs = 0.0
    row.hits = row.vouched = row.on_ground = row.n_entries = row.unseen = row.n_rcs = 0
    row.identity[:] = -1
    row.key[:] = -1
    row.numbers[:] = -1
    row.seen[:] = -1
    row.height[:, :] = 0.0
    row.height[0, AT] = row.height[1, AT] = -math.inf
    row.jump[:] = 0.0
    row.flagged_s[:] = -math.inf
    row.looked_s[:] = -math.inf
    row.last_plot_s[:] = -math.inf
    row.spent[:] = 0.0
    row.x[0], row.x[1], row.x[2], row.x[3] = m.z[0], m.z[1], 0.0, 0.0
    var = 0.0
    for c in range(models.shape[0]):
        var += models[c, SHARE] * models[c, SPEED_SD] * models[c, SPEED_SD]
    row.spread[0], row.spread[1], row.spread[2] = max(m.r[0], m.r[2]), 0.0, var


@compiled
def sweep_up(tb: Table) -> None:
    """Give back the rows that were set FREE; the others keep their order."""
    n, kept = tb.counts[N_USED], 0
    for a in range(n):
        i = tb.used[a]
        if tb.rows[i].state == FREE:
            tb.freed[tb.counts[N_FREED]] = i
            tb.counts[N_FREED] += 1
        else:
            tb.used[kept] = i
            kept += 1
    tb.counts[N_USED] = kept


@compiled
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


@compiled
def _note_sensor(row: Record, sensor: int, n: int, t: float) -> None:
    """Count n reports of a sensor; with all places taken the one that was silent longest makes room."""
    oldest = 0
    for c in range(N_SEEN):
        if row.seen[c] == sensor:
            row.seen_n[c] += n
            row.seen_s[c] = max(row.seen_s[c], t)
            return
        if row.seen[c] < 0:
            oldest = c
            break
        if row.seen_s[c] < row.seen_s[oldest]:
            oldest = c
    row.seen[oldest], row.seen_n[oldest], row.seen_s[oldest] = sensor, n, t


@compiled
def conflicts(row: Record, m: Record) -> bool:
    """Return whether the identity of a measurement cannot be that of a row."""
    own = row.identity
    return (
        (m.icao >= 0 and own[ICAO] >= 0 and m.icao != own[ICAO])
        or (m.remote >= 0 and own[REMOTE] >= 0 and m.remote != own[REMOTE])
        or (m.callsign >= 0 and own[CALLSIGN] >= 0 and m.callsign != own[CALLSIGN])
    )


@compiled
def _identify(row: Record, m: Record) -> None:
    """Take over the parts of an identity that a measurement knows."""
    row.named_s = max(row.named_s, m.t)
    if conflicts(row, m):
        row.flagged_s[IDENTITY_CHANGED] = m.t
    if m.icao >= 0:
        row.identity[ICAO] = m.icao
    if m.remote >= 0:
        row.identity[REMOTE] = m.remote
    if m.callsign >= 0:
        row.identity[CALLSIGN] = m.callsign
    if m.squawk >= 0:
        row.identity[SQUAWK] = m.squawk


@compiled
def is_known_by_ear(row: Record) -> bool:
    """Return whether only directions and people's words speak of a row."""
    return row.sensed_s == -math.inf and row.cooperative_s == -math.inf and row.numbers[0] < 0


@compiled
def is_corroborated(row: Record) -> bool:
    """Return whether a row was reported often enough.

    If nothing but directions and words speak of it, by enough sensors: one crossing of directions may be a ghost.
    """
    if not is_known_by_ear(row):
        return row.hits >= PLOTS_LEAST
    n = 0
    for c in range(N_SEEN):
        n += row.seen[c] >= 0
    return (n >= 3 and row.hits >= WORDS_OF_THREE) or (n == 2 and row.hits >= WORDS_OF_TWO)


@compiled
def note(row: Record, m: Record, site: Record, period_s: float, run: int) -> None:
    """Note in a row all that a measurement says beside the motion."""
    t = m.t
    row.touched = run
    row.hits += 1
    _note_sensor(row, m.sensor, 1, t)
    if m.entry > 0 and (row.n_entries == 0 or row.entries[(row.n_entries - 1) % N_ENTRIES] != m.entry):
        row.entries[row.n_entries % N_ENTRIES] = m.entry
        row.n_entries += 1
    if m.role == BEARING:
        if is_known_by_ear(row):  # other targets are not placed by a direction
            row.last_s = max(row.last_s, t)
        return
    row.last_s = max(row.last_s, t)
    if period_s > 0.0 and (row.period_s == 0.0 or period_s < row.period_s):
        row.period_s = period_s
    row.latency_s = max(row.latency_s, site.latency)
    if site.confirms > 0.0:
        row.vouched = 1
    if m.icao >= 0 or m.remote >= 0 or m.callsign >= 0 or m.squawk >= 0:
        _identify(row, m)
    if not math.isnan(m.alt_baro):
        _take_height(row.height[BARO], m.alt_baro, BARO_SD_M, t)
    if not math.isnan(m.alt_wgs84):
        _take_height(row.height[WGS84], m.alt_wgs84, m.alt_wgs84_sd, t)
    if not math.isnan(m.climb) and t >= row.climb_s:
        row.climb, row.climb_s = m.climb, t
    if not math.isnan(m.rcs):
        row.n_rcs = min(row.n_rcs + 1, RCS_ECHOES)
        row.rcs += (m.rcs - row.rcs) / row.n_rcs
    if m.role == PLOT:
        row.sensed_s = max(row.sensed_s, t)
    elif m.role == COOPERATIVE:
        row.on_ground = m.on_ground
        row.cooperative_s = max(row.cooperative_s, t)
    row.speed_max = max(KEEPS_TOP_SPEED * row.speed_max, math.hypot(row.x[2], row.x[3]))


@compiled
def is_active(row: Record) -> bool:
    """Return whether a row takes reports by nearness: lost ones do not."""
    return row.state in (TENTATIVE, SHOWN)


@compiled
def show(row: Record) -> None:
    """Show a row from now on."""
    row.state = SHOWN


@compiled
def go_on(row: Record, lost: Record) -> None:
    """Let a row go on under the name of the lost one that it continues, which is no more."""
    row.uid = lost.uid
    row.first_s = min(row.first_s, lost.first_s)
    row.hits += lost.hits
    row.vouched = max(row.vouched, lost.vouched)
    row.named_s = max(row.named_s, lost.named_s)
    row.sensed_s = max(row.sensed_s, lost.sensed_s)
    row.cooperative_s = max(row.cooperative_s, lost.cooperative_s)
    row.speed_max = max(row.speed_max, lost.speed_max)
    for c in range(4):
        if row.identity[c] < 0:
            row.identity[c] = lost.identity[c]
        if row.numbers[c] < 0:
            row.numbers[c] = lost.numbers[c]
    for c in range(2):
        if row.key[c] < 0:
            row.key[c] = lost.key[c]
    for c in range(N_SEEN):
        if lost.seen[c] >= 0:
            _note_sensor(row, lost.seen[c], lost.seen_n[c], lost.seen_s[c])
    lost.state = FREE


@compiled
def _density_of_return(row: Record, old: Record) -> float:
    """Return how densely [1/m^2] a row that was lost is expected where a new one began.

    It flew straight on, or, likelier the longer nobody saw it, went anywhere that its speed allows.
    """
    dt, gone = max(row.t - old.t, 0.0), row.t - old.last_s
    dx, dy = row.x[0] - old.x[0] - old.x[2] * dt, row.x[1] - old.x[1] - old.x[3] * dt
    var = old.spread[0] + 2.0 * old.spread[1] * dt + old.spread[2] * dt * dt + STRAIGHT_PSD * dt * dt * dt / 3.0
    var += row.spread[0]
    straight = math.exp(-gone / STRAIGHT_S)
    density = straight * math.exp(-0.5 * (dx * dx + dy * dy) / var) / (2.0 * math.pi * var)
    speed = math.hypot(old.x[2], old.x[3]) + math.sqrt(old.spread[2]) + SPEED_GAIN_MPS
    reach2 = (speed * gone) ** 2 + 9.0 * (old.spread[0] + row.born_var)
    if (row.x[0] - old.x[0]) ** 2 + (row.x[1] - old.x[1]) ** 2 <= reach2:
        density += (1.0 - straight) / (math.pi * reach2)
    return density


@compiled
def continued(tb: Table, row: Record, m: Record, j: Record) -> int:
    """Return the row, shown before and now unseen, that a new one most likely continues; -1 if it is a newcomer."""
    best, best_density = -1, 1.0 / j.newcomer_area
    if row.key[0] >= 0 or row.key[1] >= 0 or row.numbers[0] >= 0:
        return -1
    speed = math.hypot(row.x[2], row.x[3])
    for a in range(tb.counts[N_USED]):
        s = tb.used[a]
        old = tb.rows[s]
        if not (old.state == LOST or (old.state == SHOWN and visible(old) < 0.5)):
            continue
        if row.first_s <= old.last_s or conflicts(old, m):
            continue
        is_named = old.identity[ICAO] >= 0 or old.identity[REMOTE] >= 0
        if is_named and (old.on_ground == 1 or speed < KEEPS_SPEED * old.speed_max):
            continue
        density = _density_of_return(row, old)
        if density > best_density:
            best, best_density = s, density
    return best
