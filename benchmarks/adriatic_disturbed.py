"""Do identities hold when a neighbour's real tracks come damaged? The Adriatic recording, disturbed on purpose.

    python benchmarks/adriatic_disturbed.py [--tracker TYPE] [--seed N ...] [--json]

Of the recording's system tracks every third report is dropped, the time of each is off by up to 500 ms either way, it
arrives up to 500 ms later still, out of order, and one in fifty is somewhere else altogether, 2 to 50 km away. What
is asked: every track number of the neighbour is one track of ours, no two numbers are one track, none is shown twice,
and the wrong places are not believed. The undisturbed recording is the truth. It is read from the folder that
SARGAS_RECORDINGS names, or beside the repository; without it this is skipped.
"""

import datetime
import itertools
import math
import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from msgspec import structs

from made_traffic import parser, tell
from sargas import plugins
from sargas.app.config import DEFAULT_TRACKER
from sargas.decode import asterix, recording_final
from sargas.evaluate.trial import METRES_PER_DEG
from sargas.model.report import Malformed, SystemTrack
from sargas.model.sensor import Sensor
from sargas.ports import Tracker

ROOT = Path(__file__).resolve().parents[1]
DAY = datetime.date(2020, 1, 1)
CLOCK_OFFSET_S = 3 * 3_600.0 + 21 * 60.0
"""By so much the recorder's clock was behind the times that the tracks themselves tell."""
DROP_EACH = 3
JITTER_S = 0.5
DELAY_S = 0.5
OUTLIER_SHARE = 0.02
OUTLIER_MIN_M, OUTLIER_MAX_M = 2_000.0, 50_000.0
AT_ONCE_S = 10.0
ERRORS_AFTER_S = 20.0
"""A track is compared with the source this long after its number's last report, at most."""


class Disturbed(NamedTuple):
    """The reports in the order of their arrival, and which of them are outliers (by number and time)."""

    reports: list[SystemTrack]
    outliers: set[tuple[str, float]]


class Found(NamedTuple):
    """What was shown over time, by the neighbour's numbers."""

    tracks_of: dict[str, set[int]]
    numbers_of: dict[int, set[str]]
    twice: int
    """How often a number was shown as two tracks at once."""
    nameless: set[int]
    """Tracks shown without any number."""
    errors_m: list[float]
    believed: int
    """Outliers after which the track of their number was nearer to them than to the source."""


def recording() -> Path:
    folder = Path(os.environ.get("SARGAS_RECORDINGS", ROOT.parent / "shared" / "data"))
    return folder / "asterix" / "cat062_063_065_adriatic.ff"


def number_of(report: SystemTrack) -> str:
    """Return the name that a track gives a neighbour's number."""
    return f"{report.sensor}/{report.track_number}"


def source_of(path: Path) -> list[SystemTrack]:
    reader = recording_final.build(recording_final.Settings(date=DAY, clock_offset_s=CLOCK_OFFSET_S))
    decoder = asterix.build(asterix.Settings(), {})
    found: list[SystemTrack] = []
    for frame in reader.feed(path.read_bytes()):
        if isinstance(frame, Malformed) or frame[0] is None:
            continue
        found += [each for each in decoder.decode(frame[1], frame[0], 1) if isinstance(each, SystemTrack)]
    return found


def disturb(source: Sequence[SystemTrack], seed: int) -> Disturbed:
    """Return the reports as they come over a bad line. What says that a track has ended is left as it is."""
    rng = np.random.default_rng(seed)
    found: list[SystemTrack] = []
    outliers: set[tuple[str, float]] = set()
    for count, report in enumerate(source):
        jitter_s, delay_s = rng.uniform(-JITTER_S, JITTER_S), rng.uniform(0.0, DELAY_S)
        is_outlier, course = rng.random() < OUTLIER_SHARE, rng.uniform(0.0, math.tau)
        away_m = rng.uniform(OUTLIER_MIN_M, OUTLIER_MAX_M)
        if report.status == "ended":
            found.append(structs.replace(report, received_s=report.received_s + delay_s))
            continue
        if count % DROP_EACH == 2:
            continue
        lat, lon = report.lat_deg, report.lon_deg
        if is_outlier:
            lat += away_m * math.cos(course) / METRES_PER_DEG
            lon += away_m * math.sin(course) / METRES_PER_DEG / math.cos(math.radians(lat))
            outliers.add((number_of(report), report.time_s + jitter_s))
        found.append(
            structs.replace(
                report,
                time_s=report.time_s + jitter_s,
                received_s=report.received_s + delay_s,
                lat_deg=lat,
                lon_deg=lon,
            )
        )
    return Disturbed(sorted(found, key=lambda each: each.received_s), outliers)


def metres(lat_deg: float, lon_deg: float, other: tuple[float, float]) -> float:
    north, east = lat_deg - other[0], (lon_deg - other[1]) * math.cos(math.radians(lat_deg))
    return math.hypot(north, east) * METRES_PER_DEG


class Truth:
    """Where the undisturbed source has each number at any time."""

    def __init__(self, source: Sequence[SystemTrack]) -> None:
        rows: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
        for report in source:
            rows[number_of(report)].append((report.time_s, report.lat_deg, report.lon_deg))
        self._rows = {number: np.array(sorted(some)).T for number, some in rows.items()}

    def at(self, number: str, time_s: float) -> tuple[float, float] | None:
        """Return latitude and longitude; None where the source has a gap or is over."""
        t, lat, lon = self._rows[number]
        k = int(np.searchsorted(t, time_s))
        if k in {0, t.size} or t[k] - t[k - 1] > ERRORS_AFTER_S:
            return None
        return float(np.interp(time_s, t, lat)), float(np.interp(time_s, t, lon))


def follow(tracker: Tracker, given: Disturbed, truth: Truth) -> Found:
    """Return what the tracker showed, a tick each second."""
    found = Found(defaultdict(set), defaultdict(set), 0, set(), [], 0)
    twice = believed = k = 0
    second = math.floor(given.reports[0].received_s)
    while k < len(given.reports):
        second += 1
        first = k
        while k < len(given.reports) and given.reports[k].received_s <= second:
            k += 1
        some = given.reports[first:k]
        changed = {number: track for track in tracker.update(some, second) for number in track.neighbour_numbers}
        for report in some:
            number, track = number_of(report), changed.get(number_of(report))
            place = truth.at(number, report.time_s)
            if (number, report.time_s) in given.outliers and track is not None and place is not None:
                off_m = metres(track.lat_deg, track.lon_deg, (report.lat_deg, report.lon_deg))
                believed += off_m < metres(track.lat_deg, track.lon_deg, place)
        shown: dict[str, int] = {}
        for track in tracker.tick(float(second)):
            if track.status not in {"confirmed", "coasting"}:
                continue
            if not track.neighbour_numbers:
                found.nameless.add(track.track_id)
            for number in track.neighbour_numbers:
                twice += number in shown
                shown[number] = track.track_id
                found.tracks_of[number].add(track.track_id)
                found.numbers_of[track.track_id].add(number)
                place = truth.at(number, second)
                if place is not None and second - track.last_report_s <= ERRORS_AFTER_S:
                    found.errors_m.append(metres(track.lat_deg, track.lon_deg, place))
    return found._replace(twice=twice, believed=believed)


def addresses_of(source: Sequence[SystemTrack]) -> dict[str, set[str | None]]:
    """Return who each number says that it is; two of them name one aircraft first and then another."""
    found: dict[str, set[str | None]] = defaultdict(set)
    for report in source:
        found[number_of(report)].add(report.identity.icao24)
    return found


def figures(source: Sequence[SystemTrack], given: Disturbed, found: Found) -> dict[str, Any]:
    addresses = addresses_of(source)
    kept: dict[str, list[float]] = defaultdict(list)
    for report in given.reports:
        if report.status != "ended":
            kept[number_of(report)].append(report.time_s)
    torn = sorted(number for number, tracks in found.tracks_of.items() if len(tracks) > 1)
    pairs = [pair for numbers in found.numbers_of.values() for pair in itertools.combinations(sorted(numbers), 2)]
    at_once = [
        (one, other)
        for one, other in pairs
        if min(max(kept[one]), max(kept[other])) - max(min(kept[one]), min(kept[other])) > AT_ONCE_S
    ]
    return {
        "reports": len(given.reports),
        "outliers": len(given.outliers),
        "numbers of the source": sum(len(times) >= 3 for times in kept.values()),
        "numbers shown": len(found.tracks_of),
        "numbers with several tracks": len(torn),
        "of those, one aircraft throughout": sum(len(addresses[number]) == 1 for number in torn),
        "two numbers that are one track": len(pairs),
        "of those, both alive at once": len(at_once),
        "of those, not of one address": sum(not addresses[one] & addresses[other] - {None} for one, other in at_once),
        "a number shown twice at once, s": found.twice,
        "tracks without a number": len(found.nameless),
        "outliers believed": found.believed,
        "error, median m": round(float(np.median(found.errors_m)), 1),
        "error, 99 % m": round(float(np.percentile(found.errors_m, 99.0)), 1),
        "error, 99.9 % m": round(float(np.percentile(found.errors_m, 99.9)), 1),
        "errors over 1 km, %": round(100.0 * float(np.mean(np.array(found.errors_m) > 1_000.0)), 2),
    }


def sensors_of(source: Sequence[SystemTrack]) -> dict[str, Sensor]:
    return {name: Sensor(id=name, kind="neighbour") for name in sorted({report.sensor for report in source})}


def measured(source: Sequence[SystemTrack], given: Disturbed, tracker_type: str) -> dict[str, Any]:
    part = plugins.load("tracker", tracker_type)
    tracker: Tracker = part.build(part.Settings(), sensors_of(source))
    return figures(source, given, follow(tracker, given, Truth(source)))


def main() -> None:
    asked = parser(__doc__)
    asked.add_argument("--tracker", default=str(DEFAULT_TRACKER["type"]))
    asked.add_argument("--seed", type=int, nargs="+", default=[1, 2, 3])
    given = asked.parse_args()
    path = recording()
    if not path.is_file():
        tell(f"Skipped: no {path.name} in the folder of recordings", [], as_json=given.json)
        return
    source = source_of(path)
    as_it_is = Disturbed(list(source), set())
    runs = {"undisturbed": measured(source, as_it_is, given.tracker)}
    runs |= {f"seed {seed}": measured(source, disturb(source, seed), given.tracker) for seed in given.seed}
    rows = [{"": key} | {name: run[key] for name, run in runs.items()} for key in runs["undisturbed"]]
    tell(f"The Adriatic recording disturbed, tracker {given.tracker}", rows, as_json=given.json)


if __name__ == "__main__":
    main()
