"""Extended squitters bit by bit, against worked examples and an outside library.

Sources: J. Sun, The 1090 Megahertz Riddle (2nd ed., 2021), its example frames; rs1090, an implementation of its own.
"""

import pytest
import rs1090

from contracts.samples_decode import parity, squitter
from sargas.decode import mode_s
from sargas.model.units import FEET_PER_MINUTE_MPS, FOOT_M, KNOT_MPS


def said(frame: str) -> mode_s.Squitter:
    message = bytes.fromhex(frame)
    assert mode_s.remainder(message) == 0
    return mode_s.squitter(int.from_bytes(message[4:11], "big"))


def test_an_intact_squitter_leaves_no_remainder_and_a_flipped_bit_does() -> None:
    message = bytearray.fromhex("8D406B902015A678D4D220AA4BDA")
    assert mode_s.remainder(bytes(message)) == 0
    message[5] ^= 1
    assert mode_s.remainder(bytes(message)) != 0


def test_parity_is_that_of_long_division() -> None:
    body = bytes.fromhex("8D406B902015A678D4D220")
    assert mode_s.remainder(body + bytes(3)) == int.from_bytes(parity(body), "big") == 0xAA4BDA


def test_callsign() -> None:
    assert said("8D4840D6202CC371C32CE0576098") == mode_s.Callsign("KLM1023")


def test_airborne_position_with_its_altitude() -> None:
    position = said("8D40621D58C382D690C8AC2863A7")
    assert isinstance(position, mode_s.Position)
    assert (position.lat_cpr, position.lon_cpr, position.is_odd) == (93_000, 51_372, False)
    assert position.alt_m == pytest.approx(38_000 * FOOT_M)


def test_surface_position_with_its_movement() -> None:
    position = said("8C4841753A9A153237AEF0F275BE")
    assert isinstance(position, mode_s.Position)
    assert position.is_surface
    assert position.speed_mps == pytest.approx(17 * KNOT_MPS)
    assert position.course_deg == pytest.approx(92.8125)


def test_ground_speed() -> None:
    velocity = said("8D485020994409940838175B284F")
    assert isinstance(velocity, mode_s.Velocity)
    assert velocity.speed_mps == pytest.approx(159.20 * KNOT_MPS, abs=0.01)
    assert velocity.course_deg == pytest.approx(182.88, abs=0.005)
    assert velocity.climb_mps == pytest.approx(-832 * FEET_PER_MINUTE_MPS)
    assert velocity.above_baro_m == pytest.approx(550 * FOOT_M)


def test_airspeed_is_not_taken_for_ground_speed() -> None:
    velocity = said("8DA05F219B06B6AF189400CBC33F")
    assert isinstance(velocity, mode_s.Velocity)
    assert velocity.speed_mps is None
    assert velocity.course_deg is None
    assert velocity.climb_mps == pytest.approx(-2_304 * FEET_PER_MINUTE_MPS)


def test_every_altitude_code_is_that_of_an_outside_library() -> None:
    n_compared = 0
    for code in range(4096):
        theirs = rs1090.decode(squitter(0x40621D, 11 << 51 | code << 36 | 93_000 << 17 | 51_372).hex())
        if theirs is not None and theirs.get("altitude") is not None:  # it gives none above 50,000 ft
            assert mode_s.altitude_12(code) == theirs["altitude"]
            n_compared += 1
    assert n_compared == 2_542


def test_no_altitude_is_none_and_not_zero() -> None:
    assert mode_s.altitude_12(0) is None
    assert mode_s.altitude_12(0b000_0010_1_1000) == 0.0


@pytest.mark.parametrize(
    ("code", "knots"),
    # DO-260B, 2.2.3.2.4.2: the lower end of each step; the standard's steps of 0.5 kt from 2 to 15 kt
    [
        (1, 0.0),
        (2, 0.125),
        (8, 0.875),
        (9, 1.0),
        (13, 2.0),
        (16, 3.5),
        (38, 14.5),
        (39, 15.0),
        (93, 69.0),
        (94, 70.0),
    ],
)
def test_movement(code: int, knots: float) -> None:
    assert mode_s.movement(code) == pytest.approx(knots * KNOT_MPS)


@pytest.mark.parametrize("code", [0, 125, 127])
def test_movement_that_is_not_available_is_none(code: int) -> None:
    assert mode_s.movement(code) is None


@pytest.mark.parametrize(
    ("frame", "squawk"),
    [("2A00516D492B80", "0356"), ("28000800CB5DA9", None), ("2928080069049eed86cbc9970493", "1000")],
)
def test_identity_code(frame: str, squawk: str | None) -> None:
    message = bytes.fromhex(frame)
    expected = squawk or rs1090.decode(frame.lower())["squawk"]
    assert mode_s.identity_code(int.from_bytes(message[2:4], "big") & 0x1FFF) == expected
