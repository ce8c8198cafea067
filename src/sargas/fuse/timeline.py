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
from sargas.fuse.process import N_CLOCK, NEXT_SWEEP, RUN, process
from sargas.fuse.table import LOST, MEASUREMENT, N_USED, SHOWN, Table, grown, make_table, packed
from sargas.kernels.density import make_views

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Records = NDArray[np.void]

FIRST_ROWS = 256
NEVER_OUTWEIGHED = 1e18
COPY_EVERY_S, COPY_APART_MAX_S = 0.5, 4.0
"""The newest copies are so far apart; those of some age lie as far apart as they are old, up to a limit."""


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
        rows_max: int, rolls_back: bool, learns: bool,
    ) -> None:  # fmt: skip
        self.table = make_table(FIRST_ROWS)
        self.views = make_views(max(len(scanning), 1))
        if not learns:
            self.views["cell_clutter"] = self.views["cell_chances"] = NEVER_OUTWEIGHED
        for slot, sensor in enumerate(scanning.tolist()):
            site = sites[sensor]
            ring = site["range_max"] ** 2 - site["range_min"] ** 2
            self.views["area_max"][slot] = 0.5 * site["azimuth_span"] * ring
        self.sites = sites
        self.run = 0
        self.n_rolled_back = 0
        self.renamed: list[tuple[int, int]] = []
        """Old and new uid of rows that began with another report than was thought; the reader empties it."""
        self._clock = np.array([-math.inf, 0.0])
        self._slots, self._scanning, self._models, self._judgement = slots, scanning, models, judgement
        self._history_s, self._rows_max, self._rolls_back = history_s, rows_max, rolls_back
        self._log: list[Records] = []
        self._past = [Past(-math.inf, packed(self.table), self.views.copy(), self._clock.copy())]
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
            for views in (self.views, *(past.views for past in self._past)):
                views["period"][self._slots[sensor]] = period_s

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
        late = ms["order_s"] <= max(self._past[0].time_s, self._done_s - self._history_s)
        ms["fate"][late] = TOO_LATE
        usable = ms[~late]
        if len(usable) == 0:
            return ms
        if float(usable["order_s"][0]) >= self._done_s:
            self._process(usable)
        else:
            self.n_rolled_back += 1
            usable = self._again(usable)
        return np.concatenate([ms[late], usable]) if late.any() else usable

    def _again(self, late: Records) -> Records:
        """Do all again since the measurements, with them; return them with their fates."""
        while self._past[-1].time_s >= float(late["order_s"][0]):
            self._past.pop()
        past, until_s, told = self._past[-1], self._done_s, self._uids()
        log = np.concatenate([*self._log, late])
        since = log[log["order_s"] > past.time_s]
        since = since[np.lexsort((since["uid"], since["group"], since["order_s"]))]
        self.table = grown(past.table, max(len(self.table.rows), len(past.table.rows)))
        self.views, self._clock, self._done_s = past.views.copy(), past.clock.copy(), past.time_s
        self._clock[RUN] = self.run
        since["row"], since["fate"] = -1, 0
        a = 0
        while a < len(since):
            # Copies on the way, or a sensor that is always late would take us further back each time.
            step_s = _apart_s(until_s - float(since["order_s"][a]))
            z = int(np.searchsorted(since["order_s"], since["order_s"][a] + step_s, side="right"))
            self._process(since[a:z])
            if z < len(since):
                self._copy()
            a = z
        self._process(np.zeros(0, MEASUREMENT), until_s)
        self._done_s = max(self._done_s, until_s)
        self._note_renamed(told, since)
        is_late = np.isin(since["uid"], late["uid"])
        before = log[(log["order_s"] > self._past[0].time_s) & (log["order_s"] <= past.time_s)]
        self._log = [part for part in (before, since[~is_late]) if len(part)]
        return since[is_late]

    def _uids(self) -> list[int]:
        """Return the rows that are or were shown."""
        used = self.table.used[: self.table.counts[N_USED]]
        state = self.table.rows["state"][used]
        uids: list[int] = self.table.rows["uid"][used[(state == SHOWN) | (state == LOST)]].tolist()
        return uids

    def _note_renamed(self, told: list[int], since: Records) -> None:
        """Note which row goes on for one that is no more: the one that took the report that it had begun with."""
        there, had = set(self._uids()), set(told)
        for uid in told:
            if uid in there:
                continue
            taken = since["row"][since["uid"] == uid]
            if len(taken) and taken[0] >= 0:
                new = int(self.table.rows["uid"][taken[0]])
                if new in there and new not in had:
                    self.renamed.append((uid, new))

    def _remember(self, ms: Records) -> None:
        """Keep the measurements and, now and then, the state, for as long as the history lasts."""
        if not self._rolls_back:
            return
        kept = ms[ms["fate"] != TOO_LATE]
        if len(kept):
            self._log.append(kept)
        if self._done_s - self._past[-1].time_s >= COPY_EVERY_S:
            self._copy()
            self._thin_out()

    def _copy(self) -> None:
        self._past.append(Past(self._done_s, packed(self.table), self.views.copy(), self._clock.copy()))

    def _thin_out(self) -> None:
        """Drop the copies between two that are near enough, and those that the history is done with."""
        past, kept = self._past, [self._past[-1]]
        for i in range(len(past) - 2, 0, -1):
            if kept[-1].time_s - past[i - 1].time_s > _apart_s(self._done_s - kept[-1].time_s):
                kept.append(past[i])
        if len(past) > 1:
            kept.append(past[0])
        while len(kept) > 1 and self._done_s - kept[-2].time_s >= self._history_s:
            kept.pop()
        self._past = kept[::-1]
        self._log = [part for part in self._log if part["order_s"][-1] > self._past[0].time_s]


def _apart_s(age_s: float) -> float:
    """Return how far apart copies of an age are."""
    return min(max(age_s, COPY_EVERY_S), COPY_APART_MAX_S)
