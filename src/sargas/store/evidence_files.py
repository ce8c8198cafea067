"""The contents of evidence as files, each under its SHA-256: `ab/cd/abcd...`; in `waiting` until a decision names it.

A content is written under a name of its own, synced, and only then given its place, so that a crash at any point
leaves either the whole content or none. The same content handed in twice is one file.
"""

import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Final

from msgspec import Meta, Struct

from sargas.model.errors import DataError, DecisionError, JournalError
from sargas.ports import EvidenceStore, Intake

PART: Final = ".part"
"""The ending of what is not whole yet."""
PART_OLD_S: Final = 86_400.0
"""What has been coming in for a day is left over from a crash."""
READ_BYTES: Final = 1 << 18
ROOM_EVERY_BYTES: Final = 16 << 20
"""So often is it looked whether the disk still has room."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where contents stand, how large one may be [MB], and what must stay free on the disk [MB] for the journal."""

    path: Annotated[str, Meta(min_length=1)]
    max_mb: Annotated[float, Meta(gt=0.0, le=4_000.0)] = 200.0
    free_mb: Annotated[float, Meta(ge=0.0)] = 500.0


def build(settings: Settings, now_s: Callable[[], float] = time.time) -> EvidenceStore:
    """Return the store; its folder is made when the first content comes in."""
    return EvidenceFiles(settings, now_s)


class EvidenceFiles:
    """The store in a folder."""

    def __init__(self, settings: Settings, now_s: Callable[[], float]) -> None:
        self.folder = Path(settings.path)
        self.max_bytes = int(settings.max_mb * 1e6)
        self._free_bytes = int(settings.free_mb * 1e6)
        self._now_s = now_s
        self._waiting = self.folder / "waiting"

    def begin(self) -> Intake:
        """Return where a content can be written, part by part."""
        with _faults(self.folder):
            _make(self._waiting)
            self._drop_left_over()
            self.check_room(0)
            return _Intake(self, self._waiting / f".{secrets.token_hex(8)}{PART}")

    def put(self, parts: Iterable[bytes]) -> tuple[str, int]:
        """Return the SHA-256 and the size of a content once it is safe on disk."""
        intake = self.begin()
        try:
            for part in parts:
                intake.write(part)
            return intake.keep()
        finally:
            intake.drop()

    def size(self, sha256: str) -> int | None:
        """Return how many bytes the content has, None if it is not here."""
        path = self._find(sha256)
        return path.stat().st_size if path is not None else None

    def claim(self, sha256: str) -> None:
        """Keep the content from now on."""
        waits, path = self._waiting / _checked(sha256), self._place(sha256)
        with _faults(self.folder):
            if waits.is_file():
                _make(path.parent)
                waits.replace(path)
                _sync(path.parent)

    def open(self, sha256: str) -> Iterator[bytes]:
        """Return the content in parts; the damage of one is told before the last part is given."""
        path = self._find(sha256)
        if path is None:
            raise DataError(f"the content {sha256} is not in {self.folder}")
        return _parts(path, sha256)

    def read(self, sha256: str) -> bytes:
        """Return the whole content."""
        return b"".join(self.open(sha256))

    def check(self, sha256: str) -> None:
        """Read the content through."""
        for _ in self.open(sha256):
            pass

    def remove(self, sha256: str) -> bool:
        """Return whether there was such a content; it is gone."""
        found = False
        with _faults(self.folder):
            for path in (self._place(sha256), self._waiting / sha256):
                if path.is_file():
                    path.unlink()
                    _sync(path.parent)
                    found = True
        return found

    def held(self) -> Iterator[str]:
        """Return the SHA-256 of every content that is kept."""
        return (path.name for path in sorted(self.folder.glob("??/??/*")) if _is_name(path.name))

    def waiting(self) -> Iterator[tuple[str, float]]:
        """Return each content that waits for its decision, and when it came in."""
        for path in sorted(self._waiting.glob("*")) if self._waiting.is_dir() else ():
            if _is_name(path.name):
                yield path.name, path.stat().st_mtime

    def check_room(self, n_more: int) -> None:
        """Refuse what the disk has no room for: the journal needs it.

        Raises:
            JournalError: there would be too little left.
        """
        free = shutil.disk_usage(self.folder).free - n_more
        if free < self._free_bytes:
            raise JournalError(
                f"{self.folder}: {free / 1e6:.0f} MB are free, {self._free_bytes / 1e6:.0f} MB must stay so:"
                " nothing more is taken"
            )

    def take(self, part: Path, sha256: str) -> None:
        """Give a whole content its place; one that is kept already stays kept, and is whole again if it was not."""
        kept = self._place(sha256)
        path = kept if kept.is_file() else self._waiting / sha256
        part.replace(path)
        _sync(path.parent)

    def _find(self, sha256: str) -> Path | None:
        for path in (self._place(sha256), self._waiting / sha256):
            if path.is_file():
                return path
        return None

    def _place(self, sha256: str) -> Path:
        name = _checked(sha256)
        return self.folder / name[:2] / name[2:4] / name

    def _drop_left_over(self) -> None:
        for path in self._waiting.glob(f".*{PART}"):
            if self._now_s() - path.stat().st_mtime > PART_OLD_S:
                path.unlink(missing_ok=True)


class _Intake:
    """A content that is being written; see `sargas.ports.Intake`."""

    def __init__(self, store: EvidenceFiles, path: Path) -> None:
        self._store, self._path = store, path
        self._hash = hashlib.sha256()
        self._n_bytes = 0
        self._room_until = ROOM_EVERY_BYTES
        self._file: BinaryIO | None = path.open("xb")

    def write(self, data: bytes) -> None:
        """Take the next part."""
        self._n_bytes += len(data)
        if self._n_bytes > self._store.max_bytes:
            raise DecisionError(
                f"the content is larger than {self._store.max_bytes / 1e6:g} MB, the most that is taken"
            )
        with _faults(self._path.parent):
            if self._n_bytes >= self._room_until:
                self._room_until += ROOM_EVERY_BYTES
                self._store.check_room(0)
            if self._file is not None:
                self._file.write(data)
        self._hash.update(data)

    def keep(self) -> tuple[str, int]:
        """Return the SHA-256 and the size of the whole, once it is safe on disk."""
        if self._n_bytes == 0 or self._file is None:
            raise DecisionError("the content is empty: there is nothing to keep")
        sha256 = self._hash.hexdigest()
        with _faults(self._path.parent):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._store.take(self._path, sha256)
        self._file = None
        return sha256, self._n_bytes

    def drop(self) -> None:
        """Forget what came in; does nothing once it is kept."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._path.unlink(missing_ok=True)


def _parts(path: Path, sha256: str) -> Iterator[bytes]:
    """Return the parts of a file; the last one only if the whole is what its name says."""
    found = hashlib.sha256()
    with _reading(path), path.open("rb") as file:
        last = file.read(READ_BYTES)
        while last:
            found.update(last)
            following = file.read(READ_BYTES)
            if not following and found.hexdigest() != sha256:
                break
            yield last
            last = following
    if found.hexdigest() != sha256:
        raise DataError(f"{path} is damaged: its SHA-256 is {found.hexdigest()}, not that of its name")


def _is_name(name: str) -> bool:
    return len(name) == 64 and all(char in "0123456789abcdef" for char in name)


def _checked(sha256: str) -> str:
    """Return the name if it is one: no path leaves the folder.

    Raises:
        DataError: it is not.
    """
    if not _is_name(sha256):
        raise DataError(f"'{sha256[:80]}' is no SHA-256: 64 lower-case hexadecimal digits were expected")
    return sha256


def _make(folder: Path) -> None:
    """Make the folder, and those that it is in as far as the store's own, so that their names outlast a crash."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    """Make the names in the folder safe: without this they can be gone after a power cut, and the bytes not."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _faults(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise JournalError(f"{error.filename or folder}: {error.strerror or error}") from error


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error
