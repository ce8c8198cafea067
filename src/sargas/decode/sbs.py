"""SBS-1 BaseStation lines (TCP port 30003): aircraft messages to cooperative positions.

A line has 22 fields between commas; `MSG` (received from the aircraft) or `MLAT` (computed by a server) first, then
the transmission type: 1 identity, 2 surface position, 3 airborne position, 4 velocity, 5 altitude, 6 squawk, 7 air to
air, 8 all call. A position goes out with what the other lines last said of the same aircraft.
Source: Kinetic Avionics, SBS-1 socket data format; altitude in feet, speed in knots, climb in feet per minute.
"""

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from sargas.decode.lines import LineSplitter, finite, known_sensor, malformed
from sargas.model.report import Cooperative, Decoded, Identity, Malformed, Unused
from sargas.model.sensor import Sensor
from sargas.model.units import FEET_PER_MINUTE_MPS, FOOT_M, KNOT_MPS

LINE_MAX_BYTES: Final = 1_024
"""A full line has about 120 bytes."""
AIRCRAFT_MAX: Final = 20_000
FORGET_S: Final = 300.0
"""An address unheard for so long may be another flight."""
MOTION_KEPT_S: Final = 15.0
"""Velocity comes twice a second; what is older belongs to another part of the flight."""

N_FIELDS: Final = 22
OTHER_LINES: Final = frozenset({"SEL", "ID", "AIR", "STA", "CLK"})
TYPES: Final = {
    "1": "identity",
    "2": "surface position",
    "3": "airborne position",
    "4": "velocity",
    "5": "altitude",
    "6": "squawk",
    "7": "air to air",
    "8": "all call",
}

_ADDRESS: Final = re.compile(r"[0-9A-Fa-f]{6}")
_CALLSIGN: Final = re.compile(r"[A-Z0-9 @_./-]{0,16}")
_SQUAWK: Final = re.compile(r"[0-7]{1,4}")
_MOMENT: Final = re.compile(r"(\d{4})/(\d\d)/(\d\d),(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?", re.ASCII)


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sensor of the table whose receiver this is, and whether the lines' own times are to be believed.

    The lines carry the local time of the box that wrote them; `utc_offset_s` is what to take off to get UTC.
    """

    sensor: str
    use_message_time: bool = False
    utc_offset_s: Annotated[float, Meta(ge=-50_400.0, le=50_400.0)] = 0.0


class _Aircraft:
    """What the lines last said of one aircraft, in SI."""

    __slots__ = ("callsign", "climb_mps", "course_deg", "heard_s", "motion_s", "speed_mps", "squawk")

    def __init__(self) -> None:
        self.heard_s = 0.0
        self.motion_s = 0.0
        self.callsign: str | None = None
        self.squawk: str | None = None
        self.speed_mps: float | None = None
        self.course_deg: float | None = None
        self.climb_mps: float | None = None


class SbsDecoder:
    """Lines to positions; keeps the last words of every aircraft."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lines = LineSplitter(LINE_MAX_BYTES)
        self._aircraft: dict[str, _Aircraft] = {}

    def decode(self, data: bytes, received_s: float, entry: int) -> Iterable[Decoded]:
        """Return the positions of the lines that became complete."""
        found: list[Decoded] = []
        for item in self._lines.feed(data):
            if isinstance(item, Malformed):
                found.append(item)
                continue
            line, seam = item
            said = self._said(line, received_s, entry)
            if isinstance(said, Malformed) and seam:  # the box was cut off in the middle of a line, and began anew
                found += [self._said(line[:seam], received_s, entry), self._said(line[seam:], received_s, entry)]
            else:
                found.append(said)
        self._forget(received_s)
        return found

    def reset(self) -> None:
        """Forget the unfinished line and every aircraft."""
        self._lines.drop()
        self._aircraft.clear()

    def _said(self, line: bytes, received_s: float, entry: int) -> Decoded:
        try:
            return self._line(line.decode("ascii").strip(), received_s, entry)
        except UnicodeDecodeError:
            return malformed("no ASCII", line)
        except ValueError as error:
            return malformed(str(error), line)

    def _line(self, line: str, received_s: float, entry: int) -> Decoded:
        """Return what one line says.

        Raises:
            ValueError: it is no line of this format; the message names the field.
        """
        fields = line.split(",")
        if fields[0] in OTHER_LINES:
            return Unused(f"{fields[0]} line")
        if fields[0] not in {"MSG", "MLAT"} or len(fields) != N_FIELDS or fields[1] not in TYPES:
            raise ValueError("no BaseStation line")
        if not _ADDRESS.fullmatch(fields[4]):
            raise ValueError("field 5: expected an address of 6 hexadecimal digits")
        lat_deg = _number(fields, 14, -90.0, 90.0)
        lon_deg = _number(fields, 15, -180.0, 180.0)
        aircraft = self._updated(fields, received_s)
        if lat_deg is None or lon_deg is None or fields[1] not in {"2", "3"}:
            return Unused(f"{TYPES[fields[1]]} without a position")
        time_s = self._time_s(fields) if self._settings.use_message_time else received_s
        alt_ft = _number(fields, 11, -3_000.0, 300_000.0)
        return Cooperative(
            sensor=self._settings.sensor,
            time_s=time_s,
            received_s=received_s,
            entry=entry,
            identity=Identity(icao24=fields[4].lower(), callsign=aircraft.callsign, squawk=aircraft.squawk),
            source=_source(fields[0]),
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            alt_baro_m=None if alt_ft is None else alt_ft * FOOT_M,
            speed_mps=aircraft.speed_mps,
            course_deg=aircraft.course_deg,
            climb_mps=aircraft.climb_mps,
            is_on_ground=fields[1] == "2" or fields[21].strip() in {"-1", "1"},
        )

    def _updated(self, fields: list[str], received_s: float) -> _Aircraft:
        """Return the aircraft with what this line adds; nothing is added by a line with a bad field."""
        callsign = fields[10].strip(" @")
        squawk = fields[17].strip()
        if not _CALLSIGN.fullmatch(callsign):
            raise ValueError("field 11: expected a callsign")
        if squawk and not _SQUAWK.fullmatch(squawk):
            raise ValueError("field 18: expected four octal digits")
        speed_kt = _number(fields, 12, 0.0, 19_000.0)
        course_deg = _number(fields, 13, 0.0, 360.0)
        climb_fpm = _number(fields, 16, -190_000.0, 190_000.0)
        aircraft = self._aircraft.pop(fields[4].lower(), None) or _Aircraft()
        self._aircraft[fields[4].lower()] = aircraft
        aircraft.heard_s = received_s
        if received_s - aircraft.motion_s > MOTION_KEPT_S:
            aircraft.speed_mps = aircraft.course_deg = aircraft.climb_mps = None
        aircraft.callsign = callsign or aircraft.callsign
        aircraft.squawk = squawk.zfill(4) if squawk else aircraft.squawk
        if speed_kt is not None or course_deg is not None or climb_fpm is not None:
            aircraft.motion_s = received_s
        aircraft.speed_mps = aircraft.speed_mps if speed_kt is None else speed_kt * KNOT_MPS
        aircraft.course_deg = aircraft.course_deg if course_deg is None else course_deg
        aircraft.climb_mps = aircraft.climb_mps if climb_fpm is None else climb_fpm * FEET_PER_MINUTE_MPS
        return aircraft

    def _time_s(self, fields: list[str]) -> float:
        """Return when the line was generated (fields 7 and 8), as UTC epoch seconds."""
        match = _MOMENT.fullmatch(f"{fields[6].strip()},{fields[7].strip()}")
        if match is None:
            raise ValueError("fields 7 and 8: expected YYYY/MM/DD and hh:mm:ss.sss")
        year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
        try:
            moment = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.UTC)
        except ValueError:
            raise ValueError("fields 7 and 8: no such moment") from None
        time_s = moment.timestamp() + float(f"0.{match[7] or 0}") - self._settings.utc_offset_s
        if not 0.0 <= time_s <= 32_503_680_000.0:
            raise ValueError("fields 7 and 8: no such moment")
        return time_s

    def _forget(self, received_s: float) -> None:
        while self._aircraft:
            oldest = next(iter(self._aircraft))
            if len(self._aircraft) <= AIRCRAFT_MAX and self._aircraft[oldest].heard_s > received_s - FORGET_S:
                return
            del self._aircraft[oldest]


def _number(fields: list[str], index: int, low: float, high: float) -> float | None:
    try:
        value = finite(fields[index])
    except ValueError:
        raise ValueError(f"field {index + 1}: expected a number") from None
    if value is not None and not low <= value <= high:
        raise ValueError(f"field {index + 1}: expected {low:g} to {high:g}")
    return value


def _source(first: str) -> Literal["adsb", "mlat"]:
    return "mlat" if first == "MLAT" else "adsb"


def build(settings: Settings, sensors: Mapping[str, Sensor]) -> SbsDecoder:
    """Return a decoder that stamps its reports with the receiver's id.

    Raises:
        ConfigError: the table has no such sensor.
    """
    known_sensor(settings.sensor, sensors)
    return SbsDecoder(settings)
