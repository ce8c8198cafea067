"""Mode S messages of one receiver, in order, to cooperative positions: what each aircraft last said is kept.

Compact positions are solved as DO-260B 2.2.10.3 asks: the first from an even and an odd frame, the next ones near the
last, and each time that two frames allow it, both ways, which must agree.
"""

import math
from typing import Final, Literal

from sargas.decode import cpr, mode_s
from sargas.decode.accuracy import sd_of_nac_p, sd_of_type_code
from sargas.decode.lines import malformed
from sargas.model.report import Cooperative, Decoded, Identity, Unused

AIRBORNE_PAIR_S: Final = 10.0
SURFACE_PAIR_S: Final = 25.0
"""An even and an odd frame further apart may lie in different zones (DO-260B, 2.2.10.3; 25 s above 25 kt)."""
NEAR_AIRBORNE_S: Final = 600.0
"""A place is near for half a zone, 333 km: 550 m/s for 600 s."""
NEAR_SURFACE_S: Final = 300.0
AGREE_DEG: Final = 0.01
SPEED_MAX_MPS: Final = 700.0
SLACK_M: Final = 3_000.0
"""Two positions of one aircraft that need more than this speed, beyond these metres, are not both right."""
MOTION_KEPT_S: Final = 15.0
FORGET_S: Final = 600.0
AIRCRAFT_MAX: Final = 20_000
EARTH_RADIUS_M: Final = 6_371_008.8

NON_ICAO: Final = 1 << 24
Source = Literal["adsb", "mlat", "tisb"]
FORMATS: Final = {
    0: "DF0 short air-air surveillance",
    4: "DF4 surveillance altitude",
    5: "DF5 surveillance identity",
    11: "DF11 all-call reply",
    16: "DF16 long air-air surveillance",
    19: "DF19 military extended squitter",
    20: "DF20 Comm-B altitude",
    21: "DF21 Comm-B identity",
    24: "DF24 Comm-D",
}
AWAITS_PAIR: Final = Unused("position awaits its other half")
AMBIGUOUS: Final = Unused("position ambiguous")
NO_REFERENCE: Final = Unused("surface position with no place to start from")
TOO_FAR: Final = Unused("position beyond the receiver's range")


class _Aircraft:
    """What one address last said, in SI."""

    __slots__ = (
        "above_baro_m",
        "callsign",
        "climb_mps",
        "course_deg",
        "frames",
        "heard_s",
        "icao24",
        "motion_s",
        "nac_p",
        "place",
        "place_s",
        "speed_mps",
        "squawk",
    )

    def __init__(self, address: int) -> None:
        self.icao24 = None if address & NON_ICAO else f"{address:06x}"
        self.heard_s = 0.0
        self.callsign: str | None = None
        self.squawk: str | None = None
        self.nac_p: int | None = None
        self.motion_s = -math.inf
        self.speed_mps: float | None = None
        self.course_deg: float | None = None
        self.climb_mps: float | None = None
        self.above_baro_m: float | None = None
        self.frames: dict[bool, tuple[float, bool, int, int]] = {}  # by parity: time, on the surface, lat, lon
        self.place: tuple[float, float] | None = None
        self.place_s = -math.inf


class Receiver:
    """The aircraft that one receiver hears."""

    def __init__(self, sensor: str, site: tuple[float, float] | None, range_max_m: float) -> None:
        self._sensor = sensor
        self._site = site
        self._range_max_m = range_max_m
        self._aircraft: dict[int, _Aircraft] = {}

    def message(self, data: bytes, received_s: float, entry: int, *, is_mlat: bool) -> Decoded:
        """Return what a Mode S message of 7 or 14 bytes says."""
        downlink_format = min(data[0] >> 3, 24)
        if len(data) != (7 if downlink_format < 16 else 14):
            return malformed("Mode S message of the wrong length", data)
        if downlink_format not in {17, 18}:
            return self._reply(data, downlink_format, received_s)
        if mode_s.remainder(data):
            return malformed(f"DF{downlink_format} with a wrong parity", data)
        me = int.from_bytes(data[4:11], "big")
        source: Source = "mlat" if is_mlat else "adsb"
        is_icao = True
        if downlink_format == 18:
            control = data[0] & 7
            if control not in {0, 1, 2, 5, 6}:
                return Unused(f"DF18 control field {control}")
            has_icao_flag = control in {2, 5, 6}
            is_icao = control == 0 or (control in {2, 6} and not _is_other_address(me))
            source = "tisb" if has_icao_flag and control != 6 and not is_mlat else source
        address = int.from_bytes(data[1:4], "big") | (0 if is_icao else NON_ICAO)
        return self._squitter(address, mode_s.squitter(me), source, received_s, entry)

    def forget(self, received_s: float) -> None:
        """Drop who was not heard for long, and the longest unheard of too many."""
        while self._aircraft:
            oldest = next(iter(self._aircraft))
            if len(self._aircraft) <= AIRCRAFT_MAX and self._aircraft[oldest].heard_s > received_s - FORGET_S:
                return
            del self._aircraft[oldest]

    def reset(self) -> None:
        """Forget every aircraft."""
        self._aircraft.clear()

    def _reply(self, data: bytes, downlink_format: int, received_s: float) -> Decoded:
        """Return a reply as unused; a squawk in it is kept if its parity names an aircraft that was heard."""
        name = FORMATS.get(downlink_format)
        if name is None:
            return malformed("Mode S format that does not exist", data)
        if downlink_format in {5, 21}:
            aircraft = self._aircraft.get(mode_s.remainder(data))
            if aircraft is not None and received_s - aircraft.heard_s <= FORGET_S:
                aircraft.squawk = mode_s.identity_code(int.from_bytes(data[2:4], "big") & 0x1FFF)
        return Unused(name)

    def _squitter(
        self, address: int, said: mode_s.Squitter, source: Source, received_s: float, entry: int
    ) -> Decoded:
        aircraft = self._aircraft.pop(address, None) or _Aircraft(address)
        self._aircraft[address] = aircraft
        aircraft.heard_s = received_s
        match said:
            case mode_s.Position():
                return self._position(aircraft, said, source, received_s, entry)
            case mode_s.Velocity():
                aircraft.motion_s = received_s
                aircraft.speed_mps, aircraft.course_deg = said.speed_mps, said.course_deg
                aircraft.climb_mps, aircraft.above_baro_m = said.climb_mps, said.above_baro_m
                return Unused("ADS-B velocity, kept for the next position")
            case mode_s.Callsign():
                aircraft.callsign = said.callsign or aircraft.callsign
                return Unused("ADS-B callsign, kept for the next position")
            case mode_s.Squawk():
                aircraft.squawk = said.squawk
                return Unused("ADS-B squawk, kept for the next position")
            case mode_s.Quality():
                aircraft.nac_p = said.nac_p
                return Unused("ADS-B quality, kept for the next position")
            case mode_s.Nothing():
                return Unused(said.reason)

    def _position(
        self, aircraft: _Aircraft, said: mode_s.Position, source: Source, received_s: float, entry: int
    ) -> Decoded:
        place = self._solved(aircraft, said, received_s)
        if isinstance(place, Unused):
            return place
        has_motion = received_s - aircraft.motion_s <= MOTION_KEPT_S and not said.is_surface
        alt_baro_m = None if said.is_alt_wgs84 else said.alt_m
        alt_wgs84_m = said.alt_m if said.is_alt_wgs84 else None
        if has_motion and alt_baro_m is not None and aircraft.above_baro_m is not None:
            alt_wgs84_m = alt_baro_m + aircraft.above_baro_m
        return Cooperative(
            sensor=self._sensor,
            time_s=received_s,
            received_s=received_s,
            entry=entry,
            identity=Identity(icao24=aircraft.icao24, callsign=aircraft.callsign, squawk=aircraft.squawk),
            source=source,
            lat_deg=place[0],
            lon_deg=place[1],
            sd_m=sd_of_nac_p(aircraft.nac_p) or sd_of_type_code(said.type_code),
            alt_baro_m=alt_baro_m,
            alt_wgs84_m=alt_wgs84_m,
            speed_mps=aircraft.speed_mps if has_motion else said.speed_mps,
            course_deg=aircraft.course_deg if has_motion else said.course_deg,
            climb_mps=aircraft.climb_mps if has_motion else None,
            is_on_ground=said.is_surface,
        )

    def _solved(self, aircraft: _Aircraft, said: mode_s.Position, now_s: float) -> tuple[float, float] | Unused:
        """Return where the aircraft is, or why that cannot be said; keep the frame for the next one."""
        near_s = NEAR_SURFACE_S if said.is_surface else NEAR_AIRBORNE_S
        near = aircraft.place if 0.0 <= now_s - aircraft.place_s <= near_s else None
        both = _pair(aircraft, said, near or self._site, now_s)
        aircraft.frames[said.is_odd] = (now_s, said.is_surface, said.lat_cpr, said.lon_cpr)
        single = None
        if near is not None:
            span_deg = cpr.SURFACE_DEG if said.is_surface else cpr.AIRBORNE_DEG
            single = cpr.nearest((said.lat_cpr, said.lon_cpr), near, span_deg, is_odd=said.is_odd)
        elif said.is_surface and self._site is None:
            return NO_REFERENCE
        place = single or both
        if place is None:
            return AWAITS_PAIR
        is_jump = near is not None and metres(near, place) > SLACK_M + SPEED_MAX_MPS * (now_s - aircraft.place_s)
        if is_jump or (single and both and not _agree(single, both)):
            aircraft.place, aircraft.frames = None, {said.is_odd: aircraft.frames[said.is_odd]}
            return AMBIGUOUS
        if self._site is not None and metres(self._site, place) > self._range_max_m:
            aircraft.place = None
            return TOO_FAR
        aircraft.place, aircraft.place_s = place, now_s
        return place


def _pair(
    aircraft: _Aircraft, said: mode_s.Position, near: tuple[float, float] | None, now_s: float
) -> tuple[float, float] | None:
    """Return the place that the last frame of the other parity and this one give, if they belong together."""
    other = aircraft.frames.get(not said.is_odd)
    if other is None or other[1] != said.is_surface:
        return None
    if not 0.0 <= now_s - other[0] <= (SURFACE_PAIR_S if said.is_surface else AIRBORNE_PAIR_S):
        return None
    this = (said.lat_cpr, said.lon_cpr)
    even, odd = (other[2:], this) if said.is_odd else (this, other[2:])
    if not said.is_surface:
        return cpr.airborne_pair(even, odd, is_odd=said.is_odd)
    return None if near is None else cpr.surface_pair(even, odd, near, is_odd=said.is_odd)


def _agree(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) < AGREE_DEG and abs(cpr.wrapped(one[1] - other[1])) < AGREE_DEG


def _is_other_address(me: int) -> bool:
    """Return what the IMF flag says: the address is not the ICAO's (DO-260B, 2.2.17.3)."""
    type_code = me >> 51
    if type_code == 19:
        return bool(mode_s.bits(me, 9, 9))
    if 5 <= type_code <= 8:
        return bool(mode_s.bits(me, 21, 21))
    return type_code >= 9 and bool(mode_s.bits(me, 8, 8))


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance [m] between two (lat, lon) [deg] on a sphere: to 0.5 %, enough to tell nonsense."""
    lat_1, lat_2 = math.radians(one[0]), math.radians(other[0])
    half_lon = math.radians(other[1] - one[1]) / 2.0
    root = math.sin((lat_2 - lat_1) / 2.0) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin(half_lon) ** 2
    return 2.0 * EARTH_RADIUS_M * math.asin(min(math.sqrt(root), 1.0))
