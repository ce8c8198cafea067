"""The air picture at one moment, and the events that change it."""

from typing import TypeAlias

from msgspec import Struct

from sargas.model.classification import Classification
from sargas.model.finding import Finding
from sargas.model.incident import Incident
from sargas.model.report import Observation
from sargas.model.sensor import FeedHealth, Health
from sargas.model.track import Track


class TrackChanged(Struct, frozen=True, tag="track"):
    """A track is new or has a new state; its status says whether it was lost or ended."""

    track: Track


class FindingChanged(Struct, frozen=True, tag="finding"):
    """A finding was raised, updated or cleared."""

    finding: Finding


class IncidentChanged(Struct, frozen=True, tag="incident"):
    """An incident has a new state."""

    incident: Incident


class HealthChanged(Struct, frozen=True, tag="health"):
    """A sensor's state changed."""

    health: Health


class FeedChanged(Struct, frozen=True, tag="feed"):
    """A feed connected or was lost."""

    feed: FeedHealth


class Observed(Struct, frozen=True, tag="observed"):
    """A bearing, presence, sighting or cue came in."""

    report: Observation


class ClassificationChanged(Struct, frozen=True, tag="classification"):
    """What a track may be has materially changed."""

    classification: Classification


class Refused(Struct, frozen=True, tag="refused"):
    """A decision could not take effect, and why."""

    reason: str


Event: TypeAlias = (
    TrackChanged
    | FindingChanged
    | IncidentChanged
    | HealthChanged
    | FeedChanged
    | Observed
    | ClassificationChanged
    | Refused
)


class Picture(Struct, kw_only=True):
    """Everything that is believed at `now_s`; the engine keeps one and rules read it.

    `observations` are those of the last `observations_kept_s`, oldest first. `classifications` are what the tracks
    may be, a minute old at most while reports come in.
    """

    now_s: float = 0.0
    tracks: dict[int, Track] = {}
    findings: dict[str, Finding] = {}
    incidents: dict[str, Incident] = {}
    health: dict[str, Health] = {}
    feeds: dict[str, FeedHealth] = {}
    observations: list[Observation] = []
    classifications: dict[int, Classification] = {}
