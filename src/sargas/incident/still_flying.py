"""Which lost tracks can still be in the air: what holds the all-clear back."""

import math
from collections.abc import Iterable, Mapping, Set
from typing import Final

from msgspec import Struct

from sargas.incident import words
from sargas.incident.near import LastSeen
from sargas.model.aircraft import Aircraft
from sargas.model.incident import Incident
from sargas.model.picture import Picture
from sargas.model.search import Loss
from sargas.model.warning import LostTrack

LIKELY: Final = 0.05
"""A kind less likely than this does not decide for how long something can fly."""
UNKNOWN_SHARE: Final = 0.5
"""With more than this unidentified the longest time counts that is assumed of the unknown."""
LEAST_S: Final = 600.0
"""However long it has been seen to fly, its tank was not known to be empty."""
SENSORS_NAMED: Final = 12
EYES: Final = frozenset({"radar", "acoustic", "radio_df", "camera"})
"""Kinds of sensors that see or hear what tells nothing of itself."""


class Endurance(Struct, frozen=True):
    """How long each kind of aircraft can fly [s], what is assumed of the unknown, and the most that is assumed."""

    by_kind: Mapping[str, float]
    unknown_s: float
    most_s: float


def endurance_of(kinds: Iterable[Aircraft], unknown_s: float, most_s: float) -> Endurance:
    """Return the endurances of a table of aircraft: the longest that is plausible of each."""
    return Endurance({kind.id: kind.endurance_s[1] for kind in kinds}, unknown_s, most_s)


def lost_track(seen: LastSeen, loss: Loss, picture: Picture, endurance: Endurance, eyes: Set[str]) -> LostTrack:
    """Return the track as one that can still fly, from how it was at its last report.

    `eyes` are the sensors that see what is silent: not those that wait to be told.
    """
    track = loss.track
    classification = picture.classifications.get(track.track_id)
    known = classification.aircraft() if classification is not None else {}
    left_s = _longest_s(known, endurance) - max(0.0, seen.time_s - track.first_s)
    return LostTrack(
        track_id=track.track_id,
        last_report_s=seen.time_s,
        lat_deg=seen.lat_deg,
        lon_deg=seen.lon_deg,
        speed_mps=math.hypot(seen.east_mps, seen.north_mps),
        course_deg=math.degrees(math.atan2(seen.east_mps, seen.north_mps)) % 360.0,
        flies_until_s=seen.time_s + max(LEAST_S, left_s),
        kind=classification.answer_name if classification is not None else "",
        sensors=_watching(loss, eyes),
    )


def still_flying(incident: Incident, now_s: float) -> list[LostTrack]:
    """Return the lost tracks of the incident that can be in the air now, the one that can fly longest first."""
    flying = [lost for lost in incident.lost if now_s < lost.flies_until_s]
    return sorted(flying, key=lambda lost: (-lost.flies_until_s, lost.track_id))


def told(lost: LostTrack) -> str:
    """Return in a sentence until when it can fly, and who watches for it."""
    what = f" ({lost.kind})" if lost.kind else ""
    watch = (
        f"; {', '.join(lost.sensors[:4])} would have seen it go on" if lost.sensors else "; no sensor watches for it"
    )
    until = words.clock(lost.flies_until_s)
    return f"track {lost.track_id}{what}, lost at {words.clock(lost.last_report_s)}, can fly until {until}{watch}"


def _longest_s(kinds: Mapping[str, float], endurance: Endurance) -> float:
    """Return how long it can fly from take-off, by what it may be."""
    likely = [
        endurance.by_kind[kind] for kind, share in kinds.items() if share >= LIKELY and kind in endurance.by_kind
    ]
    if sum(kinds.values()) < 1.0 - UNKNOWN_SHARE or not likely:
        likely.append(endurance.unknown_s)
    return min(max(likely), endurance.most_s)


def _watching(loss: Loss, eyes: Set[str]) -> tuple[str, ...]:
    """Return the sensors that worked on and would have seen it: first those that had."""
    had_seen = {contribution.sensor for contribution in loss.track.contributions}
    well = [watching.sensor for watching in loss.watching if watching.sensor in had_seen or watching.sensor in eyes]
    return tuple(sorted(well, key=lambda name: (name not in had_seen, name))[:SENSORS_NAMED])
