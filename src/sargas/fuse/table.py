"""The table of the tracker: everything that is believed of the targets, in one array that can be copied whole.

A row is one Bernoulli component: a target that may or may not exist. Rows keep their place while they live; `used`
lists those in use in the order of their beginning. Because all of it is arrays, an earlier moment of the tracker is a
copy of the table, and going back to it is exact.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.columns import Batch
from sargas.kernels.bank import N_PACKED, N_STATE
from sargas.kernels.kinds import PLACE

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Records = NDArray[np.void]

N_MODELS: Final = 4
SCANNING_MAX: Final = 16
"""Sensors whose silence says something; of further ones only what they see counts."""

FREE, TENTATIVE, SHOWN, LOST = 0, 1, 2, 3
"""What a row is: not in use, not yet shown, shown, or shown before and not seen for long."""

N_SEEN, N_ENTRIES, N_NUMBERS = 12, 20, 4
ICAO, REMOTE, CALLSIGN, SQUAWK = 0, 1, 2, 3
WGS84, BARO = 0, 1
VALUE, VARIANCE, RATE, AT, LEAPT, N_HEIGHT = 0, 1, 2, 3, 4, 5
CONTRADICTED, IDENTITY_CHANGED, NEIGHBOUR_LEAPT, OWN_CONTRADICTED, N_FLAGS = 0, 1, 2, 3, 4

ROW: Final = np.dtype(
    [
        # motion at t, see `sargas.kernels.bank`; the mean of the models; the larger (of x and y) variance of position
        # [m^2], covariance of position and velocity, variance of velocity
        ("X", "f8", (N_MODELS, N_STATE)), ("P", "f8", (N_MODELS, N_PACKED)), ("mu", "f8", (N_MODELS,)), ("t", "f8"),
        ("x", "f8", (N_STATE,)), ("spread", "f8", (3,)),
        # probability that the target exists, and that no sensor can see it now if it does; their time
        ("r", "f8"), ("hidden", "f8"), ("existed_s", "f8"),
        ("born_r", "f8"), ("born_var", "f8"),  # existence and position variance [m^2] at the beginning
        ("state", "i8"),
        ("uid", "i8"),  # its name for ever: the number of the measurement that it began with
        ("touched", "i8"),  # the run that changed it last
        ("first_s", "f8"), ("last_s", "f8"), ("named_s", "f8"), ("keyed_s", "f8"),
        ("cooperative_s", "f8"), ("contradicted_s", "f8"),
        ("sensed_s", "f8"), ("period_s", "f8"), ("latency_s", "f8"), ("speed_max", "f8"),
        ("hits", "i8"), ("vouched", "i8"), ("on_ground", "i8"), ("unseen", "i8"),
        # what it says that it is; the addresses that are bound to it; the neighbours' numbers that are
        ("identity", "i8", (4,)), ("key", "i8", (2,)), ("numbers", "i8", (N_NUMBERS,)),
        ("number_sensor", "i8", (N_NUMBERS,)),
        # sensors that placed it, how often, when last; the newest entries of the journal about it
        ("seen", "i8", (N_SEEN,)), ("seen_n", "i8", (N_SEEN,)), ("seen_s", "f8", (N_SEEN,)),
        ("entries", "i8", (N_ENTRIES,)), ("n_entries", "i8"),
        ("height", "f8", (2, N_HEIGHT)), ("climb", "f8"), ("climb_s", "f8"),
        ("rcs", "f8"), ("n_rcs", "i8"),  # mean radar cross-section of its echoes [dBsm], and of how many
        ("flagged_s", "f8", (N_FLAGS,)),
        # how many reports of its name agree on where it cannot be; the last of them: time, x, y
        ("jump", "f8", (4,)),
        # the last look of each scanning sensor that counted, and how surely it has given its plot of that look
        ("looked_s", "f8", (SCANNING_MAX,)), ("spent", "f8", (SCANNING_MAX,)),
        ("last_plot_s", "f8", (SCANNING_MAX,)),
    ],
    align=True,
)  # fmt: skip
"""One row; times are UTC epoch seconds, -inf where there was none; ids are those of a batch, -1 none."""

MEASUREMENT: Final = np.dtype(
    [
        ("t", "f8"), ("sensor", "i8"), ("kind", "i8"), ("role", "i8"), ("z", "f8", (4,)), ("r", "f8", (4,)),
        ("alt_wgs84", "f8"), ("alt_wgs84_sd", "f8"), ("alt_baro", "f8"), ("climb", "f8"), ("range_rate", "f8"),
        ("rcs", "f8"), ("icao", "i8"), ("remote", "i8"), ("callsign", "i8"), ("squawk", "i8"), ("number", "i8"),
        ("status", "i8"), ("on_ground", "i8"), ("entry", "i8"),
        ("uid", "i8"),  # counts the measurements since the beginning
        ("group", "i8"),  # those with the same number are judged together
        ("order_s", "f8"),  # and at this time
        ("born_r", "f8"),  # existence of what begins here if no track explains it; NaN: judge
        ("claimed", "f8"),  # receives the probability that a known target gave it
        ("row", "i8"),  # receives the row that took it most likely, -1 if none
        ("fate", "i8"),  # receives why it was not used, see `sargas.fuse.look`
    ],
    align=True,
)  # fmt: skip


class Table(NamedTuple):
    """Rows (C,), the places of those in use (C,), of those given back (C,), and how many: used, ever, given back."""

    rows: Records
    used: I64
    freed: I64
    counts: I64


N_USED, N_EVER, N_FREED, N_COUNTS = 0, 1, 2, 3


def make_table(capacity: int) -> Table:
    """Return an empty table."""
    rows = np.zeros(capacity, ROW)
    return Table(rows, np.zeros(capacity, np.int64), np.zeros(capacity, np.int64), np.zeros(N_COUNTS, np.int64))


def grown(table: Table, capacity: int) -> Table:
    """Return the table with room for more rows."""
    bigger = make_table(capacity)
    for new, old in zip(bigger, table, strict=True):
        new[: len(old)] = old
    return bigger


def packed(table: Table) -> Table:
    """Return a copy without the rows that were never used; `grown` gives it room again."""
    n = max(int(table.counts[N_EVER]), 1)
    return Table(table.rows[:n].copy(), table.used[:n].copy(), table.freed[:n].copy(), table.counts.copy())


def plain_measurement() -> Records:
    """Return one measurement of a place that says nothing else."""
    m = np.zeros(1, MEASUREMENT)
    for name in ("icao", "remote", "callsign", "squawk", "number"):
        m[name] = -1
    for name in ("alt_wgs84", "alt_wgs84_sd", "alt_baro", "climb", "range_rate", "rcs", "born_r"):
        m[name] = np.nan
    m["kind"], m["row"] = PLACE, -1
    return m


def measurements_of(batch: Batch, first_uid: int) -> Records:
    """Return a batch as records, numbered from `first_uid`, each to be judged on its own as yet."""
    n = len(batch.t)
    ms = np.zeros(n, MEASUREMENT)
    for name in (
        "t", "sensor", "kind", "role", "z", "r", "alt_wgs84", "alt_wgs84_sd", "alt_baro", "climb", "range_rate",
        "rcs", "icao", "remote", "callsign", "squawk", "number", "status", "on_ground", "entry",
    ):  # fmt: skip
        ms[name] = getattr(batch, name)
    ms["uid"] = np.arange(first_uid, first_uid + n)
    ms["born_r"], ms["row"] = np.nan, -1
    return ms
