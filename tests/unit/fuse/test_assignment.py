"""Global nearest neighbour against trying every assignment."""

import itertools

import numpy as np
import pytest

from sargas.fuse.assign import CLUSTER_MAX, assign


def best_by_trying(pairs: list[tuple[int, int]], costs: list[float]) -> tuple[int, float]:
    """Return the size and the cost of the best set of pairs that share no plot and no target."""
    best = (0, 0.0)
    for size in range(len(pairs), 0, -1):
        for chosen in itertools.combinations(range(len(pairs)), size):
            plots, targets = {pairs[i][0] for i in chosen}, {pairs[i][1] for i in chosen}
            cost = sum(costs[i] for i in chosen)
            if len(plots) == len(targets) == size and (size > best[0] or cost < best[1]):
                best = (size, cost)
        if best[0] == size:
            return best
    return best


@pytest.mark.parametrize("seed", range(30))
def test_most_pairs_and_then_the_cheapest_are_chosen(seed: int) -> None:
    rng = np.random.default_rng(seed)
    every = list(itertools.product(range(4), range(4)))
    pairs = [every[i] for i in rng.choice(16, 9, replace=False)]
    costs = rng.uniform(0, 30, 9).tolist()
    chosen = assign(pairs, costs)
    cost_of = dict(zip(pairs, costs, strict=True))
    assert len(set(chosen.values())) == len(chosen)
    assert (len(chosen), sum(cost_of[pair] for pair in chosen.items())) == pytest.approx(best_by_trying(pairs, costs))


def test_a_plot_with_two_targets_takes_the_nearer() -> None:
    assert assign([(0, 5), (0, 6)], [3.0, 2.0]) == {0: 6}


def test_a_flood_that_makes_one_huge_cluster_is_still_assigned_once_each() -> None:
    n = CLUSTER_MAX + 50
    pairs = [(i, j) for i in range(n) for j in range(max(0, i - 3), min(n, i + 4))]
    chosen = assign(pairs, [float(abs(i - j)) for i, j in pairs])
    assert chosen == {i: i for i in range(n)}
