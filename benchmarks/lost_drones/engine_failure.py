"""The real one: a fixed-wing drone whose engine was cut in flight, from the ALFA data set.

It flew rounds of 400 by 250 m at 50 m; the engine was cut 116.2 s after the log began, and 16 s later the log ends,
28 m above the ground. That last point is the truth here, though the drone came down some way beyond it. The radar is
made: one for drones, 3 km away, a look a second.

Source: Keipour, Mousaei, Scherer, ALFA: A dataset for UAV fault and anomaly detection, IJRR 40 (2021) 515.
"""

import csv
import math
import os
from pathlib import Path as File

import numpy as np
from msgspec import structs

from lost_drones.flights import Flight, as_flight, state_of
from lost_drones.motion import Path
from lost_drones.radar import Look, Site, watched
from sargas.model.search import SearchState
from sargas.search.plane import EqualArea

ROOT = File(__file__).resolve().parents[2]
LOG = "alfa_engine_failure_gps.csv"
CUT_S = 116.2
LOST_S = {"at the cut": CUT_S, "30 s before": CUT_S - 30.0, "8 s after": CUT_S + 8.0}
GROUND_M = 312.0
"""Above the ellipsoid: GPS height less the height above ground of the same log."""
LOOK = Look(range_sd_m=8.0, azimuth_sd_deg=0.3, is_polar=True, has_height=True, period_s=1.0)


def log() -> File | None:
    """Return the flight's GPS log; None if the recordings are not installed."""
    folder = File(os.environ.get("SARGAS_RECORDINGS", ROOT.parent / "shared" / "data"))
    file = folder / "flightlogs" / LOG
    return file if file.is_file() else None


def read(file: File) -> tuple[Path, EqualArea, float]:
    """Return the flight second by second, its plane, and the epoch of its first point."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [
            (
                int(row["%time"]) * 1e-9,
                *(float(row[f"field.{name}"]) for name in ("latitude", "longitude", "altitude")),
            )
            for row in csv.DictReader(lines)
        ]
    epoch_s, lat, lon, alt = np.array(rows).T
    plane = EqualArea(float(lat[0]), float(lon[0]))
    x, y = plane.xy(lon, lat).T
    at = np.append(np.arange(0.0, epoch_s[-1] - epoch_s[0]), epoch_s[-1] - epoch_s[0])
    x, y, height_m = (np.interp(at, epoch_s - epoch_s[0], column) for column in (x, y, alt - GROUND_M))
    still = np.zeros_like(at)
    return Path(at, x, y, height_m, still, still, at < CUT_S), plane, float(epoch_s[0])


def flights(file: File) -> dict[str, Flight]:
    """Return the flight as lost at several moments, by their names."""
    whole, plane, began_s = read(file)
    found = {}
    for number, (name, lost_s) in enumerate(LOST_S.items()):
        rng = np.random.default_rng(number)
        site = Site(x_m=-3_000.0, y_m=0.0, antenna_m=10.0, range_max_m=10_000.0, elevation_min_deg=None)
        seen_part = Path(*(column[whole.time_s <= lost_s] for column in whole))
        seen = watched(rng, seen_part, site, LOOK, (plane, began_s))
        assert seen is not None
        seen = structs.replace(seen, path=whole)
        found[name] = as_flight(
            seen, float(whole.left_m()[seen.lost]), unwatched(state_of(seen, {}, None, ())), seed=-number,
            kind="small fixed wing", conduct="rounds", cause="failure", manner="glides", reason="range",
            glide_ratio=math.nan,
        )  # fmt: skip
    return found


def unwatched(state: SearchState) -> SearchState:
    """Return the search as if the radar had been switched off at the loss: it would have seen the drone go on."""
    (loss,) = state.losses
    return structs.replace(state, losses=(structs.replace(loss, watching=()),))
