"""Stone Soup: global nearest neighbour on a KD-tree or a TPR-tree, and joint probabilistic data association.

Joint association is done plainly (jpda: every joint event is listed, which ends at about ten targets), with efficient
hypothesis management (ehm2), or with loopy belief propagation (lbp). The motion model is time-invariant: its matrices
are made once instead of for every prediction, about twice as fast with the same answers.

Polar plots: with the KD-tree as they are (range and azimuth, extended Kalman filter; the tree then leaves out what
is far in range), since it takes one measurement model for all; with the TPR-tree converted, each with a covariance of
its own.
"""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from msgspec import Struct, structs
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.dataassociator.probability import JPDA, JPDAwithEHM2, JPDAwithLBP
from stonesoup.dataassociator.tree import DetectionKDTreeGNN2D, DetectionKDTreeMixIn, TPRTreeGNN2D
from stonesoup.deleter.time import UpdateTimeStepsDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.hypothesiser.probability import PDAHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.measurement.nonlinear import CartesianToBearingRange
from stonesoup.models.transition.linear import LinearGaussianTimeInvariantTransitionModel
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.tracker.simple import MultiTargetMixtureTracker, MultiTargetTracker
from stonesoup.types.angle import Bearing
from stonesoup.types.array import CovarianceMatrix, StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import ExtendedKalmanUpdater, KalmanUpdater

from peers import Numbers, Scan, Told, answer, constant_velocity
from tracking_sets import F64, I64

START = datetime.datetime(2024, 1, 1, tzinfo=None)  # noqa: DTZ001 - Stone Soup's own examples have no time zone


class KDTreeEHM2(DetectionKDTreeMixIn, JPDAwithEHM2):
    """Efficient hypothesis management with what the KD-tree finds near."""


class KDTreeLBP(DetectionKDTreeMixIn, JPDAwithLBP):
    """Loopy belief propagation with what the KD-tree finds near."""


class KDTreeJPDA(DetectionKDTreeMixIn, JPDA):
    """All joint events of what the KD-tree finds near."""


class Settings(Struct, frozen=True):
    """Tuned on seed 100; what 1,000 targets need on that set itself, which favours Stone Soup."""

    min_points: int = 3
    missed_steps: int = 3  # a confirmed track is deleted after this many scans without a plot
    missed_steps_tentative: int = 2
    gate: float = 5.0  # standard deviations
    q: float = 10.0  # [m2/s3]
    speed_sd_mps: float = 40.0
    tree_reach_m: float = 1_500.0


def tuned(told: Told) -> Settings:
    settings = Settings()
    if told.is_hard:
        return structs.replace(settings, min_points=6, gate=3.0)
    if told.n_targets >= 500:
        return structs.replace(settings, min_points=4, gate=4.0)
    return structs.replace(settings, min_points=4) if told.n_targets >= 200 else settings


class StoneSoup:
    """One of Stone Soup's trackers."""

    def __init__(self, option: str, told: Told, scans: Sequence[Scan], settings: Settings | None = None) -> None:
        self.told, self.settings = told, settings or tuned(told)
        self.with_own_covariance = told.is_polar and option == "gnn-tpr"
        self.as_polar = told.is_polar and not self.with_own_covariance
        self.model = self._measurement_model()
        F, Q = constant_velocity(told.period_s, self.settings.q)
        motion = LinearGaussianTimeInvariantTransitionModel(transition_matrix=F, covariance_matrix=Q)
        self.predictor = KalmanPredictor(motion)
        self.updater = (ExtendedKalmanUpdater if self.as_polar else KalmanUpdater)(self.model)
        self.numbers, self.tracks = Numbers(), set[Any]()
        self._scans = iter(self._tracker(option, [self._detections(scan) for scan in scans]))

    def look(self, k: int) -> None:  # noqa: ARG002 - the tracker draws the scans itself
        _, self.tracks = next(self._scans)

    def shown(self) -> tuple[I64, F64]:
        found = [(track.id, track.state_vector) for track in self.tracks]
        return answer([(self.numbers(name), (float(state[0, 0]), float(state[2, 0]))) for name, state in found])

    def _measurement_model(self) -> Any:
        told = self.told
        if self.as_polar:
            noise = np.diag([told.azimuth_sd_rad**2, told.range_sd_m**2])
            return CartesianToBearingRange(ndim_state=4, mapping=(0, 2), noise_covar=noise)
        return LinearGaussian(4, (0, 2), np.diag([told.place_sd_m**2] * 2))

    def _detections(self, scan: Scan) -> tuple[datetime.datetime, set[Any]]:
        at = START + datetime.timedelta(seconds=scan.time_s)
        return at, set(self._each(scan, at))

    def _each(self, scan: Scan, at: datetime.datetime) -> Iterator[Any]:
        for xy, cov, (range_m, azimuth) in zip(scan.xy_m, scan.cov_m2, scan.polar, strict=True):
            place = StateVector([[Bearing(azimuth)], [range_m]]) if self.as_polar else StateVector(xy)
            model = LinearGaussian(4, (0, 2), cov) if self.with_own_covariance else self.model
            yield Detection(place, timestamp=at, measurement_model=model)

    def _associator(self, kind: str, by_distance: Any, by_probability: Any) -> Any:
        tree = {"predictor": self.predictor, "updater": self.updater, "max_distance": self.settings.tree_reach_m}
        match kind:
            case "gnn":
                return GNNWith2DAssignment(by_distance)
            case "gnn-kd":
                return DetectionKDTreeGNN2D(by_distance, **tree)
            case "gnn-tpr":
                horizon = datetime.timedelta(seconds=3 * self.told.period_s)
                return TPRTreeGNN2D(by_distance, measurement_model=self.model, horizon_time=horizon)
            case "ehm2":
                return KDTreeEHM2(by_probability, **tree)
            case "lbp":
                return KDTreeLBP(by_probability, **tree)
            case "jpda":
                return KDTreeJPDA(by_probability, **tree)
        raise ValueError(f"no associator '{kind}'")

    def _tracker(self, option: str, detections: list[tuple[datetime.datetime, set[Any]]]) -> Any:
        told, settings = self.told, self.settings
        # False plots per radian and metre grow with range; 60 km stands for all of them.
        clutter = told.clutter_per_m2 * (60e3 if self.as_polar else 1.0)
        near = DistanceHypothesiser(self.predictor, self.updater, Mahalanobis(), missed_distance=settings.gate)
        likely = PDAHypothesiser(
            self.predictor,
            self.updater,
            clutter_spatial_density=clutter,
            prob_detect=told.detection,
            prob_gate=0.9997,
        )
        variance = settings.speed_sd_mps**2
        prior = GaussianState(StateVector([0, 0, 0, 0]), CovarianceMatrix(np.diag([0, variance, 0, variance])), START)
        begins_with = option if option.startswith("gnn") else "gnn-kd"
        initiator = MultiMeasurementInitiator(
            prior,
            UpdateTimeStepsDeleter(time_steps_since_update=settings.missed_steps_tentative),
            self._associator(begins_with, near, likely),
            self.updater,
            measurement_model=None if self.with_own_covariance else self.model,
            min_points=settings.min_points,
        )
        return (MultiTargetTracker if option.startswith("gnn") else MultiTargetMixtureTracker)(
            initiator=initiator,
            deleter=UpdateTimeStepsDeleter(time_steps_since_update=settings.missed_steps),
            detector=detections,
            data_associator=self._associator(option, near, likely),
            updater=self.updater,
        )


def build(option: str, told: Told, scans: Sequence[Scan]) -> StoneSoup:
    return StoneSoup(option, told, scans)
