"""What every decoder owes, whatever its format: a new one joins by its file and a sample in `samples_decode`."""

import importlib
import pickle
import pkgutil
import random
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sargas.decode
from contracts.samples_decode import RECEIVED_S, ROUND_S, SAMPLES, SENSORS, SETTINGS
from sargas.model.report import AnyReport, Decoded, Malformed, Report, Unused
from sargas.ports import Decoder

STATE_MAX_BYTES = 300_000
"""What hostile megabytes may leave in a decoder: a line, a block or a frame, and the aircraft of the sample."""
HELD_MAX_BYTES = {"readsb": 17 * 1024 * 1024}
"""A polled document of thousands of aircraft is as large; the decoder holds up to 16 MiB by design."""
SELF_DELIMITING = {"jsonl", "readsb", "sbs"}
"""The start of a message shows in these; elsewhere a cut one may be taken to go on in the next."""
RECOVERY_ROUNDS = 3
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _decoders() -> list[str]:
    """Return the decoder modules of the package: those with `Settings` and `build`, recordings left out."""
    found = []
    for info in pkgutil.iter_modules(sargas.decode.__path__):
        module = importlib.import_module(f"sargas.decode.{info.name}")
        if hasattr(module, "Settings") and hasattr(module, "build") and not info.name.startswith("recording_"):
            found.append(info.name)
    return found


DECODERS = _decoders()


@pytest.fixture(scope="module", params=DECODERS)
def name(request: pytest.FixtureRequest) -> str:
    assert request.param in SAMPLES, f"decoder {request.param} needs a sample stream in samples_decode.py"
    return str(request.param)


@pytest.fixture(scope="module")
def fresh(name: str) -> Callable[[], Decoder]:
    module = importlib.import_module(f"sargas.decode.{name}")
    made = msgspec.convert(SETTINGS.get(name, {}), module.Settings)
    return lambda: module.build(made, SENSORS)


def decoded(decoder: Decoder, pieces: list[bytes], n: int = 0) -> list[Decoded]:
    return [item for piece in pieces for item in decoder.decode(piece, RECEIVED_S + n * ROUND_S, 7)]


def reports(items: list[Decoded]) -> list[AnyReport]:
    return [item for item in items if not isinstance(item, Malformed | Unused)]


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    return [stream[a:b] for a, b in pairwise([0, *sorted(places), len(stream)])]


def assert_sound(items: list[Decoded]) -> None:
    """Every report is one that the model allows: no NaN, nothing out of range, our own marks on it."""
    for item in items:
        if isinstance(item, Report):
            assert msgspec.json.decode(msgspec.json.encode(item), type=AnyReport) == item
            assert item.entry == 7
            assert item.sensor
        elif isinstance(item, Malformed):
            assert item.reason
            assert item.n_bytes > 0
            assert len(item.excerpt_hex) <= 64
        else:
            assert isinstance(item, Unused)
            assert item.reason


def test_there_are_decoders() -> None:
    assert set(DECODERS) >= {"beast", "jsonl", "readsb", "sbs"}


def test_settings_refuse_unknown_keys(name: str) -> None:
    module = importlib.import_module(f"sargas.decode.{name}")
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({**SETTINGS.get(name, {}), "no_such_key": 1}, module.Settings)


def test_sample_is_decoded_without_a_fault(name: str, fresh: Callable[[], Decoder]) -> None:
    items = decoded(fresh(), SAMPLES[name](0))
    assert len(reports(items)) >= 3
    assert not [item for item in items if isinstance(item, Malformed)]
    assert_sound(items)
    assert all(item.received_s == RECEIVED_S for item in reports(items))


def test_no_bytes_say_nothing(fresh: Callable[[], Decoder]) -> None:
    assert decoded(fresh(), [b"", b""]) == []


def test_one_piece_says_what_the_messages_say(name: str, fresh: Callable[[], Decoder]) -> None:
    messages = SAMPLES[name](0)
    assert decoded(fresh(), [b"".join(messages)]) == decoded(fresh(), messages)


def test_byte_by_byte_says_the_same(name: str, fresh: Callable[[], Decoder]) -> None:
    stream = b"".join(SAMPLES[name](0))
    whole = decoded(fresh(), [stream])
    assert decoded(fresh(), [stream[i : i + 1] for i in range(len(stream))]) == whole


@QUICK
@given(data=st.data())
def test_any_split_says_the_same(name: str, fresh: Callable[[], Decoder], data: st.DataObject) -> None:
    stream = b"".join(SAMPLES[name](0))
    places = data.draw(st.lists(st.integers(0, len(stream)), max_size=12))
    assert decoded(fresh(), cut(stream, places)) == decoded(fresh(), [stream])


@QUICK
@given(data=st.data())
def test_reset_forgets(name: str, fresh: Callable[[], Decoder], data: st.DataObject) -> None:
    stream = b"".join(SAMPLES[name](0))
    decoder = fresh()
    decoded(decoder, [stream[: data.draw(st.integers(0, len(stream)))]])
    decoder.reset()
    assert decoded(decoder, [stream]) == decoded(fresh(), [stream])


@QUICK
@given(data=st.data())
def test_pickled_in_mid_stream_goes_on(name: str, fresh: Callable[[], Decoder], data: st.DataObject) -> None:
    stream = b"".join(SAMPLES[name](0) + SAMPLES[name](1))
    place = data.draw(st.integers(0, len(stream)))
    decoder = fresh()
    before = decoded(decoder, [stream[:place]])
    restored = pickle.loads(pickle.dumps(decoder))
    after = decoded(restored, [stream[place:]])
    assert after == decoded(decoder, [stream[place:]])
    assert reports(before + after) == reports(decoded(fresh(), [stream]))


def placed(items: list[Decoded]) -> Counter[tuple[Any, ...]]:
    return Counter((type(item), item.time_s, getattr(item, "lat_deg", None)) for item in reports(items))


def assert_recovers(name: str, decoder: Decoder, fresh: Callable[[], Decoder]) -> None:
    """After whatever came, a round of good messages is read whole again, within a few rounds."""
    for n in range(1, RECOVERY_ROUNDS + 1):
        got = decoded(decoder, SAMPLES[name](n), n)
        alone = fresh()
        if not placed(decoded(alone, SAMPLES[name](n), n)) - placed(got):
            return
    pytest.fail(f"not one of {RECOVERY_ROUNDS} good rounds was read whole after the garbage")


@QUICK
@given(garbage=st.binary(max_size=400))
def test_random_bytes_do_no_harm(name: str, fresh: Callable[[], Decoder], garbage: bytes) -> None:
    decoder = fresh()
    assert_sound(decoded(decoder, [garbage]))
    assert_recovers(name, decoder, fresh)


@QUICK
@given(data=st.data())
def test_flipped_bits_do_no_harm(name: str, fresh: Callable[[], Decoder], data: st.DataObject) -> None:
    stream = bytearray(b"".join(SAMPLES[name](0)))
    for bit in data.draw(st.lists(st.integers(0, len(stream) * 8 - 1), min_size=1, max_size=8)):
        stream[bit // 8] ^= 1 << bit % 8
    places = data.draw(st.lists(st.integers(0, len(stream)), max_size=3))
    decoder = fresh()
    assert_sound(decoded(decoder, cut(bytes(stream), places)))
    assert_recovers(name, decoder, fresh)


@QUICK
@given(data=st.data())
def test_a_cut_message_costs_no_more_than_its_neighbour(
    name: str, fresh: Callable[[], Decoder], data: st.DataObject
) -> None:
    messages = SAMPLES[name](0)
    which = data.draw(st.integers(0, len(messages) - 1))
    kept = data.draw(st.integers(1, len(messages[which]) - 1))
    decoder = fresh()
    n_lost = 1 if name in SELF_DELIMITING else 2
    others = [*messages[:which], *messages[which + n_lost :]]
    got = decoded(decoder, [*messages[:which], messages[which][:kept], *messages[which + 1 :]])
    assert_sound(got)
    if which + 1 < len(messages):  # else the decoder still waits for the rest of it
        assert not placed(decoded(fresh(), others)) - placed(got)
    assert_recovers(name, decoder, fresh)


@pytest.mark.parametrize("alphabet", ["bytes", "stream", "opening", "starts"])
def test_megabytes_of_garbage_leave_little_behind(name: str, fresh: Callable[[], Decoder], alphabet: str) -> None:
    rng = random.Random(20_250_728)
    stream = b"".join(SAMPLES[name](0))
    decoder = fresh()
    for _ in range(32):
        match alphabet:
            case "bytes":
                chunk = rng.randbytes(65_536)
            case "stream":
                chunk = bytes(rng.choices(stream, k=65_536))
            case "opening":
                chunk = stream[:1] * 65_536
            case _:
                chunk = stream[: rng.randrange(1, 60)] * 1_000
        assert_sound(decoded(decoder, [chunk]))
        assert len(pickle.dumps(decoder)) < HELD_MAX_BYTES.get(name, STATE_MAX_BYTES)
    decoder.reset()
    assert placed(decoded(decoder, SAMPLES[name](0))) == placed(decoded(fresh(), SAMPLES[name](0)))


def test_a_sensor_that_the_table_does_not_have_is_a_configuration_error(name: str) -> None:
    if "sensor" not in SETTINGS.get(name, {}):
        pytest.skip(f"{name} takes its sensors from the messages")
    from sargas.model.errors import ConfigError

    module = importlib.import_module(f"sargas.decode.{name}")
    with pytest.raises(ConfigError, match="people, radar, roof"):
        module.build(msgspec.convert({"sensor": "cellar"}, module.Settings), SENSORS)
