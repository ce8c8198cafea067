"""The flights of a target, and the counting of where they pass, against plain twins, shapely and pyproj."""

import math

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from sargas.kernels import flight_ends as fe
from sargas.kernels import reach
from sargas.kernels.stereographic import make_plane
from sargas.warn.reach import FLIGHTS, points

N_STEPS = 30
STEP_S = 20.0


def target(**given: float) -> np.ndarray:
    """A target that flies north-east at 50 m/s, with no doubt at all."""
    row = np.zeros(reach.N_TARGET)
    row[[reach.COURSE_RAD, reach.SPEED_LOW, reach.SPEED_HIGH]] = np.nan
    row[reach.EAST], row[reach.NORTH] = 30.0, 40.0
    row[reach.ASTRAY_LOW], row[reach.ASTRAY_HIGH] = math.radians(0.1), math.radians(0.5)
    for name, value in given.items():
        row[getattr(reach, name)] = value
    return row


def flown(row: np.ndarray, conduct: int, n: int = 40, n_before: int = 0) -> np.ndarray:
    even, normal = points()
    paths = np.empty((n, N_STEPS - n_before + 1, 2))
    reach.fly(row, conduct, even[:n], normal[:n], np.full(N_STEPS, STEP_S), n_before, paths)
    return paths


def twin(row: np.ndarray, conduct: int, i: int) -> np.ndarray:
    """One flight step by step in plain Python, from the words of docs/explanation/warning.md."""
    even, normal = points()
    u, z = even[i], normal[i]
    velocity = np.array([row[reach.EAST] + row[reach.V11] * z[reach.SPEED_1], 0.0])
    velocity[1] = row[reach.NORTH] + row[reach.V21] * z[reach.SPEED_1] + row[reach.V22] * z[reach.SPEED_2]
    speed, heading = float(np.hypot(*velocity)), math.atan2(*velocity)
    wind = row[reach.WIND_MPS] * z[[reach.WIND_1, reach.WIND_2]]
    air = velocity - wind
    air_mps, air_heading, turn = float(np.hypot(*air)), math.atan2(*air), row[reach.TURN_RPS]
    place = np.array(
        [row[reach.X] + row[reach.P11] * z[0], row[reach.Y] + row[reach.P21] * z[0] + row[reach.P22] * z[1]]
    )
    if conduct == fe.COURSE:
        heading += fe.COURSE_SD_RAD * math.exp(fe.COURSE_SPREAD * z[reach.SPREAD]) * z[reach.OFFSET]
    turns_at = -fe.WAYPOINT_M * math.log(1.0 - u[reach.FIRST]) / speed
    angle = -fe.WAYPOINT_RAD * math.log(1.0 - u[reach.ANGLE]) * (1.0 if u[reach.SIDE] < 0.5 else -1.0)
    if conduct == fe.RETURN:
        turns_at = -fe.RETURN_AFTER_M * math.log(1.0 - u[reach.FIRST]) / speed
        angle = math.pi + fe.RETURN_SD_RAD * z[reach.ANGLE]
    low, high = row[reach.ASTRAY_LOW], row[reach.ASTRAY_HIGH]
    turn_sd = low * (high / low) ** u[reach.FIRST]
    forget_s = fe.ASTRAY_LOW_S * (fe.ASTRAY_HIGH_S / fe.ASTRAY_LOW_S) ** u[reach.SECOND]
    way = [place.copy()]
    has_turned = False
    for k in range(N_STEPS):
        t, noise = k * STEP_S, z[reach.STEP + k]
        if conduct == fe.WANDER:
            keep = math.exp(-STEP_S / forget_s)
            after = turn * keep + turn_sd * math.sqrt(1.0 - keep**2) * noise
            mean = 0.5 * (turn + after)
            # A circle at the mean turn rate: the chord of an arc.
            chord = 2.0 * air_mps / mean * math.sin(0.5 * mean * STEP_S)
            air_heading += 0.5 * mean * STEP_S
            place += chord * np.array([math.sin(air_heading), math.cos(air_heading)]) + wind * STEP_S
            air_heading += 0.5 * mean * STEP_S
            turn = after
        elif conduct == fe.DRIFT:
            other = z[reach.STEP + N_STEPS - 1 - k]
            velocity = velocity + fe.DRIFT_WALK_MPS * math.sqrt(STEP_S) * np.array([noise, other])
            place += velocity * STEP_S
        else:
            heading += fe.COURSE_WALK_RAD * math.sqrt(STEP_S) * noise
            if not has_turned and t + STEP_S > turns_at:
                has_turned = True
                heading += angle
            change = (
                row[reach.SPEED_SD] * z[reach.SPEED_3] * (1.0 - math.exp(-(t + 0.5 * STEP_S) / reach.SPEED_SETTLES_S))
            )
            place += speed * (1.0 + change) * STEP_S * np.array([math.sin(heading), math.cos(heading)])
        way.append(place.copy())
    return np.array(way)


@pytest.mark.parametrize("conduct", [fe.COURSE, fe.WANDER, fe.RETURN, fe.DRIFT])
def test_flights_are_those_of_a_plain_twin(conduct: int) -> None:
    row = target(
        X=1_000.0, Y=-2_000.0, P11=100.0, P21=30.0, P22=80.0, V11=2.0, V21=0.5, V22=1.0, WIND_MPS=6.0, SPEED_SD=0.03
    )
    found = flown(row, conduct)
    for i in range(0, 40, 7):
        assert found[i] == pytest.approx(twin(row, conduct, i), abs=0.01)


def test_what_circles_stays_on_its_circle() -> None:
    turn = math.radians(3.0)
    found = flown(target(TURN_RPS=turn), fe.ORBIT)
    even, _ = points()
    radius_m = 50.0 / turn  # of a turn at 50 m/s
    centre = radius_m * np.array([0.8, -0.6])  # to the right of north-east by 3-4-5
    for i in range(40):
        if even[i, reach.FIRST] <= fe.ORBIT_NOW:
            assert np.hypot(*(found[i] - centre).T) == pytest.approx(radius_m, rel=1e-6)


def test_without_any_doubt_a_course_is_a_line_but_for_what_courses_do() -> None:
    found = flown(target(), fe.COURSE, n=FLIGHTS)
    middle = np.median(found[:, -1], axis=0)
    assert middle == pytest.approx([30.0 * 600.0, 40.0 * 600.0], rel=0.03)


def test_a_direction_that_nobody_knows_is_any_direction_at_drone_speeds() -> None:
    found = flown(target(SPEED_LOW=18.0, SPEED_HIGH=55.0, EAST=0.0, NORTH=0.0), fe.COURSE, n=FLIGHTS)
    first = (found[:, 1] - found[:, 0]) / STEP_S
    speeds = np.hypot(*first.T)
    assert speeds.min() >= 18.0 * 0.999
    assert speeds.max() <= 55.0 * 1.001
    assert np.median(speeds) == pytest.approx(36.5, rel=0.03)
    quarters = np.histogram(np.arctan2(first[:, 0], first[:, 1]), bins=4, range=(-math.pi, math.pi))[0]
    assert quarters == pytest.approx([FLIGHTS / 4] * 4, rel=0.1)


def test_what_was_flown_before_is_left_out() -> None:
    whole, late = flown(target(), fe.COURSE), flown(target(), fe.COURSE, n_before=10)
    assert np.array_equal(whole[:, 10:], late)


def test_the_points_are_standard_normal() -> None:
    _, normal = points()
    # The mean of as many random numbers would be off by 1 / sqrt(n), one standard deviation.
    assert np.abs(normal[:, : reach.STEP].mean(axis=0)).max() < 1.0 / math.sqrt(FLIGHTS)
    assert np.abs(normal.mean(axis=0)).max() < 2.0 / math.sqrt(FLIGHTS)
    assert np.abs(normal.std(axis=0) - 1.0).max() < 0.08


def test_cells_are_passed_as_shapely_measures_it() -> None:
    rng = np.random.default_rng(5)
    paths = rng.uniform(0.0, 20_000.0, (12, 6, 2))
    weight = rng.uniform(0.0, 0.08, 12)
    missed, passed = np.full((30, 25), 0.9), np.zeros((30, 25))
    stamp = np.full((30, 25), -1, np.int32)
    reach.count_passes(paths, weight, 1_500.0, np.array([-1_000.0, 500.0]), 700.0, missed, passed, stamp, 0)
    x, y = np.meshgrid(-1_000.0 + 700.0 * (np.arange(25) + 0.5), 500.0 + 700.0 * (np.arange(30) + 0.5))
    middles = shapely.points(x, y)
    near = np.array([shapely.distance(shapely.LineString(path), middles) <= 1_500.0 for path in paths])
    assert missed == pytest.approx(0.9 * (1.0 - np.tensordot(weight, near, 1)))
    assert not passed.any()


def test_places_are_nearest_when_plain_geometry_says_so() -> None:
    rng = np.random.default_rng(6)
    paths = rng.uniform(0.0, 20_000.0, (9, 5, 2))
    places = np.column_stack([rng.uniform(0.0, 20_000.0, (40, 2)), rng.uniform(500.0, 3_000.0, 40)])
    # One cell that has them all: what is asked is the geometry.
    first, members = np.array([0, 40]), np.arange(40)
    flight, place, when = reach.nearest_times(paths, 10.0, places, first, members, np.zeros(2), 1e6, 1)
    found = {(i, k): at for i, k, at in zip(flight.tolist(), place.tolist(), when.tolist(), strict=True)}
    for i, path in enumerate(paths):
        line = shapely.LineString(path)
        for k, (x, y, radius) in enumerate(places):
            assert ((i, k) in found) == (line.distance(shapely.Point(x, y)) <= radius)
            if (i, k) in found:
                at = found[i, k]
                here = [np.interp(at, 10.0 * np.arange(5), path[:, axis]) for axis in (0, 1)]
                assert math.dist(here, (x, y)) == pytest.approx(line.distance(shapely.Point(x, y)), abs=1.0)


def test_an_area_is_entered_at_the_first_point_over_it() -> None:
    paths = np.array([[[50.0, 50.0], [150.0, 50.0], [250.0, 50.0]], [[50.0, 50.0], [50.0, 60.0], [50.0, 70.0]]])
    first, members = np.array([0, 0, 1, 3]), np.array([0, 0, 1])  # the middle cell has area 0, the last 0 and 1
    flight, area, when = reach.first_times(paths, 30.0, 2, first, members, np.zeros(2), 100.0, 3)
    assert list(zip(flight.tolist(), area.tolist(), when.tolist(), strict=True)) == [(0, 0, 30.0), (0, 1, 60.0)]


def test_the_plane_is_the_oblique_stereographic_of_proj() -> None:
    plane = make_plane(55.0, 24.0)
    lon, lat = np.array([24.0, 21.1, 26.6]), np.array([55.0, 56.2, 54.0])
    proj = Transformer.from_crs(
        "EPSG:4326", "+proj=stere +lat_0=55 +lon_0=24 +k=1 +ellps=WGS84 +units=m", always_xy=True
    )
    expected = np.column_stack(proj.transform(lon, lat))
    found = reach.places_in_plane(plane, lon, lat)
    assert found == pytest.approx(expected, abs=0.01)
    assert reach.places_on_earth(plane, found) == pytest.approx(np.column_stack([lon, lat]), abs=1e-9)
