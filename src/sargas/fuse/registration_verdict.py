"""What is known of a sensor's register, judged: is it corrected, is it to be used, and in which words is it told."""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sargas.kernels.registration_tables import N_BIAS, RANGING
from sargas.model.sensor import RegistrationEstimate, Sensor

F64 = NDArray[np.float64]

NOT_USED: Final = 0
UNPROVEN: Final = 1
TRUSTED: Final = 2

SURE, UNSURE = 0.5, 0.75  # sd of the bias over the sensor's own sd: begin and end of a correction
SIGNIFICANT, INSIGNIFICANT = 3.0, 1.5
WORTH = 0.1  # of the sensor's own sd
WORSE = 1.5
SUPPORTED = 4.0
SEEN = 0.7  # of the prior sd: below this something was learned
N_SUCCESSIVE = 200.0
REPEATS_BY_CHANCE = 30.0 / 360.0  # within 15 degrees to either side

RANGE, AZIMUTH, ELEVATION, TIME = range(4)
NAMES = ("range", "azimuth", "elevation", "time")
UNITS = ("m", "deg", "deg", "s")
DIGITS = (0, 2, 2, 2)


class Known(NamedTuple):
    """All that is known of one sensor; arrays (4,) of range [m], azimuth, elevation [rad], time [s].

    `far_off` is component, bias and sd beyond the plausible; `support` by how many
    sigma more bearings than by chance fit known targets; `n_next` how many bearings followed another closely and
    `n_near` how many of them were near it.
    """

    sensor: Sensor
    what: int
    bias: F64
    sd: F64
    relative: F64
    relative_sd: F64
    prior_sd: F64
    limit: F64
    stated_sd: F64
    found_sd: tuple[float | None, float | None]
    n_references: int
    references_min: int
    is_applied: NDArray[np.bool_]
    far_off: tuple[int, float, float] | None
    has_jumped: bool
    is_surveyed: bool
    has_peak: bool
    support: float
    n_next: float
    n_near: float


def is_still_applied(known: Known, c: int) -> bool:
    """Return whether component c is to be corrected from now on."""
    if known.far_off is not None:
        return False
    sd, bias, stated = float(known.sd[c]), abs(float(known.bias[c])), float(known.stated_sd[c])
    if sd > SURE * stated:  # of radars without a position from outside only the difference is known
        sd, bias = float(known.relative_sd[c]), abs(float(known.relative[c]))
    if bool(known.is_applied[c]):
        return sd <= UNSURE * stated and bias >= INSIGNIFICANT * sd
    if known.n_references < known.references_min or sd > 0.9 * known.prior_sd[c]:
        return False
    return sd <= SURE * stated and bias >= SIGNIFICANT * sd and bias >= WORTH * stated


def points_everywhere(known: Known) -> bool:
    """Return whether successive bearings are no nearer to each other than chance has them."""
    n = known.n_next
    if known.what == RANGING or n < N_SUCCESSIVE:
        return False
    chance = REPEATS_BY_CHANCE
    return known.n_near / n < chance + 2.5 * math.sqrt(chance * (1.0 - chance) / n)


def trust_of(known: Known) -> int:
    """Return NOT_USED, UNPROVEN or TRUSTED."""
    if known.far_off is not None or (points_everywhere(known) and not known.has_peak):
        return NOT_USED
    if known.what == RANGING:
        return TRUSTED  # as configured, until something contradicts it
    if known.n_references < known.references_min:
        return UNPROVEN
    is_vague = known.sd[AZIMUTH] > UNSURE * known.stated_sd[AZIMUTH] or known.support < SUPPORTED
    return UNPROVEN if is_vague else TRUSTED


def describe(known: Known) -> RegistrationEstimate:
    """Return what the desk shows."""
    bias: list[float | None] = []
    sds: list[float | None] = []
    for c in range(N_BIAS):
        value, sd = float(known.bias[c]), float(known.sd[c])
        if known.far_off is not None:
            is_it = known.far_off[0] == c
            value, sd = known.far_off[1:] if is_it else (math.nan, math.nan)
        elif sd > SEEN * known.prior_sd[c] and not known.is_applied[c]:
            value = sd = math.nan
        bias.append(_shown(value, c))
        sds.append(_shown(sd, c))
    range_sd, azimuth_sd = known.found_sd
    return RegistrationEstimate(
        range_m=bias[RANGE], range_sd_m=sds[RANGE],
        azimuth_deg=bias[AZIMUTH], azimuth_sd_deg=sds[AZIMUTH],
        elevation_deg=bias[ELEVATION], elevation_sd_deg=sds[ELEVATION],
        time_s=bias[TIME], time_sd_s=sds[TIME],
        found_range_sd_m=None if range_sd is None else round(range_sd, 1),
        found_azimuth_sd_deg=None if azimuth_sd is None else round(math.degrees(azimuth_sd), 3),
        n_references=known.n_references,
        is_applied=bool(known.is_applied.any()),
        is_used=trust_of(known) != NOT_USED,
        verdict=verdict(known),
    )  # fmt: skip


def verdict(known: Known) -> str:
    """Return one sentence for a person."""
    if known.far_off is not None:
        c, value, sd = known.far_off
        amount = f"{_number(abs(value), c)} +- {_number(sd, c)} {UNITS[c]}"
        if c == AZIMUTH:
            sense = "clockwise" if value > 0.0 else "counter-clockwise"
            return f"misaligned, points {amount} {sense}: not used until it is turned or azimuth_bias_deg is set"
        return f"its {NAMES[c]} is off by {amount}: not used until it is repaired or {NAMES[c]}_bias is set"
    if points_everywhere(known) and not known.has_peak:
        return "its bearings are no better than chance: not used"
    words = [_state(known)]
    for c, (found, unit) in enumerate(zip(known.found_sd, ("m", "deg"), strict=True)):
        if found is not None and found > WORSE * known.stated_sd[c]:
            ratio = found / float(known.stated_sd[c])
            words.append(f"its {NAMES[c]} error is {ratio:.1f} times as large as stated ({_number(found, c)} {unit})")
    return "; ".join(words)


def _state(known: Known) -> str:
    applied = [
        f"{NAMES[c]} {_number(float(known.bias[c]), c)} +- {_number(_sd(known, c), c)} {UNITS[c]}"
        for c in range(N_BIAS)
        if known.is_applied[c]
    ]
    if applied:
        relative = any(known.is_applied[c] and known.sd[c] > UNSURE * known.stated_sd[c] for c in range(N_BIAS))
        return "corrected: " + ", ".join(applied) + (" (against other sensors only)" if relative else "")
    if known.has_jumped and known.n_references < known.references_min:
        return "its bias has changed at once: the correction was withdrawn, learning again"
    if known.n_references < known.references_min:
        if known.is_surveyed and not known.has_peak and known.what != RANGING and known.n_references == 0:
            return "its bearings match no known target yet"
        return f"{known.n_references} of {known.references_min} common targets needed"
    if trust_of(known) != TRUSTED:
        return "not known well enough yet"
    return "in register as far as its targets tell"


def _sd(known: Known, c: int) -> float:
    """Return the sd that the correction rests on."""
    sd = float(known.sd[c])
    return sd if sd <= UNSURE * known.stated_sd[c] else min(sd, float(known.relative_sd[c]))


def _number(value: float, c: int) -> str:
    value = math.degrees(value) if c in {AZIMUTH, ELEVATION} else value
    return f"{value:.{DIGITS[c]}f}"


def _shown(value: float, c: int) -> float | None:
    if math.isnan(value):
        return None
    return round(math.degrees(value) if c in {AZIMUTH, ELEVATION} else value, (1, 3, 3, 3)[c])
