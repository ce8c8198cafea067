"""Which deliveries are open and which is next: pure, from the incidents and from how the last tries went.

A channel gets an incident's warnings strictly in the order in which they were sent. Between incidents it keeps that
order too, but a warning that a living channel refuses does not hold up those of other incidents.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct, structs

from sargas.incident.words import clock
from sargas.model.incident import Incident
from sargas.model.units import DAY_S
from sargas.model.warning import FINAL, Delivery, PublicWarning

PASSED_AFTER: Final = 2
"""Refused so often by a channel that answers, a warning lets those of other incidents pass."""
GIVEN_UP_AFTER: Final = 4
"""Refused so often (about 8 s), it gives way to a newer one of its incident, which says all that is true now."""
BACKOFF_S: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""The waits before the next try; the last one from then on."""


class Key(Struct, frozen=True):
    """One warning as it was sent; a played view that was moved back may send another one under the same name."""

    warning_id: str
    sent_s: float | None


class Due(Struct, frozen=True, kw_only=True):
    """An open delivery: of which warning, on which channel, and what became of it there so far.

    `ended`: why it comes to its end without another try; empty while there is one to make.
    """

    incident: Incident
    warning: PublicWarning
    channel: str
    stands_in_for: str = ""
    before: Delivery | None = None
    ended: str = ""

    @property
    def key(self) -> Key:
        """What tells this warning from others."""
        return Key(self.warning.warning_id, self.warning.sent_s)

    @property
    def n_attempts(self) -> int:
        """How often it was tried so far."""
        return self.before.n_attempts if self.before is not None else 0

    @property
    def is_unknown(self) -> bool:
        """Whether nobody knows if the last try arrived: the watch ended in the middle of it."""
        return self.before is not None and self.before.fate == "trying"


class Tries(Struct):
    """How one warning fared on one channel since the watch started; `not_before_s` is in the loop's time.

    `n_refused` counts the failures in a row after which the channel answered all the same.
    """

    n_failed: int = 0
    n_refused: int = 0
    not_before_s: float = 0.0

    def failed(self, moment_s: float) -> None:
        """Wait before the next try, longer each time."""
        self.not_before_s = moment_s + BACKOFF_S[min(self.n_failed, len(BACKOFF_S) - 1)]
        self.n_failed += 1


def due(
    incidents: Iterable[Incident], channels: Mapping[str, str], alive: Mapping[str, bool], now_s: float
) -> list[Due]:
    """Return every open delivery, in the order in which the warnings were sent.

    Args:
        incidents: all that are kept.
        channels: each channel, and the one that it stands in for, or nothing.
        alive: whether each channel's other end answers; one that is not there is taken to answer.
        now_s: the watch's time.
    """
    sent = [
        (warning.sent_s, incident.incident_id, index, incident)
        for incident in incidents
        for index, warning in enumerate(incident.warning.warnings)
        if warning.sent_s is not None
    ]
    return [
        one
        for _, _, index, incident in sorted(sent)
        for one in _of_warning(incident, incident.warning.warnings[index], channels, alive=alive, now_s=now_s)
    ]


def choose(waiting: Sequence[Due], tries: Mapping[Key, Tries], moment_s: float) -> Due | None:
    """Return what one channel does next, None if it must wait; `waiting` is what is open on it, in order."""
    held: set[str] = set()
    for index, one in enumerate(waiting):
        if one.ended:
            return one
        incident_id = one.incident.incident_id
        if incident_id in held:
            continue
        known = tries.get(one.key)
        if known is None:
            return one
        if known.n_refused >= GIVEN_UP_AFTER and any(_is_newer(later, one) for later in waiting[index + 1 :]):
            return structs.replace(
                one, ended=f"refused {known.n_refused} times by a channel that answers; a newer one waited behind it"
            )
        if known.not_before_s <= moment_s:
            return one
        if known.n_refused < PASSED_AFTER:
            return None
        held.add(incident_id)
    return None


def pause_s(waiting: Sequence[Due], tries: Mapping[Key, Tries], moment_s: float) -> float | None:
    """Return how long until a try is due again, None if nothing waits for one."""
    moments = [tries[one.key].not_before_s for one in waiting if one.key in tries]
    later = [moment for moment in moments if moment > moment_s]
    return min(later) - moment_s if later else None


def _of_warning(
    incident: Incident,
    warning: PublicWarning,
    channels: Mapping[str, str],
    *,
    alive: Mapping[str, bool],
    now_s: float,
) -> Iterable[Due]:
    """Yield the open deliveries of one warning that was sent."""
    known = {delivery.channel: delivery for delivery in warning.deliveries}
    expires_s = warning.content.expires_s
    for channel, stands_in_for in channels.items():
        before = known.get(channel)
        if before is not None and before.fate in FINAL:
            continue
        if before is None and not _is_begun(channel, channels, known, alive, late_s=now_s - expires_s):
            continue
        yield Due(
            incident=incident,
            warning=warning,
            channel=channel,
            stands_in_for=stands_in_for,
            before=before,
            ended=_ended(channel, channels, known) or (_expired(expires_s, before) if expires_s <= now_s else ""),
        )


def _is_begun(
    channel: str,
    channels: Mapping[str, str],
    known: Mapping[str, Delivery],
    alive: Mapping[str, bool],
    *,
    late_s: float,
) -> bool:
    """Return whether a channel begins with a warning that expired `late_s` ago, or still holds.

    A stand-in does only while all before it fail, and the warning holds. Any other one does, if only to say that it
    came too late; but a channel that is new in the configuration owes nothing of the past.
    """
    before = _stood_in_for(channel, channels)
    return late_s < (0.0 if before else DAY_S) and all(_fails(one, known, alive) for one in before)


def _fails(channel: str, known: Mapping[str, Delivery], alive: Mapping[str, bool]) -> bool:
    """Return whether the channel does not bring the warning out now."""
    delivery = known.get(channel)
    fate = delivery.fate if delivery is not None else ""
    return fate != "delivered" and (fate in {"failed", "given_up"} or not alive.get(channel, True))


def _ended(channel: str, channels: Mapping[str, str], known: Mapping[str, Delivery]) -> str:
    """Return why a stand-in is no longer needed, empty if it is."""
    for before in _stood_in_for(channel, channels):
        delivery = known.get(before)
        if delivery is not None and delivery.fate == "delivered":
            return f"{before} has delivered it itself"
    return ""


def _expired(expires_s: float, before: Delivery | None) -> str:
    ended = f"it held until {clock(expires_s)}"
    if before is not None and before.fate == "trying":
        return f"{ended}; whether attempt {before.n_attempts} arrived is not known"
    return ended


def _stood_in_for(channel: str, channels: Mapping[str, str]) -> list[str]:
    """Return the channels that this one stands in for, the nearest first; a circle is cut where it closes."""
    found: list[str] = []
    before = channels.get(channel, "")
    while before and before != channel and before not in found:
        found.append(before)
        before = channels.get(before, "")
    return found


def _is_newer(later: Due, one: Due) -> bool:
    return later.incident.incident_id == one.incident.incident_id
