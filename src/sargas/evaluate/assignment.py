"""Which track belongs to which target: the best one-to-one pairing of near points, however many there are."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from scipy.spatial import cKDTree

from sargas.evaluate.moments import F64, I64
from sargas.model.errors import DataError

EDGES_MAX = 20_000_000


class Pairs(NamedTuple):
    """Pairs of points: places in the first and in the second array, and their distance [m], each shape (k,)."""

    first: I64
    second: I64
    distance_m: F64


def near_pairs(first_m: F64, second_m: F64, limit_m: float) -> Pairs:
    """Return every pair of points that are less than `limit_m` apart; arrays (n, 2) and (m, 2).

    Raises:
        DataError: so many points lie within the limit of each other that they cannot be told apart.
    """
    if not first_m.size or not second_m.size:
        return Pairs(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    tree, other = cKDTree(first_m), cKDTree(second_m)
    n = int(tree.count_neighbors(other, limit_m))
    if n > EDGES_MAX:
        raise DataError(
            f"{n} pairs of targets and tracks lie within {limit_m:g} m of each other at one moment; at most"
            f" {EDGES_MAX} can be weighed: choose a smaller cut-off"
        )
    found = tree.sparse_distance_matrix(other, limit_m, output_type="ndarray")
    near = found[found["v"] < limit_m]
    return Pairs(near["i"].astype(np.int64), near["j"].astype(np.int64), near["v"].astype(np.float64))


def best_pairs(first_m: F64, second_m: F64, limit_m: float, p: float = 2.0) -> Pairs:
    """Return the one-to-one pairing with the least sum of d^p - limit^p over its pairs, all of them with d < limit.

    This is the assignment of both GOSPA (whatever its alpha) and OSPA with cut-off `limit_m`: a pair at the cut-off
    or beyond costs what leaving both out costs. Points with no rival are paired directly; the rest is one sparse
    assignment (Jonker and Volgenant) in which every first point may also stay alone.
    """
    near = near_pairs(first_m, second_m, limit_m)
    if near.first.size == 0:
        return near
    has_rivals = (np.bincount(near.first)[near.first] > 1) | (np.bincount(near.second)[near.second] > 1)
    chosen = np.flatnonzero(~has_rivals)
    if has_rivals.any():
        contested = np.flatnonzero(has_rivals)
        chosen = np.sort(np.concatenate([chosen, contested[_contested(near, contested, limit_m, p)]]))
    order = chosen[np.argsort(near.first[chosen], kind="stable")]
    return Pairs(near.first[order], near.second[order], near.distance_m[order])


def _contested(near: Pairs, edges: I64, limit_m: float, p: float) -> I64:
    """Return which of the edges are chosen; costs are shifted so that none is zero, as the sparse solver needs."""
    rows, row = np.unique(near.first[edges], return_inverse=True)
    columns, column = np.unique(near.second[edges], return_inverse=True)
    n, m = rows.size, columns.size
    cost = (near.distance_m[edges] / limit_m) ** p + 1.0
    alone = np.arange(n)
    graph = csr_array(
        (
            np.concatenate([cost, np.full(n, 2.0)]),
            (np.concatenate([row, alone]), np.concatenate([column, m + alone])),
        ),
        shape=(n, m + n),
    )
    taken = np.empty(n, np.int64)
    matched_row, matched_column = min_weight_full_bipartite_matching(graph)
    taken[matched_row] = matched_column
    result: I64 = np.flatnonzero(taken[row] == column).astype(np.int64)
    return result
