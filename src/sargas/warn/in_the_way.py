"""Who and what the targets may come near: how likely, and when."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sargas.kernels import reach
from sargas.model.warning import InTheWay
from sargas.warn.reach import Flights
from sargas.warn.subjects import Subject, Subjects

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

LISTED: Final = 40
LEAST: Final = 0.01
"""What is less likely is left out."""
PEOPLE_UNKNOWN: Final = 500
"""Of whom nobody has said how many they are: a school, a small plant."""
PERCENTILES: Final = (0.1, 0.5, 0.9)


def in_the_way(flights: Sequence[Flights], subjects: Subjects, now_s: float) -> tuple[InTheWay, ...]:
    """Return who and what the targets may come near, what matters most first: people times probability, the soonest.

    A target comes near a place within the distance asked of its edge, and into a municipality. When it comes is when
    it is nearest, or enters; of several targets whichever.
    """
    hits = _hits(flights, subjects)
    if hits is None:
        return ()
    subject, weight, when_s, target = hits
    n = len(subjects.subjects)
    keys, inverse = np.unique(target * n + subject, return_inverse=True)
    comes = np.clip(np.bincount(inverse, weight), 0.0, 1.0 - 1e-12)
    missed = np.bincount(keys % n, np.log1p(-comes), minlength=n)
    probability = -np.expm1(missed)
    people = np.array([PEOPLE_UNKNOWN if one.population is None else one.population for one in subjects.subjects])
    worth = np.where(np.round(probability, 3) >= LEAST, np.round(probability * people), -1.0)
    likely = np.argsort(-worth, kind="stable")[: 2 * LISTED]
    likely = likely[worth[likely] >= 0.0]
    order = np.lexsort((when_s, subject))
    bounds = np.searchsorted(subject[order], np.arange(n + 1))
    found = []
    for k in likely.tolist():
        rows = order[bounds[k] : bounds[k + 1]]
        arrival_s = tuple(now_s + one for one in _percentiles(when_s[rows], weight[rows]))
        found.append(_written(subjects.subjects[k], float(probability[k]), arrival_s))
    return tuple(sorted(found, key=_rank)[:LISTED])


def _hits(flights: Sequence[Flights], subjects: Subjects) -> tuple[I64, F64, F64, I64] | None:
    """Return subject, weight of the flight, seconds from now, and target of each coming near; None without any."""
    subject, weight, when_s, target = [], [], [], []
    near, n_places = subjects.near, subjects.n_places
    n_areas = len(subjects.subjects) - n_places
    for k, one in enumerate(flights):
        looks = [
            (0, reach.nearest_times(
                one.paths_m, one.step_s, subjects.places_m, near.first, near.members, near.corner_m, near.cell_m,
                near.columns,
            ))
        ]  # fmt: skip
        if n_areas:
            over = subjects.over
            looks.append((n_places, reach.first_times(
                one.paths_m, one.step_s, n_areas, over.first, over.members, over.corner_m, over.cell_m, over.columns
            )))  # fmt: skip
        for offset, (flight, which, at_s) in looks:
            subject.append(which + offset)
            weight.append(one.weight[flight])
            when_s.append(at_s)
            target.append(np.full(len(which), k, np.int64))
    if not sum(map(len, subject)):
        return None
    return np.concatenate(subject), np.concatenate(weight), np.concatenate(when_s), np.concatenate(target)


def _percentiles(when_s: F64, weight: F64) -> list[float]:
    """Return the percentiles of times in rising order, weighted; between two of them evenly."""
    held = np.cumsum(weight)
    middle = (held - 0.5 * weight) / held[-1]
    found: list[float] = np.round(np.interp(PERCENTILES, middle, when_s)).tolist()
    return found


def _written(subject: Subject, probability: float, arrival_s: tuple[float, ...]) -> InTheWay:
    early_s, usual_s, late_s = arrival_s
    return InTheWay(
        kind=subject.kind,
        name=subject.name,
        country=subject.country,
        lat_deg=subject.lat_deg,
        lon_deg=subject.lon_deg,
        probability=round(probability, 3),
        arrival_s=(early_s, usual_s, late_s),
        population=subject.population,
        what=subject.what,
    )


def _rank(one: InTheWay) -> tuple[float, float, str, float, float]:
    people = PEOPLE_UNKNOWN if one.population is None else one.population
    return -round(one.probability * people), one.arrival_s[1], one.name, one.lat_deg, one.lon_deg
