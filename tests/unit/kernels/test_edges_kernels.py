"""Edges of an area: every kernel against plain numpy over all edges, and against shapely."""

import math

import numpy as np
import pytest
import shapely
from scipy import special

from sargas.airspace.geometry import Area, metres_per_degree
from sargas.kernels import edges, normal_mass
from sargas.kernels.edges import F64


def coast(seed: int, n: int) -> F64:
    """Return a ring of n points about (25, 55), rough as a coast; shape (n, 2)."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0.0, math.tau, n))
    radius = 1.0 + 0.3 * np.sin(5.0 * angle) + rng.uniform(-0.02, 0.02, n)
    return np.stack((25.0 + 1.7 * radius * np.cos(angle), 55.0 + radius * np.sin(angle)), axis=1)


RINGS = [coast(1, 4), coast(2, 40), coast(3, 5_000)]
POINTS = np.random.default_rng(4).uniform((22.0, 53.0), (28.0, 57.0), (60, 2)).tolist()


def table(ring: F64) -> tuple[F64, F64, F64]:
    """Return the edges, the chunks' boxes and the groups' boxes as the area makes them."""
    area = Area([(tuple(map(tuple, ring.tolist())),)])
    return area._edges, area._boxes, area._groups


def distances_m(ring: F64, lon: float, lat: float) -> F64:
    """Return the distance to each edge of the ring in its own order, in the plane about the point, by plain numpy."""
    following = np.roll(ring, -1, axis=0)
    ends = []
    for corner in (ring, following):
        scales = np.array([metres_per_degree(each) for each in (corner[:, 1] + lat) / 2.0])
        ends.append((corner - (lon, lat)) * scales)
    a, e = ends[0], ends[1] - ends[0]
    s = np.clip(-np.sum(a * e, axis=1) / np.sum(e * e, axis=1), 0.0, 1.0)
    nearest: F64 = np.hypot(*(a + s[:, None] * e).T)
    return nearest


@pytest.mark.parametrize("ring", RINGS, ids=len)
def test_the_side_is_that_of_shapely(ring: F64) -> None:
    polygon = shapely.Polygon(ring)
    for lon, lat in POINTS:
        assert edges.is_inside(*table(ring), lon, lat) == polygon.contains(shapely.Point(lon, lat))


@pytest.mark.parametrize("ring", RINGS, ids=len)
def test_the_nearest_edge_is_the_nearest_of_all(ring: F64) -> None:
    for lon, lat in POINTS:
        distance, number, share = edges.nearest_edge(*table(ring), lon, lat)
        assert distance == pytest.approx(float(distances_m(ring, lon, lat).min()), rel=1e-12)
        ax, ay, bx, by = table(ring)[0][number].tolist()
        at = shapely.Point(ax + share * (bx - ax), ay + share * (by - ay))
        assert shapely.LineString([*ring, ring[0]]).distance(at) < 1e-9


@pytest.mark.parametrize("ring", RINGS, ids=len)
def test_bounds_lie_below_the_distance_and_near_it(ring: F64) -> None:
    for lon, lat in POINTS:
        distance = float(distances_m(ring, lon, lat).min())
        assert edges.least_bound_m(*table(ring)[1:], lon, lat) <= distance
    assert edges.least_bound_m(*table(ring)[1:], 0.0, 20.0) > 3e6


@pytest.mark.parametrize("h", [1e-7, 1e-3, 0.1, 0.7, 2.0, 5.0, 8.5])
def test_the_mass_behind_a_line_is_that_of_owens_t(h: float) -> None:
    rng = np.random.default_rng(11)
    for begin, end in [*np.sort(rng.normal(0.0, 3.0, (100, 2)), axis=1).tolist(), [-20.0, 20.0], [0.0, 1e-6]]:
        expected = float(special.owens_t(h, end / h) - special.owens_t(h, begin / h))
        assert normal_mass.mass_behind(h, begin, end) == pytest.approx(expected, abs=1e-13)


def test_an_area_without_edges_is_nowhere() -> None:
    none = np.empty((0, 4)), np.empty((0, 5)), np.empty((0, 5))
    assert edges.nearest_edge(*none, 25.0, 55.0) == (math.inf, -1, 0.0)
    assert not edges.is_inside(*none, 25.0, 55.0)
    assert edges.least_bound_m(*none[1:], 25.0, 55.0) == math.inf


def test_paths_meet_the_edge_when_shapely_says_that_they_do() -> None:
    ring, rng = RINGS[2], np.random.default_rng(7)
    lon, lat, until_s = 25.0, 55.0, 900.0
    scale = np.array(metres_per_degree(lat))
    line = shapely.LineString((np.vstack((ring, ring[:1])) - (lon, lat)) * scale)
    starts = rng.normal(0.0, 3_000.0, (40, 2))
    speeds = np.array([150.0, 60.0]) + rng.normal(0.0, 15.0, (40, 2))
    area = Area([(tuple(map(tuple, ring.tolist())),)])
    times = area.crossing_times(lon, lat, starts, speeds, until_s)
    assert np.isfinite(times).any()
    assert np.isnan(times).any()
    for start, speed, time_s in zip(starts, speeds, times, strict=True):
        met = shapely.LineString([start, start + speed * until_s]).intersection(line)
        if met.is_empty:
            assert math.isnan(time_s)
        else:
            first = min(math.dist(start, point.coords[0]) for point in shapely.get_parts(met))
            assert time_s == pytest.approx(first / float(np.hypot(*speed)), rel=1e-9)


def test_a_path_along_an_edge_or_at_rest_meets_nothing() -> None:
    near = np.array([[0.0], [100.0], [50.0], [0.0]])
    starts, speeds = np.array([[-10.0, 100.0], [0.0, 0.0]]), np.array([[5.0, 0.0], [0.0, 0.0]])
    assert np.isnan(edges.first_meetings(near, starts, speeds, 60.0)).all()


@pytest.mark.parametrize("back_s", [0.0, 400.0])
@pytest.mark.parametrize("velocity", [(60.0, 10.0), (-20.0, 35.0), (0.5, 0.0), (-150.0, -150.0)])
def test_a_meeting_is_what_plain_numpy_makes_of_the_paths(velocity: tuple[float, float], back_s: float) -> None:
    ring, horizon_s = RINGS[2], 1_800.0
    points = np.random.default_rng(5).normal(size=(64, 4))
    place, speed = (300.0, 80.0, 200.0), (4.0, -1.0, 3.0)
    area = Area([(tuple(map(tuple, ring.tolist())),)])
    offsets = np.stack((points[:, 0] * place[0], points[:, 0] * place[1] + points[:, 1] * place[2]), axis=1)
    moving = velocity + np.stack((points[:, 2] * speed[0], points[:, 2] * speed[1] + points[:, 3] * speed[2]), axis=1)
    speeds = np.vstack((moving, [velocity]))
    starts = np.vstack((offsets, [[0.0, 0.0]])) - speeds * back_s
    times = area.crossing_times(25.9, 55.4, starts, speeds, 1.5 * horizon_s + back_s) - back_s
    met = np.isfinite(times[:-1])
    n_met, n_soon, in_s, in_sd_s, place_m, longest_m2 = area.meet(
        points,
        place_deg=(25.9, 55.4),
        velocity_mps=velocity,
        place_factor=place,
        speed_factor=speed,
        horizon_s=horizon_s,
        back_s=back_s,
    )
    assert n_met == np.count_nonzero(met)
    if n_met == 0:
        return
    sampled = times[:-1][met]
    places = offsets[met] + moving[met] * sampled[:, None]
    is_mean = math.isfinite(times[-1])
    middle_s = times[-1] if is_mean else np.median(sampled)
    middle_m = np.array(velocity) * middle_s if is_mean else np.median(places, axis=0)
    assert n_soon == np.count_nonzero(sampled <= horizon_s)
    assert in_s == pytest.approx(middle_s, rel=1e-9, abs=1e-9)
    assert in_sd_s == pytest.approx(float(np.sqrt(np.mean((sampled - middle_s) ** 2))), rel=1e-9)
    assert place_m == pytest.approx(tuple(middle_m), rel=1e-9, abs=1e-6)
    deviations = places - middle_m
    assert longest_m2 == pytest.approx(float(np.linalg.eigvalsh(deviations.T @ deviations / n_met)[-1]), rel=1e-9)
