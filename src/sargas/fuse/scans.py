"""A scan's arrays to measurements, looked over on the way. Compiled."""

import numpy as np
from numpy.typing import NDArray

from sargas.kernels.compiled import compiled

F64 = NDArray[np.float64]
Records = NDArray[np.void]

SOUND, BAD_POSITION, BAD_COVARIANCE, NOT_DEFINITE = 0, 1, 2, 3
POSITION_MAX_M, VARIANCE_MAX_M2 = 1e8, 1e12


@compiled
def write_scan(ms: Records, time_s: float, xy: F64, cov: F64, first_uid: int) -> int:
    """Write positions (n, 2) and covariances (n, 2, 2) to measurements; return SOUND or what is wrong with them."""
    for i in range(ms.shape[0]):
        m = ms[i]
        x, y, xx, xy_, yy = xy[i, 0], xy[i, 1], cov[i, 0, 0], cov[i, 0, 1], cov[i, 1, 1]
        # Written so that NaN fails it.
        if not (abs(x) <= POSITION_MAX_M and abs(y) <= POSITION_MAX_M):
            return BAD_POSITION
        if not (abs(xx) <= VARIANCE_MAX_M2 and abs(xy_) <= VARIANCE_MAX_M2 and abs(yy) <= VARIANCE_MAX_M2):
            return BAD_COVARIANCE
        if not (xx > 0.0 and xx * yy > xy_ * xy_):
            return NOT_DEFINITE
        m.t, m.uid = time_s, first_uid + i
        m.z[0], m.z[1] = x, y
        m.r[0], m.r[1], m.r[2] = xx, xy_, yy
    return SOUND
