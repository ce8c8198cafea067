"""CAT010, reports of a surface movement sensor (EUROCONTROL-SPEC-0149-7).

| item | what is used |
|---|---|
| 000 | message type: 1 target report, 3 and 4 status |
| 020 | kind of sensor, ground bit; simulated, test and field-monitor reports are no targets |
| 041, 042, 040 | WGS-84 position, else x and y about the site, else slant range [m] and azimuth |
| 060, 220, 245 | mode 3/A if sound, address, target identification |
| 090 | flight level, if validated and not garbled |
| 140 | time of day |
| 200, 202 | ground speed and track angle, else x and y velocity |
| 500 | standard deviation of the position |
| 550 | release, overload, time source |

Multilateration and ADS-B give cooperative positions, a surface radar a plot.
"""

import math
from typing import Final, Literal

from sargas.decode.asterix.cartesian import CartesianPosition
from sargas.decode.asterix.common import (
    SPEED_MAX_MPS,
    Code,
    Position,
    Source,
    Time,
    callsign,
    icao24,
    identity,
    velocity,
    within,
)
from sargas.decode.asterix.layout import Items, Spec
from sargas.model.report import NO_IDENTITY, Cooperative, Decoded, GeoPlot, PolarPlot, SensorStatus, Unused

COOPERATIVE: Final[dict[int, Literal["mlat", "adsb"]]] = {0: "mlat", 1: "mlat", 2: "adsb", 5: "mlat"}
RELEASE: Final[dict[int, Literal["ok", "degraded", "failed", "unknown"]]] = {0: "ok", 1: "degraded", 2: "failed"}


class Reader:
    """Surface movement reports of one edition."""

    def __init__(self, spec: Spec) -> None:
        self._message = spec.field("000")
        self._kind = spec.field("020", "TYP")
        self._no_target = tuple(
            (spec.field("020", name), Unused(f"CAT010 {text}"))
            for name, text in (("SIM", "simulated target"), ("TST", "test target"), ("RAB", "field monitor"))
        )
        self._ground = spec.field("020", "GBS")
        self._time = Time(spec, "140")
        self._position = Position(spec, "041")
        self._cartesian = CartesianPosition(spec)
        self._range = spec.field("040", "RHO")
        self._azimuth = spec.field("040", "TH")
        self._mode3a = Code(spec, "060", "MODE3A")
        self._level = Code(spec, "090", "FL")
        self._address = spec.field("220")
        self._origin = spec.field("245", "STI")
        self._identification = spec.field("245", "CHR")
        self._velocity = _Velocity(spec)
        self._sd_x = spec.field("500", "DEVX")
        self._sd_y = spec.field("500", "DEVY")
        self._status = _Status(spec)

    def read(self, items: Items, source: Source) -> Decoded:
        """Return the target or the sensor's state, or why there is neither."""
        time_s = source.time_s(self._time.read(items))
        if self._message.raw(items.get("000")) != 1:
            return self._status.read(items, source, time_s)
        for flag, unused in self._no_target:
            if flag.raw(items.get("020")):
                return unused
        place = self._position.read(items) or self._cartesian.read(items, source)
        return self._plot(items, source, time_s) if place is None else self._target(items, source, time_s, place)

    def _target(self, items: Items, source: Source, time_s: float, place: tuple[float, float]) -> Decoded:
        speed_mps, course_deg = self._velocity.read(items)
        call = self._identification.raw(items.get("245")) if self._origin.raw(items.get("245")) != 3 else None
        who = identity(icao24(self._address.raw(items.get("220"))), callsign(call), self._mode3a.squawk(items))
        kind = COOPERATIVE.get(self._kind.raw(items.get("020")) or 0) if "020" in items else None
        if kind is not None and who is not NO_IDENTITY:
            return Cooperative(
                sensor=source.sensor,
                time_s=time_s,
                received_s=source.received_s,
                entry=source.entry,
                source=kind,
                identity=who,
                lat_deg=place[0],
                lon_deg=place[1],
                sd_m=self._sd_m(items),
                alt_baro_m=self._level.altitude_m(items),
                speed_mps=speed_mps,
                course_deg=course_deg,
                is_on_ground=bool(self._ground.raw(items.get("020"))),
            )
        return GeoPlot(
            sensor=source.sensor,
            time_s=time_s,
            received_s=source.received_s,
            entry=source.entry,
            lat_deg=place[0],
            lon_deg=place[1],
            sd_m=self._sd_m(items) or source.position_sd_m,
            alt_baro_m=self._level.altitude_m(items),
            speed_mps=speed_mps,
            course_deg=course_deg,
            identity=who,
        )

    def _plot(self, items: Items, source: Source, time_s: float) -> Decoded:
        range_m, azimuth_deg = self._range.value(items.get("040")), self._azimuth.value(items.get("040"))
        if range_m is None or azimuth_deg is None:
            return Unused("CAT010 no position")
        return PolarPlot(
            sensor=source.sensor,
            time_s=time_s,
            received_s=source.received_s,
            entry=source.entry,
            range_m=range_m,
            azimuth_deg=azimuth_deg,
            alt_baro_m=self._level.altitude_m(items),
            identity=identity(icao24(self._address.raw(items.get("220"))), None, self._mode3a.squawk(items)),
        )

    def _sd_m(self, items: Items) -> float | None:
        x_m, y_m = self._sd_x.value(items.get("500")), self._sd_y.value(items.get("500"))
        return None if x_m is None or y_m is None else math.sqrt((x_m * x_m + y_m * y_m) / 2.0) or None


class _Velocity:
    def __init__(self, spec: Spec) -> None:
        self._speed = spec.field("200", "GSP")
        self._track = spec.field("200", "TRA")
        self._east = spec.field("202", "VX")
        self._north = spec.field("202", "VY")

    def read(self, items: Items) -> tuple[float | None, float | None]:
        """Return speed [m/s] and course [degrees]."""
        speed_mps = self._speed.value(items.get("200"))
        if speed_mps is None:
            return velocity(self._east.value(items.get("202")), self._north.value(items.get("202")))
        return within(0.0, speed_mps, SPEED_MAX_MPS), self._track.value(items.get("200"))


class _Status:
    def __init__(self, spec: Spec) -> None:
        self._release = spec.field("550", "NOGO")
        self._faults = tuple(
            (spec.field("550", name), text)
            for name, text in (
                ("OVL", "overloaded"),
                ("TSV", "time source invalid"),
                ("DIV", "diversity degraded"),
                ("TTF", "test target failed"),
            )
        )

    def read(self, items: Items, source: Source, time_s: float) -> Decoded:
        item = items.get("550")
        if item is None:
            return Unused("CAT010 neither a target nor a state")
        state = RELEASE.get(self._release.raw(item) or 0, "unknown")
        faults = [text for field, text in self._faults if field.raw(item)]
        return SensorStatus(
            sensor=source.sensor,
            time_s=time_s,
            received_s=source.received_s,
            entry=source.entry,
            state="degraded" if state == "ok" and faults else state,
            text=", ".join(faults),
        )
