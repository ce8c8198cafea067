"""Runs to score: a scenario or recorded reports through the real engine, compared with the truth at every tick."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from sargas.app.config import DEFAULT_TRACKER
from sargas.app.exercise import blueprint_of, find
from sargas.app.toml_lines import Table
from sargas.app.wire import Blueprint, build_engine
from sargas.engine import Engine
from sargas.evaluate.decision_clock import clock_scores
from sargas.evaluate.moments import Moment, Post, ScoredRun
from sargas.evaluate.plane import Plane, plane_about
from sargas.model.entry import Entry
from sargas.model.errors import DataError
from sargas.model.report import AnyReport
from sargas.model.sensor import Sensor
from sargas.model.track import Track
from sargas.simulate.flight import Course, courses
from sargas.simulate.run import run

F64 = NDArray[np.float64]

SHOWN: Final = frozenset({"confirmed", "coasting"})
"""Tracks that say where something is now; a lost one says that it does not know."""
BIRDS: Final = "bird_flock"

Step = tuple[float, Entry | Sequence[AnyReport]]
"""When something came in [epoch s], and what."""
Progress = Callable[[float], None]


class Path(Struct, frozen=True, kw_only=True):
    """Where one target really was: arrays (n,) of one length, times rising; between them it flew straight.

    `gap_max_s`: over a longer time between two of them nobody knows where it was.
    """

    name: str
    time_s: F64
    lat_deg: F64
    lon_deg: F64
    kind: str = ""
    gap_max_s: float = math.inf


def scenario_run(
    name: str, seed: int, tracker: Table = DEFAULT_TRACKER, progress: Progress | None = None
) -> tuple[ScoredRun, tuple[int, ...]]:
    """Return a scenario as the engine with that tracker saw it, and the numbers of the flocks of birds.

    Raises:
        DataError: there is no such scenario, or it has a mistake, or nothing flies in it.
        ConfigError: there is no such tracker.
    """
    scenario = find(name)
    simulation = run(scenario, seed)
    paths = [_path(course) for course in courses(scenario, seed) if course.time_s.size]
    entries = (
        (received_s, Entry(seq=number, received_s=received_s, body=body))
        for number, (received_s, body) in enumerate(simulation.entries, start=1)
    )
    watched = watched_run(
        structs.replace(blueprint_of(simulation), tracker=tracker),
        entries,
        paths,
        title=f"{scenario.title}, seed {seed}",
        until_s=scenario.end_s,
        progress=progress,
    )
    return watched, tuple(number for number, path in enumerate(paths) if path.kind == BIRDS)


def watched_run(
    blueprint: Blueprint,
    steps: Iterable[Step],
    paths: Sequence[Path],
    *,
    title: str,
    until_s: float | None = None,
    progress: Progress | None = None,
) -> ScoredRun:
    """Return what the engine of a blueprint showed at each of its ticks, beside where the targets were.

    The engine is the real one, whole. It is asked at the ticks from the first to the last moment of the truth, and
    shows what it knew then; the incidents of that time give the decision clock.

    Raises:
        DataError: there is no truth.
    """
    if not paths:
        raise DataError("there is no target in the truth: nothing to score against")
    plane = plane_about(
        np.concatenate([path.lat_deg for path in paths]), np.concatenate([path.lon_deg for path in paths])
    )
    first_s = min(float(path.time_s[0]) for path in paths)
    last_s = max(float(path.time_s[-1]) for path in paths)
    engine = build_engine(blueprint)
    times: list[float] = []
    shown: list[Moment] = []
    for now_s in ticks(engine, steps, first_s, last_s if until_s is None else min(until_s, last_s)):
        if first_s <= now_s <= last_s:
            times.append(now_s)
            shown.append(moment_of(engine.picture.tracks.values(), plane))
        if progress is not None and math.floor(now_s) % 10 == 0:
            progress((now_s - first_s) / max(last_s - first_s, 1.0))
    times_s = np.array(times)
    return ScoredRun(
        title=title,
        times_s=times_s,
        truth=truth_of(paths, times_s, plane),
        tracks=tuple(shown),
        truth_names={number: path.name for number, path in enumerate(paths)},
        sensors=tuple(posts_of(blueprint.sensors.values(), plane)),
        center_deg=(plane.lat_deg, plane.lon_deg),
        clocks=clock_scores(engine.picture.incidents.values()),
        notes=("tracks are what is confirmed or coasting at each tick; lost ones are not shown",),
    )


def ticks(engine: Engine, steps: Iterable[Step], from_s: float, until_s: float) -> Iterator[float]:
    """Give everything to the engine in the order of arrival; yield after each tick up to `until_s`, with its time.

    The clock begins at `from_s`, or with the first arrival if that is earlier: what flew before anything was heard of
    it was missed.
    """
    is_begun = False
    for received_s, what in steps:
        if not is_begun:
            yield from _ticked(engine, min(from_s, received_s, until_s))
            is_begun = True
        if received_s > until_s:
            break
        yield from _ticked(engine, received_s)
        if isinstance(what, Entry):
            engine.accept(what)
        else:
            engine.ingest(what, received_s)
    if not is_begun:
        yield from _ticked(engine, from_s)
    yield from _ticked(engine, until_s)


def _ticked(engine: Engine, until_s: float) -> Iterator[float]:
    """Advance the engine tick by tick; the first one is at or before the first arrival."""
    if engine.next_wake_s() is None:
        engine.advance(until_s)
        yield engine.picture.now_s
    while (due_s := engine.next_wake_s()) is not None and due_s <= until_s:
        engine.advance(due_s)
        yield due_s


def moment_of(tracks: Iterable[Track], plane: Plane) -> Moment:
    """Return the tracks that are shown, in the plane."""
    shown = [track for track in tracks if track.status in SHOWN]
    rows = np.array([_row(track) for track in shown], dtype=np.float64).reshape(-1, 11)
    turns = plane.turns(rows[:, 0], rows[:, 1])
    back = turns.transpose(0, 2, 1)
    return Moment(
        ids=np.array([track.track_id for track in shown], dtype=np.int64),
        xy_m=plane.xy_m(rows[:, 0], rows[:, 1]),
        velocity_mps=np.einsum("nij,nj->ni", turns, rows[:, 2:4]),
        position_cov_m2=turns @ rows[:, [4, 5, 5, 6]].reshape(-1, 2, 2) @ back,
        velocity_cov_m2ps2=turns @ rows[:, [7, 8, 8, 9]].reshape(-1, 2, 2) @ back,
        existence=rows[:, 10],
    )


def _row(track: Track) -> tuple[float, ...]:
    existence = math.nan if track.existence is None else track.existence
    motion = (track.lat_deg, track.lon_deg, track.east_mps, track.north_mps)
    return (*motion, *track.position_cov_m2, *track.velocity_cov_m2ps2, existence)


def truth_of(paths: Sequence[Path], times_s: F64, plane: Plane) -> tuple[Moment, ...]:
    """Return where the targets were at each time, numbered in the order of the paths, with their velocities."""
    places = np.full((times_s.size, len(paths), 4), np.nan)
    for number, path in enumerate(paths):
        own = _in_order(path)
        xy_m = plane.xy_m(own.lat_deg, own.lon_deg)
        there = (times_s >= own.time_s[0]) & (times_s <= own.time_s[-1])
        after = np.clip(np.searchsorted(own.time_s, times_s), 1, max(1, own.time_s.size - 1))
        if own.time_s.size > 1:
            there &= own.time_s[after] - own.time_s[after - 1] <= own.gap_max_s
            speed = np.gradient(xy_m, own.time_s, axis=0)
        else:
            speed = np.full((1, 2), np.nan)
        for column, values in enumerate((*xy_m.T, *speed.T)):
            places[there, number, column] = np.interp(times_s[there], own.time_s, values)
    return tuple(_there(moment) for moment in places)


def _in_order(path: Path) -> Path:
    """Return the path with each time once."""
    time_s, first = np.unique(path.time_s, return_index=True)
    return structs.replace(path, time_s=time_s, lat_deg=path.lat_deg[first], lon_deg=path.lon_deg[first])


def _there(moment: F64) -> Moment:
    alive = np.flatnonzero(~np.isnan(moment[:, 0]))
    return Moment(ids=alive.astype(np.int64), xy_m=moment[alive, :2], velocity_mps=moment[alive, 2:])


def posts_of(sensors: Iterable[Sensor], plane: Plane) -> Iterator[Post]:
    """Yield the sensors that have a place."""
    for sensor in sensors:
        if sensor.lat_deg is not None and sensor.lon_deg is not None:
            ((x_m, y_m),) = plane.xy_m(np.array([sensor.lat_deg]), np.array([sensor.lon_deg])).tolist()
            yield Post(name=sensor.id, xy_m=(x_m, y_m))


def _path(course: Course) -> Path:
    return Path(
        name=course.name, time_s=course.time_s, lat_deg=course.lat_deg, lon_deg=course.lon_deg, kind=course.kind
    )
