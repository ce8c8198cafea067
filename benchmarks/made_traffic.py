"""What several benchmarks share: made traffic near Vilnius, the watch that sees it, and how results are told.

Targets fly circles of 5 to 20 km at 20 to 80 m/s for 20 minutes each, then another takes its place, so that tracks
begin, cross the real border of Lithuania, are lost and end all the time. Every sensor looks at every target once a
turn, with the errors that its entry in the sensor table says. None has a transponder: these are the hard ones.
"""

import argparse
import http.client
import itertools
import json
import math
import os
import platform
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np
import tomli_w
from msgspec import Struct

from sargas.app.config import DEFAULT_RULES, DEFAULT_TRACKER
from sargas.app.wire import Blueprint, all_zones
from sargas.model.report import PolarPlot
from sargas.model.sensor import Errors, Sensor
from sargas.model.units import DAY_S
from sargas.simulate import plots
from sargas.simulate.frames import enu_m, shifted

SITE = (54.66, 25.95, 300.0)
"""Latitude, longitude, height of the first radar; the others stand around it. Between Vilnius and the border."""
SAC = 199
LIFE_S = 1_200.0
RANGE_SD_M, AZIMUTH_SD_DEG = 30.0, 0.1
FEED = "radars"


class Plot(Struct, frozen=True):
    """One look at one target: when [s since the start], by which sensor, what it measured, where the target was."""

    at_s: float
    sensor: int
    target: int
    range_m: float
    azimuth_deg: float
    lat_deg: float
    lon_deg: float


class Traffic:
    """Targets and the plots of them; the same seed gives the same ones."""

    def __init__(
        self,
        n_targets: int,
        n_sensors: int = 5,
        turn_s: float = 1.0,
        seed: int = 1,
        shift_deg: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        self.n_targets = n_targets
        self.turn_s = turn_s
        self._shift_deg = shift_deg
        self.sensors = [_sensor(number, turn_s, shift_deg) for number in range(n_sensors)]
        self.rate_hz = n_targets * n_sensors / turn_s
        self._rng = np.random.default_rng(seed)
        self._looks_s = self._rng.uniform(0.0, 1.0, n_targets)
        self._began_s = self._rng.uniform(0.0, LIFE_S, n_targets)
        self._flights: dict[int, np.ndarray] = {}

    def plots(self, from_s: float = 0.0) -> Iterator[Plot]:
        """Yield plots for ever, in the order of their times, evenly spread."""
        turn = math.floor(from_s / self.turn_s)
        n_sensors = len(self.sensors)
        order = np.argsort(self._looks_s)
        spacing = np.arange(self.n_targets * n_sensors) / (self.n_targets * n_sensors)
        while True:
            at = (turn + spacing) * self.turn_s
            targets = np.tile(order, n_sensors)
            numbers = np.repeat(np.arange(n_sensors), self.n_targets)
            lat, lon = self._places(targets, at)
            range_m, azimuth = np.empty_like(at), np.empty_like(at)
            for number, sensor in enumerate(self.sensors):
                seen = numbers == number
                site = (sensor.lat_deg or 0.0, sensor.lon_deg or 0.0, sensor.alt_m)
                enu = enu_m(site, lat[seen], lon[seen], np.full(int(seen.sum()), 400.0))
                range_m[seen] = np.sqrt(np.sum(enu**2, axis=-1))
                azimuth[seen] = np.degrees(np.arctan2(enu[:, 0], enu[:, 1]))
            range_m = np.maximum(1.0, range_m + self._rng.normal(0.0, RANGE_SD_M, at.size))
            azimuth = (azimuth + self._rng.normal(0.0, AZIMUTH_SD_DEG, at.size)) % 360.0
            columns = (at, numbers, targets, range_m, azimuth, lat, lon)
            for row in zip(*(column.tolist() for column in columns), strict=True):
                if row[0] >= from_s:
                    yield Plot(*row)
            turn += 1

    def _places(self, targets: np.ndarray, at_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        lives = np.floor((at_s + self._began_s[targets]) / LIFE_S).astype(int)
        for gone in [life for life in self._flights if life < lives.min()]:
            del self._flights[gone]
        for life in range(int(lives.min()), int(lives.max()) + 1):
            if life not in self._flights:
                self._flights[life] = self._new_flights()
        flown = np.empty((at_s.size, 5))
        for life, flights in self._flights.items():
            flown[lives == life] = flights[targets[lives == life]]
        lat0, lon0, radius_m, speed_mps, begin = flown.T
        angle = begin + speed_mps / radius_m * at_s
        return shifted(lat0, lon0, np.abs(radius_m) * np.cos(angle), np.abs(radius_m) * np.sin(angle))

    def _new_flights(self) -> np.ndarray:
        n, rng = self.n_targets, self._rng
        radius_m = rng.uniform(5e3, 20e3, n) * rng.choice([-1.0, 1.0], n)
        lat, lon = (rng.uniform(*span, n) for span in ((54.2, 55.2), (25.4, 27.0)))
        columns = (lat + self._shift_deg[0], lon + self._shift_deg[1], radius_m, rng.uniform(20.0, 80.0, n))
        return np.stack([*columns, rng.uniform(0.0, 2.0 * np.pi, n)], axis=-1)


def json_line(plot: Plot, time_s: float) -> bytes:
    """Return the plot as a line of Sargas's own format."""
    return (
        msgspec.json.encode(
            PolarPlot(
                sensor=f"radar-{plot.sensor}", time_s=time_s, range_m=plot.range_m, azimuth_deg=plot.azimuth_deg
            )
        )
        + b"\n"
    )


def cat048(batch: Sequence[tuple[Plot, float]]) -> bytes:
    """Return a CAT048 data block of plots with their times; the same bytes as libasterix's encoder makes."""
    return plots.block(
        48,
        [plots.primary_plot(SAC, plot.sensor + 1, time_s, plot.range_m, plot.azimuth_deg) for plot, time_s in batch],
    )


def frames(stream: Iterator[Plot], n_plots: int, kind: str, start_s: float) -> Iterator[tuple[float, bytes, int]]:
    """Yield (time [epoch s], datagram, plots in it): JSON lines one by one, CAT048 eight plots to a datagram."""
    size = 1 if kind == "json" else 8
    left = n_plots
    while left > 0:
        batch = [(plot, start_s + plot.at_s) for plot in itertools.islice(stream, min(size, left))]
        left -= len(batch)
        yield batch[-1][1], json_line(*batch[0]) if kind == "json" else cat048(batch), len(batch)


def decoder_of(kind: str) -> dict[str, object]:
    """Return the decoder's table in the configuration."""
    return {"type": "jsonl" if kind == "json" else "asterix"}


def blueprint(traffic: Traffic, kind: str) -> Blueprint:
    """Return the watch over Lithuania with the real borders and the default rules."""
    return Blueprint(
        country="LT",
        step_s=1.0,
        sensors={sensor.id: sensor for sensor in traffic.sensors},
        decoders={FEED: decoder_of(kind)},
        zones=all_zones("LT", [], Path()),
        tracker=DEFAULT_TRACKER,
        health={},
        incidents={},
        rules=list(DEFAULT_RULES),
    )


def write_config(
    path: Path,
    traffic: Traffic,
    kind: str,
    transport: dict[str, object],
    *,
    web_port: int,
    snapshot_every_s: float = 60.0,
) -> None:
    """Write the configuration of the same watch for `sargas watch`."""
    sensors = [
        {key: value for key, value in msgspec.to_builtins(sensor).items() if value is not None and key != "coverage"}
        for sensor in traffic.sensors
    ]
    for sensor in sensors:
        sensor["errors"] = {"range_sd_m": RANGE_SD_M, "azimuth_sd_deg": AZIMUTH_SD_DEG}
    document = {
        "watch": {"country": "LT"},
        "journal": {"path": "watch.journal", "snapshot_every_s": snapshot_every_s},
        "web": {"port": web_port, "accounts": "open"},
        "sensors": sensors,
        "feeds": [{"name": FEED, "transport": transport, "decoder": decoder_of(kind)}],
    }
    path.write_text(tomli_w.dumps(document), encoding="utf-8")


def start_watch(config: Path, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a real `sargas watch`; who starts it ends it."""
    command = [sys.executable, "-m", "sargas.cli.main", "watch", str(config), "--json-logs"]
    return subprocess.Popen(command, stdout=log, stderr=log)


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_until_up(port: int, process: subprocess.Popen[bytes], within_s: float = 60.0) -> float:
    """Return the moment [epoch s] at which the desk first answered."""
    until_s = time.time() + within_s
    while time.time() < until_s:
        if process.poll() is not None:
            raise SystemExit(f"sargas watch ended with {process.returncode}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5.0)
            connection.request("GET", "/api/desk")
            if connection.getresponse().status == 200:
                return time.time()
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    raise SystemExit(f"no answer within {within_s:.0f} s")


def midnight_s() -> float:
    """Return the beginning of this UTC day, so that made times are near the machine's."""
    return math.floor(datetime.now(UTC).timestamp() / DAY_S) * DAY_S


def parser(doc: str | None) -> argparse.ArgumentParser:
    """Return a parser that knows --json."""
    made = argparse.ArgumentParser(description=(doc or "").split("\n", 1)[0])
    made.add_argument("--json", action="store_true", help="write the results as JSON")
    return made


def tell(title: str, rows: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """Print the results, the machine and its load beside them."""
    if as_json:
        print(json.dumps({"title": title, "machine": machine(), "rows": rows}, indent=1))
        return
    print(f"{title}; {', '.join(f'{key} {value}' for key, value in machine().items())}")
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [columns, *([_shown(row.get(key)) for key in columns] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    for line in cells:
        print("  ".join(cell.rjust(width) if place else cell.ljust(width)
                        for place, (cell, width) in enumerate(zip(line, widths, strict=True))))  # fmt: skip


def machine() -> dict[str, str]:
    """Return what the figures were taken on, and how busy it was."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "cpu": f"{model} x{os.cpu_count()}",
        "python": platform.python_version(),
        "load": "/".join(f"{load:.1f}" for load in os.getloadavg()),
    }


def percentiles_ms(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50, p90, p99 and the longest, in milliseconds."""
    if not seconds:
        return {}
    found = np.percentile(np.array(seconds), [50, 90, 99, 100]) * 1e3
    return dict(zip(("p50 ms", "p90 ms", "p99 ms", "max ms"), (round(float(x), 1) for x in found), strict=True))


def progress(text: str) -> None:
    """Say on standard error how far it is."""
    print(f"  {text}", file=sys.stderr, flush=True)


def rss_mb() -> float:
    """Return the memory of this process that is in RAM [MB]."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1_000.0 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _sensor(number: int, turn_s: float, shift_deg: tuple[float, float]) -> Sensor:
    lat, lon, alt_m = SITE[0] + shift_deg[0], SITE[1] + shift_deg[1], SITE[2]
    return Sensor(
        id=f"radar-{number}",
        kind="radar",
        lat_deg=lat + 0.05 * number,
        lon_deg=lon - 0.08 * number,
        alt_m=alt_m,
        errors=Errors(range_sd_m=RANGE_SD_M, azimuth_sd_deg=AZIMUTH_SD_DEG),
        period_s=turn_s,
        sac=SAC,
        sic=number + 1,
    )
