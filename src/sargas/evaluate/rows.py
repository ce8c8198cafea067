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
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, Literal, NamedTuple

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
MOST: Final = 1.0e300
"""More is no number of anything."""
MOST_WHOLE: Final = 2.0**53
ANY: Final = (-MOST, MOST)
BOUNDS: Final = {
    "time_s": (-1.0e12, 1.0e12),
    "x_m": (-1.0e9, 1.0e9),
    "y_m": (-1.0e9, 1.0e9),
    "lat_deg": (-90.0, 90.0),
    "lon_deg": (-180.0, 180.0),
    "existence": (0.0, 1.0),
    "nis": (0.0, MOST),
    "speed_mps": (0.0, MOST),
    "course_deg": (0.0, 360.0),
    "var_east_m2": (0.0, MOST),
    "var_north_m2": (0.0, MOST),
    "var_east_m2ps2": (0.0, MOST),
    "var_north_m2ps2": (0.0, MOST),
}
VELOCITY: Final = ("east_mps", "north_mps")
COURSE: Final = ("speed_mps", "course_deg")
POSITION_COV: Final = ("var_east_m2", "cov_east_north_m2", "var_north_m2")
VELOCITY_COV: Final = ("var_east_m2ps2", "cov_east_north_m2ps2", "var_north_m2ps2")
OPTIONAL: Final = (*VELOCITY, *COURSE, *POSITION_COV, *VELOCITY_COV, "existence", "nis")
SHOWN: Final = ("", "confirmed", "coasting")
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
    for line, cells in _records(lines, file, table):
        table.take(line, cells)
    return table.rows()


def _records(lines: Iterable[str], file: str, table: "_Table") -> Iterator[tuple[int, Sequence[Cell]]]:
    """Yield (line number, cells in the order of the table's header), of JSON lines or of CSV.

    It is JSON if the first thing in the file is a brace. Blank lines and comments before it are passed over.
    """
    found = iter(lines)
    for line, text in enumerate(found, start=1):
        first = text.lstrip("\ufeff")
        if first.lstrip().startswith("{"):
            yield from _json(chain([first], found), line, table)
            return
        if first.strip() and not first.startswith("#"):
            yield from _csv(chain([first], found), line, table)
            return
    raise DataError(f"{file}: it is empty")


def _json(lines: Iterable[str], first_line: int, table: "_Table") -> Iterator[tuple[int, Sequence[Cell]]]:
    decoder = msgspec.json.Decoder(dict[str, Cell])
    for line, text in enumerate(lines, start=first_line):
        if not text.strip():
            continue
        try:
            record = decoder.decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            table.mistake(line, f"expected a JSON object, got {_short(text.rstrip())}: {error}")
            continue
        if not table.header:  # what the first object has not, a later one may have
            table.begin(line, list(record), [*OPTIONAL, "status", "kind"])
        yield line, [_plain(record.get(name)) for name in table.header]


def _plain(cell: Cell) -> str | float | None:
    """Return a cell that is text, a number or nothing; what is none of these as text, which is no number."""
    return cell if cell is None or (isinstance(cell, str | float) or type(cell) is int) else repr(cell)


def _csv(lines: Iterable[str], first_line: int, table: "_Table") -> Iterator[tuple[int, Sequence[Cell]]]:
    reader = csv.reader(lines)
    try:
        table.begin(first_line, [name.strip() for name in next(reader)])
        n = len(table.header)
        for cells in reader:
            if len(cells) == n:
                yield reader.line_num + first_line - 1, cells
            elif any(cells):
                line = reader.line_num + first_line - 1
                table.mistake(line, f"expected {n} cells as in the header, got {len(cells)}")
    except csv.Error as error:
        raise DataError(f"{table.file}:{reader.line_num + first_line - 1}: no CSV: {error}") from error


class _Column(NamedTuple):
    """Where a number stands in a row, and what it may be."""

    at: int
    name: str
    low: float
    high: float
    is_required: bool


class _Table:
    """Collects rows and mistakes."""

    def __init__(self, file: str, which: Which) -> None:
        self.file = file
        self.header: list[str] = []
        self._which: Which = which
        self._mistakes: list[str] = []
        self._n_mistakes = 0
        self._is_geodetic = True
        self._columns: list[_Column] = []
        self._name = self._status = self._kind = 0
        self._unused: list[str] = []
        self._values = array("d")
        self._numbers = array("q")
        self._is_shown = bytearray()
        self._known: dict[str, int] = {}
        self._kinds: list[str] = []

    def mistake(self, line: int, text: str) -> None:
        """Note what is wrong in a line."""
        self._n_mistakes += 1
        if len(self._mistakes) < MISTAKES_TOLD:
            self._mistakes.append(f"{self.file}:{line}: {text}")

    def begin(self, line: int, header: Sequence[str], more: Sequence[str] = ()) -> None:
        """Choose the columns of a header; `more` are those that rows may have besides.

        Raises:
            DataError: a column that is needed is not there, or one stands twice.
        """
        twice = sorted({name for name in header if name and header.count(name) > 1})
        if twice:
            raise DataError(f"{self.file}:{line}: column {_short(twice[0])} stands twice")
        names = [name for name in NAMES[self._which] if name in header]
        places = [pair for pair in PLACES if pair[0] in header and pair[1] in header]
        needs = [] if "time_s" in header else ["time_s"]
        needs += [] if names else [" or ".join(NAMES[self._which])]
        needs += [] if places else ["lat_deg and lon_deg, or x_m and y_m"]
        if needs:
            have = ", ".join(map(_clean, header[:20]))
            raise DataError(f"{self.file}:{line}: a {self._which} file needs {'; '.join(needs)}; have {have}")
        self.header = [*header, *(name for name in more if name not in header)]
        self._is_geodetic = places[0] == PLACES[0]
        required = ("time_s", *places[0])
        self._columns = [
            _Column(self.header.index(name), name, *BOUNDS.get(name, ANY), name in required)
            for name in (*required, *OPTIONAL)
            if name in self.header
        ]
        self._name = self.header.index(names[0])
        self._status, self._kind = (self.header.index(n) if n in self.header else -1 for n in ("status", "kind"))
        used = {names[0], "status", "kind", *(column.name for column in self._columns)}
        self._unused = [_clean(name) for name in header if name not in used]

    def take(self, line: int, cells: Sequence[Cell]) -> None:
        """Add a row, or note why it cannot be used."""
        values = []
        for column in self._columns:
            cell = cells[column.at]
            try:
                value = float(cell)  # type: ignore[arg-type] # whatever is no number raises, and is told
            except (TypeError, ValueError, OverflowError):
                value = math.nan
            if not column.low <= value <= column.high or (type(cell) is str and "_" in cell):
                if not self._may_be_unknown(line, column, cell):
                    return
                value = math.nan
            values.append(value)
        number = self._number_of(line, cells)
        if number is None:
            return
        self._values.extend(values)
        self._numbers.append(number)
        self._is_shown.append(self._status < 0 or _text(cells[self._status]) in SHOWN)

    def _may_be_unknown(self, line: int, column: _Column, cell: Cell) -> bool:
        """Return whether a cell without a number is simply empty and may be; if not, it is a mistake."""
        is_empty = _text(cell).lower() in {"", "nan"}
        if is_empty and not column.is_required:
            return True
        if column.high < MOST:
            within = f" within {column.low:g} to {column.high:g}"
        else:
            within = " of 0 or more" if column.low == 0.0 else ""
        self.mistake(line, f"{column.name}: expected a number{within}, got {_short(cell) if cell else 'nothing'}")
        return False

    def _number_of(self, line: int, cells: Sequence[Cell]) -> int | None:
        """Return the number of the row's name; None if it has none."""
        cell = cells[self._name]
        name = cell if type(cell) is str else _text(cell)
        number = self._known.get(name)
        if number is not None:
            return number
        name = name.strip()
        if not name or len(name) > NAME_MAX:
            self.mistake(line, f"{self.header[self._name]}: expected a name or a number, got {_short(cell)}")
            return None
        number = self._known.setdefault(name, len(self._known))
        if number == len(self._kinds):
            self._kinds.append(_text(cells[self._kind]) if self._kind >= 0 else "")
        return number

    def rows(self) -> Rows:
        """Return all rows.

        Raises:
            DataError: there were mistakes, or there is no row.
        """
        if self._n_mistakes:
            more = self._n_mistakes - len(self._mistakes)
            raise DataError("\n".join([*self._mistakes, *([f"and {more} more mistakes"] if more else [])]))
        if not self._numbers:
            raise DataError(f"{self.file}: it holds no row")
        values = np.array(self._values, dtype=np.float64).reshape(len(self._numbers), -1)
        columns = {column.name: values[:, index] for index, column in enumerate(self._columns) if index > 2}
        return Rows(
            file=self.file,
            is_geodetic=self._is_geodetic,
            time_s=values[:, 0],
            number=np.array(self._numbers, dtype=np.int64),
            names=tuple(self._known),
            place=values[:, 1:3],
            columns={name: column for name, column in columns.items() if np.isfinite(column).any()},
            is_shown=np.array(self._is_shown, dtype=bool),
            kinds=tuple(self._kinds),
            unused=tuple(self._unused),
        )


def _text(cell: Cell) -> str:
    """Return a cell as text; a whole number without its decimals, as in `7.0`."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < MOST_WHOLE:
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _clean(name: str) -> str:
    """Return a column's name as it may stand in a message."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:40])


def _short(cell: object) -> str:
    text = repr(cell)
    return text if len(text) <= 60 else text[:57] + "..."
