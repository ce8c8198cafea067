"""The search of an incident: what a loss holds, who watched for it, which reports speak of it, and its bounds.

Times and distances are worked by hand: a degree of latitude is 111.2 km, at 54.6 degrees north 0.01 degrees of
longitude are 644 m. The words of callers are dictionary words of each language.
"""

import pickle

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sargas.incident.book import IncidentBook, Settings, build
from sargas.incident.clue_words import end_told
from sargas.incident.fold import fold
from sargas.incident.search_fold import CLUES_KEPT, FINDS_KEPT, SEARCHED_KEPT, fold_search
from sargas.model.finding import Crossing, Finding
from sargas.model.incident import (
    AreaSearched,
    ClueJoined,
    ClueWeighed,
    Found,
    Incident,
    IncidentEvent,
    SearchEnded,
    SearchHappening,
    SearchOpened,
    SearchOrdered,
    SearchPlanned,
    TrackJoined,
    WatchingEnded,
)
from sargas.model.picture import Picture
from sargas.model.report import Bearing, Observation, Presence, Sighting
from sargas.model.search import Clue, Find, Loss, Searched, SearchSettings, SearchState, SectorOutline, Watching
from sargas.model.sensor import Health, Sensor
from sargas.model.track import Contribution, Track

T0 = 1_753_666_800.0
"""2025-07-28 01:40:00 UTC."""
LAT, LON = 54.60, 25.70
LOST_S = T0 + 70.0
ID = "LT-2025-07-28-01"
SENSORS = {"ear": Sensor(id="ear", kind="acoustic", lat_deg=54.65, lon_deg=25.60)}


def flying(now_s: float, track_id: int = 5, **more: object) -> Track:
    track = Track(
        track_id=track_id,
        time_s=now_s,
        first_s=T0 - 100,
        last_report_s=now_s,
        status="confirmed",
        lat_deg=LAT,
        lon_deg=LON,
        east_mps=-40.0,
        north_mps=0.0,
        position_cov_m2=(1e4, 0.0, 1e4),
        velocity_cov_m2ps2=(4.0, 0.0, 4.0),
        contributions=(Contribution("radar", 10, now_s),),
        n_reports=10,
        entries=(7, 8),
    )
    return structs.replace(track, **more)


def crossed(now_s: float) -> Finding:
    detail = Crossing(zone_id="LT", time_s=now_s, time_sd_s=2.0, lat_deg=LAT, lon_deg=LON, position_sd_m=90.0)
    return Finding(
        finding_id="incursion:5:LT:1",
        rule="incursion",
        state="raised",
        severity="red",
        time_s=now_s,
        raised_s=now_s,
        probability=0.95,
        title="Track 5 crossed into Lithuania",
        reasons=(),
        detail=detail,
        track_id=5,
        lat_deg=LAT,
        lon_deg=LON,
    )


class Sky:
    """A book and the picture that it sees, moved by the test."""

    def __init__(self) -> None:
        self.book: IncidentBook = build(Settings(), "LT", SENSORS)
        self.picture = Picture(now_s=T0)

    def tick(self, now_s: float, *tracks: Track, findings: tuple[Finding, ...] = ()) -> None:
        self.picture.now_s = now_s
        self.picture.tracks = {track.track_id: track for track in tracks}
        self.book.on_findings(findings, self.picture)

    def health(self, **states: str) -> None:
        for name, state in states.items():
            at_s = self.picture.now_s - 20.0
            self.picture.health[name] = Health(sensor=name, state=state, last_report_s=at_s)  # type: ignore[arg-type]

    def hear(self, *reports: Observation) -> None:
        self.picture.observations += reports

    @property
    def incident(self) -> Incident:
        return self.book.incident(ID)

    @property
    def search(self) -> SearchState:
        assert self.incident.search is not None
        return self.incident.search


def flown() -> Sky:
    """A track that crossed at T0 and was reported until 70 s later."""
    sky = Sky()
    sky.tick(T0, flying(T0), findings=(crossed(T0),))
    sky.tick(T0 + 60, flying(T0 + 60))
    sky.tick(T0 + 71, flying(T0 + 71, last_report_s=LOST_S, lon_deg=LON - 0.01))
    return sky


def lose(sky: Sky) -> None:
    """Half a minute without a report, and the tracker calls it lost, its state predicted on."""
    track = flying(T0 + 100, status="lost", last_report_s=LOST_S, lon_deg=LON - 0.03, north_mps=3.0)
    sky.tick(T0 + 100, track)


def told(sky: Sky, what: str) -> list[str]:
    """The lines of the timeline of that kind."""
    return [item.text for item in sky.incident.timeline if item.what == what]


@pytest.fixture
def lost() -> Sky:
    sky = flown()
    sky.picture.now_s = T0 + 71
    sky.health(radar="ok", other="degraded", dead="silent", unheard="unknown")
    lose(sky)
    return sky


# --- the loss ---


def test_there_is_no_search_while_nothing_is_lost() -> None:
    assert flown().incident.search is None


def test_the_loss_is_the_track_as_it_was_within_a_tick_of_its_last_report(lost: Sky) -> None:
    (loss,) = lost.search.losses
    assert (loss.track.last_report_s, loss.declared_s) == (LOST_S, T0 + 100)
    assert loss.track.time_s == T0 + 71
    assert loss.track.lon_deg == LON - 0.01
    assert loss.track.north_mps == 0.0
    assert {7, 8} <= set(lost.incident.evidence)


def test_the_path_before_the_loss_is_kept_every_five_seconds_for_ten_minutes() -> None:
    sky = Sky()
    sky.tick(T0, flying(T0), findings=(crossed(T0),))
    for second in range(1, 900):
        sky.tick(T0 + second, flying(T0 + second, last_report_s=T0 + second - 1, lon_deg=LON - second * 0.0006))
    sky.tick(T0 + 930)
    path = sky.search.losses[0].path
    assert [point[0] - T0 for point in path] == list(range(295, 899, 5))
    # it was taken back from its tick to its last report: 40 m to the east, 0.00062 degrees
    assert path[0][1] == pytest.approx(LON - 296 * 0.0006 + 0.00062, abs=1e-5)
    assert path[0][2] == pytest.approx(LAT)


def test_the_sensors_that_are_well_watch_from_the_last_report_on(lost: Sky) -> None:
    assert lost.search.losses[0].watching == (
        Watching(sensor="other", from_s=LOST_S),
        Watching(sensor="radar", from_s=LOST_S),
    )
    assert told(lost, "search_opened") == [
        "Search map for track 5: radar saw it before and worked on; so did 1 other"
    ]


def test_without_any_health_nobody_is_known_to_have_watched() -> None:
    sky = flown()
    lose(sky)
    assert sky.search.losses[0].watching == ()
    assert "no sensor is known" in told(sky, "search_opened")[0]


def test_what_identified_itself_is_not_searched_for() -> None:
    sky = Sky()
    sky.tick(T0, flying(T0, is_cooperative=True), findings=(crossed(T0),))
    sky.tick(T0 + 100, flying(T0 + 100, status="lost", last_report_s=LOST_S, is_cooperative=True))
    assert sky.incident.lost_track_ids == (5,)
    assert sky.incident.search is None


def test_a_track_that_ends_without_a_last_look_is_lost_too() -> None:
    sky = flown()
    sky.tick(T0 + 100)
    assert sky.search.losses[0].track.last_report_s == LOST_S


def test_a_track_that_is_seen_again_is_no_longer_searched_for(lost: Sky) -> None:
    lost.tick(T0 + 110, flying(T0 + 110))
    assert lost.search.losses == ()
    assert lost.incident.lost_track_ids == ()


def test_a_track_that_goes_on_as_another_is_no_longer_searched_for(lost: Sky) -> None:
    # 80 s after the loss at 40 m/s: 3.2 km = 0.05 degrees further west
    first_s = T0 + 150
    lost.tick(T0 + 170, flying(T0 + 170, 9, first_s=first_s, lon_deg=LON - 0.01 - 0.05 - 20 * 40 / 64_400))
    assert lost.incident.track_ids == (5, 9)
    assert lost.search.losses == ()


def test_a_track_is_searched_for_again_when_it_is_lost_again(lost: Sky) -> None:
    lost.tick(T0 + 110, flying(T0 + 110))
    lost.tick(T0 + 150, flying(T0 + 150, status="lost", last_report_s=T0 + 110))
    (loss,) = lost.search.losses
    assert loss.track.last_report_s == T0 + 110


# --- who watches ---


def test_a_sensor_that_falls_silent_watched_until_its_last_report(lost: Sky) -> None:
    lost.picture.now_s = T0 + 600
    lost.health(radar="silent")  # its last report is 20 s old
    lost.tick(T0 + 600)
    watching = {one.sensor: one.until_s for one in lost.search.losses[0].watching}
    assert watching == {"other": None, "radar": T0 + 580}
    assert told(lost, "watching_ended") == ["radar watched for track 5 until 01:49:40 UTC, not longer"]


def test_a_sensor_that_had_been_silent_all_along_watched_for_no_time(lost: Sky) -> None:
    lost.picture.now_s = T0 + 80
    lost.health(radar="failed")  # its last report was at T0 + 60, before the loss
    lost.tick(T0 + 110)
    watching = {one.sensor: one.until_s for one in lost.search.losses[0].watching}
    assert watching["radar"] == LOST_S


def test_two_hours_after_the_loss_nobody_follows_the_sensors_any_more(lost: Sky) -> None:
    lost.picture.now_s = LOST_S + 7_201
    lost.health(radar="silent")
    lost.tick(LOST_S + 7_201)
    assert all(one.until_s is None for one in lost.search.losses[0].watching)


# --- clues ---


def sighting(time_s: float, text: str = "An engine.", *, lat_deg: float = LAT, entry: int = 40) -> Sighting:
    return Sighting(
        sensor="112",
        time_s=time_s,
        received_s=max(time_s, LOST_S) + 60,
        entry=entry,
        lat_deg=lat_deg,
        lon_deg=LON,
        sense="heard",
        reporter="angler",
        text=text,
    )


def test_a_call_after_the_loss_is_a_clue_named_by_its_entry(lost: Sky) -> None:
    lost.hear(sighting(T0 + 130, "A moped in the sky."))
    lost.tick(T0 + 200)
    (clue,) = lost.search.clues
    assert (clue.clue_id, clue.kind, clue.reliability) == ("c40", "sighting", 0.5)
    assert (clue.time_s, clue.received_s, clue.by, clue.text) == (T0 + 130, T0 + 190, "angler", "A moped in the sky.")
    assert clue.report == lost.picture.observations[0]
    assert 40 in lost.incident.evidence
    assert told(lost, "clue") == ["Clue c40 for the search: sighting, from angler"]
    assert all(item.officer == "" for item in lost.incident.timeline)


def test_a_call_that_came_between_the_last_report_and_the_loss_is_a_clue_too() -> None:
    sky = flown()
    sky.hear(structs.replace(sighting(T0 + 65), received_s=T0 + 90))
    sky.tick(T0 + 95, flying(T0 + 95, last_report_s=LOST_S))
    lose(sky)
    assert [clue.clue_id for clue in sky.search.clues] == ["c40"]


def test_a_clue_joins_once_however_often_is_looked(lost: Sky) -> None:
    lost.hear(sighting(T0 + 130))
    for second in range(200, 210):
        lost.tick(T0 + second)
    assert len(lost.search.clues) == 1


@pytest.mark.parametrize(
    ("report", "is_clue"),
    [
        # 20 km and 60 s at 40 m/s are 22.4 km: 0.2014 degrees of latitude
        (sighting(LOST_S + 60, lat_deg=LAT + 0.200), True),
        (sighting(LOST_S + 60, lat_deg=LAT + 0.203), False),
        # an hour at 40 m/s more: 164 km = 1.475 degrees
        (sighting(LOST_S + 3_600, lat_deg=LAT + 1.47), True),
        (sighting(LOST_S - 119), True),
        (sighting(LOST_S - 121), False),
        (sighting(LOST_S + 7_199), True),
        (sighting(LOST_S + 7_201), False),
        (structs.replace(sighting(LOST_S - 10), received_s=LOST_S - 1), False),
    ],
    ids=["near", "too far", "far but later", "just before", "before", "two hours", "later", "came before the loss"],
)
def test_a_report_is_a_clue_if_the_target_can_have_been_there(lost: Sky, report: Sighting, is_clue: bool) -> None:
    lost.hear(report)
    lost.tick(report.received_s + 5)
    assert bool(lost.search.clues) == is_clue


def bearing(time_s: float, sensor: str = "ear", entry: int = 60) -> Bearing:
    return Bearing(sensor=sensor, time_s=time_s, received_s=time_s + 1, entry=entry, azimuth_deg=200.0)


def test_a_bearing_stands_at_the_site_of_its_sensor(lost: Sky) -> None:
    lost.hear(bearing(T0 + 120), bearing(T0 + 120, "nobody knows where", 61))
    lost.tick(T0 + 125)
    assert [(clue.clue_id, clue.kind, clue.reliability) for clue in lost.search.clues] == [("c60", "bearing", 0.7)]


def test_a_presence_is_believed_at_sixty_per_cent(lost: Sky) -> None:
    lost.hear(Presence(sensor="ear", time_s=T0 + 120, received_s=T0 + 121, entry=3, radius_m=3_000.0))
    lost.tick(T0 + 125)
    assert [(clue.kind, clue.reliability) for clue in lost.search.clues] == [("presence", 0.6)]


def test_a_sensor_that_repeats_itself_is_one_clue_a_minute_and_one_line(lost: Sky) -> None:
    for second in range(101, 221):
        lost.hear(bearing(T0 + second, entry=second))
        lost.tick(T0 + second + 2)
    assert [clue.clue_id for clue in lost.search.clues] == ["c101", "c161"]
    assert [item.what for item in lost.incident.timeline].count("clue") == 1


def test_several_reports_of_one_entry_have_names_of_their_own(lost: Sky) -> None:
    lost.hear(sighting(T0 + 130), sighting(T0 + 131), sighting(T0 + 132))
    lost.tick(T0 + 200)
    assert [clue.clue_id for clue in lost.search.clues] == ["c40", "c40-2", "c40-3"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("An engine that stuttered and then stopped, to the south over the forest.", "engine_stopped"),
        ("A loud BANG beyond the river", "bang"),
        ("It sputtered, then there was an explosion", "bang"),
        ("Something like a lawn mower in the sky, very low.", None),
        ("Girdėjau sprogimą už miško", "bang"),
        ("Variklis užgeso ir nutilo", "engine_stopped"),
        ("Dzirdēju sprādzienu", "bang"),
        ("Motors apklusa", "engine_stopped"),
        ("Kuulsin plahvatust", "bang"),
        ("Mootor jäi seisma", "engine_stopped"),
        ("Słychać było wybuch", "bang"),
        ("silnik zgasł i nastała cisza", "engine_stopped"),
        ("Kuului räjähdys", "bang"),
        ("moottori sammui", "engine_stopped"),
        ("Am auzit o bubuitură", "bang"),
        ("motorul s-a oprit", "engine_stopped"),
        ("MOTORUL S-A OPRIT, LINISTE", "engine_stopped"),
        ("", None),
    ],
)
def test_a_callers_words_tell_how_a_flight_ended(text: str, told: str | None) -> None:
    assert end_told(text) == told


def test_the_kind_of_a_callers_clue_follows_the_words(lost: Sky) -> None:
    lost.hear(sighting(T0 + 130, "There was a bang"), sighting(T0 + 140, "Es wurde still", entry=41))
    lost.tick(T0 + 210)
    assert [clue.kind for clue in lost.search.clues] == ["bang", "sighting"]


# --- the fold ---


def event(what: SearchHappening | TrackJoined, number: int = 0) -> IncidentEvent:
    return IncidentEvent(incident_id=ID, time_s=T0 + number, what=what, evidence=(number,))


def a_clue(number: int, report: Observation | None = None, by: str = "ona") -> Clue:
    return Clue(
        clue_id=f"c{number}",
        kind="other",
        reliability=0.5,
        received_s=T0,
        by=by,
        report=report,  # type: ignore[arg-type]
    )


def sector(name: str) -> SectorOutline:
    return SectorOutline(name=name, ring=((25.0, 55.0), (25.1, 55.0), (25.1, 55.1)))


def a_searched(number: int) -> Searched:
    return Searched(searched_id=f"s{number}", time_s=T0, by="ona", asset="foot_team", sector="A-01", hours=4.0)


def a_find(number: int, *, is_it: bool = False) -> Find:
    return Find(
        find_id=f"f{number}", time_s=T0, by="ona", what="wreck", lat_deg=55.0, lon_deg=24.4, sd_m=20.0, is_it=is_it
    )


LOSS = Loss(track=flying(T0), declared_s=T0 + 30, watching=(Watching(sensor="radar", from_s=T0),))
EVERY: list[SearchHappening | TrackJoined] = [
    SearchOpened(loss=LOSS),
    WatchingEnded(track_id=5, sensor="radar", until_s=T0 + 60),
    ClueJoined(clue=a_clue(1)),
    ClueWeighed(officer="ona", clue_id="c1", reliability=0.9),
    SearchPlanned(officer="ona", settings=SearchSettings(cover="forest")),
    SearchOrdered(officer="ona", sectors=(sector("A-01"), sector("A-02"))),
    AreaSearched(searched=a_searched(2)),
    Found(find=a_find(3, is_it=True)),
    SearchEnded(officer="ona", text="snow"),
    TrackJoined(track_id=5, reason="seen again"),
]


@given(st.lists(st.sampled_from(EVERY), min_size=1, max_size=12))
def test_any_events_in_any_order_give_a_state_that_travels(happenings: list[SearchHappening]) -> None:
    state: Incident | None = None
    for number, what in enumerate(happenings):
        state = fold(state, event(what, number))
    assert state is not None
    assert msgspec.json.decode(msgspec.json.encode(state), type=Incident) == state
    assert pickle.loads(pickle.dumps(state)) == state


def test_the_story_of_a_search_is_told_in_plain_words() -> None:
    state: Incident | None = None
    for number, what in enumerate(EVERY):
        state = fold(state, event(what, number))
    assert state is not None
    assert [(item.text, item.officer) for item in state.timeline] == [
        ("Search map for track 5: radar saw it before and worked on", ""),
        ("radar watched for track 5 until 01:41:00 UTC, not longer", ""),
        ("Clue c1 for the search: other", "ona"),
        ("Clue c1 weighed: 90%", "ona"),
        ("Search map set: forest ground, by day", "ona"),
        ("Search ordered: 2 sectors, A-01 to A-02", "ona"),
        ("Sector A-01 searched in vain by foot team (4 h)", "ona"),
        ("Found at 55.0000° N, 24.4000° E: a wreck, what was searched for", "ona"),
        ("Search ended without a find: snow", "ona"),
        ("Track 5: seen again", ""),
    ]
    assert state.cited == (2, 3, 4, 5, 6, 7, 8)


def folded(*happenings: SearchHappening | TrackJoined) -> SearchState:
    search: SearchState | None = None
    for number, what in enumerate(happenings):
        search = fold_search(search, event(what, number))
    assert search is not None
    return search


def test_what_does_not_concern_a_search_opens_none() -> None:
    assert fold_search(None, event(TrackJoined(track_id=5, reason="near"))) is None
    assert fold_search(None, event(WatchingEnded(track_id=5, sensor="radar", until_s=T0))) is None


def test_a_find_that_is_it_ends_the_search_and_another_does_not() -> None:
    assert folded(EVERY[0], Found(find=a_find(3))).ended_s is None
    assert folded(EVERY[0], Found(find=a_find(3, is_it=True))).ended_s == T0 + 1


def test_a_new_order_opens_an_ended_search_and_keeps_the_old_outlines_aside() -> None:
    again = SearchOrdered(officer="ona", sectors=(sector("B-01"),))
    search = folded(EVERY[0], EVERY[5], EVERY[8], again)
    assert (search.generation, search.ordered_s, search.ended_s) == (2, T0 + 3, None)
    assert [one.name for one in search.sectors] == ["B-01"]
    assert [one.name for one in search.past_sectors] == ["A-01", "A-02"]


def test_another_loss_opens_an_ended_search() -> None:
    other = structs.replace(LOSS, track=flying(T0, 6))
    search = folded(EVERY[0], EVERY[8], SearchOpened(loss=other))
    assert [loss.track.track_id for loss in search.losses] == [5, 6]
    assert search.ended_s is None


def test_a_search_that_goes_on_and_on_stays_bounded() -> None:
    search: SearchState | None = None
    for number in range(3_000):
        for what in (
            SearchOpened(loss=structs.replace(LOSS, track=flying(T0, number))),
            ClueJoined(clue=a_clue(number)),
            AreaSearched(searched=a_searched(number)),
            Found(find=a_find(number)),
        ):
            search = fold_search(search, event(what, number))
    assert search is not None
    assert (len(search.clues), len(search.searched), len(search.finds)) == (CLUES_KEPT, SEARCHED_KEPT, FINDS_KEPT)
    assert len(search.losses) == 50


def test_with_too_many_clues_the_oldest_of_a_sensor_goes_first_and_an_officers_last() -> None:
    clues = [
        a_clue(0),
        a_clue(1, sighting(T0), "angler"),
        a_clue(2, bearing(T0), "ear"),
        a_clue(3, bearing(T0), "ear"),
    ]
    clues += [a_clue(number) for number in range(4, 102)]
    kept = {clue.clue_id for clue in folded(*(ClueJoined(clue=clue) for clue in clues)).clues}
    assert len(kept) == CLUES_KEPT
    assert {"c2", "c3"}.isdisjoint(kept)
    assert {"c0", "c1"} <= kept
    more = folded(*(ClueJoined(clue=clue) for clue in [*clues, a_clue(102)])).clues
    assert {"c1"}.isdisjoint(clue.clue_id for clue in more)


# --- the book ---


def test_a_search_survives_a_snapshot(lost: Sky) -> None:
    twin = pickle.loads(pickle.dumps(lost))
    for sky in (lost, twin):
        sky.hear(sighting(T0 + 130))
        sky.tick(T0 + 200)
    assert twin.incident == lost.incident
    assert len(twin.search.clues) == 1


def test_a_book_of_another_configuration_goes_on_with_the_search(lost: Sky) -> None:
    lost.hear(sighting(T0 + 130))
    lost.tick(T0 + 200)
    after = Sky()
    after.book.take_over(lost.book)
    after.picture = lost.picture
    after.hear(sighting(T0 + 210, entry=70))
    after.tick(T0 + 300)
    assert [clue.clue_id for clue in after.search.clues] == ["c40", "c70"]


def test_a_sky_that_an_older_version_kept_is_taken_over(lost: Sky) -> None:
    for sky in lost.book._watches.values():
        del sky.reported, sky.paths, sky.listened  # what a version without searches wrote
    after = Sky()
    after.book.take_over(lost.book)
    after.tick(T0 + 200)
    assert after.search.losses == lost.search.losses
