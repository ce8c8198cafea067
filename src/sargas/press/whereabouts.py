"""Places in a sentence that are places of what happened: not persons, authorities, bases or datelines."""

import math
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


LEADS: Final = frozenset({"lead", "lead_near"})
NEAR: Final = frozenset({"near", "lead_near"})
INSIDE: Final = frozenset({"in", "near", "lead", "lead_near"})
AHEAD: Final = INSIDE | {"from", "site", "region"}


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
        is_near = any(mark.value in NEAR for mark in scan.ending("place", named.first - 2, named.first - 1))
        found.append(At(named.first, named.last, spot, role, is_near, _is_region(scan, named)))
    home = next((code for code in countries if code in states() and states()[code].watched), "")
    taken = {k for named in scan.names(*words) for k in range(named.first, named.last + 1)}
    found += [at for at in _unlisted(scan, words, events, home) if at.first not in taken]
    return tuple(found)


def _unlisted(scan: Scan, words: tuple[int, int], events: list[Mark], home: str) -> list[At]:
    """Return what is called a village or a town and is in no list: a name without a position."""
    found: list[At] = []
    for mark in scan.marks("place", *words):
        if mark.value in LEADS:
            first = last = mark.last + 1
            while last - first < 2 and _goes_on(scan, last + 1):
                last += 1
        elif mark.value == "tail":
            first = last = mark.first - 1
        else:
            continue
        if not words[0] <= first <= last <= words[1] or not scan.words.is_capital(first) or not home:
            continue
        near = nearest(scan.words, first, last, events)
        role = ROLE_OF_EVENT[near[1].value] if near is not None else "near"
        spot = Spot(scan.text(first, last), home, math.nan, math.nan, math.nan, 0)
        found.append(At(first, last, spot, role, is_near=True))
    return found


def _goes_on(scan: Scan, k: int) -> bool:
    """Return whether a name of several words goes on with word `k`."""
    return k < len(scan.words) and scan.words.is_capital(k) and not scan.words.pause[k]


def _is_region(scan: Scan, named: Named) -> bool:
    return any(
        mark.value == "region"
        for mark in [
            *scan.marks("place", named.last + 1, named.last + 1),
            *scan.ending("place", named.first - 1, named.first - 1),
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
    if b + 1 < len(words) and words.word[b + 1] == "s":  # "Copenhagen's main airport"
        after |= {mark.value for mark in scan.marks("place", b + 2, b + 3)}
    ahead = {mark.value for mark in scan.ending("place", a - 2, a - 1)}
    if scan.ending("base", a - 3, a - 1):
        return False
    if spot.is_capital and (("told" in after and not ahead & INSIDE) or scan.has("authority", a - 3, a - 1)):
        return False  # "Warsaw said", "the ministry in Bucharest"
    goes_on = b + 1 < len(words) and words.is_capital(b + 1) and not words.pause[b + 1] and not after
    if ("person" in after or goes_on) and not ahead & INSIDE:
        return False
    has_place_word = bool(ahead & AHEAD) or bool(after & {"region", "site"})
    is_listed = any(0 < a - at.last <= 3 and words.pauses(at.last, a) + scan.has("and", at.last, a) for at in before)
    return has_place_word or is_listed or named.is_cased
