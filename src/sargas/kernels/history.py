"""Targets with a short history each, so that a late measurement is put where it belongs in time.

`History` holds, for each of N targets, up to K posteriors in time order, each with the measurement that made it. A
measurement is put in its place and the later ones are run again; with the newest time it is one ordinary step.

A measurement is a kind, z of shape (4,) and r of shape (4,):
    PLACE   x, y, -, -               var xx, cov xy, var yy, -
    MOVING  x, y, vx, vy             var xx, cov xy, var yy, var of vx and of vy
    ANGLE   azimuth, sx, sy, reach   var [rad^2], -, -, -
    START   no measurement: the first posterior
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sargas.kernels.imm import (
    N_STATE,
    Q0,
    VAR0,
    combine,
    predict,
    reweigh,
    update_bearing,
    update_pair,
)

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

START, PLACE, MOVING, ANGLE = 0, 1, 2, 3
TOO_LATE = -1


class History(NamedTuple):
    """Arrays over N targets and K moments.

    n (N,) how many moments; t (N, K) [s]; X (N, K, 2, 5), P (N, K, 2, 5, 5), mu (N, K, 2) posteriors; kind (N, K),
    z and r (N, K, 4) measurements; coarse (N, 7): newest x, vx, y, vy, spread of position, of velocity, speed.
    """

    n: I64
    t: F64
    X: F64
    P: F64
    mu: F64
    kind: I64
    z: F64
    r: F64
    coarse: F64


def make_history(n: int, k: int) -> History:
    """Return room for n targets of k moments each."""
    return History(
        np.zeros(n, np.int64),
        np.zeros((n, k)),
        np.zeros((n, k, 2, N_STATE)),
        np.zeros((n, k, 2, N_STATE, N_STATE)),
        np.zeros((n, k, 2)),
        np.zeros((n, k), np.int64),
        np.zeros((n, k, 4)),
        np.zeros((n, k, 4)),
        np.zeros((n, 7)),
    )


@njit(cache=True)
def _summarise(h: History, s: int) -> None:
    """Refresh the coarse line of target s."""
    x, C = np.empty(N_STATE), np.empty((N_STATE, N_STATE))
    i = h.n[s] - 1
    combine(h.X[s, i], h.P[s, i], h.mu[s, i], x, C)
    for j in range(4):
        h.coarse[s, j] = x[j]
    h.coarse[s, 4] = math.sqrt(C[0, 0] + C[2, 2])
    h.coarse[s, 5] = math.sqrt(C[1, 1] + C[3, 3])
    h.coarse[s, 6] = math.sqrt(x[1] * x[1] + x[3] * x[3])


@njit(cache=True)
def start(h: History, s: int, t: float, z: F64, r: F64, mu_turn: float, par: F64) -> None:
    """Begin target s at z with the uncorrelated errors r (as of MOVING)."""
    h.n[s] = 1
    h.t[s, 0] = t
    h.kind[s, 0] = START
    for m in range(2):
        for i in range(N_STATE):
            for j in range(N_STATE):
                h.P[s, 0, m, i, j] = 0.0
        h.X[s, 0, m, 0], h.X[s, 0, m, 1] = z[0], z[2]
        h.X[s, 0, m, 2], h.X[s, 0, m, 3] = z[1], z[3]
        h.X[s, 0, m, 4] = 0.0
        h.P[s, 0, m, 0, 0], h.P[s, 0, m, 2, 2] = r[0], r[2]
        h.P[s, 0, m, 0, 2] = r[1]
        h.P[s, 0, m, 2, 0] = r[1]
        h.P[s, 0, m, 1, 1], h.P[s, 0, m, 3, 3] = r[3], r[3]
        h.P[s, 0, m, 4, 4] = par[VAR0 + m]
    h.mu[s, 0, 0], h.mu[s, 0, 1] = 1.0 - mu_turn, mu_turn
    _summarise(h, s)


@njit(cache=True)
def _moment_before(h: History, s: int, t: float) -> int:
    """Return the index of the newest posterior of target s that is not after t, or -1."""
    i = h.n[s] - 1
    while i >= 0 and h.t[s, i] > t:
        i -= 1
    return int(i)


@njit(cache=True)
def measure_state(x: F64, P: F64, kind: int, z: F64, r: F64) -> tuple[float, float]:
    """Update one state in place with a measurement; return its squared distance and ln det S."""
    if kind == ANGLE:
        return update_bearing(x, P, z[0], z[1], z[2], r[0])
    d2, ld = update_pair(x, P, 0, 2, z[0], z[1], r[0], r[1], r[2])
    if kind == MOVING:
        d2v, ldv = update_pair(x, P, 1, 3, z[2], z[3], r[3], 0.0, r[3])
        return d2 + d2v, ld + ldv
    return d2, ld


@njit(cache=True)
def _step(h: History, s: int, i: int, par: F64) -> None:
    """Compute posterior i of target s from posterior i - 1 and measurement i."""
    for m in range(2):
        h.mu[s, i, m] = h.mu[s, i - 1, m]
        for a in range(N_STATE):
            h.X[s, i, m, a] = h.X[s, i - 1, m, a]
            for b in range(N_STATE):
                h.P[s, i, m, a, b] = h.P[s, i - 1, m, a, b]
    X, P, mu = h.X[s, i], h.P[s, i], h.mu[s, i]
    predict(X, P, mu, h.t[s, i] - h.t[s, i - 1], par)
    d0, l0 = measure_state(X[0], P[0], h.kind[s, i], h.z[s, i], h.r[s, i])
    d1, l1 = measure_state(X[1], P[1], h.kind[s, i], h.z[s, i], h.r[s, i])
    reweigh(mu, -0.5 * (d0 + l0), -0.5 * (d1 + l1))


@njit(cache=True)
def _copy_moment(h: History, s: int, i: int, j: int) -> None:
    """Copy moment i of target s to place j."""
    h.t[s, j] = h.t[s, i]
    h.kind[s, j] = h.kind[s, i]
    for m in range(4):
        h.z[s, j, m] = h.z[s, i, m]
        h.r[s, j, m] = h.r[s, i, m]
    for m in range(2):
        h.mu[s, j, m] = h.mu[s, i, m]
        for a in range(N_STATE):
            h.X[s, j, m, a] = h.X[s, i, m, a]
            for b in range(N_STATE):
                h.P[s, j, m, a, b] = h.P[s, i, m, a, b]


@njit(cache=True)
def absorb(h: History, s: int, t: float, kind: int, z: F64, r: F64, keep_s: float, par: F64) -> int:
    """Put a measurement into the history of target s; return how many steps were run, or TOO_LATE.

    Moments older than `keep_s` before the newest take no more measurements; when there is no room the oldest goes.
    """
    n = h.n[s]
    before = _moment_before(h, s, t)
    if before < 0 or t < h.t[s, n - 1] - keep_s:
        return TOO_LATE
    if n == h.t.shape[1]:
        if before == 0 and n > 1:
            return TOO_LATE
        for j in range(1, n):
            _copy_moment(h, s, j, j - 1)
        n -= 1
        before -= 1
    for j in range(n, before + 1, -1):
        _copy_moment(h, s, j - 1, j)
    at = before + 1
    h.t[s, at], h.kind[s, at] = t, kind
    for m in range(4):
        h.z[s, at, m], h.r[s, at, m] = z[m], r[m]
    h.n[s] = n + 1
    for j in range(at, n + 1):
        _step(h, s, j, par)
    _summarise(h, s)
    return int(n + 1 - at)


@njit(cache=True)
def state_at(h: History, s: int, t: float, par: F64, x: F64, C: F64) -> bool:
    """Write the mean and covariance of target s at t; False if t is before its history."""
    i = _moment_before(h, s, t)
    if i < 0:
        return False
    X, P, mu = h.X[s, i].copy(), h.P[s, i].copy(), h.mu[s, i].copy()
    predict(X, P, mu, t - h.t[s, i], par)
    combine(X, P, mu, x, C)
    return True


@njit(cache=True)
def distance(h: History, s: int, t: float, kind: int, z: F64, r: F64, par: F64) -> tuple[float, float]:
    """Return the squared statistical distance of a measurement from target s and ln det S; infinite if too late."""
    x, C = np.empty(N_STATE), np.empty((N_STATE, N_STATE))
    if not state_at(h, s, t, par, x, C):
        return math.inf, 0.0
    return measure_state(x, C, kind, z, r)


@njit(cache=True)
def reach(h: History, s: int, t: float, gate: float, par: F64) -> tuple[float, float, float]:
    """Return x, y of target s on a straight line to t, and how far off a gated position can be: quick, and generous.

    The mixture's position is within its two models', which are within a turn of the straight line.
    """
    c = h.coarse[s]
    dt = t - h.t[s, h.n[s] - 1]
    a = abs(dt)
    turned = c[6] * a * min(1.0, 0.5 * a * math.sqrt(par[VAR0 + 1]))
    spread = c[4] + c[5] * a + math.sqrt(max(par[Q0], par[Q0 + 1]) * a) * a
    return c[0] + c[1] * dt, c[2] + c[3] * dt, math.sqrt(gate) * (spread + turned)


@njit(cache=True)
def _is_in_beam(z: F64, r: F64, gate: float, x: float, y: float, far: float) -> bool:
    """Return whether a place that may be off by `far` can be in the direction of an ANGLE."""
    ex, ey = x - z[1], y - z[2]
    along = ex * math.sin(z[0]) + ey * math.cos(z[0])
    across = ex * math.cos(z[0]) - ey * math.sin(z[0])
    return bool(abs(across) <= far + math.sqrt(gate * r[0]) * abs(along) and -far <= along <= z[3] + far)


@njit(cache=True)
def _distance_of(x: F64, C: F64, dt: float, kind: int, z: F64, r: F64) -> tuple[float, float]:
    """Return the squared distance of a measurement and ln det S from a state that is moved straight by a short dt."""
    if kind == PLACE:
        a, b, c = C[0, 0] + r[0], C[0, 2] + r[1], C[2, 2] + r[2]
        det = a * c - b * b
        u, v = z[0] - x[0] - x[1] * dt, z[1] - x[2] - x[3] * dt
        return (u * u * c - 2.0 * u * v * b + v * v * a) / det, math.log(det)
    moved, P = x.copy(), C.copy()
    moved[0] += x[1] * dt
    moved[2] += x[3] * dt
    return measure_state(moved, P, kind, z, r)


@njit(cache=True)
def candidates(
    h: History, active: I64, t: F64, kind: I64, z: F64, r: F64, gates: F64, par: F64, pairs: I64, costs: F64
) -> int:
    """Write the gated (measurement, index into active) pairs and their costs; return how many.

    At most `pairs.shape[0] // M` pairs for each of M measurements, the cheapest; cost is d^2 + ln det S, and the
    second column of `costs` is d^2. `gates`, shape (4,), holds the limit of d^2 for each kind. All measurements
    are of about one time: a target is predicted once, to their middle, and moved straight from there. The plain scan
    is cheaper than an index up to tens of thousands of targets: the quick test takes about a nanosecond.
    """
    n_z, n = t.shape[0], active.shape[0]
    gate = max(gates[PLACE], gates[MOVING], gates[ANGLE])
    first_t, last_t = t.min(), t.max()
    mid = 0.5 * (first_t + last_t)
    px, py, far = np.empty(n), np.empty(n), np.empty(n)
    for j in range(n):
        s = active[j]
        px[j], py[j], far[j] = reach(h, s, mid, gate, par)
        if last_t > first_t:  # the spread grows on either side of the middle
            late, early = reach(h, s, last_t, gate, par)[2], reach(h, s, first_t, gate, par)[2]
            far[j] = max(late, early) + h.coarse[s, 6] * (last_t - first_t)
    n_kept = n if n_z > 1 else 1  # a single measurement has no use for what is kept between measurements
    known = np.zeros(n_kept, np.int8)
    xs, cs = np.empty((n_kept, N_STATE)), np.empty((n_kept, N_STATE, N_STATE))
    room = pairs.shape[0] // n_z
    total = 0
    for i in range(n_z):
        first = total
        limit, zx, zy = gates[kind[i]], z[i, 0], z[i, 1]
        own = math.sqrt(limit * (r[i, 0] + r[i, 2]))
        for j in range(n):
            if kind[i] == ANGLE:
                if not _is_in_beam(z[i], r[i], limit, px[j], py[j], far[j]):
                    continue
            elif abs(zx - px[j]) > far[j] + own or abs(zy - py[j]) > far[j] + own:
                continue
            at = j if n_z > 1 else 0
            if known[at] == 0 or n_z == 1:
                known[at] = 1 if state_at(h, active[j], mid, par, xs[at], cs[at]) else -1
            if known[at] < 0:
                continue
            d2, ld = _distance_of(xs[at], cs[at], t[i] - mid, kind[i], z[i], r[i])
            if not d2 <= limit:
                continue
            cost = d2 + ld
            at = total
            if total - first == room:
                if costs[total - 1, 0] <= cost:
                    continue
                at = total - 1
            else:
                total += 1
            while at > first and costs[at - 1, 0] > cost:
                pairs[at, 0], pairs[at, 1] = pairs[at - 1, 0], pairs[at - 1, 1]
                costs[at, 0], costs[at, 1] = costs[at - 1, 0], costs[at - 1, 1]
                at -= 1
            pairs[at, 0], pairs[at, 1] = i, j
            costs[at, 0], costs[at, 1] = cost, d2
    return total
