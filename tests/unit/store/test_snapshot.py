"""States come back equal; bytes that name anything else are refused before anything runs."""

import collections
import os
import pickle
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from sargas.engine import Engine
from sargas.model.errors import JournalError
from sargas.model.picture import Picture
from sargas.model.report import GeoPlot, Identity
from sargas.model.track import Track
from sargas.store import snapshot
from sargas.store.journal_memory import MemoryJournal

PLOT = GeoPlot(sensor="radar", time_s=1.5, lat_deg=54.5, lon_deg=25.3, sd_m=50.0, identity=Identity(squawk="7000"))
TRACK = Track(
    track_id=1, time_s=2.0, first_s=1.0, last_report_s=2.0, status="confirmed", lat_deg=54.5, lon_deg=25.3,
    east_mps=1.0, north_mps=2.0, position_cov_m2=(1.0, 0.0, 1.0), velocity_cov_m2ps2=(1.0, 0.0, 1.0),
)  # fmt: skip


def names(module: str, name: str, *arguments: object) -> bytes:
    """Return a pickle that calls module.name(*arguments), as an attacker would write it."""
    given = b"(" + b"".join(pickle.dumps(argument, 2)[2:-1] for argument in arguments) + b"t"
    name_opcodes = b"".join(b"\x8c" + bytes([len(text)]) + text.encode() for text in (module, name))
    return sealed(b"\x80\x04" + name_opcodes + b"\x93" + given + b"R.")


def sealed(blob: bytes) -> bytes:
    """Return a pickle with the mark and check sum that a snapshot begins with."""
    return b"SRG1" + struct.pack("<I", zlib.crc32(blob)) + blob


@pytest.mark.parametrize(
    "state",
    [
        PLOT,
        TRACK,
        Picture(now_s=1.0, tracks={1: TRACK}, observations=[]),
        {"set": {1, 2}, "frozen": frozenset({"a"}), "none": None, "bytes": b"\x00", "array": bytearray(b"ab")},
        collections.deque([1, 2], maxlen=5),
        collections.Counter("abca"),
        collections.OrderedDict(a=1),
        slice(1, 2),
        range(3),
        1 + 2j,
    ],
)
def test_a_state_comes_back_equal(state: object) -> None:
    assert snapshot.load(snapshot.dump(state)) == state


def test_a_default_dictionary_keeps_its_default() -> None:
    found = snapshot.load(snapshot.dump(collections.defaultdict(list, a=[1])))
    assert isinstance(found, collections.defaultdict)
    assert found["new"] == []


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12.0).reshape(3, 4),
        np.asfortranarray(np.eye(3)),
        np.arange(10)[::3],
        np.zeros((0, 6)),
        np.array([True, False]),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        np.array(["a", None], dtype=object),
        np.float64(1.5),
        np.int64(3),
    ],
)
def test_arrays_come_back_with_type_and_shape(array: np.ndarray) -> None:
    found = snapshot.load(snapshot.dump(array))
    assert type(found) is type(array)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("posix", "system"),
        ("subprocess", "Popen"),
        ("builtins", "eval"),
        ("builtins", "exec"),
        ("builtins", "getattr"),
        ("builtins", "__import__"),
        ("builtins", "open"),
        ("operator", "attrgetter"),
        ("functools", "partial"),
        ("importlib", "import_module"),
        ("pickle", "loads"),
        ("numpy", "load"),
        ("numpy.lib.npyio", "load"),
        ("collections", "abc.sys.modules"),
        ("sargas.engine", "math"),
        ("sargas.engine", "math.inf"),
        ("sargas.engine", "Counter"),
        ("sargas.engine", "Engine.__init__.__globals__"),
        ("sargas.engine", "__builtins__"),
        ("sargas.engine", "structs.replace"),
        ("sargas.engine", "nothing"),
        ("sargas.store.journal_sqlite", "SqliteJournal"),
        ("sargas.plugins", "load"),
        ("sargas.modelling", "anything"),
        ("sargas", "model"),
    ],
)
def test_anything_else_is_refused_by_name(module: str, name: str) -> None:
    with pytest.raises(JournalError) as refused:
        snapshot.load(names(module, name, "echo"))
    assert f"{module}.{name}" in str(refused.value)


def test_a_hostile_snapshot_runs_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "was here"

    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, (f"touch '{mark}'",)

    blob = pickle.dumps([PLOT, Hostile()])
    with pytest.raises(JournalError, match="not allowed"):
        snapshot.load(sealed(blob))
    assert not mark.exists()
    pickle.loads(blob)
    assert mark.exists()  # an unguarded reader would have run it


def test_a_module_that_is_not_there_is_told() -> None:
    with pytest.raises(JournalError, match="damaged"):
        snapshot.load(names("sargas.fuse.no_such_tracker", "Tracker"))


@pytest.mark.parametrize(
    "blob",
    [b"", b"SRG1", b"garbage at large", snapshot.dump(TRACK)[:-20], sealed(b""), sealed(b"\x80\x05"), sealed(b"N0.")],
)
def test_damaged_bytes_are_told(blob: bytes) -> None:
    with pytest.raises(JournalError, match="damaged"):
        snapshot.load(blob)


def test_every_flipped_byte_is_told() -> None:
    blob = snapshot.dump([TRACK, PLOT, np.arange(5.0)])
    for index in range(len(blob)):
        for flip in (0x01, 0x80, 0xFF):
            bad = bytearray(blob)
            bad[index] ^= flip
            with pytest.raises(JournalError, match="damaged"):
                snapshot.load(bytes(bad))


@pytest.mark.parametrize("state", [lambda: 1, (n for n in range(3)), [MemoryJournal.append, open(os.devnull)]])  # noqa: PTH123, SIM115
def test_what_cannot_be_written_is_told(state: object) -> None:
    with pytest.raises(JournalError, match="cannot be written"):
        snapshot.dump(state)


def test_the_engine_itself_is_known() -> None:
    assert snapshot.load(sealed(pickle.dumps(Engine))) is Engine


def test_what_another_version_kept_of_a_record_and_this_one_does_not_know_is_left_out() -> None:
    written = {"now_s": 2.0, "n_moons": 1}
    assert snapshot.load(names("msgspec._utils", "rebuild", Picture, written)) == Picture(now_s=2.0)


def test_a_record_without_what_it_needs_is_told() -> None:
    with pytest.raises(JournalError, match="Missing required argument"):
        snapshot.load(names("msgspec._utils", "rebuild", Track, {"track_id": 1}))
