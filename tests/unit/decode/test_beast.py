"""Beast frames and the positions solved from them.

Expected values: a flight of 57,793 Mode S frames, decoded by rs1090, and a capture from dump1090, both in PyPI
`traffic`; the frames of J. Sun, The 1090 Megahertz Riddle (2nd ed., 2021).
"""

import importlib.util
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.samples_decode import airborne, beast_frame, squitter, velocity
from sargas.decode.adsb import AMBIGUOUS, FORGET_S, NO_REFERENCE, TOO_FAR, metres
from sargas.decode.beast import BeastDecoder, Settings, build
from sargas.model.report import Cooperative, Decoded, Malformed, Unused
from sargas.model.sensor import Sensor

NOW_S = 1_753_668_000.0
EVEN = bytes.fromhex("8D40621D58C382D690C8AC2863A7")
ODD = bytes.fromhex("8D40621D58C386435CC412692AD6")
PARIS = (49.0, 2.55)
MLAT_MARK = bytes.fromhex("ff004d4c4154")


def decoder(site: tuple[float, float] | None = None, range_max_m: float = 600_000.0) -> BeastDecoder:
    lat_deg, lon_deg = site or (None, None)
    sensor = Sensor(id="roof", kind="adsb", lat_deg=lat_deg, lon_deg=lon_deg)
    return build(Settings(sensor="roof", range_max_m=range_max_m), {"roof": sensor})


def hear(receiver: BeastDecoder, message: bytes, at_s: float = NOW_S) -> Decoded:
    (item,) = receiver.decode(beast_frame(message), at_s, 7)
    return item


def flies(receiver: BeastDecoder, lat: float, lon: float, at_s: float, address: int = 0x4B1800) -> list[Decoded]:
    """Return what an even and an odd position say, half a second apart."""
    return [
        hear(receiver, squitter(address, airborne(lat, lon, is_odd=is_odd)), at_s + is_odd / 2.0)
        for is_odd in (False, True)
    ]


@pytest.fixture(scope="module")
def samples() -> Path:
    spec = importlib.util.find_spec("traffic")
    if spec is None or spec.origin is None:
        pytest.skip("PyPI traffic, which carries the recordings, is not installed")
    return Path(spec.origin).parent / "data" / "samples"


def flight(samples: Path) -> Iterator[tuple[float, bytes, dict[str, object]]]:
    """Yield time, message and the oracle's reading; the file pads short messages to the length of long ones."""
    with (samples / "rs1090" / "full_flight_short.jsonl").open() as lines:
        for line in lines:
            row = json.loads(line)
            message = bytes.fromhex(row["frame"])
            yield row["timestamp"], message[: 14 if message[0] >= 0x80 else 7], row


def test_a_pair_gives_the_worked_position() -> None:
    receiver = decoder()
    assert hear(receiver, ODD) == Unused("position awaits its other half")
    report = hear(receiver, EVEN, NOW_S + 1.0)
    assert isinstance(report, Cooperative)
    assert (report.lat_deg, report.lon_deg) == pytest.approx((52.25720, 3.91937), abs=5e-6)
    assert report.alt_baro_m == pytest.approx(38_000 * 0.3048)
    assert report.identity.icao24 == "40621d"
    assert (report.time_s, report.source) == (NOW_S + 1.0, "adsb")


def test_a_position_goes_out_with_callsign_and_motion() -> None:
    receiver = decoder()
    hear(receiver, squitter(0x4B1800, 0x202CC371C32CE0))
    hear(receiver, squitter(0x4B1800, velocity(-100, 0)))
    _, report = flies(receiver, 54.7, 25.3, NOW_S)
    assert isinstance(report, Cooperative)
    assert report.identity.callsign == "KLM1023"
    assert report.speed_mps == pytest.approx(100 * 1852 / 3600)
    assert report.course_deg == pytest.approx(270.0)
    assert report.climb_mps == 0.0
    assert report.alt_wgs84_m is None


def test_halves_too_far_apart_in_time_are_no_pair() -> None:
    receiver = decoder()
    hear(receiver, ODD)
    assert hear(receiver, EVEN, NOW_S + 10.5) == Unused("position awaits its other half")


def test_a_position_beyond_the_receivers_range_is_not_believed() -> None:
    receiver = decoder(site=(54.6, 25.3), range_max_m=300_000.0)
    hear(receiver, ODD)
    assert hear(receiver, EVEN, NOW_S + 1.0) == TOO_FAR


def test_an_aircraft_that_leaps_is_ambiguous_then_followed_at_its_new_place() -> None:
    receiver = decoder()
    flies(receiver, 54.7, 25.3, NOW_S)
    assert AMBIGUOUS in flies(receiver, 55.6, 25.3, NOW_S + 2.0)
    *_, report = flies(receiver, 55.6, 25.3, NOW_S + 3.0)
    assert isinstance(report, Cooperative)
    assert report.lat_deg == pytest.approx(55.6, abs=1e-4)


def test_an_address_that_is_not_the_icaos_names_nobody_and_is_kept_apart() -> None:
    receiver = decoder()
    messages = [squitter(0x4B1800, airborne(54.7, 25.3, is_odd=odd), first=0x91) for odd in (False, True)]
    *_, report = [hear(receiver, message) for message in messages]
    assert isinstance(report, Cooperative)
    assert report.identity.icao24 is None
    assert hear(receiver, squitter(0x4B1800, airborne(54.7, 25.3, is_odd=False))) == Unused(
        "position awaits its other half"
    )


def test_rebroadcast_radar_traffic_is_told_from_ads_b() -> None:
    receiver = decoder()
    messages = [squitter(0x4B1800, airborne(54.7, 25.3, is_odd=odd), first=0x92) for odd in (False, True)]
    *_, report = [hear(receiver, message) for message in messages]
    assert isinstance(report, Cooperative)
    assert report.source == "tisb"


def test_a_multilaterated_position_is_known_by_its_mark() -> None:
    receiver, found = decoder(), []
    for message in (ODD, EVEN):
        frame = b"\x1a3" + (MLAT_MARK + b"\x10" + message).replace(b"\x1a", b"\x1a\x1a")
        found += receiver.decode(frame, NOW_S, 7)
    assert isinstance(found[-1], Cooperative)
    assert found[-1].source == "mlat"


def test_a_flipped_bit_is_malformed() -> None:
    bad = bytearray(EVEN)
    bad[6] ^= 4
    item = hear(decoder(), bytes(bad))
    assert isinstance(item, Malformed)
    assert item.reason == "DF17 with a wrong parity"


def test_a_surface_position_needs_a_place_to_start_from() -> None:
    surface = bytes.fromhex("8C4841753A9A153237AEF0F275BE")
    assert hear(decoder(), surface) == NO_REFERENCE


def test_a_surface_pair_is_solved_near_the_receiver() -> None:
    receiver = decoder(site=(51.990, 4.375))
    hear(receiver, bytes.fromhex("8C4841753AAB238733C8CD4020B1"))
    report = hear(receiver, bytes.fromhex("8C4841753A8A35323FAEBDAC702D"), NOW_S + 1.0)
    assert isinstance(report, Cooperative)
    assert (report.lat_deg, report.lon_deg) == pytest.approx((52.32061, 4.73473), abs=1e-5)
    assert report.is_on_ground
    assert report.alt_baro_m is None


def test_a_frame_cut_short_costs_itself_only() -> None:
    receiver = decoder()
    hear(receiver, ODD)
    cut, report = receiver.decode(beast_frame(EVEN)[:12] + beast_frame(EVEN), NOW_S + 1.0, 7)
    assert isinstance(cut, Malformed)
    assert cut.reason == "frame cut short"
    assert isinstance(report, Cooperative)


def test_frames_that_are_not_mode_s_are_passed_over() -> None:
    status, number = b"\x1a4" + bytes(21), b"\x1a\xe3" + bytes(8)
    assert list(decoder().decode(b"\x1a1" + bytes(9) + status + number, NOW_S, 7)) == [
        Unused("Mode A/C reply"),
        Unused("receiver's status"),
    ]


def test_who_is_unheard_is_forgotten() -> None:
    receiver = decoder()
    for address in range(200):
        hear(receiver, squitter(address, velocity(0, 0)))
    hear(receiver, EVEN, NOW_S + FORGET_S + 1.0)
    assert len(receiver._receiver._aircraft) == 1


def test_a_whole_flight_stands_where_an_outside_library_puts_it(samples: Path) -> None:
    receiver, counts, worst_m = decoder(site=PARIS, range_max_m=2_000_000.0), Counter[str](), 0.0
    altitudes = Counter[bool]()
    for time_s, message, oracle in flight(samples):
        item = hear(receiver, message, time_s)
        counts["position" if isinstance(item, Cooperative) else item.reason] += 1
        if isinstance(item, Cooperative):
            lat, lon = oracle["latitude"], oracle["longitude"]
            assert isinstance(lat, float)
            assert isinstance(lon, float)
            worst_m = max(worst_m, metres((item.lat_deg, item.lon_deg), (lat, lon)))
            if not item.is_on_ground:
                altitude = oracle["altitude"]
                assert isinstance(altitude, int)
                altitudes[item.alt_baro_m == pytest.approx(altitude * 0.3048)] += 1
    assert worst_m < 0.001
    assert altitudes == {True: 6_457}
    assert counts == {
        "position": 8_322,
        "position awaits its other half": 2,
        "ADS-B velocity, kept for the next position": 6_384,
        "ADS-B callsign, kept for the next position": 865,
        "DF0 short air-air surveillance": 15_691,
        "DF4 surveillance altitude": 4_296,
        "DF5 surveillance identity": 1_031,
        "DF16 long air-air surveillance": 810,
        "DF20 Comm-B altitude": 7_770,
        "DF21 Comm-B identity": 12_622,
    }
    assert counts.total() == 57_793


def test_a_real_capture_is_read_to_its_last_byte(samples: Path) -> None:
    receiver = decoder()
    items = list(receiver.decode((samples / "dump1090" / "sample_dump1090.bin").read_bytes(), NOW_S, 7))
    counts = Counter("position" if isinstance(item, Cooperative) else item.reason for item in items)
    assert not [item for item in items if isinstance(item, Malformed)]
    assert (len(items), counts["position"]) == (239, 3)
    assert receiver._rest == b""
