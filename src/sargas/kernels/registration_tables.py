"""The tables that sensor registration keeps, what a bias does to a measurement, and how it is taken off."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]
I8 = NDArray[np.int8]

PLACE, MOVING, ANGLE = 1, 2, 3  # kinds of measurement
PLOT, COOPERATIVE, BEARING = 0, 1, 3  # roles
OTHER, RANGING, POINTING, HEARING = 0, 1, 2, 3  # what a sensor is
N_BIAS = 4
N_NUISANCE = 3
N_COLUMN = 2 * N_BIAS + N_NUISANCE
N_ENTRY = 3
N_BIN = 120
BIN_RAD = 2.0 * math.pi / N_BIN
BIN_M = 200.0
EMPTY, ANCHOR = -2, -1
PROBES = 8
GATE = 25.0
HUBER = 2.5
MOVES = 3.0
RANGELESS_M2 = 1e8  # along the line of sight of a plot whose height is assumed: a cruising aircraft is 3 km off
CLIMB_SD_MPS = 10.0
SOUND_MPS = 340.0
SURVEY_MEMORY = 128.0
NEAREST_M = 100.0

# Columns of `Sensors.stats`.
N_USED, N_GATED, N_NEXT, N_NEAR = 0, 1, 2, 3
N_R, SUM_R2, SUM_REF_R, SUM_STATED_R, N_A, SUM_A2, SUM_REF_A, SUM_STATED_A = 4, 5, 6, 7, 8, 9, 10, 11
N_ROWS = 12
N_STAT = 13
TELLING = 3.0  # a residual tells of its own sensor only if the rest of the pair adds at most so much variance
# Columns of `Sensors.last`: time and azimuth of the newest bearing, how many rows were surveyed in this window,
# how many may be, and of how many targets one is paired in it.
LAST_T, LAST_AZIMUTH, N_SURVEYED, QUOTA, STRIDE = range(5)


class Sensors(NamedTuple):
    """Arrays over S sensors.

    what (S,); joint (S,) its place in the joint state of ranging sensors, -1 none; site (S, 2) [m]; mean (S, 4) bias;
    own (S, 4, 4) covariance of a pointing sensor's bias; scale (S, 2) by how much the variance along and across is
    larger than stated; stats (S, N_STAT) sums since the window began; survey (S, 2, N_BIN, 5) of the differences in
    azimuth and in range: weight, sum from the bin's middle, sum of its squares, sums of cosine and sine of the
    reference's azimuth; last (S, 5); seek (S, 2) 1 if rows without a target may be paired, and at which azimuth
    offset [rad]; range_var (S,) as configured [m^2].
    """

    what: I8
    joint: I64
    site: F64
    mean: F64
    own: F64
    scale: F64
    stats: F64
    survey: F32
    last: F64
    seek: F64
    range_var: F64


class Targets(NamedTuple):
    """The newest measurements of T targets: entry 0 cooperative, the others of the two last sensors.

    number (T,); sensor (T, 3); e (T, 3, 13): t, x, y, vx, vy, velocity sd, xx, xy, yy, height, its sd, 1 if used up,
    1 if its place rests on an assumed height.
    """

    number: I64
    sensor: I64
    e: F64


class Groups(NamedTuple):
    """Normal equations of G groups; a group is sensor a, sensor b (or ANCHOR) and a target.

    key (G, 3); A (G, 11, 11) and v (G, 11) over the biases of a, of b and the nuisance; n (G, 4): pairs, sums of
    their variances along and across the line of sight of a, and of what the first has beyond the sensor's own [m^2].
    """

    key: I64
    A: F64
    v: F64
    n: F64


class Rows(NamedTuple):
    """M measurements before any correction by registration; see `sargas.fuse.registration_tables.rows_of`."""

    t: F64
    sensor: I64
    kind: I64
    role: I64
    z: F64
    r: F64
    target: I64
    velocity: F64
    height: F64
    is_assumed: Bool


def make_targets(n: int) -> Targets:
    """Return room for n targets."""
    return Targets(np.full(n, -1, np.int64), np.full((n, N_ENTRY), EMPTY, np.int64), np.zeros((n, N_ENTRY, 13)))


def make_groups(n: int) -> Groups:
    """Return room for n groups."""
    return Groups(
        np.full((n, 3), -1, np.int64), np.zeros((n, N_COLUMN, N_COLUMN)), np.zeros((n, N_COLUMN)), np.zeros((n, 4))
    )


@njit(cache=True)
def wrapped(angle_rad: float) -> float:
    """Return the angle within +-pi."""
    return (angle_rad + math.pi) % (2.0 * math.pi) - math.pi


@njit(cache=True)
def sight(s: Sensors, a: int, x: float, y: float) -> tuple[float, float, float]:
    """Return the unit vector from the site of sensor a to a place, and the distance; (0, 0, 0) too near."""
    dx, dy = x - s.site[a, 0], y - s.site[a, 1]
    rho = math.sqrt(dx * dx + dy * dy)
    if not rho > NEAREST_M:
        return 0.0, 0.0, 0.0
    return dx / rho, dy / rho, rho


@njit(cache=True)
def without_bias(
    dx: float, dy: float, x0: float, y0: float, range_bias: float, azimuth_bias: float
) -> tuple[float, float]:
    """Return the place at dx, dy from a site at x0, y0, freed of a range and an azimuth bias."""
    rho = math.sqrt(dx * dx + dy * dy)
    if not rho > 0.0:
        return x0 + dx, y0 + dy
    along = max(rho - range_bias, 0.0) / rho
    # A clockwise azimuth that is less turns the place counter-clockwise.
    cos, sin = math.cos(azimuth_bias), math.sin(azimuth_bias)
    return x0 + along * (cos * dx - sin * dy), y0 + along * (sin * dx + cos * dy)


@njit(cache=True)
def freed(s: Sensors, a: int, x: float, y: float) -> tuple[float, float]:
    """Return a place that sensor a measured without its bias in range and azimuth as estimated now."""
    return without_bias(x - s.site[a, 0], y - s.site[a, 1], s.site[a, 0], s.site[a, 1], s.mean[a, 0], s.mean[a, 1])


@njit(cache=True)
def take_off(t: F64, sensor: I64, kind: I64, z: F64, site: F64, bias: F64, t_out: F64, z_out: F64) -> None:
    """Write times and measurements freed of the biases of their sensors, shape (S, 4), to `t_out` and `z_out`."""
    for i in range(t.shape[0]):
        t_out[i] = t[i]
        for c in range(4):
            z_out[i, c] = z[i, c]
        a = sensor[i]
        if a < 0 or a >= site.shape[0]:
            continue
        t_out[i] = t[i] - bias[a, 3]
        if kind[i] == ANGLE:
            z_out[i, 0] = z[i, 0] - bias[a, 1]
        elif bias[a, 0] != 0.0 or bias[a, 1] != 0.0:
            x0, y0 = site[a, 0], site[a, 1]
            z_out[i, 0], z_out[i, 1] = without_bias(z[i, 0] - x0, z[i, 1] - y0, x0, y0, bias[a, 0], bias[a, 1])
