"""The best hours of each asset in each sector: by the textbook, against other optimisers, under the dual bound."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, minimize
from scipy.special import softmax

from sargas.search.allocate import (
    LOSS,
    SMALLEST_H,
    WITHIN,
    allocate,
    expected_hours,
    per_hour,
    success,
    success_curve,
    tidy,
    water_fill,
    worth,
)
from sargas.search.plane import F64

KM2 = 1.0e6
PER_HOUR = KM2 / 3_600.0
"""The rate [m2/s] that covers a square kilometre once in an hour."""


def row(*values: float) -> F64:
    return np.array(values, dtype=np.float64)


def search(seed: int, n_sectors: int, n_assets: int, hours: float = 6.0) -> tuple[F64, F64, F64, F64]:
    """Return poc, area, rates and hours of unlike assets over unlike sectors; one in seven cannot search one."""
    rng = np.random.default_rng(seed)
    poc = 0.9 * softmax(1.5 * rng.standard_normal(n_sectors))
    area = rng.uniform(0.3, 3.0, n_sectors) * KM2
    rate = rng.lognormal(0.0, 0.7, (n_assets, n_sectors)) * PER_HOUR
    rate[rng.random(rate.shape) < 1.0 / 7.0] = 0.0
    return poc, area, rate, rng.uniform(0.3, 1.7, n_assets) * hours


def bound(spent: F64, poc: F64, area: F64, rate: F64, hours: F64) -> float:
    """Return what no plan exceeds: success is concave, so it lies below any of its tangents (Frank, Wolfe 1956)."""
    per_h = rate * 3_600.0 / area
    marginal = per_h * poc * np.exp(-(per_h * spent).sum(axis=0))
    return success(spent, poc, area, rate) + float(hours @ marginal.max(axis=1) - (marginal * spent).sum())


# --- the textbook ---


def test_equal_sectors_get_equal_hours() -> None:
    spent = allocate(row(0.3, 0.3), row(KM2, KM2), np.full((1, 2), PER_HOUR), row(5.0))
    assert spent == pytest.approx(np.array([[2.5, 2.5]]))


def test_a_thin_sector_is_entered_when_the_dense_one_has_sunk_to_it() -> None:
    # Koopman 1957; Stone 1975, chapter 2: all effort goes where p W v / A is greatest until exp(-z) p / A is what the
    # next offers. 0.6 on 1 km2 against 0.2 on 2 km2: ln(0.6 / 0.1) = 1.7918 h, then shared with equal marginals.
    poc, area, rate = row(0.6, 0.2), row(KM2, 2.0 * KM2), np.full((1, 2), PER_HOUR)
    enters_h = math.log(6.0)
    before = allocate(poc, area, rate, row(enters_h - 0.01))
    assert before == pytest.approx(np.array([[enters_h - 0.01, 0.0]]))
    # Beyond it a third goes to the dense km2 and two thirds to the thin two.
    assert allocate(poc, area, rate, row(enters_h + 3.0)) == pytest.approx(np.array([[enters_h + 1.0, 2.0]]))


def test_the_circular_normal_target_has_stones_closed_form() -> None:
    # Stone 1975, example 2.2.1: search the disc of R^2 = 2 sigma sqrt(W v t / pi), and with u = R^2 / (2 sigma^2)
    # POS = 1 - (1 + u) exp(-u).
    sigma_m, side_m = 1_000.0, 100.0
    x = np.arange(-5_000.0, 5_000.0, side_m) + side_m / 2.0
    east, north = (axis.ravel() for axis in np.meshgrid(x, x))
    poc = np.exp(-(east**2 + north**2) / (2.0 * sigma_m**2)) * side_m**2 / (2.0 * np.pi * sigma_m**2)
    area, rate, hours = np.full(poc.shape, side_m**2), np.full((1, poc.size), PER_HOUR), 10.0
    spent = allocate(poc, area, rate, row(hours))
    radius2 = 2.0 * sigma_m * math.sqrt(hours * KM2 / math.pi)
    u = radius2 / (2.0 * sigma_m**2)
    assert success(spent, poc, area, rate) == pytest.approx(1.0 - (1.0 + u) * math.exp(-u), abs=1e-4)
    searched_m2 = side_m**2 * np.count_nonzero(spent)
    assert searched_m2 == pytest.approx(math.pi * radius2, rel=0.02)


def test_the_mean_time_to_a_circular_normal_target_is_stones() -> None:
    # Integrating 1 - POS of the case above over all time: 6 pi sigma^2 / (W v). sigma = 500 m, 1 km2/h: 4.712 h.
    sigma_m, side_m = 500.0, 50.0
    x = np.arange(-2_500.0, 2_500.0, side_m) + side_m / 2.0
    east, north = (axis.ravel() for axis in np.meshgrid(x, x))
    poc = np.exp(-(east**2 + north**2) / (2.0 * sigma_m**2)) * side_m**2 / (2.0 * np.pi * sigma_m**2)
    curve = success_curve(poc, np.full(poc.shape, side_m**2), np.full((1, poc.size), PER_HOUR), row(60.0))
    assert expected_hours(curve) == pytest.approx(6.0 * math.pi * 0.25, rel=0.03)


def test_each_of_two_specialists_goes_where_it_is_good() -> None:
    # By hand: a dog in the wood, an aircraft in the open, each ten times better there; equal sectors.
    rate = np.array([[1.0, 0.1], [0.1, 1.0]]) * PER_HOUR
    spent = allocate(row(0.4, 0.4), row(KM2, KM2), rate, row(1.0, 1.0))
    assert spent == pytest.approx(np.eye(2), abs=1e-6)


def test_what_is_on_its_way_already_counts_as_spent() -> None:
    # 1.5 h of coverage in the first sector leave it with the pull of a fresh one of 0.4 exp(-1.5).
    poc, area, rate = row(0.4, 0.4), row(KM2, KM2), np.full((1, 2), PER_HOUR)
    spent = allocate(poc, area, rate, row(2.5), searched=row(1.5, 0.0))
    assert spent == pytest.approx(np.array([[0.5, 2.0]]))
    assert spent == pytest.approx(allocate(poc * np.exp([-1.5, 0.0]), area, rate, row(2.5)))


# --- against others ---


@pytest.mark.parametrize("seed", range(8))
def test_no_general_optimiser_finds_more(seed: int) -> None:
    poc, area, rate, hours = search(seed, n_sectors=7, n_assets=3)
    n_assets, n_sectors = rate.shape
    per_h = rate * 3_600.0 / area

    def missed(flat: F64) -> float:
        return float(poc @ np.exp(-(per_h * flat.reshape(rate.shape)).sum(axis=0)))

    def slope(flat: F64) -> F64:
        left = poc * np.exp(-(per_h * flat.reshape(rate.shape)).sum(axis=0))
        return -(per_h * left).ravel()

    theirs = minimize(
        missed,
        np.repeat(hours / n_sectors, n_sectors),
        jac=slope,
        method="SLSQP",
        bounds=Bounds(0.0, np.inf),
        constraints=[LinearConstraint(np.kron(np.eye(n_assets), np.ones(n_sectors)), 0.0, hours)],
        options={"ftol": 1e-12, "maxiter": 500},
    )
    ours = success(allocate(poc, area, rate, hours), poc, area, rate)
    best = float(poc.sum()) - theirs.fun
    assert ours >= best * (1.0 - WITHIN)
    assert ours <= best * (1.0 + WITHIN)


@pytest.mark.parametrize(
    ("n_sectors", "n_assets", "hours"), [(1, 1, 3.0), (5, 2, 0.2), (40, 6, 3.0), (40, 6, 60.0), (400, 40, 4.0)]
)
def test_the_dual_bound_certifies_that_nothing_better_exists(n_sectors: int, n_assets: int, hours: float) -> None:
    for seed in range(5):
        case = search(seed, n_sectors, n_assets, hours)
        spent = allocate(*case)
        assert success(spent, *case[:3]) >= bound(spent, *case) * (1.0 - 1.1 * WITHIN)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.floats(0.01, 50.0))
def test_one_searcher_leaves_every_searched_sector_equally_worth_while(seed: int, n: int, hours: float) -> None:
    # Everett 1963, Koopman 1957: equal marginal success where there is effort, no more of it elsewhere.
    rng = np.random.default_rng(seed)
    poc, per_h = rng.dirichlet(np.ones(n)) + 1e-9, rng.lognormal(0.0, 1.0, n)
    spent = water_fill(np.log(poc), per_h, hours)
    marginal = poc * per_h * np.exp(-per_h * spent)
    level = marginal[spent > 0.0].max()
    assert spent.sum() == pytest.approx(hours)
    assert marginal[spent > 0.0] == pytest.approx(np.full(np.count_nonzero(spent), level), rel=1e-6)
    assert (marginal <= level * (1.0 + 1e-6)).all()


# --- what holds of every plan ---


@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 6), st.floats(0.05, 40.0))
@settings(deadline=None, max_examples=50)
def test_hours_are_kept_and_none_go_where_an_asset_cannot_search(
    seed: int, n_sectors: int, n_assets: int, hours: float
) -> None:
    poc, area, rate, has_h = search(seed, n_sectors, n_assets, hours)
    spent = allocate(poc, area, rate, has_h)
    usable = (rate > 0.0).any(axis=1)
    assert (spent >= 0.0).all()
    assert spent.sum(axis=1) == pytest.approx(np.where(usable, has_h, 0.0), abs=1e-6 * hours)
    assert (spent[rate == 0.0] == 0.0).all()


def test_where_there_is_nothing_to_find_nobody_goes() -> None:
    rate = np.full((2, 3), PER_HOUR)
    spent = allocate(row(0.5, 0.0, 0.2), np.full(3, KM2), rate, row(4.0, 4.0))
    assert (spent[:, 1] == 0.0).all()
    assert (allocate(np.zeros(3), np.full(3, KM2), rate, row(4.0, 4.0)) == 0.0).all()
    assert allocate(np.zeros(0), np.zeros(0), np.zeros((2, 0)), row(4.0, 4.0)).shape == (2, 0)
    assert allocate(row(0.5), row(KM2), np.zeros((0, 1)), np.zeros(0)).shape == (0, 1)


def test_teams_that_are_alike_divide_the_sectors_instead_of_sharing_them() -> None:
    # Any split of the same total is as good; handed out in order, 8 teams cut 30 sectors in at most 7 places.
    poc, area, _, _ = search(1, n_sectors=30, n_assets=1)
    speeds = np.linspace(1.0, 2.0, 8)
    rate, hours = np.outer(speeds, np.ones(30)) * PER_HOUR, np.full(8, 6.0)
    spent = allocate(poc, area, rate, hours)
    alone = allocate(poc, area, np.full((1, 30), PER_HOUR), row(float(speeds @ hours)))
    assert success(spent, poc, area, rate) == pytest.approx(success(alone, poc, area, np.full((1, 30), PER_HOUR)))
    assert np.count_nonzero(spent) <= np.count_nonzero(alone) + 7


def test_unlike_assets_share_few_sectors_of_the_same_cover() -> None:
    # Within a cover it does not matter who searches which sector, so that of K assets over C covers at most (K - 1) C
    # sectors need more than one. Two covers, three kinds.
    poc, area, _, _ = search(4, n_sectors=60, n_assets=1)
    rate = np.repeat(row(1.0, 0.5, 6.0, 1.0, 2.0, 2.0).reshape(3, 2), 30, axis=1) * PER_HOUR
    spent = allocate(poc, area, rate, row(8.0, 5.0, 8.0))
    assert np.count_nonzero((spent > 0.0).sum(axis=0) > 1) <= 4


# --- tidied up ---


@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.integers(1, 6), st.floats(0.1, 20.0))
@settings(deadline=None, max_examples=50)
def test_tidying_keeps_the_hours_and_99_in_100_of_the_success(
    seed: int, n_sectors: int, n_assets: int, hours: float
) -> None:
    poc, area, rate, has_h = search(seed, n_sectors, n_assets, hours)
    spent = allocate(poc, area, rate, has_h)
    tidied = tidy(spent, poc, area, rate)
    assert tidied.sum(axis=1) == pytest.approx(spent.sum(axis=1))
    assert (tidied[rate == 0.0] == 0.0).all()
    assert success(tidied, poc, area, rate) >= success(spent, poc, area, rate) * (1.0 - LOSS) - 1e-12
    small, were = ((plan > 0.0) & (plan < SMALLEST_H) for plan in (tidied, spent))
    assert small.sum() <= were.sum()


def test_a_few_minutes_are_moved_to_where_the_same_asset_already_works() -> None:
    # By hand: 1 h in each of two sectors and 6 min in a third that holds almost nothing; the denser of the two gains.
    spent = np.array([[1.0, 0.1, 1.0]])
    tidied = tidy(spent, row(0.4, 0.001, 0.5), np.full(3, KM2), np.full((1, 3), PER_HOUR))
    assert tidied == pytest.approx(np.array([[1.0, 0.0, 1.1]]))


def test_a_few_minutes_that_find_much_stay_where_they_are() -> None:
    # 6 min of an aircraft that covers 1 km2 in 2 min: coverage 3, most of what there is to find.
    rate = np.full((1, 2), 30.0 * PER_HOUR)
    spent = np.array([[0.1, 0.5]])
    assert (tidy(spent, row(0.5, 0.1), row(KM2, KM2), rate) == spent).all()


# --- over time ---


def test_success_over_time_in_one_sector_is_the_exponential() -> None:
    # 2 km2 at 1 km2/h from the second hour on: 0.8 (1 - exp(-(t - 1) / 2)).
    curve = success_curve(row(0.8), row(2.0 * KM2), np.full((1, 1), PER_HOUR), row(6.0), delay_h=row(1.0))
    assert curve[0].hours == 0.0
    assert curve[-1].hours == pytest.approx(7.0)
    for point in curve:
        assert point.pos == pytest.approx(0.8 * -math.expm1(-max(point.hours - 1.0, 0.0) / 2.0))


def test_the_mean_time_in_one_sector_is_that_of_the_truncated_exponential() -> None:
    # Mean of an exponential of rate a, given that it comes before T: 1/a - T / (exp(a T) - 1). a = 1/2, T = 6 h.
    curve = success_curve(row(0.8), row(2.0 * KM2), np.full((1, 1), PER_HOUR), row(6.0))
    assert expected_hours(curve) == pytest.approx(2.0 - 6.0 / math.expm1(3.0), rel=0.01)
    later = success_curve(row(0.8), row(2.0 * KM2), np.full((1, 1), PER_HOUR), row(6.0), delay_h=row(3.0))
    assert expected_hours(later) == pytest.approx(5.0 - 6.0 / math.expm1(3.0), rel=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_the_curve_only_rises_and_each_point_is_the_best_by_then(seed: int) -> None:
    poc, area, rate, hours = search(seed, n_sectors=25, n_assets=4)
    delay = row(0.0, 0.0, 2.0, 5.0)
    curve = success_curve(poc, area, rate, hours, delay_h=delay)
    assert [point.pos for point in curve] == sorted(point.pos for point in curve)
    assert curve[0].pos == 0.0
    for point in curve[:: max(len(curve) // 6, 1)]:
        has_h = np.clip(point.hours - delay, 0.0, hours)
        best = success(allocate(poc, area, rate, has_h), poc, area, rate)
        assert point.pos == pytest.approx(best, rel=2.0 * WITHIN)
    assert curve[-1].hours == pytest.approx(float((delay + hours).max()))


def test_without_hours_or_hope_there_is_nothing_to_expect() -> None:
    rate = np.full((1, 2), PER_HOUR)
    assert expected_hours([]) is None
    assert expected_hours(success_curve(row(0.4, 0.4), row(KM2, KM2), rate, row(0.0))) is None
    assert expected_hours(success_curve(row(0.0, 0.0), row(KM2, KM2), rate, row(8.0))) is None
    assert expected_hours(success_curve(row(0.4), row(KM2), np.zeros((0, 1)), np.zeros(0))) is None


# --- what each asset is worth ---


def test_without_an_asset_is_the_best_search_of_the_others() -> None:
    poc, area, rate, hours = search(3, n_sectors=25, n_assets=4)
    curve = success_curve(poc, area, rate, hours)
    found = worth(["a", "b", "c", "d"], poc, area, rate, hours)
    assert [asset.asset_id for asset in found] == ["a", "b", "c", "d"]
    for k, asset in enumerate(found):
        others = np.arange(4) != k
        best = success(allocate(poc, area, rate[others], hours[others]), poc, area, rate[others])
        assert asset.pos_without == pytest.approx(best, rel=2.0 * WITHIN)
        assert asset.pos_without <= curve[-1].pos + WITHIN


def test_an_asset_that_finds_nothing_is_worth_nothing_and_twins_are_worth_the_same() -> None:
    poc, area = row(0.5, 0.2), row(KM2, KM2)
    rate = np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 0.0]]) * PER_HOUR
    first, second, idle = worth(["a", "b", "c"], poc, area, rate, np.full(3, 2.0))
    curve = success_curve(poc, area, rate, np.full(3, 2.0))
    assert idle.pos_without == pytest.approx(curve[-1].pos)
    assert idle.expected_h_without == pytest.approx(expected_hours(curve))
    assert (first.pos_without, first.expected_h_without) == (second.pos_without, second.expected_h_without)
    assert first.pos_without < idle.pos_without


def test_alone_without_itself_nothing_can_be_found() -> None:
    (only,) = worth(["a"], row(0.5), row(KM2), np.full((1, 1), PER_HOUR), row(2.0))
    assert (only.pos_without, only.expected_h_without) == (0.0, None)


def test_a_late_helicopter_shortens_the_search_less_than_one_that_is_there() -> None:
    poc, area, _, _ = search(5, n_sectors=20, n_assets=1)
    rate, hours = np.outer(row(1.0, 20.0), np.ones(20)) * PER_HOUR, row(20.0, 4.0)
    early = expected_hours(success_curve(poc, area, rate, hours, delay_h=row(0.0, 0.0)))
    late = expected_hours(success_curve(poc, area, rate, hours, delay_h=row(0.0, 10.0)))
    assert early is not None
    assert late is not None
    assert early < late


# --- ranking ---


def test_sectors_are_ranked_by_the_success_of_the_first_hour() -> None:
    # 0.3 on 1 km2 swept once: 0.3 (1 - 1/e) = 0.1896; 0.4 on 4 km2: 0.4 (1 - exp(-1/4)) = 0.0885; 0.6 unsearchable.
    found = per_hour(row(0.3, 0.4, 0.6), row(KM2, 4.0 * KM2, KM2), row(1.0, 1.0, 0.0) * PER_HOUR)
    assert found == pytest.approx([0.189636, 0.088480, 0.0], abs=1e-6)
