"""From `sargas watch` to its first answer on the desk, with a day of traffic in the journal.

    python benchmarks/restart.py [--hours 24] [--targets 80] [--engine-s 900] [--full] [--json]

One radar that turns in 4 s, so 20 reports a second from 80 targets: 1.7 million in a day, which ends now. All of them
stand in the journal. The engine that writes the snapshots, one a minute as configured by default, runs over the last
quarter of an hour only, since no restart reads further back; with --full it runs over the whole day (some ten
minutes), with all the incidents that this brings. The last snapshot is 58 s old at the end, nearly the worst moment.
The watch is started, asked, killed with SIGKILL and started again, three times. A start with no snapshot that fits,
as after an upgrade, runs the whole journal: that is only estimated, from the rate at which the engine took entries.
"""

import http.client
import json
import math
import signal
import socket
import tempfile
import time
from pathlib import Path
from typing import Any

from made_traffic import (
    FEED,
    Traffic,
    frames,
    free_port,
    parser,
    progress,
    start_watch,
    tell,
    wait_until_up,
    write_config,
)
from sargas.app import config as configuration
from sargas.app.wire import blueprint_of, build_engine, snapshot_key
from sargas.engine import Engine
from sargas.model.entry import Entry, FeedOpened, Frame, Note
from sargas.model.units import DAY_S
from sargas.store import journal_sqlite, snapshot

KIND = "cat048"
SNAPSHOT_S = 60.0
BATCH = 4_096
RUNS = 3


class Filler:
    """Writes a day into a journal, an engine beside it over the last part of it, and its snapshots."""

    def __init__(self, config: Path, begin_s: float, engine_from_s: float) -> None:
        read = configuration.read(config)
        plan = blueprint_of(read, config.parent)
        self.key = snapshot_key(plan)
        self.journal = journal_sqlite.build(journal_sqlite.Settings(path=str(config.parent / read.journal.path)))
        self.n_plots = 0
        self.n_taken = 0
        self.taken_s = 0.0
        self.snapshot_mb = 0.0
        self.engine: Engine = build_engine(plan)
        self._engine_from_s = engine_from_s
        self._next_snapshot_s = engine_from_s + SNAPSHOT_S
        self._append([(begin_s, Note("started")), (begin_s, FeedOpened(FEED, "made"))])

    def fill(self, traffic: Traffic, begin_s: float, end_s: float) -> None:
        n_plots = int((end_s - begin_s) * traffic.rate_hz)
        batch: list[tuple[float, Any]] = []
        for at_s, data, n in frames(traffic.plots(), n_plots, KIND, begin_s):
            batch.append((at_s, Frame(FEED, data)))
            self.n_plots += n
            if len(batch) >= BATCH:
                self._append(batch)
                batch = []
        self._append(batch)

    def _append(self, batch: list[tuple[float, Any]]) -> None:
        for entry in self.journal.append(batch):
            if entry.received_s >= self._engine_from_s or not isinstance(entry.body, Frame):
                self._take(entry)

    def _take(self, entry: Entry) -> None:
        begun = time.process_time()
        self.engine.accept(entry)
        self.taken_s += time.process_time() - begun
        self.n_taken += 1
        if entry.received_s >= self._next_snapshot_s:
            self._next_snapshot_s += SNAPSHOT_S
            state = snapshot.dump(self.engine)
            self.snapshot_mb = len(state) / 1e6
            self.journal.write_snapshot(entry.seq, self.key, state)


def ask(port: int) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20.0)
    connection.request("GET", "/api/picture")
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def restart(config: Path, port: int, log_path: Path) -> tuple[float, float, dict[str, Any]]:
    """Return the time to the first answer and to the whole picture [s], and the picture; then kill the watch."""
    with log_path.open("ab") as log:
        begun = time.time()
        process = start_watch(config, log)
        try:
            answered_s = wait_until_up(port, process, 600.0) - begun
            picture = ask(port)
            whole_s = time.time() - begun
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
    return answered_s, whole_s, picture


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--hours", type=float, default=24.0)
    options.add_argument("--targets", type=int, default=80)
    options.add_argument("--engine-s", type=float, default=900.0, help="the engine runs over the last so many s")
    options.add_argument("--full", action="store_true", help="the engine runs over the whole day")
    given = options.parse_args()
    traffic = Traffic(given.targets, 1, 4.0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port = free_port(socket.SOCK_STREAM)
        write_config(folder / "watch.toml", traffic, KIND, {"type": "http_post"}, web_port=port)
        span_s = 3_600.0 * given.hours
        end_s = time.time()
        begin_s = end_s - span_s
        engine_s = span_s if given.full else min(given.engine_s, span_s)
        engine_s = math.floor(engine_s / SNAPSHOT_S) * SNAPSHOT_S - 2.0  # the last snapshot is 58 s old at the end
        progress(f"filling the journal: {span_s / DAY_S:.2f} days, {traffic.rate_hz:.0f} reports/s")
        begun = time.time()
        filler = Filler(folder / "watch.toml", begin_s, end_s - engine_s)
        filler.fill(traffic, begin_s, end_s)
        filler.journal.close()
        size_mb = sum(path.stat().st_size for path in folder.glob("watch.journal*")) / 1e6
        progress(f"filled in {time.time() - begun:.0f} s; starting the watch")
        times = [restart(folder / "watch.toml", port, folder / "log") for _ in range(RUNS)]
    last = times[0][2]
    rows = [
        {"": "reports in the journal", "figure": filler.n_plots},
        {"": "reports a second", "figure": traffic.rate_hz},
        {"": "journal MB, snapshots included", "figure": round(size_mb, 1)},
        {"": "one snapshot MB, unpacked", "figure": round(filler.snapshot_mb, 2)},
        {"": "engine ran over the last s", "figure": engine_s},
        {"": "tracks shown after the restart", "figure": len(last["tracks"])},
        {"": "incidents shown after the restart", "figure": len(last["incidents"])},
        *(
            {"": f"{count}. start: first answer s", "figure": round(answered_s, 2)}
            for count, (answered_s, _, _) in enumerate(times, start=1)
        ),
        {"": "1. start: whole picture s", "figure": round(times[0][1], 2)},
        {
            "": "without a snapshot, estimated s",
            "figure": round(filler.taken_s / filler.n_taken * filler.engine.last_seq),
        },
    ]
    tell("Restart after a day of traffic", rows, as_json=given.json)


if __name__ == "__main__":
    main()
