"""What people decide about a search and do in the field: what it makes happen, and the sentence when it cannot be.

Distances are worked by hand: a degree of latitude is 111.2 km; 5 m are 0.000045 degrees.
"""

import pytest
from msgspec import structs

from sargas.incident.paths import POINTS_MAX, corners, thinned
from sargas.incident.search_decisions import search_happenings
from sargas.model.decision import (
    AddClue,
    EndSearch,
    MarkSearched,
    OrderSearch,
    PlanSearch,
    ReportFind,
    SearchDecision,
    WeighClue,
)
from sargas.model.errors import DecisionError
from sargas.model.incident import (
    AreaSearched,
    ClueJoined,
    ClueWeighed,
    Found,
    Incident,
    SearchEnded,
    SearchHappening,
    SearchOrdered,
    SearchPlanned,
)
from sargas.model.search import (
    Asset,
    Clue,
    Find,
    Loss,
    Searched,
    SearchSettings,
    SearchState,
    SectorOutline,
    TakeOff,
)
from sargas.model.track import Track

T0 = 1_753_666_800.0
"""2025-07-28 01:40:00 UTC."""
ID = "LT-2025-07-28-01"
SQUARE = ((24.3, 55.0), (24.4, 55.0), (24.4, 55.1), (24.3, 55.1))
TRACK = Track(
    track_id=5,
    time_s=T0 - 600,
    first_s=T0 - 1_200,
    last_report_s=T0 - 600,
    status="lost",
    lat_deg=55.0,
    lon_deg=24.4,
    east_mps=-40.0,
    north_mps=0.0,
    position_cov_m2=(1e4, 0.0, 1e4),
    velocity_cov_m2ps2=(4.0, 0.0, 4.0),
)
LOSS = Loss(track=TRACK, declared_s=T0 - 570)
CLUE = Clue(clue_id="c30", kind="sighting", reliability=0.5, received_s=T0 - 300)
NEW = tuple(SectorOutline(name=f"B-0{k}", ring=SQUARE) for k in (1, 2))
OLD = SectorOutline(name="A-03", ring=((24.0, 54.0), (24.1, 54.0), (24.1, 54.1)))
STATE = SearchState(losses=(LOSS,), clues=(CLUE,), sectors=NEW, past_sectors=(OLD,), generation=2)


def incident(search: SearchState | None = STATE, **more: object) -> Incident:
    plain = Incident(
        incident_id=ID,
        title="Track 5 crossed into Lithuania",
        status="open",
        level="yellow",
        highest_level="red",
        first_report_s=T0,
        opened_s=T0,
        changed_s=T0,
        search=search,
    )
    return structs.replace(plain, **more)


def happened(decision: SearchDecision, to: Incident | None = None) -> SearchHappening:
    (what,) = search_happenings(decision, to or incident(), T0, 17)
    return what


def refused(decision: SearchDecision, to: Incident | None = None) -> str:
    with pytest.raises(DecisionError) as error:
        search_happenings(decision, to or incident(), T0, 17)
    return str(error.value)


def plan(**settings: object) -> PlanSearch:
    return PlanSearch(officer="ona", incident_id=ID, settings=SearchSettings(**settings))  # type: ignore[arg-type]


def mark(**more: object) -> MarkSearched:
    return MarkSearched(officer="jonas", incident_id=ID, asset="foot_team", **more)  # type: ignore[arg-type]


def find(**more: object) -> ReportFind:
    return ReportFind(officer="jonas", incident_id=ID, what="part", lat_deg=55.0, lon_deg=24.4, **more)  # type: ignore[arg-type]


def clue(**more: object) -> AddClue:
    return AddClue(officer="ona", incident_id=ID, kind="smoke", lat_deg=55.0, lon_deg=24.4, **more)  # type: ignore[arg-type]


def searched(decision: MarkSearched, to: Incident | None = None) -> Searched:
    what = happened(decision, to)
    assert isinstance(what, AreaSearched)
    return what.searched


# --- the map ---


def test_what_the_map_is_made_from_is_set() -> None:
    settings = SearchSettings(cover="forest", fates={"fell": 0.4, "glided": 0.6})
    decision = PlanSearch(officer="ona", incident_id=ID, settings=settings)
    assert happened(decision) == SearchPlanned(officer="ona", settings=settings)


def test_probabilities_that_add_up_to_more_than_one_are_refused() -> None:
    assert refused(plan(fates={"fell": 0.7, "glided": 0.6})) == (
        "fates: those that are set add up to 1.3; they may add up to 1"
    )
    assert refused(plan(conducts={"orbit": 0.7, "drift": 0.6})).startswith("conducts:")


def test_a_take_off_that_ends_before_it_begins_and_assets_of_one_name_are_refused() -> None:
    assert "take_off" in refused(plan(take_off=TakeOff(earliest_s=T0, latest_s=T0 - 1)))
    asset = Asset(asset_id="team 1", kind="foot_team")
    assert (
        refused(plan(assets=(asset, asset))) == "asset 'team 1' is named twice; every asset needs a name of its own"
    )


@pytest.mark.parametrize("search", [None, SearchState(clues=(CLUE,))], ids=["none", "found again"])
def test_without_a_lost_track_there_is_nothing_to_plan_or_order(search: SearchState | None) -> None:
    message = f"no track of {ID} is lost; finds and clues are taken"
    assert refused(plan(), incident(search)) == f"there is no search to plan: {message}"
    order = OrderSearch(officer="ona", incident_id=ID, sectors=NEW)
    assert refused(order, incident(search)) == f"there is no search to order: {message}"


# --- clues ---


def test_a_clue_that_an_officer_writes_down_is_named_by_its_entry() -> None:
    what = happened(clue(text="smoke over the pines", time_s=T0 - 60, radius_m=500.0))
    assert isinstance(what, ClueJoined)
    assert (what.clue.clue_id, what.clue.by, what.clue.kind, what.clue.report) == ("c17", "ona", "smoke", None)
    assert (what.clue.lat_deg, what.clue.radius_m, what.clue.time_s, what.clue.received_s) == (
        55.0,
        500.0,
        T0 - 60,
        T0,
    )


def test_a_clue_is_taken_before_anything_is_lost_and_after_the_incident_is_closed() -> None:
    assert isinstance(happened(clue(), incident(None)), ClueJoined)
    assert isinstance(happened(clue(), incident(status="closed")), ClueJoined)


def test_a_clue_is_weighed_by_its_name() -> None:
    decision = WeighClue(officer="ona", incident_id=ID, clue_id="c30", reliability=0.9)
    assert happened(decision) == ClueWeighed(officer="ona", clue_id="c30", reliability=0.9)
    unknown = structs.replace(decision, clue_id="c31")
    assert refused(unknown) == "there is no clue 'c31'; have c30"
    assert refused(unknown, incident(SearchState())) == "there is no clue 'c31'; have none"


def test_a_hundred_written_clues_are_all_that_are_kept() -> None:
    full = structs.replace(STATE, clues=tuple(structs.replace(CLUE, clue_id=f"c{k}") for k in range(100)))
    assert "100 written clues, no more can be kept" in refused(clue(), incident(full))


# --- the order ---


def test_an_order_keeps_names_and_outlines_without_a_repeated_corner() -> None:
    closed = SectorOutline(name="C-01", ring=(*SQUARE, SQUARE[0]), cover="forest")
    what = happened(OrderSearch(officer="ona", incident_id=ID, sectors=(closed,)))
    assert isinstance(what, SearchOrdered)
    assert what.sectors == (SectorOutline(name="C-01", ring=SQUARE, cover="forest"),)


def test_two_sectors_of_one_name_and_one_without_an_area_are_refused() -> None:
    twice = OrderSearch(officer="ona", incident_id=ID, sectors=(NEW[0], NEW[0]))
    assert refused(twice) == "sector 'B-01' is named twice; every sector needs a name of its own"
    flat = SectorOutline(name="C-01", ring=(SQUARE[0], SQUARE[1], SQUARE[0]))
    assert refused(OrderSearch(officer="ona", incident_id=ID, sectors=(flat,))) == (
        "sector 'C-01': an area needs three corners or more, this has 2"
    )


# --- what was searched ---


def test_a_sector_by_name_is_its_ordered_outline() -> None:
    found = searched(mark(sector="b-02", hours=4.0, text="thick spruce"))
    assert (found.searched_id, found.sector, found.ring) == ("s17", "B-02", SQUARE)
    assert (found.by, found.asset, found.hours, found.time_s, found.text) == (
        "jonas",
        "foot_team",
        4.0,
        T0,
        "thick spruce",
    )


def test_a_team_that_set_out_before_the_new_order_may_report_its_old_sector() -> None:
    assert searched(mark(sector="A-03")).ring == OLD.ring


def test_paths_say_it_more_exactly_than_the_outline_and_keep_the_sectors_name() -> None:
    path = ((24.31, 55.01), (24.32, 55.02))
    found = searched(mark(sector="B-01", paths=(path,)))
    assert (found.sector, found.ring, found.paths) == ("B-01", (), (path,))


def test_an_area_of_ones_own_needs_no_order() -> None:
    found = searched(mark(ring=(*SQUARE, SQUARE[0]), coverage=0.8), incident(SearchState(losses=(LOSS,))))
    assert (found.ring, found.sector, found.coverage) == (SQUARE, "", 0.8)


@pytest.mark.parametrize(
    ("decision", "search", "message"),
    [
        (mark(sector="B-09"), STATE, "there is no sector 'B-09'; have B-01, B-02; a ring or paths will do too"),
        (mark(), STATE, "say what was searched: a sector (have B-01, B-02), a ring, or the paths that were walked"),
        (
            mark(sector="A-01"),
            SearchState(losses=(LOSS,)),
            "there is no sector 'A-01': no search was ordered; give a ring or paths instead",
        ),
        (mark(ring=SQUARE[:2]), STATE, "ring: an area needs three corners or more, this has 2"),
        (mark(paths=(((24.3, 55.0),),)), STATE, "paths: none has two points or more"),
        (
            mark(sector="B-01", time_s=T0 + 3_600),
            STATE,
            "time_s: 02:40:00 UTC is 60 min ahead of now, 01:40:00 UTC",
        ),
        (mark(sector="B-01"), None, f"there is no search to mark as searched: no track of {ID} is lost; finds and "),
    ],
    ids=["unknown", "nothing", "not ordered", "no area", "no path", "future", "no search"],
)
def test_what_cannot_have_been_searched_is_refused_with_what_could(
    decision: MarkSearched, search: SearchState | None, message: str
) -> None:
    assert refused(decision, incident(search)).startswith(message)


def test_a_phone_whose_clock_is_a_little_ahead_reports_for_now() -> None:
    assert searched(mark(sector="B-01", time_s=T0 + 299)).time_s == T0
    assert searched(mark(sector="B-01", time_s=T0 - 299)).time_s == T0 - 299


def test_two_thousand_searched_areas_are_all_that_are_kept() -> None:
    one = Searched(searched_id="s1", time_s=T0, by="ona", asset="dogs")
    full = structs.replace(STATE, searched=(one,) * 2_000)
    assert "2000 searched areas, no more can be kept" in refused(mark(sector="B-01"), incident(full))


# --- finds and the end ---


@pytest.mark.parametrize("search", [STATE, None], ids=["searched for", "nobody searched"])
def test_a_find_is_taken_whatever_was_searched(search: SearchState | None) -> None:
    what = happened(find(text="a wing", photo_sha256="a" * 64), incident(search, status="closed"))
    assert isinstance(what, Found)
    assert (what.find.find_id, what.find.by, what.find.what, what.find.is_it) == ("f17", "jonas", "part", False)
    assert (what.find.time_s, what.find.sd_m, what.find.photo_sha256) == (T0, 20.0, "a" * 64)


def test_a_find_in_the_future_and_the_two_hundred_and_first_are_refused() -> None:
    assert "ahead of now" in refused(find(time_s=T0 + 301))
    one = Find(find_id="f1", time_s=T0, by="ona", what="part", lat_deg=55.0, lon_deg=24.4, sd_m=20.0, is_it=False)
    assert "200 finds, no more can be kept" in refused(find(), incident(structs.replace(STATE, finds=(one,) * 200)))


def test_a_search_ends_once() -> None:
    decision = EndSearch(officer="ona", incident_id=ID, text="snow")
    assert happened(decision) == SearchEnded(officer="ona", text="snow")
    ended = incident(structs.replace(STATE, ended_s=T0 - 60))
    assert refused(decision, ended) == f"the search of {ID} ended at 01:39:00 UTC; a new order opens it again"


# --- paths ---


def test_a_straight_walk_is_its_two_ends() -> None:
    line = tuple((24.3, round(55.0 + k * 1e-5, 5)) for k in range(150))
    assert thinned([line]) == ((line[0], line[-1]),)


def test_a_corner_beyond_five_metres_stays_and_a_wobble_within_goes() -> None:
    corner = ((24.3, 55.0), (24.3, 55.01), (24.32, 55.01))
    assert thinned([corner]) == (corner,)
    wobble = ((24.3, 55.0), (24.30007, 55.005), (24.3, 55.01))  # 0.00007 degrees of longitude are 4.5 m here
    assert thinned([wobble]) == ((wobble[0], wobble[2]),)


def test_a_walk_back_to_where_it_began_keeps_its_way() -> None:
    there_and_back = ((24.3, 55.0), (24.3, 55.01), (24.3, 55.0))
    assert thinned([there_and_back]) == (there_and_back,)


def test_somebody_who_stood_still_was_still_there() -> None:
    ((first, *_, last),) = thinned([((24.3, 55.0), (24.3, 55.0), (24.3, 55.0))])
    assert first == last == (24.3, 55.0)


def test_a_very_long_walk_is_thinned_until_it_is_bounded() -> None:
    zigzag = tuple((24.3 + k * 1e-4, 55.0 + (k % 2) * 1e-3) for k in range(20_000))
    assert sum(map(len, thinned([zigzag] * 50))) <= POINTS_MAX + 100


def test_corners_are_told_once() -> None:
    assert corners([*SQUARE, SQUARE[0]]) == SQUARE
    assert corners(SQUARE) == SQUARE
