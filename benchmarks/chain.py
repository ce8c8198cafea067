"""Where each microsecond of a plot goes, from the bytes to the picture: one process, one core.

    python benchmarks/chain.py [--plots 60000] [--targets 50 200 1000] [--tracker TYPE | none] [--datagrams] [--json]

Frames go as the running watch takes them: batches of up to 512 into an SQLite journal with full synchronisation,
then each entry into the engine; a tick a second. A frame is what one read of a busy connection brings: 512 JSON lines
(60 KiB) or a data block of 60 CAT048 records; with `--datagrams` one line, or 8 records.

Three skies. `border`: five radars look at every target each second; no target has a transponder and all fly within
50 km of the border, which is the dearest case for the rules. `inland`: the same, 100 km away. `peers`: the set
cart_N200 (JSON lines) or polar_N200 (CAT048) of `tracking_sets.py`, one radar, a scan of some 380 plots each 4 s,
half of them false: few plots for each tick. Stone Soup's tracker on the same arrays stands beside it if installed
(requirements-peers.txt).

All figures are processor time a plot, in microseconds, after 15 s of traffic for which nothing is counted. `predict`
is the tracker's tick, `engine` what no stage took. `wall` has the disk's waits.
"""

import gc
import itertools
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import json, structs

from made_traffic import FEED, SAC, Traffic, blueprint, json_line, midnight_s, parser, progress, tell
from sargas import plugins
from sargas.app.config import settings_of, settings_of_table
from sargas.app.live import BATCH
from sargas.app.wire import Blueprint, build_decoder, build_rule
from sargas.engine import Engine
from sargas.fuse import health
from sargas.incident import book
from sargas.model.entry import Frame
from sargas.model.report import GeoPlot
from sargas.model.sensor import Errors
from sargas.model.track import Track
from sargas.simulate import plots
from sargas.store import journal_sqlite
from tracking_sets import make, recipe

WARM_S = 15.0
"""Traffic that is taken before anything is measured: kernels are loaded, tracks confirmed."""
INLAND_DEG = (0.7, -2.1)
"""From where the border's traffic flies to the middle of the country."""
MIDDLE = (55.3, 24.0)
SIZES = {"json": (512, 1), "cat048": (60, 8)}
"""Plots of a frame: of a busy connection, of a datagram."""
STAGES = {
    "decode": {"decode": "decode"},
    "health": {"update": "health", "tick": "health"},
    "track": {"update": "track", "tick": "predict"},
    "rules": {"evaluate": "rules"},
    "incidents": {"on_findings": "incidents"},
}
Record = tuple[float, bytes]


class NoTracker:
    """Takes reports and makes nothing of them: what is left is the rest of the chain."""

    rejected: dict[tuple[str, str], int] = {}  # noqa: RUF012 - never written
    registration: dict[str, object] = {}  # noqa: RUF012 - never written

    def update(self, *_: object) -> list[Track]:
        return []

    def tick(self, *_: object) -> list[Track]:
        return []


class Timed:
    """A part of the engine whose methods' processor time is added up by stage."""

    def __init__(self, part: Any, spent_s: dict[str, float], stages: dict[str, str]) -> None:
        self._part, self._spent_s, self._stages = part, spent_s, stages

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._part, name)
        if name not in self._stages:
            return method
        stage = self._stages[name]

        def timed(*arguments: Any) -> Any:
            begun = time.process_time()
            found = method(*arguments)
            found = found if isinstance(found, list | tuple) or found is None else list(found)
            self._spent_s[stage] += time.process_time() - begun
            return found

        setattr(self, name, timed)
        return timed


def timed_engine(plan: Blueprint, tracker_type: str, spent_s: dict[str, float]) -> Engine:
    """Return the engine of the blueprint with timers around its parts."""

    def timed(part: Any, name: str) -> Any:
        spent_s.update(dict.fromkeys(STAGES[name].values(), 0.0))
        return Timed(part, spent_s, STAGES[name])

    tracker: Any = NoTracker()
    if tracker_type != "none":
        module = plugins.load("tracker", tracker_type)
        table = plan.tracker if plan.tracker["type"] == tracker_type else {"type": tracker_type}
        tracker = module.build(settings_of(module, table), plan.sensors)
    monitor = health.build(settings_of_table(health.Settings, plan.health, "health"), plan.sensors)
    incidents = book.build(settings_of_table(book.Settings, plan.incidents, "incidents"), plan.country)
    return Engine(
        decoders={FEED: timed(build_decoder(plan.decoders[FEED], plan.sensors), "decode")},
        tracker=timed(tracker, "track"),
        health=timed(monitor, "health"),
        rules=[timed(build_rule(table, plan), "rules") for table in plan.rules],
        incidents=timed(incidents, "incidents"),
        step_s=plan.step_s,
    )


def traffic_of(sky: str, n_targets: int) -> Traffic:
    if sky == "peers":
        return Traffic(n_targets, 1, 4.0)
    return Traffic(n_targets, 5, 1.0, shift_deg=INLAND_DEG if sky == "inland" else (0.0, 0.0))


def records(traffic: Traffic, kind: str, start_s: float) -> Iterator[Record]:
    """Yield (time, bytes) of each plot of made traffic."""
    for plot in traffic.plots():
        at_s = start_s + plot.at_s
        if kind == "json":
            yield at_s, json_line(plot, at_s)
        else:
            yield at_s, plots.primary_plot(SAC, plot.sensor + 1, at_s, plot.range_m, plot.azimuth_deg)


def peers_records(set_name: str, kind: str, start_s: float) -> Iterator[Record]:
    """Yield the same of a set of the comparison with other trackers: a radar in the middle of the country."""
    given = recipe(set_name)
    made = make(given)
    scan = np.repeat(np.arange(given.n_scans), np.diff(made.offset))
    lat_deg = MIDDLE[0] + made.xy_m[:, 1] / 111_300.0
    lon_deg = MIDDLE[1] + made.xy_m[:, 0] / (111_300.0 * math.cos(math.radians(MIDDLE[0])))
    for k, place in enumerate(zip(lat_deg.tolist(), lon_deg.tolist(), made.polar.tolist(), strict=True)):
        lat, lon, (range_m, from_x_rad) = place
        at_s = start_s + float(scan[k]) * given.period_s
        if kind == "json":
            report = GeoPlot(sensor="radar-0", time_s=at_s, lat_deg=lat, lon_deg=lon, sd_m=given.place_sd_m)
            yield at_s, json.encode(report) + b"\n"
        else:
            yield at_s, plots.primary_plot(SAC, 1, at_s, range_m, (90.0 - math.degrees(from_x_rad)) % 360.0)


def frames(stream: Iterator[Record], size: int, kind: str, *, by_scan: bool) -> Iterator[tuple[float, Frame, int]]:
    """Yield (arrival, frame, plots in it): `size` plots to a frame, none of two scans where there are scans."""
    scans = (list(some) for _, some in itertools.groupby(stream, lambda record: record[0])) if by_scan else [stream]
    for some in scans:
        left = iter(some)
        while batch := list(itertools.islice(left, size)):
            data = [record for _, record in batch]
            yield batch[-1][0], Frame(FEED, b"".join(data) if kind == "json" else plots.block(48, data)), len(batch)


def plan_of(sky: str, traffic: Traffic, kind: str) -> Blueprint:
    plan = blueprint(traffic, kind)
    if sky != "peers":
        return plan
    given = recipe("polar_N200")
    errors = Errors(range_sd_m=given.range_sd_m, azimuth_sd_deg=math.degrees(given.azimuth_sd_rad))
    radar = structs.replace(
        plan.sensors["radar-0"], lat_deg=MIDDLE[0], lon_deg=MIDDLE[1], period_s=given.period_s, errors=errors
    )
    return structs.replace(plan, sensors={radar.id: radar})


def measure(kind: str, n_targets: int, sky: str, given: Any, folder: Path) -> dict[str, Any]:
    traffic, start_s, spent_s = traffic_of(sky, n_targets), midnight_s(), {}
    plan = plan_of(sky, traffic, kind)
    engine = timed_engine(plan, given.tracker or str(plan.tracker["type"]), spent_s)
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(folder / f"{sky}-{kind}-{n_targets}")))
    set_name = f"{'cart' if kind == 'json' else 'polar'}_N{n_targets}"
    stream = peers_records(set_name, kind, start_s) if sky == "peers" else records(traffic, kind, start_s)
    every = frames(stream, SIZES[kind][given.datagrams], kind, by_scan=sky == "peers")
    warm = list(itertools.takewhile(lambda frame: frame[0] < start_s + WARM_S, every))
    n_plots, counted = 0, []
    while n_plots < given.plots and (frame := next(every, None)) is not None:
        counted.append(frame)
        n_plots += frame[2]
    gc.collect()
    gc.freeze()  # as the running watch does
    journal_s = wall_s = cpu_s = 0.0
    for part in (warm, counted):
        spent_s.update(dict.fromkeys(spent_s, 0.0))
        journal_s, wall, cpu = 0.0, time.perf_counter(), time.process_time()
        for first in range(0, len(part), BATCH):
            begun = time.process_time()
            entries = journal.append([frame[:2] for frame in part[first : first + BATCH]])
            journal_s += time.process_time() - begun
            for entry in entries:
                engine.accept(entry)
        wall_s, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
    journal.close()
    stages = {"journal": journal_s, **spent_s}
    stages["engine"] = cpu_s - sum(stages.values())
    row: dict[str, Any] = {"sky": sky, "format": kind, "targets": n_targets, "tracks": len(engine.picture.tracks)}
    row |= {f"{stage} us": round(1e6 * seconds / n_plots, 2) for stage, seconds in stages.items()}
    return row | {
        "sum us": round(1e6 * cpu_s / n_plots, 2),
        "plots/s": round(n_plots / cpu_s),
        "wall": round(n_plots / wall_s),
        "times live": round((counted[-1][0] - counted[0][0]) / wall_s, 1),
    }


def stone_soup(set_name: str, folder: Path, n_scans: int = 30) -> float | None:
    """Return the plots a second of Stone Soup's fastest tracker on a set, None where it is not installed."""
    if find_spec("stonesoup") is None:
        return None
    from peers.cell import Run

    file = folder / f"{set_name}.npz"
    command = [sys.executable, "-m", "peers.cell", "stonesoup-gnn-kd", set_name, "1", str(n_scans), "300", str(file)]
    subprocess.run(command, check=True, cwd=Path(__file__).parent)
    done = Run.read(file)
    return float(make(recipe(set_name)).offset[len(done.cpu_s)] / done.cpu_s.sum())


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--plots", type=int, default=60_000, help="plots of each measurement, at most")
    options.add_argument("--targets", type=int, nargs="+", default=[50, 200, 1_000])
    options.add_argument("--skies", nargs="+", default=["border", "inland", "peers"])
    options.add_argument("--tracker", help="a tracker's type, or none; the configuration's own if not given")
    options.add_argument("--datagrams", action="store_true", help="a datagram a frame")
    given = options.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for sky, kind, n_targets in itertools.product(given.skies, ("json", "cat048"), given.targets):
            if sky == "peers" and n_targets != 200:
                continue
            progress(f"{sky}, {kind}, {n_targets} targets")
            row = measure(kind, n_targets, sky, given, folder)
            if sky == "peers":
                theirs = stone_soup(f"{'cart' if kind == 'json' else 'polar'}_N200", folder)
                if theirs is None:
                    progress("Stone Soup is not installed: nothing to stand beside")
                else:
                    row |= {"Stone Soup's tracker": round(theirs), "times": round(row["plots/s"] / theirs, 1)}
            rows.append(row)
    tell("Microseconds a plot through the whole chain", rows, as_json=given.json)


if __name__ == "__main__":
    main()
