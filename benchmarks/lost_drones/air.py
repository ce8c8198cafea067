"""The wind: stronger and turning to the right with height, changing slowly, and gusty."""

import math

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from sargas.model.search import Wind

F64 = npt.NDArray[np.float64]

TOP_M = 500.0
"""Above, the wind does not grow any more."""
TOLD_SD_MPS = 2.0
STEPS_MAX = 40_000
"""Seconds: no flight lasts longer."""


def wandering(rng: np.random.Generator, n: int, sd: float, memory_s: float) -> F64:
    """Return n values a second apart that wander about 0 and forget in so many seconds (first-order Gauss-Markov)."""
    keep = math.exp(-1.0 / memory_s)
    noise = rng.normal(0.0, sd * math.sqrt(1.0 - keep * keep), n)
    noise[0] = rng.normal(0.0, sd)
    found: F64 = lfilter([1.0], [1.0, -keep], noise)
    return found


class Air:
    """One day's wind, second by second. Source of the form: power law below, Ekman's veer of up to 25 degrees."""

    def __init__(self, rng: np.random.Generator, speed_mps: tuple[float, float]) -> None:
        self.speed_mps = float(rng.uniform(*speed_mps))
        self.from_rad = float(rng.uniform(0.0, 2.0 * math.pi))
        self.exponent = float(rng.uniform(0.1, 0.25))
        self.veer_rad = math.radians(rng.uniform(0.0, 25.0))
        self.slow = [wandering(rng, STEPS_MAX, 0.05 * self.speed_mps + 0.2, 1_800.0) for _ in range(2)]
        self.gusts = [wandering(rng, STEPS_MAX, 1.0, 40.0) for _ in range(2)]
        self.gustiness = float(rng.uniform(0.06, 0.16))

    def mean(self, height_m: float) -> tuple[float, float]:
        """Return where the air goes on average, east and north [m/s]."""
        speed = self.speed_mps * (min(max(height_m, 2.0), TOP_M) / TOP_M) ** self.exponent
        higher = math.log10(min(max(height_m, 10.0), 1_000.0) / TOP_M) / 2.0  # of the way from 10 m to 1,000 m
        toward = self.from_rad + math.pi + self.veer_rad * higher
        return speed * math.sin(toward), speed * math.cos(toward)

    def at(self, second: int, height_m: float) -> tuple[float, float]:
        """Return where the air goes at a second, east and north [m/s]."""
        east, north = self.mean(height_m)
        gust = self.gustiness * math.hypot(east, north)
        return (
            east + self.slow[0][second] + gust * self.gusts[0][second],
            north + self.slow[1][second] + gust * self.gusts[1][second],
        )

    def told(self, rng: np.random.Generator) -> Wind:
        """Return a forecast for the ground or for 500 m, off by 2 m/s along each axis."""
        height_m = 10.0 if rng.random() < 0.5 else TOP_M
        east, north = np.array(self.mean(height_m)) + rng.normal(0.0, TOLD_SD_MPS, 2)
        return Wind(
            speed_mps=math.hypot(east, north), from_deg=math.degrees(math.atan2(-east, -north)) % 360.0,
            at_height_m=height_m, sd_mps=TOLD_SD_MPS,
        )  # fmt: skip
