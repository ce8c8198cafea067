"""What is believed follows the evidence as Bayes' rule says, and an officer's word where there is one."""

import math

import numpy as np
import pytest
from msgspec import structs
from numpy.typing import NDArray

from sargas.model.report import Sighting
from sargas.model.search import Searched, SearchSettings, SearchState, TakeOff, Wind
from sargas.search.belief import Belief, Case, believe
from sargas.search.ground import Squares
from search_kit import GERBERA, PLANE, T0_S, at, case, clue, country, loss, radar

F64 = NDArray[np.float64]
N = 60_000


def of(one: Case) -> Belief:
    return believe(one, n_particles=N)


def within(squares: Squares, east_m: float, north_m: float, radius_m: float) -> float:
    """Return the mass of the squares whose centres lie so near a place."""
    near = np.hypot(squares.x_m - east_m, squares.y_m - north_m) <= radius_m
    return float(squares.mass[near].sum())


def mean(squares: Squares) -> tuple[float, float]:
    total = squares.mass.sum()
    return float(squares.mass @ squares.x_m / total), float(squares.mass @ squares.y_m / total)


def test_the_same_case_gives_the_same_map() -> None:
    first, second = of(case()), of(case())
    assert np.array_equal(first.after.mass, second.after.mass)
    assert np.array_equal(first.after.x_m, second.after.x_m)


def test_all_probabilities_add_up() -> None:
    belief = of(case())
    assert sum(after for _, after in belief.fates.values()) == pytest.approx(1.0)
    assert sum(before for before, _ in belief.fates.values()) == pytest.approx(1.0)
    assert sum(after for _, after in belief.conducts.values()) == pytest.approx(1.0)
    on_map = 1.0 - belief.fates["never"][1] - belief.fates["left"][1]
    assert belief.after.mass.sum() == pytest.approx(on_map, abs=0.005)  # a few thousandths lie beyond the grid


def test_it_lies_ahead() -> None:
    _, north_m = mean(of(case()).after)
    assert north_m > 8_000.0


def test_the_squares_are_fine_where_much_is_and_coarse_where_little_is() -> None:
    squares = of(case()).after
    density = squares.mass / squares.size_m**2
    thin = density < np.median(density) / 10.0
    assert np.median(squares.size_m[thin]) >= 4.0 * squares.size_m.min()
    assert squares.size_m[np.argmax(density)] <= 4.0 * squares.size_m.min()


def test_a_radar_that_would_have_seen_it_go_on_speaks_for_an_end_near_the_loss() -> None:
    # It flew at 400 m, 10 km from the radar and towards it, in four of five looks, and was gone.
    high = structs.replace(GERBERA, height_agl_m=400.0)
    blind = of(case(SearchState(settings=high)))
    watched = of(case(SearchState(settings=high), sensors=(radar(0.0, 10_000.0),)))
    assert within(watched.after, 0.0, 300.0, 900.0) > 1.15 * within(blind.after, 0.0, 300.0, 900.0)
    assert watched.flights.silences.told[0].sensor == "radar"


def test_a_radar_that_was_silent_itself_says_nothing() -> None:
    silent = loss(watching=())
    a = of(case(sensors=(radar(0.0, 10_000.0),), loss=silent))
    b = of(case(loss=silent))
    assert np.array_equal(a.after.mass, b.after.mass)


def test_a_low_flight_passes_below_a_far_radars_horizon() -> None:
    # At 40 m it rises over the 4/3 earth's horizon of an antenna 20 m high at 4.12 (sqrt 20 + sqrt 40) = 44 km.
    low = SearchState(settings=structs.replace(GERBERA, height_agl_m=40.0))
    flights = of(case(low, sensors=(radar(0.0, 100_000.0, 150_000.0),))).flights
    far = np.hypot(flights.xy_m[:, 0], flights.xy_m[:, 1] - 100_000.0) > 60_000.0
    never_near = far & (flights.xy_m[:, 1] < 35_000.0) & (flights.time_s < 900.0)
    assert np.sum(never_near) > 1_000
    assert np.mean(flights.weight[never_near] == flights.prior[never_near]) > 0.99


def test_who_heard_it_draws_the_map_and_who_heard_it_elsewhere_is_doubted() -> None:
    heard = Sighting(
        sensor="112",
        time_s=T0_S + 300.0,
        lat_deg=at(6_000.0, 10_000.0)[1],
        lon_deg=at(6_000.0, 10_000.0)[0],
        sense="heard",
    )
    told = clue(6_000.0, 10_000.0, report=heard, lat_deg=None, lon_deg=None)
    without, with_it = of(case()), of(case(SearchState(settings=GERBERA, clues=(told,))))
    assert mean(with_it.after)[0] > mean(without.after)[0] + 1_000.0
    assert with_it.clue_p[0] > 0.7
    absurd = clue(-90_000.0, -60_000.0)
    doubted = of(case(SearchState(settings=GERBERA, clues=(absurd,))))
    assert doubted.clue_p[0] < 0.05
    assert within(doubted.after, 0.0, 10_000.0, 5_000.0) == pytest.approx(
        within(without.after, 0.0, 10_000.0, 5_000.0), rel=0.05
    )


def test_a_clue_that_fits_makes_it_likelier_that_there_was_something() -> None:
    faint = loss(existence=0.5)
    without = of(case(loss=faint)).fates["never"][1]
    fits = of(case(SearchState(settings=GERBERA, clues=(clue(0.0, 12_000.0),)), loss=faint)).fates["never"][1]
    assert without == pytest.approx(0.5, abs=0.02)
    assert fits < 0.3


def test_a_known_take_off_bounds_the_flight() -> None:
    # A Gerbera flies for hours; what took off long ago comes down soon, unless it fails before.
    endurance_s = next(kind for kind in case().aircraft if kind.id == "gerbera").endurance_s
    flown = TakeOff(earliest_s=T0_S - endurance_s[1] + 120.0, latest_s=T0_S - endurance_s[1] + 60.0)
    belief = of(case(SearchState(settings=structs.replace(GERBERA, take_off=flown))))
    assert within(belief.after, 0.0, 0.0, 12_000.0) > 0.97 * belief.after.mass.sum()


def test_wind_carries_what_glides() -> None:
    high = structs.replace(GERBERA, height_agl_m=2_000.0)
    west = Wind(speed_mps=12.0, from_deg=270.0, sd_mps=1.0)
    still = of(case(SearchState(settings=high))).after
    blown = of(case(SearchState(settings=structs.replace(high, wind=west)))).after
    assert mean(blown)[0] > mean(still)[0] + 700.0


@pytest.mark.parametrize(("fate", "share"), [("left", 0.0), ("landed", 0.8), ("never", 0.5), ("fell", 0.05)])
def test_an_officers_word_is_kept(fate: str, share: float) -> None:
    said = structs.replace(GERBERA, fates={fate: share})
    belief = of(case(SearchState(settings=said), zones=(country(-1e5, -1e5, 1e5, 20_000.0),)))
    assert belief.fates[fate][1] == pytest.approx(share, abs=0.001)  # type: ignore[index]
    assert sum(after for _, after in belief.fates.values()) == pytest.approx(1.0)


def test_an_officers_word_on_how_it_flew_is_kept() -> None:
    said = structs.replace(GERBERA, conducts={"orbit": 0.9})
    belief = of(case(SearchState(settings=said)))
    assert belief.conducts["orbit"][1] == pytest.approx(0.9, abs=0.01)


def test_beyond_the_border_it_has_left() -> None:
    belief = of(case(zones=(country(-1e5, -1e5, 1e5, 15_000.0),)))
    assert belief.fates["left"][1] > 0.3
    south_m = belief.after.y_m - 0.5 * belief.after.size_m
    assert np.all(south_m[belief.after.mass > 0.0] < 16_000.0)


def test_what_would_land_later_than_now_still_flies() -> None:
    early, late = of(case(now_s=T0_S + 60.0)), of(case(now_s=T0_S + 86_400.0))
    assert early.fates["flying"][1] > 0.6
    assert late.fates["flying"][1] == 0.0


def test_a_search_in_vain_moves_the_probability_elsewhere_by_bayes_rule() -> None:
    ring = tuple(at(x, y) for x, y in ((-3e3, -3e3), (3e3, -3e3), (3e3, 12e3), (-3e3, 12e3)))
    done = Searched(searched_id="s1", time_s=T0_S, by="A", asset="foot_team", ring=ring, coverage=math.log(4.0))
    belief = of(case(SearchState(settings=GERBERA, searched=(done,))))
    inside = (abs(belief.before.x_m) < 3e3) & (belief.before.y_m > -3e3) & (belief.before.y_m < 12e3)
    inside &= belief.before.size_m < 1_000.0
    p = belief.before.mass
    # exp(-ln 4) = 1/4 is overlooked; all else, the never and the left included, is divided by what is left over
    searched = float(p[(belief.after.mass * belief.left_over < 0.999 * p)].sum())
    assert belief.left_over == pytest.approx(1.0 - 0.75 * searched, abs=0.02)
    well_inside = inside & (abs(belief.before.x_m) < 2e3) & (belief.before.y_m < 11e3) & (belief.before.y_m > -2e3)
    ratio = belief.after.mass[well_inside] * belief.left_over / p[well_inside]
    assert ratio == pytest.approx(0.25, abs=1e-6)
    assert belief.fates["never"][1] > of(case()).fates["never"][1]


def test_two_searches_of_one_place_add_up_and_more_never_helps_it() -> None:
    ring = tuple(at(x, y) for x, y in ((-3e3, -3e3), (3e3, -3e3), (3e3, 12e3), (-3e3, 12e3)))
    once = Searched(searched_id="s1", time_s=T0_S, by="A", asset="foot_team", ring=ring, coverage=0.7)
    a = of(case(SearchState(settings=GERBERA, searched=(once,))))
    b = of(case(SearchState(settings=GERBERA, searched=(once, structs.replace(once, searched_id="s2")))))
    assert within(b.after, 0.0, 4_000.0, 2_000.0) < within(a.after, 0.0, 4_000.0, 2_000.0)


def test_a_walked_path_sweeps_only_its_own_strip() -> None:
    path = tuple(at(0.0, y) for y in range(0, 10_000, 100))
    walked = Searched(searched_id="s1", time_s=T0_S, by="A", asset="foot_team", paths=(path,), sweep_width_m=200.0)
    belief = of(case(SearchState(settings=GERBERA, searched=(walked,))))
    gone = belief.before.mass - belief.after.mass * belief.left_over
    assert gone.sum() > 0.001
    touched = gone > 1e-9
    assert np.all(abs(belief.before.x_m[touched]) <= 100.0 + belief.before.size_m[touched])


def test_a_balloon_goes_with_the_wind_it_was_seen_in() -> None:
    drifting = loss(north_mps=8.0, east_mps=3.0)
    belief = of(case(SearchState(settings=SearchSettings(kinds={"balloon": 1.0})), loss=drifting))
    east_m, north_m = mean(belief.after)
    assert math.atan2(east_m, north_m) == pytest.approx(math.atan2(3.0, 8.0), abs=0.15)
    assert belief.conducts["drift"][1] == pytest.approx(1.0)


def test_a_straight_path_narrows_the_map() -> None:
    path = tuple((T0_S - 300.0 + t, *at(0.0, 40.0 * (t - 300.0))) for t in range(0, 301, 10))
    vague = {"velocity_cov_m2ps2": (9.0, 0.0, 9.0)}
    without = of(case(loss=loss(**vague))).after
    with_it = of(case(loss=loss(path=path, **vague))).after
    assert np.max(with_it.mass / with_it.size_m**2) > 1.3 * np.max(without.mass / without.size_m**2) or (
        within(with_it, 0.0, 25_000.0, 2_000.0) > 1.5 * within(without, 0.0, 25_000.0, 2_000.0)
    )


def test_the_grid_is_about_the_last_place() -> None:
    belief = of(case())
    assert (belief.plane.lat_deg, belief.plane.lon_deg) == (PLANE.lat_deg, PLANE.lon_deg)
