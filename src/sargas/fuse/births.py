"""Targets of which only directions are known: what no track explains is crossed with what other sites say."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.columns import BEARING, TOLD
from sargas.fuse.crossing import (
    as_array,
    candidates,
    direction,
    forget_old,
    near,
    no_rows,
    remember,
    settle,
    silent_sites,
)
from sargas.fuse.pmb_settings import Settings
from sargas.fuse.table import plain_measurement
from sargas.fuse.timeline import Timeline
from sargas.kernels.kinds import ANGLE
from sargas.model.sensor import Sensor

Records = NDArray[np.void]

EXPLAINED = 0.5
PRESENCE_CLUTTER = 0.2
NEAR_RADIUS_MIN_M = 200.0


class Births:
    """The directions that nothing explains, and the targets that they make where they cross."""

    def __init__(self, settings: Settings, sensors: Mapping[str, Sensor]) -> None:
        self._is_on = settings.crosses_bearings
        self._settings = settings.crossing
        self._par = as_array(settings.crossing)
        self._rows = no_rows(settings.crossing)
        self._n = 0
        self._detection = settings.bearing_detection
        self._clutter_per_rad = settings.bearing_clutter_per_rad
        self._is_sound = np.array([sensor.kind == "acoustic" for sensor in sensors.values()] + [False])
        self._sites = silent_sites(len(sensors) + 1)

    def of(self, taken: Records, timeline: Timeline, first_uid: int) -> Records:
        """Return the births, as measurements, that directions and presences among those just taken make."""
        is_of_use = (taken["role"] == BEARING) | (taken["role"] == TOLD)
        if not self._is_on or not is_of_use.any():
            return taken[:0]
        new = [
            self._row(m)
            for m in taken[
                is_of_use & (taken["fate"] == 0) & (taken["claimed"] < EXPLAINED) & np.isnan(taken["born_r"])
            ]
            if timeline.sites["trust"][min(m["sensor"], len(timeline.sites) - 1)] > 0.0
        ]
        if not new:
            return taken[:0]
        newest_s = float(taken["t"].max())
        self._n = forget_old(self._rows, self._n, newest_s - self._settings.window_s)
        self._n = remember(self._rows, self._n, np.array(new))
        births = candidates(self._rows, self._n, len(new), self._sites, self._par)
        settle(self._rows, births)
        n = len(births.existence)
        ms = plain_measurement().repeat(n)
        for i in range(n):
            m, cov = ms[i], births.cov[i]
            m["t"] = births.time_s[i]
            m["z"][:2] = births.state[i, 0], births.state[i, 2]
            m["r"][:3] = cov[0, 0], cov[0, 2], cov[2, 2]
            m["born_r"] = births.existence[i]
            m["role"], m["sensor"] = TOLD, int(self._rows[births.used[i, 0], 7])
            m["uid"] = first_uid + i
        return ms

    def _row(self, m: np.void) -> NDArray[np.float64]:
        """Return a measurement as a row of `sargas.fuse.crossing`."""
        sensor = min(int(m["sensor"]), len(self._is_sound) - 1)
        free = 1.0 - float(m["claimed"])
        z, r = m["z"], m["r"]
        if m["kind"] == ANGLE:
            return direction(
                float(z[0]), float(r[0]), (float(z[1]), float(z[2])), reach_m=float(z[3]), time_s=float(m["t"]),
                sensor=sensor, p_detect=self._detection, clutter_per_rad=self._clutter_per_rad, free=free,
                is_sound=bool(self._is_sound[sensor]),
            )  # fmt: skip
        radius = max(2.0 * math.sqrt(max(float(r[0]), float(r[2]))), NEAR_RADIUS_MIN_M)
        return near(
            (float(z[0]), float(z[1])), radius, time_s=float(m["t"]), sensor=sensor, p_detect=self._detection,
            clutter_per_m2=PRESENCE_CLUTTER / (math.pi * radius * radius), free=free,
        )  # fmt: skip
