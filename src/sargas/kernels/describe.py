"""States of a motion bank in the plane to the ellipsoid."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sargas.kernels.bank import TURN, mean_and_covariance, moves, predict
from sargas.kernels.compiled import compiled
from sargas.kernels.stereographic import from_plane, to_plane

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Record = Any

N_OUT = 12


@compiled
def describe(
    plane: F64, rows: NDArray[np.void], which: I64, t: F64, models: F64, w: Record, room: Record, out: F64
) -> None:
    """Write the state of each row at its time, on the ellipsoid and in its local east-north frame.

    Each line of `out`, shape (n, N_OUT): lat, lon [deg], ve, vn [m/s], position cov ee, en, nn [m^2], velocity cov
    ee, en, nn [m^2/s^2], turn rate [rad/s, counter-clockwise], time [s]. A time before a row's own, or NaN, gives its
    own, and the last column says so.
    """
    x, C = room.x, room.P
    for i in range(which.shape[0]):
        row = rows[which[i]]
        at = max(t[i], row.t) if t[i] == t[i] else row.t
        w.X[:], w.P[:], w.mu[:] = row.X, row.P, row.mu
        if at > row.t:
            moves(models, at - row.t, room.move, room.stay)
            predict(w.X, w.P, w.mu, models, room.move, room.stay, room.pool_x, room.pool_P)
        mean_and_covariance(w.X, w.P, w.mu, x, C)
        lat, lon = from_plane(plane, x[0], x[1])
        _, _, k, gamma = to_plane(plane, lat, lon)
        c, s = math.cos(gamma) / k, math.sin(gamma) / k
        out[i, 0], out[i, 1] = lat, lon
        # A true azimuth is the plane azimuth plus gamma.
        out[i, 2], out[i, 3] = c * x[2] + s * x[3], c * x[3] - s * x[2]
        for j in range(2):
            a, b, d = (C[0], C[1], C[2]) if j == 0 else (C[7], C[8], C[9])
            out[i, 4 + 3 * j] = c * c * a + 2.0 * c * s * b + s * s * d
            out[i, 5 + 3 * j] = (d - a) * c * s + (c * c - s * s) * b
            out[i, 6 + 3 * j] = s * s * a - 2.0 * c * s * b + c * c * d
        rate = 0.0
        for m in range(models.shape[0]):
            rate += row.mu[m] * models[m, TURN]
        out[i, 10], out[i, 11] = rate, at
