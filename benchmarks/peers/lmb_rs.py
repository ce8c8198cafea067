"""multisensor-lmb-filters-rs: a labelled multi-Bernoulli filter with loopy belief propagation, in Rust.

Its births have fixed places; here they come from the last scan's plots that no track is near to, which is glue of
ours and within its time. It knows one covariance for all plots: for polar ones the mean.
"""

from collections.abc import Sequence

import multisensor_lmb_filters_rs as lmb
import numpy as np
from msgspec import Struct
from scipy.spatial import cKDTree

from peers import Numbers, Scan, Told, answer, constant_velocity
from tracking_sets import F64, I64

H = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])


class Settings(Struct, frozen=True):
    """Tuned on seed 100."""

    q: float = 10.0  # [m2/s3]
    speed_sd_mps: float = 40.0
    birth: float = 0.02  # existence
    keep_above: float = 1e-3
    show_above: float = 0.9  # and then for as long as it is above 0.5
    far: float = 4.0  # standard deviations of a plot from the nearest track that let it start one


class LabelledMultiBernoulli:
    """The filter, told the true rates."""

    def __init__(self, told: Told, scans: Sequence[Scan], settings: Settings) -> None:
        self.settings, self.sd_m, self.numbers = settings, told.place_sd_m, Numbers()
        self.plots = [[np.ascontiguousarray(place) for place in scan.xy_m] for scan in scans]
        self.places = [scan.xy_m for scan in scans]
        speed, place = settings.speed_sd_mps**2, told.place_sd_m**2
        self.birth_cov = np.diag([place, speed, place, speed]).tolist()
        F, Q = constant_velocity(told.period_s, settings.q)
        nowhere = lmb.BirthLocation(0, np.array([1e9, 0.0, 1e9, 0.0]), np.eye(4))
        self.filter = lmb.FilterLmb(
            lmb.MotionModel(F, Q, np.zeros(4), 0.998),
            lmb.SensorModel(H, np.eye(2) * place, told.detection, told.clutter_per_scan, told.side_m**2),
            lmb.BirthModel([nowhere], 1e-9, 1e-9),
            lmb.AssociatorConfig.lbp(100, 1e-3),
            lmb.FilterThresholds(
                existence=settings.keep_above, gm_weight=1e-3, max_components=1, min_trajectory_length=3
            ),
            seed=1,
        )
        self.n_born = 0
        self.confirmed: set[tuple[int, ...]] = set()

    def look(self, k: int) -> None:
        if k and len(self.places[k - 1]):
            self._give_birth(k, self.places[k - 1])
        self.filter.step(self.plots[k], k)

    def _give_birth(self, k: int, places: F64) -> None:
        tracks = self.filter.get_tracks()
        is_far = np.ones(len(places), bool)
        if tracks:
            means = np.array([np.asarray(track.mu)[0][[0, 2]] for track in tracks])
            is_far &= cKDTree(means).query(places)[0] > self.settings.far * self.sd_m
        born = []
        for x, y in places[is_far].tolist():
            self.n_born += 1
            state = [[x, 0.0, y, 0.0]]
            label = (k, self.n_born)
            born.append(lmb._TrackData(label, self.settings.birth, state, [self.birth_cov], [1.0]))  # noqa: SLF001
        self.filter.set_tracks([*tracks, *born])

    def shown(self) -> tuple[I64, F64]:
        found = []
        for track in self.filter.get_tracks():
            label = tuple(track.label)
            if track.existence > self.settings.show_above:
                self.confirmed.add(label)
            if label in self.confirmed and track.existence > 0.5:
                found.append((self.numbers(label), np.asarray(track.mu)[0][[0, 2]]))
        return answer(found)


def tuned(told: Told) -> Settings:
    return Settings(birth=0.005) if told.is_hard else Settings()


def build(option: str, told: Told, scans: Sequence[Scan]) -> LabelledMultiBernoulli:  # noqa: ARG001 - it has one
    return LabelledMultiBernoulli(told, scans, tuned(told))
