"""A lost track as a search begins from it: its last state, who would have seen it go on, what speaks of it since."""

import math
from collections.abc import Mapping
from typing import Final, TypeAlias

from msgspec import Struct

from sargas.incident.clue_words import end_told
from sargas.incident.levels import Sky
from sargas.incident.near import distance_m, last_seen
from sargas.incident.search_fold import is_of_a_sensor
from sargas.model.incident import ClueJoined, WatchingEnded
from sargas.model.picture import Picture
from sargas.model.report import Bearing, Presence, Sighting
from sargas.model.search import Clue, ClueKind, Loss, SearchState, Watching
from sargas.model.sensor import Health
from sargas.model.track import Track

FOLLOWED_S: Final = 7_200.0
"""So long after a loss a report can be of the target, and the health of those who watch for it matters."""
BEFORE_S: Final = 120.0
"""A person's time is rough: what is said to have been so long before the last report may be of after it."""
NEAR_M: Final = 20_000.0
RELIABILITY: Final[dict[ClueKind, float]] = {"bearing": 0.7, "presence": 0.6}
PERSON_RELIABILITY: Final = 0.5
QUIET_S: Final = 60.0
"""A sensor that goes on telling the same is one clue a minute: its words are not independent, others need room."""
WATCHES: Final = frozenset({"ok", "degraded"})
BLIND: Final = frozenset({"silent", "failed", "maintenance"})

Sites: TypeAlias = Mapping[str, tuple[float, float]]
"""Latitude and longitude [deg] of the sensors that have a site."""
Heard: TypeAlias = Sighting | Bearing | Presence
Told: TypeAlias = tuple[ClueJoined | WatchingEnded, tuple[int, ...]]
"""What happened, and the entries that show it."""


class _Place(Struct, frozen=True):
    """Where a track was last certain to be, when, and how fast it was."""

    time_s: float
    lat_deg: float
    lon_deg: float
    speed_mps: float


def loss_of(track: Track, path: tuple[tuple[float, float, float], ...], picture: Picture) -> Loss:
    """Return the loss of a track that was last seen so, after this path; what is well now has watched since."""
    from_s = track.last_report_s
    well = sorted(name for name, health in picture.health.items() if health.state in WATCHES)
    watching = tuple(Watching(sensor=name, from_s=from_s) for name in well)
    known = picture.classifications.get(track.track_id)
    kinds = known.aircraft() if known is not None else {}
    return Loss(track=track, declared_s=picture.now_s, path=path, watching=watching, kinds=kinds)


def followed(search: SearchState, sky: Sky, picture: Picture, sites: Sites) -> list[Told]:
    """Return what is new since the last look: who no longer watches, and what speaks of a loss."""
    ended = [told for loss in search.losses for told in _no_longer_watching(loss, picture.health, picture.now_s)]
    return [*ended, *_new_clues(search, sky, picture, sites)]


def _no_longer_watching(loss: Loss, health: Mapping[str, Health], now_s: float) -> list[Told]:
    """Return the sensors that have gone blind: they saw nothing from their last report on."""
    if now_s - loss.track.last_report_s > FOLLOWED_S:
        return []
    found: list[Told] = []
    for watching in loss.watching:
        state = health.get(watching.sensor)
        if watching.until_s is None and state is not None and state.state in BLIND:
            last_s = now_s if state.last_report_s is None else min(now_s, state.last_report_s)
            until_s = max(watching.from_s, last_s)
            found.append((WatchingEnded(track_id=loss.track.track_id, sensor=watching.sensor, until_s=until_s), ()))
    return found


def _new_clues(search: SearchState, sky: Sky, picture: Picture, sites: Sites) -> list[Told]:
    """Return the observations that came in since the last look and can be of a lost track, each once."""
    reports: dict[tuple[float, int, int], Heard] = {}
    listened: dict[int, tuple[float, int]] = {}
    for loss in search.losses:
        after = sky.listened.get(loss.track.track_id, (loss.track.last_report_s, -1))
        place = _place_of(loss.track)
        for index in range(len(picture.observations) - 1, -1, -1):
            report = picture.observations[index]
            arrival = (report.received_s, report.entry)
            if arrival <= after:
                break
            if isinstance(report, Sighting | Bearing | Presence) and _can_be_of(place, report, sites):
                reports[*arrival, index] = report
        newest = picture.observations[-1] if picture.observations else None
        listened[loss.track.track_id] = max(after, (newest.received_s, newest.entry)) if newest else after
    sky.listened = listened
    return _as_clues([reports[key] for key in sorted(reports)], search)


def _as_clues(reports: list[Heard], search: SearchState) -> list[Told]:
    known = list(search.clues)
    told: list[Told] = []
    for report in reports:
        if any(clue.report == report for clue in known) or _repeats(report, known):
            continue
        clue = clue_of(report, known)
        known.append(clue)
        told.append((ClueJoined(clue=clue), (report.entry,) if report.entry else ()))
    return told


def clue_of(report: Heard, known: list[Clue]) -> Clue:
    """Return a report as a clue, named by the entry that holds it."""
    kind: ClueKind = "bearing" if isinstance(report, Bearing) else "presence"
    who = report.sensor
    if isinstance(report, Sighting):
        kind = end_told(report.text) or "sighting"
        who = report.reporter or report.sensor
    name = f"c{report.entry}"
    n_alike = sum(clue.clue_id == name or clue.clue_id.startswith(f"{name}-") for clue in known)
    return Clue(
        clue_id=name if n_alike == 0 else f"{name}-{n_alike + 1}",
        kind=kind,
        reliability=RELIABILITY.get(kind, PERSON_RELIABILITY),
        received_s=report.received_s,
        time_s=report.time_s,
        text=report.text,
        by=who,
        report=report,
    )


def _repeats(report: Heard, known: list[Clue]) -> bool:
    """Return whether the sensor has lately told as much; a person's words are never a repetition."""
    return not isinstance(report, Sighting) and any(
        is_of_a_sensor(clue)
        and clue.by == report.sensor
        and clue.time_s is not None
        and abs(report.time_s - clue.time_s) < QUIET_S
        for clue in known
    )


def _place_of(track: Track) -> _Place:
    seen = last_seen(track)
    return _Place(seen.time_s, seen.lat_deg, seen.lon_deg, math.hypot(seen.east_mps, seen.north_mps))


def _can_be_of(place: _Place, report: Heard, sites: Sites) -> bool:
    """Return whether the target can have been near where this was seen or heard; without a place nobody knows."""
    after_s = report.time_s - place.time_s
    if not -BEFORE_S <= after_s <= FOLLOWED_S:
        return False
    if report.lat_deg is not None and report.lon_deg is not None:
        lat_deg, lon_deg = report.lat_deg, report.lon_deg
    elif report.sensor in sites:
        lat_deg, lon_deg = sites[report.sensor]
    else:
        return False
    reach_m = NEAR_M + place.speed_mps * abs(after_s)
    return distance_m(lat_deg, lon_deg, place.lat_deg, place.lon_deg) <= reach_m
