"""TAK protocol, version 1: events as protobuf (TakMessage), as ATAK's takproto/*.proto and protocol.txt have it.

    TakMessage  2 cotEvent
    CotEvent    1 type  4 opex  5 uid  6 sendTime  7 startTime  8 staleTime [ms]  9 how
                10 lat  11 lon  12 hae  13 ce  14 le  15 detail
    Detail      1 xmlDetail  2 contact  3 __group  4 precisionlocation  5 status  6 takv  7 track

An element of the detail becomes a message of its own where it holds nothing else than the message can; all others
stay XML in `xmlDetail`. Numbers are little-endian doubles, lengths and times varints; what is empty or zero is left
out (protobuf 3). Fields that are not known here are passed over.
"""

import struct
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from sargas.model.report import Malformed
from sargas.share.cot import UNKNOWN_M, Event, Part, fragment, millis, place_of, read_fragment
from sargas.share.xml_text import clean

MAGIC: Final = 0xBF
MESH_HEAD: Final = bytes((MAGIC, 1, MAGIC))
"""Before each datagram: the magic byte, the version, the magic byte."""
VARINT_BYTES_MAX: Final = 10
VARINT, DOUBLE, BYTES, FLOAT = 0, 1, 2, 5
EVENT: Final = 2
KIND, OPEX, UID, HOW, DETAIL = 1, 4, 5, 9, 15
TIMES: Final = (6, 7, 8)
POINT: Final = (10, 11, 12, 13, 14)
XML: Final = 1


class Message(Struct, frozen=True):
    """An element that has a message of its own: the names of its attributes by their number, and their form."""

    number: int
    tag: str
    form: int
    attributes: dict[int, str]
    needed: tuple[str, ...]


MESSAGES: Final = (
    Message(2, "contact", BYTES, {1: "endpoint", 2: "callsign"}, ("callsign",)),
    Message(3, "__group", BYTES, {1: "name", 2: "role"}, ("name", "role")),
    Message(4, "precisionlocation", BYTES, {1: "geopointsrc", 2: "altsrc"}, ("geopointsrc", "altsrc")),
    Message(5, "status", VARINT, {1: "battery"}, ("battery",)),
    Message(6, "takv", BYTES, {1: "device", 2: "platform", 3: "os", 4: "version"},
            ("device", "platform", "os", "version")),
    Message(7, "track", DOUBLE, {1: "speed", 2: "course"}, ("speed", "course")),
)  # fmt: skip
"""Which attributes must be there follows ATAK: a message has no way to say that one was not."""

Value = int | float | bytes
"""What a field holds, by its form."""


def payload(event: Event) -> bytes:
    """Return the TakMessage of an event."""
    body = b"".join(
        (
            _text(KIND, event.kind),
            _text(OPEX, event.opex),
            _text(UID, event.uid),
            *(_number(number, millis(time_s)) for number, time_s in zip(TIMES, _times(event), strict=True)),
            _text(HOW, event.how),
            *(_double(number, value) for number, value in zip(POINT, _point(event), strict=True)),
            _bytes(DETAIL, _detail(event.parts)),
        )
    )
    return _bytes(EVENT, body)


def datagram(event: Event) -> bytes:
    """Return an event as one datagram of a mesh."""
    return MESH_HEAD + payload(event)


def frame(event: Event) -> bytes:
    """Return an event as a stream has it: the magic byte, the length of the message, the message."""
    message = payload(event)
    return bytes((MAGIC,)) + varint(len(message)) + message


def read(message: bytes) -> Event | Malformed:
    """Return the event of a TakMessage."""
    try:
        return _event(message)
    except (ValueError, OverflowError) as error:
        return Malformed(f"TakMessage: {error}", len(message), message[:32].hex())


def kind_of(message: bytes) -> str:
    """Return the type of a message's event without reading the rest; empty if it has none that can be read."""
    try:
        return _string(dict(_values(_merged(message, EVENT))), KIND)
    except ValueError:
        return ""


def varint(value: int) -> bytes:
    """Return a whole number from 0 on, seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """Return a number and where it ends; None if the data end within it.

    Raises:
        ValueError: it has more than ten bytes.
    """
    value = 0
    for k in range(VARINT_BYTES_MAX):
        if at + k >= len(data):
            return None
        value |= (data[at + k] & 0x7F) << (7 * k)
        if data[at + k] < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at + k + 1
    raise ValueError(f"a varint at byte {at:,} has no end")


def _times(event: Event) -> tuple[float, float, float]:
    return event.time_s, event.start_s, event.stale_s


def _point(event: Event) -> tuple[float, ...]:
    place = event.place
    errors = (place.hae_m, place.ce_m, place.le_m)
    return place.lat_deg, place.lon_deg, *(UNKNOWN_M if value is None else value for value in errors)


def _detail(parts: tuple[Part, ...]) -> bytes:
    """Return the elements as a Detail: messages where an element stands once and fits, XML for the rest."""
    found = {message.number: body for message in MESSAGES if (body := _message(message, parts)) is not None}
    own = {message.tag for message in MESSAGES if message.number in found}
    rest = tuple(part for part in parts if part.tag not in own)
    sub = b"".join(_key(number, BYTES) + varint(len(body)) + body for number, body in found.items())
    return _text(XML, fragment(rest)) + sub


def _message(message: Message, parts: tuple[Part, ...]) -> bytes | None:
    """Return the fields of an element; None if it is not there once, or holds more than the message can."""
    alike = [part for part in parts if part.tag == message.tag]
    if len(alike) != 1 or alike[0].text.strip() or alike[0].parts:
        return None
    attributes = alike[0].attributes
    if set(message.needed) - set(attributes) or set(attributes) - set(message.attributes.values()):
        return None
    try:
        return b"".join(
            _attribute(message, number, attributes.get(name)) for number, name in message.attributes.items()
        )
    except ValueError:  # no number: it stays XML
        return None


def _attribute(message: Message, number: int, value: str | None) -> bytes:
    if value is None:
        return b""
    if message.form == DOUBLE:
        return _double(number, float(value))
    if message.form == VARINT:
        if not value.isdecimal() or int(value) >= 2**31:
            raise ValueError(value)
        return _number(number, int(value))
    return _text(number, value)


def _key(number: int, form: int) -> bytes:
    return varint(number << 3 | form)


def _number(number: int, value: int) -> bytes:
    return _key(number, VARINT) + varint(max(value, 0)) if value else b""


def _double(number: int, value: float) -> bytes:
    return _key(number, DOUBLE) + struct.pack("<d", value) if value else b""


def _text(number: int, value: str) -> bytes:
    return _bytes(number, clean(value).encode("utf-8"))


def _bytes(number: int, value: bytes) -> bytes:
    return _key(number, BYTES) + varint(len(value)) + value if value else b""


def _event(message: bytes) -> Event:
    """Return the event of a message.

    Raises:
        ValueError, OverflowError: it has none, or one that cannot be.
    """
    body = _merged(message, EVENT)
    if not body:
        raise ValueError("has no event")
    fields = dict(_values(body))
    time_s, start_s, stale_s = (_whole(fields, number) / 1_000.0 for number in TIMES)
    return Event(
        uid=_string(fields, UID),
        kind=_string(fields, KIND),
        how=_string(fields, HOW),
        time_s=time_s,
        start_s=start_s,
        stale_s=stale_s,
        place=place_of(*(_real(fields, number) for number in POINT)),
        opex=_string(fields, OPEX),
        parts=_parts(_merged(body, DETAIL)),
    )


def _parts(detail: bytes) -> tuple[Part, ...]:
    """Return the elements of a Detail: those that are XML, then those that have a message, as ATAK does.

    Raises:
        ValueError: something in it cannot be read.
    """
    rest = read_fragment(_string(dict(_values(detail)), XML))
    if isinstance(rest, Malformed):
        raise ValueError(f"xmlDetail: {rest.reason}")  # noqa: TRY004 - it comes from outside
    there = {part.tag for part in rest}
    named = {number for number, _ in _values(detail)}
    typed = (message for message in MESSAGES if message.number in named and message.tag not in there)
    return rest + tuple(Part(message.tag, _attributes(message, _merged(detail, message.number))) for message in typed)


def _attributes(message: Message, body: bytes) -> dict[str, str]:
    fields = dict(_values(body))
    found: dict[str, str] = {}
    for number, name in message.attributes.items():
        if message.form == DOUBLE:
            found[name] = repr(_real(fields, number))
        elif message.form == VARINT:
            found[name] = str(_whole(fields, number))
        elif number in fields or name in message.needed:
            found[name] = _string(fields, number)
    return found


def _merged(data: bytes, number: int) -> bytes:
    """Return a message within a message; where it stands several times, one after the other, which merges them."""
    return b"".join(value for name, value in _values(data) if name == number and isinstance(value, bytes))


def _values(data: bytes) -> Iterator[tuple[int, Value]]:
    """Yield number and value of each field in order.

    Raises:
        ValueError: the data end within a field, or have one of a form that is no longer used.
    """
    at = 0
    while at < len(data):
        key, at = _needed(data, at)
        number, form = key >> 3, key & 7
        if form == VARINT:
            value, at = _needed(data, at)
            yield number, value
        elif form in {DOUBLE, FLOAT}:
            size = 8 if form == DOUBLE else 4
            chunk, at = _cut(data, at, size)
            yield number, float(struct.unpack("<d" if form == DOUBLE else "<f", chunk)[0])
        elif form == BYTES:
            size, at = _needed(data, at)
            chunk, at = _cut(data, at, size)
            yield number, chunk
        else:
            raise ValueError(f"field {number} has the form {form}; expected 0, 1, 2 or 5")


def _needed(data: bytes, at: int) -> tuple[int, int]:
    found = read_varint(data, at)
    if found is None:
        raise ValueError(f"ends within the number at byte {at:,}")
    return found


def _cut(data: bytes, at: int, size: int) -> tuple[bytes, int]:
    if at + size > len(data):
        raise ValueError(f"the field at byte {at:,} has {size:,} bytes, {len(data) - at:,} are there")
    return data[at : at + size], at + size


def _string(fields: dict[int, Value], number: int) -> str:
    value = fields.get(number, b"")
    if not isinstance(value, bytes):
        raise ValueError(f"field {number} is no text")  # noqa: TRY004 - as above
    return value.decode("utf-8")


def _whole(fields: dict[int, Value], number: int) -> int:
    value = fields.get(number, 0)
    if not isinstance(value, int):
        raise ValueError(f"field {number} is no whole number")  # noqa: TRY004
    return value


def _real(fields: dict[int, Value], number: int) -> float:
    value = fields.get(number, 0.0)
    if not isinstance(value, float):
        raise ValueError(f"field {number} is no number")  # noqa: TRY004
    return value
