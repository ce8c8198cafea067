"""What the records say: read by asterix_decoder, by libasterix's own parser, by our decoder and by tshark."""

import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from asterix_oracle import Oracle, Read, dissect
from asterix_picture import AIRLINER, DRONE, KINDS, NAMED, NOON_S, SENSORS, broken, flying, track
from asterix_samples import read
from sargas.fuse.published import FLAGS
from sargas.fuse.table import OWN_CONTRADICTED
from sargas.model.report import NO_IDENTITY, Identity, SensorStatus, SystemTrack, Unused
from sargas.model.sensor import Errors, Health, RegistrationEstimate, Sensor
from sargas.model.track import Contribution, Track
from sargas.share.asterix_out import CONTRADICTED, DATAGRAM_BYTES_MAX, Message, Records, Source, blocks, can_be_told

OURS = Source(sac=25, sic=100, service=1)
DEGREE_25 = 180.0 / 2**25
"""The least step of I062/105 (EUROCONTROL-SPEC-0149-9, 5.2.9)."""
FOOT_M = 0.3048
DAY_S = 86_400.0

RECORDS = Records(OURS, is_simulated=False)
EXERCISE = Records(Source(sac=25, sic=200), is_simulated=True)


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    with Oracle() as running:
        yield running


def block(records: list[bytes], category: int = 62) -> bytes:
    (only,) = [made for _, made in blocks(category, records, 65_535)]
    return only


def said(
    one: Track, *, by: Records = RECORDS, number: int = 1, is_first: bool = False, is_last: bool = False
) -> bytes:
    message = Message(track=one, number=number, is_first=is_first, is_last=is_last)
    return block([by.track(message, KINDS)])


def state_of(health: Health | None, sensor: Sensor = SENSORS["hill"]) -> bytes:
    return block([RECORDS.sensor(sensor, (25, 13), health, NOON_S)], 63)


# ------------------------------------------------------------------------------------------------------ what is known


def test_every_item_of_a_known_aircraft_is_read_by_an_independent_decoder(oracle: Oracle) -> None:
    record = oracle.one(said(AIRLINER, number=7, is_first=True))
    assert record["I010"] == {"SAC": 25, "SIC": 100}
    assert record["I015"] == {"SID": 1}
    assert record["I070"] == {"ToT": 43_200.0}
    assert record["I105"]["Lat"] == pytest.approx(54.75, abs=DEGREE_25 / 2)
    assert record["I105"]["Lon"] == pytest.approx(25.25, abs=DEGREE_25 / 2)
    assert record["I185"] == {"Vx": 30.0, "Vy": -40.0}
    assert record["I060"]["Mode3A"] == "7421"
    assert (record["I060"]["V"], record["I060"]["G"]) == (0, 0)
    assert record["I380"] == {"ADR": {"ADR": "503E08"}, "ID": {"ACID": "LOT3KM  "}}
    assert record["I040"] == {"TrkN": 7}
    assert record["I136"] == {"MFL": 35_000.0}  # the decoder gives feet: 10,668 m are 35,000 of them
    assert record["I135"] == {"QNH": 0, "CTBA": 35_000.0}
    assert record["I130"]["Alt"] == pytest.approx(10_790.0 / FOOT_M, abs=6.25 / 2)
    assert record["I220"]["RoC"] == pytest.approx(5.0 * 60.0 / FOOT_M, abs=6.25 / 2)
    assert record["I200"] == {"TRANSA": 0, "LONGA": 3, "VERTA": 1, "ADF": 0, "spare": 0}
    assert record["I290"] == {"TRK": {"TRK": 30.0}, "ES": {"ES": 0.5}}


def test_the_bytes_of_an_unknown_target_are_those_of_the_standard() -> None:
    """Worked by hand from EUROCONTROL-SPEC-0149-9, edition 1.20, annex A (UAP) and section 5.2."""
    by_hand = [
        "9b 0f 01 04",  # FSPEC: 010 070 105 185; 040 080 290; nothing; 500
        "19 64",  # 010: 25/100
        "54 60 00",  # 070: 43,200 * 128
        "00 9b bb bc  00 47 d2 7d",  # 105: 54.75 and 25.25 degrees in steps of 180/2^25: 10,206,139.7 and 4,706,941.2
        "00 78 ff 60",  # 185: 120 and -160 steps of 0.25 m/s
        "03 2c",  # 040: 812
        "80",  # 080: one sensor
        "c0 78 04",  # 290: TRK 30 s and PSR 1 s, in steps of 0.25 s
        "e4",  # 500: APC COV APW, and ATV
        "00 28 00 3c",  # APC: 20 m and 30 m in steps of 0.5 m
        "ff e8",  # COV: -sqrt(144) m
        "00 33 00 3b",  # APW: 30 m north, 20 m east at 54.75 degrees, in steps of 0.6 m, rounded up
        "08 0c",  # ATV: 2 m/s and 3 m/s in steps of 0.25 m/s
    ]
    without_service = Records(Source(sac=25, sic=100), is_simulated=False)
    record = without_service.track(Message(track=DRONE, number=812), KINDS)
    assert record == bytes.fromhex("".join(by_hand))


def test_what_is_not_known_is_absent(oracle: Oracle) -> None:
    record = oracle.one(said(DRONE))
    items = {name for name in record if name.startswith("I")}
    assert items == {"I010", "I015", "I040", "I070", "I080", "I105", "I185", "I290", "I500"}


def test_a_climb_without_a_turn_rate_has_an_undetermined_turn(oracle: Oracle) -> None:
    movement = oracle.one(said(track(climb_mps=-3.0)))["I200"]
    assert (movement["TRANSA"], movement["LONGA"], movement["VERTA"]) == (3, 3, 2)


@pytest.mark.parametrize(("turn_dps", "trans"), [(3.0, 1), (-3.0, 2), (0.9, 0), (-0.9, 0)])
def test_a_turn_is_right_where_the_course_grows(oracle: Oracle, turn_dps: float, trans: int) -> None:
    movement = oracle.one(said(track(turn_rate_dps=turn_dps)))["I200"]
    assert (movement["TRANSA"], movement["VERTA"]) == (trans, 3)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("LOT3KM", "LOT3KM  "),
        ("ly-abc", "LYABC   "),  # its alphabet has no dash (ICAO Annex 10 volume IV, table 3-8)
        ("RYANAIR123", None),  # nine letters do not fit, and half a name is another name
        ("ŽALGIRIS", None),
        ("A_B", None),
        ("-", None),
    ],
)
def test_a_callsign_is_told_whole_or_not_at_all(oracle: Oracle, call: str, told: str | None) -> None:
    derived = oracle.one(said(track(identity=Identity(icao24="503e08", callsign=call))))["I380"]
    assert derived.get("ID") == (None if told is None else {"ACID": told})


def test_the_callsign_goes_where_the_receiver_reads_it(oracle: Oracle) -> None:
    in_245 = oracle.one(said(AIRLINER, by=Records(OURS, is_simulated=False, identification="245")))
    in_both = oracle.one(said(AIRLINER, by=Records(OURS, is_simulated=False, identification="both")))
    assert (in_245["I245"]["TId"], in_245["I245"]["STI"]) == ("LOT3KM  ", 0)
    assert "ID" not in in_245["I380"]
    assert in_both["I245"]["TId"] == in_both["I380"]["ID"]["ACID"] == "LOT3KM  "


def test_an_address_of_zeros_is_no_address(oracle: Oracle) -> None:
    assert "I380" not in oracle.one(said(track(identity=Identity(icao24="000000"))))


def test_ages_count_from_the_time_of_the_state_and_stop_at_the_greatest(oracle: Oracle) -> None:
    ages = oracle.one(said(track(AIRLINER, first_s=NOON_S - 3_600.0)))["I290"]
    assert ages["TRK"]["TRK"] == 63.75
    assert ages["ES"]["ES"] == 0.5


def test_a_radars_age_is_told_only_where_it_must_have_been_a_primary_plot(oracle: Oracle) -> None:
    assert oracle.one(said(DRONE))["I290"]["PSR"]["PSR"] == 1.0
    assert "PSR" not in oracle.one(said(AIRLINER))["I290"]


# ------------------------------------------------------------------------------------------------------- track status


@pytest.mark.parametrize(
    ("changes", "ends", "bits"),
    [
        ({}, {}, {"MON": 1, "CNF": 0}),
        ({"status": "tentative"}, {}, {"CNF": 1}),
        ({"status": "coasting"}, {}, {"CST": 1, "CNF": 0, "SIM": 0}),
        ({}, {"is_first": True}, {"TSB": 1, "TSE": 0, "SIM": 0, "FPC": 0}),
        ({}, {"is_last": True}, {"TSB": 0, "TSE": 1}),
        ({"is_on_ground": True}, {}, {"SFC": 1, "EMS": 7, "SDS": 3}),
        ({"identity": Identity(squawk="7700")}, {}, {"EMS": 1}),
        ({"identity": Identity(squawk="7600")}, {}, {"EMS": 4}),
        ({"identity": Identity(squawk="7500")}, {}, {"EMS": 5}),
        ({"identity": NAMED, "is_on_ground": True}, {}, {"SFC": 1, "EMS": 0}),
        ({"alt_wgs84_m": 300.0}, {}, {"MRH": 1, "SRC": 0}),
        ({"alt_wgs84_m": 300.0, "is_cooperative": True}, {}, {"MRH": 1, "SRC": 1}),
        ({"alt_wgs84_m": 300.0, "alt_baro_m": 280.0}, {}, {"MRH": 0}),
        ({"flags": (CONTRADICTED,)}, {}, {"AFF": 1}),
    ],
)
def test_the_status_says(oracle: Oracle, changes: Any, ends: Any, bits: dict[str, int]) -> None:
    status = oracle.one(said(track(**changes), **ends))["I080"]
    assert {name: status.get(name) for name in bits} == bits


def test_two_sensors_of_late_are_several(oracle: Oracle) -> None:
    both = (Contribution("hill", 8, NOON_S - 1.0), Contribution("mic-7", 2, NOON_S - 29.0))
    long_ago = (Contribution("hill", 8, NOON_S - 1.0), Contribution("mic-7", 2, NOON_S - 31.0))
    assert oracle.one(said(track(contributions=both)))["I080"]["MON"] == 0
    assert oracle.one(said(track(contributions=long_ago)))["I080"]["MON"] == 1


def test_the_tracker_says_contradicted_in_these_words() -> None:
    assert FLAGS[OWN_CONTRADICTED] == CONTRADICTED


@given(flying(), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_track_of_an_exercise_is_simulated_and_has_the_exercises_source(
    one: Track, is_first: bool, is_last: bool
) -> None:
    (decoded,) = read(said(one, by=EXERCISE, is_first=is_first, is_last=is_last))
    assert decoded == Unused("CAT062 simulated track")
    assert said(one, by=EXERCISE)[3 + _fspec_bytes(said(one, by=EXERCISE)) :][:2] == bytes([25, 200])


def _fspec_bytes(data: bytes) -> int:
    return next(k for k, octet in enumerate(data[3:], 1) if not octet & 1)


@given(flying())
@settings(max_examples=60, deadline=None)
def test_nothing_tells_what_an_officer_thinks_of_a_track(one: Track) -> None:
    """Neither the affiliation nor any answer of modes 4 and 5, by which others tell friend from foe."""
    told = {said(track(one, affiliation=word)) for word in ("unknown", "friendly", "suspect", "hostile")}
    assert len(told) == 1


def test_of_modes_4_and_5_it_says_that_none_was_asked(oracle: Oracle) -> None:
    status = oracle.one(said(track(status="coasting", is_on_ground=True, affiliation="hostile")))["I080"]
    assert [status[name] for name in ("MD4", "MD5", "MI", "ME")] == [0, 0, 0, 0]


# ---------------------------------------------------------------------------------------------------- at the edges


@pytest.mark.parametrize(
    ("since_midnight_s", "told_s"),
    [
        (0.0, 0.0),
        (DAY_S - 1.0 / 128.0, DAY_S - 1.0 / 128.0),
        (DAY_S - 0.001, 0.0),  # rounds to the first moment of the next day, which is not 24:00
        (12.345, 12.34375),  # 1580.16 steps of 1/128 s
    ],
)
def test_the_time_begins_anew_at_midnight(oracle: Oracle, since_midnight_s: float, told_s: float) -> None:
    midnight_s = NOON_S - DAY_S / 2.0
    assert oracle.one(said(track(time_s=midnight_s + since_midnight_s)))["I070"]["ToT"] == told_s


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "told"),
    [
        (90.0, 180.0, (90.0, -180.0)),  # I062/105: -180 <= longitude < 180
        (-90.0, -180.0, (-90.0, -180.0)),
        (0.0, 180.0 - DEGREE_25, (0.0, 180.0 - DEGREE_25)),
        (-DEGREE_25, DEGREE_25, (-DEGREE_25, DEGREE_25)),
    ],
)
def test_places_at_the_edge_of_the_map(
    oracle: Oracle, lat_deg: float, lon_deg: float, told: tuple[float, float]
) -> None:
    place = oracle.one(said(track(lat_deg=lat_deg, lon_deg=lon_deg)))["I105"]
    assert (place["Lat"], place["Lon"]) == pytest.approx(told, abs=1e-12)


@pytest.mark.parametrize(
    ("changes", "item", "told"),
    [
        ({"east_mps": 8_191.75}, "I185", {"Vx": 8_191.75, "Vy": -40.0}),
        ({"north_mps": -8_192.0}, "I185", {"Vx": 30.0, "Vy": -8_192.0}),
        ({"east_mps": 8_191.9}, "I185", None),
        ({"north_mps": -8_192.2}, "I185", None),
        ({"alt_baro_m": -15 * 30.48}, "I136", {"MFL": -1_500.0}),
        ({"alt_baro_m": 1_500 * 30.48}, "I136", {"MFL": 150_000.0}),
        ({"alt_baro_m": -500.0}, "I136", None),
        ({"alt_baro_m": 50_000.0}, "I135", None),
        ({"alt_wgs84_m": -1_500 * FOOT_M}, "I130", {"Alt": -1_500.0}),
        ({"alt_wgs84_m": 150_000 * FOOT_M}, "I130", {"Alt": 150_000.0}),
        ({"alt_wgs84_m": 45_730.0}, "I130", None),
        ({"climb_mps": -1_000.0}, "I220", {"RoC": pytest.approx(-196_850.4, abs=3.2)}),
        ({"climb_mps": 1_041.0}, "I220", None),
    ],
)
def test_beyond_what_an_item_holds_it_is_absent_and_not_clipped(
    oracle: Oracle, changes: Any, item: str, told: Read | None
) -> None:
    assert oracle.one(said(track(**changes))).get(item) == told


def test_standard_deviations_are_rounded_up_and_end_with_this_or_more(oracle: Oracle) -> None:
    fine = oracle.one(said(track(position_cov_m2=(0.01, 0.0, 20.1**2), velocity_cov_m2ps2=(0.0, 0.0, 1.0))))["I500"]
    coarse = oracle.one(said(track(position_cov_m2=(1e12, 1e12, 1e9), velocity_cov_m2ps2=(1e6, 0.0, 1e6))))["I500"]
    assert fine["APC"] == {"APC_X": 0.5, "APC_Y": 20.5}
    assert fine["ATV"] == {"ATV_X": 0.25, "ATV_Y": 1.0}
    assert coarse["APC"] == {"APC_X": 32_767.5, "APC_Y": 31_623.0}
    assert coarse["COV"] == {"COV_XY": 16_383.5}
    assert coarse["ATV"] == {"ATV_X": 63.75, "ATV_Y": 63.75}


def test_a_covariance_that_is_none_is_absent(oracle: Oracle) -> None:
    record = oracle.one(said(track(position_cov_m2=(math.nan, 0.0, 1.0), velocity_cov_m2ps2=(1.0, 0.0, -1.0))))
    assert "I500" not in record


@given(broken())
@settings(max_examples=300, deadline=None)
def test_no_track_whatever_its_numbers_stops_the_stream_or_spoils_its_block(one: Track) -> None:
    if can_be_told(one):
        first, second = read(said(one), said(DRONE))
        assert isinstance(first, SystemTrack)
        assert isinstance(second, SystemTrack)


# -------------------------------------------------------------------------------------------------------- round trips


def turned_deg(a_deg: float, b_deg: float) -> float:
    return abs((a_deg - b_deg + 180.0) % 360.0 - 180.0)


@given(flying(), st.integers(1, 65_535), st.booleans(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_our_own_decoder_reads_back_what_was_told_within_a_step(
    one: Track, number: int, is_first: bool, is_last: bool
) -> None:
    (back,) = read(said(one, number=number, is_first=is_first, is_last=is_last), received_s=one.time_s)
    assert isinstance(back, SystemTrack)
    assert back.track_number == number
    assert back.time_s == pytest.approx(one.time_s, abs=1.0 / 256.0 + 1e-6)
    assert back.lat_deg == pytest.approx(one.lat_deg, abs=DEGREE_25 / 2)
    assert turned_deg(back.lon_deg, one.lon_deg) <= DEGREE_25 / 2 + 1e-9
    assert back.status == expected_status(one, is_last=is_last)
    assert back.identity.icao24 == (one.identity.icao24 if one.identity.icao24 != "000000" else None)
    assert back.identity.squawk == one.identity.squawk
    assert_speed(back, one)
    assert_height(back.alt_baro_m, one.alt_baro_m, step_m=0.25 * 30.48)
    assert_height(back.alt_wgs84_m, one.alt_wgs84_m, step_m=6.25 * FOOT_M)
    assert (back.climb_mps is None) == (one.climb_mps is None)
    assert (back.climb_mps or 0.0) == pytest.approx(one.climb_mps or 0.0, abs=6.25 * FOOT_M / 60.0 / 2 + 1e-9)


def assert_height(told_m: float | None, known_m: float | None, *, step_m: float) -> None:
    """Both items go from -1,500 to 150,000 ft."""
    if known_m is None or not -457.2 - step_m < known_m < 45_720.0 + step_m:
        assert told_m is None
    elif -457.2 <= known_m <= 45_720.0:
        assert told_m == pytest.approx(known_m, abs=step_m / 2 + 1e-6)


def expected_status(one: Track, *, is_last: bool) -> str:
    if is_last:
        return "ended"
    return {"tentative": "tentative", "coasting": "coasting", "lost": "coasting"}.get(one.status, "confirmed")


def assert_speed(back: SystemTrack, one: Track) -> None:
    east, north = one.east_mps, one.north_mps
    if max(abs(east), abs(north)) > 8_192.2:
        assert back.speed_mps is None
    elif max(abs(east), abs(north)) < 8_191.5 and math.hypot(east, north) < 9_999.0:
        assert back.speed_mps == pytest.approx(math.hypot(east, north), abs=0.18)  # half a step in both


@given(flying(), st.integers(1, 65_535))
@settings(max_examples=100, deadline=None)
def test_the_independent_decoder_and_ours_read_the_same(oracle: Oracle, one: Track, number: int) -> None:
    data = said(one, number=number)
    theirs = oracle.one(data)
    (ours,) = read(data, received_s=one.time_s)
    assert isinstance(ours, SystemTrack)
    assert theirs["I040"]["TrkN"] == ours.track_number
    assert theirs["I105"]["Lat"] == pytest.approx(ours.lat_deg, abs=1e-9)
    assert theirs["I105"]["Lon"] == pytest.approx(ours.lon_deg, abs=1e-9)
    assert theirs["I070"]["ToT"] == pytest.approx(ours.time_s % DAY_S, abs=1e-6)
    assert theirs.get("I060", {}).get("Mode3A") == ours.identity.squawk
    assert ("I130" in theirs, "I136" in theirs) == (ours.alt_wgs84_m is not None, ours.alt_baro_m is not None)


@pytest.mark.parametrize("edition", ["16", "17", "18", "19", "20", "21"])
@given(one=flying())
@settings(max_examples=40, deadline=None)
def test_every_edition_since_1_16_reads_a_record_whole(edition: str, one: Track) -> None:
    """By libasterix's own strict parser; its `create` puts the same items into the same bytes."""
    from asterix import base, generated

    record = getattr(generated, f"Cat_062_1_{edition}").cv_record
    data = said(one)[3:]
    parsed, rest = record.parse(base.ParsingMode.StrictParsing, base.Bits.from_bytes(data))
    assert len(rest) == 0
    assert record.create(parsed.items_regular).unparse().to_bytes() == data


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_wireshark_dissects_every_block(tmp_path: Path) -> None:
    sent = [
        said(track(AIRLINER, status="coasting"), is_first=True),
        said(DRONE, number=812),
        state_of(Health(sensor="hill", state="silent")),
    ]
    known, unknown, sensor = (layers["asterix"] for layers in dissect(shutil.which("tshark") or "", sent, tmp_path))
    assert known["asterix.message"]["asterix.062_136"] == {"asterix.062_136_VALUE": "350"}
    assert known["asterix.message"]["asterix.062_080"]["asterix.062_080_CST"] == "1"
    assert known["asterix.message"]["asterix.062_500"]["asterix.062_500_COV"] == {"asterix.062_500_COV_VALUE": "-12"}
    assert unknown["asterix.message"]["asterix.062_040"] == {"asterix.062_040_VALUE": "0x032c"}
    assert sensor["asterix.message"]["asterix.063_060"]["asterix.063_060_NPW"] == "1"


# ------------------------------------------------------------------------------------------------------------ sensors


@pytest.mark.parametrize(
    ("state", "bits", "ours"),
    [
        ("ok", {"CON": 0}, ("ok", "")),
        ("degraded", {"CON": 1}, ("degraded", "degraded")),
        ("late", {"CON": 1}, ("degraded", "degraded")),
        ("silent", {"CON": 3, "NPW": 1, "OPS": 0}, ("failed", "not connected")),
        ("failed", {"CON": 3}, ("failed", "not connected")),
        ("maintenance", {"CON": 0, "OPS": 1, "NPW": 0}, ("failed", "not released for operational use")),
    ],
)
def test_a_sensors_state_is_told(oracle: Oracle, state: Any, bits: dict[str, int], ours: tuple[str, str]) -> None:
    data = state_of(Health(sensor="hill", state=state))
    record = oracle.one(data)
    assert record["I050"] == {"SAC": 25, "SIC": 13}
    assert record["I030"] == {"ToD": 43_200.0}
    assert {name: record["I060"].get(name) for name in bits} == bits
    (status,) = read(data)
    assert isinstance(status, SensorStatus)
    assert (status.sensor, status.state, status.text) == ("hill", *ours)


def test_the_bytes_of_a_sensor_are_those_of_the_standard() -> None:
    """Worked by hand from EUROCONTROL-SPEC-0149-10, edition 1.6: 010 015 030 050 060 of a silent radar."""
    by_hand = "3f 00 0e  f8  19 64  01  54 60 00  19 0d  c1 04"
    assert state_of(Health(sensor="hill", state="silent")) == bytes.fromhex(by_hand)


@pytest.mark.parametrize("health", [None, Health(sensor="hill", state="unknown")])
def test_an_unknown_state_is_absent(oracle: Oracle, health: Health | None) -> None:
    assert "I060" not in oracle.one(state_of(health))


def found(**biases: Any) -> Health:
    return Health(sensor="hill", state="ok", registration=RegistrationEstimate(**biases))


def test_biases_that_are_taken_off_are_told_as_measured_minus_true(oracle: Oracle) -> None:
    """I063/090 and 091: corrected = measured - bias, so that a bias is what is measured minus what is true."""
    errors = Errors(azimuth_bias_deg=0.5, range_bias_m=100.0)
    radar = structs.replace(SENSORS["hill"], errors=errors)
    health = found(range_m=85.2, azimuth_deg=-0.2, time_s=0.25, is_applied=True)
    record = oracle.one(state_of(health, radar))
    assert record["I070"]["TSB"] == 250
    assert record["I090"]["PRG"] == 0
    assert record["I090"]["PRB"] == pytest.approx(185.2 / 1_852.0, abs=1.0 / 256.0)  # in nautical miles
    assert record["I091"]["PAB"] == pytest.approx(0.3, abs=360.0 / 2**17)
    assert "I092" not in record


def test_a_bias_that_is_only_suspected_is_not_told(oracle: Oracle) -> None:
    record = oracle.one(state_of(found(range_m=85.2, azimuth_deg=-0.2, time_s=0.25)))
    assert {"I070", "I090", "I091", "I092"}.isdisjoint(record)


def test_only_a_radars_range_and_angles_are_told(oracle: Oracle) -> None:
    ears = structs.replace(SENSORS["mic-7"], errors=Errors(azimuth_bias_deg=8.0, time_bias_s=1.0))
    record = oracle.one(state_of(None, ears))
    assert record["I070"]["TSB"] == 1_000
    assert "I091" not in record


@pytest.mark.parametrize(
    ("states", "nogo"),
    [([], 3), (["unknown"], 3), (["ok", "failed"], 0), (["silent", "degraded"], 1)],
)
def test_the_system_is_degraded_when_no_sensor_is_well(oracle: Oracle, states: list[Any], nogo: int) -> None:
    health = {str(k): Health(sensor=str(k), state=state) for k, state in enumerate(states)}
    record = oracle.one(block([RECORDS.system(health, NOON_S)], 65))
    assert record["I000"] == {"Typ": 1}
    assert record["I030"] == {"ToD": 43_200.0}
    assert record["I040"]["NOGO"] == nogo


# ------------------------------------------------------------------------------------------------------------- blocks


@given(st.lists(st.binary(min_size=1, max_size=200), max_size=80))
def test_blocks_hold_all_records_in_order_and_none_is_longer_than_a_datagram(records: list[bytes]) -> None:
    made = list(blocks(62, records))
    assert b"".join(data[3:] for _, data in made) == b"".join(records)
    assert sum(n for n, _ in made) == len(records)
    for _, data in made:
        assert data[0] == 62
        assert int.from_bytes(data[1:3], "big") == len(data) <= DATAGRAM_BYTES_MAX


def test_the_largest_track_leaves_room_for_many_in_a_datagram() -> None:
    largest = track(AIRLINER, is_on_ground=True, status="coasting", turn_rate_dps=5.0)
    assert len(said(largest, by=Records(OURS, is_simulated=True, identification="both"))) < 100


def test_a_record_is_made_when_its_block_is_due() -> None:
    made = []

    def making() -> Iterator[bytes]:
        for k in range(100):
            made.append(k)
            yield bytes(100)

    next(blocks(62, making()))
    assert len(made) == 14  # 13 of 100 bytes fit into 1,397, and the next one shows that the block is full


def test_an_identity_that_is_empty_costs_nothing() -> None:
    assert len(said(track(identity=NO_IDENTITY))) < len(said(track(identity=NAMED)))
