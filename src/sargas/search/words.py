"""Why a search map is as it is, in sentences for a person; names of places and of sectors."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from sargas.airspace.words import clock, course, duration, length, percent
from sargas.model.aircraft import Aircraft
from sargas.model.search import Conduct, Fate
from sargas.search.belief import Belief, Case
from sargas.search.flights import REACH_M

LIKELY_ENOUGH: Final = 0.1
"""A kind that is at least so likely counts for the distance to keep."""
SURE: Final = 0.9
NO_HAZARD: Final = (
    300.0,
    "Treat anything found as dangerous: do not touch it, do not move it, keep away, call the bomb disposal service.",
)


def sector_name(generation: int, number: int) -> str:
    """Return the name of a sector: a letter for each time that sectors were drawn, then the number."""
    letters, n = "", max(generation, 1)
    while n > 0:
        n, k = divmod(n - 1, 26)
        letters = chr(ord("A") + k) + letters
    return f"{letters}-{number:02d}"


def hazard_of(aircraft: Sequence[Aircraft], kinds: Mapping[str, float]) -> tuple[float, str]:
    """Return the distance to keep [m] and what to say of it: of the most dangerous kind that is likely enough."""
    likely = [kind for kind in aircraft if kinds.get(kind.id, 0.0) >= LIKELY_ENOUGH]
    if not likely:
        return NO_HAZARD
    worst = max(likely, key=lambda kind: (kind.hazard_m, kinds[kind.id]))
    p = kinds[worst.id]
    if p > SURE:
        return worst.hazard_m, worst.hazard
    return worst.hazard_m, f"It may be a {worst.name} ({percent(p)}); treat anything found as one. {worst.hazard}"


def fate_why(fate: Fate, case: Case, belief: Belief) -> str:
    """Return why a fate is as likely as it is."""
    if fate in case.state.settings.fates:
        return "set by an officer"
    unseen_s = max(case.now_s - case.loss.track.last_report_s, 0.0)
    silent = ", ".join(one.sensor for one in belief.flights.silences.told[:3])
    height = belief.flights.height_m
    match fate:
        case "flying":
            return f"unseen for {duration(unseen_s)}" + (f"; {silent} would have seen it" if silent else "")
        case "left":
            return "flights that end beyond the border of the watched country"
        case "landed":
            taken_off = case.state.settings.take_off
            return (
                "when it took off is known" if taken_off else "when it took off is not known: any moment is possible"
            )
        case "glided":
            return f"from {length(height)} above the ground" if height is not None else "its height is not known"
        case "fell":
            return "broken up, stalled or struck: near where it happened"
        case "obstacle":
            if case.terrain is not None:
                return "masts, trees, and the ground itself by the terrain given"
            return "masts and trees; no terrain is given, so hills are not counted"
        case "never":
            existence = case.loss.track.existence
            return (
                "as the tracker left it" if existence is None else f"the tracker was {percent(existence)} sure of it"
            )


def conduct_why(conduct: Conduct, case: Case, manner: str) -> str:
    """Return why a conduct is as likely as it is; `manner` says how it flew before."""
    if conduct in case.state.settings.conducts:
        return "set by an officer"
    track = case.loss.track
    match conduct:
        case "course":
            return f"{manner}; last {course(track.east_mps, track.north_mps)}"
        case "wander":
            return f"{manner}; what is jammed swings about and drifts with the wind"
        case "orbit":
            return f"{manner}; what circles stays near"
        case "return":
            return "it turns back to where it came from"
        case "drift":
            return "what has no engine goes with the wind"


def reasons(case: Case, belief: Belief) -> tuple[str, ...]:
    """Return what the map rests on, the most important first; nothing assumed stays unsaid."""
    track, settings = case.loss.track, case.state.settings
    speed_mps = math.hypot(track.east_mps, track.north_mps)
    spread_m = math.sqrt(max(track.position_cov_m2[0] + track.position_cov_m2[2], 0.0) / 2.0)
    flying = f"{speed_mps:.0f} m/s, flying {course(track.east_mps, track.north_mps)}"
    found = [f"last report at {clock(track.last_report_s)}: {flying}, place ± {length(spread_m)}"]
    height = belief.flights.height_m
    if height is None:
        found.append("its height is not known: any that its kinds usually fly at is possible")
    elif settings.height_agl_m is not None:
        found.append(f"{length(height)} above the ground, as the officer says")
    else:
        basis = "the terrain given" if case.terrain is not None else "an assumed height of the ground"
        found.append(f"about {length(height)} above the ground, by {basis}")
    kinds = sorted(belief.kinds.items(), key=lambda item: -item[1])
    names = {kind.id: kind.name for kind in case.aircraft}
    said = "as the officer weighs them" if settings.kinds else "by speed and height alone"
    found.append(f"{said}: " + ", ".join(f"{names[key]} {percent(p)}" for key, p in kinds[:3]))
    found.append(
        f"the wind is {settings.wind.speed_mps:.0f} m/s from {settings.wind.from_deg:.0f} degrees"
        if settings.wind is not None
        else "the wind is not known: still air is assumed, widely"
    )
    found.append(
        f"it flies on unseen for up to {length(REACH_M)}, hardly ever further: a judgement, little is published"
    )
    found += [f"{one.why}" for one in belief.flights.silences.told[:4]]
    if not case.zones:
        found.append("no border is given: nothing is taken to have left the country")
    return tuple(found)


def sectors_hold(poc: Sequence[float]) -> tuple[str, ...]:
    """Return how much of it the sectors hold: what lies outside is not forgotten, only too thin to begin with."""
    if not poc:
        return ("no sectors: nothing is left that could be found in the country",)
    return (f"the {len(poc)} sectors hold {percent(sum(poc))} of it; the rest is spread too thinly to begin with",)
