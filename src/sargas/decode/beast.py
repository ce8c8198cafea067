"""Mode-S Beast binary (TCP port 30005): escaped frames, each a Mode S message, to cooperative positions.

A frame is 0x1a, a type, a 48-bit counter, a signal level and the message; a 0x1a within it is doubled. Types are `1`
Mode A/C (2 bytes), `2` Mode S short (7), `3` Mode S long (14), `4` the receiver's status (14) and 0xe3 the number of
the receiver (8, without counter and level). The counter runs differently in every make of receiver and is not used;
readsb marks a multilaterated position with a fixed value in it.
Source: jetvision, Mode-S Beast data output formats; readsb, net_io.c (0xe3, the mark).
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Final

from msgspec import Meta, Struct

from sargas.decode.adsb import Receiver
from sargas.decode.lines import known_sensor, malformed
from sargas.model.report import Decoded, Unused
from sargas.model.sensor import Sensor

ESCAPE: Final = 0x1A
HEADER_BYTES: Final = 7
BODY_BYTES: Final = {
    ord("1"): HEADER_BYTES + 2,
    ord("2"): HEADER_BYTES + 7,
    ord("3"): HEADER_BYTES + 14,
    ord("4"): HEADER_BYTES + 14,
    0xE3: 8,
}
MLAT_MARK: Final = bytes.fromhex("ff004d4c4154")
ESCAPED: Final = bytes((ESCAPE,))
UNUSED: Final = {ord("1"): Unused("Mode A/C reply"), ord("4"): Unused("receiver's status"), 0xE3: None}


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sensor of the table whose receiver this is; positions further away than its range are not believed."""

    sensor: str
    range_max_m: Annotated[float, Meta(gt=0.0, le=2_000_000.0)] = 600_000.0


class BeastDecoder:
    """Frames to positions; holds less than one frame."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._rest = b""

    def decode(self, data: bytes, received_s: float, entry: int) -> Iterable[Decoded]:
        """Return what the frames that became complete say."""
        text = self._rest + data
        found: list[Decoded] = []
        at = 0
        while True:
            start = _next_frame(text, at)
            if start > at:
                found.append(malformed("bytes between frames", text[at:start]))
            frame, end = _frame(text, start)
            if end < 0:
                break
            if frame is None:
                found.append(malformed("frame cut short", text[start:end]))
            else:
                self._take(frame, received_s, entry, found)
            at = end
        self._rest = text[start:]
        self._receiver.forget(received_s)
        return found

    def reset(self) -> None:
        """Forget the unfinished frame and every aircraft."""
        self._rest = b""
        self._receiver.reset()

    def _take(self, frame: bytes, received_s: float, entry: int, found: list[Decoded]) -> None:
        kind = frame[0]
        if kind in UNUSED:
            unused = UNUSED[kind]
            if unused is not None:
                found.append(unused)
            return
        is_mlat = frame[1:HEADER_BYTES] == MLAT_MARK
        found.append(self._receiver.message(frame[1 + HEADER_BYTES :], received_s, entry, is_mlat=is_mlat))


def _next_frame(text: bytes, at: int) -> int:
    """Return where the next frame starts or may start once more bytes come; the end if there is none.

    Within garbage a doubled escape is data; where a frame is due it is a frame cut after its first byte.
    """
    due = at
    while (start := text.find(ESCAPE, at)) >= 0:
        if start + 1 == len(text) or text[start + 1] in BODY_BYTES:
            return start
        at = start + (2 if text[start + 1] == ESCAPE and start > due else 1)
    return len(text)


def _frame(text: bytes, start: int) -> tuple[bytes | None, int]:
    """Return the frame that starts here, from its type on and unescaped, and where it ends.

    None if another frame starts within it; an end of -1 while more bytes are needed.
    """
    if start + 1 >= len(text):
        return None, -1
    n_bytes = BODY_BYTES[text[start + 1]]
    at = start + 2
    plain = text[at : at + n_bytes]
    if len(plain) == n_bytes and ESCAPE not in plain:
        return text[start + 1 : at + n_bytes], at + n_bytes
    body = bytearray(text[start + 1 : at])
    while len(body) <= n_bytes:
        escape = text.find(ESCAPE, at, at + n_bytes + 1 - len(body))
        stop = escape if escape >= 0 else at + n_bytes + 1 - len(body)
        body += text[at:stop]
        if len(body) > n_bytes:
            return bytes(body), stop
        if escape < 0 or escape + 1 >= len(text):
            return None, -1
        if text[escape + 1] != ESCAPE:
            return None, escape
        body += ESCAPED
        at = escape + 2
    return bytes(body), at


def build(settings: Settings, sensors: Mapping[str, Sensor]) -> BeastDecoder:
    """Return a decoder that stamps its reports with the receiver's id and knows where it stands.

    Raises:
        ConfigError: the table has no such sensor.
    """
    sensor = known_sensor(settings.sensor, sensors)
    site = None if sensor.lat_deg is None or sensor.lon_deg is None else (sensor.lat_deg, sensor.lon_deg)
    return BeastDecoder(Receiver(sensor.id, site, settings.range_max_m))
