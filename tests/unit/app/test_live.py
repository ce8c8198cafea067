"""The live view: journaled before it is believed, the same again from the journal, and outspoken about its faults."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import structlog

from sargas.app.clock import SteadyClock
from sargas.app.desks import WatchDesk
from sargas.app.live import Live
from sargas.app.restore import restore, run_through
from sargas.app.wire import build_engine
from sargas.engine import Engine
from sargas.feed import http_post, udp
from sargas.model.decision import Acknowledge, Comment
from sargas.model.entry import Body, Decided, Entry, FeedOpened, Frame, Note
from sargas.model.errors import DecisionError, JournalError
from sargas.model.picture import Event
from sargas.model.report import GeoPlot
from sargas.ports import Journal, Transport
from sargas.store import journal_memory, journal_sqlite, snapshot
from small_watch import BLUEPRINT, DEGREE_M, flight

BEGIN_S = 1_753_660_800.0
KEY = "small watch"


class Hands:
    """The machine's two clocks, moved by the test."""

    def __init__(self) -> None:
        self.wall_s = BEGIN_S
        self.steady_s = 50.0

    def pass_by(self, seconds: float) -> None:
        self.wall_s += seconds
        self.steady_s += seconds

    def clock(self) -> SteadyClock:
        return SteadyClock(lambda: self.wall_s, lambda: self.steady_s)


def memory() -> Journal:
    return journal_memory.build(journal_memory.Settings())


def new_engine() -> Engine:
    return build_engine(BLUEPRINT)


def plot(time_s: float, lon_deg: float = 25.05) -> Frame:
    report = GeoPlot(sensor="radar", time_s=time_s, lat_deg=54.5, lon_deg=lon_deg, sd_m=30.0)
    return Frame("radar", msgspec.json.encode(report) + b"\n")


def shown(engine: Engine) -> bytes:
    return msgspec.json.encode(engine.picture)


async def settle(until: Callable[[], bool]) -> None:
    """Give the watch turns until something is so."""
    async with asyncio.timeout(30):
        while not until():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def running(
    journal: Journal, hands: Hands, *, engine: Engine | None = None, snapshot_every_s: float = 1e9
) -> AsyncIterator[Live]:
    live = Live(
        new_engine() if engine is None else engine,
        journal,
        hands.clock(),
        snapshot_key=KEY,
        snapshot_every_s=snapshot_every_s,
    )
    task = asyncio.create_task(live.run())
    try:
        yield live
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if not task.cancelled():
            task.result()


async def fly(live: Live, hands: Hands, bodies: Sequence[tuple[float, Body]]) -> list[int]:
    """Deliver what the flight's radar saw, each at its time of arrival, and return the numbers given."""
    numbers = []
    for received_s, body in bodies:
        hands.pass_by(received_s - hands.wall_s)
        numbers.append(await live.deliver(body))
    return numbers


async def ticked_to(live: Live, hands: Hands, seconds: float) -> float:
    """Let time go by and wait until the engine has ticked up to now; return now."""
    hands.pass_by(seconds)
    await live.deliver(Frame("nobody", b""))  # wakes the loop, which sleeps by the real clock
    now_s = live.clock.now_s
    await settle(lambda: live.engine.picture.now_s >= int(now_s))
    return now_s


# --- the order of things ---


async def test_an_entry_is_in_the_journal_before_the_engine_sees_it() -> None:
    journal, hands = memory(), Hands()
    late: list[int] = []

    class Watching(Engine):
        def accept(self, entry: Entry) -> list[Event]:
            if journal.last_seq() < entry.seq:
                late.append(entry.seq)
            return super().accept(entry)

    plain = new_engine()
    engine = Watching.__new__(Watching)
    engine.__dict__.update(plain.__dict__)
    async with running(journal, hands, engine=engine) as live:
        numbers = await fly(live, hands, flight(20))
    assert numbers == list(range(2, 23))  # 1 is the watch's own note that it started
    assert late == []


async def test_numbers_follow_the_order_of_delivery_when_many_deliver_at_once() -> None:
    journal, hands = memory(), Hands()
    async with running(journal, hands) as live:
        frames = [Frame("radar", b"%d" % k) for k in range(1_500)]  # more than one batch
        numbers = await asyncio.gather(*(live.deliver(frame) for frame in frames))
    assert numbers == list(range(2, 1_502))
    entries = list(journal.read())
    assert entries[0].body == Note("started")
    assert [entry.body for entry in entries[1:]] == frames
    times = [entry.received_s for entry in entries]
    assert times == sorted(times)


async def test_a_sender_has_its_number_only_once_the_picture_shows_what_it_sent() -> None:
    hands = Hands()
    async with running(memory(), hands) as live:
        number = await live.deliver(plot(hands.wall_s))
        assert live.engine.last_seq == number
        assert live.picture.feeds["radar"].n_reports == 1


async def test_many_who_deliver_at_once_wait_for_room_and_none_is_lost() -> None:
    journal, hands = memory(), Hands()
    async with running(journal, hands) as live:
        numbers = await asyncio.gather(*(live.deliver(Frame("radar", b"x")) for _ in range(10_000)))
    assert sorted(numbers) == list(range(2, 10_002))
    assert journal.last_seq() == 10_001


async def test_what_was_delivered_before_the_end_is_still_written() -> None:
    journal, hands = memory(), Hands()
    async with running(journal, hands) as live:
        await live.deliver(FeedOpened("radar", "test"))
        waiting = asyncio.create_task(live.deliver(plot(hands.wall_s)))
        await asyncio.sleep(0)
    assert await waiting == 3
    assert journal.last_seq() == 3


# --- the same again ---


async def test_a_replay_of_the_journal_gives_the_picture_that_was_shown_live() -> None:
    journal, hands = memory(), Hands()
    async with running(journal, hands) as live:
        await fly(live, hands, flight())
        (incident_id,) = live.picture.incidents
        await live.deliver(Decided(Acknowledge(officer="Rasa", incident_id=incident_id)))
        now_s = await ticked_to(live, hands, 7.0)
    again = restore(journal, KEY, new_engine)
    again.advance(now_s)
    assert live.picture.incidents[incident_id].highest_level == "red"
    assert live.picture.incidents[incident_id].acknowledged_by == "Rasa"
    assert shown(again) == shown(live.engine)


def run_from_the_start(journal: Journal) -> Engine:
    engine = new_engine()
    run_through(engine, journal.read(), journal.last_seq(), None)
    return engine


async def test_a_snapshot_and_the_entries_after_it_give_what_all_entries_give() -> None:
    journal, hands = memory(), Hands()
    async with running(journal, hands, snapshot_every_s=30.0) as live:
        await fly(live, hands, flight())
    kept = journal.read_snapshot(KEY)
    assert kept is not None
    assert 10 < kept[0] < journal.last_seq()
    from_snapshot = restore(journal, KEY, new_engine)
    from_the_start = run_from_the_start(journal)
    assert shown(from_snapshot) == shown(from_the_start) == shown(live.engine)
    from_snapshot.advance(BEGIN_S + 400.0)
    from_the_start.advance(BEGIN_S + 400.0)
    assert shown(from_snapshot) == shown(from_the_start)


async def test_a_watch_that_goes_on_after_a_restart_is_replayed_as_it_was() -> None:
    journal, hands = memory(), Hands()
    bodies = flight()
    async with running(journal, hands, snapshot_every_s=40.0) as live:
        await fly(live, hands, bodies[:30])
    hands.pass_by(600.0)  # the watch was off for ten minutes
    engine = restore(journal, KEY, new_engine)
    async with running(journal, hands, engine=engine) as live:
        for k in range(10):
            hands.pass_by(4.0)
            await live.deliver(plot(hands.wall_s - 0.5, 25.9 - 160.0 * k / DEGREE_M))
        now_s = await ticked_to(live, hands, 3.0)
    again = run_from_the_start(journal)
    again.advance(now_s)
    assert len(live.picture.tracks) == 2  # the one that was lost before, and the one that is there now
    assert shown(again) == shown(live.engine)


# --- decisions ---


async def test_two_officers_decide_in_the_order_of_the_journal() -> None:
    journal, hands = memory(), Hands()
    async with running(journal, hands) as live:
        await fly(live, hands, flight())
        (incident_id,) = live.picture.incidents
        await asyncio.gather(
            live.deliver(Decided(Acknowledge(officer="Rasa", incident_id=incident_id))),
            live.deliver(Decided(Acknowledge(officer="Tomas", incident_id=incident_id))),
            live.deliver(Decided(Comment(officer="Tomas", incident_id=incident_id, text="I see it from Medininkai"))),
        )
        incident = live.picture.incidents[incident_id]
    assert incident.acknowledged_by == "Rasa"
    said = [(item.officer, item.text) for item in incident.timeline if item.officer]
    assert said[0][0] == "Rasa"
    assert any(officer == "Tomas" and "Medininkai" in text for officer, text in said)
    officers = [entry.body.decision.officer for entry in journal.read() if isinstance(entry.body, Decided)]
    assert officers == ["Rasa", "Tomas", "Tomas"]


async def test_the_live_view_cannot_be_paused_or_moved() -> None:
    async with running(memory(), Hands()) as live:
        with pytest.raises(DecisionError, match="cannot be paused"):
            await live.play(is_paused=True)


# --- a journal that fails ---


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[journal_sqlite.SqliteJournal]:
    """A journal on disk that can be told to grow no more, as on a full disk: SQLite then answers SQLITE_FULL."""
    journal = journal_sqlite.build(journal_sqlite.Settings(path=str(tmp_path / "journal")))
    assert isinstance(journal, journal_sqlite.SqliteJournal)
    yield journal
    journal.close()


def limit_pages(journal: journal_sqlite.SqliteJournal, *, is_full: bool) -> None:
    connection: sqlite3.Connection = journal._connection
    n_pages = connection.execute("PRAGMA page_count").fetchone()[0] if is_full else 1_000_000
    connection.execute(f"PRAGMA max_page_count = {n_pages}")


def desk_of(live: Live, journal: Journal, **transports: Transport) -> WatchDesk:
    return WatchDesk(BLUEPRINT, [], "test", is_exercise=False, live=live, journal=journal, transports=transports)


async def test_a_full_disk_is_told_to_senders_and_officers_the_picture_goes_on_and_recovery_is_noted(
    small_disk: journal_sqlite.SqliteJournal,
) -> None:
    hands = Hands()
    big = Frame("radar", b" " * 60_000)
    async with running(small_disk, hands) as live:
        desk = desk_of(live, small_disk)
        await fly(live, hands, flight(30))
        (incident_id,) = live.picture.incidents
        track_before = next(iter(live.picture.tracks.values()))
        n_before = small_disk.last_seq()
        limit_pages(small_disk, is_full=True)

        with pytest.raises(JournalError, match="disk is full"):
            await live.deliver(big)
        with pytest.raises(JournalError, match="disk is full"):
            await live.deliver(big)
        assert "disk is full" in live.journal_error
        assert [text for text in desk.trouble() if text.startswith("nothing can be recorded")]
        assert small_disk.last_seq() == n_before == live.engine.last_seq

        hands.pass_by(40.0)
        with pytest.raises(JournalError):
            await live.deliver(big)  # wakes the loop, which sleeps by the real clock
        await settle(lambda: live.engine.picture.now_s >= track_before.time_s + 40.0)
        assert live.picture.tracks[track_before.track_id].status == "lost"  # time went on without the journal

        limit_pages(small_disk, is_full=False)
        await desk.decide(Acknowledge(officer="Rasa", incident_id=incident_id), "live")
        await settle(lambda: small_disk.last_seq() >= n_before + 2)
        assert live.journal_error == ""
        assert desk.trouble() == []
        assert live.picture.incidents[incident_id].acknowledged_by == "Rasa"
    bodies = [entry.body for entry in small_disk.read(n_before)]
    assert isinstance(bodies[0], Decided)
    assert bodies[1] == Note("journal_recovered")
    assert [entry.seq for entry in small_disk.read()] == list(range(1, n_before + 3))


async def test_replays_that_are_opened_at_the_same_time_leave_one_and_none_that_plays_on() -> None:
    hands, journal = Hands(), journal_memory.build(journal_memory.Settings())
    async with running(journal, hands) as live:
        desk = desk_of(live, journal)
        await fly(live, hands, flight(5))
        opened = await asyncio.gather(*(desk.open_replay(None) for _ in range(8)))
        assert desk.view("replay") in opened
        await desk.close_replay()
        assert [task for task in asyncio.all_tasks() if task.get_name() == "replay"] == []
    assert desk.view("replay") is None


async def test_a_watch_after_a_full_disk_is_replayed_as_it_was(small_disk: journal_sqlite.SqliteJournal) -> None:
    hands = Hands()
    bodies = flight()
    async with running(small_disk, hands) as live:
        await fly(live, hands, bodies[:30])
        limit_pages(small_disk, is_full=True)
        with pytest.raises(JournalError):
            await live.deliver(Frame("radar", b" " * 60_000))
        limit_pages(small_disk, is_full=False)
        await fly(live, hands, bodies[30:])
        now_s = await ticked_to(live, hands, 2.0)
    again = restore(small_disk, KEY, new_engine)
    again.advance(now_s)
    assert shown(again) == shown(live.engine)


# --- the machine's clock ---


async def test_a_clock_stepped_forward_is_followed_in_one_tick_and_noted() -> None:
    journal, hands = memory(), Hands()
    async with running(journal, hands) as live:
        await fly(live, hands, flight(20))
        hands.wall_s += 7_200.0
        await live.deliver(Frame("radar", b""))
        await settle(lambda: any(entry.body == note_of(entry) for entry in journal.read()))
        await settle(lambda: live.engine.last_seq == journal.last_seq())
        assert live.clock.now_s == hands.wall_s
        await settle(lambda: desk_of(live, journal).trouble() == [])  # it was followed: nothing is wrong now
        hands.pass_by(4.0)
        await live.deliver(plot(hands.wall_s - 0.5))
        assert live.picture.health["radar"].n_rejected == 0
        now_s = await ticked_to(live, hands, 1.0)
    assert [note.text for note in notes(journal, "clock_stepped")] == ["the machine's clock was stepped by +7200.0 s"]
    again = restore(journal, KEY, new_engine)
    again.advance(now_s)
    assert shown(again) == shown(live.engine)


async def test_a_clock_stepped_back_is_noted_once_and_told_until_it_is_set_right() -> None:
    journal, hands = memory(), Hands()
    async with running(journal, hands) as live:
        desk = desk_of(live, journal)
        await fly(live, hands, flight(20))
        before_s = live.clock.now_s
        hands.wall_s -= 3_600.0
        for _ in range(5):
            hands.pass_by(1.0)
            await live.deliver(Frame("radar", b""))
            await settle(lambda: live.clock_offset_s < 0.0)
        assert live.clock.now_s == before_s + 5.0  # the watch goes on in its own time
        assert desk.trouble() == ["the machine's clock is -3600.0 s off the watch's"]
        hands.wall_s += 3_600.0
        await live.deliver(Frame("radar", b""))
        await settle(lambda: live.clock_offset_s == 0.0)
        assert desk.trouble() == []
    assert len(notes(journal, "clock_stepped")) == 1
    times = [entry.received_s for entry in journal.read()]
    assert times == sorted(times)


def notes(journal: Journal, what: str) -> list[Note]:
    return [entry.body for entry in journal.read() if isinstance(entry.body, Note) and entry.body.what == what]


def note_of(entry: Entry) -> Body | None:
    return entry.body if isinstance(entry.body, Note) and entry.body.what == "clock_stepped" else None


# --- a part that fails ---


class FailsOn:
    """A decoder with a fault: it raises on certain bytes, as no decoder should."""

    def __init__(self, inner: object) -> None:
        self.inner = inner

    def decode(self, data: bytes, received_s: float, entry: int) -> object:
        if data.startswith(b"fault"):
            raise ZeroDivisionError("a fault in a decoder")
        return self.inner.decode(data, received_s, entry)

    def reset(self) -> None:
        self.inner.reset()


async def test_a_part_that_fails_on_an_entry_is_logged_and_the_watch_goes_on() -> None:
    journal, hands = memory(), Hands()
    engine = new_engine()
    engine._decoders["radar"] = FailsOn(engine._decoders["radar"])
    with structlog.testing.capture_logs() as logs:
        async with running(journal, hands, engine=engine) as live:
            bodies = flight()
            await fly(live, hands, bodies[:20])
            number = await live.deliver(Frame("radar", b"fault\n"))
            await fly(live, hands, bodies[20:])
            assert [incident.highest_level for incident in live.picture.incidents.values()] == ["red"]
    assert [(entry["event"], entry["seq"]) for entry in logs if entry["log_level"] == "error"] == [
        ("entry_failed", number)
    ]
    assert journal.last_seq() == len(bodies) + 2


class SlowRuns:
    """Makes each look of the engine take time on the test's clock."""

    def __init__(self, engine: Engine, hands: Hands, seconds: float) -> None:
        self.look, self.hands, self.seconds = engine.tick, hands, seconds

    def __call__(self, now_s: float) -> list[Event]:
        self.hands.pass_by(self.seconds)
        return self.look(now_s)


async def test_a_watch_whose_looks_take_too_long_gives_others_their_turn_leaves_looks_out_and_notes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal, hands, engine = memory(), Hands(), new_engine()
    with structlog.testing.capture_logs() as logs:
        async with running(journal, hands, engine=engine) as live:
            await live.deliver(FeedOpened("radar", "test"))
            monkeypatch.setattr(engine, "tick", SlowRuns(engine, hands, 3.0))
            hands.pass_by(2.0)
            await live.deliver(plot(hands.wall_s))
            await settle(lambda: any(one["event"] == "fell_behind" for one in logs))
            await live.deliver(plot(hands.wall_s))  # the loop still answers
            monkeypatch.undo()
    assert any(isinstance(entry.body, Note) and entry.body.what == "fell_behind" for entry in journal.read())
    again = restore(journal, "another key", new_engine)
    assert again.picture.tracks == engine.picture.tracks


async def test_a_snapshot_of_a_version_that_kept_things_otherwise_does_not_stop_the_watch() -> None:
    journal, hands = memory(), Hands()
    async with running(journal, hands) as live:
        await live.deliver(FeedOpened("radar", "test"))
        await live.deliver(plot(hands.wall_s))
        old = new_engine()
        del old.incidents  # as an older engine did not have it
        seq = live.engine.last_seq
        journal.write_snapshot(seq, "older version", snapshot.dump(old))
    assert restore(journal, KEY, new_engine).last_seq == journal.last_seq()


async def test_dropped_datagrams_are_told_by_feed(small_disk: journal_sqlite.SqliteJournal) -> None:
    slow, well = (udp.build(udp.Settings(port=0), name) for name in ("slow", "well"))
    assert isinstance(slow, udp.Udp)
    slow.n_dropped = 12
    post = http_post.build(http_post.Settings(), "post")
    async with running(small_disk, Hands()) as live:
        desk = desk_of(live, small_disk, slow=slow, well=well, post=post)
        assert desk.dropped() == {"slow": 12, "well": 0}
        assert desk.trouble() == ["feed slow dropped 12 datagrams: the watch could not keep up"]
