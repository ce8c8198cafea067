"""readsb and dump1090 JSON: documents, lines, units, and each position once.

Expected values: readsb, README-json.md (fields, units); DO-260B 2.2.3.2.7.2.7 (NACp: 10 is 10 m at 95 %); a trace
that readsb wrote, from PyPI `traffic`.
"""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from contracts.samples_decode import SENSORS
from sargas.decode.readsb import MESSAGE_MAX_BYTES, ReadsbDecoder, Settings, build
from sargas.model.report import Cooperative, Decoded, Malformed, Unused

NOW_S = 1_753_668_000.0


def decoder() -> ReadsbDecoder:
    return build(Settings(sensor="roof"), SENSORS)


def aircraft(**other: Any) -> dict[str, Any]:
    return {"hex": "4B1800", "type": "adsb_icao", "lat": 54.6, "lon": 25.3, "seen_pos": 0.5, **other}


def document(*listed: dict[str, Any], now_s: float = NOW_S) -> bytes:
    """Return a document as readsb writes it: one aircraft a line."""
    lines = ",\n".join(json.dumps(one) for one in listed)
    return f'{{ "now" : {now_s},\n  "messages" : 1,\n  "aircraft" : [\n{lines}\n  ]\n}}\n'.encode()


def one(**other: Any) -> Decoded:
    (item,) = decoder().decode(document(aircraft(**other)), NOW_S, 7)
    return item


def good(**other: Any) -> Cooperative:
    item = one(**other)
    assert isinstance(item, Cooperative)
    return item


def test_units_become_si_and_the_position_has_its_own_time() -> None:
    report = good(
        flight="LYA12   ",
        squawk="7700",
        alt_baro=2000,
        alt_geom=2100,
        gs=100.0,
        track=271.5,
        baro_rate=-640,
        nac_p=10,
    )
    assert report.time_s == NOW_S - 0.5
    assert report.identity.icao24 == "4b1800"
    assert report.identity.callsign == "LYA12"
    assert report.identity.squawk == "7700"
    assert report.alt_baro_m == pytest.approx(609.6)
    assert report.alt_wgs84_m == pytest.approx(640.08)
    assert report.speed_mps == pytest.approx(51.4444, abs=1e-4)
    assert report.course_deg == 271.5
    assert report.climb_mps == pytest.approx(-3.2512)
    assert report.sd_m == pytest.approx(10.0 / 2.4477, abs=1e-3)


def test_what_is_not_said_stays_unknown() -> None:
    report = good()
    assert (report.alt_baro_m, report.alt_wgs84_m, report.speed_mps, report.sd_m) == (None, None, None, None)
    assert report.identity.callsign is None
    assert not report.is_on_ground


def test_zero_is_a_value() -> None:
    report = good(lat=0.0, lon=0.0, alt_baro=0, gs=0.0, track=0.0, baro_rate=0)
    assert (report.lat_deg, report.alt_baro_m, report.speed_mps, report.course_deg, report.climb_mps) == (0.0,) * 5


def test_ground_is_no_altitude() -> None:
    report = good(alt_baro="ground")
    assert report.is_on_ground
    assert report.alt_baro_m is None


def test_an_address_that_is_not_the_icaos_names_nobody() -> None:
    assert good(hex="~4b1800").identity.icao24 is None


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ({"type": "adsb_icao"}, "adsb"),
        ({"type": "adsb_icao_nt"}, "adsb"),
        ({"type": "adsb_other"}, "adsb"),
        ({"type": "adsr_icao"}, "adsb"),
        ({"type": "mlat"}, "mlat"),
        ({"type": "tisb_icao"}, "tisb"),
        ({"type": "tisb_trackfile"}, "tisb"),
        ({"type": "adsc"}, "other"),
        ({"type": "other"}, "other"),
        ({"type": None}, "adsb"),
        ({"type": None, "mlat": ["lat", "lon"]}, "mlat"),
        ({"type": None, "tisb": ["lat", "lon"]}, "tisb"),
    ],
)
def test_where_the_position_comes_from(said: dict[str, Any], source: str) -> None:
    assert good(**said).source == source


def test_a_polled_position_that_did_not_change_is_reported_once() -> None:
    receiver = decoder()
    kinds = []
    for poll in range(4):  # now and seen_pos are rounded each on its own
        polled = aircraft(seen_pos=round(0.5 + poll + (0.1 if poll % 2 else 0.0), 1))
        kinds += [type(item) for item in receiver.decode(document(polled, now_s=NOW_S + poll), NOW_S + poll, 7)]
    assert kinds == [Cooperative, Unused, Unused, Unused]


def test_who_hovers_is_reported_whenever_the_position_is_new() -> None:
    receiver = decoder()
    items = [i for n in range(3) for i in receiver.decode(document(aircraft(), now_s=NOW_S + n), NOW_S + n, 7)]
    assert [type(item) for item in items] == [Cooperative] * 3


def test_a_moved_position_is_new_even_at_the_same_rounded_time() -> None:
    receiver = decoder()
    receiver.decode(document(aircraft()), NOW_S, 7)
    (item,) = receiver.decode(document(aircraft(lat=54.6001)), NOW_S, 7)
    assert isinstance(item, Cooperative)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"lat": 91.0}, "$.lat: expected float <= 90.0"),
        ({"lon": -180.5}, "$.lon: expected float >= -180.0"),
        ({"gs": -1.0}, "$.gs: expected float >= 0.0"),
        ({"alt_baro": "up"}, "$.alt_baro: invalid value"),
        ({"alt_baro": 1e9}, "$.alt_baro: expected float <= 300000.0"),
        ({"hex": "4b18"}, "$.hex: expected str matching regex '^~?[0-9a-fA-F]{6}$'"),
        ({"hex": None}, "$: object missing required field hex"),
        ({"squawk": "9999"}, "$.squawk: expected str matching regex '^[0-7]{4}$'"),
        ({"flight": "A\u001b[2J"}, "$.flight: expected str matching regex '^[ -~]*$'"),
        ({"seen_pos": -5}, "$.seen_pos: expected float >= 0.0"),
        ({"lat": "54"}, "$.lat: expected float | null, got str"),
        ({"lat": [[[]]]}, "$.lat: expected float | null, got array"),
    ],
)
def test_a_hostile_value_costs_that_aircraft_only(bad: dict[str, Any], reason: str) -> None:
    first, second = decoder().decode(document(aircraft(**bad), aircraft(hex="4b1801")), NOW_S, 7)
    assert isinstance(first, Malformed)
    assert first.reason == reason
    assert isinstance(second, Cooperative)


def test_a_hostile_address_costs_nothing_else() -> None:
    items = decoder().decode(document(aircraft(hex={}), aircraft(hex="4b1801")), NOW_S, 7)
    assert [type(item) for item in items] == [Malformed, Cooperative]


def test_an_aircraft_without_a_position_is_counted() -> None:
    (item,) = decoder().decode(document({"hex": "4b1800", "lastPosition": {"lat": 1.0, "lon": 2.0}}), NOW_S, 7)
    assert item == Unused("aircraft without a position")


def test_lines_are_read_as_they_come() -> None:
    lines = b"".join(
        json.dumps({"now": NOW_S + n, **aircraft(lat=54.6 + n / 100)}).encode() + b"\n" for n in range(3)
    )
    reports = [item for item in decoder().decode(lines, NOW_S + 9.0, 7) if isinstance(item, Cooperative)]
    assert [report.time_s for report in reports] == [NOW_S - 0.5, NOW_S + 0.5, NOW_S + 1.5]


def test_a_document_cut_off_gives_what_it_held_and_the_next_one_is_whole() -> None:
    receiver = decoder()
    whole = document(aircraft(), aircraft(hex="4b1801"), aircraft(hex="4b1802"))
    cut = whole[: whole.index(b'"4b1802"')]
    assert list(receiver.decode(cut, NOW_S, 7)) == []
    items = list(receiver.decode(document(aircraft(hex="4b1803"), now_s=NOW_S + 1), NOW_S + 1, 8))
    assert [type(item) for item in items] == [Cooperative, Cooperative, Malformed, Cooperative]
    assert items[-1].identity.icao24 == "4b1803"


def test_a_lost_quote_costs_its_line_only() -> None:
    whole = document(aircraft(), aircraft(hex="4b1801"), aircraft(hex="4b1802"))
    receiver = decoder()
    items = list(receiver.decode(whole.replace(b'"4b1801"', b'"4b1801'), NOW_S, 7))
    items += receiver.decode(document(aircraft(hex="4b1803"), now_s=NOW_S + 1), NOW_S + 1, 8)
    found = {item.identity.icao24 for item in items if isinstance(item, Cooperative)}
    assert found >= {"4b1800", "4b1802", "4b1803"}
    assert any(isinstance(item, Malformed) for item in items)


def test_a_damaged_document_of_no_possible_time_gives_nothing() -> None:
    whole = document(aircraft(), now_s=99_999_999_999.0)
    (item,) = decoder().decode(whole.replace(b'"lat":', b'"lat";'), NOW_S, 7)
    assert isinstance(item, Malformed)


def test_deep_nesting_is_refused() -> None:
    deep = document(aircraft(x=1)).replace(b'"x": 1', b'"x": ' + b"[" * 100_000)
    items = list(decoder().decode(deep, NOW_S, 7))
    assert items
    assert all(isinstance(item, Malformed) for item in items)


def test_an_endless_document_is_dropped() -> None:
    receiver = decoder()
    items: list[Decoded] = []
    receiver.decode(b'{ "now" : 1, "aircraft" : [', NOW_S, 7)
    for _ in range(MESSAGE_MAX_BYTES // 1_000_000 + 1):
        items += receiver.decode(b" " * 1_000_000, NOW_S, 7)
    assert [type(item) for item in items] == [Malformed]


def test_who_is_unheard_is_forgotten() -> None:
    receiver = decoder()
    receiver.decode(document(*(aircraft(hex=f"{n:06x}") for n in range(500))), NOW_S, 7)
    receiver.decode(document(aircraft(), now_s=NOW_S + 400), NOW_S + 400, 8)
    assert len(receiver._last) == 1


def test_a_real_trace_is_read_row_by_row() -> None:
    spec = importlib.util.find_spec("traffic")
    if spec is None or spec.origin is None:
        pytest.skip("PyPI traffic, which carries the trace, is not installed")
    path = Path(spec.origin).parent / "data" / "samples" / "readsb" / "trace_full_ac671b.json"
    trace = json.loads(path.read_text())
    receiver, n_reports = decoder(), 0
    last: tuple[float, float, float] | None = None
    for after_s, lat, lon, alt, gs, track, _, rate, *_ in trace["trace"]:
        row = {"hex": trace["icao"], "lat": lat, "lon": lon, "alt_baro": alt, "gs": gs, "track": track}
        now_s = trace["timestamp"] + after_s
        (item,) = receiver.decode(document({**row, "baro_rate": rate}, now_s=now_s), now_s, 7)
        if last is not None and (lat, lon) == last[1:] and now_s <= last[0] + 0.25:
            assert isinstance(item, Unused)
            continue
        assert isinstance(item, Cooperative)
        last = (now_s, lat, lon)
        n_reports += 1
        assert (item.lat_deg, item.lon_deg, item.is_on_ground) == (lat, lon, alt == "ground")
        assert item.speed_mps == (None if gs is None else pytest.approx(gs * 1852.0 / 3600.0))
        assert item.alt_baro_m == (None if alt in {None, "ground"} else pytest.approx(alt * 0.3048))
    assert n_reports >= 2_490
    assert len(trace["trace"]) == 2_500
