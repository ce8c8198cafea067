"""What the text formats share: lines out of bytes in any split, and words about what could not be read."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from sargas.model.errors import ConfigError
from sargas.model.report import Malformed
from sargas.model.sensor import Sensor

LINE_MAX_BYTES: Final = 65_536
"""A longer line is no report of ours: the longest, a cue with 500 corners and its text, has 40 kB."""
EXCERPT_BYTES: Final = 16
JSON_ERRORS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises on bytes from outside; bad UTF-8 and deep nesting come as Python's own errors."""

_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_INDEX: Final = re.compile(r"\[[^\]]*\]")


def malformed(reason: str, data: bytes) -> Malformed:
    """Return `data` as unreadable, with its first bytes as hexadecimal digits."""
    return Malformed(reason, len(data), data[:EXCERPT_BYTES].hex())


def reason_of(error: Exception) -> str:
    """Return why a JSON text was refused, free of what its sender wrote, so that reasons can be counted.

    "Expected `float` >= 0.0 - at `$.area[3][0]`" becomes "$.area[][]: expected float >= 0.0".
    """
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if not isinstance(error, msgspec.ValidationError):
        return "no JSON"
    message = str(error)
    if message.startswith("Object contains unknown field"):
        return "unknown field"
    what, _, where = message.rpartition(" - at ")
    if not where.startswith("`$"):
        what, where = message, "`$`"
    if what.startswith("Invalid"):
        what = "invalid value"
    what = what.replace("`", "")
    return f"{_INDEX.sub('[]', where.strip('`'))}: {what[:1].lower()}{what[1:]}"


def known_sensor(sensor: str, sensors: Mapping[str, Sensor]) -> Sensor:
    """Return the sensor of the table with that id.

    Raises:
        ConfigError: the table has none; names those that it has.
    """
    try:
        return sensors[sensor]
    except KeyError:
        raise ConfigError(f"sensor: no sensor {sensor!r}; have {', '.join(sorted(sensors)) or 'none'}") from None


def finite(text: str) -> float | None:
    """Return a plain decimal number, None for an empty field.

    Raises:
        ValueError: the text is anything else (an exponent, an underscore, "nan").
    """
    text = text.strip(" ")
    if not text:
        return None
    if len(text) > 24 or not _DECIMAL.fullmatch(text):
        raise ValueError("no decimal number")
    return float(text)


class LineSplitter:
    """Bytes in any split to whole lines, never holding more than one line of bounded length."""

    def __init__(self, max_bytes: int = LINE_MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._rest = b""
        self._joint = 0
        self._n_skipped = 0

    def feed(self, data: bytes) -> list[tuple[bytes, int] | Malformed]:
        """Return the lines that became complete, without their ends; blank lines are left out.

        With each line comes the place of the last seam in it (0: it came in one piece), so that a reader can try what
        follows the seam when a sender was cut off in the middle of a line.
        """
        first, *others = data.split(b"\n")
        if not others:
            self._keep(first)
            return []
        lines: list[tuple[bytes, int] | Malformed] = []
        joint = len(self._rest) if first.strip() else self._joint
        if self._n_skipped:
            lines.append(Malformed(f"line longer than {self._max_bytes} bytes", self._n_skipped + len(first)))
        else:
            self._add(lines, self._rest + first, joint)
        self._rest, self._joint, self._n_skipped = b"", 0, 0
        for line in others[:-1]:
            self._add(lines, line, 0)
        self._keep(others[-1])
        return lines

    @property
    def has_begun(self) -> bool:
        """Whether a line is unfinished."""
        return bool(self._rest) or self._n_skipped > 0

    def peek(self) -> tuple[bytes, int]:
        """Return the unfinished line and the place of the last seam in it."""
        return self._rest.strip(), self._joint

    def drop(self) -> None:
        """Forget the unfinished line."""
        self._rest, self._joint, self._n_skipped = b"", 0, 0

    def _add(self, lines: list[tuple[bytes, int] | Malformed], line: bytes, joint: int) -> None:
        if len(line) > self._max_bytes:
            lines.append(malformed(f"line longer than {self._max_bytes} bytes", line))
        elif not line.isspace() and line:
            lines.append((line, joint))

    def _keep(self, rest: bytes) -> None:
        if self._n_skipped or len(self._rest) + len(rest) > self._max_bytes:
            self._n_skipped += len(self._rest) + len(rest)
            self._rest = b""
        else:
            self._joint = len(self._rest) if rest.strip() else self._joint
            self._rest += rest
