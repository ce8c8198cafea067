"""Dates in a sentence, and what each is the date of: what happened, what was found, what was only said then."""

from typing import Final, Literal

from msgspec import Struct

from sargas.press.lexicon import Mark
from sargas.press.scan import Dated, Scan, nearest

NIGHTS: Final = frozenset({"night", "night_of", "weeknight", "weeknight_into", "weekday_night"})
"""Nobody says at night what the press tells: such a date is of the incident."""


DateRole = Literal["happened", "found", "told", "attack"]
ROLE_OF: Final[dict[str, DateRole]] = {"speech": "told", "attack_anchor": "attack"}


class When(Struct, frozen=True):
    """A date of a mention, and what it is the date of."""

    dated: Dated
    role: DateRole
    is_after: bool = False


def whens_of(scan: Scan, first: int, last: int, events: list[Mark]) -> tuple[When, ...]:
    """Return the dates, each with what it is the date of: the nearest of what happened and what was said."""
    things = {k for m in scan.marks("type", first, last) for k in range(m.first, m.last + 1)}
    others = [m for name in ("other_anchor", "attack_anchor") for m in scan.marks(name, first, last)]
    anchors = [*events, *scan.marks("speech", first, last), *(m for m in others if m.first not in things)]
    found: list[When] = []
    for dated in scan.dates(first, last):
        near = _anchor(scan, dated, anchors, events, is_begin=dated.first <= first + 2)
        if near is None:
            found.append(When(dated, "happened"))
        elif near.group != "other_anchor":
            is_after = dated.written.kind == "later" and near.first > dated.last
            found.append(
                When(dated, ROLE_OF.get(near.group) or ("found" if near.value == "found" else "happened"), is_after)
            )
    return tuple(found)


def _anchor(scan: Scan, dated: Dated, anchors: list[Mark], events: list[Mark], *, is_begin: bool) -> Mark | None:
    """Return the verb that a date belongs to."""
    # "The drone that entered on Monday was found": in English a day belongs to the verb before it.
    ahead = scan.lexicon.words.date_ahead
    here = anchors
    if events and (dated.written.kind in NIGHTS or dated.written.relative == "overnight"):
        here = events
    elif events and not is_begin:
        # ", the ministry said" behind a date is not said on that date.
        here = [m for m in anchors if m.group != "speech" or m.first < dated.first or not _pauses(scan, dated, m)]
    near = nearest(scan.words, dated.first, dated.last, here, ahead)
    if near is not None and near[1].group == "speech" and _pauses(scan, dated, near[1]) > 0:
        close = [mark for mark in events if _pauses(scan, dated, mark) == 0]
        near = nearest(scan.words, dated.first, dated.last, close, ahead) or near
    return near[1] if near is not None else None


def _pauses(scan: Scan, dated: Dated, mark: Mark) -> int:
    if mark.first > dated.last:
        return scan.words.pauses(dated.last, mark.first)
    # "said that on Monday ...": the day is of what is told.
    return scan.words.pauses(mark.last, dated.first) + scan.has("that", mark.last + 1, dated.first)
