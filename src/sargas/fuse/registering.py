"""The tracker's part in sensor registration: which track each measurement was of, and what is taken off."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.batch import Batch
from sargas.fuse.pmb_settings import Settings
from sargas.fuse.registration import NOT_USED, TRUSTED, Registration, rows_of
from sargas.fuse.table import SHOWN
from sargas.fuse.timeline import Timeline
from sargas.model.sensor import RegistrationEstimate, Sensor

F64 = NDArray[np.float64]
Records = NDArray[np.void]

SURELY = 0.9
SURE_R = 0.95
DOUBTED_S = 60.0
UNPROVEN_TRUST = 0.5


class Registering:
    """Feeds the estimator of `sargas.fuse.registration` and applies what it finds."""

    def __init__(self, settings: Settings, sensors: Mapping[str, Sensor]) -> None:
        self._settings = settings
        self._sensors = dict(sensors)
        self._registration: Registration | None = None

    def lay_plane(self, plane: F64) -> None:
        """Begin, now that there is a plane."""
        if self._settings.registers and self._sensors:
            self._registration = Registration(self._settings.registration, self._sensors, plane)

    @property
    def estimates(self) -> Mapping[str, RegistrationEstimate]:
        """Return what is known of each sensor."""
        return {} if self._registration is None else self._registration.estimates()

    def corrected(self, ms: Records) -> Records:
        """Return the measurements without the biases that are applied."""
        if self._registration is None or not self._registration.corrections().any():
            return ms
        fixed = ms.copy()
        fixed["t"], fixed["z"] = self._registration.corrected(
            np.ascontiguousarray(ms["t"]), np.ascontiguousarray(ms["sensor"]), np.ascontiguousarray(ms["kind"]),
            np.ascontiguousarray(ms["z"]),
        )  # fmt: skip
        return fixed

    def observe(self, batch: Batch, raw: Records, taken: Records, timeline: Timeline, now_s: float) -> None:
        """Take in the measurements as they came, each with the track that it was almost surely of."""
        if self._registration is None:
            return
        target, velocity = _tracks_of(raw, taken, timeline)
        self._registration.observe(now_s, rows_of(batch, target, velocity))
        trust = self._registration.trust()
        sites = timeline.sites
        sites["trust"][: len(trust)] = np.where(
            trust == NOT_USED, 0.0, np.where(trust == TRUSTED, 1.0, UNPROVEN_TRUST)
        )


def _tracks_of(raw: Records, taken: Records, timeline: Timeline) -> tuple[NDArray[np.int64], F64]:
    """Return the row that took each measurement almost surely (-1: none), and that row's velocity and its sd."""
    order = np.argsort(taken["uid"])
    at = order[np.searchsorted(taken["uid"], raw["uid"], sorter=order)]
    row = np.where(taken["claimed"][at] > SURELY, taken["row"][at], -1)
    rows = timeline.table.rows[np.maximum(row, 0)]
    t = raw["t"]
    is_sure = (row >= 0) & (rows["state"] == SHOWN) & (rows["r"] > SURE_R) & (t - rows["contradicted_s"] > DOUBTED_S)
    target = np.where(is_sure, rows["uid"], -1)
    velocity = np.column_stack([rows["x"][:, 2], rows["x"][:, 3], np.sqrt(rows["spread"][:, 2])])
    return target, np.where(is_sure[:, None], velocity, 0.0)
