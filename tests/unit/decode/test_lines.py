"""Lines out of bytes, and reasons that can be counted."""

import msgspec
import pytest

from sargas.decode.lines import JSON_ERRORS, LineSplitter, finite, known_sensor, reason_of
from sargas.model.errors import ConfigError
from sargas.model.report import AnyReport, Malformed
from sargas.model.sensor import Sensor


def test_lines_come_whole_and_blank_ones_are_left_out() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"one\n\n  \r\ntw") == [(b"one", 0)]
    assert splitter.feed(b"o\nthree\n") == [(b"two", 2), (b"three", 0)]


def test_the_last_seam_of_a_line_is_told() -> None:
    splitter = LineSplitter()
    for piece in (b"ab", b"cd"):
        splitter.feed(piece)
    assert splitter.feed(b"e\n") == [(b"abcde", 4)]


def test_an_end_that_comes_by_itself_is_no_seam() -> None:
    splitter = LineSplitter()
    for piece in (b"ab", b"cd"):
        splitter.feed(piece)
    assert splitter.feed(b"\r\n") == [(b"abcd\r", 2)]


def test_a_line_too_long_is_counted_once_and_the_next_one_survives() -> None:
    splitter = LineSplitter(max_bytes=10)
    assert splitter.feed(b"12345678") == []
    assert splitter.feed(b"9012345") == []
    long, *rest = splitter.feed(b"678\nnext\n")
    assert isinstance(long, Malformed)
    assert (long.n_bytes, rest) == (18, [(b"next", 0)])


def test_what_was_skipped_is_not_kept() -> None:
    splitter = LineSplitter(max_bytes=10)
    for _ in range(100):
        splitter.feed(b"x" * 10)
    assert splitter.peek() == (b"", 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"kind":"polar_plot","sensor":"a","time_s":1,"range_m":-7.25}', "$.range_m: expected float >= 0.0"),
        (b'{"kind":"cue","sensor":"a","time_s":1,"area":[[1,2],[3,411]]}', "$.area[][]: expected float <= 90.0"),
        (b'{"kind":"sighting","sense":"smelt"}', "$.sense: invalid value"),
        (b'{"kind":"cue","secret - at `$.word":1}', "unknown field"),
        (b'{"kind":"cue"}', "$: object missing required field sensor"),
        (b'{"kind":"polar_plot","sensor":"a","time_s":NaN}', "no JSON"),
        (b'{"kind":"cue","sensor":"\xff"}', "no JSON"),
    ],
)
def test_reasons_do_not_repeat_what_the_sender_wrote(line: bytes, reason: str) -> None:
    with pytest.raises(JSON_ERRORS) as caught:
        msgspec.json.decode(line, type=AnyReport)
    assert reason_of(caught.value) == reason


def test_deep_nesting_has_a_reason() -> None:
    assert reason_of(RecursionError("maximum recursion depth exceeded")) == "nested too deeply"


@pytest.mark.parametrize(("text", "value"), [("", None), (" ", None), ("-12.5", -12.5), ("0", 0.0), ("7.", 7.0)])
def test_plain_numbers_are_read(text: str, value: float | None) -> None:
    assert finite(text) == value


@pytest.mark.parametrize("text", ["nan", "inf", "1e999", "1_000", "１２", "0x10", "--1", "1.2.3", "9" * 400])
def test_anything_else_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="no "):
        finite(text)


def test_an_unknown_sensor_is_answered_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="no sensor 'cellar'; have attic, roof"):
        known_sensor("cellar", {name: Sensor(id=name, kind="adsb") for name in ("roof", "attic")})
