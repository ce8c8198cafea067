"""Births from directions alone: what no track explains is remembered for a while and crossed with what comes.

The tracker owns the rows (an array and how many are in it, so that it can roll both back) and calls, for every group
of reports: `forget_old`, `remember` of the directions of the group and of what was said to be near a place, with the
probability that no track explains each, `candidates`, and `settle`. No birth is of one sensor
alone, and none is born surer than `born_max`: what persists becomes sure.
"""

import math
from typing import Annotated, NamedTuple

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from sargas.kernels.crossing import N_SITE, cross_all
from sargas.kernels.directions import BORN, DIRECTION, FREE, N_COL, NEAR, TIME

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

SOUND_MPS = 340.0
Positive = Annotated[float, Meta(gt=0.0)]
Share = Annotated[float, Meta(gt=0.0, lt=1.0)]


class CrossingSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How directions become places."""

    window_s: Positive = 10.0
    """Directions farther apart in time are not crossed."""
    same_look_s: Annotated[float, Meta(ge=0.0)] = 0.3
    """Directions of one sensor that lie closer in time are of one look: a target gives at most one of them."""
    speed_sd_mps: Positive = 35.0
    """What is believed of the velocity before it is measured, along either axis."""
    intensity_per_km2: Positive = 1e-3
    """Targets not yet found, by area."""
    angle_min_deg: Annotated[float, Meta(gt=0.0, lt=90.0)] = 5.0
    """Directions that cross at less, or at less than twice their errors, make no place."""
    sd_max_m: Positive = 2_000.0
    """A place that is less certain is not proposed."""
    baseline_min_m: Positive = 100.0
    born_max: Share = 0.4
    """The existence that a birth has at most: below what is shown, since a ghost looks the same at first."""
    born_min: Share = 0.02
    """A birth that is less likely is not proposed."""
    rows_max: Annotated[int, Meta(ge=2, le=1_000)] = 128


def as_array(settings: CrossingSettings) -> F64:
    """Return the settings as the kernels take them."""
    return np.array(
        [
            settings.window_s,
            settings.same_look_s,
            settings.speed_sd_mps,
            settings.intensity_per_km2 * 1e-6,
            math.radians(settings.angle_min_deg),
            settings.sd_max_m,
            settings.baseline_min_m,
            settings.born_max,
            settings.born_min,
            settings.born_min,
        ]
    )


class Births(NamedTuple):
    """Newborn targets, c of them, and what is then left of each of the n remembered rows."""

    state: F64
    """x, vx, y, vy [m, m/s] at `time_s`, shape (c, 4)."""
    cov: F64
    """Shape (c, 4, 4); the velocity's own part is the prior's, less what the rows told of it."""
    time_s: F64
    existence: F64
    used: I64
    """Indices of the rows, newest first, shape (c, USED_MAX), padded with -1."""
    n_sites: I64
    free: F64
    """Probability that neither a track nor one of these explains the row, shape (n,)."""
    born: F64
    """The number of the birth that the row was used for, 0 if for none, shape (n,)."""


def no_rows(settings: CrossingSettings) -> F64:
    """Return the empty table of remembered rows."""
    return np.zeros((settings.rows_max, N_COL))


def direction(
    azimuth_rad: float,
    var_rad2: float,
    place_m: tuple[float, float],
    *,
    reach_m: float,
    time_s: float,
    sensor: int,
    p_detect: float,
    clutter_per_rad: float,
    free: float,
    is_sound: bool,
) -> F64:
    """Return the row of a direction: plane azimuth from +y towards +x, false ones by radian of one look."""
    wave = SOUND_MPS if is_sound else math.inf
    return np.array(
        [
            DIRECTION,
            azimuth_rad,
            var_rad2,
            *place_m,
            reach_m,
            time_s,
            sensor,
            wave,
            p_detect,
            clutter_per_rad,
            free,
            0.0,
        ]
    )


def near(
    place_m: tuple[float, float],
    radius_m: float,
    *,
    time_s: float,
    sensor: int,
    p_detect: float,
    clutter_per_m2: float,
    free: float,
) -> F64:
    """Return the row of something noticed within a radius of a place: an error of half the radius in either axis."""
    var = (0.5 * radius_m) ** 2
    return np.array(
        [NEAR, 0.0, var, *place_m, radius_m, time_s, sensor, math.inf, p_detect, clutter_per_m2, free, 0.0]
    )


def silent_sites(n_sensors: int) -> F64:
    """Return a table of sites, row number = sensor index, of which no silence means anything; fill in those known.

    Columns: x, y, reach [m], detection probability of one look, speed of its wave [m/s].
    """
    return np.full((n_sensors, N_SITE), np.nan)


def remember(rows: F64, n: int, new: F64) -> int:
    """Append rows in place; return how many there are. A full table loses the ones that came first."""
    new = new[-len(rows) :]
    k = len(new)
    over = max(n + k - len(rows), 0)
    if over:
        rows[: n - over] = rows[over:n].copy()
    rows[n - over : n - over + k] = new
    return n - over + k


def forget_old(rows: F64, n: int, before_s: float, free_min: float = 0.02) -> int:
    """Drop in place what is older, and what a track explains; return how many rows there are, in their order."""
    kept = rows[:n][(rows[:n, TIME] >= before_s) & (rows[:n, FREE] >= free_min)]
    rows[: len(kept)] = kept
    return len(kept)


def candidates(rows: F64, n: int, n_new: int, sites: F64, par: F64) -> Births:
    """Return the births that the newest n_new of the n rows make, each of two sensors or more."""
    return Births(*cross_all(rows[:n], n_new, sites, par))


def settle(rows: F64, births: Births) -> None:
    """Write back, in place, what the births left of the rows; call it when the births have become tracks."""
    n = len(births.free)
    rows[:n, FREE], rows[:n, BORN] = births.free, births.born
