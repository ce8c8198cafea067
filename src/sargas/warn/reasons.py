"""Why a warning is drawn as it is, in sentences for the officer who has to approve it."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from sargas.airspace.words import course, duration, length, percent
from sargas.warn.area import WarnedArea
from sargas.warn.reach import Horizon
from sargas.warn.targets import Target

NAMED_MOST: Final = 6
STRAIGHT_AT: Final = 0.7
WINDING_AT: Final = 0.35
DRIFTS_AT: Final = 0.3


class Asked(Struct, frozen=True):
    """What the operator asks of the area, and how far it is looked ahead."""

    probability: float
    swath_m: float
    horizon: Horizon


def reasons(targets: Sequence[Target], n_that_come: int, area: WarnedArea | None, asked: Asked) -> tuple[str, ...]:
    """Return the sentences: how the area was made, from which tracks, and what is uncertain.

    Without an area nothing comes, and that of the warning in force stays.
    """
    if area is None:
        ahead = duration(asked.horizon.ahead_s)
        found = [f"Nothing comes over the country in the next {ahead}: the area is that of the warning in force"]
    else:
        found = _area(area, asked)
    found += _targets(targets, asked.horizon.now_s)
    n_beside = len(targets) - n_that_come
    if n_beside and n_that_come:
        found.append(f"{_count(n_beside)} cannot come over the country by then and count for nothing")
    return tuple(found)


def _area(area: WarnedArea, asked: Asked) -> list[str]:
    ahead = duration(asked.horizon.ahead_s)
    chance = f"the chance that a target passes within {length(asked.swath_m)} in the next {ahead}"
    if area.level >= asked.probability:
        found = [f"Drawn where {chance} is at least {percent(asked.probability)}"]
    else:
        little = f"where it is {percent(asked.probability)} would be little of where it may be"
        found = [f"Drawn where {chance} is at least {_fine(area.level)}, since {little}"]
    if area.is_kept:
        found.append("The area of the draft before holds and stays, so that it does not jump about")
    return found


def _targets(targets: Sequence[Target], now_s: float) -> list[str]:
    seen = [one for one in targets if one.track_id is not None and not one.is_lost]
    lost = [one for one in targets if one.is_lost]
    words = [one for one in targets if one.track_id is None]
    found = []
    if seen:
        found.append(f"From {_tracks(seen)}, seen now")
        found += [sentence for one in seen[:NAMED_MOST] if (sentence := _manner(one))]
    if lost:
        ages = [now_s - one.time_s for one in lost]
        since = duration(ages[0]) if len(ages) == 1 else f"{duration(min(ages))} to {duration(max(ages))}"
        found.append(f"From {_tracks(lost)}, last seen {since} ago: anywhere that it could have flown since")
    for one in words[:NAMED_MOST]:
        at = f"{duration(max(now_s - one.time_s, 0.0))} ago"
        if one.velocity_mps is None:
            found.append(f"From what was reported {at}: course and speed are not known, so any of a small drone's")
        else:
            found.append(f"From what was reported until {at}: the words lie along a way {course(*one.velocity_mps)}")
    return found


def _manner(one: Target) -> str:
    """Return how a target flies on, where that says something."""
    if one.drifts >= DRIFTS_AT:
        return f"Track {one.track_id} may go with the wind ({percent(one.drifts)})"
    keeps = one.manner.shares.get("course", 0.0)
    if keeps >= STRAIGHT_AT:
        return f"Track {one.track_id} has flown straight: it will most likely keep its course"
    if keeps <= WINDING_AT:
        return f"Track {one.track_id} turns about: where it goes is uncertain"
    return ""


def _tracks(targets: Sequence[Target]) -> str:
    ids = [str(one.track_id) for one in targets]
    if len(ids) == 1:
        return f"track {ids[0]}"
    shown = ", ".join(ids[:NAMED_MOST])
    return f"tracks {shown}" + (f" and {len(ids) - NAMED_MOST} more" if len(ids) > NAMED_MOST else "")


def _count(n: int) -> str:
    return f"{n} target{'' if n == 1 else 's'}"


def _fine(probability: float) -> str:
    return f"{100.0 * probability:.1f} %"
