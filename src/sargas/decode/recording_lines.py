"""A recording of one message a line; a JSON line may hold the time at which it was received."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from sargas.decode.lines import JSON_ERRORS, LineSplitter
from sargas.model.report import Malformed
from sargas.ports import Recording

EPOCH_MAX_S = 32_503_680_000.0


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`time_key` is the key of each JSON line that holds its time in epoch seconds, such as "time_s" or "now"."""

    time_key: str | None = None


def build(settings: Settings) -> Recording:
    """Return the reader."""
    return LinesRecording(settings.time_key)


class LinesRecording:
    """Cuts lines and looks up their times."""

    def __init__(self, time_key: str | None) -> None:
        self._time_key = time_key
        self._splitter = LineSplitter()

    def feed(self, data: bytes) -> Iterable[tuple[float | None, bytes] | Malformed]:
        """Return the lines that became complete, each with its end and, if it holds one, its time."""
        return list(self._lines(data))

    def _lines(self, data: bytes) -> Iterator[tuple[float | None, bytes] | Malformed]:
        for item in self._splitter.feed(data):
            if isinstance(item, Malformed):
                yield item
            else:
                yield self._time_of(item[0]), item[0] + b"\n"

    def _time_of(self, line: bytes) -> float | None:
        if self._time_key is None:
            return None
        try:
            fields = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
            time_s = msgspec.json.decode(fields[self._time_key], type=float)
        except (*JSON_ERRORS, KeyError):
            return None  # the line is handed on all the same: its decoder says what is wrong with it
        return time_s if 0.0 <= time_s <= EPOCH_MAX_S else None
