"""What a kind of aircraft can do, as ranges with their sources: unknown figures stay ranges."""

import math
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from sargas.model.errors import DataError

KindId = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{1,31}$")]
Positive = Annotated[float, Meta(gt=0.0, le=1.0e7)]
Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Span = tuple[float, float]
"""The lowest and the highest value that is plausible."""


class Ending(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a kind comes down once its power has ended or its engine has failed: shares that add up to 1.

    `lands`: it flies its landing program and comes down controlled near where that began. `glides`: wings level or in
    a slow turn as far as height and glide ratio carry. `spirals`: it turns down near the place. `falls`: steeply.
    `parachute`: it hangs on a parachute and drifts. `floats`: it goes on with the wind (balloons).
    """

    lands: Share = 0.0
    glides: Share = 0.0
    spirals: Share = 0.0
    falls: Share = 0.0
    parachute: Share = 0.0
    floats: Share = 0.0


class AircraftSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who published which figure, and when; `says` in our own words."""

    publisher: str
    date: str
    says: str


class Aircraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of aircraft: (lowest, highest) plausible values.

    `speed_mps` is the airspeed in level flight, `speed_typical_mps` the most likely one. `glide_ratio` is distance
    per height without power, `glide_speed_mps` the airspeed of that. `fall_mps` is the speed of an uncontrolled fall,
    `parachute_mps` that under a parachute. `endurance_s` counts from take-off. `height_agl_m` is where it usually
    flies. `turn_rate_dps` is what it turns with when it turns. `failures_per_h` is how often an engine fails, or the
    aircraft is lost otherwise, in an hour of flight. `span_m` is its wing span (diameter). `rcs_dbsm` is its mean
    radar cross-section at 3 to 10 GHz, in decibels of a square metre; None if nothing is known. `hazard_m` is how far
    to keep away from anything found, `hazard` what is said about approaching it. `share` weighs the kind before
    anything is known.
    """

    id: KindId
    name: str
    is_drifting: bool = False
    can_hover: bool = False
    share: Share = 0.1
    span_m: Span
    speed_mps: Span
    speed_typical_mps: Positive
    glide_ratio: Span
    glide_speed_mps: Span
    fall_mps: Span
    parachute_mps: Span = (4.0, 8.0)
    endurance_s: Span
    height_agl_m: Span
    turn_rate_dps: Span
    failures_per_h: Span
    at_power_end: Ending
    at_failure: Ending
    rcs_dbsm: Span | None = None
    hazard_m: Positive
    hazard: str
    sources: Annotated[tuple[AircraftSource, ...], Meta(min_length=1)]


class AircraftTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: one `[[aircraft]]` for each kind."""

    aircraft: Annotated[tuple[Aircraft, ...], Meta(min_length=1)]


def parse(text: str, name: str = "aircraft") -> tuple[Aircraft, ...]:
    """Return the kinds of a TOML table.

    Raises:
        DataError: it is no such table; says which key, and what was expected.
    """
    try:
        table = msgspec.toml.decode(text, type=AircraftTable)
    except RecursionError as error:
        raise DataError(f"{name}: nested too deeply for a table of aircraft") from error
    except (msgspec.DecodeError, ValueError) as error:
        # tomllib lets through what it cannot hold: a number of thousands of digits, half a surrogate pair.
        raise DataError(f"{name}: {error}") from error
    mistakes = [mistake for kind in table.aircraft for mistake in _mistakes(kind)]
    ids = [kind.id for kind in table.aircraft]
    mistakes += [f"aircraft '{key}': named twice" for key in sorted({key for key in ids if ids.count(key) > 1})]
    if mistakes:
        raise DataError("\n".join(f"{name}: {mistake}" for mistake in mistakes))
    return table.aircraft


def _mistakes(kind: Aircraft) -> list[str]:
    """Return what no type can check: spans the wrong way round, shares that do not add up."""
    found: list[str] = []
    for field in ("span_m", "speed_mps", "glide_ratio", "glide_speed_mps", "fall_mps", "parachute_mps", "endurance_s",
                  "height_agl_m", "turn_rate_dps", "failures_per_h"):  # fmt: skip
        low, high = getattr(kind, field)
        if not 0.0 <= low <= high < math.inf:
            found.append(f"aircraft '{kind.id}'.{field}: expected 0 <= lowest <= highest, got [{low}, {high}]")
    if kind.rcs_dbsm is not None and not -100.0 <= kind.rcs_dbsm[0] < kind.rcs_dbsm[1] <= 100.0:
        low, high = kind.rcs_dbsm
        found.append(f"aircraft '{kind.id}'.rcs_dbsm: expected -100 <= lowest < highest <= 100, got [{low}, {high}]")
    for field in ("at_power_end", "at_failure"):
        total = sum(msgspec.structs.astuple(getattr(kind, field)))
        if abs(total - 1.0) > 1e-6:
            found.append(f"aircraft '{kind.id}'.{field}: the shares add up to {total:g}, expected 1")
    return found
