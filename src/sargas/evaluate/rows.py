"""The rows of a truth file or of a tracks file: CSV with a header, or JSON lines; every mistake with its line.

| column | is |
|---|---|
| `time_s` | seconds, of any epoch, the same in both files; required |
| `target_id` or `target`, in a tracks file `track_id` or `track` | a name or a number; required |
| `lat_deg`, `lon_deg` or `x_m`, `y_m` | the place on the earth, or in any plane; one pair is required |
| `east_mps`, `north_mps` or `speed_mps`, `course_deg` | the velocity |
| `var_east_m2`, `cov_east_north_m2`, `var_north_m2` | the covariance of the place |
| `var_east_m2ps2`, `cov_east_north_m2ps2`, `var_north_m2ps2` | that of the velocity |
| `existence` | the probability, 0 to 1, that the track is there |
| `nis` | the normalised innovation squared of the report that placed it |
| `status` | only `confirmed` and `coasting` are shown; any other ends what is shown, until the next row |
| `kind` | what the target is; `bird_flock` is no target |
"""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sargas.evaluate.moments import F64, I64
from sargas.model.errors import DataError

Which = Literal["truth", "tracks"]
Cell = str | float | int | bool | list[object] | dict[str, object] | None

NAMES: Final[dict[Which, tuple[str, ...]]] = {"truth": ("target_id", "target"), "tracks": ("track_id", "track")}
PLACES: Final = (("lat_deg", "lon_deg"), ("x_m", "y_m"))
BOUNDS: Final = {
    "lat_deg": (-90.0, 90.0),
    "lon_deg": (-180.0, 180.0),
    "existence": (0.0, 1.0),
    "nis": (0.0, math.inf),
    "speed_mps": (0.0, math.inf),
    "course_deg": (0.0, 360.0),
    "var_east_m2": (0.0, math.inf),
    "var_north_m2": (0.0, math.inf),
    "var_east_m2ps2": (0.0, math.inf),
    "var_north_m2ps2": (0.0, math.inf),
}
VELOCITY: Final = ("east_mps", "north_mps")
COURSE: Final = ("speed_mps", "course_deg")
POSITION_COV: Final = ("var_east_m2", "cov_east_north_m2", "var_north_m2")
VELOCITY_COV: Final = ("var_east_m2ps2", "cov_east_north_m2ps2", "var_north_m2ps2")
OPTIONAL: Final = (*VELOCITY, *COURSE, *POSITION_COV, *VELOCITY_COV, "existence", "nis")
SHOWN: Final = ("", "confirmed", "coasting")
PLACE_MAX_M: Final = 1.0e9
TIME_MAX_S: Final = 1.0e12
MISTAKES_TOLD: Final = 10
NAME_MAX: Final = 200


class Rows(Struct, frozen=True, kw_only=True, eq=False):
    """What a file holds, a row each: arrays (n,), in the order of the file. NaN is unknown.

    `number` is the place of the row's name in `names`. `place` (n, 2) is latitude and longitude [deg] if
    `is_geodetic`, else x and y [m]. `columns` holds the optional columns that the file has.
    """

    file: str
    is_geodetic: bool
    time_s: F64
    number: I64
    names: tuple[str, ...]
    place: F64
    columns: dict[str, F64]
    is_shown: NDArray[np.bool_]
    kinds: tuple[str, ...] = ()
    """What each name is, if the file says."""
    unused: tuple[str, ...] = ()
    """The columns that mean nothing here."""

    def stacked(self, names: tuple[str, ...]) -> F64 | None:
        """Return those columns side by side (n, k); None if one is not there."""
        if any(name not in self.columns for name in names):
            return None
        return np.stack([self.columns[name] for name in names], axis=-1)


def read_rows(lines: Iterable[str], file: str, which: Which) -> Rows:
    """Return the rows of a file given line by line; `file` is its name in messages.

    Raises:
        DataError: it has mistakes; the message names the first ones, each with its line and what was expected.
    """
    table = _Table(file, which)
    for line, record in _records(lines, file, table):
        table.take(line, record)
    return table.rows()


def _records(lines: Iterable[str], file: str, table: "_Table") -> Iterator[tuple[int, Mapping[str, Cell]]]:
    """Yield (line number, cells by column): of JSON lines if the first thing in the file is a brace, else of CSV."""
    found = iter(lines)
    first, skipped = "", 0
    for first in found:
        skipped += 1
        if first.strip().lstrip("\ufeff"):
            break
    else:
        raise DataError(f"{file}: it is empty")
    start = first.lstrip("\ufeff")
    if start.lstrip().startswith("{"):
        yield from _json(start, found, skipped, table)
    else:
        yield from _csv(start, found, skipped, table)


def _json(first: str, rest: Iterable[str], skipped: int, table: "_Table") -> Iterator[tuple[int, Mapping[str, Cell]]]:
    decoder = msgspec.json.Decoder(dict[str, Cell])
    for line, text in enumerate(_chained(first, rest), start=skipped):
        if not text.strip():
            continue
        try:
            record = decoder.decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            table.mistake(line, f"expected a JSON object, got {_short(text)}: {error}")
            continue
        if table.header is None:
            table.begin(line, list(record))
        yield line, record


def _csv(first: str, rest: Iterable[str], skipped: int, table: "_Table") -> Iterator[tuple[int, Mapping[str, Cell]]]:
    reader = csv.reader(_chained(first, rest))
    try:
        header = [name.strip() for name in next(reader)]
        table.begin(skipped, header)
        for cells in reader:
            line = reader.line_num + skipped - 1
            if not any(cells):
                continue
            if len(cells) != len(header):
                table.mistake(line, f"expected {len(header)} cells as in the header, got {len(cells)}")
                continue
            yield line, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise DataError(f"{table.file}:{reader.line_num + skipped - 1}: no CSV: {error}") from error


def _chained(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


class _Table:
    """Collects rows and mistakes."""

    def __init__(self, file: str, which: Which) -> None:
        self.file = file
        self.header: list[str] | None = None
        self._which: Which = which
        self._mistakes: list[str] = []
        self._n_mistakes = 0
        self._name_column = ""
        self._place_columns: tuple[str, str] = PLACES[0]
        self._numeric: list[str] = []
        self._values: list[list[float]] = []
        self._numbers: list[int] = []
        self._known: dict[str, int] = {}
        self._kinds: list[str] = []
        self._is_shown: list[bool] = []

    def mistake(self, line: int, text: str) -> None:
        """Note what is wrong in a line."""
        self._n_mistakes += 1
        if len(self._mistakes) < MISTAKES_TOLD:
            self._mistakes.append(f"{self.file}:{line}: {text}")

    def begin(self, line: int, header: list[str]) -> None:
        """Choose the columns; of JSON lines the first object's keys.

        Raises:
            DataError: a column that is needed is not there, or stands twice.
        """
        self.header = header
        twice = sorted({name for name in header if name and header.count(name) > 1})
        if twice:
            raise DataError(f"{self.file}:{line}: column '{twice[0]}' stands twice")
        names = [name for name in NAMES[self._which] if name in header]
        places = [pair for pair in PLACES if pair[0] in header and pair[1] in header]
        needs = [] if "time_s" in header else ["time_s"]
        needs += [] if names else [" or ".join(NAMES[self._which])]
        needs += [] if places else ["lat_deg and lon_deg, or x_m and y_m"]
        if needs:
            have = ", ".join(name[:40] for name in header[:20])
            raise DataError(f"{self.file}:{line}: a {self._which} file needs {'; '.join(needs)}; have {have}")
        self._name_column, self._place_columns = names[0], places[0]
        self._numeric = ["time_s", *self._place_columns, *(name for name in OPTIONAL if name in header)]

    def take(self, line: int, record: Mapping[str, Cell]) -> None:
        """Add a row, or note why it cannot be used."""
        name = record.get(self._name_column)
        if isinstance(name, float) and name.is_integer():
            name = int(name)
        text = str(name).strip() if isinstance(name, str | int) and not isinstance(name, bool) else ""
        if not text or len(text) > NAME_MAX:
            self.mistake(line, f"{self._name_column}: expected a name or a number, got {_short(name)}")
            return
        values = [self._number(line, column, record.get(column)) for column in self._numeric]
        if any(value is None for value in values):
            return
        number = self._known.setdefault(text, len(self._known))
        if number == len(self._kinds):
            self._kinds.append(str(record.get("kind") or ""))
        self._numbers.append(number)
        self._values.append([value for value in values if value is not None])
        self._is_shown.append(str(record.get("status") or "") in SHOWN)

    def _number(self, line: int, column: str, cell: Cell) -> float | None:
        """Return the number of a cell, NaN if it is empty and may be; None if it is a mistake."""
        is_required = column in {"time_s", *self._place_columns}
        if cell is None or (isinstance(cell, str) and cell.strip().lower() in {"", "nan"}):
            if not is_required:
                return math.nan
            self.mistake(line, f"{column}: expected a number, got {_short(cell) if cell else 'nothing'}")
            return None
        try:
            value = _float(cell)
        except (ValueError, OverflowError):
            value = math.nan
        most = TIME_MAX_S if column == "time_s" else PLACE_MAX_M
        low, high = BOUNDS.get(column, (-most, most) if is_required else (-math.inf, math.inf))
        if low <= value <= high and math.isfinite(value):
            return value
        if math.isinf(low) or math.isinf(high):
            within = " of 0 or more" if low == 0.0 else ""
        else:
            within = f" within {low:g} to {high:g}"
        self.mistake(line, f"{column}: expected a number{within}, got {_short(cell)}")
        return None

    def rows(self) -> Rows:
        """Return all rows.

        Raises:
            DataError: there were mistakes, or there is no row.
        """
        if self._n_mistakes:
            more = self._n_mistakes - len(self._mistakes)
            raise DataError("\n".join([*self._mistakes, *([f"and {more} more mistakes"] if more else [])]))
        if not self._values:
            raise DataError(f"{self.file}: it holds no row")
        assert self.header is not None
        values = np.array(self._values, dtype=np.float64)
        used = {*self._numeric, self._name_column, "status", "kind"}
        return Rows(
            file=self.file,
            is_geodetic=self._place_columns == PLACES[0],
            time_s=values[:, 0],
            number=np.array(self._numbers, dtype=np.int64),
            names=tuple(self._known),
            place=values[:, 1:3],
            columns={name: values[:, 3 + index] for index, name in enumerate(self._numeric[3:])},
            is_shown=np.array(self._is_shown, dtype=bool),
            kinds=tuple(self._kinds),
            unused=tuple(name[:40] for name in self.header if name not in used),
        )


def _float(cell: Cell) -> float:
    """Return the number of a cell; NaN if it is none.

    Raises:
        ValueError, OverflowError: it is none either.
    """
    if isinstance(cell, str):
        return math.nan if "_" in cell else float(cell)  # Python alone reads 1_000
    return float(cell) if isinstance(cell, float | int) and not isinstance(cell, bool) else math.nan


def _short(cell: object) -> str:
    text = repr(cell)
    return text if len(text) <= 60 else text[:57] + "..."
