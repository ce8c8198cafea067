"""What is told of a warning: the places in its area, what it may be, how many, from when and until when."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from msgspec import Struct

from sargas.identify.kinds import kinds_of
from sargas.model.aircraft import Aircraft
from sargas.model.classification import Classification
from sargas.model.incident import Incident
from sargas.model.warning import Level, WarningText
from sargas.warn.local_time import clock, local
from sargas.warn.reach import Flights
from sargas.warn.subjects import Subjects
from sargas.warn.targets import Target, drifting_kinds
from sargas.warn.wording import Facts, What, Wording, told

NAMED_MOST: Final = 8
"""Places that are named; more are read by nobody."""
ROUNDED_S: Final = 300.0
"""The time from when it is expected is rounded down to this: a text that changes all the time is read by nobody."""
LOOKED_AT: Final = 128
"""Flights of all that are asked when they come into the area."""
FIRST_SHARE: Final = 0.1
TOUCHED_M2: Final = 1.0e6
"""Of a municipality; of less of it nobody need be told, unless it is half of all."""
TOUCHED: Final = 0.1
"""Of a town, to be named."""
DISPOSED: Final[dict[str, What]] = {"drone": "drone", "aircraft": "aircraft", "balloon": "balloon"}

_geos: Any = shapely  # shapely carries no types


class Teller(Struct, frozen=True, kw_only=True):
    """Whose country it is, in which wordings, if it is an exercise; `what` are the answers of the identification."""

    country: str
    wordings: tuple[Wording, ...]
    is_exercise: bool
    what: dict[str, What]

    def texts(self, level: Level, facts: Facts) -> tuple[WarningText, ...]:
        """Return the facts in every language."""
        return tuple(told(one, level, facts, is_exercise=self.is_exercise) for one in self.wordings)

    def facts(self, places: Sequence[str], *, what: What, count: int, begins_s: float, until_s: float) -> Facts:
        """Return the facts of a warning."""
        return Facts(
            places=places[:NAMED_MOST],
            is_more=len(places) > NAMED_MOST,
            what=what,
            count=count,
            begins=clock(ROUNDED_S * math.floor(begins_s / ROUNDED_S), self.country),
            until=clock(until_s, self.country),
            date=local(until_s, self.country),
        )

    def facts_of_end(self, places: Sequence[str], now_s: float) -> Facts:
        """Return the facts of an all-clear."""
        return Facts(
            places=places[:NAMED_MOST],
            is_more=len(places) > NAMED_MOST,
            time=clock(now_s, self.country),
            date=local(now_s, self.country),
        )

    def what_it_may_be(
        self, incident: Incident, targets: Sequence[Target], known: Mapping[int, Classification]
    ) -> What:
        """Return what it may be: as an officer has said, else what all tracks that are named are."""
        if incident.disposition in DISPOSED:
            return DISPOSED[incident.disposition]
        ids = [one.track_id for one in targets if one.track_id is not None]
        answers = [known[track_id].answer for track_id in ids if track_id in known]
        named = {self.what.get(answer, "unknown") for answer in answers} - {"unknown"}
        return named.pop() if len(named) == 1 else "unknown"


def what_words(aircraft: Sequence[Aircraft]) -> dict[str, What]:
    """Return what the public is told of each answer of the identification."""
    drifting = drifting_kinds(aircraft)
    found: dict[str, What] = {"drone": "drone", "crewed": "aircraft", "cruise_missile": "missile"}
    for kind in kinds_of(aircraft):
        if kind.id in drifting:
            found[kind.id] = "balloon"
        elif kind.traits.group == "drone":
            found[kind.id] = "drone"
        elif kind.traits.group == "crewed":
            found[kind.id] = "aircraft"
    return found


def names_in(shape: Any, subjects: Subjects) -> list[str]:
    """Return the municipalities that a shape touches, the most of it first; where none are given the towns in it."""
    if subjects.shapes:
        overlap_m2 = _geos.area(_geos.intersection(subjects.shapes, shape)).tolist()
        whole_m2 = _geos.area(subjects.shapes).tolist()
        touched = sorted(
            (-part, k)
            for k, (part, whole) in enumerate(zip(overlap_m2, whole_m2, strict=True))
            if part >= min(TOUCHED_M2, 0.5 * whole) > 0.0
        )
        names = [subjects.subjects[subjects.n_places + k].name for _, k in touched]
    else:
        towns = [subjects.subjects[k] for k, share in _towns_in(shape, subjects) if share >= TOUCHED]
        names = [one.name for one in sorted(towns, key=lambda one: (-(one.population or 0), one.name))]
    return list(dict.fromkeys(names))


def population_in(shape: Any, subjects: Subjects) -> int:
    """Return about how many people live in a shape: those of each town by how much of it lies inside."""
    return round(sum(share * (subjects.subjects[k].population or 0) for k, share in _towns_in(shape, subjects)))


def _towns_in(shape: Any, subjects: Subjects) -> list[tuple[int, float]]:
    """Return the towns that reach into a shape, each with the share of it that lies inside."""
    west, south, east, north = shape.bounds
    x, y, near = subjects.towns_m.T
    around = (x + near >= west) & (x - near <= east) & (y + near >= south) & (y - near <= north)
    which = np.flatnonzero(around)
    discs = _geos.buffer(_geos.points(x[which], y[which]), near[which], quad_segs=4)
    shares = _geos.area(_geos.intersection(discs, shape)) / _geos.area(discs)
    return [(k, share) for k, share in zip(which.tolist(), shares.tolist(), strict=True) if share > 0.0]


def begins_in_s(shape: Any, flights: Sequence[Flights]) -> float:
    """Return in how many seconds the first flights come into a shape: a tenth of those that come. 0 if none does."""
    every = max(sum(len(one.weight) for one in flights) // LOOKED_AT, 1)
    times, weights = [np.empty(0)], [np.empty(0)]
    for one in flights:
        paths, weight = one.paths_m[::every], one.weight[::every]
        inside = _geos.contains_xy(shape, paths[..., 0], paths[..., 1])
        comes = inside.any(axis=1)
        times.append(one.step_s * inside[comes].argmax(axis=1))
        weights.append(weight[comes])
    when_s = np.concatenate(times)
    if not len(when_s):
        return 0.0
    order = np.argsort(when_s, kind="stable")
    held = np.cumsum(np.concatenate(weights)[order])
    return float(when_s[order][int(np.searchsorted(held, FIRST_SHARE * held[-1]))])
