"""Events as TAK protocol version 1. The oracle is takproto: protobuf's own reader and writer of ATAK's messages."""

import struct
from xml.etree import ElementTree as ET

import pytest
import takproto
from hypothesis import given
from hypothesis import strategies as st
from takproto.proto import TakMessage

from sargas.model.report import Malformed
from sargas.share import cot, cot_proto
from sargas.share.cot import Event, Part, Place, Stamp

T0_S = 1_753_668_000.0
"""2025-07-28 02:00 UTC."""
STAMP = Stamp(made_s=T0_S, stale_s=T0_S + 30.0, is_exercise=True)
PLACE = Place(lat_deg=54.687155, lon_deg=25.279652, hae_m=850.0, ce_m=30.0)
TRACK = Part("track", {"course": "323.1", "speed": "50.0"})
LINK = Part("link", {"uid": "a", "type": "u-d-f", "relation": "p-p"})
XML_TEXT = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn"], exclude_characters="\x7f"), max_size=30
)
NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False).filter(lambda value: value != 0.0)


def event(*parts: Part, name: str = "Track 7", place: Place = PLACE) -> Event:
    return STAMP.event(
        "SARGAS-LT-track-7", "a-u-A", place, name=name, text="It flies.", parts=parts, start_s=T0_S - 1.5
    )


def parsed(message: bytes) -> TakMessage:
    found = TakMessage()
    found.ParseFromString(message)
    return found


def test_another_reader_finds_every_field() -> None:
    found = parsed(cot_proto.payload(event(TRACK))).cotEvent
    assert (found.type, found.uid, found.how, found.opex) == ("a-u-A", "SARGAS-LT-track-7", "m-s", "e-EXERCISE")
    assert (found.sendTime, found.startTime, found.staleTime) == (1753668000000, 1753667998500, 1753668030000)
    assert (found.lat, found.lon, found.hae, found.ce) == (54.687155, 25.279652, 850.0, 30.0)
    assert found.le == 9_999_999.0  # what ATAK writes where it is not known (COMMO_COT_POINT_NO_VALUE)
    assert found.detail.contact.callsign == "EXERCISE Track 7"
    assert (found.detail.track.course, found.detail.track.speed) == (323.1, 50.0)
    assert found.detail.xmlDetail == "<remarks>EXERCISE It flies.</remarks>"


def test_the_bytes_are_those_that_protobuf_itself_writes() -> None:
    for one in (event(TRACK), event(LINK), event(), STAMP.control("SARGAS-ping", "t-x-c-t")):
        message = cot_proto.payload(one)
        assert parsed(message).SerializeToString(deterministic=True) == message


def test_a_datagram_and_a_frame_begin_as_the_protocol_says() -> None:
    """protocol.txt: 0xbf, version, 0xbf before a mesh's message; 0xbf, length as a varint before a stream's."""
    message = cot_proto.payload(event())
    assert cot_proto.datagram(event()) == b"\xbf\x01\xbf" + message
    assert cot_proto.frame(event()) == b"\xbf" + bytes([len(message) & 0x7F | 0x80, len(message) >> 7]) + message
    assert takproto.parse_proto(bytearray(cot_proto.datagram(event()))).cotEvent.uid == "SARGAS-LT-track-7"
    assert takproto.parse_proto(bytearray(cot_proto.frame(event()))).cotEvent.uid == "SARGAS-LT-track-7"


def test_a_small_message_byte_by_byte() -> None:
    """By hand, after the protobuf encoding: key = number << 3 | form; 2 is bytes, 0 a varint, 1 a double."""
    one = Event(
        uid="u", kind="t", how="m", time_s=0.001, start_s=0.3, stale_s=0.0, place=Place(lat_deg=1.0, lon_deg=0.0)
    )
    unknown = struct.pack("<d", 9_999_999.0)
    body = (
        b"\x0a\x01t" + b"\x2a\x01u" + b"\x30\x01" + b"\x38\xac\x02" + b"\x4a\x01m"
        + b"\x51" + struct.pack("<d", 1.0) + b"\x61" + unknown + b"\x69" + unknown + b"\x71" + unknown
    )  # fmt: skip
    assert cot_proto.payload(one) == b"\x12" + bytes([len(body)]) + body


def test_an_element_that_holds_more_than_its_message_can_stays_xml() -> None:
    """As ATAK does (commoncommo, cotmessage.cpp): all or nothing of an element."""
    phone = Part("contact", {"callsign": "Track 7", "phone": "112"})
    altitude = Part("precisionlocation", {"altsrc": "DTED0"})
    words = Part("track", {"course": "north", "speed": "50.0"})
    bare = Event(
        uid="u", kind="a-u-A", how="m-f", time_s=T0_S, start_s=T0_S, stale_s=T0_S, parts=(phone, altitude, words)
    )
    found = parsed(cot_proto.payload(bare)).cotEvent.detail
    assert not found.HasField("contact")
    assert not found.HasField("precisionLocation")
    assert not found.HasField("track")
    assert [part.tag for part in ET.fromstring(f"<d>{found.xmlDetail}</d>")] == [
        "contact",
        "precisionlocation",
        "track",
    ]


def test_an_element_that_stands_twice_stays_xml() -> None:
    found = parsed(cot_proto.payload(event(TRACK, TRACK))).cotEvent.detail
    assert not found.HasField("track")
    assert found.xmlDetail.count("<track") == 2


def test_what_takproto_makes_of_our_xml_is_read_as_the_same_event() -> None:
    one = event(TRACK, LINK)
    theirs = takproto.xml2proto(cot.HEAD.strip().decode() + cot.written(one).decode(), takproto.TAKProtoVer.MESH)
    found = cot_proto.read(bytes(theirs)[3:])
    assert isinstance(found, Event)
    assert sorted(found.parts, key=lambda part: part.tag) == sorted(one.parts, key=lambda part: part.tag)
    assert (found.uid, found.kind, found.time_s, found.place) == (one.uid, one.kind, one.time_s, one.place)


PLACES = st.builds(
    Place,
    lat_deg=st.floats(-90.0, 90.0),
    lon_deg=st.floats(-180.0, 180.0),
    hae_m=st.none() | st.floats(-500.0, 50_000.0),
)


@given(
    words=st.tuples(XML_TEXT, XML_TEXT),
    place=PLACES,
    ms=st.integers(1, 4 * 10**12),
    motion=st.tuples(NUMBERS, NUMBERS),
)
def test_what_is_written_is_read_again(
    words: tuple[str, str], place: Place, ms: int, motion: tuple[float, float]
) -> None:
    (name, text), (speed, course) = words, motion
    track = Part("track", {"speed": repr(speed), "course": repr(course)})
    stamp = Stamp(made_s=ms / 1_000.0, stale_s=ms / 1_000.0, is_exercise=False)
    one = stamp.event("uid", "a-u-A", place, name=name, text=text, parts=(LINK, track))
    found = cot_proto.read(cot_proto.payload(one))
    assert isinstance(found, Event)
    assert {part.tag: part for part in found.parts} == {part.tag: part for part in one.parts}
    assert (found.place, found.time_s, found.how, found.opex) == (place, one.time_s, "m-f", "")


@given(st.data())
def test_whatever_protobuf_writes_of_an_event_is_read(data: st.DataObject) -> None:
    theirs = TakMessage()
    one = theirs.cotEvent
    one.type, one.uid, one.how = (data.draw(XML_TEXT) for _ in range(3))
    one.access, one.qos = data.draw(XML_TEXT), data.draw(XML_TEXT)
    one.sendTime, one.startTime = data.draw(st.integers(0, 2**53)), data.draw(st.integers(0, 2**64 - 1))
    one.lat, one.lon = data.draw(st.floats(-90.0, 90.0)), data.draw(st.floats(-180.0, 180.0))
    one.detail.contact.callsign = data.draw(XML_TEXT)
    one.detail.contact.endpoint = data.draw(XML_TEXT)
    one.detail.status.battery = data.draw(st.integers(0, 2**31 - 1))
    one.detail.group.name = data.draw(XML_TEXT)
    theirs.takControl.maxProtoVersion = data.draw(st.integers(0, 2**32 - 1))
    found = cot_proto.read(theirs.SerializeToString())
    assert isinstance(found, Event)
    contact, status = found.part("contact"), found.part("status")
    assert contact is not None
    assert status is not None
    assert contact.attributes["callsign"] == one.detail.contact.callsign
    assert contact.attributes.get("endpoint", "") == one.detail.contact.endpoint
    assert status.attributes == {"battery": str(one.detail.status.battery)}
    assert (found.kind, found.uid, found.how, found.place.lat_deg) == (one.type, one.uid, one.how, one.lat)
    assert abs(found.time_s - one.sendTime / 1_000.0) < 1e-3
    assert cot_proto.kind_of(theirs.SerializeToString()) == one.type


def test_parts_of_a_message_that_come_apart_are_merged() -> None:
    """Protobuf encoding: a message field that stands several times is one message, later values last."""
    first, second = TakMessage(), TakMessage()
    first.cotEvent.uid, first.cotEvent.type = "first", "a-u-A"
    second.cotEvent.uid = "second"
    found = cot_proto.read(first.SerializeToString() + second.SerializeToString())
    assert isinstance(found, Event)
    assert (found.uid, found.kind) == ("second", "a-u-A")


GOOD = cot_proto.payload(event(TRACK, LINK))


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (b"", "no event"),
        (GOOD[:-1], "are there"),
        (b"\x12\xff\xff\xff\xff\x0f", "are there"),
        (b"\x12" + b"\xff" * 11, "no end"),
        (b"\x13", "form 3"),
        (b"\x12\x02\x2a\x80", "ends within"),
        (b"\x12\x03\x2a\x01\xff", "utf-8"),
        (b"\x12\x02\x28\x01", "no text"),
        (b"\x12\x0a\x52\x08" + struct.pack("<d", 91.0)[:8], "no number"),
        (b"\x12\x09\x51" + struct.pack("<d", 91.0), "latitude"),
        (b"\x12\x0d\x7a\x0b\x0a\x09<!DOCTYPE", "xmlDetail"),
        (b"\x12\x08\x7a\x06\x0a\x04<a/<", "xmlDetail"),
    ],
)
def test_what_cannot_be_an_event_is_refused_and_said_why(message: bytes, why: str) -> None:
    found = cot_proto.read(message)
    assert isinstance(found, Malformed)
    assert why in found.reason, found.reason


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(message: bytes) -> None:
    assert isinstance(cot_proto.read(message), Event | Malformed)
    assert isinstance(cot_proto.kind_of(message), str)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6))
def test_no_damage_to_an_event_breaks_the_reader(damage: list[tuple[int, int]]) -> None:
    message = bytearray(GOOD)
    for at, byte in damage:
        message[at] = byte
    assert isinstance(cot_proto.read(bytes(message)), Event | Malformed)


@given(st.integers(0, 2**64 - 1), st.binary(max_size=4))
def test_varints_are_read_as_they_were_written(value: int, rest: bytes) -> None:
    written = cot_proto.varint(value)
    assert cot_proto.read_varint(written + rest, 0) == (value, len(written))
    assert cot_proto.read_varint(written[:-1], 0) is None
