"""Microseconds a report from reports to measurements: `python benchmarks/measure_reports.py`.

Lists of one kind and a mixed one, 1,000 reports each as a radar's turn might bring them, and single reports; the best
of many runs by processor time, the plane's kernels compiled before.
"""

import time
from collections.abc import Callable

import numpy as np

from sargas.fuse.batch import Batcher
from sargas.fuse.measure import MeasureSettings
from sargas.model.report import AnyReport, Bearing, Cooperative, GeoPlot, Identity, PolarPlot, SystemTrack
from sargas.model.sensor import Errors, Sensor

T0 = 1_753_660_800.0
N = 1_000
RUNS = 40
SENSORS = {
    "radar": Sensor(
        id="radar", kind="radar", lat_deg=54.6, lon_deg=25.1, alt_m=150.0, errors=Errors(elevation_sd_deg=0.3)
    )
}
RNG = np.random.default_rng(1)


def head() -> dict[str, object]:
    return {"sensor": "radar", "time_s": T0 + float(RNG.uniform(0.0, 4.0)), "received_s": T0 + 4.0, "entry": 7}


def polar(**more: object) -> PolarPlot:
    place = {"range_m": float(RNG.uniform(1e3, 2e5)), "azimuth_deg": float(RNG.uniform(0.0, 360.0))}
    return PolarPlot(**(head() | place | more))


def place() -> dict[str, object]:
    return head() | {"lat_deg": float(RNG.uniform(53.0, 56.0)), "lon_deg": float(RNG.uniform(23.0, 27.0))}


def moving(i: int) -> dict[str, object]:
    course = {"speed_mps": 90.0, "course_deg": float(RNG.uniform(0.0, 360.0)), "alt_baro_m": 900.0}
    return place() | course | {"identity": Identity(icao24=f"{i:06x}", callsign=f"LYD{i}")}


KINDS: dict[str, Callable[[int], AnyReport]] = {
    "polar, no height": lambda _: polar(),
    "polar, Mode C": lambda i: polar(alt_baro_m=3_000.0, identity=Identity(icao24=f"{i:06x}")),
    "polar, elevation": lambda _: polar(elevation_deg=float(RNG.uniform(0.0, 20.0))),
    "geo plot": lambda _: GeoPlot(**place(), sd_m=50.0),
    "cooperative": lambda i: Cooperative(**moving(i), source="adsb"),
    "system track": lambda i: SystemTrack(**moving(i), track_number=i),
    "bearing": lambda _: Bearing(**head(), azimuth_deg=float(RNG.uniform(0.0, 360.0))),
}


def best_us(batcher: Batcher, reports: list[AnyReport], n_calls: int) -> float:
    """Return the least processor time of a report [us]."""
    found = []
    for _ in range(RUNS):
        begun = time.process_time()
        for _ in range(n_calls):
            batcher.batch(reports, T0 + 4.0)
        found.append((time.process_time() - begun) / n_calls / len(reports) * 1e6)
    return min(found)


def main() -> None:
    batcher = Batcher(MeasureSettings(), SENSORS)
    lists = {name: [make(i) for i in range(N)] for name, make in KINDS.items()}
    together = [report for reports in lists.values() for report in reports]
    lists["mixed"] = [together[i] for i in RNG.permutation(len(together))[:N]]
    print(f"{'us a report':18}{'of ' + format(N, ','):>10}{'alone':>8}")
    for name, reports in lists.items():
        batcher.batch(reports, T0 + 4.0)
        print(f"{name:18}{best_us(batcher, reports, 10):10.2f}{best_us(batcher, reports[:1], 200):8.1f}")


if __name__ == "__main__":
    main()
