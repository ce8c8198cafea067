"""Two officers at two screens: nobody undoes what he has not seen."""

from typing import Final, TypeAlias

from sargas.incident import words
from sargas.model.decision import ChangeStep, Close, Dispose, IncidentDecision, PlanSearch, Reopen
from sargas.model.errors import DecisionError
from sargas.model.incident import Incident

Guarded: TypeAlias = Dispose | Close | Reopen | PlanSearch
DONE: Final = {  # by the happening's name
    "disposed": "said what it was",
    "closed": "closed it",
    "reopened": "opened it again",
    "search_planned": "set the search map",
}


def check_seen(decision: IncidentDecision, incident: Incident) -> None:
    """Refuse a decision that would undo another officer's which its own officer had not seen.

    Raises:
        DecisionError: somebody else decided since; says who and what.
    """
    if isinstance(decision, ChangeStep):
        _check_step(decision, incident)
        return
    if not isinstance(decision, Guarded) or decision.seen_entry is None:
        return
    if incident.decided_entry > decision.seen_entry and incident.decided_by != decision.officer:
        did = DONE.get(incident.decided_what, "decided")
        at = words.clock(incident.changed_s)
        raise DecisionError(f"{incident.decided_by} {did} meanwhile ({incident.incident_id}, {at}): look at it again")


def _check_step(decision: ChangeStep, incident: Incident) -> None:
    """Refuse what would undo a change of the same step: two officers may work on two steps of one incident."""
    step = next((one for one in incident.file.steps if one.step_id == decision.step_id), None)
    if step is None or decision.seen_entry is None:
        return
    if step.entry > decision.seen_entry and step.changed_by != decision.officer:
        raise DecisionError(f"{step.changed_by} changed {step.step_id} ({step.title}) meanwhile: look at it again")
