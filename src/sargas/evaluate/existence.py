"""Is a track there as often as its probability of existence says? The reliability curve.

Source: Murphy and Winkler, Reliability of subjective probability forecasts of precipitation and temperature, Applied
Statistics 26(1), 1977; Brier, Verification of forecasts expressed in terms of probability, Monthly Weather Review
78(1), 1950.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sargas.evaluate.moments import F64, I64

N_BINS = 10


class Reliability(NamedTuple):
    """Claimed against observed existence by bins of equal width; NaN where a bin is empty.

    `claimed`: the mean of what the tracks of a bin claimed; `observed`: the share that was paired with a target.
    `brier`: the mean squared difference, 0 is best. `calibration_error`: the mean distance of the curve from the
    diagonal, each bin weighted by its tracks.
    """

    edges: F64
    n: I64
    claimed: F64
    observed: F64
    brier: float
    calibration_error: float


def reliability(existence: F64, is_real: NDArray[np.bool_], n_bins: int = N_BINS) -> Reliability | None:
    """Return the reliability curve of claims (n,) that turned out true or not (n,); None if nothing was claimed."""
    known = np.isfinite(existence)
    claim, real = np.clip(existence[known], 0.0, 1.0), is_real[known].astype(np.float64)
    if claim.size == 0:
        return None
    index = np.minimum((claim * n_bins).astype(np.int64), n_bins - 1)
    n = np.bincount(index, minlength=n_bins)
    filled = np.where(n > 0, n, np.nan)
    claimed = np.bincount(index, weights=claim, minlength=n_bins) / filled
    observed = np.bincount(index, weights=real, minlength=n_bins) / filled
    return Reliability(
        edges=np.linspace(0.0, 1.0, n_bins + 1),
        n=n.astype(np.int64),
        claimed=claimed,
        observed=observed,
        brier=float(((claim - real) ** 2).mean()),
        calibration_error=float(np.nansum(n * np.abs(claimed - observed)) / claim.size),
    )
