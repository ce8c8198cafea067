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

from sargas.decode.asterix.common import Code, Source, Time, callsign, icao24, identity, plausible_altitude
from sargas.decode.asterix.layout import Items, Spec
from sargas.model.report import Decoded, PolarPlot, Unused


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
