"""What flies: plausible figures of six kinds, from what was published about them, and how each comes down.

They are the benchmark's own on purpose and wider than any one source: the search is not to be measured against its
own table. Speeds are airspeeds. Glide ratios are distance per height with the propeller standing still.
"""

import math
from typing import Literal

import numpy as np
from msgspec import Struct

Kind = Literal["gerbera", "shahed", "orlan", "male", "balloon", "quadcopter"]
Cause = Literal["failure", "exhaustion"]
Manner = Literal["glides", "turns", "spirals", "falls", "lands", "parachute", "hovers", "sinks"]
"""How it comes down: wings level, in a slow turn, in a spiral, steeply, by a landing program, under a parachute,
straight down on its rotors, with the wind."""
Span = tuple[float, float]


class Craft(Struct, frozen=True, kw_only=True):
    """The figures of a kind, lowest and highest: `low_m` is the lowest it goes on at, `wind_mps` what it flies in.

    `lost_m`: the path over ground left when the radar loses it. `failure, exhaustion`: shares of the manners.
    """

    share: float
    speed_mps: Span
    glide_mps: Span
    glide_ratio: Span
    fall_mps: Span
    height_m: Span
    low_m: float = 50.0
    wind_mps: Span = (0.0, 15.0)
    lost_m: Span = (2_000.0, 60_000.0)
    failure: dict[Manner, float]
    exhaustion: dict[Manner, float]


FAILS: dict[Manner, float] = {"glides": 0.45, "turns": 0.25, "spirals": 0.2, "falls": 0.1}

CRAFTS: dict[Kind, Craft] = {
    "gerbera": Craft(
        share=0.3, speed_mps=(28.0, 44.0), glide_mps=(23.0, 31.0), glide_ratio=(5.5, 10.0), fall_mps=(35.0, 60.0),
        height_m=(60.0, 2_500.0), failure=FAILS,
        exhaustion={"lands": 0.5, "glides": 0.25, "turns": 0.15, "falls": 0.1},
    ),
    "shahed": Craft(
        share=0.2, speed_mps=(40.0, 52.0), glide_mps=(38.0, 50.0), glide_ratio=(4.0, 7.5), fall_mps=(60.0, 100.0),
        height_m=(60.0, 3_000.0), failure=FAILS,
        exhaustion={"glides": 0.35, "turns": 0.15, "spirals": 0.1, "falls": 0.4},
    ),
    "orlan": Craft(
        share=0.15, speed_mps=(25.0, 40.0), glide_mps=(21.0, 27.0), glide_ratio=(8.0, 13.0), fall_mps=(35.0, 60.0),
        height_m=(300.0, 3_000.0), failure={"glides": 0.3, "turns": 0.2, "spirals": 0.1, "parachute": 0.4},
        exhaustion={"parachute": 0.6, "glides": 0.25, "turns": 0.15},
    ),
    "male": Craft(
        share=0.1, speed_mps=(35.0, 60.0), glide_mps=(32.0, 42.0), glide_ratio=(12.0, 20.0), fall_mps=(60.0, 110.0),
        height_m=(500.0, 3_000.0), failure=FAILS,
        exhaustion={"glides": 0.55, "turns": 0.25, "lands": 0.2},
    ),
    "balloon": Craft(
        share=0.15, speed_mps=(0.0, 0.0), glide_mps=(0.0, 0.0), glide_ratio=(0.0, 0.0), fall_mps=(5.0, 9.0),
        height_m=(300.0, 5_000.0), wind_mps=(3.0, 15.0), failure={"falls": 1.0}, exhaustion={"sinks": 1.0},
    ),
    "quadcopter": Craft(
        share=0.1, speed_mps=(8.0, 18.0), glide_mps=(0.0, 0.0), glide_ratio=(0.0, 0.0), fall_mps=(12.0, 25.0),
        height_m=(30.0, 300.0), low_m=15.0, wind_mps=(0.0, 9.0), lost_m=(300.0, 8_000.0),
        failure={"falls": 0.8, "hovers": 0.2}, exhaustion={"hovers": 0.85, "falls": 0.15},
    ),
}  # fmt: skip
"""Gerbera: a foam decoy with a small petrol engine, some 160 km/h at most; said to land itself. Shahed-136: about
185 km/h. Orlan-10: 90 to 150 km/h, recovered by parachute. MALE: the class of Bayraktar TB2 and Forpost. Balloon:
those of cigarette smugglers. Quadcopter: consumer and first-person-view drones."""


class Descent(Struct, frozen=True, kw_only=True):
    """How it comes down: airspeed (level), sink, turn; `decay_s`: its way dies away; or it holds its place."""

    manner: Manner
    airspeed_mps: float = 0.0
    sink_mps: float
    turn_dps: float = 0.0
    decay_s: float | None = None
    holds_place: bool = False

    def reach_m(self, height_m: float) -> float:
        """Return how far it flies through the air on the way down."""
        if self.decay_s is not None:
            return self.airspeed_mps * self.decay_s
        return self.airspeed_mps * height_m / self.sink_mps


class Drawn(Struct, frozen=True, kw_only=True):
    """One aircraft: its own speed and height, and how it will come down."""

    kind: Kind
    speed_mps: float
    height_m: float
    cause: Cause
    glide_ratio: float
    descent: Descent


def kind_of(rng: np.random.Generator) -> Kind:
    """Return a kind by the shares."""
    names = list(CRAFTS)
    return names[int(rng.choice(len(names), p=[craft.share for craft in CRAFTS.values()]))]


def draw(rng: np.random.Generator, kind: Kind) -> Drawn:
    """Return an aircraft; heights are as often between 100 and 200 m as between 1,000 and 2,000 m."""
    craft = CRAFTS[kind]
    cause: Cause = "failure" if rng.random() < 0.5 else "exhaustion"
    shares = craft.failure if cause == "failure" else craft.exhaustion
    manner = list(shares)[int(rng.choice(len(shares), p=list(shares.values())))]
    height_m = math.exp(rng.uniform(*np.log(craft.height_m)))
    speed_mps, glide_ratio = float(rng.uniform(*craft.speed_mps)), float(rng.uniform(*craft.glide_ratio))
    return Drawn(
        kind=kind, speed_mps=speed_mps, height_m=height_m, cause=cause, glide_ratio=glide_ratio,
        descent=descent_of(rng, kind, manner, speed_mps, glide_ratio),
    )  # fmt: skip


def descent_of(rng: np.random.Generator, kind: Kind, manner: Manner, speed_mps: float, ratio: float) -> Descent:
    """Return the figures of a manner of coming down."""
    craft, side = CRAFTS[kind], float(rng.choice([-1.0, 1.0]))
    glide_mps = float(rng.uniform(*craft.glide_mps))
    if manner == "glides":
        return Descent(manner=manner, airspeed_mps=glide_mps, sink_mps=glide_mps / ratio)
    if manner == "turns":
        turn = side * rng.uniform(0.3, 2.5)
        return Descent(manner=manner, airspeed_mps=glide_mps, sink_mps=glide_mps / ratio, turn_dps=turn)
    if manner == "spirals":  # banked 30 to 55 degrees it sinks up to half as fast again, and faster
        turn, steeper = side * rng.uniform(6.0, 15.0), rng.uniform(1.2, 2.0)
        return Descent(manner=manner, airspeed_mps=glide_mps, sink_mps=steeper * glide_mps / ratio, turn_dps=turn)
    if manner == "lands":
        turn = side * math.degrees(glide_mps / rng.uniform(250.0, 700.0)) if rng.random() < 0.5 else 0.0
        return Descent(manner=manner, airspeed_mps=glide_mps, sink_mps=rng.uniform(2.5, 4.5), turn_dps=turn)
    if manner == "parachute":
        return Descent(manner=manner, sink_mps=rng.uniform(4.5, 7.5))
    if manner == "sinks":
        return Descent(manner=manner, sink_mps=rng.uniform(1.0, 3.5))
    if manner == "hovers":
        return Descent(manner=manner, sink_mps=rng.uniform(1.5, 3.5), holds_place=True)
    return falling(rng, kind, speed_mps)


def falling(rng: np.random.Generator, kind: Kind, speed_mps: float) -> Descent:
    """Return a fall: wings dive at 45 to 85 degrees, a quadcopter tumbles on for some seconds, a payload drops."""
    fall_mps = float(rng.uniform(*CRAFTS[kind].fall_mps))
    if kind in {"quadcopter", "balloon"}:
        return Descent(manner="falls", airspeed_mps=speed_mps, sink_mps=fall_mps, decay_s=rng.uniform(1.5, 3.0))
    steep = math.radians(rng.uniform(45.0, 85.0))
    return Descent(manner="falls", airspeed_mps=fall_mps * math.cos(steep), sink_mps=fall_mps * math.sin(steep))
