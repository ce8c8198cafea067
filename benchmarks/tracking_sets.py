"""Seeded sets of targets and radar plots for comparing trackers: the truth, and what one radar sees of it.

    python benchmarks/tracking_sets.py cart_N200 [--seed 1] [--out FILE.npz]

A set is named KIND_Nn[_straight]. Kinds: `cart`, plots with 100 m of noise along each axis; `polar`, plots of a radar
in the middle with 50 m and 0.15 degrees, turned into the plane with a covariance of their own; `hard`, as cart but
60 km wide, detection 0.7, 500 false plots a scan and targets in groups of ten. `_straight` leaves out every turn.

Everything comes from one numpy generator (PCG64): a recipe and a seed give the same plots everywhere but for the
last bit of a processor's sine. The draws, in their order, are part of the definition:

1. lives: random(N) present from the start, integers(0, T/2, N) the scan of birth of the others, random(N) who stays
   to the end, integers(T/3, T, N) the scans that the others live;
2. starts: uniform(N, 2) within 90 % of the area, uniform(N) courses, uniform(N) speeds of 15 to 60 m/s; in groups the
   groups' centres (80 %), courses and speeds (25 to 60 m/s), then normal(N, 2) 700 m from the centre, normal(N)
   0.25 rad from the course and uniform(N) 0.9 to 1.1 of the speed;
3. flight, for each quarter of each scan period: random(N) who turns next, uniform(N) 1 to 5 deg/s, choice(N) of the
   side, uniform(N) 12 to 40 s of turning, uniform(N) 30 to 120 s of flying straight (drawn for all, used by whoever
   ends a leg);
4. plots, for each scan: random(n) who is detected, poisson() false plots and uniform(n, 2) their places, the noise
   (cart: normal(n, 2); polar: normal(n) of range, then of azimuth), permutation().
"""

import argparse
import math
import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from msgspec import Struct

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

STEPS_PER_SCAN = 4
PARTS_OF_NAME = re.compile(r"(cart|polar|hard)_N([1-9][0-9]{0,5})(_straight)?")


class Recipe(Struct, frozen=True, kw_only=True):
    """What a set is made from. The radar stands in the middle of a square and looks once each period."""

    n_targets: int
    seed: int = 1
    n_scans: int = 120
    period_s: float = 4.0
    side_m: float = 200e3
    detection: float = 0.9
    clutter_per_scan: float | None = None  # None: as many false plots as targets
    is_polar: bool = True
    range_sd_m: float = 50.0
    azimuth_sd_rad: float = math.radians(0.15)
    place_sd_m: float = 100.0
    group_size: int = 0  # 0: every target on its own
    present_from_start: float = 0.7
    is_straight: bool = False

    @property
    def mean_clutter(self) -> float:
        """False plots of a scan, on average."""
        return float(self.n_targets) if self.clutter_per_scan is None else self.clutter_per_scan


class TrackingSet(NamedTuple):
    """Truth and plots. Scan k is the plots `offset[k]` to `offset[k + 1]`, all seen k periods after the start.

    truth: x, y [m], vx, vy [m/s], shape (scans, targets, 4), NaN where the target is not there.
    xy_m (M, 2) and cov_m2 (M, 2, 2): plots in the plane. polar (M, 2): range [m] and azimuth from the x axis [rad].
    target (M,): whose plot it is, -1 for a false one.
    """

    truth: F64
    xy_m: F64
    cov_m2: F64
    polar: F64
    target: I64
    offset: I64


def recipe(name: str, seed: int = 1) -> Recipe:
    """Return the recipe of a named set.

    Raises:
        ValueError: the name follows no pattern.
    """
    found = PARTS_OF_NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"no set '{name}': write cart_N, polar_N or hard_N, a count, and perhaps _straight")
    kind, n_targets, is_straight = found[1], int(found[2]), found[3] is not None
    if kind == "hard":
        return Recipe(
            n_targets=n_targets,
            seed=seed,
            detection=0.7,
            clutter_per_scan=500.0,
            group_size=10,
            is_polar=False,
            side_m=60e3,
            is_straight=is_straight,
        )
    return Recipe(n_targets=n_targets, seed=seed, is_polar=kind == "polar", is_straight=is_straight)


def make(given: Recipe) -> TrackingSet:
    """Return truth and plots; the same recipe always gives the same arrays."""
    rng = np.random.default_rng(given.seed)
    birth, death = lives(rng, given)
    truth = flights(rng, given, birth, death, Motion(*starts(rng, given)))
    scans = [look(rng, given, truth[k, :, :2]) for k in range(given.n_scans)]
    xy_m, cov_m2, polar, target = (np.concatenate(parts) for parts in zip(*scans, strict=True))
    offset = np.cumsum([0, *(len(scan[0]) for scan in scans)])
    return TrackingSet(truth, xy_m, cov_m2, polar, target, offset)


def lives(rng: np.random.Generator, given: Recipe) -> tuple[I64, I64]:
    """Return the first scan of every target and the one after its last."""
    n, scans = given.n_targets, given.n_scans
    is_early = rng.random(n) < given.present_from_start
    birth = np.where(is_early, 0, rng.integers(0, scans // 2, n))
    stays = rng.random(n) < 0.7
    return birth, np.where(stays, scans, np.minimum(scans, birth + rng.integers(scans // 3, scans, n)))


def starts(rng: np.random.Generator, given: Recipe) -> tuple[F64, F64, F64]:
    """Return places (N, 2) [m], courses from the x axis [rad] and speeds [m/s] at birth."""
    n, half_m = given.n_targets, given.side_m / 2
    if not given.group_size:
        place = rng.uniform(-half_m * 0.9, half_m * 0.9, (n, 2))
        return place, rng.uniform(0, 2 * np.pi, n), rng.uniform(15, 60, n)
    n_groups = math.ceil(n / given.group_size)
    centre = rng.uniform(-half_m * 0.8, half_m * 0.8, (n_groups, 2))
    course, speed = rng.uniform(0, 2 * np.pi, n_groups), rng.uniform(25, 60, n_groups)
    group = np.arange(n) // given.group_size
    place = centre[group] + rng.normal(0, 700.0, (n, 2))
    return place, course[group] + rng.normal(0, 0.25, n), speed[group] * rng.uniform(0.9, 1.1, n)


class Motion:
    """Where the targets are, and what they do next. Targets that are not there do not move."""

    def __init__(self, place: F64, course: F64, speed: F64) -> None:
        self.place, self.course, self.speed = place, course, speed
        self.turn = np.zeros(len(speed))  # [rad/s]
        self.left_s = np.zeros(len(speed))  # until the next decision

    def decide(self, rng: np.random.Generator, *, is_straight: bool) -> None:
        """Who has come to the end of a leg begins another, a turn with probability 0.35."""
        n = len(self.speed)
        turns = rng.random(n) < 0.35
        rate = np.deg2rad(rng.uniform(1.0, 5.0, n)) * rng.choice([-1, 1], n)
        leg_s = np.where(turns, rng.uniform(12, 40, n), rng.uniform(30, 120, n))
        is_new = self.left_s <= 0
        self.turn = np.where(is_new, np.where(turns & (not is_straight), rate, 0.0), self.turn)
        self.left_s = np.where(is_new, leg_s, self.left_s)

    def fly(self, moving: npt.NDArray[np.bool_], step_s: float) -> None:
        """Move on along the chord of the turn."""
        self.course[moving] += self.turn[moving] * step_s
        chord = self.course[moving] - self.turn[moving] * step_s / 2
        self.place[moving, 0] += self.speed[moving] * np.cos(chord) * step_s
        self.place[moving, 1] += self.speed[moving] * np.sin(chord) * step_s
        self.left_s = self.left_s - np.where(moving, step_s, 0)

    def turn_home(self, moving: npt.NDArray[np.bool_], half_m: float) -> None:
        """Who reaches the edge of the area flies back to the middle for a minute."""
        out = moving & (np.abs(self.place) > half_m * 0.98).any(axis=1)
        self.course[out] = np.arctan2(-self.place[out, 1], -self.place[out, 0])
        self.turn[out] = 0.0
        self.left_s[out] = 60.0


def flights(rng: np.random.Generator, given: Recipe, birth: I64, death: I64, motion: Motion) -> F64:
    """Return the truth (scans, targets, 4). Straight flights go straight on over the edge of the area."""
    truth = np.full((given.n_scans, given.n_targets, 4), np.nan)
    for k in range(given.n_scans):
        alive = (k >= birth) & (k < death)
        truth[k, alive, :2] = motion.place[alive]
        truth[k, alive, 2] = motion.speed[alive] * np.cos(motion.course[alive])
        truth[k, alive, 3] = motion.speed[alive] * np.sin(motion.course[alive])
        for _ in range(STEPS_PER_SCAN):
            motion.decide(rng, is_straight=given.is_straight)
            motion.fly(alive, given.period_s / STEPS_PER_SCAN)
            if not given.is_straight:
                motion.turn_home(alive, given.side_m / 2)
    return truth


def look(rng: np.random.Generator, given: Recipe, place: F64) -> tuple[F64, F64, F64, I64]:
    """Return the plots of one scan in random order: places, covariances, range and azimuth, whose they are."""
    there = np.flatnonzero(~np.isnan(place[:, 0]))
    seen = there[rng.random(len(there)) < given.detection]
    n_false = rng.poisson(given.mean_clutter)
    half_m = given.side_m / 2
    true_xy = np.concatenate([place[seen], rng.uniform(-half_m, half_m, (n_false, 2))])
    measure = measured_polar if given.is_polar else measured_plane
    xy_m, cov_m2, polar = measure(rng, given, true_xy, len(seen))
    target = np.concatenate([seen, np.full(n_false, -1)])
    order = rng.permutation(len(target))
    return xy_m[order], cov_m2[order], polar[order], target[order]


def measured_plane(rng: np.random.Generator, given: Recipe, true_xy: F64, n_seen: int) -> tuple[F64, F64, F64]:
    """Return plots whose first `n_seen` carry the same noise along x and y."""
    xy = true_xy
    xy[:n_seen] += rng.normal(0, given.place_sd_m, (n_seen, 2))
    cov = np.tile(np.eye(2) * given.place_sd_m**2, (len(xy), 1, 1))
    return xy, cov, np.column_stack([np.hypot(xy[:, 0], xy[:, 1]), np.arctan2(xy[:, 1], xy[:, 0])])


def measured_polar(rng: np.random.Generator, given: Recipe, true_xy: F64, n_seen: int) -> tuple[F64, F64, F64]:
    """Return plots whose first `n_seen` carry the noise of range and azimuth.

    Converted without bias: exp(sd**2 / 2) undoes the mean shrinking of r cos(azimuth). Source: Mo, Song, Zhou, Sun,
    Bar-Shalom, Unbiased converted measurements for tracking, IEEE T-AES 34(3), 1998. Covariance to the first order.
    """
    sd_m, sd_rad = given.range_sd_m, given.azimuth_sd_rad
    r, azimuth = np.hypot(true_xy[:, 0], true_xy[:, 1]), np.arctan2(true_xy[:, 1], true_xy[:, 0])
    r[:n_seen] += rng.normal(0, sd_m, n_seen)
    azimuth[:n_seen] += rng.normal(0, sd_rad, n_seen)
    c, s = np.cos(azimuth), np.sin(azimuth)
    xy = np.column_stack([r * c, r * s]) * np.exp(sd_rad**2 / 2)
    along, across = sd_m**2, (r * sd_rad) ** 2
    cov = np.empty((len(r), 2, 2))
    cov[:, 0, 0] = along * c * c + across * s * s
    cov[:, 1, 1] = along * s * s + across * c * c
    cov[:, 0, 1] = cov[:, 1, 0] = (along - across) * c * s
    return xy, cov, np.column_stack([r, azimuth])


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    options.add_argument("name", help="cart_N200, polar_N50, hard_N50, cart_N200_straight, ...")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--out", help="write the arrays into this .npz file")
    given = options.parse_args()
    made = make(recipe(given.name, given.seed))
    alive = np.count_nonzero(~np.isnan(made.truth[:, :, 0])) / len(made.truth)
    size = f"{len(made.truth)} scans, {len(made.xy_m):,} plots, {alive:.1f} targets a scan"
    print(f"{given.name}, seed {given.seed}: {size}")
    if given.out:
        np.savez_compressed(given.out, allow_pickle=False, **made._asdict())


if __name__ == "__main__":
    main()
