"""CAT048, monoradar target reports: a polar plot each (EUROCONTROL-SPEC-0149-4).

| item | what is used |
|---|---|
| 010 | source |
| 020 | type of detection; simulated, test and field-monitor reports are no targets; extended range |
| 040 | slant range 1/256 NM, azimuth 360/2^16 degrees |
| 070 | mode 3/A, if validated and not garbled |
| 090 | flight level, if validated and not garbled |
| 110 | height of a 3-D radar above mean sea level, 25 ft |
| 140 | time of day |
| 220, 240 | Mode S address and aircraft identification |

Not used: 120, whose sign the specification does not state, and the amplitudes of 130 (dBm, no radar cross section).
"""

from typing import Final

from sargas.decode.asterix.common import (
    Code,
    Source,
    Time,
    callsign,
    icao24,
    identity,
    plausible_altitude,
    resolve_time,
)
from sargas.decode.asterix.layout import Items, Spec
from sargas.decode.asterix.together import ABSENT, Number, Together
from sargas.model.report import NO_IDENTITY, Decoded, Identity, PolarPlot, Unused
from sargas.model.units import DAY_S

IDENTITIES_KEPT: Final = 4_096
"""Those of a busy sky; hostile ones cannot fill the memory."""


class Reader:
    """Monoradar target reports of one edition."""

    def __init__(self, spec: Spec) -> None:
        self._type = spec.field("020", "TYP")
        self._no_target = (
            (spec.field("020", "SIM"), Unused("CAT048 simulated target")),
            (spec.field("020", "TST"), Unused("CAT048 test target")),
            (spec.field("020", "RAB"), Unused("CAT048 field monitor")),
            (spec.field("020", "ERR"), Unused("CAT048 range beyond item 040")),
        )
        self._time = Time(spec, "140")
        self._range = spec.field("040", "RHO")
        self._azimuth = spec.field("040", "THETA")
        self._mode3a = Code(spec, "070", "MODE3A")
        self._level = Code(spec, "090", "FL")
        self._height = spec.field("110", "3DH")
        self._address = spec.field("220")
        self._identification = spec.field("240")
        self._time_of_day = spec.field("140")
        self._identities: dict[tuple[int, int, int], Identity] = {(ABSENT, ABSENT, ABSENT): NO_IDENTITY}
        self._together = Together(
            spec.layout,
            (
                Number("140", self._time_of_day),
                Number("040", self._range),
                Number("040", self._azimuth),
                Number("090", self._level.number, self._level.doubts),
                Number("110", self._height),
                Number("220", self._address),
                Number("240", self._identification),
                Number("070", self._mode3a.number, self._mode3a.doubts),
            ),
            zero=[Number("020", flag) for flag, _ in self._no_target],
            not_zero=[Number("020", self._type)],
            present=[Number("040", self._range), Number("040", self._azimuth)],
        )

    def read(self, items: Items, source: Source) -> Decoded:
        """Return the plot, or why there is none."""
        time_s = source.time_s(self._time.read(items))
        unused = self._why_no_target(items.get("020"))
        if unused is not None:
            return unused
        range_m, azimuth_deg = self._range.value(items.get("040")), self._azimuth.value(items.get("040"))
        if range_m is None or azimuth_deg is None:
            return Unused("CAT048 no measured position")
        return PolarPlot(
            sensor=source.sensor,
            time_s=time_s,
            received_s=source.received_s,
            entry=source.entry,
            range_m=range_m,
            azimuth_deg=azimuth_deg,
            alt_baro_m=self._level.altitude_m(items),
            # Mean sea level stands in for the ellipsoid: the geoid's 15-50 m are within a 3-D radar's height error.
            alt_wgs84_m=plausible_altitude(self._height.value(items.get("110"))),
            identity=identity(
                icao24(self._address.raw(items.get("220"))),
                callsign(self._identification.raw(items.get("240"))),
                self._mode3a.squawk(items),
            ),
        )

    def _why_no_target(self, descriptor: bytes | None) -> Unused | None:
        for flag, unused in self._no_target:
            if flag.raw(descriptor):
                return unused
        return Unused("CAT048 no detection") if self._type.raw(descriptor) == 0 else None

    def read_together(self, block: bytes, at: int, source: Source) -> tuple[list[int | PolarPlot], int]:
        """Return the plots from `at` on, as far as the records are sound and of this source, and the offset after.

        In place of one that is not plainly a plot stands its offset: it is to be read by itself.
        """
        where, numbers, end = self._together.read(block, at)
        found: list[int | PolarPlot] = []
        sensor, received_s, entry = source.sensor, source.received_s, source.entry
        midnight_s = received_s - received_s % DAY_S
        tick_s, range_bit_m, azimuth_bit_deg = self._time_of_day.scale, self._range.scale, self._azimuth.scale
        level_bit_m, height_bit_m = self._level.number.scale, self._height.scale
        identities = self._identities
        for (offset, is_plain), row in zip(where, numbers, strict=True):
            tod, rho, theta, level, height, address, identification, code = row
            time_of_day_s = tod * tick_s
            if not is_plain or time_of_day_s > DAY_S:
                found.append(offset)
                continue
            time_s = received_s if tod == ABSENT else midnight_s + time_of_day_s
            if not -DAY_S / 2 <= time_s - received_s <= DAY_S / 2 or time_s < 0.0:
                time_s = resolve_time(time_of_day_s, received_s)
            key = address, identification, code
            found.append(
                PolarPlot(
                    sensor=sensor,
                    time_s=time_s,
                    received_s=received_s,
                    entry=entry,
                    range_m=rho * range_bit_m,
                    azimuth_deg=theta * azimuth_bit_deg,
                    alt_baro_m=None if level == ABSENT else plausible_altitude(level * level_bit_m),
                    alt_wgs84_m=None if height == ABSENT else plausible_altitude(height * height_bit_m),
                    identity=identities.get(key) or self._identity(key),
                )
            )
        return found, end

    def _identity(self, key: tuple[int, int, int]) -> Identity:
        """Return the identity of an address, an identification and a mode 3/A code; one object for each."""
        address, identification, code = (None if number == ABSENT else number for number in key)
        found = identity(icao24(address), callsign(identification), None if code is None else f"{code:04o}")
        if len(self._identities) >= IDENTITIES_KEPT:
            self._identities.clear()
        self._identities[key] = found
        return found
