"""From a plot's datagram to the browser's stream: how long, at 1,000 plots a second.

    python benchmarks/latency.py [--rate 1000] [--targets 200] [--seconds 30] [--formats json cat048] [--json]

A real `sargas watch` with default rules and journal; another process sends one plot a datagram over loopback; this
one follows /api/stream as a browser does. A plot has arrived when the stream carries its target with that plot's
time, or a later one, as the last report's: the stream is at most 20 updates a second and skips what is outdated.
`not shown` counts plots that no track took within the run, `drops` the datagrams that the watch never counted.
"""

import http.client
import itertools
import math
import multiprocessing
import signal
import socket
import tempfile
import threading
import time
from collections import defaultdict, deque
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from made_traffic import (
    Plot,
    Traffic,
    cat048,
    free_port,
    json_line,
    parser,
    percentiles_ms,
    progress,
    start_watch,
    tell,
    wait_until_up,
    write_config,
)
from sargas.web.desk import Update

WARM_S = 15.0
AFTER_S = 2.0
QUANTUM_HZ = 128.0
"""CAT048 tells the time of day in 1/128 s: plots are told apart by that and by the nearest target."""
NEAR_DEG2 = 0.03**2

Sent = tuple[float, int, float, float]
"""When it was sent [epoch s], target, latitude, longitude."""


class Watcher(Struct):
    """What the stream showed: (when received [epoch s], track, last report's time, latitude, longitude)."""

    shown: list[tuple[float, int, float, float, float]] = []
    n_updates: int = 0
    n_bytes: int = 0
    n_reports: int = 0
    fault: str = ""


def send(plots: list[Plot], kind: str, port: int, rate_hz: float, done: Connection) -> None:
    """Send the plots at an even rate, each stamped with the moment at which it is sent; tell when each was."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect(("127.0.0.1", port))
    begin_s = time.time() + 0.1
    sent: list[float] = []
    for number, plot in enumerate(plots):
        while (early_s := begin_s + number / rate_hz - time.time()) > 0.0:
            time.sleep(early_s)
        now_s = time.time()
        sock.send(json_line(plot, now_s) if kind == "json" else cat048([(plot, now_s)]))
        sent.append(now_s)
    done.send(sent)


def follow(port: int, watcher: Watcher, ended: threading.Event) -> None:
    """Follow the stream as a browser does until told to end."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10.0)
    decoder = msgspec.json.Decoder(Update)
    try:
        connection.request("GET", "/api/stream", headers={"accept": "text/event-stream"})
        answer = connection.getresponse()
        while not ended.is_set():
            line = answer.readline()
            now_s = time.time()
            if not line.startswith(b"data: "):
                if not line:
                    watcher.fault = "the stream ended"
                    return
                continue
            update = decoder.decode(line[6:])
            watcher.n_updates += 1
            watcher.n_bytes += len(line)
            watcher.n_reports = max(watcher.n_reports, *(feed.n_reports for feed in update.feeds), 0)
            watcher.shown += [
                (now_s, track.track_id, track.last_report_s, track.lat_deg, track.lon_deg) for track in update.tracks
            ]
    except OSError as error:
        watcher.fault = str(error)
    finally:
        connection.close()


def delays(sent: list[Sent], watcher: Watcher, from_s: float, to_s: float) -> tuple[list[float], int]:
    """Return how long each plot sent in the time took to be shown, and how many never were."""
    at: dict[int, list[Sent]] = defaultdict(list)
    waiting: dict[int, deque[float]] = defaultdict(deque)
    for plot in sent:
        at[math.floor(plot[0] * QUANTUM_HZ)].append(plot)
        waiting[plot[1]].append(plot[0])
    found: list[float] = []
    n_lost = 0
    for shown_s, _, last_s, lat_deg, lon_deg in watcher.shown:
        candidates = at.get(math.floor(last_s * QUANTUM_HZ + 1e-3))
        plot = min(candidates or (), key=lambda each: _apart(each, lat_deg, lon_deg), default=None)
        if plot is None or plot[0] > shown_s or _apart(plot, lat_deg, lon_deg) > NEAR_DEG2:
            continue
        queue = waiting[plot[1]]
        while queue and queue[0] <= plot[0]:
            sent_s = queue.popleft()
            if from_s <= sent_s <= to_s:
                found.append(shown_s - sent_s)
    n_lost = sum(from_s <= sent_s <= to_s for queue in waiting.values() for sent_s in queue)
    return found, n_lost


def _apart(plot: Sent, lat_deg: float, lon_deg: float) -> float:
    return (plot[2] - lat_deg) ** 2 + ((plot[3] - lon_deg) * 0.58) ** 2


def cpu_s(pid: int) -> float:
    """Return the processor time [s] that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100.0


def measure(kind: str, n_targets: int, rate_hz: float, seconds: float, folder: Path) -> dict[str, Any]:
    n_sensors = max(1, round(rate_hz / n_targets))
    traffic = Traffic(n_targets, n_sensors, n_sensors * n_targets / rate_hz)
    n_plots = int((WARM_S + seconds) * rate_hz)
    plots = list(itertools.islice(traffic.plots(), n_plots))
    udp_port, web_port = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
    folder.mkdir()
    transport = {"type": "udp", "host": "127.0.0.1", "port": udp_port}
    write_config(folder / "watch.toml", traffic, kind, transport, web_port=web_port, snapshot_every_s=10.0)
    log = (folder / "log").open("wb")
    process = start_watch(folder / "watch.toml", log)
    watcher, ended = Watcher(), threading.Event()
    follower = threading.Thread(target=follow, args=(web_port, watcher, ended), daemon=True)
    try:
        wait_until_up(web_port, process)
        follower.start()
        ours, theirs = multiprocessing.Pipe()
        sender = multiprocessing.get_context("spawn").Process(
            target=send, args=(plots, kind, udp_port, rate_hz, theirs)
        )
        sender.start()
        time.sleep(WARM_S)
        begun, spent_s = time.time(), cpu_s(process.pid)
        if not ours.poll(seconds + 30.0):
            raise SystemExit("the sender did not end")
        moments: list[float] = ours.recv()
        load = (cpu_s(process.pid) - spent_s) / (time.time() - begun)
        time.sleep(AFTER_S)
        ended.set()
        follower.join(5.0)
        sender.join()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20.0)
        log.close()
    sent = [(at_s, plot.target, plot.lat_deg, plot.lon_deg) for at_s, plot in zip(moments, plots, strict=True)]
    first_s = moments[0] + WARM_S
    found, n_lost = delays(sent, watcher, first_s, moments[-1])
    row: dict[str, Any] = {
        "format": kind, "targets": n_targets,
        "plots/s": round(sum(at_s >= first_s for at_s in moments) / (moments[-1] - first_s)),
        "plots": len(found) + n_lost,
    }  # fmt: skip
    row |= percentiles_ms(found)
    row |= {
        "not shown": n_lost,
        "drops": len(moments) - watcher.n_reports,
        "updates/s": round(watcher.n_updates / (WARM_S + seconds + AFTER_S), 1),
        "watch cpu %": round(100.0 * load),
    }
    if watcher.fault:
        row["fault"] = watcher.fault
    return row


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--rate", type=float, default=1_000.0, help="plots a second")
    options.add_argument("--targets", type=int, default=200)
    options.add_argument("--seconds", type=float, default=30.0, help="measured, after a warm-up")
    options.add_argument("--formats", nargs="+", choices=["json", "cat048"], default=["json", "cat048"])
    given = options.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in given.formats:
            progress(f"{given.rate:,.0f} plots/s as {kind} for {given.seconds:.0f} s")
            rows.append(measure(kind, given.targets, given.rate, given.seconds, Path(folder) / kind))
    tell("From a UDP plot to the browser's stream", rows, as_json=given.json)


if __name__ == "__main__":
    main()
