"""One look, against the textbooks' recursions and the enumeration of every joint event.

Existence: Musicki, Evans, Stankovic, Integrated probabilistic data association, IEEE TAC 39 (1994); many targets:
Williams, Marginal multi-Bernoulli filters, IEEE TAES 51 (2015).
"""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import expm
from scipy.stats import multivariate_normal

from sargas.fuse.columns import BEARING, TOLD
from sargas.fuse.look import DOUBLE, NO_ROOM, ROOM, TOLD_CLUTTER, account, covers, look
from sargas.fuse.plane import PlaneTracker
from sargas.fuse.pmb_settings import Settings, judgement_of, models_of, open_site
from sargas.fuse.rows import age, miss, new_row, start
from sargas.fuse.table import LOST, N_USED, SHOWN, TENTATIVE, make_table, plain_measurement
from sargas.kernels.bank import mean_and_covariance
from sargas.kernels.density import G, clutter_at, detection_at, make_views
from sargas.kernels.kinds import ANGLE

F64 = NDArray[np.float64]
Records = NDArray[np.void]
SETTINGS = Settings()
SD_M = 100.0
R = np.eye(2) * SD_M**2
T0 = 1_000.0
PERIOD_S = 4.0
FAR = (7_000.0, 7_000.0)
CLUTTER_PER_M2 = 2e-6
AREA_M2 = 4e8


class Bench:
    """A table, one sensor of known clutter and detection, and looks at one moment."""

    def __init__(self, *, pd: float = 0.9, clutter_per_m2: float = CLUTTER_PER_M2, rows: int = 32) -> None:
        self.tb = make_table(rows)
        self.models, self.j = models_of(SETTINGS.motion), judgement_of(SETTINGS)
        self.site = open_site()
        self.views = make_views(1)
        view = self.views[0]
        view["side"], view["x0"], view["y0"] = 500.0, -250.0 * G, -250.0 * G
        view["low_x"] = view["low_y"] = -8_000.0
        view["high_x"] = view["high_y"] = 8_000.0
        view["area_max"], view["period"], view["clock"] = AREA_M2, PERIOD_S, T0
        view["n_looks"], view["n_clutter"] = 1e9, 1e9 * clutter_per_m2 * AREA_M2
        view["clutter"] = 1e9 * clutter_per_m2 * 500.0**2
        view["n_chances"], view["n_hits"] = 1e12, pd * 1e12
        assert clutter_at(view, 0.0, 0.0) == pytest.approx(clutter_per_m2)
        assert detection_at(view, 0.0, 0.0) == pytest.approx(pd)
        self.pd = pd

    def measurements(self, places: ArrayLike, t: float = T0) -> Records:
        xy = np.asarray(places, float).reshape(-1, 2)
        ms = plain_measurement().repeat(len(xy))
        ms["t"], ms["z"][:, :2], ms["r"][:, [0, 2]] = t, xy, SD_M**2
        ms["uid"] = 1_000 + np.arange(len(xy))
        return ms

    def target(self, place: ArrayLike, r: float, *, state: int = TENTATIVE, hidden: float = 0.0) -> Records:
        """Add a row that exists with probability r; return it."""
        i = new_row(self.tb)
        row = self.tb.rows[i : i + 1]
        m = self.measurements(place)
        m["uid"] = i
        start(row[0], self.models, m[0], r, 0)
        row["state"], row["hidden"], row["born_r"], row["hits"] = state, hidden, 1e-3, 5
        return row

    def look(self, places: ArrayLike, *, whole: bool = True, t: float = T0) -> Records:
        return self.judge(self.measurements(places, t), slot=0, whole=whole)

    def judge(self, ms: Records, *, slot: int, whole: bool) -> Records:
        look(
            self.tb, self.views, self.site[0], self.models, ms, np.arange(len(ms)), slot, whole, 1, self.j[0],
            np.zeros(1, ROOM)[0],
        )  # fmt: skip
        return ms

    def told(self, place: ArrayLike, cov: F64) -> Records:
        """Judge what a person saw at a place."""
        ms = self.measurements(place)
        ms["role"], ms["r"][0, :3] = TOLD, (cov[0, 0], cov[0, 1], cov[1, 1])
        return self.judge(ms, slot=-1, whole=False)

    def heard(self, azimuth: float, site: tuple[float, float], sd: float) -> Records:
        """Judge a direction."""
        ms = self.measurements((0.0, 0.0))
        ms["role"], ms["kind"] = BEARING, ANGLE
        ms["z"], ms["r"] = (azimuth, *site, 20_000.0), (sd**2, 0.0, 0.0, 0.0)
        return self.judge(ms, slot=-1, whole=False)

    @property
    def rows(self) -> Records:
        return self.tb.rows[self.tb.used[: self.tb.counts[N_USED]]]

    def newcomers_per_m2(self, n_shown: int) -> float:
        """So many times as many as keep a steady traffic of the tracks there are (and three) alive."""
        s = SETTINGS
        return s.newcomers * (n_shown + 3) / AREA_M2 * PERIOD_S / s.life_s * self.pd

    def unexplained_per_m2(self, n_shown: int = 0) -> float:
        return CLUTTER_PER_M2 + self.newcomers_per_m2(n_shown)


def density(plot: ArrayLike, place: ArrayLike) -> float:
    """Return the density of a plot of a target that began with one plot at a place, a moment ago."""
    return float(multivariate_normal(place, 2.0 * R).pdf(plot))


def mean_of(row: Records) -> F64:
    x, C = np.empty(4), np.empty(10)
    mean_and_covariance(row["X"][0], row["P"][0], row["mu"][0], x, C)
    return x


@pytest.mark.parametrize("r", [0.02, 0.5, 0.97])
@pytest.mark.parametrize("pd", [0.3, 0.9])
def test_a_miss_lowers_the_odds_of_existence_by_one_minus_the_detection(r: float, pd: float) -> None:
    bench = Bench(pd=pd)
    row = bench.target((0.0, 0.0), r)
    bench.look(FAR)
    odds = float(row["r"][0] / (1.0 - row["r"][0]))
    assert odds == pytest.approx((1.0 - pd) * r / (1.0 - r), rel=1e-9)
    np.testing.assert_array_equal(mean_of(row), [0.0, 0.0, 0.0, 0.0])


@pytest.mark.parametrize("r", [0.02, 0.5, 0.97])
@pytest.mark.parametrize("plots", [[(30.0, -40.0)], [(30.0, -40.0), (-160.0, 20.0)], [(380.0, 0.0)]])
def test_one_target_exists_and_moves_as_in_integrated_probabilistic_data_association(
    r: float, plots: list[tuple[float, float]]
) -> None:
    bench = Bench()
    row = bench.target((0.0, 0.0), r)
    ms = bench.look([*plots, FAR])
    ratios = np.array([bench.pd * density(plot, (0.0, 0.0)) for plot in plots]) / bench.unexplained_per_m2()
    delta = bench.pd - ratios.sum()
    assert row["r"][0] == pytest.approx((1.0 - delta) * r / (1.0 - delta * r), rel=1e-3)
    betas = ratios / (1.0 - delta)
    expected = sum(b * np.array(plot) / 2.0 for b, plot in zip(betas, plots, strict=True))  # the gain is a half
    np.testing.assert_allclose(mean_of(row)[:2], expected, atol=0.05)
    np.testing.assert_allclose(ms["claimed"], [*(row["r"][0] * betas), 0.0], atol=2e-3)


def posterior(r: float, hidden: float, pd: float, ratio: float) -> tuple[float, float]:
    """Return existence and the share hidden after Bayes over a target that is gone, hidden, or to be seen."""
    p = np.array([1.0 - r, r * hidden, r * (1.0 - hidden)]) * [1.0, 1.0, 1.0 - pd + pd * ratio]
    p /= p.sum()
    return p[1] + p[2], p[1] / (p[1] + p[2])


@pytest.mark.parametrize("hidden", [0.0, 0.2, 0.9])
@pytest.mark.parametrize("r", [0.3, 0.9])
def test_a_target_may_be_there_and_hidden(r: float, hidden: float) -> None:
    bench = Bench()
    row = bench.target((0.0, 0.0), r, state=SHOWN, hidden=hidden)
    bench.look(FAR)
    assert (row["r"][0], row["hidden"][0]) == pytest.approx(posterior(r, hidden, bench.pd, 0.0), rel=1e-9)
    bench = Bench()
    row = bench.target((0.0, 0.0), r, state=SHOWN, hidden=hidden)
    bench.look([(60.0, 80.0), FAR])
    ratio = density((60.0, 80.0), (0.0, 0.0)) / bench.unexplained_per_m2(1)
    assert (row["r"][0], row["hidden"][0]) == pytest.approx(posterior(r, hidden, bench.pd, ratio), rel=1e-3)


def test_with_time_targets_go_and_hide_and_come_out_of_hiding() -> None:
    """As the continuous Markov chain over gone, hidden and to be seen has it."""
    bench = Bench()
    row = bench.target((0.0, 0.0), 0.8, hidden=0.3)
    age(row[0], T0 + 40.0, bench.j[0])
    s = SETTINGS
    hide, reveal, go = 1.0 / s.hide_s, 1.0 / s.reveal_s, 1.0 / s.life_s
    rates = np.array([[0.0, 0.0, 0.0], [go, -go - reveal, reveal], [go, hide, -go - hide]])
    gone, hidden, seen = np.array([0.2, 0.8 * 0.3, 0.8 * 0.7]) @ expm(rates * 40.0)
    assert row["r"][0] == pytest.approx(1.0 - gone, rel=1e-9)
    assert row["hidden"][0] == pytest.approx(hidden / (hidden + seen), rel=1e-9)
    before = row.tobytes()
    age(row[0], T0 + 10.0, bench.j[0])  # time does not run back
    assert row.tobytes() == before


def test_looks_that_passed_count_as_misses() -> None:
    bench = Bench()
    row, other = bench.target((0.0, 0.0), 0.9), bench.target((0.0, 0.0), 0.9)
    row["looked_s"][0, 0] = T0
    account(row[0], bench.views[0], 0, bench.site[0], T0 + 4.0 * PERIOD_S)
    for _ in range(3):
        miss(other[0], bench.pd)
    assert row["r"][0] == pytest.approx(other["r"][0], rel=1e-6)
    assert row["looked_s"][0, 0] == T0 + 3.0 * PERIOD_S  # the fourth look is the one to be judged


def test_a_sensor_that_cannot_see_a_place_does_not_count_against_it() -> None:
    bench = Bench()
    bench.site["x"], bench.site["y"], bench.site["range_max"] = 5_000.0, 5_000.0, 4_000.0
    unseen, seen = bench.target((0.0, 0.0), 0.6), bench.target((5_000.0, 3_000.0), 0.6)
    bench.look(FAR)
    assert unseen["r"][0] == 0.6
    assert seen["r"][0] < 0.2


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((0.0, 5_000.0), True),
        ((5_000.0, 0.0), True),  # azimuths run from north to east
        ((-5_000.0, 0.0), False),
        ((0.0, 500.0), False),
        ((0.0, 20_000.0), False),
    ],
)
def test_a_sector_covers_what_lies_in_its_ring_and_azimuths(place: tuple[float, float], expected: bool) -> None:
    site = open_site()
    site["x"] = site["y"] = 0.0
    site["range_min"], site["range_max"] = 1_000.0, 10_000.0
    site["azimuth_from"], site["azimuth_span"] = math.radians(350.0), math.radians(110.0)
    assert covers(site[0], *place) == expected
    assert covers(open_site()[0], *place)


def test_a_plot_in_the_open_begins_a_target_as_likely_as_newcomers_are_among_such_plots() -> None:
    bench = Bench()
    (m,) = bench.look((10.0, 20.0))
    (row,) = bench.rows
    r = bench.newcomers_per_m2(0) / bench.unexplained_per_m2()
    assert row["r"] == pytest.approx(r, rel=1e-6)
    assert (row["state"], row["uid"], row["hits"], row["first_s"]) == (TENTATIVE, m["uid"], 1, T0)
    np.testing.assert_array_equal(row["x"], [10.0, 20.0, 0.0, 0.0])
    assert m["claimed"] == 0.0


def test_a_plot_that_a_target_explains_begins_one_that_much_less_likely() -> None:
    bench = Bench(pd=0.6)
    bench.target((0.0, 0.0), 0.7, state=SHOWN)
    (m,) = bench.look((50.0, 0.0))
    given = 0.7 * 0.6 * density((50.0, 0.0), (0.0, 0.0))
    nobody = 1.0 / (1.0 + given / (1.0 - 0.7 * 0.6) / bench.unexplained_per_m2(1))
    assert 0.2 < nobody < 0.4
    assert m["claimed"] == pytest.approx(1.0 - nobody, rel=1e-3)
    newcomer = bench.newcomers_per_m2(1) / bench.unexplained_per_m2(1)
    assert bench.rows[-1]["uid"] == m["uid"]
    assert bench.rows[-1]["r"] == pytest.approx(nobody * newcomer, rel=1e-3)


def enumerated(
    places: F64, rs: list[float], plots: F64, pd: float, unexplained: float
) -> tuple[F64, F64, F64]:  # fmt: skip
    """Return existences, P(target i gave plot j) and P(no target gave plot j), over every joint event."""
    n, m = len(places), len(plots)
    r, P, nobody, total = np.zeros(n), np.zeros((n, m)), np.zeros(m), 0.0
    for event in itertools.product(range(-2, m), repeat=n):  # -2: is not there, -1: gave none
        given = [j for j in event if j >= 0]
        if len(set(given)) < len(given):
            continue
        w = unexplained ** (m - len(given))
        for i, j in enumerate(event):
            none = 1.0 - rs[i] if j == -2 else rs[i] * (1.0 - pd)
            w *= none if j < 0 else rs[i] * pd * density(plots[j], places[i])
        total += w
        for i, j in enumerate(event):
            r[i] += w if j > -2 else 0.0
            if j >= 0:
                P[i, j] += w
        for j in range(m):
            nobody[j] += 0.0 if j in given else w
    return r / total, P / total, nobody / total


@pytest.mark.parametrize("apart_m", [2_000.0, 500.0, 250.0, 100.0])
@pytest.mark.parametrize("rs", [(0.9, 0.9), (0.3, 0.95)])
def test_two_targets_and_two_plots_are_as_the_enumeration_of_joint_events(
    apart_m: float, rs: tuple[float, float]
) -> None:
    places, plots = np.array([[0.0, 0.0], [apart_m, 0.0]]), np.array([[20.0, 90.0], [apart_m - 60.0, -30.0]])
    bench = Bench()
    rows = [bench.target(place, r, state=SHOWN) for place, r in zip(places, rs, strict=True)]
    ms = bench.look(plots)
    r, P, nobody = enumerated(places, list(rs), plots, bench.pd, bench.unexplained_per_m2(2))
    tolerance = 1e-3 if apart_m > 1_000.0 else 0.08  # loopy belief propagation is exact without loops
    np.testing.assert_allclose(1.0 - ms["claimed"], nobody, atol=tolerance)
    for i, row in enumerate(rows):
        assert row["r"][0] == pytest.approx(r[i], abs=tolerance)
        expected = places[i] + sum(P[i, j] / r[i] * (plots[j] - places[i]) / 2.0 for j in range(2))
        np.testing.assert_allclose(mean_of(row)[:2], expected, atol=SD_M * tolerance)


def test_one_plot_between_two_targets_is_not_counted_twice() -> None:
    bench = Bench(pd=0.7)
    rows = [bench.target((x, 0.0), 0.9, state=SHOWN) for x in (-80.0, 80.0)]
    ms = bench.look((0.0, 0.0))
    places = np.array([[-80.0, 0.0], [80.0, 0.0]])
    r, _, nobody = enumerated(places, [0.9, 0.9], np.zeros((1, 2)), 0.7, bench.unexplained_per_m2(2))
    np.testing.assert_allclose([row["r"][0] for row in rows], r, atol=0.01)
    assert 1.0 - ms["claimed"][0] == pytest.approx(nobody[0], abs=0.01)


WIDE = np.array([[4e5, 2e5], [2e5, 9e5]])


def told_existence(r: float, likelihood: float, unexplained: float) -> tuple[float, float]:
    """Return existence after a word, and P(a target's). Silence says nothing: who gave no word is there as before."""
    q = SETTINGS.bearing_detection
    given = r * q / (1.0 - r * q) * likelihood
    none = unexplained / (unexplained + given)
    return 1.0 - none + none * r, 1.0 - none


def test_a_sighting_that_no_target_explains_begins_one() -> None:
    bench = Bench()
    (m,) = bench.told((0.0, 0.0), WIDE)
    assert m["claimed"] == 0.0
    assert bench.rows["r"].tolist() == pytest.approx([SETTINGS.sighting_existence])


@pytest.mark.parametrize("r", [0.2, 0.9])
def test_a_sighting_near_a_target_makes_it_more_likely(r: float) -> None:
    bench = Bench()
    row = bench.target((0.0, 0.0), r)
    (m,) = bench.told((500.0, 100.0), WIDE)
    likelihood = float(multivariate_normal((0.0, 0.0), WIDE + R).pdf((500.0, 100.0)))
    unexplained = TOLD_CLUTTER / (2.0 * math.pi * math.sqrt(np.linalg.det(WIDE)))
    expected, claimed = told_existence(r, likelihood, unexplained)
    assert (row["r"][0], m["claimed"]) == pytest.approx((expected, claimed), rel=1e-6)
    assert row["r"][0] > r


def test_a_direction_bends_towards_itself_and_begins_nothing() -> None:
    bench = Bench()
    site, sd = (0.0, -10_000.0), math.radians(2.0)
    row = bench.target((0.0, 0.0), 0.9)
    (m,) = bench.heard(math.radians(1.0), site, sd)
    spread = math.hypot(sd, SD_M / 10_000.0)
    likelihood = math.exp(-0.5 * (math.radians(1.0) / spread) ** 2) / (math.sqrt(2.0 * math.pi) * spread)
    expected, claimed = told_existence(0.9, likelihood, SETTINGS.bearing_clutter_per_rad)
    assert (row["r"][0], m["claimed"]) == pytest.approx((expected, claimed), rel=1e-4)
    gain_m = SD_M**2 / (SD_M**2 + (10_000.0 * sd) ** 2) * 10_000.0 * math.radians(1.0)
    assert mean_of(row)[:2] == pytest.approx([claimed / expected * gain_m, 0.0], abs=0.1)
    assert len(bench.rows) == 1
    bench.heard(math.radians(90.0), site, sd)
    assert len(bench.rows) == 1
    assert row["r"][0] == pytest.approx(expected)


def test_a_second_plot_on_a_shown_target_that_gave_its_plot_of_this_look_is_a_double() -> None:
    bench = Bench()
    bench.target((0.0, 0.0), 0.99, state=SHOWN)
    bench.look((10.0, 0.0), whole=False)
    (m,) = bench.look((-30.0, 40.0), whole=False, t=T0 + 0.2)
    assert m["fate"] == DOUBLE
    (m,) = bench.look((-30.0, 40.0), whole=False, t=T0 + PERIOD_S)
    assert m["fate"] == 0
    assert m["claimed"] > 0.9


def test_a_full_table_says_so_and_goes_on() -> None:
    bench = Bench(rows=2)
    ms = bench.look([(-3_000.0, 0.0), (0.0, 0.0), (3_000.0, 0.0)])
    assert sorted(ms["fate"].tolist()) == [0, 0, NO_ROOM]
    assert len(bench.rows) == 2


def test_a_target_is_shown_once_it_is_sure_and_was_seen_twice_and_lost_when_it_is_seen_no_more() -> None:
    bench = Bench(clutter_per_m2=1e-8)
    states, rs = [], []
    for k in range(150):
        bench.look((30.0 * k, 0.0) if k < 10 else [FAR, (-7_000.0, 100.0 * k - 7_000.0)], t=T0 + PERIOD_S * k)
        states.append(bench.tb.rows["state"][0])
        rs.append(bench.tb.rows["r"][0])
    shown, lost = states.index(SHOWN), states.index(LOST)
    assert 0 < shown < 10 < lost
    assert states == [TENTATIVE] * shown + [SHOWN] * (lost - shown) + [LOST] * (150 - lost)
    assert max(rs[:shown]) <= SETTINGS.show_existence < rs[shown]
    assert rs[lost] < SETTINGS.lost_existence <= min(rs[shown:lost])


def fly(tracker: PlaneTracker, scans: range, *, hidden: range = range(0), seed: int = 1, x0: float = 0.0) -> None:
    """Let a target fly east at 50 m/s through the scans of a sensor with clutter, unseen in some."""
    for k in scans:
        rng = np.random.default_rng((seed, k))
        plots = rng.uniform(-10_000.0, 10_000.0, (rng.poisson(5), 2))
        if k not in hidden:
            plots = np.vstack([plots, [x0 + 200.0 * k, 0.0] + rng.normal(size=2) * 50.0])
        tracker.scan(4.0 * k, plots, np.tile(np.eye(2) * 50.0**2, (len(plots), 1, 1)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_target_that_was_lost_is_found_again_under_its_name(seed: int) -> None:
    tracker = PlaneTracker()
    fly(tracker, range(20), seed=seed)
    (name,), (place,) = tracker.shown()
    assert place == pytest.approx([3_800.0, 0.0], abs=150.0)
    fly(tracker, range(20, 30), hidden=range(20, 30), seed=seed)
    assert len(tracker.shown()[0]) == 0
    fly(tracker, range(30, 40), seed=seed)
    (again,), (place,) = tracker.shown()
    assert again == name
    assert place == pytest.approx([7_800.0, 0.0], abs=150.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_who_comes_where_the_lost_one_cannot_be_has_another_name(seed: int) -> None:
    tracker = PlaneTracker()
    fly(tracker, range(20), seed=seed)
    (name,), _ = tracker.shown()
    fly(tracker, range(20, 30), hidden=range(20, 30), seed=seed)
    fly(tracker, range(30, 40), seed=seed, x0=-14_000.0)
    (another,), _ = tracker.shown()
    assert another != name
