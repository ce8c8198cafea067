"""What 500 tracks cost as CAT062 blocks, beside libasterix's own encoder of whole records.

Run: python benchmarks/encode_asterix.py [--tracks 500] [--rounds 20]. Half of the tracks are aircraft of which
everything is known, half unknown targets without height; all of them fly on between two rounds, so that their numbers
change.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from asterix import generated
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from asterix_picture import AIRLINER, DRONE, KINDS, NOON_S, track  # noqa: E402 -- needs the path above
from asterix_samples import NOON_TOD, SOURCE  # noqa: E402
from sargas.model.report import Identity  # noqa: E402
from sargas.model.track import Contribution, Track  # noqa: E402
from sargas.share.asterix_out import Message, Records, Source, blocks  # noqa: E402

WHOLE = {
    "010": SOURCE,
    "015": 1,
    "070": NOON_TOD,
    "105": (("LAT", (54.75, "°")), ("LON", (25.25, "°"))),
    "185": (("VX", (30.0, "m/s")), ("VY", (-40.0, "m/s"))),
    "060": (0, 0, 0, 0, "7421"),
    "380": {"ADR": 0x503E08, "ID": "LOT3KM"},
    "080": ((0, 0, 0, 1, 0, None),),
    "290": {"TRK": (30.0, "s"), "ES": (0.5, "s")},
    "200": (0, 3, 1, 0, 0),
    "136": (350.0, "FL"),
    "130": (35_400.0, "ft"),
    "135": (0, (350.0, "FL")),
    "220": (1_000.0, "ft/min"),
    "500": {"APC": (40, 60), "COV": -24, "APW": (51, 59), "ATV": (8, 12)},
}


def flown_on(k: int, n_rounds: int, rng: np.random.Generator) -> Track:
    """Return the track number k, so many seconds on."""
    lat, lon, east, north, up, spread = rng.normal(0.0, (0.5, 0.8, 120.0, 120.0, 300.0, 4.0)).tolist()
    time_s = NOON_S + n_rounds
    changes = {
        "track_id": k,
        "time_s": time_s,
        "lat_deg": 54.75 + lat,
        "lon_deg": 25.25 + lon,
        "east_mps": east,
        "north_mps": north,
        "position_cov_m2": ((20.0 + spread) ** 2, -144.0, (30.0 + spread) ** 2),
        "contributions": (Contribution("hill", 8, time_s - 2.0), Contribution("roof", 30, time_s - 0.4)),
    }
    if k % 2:
        return track(DRONE, **changes)
    identity = Identity(icao24=f"{0x503000 + k:06x}", callsign=f"LOT{k}", squawk="7421")
    return track(AIRLINER, alt_baro_m=9_000.0 + up, alt_wgs84_m=9_100.0 + up, identity=identity, **changes)


def main() -> None:
    parser = argparse.ArgumentParser(description="How long tracks take to become CAT062 blocks.")
    parser.add_argument("--tracks", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    rng = np.random.default_rng(1)
    records = Records(Source(sac=25, sic=100, service=1), is_simulated=False)

    took_s, n_bytes, n_blocks = [], 0, 0
    for n_rounds in range(given.rounds):
        messages = [Message(track=flown_on(k, n_rounds, rng), number=k) for k in range(1, given.tracks + 1)]
        started_s = time.process_time()
        made = list(blocks(62, (records.track(message, KINDS) for message in messages)))
        took_s.append(time.process_time() - started_s)
        n_blocks, n_bytes = len(made), sum(len(data) for _, data in made)

    whole = generated.Cat_062_1_20.cv_record
    started_s = time.process_time()
    for k in range(given.tracks):
        whole.create(WHOLE | {"040": k}).unparse().to_bytes()
    alone_s = time.process_time() - started_s

    table = Table("how", f"{given.tracks} tracks", "records/s", title="CAT062 out, processor time of one core")
    median_s = float(np.median(took_s))
    for how, s in (("item by item, kept", median_s), ("libasterix, whole records", alone_s)):
        table.add_row(how, f"{1_000.0 * s:.0f} ms", f"{given.tracks / s:,.0f}")
    console = Console()
    console.print(table)
    console.print(
        f"{n_blocks} datagrams, {n_bytes / given.tracks:.0f} bytes a track; slowest round {max(took_s):.3f} s"
    )


if __name__ == "__main__":
    main()
