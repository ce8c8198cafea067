"""Which measurements are judged together: those of one look of one sensor. Compiled."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.columns import PLOT
from sargas.kernels.compiled import compiled

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Records = NDArray[np.void]
Record = Any

N_KINDS = 4


@compiled
def is_judged_alone(m: Record) -> bool:
    """Return whether a measurement is judged on its own: it has a name, is no plot, or is a birth already judged."""
    return m.role != PLOT or m.icao >= 0 or m.remote >= 0 or not math.isnan(m.born_r)


@compiled
def group(ms: Records, window_s: F64, first: int) -> int:
    """Write the group, and its mean time, of each measurement; return the number of the next group.

    Args:
        ms: measurements in the order of their times.
        window_s: (S + 1,) for how long a look of each sensor lasts; the last one for all others.
        first: the number of the first group.
    """
    n, n_sensors = ms.shape[0], window_s.shape[0]
    open_group = np.full(n_sensors * N_KINDS, -1, np.int64)
    opened_s = np.zeros(n_sensors * N_KINDS)
    total, count = np.zeros(n), np.zeros(n)
    origin = ms[0].t
    following = first
    for a in range(n):
        m = ms[a]
        sensor = min(m.sensor, n_sensors - 1)
        place = sensor * N_KINDS + m.kind
        if (
            is_judged_alone(m)
            or sensor == n_sensors - 1
            or open_group[place] < 0
            or m.t - opened_s[place] > window_s[sensor]
        ):
            m.group = following
            following += 1
            if not is_judged_alone(m):
                open_group[place], opened_s[place] = m.group, m.t
        else:
            m.group = open_group[place]
        total[m.group - first] += m.t - origin
        count[m.group - first] += 1.0
    for a in range(n):
        ms[a].order_s = origin + total[ms[a].group - first] / count[ms[a].group - first]
    return following
