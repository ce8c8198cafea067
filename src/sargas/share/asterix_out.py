"""Tracks and the state of sensors as ASTERIX records: CAT062, CAT063 and CAT065, put into bits by libasterix.

| CAT062 | what it holds |
|---|---|
| 010, 015 | source (another one in an exercise), service |
| 040 | track number, 1 to 65535 |
| 060 | mode 3/A |
| 070 | time of the state, time of day in UTC |
| 080 | simulated (in an exercise), tentative, coasting, on the ground; first and last message; see the code |
| 105 | WGS-84 position |
| 130 | height above the ellipsoid |
| 136, 135 | flight level as reported, as pressure altitude without QNH |
| 185 | velocity, x east and y north |
| 200 | turning, climbing |
| 220 | rate of climb |
| 290 | age of the track, of its last ADS-B report, of its last primary plot |
| 380, 245 | 24-bit address and callsign as sent down; the callsign in 245 if the receiver reads it there |
| 500 | standard deviations of position (and its covariance) and velocity |

CAT063: 010, 015, 030, the sensor (050), its state (060), the biases that are taken off (070, 090, 091, 092).
CAT065: 010, 000 (state), 015, 030, 040.

What is not known, or lies beyond what an item holds, is left out, never zero and never clipped; ages and standard
deviations alone have a greatest value, which means "this or more". Nothing says friend or foe.
Sources: EUROCONTROL-SPEC-0149-9 edition 1.20, -10 edition 1.6, -15 edition 1.5.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, Literal, NamedTuple

from msgspec import Struct

from sargas.decode.asterix.cat062 import DEGREE_OF_LATITUDE_M
from sargas.model.sensor import Health, HealthState, RegistrationEstimate, Sensor, SensorKind
from sargas.model.track import Track
from sargas.model.units import DAY_S, FEET_PER_MINUTE_MPS, FLIGHT_LEVEL_M, FOOT_M, NAUTICAL_MILE_M

DATAGRAM_BYTES_MAX: Final = 1_400
"""Fits into an Ethernet frame with room for tunnels, so that no datagram is cut into fragments."""
HEADER_BYTES: Final = 3
TIME_STEPS_HZ: Final = 128
ANGLE_STEPS_PER_DEG: Final = 2**25 / 180.0
HALF_TURN: Final = 2**25
POSITION_STEP_M: Final = 0.5
VELOCITY_STEP_MPS: Final = 0.25
AGE_STEP_S: Final = 0.25
INT16_MIN, INT16_MAX = -(2**15), 2**15 - 1
COMPOUND: Final = frozenset({"290", "380", "500"})
NEVER_AGAIN: Final = frozenset({"030", "040", "070", "105", "185"})
"""Items that hardly ever come again with the same numbers."""
ITEMS_KEPT: Final = 4_096
RECENT_S: Final = 30.0
"""A sensor that has not seen the track for so long no longer counts as one of several; a judgement."""
TURN_MIN_DPS: Final = 1.0
"""A third of the standard turn of 3 degrees/s (ICAO Doc 8168); what is slower is a constant course; a judgement."""
CLIMB_MIN_MPS: Final = 1.5
"""About 300 ft/min; what is slower is level; a judgement."""
CONTRADICTED: Final = "cooperative position contradicts track"
ADDRESS: Final = re.compile("[0-9a-fA-F]{1,6}")
CODE: Final = re.compile("[0-7]{4}")
CALLSIGN: Final = re.compile("[A-Z0-9]{1,8}")
"""What eight characters of six bits can say (ICAO Annex 10 volume IV, table 3-8), blanks apart."""
EMERGENCIES: Final[Mapping[str, int]] = {"7700": 1, "7600": 4, "7500": 5}
"""I062/080 EMS by mode 3/A code: emergency, lost communications, unlawful interference (ICAO Doc 8168)."""
EMERGENCY_UNKNOWN: Final = 7

STATES: Final[Mapping[HealthState, tuple[tuple[int | None, ...], ...]]] = {
    "ok": ((0, 0, 0, 0, 0, 0, None),),
    "degraded": ((1, 0, 0, 0, 0, 0, None),),
    "late": ((1, 0, 0, 0, 0, 0, None),),
    "silent": ((3, 0, 0, 0, 0, 0, None), (0, 0, 0, 0, 0, 1, 0, None)),
    "failed": ((3, 0, 0, 0, 0, 0, None),),
    "maintenance": ((0, 0, 0, 0, 0, 0, None), (1, 0, 0, 0, 0, 0, 0, None)),
}
"""I063/060: CON operational, degraded or not connected; then OPS not released, NPW no plots. Unknown has no item.

The GO/NOGO bits of a sensor's channels are for itself to tell: they stay 0.
"""

Items = dict[str, Any]
"""The items of a record as libasterix takes them, in steps; the subfields of compound ones in pairs."""
Pairs = tuple[tuple[str, object], ...]
Kinds = Mapping[str, SensorKind]
Identification = Literal["380", "245", "both"]


class Scale(NamedTuple):
    """What one step of an item is worth in SI units, and the steps that the item's definition allows."""

    step: float
    least: int = INT16_MIN
    most: int = INT16_MAX


FLIGHT_LEVEL: Final = Scale(FLIGHT_LEVEL_M / 4.0, -15 * 4, 1_500 * 4)
HEIGHT: Final = Scale(6.25 * FOOT_M, -1_500 * 4 // 25, 150_000 * 4 // 25)
CLIMB: Final = Scale(6.25 * FEET_PER_MINUTE_MPS)
VELOCITY: Final = Scale(VELOCITY_STEP_MPS)
TIME_BIAS: Final = Scale(0.001)
RANGE_BIAS: Final = Scale(NAUTICAL_MILE_M / 128.0)
ANGLE_BIAS: Final = Scale(360.0 / 2**16)


class Source(Struct, frozen=True, kw_only=True):
    """Whose data they are: system area and identification code, and the number of the service if it has one."""

    sac: int
    sic: int
    service: int | None = None


class Message(Struct, frozen=True, kw_only=True):
    """One message about a track; the last one ends it."""

    track: Track
    number: int
    is_first: bool = False
    is_last: bool = False


class Records:
    """Makes records of one source; all its tracks are simulated, or none."""

    def __init__(self, source: Source, *, is_simulated: bool, identification: Identification = "380") -> None:
        # Imported here and not above: the generated tables take a second to load.
        generated = import_module("asterix.generated")
        self._tracks = _Writer(generated.Cat_062_1_20)
        self._sensors = _Writer(generated.Cat_063_1_6)
        self._systems = _Writer(generated.Cat_065_1_5)
        self._source: Items = {"010": (source.sac, source.sic), "015": source.service}
        self._is_simulated = is_simulated
        self._identification = identification

    def track(self, message: Message, kinds: Kinds) -> bytes:
        """Return a CAT062 record; `kinds` are those of the sensors by id."""
        track = message.track
        level = _steps(track.alt_baro_m, FLIGHT_LEVEL)
        items = self._source | {
            "070": _time_of_day(track.time_s),
            "105": (_latitude(track.lat_deg), _longitude(track.lon_deg)),
            "185": _velocity(track),
            "060": _code(track.identity.squawk),
            "040": message.number,
            "080": _status(message, is_simulated=self._is_simulated),
            "290": _ages(track, kinds),
            "200": _movement(track),
            "136": level,
            "130": _steps(track.alt_wgs84_m, HEIGHT),
            "135": None if level is None else (0, level),
            "220": _steps(track.climb_mps, CLIMB),
            "500": _accuracies(track),
        }
        return self._tracks.record(items | self._identity(track))

    def sensor(self, sensor: Sensor, number: tuple[int, int], health: Health | None, now_s: float) -> bytes:
        """Return a CAT063 record about the sensor, which the receiver knows by `number` (SAC, SIC)."""
        items = self._source | {
            "030": _time_of_day(now_s),
            "050": number,
            "060": STATES.get(health.state) if health else None,
        }
        return self._sensors.record(items | _biases(sensor, health))

    def system(self, health: Mapping[str, Health], now_s: float) -> bytes:
        """Return a CAT065 record: we live; degraded if no sensor is well, unknown if none has said anything yet."""
        states = {one.state for one in health.values()} - {"unknown"}
        nogo = 0 if "ok" in states else 1 if states else 3
        items = self._source | {"000": 1, "030": _time_of_day(now_s), "040": (nogo, 0, 0, 0, 0, 0)}
        return self._systems.record(items)

    def _identity(self, track: Track) -> Items:
        identity = track.identity
        address, call = identity.icao24 or "", _callsign(identity.callsign)
        number = int(address, 16) if ADDRESS.fullmatch(address) else 0
        derived = (("ADR", number or None), ("ID", None if self._identification == "245" else call))
        return {
            "380": derived if any(value for _, value in derived) else None,
            "245": None if self._identification == "380" or call is None else (0, 0, call),
        }


def blocks(
    category: int, records: Iterable[bytes], bytes_max: int = DATAGRAM_BYTES_MAX
) -> Iterator[tuple[int, bytes]]:
    """Return data blocks of at most `bytes_max` and how many records each holds; takes a record when it needs it.

    Source: EUROCONTROL-SPEC-0149 (ASTERIX Part 1), 4.2: category, length that counts itself, records end to end.
    """
    held: list[bytes] = []
    n_bytes = HEADER_BYTES
    for record in records:
        if held and n_bytes + len(record) > bytes_max:
            yield len(held), _block(category, held)
            held, n_bytes = [], HEADER_BYTES
        held.append(record)
        n_bytes += len(record)
    if held:
        yield len(held), _block(category, held)


def can_be_told(track: Track) -> bool:
    """Return whether the track has a time and a place; all of ours do, but a tracker may be another's."""
    return (
        math.isfinite(track.time_s)
        and track.time_s >= 0.0
        and -90.0 <= track.lat_deg <= 90.0
        and -180.0 <= track.lon_deg <= 180.0
    )


def _block(category: int, records: list[bytes]) -> bytes:
    body = b"".join(records)
    return bytes([category]) + (HEADER_BYTES + len(body)).to_bytes(2, "big") + body


class _Writer:
    """Puts items into records of one category; an item's bits are libasterix's, and one that comes again is kept.

    Source: EUROCONTROL-SPEC-0149 (ASTERIX Part 1), 4.2.3: seven items an octet, its last bit says that one follows.
    """

    def __init__(self, category: Any) -> None:
        items = [getattr(item, "cv_non_spare", None) for item in category.cv_uap.cv_record.cv_items_list]
        self._items = {item.cv_name: item for item in items if item is not None}
        self._slots = [(item.cv_name, k // 7, 0x80 >> k % 7) for k, item in enumerate(items) if item is not None]
        self._kept = lru_cache(ITEMS_KEPT)(self._made)

    def record(self, items: Items) -> bytes:
        """Return the record's bytes; items that are None are left out."""
        announced, parts = bytearray(), []
        for name, octet, bit in self._slots:
            value = items.get(name)
            if value is None:
                continue
            announced.extend(bytes(octet + 1 - len(announced)))
            announced[octet] |= bit
            parts.append(self._made(name, value) if name in NEVER_AGAIN else self._kept(name, value))
        for octet in range(len(announced) - 1):
            announced[octet] |= 1
        return bytes(announced) + b"".join(parts)

    def _made(self, name: str, value: Any) -> bytes:
        given = dict(value) if name in COMPOUND else value
        return bytes(self._items[name].create(given).unparse().to_bytes())


def _time_of_day(time_s: float) -> int:
    """Return the time in steps of 1/128 s since midnight; what rounds up to midnight is the first of the next day."""
    return round(time_s % DAY_S * TIME_STEPS_HZ) % (round(DAY_S) * TIME_STEPS_HZ)


def _latitude(lat_deg: float) -> int:
    return round(lat_deg * ANGLE_STEPS_PER_DEG)


def _longitude(lon_deg: float) -> int:
    """Return the longitude in steps; 180 degrees east is 180 degrees west, for the item ends before it."""
    return (round(lon_deg * ANGLE_STEPS_PER_DEG) + HALF_TURN) % (2 * HALF_TURN) - HALF_TURN


def _steps(value: float | None, scale: Scale) -> int | None:
    """Return an SI value in steps of an item; None if it is not known or beyond what the item holds."""
    steps = math.nan if value is None else value / scale.step
    if not math.isfinite(steps):
        return None
    whole = round(steps)
    return whole if scale.least <= whole <= scale.most else None


def _velocity(track: Track) -> tuple[int, int] | None:
    east, north = _steps(track.east_mps, VELOCITY), _steps(track.north_mps, VELOCITY)
    return None if east is None or north is None else (east, north)


def _status(message: Message, *, is_simulated: bool) -> tuple[tuple[int | None, ...], ...]:
    """Return I062/080, as many octets as say something; the bits of modes 4 and 5 say that nobody was asked."""
    track = message.track
    recent = sum(track.time_s - one.last_s <= RECENT_S for one in track.contributions)
    is_height_geometric = track.alt_baro_m is None and track.alt_wgs84_m is not None
    is_contradicted = CONTRADICTED in track.flags
    source = int(track.is_cooperative and track.alt_wgs84_m is not None)  # GNSS, else not told
    parts: list[tuple[int | None, ...]] = [
        (int(recent < 2), 0, int(is_height_geometric), source, int(track.status == "tentative"), None),
        (int(is_simulated), int(message.is_last), int(message.is_first), 0, int(is_contradicted), 0, 0, None),
        (0, 0, 0, 0, 0, None),
        (int(track.status in {"coasting", "lost"}), 0, 0, 0, 0, 0, 0, None),
        (3, _emergency(track), 0, 0, None),
        (0, 0, 0, int(track.is_on_ground), 0, 0, 0, None),
    ]  # fmt: skip
    if track.is_on_ground:
        n_parts = 6
    elif track.identity.squawk in EMERGENCIES:
        n_parts = 5
    else:
        n_parts = 4 if any(parts[3]) else 2 if any(parts[1]) else 1
    return tuple(parts[:n_parts])


def _emergency(track: Track) -> int:
    code = track.identity.squawk
    return EMERGENCY_UNKNOWN if code is None else EMERGENCIES.get(code, 0)


def _ages(track: Track, kinds: Kinds) -> Pairs:
    """Return I062/290; a radar's plots count as primary only while the target has no identity, else nobody knows."""
    last_s: dict[str, float] = {"TRK": track.first_s}
    for one in track.contributions:
        part = {"adsb": "ES", "radar": "PSR"}.get(kinds.get(one.sensor, "other"))
        if part == "ES" or (part == "PSR" and track.identity.is_empty):
            last_s[part] = max(one.last_s, last_s.get(part, one.last_s))
    return tuple([(part, _up_to((track.time_s - at_s) / AGE_STEP_S, 8)) for part, at_s in last_s.items()])


def _movement(track: Track) -> tuple[int, ...] | None:
    turn_dps, climb_mps = track.turn_rate_dps, track.climb_mps
    if turn_dps is None and climb_mps is None:
        return None
    return _trend(turn_dps, TURN_MIN_DPS), 3, _trend(climb_mps, CLIMB_MIN_MPS), 0, 0


def _trend(rate: float | None, least: float) -> int:
    """Return 0 for none to speak of, 1 for right or up, 2 for left or down, 3 if it is not known."""
    if rate is None or math.isnan(rate):
        return 3
    return 0 if abs(rate) < least else 1 if rate > 0.0 else 2


def _accuracies(track: Track) -> Pairs | None:
    """Return I062/500, rounded up: nothing is told to be more exact than it is."""
    parts: dict[str, object] = {}
    ee, en, nn = track.position_cov_m2
    if _is_covariance(ee, en, nn):
        x_m, y_m = math.sqrt(ee), math.sqrt(nn)
        parts["APC"] = (_up_to(x_m / POSITION_STEP_M, 16, least=1), _up_to(y_m / POSITION_STEP_M, 16, least=1))
        tilt = min(INT16_MAX, round(math.sqrt(abs(en)) / POSITION_STEP_M))
        parts["COV"] = -tilt if en < 0.0 else tilt
        narrowing = max(math.cos(math.radians(track.lat_deg)), 1e-6)
        per_m = ANGLE_STEPS_PER_DEG / DEGREE_OF_LATITUDE_M
        parts["APW"] = (_up_to(y_m * per_m, 16, least=1), _up_to(x_m * per_m / narrowing, 16, least=1))
    ee, en, nn = track.velocity_cov_m2ps2
    if _is_covariance(ee, en, nn):
        vx, vy = math.sqrt(ee) / VELOCITY_STEP_MPS, math.sqrt(nn) / VELOCITY_STEP_MPS
        parts["ATV"] = (_up_to(vx, 8, least=1), _up_to(vy, 8, least=1))
    return tuple(parts.items()) or None


def _is_covariance(ee: float, en: float, nn: float) -> bool:
    return math.isfinite(ee) and math.isfinite(en) and math.isfinite(nn) and ee >= 0.0 and nn >= 0.0


def _up_to(steps: float, n_bits: int, least: int = 0) -> int:
    """Return the steps rounded up; the greatest number of so many bits means "this or more"."""
    greatest = (1 << n_bits) - 1
    if not steps < greatest:
        return greatest
    # A whole number must not become the next one by the last bit of a division.
    return max(least, math.ceil(max(steps, 0.0) - 1e-9))


def _code(squawk: str | None) -> tuple[int, int, int, int, str] | None:
    return (0, 0, 0, 0, squawk) if squawk is not None and CODE.fullmatch(squawk) else None


def _callsign(call: str | None) -> str | None:
    """Return a callsign or registration as transponders send it, without dashes; None if that cannot say it."""
    plain = (call or "").upper().replace("-", "").strip()
    return plain if CALLSIGN.fullmatch(plain) else None


def _biases(sensor: Sensor, health: Health | None) -> Items:
    """Return I063/070 and 090 to 092: measured minus true, as it is taken off; what is not taken off is left out.

    A radar's range and angles stand in the items of a primary radar, whatever kind of radar it is.
    """
    errors = sensor.errors
    found = health.registration if health is not None else None
    if found is None or not found.is_applied:
        found = RegistrationEstimate()
    items: Items = {"070": _steps(_sum(errors.time_bias_s, found.time_s), TIME_BIAS)}
    if sensor.kind != "radar":
        return items
    range_steps = _steps(_sum(errors.range_bias_m, found.range_m), RANGE_BIAS)
    return items | {
        "090": None if range_steps is None else (0, range_steps),  # no gain is taken off
        "091": _steps(_sum(errors.azimuth_bias_deg, found.azimuth_deg), ANGLE_BIAS),
        "092": _steps(_sum(errors.elevation_bias_deg, found.elevation_deg), ANGLE_BIAS),
    }


def _sum(configured: float, found: float | None) -> float | None:
    """Return the whole bias; None if none was configured (the table's default is zero) and none was found."""
    return configured + (found or 0.0) if configured != 0.0 or found is not None else None
