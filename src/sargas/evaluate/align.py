"""Two files brought to the same moments: the truth where it was, the tracks as they were shown then.

The moments are those of the truth. Between two of its rows a target flies straight. A track is shown from its first
row on; between its rows it goes on with the velocity of the last one, or, if it has none, straight to the next.
"""

from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from sargas.evaluate.moments import F64, I64, Moment, ScoredRun
from sargas.evaluate.plane import Plane, plane_about
from sargas.evaluate.rows import COURSE, POSITION_COV, VELOCITY, VELOCITY_COV, Rows
from sargas.model.errors import DataError

SAME_S: Final = 1e-3
"""Times that are so near are the same."""
GAP_STEPS: Final = 5.0
"""So many usual steps without a row, and nobody knows where the target was."""
HOLD_STEPS: Final = 2.0
"""So many usual steps after its last row a track is no longer shown, if nothing says when it ends."""
MOMENTS_MAX: Final = 200_000
PLACES_MAX: Final = 50_000_000


class Motion(NamedTuple):
    """Rows in a plane, sorted by name and time: arrays (n,), (n, 2) and (n, 2, 2); NaN is unknown."""

    number: I64
    time_s: F64
    xy_m: F64
    velocity_mps: F64
    position_cov_m2: F64
    velocity_cov_m2ps2: F64
    existence: F64
    nis: F64
    is_shown: np.typing.NDArray[np.bool_]


def align(
    truth: Rows, tracks: Rows, *, every_s: float | None = None, hold_s: float | None = None, title: str = "files"
) -> ScoredRun:
    """Return the run of a truth file and a tracks file.

    Args:
        truth: the rows of the truth.
        tracks: the rows of the tracks.
        every_s: the time between two moments; None takes the truth's own times.
        hold_s: how long a track is shown after its last row; None is not at all if all times of the tracks are
            moments; else until a row says that it ends, or, if no row of the file says such things, two usual steps.
        title: what the tables and pictures are headed with.

    Raises:
        DataError: the files do not fit each other, or there would be too many moments.
    """
    if truth.is_geodetic != tracks.is_geodetic:
        words = {True: "lat_deg and lon_deg", False: "x_m and y_m"}
        raise DataError(
            f"{truth.file} has {words[truth.is_geodetic]}, {tracks.file} {words[tracks.is_geodetic]}:"
            " expected the same in both"
        )
    if hold_s is not None and not hold_s >= 0.0:
        raise DataError(f"hold: expected 0 s or more, got {hold_s:g}")
    plane = plane_about(truth.place[:, 0], truth.place[:, 1]) if truth.is_geodetic else None
    targets, shown = motion_of(truth, plane), motion_of(tracks, plane)
    times_s = moments_of(targets, every_s)
    if shown.time_s.max() < times_s[0] or shown.time_s.min() > times_s[-1]:
        raise DataError(
            f"the tracks ({shown.time_s.min():.1f} to {shown.time_s.max():.1f} s) and the truth ({times_s[0]:.1f} to"
            f" {times_s[-1]:.1f} s) have no time in common"
        )
    held_s = _hold_s(shown, times_s) if hold_s is None else hold_s
    notes = [f"{len(times_s)} moments, {_every(times_s)}; a track is shown {_for(held_s)} its last row"]
    notes += [
        f"{rows.file}: not used: {', '.join(rows.unused[:12])}{' ...' if len(rows.unused) > 12 else ''}"
        for rows in (truth, tracks)
        if rows.unused
    ]
    return ScoredRun(
        title=title,
        times_s=times_s,
        truth=tuple(_at(targets, times_s, usual_step_s(targets.number, targets.time_s) * GAP_STEPS, is_truth=True)),
        tracks=tuple(_at(shown, times_s, held_s, is_truth=False)),
        truth_names=dict(enumerate(truth.names)),
        track_names=dict(enumerate(tracks.names)),
        center_deg=None if plane is None else (plane.lat_deg, plane.lon_deg),
        notes=tuple(notes),
    )


def motion_of(rows: Rows, plane: Plane | None) -> Motion:
    """Return the rows in the plane; of two rows of one name and time the later one in the file counts."""
    n = rows.time_s.size
    order = np.lexsort((np.arange(n), rows.time_s, rows.number))
    number, time_s = rows.number[order], rows.time_s[order]
    is_last = np.append((number[1:] != number[:-1]) | (time_s[1:] - time_s[:-1] > SAME_S), True)
    order = order[is_last]
    place = rows.place[order]
    turns = np.broadcast_to(np.eye(2), (order.size, 2, 2))
    if plane is not None:
        turns = plane.turns(place[:, 0], place[:, 1])
        place = plane.xy_m(place[:, 0], place[:, 1])
    velocity = _velocity(rows)[order]
    return Motion(
        number=rows.number[order],
        time_s=rows.time_s[order],
        xy_m=place,
        velocity_mps=np.einsum("nij,nj->ni", turns, velocity),
        position_cov_m2=turns @ _matrices(rows, POSITION_COV)[order] @ turns.transpose(0, 2, 1),
        velocity_cov_m2ps2=turns @ _matrices(rows, VELOCITY_COV)[order] @ turns.transpose(0, 2, 1),
        existence=_column(rows, "existence")[order],
        nis=_column(rows, "nis")[order],
        is_shown=rows.is_shown[order],
    )


def moments_of(targets: Motion, every_s: float | None) -> F64:
    """Return the moments at which truth and tracks are compared.

    Without `every_s` they are the times of the truth; if each target has its own times, multiples of its usual step.

    Raises:
        DataError: there would be too many.
    """
    first, last = float(targets.time_s.min()), float(targets.time_s.max())
    step_s = every_s
    if step_s is None:
        times = np.sort(targets.time_s)
        times = times[np.append(True, np.diff(times) > SAME_S)]
        if times.size <= 2 * int(np.bincount(targets.number).max()):
            return _bounded(times)
        step_s = usual_step_s(targets.number, targets.time_s)
    if not step_s > SAME_S:
        raise DataError(f"the time between two moments: expected more than {SAME_S:g} s, got {step_s:g}")
    n = (last - first) / step_s
    if n > MOMENTS_MAX:
        raise DataError(f"{n:.3g} moments from {first:g} to {last:g} s every {step_s:g} s; at most {MOMENTS_MAX}")
    return first + step_s * np.arange(int(n + SAME_S) + 1, dtype=np.float64)


def _bounded(times: F64) -> F64:
    if times.size > MOMENTS_MAX:
        raise DataError(f"{times.size} moments; at most {MOMENTS_MAX}: choose a longer time between two")
    return times


def usual_step_s(number: I64, time_s: F64) -> float:
    """Return the median time from one row of a name to its next; 1 s if no name has two."""
    order = np.lexsort((time_s, number))
    steps = np.diff(time_s[order])[np.diff(number[order]) == 0]
    steps = steps[steps > SAME_S]
    return float(np.median(steps)) if steps.size else 1.0


def _hold_s(shown: Motion, times_s: F64) -> float:
    """Return for how long a track is shown after its last row."""
    later = np.minimum(np.searchsorted(times_s, shown.time_s - SAME_S), times_s.size - 1)
    within = (shown.time_s >= times_s[0] - SAME_S) & (shown.time_s <= times_s[-1] + SAME_S)
    is_moment = np.abs(times_s[later] - shown.time_s) <= SAME_S
    if is_moment[within].all():
        return 0.0
    return HOLD_STEPS * usual_step_s(shown.number, shown.time_s) if shown.is_shown.all() else np.inf


def _at(motion: Motion, times_s: F64, hold_s: float, *, is_truth: bool) -> list[Moment]:
    """Return the motion at each of the times."""
    moment, row = _held(motion, times_s, hold_s, is_truth=is_truth)
    age_s = times_s[moment] - motion.time_s[row]
    age_s[np.abs(age_s) <= SAME_S] = 0.0
    following = np.minimum(row + 1, motion.number.size - 1)
    has_next = (following > row) & (motion.number[following] == motion.number[row])
    gap_s = np.where(has_next, motion.time_s[following] - motion.time_s[row], np.inf)
    velocity = motion.velocity_mps[row]
    is_straight = has_next if is_truth else has_next & np.isnan(velocity[:, 0])
    to_next = (motion.xy_m[following] - motion.xy_m[row]) / gap_s[:, None]
    on = np.where(is_straight[:, None], to_next, np.nan_to_num(velocity)) * age_s[:, None]
    position_cov = motion.position_cov_m2[row]
    grown = position_cov + age_s[:, None, None] ** 2 * motion.velocity_cov_m2ps2[row]
    is_now = age_s == 0.0
    parts = Moment(
        ids=np.arange(row.size),
        xy_m=motion.xy_m[row] + on,
        velocity_mps=velocity,
        position_cov_m2=np.where(is_now[:, None, None], position_cov, grown),
        velocity_cov_m2ps2=motion.velocity_cov_m2ps2[row],
        existence=motion.existence[row],
        nis=np.where(is_now, motion.nis[row], np.nan),
    )
    cuts = np.searchsorted(moment, np.arange(times_s.size + 1))
    number = motion.number[row]
    return [_part(parts, number, slice(a, b)) for a, b in pairwise(cuts.tolist())]


def _held(motion: Motion, times_s: F64, hold_s: float, *, is_truth: bool) -> tuple[I64, I64]:
    """Return (moment, row) of what is there: the last row before each moment, if it is recent enough and shown."""
    starts = np.searchsorted(motion.number, np.unique(motion.number))
    ends = np.append(starts[1:], motion.number.size)
    moments, rows = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    n_places = 0
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        own = motion.time_s[start:end]
        low = int(np.searchsorted(times_s, own[0] - SAME_S))
        high = int(np.searchsorted(times_s, own[-1] + (0.0 if is_truth else hold_s) + SAME_S, side="right"))
        n_places += max(0, high - low)
        if n_places > PLACES_MAX:
            raise DataError(f"more than {PLACES_MAX} places: choose a longer time between two moments")
        at = np.arange(low, high)
        row = start + np.searchsorted(own, times_s[at] + SAME_S, side="right") - 1
        is_recent = times_s[at] - motion.time_s[row] <= hold_s + SAME_S
        if is_truth:
            following = np.minimum(row + 1, end - 1)
            is_now = times_s[at] - motion.time_s[row] <= SAME_S
            is_recent = is_now | (motion.time_s[following] - motion.time_s[row] <= hold_s)
        keep = is_recent & motion.is_shown[row]
        moments.append(at[keep])
        rows.append(row[keep])
    moment, row = np.concatenate(moments), np.concatenate(rows)
    order = np.argsort(moment, kind="stable")
    return moment[order], row[order]


def _part(parts: Moment, number: I64, where: slice) -> Moment:
    def known(part: F64 | None) -> F64 | None:
        return None if part is None or not np.isfinite(part[where]).any() else part[where]

    return Moment(
        ids=number[where],
        xy_m=parts.xy_m[where],
        velocity_mps=known(parts.velocity_mps),
        position_cov_m2=known(parts.position_cov_m2),
        velocity_cov_m2ps2=known(parts.velocity_cov_m2ps2),
        existence=known(parts.existence),
        nis=known(parts.nis),
    )


def _velocity(rows: Rows) -> F64:
    velocity = rows.stacked(VELOCITY)
    if velocity is not None:
        return velocity
    course = rows.stacked(COURSE)
    if course is None:
        return np.full((rows.time_s.size, 2), np.nan)
    angle = np.radians(course[:, 1])
    direction = np.stack([np.sin(angle), np.cos(angle)], axis=-1)
    return direction * course[:, :1]


def _matrices(rows: Rows, names: tuple[str, str, str]) -> F64:
    parts = rows.stacked(names)
    if parts is None:
        return np.full((rows.time_s.size, 2, 2), np.nan)
    return parts[:, [0, 1, 1, 2]].reshape(-1, 2, 2)


def _column(rows: Rows, name: str) -> F64:
    return rows.columns.get(name, np.full(rows.time_s.size, np.nan))


def _every(times_s: F64) -> str:
    return f"every {np.median(np.diff(times_s)):g} s" if times_s.size > 1 else "one alone"


def _for(hold_s: float) -> str:
    if hold_s == np.inf:
        return "until a row ends it, also after"
    return f"until {hold_s:g} s after" if hold_s > 0.0 else "at the times of its rows, not after"
