"""CSV, GeoJSON and TOML of the register: there and back exactly, strict about values, harmless in a spreadsheet."""

import csv
import io
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from register_kit import a_record, records
from sargas.model.evidence import Source
from sargas.model.register import RegisterRecord
from sargas.register import csv_file, geojson, reviewed
from sargas.register.exchange import batches, changes, when

MANY = st.lists(records(), max_size=4, unique_by=lambda record: record.record_id)
HEAD = "record_id,title,began,countries"


@settings(max_examples=70, deadline=None)
@given(MANY)
def test_csv_gives_back_what_was_written(some: list[RegisterRecord]) -> None:
    taken = csv_file.read(csv_file.write(some))
    assert taken.refused == []
    assert taken.records == some


@settings(max_examples=70, deadline=None)
@given(MANY)
def test_geojson_gives_back_what_was_written(some: list[RegisterRecord]) -> None:
    taken = geojson.read(geojson.write(some))
    assert taken.refused == []
    assert taken.records == some


@settings(max_examples=50, deadline=None)
@given(MANY)
def test_no_cell_of_text_begins_as_a_formula_does(some: list[RegisterRecord]) -> None:
    # OWASP, CSV Injection: = + - @ tab carriage-return
    rows = list(csv.DictReader(io.StringIO(csv_file.write(some).decode(), newline="")))
    numbers = {"lat_deg", "lon_deg", "sd_m"}
    cells = [cell for row in rows for name, cell in row.items() if name not in numbers]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@settings(max_examples=120, deadline=None)
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: (HEAD + "\n" + text).encode("utf-8", "replace"))
)
def test_anything_at_all_is_read_or_refused_with_a_reason(data: bytes) -> None:
    for module in (csv_file, geojson, reviewed):
        taken = module.read(data)
        assert taken.n_refused >= len(taken.refused)
        assert all(": " in why for why in taken.refused)


NAMES = ("record_id", "began", "lat_deg", "sources", "geometry", "type", "x")
JSONS = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=70, deadline=None)
@given(
    st.lists(st.fixed_dictionaries({"type": st.just("Feature"), "properties": JSONS, "geometry": JSONS}), max_size=3)
)
def test_features_of_any_shape_are_read_or_refused(features: list[Any]) -> None:
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    taken = geojson.read(data)
    assert len(taken.records) + taken.n_refused == len(features)


def test_missing_columns_are_unknown() -> None:
    taken = csv_file.read(f"{HEAD}\nlt-1,A drone,2025-07-28,LT\n".encode())
    assert taken.records == [a_record()]


def test_a_mark_at_the_beginning_and_empty_lines_are_passed_over() -> None:
    taken = csv_file.read(f"\ufeff{HEAD}\r\n\r\nlt-1,A drone,2025-07-28T00:00:00Z,LT\r\n".encode())
    assert [record.record_id for record in taken.records] == ["lt-1"]


@pytest.mark.parametrize(
    ("columns", "cells", "said"),
    [
        (HEAD, "lt-1,A drone,yesterday,LT", "line 2, column began: expected a time such as"),
        (HEAD, "lt-1,A drone,2025-07-28,Lithuania", "line 2, countries[0]: Expected `str` matching regex"),
        (HEAD, "lt 1,A drone,2025-07-28,LT", "line 2, column record_id: Expected `str` matching regex"),
        (
            f"{HEAD},lat_deg",
            "lt-1,A drone,2025-07-28,LT,123",
            "line 2, column lat_deg: Expected `float` <= 90.0, got",
        ),
        (f"{HEAD},n_min", "lt-1,A drone,2025-07-28,LT,a few", "line 2, column n_min: expected a whole number, got"),
        (
            f"{HEAD},n_min,n_max",
            "lt-1,A drone,2025-07-28,LT,3,2",
            "line 2: n_max: expected at least n_min (3), got 2",
        ),
        (
            f"{HEAD},has_explosives",
            "lt-1,A,2025-07-28,LT,maybe",
            "column has_explosives: expected yes, no or nothing",
        ),
        (f"{HEAD},outcome", "lt-1,A,2025-07-28,LT,flew off", "line 2, column outcome: Invalid enum value 'flew off'"),
        (f"{HEAD},sources", "lt-1,A,2025-07-28,LT,LRT", "line 2, column sources: expected a JSON list of sources"),
        (HEAD, "lt-1,A drone,2025-07-28,LT,more", "line 2: expected 4 cells, got 5"),
        ("record_id,title", "lt-1,A drone", "line 1: expected the columns record_id, title, began, countries; began"),
        (f"{HEAD},colour", "lt-1,A,2025-07-28,LT,red", "line 1: no column 'colour'"),
    ],
)
def test_a_wrong_value_is_refused_with_line_column_and_what_was_expected(columns: str, cells: str, said: str) -> None:
    taken = csv_file.read(f"{columns}\n{cells}\n".encode())
    assert taken.records == []
    assert said in taken.refused[0]


def test_the_good_lines_of_a_file_survive_the_bad_ones_and_a_name_counts_once() -> None:
    lines = ["lt-1,A,2025-07-28,LT", "lt-2,B,never,LT", "lt-1,C,2025-07-28,LT", "lt-3,D,2025-07-28,LT"]
    taken = csv_file.read("\n".join([HEAD, *lines]).encode())
    assert [record.record_id for record in taken.records] == ["lt-1", "lt-3"]
    assert [why.split(":")[0] for why in taken.refused] == ["line 3, column began", "line 4"]


def test_geojson_keeps_to_the_standard() -> None:
    # RFC 7946, sections 3.1.1 (longitude first), 3.2 (a Feature without a place has the geometry null).
    placed, unplaced = a_record(lat_deg=55.03, lon_deg=24.38), a_record("lt-2")
    collection = json.loads(geojson.write([placed, unplaced]))
    assert collection["type"] == "FeatureCollection"
    assert [feature["geometry"] for feature in collection["features"]] == [
        {"type": "Point", "coordinates": [24.38, 55.03]},
        None,
    ]
    assert collection["features"][0]["id"] == "lt-1"
    assert "mark" not in collection
    assert json.loads(geojson.write([placed], is_exercise=True))["mark"] == "EXERCISE"


def test_anothers_geojson_gives_its_place_by_the_geometry_and_its_time_in_words() -> None:
    feature = {
        "type": "Feature", "id": "lv-9", "geometry": {"type": "Point", "coordinates": [27.07, 56.73]},
        "properties": {"title": "A drone", "began": "2024-09-07T00:00:00Z", "countries": ["LV"], "colour": "red"},
    }  # fmt: skip
    taken = geojson.read(json.dumps({"type": "FeatureCollection", "features": [feature]}).encode())
    (record,) = taken.records
    assert (record.record_id, record.lat_deg, record.lon_deg) == ("lv-9", 56.73, 27.07)
    assert record.began_s == 1_725_667_200.0  # date -ud 2024-09-07 +%s


def test_what_is_no_collection_is_refused_in_a_sentence() -> None:
    assert geojson.read(b"[1]").refused == ["file: expected a FeatureCollection with its features"]
    assert "no JSON" in geojson.read(b"{").refused[0]
    assert "no TOML" in reviewed.read(b"[[").refused[0]
    assert csv_file.read(b"\xff\xfe").refused == ["file: expected UTF-8"]


def test_a_reviewed_file_says_where_it_is_wrong() -> None:
    text = b'[[incidents]]\nrecord_id = "a"\ntitle = "A"\nbegan = "soon"\ncountries = ["LT"]\n'
    assert reviewed.read(text).refused == [
        "incidents[0] (a), began: expected a time such as 2025-07-28T01:40:00Z, got 'soon'"
    ]


@given(st.floats(0.0, 32_503_680_000.0))
def test_a_moment_is_written_so_that_it_is_read_as_it_was(time_s: float) -> None:
    record = csv_file.read(f"{HEAD}\na,A,{when(time_s)},LT".encode()).records[0]
    assert record.began_s == time_s


def test_pieces_of_a_long_file_fit_into_decisions() -> None:
    large = Source(address="x", quotation="q" * 2_000)
    some = [a_record(f"r-{k}", sources=(large,) * 5) for k in range(450)]
    pieces = batches(some)
    assert [record for piece in pieces for record in piece] == some
    assert max(len(piece) for piece in pieces) <= 200
    assert max(len(msgspec.json.encode(piece)) for piece in pieces) < 1 << 20


def test_what_would_come_of_a_file_is_counted() -> None:
    known = {"a": a_record("a"), "b": a_record("b")}
    assert changes([a_record("a"), a_record("b", title="B"), a_record("c")], known) == (1, 1, 1)
