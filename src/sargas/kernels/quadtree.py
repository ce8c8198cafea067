"""Weighted points to an adaptive grid of squares: fine where there are many, coarse where there are few.

The density in a square is known as well as the effective number of points in it allows (Kish: the square of the sum
of weights over the sum of squares); a square is split into four for as long as its parts can be known well enough.
"""

import numpy as np
from numpy.typing import NDArray

from sargas.kernels.compiled import compiled, compiled_unlocked

F64 = NDArray[np.float64]


@compiled_unlocked
def count(x: F64, y: F64, weight: F64, cell_m: float, mass: F64, square: F64) -> float:
    """Add the weights, and their squares, to the cells of a square grid about 0; return what lies outside it."""
    n = mass.shape[0]
    half = 0.5 * n * cell_m
    outside = 0.0
    for i in range(x.size):
        column, row = int(np.floor((x[i] + half) / cell_m)), int(np.floor((y[i] + half) / cell_m))
        if row < 0 or column < 0 or row >= n or column >= n:
            outside += weight[i]
            continue
        mass[row, column] += weight[i]
        square[row, column] += weight[i] * weight[i]
    return outside


@compiled
def leaves(masses: F64, squares: F64, n_levels: int, enough: float, out: F64) -> int:
    """Write the squares of the adaptive grid into `out`; return how many there are.

    Args:
        masses: the sums of weights of every level, one after the other, the coarsest (one square) first; level k
            has 4**k squares in rows.
        squares: likewise the sums of their squares.
        n_levels: how many levels there are.
        enough: a square whose effective number of points is at least this is split.
        out: level, row, column and mass of each, shape (room, 4).
    """
    starts = np.zeros(n_levels + 1, dtype=np.int64)
    for k in range(n_levels):
        starts[k + 1] = starts[k] + 4**k
    stack = np.zeros((4 * n_levels + 4, 3), dtype=np.int64)
    n_stack, n_out = 1, 0
    while n_stack > 0:
        n_stack -= 1
        level, row, column = stack[n_stack, 0], stack[n_stack, 1], stack[n_stack, 2]
        at = starts[level] + row * 2**level + column
        mass, square = masses[at], squares[at]
        if mass <= 0.0:
            continue
        is_split = level + 1 < n_levels and mass * mass >= enough * square and n_out + n_stack + 4 < out.shape[0]
        if not is_split:
            out[n_out, 0], out[n_out, 1], out[n_out, 2], out[n_out, 3] = level, row, column, mass
            n_out += 1
            continue
        for quarter in range(4):
            stack[n_stack, 0] = level + 1
            stack[n_stack, 1] = 2 * row + quarter // 2
            stack[n_stack, 2] = 2 * column + quarter % 2
            n_stack += 1
    return n_out


def pyramid(finest: F64) -> F64:
    """Return the sums of every level, the coarsest first, one after the other; `finest` is square, a power of two."""
    levels = [finest]
    while levels[-1].shape[0] > 1:
        fine = levels[-1]
        n = fine.shape[0] // 2
        levels.append(fine.reshape(n, 2, n, 2).sum(axis=(1, 3)))
    return np.concatenate([level.ravel() for level in reversed(levels)])
