"""What is assumed where a report does not say, and when a report cannot be used."""

import math
from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from sargas.model.report import AnyReport, Cue, Presence, Sighting
from sargas.model.sensor import Errors, Sensor

BARO_AS_HEIGHT_SD_M = 200.0  # pressure, geoid: what a barometric height may be off as a height above the ellipsoid
HEIGHT_SD_M = 50.0
HEIGHT_SD_MAX_M = 1_000.0
PLACE_SD_MAX_M = 20_000.0
RANGE_MARGIN = 1.05
BEARING_SD_DEG = 5.0
BEARING_REACH_M = 50_000.0
COASTING_INFLATION = 4.0  # a neighbour's prediction is no detection
DEFAULT_ERRORS = Errors()

AHEAD = "its time is ahead of its arrival"
BEHIND = "its time is long before its arrival"
OUT_OF_COVERAGE = "outside the sensor's coverage"
DOUBLE = "a second plot of the same look"

Positive = Annotated[float, Meta(gt=0.0)]


class MeasureSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is assumed where a report does not say."""

    region_radius_m: Positive = 1_500_000.0
    """Reports farther from the region's centre are refused: one plane does not serve them."""
    clock_tolerance_s: Positive = 60.0
    """A report whose time is farther from its arrival is refused: its clock is wrong."""
    assumed_height_min_m: float = 0.0
    assumed_height_max_m: float = 3_000.0
    """A radar that gives no height: the target is believed to be anywhere between these heights."""
    assumed_height_mean_m: Positive | None = None
    """How high such a target flies on average: low ones are then likelier, as an exponential density between the two
    heights says; None: all heights alike. See `sargas.fuse.sensor_table` for what it costs."""
    velocity_sd_mps: Positive = 5.0
    """Error of the velocity that a target gives of itself."""
    system_track_velocity_sd_mps: Positive = 20.0
    """The same that a neighbour computed: smoothed, and so behind in every turn."""
    system_track_inflation: Positive = 2.0
    """A neighbour's track is correlated in time: the variance of its position counts as this many times as large."""
    sighting_azimuth_sd_deg: Positive = 15.0
    """Error of a person who points, where the report does not say."""
    sighting_range_share: Positive = 0.5
    """Error of a person who guesses a distance in the sky, as a share of it."""
    seen_reach_m: Positive = 5_000.0
    heard_reach_m: Positive = 4_000.0
    """How far away something small in the air is seen, or heard, by a person who only points."""
    seen_sd_m: Positive = 2_000.0
    heard_sd_m: Positive = 3_000.0
    """How far from the person it is, per axis, if they do not even point."""


Told = Sighting | Presence | Cue
"""Words of people: they come minutes late and are still true."""


def clock_fault(report: AnyReport, now_s: float, tolerance_s: float, *, bias_s: float = 0.0) -> str | None:
    """Return how a report's time contradicts its arrival, or None; people take their time to tell what they saw."""
    arrived_s = report.received_s if report.received_s > 0.0 else now_s
    off_s = report.time_s - bias_s - arrived_s
    if abs(off_s) <= tolerance_s or (off_s < 0.0 and isinstance(report, Told)):
        return None
    return AHEAD if off_s > 0.0 else BEHIND


def centre_of(sensors: Mapping[str, Sensor]) -> tuple[float, float] | None:
    """Return the mean direction, latitude and longitude [deg], of the sensors that have a site; None without any."""
    x = y = z = 0.0
    for name in sorted(sensors):
        sensor = sensors[name]
        if sensor.lat_deg is None or sensor.lon_deg is None:
            continue
        lat, lon = math.radians(sensor.lat_deg), math.radians(sensor.lon_deg)
        x += math.cos(lat) * math.cos(lon)
        y += math.cos(lat) * math.sin(lon)
        z += math.sin(lat)
    if math.hypot(x, y) < 1e-9:
        return None
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))
