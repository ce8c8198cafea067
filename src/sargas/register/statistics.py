"""How many incidents there were, by year, month, country, type, origin, outcome: with what is not known said.

An incident of two countries counts in the row of each, and once in the total. `n_min` and `n_max` are objects: the
sources often say "19 to 23", and so do the sums.
"""

import statistics
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Final, Literal

from msgspec import Raw, Struct

from sargas.model.register import ObjectType, Outcome, Precision, RegisterRecord
from sargas.register.span import moment

Key = Literal["year", "month", "country", "type", "origin", "outcome", "state"]
KEYS: Final[tuple[Key, ...]] = ("year", "month", "country", "type", "origin", "outcome", "state")
UNKNOWN: Final = "unknown"


class Brief(Struct, frozen=True, kw_only=True):
    """What is counted of a record: it is read several times as fast as the whole."""

    began_s: float
    precision: Precision = "day"
    ended_s: float | None = None
    countries: tuple[str, ...]
    lat_deg: float | None = None
    lon_deg: float | None = None
    object_type: ObjectType = "unknown"
    n_min: int = 1
    n_max: int = 1
    origin: str = ""
    has_explosives: bool | None = None
    outcome: Outcome = "unknown"
    state: str = "unknown"
    sources: tuple[Raw, ...] = ()


Counted = RegisterRecord | Brief


class Row(Struct, frozen=True, kw_only=True):
    """One combination of the keys: incidents, and objects as their sums at least and at most."""

    keys: tuple[str, ...]
    n_incidents: int
    n_min: int
    n_max: int


class Statistics(Struct, frozen=True, kw_only=True):
    """The rows, and the total over all incidents. `n_unplaced` and so on: for how many of them it is not known.

    `lasting_s` is the median of how long those lasted whose beginning and end are known to the minute, `n_lasting`
    of how many that is.
    """

    by: tuple[Key, ...]
    rows: list[Row]
    n_incidents: int = 0
    n_min: int = 0
    n_max: int = 0
    n_unplaced: int = 0
    n_type_unknown: int = 0
    n_origin_unknown: int = 0
    n_outcome_unknown: int = 0
    n_explosives: int = 0
    n_explosives_unknown: int = 0
    n_unsourced: int = 0
    lasting_s: float | None = None
    n_lasting: int = 0


def counted(records: Iterable[Counted], by: Sequence[Key]) -> Statistics:
    """Return the statistics of records, rows in the order of their keys; without keys there is the total alone."""
    sums: dict[tuple[str, ...], list[int]] = {}
    every = list(records)
    for record in every:
        for keys in product(*(VALUES[key](record) for key in by)):
            row = sums.setdefault(keys, [0, 0, 0])
            row[0] += 1
            row[1] += record.n_min
            row[2] += most(record)
    lasting = [
        record.ended_s - record.began_s for record in every if _is_timed(record) and record.ended_s is not None
    ]
    return Statistics(
        by=tuple(by),
        rows=[
            Row(keys=keys, n_incidents=row[0], n_min=row[1], n_max=row[2]) for keys, row in sorted(sums.items()) if by
        ],
        n_incidents=len(every),
        n_min=sum(record.n_min for record in every),
        n_max=sum(most(record) for record in every),
        n_unplaced=sum(record.lat_deg is None or record.lon_deg is None for record in every),
        n_type_unknown=sum(record.object_type == UNKNOWN for record in every),
        n_origin_unknown=sum(not record.origin for record in every),
        n_outcome_unknown=sum(record.outcome == UNKNOWN for record in every),
        n_explosives=sum(record.has_explosives is True for record in every),
        n_explosives_unknown=sum(record.has_explosives is None for record in every),
        n_unsourced=sum(not record.sources for record in every),
        lasting_s=statistics.median(lasting) if lasting else None,
        n_lasting=len(lasting),
    )


def most(record: Counted) -> int:
    """Return how many objects it was at most; a record that says fewer than at least is believed in the larger."""
    return max(record.n_min, record.n_max)


def _is_timed(record: Counted) -> bool:
    return (
        record.precision in {"second", "minute"} and record.ended_s is not None and record.ended_s >= record.began_s
    )


def _month(record: Counted) -> tuple[str]:
    return (moment(record.began_s).strftime("%Y-??" if record.precision == "year" else "%Y-%m"),)


VALUES: Final[dict[Key, Callable[[Counted], tuple[str, ...]]]] = {
    "year": lambda record: (moment(record.began_s).strftime("%Y"),),
    "month": _month,
    "country": lambda record: tuple(dict.fromkeys(record.countries)),
    "type": lambda record: (record.object_type,),
    "origin": lambda record: (record.origin or UNKNOWN,),
    "outcome": lambda record: (record.outcome,),
    "state": lambda record: (record.state,),
}
