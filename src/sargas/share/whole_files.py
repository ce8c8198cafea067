"""Files that are there whole or not at all: who reads the folder at any moment, or after a crash, sees no half."""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PART: Final = ".part"
"""The ending of what is not whole yet; with the dot before its name, servers and watchers of folders pass it over."""
PROBE: Final = ".sargas-check"
BUSY_S: Final = 5.0
"""A disk that has not done with the last file for so long is taken to be dead: nobody waits for it for ever."""


@contextmanager
def held(lock: threading.Lock, folder: Path) -> Iterator[None]:
    """Let one thread at a time into the folder.

    Raises:
        TimeoutError: the last one has not come out.
    """
    if not lock.acquire(timeout=BUSY_S):
        raise TimeoutError(errno.ETIMEDOUT, f"has not done with the last file for {BUSY_S:g} s", str(folder))
    try:
        yield
    finally:
        lock.release()


def write_whole(path: Path, data: bytes) -> None:
    """Put the file in its place, safe on disk; replaces one that is there.

    Raises:
        OSError: it is as it was before.
    """
    part = path.with_name(f".{path.name}{PART}")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make the folder if it is missing; not the one that it is in: that may be a disk that is not there.

    Raises:
        OSError: it cannot be made, or something else has its name.
    """
    folder.mkdir(exist_ok=True)


def try_folder(folder: Path) -> None:
    """Write a file into the folder and take it out again: it has room and lets us.

    Raises:
        OSError: it does not.
    """
    make_folder(folder)
    probe = folder / f"{PROBE}{PART}"
    try:
        probe.write_bytes(b"sargas\n")
    finally:
        probe.unlink(missing_ok=True)


def why(error: OSError, path: Path) -> str:
    """Return what went wrong with which file, in words."""
    return f"{error.filename or path}: {error.strerror or error}"


def _sync_folder(folder: Path) -> None:
    """Make the new name itself safe: without this it can be gone after a power cut, though the bytes are there."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
