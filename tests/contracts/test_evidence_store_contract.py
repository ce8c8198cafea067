"""What every store of evidence promises; names are SHA-256 as FIPS 180-4 defines it, by hashlib as the oracle."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sargas.model.errors import DataError, DecisionError, JournalError
from sargas.ports import EvidenceStore
from sargas.store import evidence_files, evidence_memory

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""SHA-256 of "abc": FIPS 180-4, the example of NIST."""
NOW_S = 1_753_660_800.0
DAY_S = 86_400.0
Make = Callable[..., EvidenceStore]


def on_disk(folder: Path, **settings: float) -> EvidenceStore:
    return evidence_files.build(evidence_files.Settings(path=str(folder / "evidence"), free_mb=0.0, **settings))


def in_memory(folder: Path, **settings: float) -> EvidenceStore:
    return evidence_memory.build(evidence_memory.Settings(**settings), lambda: NOW_S)


@pytest.fixture(params=[on_disk, in_memory])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    return lambda **settings: request.param(tmp_path, **settings)


def test_an_empty_store_has_nothing(make: Make) -> None:
    store = make()
    assert (list(store.held()), list(store.waiting()), store.size(ABC), store.remove(ABC)) == ([], [], None, False)
    store.claim(ABC)
    with pytest.raises(DataError, match=ABC):
        store.read(ABC)
    with pytest.raises(DataError, match=ABC):
        store.check(ABC)


def test_a_content_has_the_name_that_its_bytes_have_and_comes_back_as_it_was(make: Make) -> None:
    store = make()
    assert store.put([b"a", b"", b"bc"]) == (ABC, 3)
    assert (store.read(ABC), b"".join(store.open(ABC)), store.size(ABC)) == (b"abc", b"abc", 3)
    store.check(ABC)


@given(parts=st.lists(st.binary(max_size=2_000), max_size=8).filter(any))
def test_any_parts_are_one_content(tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]) -> None:
    whole = b"".join(parts)
    for store in (on_disk(tmp_path_factory.mktemp("any")), in_memory(Path())):
        sha256, n_bytes = store.put(parts)
        assert (sha256, n_bytes) == (hashlib.sha256(whole).hexdigest(), len(whole))
        assert store.read(sha256) == whole


def test_a_content_waits_until_a_decision_claims_it(make: Make) -> None:
    store = make()
    store.put([b"abc"])
    assert ([name for name, _ in store.waiting()], list(store.held())) == ([ABC], [])
    store.claim(ABC)
    store.claim(ABC)
    assert (list(store.waiting()), list(store.held()), store.read(ABC)) == ([], [ABC], b"abc")


def test_the_same_content_again_is_the_same_one_and_stays_claimed(make: Make) -> None:
    store = make()
    store.put([b"abc"])
    store.claim(ABC)
    assert store.put([b"abc"]) == (ABC, 3)
    assert (list(store.waiting()), list(store.held())) == ([], [ABC])


def test_what_is_removed_is_gone(make: Make) -> None:
    store = make()
    store.put([b"abc"])
    store.claim(ABC)
    store.put([b"other"])
    assert (store.remove(ABC), store.remove(ABC)) == (True, False)
    assert (store.size(ABC), list(store.held()), len(list(store.waiting()))) == (None, [], 1)


def test_a_content_that_is_too_large_is_refused_and_nothing_of_it_stays(make: Make) -> None:
    store = make(max_mb=0.001)
    with pytest.raises(DecisionError, match=r"larger than 0\.001 MB"):
        store.put([bytes(600), bytes(600)])
    assert store.put([bytes(1_000)])[1] == 1_000
    assert len(list(store.waiting())) == 1


def test_an_empty_content_is_refused(make: Make) -> None:
    with pytest.raises(DecisionError, match="empty"):
        make().put([])
    with pytest.raises(DecisionError, match="empty"):
        make().put([b""])


def test_what_is_dropped_was_never_there(make: Make) -> None:
    store = make()
    intake = store.begin()
    intake.write(b"abc")
    intake.drop()
    assert list(store.waiting()) == []
    with pytest.raises(DecisionError, match="nothing to keep"):
        intake.keep()


def test_the_memory_takes_no_more_than_it_may_hold() -> None:
    store = in_memory(Path(), all_mb=0.001)
    store.put([bytes(900)])
    with pytest.raises(JournalError, match="nothing more is taken"):
        store.put([b"x" * 200])


# --- on disk ---


def test_a_content_is_one_file_two_folders_deep(tmp_path: Path) -> None:
    store = on_disk(tmp_path)
    store.put([b"abc"])
    store.claim(ABC)
    assert (tmp_path / "evidence" / "ba" / "78" / ABC).read_bytes() == b"abc"


def test_the_folder_is_for_nobody_else(tmp_path: Path) -> None:
    on_disk(tmp_path).put([b"abc"])
    assert (tmp_path / "evidence").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("n_bytes", [1, 100, evidence_files.READ_BYTES, evidence_files.READ_BYTES * 2 + 7])
def test_one_changed_byte_is_told_before_the_last_part(tmp_path: Path, n_bytes: int) -> None:
    store = on_disk(tmp_path)
    content = bytes(k % 251 for k in range(n_bytes))
    sha256, _ = store.put([content])
    (path,) = (tmp_path / "evidence" / "waiting").iterdir()
    for place in {0, n_bytes // 2, n_bytes - 1}:
        damaged = bytearray(content)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="damaged"):
            store.read(sha256)
        got: list[bytes] = []
        with pytest.raises(DataError, match="damaged"):
            got.extend(store.open(sha256))
        assert sum(map(len, got)) < n_bytes
    path.write_bytes(content[:-1])
    with pytest.raises(DataError, match="damaged"):
        store.check(sha256)


def test_a_damaged_content_is_whole_again_when_it_is_handed_in_once_more(tmp_path: Path) -> None:
    store = on_disk(tmp_path)
    store.put([b"abc"])
    store.claim(ABC)
    (tmp_path / "evidence" / "ba" / "78" / ABC).write_bytes(b"abd")
    store.put([b"abc"])
    assert store.read(ABC) == b"abc"


class _PowerCut(BaseException):
    """The machine stops here."""


@pytest.mark.parametrize("step", ["open", "fsync", "replace", "sync of the folder"])
def test_a_crash_at_any_point_leaves_the_whole_content_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Each call to the system that the writing makes is cut before it is done; a new start then looks."""
    store = on_disk(tmp_path)
    store.put([b"first"])

    def cut(*_: object) -> None:
        raise _PowerCut

    with monkeypatch.context() as patch:
        intake = store.begin()
        intake.write(b"abc")
        match step:
            case "fsync":
                patch.setattr(evidence_files.os, "fsync", cut)
            case "replace":
                patch.setattr(Path, "replace", cut)
            case "sync of the folder":
                patch.setattr(evidence_files, "_sync", cut)
        if step != "open":
            with pytest.raises(_PowerCut):
                intake.keep()
    shutil.copytree(tmp_path / "evidence", tmp_path / "after" / "evidence")
    intake.drop()
    after = on_disk(tmp_path / "after")
    assert after.size(ABC) in {None, 3}
    assert all(after.read(name) in {b"first", b"abc"} for name, _ in after.waiting())
    assert after.put([b"abc"]) == (ABC, 3)
    assert after.read(ABC) == b"abc"


def test_what_a_crash_left_over_is_cleared_away_after_a_day(tmp_path: Path) -> None:
    folder = tmp_path / "evidence" / "waiting"
    folder.mkdir(parents=True)
    left = folder / ".0123.part"
    left.write_bytes(b"half of it")
    written_s = left.stat().st_mtime
    settings = evidence_files.Settings(path=str(tmp_path / "evidence"), free_mb=0.0)
    evidence_files.build(settings, lambda: written_s + 0.9 * DAY_S).put([b"abc"])
    assert left.is_file()
    evidence_files.build(settings, lambda: written_s + 1.1 * DAY_S).put([b"abc"])
    assert not left.exists()


def test_a_disk_that_would_be_full_takes_nothing(tmp_path: Path) -> None:
    store = evidence_files.build(evidence_files.Settings(path=str(tmp_path / "evidence"), free_mb=1e9))
    with pytest.raises(JournalError, match="must stay so"):
        store.put([b"abc"])


def test_a_disk_that_fails_says_so(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file where the folder should be")
    with pytest.raises(JournalError, match="evidence"):
        on_disk(tmp_path).put([b"abc"])


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "/etc/passwd", ABC.upper(), ABC[:-1], ABC + "0"])
def test_no_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    store = on_disk(tmp_path)
    for call in (store.read, store.size, store.claim, store.remove):
        with pytest.raises(DataError, match="no SHA-256"):
            call(name)
