"""The IMM kernels against a twin in plain matrix algebra, written from the same equations."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.linalg import expm
from scipy.stats import multivariate_normal

from sargas.kernels import imm

F64 = NDArray[np.float64]
PAR = np.array([0.5, 1.0, 5.0, 20.0, 0.005**2, 0.05**2, 1 / 60, 1 / 20, 15.0])


def some_state(seed: int) -> tuple[F64, F64, F64]:
    rng = np.random.default_rng(seed)
    X = np.array([[1e3, 40.0, -2e3, 25.0, 0.01], [1.1e3, 35.0, -2.1e3, 30.0, 0.06]])
    scale = np.array([80.0, 6.0, 90.0, 5.0, 0.02])
    P = np.empty((2, 5, 5))
    for m in range(2):
        a = rng.normal(size=(5, 8))
        P[m] = (a @ a.T / 8) * np.outer(scale, scale)
    return X, P, np.array([0.7, 0.3])


def turn(x: F64, dt: float) -> F64:
    """Return the coordinated turn's motion as the exponential of its matrix: exact, and not the kernel's formula."""
    w = x[4]
    a = np.array([[0, 1, 0, 0], [0, 0, 0, -w], [0, 0, 0, 1], [0, w, 0, 0]], float)
    return np.append(expm(a * dt) @ x[:4], math.exp(-dt / PAR[3]) * w)


def process_noise(q: float, dt: float, tau: float, var: float) -> F64:
    block = q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    Q = np.zeros((5, 5))
    Q[:2, :2] = Q[2:4, 2:4] = block
    Q[4, 4] = var * (1 - math.exp(-dt / tau) ** 2)
    return Q


@pytest.mark.parametrize("dt", [0.1, 1.0, 4.0, 12.0])
def test_the_straight_model_predicts_as_in_matrix_algebra(dt: float) -> None:
    X, P, _ = some_state(1)
    F = np.eye(5)
    F[0, 1] = F[2, 3] = dt
    F[4, 4] = math.exp(-dt / PAR[2])
    x, C = X[0].copy(), P[0].copy()
    imm.predict_model(x, C, dt, PAR[0], PAR[2], PAR[4], 0)
    np.testing.assert_allclose(x, F @ X[0], rtol=1e-12)
    np.testing.assert_allclose(C, F @ P[0] @ F.T + process_noise(PAR[0], dt, PAR[2], PAR[4]), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dt", [0.1, 1.0, 4.0, 12.0])
@pytest.mark.parametrize("w", [0.06, -0.2, 1e-9, 0.0])
def test_the_turning_model_predicts_with_the_jacobian_of_the_exact_turn(dt: float, w: float) -> None:
    X, P, _ = some_state(2)
    x0 = X[1].copy()
    x0[4] = w
    F = np.empty((5, 5))
    for j in range(5):
        step = np.zeros(5)
        step[j] = 1e-5 if j == 4 else 1e-2
        F[:, j] = (turn(x0 + step, dt) - turn(x0 - step, dt)) / (2 * step[j])
    x, C = x0.copy(), P[1].copy()
    imm.predict_model(x, C, dt, PAR[1], PAR[3], PAR[5], 1)
    np.testing.assert_allclose(x, turn(x0, dt), rtol=1e-6, atol=1e-6)
    expected = F @ P[1] @ F.T + process_noise(PAR[1], dt, PAR[3], PAR[5])
    np.testing.assert_allclose(C, expected, rtol=1e-5, atol=1e-4)


def test_mixing_keeps_the_mean_and_the_covariance_of_the_mixture() -> None:
    X, P, mu = some_state(3)
    x0, C0 = np.empty(5), np.empty((5, 5))
    imm.combine(X, P, mu, x0, C0)
    imm.mix(X, P, mu, 4.0, PAR)
    x1, C1 = np.empty(5), np.empty((5, 5))
    imm.combine(X, P, mu, x1, C1)
    np.testing.assert_allclose(x1, x0, rtol=1e-12)
    np.testing.assert_allclose(C1, C0, rtol=1e-9, atol=1e-9)
    assert mu.sum() == pytest.approx(1.0)


def test_the_models_are_left_as_a_markov_chain_in_continuous_time() -> None:
    generator = np.array([[-PAR[6], PAR[6]], [PAR[7], -PAR[7]]])
    for dt in (0.1, 4.0, 100.0):
        chain = expm(generator * dt)
        assert imm.transition(dt, PAR[6], PAR[7]) == pytest.approx((chain[0, 1], chain[1, 0]), rel=1e-9)


@pytest.mark.parametrize(("a", "b"), [(0, 2), (1, 3)])
def test_an_update_is_the_kalman_update(a: int, b: int) -> None:
    X, P, _ = some_state(4)
    H = np.zeros((2, 5))
    H[0, a] = H[1, b] = 1
    R = np.array([[400.0, 100.0], [100.0, 900.0]])
    z = np.array([X[0, a] + 30, X[0, b] - 10])
    S = H @ P[0] @ H.T + R
    K = P[0] @ H.T @ np.linalg.inv(S)
    x, C = X[0].copy(), P[0].copy()
    d2, log_det = imm.update_pair(x, C, a, b, z[0], z[1], R[0, 0], R[0, 1], R[1, 1])
    np.testing.assert_allclose(x, X[0] + K @ (z - H @ X[0]), rtol=1e-10)
    joseph = (np.eye(5) - K @ H) @ P[0] @ (np.eye(5) - K @ H).T + K @ R @ K.T
    np.testing.assert_allclose(C, joseph, rtol=1e-6, atol=1e-8)
    expected = multivariate_normal(H @ X[0], S).logpdf(z)
    assert -0.5 * (d2 + log_det + 2 * imm.LOG_2PI) == pytest.approx(expected)


def test_a_bearing_updates_across_its_line_and_not_along_it() -> None:
    x = np.array([0.0, 10.0, 10_000.0, 0.0, 0.0])
    P = np.diag([1e6, 25.0, 1e6, 25.0, 1e-4])
    d2, _ = imm.update_bearing(x, P, math.radians(2.0), 0.0, 0.0, math.radians(1.0) ** 2)
    # One dimension: prior variance 1e6, measurement 10 km * tan(2 deg) with (10 km * 1 deg)^2.
    r = (10_000.0 * math.radians(1.0)) ** 2
    assert P[0, 0] == pytest.approx(1e6 * r / (1e6 + r))
    assert x[0] == pytest.approx(1e6 / (1e6 + r) * 10_000.0 * math.radians(2.0))
    assert P[2, 2] == pytest.approx(1e6)
    assert d2 == pytest.approx((10_000.0 * math.radians(2.0)) ** 2 / (1e6 + r))


def test_a_bearing_across_north_is_a_small_difference() -> None:
    x = np.array([-100.0, 0.0, 10_000.0, 0.0, 0.0])
    d2, _ = imm.update_bearing(x, np.diag([1e4, 1, 1e4, 1, 1e-4]).astype(float), math.radians(0.5), 0.0, 0.0, 1e-4)
    assert d2 < 4.0


def test_likelihoods_weigh_the_models_and_none_dies_out() -> None:
    mu = np.array([0.5, 0.5])
    imm.reweigh(mu, -1.0, -1.0 - math.log(3.0))
    assert mu[0] == pytest.approx(0.75)
    imm.reweigh(mu, -1e5, 0.0)
    assert mu[0] > 0.0
    assert mu.sum() == pytest.approx(1.0)


def test_a_long_gap_carries_a_target_no_farther_than_its_speed_can() -> None:
    X, P, mu = some_state(5)
    imm.predict(X, P, mu, 1_800.0, PAR)
    x, C = np.empty(5), np.empty((5, 5))
    imm.combine(X, P, mu, x, C)
    assert np.all(np.isfinite(C))
    assert np.linalg.eigvalsh(C)[0] > 0.0
    assert math.sqrt(C[0, 0]) < 1_800.0 * 60.0  # the speed is 47 m/s, and 30 m/s of white acceleration after 1800 s
