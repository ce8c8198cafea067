"""CAP messages as files in a folder: whole or not at all, once, and never one in place of another."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import share_kit as kit
from sargas import plugins
from sargas.model.errors import ChannelError
from sargas.share import channel_cap_file, whole_files
from sargas.share.cap import cap_xml, identifier
from sargas.share.cap_profile import Profile
from sargas.share.channel_cap_file import CapFile, Settings, cap_name
from sargas.share.whole_files import write_whole

ALERT = cap_xml(kit.warning(), (), Profile(sender="a@example.org"), country="LT", title="x")
BULLETIN = kit.bulletin(cap_xml=ALERT)
NAME = f"{identifier(kit.warning())}.xml"


def channel(folder: Path) -> CapFile:
    return channel_cap_file.build(Settings(path=str(folder)), "cap")


def delivered(folder: Path, bulletin: kit.Bulletin = BULLETIN) -> str:
    return asyncio.run(channel(folder).deliver(bulletin))


def refused(folder: Path, bulletin: kit.Bulletin = BULLETIN) -> str:
    with pytest.raises(ChannelError) as caught:
        delivered(folder, bulletin)
    return str(caught.value)


def test_the_message_is_in_the_folder_under_its_identifier(tmp_path: Path) -> None:
    assert delivered(tmp_path / "out") == f"{NAME} written"
    assert [path.name for path in (tmp_path / "out").iterdir()] == [NAME]
    assert (tmp_path / "out" / NAME).read_bytes() == ALERT


def test_the_same_message_again_changes_nothing(tmp_path: Path) -> None:
    delivered(tmp_path)
    before = (tmp_path / NAME).stat()
    assert delivered(tmp_path) == f"{NAME} was there already"
    after = (tmp_path / NAME).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_message_under_the_same_identifier_is_refused_and_the_first_one_stays(tmp_path: Path) -> None:
    delivered(tmp_path)
    other = kit.bulletin(cap_xml=ALERT.replace(b"Go indoors", b"Stay away"))
    assert "holds another message" in refused(tmp_path, other)
    assert (tmp_path / NAME).read_bytes() == ALERT


def test_many_at_once_are_all_there(tmp_path: Path) -> None:
    bulletins = [
        kit.bulletin(
            cap_xml=ALERT.replace(b"<identifier>LT", f"<identifier>{number}-LT".encode())
        ) for number in range(20)
    ]  # fmt: skip

    async def all_at_once() -> list[str]:
        one = channel(tmp_path)
        return await asyncio.gather(*(one.deliver(bulletin) for bulletin in [*bulletins, *bulletins]))

    receipts = asyncio.run(all_at_once())
    assert sum(receipt.endswith("written") for receipt in receipts) == 20
    assert len(list(tmp_path.iterdir())) == 20


@pytest.mark.parametrize("what", ["a file is in the way", "the disk is not there"])
def test_a_folder_that_takes_nothing_is_told_by_check_and_by_deliver(tmp_path: Path, what: str) -> None:
    (tmp_path / "taken").write_text("x")
    folder = tmp_path / ("taken" if what.startswith("a file") else "missing/out")
    why = "File exists" if what.startswith("a file") else "No such file or directory"
    assert refused(folder) == f"cap: {folder}: {why}"
    with pytest.raises(ChannelError, match=why):
        asyncio.run(channel(folder).check())


def test_a_disk_that_is_full_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """/dev/full fails with ENOSPC at every write (full(4))."""
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    (tmp_path / f".{NAME}.part").symlink_to("/dev/full")
    assert "No space left on device" in refused(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_check_leaves_nothing_behind_and_shows_nothing(tmp_path: Path) -> None:
    assert asyncio.run(channel(tmp_path).check()) == f"{tmp_path} takes files"
    assert list(tmp_path.iterdir()) == []


def test_the_file_can_be_read_by_others(tmp_path: Path) -> None:
    """A web server runs as somebody else; the umask of the tests is that of a login, 022."""
    delivered(tmp_path)
    assert (tmp_path / NAME).stat().st_mode & 0o444 == 0o444


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        (b"../../etc/cron.d/x", "-..-etc-cron.d-x.xml"),
        (b".hidden", "hidden.xml"),
        (b"...", "unnamed.xml"),
        ("Ё/ё".encode(), "---.xml"),
        (b"a" * 400, "a" * 200 + ".xml"),
    ],
)
def test_no_identifier_leads_out_of_the_folder(tmp_path: Path, identifier: bytes, name: str) -> None:
    xml = ALERT.replace(b"LT-2025-07-28-01-w1-20250728T020002Z", identifier)
    assert cap_name(xml) == name
    delivered(tmp_path / "out", kit.bulletin(cap_xml=xml))
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_what_is_no_message_is_refused_in_words(data: bytes) -> None:
    assert refused(Path("/nowhere"), kit.bulletin(cap_xml=data)).startswith("cap: the message is")


def test_a_file_is_there_whole_or_not_at_all_however_the_writer_ends(tmp_path: Path) -> None:
    """A process that writes two contents in turn is killed again and again while this one reads."""
    program = (
        "import sys; from pathlib import Path; from sargas.share.whole_files import write_whole\n"
        "k = 0\n"
        "while True:\n"
        "    write_whole(Path(sys.argv[1]), bytes([65 + k % 2]) * 300_000); k += 1\n"
        "    print(flush=True)\n"
    )
    path = tmp_path / "page.html"
    for n_before in (1, 2, 5):
        writer = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        for _ in range(n_before):
            writer.stdout.readline()
            assert path.read_bytes() in {b"A" * 300_000, b"B" * 300_000}
        writer.kill()
        writer.wait()
        writer.stdout.close()
        assert path.read_bytes() in {b"A" * 300_000, b"B" * 300_000}
    write_whole(path, b"C")
    assert [one.name for one in tmp_path.iterdir()] == ["page.html"]


def test_a_disk_that_hangs_is_told_and_holds_nobody_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that is still in the folder is all that such a disk is to whoever comes next."""
    monkeypatch.setattr(whole_files, "BUSY_S", 0.05)
    lock = threading.Lock()
    slow = pytest.raises(TimeoutError, match="has not done with the last file")
    with whole_files.held(lock, tmp_path), slow, whole_files.held(lock, tmp_path):
        pytest.fail("two were in the folder at once")
    with whole_files.held(lock, tmp_path):
        assert lock.locked()


def test_settings_are_checked() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `folder`"):
        msgspec.convert({"folder": "out"}, Settings)
    with pytest.raises(msgspec.ValidationError, match="path"):
        msgspec.convert({"path": ""}, Settings)


def test_it_is_found_by_its_name() -> None:
    assert plugins.load("channel", "cap_file") is channel_cap_file
