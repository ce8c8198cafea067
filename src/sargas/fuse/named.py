"""Reports that say whose they are: they go to the target of that name, if it can be where they say. Compiled.

An address (icao24, Remote ID) or a neighbour's track number binds a report to a row. What the row cannot have done is
not believed but flagged; several such reports that agree with each other are another target under the same name.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.columns import COASTING, COOPERATIVE, ENDED, NEIGHBOUR, PLOT
from sargas.fuse.columns import TENTATIVE as NEIGHBOUR_TENTATIVE
from sargas.fuse.look import CONTRADICTS, DOUBLE, NO_ROOM, account, may_be, reach
from sargas.fuse.rows import age, conflicts, is_active, new_row, note, show, start, sweep_up
from sargas.fuse.table import (
    CONTRADICTED,
    FREE,
    LOST,
    N_MODELS,
    N_NUMBERS,
    N_SEEN,
    N_USED,
    NEIGHBOUR_LEAPT,
    OWN_CONTRADICTED,
    SHOWN,
    Table,
)
from sargas.kernels.bank import (
    coarse,
    mean_and_covariance,
    moves,
    normalise,
    place_likelihood,
    predict,
    update_place,
    update_velocity,
)
from sargas.kernels.compiled import compiled
from sargas.kernels.kinds import MOVING

F64 = NDArray[np.float64]
Records = NDArray[np.void]
Record = Any

NAMED_GATE = 2.0
"""A report that names its target is believed in a gate this many times as large."""
VELOCITY_D2 = 12.0
NAMED_MAX = 4
SURE_R = 0.99
PLOT_DOUBT = 0.1
OMEGA_MIN, OMEGA_MAX, OMEGA_STEPS = 0.5, 0.95, 10
COASTING_INFLATION = 4.0
TENTATIVE_COST = 50.0


@compiled
def predict_to(row: Record, w: Record, models: F64, t: float, room: Record) -> None:
    """Write the row's motion at t, if that is not before it, to a record of WORK."""
    w.X[:], w.P[:], w.mu[:] = row.X, row.P, row.mu
    dt = t - row.t
    if dt > 0.0:
        moves(models, dt, room.move, room.stay)
        predict(w.X, w.P, w.mu, models, room.move, room.stay, room.pool_x, room.pool_P)


@compiled
def distance(w: Record, m: Record, room: Record) -> tuple[float, float]:
    """Return the squared distance of a measured position (and velocity) from the mixture, and ln det S."""
    x, P = room.x, room.P
    mean_and_covariance(w.X, w.P, w.mu, x, P)
    a, b, c = P[0] + m.r[0], P[1] + m.r[1], P[2] + m.r[2]
    det = a * c - b * b
    p, q = m.z[0] - x[0], m.z[1] - x[1]
    d2 = (p * p * c - 2.0 * p * q * b + q * q * a) / det
    if m.kind == MOVING:
        # The velocities are compared as they are: a neighbour's is smoothed and lags in turns.
        u, v = m.z[2] - x[2], m.z[3] - x[3]
        d2 += min((u * u + v * v) / (0.5 * (P[7] + P[9]) + m.r[3]), VELOCITY_D2)
    return d2, math.log(det)


@compiled
def _shared_weight(P: F64, m: Record) -> float:
    """Return the weight of our own state when it is fused with a neighbour's that may rest on the same reports.

    Covariance intersection, the weight that makes the position's covariance smallest.
    Source: Julier, Uhlmann, A non-divergent estimation algorithm in the presence of unknown correlations, ACC 1997.
    """
    pd, rd = P[0] * P[2] - P[1] * P[1], m.r[0] * m.r[2] - m.r[1] * m.r[1]
    best, most = OMEGA_MIN, -1.0
    for k in range(OMEGA_STEPS):
        o = OMEGA_MIN + (OMEGA_MAX - OMEGA_MIN) * k / (OMEGA_STEPS - 1.0)
        a = o * P[2] / pd + (1.0 - o) * m.r[2] / rd
        b = -o * P[1] / pd - (1.0 - o) * m.r[1] / rd
        c = o * P[0] / pd + (1.0 - o) * m.r[0] / rd
        det = a * c - b * b
        if det > most:
            best, most = o, det
    return best


@compiled
def _absorb(row: Record, w: Record, m: Record, room: Record) -> None:
    """Update a row with a measurement that is its own, from its motion at that time."""
    scale, inflate = 1.0, 1.0
    if m.role == NEIGHBOUR:
        mean_and_covariance(w.X, w.P, w.mu, room.x, room.P)
        o = _shared_weight(room.P, m)
        scale, inflate = 1.0 / o, (COASTING_INFLATION if m.status == COASTING else 1.0) / (1.0 - o)
    for k in range(N_MODELS):
        P = w.P[k]
        for a in range(P.shape[0]):
            P[a] *= scale
        xx, xy, yy = inflate * m.r[0], inflate * m.r[1], inflate * m.r[2]
        density, d2 = place_likelihood(w.X[k], P, m.z[0], m.z[1], xx, xy, yy, math.inf)
        update_place(w.X[k], P, m.z[0], m.z[1], xx, xy, yy, row.X[k], row.P[k])
        d2 = 0.0
        if m.kind == MOVING:
            d2 = update_velocity(row.X[k], row.P[k], m.z[2], m.z[3], inflate * m.r[3], room.h, room.gain)
        row.mu[k] = w.mu[k] * max(density * math.exp(-0.5 * min(d2, 2.0 * VELOCITY_D2)), 1e-300)
    normalise(row.mu)
    row.t = max(row.t, m.t)
    coarse(row.X, row.P, row.mu, row.x, row.spread)


@compiled
def _restart(row: Record, models: F64, m: Record) -> None:
    """Begin a row's motion afresh at a measurement, with its velocity or the one that the row had."""
    for k in range(models.shape[0]):
        row.X[k, 0], row.X[k, 1] = m.z[0], m.z[1]
        row.X[k, 2], row.X[k, 3] = row.x[2], row.x[3]
        var = models[k, 3] * models[k, 3]
        if m.kind == MOVING:
            row.X[k, 2], row.X[k, 3], var = m.z[2], m.z[3], m.r[3]
        row.P[k] = 0.0
        row.P[k, 0], row.P[k, 1], row.P[k, 2] = m.r[0], m.r[1], m.r[2]
        row.P[k, 7] = row.P[k, 9] = var
        row.mu[k] = models[k, 4]
    row.t = m.t
    coarse(row.X, row.P, row.mu, row.x, row.spread)


@compiled
def _is_alone(row: Record, sensor: int) -> bool:
    """Return whether only one sensor has ever placed a row."""
    for c in range(N_SEEN):
        if row.seen[c] >= 0 and row.seen[c] != sensor:
            return False
    return True


@compiled
def _believes(row: Record, w: Record, models: F64, m: Record, room: Record, j: Record) -> int:
    """Return 1 if a row can be where a report of its name says, 2 if its motion was begun afresh there, 0 if not."""
    d2, _ = distance(w, m, room)
    if d2 <= NAMED_GATE * j.gate:
        return 1
    dt = abs(m.t - row.t)
    x, P = room.x, room.P
    slack = 5.0 * math.sqrt(P[0] + P[2] + m.r[0] + m.r[2])
    leap = math.hypot(m.z[0] - x[0], m.z[1] - x[1])
    far = math.hypot(m.z[0] - row.x[0], m.z[1] - row.x[1])
    if leap > (2.0 * math.hypot(x[2], x[3]) + 30.0) * dt + slack or far > j.speed_max * dt + slack:
        return 0
    _restart(row, models, m)
    return 2


@compiled
def _is_another(row: Record, m: Record, run: int, j: Record) -> bool:
    """Return whether a position that the row cannot have is that of another under the same name.

    It is when the row is lost, or when several such reports agree with each other.
    """
    row.contradicted_s = m.t
    row.flagged_s[OWN_CONTRADICTED if m.role == COOPERATIVE else CONTRADICTED] = m.t
    row.touched = run
    jump = row.jump
    dt = abs(m.t - jump[1])
    within = j.speed_max * dt + 5.0 * math.sqrt(m.r[0] + m.r[2])
    agrees = jump[0] > 0.0 and dt < j.lost_s and math.hypot(m.z[0] - jump[2], m.z[1] - jump[3]) <= within
    jump[0] = jump[0] + 1.0 if agrees else 1.0
    jump[1], jump[2], jump[3] = m.t, m.z[0], m.z[1]
    if m.role == COOPERATIVE and m.t - row.keyed_s < j.lost_s:  # a radar hears this address where the track is
        return False
    enough = min(j.jump_reports, 2.0) if m.role == NEIGHBOUR and _is_alone(row, m.sensor) else j.jump_reports
    if jump[0] < enough and (row.state != LOST or (m.icao >= 0 and row.key[0] == m.icao)):
        return False
    jump[:] = 0.0
    return True


@compiled
def _is_bound(row: Record, m: Record) -> int:
    """Return 2 if an address of the report is bound to a row, 1 if its track number is, else 0."""
    if (m.icao >= 0 and row.key[0] == m.icao) or (m.remote >= 0 and row.key[1] == m.remote):
        return 2
    if m.number >= 0:
        for c in range(N_NUMBERS):
            if row.numbers[c] == m.number:
                return 1
    return 0


@compiled
def _bound(tb: Table, m: Record, found: NDArray[np.int64]) -> int:
    """Write the rows that a report names, surest and newest first; return how many."""
    n = 0
    for sure in (2, 1):
        for a in range(tb.counts[N_USED] - 1, -1, -1):
            row = tb.rows[tb.used[a]]
            if row.state != FREE and _is_bound(row, m) == sure and n < NAMED_MAX:
                found[n] = tb.used[a]
                n += 1
    return n


@compiled
def _end_unless_seen(row: Record, sensor: int, j: Record) -> None:
    """End a row of which a neighbour no longer speaks, unless somebody else does."""
    for c in range(N_SEEN):
        if row.seen[c] >= 0 and row.seen[c] != sensor and row.last_s - row.seen_s[c] <= j.lost_s:
            return
    row.state = FREE


@compiled
def _unbind_number(tb: Table, but: int, m: Record, j: Record) -> None:
    """Let a neighbour's number speak of no other row than `but`; end what only that number spoke of."""
    for a in range(tb.counts[N_USED]):
        i = tb.used[a]
        row = tb.rows[i]
        if i == but or row.state == FREE:
            continue
        had, left = False, row.key[0] >= 0 or row.key[1] >= 0
        for c in range(N_NUMBERS):
            if row.numbers[c] == m.number:
                row.numbers[c], had = -1, True
            left = left or row.numbers[c] >= 0
        if had and (not left or m.status == ENDED):
            _end_unless_seen(row, m.sensor, j)


@compiled
def _bind(tb: Table, i: int, m: Record, j: Record) -> None:
    row = tb.rows[i]
    if m.icao >= 0:
        row.key[0] = m.icao
    if m.remote >= 0:
        row.key[1] = m.remote
    if m.number < 0:
        return
    place = 0
    for c in range(N_NUMBERS):
        if row.numbers[c] == m.number:
            return
        if row.numbers[c] < 0 and row.numbers[place] >= 0:
            place = c
        if row.numbers[c] >= 0 and row.number_sensor[c] == m.sensor:
            place = c
            break
    row.numbers[place], row.number_sensor[place] = m.number, m.sensor
    _unbind_number(tb, i, m, j)


@compiled
def _has_other_number(row: Record, m: Record) -> bool:
    """Return whether the neighbour already calls a row by another number."""
    if m.number < 0:
        return False
    for c in range(N_NUMBERS):
        if row.numbers[c] >= 0 and row.number_sensor[c] == m.sensor:
            return True
    return False


@compiled
def _nearest(tb: Table, models: F64, m: Record, w: Record, room: Record, j: Record) -> int:
    """Return the row that a report with a name not heard before most likely speaks of, its motion in `w`; or -1."""
    best, best_cost = -1, math.inf
    for a in range(tb.counts[N_USED]):
        row = tb.rows[tb.used[a]]
        if not is_active(row) or _has_other_number(row, m):
            continue
        dt = max(m.t - row.t, 0.0)
        far = reach(row, dt, j.gate, 0.1) + math.sqrt(j.gate * max(m.r[0], m.r[2]))
        off_x, off_y = m.z[0] - row.x[0] - row.x[2] * dt, m.z[1] - row.x[1] - row.x[3] * dt
        if abs(off_x) > far or abs(off_y) > far:
            continue
        predict_to(row, w, models, m.t, room)
        d2, ln_det = distance(w, m, room)
        cost = d2 + ln_det + (0.0 if row.state == SHOWN else TENTATIVE_COST)
        if d2 <= j.gate and cost < best_cost and may_be(row, m, d2, j):
            best, best_cost = tb.used[a], cost
    if best >= 0:
        predict_to(tb.rows[best], w, models, m.t, room)
    return best


@compiled
def named(
    tb: Table, views: Records, site: Record, models: F64, m: Record, slot: int, run: int, j: Record, w: Record,
    room: Record,
) -> None:  # fmt: skip
    """Give a report to the target of its name, or find out whose name it is.

    The arguments are those of `sargas.fuse.look.look` for one measurement; w (of WORK) and room are to work in.
    """
    if m.role == NEIGHBOUR and m.status == ENDED:
        _unbind_number(tb, -1, m, j)
        sweep_up(tb)
        return
    is_sure = m.role == COOPERATIVE or (m.role == NEIGHBOUR and m.status != NEIGHBOUR_TENTATIVE)
    period = views[slot].period if slot >= 0 else site.period
    found = np.empty(NAMED_MAX, np.int64)
    n = _bound(tb, m, found)
    i, how = -1, 0
    for a in range(n):
        row = tb.rows[found[a]]
        if slot >= 0 and m.t - row.looked_s[slot] < 0.5 * period and row.spent[slot] > 0.5:
            m.fate = DOUBLE
            return
        predict_to(row, w, models, m.t, room)
        if conflicts(row, m):  # a track number under which another aircraft is named
            continue
        how = _believes(row, w, models, m, room, j)
        if how > 0:
            i = found[a]
            break
    if n > 0 and i < 0:
        named = tb.rows[found[0]]
        if not _is_another(named, m, run, j):
            m.fate = CONTRADICTS
            return
        if (
            m.role == NEIGHBOUR
            and (named.state != LOST or (m.icao >= 0 and named.key[0] == m.icao))
            and _is_alone(named, m.sensor)
            and not conflicts(named, m)
        ):
            # The neighbour corrects its own track, of which nobody else knows better.
            i, how = found[0], 2
            _restart(named, models, m)
            named.flagged_s[NEIGHBOUR_LEAPT] = m.t
    if n == 0:
        i = _nearest(tb, models, m, w, room, j)
        how = 1
    m.claimed = 1.0 if i >= 0 else 0.0
    if i < 0:
        i = new_row(tb)
        if i < 0:
            m.fate = NO_ROOM
            return
        start(tb.rows[i], models, m, SURE_R if is_sure else 0.5, run)
        _restart(tb.rows[i], models, m)
    elif how == 1:
        age(tb.rows[i], m.t, j)
        if slot >= 0:
            account(tb.rows[i], views[slot], slot, site, m.t)
        _absorb(tb.rows[i], w, m, room)
    m.row = i
    if m.role == PLOT:
        tb.rows[i].keyed_s = m.t
    row = tb.rows[i]
    row.r = max(row.r, SURE_R) if is_sure else min(1.0 - PLOT_DOUBT * (1.0 - row.r), j.r_max)
    row.existed_s = max(row.existed_s, m.t)
    if m.role == PLOT:
        row.hidden, row.unseen = 0.0, 0
        if slot >= 0:
            row.looked_s[slot], row.spent[slot] = m.t, 1.0
    note(row, m, site, period, run)
    if is_sure or row.state == LOST or (row.r > j.show and row.hits >= 3 and row.vouched == 1):
        show(row)
    _bind(tb, i, m, j)
    sweep_up(tb)
