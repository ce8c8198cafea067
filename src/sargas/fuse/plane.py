"""The tracker for scans of one sensor in a plane: arrays in, arrays out, nothing told about clutter or detection."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sargas.fuse.columns import PLOT, Batch
from sargas.fuse.look import Site, look
from sargas.fuse.pmb_settings import Settings, judgement_of, models_of
from sargas.fuse.table import N_USED, SHOWN, grown, make_table
from sargas.kernels.density import CLOCK, PERIOD, fade, make_density
from sargas.kernels.history import PLACE

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

FIRST_ROWS = 256
OPEN_SITE = Site(*(np.array([v]) for v in (np.nan, np.nan, 0.0, np.inf, 0.0, np.inf, 0.0)))


class States(NamedTuple):
    """Tracks as arrays: ids (k,), x, y, vx, vy (k, 4) [m, m/s], covariance (k, 4, 4), existence (k,)."""

    ids: I64
    state: F64
    covariance: F64
    existence: F64


class PlaneTracker:
    """Tracks targets in the scans of one sensor."""

    def __init__(self, settings: Settings = Settings()) -> None:  # noqa: B008 (frozen)
        self._judgement = judgement_of(settings)
        self._models = models_of(settings.motion)
        self._table = make_table(FIRST_ROWS, len(self._models), 1)
        self._density = make_density(1)
        self._run = 0
        self._last_s: float | None = None

    def scan(self, time_s: float, xy_m: ArrayLike, cov_m2: ArrayLike) -> None:
        """Take in one scan: positions (n, 2) and their covariances (n, 2, 2), all of one time."""
        xy, cov = np.asarray(xy_m, float).reshape(-1, 2), np.asarray(cov_m2, float).reshape(-1, 2, 2)
        n = len(xy)
        self._run += 1
        figures = self._density.figures[0]
        if self._last_s is not None:
            figures[PERIOD] = time_s - self._last_s
        fade(self._density, 0, time_s, 1.0)
        figures[CLOCK] = self._last_s = time_s
        used = int(self._table.counts[N_USED])
        if used + n > self._table.r.shape[0]:
            self._table = grown(self._table, 2 * (used + n), 1)
        if n == 0:
            return
        z, r = np.zeros((n, 4)), np.zeros((n, 4))
        z[:, :2] = xy
        r[:, 0], r[:, 1], r[:, 2] = cov[:, 0, 0], cov[:, 0, 1], cov[:, 1, 1]
        batch = plain_batch(np.full(n, time_s), z, r)
        look(
            self._table, self._density, OPEN_SITE, self._models, batch, np.arange(n), 0, True, self._run,
            self._judgement, np.empty(n),
        )  # fmt: skip

    def shown(self) -> tuple[I64, F64]:
        """Return numbers (k,) and positions (k, 2) [m] of the tracks that are there now more likely than not."""
        rows = self._rows()
        return self._table.uid[rows], self._table.x[rows, :2].copy()

    def _rows(self) -> I64:
        tb = self._table
        used = tb.used[: tb.counts[N_USED]]
        return used[(tb.state[used] == SHOWN) & (tb.r[used] * (1.0 - tb.hidden[used]) > 0.5)]


def plain_batch(t: F64, z: F64, r: F64) -> Batch:
    """Return a batch of anonymous plots of sensor 0 at places of the plane."""
    n = len(t)
    unknown, none = np.full(n, np.nan), np.full(n, -1)
    return Batch(
        t, np.zeros(n, np.int64), np.full(n, PLACE), z, r, unknown, unknown, unknown, unknown, unknown,
        none, none, none, none, none, np.full(n, PLOT), none, np.zeros(n, np.bool_), np.zeros(n, np.int64), t, none,
    )  # fmt: skip
