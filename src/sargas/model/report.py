"""What the sensors, neighbours and people said, each at its own time.

All positions are WGS-84 degrees, azimuths and courses are degrees clockwise from true north, times are UTC epoch
seconds, `*_sd_*` are one standard deviation. Unknown is None.
"""

from collections.abc import Callable
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

Lat = Annotated[float, Meta(ge=-90.0, le=90.0, description="WGS-84 latitude, degrees north")]
Lon = Annotated[float, Meta(ge=-180.0, le=180.0, description="WGS-84 longitude, degrees east")]
Azimuth = Annotated[float, Meta(ge=0.0, le=360.0, description="degrees clockwise from true north")]
Elevation = Annotated[float, Meta(ge=-90.0, le=90.0, description="degrees above the local horizon")]
Distance = Annotated[float, Meta(ge=0.0, le=1.0e6, description="metres")]
Spread = Annotated[float, Meta(gt=0.0, le=1.0e6, description="one standard deviation, metres")]
AngleSpread = Annotated[float, Meta(gt=0.0, le=180.0, description="one standard deviation, degrees")]
Altitude = Annotated[float, Meta(ge=-1_000.0, le=100_000.0, description="metres")]
Speed = Annotated[float, Meta(ge=0.0, le=10_000.0, description="metres per second over ground")]
Climb = Annotated[float, Meta(ge=-1_000.0, le=1_000.0, description="metres per second, up positive")]
CrossSection = Annotated[float, Meta(ge=-100.0, le=100.0, description="radar cross-section, dB of 1 m²")]
Epoch = Annotated[float, Meta(ge=0.0, le=32_503_680_000.0, description="UTC epoch seconds")]
SensorId = Annotated[str, Meta(min_length=1, max_length=64, description="id of a sensor of the configuration")]
Text = Annotated[str, Meta(max_length=2_000)]
Point = tuple[Lon, Lat]


class Identity(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an aircraft or a sensor says that the target is; every part may be unknown or a lie."""

    icao24: Annotated[str, Meta(pattern="^[0-9a-f]{6}$", max_length=6)] | None = None
    callsign: Annotated[str, Meta(min_length=1, max_length=16)] | None = None
    squawk: Annotated[str, Meta(pattern="^[0-7]{4}$", max_length=4)] | None = None
    remote_id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None

    @property
    def is_empty(self) -> bool:
        """True if nothing at all is known."""
        return not (self.icao24 or self.callsign or self.squawk or self.remote_id)

    def __reduce__(self) -> tuple[Callable[..., "Identity"], tuple[str | None, ...]]:
        """Come back from a snapshot as `NO_IDENTITY` if empty: what is left out as a default goes by the object."""
        return known_identity, (self.icao24, self.callsign, self.squawk, self.remote_id)


NO_IDENTITY = Identity()


def known_identity(
    icao24: str | None = None, callsign: str | None = None, squawk: str | None = None, remote_id: str | None = None
) -> Identity:
    """Return the identity with these parts, `NO_IDENTITY` itself if nothing is known."""
    if icao24 is None and callsign is None and squawk is None and remote_id is None:
        return NO_IDENTITY
    return Identity(icao24=icao24, callsign=callsign, squawk=squawk, remote_id=remote_id)


class Report(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="kind"):
    """One statement by one sensor about one moment.

    `time_s` is when it was true, `received_s` when it came in, `entry` the number of the journal entry that holds
    its raw bytes; the last two are set by the decoder, never by the sender.
    """

    sensor: SensorId
    time_s: Epoch
    received_s: float = 0.0
    entry: int = 0


class PolarPlot(Report, frozen=True, kw_only=True, tag="polar_plot"):
    """A detection at a slant range and azimuth from a sensor of the configuration."""

    range_m: Distance
    azimuth_deg: Azimuth
    elevation_deg: Elevation | None = None
    alt_baro_m: Altitude | None = None
    alt_wgs84_m: Altitude | None = None
    range_sd_m: Spread | None = None
    azimuth_sd_deg: AngleSpread | None = None
    elevation_sd_deg: AngleSpread | None = None
    range_rate_mps: Annotated[float, Meta(ge=-10_000.0, le=10_000.0)] | None = None
    rcs_dbsm: CrossSection | None = None
    identity: Identity = NO_IDENTITY


class GeoPlot(Report, frozen=True, kw_only=True, tag="geo_plot"):
    """A detection at a geodetic position with its error."""

    lat_deg: Lat
    lon_deg: Lon
    sd_m: Spread
    alt_baro_m: Altitude | None = None
    alt_wgs84_m: Altitude | None = None
    speed_mps: Speed | None = None
    course_deg: Azimuth | None = None
    climb_mps: Climb | None = None
    rcs_dbsm: CrossSection | None = None
    identity: Identity = NO_IDENTITY


class Bearing(Report, frozen=True, kw_only=True, tag="bearing"):
    """A direction alone: sound, radio or light, from the sensor's site or from a stated place."""

    azimuth_deg: Azimuth
    azimuth_sd_deg: AngleSpread | None = None
    elevation_deg: Elevation | None = None
    lat_deg: Lat | None = None
    lon_deg: Lon | None = None
    range_max_m: Distance | None = None
    medium: Literal["acoustic", "radio", "optical", "unknown"] = "unknown"
    text: Text = ""


class Presence(Report, frozen=True, kw_only=True, tag="presence"):
    """Something was heard or received within a radius of the sensor's site or of a stated place."""

    radius_m: Annotated[float, Meta(gt=0.0, le=200_000.0)]
    lat_deg: Lat | None = None
    lon_deg: Lon | None = None
    medium: Literal["acoustic", "radio", "optical", "unknown"] = "unknown"
    text: Text = ""


class Sighting(Report, frozen=True, kw_only=True, tag="sighting"):
    """What a person saw or heard: where they stood, in which direction, in their words."""

    lat_deg: Lat
    lon_deg: Lon
    position_sd_m: Spread = 100.0
    sense: Literal["seen", "heard", "both"]
    azimuth_deg: Azimuth | None = None
    azimuth_sd_deg: AngleSpread | None = None
    range_m: Distance | None = None
    reporter: Annotated[str, Meta(max_length=64)] = ""
    text: Text = ""


class Cooperative(Report, frozen=True, kw_only=True, tag="cooperative"):
    """A position that an aircraft gave of itself, with its identity; it may be wrong or a lie."""

    identity: Identity
    source: Literal["adsb", "mlat", "remote_id", "tisb", "flarm", "other"]
    lat_deg: Lat
    lon_deg: Lon
    sd_m: Spread | None = None
    alt_baro_m: Altitude | None = None
    alt_wgs84_m: Altitude | None = None
    speed_mps: Speed | None = None
    course_deg: Azimuth | None = None
    climb_mps: Climb | None = None
    is_on_ground: bool = False


class SystemTrack(Report, frozen=True, kw_only=True, tag="system_track"):
    """A neighbour's track as their own system sees it: correlated in time, not a fresh detection."""

    track_number: Annotated[int, Meta(ge=0, le=2**31)]
    lat_deg: Lat
    lon_deg: Lon
    sd_m: Spread | None = None
    alt_baro_m: Altitude | None = None
    alt_wgs84_m: Altitude | None = None
    speed_mps: Speed | None = None
    course_deg: Azimuth | None = None
    climb_mps: Climb | None = None
    identity: Identity = NO_IDENTITY
    status: Literal["tentative", "confirmed", "coasting", "ended"] = "confirmed"


class Cue(Report, frozen=True, kw_only=True, tag="cue"):
    """A neighbour's word that something is coming: an area, a time, a text."""

    area: Annotated[
        tuple[Point, ...], Meta(min_length=1, max_length=500, description="polygon corners, or one point")
    ]
    radius_m: Annotated[float, Meta(gt=0.0, le=500_000.0)] | None = None
    valid_until_s: Epoch | None = None
    text: Text = ""


class SensorStatus(Report, frozen=True, kw_only=True, tag="sensor_status"):
    """What a sensor says of itself, or its system of it: state, antenna turn, sector and north marks."""

    state: Literal["ok", "degraded", "failed", "maintenance", "unknown"] = "unknown"
    mark: Literal["north", "sector"] | None = None
    azimuth_deg: Azimuth | None = None
    rotation_s: Annotated[float, Meta(gt=0.0, le=120.0)] | None = None
    text: Text = ""


AnyReport: TypeAlias = (
    PolarPlot | GeoPlot | Bearing | Presence | Sighting | Cooperative | SystemTrack | Cue | SensorStatus
)
Positional: TypeAlias = PolarPlot | GeoPlot | Cooperative | SystemTrack
"""Reports that place a target; the others are words, directions and states."""
Observation: TypeAlias = Bearing | Presence | Sighting | Cue
"""Reports that a person reads on the map as they are."""


class Malformed(Struct, frozen=True):
    """Bytes that could not be read: why, how many, and their first ones. The good reports around them survive."""

    reason: str
    n_bytes: int
    excerpt_hex: str = ""


class Unused(Struct, frozen=True):
    """A sound record that carries nothing for the picture (an unknown category, no position): counted by reason."""

    reason: str


Decoded: TypeAlias = AnyReport | Malformed | Unused
