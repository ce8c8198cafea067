"""What a person decided about an incident, to what happens to it."""

from typing import TypeAlias

from sargas.incident import words
from sargas.incident.search_decisions import search_happenings
from sargas.model.decision import (
    Acknowledge,
    Affiliate,
    Close,
    Comment,
    Decision,
    Dispose,
    LinkTrack,
    Reopen,
    SearchDecision,
)
from sargas.model.errors import DecisionError
from sargas.model.incident import (
    Acknowledged,
    Closed,
    Commented,
    Disposed,
    Happening,
    Incident,
    LevelChanged,
    Reopened,
    TrackJoined,
)
from sargas.model.picture import Picture

OnIncident: TypeAlias = Acknowledge | Comment | Dispose | Close | Reopen | LinkTrack | SearchDecision


def on_incident(decision: Decision) -> OnIncident:
    """Return the decision if it is one about an incident.

    Raises:
        DecisionError: it is about something else.
    """
    if isinstance(decision, Affiliate):
        raise DecisionError("an affiliation is given to a track, not to an incident")
    return decision


def happenings(
    decision: OnIncident, incident: Incident, picture: Picture, time_s: float, entry: int
) -> list[Happening]:
    """Return what the decision, which came in at `time_s` as that journal entry, makes happen to the incident.

    Raises:
        DecisionError: the incident's state does not allow it; says what would be allowed.
    """
    match decision:
        case Acknowledge(officer=officer):
            return _acknowledge(officer, incident)
        case Comment(officer=officer, text=text):
            return [Commented(officer=officer, text=text)]
        case Dispose(officer=officer, disposition=disposition, text=text):
            return [Disposed(officer=officer, disposition=disposition, text=text)]
        case Close():
            return _close(decision, incident)
        case Reopen(officer=officer, text=text):
            if incident.status == "open":
                raise DecisionError(f"{incident.incident_id} is open already")
            return [Reopened(officer=officer, text=text)]
        case LinkTrack():
            return _link(decision, incident, picture)
        case _:
            return [*search_happenings(decision, incident, time_s, entry)]


def _acknowledge(officer: str, incident: Incident) -> list[Happening]:
    if incident.status == "closed":
        raise DecisionError(f"{incident.incident_id} is closed; reopen it first")
    if incident.acknowledged_s is not None:
        raise DecisionError(
            f"{incident.incident_id} was acknowledged by {incident.acknowledged_by}"
            f" at {words.clock(incident.acknowledged_s)}"
        )
    return [Acknowledged(officer=officer)]


def _close(decision: Close, incident: Incident) -> list[Happening]:
    """Closing while something is in the airspace asks for a word on what it was: nothing red is closed by mistake."""
    if incident.status == "closed":
        raise DecisionError(f"{incident.incident_id} is closed already")
    if incident.level == "red" and incident.disposition == "undecided":
        raise DecisionError(f"{incident.incident_id} is red: say first what it was (dispose), then close it")
    closed = Closed(officer=decision.officer, text=decision.text)
    if incident.level == "white":
        return [closed]
    return [closed, LevelChanged(level="white", reason=f"closed by {decision.officer}")]


def _link(decision: LinkTrack, incident: Incident, picture: Picture) -> list[Happening]:
    track_id = decision.track_id
    if incident.status == "closed":
        raise DecisionError(f"{incident.incident_id} is closed; reopen it first")
    if track_id not in picture.tracks:
        raise DecisionError(f"track {track_id} is not in the picture")
    if track_id in incident.track_ids:
        raise DecisionError(f"track {track_id} is in {incident.incident_id} already")
    return [
        TrackJoined(track_id=track_id, reason=f"belongs here, says {decision.officer}"),
        Commented(officer=decision.officer, text=f"Linked track {track_id}"),
    ]
