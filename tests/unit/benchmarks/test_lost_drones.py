"""Lost drones: the flights are physical and told honestly, the searches of today and the scores are what they say."""

import importlib
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import Geod

from sargas.model.report import Sighting
from sargas.model.search import Cells
from sargas.search.plane import EqualArea

F64 = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[3]
PARTS = ("air", "baselines", "crafts", "engine_failure", "flights", "motion", "people", "radar", "rows", "scores")
GEOD = Geod(ellps="WGS84")
SEEDS = range(1_010, 1_042)
NM_M = 1_852.0

FASTEST_KMH = {"gerbera": 160.0, "shahed": 190.0, "orlan": 150.0, "male": 222.0, "quadcopter": 72.0, "balloon": 0.0}
"""Airspeeds that were published as the highest: Ukrainian military intelligence (Gerbera, Shahed-136), Special
Technology Center (Orlan-10), Baykar (TB2, 120 knots), DJI (Mavic 3, 75 km/h in sport mode)."""


@pytest.fixture(scope="module")
def bench() -> Iterator[SimpleNamespace]:
    """The benchmark's parts, importable for these tests only: its folder is no package of ours."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    try:
        yield SimpleNamespace(**{part: importlib.import_module(f"lost_drones.{part}") for part in PARTS})
    finally:
        sys.path.remove(str(ROOT / "benchmarks"))
        for name in [name for name in sys.modules if name.split(".")[0] == "lost_drones"]:
            sys.modules.pop(name)


@pytest.fixture(scope="module")
def flown(bench: SimpleNamespace) -> list[Any]:
    return [bench.flights.flight(seed) for seed in SEEDS]


def airspeeds(path: Any) -> F64:
    """How fast it flew through the air in each step [m/s]."""
    step_s = np.diff(path.time_s)
    east = np.diff(path.x_m) / step_s - path.wind_x_mps[:-1]
    north = np.diff(path.y_m) / step_s - path.wind_y_mps[:-1]
    return np.hypot(east, north)


# --------------------------------------------------------------------------------------------------- the flights


def test_a_seed_always_gives_the_same_flight(bench: SimpleNamespace, flown: list[Any]) -> None:
    again = bench.flights.flight.__wrapped__(SEEDS[3])
    assert again.track == flown[3].track
    assert again.state == flown[3].state
    assert (again.end_lat_deg, again.end_lon_deg, again.end_s) == (
        flown[3].end_lat_deg, flown[3].end_lon_deg, flown[3].end_s,
    )  # fmt: skip


def test_airspeed_with_the_engine_on_is_steady_and_no_more_than_was_published(flown: list[Any]) -> None:
    for one in flown:
        powered = airspeeds(one.path)[one.path.is_powered[:-1]]
        if powered.size:
            assert np.ptp(powered) < 1e-6
            assert powered.max() * 3.6 <= FASTEST_KMH[one.kind] + 1e-6


def test_nothing_touches_the_ground_before_its_end(flown: list[Any]) -> None:
    for one in flown:
        assert one.path.height_m[:-1].min() > 0.0
        assert one.path.height_m[-1] == 0.0


def test_what_glides_goes_as_far_through_the_air_as_its_glide_ratio_says(flown: list[Any]) -> None:
    gliding = [one for one in flown if one.manner in {"glides", "turns"}]
    assert len(gliding) >= 5
    for one in gliding:
        down = ~one.path.is_powered[:-1]
        through_air_m = (airspeeds(one.path) * np.diff(one.path.time_s))[down].sum()
        height_m = one.path.height_m[:-1][down][0]
        assert through_air_m / height_m == pytest.approx(one.glide_ratio, rel=1e-6)


def test_it_is_lost_two_to_sixty_kilometres_of_path_before_its_end(flown: list[Any]) -> None:
    for one in flown:
        low_m, high_m = (300.0, 8_000.0) if one.kind == "quadcopter" else (2_000.0, 60_000.0)
        after = one.path.cut(one.lost)
        path_m = np.hypot(np.diff(after.x_m), np.diff(after.y_m)).sum()
        assert path_m == pytest.approx(one.lost_m)
        assert low_m <= path_m <= high_m
        assert one.end_s - one.track.last_report_s == pytest.approx(after.time_s[-1] - after.time_s[0], abs=1.0)


def test_the_radar_does_not_see_it_again(flown: list[Any]) -> None:
    """Horizon over flat ground in the normal atmosphere: 4.12 (sqrt h1 + sqrt h2) km; Skolnik, Introduction to Radar
    Systems, section 8.5. The beam's lower edge is a straight ray above the tangent plane of the 4/3 earth."""
    for one in flown:
        after, sensor = one.path.cut(one.lost + 25), one.sensor  # the last look may be five turns before the edge
        plane = EqualArea(one.lat0_deg, one.lon0_deg)
        lon, lat = plane.lonlat(np.stack([after.x_m, after.y_m], axis=1)).T
        away = GEOD.inv(np.full(lon.size, sensor.lon_deg), np.full(lon.size, sensor.lat_deg), lon, lat)[2]
        horizon = 4_120.0 * (math.sqrt(sensor.alt_m) + np.sqrt(after.height_m))
        ray_deg = np.degrees((after.height_m - sensor.alt_m) / away - away / (2.0 * 4.0 / 3.0 * 6.371e6))
        lowest_deg = -90.0 if sensor.coverage.elevation_min_deg is None else sensor.coverage.elevation_min_deg
        seen = (away < sensor.coverage.range_max_m - 50.0) & (away < horizon - 50.0) & (ray_deg > lowest_deg + 0.01)
        assert not seen.any(), one.seed


def test_the_track_is_where_the_drone_was(flown: list[Any]) -> None:
    # chi-square with two degrees of freedom: 99 % within 9.2; the tracker may be a little too sure in turns
    squares = []
    for one in flown:
        track, plane = one.track, EqualArea(one.track.lat_deg, one.track.lon_deg)
        own = EqualArea(one.lat0_deg, one.lon0_deg)
        at_s = track.last_report_s - one.end_s + one.path.time_s[-1]
        there = np.array([[np.interp(at_s, one.path.time_s, column) for column in (one.path.x_m, one.path.y_m)]])
        ((lon, lat),) = own.lonlat(there)
        (off,) = plane.xy(lon, lat)
        ee, en, nn = track.position_cov_m2
        squares.append(float(off @ np.linalg.solve(np.array([[ee, en], [en, nn]]), off)))
    assert np.mean(np.array(squares) < 9.2) > 0.85
    assert np.mean(squares) < 6.0


def test_the_loss_is_the_track_at_its_last_report(flown: list[Any]) -> None:
    for one in flown:
        (loss,) = one.state.losses
        assert loss.track.time_s == loss.track.last_report_s
        assert [each.sensor for each in loss.watching] == [one.sensor.id]
        assert loss.track.last_report_s < loss.declared_s < one.now_s


def test_sets_hold_every_kind_every_reason_and_what_is_told_as_often_as_meant(flown: list[Any]) -> None:
    n = len(flown)

    def near(count: int, share: float) -> bool:
        return abs(count - share * n) <= 3.3 * math.sqrt(share * (1.0 - share) * n)

    assert {one.kind for one in flown} == {"gerbera", "shahed", "orlan", "male", "balloon", "quadcopter"}
    assert {one.conduct for one in flown} == {"straight", "jammed", "orbiting", "drift"}
    assert near(sum(one.reason == "dropped" for one in flown), 1.0 / 3.0)
    assert near(sum(bool(one.state.settings.kinds) for one in flown), 0.5)
    assert near(sum(one.state.settings.wind is not None for one in flown), 0.5)
    assert near(sum(bool(one.state.clues) for one in flown), 0.3)
    assert all(one.state.settings.kinds in ({}, {one.kind: 1.0}) for one in flown)
    assert any(one.has_height for one in flown)
    assert not all(one.has_height for one in flown)


def test_people_who_called_stood_near_the_path_four_times_in_five(bench: SimpleNamespace, flown: list[Any]) -> None:
    near = []
    for one in flown:
        own = EqualArea(one.lat0_deg, one.lon0_deg)
        for clue in one.state.clues:
            assert isinstance(clue.report, Sighting)
            assert clue.received_s < one.now_s
            (place,) = own.xy(clue.report.lon_deg, clue.report.lat_deg)
            away_m = np.hypot(one.path.x_m[one.lost :] - place[0], one.path.y_m[one.lost :] - place[1]).min()
            near.append(away_m <= 3_000.0 + 4.0 * clue.report.position_sd_m)
    assert len(near) >= 10
    assert 0.6 <= np.mean(near) <= 1.0


def test_the_forecast_is_off_by_two_metres_a_second_along_each_axis(bench: SimpleNamespace) -> None:
    rng = np.random.default_rng(0)
    air = bench.air.Air(rng, (8.0, 8.0))
    off = []
    for _ in range(2_000):
        told = air.told(rng)
        toward = math.radians(told.from_deg + 180.0)
        off.append(np.array([math.sin(toward), math.cos(toward)]) * told.speed_mps - air.mean(told.at_height_m))
    assert np.std(off, axis=0) == pytest.approx([2.0, 2.0], rel=0.06)
    assert np.mean(off, axis=0) == pytest.approx([0.0, 0.0], abs=0.2)


def test_the_wind_grows_with_height_and_turns_to_the_right(bench: SimpleNamespace) -> None:
    for seed in range(20):
        air = bench.air.Air(np.random.default_rng(seed), (3.0, 15.0))
        low, high = np.array(air.mean(10.0)), np.array(air.mean(500.0))
        assert np.hypot(*low) < np.hypot(*high)
        assert low[0] * high[1] - low[1] * high[0] <= 1e-9  # clockwise


# ------------------------------------------------------------------------------- the real engine failure


@pytest.mark.recording
def test_the_real_engine_failure_is_cut_from_its_log(bench: SimpleNamespace, recordings: Path) -> None:
    """Engine cut 116.2 s after the start, some 50 m up; the log ends 16 s later, nearly 30 m up."""
    found = bench.engine_failure.flights(recordings / "flightlogs" / "alfa_engine_failure_gps.csv")
    cut, before = found["at the cut"], found["30 s before"]
    assert 16.0 <= cut.end_s - cut.track.last_report_s <= 18.5  # a look a second, of which one may be missed
    assert 46.0 <= before.end_s - before.track.last_report_s <= 48.5
    assert cut.path.height_m[cut.lost] == pytest.approx(51.0, abs=3.0)
    assert cut.path.height_m[-1] == pytest.approx(28.0, abs=3.0)
    assert (cut.end_lat_deg, cut.end_lon_deg) == (pytest.approx(40.5905406), pytest.approx(-79.8985041))
    assert math.hypot(cut.track.east_mps, cut.track.north_mps) == pytest.approx(17.0, abs=5.0)
    assert cut.state.losses[0].watching == ()


# --------------------------------------------------------------------------------------- the searches of today

EAST = (30.0, 0.0)
HERE = (1_000.0, -2_000.0)


def area_km2(one: Any, east_km: float, north_km: float) -> float:
    truth = (HERE[0] + 1e3 * east_km, HERE[1] + 1e3 * north_km)
    return float(one.area_before_find_m2(HERE, EAST, truth)) / 1e6


def test_circle_is_pi_r_squared(bench: SimpleNamespace) -> None:
    assert area_km2(bench.baselines.Circle(), 3.0, -4.0) == pytest.approx(math.pi * 25.0)


@pytest.mark.parametrize(
    ("east_km", "north_km", "expected_km2"),
    [
        (10.0, 0.0, math.pi / 6.0 * 100.0),  # half of 60 degrees, in radians, r squared
        (0.0, 10.0, math.pi / 6.0 * 3_600.0 + 5.0 / 6.0 * math.pi * 100.0),  # the sector in vain, then the rest
        (0.0, -61.0, math.pi * 61.0**2),
    ],
)
def test_sector_is_searched_to_the_ring_before_the_rest(
    bench: SimpleNamespace, east_km: float, north_km: float, expected_km2: float
) -> None:
    assert area_km2(bench.baselines.Sector(), east_km, north_km) == pytest.approx(expected_km2)


def test_strip_of_ten_miles_is_a_box(bench: SimpleNamespace) -> None:
    strip = bench.baselines.BASELINES["10 NM of the track"]
    assert area_km2(strip, 20.0, 5.0) == pytest.approx(2.0 * 18.52 * (18.52 + 20.0))
    # 20 km to the side: all of the first, 37.04 by 60 and 18.52 at either end, then 2 x 9.26 more on the way to x = 0
    first = 37.04 * (60.0 + 37.04)
    second = 2.0 * 27.78 * 27.78 - 37.04 * 18.52
    assert area_km2(strip, 0.0, 20.0) == pytest.approx(first + second)


def test_datum_line_is_as_wide_as_its_errors_say(bench: SimpleNamespace) -> None:
    """First search 1.1 E, E one mile and 15 % of the distance: a box behind the point, a trapezium before it."""
    outwards = bench.baselines.BASELINES["the same, outwards"]
    at_0, at_20, at_60 = (1.1 * (1.852 + 0.15 * km) for km in (0.0, 20.0, 60.0))
    assert area_km2(outwards, 20.0, 0.0) == pytest.approx(2.0 * at_0 * at_0 + (at_0 + at_20) * 20.0)
    whole = 2.0 * at_0 * at_0 + (at_0 + at_60) * 60.0 + 2.0 * at_60 * at_60
    assert area_km2(bench.baselines.BASELINES["IAMSAR datum line"], 20.0, 0.0) == pytest.approx(whole / 2.0)


@pytest.mark.parametrize(
    ("along_km", "across_km"), [(20.0, 7.0), (35.0, -11.5), (-3.5, 1.0), (-30.0, 12.0), (5.0, 50.0)]
)
def test_datum_line_is_what_a_count_of_squares_gives(
    bench: SimpleNamespace, along_km: float, across_km: float
) -> None:
    """Squares of 100 m: those of the searches that were in vain, and of the last one those not farther along."""
    side = 0.1
    s, c = np.meshgrid(np.arange(-70.0, 95.0, side) + side / 2, np.arange(-70.0, 70.0, side) + side / 2)
    swept = np.zeros(s.shape, bool)
    counted = None
    for factor in (1.1, 1.6, 2.0, 2.3, 2.5):
        half = factor * (1.852 + 0.15 * np.clip(s, 0.0, 60.0))
        inside = (abs(c) < half) & (s > -factor * 1.852) & (s < 60.0 + factor * 10.852)
        own = factor * (1.852 + 0.15 * min(max(along_km, 0.0), 60.0))
        if abs(across_km) < own and along_km > -factor * 1.852:
            counted = swept | (inside & (s < along_km))
            break
        swept |= inside
    if counted is None:
        counted = swept | (np.hypot(s, c) < math.hypot(along_km, across_km))
    found = area_km2(bench.baselines.BASELINES["the same, outwards"], along_km, -across_km)
    assert found == pytest.approx(counted.sum() * side**2, rel=4e-3)


def test_no_baseline_searches_less_for_what_lies_farther_along(bench: SimpleNamespace) -> None:
    for name, one in bench.baselines.BASELINES.items():
        if not getattr(one, "is_outwards", True):
            continue
        areas = [area_km2(one, east, 0.0) for east in np.linspace(0.5, 59.0, 40)]
        assert np.all(np.diff(areas) > 0.0), name


# -------------------------------------------------------------------------------------------------- the scores

SD_M = 1_000.0


def gaussian(coarse_beyond_m: float = math.inf) -> tuple[F64, F64, F64, F64]:
    """A round normal map of 40 m squares, of 160 m squares from a distance on: the stand-in for a search's map."""
    coarse = np.arange(-6_400.0, 6_400.0, 160.0) + 80.0
    x, y = (each.ravel() for each in np.meshgrid(coarse, coarse))
    is_fine = np.hypot(x, y) < coarse_beyond_m
    offsets = np.arange(-60.0, 61.0, 40.0)
    fx, fy = (
        (centre[is_fine][:, None] + np.array(offset).ravel()).ravel()
        for centre, offset in zip((x, y), np.meshgrid(offsets, offsets), strict=True)
    )
    x, y = np.concatenate([fx, x[~is_fine]]), np.concatenate([fy, y[~is_fine]])
    size = np.concatenate([np.full(fx.size, 40.0), np.full(int((~is_fine).sum()), 160.0)])
    poc = size**2 * np.exp(-(x**2 + y**2) / (2.0 * SD_M**2)) / (2.0 * math.pi * SD_M**2)
    return x, y, size, poc


@pytest.mark.parametrize("coarse_beyond_m", [math.inf, 1_500.0])
@pytest.mark.parametrize("r_m", [300.0, 1_177.4, 2_300.0])
def test_standing_in_a_normal_map_is_its_closed_form(
    bench: SimpleNamespace, coarse_beyond_m: float, r_m: float
) -> None:
    """The smallest area with a share p of a round normal density is a circle of r = sd sqrt(-2 ln(1 - p))."""
    truth = (r_m * math.cos(0.3), r_m * math.sin(0.3))
    found = bench.scores.standing_of(*gaussian(coarse_beyond_m), truth)
    assert found.level == pytest.approx(1.0 - math.exp(-(r_m**2) / (2.0 * SD_M**2)), abs=0.02)
    half_diagonal_m = (160.0 if r_m > coarse_beyond_m else 40.0) / math.sqrt(2.0)
    assert found.area_m2 == pytest.approx(math.pi * r_m**2, abs=2.0 * math.pi * r_m * half_diagonal_m)
    assert found.area95_m2 == pytest.approx(2.0 * math.pi * SD_M**2 * math.log(20.0), rel=0.005)
    assert found.is_inside == (r_m < SD_M * math.sqrt(2.0 * math.log(20.0)))
    assert found.is_in_best == (r_m < SD_M * math.sqrt(0.2 * math.log(20.0)))


def test_honest_maps_are_calibrated_and_hold_a_quarter_in_their_best_tenth(bench: SimpleNamespace) -> None:
    """Of a round normal density 1 - 20^-0.1 = 25.9 % lie in the best tenth of the 95 % area; of peaked ones more."""
    rng, cells = np.random.default_rng(3), gaussian(1_500.0)
    found = [bench.scores.standing_of(*cells, tuple(rng.normal(0.0, SD_M, 2))) for _ in range(500)]
    shares = np.array(bench.scores.SHARES)
    off = np.abs(np.array(bench.scores.calibration([one.level for one in found])) - shares)
    assert off.max() < 1.63 / math.sqrt(500)  # Kolmogorov-Smirnov, 1 %
    assert np.mean([one.is_in_best for one in found]) == pytest.approx(1.0 - 20.0**-0.1, abs=0.06)


def test_of_cells_as_dense_as_the_truths_half_is_searched(bench: SimpleNamespace) -> None:
    x, y = np.array([0.0, 10.0, 20.0, 35.0]), np.zeros(4)
    size, poc = np.array([10.0, 10.0, 10.0, 20.0]), np.array([0.2, 0.1, 0.1, 0.4])
    found = bench.scores.standing_of(x, y, size, poc, (12.0, 1.0))
    assert found.area_m2 == pytest.approx(100.0 + 0.5 * (100.0 + 100.0 + 400.0))  # all but the first have 0.001 / m2
    assert found.level == pytest.approx((0.2 + 0.5 * 0.6) / 0.8)


def test_what_lies_outside_the_map_is_never_found(bench: SimpleNamespace) -> None:
    found = bench.scores.standing_of(*gaussian(), (9_000.0, 0.0))
    assert (found.level, found.area_m2) == (1.0, math.inf)
    assert not found.is_inside
    assert not found.is_in_best


def test_ratio_of_medians_keeps_the_pairs_together(bench: SimpleNamespace) -> None:
    ours = np.random.default_rng(1).lognormal(0.0, 1.5, 200)
    found = bench.scores.ratio_of_medians(5.0 * ours, ours)
    assert (found.value, found.low, found.high) == pytest.approx((5.0, 5.0, 5.0))


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_interval_of_a_share_is_wilsons(bench: SimpleNamespace, n: int, of: int, low: float, high: float) -> None:
    """Newcombe, Two-sided confidence intervals for the single proportion, Stat. Med. 17 (1998), table I, method 3."""
    assert bench.scores.share_interval(n, of) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def stand_in(one: Any) -> Cells:
    """A round normal map about the last point: no search, but cells as one gives them."""
    x, y, size, poc = gaussian(0.0)
    plane = EqualArea(one.track.lat_deg, one.track.lon_deg)
    lonlat = plane.lonlat(np.stack([10.0 * x, 10.0 * y], axis=1))
    columns = {
        "x_m": 10.0 * x, "y_m": 10.0 * y, "size_m": 10.0 * size, "lat_deg": lonlat[:, 1], "lon_deg": lonlat[:, 0],
        "poc": poc,
    }  # fmt: skip
    found = {name: tuple(column.tolist()) for name, column in columns.items()}
    return Cells(lat0_deg=plane.lat_deg, lon0_deg=plane.lon_deg, **found)


def test_rows_measure_from_the_last_point_and_tables_hold_every_flight(
    bench: SimpleNamespace, flown: list[Any]
) -> None:
    rows = [bench.rows.row_of(one, stand_in(one), 0.1) for one in flown]
    for one, row in zip(flown, rows, strict=True):
        track = one.track
        away_m = GEOD.inv(track.lon_deg, track.lat_deg, one.end_lon_deg, one.end_lat_deg)[2]
        assert row.away_m == pytest.approx(away_m, rel=1e-4)
        assert row.baselines_m2["circle"] == pytest.approx(math.pi * away_m**2, rel=2e-4)
        if row.area_m2 < math.inf:  # a round map is searched in circles; its squares are 1,600 m wide
            within_m2 = 2.0 * math.pi * (away_m + 600.0) * 1_132.0
            assert row.area_m2 == pytest.approx(row.baselines_m2["circle"], abs=within_m2)
    lines = bench.rows.table(rows)
    assert lines[1][:3] == ["all", "", str(len(rows))]
    assert sum(int(line[2]) for line in lines[2:]) == len(rows) * len(bench.rows.GROUPS)
    assert len(bench.rows.against(rows)) == 1 + len(bench.baselines.BASELINES)
