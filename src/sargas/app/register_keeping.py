"""Keeps the register of a view: each incident as it changes, and what was decided on the register.

It works in a thread and some moments behind the view, so that nothing waits for it. What it missed is in the journal
and in the picture: it catches up when it starts.
"""

import asyncio
from pathlib import Path
from typing import Final

import structlog

from sargas.app.published import Published
from sargas.app.register_journal import catch_up
from sargas.app.supervise import keep_running
from sargas.app.wire import Blueprint
from sargas.model.errors import JournalError
from sargas.model.incident import Incident
from sargas.model.picture import Event, IncidentChanged, RegisterChanged
from sargas.model.register import RegisterRecord
from sargas.ports import Journal
from sargas.register.from_incident import record_of
from sargas.store.register_sqlite import RegisterFile, path_beside

SETTLE_S: Final = 0.5
"""An incident changes several times a second while its tracks move; it is written once in so long."""

log = structlog.get_logger()


class RegisterKeeping:
    """Follows a view and writes its register.

    Without a `journal` the view is a played one: its own incidents are those of the moment shown.
    """

    def __init__(
        self,
        view: Published,
        book: RegisterFile,
        *,
        country: str,
        is_exercise: bool,
        journal: Journal | None = None,
    ) -> None:
        self._view = view
        self._book = book
        self._country = country
        self._is_exercise = is_exercise
        self._journal = journal
        self._woken = asyncio.Event()
        self._decided: list[RegisterChanged] = []
        self._incidents: dict[str, Incident] = {}
        self._is_moved = False
        self._seq = 0

    async def run(self) -> None:
        """Keep the register until cancelled.

        Raises:
            JournalError: it cannot be written; when it is started again, it catches up.
        """
        self._decided.clear()
        self._incidents = dict(self._view.picture.incidents)
        self._seq = self._view.engine.last_seq
        self._view.follow(self)
        try:
            if self._journal is not None:
                await asyncio.to_thread(catch_up, self._book, self._journal, self._seq)
            while True:
                await self._keep()
                await self._woken.wait()
                await asyncio.sleep(SETTLE_S)
        finally:
            self._view.unfollow(self)

    def on_events(self, events: list[Event]) -> None:
        """Remember what must be written."""
        for event in events:
            if isinstance(event, IncidentChanged):
                self._incidents[event.incident.incident_id] = event.incident
            elif isinstance(event, RegisterChanged):
                self._decided.append(event)
            else:
                continue
            self._seq = self._view.engine.last_seq
            self._woken.set()

    def on_reset(self) -> None:
        """Begin anew: the picture is that of another moment."""
        self._is_moved = True
        self._incidents = dict(self._view.picture.incidents)
        self._woken.set()

    def on_clock(self) -> None:
        """Do nothing: the register has no clock."""

    async def _keep(self) -> None:
        """Write what is remembered, and forget it."""
        self._woken.clear()
        decided, self._decided = self._decided, []
        incidents, self._incidents = list(self._incidents.values()), {}
        is_moved, self._is_moved = self._is_moved, False
        own = [record_of(one, self._country, is_exercise=self._is_exercise) for one in incidents]
        seq = self._seq if self._journal is not None else None
        await asyncio.to_thread(self._write, decided, own, seq, is_moved)

    def _write(
        self, decided: list[RegisterChanged], own: list[RegisterRecord], seq: int | None, is_moved: bool
    ) -> None:
        if is_moved:
            self._book.forget_own()
        self._book.keep(decided, own, seen_seq=seq)


def book_beside(journal: Path) -> RegisterFile | None:
    """Return the register of a journal, made if there is none; None if it cannot be used: the watch goes on."""
    try:
        return RegisterFile(str(path_beside(journal)))
    except JournalError as error:
        log.warning("register_failed", reason=str(error))
        return None


async def keep_register(
    book: RegisterFile | None, view: Published, blueprint: Blueprint, *, journal: Journal | None = None
) -> None:
    """Keep the register of a view until cancelled, whatever fails, and let go of it."""
    if book is None:
        return
    keeping = RegisterKeeping(
        view, book, country=blueprint.country, is_exercise=blueprint.is_exercise, journal=journal
    )
    try:
        await keep_running("register", book.path, keeping.run)
    finally:
        book.close()
