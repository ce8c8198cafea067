"""One look of one sensor: its anonymous reports and the targets near them, judged together (TOMB/P). Compiled.

Every report may come from one of the targets near it, from a target not yet known, or from none. The marginal
probabilities of that (`sargas.kernels.marginals`) update each target's existence and motion; what no target explains
begins a new one, which exists as likely as newcomers are among such reports.

Sources: Williams, Marginal multi-Bernoulli filters: RFS derivation of MHT, JIPDA and association-based MeMBer, IEEE
TAES 51 (2015), the track-oriented form; Musicki, Evans, Stankovic, Integrated probabilistic data association, IEEE
TAC 39 (1994), its target that exists and cannot be seen (here: hidden).
"""

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.columns import PLOT
from sargas.fuse.rows import (
    age,
    conflicts,
    continued,
    give_up,
    given_up,
    go_on,
    is_active,
    is_corroborated,
    miss,
    new_row,
    note,
    show,
    start,
    sweep_up,
)
from sargas.fuse.table import AT, BARO, FREE, LOST, N_MODELS, N_USED, SHOWN, TENTATIVE, VALUE, Table
from sargas.kernels.bank import (
    N_PACKED,
    N_STATE,
    TURN,
    coarse,
    merge,
    moves,
    normalise,
    place_likelihood,
    place_of,
    predict,
    scratch,
    update_bearing,
    update_place,
    update_velocity,
)
from sargas.kernels.compiled import compiled
from sargas.kernels.density import (
    clutter_at,
    count_clutter,
    count_detection,
    detection_at,
    learn_period,
    view_area,
    widen,
)
from sargas.kernels.kinds import ANGLE, MOVING
from sargas.kernels.marginals import marginals
from sargas.kernels.near import Grid, grid_of, span

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Record = Any
Records = NDArray[np.void]

USED, DOUBLE, NO_ROOM, TOO_LATE, CONTRADICTS, NOT_TRUSTED = 0, 1, 2, 3, 4, 5
"""Fates of a measurement."""

SURE_R = 0.95
DOUBLE_D2 = 9.0
SILENT_D2 = 9.0
FAINT_R = 0.05
MOST_LIKELY, SURELY = 0.5, 0.8
BETA_MIN = 1e-5
MISSES_MAX = 20
LEAST_PERIOD_S = 0.1
EDGES_PER_ROW = 8
TOLD_CLUTTER = 0.2
"""Words that nobody else's explain: so many false ones in the area over which they spread."""


class Edges(NamedTuple):
    """Pairs that passed the gate, sorted by row: those of row c are first[c]:first[c + 1].

    measurement (E,) index into the look, psi (E,) odds against giving none, share (E, M) of each model.
    """

    first: I64
    measurement: I64
    psi: F64
    share: F64


WORK: Final = np.dtype([
    ("row", "i8"), ("X", "f8", (N_MODELS, N_STATE)), ("P", "f8", (N_MODELS, N_PACKED)), ("mu", "f8", (N_MODELS,)),
    ("q", "f8"), ("pd", "f8"),
])  # fmt: skip
"""A row that may have given a measurement: its motion at the time of the look, the chance that it is detected if it
exists, and if it is not hidden."""
ROOM: Final = scratch(N_MODELS)


@compiled
def covers(site: Record, x: float, y: float) -> bool:
    """Return whether a sensor can see a place at all."""
    if math.isnan(site.x):
        return True
    dx, dy = x - site.x, y - site.y
    away = math.hypot(dx, dy)
    if away < site.range_min or away > site.range_max:
        return False
    return (math.atan2(dx, dy) - site.azimuth_from) % (2.0 * math.pi) <= site.azimuth_span


@compiled
def account(row: Record, view: Record, slot: int, site: Record, t: float) -> None:
    """Count against a row the looks of a sensor that passed without a plot before the one at t."""
    period = view.period
    since = t - row.looked_s[slot]
    if period <= 0.0 or not since < math.inf or since < 1.5 * period:
        return
    n = int(since / period + 0.5) - 1
    if covers(site, row.x[0], row.x[1]):
        pd = detection_at(view, row.x[0], row.x[1])
        for _ in range(min(n, MISSES_MAX)):
            miss(row, pd)
        row.unseen += n
    row.looked_s[slot] += n * period
    row.spent[slot] = 0.0


@compiled
def reach(row: Record, dt: float, gate: float, turn: float) -> float:
    """Return how far off the straight line a gated position of a row can be after dt: quick, and generous."""
    var = row.spread[0] + 2.0 * row.spread[1] * dt + row.spread[2] * dt * dt + dt * dt * dt
    speed = abs(row.x[2]) + abs(row.x[3])
    return math.sqrt(gate * var) + speed * dt * min(1.0, 0.5 * turn * dt)


@compiled
def _is_in_beam(z: F64, r: F64, gate: float, x: float, y: float, far: float) -> bool:
    """Return whether a place that may be off by `far` can be in a direction."""
    ex, ey = x - z[1], y - z[2]
    along = ex * math.sin(z[0]) + ey * math.cos(z[0])
    across = ex * math.cos(z[0]) - ey * math.sin(z[0])
    return abs(across) <= far + math.sqrt(gate * r[0]) * abs(along) and -far <= along <= z[3] + far


@compiled
def _is_any_near(grid: Grid, ms: Records, which: I64, x: float, y: float, far: float) -> bool:
    """Return whether a measurement lies in the box about (x, y)."""
    a0, a1 = span(x - far, x + far, grid.x0, grid.side, grid.nx)
    b0, b1 = span(y - far, y + far, grid.y0, grid.side, grid.ny)
    for a in range(a0, a1 if b1 > b0 else a0):
        for e in range(grid.start[a * grid.ny + b0], grid.start[a * grid.ny + b1]):
            z = ms[which[grid.order[e]]].z
            if abs(z[0] - x) <= far and abs(z[1] - y) <= far:
                return True
    return False


@compiled
def may_be(row: Record, m: Record, d2: float, j: Record) -> bool:
    """Return whether nothing but the position speaks against a measurement being of a row."""
    if conflicts(row, m):
        return False
    baro = row.height[BARO]
    if (
        not math.isnan(m.alt_baro)
        and m.t - baro[AT] < j.height_stale_s
        and abs(m.alt_baro - baro[VALUE]) > j.same_height
    ):
        return False
    if row.named_s > -math.inf and m.icao < 0 and m.remote < 0 and m.role == PLOT:
        # Who no longer says who it is must fly on as before; who has landed leaves its place to birds and clutter.
        coast = max(j.coast_s, j.coast_looks * (row.period_s if row.period_s > 0.0 else j.default_period_s))
        if m.t - row.named_s > coast and (row.on_ground == 1 or m.t - row.last_s > coast or d2 > SILENT_D2):
            return False
    return True


@compiled
def _pass_over(row: Record, views: Records, slot: int, site: Record, x: float, y: float, t: float, j: Record) -> None:
    """Count against a row at (x, y) that a look over the whole view gave no plot near it."""
    age(row, t, j)
    view = views[slot]
    if covers(site, x, y):
        if row.r > SURE_R and row.state == SHOWN:
            count_detection(view, x, y, 0.0)
        miss(row, detection_at(view, x, y))
        row.unseen += 1
    row.looked_s[slot] = t
    if row.state == TENTATIVE and row.r < given_up(row, j):
        give_up(row)
    elif row.state == SHOWN and row.r < j.lost_r:
        row.state = LOST


@compiled
def empty_look(tb: Table, views: Records, site: Record, slot: int, t: float, j: Record) -> None:
    """Judge a look over the whole view that gave no plot at all."""
    for a in range(tb.counts[N_USED]):
        row = tb.rows[tb.used[a]]
        if is_active(row):
            dt = max(t - row.t, 0.0)
            _pass_over(row, views, slot, site, row.x[0] + row.x[2] * dt, row.x[1] + row.x[3] * dt, t, j)
    sweep_up(tb)


@compiled
def _candidates(
    tb: Table, views: Records, site: Record, ms: Records, which: I64, slot: int, whole: bool, t: float, own: float,
    gate: float, turn: float, grid: Grid, j: Record, work: Records,
) -> tuple[int, int]:  # fmt: skip
    """Write the rows that may have given a measurement; return how many, and how many rows are shown.

    In a look over the whole view, the others were missed.
    """
    n, n_shown = 0, 0
    is_angle = ms[which[0]].kind == ANGLE
    for a in range(tb.counts[N_USED]):
        row = tb.rows[tb.used[a]]
        if not is_active(row):
            if whole and t - row.last_s > j.kept_s:
                row.state = FREE
            continue
        n_shown += row.state == SHOWN
        dt = max(t - row.t, 0.0)
        x, y = row.x[0] + row.x[2] * dt, row.x[1] + row.x[3] * dt
        far = reach(row, dt, gate, turn)
        if is_angle:
            found = False
            if row.r > FAINT_R:
                for e in range(which.shape[0]):
                    found = found or _is_in_beam(ms[which[e]].z, ms[which[e]].r, gate, x, y, far)
        else:
            found = _is_any_near(grid, ms, which, x, y, far + math.sqrt(gate * own))
        if found:
            work[n].row = tb.used[a]
            n += 1
        elif whole:
            _pass_over(row, views, slot, site, x, y, t, j)
    return n, n_shown


@compiled
def _chance(row: Record, views: Records, slot: int, site: Record, t: float, x: float, y: float) -> float:
    """Return the probability that a scanning sensor gives a plot of a target at (x, y) that is not hidden."""
    if not covers(site, x, y):
        return 0.0
    if slot < 0:
        return 0.8
    view = views[slot]
    pd = detection_at(view, x, y)
    if t - row.looked_s[slot] < 0.5 * view.period:  # this look may have given its plot already
        pd *= 1.0 - row.spent[slot]
    return pd


@compiled
def _densities(w: Record, m: Record, t: float, gate: float, room: Record) -> tuple[float, float]:
    """Write each model's probability times density of a measurement; return their sum and the least d^2."""
    total, least = 0.0, math.inf
    off_s = m.t - t
    for c in range(N_MODELS):
        if m.kind == ANGLE:
            room.x[:] = w.X[c]
            room.P[:] = w.P[c]
            density, d2 = update_bearing(room.x, room.P, m.z[0], m.z[1], m.z[2], m.r[0], room.h, room.gain)
        else:
            x, y = m.z[0] - w.X[c, 2] * off_s, m.z[1] - w.X[c, 3] * off_s
            density, d2 = place_likelihood(w.X[c], w.P[c], x, y, m.r[0], m.r[1], m.r[2], gate)
        room.one[c] = w.mu[c] * density
        total += room.one[c]
        least = min(least, d2)
    return total, least


@compiled
def _pair(
    tb: Table, views: Records, site: Record, models: F64, ms: Records, which: I64, slot: int, t: float, own: float,
    gate: float, grid: Grid, j: Record, work: Records, room: Record,
) -> Edges:  # fmt: skip
    """Predict the candidates to t and return the pairs that pass the gate."""
    n, m = work.shape[0], which.shape[0]
    role, is_angle = ms[which[0]].role, ms[which[0]].kind == ANGLE
    n_most = EDGES_PER_ROW * (n + m) + 64
    measurement, psi = np.empty(n_most, np.int64), np.empty(n_most)
    share, first = np.empty((n_most, N_MODELS)), np.zeros(n + 1, np.int64)
    n_edges, last_dt = 0, -1.0
    for c in range(n):
        w = work[c]
        row = tb.rows[w.row]
        age(row, t, j)
        if slot >= 0:
            account(row, views[slot], slot, site, t)
        w.pd = w.q = 0.0
        first[c + 1] = n_edges
        dt = t - row.t
        if row.t == row.first_s and not is_angle:
            # Most of these are clutter: where they can be is known without moving them.
            far = math.sqrt(gate * (row.spread[0] + row.spread[2] * dt * dt + j.first_noise * dt * dt * dt + own))
            if not _is_any_near(grid, ms, which, row.x[0], row.x[1], far):
                if role == PLOT:
                    w.pd = _chance(row, views, slot, site, t, row.x[0], row.x[1])
                    w.q = w.pd * (1.0 - row.hidden)
                continue
        w.X[:], w.P[:], w.mu[:] = row.X, row.P, row.mu
        if dt > 0.0:
            if dt != last_dt:
                moves(models, dt, room.move, room.stay)
                last_dt = dt
            predict(w.X, w.P, w.mu, models, room.move, room.stay, room.pool_x, room.pool_P)
        px, py, xx, yy = place_of(w.X, w.P, w.mu)
        half_x, half_y = math.sqrt(gate * (xx + own)), math.sqrt(gate * (yy + own))
        w.pd = _chance(row, views, slot, site, t, px, py) if role == PLOT else j.other_pd
        w.q = q = w.pd * (1.0 - row.hidden) if role == PLOT else w.pd
        odds = row.r * q / (1.0 - row.r * q)
        first[c + 1] = n_edges
        if q <= 0.0:
            continue
        a0, a1, b0, b1 = 0, 1, 0, 1
        if not is_angle:
            a0, a1 = span(px - half_x, px + half_x, grid.x0, grid.side, grid.nx)
            b0, b1 = span(py - half_y, py + half_y, grid.y0, grid.side, grid.ny)
        for a in range(a0, a1):
            if b1 <= b0:
                break
            e0, e1 = (0, m) if is_angle else (grid.start[a * grid.ny + b0], grid.start[a * grid.ny + b1])
            for e in range(e0, e1):
                at = e if is_angle else grid.order[e]
                mk = ms[which[at]]
                if not is_angle and (abs(mk.z[0] - px) > half_x or abs(mk.z[1] - py) > half_y):
                    continue
                total, least = _densities(w, mk, t, gate, room)
                if least > gate or total <= 0.0 or n_edges >= n_most or not may_be(row, mk, least, j):
                    continue
                for k in range(N_MODELS):
                    share[n_edges, k] = room.one[k] / total
                measurement[n_edges], psi[n_edges] = at, odds * total
                n_edges += 1
        first[c + 1] = n_edges
    return Edges(first, measurement[:n_edges], psi[:n_edges], share)


@compiled
def _origins(
    views: Records, ms: Records, which: I64, slot: int, n_shown: int, j: Record, rho: F64, born: F64
) -> None:
    """Write how densely reports come that no known target gives, and which part of them begins a track."""
    for a in range(which.shape[0]):
        m = ms[which[a]]
        if m.role == PLOT:
            clutter, fresh = j.clutter, j.clutter * 1e-3
            if slot >= 0:
                view = views[slot]
                clutter = clutter_at(view, m.z[0], m.z[1])
                fresh = j.newcomers * (n_shown + 3.0) / view_area(view) * max(view.period, LEAST_PERIOD_S) / j.life_s
                fresh *= detection_at(view, m.z[0], m.z[1])
            rho[a], born[a] = clutter + fresh, fresh / (clutter + fresh)
        elif m.kind == ANGLE:
            rho[a], born[a] = j.bearing_clutter, 0.0
        else:
            area = 2.0 * math.pi * math.sqrt(max(m.r[0] * m.r[2] - m.r[1] * m.r[1], 1.0))
            rho[a], born[a] = TOLD_CLUTTER / area, j.told_r
        if not math.isnan(m.born_r):
            born[a] = m.born_r


@compiled
def _move_to(
    row: Record, w: Record, ms: Records, which: I64, e0: int, e1: int, edges: Edges, beta: F64, silent: float,
    total: float, t: float, room: Record,
) -> None:  # fmt: skip
    """Write the motion of a row at t: of each model the mixture over its possible measurements, as one Gaussian."""
    for k in range(N_MODELS):
        weight = silent / total * w.mu[k]
        row.X[k], row.P[k] = w.X[k], w.P[k]
        for e in range(e0, e1):
            part = beta[e] / total * edges.share[e, k]
            if part < BETA_MIN:
                continue
            m = ms[which[edges.measurement[e]]]
            if m.kind == ANGLE:
                room.x[:] = w.X[k]
                room.P[:] = w.P[k]
                update_bearing(room.x, room.P, m.z[0], m.z[1], m.z[2], m.r[0], room.h, room.gain)
            else:
                x, y = m.z[0] - w.X[k, 2] * (m.t - t), m.z[1] - w.X[k, 3] * (m.t - t)
                update_place(w.X[k], w.P[k], x, y, m.r[0], m.r[1], m.r[2], room.x, room.P)
                if m.kind == MOVING:
                    update_velocity(room.x, room.P, m.z[2], m.z[3], m.r[3], room.h, room.gain)
            if weight > 0.0:
                merge(row.X[k], row.P[k], weight, room.x, room.P, part)
            else:
                row.X[k], row.P[k] = room.x, room.P
            weight += part
        row.mu[k] = weight
    normalise(row.mu)
    row.t = t


@compiled
def _judge(tb: Table, i: int, m: Record, has_plot: bool, period: float, j: Record) -> None:
    """Show a row that is sure enough, give up one that is not likely any more, lose one that was shown."""
    row = tb.rows[i]
    if row.state != TENTATIVE:
        is_vague = row.spread[0] > max(j.vague**2, 0.5 * j.vague_share**2 * row.born_var)
        if row.state == SHOWN and (row.r < j.lost_r or is_vague):
            row.state = LOST
        return
    usual = 0.8 * (j.cap_speed * period) ** 2
    if row.r < given_up(row, j) or 2.0 * row.spread[0] > j.cap * j.cap * max(row.born_var, usual):
        give_up(row)
    elif row.r > j.show and has_plot and is_corroborated(row):
        lost = continued(tb, row, m, j)
        if lost >= 0:
            show(row)
            go_on(row, tb.rows[lost])
        elif row.vouched == 1:
            show(row)


@compiled
def _update(
    tb: Table, views: Records, site: Record, ms: Records, which: I64, slot: int, t: float, j: Record, run: int,
    work: Records, edges: Edges, missed: F64, beta: F64, room: Record, is_whole: bool,
) -> None:  # fmt: skip
    """Give every candidate its new existence and motion."""
    is_plot = ms[which[0]].role == PLOT
    period = views[slot].period if slot >= 0 else 0.0
    for c in range(work.shape[0]):
        w = work[c]
        row = tb.rows[w.row]
        e0, e1, q, none = edges.first[c], edges.first[c + 1], w.q, missed[c]
        silent = none * row.r * ((1.0 - q) / (1.0 - row.r * q) if is_plot else 1.0)
        total = 1.0 - none + silent
        if slot >= 0:
            if row.r > SURE_R and row.state == SHOWN and q > 0.0:
                count_detection(views[slot], row.x[0], row.x[1], 1.0 - none)
            is_same = t - row.looked_s[slot] < 0.5 * period
            before = row.spent[slot] if is_same else 0.0
            row.spent[slot] = before + (1.0 - before) * (1.0 - none)
            if not is_same:
                row.looked_s[slot] = t
        if is_plot:
            row.hidden = min(silent / total * row.hidden / (1.0 - q), 1.0)
        if 1.0 - none > BETA_MIN:
            _move_to(row, w, ms, which, e0, e1, edges, beta, silent, total, t, room)
            coarse(row.X, row.P, row.mu, row.x, row.spread)
        row.r = min(total, j.r_max)
        best, most = -1, MOST_LIKELY if is_plot else SURELY
        for e in range(e0, e1):
            if beta[e] > most:
                best, most = which[edges.measurement[e]], beta[e]
        if best >= 0:
            if slot >= 0 and site.period <= 0.0 and row.r > SURE_R and not is_whole:
                learn_period(views[slot], ms[best].t - row.last_plot_s[slot])
            if slot >= 0:
                row.last_plot_s[slot] = ms[best].t
            ms[best].row = w.row
            note(row, ms[best], site, period, run)
            row.unseen = 0
        elif is_plot:
            row.unseen += 1
        _judge(tb, w.row, ms[max(best, 0)], best >= 0, period, j)


@compiled
def _is_double(tb: Table, work: Records, mk: Record, slot: int) -> bool:
    """Return whether a plot lies, within its own error, on a shown target that has given its plot of this look."""
    for c in range(work.shape[0]):
        row = tb.rows[work[c].row]
        if row.state != SHOWN or work[c].pd > 0.5 or row.spent[slot] < 0.5:
            continue
        dt = mk.t - row.t
        dx, dy = mk.z[0] - row.x[0] - row.x[2] * dt, mk.z[1] - row.x[1] - row.x[3] * dt
        det = mk.r[0] * mk.r[2] - mk.r[1] * mk.r[1]
        if dx * dx * mk.r[2] - 2.0 * dx * dy * mk.r[1] + dy * dy * mk.r[0] <= DOUBLE_D2 * det:
            return True
    return False


@compiled
def look(
    tb: Table, views: Records, site: Record, models: F64, ms: Records, which: I64, slot: int, whole: bool, run: int,
    j: Record, room: Record,
) -> None:  # fmt: skip
    """Judge the measurements ms[which], all of one sensor, role and kind, and of about one time.

    Args:
        tb: the table, with room for one more row for each measurement.
        views: what is known of the scanning sensors.
        site: of the sensor, see `sargas.fuse.pmb_settings.SITE`.
        models: the bank's.
        ms: measurements; `claimed` and `fate` of those looked at are written.
        which: (m,), at least one.
        slot: the scanning sensor's place in `views`; -1 for one whose silence says nothing.
        whole: these are all the plots of a look over the whole view.
        run: the number of this run, for `touched`.
        j: how to judge.
        room: a record of ROOM to work in (one made here would be freed while it is used).
    """
    m = which.shape[0]
    is_angle = ms[which[0]].kind == ANGLE
    gate = j.gate_bearing if is_angle else j.gate
    t, own = 0.0, 0.0
    for a in range(m):
        t += ms[which[a]].t / m
        own = max(own, ms[which[a]].r[0], ms[which[a]].r[2])
        if slot >= 0:
            widen(views[slot], ms[which[a]].z[0], ms[which[a]].z[1])
    turn = 0.0
    for c in range(models.shape[0]):
        turn = max(turn, abs(models[c, TURN]))
    grid = grid_of(ms, which)
    most = np.empty(tb.counts[N_USED], WORK)
    n, n_shown = _candidates(tb, views, site, ms, which, slot, whole, t, own, gate, turn, grid, j, most)
    work = most[:n]
    edges = _pair(tb, views, site, models, ms, which, slot, t, own, gate, grid, j, work, room)
    rho, born = np.empty(m), np.empty(m)
    _origins(views, ms, which, slot, n_shown, j, rho, born)
    missed, beta, unclaimed = np.empty(n), np.empty(edges.measurement.shape[0]), np.empty(m)
    marginals(edges.first, edges.measurement, edges.psi, rho, missed, beta, unclaimed)
    _update(tb, views, site, ms, which, slot, t, j, run, work, edges, missed, beta, room, whole)
    period = views[slot].period if slot >= 0 else 0.0
    for a in range(m):
        mk = ms[which[a]]
        mk.claimed = 1.0 - unclaimed[a]
        if slot >= 0:
            count_clutter(views[slot], mk.z[0], mk.z[1], unclaimed[a] * (1.0 - born[a]))
        r = unclaimed[a] * born[a]
        if r <= j.r_min or is_angle:
            continue
        if slot >= 0 and not whole and _is_double(tb, work, mk, slot):
            mk.fate = DOUBLE
            continue
        i = new_row(tb)
        if i < 0:
            mk.fate = NO_ROOM
            continue
        row = tb.rows[i]
        start(row, models, mk, r, run)
        note(row, mk, site, period, run)
        if slot >= 0:
            row.looked_s[slot], row.spent[slot], row.last_plot_s[slot] = t, 1.0, mk.t
    sweep_up(tb)
