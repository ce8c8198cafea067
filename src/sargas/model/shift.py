"""What the officer who takes the watch over must know."""

from msgspec import Struct

from sargas.model.alarm import Alarm, AlarmRates, HandOver, Priority, Suppression
from sargas.model.channel import ChannelHealth
from sargas.model.decision import Disposition
from sargas.model.sensor import HealthState
from sargas.model.warning import Delivery, Level, LostTrack


class OpenIncident(Struct, frozen=True, kw_only=True):
    """An incident that is open: how serious, how old, who has seen it, what was said of it."""

    incident_id: str
    title: str
    level: Level
    highest_level: Level
    priority: Priority
    opened_s: float
    age_s: float
    kind: str = ""
    disposition: Disposition = "undecided"
    acknowledged_s: float | None = None
    acknowledged_by: str = ""
    alarmed_for: str = ""
    n_tracks: int = 0


class WarningInForce(Struct, frozen=True, kw_only=True):
    """What the public was told and still holds, and where it could not be delivered."""

    warning_id: str
    incident_id: str
    level: Level
    headline: str
    sent_s: float
    sent_by: str
    expires_s: float
    undelivered: tuple[Delivery, ...] = ()
    is_exercise: bool = False


class Pending(Struct, frozen=True, kw_only=True):
    """A warning that waits: for another approval, or to be sent."""

    warning_id: str
    incident_id: str
    level: Level
    approved_by: tuple[str, ...]
    n_missing: int


class StillFlying(Struct, frozen=True, kw_only=True):
    """A lost track that can still be in the air, of an incident."""

    incident_id: str
    lost: LostTrack


class UnwellSensor(Struct, frozen=True, kw_only=True):
    """A sensor that is not well, and in which words."""

    sensor: str
    state: HealthState
    reason: str
    last_report_s: float | None = None


class Deed(Struct, frozen=True, kw_only=True):
    """What somebody did, to an incident or to an alarm."""

    time_s: float
    officer: str
    about: str
    what: str
    text: str


class Shift(Struct, frozen=True, kw_only=True):
    """The watch from one hand-over to the next, as it is at `to_s`.

    `alarms` are those that stand and are heard, `shelved` and `quiet` those that are not; `suppressions` say why and
    until when. `deeds` and `hand_overs` are those of the shift, oldest first.
    """

    from_s: float
    to_s: float
    incidents: tuple[OpenIncident, ...] = ()
    warnings: tuple[WarningInForce, ...] = ()
    pending: tuple[Pending, ...] = ()
    still_flying: tuple[StillFlying, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    shelved: tuple[Alarm, ...] = ()
    quiet: tuple[Alarm, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    sensors: tuple[UnwellSensor, ...] = ()
    channels: tuple[ChannelHealth, ...] = ()
    rates: AlarmRates
    deeds: tuple[Deed, ...] = ()
    n_deeds_left_out: int = 0
    hand_overs: tuple[HandOver, ...] = ()
