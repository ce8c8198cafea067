"""The sensors of the watch: where they stand, how they err, what they can see, how they are."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sargas.model.report import AngleSpread, Azimuth, Distance, Elevation, Lat, Lon, SensorId, Spread

SensorKind = Literal["radar", "acoustic", "radio_df", "camera", "adsb", "remote_id", "observer", "neighbour", "other"]


class Coverage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a sensor can see at all; None is no limit. Azimuths run clockwise from `from` to `to`."""

    range_min_m: Distance = 0.0
    range_max_m: Distance | None = None
    azimuth_from_deg: Azimuth = 0.0
    azimuth_to_deg: Azimuth = 360.0
    elevation_min_deg: Elevation | None = None
    elevation_max_deg: Elevation | None = None
    height_min_m: float | None = None
    height_max_m: float | None = None


class Errors(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One standard deviation of each measurement, and the known bias that is taken off before use."""

    range_sd_m: Spread = 100.0
    azimuth_sd_deg: AngleSpread = 0.2
    elevation_sd_deg: AngleSpread | None = None
    position_sd_m: Spread = 100.0
    range_bias_m: float = 0.0
    azimuth_bias_deg: Annotated[float, Meta(ge=-180.0, le=180.0)] = 0.0
    elevation_bias_deg: float = 0.0
    time_bias_s: float = 0.0


class Sensor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the sensor table of the configuration.

    `alt_m` is the antenna's height above the WGS-84 ellipsoid. `period_s` is the expected time between two looks
    (a radar's turn, a node's heartbeat); a sensor with a period is silent when nothing came for several of them.
    `sac` and `sic` name an ASTERIX source. What a sensor with `confirms_alone = false`, one whose reports are nearly
    all clutter, tells alone is never shown as a track: another sensor that confirms must have seen it too. It still
    keeps, sharpens and finds again the tracks that others confirmed.
    """

    id: SensorId
    kind: SensorKind
    name: str = ""
    lat_deg: Lat | None = None
    lon_deg: Lon | None = None
    alt_m: float = 0.0
    country: str = ""
    errors: Errors = Errors()
    coverage: Coverage = Coverage()
    period_s: Annotated[float, Meta(gt=0.0, le=86_400.0)] | None = None
    latency_s: Annotated[float, Meta(ge=0.0, le=600.0)] = 0.0
    sac: Annotated[int, Meta(ge=0, le=255)] | None = None
    sic: Annotated[int, Meta(ge=0, le=255)] | None = None
    confirms_alone: bool = True


HealthState = Literal["unknown", "ok", "degraded", "late", "silent", "failed", "maintenance"]


class RegistrationEstimate(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a sensor is out of register, beyond the bias of its configuration, as other sensors' targets show it.

    A bias is what is measured minus what is true; None is not known. `found_*` is the random error that the residuals
    show, to be compared with the one of the configuration. `is_applied`: the bias is taken off; not `is_used`: the
    sensor is so far off that its measurements are left out. `verdict` is a sentence for a person.
    """

    range_m: float | None = None
    range_sd_m: float | None = None
    azimuth_deg: float | None = None
    azimuth_sd_deg: float | None = None
    elevation_deg: float | None = None
    elevation_sd_deg: float | None = None
    time_s: float | None = None
    time_sd_s: float | None = None
    found_range_sd_m: float | None = None
    found_azimuth_sd_deg: float | None = None
    n_references: int = 0
    is_applied: bool = False
    is_used: bool = True
    verdict: str = ""


class Health(Struct, frozen=True, kw_only=True):
    """How one sensor is, as the watch sees it; `reason` is a sentence for a person."""

    sensor: str
    state: HealthState
    reason: str = ""
    last_report_s: float | None = None
    last_received_s: float | None = None
    n_reports: int = 0
    n_late: int = 0
    n_rejected: int = 0
    rate_hz: float = 0.0
    latency_s: float | None = None
    rotation_s: float | None = None
    registration: RegistrationEstimate | None = None


class FeedHealth(Struct, frozen=True, kw_only=True):
    """What one feed brought: chunks, bytes, good reports, and what was unused or malformed, by reason."""

    feed: str
    is_connected: bool = False
    last_received_s: float | None = None
    n_chunks: int = 0
    n_bytes: int = 0
    n_reports: int = 0
    unused: dict[str, int] = {}
    malformed: dict[str, int] = {}
    text: str = ""
