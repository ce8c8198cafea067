"""The JSON of a bulletin, checked against its schema by another library, and against the page that describes it."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

import share_kit as kit
from sargas.model.errors import ChannelError
from sargas.ports import Bulletin
from sargas.share.bulletin_json import encoded, schema

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"
ALL = [*kit.series(), *kit.series(is_exercise=True), kit.hostile(), kit.hostile(is_exercise=True)]


def told(bulletin: Bulletin, *, has_cap: bool = True) -> dict[str, Any]:
    read = json.loads(encoded(bulletin, has_cap=has_cap))
    assert isinstance(read, dict)
    return read


@pytest.mark.parametrize("bulletin", ALL)
def test_every_bulletin_is_valid_by_the_schema(bulletin: Bulletin) -> None:
    jsonschema.validate(told(bulletin), schema(), cls=jsonschema.Draft202012Validator)


def test_the_schema_of_the_docs_is_current() -> None:
    text = (REFERENCE / "bulletin.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == schema(), "write it anew from sargas.share.bulletin_json.schema()"


def test_the_example_of_the_docs_is_a_bulletin() -> None:
    page = (REFERENCE / "channels.md").read_text(encoding="utf-8")
    found = re.search(r"```json\n(\{\s+\"type\": \"warning\.update\".*?)```", page, re.DOTALL)
    assert found is not None
    example = json.loads(found[1])
    made = told(kit.bulletin("update"))
    made["cap"] = example["cap"]  # cut on the page
    assert example == made
    assert list(example) == list(made)


def test_it_says_what_it_is_in_utc_and_degrees() -> None:
    """05:10:02 in Vilnius is 02:10:02 UTC; T0 + 4,800 s is 03:20."""
    read = told(kit.bulletin("update"))
    assert (read["type"], read["version"], read["kind"], read["level"]) == ("warning.update", 1, "update", "red")
    assert read["sent"] == read["timestamp"] == "2025-07-28T02:10:02Z"
    assert read["expires"] == "2025-07-28T03:20:00Z"
    assert (read["warning"], read["incident"]) == (f"{kit.INCIDENT}-w2", kit.INCIDENT)


def test_it_refers_to_what_came_before_by_the_identities_that_a_receiver_has() -> None:
    first, second, last = (told(bulletin) for bulletin in kit.series())
    assert first["references"] == []
    assert second["references"] == [first["id"]]
    assert last["references"] == [first["id"], second["id"]]
    assert told(kit.bulletin("update", bulletin_id="another"))["references"] == []


def test_the_area_is_geojson_about_vilnius() -> None:
    """RFC 7946, 3.1.6, by shapely: longitude first, closed, counter-clockwise."""
    area = shapely.geometry.shape(told(kit.bulletin())["area"])
    assert area.is_valid
    assert area.contains(shapely.Point(kit.VILNIUS))
    assert all(polygon.exterior.is_ccw for polygon in area.geoms)


def test_the_cap_message_comes_through_byte_by_byte() -> None:
    assert told(kit.bulletin())["cap"].encode("utf-8") == kit.bulletin().cap_xml
    assert told(kit.bulletin(), has_cap=False)["cap"] == ""


def test_the_same_bulletin_gives_the_same_bytes() -> None:
    assert encoded(kit.bulletin()) == encoded(kit.bulletin())


def test_an_exercise_is_marked_for_machines_and_for_people() -> None:
    read = told(kit.bulletin(is_exercise=True))
    assert (read["exercise"], read["mark"]) == (True, "EXERCISE")
    assert read["title"].startswith("EXERCISE: ")
    words = {text["language"]: [text["headline"], text["description"], text["instruction"]] for text in read["texts"]}
    assert all(text.startswith("PRATYBOS: ") for text in words["lt"])
    assert all(text.startswith("EXERCISE: ") for text in words["en"])


def test_nothing_else_is_marked() -> None:
    assert b"EXERCISE" not in encoded(kit.bulletin())
    read = told(kit.bulletin())
    assert (read["exercise"], read["mark"]) == (False, "")


def test_no_officer_is_named() -> None:
    assert kit.OFFICER.encode() not in encoded(kit.bulletin())


@given(words=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=160))
@settings(deadline=None)
def test_all_words_come_through_as_they_are(words: str) -> None:
    text = structs.replace(kit.LITHUANIAN, headline=words, area=words)
    about = kit.warning(content=kit.content(texts=(text,)))
    read = told(kit.bulletin(warning=about, title=words, cap_xml=b"<x/>"))
    assert (read["texts"][0]["headline"], read["texts"][0]["area"], read["title"]) == (words, words, words)


def test_a_cap_message_in_another_encoding_is_refused() -> None:
    with pytest.raises(ChannelError, match="the CAP message is not UTF-8 at byte 3"):
        encoded(kit.bulletin(cap_xml=b"<x>\xff</x>"))
