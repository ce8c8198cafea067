"""A lost track to many possible flights: weighted places on the ground, each with the hypothesis that led there."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sargas.kernels import flight_ends as fe
from sargas.model.aircraft import Aircraft
from sargas.model.search import Clue, Conduct, Loss, SearchSettings, Wind
from sargas.model.sensor import Sensor
from sargas.search.clues import rows_of
from sargas.search.hypotheses import Group, groups
from sargas.search.manner import Manner, manner_of
from sargas.search.plane import EqualArea
from sargas.search.silences import CELL_M, HEIGHTS_M, HIDDEN, Silences, silences_of
from sargas.search.terrain import Terrain

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]

CODE: Final[dict[Conduct, int]] = {
    "course": fe.COURSE,
    "wander": fe.WANDER,
    "orbit": fe.ORBIT,
    "return": fe.RETURN,
    "drift": fe.DRIFT,
}
REACH_M: Final = 60_000.0
REACH_OF_RANGE: Final = 0.25
"""How far it usually flies on unseen: a judgement, and no more than a quarter of its range."""
TAIL: Final = 0.005
"""Share of flights that go on beyond that."""
RANGE_MAX_M: Final = 400_000.0
WIND_SD_MPS: Final = 4.5
"""Each component of the wind at 10 m where nobody has told it."""
POSITION_SD_LEAST_M: Final = 30.0
HEIGHT_SD_M: Final = 40.0
GROUND_SD_M: Final = 70.0
ASTRAY_TURN_RPS: Final = (math.radians(0.06), math.radians(1.0))
PARTICLES_LEAST: Final = 150
PILOTS: Final = 0.1
"""Share of the flights that go first, to find out where the others are needed."""
GROUND_CELL_M: Final = 500.0
GROUND_CELLS: Final = 400


class Flights(Struct, frozen=True):
    """The flights: where they ended [m] and when [s after the last report], their weights, and their hypotheses.

    `prior` are the weights before the evidence; they add up to 1. `weight` adds up to the likelihood of the evidence
    if it was there. `group` is the number of each one's hypothesis in `groups`, `clue_mass` what each clue of `clues`
    has of the weight.
    """

    groups: tuple[Group, ...]
    xy_m: F64
    time_s: F64
    prior: F64
    weight: F64
    group: NDArray[np.int32]
    clues: tuple[Clue, ...]
    clue_mass: F64
    silences: Silences
    height_m: float | None
    manner: Manner


class _Flown:
    """Flights of each hypothesis one after the other: where they ended, and how well that fits the evidence."""

    def __init__(self, numbers: list[int], n_clues: int) -> None:
        self.numbers = np.array(numbers)
        self._starts = np.concatenate([[0], np.cumsum(self.numbers)])
        self.out = np.empty((int(self._starts[-1]), fe.N_OUT))
        self.fits = np.empty((int(self._starts[-1]), n_clues))
        self.group = np.repeat(np.arange(len(numbers), dtype=np.int32), self.numbers)

    def part(self, k: int) -> slice:
        """Return the rows of hypothesis k."""
        return slice(int(self._starts[k]), int(self._starts[k + 1]))

    @property
    def likelihood(self) -> F64:
        """The likelihood of the evidence under each flight."""
        return np.exp(self.out[:, fe.OUT_LOG_WEIGHT])

    def mean_likelihood(self) -> F64:
        """Return the likelihood of the evidence under each hypothesis."""
        total = np.bincount(self.group, weights=self.likelihood, minlength=self.numbers.size).astype(np.float64)
        return np.asarray(total / self.numbers, np.float64)

    def per_flight(self, share: F64) -> F64:
        """Return the weight of each flight such that those of a hypothesis have its share."""
        each: F64 = (share / self.numbers)[self.group]
        return each


def fly_all(
    loss: Loss,
    *,
    settings: SearchSettings,
    kinds: Mapping[str, float],
    aircraft: Sequence[Aircraft],
    clues: Sequence[Clue],
    sensors: Sequence[Sensor],
    terrain: Terrain | None,
    plane: EqualArea,
    now_s: float,
    n_particles: int,
    seed: int,
) -> Flights:
    """Return the flights after a loss, as many as asked for, give or take a few per hypothesis."""
    ground_m = ground_at_loss_m(loss, sensors, terrain)
    height_m, height_sd_m = height_of(loss, settings, ground_m, is_surveyed=terrain is not None)
    manner = manner_of(loss, plane)
    hypotheses = [one for one in groups(loss.track, aircraft, kinds, height_m, manner) if one.weight > 1e-6]
    silences = silences_of(loss, clues, sensors, plane, ground_m, now_s)
    used, rows = rows_of(clues, sensors, plane, loss.track.last_report_s)
    state = last_state(loss)
    by_line = on_line(state, manner)
    wind = wind_row(settings.wind)
    ground = ground_table(terrain, plane, ground_m)
    share = np.array([one.weight for one in hypotheses])
    rng = np.random.default_rng(seed)

    def flown(numbers: list[int]) -> _Flown:
        some = _Flown(numbers, len(used))
        for k, group in enumerate(hypotheses):
            part = some.part(k)
            mean, root = by_line if group.conduct in {"course", "return", "orbit"} else state
            row = group_row(group, loss, settings, height_m, height_sd_m)
            fe.fly(
                rng, mean, root, row, wind, rows, silences.tables, HEIGHTS_M, CELL_M, HIDDEN, silences.watched_s,
                ground, GROUND_CELL_M, some.out[part], some.fits[part],
            )  # fmt: skip
        return some

    # A first few flights tell which hypotheses the evidence favours; those deserve more of the others.
    first = flown([max(PARTICLES_LEAST, round(PILOTS * n_particles * p)) for p in share])
    favoured = first.mean_likelihood() * share
    wanted = 0.5 * share + 0.5 * favoured / max(float(favoured.sum()), 1e-300)
    all_of_them = flown([max(PARTICLES_LEAST, round((1.0 - PILOTS) * n_particles * p)) for p in wanted])
    prior = all_of_them.per_flight(share)
    weight = prior * all_of_them.likelihood
    out = all_of_them.out
    return Flights(
        groups=tuple(hypotheses),
        xy_m=out[:, (fe.OUT_X, fe.OUT_Y)],
        time_s=out[:, fe.OUT_TIME],
        prior=prior,
        weight=weight,
        group=all_of_them.group,
        clues=tuple(used),
        clue_mass=weight @ all_of_them.fits if used else np.zeros(0),
        silences=silences,
        height_m=height_m,
        manner=manner,
    )


def last_state(loss: Loss) -> tuple[F64, F64]:
    """Return the mean (east, north, their velocities) at the last report, and the root of its covariance."""
    track = loss.track
    position, velocity = track.position_cov_m2, track.velocity_cov_m2ps2
    cov = np.zeros((4, 4))
    cov[:2, :2] = [[position[0], position[1]], [position[1], position[2]]]
    cov[2:, 2:] = [[velocity[0], velocity[1]], [velocity[1], velocity[2]]]
    values, vectors = np.linalg.eigh(np.nan_to_num(cov))
    cov = (vectors * np.maximum(values, 0.01)) @ vectors.T
    cov[:2, :2] += POSITION_SD_LEAST_M**2 * np.eye(2)
    return np.array([0.0, 0.0, track.east_mps, track.north_mps]), np.linalg.cholesky(cov)


def on_line(state: tuple[F64, F64], manner: Manner) -> tuple[F64, F64]:
    """Return the state with the course of the line that it flew before, if it flew one: that is known far better."""
    mean, root = state
    if manner.course_rad is None:
        return state
    along = np.array([math.sin(manner.course_rad), math.cos(manner.course_rad)])
    across = np.array([along[1], -along[0]])
    cov = root @ root.T
    speed_mps = max(float(mean[2:] @ along), 0.5)
    speed_var = max(float(along @ cov[2:, 2:] @ along), 0.01)
    cov[2:, 2:] = speed_var * np.outer(along, along)
    cov[2:, 2:] += (speed_mps * manner.course_sd_rad) ** 2 * np.outer(across, across)
    onto = np.asarray(np.linalg.cholesky(cov + 1e-9 * np.eye(4)), np.float64)
    return np.concatenate([mean[:2], speed_mps * along]), onto


def height_of(
    loss: Loss, settings: SearchSettings, ground_m: float, *, is_surveyed: bool
) -> tuple[float | None, float]:
    """Return its height above the ground at the loss and one standard deviation [m]; None if nobody knows it."""
    if settings.height_agl_m is not None:
        return settings.height_agl_m, 0.15 * settings.height_agl_m + 10.0
    track = loss.track
    alt_m = track.alt_wgs84_m if track.alt_wgs84_m is not None else track.alt_baro_m
    if alt_m is None:
        return None, 0.0
    return max(alt_m - ground_m, 20.0), HEIGHT_SD_M if is_surveyed else math.hypot(HEIGHT_SD_M, GROUND_SD_M)


def ground_at_loss_m(loss: Loss, sensors: Sequence[Sensor], terrain: Terrain | None) -> float:
    """Return the ground's height above the ellipsoid: of the survey, else about that of the sensors around."""
    track = loss.track
    if terrain is not None:
        surveyed = float(terrain.height_at(track.lon_deg, track.lat_deg)[0])
        if not math.isnan(surveyed):
            return surveyed
    heights = [sensor.alt_m for sensor in sensors if sensor.lat_deg is not None and sensor.alt_m > 0.0]
    return max(float(np.median(heights)) - 20.0, 0.0) if heights else 100.0


def wind_row(wind: Wind | None) -> F64:
    """Return east and north component at 10 m and their standard deviation [m/s]; still air, widely, if unknown."""
    if wind is None:
        return np.array([0.0, 0.0, WIND_SD_MPS])
    at_10_m = wind.speed_mps / fe.wind_factor(wind.at_height_m)
    to_rad = math.radians(wind.from_deg + 180.0)
    return np.array([at_10_m * math.sin(to_rad), at_10_m * math.cos(to_rad), wind.sd_mps])


def ground_table(terrain: Terrain | None, plane: EqualArea, ground_m: float) -> F32:
    """Return the ground's height over that at the last place, by row and column; one zero without a survey."""
    if terrain is None:
        return np.zeros((1, 1), dtype=np.float32)
    centres = (np.arange(GROUND_CELLS) - 0.5 * (GROUND_CELLS - 1)) * GROUND_CELL_M
    x, y = np.meshgrid(centres, centres)
    lonlat = plane.lonlat(np.stack([x.ravel(), y.ravel()], axis=1))
    heights = terrain.height_at(lonlat[:, 0], lonlat[:, 1])
    result: F32 = np.nan_to_num(heights - ground_m, nan=0.0).reshape(x.shape).astype(np.float32)
    return result


def group_row(group: Group, loss: Loss, settings: SearchSettings, height_m: float | None, height_sd_m: float) -> F64:
    """Return a hypothesis as the row of numbers that the flights take."""
    kind, track = group.kind, loss.track
    low_s, high_s, is_known = power_left_s(kind, loss, settings)
    speed_mps = max(math.hypot(track.east_mps, track.north_mps), 3.0)
    range_m = (speed_mps if kind.is_drifting else kind.speed_typical_mps) * kind.endurance_s[1]
    ending = kind.at_power_end if group.fate == "landed" else kind.at_failure
    row = np.zeros(fe.N_GROUP)
    row[fe.CONDUCT] = CODE[group.conduct]
    row[fe.IS_FALL] = group.fate == "fell"
    row[fe.IS_OBSTACLE] = group.fate == "obstacle"
    row[fe.AT_LOSS] = group.is_at_loss
    row[fe.REACH_M] = min(REACH_M, REACH_OF_RANGE * range_m)
    row[fe.TAIL] = TAIL
    row[fe.RANGE_M] = min(range_m, RANGE_MAX_M)
    row[fe.POWER_LOW_S], row[fe.POWER_HIGH_S] = (low_s, high_s) if is_known else (high_s, high_s)
    row[fe.IS_POWER_END] = is_known and group.fate == "landed"
    row[fe.HEIGHT_LOW_M], row[fe.HEIGHT_HIGH_M] = kind.height_agl_m
    row[fe.HEIGHT_MEAN_M] = math.nan if height_m is None else height_m
    row[fe.HEIGHT_SD_M] = height_sd_m
    row[fe.TURN_LOW], row[fe.TURN_HIGH] = ASTRAY_TURN_RPS
    row[fe.TURN_NOW] = math.radians(track.turn_rate_dps or 0.0)
    row[fe.LANDS], row[fe.GLIDES], row[fe.SPIRALS] = ending.lands, ending.glides, ending.spirals
    row[fe.FALLS], row[fe.PARACHUTE], row[fe.FLOATS] = ending.falls, ending.parachute, ending.floats
    row[fe.GLIDE_LOW], row[fe.GLIDE_HIGH] = kind.glide_ratio
    row[fe.GLIDE_SPEED_LOW], row[fe.GLIDE_SPEED_HIGH] = kind.glide_speed_mps
    row[fe.FALL_LOW], row[fe.FALL_HIGH] = kind.fall_mps
    row[fe.CHUTE_LOW], row[fe.CHUTE_HIGH] = kind.parachute_mps
    row[fe.SPEED_LOW], row[fe.SPEED_HIGH] = (0.0, 60.0) if kind.is_drifting else kind.speed_mps
    return row


def power_left_s(kind: Aircraft, loss: Loss, settings: SearchSettings) -> tuple[float, float, bool]:
    """Return how long its power can last after the loss [s], least and most, and whether its start is known."""
    track = loss.track
    low_s, high_s = kind.endurance_s
    if settings.take_off is None:
        return 0.0, max(high_s - (track.last_report_s - track.first_s), 0.0), False
    flown_least_s = track.last_report_s - settings.take_off.latest_s
    flown_most_s = track.last_report_s - settings.take_off.earliest_s
    least_s = max(low_s - flown_most_s, 0.0)
    return least_s, max(high_s - flown_least_s, least_s + 60.0), True
