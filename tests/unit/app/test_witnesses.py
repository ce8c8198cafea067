"""Heads are brought to every witness by itself: one that is away is told of, and nobody waits for it."""

import asyncio
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from outbox_kit import LeapingLoop, until
from record_kit import ORIGIN, frames
from sargas.app.witnesses import run_witnesses
from sargas.model.entry import Body, ChannelChanged
from sargas.model.errors import ChannelError
from sargas.model.record import Head
from sargas.store import journal_memory
from sargas.store.journal_memory import MemoryJournal
from sargas.store.signing_key import Signing

EVERY_S = 600.0


@pytest.fixture(scope="module")
def anyio_backend() -> tuple[str, dict[str, object]]:
    return "asyncio", {"loop_factory": LeapingLoop}


@pytest.fixture
def journal() -> Iterator[MemoryJournal]:
    made = journal_memory.build(journal_memory.Settings(signing=Signing(origin=ORIGIN)))
    assert isinstance(made, MemoryJournal)
    yield made
    made.close()


class Archive:
    """Who keeps heads, can be away, can hang, and can fail as nobody foresaw."""

    def __init__(self) -> None:
        self.heads: list[Head] = []
        self.is_away = False
        self.is_hanging = False
        self.n_faults = 0

    async def publish(self, head: Head) -> None:
        if self.n_faults:
            self.n_faults -= 1
            raise ZeroDivisionError("a mistake of the plug-in")
        if self.is_hanging:
            await asyncio.sleep(1e9)
        if self.is_away:
            raise ChannelError("no such folder")
        self.heads.append(head)


class Desk:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.told: list[ChannelChanged] = []

    async def record(self, body: Body) -> int:
        assert isinstance(body, ChannelChanged)
        self.told.append(body)
        return len(self.told)


class Running:
    def __init__(self, journal: MemoryJournal, desk: Desk, **witnesses: Archive) -> None:
        self.work = run_witnesses(journal, witnesses, EVERY_S, desk.record)

    async def __aenter__(self) -> None:
        self.task = asyncio.create_task(self.work)

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def test_the_newest_head_is_published_every_ten_minutes(journal: MemoryJournal) -> None:
    archive, desk = Archive(), Desk()
    async with Running(journal, desk, archive=archive):
        for turn in range(5):
            journal.append(frames(3, first_s=2e9 + 100.0 * turn))
            await asyncio.sleep(EVERY_S)
    assert [head.n_entries for head in archive.heads] == [4, 7, 10, 13, 16]
    assert archive.heads[-1] == journal.sign()
    assert desk.told == []


async def test_one_that_is_away_is_tried_again_and_told_of_after_half_an_hour(journal: MemoryJournal) -> None:
    archive, desk = Archive(), Desk()
    archive.is_away = True
    loop = asyncio.get_running_loop()
    begun_s = loop.time()
    with capture_logs() as logged:
        async with Running(journal, desk, archive=archive):
            await until(lambda: desk.told)
            assert 1_800.0 <= loop.time() - begun_s < 1_900.0
            await asyncio.sleep(3_600.0)
            archive.is_away = False
            await until(lambda: archive.heads, within_s=40.0)
            await until(lambda: len(desk.told) == 2)
    late, back = desk.told
    assert (late.channel, late.is_alive, late.is_stream) == ("heads-archive", False, True)
    assert "has got no head of the record for long: no such folder" in late.text
    assert (back.channel, back.is_alive) == ("heads-archive", True)
    assert [one["event"] for one in logged] == ["witness_late", "witness_back"]


async def test_one_that_hangs_or_fails_keeps_no_other_one_waiting(journal: MemoryJournal) -> None:
    archive, hanging, broken = Archive(), Archive(), Archive()
    hanging.is_hanging, broken.n_faults = True, 3
    desk = Desk()
    async with Running(journal, desk, archive=archive, hanging=hanging, broken=broken):
        await asyncio.sleep(10 * EVERY_S + 1.0)
    assert len(archive.heads) == 11
    assert len(broken.heads) >= 10
    assert {one.channel for one in desk.told} == {"heads-hanging"}
    assert "did not answer within 60 s" in desk.told[0].text


async def test_a_journal_that_cannot_sign_is_told_of(journal: MemoryJournal) -> None:
    archive, desk = Archive(), Desk()
    journal.close()
    async with Running(journal, desk, archive=archive):
        await until(lambda: desk.told)
    assert "the journal is closed" in desk.told[0].text
