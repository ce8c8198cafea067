"""What searchers do today, with nothing but a last point and a last course: how much they search before they find it.

Each is dealt with kindly: whatever was swept is swept once and misses nothing, and where something cannot be farther
than `reach_m`, the searcher knows that. Points are x east and y north [m] in an equal-area plane.
"""

import math
from typing import Protocol

import numpy as np
from msgspec import Struct, structs

from sargas.model.units import NAUTICAL_MILE_M as NM

REACH_M = 60_000.0
N_SLICES = 4_000
NO_STAGE = (0.0, 0.0)

Point = tuple[float, float]


class Baseline(Protocol):
    """A way to search about a last point."""

    def area_before_find_m2(self, last: Point, velocity_mps: Point, truth: Point) -> float:
        """Return how much ground is searched until the truth is reached."""


class Circle(Struct, frozen=True):
    """A circle about the last point that grows."""

    def area_before_find_m2(self, last: Point, velocity_mps: Point, truth: Point) -> float:  # noqa: ARG002
        """Return pi r^2."""
        return math.pi * math.dist(last, truth) ** 2


class Sector(Struct, frozen=True):
    """Last course and range ring: a sector about the course from the point out to the ring, then the rest of it."""

    half_deg: float = 30.0
    reach_m: float = REACH_M

    def area_before_find_m2(self, last: Point, velocity_mps: Point, truth: Point) -> float:
        """Return the part of the sector, or all of it and the part of the rest; beyond the ring all within."""
        r, half = math.dist(last, truth), math.radians(self.half_deg)
        if r > self.reach_m:
            return math.pi * r * r
        along, across = along_across(last, velocity_mps, truth)
        if abs(math.atan2(across, along)) <= half:
            return half * r * r
        return half * self.reach_m**2 + (math.pi - half) * r * r


class Strip(Struct, frozen=True):
    """A strip along the last course from the point out to the reach, wider with the distance, in several stages.

    `stages` are half widths: metres at the last point, and metres more for each metre along. At both ends a stage
    goes on for as far as it is wide there. Each is swept outwards (as a creeping line search does), or as one area in
    which the find comes halfway on average, and only where the one before it was not. What lies beyond the last stage
    is found by a circle about the last point.
    """

    stages: tuple[tuple[float, float], ...]
    is_outwards: bool = True
    reach_m: float = REACH_M

    def area_before_find_m2(self, last: Point, velocity_mps: Point, truth: Point) -> float:
        """Return the stages that were in vain, and the part of the one that was not."""
        along, across = along_across(last, velocity_mps, truth)
        in_vain = NO_STAGE
        for stage in self.stages:
            if self._holds(stage, along, across):
                done = self._area_m2(in_vain, math.inf)
                if not self.is_outwards:
                    return 0.5 * (done + self._area_m2(stage, math.inf))
                return done + self._area_m2(stage, along) - self._area_m2(in_vain, along)
            in_vain = stage
        return self._area_m2(in_vain, math.inf) + self._circle_beside_m2(in_vain, math.dist(last, truth))

    def _ends(self, stage: tuple[float, float]) -> tuple[float, float]:
        base, growth = stage
        return -base, self.reach_m + base + growth * self.reach_m

    def _holds(self, stage: tuple[float, float], along: float, across: float) -> bool:
        near, far = self._ends(stage)
        base, growth = stage
        return near <= along <= far and abs(across) <= base + growth * min(max(along, 0.0), self.reach_m)

    def _area_m2(self, stage: tuple[float, float], along: float) -> float:
        """Return the area of a stage as far as it lies before a point along the course: a box, a trapezium, a box."""
        base, growth = stage
        near, far = self._ends(stage)
        behind = min(max(along, near), 0.0) - near
        between = min(max(along, 0.0), self.reach_m)
        beyond = min(max(along, self.reach_m), far) - self.reach_m
        widest = base + growth * self.reach_m
        return 2.0 * base * behind + (2.0 * base + growth * between) * between + 2.0 * widest * beyond

    def _circle_beside_m2(self, stage: tuple[float, float], radius_m: float) -> float:
        """Return what a circle about the last point has outside a stage, counted in slices across the course."""
        near, far = self._ends(stage)
        base, growth = stage
        along = (np.arange(N_SLICES) + 0.5) / N_SLICES * 2.0 * radius_m - radius_m
        half = np.where((near <= along) & (along <= far), base + growth * np.clip(along, 0.0, self.reach_m), 0.0)
        free = np.maximum(0.0, np.sqrt(radius_m**2 - along**2) - half)
        return float(2.0 * free.sum() * 2.0 * radius_m / N_SLICES)


def along_across(last: Point, velocity_mps: Point, truth: Point) -> tuple[float, float]:
    """Return how far the truth lies along the last course and across it [m], to the right positive."""
    speed = math.hypot(*velocity_mps)
    east, north = (velocity_mps[0] / speed, velocity_mps[1] / speed) if speed > 0.0 else (0.0, 1.0)
    dx, dy = truth[0] - last[0], truth[1] - last[1]
    return dx * east + dy * north, dx * north - dy * east


RADAR_FIX_M = 1.0 * NM
"""Error of a radar fix. Source: IAMSAR Manual, Vol. II, Appendix N, table of navigational fix errors."""
DEAD_RECKONING = 0.15
"""Error for each metre flown since the fix, single-engine aircraft. Source: the same, table of dead reckoning errors;
the two add up to the probable error of position E."""
SEARCH_FACTORS = (1.1, 1.6, 2.0, 2.3, 2.5)
"""Half width in units of E of the first to the fifth search. Source: the search radius of the older edition and of
national manuals after it (Australia, National Search and Rescue Manual)."""
TRACK_LINE_M = (10.0 * NM, 15.0 * NM)
"""An overdue aircraft: 10 NM either side of its track, then 15. Source: Transport Canada, Aviation Safety Letter
4/2001, CSAD 1 and 2; Civil Air Patrol, Mission Aircrew Reference Text, probability area three: 10 miles."""

DATUM_LINE = tuple((factor * RADAR_FIX_M, factor * DEAD_RECKONING) for factor in SEARCH_FACTORS)

BASELINES: dict[str, Circle | Sector | Strip] = {
    "circle": Circle(),
    "course and ring": Sector(),
    "IAMSAR datum line": Strip(DATUM_LINE, is_outwards=False),
    "the same, outwards": Strip(DATUM_LINE),
    "10 NM of the track": Strip(tuple((half_m, 0.0) for half_m in TRACK_LINE_M)),
}


def with_reach(reach_m: float) -> dict[str, Baseline]:
    """Return the baselines for something that cannot be farther off than this."""
    return {
        name: one if isinstance(one, Circle) else structs.replace(one, reach_m=reach_m)
        for name, one in BASELINES.items()
    }


def areas_m2(reach_m: float, last: Point, velocity_mps: Point, truth: Point) -> dict[str, float]:
    """Return what each baseline searches before the find."""
    return {name: one.area_before_find_m2(last, velocity_mps, truth) for name, one in with_reach(reach_m).items()}
