"""Feed a million damaged inputs to every decoder and every reader of recordings.

    python benchmarks/fuzz.py [--format NAME ...] [--n 1000000] [--seed 1]

After each input: no exception, every report one that the model allows. Every so often: the state is small, and good
messages are read again. The slowest input is timed. The same seed gives the same inputs; a failure prints the input.
"""

import argparse
import importlib
import pickle
import pkgutil
import random
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import sargas.decode
from contracts.samples_decode import RECEIVED_S, SAMPLES, SENSORS, SETTINGS
from sargas.model.report import AnyReport, Malformed, Report, Unused

INPUT_MAX_S = 1.0
STATE_MAX_BYTES = {"readsb": 17 * 2**20, "recording_pcap": 5 * 2**20}
STATE_MAX_BYTES_ELSE = 2**20
CHECK_EVERY = 500
FRESH_EVERY = 5_000
FRESH_RECORDING_EVERY = 20
"""Damage ends some recordings for good; a new one starts soon."""
ROUNDS = 20
RECOVERY_ROUNDS = 3


class Subject(NamedTuple):
    """What is fuzzed: how it is made and fed, and sound messages for it."""

    name: str
    make: Callable[[], Any]
    feed: Callable[[Any, bytes, int], list[Any]]
    families: list[tuple[bytes, list[list[bytes]]]]
    """What opens a stream, and rounds of messages that follow it."""
    is_recording: bool


def modules() -> dict[str, ModuleType]:
    """Return the plug-ins of the package by name."""
    found = {}
    for info in pkgutil.iter_modules(sargas.decode.__path__):
        module = importlib.import_module(f"sargas.decode.{info.name}")
        if hasattr(module, "Settings") and hasattr(module, "build"):
            found[info.name] = module
    return found


def subject(name: str, module: ModuleType) -> Subject:
    if name.startswith("recording_"):
        settings = module.Settings()
        families = [opened([made(n) for n in range(ROUNDS)], n_opening) for made, n_opening in RECORDINGS[name]]
        return Subject(
            name, lambda: module.build(settings), lambda fed, data, _: list(fed.feed(data)), families, True
        )
    settings = msgspec.convert(SETTINGS.get(name, {}), module.Settings)
    rounds = [SAMPLES[name](n) for n in range(ROUNDS)]
    return Subject(name, lambda: module.build(settings, SENSORS), decode, [(b"", rounds)], False)


def opened(rounds: list[list[bytes]], n_opening: int) -> tuple[bytes, list[list[bytes]]]:
    """Return the headers of a recording, and the rounds without them."""
    return b"".join(rounds[0][:n_opening]), [messages[n_opening:] for messages in rounds]


def decode(decoder: Any, data: bytes, n: int) -> list[Any]:
    return list(decoder.decode(data, RECEIVED_S + n * 10.0, 7))


def final_frames(n: int) -> list[bytes]:
    """Return FINAL frames about the blocks of an ASTERIX round."""
    frames = []
    for k, block in enumerate(SAMPLES["asterix"](n)):
        clock = struct.pack(">I", (n * 1_000 + k) % 8_640_000)[1:]
        frames.append(struct.pack(">HB2s", len(block) + 12, 0, b"\1\1") + clock + block + b"\xa5" * 4)
    return frames


def capture(n: int) -> list[bytes]:
    """Return a classic pcap: its header, then UDP packets."""
    packets = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)]
    for k, payload in enumerate(SAMPLES["asterix"](n)):
        udp = struct.pack(">HHHH", 4_000, 8_600, 8 + len(payload), 0) + payload
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), k, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        frame = bytes(12) + b"\x08\x00" + ip + udp
        packets.append(struct.pack("<IIII", int(RECEIVED_S) + k, 0, len(frame), len(frame)) + frame)
    return packets


def capture_ng(n: int) -> list[bytes]:
    """Return a pcapng: section, interface, then enhanced packets."""

    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        size = struct.pack("<I", len(body) + 12)
        return struct.pack("<I", kind) + size + body + size

    packets = [block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)), block(1, struct.pack("<HHI", 1, 0, 0))]
    for packet in capture(n)[1:]:
        frame = packet[16:]
        packets.append(block(6, struct.pack("<IIIII", 0, 0, 0, len(frame), len(frame)) + frame))
    return packets


RECORDINGS: dict[str, list[tuple[Callable[[int], list[bytes]], int]]] = {
    "recording_final": [(final_frames, 0)],
    "recording_pcap": [(capture, 1), (capture_ng, 2)],
    "recording_lines": [(SAMPLES["jsonl"], 0)],
    "recording_raw": [(SAMPLES["asterix"], 0)],
}
"""Streams of each reader, and how many messages of a round are headers."""


def damaged(rng: random.Random, messages: list[bytes]) -> bytes:
    """Return one to four neighbouring messages with one to six damages in them."""
    first = rng.randrange(len(messages))
    data = bytearray(b"".join(messages[first : first + rng.randint(1, 4)]))
    for _ in range(rng.randint(1, 6)):
        if not data:
            break
        at, n = rng.randrange(len(data)), rng.randint(1, 16)
        match rng.randrange(8):
            case 0 | 1:
                data[at] ^= 1 << rng.randrange(8)
            case 2:
                data[at] = rng.choice((0, 1, 0x0A, 0x1A, 0x22, 0x5C, 0x7B, 0x7D, 0x7F, 0x80, 0xA5, 0xFF))
            case 3:
                del data[at : at + n]
            case 4:
                data[at:at] = rng.randbytes(n)
            case 5:
                data[at:at] = data[max(at - n, 0) : at]
            case 6:
                del data[at:]
            case _:
                data[at : at + n] = rng.choice(VALUES)
    if rng.random() < 0.002:
        data *= rng.randint(2, 2_000)
    return bytes(data[: 2**20])


VALUES = (
    b"NaN",
    b"1e999",
    b"-0",
    b"9" * 40,
    b"null",
    b"[" * 500,
    b"{" * 500,
    b'"',
    b"\\u0000",
    b"\xff\xff",
    b"\0" * 8,
)


def check(items: Iterable[Any], *, is_recording: bool) -> Counter[str]:
    """Return how many items there are of each sort; every report must be one that the model allows."""
    counts: Counter[str] = Counter()
    for item in items:
        if isinstance(item, Malformed):
            assert item.n_bytes >= (not is_recording)  # a capture may hold a packet of which nothing was kept
            assert len(item.reason) < 200
            assert len(item.excerpt_hex) <= 64
            counts["malformed"] += 1
        elif is_recording:
            at_s, payload = item
            assert at_s is None or 0.0 <= at_s < 1e11
            assert isinstance(payload, bytes)
            counts["payload"] += 1
        elif isinstance(item, Report):
            assert msgspec.json.decode(msgspec.json.encode(item), type=AnyReport) == item
            counts["report"] += 1
        else:
            assert isinstance(item, Unused)
            counts["unused"] += 1
    return counts


def placed(items: Iterable[Any]) -> Counter[tuple[Any, ...]]:
    return Counter((type(i), i.time_s, getattr(i, "lat_deg", None)) for i in items if isinstance(i, Report))


def recovers(tested: Subject, fed: Any, n: int) -> bool:
    """Return whether, of a few good rounds, one is read as a fresh decoder reads it."""
    for k in range(RECOVERY_ROUNDS):
        messages = SAMPLES[tested.name](n + k)
        got = placed(item for message in messages for item in tested.feed(fed, message, n + k))
        alone = tested.make()
        if not placed(item for message in messages for item in tested.feed(alone, message, n + k)) - got:
            return True
    return False


def fuzz(tested: Subject, n_inputs: int, seed: int) -> None:
    """Feed the inputs; print a line of the table.

    Raises:
        SystemExit: an input did harm; it is printed.
    """
    rng = random.Random(f"{tested.name} {seed}")
    counts: Counter[str] = Counter()
    slowest_s, largest, good_round = 0.0, 0, 100
    fed, rounds = tested.make(), tested.families[0][1]
    for n in range(n_inputs):
        if n % (FRESH_RECORDING_EVERY if tested.is_recording else FRESH_EVERY) == 0:
            fed, (opening, rounds) = tested.make(), rng.choice(tested.families)
            tested.feed(fed, opening if rng.random() < 0.9 else damaged(rng, [opening]), 0)
        data = damaged(rng, rng.choice(rounds))
        begin_s = time.process_time()
        try:
            items = tested.feed(fed, data, n % ROUNDS)
            spent_s = time.process_time() - begin_s
            assert spent_s < INPUT_MAX_S, f"took {spent_s:.2f} s"
            counts += check(items, is_recording=tested.is_recording)
            if n % CHECK_EVERY == CHECK_EVERY - 1:
                size = len(pickle.dumps(fed))
                assert size <= STATE_MAX_BYTES.get(tested.name, STATE_MAX_BYTES_ELSE), f"holds {size} bytes"
                largest = max(largest, size)
                good_round += RECOVERY_ROUNDS
                assert tested.is_recording or recovers(tested, fed, good_round), "good messages are not read again"
        except BaseException as error:
            print(f"\n{tested.name}: input {n} of seed {seed}: {type(error).__name__}: {error}\n{data[:4_000].hex()}")
            raise SystemExit(1) from error
        slowest_s = max(slowest_s, spent_s)
        if sys.stderr.isatty() and n % max(n_inputs // 100, 1) == 0:
            print(f"{tested.name}: {n:,} of {n_inputs:,}", end="\r", file=sys.stderr, flush=True)
    good = counts["report"] + counts["payload"]
    print(
        f"| {tested.name} | {n_inputs:,} | {good:,} | {counts['unused']:,} | {counts['malformed']:,} "
        f"| {slowest_s * 1e3:.1f} | {largest / 1e3:,.0f} |",
        flush=True,
    )


def main() -> None:
    plugins = modules()
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--format", nargs="*", choices=sorted(plugins), default=sorted(plugins))
    options.add_argument("--n", type=int, default=1_000_000, help="inputs for each format")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    print("| format | inputs | good | unused | malformed | slowest input, ms | largest state, kB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in chosen.format:
        fuzz(subject(name, plugins[name]), chosen.n, chosen.seed)


if __name__ == "__main__":
    main()
