"""FINAL frames, built here by the table of the format: payloads, their arrivals, damage, splits."""

import datetime
import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sargas.decode.recording_final import Settings, build
from sargas.model.report import Malformed

DAY = datetime.date(2025, 7, 28)
MIDNIGHT_S = 1_753_660_800.0
"""28 July 2025, 00:00 UTC."""


def frame(payload: bytes, time_s: float = 3_600.25, error: int = 0) -> bytes:
    length = (8 + len(payload) + 4).to_bytes(2, "big")
    return length + bytes([error, 0, 0]) + round(time_s * 100).to_bytes(3, "big") + payload + b"\xa5" * 4


def read(data: bytes, **settings):
    return list(build(Settings(**settings)).feed(data))


def test_a_frame_gives_its_payload_and_arrival():
    assert read(frame(b"abc"), date=DAY) == [(MIDNIGHT_S + 3_600.25, b"abc")]


def test_without_a_date_the_arrival_is_the_time_of_day():
    assert read(frame(b"abc")) == [(3_600.25, b"abc")]


def test_the_recorders_clock_is_set_right():
    assert read(frame(b"abc"), date=DAY, clock_offset_s=-600.0) == [(MIDNIGHT_S + 3_000.25, b"abc")]


def test_the_date_runs_on_over_midnight():
    data = frame(b"a", 86_399.0) + frame(b"b", 1.0) + frame(b"c", 0.9) + frame(b"d", 2.0)
    assert [round(arrival_s - MIDNIGHT_S, 2) for arrival_s, _ in read(data, date=DAY)] == [
        86_399.0,
        86_401.0,
        86_400.9,
        86_402.0,
    ]


@given(st.lists(st.integers(0, 60), max_size=6))
def test_any_split_changes_nothing(cuts):
    data = frame(b"first") + frame(b"\xa5\xa5\xa5\xa5") + frame(b"") + frame(b"last")
    edges = [0, *sorted(cuts), len(data)]
    recording = build(Settings())
    found = [each for a, b in itertools.pairwise(edges) for each in recording.feed(data[a:b])]
    assert [payload for _, payload in found] == [b"first", b"\xa5\xa5\xa5\xa5", b"", b"last"]


@pytest.mark.parametrize("garbage", [b"\x00\x00", b"\x00\x10garbage without an end", b"\xa5" * 9])
def test_the_frames_after_damage_survive(garbage):
    found = read(frame(b"first") + garbage + b"\xa5" * 4 + frame(b"last"))
    assert [each[1] for each in found if not isinstance(each, Malformed)] == [b"first", b"last"]
    assert {each.reason for each in found if isinstance(each, Malformed)} == {"FINAL frame without its end mark"}


def test_a_frame_with_a_line_error_is_malformed():
    (malformed,) = read(frame(b"abc", error=1))
    assert (malformed.reason, malformed.n_bytes) == ("FINAL frame with a line error", 15)


def test_an_impossible_time_of_day_is_malformed():
    assert read(frame(b"abc", 90_000.0))[0].reason == "FINAL frame with an impossible time of day"


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_no_bytes_raise(parts):
    recording = build(Settings())
    for part in parts:
        for found in recording.feed(part):
            assert isinstance(found, Malformed | tuple)


@pytest.mark.parametrize("hostile", [b"\xa5\xa5\xa5\xa5\x00\x00", b"\xa5", b"\x00", b"\xa5\xa5\xa5\xa5\xff\xff"])
def test_a_megabyte_of_hostile_bytes_takes_less_than_two_seconds(hostile):
    recording = build(Settings())
    started_s = time.process_time()
    for _ in range(4):
        list(recording.feed(hostile * (250_000 // len(hostile))))
    assert time.process_time() - started_s < 2.0
