"""How the hot loops are compiled: kept on disk, and dividing as numpy does (0/0 is NaN and raises nothing)."""

from numba import njit

compiled = njit(cache=True, error_model="numpy")
compiled_unlocked = njit(cache=True, error_model="numpy", nogil=True)
"""Likewise, and other threads run meanwhile: for what takes long and touches nothing of theirs."""
