"""What a site notices of a mover, against roots, finite differences, matrix algebra and sums over a dense grid."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, norm

from sargas.fuse.crossing import CrossingSettings, as_array, direction, near
from sargas.kernels.crossing import cross_all
from sargas.kernels.directions import (
    N_CELLS,
    apparent,
    hears,
    log_notice,
    match_moments,
    notice,
    spread_along,
)

F64 = NDArray[np.float64]
SOUND = 340.0
DEG = math.pi / 180.0
X0 = np.array([1_500.0, 35.0, 2_400.0, -20.0])


def some_cov(seed: int, scale: float = 1.0) -> F64:
    a = np.random.default_rng(seed).normal(size=(4, 8))
    sd = scale * np.array([80.0, 9.0, 120.0, 7.0])
    return np.asarray((a @ a.T / 8) * np.outer(sd, sd))


def heard(at: tuple[float, float], azimuth: float, t: float = 0.0, sd_deg: float = 5.0, sensor: int = 0) -> F64:
    return direction(
        azimuth, (sd_deg * DEG) ** 2, at, reach_m=4_000.0, time_s=t, sensor=sensor,
        p_detect=0.6, clutter_per_rad=0.016, free=1.0, is_sound=True,
    )  # fmt: skip


def emitted(x: F64, site: tuple[float, float]) -> float:
    """Return the delay as the root of the light-cone equation of sound."""

    def early(d: float) -> float:
        return math.hypot(x[0] - x[1] * d - site[0], x[2] - x[3] * d - site[1]) - SOUND * d

    return float(brentq(early, 0.0, 60.0, xtol=1e-12))


@pytest.mark.parametrize("site", [(0.0, 0.0), (3_000.0, -1_000.0), (1_400.0, 2_500.0)])
def test_sound_shows_where_the_mover_was_when_it_left(site: tuple[float, float]) -> None:
    azimuth, _, _, delay, r = apparent(X0[0], X0[2], X0[1], X0[3], *site, SOUND)
    root = emitted(X0, site)
    dx, dy = X0[0] - X0[1] * root - site[0], X0[2] - X0[3] * root - site[1]
    assert delay == pytest.approx(root, abs=1e-9)
    assert azimuth == pytest.approx(math.atan2(dx, dy), abs=1e-12)
    assert r == pytest.approx(math.hypot(dx, dy), rel=1e-12)


@pytest.mark.parametrize("wave", [SOUND, math.inf])
def test_the_gradient_is_that_of_finite_differences(wave: float) -> None:
    site, step = (-500.0, 700.0), 1e-4
    _, gx, gy, delay, _ = apparent(X0[0], X0[2], X0[1], X0[3], *site, wave)
    numeric = np.empty(4)
    for i in range(4):
        e = np.zeros(4)
        e[i] = step
        hi, lo = X0 + e, X0 - e
        up = apparent(hi[0], hi[2], hi[1], hi[3], *site, wave)[0]
        numeric[i] = (up - apparent(lo[0], lo[2], lo[1], lo[3], *site, wave)[0]) / (2 * step)
    np.testing.assert_allclose([gx, -delay * gx, gy, -delay * gy], numeric, rtol=1e-6)


def test_nothing_outruns_its_sound() -> None:
    azimuth, _, _, delay, r = apparent(2_000.0, 0.0, 900.0, 0.0, 0.0, 0.0, SOUND)
    assert math.isfinite(azimuth)
    assert 0.0 < delay < 60.0
    assert r > 0.0


def twin_update(x: F64, P: F64, row: F64, t: float) -> tuple[F64, F64, float]:
    """Return the twice linearised update in matrix algebra, and ln of the likelihood at the prior."""
    dt = row[6] - t

    def linear(at: F64) -> tuple[F64, float]:
        px, py = at[0] + dt * at[1], at[2] + dt * at[3]
        azimuth, gx, gy, delay, _ = apparent(px, py, at[1], at[3], row[3], row[4], row[8])
        H = np.array([gx, (dt - delay) * gx, gy, (dt - delay) * gy])
        return H, math.remainder(row[1] - azimuth, 2 * math.pi)

    H, v = linear(x)
    S = H @ P @ H + row[2]
    log = float(norm.logpdf(v, 0.0, math.sqrt(S)))
    H2, v2 = linear(x + P @ H / S * v)
    first = x + P @ H / S * v
    S2 = H2 @ P @ H2 + row[2]
    K = P @ H2 / S2
    return x + K * (v2 - H2 @ (x - first)), P - np.outer(K, H2 @ P), log


@pytest.mark.parametrize("seed", range(5))
def test_a_direction_updates_as_in_matrix_algebra(seed: int) -> None:
    rng = np.random.default_rng(seed)
    site = (float(rng.uniform(-3e3, 3e3)), float(rng.uniform(-3e3, 3e3)))
    row, P = heard(site, rng.uniform(-math.pi, math.pi), t=-3.0), some_cov(seed)
    x, C = X0.copy(), P.copy()
    log = log_notice(x, C, 1.0, row, np.empty((7, 4)))
    notice(x, C, 1.0, row, np.empty((7, 4)))
    want_x, want_P, want_log = twin_update(X0, P, row, 1.0)
    np.testing.assert_allclose(x, want_x, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(C, want_P, rtol=1e-9, atol=1e-6)
    r = apparent(X0[0] - 4 * X0[1], X0[2] - 4 * X0[3], X0[1], X0[3], *site, SOUND)[4]
    share = hears(r, 4_000.0)
    if share > 0.0:
        assert log == pytest.approx(want_log + math.log(share * 0.6 / 0.016), rel=1e-9)
    else:
        assert log == -math.inf


def test_a_disc_updates_as_a_position_with_half_its_radius() -> None:
    row = near((1_000.0, 3_000.0), 2_000.0, time_s=4.0, sensor=3, p_detect=0.5, clutter_per_m2=1e-9, free=1.0)
    P = some_cov(3)
    H = np.array([[1.0, 4.0, 0.0, 0.0], [0.0, 0.0, 1.0, 4.0]])
    S = H @ P @ H.T + np.eye(2) * 1_000.0**2
    v = np.array([1_000.0, 3_000.0]) - H @ X0
    K = P @ H.T @ np.linalg.inv(S)
    x, C = X0.copy(), P.copy()
    log = log_notice(x, C, 0.0, row, np.empty((7, 4)))
    notice(x, C, 0.0, row, np.empty((7, 4)))
    np.testing.assert_allclose(x, X0 + K @ v, rtol=1e-9)
    np.testing.assert_allclose(C, P - K @ S @ K.T, rtol=1e-8, atol=1e-6)
    assert log == pytest.approx(multivariate_normal(np.zeros(2), S).logpdf(v) + math.log(0.5 / 1e-9), rel=1e-9)


@pytest.mark.parametrize("sd_deg", [2.0, 5.0, 25.0])
def test_the_range_cells_hold_the_sector_evenly(sd_deg: float) -> None:
    """Sample targets that are even in area and their direction's error; compare number, mean and covariance."""
    row = heard((500.0, -300.0), 0.7, sd_deg=sd_deg)
    row[8] = math.inf
    xs, Ps, logs = np.empty((N_CELLS, 4)), np.empty((N_CELLS, 4, 4)), np.empty(N_CELLS)
    m = spread_along(row, 0.0, 30.0, 1e-9, xs, Ps, logs)
    x, P = np.empty(4), np.empty((4, 4))
    match_moments(xs, Ps, logs, m, x, P)
    rng = np.random.default_rng(1)
    r = 4_000.0 * np.sqrt(rng.random(400_000))
    az = 0.7 + sd_deg * DEG * rng.normal(size=r.size)
    sample = np.stack([500.0 + r * np.sin(az), -300.0 + r * np.cos(az)])
    np.testing.assert_allclose(x[[0, 2]], sample.mean(1), atol=8.0)
    np.testing.assert_allclose(P[np.ix_([0, 2], [0, 2])], np.cov(sample), rtol=0.01, atol=6_000.0)
    assert np.exp(logs).sum() == pytest.approx(1e-9 * 0.6 / 0.016 * 0.5 * 4_000.0**2, rel=1e-9)


CROSSINGS = [
    ((0.0, 0.0), (4_000.0, 0.0), (2_000.0, 2_000.0)),
    ((0.0, 0.0), (4_000.0, 0.0), (1_200.0, 2_200.0)),
    ((0.0, 0.0), (2_000.0, 3_400.0), (1_900.0, 1_000.0)),
    ((0.0, 0.0), (4_000.0, 0.0), (3_200.0, 900.0)),
]


@pytest.mark.parametrize(("a", "b", "target"), CROSSINGS)
def test_a_crossing_is_the_posterior_on_a_dense_grid(
    a: tuple[float, float], b: tuple[float, float], target: tuple[float, float]
) -> None:
    """Light and a target that stands: the posterior in the plane is a product of two densities, summed on a grid."""
    rows = []
    for k, at in enumerate((a, b)):
        row = heard(at, math.atan2(target[0] - at[0], target[1] - at[1]) + (0.04, -0.05)[k], sensor=k)
        row[8] = math.inf
        rows.append(row)
    settings = CrossingSettings(speed_sd_mps=1e-3, born_max=0.99, intensity_per_km2=1e-4)
    xs, Ps, _, existence, *_ = cross_all(np.array(rows), 1, np.full((2, 5), math.nan), as_array(settings))
    axis = np.arange(-3_000.0, 7_500.0, 20.0)
    gx, gy = np.meshgrid(axis, axis, indexing="ij")
    density = np.full(gx.shape, 1e-10)
    for row in rows:
        off = np.arctan2(gx - row[3], gy - row[4]) - row[1]
        off = (off + math.pi) % (2 * math.pi) - math.pi
        share = np.clip(11.0 - 10.0 * np.hypot(gx - row[3], gy - row[4]) / 4_000.0, 0.0, 1.0)
        share[np.hypot(gx - row[3], gy - row[4]) > 4_200.0] = 0.0
        density *= 0.6 / 0.016 * share * norm.pdf(off, 0.0, 5.0 * DEG)
    mass = density.sum() * 20.0**2
    w = density / density.sum()
    mean = np.array([(w * gx).sum(), (w * gy).sum()])
    d = np.stack([gx - mean[0], gy - mean[1]])
    cov = np.einsum("aij,bij,ij->ab", d, d, w)
    assert len(existence) == 1
    got = Ps[0][np.ix_([0, 2], [0, 2])]
    assert np.hypot(*(xs[0, [0, 2]] - mean)) < 0.25 * math.sqrt(np.linalg.eigvalsh(cov)[0])
    ratio = np.linalg.eigvals(np.linalg.solve(cov, got)).real
    assert ratio.min() > 0.7
    assert ratio.max() < 1.4
    assert existence[0] / (1 - existence[0]) == pytest.approx(mass, rel=0.25)
