"""What every witness must know of a head: its name in the world, and whether it is that of an exercise."""

from hashlib import sha256

from sargas.model.record import Head
from sargas.share.wording import EXERCISE


def identity(head: Head) -> str:
    """Return what a head is called in the world: the same for the same head, however often it leaves."""
    mark = f"{EXERCISE}-" if is_exercise(head) else ""
    return f"{mark}head-{head.n_entries}-{sha256(head.note.encode()).hexdigest()[:16]}"


def is_exercise(head: Head) -> bool:
    """Return whether the record is that of an exercise, as the head's own lines say."""
    return EXERCISE in head.note.partition("\n\n")[0].split("\n")[4:]
