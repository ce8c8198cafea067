"""The motion of all targets in arrays, each in a slot; the kernels do the work."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.measure import Measurement
from sargas.kernels import history
from sargas.kernels.history import History, make_history
from sargas.kernels.imm import N_STATE
from sargas.kernels.plots import N_OUT, describe

F64 = NDArray[np.float64]
FIRST_SLOTS = 64
PAIRS_PER_PLOT = 12


class Motion:
    """Slots of `sargas.kernels.history`, handed out and taken back; grows by doubling up to `slots_max`."""

    def __init__(self, par: F64, gates: F64, *, depth: int, keep_s: float, turn_share: float, slots_max: int) -> None:
        self._par = par
        self._gates = gates
        self._depth = depth
        self._keep_s = keep_s
        self._turn_share = turn_share
        self._slots_max = slots_max
        self._n_used = 0
        self._free: list[int] = []
        self._h: History = make_history(FIRST_SLOTS, depth)

    def __getstate__(self) -> dict[str, object]:
        """Leave out the slots that were never used."""
        state = self.__dict__.copy()
        state["_h"] = tuple(a[: self._n_used].copy() for a in self._h)
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        kept = self._h
        self._h = make_history(max(FIRST_SLOTS, self._n_used), self._depth)
        for room, used in zip(self._h, kept, strict=True):
            room[: self._n_used] = used

    @property
    def n_slots(self) -> int:
        """How many targets have a slot."""
        return self._n_used - len(self._free)

    def start(self, m: Measurement, *, velocity: tuple[float, float], velocity_var: float) -> int | None:
        """Return the slot of a new target at a measurement; None if there is no room left."""
        if self._free:
            slot = self._free.pop()
        elif self._n_used < self._slots_max:
            slot = self._n_used
            self._n_used += 1
            if slot >= self._h.n.shape[0]:
                self._grow()
        else:
            return None
        self.restart(slot, m, velocity=velocity, velocity_var=velocity_var)
        return slot

    def restart(self, slot: int, m: Measurement, *, velocity: tuple[float, float], velocity_var: float) -> None:
        """Begin a slot's target afresh at a measurement."""
        z = np.array([m.z[0], m.z[1], velocity[0], velocity[1]])
        r = np.array([m.r[0], m.r[1], m.r[2], velocity_var])
        history.start(self._h, slot, m.t, z, r, self._turn_share, self._par)

    def release(self, slot: int) -> None:
        """Take a slot back."""
        self._h.n[slot] = 0
        self._free.append(slot)

    def absorb(self, slot: int, m: Measurement) -> bool:
        """Put a measurement in its place in time; False if it is too late for that."""
        z, r = np.array(m.z), np.array(m.r)
        return int(history.absorb(self._h, slot, m.t, m.kind, z, r, self._keep_s, self._par)) != history.TOO_LATE

    def distance(self, slot: int, m: Measurement) -> float:
        """Return the squared statistical distance of a measurement; infinite before the target's history."""
        return float(history.distance(self._h, slot, m.t, m.kind, np.array(m.z), np.array(m.r), self._par)[0])

    def gate(self, kind: int) -> float:
        """Return the limit of the squared distance for a kind of measurement."""
        return float(self._gates[kind])

    def candidates(self, active: NDArray[np.int64], ms: Sequence[Measurement]) -> tuple[list[list[int]], list[float]]:
        """Return the gated pairs [measurement, index into active], and their costs, cheapest first for each."""
        n = len(ms)
        pairs = np.empty((n * PAIRS_PER_PLOT, 2), np.int64)
        costs = np.empty((n * PAIRS_PER_PLOT, 2))
        found = history.candidates(
            self._h,
            active,
            np.array([m.t for m in ms]),
            np.array([m.kind for m in ms]),
            np.array([m.z for m in ms]),
            np.array([m.r for m in ms]),
            self._gates,
            self._par,
            pairs,
            costs,
        )
        return pairs[:found].tolist(), costs[:found, 0].tolist()

    def newest(self, slot: int) -> tuple[float, float, float, float, float]:
        """Return the newest time, x, y [m], vx, vy [m/s] of a slot."""
        x, vx, y, vy = self._h.coarse[slot, :4].tolist()
        return float(self._h.t[slot, self._h.n[slot] - 1]), x, y, vx, vy

    def state_at(self, slot: int, t: float) -> tuple[F64, F64] | None:
        """Return mean and covariance at a time; None before the target's history."""
        x, c = np.empty(N_STATE), np.empty((N_STATE, N_STATE))
        return (x, c) if history.state_at(self._h, slot, t, self._par, x, c) else None

    def describe(self, plane: F64, slots: Sequence[int], times: Sequence[float]) -> list[list[float]]:
        """Return the rows of `sargas.kernels.plots.describe`."""
        out = np.empty((len(slots), N_OUT))
        describe(plane, self._h, np.array(slots, np.int64), np.array(times, np.float64), self._par, out)
        rows: list[list[float]] = out.tolist()
        return rows

    def _grow(self) -> None:
        bigger = make_history(min(2 * self._h.n.shape[0], self._slots_max), self._depth)
        for room, used in zip(bigger, self._h, strict=True):
            room[: used.shape[0]] = used
        self._h = bigger
