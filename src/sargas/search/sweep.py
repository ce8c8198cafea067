"""What searches, and how much ground it sweeps: width, speed and detection of each kind of asset.

The sweep width W of a searcher is the width of the strip that it would search completely if it saw all in it and
nothing beside it: as many are missed inside W as are seen outside (Koopman, Search and Screening, 1946, chapter 2).
The figures are for a grey drone of 2 to 3 m that lies still, whole or in a few large pieces. Nobody has measured
that, so each figure is a lowest, a likely and a highest value; what is not said to be measured is our estimate.

"Koester 2018" is R. Koester, New sweep width values, correction factors, models, UAV values, and detection model
validation, Rescue conference, Reykjavik 2018.
"""

from collections.abc import Mapping
from typing import overload

import numpy as np
from msgspec import Struct

from sargas.model.search import Asset, AssetKind, Cover, Light
from sargas.search.plane import F64

Span = tuple[float, float, float]
"""The lowest, the likely and the highest value."""
NONE: Span = (0.0, 0.0, 0.0)


class Performance(Struct, frozen=True, kw_only=True):
    """What a kind of asset does: each figure as (lowest, likely, highest).

    `day_m` is the sweep width of one searcher, dog or aircraft by day, 0 where it cannot search; `night` the share of
    it that is left in the dark. `members` sweep side by side, each a strip of its own. `speed_mps` is over the ground
    while searching, pauses and changes of battery included. `source` says where each figure is from.
    """

    kind: AssetKind
    members: int
    speed_mps: Span
    day_m: Mapping[Cover, Span]
    night: Span
    source: str


_TABLE: dict[AssetKind, Performance] = {
    "foot_team": Performance(
        kind="foot_team",
        members=6,
        speed_mps=(0.13, 0.5, 1.0),
        day_m={
            "open": (40.0, 100.0, 300.0),
            "mixed": (20.0, 50.0, 120.0),
            "forest": (16.0, 30.0, 64.0),
            "built": (10.0, 30.0, 80.0),
            "water": NONE,
        },
        night=(0.17, 0.34, 0.6),
        source="Forest, measured for dummies as large as an adult: W = 16 (sd 8) m in drab and 47 (sd 15) m in bright"
        " clothes (critical separation and sweep width, Wilderness & Environmental Medicine 31, 2020), 64 m in"
        " a thinner wood (Koester 2018); our wreck is larger, and drab. Open, mixed, built: our estimate by the"
        " rule that W is 1.1 (drab) to 1.8 (bright) times the distance at which it is just seen (Koester et"
        " al., same journal 25, 2014, over ten experiments after the method of Robe and Frost 2002 and Koester"
        " et al. 2004): measure that distance on the spot and give the asset that width times its members. A"
        " standing crop hides it as a wood does. Night, measured: 22 m with torches against 64 m by day"
        " (Koester 2018). Speed: a close line takes 3.5 h for a mile, 0.13 m/s (rule of thumb of US search"
        " teams); one that looks about as it walks 0.5 m/s, our estimate.",
    ),
    "volunteers": Performance(
        kind="volunteers",
        members=10,
        speed_mps=(0.13, 0.5, 1.0),
        day_m={
            "open": (30.0, 80.0, 300.0),
            "mixed": (15.0, 40.0, 120.0),
            "forest": (12.0, 24.0, 64.0),
            "built": (8.0, 24.0, 80.0),
            "water": NONE,
        },
        night=(0.05, 0.17, 0.34),
        source="Day: 0.8 of a foot team's, our estimate: among adults experience made no difference that could be"
        " measured (Chiacchia and Houlahan, Wilderness & Environmental Medicine 21, 2010), a phone in the hand"
        " does. Night, measured: dim lamps halve once more what the dark has left (Koester 2018). Speed: as a"
        " foot team.",
    ),
    "dogs": Performance(
        kind="dogs",
        members=1,
        speed_mps=(0.3, 0.7, 1.2),
        day_m={
            "open": (10.0, 40.0, 145.0),
            "mixed": (10.0, 40.0, 145.0),
            "forest": (10.0, 40.0, 145.0),
            "built": (5.0, 20.0, 60.0),
            "water": NONE,
        },
        night=(0.8, 1.0, 1.0),
        source="Measured for people: W = 95 m, 95 % between 44 and 145 m (air-scent dogs in all weathers, Wilderness"
        " & Environmental Medicine 26, 2015). A wreck smells of fuel and explosive, to a dog that was taught"
        " them, and less far: our estimate, as are speed and night (a nose needs no light, the one who walks"
        " behind it does).",
    ),
    "camera_drone": Performance(
        kind="camera_drone",
        members=1,
        speed_mps=(2.0, 4.0, 10.0),
        day_m={
            "open": (40.0, 90.0, 200.0),
            "mixed": (20.0, 50.0, 120.0),
            "forest": (3.0, 15.0, 60.0),
            "built": (15.0, 40.0, 90.0),
            "water": (20.0, 60.0, 150.0),
        },
        night=(0.05, 0.2, 0.6),
        source="Open: our estimate, four fifths of the 115 m that a camera of 72 degrees shows from 80 m. Mixed,"
        " forest: between a tenth and six tenths of that, as the land tables have it for overgrown ground (see"
        " the helicopter). Built, water: our estimate. Speed: 12 mph, 5.4 m/s, where someone watches the live"
        " picture (Civil Air Patrol, visual search with small drones), less the changes of battery. Night: our"
        " estimate for a thermal camera; a wreck is warm for some hours, people stay warm (infrared on foot: 68"
        " m, Koester 2018).",
    ),
    "helicopter": Performance(
        kind="helicopter",
        members=1,
        speed_mps=(15.0, 30.0, 45.0),
        day_m={
            "open": (100.0, 300.0, 1_280.0),
            "mixed": (60.0, 190.0, 800.0),
            "forest": (10.0, 40.0, 220.0),
            "built": (30.0, 100.0, 400.0),
            "water": (50.0, 150.0, 400.0),
        },
        night=(0.05, 0.2, 0.7),
        source="Open: half of what the land tables give for a person from 500 ft, 0.4 nm times 0.8 (Australian"
        " National Search and Rescue Manual, tables D-5:9 and D-5:10, after IAMSAR Vol. II, appendix N), since"
        " a wreck is grey and does not wave; highest: a light aircraft, found in half of all cases with tracks"
        " 1 nm apart (Civil Air Patrol, table 6-1). Mixed, forest: in the proportion of the factors 0.5 (15 to"
        " 60 % overgrown) and 0.1 (over 85 %) to 0.8 (open), table D-5:10. Water: a person in it, 0.1 nm (same"
        " manual). Built, night, and speed (some 60 kn): our estimate.",
    ),
    "vehicle": Performance(
        kind="vehicle",
        members=1,
        speed_mps=(2.0, 4.0, 8.0),
        day_m={
            "open": (30.0, 100.0, 200.0),
            "mixed": (15.0, 40.0, 80.0),
            "forest": (5.0, 15.0, 30.0),
            "built": (10.0, 40.0, 80.0),
            "water": NONE,
        },
        night=(0.1, 0.34, 0.5),
        source="Our estimate throughout, from the width of one on foot. It sees what lies beside the road and nothing"
        " else: its hours count only as long as there are roads that it has not driven yet.",
    ),
}


def performance(kind: AssetKind) -> Performance:
    """Return the figures of a kind of asset."""
    return _TABLE[kind]


def path_width_m(kind: AssetKind, cover: Cover, light: Light) -> float:
    """Return the likely sweep width [m] of one path: of a searcher, a dog, an aircraft; 0 where it cannot search."""
    figures = _TABLE[kind]
    return figures.day_m[cover][1] * (figures.night[1] if light == "night" else 1.0)


def sweep_width_m(asset: Asset, cover: Cover, light: Light) -> float:
    """Return the sweep width [m] of a whole asset, all its members side by side; 0 where it cannot search.

    The asset's own width stands for all covers and lights, except where its kind cannot search at all: whoever gives
    a team a width has not made it walk on water.
    """
    width_m = path_width_m(asset.kind, cover, light) * _TABLE[asset.kind].members
    return asset.sweep_width_m if asset.sweep_width_m is not None and width_m > 0.0 else width_m


def sweep_rate_m2ps(asset: Asset, cover: Cover, light: Light) -> float:
    """Return the area [m2/s] that an asset sweeps, width times speed over the ground; 0 where it cannot search."""
    speed_mps = _TABLE[asset.kind].speed_mps[1] if asset.speed_mps is None else asset.speed_mps
    return sweep_width_m(asset, cover, light) * speed_mps


@overload
def pod(coverage: float) -> float: ...
@overload
def pod(coverage: F64) -> F64: ...
def pod(coverage: float | F64) -> float | F64:
    """Return the probability of detection of what lies in an area that was swept `coverage` times over: 1 - exp(-z).

    This is Koopman's random search. His inverse cube law promises more, erf(z sqrt(pi) / 2), to one who flies long
    straight tracks at equal distance: not to people in a wood. Experiments on land lie between the two (Koester
    2018), so this errs on the side of looking again. And only here does coverage add up, whoever swept and when:
    1 - (1 - pod(a)) (1 - pod(b)) = pod(a + b).

    Source: Koopman, The theory of search II, Operations Research 4(5), 1956; Koopman 1946, chapter 2.
    """
    found = -np.expm1(-np.asarray(coverage, np.float64))
    return found if isinstance(coverage, np.ndarray) else float(found)
