"""Sargas's own JSON lines: every kind, what is refused and why, and the pages that describe them."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest

from contracts.samples_decode import SENSORS
from sargas.decode.jsonl import KINDS, REFUSED, JsonLinesDecoder, Settings, build, schema
from sargas.model.errors import ConfigError
from sargas.model.report import Cue, Decoded, Malformed, PolarPlot, Report, Sighting
from sargas.model.sensor import Sensor

NOW_S = 1_753_668_000.0
PLOT: dict[str, Any] = {
    "kind": "polar_plot",
    "sensor": "radar",
    "time_s": NOW_S,
    "range_m": 12_000.0,
    "azimuth_deg": 91.25,
}
DOCS = Path(__file__).resolve().parents[3] / "docs"


def decoder(*sensors: str) -> JsonLinesDecoder:
    return build(Settings(sensors=sensors), SENSORS)


def read(*lines: dict[str, Any] | bytes, receiver: JsonLinesDecoder | None = None) -> list[Decoded]:
    text = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    return list((receiver or decoder()).decode(text, NOW_S + 1.0, 7))


def reason(line: dict[str, Any] | bytes) -> str:
    """Return why a line is refused; the good one after it survives."""
    bad, good = read(line, PLOT)
    assert isinstance(bad, Malformed)
    assert isinstance(good, PolarPlot)
    return bad.reason


def test_a_plot_is_stamped_with_its_arrival_and_its_entry() -> None:
    assert read(PLOT) == [
        PolarPlot(sensor="radar", time_s=NOW_S, received_s=NOW_S + 1.0, entry=7, range_m=12_000.0, azimuth_deg=91.25)
    ]


def test_words_in_any_language_arrive_as_they_were_written() -> None:
    line = {"kind": "sighting", "sensor": "people", "time_s": NOW_S, "lat_deg": 54.6, "lon_deg": 25.6}
    (report,) = read({**line, "sense": "heard", "text": "virš Šumsko, ėjo žemai"})
    assert isinstance(report, Sighting)
    assert report.text == "virš Šumsko, ėjo žemai"


def test_a_line_without_its_newline_is_read_at_once_and_once() -> None:
    receiver = decoder()
    text = json.dumps(PLOT).encode()
    assert [type(item) for item in receiver.decode(text, NOW_S, 7)] == [PolarPlot]
    assert list(receiver.decode(b"\n", NOW_S, 8)) == []


def test_a_datagram_cut_short_does_not_spoil_the_next() -> None:
    receiver = decoder()
    text = json.dumps(PLOT).encode()
    assert list(receiver.decode(text[:40], NOW_S, 7)) == []
    cut, report = receiver.decode(text, NOW_S, 8)
    assert isinstance(cut, Malformed)
    assert (cut.reason, cut.n_bytes) == ("line cut short", 40)
    assert isinstance(report, PolarPlot)
    assert report.entry == 8


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("n_lines", [2, 1_000], ids=["few", "more than one line may hold"])
def test_a_chunk_says_what_its_lines_say_one_by_one(end: bytes, n_lines: int) -> None:
    lines = [json.dumps({**PLOT, "range_m": 1_000.0 + n}).encode() + end for n in range(n_lines)]
    one_by_one, together = decoder(), decoder()
    apart = [item for line in lines for item in one_by_one.decode(line, NOW_S + 1.0, 7)]
    assert list(together.decode(b"".join(lines), NOW_S + 1.0, 7)) == apart
    assert len(apart) == n_lines


def test_a_bad_line_spoils_none_of_its_chunk() -> None:
    plots = [{**PLOT, "range_m": 1_000.0 + n} for n in range(20)]
    read_back = read(*plots[:10], b'{"kind":', *plots[10:])
    assert [type(item) for item in read_back] == [PolarPlot] * 10 + [Malformed] + [PolarPlot] * 10
    assert {item.entry for item in read_back if isinstance(item, PolarPlot)} == {7}


def test_two_objects_on_a_line_are_not_made_up_for_by_one_on_two() -> None:
    text = json.dumps(PLOT).encode()
    found = read(text + text, text.replace(b", ", b",\n"), text)
    assert [type(item) for item in found if isinstance(item, PolarPlot)] == [PolarPlot]
    assert isinstance(found[0], Malformed)


def test_what_begins_in_one_chunk_and_ends_in_the_next_keeps_its_place() -> None:
    receiver = decoder()
    text = b"".join(json.dumps({**PLOT, "range_m": float(n)}).encode() + b"\n" for n in range(1, 9))
    found = [item for piece in (text[:350], text[350:]) for item in receiver.decode(piece, NOW_S, 7)]
    assert [item.range_m for item in found if isinstance(item, PolarPlot)] == [float(n) for n in range(1, 9)]


@pytest.mark.parametrize("sense", ["seen", "heard"])
def test_a_person_with_too_much_to_say_is_heard_all_the_same(sense: str) -> None:
    line = {"kind": "sighting", "sensor": "people", "time_s": NOW_S, "lat_deg": 54.6, "lon_deg": 25.6, "sense": sense}
    (report,) = read({**line, "text": "š" * 2_001})
    assert isinstance(report, Sighting)
    assert report.text == "š" * 1_999 + "…"
    (whole,) = read({**line, "text": "š" * 2_000})
    assert isinstance(whole, Sighting)
    assert whole.text == "š" * 2_000


def test_too_long_a_text_hides_no_other_fault() -> None:
    line = {"kind": "sighting", "sensor": "people", "time_s": NOW_S, "text": "x" * 3_000, "lat_deg": 54.6}
    assert reason({**line, "lon_deg": 254.6, "sense": "seen"}) == "sighting: $.lon_deg: expected float <= 180.0"


@pytest.mark.parametrize(
    "kind", ["engage", "weapon_assignment", "jam", "JAM", "intercept", "interceptor_task", "task", "gnss_spoofing"]
)
def test_a_message_that_asks_to_engage_is_refused(kind: str) -> None:
    assert reason({"kind": kind, "sensor": "radar", "time_s": NOW_S, "track_id": 12}) == REFUSED
    assert REFUSED.startswith("refused: Sargas does not engage")


def test_an_unknown_kind_is_answered_with_those_there_are() -> None:
    assert reason({**PLOT, "kind": "plto"}) == f"unknown kind; have {', '.join(KINDS)}"
    assert reason({}) == f"unknown kind; have {', '.join(KINDS)}"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"range_m": -1.0}, "polar_plot: $.range_m: expected float >= 0.0"),
        ({"azimuth_deg": 360.5}, "polar_plot: $.azimuth_deg: expected float <= 360.0"),
        ({"azimuth_deg": "90"}, "polar_plot: $.azimuth_deg: expected float, got str"),
        ({"range_sd_m": 0.0}, "polar_plot: $.range_sd_m: expected float > 0.0"),
        ({"time_s": None}, "polar_plot: $.time_s: expected float, got null"),
        ({"time_s": -1.0}, "polar_plot: $.time_s: expected float >= 0.0"),
        ({"rnage_m": 5.0}, "polar_plot: unknown field"),
        ({"sensor": ""}, "polar_plot: $.sensor: expected str of length >= 1"),
        ({"sensor": "cellar"}, "the sensor is not in the table, or the feed may not speak for it"),
        ({"received_s": NOW_S}, "received_s and entry are set by the watch, never by the sender"),
        ({"entry": 12}, "received_s and entry are set by the watch, never by the sender"),
        (
            {"identity": {"icao24": "4B1800"}},
            "polar_plot: $.identity.icao24: expected str matching regex '^[0-9a-f]{6}$'",
        ),
        ({"identity": {"icao24": "4b1800\n"}}, "polar_plot: $.identity.icao24: expected str of length <= 6"),
        ({"identity": {"name": "x"}}, "polar_plot: unknown field"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_place(change: dict[str, Any], why: str) -> None:
    assert reason({**PLOT, **change}) == why


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (json.dumps({**PLOT, "range_m": float("nan")}).encode(), "no JSON"),
        (json.dumps({**PLOT, "range_m": float("inf")}).encode(), "no JSON"),
        (json.dumps(PLOT).replace("12000.0", "1e999").encode(), "polar_plot: $.range_m: number out of range"),
        (b'{"kind": "polar_plot"', "no JSON"),
        (b"GET / HTTP/1.1", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[1, 2]", "$: expected object, got array"),
        (b"[" * 50_000, "$: expected object, got array"),
        (b'{"kind": "cue", "area": ' + b"[" * 50_000, "$.area[][]: expected float, got array"),
        (b'{"kind": "cue", "text": "' + b"x" * 70_000 + b'"}', "line longer than 65536 bytes"),
    ],
)
def test_bytes_that_are_no_report_are_refused(line: bytes, why: str) -> None:
    assert reason(line) == why


@pytest.mark.parametrize("kind", ["bearing", "presence"])
def test_half_a_place_is_refused(kind: str) -> None:
    line = {"kind": kind, "sensor": "radar", "time_s": NOW_S, "azimuth_deg": 1.0, "lat_deg": 54.0}
    if kind == "presence":
        line = {**line, "radius_m": 100.0}
        del line["azimuth_deg"]
    assert reason(line) == "lat_deg and lon_deg come together or not at all"


def test_a_feed_speaks_only_for_its_own_sensors() -> None:
    refused, heard = read(PLOT, {**PLOT, "sensor": "roof"}, receiver=decoder("roof", "people"))
    assert isinstance(refused, Malformed)
    assert isinstance(heard, PolarPlot)


def test_a_feed_for_a_sensor_that_is_not_in_the_table_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="no sensor 'cellar'; have people, radar, roof"):
        decoder("cellar")


def test_the_largest_cue_fits_a_line() -> None:
    area = [[25.123456789012345, 54.123456789012345]] * 500
    cue = {"kind": "cue", "sensor": "people", "time_s": NOW_S, "area": area, "text": "š" * 2_000}
    (report,) = read(json.dumps(cue).encode())  # ensure_ascii: six bytes a letter
    assert isinstance(report, Cue)
    assert len(report.area) == 500


@pytest.fixture(scope="module")
def pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("report_format_page", DOCS / "report_format.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_code_says(pages: ModuleType) -> None:
    assert (DOCS / "reference" / "report-format.md").read_text("utf-8") == pages.page(), "run `make docs`"


def test_the_schema_is_what_the_code_says() -> None:
    written = json.loads((DOCS / "reference" / "report.schema.json").read_text("utf-8"))
    assert written == json.loads(json.dumps(schema())), "run `make docs`"


def test_every_example_of_the_page_is_decoded_and_satisfies_the_schema() -> None:
    text = (DOCS / "reference" / "report-format.md").read_text("utf-8")
    lines = re.findall(r"```json\n(.+?)\n```", text)
    examples = [json.loads(line) for line in lines]
    sensors = {example["sensor"]: Sensor(id=example["sensor"], kind="other") for example in examples}
    reports = build(Settings(), sensors).decode("".join(f"{line}\n" for line in lines).encode(), NOW_S, 7)
    assert [report.__struct_config__.tag for report in reports if isinstance(report, Report)] == [
        example["kind"] for example in examples
    ]
    assert sorted(example["kind"] for example in examples) == sorted(KINDS)
    check = jsonschema.Draft202012Validator(schema())
    for example in examples:
        check.validate(example)


@pytest.mark.parametrize(
    "change",
    [{"range_m": -1.0}, {"rnage_m": 5.0}, {"sensor": ""}, {"kind": "engage"}, {"received_s": 1.0}, {"time_s": None}],
)
def test_the_schema_refuses_what_the_decoder_refuses(change: dict[str, Any]) -> None:
    check = jsonschema.Draft202012Validator(schema())
    assert check.is_valid(PLOT)
    assert not check.is_valid({**PLOT, **change})


def test_the_schema_wants_a_whole_place() -> None:
    check = jsonschema.Draft202012Validator(schema())
    bearing = {"kind": "bearing", "sensor": "radar", "time_s": NOW_S, "azimuth_deg": 1.0}
    assert check.is_valid({**bearing, "lat_deg": 54.0, "lon_deg": 25.0})
    assert not check.is_valid({**bearing, "lat_deg": 54.0})
