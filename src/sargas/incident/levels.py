"""The level of an incident: yellow is likely, red is in the airspace, white is over; down only with patience."""

from collections.abc import Iterable

from msgspec import Struct

from sargas.incident import words
from sargas.incident.near import LastSeen
from sargas.model.finding import Finding
from sargas.model.incident import Incident, Level


class Patience(Struct, frozen=True, kw_only=True):
    """How long a lower level must hold before it is shown, and how long a lost track can fly."""

    step_down_s: float
    hold_s: float
    endurance_s: float


def assess(
    incident: Incident, lost: Iterable[LastSeen], calm_since_s: float | None, now_s: float, patience: Patience
) -> tuple[Level, str]:
    """Return the level that the incident should have and why.

    `calm_since_s` is since when nothing held the level that the incident has, None if something does.
    """
    held, reason = sought(incident, lost, now_s, patience)
    calm_s = now_s - calm_since_s if calm_since_s is not None else 0.0
    if held == "white" and incident.level != "white":
        if calm_s >= patience.hold_s:
            return "white", f"everything found has been cleared for {words.duration(calm_s)}"
        held, reason = "yellow", "what was found has been cleared, waiting whether it stays so"
    if incident.level == "red" and held == "yellow" and calm_s < patience.step_down_s:
        return "red", ""
    return held, reason


def sought(incident: Incident, lost: Iterable[LastSeen], now_s: float, patience: Patience) -> tuple[Level, str]:
    """Return the level that holds at this moment, without patience, and why."""
    active = [finding for finding in incident.findings if finding.state != "cleared"]
    for level in ("red", "yellow"):
        first = _first(active, level)
        if first is not None:
            return level, first.title
    flying = [seen for seen in lost if seen.is_ours and now_s - seen.time_s < patience.endurance_s]
    if flying:
        newest = max(flying, key=lambda seen: (seen.time_s, seen.track_id))
        until = words.clock(newest.time_s + patience.endurance_s)
        return "yellow", f"track {newest.track_id} was lost at {words.clock(newest.time_s)}; it can fly until {until}"
    return "white", "nothing found holds"


def _first(findings: list[Finding], severity: str) -> Finding | None:
    return next((finding for finding in findings if finding.severity == severity), None)
