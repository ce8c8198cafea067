"""Sargas: told nothing about clutter, detection or births; it learns them."""

from collections.abc import Sequence

import sargas
from peers import Scan, Told
from tracking_sets import F64, I64

N_WARM_UP = 12


class Sargas:
    """The tracker with its defaults. What numba compiles or loads is loaded before the clock starts."""

    def __init__(self, scans: Sequence[Scan]) -> None:
        self.scans = scans
        self.tracker = sargas.PlaneTracker()
        for k in range(min(N_WARM_UP, len(scans))):
            self.look(k)
            self.shown()
        self.tracker = sargas.PlaneTracker()

    def look(self, k: int) -> None:
        scan = self.scans[k]
        self.tracker.scan(scan.time_s, scan.xy_m, scan.cov_m2)

    def shown(self) -> tuple[I64, F64]:
        return self.tracker.shown()


def build(option: str, told: Told, scans: Sequence[Scan]) -> Sargas:  # noqa: ARG001 - nothing is told
    return Sargas(scans)
