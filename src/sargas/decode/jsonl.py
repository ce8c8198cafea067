"""Sargas's own JSON lines: one report object a line; docs/reference/report-format.md describes every field.

A line may also come without its newline (a datagram, the body of a POST): it is read as soon as it is whole. Lines
that are all sound are read in one go, which is several times faster; one that is not sends its chunk line by line.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from sargas.decode.lines import JSON_ERRORS, LINE_MAX_BYTES, LineSplitter, known_sensor, malformed, reason_of
from sargas.model.report import AnyReport, Bearing, Decoded, Malformed, Presence
from sargas.model.sensor import Sensor

REFUSED: Final = "refused: Sargas does not engage, jam, intercept or steer weapons; it watches and warns"
WRONG_SENSOR: Final = "the sensor is not in the table, or the feed may not speak for it"
SET_BY_THE_WATCH: Final = "received_s and entry are set by the watch, never by the sender"
HALF_A_PLACE: Final = "lat_deg and lon_deg come together or not at all"

_ENGAGES: Final = re.compile(
    r"engag|task|jam|intercept|weapon|fire_control|strike|shoot|destroy|attack|neutrali[sz]e|spoof", re.IGNORECASE
)
TEXT_MAX: Final = 2_000
"""As the model's `Text`: what a person wrote beyond it is cut off, since the rest of the report is worth having."""
CUT_MARK: Final = "…"

_REPORT: Final = msgspec.json.Decoder(AnyReport)
_TOO_WORDY: Final = f"length <= {TEXT_MAX} - at `$.text`"
_MAY_NAME_A_PLACE: Final = frozenset({Bearing, Presence})
_set: Final = msgspec.structs.force_setattr


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For which sensors of the table the feed may speak; none named means for all of them."""

    sensors: tuple[str, ...] = ()


class _Kind(Struct):
    kind: str = ""


_KIND: Final = msgspec.json.Decoder(_Kind)


class JsonLinesDecoder:
    """Report objects, one a line."""

    def __init__(self, sensors: frozenset[str]) -> None:
        self._sensors = sensors
        self._lines = LineSplitter()

    def decode(self, data: bytes, received_s: float, entry: int) -> Iterable[Decoded]:
        """Return the reports of the lines that became complete."""
        begun = data.find(b"\n") + 1 if self._lines.has_begun else 0
        whole = data.rfind(b"\n") + 1
        found = self._each(data[:begun], received_s, entry) if begun else []
        if whole > begun:
            lines = data[begun:whole]
            reports = self._together(lines, received_s, entry)
            found += self._each(lines, received_s, entry) if reports is None else reports
        if whole < len(data):
            self._lines.feed(data[whole:])
        rest, joint = self._lines.peek()
        if rest.endswith(b"}"):
            found += self._unfinished(rest, joint, received_s, entry)
        return found

    def reset(self) -> None:
        """Forget the unfinished line."""
        self._lines.drop()

    def _together(self, lines: bytes, received_s: float, entry: int) -> list[AnyReport] | None:
        """Return the reports of whole lines; None if one of them must be looked at by itself."""
        try:
            reports: list[AnyReport] = _REPORT.decode_lines(lines)
        except JSON_ERRORS:
            return None
        if not _are_one_a_line(lines, len(reports)):
            return None
        sensors = self._sensors
        for report in reports:
            if report.sensor not in sensors or report.received_s or report.entry:
                return None
            if type(report) in _MAY_NAME_A_PLACE and _is_half_placed(report):
                return None
            # Nobody else has seen the report yet: to set what it lacks costs less than to make another one.
            _set(report, "received_s", received_s)
            _set(report, "entry", entry)
        return reports

    def _each(self, lines: bytes, received_s: float, entry: int) -> list[Decoded]:
        found: list[Decoded] = []
        for item in self._lines.feed(lines):
            if isinstance(item, Malformed):
                found.append(item)
            else:
                found += self._line(*item, received_s, entry)
        return found

    def _line(self, line: bytes, joint: int, received_s: float, entry: int) -> list[Decoded]:
        """Return what a whole line says; if its first piece was cut off, what the second piece says by itself."""
        report = self._report(line, received_s, entry)
        if isinstance(report, Malformed) and joint:
            second = self._report(line[joint:], received_s, entry)
            if not isinstance(second, Malformed):
                return [malformed("line cut short", line[:joint]), second]
        return [report]

    def _unfinished(self, rest: bytes, joint: int, received_s: float, entry: int) -> list[Decoded]:
        """Return what an unfinished line says if it is a whole object already; otherwise wait for more."""
        found = self._line(rest, joint, received_s, entry)
        if isinstance(found[-1], Malformed) and not _is_object(rest):
            return []
        self._lines.drop()
        return found

    def _report(self, line: bytes, received_s: float, entry: int) -> AnyReport | Malformed:
        try:
            report = _read(line)
        except JSON_ERRORS as error:
            return malformed(_why(line, error), line)
        if report.sensor not in self._sensors:
            return malformed(WRONG_SENSOR, line)
        if report.received_s or report.entry:
            return malformed(SET_BY_THE_WATCH, line)
        if _is_half_placed(report):
            return malformed(HALF_A_PLACE, line)
        return msgspec.structs.replace(report, received_s=received_s, entry=entry)


def _are_one_a_line(lines: bytes, n_objects: int) -> bool:
    """Return whether so many objects stand one on each line, and no line is longer than it may be.

    Between "}", a line's end and "{" one object ends and another begins; as many such seams as line ends leave no
    other place for the objects.
    """
    n_seams = lines.count(b"}\n{")
    if n_seams != n_objects - 1:
        n_seams += lines.count(b"}\r\n{")
    are_single = n_seams == n_objects - 1 and lines.count(b"\n") == n_objects
    return are_single and (len(lines) <= LINE_MAX_BYTES or max(map(len, lines.split(b"\n"))) <= LINE_MAX_BYTES)


def _is_half_placed(report: AnyReport) -> bool:
    return isinstance(report, Bearing | Presence) and (report.lat_deg is None) != (report.lon_deg is None)


def _read(line: bytes) -> AnyReport:
    """Return the report; one whose only fault is too long a text with the text cut short."""
    try:
        report: AnyReport = _REPORT.decode(line)
    except msgspec.ValidationError as error:
        if _TOO_WORDY not in str(error):
            raise
        fields = msgspec.json.decode(line, type=dict[str, Any])
        fields["text"] = fields["text"][: TEXT_MAX - len(CUT_MARK)] + CUT_MARK
        report = _REPORT.decode(msgspec.json.encode(fields))
    return report


def _is_object(text: bytes) -> bool:
    """Return whether the text is one whole JSON object, of any content."""
    try:
        msgspec.json.decode(text, type=_Kind)
    except msgspec.ValidationError:
        return True
    except JSON_ERRORS:
        return False
    return True


def _why(line: bytes, error: Exception) -> str:
    """Return the reason why a line is no report, led by its kind if that is one of ours."""
    try:
        kind = _KIND.decode(line).kind
    except JSON_ERRORS:
        return reason_of(error)
    if kind in KINDS:
        return f"{kind}: {reason_of(error)}"
    return REFUSED if _ENGAGES.search(kind) else f"unknown kind; have {', '.join(KINDS)}"


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of one line: what a sender may write.

    What the watch sets itself is left out; that a place is whole is said in the schema's own words.
    """
    made = msgspec.json.schema(AnyReport)
    for name, definition in made["$defs"].items():
        for field in ("received_s", "entry"):
            definition["properties"].pop(field, None)
        if name in {Bearing.__name__, Presence.__name__}:
            definition["dependentRequired"] = {"lat_deg": ["lon_deg"], "lon_deg": ["lat_deg"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A report to Sargas",
        "description": "One line of Sargas's own JSON lines.",
        **made,
    }


def _kinds() -> tuple[str, ...]:
    return tuple(sorted(str(report.__struct_config__.tag) for report in AnyReport.__args__))


KINDS: Final = _kinds()


def build(settings: Settings, sensors: Mapping[str, Sensor]) -> JsonLinesDecoder:
    """Return a decoder for the sensors that the feed may speak for.

    Raises:
        ConfigError: the table has no such sensor.
    """
    named = [known_sensor(sensor, sensors).id for sensor in settings.sensors]
    return JsonLinesDecoder(frozenset(named or sensors))
