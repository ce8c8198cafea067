"""The register follows the watch: incidents as they change, decisions in order; what it missed it catches up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from register_kit import a_record
from sargas.app.clock import SteadyClock
from sargas.app.live import Live
from sargas.app.register_journal import catch_up
from sargas.app.register_keeping import RegisterKeeping, book_beside
from sargas.app.restore import restore
from sargas.app.wire import build_engine
from sargas.model.decision import Dispose, RecordIncidents, StrikeRecord
from sargas.model.entry import Body, Decided
from sargas.ports import Journal
from sargas.register.query import Query
from sargas.store import journal_memory
from sargas.store.register_sqlite import RegisterFile
from small_watch import BLUEPRINT, START_S, flight

OWN = "LT-2025-07-28-01"


class Hands:
    """A clock that the test moves: where the flight's entries came in."""

    now_s = START_S

    def clock(self) -> SteadyClock:
        return SteadyClock(lambda: self.now_s, lambda: self.now_s - START_S)


async def settle(until: Callable[[], bool]) -> None:
    """Give the watch turns until something is so."""
    async with asyncio.timeout(30):
        while not until():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def kept(journal: Journal, book: RegisterFile, hands: Hands) -> AsyncIterator[Live]:
    """Give a running watch whose register is kept."""
    engine = restore(journal, "small", lambda: build_engine(BLUEPRINT))
    live = Live(engine, journal, hands.clock(), snapshot_key="small", snapshot_every_s=1e9)
    keeping = RegisterKeeping(live, book, country="LT", is_exercise=False, journal=journal)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(live.run()), tasks.create_task(keeping.run())]
        await live.is_started.wait()
        yield live
        for task in running:
            task.cancel()


async def fly(live: Live, hands: Hands) -> None:
    for received_s, body in flight():
        hands.now_s = received_s
        await live.deliver(body)


async def test_an_incident_is_on_the_register_soon_and_again_when_a_person_says_what_it_was() -> None:
    book, hands = RegisterFile(), Hands()
    async with kept(journal_memory.build(journal_memory.Settings()), book, hands) as live:
        await fly(live, hands)
        await settle(lambda: book.record(OWN) is not None)
        await live.deliver(Decided(Dispose(officer="Ona", incident_id=OWN, disposition="bird")))
        await settle(lambda: getattr(book.record(OWN), "outcome", "") == "no_incursion")
    record = book.record(OWN)
    assert record is not None
    assert (record.from_watch, record.countries, record.began_s) == (OWN, ("LT",), START_S)
    assert book.all(Query(is_incursion=True)) == []
    book.close()


async def test_decisions_on_the_register_take_effect_in_their_order() -> None:
    book, hands = RegisterFile(), Hands()
    decisions: list[Body] = [
        Decided(RecordIncidents(officer="Ona", records=(a_record("a"), a_record("b")))),
        Decided(StrikeRecord(officer="Ona", record_id="a", text="twice")),
        Decided(RecordIncidents(officer="Ona", records=(a_record("b", title="A balloon"),))),
    ]
    async with kept(journal_memory.build(journal_memory.Settings()), book, hands) as live:
        for decision in decisions:
            await live.deliver(decision)
        await settle(lambda: getattr(book.record("b"), "title", "") == "A balloon")
    assert book.record("a") is None
    book.close()


async def test_what_was_decided_while_it_was_not_kept_is_caught_up() -> None:
    journal, hands = journal_memory.build(journal_memory.Settings()), Hands()
    journal.append([(START_S, Decided(RecordIncidents(officer="Ona", records=(a_record("a"), a_record("b")))))])
    journal.append([(START_S, Decided(StrikeRecord(officer="Ona", record_id="b", text="no incident")))])
    book = RegisterFile()
    async with kept(journal, book, hands):
        await settle(lambda: book.search(Query()).n_found == 1)
    book.close()


def test_catching_up_twice_changes_nothing() -> None:
    journal = journal_memory.build(journal_memory.Settings())
    journal.append([(START_S, Decided(RecordIncidents(officer="Ona", records=(a_record("a"),))))])
    book = RegisterFile()
    catch_up(book, journal, 1)
    book.keep([], seen_seq=1)
    catch_up(book, journal, 1)
    assert (book.seen_seq(), book.search(Query()).n_found) == (1, 1)
    book.close()


def test_a_watch_whose_register_is_damaged_goes_on_without_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "watch.journal.register").write_bytes(b"damaged" * 1_000)
    assert book_beside(tmp_path / "watch.journal") is None
    assert "register_failed" in capsys.readouterr().out
