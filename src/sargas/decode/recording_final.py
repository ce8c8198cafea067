"""FINAL frames (.ff): a recording of ASTERIX data blocks with their time of day.

| bytes | meaning |
|---|---|
| 0-1 | length of the frame, all of this included |
| 2 | error code of the line, 0 is none |
| 3-4 | board and line that received it |
| 5-7 | time of day, 1/100 s |
| 8 ... | payload |
| last 4 | 0xA5 each |

The frames hold no date: `date` in the settings gives it to the first frame, and it runs on over each midnight.
Without it the arrivals count from 1 January 1970: an order and a clock, but no date.
"""

import datetime
import re
from collections.abc import Iterable
from typing import Annotated, Final

from msgspec import Meta, Struct

from sargas.model.report import Malformed
from sargas.model.units import DAY_S
from sargas.ports import Recording

HEADER_BYTES: Final = 8
TRAILER: Final = b"\xa5\xa5\xa5\xa5"
END_MARKS: Final = re.compile(b"\\xa5(?=\\xa5{3})")
FRAME_BYTES_MIN: Final = HEADER_BYTES + len(TRAILER)
DAY_HUNDREDTHS: Final = round(DAY_S * 100)
EXCERPT_BYTES: Final = 32


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a FINAL recording is read.

    `date` is the UTC day on which it begins. `clock_offset_s` is added to the recorder's clock, which need not be
    the one of the reports: in the Adriatic recording it is 3 h 21 min behind.
    """

    date: datetime.date | None = None
    clock_offset_s: Annotated[float, Meta(ge=-DAY_S, le=DAY_S)] = 0.0


class FinalFrames:
    """One FINAL recording; its state is the bytes left over and the day that it has come to."""

    def __init__(self, settings: Settings) -> None:
        self._rest = b""
        self._day_s = 0.0 if settings.date is None else (settings.date - datetime.date(1970, 1, 1)).days * DAY_S
        self._offset_s = settings.clock_offset_s
        self._last_s: float | None = None

    def feed(self, data: bytes) -> Iterable[tuple[float | None, bytes] | Malformed]:
        """Return the payloads that became complete, with their arrival [epoch s]."""
        data = self._rest + data
        found: list[tuple[float | None, bytes] | Malformed] = []
        at = 0
        while len(data) - at >= FRAME_BYTES_MIN:
            end = at + int.from_bytes(data[at : at + 2], "big")
            if _is_frame(data, at):
                found.append(self._frame(data[at:end]))
            else:
                end, is_whole = _next_frame(data, at)
                if not is_whole and _may_become_frame(data, at):
                    break
                found.append(_malformed("FINAL frame without its end mark", data[at:end]))
            at = end
        self._rest = data[at:]
        return found

    def _frame(self, frame: bytes) -> tuple[float | None, bytes] | Malformed:
        hundredths = int.from_bytes(frame[5:8], "big")
        if frame[2]:
            return _malformed("FINAL frame with a line error", frame)
        if hundredths >= DAY_HUNDREDTHS:
            return _malformed("FINAL frame with an impossible time of day", frame)
        return self._arrival_s(hundredths / 100.0), frame[HEADER_BYTES : -len(TRAILER)]

    def _arrival_s(self, time_of_day_s: float) -> float:
        """Return the arrival; a step back by more than half a day is a midnight."""
        if self._last_s is not None and self._day_s + time_of_day_s < self._last_s - DAY_S / 2:
            self._day_s += DAY_S
        self._last_s = self._day_s + time_of_day_s
        return max(0.0, self._last_s + self._offset_s)


def _is_frame(data: bytes, at: int) -> bool:
    end = at + int.from_bytes(data[at : at + 2], "big")
    return end - at >= FRAME_BYTES_MIN and data[end - len(TRAILER) : end] == TRAILER


def _may_become_frame(data: bytes, at: int) -> bool:
    n_bytes = int.from_bytes(data[at : at + 2], "big")
    return n_bytes >= FRAME_BYTES_MIN and at + n_bytes > len(data)


def _next_frame(data: bytes, at: int) -> tuple[int, bool]:
    """Return the offset of the next whole frame after an end mark and True, else where one may begin and False."""
    begins: int | None = None
    for mark in END_MARKS.finditer(data, at):
        end = mark.start() + len(TRAILER)
        if _is_frame(data, end):
            return end, True
        if begins is None and (len(data) - end < 2 or _may_become_frame(data, end)):
            begins = end
    return max(at + 1, len(data) - len(TRAILER) + 1) if begins is None else begins, False


def _malformed(reason: str, data: bytes) -> Malformed:
    return Malformed(reason, len(data), data[:EXCERPT_BYTES].hex())


def build(settings: Settings) -> Recording:
    """Return the reader of one recording."""
    return FinalFrames(settings)
