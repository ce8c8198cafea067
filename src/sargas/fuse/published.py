"""Rows of the table as tracks for the rest of the watch: numbers, statuses, heights, identities."""

import math
from typing import Any, NamedTuple

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from sargas.fuse.batch import Batcher
from sargas.fuse.look import ROOM, WORK
from sargas.fuse.pmb_settings import Settings, models_of
from sargas.fuse.rows import HEIGHT_STALE_S
from sargas.fuse.table import (
    AT,
    BARO,
    CONTRADICTED,
    IDENTITY_CHANGED,
    LOST,
    N_ENTRIES,
    N_USED,
    NEIGHBOUR_LEAPT,
    OWN_CONTRADICTED,
    RATE,
    SHOWN,
    VALUE,
    WGS84,
)
from sargas.fuse.timeline import Timeline
from sargas.kernels.describe import N_OUT, describe
from sargas.model.report import NO_IDENTITY, Identity
from sargas.model.track import Contribution, Track, TrackStatus

Records = NDArray[np.void]
I64 = NDArray[np.int64]

FLAG_KEPT_S = 60.0
LIKELY = 0.5
COOPERATIVE_STALE_S = 60.0
FLAGS = {
    OWN_CONTRADICTED: "cooperative position contradicts track",
    CONTRADICTED: "reported position contradicts track",
    IDENTITY_CHANGED: "identity changed",
    NEIGHBOUR_LEAPT: "neighbour's track leapt",
}


class Said(NamedTuple):
    """What is published of a track and changes with its reports only."""

    n_reports: int
    bound: list[int]
    identity: Identity
    numbers: tuple[str, ...]
    contributions: tuple[Contribution, ...]
    entries: tuple[int, ...]
    rcs_dbsm: float | None


Columns = dict[str, list[Any]]


class Publisher:
    """Makes tracks of rows and knows which were told."""

    def __init__(self, settings: Settings, batcher: Batcher) -> None:
        self._settings = settings
        self._batcher = batcher
        self._models = models_of(settings.motion)
        self._work, self._room = np.zeros(1, WORK), np.zeros(1, ROOM)
        self._numbers: dict[int, int] = {}
        self._n_numbered = 0
        self._run_told = 0
        self._told: dict[int, Track] = {}
        self._said: dict[int, Said] = {}

    def number_from(self, n_before: int) -> None:
        """Number the tracks that come from here on as if there had been `n_before` already."""
        self._n_numbered = max(self._n_numbered, n_before)

    def _follow(self, timeline: Timeline) -> None:
        """Keep the number of a track that, as a late report shows, began earlier than was thought."""
        for old, new in timeline.renamed:
            if old in self._told and new not in self._numbers:
                self._numbers[new] = self._numbers.pop(old)
                self._told[new] = self._told.pop(old)
                self._said.pop(old, None)
        timeline.renamed.clear()

    def changed(self, timeline: Timeline) -> list[Track]:
        """Return the tracks that the runs since the last call changed, each at its own time."""
        self._follow(timeline)
        tb = timeline.table
        used = tb.used[: tb.counts[N_USED]]
        which = used[(tb.rows["touched"][used] > self._run_told) & (tb.rows["state"][used] == SHOWN)]
        self._run_told = timeline.run
        return self._tracks(timeline, which, math.nan)

    def all_at(self, timeline: Timeline, now_s: float) -> list[Track]:
        """Return every track at a time, and those that are over once as ended."""
        self._follow(timeline)
        tb = timeline.table
        used = tb.used[: tb.counts[N_USED]]
        state = tb.rows["state"][used]
        which = used[(state == SHOWN) | (state == LOST)]
        tracks = self._tracks(timeline, which, now_s)
        there = set(tb.rows["uid"][which].tolist())
        for uid in [uid for uid in self._told if uid not in there]:
            tracks.append(structs.replace(self._told.pop(uid), status="ended"))
            del self._numbers[uid]
            self._said.pop(uid, None)
        return tracks

    def _tracks(self, timeline: Timeline, which: I64, now_s: float) -> list[Track]:
        plane = self._batcher.plane
        if len(which) == 0 or plane is None:
            return []
        out = np.empty((len(which), N_OUT))
        describe(
            plane, timeline.table.rows, which, np.full(len(which), now_s), self._models, self._work[0], self._room[0],
            out,
        )  # fmt: skip
        rows = timeline.table.rows
        statuses = self._statuses(rows, which, out[:, 11] if math.isnan(now_s) else np.full(len(which), now_s))
        columns = {name: rows[name][which].tolist() for name in COLUMNS}
        tracks: list[Track] = []
        for i, line in enumerate(out.tolist()):
            uid = columns["uid"][i]
            if uid not in self._numbers:
                self._n_numbered += 1
                self._numbers[uid] = self._n_numbered
            said = self._said.get(uid)
            if said is None or said.n_reports != columns["hits"][i] or said.bound != columns["numbers"][i]:
                said = self._said[uid] = self._said_of(rows[which[i]])
            track = self._track(columns, i, line, statuses[i], said)
            self._told[uid] = track
            tracks.append(track)
        return tracks

    def _statuses(self, rows: Records, which: I64, now_s: NDArray[np.float64]) -> list[TrackStatus]:
        s = self._settings
        period = rows["period_s"][which]
        period = np.where(period > 0.0, period, s.default_period_s)
        silent = now_s - np.maximum(rows["last_s"][which], rows["first_s"][which]) - rows["latency_s"][which]
        is_faint = rows["r"][which] * (1.0 - rows["hidden"][which]) < LIKELY
        is_lost = (rows["state"][which] == LOST) | (silent > np.maximum(s.lost_after_s, s.lost_looks * period))
        is_coasting = is_faint | (silent > np.maximum(s.coast_after_s, s.coast_looks * period))
        statuses: list[TrackStatus] = np.where(
            is_lost, "lost", np.where(is_coasting, "coasting", "confirmed")
        ).tolist()
        return statuses

    def _track(self, c: Columns, i: int, line: list[float], status: TrackStatus, said: Said) -> Track:
        t = line[11]
        cooperative_s, contradicted_s = c["cooperative_s"][i], c["contradicted_s"][i]
        baro, wgs84 = c["height"][i][BARO], c["height"][i][WGS84]
        has_baro, has_wgs84 = t - baro[AT] <= HEIGHT_STALE_S, t - wgs84[AT] <= HEIGHT_STALE_S
        climb = None
        if t - c["climb_s"][i] <= HEIGHT_STALE_S:
            climb = c["climb"][i]
        elif has_baro:
            climb = _known(baro[RATE])
        elif has_wgs84:
            climb = _known(wgs84[RATE])
        return Track(
            track_id=self._numbers[c["uid"][i]],
            time_s=t,
            first_s=c["first_s"][i],
            last_report_s=max(c["last_s"][i], c["first_s"][i]),
            status=status,
            lat_deg=line[0],
            lon_deg=line[1],
            east_mps=line[2],
            north_mps=line[3],
            position_cov_m2=(line[4], line[5], line[6]),
            velocity_cov_m2ps2=(line[7], line[8], line[9]),
            alt_baro_m=baro[VALUE] if has_baro else None,
            alt_wgs84_m=wgs84[VALUE] if has_wgs84 else None,
            climb_mps=climb,
            turn_rate_dps=-math.degrees(line[10]),
            existence=c["r"][i],
            is_cooperative=t - cooperative_s <= COOPERATIVE_STALE_S and t - contradicted_s > FLAG_KEPT_S,
            is_on_ground=c["on_ground"][i] == 1,
            identity=said.identity,
            neighbour_numbers=said.numbers,
            contributions=said.contributions,
            n_reports=said.n_reports,
            flags=_flags(c["flagged_s"][i], t),
            entries=said.entries,
            rcs_dbsm=said.rcs_dbsm,
        )

    def _said_of(self, row: np.void) -> Said:
        """Return what only a report changes."""
        names, n_entries, entries = self._batcher.sensor_names, int(row["n_entries"]), row["entries"].tolist()
        seen = zip(row["seen"].tolist(), row["seen_n"].tolist(), row["seen_s"].tolist(), strict=True)
        return Said(
            n_reports=int(row["hits"]),
            bound=row["numbers"].tolist(),
            identity=self._identity(tuple(row["identity"].tolist())),
            numbers=self._neighbours(row["numbers"].tolist()),
            contributions=tuple([Contribution(names[sensor], n, last) for sensor, n, last in seen if sensor >= 0]),
            entries=tuple([entries[k % N_ENTRIES] for k in range(max(0, n_entries - N_ENTRIES), n_entries)]),
            rcs_dbsm=float(row["rcs"]) if row["n_rcs"] else None,
        )

    def _identity(self, ids: tuple[int, ...]) -> Identity:
        if ids == (-1, -1, -1, -1):
            return NO_IDENTITY
        return self._batcher.identity_of(*ids)

    def _neighbours(self, numbers: list[int]) -> tuple[str, ...]:
        told = [self._batcher.number_of(number) for number in numbers if number >= 0]
        return tuple([f"{name[0]}/{name[1]}" for name in told if name is not None])


COLUMNS = (
    "uid", "first_s", "last_s", "cooperative_s", "contradicted_s", "height", "climb", "climb_s", "r", "on_ground",
    "hits", "numbers", "flagged_s",
)  # fmt: skip


def _known(x: float) -> float | None:
    return None if math.isnan(x) else x


def _flags(flagged_s: list[float], t: float) -> tuple[str, ...]:
    return tuple([
        text
        for flag, text in FLAGS.items()
        if t - flagged_s[flag] <= FLAG_KEPT_S
    ])  # fmt: skip
