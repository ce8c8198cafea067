"""Compact positions against worked examples and an outside library.

Sources: J. Sun, The 1090 Megahertz Riddle (2nd ed., 2021), chapters on airborne and surface positions, and the tests
of its library pyModeS: frames and places; rs1090 (crates.io), an implementation of its own.
"""

import math

import pytest
import rs1090
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.samples_decode import airborne, cpr, squitter
from sargas.decode.cpr import airborne_pair, nearest, surface_pair, zones_of_longitude


def test_worked_example_of_a_global_airborne_position() -> None:
    place = airborne_pair((93_000, 51_372), (74_158, 50_194), is_odd=False)
    assert place == pytest.approx((52.25720, 3.91937), abs=5e-6)


def test_worked_example_of_a_local_airborne_position() -> None:
    place = nearest((93_000, 51_372), (52.258, 3.918), 360.0, is_odd=False)
    assert place == pytest.approx((52.25720, 3.91937), abs=5e-6)


def test_worked_example_of_a_global_surface_position() -> None:
    # 8C4841753AAB238733C8CD4020B1 and 8C4841753A8A35323FAEBDAC702D, receiver at 51.990, 4.375
    place = surface_pair((115_609, 116_941), (39_199, 110_269), (51.990, 4.375), is_odd=True)
    assert place == pytest.approx((52.32061, 4.73473), abs=1e-5)
    even = surface_pair((115_609, 116_941), (39_199, 110_269), (51.990, 4.375), is_odd=False)
    assert even == pytest.approx((52.323040, 4.730473), abs=1e-6)


def test_a_surface_position_in_the_south_is_found_near_the_receiver() -> None:
    frame = "8fc8200a3ab8f5f893096b000000"
    field = int(frame[8:22], 16)
    ours = nearest((field >> 17 & 0x1FFFF, field & 0x1FFFF), (-43.5, 172.5), 90.0, is_odd=bool(field >> 34 & 1))
    assert ours == pytest.approx((-43.48564, 172.53942), abs=1e-5)


@pytest.mark.parametrize(
    ("lat_deg", "zones"),
    [
        # DO-260B, table of transition latitudes: NL is the larger number below, the smaller above
        (0.0, 59),
        (10.470, 59),
        (10.471, 58),
        (54.622, 34),
        (54.624, 34),
        (59.954591, 30),
        (59.954593, 29),
        (86.535, 3),
        (86.536, 2),
        (87.0, 2),
        (87.001, 1),
        (-59.954593, 29),
        (90.0, 1),
    ],
)
def test_zones_of_longitude_change_at_the_tabled_latitudes(lat_deg: float, zones: int) -> None:
    assert zones_of_longitude(lat_deg) == zones


@given(lat_deg=st.floats(-86.0, 86.0), lon_deg=st.floats(-180.0, 179.99))
def test_an_encoded_position_comes_back_to_within_a_bin(lat_deg: float, lon_deg: float) -> None:
    even, odd = cpr(lat_deg, lon_deg, is_odd=False), cpr(lat_deg, lon_deg, is_odd=True)
    for is_odd in (False, True):
        place = airborne_pair(even, odd, is_odd=is_odd)
        assume(place is not None)  # within a bin of a border between zones the two frames do not fit
        assert place is not None
        lon_bin_deg = 360.0 / 2**17 / max(zones_of_longitude(lat_deg) - is_odd - 1, 1)
        assert abs(place[0] - lat_deg) <= 360.0 / 59.0 / 2**17
        assert abs((place[1] - lon_deg + 180.0) % 360.0 - 180.0) <= lon_bin_deg


@given(lat_deg=st.floats(-80.0, 80.0), lon_deg=st.floats(-179.0, 179.0), is_odd=st.booleans())
def test_local_positions_are_those_of_an_outside_library(lat_deg: float, lon_deg: float, is_odd: bool) -> None:
    near = (lat_deg + 0.3, lon_deg - 0.3)
    theirs = rs1090.decode(squitter(0x4B1800, airborne(lat_deg, lon_deg, is_odd=is_odd)).hex(), reference=near)
    ours = nearest(cpr(lat_deg, lon_deg, is_odd=is_odd), near, 360.0, is_odd=is_odd)
    assert ours is not None
    assert ours[0] == pytest.approx(theirs["latitude"], abs=1e-9)
    assert math.isclose((ours[1] - theirs["longitude"] + 180.0) % 360.0, 180.0, abs_tol=1e-9)
