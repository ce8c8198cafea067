"""How a target has flown in the last minutes, and how likely it flies on in each of the ways that are known.

What is on course keeps a line; what is jammed, or circles, does not. The weights are those with which the search
looks for what was lost (docs/explanation/searching.md): a target still seen flies as one lost a minute ago.
"""

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sargas.airspace.geometry import metres_per_degree
from sargas.model.track import Track

F64 = NDArray[np.float64]
Conduct = Literal["course", "wander", "orbit", "return", "drift"]
Way: TypeAlias = tuple[tuple[float, float, float], ...]
"""Where a track was: (time_s, lon_deg, lat_deg), oldest first."""

HOW_IT_FLIES: Final[dict[Conduct, float]] = {"course": 0.46, "wander": 0.3, "orbit": 0.22, "return": 0.02}
KEPT: Final = 0.8
"""That it flies on as it has flown; else anything is possible again."""
LOOKED_BACK_S: Final = 300.0
STEP_S: Final = 12.0
"""So closely is a way kept: some 25 points a track, of the tracks of open incidents alone."""
POINTS_LEAST: Final = 6
LEAST_M: Final = 1_500.0
"""Of a shorter way nobody can say whether it was straight."""
NOISE_M: Final = 60.0
"""How far a track lies beside where the aircraft was: not its doing."""
BENT: Final[dict[Conduct, tuple[float, float]]] = {
    "course": (0.006, 0.8),
    "wander": (0.07, 0.9),
    "orbit": (0.2, 0.8),
}
"""How far a flight lies off its best line, as a share of its length: median and spread of the logarithm."""
STRAIGHT: Final = 0.02
"""Bent by less than this, the line of the last minutes tells the course better than the last velocity does."""
COURSE_SD_LEAST_RAD: Final = math.radians(0.4)
TURNING_DPS: Final = 0.8
"""A turn rate that says, where no way is known: not on course."""
TURNING_FITS: Final[dict[Conduct, float]] = {"course": 0.4, "wander": 1.8, "orbit": 2.5, "return": 1.0}


class Manner(Struct, frozen=True):
    """How likely each way of flying on is, drifting aside; the course held and its spread [rad], None if none is."""

    shares: dict[Conduct, float]
    course_rad: float | None = None
    course_sd_rad: float = 0.0


USUAL: Final = Manner(HOW_IT_FLIES)
"""Of what nobody has seen fly."""


class Ways:
    """Where the tracks of open incidents were in the last minutes; bounded."""

    def __init__(self) -> None:
        self._ways: dict[int, Way] = {}

    def note(self, tracks: Iterable[Track]) -> None:
        """Keep where these tracks are, if a report has placed them of late."""
        for track in tracks:
            way = self._ways.get(track.track_id, ())
            if track.status == "lost" or (way and track.time_s - way[-1][0] < STEP_S):
                continue
            recent = tuple(point for point in way if point[0] >= track.time_s - LOOKED_BACK_S)
            place = (track.time_s, round(track.lon_deg, 6), round(track.lat_deg, 6))
            self._ways[track.track_id] = (*recent, place)

    def keep_only(self, present: Container[int]) -> None:
        """Forget the tracks that are gone."""
        gone = [track_id for track_id in self._ways if track_id not in present]
        for track_id in gone:
            del self._ways[track_id]

    def of(self, track_id: int) -> Way:
        """Return where a track was."""
        return self._ways.get(track_id, ())


def manner_of(way: Way, turn_dps: float | None) -> Manner:
    """Return how a target flies, by where it was in the last minutes, or by its turn rate where that is not known."""
    line = _line(way)
    if line is None:
        is_turning = abs(turn_dps or 0.0) > TURNING_DPS
        return Manner(_weighed(TURNING_FITS)) if is_turning else USUAL
    bend, course_rad, sd_rad = line
    likely = {name: _log_normal(bend, median, spread) for name, (median, spread) in BENT.items()}
    shares = _weighed({
        "course": likely["course"],
        "wander": likely["wander"],
        # What circles later, or will turn back, flies straight before.
        "orbit": 0.5 * (likely["course"] + likely["orbit"]),
        "return": likely["course"],
    })  # fmt: skip
    return Manner(shares, course_rad, sd_rad) if bend < STRAIGHT else Manner(shares)


def _weighed(fits: Mapping[Conduct, float]) -> dict[Conduct, float]:
    """Return the usual shares as how well each fits changes them; some of them stay as they are."""
    total = sum(share * fits[name] for name, share in HOW_IT_FLIES.items())
    return {name: KEPT * share * fits[name] / total + (1.0 - KEPT) * share for name, share in HOW_IT_FLIES.items()}


def _line(way: Sequence[tuple[float, float, float]]) -> tuple[float, float, float] | None:
    """Return how bent a way was, its course and the spread of that [rad]; None if there was too little of it."""
    recent = np.array([point for point in way if point[0] >= way[-1][0] - LOOKED_BACK_S])
    if len(recent) < POINTS_LEAST:
        return None
    xy = (recent[:, 1:] - recent[-1, 1:]) * np.array(metres_per_degree(float(recent[-1, 2])))
    steps = np.diff(xy, axis=0)
    way_m = float(np.sum(np.hypot(steps[:, 0], steps[:, 1])))
    if way_m < LEAST_M:
        return None
    _, sizes, axes = np.linalg.svd(xy - xy.mean(axis=0), full_matrices=False)
    east, north = axes[0] if axes[0] @ (xy[-1] - xy[0]) >= 0.0 else -axes[0]
    off_m = float(sizes[1]) / math.sqrt(len(xy))
    bend = math.sqrt(max(off_m**2 - (0.3 * NOISE_M) ** 2, (0.2 * NOISE_M) ** 2)) / way_m
    # The slope of a line through points of that noise: its standard deviation over the spread along the line.
    sd_rad = math.hypot(off_m / max(float(sizes[0]), 1.0), COURSE_SD_LEAST_RAD)
    return bend, math.atan2(float(east), float(north)), sd_rad


def _log_normal(x: float, median: float, spread: float) -> float:
    """Return the density of the logarithm of x."""
    return math.exp(-0.5 * (math.log(x / median) / spread) ** 2) / spread
