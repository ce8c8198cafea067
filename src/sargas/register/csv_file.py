"""The register as CSV (RFC 4180, UTF-8), one record a line, and back, exactly.

Texts that a spreadsheet would take for a formula (they begin with = + - @, a tab or a line break) are written with an
apostrophe before them, which is taken away again when they are read; so is one before an apostrophe.
Source of the list: OWASP, CSV Injection.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from sargas.model.register import RegisterRecord
from sargas.register.exchange import BYTES_MAX, RECORDS_MAX, Collected, Taken, decoded, read_when, when

COLUMNS: Final[Mapping[str, str]] = {
    "record_id": "Its name: letters, digits, '.', '_' and '-', 96 at most. A record of the same name is replaced.",
    "title": "One line that says what it was.",
    "began": "The earliest moment that fits, ISO 8601 in UTC (2025-07-28T01:40:00Z) or epoch seconds.",
    "precision": "How precisely it is known: second, minute, hour, day, month, year.",
    "ended": "When it was over, if that is known.",
    "countries": "In whose airspace it was: ISO 3166-1 alpha-2, several parted by a space.",
    "place": "Where, in words.",
    "lat_deg": "WGS-84 latitude, degrees north.",
    "lon_deg": "WGS-84 longitude, degrees east.",
    "sd_m": "How far off the place may be, one standard deviation, metres.",
    "object_type": "What flew: attack_drone, decoy_drone, reconnaissance_drone, small_drone, drone, cruise_missile,"
    " missile, balloon, aircraft, helicopter, unknown, other.",
    "model": "Its model, if that is known.",
    "n_min": "How many objects at least.",
    "n_max": "How many objects at most.",
    "origin": "Which state it came from, ISO 3166-1 alpha-2; empty if that was not established.",
    "origin_said": "Who says so.",
    "has_explosives": "yes, no, or empty if it is not known.",
    "outcome": "left, crashed, exploded, shot_down, landed, drifted_on, lost, no_incursion, unknown.",
    "state": "Of the case: open, under_investigation, closed, unknown.",
    "text": "What happened.",
    "doubts": "What the sources do not agree on, or do not know.",
    "from_watch": "It is this incident of a watch.",
    "sources": "A JSON list: address, publisher, author, published, retrieved_s, language, quotation, reliability"
    " (A to F), credibility (1 to 6).",
}
"""Every column and what stands in it; a file may leave out all but record_id, title, began and countries."""
NEEDED: Final = ("record_id", "title", "began", "countries")
TIMES: Final = {"began": "began_s", "ended": "ended_s"}
NUMBERS: Final = frozenset({"lat_deg", "lon_deg", "sd_m"})
COUNTS: Final = frozenset({"n_min", "n_max"})
OTHERWISE: Final[Mapping[str, object]] = {"precision": "day", "object_type": "unknown", "n_min": 1, "n_max": 1,
                                          "outcome": "unknown", "state": "unknown"}  # fmt: skip
"""What an empty cell stands for where that is neither unknown nor an empty text."""
YES_NO: Final = {"yes": True, "no": False}
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
FIELD_MAX: Final = 1 << 20


class _Wrong(Exception):
    """A cell cannot be read; says what was expected."""


def write(records: Iterable[RegisterRecord]) -> bytes:
    """Return the file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for record in records:
        writer.writerow([_cell(name, _value(record, name)) for name in COLUMNS])
    return text.getvalue().encode()


def read(data: bytes) -> Taken:
    """Return the records of a file, and why others were refused: a missing column is unknown, a wrong cell is not."""
    collected = Collected()
    text = decoded(data) if len(data) <= BYTES_MAX else None
    if text is None:
        expected = f"{BYTES_MAX >> 20} MB at most" if len(data) > BYTES_MAX else "UTF-8"
        collected.refuse(f"file: expected {expected}")
        return collected.taken()
    # The library has one limit for all readers; ours is large enough for every field that a record can have.
    csv.field_size_limit(FIELD_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        columns = _columns(next(reader, []), collected)
        if columns is None:
            return collected.taken()
        line = reader.line_num + 1
        for cells in reader:
            if collected.is_full:
                collected.refuse(f"line {line}: expected {RECORDS_MAX:,} records at most in one file")
                break
            if any(cells):
                _take(f"line {line}", columns, cells, collected)
            line = reader.line_num + 1
    except csv.Error as error:
        collected.refuse(f"line {line}: no CSV: {error}")
    return collected.taken()


def _value(record: RegisterRecord, name: str) -> object:
    if name == "sources":
        return json.dumps(msgspec.to_builtins(record.sources), ensure_ascii=False) if record.sources else ""
    return getattr(record, TIMES.get(name, name))


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return when(value) if name in TIMES else repr(value)
    if isinstance(value, tuple):
        return " ".join(value)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def _columns(names: list[str], collected: Collected) -> list[str] | None:
    """Return the columns of the file, None if it lacks one that is needed."""
    columns = [name.strip() for name in names]
    missing = [name for name in NEEDED if name not in columns]
    unknown = [name for name in columns if name not in COLUMNS]
    double = sorted(name for name, n in Counter(columns).items() if n > 1)
    if missing:
        collected.refuse(f"line 1: expected the columns {', '.join(NEEDED)}; {', '.join(missing)} is missing")
    elif unknown:
        collected.refuse(f"line 1: no column '{unknown[0][:40]}'; have {', '.join(COLUMNS)}")
    elif double:
        collected.refuse(f"line 1: the column '{double[0]}' stands there twice")
    else:
        return columns
    return None


def _take(where: str, columns: list[str], cells: list[str], collected: Collected) -> None:
    if len(cells) > len(columns):
        collected.refuse(f"{where}: expected {len(columns)} cells, got {len(cells)}")
        return
    values: dict[str, Any] = {}
    for name, cell in zip(columns, cells, strict=False):
        try:
            values[TIMES.get(name, name)] = _read(name, cell)
        except _Wrong as wrong:
            shown = cell if len(cell) <= 40 else f"{cell[:37]}..."
            collected.refuse(f"{where}, column {name}: expected {wrong}, got '{shown}'")
            return
    names = {field: f"column {name}" for name, field in ({name: name for name in COLUMNS} | TIMES).items()}
    collected.take(where, {name: value for name, value in values.items() if value is not None}, names)


def _read(name: str, cell: str) -> object:
    """Return the value of a cell, None if it is not known."""
    if name in OTHERWISE and not cell:
        return OTHERWISE[name]
    if name in TIMES:
        return _time(cell)
    if name in NUMBERS or name in COUNTS:
        return _number(cell, is_whole=name in COUNTS)
    if name == "has_explosives":
        return _yes_no(cell)
    if name == "countries":
        return cell.split()
    text = cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell
    return _sources(text) if name == "sources" else text


def _time(cell: str) -> float | None:
    if not cell.strip():
        return None
    time_s = read_when(cell)
    if time_s is None:
        raise _Wrong("a time such as 2025-07-28T01:40:00Z")
    return time_s


def _number(cell: str, *, is_whole: bool) -> float | None:
    if not cell.strip():
        return None
    try:
        return int(cell) if is_whole else float(cell)
    except ValueError as error:
        raise _Wrong("a whole number" if is_whole else "a number") from error


def _yes_no(cell: str) -> bool | None:
    if not cell.strip():
        return None
    if cell.strip().lower() not in YES_NO:
        raise _Wrong("yes, no or nothing")
    return YES_NO[cell.strip().lower()]


def _sources(text: str) -> object:
    if not text.strip():
        return []
    try:
        return msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise _Wrong("a JSON list of sources") from error
