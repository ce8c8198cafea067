"""The table of the tracker: everything that is believed of the targets, in arrays that can be copied whole.

A row is one Bernoulli component (a target that may or may not exist). Rows keep their place while they live; `used`
lists those in use in the order of their beginning. Because all of it is arrays, an earlier moment of the tracker is a
copy of the table, and going back to it is exact.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sargas.kernels.bank import N_PACKED, N_STATE

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

FREE, TENTATIVE, SHOWN, LOST = 0, 1, 2, 3
"""What a row is: not in use, not yet shown, shown, or shown before and not seen for long."""

N_SEEN, N_ENTRIES, N_NUMBERS = 12, 20, 4
ICAO, REMOTE, CALLSIGN, SQUAWK = 0, 1, 2, 3
WGS84, BARO = 0, 1
VALUE, VARIANCE, RATE, AT, LEAPT, N_HEIGHT = 0, 1, 2, 3, 4, 5
CONTRADICTED, IDENTITY_CHANGED, NEIGHBOUR_LEAPT, NOT_SEEN_BY_RADAR, N_FLAGS = 0, 1, 2, 3, 4
N_USED, NEXT_UID, N_EVER, N_FREED, N_COUNTS = 0, 1, 2, 3, 4
"""Places in `counts`: rows in use, the next name, rows ever used, rows given back."""


class Table(NamedTuple):
    """Arrays over C rows; times are UTC epoch seconds, -inf where there was none; ids are those of a batch, -1 none.

    X (C, M, 4), P (C, M, 10), mu (C, M), t (C,): motion at t, see `sargas.kernels.bank`.
    x (C, 4), spread (C, 3): mean of the models at t, and the larger (of x and y) variance of position [m^2], covariance of
    position and velocity, and variance of velocity.
    r (C,) probability that the target exists; hidden (C,) that no sensor can see it now if it does; existed_s (C,)
    their time. born (C, 2): r and position variance [m^2] at the beginning.
    state (C,) FREE.., uid (C,) its name for ever; touched (C,) the run that changed it last.
    identity (C, 4), key (C, 2): what it says that it is, and the addresses that are bound to it; numbers (C, 4): the
    neighbours' numbers bound to it.
    seen, seen_n, seen_s (C, 12): sensors that placed it, how often, when last; entries (C, 20), n_entries (C,).
    height (C, 2, 5), climb (C, 2), flagged_s (C, 4), jump (C, 4): heights, rate of climb and its time, when each flag
    was raised, and the last report of its name that it could not have given: how many agree, time, x, y.
    looked_s (C, L), spent (C, L): the last look of each scanning sensor that counted, and how surely it has given its
    plot of that look.
    """

    X: F64
    P: F64
    mu: F64
    t: F64
    x: F64
    spread: F64
    r: F64
    hidden: F64
    existed_s: F64
    born: F64
    state: I64
    uid: I64
    touched: I64
    first_s: F64
    last_s: F64
    named_s: F64
    cooperative_s: F64
    contradicted_s: F64
    sensed_s: F64
    period_s: F64
    latency_s: F64
    speed_max: F64
    hits: I64
    on_ground: I64
    identity: I64
    key: I64
    numbers: I64
    seen: I64
    seen_n: I64
    seen_s: F64
    entries: I64
    n_entries: I64
    height: F64
    climb: F64
    flagged_s: F64
    jump: F64
    looked_s: F64
    spent: F64
    used: I64
    freed: I64
    counts: I64


def make_table(capacity: int, n_models: int, n_scanning: int) -> Table:
    """Return an empty table."""
    c = capacity

    def none(*shape: int) -> I64:
        return np.full((c, *shape), -1, np.int64)

    def zeros(*shape: int) -> F64:
        return np.zeros((c, *shape))

    def never(*shape: int) -> F64:
        return np.full((c, *shape), -np.inf)

    return Table(
        X=zeros(n_models, N_STATE), P=zeros(n_models, N_PACKED), mu=zeros(n_models), t=zeros(),
        x=zeros(N_STATE), spread=zeros(3),
        r=zeros(), hidden=zeros(), existed_s=zeros(), born=zeros(2),
        state=np.zeros(c, np.int64), uid=none(), touched=none(),
        first_s=zeros(), last_s=never(), named_s=never(), cooperative_s=never(), contradicted_s=never(),
        sensed_s=never(), period_s=zeros(), latency_s=zeros(), speed_max=zeros(),
        hits=np.zeros(c, np.int64), on_ground=np.zeros(c, np.int64),
        identity=none(4), key=none(2), numbers=none(N_NUMBERS),
        seen=none(N_SEEN), seen_n=np.zeros((c, N_SEEN), np.int64), seen_s=never(N_SEEN),
        entries=np.zeros((c, N_ENTRIES), np.int64), n_entries=np.zeros(c, np.int64),
        height=zeros(2, N_HEIGHT), climb=zeros(2), flagged_s=never(N_FLAGS), jump=zeros(4),
        looked_s=never(n_scanning), spent=zeros(n_scanning),
        used=np.zeros(c, np.int64), freed=np.zeros(c, np.int64), counts=np.zeros(N_COUNTS, np.int64),
    )  # fmt: skip


def grown(table: Table, capacity: int, n_scanning: int) -> Table:
    """Return the table with more room for rows or for scanning sensors."""
    bigger = make_table(capacity, table.X.shape[1], n_scanning)
    for new, old in zip(bigger, table, strict=True):
        if old is table.counts:
            new[:] = old
        else:
            new[tuple(slice(0, n) for n in old.shape)] = old
    return bigger


def packed(table: Table) -> Table:
    """Return a copy without the rows that were never used; `grown` gives it room again."""
    n = max(int(table.counts[N_EVER]), 1)
    return Table(*(a.copy() if a is table.counts else a[:n].copy() for a in table))
