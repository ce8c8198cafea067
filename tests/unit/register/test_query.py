"""What answers a question: the plain predicate by hand, and the store's index against it by hypothesis."""

from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from register_kit import PLACES, TEXTS, TIMES, a_record, records
from sargas.model.picture import RegisterChanged
from sargas.model.register import CaseState, ObjectType, Outcome
from sargas.register.query import Box, Near, Query, distance_m, found, matches
from sargas.register.span import read_bound, span_s, told
from sargas.register.statistics import counted
from sargas.register.words import words_of
from sargas.store.register_sqlite import RegisterFile

DAY_S = 86_400.0
JULY_28_S = 1_753_660_800.0
"""2025-07-28T00:00Z: `date -ud 2025-07-28 +%s`."""

BOXES = st.builds(
    lambda west, east, south, north: Box(
        west_deg=min(west, east), east_deg=max(west, east), south_deg=min(south, north), north_deg=max(south, north)
    ),
    st.floats(-180.0, 180.0), st.floats(-180.0, 180.0), st.floats(-90.0, 90.0), st.floats(-90.0, 90.0),
)  # fmt: skip
NEARS = st.builds(
    Near, lat_deg=st.floats(-90.0, 90.0), lon_deg=st.floats(-180.0, 180.0), km=st.floats(0.01, 20_000.0)
)


def some(values: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


QUERIES = st.builds(
    Query,
    from_s=st.none() | TIMES,
    to_s=st.none() | TIMES,
    box=st.none() | BOXES,
    near=st.none() | NEARS,
    countries=some(["LT", "LV", "RO", "XX"]),
    object_types=some(get_args(ObjectType)),
    origins=some(["RU", "BY", "unknown"]),
    outcomes=some(get_args(Outcome)),
    states=some(get_args(CaseState)),
    text=st.just("") | TEXTS | st.sampled_from([name[:3] for name in PLACES]),
    is_sourced=st.none() | st.booleans(),
    is_incursion=st.none() | st.booleans(),
    is_own=st.none() | st.booleans(),
    is_oldest_first=st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(records(), max_size=8, unique_by=lambda record: record.record_id),
    st.lists(QUERIES, min_size=1, max_size=4),
)
def test_the_index_gives_what_the_predicate_gives_in_the_same_order(some_records: Any, queries: Any) -> None:
    book = RegisterFile()
    try:
        book.keep([RegisterChanged(records=tuple(some_records))])
        for query in queries:
            expected = found(query, some_records)
            assert book.all(query) == expected
            assert book.statistics(query, ["year", "country"]) == counted(expected, ["year", "country"])
            pages = [book.search(query, offset, 3) for offset in range(0, len(expected) + 1, 3)]
            assert [record for page in pages for record in page.records] == expected
            assert {page.n_found for page in pages} == {len(expected)}
    finally:
        book.close()


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("gaiziunai", "Gaižiūnai, training ground"),
        ("GAIŽ", "Gaižiūnai"),
        ("lodz", "Łódź"),
        ("strasse", "Straße"),
        ("mesto nove", "Nové Město"),
        ("s300", "an S300"),
    ],
)
def test_words_are_found_without_accents_and_capitals_by_their_beginnings(asked: str, text: str) -> None:
    assert matches(Query(text=asked), a_record(place=text))
    assert not matches(Query(text=f"{asked} nowhere"), a_record(place=text))


def test_the_end_of_a_word_is_not_enough() -> None:
    assert not matches(Query(text="unai"), a_record(place="Gaižiūnai"))


@given(st.text())
def test_folding_a_text_twice_changes_nothing(text: str) -> None:
    once = words_of(text)
    assert words_of(" ".join(once)) == once


@pytest.mark.parametrize(
    ("precision", "began_s", "length_s"),
    [
        ("minute", JULY_28_S, 60.0),
        ("day", JULY_28_S, DAY_S),
        ("month", 1_751_328_000.0, 31 * DAY_S),  # July 2025
        ("month", 1_706_745_600.0, 29 * DAY_S),  # February of a leap year, 2024
        ("month", JULY_28_S, 4 * DAY_S),  # from its 28th on
        ("year", 1_735_689_600.0, 365 * DAY_S),  # 2025
        ("year", 1_704_067_200.0, 366 * DAY_S),  # 2024
    ],
)
def test_a_moment_lasts_as_long_as_it_is_not_known(precision: Any, began_s: float, length_s: float) -> None:
    assert span_s(a_record(began_s=began_s, precision=precision)) == (began_s, began_s + length_s)


def test_a_day_answers_to_any_part_of_it_and_not_to_the_next_midnight() -> None:
    record = a_record(began_s=JULY_28_S, precision="day")
    assert matches(Query(from_s=JULY_28_S + 80_000.0), record)
    assert not matches(Query(from_s=JULY_28_S + DAY_S), record)
    assert not matches(Query(to_s=JULY_28_S), record)
    assert matches(Query(from_s=JULY_28_S + 2 * DAY_S), a_record(began_s=JULY_28_S, ended_s=JULY_28_S + 3 * DAY_S))


def test_a_record_without_a_place_answers_to_no_place() -> None:
    everywhere = Box(west_deg=-180.0, south_deg=-90.0, east_deg=180.0, north_deg=90.0)
    assert matches(Query(box=everywhere), a_record(lat_deg=55.0, lon_deg=24.0))
    assert not matches(Query(box=everywhere), a_record())
    assert not matches(Query(near=Near(lat_deg=0.0, lon_deg=0.0, km=20_000.0)), a_record(lat_deg=55.0))


@given(st.floats(-80, 80), st.floats(-170, 170), st.floats(-80, 80), st.floats(-170, 170))
def test_distances_are_those_on_the_ellipsoid_within_half_a_percent(
    lat: float, lon: float, other_lat: float, other_lon: float
) -> None:
    expected = Geod(ellps="WGS84").inv(lon, lat, other_lon, other_lat)[2]
    assert distance_m(lat, lon, other_lat, other_lon) == pytest.approx(expected, rel=0.006, abs=1.0)


def test_an_origin_that_was_not_established_can_be_asked_for() -> None:
    assert matches(Query(origins=("unknown",)), a_record())
    assert not matches(Query(origins=("unknown",)), a_record(origin="RU"))


@pytest.mark.parametrize(
    ("text", "begin_s", "end_s"),
    [
        ("2025", 1_735_689_600.0, 1_767_225_600.0),
        ("2025-07", 1_751_328_000.0, 1_754_006_400.0),
        ("2025-07-28", JULY_28_S, JULY_28_S + DAY_S),
    ],
)
def test_a_bound_is_where_a_year_a_month_or_a_day_begins_or_ends(text: str, begin_s: float, end_s: float) -> None:
    assert read_bound(text, is_end=False) == begin_s
    assert read_bound(text, is_end=True) == end_s


@pytest.mark.parametrize("text", ["", "28.7.2025", "2025-13", "2025-02-30", "yesterday", "20255"])
def test_what_is_no_day_is_no_bound(text: str) -> None:
    assert read_bound(text, is_end=False) is None


def test_a_moment_is_told_as_precisely_as_it_is_known() -> None:
    assert [told(JULY_28_S + 6_000.0, one) for one in ("year", "month", "day", "hour", "minute")] == [
        "2025", "2025-07", "2025-07-28", "2025-07-28 01hZ", "2025-07-28 01:40Z",
    ]  # fmt: skip
