"""Articles to draft entries: what is told apart, what is passed over, what stands side by side.

Expected values are what the sentences say, by hand; dates are of the calendar of 2025.
"""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sargas.model.claims import Claim, DraftEntry, Reading
from sargas.model.errors import DataError
from sargas.press.places import Gazetteer, gazetteer
from sargas.press.reader import read

ARTICLES = Path(__file__).resolve().parents[2] / "press" / "articles"
PUBLISHED_S = datetime(2025, 8, 5, 12, tzinfo=UTC).timestamp()
TITLE = "News from the border\n"


def reading(towns: Gazetteer, text: str, published_s: float | None = PUBLISHED_S) -> Reading:
    return read(TITLE + text, towns, published_s=published_s)


def only(towns: Gazetteer, text: str) -> DraftEntry:
    entries = reading(towns, text).entries
    assert len(entries) == 1, [entry.title for entry in entries]
    return entries[0]


def claims(entry: DraftEntry, kind: str) -> list[Claim]:
    return [claim for claim in entry.claims if claim.kind == kind]


def day(entry: DraftEntry) -> str:
    assert entry.earliest_s is not None
    # noon of the local day is the same day in UTC
    return f"{datetime.fromtimestamp(entry.earliest_s + 12 * 3_600.0, UTC):%m-%d}"


def test_two_dates_are_two_incidents_each_with_its_place(towns: Gazetteer) -> None:
    text = (
        "A drone crashed near Šumskas on July 10, and on July 28 another drone flew into Lithuania and fell at Rukla."
    )
    first, second = reading(towns, text).entries
    assert [(day(first), first.place and first.place.name), (day(second), second.place and second.place.name)] == [
        ("07-10", "Šumskas"),
        ("07-28", "Rukla"),
    ]


def test_what_was_found_days_later_is_the_same_incident(towns: Gazetteer) -> None:
    entry = only(
        towns,
        "A drone entered Lithuania from Belarus on July 28. Four days later it was found at Gaižiūnai, Lithuania.",
    )
    assert day(entry) == "07-28"
    found = [date for date in entry.dates if date.role == "found"]
    assert [f"{datetime.fromtimestamp(one.latest_s or 0, UTC):%m-%d}" for one in found] == ["08-01"]


def test_the_day_of_a_statement_is_not_that_of_the_incident(towns: Gazetteer) -> None:
    entry = only(towns, "The army said on Tuesday that a drone had entered Lithuanian airspace on July 28.")
    assert day(entry) == "07-28"
    assert [date.role for date in entry.dates] == ["told", "happened"]


def test_claims_that_differ_stand_side_by_side(towns: Gazetteer) -> None:
    entry = only(
        towns,
        "A drone crashed in Lithuania on July 28. The minister said it was a decoy. The drone carried explosives, the"
        " prosecutor said. An official claimed the drone was unarmed.",
    )
    assert {claim.value for claim in claims(entry, "payload")} == {"explosives", "unarmed"}
    assert any("payload" in line for line in entry.confirm)


def test_what_is_alleged_and_denied_is_not_stated(towns: Gazetteer) -> None:
    entry = only(
        towns,
        "A drone, believed to be a Gerbera, entered Lithuania on July 28. There is no evidence that the drone was"
        " sent deliberately.",
    )
    assert [claim.sure for claim in claims(entry, "model")] == ["alleged"]
    assert [claim.sure for claim in claims(entry, "intent")] == ["denied"]


def test_figures_are_in_si_units(towns: Gazetteer) -> None:
    entry = only(
        towns,
        "Between 19 and 23 drones entered Poland on July 28. One drone flew at an altitude of 200 metres at 180 km/h."
        " It carried two kilograms of explosives.",
    )
    told = {claim.kind: (claim.low, claim.high) for claim in entry.claims if claim.low is not None}
    assert told["count"] == (19.0, 23.0)
    assert told["height"] == (200.0, 200.0)
    assert told["speed"] == pytest.approx((50.0, 50.0))
    assert told["mass"] == (2.0, 2.0)


def test_who_says_it_is_named(towns: Gazetteer) -> None:
    entry = only(towns, "According to the State Border Guard Service, a drone crashed in Lithuania on July 28.")
    assert claims(entry, "type")[0].by == "the State Border Guard Service"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The defence budget will rise to 4 billion euros.", "money"),
        ("The defence minister resigned on Monday.", "office"),
        ("Soldiers shot down twelve drones in an exercise at Pabradė on July 28.", "exercise"),
        ("Russia launched 400 drones at Ukraine on July 28.", "elsewhere"),
        ("Seven drones entered Belarus on July 28.", "other_state"),
        ("A law would allow the army to shoot down drones.", "law"),
        ("A drone could enter Lithuania at any time.", "conditional"),
        ("Drones have repeatedly entered Polish airspace since the start of the war.", "general"),
        ("No drone entered Latvian airspace, the army said.", "no_incident"),
    ],
)
def test_what_is_no_incursion_is_passed_over_with_a_reason(towns: Gazetteer, text: str, reason: str) -> None:
    found = reading(towns, text)
    assert found.entries == ()
    assert [one.reason for one in found.passed_over] == [reason]


def test_places_of_authorities_and_bases_are_not_places_of_the_incident(towns: Gazetteer) -> None:
    entry = only(
        towns,
        "Warsaw said a drone had entered Polish airspace on July 28 and crashed near Chełm. Jets took off from Łask.",
    )
    assert [place.name for place in entry.places] == ["Chełm"]


def test_a_distance_and_a_bearing_move_the_place_and_widen_it(towns: Gazetteer) -> None:
    entry = only(towns, "A drone crashed 20 km north of Vilnius on July 28.")
    assert entry.place is not None
    # 20 km are 0.18 degrees of latitude; Vilnius is at 54.69 N.
    assert entry.place.lat_deg == pytest.approx(54.69 + 0.18, abs=0.02)
    assert entry.place.sd_m is not None
    assert entry.place.sd_m >= 5_000.0


def test_balloons_with_cigarettes_are_incursions(towns: Gazetteer) -> None:
    entry = only(towns, "Dozens of balloons carrying cigarettes drifted into Lithuania from Belarus overnight.")
    assert (entry.object_type, entry.countries) == ("balloon", ("LT",))
    assert [claim.value for claim in claims(entry, "payload")] == ["cargo"]


def test_without_a_year_the_date_is_asked_for(towns: Gazetteer) -> None:
    entry = reading(towns, "A drone crashed in Latvia on July 28.", published_s=None).entries[0]
    assert (entry.earliest_s, entry.latest_s) == (None, None)
    assert any("publication" in line for line in entry.confirm)


def test_an_incident_in_each_of_two_states_is_two(towns: Gazetteer) -> None:
    found = reading(towns, "Drones crashed in both Romania and Moldova on Monday.")
    assert [entry.countries for entry in found.entries] == [("RO",), ("MD",)]


def spans(found: Reading) -> list[tuple[int, int, str]]:
    quoted = [one.said for one in found.passed_over]
    for entry in found.entries:
        quoted += [*entry.said, *(c.quoted for c in entry.claims), *(d.quoted for d in entry.dates)]
        quoted += [place.quoted for place in entry.places]
    return [(one.start, one.end, one.text) for one in quoted]


@pytest.mark.parametrize("path", sorted(ARTICLES.glob("*/*")), ids=lambda path: path.stem)
def test_every_quotation_stands_in_the_text_where_it_says(towns: Gazetteer, path: Path) -> None:
    found = read(path.read_bytes(), towns)
    assert found.language == path.name[:2]
    for start, end, text in spans(found):
        assert found.text[start:end] == text


WORDS = [
    "drone",
    "drones",
    "balloon",
    "missile",
    "Gerbera",
    "entered",
    "crashed",
    "found",
    "Lithuania",
    "Lithuanian",
    "airspace",
    "Belarus",
    "on",
    "July",
    "28",
    "10",
    "2025",
    "Monday",
    "overnight",
    "days",
    "later",
    ".",
    ",",
    "said",
    "that",
    "the",
    "near",
    "Vilnius",
    "20",
    "km",
    "north",
    "of",
    "no",
    "evidence",
    "could",
    "explosives",
    "\n",
    "(",
    ")",
    "another",
    "in",
    "Poland",
    "and",
    "Romania",
    "last",
    "month",
    "at",
    "5",
    "a.m.",
    "dronas",
    "nukrito",
    "Vilniuje",
    "liepos",
    "d.",
    "dron",
    "spadł",
    "w",
    "nocy",
    "z",
    "9",
    "na",
    "września",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60), st.sampled_from(["en", "lt", "pl", "lv", "ro"]), st.booleans())
def test_any_words_in_any_order_are_read(words: list[str], language: str, is_dated: bool) -> None:
    towns = gazetteer(())
    try:
        found = read(" ".join(words), towns, language=language, published_s=PUBLISHED_S if is_dated else None)
    except DataError:
        return
    for start, end, text in spans(found):
        assert found.text[start:end] == text
    assert all(entry.earliest_s is None or entry.earliest_s <= (entry.latest_s or 0.0) for entry in found.entries)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    towns = gazetteer(())
    try:
        found = read(text, towns)
    except DataError:
        return
    for start, end, said in spans(found):
        assert found.text[start:end] == said


@pytest.mark.parametrize(
    "piece", ["drone entered Lithuania on July 28. ", "drone entered Lithuania and ", "a", "19 to 23 "]
)
def test_a_megabyte_is_read_in_bounded_time(towns: Gazetteer, piece: str) -> None:
    data = (piece * ((1 << 20) // len(piece))).encode()[: 1 << 20]
    begun = time.process_time()
    assert read(data, towns, language="en").is_cut
    assert time.process_time() - begun < 5.0  # 1.5 s on the machine of docs/explanation/reading-the-press.md


def test_a_language_that_is_not_known_is_refused(towns: Gazetteer) -> None:
    with pytest.raises(DataError, match="have en, lt, pl, lv, ro"):
        read("text", towns, language="xx")


@pytest.mark.parametrize(
    "text",
    [
        "Drone\nA drone entered Lithuanian airspace from Belarus on 28 July 2025 near Vilnius, the army said.",
        "Drone\nA drone flew in from the territory of Belarus on 28 July 2025 and crashed near Vilnius, Lithuania.",
        "Dronas\nDronas į Lietuvos oro erdvę iš Baltarusijos įskrido 2025 m. liepos 28 d. prie Vilniaus.",
    ],
)
def test_where_it_came_from_stands_behind_whose_sky_it_was(text: str, towns: Gazetteer) -> None:
    (entry,) = read(text, towns).entries
    assert entry.countries == ("LT",)
    assert {claim.value for claim in entry.claims if claim.kind == "origin"} == {"BY"}
