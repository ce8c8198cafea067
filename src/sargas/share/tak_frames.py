"""The stream between a TAK server and its clients: where one event ends, and how both agree on protobuf.

After ATAK's takproto/protocol.txt. A connection begins with XML: an event ends with `</event>`. A server that can do
better offers it (`t-x-takp-v`), the client asks for it (`t-x-takp-q`) and says nothing more until the server has
answered (`t-x-takp-r`); from there on each event has its length before it. Nothing here reads or writes: bytes in,
frames out.
"""

from collections.abc import Iterator
from typing import Final, Literal

from sargas.model.errors import ChannelError
from sargas.model.report import Malformed
from sargas.share import cot, cot_proto
from sargas.share.cot import Event, Part, Stamp

Version = Literal["xml", "protobuf"]
FRAME_BYTES_MAX: Final = 8 * 1024 * 1024
"""TAK Server takes events up to this size and passes them on."""
END: Final = b"</event>"
BEGIN: Final = b"<event"
CONTROL: Final = "t-x-"
"""Types of events that programs say to each other; all others are for people and are not read."""
PING, PONG = "t-x-c-t", "t-x-c-t-r"
OFFER, REQUEST, ANSWER = "t-x-takp-v", "t-x-takp-q", "t-x-takp-r"


class Splitter:
    """Cuts what a server sends into events; which kind follows may change between two of them."""

    def __init__(self) -> None:
        self.version: Version = "xml"
        self._buffer = bytearray()
        self._looked = 0

    def push(self, data: bytes) -> None:
        """Take what came in."""
        self._buffer += data

    def events(self) -> Iterator[Event | Malformed]:
        """Yield the events for programs that are complete; what is for people is passed over unread.

        Raises:
            ChannelError: what comes in cannot be a stream of events, or has one without an end.
        """
        while (frame := self._next()) is not None:
            if self.version == "xml":
                if CONTROL.encode() in frame:
                    yield cot.read(frame)
            elif cot_proto.kind_of(frame).startswith(CONTROL):
                yield cot_proto.read(frame)

    def _next(self) -> bytes | None:
        found = self._next_xml() if self.version == "xml" else self._next_protobuf()
        if found is None and len(self._buffer) > FRAME_BYTES_MAX:
            raise ChannelError(f"the server sent {len(self._buffer):,} bytes without the end of an event")
        return found

    def _next_xml(self) -> bytes | None:
        # What was looked at is not looked at again, but for an end that came in two pieces.
        end = self._buffer.find(END, max(self._looked - len(END) + 1, 0))
        if end < 0:
            self._looked = len(self._buffer)
            return None
        frame = self._taken(end + len(END))
        return frame[max(frame.find(BEGIN), 0) :]

    def _next_protobuf(self) -> bytes | None:
        if not self._buffer:
            return None
        if self._buffer[0] != cot_proto.MAGIC:
            raise ChannelError(f"expected an event after the byte 0xbf, the server sent 0x{self._buffer[0]:02x}")
        try:
            length = cot_proto.read_varint(self._buffer, 1)
        except ValueError as error:
            raise ChannelError(f"the length of an event: {error}") from error
        if length is None:
            return None
        size, at = length
        if size > FRAME_BYTES_MAX:
            raise ChannelError(
                f"the server tells of an event of {size:,} bytes; at most {FRAME_BYTES_MAX:,} are read"
            )
        return self._taken(at + size)[at:] if at + size <= len(self._buffer) else None

    def _taken(self, n_bytes: int) -> bytes:
        taken = bytes(self._buffer[:n_bytes])
        del self._buffer[:n_bytes]
        self._looked = 0
        return taken


def offers_protobuf(event: Event) -> bool:
    """Return whether a server offers what is spoken here."""
    return event.kind == OFFER and any(
        part.tag == "TakProtocolSupport" and part.attributes.get("version") == "1" for part in _control_parts(event)
    )


def request(offer: Event, stamp: Stamp) -> Event:
    """Return the client's request; it has the offer's uid."""
    parts = (Part("TakControl", parts=(Part("TakRequest", {"version": "1"}),)),)
    return stamp.control(offer.uid, REQUEST, parts)


def is_granted(answer: Event) -> bool:
    """Return whether the server agreed."""
    return any(
        part.tag == "TakResponse" and part.attributes.get("status") == "true" for part in _control_parts(answer)
    )


def ping(station: str, stamp: Stamp) -> Event:
    """Return the event that a server answers with a pong."""
    return stamp.control(f"{station}-ping", PING)


def encoded(event: Event, version: Version) -> bytes:
    """Return an event as the stream has it."""
    return cot.HEAD + cot.written(event) if version == "xml" else cot_proto.frame(event)


def _control_parts(event: Event) -> tuple[Part, ...]:
    control = event.part("TakControl")
    return control.parts if control is not None else ()
