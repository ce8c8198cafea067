"""How long contents of evidence are kept: which are over, and which contents still have an item that names them."""

from collections.abc import Iterable

from msgspec import Struct

from sargas.model.evidence import Evidence
from sargas.model.incident import Incident
from sargas.model.units import DAY_S


class Named(Struct, frozen=True):
    """Contents by SHA-256: those that are to be kept, and those of which every item is removed."""

    kept: frozenset[str]
    removed: frozenset[str]


def named(incidents: Iterable[Incident]) -> Named:
    """Return which contents the files of these incidents name."""
    items = [one for incident in incidents for one in incident.file.evidence if one.sha256]
    kept = frozenset(one.sha256 for one in items if one.removed_s is None)
    return Named(kept, frozenset(one.sha256 for one in items) - kept)


def over(incidents: Iterable[Incident], keep_days: float, now_s: float) -> list[tuple[Incident, Evidence]]:
    """Return the items whose content has been kept for long enough.

    The days count from when the item was added or the incident was closed, whichever was later. An open incident
    keeps everything, and so does one that is held.
    """
    found = []
    for incident in incidents:
        if incident.closed_s is None or incident.status != "closed" or incident.file.hold is not None:
            continue
        before_s = now_s - keep_days * DAY_S
        for one in incident.file.evidence:
            has_content = bool(one.sha256) or one.frames is not None
            if has_content and one.removed_s is None and max(one.added_s, incident.closed_s) < before_s:
                found.append((incident, one))
    return found
