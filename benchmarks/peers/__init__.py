"""Trackers side by side: what each of them is given, and what it has to answer. One library a file.

Every library's file has `build(option, told, scans)`. What the library needs as objects of its own is made there,
before the clock starts; `look(k)` is what is timed; `shown()` reads the confirmed tracks afterwards.
"""

import importlib
import importlib.util
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from tracking_sets import F64, I64, Recipe, TrackingSet

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements-peers.txt"


class Scan(NamedTuple):
    """Plots of one look: time [s], places (n, 2) [m], covariances (n, 2, 2) [m2], ranges [m] and azimuths [rad]."""

    time_s: float
    xy_m: F64
    cov_m2: F64
    polar: F64


class Told(Struct, frozen=True):
    """What a tracker may be told: true values, except that Sargas takes none of them."""

    period_s: float
    detection: float
    clutter_per_scan: float
    side_m: float
    range_sd_m: float
    azimuth_sd_rad: float
    is_polar: bool
    is_hard: bool  # groups, much clutter, detection 0.7: tuned for on its own
    n_targets: int  # at most, at one time
    place_sd_m: float  # the plots' mean error along one axis, for whoever knows one covariance only

    @property
    def clutter_per_m2(self) -> float:
        return self.clutter_per_scan / self.side_m**2


class Tracker(Protocol):
    """A library at work on one set."""

    def look(self, k: int) -> None:
        """Take the plots of scan k."""

    def shown(self) -> tuple[I64, F64]:
        """Return numbers (n,) and places (n, 2) [m] of the confirmed tracks."""


class Peer(Struct, frozen=True):
    """Where a tracker comes from: file in this folder, which of its options, package to install, module to import."""

    file: str
    option: str
    package: str
    imports: str
    n_targets_max: int = 1_000  # above, one scan takes longer than anybody waits for

    def excuse(self, n_targets: int) -> str:
        """Return why it is not tried on so many targets, empty if it can be."""
        if importlib.util.find_spec(self.imports) is None:
            return f"not installed: pip install '{pinned(self.package)}'"
        return f"not tried above {self.n_targets_max:,} targets" if n_targets > self.n_targets_max else ""

    def build(self, told: Told, scans: Sequence[Scan]) -> Tracker:
        built: Tracker = importlib.import_module(f"peers.{self.file}").build(self.option, told, scans)
        return built


PEERS = {
    "sargas": Peer("sargas_tracker", "", "sargas", "sargas", 100_000),
    "stonesoup-gnn-kd": Peer("stone_soup", "gnn-kd", "stonesoup", "stonesoup"),
    "stonesoup-gnn-tpr": Peer("stone_soup", "gnn-tpr", "stonesoup", "stonesoup"),
    "stonesoup-ehm2": Peer("stone_soup", "ehm2", "stonesoup", "stonesoup"),
    "stonesoup-lbp": Peer("stone_soup", "lbp", "stonesoup", "stonesoup"),
    "stonesoup-jpda": Peer("stone_soup", "jpda", "stonesoup", "stonesoup", 10),
    "pyrecest-gnn": Peer("pyrecest_trackers", "gnn", "pyrecest", "pyrecest"),
    "pyrecest-mb": Peer("pyrecest_trackers", "mb", "pyrecest", "pyrecest", 50),
    "lmbrs": Peer("lmb_rs", "", "multisensor-lmb-filters-rs", "multisensor_lmb_filters_rs"),
    "motpy": Peer("motpy_tracker", "", "motpy", "motpy"),
}


def pinned(package: str) -> str:
    """Return the package with the version that the figures were taken with."""
    if package == "sargas":
        return "-e ."
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if re.match(rf"{re.escape(package)}\b", line))


def scans_of(made: TrackingSet, period_s: float) -> list[Scan]:
    """Return the plots scan by scan."""
    parts = [slice(a, b) for a, b in zip(made.offset[:-1], made.offset[1:], strict=True)]
    return [Scan(k * period_s, made.xy_m[p], made.cov_m2[p], made.polar[p]) for k, p in enumerate(parts)]


def told_of(given: Recipe, made: TrackingSet) -> Told:
    """Return what the trackers are told about a set."""
    return Told(
        period_s=given.period_s,
        detection=given.detection,
        clutter_per_scan=given.mean_clutter,
        side_m=given.side_m,
        range_sd_m=given.range_sd_m,
        azimuth_sd_rad=given.azimuth_sd_rad,
        is_polar=given.is_polar,
        is_hard=given.group_size > 0,
        n_targets=given.n_targets,
        place_sd_m=float(np.sqrt(np.trace(made.cov_m2, axis1=1, axis2=2).mean() / 2)),
    )


class Numbers:
    """Small numbers for whatever a library calls its tracks by."""

    def __init__(self) -> None:
        self._given: dict[object, int] = {}

    def __call__(self, name: object) -> int:
        return self._given.setdefault(name, len(self._given))


def answer(found: Sequence[tuple[int, npt.ArrayLike]]) -> tuple[I64, F64]:
    """Return pairs of number and place as arrays."""
    ids = np.array([number for number, _ in found], np.int64)
    return ids, np.array([place for _, place in found], float).reshape(-1, 2)


def constant_velocity(period_s: float, q: float) -> tuple[F64, F64]:
    """Return transition and noise of white acceleration of density q [m2/s3]; state x, vx, y, vy."""
    t = period_s
    F: F64 = np.kron(np.eye(2), np.array([[1.0, t], [0.0, 1.0]]))
    Q: F64 = np.kron(np.eye(2), q * np.array([[t**3 / 3, t**2 / 2], [t**2 / 2, t]]))
    return F, Q
