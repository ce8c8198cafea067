"""Distances, probabilities and crossings against shapely, pyproj and scipy."""

import math
import pickle

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from scipy.stats import multivariate_normal

from airspace_kit import country
from sargas.airspace.geometry import REMEMBERED, Area, area_of, metres_per_degree, sound_covariance

WGS84 = Geod(ellps="WGS84")
LT = country("LT")
AREA = Area(LT.polygons)
SHAPE = shapely.Polygon(LT.polygons[0][0])
shapely.prepare(SHAPE)
HOLED = (
    ((0.0, 50.0), (2.0, 50.0), (2.0, 52.0), (0.0, 52.0), (0.0, 50.0)),
    ((0.5, 50.5), (0.5, 51.5), (1.5, 51.5), (1.5, 50.5), (0.5, 50.5)),
)


@settings(max_examples=150, deadline=None)
@given(lon_deg=st.floats(20.0, 27.5), lat_deg=st.floats(53.5, 57.0))
def test_inside_is_what_shapely_says(lon_deg: float, lat_deg: float) -> None:
    assert AREA.contains(lon_deg, lat_deg) == SHAPE.contains(shapely.Point(lon_deg, lat_deg))


def test_a_hole_is_outside() -> None:
    area = Area([HOLED])
    assert area.contains(0.25, 51.0)
    assert not area.contains(1.0, 51.0)
    assert not area.contains(3.0, 51.0)


@pytest.mark.parametrize("away_m", [5.0, 300.0, 5_000.0, 20_000.0])
@pytest.mark.parametrize("azimuth_deg", [77.0, 233.0])
def test_the_distance_to_the_border_is_the_geodesic_one(away_m: float, azimuth_deg: float) -> None:
    """Oracle: the edges around cut into pieces of 5 m, and the geodesic distance to each by pyproj."""
    lon_deg, lat_deg, _ = WGS84.fwd(25.7304, 54.6828, azimuth_deg, away_m)
    found = AREA.nearest(lon_deg, lat_deg)
    assert found is not None
    ring = np.array(LT.polygons[0][0])
    near = np.flatnonzero(
        np.hypot((ring[:, 0] - lon_deg) * 0.578, ring[:, 1] - lat_deg) < 1.2 * away_m / 111_000.0 + 0.01
    )
    points = []
    for k in near:
        a, b = ring[k], ring[(k + 1) % len(ring)]
        n = max(2, min(1_000, int(np.hypot(*(b - a)) * 111_000 / 5.0)))
        points.append(a + (b - a) * np.linspace(0.0, 1.0, n)[:, None])
    dense = np.vstack(points)
    _, _, true_m = WGS84.inv(*np.broadcast_arrays(lon_deg, lat_deg, dense[:, 0], dense[:, 1]))
    assert abs(found.depth_m) == pytest.approx(float(np.min(true_m)), rel=1e-4, abs=2.0)
    _, _, stated_m = WGS84.inv(lon_deg, lat_deg, found.lon_deg, found.lat_deg)
    assert abs(found.depth_m) == pytest.approx(stated_m, rel=1e-4, abs=0.01)
    assert (found.depth_m > 0.0) == SHAPE.contains(shapely.Point(lon_deg, lat_deg))


@settings(max_examples=100, deadline=None)
@given(lon_deg=st.floats(15.0, 35.0), lat_deg=st.floats(50.0, 60.0))
def test_the_cheap_bound_never_exceeds_the_distance(lon_deg: float, lat_deg: float) -> None:
    found = AREA.nearest(lon_deg, lat_deg)
    assert found is not None
    assert AREA.at_least_m(lon_deg, lat_deg) <= abs(found.depth_m)


@settings(max_examples=80, deadline=None)
@given(
    x=st.floats(-3.0, 3.0), y=st.floats(-3.0, 3.0), sx=st.floats(0.3, 3.0), sy=st.floats(0.3, 3.0),
    rho=st.floats(-0.9, 0.9),
)  # fmt: skip
def test_the_probability_in_a_rectangle_is_scipys(x: float, y: float, sx: float, sy: float, rho: float) -> None:
    """A square of 2 km about the origin; the mean and the spreads in km."""
    lon_deg, lat_deg = 25.0, 54.5
    east_m, north_m = metres_per_degree(lat_deg)
    lon_sides = [lon_deg + (side - x) * 1_000.0 / east_m for side in (-1.0, 1.0)]
    lat_sides = [lat_deg + (side - y) * 1_000.0 / north_m for side in (-1.0, 1.0)]
    (w, e), (s, n) = lon_sides, lat_sides
    square = Area([(((w, s), (e, s), (e, n), (w, n), (w, s)),)])
    cov = np.array([[sx * sx, rho * sx * sy], [rho * sx * sy, sy * sy]])
    normal = multivariate_normal([x, y], cov, seed=1)
    true = float(normal.cdf([1.0, 1.0], lower_limit=[-1.0, -1.0]))
    got = square.probability(lon_deg, lat_deg, (cov[0, 0] * 1e6, cov[0, 1] * 1e6, cov[1, 1] * 1e6))
    assert got == pytest.approx(true, abs=2e-5)


@pytest.mark.parametrize("sd_m", [30.0, 200.0, 1_500.0, 10_000.0])
@pytest.mark.parametrize(("lon_deg", "lat_deg"), [(25.7304, 54.6828), (25.75, 54.60), (22.79, 54.36)])
def test_the_probability_at_the_real_border_is_that_of_drawn_points(
    lon_deg: float, lat_deg: float, sd_m: float
) -> None:
    rng = np.random.default_rng(20250728)
    cov = np.array([[1.0, 0.5], [0.5, 0.6]]) * sd_m**2
    drawn = rng.multivariate_normal([0.0, 0.0], cov, 40_000)
    east_m, north_m = metres_per_degree(lat_deg)
    hits = shapely.contains_xy(SHAPE, lon_deg + drawn[:, 0] / east_m, lat_deg + drawn[:, 1] / north_m)
    got = AREA.probability(lon_deg, lat_deg, (cov[0, 0], cov[0, 1], cov[1, 1]))
    assert got == pytest.approx(float(hits.mean()), abs=4.0 * 0.5 / math.sqrt(40_000))


def test_far_from_the_border_the_probability_is_one_or_zero() -> None:
    assert AREA.probability(24.0, 55.2, (1e4, 0.0, 1e4)) == 1.0
    assert AREA.probability(30.0, 53.0, (1e4, 0.0, 1e4)) == 0.0


@settings(max_examples=100, deadline=None)
@given(
    ee=st.floats(allow_nan=True, allow_infinity=True), en=st.floats(allow_nan=True), nn=st.floats(allow_nan=True),
)  # fmt: skip
def test_no_covariance_is_too_wild_for_a_probability(ee: float, en: float, nn: float) -> None:
    assert 0.0 <= AREA.probability(25.7304, 54.6828, (ee, en, nn)) <= 1.0


def test_an_impossible_covariance_is_made_possible() -> None:
    ee, en, nn = sound_covariance((100.0, 500.0, 100.0))
    eigenvalues = np.linalg.eigvalsh([[ee, en], [en, nn]])
    assert eigenvalues == pytest.approx([1.0, 600.0])


@pytest.mark.parametrize("course_deg", range(0, 360, 24))
def test_a_path_meets_the_border_where_shapely_says(course_deg: int) -> None:
    lon_deg, lat_deg = 25.80, 54.55
    east_m, north_m = metres_per_degree(lat_deg)
    way = np.array([math.sin(math.radians(course_deg)), math.cos(math.radians(course_deg))]) * 40_000.0
    path = shapely.LineString([(lon_deg, lat_deg), (lon_deg + way[0] / east_m, lat_deg + way[1] / north_m)])
    hits = shapely.get_coordinates(shapely.intersection(path, SHAPE.exterior))
    times = AREA.crossing_times(lon_deg, lat_deg, np.zeros((1, 2)), way[None, :] / 1_000.0, 1_000.0)
    if len(hits) == 0:
        assert np.isnan(times[0])
        return
    true_m = np.hypot((hits[:, 0] - lon_deg) * east_m, (hits[:, 1] - lat_deg) * north_m).min()
    assert times[0] * 40.0 == pytest.approx(true_m, rel=1e-9)


def test_a_pickled_area_answers_the_same() -> None:
    copy = pickle.loads(pickle.dumps(Area([HOLED])))
    assert copy.nearest(0.3, 51.0) == Area([HOLED]).nearest(0.3, 51.0)
    assert copy.bounds() == (0.0, 50.0, 2.0, 52.0)


def test_an_empty_area_holds_nothing() -> None:
    empty = Area([])
    assert empty.nearest(0.0, 0.0) is None
    assert not empty.contains(0.0, 0.0)
    assert empty.probability(0.0, 0.0, (1.0, 0.0, 1.0)) == 0.0


@pytest.mark.parametrize("spread_m", [5_100.0, 20_000.0, 51_000.0, 150_000.0])
@pytest.mark.parametrize(("lon_deg", "lat_deg"), [(25.8, 54.6), (25.3, 54.9), (23.5, 54.3), (24.6, 55.1)])
def test_wide_spreads_get_the_same_probability_from_simplified_edges(
    spread_m: float, lon_deg: float, lat_deg: float
) -> None:
    area = Area(country("LT").polygons)
    cov_m2 = (spread_m**2, 0.3 * spread_m**2, 2.0 * spread_m**2)
    exact = area.probability_of_all(lon_deg, lat_deg, cov_m2)
    assert area.probability(lon_deg, lat_deg, cov_m2) == pytest.approx(exact, abs=1e-3)


def test_what_is_remembered_is_bounded_and_only_where_rules_share_an_area() -> None:
    shared, own = area_of((HOLED,)), Area([HOLED])
    for k in range(2 * REMEMBERED + 10):
        assert shared.nearest(24.0 + k * 1e-4, 55.0) == own.nearest(24.0 + k * 1e-4, 55.0)
    assert len(shared._nearest) <= REMEMBERED
    assert not own._nearest
    assert pickle.loads(pickle.dumps(shared)).n_remembered == REMEMBERED
