"""A trial through a tracker, and what came of it: how long the drone was held, how well, and what was not there.

Only here does the truth meet the tracks. The seconds near a radar's rows of the drone are those in which it saw it.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import Final, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from sargas.evaluate.moments import F64, Moment, Post, ScoredRun
from sargas.evaluate.trial import Flight, Trial, metres_about, radar_of
from sargas.model.errors import DataError
from sargas.model.report import GeoPlot
from sargas.model.track import Track
from sargas.ports import Tracker

GATE_M: Final = 150.0
"""A track nearer than this to the drone is the drone's: twice what the worse radar is off at the end of its reach."""
OFF_SHARE: Final = 0.125
"""So much of the range, or 40 m, may a radar's row of the drone be off: seven degrees across."""
OFF_MIN_M: Final = 40.0
IN_A_ROW, IN_A_ROW_S = 3, 5.0
SAME_VELOCITY_MPS: Final = 8.0
SEEN_FOR_S: Final = 3.0
"""A radar that turns in about a second and saw the drone within so many sees it."""
TRUTH_GAP_S: Final = 5.0
LEAD_MAX_S: Final = 3_600.0
"""A drone's record that begins earlier than this before the first report is of another day."""
FALSE_BELOW: Final = 0.5
"""A track that is near the drone for less than this share of its life is false."""
SHOWN: Final = frozenset({"confirmed", "coasting"})


class Shown(NamedTuple):
    """The tracks on the screen at the end of one second, without those that are lost."""

    time_s: float
    tracks: tuple[Track, ...]


class Own(Struct, frozen=True, kw_only=True):
    """How well one radar saw the drone by itself: its own rows against the truth."""

    sensor: str
    n_rows: int
    n_of_drone: int
    seen_s: int
    rms_m: float | None
    median_m: float | None
    track_rms_m: float | None
    """The error of the drone's track at the end of the second of each of these rows, where there is one."""
    rms_then_m: float | None
    """That of the radar's rows there."""


class Extra(Struct, frozen=True, kw_only=True):
    """A confirmed track that is not the drone."""

    track_id: int
    sensor: str
    """Who gave most of its reports."""
    first_s: float
    shown_s: int
    n_reports: int


class TrialScores(Struct, frozen=True, kw_only=True):
    """The figures of a trial. Shares are of the seconds in which the drone flew and a radar saw it."""

    title: str
    flown_s: int
    seen_s: int
    held_s: int
    held_by_one_s: int
    n_tracks_of_drone: int
    switches: int
    rms_m: float | None
    median_m: float | None
    own: tuple[Own, ...]
    extras: tuple[Extra, ...]
    false_per_h: float | None
    """By the length of the recording."""
    false_per_h_by_sensor: dict[str, float]
    """Each radar's by the time in which it told anything at all."""
    rejected: dict[str, int]


class _Drone(NamedTuple):
    """The drone at given moments, in metres about the centre; it flies only where its record has no gap."""

    time_s: F64
    xy_m: F64
    velocity_mps: F64
    is_flying: NDArray[np.bool_]


def play(trial: Trial, tracker: Tracker) -> list[Shown]:
    """Return what a tracker showed at the end of every second of the recording.

    The logger wrote whole seconds: what came within one is handed over at once, at its end.
    """
    if not trial.reports:
        raise DataError("there is no report that can be used in this trial")
    found: list[Shown] = []
    now_s, last_s = _span_s(trial)
    for second, group in groupby(trial.reports, key=lambda report: math.floor(report.received_s)):
        while now_s < second:
            now_s += 1
            found.append(_shown(tracker, now_s))
        tracker.update(list(group), now_s + 1.0)
    while now_s < last_s:
        now_s += 1
        found.append(_shown(tracker, now_s))
    return found


def _span_s(trial: Trial) -> tuple[int, int]:
    """Return the first second and the last one of what was recorded, of the drone's own record too."""
    first_s, last_s = trial.reports[0].received_s, trial.reports[-1].received_s + 1.0
    if trial.flight is not None:
        first_s = min(first_s, max(trial.flight.time_s[0], first_s - LEAD_MAX_S))
        last_s = max(last_s, min(trial.flight.time_s[-1], last_s + LEAD_MAX_S))
    return math.floor(first_s), math.ceil(last_s)


def _shown(tracker: Tracker, now_s: int) -> Shown:
    tracks = sorted(tracker.tick(float(now_s)), key=lambda track: track.track_id)
    return Shown(float(now_s), tuple(track for track in tracks if track.status in SHOWN))


def scored_run(trial: Trial, shown: Sequence[Shown], title: str) -> ScoredRun:
    """Return the run second by second for the field's own figures; the drone is there while it flies."""
    center = center_of(trial)
    times_s = np.array([moment.time_s for moment in shown])
    drone = _drone_at(_flight(trial), times_s, center)
    truth = []
    for k in range(times_s.size):
        is_there = np.array([drone.is_flying[k]])
        place, velocity = drone.xy_m[k : k + 1], drone.velocity_mps[k : k + 1]
        truth.append(Moment(ids=np.array([1]), xy_m=place, velocity_mps=velocity).only(is_there))
    posts = [
        Post(name=sensor.id, xy_m=_xy(sensor.lat_deg, sensor.lon_deg, center))
        for sensor in trial.sensors.values()
        if sensor.lat_deg is not None and sensor.lon_deg is not None
    ]
    return ScoredRun(
        title=title,
        times_s=times_s,
        truth=tuple(truth),
        tracks=tuple(_moment(moment.tracks, center) for moment in shown),
        truth_names={1: "drone"},
        sensors=tuple(posts),
        center_deg=center,
        notes=("The drone counts while it flies, whether a radar sees it or not.",),
    )


def score_trial(
    trial: Trial, shown: Sequence[Shown], title: str, rejected: Mapping[tuple[str, str], int] | None = None
) -> TrialScores:
    """Return how the tracks were, against the drone's own record and against the radars by themselves.

    Raises:
        DataError: there is no truth.
    """
    center = center_of(trial)
    flight = _flight(trial)
    times_s = np.array([moment.time_s for moment in shown])
    drone = _drone_at(flight, times_s, center)
    seen: dict[str, NDArray[np.bool_]] = {}
    errors: dict[str, F64] = {}
    own_s: dict[str, F64] = {}
    for sensor in sorted(trial.courses):
        at_s, off_m = rows_of_drone(trial, sensor)
        own_s[sensor] = at_s
        seen[sensor] = _is_near_any(times_s, at_s) & drone.is_flying
        errors[sensor] = off_m
    is_seen = np.logical_or.reduce([np.zeros(times_s.size, bool), *seen.values()])
    held = _held(shown, drone, center)
    best = _main(held, is_seen)
    is_held = np.array([bool(each) for each in held]) & is_seen
    chosen = _chosen(held, best)
    off_m = np.array([each[number] if number else math.nan for each, number in zip(held, chosen, strict=True)])
    numbers = [number for number, here in zip(chosen, is_seen.tolist(), strict=True) if here and number]
    tracked = {sensor: _at(off_m, times_s, own_s[sensor]) for sensor in seen}
    own = tuple(
        Own(
            sensor=sensor,
            n_rows=sum(radar_of(report.sensor) == sensor for report in trial.reports),
            n_of_drone=errors[sensor].size,
            seen_s=int(seen[sensor].sum()),
            rms_m=_rms(errors[sensor]),
            median_m=_median(errors[sensor]),
            track_rms_m=_rms(tracked[sensor]),
            rms_then_m=_rms(errors[sensor][np.isfinite(tracked[sensor])]),
        )
        for sensor in sorted(seen)
    )
    extras = _extras(shown, held)
    hours = float(times_s[-1] - times_s[0] + 1.0) / 3_600.0
    return TrialScores(
        title=title,
        flown_s=int(drone.is_flying.sum()),
        seen_s=int(is_seen.sum()),
        held_s=int(is_held.sum()),
        held_by_one_s=sum(best in each for each, here in zip(held, is_seen.tolist(), strict=True) if here),
        n_tracks_of_drone=len(set(numbers)),
        switches=sum(a != b for a, b in pairwise(numbers)),
        rms_m=_rms(off_m[is_seen]),
        median_m=_median(off_m[is_seen]),
        own=own,
        extras=extras,
        false_per_h=len(extras) / hours,
        false_per_h_by_sensor={
            sensor: sum(radar_of(extra.sensor) == sensor for extra in extras) / (told_s / 3_600.0)
            for sensor, told_s in _told_s(trial).items()
        },
        rejected={f"{sensor}: {reason}": n for (sensor, reason), n in sorted((rejected or {}).items())},
    )


def center_of(trial: Trial) -> tuple[float, float]:
    """Return the point [deg] about which the trial's metres are counted: the middle of the drone's flight."""
    flight = _flight(trial)
    return float(np.median(flight.lat_deg)), float(np.median(flight.lon_deg))


def rows_of_drone(trial: Trial, sensor: str) -> tuple[F64, F64]:
    """Return the times [s] and the errors [m] of the plots of one radar that are the drone.

    Where all is clutter some plot is always near the drone: one counts if it is nearest of its look, as near as a
    radar places things at that range, flies as the drone does, and is one of a few in a row.
    """
    center = center_of(trial)
    plots = [each for each in trial.reports if isinstance(each, GeoPlot) and radar_of(each.sensor) == sensor]
    plots.sort(key=lambda plot: plot.time_s)
    times_s = np.array([plot.time_s for plot in plots])
    drone = _drone_at(_flight(trial), times_s, center)
    xy_m = np.array([_xy(plot.lat_deg, plot.lon_deg, center) for plot in plots]).reshape(-1, 2)
    off_m = np.hypot(*(xy_m - drone.xy_m).T)
    velocity = np.array([_velocity(plot) for plot in plots]).reshape(-1, 2)
    off_mps = np.nan_to_num(np.hypot(*(velocity - drone.velocity_mps).T), nan=0.0)
    gate_m = np.full(times_s.size, GATE_M)
    radar = trial.sensors[sensor]
    if radar.lat_deg is not None and radar.lon_deg is not None:
        range_m = np.hypot(*(drone.xy_m - np.array(_xy(radar.lat_deg, radar.lon_deg, center))).T)
        gate_m = np.clip(OFF_SHARE * range_m, OFF_MIN_M, GATE_M)
    near = np.flatnonzero(drone.is_flying & (off_m <= gate_m) & (off_mps <= SAME_VELOCITY_MPS))
    near = near[_nearest_of_look(times_s[near], off_m[near], radar.period_s or 1.0)]
    in_a_row = np.searchsorted(times_s[near], times_s[near] + IN_A_ROW_S, "right")
    in_a_row -= np.searchsorted(times_s[near], times_s[near] - IN_A_ROW_S, "left")
    near = near[in_a_row >= IN_A_ROW]
    return times_s[near], off_m[near]


def _nearest_of_look(times_s: F64, off_m: F64, period_s: float) -> NDArray[np.int64]:
    """Return the places of those rows, of rising times, to which none within half a period is nearer."""
    kept = []
    for k in range(times_s.size):
        low, high = np.searchsorted(times_s, [times_s[k] - period_s / 2.0, times_s[k] + period_s / 2.0])
        if off_m[k] <= off_m[low:high].min():
            kept.append(k)
    return np.array(kept, dtype=np.int64)


def errors_over_time(trial: Trial, shown: Sequence[Shown]) -> tuple[F64, F64, list[int]]:
    """Return times [s], the error [m] of the drone's track at each (NaN without), and its number (0 without)."""
    center = center_of(trial)
    times_s = np.array([moment.time_s for moment in shown])
    drone = _drone_at(_flight(trial), times_s, center)
    held = _held(shown, drone, center)
    chosen = _chosen(held, _main(held, drone.is_flying))
    off_m = [each[number] if number else math.nan for each, number in zip(held, chosen, strict=True)]
    return times_s, np.array(off_m), chosen


def _flight(trial: Trial) -> Flight:
    if trial.flight is None:
        raise DataError("truth.csv: the trial has no truth to score against")
    return trial.flight


def _drone_at(flight: Flight, times_s: F64, center: tuple[float, float]) -> _Drone:
    """Return the drone at these times, between its own records; it does not fly where those have a gap."""
    east, north = metres_about(flight.lat_deg, flight.lon_deg, center)
    t = flight.time_s
    xy_m = np.stack([np.interp(times_s, t, east), np.interp(times_s, t, north)], axis=1)
    span = [times_s - 1.0, times_s + 1.0]
    steps = [np.stack([np.interp(at, t, east), np.interp(at, t, north)], axis=1) for at in span]
    after = np.clip(np.searchsorted(t, times_s), 0, t.size - 1)
    before = np.clip(after - 1, 0, t.size - 1)
    is_known = (times_s >= t[0]) & (times_s <= t[-1]) & (t[after] - t[before] <= TRUTH_GAP_S)
    is_flying = is_known & flight.is_flying[after] & flight.is_flying[before]
    return _Drone(times_s, xy_m, (steps[1] - steps[0]) / 2.0, is_flying)


def _held(shown: Sequence[Shown], drone: _Drone, center: tuple[float, float]) -> list[dict[int, float]]:
    """Return for each moment the tracks within the gate of the flying drone, with how far off they are [m]."""
    held: list[dict[int, float]] = []
    for k, moment in enumerate(shown):
        near: dict[int, float] = {}
        for track in moment.tracks if drone.is_flying[k] else ():
            x, y = _xy(track.lat_deg, track.lon_deg, center)
            off_m = math.hypot(x - drone.xy_m[k, 0], y - drone.xy_m[k, 1])
            if off_m <= GATE_M:
                near[track.track_id] = off_m
        held.append(near)
    return held


def _main(held: Sequence[Mapping[int, float]], counts: NDArray[np.bool_]) -> int:
    """Return the number of the track that holds the drone longest; 0 if none does."""
    seconds: dict[int, int] = {}
    for near, here in zip(held, counts.tolist(), strict=True):
        for number in near if here else ():
            seconds[number] = seconds.get(number, 0) + 1
    return max(seconds, key=lambda number: (seconds[number], -number), default=0)


def _chosen(held: Sequence[Mapping[int, float]], main: int) -> list[int]:
    """Return the drone's track at each moment: the one it had, else the main one, else the nearest; 0 for none."""
    chosen, last = [], 0
    for near in held:
        number = last if last in near else main if main in near else min(near, key=lambda each: near[each], default=0)
        last = number or last
        chosen.append(number)
    return chosen


def _extras(shown: Sequence[Shown], held: Sequence[Mapping[int, float]]) -> tuple[Extra, ...]:
    seconds: dict[int, int] = {}
    near_s: dict[int, int] = {}
    last: dict[int, Track] = {}
    for moment, near in zip(shown, held, strict=True):
        for track in moment.tracks:
            seconds[track.track_id] = seconds.get(track.track_id, 0) + 1
            near_s[track.track_id] = near_s.get(track.track_id, 0) + (track.track_id in near)
            last[track.track_id] = track
    return tuple(
        Extra(
            track_id=number,
            sensor=max(last[number].contributions, key=lambda each: each.n_reports).sensor
            if last[number].contributions
            else "",
            first_s=last[number].first_s,
            shown_s=seconds[number],
            n_reports=last[number].n_reports,
        )
        for number in sorted(seconds)
        if near_s[number] < FALSE_BELOW * seconds[number]
    )


def _told_s(trial: Trial) -> dict[str, float]:
    """Return for each radar the time [s] between its first and its last report."""
    found: dict[str, float] = {}
    for sensor in sorted(trial.courses):
        times_s = [report.time_s for report in trial.reports if radar_of(report.sensor) == sensor]
        found[sensor] = max(max(times_s) - min(times_s), 1.0)
    return found


def _moment(tracks: Sequence[Track], center: tuple[float, float]) -> Moment:
    n = len(tracks)
    return Moment(
        ids=np.array([track.track_id for track in tracks], np.int64),
        xy_m=np.array([_xy(track.lat_deg, track.lon_deg, center) for track in tracks]).reshape(n, 2),
        velocity_mps=np.array([(track.east_mps, track.north_mps) for track in tracks]).reshape(n, 2),
        position_cov_m2=np.array([_square(track.position_cov_m2) for track in tracks]).reshape(n, 2, 2),
        velocity_cov_m2ps2=np.array([_square(track.velocity_cov_m2ps2) for track in tracks]).reshape(n, 2, 2),
        existence=np.array([math.nan if track.existence is None else track.existence for track in tracks]),
    )


def _square(cov: tuple[float, float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
    return ((cov[0], cov[1]), (cov[1], cov[2]))


def _xy(lat_deg: float, lon_deg: float, center: tuple[float, float]) -> tuple[float, float]:
    east, north = metres_about(np.array([lat_deg]), np.array([lon_deg]), center)
    return float(east[0]), float(north[0])


def _velocity(plot: GeoPlot) -> tuple[float, float]:
    if plot.speed_mps is None or plot.course_deg is None:
        return math.nan, math.nan
    course = math.radians(plot.course_deg)
    return plot.speed_mps * math.sin(course), plot.speed_mps * math.cos(course)


def _is_near_any(times_s: F64, at_s: F64) -> NDArray[np.bool_]:
    if not at_s.size:
        return np.zeros(times_s.size, bool)
    place = np.searchsorted(at_s, times_s)
    after, before = np.clip(place, 0, at_s.size - 1), np.clip(place - 1, 0, at_s.size - 1)
    gap = np.minimum(np.abs(at_s[after] - times_s), np.abs(at_s[before] - times_s))
    return np.asarray(gap <= SEEN_FOR_S)


def _at(off_m: F64, times_s: F64, at_s: F64) -> F64:
    """Return the errors at the moments that follow these times."""
    return off_m[np.clip(np.searchsorted(times_s, at_s), 0, times_s.size - 1)]


def _rms(off_m: F64) -> float | None:
    known = off_m[np.isfinite(off_m)]
    return float(np.sqrt(np.mean(known**2))) if known.size else None


def _median(off_m: F64) -> float | None:
    known = off_m[np.isfinite(off_m)]
    return float(np.median(known)) if known.size else None
