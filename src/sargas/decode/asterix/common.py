"""What the categories share: the source of a record, its time, and the identity that a transponder gave."""

import math
from collections.abc import Mapping
from typing import Final, Protocol, TypeVar

from sargas.decode.asterix.layout import Broken, Field, Items, Spec
from sargas.model.report import NO_IDENTITY, Decoded, Identity
from sargas.model.sensor import Errors, Sensor
from sargas.model.units import DAY_S

SIX_BIT: Final = " ABCDEFGHIJKLMNOPQRSTUVWXYZ     " + " " * 16 + "0123456789      "
"""ICAO Annex 10 volume IV, table 3-8: 1-26 letters, 32 space, 48-57 figures; what is not assigned reads as space."""

SPEED_MAX_MPS: Final = 10_000.0
"""What the model holds; faster than anything that flies."""

NORTH_MARKS_KEPT: Final = 1_024
"""More sources than any watch has; hostile source numbers cannot fill the memory."""

POSITION_SD_M: Final = Errors().position_sd_m

Number = TypeVar("Number", int, float)


class Source:
    """Who sent a record, and when it came."""

    __slots__ = ("entry", "received_s", "sensor", "site", "sources")

    def __init__(self, sources: "Sources", sac: int, sic: int, received_s: float, entry: int) -> None:
        self.sources = sources
        self.site = sources.site(sac, sic)
        self.sensor = sources.name(sac, sic)
        self.received_s = received_s
        self.entry = entry

    @property
    def position_sd_m(self) -> float:
        """The standard deviation of its positions by the sensor table, or the table's usual one."""
        return POSITION_SD_M if self.site is None else self.site.errors.position_sd_m

    def time_s(self, time_of_day_s: float | None) -> float:
        """Return the moment [epoch s] of a time of day, or the arrival where the record holds none."""
        return self.received_s if time_of_day_s is None else resolve_time(time_of_day_s, self.received_s)


class Sources:
    """The sensor table by SAC/SIC, and the last north mark and turn of each sensor."""

    def __init__(self, sensors: Mapping[str, Sensor]) -> None:
        self._sensors = {
            (sensor.sac, sensor.sic): sensor
            for sensor in sensors.values()
            if sensor.sac is not None and sensor.sic is not None
        }
        self._north: dict[str, tuple[float, float | None]] = {}

    def site(self, sac: int, sic: int) -> Sensor | None:
        """Return the sensor of the table, None if the source is not in it."""
        return self._sensors.get((sac, sic))

    def name(self, sac: int, sic: int) -> str:
        """Return the sensor's id; a source that is not in the table is called by its numbers."""
        sensor = self._sensors.get((sac, sic))
        return f"asterix-{sac}-{sic}" if sensor is None else sensor.id

    def turn_s(self, sensor: str, north_s: float) -> float | None:
        """Return the time [s] from north mark to north mark, once two turns agree: one mark may have been lost."""
        last_s, before_s = self._north.pop(sensor, (None, None))
        turn_s = None if last_s is None else north_s - last_s
        while len(self._north) >= NORTH_MARKS_KEPT:
            del self._north[next(iter(self._north))]
        self._north[sensor] = north_s, turn_s
        if turn_s is None or before_s is None or abs(turn_s - before_s) > 0.2 * before_s:
            return None
        return turn_s


class Reader(Protocol):
    """The items of one record of one category and edition to what it says."""

    def read(self, items: Items, source: Source) -> Decoded:
        """Return the report; Broken with the reason where its numbers cannot be."""


class Time:
    """A time of day, 1/128 s since UTC midnight."""

    def __init__(self, spec: Spec, item: str) -> None:
        self._item = item
        self._field = spec.field(item)

    def read(self, items: Items) -> float | None:
        """Return the time [s] of the UTC day, None where there is none.

        Raises:
            Broken: the day has no such second; seen when a record is read by the wrong edition.
        """
        time_s = self._field.value(items.get(self._item))
        if time_s is not None and time_s > DAY_S:
            raise Broken("time of day beyond one day")
        return time_s


class Position:
    """A WGS-84 latitude and longitude in one item."""

    def __init__(self, spec: Spec, item: str) -> None:
        self._item = item
        self._lat = spec.field(item, "LAT")
        self._lon = spec.field(item, "LON")

    def read(self, items: Items) -> tuple[float, float] | None:
        """Return (latitude, longitude) in degrees, None where there is none.

        Raises:
            Broken: the earth has no such place; seen when a record is read by the wrong edition.
        """
        item = items.get(self._item)
        lat_deg, lon_deg = self._lat.value(item), self._lon.value(item)
        if lat_deg is None or lon_deg is None:
            return None
        if not (-90.0 <= lat_deg <= 90.0 and -180.0 <= lon_deg <= 180.0):
            raise Broken("position not on earth")
        return lat_deg, lon_deg


class Code:
    """A number that is used only while it is neither garbled nor unvalidated (bits G and V)."""

    def __init__(self, spec: Spec, item: str, name: str) -> None:
        self._item = item
        self._unvalidated = spec.field(item, "V")
        self._garbled = spec.field(item, "G")
        self._code = spec.field(item, name)

    @property
    def number(self) -> Field:
        """The number itself."""
        return self._code

    @property
    def doubts(self) -> tuple[Field, ...]:
        """The bits with which it is not used."""
        return self._unvalidated, self._garbled

    def _is_sound(self, item: bytes | None) -> bool:
        return item is not None and not self._unvalidated.raw(item) and not self._garbled.raw(item)

    def altitude_m(self, items: Items) -> float | None:
        """Return a flight level as pressure altitude [m]."""
        item = items.get(self._item)
        return plausible_altitude(self._code.value(item)) if self._is_sound(item) else None

    def squawk(self, items: Items) -> str | None:
        """Return a mode 3/A code as four octal figures."""
        item = items.get(self._item)
        code = self._code.raw(item) if self._is_sound(item) else None
        return None if code is None else f"{code:04o}"


def resolve_time(time_of_day_s: float, near_s: float) -> float:
    """Return the moment [epoch s] with this time of day [s] that is nearest to `near_s`, never before 1970."""
    time_s = near_s - near_s % DAY_S + time_of_day_s
    if time_s - near_s > DAY_S / 2:
        time_s -= DAY_S
    elif near_s - time_s > DAY_S / 2:
        time_s += DAY_S
    return time_s if time_s >= 0.0 else time_s + DAY_S


def callsign(characters: int | None) -> str | None:
    """Return eight characters of six bits as text without the blanks around it, None if nothing is left."""
    if not characters:
        return None
    text = "".join(SIX_BIT[characters >> shift & 63] for shift in range(42, -1, -6)).strip()
    return text or None


def ascii_callsign(item: bytes | None) -> str | None:
    """Return a callsign written in ASCII, None if it is blank or holds anything but letters, figures and dashes."""
    text = (item or b"").decode("ascii", "replace").strip(" \0")
    return text if text and len(text) <= 16 and text.replace("-", "").isalnum() and text.isascii() else None


def icao24(address: int | None) -> str | None:
    """Return a 24-bit address in hexadecimal; all zeros is no address."""
    return f"{address:06x}" if address else None


def identity(address: str | None, call: str | None, squawk: str | None) -> Identity:
    """Return the identity, the shared empty one if nothing is known."""
    if address is None and call is None and squawk is None:
        return NO_IDENTITY
    return Identity(icao24=address, callsign=call, squawk=squawk)


def within(low: Number, value: Number | None, high: Number) -> Number | None:
    """Return the value if it lies between the limits, else None: the sender cannot have meant it."""
    return value if value is not None and low <= value <= high else None


def plausible_altitude(altitude_m: float | None) -> float | None:
    """Return the altitude [m] if an aircraft can be there, else None."""
    return within(-1_000.0, altitude_m, 100_000.0)


def plausible_climb(climb_mps: float | None) -> float | None:
    """Return the rate of climb [m/s] if the model can hold it, else None."""
    return within(-1_000.0, climb_mps, 1_000.0)


def velocity(east_mps: float | None, north_mps: float | None) -> tuple[float | None, float | None]:
    """Return speed [m/s] and course [degrees]; what stands still has no course."""
    if east_mps is None or north_mps is None:
        return None, None
    if east_mps == 0.0 and north_mps == 0.0:
        return 0.0, None
    speed_mps = within(0.0, math.hypot(east_mps, north_mps), SPEED_MAX_MPS)
    return speed_mps, math.degrees(math.atan2(east_mps, north_mps)) % 360.0
