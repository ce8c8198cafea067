"""A configuration as a command sees it while no watch runs it: through its journal."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from sargas.alarm.shift import shift_of
from sargas.app.deciding import append
from sargas.app.desk_client import Choose, Kept
from sargas.app.evidence_room import check_here, store_of, tidy
from sargas.app.reading import Read, journal_path, read
from sargas.model.alarm import AlarmLogItem
from sargas.model.decision import AccessEvidence, AddEvidence, Decision, RemoveEvidence
from sargas.model.errors import DecisionError
from sargas.model.evidence import Evidence
from sargas.model.picture import Picture
from sargas.model.shift import Shift
from sargas.store import journal_sqlite
from sargas.web.answers import Content
from sargas.web.sniffing import SNIFFED_BYTES, media_type_of

Bar: TypeAlias = Callable[[], AbstractContextManager[Any]]
"""Makes a progress bar while the journal is read: a function that is given how much is done, 0 to 1."""


class AtJournal:
    """The prompt of a configuration whose watch does not run; the journal is read once."""

    is_running = False

    def __init__(self, config_path: Path, bar: Bar, decided_s: float | None = None) -> None:
        """Read the journal.

        Args:
            config_path: the configuration.
            bar: shows how far the journal is read.
            decided_s: when it was decided, in an exercise; now, if it is not given.

        Raises:
            ConfigError, DataError: the configuration cannot be used.
            JournalError: there is no journal, or it cannot be read.
            DecisionError: a time was given for what is no exercise.
        """
        with bar() as told:
            self._read: Read = read(config_path, lambda done, of: told(done / of if of else 1.0))
            told(1.0)
        self._path, self._decided_s = config_path, decided_s
        path = config_path.parent / self._read.config.journal.path
        self._store = store_of(path, self._read.config.record.evidence_max_mb)
        if decided_s is not None and not self._read.config.watch.is_exercise:
            raise DecisionError(
                "no time can be given: only the journal of an exercise takes decisions of another time than now"
            )

    def picture(self) -> Picture:
        """Return the picture after the last entry of the journal."""
        return self._read.engine.picture

    def alarm_log(self, since_s: float | None) -> list[AlarmLogItem]:
        """Return the log of alarms, the newest last."""
        return [item for item in self.picture().alarm_log if since_s is None or item.time_s >= since_s]

    def shift(self, since_s: float | None) -> Shift:
        """Return the shift since a moment, since the last hand-over if none is given."""
        return shift_of(self.picture(), since_s)

    def decide(self, decision: Decision | Choose) -> Kept:
        """Write a decision into the journal, or what decides it from the picture of its moment."""
        if isinstance(decision, AddEvidence):
            check_here(self._store, decision)
        kept = append(self._path, decision, self._read, self._decided_s)
        if isinstance(decision, AddEvidence | RemoveEvidence):
            tidy(self._store, self.picture().incidents.values(), time.time())
        return kept

    def hand_in(self, parts: Iterator[bytes]) -> Content:
        """Put the content of evidence beside the journal; a decision then puts it on a file."""
        begin = bytearray()

        def noted() -> Iterator[bytes]:
            for part in parts:
                if len(begin) < SNIFFED_BYTES:
                    begin.extend(part[:SNIFFED_BYTES])
                yield part

        sha256, n_bytes = self._store.put(noted())
        return Content(sha256=sha256, n_bytes=n_bytes, media_type=media_type_of(bytes(begin)))

    def content(self, item: Evidence, access: AccessEvidence) -> Iterator[bytes]:
        """Return the content of evidence in parts; who had it is written down before."""
        if item.sha256 and item.removed_s is None:
            self._store.check(item.sha256)
        self.decide(access)
        if item.frames is None:
            yield from self._store.open(item.sha256)
            return
        journal = journal_sqlite.open_for_reading(journal_path(self._read.config, self._path))
        try:
            for entry in journal.read(item.frames.first_seq - 1, item.frames.last_seq):
                yield msgspec.json.encode(entry) + b"\n"
        finally:
            journal.close()
