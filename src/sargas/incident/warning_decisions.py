"""What officers decide about a warning, to what happens to the incident: nobody sends what nobody approved."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from msgspec import Struct

from sargas.incident import words
from sargas.incident.still_flying import still_flying, told
from sargas.model.decision import (
    ApproveWarning,
    CountersignWarning,
    EditWarning,
    SendWarning,
    WarningDecision,
    WithdrawWarning,
)
from sargas.model.errors import DecisionError
from sargas.model.incident import (
    Incident,
    WarningApproved,
    WarningCountersigned,
    WarningEdited,
    WarningHappening,
    WarningSent,
    WarningWithdrawn,
)
from sargas.model.units import DAY_S
from sargas.model.warning import Approval, PublicWarning, Ring, WarningContent

LONGEST_S: Final = DAY_S
"""A warning holds for a day at most: it is given anew while it is needed, and never forgotten in force."""
CROSSINGS_MOST: Final = 2_000
"""Of the sides of one warning's rings: forty combs laid across each other would keep the watch busy for minutes."""
SIDES_AT_ONCE: Final = 50
NAMED: Final = 4

_geos: Any = shapely  # its types do not say what comes of arrays


class WarningRules(Struct, frozen=True, kw_only=True):
    """How the site approves: by how many officers, and whether everything is an exercise."""

    n_approvals: int = 1
    is_exercise: bool = False


def warning_happenings(
    decision: WarningDecision, incident: Incident, time_s: float, rules: WarningRules
) -> list[WarningHappening]:
    """Return what the decision makes happen.

    Raises:
        DecisionError: the state of the incident or of the warning does not allow it; says what would be.
    """
    match decision:
        case EditWarning(officer=officer, content=content):
            _open(incident)
            _newest(decision.revision, incident)
            if content is not None:
                _check(content, time_s)
            return [WarningEdited(officer=officer, content=content)]
        case ApproveWarning():
            return [_approved(decision, incident, time_s, rules)]
        case CountersignWarning(officer=officer):
            _countersign(decision, incident)
            return [WarningCountersigned(officer=officer, warning_id=decision.warning_id)]
        case SendWarning(officer=officer):
            _may_be_sent(_waiting(decision.warning_id, incident), incident, time_s)
            return [WarningSent(officer=officer, warning_id=decision.warning_id)]
        case WithdrawWarning(officer=officer, text=text):
            _waiting(decision.warning_id, incident)
            return [WarningWithdrawn(officer=officer, warning_id=decision.warning_id, text=text)]


def _approved(decision: ApproveWarning, incident: Incident, time_s: float, rules: WarningRules) -> WarningApproved:
    """Return the approval: of an alert, of an update of what is in force, or of the all-clear."""
    state, content = incident.warning, decision.content
    pending = state.pending()
    if pending is not None:
        raise DecisionError(f"{named(pending)}: countersign, send or withdraw it first")
    _newest(decision.revision, incident)
    _check(content, time_s)
    if content.level == "white":
        _all_clear(decision.override, incident, time_s)
    else:
        _open(incident)
    references = state.to_reference(time_s)
    warning = PublicWarning(
        warning_id=f"{incident.incident_id}-W{_n_so_far(incident) + 1}",
        incident_id=incident.incident_id,
        kind="cancel" if content.level == "white" else "update" if references else "alert",
        content=content,
        references=references,
        approvals=(Approval(officer=decision.officer, time_s=time_s),),
        n_needed=rules.n_approvals,
        override=decision.override if content.level == "white" else "",
        is_exercise=rules.is_exercise,
    )
    return WarningApproved(officer=decision.officer, warning=warning)


def _n_so_far(incident: Incident) -> int:
    """Return the number of the newest warning, those included that are no longer kept."""
    warnings = incident.warning.warnings
    return int(warnings[-1].warning_id.rpartition("-W")[2]) if warnings else 0


def _all_clear(override: str, incident: Incident, time_s: float) -> None:
    """Refuse the all-clear while nothing is to be cleared, or while something can still fly and nobody says why."""
    if incident.warning.in_force(time_s) is None:
        raise DecisionError(f"{incident.incident_id}: no warning is in force, so there is nothing to clear")
    _nothing_flies(override, incident, time_s)


def _nothing_flies(override: str, incident: Incident, time_s: float) -> None:
    if override:
        return
    if incident.level == "red":
        raise DecisionError(
            f"no all-clear: {incident.incident_id} is red: {incident.title}; override it with a reason"
        )
    flying = still_flying(incident, time_s)
    if flying:
        named = "; ".join(told(lost) for lost in flying[:NAMED])
        more = f"; and {len(flying) - NAMED} more" if len(flying) > NAMED else ""
        raise DecisionError(f"no all-clear yet: {named}{more}; wait, or override it with a reason")


def _countersign(decision: CountersignWarning, incident: Incident) -> None:
    warning = _waiting(decision.warning_id, incident)
    if warning.is_approved:
        raise DecisionError(f"{warning.warning_id} has all its approvals: send it")
    if any(_same(one.officer, decision.officer) for one in warning.approvals):
        raise DecisionError(f"{warning.warning_id} was approved by {decision.officer} already; another officer must")


def _may_be_sent(warning: PublicWarning, incident: Incident, time_s: float) -> None:
    """Refuse what lacks an approval or has run out, and an all-clear that is no longer true since it was approved."""
    if not warning.is_approved:
        n_missing = warning.n_needed - len(warning.approvals)
        raise DecisionError(f"{named(warning)}: {n_missing} more approval{'' if n_missing == 1 else 's'} needed")
    if warning.content.expires_s <= time_s:
        expired = words.clock(warning.content.expires_s)
        raise DecisionError(f"{warning.warning_id} held until {expired}: withdraw it and approve a new one")
    if warning.content.level == "white":
        _nothing_flies(warning.override, incident, time_s)


def _waiting(warning_id: str, incident: Incident) -> PublicWarning:
    """Return the warning that was neither sent nor withdrawn."""
    warnings = incident.warning.warnings
    found = next((one for one in warnings if one.warning_id == warning_id), None)
    if found is None:
        known = ", ".join(one.warning_id for one in warnings[-NAMED:]) or "none"
        raise DecisionError(f"{incident.incident_id} has no warning '{warning_id}'; the last ones are: {known}")
    if found.sent_s is not None:
        raise DecisionError(f"{warning_id} was sent by {found.sent_by} at {words.clock(found.sent_s)}")
    if found.withdrawn_s is not None:
        raise DecisionError(f"{warning_id} was withdrawn at {words.clock(found.withdrawn_s)}")
    return found


def named(warning: PublicWarning) -> str:
    """Return in words that a warning waits, and who approved it."""
    by = ", ".join(one.officer for one in warning.approvals)
    return f"{warning.warning_id}, approved by {by}, waits"


def _open(incident: Incident) -> None:
    if incident.status == "closed":
        raise DecisionError(f"{incident.incident_id} is closed; reopen it first")


def _newest(revision: int, incident: Incident) -> None:
    """Refuse what was made from a draft that somebody has changed since: nobody undoes what he has not seen."""
    state = incident.warning
    if revision == state.revision:
        return
    if state.edited is not None:
        who = f"{state.edited.officer} saved another draft at {words.clock(state.edited.time_s)}"
    else:
        who = "the draft was approved or dropped meanwhile"
    raise DecisionError(f"{who} (revision {state.revision}, yours was {revision}): look at it first")


def _check(content: WarningContent, time_s: float) -> None:
    """Refuse what no channel could send: open or crossing rings, a language twice, an end that has passed."""
    for index, ring in enumerate(content.rings):
        _check_ring(index, ring)
    _check_crossings(content.rings)
    languages = [text.language for text in content.texts]
    twice = sorted({language for language in languages if languages.count(language) > 1})
    if twice:
        raise DecisionError(f"texts: the language {twice[0]} is there twice")
    if not time_s < content.expires_s <= time_s + LONGEST_S:
        raise DecisionError(
            f"expires_s: {words.clock(content.expires_s)} is not within the day after {words.clock(time_s)}"
        )


def _check_ring(index: int, ring: Ring) -> None:
    if ring[0] != ring[-1]:
        raise DecisionError(f"rings[{index}]: is not closed: its last corner must be its first one")
    polygon = shapely.Polygon(ring)
    if not polygon.is_valid or polygon.area == 0.0:
        raise DecisionError(f"rings[{index}]: its sides cross or touch each other, or it has no area")


def _check_crossings(rings: Sequence[Ring]) -> None:
    """Refuse rings that cross each other more often than an area that a person draws ever does."""
    corners = [np.array(ring, np.float64) for ring in rings]
    sides = _geos.linestrings(np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in corners]))
    of_ring = np.repeat(np.arange(len(corners)), [len(ring) - 1 for ring in corners])
    tree, n_crossings = _geos.STRtree(sides), 0
    for first in range(0, len(sides), SIDES_AT_ONCE):
        one, other = tree.query(sides[first : first + SIDES_AT_ONCE], predicate="intersects")
        n_crossings += int(np.count_nonzero(of_ring[first + one] < of_ring[other]))
        if n_crossings > CROSSINGS_MOST:
            raise DecisionError("rings: they cross each other too often; draw one ring about them")


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
