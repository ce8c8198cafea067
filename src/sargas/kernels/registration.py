"""Pairs of measurements of one target by two sensors, gathered into normal equations for the sensors' biases.

The bias of a sensor is b = (range [m], azimuth [rad], elevation [rad], time [s]), each in the sense "measured minus
true". A measured place z of sensor a differs from the target's place at the stated time by J_a b_a, with

    J_a = [u, rho c, 0, -v]    u along, c across (clockwise) the line of sight, rho its length, v the velocity.

Two measurements of one target, brought to one time with its velocity, are subtracted: the target's state cancels and
d = J_a b_a - J_b b_b + noise is left; the sensor b of a cooperative position has no b. What is common to all pairs
of a target in a window (its position source, its assumed height) is a nuisance of that target
(along, across, height).

Source: Lin, Bar-Shalom, Kirubarajan, Exact multisensor dynamic bias estimation with local tracks, IEEE TAES 40(2),
2004 (pseudo-measurement of the bias); Okello, Ristic, Maximum likelihood registration for multiple dissimilar
sensors, IEEE TAES 39(3), 2003 (bearings and time); the nuisance is the usual variance component of grouped data.
"""

import math

import numpy as np
from numba import njit

from sargas.kernels.registration_survey import note_successor, seen_at, survey_row
from sargas.kernels.registration_tables import (
    ANCHOR,
    ANGLE,
    BEARING,
    CLIMB_SD_MPS,
    COOPERATIVE,
    EMPTY,
    F64,
    GATE,
    HEARING,
    HUBER,
    I64,
    MOVES,
    MOVING,
    N_A,
    N_BIAS,
    N_COLUMN,
    N_ENTRY,
    N_GATED,
    N_R,
    N_ROWS,
    N_SURVEYED,
    N_USED,
    NEAREST_M,
    PLOT,
    POINTING,
    PROBES,
    QUOTA,
    RANGELESS_M2,
    RANGING,
    STRIDE,
    TELLING,
    Groups,
    Rows,
    Sensors,
    Targets,
    freed,
    sight,
    wrapped,
)


@njit(cache=True)
def _group(g: Groups, a: int, b: int, target: int) -> int:
    """Return the group's place, -1 if there is no room."""
    n = g.key.shape[0]
    h = ((a * 8191 + b + 2) * 1000003 + target) % n
    for i in range(PROBES):
        at = (h + i) % n
        if g.key[at, 0] < 0:
            g.key[at, 0], g.key[at, 1], g.key[at, 2] = a, b, target
            return int(at)
        if g.key[at, 0] == a and g.key[at, 1] == b and g.key[at, 2] == target:
            return int(at)
    return -1


@njit(cache=True)
def _add(g: Groups, at: int, J: F64, d: float, weight: float) -> None:
    """Add one whitened row."""
    for i in range(N_COLUMN):
        if J[i] != 0.0:
            w = weight * J[i]
            g.v[at, i] += w * d
            for j in range(N_COLUMN):
                g.A[at, i, j] += w * J[j]


@njit(cache=True)
def _scaled(s: Sensors, a: int, ux: float, uy: float, xx: float, xy: float, yy: float) -> tuple[float, float, float]:
    """Return a covariance with its parts along and across the line of sight as large as they have proved to be."""
    cx, cy = uy, -ux
    along = (ux * (xx * ux + xy * uy) + uy * (xy * ux + yy * uy)) * s.scale[a, 0]
    across = (cx * (xx * cx + xy * cy) + cy * (xy * cx + yy * cy)) * s.scale[a, 1]
    cross = (ux * (xx * cx + xy * cy) + uy * (xy * cx + yy * cy)) * math.sqrt(s.scale[a, 0] * s.scale[a, 1])
    return (
        along * ux * ux + across * cx * cx + 2.0 * cross * ux * cx,
        along * ux * uy + across * cx * cy + cross * (ux * cy + uy * cx),
        along * uy * uy + across * cy * cy + 2.0 * cross * uy * cy,
    )


@njit(cache=True)
def _residual(st: F64, first: int, left: float, own: float, all_: float, scale: float) -> None:
    """Count a residual, the variance that is not its sensor's own, and the variance stated for it."""
    if all_ - own <= TELLING * own:
        st[first] += 1.0
        st[first + 1] += left * left
        st[first + 2] += all_ - own
        st[first + 3] += own / scale


@njit(cache=True)
def _pair(s: Sensors, P: F64, g: Groups, rows: Rows, i: int, b: int, e: F64, target: int, par: F64, K: F64) -> bool:
    """Gather the pair of row i, a place, with entry e of sensor b (ANCHOR: without bias); False if it is refused."""
    a = int(rows.sensor[i])
    ax, ay = freed(s, a, rows.z[i, 0], rows.z[i, 1])
    ux, uy, rho = sight(s, a, ax, ay)
    if rho == 0.0:
        return False
    dt = rows.t[i] - e[0]
    vx, vy, v_sd = rows.velocity[i, 0], rows.velocity[i, 1], rows.velocity[i, 2]
    if b == ANCHOR:
        vx, vy, v_sd = e[3], e[4], e[5]
    a_xx, a_xy, a_yy = _scaled(s, a, ux, uy, rows.r[i, 0], rows.r[i, 1], rows.r[i, 2])
    b_xx, b_xy, b_yy = e[6], e[7], e[8]
    if rows.is_assumed[i]:
        a_xx, a_xy, a_yy = a_xx + RANGELESS_M2 * ux * ux, a_xy + RANGELESS_M2 * ux * uy, a_yy + RANGELESS_M2 * uy * uy
    for k in range(3):
        for c in range(N_COLUMN):
            K[k, c] = 0.0
    K[0, 0], K[0, 1], K[0, 3] = ux, rho * uy, -vx
    K[1, 0], K[1, 1], K[1, 3] = uy, -rho * ux, -vy
    bx, by, rho_b = e[1], e[2], 0.0
    if b >= 0 and s.what[b] == RANGING:
        bx, by = freed(s, b, bx, by)
        wx, wy, rho_b = sight(s, b, bx, by)
        if rho_b == 0.0:
            return False
        b_xx, b_xy, b_yy = _scaled(s, b, wx, wy, b_xx, b_xy, b_yy)
        if e[12] > 0.0:
            b_xx, b_xy, b_yy = (
                b_xx + RANGELESS_M2 * wx * wx,
                b_xy + RANGELESS_M2 * wx * wy,
                b_yy + RANGELESS_M2 * wy * wy,
            )
        K[0, 4], K[0, 5], K[0, 7] = -wx, -rho_b * wy, vx
        K[1, 4], K[1, 5], K[1, 7] = -wy, rho_b * wx, vy
    K[0, 8], K[1, 8], K[0, 9], K[1, 9] = ux, uy, uy, -ux
    moved = (v_sd * dt) ** 2 + (0.5 * par[2] * dt * dt) ** 2
    # A velocity that is mostly noise would feign knowledge of the time bias (errors in variables).
    slow = 0.0
    if vx * vx + vy * vy < (MOVES * v_sd) ** 2:
        slow = vx * vx + vy * vy + v_sd * v_sd
        K[0, 3], K[1, 3], K[0, 7], K[1, 7] = 0.0, 0.0, 0.0, 0.0
    xx, xy, yy = a_xx + b_xx + moved, a_xy + b_xy, a_yy + b_yy + moved
    # What the present estimate leaves; the equations are linear about it.
    nx, ny = ax - bx - vx * dt + vx * s.mean[a, 3], ay - by - vy * dt + vy * s.mean[a, 3]
    if rho_b > 0.0:
        nx, ny = nx - vx * s.mean[b, 3], ny - vy * s.mean[b, 3]
    dx, dy = nx, ny
    base = (s.joint[a], s.joint[b] if b >= 0 and rho_b > 0.0 else -1)
    sxx, sxy, syy = xx, xy, yy
    for p in range(2):
        if base[p] < 0:
            continue
        for c in range(N_BIAS):
            m = s.mean[a if p == 0 else b, c]
            dx += K[0, N_BIAS * p + c] * m
            dy += K[1, N_BIAS * p + c] * m
            for q in range(2):
                if base[q] < 0:
                    continue
                for k in range(N_BIAS):
                    cov = P[base[p] * N_BIAS + c, base[q] * N_BIAS + k]
                    sxx += K[0, N_BIAS * p + c] * cov * K[0, N_BIAS * q + k]
                    sxy += K[0, N_BIAS * p + c] * cov * K[1, N_BIAS * q + k]
                    syy += K[1, N_BIAS * p + c] * cov * K[1, N_BIAS * q + k]
    # An azimuth far off also shortens and moves along: the second order of what is not known of it yet.
    bent = (0.5 * rho * P[base[0] * N_BIAS + 1, base[0] * N_BIAS + 1]) ** 2
    bent += slow * P[base[0] * N_BIAS + 3, base[0] * N_BIAS + 3]
    if base[1] >= 0:
        bent += slow * P[base[1] * N_BIAS + 3, base[1] * N_BIAS + 3]
        bent += (0.5 * rho_b * P[base[1] * N_BIAS + 1, base[1] * N_BIAS + 1]) ** 2
    sxx += par[3] ** 2 + par[4] * xx + bent
    sxy += par[4] * xy
    syy += par[3] ** 2 + par[4] * yy + bent
    det_s, det = sxx * syy - sxy * sxy, xx * yy - xy * xy
    if not (det_s > 0.0 and det > 0.0):
        return False
    chi2 = (syy * nx * nx - 2.0 * sxy * nx * ny + sxx * ny * ny) / det_s
    if not chi2 <= GATE:
        s.stats[a, N_GATED] += 1.0
        return False
    at = _group(g, a, b if rho_b > 0.0 else ANCHOR, target)
    if at < 0:
        return False
    weight = 1.0 if chi2 <= HUBER * HUBER else HUBER / math.sqrt(chi2)
    # Whitened by the inverse of the Cholesky factor of the covariance.
    l00 = math.sqrt(xx)
    l10, l11 = xy / l00, math.sqrt(det / xx)
    for c in range(N_COLUMN):
        K[0, c] /= l00
        K[1, c] = (K[1, c] - l10 * K[0, c]) / l11
    d0 = dx / l00
    _add(g, at, K[0], d0, weight)
    _add(g, at, K[1], (dy - l10 * d0) / l11, weight)
    cx, cy = uy, -ux
    own_r = ux * (a_xx * ux + a_xy * uy) + uy * (a_xy * ux + a_yy * uy)
    g.n[at, 0] += 1.0
    g.n[at, 1] += ux * (xx * ux + xy * uy) + uy * (xy * ux + yy * uy)
    g.n[at, 2] += cx * (xx * cx + xy * cy) + cy * (xy * cx + yy * cy)
    g.n[at, 3] += max(own_r / s.scale[a, 0] - 1.5 * s.range_var[a], 0.0) + bent
    h_var = rows.height[i, 1] ** 2 + e[10] ** 2 + (CLIMB_SD_MPS * dt) ** 2
    dh = rows.height[i, 0] - e[9]
    if math.isfinite(dh) and math.isfinite(h_var) and h_var > 0.0:
        sd = math.sqrt(h_var)
        K[2, 2], K[2, 10] = rho / sd, 1.0 / sd
        left = dh - rho * s.mean[a, 2]
        if rho_b > 0.0:
            K[2, 6] = -rho_b / sd
            left += rho_b * s.mean[b, 2]
        el = P[base[0] * N_BIAS + 2, base[0] * N_BIAS + 2] * rho * rho
        if left * left <= GATE * (h_var + el + par[5] ** 2):
            _add(g, at, K[2], dh / sd, weight)
    st = s.stats[a]
    st[N_USED] += 1.0
    along, across = nx * ux + ny * uy, (nx * cx + ny * cy) / rho
    own_a = (cx * (a_xx * cx + a_xy * cy) + cy * (a_xy * cx + a_yy * cy)) / (rho * rho)
    all_r = ux * (sxx * ux + sxy * uy) + uy * (sxy * ux + syy * uy)
    all_a = (cx * (sxx * cx + sxy * cy) + cy * (sxy * cx + syy * cy)) / (rho * rho)
    if not rows.is_assumed[i]:
        _residual(st, N_R, along, own_r, all_r, s.scale[a, 0])
    _residual(st, N_A, across, own_a, all_a, s.scale[a, 1])
    return True


@njit(cache=True)
def _bearing(s: Sensors, g: Groups, rows: Rows, i: int, b: int, e: F64, target: int, par: F64, K: F64) -> bool:
    """Gather the pair of row i, a bearing, with entry e of sensor b; False if it is refused."""
    a = int(rows.sensor[i])
    x0, y0 = rows.z[i, 1], rows.z[i, 2]
    x, y = seen_at(s, s.what[a] == HEARING, x0, y0, rows.t[i], b, e)
    dx, dy = x - x0, y - y0
    rho = math.sqrt(dx * dx + dy * dy)
    dt = rows.t[i] - e[0]
    moved = (e[5] * dt) ** 2 + (0.5 * par[2] * dt * dt) ** 2
    if not rho > NEAREST_M:
        return False
    cx, cy = dy / rho, -dx / rho
    var_ref = (cx * (e[6] * cx + e[7] * cy) + cy * (e[7] * cx + e[8] * cy) + moved) / (rho * rho)
    own = rows.r[i, 0] * s.scale[a, 1]
    var = own + var_ref
    if not (var > 0.0 and var_ref < 0.05):
        return False
    for c in range(N_COLUMN):
        K[0, c] = 0.0
    K[0, 1], K[0, 3] = 1.0, -(cx * e[3] + cy * e[4]) / rho
    K[0, 9] = -1.0 / rho
    if e[3] * e[3] + e[4] * e[4] < (MOVES * e[5]) ** 2:
        K[0, 3] = 0.0
    diff = wrapped(rows.z[i, 0] - math.atan2(dx, dy))
    left = wrapped(diff - s.mean[a, 1] - K[0, 3] * s.mean[a, 3])
    cov = s.own[a]
    common = (par[3] / rho) ** 2 + par[4] * var
    spread = var + cov[1, 1] + 2.0 * K[0, 3] * cov[1, 3] + K[0, 3] ** 2 * cov[3, 3] + common
    chi2 = left * left / spread
    if not chi2 <= GATE:
        s.stats[a, N_GATED] += 1.0
        return False
    at = _group(g, a, ANCHOR, target)
    if at < 0:
        return False
    weight = 1.0 if chi2 <= HUBER * HUBER else HUBER / math.sqrt(chi2)
    sd = math.sqrt(var)
    for c in range(N_COLUMN):
        K[0, c] /= sd
    _add(g, at, K[0], diff / sd, weight)
    g.n[at, 0] += 1.0
    g.n[at, 1] += var * rho * rho
    g.n[at, 2] += var * rho * rho
    st = s.stats[a]
    st[N_USED] += 1.0
    _residual(st, N_A, left, own, spread, s.scale[a, 1])
    return True


@njit(cache=True)
def _store(T: Targets, k: int, j: int, rows: Rows, i: int, b: int, is_used: bool) -> None:
    e = T.e[k, j]
    T.sensor[k, j] = b
    e[0], e[1], e[2] = rows.t[i], rows.z[i, 0], rows.z[i, 1]
    if rows.kind[i] == MOVING:
        e[3], e[4], e[5] = rows.z[i, 2], rows.z[i, 3], math.sqrt(max(rows.r[i, 3], 0.0))
    else:
        e[3], e[4], e[5] = rows.velocity[i, 0], rows.velocity[i, 1], rows.velocity[i, 2]
    e[6], e[7], e[8] = rows.r[i, 0], rows.r[i, 1], rows.r[i, 2]
    e[9], e[10] = rows.height[i, 0], rows.height[i, 1]
    e[11] = 1.0 if is_used else 0.0
    e[12] = 1.0 if rows.is_assumed[i] else 0.0


@njit(cache=True)
def _reference(T: Targets, k: int, a: int, t: float, is_bearing: bool, par: F64) -> int:
    """Return the entry of target k to compare a measurement of sensor a at time t with, -1 if there is none."""
    if T.sensor[k, 0] != EMPTY and abs(t - T.e[k, 0, 0]) <= par[0]:
        return 0
    best, best_dt = -1, par[1]
    for j in range(1, N_ENTRY):
        dt = abs(t - T.e[k, j, 0])
        if T.sensor[k, j] in (EMPTY, a) or dt > best_dt or (T.e[k, j, 11] > 0.0 and not is_bearing):
            continue
        best, best_dt = j, dt
    return best


@njit(cache=True)
def _is_among(numbers: I64, number: int) -> bool:
    for i in range(numbers.shape[0]):  # noqa: SIM110 - a loop is a machine loop here
        if numbers[i] == number:
            return True
    return False


@njit(cache=True)
def _is_drawn(number: int, stride: float, draw: int) -> bool:
    """Return whether a target is one of those paired in this window, when there are more than are needed."""
    return stride <= 1.0 or ((number * 2654435761) % 4294967291 + draw) % int(stride) == 0


@njit(cache=True)
def gather(s: Sensors, P: F64, T: Targets, g: Groups, rows: Rows, par: F64, doubted: I64, draw: int) -> int:
    """Return how many pairs the rows made; the normal equations, statistics, surveys and newest entries follow.

    par: longest time between a measurement and a cooperative one, and one of another sensor [s], acceleration sd
    [m/s^2], common error of a target [m], share of a pair's variance that is common to a target, common error of its
    height [m], range [m] and azimuth [rad] within which a survey looks. `doubted` are the numbers of targets whose
    own positions are no reference; `draw` numbers the window.
    """
    K, hits = np.empty((3, N_COLUMN)), np.empty((256, 2))
    n_pairs, n_sensors = 0, s.what.shape[0]
    for i in range(rows.t.shape[0]):
        a, role, kind = int(rows.sensor[i]), rows.role[i], rows.kind[i]
        number = int(rows.target[i])
        finite = math.isfinite(rows.t[i])
        for c in range(3):
            finite = finite and math.isfinite(rows.z[i, c]) and math.isfinite(rows.r[i, c])
            finite = finite and math.isfinite(rows.velocity[i, c])
        if not finite or not rows.r[i, 0] > 0.0:
            continue
        k = number % T.number.shape[0] if number >= 0 else -1
        if role == COOPERATIVE:
            if k >= 0 and kind != ANGLE:
                if T.number[k] != number:
                    T.number[k] = number
                    T.sensor[k] = EMPTY
                if _is_among(doubted, number):
                    T.sensor[k, 0] = EMPTY
                else:
                    _store(T, k, 0, rows, i, ANCHOR, False)
            continue
        if a < 0 or a >= n_sensors or role not in (PLOT, BEARING):
            continue
        is_bearing = kind == ANGLE
        has_use = (s.what[a] >= POINTING) if is_bearing else (s.what[a] == RANGING)
        fit = -1
        if has_use and s.last[a, N_SURVEYED] < s.last[a, QUOTA]:
            s.last[a, N_SURVEYED] += 1.0
            fit = survey_row(s, T, rows, i, par, hits)
        if is_bearing and has_use:
            note_successor(s, rows, i)
        s.stats[a, N_ROWS] += k >= 0
        held = k
        if k < 0 or T.number[k] != number or _reference(T, k, a, rows.t[i], is_bearing, par) < 0:
            held = fit
        is_used = False
        if has_use and held >= 0 and _is_drawn(int(T.number[held]), s.last[a, STRIDE], draw):
            j = _reference(T, held, a, rows.t[i], is_bearing, par)
            if j >= 0:
                b, e = int(T.sensor[held, j]), T.e[held, j]
                if is_bearing:
                    is_used = _bearing(s, g, rows, i, b, e, T.number[held], par, K)
                else:
                    is_used = _pair(s, P, g, rows, i, b, e, T.number[held], par, K)
                n_pairs += is_used
                if is_used and not is_bearing:
                    e[11] = 1.0  # each plot serves once, or the noise of the pairs would be correlated
        if is_bearing or k < 0:
            continue
        if T.number[k] != number:
            T.number[k] = number
            T.sensor[k] = EMPTY
        j = 1
        for q in range(1, N_ENTRY):
            if T.sensor[k, q] == a:
                j = q
                break
            if T.sensor[k, q] == EMPTY or (T.sensor[k, j] != EMPTY and T.e[k, q, 0] < T.e[k, j, 0]):
                j = q
        _store(T, k, j, rows, i, a, is_used)
    return n_pairs
