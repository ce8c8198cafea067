"""Warnings as CAP files in a folder, one a message, for whatever carries them on from there."""

import asyncio
import threading
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from sargas.model.errors import ChannelError, DataError
from sargas.ports import Bulletin
from sargas.share.cap_check import identifier_in
from sargas.share.whole_files import held, make_folder, try_folder, why, write_whole


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`path`: the folder; it is made if it is missing, the one that it is in is not."""

    path: Annotated[str, Meta(min_length=1)]


class CapFile:
    """Writes each message once, under its identifier."""

    def __init__(self, settings: Settings, name: str) -> None:
        self._folder = Path(settings.path)
        self._name = name
        # Of the thread, not of the task: a delivery that is cancelled still writes to its end.
        self._lock = threading.Lock()

    async def deliver(self, bulletin: Bulletin) -> str:
        """Return that the file is there, safe on disk; once more changes nothing.

        Raises:
            ChannelError: the folder cannot be written to, or there is another message under that identifier.
        """
        return await asyncio.to_thread(self._put, bulletin)

    async def check(self) -> str:
        """Return that the folder takes files.

        Raises:
            ChannelError: it does not, and why.
        """
        return await asyncio.to_thread(self._try)

    async def close(self) -> None:
        """Hold nothing open."""

    def _put(self, bulletin: Bulletin) -> str:
        try:
            with held(self._lock, self._folder):
                return self._written(cap_name(bulletin.cap_xml), bulletin.cap_xml)
        except DataError as error:
            raise ChannelError(f"{self._name}: {error}") from error
        except OSError as error:
            raise ChannelError(f"{self._name}: {why(error, self._folder)}") from error

    def _written(self, name: str, xml: bytes) -> str:
        make_folder(self._folder)
        path = self._folder / name
        if not path.exists():
            write_whole(path, xml)
            return f"{name} written"
        if path.read_bytes() != xml:
            raise ChannelError(f"{self._name}: {path} is there already and holds another message")
        return f"{name} was there already"

    def _try(self) -> str:
        try:
            with held(self._lock, self._folder):
                try_folder(self._folder)
        except OSError as error:
            raise ChannelError(f"{self._name}: {why(error, self._folder)}") from error
        return f"{self._folder} takes files"


def build(settings: Settings, name: str) -> CapFile:
    """Return the channel."""
    return CapFile(settings, name)


def cap_name(xml: bytes) -> str:
    """Return the name of a message's file: its identifier, with nothing in it that leads out of the folder.

    Raises:
        DataError: it is not CAP 1.2, or has no identifier.
    """
    found = identifier_in(xml)
    allowed = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "-" for sign in found)
    return f"{allowed.lstrip('.')[:200] or 'unnamed'}.xml"
