"""The sensors of a configuration and the measurements of a batch as tables for registration."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.columns import Batch
from sargas.fuse.registration_settings import what_is
from sargas.kernels.registration_tables import LAST_T, N_BIAS, N_BIN, N_STAT, OTHER, PLOT, RANGING, Rows, Sensors
from sargas.kernels.stereographic import to_plane
from sargas.model.sensor import Sensor

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

SENSORS_MAX = 256
RANGING_MAX = 32
WINDOWS_MAX = 30.0  # beyond, the drift of the biases makes a target news again


def make_sensors(sensors: Sequence[Sensor], plane: F64) -> Sensors:
    """Return the table of sensors, nothing known of them yet; those beyond what there is room for are left alone."""
    S = len(sensors)
    what, joint, site = np.zeros(S, np.int8), np.full(S, -1), np.zeros((S, 2))
    n_ranging = 0
    for i, sensor in enumerate(sensors[:SENSORS_MAX]):
        kind = what_is(sensor)
        if kind == OTHER or sensor.lat_deg is None or sensor.lon_deg is None:
            continue
        if kind == RANGING:
            if n_ranging == RANGING_MAX:
                continue
            joint[i] = n_ranging
            n_ranging += 1
        what[i] = kind
        site[i] = to_plane(plane, sensor.lat_deg, sensor.lon_deg)[:2]
    n_surveyed = int(np.max(np.flatnonzero(what), initial=-1)) + 1
    table = Sensors(
        what=what,
        joint=joint,
        site=site,
        mean=np.zeros((S, N_BIAS)),
        own=np.zeros((S, N_BIAS, N_BIAS)),
        scale=np.ones((S, 2)),
        stats=np.zeros((S, N_STAT)),
        survey=np.zeros((n_surveyed, 2, N_BIN, 5), np.float32),
        last=np.zeros((S, 5)),
        seek=np.zeros((S, 2)),
        range_var=np.array([sensor.errors.range_sd_m**2 for sensor in sensors]),
    )
    table.last[:, LAST_T] = -math.inf
    return table


def rows_of(batch: Batch, target: I64, velocity: F64) -> Rows:
    """Return the rows of a batch for `Registration.observe`.

    The range of a plot without any height is left alone: it was laid down at an assumed height.

    Args:
        batch: as measured, not corrected; its sensors are those of the configuration, in its order, then strangers.
        target: (M,) number of the confirmed track that each row belongs to almost surely, -1 for all others. Those
            others matter: a sensor that points far off is seen in what belongs nowhere. A cooperative position that
            is doubted, or is rebroadcast from radar, is to have -1: it is no reference then.
        velocity: (M, 3) vx, vy of that track [m/s] and their sd; any finite numbers for target -1.
    """
    return Rows(
        batch.t,
        batch.sensor,
        batch.kind,
        batch.role,
        batch.z,
        batch.r,
        np.ascontiguousarray(target, np.int64),
        np.ascontiguousarray(velocity, np.float64),
        np.stack([batch.alt_wgs84, batch.alt_wgs84_sd], axis=1),
        (batch.role == PLOT) & np.isnan(batch.alt_wgs84) & np.isnan(batch.alt_baro),
    )


class Newest:
    """The last few targets of which something is known, and when it was."""

    def __init__(self, n: int) -> None:
        self._targets = np.full(n, -1)
        self._times_s = np.full(n, -math.inf)

    def note(self, target: int, time_s: float) -> None:
        """Remember it in place of the oldest."""
        held = np.flatnonzero(self._targets == target)
        k = int(held[0]) if held.size else int(np.argmin(self._times_s))
        self._targets[k], self._times_s[k] = target, time_s

    def since(self, time_s: float) -> I64:
        """Return the targets noted at or after a time."""
        return self._targets[self._times_s >= time_s]


class Witnesses:
    """In how many windows each of the targets seen lately has told of the sensors' biases."""

    def __init__(self, n: int) -> None:
        self._targets = np.full(n, -1)
        self._windows = np.zeros(n)

    def count(self, targets: I64) -> F64:
        """Return in how many windows each target has been a witness, this one included."""
        n = self._targets.size
        for target in np.unique(targets).tolist():
            k = target % n
            before = self._windows[k] if self._targets[k] == target else 0.0
            self._targets[k], self._windows[k] = target, min(before + 1.0, WINDOWS_MAX)
        return np.where(self._targets[targets % n] == targets, self._windows[targets % n], 1.0)

    def forget(self) -> None:
        """Let all be new witnesses."""
        self._windows[:] = 0.0
