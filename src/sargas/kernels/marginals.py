"""Which measurement came from which target: marginal probabilities by loopy belief propagation.

Every target gives at most one measurement, every measurement comes from at most one target. The edges that passed the
gate are sorted by target; `first` (n + 1,) says where each target's begin, `target` and `measurement` (E,) whom each
joins, `psi` (E,) how likely the pair is against the target giving none, `rho` (m,) how likely the measurement is to
come from no known target [the unit of the likelihoods].

Source: Williams, Lau, Approximate evaluation of marginal association probabilities with belief propagation, IEEE
Transactions on Aerospace and Electronic Systems 50 (2014), equations 26 and 27; it converges, whatever the edges.
"""

import numpy as np
from numpy.typing import NDArray

from sargas.kernels.compiled import compiled

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

TOLERANCE = 1e-4
ITERATIONS_MAX = 50
TINY = 1e-300


@compiled
def marginals(first: I64, measurement: I64, psi: F64, rho: F64, missed: F64, beta: F64, unclaimed: F64) -> int:
    """Write the marginals; return how many rounds they took.

    Args:
        first: as above.
        measurement: as above.
        psi: as above.
        rho: as above.
        missed: (n,) receives the probability that each target gave none, given that psi counts from there.
        beta: (E,) receives the probability of each edge.
        unclaimed: (m,) receives the probability that each measurement came from no known target.
    """
    n, m, n_edges = first.shape[0] - 1, rho.shape[0], measurement.shape[0]
    at = np.zeros(m + 1, np.int64)
    for e in range(n_edges):
        at[measurement[e] + 1] += 1
    for j in range(m):
        at[j + 1] += at[j]
    place, by_measurement = at.copy(), np.empty(n_edges, np.int64)
    for e in range(n_edges):
        j = measurement[e]
        by_measurement[place[j]] = e
        place[j] += 1
    nu, mu = np.empty(n_edges), np.empty(n_edges)
    for e in range(n_edges):
        nu[e] = 1.0 / rho[measurement[e]]
    rounds, change = 0, 1.0
    while rounds < ITERATIONS_MAX and change > TOLERANCE:
        rounds += 1
        for i in range(n):
            total = 1.0
            for e in range(first[i], first[i + 1]):
                total += psi[e] * nu[e]
            for e in range(first[i], first[i + 1]):
                mu[e] = psi[e] / max(total - psi[e] * nu[e], TINY)
        change = 0.0
        for j in range(m):
            total = rho[j]
            for k in range(at[j], at[j + 1]):
                total += mu[by_measurement[k]]
            for k in range(at[j], at[j + 1]):
                e = by_measurement[k]
                new = 1.0 / max(total - mu[e], TINY)
                change = max(change, abs(new - nu[e]) * rho[j])
                nu[e] = new
            unclaimed[j] = rho[j] / total
    if rounds == 0 or n_edges == 0:
        for j in range(m):
            unclaimed[j] = 1.0
    for i in range(n):
        total = 1.0
        for e in range(first[i], first[i + 1]):
            total += psi[e] * nu[e]
        missed[i] = 1.0 / total
        for e in range(first[i], first[i + 1]):
            beta[e] = psi[e] * nu[e] / total
    return rounds
