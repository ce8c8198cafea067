"""What a person decided about an incident, to what happens to it."""

from typing import get_args

from sargas.incident import words
from sargas.incident.file_decisions import file_happenings
from sargas.incident.search_decisions import search_happenings
from sargas.incident.still_flying import still_flying, told
from sargas.incident.unseen import check_seen
from sargas.incident.warning_decisions import WarningRules, named, warning_happenings
from sargas.model.decision import (
    AccessEvidence,
    Acknowledge,
    AddEvidence,
    ApproveWarning,
    ChangeStep,
    Close,
    Comment,
    CountersignWarning,
    Decision,
    Dispose,
    EditWarning,
    HandleEvidence,
    HandOverEvidence,
    HoldIncident,
    IncidentDecision,
    LinkTrack,
    OpenStep,
    ReleaseIncident,
    RemoveEvidence,
    Reopen,
    SendWarning,
    WithdrawWarning,
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

ON_INCIDENT = get_args(IncidentDecision)


def on_incident(decision: Decision) -> IncidentDecision:
    """Return the decision if it is one about an incident.

    Raises:
        DecisionError: it is about something else.
    """
    if isinstance(decision, ON_INCIDENT):
        found: IncidentDecision = decision
        return found
    raise DecisionError(f"'{decision.__struct_config__.tag}' is about a track or an alarm, not about an incident")


def happenings(
    decision: IncidentDecision,
    incident: Incident,
    picture: Picture,
    *,
    time_s: float,
    entry: int,
    rules: WarningRules,
) -> list[Happening]:
    """Return what the decision, which came in at `time_s` as that journal entry, makes happen to the incident.

    Raises:
        DecisionError: the incident's state does not allow it; says what would be allowed.
    """
    check_seen(decision, incident)
    match decision:
        case Acknowledge(officer=officer):
            return _acknowledge(officer, incident)
        case Comment(officer=officer, text=text):
            return [Commented(officer=officer, text=text)]
        case Dispose(officer=officer, disposition=disposition, text=text):
            return [Disposed(officer=officer, disposition=disposition, text=text)]
        case Close():
            return _close(decision, incident, time_s)
        case Reopen(officer=officer, text=text):
            if incident.status == "open":
                raise DecisionError(f"{incident.incident_id} is open already")
            return [Reopened(officer=officer, text=text)]
        case LinkTrack():
            return _link(decision, incident, picture)
        case EditWarning() | ApproveWarning() | CountersignWarning() | SendWarning() | WithdrawWarning():
            return [*warning_happenings(decision, incident, time_s, rules)]
        case (
            AddEvidence() | HandOverEvidence() | AccessEvidence() | HandleEvidence() | RemoveEvidence()
            | HoldIncident() | ReleaseIncident() | OpenStep() | ChangeStep()
        ):  # fmt: skip
            return [*file_happenings(decision, incident, time_s, entry)]
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


def _close(decision: Close, incident: Incident, time_s: float) -> list[Happening]:
    """Closing while something is in the airspace asks for a word on what it was: nothing red is closed by mistake.

    Nor is what the public was warned of and nobody has cleared, or is about to be; or, without a reason, what can
    still fly.
    """
    if incident.status == "closed":
        raise DecisionError(f"{incident.incident_id} is closed already")
    if incident.level == "red" and incident.disposition == "undecided":
        raise DecisionError(f"{incident.incident_id} is red: say first what it was (dispose), then close it")
    in_force = incident.warning.in_force(time_s)
    if in_force is not None:
        until = words.clock(in_force.content.expires_s)
        raise DecisionError(f"{in_force.warning_id} is in force until {until}: give the all-clear first, then close")
    pending = incident.warning.pending()
    if pending is not None:
        raise DecisionError(f"{named(pending)}: send or withdraw it first, then close")
    flying = still_flying(incident, time_s)
    if flying and not decision.text:
        raise DecisionError(f"{incident.incident_id}: {told(flying[0])}; say in a word why it can be closed")
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
