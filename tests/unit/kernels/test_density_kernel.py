"""What a sensor's clutter and detection are learned to be, against what a simulated sensor has."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import beta, gamma

from sargas.kernels import density
from sargas.kernels.density import CELL_CHANCES, CELL_CLUTTER, CELL_LOOKS, MEMORY_S, VIEW, G, View

F64 = NDArray[np.float64]
HALF_M = 7_900.0
CELL_M = 500.0
HOT = np.array([4_000.0, 4_000.0])
"""Corner of a cell of the grid about the origin."""
QUIET = [(-3_000.0, 2_000.0), (1_000.0, -6_000.0), (3_750.0, 4_250.0), (4_250.0, 3_750.0)]


def new_view() -> View:
    """Return the record of one sensor; one of numpy's has attributes uncompiled too."""
    return density.make_views(1).view(np.recarray)[0]


def look(view: View, plots: F64) -> None:
    """Count one look full of clutter."""
    view.n_looks += 1.0
    for x, y in plots:
        density.widen(view, x, y)
        density.count_clutter(view, x, y, 1.0)


def learned(n_looks: int, *, n_even: float = 40.0, n_hot: float = 0.0, seed: int = 1) -> View:
    """Return what is learned from a sensor with even clutter and one hot cell, in so many looks."""
    rng = np.random.default_rng(seed)
    view = new_view()
    look(view, np.array([[0.0, 0.0], [HALF_M, HALF_M], [-HALF_M, -HALF_M]]))
    for _ in range(n_looks):
        even = rng.uniform(-HALF_M, HALF_M, (rng.poisson(n_even), 2))
        hot = HOT + rng.uniform(0.0, CELL_M, (rng.poisson(n_hot), 2))
        look(view, np.concatenate([even, hot]))
    return view


EVEN_PER_M2 = 40.0 / (2.0 * HALF_M) ** 2


def test_even_clutter_is_learned_everywhere() -> None:
    view = learned(150)
    places = np.random.default_rng(8).uniform(-0.9 * HALF_M, 0.9 * HALF_M, (400, 2))
    found = np.array([density.clutter_at(view, x, y) for x, y in places])
    assert found.mean() == pytest.approx(EVEN_PER_M2, rel=0.15)
    assert found.max() < 3.0 * EVEN_PER_M2


def test_a_hot_spot_is_found_and_the_other_cells_stay_quiet() -> None:
    view = learned(1_000, n_hot=20.0)
    hot = 20.0 / CELL_M**2 + EVEN_PER_M2
    assert density.clutter_at(view, *(HOT + 250.0)) == pytest.approx(hot, rel=0.3)
    for place in QUIET:
        assert density.clutter_at(view, *place) < 2.0 * EVEN_PER_M2
    assert density.clutter_at(view, *(HOT + 250.0)) > 100.0 * EVEN_PER_M2


def test_a_hot_spot_is_believed_soon_and_never_overstated() -> None:
    hot = 20.0 / CELL_M**2
    found = [density.clutter_at(learned(n, n_hot=20.0), *(HOT + 250.0)) / hot for n in (10, 100, 1_000)]
    assert found == sorted(found)
    assert found[0] > 0.6
    assert 0.9 < found[2] < 1.05


def test_a_few_plots_by_chance_in_one_cell_are_no_hot_spot() -> None:
    view = learned(100)
    quiet = density.clutter_at(view, *QUIET[0])
    i, j = ((np.array(QUIET[0]) - [view.x0, view.y0]) // CELL_M).astype(int)
    view.clutter[i, j] += 5.0
    assert quiet < density.clutter_at(view, *QUIET[0]) < 2.0 * quiet


def test_a_cells_clutter_is_the_mean_of_a_gamma_whose_prior_is_the_whole_view() -> None:
    view = learned(100, n_hot=20.0)
    looks = view.n_looks + density.LOOKS_BEFORE
    whole = (view.n_clutter + density.PLOTS_BEFORE) / looks * CELL_M**2 / density.view_area(view)
    before = max(CELL_CLUTTER / whole, CELL_LOOKS)
    for place in QUIET:
        i, j = ((np.array(place) - [view.x0, view.y0]) // CELL_M).astype(int)
        posterior = gamma(whole * before + view.clutter[i, j], scale=1.0 / (before + looks))
        assert density.clutter_at(view, *place) == pytest.approx(posterior.mean() / CELL_M**2, rel=1e-12)


def test_before_the_first_look_clutter_and_detection_are_what_was_believed() -> None:
    view = new_view()
    expected = density.PLOTS_BEFORE / density.LOOKS_BEFORE / density.AREA_MIN_M2
    assert density.clutter_at(view, 5.0, -5.0) == pytest.approx(expected, rel=1e-2)
    assert density.detection_at(view, 5.0, -5.0) == pytest.approx(density.PD_BEFORE)


def test_detection_is_learned_by_place_slowly() -> None:
    rng = np.random.default_rng(2)
    view = learned(1)
    shadow = HOT + 100.0
    for _ in range(2_000):
        x, y = rng.uniform(-HALF_M, HALF_M, 2)
        density.count_detection(view, x, y, float(rng.random() < 0.95))
    for _ in range(400):
        density.count_detection(view, *shadow, float(rng.random() < 0.2))
    whole = (2_000 * 0.95 + 400 * 0.2) / 2_400
    believed = (400 * 0.2 + CELL_CHANCES * whole) / (400 + CELL_CHANCES)
    assert density.detection_at(view, *shadow) == pytest.approx(believed, abs=0.04)
    for place in QUIET:
        assert density.detection_at(view, *place) == pytest.approx(whole, abs=0.04)


def test_a_cells_detection_is_the_mean_of_a_beta_whose_prior_is_the_whole_view() -> None:
    view = learned(1)
    for k in range(50):
        density.count_detection(view, *HOT, float(k % 5 > 0))
        density.count_detection(view, -HOT[0], -HOT[1], 1.0)
    whole = (40.0 + 50.0 + density.PD_BEFORE * density.CHANCES_BEFORE) / (100.0 + density.CHANCES_BEFORE)
    posterior = beta(40.0 + CELL_CHANCES * whole, 10.0 + CELL_CHANCES * (1.0 - whole))
    assert density.detection_at(view, *HOT) == pytest.approx(posterior.mean(), rel=1e-12)


@pytest.mark.parametrize(("p", "limit"), [(0.0, density.PD_MIN), (1.0, density.PD_MAX)])
def test_no_detection_is_ever_certain_nor_hopeless(p: float, limit: float) -> None:
    view = learned(1)
    for _ in range(5_000):
        density.count_detection(view, *HOT, p)
    assert density.detection_at(view, *HOT) == limit


def test_a_half_believed_plot_counts_half() -> None:
    view = learned(1, n_even=0.0)
    before = view.n_clutter
    density.count_clutter(view, 1.0, 1.0, 0.5)
    assert view.n_clutter == before + 0.5


@pytest.mark.parametrize("far_m", [9e3, 40e3, 1e6])
def test_a_grid_that_widens_keeps_every_count_where_it_was(far_m: float) -> None:
    rng = np.random.default_rng(3)
    plots = np.concatenate([
        rng.uniform(-HALF_M, HALF_M, (300, 2)),
        rng.uniform(-far_m, far_m, (40, 2)),
        rng.uniform(-HALF_M, HALF_M, (100, 2)),
    ])  # fmt: skip
    view = new_view()
    for k, (x, y) in enumerate(plots):
        density.widen(view, x, y)
        density.count_clutter(view, x, y, 1.0)
        density.count_detection(view, x, y, 0.25 * (k % 5))
    edges = [corner + view.side * np.arange(G + 1) for corner in (view.x0, view.y0)]
    weights = 0.25 * (np.arange(len(plots)) % 5)
    np.testing.assert_array_equal(view.clutter, np.histogram2d(*plots.T, bins=edges)[0])
    np.testing.assert_array_equal(view.chances, view.clutter)
    np.testing.assert_allclose(view.hits, np.histogram2d(*plots.T, bins=edges, weights=weights)[0])
    assert view.clutter.sum() == len(plots)
    assert [view.low_x, view.low_y, view.high_x, view.high_y] == [*plots.min(axis=0), *plots.max(axis=0)]


def test_a_place_outside_the_grid_has_the_figures_of_the_nearest_cell() -> None:
    view = learned(200, n_hot=20.0)
    corner = (view.x0 + 0.5 * CELL_M, view.y0 + 0.5 * CELL_M)
    assert density.clutter_at(view, -1e7, -1e7) == density.clutter_at(view, *corner)
    assert density.detection_at(view, 1e7, 1e7) == density.detection_at(view, -1e7, 1e7)


def test_the_views_area_is_the_stated_one_or_the_box_about_its_plots() -> None:
    view = learned(50)
    assert density.view_area(view) == pytest.approx((2.0 * HALF_M) ** 2, rel=0.05)
    view.area_max = 5e8
    assert density.view_area(view) == 5e8
    small = new_view()
    density.widen(small, 3.0, 3.0)
    assert density.view_area(small) == density.AREA_MIN_M2


def test_counts_fade_with_the_memory_and_never_grow() -> None:
    view = learned(10, n_hot=5.0)
    density.count_detection(view, 0.0, 0.0, 1.0)
    density.fade(view, 1_000.0)  # the first call sets the clock
    view.began = -1e9
    before = {name: np.copy(view[name]) for name in ("clutter", "hits", "chances", "n_looks", "n_clutter", "n_hits")}
    density.fade(view, 1_000.0 + MEMORY_S)
    density.fade(view, 900.0)
    for name, was in before.items():
        np.testing.assert_allclose(view[name], was * math.exp(-1.0))
    density.fade(view, 1_000.0 + 100.0 * MEMORY_S)
    assert density.clutter_at(view, *HOT) == pytest.approx(
        density.PLOTS_BEFORE / density.LOOKS_BEFORE / density.view_area(view), rel=2e-3
    )


def test_what_is_young_forgets_sooner() -> None:
    view = learned(10)
    view.period = 4.0
    n = float(view.n_clutter)
    density.fade(view, 0.0)
    density.fade(view, 4.0)
    assert view.n_clutter == pytest.approx(n * math.exp(-4.0 / (density.MEMORY_LOOKS * 4.0)))


def test_fading_in_small_steps_is_fading_in_one() -> None:
    one, many = learned(10), learned(10)
    for view in (one, many):
        density.fade(view, 0.0)
        view.began = -1e9
    for view, times in ((one, [0.0, 60.0]), (many, np.linspace(0.0, 60.0, 16))):
        for t in times:
            density.fade(view, float(t))
    np.testing.assert_allclose(many.clutter, one.clutter, rtol=1e-12)
    assert many.n_looks == pytest.approx(one.n_looks)


def test_clutter_that_comes_with_the_weather_is_learned_within_the_memory() -> None:
    rng = np.random.default_rng(4)
    view = learned(1)
    for k in range(300):
        density.fade(view, 4.0 * k)
        n_mean = 10.0 if k < 150 else 60.0
        look(view, rng.uniform(-HALF_M, HALF_M, (rng.poisson(n_mean), 2)))
    mean = np.mean([density.clutter_at(view, *place) for place in QUIET])
    assert mean == pytest.approx(60.0 / (2.0 * HALF_M) ** 2, rel=0.2)


def test_the_period_is_the_usual_interval_though_looks_are_missed() -> None:
    rng = np.random.default_rng(5)
    view = new_view()
    density.learn_period(view, 8.0)  # of all times the first look was missed
    for _ in range(300):
        density.learn_period(view, 4.0 * rng.geometric(0.8) + rng.normal(0.0, 0.05))
    assert view.period == pytest.approx(4.0, rel=0.03)


@pytest.mark.parametrize("interval_s", [0.0, -4.0, 0.01, 500.0, math.inf, math.nan])
def test_an_interval_that_no_sensor_has_teaches_nothing(interval_s: float) -> None:
    view = new_view()
    density.learn_period(view, 4.0)
    density.learn_period(view, interval_s)
    assert (view.period, view.n_intervals) == (4.0, 1.0)


def test_sensors_start_alike_and_know_nothing() -> None:
    views = density.make_views(3)
    assert views.dtype == VIEW
    assert len({view.tobytes() for view in views}) == 1
    assert (views["n_looks"] == 0.0).all()
    assert (views["clock"] == -math.inf).all()
