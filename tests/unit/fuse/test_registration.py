"""How sensors are put into register; the geometry is PROJ's, see `registration_sky`."""

import math

import numpy as np
import pytest
from scipy.optimize import least_squares

from registration_sky import GEOD, LAT, LON, PLACE, PLANE, PLOT, Device, Sky
from sargas.fuse.registration import NOT_USED, TRUSTED, UNPROVEN, Registration, RegistrationSettings, Rows
from sargas.kernels.stereographic import make_plane
from sargas.model.sensor import RegistrationEstimate, Sensor
from sargas.store.snapshot import dump, load


def north(**errors: object) -> Device:
    return Device("north", "radar", 0.0, 60_000.0, **errors)


def south(**errors: object) -> Device:
    return Device("south", "radar", 20_000.0, -60_000.0, **errors)


def finder(**errors: object) -> Device:
    return Device("finder", "radio_df", -30_000.0, -20_000.0, azimuth_sd_deg=3.0, reach_m=80_000.0, **errors)


def of(sky: Sky, name: str) -> RegistrationEstimate:
    return sky.registration.estimates()[name]


def test_two_radars_and_ads_b_find_their_biases_within_two_minutes() -> None:
    sky = Sky(1, [north(range_bias_m=150.0, azimuth_bias_deg=0.3), south(range_bias_m=-150.0, azimuth_bias_deg=-0.3)])
    sky.run(120.0)
    for name, sign in (("north", 1.0), ("south", -1.0)):
        found = of(sky, name)
        assert found.is_applied
        assert found.range_m == pytest.approx(sign * 150.0, abs=15.0)
        assert found.azimuth_deg == pytest.approx(sign * 0.3, abs=0.04)
        assert found.n_references == 12
        assert found.verdict.startswith("corrected: range ")
    assert sky.registration.trust().tolist() == [TRUSTED, TRUSTED, TRUSTED]


def test_two_radars_alone_find_how_they_differ() -> None:
    sky = Sky(
        1, [north(range_bias_m=150.0, azimuth_bias_deg=0.3), south(range_bias_m=-150.0, azimuth_bias_deg=-0.3)],
        n_cooperative=0,
    )  # fmt: skip
    sky.run(300.0)
    for name, sign in (("north", 1.0), ("south", -1.0)):
        found = of(sky, name)
        assert found.range_m == pytest.approx(sign * 150.0, abs=20.0)
        assert found.azimuth_deg == pytest.approx(sign * 0.3, abs=0.05)


def test_the_time_bias_that_two_radars_share_cannot_be_seen_without_a_clock_from_outside() -> None:
    sky = Sky(5, [north(time_bias_s=0.8), south()], n_cooperative=0)
    sky.run(300.0)
    north_s, south_s = sky.registration.corrections()[:2, 3]
    assert north_s - south_s == pytest.approx(0.8, abs=0.1)
    assert north_s + south_s == pytest.approx(0.0, abs=0.1)
    for name in ("north", "south"):
        assert math.sqrt(sky.registration.covariance(name)[3, 3]) == pytest.approx(math.sqrt(0.5), abs=0.01)
        assert "against other sensors only" in of(sky, name).verdict


def test_a_time_bias_shows_through_the_targets_motion() -> None:
    sky = Sky(5, [north(time_bias_s=0.8), south()])
    sky.run(200.0)
    assert of(sky, "north").time_s == pytest.approx(0.8, abs=0.1)
    assert of(sky, "north").is_applied
    assert sky.registration.corrections()[1, 3] == 0.0


def test_a_time_bias_cannot_be_seen_in_targets_that_hover() -> None:
    sky = Sky(5, [north(time_bias_s=0.8, range_bias_m=150.0)], speed_mps=(0.0, 0.5))
    sky.run(200.0)
    found = of(sky, "north")
    assert found.time_s is None
    assert math.sqrt(sky.registration.covariance("north")[3, 3]) > 0.95
    assert found.range_m == pytest.approx(150.0, abs=15.0)


def test_targets_of_one_heading_leave_range_and_time_entangled() -> None:
    sky = Sky(5, [Device("west", "radar", -400_000.0, 0.0, reach_m=600_000.0)])
    sky.v[:] = [180.0, 0.0]
    sky.half_m = math.inf
    sky.run(200.0)
    covariance = sky.registration.covariance("west")
    correlation = covariance[0, 3] / math.sqrt(covariance[0, 0] * covariance[3, 3])
    assert correlation > 0.99  # flying away, a late stamp looks like a short range: -v dt against +b
    assert of(sky, "west").range_m is None or not of(sky, "west").is_applied


def test_an_elevation_bias_shows_against_geometric_heights() -> None:
    sky = Sky(2, [north(elevation_bias_deg=0.4)])
    sky.run(200.0)
    assert of(sky, "north").elevation_deg == pytest.approx(0.4, abs=0.05)
    assert sky.registration.corrections()[0, 2] == pytest.approx(math.radians(0.4), abs=math.radians(0.05))


def test_sensors_in_register_are_left_alone() -> None:
    sky = Sky(3, [north(), south()])
    for _ in range(20):
        sky.run(60.0)
        assert np.abs(sky.registration.corrections()[:, 0]).max() < 15.0
        assert np.abs(sky.registration.corrections()[:, 1]).max() < math.radians(0.05)
    assert of(sky, "north").verdict == "in register as far as its targets tell"


def test_what_is_estimated_is_what_least_squares_finds_over_the_same_plots() -> None:
    """Scipy's least squares on geodesics of PROJ, from all plots at once."""
    device = north(range_bias_m=120.0, azimuth_bias_deg=-0.4, time_bias_s=0.5)
    settings = RegistrationSettings(
        common_share=0.0, common_sd_m=0.1, acceleration_mps2=0.01, azimuth_prior_sd_deg=0.7, range_prior_sd_m=5_000.0
    )
    sky = Sky(4, [device], settings=settings)
    seen = sky.keep_rows()
    sky.run(100.0)
    plots, sources, flown = [], [], []
    last: dict[int, tuple[float, np.ndarray]] = {}
    for rows in seen:
        for i in range(rows.t.size):
            number = int(rows.target[i])
            if rows.role[i] != PLOT:
                last[number] = (rows.t[i], rows.z[i])
            elif number in last:
                t, z = last[number]
                plots.append(rows.z[i, :2])
                sources.append(z[:2] + (rows.t[i] - t) * z[2:])
                flown.append(z[2:])
    lat, lon = device.lat_lon
    plot, source, velocity = np.array(plots), np.array(sources), np.array(flown)

    def polar(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        lons, lats = PLANE(xy[:, 0], xy[:, 1], inverse=True)
        azimuth, _, distance = GEOD.inv(np.full(len(xy), lon), np.full(len(xy), lat), lons, lats)
        return distance, azimuth

    ranged, pointed = polar(plot)

    def residuals(b: np.ndarray) -> np.ndarray:
        distance, azimuth = polar(source - b[2] * velocity)
        turned = (pointed - b[1] - azimuth + 180.0) % 360.0 - 180.0
        return np.concatenate([(ranged - b[0] - distance) / math.hypot(50.0, 10.0), turned / 0.15])

    best = least_squares(residuals, np.zeros(3)).x
    sky.registration._evaluate(sky.t)
    found = sky.registration.bias("north")
    sd = np.sqrt(np.diag(sky.registration.covariance("north")))
    assert abs(found[0] - best[0]) < 0.5 * sd[0]
    assert abs(found[1] - math.radians(best[1])) < 0.5 * sd[1]
    assert abs(found[3] - best[2]) < 0.5 * sd[3]


def test_the_stated_uncertainty_is_no_smaller_than_the_errors_over_many_skies() -> None:
    """Normalised squared error per degree of freedom; the assumed common error is not simulated and lowers it."""
    rng = np.random.default_rng(7)
    squares = []
    for seed in range(12):
        truth = rng.normal(0.0, 1.0, (2, 3)) * [150.0, 0.3, 0.3]
        devices = [
            make(range_bias_m=range_m, azimuth_bias_deg=azimuth_deg, time_bias_s=time_s)
            for make, (range_m, azimuth_deg, time_s) in zip((north, south), truth.tolist(), strict=True)
        ]
        sky = Sky(seed, devices)
        sky.run(160.0)
        registration = sky.registration
        at = [0, 1, 3, 4, 5, 7]
        error = np.array([registration.bias("north"), registration.bias("south")])[:, [0, 1, 3]] - truth * [
            1.0,
            math.radians(1.0),
            1.0,
        ]
        squares.append(
            error.ravel()
            @ np.linalg.solve(registration.joint_covariance(["north", "south"])[np.ix_(at, at)], error.ravel())
            / 6.0
        )
    assert 0.2 < np.mean(squares) < 1.2
    assert max(squares) < 3.0


def test_an_aircraft_that_lies_about_its_place_moves_no_radar_and_is_told() -> None:
    sky = Sky(6, [north(range_bias_m=100.0), south()], n_cooperative=8, spoofed={3: (350.0, -250.0)})
    sky.run(300.0)
    assert of(sky, "north").range_m == pytest.approx(100.0, abs=15.0)
    assert of(sky, "south").range_m == pytest.approx(0.0, abs=15.0)
    assert abs(of(sky, "north").time_s or 0.0) < 0.1
    assert sky.registration.doubted().tolist() == [3]


def test_a_single_aircraft_however_long_it_is_seen_proves_nothing() -> None:
    sky = Sky(6, [north()], n_targets=1, n_cooperative=1, spoofed={0: (300.0, 200.0)})
    sky.run(600.0)
    assert not of(sky, "north").is_applied
    assert np.all(sky.registration.corrections() == 0.0)
    assert of(sky, "north").verdict == "0 of 3 common targets needed"


def test_what_one_liar_said_first_is_mended_by_those_who_come_later() -> None:
    sky = Sky(6, [north(range_bias_m=100.0), south()], n_cooperative=1, spoofed={0: (300.0, 200.0)})
    sky.run(60.0)
    sky.n_cooperative = 6
    sky.run(300.0)
    assert of(sky, "north").range_m == pytest.approx(100.0, abs=15.0)
    assert abs(of(sky, "north").time_s or 0.0) < 0.1


def test_a_direction_finder_sixty_degrees_off_is_told_and_never_used() -> None:
    sky = Sky(3, [north(), finder(azimuth_bias_deg=60.0)], n_targets=5, n_cooperative=5, half_m=50_000.0)
    sky.run(300.0)
    found = of(sky, "finder")
    assert found.azimuth_deg == pytest.approx(60.0, abs=2.0)
    assert not found.is_applied
    assert not found.is_used
    assert "misaligned, points 6" in found.verdict or "misaligned, points 59" in found.verdict
    assert not sky.registration.is_trusted("finder")
    assert sky.registration.trust()[1] == NOT_USED
    assert sky.registration.corrections()[1].tolist() == [0.0, 0.0, 0.0, 0.0]


def test_a_direction_finder_that_hears_one_emitter_after_another_sixty_degrees_off_is_found_too() -> None:
    sky = Sky(3, [north(), finder(azimuth_bias_deg=60.0, hears_one=True)])
    sky.run(1_000.0)
    assert of(sky, "finder").azimuth_deg == pytest.approx(60.0, abs=3.0)
    assert not of(sky, "finder").is_used


def test_a_direction_finder_a_little_off_is_corrected_though_no_track_takes_its_bearings() -> None:
    sky = Sky(3, [north(), finder(azimuth_bias_deg=8.0)], n_targets=5, n_cooperative=5, half_m=50_000.0)
    sky.run(300.0)
    found = of(sky, "finder")
    assert found.is_applied
    assert found.azimuth_deg == pytest.approx(8.0, abs=1.0)
    assert sky.registration.trust()[1] == TRUSTED


def test_a_direction_finder_that_points_at_random_is_not_trusted() -> None:
    sky = Sky(4, [north(), finder(is_random=True)])
    sky.run(300.0)
    assert sky.registration.trust()[1] != TRUSTED
    sky.run(600.0)
    assert not of(sky, "finder").is_used
    assert of(sky, "finder").verdict == "its bearings are no better than chance: not used"


def test_a_microphone_hears_where_the_aircraft_was() -> None:
    ear = Device("ear", "acoustic", 0.0, 0.0, azimuth_sd_deg=3.0, reach_m=8_000.0)
    sky = Sky(8, [ear], n_targets=6, n_cooperative=6, half_m=5_000.0, speed_mps=(40.0, 60.0), sound_mps=340.0)
    sky.run(400.0)
    assert of(sky, "ear").azimuth_deg == pytest.approx(0.0, abs=1.0)
    assert sky.registration.trust()[0] == TRUSTED


def test_a_radar_that_turns_by_twenty_degrees_is_withdrawn_and_comes_back_when_it_is_mended() -> None:
    breaks_s, mended_s = 1_700_000_400.0, 1_700_000_800.0
    sky = Sky(7, [north(azimuth_bias_deg=lambda t: 20.3 if breaks_s <= t < mended_s else 0.3), south()])
    sky.run(400.0)
    assert of(sky, "north").is_applied
    sky.run(100.0)
    broken = of(sky, "north")
    assert not broken.is_used
    assert not broken.is_applied
    assert broken.azimuth_deg == pytest.approx(20.3, abs=0.5)
    assert broken.verdict.startswith("misaligned, points 20.")
    assert sky.registration.corrections()[0].tolist() == [0.0, 0.0, 0.0, 0.0]
    assert of(sky, "south").is_used
    sky.run(700.0)
    assert of(sky, "north").is_used
    assert of(sky, "north").azimuth_deg == pytest.approx(0.3, abs=0.05)


def test_a_radar_that_turns_by_half_a_degree_is_learned_anew() -> None:
    sky = Sky(7, [north(azimuth_bias_deg=lambda t: 0.8 if t > 1_700_000_400.0 else 0.3), south()])
    sky.run(520.0)
    assert of(sky, "north").azimuth_deg == pytest.approx(0.8, abs=0.05)


def test_a_range_three_kilometres_off_is_told_and_not_corrected() -> None:
    sky = Sky(9, [north(range_bias_m=3_000.0), south()])
    sky.run(200.0)
    found = of(sky, "north")
    assert found.range_m == pytest.approx(3_000.0, abs=100.0)
    assert not found.is_used
    assert "its range is off by" in found.verdict


def test_a_radar_whose_errors_are_larger_than_stated_is_told() -> None:
    sky = Sky(9, [north(range_sd_m=150.0, stated_range_sd_m=50.0), south()])
    sky.run(600.0)
    found = of(sky, "north")
    assert found.found_range_sd_m == pytest.approx(150.0, rel=0.15)
    assert "its range error is" in found.verdict
    assert "times as large as stated" in found.verdict
    assert of(sky, "south").found_range_sd_m == pytest.approx(50.0, rel=0.2)
    assert "larger" not in of(sky, "south").verdict


def test_a_correction_takes_a_plot_back_to_where_the_geodesic_leads() -> None:
    device = north(range_bias_m=150.0, azimuth_bias_deg=1.0)
    sky = Sky(1, [device])
    sky.registration._s.mean[0] = [150.0, math.radians(1.0), 0.0, 2.0]
    sky.registration._is_applied[0] = True
    lat, lon = device.lat_lon
    azimuth, distance = np.linspace(0.0, 350.0, 36), np.full(36, 80_000.0)
    true, wrong = (
        np.stack(PLANE(*GEOD.fwd(np.full(36, lon), np.full(36, lat), azimuth + da, distance + dr)[:2]), axis=1)
        for da, dr in ((0.0, 0.0), (1.0, 150.0))
    )
    z = np.zeros((36, 4))
    z[:, :2] = wrong
    t, freed = sky.registration.corrected(np.full(36, 100.0), np.zeros(36, np.int64), np.full(36, PLACE), z)
    assert np.hypot(*(freed[:, :2] - true).T).max() < 1.0
    assert np.all(t == 98.0)
    assert np.all(z[:, :2] == wrong)


def test_a_snapshot_goes_on_as_if_nothing_had_happened() -> None:
    whole, cut = (Sky(2, [north(range_bias_m=80.0), finder()]) for _ in range(2))
    whole.run(200.0)
    cut.run(90.0)
    restored = load(dump(cut.registration))
    assert isinstance(restored, Registration)
    cut.registration = restored
    cut.run(112.0)
    assert whole.t == cut.t - 0.0
    assert np.array_equal(whole.registration._s.mean, cut.registration._s.mean)
    assert np.array_equal(whole.registration._P, cut.registration._P)
    assert whole.registration.estimates() == cut.registration.estimates()


def test_numbers_that_are_none_teach_nothing_and_break_nothing() -> None:
    sky = Sky(2, [north(), finder()])
    n = 60
    bad = np.resize([math.nan, math.inf, -math.inf, 0.0, 1e300, -1.0], n)
    rng = np.random.default_rng(0)
    for shift in range(12):
        row = np.roll(bad, shift)
        z, r = np.stack([row, np.roll(row, 1), np.roll(row, 2), row], axis=1), np.stack([np.roll(row, 3)] * 4, axis=1)
        sky.registration.observe(
            sky.t + 20.0 * shift,
            Rows(
                np.where(np.isfinite(row), sky.t, row), rng.integers(-3, 9, n), rng.integers(0, 9, n),
                rng.integers(0, 6, n), z, r, rng.integers(-1, 2**62, n), np.stack([row] * 3, axis=1),
                np.stack([row] * 2, axis=1), rng.random(n) < 0.5,
            ),
        )  # fmt: skip
    assert np.all(np.isfinite(sky.registration._P))
    assert np.all(sky.registration.corrections() == 0.0)
    sky.run(120.0)
    assert of(sky, "north").range_sd_m is not None


def test_a_configuration_without_any_sensor_needs_no_register() -> None:
    registration = Registration(RegistrationSettings(), {}, make_plane(LAT, LON))
    assert registration.estimates() == {}
    assert registration.corrections().shape == (0, 4)
    people = {
        "ann": Sensor(id="ann", kind="observer"),
        "adsb": Sensor(id="adsb", kind="adsb", lat_deg=LAT, lon_deg=LON),
    }
    registration = Registration(RegistrationSettings(), people, make_plane(LAT, LON))
    assert registration.estimates() == {}
    assert registration.is_trusted("ann")
    assert registration.is_trusted("someone unheard of")
    assert registration.trust_in(np.array([0, 1, 2, -1])).tolist() == [TRUSTED, TRUSTED, UNPROVEN, UNPROVEN]


@pytest.mark.parametrize("n_targets", [1_500])
def test_a_crowded_sky_is_drawn_from(n_targets: int) -> None:
    sky = Sky(2, [north(range_bias_m=90.0), south()], n_targets=n_targets, n_cooperative=n_targets)
    sky.run(80.0)
    assert of(sky, "north").range_m == pytest.approx(90.0, abs=10.0)
    assert sky.registration.n_pairs < 0.3 * 40 * n_targets


def test_heights_by_elevation_are_freed_of_its_bias() -> None:
    sky = Sky(2, [north(elevation_bias_deg=0.4), south()])
    sky.run(200.0)
    z = np.array([[0.0, 60_000.0 - 50_000.0, 0.0, 0.0]] * 3)
    heights = sky.registration.corrected_height(np.array([0, 1, -1]), z, np.array([5_349.0, 5_000.0, math.nan]))
    assert heights[0] == pytest.approx(5_349.0 - 50_000.0 * math.radians(0.4), abs=45.0)
    assert heights[1] == 5_000.0
    assert math.isnan(heights[2])
