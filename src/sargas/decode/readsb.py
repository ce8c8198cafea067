"""What readsb and dump1090 write as JSON: the polled `aircraft.json`, and one aircraft a line (`--net-json-port`).

Source: readsb, README-json.md (fields and units); section numbers of DO-260B are cited there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from sargas.decode.accuracy import sd_of_nac_p, sd_of_nic
from sargas.decode.lines import JSON_ERRORS, known_sensor, malformed, reason_of
from sargas.model.report import Cooperative, Decoded, Identity, Malformed, Unused
from sargas.model.sensor import Sensor
from sargas.model.units import FEET_PER_MINUTE_MPS, FOOT_M, KNOT_MPS

MESSAGE_MAX_BYTES: Final = 16 * 1024 * 1024
"""An aircraft.json of 10,000 aircraft, more than fly over Europe, has 6 MB."""
AIRCRAFT_MAX: Final = 20_000
FORGET_S: Final = 300.0
"""Readsb drops an aircraft's position after 60 s; what was polled longer ago cannot come again."""
EPOCH_MAX_S: Final = 32_503_680_000.0
SAME_POSITION_S: Final = 0.25
"""`now` and `seen_pos` are rounded to 0.1 s, each on its own, so one moment wanders by 0.2 s between polls."""

NO_POSITION: Final = Unused("aircraft without a position")
NOT_NEW: Final = Unused("position already reported")

_Feet = Annotated[float, Meta(ge=-3_000.0, le=300_000.0)]
_Rate = Annotated[float, Meta(ge=-190_000.0, le=190_000.0)]
_Category = Annotated[int, Meta(ge=0, le=15)]
_Names = Annotated[list[Annotated[str, Meta(max_length=32)]], Meta(max_length=64)]


QUOTE: Final = ord('"')
BACKSLASH: Final = ord("\\")
CLOSING: Final = ord("}")


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sensor of the table whose receiver this is."""

    sensor: str


class _Message(Struct):
    """One aircraft, or the document that holds a list of them; fields that nobody needs are passed over."""

    now: Annotated[float, Meta(ge=0.0, le=EPOCH_MAX_S)] | None = None
    aircraft: list[msgspec.Raw] | None = None
    hex: Annotated[str, Meta(pattern="^~?[0-9a-fA-F]{6}$", max_length=7)] | None = None
    type: Annotated[str, Meta(max_length=32)] | None = None
    flight: Annotated[str, Meta(pattern="^[ -~]*$", max_length=16)] | None = None
    squawk: Annotated[str, Meta(pattern="^[0-7]{4}$", max_length=4)] | None = None
    lat: Annotated[float, Meta(ge=-90.0, le=90.0)] | None = None
    lon: Annotated[float, Meta(ge=-180.0, le=180.0)] | None = None
    seen_pos: Annotated[float, Meta(ge=0.0, le=86_400.0)] = 0.0
    alt_baro: _Feet | Literal["ground"] | None = None
    alt_geom: _Feet | None = None
    gs: Annotated[float, Meta(ge=0.0, le=19_000.0)] | None = None
    track: Annotated[float, Meta(ge=0.0, le=360.0)] | None = None
    baro_rate: _Rate | None = None
    geom_rate: _Rate | None = None
    nac_p: _Category | None = None
    nic: _Category | None = None
    mlat: _Names = []
    tisb: _Names = []


_MESSAGE: Final = msgspec.json.Decoder(_Message)
_START: Final = re.compile(rb'\s*\{\s*"now"\s*:')
"""How a document or a line starts, whatever came before: no object within one starts so."""
_MAYBE_START: Final = re.compile(rb'\{\s{0,8}("(n(o(w("\s{0,8})?)?)?)?)?\Z')
_NOW: Final = re.compile(rb'"now"\s*:\s*(\d{1,11}(?:\.\d{1,9})?)')
_TOKEN: Final = re.compile(rb'["{}]')
_IN_STRING: Final = re.compile(rb'(?:[^"\\\n]|\\[^\n])*+')
"""A string ends at a bare newline, which JSON does not allow in one: a lost quote costs one line, not the rest."""


class _Objects:
    """Bytes in any split to the texts of whole JSON objects; every byte is looked at once."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._seen = 0
        self._depth = 0
        self._is_in_string = False

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bool]]:
        """Yield each object with True, and what lay between or was cut off with False."""
        if self._depth and _START.match(data):
            yield self.drop(), False
        self._text += data
        while end := self._end():
            is_whole = not self._depth
            text = bytes(self._text[:end])
            del self._text[:end]
            self._seen, self._depth, self._is_in_string = 0, 0, False
            first = text.find(b"{") if is_whole else 0
            if text[:first].strip():
                yield text[:first], False
            yield text[first:], is_whole
        if len(self._text) > MESSAGE_MAX_BYTES or not self._depth:
            rest = self.drop()
            if rest.strip():
                yield rest, False

    def drop(self) -> bytes:
        """Forget and return what is unfinished."""
        text = bytes(self._text)
        self._text.clear()
        self._seen, self._depth, self._is_in_string = 0, 0, False
        return text

    def _end(self) -> int:
        """Return where the first object ends, or is cut off by the start of another; 0 while more is to come."""
        text = self._text
        while self._seen < len(text):
            if self._is_in_string:
                inside = _IN_STRING.match(text, self._seen)
                self._seen = inside.end() if inside else self._seen
                if self._seen == len(text) or (text[self._seen] == BACKSLASH and self._seen + 1 == len(text)):
                    return 0
                self._seen, self._is_in_string = self._seen + 1, False
                continue
            token = _TOKEN.search(text, self._seen)
            if token is None:
                self._seen = len(text)
                return 0
            self._seen = token.end()
            byte = text[token.start()]
            if byte == QUOTE:
                self._is_in_string = self._depth > 0
            elif byte == CLOSING:
                self._depth -= 1
                if self._depth == 0:
                    return self._seen
                self._depth = max(self._depth, 0)
            elif self._depth and _START.match(text, token.start()):
                return token.start()
            elif self._depth and _MAYBE_START.match(text, token.start()):
                self._seen = token.start()
                return 0
            else:
                self._depth += 1
        return 0


class ReadsbDecoder:
    """Documents and lines to cooperative positions, each position once."""

    def __init__(self, sensor: str) -> None:
        self._sensor = sensor
        self._objects = _Objects()
        self._last: dict[str, tuple[float, float, float, float]] = {}

    def decode(self, data: bytes, received_s: float, entry: int) -> Iterable[Decoded]:
        """Return the new positions of the objects that became complete."""
        found: list[Decoded] = []
        for text, is_whole in self._objects.feed(data):
            if is_whole:
                found += self._object(text, received_s, entry)
            else:
                found += self._salvage(text, "not a whole JSON object", received_s, entry)
        self._forget(received_s)
        return found

    def reset(self) -> None:
        """Forget the unfinished object; which positions were reported stays known only within one connection."""
        self._objects.drop()
        self._last.clear()

    def _object(self, text: bytes, received_s: float, entry: int) -> Iterator[Decoded]:
        try:
            message = _MESSAGE.decode(text)
        except msgspec.ValidationError as error:
            yield malformed(reason_of(error), text)
            return
        except JSON_ERRORS as error:
            yield from self._salvage(text, reason_of(error), received_s, entry)
            return
        now_s = received_s if message.now is None else message.now
        if message.aircraft is None:
            yield self._one(message, now_s, received_s, entry, text)
            return
        for raw in message.aircraft:
            yield self._parsed(bytes(raw), now_s, received_s, entry)

    def _salvage(self, text: bytes, reason: str, received_s: float, entry: int) -> Iterator[Decoded]:
        """Yield what can be read of a damaged document: readsb and dump1090 write one aircraft a line."""
        n_bad = 0
        now = _NOW.search(text)
        now_s = float(now[1]) if now else EPOCH_MAX_S
        for line in text.splitlines() if now_s < EPOCH_MAX_S else ():
            item = line.strip(b" \t\r,")
            if not item.startswith(b"{") or b'"hex"' not in item:
                n_bad += len(line)
                continue
            result = self._parsed(item, now_s, received_s, entry)
            if isinstance(result, Malformed):
                n_bad += len(line)
            else:
                yield result
        yield Malformed(reason, n_bad or len(text), text[:16].hex())

    def _parsed(self, text: bytes, now_s: float, received_s: float, entry: int) -> Decoded:
        try:
            return self._one(_MESSAGE.decode(text), now_s, received_s, entry, text)
        except JSON_ERRORS as error:
            return malformed(reason_of(error), text)

    def _one(self, aircraft: _Message, now_s: float, received_s: float, entry: int, text: bytes) -> Decoded:
        if aircraft.hex is None:
            return malformed("$: object missing required field hex", text)
        if aircraft.lat is None or aircraft.lon is None:
            return NO_POSITION
        time_s = now_s - aircraft.seen_pos
        if time_s < 0.0:
            return malformed("$.seen_pos: before 1970", text)
        if not self._is_new(aircraft.hex, time_s, aircraft.lat, aircraft.lon, received_s):
            return NOT_NEW
        return Cooperative(
            sensor=self._sensor,
            time_s=time_s,
            received_s=received_s,
            entry=entry,
            identity=_identity(aircraft),
            source=_source(aircraft),
            lat_deg=aircraft.lat,
            lon_deg=aircraft.lon,
            sd_m=sd_of_nac_p(aircraft.nac_p) or sd_of_nic(aircraft.nic),
            alt_baro_m=None if isinstance(aircraft.alt_baro, str) else _times(aircraft.alt_baro, FOOT_M),
            alt_wgs84_m=_times(aircraft.alt_geom, FOOT_M),
            speed_mps=_times(aircraft.gs, KNOT_MPS),
            course_deg=aircraft.track,
            climb_mps=_times(
                aircraft.baro_rate if aircraft.baro_rate is not None else aircraft.geom_rate, FEET_PER_MINUTE_MPS
            ),
            is_on_ground=aircraft.alt_baro == "ground",
        )

    def _is_new(self, address: str, time_s: float, lat_deg: float, lon_deg: float, received_s: float) -> bool:
        last = self._last.pop(address, None)
        is_new = last is None or time_s > last[0] + SAME_POSITION_S or (lat_deg, lon_deg) != last[1:3]
        kept_s = time_s if is_new or last is None else last[0]
        self._last[address] = (kept_s, lat_deg, lon_deg, received_s)
        return is_new

    def _forget(self, received_s: float) -> None:
        while self._last:
            oldest = next(iter(self._last))
            if len(self._last) <= AIRCRAFT_MAX and self._last[oldest][3] > received_s - FORGET_S:
                return
            del self._last[oldest]


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _identity(aircraft: _Message) -> Identity:
    """Return who it says it is; an address with a leading ~ is not the ICAO's and names nobody."""
    address = aircraft.hex or "~"
    return Identity(
        icao24=None if address.startswith("~") else address.lower(),
        callsign=(aircraft.flight or "").strip(" @") or None,
        squawk=aircraft.squawk,
    )


def _source(aircraft: _Message) -> Literal["adsb", "mlat", "tisb", "other"]:
    """Return where the position comes from: `type`, or the lists of fields that older programs write."""
    if aircraft.type is None:
        return "mlat" if "lat" in aircraft.mlat else "tisb" if "lat" in aircraft.tisb else "adsb"
    if aircraft.type.startswith(("adsb", "adsr")):
        return "adsb"
    if aircraft.type.startswith("tisb"):
        return "tisb"
    return "mlat" if aircraft.type == "mlat" else "other"


def build(settings: Settings, sensors: Mapping[str, Sensor]) -> ReadsbDecoder:
    """Return a decoder that stamps its reports with the receiver's id.

    Raises:
        ConfigError: the table has no such sensor.
    """
    return ReadsbDecoder(known_sensor(settings.sensor, sensors).id)
