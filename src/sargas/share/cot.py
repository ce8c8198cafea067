"""Cursor on Target events: what one is, and its XML, written and read.

After the event schema 2.0 of the MITRE Corporation ("CoT Base-Event Schema", public release): an event says what
(`type`), which one (`uid`), from when until when it holds, how that is known, and where; all else is in its detail.
"""

import re
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser, tostring

from msgspec import Struct

from sargas.model.report import Malformed
from sargas.share.xml_text import child, clean

UNKNOWN_M: Final = 9_999_999.0
"""A height or an error that is not known, as TAK writes it."""
UNKNOWN_FROM_M: Final = 999_999.0
"""From here on a height or an error that is read is not known: TAK's servers write this value."""
EXERCISE: Final = "EXERCISE"
OPEX: Final = f"e-{EXERCISE}"
"""Event schema, `opex`: o for operations, e for an exercise, s for a simulation, then a name."""
FUSED, SIMULATED, NO_OBSERVATION = "m-f", "m-s", "h-g-i-g-o"
"""Event schema, `how`: fused by a machine, simulated, and what TAK writes where nothing was observed."""
DELETE: Final = "t-x-d-d"
CONTROL_STALE_S: Final = 60.0
HEAD: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
"""What stands before each event of a stream (TAK protocol, version 0); nothing may stand after it."""
READ_BYTES_MAX: Final = 65_536
"""TAK clients read no larger event."""
DEPTH_MAX: Final = 32

_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")


class Part(Struct, frozen=True):
    """An element of an event's detail."""

    tag: str
    attributes: dict[str, str] = {}
    text: str = ""
    parts: tuple["Part", ...] = ()


class Place(Struct, frozen=True, kw_only=True):
    """Where: height above the ellipsoid, and one standard deviation of each; None if not known.

    The schema gives `ce` and `le` as "the one sigma point for a zero mean normal distribution".
    """

    lat_deg: float
    lon_deg: float
    hae_m: float | None = None
    ce_m: float | None = None
    le_m: float | None = None


NOWHERE: Final = Place(lat_deg=0.0, lon_deg=0.0)
"""The place of what has none: the schema demands one."""


class Event(Struct, frozen=True, kw_only=True):
    """One event; `kind` is its CoT type, times are epoch seconds, `parts` the elements of its detail."""

    uid: str
    kind: str
    how: str
    time_s: float
    start_s: float
    stale_s: float
    place: Place = NOWHERE
    opex: str = ""
    parts: tuple[Part, ...] = ()

    def part(self, tag: str) -> Part | None:
        """Return the first element of that name in the detail."""
        return next((part for part in self.parts if part.tag == tag), None)


class Stamp(Struct, frozen=True, kw_only=True):
    """What the events of one moment share; all that leaves is made here, so that all of an exercise is marked."""

    made_s: float
    stale_s: float
    is_exercise: bool

    def event(
        self,
        uid: str,
        kind: str,
        place: Place,
        *,
        name: str,
        text: str,
        parts: tuple[Part, ...] = (),
        start_s: float | None = None,
    ) -> Event:
        """Return an event with a name (`contact`) and a text (`remarks`) that people see."""
        said = (Part("contact", {"callsign": self.marked(name)}), Part("remarks", text=self.marked(text)))
        return Event(
            uid=uid,
            kind=kind,
            how=SIMULATED if self.is_exercise else FUSED,
            time_s=self.made_s,
            start_s=self.made_s if start_s is None else start_s,
            stale_s=self.stale_s,
            place=place,
            opex=OPEX if self.is_exercise else "",
            parts=said + parts,
        )

    def control(self, uid: str, kind: str, parts: tuple[Part, ...] = (), how: str = "m-g") -> Event:
        """Return an event for programs, which nobody sees."""
        said = (Part("remarks", text=EXERCISE),) if self.is_exercise else ()
        return Event(
            uid=uid,
            kind=kind,
            how=how,
            time_s=self.made_s,
            start_s=self.made_s,
            stale_s=self.made_s + CONTROL_STALE_S,
            opex=OPEX if self.is_exercise else "",
            parts=parts + said,
        )

    def deletion(self, uid: str, kind: str) -> Event:
        """Return the event that takes another one, of that uid and type, off the maps."""
        link = Part("link", {"uid": uid, "type": kind, "relation": "p-p"})
        return self.control(f"{uid}-deleted", DELETE, (link, Part("__forcedelete")), NO_OBSERVATION)

    def marked(self, text: str) -> str:
        """Return the text with the word EXERCISE before it, if it is one."""
        return f"{EXERCISE} {text}" if self.is_exercise else text


def millis(time_s: float) -> int:
    """Return a time in milliseconds, which is as fine as events tell it."""
    return round(time_s * 1_000.0)


def time_text(time_s: float) -> str:
    """Return a time as XML has it: 2025-07-28T01:58:00Z, with milliseconds if there are any."""
    seconds, ms = divmod(millis(time_s), 1_000)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{ms:03d}Z" if ms else f"{whole}Z"


def element(event: Event) -> Element:
    """Return the event as XML."""
    attributes = {
        "version": "2.0",
        "uid": event.uid,
        "type": event.kind,
        "time": time_text(event.time_s),
        "start": time_text(event.start_s),
        "stale": time_text(event.stale_s),
        "how": event.how,
    }
    if event.opex:
        attributes["opex"] = event.opex
    root = Element("event", {key: clean(value) for key, value in attributes.items()})
    place = event.place
    errors = {"hae": _metres(place.hae_m), "ce": _metres(place.ce_m), "le": _metres(place.le_m)}
    child(root, "point", attributes={"lat": f"{place.lat_deg:.6f}", "lon": f"{place.lon_deg:.6f}", **errors})
    _add(child(root, "detail"), event.parts)
    return root


def written(event: Event) -> bytes:
    """Return the event as a line of XML in UTF-8, without a declaration."""
    return tostring(element(event), encoding="unicode").encode("utf-8")


def fragment(parts: tuple[Part, ...]) -> str:
    """Return the elements one after the other, without one around them."""
    root = Element("detail")
    _add(root, parts)
    return "".join(tostring(one, encoding="unicode") for one in root)


def read(data: bytes) -> Event | Malformed:
    """Return the event of an XML document from outside: of bounded size and depth, without entities."""
    root = _tree(data)
    if isinstance(root, Malformed):
        return root
    try:
        return _event(root)
    except (ValueError, OverflowError) as error:
        return _malformed(f"event: {error}", data)


def read_fragment(text: str) -> tuple[Part, ...] | Malformed:
    """Return the elements that `fragment` wrote, or others did."""
    root = _tree(f"<detail>{text}</detail>".encode("utf-8", "surrogatepass"))
    return root if isinstance(root, Malformed) else _parts(root)


def _metres(value: float | None) -> str:
    return f"{UNKNOWN_M:.1f}" if value is None else f"{value:.1f}"


def _add(parent: Element, parts: tuple[Part, ...]) -> None:
    for part in parts:
        _add(child(parent, part.tag, part.text or None, part.attributes), part.parts)


def _tree(data: bytes) -> Element | Malformed:
    if len(data) > READ_BYTES_MAX:
        return _malformed(f"{len(data):,} bytes, at most {READ_BYTES_MAX:,} are read", data)
    try:
        text = _DECLARATION.sub("", data.decode("utf-8"), count=1)
    except UnicodeDecodeError as error:
        return _malformed(f"byte {error.start:,} is not UTF-8 text", data)
    # Entities can make a document of some bytes into one of gigabytes, or read other files. No event has any.
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        return _malformed("a DOCTYPE or an ENTITY, which no event has", data)
    parser = XMLParser(target=_Shallow())  # noqa: S314 - what does harm was refused above
    try:
        parser.feed(text)
        root: Element = parser.close()
    except (ParseError, ValueError) as error:
        return _malformed(f"no XML: {error}", data)
    return root


class _Shallow:
    """Builds a tree as the parser tells it, and refuses one that is too deep."""

    def __init__(self) -> None:
        self._builder = TreeBuilder()
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise ValueError(f"nested more than {DEPTH_MAX} deep")
        self._builder.start(tag, attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(tag)

    def data(self, text: str) -> None:
        self._builder.data(text)

    def close(self) -> Element:
        return self._builder.close()


def _event(root: Element) -> Event:
    """Return the event of an element.

    Raises:
        ValueError, OverflowError: something that the schema demands is missing or no number or time.
    """
    if root.tag != "event":
        raise ValueError(f"expected <event>, got <{root.tag[:40]}>")
    point, detail = root.find("point"), root.find("detail")
    if point is None:
        raise ValueError("has no <point>")
    return Event(
        uid=_needed(root, "uid"),
        kind=_needed(root, "type"),
        how=_needed(root, "how"),
        time_s=_time_s(_needed(root, "time")),
        start_s=_time_s(_needed(root, "start")),
        stale_s=_time_s(_needed(root, "stale")),
        place=place_of(*(float(_needed(point, key)) for key in ("lat", "lon", "hae", "ce", "le"))),
        opex=root.get("opex", ""),
        parts=_parts(detail) if detail is not None else (),
    )


def place_of(lat_deg: float, lon_deg: float, hae_m: float, ce_m: float, le_m: float) -> Place:
    """Return the place of the numbers of a point.

    Raises:
        ValueError: it is nowhere on Earth.
    """
    if not (abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0):
        raise ValueError(f"latitude {lat_deg}, longitude {lon_deg}; expected -90 to 90 and -180 to 180")
    hae, ce, le = (value if abs(value) < UNKNOWN_FROM_M else None for value in (hae_m, ce_m, le_m))
    return Place(lat_deg=lat_deg, lon_deg=lon_deg, hae_m=hae, ce_m=ce, le_m=le)


def _needed(root: Element, key: str) -> str:
    value = root.get(key)
    if value is None:
        raise ValueError(f"<{root.tag}> has no {key}")
    return value


def _time_s(text: str) -> float:
    time = datetime.fromisoformat(text)
    return (time if time.tzinfo is not None else time.replace(tzinfo=UTC)).timestamp()


def _parts(root: Element) -> tuple[Part, ...]:
    return tuple(Part(one.tag, dict(one.attrib), one.text or "", _parts(one)) for one in root)


def _malformed(reason: str, data: bytes) -> Malformed:
    return Malformed(f"CoT: {reason}", len(data), data[:32].hex())
