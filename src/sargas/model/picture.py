"""The air picture at one moment, and the events that change it."""

from typing import TypeAlias

from msgspec import Struct

from sargas.model.alarm import Alarm, AlarmLogItem, HandOver, Suppression
from sargas.model.channel import ChannelHealth
from sargas.model.classification import Classification
from sargas.model.finding import Finding
from sargas.model.incident import Incident
from sargas.model.register import RegisterRecord
from sargas.model.report import Observation
from sargas.model.sensor import FeedHealth, Health
from sargas.model.track import Track
from sargas.model.warning import Draft


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


class AlarmChanged(Struct, frozen=True, tag="alarm"):
    """An alarm was raised, has another state, or is gone (`normal`)."""

    alarm: Alarm


class DraftChanged(Struct, frozen=True, tag="draft"):
    """The draft of an incident's warning was made anew; None: there is nothing to warn of any more."""

    incident_id: str
    draft: Draft | None


class ChannelHealthChanged(Struct, frozen=True, tag="channel"):
    """A channel's other end answers again, or no longer, or it has delivered."""

    health: ChannelHealth


class ShiftChanged(Struct, frozen=True, tag="shift"):
    """The watch was handed over, or what is suppressed changed."""

    suppressions: tuple[Suppression, ...]
    hand_overs: tuple[HandOver, ...]


class RegisterChanged(Struct, frozen=True, tag="register"):
    """Records were taken into the register, or one was struck out of it."""

    records: tuple[RegisterRecord, ...] = ()
    struck: str = ""


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
    | AlarmChanged
    | DraftChanged
    | ChannelHealthChanged
    | ShiftChanged
    | RegisterChanged
    | Refused
)


class Picture(Struct, kw_only=True):
    """Everything that is believed at `now_s`; the engine keeps one and rules read it.

    `observations` are those of the last `observations_kept_s`, oldest first. `classifications` are what the tracks
    may be, a minute old at most while reports come in. `drafts` are the warnings as they would be worded now, by
    incident. `alarm_log` are the newest lines, oldest first.
    """

    now_s: float = 0.0
    tracks: dict[int, Track] = {}
    findings: dict[str, Finding] = {}
    incidents: dict[str, Incident] = {}
    health: dict[str, Health] = {}
    feeds: dict[str, FeedHealth] = {}
    observations: list[Observation] = []
    classifications: dict[int, Classification] = {}
    alarms: dict[str, Alarm] = {}
    suppressions: dict[str, Suppression] = {}
    alarm_log: list[AlarmLogItem] = []
    hand_overs: list[HandOver] = []
    drafts: dict[str, Draft] = {}
    channels: dict[str, ChannelHealth] = {}
