"""The tracker for scans of one sensor in a plane: arrays in, arrays out, nothing told about clutter or detection."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sargas.fuse.look import ROOM, WORK, empty_look, look
from sargas.fuse.named import predict_to
from sargas.fuse.pmb_settings import Settings, judgement_of, models_of, open_site
from sargas.fuse.scans import (
    BAD_COVARIANCE,
    BAD_POSITION,
    NOT_DEFINITE,
    POSITION_MAX_M,
    SOUND,
    VARIANCE_MAX_M2,
    write_scan,
)
from sargas.fuse.table import N_USED, SHOWN, grown, make_table, plain_measurement
from sargas.kernels.bank import COLUMN, N_PACKED, N_STATE, ROW, mean_and_covariance
from sargas.kernels.density import fade, make_views

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Records = NDArray[np.void]

FIRST_ROWS = 256
TIME_MAX_S = 1e11

FAULTS = {
    BAD_POSITION: f"a position is not a number within {POSITION_MAX_M:g} m of the origin",
    BAD_COVARIANCE: f"a covariance is not a number within {VARIANCE_MAX_M2:g} m^2",
    NOT_DEFINITE: "a covariance is not positive definite",
}


class States(NamedTuple):
    """Tracks as arrays, at the time of the newest scan.

    Their numbers (k,), x, y, vx, vy (k, 4) [m, m/s], covariance (k, 4, 4), probability of existence (k,).
    """

    ids: I64
    state: F64
    covariance: F64
    existence: F64


class PlaneTracker:
    """Tracks targets in the scans of one sensor; it learns the sensor's clutter and detection while it runs."""

    def __init__(self, settings: Settings = Settings()) -> None:  # noqa: B008 (frozen)
        self._judgement = judgement_of(settings)
        self._models = models_of(settings.motion)
        self._table = make_table(FIRST_ROWS)
        self._views = make_views(1)
        self._site = open_site()
        self._plain = plain_measurement()
        self._room = np.zeros(1, ROOM)
        self._run = 0
        self._n_measured = 0
        self._last_s: float | None = None

    def scan(self, time_s: float, xy_m: ArrayLike, cov_m2: ArrayLike) -> None:
        """Take in one scan: positions (n, 2) and their covariances (n, 2, 2), all of one time.

        Raises:
            ValueError: the time is not later than the last scan's, or a position or covariance is none.
        """
        xy, cov = np.asarray(xy_m, float).reshape(-1, 2), np.asarray(cov_m2, float).reshape(-1, 2, 2)
        n = len(xy)
        _check(time_s, xy, cov, self._last_s)
        ms = self._plain.repeat(n)
        fault = write_scan(ms, time_s, xy, cov, self._n_measured)
        if fault != SOUND:
            raise ValueError(FAULTS[fault])
        self._n_measured += n
        self._run += 1
        view = self._views[0]
        if self._last_s is not None:
            view["period"] = time_s - self._last_s
        fade(view, time_s)
        view["n_looks"] += 1.0
        view["clock"] = self._last_s = time_s
        used = int(self._table.counts[N_USED])
        if used + n > len(self._table.rows):
            self._table = grown(self._table, 2 * (used + n))
        if n == 0:
            empty_look(self._table, self._views, self._site[0], 0, time_s, self._judgement[0])
            return
        look(
            self._table, self._views, self._site[0], self._models, ms, np.arange(n), 0, True, self._run,
            self._judgement[0], self._room[0],
        )  # fmt: skip

    def shown(self) -> tuple[I64, F64]:
        """Return numbers (k,) and positions (k, 2) [m] of the tracks that are there now more likely than not."""
        rows, which = self._table.rows, self._which()
        x, dt = rows["x"][which], (self._last_s or 0.0) - rows["t"][which]
        return rows["uid"][which], x[:, :2] + x[:, 2:] * dt[:, None]

    def states(self) -> States:
        """Return all that is believed of the tracks of `shown`."""
        rows = self._table.rows[self._which()]
        state, packed = np.empty((len(rows), N_STATE)), np.empty((len(rows), N_PACKED))
        work, room = np.zeros(1, WORK)[0], self._room[0]
        for i, row in enumerate(rows):
            predict_to(row, work, self._models, self._last_s or 0.0, room)
            mean_and_covariance(work["X"], work["P"], work["mu"], state[i], packed[i])
        covariance = np.empty((len(rows), N_STATE, N_STATE))
        covariance[:, ROW, COLUMN] = covariance[:, COLUMN, ROW] = packed
        return States(rows["uid"].copy(), state, covariance, rows["r"].copy())

    def _which(self) -> I64:
        """Return the rows that are shown and there more likely than not."""
        rows, used = self._table.rows, self._table.used[: self._table.counts[N_USED]]
        shown = used[rows["state"][used] == SHOWN]
        there: I64 = shown[rows["r"][shown] * (1.0 - rows["hidden"][shown]) > 0.5]
        return there


def _check(time_s: float, xy: F64, cov: F64, last_s: float | None) -> None:
    """Raise ValueError for a scan that the compiled part could not take."""
    if not abs(time_s) <= TIME_MAX_S or (last_s is not None and time_s <= last_s):
        raise ValueError(f"a scan's time must be a number and later than the last one's ({last_s}), not {time_s}")
    if len(cov) != len(xy):
        raise ValueError(f"{len(xy)} positions have {len(cov)} covariances")
