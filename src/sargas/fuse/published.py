"""Rows of the table as tracks for the rest of the watch: numbers, statuses, heights, identities."""

import math

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
COOPERATIVE_STALE_S = 60.0
FLAGS = {
    OWN_CONTRADICTED: "cooperative position contradicts track",
    CONTRADICTED: "reported position contradicts track",
    IDENTITY_CHANGED: "identity changed",
    NEIGHBOUR_LEAPT: "neighbour's track leapt",
}


class Publisher:
    """Makes tracks of rows and knows which were told."""

    def __init__(self, settings: Settings, batcher: Batcher) -> None:
        self._settings = settings
        self._batcher = batcher
        self._models = models_of(settings.motion)
        self._work, self._room = np.zeros(1, WORK), np.zeros(1, ROOM)
        self._numbers: dict[int, int] = {}
        self._n_numbered = 0
        self._told: dict[int, Track] = {}
        self._identities: dict[tuple[int, ...], Identity] = {}

    def number_from(self, n_before: int) -> None:
        """Number the tracks that come from here on as if there had been `n_before` already."""
        self._n_numbered = max(self._n_numbered, n_before)

    def changed(self, timeline: Timeline) -> list[Track]:
        """Return the tracks that the newest run changed, each at its own time."""
        tb = timeline.table
        used = tb.used[: tb.counts[N_USED]]
        rows = tb.rows[used]
        which = used[(rows["touched"] == timeline.run) & (rows["state"] == SHOWN)]
        return self._tracks(timeline, which, math.nan)

    def all_at(self, timeline: Timeline, now_s: float) -> list[Track]:
        """Return every track at a time, and those that are over once as ended."""
        tb = timeline.table
        used = tb.used[: tb.counts[N_USED]]
        state = tb.rows["state"][used]
        tracks = self._tracks(timeline, used[(state == SHOWN) | (state == LOST)], now_s)
        there = set(tb.rows["uid"][used].tolist())
        for uid in [uid for uid in self._told if uid not in there]:
            tracks.append(structs.replace(self._told.pop(uid), status="ended"))
            del self._numbers[uid]
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
        rows = timeline.table.rows[which]
        statuses = self._statuses(rows, out[:, 11] if math.isnan(now_s) else np.full(len(which), now_s))
        names = rows.dtype.names
        assert names is not None
        columns = {name: rows[name].tolist() for name in COLUMNS}
        tracks: list[Track] = []
        for i, line in enumerate(out.tolist()):
            uid = columns["uid"][i]
            if uid not in self._numbers:
                self._n_numbered += 1
                self._numbers[uid] = self._n_numbered
            track = self._track(columns, i, line, statuses[i])
            self._told[uid] = track
            tracks.append(track)
        return tracks

    def _statuses(self, rows: Records, now_s: NDArray[np.float64]) -> list[TrackStatus]:
        s = self._settings
        period = np.where(rows["period_s"] > 0.0, rows["period_s"], s.default_period_s)
        silent = now_s - np.maximum(rows["last_s"], rows["first_s"]) - rows["latency_s"]
        is_lost = (rows["state"] == LOST) | (silent > np.maximum(s.lost_after_s, s.lost_looks * period))
        is_coasting = (silent > np.maximum(s.coast_after_s, s.coast_looks * period)) | (
            rows["r"] * (1.0 - rows["hidden"]) < 0.5
        )
        return np.where(is_lost, "lost", np.where(is_coasting, "coasting", "confirmed")).tolist()

    def _track(self, c: dict[str, list], i: int, line: list[float], status: TrackStatus) -> Track:
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
        names = self._batcher.sensor_names
        n_entries = c["n_entries"][i]
        entries = c["entries"][i]
        first = max(0, n_entries - N_ENTRIES)
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
            identity=self._identity(tuple(c["identity"][i])),
            neighbour_numbers=self._neighbours(c["numbers"][i]),
            contributions=tuple([
                Contribution(names[sensor], n, last)
                for sensor, n, last in zip(c["seen"][i], c["seen_n"][i], c["seen_s"][i], strict=True)
                if sensor >= 0
            ]),
            n_reports=c["hits"][i],
            flags=_flags(c["flagged_s"][i], t),
            entries=tuple([entries[k % N_ENTRIES] for k in range(first, n_entries)]),
        )  # fmt: skip

    def _identity(self, ids: tuple[int, ...]) -> Identity:
        if ids == (-1, -1, -1, -1):
            return NO_IDENTITY
        return self._batcher.identity_of(*ids)

    def _neighbours(self, numbers: list[int]) -> tuple[str, ...]:
        told = [self._batcher.number_of(number) for number in numbers if number >= 0]
        return tuple([f"{name[0]}/{name[1]}" for name in told if name is not None])


COLUMNS = (
    "uid", "first_s", "last_s", "cooperative_s", "contradicted_s", "height", "climb", "climb_s", "r", "on_ground",
    "identity", "numbers", "seen", "seen_n", "seen_s", "hits", "flagged_s", "n_entries", "entries",
)  # fmt: skip


def _known(x: float) -> float | None:
    return None if math.isnan(x) else x


def _flags(flagged_s: list[float], t: float) -> tuple[str, ...]:
    return tuple([
        text
        for flag, text in FLAGS.items()
        if t - flagged_s[flag] <= FLAG_KEPT_S
    ])  # fmt: skip
