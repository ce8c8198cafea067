"""CAT021, ADS-B target reports: a cooperative position each (EUROCONTROL-SPEC-0149-12), editions 2.x and 0.2x.

| 2.x | 0.2x | what is used |
|---|---|---|
| 040 | 040 | address type, ground bit; simulated, test and field-monitor reports are no targets |
| 071, 073, 077 | 030 | time of applicability, else of reception, else of transmission; time of day |
| 131, 130 | 130 | position, the one of high resolution first |
| 080, 170, 070 | 080, 170, 070 | address, target identification, mode 3/A |
| 145, 140 | 145, 140 | flight level 1/4 FL, geometric height 6.25 ft |
| 160 | 160 | ground speed and track angle |
| 155, 157 | 155, 157 | barometric, else geometric rate of climb |
| 090, 210 | - | NACp, else NUCp (version 0) or NIC (versions 1 and 2) |

The two families give the same numbers other places and other meanings: a record read by the wrong one parses.
"""

from typing import Final

from sargas.decode.asterix.common import (
    SPEED_MAX_MPS,
    Code,
    Position,
    Source,
    Time,
    callsign,
    icao24,
    identity,
    plausible_altitude,
    plausible_climb,
    within,
)
from sargas.decode.asterix.layout import Broken, Field, Items, Spec
from sargas.model.report import Cooperative, Decoded, Unused
from sargas.model.units import NAUTICAL_MILE_M

RADIUS_95_PER_SD: Final = 2.4477
"""Radius that holds 95 % of a circular normal distribution: sqrt(-2 ln 0.05)."""

NACP_RADIUS_M: Final = {
    1: 10 * NAUTICAL_MILE_M,
    2: 4 * NAUTICAL_MILE_M,
    3: 2 * NAUTICAL_MILE_M,
    4: NAUTICAL_MILE_M,
    5: 0.5 * NAUTICAL_MILE_M,
    6: 0.3 * NAUTICAL_MILE_M,
    7: 0.1 * NAUTICAL_MILE_M,
    8: 0.05 * NAUTICAL_MILE_M,
    9: 30.0,
    10: 10.0,
    11: 3.0,
}
"""NACp to the 95 % horizontal accuracy bound (EPU): RTCA DO-260B table 2-71."""

NUCP_RADIUS_M: Final = {
    1: 10 * NAUTICAL_MILE_M,
    2: 5 * NAUTICAL_MILE_M,
    3: NAUTICAL_MILE_M,
    4: 0.5 * NAUTICAL_MILE_M,
    5: 0.25 * NAUTICAL_MILE_M,
    6: 0.1 * NAUTICAL_MILE_M,
    7: 0.05 * NAUTICAL_MILE_M,
    8: 10.0,
    9: 3.0,
}
"""NUCp to the 95 % horizontal position error: RTCA DO-260 table 2-11."""

NIC_RADIUS_M: Final = {
    1: 20 * NAUTICAL_MILE_M,
    2: 8 * NAUTICAL_MILE_M,
    3: 4 * NAUTICAL_MILE_M,
    4: 2 * NAUTICAL_MILE_M,
    5: NAUTICAL_MILE_M,
    6: 0.6 * NAUTICAL_MILE_M,
    7: 0.2 * NAUTICAL_MILE_M,
    8: 0.1 * NAUTICAL_MILE_M,
    9: 75.0,
    10: 25.0,
    11: 7.5,
}
"""NIC to the containment radius: RTCA DO-260B table 2-69. It bounds far more than 95 %: the spread is cautious."""

GEOMETRIC_HEIGHT_BEYOND_RAW: Final = 32_767
"""Item 140 with this value says "greater than", not how high."""


class Reader:
    """ADS-B target reports of one edition."""

    def __init__(self, spec: Spec) -> None:
        self._is_old = is_old = spec.has("030")
        self._track_number = spec.field("161")
        self._mode3a_item = spec.field("070")
        self._times = [Time(spec, item) for item in ("071", "073", "077", "030") if spec.has(item)]
        self._positions = [Position(spec, item) for item in (("130",) if is_old else ("131", "130"))]
        self._no_target = tuple(
            (spec.field("040", name), Unused(f"CAT021 {text}"))
            for name, text in (
                ("SIM", "simulated target"),
                ("TST", "test target"),
                ("RAB", "field monitor"),
                ("NOGO", "no-go bit"),
                ("CPR", "position failed its check"),
                ("RCF", "position failed its check"),
            )
        )
        self._address_type = spec.field("040", "ATP")
        # Surface vehicles (2) have 24-bit addresses too; 0.2x counts unlike 2.x, where 1 is a duplicate address.
        self._address_types = (1, 2) if is_old else (0, 1, 2)
        self._ground = spec.field("040", "GBS")
        self._address = spec.field("080")
        self._identification = spec.field("170")
        self._mode3a = Code(spec, "070", "MODE3A")
        self._level = spec.field("145")
        self._height = spec.field("140")
        self._vector = _Vector(spec)
        self._climbs = [_Climb(spec, "155", "BVR"), _Climb(spec, "157", "GVR")]
        self._accuracy = _Accuracy(spec)

    def read(self, items: Items, source: Source) -> Decoded:
        """Return the cooperative position, or why there is none."""
        self._check_edition(items)
        time_s = source.time_s(next((t for t in (time.read(items) for time in self._times) if t is not None), None))
        descriptor = items.get("040")
        for flag, unused in self._no_target:
            if flag.raw(descriptor):
                return unused
        place = next((p for p in (position.read(items) for position in self._positions) if p is not None), None)
        if place is None:
            return Unused("CAT021 no position")
        speed_mps, course_deg = self._vector.read(items)
        has_address = self._address_type.raw(descriptor) in self._address_types
        return Cooperative(
            sensor=source.sensor,
            time_s=time_s,
            received_s=source.received_s,
            entry=source.entry,
            source="adsb",
            identity=identity(
                icao24(self._address.raw(items.get("080"))) if has_address else None,
                callsign(self._identification.raw(items.get("170"))),
                self._mode3a.squawk(items),
            ),
            lat_deg=place[0],
            lon_deg=place[1],
            sd_m=self._accuracy.read(items),
            alt_baro_m=plausible_altitude(self._level.value(items.get("145"))),
            alt_wgs84_m=self._height_m(items.get("140")),
            speed_mps=speed_mps,
            course_deg=course_deg,
            climb_mps=next((c for c in (climb.read(items) for climb in self._climbs) if c is not None), None),
            is_on_ground=bool(self._ground.raw(descriptor)),
        )

    def _check_edition(self, items: Items) -> None:
        """Refuse what a record of 0.2x read as 2.x most often is: without what 2.x always has, its spare bits set."""
        if self._is_old:
            return
        if "080" not in items or "040" not in items:
            raise Broken("mandatory item missing")
        twelve_bits = (self._track_number.raw(items.get("161")), self._mode3a_item.raw(items.get("070")))
        if any(number is not None and number >> 12 for number in twelve_bits):
            raise Broken("spare bits set")

    def _height_m(self, item: bytes | None) -> float | None:
        if self._height.raw(item) == GEOMETRIC_HEIGHT_BEYOND_RAW:
            return None
        return plausible_altitude(self._height.value(item))


class _Vector:
    """Ground speed and track angle."""

    def __init__(self, spec: Spec) -> None:
        self._is_beyond = spec.field("160", "RE")
        self._speed = spec.field("160", "GS")
        self._track = spec.field("160", "TA")

    def read(self, items: Items) -> tuple[float | None, float | None]:
        """Return speed [m/s] and course [degrees]; no speed where it is beyond what the item can hold."""
        item = items.get("160")
        speed_mps = None if self._is_beyond.raw(item) else self._speed.value(item)
        return within(0.0, speed_mps, SPEED_MAX_MPS), self._track.value(item)


class _Climb:
    """A rate of climb: with its range-exceeded bit in 2.x, the whole item in 0.2x."""

    def __init__(self, spec: Spec, item: str, name: str) -> None:
        self._item = item
        self._is_beyond = spec.field(item, "RE")
        self._rate: Field = spec.field(item, name)

    def read(self, items: Items) -> float | None:
        item = items.get(self._item)
        return None if self._is_beyond.raw(item) else plausible_climb(self._rate.value(item))


class _Accuracy:
    """The horizontal standard deviation that the transponder states of itself."""

    def __init__(self, spec: Spec) -> None:
        has_indicators = spec.has("071")
        self._version = spec.field("210", "VN") if has_indicators else None
        self._nacp = spec.field("090", "NACP")
        self._nucp_or_nic = spec.field("090", "NUCPNIC")

    def read(self, items: Items) -> float | None:
        """Return one standard deviation [m], None where none is stated."""
        indicators = items.get("090")
        radius_m = NACP_RADIUS_M.get(self._nacp.raw(indicators) or 0)
        version = self._version.raw(items.get("210")) if self._version is not None else None
        if radius_m is None and version is not None:
            table = NUCP_RADIUS_M if version == 0 else NIC_RADIUS_M
            radius_m = table.get(self._nucp_or_nic.raw(indicators) or 0)
        return None if radius_m is None else radius_m / RADIUS_95_PER_SD
