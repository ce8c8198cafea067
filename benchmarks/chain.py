"""Plots per second through the whole chain: journal, decoder, tracker, rules, incidents; one process, one core.

    python benchmarks/chain.py [--plots 20000] [--targets 50 200 1000] [--json]

Frames go as the running watch takes them: batches of up to 512 into an SQLite journal with full synchronisation,
then each entry into the engine; a tick a second. Two kinds of sky: five radars that look at every target each second
(many plots a tick), and one radar that turns in 4 s (few). `plots/s` is by the wall clock, the disk's waits included;
`cpu plots/s` by processor time. The stages are shares of the processor time, from timers around the engine's parts.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

from made_traffic import FEED, Traffic, blueprint, frames, midnight_s, parser, progress, tell
from sargas import plugins
from sargas.app.live import BATCH
from sargas.app.wire import Blueprint, build_decoder, build_rule, settings_of, settings_of_section
from sargas.engine import Engine
from sargas.fuse import health
from sargas.incident import book
from sargas.model.entry import Frame
from sargas.model.picture import IncidentChanged, TrackChanged
from sargas.store import journal_sqlite

SKIES = {"5 radars, 1 s": (5, 1.0), "1 radar, 4 s": (1, 4.0)}
WARM_S = 15.0
"""Traffic that is taken before anything is measured: kernels are loaded, tracks confirmed."""


class Timed:
    """A part of the engine whose methods' processor time is added up under a name."""

    def __init__(self, part: Any, spent_s: dict[str, float], stage: str) -> None:
        self._part, self._spent_s, self._stage = part, spent_s, stage

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._part, name)
        if not callable(method):
            return method

        def timed(*arguments: Any) -> Any:
            begun = time.process_time()
            found = method(*arguments)
            found = found if isinstance(found, list | tuple) or found is None else list(found)
            self._spent_s[self._stage] += time.process_time() - begun
            return found

        setattr(self, name, timed)
        return timed


def timed_engine(plan: Blueprint, spent_s: dict[str, float]) -> Engine:
    """Return the engine of the blueprint with timers around its parts."""
    tracker = plugins.load("tracker", str(plan.tracker["type"]))
    monitor = health.build(settings_of_section(health.Settings, plan.health, "health"), plan.sensors)
    incidents = book.build(settings_of_section(book.Settings, plan.incidents, "incidents"), plan.country)
    parts = {
        "decode": [build_decoder(plan.decoders[FEED], plan.sensors)],
        "track": [tracker.build(settings_of(tracker, plan.tracker), plan.sensors)],
        "health": [monitor],
        "rules": [build_rule(table, plan) for table in plan.rules],
        "incidents": [incidents],
    }
    wrapped: dict[str, list[Any]] = {}
    for stage, some in parts.items():
        spent_s[stage] = 0.0
        wrapped[stage] = [Timed(part, spent_s, stage) for part in some]
    return Engine(
        decoders={FEED: wrapped["decode"][0]},
        tracker=wrapped["track"][0],
        health=wrapped["health"][0],
        rules=wrapped["rules"],
        incidents=wrapped["incidents"][0],
        step_s=plan.step_s,
    )


def measure(kind: str, n_targets: int, sky: str, n_plots: int, folder: Path) -> dict[str, Any]:
    n_sensors, turn_s = SKIES[sky]
    traffic = Traffic(n_targets, n_sensors, turn_s)
    spent_s: dict[str, float] = {}
    engine = timed_engine(blueprint(traffic, kind), spent_s)
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(folder / f"{kind}-{n_targets}-{n_sensors}")))
    stream, start_s = traffic.plots(), midnight_s()
    n_warm = int(WARM_S * traffic.rate_hz)
    for part in (n_warm, n_plots):
        bodies = [(at, Frame(FEED, data)) for at, data, _ in frames(stream, part, kind, start_s)]
        for stage in spent_s:
            spent_s[stage] = 0.0
        journal_s, n_tracks, n_incidents = 0.0, 0, 0
        wall, cpu = time.perf_counter(), time.process_time()
        for first in range(0, len(bodies), BATCH):
            begun = time.process_time()
            entries = journal.append(bodies[first : first + BATCH])
            journal_s += time.process_time() - begun
            for entry in entries:
                events = engine.accept(entry)
                n_tracks += sum(isinstance(event, TrackChanged) for event in events)
                n_incidents += sum(isinstance(event, IncidentChanged) for event in events)
        wall_s, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
    journal.close()
    stages = {"journal": journal_s, **spent_s}
    row: dict[str, Any] = {
        "sky": sky, "format": kind, "targets": n_targets, "tracks": len(engine.picture.tracks),
        "plots/s": round(n_plots / wall_s), "cpu plots/s": round(n_plots / cpu_s),
        "times live": round(n_plots / wall_s / traffic.rate_hz, 1),
    }  # fmt: skip
    row |= {f"{stage} %": round(100.0 * seconds / cpu_s, 1) for stage, seconds in stages.items()}
    row["rest %"] = round(100.0 * (1.0 - sum(stages.values()) / cpu_s), 1)
    return row


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--plots", type=int, default=20_000, help="plots of each measurement")
    options.add_argument("--targets", type=int, nargs="+", default=[50, 200, 1_000])
    given = options.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for sky in SKIES:
            for kind in ("json", "cat048"):
                for n_targets in given.targets:
                    progress(f"{sky}, {kind}, {n_targets} targets")
                    rows.append(measure(kind, n_targets, sky, given.plots, Path(folder)))
    tell("Plots per second through the whole chain", rows, as_json=given.json)


if __name__ == "__main__":
    main()
