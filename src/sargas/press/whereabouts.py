"""Places in a sentence that are places of what happened: not persons, authorities, bases or datelines."""

from typing import Final

from msgspec import Struct

from sargas.model.claims import PlaceRole
from sargas.press.lexicon import Mark, states
from sargas.press.places import LARGE, Named, Spot, choose
from sargas.press.scan import Scan, nearest

ROLE_OF_EVENT: Final[dict[str, PlaceRole]] = {
    "entered": "entered", "over": "over", "fell": "fell", "exploded": "fell", "found": "found", "shot_down": "fell",
    "left": "near", "seen": "seen", "landed": "fell", "lost": "seen", "incident": "seen",
}  # fmt: skip
"""What is said of a place by what happened there."""


class At(Struct, frozen=True):
    """A place that a mention names: where its words stand, which place it is, and what happened there."""

    first: int
    last: int
    spot: Spot
    role: PlaceRole
    is_near: bool = False
    is_region: bool = False


def places_of(scan: Scan, words: tuple[int, int], events: list[Mark], countries: tuple[str, ...]) -> tuple[At, ...]:
    """Return the places between two words, each with what happened there; `countries` first where names are many."""
    found: list[At] = []
    for named in scan.names(*words):
        spot = choose(named.spots, countries)
        if spot is None or not _is_meant(scan, named, spot, countries, found):
            continue
        near = nearest(scan.words, named.first, named.last, events)
        role = ROLE_OF_EVENT[near[1].value] if near is not None else "near"
        is_near = any(mark.value == "near" for mark in scan.ending("place", named.first - 2, named.first - 1))
        found.append(At(named.first, named.last, spot, role, is_near, _is_region(scan, named)))
    return tuple(found)


def _is_region(scan: Scan, named: Named) -> bool:
    return any(
        mark.value == "region"
        for mark in [
            *scan.marks("place", named.last + 1, named.last + 2),
            *scan.ending("place", named.first - 2, named.first - 1),
        ]
    )


def _is_meant(scan: Scan, named: Named, spot: Spot, countries: tuple[str, ...], before: list[At]) -> bool:
    """Return whether a name is a place of what is told: not a person, an authority, a dateline or another word."""
    words, a, b = scan.words, named.first, named.last
    single = words.word[a] if a == b else ""
    if single and single in scan.lexicon.words.not_places:
        return False
    if spot.country in states() and not spot.is_known and spot.country not in countries and spot.people < LARGE:
        return False
    after = {mark.value for mark in scan.marks("place", b + 1, b + 1)}
    ahead = {mark.value for mark in scan.ending("place", a - 2, a - 1)}
    if scan.ending("base", a - 3, a - 1):
        return False
    if spot.is_capital and "told" in after and "in" not in ahead:
        return False
    goes_on = b + 1 < len(words) and words.is_capital(b + 1) and not words.pause[b + 1] and not after
    if ("person" in after or goes_on) and not ahead & {"in", "near"}:
        return False
    has_place_word = bool(ahead & {"in", "near", "from", "site", "region"}) or bool(after & {"region", "site"})
    is_listed = any(0 < a - at.last <= 3 and words.pauses(at.last, a) + scan.has("and", at.last, a) for at in before)
    return has_place_word or is_listed or named.is_cased
