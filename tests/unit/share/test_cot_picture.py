"""Tracks and sensors as events: types of the published list, never hostile, errors and words."""

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

import tak_kit
from sargas.identify.kinds import GROUP_NAMES, kinds_of
from sargas.model.aircraft import parse
from sargas.model.track import Affiliation, Track
from sargas.share import cot_picture
from sargas.share.cot import Event, Place, Stamp
from tak_kit import AIRLINER, DRONE, MICROPHONE, NOW_S, RADAR

STAMP = Stamp(made_s=NOW_S, stale_s=NOW_S + 30.0, is_exercise=False)
LISTED = {
    "A": "Air Track",
    "A-C-F": "Civ, fixed wing",
    "A-C-H": "Civ, rotary wing",
    "A-C-L": "Civ, lighter than air",
    "A-M-H": "Mil, rotary wing",
    "A-M-F-Q": "Mil, fixed wing, drone (RPV/UAV)",
    "A-M-H-Q": "Mil, rotary wing, drone (RPV/UAV)",
    "A-W-M": "Weapon, missile in flight",
    "G-E-S": "Ground, equipment, sensor",
    "G-E-S-R": "Ground, equipment, sensor, radar",
}
"""MITRE Corporation, CoTtypes.xml, version 1.80 of 10 June 2009; capitals are those of MIL-STD-2525."""


def event(track: Track = DRONE, kind: str = "") -> Event:
    what = tak_kit.what(track, kind) if kind else None
    return cot_picture.track_event(track, what, "SARGAS-LT-track-7", STAMP)


def remarks(one: Event) -> str:
    part = one.part("remarks")
    assert part is not None
    return part.text


def every_kind() -> list[str]:
    from importlib import resources

    table = parse((resources.files("sargas.model") / "aircraft.toml").read_text(encoding="utf-8"))
    return [*(kind.id for kind in kinds_of(table)), *GROUP_NAMES]


@pytest.mark.parametrize("affiliation", get_args(Affiliation))
@pytest.mark.parametrize("kind", ["", *every_kind(), "a_kind_of_ones_own"])
def test_every_type_is_in_the_published_list_and_none_is_hostile(affiliation: Affiliation, kind: str) -> None:
    atom, letter, symbol = event(structs.replace(DRONE, affiliation=affiliation), kind).kind.split("-", 2)
    assert atom == "a"
    assert letter in {"u", "f", "n", "s"}
    assert symbol in LISTED


@pytest.mark.parametrize(
    ("affiliation", "letter"),
    [("unknown", "u"), ("friendly", "f"), ("neutral", "n"), ("suspect", "s"), ("hostile", "s")],
)
def test_whose_it_is_only_a_person_has_said(affiliation: Affiliation, letter: str) -> None:
    one = event(structs.replace(DRONE, affiliation=affiliation), "shahed")
    assert one.kind == f"a-{letter}-A-M-F-Q"
    assert "hostile" not in remarks(one)


@pytest.mark.parametrize(
    ("kind", "symbol"),
    [
        ("", "A"),
        ("unknown", "A"),
        ("bird", "A"),
        ("clutter", "A"),
        ("crewed", "A"),
        ("airliner", "A-C-F"),
        ("helicopter", "A-M-H"),
        ("drone", "A-M-F-Q"),
        ("gerbera", "A-M-F-Q"),
        ("quadcopter", "A-M-H-Q"),
        ("cruise_missile", "A-W-M"),
        ("balloon", "A-C-L"),
    ],
)
def test_the_symbol_says_no_more_than_what_it_is_identified_as(kind: str, symbol: str) -> None:
    assert event(DRONE, kind).kind == f"a-u-{symbol}"


def test_a_helicopter_that_tells_its_position_is_a_civil_one() -> None:
    assert event(structs.replace(DRONE, is_cooperative=True), "helicopter").kind == "a-u-A-C-H"


def test_course_and_speed_are_those_over_ground() -> None:
    """30 m/s west and 40 m/s north are 50 m/s towards 323.13 degrees (3-4-5)."""
    track = event().part("track")
    assert track is not None
    assert track.attributes == {"course": "323.1", "speed": "50.0"}


def test_the_error_is_one_sigma_of_the_longer_axis() -> None:
    """Event schema: ce is "the one sigma point for a zero mean normal distribution"."""
    assert event().place.ce_m == 30.0
    assert cot_picture.spread_m((400.0, 0.0, 900.0)) == 30.0
    # Turned by 45 degrees: eigenvalues 5 +- 3.
    assert cot_picture.spread_m((5.0, 3.0, 5.0)) == pytest.approx(math.sqrt(8.0))


@given(st.floats(0.1, 1e4), st.floats(0.1, 1e4), st.floats(-0.99, 0.99))
def test_the_error_is_that_of_the_covariance(east_m: float, north_m: float, correlation: float) -> None:
    cross = correlation * east_m * north_m
    largest = np.linalg.eigvalsh(np.array([[east_m**2, cross], [cross, north_m**2]]))[1]
    assert cot_picture.spread_m((east_m**2, cross, north_m**2)) == pytest.approx(math.sqrt(largest), rel=1e-9)


@pytest.mark.parametrize("cov", [(math.nan, 0.0, 1.0), (math.inf, 0.0, 1.0), (-1.0, 0.0, -1.0)])
def test_an_error_that_is_not_known_is_not_known(cov: tuple[float, float, float]) -> None:
    assert cot_picture.spread_m(cov) is None
    assert event(structs.replace(DRONE, position_cov_m2=cov)).place.ce_m is None


def test_a_height_by_pressure_is_never_one_above_the_ellipsoid() -> None:
    assert event(DRONE).place.hae_m is None
    assert "Height 850 m by pressure." in remarks(event(DRONE))
    assert event(AIRLINER).place.hae_m == 10_700.0


def test_the_words_say_what_it_may_be_how_sure_and_how_accurate() -> None:
    assert remarks(event(DRONE, "shahed")) == (
        "Track 7, confirmed. May be: Shahed 80 %, Unknown 20 %. May carry explosives: treat as dangerous. "
        "Position within 30 m (one standard deviation). Last report 2025-07-28 01:59:58 UTC. "
        "Height 850 m by pressure. There at all: 97 %."
    )


def test_what_a_track_says_of_itself_is_told_as_its_word() -> None:
    said = "It says of itself: LOT123, ICAO address 503f0a, squawk 4711."
    liar = structs.replace(AIRLINER, is_cooperative=False)
    names = [part.attributes["callsign"] for one in (AIRLINER, liar) if (part := event(one).part("contact"))]
    assert said in remarks(event(AIRLINER))
    assert said in remarks(event(liar))
    assert names == ["LOT123 (8)", "Track 8"]


def test_no_sensor_is_named_in_a_track() -> None:
    from sargas.model.track import Contribution

    seen = structs.replace(DRONE, contributions=(Contribution("radar-east", 40, NOW_S),))
    assert "radar-east" not in repr(event(seen))


def test_a_track_holds_from_its_own_time_on() -> None:
    one = cot_picture.track_event(structs.replace(DRONE, time_s=NOW_S - 1.5), None, "u", STAMP)
    assert (one.time_s, one.start_s, one.stale_s) == (NOW_S, NOW_S - 1.5, NOW_S + 30.0)


def test_a_sensor_is_a_friendly_one_on_the_ground_with_its_state() -> None:
    health = tak_kit.glimpse().picture.health["mic-7"]
    site = Place(lat_deg=54.5, lon_deg=25.5)
    radar = cot_picture.sensor_event(RADAR, site, None, "r", STAMP)
    microphone = cot_picture.sensor_event(MICROPHONE, site, health, "m", STAMP)
    assert (radar.kind, microphone.kind) == ("a-f-G-E-S-R", "a-f-G-E-S")
    assert remarks(radar) == "Sensor, radar. Nothing is known of its state."
    assert remarks(microphone) == (
        "Sensor, acoustic. State: silent: nothing for 90 s. Last report 2025-07-28 01:58:30 UTC."
    )


def test_the_uid_of_an_exercise_is_never_that_of_something_real() -> None:
    real = cot_picture.uid_of("SARGAS", "LT", "track", "7", is_exercise=False)
    assert real == "SARGAS-LT-track-7"
    assert cot_picture.uid_of("SARGAS", "LT", "track", "7", is_exercise=True) == "SARGAS-EXERCISE-LT-track-7"


def test_only_an_exercise_of_another_day_is_sent_as_of_now() -> None:
    machine_s = NOW_S + 400 * 86_400.0
    assert cot_picture.shift_s(NOW_S, machine_s, is_exercise=True) == 400 * 86_400.0
    assert cot_picture.shift_s(NOW_S, machine_s, is_exercise=False) == 0.0
    assert cot_picture.shift_s(NOW_S, NOW_S + 3_600.0, is_exercise=True) == 0.0
