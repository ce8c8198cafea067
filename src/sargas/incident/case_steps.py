"""What is usually to be done after an incident: offered, with an owner and a date, once there is reason for it."""

from collections.abc import Callable, Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from sargas.model.evidence import StepKind, Title
from sargas.model.incident import Incident

HOUR_S: Final = 3_600.0
After = Literal["search_ordered", "found", "note_sent"]


class UsualStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step that is usually needed: `after` what it is offered, and within how many hours it should be done."""

    kind: StepKind
    title: Title
    owner: Title
    after: After
    due_h: Annotated[float, Meta(gt=0.0, le=87_600.0)]


class UsualSteps(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table of them, as a file holds it."""

    steps: Annotated[tuple[UsualStep, ...], Meta(max_length=50)]


class Offer(Struct, frozen=True, kw_only=True):
    """A step that could be opened now, and since when there is reason for it."""

    kind: StepKind
    title: str
    owner: str
    after: After
    since_s: float
    due_s: float


def offered(incident: Incident, usual: Sequence[UsualStep]) -> list[Offer]:
    """Return the usual steps that there is reason for and that were never on the file, the first due first."""
    known = {(step.kind, step.title if step.kind == "other" else "") for step in incident.file.steps}
    offers = []
    for one in usual:
        since_s = SINCE[one.after](incident)
        if since_s is None or (one.kind, one.title if one.kind == "other" else "") in known:
            continue
        due_s = since_s + one.due_h * HOUR_S
        offers.append(
            Offer(kind=one.kind, title=one.title, owner=one.owner, after=one.after, since_s=since_s, due_s=due_s)
        )
    return sorted(offers, key=lambda offer: offer.due_s)


def _search_ordered_s(incident: Incident) -> float | None:
    return incident.search.ordered_s if incident.search is not None else None


def _found_s(incident: Incident) -> float | None:
    """Return when the first thing was found: by the search, or as it stands on the file."""
    finds = incident.search.finds if incident.search is not None else ()
    wrecks = [one for one in incident.file.evidence if one.kind == "wreck_finding"]
    return min([*(find.time_s for find in finds), *(one.happened_s or one.added_s for one in wrecks)], default=None)


def _note_sent_s(incident: Incident) -> float | None:
    notes = [step for step in incident.file.steps if step.kind == "note_to_state" and step.status == "done"]
    return min((note.ended_s for note in notes if note.ended_s is not None), default=None)


SINCE: Final[dict[After, Callable[[Incident], float | None]]] = {
    "search_ordered": _search_ordered_s,
    "found": _found_s,
    "note_sent": _note_sent_s,
}
