"""The file of an incident is a fold over its events: pure, total, and bounded."""

from collections.abc import Callable
from typing import Final

from msgspec import structs

from sargas.model.evidence import CaseFile, CaseStep, Evidence
from sargas.model.incident import (
    EvidenceAccessed,
    EvidenceAdded,
    EvidenceHandedOver,
    EvidenceHandled,
    EvidenceRemoved,
    Held,
    IncidentEvent,
    StepChanged,
    StepOpened,
)

EVIDENCE_KEPT: Final = 500
"""Nothing that is on the file is ever dropped: what comes after these is refused, and so it is with steps."""
STEPS_KEPT: Final = 200
CUSTODY_KEPT: Final = 100
ACCESSES_KEPT: Final = 200
"""The newest ones; the journal holds all."""


def fold_file(file: CaseFile, event: IncidentEvent) -> CaseFile:
    """Return the file after the event; any event on any state gives a state."""
    match event.what:
        case EvidenceAdded(evidence=evidence):
            return structs.replace(file, evidence=(*file.evidence, evidence)[:EVIDENCE_KEPT])
        case EvidenceHandedOver(evidence_id=name, step=step):
            return _with(file, name, lambda one: structs.replace(one, custody=(*one.custody, step)[-CUSTODY_KEPT:]))
        case EvidenceAccessed(access=access):
            return structs.replace(
                file, accesses=(*file.accesses, access)[-ACCESSES_KEPT:], n_accesses=file.n_accesses + 1
            )
        case EvidenceHandled(evidence_id=name, handling=handling):
            return _with(file, name, lambda one: structs.replace(one, handling=handling))
        case EvidenceRemoved(evidence_id=name, text=text):
            return _with(file, name, lambda one: structs.replace(one, removed_s=event.time_s, removed_why=text))
        case Held(hold=hold):
            return structs.replace(file, hold=hold)
        case StepOpened(step=step):
            return structs.replace(file, steps=(*file.steps, step)[:STEPS_KEPT])
        case StepChanged(step=step):
            return structs.replace(file, steps=tuple(_newer(one, step) for one in file.steps))
        case _:
            return file


def is_on_file(file: CaseFile) -> bool:
    """Return whether the incident must not be forgotten: it has evidence, is held, or something is to be done."""
    return bool(file.evidence) or file.hold is not None or any(step.status == "open" for step in file.steps)


def _with(file: CaseFile, evidence_id: str, change: Callable[[Evidence], Evidence]) -> CaseFile:
    items = tuple(change(one) if one.evidence_id == evidence_id else one for one in file.evidence)
    return structs.replace(file, evidence=items)


def _newer(known: CaseStep, step: CaseStep) -> CaseStep:
    return step if step.step_id == known.step_id else known
