"""CAT020, multilateration target reports (EUROCONTROL-SPEC-0149-14).

| item | what is used |
|---|---|
| 020 | ground bit; simulated, test and field-monitor reports are no targets |
| 041, 042 | WGS-84 position, else x and y about the site |
| 070, 220, 245 | mode 3/A if sound, address, target identification |
| 090, 105 | flight level if sound, height above the ellipsoid |
| 140 | time of day |
| 202 | x and y velocity |
| 500 | standard deviation of the position |

A target that gave an identity is cooperative, one that only replied is a plot.
"""

import math

from sargas.decode.asterix.cartesian import CartesianPosition
from sargas.decode.asterix.common import (
    Code,
    Position,
    Source,
    Time,
    callsign,
    icao24,
    identity,
    plausible_altitude,
    velocity,
)
from sargas.decode.asterix.layout import Items, Spec
from sargas.model.report import NO_IDENTITY, Cooperative, Decoded, GeoPlot, Unused


class Reader:
    """Multilateration target reports of one edition."""

    def __init__(self, spec: Spec) -> None:
        self._no_target = tuple(
            (spec.field("020", name), Unused(f"CAT020 {text}"))
            for name, text in (("SIM", "simulated target"), ("TST", "test target"), ("RAB", "field monitor"))
        )
        self._ground = spec.field("020", "GBS")
        self._time = Time(spec, "140")
        self._position = Position(spec, "041")
        self._cartesian = CartesianPosition(spec)
        self._mode3a = Code(spec, "070", "MODE3A")
        self._level = Code(spec, "090", "FL")
        self._height = spec.field("105")
        self._address = spec.field("220")
        self._origin = spec.field("245", "STI")
        self._identification = spec.field("245", "CHR")
        self._east = spec.field("202", "VX")
        self._north = spec.field("202", "VY")
        self._accuracy = spec.parts("500")
        self._sd_x = spec.part("500", "SDP", "X")
        self._sd_y = spec.part("500", "SDP", "Y")

    def read(self, items: Items, source: Source) -> Decoded:
        """Return the target, or why there is none."""
        time_s = source.time_s(self._time.read(items))
        for flag, unused in self._no_target:
            if flag.raw(items.get("020")):
                return unused
        place = self._position.read(items) or self._cartesian.read(items, source)
        if place is None:
            return Unused("CAT020 no position")
        speed_mps, course_deg = velocity(self._east.value(items.get("202")), self._north.value(items.get("202")))
        sd_m = self._sd_m(items)
        alt_baro_m = self._level.altitude_m(items)
        alt_wgs84_m = plausible_altitude(self._height.value(items.get("105")))
        call = self._identification.raw(items.get("245")) if self._origin.raw(items.get("245")) != 3 else None
        who = identity(icao24(self._address.raw(items.get("220"))), callsign(call), self._mode3a.squawk(items))
        if who is NO_IDENTITY:
            return GeoPlot(
                sensor=source.sensor,
                time_s=time_s,
                received_s=source.received_s,
                entry=source.entry,
                lat_deg=place[0],
                lon_deg=place[1],
                sd_m=sd_m or source.position_sd_m,
                alt_baro_m=alt_baro_m,
                alt_wgs84_m=alt_wgs84_m,
                speed_mps=speed_mps,
                course_deg=course_deg,
            )
        return Cooperative(
            sensor=source.sensor,
            time_s=time_s,
            received_s=source.received_s,
            entry=source.entry,
            source="mlat",
            identity=who,
            lat_deg=place[0],
            lon_deg=place[1],
            sd_m=sd_m,
            alt_baro_m=alt_baro_m,
            alt_wgs84_m=alt_wgs84_m,
            speed_mps=speed_mps,
            course_deg=course_deg,
            is_on_ground=bool(self._ground.raw(items.get("020"))),
        )

    def _sd_m(self, items: Items) -> float | None:
        part = self._accuracy(items.get("500")).get("SDP")
        x_m, y_m = self._sd_x.value(part), self._sd_y.value(part)
        return None if x_m is None or y_m is None else math.sqrt((x_m * x_m + y_m * y_m) / 2.0) or None
