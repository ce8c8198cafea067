"""Tracks looked at for minutes: what they are told to be, how that holds, and what it costs."""

import itertools
import pickle

import pytest

from identify_kit import AIRCRAFT, T0_S, flying, new, share, watched
from sargas.identify import identifier
from sargas.model.classification import BIRD, Classification
from sargas.model.errors import ConfigError
from sargas.model.picture import Picture
from sargas.model.report import Identity
from sargas.model.track import Track

NAMED = Identity(icao24="503d9a", callsign="LOT123")
DRONES = {"drone", "gerbera", "shahed", "orlan", "small_fixed_wing", "male"}


def airliner(since_s: float) -> list[Track]:
    return [flying(since_s, speed_mps=230.0, alt_baro_m=10_900.0, climb_mps=0.0, identity=NAMED, is_cooperative=True)]


def gerbera(since_s: float) -> list[Track]:
    return [flying(since_s, speed_mps=40.0, alt_wgs84_m=350.0, climb_mps=0.0)]


def test_an_airliner_with_its_transponder_is_an_airliner_within_a_minute() -> None:
    found = watched(airliner, 60)[1]
    assert found.answer == "airliner"
    assert share(found, "airliner") > 0.8


def test_a_low_silent_one_at_160_km_h_is_a_drone_of_some_kind_most_likely_a_gerbera() -> None:
    found = watched(gerbera)[1]
    assert found.answer in DRONES
    assert found.classes[0].kind == "gerbera"
    assert share(found, "airliner") < 0.02
    assert found.caution == "decoy or carrier: treat as dangerous"


def test_an_airliner_that_falls_silent_is_no_drone() -> None:
    found = watched(lambda s: [flying(s, speed_mps=230.0, alt_baro_m=10_900.0)])[1]
    assert found.answer not in DRONES


def test_nothing_is_called_anything_on_thin_evidence() -> None:
    found = watched(gerbera, 5)[1]
    assert found.answer == "unknown"
    assert found.reasons[0].startswith("too little is known to name it")


@pytest.mark.parametrize("tracks", [airliner, gerbera])
def test_unknown_keeps_its_floor(tracks: object) -> None:
    found = watched(tracks, 900)[1]
    assert share(found, "unknown") >= 0.05
    assert sum(one.probability for one in found.classes) <= 1.001


def test_looks_at_the_same_flight_do_not_add_up_for_ever() -> None:
    """An hour says hardly more than five minutes: a clue counts as a few looks, however long it is seen."""
    first, later = watched(gerbera, 300)[1], watched(gerbera, 3_600)[1]
    assert share(later, "gerbera") == pytest.approx(share(first, "gerbera"), abs=0.1)


def test_what_it_does_now_outweighs_what_it_did() -> None:
    def landing_on_its_rotors(since_s: float) -> list[Track]:
        return [flying(since_s, speed_mps=42.0 if since_s < 200.0 else 8.0, alt_wgs84_m=300.0)]

    before, after = watched(landing_on_its_rotors, 200)[1], watched(landing_on_its_rotors, 600)[1]
    assert share(before, "gerbera") > 0.2 > share(after, "gerbera")


def test_an_airliner_that_comes_in_slowly_to_land_stays_one() -> None:
    """No light aircraft of the table flies 230 m/s; at 70 m/s and 400 m it would pass for one."""

    def landing(since_s: float) -> list[Track]:
        speed_mps, height_m = (230.0, 9_000.0) if since_s < 300.0 else (70.0, 400.0)
        return [flying(since_s, speed_mps=speed_mps, alt_baro_m=height_m, identity=NAMED, is_cooperative=True)]

    assert watched(landing, 600)[1].answer == "airliner"
    only_slow = watched(landing, 600, from_s=300)[1]
    assert share(only_slow, "light_aircraft") > share(only_slow, "airliner")


def test_slow_ones_that_go_alike_high_up_are_balloons() -> None:
    def balloons(since_s: float) -> list[Track]:
        return [
            flying(since_s, track_id=k, speed_mps=9.0 + 0.1 * k, alt_wgs84_m=3_500.0, lon_deg=25.7 + 0.05 * k)
            for k in range(1, 6)
        ]

    assert {one.answer for one in watched(balloons).values()} == {"balloon"}


def test_the_answer_does_not_flicker() -> None:
    """The speed goes to and fro between what fits one kind and another; the answer shown changes at most twice."""
    knows, picture, answers = new(), Picture(), []
    for since in range(900):
        picture.now_s = T0_S + since
        speed_mps = 36.0 if since // 20 % 2 else 46.0
        picture.tracks = {1: flying(float(since), speed_mps=speed_mps, alt_wgs84_m=300.0)}
        answers += [one.answer for one in knows.tick(picture)]
    changes = sum(a != b for a, b in itertools.pairwise(answers))
    assert changes <= 2


def test_it_tells_what_has_materially_changed_and_the_rest_once_a_minute() -> None:
    knows, picture, n_told = new(), Picture(), 0
    for since in range(1_800):
        picture.now_s = T0_S + since
        picture.tracks = {1: gerbera(float(since))[0]}
        n_told += len(knows.tick(picture))
    assert 30 <= n_told <= 40


def test_a_prediction_is_not_looked_at() -> None:
    knows = new()
    first = watched(gerbera, 60, knows=knows)[1]

    def lost(since_s: float) -> list[Track]:
        return [flying(60.0, time_s=T0_S + since_s, status="lost")]

    assert watched(lost, 300, knows=knows, from_s=61) == {}
    assert first.time_s < T0_S + 60


def test_what_is_gone_is_forgotten_and_its_number_starts_anew() -> None:
    knows = new()
    watched(airliner, 120, knows=knows)
    watched(lambda _: [], 122, knows=knows, from_s=120)
    again = watched(airliner, 123, knows=knows, from_s=122)[1]
    assert again.answer == "unknown"


def test_many_that_come_and_go_leave_nothing_behind() -> None:
    knows = new()
    for wave in range(20):
        ids = range(100 * wave, 100 * wave + 100)
        watched(lambda s, ids=ids: [flying(s, track_id=k) for k in ids], wave + 1, knows=knows, from_s=wave)
    assert len(pickle.dumps(knows)) < 1_000_000
    watched(lambda _: [], 22, knows=knows, from_s=21)
    assert len(pickle.dumps(knows)) < 150_000


def test_a_snapshot_goes_on_as_if_nothing_had_been() -> None:
    knows = new()
    watched(gerbera, 100, knows=knows)
    again = pickle.loads(pickle.dumps(knows))
    assert watched(airliner, 200, knows=again, from_s=100) == watched(airliner, 200, knows=knows, from_s=100)


def test_others_in_the_sky_do_not_change_what_a_silent_fast_one_is() -> None:
    alone = watched(gerbera)[1]
    many = watched(lambda s: [*gerbera(s), *(flying(s, track_id=k, speed_mps=200.0) for k in range(2, 60))])[1]
    assert share(many, "gerbera") == pytest.approx(share(alone, "gerbera"), abs=1e-4)


def test_a_user_says_how_often_a_class_flies_and_is_told_of_a_wrong_name() -> None:
    plain = watched(lambda s: [flying(s, speed_mps=13.0)])[1]
    told = watched(lambda s: [flying(s, speed_mps=13.0)], knows=new(priors={BIRD: 0.9}))[1]
    assert share(told, BIRD) > share(plain, BIRD)
    with pytest.raises(ConfigError, match="no class 'zeppelin'"):
        identifier.build(identifier.Settings(priors={"zeppelin": 0.1}), AIRCRAFT)


def test_the_reasons_are_sentences_with_their_weight() -> None:
    found: Classification = watched(airliner, 120)[1]
    assert "828 km/h over ground: speaks strongly for Airliner" in found.reasons
    assert any("it says that it is LOT123 and where, and nothing contradicts it" in one for one in found.reasons)


def test_no_word_says_what_it_carries_or_that_it_is_hostile() -> None:
    for tracks in (airliner, gerbera):
        text = " ".join([*watched(tracks)[1].reasons, watched(tracks)[1].answer_name]).lower()
        assert "hostile" not in text
        assert "explosive" not in text


def test_nothing_at_all_is_fine() -> None:
    assert new().tick(Picture(now_s=T0_S)) == []
    assert watched(lambda s: [flying(s, speed_mps=0.0, velocity_cov_m2ps2=(0.0, 0.0, 0.0))])[1].classes


def test_a_strong_echo_tells_an_aircraft_without_a_transponder_from_a_drone() -> None:
    """At 46 m/s both can be; 2 m^2 (3 dBsm) is a small aircraft (Encyclopaedia Britannica, Radar), 0.01 a drone."""
    strong = watched(lambda s: [flying(s, speed_mps=46.0, rcs_dbsm=3.0)])[1]
    weak = watched(lambda s: [flying(s, speed_mps=46.0, rcs_dbsm=-20.0)])[1]
    assert share(strong, "light_aircraft") > 3.0 * share(weak, "light_aircraft")
    assert share(weak, "gerbera") > share(strong, "gerbera")
    assert any(reason.startswith("its echo is that of 2 m²") for reason in strong.reasons)
