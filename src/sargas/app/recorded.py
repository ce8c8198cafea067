"""Recordings as journal entries in the order in which they came in, whatever kind of file they are in."""

import heapq
import statistics
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

from msgspec import Struct

from sargas.app.wire import Blueprint, build_decoder
from sargas.feed import file
from sargas.model.entry import Body, FeedClosed, FeedOpened, Frame
from sargas.model.errors import ConfigError, DataError
from sargas.model.report import Malformed, Unused
from sargas.model.units import DAY_S
from sargas.ports import Decoder

KINDS: Mapping[str, str] = {
    ".pcap": "pcap",
    ".pcapng": "pcap",
    ".ff": "final",
    ".jsonl": "lines",
    ".json": "lines",
    ".csv": "lines",
    ".sbs": "lines",
    ".txt": "lines",
}
HOLDS_ARRIVALS = frozenset({"pcap", "final"})
OFFSET_SAMPLE = 200
OFFSET_MAX_S = 60.0
"""A recorder whose clock is further off its reports' times than this had a wrong clock; the reports are believed."""
UNDATED_S = 2.0 * DAY_S
"""A time of day alone is read as one of the first day of 1970, or near its midnights."""
PIECE_BYTES = 512
"""Bytes that are given to the decoder at once when the times lie inside the messages."""


class Input(Struct, frozen=True):
    """One recording and the feed of the configuration that would have brought it."""

    feed: str
    path: Path

    @property
    def kind(self) -> str:
        """Which recording the file is, by its name."""
        return KINDS.get(self.path.suffix.lower(), "raw")


def inputs_of(arguments: Sequence[str], blueprint: Blueprint) -> list[Input]:
    """Return the inputs of FEED=FILE arguments.

    Raises:
        ConfigError: one has no '=', or names no feed or no file.
    """
    inputs = []
    for argument in arguments:
        feed, sign, path = argument.partition("=")
        if not sign:
            raise ConfigError(f"--input {argument}: expected FEED=FILE, for example radar-east=plots.pcap")
        if feed not in blueprint.decoders:
            raise ConfigError(f"--input {argument}: no feed '{feed}'; have {', '.join(blueprint.decoders) or 'none'}")
        if not Path(path).is_file():
            raise ConfigError(f"--input {argument}: no file '{path}'")
        inputs.append(Input(feed, Path(path)))
    return inputs


class Reading:
    """The merged entries of several recordings, and how far the reading has come."""

    def __init__(self, inputs: Sequence[Input], blueprint: Blueprint, day: date | None) -> None:
        self.shifted_s: dict[str, float] = {}
        self._inputs = inputs
        self._blueprint = blueprint
        self._day = day
        self._progress = {item: file.Progress() for item in inputs}

    @property
    def share(self) -> float:
        """How much of all bytes has been read, 0 to 1."""
        total = sum(item.path.stat().st_size for item in self._inputs)
        return sum(progress.n_bytes for progress in self._progress.values()) / total if total else 1.0

    @property
    def damaged(self) -> dict[str, str]:
        """The recordings that hold unreadable frames, and the first reason."""
        return {str(item.path): found.malformed for item, found in self._progress.items() if found.n_malformed}

    def entries(self) -> Iterator[tuple[float, Body]]:
        """Yield everything in order of arrival.

        Raises:
            DataError: a file cannot be read, or holds neither arrivals nor a date and none is given.
        """
        return heapq.merge(*(self._of(item) for item in self._inputs), key=lambda pair: pair[0])

    def _of(self, item: Input) -> Iterator[tuple[float, Body]]:
        if item.kind == "final" and self._day is None:
            raise _undated(item)
        options: dict[str, bool | int | float | str] = {}
        if item.kind == "final" and self._day is not None:
            options["date"] = self._day.isoformat()
        settings = file.Settings(path=str(item.path), recording=item.kind, options=options)
        if item.kind in HOLDS_ARRIVALS:
            return self._by_arrivals(item, settings)
        return self._by_contents(item, settings, self._decoder(item))

    def _decoder(self, item: Input) -> Decoder:
        return build_decoder(self._blueprint.decoders[item.feed], self._blueprint.sensors)

    def _by_arrivals(self, item: Input, settings: file.Settings) -> Iterator[tuple[float, Body]]:
        """Yield the frames at their recorded arrivals, set right if the recorder's clock was wrong."""
        offset_s = _recorder_offset_s(file.entries(settings, item.feed), self._decoder(item))
        if abs(offset_s) <= OFFSET_MAX_S:
            offset_s = 0.0
        else:
            self.shifted_s[str(item.path)] = offset_s
        for received_s, body in file.entries(settings, item.feed, self._progress[item]):
            yield received_s + offset_s, body

    def _by_contents(self, item: Input, settings: file.Settings, decoder: Decoder) -> Iterator[tuple[float, Body]]:
        """Yield the frames of a file without arrivals, each at the newest time that its own reports tell so far."""
        noon_s = None
        if self._day is not None:
            noon_s = datetime.combine(self._day, time(12), tzinfo=UTC).timestamp()
        settings = file.Settings(path=settings.path, recording=settings.recording, start_s=noon_s or 0.0)
        now_s: float | None = None
        waiting: list[Body] = []
        for _, body in file.entries(settings, item.feed, self._progress[item]):
            for piece in _pieces(body, is_whole=settings.recording == "lines"):
                told_s = _time_told(piece, decoder, noon_s if now_s is None else now_s)
                if told_s is not None and told_s < UNDATED_S:
                    raise _undated(item)
                if told_s is not None:
                    now_s = told_s if now_s is None else max(now_s, told_s)
                waiting.append(piece)
                if now_s is not None:
                    yield from ((now_s, one) for one in waiting)
                    waiting.clear()
        if waiting:
            raise _undated(item)


def _undated(item: Input) -> DataError:
    return DataError(f"{item.path}: holds no times that can be read, or no date; give its day with --date")


def _recorder_offset_s(entries: Iterator[tuple[float, Body]], decoder: Decoder) -> float:
    """Return what to add to the arrivals so that the first reports came in when they say that they were true."""
    offsets: list[float] = []
    for received_s, body in entries:
        if isinstance(body, Frame):
            told = decoder.decode(body.data, received_s, 0)
            offsets += [item.time_s - received_s for item in told if not isinstance(item, Malformed | Unused)]
        if len(offsets) >= OFFSET_SAMPLE:
            break
    return statistics.median(offsets) if offsets else 0.0


def _pieces(body: Body, *, is_whole: bool) -> Iterator[Body]:
    if not isinstance(body, Frame) or is_whole:
        yield body
        return
    for start in range(0, len(body.data), PIECE_BYTES):
        yield Frame(body.feed, body.data[start : start + PIECE_BYTES])


def _time_told(body: Body, decoder: Decoder, near_s: float | None) -> float | None:
    """Return the newest time in what a frame completes, None if it completes nothing."""
    if isinstance(body, FeedOpened | FeedClosed) or not isinstance(body, Frame):
        return None
    told = decoder.decode(body.data, near_s or 0.0, 0)
    times = [item.time_s for item in told if not isinstance(item, Malformed | Unused)]
    return max(times, default=None)
