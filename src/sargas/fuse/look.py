"""One look of one sensor: its anonymous reports and the targets near them, judged together (TOMB/P). Compiled.

Every report may come from one of the targets near it, from a target not yet known, or from none. The marginal
probabilities of that (`sargas.kernels.marginals`) update each target's existence and motion; what no target explains
begins a new one, existing as likely as newcomers are among such reports.

Sources: Williams, Marginal multi-Bernoulli filters: RFS derivation of MHT, JIPDA and association-based MeMBer, IEEE
TAES 51 (2015), equations 26 to 34 (track-oriented form); Musicki, Evans, IPDA with a target that may be unobservable
(IEEE TAC 39, 1994), here the state "hidden".
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sargas.fuse.columns import BEARING, PLOT, TOLD, Batch
from sargas.fuse.rows import (
    Judgement,
    age,
    conflicts,
    continued,
    is_active,
    miss,
    new_row,
    note,
    show,
    start,
    summarise,
    sweep_up,
)
from sargas.fuse.table import AT, BARO, FREE, ICAO, N_USED, REMOTE, SHOWN, TENTATIVE, VALUE, Table
from sargas.kernels.bank import (
    N_COLUMNS,
    N_MOVE,
    N_PACKED,
    N_STATE,
    SHARE,
    SPEED_SD,
    _merge,
    mean_and_covariance,
    moves,
    normalise,
    place_likelihood,
    predict,
    update_bearing,
    update_place,
    update_velocity,
)
from sargas.kernels.density import (
    CLOCK,
    PERIOD,
    Density,
    clutter_at,
    count_clutter,
    count_detection,
    detection_at,
    view_area,
    widen,
)
from sargas.kernels.history import ANGLE, MOVING
from sargas.kernels.marginals import marginals
from sargas.kernels.near import grid_of, span

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

SURE_R = 0.95
DOUBLE_D2 = 9.0
SILENT_D2 = 9.0
BETA_MIN = 1e-6
MISSES_MAX = 20
FEW = 8


class Site(NamedTuple):
    """What limits a sensor's view: place x, y [m], nearest and farthest range [m], sector [rad] clockwise from +y."""

    x: F64
    y: F64
    range_min: F64
    range_max: F64
    azimuth_from: F64
    azimuth_span: F64
    latency: F64


@njit(cache=True)
def covers(site: Site, s: int, x: float, y: float) -> bool:
    """Return whether sensor s can see (x, y) at all."""
    if math.isnan(site.x[s]):
        return True
    dx, dy = x - site.x[s], y - site.y[s]
    away = math.hypot(dx, dy)
    if away < site.range_min[s] or away > site.range_max[s]:
        return False
    off = (math.atan2(dx, dy) - site.azimuth_from[s]) % (2.0 * math.pi)
    return bool(off <= site.azimuth_span[s])


@njit(cache=True)
def account(tb: Table, i: int, d: Density, slot: int, sensor: int, site: Site, t: float, j: Judgement) -> None:
    """Count against row i the looks of a sensor that passed without a plot before the one at t."""
    period = d.figures[slot, PERIOD]
    since = t - tb.looked_s[i, slot]
    if period <= 0.0 or not since < math.inf or since < 1.5 * period:
        return
    n = min(int(since / period + 0.5) - 1, MISSES_MAX)
    pd = detection_at(d, slot, tb.x[i, 0], tb.x[i, 1]) if covers(site, sensor, tb.x[i, 0], tb.x[i, 1]) else 0.0
    for _ in range(n):
        if pd > 0.0:
            miss(tb, i, pd)
    tb.looked_s[i, slot] += n * period
    tb.spent[i, slot] = 0.0


@njit(cache=True)
def _reach(tb: Table, i: int, dt: float, gate: float, turn: float) -> float:
    """Return how far off the straight line a gated position of row i can be after dt: quick, and generous."""
    a = abs(dt)
    var = tb.spread[i, 0] + 2.0 * tb.spread[i, 1] * a + tb.spread[i, 2] * a * a + a * a * a
    speed = abs(tb.x[i, 2]) + abs(tb.x[i, 3])
    return math.sqrt(gate * var) + speed * a * min(1.0, 0.5 * turn * a)


@njit(cache=True)
def _may_be(tb: Table, i: int, b: Batch, k: int, d2: float, t: float, j: Judgement) -> bool:
    """Return whether nothing but the position speaks against measurement k being of row i."""
    if conflicts(tb, i, b, k):
        return False
    known = tb.height[i, BARO, AT]
    if not math.isnan(b.alt_baro[k]) and t - known < 60.0 and abs(b.alt_baro[k] - tb.height[i, BARO, VALUE]) > j.same_height:
        return False
    if tb.named_s[i] > -math.inf and b.icao[k] < 0 and b.remote[k] < 0 and b.role[k] == PLOT:
        # Who no longer says who it is must fly on as before; who has landed leaves its place to birds and clutter.
        coast = max(j.coast_s, j.coast_looks * max(tb.period_s[i], j.default_period_s))
        if t - tb.named_s[i] > coast and (
            tb.on_ground[i] == 1 or t - tb.last_s[i] > coast or d2 > SILENT_D2
        ):
            return False
    return True


@njit(cache=True)
def look(
    tb: Table,
    d: Density,
    site: Site,
    models: F64,
    b: Batch,
    which: I64,
    slot: int,
    whole: bool,
    run: int,
    j: Judgement,
    claimed: F64,
) -> None:
    """Judge the measurements b[which], all of one sensor, role and kind, and of about one time.

    Args:
        tb, d, site, models, b, j: as their classes say.
        which: (m,) the measurements.
        slot: the scanning sensor's place in `d`; -1 for one whose silence says nothing.
        whole: these are all the plots of a look over the whole view.
        run: the number of this run, for `touched`.
        claimed: (M,) receives for each measurement the probability that a known target gave it.
    """
    m, n_models = which.shape[0], models.shape[0]
    sensor, role, kind = b.sensor[which[0]], b.role[which[0]], b.kind[which[0]]
    t = 0.0
    for a in range(m):
        t += b.t[which[a]] / m
    is_angle = kind == ANGLE
    gate = j.gate_bearing if is_angle else j.gate
    turn = 0.0
    for c in range(n_models):
        turn = max(turn, abs(models[c, 0]))
    period = d.figures[slot, PERIOD] if slot >= 0 else 0.0
    if slot >= 0:
        for a in range(m):
            widen(d, slot, b.z[which[a], 0], b.z[which[a], 1])
    own = 0.0
    for a in range(m):
        own = max(own, b.r[which[a], 0], b.r[which[a], 2])

    # --- the rows that a measurement may be of
    n_used = tb.counts[N_USED]
    near = np.empty(n_used, np.int64)
    n = 0
    grid = grid_of(b.z, which)
    n_shown = 0
    for a in range(n_used):
        i = tb.used[a]
        if not is_active(tb, i):
            continue
        n_shown += 1 if tb.state[i] == SHOWN else 0
        dt = t - tb.t[i]
        x, y = tb.x[i, 0] + tb.x[i, 2] * dt, tb.x[i, 1] + tb.x[i, 3] * dt
        found = False
        if is_angle:
            if tb.r[i] > 0.05:
                far = _reach(tb, i, dt, gate, turn)
                for e in range(m):
                    z, r = b.z[which[e]], b.r[which[e]]
                    ex, ey = x - z[1], y - z[2]
                    along = ex * math.sin(z[0]) + ey * math.cos(z[0])
                    across = ex * math.cos(z[0]) - ey * math.sin(z[0])
                    if abs(across) <= far + math.sqrt(gate * r[0]) * abs(along) and -far <= along <= z[3] + far:
                        found = True
        else:
            far = _reach(tb, i, dt, gate, turn) + math.sqrt(gate * own)
            a0, a1 = span(x - far, x + far, grid.x0, grid.side, grid.nx)
            b0, b1 = span(y - far, y + far, grid.y0, grid.side, grid.ny)
            for ca in range(a0, a1):
                if b1 > b0 and grid.start[ca * grid.ny + b1] > grid.start[ca * grid.ny + b0]:
                    found = True
                    break
        if found:
            near[n] = i
            n += 1
        elif whole:
            age(tb, i, t, j)
            if covers(site, sensor, x, y):
                pd = detection_at(d, slot, x, y)
                if tb.r[i] > SURE_R and tb.state[i] == SHOWN:
                    count_detection(d, slot, x, y, 0.0)
                miss(tb, i, pd)
            tb.looked_s[i, slot] = t
            if tb.state[i] == TENTATIVE and tb.r[i] < max(j.prune * tb.born[i, 0], j.r_min):
                tb.state[i] = FREE

    # --- their motion at t, and the edges
    Xw, Pw, muw = np.empty((n, n_models, N_STATE)), np.empty((n, n_models, N_PACKED)), np.empty((n, n_models))
    move, stay = np.empty((n_models, N_MOVE)), np.empty(n_models)
    pool_x, pool_P = np.empty(N_STATE), np.empty(N_PACKED)
    xw, Cw = np.empty(N_STATE), np.empty(N_PACKED)
    hx, gain = np.empty(N_STATE), np.empty(N_STATE)
    room = 8 * (n + m) + 64
    measurement, psi, like, d2s = np.empty(room, np.int64), np.empty(room), np.empty((room, n_models)), np.empty(room)
    first = np.zeros(n + 1, np.int64)
    pds, exists = np.empty(n), np.empty(n)
    one = np.empty(n_models)
    n_edges, last_dt = 0, -1.0
    for c in range(n):
        i = near[c]
        age(tb, i, t, j)
        if slot >= 0:
            account(tb, i, d, slot, sensor, site, t, j)
        dt = max(t - tb.t[i], 0.0)
        Xw[c], Pw[c], muw[c] = tb.X[i], tb.P[i], tb.mu[i]
        if dt > 0.0:
            if dt != last_dt:
                moves(models, dt, move, stay)
                last_dt = dt
            predict(Xw[c], Pw[c], muw[c], models, move, stay, pool_x, pool_P)
        mean_and_covariance(Xw[c], Pw[c], muw[c], xw, Cw)
        x, y = xw[0], xw[1]
        if role == PLOT:
            pd = 0.0
            if covers(site, sensor, x, y):
                pd = detection_at(d, slot, x, y) if slot >= 0 else 0.8
                is_same = slot >= 0 and t - tb.looked_s[i, slot] < 0.5 * period
                pd *= 1.0 - (tb.spent[i, slot] if is_same else 0.0)
        else:
            pd = j.bearing_pd
        pds[c] = pd
        q = pd * (1.0 - tb.hidden[i]) if role == PLOT else pd
        r = tb.r[i]
        exists[c] = q
        given_missed = 1.0 - r * q
        first[c + 1] = n_edges
        if pd <= 0.0:
            continue
        half_x, half_y = math.sqrt(gate * (Cw[0] + own)), math.sqrt(gate * (Cw[2] + own))
        if is_angle:
            a0, a1, b0, b1 = 0, 1, 0, 1
        else:
            a0, a1 = span(x - half_x, x + half_x, grid.x0, grid.side, grid.nx)
            b0, b1 = span(y - half_y, y + half_y, grid.y0, grid.side, grid.ny)
        for ca in range(a0, a1):
            if b1 <= b0:
                break
            e0 = 0 if is_angle else grid.start[ca * grid.ny + b0]
            e1 = m if is_angle else grid.start[ca * grid.ny + b1]
            for e in range(e0, e1):
                at = e if is_angle else grid.order[e]
                k = which[at]
                z, rr = b.z[k], b.r[k]
                if not is_angle and (abs(z[0] - x) > half_x or abs(z[1] - y) > half_y):
                    continue
                total, d2_least = 0.0, math.inf
                off_s = b.t[k] - t
                for mm in range(n_models):
                    if is_angle or kind == MOVING:
                        xw[:] = Xw[c, mm]
                        Cw[:] = Pw[c, mm]
                        if is_angle:
                            density, d2 = update_bearing(xw, Cw, z[0], z[1], z[2], rr[0], hx, gain)
                        else:
                            density, d2 = place_likelihood(xw, Cw, z[0], z[1], rr[0], rr[1], rr[2])
                    else:
                        u, v = Xw[c, mm, 2] * off_s, Xw[c, mm, 3] * off_s
                        density, d2 = place_likelihood(Xw[c, mm], Pw[c, mm], z[0] - u, z[1] - v, rr[0], rr[1], rr[2])
                    d2_least = min(d2_least, d2)
                    one[mm] = muw[c, mm] * density
                    total += one[mm]
                if d2_least > gate or total <= 0.0 or not _may_be(tb, i, b, k, d2_least, t, j):
                    continue
                if n_edges >= room:
                    break
                for mm in range(n_models):
                    like[n_edges, mm] = one[mm] / total
                measurement[n_edges], d2s[n_edges] = at, d2_least
                psi[n_edges] = r * q * total / given_missed
                n_edges += 1
        first[c + 1] = n_edges

    # --- who gave which
    rho, born_r = np.empty(m), np.empty(m)
    for a in range(m):
        k = which[a]
        if role == PLOT:
            if slot >= 0:
                f = d.figures[slot]
                clutter = clutter_at(d, slot, b.z[k, 0], b.z[k, 1])
                fresh = j.newcomers * (n_shown + 3.0) / view_area(f) * max(period, 0.1) / j.life_s
                fresh *= detection_at(d, slot, b.z[k, 0], b.z[k, 1])
            else:
                clutter, fresh = 1e-8, 1e-12
            rho[a], born_r[a] = clutter + fresh, fresh / (clutter + fresh)
        elif is_angle:
            rho[a], born_r[a] = j.bearing_clutter, 0.0
        else:
            area = 2.0 * math.pi * math.sqrt(max(b.r[k, 0] * b.r[k, 2] - b.r[k, 1] * b.r[k, 1], 1.0))
            rho[a], born_r[a] = 0.2 / area, j.told_r
    missed, beta, unclaimed = np.empty(n), np.empty(n_edges), np.empty(m)
    marginals(first, measurement[:n_edges], psi[:n_edges], rho, missed, beta, unclaimed)

    # --- update
    xo, Po = np.empty(N_STATE), np.empty(N_PACKED)
    for c in range(n):
        i = near[c]
        e0, e1 = first[c], first[c + 1]
        q = exists[c]
        h = tb.hidden[i]
        none = missed[c]
        left = tb.r[i] * (1.0 - q) / (1.0 - tb.r[i] * q)  # it exists though it gave none
        silent = none * left if role == PLOT else none * tb.r[i]
        r_new = 1.0 - none + silent
        if slot >= 0:
            if tb.r[i] > SURE_R and tb.state[i] == SHOWN and pds[c] > 0.0:
                count_detection(d, slot, tb.x[i, 0], tb.x[i, 1], 1.0 - none)
            is_same = t - tb.looked_s[i, slot] < 0.5 * period
            before = tb.spent[i, slot] if is_same else 0.0
            tb.spent[i, slot] = before + (1.0 - before) * (1.0 - none)
            if not is_same:
                tb.looked_s[i, slot] = t
        if role == PLOT and q > 0.0:
            tb.hidden[i] = min(silent * h * (1.0 / (1.0 - q)) / max(r_new, 1e-12), 1.0)
        elif role != PLOT:
            tb.hidden[i] = h
        if e1 > e0 and 1.0 - none > BETA_MIN:
            for mm in range(n_models):
                weight = silent / r_new * muw[c, mm]
                tb.X[i, mm] = Xw[c, mm]
                tb.P[i, mm] = Pw[c, mm]
                for e in range(e0, e1):
                    w = beta[e] / r_new * like[e, mm]
                    if w < BETA_MIN * 0.01:
                        continue
                    k = which[measurement[e]]
                    z, rr = b.z[k], b.r[k]
                    if is_angle:
                        xo[:] = Xw[c, mm]
                        Po[:] = Pw[c, mm]
                        update_bearing(xo, Po, z[0], z[1], z[2], rr[0], hx, gain)
                    else:
                        off_s = b.t[k] - t
                        u, v = Xw[c, mm, 2] * off_s, Xw[c, mm, 3] * off_s
                        update_place(Xw[c, mm], Pw[c, mm], z[0] - u, z[1] - v, rr[0], rr[1], rr[2], xo, Po)
                        if kind == MOVING:
                            update_velocity(xo, Po, z[2], z[3], rr[3], hx, gain)
                    if weight > 0.0:
                        _merge(tb.X[i, mm], tb.P[i, mm], weight, xo, Po, w)
                    else:
                        tb.X[i, mm] = xo
                        tb.P[i, mm] = Po
                    weight += w
                tb.mu[i, mm] = weight
            normalise(tb.mu[i])
            tb.t[i] = t
            summarise(tb, i)
        tb.r[i] = min(r_new, j.r_max)
        best, best_beta = -1, 0.5
        for e in range(e0, e1):
            if beta[e] > best_beta:
                best, best_beta = which[measurement[e]], beta[e]
        if best >= 0:
            note(tb, i, b, best, period, site.latency[sensor], run)
        if tb.state[i] == TENTATIVE:
            base = 0.8 * (j.cap_speed * period) ** 2
            if tb.r[i] < max(j.prune * tb.born[i, 0], j.r_min) or 2.0 * tb.spread[i, 0] > j.cap * j.cap * max(
                tb.born[i, 1], base
            ):
                tb.state[i] = FREE
            elif tb.r[i] > j.show and best >= 0 and tb.hits[i] >= 2:
                show(tb, i, continued(tb, i, b, best, j))
    for a in range(m):
        claimed[which[a]] = 1.0 - unclaimed[a]

    # --- what nobody explains
    for a in range(m):
        k = which[a]
        if slot >= 0:
            count_clutter(d, slot, b.z[k, 0], b.z[k, 1], unclaimed[a] * (1.0 - born_r[a]))
        r = unclaimed[a] * born_r[a]
        if r <= j.r_min or is_angle:
            continue
        i = start(tb, models, b, k, r, run)
        if i < 0:
            continue
        if slot >= 0:
            tb.looked_s[i, slot], tb.spent[i, slot] = t, 1.0
        note(tb, i, b, k, period, site.latency[sensor], run)
    sweep_up(tb)
