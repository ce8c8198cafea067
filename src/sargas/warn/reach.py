"""Where the targets of an incident may pass within the horizon: a few hundred possible flights of each.

The flights of a target come from fixed points (Richtmyer's additive recurrence of square roots of primes, through
the inverse normal distribution), so that a replay draws the same warning, and a sky that hardly changes one that
hardly does. Each way of flying on has its own share of the points, so that an unlikely one is drawn well too; weights
make up for it.
Source: A. Genz, Numerical computation of multivariate normal probabilities, J. Comp. Graph. Stat. 1, 1992, 141, for
this sequence in many dimensions; R. D. Richtmyer, 1951.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import ndtri

from sargas.kernels import flight_ends, reach
from sargas.warn.country import Country
from sargas.warn.manner import Conduct
from sargas.warn.targets import PLACE_SD_LEAST_M, Target, sound_roots

F64 = NDArray[np.float64]

CODES: Final[dict[Conduct, int]] = {
    "course": flight_ends.COURSE,
    "wander": flight_ends.WANDER,
    "orbit": flight_ends.ORBIT,
    "return": flight_ends.RETURN,
    "drift": flight_ends.DRIFT,
}
FLIGHTS: Final = 384
"""Of one target alone; fewer of each where there are more, so that a raid costs no minutes."""
FLIGHTS_LEAST: Final = 16
FLIGHTS_ALL: Final = 3_200
STEP_S: Final = 30.0
STEPS: Final = 90
"""Steps at most, from where a target was last known to the end of the horizon."""
LEAST_SHARE: Final = 0.06
"""Of the flights that fly on in one way, however unlikely."""
SPEED_MAX_MPS: Final = 400.0
SPEED_SD_MAX_MPS: Final = 60.0
WIND_SD_MPS: Final = 6.0
"""Each component of the wind that nobody tells: 4.5 m/s at 10 m, by the power law at the usual heights."""
SPEED_SD: Final = 0.02
"""How a speed over ground changes within minutes, as a share: height and wind."""
ASTRAY_RPS: Final = (math.radians(0.06), math.radians(1.0))
"""Turn rates (one standard deviation) of what is astray, as in the search."""


class Flights(NamedTuple):
    """The flights of one target: x and y [m], shape (n, m, 2), from `now_s` on every `step_s`; their weights (n,).

    The weights add up to how likely the target is there at all. `track_id` is None for what was only reported.
    """

    paths_m: F64
    weight: F64
    step_s: float
    track_id: int | None = None


class Horizon(Struct, frozen=True):
    """From when to when it is looked ahead."""

    now_s: float
    ahead_s: float


@lru_cache(maxsize=1)
def points() -> tuple[F64, F64]:
    """Return the points, between 0 and 1 and as standard normal ones, shape (FLIGHTS, what a flight needs)."""
    n_columns = reach.STEP + STEPS
    roots = np.sqrt(np.array(_primes(n_columns), np.float64))
    even = (0.5 + np.arange(1, FLIGHTS + 1)[:, None] * roots) % 1.0
    even = np.clip(even, 1e-6, 1.0 - 1e-6)
    return np.ascontiguousarray(even), np.ascontiguousarray(ndtri(even))


def _primes(n: int) -> list[int]:
    found: list[int] = []
    k = 2
    while len(found) < n:
        if all(k % prime for prime in found):
            found.append(k)
        k += 1
    return found


@lru_cache(maxsize=1)
def load_kernels() -> None:
    """Load the compiled code now, and not when the first warning waits for it; the first time ever it is compiled."""
    even, normal = points()
    paths, weight = np.zeros((2, 2, 2)), np.zeros(2)
    row = np.zeros(reach.N_TARGET)
    reach.fly(row, flight_ends.COURSE, even[:2], normal[:2], np.ones(1), 0, paths)
    reach.bounds(paths)
    origin, none = np.zeros(2), np.zeros(2, np.int64)
    room, stamp = np.zeros((1, 1)), np.full((1, 1), -1, np.int32)
    reach.count_passes(paths, weight, 1.0, origin, 1.0, room.copy(), room, stamp, 0)
    reach.nearest_times(paths, 1.0, np.zeros((1, 3)), none, none, origin, 1.0, 1)
    reach.first_times(paths, 1.0, 1, none, none, origin, 1.0, 1)


def flights_of(targets: Sequence[Target], country: Country, horizon: Horizon) -> list[Flights]:
    """Return the flights of the targets that can come near the country within the horizon."""
    n = min(max(FLIGHTS_ALL // max(len(targets), 1), FLIGHTS_LEAST), FLIGHTS)
    found = [_flown(target, country, horizon, n) for target in targets]
    return [one for one in found if one is not None]


def _flown(target: Target, country: Country, horizon: Horizon, n: int) -> Flights | None:
    """Return the flights of one target; None if it can no longer fly, or not come near."""
    age_s = max(horizon.now_s - target.time_s, 0.0)
    ahead_s = horizon.ahead_s
    if target.flies_until_s is not None:
        ahead_s = min(ahead_s, target.flies_until_s - horizon.now_s)
    row = _row(target, country)
    if ahead_s <= 0.0 or not _can_come(row, target, country, age_s + ahead_s):
        return None
    step_s = max(STEP_S, (age_s + ahead_s) / (STEPS - 2))
    n_before, n_after = math.ceil(age_s / step_s), math.ceil(ahead_s / step_s)
    steps = np.concatenate([np.full(n_before, age_s / max(n_before, 1)), np.full(n_after, ahead_s / n_after)])
    even, normal = points()
    paths, weight = np.empty((n, n_after + 1, 2)), np.empty(n)
    first = 0
    for conduct, count, share in _strata(target, n):
        rows = slice(first, first + count)
        reach.fly(row, CODES[conduct], even[rows], normal[rows], steps, n_before, paths[rows])
        weight[rows] = share * target.probability / count
        first += count
    return Flights(paths, weight, ahead_s / n_after, target.track_id)


def _strata(target: Target, n: int) -> list[tuple[Conduct, int, float]]:
    """Return how many of the flights fly on in each way, and how likely that is."""
    shares: dict[Conduct, float] = {
        name: share * (1.0 - target.drifts) for name, share in target.manner.shares.items()
    }
    shares["drift"] = target.drifts
    likely = {name: share for name, share in shares.items() if share > 0.0}
    wanted = {name: max(share, LEAST_SHARE) for name, share in likely.items()}
    total = sum(wanted.values())
    counts = {name: max(int(n * want / total), 1) for name, want in wanted.items()}
    most = max(counts, key=lambda name: counts[name])
    counts[most] += n - sum(counts.values())
    return [(name, counts[name], likely[name]) for name in likely]


def _row(target: Target, country: Country) -> F64:
    """Return what the kernel needs of a target, in the plane of the country."""
    x_m, y_m, scale, turned_rad = country.frame_at(target.lon_deg, target.lat_deg)
    row = np.full(reach.N_TARGET, np.nan)
    row[reach.X], row[reach.Y] = x_m, y_m
    place = sound_roots(_turned(target.place_cov_m2, turned_rad), PLACE_SD_LEAST_M)
    row[[reach.P11, reach.P21, reach.P22]] = place
    row[reach.TURN_RPS] = math.radians(target.turn_dps)
    row[reach.ASTRAY_LOW], row[reach.ASTRAY_HIGH] = ASTRAY_RPS
    row[reach.WIND_MPS], row[reach.SPEED_SD] = WIND_SD_MPS, SPEED_SD
    row[[reach.EAST, reach.NORTH, reach.V11, reach.V21, reach.V22]] = 0.0
    if target.velocity_mps is None:
        row[reach.SPEED_LOW], row[reach.SPEED_HIGH] = (scale * speed for speed in target.speeds_mps)
        return row
    east, north = target.velocity_mps
    speed = math.hypot(east, north)
    shrink = scale * min(1.0, SPEED_MAX_MPS / max(speed, 1e-9))
    cos, sin = math.cos(turned_rad), math.sin(turned_rad)
    # An azimuth less the convergence is one in the plane: the velocity is turned to the left.
    row[reach.EAST], row[reach.NORTH] = shrink * (east * cos - north * sin), shrink * (east * sin + north * cos)
    roots = sound_roots(_turned(target.velocity_cov_m2ps2, turned_rad), 0.1)
    row[[reach.V11, reach.V21, reach.V22]] = np.clip(roots, -SPEED_SD_MAX_MPS, SPEED_SD_MAX_MPS)
    if target.manner.course_rad is not None:
        row[reach.COURSE_RAD] = target.manner.course_rad - turned_rad
        row[reach.LINE_SD_RAD] = target.manner.course_sd_rad
    return row


def _turned(cov: tuple[float, float, float], angle_rad: float) -> tuple[float, float, float]:
    """Return a covariance in axes turned so that azimuths become smaller by an angle."""
    ee, en, nn = cov
    cos, sin = math.cos(angle_rad), math.sin(angle_rad)
    return (
        cos * cos * ee - 2.0 * sin * cos * en + sin * sin * nn,
        sin * cos * (ee - nn) + (cos * cos - sin * sin) * en,
        sin * sin * ee + 2.0 * sin * cos * en + cos * cos * nn,
    )


def _can_come(row: F64, target: Target, country: Country, flown_s: float) -> bool:
    """Return whether a target can come over the country's box in so long, three standard deviations aside."""
    speed = math.hypot(row[reach.EAST], row[reach.NORTH]) + 3.0 * math.hypot(row[reach.V11], row[reach.V22])
    if target.velocity_mps is None:
        speed = float(row[reach.SPEED_HIGH])
    reach_m = 1.2 * (speed + WIND_SD_MPS) * flown_s + 3.0 * float(
        np.abs(row[[reach.P11, reach.P21, reach.P22]]).sum()
    )
    west, south, east, north = country.bounds_m
    off_x = max(west - row[reach.X], row[reach.X] - east, 0.0)
    off_y = max(south - row[reach.Y], row[reach.Y] - north, 0.0)
    return bool(math.hypot(off_x, off_y) <= min(reach_m, 2.0e6))
