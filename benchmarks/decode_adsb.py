"""Records per second of the ADS-B decoders and of Sargas's own JSON lines, on made and on real streams.

    python benchmarks/decode_adsb.py [--records N]

A record is one aircraft of a document, one line or one frame. Streams are fed in chunks of 16 KiB, as TCP brings
them; rates are per second of processor time.
"""

import argparse
import importlib
import importlib.util
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from contracts.samples_decode import RECEIVED_S, SAMPLES, SENSORS, SETTINGS, beast_frame
from sargas.decode import beast
from sargas.model.report import Malformed, Unused
from sargas.model.sensor import Sensor
from sargas.ports import Decoder

CHUNK_BYTES = 16_384


def made(name: str, n_records: int) -> tuple[bytes, int]:
    """Return a stream of sample rounds and how many records it holds."""
    per_round = len(records(name, SAMPLES[name](0)))
    n_rounds = max(n_records // per_round, 1)
    return b"".join(b"".join(SAMPLES[name](n)) for n in range(n_rounds)), n_rounds * per_round


def records(name: str, messages: list[bytes]) -> list[bytes]:
    """Return the records of a round: for readsb the aircraft in its documents."""
    if name != "readsb":
        return messages
    return [part for message in messages for part in message.split(b'"hex"')[1:]]


def documents(n_aircraft: int, n_polls: int) -> tuple[bytes, int]:
    """Return polls of a document of many aircraft that all move."""
    text = bytearray()
    for poll in range(n_polls):
        listed = ",\n".join(
            json.dumps(
                {
                    "hex": f"{k:06x}",
                    "type": "adsb_icao",
                    "flight": "LYA12   ",
                    "alt_baro": 2_000,
                    "gs": 194.4,
                    "track": 12.5,
                    "baro_rate": -64,
                    "squawk": "7000",
                    "emergency": "none",
                    "category": "A3",
                    "nav_qnh": 1013.2,
                    "nav_altitude_mcp": 32_000,
                    "lat": 54.0 + k / 1_000 + poll / 100,
                    "lon": 25.0,
                    "nic": 8,
                    "rc": 186,
                    "seen_pos": 0.4,
                    "version": 2,
                    "nac_p": 10,
                    "sil": 3,
                    "mlat": [],
                    "tisb": [],
                    "messages": 1_234,
                    "seen": 0.1,
                    "rssi": -20.5,
                }
            )
            for k in range(n_aircraft)
        )
        text += f'{{ "now" : {RECEIVED_S + poll},\n  "messages" : 9,\n  "aircraft" : [\n{listed}\n  ]\n}}\n'.encode()
    return bytes(text), n_aircraft * n_polls


def flight() -> list[tuple[float, bytes]] | None:
    """Return the real flight that PyPI traffic carries, as Beast frames with their times."""
    spec = importlib.util.find_spec("traffic")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "data" / "samples" / "rs1090" / "full_flight_short.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    frames = [(row["timestamp"], bytes.fromhex(row["frame"])) for row in rows]
    return [(time_s, beast_frame(frame if frame[0] >= 0x80 else frame[:7])) for time_s, frame in frames]


def decoder(name: str) -> Decoder:
    module = importlib.import_module(f"sargas.decode.{name}")
    built: Decoder = module.build(msgspec.convert(SETTINGS.get(name, {}), module.Settings), SENSORS)
    return built


def measure(label: str, n_records: int, n_bytes: int, run: Callable[[Counter[str]], None]) -> None:
    counts: Counter[str] = Counter()
    begin_s = time.process_time()
    run(counts)
    spent_s = time.process_time() - begin_s
    print(
        f"| {label} | {n_records:,} | {counts['report']:,} | {counts['unused']:,} | {counts['malformed']:,} "
        f"| {n_records / spent_s:,.0f} | {n_bytes / spent_s / 1e6:.1f} |"
    )


def feed(name: str, stream: bytes) -> Callable[[Counter[str]], None]:
    built = decoder(name)

    def run(counts: Counter[str]) -> None:
        for at in range(0, len(stream), CHUNK_BYTES):
            count(counts, built, stream[at : at + CHUNK_BYTES], RECEIVED_S)

    return run


def count(counts: Counter[str], built: Decoder, data: bytes, received_s: float) -> None:
    for item in built.decode(data, received_s, 1):
        counts[
            "malformed" if isinstance(item, Malformed) else "unused" if isinstance(item, Unused) else "report"
        ] += 1


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--records", type=int, default=200_000, help="records of each made stream")
    n_records = options.parse_args().records
    print("| stream | records | reports | unused | malformed | records/s | MB/s |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in ("beast", "sbs", "jsonl", "readsb"):
        stream, n = made(name, n_records)
        measure(f"{name}, made", n, len(stream), feed(name, stream))
    stream, n = documents(2_000, max(n_records // 2_000, 1))
    measure("readsb, documents of 2,000 aircraft", n, len(stream), feed("readsb", stream))
    frames = flight()
    if frames is None:
        print("skipped: the real flight; PyPI traffic, which carries it, is not installed")
        return
    paris = Sensor(id="roof", kind="adsb", lat_deg=49.0, lon_deg=2.55)
    built = beast.build(beast.Settings(sensor="roof", range_max_m=2_000_000.0), {"roof": paris})

    def run(counts: Counter[str]) -> None:
        for time_s, frame in frames:
            count(counts, built, frame, time_s)

    measure("beast, a real flight frame by frame", len(frames), sum(len(frame) for _, frame in frames), run)


if __name__ == "__main__":
    main()
