"""The flights' weights under each hypothesis, and what an officer's word makes of them."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Labels = NDArray[np.int64]
T = TypeVar("T", bound=str)

LEAST = 1e-300
"""Less than this is nothing: a share of it cannot be reckoned."""
NOT_COUNTED = -1
"""The label of what none of the names speaks of."""


def masses(weight: F64, label: Labels, names: Sequence[T]) -> dict[T, float]:
    """Return the sum of the weights of each label; label k is that of `names[k]`."""
    counted = label != NOT_COUNTED
    sums = np.bincount(label[counted], weights=weight[counted], minlength=len(names))
    return dict(zip(names, sums.tolist(), strict=True))


def with_said(found: Mapping[T, float], said: Mapping[T, float]) -> dict[T, float]:
    """Return the shares, adding up to 1, with those that an officer has said; the others keep their proportions.

    What nothing speaks for stays at 0, whatever was said: there is no flight that could be weighed up.
    """
    total = sum(found.values())
    if total <= LEAST:
        return dict(found)
    spoken = {name: share for name, share in said.items() if found.get(name, 0.0) > 0.0}
    rest = sum(mass for name, mass in found.items() if name not in spoken)
    of_spoken = sum(spoken.values())
    if rest <= LEAST or of_spoken > 1.0:
        left, scale = 0.0, 1.0 / of_spoken if of_spoken > LEAST else 0.0
    else:
        left, scale = (1.0 - of_spoken) / rest, 1.0
    return {name: spoken[name] * scale if name in spoken else mass * left for name, mass in found.items()}


def reweighted(weight: F64, label: Labels, found: Mapping[T, float], wanted: Mapping[T, float]) -> F64:
    """Return the weights scaled so that each label has the share that is wanted of the total counted."""
    total = sum(found.values())
    factors = [wanted[name] * total / mass if mass > 0.0 else 0.0 for name, mass in found.items()]
    table = np.array([*factors, 1.0])  # the last one is that of NOT_COUNTED
    result: F64 = weight * table[label]
    return result
