"""How fast the watch was: from the first report of each incident to its track, its alarm and its draft."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from sargas.model.incident import Incident

DRAFT_S: Final = 60.0
"""The watch owes a draft of a warning within so much of the first report."""


class ClockScore(Struct, frozen=True, kw_only=True):
    """One incident: seconds from its first report to each step, None for a step that was not reached.

    What only people do (`acknowledged_s` and on) is there where the record holds their decisions.
    """

    incident_id: str
    title: str
    highest_level: str
    first_report_s: float
    track_s: float | None
    alarm_s: float | None
    draft_s: float | None
    acknowledged_s: float | None
    approved_s: float | None
    sent_s: float | None
    delivered_s: float | None

    @property
    def is_in_time(self) -> bool:
        """Whether the draft stood ready in time."""
        return self.draft_s is not None and self.draft_s <= DRAFT_S


def clock_scores(incidents: Iterable[Incident]) -> tuple[ClockScore, ...]:
    """Return the clock of every incident that was ever more than white, in the order in which they opened."""
    return tuple(
        _score(incident) for incident in incidents if incident.highest_level != "white" and incident.clock is not None
    )


def _score(incident: Incident) -> ClockScore:
    clock = incident.clock
    assert clock is not None

    def since(time_s: float | None) -> float | None:
        return None if time_s is None else round(time_s - clock.first_report_s, 3)

    return ClockScore(
        incident_id=incident.incident_id,
        title=incident.title,
        highest_level=incident.highest_level,
        first_report_s=clock.first_report_s,
        track_s=since(clock.first_track_s),
        alarm_s=since(clock.first_alarm_s),
        draft_s=since(clock.drafted_s),
        acknowledged_s=since(clock.acknowledged_s),
        approved_s=since(clock.approved_s),
        sent_s=since(clock.sent_s),
        delivered_s=since(clock.delivered_s),
    )
