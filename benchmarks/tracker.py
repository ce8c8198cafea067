"""Plots per second of the tracker alone: `python benchmarks/tracker.py [N ...]`.

A radar turns in 4 s over N targets between 10 and 100 km that fly straight at 20 to 80 m/s, with a tenth as much
clutter again; plots come in batches as a radar's sectors do. Also a neighbour's system tracks, one each second.
"""

import math
import pickle
import sys
import time
from collections.abc import Sequence

import numpy as np

from sargas.fuse.pmb import Settings, build
from sargas.model.report import AnyReport, PolarPlot, SystemTrack
from sargas.model.sensor import Errors, Sensor
from sargas.ports import Tracker

T0 = 1_753_660_800.0
TURN_S = 4.0
SENSORS = {
    "radar": Sensor(
        id="radar",
        kind="radar",
        lat_deg=54.7,
        lon_deg=25.3,
        alt_m=200.0,
        period_s=TURN_S,
        errors=Errors(range_sd_m=50.0, azimuth_sd_deg=0.1),
    ),
    "neighbour": Sensor(id="neighbour", kind="neighbour", period_s=1.0),
}


def turn(rng: np.random.Generator, truth: np.ndarray, n_clutter: int, start_s: float) -> list[AnyReport]:
    """Return the plots of one turn, in the order of their azimuths."""
    places = np.concatenate([truth, rng.uniform(-100e3, 100e3, (n_clutter, 2))])
    plots = []
    for east, north in places.tolist():
        azimuth = math.degrees(math.atan2(east, north)) % 360.0
        at = start_s + azimuth / 360.0 * TURN_S
        range_m = math.hypot(east, north) + rng.normal() * 50.0
        measured = (azimuth + rng.normal() * 0.1) % 360.0
        plots.append(PolarPlot(sensor="radar", time_s=at, received_s=at, range_m=range_m, azimuth_deg=measured))
    return sorted(plots, key=lambda plot: plot.time_s)


def feed(tracker: Tracker, reports: Sequence[AnyReport], batch: int) -> float:
    """Return the processor time [s] that the reports took."""
    spent = time.process_time()
    for i in range(0, len(reports), batch):
        some = reports[i : i + batch]
        tracker.update(some, some[-1].received_s)
    return time.process_time() - spent


def radar(n: int, batch: int, *, n_turns: int = 20) -> None:
    rng = np.random.default_rng(1)
    azimuth, range_m = rng.uniform(0.0, 2 * np.pi, n), rng.uniform(10e3, 100e3, n)
    course, speed = rng.uniform(0.0, 2 * np.pi, n), rng.uniform(20.0, 80.0, n)
    truth = (range_m * np.array([np.sin(azimuth), np.cos(azimuth)])).T
    velocity = (speed * np.array([np.sin(course), np.cos(course)])).T
    tracker = build(Settings(), SENSORS)
    n_plots, spent_s, ticks_s, shown = 0, 0.0, [], 0
    for k in range(n_turns):
        plots = turn(rng, truth + velocity * TURN_S * k, n // 10, T0 + TURN_S * k)
        seconds = feed(tracker, plots, batch)
        for second in range(4):
            began = time.process_time()
            shown = len(tracker.tick(T0 + TURN_S * k + second + 1))
            ticks_s.append(time.process_time() - began)
        if k >= 3:  # the first turns compile or load the kernels and confirm the tracks
            n_plots, spent_s = n_plots + len(plots), spent_s + seconds
    began = time.process_time()
    size = len(pickle.dumps(tracker))
    pickled_s = time.process_time() - began
    print(
        f"{n:5d} targets, batches of {batch:4d}: {n_plots / spent_s:8,.0f} plots/s,"
        f" tick {np.median(ticks_s) * 1e3:6.2f} ms, {shown} tracks, "
        f"snapshot {size / 1e6:.1f} MB in {pickled_s * 1e3:.0f} ms"
    )


def neighbour(n: int = 1_000, *, n_seconds: int = 10) -> None:
    rng = np.random.default_rng(2)
    places = rng.uniform([53.0, 22.0], [57.0, 28.0], (n, 2))
    tracker, spent = build(Settings(), SENSORS), []
    for k in range(n_seconds):
        reports = [
            SystemTrack(
                sensor="neighbour",
                time_s=T0 + k,
                received_s=T0 + k,
                track_number=i,
                lat_deg=lat + k * 200.0 / 111_195.0,
                lon_deg=lon,
                speed_mps=200.0,
                course_deg=0.0,
            )
            for i, (lat, lon) in enumerate(places.tolist())
        ]
        spent.append(feed(tracker, reports, 20))
    shown = len(tracker.tick(T0 + n_seconds))
    print(f"{n:5d} system tracks a second: {np.median(spent) * 100:.1f} % of a processor, {shown} tracks")


if __name__ == "__main__":
    for count in [int(argument) for argument in sys.argv[1:]] or [50, 200, 1_000]:
        for size in (1, 50):
            radar(count, size)
    neighbour()
