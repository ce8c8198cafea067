"""BaseStation lines: the parts that an aircraft says one by one become one position.

Expected values: Kinetic Avionics, SBS-1 socket data format (its published example lines; feet, knots, feet a minute).
"""

import pytest

from contracts.samples_decode import SENSORS
from sargas.decode.sbs import FORGET_S, MOTION_KEPT_S, SbsDecoder, Settings, build
from sargas.model.report import Cooperative, Decoded, Malformed, Unused

NOW_S = 1_753_668_000.0
HEAD = "5,276,4CA2D6,10057,2008/11/28,14:53:50.594,2008/11/28,14:58:51.153"
POSITION = f"MSG,3,{HEAD},,37000,,,51.45735,-1.02826,,,0,0,0,0"


def decoder(**settings: bool | float) -> SbsDecoder:
    return build(Settings(sensor="roof", **settings), SENSORS)


def read(receiver: SbsDecoder, *lines: str, at_s: float = NOW_S) -> list[Decoded]:
    return list(receiver.decode("".join(line + "\r\n" for line in lines).encode(), at_s, 7))


def test_an_airborne_position() -> None:
    (report,) = read(decoder(), POSITION)
    assert isinstance(report, Cooperative)
    assert report.identity.icao24 == "4ca2d6"
    assert (report.lat_deg, report.lon_deg) == (51.45735, -1.02826)
    assert report.alt_baro_m == pytest.approx(11_277.6)
    assert (report.speed_mps, report.course_deg, report.climb_mps) == (None, None, None)
    assert (report.time_s, report.source, report.sd_m) == (NOW_S, "adsb", None)
    assert not report.is_on_ground


def test_a_position_goes_out_with_what_the_other_lines_said() -> None:
    *others, report = read(
        decoder(),
        f"MSG,1,{HEAD},RYR1427 ,,,,,,,,,,,",
        f"MSG,4,{HEAD},,,420.3,179.0,,,64,,,,,",
        f"MSG,6,{HEAD},,37000,,,,,,7541,0,0,0,0",
        POSITION,
    )
    assert [item.reason for item in others if isinstance(item, Unused)] == [
        "identity without a position",
        "velocity without a position",
        "squawk without a position",
    ]
    assert isinstance(report, Cooperative)
    assert (report.identity.callsign, report.identity.squawk) == ("RYR1427", "7541")
    assert report.speed_mps == pytest.approx(216.221, abs=1e-3)
    assert report.course_deg == 179.0
    assert report.climb_mps == pytest.approx(0.32512)


def test_a_surface_position_is_on_the_ground() -> None:
    (report,) = read(decoder(), f"MSG,2,{HEAD},,0,12.0,258.3,51.47,-0.45,,,0,0,0,-1")
    assert isinstance(report, Cooperative)
    assert report.is_on_ground


def test_a_computed_position_says_so() -> None:
    (report,) = read(decoder(), POSITION.replace("MSG", "MLAT", 1))
    assert isinstance(report, Cooperative)
    assert report.source == "mlat"


def test_old_velocity_is_not_given_to_a_new_position() -> None:
    receiver = decoder()
    read(receiver, f"MSG,4,{HEAD},,,420.3,179.0,,,64,,,,,")
    (report,) = read(receiver, POSITION, at_s=NOW_S + MOTION_KEPT_S + 1.0)
    assert isinstance(report, Cooperative)
    assert report.speed_mps is None


def test_who_is_unheard_is_forgotten() -> None:
    receiver = decoder()
    read(receiver, *(f"MSG,8,1,1,{n:06X},1,,,,,,,,,,,,,,,,0" for n in range(300)))
    read(receiver, POSITION, at_s=NOW_S + FORGET_S + 1.0)
    assert len(receiver._aircraft) == 1


def test_two_aircraft_are_kept_apart() -> None:
    *_, report = read(decoder(), f"MSG,1,{HEAD},RYR1427 ,,,,,,,,,,,", POSITION.replace("4CA2D6", "4CA2D7"))
    assert isinstance(report, Cooperative)
    assert report.identity.callsign is None


def test_the_boxes_own_time_is_used_only_if_asked_for() -> None:
    # 2008-11-28T14:53:50.594Z is 1227884030.594 (date -u); the box in Vilnius is two hours ahead in winter
    (utc,) = read(decoder(use_message_time=True), POSITION)
    (local,) = read(decoder(use_message_time=True, utc_offset_s=7_200.0), POSITION)
    assert isinstance(utc, Cooperative)
    assert isinstance(local, Cooperative)
    assert utc.time_s == pytest.approx(1_227_884_030.594, abs=1e-6)
    assert local.time_s == pytest.approx(1_227_876_830.594, abs=1e-6)


@pytest.mark.parametrize(
    "line", ["STA,,5,179,400AE7,10103,2008/11/28,14:58:51.153,2008/11/28,14:58:51.153,RM", "CLK,,"]
)
def test_lines_about_the_box_are_counted(line: str) -> None:
    (item,) = read(decoder(), line)
    assert item == Unused(f"{line[:3]} line")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("GET / HTTP/1.1", "no BaseStation line"),
        (POSITION.replace("MSG,3", "MSG,9"), "no BaseStation line"),
        (POSITION + ",0", "no BaseStation line"),
        (POSITION.replace("4CA2D6", "4CA2"), "field 5: expected an address of 6 hexadecimal digits"),
        (POSITION.replace("51.45735", "91"), "field 15: expected -90 to 90"),
        (POSITION.replace("-1.02826", "nan"), "field 16: expected a number"),
        (POSITION.replace("37000", "1e9"), "field 12: expected a number"),
        (POSITION.replace("37000", "9999999"), "field 12: expected -3000 to 300000"),
        (f"MSG,1,{HEAD},<b>,,,,,,,,,,,", "field 11: expected a callsign"),
        (f"MSG,6,{HEAD},,,,,,,,7900,,,,", "field 18: expected four octal digits"),
        (POSITION.replace("37000", "３７"), "no ASCII"),
        ("MSG," * 500, "line longer than 1024 bytes"),
    ],
)
def test_a_bad_line_costs_itself_only(line: str, reason: str) -> None:
    bad, good = read(decoder(), line, POSITION)
    assert isinstance(bad, Malformed)
    assert bad.reason == reason
    assert isinstance(good, Cooperative)


@pytest.mark.parametrize("moment", ["2008/13/28,14:53:50.594", "2008-11-28,14:53:50", ",", "0001/01/01,00:00:00"])
def test_a_moment_that_cannot_be_is_refused_if_it_is_needed(moment: str) -> None:
    line = POSITION.replace("2008/11/28,14:53:50.594", moment)
    assert isinstance(read(decoder(use_message_time=True), line)[0], Malformed)
    assert isinstance(read(decoder(), line)[0], Cooperative)


@pytest.mark.parametrize("blank", [b"", b" ", b"\r"])
def test_a_blank_chunk_within_a_cut_line_is_no_seam(blank: bytes) -> None:
    decoder = build(Settings(sensor="roof"), SENSORS)
    pieces = (b"\nMSG,1,1", blank, b"\n")
    found = [item for piece in pieces for item in decoder.decode(piece, 1_000.0, 1)]
    assert [(type(item), item.n_bytes > 0) for item in found if isinstance(item, Malformed)] == [(Malformed, True)]
