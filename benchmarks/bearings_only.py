"""Targets found by directions alone, and ghosts: `python benchmarks/bearings_only.py [--seeds 20]`.

Ten acoustic nodes 4 km apart in two staggered lines (5 deg, 60 % detection within 4 km, one look in 2 s, a false
direction in every tenth look; sound takes its time) and two radio direction finders (2 deg, 25 km; in one of the
cases one of them is 60 deg wrong) watch one to four drones that cross the lines at the same time. A ghost is a
confirmed track with no drone within 1 km nor within three standard deviations.
"""

import argparse
import math
from dataclasses import dataclass, field
from multiprocessing import Pool

import numpy as np

from bearings_watch import F64, SOUND_MPS, Site, Target, Watch
from sargas.fuse.crossing import Births
from sargas.kernels.directions import FREE, SENSOR, TIME

DEG = math.pi / 180.0
LASTS_S = 420.0
CASES = ("ears", "ears and finders", "one finder 60 deg off")


def sites_of(case: str) -> list[Site]:
    ears = [
        Site(4_000.0 * i + 2_000.0 * row, 3_464.0 * row, 5.0 * DEG, 4_000.0, 0.6, 0.1, 2.0, True)
        for row in range(2)
        for i in range(5)
    ]
    if case == "ears":
        return ears
    bias = 60.0 * DEG if case == "one finder 60 deg off" else 0.0
    return [
        *ears,
        Site(-3_000.0, -3_000.0, 2.0 * DEG, 25_000.0, 0.6, 0.05, 2.0, False),
        Site(21_000.0, -3_000.0, 2.0 * DEG, 25_000.0, 0.6, 0.05, 2.0, False, bias),
    ]


@dataclass(frozen=True)
class Drone:
    """Flies straight, then turns once at a steady rate: place and velocity at a time."""

    place: F64
    velocity: F64
    turn_at_s: float
    turn_rps: float
    turn_s: float

    def at(self, t: float) -> tuple[F64, F64]:
        before = min(t, self.turn_at_s)
        p, v = self.place + self.velocity * before, self.velocity
        during = min(max(t - self.turn_at_s, 0.0), self.turn_s)
        if during > 0.0:
            a = self.turn_rps * during
            s, c = math.sin(a), math.cos(a)
            p = p + np.array([s * v[0] - (1 - c) * v[1], (1 - c) * v[0] + s * v[1]]) / self.turn_rps
            v = np.array([c * v[0] - s * v[1], s * v[0] + c * v[1]])
        return p + v * max(t - self.turn_at_s - self.turn_s, 0.0), v


def drones(rng: np.random.Generator, n: int) -> list[Drone]:
    made = []
    for _ in range(n):
        speed, course = rng.uniform(25.0, 55.0), rng.uniform(140.0, 220.0) * DEG
        place = np.array([rng.uniform(2_000.0, 16_000.0), rng.uniform(9_000.0, 12_000.0)])
        velocity = speed * np.array([math.sin(course), math.cos(course)])
        turn_rps = rng.choice([-1.0, 1.0]) * rng.uniform(0.01, 0.03)
        made.append(Drone(place, velocity, rng.uniform(60.0, 240.0), turn_rps, rng.uniform(10.0, 30.0)))
    return made


def noticed(site: Site, drone: Drone, t: float) -> F64:
    """Return from where a drone is noticed at a time: where it was when its sound left it."""
    here = np.array([site.x, site.y])
    place = drone.at(t)[0]
    if site.is_sound:
        for _ in range(20):
            place = drone.at(t - float(np.hypot(*(place - here))) / SOUND_MPS)[0]
    return place - here


def look(rng: np.random.Generator, site: Site, flying: list[Drone], t: float) -> list[tuple[float, int]]:
    """Return the directions of one look, each with the number of the drone that made it, -1 if none did."""
    found = []
    for k, drone in enumerate(flying):
        d = noticed(site, drone, t)
        if np.hypot(*d) <= site.reach_m and rng.random() < site.p_detect:
            found.append((math.atan2(d[0], d[1]) + site.bias_rad + rng.normal() * site.sd_rad, k))
    found += [(rng.uniform(-math.pi, math.pi), -1) for _ in range(rng.poisson(site.clutter))]
    return [found[i] for i in rng.permutation(len(found))]


@dataclass
class Score:
    """What one run, or many, came to; lists hold one number a case."""

    wanted: int = 0
    started: int = 0
    delays_s: list[float] = field(default_factory=list)
    ghosts: int = 0
    ghost_s: float = 0.0
    errors_m: list[float] = field(default_factory=list)
    covered_s: float = 0.0
    hours: float = 0.0
    births: int = 0
    birth_errors_m: list[float] = field(default_factory=list)
    nees: list[float] = field(default_factory=list)
    nees_state: list[float] = field(default_factory=list)
    births_us: list[float] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class Judge:
    """Who knows the truth: looks at the births as they come and at the picture every second."""

    sites: list[Site]
    flying: list[Drone]
    score: Score = field(default_factory=Score)
    origins: list[int] = field(default_factory=list)  # who made each of the rows that the filter remembers
    since: dict[int, float] = field(default_factory=dict)  # when two nodes could first hear a drone
    within_s: dict[int, float] = field(default_factory=dict)  # how long two nodes could
    begun: dict[int, float] = field(default_factory=dict)
    judged: set[int] = field(default_factory=set)

    def follow(self, kept: F64, watch: Watch, new: list[int]) -> None:
        stays = (kept[:, TIME] >= watch.now_s - watch.settings.window_s) & (kept[:, FREE] >= watch.settings.born_min)
        left = [k for k, stay in zip(self.origins, stays, strict=True) if stay] + new
        self.origins = left[len(left) - watch.n_rows :]

    def births(self, births: Births, watch: Watch, known: list[F64]) -> None:
        """Judge the births of drones that nothing follows yet: later ones are of what the filter holds to be odd."""
        self.score.births += len(births.existence)
        for k in range(len(births.existence)):
            rows = [row for row in births.used[k] if row >= 0]
            made_by = {self.origins[row] for row in rows}
            if (
                len(made_by) > 1
                or -1 in made_by
                or any(watch.sites[int(watch.rows[r, SENSOR])].bias_rad for r in rows)
            ):
                continue
            p, v = self.flying[made_by.pop()].at(float(births.time_s[k]))
            if any(np.hypot(*(place - p)) < 2_000.0 for place in known):
                continue
            d = births.state[k] - np.array([p[0], v[0], p[1], v[1]])
            self.score.birth_errors_m.append(float(np.hypot(d[0], d[2])))
            self.score.nees.append(distance2(d[[0, 2]], births.cov[k][np.ix_([0, 2], [0, 2])]))
            self.score.nees_state.append(distance2(d, births.cov[k]))

    def picture(self, confirmed: list[Target], ahead_s: float, t: float) -> None:
        places = [target.x[[0, 2]] + target.x[[1, 3]] * ahead_s for target in confirmed]
        covs = [target.P[np.ix_([0, 2], [0, 2])] for target in confirmed]
        is_near = np.zeros(len(confirmed), bool)
        for k, drone in enumerate(self.flying):
            p, _ = drone.at(t)
            off = np.array([np.hypot(*(place - p)) for place in places])
            far = np.array([distance2(place - p, cov) for place, cov in zip(places, covs, strict=True)])
            is_near |= (off <= 1_000.0) | (far <= 9.0)
            least = float(off.min(initial=math.inf))
            if least <= 1_000.0:
                self.begun.setdefault(k, t)
            if sum(s.is_sound and np.hypot(s.x - p[0], s.y - p[1]) <= s.reach_m for s in self.sites) >= 2:
                self.since.setdefault(k, t)
                self.within_s[k] = self.within_s.get(k, 0.0) + 1.0
                self.score.covered_s += 1.0
                if least <= 1_000.0:
                    self.score.errors_m.append(least)
        for target, good in zip(confirmed, is_near, strict=True):
            self.score.ghost_s += not good
            if target.number not in self.judged:
                self.judged.add(target.number)
                self.score.ghosts += not good

    def conclude(self) -> Score:
        """Return the score; a drone counts if two nodes could hear it for 20 s."""
        for k, lasted_s in sorted(self.within_s.items()):
            if lasted_s >= 20.0:
                self.score.wanted += 1
                if k in self.begun:
                    self.score.started += 1
                    self.score.delays_s.append(max(self.begun[k] - self.since[k], 0.0))
        return self.score


def distance2(d: F64, cov: F64) -> float:
    return float(d @ np.linalg.solve(cov, d))


def run(case: str, n_drones: int, seed: int) -> Score:
    rng = np.random.default_rng([seed, n_drones, CASES.index(case)])
    sites = sites_of(case)
    judge = Judge(sites, drones(rng, n_drones))
    watch = Watch(sites)
    looks = sorted(
        (float(t), s)
        for s, site in enumerate(sites)
        for t in np.arange(rng.uniform(0.0, site.look_s), LASTS_S, site.look_s)
    )
    second = 1.0
    for t, s in looks:
        found = look(rng, sites[s], judge.flying, t)
        kept = watch.rows[: watch.n_rows].copy()
        known = [target.x[[0, 2]] for target in watch.targets if target.existence > 0.1]
        births = watch.take(t, s, [azimuth for azimuth, _ in found])
        judge.follow(kept, watch, [k for _, k in found])
        judge.births(births, watch, known)
        while second <= t:
            judge.picture([one for one in watch.targets if one.is_confirmed], second - watch.now_s, second)
            second += 1.0
    judge.score.births_us, judge.score.hours = watch.births_us, LASTS_S / 3_600.0
    return judge.conclude()


def one(arguments: tuple[str, int, int]) -> Score:
    return run(*arguments)


def table(n_seeds: int, first: int, processes: int) -> None:
    print(
        "  drones  started  after s (90 %)  held   rms m  ghosts/h  ghost s/h  births/h  birth m  NEES2  NEES4   us"
    )
    with Pool(processes) as pool:
        for case in CASES:
            print(case)
            for n in range(1, 5):
                whole = Score()
                for score in pool.map(one, [(case, n, seed) for seed in range(first, first + n_seeds)]):
                    whole.add(score)
                print(line(n, whole), flush=True)


def line(n: int, score: Score) -> str:
    delays, errors = np.array(score.delays_s or [math.nan]), np.array(score.errors_m or [math.nan])
    return (
        f"  {n:6d} {score.started:4d}/{score.wanted:<4d} {np.median(delays):5.0f} {np.quantile(delays, 0.9):5.0f}"
        f"     {len(score.errors_m) / max(score.covered_s, 1.0):6.0%} {math.sqrt(np.mean(errors**2)):7.0f}"
        f" {score.ghosts / score.hours:9.2f} {score.ghost_s / score.hours:10.0f} {score.births / score.hours:9.0f}"
        f" {np.median(score.birth_errors_m or [math.nan]):8.0f} {np.mean(score.nees or [math.nan]):6.2f}"
        f" {np.mean(score.nees_state or [math.nan]):6.2f} {np.mean(score.births_us):4.0f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    table(chosen.seeds, chosen.first, chosen.processes)
