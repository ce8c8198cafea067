"""What may have become of a lost track: kinds, conducts and fates, how likely each is before the evidence.

The weights are judgements, not measurements: they say what is usual among aircraft that were lost near a frontier,
and are few and round so that an officer can argue with them. docs/explanation/searching.md gives their reasons.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from msgspec import Struct

from sargas.model.aircraft import Aircraft
from sargas.model.search import Conduct, Fate, Loss, SearchSettings
from sargas.model.track import Track
from sargas.search.manner import Manner

T = TypeVar("T", bound=str)

COME_DOWN: Final[tuple[Fate, ...]] = ("landed", "glided", "fell", "obstacle")
CONDUCTS: Final[tuple[Conduct, ...]] = ("course", "wander", "orbit", "return", "drift")
FATES: Final[tuple[Fate, ...]] = ("flying", "left", "landed", "glided", "fell", "obstacle", "never")

HOW_IT_FLEW: Final[dict[Conduct, float]] = {"course": 0.46, "wander": 0.3, "orbit": 0.22, "return": 0.02}
HOW_IT_ENDED: Final[dict[Fate, float]] = {"landed": 0.34, "glided": 0.36, "fell": 0.2, "obstacle": 0.1}
OBSTACLE_LOW_M: Final = 150.0
"""Masts, trees and hills stand in the way of what flies below this; above it hardly anything does."""
AT_LOSS: Final = 0.05
"""Share of losses in which the end began at that moment, before anything is known of how it flew then."""
KEPT: Final = 0.8
"""That it flies on as it flew before; else anything is possible again, as it would be of an unknown flight."""
SPEED_SD_MPS: Final = 6.0
"""How far a ground speed lies from an airspeed, for the wind."""
NEVER_LEAST: Final = 0.01

FATE_TITLES: Final[dict[Fate, str]] = {
    "flying": "Still flying",
    "left": "Left the country",
    "landed": "Fuel or power ended, came down by itself",
    "glided": "Engine failed, glided down",
    "fell": "Fell",
    "obstacle": "Hit an obstacle",
    "never": "Was never there",
}
CONDUCT_TITLES: Final[dict[Conduct, str]] = {
    "course": "On course",
    "wander": "Astray, as one that is jammed",
    "orbit": "Circling",
    "return": "Back to where it came from",
    "drift": "With the wind",
}


class Group(Struct, frozen=True):
    """One hypothesis in full: its weight before the evidence."""

    kind: Aircraft
    conduct: Conduct
    fate: Fate
    is_at_loss: bool
    weight: float


def kind_weights(loss: Loss, aircraft: Sequence[Aircraft], settings: SearchSettings) -> dict[str, float]:
    """Return the probability of each kind: as the officer weighs them, else as it was identified before the loss.

    What its identification left open is shared out by speed and height at the loss.
    """
    known = {kind.id for kind in aircraft}
    given = {key: weight for key, weight in settings.kinds.items() if weight > 0.0 and key in known}
    if given:
        return _normalised(given)
    by_flight = _by_flight(loss.track, aircraft, settings)
    told = {key: weight for key, weight in loss.kinds.items() if weight > 0.0 and key in known}
    left_open = max(1.0 - sum(told.values()), 0.0)
    mixed = {kind.id: told.get(kind.id, 0.0) + left_open * by_flight.get(kind.id, 0.0) for kind in aircraft}
    return _normalised({key: weight for key, weight in mixed.items() if weight > 0.0})


def _by_flight(track: Track, aircraft: Sequence[Aircraft], settings: SearchSettings) -> dict[str, float]:
    """Return the probability of each kind by speed and height at the loss alone."""
    speed_mps = math.hypot(track.east_mps, track.north_mps)
    height_m = settings.height_agl_m
    weights = {
        kind.id: kind.share * _fit(speed_mps, kind) * (_height_fit(height_m, kind) if height_m is not None else 1.0)
        for kind in aircraft
    }
    best = max(weights.values())
    if best <= 0.0:  # faster or slower than anything known: then its speed says nothing
        return _normalised({kind.id: kind.share for kind in aircraft})
    return _normalised({key: weight for key, weight in weights.items() if weight > 1e-4 * best})


def groups(
    track: Track,
    aircraft: Sequence[Aircraft],
    kinds: Mapping[str, float],
    height_m: float | None,
    manner: Manner,
) -> list[Group]:
    """Return the hypotheses of which something comes down, their weights adding up to 1."""
    at_loss = _at_loss(track)
    found: list[Group] = []
    for kind in aircraft:
        share = kinds.get(kind.id, 0.0)
        conducts = conduct_weights(kind, manner)
        for fate, ended in fate_weights(kind, height_m).items():
            # Where the end began with the loss it flew on no further: by which conduct is all the same.
            found.append(Group(kind, next(iter(conducts)), fate, True, share * ended * at_loss))
            for conduct, flown in conducts.items():
                found.append(Group(kind, conduct, fate, False, share * ended * flown * (1.0 - at_loss)))
    return [group for group in found if group.weight > 0.0]


def conduct_weights(kind: Aircraft, manner: Manner) -> dict[Conduct, float]:
    """Return how it may have flown on, by what it is and by how it flew before."""
    if kind.is_drifting:
        return {"drift": 1.0}
    seen = _normalised({name: weight * manner.fits.get(name, 1.0) for name, weight in HOW_IT_FLEW.items()})
    return {name: KEPT * seen[name] + (1.0 - KEPT) * weight for name, weight in HOW_IT_FLEW.items()}


def fate_weights(kind: Aircraft, height_m: float | None) -> dict[Fate, float]:
    """Return how it may have come down; low flight meets obstacles."""
    weights = dict(HOW_IT_ENDED)
    if kind.is_drifting:
        weights |= {"landed": 0.8, "glided": 0.0, "fell": 0.2, "obstacle": 0.0}
    elif height_m is not None and height_m > OBSTACLE_LOW_M:
        weights["obstacle"] *= OBSTACLE_LOW_M / height_m
    return _normalised(weights)


def never_there(track: Track) -> float:
    """Return the probability that the track was nothing at all, as the tracker left it."""
    existence = 0.97 if track.existence is None else track.existence
    return min(max(1.0 - existence, NEVER_LEAST), 0.99)


def _at_loss(track: Track) -> float:
    """Return the probability that the end began with the loss: by whether it was sinking when it was last seen."""
    climb = track.climb_mps
    if climb is None:
        return AT_LOSS
    # In level flight the rate read off lies about 0 +- 1 m/s; one that comes down sinks by 3 to 10.
    sinking = 0.5 / (1.0 + math.exp((climb + 2.0) / 0.5))
    level = math.exp(-0.5 * (climb / 1.2) ** 2) / 1.2 + 0.02
    odds = AT_LOSS / (1.0 - AT_LOSS) * sinking / level
    return min(max(odds / (1.0 + odds), 0.03), 0.9)


def _fit(speed_mps: float, kind: Aircraft) -> float:
    """Return how well a ground speed fits a kind: full within its airspeeds, falling off beyond by the wind's."""
    low, high = (0.0, 25.0) if kind.is_drifting else kind.speed_mps
    low = 0.0 if kind.can_hover else low
    outside = max(low - speed_mps, speed_mps - high, 0.0)
    return math.exp(-0.5 * (outside / SPEED_SD_MPS) ** 2) / max(high - low, 10.0)


def _height_fit(height_m: float, kind: Aircraft) -> float:
    low, high = kind.height_agl_m
    outside = max(low / max(height_m, 1.0), max(height_m, 1.0) / max(high, 1.0), 1.0)
    return math.exp(-0.5 * (math.log(outside) / 0.5) ** 2)


def _normalised(weights: Mapping[T, float]) -> dict[T, float]:
    total = sum(weights.values())
    return {key: weight / total for key, weight in weights.items()} if total > 0.0 else dict(weights)
