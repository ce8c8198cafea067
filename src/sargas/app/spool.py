"""The bulletins that leave, kept as bytes from before the first attempt on, beside the journal.

A warning must leave as the same bytes on every channel and after every restart: whoever gets it twice, or from two
sides, must be able to see that it is one. Making it again would not do: by then the incident may have another title,
the configuration another profile or key, and the program may be another version. So it is made once and written down,
a file a bulletin, in place and safe on the disk before anything leaves. The files are also what there is to show of
what left.
"""

import asyncio
import hashlib
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import structlog

from sargas.model.incident import Incident
from sargas.model.units import DAY_S
from sargas.model.warning import PublicWarning
from sargas.ports import Bulletin

ENDING: Final = ".bulletin"
KEPT_S: Final = 30.0 * DAY_S
"""A warning holds for a day at most (`incident.warning_decisions.LONGEST_S`); the rest is for those who ask later."""
IN_MEMORY: Final = 64

log = structlog.get_logger()

Render = Callable[[Incident, PublicWarning], Bulletin]
"""Makes a warning ready to leave; called once for each, in a thread."""


class Spool:
    """Bulletins by what they say: made, written down, and handed out again."""

    def __init__(self, render: Render, folder: Path | None) -> None:
        """Keep the files in `folder`; without one the bulletins are kept for as long as the watch runs."""
        self._render = render
        self._folder = folder
        self._known: dict[str, Bulletin] = {}
        self._lock = asyncio.Lock()

    async def of(self, incident: Incident, warning: PublicWarning) -> Bulletin:
        """Return the bulletin of a warning: the same one each time."""
        name = file_name(warning)
        async with self._lock:
            if name not in self._known:
                made = await asyncio.to_thread(self._read_or_make, name, incident, warning)
                self._known[name] = made
                while len(self._known) > IN_MEMORY:
                    del self._known[next(iter(self._known))]
            return self._known[name]

    def _read_or_make(self, name: str, incident: Incident, warning: PublicWarning) -> Bulletin:
        kept = self._read(name)
        if kept is not None:
            return kept
        made = self._render(incident, warning)
        self._write(name, made)
        return made

    def _read(self, name: str) -> Bulletin | None:
        if self._folder is None or not (file := self._folder / name).is_file():
            return None
        try:
            return msgspec.msgpack.decode(file.read_bytes(), type=Bulletin)
        except (OSError, msgspec.DecodeError) as error:
            _told("bulletin_unreadable", name, error)
            return None

    def _write(self, name: str, bulletin: Bulletin) -> None:
        """Write the file in one step; if that fails, the warning leaves all the same: people come before bytes."""
        if self._folder is None:
            return
        part = self._folder / f"{name}.part"
        try:
            if not self._folder.is_dir():
                self._folder.mkdir(parents=True)
                _sync(self._folder.parent)
            with part.open("wb") as file:
                file.write(msgspec.msgpack.encode(bulletin))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._folder / name)
            _sync(self._folder)
            self._forget_old()
        except OSError as error:
            _told("bulletin_not_kept", name, error)

    def _forget_old(self) -> None:
        if self._folder is None:
            return
        before_s = time.time() - KEPT_S
        for file in self._folder.glob(f"*{ENDING}"):
            if file.stat().st_mtime < before_s:
                file.unlink(missing_ok=True)


def file_name(warning: PublicWarning) -> str:
    """Return the name of a warning's file: its own, and a digest of what it says, when, and whether it is real."""
    said = msgspec.msgpack.encode(
        (warning.warning_id, warning.kind, warning.sent_s, warning.content, warning.is_exercise)
    )
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", warning.warning_id)[:80].lstrip(".")
    return f"{plain}-{hashlib.sha256(said).hexdigest()[:16]}{ENDING}"


def _told(event: str, name: str, error: Exception) -> None:
    log.error(event, file=name, reason=getattr(error, "strerror", None) or str(error))


def _sync(folder: Path) -> None:
    """Make the folder's new entry safe too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
