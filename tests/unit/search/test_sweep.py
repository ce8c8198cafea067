"""How much ground an asset sweeps: the table against what was measured, what an officer may override, detection."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erf

from sargas.model.search import Asset, AssetKind, Cover, Light
from sargas.search.sweep import path_width_m, performance, pod, sweep_rate_m2ps, sweep_width_m

KINDS: tuple[AssetKind, ...] = get_args(AssetKind)
COVERS: tuple[Cover, ...] = get_args(Cover)
LIGHTS: tuple[Light, ...] = get_args(Light)
NAUTICAL_MILE_M = 1_852.0


def asset(kind: AssetKind, *, speed_mps: float | None = None, sweep_width_m: float | None = None) -> Asset:
    return Asset(asset_id="a", kind=kind, speed_mps=speed_mps, sweep_width_m=sweep_width_m)


# --- the table ---


@pytest.mark.parametrize("kind", KINDS)
def test_each_figure_has_a_range_about_it_and_a_source(kind: AssetKind) -> None:
    figures = performance(kind)
    assert figures.kind == kind
    assert set(figures.day_m) == set(COVERS)
    for low, likely, high in (figures.speed_mps, figures.night, *figures.day_m.values()):
        assert 0.0 <= low <= likely <= high
        assert likely == 0.0 or low < high
    assert figures.night[2] <= 1.0
    assert len(figures.source) > 100


@pytest.mark.parametrize("kind", KINDS)
def test_night_and_cover_never_widen_the_sweep(kind: AssetKind) -> None:
    for cover in COVERS:
        assert path_width_m(kind, cover, "night") <= path_width_m(kind, cover, "day")
    open_m, mixed_m, forest_m = (path_width_m(kind, cover, "day") for cover in ("open", "mixed", "forest"))
    assert open_m >= mixed_m >= forest_m > 0.0


def test_one_on_foot_in_a_wood_sees_what_the_experiments_bracket() -> None:
    # Wilderness & Environmental Medicine 31, 2020: drab dummy 16 m; Koester 2018: medium visibility, 64 m.
    low, likely, high = performance("foot_team").day_m["forest"]
    assert (low, high) == (16.0, 64.0)
    assert path_width_m("foot_team", "forest", "day") == likely


def test_the_dark_leaves_on_foot_the_share_that_was_measured() -> None:
    # Koester 2018: 22 m at night, 64 m by day in the same wood; dim lamps 0.5 of that.
    on_foot = path_width_m("foot_team", "forest", "night") / path_width_m("foot_team", "forest", "day")
    assert on_foot == pytest.approx(22.0 / 64.0, abs=0.01)
    with_phones = path_width_m("volunteers", "open", "night") / path_width_m("volunteers", "open", "day")
    assert with_phones == pytest.approx(0.5 * on_foot)


def test_a_helicopter_sees_a_grey_wreck_half_as_far_as_the_land_tables_have_a_person() -> None:
    # Australian National SAR Manual, table D-5:9, person from 500 ft: 0.4 nm; D-5:10: 0.8, overgrown 0.5, 0.1.
    for cover, factor in (("open", 0.8), ("mixed", 0.5), ("forest", 0.1)):
        assert path_width_m("helicopter", cover, "day") == pytest.approx(
            0.5 * 0.4 * NAUTICAL_MILE_M * factor, rel=0.1
        )
    # Civil Air Patrol, table 6-1, open and flat, 500 ft, 4 mi: 50 % with tracks 1 nm apart, so exp(-W / 1 nm) = 0.5.
    assert performance("helicopter").day_m["open"][2] == pytest.approx(np.log(2.0) * NAUTICAL_MILE_M, rel=0.01)


def test_a_foot_team_needs_about_three_hours_to_sweep_a_square_kilometre_of_wood_once() -> None:
    # By hand: 6 searchers x 30 m x 0.5 m/s = 90 m2/s, 1e6 / 90 / 3600 = 3.09 h.
    rate = sweep_rate_m2ps(asset("foot_team"), "forest", "day")
    assert 1.0e6 / rate / 3_600.0 == pytest.approx(3.09, abs=0.01)


# --- what an officer may set ---


@pytest.mark.parametrize("kind", KINDS)
def test_members_side_by_side_sweep_a_strip_each(kind: AssetKind) -> None:
    for cover in COVERS:
        whole_m = sweep_width_m(asset(kind), cover, "day")
        assert whole_m == pytest.approx(performance(kind).members * path_width_m(kind, cover, "day"))


def test_a_width_and_a_speed_that_were_set_stand_for_those_of_the_table() -> None:
    fast = asset("camera_drone", speed_mps=10.0, sweep_width_m=150.0)
    for light in LIGHTS:
        assert sweep_width_m(fast, "forest", light) == 150.0
        assert sweep_rate_m2ps(fast, "forest", light) == 1_500.0
    only_fast = asset("camera_drone", speed_mps=10.0)
    assert sweep_rate_m2ps(only_fast, "open", "day") == 10.0 * sweep_width_m(only_fast, "open", "day")


@pytest.mark.parametrize("kind", ["foot_team", "volunteers", "dogs", "vehicle"])
def test_what_goes_on_the_ground_searches_no_water_whatever_was_set(kind: AssetKind) -> None:
    for light in LIGHTS:
        assert sweep_rate_m2ps(asset(kind, sweep_width_m=500.0), "water", light) == 0.0


# --- detection ---


def test_once_over_at_random_finds_63_in_100() -> None:
    # Koopman 1946, random search: 1 - 1/e.
    assert pod(0.0) == 0.0
    assert pod(1.0) == pytest.approx(0.6321205588)
    assert pod(np.array([0.0, 2.0])) == pytest.approx([0.0, 0.8646647168])


@given(st.floats(0.0, 20.0), st.floats(0.0, 20.0))
def test_coverages_add_up_whoever_spent_them(first: float, second: float) -> None:
    missed_by_both = (1.0 - pod(first)) * (1.0 - pod(second))
    assert 1.0 - pod(first + second) == pytest.approx(missed_by_both, abs=1e-12)


@given(st.floats(0.01, 5.0))
def test_it_promises_less_than_the_inverse_cube_law_and_than_perfect_tracks(coverage: float) -> None:
    # Koopman 1946: parallel sweeps under the inverse cube law give erf(z sqrt(pi) / 2); a definite range min(z, 1).
    assert pod(coverage) < erf(coverage * np.sqrt(np.pi) / 2.0) + 1e-12
    assert pod(coverage) < min(coverage, 1.0)
