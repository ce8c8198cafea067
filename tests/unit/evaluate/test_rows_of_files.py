"""Truth and tracks files: both formats, every column, and mistakes told with file and line."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sargas.evaluate.rows import Rows, read_rows
from sargas.model.errors import DataError


def truth(text: str) -> Rows:
    return read_rows(text.splitlines(keepends=True), "truth.csv", "truth")


def tracks(text: str) -> Rows:
    return read_rows(text.splitlines(keepends=True), "tracks.csv", "tracks")


def mistakes(text: str) -> list[str]:
    with pytest.raises(DataError) as found:
        tracks(text)
    return str(found.value).splitlines()


# --- what is read ---


def test_csv_and_json_lines_give_the_same_rows() -> None:
    csv = "time_s,track_id,lat_deg,lon_deg,existence\n1,7,54.5,25.25,0.5\n2,a b,54.6,25.5,\n"
    lines = [
        {"time_s": 1, "track_id": 7, "lat_deg": 54.5, "lon_deg": 25.25, "existence": 0.5},
        {"time_s": 2.0, "track_id": "a b", "lat_deg": 54.6, "lon_deg": 25.5, "existence": None},
    ]
    for rows in (tracks(csv), tracks("\n".join(map(json.dumps, lines)))):
        assert rows.names == ("7", "a b")
        assert rows.number.tolist() == [0, 1]
        assert rows.time_s.tolist() == [1.0, 2.0]
        assert rows.place.tolist() == [[54.5, 25.25], [54.6, 25.5]]
        assert rows.is_geodetic
        assert rows.columns["existence"] == pytest.approx([0.5, math.nan], nan_ok=True)


def test_what_json_lines_leave_out_is_unknown_even_if_the_first_line_leaves_it_out() -> None:
    rows = tracks('{"time_s":1,"track":1,"x_m":0,"y_m":0}\n{"time_s":2,"track":1,"x_m":0,"y_m":0,"existence":0.25}')
    assert rows.columns["existence"] == pytest.approx([math.nan, 0.25], nan_ok=True)
    assert rows.unused == ()


def test_places_may_be_in_any_plane() -> None:
    rows = tracks("time_s,track,x_m,y_m\n0,1,-5e4,12.5\n")
    assert not rows.is_geodetic
    assert rows.place.tolist() == [[-50_000.0, 12.5]]


def test_a_truth_file_of_sargas_simulate_is_read_with_its_kinds() -> None:
    from sargas.app.exercise import find
    from sargas.simulate.run import run, truth_csv

    simulation = run(find("tiny"), 1)
    rows = truth(truth_csv(simulation))
    assert dict(zip(rows.names, rows.kinds, strict=True)) == {
        "Drone": "gerbera", "Airliner": "airliner", "birds 1.1": "bird_flock",
    }  # fmt: skip
    assert rows.time_s.size == len(simulation.truth)
    assert {"speed_mps", "course_deg"} <= set(rows.columns)
    assert rows.unused == ("alt_wgs84_m", "has_transponder")


def test_blank_lines_comments_before_the_header_and_a_byte_order_mark_are_passed_over() -> None:
    rows = tracks("\ufeff# made by me\n\ntime_s,track,x_m,y_m\n1,1,0,0\n\n2,1,0,0\n")
    assert rows.time_s.tolist() == [1.0, 2.0]


def test_only_confirmed_and_coasting_tracks_and_those_without_a_status_are_shown() -> None:
    text = "time_s,track,x_m,y_m,status\n"
    for number, status in enumerate(("confirmed", "coasting", "", "tentative", "lost", "ended")):
        text += f"{number},1,0,0,{status}\n"
    assert tracks(text).is_shown.tolist() == [True, True, True, False, False, False]


def test_a_number_with_decimals_is_the_same_name() -> None:
    rows = tracks('{"time_s":1,"track":7,"x_m":0,"y_m":0}\n{"time_s":2,"track":7.0,"x_m":0,"y_m":0}')
    assert rows.names == ("7",)


# --- mistakes ---

HEAD = "time_s,track_id,lat_deg,lon_deg\n"


def test_each_mistake_is_told_with_file_line_and_what_was_expected() -> None:
    text = HEAD + "0,1,54,25\n1,1,abc,25\n2,,54,25\n3,1,54\n4,1,54,181\n,1,54,25\n1_0,1,54,25\ninf,1,54,25\n"
    assert mistakes(text) == [
        "tracks.csv:3: lat_deg: expected a number within -90 to 90, got 'abc'",
        "tracks.csv:4: track_id: expected a name or a number, got ''",
        "tracks.csv:5: expected 4 cells as in the header, got 3",
        "tracks.csv:6: lon_deg: expected a number within -180 to 180, got '181'",
        "tracks.csv:7: time_s: expected a number within -1e+12 to 1e+12, got nothing",
        "tracks.csv:8: time_s: expected a number within -1e+12 to 1e+12, got '1_0'",
        "tracks.csv:9: time_s: expected a number within -1e+12 to 1e+12, got 'inf'",
    ]


def test_a_mistake_in_json_lines_is_told_with_its_line() -> None:
    good = '{"time_s":1,"track":1,"x_m":0,"y_m":0}'
    told = mistakes(f'{good}\n\n{{"time_s":true,"track":1,"x_m":0,"y_m":0}}\n[1]\n{good[:-1]}\n{good}')
    assert told[0] == "tracks.csv:3: time_s: expected a number within -1e+12 to 1e+12, got 'True'"
    assert told[1].startswith("tracks.csv:4: expected a JSON object, got '[1]'")
    assert told[2].startswith("tracks.csv:5: expected a JSON object")
    assert len(told) == 3


def test_lines_are_counted_through_quoted_line_breaks_and_comments() -> None:
    text = "# one\n" + HEAD + '0,"a\nb",54,25\n1,1,x,25\n'
    assert mistakes(text) == ["tracks.csv:5: lat_deg: expected a number within -90 to 90, got 'x'"]


def test_many_mistakes_are_told_by_the_first_ten_and_their_number() -> None:
    told = mistakes(HEAD + "0,1,x,25\n" * 500)
    assert len(told) == 11
    assert told[-1] == "and 490 more mistakes"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "tracks.csv: it is empty"),
        ("\n\n# nothing\n", "tracks.csv: it is empty"),
        (HEAD, "tracks.csv: it holds no row"),
        ("time_s,id\n1,2\n",
         "tracks.csv:1: a tracks file needs track_id or track; lat_deg and lon_deg, or x_m and y_m; have time_s, id"),
        ('time_s,"\x1b[2J\nb"\n',
         "tracks.csv:1: a tracks file needs track_id or track; lat_deg and lon_deg, or x_m and y_m;"  # noqa: ISC004
         " have time_s, ?[2J?b"),
        ("# c\nlat_deg,lon_deg,track\n", "tracks.csv:2: a tracks file needs time_s; have lat_deg, lon_deg, track"),
        ("time_s,track,x_m,y_m,x_m\n", "tracks.csv:1: column 'x_m' stands twice"),
        ('{"time_s": 1}\n',
         "tracks.csv:1: a tracks file needs track_id or track; lat_deg and lon_deg, or x_m and y_m; have time_s"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_with_what_it_needs(text: str, expected: str) -> None:
    assert mistakes(text) == [expected]


def test_values_that_cannot_be_are_refused() -> None:
    head = "time_s,track,x_m,y_m,existence,nis,var_east_m2,speed_mps\n"
    assert mistakes(head + "0,1,0,0,1.5,,,\n0,1,0,0,,-1,,\n0,1,0,0,,,-4,\n0,1,0,0,,,,nan m/s\n0,1,2e9,0,,,,\n") == [
        "tracks.csv:2: existence: expected a number within 0 to 1, got '1.5'",
        "tracks.csv:3: nis: expected a number of 0 or more, got '-1'",
        "tracks.csv:4: var_east_m2: expected a number of 0 or more, got '-4'",
        "tracks.csv:5: speed_mps: expected a number of 0 or more, got 'nan m/s'",
        "tracks.csv:6: x_m: expected a number within -1e+09 to 1e+09, got '2e9'",
    ]


# --- whatever comes ---


def survives(text: str) -> None:
    """Rows with finite times and places come out, or a message that names the file."""
    told = ""
    try:
        rows = tracks(text)
    except DataError as error:
        told = str(error)
    if told:
        assert all(line.startswith(("tracks.csv", "and ")) for line in told.splitlines())
        assert len(told) < 20_000
        return
    assert np.isfinite(rows.time_s).all()
    assert np.isfinite(rows.place).all()
    assert rows.number.max() < len(rows.names) == len(rows.kinds)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_rows_or_a_message(text: str) -> None:
    survives(text)


cells = st.one_of(
    st.sampled_from(
        ["", "0", "1", "54.5", "-0.0", "1e400", "nan", "-inf", "1_0", "0x1", '"', "'", "\x00", "٣", "lost"]
    ),
    st.text(max_size=8),
    st.floats().map(str),
)


@settings(deadline=None)
@given(st.lists(st.lists(cells, min_size=6, max_size=8), max_size=6))
def test_any_cells_under_a_good_header_are_rows_or_a_message(table: list[list[str]]) -> None:
    survives("time_s,track,lat_deg,lon_deg,existence,status\n" + "\n".join(",".join(row) for row in table))


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**40), 10**40), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=6,
)
names = st.sampled_from(["time_s", "track", "x_m", "y_m", "existence", "nis", "status", "kind", "other"])


@settings(deadline=None)
@given(st.lists(st.dictionaries(names, values), max_size=6))
def test_any_json_objects_are_rows_or_a_message(records: list[dict[str, object]]) -> None:
    first = {"time_s": 1, "track": 1, "x_m": 0, "y_m": 0}
    survives("\n".join(json.dumps(record) for record in [first, *records]))
    survives("\n".join(json.dumps({**first, **record}) for record in [first, *records]))
