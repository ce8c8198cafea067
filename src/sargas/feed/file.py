"""A file: read as fast as the watch takes it, at its recorded times, or followed while another program writes it.

What the file holds besides the payloads is read by a recording, `sargas.decode.recording_<name>`: raw bytes, lines,
FINAL frames, packets. `entries` gives the same bodies with their recorded times, for a replay over several files.
"""

import asyncio
import errno
import importlib
import os
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import msgspec
import structlog
from msgspec import Meta, Struct

from sargas import decode
from sargas.feed._outlet import FRAME_BYTES_MAX, Outlet, split, words
from sargas.feed._pace import Pace
from sargas.model.entry import Body, FeedClosed, FeedOpened, Frame
from sargas.model.errors import ConfigError, DataError
from sargas.model.report import Malformed
from sargas.ports import Deliver, Recording, Transport

PREFIX: Final = "recording_"
FOLLOW_S: Final = 0.1
STEP_S: Final = 0.1
"""When only the length of a recording in time is known, this is how finely its bytes are spread over it."""

log = structlog.get_logger()


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which file, what kind of recording it is, and how fast to read it.

    `recording` is raw, lines, final or pcap; `options` are that recording's own settings. `speed` 0 is as fast as it
    can, 1 as it happened. `follow` waits for more at the end; `from_end` leaves out what stood there when the watch
    began. A recording that holds no times can be given its start and its duration: its bytes are then spread evenly
    between them.
    """

    path: Annotated[str, Meta(min_length=1)]
    recording: str = "raw"
    options: Mapping[str, object] = {}
    speed: Annotated[float, Meta(ge=0.0, le=10_000.0)] = 0.0
    follow: bool = False
    from_end: bool = False
    start_s: Annotated[float, Meta(ge=0.0)] | None = None
    duration_s: Annotated[float, Meta(gt=0.0)] | None = None


class Progress:
    """How far the reading of a file has come."""

    def __init__(self) -> None:
        self.n_bytes = 0
        self.n_bytes_total = 0
        self.n_payloads = 0
        self.n_malformed = 0
        self.malformed: str = ""


def build(settings: Settings, name: str) -> Transport:
    """Return the transport of the feed `name`.

    Raises:
        ConfigError: there is no such recording, or its options do not fit.
    """
    return File(settings, name)


def entries(settings: Settings, name: str, progress: Progress | None = None) -> Iterator[tuple[float, Body]]:
    """Yield the opening, frames and closing of a file, each with its recorded time; times never decrease.

    Payloads without a time take that of the one before. `progress` is kept up to date while reading.

    Raises:
        ConfigError: there is no such recording, or its options do not fit.
        DataError: the file cannot be read, or its first payload has no time and `start_s` is not given.
    """
    progress = progress or Progress()
    recording = make_recording(settings)
    now_s: float | None = None
    for time_s, payload in _timed(settings, recording, progress):
        if now_s is None:
            now_s = settings.start_s if time_s is None else time_s
            if now_s is None:
                raise DataError(
                    f"{settings.path}: a recording of kind '{settings.recording}' that holds no times: give start_s"
                )
            yield now_s, FeedOpened(name, Path(settings.path).name)
        now_s = now_s if time_s is None else max(now_s, time_s)
        for part in split(payload):
            yield now_s, Frame(name, part)
    if now_s is not None:
        yield now_s, FeedClosed(name, "end of the file")


def make_recording(settings: Settings) -> Recording:
    """Return the reader of the settings' kind of recording.

    Raises:
        ConfigError: there is none, or its options do not fit.
    """
    kinds = [
        info.name[len(PREFIX) :] for info in pkgutil.iter_modules(decode.__path__) if info.name.startswith(PREFIX)
    ]
    if settings.recording not in kinds:
        raise ConfigError(f"recording: no recording '{settings.recording}'; have {', '.join(sorted(kinds))}")
    module = importlib.import_module(f"{decode.__name__}.{PREFIX}{settings.recording}")
    try:
        recording: Recording = module.build(msgspec.convert(settings.options, module.Settings))
    except msgspec.ValidationError as error:
        raise ConfigError(f"options of recording '{settings.recording}': {error}") from error
    return recording


class File:
    """Reads to the end, or on and on if it follows."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.progress = Progress()
        self._settings = settings
        self._name = name
        self._is_from_end = settings.from_end
        make_recording(settings)  # a mistake in the settings shows at once

    async def run(self, deliver: Deliver) -> None:
        """Deliver what the file holds; one that is followed may be missing yet, cut short or replaced."""
        outlet = Outlet(self._name, deliver)
        while True:
            try:
                with _open(self._settings.path) as file:
                    if self._is_from_end:
                        file.seek(0, os.SEEK_END)
                    self._is_from_end = False
                    await outlet.opened(self._settings.path)
                    reason = await self._pass_on(file, outlet)
            except OSError as error:
                reason = f"{self._settings.path}: {words(error)}"
            await outlet.closed(reason)
            if not self._settings.follow:
                return
            await asyncio.sleep(FOLLOW_S)

    async def _pass_on(self, file: BinaryIO, outlet: Outlet) -> str:
        """Return why the reading is over."""
        settings, recording, pace = self._settings, make_recording(self._settings), Pace(self._settings.speed)
        while True:
            is_other = settings.follow and _is_other(file, Path(settings.path))  # asked first: then all of it is read
            for time_s, payload in _chunks(settings, recording, file, self.progress):
                await pace.wait_for(time_s)
                await outlet.bytes_in(payload)
            if not settings.follow:
                return "end of the file"
            if is_other:
                return "the file was replaced"
            await asyncio.sleep(FOLLOW_S)


def _timed(settings: Settings, recording: Recording, progress: Progress) -> Iterator[tuple[float | None, bytes]]:
    try:
        with _open(settings.path) as file:
            yield from _chunks(settings, recording, file, progress)
    except OSError as error:
        raise DataError(f"{settings.path}: {words(error)}") from error
    if progress.n_malformed:
        log.warning(
            "recording_damaged", path=settings.path, n_malformed=progress.n_malformed, first=progress.malformed
        )


def _open(path: str) -> BinaryIO:
    """Open a plain file; a pipe or a terminal would hold up every other feed."""
    if Path(path).exists() and not Path(path).is_file():
        raise OSError(errno.EINVAL, "not a plain file")
    return Path(path).open("rb")


def _chunks(
    settings: Settings, recording: Recording, file: BinaryIO, progress: Progress
) -> Iterator[tuple[float | None, bytes]]:
    """Yield what the file holds from where it stands to its end now."""
    progress.n_bytes_total = os.fstat(file.fileno()).st_size
    size = _chunk_size(settings, progress.n_bytes_total)
    while data := file.read(size):
        progress.n_bytes = file.tell()
        yield from _payloads(settings, recording, data, progress)
    if settings.recording == "lines" and not settings.follow:  # a last line without its end is a line
        yield from _payloads(settings, recording, b"\n", progress)


def _payloads(
    settings: Settings, recording: Recording, data: bytes, progress: Progress
) -> Iterator[tuple[float | None, bytes]]:
    for item in recording.feed(data):
        if isinstance(item, Malformed):
            progress.n_malformed += 1
            progress.malformed = progress.malformed or item.reason
            continue
        progress.n_payloads += 1
        time_s, payload = item
        yield _spread_s(settings, progress) if time_s is None else time_s, payload


def _spread_s(settings: Settings, progress: Progress) -> float | None:
    """Return the time of the place reached, if start and duration are given."""
    if settings.start_s is None or settings.duration_s is None:
        return None
    return settings.start_s + settings.duration_s * progress.n_bytes / max(1, progress.n_bytes_total)


def _chunk_size(settings: Settings, n_bytes_total: int) -> int:
    if settings.duration_s is None:
        return FRAME_BYTES_MAX
    return min(FRAME_BYTES_MAX, max(1, int(n_bytes_total * STEP_S / settings.duration_s)))


def _is_other(file: BinaryIO, path: Path) -> bool:
    """Return whether the name now stands for another file, or this one was cut short."""
    try:
        there, here = path.stat(), os.fstat(file.fileno())
    except OSError:
        return True
    return (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino) or there.st_size < file.tell()
