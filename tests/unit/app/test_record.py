"""The record of a watch: its name, its key over the months, and what a pruning must leave."""

import asyncio
import contextlib
import re
import time
from pathlib import Path

import pytest

from record_kit import frames
from sargas.app import config, record
from sargas.app.config import Config
from sargas.app.record_check import check_journal
from sargas.model.entry import Body, KeyChanged, Note
from sargas.model.evidence import CaseFile, Evidence, Hold, Span
from sargas.model.incident import Incident
from sargas.model.units import DAY_S
from sargas.store import journal_memory

WATCH = """\
[watch]
country = "LT"
title = "Rytų siena, Šalčininkai"
"""


def configured(folder: Path, more: str = "") -> Config:
    path = folder / "watch.toml"
    path.write_text(WATCH + more, encoding="utf-8")
    return config.read(path)


NO_FILE = CaseFile()


def test_a_new_record_has_a_name_of_country_title_and_chance() -> None:
    names = {record.new_origin("LT", "Rytų siena, Šalčininkai") for _ in range(50)}
    assert len(names) == 50
    assert all(re.fullmatch("lt/rytu-siena-salcininkai/[0-9a-f]{8}", name) for name in names)
    assert re.fullmatch("ro/sargas/[0-9a-f]{8}", record.new_origin("RO", "Ελλάδα"))


def test_the_journal_of_a_configuration_is_signed_and_keeps_its_name(tmp_path: Path) -> None:
    heads = []
    for _ in range(2):
        with contextlib.closing(record.open_journal(configured(tmp_path), tmp_path)) as journal:
            heads.append(journal.sign())
    first, second = heads
    assert first is not None
    assert first == second
    assert first.note.startswith("lt/rytu-siena-salcininkai/")
    assert (tmp_path / "sargas.journal.key").stat().st_mode & 0o777 == 0o600


def test_an_exercise_is_marked_and_a_name_and_a_key_can_be_given(tmp_path: Path) -> None:
    more = 'is_exercise = true\n[record]\norigin = "lt/own"\nkey = "own.key"\n'
    with contextlib.closing(record.open_journal(configured(tmp_path, more), tmp_path)) as journal:
        head = journal.sign()
    assert head is not None
    assert head.note.splitlines()[0] == "lt/own"
    assert head.note.splitlines()[4] == "EXERCISE"
    assert (tmp_path / "own.key").is_file()


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('[record]\nkey = "keys/own.key"', "record.key: no folder"),
        ('[record]\norigin = "two words"', "record.origin"),
        ("[record]\nrotate_days = 0", "record.rotate_days"),
        ('[[record.heads]]\nname = "a"\nwitness = { type = "pigeon" }', "no witness 'pigeon'"),
        ('[[record.heads]]\nname = "a"\nwitness = { path = "x" }', "type: is missing; have file, mail, webhook"),
        (
            2 * '[[record.heads]]\nname = "a"\nwitness = { type = "file", path = "x" }\n',
            "'a' is already record.heads[0]",
        ),
    ],
)
def test_a_mistake_in_the_section_is_told_with_its_key(tmp_path: Path, section: str, said: str) -> None:
    checked = config.check(WATCH + section, tmp_path)
    assert any(said in str(mistake) for mistake in checked.mistakes), checked.mistakes


async def test_a_running_watch_changes_a_key_that_is_old(tmp_path: Path) -> None:
    long_ago_s = time.time() - 91.0 * DAY_S
    read = configured(tmp_path, "[record]\nsign_every_s = 1.0\n")
    record.open_journal(read, tmp_path, lambda: long_ago_s).close()
    before = (tmp_path / "sargas.journal.key").read_bytes()
    with contextlib.closing(record.open_journal(read, tmp_path)) as journal:
        changed = asyncio.Event()

        async def deliver(body: Body) -> int:
            changed.set()
            return journal.append([(time.time(), body)])[-1].seq

        keeping = asyncio.create_task(record.keep_record(journal, read, deliver))
        async with asyncio.timeout(20.0):
            await changed.wait()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        proof = journal.prove([])
    assert proof is not None
    assert [type(entry.body) for entry in [*journal_bodies(tmp_path)]].count(KeyChanged) == 2
    assert proof.keys[1].previous_key_id == proof.keys[0].key_id
    assert (tmp_path / "sargas.journal.key").read_bytes() != before
    assert check_journal(tmp_path / "sargas.journal", None, (), lambda done, of: None).n_wrong == 0


def journal_bodies(folder: Path) -> list[object]:
    from sargas.store.journal_sqlite import open_for_reading

    with contextlib.closing(open_for_reading(folder / "sargas.journal")) as journal:
        return list(journal.read())


async def test_a_key_that_is_not_old_stays(tmp_path: Path) -> None:
    read = configured(tmp_path)
    with contextlib.closing(record.open_journal(read, tmp_path)) as journal:

        async def deliver(body: Body) -> int:
            raise AssertionError(body)

        keeping = asyncio.create_task(record.keep_record(journal, read, deliver))
        await asyncio.wait([keeping], timeout=0.2)
        assert not keeping.done()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


def test_a_restored_copy_tells_so_once(tmp_path: Path) -> None:
    read = configured(tmp_path)
    record.open_journal(read, tmp_path).close()
    (tmp_path / "sargas.journal.restored").write_text("restored from a.tar\n")
    for _ in range(2):
        with contextlib.closing(record.open_journal(read, tmp_path)) as journal:
            bodies = [entry.body for entry in journal.read()]
    assert bodies[1:] == [
        Note("started", "the journal was restored from a backup"),
        Note("restored", "restored from a.tar"),
    ]


def incident(file: CaseFile = NO_FILE, evidence: tuple[int, ...] = ()) -> Incident:
    return Incident(
        incident_id="i-1", title="", status="closed", level="white", highest_level="red",
        first_report_s=2e9 + 1_000.0, opened_s=2e9 + 1_001.0, changed_s=2e9 + 1_500.0, file=file, evidence=evidence,
    )  # fmt: skip


def test_of_a_held_incident_all_around_it_stays_and_of_another_what_it_rests_on() -> None:
    journal = journal_memory.build(journal_memory.Settings())
    journal.append(frames(4_000))  # entry n at 2e9 + n - 1
    hold = Hold(since_s=2e9, officer="Rasa", reason="the prosecutor asked")
    item = Evidence(
        evidence_id="e-1", kind="frames", title="", added_s=2e9, added_by="Rasa", entry=9, frames=Span(3, 7)
    )
    held = incident(CaseFile(hold=hold, evidence=(item,)))
    spans = record.spans_of([held, incident(evidence=(20, 30))], journal)
    # ten minutes before the first report is 2e9 + 400, ten after the last change 2e9 + 2100
    assert spans == [Span(20, 20), Span(30, 30), Span(3, 7), Span(401, 2_101)]
    journal.prune(1e12, None, spans)
    left = [entry.seq for entry in journal.read()]
    assert left == [*range(3, 8), 20, 30, *range(401, 2_102), 4_000]


def test_a_hold_from_before_the_journal_began_keeps_from_its_first_entry() -> None:
    journal = journal_memory.build(journal_memory.Settings())
    journal.append(frames(5, first_s=2e9 + 900.0))
    hold = Hold(since_s=2e9, officer="Rasa", reason="")
    assert record.spans_of([incident(CaseFile(hold=hold))], journal) == [Span(1, 5)]
