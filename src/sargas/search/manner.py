"""How straight a track flew before its loss: what is on course keeps a line; what is jammed or circles does not."""

import math
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sargas.model.search import Conduct, Loss
from sargas.search.plane import EqualArea

F64 = NDArray[np.float64]

LOOKED_BACK_S: Final = 300.0
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
TURNING_DPS: Final = 0.8
"""A turn rate at the last report that says, where no path is known: not on course."""
TURNING_FITS: Final[dict[Conduct, float]] = {"course": 0.4, "wander": 1.8, "orbit": 2.5}


STRAIGHT: Final = 0.02
"""Bent by less than this, the line of the last minutes tells the course better than the last velocity does."""
COURSE_SD_LEAST_RAD: Final = math.radians(0.4)


class Manner(Struct, frozen=True):
    """How much better the flight before the loss fits each conduct than an average one; and that in words.

    `course_rad` and its standard deviation are those of the line that it flew, None if it flew none.
    """

    fits: dict[Conduct, float]
    why: str
    course_rad: float | None = None
    course_sd_rad: float = 0.0


class _Line(Struct, frozen=True):
    """The best line of the last path: the way flown and how far off it lay [m], its course and the spread of that."""

    way_m: float
    off_m: float
    course_rad: float
    course_sd_rad: float

    @property
    def bend(self) -> float:
        """How far the path lies off its line, as a share of its length, without what the noise of a track makes."""
        return math.sqrt(max(self.off_m**2 - (0.3 * NOISE_M) ** 2, (0.2 * NOISE_M) ** 2)) / self.way_m


def manner_of(loss: Loss, plane: EqualArea) -> Manner:
    """Return what the last minutes before the loss say of how it flew."""
    line = _line_of(loss, plane)
    turn_dps = abs(loss.track.turn_rate_dps or 0.0)
    if line is None:
        if turn_dps > TURNING_DPS:
            return Manner(dict(TURNING_FITS), f"it was turning by {turn_dps:.1f} degrees a second")
        return Manner({}, "its path before is too short to say how it flew")
    bend = line.bend
    likely = {name: _log_normal(bend, median, spread) for name, (median, spread) in BENT.items()}
    # What circles later, or will turn back, flew straight before.
    fits: dict[Conduct, float] = {
        "course": likely["course"],
        "wander": likely["wander"],
        "orbit": 0.5 * (likely["course"] + likely["orbit"]),
        "return": likely["course"],
    }
    mean = sum(fits.values()) / len(fits)
    how = "straight" if likely["course"] > likely["wander"] else "in bends"
    is_line = bend < STRAIGHT
    return Manner(
        {name: fit / mean for name, fit in fits.items()},
        f"it flew {how} before: {100.0 * bend:.1f} % of its way off a line",
        course_rad=line.course_rad if is_line else None,
        course_sd_rad=line.course_sd_rad if is_line else 0.0,
    )


def _line_of(loss: Loss, plane: EqualArea) -> _Line | None:
    """Return the least-squares line of the last minutes; None if there was too little of them."""
    last_s = loss.track.last_report_s
    recent = np.array([point for point in loss.path if last_s - LOOKED_BACK_S <= point[0] <= last_s])
    if recent.shape[0] < 6:
        return None
    xy = plane.xy(recent[:, 1], recent[:, 2])
    way_m = float(np.sum(np.hypot(*np.diff(xy, axis=0).T)))
    if way_m < LEAST_M:
        return None
    _, sizes, axes = np.linalg.svd(xy - xy.mean(axis=0), full_matrices=False)
    n = xy.shape[0]
    east, north = axes[0] if axes[0] @ (xy[-1] - xy[0]) >= 0.0 else -axes[0]
    off_m = float(sizes[1]) / math.sqrt(n)
    # The slope of a line through n points of that noise: its standard deviation over the spread along the line.
    sd_rad = math.hypot(off_m / max(float(sizes[0]), 1.0), COURSE_SD_LEAST_RAD)
    return _Line(way_m, off_m, math.atan2(float(east), float(north)), sd_rad)


def _log_normal(x: float, median: float, spread: float) -> float:
    """Return the density of the logarithm of x."""
    return math.exp(-0.5 * (math.log(x / median) / spread) ** 2) / spread
