"""PyRecEst: its track manager with global nearest neighbour, and its multi-Bernoulli tracker.

The manager asks its user for the matrix of costs: here Mahalanobis distances in numpy, on pairs from a KD-tree.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct, structs
from pyrecest.filters import track_manager
from pyrecest.filters.multi_bernoulli_tracker import MultiBernoulliTracker
from scipy.spatial import cKDTree

from peers import Numbers, Scan, Told, Tracker, answer, constant_velocity
from tracking_sets import F64, I64

H = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
SPEED_SD_MPS = 40.0


class Settings(Struct, frozen=True):
    """Tuned on seed 100."""

    q: float = 10.0  # [m2/s3]
    gate: float = 5.0  # standard deviations
    n_init: int = 3
    max_misses: int = 2
    shown_above: float = 0.7  # existence


def tuned(told: Told) -> Settings:
    settings = Settings()
    if told.is_hard:
        return structs.replace(settings, gate=3.0, n_init=7)
    if told.n_targets >= 500:
        return structs.replace(settings, gate=4.0, n_init=5)
    return structs.replace(settings, n_init=4) if told.n_targets >= 200 else settings


def initial_covariance(cov_m2: F64) -> F64:
    """Return a plot's covariance with an unknown velocity."""
    P: F64 = H.T @ cov_m2 @ H + np.diag([0.0, SPEED_SD_MPS**2, 0.0, SPEED_SD_MPS**2])
    return P


class GlobalNearestNeighbour:
    """The track manager. A measurement is a pair of place and covariance."""

    def __init__(self, told: Told, scans: Sequence[Scan], settings: Settings) -> None:
        self.scans = [list(zip(scan.xy_m, scan.cov_m2, strict=True)) for scan in scans]
        self.arrays, self.trees = scans, [cKDTree(scan.xy_m) for scan in scans]
        self.k, self.gate = 0, settings.gate
        self.manager = track_manager.TrackManager(
            predictor=track_manager.build_linear_gaussian_predictor(*constant_velocity(told.period_s, settings.q)),
            updater=track_manager.build_linear_gaussian_updater(H, covariance_of, place_of),
            initiator=track_manager.build_kalman_measurement_initiator(
                lambda measurement, **_: initial_covariance(measurement[1]),
                measurement_getter=place_of,
                measurement_to_state_mapping=H.T,
            ),
            associator=track_manager.build_global_nearest_neighbor_associator(self.costs, settings.gate, 0.0),
            n_init=settings.n_init,
            max_misses=settings.max_misses,
            keep_history=False,
            log_prior_estimates=False,
            log_posterior_estimates=False,
        )

    def costs(self, tracks: Sequence[Any], measurements: Sequence[Any], **_: object) -> F64:
        """Return Mahalanobis distances, infinite beyond the gate, worked out for pairs that a KD-tree calls near."""
        costs = np.full((len(tracks), len(measurements)), np.inf)
        if not costs.size:
            return costs
        states = [track.single_target_filter.filter_state for track in tracks]
        mean = np.array([state.mu for state in states])[:, [0, 2]]
        P = np.array([state.C for state in states])[:, [[0], [2]], [0, 2]]
        R = self.arrays[self.k].cov_m2
        reach_m = self.gate * np.sqrt(np.trace(P, axis1=1, axis2=2) + np.trace(R, axis1=1, axis2=2).max())
        near = self.trees[self.k].query_ball_point(mean, reach_m)
        i, j = np.repeat(np.arange(len(near)), [len(row) for row in near]), np.concatenate(near).astype(int)
        miss, S = self.arrays[self.k].xy_m[j] - mean[i], P[i] + R[j]
        distance = np.sqrt(np.einsum("ij,ijk,ik->i", miss, np.linalg.inv(S), miss))
        is_inside = distance < self.gate
        costs[i[is_inside], j[is_inside]] = distance[is_inside]
        return costs

    def look(self, k: int) -> None:
        self.k = k
        self.manager.step(self.scans[k])

    def shown(self) -> tuple[I64, F64]:
        tracks = self.manager.get_tracks(confirmed_only=True)
        self.manager.purge_deleted_tracks()
        places = [np.asarray(track.single_target_filter.filter_state.mu)[[0, 2]] for track in tracks]
        return answer([(track.track_id, place) for track, place in zip(tracks, places, strict=True)])


def place_of(measurement: tuple[F64, F64], **_: object) -> F64:
    return measurement[0]


def covariance_of(measurement: tuple[F64, F64], **_: object) -> F64:
    return measurement[1]


class MultiBernoulli:
    """The multi-Bernoulli tracker, told the true rates."""

    def __init__(self, told: Told, scans: Sequence[Scan], settings: Settings) -> None:
        self.motion, self.settings, self.numbers = constant_velocity(told.period_s, settings.q), settings, Numbers()
        self.scans = [(scan.xy_m.T.copy(), np.moveaxis(scan.cov_m2, 0, 2).copy()) for scan in scans]
        self.common_cov = None if told.is_polar else np.eye(2) * told.place_sd_m**2
        given = {
            "survival_probability": 0.998,
            "detection_probability": told.detection,
            "clutter_intensity": told.clutter_per_m2,
            "gating_probability": 0.9999,
            "pruning_threshold": 1e-2,
            "birth_existence_probability": 0.02,
            "birth_covariance": initial_covariance(np.eye(2) * told.place_sd_m**2),
            "measurement_to_state_matrix": H.T,
        }
        self.tracker = MultiBernoulliTracker(
            tracker_param=given, log_prior_estimates=False, log_posterior_estimates=False
        )

    def look(self, k: int) -> None:
        z, R = self.scans[k]
        self.tracker.predict_linear(*self.motion)
        self.tracker.update_linear(z, H, R if self.common_cov is None else self.common_cov)

    def shown(self) -> tuple[I64, F64]:
        found = [c for c in self.tracker.bernoulli_components if c.existence_probability > self.settings.shown_above]
        return answer([(self.numbers(c.label), np.asarray(c.get_point_estimate())[[0, 2]]) for c in found])


def build(option: str, told: Told, scans: Sequence[Scan]) -> Tracker:
    return (MultiBernoulli if option == "mb" else GlobalNearestNeighbour)(told, scans, tuned(told))
