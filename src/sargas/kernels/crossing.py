"""Directions of several sites to places: which cross, what agrees with a crossing, and how they share the directions.

Rows as in `sargas.kernels.directions`, in the order in which they came. A site, shape (N_SITE,): X, Y, REACH, PD,
WAVE; row number = sensor index; PD NaN: its silence means nothing. `par`, shape (N_PAR,): WINDOW [s], SAME_LOOK [s],
SPEED_SD [m/s of either axis], INTENSITY (targets not yet found, by m^2), ANGLE_MIN [rad], SD_MAX [m], BASELINE_MIN
[m], BORN_MAX, BORN_MIN (existence), FREE_MIN.

Sources: existence of a newborn: Williams, IEEE Trans. AES 51 (2015) 1664, eq. 35-36, here on sets of directions. Sets
that share a direction exclude each other; their marginals are found by enumeration, since sum-product does not
converge on them when the odds are large.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sargas.kernels.directions import (
    AZ,
    BORN,
    DIRECTION,
    FREE,
    KIND,
    N_CELLS,
    NEAR,
    REACH,
    SENSOR,
    TIME,
    VAR,
    WAVE,
    X,
    Y,
    log_notice,
    match_moments,
    notice_all,
    should_hear,
    spread_along,
    total,
    widest,
)

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

SITE_X, SITE_Y, SITE_REACH, SITE_PD, SITE_WAVE = range(5)
N_SITE = 5
WINDOW, SAME_LOOK, SPEED_SD, INTENSITY, ANGLE_MIN, SD_MAX, BASELINE_MIN, BORN_MAX, BORN_MIN, FREE_MIN = range(10)
N_PAR = 10

USED_MAX = 12
FOUND_MAX = 48
TIED_MAX = 12
SAME_PLACE = 6.0  # squared distance: 95 % of two estimates of one place
SUREST = 40.0  # ln of odds


@njit(cache=True)
def may_cross(a: F64, b: F64, par: F64) -> tuple[bool, bool]:
    """Return whether two rows can make a place at all, and whether b is the nearer one to it.

    Two directions must differ by more than their errors can make them, and meet before both sites, within reach.
    """
    if are_spent(a, b) or a[SENSOR] == b[SENSOR] or (a[KIND] == NEAR and b[KIND] == NEAR):
        return False, False
    if abs(a[TIME] - b[TIME]) > par[WINDOW]:
        return False, False
    if a[KIND] == NEAR or b[KIND] == NEAR:
        return True, a[KIND] == NEAR
    dx, dy = b[X] - a[X], b[Y] - a[Y]
    if dx * dx + dy * dy < par[BASELINE_MIN] ** 2:
        return False, False
    cross = math.sin(b[AZ] - a[AZ])
    if abs(cross) < math.sin(min(max(par[ANGLE_MIN], 2.0 * math.sqrt(a[VAR] + b[VAR])), 1.0)):
        return False, False
    # s_a + ra u_a = s_b + rb u_b
    ra = (dx * math.cos(b[AZ]) - dy * math.sin(b[AZ])) / -cross
    rb = (dx * math.cos(a[AZ]) - dy * math.sin(a[AZ])) / -cross
    if ra <= 0.0 or rb <= 0.0 or ra > 1.5 * a[REACH] or rb > 1.5 * b[REACH]:
        return False, False
    return True, rb < ra


@njit(cache=True)
def are_spent(a: F64, b: F64) -> bool:
    """Return whether two rows were used for one birth: that they are of one target is its hypothesis, no new one."""
    spent: bool = a[BORN] > 0.0 and a[BORN] == b[BORN]
    return spent


@njit(cache=True)
def same_look(rows: F64, b: int, c: int, par: F64) -> bool:
    """Return whether two rows are of one look of one sensor, of which a target gives at most one."""
    same: bool = rows[b, SENSOR] == rows[c, SENSOR] and abs(rows[b, TIME] - rows[c, TIME]) <= par[SAME_LOOK]
    return same


@njit(cache=True)
def grow(
    rows: F64, i: int, j: int, swapped: bool, sites: F64, par: F64, x: F64, P: F64, used: I64
) -> tuple[float, int, int]:
    """Cross row i with an earlier row j and add what agrees; return ln of the likelihood ratio, rows and sites used.

    Of the earlier rows each look of a sensor gives at most one, the likeliest, and only if it is likelier a detection
    of this target than not. A site of the same medium that gave nothing counts as one look that missed it. The state
    is of the time of row i; -inf and nothing written if there is no such place.
    """
    t = rows[i, TIME]
    xs, Ps, logs = np.empty((N_CELLS, 4)), np.empty((N_CELLS, 4, 4)), np.empty(N_CELLS)
    logs2, W = np.empty(N_CELLS), np.empty((7, 4))
    near, far = (j, i) if swapped else (i, j)
    m = spread_along(rows[near], t, par[SPEED_SD], par[INTENSITY], xs, Ps, logs)
    m = notice_all(xs, Ps, logs, m, t, rows[far], W)
    ratio = total(logs, m)
    if ratio + math.log(rows[i, FREE] * rows[j, FREE]) < math.log(par[BORN_MIN]):
        return -math.inf, 0, 0
    match_moments(xs, Ps, logs, m, x, P)
    if widest(P) > 2.0 * par[SD_MAX]:
        return -math.inf, 0, 0
    used[0], used[1], n_used = i, j, 2
    looked = np.zeros(i, np.bool_)
    for b in range(i - 1, -1, -1):
        if n_used == USED_MAX:
            break
        row = rows[b]
        if looked[b] or t - row[TIME] > par[WINDOW] or row[FREE] < par[FREE_MIN]:
            continue
        if same_look(rows, b, i, par) or same_look(rows, b, j, par):
            continue
        best, best_gain = -1, 0.0
        for c in range(b, -1, -1):
            if looked[c] or not same_look(rows, b, c, par):
                continue
            looked[c] = True
            spent = rows[c, FREE] < par[FREE_MIN]
            for k in range(n_used):
                spent = spent or are_spent(rows[c], rows[used[k]])
            if spent:
                continue
            for k in range(m):
                logs2[k] = logs[k] + log_notice(xs[k], Ps[k], t, rows[c], W)
            gain = total(logs2, m) - total(logs, m) + math.log(rows[c, FREE])
            if gain > best_gain:
                best, best_gain = c, gain
        if best >= 0:
            m = notice_all(xs, Ps, logs, m, t, rows[best], W)
            used[n_used] = best
            n_used += 1
    match_moments(xs, Ps, logs, m, x, P)
    if widest(P) > par[SD_MAX]:
        return -math.inf, 0, 0
    ratio = total(logs, m)
    return ratio + silence(rows, used, n_used, sites, x), n_used, count_sites(rows, used, n_used)


@njit(cache=True)
def count_sites(rows: F64, used: I64, n_used: int) -> int:
    """Return how many sensors gave the used rows."""
    n = 0
    for a in range(n_used):
        new = 1
        for b in range(a):
            if rows[used[a], SENSOR] == rows[used[b], SENSOR]:
                new = 0
        n += new
    return n


@njit(cache=True)
def silence(rows: F64, used: I64, n_used: int, sites: F64, x: F64) -> float:
    """Return ln of the probability that the sites that gave none of the used rows missed what they should notice."""
    log = 0.0
    for s in range(sites.shape[0]):
        if math.isnan(sites[s, SITE_PD]):
            continue
        gave, same_medium = False, False
        for a in range(n_used):
            row = rows[used[a]]
            gave = gave or row[SENSOR] == s
            same_medium = same_medium or (row[KIND] == DIRECTION and row[WAVE] == sites[s, SITE_WAVE])
        if gave or not same_medium:
            continue
        r = math.hypot(x[0] - sites[s, SITE_X], x[2] - sites[s, SITE_Y])
        log += math.log(1.0 - min(sites[s, SITE_PD], 0.95) * should_hear(r, sites[s, SITE_REACH]))
    return log


@njit(cache=True)
def in_conflict(a: I64, b: I64) -> bool:
    """Return whether two candidates use a row together, which one target made at most."""
    for i in a:
        if i >= 0:
            for j in b:
                if i == j:
                    return True
    return False


@njit(cache=True)
def share(odds: F64, used: I64, free: F64, existence: F64, left: F64) -> None:
    """Write the existence of candidates that share rows, and the probability that nothing explains a row.

    `odds` are a candidate's if its rows were its own. A row comes from at most one candidate, so the candidates that
    are there share none. Candidates that are tied to each other by rows are solved exactly, by the weights of all
    their subsets (a tie of more than TIED_MAX keeps the likeliest).
    """
    n = odds.shape[0]
    existence[:] = 0.0
    clash = np.zeros((n, n), np.bool_)
    for a in range(n):
        for b in range(a):
            clash[a, b] = clash[b, a] = in_conflict(used[a], used[b])
    order = np.argsort(-odds, kind="mergesort")
    seen = np.zeros(n, np.bool_)
    tied = np.empty(n, np.int64)
    for first in order:
        if seen[first]:
            continue
        m, k = 1, 0
        tied[0], seen[first] = first, True
        while k < m:
            for c in order:
                if not seen[c] and clash[tied[k], c]:
                    seen[c] = True
                    tied[m] = c
                    m += 1
            k += 1
        group = tied[:m].copy()
        group = group[np.argsort(-odds[group], kind="mergesort")][:TIED_MAX]
        share_tied(odds, clash, group, existence)
    left[:] = free
    for c in range(n):
        for row in used[c]:
            if row >= 0:
                left[row] -= free[row] * existence[c]
    for row in range(left.shape[0]):
        left[row] = max(left[row], 0.0)


@njit(cache=True)
def share_tied(odds: F64, clash: NDArray[np.bool_], group: I64, existence: F64) -> None:
    """Write the existence of the candidates of one group; the bits of a number say which of them are there."""
    m = group.shape[0]
    against = np.zeros(m, np.int64)
    for a in range(m):
        for b in range(m):
            if clash[group[a], group[b]]:
                against[a] |= 1 << b
    weight = np.zeros(1 << m)
    weight[0] = 1.0
    all_of = 0.0
    for there in range(1 << m):
        if there > 0:
            a = 0
            while not there >> a & 1:
                a += 1
            others = there ^ (1 << a)
            if not against[a] & others:
                weight[there] = weight[others] * odds[group[a]]
        w = weight[there]
        if w > 0.0:
            all_of += w
            for a in range(m):
                if there >> a & 1:
                    existence[group[a]] += w
    for a in range(m):
        existence[group[a]] /= all_of


@njit(cache=True)
def are_one(rows: F64, xa: F64, Pa: F64, ua: I64, xb: F64, Pb: F64, ub: I64, par: F64) -> bool:
    """Return whether two candidates are one target told twice: at one place, and no look shows the two of them."""
    sxx, sxy, syy = Pa[0, 0] + Pb[0, 0], Pa[0, 2] + Pb[0, 2], Pa[2, 2] + Pb[2, 2]
    dx, dy = xa[0] - xb[0], xa[2] - xb[2]
    if dx * dx * syy - 2.0 * dx * dy * sxy + dy * dy * sxx > SAME_PLACE * (sxx * syy - sxy * sxy):
        return False
    for i in ua:
        for j in ub:
            if i >= 0 and j >= 0 and i != j and same_look(rows, i, j, par):
                return False
    return True


@njit(cache=True)
def is_repeated(rows: F64, j: int, i: int, began: NDArray[np.bool_]) -> bool:
    """Return whether a later row than j of the same sensor was crossed with row i already."""
    repeated = False
    for b in range(j + 1, i):
        repeated = repeated or (began[b] and rows[b, SENSOR] == rows[j, SENSOR])
    return repeated


@njit(cache=True)
def cross_all(rows: F64, n_new: int, sites: F64, par: F64) -> tuple[F64, F64, F64, F64, I64, I64, F64, F64]:
    """Return what the newest n_new rows make with all rows, and what is then left of each row.

    States, shape (c, 4), covariances (c, 4, 4), their times (c,), existence (c,), used rows (c, USED_MAX) padded
    with -1, number of sites (c,), and, for every row, the probability that neither a track nor one of these explains
    it, and its BORN. Every one is of two sensors or more.
    """
    n_rows = rows.shape[0]
    xs, Ps = np.empty((FOUND_MAX, 4)), np.empty((FOUND_MAX, 4, 4))
    odds, used = np.empty(FOUND_MAX), np.full((FOUND_MAX, USED_MAX), -1)
    n_sites = np.zeros(FOUND_MAX, np.int64)
    x, P, mine = np.empty(4), np.empty((4, 4)), np.empty(USED_MAX, np.int64)
    ends = np.empty(FOUND_MAX)
    n = 0
    for i in range(max(n_rows - n_new, 0), n_rows):
        if rows[i, FREE] < par[FREE_MIN]:
            continue
        began, agreed = np.zeros(i, np.bool_), np.zeros(i, np.bool_)
        for j in range(i - 1, -1, -1):
            if rows[j, FREE] < par[FREE_MIN] or (agreed[j] and is_repeated(rows, j, i, began)):
                continue
            possible, swapped = may_cross(rows[i], rows[j], par)
            if not possible:
                continue
            began[j] = True
            log, n_mine, n_of = grow(rows, i, j, swapped, sites, par, x, P, mine)
            if log == -math.inf:
                continue
            for a in range(n_mine):
                log += math.log(rows[mine[a], FREE])
                if mine[a] < i:
                    agreed[mine[a]] = True
            if log < math.log(par[BORN_MIN]):
                continue
            mine[n_mine:] = -1
            at = n
            for c in range(n):
                if are_one(rows, x, P, mine, xs[c], Ps[c], used[c], par):
                    at = c
                    break
            if at == FOUND_MAX:
                at = int(np.argmin(odds))
            if at < n and odds[at] >= math.exp(min(log, SUREST)):
                continue
            n = max(n, at + 1)
            xs[at], Ps[at], odds[at] = x, P, math.exp(min(log, SUREST))
            used[at], n_sites[at], ends[at] = mine, n_of, rows[i, TIME]
    existence, left = np.empty(n), np.empty(n_rows)
    share(odds[:n], used[:n], rows[:, FREE], existence, left)
    kept = np.empty(n, np.int64)
    n_kept = 0
    born = rows[:, BORN].copy()
    number = 0.0 if n_rows == 0 else born.max()
    for c in np.argsort(existence, kind="mergesort"):  # the likeliest last: a row of several is of that one
        if existence[c] < par[BORN_MIN]:
            continue
        number += 1.0
        for row in used[c]:
            if row >= 0:
                born[row] = number
        existence[c] = min(existence[c], par[BORN_MAX])
        kept[n_kept] = c
        n_kept += 1
    kept = np.sort(kept[:n_kept])
    return xs[kept], Ps[kept], ends[kept], existence[kept], used[kept], n_sites[kept], left, born
