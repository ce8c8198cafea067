"""Births from directions: what is born, what is not, how crossings share directions, how true their errors are."""

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chi2

from sargas.fuse.crossing import (
    Births,
    CrossingSettings,
    as_array,
    candidates,
    direction,
    forget_old,
    near,
    no_rows,
    remember,
    settle,
    silent_sites,
)
from sargas.kernels.crossing import USED_MAX, share
from sargas.kernels.directions import FREE, TIME, apparent

F64 = NDArray[np.float64]
DEG = math.pi / 180.0
SETTINGS = CrossingSettings()
SURE = CrossingSettings(born_max=0.999)
EARS = [(0.0, 0.0), (4_000.0, 0.0), (2_000.0, 3_464.0), (6_000.0, 3_464.0)]
Place = tuple[float, float]


def row(
    sensor: int, azimuth: float, *, t: float = 100.0, sd_deg: float = 5.0, free: float = 1.0, sound: bool = True,
    at: Place | None = None,
) -> F64:  # fmt: skip
    return direction(
        azimuth, (sd_deg * DEG) ** 2, EARS[sensor] if at is None else at, reach_m=4_000.0, time_s=t, sensor=sensor,
        p_detect=0.6, clutter_per_rad=0.1 / (2 * math.pi), free=free, is_sound=sound,
    )  # fmt: skip


def towards(sensor: int, place: Place, **more: float) -> F64:
    """Return the direction in which a sensor hears what stands at a place, without error."""
    x, y = EARS[sensor]
    return row(sensor, math.atan2(place[0] - x, place[1] - y), **more)  # type: ignore[arg-type]


def births(
    rows: list[F64], n_new: int | None = None, settings: CrossingSettings = SETTINGS, sites: F64 | None = None
) -> Births:
    table = np.array(rows)
    n_new = len(rows) if n_new is None else n_new
    return candidates(table, len(table), n_new, silent_sites(8) if sites is None else sites, as_array(settings))


def born_at(found: Births, place: Place) -> list[int]:
    return [k for k, x in enumerate(found.state) if math.hypot(x[0] - place[0], x[2] - place[1]) < 400.0]


def test_two_sites_give_birth_where_their_directions_cross() -> None:
    found = births([towards(0, (2_000.0, 1_500.0)), towards(1, (2_000.0, 1_500.0))])
    assert len(born_at(found, (2_000.0, 1_500.0))) == len(found.existence) == 1
    assert found.existence[0] == SETTINGS.born_max
    assert found.n_sites[0] == 2
    assert sorted(found.used[0][found.used[0] >= 0].tolist()) == [0, 1]
    assert found.free.max() < 0.15


def test_one_site_alone_gives_birth_to_nothing_however_often_it_hears() -> None:
    found = births([row(0, 0.3 + 0.02 * k, t=100.0 + k) for k in range(10)])
    assert len(found.existence) == 0
    np.testing.assert_array_equal(found.free, 1.0)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (row(0, 45 * DEG), row(1, 50 * DEG), "nearly parallel"),
        (row(0, -45 * DEG), row(1, 45 * DEG), "they part: the lines cross behind both sites"),
        (row(0, 60 * DEG, at=(-3_900.0, -3_900.0)), row(1, 0.0), "the crossing is beyond the first one's reach"),
        (row(0, 45 * DEG), row(1, -45 * DEG, t=120.0), "too long after"),
        (row(0, 45 * DEG), row(1, -45 * DEG, free=0.01), "a track explains one of them"),
        (row(0, 45 * DEG), row(1, -45 * DEG, at=(10.0, 10.0)), "both from one place"),
        (row(0, 90 * DEG), row(1, -90 * DEG), "each looks at the other: the place between them is not known"),
    ],
)
def test_no_place_no_birth(first: F64, second: F64, why: str) -> None:
    assert len(births([first, second]).existence) == 0, why


def test_two_targets_of_two_sites_leave_four_crossings_of_which_two_are_believed() -> None:
    """Nothing tells the true pair from the false one; each is believed about half, and not more."""
    here, there = (1_500.0, 1_500.0), (2_500.0, 1_500.0)
    rows = [towards(s, p) for s in (0, 1) for p in (here, there)]
    found = births(rows, settings=CrossingSettings(born_max=0.999, intensity_per_km2=10.0))
    assert len(found.existence) == 4
    assert found.existence.sum() == pytest.approx(2.0, abs=0.15)
    assert found.existence.max() < 0.85


def test_a_third_site_tells_the_true_crossings_from_the_false() -> None:
    here, there = (1_000.0, 1_500.0), (3_000.0, 1_500.0)
    rows = [towards(s, p) for s in (0, 1, 2) for p in (here, there)]
    found = births(rows, settings=SURE)
    assert [found.existence[k] > 0.95 for k in born_at(found, here) + born_at(found, there)] == [True, True]
    assert found.existence.sum() == pytest.approx(2.0, abs=0.1)
    assert set(found.n_sites.tolist()) == {3}


def test_a_site_that_should_have_heard_and_did_not_makes_a_birth_less_likely() -> None:
    rows = [towards(0, (2_000.0, 1_500.0)), towards(1, (2_000.0, 1_500.0))]
    faint = CrossingSettings(born_max=0.999, intensity_per_km2=1e-5)
    sites = silent_sites(4)
    alone = births(rows, settings=faint, sites=sites).existence[0]
    sites[2] = *EARS[2], 4_000.0, 0.6, 340.0
    missed = births(rows, settings=faint, sites=sites).existence[0]
    odds = (missed / (1 - missed)) / (alone / (1 - alone))
    assert odds == pytest.approx(0.4, abs=0.01)  # it stands 2 km away: well within reach
    sites[2, 4] = math.inf  # a finder of radio: what is only heard need not transmit
    assert births(rows, settings=faint, sites=sites).existence[0] == pytest.approx(alone)


def test_a_direction_and_a_place_where_something_was_heard_give_birth() -> None:
    disc = near((1_500.0, 1_500.0), 2_000.0, time_s=98.0, sensor=5, p_detect=0.5, clutter_per_m2=1e-10, free=1.0)
    found = births([disc, row(0, 45 * DEG)])
    assert len(found.existence) == 1
    assert found.n_sites[0] == 2
    sd = np.sqrt(np.linalg.eigvalsh(found.cov[0][np.ix_([0, 2], [0, 2])]))
    assert sd[0] < 400.0
    assert 500.0 < sd[1] < 1_200.0
    assert len(births([disc, disc + np.eye(13)[7]]).existence) == 0, "two discs make no place"


def test_what_a_birth_used_is_not_born_again() -> None:
    place = (2_000.0, 1_500.0)
    settings, par = SETTINGS, as_array(SETTINGS)
    rows = no_rows(settings)
    n = remember(rows, 0, np.array([towards(0, place), towards(1, place)]))
    first = candidates(rows, n, 2, silent_sites(4), par)
    settle(rows, first)
    n = remember(rows, n, np.array([towards(2, place, t=100.5, free=0.05)]))
    assert len(first.existence) == 1
    again = candidates(rows, n, 1, silent_sites(4), par)
    assert again.existence.sum() < 0.1
    for used in again.used:
        assert len({0, 1} & set(used.tolist())) < 2


def test_directions_of_one_look_are_never_one_target() -> None:
    place, beside = (2_000.0, 1_500.0), (2_060.0, 1_500.0)
    found = births([towards(0, place), towards(0, beside), towards(1, place), towards(1, beside)], settings=SURE)
    for used in found.used:
        assert len({0, 1} & set(used.tolist())) <= 1
        assert len({2, 3} & set(used.tolist())) <= 1


def test_the_table_is_bounded_and_loses_the_oldest() -> None:
    settings = CrossingSettings(rows_max=5)
    rows, n = no_rows(settings), 0
    for k in range(12):
        n = remember(rows, n, np.array([row(0, 0.1, t=float(k))]))
    assert rows[:n, TIME].tolist() == [7.0, 8.0, 9.0, 10.0, 11.0]
    n = remember(rows, n, np.array([row(0, 0.1, t=20.0 + k) for k in range(9)]))
    assert rows[:n, TIME].tolist() == [24.0, 25.0, 26.0, 27.0, 28.0]
    rows[1, FREE] = 0.0
    n = forget_old(rows, n, before_s=25.0)
    assert rows[:n, TIME].tolist() == [26.0, 27.0, 28.0]


def by_enumeration(odds: F64, used: list[list[int]], free: F64) -> tuple[F64, F64]:
    """Return the marginals of candidates and of unexplained rows by all sets of candidates."""
    n, total = len(used), 0.0
    there, left = np.zeros(n), np.zeros(len(free))
    for chosen in itertools.product([False, True], repeat=n):
        rows = [i for c in range(n) if chosen[c] for i in used[c]]
        if len(set(rows)) < len(rows):
            continue
        w = math.prod(odds[c] for c in range(n) if chosen[c])
        total += w
        there += w * np.array(chosen)
        left += w * np.array([0.0 if i in rows else free[i] for i in range(len(free))])
    return there / total, left / total


@pytest.mark.parametrize("seed", range(6))
def test_marginals_of_crossings_that_share_directions_are_exact(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, n_rows = 9, 10
    used = [rng.choice(n_rows, rng.integers(2, 4), replace=False).tolist() for _ in range(n)]
    odds, free = 10.0 ** rng.uniform(-2, 8, n), rng.uniform(0.1, 1.0, n_rows)
    padded = np.full((n, USED_MAX), -1)
    for c, mine in enumerate(used):
        padded[c, : len(mine)] = mine
    existence, left = np.empty(n), np.empty(n_rows)
    share(odds, padded, free, existence, left)
    want, want_left = by_enumeration(odds, used, free)
    np.testing.assert_allclose(existence, want, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(left, want_left, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("speed", [0.0, 30.0, 55.0])
def test_births_err_as_much_as_they_say(speed: float) -> None:
    """Sound of a mover, looks over four seconds: the mean normalised squared error of 200 births is chi-square."""
    rng = np.random.default_rng(int(speed))
    nees = []
    for _ in range(200):
        course = rng.uniform(0, 2 * math.pi)
        x = np.array([rng.uniform(1_000, 3_000), speed * math.sin(course), rng.uniform(900, 2_200), 0.0])
        x[3] = speed * math.cos(course)
        rows = []
        for k, t in enumerate(np.sort(rng.uniform(96.0, 100.0, 3))):
            dt, sensor = t - 100.0, int((0, 1, rng.integers(0, 2))[k])
            azimuth = apparent(x[0] + dt * x[1], x[2] + dt * x[3], x[1], x[3], *EARS[sensor], 340.0)[0]
            rows.append(row(sensor, azimuth + 5 * DEG * rng.normal(), t=float(t)))
        found = births(rows, n_new=1)
        for k in range(len(found.existence)):
            since = 100.0 - found.time_s[k]
            d = (found.state[k] - x)[[0, 2]] + since * x[[1, 3]]
            nees.append(d @ np.linalg.solve(found.cov[k][np.ix_([0, 2], [0, 2])], d))
    low, high = chi2(2 * len(nees)).ppf([1e-4, 1 - 1e-4]) / len(nees)
    assert len(nees) > 150
    # What flies slower than the prior of the velocity allows errs less than told; nothing may err more.
    assert np.mean(nees) < high
    if speed > 50.0:
        assert np.mean(nees) > low
