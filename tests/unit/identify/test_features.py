import math

import numpy as np
import pytest

from identify_kit import SENSORS, T0_S, flying
from sargas.identify.clues import Wind, Word
from sargas.identify.features import NO_WIND, drifting, hearing_of, seen_of, sky_of, word_of
from sargas.model.finding import Crossing, Finding
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.report import Identity
from sargas.model.search import SearchSettings, SearchState
from sargas.model.search import Wind as ToldWind
from sargas.model.track import Contribution, Track

NAMED = Identity(icao24="503d9a", callsign="LOT123")


@pytest.mark.parametrize(
    ("track", "word"),
    [
        (flying(identity=NAMED, is_cooperative=True), Word.OWN),
        (flying(identity=NAMED), Word.SAYS),
        (flying(identity=Identity(squawk="1000")), Word.SAYS),
        (flying(identity=NAMED, flags=("cooperative position contradicts track",)), Word.LIES),
        (flying(identity=Identity(remote_id="1581F"), is_cooperative=True), Word.REMOTE_ID),
        (flying(), Word.SILENT),
    ],
)
def test_what_a_track_says_of_itself(track: Track, word: Word) -> None:
    assert word_of(track, hears_transponders=True) == word


def test_silence_says_nothing_where_nobody_hears_transponders() -> None:
    assert word_of(flying(), hears_transponders=False) == Word.UNHEARD
    assert not sky_of(Picture(tracks={1: flying()}), has_receiver=False).hears_transponders
    assert sky_of(Picture(tracks={1: flying(identity=NAMED)}), has_receiver=False).hears_transponders


def test_who_heard_it() -> None:
    tracks = [
        flying(),
        flying(contributions=(Contribution("radar", 9, T0_S), Contribution("ear", 1, T0_S))),
        flying(contributions=(Contribution("finder", 2, T0_S),)),
        flying(contributions=(Contribution("ear", 1, T0_S), Contribution("finder", 2, T0_S))),
    ]
    seen = seen_of(tracks, sky_of(Picture(), has_receiver=True), hearing_of(SENSORS))
    assert seen.sensors.tolist() == [-1, 0, 1, 2]


def test_a_height_of_zero_is_a_height_and_an_unknown_one_is_not() -> None:
    seen = seen_of([flying(alt_baro_m=0.0), flying()], sky_of(Picture(), has_receiver=True), {})
    assert seen.height_m[0] == 0.0
    assert math.isnan(seen.height_m[1])


def slow(*velocities: tuple[float, float], wind: tuple[float, float, float] = NO_WIND) -> list[int]:
    tracks = [flying(east_mps=e, north_mps=n, lon_deg=25.7 + 0.05 * k) for k, (e, n) in enumerate(velocities)]
    seen = seen_of(tracks, sky_of(Picture(), has_receiver=True), {})
    places = np.array([[track.lon_deg, track.lat_deg] for track in tracks])
    return drifting(seen, places, np.array(velocities), wind).tolist()


def test_four_that_go_alike_go_with_the_wind_and_the_one_across_says_nothing() -> None:
    assert slow((8.0, 1.0), (8.5, 0.5), (7.5, 1.2), (8.2, 0.8), (-5.0, 6.0)) == [Wind.WITH] * 4 + [Wind.NOT_KNOWN]


def test_three_that_go_alike_are_too_few() -> None:
    assert slow((8.0, 1.0), (8.5, 0.5), (7.5, 1.2)) == [Wind.NOT_KNOWN] * 3


def test_a_formation_of_fast_ones_is_no_wind() -> None:
    assert slow(*[(40.0, 0.0)] * 6) == [Wind.NOT_KNOWN] * 6


def test_the_wind_that_is_told_needs_no_others() -> None:
    assert slow((8.0, 1.0), (-9.0, -9.0), wind=(8.0, 0.0, 2.0)) == [Wind.WITH, Wind.ACROSS]


def test_the_wind_of_an_open_search_is_taken_and_blows_from_where_it_is_told() -> None:
    """A wind from the west, 270 degrees, goes east."""
    state = SearchState(settings=SearchSettings(wind=ToldWind(speed_mps=10.0, from_deg=270.0, sd_mps=2.0)))
    incident = Incident(
        incident_id="LT-1", title="", status="open", level="red", highest_level="red", first_report_s=T0_S,
        opened_s=T0_S, changed_s=T0_S, search=state,
    )  # fmt: skip
    east, north, sd = sky_of(Picture(incidents={"LT-1": incident}), has_receiver=True).wind_mps
    assert (east, north, sd) == (pytest.approx(10.0), pytest.approx(0.0, abs=1e-9), 2.0)


def test_a_crossing_from_another_country_is_where_it_came_from() -> None:
    detail = Crossing(
        zone_id="LT", from_country="BY", time_s=T0_S, time_sd_s=1.0, lat_deg=54.6, lon_deg=25.7, position_sd_m=50.0
    )
    finding = Finding(
        finding_id="x", rule="incursion", state="raised", severity="red", time_s=T0_S, raised_s=T0_S, probability=0.9,
        title="", reasons=(), detail=detail, track_id=7,
    )  # fmt: skip
    assert sky_of(Picture(findings={"x": finding}), has_receiver=True).came_in == {7}
