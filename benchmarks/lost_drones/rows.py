"""One row for each flight, and the tables that many rows come to."""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from msgspec import Struct, structs

from lost_drones.baselines import BASELINES, REACH_M, areas_m2
from lost_drones.crafts import CRAFTS
from lost_drones.flights import Flight
from lost_drones.scores import SHARES, Standing, calibration, ratio_of_medians, share_interval, standing
from sargas.model.search import Cells
from sargas.search.plane import EqualArea

KM2 = 1e6
BANDS_M = (2_000.0, 10_000.0, 20_000.0, 40_000.0, 60_000.0)


class Row(Struct, frozen=True, kw_only=True):
    """One flight and how its map did; areas in m2 are searched before the find."""

    seed: int
    kind: str
    conduct: str
    cause: str
    manner: str
    reason: str
    lost_m: float
    away_m: float
    has_height: bool
    is_kind_told: bool
    is_wind_told: bool
    n_clues: int
    level: float
    area_m2: float
    area95_m2: float
    p_there: float
    took_s: float
    baselines_m2: dict[str, float]

    @property
    def standing(self) -> Standing:
        """Where the truth stood in the map."""
        return Standing(level=self.level, area_m2=self.area_m2, area95_m2=self.area95_m2)


def row_of(flight: Flight, cells: Cells, took_s: float, reach_m: float | None = None) -> Row:
    """Return the row of a flight and its map. A quadcopter's reach is known to whoever knows that it is one."""
    found = standing(cells, flight.end_lat_deg, flight.end_lon_deg)
    track = flight.track
    is_kind_told = bool(flight.state.settings.kinds)
    if reach_m is None:
        reach_m = CRAFTS["quadcopter"].lost_m[1] if is_kind_told and flight.kind == "quadcopter" else REACH_M
    plane = EqualArea(track.lat_deg, track.lon_deg)
    ((x, y),) = plane.xy(flight.end_lon_deg, flight.end_lat_deg).tolist()
    return Row(
        seed=flight.seed, kind=flight.kind, conduct=flight.conduct, cause=flight.cause, manner=flight.manner,
        reason=flight.reason, lost_m=flight.lost_m, away_m=math.hypot(x, y), has_height=flight.has_height,
        is_kind_told=is_kind_told, is_wind_told=flight.state.settings.wind is not None,
        n_clues=len(flight.state.clues), level=found.level, area_m2=found.area_m2, area95_m2=found.area95_m2,
        p_there=sum(cells.poc), took_s=took_s,
        baselines_m2=areas_m2(reach_m, (0.0, 0.0), (track.east_mps, track.north_mps), (x, y)),
    )  # fmt: skip


def band(row: Row) -> str:
    """Return the class of the path flown after the loss."""
    for low, high in pairwise(BANDS_M):
        if low <= row.lost_m <= high:
            return f"{low / 1e3:.0f}-{high / 1e3:.0f} km"
    return f"under {BANDS_M[0] / 1e3:.0f} km"


GROUPS: dict[str, Callable[[Row], str]] = {
    "kind": lambda row: row.kind,
    "conduct": lambda row: row.conduct,
    "engine": lambda row: row.cause,
    "came down": lambda row: row.manner,
    "lost by": lambda row: row.reason,
    "flown after": band,
    "kind told": lambda row: "yes" if row.is_kind_told else "no",
    "wind told": lambda row: "yes" if row.is_wind_told else "no",
    "height seen": lambda row: "yes" if row.has_height else "no",
    "calls": lambda row: "some" if row.n_clues else "none",
}


def table(rows: Sequence[Row]) -> list[list[str]]:
    """Return the flights as a table: all of them, then by kind, by conduct, and so on."""
    head = ["", "", "flights", "in 95 %", "in best tenth", "area km2", "95 % area km2"]
    lines = [head, ["all", "", *_figures(rows)]]
    for name, key in GROUPS.items():
        for value in sorted({key(row) for row in rows}, key=_order):
            lines.append([name, value, *_figures([row for row in rows if key(row) == value])])
            name = ""  # noqa: PLW2901 (said once)
    return lines


def _order(value: str) -> tuple[float, str]:
    first = value.split("-", 1)[0]
    return (float(first), value) if first.isdigit() else (-1.0, value)


def _figures(rows: Sequence[Row]) -> list[str]:
    return [
        str(len(rows)),
        f"{np.mean([row.standing.is_inside for row in rows]):.1%}",
        f"{np.mean([row.standing.is_in_best for row in rows]):.1%}",
        km2(float(np.median([row.area_m2 for row in rows]))),
        km2(float(np.median([row.area95_m2 for row in rows]))),
    ]


def km2(area_m2: float) -> str:
    """Return an area in square kilometres with three digits that count."""
    if not math.isfinite(area_m2):
        return "endless"
    km = area_m2 / KM2
    return f"{km:,.0f}" if km >= 100 else f"{km:.3g}"


def against(rows: Sequence[Row]) -> list[list[str]]:
    """Return each baseline's median area, and how many times smaller that of the maps is."""
    ours = [row.area_m2 for row in rows]
    lines = [["baseline", "median km2", "times the map's", "95 % interval", "map smaller in"]]
    for name in BASELINES:
        theirs = [row.baselines_m2[name] for row in rows]
        ratio = ratio_of_medians(theirs, ours)
        less = np.mean(np.array(ours) < np.array(theirs))
        between = f"{ratio.low:.1f} to {ratio.high:.1f}"
        lines.append([name, km2(float(np.median(theirs))), f"{ratio.value:.1f}", between, f"{less:.0%}"])
    return lines


def headline(rows: Sequence[Row]) -> list[str]:
    """Return what the maps are held to, in words, with 95 % intervals."""
    n = len(rows)
    inside = sum(row.standing.is_inside for row in rows)
    best = sum(row.standing.is_in_best for row in rows)
    times = min(
        ratio_of_medians([r.baselines_m2[b] for r in rows], [r.area_m2 for r in rows]).value for b in BASELINES
    )
    off = max(abs(p - share) for p, share in zip(calibration([row.level for row in rows]), SHARES, strict=True))

    def said(count: int) -> str:
        low, high = share_interval(count, n)
        return f"{count / n:.1%} ({low:.1%} to {high:.1%})"

    return [
        f"inside the 95 % area: {said(inside)}, wanted 93 to 97 %",
        f"in the best tenth of it: {said(best)}, wanted at least 60 %",
        f"the best baseline's median area is {times:.1f} times the map's, wanted at least 5",
        f"the calibration curve is off by {off:.1%} at most; {1.36 / math.sqrt(n):.1%} would be no surprise",
    ]


def builtins(rows: Iterable[Row]) -> list[dict[str, object]]:
    """Return the rows for JSON; what is endless is null."""
    found = []
    for row in rows:
        one = structs.asdict(row)
        one["area_m2"] = row.area_m2 if math.isfinite(row.area_m2) else None
        found.append(one)
    return found
