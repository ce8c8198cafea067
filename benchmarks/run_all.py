"""Run every benchmark with its defaults, one after the other, and keep what they say in build/bench.json.

    python benchmarks/run_all.py [--only chain latency ...]

`make bench` calls this. The fuzz runs and what takes longer (restart.py --full, memory.py --trace) are run by hand.
Ends with 1 if one of them failed.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from made_traffic import machine

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "build" / "bench.json"
TELL_JSON = ("chain", "latency", "restart", "memory", "replay_adriatic", "adriatic_disturbed", "trial", "deliver")
TELL_TEXT = (
    "decode_asterix", "decode_adsb", "encode_asterix", "journal", "tracker", "versus_peers", "mixed_sensors",
    "identify", "lost_drones", "public_warnings", "alarms", "record", "register", "press",
)  # fmt: skip
ARGUMENTS = {
    "versus_peers": ["--peers", "sargas"],  # with the peers it takes more than an hour
    "mixed_sensors": ["--seeds", "1"],
    "lost_drones": ["--flights", "120"],  # all 600 take ten minutes
    "public_warnings": ["--flights", "60"],
    "alarms": ["--quick"],
}
AT_MOST_S = 900.0


def run(name: str) -> dict[str, Any]:
    """Return what the benchmark said, how long it took, and whether it went well."""
    arguments = ARGUMENTS.get(name, [])
    command = [sys.executable, str(HERE / f"{name}.py"), *arguments, *(["--json"] if name in TELL_JSON else [])]
    begun = time.monotonic()
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=AT_MOST_S, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"took more than {AT_MOST_S:.0f} s"}
    said = " ".join(["python", f"benchmarks/{name}.py", *arguments])
    found: dict[str, Any] = {"command": said, "took_s": round(time.monotonic() - begun, 1)}
    if done.returncode:
        found["failed"] = f"exit code {done.returncode}"
    elif name in TELL_JSON:
        found |= json.loads(done.stdout)
    else:
        found |= {"machine": machine(), "text": done.stdout.splitlines()}
    return found


def shown(found: dict[str, Any]) -> str:
    """Return the result for a person."""
    if "failed" in found:
        return f"FAILED: {found['failed']}"
    if "text" in found:
        return "\n".join(found["text"])
    rows = [", ".join(f"{key} {value}".strip() for key, value in row.items()) for row in found["rows"]]
    return "\n  ".join([found["title"], *rows])


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    options.add_argument("--only", nargs="+", choices=[*TELL_TEXT, *TELL_JSON], default=[*TELL_TEXT, *TELL_JSON])
    names = options.parse_args().only
    results: dict[str, Any] = {}
    OUT.parent.mkdir(exist_ok=True)
    for count, name in enumerate(names, start=1):
        print(f"[{count}/{len(names)}] {name}", flush=True)
        results[name] = run(name)
        print(f"{shown(results[name])}\n  took {results[name].get('took_s', AT_MOST_S)} s\n", flush=True)
        OUT.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written to {OUT.relative_to(HERE.parent)}")
    return 1 if any("failed" in found for found in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
