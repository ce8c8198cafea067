"""Records read together say what they say one by one: the reader of single records is the oracle."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asterix_samples import NOON_S, NOON_TOD, SENSORS, block, plot
from sargas.decode.asterix import Settings, build, decoder
from sargas.kernels.records import (
    ABSENT,
    CHAINED,
    COMPOUND,
    EXPLICIT,
    EXTENDED,
    FIXED,
    MUST_BE_THERE,
    MUST_BE_ZERO,
    NONE,
    REPEATED,
    read_records,
)
from sargas.model.report import Decoded, PolarPlot

OTHER = (("SAC", 25), ("SIC", 99))
PRIMARY = {"140": NOON_TOD, "020": ((1, 0, 0, 0, 0, None),), "040": (("RHO", (7.0, "NM")), ("THETA", (270.0, "°")))}
HIGH = plot(3) | {"090": (0, 0, (-12.0, "FL")), "110": (0, (-200.0, "ft")), "120": {"CAL": (0, 0, 33)}}
DOUBTFUL = plot(4) | {"070": (1, 0, 0, 0, "0000"), "090": (0, 1, (330.0, "FL"))}
SIMULATED = plot(5) | {"020": ((5, 1, 0, 0, 0, None),)}
UNDATED = plot(6) | {"140": None}
PLACELESS = {"140": NOON_TOD, "070": (0, 0, 0, 0, "7000")}
TOMORROW = PRIMARY | {"140": (86_399.0, "s")}
BEYOND = PRIMARY | {"140": (100_000.0, "s")}
ALIEN = PRIMARY | {"010": OTHER}
KINDS = [plot(), PRIMARY, HIGH, DOUBTFUL, SIMULATED, UNDATED, PLACELESS, TOMORROW, BEYOND, ALIEN]
BLOCKS = [
    block(f"048_1_{edition}", *(KINDS[k] for k in order))
    for edition in (27, 32)
    for order in ([0, 1, 2, 3], [1] * 12, [4, 0, 5, 6, 7, 8, 1], [1, 9, 1, 9, 9, 1], [0, 1, 8, 8, 0, 2])
    if edition == 32 or 2 not in order
]


def both(chunks: Sequence[bytes], editions: dict[str, dict[str, str]]) -> tuple[list[Decoded], list[Decoded]]:
    """Return what the chunks say with records read together, and one by one."""
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for least in (1, 1 << 30):
            patch.setattr(decoder, "TOGETHER_BYTES", least)
            fresh = build(Settings(editions=editions), SENSORS)
            found.append([item for chunk in chunks for item in fresh.decode(chunk, NOON_S, 7)])
    return found[0], found[1]


@pytest.mark.parametrize("data", BLOCKS)
@pytest.mark.parametrize("edition", ["1.27", "1.32"])
def test_every_kind_of_record_reads_the_same(data: bytes, edition: str) -> None:
    together, apart = both([data], {"*": {"048": edition}})
    assert together == apart
    assert together


@given(st.sampled_from(BLOCKS), st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=6), st.data())
@settings(max_examples=400, deadline=None)
def test_damaged_records_read_the_same(data: bytes, damage: list[tuple[int, int]], more: st.DataObject) -> None:
    hurt = bytearray(data)
    for at, value in damage:
        hurt[at % len(hurt)] = value
    cut = more.draw(st.integers(0, len(hurt)))
    together, apart = both([bytes(hurt[:cut]), bytes(hurt[cut:]) + data], {})
    assert together == apart


@pytest.mark.parametrize("seed", range(3))
def test_random_field_specifications_read_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(300):
        record = bytes(rng.integers(0, 256, 4)) + bytes((25, 13)) + bytes(rng.integers(0, 40, 60))
        body = bytes([record[0] | 0x80]) + record[1:]
        data = bytes([48]) + (3 + len(body)).to_bytes(2, "big") + body
        together, apart = both([data], {})
        assert together == apart


def test_a_block_longer_than_is_read_at_once_is_read_whole() -> None:
    data = block("048_1_32", *[PRIMARY] * 1_200)
    together, apart = both([data], {})
    assert together == apart
    assert [type(item) for item in together] == [PolarPlot] * 1_200


@pytest.mark.recording
def test_a_real_radar_reads_the_same(recordings: Path) -> None:
    data = (recordings / "asterix" / "cat034_048_jahorina.raw").read_bytes()
    together, apart = both([data[k : k + 50_000] for k in range(0, len(data), 50_000)], {})
    assert together == apart


def test_the_kernel_walks_over_every_shape_of_item() -> None:
    slots = np.array(
        [
            (FIXED, 2, 0, 0),
            (EXTENDED, 0, 2, 0),
            (REPEATED, 1, 3, 0),
            (CHAINED, 1, 0, 0),
            (EXPLICIT, 0, 0, 0),
            (COMPOUND, 7, 2, 1),
            (NONE, 0, 0, 0),
            (FIXED, 1, 0, 0),
            (EXTENDED, 0, 2, 0),
        ],
        np.int64,
    )
    items = [b"\x01\x02", b"\x03\x04", b"\x02abcdef", b"\x01\x03\x02", b"\x03zz", b"\xc0\x09\x02"]
    record = bytes([0b1111_1100]) + b"".join(items)
    fields = np.array([(0, 0, 2, 0, 0xFFFF, 0, 0, 0), (1, 1, 2, 0, 0xFF, 0x04, 0, 0), (6, 0, 1, 0, 255, 0, 0, 0)])
    guards = np.array([(0, 1, 0x01, MUST_BE_ZERO), (1, 1, 0xFF, MUST_BE_THERE)], np.int64)
    where, values = np.empty((9, 2), np.int64), np.empty((9, 3), np.int64)
    other = record.replace(b"\x01\x02", b"\x01\x04", 1)
    data = np.frombuffer(record + record + other, np.uint8)
    parts = np.array([1, 1], np.int64)
    n_read, end = read_records(data, 0, 7, 1, slots, parts, guards, fields, where, values)
    assert (n_read, end) == (2, 2 * len(record))
    assert where[:2].tolist() == [[0, 1], [len(record), 1]]
    assert values[0].tolist() == [0x0102, 0x04 - 0x08, ABSENT]
