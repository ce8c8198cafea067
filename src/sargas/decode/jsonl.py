"""Sargas's own JSON lines: one report object a line; docs/reference/report-format.md describes every field.

A line may also come without its newline (a datagram, the body of a POST): it is read as soon as it is whole.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from sargas.decode.lines import JSON_ERRORS, LineSplitter, known_sensor, malformed, reason_of
from sargas.model.report import AnyReport, Bearing, Decoded, Malformed, Presence
from sargas.model.sensor import Sensor

REFUSED: Final = "refused: Sargas does not engage, jam, intercept or steer weapons; it watches and warns"
WRONG_SENSOR: Final = "the sensor is not in the table, or the feed may not speak for it"
SET_BY_THE_WATCH: Final = "received_s and entry are set by the watch, never by the sender"
HALF_A_PLACE: Final = "lat_deg and lon_deg come together or not at all"

_ENGAGES: Final = re.compile(
    r"engag|task|jam|intercept|weapon|fire_control|strike|shoot|destroy|attack|neutrali[sz]e|spoof", re.IGNORECASE
)
_REPORT: Final = msgspec.json.Decoder(AnyReport)


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
        found: list[Decoded] = []
        for item in self._lines.feed(data):
            if isinstance(item, Malformed):
                found.append(item)
            else:
                found += self._line(*item, received_s, entry)
        rest, joint = self._lines.peek()
        if rest.endswith(b"}"):
            found += self._unfinished(rest, joint, received_s, entry)
        return found

    def reset(self) -> None:
        """Forget the unfinished line."""
        self._lines.drop()

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
            report: AnyReport = _REPORT.decode(line)
        except JSON_ERRORS as error:
            return malformed(_why(line, error), line)
        if report.sensor not in self._sensors:
            return malformed(WRONG_SENSOR, line)
        if report.received_s or report.entry:
            return malformed(SET_BY_THE_WATCH, line)
        if isinstance(report, Bearing | Presence) and (report.lat_deg is None) != (report.lon_deg is None):
            return malformed(HALF_A_PLACE, line)
        return msgspec.structs.replace(report, received_s=received_s, entry=entry)


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
