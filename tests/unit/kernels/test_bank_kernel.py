"""The bank of motion models against a twin in matrix algebra, written from the models' differential equations."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad_vec
from scipy.linalg import expm
from scipy.stats import multivariate_normal, norm

from sargas.kernels import bank

F64 = NDArray[np.float64]

W = math.radians(3.0)
STRAIGHT, LEFT, RIGHT, WANDER = range(4)
#                  turn  noise decay speed_sd share stay
MODELS = np.array([
    [0.0, 0.05, 0.0, 40.0, 0.6, 50.0],
    [W, 3.0, 0.0, 40.0, 0.15, 30.0],
    [-W, 2.0, 0.0, 30.0, 0.15, 20.0],
    [0.0, 20.0, 20.0, 120.0, 0.1, 10.0],
])  # fmt: skip
H = np.eye(2, 4)


def generator(model: int) -> F64:
    """Return the matrix of the model's linear differential equation d(x, y, u, v)/dt."""
    w, tau = MODELS[model, bank.TURN], MODELS[model, bank.DECAY]
    decay = 1.0 / tau if tau > 0.0 else 0.0
    return np.array([[0, 0, 1, 0], [0, 0, 0, 1], [0, 0, -decay, -w], [0, 0, w, -decay]], float)


def noise(model: int, dt: float, *, turns: bool = False) -> F64:
    """Return the noise that white acceleration leaves after dt, by numerical integration along the motion."""
    a = generator(model)
    if not turns:
        a[2, 3] = a[3, 2] = 0.0
    white = np.diag([0.0, 0.0, 1.0, 1.0]) * MODELS[model, bank.NOISE]
    return np.asarray(quad_vec(lambda s: expm(a * s) @ white @ expm(a * s).T, 0.0, dt, epsrel=1e-12)[0])


def full(packed: F64) -> F64:
    P = np.empty((4, 4))
    for k, (i, j) in enumerate(zip(bank.ROW, bank.COLUMN, strict=True)):
        P[i, j] = P[j, i] = packed[k]
    return P


def packed(P: F64) -> F64:
    return P[bank.ROW, bank.COLUMN].copy()


def some_bank(seed: int, n: int = 4) -> tuple[F64, F64, F64]:
    rng = np.random.default_rng(seed)
    scale = np.array([80.0, 90.0, 6.0, 5.0])
    X = np.array([1e3, -2e3, 40.0, 25.0]) + rng.normal(size=(n, 4)) * scale
    P = np.empty((n, 10))
    for m in range(n):
        a = rng.normal(size=(4, 7))
        P[m] = packed(a @ a.T / 7 * np.outer(scale, scale))
    return X, P, rng.dirichlet(np.ones(n))


def moments(X: F64, P: F64, weights: F64) -> tuple[F64, F64]:
    """Return the mean and covariance of a Gaussian mixture; P full."""
    p = weights / weights.sum()
    x = p @ X
    return x, sum(w * (C + np.outer(y - x, y - x)) for w, y, C in zip(p, X, P, strict=True))


def full_bank(P: F64) -> F64:
    return np.array([full(C) for C in P])


def moved(X: F64, P: F64, mu: F64, models: F64, dt: float) -> tuple[F64, F64, F64]:
    """Return a bank after dt, by the kernels."""
    n = len(models)
    move, stay = np.empty((n, bank.N_MOVE)), np.empty(n)
    X, P, mu = X.copy(), P.copy(), mu.copy()
    bank.moves(models, dt, move, stay)
    bank.predict(X, P, mu, models, move, stay, np.empty(4), np.empty(10))
    return X, P, mu


def only(model: int) -> F64:
    """Return a bank of this one model, which is never left."""
    row = MODELS[model : model + 1].copy()
    row[0, bank.SHARE] = 1.0
    return row


def alone(model: int, x: F64, C: F64, dt: float) -> tuple[F64, F64]:
    """Return one Gaussian after dt under one model, by the kernels; C packed."""
    X, P, _ = moved(x[None], C[None], np.ones(1), only(model), dt)
    return X[0], P[0]


@pytest.mark.parametrize("dt", [0.1, 1.0, 4.0, 12.0, 60.0])
@pytest.mark.parametrize("model", [STRAIGHT, LEFT, RIGHT, WANDER])
def test_each_model_moves_by_the_exponential_of_its_differential_equation(model: int, dt: float) -> None:
    X, P, _ = some_bank(1)
    F = expm(generator(model) * dt)
    x, C = alone(model, X[model], P[model], dt)
    np.testing.assert_allclose(x, F @ X[model], rtol=1e-10, atol=1e-8)
    np.testing.assert_allclose(full(C), F @ full(P[model]) @ F.T + noise(model, dt), rtol=1e-8, atol=1e-7)


@pytest.mark.parametrize("model", [LEFT, RIGHT])
def test_in_a_radars_period_a_turn_bends_the_noise_little(model: int) -> None:
    """The noise of a turn is kept isotropic; what that leaves out, against the full integral, is small."""
    bent, kept = noise(model, 4.0, turns=True), noise(model, 4.0)
    sd = np.sqrt(np.diag(bent))
    np.testing.assert_allclose(np.diag(kept), np.diag(bent), rtol=0.01)
    np.testing.assert_allclose(kept / np.outer(sd, sd), bent / np.outer(sd, sd), atol=0.07)


def test_a_very_slow_turn_is_straight_without_loss_of_digits() -> None:
    X, P, _ = some_bank(2)
    slow = only(STRAIGHT)
    straight = moved(X[:1], P[:1], np.ones(1), slow, 10.0)
    for turn in (2e-9, 0.5e-9):
        slow[0, bank.TURN] = turn
        for got, expected in zip(moved(X[:1], P[:1], np.ones(1), slow, 10.0), straight, strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("model", [STRAIGHT, WANDER])
@given(dt=st.floats(0.05, 30.0), part=st.floats(0.0, 1.0))
@settings(max_examples=25, deadline=None)
def test_two_predictions_are_as_one_over_both_times(model: int, dt: float, part: float) -> None:
    X, P, _ = some_bank(3)
    x, C = alone(model, X[0], P[0], dt)
    x2, C2 = alone(model, *alone(model, X[0], P[0], part * dt), (1.0 - part) * dt)
    np.testing.assert_allclose(x2, x, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(C2, C, rtol=1e-8, atol=1e-7)


@pytest.mark.parametrize("model", [LEFT, RIGHT])
def test_two_turns_add_up(model: int) -> None:
    X = some_bank(3)[0]
    certain = np.zeros(10)
    x, _ = alone(model, X[0], certain, 9.0)
    x2, _ = alone(model, *alone(model, X[0], certain, 2.5), 6.5)
    np.testing.assert_allclose(x2, x, rtol=1e-12)
    assert math.hypot(*x[2:]) == pytest.approx(math.hypot(*X[0, 2:]))
    back, _ = alone(model, x, certain, 2.0 * math.pi / W - 9.0)
    np.testing.assert_allclose(back, X[0], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("dt", [0.2, 4.0, 25.0])
def test_models_mix_by_their_full_transition_matrix(dt: float) -> None:
    """Bar-Shalom et al. 2001, 11.6.6, with T = diag(stay) + (1 - stay) share'."""
    X, P, mu = some_bank(4)
    stay = np.exp(-dt / MODELS[:, bank.STAY])
    T = np.diag(stay) + np.outer(1.0 - stay, MODELS[:, bank.SHARE])
    np.testing.assert_allclose(T.sum(axis=1), 1.0)
    X1, P1, mu1 = moved(X, P, mu, MODELS, dt)
    np.testing.assert_allclose(mu1, mu @ T, rtol=1e-12)
    for m in range(4):
        x, C = moments(X, full_bank(P), T[:, m] * mu)
        F = expm(generator(m) * dt)
        np.testing.assert_allclose(X1[m], F @ x, rtol=1e-9, atol=1e-8)
        np.testing.assert_allclose(full(P1[m]), F @ C @ F.T + noise(m, dt), rtol=1e-7, atol=1e-6)


def test_left_alone_for_long_the_models_come_to_shares_weighed_by_their_stays() -> None:
    X, P, mu = some_bank(5)
    for _ in range(400):
        X, P, mu = moved(X, P, mu, MODELS, 1.0)
    # What leaves each model in a step balances what comes.
    left = 1.0 - np.exp(-1.0 / MODELS[:, bank.STAY])
    balance = MODELS[:, bank.SHARE] / left
    np.testing.assert_allclose(mu, balance / balance.sum(), rtol=1e-3)


def test_no_time_changes_nothing() -> None:
    X, P, mu = some_bank(6)
    for got, expected in zip(moved(X, P, mu, MODELS, 0.0), (X, P, mu), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_a_model_without_probability_takes_no_part_and_comes_back_by_the_mixing() -> None:
    X, P, _ = some_bank(7)
    mu = np.array([0.0, 1.0, 0.0, 0.0])
    X1, P1, mu1 = moved(X, P, mu, MODELS, 4.0)
    F = expm(generator(STRAIGHT) * 4.0)
    np.testing.assert_allclose(X1[STRAIGHT], F @ X[LEFT], rtol=1e-9)
    assert mu1[STRAIGHT] == pytest.approx(MODELS[STRAIGHT, bank.SHARE] * (1.0 - math.exp(-4.0 / 30.0)))
    assert np.isfinite(P1).all()


def test_a_target_begins_where_it_was_measured_with_no_velocity_known() -> None:
    X, P, mu = np.full((4, 4), np.nan), np.full((4, 10), np.nan), np.full(4, np.nan)
    bank.begin(MODELS, np.array([7.0, -8.0]), np.array([90.0, 20.0, 60.0]), X, P, mu)
    np.testing.assert_array_equal(X, [[7.0, -8.0, 0.0, 0.0]] * 4)
    np.testing.assert_array_equal(mu, MODELS[:, bank.SHARE])
    for m, sd in enumerate([40.0, 40.0, 30.0, 120.0]):
        expected = np.zeros((4, 4))
        expected[:2, :2] = [[90.0, 20.0], [20.0, 60.0]]
        expected[2:, 2:] = np.eye(2) * sd**2
        np.testing.assert_array_equal(full(P[m]), expected)


def test_merging_keeps_the_moments_of_the_mixture() -> None:
    X, P, _ = some_bank(8)
    x, C = X[0].copy(), P[0].copy()
    bank.merge(x, C, 0.3, X[1], P[1], 0.9)
    expected_x, expected_C = moments(X[:2], full_bank(P[:2]), np.array([0.3, 0.9]))
    np.testing.assert_allclose(x, expected_x, rtol=1e-12)
    np.testing.assert_allclose(full(C), expected_C, rtol=1e-11)


def test_the_moments_of_the_bank_are_those_of_its_mixture() -> None:
    X, P, mu = some_bank(9)
    expected_x, expected_C = moments(X, full_bank(P), mu)
    x, C = np.empty(4), np.empty(10)
    bank.mean_and_covariance(X, P, mu, x, C)
    np.testing.assert_allclose(x, expected_x, rtol=1e-12)
    np.testing.assert_allclose(full(C), expected_C, rtol=1e-11)
    E = expected_C
    np.testing.assert_allclose(bank.place_of(X, P, mu), [*expected_x[:2], E[0, 0], E[1, 1]], rtol=1e-11)
    spread = np.empty(3)
    bank.coarse(X, P, mu, x, spread)
    np.testing.assert_allclose(x, expected_x, rtol=1e-12)
    expected = [max(E[0, 0], E[1, 1]), max(abs(E[0, 2]), abs(E[1, 3])), max(E[2, 2], E[3, 3])]
    np.testing.assert_allclose(spread, expected, rtol=1e-11)


Z, R = np.array([1_060.0, -1_930.0]), np.array([[2_500.0, 700.0], [700.0, 3_600.0]])
NUMBERS = (*Z, R[0, 0], R[0, 1], R[1, 1])


def kalman(x: F64, C: F64, H: F64, innovation: F64, R: F64) -> tuple[F64, F64, F64]:
    """Return the state updated by the Kalman filter in Joseph's form, and the innovation's covariance."""
    S = H @ C @ H.T + R
    K = C @ H.T @ np.linalg.inv(S)
    keep = np.eye(4) - K @ H
    return x + K @ innovation, keep @ C @ keep.T + K @ R @ K.T, S


def test_a_position_updates_as_the_kalman_filter_does() -> None:
    X, P, _ = some_bank(10)
    for m in range(4):
        expected_x, expected_C, _ = kalman(X[m], full(P[m]), H, Z - X[m, :2], R)
        x, C = np.empty(4), np.empty(10)
        bank.update_place(X[m], P[m], *NUMBERS, x, C)
        np.testing.assert_allclose(x, expected_x, rtol=1e-10)
        np.testing.assert_allclose(full(C), expected_C, rtol=1e-9, atol=1e-8)


def test_the_likelihood_of_a_position_is_the_normal_density_up_to_the_gate() -> None:
    X, P, _ = some_bank(11)
    for m in range(4):
        S = full(P[m])[:2, :2] + R
        d2 = float((Z - X[m, :2]) @ np.linalg.inv(S) @ (Z - X[m, :2]))
        density, got_d2 = bank.place_likelihood(X[m], P[m], *NUMBERS, d2 * 1.001)
        assert got_d2 == pytest.approx(d2)
        assert density == pytest.approx(multivariate_normal(X[m, :2], S).pdf(Z))
        assert bank.place_likelihood(X[m], P[m], *NUMBERS, d2 * 0.999) == (0.0, got_d2)


def test_a_velocity_updates_as_the_kalman_filter_does() -> None:
    X, P, _ = some_bank(12)
    velocity, var = np.array([33.0, 31.0]), 9.0
    V = np.eye(4)[2:]
    for m in range(4):
        innovation = velocity - X[m, 2:]
        expected_x, expected_C, S = kalman(X[m], full(P[m]), V, innovation, var * np.eye(2))
        x, C = X[m].copy(), P[m].copy()
        d2 = bank.update_velocity(x, C, *velocity, var, np.empty(4), np.empty(4))
        np.testing.assert_allclose(x, expected_x, rtol=1e-10)
        np.testing.assert_allclose(full(C), expected_C, rtol=1e-8, atol=1e-8)
        assert d2 == pytest.approx(innovation @ np.linalg.inv(S) @ innovation)


@pytest.mark.parametrize("site", [(-4_000.0, 1_000.0), (3_000.0, -9_000.0), (1_000.0, 6_000.0)])
def test_a_bearing_updates_as_an_extended_kalman_filter_does(site: tuple[float, float]) -> None:
    X, P, _ = some_bank(13)
    var = math.radians(2.0) ** 2

    def azimuth(x: F64) -> float:
        return math.atan2(x[0] - site[0], x[1] - site[1])

    for m in range(4):
        h = np.array([[(azimuth(X[m] + d) - azimuth(X[m] - d)) / 0.02 for d in np.eye(4) * 0.01]])
        innovation = 0.03
        expected_x, expected_C, S = kalman(X[m], full(P[m]), h, np.array([innovation]), np.array([[var]]))
        x, C = X[m].copy(), P[m].copy()
        density, d2 = bank.update_bearing(x, C, azimuth(X[m]) + innovation, *site, var, np.empty(4), np.empty(4))
        np.testing.assert_allclose(x, expected_x, rtol=1e-6)
        np.testing.assert_allclose(full(C), expected_C, rtol=1e-5, atol=1e-2)
        assert density == pytest.approx(norm(0.0, math.sqrt(S[0, 0])).pdf(innovation), rel=1e-6)
        assert d2 == pytest.approx(innovation**2 / S[0, 0], rel=1e-6)


@pytest.mark.parametrize("turns", [-2, -1, 1, 2])
def test_whole_turns_added_to_a_bearing_change_nothing(turns: int) -> None:
    X, P, _ = some_bank(14)
    results = []
    for azimuth in (math.pi - 0.01, math.pi - 0.01 + turns * 2.0 * math.pi):  # the target lies just beyond -pi
        x, C = X[0].copy(), P[0].copy()
        bank.update_bearing(x, C, azimuth, X[0, 0] + 60.0, X[0, 1] + 5_000.0, 1e-3, np.empty(4), np.empty(4))
        results.append((x, C))
    np.testing.assert_allclose(results[1][0], results[0][0], rtol=1e-9)
    np.testing.assert_allclose(results[0][0], X[0], rtol=0.05)
    np.testing.assert_allclose(results[1][1], results[0][1], rtol=1e-9)


def test_a_bearing_from_where_the_target_may_be_says_little() -> None:
    X, P, _ = some_bank(15)
    x, C = X[0].copy(), P[0].copy()
    bank.update_bearing(x, C, 2.0, X[0, 0] + 0.01, X[0, 1], math.radians(1.0) ** 2, np.empty(4), np.empty(4))
    assert np.hypot(*(x - X[0])[:2]) < 3.0 * math.sqrt(P[0, 0] + P[0, 2])
    assert C[0] + C[2] > 0.5 * (P[0, 0] + P[0, 2])


def test_no_model_dies_for_ever() -> None:
    mu = np.array([3.0, 1.0, 0.0, 1e-30])
    bank.normalise(mu)
    assert mu.sum() == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(mu, [0.75, 0.25, bank.MU_MIN, bank.MU_MIN], rtol=1e-5)


@given(
    seed=st.integers(0, 10_000),
    dts=st.lists(st.floats(0.0, 60.0), min_size=1, max_size=8),
    sd=st.floats(0.5, 500.0),
    correlation=st.floats(-0.95, 0.95),
)
@settings(max_examples=60, deadline=None)
def test_covariances_stay_positive_definite(seed: int, dts: list[float], sd: float, correlation: float) -> None:
    X, P, mu = some_bank(seed)
    for k, dt in enumerate(dts):
        X, P, mu = moved(X, P, mu, MODELS, dt)
        X1, P1 = np.empty_like(X), np.empty_like(P)
        for m in range(4):
            z = X[0, :2] + [50.0, -30.0]
            bank.update_place(X[m], P[m], *z, sd**2, correlation * sd * 2.0 * sd, 4.0 * sd**2, X1[m], P1[m])
            if k % 2:
                bank.update_bearing(X1[m], P1[m], 1.0, 0.0, 0.0, 1e-3, np.empty(4), np.empty(4))
            else:
                bank.update_velocity(X1[m], P1[m], 30.0, 20.0, 4.0, np.empty(4), np.empty(4))
        X, P = X1, P1
        assert np.isfinite(X).all()
        for C in P:
            assert np.linalg.eigvalsh(full(C) / np.outer(*[np.sqrt(np.diag(full(C)))] * 2)).min() > 0.0
    assert mu.sum() == pytest.approx(1.0)
