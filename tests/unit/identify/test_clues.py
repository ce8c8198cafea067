"""What each clue says: the figures expected come from the table of aircraft and from what its sources publish."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from identify_kit import AIRCRAFT
from sargas.identify.clues import BOUND_NATS, Clue, Tables, Wind, Word
from sargas.identify.kinds import kinds_of
from sargas.model.classification import BIRD, CLUTTER, UNKNOWN

KINDS = kinds_of(AIRCRAFT)
NAMES = [kind.id for kind in KINDS]
TABLES = Tables(KINDS)


def nats(row: np.ndarray) -> dict[str, float]:
    return dict(zip(NAMES, row[0].tolist(), strict=True))


def one(value: float) -> np.ndarray:
    return np.array([value])


def test_the_classes_are_those_of_the_table_and_bird_clutter_and_unknown_last() -> None:
    assert [*(kind.id for kind in AIRCRAFT), BIRD, CLUTTER, UNKNOWN] == NAMES


@pytest.mark.parametrize(
    ("speed_mps", "likely", "unlikely"),
    [
        (40.0, "gerbera", "airliner"),  # 160 km/h at most: Reuters, in the table
        (230.0, "airliner", "gerbera"),  # Mach 0.72 to 0.85: OpenAP, in the table
        (220.0, "cruise_missile", "shahed"),  # about 220 m/s over Poland: PAP, in the table
        (13.0, "bird", "shahed"),  # 8 to 20 m/s: Bruderer and Boldt 2001
        (50.0, "shahed", "quadcopter"),  # 185 km/h
    ],
)
def test_a_speed_speaks_for_who_flies_so_fast(speed_mps: float, likely: str, unlikely: str) -> None:
    said = nats(TABLES.speed(one(speed_mps)))
    assert said[likely] > 0.5
    assert said[unlikely] < -1.0


def test_a_strong_wind_does_not_rule_a_kind_out() -> None:
    """A Gerbera of 46 m/s at most flies 52 over ground with a wind of 6 m/s from behind."""
    assert nats(TABLES.speed(one(52.0)))["gerbera"] > -1.5


def test_height_tells_an_airliner_on_its_way_from_a_missile() -> None:
    high, low = nats(TABLES.height(one(10_500.0))), nats(TABLES.height(one(250.0)))
    assert high["airliner"] > 0.0 > high["cruise_missile"]
    assert low["cruise_missile"] > low["airliner"]


@pytest.mark.parametrize(
    ("rcs_m2", "likely", "unlikely"),
    [
        (40.0, "airliner", "gerbera"),  # commercial aircraft 10 to 100 m^2: Encyclopaedia Britannica, Radar
        (2.0, "light_aircraft", "quadcopter"),  # small general aviation 2 m^2: there too
        (0.001, "bird", "light_aircraft"),  # a bird of 0.01 m^2, smaller ones less: Skolnik 1980, table 2.2
        (0.01, "quadcopter", "helicopter"),  # small drones 0.001 to 0.1 m^2: Patel, Fioranelli and Anderson 2018
    ],
)
def test_an_echo_speaks_for_who_reflects_so_much(rcs_m2: float, likely: str, unlikely: str) -> None:
    said = nats(TABLES.rcs(one(10.0 * np.log10(rcs_m2))))
    assert said[likely] > 0.2
    assert said[unlikely] < -1.0
    assert said[UNKNOWN] == 0.0


def test_an_echo_of_unknown_strength_says_nothing() -> None:
    assert not TABLES.rcs(one(np.nan)).any()


def test_only_what_can_climb_fast_climbs_fast() -> None:
    said = nats(TABLES.climb(one(12.0)))
    assert said["airliner"] > 0.0 > said["gerbera"]


def test_a_straight_way_speaks_for_an_airliner_and_one_on_the_spot_against() -> None:
    straight, spot = nats(TABLES.way(one(1.0))), nats(TABLES.way(one(0.0)))
    assert straight["airliner"] > 0.5 > straight["quadcopter"]
    assert spot["airliner"] < -1.0 < spot["quadcopter"]


def test_a_true_position_of_its_own_speaks_for_a_crewed_aircraft_silence_against() -> None:
    own, silent = nats(TABLES.word(np.array([Word.OWN]))), nats(TABLES.word(np.array([Word.SILENT])))
    for name in ("airliner", "light_aircraft", "helicopter"):
        assert own[name] > 1.0
        assert silent[name] < -1.0
    for name in ("gerbera", "shahed", BIRD):
        assert own[name] < -2.0
        assert silent[name] > 0.0


def test_a_balloon_makes_no_sound_and_a_bird_no_radio() -> None:
    assert nats(TABLES.sensors(np.array([0])))["balloon"] < -2.0
    assert nats(TABLES.sensors(np.array([1])))[BIRD] < -2.0


def test_what_drifts_goes_with_the_wind() -> None:
    along, across = nats(TABLES.wind(np.array([Wind.WITH]))), nats(TABLES.wind(np.array([Wind.ACROSS])))
    assert along["balloon"] > 1.0 > across["balloon"]
    assert along["shahed"] < 0.0


def test_clutter_does_not_last_and_a_quadcopter_must_land() -> None:
    """A quadcopter's battery lasts 46 minutes at most: DJI, in the table."""
    said = nats(TABLES.time(one(3_600.0), one(0.99)))
    assert said[CLUTTER] == -3.0
    assert said["quadcopter"] < -1.0
    assert said["shahed"] == 0.0


def test_where_it_came_from_counts_little() -> None:
    said = nats(TABLES.origin(np.array([0])))
    assert max(map(abs, said.values())) <= 0.5


@given(st.floats(0.0, 1_000.0), st.floats(-500.0, 30_000.0), st.floats(-100.0, 100.0), st.floats(0.0, 1.0))
def test_no_clue_says_more_than_its_bound_and_none_of_anything_at_all(
    speed_mps: float, height_m: float, climb_mps: float, straightness: float
) -> None:
    for clue, row in (
        (Clue.SPEED, TABLES.speed(one(speed_mps))),
        (Clue.HEIGHT, TABLES.height(one(height_m))),
        (Clue.CLIMB, TABLES.climb(one(climb_mps))),
        (Clue.WAY, TABLES.way(one(straightness))),
    ):
        low, high = BOUND_NATS[clue]
        assert (row >= low).all()
        assert (row <= high).all()
        assert row[0, -1] == 0.0


def test_what_is_not_known_says_nothing() -> None:
    unknown = one(np.nan)
    for row in (TABLES.height(unknown), TABLES.climb(unknown), TABLES.way(unknown)):
        assert not row.any()
    for row in (TABLES.word(np.array([-1])), TABLES.wind(np.array([-1])), TABLES.sensors(np.array([-1]))):
        assert not row.any()


def test_a_kind_of_a_table_of_ones_own_is_a_class_too() -> None:
    from msgspec import structs

    own = structs.replace(AIRCRAFT[0], id="new_drone", name="New drone")
    assert "new_drone" in [kind.id for kind in kinds_of([own])]
