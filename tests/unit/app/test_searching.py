"""Searches of a desk: which loss, made from what, how often, and what they become.

Times are worked by hand; START_S is a whole hour.
"""

import asyncio
import threading
import time

import msgspec
import pytest
from msgspec import structs

from sargas.app.desks import PlayedDesk
from sargas.app.player import Player
from sargas.app.search_basis import USUAL_ASSETS, Basis, packaged_aircraft
from sargas.app.searching import (
    PLANS_KEPT,
    Country,
    Searching,
    case_of,
    file_of,
    key_of,
    name_of_ending,
    order_of,
    plan_time_s,
)
from sargas.app.wire import build_engine
from sargas.model.decision import Decision, MarkSearched, PlanSearch
from sargas.model.entry import Frame
from sargas.model.errors import ConfigError, DataError, DecisionError
from sargas.model.incident import Incident
from sargas.model.search import Asset, Loss, SearchPlan, SearchSettings, SearchState, SectorOutline
from sargas.model.track import Track
from sargas.store import journal_memory
from small_watch import BLUEPRINT, START_S, flight

N_PARTICLES = 5_000
T0 = START_S
TRACK = Track(
    track_id=5,
    time_s=T0,
    first_s=T0 - 600,
    last_report_s=T0,
    status="lost",
    lat_deg=54.5,
    lon_deg=24.6,
    east_mps=-40.0,
    north_mps=0.0,
    position_cov_m2=(1e4, 0.0, 1e4),
    velocity_cov_m2ps2=(4.0, 0.0, 4.0),
    n_reports=100,
)
OLD = Loss(track=structs.replace(TRACK, track_id=3, last_report_s=T0 - 900), declared_s=T0 - 870)
NEW = Loss(track=TRACK, declared_s=T0 + 30)
STATE = SearchState(losses=(OLD, NEW), changed_s=T0 + 30)
COUNTRY = Country(code="LT", sensors=BLUEPRINT.sensors, zones=BLUEPRINT.zones, places=[], is_exercise=True)
BASIS = Basis(aircraft=packaged_aircraft(), n_particles=N_PARTICLES)


def incident(search: SearchState | None = STATE) -> Incident:
    return Incident(
        incident_id="LT-1",
        title="Track 5 crossed into Lithuania",
        status="open",
        level="yellow",
        highest_level="red",
        first_report_s=T0 - 600,
        opened_s=T0 - 600,
        changed_s=T0 + 30,
        search=search,
    )


# --- the case ---


def test_a_search_is_for_the_newest_loss_unless_another_is_named() -> None:
    assert case_of(incident(), T0 + 600, None, BASIS, COUNTRY).loss == NEW
    assert case_of(incident(), T0 + 600, 3, BASIS, COUNTRY).loss == OLD


@pytest.mark.parametrize("search", [None, SearchState()])
def test_without_a_loss_there_is_nothing_to_search_for(search: SearchState | None) -> None:
    with pytest.raises(DecisionError, match="there is nothing to search for: no track of LT-1 is lost"):
        case_of(incident(search), T0, None, BASIS, COUNTRY)


def test_a_track_that_is_not_lost_is_told_with_those_that_are() -> None:
    with pytest.raises(DecisionError, match="track 9 of LT-1 is not lost; those that are: 3, 5"):
        case_of(incident(), T0, 9, BASIS, COUNTRY)


def test_the_case_has_the_watchs_sensors_its_countries_and_its_teams() -> None:
    case = case_of(incident(), T0 + 600, None, BASIS, COUNTRY)
    assert (case.incident_id, case.watched, case.title) == ("LT-1", "LT", "Track 5 crossed into Lithuania")
    assert [sensor.id for sensor in case.sensors] == ["radar"]
    assert [zone.country for zone in case.zones] == ["LT", "BY"]
    assert case.state.settings.assets == USUAL_ASSETS
    assert case.is_exercise


def test_the_teams_that_an_officer_set_are_those_that_search() -> None:
    team = Asset(asset_id="Ona's dogs", kind="dogs")
    state = structs.replace(STATE, settings=SearchSettings(assets=(team,)))
    assert case_of(incident(state), T0, None, BASIS, COUNTRY).state.settings.assets == (team,)


# --- when a plan is made anew ---


@pytest.mark.parametrize(
    ("now_s", "plan_s"),
    [
        (T0 + 35, T0 + 30),  # not before the loss was declared
        (T0 + 119, T0 + 60),
        (T0 + 120, T0 + 120),
        (T0 + 7_200, T0 + 7_200),
        (T0 + 7_201, T0 + 7_200),  # START_S is a whole hour
        (T0 + 10_799, T0 + 7_200),
        (T0 + 10_800, T0 + 10_800),
    ],
)
def test_a_plan_is_for_the_whole_minute_and_after_two_hours_for_the_hour(now_s: float, plan_s: float) -> None:
    assert plan_time_s(STATE, NEW, now_s) == plan_s


def test_a_plan_is_never_older_than_what_was_decided_last() -> None:
    assert plan_time_s(structs.replace(STATE, changed_s=T0 + 8_000), NEW, T0 + 8_001) == T0 + 8_000


def test_what_changes_a_plan_changes_its_key() -> None:
    plain = case_of(incident(), T0 + 600, None, BASIS, COUNTRY)
    later = case_of(incident(), T0 + 661, None, BASIS, COUNTRY)
    other = case_of(incident(), T0 + 600, 3, BASIS, COUNTRY)
    sector = SectorOutline(name="A-01", ring=((24.5, 54.5), (24.6, 54.5), (24.6, 54.6)))
    ordered = case_of(incident(structs.replace(STATE, sectors=(sector,))), T0 + 600, None, BASIS, COUNTRY)
    assert len({key_of(case) for case in (plain, later, other, ordered)}) == 4
    assert key_of(plain) == key_of(case_of(incident(), T0 + 659, None, BASIS, COUNTRY))


# --- one at a time, in a thread ---


async def test_the_same_search_is_made_once_however_many_ask_for_it() -> None:
    searching = Searching(BASIS, COUNTRY)
    plans = await asyncio.gather(*(searching.plan(incident(), T0 + 600 + k) for k in range(5)))
    assert all(plan is plans[0] for plan in plans)


async def test_who_gives_up_waiting_does_not_take_the_plan_from_others() -> None:
    searching = Searching(BASIS, COUNTRY)
    first = asyncio.create_task(searching.plan(incident(), T0 + 600))
    await asyncio.sleep(0)
    second = asyncio.create_task(searching.plan(incident(), T0 + 600))
    await asyncio.sleep(0)
    first.cancel()
    assert isinstance(await second, SearchPlan)


async def test_only_the_last_plans_are_kept() -> None:
    searching = Searching(structs.replace(BASIS, n_particles=1_000), COUNTRY)
    first = await searching.plan(incident(), T0 + 60)
    for minute in range(2, PLANS_KEPT + 2):
        await searching.plan(incident(), T0 + 60 * minute)
    assert len(searching._plans) == PLANS_KEPT
    assert await searching.plan(incident(), T0 + 60) is not first


async def test_plans_are_made_one_after_the_other_beside_the_loop() -> None:
    running, together = [0], [0]
    threads: set[str] = set()

    def around(lat_deg: float, lon_deg: float) -> None:
        """Stands in the place where terrain is read: how many plans are being made now?"""
        threads.add(threading.current_thread().name)
        running[0] += 1
        together.append(running[0])
        time.sleep(0.02)
        running[0] -= 1

    searching = Searching(structs.replace(BASIS, n_particles=1_000, terrain=around), COUNTRY)
    await asyncio.gather(*(searching.plan(incident(), T0 + 60 * minute) for minute in range(1, 5)))
    assert max(together) == 1
    assert threading.current_thread().name not in threads


async def test_a_plan_that_fails_is_tried_anew_when_it_is_asked_for_again() -> None:
    fails = [True]

    def around(lat_deg: float, lon_deg: float) -> None:
        if fails[0]:
            raise DataError("dem.tif: cannot be read")

    searching = Searching(structs.replace(BASIS, n_particles=1_000, terrain=around), COUNTRY)
    with pytest.raises(DataError, match=r"dem\.tif"):
        await searching.plan(incident(), T0 + 60)
    fails[0] = False
    assert isinstance(await searching.plan(incident(), T0 + 60), SearchPlan)


# --- orders and files ---


@pytest.fixture(scope="module")
def plan() -> SearchPlan:
    return asyncio.run(Searching(BASIS, COUNTRY).plan(incident(), T0 + 600))


def test_the_sectors_of_an_order_are_named_by_rank(plan: SearchPlan) -> None:
    order = order_of(plan, "ona", 0)
    best = min(plan.sectors, key=lambda sector: sector.rank)
    assert order.sectors[0] == SectorOutline(name="A-01", ring=best.ring, cover=best.cover)
    assert [sector.name for sector in order.sectors][:3] == ["A-01", "A-02", "A-03"]
    assert order_of(plan, "ona", 1).sectors[0].name == "B-01"


@pytest.mark.parametrize(
    ("generation", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (51, "AZ"), (52, "BA"), (701, "ZZ")]
)
def test_orders_are_lettered_as_columns_of_a_sheet_are(plan: SearchPlan, generation: int, letter: str) -> None:
    assert order_of(plan, "ona", generation).sectors[0].name == f"{letter}-01"


def test_an_order_can_be_read_back_from_the_journal(plan: SearchPlan) -> None:
    order = order_of(plan, "ona", 0)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(order), type=Decision) == order


def test_without_sectors_there_is_nothing_to_order(plan: SearchPlan) -> None:
    with pytest.raises(DecisionError, match="there is nothing to order"):
        order_of(structs.replace(plan, sectors=()), "ona", 0)


def test_an_officer_without_a_name_orders_nothing(plan: SearchPlan) -> None:
    with pytest.raises(DecisionError, match="officer"):
        order_of(plan, "", 0)


def test_a_file_is_named_by_its_incident(plan: SearchPlan) -> None:
    media_type, name, content = file_of(plan, "gpx", {"paper": "a3"}, is_public=False)
    assert (media_type, name) == ("application/gpx+xml", "search-LT-1.gpx")
    assert content.startswith(b"<?xml")
    assert file_of(plan, "gpx", {}, is_public=True)[1] == "search-LT-1-public.gpx"


@pytest.mark.parametrize(
    ("ending", "name"),
    [(".geojson", "geojson"), (".kml", "kml"), (".gpx", "gpx"), (".gpkg", "gpkg"), (".pdf", "sheet"), (".zip", "tak"),
     (".cot", "tak"), (".xml", "tak")],
)  # fmt: skip
def test_the_ending_of_a_file_says_its_format(ending: str, name: str, plan: SearchPlan) -> None:
    found, options = name_of_ending(ending)
    assert found == name
    if ending in {".cot", ".xml"}:
        assert options == {"form": "stream"}


def test_an_ending_that_no_format_has_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no search map is written as '\.docx'; have \.cot, \.geojson, "):
        name_of_ending(".docx")


@pytest.mark.parametrize(("file_format", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF-")])
def test_a_plan_is_drawn_as_a_picture(plan: SearchPlan, file_format: str, begins: bytes) -> None:
    pytest.importorskip("matplotlib")
    from sargas.app.search_picture import draw

    assert draw(plan, file_format).startswith(begins)


def test_a_picture_in_another_format_is_refused(plan: SearchPlan) -> None:
    pytest.importorskip("matplotlib")
    from sargas.app.search_picture import draw

    with pytest.raises(DataError, match="a picture is drawn as pdf, png, svg, not as bmp"):
        draw(plan, "bmp")


# --- a desk ---


@pytest.fixture
def desk() -> PlayedDesk:
    """A watch whose radar has lost the flight for ten minutes, played to its end."""
    journal = journal_memory.build(journal_memory.Settings())
    flown = flight(60)
    journal.append([*flown, *((flown[-1][0] + 60.0 * k, Frame("radar", b"")) for k in range(1, 11))])
    span_s = journal.span_s()
    assert span_s is not None
    player = Player(journal, lambda: build_engine(BLUEPRINT), start_s=span_s[0], end_s=span_s[1], is_paused=True)
    for entry in journal.read():
        player.engine.accept(entry)
    return PlayedDesk(BLUEPRINT, [], "test", is_exercise=True, player=player, basis=BASIS)


def only(desk: PlayedDesk) -> Incident:
    (found,) = desk.player.picture.incidents.values()
    return found


async def test_a_desk_says_where_to_look_and_orders_it(desk: PlayedDesk) -> None:
    incident_id = only(desk).incident_id
    plan = await desk.search_plan(incident_id, "live")
    assert plan.loss.track.last_report_s == pytest.approx(START_S + 4.0 * 59, abs=1.0)
    await desk.order_search(incident_id, "live", "ona")
    search = only(desk).search
    assert search is not None
    assert [sector.ring for sector in search.sectors] == [
        sector.ring for sector in sorted(plan.sectors, key=lambda sector: sector.rank)
    ]
    media_type, name, content = await desk.search_export(incident_id, "live", "geojson", {}, is_public=False)
    assert (media_type, name) == ("application/geo+json", f"search-{incident_id}.geojson")
    assert b"A-01" in content


async def test_a_new_order_is_made_from_the_map_of_now_not_from_the_old_outlines(desk: PlayedDesk) -> None:
    incident_id = only(desk).incident_id
    await desk.order_search(incident_id, "live", "ona")
    # The best sectors are searched to exhaustion; the next order begins elsewhere.
    for name in ("A-01", "A-02", "A-03"):
        decision = MarkSearched(
            officer="jonas", incident_id=incident_id, asset="foot_team", sector=name, coverage=5.0
        )
        await desk.decide(decision, "live")
    before = only(desk).search
    await desk.order_search(incident_id, "live", "ona")
    after = only(desk).search
    assert before is not None
    assert after is not None
    assert after.sectors[0].name == "B-01"
    assert after.sectors[0].ring != before.sectors[0].ring


async def test_a_desk_names_an_incident_that_is_not_there(desk: PlayedDesk) -> None:
    with pytest.raises(DecisionError, match="there is no incident 'LT-9'"):
        await desk.search_plan("LT-9", "live")
    with pytest.raises(DecisionError, match="there is no incident"):
        await desk.search_plan(only(desk).incident_id, "replay")
    with pytest.raises(ConfigError, match="no search_export 'docx'"):
        await desk.search_export(only(desk).incident_id, "live", "docx", {}, is_public=False)


async def test_what_an_officer_sets_changes_the_plan(desk: PlayedDesk) -> None:
    incident_id = only(desk).incident_id
    settings = SearchSettings(fates={"fell": 1.0})
    await desk.decide(PlanSearch(officer="ona", incident_id=incident_id, settings=settings), "live")
    plan = await desk.search_plan(incident_id, "live")
    fell = next(fate for fate in plan.fates if fate.id == "fell")
    assert fell.is_set
    assert fell.probability == pytest.approx(1.0, abs=0.01)
