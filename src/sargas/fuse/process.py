"""The tracker through time: groups of measurements in their order, and a sweep every second. Compiled."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.columns import BEARING, COOPERATIVE, NEIGHBOUR, PLOT
from sargas.fuse.look import NO_ROOM, NOT_TRUSTED, account, covers, look
from sargas.fuse.named import named
from sargas.fuse.rows import age, give_up, given_up, is_active, new_row, note, start, sweep_up
from sargas.fuse.table import FREE, LOST, N_USED, SHOWN, TENTATIVE, Table
from sargas.kernels.compiled import compiled
from sargas.kernels.density import fade

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Records = NDArray[np.void]
Record = Any

SWEEP_S = 1.0
NEXT_SWEEP, RUN, N_CLOCK = 0, 1, 2
"""Places in the tracker's clock: time of the next sweep (-inf before the first measurement), number of the run."""
LOOK_MARGIN = 0.25
"""A look counts as passed without a plot when the sensor is so many periods beyond it."""
AT_D2 = 9.0
SILENCE_MAX_S = 600.0


@compiled
def _period(row: Record, j: Record) -> float:
    return row.period_s if row.period_s > 0.0 else j.default_period_s


@compiled
def silent_s(row: Record, now_s: float) -> float:
    """Return how long a row has not been placed, the usual latency of its sensors taken off."""
    return now_s - max(row.last_s, row.first_s) - row.latency_s


@compiled
def is_gone(row: Record, now_s: float, j: Record) -> bool:
    """Return whether a shown row has been silent for so long that it is lost."""
    return silent_s(row, now_s) > max(j.lost_s, j.lost_looks * _period(row, j))


@compiled
def is_over(row: Record, now_s: float, j: Record) -> bool:
    """Return whether a lost row is not kept any longer."""
    return silent_s(row, now_s) > (j.kept_s if row.sensed_s > -math.inf else j.kept_named_s)


@compiled
def _in_view(view: Record, site: Record, row: Record) -> bool:
    """Return whether a scanning sensor looks where a row is: within its stated cover, or where it has shown plots."""
    x, y = row.x[0], row.x[1]
    if not math.isnan(site.x) and site.range_max < math.inf:
        return covers(site, x, y)
    return (
        view.side > 0.0 and view.low_x <= x <= view.high_x and view.low_y <= y <= view.high_y and covers(site, x, y)
    )


@compiled
def sweep(tb: Table, views: Records, sites: Records, scanning: I64, t: float, j: Record) -> None:
    """Let everything come to t: looks that passed without a plot count, and rows are given up, lost, or over."""
    for s in range(scanning.shape[0]):
        fade(views[s], t)
    for a in range(tb.counts[N_USED]):
        row = tb.rows[tb.used[a]]
        if row.state == LOST:
            if is_over(row, t, j):
                row.state = FREE
            continue
        age(row, t, j)
        for s in range(scanning.shape[0]):
            view, site = views[s], sites[scanning[s]]
            if view.period <= 0.0 or not view.clock > -math.inf:
                continue
            if row.looked_s[s] == -math.inf:
                if _in_view(view, site, row):
                    row.looked_s[s] = max(view.clock, row.first_s)
            elif view.clock - row.looked_s[s] > (1.5 + LOOK_MARGIN) * view.period:
                account(row, view, s, site, view.clock)
        if row.state == TENTATIVE:
            if row.r < given_up(row, j) or t - max(row.last_s, row.first_s) > j.tentative_s:
                give_up(row)
        elif row.state == SHOWN and (is_gone(row, t, j) or row.r < j.lost_r):
            row.state = LOST
    sweep_up(tb)


@compiled
def _sweep_to(tb: Table, views: Records, sites: Records, scanning: I64, clock: F64, t: float, j: Record) -> None:
    """Do the sweeps that are due at t; of a long silence only the end, since nothing happened in it."""
    clock[NEXT_SWEEP] = max(clock[NEXT_SWEEP], np.floor(t - SILENCE_MAX_S))
    while clock[NEXT_SWEEP] <= t:
        sweep(tb, views, sites, scanning, clock[NEXT_SWEEP], j)
        clock[NEXT_SWEEP] += SWEEP_S


@compiled
def _begin(tb: Table, models: F64, m: Record, site: Record, run: int) -> None:
    """Begin a row where directions cross, unless an active row is there already."""
    for a in range(tb.counts[N_USED]):
        row = tb.rows[tb.used[a]]
        if not is_active(row):
            continue
        dt = max(m.t - row.t, 0.0)
        dx, dy = m.z[0] - row.x[0] - row.x[2] * dt, m.z[1] - row.x[1] - row.x[3] * dt
        var = row.spread[0] + row.spread[2] * dt * dt + max(m.r[0], m.r[2])
        if row.r > m.born_r and dx * dx + dy * dy <= AT_D2 * var:
            return
    i = new_row(tb)
    if i < 0:
        m.fate = NO_ROOM
        return
    start(tb.rows[i], models, m, m.born_r, run)
    note(tb.rows[i], m, site, 0.0, run)


@compiled
def _tick_view(view: Record, site: Record, t: float) -> None:
    """Let a scanning sensor's clock come to t and count its looks since."""
    if site.period > 0.0 and view.period <= 0.0:
        view.period = site.period
    usual = view.period if view.period > 0.0 else 1.0
    since = t - view.clock
    if since > 0.0:
        view.n_looks += min(since / usual, 1.0)
        view.clock = t


@compiled
def process(
    tb: Table, views: Records, sites: Records, slots: I64, scanning: I64, models: F64, ms: Records, clock: F64,
    until_s: float, j: Record, work: Record, room: Record,
) -> None:  # fmt: skip
    """Take in measurements, sorted by group, and let time pass.

    Args:
        tb: the table, with room for one more row for each measurement.
        views: what is known of the scanning sensors.
        sites: of all sensors, by index; the last one stands for the others.
        slots: place in `views` of each sensor, -1 of those whose silence says nothing.
        scanning: the sensors that have a place there.
        models: of motion.
        ms: measurements in the order of their groups' times; `claimed` and `fate` are written.
        clock: see NEXT_SWEEP, RUN.
        until_s: time to which the sweeps are to come, -inf for no further than the measurements.
        j: how to judge.
        work: a record of WORK.
        room: a record of ROOM.
    """
    a, n = 0, ms.shape[0]
    run = int(clock[RUN])
    while a < n:
        z = a + 1
        while z < n and ms[z].group == ms[a].group:
            z += 1
        m = ms[a]
        if clock[NEXT_SWEEP] == -math.inf:
            clock[NEXT_SWEEP] = math.ceil(m.order_s / SWEEP_S) * SWEEP_S
        _sweep_to(tb, views, sites, scanning, clock, m.order_s, j)
        sensor = min(m.sensor, sites.shape[0] - 1)
        site, slot = sites[sensor], slots[sensor] if m.role == PLOT else -1
        if slot >= 0:
            _tick_view(views[slot], site, m.order_s)
        is_named = m.role in (COOPERATIVE, NEIGHBOUR) or (m.role == PLOT and (m.icao >= 0 or m.remote >= 0))
        if site.trust <= 0.0 and m.role == BEARING:
            for b in range(a, z):
                ms[b].fate = NOT_TRUSTED
        elif not math.isnan(m.born_r):
            _begin(tb, models, m, site, run)
        elif is_named:
            named(tb, views, site, models, m, slot, run, j, work, room)
        else:
            look(tb, views, site, models, ms, np.arange(a, z), slot, False, run, j, room)
        a = z
    if until_s > -math.inf and clock[NEXT_SWEEP] > -math.inf:
        _sweep_to(tb, views, sites, scanning, clock, until_s, j)
