"""The whole of a search: sectors, orders, teams, words."""

import math
import re
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from sargas.model.search import Asset, Find, Searched, SearchPlan, SearchSettings, SearchState, SectorOutline, Wind
from sargas.search.case import Case, map_of, plan_of
from search_kit import AIRCRAFT, GERBERA, PLANE, T0_S, at, case, clue, country, loss, radar

N = 40_000
TEAMS = (
    Asset(asset_id="alpha", kind="foot_team", hours=8.0),
    Asset(asset_id="drone", kind="camera_drone", hours=6.0),
)
WITH_TEAMS = structs.replace(GERBERA, assets=TEAMS)


def plan(one: Case) -> SearchPlan:
    return plan_of(one, n_particles=N)


def test_the_best_sectors_come_first_and_hold_the_best_place() -> None:
    found = plan(case())
    assert [sector.rank for sector in found.sectors] == list(range(1, len(found.sectors) + 1))
    worth = [sector.p_per_hour for sector in found.sectors]
    assert worth == sorted(worth, reverse=True)
    best = shapely.Point(found.best_lon_deg, found.best_lat_deg)
    near = [
        index for index, sector in enumerate(found.sectors) if shapely.Polygon(sector.ring).distance(best) < 0.003
    ]
    assert min(near) < 5


def test_sectors_are_named_by_generation_and_worth() -> None:
    found = plan(case())
    assert found.sectors[0].name == "A-01"
    assert all(re.fullmatch(r"A-\d{2,3}", sector.name) for sector in found.sectors)
    later = plan(case(SearchState(settings=GERBERA, generation=27)))
    assert later.sectors[0].name == "AB-01"


def test_every_sector_has_its_place_in_mgrs() -> None:
    found = plan(case())
    # 54.9 N 24.9 E lies in zone 35, band U
    assert re.fullmatch(r"35U [A-Z]{2} \d{4} \d{4}", found.best_mgrs)


def test_an_order_keeps_names_and_outlines_whatever_comes_after() -> None:
    first = plan(case())
    outlines = tuple(SectorOutline(name=s.name, ring=s.ring, cover=s.cover) for s in first.sectors[:10])
    ordered = SearchState(settings=GERBERA, generation=1, sectors=outlines, clues=(clue(5_000.0, 10_000.0),))
    second = plan(case(ordered))
    assert second.is_ordered
    assert {sector.name for sector in second.sectors} == {outline.name for outline in outlines}
    rings = {sector.name: sector.ring for sector in second.sectors}
    for outline in outlines:
        assert np.array(rings[outline.name]) == pytest.approx(np.array(outline.ring), abs=2e-6)


def test_a_sector_searched_in_vain_loses_its_rank_and_tells_what_was_done() -> None:
    first = plan(case())
    outlines = tuple(SectorOutline(name=s.name, ring=s.ring, cover=s.cover) for s in first.sectors[:10])
    best = outlines[0]
    done = Searched(
        searched_id="s1", time_s=T0_S, by="A", asset="foot_team", sector=best.name, ring=best.ring, coverage=2.0
    )
    state = SearchState(settings=GERBERA, generation=1, sectors=outlines, searched=(done,))
    second = {sector.name: sector for sector in plan(case(state)).sectors}
    assert second[best.name].pod == pytest.approx(1.0 - math.exp(-2.0), abs=0.03)
    assert second[best.name].rank > 1
    assert second[best.name].poc < first.sectors[0].poc
    assert second[outlines[5].name].pod == pytest.approx(0.0, abs=0.03)


def test_teams_go_where_their_hours_are_worth_most() -> None:
    found = plan(case(SearchState(settings=WITH_TEAMS)))
    assert {one.asset_id for one in found.assignments} == {"alpha", "drone"}
    for asset in TEAMS:
        hours = sum(one.hours for one in found.assignments if one.asset_id == asset.asset_id)
        assert hours == pytest.approx(asset.hours, rel=0.01)
    assert sum(one.pos for one in found.assignments) == pytest.approx(found.pos, rel=1e-6)
    assert found.success[-1].pos == pytest.approx(found.pos, rel=0.02)
    assert found.expected_h is not None
    assert 0.0 < found.expected_h < 8.0
    assert all(one.pos_without < found.pos for one in found.worth)


def test_a_search_without_teams_ranks_sectors_and_promises_nothing() -> None:
    found = plan(case())
    assert found.sectors
    assert (found.assignments, found.success, found.expected_h, found.pos) == ((), (), None, 0.0)


def test_a_find_closes_the_search() -> None:
    lon, lat = at(1_000.0, 9_000.0)
    wreck = Find(find_id="f1", time_s=T0_S, by="B", what="wreck", lat_deg=lat, lon_deg=lon, sd_m=20.0, is_it=True)
    part = structs.replace(wreck, what="part", is_it=False)
    assert plan(case(SearchState(settings=GERBERA, finds=(wreck,)))).is_found
    assert not plan(case(SearchState(settings=GERBERA, finds=(part,)))).is_found


def test_the_distance_to_keep_is_that_of_the_most_dangerous_likely_kind() -> None:
    table = {kind.id: kind for kind in AIRCRAFT}
    assert plan(case()).hazard_m == table["gerbera"].hazard_m
    both = SearchState(settings=SearchSettings(kinds={"gerbera": 0.7, "shahed": 0.3}))
    assert plan(case(both)).hazard_m == table["shahed"].hazard_m
    assert "touch" in plan(case()).hazard.lower()


def test_nothing_assumed_stays_unsaid() -> None:
    said = " / ".join(plan(case()).why)
    for word in ("wind is not known", "height is not known", "no border", "last report"):
        assert word in said
    told = structs.replace(GERBERA, height_agl_m=200.0, wind=Wind(speed_mps=4.0, from_deg=250.0))
    said = " / ".join(plan(case(SearchState(settings=told), sensors=(radar(0.0, 9_000.0),))).why)
    assert "4 m/s from 250" in said
    assert "as the officer says" in said
    assert "radar had it in about" in said


def test_every_hypothesis_says_why() -> None:
    found = plan(case(SearchState(settings=structs.replace(GERBERA, fates={"fell": 0.4}))))
    assert all(one.why for one in (*found.fates, *found.conducts))
    assert [one.why for one in found.fates if one.is_set] == ["set by an officer"]


def test_contours_lie_within_each_other() -> None:
    areas = [contour.area_m2 for contour in plan(case()).contours]
    assert areas == sorted(areas)
    assert len(areas) == 4


def test_the_cells_add_up_to_what_is_there() -> None:
    found = plan(case(zones=(country(-1e5, -1e5, 1e5, 2e4),)))
    assert sum(found.cells.poc) == pytest.approx(found.p_there)
    assert PLANE.xy(np.array(found.cells.lon_deg[:3]), np.array(found.cells.lat_deg[:3])) == pytest.approx(
        np.array([found.cells.x_m[:3], found.cells.y_m[:3]]).T, abs=0.2
    )


def test_the_key_names_what_the_plan_is_made_from() -> None:
    one, other = plan(case()), plan(case(SearchState(settings=WITH_TEAMS)))
    assert one.key == plan(case()).key != other.key


def test_the_map_alone_is_that_of_the_plan() -> None:
    assert map_of(case(), n_particles=N) == plan(case()).cells


wild = st.floats(-400.0, 400.0)
odd_tracks = st.fixed_dictionaries(
    {
        "east_mps": wild,
        "north_mps": wild,
        "position_cov_m2": st.tuples(st.floats(0.0, 1e9), st.floats(-1e9, 1e9), st.floats(0.0, 1e9)),
        "velocity_cov_m2ps2": st.tuples(st.floats(0.0, 1e4), st.floats(-1e4, 1e4), st.floats(0.0, 1e4)),
        "alt_wgs84_m": st.none() | st.floats(-500.0, 15_000.0),
        "climb_mps": st.none() | st.floats(-100.0, 100.0),
        "turn_rate_dps": st.none() | st.floats(-90.0, 90.0),
        "existence": st.none() | st.floats(0.0, 1.0),
        "lat_deg": st.floats(-80.0, 80.0),
        "lon_deg": st.floats(-180.0, 180.0),
    }
)


@settings(deadline=None, max_examples=20)
@given(track=odd_tracks, after_s=st.floats(-10.0, 1e6))
def test_whatever_was_lost_there_is_a_plan(track: dict[str, Any], after_s: float) -> None:
    one = case(SearchState(settings=WITH_TEAMS), loss=loss(**track), now_s=T0_S + after_s)
    found = plan_of(one, n_particles=3_000)
    assert 0.0 <= found.p_there <= 1.0 + 1e-9
    assert math.isfinite(found.best_lat_deg + found.best_lon_deg)
    assert all(math.isfinite(poc) and poc >= 0.0 for poc in found.cells.poc)
