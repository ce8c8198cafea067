"""Reading records that others wrote: what could be read, what was refused, where, and what was expected there."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from sargas.model.register import RegisterRecord
from sargas.register.span import moment

RECORDS_MAX: Final = 20_000
"""In one file."""
BYTES_MAX: Final = 32 << 20
REFUSALS_MAX: Final = 100
"""So many are told one by one."""
BATCH_RECORDS: Final = 200
"""What a `RecordIncidents` holds."""
BATCH_BYTES: Final = 800_000
"""A decision that is handed in over HTTP must be smaller than a mebibyte."""
PATH: Final = re.compile(r" - at `(?P<path>[^`]+)`$")


class Taken(Struct, frozen=True, kw_only=True):
    """What came of a file: the records that can be used, and a sentence for each that cannot."""

    records: list[RegisterRecord]
    refused: list[str] = []
    n_refused: int = 0


class Collected:
    """Takes records one by one, and says why it does not take one."""

    def __init__(self) -> None:
        self._records: dict[str, RegisterRecord] = {}
        self._refused: list[str] = []
        self._n_refused = 0

    @property
    def is_full(self) -> bool:
        """Whether no more of one file is looked at; what was refused was looked at, too."""
        return len(self._records) + self._n_refused >= RECORDS_MAX

    def take(self, where: str, values: Mapping[str, Any], names: Mapping[str, str] | None = None) -> None:
        """Take a record of these values, or refuse it; `names` are the file's names of its fields."""
        try:
            record = msgspec.convert(dict(values), RegisterRecord)
        except msgspec.ValidationError as error:
            self.refuse(_told(where, str(error), values, names or {}))
            return
        if record.n_max < record.n_min:
            self.refuse(f"{where}: n_max: expected at least n_min ({record.n_min}), got {record.n_max}")
        elif record.record_id in self._records:
            self.refuse(f"{where}: record_id: '{record.record_id}' stands in the file already")
        else:
            self._records[record.record_id] = record

    def refuse(self, why: str) -> None:
        """Refuse a record."""
        self._n_refused += 1
        if len(self._refused) < REFUSALS_MAX:
            self._refused.append(why)

    def taken(self) -> Taken:
        """Return what came of it."""
        return Taken(records=list(self._records.values()), refused=self._refused, n_refused=self._n_refused)


def when(time_s: float) -> str:
    """Return a moment as ISO 8601 UTC if that says it exactly, else as epoch seconds."""
    text = moment(time_s).isoformat().replace("+00:00", "Z")
    return text if _epoch(text) == time_s else repr(time_s)


def read_when(text: str) -> float | None:
    """Return the epoch seconds of ISO 8601 (UTC unless it says otherwise) or of a number; None if it is neither."""
    return _number(text) if _number(text) is not None else _epoch(text.strip())


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _epoch(text: str) -> float | None:
    try:
        read = datetime.fromisoformat(text)
        aware = read if read.tzinfo is not None else read.replace(tzinfo=UTC)
        return (aware - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None


def _told(where: str, error: str, values: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return a refusal that names the field, what was expected, and what stands there."""
    found = PATH.search(error)
    if found is None:
        return f"{where}: {error}"
    path = found["path"].removeprefix("$").removeprefix(".")
    field = re.split(r"[.\[]", path)[0]
    said = f", got {_short(values[field])}" if field in values else ""
    return f"{where}, {names.get(field, path) if field == path else path}: {PATH.sub('', error)}{said}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def decoded(data: bytes) -> str | None:
    """Return the text of a UTF-8 file without its mark, None if it is none."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def changes(records: Sequence[RegisterRecord], known: Mapping[str, RegisterRecord]) -> tuple[int, int, int]:
    """Return how many of the records are new, changed, and already as they are, beside what is known by id."""
    n_new = sum(record.record_id not in known for record in records)
    n_same = sum(known.get(record.record_id) == record for record in records)
    return n_new, len(records) - n_new - n_same, n_same


def batches(records: Sequence[RegisterRecord]) -> list[tuple[RegisterRecord, ...]]:
    """Return the records in pieces that one decision can hold, in their order."""
    pieces: list[tuple[RegisterRecord, ...]] = []
    piece: list[RegisterRecord] = []
    n_bytes = 0
    for record in records:
        size = len(msgspec.json.encode(record))
        if piece and (len(piece) == BATCH_RECORDS or n_bytes + size > BATCH_BYTES):
            pieces.append(tuple(piece))
            piece, n_bytes = [], 0
        piece.append(record)
        n_bytes += size
    return [*pieces, tuple(piece)] if piece else pieces
