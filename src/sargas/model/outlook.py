"""What lies before one track: for the officer who has selected it."""

from msgspec import Struct

from sargas.model.classification import Classification
from sargas.model.finding import Ahead


class Inside(Struct, frozen=True, kw_only=True):
    """The probability that the track's true position is inside a country's airspace."""

    country: str
    probability: float


class TownAhead(Struct, frozen=True, kw_only=True):
    """A town near the track or near its path; `in_s` is the time to the closest approach, None if it moves away."""

    name: str
    country: str
    population: int
    lat_deg: float
    lon_deg: float
    distance_m: float
    closest_m: float
    in_s: float | None = None


class Outlook(Struct, frozen=True, kw_only=True):
    """Where a track is, where it goes if it keeps on, and whom it meets; `why` are sentences for a person.

    `classification`: what it may be; None before the first look.
    """

    track_id: int
    time_s: float
    inside: tuple[Inside, ...] = ()
    border: Ahead | None = None
    towns: tuple[TownAhead, ...] = ()
    why: tuple[str, ...] = ()
    classification: Classification | None = None
