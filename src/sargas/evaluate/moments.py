"""Truth and tracks at the same moments, in one plane: what everything here is computed from."""

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

from sargas.evaluate.decision_clock import ClockScore
from sargas.model.errors import DataError

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


class Moment(Struct, frozen=True, kw_only=True, eq=False):
    """What there was, or what a tracker showed, at one moment: n things, each named by a whole number.

    `xy_m` (n, 2) are east and north in the plane. The rest may be None, or NaN for some: `velocity_mps` (n, 2),
    `position_cov_m2` and `velocity_cov_m2ps2` (n, 2, 2), `existence` (n,) as the tracker claims it, `nis` (n,) the
    normalised innovation squared of the report that placed the track at this moment.
    """

    ids: I64
    xy_m: F64
    velocity_mps: F64 | None = None
    position_cov_m2: F64 | None = None
    velocity_cov_m2ps2: F64 | None = None
    existence: F64 | None = None
    nis: F64 | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be scored.

        Raises:
            DataError: a shape does not fit, a position is not finite, or a number stands twice.
        """
        n = self.ids.size
        shapes = {"xy_m": (n, 2), "velocity_mps": (n, 2), "position_cov_m2": (n, 2, 2)}
        shapes |= {"velocity_cov_m2ps2": (n, 2, 2), "existence": (n,), "nis": (n,)}
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array is not None and array.shape != shape:
                raise DataError(f"{name}: expected shape {shape} for {n} ids, got {array.shape}")
        if not np.isfinite(self.xy_m).all():
            raise DataError("xy_m: a position is not finite")
        if np.unique(self.ids).size != n:
            raise DataError("ids: a number stands twice at one moment")

    def only(self, keep: NDArray[np.bool_]) -> "Moment":
        """Return the moment with those things alone that are kept."""

        def kept(part: F64 | None) -> F64 | None:
            return None if part is None else part[keep]

        return Moment(
            ids=self.ids[keep],
            xy_m=self.xy_m[keep],
            velocity_mps=kept(self.velocity_mps),
            position_cov_m2=kept(self.position_cov_m2),
            velocity_cov_m2ps2=kept(self.velocity_cov_m2ps2),
            existence=kept(self.existence),
            nis=kept(self.nis),
        )


class Post(Struct, frozen=True, kw_only=True):
    """A sensor's place in the plane [m], for the map."""

    name: str
    xy_m: tuple[float, float]


class ScoredRun(Struct, frozen=True, kw_only=True, eq=False):
    """Truth and tracks at the same moments: made from a scenario, from files or from a trial, all scored alike.

    `times_s` increase. `center_deg` is the latitude and longitude about which the plane lies, None if the positions
    never were on the earth. `truth_names` and `track_names` name the numbers. `notes` say what was done on the way.
    `clocks` are those of the incidents, of a run through the whole watch.
    """

    title: str
    times_s: F64
    truth: tuple[Moment, ...]
    tracks: tuple[Moment, ...]
    truth_names: dict[int, str] = {}
    track_names: dict[int, str] = {}
    sensors: tuple[Post, ...] = ()
    center_deg: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()
    clocks: tuple[ClockScore, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what does not belong together.

        Raises:
            DataError: there are not as many moments as times, or the times do not increase.
        """
        if not self.times_s.size == len(self.truth) == len(self.tracks):
            raise DataError(
                f"expected as many moments as times: {self.times_s.size} times, {len(self.truth)} of truth,"
                f" {len(self.tracks)} of tracks"
            )
        if not np.isfinite(self.times_s).all() or (np.diff(self.times_s) <= 0.0).any():
            raise DataError("times_s: expected finite times that increase")

    @property
    def step_s(self) -> float:
        """The usual time between two moments; 0 if there is only one."""
        return float(np.median(np.diff(self.times_s))) if self.times_s.size > 1 else 0.0

    @property
    def duration_s(self) -> float:
        """The time that the moments stand for: from the first to the last and a step more."""
        return float(self.times_s[-1] - self.times_s[0]) + self.step_s if self.times_s.size else 0.0

    def truth_name(self, number: int) -> str:
        """Return the name of a target."""
        return self.truth_names.get(number, str(number))

    def track_name(self, number: int) -> str:
        """Return the name of a track."""
        return self.track_names.get(number, str(number))


def from_arrays(
    truth: ArrayLike,
    tracks: Iterable[tuple[ArrayLike, ArrayLike]],
    times_s: ArrayLike | None = None,
    *,
    title: str = "arrays",
) -> ScoredRun:
    """Return the run of plain arrays, as simulations and benchmarks have them.

    Args:
        truth: (T, N, 2) positions [m] or (T, N, 4) with velocities behind them [m/s]; NaN where a target is not.
        tracks: T pairs of ids (k,) and positions (k, 2) [m].
        times_s: (T,); without it the moments count as seconds.
        title: what the tables and pictures are headed with.

    Raises:
        DataError: the arrays do not fit each other.
    """
    array = np.asarray(truth, dtype=np.float64)
    if array.ndim != 3 or array.shape[2] not in {2, 4}:
        raise DataError(f"truth: expected shape (T, N, 2) or (T, N, 4), got {array.shape}")
    return ScoredRun(
        title=title,
        times_s=np.arange(array.shape[0], dtype=np.float64) if times_s is None else np.asarray(times_s, np.float64),
        truth=tuple(_there(moment) for moment in array),
        tracks=tuple(_shown(ids, xy_m) for ids, xy_m in tracks),
    )


def _there(moment: F64) -> Moment:
    alive = np.flatnonzero(~np.isnan(moment[:, 0]))
    velocity = moment[alive, 2:4] if moment.shape[1] == 4 else None
    return Moment(ids=alive.astype(np.int64), xy_m=moment[alive, :2], velocity_mps=velocity)


def _shown(ids: ArrayLike, xy_m: ArrayLike) -> Moment:
    return Moment(
        ids=np.asarray(ids, dtype=np.int64).reshape(-1), xy_m=np.asarray(xy_m, dtype=np.float64).reshape(-1, 2)
    )


def numbered(moments: Sequence[Moment]) -> tuple[I64, list[I64]]:
    """Return all ids in rising order, and for each moment the places of its ids among them."""
    if not moments:
        return np.empty(0, np.int64), []
    every, places = np.unique(np.concatenate([moment.ids for moment in moments]), return_inverse=True)
    cuts = np.cumsum([moment.ids.size for moment in moments])[:-1]
    return every, [part.astype(np.int64) for part in np.split(places, cuts)]
