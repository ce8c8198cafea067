"""What the desk and the commands need of a register, wherever it is kept."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from sargas.model.register import RegisterRecord
from sargas.register.query import Query
from sargas.register.statistics import Key, Statistics

PAGE_MAX = 500
"""Records in one answer."""
ALL_MAX = 50_000
"""Records in one file, or in one count: beyond that the question must be narrower."""


class Page(Struct, frozen=True, kw_only=True):
    """Some of the records that answer; `n_found` is how many do, `next_offset` where to go on, None at the end."""

    records: list[RegisterRecord]
    n_found: int
    next_offset: int | None = None


class RegisterBook(Protocol):
    """A register that can be asked; safe to be asked from several threads."""

    def search(self, query: Query, offset: int = 0, limit: int = 100) -> Page:
        """Return a page of the records that answer.

        Raises:
            JournalError: the file cannot be read.
        """

    def record(self, record_id: str) -> RegisterRecord | None:
        """Return the record of that id, None if there is none.

        Raises:
            JournalError: the file cannot be read.
        """

    def all(self, query: Query) -> list[RegisterRecord]:
        """Return every record that answers, `ALL_MAX` at most.

        Raises:
            JournalError: the file cannot be read.
        """

    def statistics(self, query: Query, by: Sequence[Key]) -> Statistics:
        """Return how many there are.

        Raises:
            JournalError: the file cannot be read.
        """
