"""The warnings of an incident and its decision clock are folds over its events: pure, total, and bounded."""

from typing import Final

from msgspec import structs

from sargas.model.finding import Ahead, Finding
from sargas.model.incident import (
    Acknowledged,
    Alarmed,
    Drafted,
    FindingJoined,
    Happening,
    IncidentEvent,
    Opened,
    TrackJoined,
    WarningApproved,
    WarningCountersigned,
    WarningDispatched,
    WarningEdited,
    WarningSent,
    WarningWithdrawn,
)
from sargas.model.warning import (
    FINAL,
    Approval,
    DecisionClock,
    Delivery,
    EditedDraft,
    PublicWarning,
    WarningState,
)

WARNINGS_KEPT: Final = 60
DELIVERIES_KEPT: Final = 50


def fold_warning(state: WarningState, event: IncidentEvent) -> WarningState:
    """Return the warnings after the event."""
    match event.what:
        case Drafted(level=level):
            return structs.replace(state, drafted=(*(one for one in state.drafted if one != level), level))
        case WarningEdited(officer=officer, content=content):
            edited = EditedDraft(officer=officer, time_s=event.time_s, content=content) if content else None
            return structs.replace(state, edited=edited, revision=state.revision + 1)
        case WarningApproved(warning=warning):
            kept = _without_oldest((*state.warnings, warning))
            return structs.replace(state, warnings=kept, edited=None, revision=state.revision + 1)
        case WarningCountersigned() | WarningSent() | WarningWithdrawn() | WarningDispatched():
            return structs.replace(state, warnings=tuple(_after(one, event) for one in state.warnings))
        case _:
            return state


def _without_oldest(warnings: tuple[PublicWarning, ...]) -> tuple[PublicWarning, ...]:
    """Return at most `WARNINGS_KEPT` of them; what was withdrawn goes first: what is in force is never forgotten."""
    if len(warnings) <= WARNINGS_KEPT:
        return warnings
    oldest = next((k for k, warning in enumerate(warnings) if warning.withdrawn_s is not None), 0)
    return warnings[:oldest] + warnings[oldest + 1 :]


def _after(warning: PublicWarning, event: IncidentEvent) -> PublicWarning:
    """Return one warning after an event that may be about another one."""
    match event.what:
        case WarningCountersigned(warning_id=name, officer=officer) if name == warning.warning_id:
            approval = Approval(officer=officer, time_s=event.time_s)
            return structs.replace(warning, approvals=(*warning.approvals, approval))
        case WarningSent(warning_id=name, officer=officer) if name == warning.warning_id:
            return structs.replace(warning, sent_s=event.time_s, sent_by=officer)
        case WarningWithdrawn(warning_id=name) if name == warning.warning_id:
            return structs.replace(warning, withdrawn_s=event.time_s)
        case WarningDispatched(warning_id=name) if name == warning.warning_id:
            return _dispatched(warning, event.what, event.time_s)
        case _:
            return warning


def _dispatched(warning: PublicWarning, what: WarningDispatched, time_s: float) -> PublicWarning:
    """Return the warning with what became of it on one channel; what is final stays so."""
    known = next((one for one in warning.deliveries if one.channel == what.channel), None)
    if known is not None and known.fate in FINAL:
        return warning
    delivery = Delivery(
        channel=what.channel,
        fate=what.fate,
        n_attempts=what.n_attempts,
        time_s=time_s,
        text=what.text,
        stands_in_for=what.stands_in_for,
    )
    others = tuple(one for one in warning.deliveries if one.channel != what.channel)
    return structs.replace(warning, deliveries=(*others, delivery)[-DELIVERIES_KEPT:])


def fold_clock(clock: DecisionClock | None, event: IncidentEvent) -> DecisionClock:
    """Return the clock after the event: each step keeps the first moment at which it was reached."""
    what, now_s = event.what, event.time_s
    if clock is None:
        first_s = what.first_report_s if isinstance(what, Opened) else now_s
        clock = DecisionClock(first_report_s=first_s)
    steps = dict.fromkeys(_steps(what), now_s)
    if isinstance(what, Opened | FindingJoined):
        since_s = case_since_s(what.finding) if isinstance(what, FindingJoined) else what.first_report_s
        clock = structs.replace(clock, first_report_s=min(clock.first_report_s, since_s))
    missing = {step: time_s for step, time_s in steps.items() if getattr(clock, step) is None}
    return structs.replace(clock, **missing)


def case_since_s(finding: Finding) -> float:
    """Return since when the finding asks for a person: of what comes nearer it was only information at first."""
    return finding.time_s if isinstance(finding.detail, Ahead) else finding.raised_s


def _steps(what: Happening) -> list[str]:
    """Return the steps of the clock that this happening reaches."""
    match what:
        case Opened(finding=finding) | FindingJoined(finding=finding):
            return ["first_track_s"] if finding.track_id is not None else []
        case TrackJoined():
            return ["first_track_s"]
        case Alarmed():
            return ["first_alarm_s"]
        case Acknowledged():
            return ["acknowledged_s"]
        case Drafted():
            return ["drafted_s"]
        case WarningApproved(warning=warning):
            return ["approved_s"] if warning.is_approved else []
        case WarningCountersigned():
            return ["approved_s"]
        case WarningSent():
            return ["sent_s"]
        case WarningDispatched(fate="delivered"):
            return ["delivered_s"]
        case _:
            return []
