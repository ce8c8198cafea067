"""Interacting multiple models of a target in a plane: constant velocity and coordinated turn, one target at a time.

State of each model, shape (5,): x, vx, y, vy [m, m/s], turn rate w [rad/s] counter-clockwise. X is (2, 5), P is
(2, 5, 5), mu is (2,): the models' probabilities; model 0 is constant velocity, model 1 the turn.

Sources: Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation (2001), sections 6.2.2
(white acceleration), 11.6.6 (IMM cycle), 11.7.2 (coordinated turn and its Jacobian). The turn rate decays as a
Gauss-Markov process (ibid. 8.2.3), so that an aircraft that is not seen is not believed to circle for ever.

`par`, shape (N_PAR,): acceleration noise q of either model [m^2/s^3], time constant of the turn rate [s] of either,
its stationary variance [rad^2/s^2] of either, rate of leaving either model [1/s], and the gap [s] beyond which the
turn cannot be linearised any more.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

F64 = NDArray[np.float64]

N_STATE = 5
N_PAR = 9
Q0, TAU0, VAR0, LEAVE0, GAP = 0, 2, 4, 6, 8
MU_MIN = 1e-6
SMALL_TURN = 1e-6
LOG_2PI = math.log(2.0 * math.pi)


@njit(cache=True)
def transition(dt: float, leave0: float, leave1: float) -> tuple[float, float]:
    """Return the probabilities of having left model 0 and model 1 after dt: a two-state Markov chain in time."""
    total = leave0 + leave1
    if total <= 0.0:
        return 0.0, 0.0
    moved = 1.0 - math.exp(-total * dt)
    return leave0 / total * moved, leave1 / total * moved


@njit(cache=True)
def sandwich(F: F64, P: F64) -> None:
    """Replace P by F P F'."""
    n = N_STATE
    t = np.empty((N_STATE, N_STATE))
    for i in range(n):
        for j in range(n):
            s = 0.0
            for k in range(n):
                s += F[i, k] * P[k, j]
            t[i, j] = s
    for i in range(n):
        for j in range(i, n):
            s = 0.0
            for k in range(n):
                s += t[i, k] * F[j, k]
            P[i, j] = s
            P[j, i] = s


@njit(cache=True)
def predict_model(x: F64, P: F64, dt: float, q: float, tau: float, var: float, model: int) -> None:
    """Predict one model (0 straight, 1 turning) in place by dt >= 0."""
    F = np.zeros((N_STATE, N_STATE))
    for i in range(N_STATE):
        F[i, i] = 1.0
    a = math.exp(-dt / tau)
    vx, vy, w = x[1], x[3], x[4]
    th = w * dt
    if model == 1 and abs(th) > SMALL_TURN:
        s, c = math.sin(th), math.cos(th)
        sw, cw = s / w, (1.0 - c) / w
        dsw = (dt * c - sw) / w
        dcw = (dt * s - cw) / w
        F[0, 4] = dsw * vx - dcw * vy
        F[2, 4] = dcw * vx + dsw * vy
        F[1, 4] = -dt * (s * vx + c * vy)
        F[3, 4] = dt * (c * vx - s * vy)
    else:
        s, c, sw, cw = 0.0, 1.0, dt, 0.0
        if model == 1:
            F[0, 4] = -0.5 * dt * dt * vy
            F[2, 4] = 0.5 * dt * dt * vx
            F[1, 4] = -dt * vy
            F[3, 4] = dt * vx
    F[0, 1], F[0, 3], F[2, 1], F[2, 3] = sw, -cw, cw, sw
    F[1, 1], F[1, 3], F[3, 1], F[3, 3] = c, -s, s, c
    F[4, 4] = a
    x[0] += sw * vx - cw * vy
    x[2] += cw * vx + sw * vy
    x[1] = c * vx - s * vy
    x[3] = s * vx + c * vy
    x[4] = a * w
    sandwich(F, P)
    q2, q3 = 0.5 * q * dt * dt, q * dt * dt * dt / 3.0
    for i in (0, 2):
        P[i, i] += q3
        P[i, i + 1] += q2
        P[i + 1, i] += q2
        P[i + 1, i + 1] += q * dt
    P[4, 4] += var * (1.0 - a * a)


@njit(cache=True)
def mix(X: F64, P: F64, mu: F64, dt: float, par: F64) -> None:
    """Mix the models in place and give them their probabilities after dt; ibid. steps 1 and 2."""
    p01, p10 = transition(dt, par[LEAVE0], par[LEAVE0 + 1])
    m0 = (1.0 - p01) * mu[0] + p10 * mu[1]
    m1 = p01 * mu[0] + (1.0 - p10) * mu[1]
    a0 = (1.0 - p01) * mu[0] / m0  # share of model 0 in the new model 0
    a1 = p01 * mu[0] / m1  # share of model 0 in the new model 1
    d = np.empty(N_STATE)
    for i in range(N_STATE):
        d[i] = X[0, i] - X[1, i]
    for i in range(N_STATE):
        x0, x1 = X[0, i], X[1, i]
        X[0, i] = a0 * x0 + (1.0 - a0) * x1
        X[1, i] = a1 * x0 + (1.0 - a1) * x1
        for j in range(N_STATE):
            c0, c1, spread = P[0, i, j], P[1, i, j], d[i] * d[j]
            P[0, i, j] = a0 * c0 + (1.0 - a0) * c1 + a0 * (1.0 - a0) * spread
            P[1, i, j] = a1 * c0 + (1.0 - a1) * c1 + a1 * (1.0 - a1) * spread
    mu[0], mu[1] = m0, m1


@njit(cache=True)
def predict(X: F64, P: F64, mu: F64, dt: float, par: F64) -> None:
    """Mix and predict both models in place by dt >= 0.

    Beyond the gap the turn's mean is dropped and its spread is such that the heading spreads by one radian: the
    Jacobian would otherwise place the target farther away than its speed can carry it.
    """
    if dt <= 0.0:
        return
    mix(X, P, mu, dt, par)
    var1 = par[VAR0 + 1]
    if dt > par[GAP]:
        for m in range(2):
            for i in range(N_STATE):
                P[m, i, 4] = 0.0
                P[m, 4, i] = 0.0
            X[m, 4] = 0.0
            P[m, 4, 4] = min(var1, 1.0 / (dt * dt))
    predict_model(X[0], P[0], dt, par[Q0], par[TAU0], par[VAR0], 0)
    predict_model(X[1], P[1], dt, par[Q0 + 1], par[TAU0 + 1], var1, 1)


@njit(cache=True)
def combine(X: F64, P: F64, mu: F64, x: F64, C: F64) -> None:
    """Write the mean x, shape (5,), and covariance C, shape (5, 5), of the mixture."""
    for i in range(N_STATE):
        x[i] = mu[0] * X[0, i] + mu[1] * X[1, i]
    for i in range(N_STATE):
        for j in range(N_STATE):
            spread = mu[0] * mu[1] * (X[0, i] - X[1, i]) * (X[0, j] - X[1, j])
            C[i, j] = mu[0] * P[0, i, j] + mu[1] * P[1, i, j] + spread


@njit(cache=True)
def update_pair(
    x: F64, P: F64, a: int, b: int, za: float, zb: float, raa: float, rab: float, rbb: float
) -> tuple[float, float]:
    """Update in place with a direct measurement of states a and b; return the squared distance and ln det S."""
    saa, sab, sbb = P[a, a] + raa, P[a, b] + rab, P[b, b] + rbb
    det = saa * sbb - sab * sab
    iaa, iab, ibb = sbb / det, -sab / det, saa / det
    va, vb = za - x[a], zb - x[b]
    d2 = va * va * iaa + 2.0 * va * vb * iab + vb * vb * ibb
    pa, pb = np.empty(N_STATE), np.empty(N_STATE)
    for i in range(N_STATE):
        pa[i], pb[i] = P[i, a], P[i, b]
    for i in range(N_STATE):
        ka = pa[i] * iaa + pb[i] * iab
        kb = pa[i] * iab + pb[i] * ibb
        x[i] += ka * va + kb * vb
        for j in range(i, N_STATE):
            P[i, j] -= ka * pa[j] + kb * pb[j]
            P[j, i] = P[i, j]
    return d2, math.log(det)


@njit(cache=True)
def update_bearing(x: F64, P: F64, azimuth: float, sx: float, sy: float, var: float) -> tuple[float, float]:
    """Update in place with the azimuth [rad, from +y towards +x] from (sx, sy); return distance squared and ln S."""
    dx, dy = x[0] - sx, x[2] - sy
    r2 = max(dx * dx + dy * dy, 1.0)
    hx, hy = dy / r2, -dx / r2
    v = azimuth - math.atan2(dx, dy)
    v -= 2.0 * math.pi * math.floor((v + math.pi) / (2.0 * math.pi))
    g = np.empty(N_STATE)
    for i in range(N_STATE):
        g[i] = P[i, 0] * hx + P[i, 2] * hy
    s = g[0] * hx + g[2] * hy + var
    for i in range(N_STATE):
        x[i] += g[i] / s * v
        for j in range(i, N_STATE):
            P[i, j] -= g[i] * g[j] / s
            P[j, i] = P[i, j]
    return v * v / s, math.log(s)


@njit(cache=True)
def reweigh(mu: F64, log0: float, log1: float) -> None:
    """Multiply the models' probabilities by their likelihoods, given as logarithms, in place."""
    top = max(log0, log1)
    m0 = max(mu[0] * math.exp(log0 - top), MU_MIN)
    m1 = max(mu[1] * math.exp(log1 - top), MU_MIN)
    mu[0], mu[1] = m0 / (m0 + m1), m1 / (m0 + m1)
