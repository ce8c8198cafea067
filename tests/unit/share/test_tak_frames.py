"""Where events end in a TAK server's stream, how protobuf is agreed on, and what a hostile server cannot do."""

import pytest
import takproto
from hypothesis import given
from hypothesis import strategies as st

from sargas.model.errors import ChannelError
from sargas.model.report import Malformed
from sargas.share import cot, cot_proto, tak_frames
from sargas.share.cot import Event, Part, Place, Stamp
from sargas.share.tak_frames import Splitter

STAMP = Stamp(made_s=1_753_668_000.0, stale_s=1_753_668_060.0, is_exercise=False)
PONG = STAMP.control("takPong", "t-x-c-t-r")
TRACK = STAMP.event("track", "a-u-A", Place(lat_deg=54.0, lon_deg=25.0), name="7", text="x" * 200)
OFFER = (
    b"<event version='2.0' uid='protouid' type='t-x-takp-v' time='2023-08-22T01:33:14Z' start='2023-08-22T01:33:14Z' "
    b"stale='2023-08-22T01:34:14Z' how='m-g'><point lat='0.0' lon='0.0' hae='0.0' ce='999999' le='999999'/>"
    b"<detail><TakControl><TakProtocolSupport version='1'/></TakControl></detail></event>"
)
"""protocol.txt, Streaming Connection Protocol Negotiation, step 3."""
GRANTED = OFFER.replace(b"t-x-takp-v", b"t-x-takp-r").replace(
    b"<TakProtocolSupport version='1'/>", b"<TakResponse status='true'/>"
)
"""The same, step 6."""


def split(data: bytes, sizes: list[int], *, is_protobuf: bool = False) -> list[Event | Malformed]:
    """Return the events of the data, fed in pieces of these sizes over and over."""
    splitter = Splitter()
    splitter.version = "protobuf" if is_protobuf else "xml"
    found: list[Event | Malformed] = []
    at, k = 0, 0
    while at < len(data):
        size = sizes[k % len(sizes)]
        splitter.push(data[at : at + size])
        found += splitter.events()
        at, k = at + size, k + 1
    return found


def read(data: bytes) -> Event:
    found = cot.read(data)
    assert isinstance(found, Event)
    return found


@given(st.lists(st.integers(1, 700), min_size=1, max_size=4))
def test_however_the_bytes_come_the_same_events_are_found(sizes: list[int]) -> None:
    stream = b"".join(cot.HEAD + cot.written(one) for one in (PONG, TRACK, PONG)) + b"\n " + OFFER
    assert split(stream, sizes) == [PONG, PONG, read(OFFER)]


@given(st.lists(st.integers(1, 700), min_size=1, max_size=4))
def test_however_the_bytes_come_the_same_messages_are_found(sizes: list[int]) -> None:
    stream = b"".join(cot_proto.frame(one) for one in (PONG, TRACK, PONG, TRACK))
    assert split(stream, sizes, is_protobuf=True) == [PONG, PONG]


def test_messages_of_another_writer_are_found() -> None:
    theirs = takproto.xml2proto(cot.HEAD.strip().decode() + cot.written(PONG).decode(), takproto.TAKProtoVer.STREAM)
    assert split(bytes(theirs), [3], is_protobuf=True) == [PONG]


def test_what_follows_an_answer_may_be_protobuf_already() -> None:
    splitter = Splitter()
    splitter.push(GRANTED + cot_proto.frame(PONG))
    found = []
    for event in splitter.events():
        found.append(event)
        if isinstance(event, Event) and tak_frames.is_granted(event):
            splitter.version = "protobuf"
    assert found == [read(GRANTED), PONG]


def test_only_what_is_for_programs_is_read() -> None:
    assert split(cot.written(TRACK) + b"<event a='" + b"\xff" * 100 + b"</event>", [1_000]) == []


def test_version_1_is_asked_for_where_it_is_offered() -> None:
    """protocol.txt, step 5: type t-x-takp-q, the offer's uid, TakControl with one TakRequest."""
    asked = tak_frames.request(read(OFFER), STAMP)
    control = asked.part("TakControl")
    assert tak_frames.offers_protobuf(read(OFFER))
    assert (asked.kind, asked.uid) == ("t-x-takp-q", "protouid")
    assert control is not None
    assert control.parts == (Part("TakRequest", {"version": "1"}),)


@pytest.mark.parametrize(
    "data", [OFFER.replace(b"version='1'", b"version='2'"), OFFER.replace(b"TakProtocolSupport", b"Tak"), GRANTED]
)
def test_nothing_else_is_an_offer(data: bytes) -> None:
    assert not tak_frames.offers_protobuf(read(data))


@pytest.mark.parametrize("data", [GRANTED.replace(b"'true'", b"'false'"), OFFER, cot.written(PONG)])
def test_nothing_else_is_a_yes(data: bytes) -> None:
    assert tak_frames.is_granted(read(GRANTED))
    assert not tak_frames.is_granted(read(data))


def test_a_ping_is_what_tak_servers_answer() -> None:
    """taky and TAK Server answer the type t-x-c-t; taky leaves uids that end in -ping out of its log."""
    ping = tak_frames.ping("SARGAS", STAMP)
    assert (ping.kind, ping.uid) == ("t-x-c-t", "SARGAS-ping")


def test_an_event_of_a_stream_has_its_declaration_before_it_and_nothing_after_it() -> None:
    """protocol.txt, Traditional Protocol: header, newline, event; no newline after it."""
    data = tak_frames.encoded(PONG, "xml")
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<event ')
    assert data.endswith(b"</event>")
    assert tak_frames.encoded(PONG, "protobuf") == cot_proto.frame(PONG)


def test_an_event_without_an_end_is_not_kept_for_ever() -> None:
    with pytest.raises(ChannelError, match="without the end"):
        split(b"<event " + b"x" * 10_000_000, [65_536])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<event", "0x3c"),
        (b"\xbf\xff\xff\xff\xff\x7f", "at most"),
        (b"\xbf" + b"\xff" * 11, "no end"),
    ],
)
def test_what_cannot_be_protobuf_ends_the_stream(data: bytes, why: str) -> None:
    with pytest.raises(ChannelError, match=why):
        split(data, [100], is_protobuf=True)


@given(st.lists(st.binary(max_size=60), max_size=8), st.booleans())
def test_no_bytes_break_it(chunks: list[bytes], is_protobuf: bool) -> None:
    pieces = [piece for chunk in chunks for piece in (chunk, b"</event>", b"<event type='t-x-", b"\xbf\x02")]
    splitter = Splitter()
    splitter.version = "protobuf" if is_protobuf else "xml"
    try:
        for piece in pieces:
            splitter.push(piece)
            assert all(isinstance(event, Event | Malformed) for event in splitter.events())
    except ChannelError:
        assert is_protobuf
