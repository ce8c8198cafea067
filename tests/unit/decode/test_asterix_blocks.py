"""Blocks out of a stream: any split, damage around them, bounds, and snapshots."""

import io
import pickle
import pickletools
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asterix_samples import NOON_S, NOON_TOD, SENSORS, block, plot, read, sequence, tracks
from sargas.decode.asterix import Settings, build
from sargas.model.report import AnyReport, Malformed, PolarPlot, Report, SensorStatus, SystemTrack, Unused

PLOTS = block("048_1_32", plot(0), plot(1))
TRACKS = block("062_1_20", *tracks([1, 2, 3]))
MARK = block("034_1_29", {"000": 1, "030": NOON_TOD, "050": {"COM": 0}})
STREAM = PLOTS + MARK + TRACKS + PLOTS
WHOLE = read(STREAM)

chunks = st.lists(st.integers(0, len(STREAM)), max_size=8).map(
    lambda cuts: [STREAM[a:b] for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), len(STREAM)], strict=True)]
)


def reports(decoded) -> list[Report]:
    return sequence(decoded, Report)


def test_blocks_end_to_end_are_all_read():
    assert [type(each) for each in WHOLE] == [PolarPlot] * 2 + [SensorStatus] + [SystemTrack] * 3 + [PolarPlot] * 2


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_a_split_at_any_byte_changes_nothing(cut):
    assert read(STREAM[:cut], STREAM[cut:]) == WHOLE


@given(chunks)
@settings(max_examples=100, deadline=None)
def test_any_number_of_splits_changes_nothing(parts):
    assert read(*parts) == WHOLE


def test_byte_by_byte_changes_nothing():
    assert read(*(STREAM[k : k + 1] for k in range(len(STREAM)))) == WHOLE


@given(garbage=st.binary(min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_the_blocks_around_garbage_survive(garbage):
    decoded = read(PLOTS + garbage + TRACKS + PLOTS)
    assert sequence(decoded, PolarPlot)[:2] == sequence(WHOLE, PolarPlot)[:2]
    assert sequence(decoded, SystemTrack)[-3:] == sequence(WHOLE, SystemTrack)
    assert sequence(decoded, PolarPlot)[-2:] == sequence(WHOLE, PolarPlot)[:2]


def test_garbage_is_counted_with_its_length_and_first_bytes():
    decoded = read(PLOTS + b"\x00\x00hello there" + TRACKS)
    (malformed,) = sequence(decoded, Malformed)
    assert malformed == Malformed("bytes outside a block", 13, b"\x00\x00hello there".hex())


@given(st.lists(st.binary(max_size=80), max_size=6))
@settings(max_examples=100, deadline=None)
def test_no_bytes_raise(parts):
    for decoded in read(*parts):
        assert isinstance(decoded, Report | Malformed | Unused)


@given(
    category=st.sampled_from([10, 20, 21, 34, 48, 62, 63, 65]),
    fspec=st.lists(st.integers(0, 127), min_size=1, max_size=3),
    body=st.binary(min_size=20, max_size=90),
    edition=st.sampled_from(["0.26", "2.7"]),
)
@settings(max_examples=400, deadline=None)
def test_whatever_a_record_holds_the_report_keeps_to_the_model(category, fspec, body, edition):
    announced = [2 * bits | 1 for bits in fspec[:-1]] + [2 * fspec[-1]]
    announced[0] |= 0x80
    record = bytes(announced) + b"\x19\x0d" + body
    data = bytes([category]) + (3 + len(record)).to_bytes(2, "big") + record
    for report in reports(read(data, editions={"*": {"021": edition}})):
        assert msgspec.convert(msgspec.to_builtins(report), AnyReport) == report


@given(st.integers(0, len(STREAM) - 1), st.integers(0, 7))
@settings(max_examples=150, deadline=None)
def test_one_flipped_bit_never_costs_the_block_after_next(at, bit):
    flipped = bytearray(STREAM)
    flipped[at] ^= 1 << bit
    decoded = read(bytes(flipped), PLOTS, MARK, TRACKS)
    assert sequence(decoded, SystemTrack)[-3:] == sequence(WHOLE, SystemTrack)


def test_a_broken_record_leaves_those_before_it():
    broken = bytearray(block("062_1_20", *tracks([1, 2])))
    second = 3 + (len(broken) - 3) // 2
    broken[second] = 0x00  # a field specification that announces nothing
    decoded = read(bytes(broken) + PLOTS)
    assert [type(each) for each in decoded] == [SystemTrack, Malformed, PolarPlot, PolarPlot]
    assert decoded[1].reason == "CAT062 record names no source"


def test_a_datagram_cut_short_costs_only_its_last_record():
    decoded = read(PLOTS[:-10], TRACKS)
    assert [type(each) for each in decoded] == [PolarPlot, Malformed, SystemTrack, SystemTrack, SystemTrack]
    assert decoded[1].reason == "CAT048 record runs over its block"


def test_a_length_that_is_too_great_costs_no_record_that_is_whole():
    damaged = PLOTS[:1] + (len(PLOTS) + 40).to_bytes(2, "big") + PLOTS[3:]
    decoded = read(damaged, TRACKS, MARK)
    assert [type(each) for each in reports(decoded)] == [PolarPlot] * 2 + [SystemTrack] * 3 + [SensorStatus]


def test_categories_that_are_not_read_are_counted():
    weather = b"\x08\x00\x08" + bytes(5)
    assert read(weather + PLOTS + weather) == [Unused("category 008"), *WHOLE[:2], Unused("category 008")]


def test_padding_after_a_block_is_counted_and_harmless():
    decoded = read(MARK + b"\x00", MARK + b"\x00")
    assert [type(each) for each in decoded] == [SensorStatus, Malformed, SensorStatus, Malformed]


def test_reset_forgets_what_was_left_over():
    decoder = build(Settings(), SENSORS)
    list(decoder.decode(PLOTS[:20], NOON_S, 1))
    decoder.reset()
    assert list(decoder.decode(MARK, NOON_S, 7)) == read(MARK)


def test_what_waits_is_bounded():
    decoder = build(Settings(block_bytes_max=1_024), SENSORS)
    for k in range(3_000):
        list(decoder.decode(b"\x30\x04\x00\xff\xff\xff\xfe" + bytes([k % 251]) * 3, NOON_S, k))
        assert len(pickle.dumps(decoder)) < 4_096


def test_reasons_are_few():
    noise = b"".join(bytes([a, 0, 20, 0xFF, b]) + bytes([a ^ b] * 15) for a in (48, 62, 21, 10) for b in range(256))
    assert len({each.reason for each in read(noise) if isinstance(each, Malformed | Unused)}) < 60


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x30\x00\x30\x00" * 16_384,
        b"\x3e\x10\x00\x80\x01\x02" * 10_000,
        block("048_1_32", {"140": NOON_TOD})[:-1] * 8_000,
        b"\x30\x3f\xff\xfd\x01\x02" + b"\xff" * 60_000,
        bytes(range(256)) * 256,
    ],
    ids=["headers", "records", "cut records", "extensions", "ramp"],
)
def test_64_kilobytes_of_hostile_bytes_take_less_than_two_seconds(hostile):
    decoder = build(Settings(), SENSORS)
    started_s = time.process_time()
    list(decoder.decode(hostile, NOON_S, 1))
    list(decoder.decode(hostile, NOON_S, 2))
    assert time.process_time() - started_s < 2.0


def test_a_snapshot_takes_up_where_it_was_taken():
    decoder = build(Settings(), SENSORS)
    early = list(decoder.decode(STREAM[:50], NOON_S, 7))
    restored = pickle.loads(pickle.dumps(decoder))
    assert early + list(restored.decode(STREAM[50:], NOON_S, 7)) == WHOLE


def test_a_snapshot_holds_nothing_of_libasterix():
    decoder = build(Settings(editions={"*": {"062": "1.16"}}), SENSORS)
    list(decoder.decode(STREAM, NOON_S, 7))
    named = [arg for op, arg, _ in pickletools.genops(io.BytesIO(pickle.dumps(decoder))) if isinstance(arg, str)]
    assert not [name for name in named if name.startswith(("asterix", "pyproj"))]
