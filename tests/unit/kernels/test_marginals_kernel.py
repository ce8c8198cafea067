"""The association marginals against the enumeration of every joint event."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sargas.kernels.marginals import ITERATIONS_MAX, TOLERANCE, marginals

F64 = NDArray[np.float64]
Marginals = tuple[F64, F64, F64]
EXACT = 2.0 * TOLERANCE
"""Messages may still be about to move by so much when the kernel stops; around a loop that adds up."""


def by_kernel(psi: F64, rho: F64) -> tuple[Marginals, int]:
    """Return (missed, P, unclaimed) and the rounds taken; psi, shape (n, m), is 0 where there is no edge."""
    n, m = psi.shape
    target, measurement = np.nonzero(psi)
    first = np.searchsorted(target, np.arange(n + 1))
    missed, beta, unclaimed = np.full(n, np.nan), np.full(len(target), np.nan), np.full(m, np.nan)
    rounds = marginals(first, measurement, psi[target, measurement], rho, missed, beta, unclaimed)
    P = np.zeros((n, m))
    P[target, measurement] = beta
    return (missed, P, unclaimed), rounds


def by_enumeration(psi: F64, rho: F64) -> Marginals:
    """Return the same from the sum over every joint event in which each measurement has one origin at most.

    An event weighs the product of psi over its pairs and of rho over the measurements that no target gave.
    """
    n, m = psi.shape
    missed, P, unclaimed, total = np.zeros(n), np.zeros((n, m)), np.zeros(m), 0.0
    for event in itertools.product(range(-1, m), repeat=n):
        used = [j for j in event if j >= 0]
        if len(set(used)) < len(used):
            continue
        weight = np.prod([psi[i, j] for i, j in enumerate(event) if j >= 0])
        weight *= np.prod([rho[j] for j in range(m) if j not in used])
        total += weight
        for i, j in enumerate(event):
            if j >= 0:
                P[i, j] += weight
            else:
                missed[i] += weight
        for j in range(m):
            unclaimed[j] += 0.0 if j in used else weight
    return missed / total, P / total, unclaimed / total


def random_tree(rng: np.random.Generator, n: int, m: int, spread: float) -> F64:
    """Return likelihoods on a random tree that joins n targets and m measurements."""
    psi = np.zeros((n, m))
    nodes = rng.permutation(n + m)
    targets, measurements = [], []
    waiting = list(nodes)
    while waiting:
        node = waiting.pop(0)
        kin, others = (targets, measurements) if node < n else (measurements, targets)
        if targets or measurements:
            if not others:
                waiting.append(node)
                continue
            other = others[rng.integers(len(others))]
            i, j = (node, other - n) if node < n else (other, node - n)
            psi[i, j] = np.exp(spread * rng.normal())
        kin.append(node)
    return psi


@given(seed=st.integers(0, 100_000), n=st.integers(1, 4), m=st.integers(1, 4), spread=st.floats(0.0, 3.0))
@settings(max_examples=80, deadline=None)
def test_without_a_loop_the_marginals_are_exact(seed: int, n: int, m: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    psi, rho = random_tree(rng, n, m, spread), np.exp(spread * rng.normal(size=m))
    got, _ = by_kernel(psi, rho)
    for kernel, exact in zip(got, by_enumeration(psi, rho), strict=True):
        np.testing.assert_allclose(kernel, exact, atol=EXACT)


@given(seed=st.integers(0, 100_000), n=st.integers(1, 4), m=st.integers(1, 4), spread=st.floats(0.0, 3.0))
@settings(max_examples=80, deadline=None)
def test_every_target_and_every_measurement_is_accounted_for(seed: int, n: int, m: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    psi = np.exp(spread * rng.normal(size=(n, m))) * (rng.random((n, m)) < 0.8)
    rho = np.exp(spread * rng.normal(size=m))
    (missed, P, unclaimed), rounds = by_kernel(psi, rho)
    assert ((P >= 0.0) & (P <= 1.0)).all()
    np.testing.assert_allclose(missed + P.sum(axis=1), 1.0, atol=1e-12)
    if rounds < ITERATIONS_MAX:
        np.testing.assert_allclose(unclaimed + P.sum(axis=0), 1.0, atol=20.0 * TOLERANCE)


def test_with_loops_the_marginals_are_near() -> None:
    """Williams and Lau 2014, section V: small errors where targets stand apart, larger ones among equals."""
    rng = np.random.default_rng(1)
    errors = []
    for _ in range(200):
        psi, rho = rng.gamma(1.0, 1.0, (3, 3)) * (rng.random((3, 3)) < 0.7), rng.gamma(2.0, 0.5, 3)
        got, _ = by_kernel(psi, rho)
        errors.append(max(abs(a - b).max() for a, b in zip(got, by_enumeration(psi, rho), strict=True)))
    assert np.mean(errors) < 0.02
    assert max(errors) < 0.1


def test_two_targets_that_cannot_be_told_apart_share_two_measurements() -> None:
    (missed, P, unclaimed), _ = by_kernel(np.full((2, 2), 1e3), np.full(2, 1e-3))
    np.testing.assert_allclose(P, 0.5, atol=0.01)
    np.testing.assert_allclose(missed, 0.0, atol=0.01)
    np.testing.assert_allclose(unclaimed, 0.0, atol=0.01)


def test_a_measurement_that_another_target_explains_better_is_left_to_it() -> None:
    psi = np.array([[30.0, 0.0], [30.0, 3_000.0]])
    exact = by_enumeration(psi, np.ones(2))
    (missed, P, _), _ = by_kernel(psi, np.ones(2))
    assert P[0, 0] == pytest.approx(exact[1][0, 0], abs=EXACT)
    assert P[0, 0] > 0.95  # alone it would be 30 / 31
    assert P[1, 0] < 0.02
    assert missed[1] < 0.01


def test_one_target_and_one_measurement_are_a_bernoulli_and_clutter() -> None:
    """P = psi / (rho + psi): odds against a miss, over clutter."""
    for psi, rho in [(0.2, 1e-9), (3e-9, 1e-9), (50.0, 1e-12), (1e-14, 1e-6)]:
        (missed, P, unclaimed), _ = by_kernel(np.array([[psi]]), np.array([rho]))
        assert P[0, 0] == pytest.approx(psi / (psi + rho), rel=1e-6)
        assert missed[0] == pytest.approx(rho / (psi + rho), rel=1e-3)
        assert unclaimed[0] == pytest.approx(missed[0], rel=1e-3)


def test_the_unit_of_the_likelihoods_does_not_matter() -> None:
    rng = np.random.default_rng(2)
    psi, rho = rng.gamma(1.0, 1.0, (3, 4)), rng.gamma(1.0, 1.0, 4)
    got, _ = by_kernel(psi, rho)
    for scale in (1e-12, 1e9):
        scaled, _ = by_kernel(psi * scale, rho * scale)
        for a, b in zip(got, scaled, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-9)


def test_nobodys_measurement_is_unclaimed_and_a_target_without_one_is_missed() -> None:
    psi = np.array([[2.0, 0.0], [0.0, 0.0]])
    (missed, P, unclaimed), _ = by_kernel(psi, np.ones(2))
    np.testing.assert_allclose(missed, [1 / 3, 1.0])
    np.testing.assert_allclose(unclaimed, [1 / 3, 1.0])
    assert P[0, 0] == pytest.approx(2 / 3)


@pytest.mark.parametrize(("n", "m"), [(0, 0), (0, 3), (3, 0), (2, 3)])
def test_without_any_edge_all_are_missed_and_unclaimed(n: int, m: int) -> None:
    (missed, _, unclaimed), _ = by_kernel(np.zeros((n, m)), np.ones(m))
    np.testing.assert_array_equal(missed, np.ones(n))
    np.testing.assert_array_equal(unclaimed, np.ones(m))


def test_the_rounds_are_bounded_in_a_large_crowd() -> None:
    rng = np.random.default_rng(3)
    at, seen = rng.random((60, 2)) * 2_000.0, rng.random((60, 2)) * 2_000.0
    d2 = ((at[:, None] - seen[None]) ** 2).sum(axis=2) / 200.0**2
    psi = np.where(d2 < 16.0, 50.0 * np.exp(-0.5 * d2) / (2.0 * np.pi * 200.0**2), 0.0)
    (missed, P, unclaimed), rounds = by_kernel(psi, np.full(60, 1e-6))
    assert rounds <= ITERATIONS_MAX
    np.testing.assert_allclose(missed + P.sum(axis=1), 1.0, atol=1e-12)
    assert (P.sum(axis=0) < 1.0 + 0.01).all()
    assert ((unclaimed >= 0.0) & (unclaimed <= 1.0)).all()
