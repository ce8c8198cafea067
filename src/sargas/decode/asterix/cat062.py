"""CAT062, system tracks of a neighbour (EUROCONTROL-SPEC-0149-9).

| item | what is used |
|---|---|
| 040 | track number |
| 060 | mode 3/A, if validated and not garbled (older editions hold no such bits) |
| 070 | time of the track information; time of day |
| 080 | simulated; tentative, coasting, ended (TSE); source of the geometric altitude |
| 105 | WGS-84 position, 180/2^25 degrees |
| 130 | geometric altitude above the ellipsoid, unless it was only assumed |
| 136, 135 | measured flight level, else the tracked pressure altitude if not corrected by QNH |
| 185 | velocity, x east and y north |
| 220 | rate of climb |
| 245, 380, 390 | target identification, address and callsign as sent down, callsign of the flight plan |
| 500 | standard deviation of the position |
"""

import math
from typing import Final, Literal

from sargas.decode.asterix.common import (
    Code,
    Position,
    Source,
    Time,
    ascii_callsign,
    callsign,
    icao24,
    identity,
    plausible_altitude,
    plausible_climb,
    velocity,
)
from sargas.decode.asterix.layout import Items, Spec
from sargas.model.report import Decoded, Identity, SystemTrack, Unused

ASSUMED_ALTITUDE_SOURCES: Final = (4, 5, 6)
"""Item 080 SRC: height from coverage, speed look-up table, default height. Nobody measured it."""
DEGREE_OF_LATITUDE_M: Final = 111_200.0
"""Near enough for a standard deviation: 110.6 km at the equator, 111.7 km at the poles."""


class Reader:
    """System tracks of one edition."""

    def __init__(self, spec: Spec) -> None:
        self._number = spec.field("040")
        self._time = Time(spec, "070")
        self._position = Position(spec, "105")
        self._east = spec.field("185", "VX")
        self._north = spec.field("185", "VY")
        self._climb = spec.field("220")
        self._status = _Status(spec)
        self._altitude = _Altitude(spec)
        self._identity = _Identity(spec)
        self._accuracy = _Accuracy(spec)

    def read(self, items: Items, source: Source) -> Decoded:
        """Return the system track, or why there is none."""
        time_s = source.time_s(self._time.read(items))
        status = items.get("080")
        place = self._position.read(items)
        number = self._number.raw(items.get("040"))
        if self._status.is_simulated(status):
            return Unused("CAT062 simulated track")
        if number is None:
            return Unused("CAT062 no track number")
        if place is None:
            return Unused("CAT062 no WGS-84 position")
        speed_mps, course_deg = velocity(self._east.value(items.get("185")), self._north.value(items.get("185")))
        return SystemTrack(
            sensor=source.sensor,
            time_s=time_s,
            received_s=source.received_s,
            entry=source.entry,
            track_number=number,
            lat_deg=place[0],
            lon_deg=place[1],
            sd_m=self._accuracy.read(items.get("500"), place[0]),
            alt_baro_m=self._altitude.baro_m(items),
            alt_wgs84_m=self._altitude.geometric_m(items, status),
            speed_mps=speed_mps,
            course_deg=course_deg,
            climb_mps=plausible_climb(self._climb.value(items.get("220"))),
            identity=self._identity.read(items),
            status=self._status.read(status),
        )


class _Status:
    def __init__(self, spec: Spec) -> None:
        self._simulated = spec.field("080", "SIM")
        self._ended = spec.field("080", "TSE")
        self._coasting = spec.field("080", "CST")
        self._tentative = spec.field("080", "CNF")

    def is_simulated(self, item: bytes | None) -> bool:
        return bool(self._simulated.raw(item))

    def read(self, item: bytes | None) -> Literal["tentative", "confirmed", "coasting", "ended"]:
        if self._ended.raw(item):
            return "ended"
        if self._coasting.raw(item):
            return "coasting"
        return "tentative" if self._tentative.raw(item) else "confirmed"


class _Altitude:
    def __init__(self, spec: Spec) -> None:
        self._measured = spec.field("136")
        self._tracked = spec.field("135", "CTB")
        self._is_qnh_corrected = spec.field("135", "QNH")
        self._geometric = spec.field("130")
        self._geometric_source = spec.field("080", "SRC")

    def baro_m(self, items: Items) -> float | None:
        measured_m = plausible_altitude(self._measured.value(items.get("136")))
        if measured_m is not None:
            return measured_m
        item = items.get("135")
        return None if self._is_qnh_corrected.raw(item) else plausible_altitude(self._tracked.value(item))

    def geometric_m(self, items: Items, status: bytes | None) -> float | None:
        if self._geometric_source.raw(status) in ASSUMED_ALTITUDE_SOURCES:
            return None
        return plausible_altitude(self._geometric.value(items.get("130")))


class _Identity:
    def __init__(self, spec: Spec) -> None:
        self._mode3a = Code(spec, "060", "MODE3A")
        self._origin = spec.field("245", "STI")
        self._target_identification = spec.field("245", "CHR")
        self._derived = spec.parts("380")
        self._address = spec.part("380", "ADR")
        self._sent_down = spec.part("380", "ID")
        self._plan = spec.parts("390")
        spec.part("390", "CS")

    def read(self, items: Items) -> Identity:
        derived = self._derived(items.get("380"))
        item = items.get("245")
        call = callsign(self._sent_down.raw(derived.get("ID")))
        if call is None and self._origin.raw(item) == 0:
            call = callsign(self._target_identification.raw(item))
        if call is None:
            call = ascii_callsign(self._plan(items.get("390")).get("CS"))
        return identity(icao24(self._address.raw(derived.get("ADR"))), call, self._mode3a.squawk(items))


class _Accuracy:
    def __init__(self, spec: Spec) -> None:
        self._parts = spec.parts("500")
        self._x = spec.part("500", "APC", "X")
        self._y = spec.part("500", "APC", "Y")
        self._lat = spec.part("500", "APW", "LAT")
        self._lon = spec.part("500", "APW", "LON")

    def read(self, item: bytes | None, lat_deg: float) -> float | None:
        """Return the mean of the two standard deviations [m]; zero is no accuracy."""
        parts = self._parts(item)
        x_m, y_m = self._x.value(parts.get("APC")), self._y.value(parts.get("APC"))
        if x_m is None or y_m is None:
            north_deg, east_deg = self._lat.value(parts.get("APW")), self._lon.value(parts.get("APW"))
            if north_deg is None or east_deg is None:
                return None
            x_m = east_deg * DEGREE_OF_LATITUDE_M * math.cos(math.radians(lat_deg))
            y_m = north_deg * DEGREE_OF_LATITUDE_M
        return math.sqrt((x_m * x_m + y_m * y_m) / 2.0) or None
