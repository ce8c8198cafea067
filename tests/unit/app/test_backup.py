"""A backup holds everything of a watch at one moment, while it runs; put back, it verifies and goes on."""

import contextlib
import io
import json
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from record_kit import frames
from sargas.app import config, recovery
from sargas.app.backup import Manifest, back_up
from sargas.app.record import head_files, open_journal
from sargas.app.record_check import check_journal
from sargas.app.recovery import put_back
from sargas.model.entry import Frame, KeyChanged, Note
from sargas.model.errors import DataError, JournalError
from sargas.store.journal_sqlite import SqliteJournal

WATCH = """\
[watch]
country = "LT"
is_exercise = true

[search]
lines = "maps/roads.geojson"

[[record.heads]]
name = "share"
witness = { type = "file", path = "heads.txt" }
"""


def no_progress(done: float, text: str) -> None:
    assert 0.0 <= done <= 1.0
    del text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration with all that can stand beside a journal."""
    folder = tmp_path / "watch"
    (folder / "maps").mkdir(parents=True)
    (folder / "maps" / "roads.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    (folder / "watch.toml").write_text(WATCH)
    for name in ("accounts", "register"):
        with contextlib.closing(sqlite3.connect(folder / f"sargas.journal.{name}")) as store, store:
            store.execute("PRAGMA journal_mode = WAL")
            store.execute("CREATE TABLE things (name TEXT)")
            store.execute("INSERT INTO things VALUES (?)", (name,))
    content = folder / "sargas.journal.evidence" / "ab"
    content.mkdir(parents=True)
    (content / "abcd").write_bytes(b"a photograph")
    (content / "half.part").write_bytes(b"not whole yet")
    with contextlib.closing(opened(folder)) as journal:
        journal.append(frames(300))
        publish(folder, journal)
    return folder


def opened(folder: Path) -> SqliteJournal:
    return open_journal(config.read(folder / "watch.toml"), folder)


def publish(folder: Path, journal: SqliteJournal) -> None:
    head = journal.sign()
    assert head is not None
    with (folder / "heads.txt").open("a") as file:
        file.write(f"{head.note}\n")


def made(folder: Path, *, with_key: bool = False) -> tuple[Path, Manifest]:
    out = folder.with_name("backup.tar")
    return out, back_up(folder / "watch.toml", out, with_key=with_key, progress=no_progress)


def names(backup: Path) -> set[str]:
    with tarfile.open(backup) as archive:
        return set(archive.getnames())


def restored(backup: Path, folder: Path) -> Path:
    put_back(backup, folder, no_progress)
    return folder


def test_everything_is_in_it_but_the_key_and_what_is_not_whole(folder: Path) -> None:
    backup, manifest = made(folder)
    expected = {
        "sargas.journal", "sargas.journal.accounts", "sargas.journal.register", "sargas.journal.evidence/ab/abcd",
        "watch.toml", "maps/roads.geojson", "heads.txt",
    }  # fmt: skip
    assert names(backup) == expected | {"backup.json"}
    assert {one.name for one in manifest.files} == expected
    assert (manifest.has_key, manifest.is_exercise, manifest.journal) == (False, True, "sargas.journal")
    assert backup.stat().st_mode & 0o777 == 0o600
    with tarfile.open(backup) as archive:
        for one in manifest.files:
            member = archive.extractfile(one.name)
            assert member is not None
            assert sha256(member.read()).hexdigest() == one.sha256


def test_the_key_is_in_it_only_when_it_is_asked_for(folder: Path) -> None:
    backup, manifest = made(folder, with_key=True)
    assert "sargas.journal.key" in names(backup)
    assert manifest.has_key


def test_a_key_that_is_found_by_another_name_does_not_come_along_either(folder: Path) -> None:
    (folder / "other.pem").symlink_to("sargas.journal.key")
    text = (folder / "watch.toml").read_text().replace("maps/roads.geojson", "other.pem")
    (folder / "watch.toml").write_text(text)
    backup, _ = made(folder)
    assert not {"other.pem", "sargas.journal.key"} & names(backup)


def test_a_backup_overwrites_nothing_and_leaves_nothing_half(folder: Path) -> None:
    backup, _ = made(folder)
    before = backup.read_bytes()
    with pytest.raises(DataError, match="overwrites nothing"):
        made(folder)
    assert backup.read_bytes() == before
    with pytest.raises(DataError, match="No such file"):
        back_up(folder / "watch.toml", folder / "nowhere" / "b.tar", with_key=False, progress=no_progress)
    (folder / "sargas.journal").write_bytes(b"SQLite format 3\0" + bytes(3_000))
    with pytest.raises(JournalError):
        back_up(folder / "watch.toml", folder.with_name("other.tar"), with_key=False, progress=no_progress)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["backup.tar", "watch"]


def test_what_stands_outside_of_the_folder_comes_along_and_is_named(folder: Path) -> None:
    away = folder.with_name("elsewhere") / "towns.geojson"
    away.parent.mkdir()
    away.write_text("{}")
    text = (folder / "watch.toml").read_text().replace("maps/roads.geojson", str(away))
    (folder / "watch.toml").write_text(text)
    backup, manifest = made(folder)
    outside = recovery.outside(manifest)
    assert [one.was_at for one in outside] == [str(away)]
    assert outside[0].name.startswith("outside/")
    assert (restored(backup, folder.with_name("new")) / outside[0].name).read_text() == "{}"


def test_a_restored_copy_with_the_key_verifies_and_goes_on(folder: Path) -> None:
    backup, _ = made(folder, with_key=True)
    new = folder.with_name("new")
    _, report = put_back(backup, new, no_progress)
    assert report.n_wrong == 0, report.lines
    assert any("1 published heads belong to the same tree" in line for line in report.lines)
    with contextlib.closing(opened(new)) as journal:
        told = [entry.body for entry in journal.read(after_seq=301)]
        assert isinstance(told[-1], Note)
        assert (told[-1].what, len(told)) == ("restored", 2)
        assert told[-1].text.startswith("restored from backup.tar, made at ")
        journal.append([(4e9, Frame("radar", b"x"))])
        publish(new, journal)
    heads = head_files(config.read(new / "watch.toml"), new)[0].read_text()
    assert check_journal(new / "sargas.journal", heads, (), lambda done, of: None).n_wrong == 0
    assert (new / "sargas.journal.evidence" / "ab" / "abcd").read_bytes() == b"a photograph"
    with contextlib.closing(sqlite3.connect(new / "sargas.journal.accounts")) as store:
        assert store.execute("SELECT name FROM things").fetchall() == [("accounts",)]


def test_a_restored_copy_without_the_key_goes_on_with_another_one_that_somebody_must_vouch_for(folder: Path) -> None:
    backup, _ = made(folder)
    new = restored(backup, folder.with_name("new"))
    with contextlib.closing(opened(new)) as journal:
        bodies = [entry.body for entry in journal.read(after_seq=301)]
    changed = next(body for body in bodies if isinstance(body, KeyChanged))
    assert (changed.signature, changed.previous_key_id != "") == (b"", True)
    report = check_journal(new / "sargas.journal", None, (), lambda done, of: None)
    assert [line for line in report.lines if "WRONG" in line and "must vouch for it" in line]
    vouched = check_journal(new / "sargas.journal", None, (changed.public_key.hex(),), lambda done, of: None)
    assert vouched.n_wrong == 0


def test_a_backup_while_the_watch_writes_is_one_moment_of_it(folder: Path) -> None:
    """Every batch is whole in the copy, it verifies, and the watch lost nothing by it."""
    journal = opened(folder)
    n_before = journal.last_seq()
    is_over, begun = threading.Event(), threading.Event()
    written: list[int] = []

    def write() -> None:
        at_s = 3e9
        while not is_over.is_set():
            at_s += 10.0
            written.append(journal.append([(at_s, Frame("radar", bytes(2_000))) for _ in range(10)])[-1].seq)
            if len(written) == 200:
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(60.0)
    n_at_start = written[-1]
    backup, _ = made(folder)
    n_at_end = written[-1]
    is_over.set()
    writer.join()
    journal.close()
    assert n_at_end > n_at_start  # it did write meanwhile
    new = folder.with_name("new")
    _, report = put_back(backup, new, no_progress)
    assert report.n_wrong == 0, report.lines
    with contextlib.closing(sqlite3.connect(new / "sargas.journal")) as copied:
        newest = copied.execute("SELECT max(seq) FROM entries").fetchone()[0]
    assert n_at_start <= newest <= n_at_end
    assert (newest - n_before) % 10 == 0
    assert check_journal(folder / "sargas.journal", None, (), lambda done, of: None).n_wrong == 0


def test_nothing_is_put_into_a_folder_that_holds_something(folder: Path) -> None:
    backup, _ = made(folder)
    with pytest.raises(DataError, match="overwrites nothing"):
        put_back(backup, folder, no_progress)
    empty = folder.with_name("empty")
    empty.mkdir()
    assert (restored(backup, empty) / "watch.toml").is_file()


def rewritten(backup: Path, change: Callable[[dict[str, tuple[tarfile.TarInfo, bytes]]], None]) -> Path:
    """Return a copy of a backup with its members changed."""
    members = {}
    with tarfile.open(backup) as archive:
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None
            members[member.name] = (member, file.read())
    change(members)
    out = backup.with_name("changed.tar")
    with tarfile.open(out, "w") as archive:
        for member, data in members.values():
            archive.addfile(member, io.BytesIO(data))
    return out


def plain(name: str, data: bytes = b"!") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    return info, data


def typed(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


@pytest.mark.parametrize(
    ("member", "said"),
    [
        (plain("../up.txt"), "leads out of the folder"),
        (plain("/tmp/up.txt"), "leads out of the folder"),
        (plain("maps/../../up.txt"), "leads out of the folder"),
        (plain("maps//x"), "leads out of the folder"),
        (plain("more.txt"), "somebody has added it"),
        (typed("link", tarfile.SYMTYPE, "/etc"), "no plain file"),
        (typed("link", tarfile.LNKTYPE, "watch.toml"), "no plain file"),
        (typed("pipe", tarfile.FIFOTYPE), "no plain file"),
        (typed("disk", tarfile.BLKTYPE), "no plain file"),
        (typed("folder", tarfile.DIRTYPE), "no plain file"),
    ],
)
def test_what_no_backup_holds_is_refused_and_nothing_is_put_back(
    folder: Path, member: tuple[tarfile.TarInfo, bytes], said: str
) -> None:
    backup, _ = made(folder)
    changed = rewritten(backup, lambda members: members.update({"added": member}))
    new = folder.with_name("new")
    with pytest.raises(DataError, match=said):
        put_back(changed, new, no_progress)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["backup.tar", "changed.tar", "watch"]


def test_a_file_that_was_changed_missing_or_doubled_is_named(folder: Path) -> None:
    backup, _ = made(folder)
    new = folder.with_name("new")

    def said(change: Callable[[dict[str, tuple[tarfile.TarInfo, bytes]]], None]) -> str:
        with pytest.raises(DataError) as refused:
            put_back(rewritten(backup, change), new, no_progress)
        return str(refused.value)

    def flip(members: dict[str, tuple[tarfile.TarInfo, bytes]]) -> None:
        member, data = members["sargas.journal"]
        members["sargas.journal"] = (member, data[:9_000] + bytes([data[9_000] ^ 1]) + data[9_001:])

    assert "'sargas.journal' was changed" in said(flip)
    assert "'heads.txt' is missing" in said(lambda members: members.pop("heads.txt") and None)
    assert "'watch.toml' is there twice" in said(lambda members: members.update(again=plain("watch.toml")))
    assert "it has no backup.json" in said(lambda members: members.pop("backup.json") and None)
    assert "backup.json" in said(lambda members: members.update({"backup.json": plain("backup.json", b"{}")}))
    other = json.dumps({"format": "other/9"}).encode()
    assert "backup.json" in said(lambda members: members.update({"backup.json": plain("backup.json", other)}))
    assert not new.exists()


def test_published_heads_that_are_no_text_are_told_once_all_is_back(folder: Path) -> None:
    (folder / "heads.txt").write_bytes(b"\xff\xfe\x00")
    backup, _ = made(folder)
    _, report = put_back(backup, folder.parent / "again", no_progress)
    assert (folder.parent / "again" / "heads.txt").read_bytes() == b"\xff\xfe\x00"
    assert "a head is malformed" in "\n".join(report.lines)


def test_a_backup_that_was_cut_off_or_packed_is_refused(folder: Path) -> None:
    backup, _ = made(folder)
    data = backup.read_bytes()
    new = folder.with_name("new")
    for cut in (0, 100, 700, len(data) // 2, len(data) - 12_000):
        backup.write_bytes(data[:cut])
        with pytest.raises(DataError):
            put_back(backup, new, no_progress)
    with tarfile.open(backup, "w:gz") as archive:
        member, content = plain("watch.toml", bytes(1_000_000))
        archive.addfile(member, io.BytesIO(content))
    with pytest.raises(DataError):  # what comes out of a packed one could be of any size
        put_back(backup, new, no_progress)
    shutil.rmtree(folder)
    assert [path.name for path in folder.parent.iterdir()] == ["backup.tar"]


def test_a_size_beyond_the_file_is_refused_before_anything_is_written(folder: Path) -> None:
    backup, _ = made(folder)
    with tarfile.open(backup.with_name("huge.tar"), "w") as archive:
        info = tarfile.TarInfo("watch.toml")
        info.size = 1 << 50
        archive.fileobj.write(info.tobuf(tarfile.GNU_FORMAT))  # type: ignore[union-attr]
    with pytest.raises(DataError):
        put_back(backup.with_name("huge.tar"), folder.with_name("new"), no_progress)
