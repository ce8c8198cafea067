"""Records per second through the ASTERIX decoder, per category and on the Adriatic recording.

Run: python benchmarks/decode_asterix.py [--seconds 1.0]. The recording is read from the folder that SARGAS_RECORDINGS
names, or beside the repository, if it is there.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from asterix_samples import NOON_S, NOON_TOD, SENSORS, block, plot, tracks  # noqa: E402 -- needs the path above
from sargas.decode import recording_final  # noqa: E402
from sargas.decode.asterix import Settings, build  # noqa: E402
from sargas.model.report import Malformed  # noqa: E402

PLACE = (("LAT", (54.75, "°")), ("LON", (25.25, "°")))
ADS_B = {
    "040": ((0, 1, 0, 0, None),),
    "071": NOON_TOD,
    "131": PLACE,
    "080": 0x503E01,
    "140": (1_000.0, "ft"),
    "090": ((0, 8, None), (0, 3, 8, None)),
    "210": (0, 0, 2, 2),
    "145": (10.0, "FL"),
    "155": (0, (640.0, "ft/min")),
    "160": (0, (0.05, "NM/s"), (45.0, "°")),
    "170": "LYABC",
}
OLD_ADS_B = {"040": (0,) * 8 + (1, 1, 0), "030": NOON_TOD, "130": PLACE, "080": 0x503E01, "170": "LYABC"}
MLAT = {"020": ((0, 0, 1, 1, 1, 1, 1, None),), "140": NOON_TOD, "041": PLACE, "220": 0x503E01, "090": (0, 0, 40)}
SURFACE = {"000": 1, "020": ((3, 0, 0, 0, 0, None),), "140": NOON_TOD, "040": ((1_588.0, "m"), (189.0, "°"))}
MARK = {"000": 2, "030": NOON_TOD, "020": (90.0, "°"), "050": {"COM": 0}}
SENSOR = {"030": NOON_TOD, "050": (25, 13), "060": ((0,) * 6 + (None,),)}
SYSTEM = {"000": 1, "015": 1, "030": NOON_TOD, "040": (0,) * 6}

SAMPLES = [
    ("CAT010 surface plot", "010_1_1", [SURFACE], {}),
    ("CAT020 multilateration", "020_1_11", [MLAT], {}),
    ("CAT021 2.7 ADS-B", "021_2_7", [ADS_B], {}),
    ("CAT021 0.26 ADS-B", "021_0_26", [OLD_ADS_B], {"*": {"021": "0.26"}}),
    ("CAT034 sector mark", "034_1_29", [MARK], {}),
    ("CAT048 plot", "048_1_32", [plot(k) for k in range(4)], {}),
    ("CAT062 system track", "062_1_21", tracks(range(1, 9)), {}),
    ("CAT063 sensor state", "063_1_7", [SENSOR], {}),
    ("CAT065 system state", "065_1_6", [SYSTEM], {}),
]


def generated_rate_hz(category: str, records: list, editions: dict, seconds: float) -> float:
    """Return records per second, one datagram of these records at a time."""
    decoder = build(Settings(editions=editions), SENSORS)
    datagram = block(category, *records)
    n_records, started_s = 0, time.perf_counter()
    while time.perf_counter() - started_s < seconds:
        for _ in range(200):
            decoded = decoder.decode(datagram, NOON_S, 1)
            n_records += sum(1 for each in decoded if not isinstance(each, Malformed))
    return n_records / (time.perf_counter() - started_s)


def recording_rate_hz(path: Path) -> tuple[int, float]:
    """Return how many records the recording holds and how many of them were decoded per second."""
    decoder = build(Settings(), {})
    data = path.read_bytes()
    n_records, started_s = 0, time.perf_counter()
    for frame in recording_final.build(recording_final.Settings()).feed(data):
        if isinstance(frame, tuple):
            n_records += sum(1 for _ in decoder.decode(frame[1], frame[0] or 0.0, 1))
    return n_records, n_records / (time.perf_counter() - started_s)


def main() -> None:
    parser = argparse.ArgumentParser(description="Records per second through the ASTERIX decoder.")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each category is measured")
    seconds = parser.parse_args().seconds

    table = Table("what", "records", "records/s", title="ASTERIX decoder, one process")
    for name, category, records, editions in SAMPLES:
        table.add_row(name, "generated", f"{generated_rate_hz(category, records, editions, seconds):,.0f}")
    folder = Path(os.environ.get("SARGAS_RECORDINGS", ROOT.parent / "shared" / "data"))
    path = folder / "asterix" / "cat062_063_065_adriatic.ff"
    if path.is_file():
        n_records, rate_hz = recording_rate_hz(path)
        table.add_row("Adriatic recording, frames included", f"{n_records:,}", f"{rate_hz:,.0f}")
    console = Console()
    console.print(table)
    if not path.is_file():
        console.print(f"Skipped the Adriatic recording: no {path.name} in the folder of recordings.")


if __name__ == "__main__":
    main()
