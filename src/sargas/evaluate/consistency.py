"""Does a tracker know how wrong it is? NEES against truth, NIS against reports, with their chi-square bounds.

Source: Bar-Shalom, Li, Kirubarajan, Estimation with Applications to Tracking and Navigation, Wiley 2001, section
5.4.2 (statistical tests for filter consistency).
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import chi2

from sargas.evaluate.moments import F64

CONFIDENCE = 0.95


class Consistency(NamedTuple):
    """How n normalised squared errors of `dof` degrees of freedom compare with chi-square.

    `mean` should be about `dof`: above it the tracker claims to be better than it is. `low` and `high` bound the mean
    of n independent errors with 95 % probability; errors of one track follow each other, so that a mean a little
    outside of them proves nothing: `within`, the share of the errors below the 95 % quantile, should be about 0.95.
    """

    n: int
    dof: int
    mean: float
    low: float
    high: float
    within: float

    @property
    def average(self) -> float:
        """The mean per degree of freedom (ANEES); 1 is ideal."""
        return self.mean / self.dof


def normalised_squares(errors: F64, covariances: F64) -> F64:
    """Return e' P^-1 e of each error (n, d) with its covariance (n, d, d); NaN where it is unknown or no covariance.

    Of errors against truth this is the NEES, of innovations the NIS.
    """
    result = np.full(len(errors), np.nan)
    known = np.flatnonzero(np.isfinite(errors).all(axis=1) & np.isfinite(covariances).all(axis=(1, 2)))
    known = known[_is_covariance(covariances[known])]
    solved = np.linalg.solve(covariances[known], errors[known][:, :, None])[:, :, 0]
    result[known] = (errors[known] * solved).sum(axis=1)
    return result


def _is_covariance(matrices: F64) -> np.typing.NDArray[np.bool_]:
    """Return which matrices are symmetric and positive definite enough to divide by."""
    largest = np.abs(matrices).max(axis=(1, 2))
    is_symmetric = np.abs(matrices - matrices.transpose(0, 2, 1)).max(axis=(1, 2)) <= 1e-6 * largest
    result: np.typing.NDArray[np.bool_] = is_symmetric & (np.linalg.eigvalsh(matrices)[:, 0] > 1e-12 * largest)
    return result


def mean_bounds(n: int, dof: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return between what the mean of n independent chi-square values lies with that probability."""
    tail = (1.0 - confidence) / 2.0
    return float(chi2.ppf(tail, n * dof)) / n, float(chi2.ppf(1.0 - tail, n * dof)) / n


def consistency(squares: F64, dof: int) -> Consistency | None:
    """Return how normalised squared errors compare with chi-square; None if none is known."""
    known = squares[np.isfinite(squares)]
    if known.size == 0:
        return None
    low, high = mean_bounds(known.size, dof)
    within = float((known <= chi2.ppf(CONFIDENCE, dof)).mean())
    return Consistency(int(known.size), dof, float(known.mean()), low, high, within)
