"""A bank of linear motion models of a target in a plane: their interaction, prediction and update (IMM).

One target has M models. Its arrays: X (M, 4) means x, y, u, v [m, m/s]; P (M, 10) covariances, packed as xx, xy, yy,
xu, xv, yu, yv, uu, uv, vv; mu (M,) probabilities of the models. Between t and t + dt every model moves as

    p' = p + A v,  v' = B v,  A = [[a, -b], [b, a]],  B = [[c, -d], [d, c]]

plus isotropic noise, where the complex number c + id is 1 (straight), exp(i w dt) (a turn at w) or exp(-dt/tau) (a
velocity that dies away: slow, hovering or drifting), and a + ib is its integral. So one short piece of code, without
a linearisation, serves them all, exact for any gap.

`models`, shape (M, N_COLUMNS), has one model a row: TURN [rad/s], NOISE [m^2/s^3] the spectral density of its
acceleration, DECAY [s] (0: none), SPEED_SD [m/s] of a target that begins, SHARE of the targets that fly so, STAY [s]
the mean time until a target chooses anew, by the shares, how it flies.

Sources: Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), 6.2.2 (white
acceleration), 8.2.3 (decaying velocity), 11.6.6 (IMM), 11.7.1 (turn at a known rate). That a target which leaves its
model chooses by the shares makes the mixing linear in M: what leaves is pooled once.
"""

import math

import numpy as np
from numpy.typing import NDArray

from sargas.kernels.compiled import compiled

F64 = NDArray[np.float64]

N_STATE, N_PACKED = 4, 10
TURN, NOISE, DECAY, SPEED_SD, SHARE, STAY = 0, 1, 2, 3, 4, 5
N_COLUMNS = 6
N_MOVE = 7  # a, b, c, d, and the noise of position, of position with velocity, of velocity
ROW = np.array([0, 0, 1, 0, 0, 1, 1, 2, 2, 3])
COLUMN = np.array([0, 1, 1, 2, 3, 2, 3, 2, 3, 3])
MU_MIN = 1e-6
SMALL_TURN = 1e-9
TAU = 2.0 * math.pi


def scratch(n_models: int) -> np.dtype[np.void]:
    """Return the record in which the functions below do their sums.

    Its arrays are parts of one record because a part of a record costs nothing to pass on, while a part of an array
    counts its references.
    """
    return np.dtype([
        ("move", "f8", (n_models, N_MOVE)), ("stay", "f8", (n_models,)), ("one", "f8", (n_models,)),
        ("pool_x", "f8", (N_STATE,)), ("pool_P", "f8", (N_PACKED,)),
        ("x", "f8", (N_STATE,)), ("P", "f8", (N_PACKED,)), ("h", "f8", (N_STATE,)), ("gain", "f8", (N_STATE,)),
    ])  # fmt: skip


@compiled
def moves(models: F64, dt: float, move: F64, stay: F64) -> None:
    """Write each model's a, b, c, d and noise, shape (M, N_MOVE), and its chance, shape (M,), to last dt >= 0."""
    for m in range(models.shape[0]):
        w, q, tau = models[m, TURN], models[m, NOISE], models[m, DECAY]
        move[m, 4], move[m, 5], move[m, 6] = q * dt * dt * dt / 3.0, 0.5 * q * dt * dt, q * dt
        if tau > 0.0:
            e = math.exp(-dt / tau)
            move[m, 0], move[m, 1], move[m, 2], move[m, 3] = tau * (1.0 - e), 0.0, e, 0.0
            var = 0.5 * q * tau  # of the velocity in the long run
            move[m, 4] = 2.0 * var * tau * tau * (dt / tau - 2.0 * (1.0 - e) + 0.5 * (1.0 - e * e))
            move[m, 5] = var * tau * (1.0 - e) ** 2
            move[m, 6] = var * (1.0 - e * e)
        elif abs(w) > SMALL_TURN:
            s, c = math.sin(w * dt), math.cos(w * dt)
            move[m, 0], move[m, 1], move[m, 2], move[m, 3] = s / w, (1.0 - c) / w, c, s
        else:
            move[m, 0], move[m, 1], move[m, 2], move[m, 3] = dt, 0.0, 1.0, 0.0
        stay[m] = math.exp(-dt / models[m, STAY])


@compiled
def begin(models: F64, z: F64, r: F64, X: F64, P: F64, mu: F64) -> None:
    """Write the state of a target that begins at z with covariance r (xx, xy, yy) and no known velocity."""
    for m in range(models.shape[0]):
        X[m, 0], X[m, 1], X[m, 2], X[m, 3] = z[0], z[1], 0.0, 0.0
        for k in range(N_PACKED):
            P[m, k] = 0.0
        P[m, 0], P[m, 1], P[m, 2] = r[0], r[1], r[2]
        P[m, 7] = P[m, 9] = models[m, SPEED_SD] * models[m, SPEED_SD]
        mu[m] = models[m, SHARE]


@compiled
def merge(xa: F64, Pa: F64, wa: float, xb: F64, Pb: F64, wb: float) -> None:
    """Replace the Gaussian a by the moments of the mixture of a and b; the weights need not be normalised."""
    f = wb / (wa + wb)
    g = 1.0 - f
    h = f * g
    d0, d1, d2, d3 = xb[0] - xa[0], xb[1] - xa[1], xb[2] - xa[2], xb[3] - xa[3]
    Pa[0] = g * Pa[0] + f * Pb[0] + h * d0 * d0
    Pa[1] = g * Pa[1] + f * Pb[1] + h * d0 * d1
    Pa[2] = g * Pa[2] + f * Pb[2] + h * d1 * d1
    Pa[3] = g * Pa[3] + f * Pb[3] + h * d0 * d2
    Pa[4] = g * Pa[4] + f * Pb[4] + h * d0 * d3
    Pa[5] = g * Pa[5] + f * Pb[5] + h * d1 * d2
    Pa[6] = g * Pa[6] + f * Pb[6] + h * d1 * d3
    Pa[7] = g * Pa[7] + f * Pb[7] + h * d2 * d2
    Pa[8] = g * Pa[8] + f * Pb[8] + h * d2 * d3
    Pa[9] = g * Pa[9] + f * Pb[9] + h * d3 * d3
    xa[0] += f * d0
    xa[1] += f * d1
    xa[2] += f * d2
    xa[3] += f * d3


@compiled
def _move(x: F64, P: F64, mv: F64) -> None:
    """Move one Gaussian in place."""
    a, b, c, d = mv[0], mv[1], mv[2], mv[3]
    u, v = x[2], x[3]
    x[0] += a * u - b * v
    x[1] += b * u + a * v
    x[2], x[3] = c * u - d * v, d * u + c * v
    xu, xv, yu, yv, uu, uv, vv = P[3], P[4], P[5], P[6], P[7], P[8], P[9]
    # G = Ppv + A Pvv;  Ppp' = Ppp + G A' + A Ppv';  Ppv' = G B';  Pvv' = B Pvv B'
    g00, g01 = xu + a * uu - b * uv, xv + a * uv - b * vv
    g10, g11 = yu + b * uu + a * uv, yv + b * uv + a * vv
    P[0] += g00 * a - g01 * b + a * xu - b * xv + mv[4]
    P[1] += g00 * b + g01 * a + a * yu - b * yv
    P[2] += g10 * b + g11 * a + b * yu + a * yv + mv[4]
    P[3], P[4] = g00 * c - g01 * d + mv[5], g00 * d + g01 * c
    P[5], P[6] = g10 * c - g11 * d, g10 * d + g11 * c + mv[5]
    n00, n01, n10, n11 = c * uu - d * uv, c * uv - d * vv, d * uu + c * uv, d * uv + c * vv
    P[7], P[8], P[9] = n00 * c - n01 * d + mv[6], n00 * d + n01 * c, n10 * d + n11 * c + mv[6]


@compiled
def predict(X: F64, P: F64, mu: F64, models: F64, move: F64, stay: F64, pool_x: F64, pool_P: F64) -> None:
    """Mix the models and move them in place by the time that `moves` was asked for; the last two are room."""
    n = mu.shape[0]
    left = 0.0
    for m in range(n):
        w = (1.0 - stay[m]) * mu[m]
        if w <= 0.0:
            continue
        if left == 0.0:
            pool_x[:] = X[m]
            pool_P[:] = P[m]
        else:
            merge(pool_x, pool_P, left, X[m], P[m], w)
        left += w
    for m in range(n):
        own, come = stay[m] * mu[m], models[m, SHARE] * left
        if come > 0.0:
            merge(X[m], P[m], own, pool_x, pool_P, come)
        mu[m] = own + come
        _move(X[m], P[m], move[m])


@compiled
def mean_and_covariance(X: F64, P: F64, mu: F64, x: F64, C: F64) -> None:
    """Write the mean, shape (4,), and the packed covariance, shape (10,), of the mixture."""
    x[:] = X[0]
    C[:] = P[0]
    w = mu[0]
    for m in range(1, mu.shape[0]):
        merge(x, C, w, X[m], P[m], mu[m])
        w += mu[m]


@compiled
def coarse(X: F64, P: F64, mu: F64, x: F64, spread: F64) -> None:
    """Write the mean (4,) of the mixture and its spread (3,).

    That is the larger (of x and y) variance of position, covariance with velocity, and variance of velocity.
    """
    x[:] = 0.0
    for m in range(mu.shape[0]):
        for k in range(N_STATE):
            x[k] += mu[m] * X[m, k]
    xx = yy = xu = yv = uu = vv = 0.0
    for m in range(mu.shape[0]):
        w = mu[m]
        d0, d1, d2, d3 = X[m, 0] - x[0], X[m, 1] - x[1], X[m, 2] - x[2], X[m, 3] - x[3]
        xx += w * (P[m, 0] + d0 * d0)
        yy += w * (P[m, 2] + d1 * d1)
        xu += w * (P[m, 3] + d0 * d2)
        yv += w * (P[m, 6] + d1 * d3)
        uu += w * (P[m, 7] + d2 * d2)
        vv += w * (P[m, 9] + d3 * d3)
    spread[0], spread[1], spread[2] = max(xx, yy), max(abs(xu), abs(yv)), max(uu, vv)


@compiled
def place_of(X: F64, P: F64, mu: F64) -> tuple[float, float, float, float]:
    """Return the mean x, y of the mixture and their variances."""
    x = y = xx = yy = 0.0
    for m in range(mu.shape[0]):
        x += mu[m] * X[m, 0]
        y += mu[m] * X[m, 1]
    for m in range(mu.shape[0]):
        xx += mu[m] * (P[m, 0] + (X[m, 0] - x) ** 2)
        yy += mu[m] * (P[m, 2] + (X[m, 1] - y) ** 2)
    return x, y, xx, yy


@compiled
def place_likelihood(
    x: F64, P: F64, zx: float, zy: float, xx: float, xy: float, yy: float, gate: float
) -> tuple[float, float]:
    """Return the density [1/m^2] of a position under one Gaussian, 0 beyond the gate, and its squared distance."""
    a, b, c = P[0] + xx, P[1] + xy, P[2] + yy
    det = a * c - b * b
    p, q = zx - x[0], zy - x[1]
    d2 = (p * p * c - 2.0 * p * q * b + q * q * a) / det
    if d2 > gate:
        return 0.0, d2
    return math.exp(-0.5 * d2) / (TAU * math.sqrt(det)), d2


@compiled
def update_place(x: F64, P: F64, zx: float, zy: float, xx: float, xy: float, yy: float, xo: F64, Po: F64) -> None:
    """Write one Gaussian updated with a measured position and its covariance (Kalman)."""
    a, b, c = P[0] + xx, P[1] + xy, P[2] + yy
    det = a * c - b * b
    ia, ib, ic = c / det, -b / det, a / det
    p, q = zx - x[0], zy - x[1]
    k0, l0 = P[0] * ia + P[1] * ib, P[0] * ib + P[1] * ic
    k1, l1 = P[1] * ia + P[2] * ib, P[1] * ib + P[2] * ic
    k2, l2 = P[3] * ia + P[5] * ib, P[3] * ib + P[5] * ic
    k3, l3 = P[4] * ia + P[6] * ib, P[4] * ib + P[6] * ic
    xo[0], xo[1] = x[0] + k0 * p + l0 * q, x[1] + k1 * p + l1 * q
    xo[2], xo[3] = x[2] + k2 * p + l2 * q, x[3] + k3 * p + l3 * q
    Po[0], Po[1], Po[2] = P[0] - k0 * P[0] - l0 * P[1], P[1] - k0 * P[1] - l0 * P[2], P[2] - k1 * P[1] - l1 * P[2]
    Po[3], Po[4] = P[3] - k0 * P[3] - l0 * P[5], P[4] - k0 * P[4] - l0 * P[6]
    Po[5], Po[6] = P[5] - k1 * P[3] - l1 * P[5], P[6] - k1 * P[4] - l1 * P[6]
    Po[7], Po[8] = P[7] - k2 * P[3] - l2 * P[5], P[8] - k2 * P[4] - l2 * P[6]
    Po[9] = P[9] - k3 * P[4] - l3 * P[6]


@compiled
def _update_scalar(x: F64, P: F64, h: F64, innovation: float, var: float, gain: F64) -> float:
    """Update one Gaussian in place with one number, h (4,) its derivative by the state; return its variance."""
    gain[0] = P[0] * h[0] + P[1] * h[1] + P[3] * h[2] + P[4] * h[3]
    gain[1] = P[1] * h[0] + P[2] * h[1] + P[5] * h[2] + P[6] * h[3]
    gain[2] = P[3] * h[0] + P[5] * h[1] + P[7] * h[2] + P[8] * h[3]
    gain[3] = P[4] * h[0] + P[6] * h[1] + P[8] * h[2] + P[9] * h[3]
    s = gain[0] * h[0] + gain[1] * h[1] + gain[2] * h[2] + gain[3] * h[3] + var
    for i in range(N_STATE):
        x[i] += gain[i] / s * innovation
    for k in range(N_PACKED):
        P[k] -= gain[ROW[k]] * gain[COLUMN[k]] / s
    return s


@compiled
def update_velocity(x: F64, P: F64, u: float, v: float, var: float, h: F64, gain: F64) -> float:
    """Update one Gaussian in place with a measured velocity of variance `var` each; return its squared distance."""
    d2 = 0.0
    for i in range(2):
        h[:] = 0.0
        h[2 + i] = 1.0
        innovation = (u if i == 0 else v) - x[2 + i]
        s = _update_scalar(x, P, h, innovation, var, gain)
        d2 += innovation * innovation / s
    return d2


@compiled
def update_bearing(
    x: F64, P: F64, azimuth: float, sx: float, sy: float, var: float, h: F64, gain: F64
) -> tuple[float, float]:
    """Update one Gaussian in place with the azimuth [rad, from +y towards +x] from (sx, sy); density [1/rad] and d^2.

    Source: the extended Kalman filter; the derivative is taken no nearer than the target's own spread, within which a
    direction says nothing.
    """
    dx, dy = x[0] - sx, x[1] - sy
    r2 = max(dx * dx + dy * dy, P[0] + P[2], 1.0)
    h[0], h[1], h[2], h[3] = dy / r2, -dx / r2, 0.0, 0.0
    innovation = azimuth - math.atan2(dx, dy)
    innovation -= TAU * math.floor((innovation + math.pi) / TAU)
    s = _update_scalar(x, P, h, innovation, var, gain)
    d2 = innovation * innovation / s
    return math.exp(-0.5 * d2) / math.sqrt(TAU * s), d2


@compiled
def normalise(mu: F64) -> None:
    """Scale the models' probabilities to the sum of one; none dies for ever."""
    total = 0.0
    for m in range(mu.shape[0]):
        total += mu[m]
    again = 0.0
    for m in range(mu.shape[0]):
        mu[m] = max(mu[m] / total, MU_MIN)
        again += mu[m]
    for m in range(mu.shape[0]):
        mu[m] /= again
