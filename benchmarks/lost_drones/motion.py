"""A point that flies second by second: guided while its engine runs, then down to the ground.

x east, y north, height above the flat ground, all in metres; headings clockwise from north in radians.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from lost_drones.air import STEPS_MAX, Air, wandering
from lost_drones.crafts import Descent, Drawn

F64 = npt.NDArray[np.float64]
Conduct = Literal["straight", "jammed", "orbiting", "drift"]
LetDown = tuple[float, float, float]
"""From second to second, counted from the loss, down to a height [m]."""

BEFORE_S = 1_000
"""The flight is followed from so long before the moment at which it is to be lost, or a little earlier or later."""
WAYPOINT_M = 400_000.0
BANK_RAD = math.radians(30.0)
G_MPS2 = 9.81
LEVEL_MPS = 4.0


class Plan(Struct, frozen=True, kw_only=True):
    """What the flight is to be. Times count from the moment of the loss, paths are flown over ground after it.

    `begins_s`: when it goes astray or begins to circle. `turns`: so many, then on along `leaves_rad`; None: for ever.
    """

    conduct: Conduct
    course_rad: float
    begins_s: float = -math.inf
    radius_m: float = 0.0
    side: float = 1.0
    turns: float | None = None
    leaves_rad: float = 0.0
    power_ends_m: float
    let_down: LetDown | None = None


class Path(NamedTuple):
    """The flight second by second, the last point where it touches the ground: columns of one length.

    `wind_*` is the air that carried it to the next point, `is_powered` whether its engine still ran.
    """

    time_s: F64
    x_m: F64
    y_m: F64
    height_m: F64
    wind_x_mps: F64
    wind_y_mps: F64
    is_powered: npt.NDArray[np.bool_]

    def left_m(self) -> F64:
        """Return how much of the path over ground is still to be flown at each point."""
        steps = np.hypot(np.diff(self.x_m), np.diff(self.y_m))
        return np.append(np.cumsum(steps[::-1])[::-1], 0.0)

    def cut(self, first: int) -> "Path":
        """Return the part from a point on."""
        return Path(*(column[first:] for column in self))


class Pilot:
    """Where it heads while its engine runs."""

    def __init__(self, rng: np.random.Generator, plan: Plan, speed_mps: float) -> None:
        self.plan, self.speed_mps = plan, speed_mps
        self.waypoint = self._far_along(plan.course_rad, 0.0, 0.0)
        self.wander = wandering(rng, STEPS_MAX, math.radians(2.0), 120.0)
        self.astray = _astray(rng) if plan.conduct == "jammed" else None
        self.centre: tuple[float, float] | None = None
        self.turned_rad = 0.0
        self.is_through = False
        self.turn_max = G_MPS2 * math.tan(BANK_RAD) / max(speed_mps, 5.0)

    @staticmethod
    def _far_along(course_rad: float, x: float, y: float) -> tuple[float, float]:
        return x + WAYPOINT_M * math.sin(course_rad), y + WAYPOINT_M * math.cos(course_rad)

    def heading(self, k: int, place: tuple[float, float], heading: float, wind: tuple[float, float]) -> float:
        """Return the heading for the next second."""
        if k - BEFORE_S >= self.plan.begins_s:
            if self.astray is not None:
                return heading + float(self.astray[k])
            if self.plan.conduct == "orbiting" and not self.is_through:
                return self._toward(self._circling(place, heading), heading, wind)
        dx, dy = self.waypoint[0] - place[0], self.waypoint[1] - place[1]
        return self._toward(math.atan2(dx, dy) + float(self.wander[k]), heading, wind)

    def _toward(self, track: float, heading: float, wind: tuple[float, float]) -> float:
        """Turn towards the heading that holds a track over ground against the wind."""
        across = wind[0] * math.cos(track) - wind[1] * math.sin(track)
        wanted = track - math.asin(min(1.0, max(-1.0, across / self.speed_mps)))
        off = (wanted - heading + math.pi) % (2.0 * math.pi) - math.pi
        return heading + min(self.turn_max, max(-self.turn_max, off))

    def _circling(self, place: tuple[float, float], heading: float) -> float:
        """Return the track that leads onto the circle and along it."""
        plan = self.plan
        if self.centre is None:
            beside = heading + plan.side * math.pi / 2.0
            self.centre = (place[0] + plan.radius_m * math.sin(beside), place[1] + plan.radius_m * math.cos(beside))
        dx, dy = place[0] - self.centre[0], place[1] - self.centre[1]
        outside = (math.hypot(dx, dy) - plan.radius_m) / plan.radius_m
        self.turned_rad += self.speed_mps / plan.radius_m
        if plan.turns is not None and self.turned_rad > plan.turns * 2.0 * math.pi:
            self.is_through = True
            self.waypoint = self._far_along(plan.leaves_rad, *place)
        return math.atan2(dx, dy) + plan.side * (math.pi / 2.0 + math.atan(3.0 * outside))


def _astray(rng: np.random.Generator) -> F64:
    """Return the turns [rad] second by second of one that is lost: slow wandering, a bias, now and then loops."""
    rate = wandering(rng, STEPS_MAX, rng.uniform(0.05, 0.6), rng.uniform(30.0, 200.0)) + rng.normal(0.0, 0.05)
    k = int(rng.exponential(500.0))
    while k < STEPS_MAX:
        loop_dps = rng.choice([-1.0, 1.0]) * rng.uniform(2.0, 6.0)
        lasts_s = int(360.0 / abs(loop_dps) * rng.uniform(0.7, 3.0))
        rate[k : k + lasts_s] = loop_dps
        k += lasts_s + int(rng.exponential(500.0))
    return np.radians(rate)


def fly(rng: np.random.Generator, drawn: Drawn, plan: Plan, air: Air) -> Path:
    """Return the flight until it touches the ground."""
    pilot = Pilot(rng, plan, drawn.speed_mps)
    level = wandering(rng, STEPS_MAX, 0.03 * drawn.height_m, 300.0)
    trim = np.radians(wandering(rng, STEPS_MAX, 0.15, 60.0))  # nobody flies wings level for ever
    x = y = flown_m = 0.0
    z, heading, down_since = drawn.height_m, plan.course_rad, None
    ends_s = plan.power_ends_m / max(drawn.speed_mps, math.hypot(*air.mean(z)), 1.0)  # if before the loss
    rows: list[tuple[float, ...]] = []
    for k in range(STEPS_MAX):
        wind = air.at(k, z)
        if down_since is None and (k - BEFORE_S >= ends_s if ends_s < 0.0 else flown_m >= plan.power_ends_m):
            down_since = k
        rows.append((k - BEFORE_S, x, y, z, *wind, down_since is None))
        if z <= 0.0:
            break
        if down_since is None:
            z_next = _held(z, k, plan, drawn.height_m + level[k])
            if drawn.kind != "balloon":
                heading = pilot.heading(k, (x, y), heading, wind)
            vx, vy = _over_ground(drawn.speed_mps, heading, wind)
        else:
            heading += math.radians(drawn.descent.turn_dps) + (trim[k] if drawn.descent.manner == "glides" else 0.0)
            vx, vy, z_next = _down(drawn.descent, k - down_since, heading, wind, z)
        part = 1.0 if z_next >= 0.0 else z / (z - z_next)
        x, y, z = x + part * vx, y + part * vy, max(0.0, z_next)
        if k >= BEFORE_S:
            flown_m += math.hypot(vx, vy)
        if part < 1.0:
            rows.append((k - BEFORE_S + part, x, y, 0.0, *wind, False))
            break
    columns = np.array(rows).T
    return Path(*columns[:6], columns[6] > 0.5)


def _over_ground(airspeed_mps: float, heading: float, wind: tuple[float, float]) -> tuple[float, float]:
    return airspeed_mps * math.sin(heading) + wind[0], airspeed_mps * math.cos(heading) + wind[1]


def _held(z: float, k: int, plan: Plan, wanted_m: float) -> float:
    """Return the height a second later: towards the one wanted, along the let-down if there is one."""
    if plan.let_down is not None:
        begin_s, end_s, low_m = plan.let_down
        part = min(1.0, max(0.0, (k - BEFORE_S - begin_s) / (end_s - begin_s)))
        wanted_m = (1.0 - part) * wanted_m + part * low_m
    return z + min(LEVEL_MPS, max(-2.0 * LEVEL_MPS, wanted_m - z))


def _down(
    descent: Descent, since_s: int, heading: float, wind: tuple[float, float], z: float
) -> tuple[float, float, float]:
    """Return the speed over ground on the way down, east and north, and the height a second later."""
    if descent.holds_place:
        return 0.0, 0.0, z - descent.sink_mps
    airspeed, sink = descent.airspeed_mps, descent.sink_mps
    if descent.decay_s is not None:
        airspeed *= math.exp(-since_s / descent.decay_s)
        sink = min(sink, G_MPS2 * (since_s + 0.5))
    return *_over_ground(airspeed, heading, wind), z - sink
