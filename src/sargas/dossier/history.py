"""What the engine said of an incident while its entries ran through it again: tracks, sensors, classes, words.

An incident keeps its last states only. The shell runs the entries of its span through an engine and hands every
batch of events to a `Collector`; what it keeps is bounded.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from sargas.model.classification import Classification
from sargas.model.dossier import Unwell
from sargas.model.incident import Incident
from sargas.model.picture import ClassificationChanged, Event, HealthChanged, Observed, Picture, TrackChanged
from sargas.model.report import Observation
from sargas.model.sensor import HealthState, Sensor
from sargas.model.track import Track

EVERY_S: Final = 5.0
"""A point of the track so often: an aircraft of 150 km/h moves 200 m meanwhile."""
POINTS_MOST: Final = 20_000
"""Of all tracks together: a raid of 500 for half an hour is thinned out, not cut off."""
CLASSES_MOST: Final = 40
TOLD_MOST: Final = 500
SPANS_MOST: Final = 200
BREAK_S: Final = 20.0
"""A sensor without a period that spoke again within this spoke on."""
PERIODS: Final = 3.0
UNWELL: Final[frozenset[HealthState]] = frozenset({"degraded", "late", "silent", "failed", "maintenance"})


class Seen(Struct):
    """What one sensor gave to the tracks of the incident."""

    track_ids: list[int]
    first_s: float
    last_s: float
    n_reports: int
    spans: list[tuple[float, float]]


class History(Struct, frozen=True, kw_only=True):
    """All that was collected. `is_whole`: no entry of the span was missing; `is_anew`: by another version."""

    first_s: float
    last_s: float
    tracks: dict[int, tuple[Track, ...]] = {}
    seen: dict[str, Seen] = {}
    classes: dict[int, tuple[Classification, ...]] = {}
    told: tuple[Observation, ...] = ()
    unwell: tuple[Unwell, ...] = ()
    is_whole: bool = True
    is_anew: bool = False


class Collector:
    """Takes events, keeps what is of the incident."""

    def __init__(self, incident: Incident, sensors: Mapping[str, Sensor], *, every_s: float = EVERY_S) -> None:
        self._ids = set(incident.track_ids)
        self._entries = {*incident.evidence, *incident.cited}
        self._entries |= {entry for finding in incident.findings for entry in finding.evidence}
        self._sensors = sensors
        self._every_s = every_s
        self._tracks: dict[int, list[Track]] = {}
        self._newest: dict[int, Track] = {}
        self._counts: dict[tuple[int, str], int] = {}
        self._seen: dict[str, Seen] = {}
        self._classes: dict[int, list[Classification]] = {}
        self._told: list[Observation] = []
        self._unwell: list[Unwell] = []

    def begin(self, picture: Picture) -> None:
        """Take the sensors that are unwell already, and the tracks as they stand."""
        for health in picture.health.values():
            if health.state in UNWELL:
                self._unwell.append(Unwell(sensor=health.sensor, state=health.state, from_s=None))
        for track_id in self._ids & picture.tracks.keys():
            self._track(picture.tracks[track_id])

    def take(self, events: Sequence[Event]) -> None:
        """Keep what is of the incident."""
        for event in events:
            match event:
                case TrackChanged(track) if track.track_id in self._ids:
                    self._track(track)
                case ClassificationChanged(classification) if classification.track_id in self._ids:
                    kept = self._classes.setdefault(classification.track_id, [])
                    kept.append(classification)
                    del kept[: -CLASSES_MOST or None]
                case Observed(report) if report.entry in self._entries and len(self._told) < TOLD_MOST:
                    self._told.append(report)
                case HealthChanged(health):
                    self._health(health.sensor, health.state, health.reason, health.last_report_s)
                case _:
                    pass

    def history(self, first_s: float, last_s: float, *, is_whole: bool = True, is_anew: bool = False) -> History:
        """Return what was collected between these times."""
        for track_id, track in self._newest.items():
            if self._tracks[track_id][-1].time_s < track.time_s:
                self._tracks[track_id].append(track)
        return History(
            first_s=first_s,
            last_s=last_s,
            tracks={key: tuple(points) for key, points in sorted(self._tracks.items())},
            seen=dict(sorted(self._seen.items())),
            classes={key: tuple(kept) for key, kept in sorted(self._classes.items())},
            told=tuple(self._told),
            unwell=tuple(self._unwell),
            is_whole=is_whole,
            is_anew=is_anew,
        )

    def _track(self, track: Track) -> None:
        if track.status == "ended":
            return
        self._newest[track.track_id] = track
        kept = self._tracks.setdefault(track.track_id, [])
        # On the marks of the clock, so that the tick's prediction and a report just before it make one point.
        if not kept or track.time_s // self._every_s > kept[-1].time_s // self._every_s:
            kept.append(track)
            self._thin()
        for contribution in track.contributions:
            key = (track.track_id, contribution.sensor)
            more = contribution.n_reports - self._counts.get(key, 0)
            if more > 0:
                self._counts[key] = contribution.n_reports
                self._spoke(contribution.sensor, track.track_id, contribution.last_s, more)

    def _thin(self) -> None:
        """Keep every second point of all tracks once there are too many."""
        if sum(map(len, self._tracks.values())) > POINTS_MOST:
            self._every_s *= 2.0
            self._tracks = {key: points[::2] for key, points in self._tracks.items()}

    def _spoke(self, sensor: str, track_id: int, time_s: float, n_reports: int) -> None:
        known = self._seen.get(sensor)
        if known is None:
            self._seen[sensor] = Seen([track_id], time_s, time_s, n_reports, [(time_s, time_s)])
            return
        if track_id not in known.track_ids:
            known.track_ids.append(track_id)
        known.n_reports += n_reports
        known.first_s, known.last_s = min(known.first_s, time_s), max(known.last_s, time_s)
        period_s = self._sensors[sensor].period_s if sensor in self._sensors else None
        begun, until = known.spans[-1]
        if time_s - until <= max(BREAK_S, PERIODS * (period_s or 0.0)) or len(known.spans) >= SPANS_MOST:
            known.spans[-1] = (min(begun, time_s), max(until, time_s))
        else:
            known.spans.append((time_s, time_s))

    def _health(self, sensor: str, state: HealthState, reason: str, last_s: float | None) -> None:
        at = next((k for k in range(len(self._unwell) - 1, -1, -1) if self._unwell[k].sensor == sensor), None)
        before = self._unwell[at] if at is not None and self._unwell[at].until_s is None else None
        if before is not None and before.state == state:
            return
        if before is not None and at is not None:
            until_s = last_s if last_s is not None else before.from_s
            self._unwell[at] = Unwell(
                sensor=sensor, state=before.state, from_s=before.from_s, until_s=until_s, reason=before.reason
            )
        if state in UNWELL and len(self._unwell) < TOLD_MOST:
            self._unwell.append(Unwell(sensor=sensor, state=state, from_s=last_s, reason=reason))
