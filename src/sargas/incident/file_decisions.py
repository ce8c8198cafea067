"""What a person decided about the file of an incident, to what happens to it.

A file is kept whatever the state of the incident is: the wreck is found weeks after it was closed.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from sargas.incident import words
from sargas.incident.file_fold import CUSTODY_KEPT, EVIDENCE_KEPT, STEPS_KEPT
from sargas.incident.search_decisions import listed, past
from sargas.model.decision import (
    AccessEvidence,
    AddEvidence,
    ChangeStep,
    FileDecision,
    HandleEvidence,
    HandOverEvidence,
    HoldIncident,
    OpenStep,
    ReleaseIncident,
    RemoveEvidence,
)
from sargas.model.errors import DecisionError
from sargas.model.evidence import Access, CaseFile, CaseStep, CustodyStep, Evidence, Hold, Span
from sargas.model.incident import (
    EvidenceAccessed,
    EvidenceAdded,
    EvidenceHandedOver,
    EvidenceHandled,
    EvidenceRemoved,
    FileHappening,
    Held,
    Incident,
    StepChanged,
    StepOpened,
)

FRAMES_MOST: Final = 100_000
"""Entries that one item keeps in the journal: three hours of a feed of ten frames a second."""
FRAMES_OF_ALL_MOST: Final = 300_000
"""Entries that the items of one incident keep, so that one file cannot fill the disk."""
WITHOUT_A_THING: Final = frozenset({"frames", "open_source"})
"""Entries of the journal and what is published: there is nothing that somebody could hand over."""
PUBLISHED: Final = frozenset({"open_source", "statement", "document"})


def file_happenings(decision: FileDecision, incident: Incident, time_s: float, entry: int) -> list[FileHappening]:
    """Return what the decision, which came in at `time_s` as that journal entry, makes happen.

    Raises:
        DecisionError: the file does not allow it; says what would be allowed.
    """
    file = incident.file
    match decision:
        case AddEvidence():
            return [_added(decision, incident, time_s, entry)]
        case HandOverEvidence():
            return [_handed_over(decision, _item(decision.evidence_id, incident), time_s, entry)]
        case AccessEvidence():
            return [_accessed(decision, _item(decision.evidence_id, incident), time_s, entry)]
        case HandleEvidence():
            return [_handled(decision, _item(decision.evidence_id, incident))]
        case RemoveEvidence():
            return [_removed(decision, incident)]
        case HoldIncident(officer=officer, text=text):
            if file.hold is not None:
                raise DecisionError(f"{incident.incident_id} is held already, {_since(file.hold)}")
            return [Held(officer=officer, hold=Hold(since_s=time_s, officer=officer, reason=text), text=text)]
        case ReleaseIncident(officer=officer, text=text):
            if file.hold is None:
                raise DecisionError(f"{incident.incident_id} is not held: there is nothing to release")
            return [Held(officer=officer, hold=None, text=text)]
        case OpenStep():
            return [StepOpened(step=_opened(decision, incident, time_s, entry))]
        case ChangeStep():
            step = _changed(decision, incident, time_s, entry)
            return [StepChanged(officer=decision.officer, step=step, text=decision.text)]


def _added(decision: AddEvidence, incident: Incident, time_s: float, entry: int) -> EvidenceAdded:
    file = incident.file
    if len(file.evidence) >= EVIDENCE_KEPT:
        raise DecisionError(f"{incident.incident_id} has {EVIDENCE_KEPT} items on its file, no more can be kept")
    _check_kind(decision)
    _check_replaced(decision, incident)
    _check_content(decision, file)
    if decision.frames is not None:
        _check_frames(decision.frames, file, entry)
    custody = CustodyStep(time_s=time_s, officer=decision.officer, holder=decision.holder, entry=entry)
    evidence = Evidence(
        evidence_id=f"{incident.incident_id}-E{len(file.evidence) + 1}",
        kind=decision.kind,
        title=decision.title,
        added_s=time_s,
        added_by=decision.officer,
        entry=entry,
        text=decision.text,
        happened_s=None if decision.happened_s is None else past(decision.happened_s, time_s),
        handling=decision.handling,
        sha256=decision.sha256 or "",
        n_bytes=decision.n_bytes or 0,
        media_type=decision.media_type if decision.sha256 else "",
        file_name=decision.file_name if decision.sha256 else "",
        frames=decision.frames,
        source=decision.source,
        wreck=decision.wreck,
        custody=(custody,) if decision.holder else (),
        replaces=decision.replaces,
    )
    return EvidenceAdded(officer=decision.officer, evidence=evidence)


def _check_kind(decision: AddEvidence) -> None:
    """Refuse what says nothing, or has what is of another kind of evidence."""
    kind = decision.kind
    if (kind == "frames") != (decision.frames is not None):
        raise DecisionError("frames: evidence of the kind 'frames' has a span of entries, and no other kind has one")
    if (kind == "wreck_finding") != (decision.wreck is not None):
        raise DecisionError("wreck: a wreck_finding says what was found on the ground, and no other kind does")
    if kind == "open_source" and decision.source is None:
        raise DecisionError("source: of what is published (open_source) say where: its address")
    if decision.source is not None and kind not in PUBLISHED:
        raise DecisionError(f"source: only {', '.join(sorted(PUBLISHED))} have one, not {kind}")
    if decision.holder and kind in WITHOUT_A_THING:
        raise DecisionError(f"holder: {words.EVIDENCE_WORDS[kind]} are no thing that somebody could hold")
    has_content = (decision.sha256, decision.frames, decision.source, decision.wreck) != (None,) * 4
    if not has_content and not decision.text and not decision.holder:
        raise DecisionError("it says nothing yet: add a file, a text, or who has the thing")


def _check_replaced(decision: AddEvidence, incident: Incident) -> None:
    if not decision.replaces:
        return
    replaced = _item(decision.replaces, incident)
    newer = next((one for one in incident.file.evidence if one.replaces == replaced.evidence_id), None)
    if newer is not None:
        raise DecisionError(f"replaces: {replaced.evidence_id} was replaced by {newer.evidence_id}; replace that")


def _check_content(decision: AddEvidence, file: CaseFile) -> None:
    if (decision.sha256 is None) != (decision.n_bytes is None):
        raise DecisionError("sha256, n_bytes: a content has both; hand it in first, the answer names them")
    if decision.sha256 is None:
        return
    if decision.frames is not None:
        raise DecisionError("sha256: frames are kept by the journal, they have no content of their own")
    old = {one.replaces for one in file.evidence} | {decision.replaces}
    for one in file.evidence:
        if one.sha256 == decision.sha256 and one.removed_s is None and one.evidence_id not in old:
            raise DecisionError(f"that content is on the file already, as {one.evidence_id} ({one.title})")


def _check_frames(frames: Span, file: CaseFile, entry: int) -> None:
    n_frames = frames.last_seq - frames.first_seq + 1
    if n_frames < 1:
        raise DecisionError(f"frames: the first entry ({frames.first_seq}) is after the last one ({frames.last_seq})")
    if frames.last_seq >= entry:
        raise DecisionError(f"frames: the journal ends at entry {entry - 1}, before {frames.last_seq}")
    if n_frames > FRAMES_MOST:
        raise DecisionError(f"frames: {n_frames} entries are too many for one item; {FRAMES_MOST} may be")
    kept = [one.frames for one in file.evidence if one.frames is not None and one.removed_s is None]
    n_kept = sum(one.last_seq - one.first_seq + 1 for one in kept)
    if n_kept + n_frames > FRAMES_OF_ALL_MOST:
        raise DecisionError(
            f"frames: the file keeps {n_kept} entries already; {FRAMES_OF_ALL_MOST - n_kept} more may be added"
        )


def _handed_over(decision: HandOverEvidence, item: Evidence, time_s: float, entry: int) -> EvidenceHandedOver:
    if item.kind in WITHOUT_A_THING:
        raise DecisionError(
            f"{item.evidence_id} is no thing that somebody could hand over: {words.EVIDENCE_WORDS[item.kind]}"
        )
    if item.custody and item.custody[-1].holder == decision.holder:
        raise DecisionError(f"{decision.holder} has {item.evidence_id} already, {_since_s(item.custody[-1].time_s)}")
    if len(item.custody) >= CUSTODY_KEPT:
        raise DecisionError(f"{item.evidence_id} has changed hands {CUSTODY_KEPT} times, no more can be kept")
    step = CustodyStep(
        time_s=time_s, officer=decision.officer, holder=decision.holder, entry=entry, text=decision.text
    )
    return EvidenceHandedOver(evidence_id=item.evidence_id, step=step)


def _accessed(decision: AccessEvidence, item: Evidence, time_s: float, entry: int) -> EvidenceAccessed:
    _has_content(item)
    access = Access(
        time_s=time_s,
        officer=decision.officer,
        evidence_id=item.evidence_id,
        purpose=decision.purpose,
        entry=entry,
    )
    return EvidenceAccessed(access=access)


def _handled(decision: HandleEvidence, item: Evidence) -> EvidenceHandled:
    if item.handling == decision.handling:
        raise DecisionError(f"{item.evidence_id} is '{item.handling}' already")
    return EvidenceHandled(
        officer=decision.officer, evidence_id=item.evidence_id, handling=decision.handling, text=decision.text
    )


def _removed(decision: RemoveEvidence, incident: Incident) -> EvidenceRemoved:
    """Return the removal; of frames it means that the journal keeps them no longer than everything else."""
    item = _item(decision.evidence_id, incident)
    hold = incident.file.hold
    if hold is not None:
        raise DecisionError(
            f"{incident.incident_id} is held, {_since(hold)}: nothing of it may be removed; release it first"
        )
    _has_content(item)
    return EvidenceRemoved(officer=decision.officer, evidence_id=item.evidence_id, text=decision.text)


def _has_content(item: Evidence) -> None:
    if item.removed_s is not None:
        when = f"{words.day(item.removed_s)} {words.clock(item.removed_s)}"
        raise DecisionError(f"the content of {item.evidence_id} was removed on {when}: {item.removed_why}")
    if not item.sha256 and item.frames is None:
        raise DecisionError(f"{item.evidence_id} has no content: what is known of it stands on the file")


def _opened(decision: OpenStep, incident: Incident, time_s: float, entry: int) -> CaseStep:
    steps = incident.file.steps
    if len(steps) >= STEPS_KEPT:
        raise DecisionError(f"{incident.incident_id} has {STEPS_KEPT} steps, no more can be kept; comment")
    for step in steps:
        if (step.status, step.kind, step.title) == ("open", decision.kind, decision.title):
            raise DecisionError(f"{step.step_id} is that already, opened by {step.opened_by}: {step.title}")
    return CaseStep(
        step_id=f"{incident.incident_id}-S{len(steps) + 1}",
        kind=decision.kind,
        title=decision.title,
        owner=decision.owner,
        opened_s=time_s,
        opened_by=decision.officer,
        due_s=decision.due_s,
        text=decision.text,
        entry=entry,
        changed_by=decision.officer,
    )


def _changed(decision: ChangeStep, incident: Incident, time_s: float, entry: int) -> CaseStep:
    known = [step.step_id for step in incident.file.steps]
    if decision.step_id not in known:
        raise DecisionError(f"{incident.incident_id} has no step '{decision.step_id}'; have {listed(known)}")
    step = incident.file.steps[known.index(decision.step_id)]
    for name in decision.documents or ():
        _item(name, incident)
    given = {
        "owner": decision.owner,
        "due_s": decision.due_s,
        "status": decision.status,
        "text": decision.text or None,
    }
    documents = None if decision.documents is None else tuple(dict.fromkeys(decision.documents))
    given_all: dict[str, object] = {**given, "documents": documents}
    said = structs.replace(step, **{key: value for key, value in given_all.items() if value is not None})
    if said == step:
        raise DecisionError(f"{step.step_id} is so already: {step.title}, {step.status}, by {step.owner}")
    if said.status != step.status:
        has_ended = said.status != "open"
        said = structs.replace(
            said, ended_s=time_s if has_ended else None, ended_by=decision.officer if has_ended else ""
        )
    return structs.replace(said, entry=entry, changed_by=decision.officer)


def _item(evidence_id: str, incident: Incident) -> Evidence:
    item = incident.file.item(evidence_id)
    if item is None:
        have: Sequence[str] = [one.evidence_id for one in incident.file.evidence]
        raise DecisionError(f"{incident.incident_id} has no evidence '{evidence_id}'; have {listed(have)}")
    return item


def _since(hold: Hold) -> str:
    return f"by {hold.officer} {_since_s(hold.since_s)} ({hold.reason})"


def _since_s(time_s: float) -> str:
    return f"since {words.day(time_s)} {words.clock(time_s)}"
