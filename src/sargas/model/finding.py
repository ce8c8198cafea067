"""What the rules say of the picture: each a probability with its reasons and its evidence."""

from typing import Literal, TypeAlias

from msgspec import Struct

Severity = Literal["info", "yellow", "red"]


class Crossing(Struct, frozen=True, kw_only=True, tag="crossing"):
    """A crossing into a zone: when and where with one standard deviation, from which country, how deep, how long."""

    zone_id: str
    from_country: str = ""
    time_s: float
    time_sd_s: float
    lat_deg: float
    lon_deg: float
    position_sd_m: float
    depth_m: float = 0.0
    inside_s: float = 0.0
    left_s: float | None = None


class Ahead(Struct, frozen=True, kw_only=True, tag="ahead"):
    """A border or zone that a track reaches if it keeps on: in how many seconds and where."""

    zone_id: str
    distance_m: float
    in_s: float | None = None
    in_sd_s: float | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None


class Silence(Struct, frozen=True, kw_only=True, tag="silence"):
    """A sensor that should have spoken and did not."""

    sensor: str
    last_s: float | None
    expected_period_s: float


class Heard(Struct, frozen=True, kw_only=True, tag="heard"):
    """A person's or a neighbour's word, with the place that it speaks of."""

    sensor: str
    lat_deg: float
    lon_deg: float
    radius_m: float
    text: str = ""


Detail: TypeAlias = Crossing | Ahead | Silence | Heard


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule's judgement. The same `finding_id` is raised, updated while it holds, and cleared once.

    `finding_id` is made of the rule, its subject and a count, so that a replay makes the same one. `evidence` are
    journal entries.
    """

    finding_id: str
    rule: str
    state: Literal["raised", "updated", "cleared"]
    severity: Severity
    time_s: float
    raised_s: float
    probability: float
    title: str
    reasons: tuple[str, ...]
    detail: Detail
    track_id: int | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    evidence: tuple[int, ...] = ()
