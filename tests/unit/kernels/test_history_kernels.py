"""Late measurements take their place in time; candidates are those that a plain search finds."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sargas.kernels import history
from sargas.kernels.history import ANGLE, MOVING, PLACE, TOO_LATE, History, make_history
from sargas.kernels.imm import N_STATE

F64 = NDArray[np.float64]
PAR = np.array([0.5, 1.0, 5.0, 20.0, 0.005**2, 0.05**2, 1 / 60, 1 / 20, 15.0])
R = np.array([100.0**2, 300.0, 120.0**2, 6.0**2])


def moving_target(times: list[float], seed: int = 0) -> list[tuple[float, int, F64]]:
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(len(times), 4)) * [100, 120, 6, 6]
    truth = np.array([[30 * t, 5000 - 20 * t, 30, -20] for t in times])
    return [(t, MOVING if i % 2 else PLACE, z) for i, (t, z) in enumerate(zip(times, truth + noise, strict=True))]


def fresh(depth: int = 12) -> History:
    h = make_history(2, depth)
    history.start(h, 1, 0.0, np.array([0.0, 5000.0, 0.0, 0.0]), np.array([1e4, 0.0, 1e4, 1e4]), 0.25, PAR)
    return h


def newest(h: History) -> tuple[F64, F64, F64]:
    i = int(h.n[1]) - 1
    return h.X[1, i].copy(), h.P[1, i].copy(), h.mu[1, i].copy()


@pytest.mark.parametrize("order", [[0, 1, 3, 2, 4], [4, 3, 2, 1, 0], [1, 0, 2, 4, 3]])
def test_any_order_within_the_history_ends_in_the_very_same_state(order: list[int]) -> None:
    reports = moving_target([2.0, 4.0, 6.0, 8.0, 10.0])
    in_order, mixed = fresh(), fresh()
    for t, kind, z in reports:
        assert history.absorb(in_order, 1, t, kind, z, R, 15.0, PAR) == 1
    for i in order:
        t, kind, z = reports[i]
        assert history.absorb(mixed, 1, t, kind, z, R, 15.0, PAR) >= 1
    for a, b in zip(newest(in_order), newest(mixed), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_report_older_than_the_history_is_too_late_and_changes_nothing() -> None:
    h = fresh()
    for t, kind, z in moving_target([2.0, 10.0, 20.0]):
        history.absorb(h, 1, t, kind, z, R, 15.0, PAR)
    before = newest(h)
    assert history.absorb(h, 1, 4.0, PLACE, np.zeros(4), R, 15.0, PAR) == TOO_LATE
    assert history.absorb(h, 1, -1.0, PLACE, np.zeros(4), R, 99.0, PAR) == TOO_LATE
    for a, b in zip(before, newest(h), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_full_history_lets_the_oldest_go() -> None:
    h = fresh(depth=4)
    for t, kind, z in moving_target([float(t) for t in range(1, 11)]):
        history.absorb(h, 1, t, kind, z, R, 15.0, PAR)
    assert h.n[1] == 4
    np.testing.assert_array_equal(h.t[1], [7.0, 8.0, 9.0, 10.0])
    assert history.absorb(h, 1, 6.5, PLACE, np.zeros(4), R, 15.0, PAR) == TOO_LATE


def test_candidates_are_those_of_a_plain_search_cheapest_first() -> None:
    rng = np.random.default_rng(7)
    n, m = 30, 25
    h = make_history(n, 12)
    for s in range(n):
        z = np.append(rng.uniform(-5e3, 5e3, 2), rng.normal(0, 40, 2))
        history.start(h, s, rng.uniform(0, 3), z, np.array([150.0**2, 0.0, 150.0**2, 20.0**2]), 0.25, PAR)
    t = np.full(m, 6.0)
    kind = np.array([PLACE, MOVING, ANGLE] * m)[:m]
    z = np.concatenate([rng.uniform(-5e3, 5e3, (m, 2)), rng.normal(0, 40, (m, 2))], axis=1)
    z[kind == ANGLE] = [0.6, -6e3, -9e3, 3e4]  # all targets lie ahead
    r = np.tile(R, (m, 1))
    r[kind == ANGLE, 0] = 0.03**2
    gates = np.array([16.0, 16.0, 22.0, 9.0])
    active = np.arange(2, n)
    pairs, costs = np.empty((m * n, 2), np.int64), np.empty((m * n, 2))
    found = history.candidates(h, active, t, kind, z, r, gates, PAR, pairs, costs)
    expected = []
    for i in range(m):
        near = []
        for j, s in enumerate(active):
            d2, ln_det = history.distance(h, s, t[i], kind[i], z[i], r[i], PAR)
            if d2 <= gates[kind[i]]:
                near.append((d2 + ln_det, i, j))
        expected += sorted(near)
    assert found == len(expected) > m
    np.testing.assert_array_equal(pairs[:found], [(i, j) for _, i, j in expected])
    np.testing.assert_allclose(costs[:found, 0], [cost for cost, _, _ in expected])


def test_a_bearing_has_no_candidates_behind_it_and_beyond_its_reach() -> None:
    h = make_history(3, 4)
    for s, y in enumerate([-5e3, 5e3, 20e3]):
        history.start(h, s, 0.0, np.array([0.0, y, 0.0, 0.0]), np.array([1e4, 0.0, 1e4, 1.0]), 0.25, PAR)
    pairs, costs = np.empty((3, 2), np.int64), np.empty((3, 2))
    z, r = np.array([[0.0, 0.0, 0.0, 10e3]]), np.array([[0.03**2, 0.0, 0.0, 0.0]])
    args = np.array([1.0]), np.array([ANGLE]), z, r, np.full(4, 16.0)
    assert history.candidates(h, np.arange(3), *args, PAR, pairs, costs) == 1
    assert pairs[0, 1] == 1


def test_plots_of_one_look_are_compared_each_at_its_own_time() -> None:
    h = make_history(1, 4)
    history.start(h, 0, 0.0, np.array([0.0, 0.0, 100.0, 0.0]), np.array([1e4, 0.0, 1e4, 1.0]), 0.25, PAR)
    t = np.array([4.0, 4.4])
    z = np.array([[400.0, 0, 0, 0], [440.0, 0, 0, 0]])
    pairs, costs = np.empty((4, 2), np.int64), np.empty((4, 2))
    args = t, np.array([PLACE, PLACE]), z, np.tile(R, (2, 1)), np.full(4, 16.0)
    assert history.candidates(h, np.arange(1), *args, PAR, pairs, costs) == 2
    np.testing.assert_allclose(costs[:2, 1], 0.0, atol=1e-3)


def test_of_too_many_candidates_the_cheapest_are_kept() -> None:
    h = make_history(10, 4)
    for s in range(10):
        z = np.array([100.0 * (9 - s), 0.0, 0.0, 0.0])
        history.start(h, s, 0.0, z, np.array([1e6, 0.0, 1e6, 1.0]), 0.25, PAR)
    pairs, costs = np.empty((3, 2), np.int64), np.empty((3, 2))
    args = np.array([1.0]), np.array([PLACE]), np.zeros((1, 4)), R[None, :], np.full(4, 16.0)
    assert history.candidates(h, np.arange(10), *args, PAR, pairs, costs) == 3
    assert pairs[:, 1].tolist() == [9, 8, 7]


def test_a_state_is_known_from_its_history_on() -> None:
    h = fresh()
    x, C = np.empty(N_STATE), np.empty((N_STATE, N_STATE))
    assert not history.state_at(h, 1, -0.1, PAR, x, C)
    assert history.state_at(h, 1, 3.0, PAR, x, C)
    assert C[0, 0] > 1e4 + 9 * 1e4  # the first position's variance and three seconds of an unknown velocity
