"""What is asked of the register, and which records answer it: the plain twin of what the store does with an index.

Every condition that is given must hold. A record whose time is known to the day only answers to any part of that
day. A record without a place answers to no question about places: it is counted as unplaced, not as elsewhere.
"""

import math
from collections.abc import Iterable
from typing import Annotated, Final

from msgspec import Meta, Struct

from sargas.model.register import CaseState, Country, ObjectType, Outcome, RegisterRecord
from sargas.model.report import Epoch, Lat, Lon
from sargas.register.span import span_s
from sargas.register.words import searched_words, words_of

EARTH_M: Final = 6_371_008.8
"""Mean radius, IUGG 1980: good to half a percent of a distance, and places here are not known better."""
NO_INCURSION: Final = "no_incursion"
WORDS_MAX: Final = 12

Origin = Annotated[str, Meta(pattern="^([A-Z]{2}|unknown)$", description="ISO 3166-1 alpha-2, or `unknown`")]


class Near(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A circle on the ground."""

    lat_deg: Lat
    lon_deg: Lon
    km: Annotated[float, Meta(gt=0.0, le=20_000.0)]


class Box(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece of the map, its edges included; it does not cross the date line."""

    west_deg: Lon
    south_deg: Lat
    east_deg: Lon
    north_deg: Lat


class Query(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked; what is left out is not asked.

    `from_s` is included, `to_s` is not. Of several countries, types, origins, outcomes or states one must be the
    record's. `text`: every word of it begins a word of the record. `is_sourced`: it has a source, or has none.
    `is_incursion`: something was in an airspace where it had no business, or nothing was (a bird, a false report).
    `is_own`: it is an incident of this watch, or is not.
    """

    from_s: Epoch | None = None
    to_s: Epoch | None = None
    box: Box | None = None
    near: Near | None = None
    countries: Annotated[tuple[Country, ...], Meta(max_length=50)] = ()
    object_types: Annotated[tuple[ObjectType, ...], Meta(max_length=50)] = ()
    origins: Annotated[tuple[Origin, ...], Meta(max_length=50)] = ()
    outcomes: Annotated[tuple[Outcome, ...], Meta(max_length=50)] = ()
    states: Annotated[tuple[CaseState, ...], Meta(max_length=50)] = ()
    text: Annotated[str, Meta(max_length=500)] = ""
    is_sourced: bool | None = None
    is_incursion: bool | None = None
    is_own: bool | None = None
    is_oldest_first: bool = False


def words_asked(query: Query) -> list[str]:
    """Return the folded words that a record must have, the first ones of very many."""
    return words_of(query.text)[:WORDS_MAX]


def matches(query: Query, record: RegisterRecord) -> bool:
    """Return whether the record answers the query."""
    return _in_time(query, record) and _in_place(query, record) and _of_kind(query, record) and _has(query, record)


def found(query: Query, records: Iterable[RegisterRecord]) -> list[RegisterRecord]:
    """Return the records that answer, in order."""
    return in_order(query, [record for record in records if matches(query, record)])


def in_order(query: Query, records: Iterable[RegisterRecord]) -> list[RegisterRecord]:
    """Return the records newest first, or oldest first; those of one moment by their id."""
    sign = 1.0 if query.is_oldest_first else -1.0
    return sorted(records, key=lambda record: (sign * record.began_s, record.record_id))


def distance_m(lat_deg: float, lon_deg: float, other_lat_deg: float, other_lon_deg: float) -> float:
    """Return the distance of two places along a great circle [m] (haversine formula)."""
    lat, other = math.radians(lat_deg), math.radians(other_lat_deg)
    half_lat, half_lon = (other - lat) / 2.0, math.radians(other_lon_deg - lon_deg) / 2.0
    share = math.sin(half_lat) ** 2 + math.cos(lat) * math.cos(other) * math.sin(half_lon) ** 2
    return 2.0 * EARTH_M * math.asin(math.sqrt(min(1.0, share)))


def _in_time(query: Query, record: RegisterRecord) -> bool:
    began_s, until_s = span_s(record)
    return (query.from_s is None or until_s > query.from_s) and (query.to_s is None or began_s < query.to_s)


def _in_place(query: Query, record: RegisterRecord) -> bool:
    if query.box is None and query.near is None:
        return True
    lat_deg, lon_deg = record.lat_deg, record.lon_deg
    if lat_deg is None or lon_deg is None:
        return False
    box, near = query.box, query.near
    if box is not None and not (
        box.west_deg <= lon_deg <= box.east_deg and box.south_deg <= lat_deg <= box.north_deg
    ):
        return False
    return near is None or distance_m(near.lat_deg, near.lon_deg, lat_deg, lon_deg) <= near.km * 1_000.0


def _of_kind(query: Query, record: RegisterRecord) -> bool:
    return (
        (not query.countries or bool(set(query.countries) & set(record.countries)))
        and (not query.object_types or record.object_type in query.object_types)
        and (not query.origins or (record.origin or "unknown") in query.origins)
        and (not query.outcomes or record.outcome in query.outcomes)
        and (not query.states or record.state in query.states)
    )


def _has(query: Query, record: RegisterRecord) -> bool:
    if query.is_sourced is not None and query.is_sourced != bool(record.sources):
        return False
    if query.is_incursion is not None and query.is_incursion != (record.outcome != NO_INCURSION):
        return False
    if query.is_own is not None and query.is_own != bool(record.from_watch):
        return False
    asked = words_asked(query)
    if not asked:
        return True
    words = searched_words(record)
    return all(any(word.startswith(one) for word in words) for one in asked)
