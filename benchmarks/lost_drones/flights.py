"""One lost drone from a seed: how it flew, what the radar made of it, what people heard, and where it lies.

Seeds 1 to 600 are the test, those from 1,000 on are for tuning.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from msgspec import Struct, structs

from lost_drones.air import Air
from lost_drones.crafts import CRAFTS, Descent, Drawn, draw, kind_of
from lost_drones.motion import Conduct, LetDown, Path, Plan, fly
from lost_drones.people import heard
from lost_drones.radar import Reason, Watched, look_of, loses, place, watched
from sargas.model.search import Clue, Loss, SearchSettings, SearchState, Watching, Wind
from sargas.model.sensor import Sensor
from sargas.model.track import Track
from sargas.model.units import DAY_S
from sargas.search.plane import EqualArea

EPOCH_S = 1_753_660_800.0
SEEN_S = (180.0, 600.0)
DECLARED_AFTER_S = 30.0
SEARCH_AFTER_S = 3_600.0
LET_DOWN_M = 20.0
PLACES_TRIED = 30
FLIGHTS_TRIED, KINDS_TRIED = 50, 20
CONDUCTS: dict[Conduct, float] = {"straight": 0.4, "jammed": 0.35, "orbiting": 0.25}


class Flight(Struct, frozen=True, kw_only=True):
    """A flight, what is known of it, and the truth.

    `path` begins where the radar began to see it, in the plane about `lat0_deg, lon0_deg`. `lost` is its point at the
    last report, `lost_m` the path over ground that was flown after it. The truth is the end.
    """

    seed: int
    kind: str
    conduct: str
    cause: str
    manner: str
    reason: str
    glide_ratio: float
    path: Path
    lost: int
    lost_m: float
    lat0_deg: float
    lon0_deg: float
    track: Track
    sensor: Sensor
    state: SearchState
    end_lat_deg: float
    end_lon_deg: float
    end_s: float

    @property
    def now_s(self) -> float:
        """When somebody asks where to look."""
        return self.end_s + SEARCH_AFTER_S

    @property
    def has_height(self) -> bool:
        """Whether the radar told heights."""
        return self.track.alt_wgs84_m is not None


@lru_cache(maxsize=1_000)
def flight(seed: int) -> Flight:
    """Return the flight of a seed: the first that can be as it was drawn.

    Raises:
        RuntimeError: none could be made.
    """
    rng = np.random.default_rng(seed)
    for _ in range(KINDS_TRIED):
        kind = kind_of(rng)
        wanted: Reason = "dropped" if rng.random() < 1.0 / 3.0 else "range" if rng.random() < 0.6 else "horizon"
        wanted_m = float(rng.uniform(*CRAFTS[kind].lost_m))
        for _ in range(FLIGHTS_TRIED):
            found = _tried(rng, seed, draw(rng, kind), wanted, wanted_m)
            if found is not None:
                return found
    raise RuntimeError(f"seed {seed}: no flight fits")


class _Made(NamedTuple):
    drawn: Drawn
    plan: Plan
    air: Air
    reason: Reason


def _tried(rng: np.random.Generator, seed: int, drawn: Drawn, wanted: Reason, wanted_m: float) -> Flight | None:
    """Return a flight if it is lost for the reason wanted, once and for good, and far enough from its end."""
    air, seen_s = Air(rng, CRAFTS[drawn.kind].wind_mps), int(rng.uniform(*SEEN_S))
    drawn, let_down = _dropping(rng, drawn, air, wanted_m) if wanted == "dropped" else (drawn, None)
    plan = plan_of(rng, drawn, air, wanted_m, let_down, may_circle_seen=wanted == "dropped")
    path = fly(rng, drawn, plan, air)
    meant = _meant(rng, path, plan, wanted_m)
    if path.height_m[-1] > 0.0 or not seen_s + 60 <= meant < path.time_s.size - 1:
        return None
    is_near = drawn.kind == "quadcopter"
    look = look_of(rng, is_near=is_near)
    for _ in range(PLACES_TRIED):
        site = place(rng, path, meant, wanted, (4_000.0, 15_000.0) if is_near else (20_000.0, 60_000.0))
        last = None if site is None else loses(site, path, meant, seen_s)
        if site is not None and last is not None:
            where = EqualArea(float(rng.uniform(54.4, 55.8)), float(rng.uniform(22.5, 25.8)))
            began_s = EPOCH_S + float(rng.uniform(0.0, DAY_S))
            seen = watched(rng, path.cut(last - seen_s), site, look, (where, began_s))
            return None if seen is None else _known(rng, seed, seen, _Made(drawn, plan, air, wanted))
    return None


def _dropping(rng: np.random.Generator, drawn: Drawn, air: Air, lost_m: float) -> tuple[Drawn, LetDown | None]:
    """Return how it comes to sink out of sight so far from its end: gliding, leaking, or going on low down."""
    drift_mps = math.hypot(*air.mean(drawn.height_m))
    if _down_m(drawn, drawn.height_m, drift_mps) >= lost_m:
        return drawn, None
    if drawn.kind == "balloon":
        sink_mps = 0.8 * drift_mps * drawn.height_m / (lost_m * float(rng.uniform(1.05, 2.0)))
        leaks = Descent(manner="sinks", sink_mps=sink_mps)
        return structs.replace(drawn, cause="exhaustion", descent=leaks), None
    low_m = max(CRAFTS[drawn.kind].low_m, float(rng.uniform(0.15, 0.5)) * drawn.height_m)
    half_s = 0.5 * abs(drawn.height_m - low_m) / float(rng.uniform(1.5, 4.0))
    return drawn, (-half_s, half_s, low_m)


def plan_of(
    rng: np.random.Generator,
    drawn: Drawn,
    air: Air,
    lost_m: float,
    let_down: LetDown | None,
    *,
    may_circle_seen: bool,
) -> Plan:
    """Return what the flight is to be, such that about `lost_m` of it are left when it is lost."""
    course = float(rng.uniform(0.0, 2.0 * math.pi))
    ends_at_m = let_down[2] if let_down else drawn.height_m
    powered_m = lost_m - _down_m(drawn, ends_at_m, math.hypot(*air.mean(ends_at_m)))
    if drawn.kind == "balloon":
        return Plan(conduct="drift", course_rad=course, power_ends_m=powered_m)
    conduct = list(CONDUCTS)[int(rng.choice(len(CONDUCTS), p=list(CONDUCTS.values())))]
    begins_s = float(rng.uniform(0.05, 0.7)) * powered_m / drawn.speed_mps
    may_begin_seen = may_circle_seen or conduct == "jammed"  # a circle at the edge of the coverage is seen again
    if powered_m < 0.2 * lost_m or (may_begin_seen and rng.random() < 0.5):
        begins_s = -float(rng.uniform(120.0, 900.0))
    return Plan(
        conduct=conduct, course_rad=course, begins_s=begins_s, side=float(rng.choice([-1.0, 1.0])),
        radius_m=drawn.speed_mps * float(rng.uniform(12.0, 60.0)),
        turns=None if rng.random() < 0.6 else float(rng.uniform(1.0, 8.0)),
        leaves_rad=float(rng.uniform(0.0, 2.0 * math.pi)), power_ends_m=powered_m, let_down=let_down,
    )  # fmt: skip


def _down_m(drawn: Drawn, height_m: float, drift_mps: float) -> float:
    """Return about how far over ground it still goes once its power has ended."""
    descent = drawn.descent
    if descent.airspeed_mps == 0.0 and not descent.holds_place:
        return 0.8 * drift_mps * height_m / descent.sink_mps
    return descent.reach_m(height_m)


def _meant(rng: np.random.Generator, path: Path, plan: Plan, lost_m: float) -> int:
    """Return the point at which it is to be lost: on the way down in a let-down, else so far before the end."""
    if plan.let_down is not None:
        begin_s, end_s, low_m = plan.let_down
        if path.height_m[0] - low_m < LET_DOWN_M:
            return 0
        return int(np.searchsorted(path.time_s, rng.uniform(begin_s, end_s)))
    return int(np.searchsorted(-path.left_m(), -lost_m))


def _known(rng: np.random.Generator, seed: int, seen: Watched, made: _Made) -> Flight | None:
    """Return the flight with what the searcher knows; None if it was lost too near its end or too far from it."""
    drawn, lost_m = made.drawn, float(seen.path.left_m()[seen.lost])
    low_m, high_m = CRAFTS[drawn.kind].lost_m
    if not low_m <= lost_m <= high_m:
        return None
    kinds = {str(drawn.kind): 1.0} if rng.random() < 0.5 else {}
    wind = made.air.told(rng) if rng.random() < 0.5 else None
    return as_flight(
        seen, lost_m, state_of(seen, kinds, wind, heard(rng, seen)), seed=seed, kind=drawn.kind,
        conduct=made.plan.conduct, cause=drawn.cause, manner=drawn.descent.manner, reason=made.reason,
        glide_ratio=drawn.glide_ratio,
    )  # fmt: skip


def state_of(seen: Watched, kinds: dict[str, float], wind: Wind | None, clues: tuple[Clue, ...]) -> SearchState:
    """Return what the journal would say of the search."""
    track = seen.track
    loss = Loss(
        track=track,
        declared_s=track.last_report_s + DECLARED_AFTER_S,
        path=seen.trail,
        watching=(Watching(sensor=seen.sensor.id, from_s=track.last_report_s),),
    )
    settings = SearchSettings(kinds=kinds, wind=wind)
    return SearchState(losses=(loss,), clues=clues, settings=settings, changed_s=loss.declared_s)


def as_flight(
    seen: Watched, lost_m: float, state: SearchState, *, seed: int, kind: str, conduct: str, cause: str,
    manner: str, reason: str, glide_ratio: float,
) -> Flight:  # fmt: skip
    """Return a flight that ends where its path does."""
    path, plane = seen.path, seen.plane
    ((lon, lat),) = plane.lonlat(np.array([[path.x_m[-1], path.y_m[-1]]])).tolist()
    return Flight(
        seed=seed, kind=kind, conduct=conduct, cause=cause, manner=manner, reason=reason, glide_ratio=glide_ratio,
        path=path, lost=seen.lost, lost_m=lost_m, lat0_deg=plane.lat_deg, lon0_deg=plane.lon_deg, track=seen.track,
        sensor=seen.sensor, state=state, end_lat_deg=lat, end_lon_deg=lon,
        end_s=seen.began_s + float(path.time_s[-1] - path.time_s[0]),
    )  # fmt: skip
