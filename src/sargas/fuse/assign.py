"""Global nearest neighbour: which plot belongs to which target, each at most once, at the least total cost."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

CLUSTER_MAX = 300
LEFT_OUT = 1e6


def assign(pairs: Sequence[tuple[int, int]], costs: Sequence[float]) -> dict[int, int]:
    """Return target by plot for the gated pairs: as many pairs as possible, then the cheapest.

    Pairs fall into clusters that share nothing; each is solved on its own. A cluster that only a flood of input can
    make is solved greedily, so that no input stalls the watch.
    """
    if len(pairs) == 1:
        return {pairs[0][0]: pairs[0][1]}
    chosen: dict[int, int] = {}
    for members in _clusters(pairs):
        if len(members) == 1:
            plot, target = pairs[members[0]]
            chosen[plot] = target
        else:
            chosen.update(_solve([pairs[i] for i in members], [costs[i] for i in members]))
    return chosen


def _clusters(pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Return the indices of pairs in groups connected by a common plot or target."""
    root: dict[int, int] = {}

    def find(node: int) -> int:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for plot, target in pairs:
        a, b = ~plot, target  # plots are the negative nodes
        root.setdefault(a, a)
        root.setdefault(b, b)
        ra, rb = find(a), find(b)
        if ra != rb:
            root[max(ra, rb)] = min(ra, rb)
    groups: dict[int, list[int]] = {}
    for i, (plot, _) in enumerate(pairs):
        groups.setdefault(find(~plot), []).append(i)
    return list(groups.values())


def _solve(pairs: Sequence[tuple[int, int]], costs: Sequence[float]) -> Mapping[int, int]:
    plots = list(dict.fromkeys(plot for plot, _ in pairs))
    targets = list(dict.fromkeys(target for _, target in pairs))
    if len(plots) == 1:
        best = min(range(len(pairs)), key=costs.__getitem__)
        return {plots[0]: pairs[best][1]}
    if len(plots) > CLUSTER_MAX or len(targets) > CLUSTER_MAX:
        return _greedy(pairs, costs)
    row = {plot: i for i, plot in enumerate(plots)}
    column = {target: i for i, target in enumerate(targets)}
    matrix = np.full((len(plots), len(targets)), LEFT_OUT)
    for (plot, target), cost in zip(pairs, costs, strict=True):
        matrix[row[plot], column[target]] = cost
    rows, columns = linear_sum_assignment(matrix)
    return {
        plots[i]: targets[j] for i, j in zip(rows.tolist(), columns.tolist(), strict=True) if matrix[i, j] < LEFT_OUT
    }


def _greedy(pairs: Sequence[tuple[int, int]], costs: Sequence[float]) -> Mapping[int, int]:
    chosen: dict[int, int] = {}
    taken: set[int] = set()
    for i in sorted(range(len(pairs)), key=lambda i: (costs[i], i)):
        plot, target = pairs[i]
        if plot not in chosen and target not in taken:
            chosen[plot] = target
            taken.add(target)
    return chosen
