"""Heads appended to a file: on another machine's share, a disk that is carried away, a printer's queue."""

import asyncio
import os
import threading
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from sargas.model.errors import ChannelError, ConfigError
from sargas.model.record import Head
from sargas.share.whole_files import held, why

TAIL_BYTES = 4_096
"""A head is a quarter of that: the last one of the file is within so many bytes of its end."""


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which file, best one out of our own reach. Its folder must be there: it may be a disk that is not."""

    path: Annotated[str, Meta(min_length=1)]


def build(settings: Settings, name: str) -> "File":
    """Return the witness `name`.

    Raises:
        ConfigError: the file has no name.
    """
    path = Path(settings.path)
    if not path.name:
        raise ConfigError(f"witness '{name}': path: expected the name of a file")
    return File(path)


class File:
    """One file of heads; the folder on which it stands may hang, and then nobody waits for it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    async def publish(self, head: Head) -> None:
        """Return once the head is safe on that disk; one that is the last there already is not written again.

        Raises:
            ChannelError: it cannot be written.
        """
        await asyncio.to_thread(self._append, f"{head.note}\n".encode())

    def _append(self, note: bytes) -> None:
        try:
            with held(self._lock, self._path), self._path.open("a+b") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - TAIL_BYTES))
                tail = file.read()
                if tail.endswith(note):
                    return
                # What an interrupted writing left of a head must not run into this one.
                file.write(note if not tail or tail.endswith(b"\n\n") else b"\n\n" + note)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ChannelError(why(error, self._path)) from error
