"""The register as TOML, the form in which a person reviews it line by line: a table `[[incidents]]` for each record.

Its keys are the fields of a record; `began` and `ended` are TOML dates with time and offset.
"""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sargas.register.exchange import BYTES_MAX, RECORDS_MAX, Collected, Taken, decoded

TABLE: Final = "incidents"
TIMES: Final[Mapping[str, str]] = {"began": "began_s", "ended": "ended_s"}


def read(data: bytes) -> Taken:
    """Return the records of a file, and why others were refused."""
    collected = Collected()
    tables = _tables(data, collected)
    for number, table in enumerate(tables[:RECORDS_MAX], start=1):
        name = table.get("record_id") if isinstance(table, dict) else None
        where = f"{TABLE}[{number - 1}]{f' ({name})' if isinstance(name, str) else ''}"
        if isinstance(table, dict):
            _take(where, table, collected)
        else:
            collected.refuse(f"{where}: expected a table")
    if len(tables) > RECORDS_MAX:
        collected.refuse(f"{TABLE}[{RECORDS_MAX}]: expected {RECORDS_MAX:,} records at most in one file")
    return collected.taken()


def _tables(data: bytes, collected: Collected) -> list[Any]:
    text = decoded(data) if len(data) <= BYTES_MAX else None
    if text is None:
        collected.refuse(f"file: expected UTF-8 of {BYTES_MAX >> 20} MB at most")
        return []
    try:
        tables = tomllib.loads(text).get(TABLE)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        collected.refuse(f"file: no TOML: {error}")
        return []
    if not isinstance(tables, list):
        collected.refuse(f"file: expected tables [[{TABLE}]]")
        return []
    return tables


def _take(where: str, table: Mapping[str, Any], collected: Collected) -> None:
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key in TIMES and not isinstance(value, datetime):
            collected.refuse(f"{where}, {key}: expected a time such as 2025-07-28T01:40:00Z, got {value!r:.40}")
            return
        if isinstance(value, datetime):
            aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
            values[TIMES.get(key, key)] = aware.timestamp()
        else:
            values[key] = value
    collected.take(where, values, {field: key for key, field in TIMES.items()})
