"""How much faster than it happened `sargas replay` goes over the real Adriatic recording (CAT062, 063, 065; 1,798 s).

    python benchmarks/replay_adriatic.py [--json]

The whole command, from its start to its end: reading, decoding, tracking, the default rules with the real borders and
a zone across the Adriatic, and writing every file. The recording is read from the folder that SARGAS_RECORDINGS
names, or beside the repository; without it this is skipped.
"""

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import tomli_w

from made_traffic import parser, tell

ROOT = Path(__file__).resolve().parents[1]
DAY = "2020-01-01"
"""The recording tells only the time of day."""
ZONE = [[13.0, 43.0], [15.0, 43.0], [15.0, 44.5], [13.0, 44.5], [13.0, 43.0]]


def recording() -> Path:
    folder = Path(os.environ.get("SARGAS_RECORDINGS", ROOT.parent / "shared" / "data"))
    return folder / "asterix" / "cat062_063_065_adriatic.ff"


def write_config(folder: Path) -> Path:
    geometry = {"type": "Polygon", "coordinates": [ZONE]}
    feature = {"type": "Feature", "geometry": geometry, "properties": {"name": "Adriatic", "kind": "restricted"}}
    (folder / "zone.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    document = {
        "watch": {"country": "LT"},
        "zones": [{"file": "zone.geojson"}],
        "feeds": [
            {"name": "neighbour", "transport": {"type": "http_post"}, "decoder": {"type": "asterix"}},
        ],
    }
    (folder / "watch.toml").write_text(tomli_w.dumps(document), encoding="utf-8")
    return folder / "watch.toml"


def replay(path: Path, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "sargas.cli.main", "replay", str(write_config(folder)), "--json"]
    command += ["--input", f"neighbour={path}", "--date", DAY, "--out", str(folder / "out")]
    wall, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    wall_s, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    summary = json.loads(done.stdout)["summary"]
    if not summary["n_tracks"]:
        raise SystemExit("the replay made no tracks: its speed says nothing")
    lasted_s = summary["to_s"] - summary["from_s"]
    numbers, tracks = identities(folder / "out" / "tracks.csv")
    return {
        "lasted s": round(lasted_s, 1),
        "wall s": round(wall_s, 2),
        "cpu s": round(cpu_s, 2),
        "times faster": round(lasted_s / wall_s, 1),
        "times faster by cpu": round(lasted_s / cpu_s, 1),
        "reports": summary["feeds"]["neighbour"]["n_reports"],
        "source numbers": len(numbers),
        "tracks": summary["n_tracks"],
        "numbers with several tracks": sum(len(some) > 1 for some in numbers.values()),
        "tracks with several numbers": sum(len(some) > 1 for some in tracks.values()),
        "findings": summary["n_findings"],
    }


def identities(path: Path) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return our tracks of each number of the source, and the other way round."""
    numbers: dict[str, set[str]] = defaultdict(set)
    tracks: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for number in row["neighbour_numbers"].split():
                numbers[number].add(row["track_id"])
                tracks[row["track_id"]].add(number)
    return numbers, tracks


def main() -> None:
    given = parser(__doc__).parse_args()
    path = recording()
    if not path.is_file():
        tell(f"Skipped: no {path.name} in the folder of recordings", [], as_json=given.json)
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = [{"": key, "figure": value} for key, value in replay(path, Path(folder)).items()]
    tell("Replay of the Adriatic recording", rows, as_json=given.json)


if __name__ == "__main__":
    main()
