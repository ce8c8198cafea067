"""How straight a path was, on paths whose shape is known."""

import math

import numpy as np
import pytest

from sargas.search.manner import manner_of
from search_kit import PLANE, T0_S, at, loss


def path(shape: list[tuple[float, float]]) -> tuple[tuple[float, float, float], ...]:
    times = np.linspace(T0_S - 290.0, T0_S, len(shape))
    return tuple((float(t), *at(x, y)) for t, (x, y) in zip(times, shape, strict=True))


def straight(course_deg: float, noise_m: float = 0.0) -> list[tuple[float, float]]:
    rng = np.random.default_rng(1)
    east, north = math.sin(math.radians(course_deg)), math.cos(math.radians(course_deg))
    along = np.linspace(-12_000.0, 0.0, 30)
    return [(east * a + rng.normal(0.0, noise_m), north * a + rng.normal(0.0, noise_m)) for a in along.tolist()]


@pytest.mark.parametrize("course_deg", [0.0, 45.0, 135.0, 270.0])
def test_a_straight_path_gives_its_course(course_deg: float) -> None:
    manner = manner_of(loss(path=path(straight(course_deg, 40.0))), PLANE)
    assert manner.course_rad is not None
    assert math.degrees(manner.course_rad) % 360.0 == pytest.approx(course_deg, abs=1.0)
    assert manner.fits["course"] > 2.0 * manner.fits["wander"]
    assert "straight" in manner.why


def test_the_course_is_known_as_well_as_a_line_through_noise_can_be() -> None:
    noisy = manner_of(loss(path=path(straight(0.0, 100.0))), PLANE)
    clean = manner_of(loss(path=path(straight(0.0, 10.0))), PLANE)
    # 100 m over the root sum of squares of 30 points along 12 km: 0.3 degrees, and 0.4 of what a flight does itself
    assert math.degrees(noisy.course_sd_rad) == pytest.approx(
        math.hypot(math.degrees(100.0 / 19_600.0), 0.4), rel=0.3
    )
    assert clean.course_sd_rad < noisy.course_sd_rad


def test_a_path_in_bends_is_that_of_one_astray() -> None:
    bends = [(1_500.0 * math.sin(k / 4.0), -200.0 * (30 - k)) for k in range(30)]
    manner = manner_of(loss(path=path(bends)), PLANE)
    assert manner.fits["wander"] > 2.0 * manner.fits["course"]
    assert manner.course_rad is None


def test_circles_are_circling() -> None:
    circle = [(800.0 * math.cos(k / 2.0), 800.0 * math.sin(k / 2.0)) for k in range(30)]
    manner = manner_of(loss(path=path(circle)), PLANE)
    assert manner.fits["orbit"] > manner.fits["course"]


@pytest.mark.parametrize("points", [[], [(0.0, 0.0)], [(0.0, -900.0 + 30.0 * k) for k in range(30)]])
def test_too_little_of_a_path_says_nothing(points: list[tuple[float, float]]) -> None:
    manner = manner_of(loss(path=path(points)), PLANE)
    assert manner.fits == {}
    assert manner.course_rad is None


def test_without_a_path_a_turn_says_that_it_is_not_on_course() -> None:
    assert manner_of(loss(turn_rate_dps=3.0), PLANE).fits["course"] < 1.0
    assert manner_of(loss(turn_rate_dps=0.1), PLANE).fits == {}
