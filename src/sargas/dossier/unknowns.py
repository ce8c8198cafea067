"""What is not known of an incident, noticed by rules: a reader must not have to find the holes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from sargas.dossier.moments import clock
from sargas.model.dossier import Dossier, Flown, NotKnown, TrackPoint
from sargas.model.report import NO_IDENTITY

At = Callable[[float], str]
"""Writes a time of day."""

GAP_S: Final = 30.0
"""So long without a report, and where it was meanwhile is not known: 1.2 km at 150 km/h."""
GAPS_MOST: Final = 6
UNWELL_MOST: Final = 8
TRACKS_NAMED: Final = 12
SURE: Final = 0.9
EXAMINED: Final = frozenset({"forensic"})
NO_KIND: Final = frozenset({"unknown", "drone", "crewed"})


def not_known(
    facts: Dossier,
    labels: Mapping[str, str],
    *,
    is_whole: bool = True,
    is_anew: bool = False,
    time_step_s: float = 0.0,
    has_states: bool = True,
) -> tuple[NotKnown, ...]:
    """Return what is not known, the weightiest first.

    Args:
        facts: all facts, nothing left out: what a version leaves out is known, and said elsewhere.
        labels: what each sensor is called in this version.
        is_whole: no raw report of the time was missing.
        is_anew: the track was computed by another version or configuration.
        time_step_s: to which times are rounded.
        has_states: whether this version says how sensors were.
    """

    def at(time_s: float) -> str:
        return clock(round(time_s / time_step_s) * time_step_s if time_step_s else time_s)

    found = [*_of_crossing(facts), NotKnown(what="before", values=(at(_first_s(facts)),)), NotKnown(what="who")]
    found += _of_kind(facts)
    if not any(one.kind in EXAMINED for one in facts.evidence):
        found.append(NotKnown(what="payload"))
    found += _of_identity(facts.tracks)
    blind = [one for one in facts.tracks if not any(has_height(point) for point in one.points)]
    if blind:
        found.append(NotKnown(what="height", values=(_numbers(blind),)))
    found += _gaps(facts.tracks, at)
    found += _of_fate(facts, at)
    if facts.sensors and not any(one.kind == "radar" for one in facts.sensors):
        found.append(NotKnown(what="no_radar"))
    if len(facts.told) > 1:
        found.append(NotKnown(what="same"))
    if has_states:
        found += [
            NotKnown(
                what="unwell",
                values=(
                    labels.get(one.sensor, one.sensor),
                    one.state,
                    at(one.from_s if one.from_s is not None else facts.first_s),
                ),
            )
            for one in facts.unwell[:UNWELL_MOST]
        ]
    if not is_whole:
        found.append(NotKnown(what="not_whole"))
    if is_anew:
        found.append(NotKnown(what="anew"))
    return tuple(found)


def has_height(point: TrackPoint) -> bool:
    """Return whether a report gave a height."""
    return point.alt_wgs84_m is not None or point.alt_baro_m is not None


def _first_s(facts: Dossier) -> float:
    """Return since when something is known of it."""
    return min([facts.first_report_s, *(one.first_s for one in facts.tracks)])


def _of_crossing(facts: Dossier) -> list[NotKnown]:
    return [] if any(one.is_measured for one in facts.crossings) else [NotKnown(what="no_crossing")]


def _of_kind(facts: Dossier) -> list[NotKnown]:
    """Return the tracks whose type is not sure, by the last that was said of each."""
    last = {one.track_id: one for one in facts.classes}
    if not last:
        return [NotKnown(what="type_none")]
    found = []
    for track_id, one in sorted(last.items()):
        best = max((share.probability for share in one.classes), default=0.0)
        if one.answer in NO_KIND or best < SURE:
            found.append(NotKnown(what="type", values=(f"{best:.2f}", str(track_id))))
    return found[:TRACKS_NAMED]


def _of_identity(tracks: Sequence[Flown]) -> list[NotKnown]:
    none = [one for one in tracks if one.identity == NO_IDENTITY]
    own = [one for one in tracks if one.identity != NO_IDENTITY]
    found = []
    if none:
        found.append(NotKnown(what="identity_none", values=(_numbers(none),)))
    if own:
        found.append(NotKnown(what="identity_own", values=(_numbers(own),)))
    return found


def _gaps(tracks: Sequence[Flown], at: At) -> list[NotKnown]:
    """Return the longest times without a report between the first and the last one, in their order."""
    gaps: list[tuple[float, float, int]] = []
    for track in tracks:
        placed = [point.time_s for point in track.points if not point.is_predicted]
        gaps += [(before, after, track.track_id) for before, after in pairwise(placed) if after - before > GAP_S]
    longest = sorted(gaps, key=lambda gap: gap[0] - gap[1])[:GAPS_MOST]
    return [NotKnown(what="gap", values=(at(begin), at(end), str(key))) for begin, end, key in sorted(longest)]


def _of_fate(facts: Dossier, at: At) -> list[NotKnown]:
    if any(find.is_it for find in facts.search.finds):
        return []
    return [
        NotKnown(what="fate", values=(at(one.last_report_s), str(one.track_id)))
        for one in facts.tracks
        if one.is_lost
    ][:TRACKS_NAMED]


def _numbers(tracks: Iterable[Flown]) -> str:
    numbers = [str(one.track_id) for one in tracks]
    more = f" + {len(numbers) - TRACKS_NAMED}" if len(numbers) > TRACKS_NAMED else ""
    return ", ".join(numbers[:TRACKS_NAMED]) + more
