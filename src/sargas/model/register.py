"""The register: one line for every incident along the frontier, from a watch, a neighbour's file, or the press."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sargas.model.evidence import Source
from sargas.model.report import Epoch, Lat, Lon, Text

RecordId = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$")]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Precision = Literal["second", "minute", "hour", "day", "month", "year"]
ObjectType = Literal[
    "attack_drone", "decoy_drone", "reconnaissance_drone", "small_drone", "drone", "cruise_missile", "missile",
    "balloon", "aircraft", "helicopter", "unknown", "other",
]  # fmt: skip
"""What flew, as far as it is known; `drone` is one whose kind is not."""
Outcome = Literal[
    "left", "crashed", "exploded", "shot_down", "landed", "drifted_on", "lost", "no_incursion", "unknown"
]
CaseState = Literal["open", "under_investigation", "closed", "unknown"]


class RegisterRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One incident as the register knows it; facts that are not known stay None or `unknown`.

    `began_s` is the earliest moment that fits `precision` (the day's first second, UTC, for a day). `sd_m` is how
    far off the place may be, one standard deviation. `countries` are those whose airspace it was in. `origin` is
    where it came from, as far as that was established; `origin_said` who says so. `n_min`, `n_max`: how many
    objects. `from_watch`: it is an incident of this watch, under that name. `doubts`: what the sources do not
    agree on, or do not know.
    """

    record_id: RecordId
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    began_s: Epoch
    precision: Precision = "day"
    ended_s: Epoch | None = None
    countries: Annotated[tuple[Country, ...], Meta(min_length=1, max_length=10)]
    place: Annotated[str, Meta(max_length=200)] = ""
    lat_deg: Lat | None = None
    lon_deg: Lon | None = None
    sd_m: Annotated[float, Meta(gt=0.0, le=1_000_000.0)] | None = None
    object_type: ObjectType = "unknown"
    model: Annotated[str, Meta(max_length=100)] = ""
    n_min: Annotated[int, Meta(ge=0, le=100_000)] = 1
    n_max: Annotated[int, Meta(ge=0, le=100_000)] = 1
    origin: Annotated[str, Meta(pattern="^([A-Z]{2})?$")] = ""
    origin_said: Annotated[str, Meta(max_length=200)] = ""
    has_explosives: bool | None = None
    outcome: Outcome = "unknown"
    state: CaseState = "unknown"
    text: Text = ""
    doubts: Text = ""
    sources: Annotated[tuple[Source, ...], Meta(max_length=50)] = ()
    from_watch: Annotated[str, Meta(max_length=96)] = ""
