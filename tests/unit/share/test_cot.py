"""Events as XML: what the event schema demands, the mark of an exercise, and what is refused from outside."""

from datetime import datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sargas.model.report import Malformed
from sargas.share import cot
from sargas.share.cot import Event, Part, Place, Stamp
from sargas.share.xml_text import clean

T0_S = 1_753_668_000.0
"""2025-07-28 02:00 UTC."""
REAL = Stamp(made_s=T0_S, stale_s=T0_S + 30.0, is_exercise=False)
EXERCISE = Stamp(made_s=T0_S, stale_s=T0_S + 30.0, is_exercise=True)
VILNIUS = Place(lat_deg=54.687155, lon_deg=25.279652)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


def event(stamp: Stamp = REAL, place: Place = VILNIUS, name: str = "Track 7", text: str = "It flies.") -> Event:
    return stamp.event("SARGAS-LT-track-7", "a-u-A", place, name=name, text=text)


def as_xml(one: Event) -> ET.Element:
    return ET.fromstring(cot.written(one))


def test_an_event_has_the_attributes_that_the_schema_requires() -> None:
    """MITRE, CoT Base-Event Schema 2.0: version, type, uid, time, start, stale, how; point with five numbers."""
    root = as_xml(event())
    point = root.find("point")
    assert root.tag == "event"
    assert root.attrib == {
        "version": "2.0",
        "uid": "SARGAS-LT-track-7",
        "type": "a-u-A",
        "time": "2025-07-28T02:00:00Z",
        "start": "2025-07-28T02:00:00Z",
        "stale": "2025-07-28T02:00:30Z",
        "how": "m-f",
    }
    assert point is not None
    assert point.attrib == {
        "lat": "54.687155",
        "lon": "25.279652",
        "hae": "9999999.0",
        "ce": "9999999.0",
        "le": "9999999.0",
    }
    assert [part.tag for part in root] == ["point", "detail"]


def test_what_is_known_of_height_and_error_is_told() -> None:
    place = Place(lat_deg=54.0, lon_deg=25.0, hae_m=10_700.04, ce_m=30.0, le_m=0.0)
    point = as_xml(event(place=place)).find("point")
    assert point is not None
    assert (point.attrib["hae"], point.attrib["ce"], point.attrib["le"]) == ("10700.0", "30.0", "0.0")


@pytest.mark.parametrize(
    ("time_s", "text"),
    [
        (T0_S, "2025-07-28T02:00:00Z"),
        (T0_S + 0.25, "2025-07-28T02:00:00.250Z"),
        (T0_S + 0.9996, "2025-07-28T02:00:01Z"),
        (0.0, "1970-01-01T00:00:00Z"),
    ],
)
def test_times_are_told_to_the_millisecond(time_s: float, text: str) -> None:
    assert cot.time_text(time_s) == text
    assert abs(datetime.fromisoformat(text).timestamp() - time_s) < 0.001


def test_an_event_of_an_exercise_says_so_in_opex_name_and_text() -> None:
    """Event schema: `opex` is "e-<nickname>" in an exercise, `how` m-s is simulated."""
    root = as_xml(event(EXERCISE))
    contact = root.find("detail/contact")
    assert (root.attrib["opex"], root.attrib["how"]) == ("e-EXERCISE", "m-s")
    assert contact is not None
    assert contact.attrib["callsign"] == "EXERCISE Track 7"
    assert root.findtext("detail/remarks") == "EXERCISE It flies."


def test_what_only_programs_read_says_it_in_an_exercise_too() -> None:
    for one in (EXERCISE.control("SARGAS-ping", "t-x-c-t"), EXERCISE.deletion("SARGAS-EXERCISE-LT-track-7", "a-u-A")):
        root = as_xml(one)
        assert root.attrib["opex"] == "e-EXERCISE"
        assert root.findtext("detail/remarks") == "EXERCISE"


def test_what_is_real_says_nothing_of_an_exercise() -> None:
    for one in (event(), REAL.control("SARGAS-ping", "t-x-c-t"), REAL.deletion("SARGAS-LT-track-7", "a-u-A")):
        assert b"EXERCISE" not in cot.written(one)
        assert b"opex" not in cot.written(one)


def test_a_deletion_names_what_it_takes_away() -> None:
    """As ATAK and its relatives have it: t-x-d-d, a link to the uid, __forcedelete; it must not be old on arrival."""
    root = as_xml(REAL.deletion("SARGAS-LT-track-7", "a-u-A"))
    link = root.find("detail/link")
    assert root.attrib["type"] == "t-x-d-d"
    assert root.attrib["uid"] != "SARGAS-LT-track-7"
    assert link is not None
    assert link.attrib == {"uid": "SARGAS-LT-track-7", "type": "a-u-A", "relation": "p-p"}
    assert root.find("detail/__forcedelete") is not None
    assert root.attrib["stale"] == "2025-07-28T02:01:00Z"


@given(WORDS, WORDS)
def test_whatever_the_words_are_another_reader_gets_them(name: str, text: str) -> None:
    """lxml (libxml2) is the other reader."""
    root = etree.fromstring(cot.HEAD + cot.written(event(name=name, text=text)))
    contact = root.find("detail/contact")
    assert contact is not None
    assert contact.get("callsign") == clean(name)
    assert (root.findtext("detail/remarks") or "") == clean(text)


def test_what_xml_cannot_hold_becomes_a_question_mark() -> None:
    root = as_xml(event(text="a\x00b\x1b[2J\ud800"))
    assert root.findtext("detail/remarks") == "a?b?[2J?"


def test_what_was_written_is_read_again() -> None:
    parts = (
        Part("track", {"course": "323.1", "speed": "50.0"}),
        Part("shape", parts=(Part("ellipse", {"major": "9"}),)),
    )
    place = Place(lat_deg=54.687155, lon_deg=25.279652, hae_m=850.0, ce_m=30.0)
    one = EXERCISE.event("uid", "a-u-A", place, name="Ёж & <b>", text="one\ntwo", parts=parts, start_s=T0_S - 1.5)
    assert cot.read(cot.HEAD + cot.written(one)) == one


def test_heights_and_errors_that_others_do_not_know_are_not_known() -> None:
    """TAK Server writes 999999 in its control messages, ATAK 9999999."""
    for unknown in (b"999999", b"9999999.0", b"NaN", b"inf"):
        one = cot.read(cot.written(event()).replace(b"9999999.0", unknown))
        assert isinstance(one, Event)
        assert (one.place.hae_m, one.place.ce_m, one.place.le_m) == (None, None, None)


GOOD = cot.written(event())
BOMB = (
    b'<!DOCTYPE event [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>' + GOOD.replace(b"It flies.", b"&c;")
)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no element"),
        (BOMB, "DOCTYPE"),
        (BOMB.replace(b"<!DOCTYPE event [", b"<!DOCTYPE event SYSTEM 'file:///etc/passwd' ["), "DOCTYPE"),
        (b"<a>" * 33 + b"</a>" * 33, "33|32 deep"),
        (b"<a>" * 20_000, "65,536|deep"),
        (b" " * 70_000, "65,536"),
        (GOOD.decode().encode("utf-16"), "UTF-8"),
        (GOOD[:-9], "no XML"),
        (b"<events/>", "expected <event>"),
        (GOOD.replace(b'uid="SARGAS-LT-track-7" ', b""), "uid"),
        (GOOD.replace(b'lat="54.687155"', b'lat="154"'), "latitude"),
        (GOOD.replace(b'lat="54.687155"', b'lat="nan"'), "latitude"),
        (GOOD.replace(b'lat="54.687155"', b'lat="north"'), "north"),
        (GOOD.replace(b"2025-07-28T02:00:30Z", b"tomorrow"), "tomorrow"),
        (GOOD.replace(b"<point", b"<place"), "no XML|no <point>"),
    ],
)
def test_what_cannot_be_an_event_is_refused_and_said_why(data: bytes, why: str) -> None:
    found = cot.read(data)
    assert isinstance(found, Malformed)
    assert any(word in found.reason for word in why.split("|")), found.reason


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    assert isinstance(cot.read(data), Event | Malformed)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6))
def test_no_damage_to_an_event_breaks_the_reader(damage: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for at, byte in damage:
        data[at] = byte
    assert isinstance(cot.read(bytes(data)), Event | Malformed)
