"""A configuration as a command sees it: the watch that runs it, or its journal while none runs."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct

from sargas.alarm.shift import shift_of
from sargas.app import config as configuration
from sargas.app.config import Web
from sargas.app.deciding import Choose, Desk, Kept, append
from sargas.app.reading import Read, read
from sargas.model.alarm import AlarmLogItem
from sargas.model.decision import Decision
from sargas.model.errors import DecisionError
from sargas.model.picture import Picture
from sargas.model.shift import Shift

Bar: TypeAlias = Callable[[], AbstractContextManager[Any]]
"""Makes a progress bar while a journal is read: a function that is given how much is done, 0 to 1."""


class Prompt:
    """Looks and decides: at the running watch if one answers, else in the journal, which is read once.

    A watch of another title than the configuration's is not its watch, unless somebody gives the address.
    """

    def __init__(
        self, config_path: Path, bar: Bar, *, desk: str | None = None, decided_s: float | None = None
    ) -> None:
        """Look whether a watch answers at `desk`, by default at the address under [web].

        Args:
            config_path: the configuration.
            bar: shows how far the journal is read.
            desk: the address of the watch.
            decided_s: when it was decided, in an exercise whose watch does not run.

        Raises:
            ConfigError: the configuration cannot be used.
            DecisionError: a time was given where none may be.
        """
        self.path = config_path
        self.config = configuration.read(config_path)
        watch = Desk(desk or address(self.config.web))
        self._watch = watch if watch.answers(None if desk else self.config.watch.title) else None
        self._bar = bar
        self._read: Read | None = None
        self._decided_s = decided_s
        if decided_s is not None:
            self._check_time()

    @property
    def is_running(self) -> bool:
        """Whether a watch runs the configuration."""
        return self._watch is not None

    def picture(self) -> Picture:
        """Return the picture as it is now, or after the last entry of the journal.

        Raises:
            JournalError: the watch did not answer, or there is no journal.
        """
        return self._watch.picture() if self._watch is not None else self._journal().engine.picture

    def alarm_log(self, since_s: float | None) -> list[AlarmLogItem]:
        """Return the log of alarms, the newest last.

        Raises:
            JournalError: the watch did not answer, or there is no journal.
        """
        if self._watch is not None:
            return self._watch.alarm_log(since_s)
        return [item for item in self.picture().alarm_log if since_s is None or item.time_s >= since_s]

    def shift(self, since_s: float | None) -> Shift:
        """Return the shift since a moment, since the last hand-over if none is given.

        Raises:
            JournalError: the watch did not answer, or there is no journal.
        """
        if self._watch is not None:
            return self._watch.shift(since_s)
        return shift_of(self.picture(), since_s)

    def decide(self, decision: Decision | Choose) -> Kept:
        """Hand in a decision, or what decides it from the picture.

        Raises:
            DecisionError: it could not take effect.
            JournalError: it could not be kept.
        """
        if self._watch is None:
            return append(self.path, decision, self._journal(), self._decided_s)
        return self._watch.decide(decision if isinstance(decision, Struct) else decision(self._watch.picture()))

    def _journal(self) -> Read:
        if self._read is None:
            with self._bar() as bar:
                self._read = read(self.path, lambda done, of: bar(done / of if of else 1.0))
                bar(1.0)
        return self._read

    def _check_time(self) -> None:
        if self._watch is not None:
            raise DecisionError(f"no time can be given: the watch at {self._watch.url} runs and has its own")
        if not self.config.watch.is_exercise:
            raise DecisionError(
                "no time can be given: only the journal of an exercise takes decisions of another time than now"
            )


def address(web: Web) -> str:
    """Return where the watch of a configuration is served."""
    return f"http://{'127.0.0.1' if web.host in {'0.0.0.0', '::'} else web.host}:{web.port}"  # noqa: S104
