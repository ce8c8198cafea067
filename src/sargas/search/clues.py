"""Reports after the loss as rows of numbers for the flights, and what became of each in the end."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sargas.kernels import flight_ends as fe
from sargas.model.report import Bearing, Presence, Sighting
from sargas.model.search import Clue, ClueKind, ClueWeight
from sargas.model.sensor import Sensor
from sargas.search.plane import EqualArea

F64 = NDArray[np.float64]

HEARD_M: Final = 1_500.0
SEEN_M: Final = 1_000.0
BANG_M: Final = 4_000.0
"""How far away what is heard, seen, or heard to explode usually is: one standard deviation."""
BEARING_M: Final = 6_000.0
SITE_SD_M: Final = 50.0
TOLD_SD_S: Final = 60.0
"""How far off the time is that a person gives."""
MEASURED_SD_S: Final = 3.0
AREA_M2: Final = math.pi * 25_000.0**2
"""A false report could have come from anywhere within so much ground."""
WHAT: Final[dict[ClueKind, int]] = {
    "sighting": fe.ON_THE_WAY,
    "bearing": fe.ON_THE_WAY,
    "presence": fe.ON_THE_WAY,
    "bang": fe.AT_THE_END,
    "engine_stopped": fe.AT_POWER_END,
    "smoke": fe.ON_THE_GROUND,
    "debris": fe.ON_THE_GROUND,
    "other": fe.ON_THE_GROUND,
}


def rows_of(
    clues: Sequence[Clue], sensors: Sequence[Sensor], plane: EqualArea, from_s: float
) -> tuple[list[Clue], F64]:
    """Return the clues that say something, in the order of their times, and their rows (C, N_CLUE)."""
    sites = {sensor.id: sensor for sensor in sensors}
    found: list[tuple[float, Clue, list[float]]] = []
    for clue in clues:
        row = _row(clue, sites, plane, from_s)
        if row is not None and clue.reliability > 0.0:
            found.append((row[fe.TIME], clue, row))
    found.sort(key=lambda one: (one[0], one[1].clue_id))
    rows = np.array([row for _, _, row in found], dtype=np.float64).reshape(-1, fe.N_CLUE)
    return [clue for _, clue, _ in found], rows


def told(clues: Sequence[Clue], used: Sequence[Clue], probability: Sequence[float]) -> tuple[ClueWeight, ...]:
    """Return every clue with the probability that it speaks of this target, and why."""
    weighed = {clue.clue_id: p for clue, p in zip(used, probability, strict=True)}
    found: list[ClueWeight] = []
    for clue in clues:
        p = weighed.get(clue.clue_id)
        if p is None:
            why = "left out" if clue.reliability <= 0.0 else "says no place, or no time, that could be compared"
            found.append(ClueWeight(clue=clue, probability=clue.reliability, why=why))
            continue
        before = clue.reliability
        if p > before + 0.05:
            why = f"fits: likelier than the {100.0 * before:.0f} % it was given"
        elif p < before - 0.05:
            why = f"fits badly: less likely than the {100.0 * before:.0f} % it was given"
        else:
            why = "neither fits nor contradicts"
        found.append(ClueWeight(clue=clue, probability=p, why=why))
    return tuple(found)


def _row(clue: Clue, sites: dict[str, Sensor], plane: EqualArea, from_s: float) -> list[float] | None:
    place = _place(clue, sites)
    if place is None:
        return None
    ((x, y),) = plane.xy(place[1], place[0]).tolist()
    what = WHAT[clue.kind]
    time_s = clue.time_s if clue.time_s is not None else (clue.report.time_s if clue.report is not None else None)
    if time_s is None and what == fe.ON_THE_WAY:
        return None
    row = [0.0] * fe.N_CLUE
    row[fe.WHAT] = float(what)
    row[fe.X], row[fe.Y] = x, y
    row[fe.TIME] = math.inf if time_s is None else time_s - from_s
    row[fe.TIME_SD] = clue.time_sd_s if clue.report is None else _time_sd_s(clue)
    row[fe.VARIANCE] = _variance_m2(clue, sites)
    row[fe.PLACE_VARIANCE] = (clue.report.position_sd_m if isinstance(clue.report, Sighting) else SITE_SD_M) ** 2
    azimuth_deg, sd_deg = _direction(clue, sites)
    row[fe.AZIMUTH] = math.nan if azimuth_deg is None else math.radians(azimuth_deg)
    row[fe.AZIMUTH_SD] = math.radians(sd_deg)
    row[fe.AREA] = AREA_M2
    row[fe.RELIABILITY] = clue.reliability
    return row


def _place(clue: Clue, sites: dict[str, Sensor]) -> tuple[float, float] | None:
    report = clue.report
    if report is not None and report.lat_deg is not None and report.lon_deg is not None:
        return report.lat_deg, report.lon_deg
    if clue.lat_deg is not None and clue.lon_deg is not None:
        return clue.lat_deg, clue.lon_deg
    site = sites.get(report.sensor) if report is not None else None
    if site is None or site.lat_deg is None or site.lon_deg is None:
        return None
    return site.lat_deg, site.lon_deg


def _variance_m2(clue: Clue, sites: dict[str, Sensor]) -> float:
    match clue.report:
        case Sighting(sense=sense, position_sd_m=sd_m, range_m=range_m):
            reach_m = BANG_M if clue.kind == "bang" else SEEN_M if sense == "seen" else HEARD_M
            return sd_m**2 + max(reach_m, (range_m or 0.0)) ** 2
        case Bearing(sensor=sensor, range_max_m=told_m):
            site = sites.get(sensor)
            within_m = told_m if told_m is not None or site is None else site.coverage.range_max_m
            return (0.5 * within_m if within_m is not None else BEARING_M) ** 2
        case Presence(radius_m=radius_m):
            return (0.5 * radius_m) ** 2 + 100.0**2
        case _:
            heard_m = BANG_M if clue.kind == "bang" else HEARD_M if clue.kind == "engine_stopped" else 0.0
            return max(clue.radius_m, 50.0) ** 2 + heard_m**2


def _time_sd_s(clue: Clue) -> float:
    return TOLD_SD_S if isinstance(clue.report, Sighting) else MEASURED_SD_S


def _direction(clue: Clue, sites: dict[str, Sensor]) -> tuple[float | None, float]:
    match clue.report:
        case Sighting(azimuth_deg=azimuth_deg, azimuth_sd_deg=sd_deg):
            return azimuth_deg, sd_deg or 25.0
        case Bearing(azimuth_deg=azimuth_deg, azimuth_sd_deg=sd_deg, sensor=sensor):
            site = sites.get(sensor)
            return azimuth_deg, sd_deg or (site.errors.azimuth_sd_deg if site is not None else 5.0)
        case _:
            return None, 180.0
