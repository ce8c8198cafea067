"""What is remembered of each living track between two looks: a row of arrays, freed when the track is gone."""

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from sargas.identify.clues import F64, I64, Clue

FIRST_ROWS: Final = 16
N_FLOW: Final = 5
FASTEST: Final = 4
"""The means of the way: east, north, speed, how much of a memory's length they rest on; and the fastest so far."""


class Memory:
    """Rows by track.

    evidence  (rows, clues, K)  nats that each clue has said so far
    flow      (rows, N_FLOW)    means of the velocity over the last minutes
    report_s  (rows,)           the report that was looked at last
    look_s    (rows,)           when that was
    told      (rows, K)         the probabilities told last, NaN before
    told_s    (rows,)           when that was
    answer    (rows,)           the answer shown, as an index of the classes; groups follow; -1 is none yet
    """

    def __init__(self, n_classes: int) -> None:
        self.rows: dict[int, int] = {}
        self._free: list[int] = []
        self._n_classes = n_classes
        self._make(FIRST_ROWS)

    def _make(self, n: int) -> None:
        self.evidence: F64 = np.zeros((n, len(Clue), self._n_classes))
        self.flow: F64 = np.zeros((n, N_FLOW))
        self.report_s: F64 = np.full(n, np.nan)
        self.look_s: F64 = np.full(n, -np.inf)
        self.told: F64 = np.full((n, self._n_classes), np.nan)
        self.told_s: F64 = np.full(n, -np.inf)
        self.answer: I64 = np.full(n, -1)
        self._free = [*range(n - 1, len(self.rows) - 1, -1)]

    def rows_of(self, track_ids: Sequence[int]) -> I64:
        """Return the rows of tracks, fresh ones for those that have none."""
        for track_id in track_ids:
            if track_id not in self.rows:
                if not self._free:  # which gives all of them other rows
                    self._resize(2 * len(self.rows))
                self.rows[track_id] = self._free.pop()
        return np.array([self.rows[track_id] for track_id in track_ids])

    def keep_only(self, present: Collection[int]) -> None:
        """Forget the tracks that are no longer present."""
        for track_id in [key for key in self.rows if key not in present]:
            row = self.rows.pop(track_id)
            self.evidence[row], self.flow[row], self.told[row] = 0.0, 0.0, np.nan
            self.report_s[row], self.look_s[row], self.told_s[row], self.answer[row] = np.nan, -np.inf, -np.inf, -1
            self._free.append(row)
        if len(self._free) > max(FIRST_ROWS, 3 * len(self.rows)):
            self._resize(max(FIRST_ROWS, len(self.rows)))

    def _resize(self, n: int) -> None:
        """Move the rows in use to the front of arrays of another length."""
        before = self._arrays()
        used = list(self.rows.values())
        self.rows = {track_id: row for row, track_id in enumerate(self.rows)}
        self._make(n)
        for old, new in zip(before, self._arrays(), strict=True):
            new[: len(used)] = old[used]

    def _arrays(self) -> tuple[F64 | I64, ...]:
        return (self.evidence, self.flow, self.report_s, self.look_s, self.told, self.told_s, self.answer)
