"""A mover and what notices it from a place: directions with the delay of sound, range cells, likelihoods, updates.

A row, shape (N_COL,): KIND (DIRECTION or NEAR), AZ [rad, from +y towards +x], VAR [rad^2; NEAR: m^2 of either axis],
X, Y of the site or of the disc's centre [m], REACH [m], TIME [s], SENSOR (index), WAVE [m/s: how fast the news
travels, inf for radio and light], PD (detection probability of one look), CLUTTER (false ones of one look, by rad;
NEAR: by m^2), FREE (probability that no track explains it), BORN (0, or the number of the birth that used it).

A state is x, vx, y, vy [m, m/s]; a cell is one Gaussian of a mixture of states, with ln of its weight.

Sources: range-parametrised filter: Peach, IEE Proc. Radar Sonar Navig. 142 (1995) 73; moments of a converted polar
measurement: Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), 10.4.3.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

F64 = NDArray[np.float64]

KIND, AZ, VAR, X, Y, REACH, TIME, SENSOR, WAVE, PD, CLUTTER, FREE, BORN = range(13)
N_COL = 13
DIRECTION, NEAR = 0.0, 1.0

N_CELLS = 10
NEAREST = 1.0 / 60.0  # of the reach: where the log-spaced cells begin
CELL_LEFT_BEHIND = 7.0  # ln: a cell a thousand times less likely than the best one
AT_ONCE_MPS = 1e9
SUBSONIC = 0.8
LOG_2PI = math.log(2.0 * math.pi)


@njit(cache=True)
def apparent(
    px: float, py: float, vx: float, vy: float, sx: float, sy: float, wave: float
) -> tuple[float, float, float, float, float]:
    """Return azimuth [rad], its gradients [rad/m], delay [s], range [m] at which a site notices a mover now.

    What arrives left the mover `delay` ago: |p - v delay - s| = wave * delay. The gradient is by the place now; by
    the velocity it is `-delay` times that (implicit differentiation of the line above).
    """
    dx, dy = px - sx, py - sy
    if not wave < AT_ONCE_MPS:
        r = max(math.sqrt(dx * dx + dy * dy), 1.0)
        return math.atan2(dx, dy), dy / (r * r), -dx / (r * r), 0.0, r
    speed = math.sqrt(vx * vx + vy * vy)
    if speed > SUBSONIC * wave:
        vx, vy, speed = vx * SUBSONIC * wave / speed, vy * SUBSONIC * wave / speed, SUBSONIC * wave
    a, b = wave * wave - speed * speed, dx * vx + dy * vy
    delay = (math.sqrt(b * b + a * (dx * dx + dy * dy)) - b) / a
    ex, ey = dx - vx * delay, dy - vy * delay
    r = max(math.sqrt(ex * ex + ey * ey), 1.0)
    gx, gy = ey / (r * r), -ex / (r * r)
    back = (gx * vx + gy * vy) / (wave + (ex * vx + ey * vy) / r)
    return math.atan2(ex, ey), gx - back * ex / r, gy - back * ey / r, delay, r


@njit(cache=True)
def correct(x: F64, P: F64, x0: F64, h: F64, g: F64, residual: float, var: float) -> float:
    """Set x to x0 corrected by a scalar with gradient h, P in place; return the residual's variance. g is scratch."""
    s = var
    for i in range(4):
        g[i] = P[i, 0] * h[0] + P[i, 1] * h[1] + P[i, 2] * h[2] + P[i, 3] * h[3]
        s += h[i] * g[i]
    for i in range(4):
        x[i] = x0[i] + g[i] / s * residual
        for j in range(i, 4):
            P[i, j] -= g[i] * g[j] / s
            P[j, i] = P[i, j]
    return s


@njit(cache=True)
def surprise(x: F64, t: float, row: F64, h: F64) -> tuple[float, float]:
    """Return a direction's residual [rad] and its range [m] seen from a state of time t, and write its gradient h."""
    dt = row[TIME] - t
    azimuth, gx, gy, delay, r = apparent(x[0] + dt * x[1], x[2] + dt * x[3], x[1], x[3], row[X], row[Y], row[WAVE])
    h[0], h[1], h[2], h[3] = gx, (dt - delay) * gx, gy, (dt - delay) * gy
    residual = row[AZ] - azimuth
    return residual - 2.0 * math.pi * math.floor((residual + math.pi) / (2.0 * math.pi)), r


@njit(cache=True)
def log_normal(residual: float, s: float) -> float:
    """Return ln of the density of a residual with variance s."""
    return -0.5 * (residual * residual / s + math.log(s) + LOG_2PI)


@njit(cache=True)
def notice(x: F64, P: F64, t: float, row: F64, W: F64) -> None:
    """Update a state of time t in place with a row; W, shape (7, 4), is scratch.

    A direction is linearised twice: at the prior and at the first result.
    """
    h, g, x0, P0 = W[0], W[1], W[2], W[3:7]
    x0[:] = x
    if row[KIND] == NEAR:
        dt = row[TIME] - t
        for axis in range(2):
            i = 2 * axis
            h[:] = 0.0
            h[i], h[i + 1] = 1.0, dt
            correct(x, P, x0, h, g, row[X + axis] - x0[i] - dt * x0[i + 1], row[VAR])
            x0[:] = x
        return
    P0[:, :] = P
    residual, _ = surprise(x, t, row, h)
    correct(x, P, x0, h, g, residual, row[VAR])
    residual, _ = surprise(x, t, row, h)
    for i in range(4):
        residual -= h[i] * (x0[i] - x[i])
        for j in range(4):
            P[i, j] = P0[i, j]
    correct(x, P, x0, h, g, residual, row[VAR])


@njit(cache=True)
def log_notice(x: F64, P: F64, t: float, row: F64, W: F64) -> float:
    """Return ln of how much likelier a row is as a detection of a state of time t than as a false one."""
    h = W[0]
    dt = row[TIME] - t
    if row[KIND] == NEAR:
        xx = P[0, 0] + 2.0 * dt * P[0, 1] + dt * dt * P[1, 1] + row[VAR]
        yy = P[2, 2] + 2.0 * dt * P[2, 3] + dt * dt * P[3, 3] + row[VAR]
        xy = P[0, 2] + dt * (P[0, 3] + P[1, 2]) + dt * dt * P[1, 3]
        dx, dy, det = row[X] - x[0] - dt * x[1], row[Y] - x[2] - dt * x[3], xx * yy - xy * xy
        d2 = (dx * dx * yy - 2.0 * dx * dy * xy + dy * dy * xx) / det
        log: float = -0.5 * (d2 + math.log(det)) - LOG_2PI + math.log(row[PD] / row[CLUTTER])
        return log
    residual, r = surprise(x, t, row, h)
    share = hears(r, row[REACH])
    if share <= 0.0:
        return -math.inf
    s = row[VAR]
    for i in range(4):
        s += h[i] * (P[i, 0] * h[0] + P[i, 1] * h[1] + P[i, 2] * h[2] + P[i, 3] * h[3])
    return log_normal(residual, s) + math.log(share * row[PD] / row[CLUTTER])


@njit(cache=True)
def hears(r: float, reach: float) -> float:
    """Return what share of its detection probability a sensor keeps at a range: its reach has no sharp edge."""
    return min(max(11.0 - 10.0 * r / reach, 0.0), 1.0)


@njit(cache=True)
def should_hear(r: float, reach: float) -> float:
    """Return the same where silence is to be held against a target: the doubt is the target's."""
    return min(max(5.0 - 5.0 * r / reach, 0.0), 1.0)


@njit(cache=True)
def spread_along(row: F64, t: float, speed_sd: float, intensity: float, xs: F64, Ps: F64, logs: F64) -> int:
    """Write the range cells of a direction as states of time t with ln of their weights; return how many.

    A cell from a to b holds the targets of its area evenly; its weight is their number, found by this look, against
    the false ones of its direction. What was heard was there `range / wave` before, and has moved since.
    """
    begin = NEAREST * row[REACH]
    ratio = (1.0 / NEAREST) ** (1.0 / (N_CELLS - 1))
    a, b = 0.0, begin
    shrink = math.exp(-0.5 * row[VAR])
    spread = math.exp(-2.0 * row[VAR])
    ux, uy = math.sin(row[AZ]), math.cos(row[AZ])
    for k in range(N_CELLS):
        area = 0.5 * (b * b - a * a)
        mean = (b**3 - a**3) / (3.0 * area)
        square = (b**4 - a**4) / (4.0 * area)
        along = 0.5 * square * (1.0 + spread) - mean * mean * shrink * shrink
        across = 0.5 * square * (1.0 - spread)
        since = t - row[TIME] + (mean / row[WAVE] if row[WAVE] < AT_ONCE_MPS else 0.0)
        q = speed_sd * speed_sd
        for i in range(4):
            for j in range(4):
                Ps[k, i, j] = 0.0
        xs[k, 0], xs[k, 1] = row[X] + mean * shrink * ux, 0.0
        xs[k, 2], xs[k, 3] = row[Y] + mean * shrink * uy, 0.0
        Ps[k, 0, 0] = along * ux * ux + across * uy * uy + q * since * since
        Ps[k, 2, 2] = along * uy * uy + across * ux * ux + q * since * since
        Ps[k, 0, 2] = (along - across) * ux * uy
        Ps[k, 2, 0] = Ps[k, 0, 2]
        Ps[k, 0, 1] = Ps[k, 1, 0] = Ps[k, 2, 3] = Ps[k, 3, 2] = q * since
        Ps[k, 1, 1] = Ps[k, 3, 3] = q
        logs[k] = math.log(intensity * row[PD] / row[CLUTTER] * area)
        a, b = b, b * ratio
    return N_CELLS


@njit(cache=True)
def total(logs: F64, m: int) -> float:
    """Return ln of the sum of the weights."""
    top = -math.inf
    for k in range(m):
        top = max(top, logs[k])
    if top == -math.inf:
        return top
    s = 0.0
    for k in range(m):
        s += math.exp(logs[k] - top)
    return top + math.log(s)


@njit(cache=True)
def notice_all(xs: F64, Ps: F64, logs: F64, m: int, t: float, row: F64, W: F64) -> int:
    """Update all cells and their weights in place with a row; return how many of the cells still count."""
    for k in range(m):
        logs[k] += log_notice(xs[k], Ps[k], t, row, W)
    m = prune(xs, Ps, logs, m)
    for k in range(m):
        notice(xs[k], Ps[k], t, row, W)
    return m


@njit(cache=True)
def prune(xs: F64, Ps: F64, logs: F64, m: int) -> int:
    """Drop the cells that do not count; return how many are left."""
    top = -math.inf
    for k in range(m):
        top = max(top, logs[k])
    left = 0
    for k in range(m):
        if logs[k] > top - CELL_LEFT_BEHIND:
            if left != k:
                xs[left], Ps[left], logs[left] = xs[k], Ps[k], logs[k]
            left += 1
    return left


@njit(cache=True)
def match_moments(xs: F64, Ps: F64, logs: F64, m: int, x: F64, P: F64) -> None:
    """Write mean, shape (4,), and covariance, shape (4, 4), of the mixture."""
    all_of = total(logs, m)
    for i in range(4):
        x[i] = 0.0
        for j in range(4):
            P[i, j] = 0.0
    for k in range(m):
        w = math.exp(logs[k] - all_of)
        for i in range(4):
            x[i] += w * xs[k, i]
    for k in range(m):
        w = math.exp(logs[k] - all_of)
        for i in range(4):
            for j in range(4):
                P[i, j] += w * (Ps[k, i, j] + (xs[k, i] - x[i]) * (xs[k, j] - x[j]))


@njit(cache=True)
def widest(P: F64) -> float:
    """Return the standard deviation [m] of the place along its widest direction."""
    mid, half = 0.5 * (P[0, 0] + P[2, 2]), 0.5 * (P[0, 0] - P[2, 2])
    return math.sqrt(mid + math.sqrt(half * half + P[0, 2] * P[0, 2]))
