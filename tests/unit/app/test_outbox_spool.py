"""Bulletins are made once, and are the same bytes for every channel and after every restart."""

import asyncio
import itertools
import os
import time
from pathlib import Path

import msgspec
import pytest
from msgspec import structs
from structlog.testing import capture_logs

from sargas.app.spool import ENDING, KEPT_S, Spool, file_name
from sargas.model.incident import Incident
from sargas.model.warning import PublicWarning
from sargas.ports import Bulletin
from share_kit import bulletin, content, warning

WARNING = warning()
INCIDENT = Incident(
    incident_id="LT-2025-07-28-01",
    title="a drone near Vilnius",
    status="open",
    level="red",
    highest_level="red",
    first_report_s=0.0,
    opened_s=0.0,
    changed_s=0.0,
)


class Maker:
    """Makes another bulletin each time, as a signature with chance in it would."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)

    def __call__(self, incident: Incident, about: PublicWarning) -> Bulletin:
        return bulletin(warning=about, cap_xml=b"<alert>%d</alert>" % next(self.numbers), title=incident.title)


async def test_all_who_ask_at_once_get_the_one_that_was_made() -> None:
    maker = Maker()
    spool = Spool(maker, None)
    found = await asyncio.gather(*(spool.of(INCIDENT, WARNING) for _ in range(20)))
    assert {one.cap_xml for one in found} == {b"<alert>1</alert>"}


async def test_after_a_restart_it_is_the_same_though_the_incident_has_another_title(tmp_path: Path) -> None:
    maker = Maker()
    first = await Spool(maker, tmp_path / "outbox").of(INCIDENT, WARNING)
    second = await Spool(maker, tmp_path / "outbox").of(structs.replace(INCIDENT, title="over the city"), WARNING)
    assert second == first
    assert next(maker.numbers) == 2


async def test_it_is_the_same_whatever_has_become_of_the_warning_since(tmp_path: Path) -> None:
    first = await Spool(Maker(), tmp_path).of(INCIDENT, WARNING)
    later = structs.replace(WARNING, deliveries=warning("update").deliveries, withdrawn_s=9.0)
    assert await Spool(Maker(), tmp_path).of(INCIDENT, later) == first


@pytest.mark.parametrize(
    "other",
    [
        structs.replace(WARNING, content=content(level="red")),
        structs.replace(WARNING, sent_s=(WARNING.sent_s or 0.0) + 60.0),
        structs.replace(WARNING, is_exercise=not WARNING.is_exercise),
        warning("update"),
    ],
    ids=["other words", "sent at another moment", "of an exercise", "another one"],
)
async def test_what_says_something_else_is_another_one(tmp_path: Path, other: PublicWarning) -> None:
    spool = Spool(Maker(), tmp_path)
    first = await spool.of(INCIDENT, WARNING)
    assert (await spool.of(INCIDENT, other)).cap_xml != first.cap_xml


async def test_the_file_is_there_and_whole_before_anybody_has_the_bulletin(tmp_path: Path) -> None:
    made = await Spool(Maker(), tmp_path / "outbox").of(INCIDENT, WARNING)
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.name == file_name(WARNING)
    assert msgspec.msgpack.decode(file.read_bytes(), type=Bulletin) == made


@pytest.mark.parametrize("damage", [b"", b"\x00" * 100, b"\x81\xa1"], ids=["empty", "zeros", "torn"])
async def test_a_damaged_file_is_told_and_made_again(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / file_name(WARNING)).write_bytes(damage)
    with capture_logs() as logged:
        made = await Spool(Maker(), tmp_path).of(INCIDENT, WARNING)
    assert [one["event"] for one in logged] == ["bulletin_unreadable"]
    assert (await Spool(Maker(), tmp_path).of(INCIDENT, WARNING)) == made


async def test_where_it_cannot_be_kept_it_is_told_and_leaves_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")
    with capture_logs() as logged:
        made = await Spool(Maker(), tmp_path / "outbox").of(INCIDENT, WARNING)
    assert made.cap_xml == b"<alert>1</alert>"
    assert [(one["event"], one["log_level"]) for one in logged] == [("bulletin_not_kept", "error")]


async def test_files_of_a_month_ago_are_removed_when_another_one_is_written(tmp_path: Path) -> None:
    spool = Spool(Maker(), tmp_path)
    await spool.of(INCIDENT, WARNING)
    await spool.of(INCIDENT, warning("update"))
    old_s = time.time() - KEPT_S - 60.0
    os.utime(tmp_path / file_name(WARNING), (old_s, old_s))
    await spool.of(INCIDENT, warning("cancel"))
    assert {file.name for file in tmp_path.iterdir()} == {file_name(warning("update")), file_name(warning("cancel"))}


def test_a_name_stays_in_its_folder_whatever_the_warning_is_called() -> None:
    for name in ("../../etc/passwd", "a/b", "..", "", "a\x00b", "ž" * 500, "C:\\x"):
        made = file_name(structs.replace(WARNING, warning_id=name))
        assert Path(made).name == made
        assert not made.startswith(".")
        assert made.endswith(ENDING)
        assert len(made) < 120
