"""Which sites hold a track to be real: a track of directions must stand without the best of its witnesses.

A track's `of`, shape (N_WITNESS,), are the sensors that told of it (-1: none), `evidence` what each of late said for
it: ln of the likelihood ratios of its looks, detections and misses together, forgotten with time. The ratio of a look
is that of the odds of existence after it and before it, so a direction that another track explains as well says
little. A ghost lives on the directions of one site and on chance; of two sites and two targets the two false
crossings look like the two true ones until a third site decides.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sargas.kernels.crossing import SITE_REACH, SITE_X, SITE_Y
from sargas.kernels.directions import hears

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

N_WITNESS = 8
NOTHING = 1e-3
MOST = 4.0  # a chance detection must not be enough, however few false ones a sensor has
MEMORY_S = 60.0
LOWEST = -3.0  # a site that has long been blind to a track must be able to come to see it
RIVAL_MIN = 0.1


@njit(cache=True)
def credit(of: I64, evidence: F64, sensor: int, gained: float) -> None:
    """Add, in place, ln of the likelihood ratio of a sensor's look for a track; one look says MOST at most.

    A sensor that has no place takes an empty one, or that of the one that said least for or against, if it says more.
    """
    gained = min(gained, MOST)
    if abs(gained) < NOTHING:
        return
    at, least = -1, 0
    for k in range(of.shape[0]):
        if of[k] == sensor:
            at = k
        if of[least] >= 0 and (of[k] < 0 or abs(evidence[k]) < abs(evidence[least])):
            least = k
    if at < 0:
        if of[least] >= 0 and abs(evidence[least]) >= abs(gained):
            return
        at, of[least], evidence[least] = least, sensor, 0.0
    evidence[at] = max(evidence[at] + gained, LOWEST)


@njit(cache=True)
def fade(evidence: F64, dt: float) -> None:
    """Forget, in place, what time makes of the evidence."""
    for k in range(evidence.shape[0]):
        evidence[k] *= math.exp(-dt / MEMORY_S)


@njit(cache=True)
def best_two(evidence: F64) -> tuple[int, int]:
    """Return the places of the two sites that say most, -1 where none says anything for the track."""
    first, second = -1, -1
    for k in range(evidence.shape[0]):
        if evidence[k] <= 0.0:
            continue
        if first < 0 or evidence[k] > evidence[first]:
            first, second = k, first
        elif second < 0 or evidence[k] > evidence[second]:
            second = k
    return first, second


@njit(cache=True)
def without(evidence: F64, n_best: int) -> float:
    """Return the evidence for a track without its best site (1) or its best two (2)."""
    first, second = best_two(evidence)
    whole = 0.0
    for k in range(evidence.shape[0]):
        if k != first and not (n_best == 2 and k == second):
            whole += max(evidence[k], 0.0)
    return whole


@njit(cache=True)
def is_corroborated(
    i: int, xy: F64, existence: F64, settled: Flags, of: I64, evidence: F64, sites: F64, two: float, three: float
) -> bool:
    """Return whether track i may be shown as far as its witnesses go; tables over all tracks.

    Without its best site it must keep the evidence `two`. Where its best two sites may also notice another track, not
    `settled` and not seen by a third site, it must keep `three` without these: the two may be the false crossings of
    two others. Settled are the tracks that are confirmed, and those that need no directions. `xy`, shape (T, 2),
    `sites` as in `sargas.kernels.crossing`.
    """
    if without(evidence[i], 1) < two:
        return False
    if without(evidence[i], 2) >= three:
        return True
    first, second = best_two(evidence[i])
    a, b = of[i, first], of[i, second]
    for j in range(xy.shape[0]):
        if j == i or settled[j] or existence[j] < RIVAL_MIN or without(evidence[j], 2) >= three:
            continue
        if is_within(xy[j], sites[a]) and is_within(xy[j], sites[b]):
            return False
    return True


@njit(cache=True)
def is_within(xy: F64, site: F64) -> bool:
    """Return whether a site may notice what is at a place."""
    may: bool = hears(math.hypot(xy[0] - site[SITE_X], xy[1] - site[SITE_Y]), site[SITE_REACH]) > 0.0
    return may
