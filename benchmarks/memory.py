"""Memory over a million plots through journal and engine: it has to stay bounded.

    python benchmarks/memory.py [--plots 1000000] [--targets 50] [--trace] [--json]

Targets fly for 20 minutes each, so tracks and findings begin and end all the time; incidents stay open, since no
officer closes them, up to the number that the incident book bounds. A million plots of 50 targets are 67 minutes. The
first half fills what is kept on purpose (lost tracks for half an hour); after that the memory has to stay flat.
--trace prints where Python's memory grew between the third tenth and the end (slow).
"""

import gc
import itertools
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import Any

from made_traffic import FEED, Traffic, blueprint, frames, midnight_s, parser, progress, rss_mb, tell
from sargas.app.live import BATCH
from sargas.app.wire import build_engine
from sargas.model.entry import Frame
from sargas.store import journal_sqlite, snapshot


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--plots", type=int, default=1_000_000)
    options.add_argument("--targets", type=int, default=50)
    options.add_argument("--format", choices=["json", "cat048"], default="cat048")
    options.add_argument("--trace", action="store_true", help="tell where Python's memory grew")
    given = options.parse_args()
    traffic = Traffic(given.targets, 5, 1.0)
    with tempfile.TemporaryDirectory() as folder:
        rows = run(traffic, given.plots, given.format, Path(folder) / "journal", is_traced=given.trace)
    tell(f"Memory over {given.plots:,} plots of {given.targets} targets", rows, as_json=given.json)
    settled = rows[len(rows) // 2]["rss MB"]
    print(f"grew by {rows[-1]['rss MB'] - settled:+.1f} MB since half time", file=sys.stderr)


def run(traffic: Traffic, n_plots: int, kind: str, path: Path, *, is_traced: bool) -> list[dict[str, Any]]:
    engine = build_engine(blueprint(traffic, kind))
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(path)))
    stream, start_s = traffic.plots(), midnight_s()
    every = n_plots // 10
    rows: list[dict[str, Any]] = []
    before: tracemalloc.Snapshot | None = None
    for tenth in range(10):
        begun = time.process_time()
        made = frames(stream, every, kind, start_s)
        while batch := [(at, Frame(FEED, data)) for at, data, _ in itertools.islice(made, BATCH)]:
            for entry in journal.append(batch):
                engine.accept(entry)
        spent_s = time.process_time() - begun
        gc.collect()
        picture = engine.picture
        rows.append(
            {
                "plots": every * (tenth + 1),
                "rss MB": round(rss_mb(), 1),
                "tracks": len(picture.tracks),
                "findings": len(picture.findings),
                "incidents": len(picture.incidents),
                "snapshot MB": round(len(snapshot.dump(engine)) / 1e6, 2),
                "cpu plots/s": round(every / spent_s),
            }
        )
        progress(", ".join(f"{key} {value}" for key, value in rows[-1].items()))
        if is_traced and tenth == 2:
            tracemalloc.start(8)
            before = tracemalloc.take_snapshot()
    if before is not None:
        for grown in tracemalloc.take_snapshot().compare_to(before, "lineno")[:15]:
            print(grown, file=sys.stderr)
    journal.close()
    return rows


if __name__ == "__main__":
    main()
