"""The normal equations of registration against plain numpy with Jacobians by differences."""

import math

import numpy as np
import pytest

from sargas.kernels.registration import gather
from sargas.kernels.registration_tables import (
    ANCHOR,
    ANGLE,
    BEARING,
    BIN_RAD,
    COOPERATIVE,
    HEARING,
    MOVING,
    N_BIN,
    N_STAT,
    PLACE,
    PLOT,
    POINTING,
    QUOTA,
    RANGING,
    SOUND_MPS,
    Rows,
    Sensors,
    make_groups,
    make_targets,
    take_off,
    without_bias,
)

SITES = np.array([[0.0, 0.0], [50_000.0, -20_000.0], [-8_000.0, 3_000.0]])
PRIOR = np.array([500.0, math.radians(2.0), math.radians(1.5), 1.0])
LONGEST_S, ACCELERATION, COMMON_M = 15.0, 2.0, 15.0
PAR = np.array([5.0, LONGEST_S, ACCELERATION, COMMON_M, 0.0, 50.0, 500.0, math.radians(3.0)])
NOBODY = np.zeros(0, np.int64)


def sensors(third: int = POINTING) -> Sensors:
    what = np.array([RANGING, RANGING, third], np.int8)
    table = Sensors(
        what, np.array([0, 1, -1]), SITES.copy(), np.zeros((3, 4)), np.tile(np.diag(PRIOR**2), (3, 1, 1)),
        np.ones((3, 2)), np.zeros((3, N_STAT)), np.zeros((3, 2, N_BIN, 5), np.float32), np.zeros((3, 5)),
        np.zeros((3, 2)), np.full(3, 50.0**2),
    )  # fmt: skip
    table.last[:, QUOTA] = 100.0
    return table


def told(x: float, y: float, vx: float, vy: float) -> dict[str, object]:
    return {
        "t": 10.0, "sensor": -1, "kind": MOVING, "role": COOPERATIVE, "z": (x, y, vx, vy),
        "r": (100.0, 0.0, 100.0, 4.0),
    }  # fmt: skip


def plotted(t: float, sensor: int, x: float, y: float) -> dict[str, object]:
    return {"t": t, "sensor": sensor, "kind": PLACE, "role": PLOT, "z": (x, y, 0.0, 0.0), "r": R}


def pointed(azimuth: float, reach: float) -> dict[str, object]:
    return {
        "t": 10.0, "sensor": 2, "kind": ANGLE, "role": BEARING, "z": (azimuth, *SITES[2], reach),
        "r": (0.03**2, 0.0, 0.0, 0.0),
    }  # fmt: skip


def rows(*items: dict[str, object]) -> Rows:
    blank: dict[str, object] = {
        "target": 7,
        "velocity": (120.0, -160.0, 3.0),
        "height": (math.nan, math.nan),
        "is_assumed": False,
    }
    full = [blank | item for item in items]
    return Rows(
        np.array([item["t"] for item in full], float), np.array([item["sensor"] for item in full]),
        np.array([item["kind"] for item in full]), np.array([item["role"] for item in full]),
        np.array([item["z"] for item in full], float), np.array([item["r"] for item in full], float),
        np.array([item["target"] for item in full]), np.array([item["velocity"] for item in full], float),
        np.array([item["height"] for item in full], float), np.array([item["is_assumed"] for item in full]),
    )  # fmt: skip


def measured(site: np.ndarray, place: np.ndarray, velocity: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return where a sensor with bias b places a target that is at `place` at the stated time."""
    seen = place - b[3] * velocity - site
    rho, azimuth = np.hypot(*seen) + b[0], np.arctan2(*seen) + b[1]
    return site + rho * np.array([np.sin(azimuth), np.cos(azimuth)])


def jacobian(site: np.ndarray, place: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    steps = np.array([1.0, 1e-4, 1.0, 1e-2])
    columns = [
        (measured(site, place, velocity, b) - measured(site, place, velocity, -b)) / (2.0 * step)
        for b, step in zip(np.diag(steps), steps, strict=True)
    ]
    return np.stack(columns, axis=1)


def run(table: Sensors, batch: Rows, doubted: np.ndarray = NOBODY):
    groups, targets = make_groups(32), make_targets(64)
    covariance = np.diag(np.tile(PRIOR**2, 2))
    n = gather(table, covariance, targets, groups, batch, PAR, doubted, 0)
    return n, groups


COVARIANCE = np.array([[4_000.0, 1_500.0], [1_500.0, 9_000.0]])
R = (4_000.0, 1_500.0, 9_000.0, 0.0)
PLACE_THEN = np.array([31_000.0, 44_000.0])


def test_a_plot_and_a_cooperative_position_make_the_normal_equations_of_numpy() -> None:
    velocity, dt = np.array([120.0, -160.0]), 1.5
    plot = PLACE_THEN + dt * velocity + [70.0, -40.0]
    n, groups = run(
        sensors(),
        rows(
            told(*PLACE_THEN, *velocity),
            plotted(10.0 + dt, 0, *plot),
        ),
    )
    assert n == 1
    (at,) = np.flatnonzero(groups.key[:, 0] >= 0)
    assert groups.key[at].tolist() == [0, ANCHOR, 7]
    S = COVARIANCE + (100.0 + (2.0 * dt) ** 2 + (0.5 * ACCELERATION * dt**2) ** 2) * np.eye(2)
    J = jacobian(SITES[0], plot, velocity)
    W = np.linalg.inv(S)
    assert np.allclose(groups.A[at, :4, :4], J.T @ W @ J, rtol=1e-5, atol=1e-12)
    assert np.allclose(groups.v[at, :4], J.T @ W @ np.array([70.0, -40.0]), rtol=1e-5, atol=1e-12)
    u = (plot - SITES[0]) / np.hypot(*(plot - SITES[0]))
    axes = np.array([[u[0], u[1]], [u[1], -u[0]]]).T
    assert np.allclose(groups.A[at, :4, 8:10], J.T @ W @ axes, rtol=1e-5, atol=1e-12)


def test_two_radars_make_one_equation_of_both_and_each_plot_serves_once() -> None:
    velocity, dt = np.array([120.0, -160.0]), 3.0
    later = PLACE_THEN + dt * velocity + [-55.0, 25.0]
    first = plotted(10.0, 1, *PLACE_THEN)
    second = plotted(10.0 + dt, 0, *later)
    again = second | {"t": 11.0 + dt}
    n, groups = run(sensors(), rows(first, second, again))
    assert n == 1
    (at,) = np.flatnonzero(groups.key[:, 0] >= 0)
    assert groups.key[at].tolist() == [0, 1, 7]
    S = 2.0 * COVARIANCE + ((3.0 * dt) ** 2 + (0.5 * ACCELERATION * dt**2) ** 2) * np.eye(2)
    J = np.concatenate([jacobian(SITES[0], later, velocity), -jacobian(SITES[1], PLACE_THEN, velocity)], axis=1)
    W = np.linalg.inv(S)
    assert np.allclose(groups.A[at, :8, :8], J.T @ W @ J, rtol=1e-5, atol=1e-12)
    assert np.allclose(groups.v[at, :8], J.T @ W @ np.array([-55.0, 25.0]), rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("what", [POINTING, HEARING])
def test_a_bearing_is_compared_with_where_the_target_shows_itself(what: int) -> None:
    velocity, place = np.array([60.0, 20.0]), np.array([-5_000.0, 6_500.0])
    heard = place
    if what == HEARING:
        for _ in range(50):
            heard = place - velocity * np.hypot(*(heard - SITES[2])) / SOUND_MPS
    azimuth = math.atan2(*(heard - SITES[2]))
    n, groups = run(
        sensors(what),
        rows(
            told(*place, *velocity),
            pointed(azimuth + 0.02 + 2.0 * math.pi, 9_000.0),
        ),
    )
    assert n == 1
    (at,) = np.flatnonzero(groups.key[:, 0] >= 0)
    assert groups.v[at, 1] / groups.A[at, 1, 1] == pytest.approx(0.02, abs=1e-6)
    assert 1.0 / math.sqrt(groups.A[at, 1, 1]) == pytest.approx(
        math.hypot(0.03, 10.0 / np.hypot(*(heard - SITES[2]))), rel=1e-3
    )


def test_the_time_bias_is_not_sought_in_a_velocity_that_is_mostly_noise() -> None:
    plot = plotted(10.0, 0, *PLACE_THEN)
    for speed, is_sought in ((10.0, False), (20.0, True)):
        _, groups = run(sensors(), rows(told(*PLACE_THEN, speed, 0.0) | {"r": (100.0, 0.0, 100.0, 25.0)}, plot))
        (at,) = np.flatnonzero(groups.key[:, 0] >= 0)
        assert (groups.A[at, 3, 3] > 0.0) == is_sought


def test_a_doubted_position_is_no_reference() -> None:
    batch = rows(
        told(*PLACE_THEN, 120.0, -160.0),
        plotted(10.0, 0, *PLACE_THEN),
    )  # fmt: skip
    assert run(sensors(), batch)[0] == 1
    assert run(sensors(), batch, np.array([3, 7]))[0] == 0


def test_a_difference_is_counted_in_its_bin_though_the_row_belongs_to_nothing() -> None:
    table = sensors()
    off_rad = math.radians(-61.0)
    azimuth = math.atan2(*(PLACE_THEN - SITES[2])) + off_rad
    run(
        table,
        rows(
            told(*PLACE_THEN, 0.0, 0.0),
            pointed(azimuth, 90_000.0) | {"target": -1},
        ),
    )  # fmt: skip
    histogram = table.survey[2, 0, :, 0]
    (k,) = np.flatnonzero(histogram)
    assert histogram[k] == 1.0
    assert (k - N_BIN // 2) * BIN_RAD <= off_rad < (k + 1 - N_BIN // 2) * BIN_RAD


def test_what_is_taken_off_is_what_the_bias_put_on() -> None:
    rng = np.random.default_rng(3)
    b = np.array([140.0, 0.01, 0.0, 0.6])
    bias = np.stack([b, -b, np.zeros(4)])
    places, z = rng.uniform(-80_000.0, 80_000.0, (40, 2)), np.zeros((40, 4))
    sensor = rng.integers(0, 2, 40)
    for i in range(40):
        z[i, :2] = measured(SITES[sensor[i]], places[i], np.zeros(2), bias[sensor[i]])
    t, freed = np.empty(40), np.empty((40, 4))
    take_off(np.full(40, 5.0), sensor, np.full(40, PLACE), z, SITES, bias, t, freed)
    assert np.allclose(freed[:, :2], places, atol=1e-6)
    assert np.allclose(t, 5.0 - bias[sensor, 3])


def test_a_target_on_the_site_stays_there() -> None:
    assert without_bias(0.0, 0.0, 5.0, 6.0, 100.0, 0.1) == (5.0, 6.0)


def test_the_range_of_a_plot_whose_height_is_assumed_tells_nothing() -> None:
    plot = plotted(10.0, 0, *PLACE_THEN) | {"is_assumed": True}
    n, groups = run(sensors(), rows(told(*PLACE_THEN, 120.0, -160.0), plot))
    assert n == 1
    (at,) = np.flatnonzero(groups.key[:, 0] >= 0)
    rho = np.hypot(*PLACE_THEN)
    assert 1.0 / math.sqrt(groups.A[at, 0, 0]) > 1_000.0
    assert rho / math.sqrt(groups.A[at, 1, 1]) < 100.0 * rho
