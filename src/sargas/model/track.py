"""One object in the air as the tracker believes it to be."""

from typing import Literal

from msgspec import Struct

from sargas.model.report import NO_IDENTITY, Identity

TrackStatus = Literal["tentative", "confirmed", "coasting", "lost", "ended"]
Affiliation = Literal["unknown", "friendly", "neutral", "suspect", "hostile"]


class Contribution(Struct, frozen=True):
    """How much one sensor said about a track, and when last."""

    sensor: str
    n_reports: int
    last_s: float


class Track(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of one track at `time_s`, in WGS-84 and its local east-north frame.

    `position_cov_m2` and `velocity_cov_m2ps2` are (east-east, east-north, north-north). Heights that no report gave
    stay None. `last_report_s` is the last moment at which a report placed it; between that and `time_s` it is
    predicted. `entries` are the newest journal entries that speak of it. `is_cooperative` means that it gives its own
    position and no sensor contradicts it. `rcs_dbsm` is the mean radar cross-section of its last echoes, in decibels.
    """

    track_id: int
    time_s: float
    first_s: float
    last_report_s: float
    status: TrackStatus
    lat_deg: float
    lon_deg: float
    east_mps: float
    north_mps: float
    position_cov_m2: tuple[float, float, float]
    velocity_cov_m2ps2: tuple[float, float, float]
    alt_baro_m: float | None = None
    alt_wgs84_m: float | None = None
    climb_mps: float | None = None
    turn_rate_dps: float | None = None
    existence: float | None = None
    is_cooperative: bool = False
    is_on_ground: bool = False
    identity: Identity = NO_IDENTITY
    neighbour_numbers: tuple[str, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    n_reports: int = 0
    affiliation: Affiliation = "unknown"
    flags: tuple[str, ...] = ()
    entries: tuple[int, ...] = ()
    rcs_dbsm: float | None = None
