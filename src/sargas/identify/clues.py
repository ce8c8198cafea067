"""What each clue says of each class: log-likelihood ratios in nats against "anything at all", each within a bound.

A clue is a row of a table made once from the classes, looked up for many tracks at a time: (N,) features in, (N, K)
nats out, K classes, the last of them unknown with 0 throughout. A feature that is not known is NaN (or -1), and its
row 0.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from sargas.identify.kinds import Kind, Traits
from sargas.model.classification import CLUTTER

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

WIND_SD_MPS: Final = 6.0
"""How far a ground speed lies from an airspeed, one standard deviation: an ordinary wind."""
LANDING_SHARE: Final = 0.75
"""What comes in to land flies slower than level, down to so much of its lowest speed."""
TOO_FAST_NATS: Final = -5.0
"""More than any speed says by itself: what was seen for a while is as good as a figure."""
GROUND_MAX_M: Final = 300.0
"""The ground is not known: up to so high in the Baltic states and Poland's north-east."""
SPEEDS_MPS: Final = np.arange(0.0, 401.0)
HEIGHT_STEP_M: Final = 50.0
HEIGHTS_M: Final = np.arange(0.0, 15_001.0, HEIGHT_STEP_M)
CLIMB_STEP_MPS: Final = 0.5
CLIMB_SD_MPS: Final = 2.5
"""How far a climb that a radar's heights show may be off."""
CLIMBS_MPS: Final = np.arange(-40.0, 40.01, CLIMB_STEP_MPS)
RCS_DBSM: Final = np.arange(-60.0, 61.0)
RCS_SD_DB: Final = 5.0
"""How far a mean of echoes may lie from the table's: the aspect, the fading, a radar that is not calibrated."""
STRAIGHT_BINS: Final = 20
AT_LEAST: Final = 1e-9
CLUTTER_LIVES_S: Final = 300.0
"""Echoes of ground and weather seldom keep together for longer."""


class Clue(IntEnum):
    """The clues, as rows of what is remembered of a track."""

    SPEED = 0
    HEIGHT = 1
    CLIMB = 2
    WAY = 3
    WORD = 4
    SENSORS = 5
    WIND = 6
    TIME = 7
    ORIGIN = 8
    RCS = 9


class Word(IntEnum):
    """What a track says of itself."""

    UNHEARD = -1
    SILENT = 0
    SAYS = 1
    OWN = 2
    LIES = 3
    REMOTE_ID = 4


class Wind(IntEnum):
    """How a slow track goes beside the wind."""

    NOT_KNOWN = -1
    WITH = 0
    ACROSS = 1


LOOKS: Final = {Clue.SPEED: 2.0, Clue.HEIGHT: 1.5, Clue.CLIMB: 1.0, Clue.WAY: 1.5, Clue.RCS: 1.0}
"""As how many independent looks a clue counts that is seen for long; the others say the same at every look."""
BOUND_NATS: Final = {
    Clue.SPEED: (-4.0, 3.0), Clue.HEIGHT: (-3.0, 2.5), Clue.CLIMB: (-2.0, 1.5), Clue.WAY: (-2.5, 2.0),
    Clue.WORD: (-4.0, 3.0), Clue.SENSORS: (-3.0, 2.0), Clue.WIND: (-2.0, 2.0), Clue.TIME: (-3.0, 1.0),
    Clue.ORIGIN: (-0.5, 0.5), Clue.RCS: (-2.5, 1.5),
}  # fmt: skip
MEMORY_S: Final = {
    Clue.SPEED: 45.0, Clue.HEIGHT: 45.0, Clue.CLIMB: 60.0, Clue.WAY: 90.0, Clue.WORD: 15.0, Clue.SENSORS: 60.0,
    Clue.WIND: 90.0, Clue.TIME: 15.0, Clue.ORIGIN: 30.0, Clue.RCS: 60.0,
}  # fmt: skip
"""After so long a look counts 1/e. What an aircraft says is said again each second; a way takes minutes to show."""


class Tables:
    """The clues of a set of classes."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._speed = _table(Clue.SPEED, [speed_density(kind) for kind in kinds])
        self._height = _table(Clue.HEIGHT, [height_density(kind) for kind in kinds])
        self._climb = _table(Clue.CLIMB, [climb_density(kind) for kind in kinds])
        self._way = _table(Clue.WAY, [way_density(kind) for kind in kinds])
        self._word = _rows(
            kinds, Clue.WORD, *(_said(name) for name in ("silent", "says", "own", "lies", "remote_id"))
        )
        self._rcs = _table(Clue.RCS, [rcs_density(kind) for kind in kinds])
        heard, radio = _said("heard"), _said("radio")
        self._sensors = _rows(kinds, Clue.SENSORS, heard, radio, lambda traits: heard(traits) + radio(traits))
        self._wind = _rows(kinds, Clue.WIND, _said("with_wind"), lambda t: -1.5 if t.with_wind > 1.0 else 0.0)
        self._origin = _rows(kinds, Clue.ORIGIN, _said("beyond"))
        self._clutter = np.array([kind.id == CLUTTER for kind in kinds])
        self._fastest_mps = np.array([np.inf if kind.speed_mps is None else kind.speed_mps[1] for kind in kinds])
        self._endurance_s = np.array([kind.endurance_s or np.inf for kind in kinds])

    def speed(self, speed_mps: F64, fastest_mps: F64 | None = None) -> F64:
        """Return what a speed over ground says: airspeeds of the table, with an ordinary wind's doubt.

        What has flown faster than a kind can, for a while, is not of that kind however slow it is now.
        """
        said = _looked_up(self._speed, speed_mps)
        if fastest_mps is None:
            return said
        is_too_fast = fastest_mps[:, None] > self._fastest_mps + 2.0 * WIND_SD_MPS
        return np.asarray(np.where(is_too_fast, np.minimum(said, TOO_FAST_NATS), said), float)

    def height(self, height_m: F64) -> F64:
        """Return what a height says; the ground below may lie anywhere up to 300 m."""
        return _looked_up(self._height, height_m / HEIGHT_STEP_M)

    def climb(self, climb_mps: F64) -> F64:
        """Return what climbing or sinking says."""
        return _looked_up(self._climb, (climb_mps - CLIMBS_MPS[0]) / CLIMB_STEP_MPS)

    def way(self, straightness: F64) -> F64:
        """Return what the way of the last minutes says: 1 is straight, 0 a circle or none."""
        return _looked_up(self._way, straightness * STRAIGHT_BINS - 0.5)

    def rcs(self, rcs_dbsm: F64) -> F64:
        """Return what the radar cross-section of its echoes says."""
        return _looked_up(self._rcs, rcs_dbsm - RCS_DBSM[0])

    def word(self, word: I64) -> F64:
        """Return what its transponder or remote id says, or its silence."""
        return _chosen(self._word, word)

    def sensors(self, which: I64) -> F64:
        """Return what it says that microphones (0), direction finders (1) or both (2) have it; -1: neither."""
        return _chosen(self._sensors, which)

    def wind(self, wind: I64) -> F64:
        """Return what it says that it goes with the wind, or not."""
        return _chosen(self._wind, wind)

    def origin(self, came_in: I64) -> F64:
        """Return what it says that it came over the border (0); -1: not known."""
        return _chosen(self._origin, came_in)

    def time(self, age_s: F64, existence: F64) -> F64:
        """Return what it says that it is seen for so long, and how sure the tracker is that it is there at all."""
        low, high = BOUND_NATS[Clue.TIME]
        over = -np.maximum(age_s[:, None] - self._endurance_s, 0.0) / 600.0
        doubt = np.where(np.isnan(existence), 0.0, np.log((1.02 - np.nan_to_num(existence, nan=1.0)) / 0.2))
        nothing = np.clip(doubt, -2.0, 1.0) - age_s / CLUTTER_LIVES_S
        return np.asarray(np.clip(np.where(self._clutter, nothing[:, None], over), low, high), float)


def speed_density(kind: Kind) -> F64:
    """Return how often it has each ground speed: anywhere in its range, near its typical one, or slower, to land."""
    if kind.speed_mps is None:
        return _unit(1.0 / (SPEEDS_MPS + 15.0) * (SPEEDS_MPS <= 300.0))
    low, high = kind.speed_mps
    low = 0.0 if kind.can_hover or kind.is_drifting else low
    within = (low <= SPEEDS_MPS) & (high >= SPEEDS_MPS)
    near = np.exp(-0.5 * ((SPEEDS_MPS - kind.speed_typical_mps) / ((high - low) / 6.0)) ** 2)
    # What drifts has the wind's own speed: that is in its range already.
    doubt_mps = 1.5 if kind.is_drifting else WIND_SD_MPS
    landing = (LANDING_SHARE * low <= SPEEDS_MPS) & (low >= SPEEDS_MPS)
    return _blurred(0.45 * _unit(within) + 0.45 * _unit(near * within) + 0.1 * _unit(landing), doubt_mps)


def height_density(kind: Kind) -> F64:
    """Return how often it has each height above the ellipsoid: mostly in its range, sometimes on the way to it."""
    if kind.height_m is None:
        return 0.5 * _unit(HEIGHTS_M <= 13_000.0) + 0.5 * _unit(1.0 / (HEIGHTS_M + 200.0))
    low, high = kind.height_m
    within = (low - HEIGHT_STEP_M < HEIGHTS_M) & (high + HEIGHT_STEP_M > HEIGHTS_M)
    lower = 1.0 / (HEIGHTS_M + 100.0)
    flown = 0.5 * _unit(within) + 0.35 * _unit(within * lower) + 0.15 * _unit(lower * (high >= HEIGHTS_M))
    grounds = np.ones(int(GROUND_MAX_M / HEIGHT_STEP_M) + 1)
    return _blurred(_unit(np.convolve(flown, grounds)[: flown.size]), 100.0 / HEIGHT_STEP_M)


def climb_density(kind: Kind) -> F64:
    """Return how often it climbs or sinks so: mostly level, at times as fast as it can."""
    most = kind.traits.climb_mps if kind.speed_mps is not None else 8.0
    level = np.exp(-0.5 * (CLIMBS_MPS / (0.3 * most)) ** 2)
    return _blurred(0.5 * _unit(level) + 0.5 * _unit(np.abs(CLIMBS_MPS) <= most), CLIMB_SD_MPS / CLIMB_STEP_MPS)


def rcs_density(kind: Kind) -> F64:
    """Return how often its echoes are so strong: anywhere in its range, in decibels; anything where none is known."""
    low, high = kind.rcs_dbsm or (-35.0, 20.0)
    return _blurred(_unit((low <= RCS_DBSM) & (high >= RCS_DBSM)), RCS_SD_DB)


def way_density(kind: Kind) -> F64:
    """Return how often its way is so straight: a Beta distribution; anything at all is mostly straight."""
    middle = (np.arange(STRAIGHT_BINS) + 0.5) / STRAIGHT_BINS
    if kind.speed_mps is None:
        return 0.7 * _unit(middle**2) + 0.3 * _unit(np.ones(STRAIGHT_BINS))
    a, b = kind.traits.way
    return _unit(middle ** (a - 1.0) * (1.0 - middle) ** (b - 1.0))


def _table(clue: Clue, densities: list[F64]) -> F64:
    """Return the table (bins, K) of nats against the last class, which is anything at all."""
    low, high = BOUND_NATS[clue]
    logs = np.log(np.stack(densities, axis=1) + AT_LEAST)
    return np.clip(LOOKS[clue] * (logs - logs[:, -1:]), low, high)


def _rows(kinds: Sequence[Kind], clue: Clue, *rows: Callable[[Traits], float]) -> F64:
    """Return a table whose rows are judgements, with a row of nothing at its end for what is not known (-1)."""
    table = np.array([[row(kind.traits) for kind in kinds] for row in rows] + [[0.0] * len(kinds)])
    table[:, -1] = 0.0
    low, high = BOUND_NATS[clue]
    return np.asarray(np.clip(table, low, high), float)


def _said(name: str) -> Callable[[Traits], float]:
    def nats(traits: Traits) -> float:
        return float(getattr(traits, name))

    return nats


def _looked_up(table: F64, place: F64) -> F64:
    row = np.clip(np.round(np.nan_to_num(place)), 0, len(table) - 1).astype(np.int64)
    found: F64 = np.where(np.isnan(place)[:, None], 0.0, table[row])
    return found


def _chosen(table: F64, row: I64) -> F64:
    found: F64 = table[row]
    return found


def _unit(weights: F64 | npt.NDArray[np.bool_]) -> F64:
    return np.asarray(weights / max(float(np.sum(weights)), AT_LEAST), float)


def _blurred(density: F64, sd_bins: float) -> F64:
    reach = int(4.0 * sd_bins) + 1
    kernel = _unit(np.exp(-0.5 * (np.arange(-reach, reach + 1) / sd_bins) ** 2))
    return _unit(np.convolve(density, kernel)[reach : reach + density.size])
