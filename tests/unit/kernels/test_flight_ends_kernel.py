"""Single hypotheses flown against what mechanics and the formulas of search theory say of them."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from sargas.kernels import flight_ends as fe

F64 = NDArray[np.float64]

N = 400
LAYERS = np.zeros(1)
FLAT = np.zeros((1, 1), dtype=np.float32)


def hypothesis(**given: float) -> F64:
    """A flight of 40 m/s at 400 m that ends at once and falls, unless told otherwise."""
    row = np.zeros(fe.N_GROUP)
    values = {
        "CONDUCT": fe.COURSE, "RANGE_M": 1e5, "POWER_LOW_S": 1e6, "POWER_HIGH_S": 1e6, "HEIGHT_MEAN_M": 400.0,
        "TURN_LOW": 0.002, "TURN_HIGH": 0.02, "FALLS": 1.0, "GLIDE_LOW": 8.0, "GLIDE_HIGH": 8.0,
        "GLIDE_SPEED_LOW": 30.0, "GLIDE_SPEED_HIGH": 30.0, "FALL_LOW": 40.0, "FALL_HIGH": 40.0,
        "CHUTE_LOW": 5.0, "CHUTE_HIGH": 5.0, "SPEED_LOW": 20.0, "SPEED_HIGH": 60.0,
    }  # fmt: skip
    for name, value in (values | given).items():
        row[getattr(fe, name)] = value
    return row


def flown(
    group: F64,
    *,
    seed: int = 1,
    n: int = N,
    velocity: tuple[float, float] = (0.0, 40.0),
    wind: tuple[float, float] = (0.0, 0.0),
    clues: F64 | None = None,
    silent: float = 0.0,
    hidden: float = 0.0,
    watched_s: float = 0.0,
    ground: NDArray[np.float32] = FLAT,
    ground_cell_m: float = 500.0,
) -> tuple[F64, F64]:
    rows = np.zeros((0, fe.N_CLUE)) if clues is None else clues
    out, fits = np.empty((n, fe.N_OUT)), np.empty((n, rows.shape[0]))
    tables = np.full((1, 1, 200, 200), silent, dtype=np.float32)
    fe.fly(
        np.random.default_rng(seed), np.array([0.0, 0.0, *velocity]), 1e-6 * np.eye(4), group,
        np.array([*wind, 0.0]), rows, tables, LAYERS, 1_000.0, np.array([hidden]), watched_s,
        ground, ground_cell_m, out, fits,
    )  # fmt: skip
    return out, fits


def clue(**given: float) -> F64:
    row = np.zeros((1, fe.N_CLUE))
    values = {
        "VARIANCE": 1e6,
        "TIME_SD": 1.0,
        "AZIMUTH": math.nan,
        "AZIMUTH_SD": 1.0,
        "AREA": 1e9,
        "RELIABILITY": 0.5,
    }
    for name, value in (values | given).items():
        row[0, getattr(fe, name)] = value
    return row


def test_the_same_random_numbers_give_the_same_flights() -> None:
    group = hypothesis(CONDUCT=fe.WANDER, REACH_M=30_000.0, GLIDES=1.0, FALLS=0.0)
    assert np.array_equal(flown(group, n=50)[0], flown(group, n=50)[0])
    assert not np.array_equal(flown(group, n=50)[0], flown(group, n=50, seed=2)[0])


def test_a_straight_glide_goes_as_far_as_height_and_glide_ratio_carry() -> None:
    out, _ = flown(hypothesis(GLIDES=1.0, FALLS=0.0))
    distance = np.hypot(out[:, fe.OUT_X], out[:, fe.OUT_Y])
    assert np.max(distance) <= 8.0 * 400.0 * 1.0001
    assert np.median(distance) == pytest.approx(3_200.0, rel=0.001)  # most go straight
    assert out[:, fe.OUT_TIME] == pytest.approx(3_200.0 / 30.0)


def test_wind_carries_a_parachute_by_its_profile() -> None:
    out, _ = flown(hypothesis(PARACHUTE=1.0, FALLS=0.0), wind=(6.0, 0.0))
    # 400 m at 5 m/s is 80 s; the wind is 6 m/s at 10 m, and 6 (400/10)^(1/7) = 10.16 m/s at 400 m
    assert np.median(out[:, fe.OUT_X]) == pytest.approx(80.0 * 0.5 * (6.0 + 6.0 * 40.0 ** (1 / 7)), rel=0.01)


def test_what_falls_stays_near_and_never_falls_faster_than_freely() -> None:
    out, _ = flown(hypothesis(IS_FALL=1.0))
    assert np.max(np.hypot(out[:, fe.OUT_X], out[:, fe.OUT_Y])) <= 40.0 * 6.0
    assert np.min(out[:, fe.OUT_TIME]) >= math.sqrt(2.0 * 400.0 / 9.80665)


def test_what_hits_an_obstacle_stays_where_it_was_hit() -> None:
    out, _ = flown(hypothesis(IS_OBSTACLE=1.0, GLIDES=1.0, FALLS=0.0))
    assert np.max(np.hypot(out[:, fe.OUT_X], out[:, fe.OUT_Y])) < 1.0


def test_on_course_every_distance_within_reach_is_alike_likely() -> None:
    out, _ = flown(hypothesis(IS_OBSTACLE=1.0, REACH_M=60_000.0), n=1_000)
    along = np.sort(np.hypot(out[:, fe.OUT_X], out[:, fe.OUT_Y])) / 60_000.0
    # Kolmogorov-Smirnov against the even distribution: 1.63 / sqrt(n) is passed by 99 %; turns only shorten the way
    assert np.max(np.abs(along - (np.arange(1_000) + 0.5) / 1_000.0)) < 1.63 / math.sqrt(1_000) + 0.06


def test_what_orbits_stays_within_its_circle() -> None:
    out, _ = flown(hypothesis(CONDUCT=fe.ORBIT, IS_OBSTACLE=1.0, REACH_M=60_000.0), n=600)
    within = np.hypot(out[:, fe.OUT_X], out[:, fe.OUT_Y]) < 2.0 * fe.ORBIT_HIGH_M
    assert np.mean(within) > fe.ORBIT_NOW
    assert np.max(np.abs(out[within, fe.OUT_X])) > 500.0


def test_what_returns_comes_down_behind() -> None:
    out, _ = flown(hypothesis(CONDUCT=fe.RETURN, IS_OBSTACLE=1.0, REACH_M=60_000.0))
    assert np.mean(out[:, fe.OUT_Y] < 0.0) > 0.7


def test_what_is_astray_spreads_wider_than_what_is_on_course() -> None:
    course, _ = flown(hypothesis(IS_OBSTACLE=1.0, REACH_M=40_000.0))
    astray, _ = flown(hypothesis(CONDUCT=fe.WANDER, IS_OBSTACLE=1.0, REACH_M=40_000.0))
    assert np.median(np.abs(astray[:, fe.OUT_X])) > 4.0 * np.median(np.abs(course[:, fe.OUT_X]))


def test_known_power_ends_the_flight_when_it_ends() -> None:
    group = hypothesis(IS_POWER_END=1.0, POWER_LOW_S=500.0, POWER_HIGH_S=600.0, LANDS=1.0, FALLS=0.0)
    out, _ = flown(group)
    assert np.min(out[:, fe.OUT_TIME]) > 500.0
    assert np.max(out[:, fe.OUT_TIME]) < 600.0 + 400.0 / 3.0 + 1.0


@pytest.mark.parametrize("hidden", [0.0, 0.3])
def test_every_second_in_view_counts_unless_it_is_hidden(hidden: float) -> None:
    group = hypothesis(IS_OBSTACLE=1.0, IS_POWER_END=1.0, POWER_LOW_S=300.0, POWER_HIGH_S=300.0)
    out, _ = flown(group, silent=-0.01, watched_s=100.0, hidden=hidden)
    expected = math.log(hidden + (1.0 - hidden) * math.exp(-1.0))
    assert np.all(np.abs(out[:, fe.OUT_LOG_WEIGHT] - expected) < 0.15)


def test_a_report_of_where_it_passes_weighs_by_its_density_over_that_of_anywhere() -> None:
    group = hypothesis(IS_OBSTACLE=1.0, IS_POWER_END=1.0, POWER_LOW_S=300.0, POWER_HIGH_S=300.0)
    out, fits = flown(group, clues=clue(X=0.0, Y=4_000.0, TIME=100.0))
    # there at that second: 1/(2 pi sd^2) of 1e6 m2 times 1e9 m2; sd along widened by 40 m/s times 1 s, hardly at all
    ratio = 1e9 / (2.0 * math.pi * 1e6)
    best = math.log(0.5 + 0.5 * ratio)
    assert np.max(out[:, fe.OUT_LOG_WEIGHT]) <= best + 1e-3
    assert np.median(out[:, fe.OUT_LOG_WEIGHT]) == pytest.approx(best, abs=0.1)
    assert np.median(fits) == pytest.approx(0.5 * ratio / (0.5 + 0.5 * ratio), abs=0.01)


def test_a_direction_away_from_it_speaks_against() -> None:
    group = hypothesis(IS_OBSTACLE=1.0, IS_POWER_END=1.0, POWER_LOW_S=300.0, POWER_HIGH_S=300.0)
    place = {"X": 4_000.0, "Y": 4_000.0, "TIME": 100.0, "AZIMUTH_SD": math.radians(10.0), "VARIANCE": 4e6}
    towards, _ = flown(group, clues=clue(**place, AZIMUTH=math.radians(270.0)))
    away, _ = flown(group, clues=clue(**place, AZIMUTH=math.radians(90.0)))
    assert np.median(towards[:, fe.OUT_LOG_WEIGHT]) > np.median(away[:, fe.OUT_LOG_WEIGHT]) + 1.0


def test_nobody_hears_what_is_down_already() -> None:
    out, fits = flown(hypothesis(IS_OBSTACLE=1.0), clues=clue(Y=0.0, TIME=1_000.0, RELIABILITY=0.8))
    assert out[:, fe.OUT_LOG_WEIGHT] == pytest.approx(math.log(0.2))
    assert np.all(fits == 0.0)


def test_a_bang_says_where_and_when_it_ended() -> None:
    group = hypothesis(IS_OBSTACLE=1.0, REACH_M=40_000.0)
    out, _ = flown(group, clues=clue(WHAT=fe.AT_THE_END, Y=20_000.0, TIME=500.0, TIME_SD=30.0, RELIABILITY=0.9))
    best = out[np.argsort(-out[:, fe.OUT_LOG_WEIGHT])[:20]]
    assert np.all(np.abs(best[:, fe.OUT_Y] - 20_000.0) < 2_500.0)
    assert np.all(np.abs(best[:, fe.OUT_TIME] - 500.0) < 100.0)


def test_smoke_says_where_and_not_when() -> None:
    out, _ = flown(
        hypothesis(IS_OBSTACLE=1.0, REACH_M=40_000.0),
        clues=clue(WHAT=fe.ON_THE_GROUND, Y=20_000.0, TIME=math.inf, RELIABILITY=0.9),
    )
    best = out[np.argmax(out[:, fe.OUT_LOG_WEIGHT])]
    assert abs(best[fe.OUT_Y] - 20_000.0) < 2_000.0


def test_an_engine_that_stopped_says_where_the_descent_began() -> None:
    group = hypothesis(GLIDES=1.0, FALLS=0.0, REACH_M=40_000.0)
    out, _ = flown(
        group, clues=clue(WHAT=fe.AT_POWER_END, Y=20_000.0, TIME=500.0, TIME_SD=20.0, RELIABILITY=0.9), n=1_500
    )
    best = out[np.argsort(-out[:, fe.OUT_LOG_WEIGHT])[:20]]
    assert np.all(best[:, fe.OUT_Y] > 17_000.0)
    assert np.all(best[:, fe.OUT_Y] < 26_500.0)


def test_nothing_flies_through_a_hill() -> None:
    ground = np.zeros((100, 100), dtype=np.float32)
    ground[60:, :] = 900.0  # from 5 km north on, higher than it flies
    out, _ = flown(hypothesis(IS_OBSTACLE=1.0, REACH_M=60_000.0), ground=ground)
    assert np.max(out[:, fe.OUT_Y]) < 5_000.0 + 60_000.0 / fe.N_STEPS


def test_an_unknown_height_is_drawn_from_the_kinds_own() -> None:
    group = hypothesis(HEIGHT_MEAN_M=math.nan, HEIGHT_LOW_M=100.0, HEIGHT_HIGH_M=1_000.0, GLIDES=1.0, FALLS=0.0)
    out, _ = flown(group)
    heights = out[:, fe.OUT_TIME] * 30.0 / 8.0
    assert np.min(heights) >= 99.0
    assert np.max(heights) <= 1_001.0
    assert np.median(heights) == pytest.approx(math.sqrt(100.0 * 1_000.0), rel=0.2)  # log-even


@pytest.mark.parametrize(("height_m", "factor"), [(10.0, 1.0), (5.0, 1.0), (1_280.0, 2.0)])
def test_the_wind_grows_by_the_seventh_root(height_m: float, factor: float) -> None:
    assert fe.wind_factor(height_m) == pytest.approx(factor)
