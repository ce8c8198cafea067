"""Who is who over time: switches and breaks, how long identities hold, how soon targets are found, false tracks.

Source: Bernardin and Stiefelhagen, Evaluating multiple object tracking performance: the CLEAR MOT metrics, EURASIP
J. Image and Video Processing 2008, section 2.1 (a pair is kept while it is valid, the rest is paired anew).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sargas.evaluate.assignment import best_pairs
from sargas.evaluate.moments import F64, I64, Moment, numbered

FALSE_BELOW = 0.5
"""A track is false if it is paired with a target for less than this share of its life."""


class Identity(NamedTuple):
    """What became of N targets and K tracks; arrays (N,) and (K,) in the order of `truth_ids` and `track_ids`.

    `pairs`: for each moment the places of the paired truth and tracks in that moment's arrays, shape (2, k).
    `first_alive`, `first_held`: the number of the moment, -1 for never. `n_held`: moments with any track at all.
    `longest`: moments with the track that had it longest. `n_tracks_of`: how many tracks a target had. `is_false`: by
    the track's life. `main_truth`: whom each track was paired with most, place in `truth_ids`, -1 for nobody.
    """

    n_switches: int
    n_breaks: int
    truth_ids: I64
    track_ids: I64
    pairs: tuple[I64, ...]
    n_alive: I64
    n_held: I64
    first_alive: I64
    first_held: I64
    longest: I64
    n_tracks_of: I64
    track_length: I64
    is_false: np.typing.NDArray[np.bool_]
    main_truth: I64


class _Memory:
    """What is carried from moment to moment: the last track of each target, and the counts."""

    def __init__(self, n_truth: int, n_tracks: int) -> None:
        self.last = np.full(n_truth, -1, np.int64)
        self.was_held = np.zeros(n_truth, bool)
        self.n_alive = np.zeros(n_truth, np.int64)
        self.n_held = np.zeros(n_truth, np.int64)
        self.first_alive = np.full(n_truth, -1, np.int64)
        self.first_held = np.full(n_truth, -1, np.int64)
        self.track_length = np.zeros(n_tracks, np.int64)
        self.track_hits = np.zeros(n_tracks, np.int64)
        self.row_of = np.full(max(1, n_tracks), -1, np.int64)
        self.n_switches = 0
        self.n_breaks = 0


def follow(truth: Sequence[Moment], tracks: Sequence[Moment], gate_m: float, burn_in: int = 0) -> Identity:
    """Return what became of every target and track.

    At each moment a target keeps the track that it had last, as long as that track is less than `gate_m` away; the
    other targets and tracks are paired with the least sum of squared distances. A switch is a target paired with
    another track than the last time, a break one that is paired again after moments without any. Both count from
    moment `burn_in` on, the rest from the beginning. Where two targets had the same track last, both keep it while it
    is near: a track that wandered from one to the other is no switch of the first one until it has gone.
    """
    truth_ids, truth_places = numbered(truth)
    track_ids, track_places = numbered(tracks)
    memory = _Memory(truth_ids.size, track_ids.size)
    kept: list[I64] = []
    keys: list[I64] = []
    for k, (targets, shown) in enumerate(zip(truth, tracks, strict=True)):
        at, by = truth_places[k], track_places[k]
        rows, columns = _paired(memory, (at, targets.xy_m), (by, shown.xy_m), gate_m)
        _count(memory, k, at, by, (at[rows], by[columns]), is_counted=k >= burn_in)
        kept.append(np.stack([rows, columns]))
        keys.append(at[rows] * max(1, track_ids.size) + by[columns])
    return _told(memory, truth_ids, track_ids, kept, keys)


def _paired(memory: _Memory, truth: tuple[I64, F64], tracks: tuple[I64, F64], gate_m: float) -> tuple[I64, I64]:
    """Return the rows of truth and of tracks that are pairs, in the order of the truth; given places and points."""
    (at, truth_m), (by, tracks_m) = truth, tracks
    memory.row_of[by] = np.arange(by.size)
    last = memory.last[at]
    row = np.where(last >= 0, memory.row_of[last], -1)
    memory.row_of[by] = -1
    before = np.flatnonzero(row >= 0)
    near = np.hypot(*(tracks_m[row[before]] - truth_m[before]).T) < gate_m
    old = before[near]
    free_truth = np.setdiff1d(np.arange(at.size), old, assume_unique=True)
    free_tracks = np.setdiff1d(np.arange(by.size), row[old])
    new = best_pairs(truth_m[free_truth], tracks_m[free_tracks], gate_m)
    rows = np.concatenate([old, free_truth[new.first]])
    columns = np.concatenate([row[old], free_tracks[new.second]])
    order = np.argsort(rows, kind="stable")
    return rows[order], columns[order]


def _count(memory: _Memory, k: int, at: I64, by: I64, pair: tuple[I64, I64], *, is_counted: bool) -> None:
    targets, tracks = pair
    last = memory.last[targets]
    if is_counted:
        memory.n_switches += int(np.count_nonzero((last >= 0) & (last != tracks)))
        memory.n_breaks += int(np.count_nonzero((last >= 0) & ~memory.was_held[targets]))
    memory.last[targets] = tracks
    memory.was_held[at] = False
    memory.was_held[targets] = True
    memory.n_alive[at] += 1
    memory.n_held[targets] += 1
    new = at[memory.first_alive[at] < 0]
    memory.first_alive[new] = k
    found = targets[memory.first_held[targets] < 0]
    memory.first_held[found] = k
    memory.track_length[by] += 1
    memory.track_hits[np.unique(tracks)] += 1


def _told(memory: _Memory, truth_ids: I64, track_ids: I64, pairs: list[I64], keys: list[I64]) -> Identity:
    """Return the counts with what follows from how often each target and track were a pair."""
    key, often = np.unique(np.concatenate(keys) if keys else np.empty(0, np.int64), return_counts=True)
    target, track = key // max(1, track_ids.size), key % max(1, track_ids.size)
    longest = np.zeros(truth_ids.size, np.int64)
    np.maximum.at(longest, target, often)
    main_truth = np.full(track_ids.size, -1, np.int64)
    rising = np.argsort(often, kind="stable")
    main_truth[track[rising]] = target[rising]
    return Identity(
        n_switches=memory.n_switches,
        n_breaks=memory.n_breaks,
        truth_ids=truth_ids,
        track_ids=track_ids,
        pairs=tuple(pairs),
        n_alive=memory.n_alive,
        n_held=memory.n_held,
        first_alive=memory.first_alive,
        first_held=memory.first_held,
        longest=longest,
        n_tracks_of=np.bincount(target, minlength=truth_ids.size).astype(np.int64),
        track_length=memory.track_length,
        is_false=memory.track_hits < FALSE_BELOW * memory.track_length,
        main_truth=main_truth,
    )


def latencies(identity: Identity, min_life: int = 20) -> I64:
    """Return how many moments it took to find each target that was found; those that lived longer than `min_life`."""
    counted = (identity.first_held >= 0) & (identity.n_alive > min_life)
    return (identity.first_held - identity.first_alive)[counted]
