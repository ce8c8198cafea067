"""What people heard after the loss: most of it true, with places and times that are a little off, some of it not."""

import math

import numpy as np

from lost_drones.motion import Path
from lost_drones.radar import Watched
from sargas.model.report import Sighting
from sargas.model.search import Clue

SHARE = 0.3
FALSE_SHARE = 0.2
WITHIN_M = 3_000.0
FALSE_WITHIN_M = 40_000.0
RELIABILITY = 0.7
"""What an officer may think of such a call; four in five are true."""
CALLS_AFTER_S = 300.0


def heard(rng: np.random.Generator, seen: Watched) -> tuple[Clue, ...]:
    """Return one to three reports of an engine (of a sight, if none ran) after three losses in ten."""
    if rng.random() >= SHARE:
        return ()
    after = seen.path.cut(seen.lost)
    n_loud = int(after.is_powered.sum())
    n = n_loud if n_loud > 30 else after.time_s.size
    found = [_one(rng, k, seen, after, n, is_loud=n_loud > 30) for k in range(int(rng.integers(1, 4)))]
    return tuple(found)


def _one(rng: np.random.Generator, k: int, seen: Watched, after: Path, n: int, *, is_loud: bool) -> Clue:
    since_s = seen.began_s - seen.path.time_s[0]
    place_sd_m, time_sd_s = float(rng.uniform(150.0, 600.0)), float(rng.uniform(30.0, 180.0))
    i = int(rng.integers(0, n))
    x, y, time_s = after.x_m[i], after.y_m[i], after.time_s[i]
    around, within_m = rng.uniform(0.0, 2.0 * math.pi), WITHIN_M
    if rng.random() < FALSE_SHARE:
        x, y, within_m = after.x_m[0], after.y_m[0], FALSE_WITHIN_M
        time_s = rng.uniform(after.time_s[0], after.time_s[-1] + 600.0)
    away_m = within_m * math.sqrt(rng.random())
    place = np.array([[x + away_m * math.sin(around), y + away_m * math.cos(around)]])
    ((lon, lat),) = seen.plane.lonlat(place + rng.normal(0.0, place_sd_m, 2)).tolist()
    told_s = since_s + time_s + rng.normal(0.0, time_sd_s)
    received_s = max(told_s, since_s + time_s) + CALLS_AFTER_S
    report = Sighting(
        sensor="112", time_s=told_s, received_s=received_s, lat_deg=lat, lon_deg=lon, position_sd_m=place_sd_m,
        sense="heard" if is_loud else "seen", text="an engine, low" if is_loud else "something in the sky",
    )  # fmt: skip
    return Clue(
        clue_id=f"call-{k + 1}", kind="sighting", reliability=RELIABILITY, received_s=received_s,
        time_sd_s=time_sd_s, report=report,
    )  # fmt: skip
