"""A thing on the file as the dossier shows it."""

from typing import Final

from sargas.model.dossier import Exhibit
from sargas.model.evidence import Evidence

SAFE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
ENDING_MOST: Final = 8


def exhibit(item: Evidence) -> Exhibit:
    """Return the thing with all that is known of it; whether its content travels is decided later."""
    return Exhibit(
        evidence_id=item.evidence_id,
        kind=item.kind,
        title=item.title,
        handling=item.handling,
        added_s=item.added_s,
        added_by=item.added_by,
        text=item.text,
        happened_s=item.happened_s,
        sha256=item.sha256,
        n_bytes=item.n_bytes,
        media_type=item.media_type,
        frames=item.frames,
        source=item.source,
        wreck=item.wreck,
        custody=item.custody,
        replaces=item.replaces,
        removed_s=item.removed_s,
        removed_why=item.removed_why,
        path=f"evidence/{_name(item)}" if item.sha256 and item.removed_s is None else "",
    )


def _name(item: Evidence) -> str:
    """Return a file name of its own, without anything that its giver called it but the ending."""
    _, dot, last = item.file_name.rpartition(".")
    ending = dot + last
    is_safe = 1 < len(ending) <= ENDING_MOST and set(ending) <= SAFE
    stem = "".join(letter if letter in SAFE else "-" for letter in item.evidence_id).strip(".") or item.sha256[:12]
    return stem + (ending.lower() if is_safe else ".bin")
