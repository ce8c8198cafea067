"""Sentences about a draft entry: its title, what must be confirmed, why a passage is no incident."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sargas.model.claims import Claim, PlaceClaim
from sargas.press.dates import local

PASSED: Final[Mapping[str, str]] = {
    "money": "money is spoken of, nothing that flew in",
    "office": "who holds or leaves an office, nothing that flew in",
    "exercise": "an exercise",
    "equipment": "what is bought, built or sent",
    "law": "rules and powers",
    "elsewhere": "the war inside another state",
    "other_state": "the airspace of a state that is not watched",
    "history": "an incident of the past without a date and a place of its own",
    "conditional": "what could or should happen",
    "general": "incidents in general, none of its own",
    "no_incident": "nothing is said to have flown in",
}
TYPES: Final[Mapping[str, str]] = {
    "attack_drone": "Attack drone", "decoy_drone": "Decoy drone", "reconnaissance_drone": "Reconnaissance drone",
    "small_drone": "Small drone", "drone": "Drone", "cruise_missile": "Cruise missile", "missile": "Missile",
    "balloon": "Balloon", "aircraft": "Aircraft", "helicopter": "Helicopter", "unknown": "Unknown object",
    "other": "Object",
}  # fmt: skip
AS_TOLD: Final = "as told"
FOUND: Final = "the day it was found; when it came down is not told"
SPOKEN: Final = "no day is told: the day it was spoken of, or the day before"
SAME_TIME: Final = "no date is told: taken as the same time as the incident told first"
LATER: Final = "no date is told: it is taken as the news of the day"
NO_DATE: Final = "no date is told"
YEAR_MISSING: Final = "a date is told, but not the year: give the day of publication"
NO_YEAR: Final = 2000
"""Where neither the text nor its publication tells the year, days are only told apart; a leap year has all."""
DISPUTED: Final = ("type", "model", "payload", "origin", "count", "outcome", "intent", "mass", "casualties")


def title_of(kind: str, countries: Sequence[str], place: PlaceClaim | None, claims: Sequence[Claim]) -> str:
    """Return a title such as "Decoy drone (Gerbera), Gaižiūnai, LT"."""
    models = list(dict.fromkeys(claim.value for claim in claims if claim.kind == "model" and claim.sure != "denied"))
    parts = [TYPES[kind] + (f" ({'/'.join(models[:2])})" if models else "")]
    if place is not None:
        parts.append(place.name)
    parts.append("/".join(countries[:3]))
    return ", ".join(parts)[:200]


def differing(claims: Sequence[Claim]) -> dict[str, list[Claim]]:
    """Return the points on which the text does not agree with itself, each with its claims side by side."""
    found: dict[str, list[Claim]] = {}
    for kind in DISPUTED:
        told: dict[tuple[str, bool], Claim] = {}
        for claim in claims:
            if claim.kind == kind and claim.value not in {"drone", "unknown"}:
                told.setdefault((claim.value, claim.sure == "denied"), claim)
        if len(told) > 1:
            found[kind] = list(told.values())
    return found


def confirm_of(
    span: tuple[datetime, datetime] | None, place: PlaceClaim | None, claims: Sequence[Claim], how: str
) -> tuple[str, ...]:
    """Return what a person must look at before it goes on file."""
    found: list[str] = []
    if span is None or how != "as told":
        found.append(f"The date: {how}.")
    elif span[1] - span[0] > timedelta(days=3):
        found.append("The date: only a span of time is told.")
    if place is None:
        found.append("The place: none is named but the state.")
    elif place.lat_deg is None:
        found.append(f"The place: {place.name} is in no list of places; its position must be found.")
    elif (place.sd_m or 1e9) > 15_000.0:
        found.append(f"The place: {place.name} is a region, not a point.")
    for kind, many in differing(claims).items():
        sides = ", ".join(
            ("not " if c.sure == "denied" else "") + c.value + (" (alleged)" if c.sure == "alleged" else "")
            for c in many[:4]
        )
        found.append(f"The {kind}: the text says {sides}.")
    alleged = sorted({claim.kind for claim in claims if claim.sure == "alleged"})
    if alleged:
        found.append(f"Not sure in the text itself: {', '.join(alleged)}.")
    return tuple(found)


def span_text(first_s: float | None, last_s: float | None, country: str) -> str:
    """Return an interval as the clock of the country has it: whole days as days, else with the times of day."""
    if first_s is None or last_s is None:
        return "not known"
    first, last = local(first_s, country), local(last_s, country)
    if (last - first) > timedelta(hours=22) and first.hour == 0 and last.hour in {0, 23}:
        same = f"{first:%Y-%m-%d}"
        end = last - timedelta(seconds=1)
        return same if same == f"{end:%Y-%m-%d}" else f"{same} to {end:%Y-%m-%d}"
    if last - first < timedelta(minutes=2):
        return f"{first:%Y-%m-%d %H:%M %Z}"
    end_text = f"{last:%H:%M %Z}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M %Z}"
    return f"{first:%Y-%m-%d %H:%M} to {end_text}"
