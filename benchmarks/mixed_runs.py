"""The mixed scenario through a tracker: reports as they arrive, tracks every second, the truth, and the scores."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from importlib import import_module, resources
from typing import Any

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from sargas.airspace import borders
from sargas.airspace.geometry import Area
from sargas.app.exercise import find
from sargas.app.scoring import SHOWN, Path, moment_of, truth_of
from sargas.evaluate.assignment import best_pairs
from sargas.evaluate.measured import Measured, Settings, measure
from sargas.evaluate.moments import Moment, ScoredRun
from sargas.evaluate.plane import Plane
from sargas.model.entry import Frame
from sargas.model.report import AnyReport, SensorStatus
from sargas.model.sensor import Sensor
from sargas.model.track import Track
from sargas.simulate.flight import Course, courses
from sargas.simulate.run import run
from sargas.simulate.scenario import Scenario

PLANE = Plane(54.58, 25.55)
REGION_M = 60_000.0
"""What flies farther off is not scored: the set is about the border, not about airliners over the sea."""
CUTOFF_M = 1_000.0
STEP_S = 5
BURN_IN_S = 60.0
NOT_ASKED = frozenset({"bird_flock"})
"""They are there and radars see them: a track of them is neither wanted nor false."""

Batch = tuple[float, list[AnyReport]]
Keep = Callable[[AnyReport], bool]


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
    scenario = find(name)
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
    flown = [course for course in courses(scenario, seed) if course.time_s.size > 1]
    kind_of = {site.id: site.kind for site in scenario.sensors}
    return Evening(seed, scenario, simulation.sensors, flown, batches, kind_of, Area(polygons))


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
    seconds = [second for second in passed.seconds if round(second[0]) % STEP_S == 0]
    times_s = np.array([now_s for now_s, _ in seconds])
    truth: list[Moment] = []
    shown: list[Moment] = []
    for targets, (_, tracks) in zip(truth_of(_paths(evening), times_s, PLANE), seconds, strict=True):
        is_wanted = np.hypot(*targets.xy_m.T) <= REGION_M
        is_wanted &= [evening.courses[number].kind not in NOT_ASKED for number in targets.ids.tolist()]
        moment = moment_of(tracks, PLANE)
        truth.append(targets.only(is_wanted))
        shown.append(moment.only(_counting(targets, is_wanted, moment)))
    scored_run = ScoredRun(
        title=title,
        times_s=times_s,
        truth=tuple(truth),
        tracks=tuple(shown),
        truth_names={number: course.name for number, course in enumerate(evening.courses)},
        center_deg=(PLANE.lat_deg, PLANE.lon_deg),
    )
    measured = measure(scored_run, Settings(cutoff_m=CUTOFF_M, burn_in=round(BURN_IN_S / STEP_S)))
    kinds = {number: _kind(course) for number, course in enumerate(evening.courses)}
    crossings = crossing_errors_s(evening, passed, measured)
    return Scored(measured, crossings, kinds, passed.cpu_s, passed.n_reports)


def _kind(course: Course) -> str:
    return "spoofed airliner" if course.spoof is not None else course.kind


def _paths(evening: Evening) -> list[Path]:
    return [
        Path(name=course.name, time_s=course.time_s, lat_deg=course.lat_deg, lon_deg=course.lon_deg, kind=course.kind)
        for course in evening.courses
    ]


def _counting(targets: Moment, is_wanted: NDArray[np.bool_], shown: Moment) -> NDArray[np.bool_]:
    """Return which tracks count: not those of what is not asked for, nor false ones outside the region."""
    pairs = best_pairs(targets.xy_m, shown.xy_m, CUTOFF_M)
    counts = np.hypot(*shown.xy_m.T) <= REGION_M
    counts[pairs.second] = is_wanted[pairs.first]
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
