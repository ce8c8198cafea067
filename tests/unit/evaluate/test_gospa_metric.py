"""GOSPA and OSPA: the values by hand and by Stone Soup, and the laws of a metric."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sargas.evaluate.assignment import best_pairs
from sargas.evaluate.gospa import gospa, ospa, over_time
from sargas.model.errors import DataError

Points = NDArray[np.float64]
NONE = np.empty((0, 2))


def points(*places: tuple[float, float]) -> Points:
    return np.array(places, dtype=np.float64).reshape(-1, 2)


# --- by hand ---


def test_one_pair_one_missed_one_false_add_up() -> None:
    truth = points((0.0, 0.0), (10_000.0, 0.0))
    tracks = points((300.0, 400.0), (-10_000.0, 0.0))
    found = gospa(truth, tracks, c_m=1_000.0)
    # The pair is 500 m apart; a missed and a false point cost c^2/2 each.
    assert (found.localisation, found.missed, found.false) == (500.0**2, 500_000.0, 500_000.0)
    assert (found.n_missed, found.n_false) == (1, 1)
    assert found.total_m == pytest.approx(math.sqrt(1_250_000.0))
    # OSPA: two points each, one pair at 500 m, one cut off at 1,000 m: sqrt((250,000 + 1,000,000) / 2).
    assert ospa(truth, tracks, c_m=1_000.0) == pytest.approx(math.sqrt(625_000.0))


def test_alpha_of_one_prices_the_missing_point_at_the_full_cut_off() -> None:
    truth = points((0.0, 0.0), (10_000.0, 0.0))
    tracks = points((300.0, 400.0))
    # Definition 1: 500^2 + c^2/alpha * |2 - 1|.
    assert gospa(truth, tracks, 1_000.0, alpha=1.0).total_m == pytest.approx(math.sqrt(1_250_000.0))
    assert gospa(truth, tracks, 1_000.0, alpha=2.0).total_m == pytest.approx(math.sqrt(750_000.0))


def test_the_pairing_is_the_best_over_all_not_the_nearest_first() -> None:
    truth = points((0.0, 0.0), (100.0, 0.0))
    tracks = points((90.0, 0.0), (-50.0, 0.0))
    # Nearest first pairs 90 with 100 and leaves 0 with -50: 100 + 2,500, which is also the best; shifted, it is not:
    assert gospa(truth, tracks, 1_000.0).localisation == pytest.approx(10.0**2 + 50.0**2)
    crowded = points((60.0, 0.0), (160.0, 0.0))
    # Nearest first would take 100-60 (40) and 0-160 (160): 27,200; the best is 0-60 and 100-160: 7,200.
    assert gospa(truth, crowded, 1_000.0).localisation == pytest.approx(2 * 60.0**2)


def test_what_is_exactly_at_the_cut_off_is_no_pair() -> None:
    found = gospa(points((0.0, 0.0)), points((1_000.0, 0.0)), 1_000.0)
    assert (found.total_m, found.n_missed, found.n_false) == (1_000.0, 1, 1)


def test_lists_and_heights_are_points_too() -> None:
    assert gospa([[0.0, 0.0, 0.0]], [[0.0, 300.0, 400.0]]).total_m == pytest.approx(500.0)
    assert gospa([], [[1.0, 2.0]]).n_false == 1


def test_nothing_against_nothing_is_zero() -> None:
    assert gospa(NONE, NONE).total_m == 0.0
    assert ospa(NONE, NONE) == 0.0


def test_a_track_exactly_on_its_target_is_a_pair() -> None:
    found = gospa(points((5.0, 5.0)), points((5.0, 5.0)))
    assert (found.total_m, found.n_missed, found.n_false) == (0.0, 0, 0)


@pytest.mark.parametrize(("c_m", "p", "alpha"), [(0.0, 2.0, 2.0), (-1.0, 2.0, 2.0), (1.0, 0.5, 2.0), (1.0, 2.0, 2.1)])
def test_parameters_that_give_no_metric_are_refused(c_m: float, p: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="GOSPA needs c > 0"):
        gospa(NONE, NONE, c_m, p, alpha)


def test_a_crowd_that_cannot_be_weighed_is_refused() -> None:
    crowd = np.zeros((5_000, 2))
    with pytest.raises(DataError, match="choose a smaller cut-off"):
        gospa(crowd, crowd)


def test_over_time_keeps_every_moment_the_empty_ones_too() -> None:
    one = points((0.0, 0.0))
    series = over_time([(one, one), (one, NONE), (NONE, one), (NONE, NONE)], 1_000.0)
    assert series.gospa_m == pytest.approx([0.0, math.sqrt(500_000.0), math.sqrt(500_000.0), 0.0])
    assert series.n_missed.tolist() == [0, 1, 0, 0]
    assert series.n_false.tolist() == [0, 0, 1, 0]
    assert series.since(2).n_tracks.tolist() == [1, 0]


# --- computed with Stone Soup 1.9.1, GOSPAMetric(p, c=1000).compute_gospa_metric on the very same points ---


def low_discrepancy(n: int, size_m: float, first: int) -> Points:
    k = np.arange(1, n + 1) + first
    return size_m * np.stack([k * 0.6180339887498949 % 1.0, k * 0.4142135623730951 % 1.0], axis=1)


def displaced(truth: Points, m: int, off_m: float, size_m: float) -> Points:
    q = min(len(truth), m)
    k = np.arange(1, q + 1)
    near = truth[:q] + off_m * np.stack([np.sin(k), np.cos(3.0 * k)], axis=1)
    return np.concatenate([near[::-1], low_discrepancy(m - q, size_m, 1_000)])


STONE_SOUP = [
    # p, n, m, size, offset; distance, localisation, missed, false
    ((1, 3, 4, 5_000.0, 200.0), (1208.7376736797655, 708.7376736797653, 0.0, 500.0)),
    ((1, 12, 9, 5_000.0, 400.0), (4946.891579073281, 3446.8915790732817, 1500.0, 0.0)),
    ((1, 40, 44, 8_000.0, 300.0), (13329.013662230289, 11329.013662230289, 0.0, 2000.0)),
    ((1, 25, 25, 2_000.0, 500.0), (7655.3104074002895, 6655.3104074002895, 500.0, 500.0)),
    ((2, 3, 4, 5_000.0, 200.0), (819.4383579548534, 171479.2224877465, 0.0, 500000.0)),
    ((2, 12, 9, 5_000.0, 400.0), (1741.664566433138, 1533395.46196873, 1500000.0, 0.0)),
    ((2, 40, 44, 8_000.0, 300.0), (2339.859079740892, 3474940.5130458944, 0.0, 2000000.0)),
    ((2, 25, 25, 2_000.0, 500.0), (1849.901768281488, 3422136.5522909765, 0.0, 0.0)),
    ((2, 0, 5, 5_000.0, 0.0), (1581.1388300841897, 0.0, 0.0, 2500000.0)),
    ((2, 6, 0, 5_000.0, 0.0), (1732.0508075688772, 0.0, 3000000.0, 0.0)),
]  # fmt: skip


@pytest.mark.parametrize(("case", "expected"), STONE_SOUP)
def test_gospa_is_what_stone_soup_computed(
    case: tuple[int, int, int, float, float], expected: tuple[float, float, float, float]
) -> None:
    p, n, m, size_m, off_m = case
    truth = low_discrepancy(n, size_m, 0)
    found = gospa(truth, displaced(truth, m, off_m, size_m), 1_000.0, float(p))
    assert (found.total_m, found.localisation, found.missed, found.false) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("p", [1.0, 2.0, 3.0])
def test_gospa_agrees_with_an_installed_stone_soup(seed: int, p: float) -> None:
    pytest.importorskip("stonesoup", reason="Stone Soup is installed for benchmarks only")
    import datetime

    from stonesoup.metricgenerator.ospametric import GOSPAMetric
    from stonesoup.types.state import State

    now = datetime.datetime(2024, 1, 1)  # noqa: DTZ001 - Stone Soup's states carry no zone
    rng = np.random.default_rng(seed)
    truth, tracks = rng.uniform(0.0, 6_000.0, (rng.integers(1, 40), 2)), rng.uniform(0.0, 6_000.0, (30, 2))
    metric, _ = GOSPAMetric(p=p, c=1_000.0).compute_gospa_metric(
        [State(point.reshape(-1, 1), now) for point in tracks], [State(point.reshape(-1, 1), now) for point in truth]
    )
    found = gospa(truth, tracks, 1_000.0, p)
    parts = [metric.value[name] for name in ("distance", "localisation", "missed", "false")]
    expected = pytest.approx([float(part) for part in parts], rel=1e-12, abs=1e-9)
    assert [found.total_m, found.localisation, found.missed, found.false] == expected


# --- laws ---

coordinates = st.floats(-2_000.0, 2_000.0, allow_nan=False).map(lambda x: round(x, 3))
sets = st.lists(st.tuples(coordinates, coordinates), max_size=7).map(lambda places: points(*places))
powers = st.sampled_from([1.0, 1.5, 2.0, 3.0])
alphas = st.sampled_from([0.5, 1.0, 2.0])
cutoffs = st.sampled_from([1.0, 300.0, 1_000.0, 10_000.0])


@settings(deadline=None)
@given(sets, sets, cutoffs, powers, alphas)
def test_gospa_is_zero_for_the_same_points_in_any_order_and_for_no_others(
    x: Points, y: Points, c_m: float, p: float, alpha: float
) -> None:
    assert gospa(x, x[::-1], c_m, p, alpha).total_m <= 1e-4
    if sorted(map(tuple, x.tolist())) != sorted(map(tuple, y.tolist())):
        assert gospa(x, y, c_m, p, alpha).total_m > 1e-5


@settings(deadline=None)
@given(sets, sets, cutoffs, powers, alphas)
def test_gospa_and_ospa_are_symmetric(x: Points, y: Points, c_m: float, p: float, alpha: float) -> None:
    there, back = gospa(x, y, c_m, p, alpha), gospa(y, x, c_m, p, alpha)
    assert there.total_m == pytest.approx(back.total_m, rel=1e-9, abs=1e-4)
    assert ospa(x, y, c_m, p) == pytest.approx(ospa(y, x, c_m, p), rel=1e-9, abs=1e-4)


@settings(max_examples=200, deadline=None)
@given(st.tuples(sets, sets, sets), cutoffs, powers, alphas)
def test_gospa_and_ospa_obey_the_triangle_inequality(
    three: tuple[Points, Points, Points], c_m: float, p: float, alpha: float
) -> None:
    x, y, z = three

    def direct(a: Points, b: Points) -> float:
        return gospa(a, b, c_m, p, alpha).total_m

    assert direct(x, z) <= (direct(x, y) + direct(y, z)) * (1.0 + 1e-9) + 1e-6
    assert ospa(x, z, c_m, p) <= (ospa(x, y, c_m, p) + ospa(y, z, c_m, p)) * (1.0 + 1e-9) + 1e-6


@settings(deadline=None)
@given(sets, sets, cutoffs, powers)
def test_both_are_the_least_over_all_permutations(x: Points, y: Points, c_m: float, p: float) -> None:
    few, many = sorted((x, y), key=len)
    few = few[:5]
    cut = [[min(c_m, math.dist(a, b)) ** p for b in many] for a in few]
    orders = itertools.permutations(range(len(many)), len(few))
    least = min(sum(cut[row][column] for row, column in enumerate(order)) for order in orders)
    gap = len(many) - len(few)
    assert gospa(few, many, c_m, p).total_m == pytest.approx((least + c_m**p / 2.0 * gap) ** (1.0 / p), abs=1e-4)
    whole = (least + c_m**p * gap) / max(1, len(many))
    assert ospa(few, many, c_m, p) == pytest.approx(whole ** (1.0 / p), abs=1e-4)


@settings(deadline=None)
@given(sets, sets, cutoffs)
def test_pairs_are_one_to_one_and_within_the_limit(x: Points, y: Points, limit_m: float) -> None:
    pairs = best_pairs(x, y, limit_m)
    assert np.unique(pairs.first).size == np.unique(pairs.second).size == pairs.first.size
    assert (pairs.distance_m < limit_m).all()
    assert (np.diff(pairs.first) > 0).all()
