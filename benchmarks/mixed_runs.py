"""The mixed scenario through a tracker: reports as they arrive, tracks every second, the truth, and the scores."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module, resources
from typing import Any

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from sargas.airspace import borders
from sargas.airspace.geometry import Area
from sargas.evaluate.assignment import best_pairs
from sargas.evaluate.measured import Measured, Settings, measure
from sargas.evaluate.moments import Moment, ScoredRun
from sargas.kernels.stereographic import make_plane, to_plane
from sargas.model.entry import Frame
from sargas.model.report import AnyReport, SensorStatus
from sargas.model.sensor import Sensor
from sargas.model.track import Track
from sargas.simulate.flight import Course, courses
from sargas.simulate.run import run
from sargas.simulate.scenario import Scenario, load

CENTRE_DEG = (54.58, 25.55)
REGION_M = 60_000.0
"""What flies farther off is not scored: the set is about the border, not about airliners over the sea."""
CUTOFF_M = 1_000.0
SHOWN = frozenset({"confirmed", "coasting"})
STEP_S = 5
BURN_IN_S = 60.0
NOT_ASKED = frozenset({"bird_flock"})
"""They are there and radars see them: a track of them is neither wanted nor false."""

Batch = tuple[float, list[AnyReport]]
Keep = Callable[[AnyReport], bool]
F64 = NDArray[np.float64]


class Evening(Struct, frozen=True):
    """One seed of the scenario: what flew, what came in, and whose airspace it is."""

    seed: int
    scenario: Scenario
    sensors: dict[str, Sensor]
    courses: list[Course]
    batches: list[Batch]
    kind_of: dict[str, str]
    country: Area

    def crossings_s(self) -> dict[str, float]:
        """Return when what has no transponder comes into the country, by its name."""
        found: dict[str, float] = {}
        for course in self.courses:
            if course.has_transponder or course.kind in NOT_ASKED:
                continue
            places = zip(course.lon_deg.tolist(), course.lat_deg.tolist(), strict=True)
            inside = np.array([self.country.contains(lon, lat) for lon, lat in places])
            entries = np.flatnonzero(~inside[:-1] & inside[1:])
            if entries.size:
                found[course.name] = float(course.time_s[entries[0] + 1])
        return found


class Pass(Struct, frozen=True):
    """One tracker's way through one evening: what it showed at every second, and the time it took."""

    seconds: list[tuple[float, list[Track]]]
    cpu_s: float
    n_reports: int
    rejected: dict[tuple[str, str], int]


def evening(seed: int, name: str = "mixed") -> Evening:
    """Return the scenario played with a seed and decoded: the reports of each frame with its arrival time."""
    file = resources.files("sargas.simulate") / "scenarios" / f"{name}.toml"
    scenario = load(file.read_text(encoding="utf-8"), name)
    simulation = run(scenario, seed)
    decoders = {}
    for feed, table in simulation.feeds.items():
        module = import_module(f"sargas.decode.{table['type']}")
        settings = module.Settings(**{key: value for key, value in table.items() if key != "type"})
        decoders[feed] = module.build(settings, simulation.sensors)
    batches: list[Batch] = []
    for number, (received_s, body) in enumerate(simulation.entries, start=1):
        if isinstance(body, Frame):
            decoded = decoders[body.feed].decode(body.data, received_s, number)
            reports = [item for item in decoded if hasattr(item, "sensor")]
            if reports:
                batches.append((received_s, reports))
    zones = borders.load(lambda file_name: (resources.files("timezonefinder_data") / file_name).read_bytes())
    polygons = [polygon for zone in zones if zone.country == scenario.country for polygon in zone.polygons]
    kind_of = {site.id: site.kind for site in scenario.sensors}
    return Evening(seed, scenario, simulation.sensors, courses(scenario, seed), batches, kind_of, Area(polygons))


def without(*names: str) -> Keep:
    """Return which reports are left when these sensors are taken away."""
    gone = frozenset(names)
    return lambda report: report.sensor not in gone


def watched(
    evening: Evening, build: Callable[[Mapping[str, Sensor]], Any], keep: Keep, minutes: float | None = None
) -> Pass:
    """Return what a tracker shows at every second when the kept reports come in one after the other.

    A sensor of which no report is kept is not in the tracker's table either.
    """
    batches = [
        (received_s, [report for report in reports if keep(report)]) for received_s, reports in evening.batches
    ]
    heard = {report.sensor for _, reports in batches for report in reports}
    tracker = build({name: sensor for name, sensor in evening.sensors.items() if name in heard})
    until_s = evening.scenario.end_s if minutes is None else evening.scenario.start_s + 60.0 * minutes
    seconds: list[tuple[float, list[Track]]] = []
    now_s, n_reports, begun = evening.scenario.start_s, 0, time.process_time()
    for received_s, reports in batches:
        while now_s <= min(received_s, until_s):
            seconds.append((now_s, [track for track in tracker.tick(now_s) if track.status in SHOWN]))
            now_s += 1.0
        if received_s > until_s:
            break
        if reports:
            tracker.update(reports, received_s)
            n_reports += sum(not isinstance(report, SensorStatus) for report in reports)
    return Pass(seconds, time.process_time() - begun, n_reports, dict(tracker.rejected))


class Scored(Struct, frozen=True):
    """A pass, scored: all that is asked for in one, what crossed when, and who each target is."""

    measured: Measured
    crossing_errors_s: dict[str, float | None]
    kinds: dict[int, str]
    cpu_s: float
    n_reports: int


def scored(evening: Evening, passed: Pass, title: str) -> Scored:
    """Return the scores of a pass, birds and what is far away left out."""
    plane = make_plane(*CENTRE_DEG)
    flown = [_in_plane(course, plane) for course in evening.courses]
    truth: list[Moment] = []
    shown: list[Moment] = []
    seconds = [second for second in passed.seconds if round(second[0]) % STEP_S == 0]
    for now_s, tracks in seconds:
        wanted, ignored = _truth_at(now_s, evening.courses, flown)
        truth.append(wanted)
        moment = _moment(tracks, plane)
        shown.append(moment.only(_asked(wanted, ignored, moment)))
    scored_run = ScoredRun(
        title=title,
        times_s=np.array([now_s for now_s, _ in seconds]),
        truth=tuple(truth),
        tracks=tuple(shown),
        truth_names={number: course.name for number, course in enumerate(evening.courses)},
        center_deg=CENTRE_DEG,
    )
    measured = measure(scored_run, Settings(cutoff_m=CUTOFF_M, burn_in=round(BURN_IN_S / STEP_S)))
    kinds = {number: _kind(course) for number, course in enumerate(evening.courses)}
    crossings = crossing_errors_s(evening, passed, measured)
    return Scored(measured, crossings, kinds, passed.cpu_s, passed.n_reports)


def _kind(course: Course) -> str:
    return "spoofed airliner" if course.spoof is not None else course.kind


def _in_plane(course: Course, plane: F64) -> F64:
    """Return time, x, y, vx, vy [s, m, m/s] of a course, shape (n, 5)."""
    xy = np.array([to_plane(plane, lat, lon)[:2] for lat, lon in zip(course.lat_deg, course.lon_deg, strict=True)])
    xy = xy.reshape(-1, 2)
    velocity = np.gradient(xy, course.time_s, axis=0) if course.time_s.size > 1 else np.zeros_like(xy)
    return np.column_stack([course.time_s, xy, velocity])


def _truth_at(now_s: float, flown: Sequence[Course], in_plane: Sequence[F64]) -> tuple[Moment, F64]:
    """Return the targets that are asked for, and the places of the others."""
    ids: list[int] = []
    rows: list[F64] = []
    others: list[F64] = []
    for number, (course, table) in enumerate(zip(flown, in_plane, strict=True)):
        if course.time_s.size < 2 or not table[0, 0] <= now_s <= table[-1, 0]:
            continue
        row = np.array([np.interp(now_s, table[:, 0], table[:, column]) for column in range(1, 5)])
        if course.kind in NOT_ASKED or np.hypot(*row[:2]) > REGION_M:
            others.append(row[:2])
        else:
            ids.append(number)
            rows.append(row)
    table = np.array(rows).reshape(-1, 4)
    return (
        Moment(ids=np.array(ids, np.int64), xy_m=table[:, :2], velocity_mps=table[:, 2:]),
        np.array(others).reshape(-1, 2),
    )


def _moment(tracks: Sequence[Track], plane: F64) -> Moment:
    """Return the tracks in the plane; covariances are turned by its convergence."""
    n = len(tracks)
    xy, velocity = np.zeros((n, 2)), np.zeros((n, 2))
    place_cov, velocity_cov = np.zeros((n, 2, 2)), np.zeros((n, 2, 2))
    for i, track in enumerate(tracks):
        x, y, k, gamma = to_plane(plane, track.lat_deg, track.lon_deg)
        turn = np.array([[np.cos(gamma), -np.sin(gamma)], [np.sin(gamma), np.cos(gamma)]])
        xy[i] = x, y
        velocity[i] = k * turn @ (track.east_mps, track.north_mps)
        place_cov[i] = _turned(track.position_cov_m2, k * turn)
        velocity_cov[i] = _turned(track.velocity_cov_m2ps2, k * turn)
    claims = [np.nan if track.existence is None else track.existence for track in tracks]
    return Moment(
        ids=np.array([track.track_id for track in tracks], np.int64),
        xy_m=xy,
        velocity_mps=velocity,
        position_cov_m2=place_cov,
        velocity_cov_m2ps2=velocity_cov,
        existence=None if all(np.isnan(claims)) else np.array(claims, np.float64),
    )


def _turned(cov: tuple[float, float, float], turn: F64) -> F64:
    result: F64 = turn @ np.array([[cov[0], cov[1]], [cov[1], cov[2]]]) @ turn.T
    return result


def _asked(wanted: Moment, ignored: F64, shown: Moment) -> NDArray[np.bool_]:
    """Return which tracks count: not those of what is not asked for, nor those outside the region."""
    every = np.concatenate([wanted.xy_m, ignored])
    pairs = best_pairs(every, shown.xy_m, CUTOFF_M)
    counts = np.hypot(*shown.xy_m.T) <= REGION_M
    is_other = pairs.first >= wanted.ids.size
    counts[pairs.second[is_other]] = False
    counts[pairs.second[~is_other]] = True
    return counts


def crossing_errors_s(evening: Evening, passed: Pass, measured: Measured) -> dict[str, float | None]:
    """Return how late the picture showed each crossing (negative: too early), None if no track of it crossed.

    The track is the one that the target had at a moment within a minute of the crossing; its crossing is the second
    at which it is shown inside, having been shown outside.
    """
    scored_run, identity = measured.run, measured.identity
    found: dict[str, float | None] = {}
    for name, crossing_s in evening.crossings_s().items():
        number = next(key for key, value in scored_run.truth_names.items() if value == name)
        held: Counter[int] = Counter()
        for k, (rows, columns) in enumerate(identity.pairs):
            if abs(scored_run.times_s[k] - crossing_s) <= 60.0:
                here = scored_run.truth[k].ids[rows] == number
                held.update(scored_run.tracks[k].ids[columns[here]].tolist())
        errors = [_crossed_s(evening.country, passed, track_id, crossing_s) for track_id in held]
        known = [error for error in errors if error is not None]
        found[name] = min(known, key=abs) if known else None
    return found


def _crossed_s(country: Area, passed: Pass, track_id: int, crossing_s: float) -> float | None:
    was_inside = True
    for now_s, tracks in passed.seconds:
        if abs(now_s - crossing_s) > 120.0:
            continue
        track = next((track for track in tracks if track.track_id == track_id), None)
        if track is None:
            continue
        is_inside = country.contains(track.lon_deg, track.lat_deg)
        if is_inside and not was_inside:
            return now_s - crossing_s
        was_inside = is_inside
    return None


def builder(module_name: str, **changes: object) -> Callable[[Mapping[str, Sensor]], Any]:
    """Return what builds a tracker of `sargas.fuse` with its default settings but for the changes.

    Raises:
        ValueError: the tracker's settings have no such switch.
    """
    module = import_module(f"sargas.fuse.{module_name}")
    settings = module.Settings()
    unknown = sorted(set(changes) - set(settings.__struct_fields__))
    if unknown:
        raise ValueError(f"{module_name} has no {', '.join(unknown)}")
    chosen = structs.replace(settings, **changes)
    return lambda sensors: module.build(chosen, sensors)
