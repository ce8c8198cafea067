"""Where and when a track meets the edge of an area if it keeps its velocity, with the spread of both.

The spread comes from 64 fixed points of the joint normal distribution of position and velocity (an additive
recurrence low-discrepancy sequence through the inverse normal distribution), so that corners and bends of the border
count as they are and a replay gives the same numbers.
Source: M. Roberts, The unreasonable effectiveness of quasirandom sequences, 2018 (the R4 sequence).
"""

import math

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from scipy.special import ndtri

from sargas.airspace.geometry import Area, metres_per_degree, sound_covariance
from sargas.model.track import Track

F64 = npt.NDArray[np.float64]
N_POINTS = 64


def _normal_points(n: int) -> F64:
    """Return n standard normal points in four dimensions, with mean zero and unit variances."""
    root = 1.0
    for _ in range(60):
        root = (1.0 + root) ** 0.2
    uniform = (0.5 + np.arange(1, n + 1)[:, None] * (1.0 / root) ** np.arange(1, 5)) % 1.0
    points = ndtri(uniform)
    points -= points.mean(axis=0)
    whitening = np.linalg.inv(np.linalg.cholesky(points.T @ points / n))
    shaped: F64 = points @ whitening.T
    return shaped


_POINTS = _normal_points(N_POINTS)


class Meeting(Struct, frozen=True):
    """A meeting with an edge: probability within the horizon, the time and place on the mean path, the spreads.

    Times are seconds from the track's `time_s`, negative in the past. `position_sd_m` is along the longer axis.
    """

    probability: float
    in_s: float
    in_sd_s: float
    lat_deg: float
    lon_deg: float
    position_sd_m: float


def _factor(cov: tuple[float, float, float], least: float) -> tuple[float, float, float]:
    ee, en, nn = sound_covariance(cov, least)
    l11 = math.sqrt(ee)
    l21 = en / l11
    return l11, l21, math.sqrt(max(nn - l21 * l21, 0.0))


def meeting(area: Area, track: Track, horizon_s: float, back_s: float = 0.0) -> Meeting | None:
    """Return where the track meets the edge between `back_s` ago and `horizon_s` ahead, None if no likely path does.

    Only the velocity's spread that grows with time is added to the past part: the state is the one at `time_s`.
    """
    n_met, n_soon, in_s, in_sd_s, place_m, longest_m2 = area.meet(
        _POINTS,
        place_deg=(track.lon_deg, track.lat_deg),
        velocity_mps=(track.east_mps, track.north_mps),
        place_factor=_factor(track.position_cov_m2, 1.0),
        speed_factor=_factor(track.velocity_cov_m2ps2, 0.01),
        horizon_s=horizon_s,
        back_s=back_s,
    )
    if n_met == 0:
        return None
    east_m, north_m = metres_per_degree(track.lat_deg)
    return Meeting(
        probability=n_soon / N_POINTS,
        in_s=in_s,
        in_sd_s=in_sd_s,
        lat_deg=track.lat_deg + place_m[1] / north_m,
        lon_deg=track.lon_deg + place_m[0] / east_m,
        position_sd_m=math.sqrt(longest_m2),
    )
