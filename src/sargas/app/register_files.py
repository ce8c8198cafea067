"""Registers from files: the public incidents that come with Sargas, what others have written, the one of a watch.

What needs the journal is apart (`sargas.app.register_journal`): an engine takes a second to load.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Final

from sargas.model.errors import DataError
from sargas.model.picture import RegisterChanged
from sargas.model.register import RegisterRecord
from sargas.register import csv_file, geojson, reviewed
from sargas.register.exchange import Taken
from sargas.store.register_sqlite import RegisterFile

STARTER: Final = "starter"
"""The name of the file of public incidents that comes with Sargas."""
READERS: Final[Mapping[str, Callable[[bytes], Taken]]] = {
    ".csv": csv_file.read,
    ".geojson": geojson.read,
    ".json": geojson.read,
    ".toml": reviewed.read,
}


def starter() -> list[RegisterRecord]:
    """Return the public incidents that come with Sargas."""
    return reviewed.read((resources.files("sargas.register") / "incidents.toml").read_bytes()).records


def starter_book() -> RegisterFile:
    """Return a register in memory that holds the public incidents that come with Sargas."""
    return _in_memory(starter())


def taken_from(name: str) -> Taken:
    """Return the records of a file (.csv, .geojson, .json, .toml), or of the starter file by its name.

    Raises:
        DataError: there is no such file, or it is of another kind.
    """
    if name == STARTER:
        return Taken(records=starter())
    path = Path(name)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(f"{path}: records are read from files that end in {', '.join(READERS)}, or from '{STARTER}'")
    try:
        return reader(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from error


def holds_records(name: str) -> bool:
    """Return whether a name is that of records: the starter file, or a file that is no configuration."""
    if name == STARTER or Path(name).suffix.lower() != ".toml":
        return True
    return bool(taken_from(name).records)


def book_of(name: str) -> RegisterFile:
    """Return a register in memory with the records of a file, or of the starter file.

    Raises:
        DataError: it cannot be read, or a record of it cannot be used.
    """
    return _in_memory(_all_of(name))


def _all_of(name: str) -> list[RegisterRecord]:
    """Return the records of a file of which all can be used.

    Raises:
        DataError: says which cannot, and why.
    """
    taken = taken_from(name)
    if taken.n_refused:
        more = f" (and {taken.n_refused - 1} more)" if taken.n_refused > 1 else ""
        raise DataError(f"{name}: {taken.refused[0]}{more}")
    return taken.records


def _in_memory(records: Sequence[RegisterRecord]) -> RegisterFile:
    book = RegisterFile()
    book.keep([RegisterChanged(records=tuple(records))])
    return book
