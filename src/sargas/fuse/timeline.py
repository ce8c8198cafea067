"""The tracker's past few seconds: a late report is put where it belongs, and all that came after is done again.

`Timeline` keeps every measurement of the history and, at growing distances, copies of the whole state. A group that
is older than what was done last takes the state back to the newest copy before it; everything since is then processed
again, in order. So the result is the one that reports in their right order would have had.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sargas.fuse.look import ROOM, TOO_LATE, WORK
from sargas.fuse.process import NEXT_SWEEP, N_CLOCK, RUN, process
from sargas.fuse.table import MEASUREMENT, N_USED, Table, grown, make_table, packed
from sargas.kernels.density import make_views

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Records = NDArray[np.void]

FIRST_ROWS = 256
COPY_EVERY_S = 0.5
"""The newest copies are so far apart; older ones thin out to this share of their age."""
COPY_SHARE = 0.5


class Past(NamedTuple):
    """The state after all groups up to and including a time."""

    time_s: float
    table: Table
    views: Records
    clock: F64


class Timeline:
    """The state of the tracker, and how to bring it forward and back."""

    def __init__(
        self, *, sites: Records, slots: I64, scanning: I64, models: F64, judgement: Records, history_s: float,
        rows_max: int, rolls_back: bool,
    ) -> None:  # fmt: skip
        self.table = make_table(FIRST_ROWS)
        self.views = make_views(max(len(scanning), 1))
        for slot, sensor in enumerate(scanning.tolist()):
            site = sites[sensor]
            ring = site["range_max"] ** 2 - site["range_min"] ** 2
            self.views["area_max"][slot] = 0.5 * site["azimuth_span"] * ring
        self.sites = sites
        self.run = 0
        self.n_rolled_back = 0
        self._clock = np.array([-math.inf, 0.0])
        self._slots, self._scanning, self._models, self._judgement = slots, scanning, models, judgement
        self._history_s, self._rows_max, self._rolls_back = history_s, rows_max, rolls_back
        self._log = np.zeros(0, MEASUREMENT)
        self._past: list[Past] = []
        self._done_s = -math.inf
        self._work, self._room = np.zeros(1, WORK), np.zeros(1, ROOM)
        assert len(self._clock) == N_CLOCK

    def __getstate__(self) -> dict[str, object]:
        """Leave out the rows that were never used."""
        return self.__dict__ | {"table": packed(self.table)}

    def take(self, ms: Records) -> Records:
        """Process measurements, sorted by group and time; return them with their fates."""
        self.run += 1
        self._clock[RUN] = self.run
        earliest_s = float(ms["order_s"][0])
        if earliest_s >= self._done_s or not self._rolls_back:
            self._process(ms)
            taken = ms
        else:
            taken = self._go_back(ms)
        self._remember(taken)
        return taken

    def set_period(self, sensor: int, period_s: float) -> None:
        """Note how often a sensor looks, as it says itself."""
        self.sites["period"][sensor] = period_s
        if self._slots[sensor] >= 0:
            self.views["period"][self._slots[sensor]] = period_s

    def sweep(self, until_s: float) -> None:
        """Let time pass without measurements."""
        if self._clock[NEXT_SWEEP] > until_s or self._clock[NEXT_SWEEP] == -math.inf:
            return
        self._process(np.zeros(0, MEASUREMENT), until_s)
        self._done_s = max(self._done_s, until_s)

    def _process(self, ms: Records, until_s: float = -math.inf) -> None:
        needed = int(self.table.counts[N_USED]) + len(ms)
        if needed > len(self.table.rows) and len(self.table.rows) < self._rows_max:
            self.table = grown(self.table, min(2 * needed, self._rows_max))
        process(
            self.table, self.views, self.sites, self._slots, self._scanning, self._models, ms, self._clock, until_s,
            self._judgement[0], self._work[0], self._room[0],
        )  # fmt: skip
        if len(ms):
            self._done_s = max(self._done_s, float(ms["order_s"][-1]))

    def _go_back(self, ms: Records) -> Records:
        """Return to the newest state before the measurements, and do all again that came since."""
        while self._past and self._past[-1].time_s >= float(ms["order_s"][0]):
            if len(self._past) == 1 or self._past[0].time_s >= float(ms["order_s"][0]):
                break
            self._past.pop()
        start_s = self._past[-1].time_s if self._past else self._done_s
        late = ms["order_s"] <= start_s
        ms["fate"][late] = TOO_LATE
        usable = ms[~late]
        if len(usable) == 0:
            return ms
        if float(usable["order_s"][0]) >= self._done_s:
            self._process(usable)
        else:
            self.n_rolled_back += 1
            swept_s = self._done_s
            past = self._past[-1]
            self.table = grown(past.table, max(len(self.table.rows), len(past.table.rows)))
            self.views = past.views.copy()
            self._clock = past.clock.copy()
            self._clock[RUN] = self.run
            since = self._log[self._log["order_s"] > past.time_s]
            both = np.concatenate([since, usable])
            both = both[np.lexsort((both["uid"], both["group"], both["order_s"]))]
            self._log = self._log[self._log["order_s"] <= past.time_s]
            self._done_s = past.time_s
            self._process(both, swept_s)
            self._done_s = max(self._done_s, swept_s)
            self._log = np.concatenate([self._log, both[~np.isin(both["uid"], usable["uid"])]])
            usable = both[np.isin(both["uid"], usable["uid"])]
        return np.concatenate([ms[late], usable]) if late.any() else usable

    def _remember(self, ms: Records) -> None:
        """Keep the measurements and, now and then, the state, for as long as the history lasts."""
        if not self._rolls_back:
            return
        self._log = np.concatenate([self._log, ms[ms["fate"] != TOO_LATE]])
        if not self._past or self._done_s - self._past[-1].time_s >= COPY_EVERY_S:
            self._past.append(Past(self._done_s, packed(self.table), self.views.copy(), self._clock.copy()))
            self._thin_out()

    def _thin_out(self) -> None:
        kept: list[Past] = []
        for past in reversed(self._past):
            age_s = self._done_s - past.time_s
            if not kept or kept[-1].time_s - past.time_s >= min(COPY_SHARE * age_s, COPY_EVERY_S * 8) * 0.999:
                kept.append(past)
            if age_s > self._history_s:
                break
        self._past = kept[::-1]
        oldest_s = self._past[0].time_s
        self._log = self._log[self._log["order_s"] > oldest_s]
