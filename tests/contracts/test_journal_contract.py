"""What every journal promises; each store of the folder joins by itself."""

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from sargas import plugins
from sargas.model.decision import Acknowledge, Comment
from sargas.model.entry import Body, ChannelChanged, Decided, Dispatched, Entry, FeedClosed, FeedOpened, Frame, Note
from sargas.model.errors import JournalError
from sargas.model.evidence import Span
from sargas.ports import Journal

STORES = plugins.names("journal")
EVERY_KIND: list[Body] = [
    Note("started", "version 1"),
    FeedOpened("radar", "192.0.2.1:8600"),
    Frame("radar", bytes(range(256))),
    Frame("radar", b""),
    Decided(Comment(officer="Ona Šimkutė", incident_id="i-1", text="girdėjau variklį")),
    FeedClosed("radar", "the peer closed the connection"),
    Dispatched(incident_id="i-1", warning_id="i-1-W1", channel="mail", fate="failed", n_attempts=2, text="nobody"),
    ChannelChanged(channel="mail", is_alive=False, text="connection refused"),
]


@pytest.fixture(params=STORES)
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    module = plugins.load("journal", request.param)
    has_path = any(field.name == "path" for field in msgspec.structs.fields(module.Settings))
    made: Journal = module.build(module.Settings(path=str(tmp_path / "journal")) if has_path else module.Settings())
    yield made
    made.close()


def filled(journal: Journal, n: int, size: int = 100) -> Sequence[Entry]:
    return journal.append([(float(second), Frame("radar", bytes(size))) for second in range(n)])


def seqs(journal: Journal) -> list[int]:
    return [entry.seq for entry in journal.read()]


def test_there_is_a_twin_in_memory_and_one_on_disk() -> None:
    assert {"memory", "sqlite"} <= set(STORES)


def test_an_empty_journal_has_nothing(journal: Journal) -> None:
    assert (journal.last_seq(), list(journal.read()), journal.span_s(), journal.seq_at(1e9)) == (0, [], None, 0)
    assert journal.read_snapshot("key") is None
    assert journal.append([]) == []
    assert journal.prune(1e12, 0, ()) == 0


def test_every_kind_of_body_comes_back_as_it_was(journal: Journal) -> None:
    kept = journal.append([(100.5, body) for body in EVERY_KIND])
    assert [entry.body for entry in kept] == EVERY_KIND
    assert list(journal.read()) == list(kept)


def test_entries_are_numbered_from_one_without_gaps(journal: Journal) -> None:
    first = filled(journal, 3)
    second = journal.append([(10.0, Note("stopped"))])
    assert [entry.seq for entry in [*first, *second]] == [1, 2, 3, 4]
    assert journal.last_seq() == 4


@pytest.mark.parametrize(
    ("after_seq", "to_seq", "expected"),
    [
        (0, None, [1, 2, 3, 4, 5]),
        (2, None, [3, 4, 5]),
        (1, 3, [2, 3]),
        (5, None, []),
        (0, 99, [1, 2, 3, 4, 5]),
        (3, 2, []),
    ],
)
def test_reads_a_slice(journal: Journal, after_seq: int, to_seq: int | None, expected: list[int]) -> None:
    filled(journal, 5)
    assert [entry.seq for entry in journal.read(after_seq, to_seq)] == expected


def test_reading_goes_on_in_order_while_more_is_written(journal: Journal) -> None:
    filled(journal, 1_000)
    reading = journal.read()
    begun = [next(reading).seq for _ in range(10)]
    journal.append([(2_000.0, Note("stopped"))])
    assert begun + [entry.seq for entry in reading] == list(range(1, 1_001))


def test_times_may_stand_still_but_not_go_back(journal: Journal) -> None:
    journal.append([(5.0, Note("started")), (5.0, Note("stopped"))])
    with pytest.raises(JournalError, match=r"4\.9.*after 6\.0"):
        journal.append([(6.0, Note("started")), (4.9, Note("stopped"))])
    with pytest.raises(JournalError, match=r"go back"):
        journal.append([(4.0, Note("started"))])
    assert journal.last_seq() == 2  # nothing of a refused batch is kept
    assert journal.append([(5.0, Note("started"))])[0].seq == 3


@pytest.mark.parametrize("time_s", [math.nan, math.inf, -math.inf])
def test_a_time_must_be_a_time(journal: Journal, time_s: float) -> None:
    with pytest.raises(JournalError, match="epoch seconds"):
        journal.append([(time_s, Note("started"))])


def test_finds_the_last_entry_at_or_before_a_time(journal: Journal) -> None:
    times = [10.0, 10.0, 11.5, 20.0, 20.0, 20.0, 31.0]
    journal.append([(time_s, Frame("radar", b"x")) for time_s in times])
    for asked in [0.0, 9.99, 10.0, 11.0, 11.5, 19.0, 20.0, 30.0, 31.0, 1e9]:
        assert journal.seq_at(asked) == sum(time_s <= asked for time_s in times), asked


def test_finds_entries_by_time_over_the_gaps_of_a_pruning(journal: Journal) -> None:
    bodies: list[Body] = [Note("started") if n % 7 == 0 else Frame("radar", b"x") for n in range(100)]
    journal.append([(float(n), body) for n, body in enumerate(bodies)])
    journal.prune(60.0, None, ())
    left = list(journal.read())
    assert len(left) < 100
    for asked in range(-1, 102):
        expected = max((entry.seq for entry in left if entry.received_s <= asked), default=0)
        assert journal.seq_at(float(asked)) == expected, asked


def test_a_snapshot_comes_back_whole(journal: Journal) -> None:
    filled(journal, 10)
    state = bytes(range(256)) * 1_000
    journal.write_snapshot(7, "key", state)
    assert journal.read_snapshot("key") == (7, state)
    assert journal.read_snapshot("other") is None


def test_the_newest_snapshot_at_or_before_an_entry_is_found(journal: Journal) -> None:
    filled(journal, 10)
    for seq in (2, 5, 9):
        journal.write_snapshot(seq, "key", b"after %d" % seq)
    found = [journal.read_snapshot("key", limit) for limit in (1, 2, 4, 5, 8, 9, 10)]
    assert [one and one[0] for one in found] == [None, 2, 2, 5, 5, 9, 9]
    assert journal.read_snapshot("key") == (9, b"after 9")


def test_a_snapshot_of_the_future_is_refused(journal: Journal) -> None:
    filled(journal, 3)
    with pytest.raises(JournalError, match="newest entry is 3"):
        journal.write_snapshot(4, "key", b"")


def test_a_snapshot_before_any_entry_is_kept(journal: Journal) -> None:
    journal.write_snapshot(0, "key", b"nothing yet")
    assert journal.read_snapshot("key") == (0, b"nothing yet")


def test_of_a_day_of_snapshots_the_last_hour_and_one_an_hour_stay(journal: Journal) -> None:
    journal.append([(60.0 * minute, Frame("radar", b"x")) for minute in range(24 * 60)])
    for seq in range(1, 24 * 60 + 1, 5):
        journal.write_snapshot(seq, "key", b"%d" % seq)
    kept = {found[0] for seq in range(1, 24 * 60 + 1) if (found := journal.read_snapshot("key", seq))}
    hours = {60 * hour + 1 for hour in range(24)}  # the first one of each
    last_hour = {seq for seq in range(1, 24 * 60 + 1, 5) if seq > 24 * 60 - 4 - 60}
    assert kept == hours | last_hour


def test_snapshots_of_other_code_do_not_heap_up(journal: Journal) -> None:
    filled(journal, 50)
    for seq in range(1, 51):
        journal.write_snapshot(seq, f"version {seq}", b"state")
    kept = [seq for seq in range(1, 51) if journal.read_snapshot(f"version {seq}")]
    assert kept == [47, 48, 49, 50]


def test_pruning_by_age_takes_frames_and_leaves_decisions_notes_and_evidence(journal: Journal) -> None:
    decided = Decided(Acknowledge(officer="Jonas", incident_id="i-1"))
    bodies: list[Body] = [Note("started"), FeedOpened("radar"), Frame("radar", b"1"), decided, Frame("radar", b"2")]
    journal.append([(float(second), body) for second, body in enumerate([*bodies, Frame("radar", b"3")])])
    assert journal.prune(5.0, None, (Span(5, 5),)) == 2
    assert seqs(journal) == [1, 4, 5, 6]
    assert journal.span_s() == (3.0, 5.0)


def test_pruning_by_size_takes_the_oldest_first(journal: Journal) -> None:
    filled(journal, 20_000, size=1_000)
    assert journal.prune(0.0, 5_000_000, ()) > 0
    left = seqs(journal)
    assert left == list(range(left[0], 20_001))
    assert 3_000_000 < 1_000 * len(left) < 5_000_000


def test_what_comes_in_during_a_pruning_is_kept(journal: Journal) -> None:
    filled(journal, 40_000)
    pruning = threading.Thread(target=journal.prune, args=(1e12, None, ()))
    pruning.start()
    n_during = 0
    while pruning.is_alive() or not n_during:
        journal.append([(1e9, Note("stopped"))])
        n_during += pruning.is_alive() or not n_during
    pruning.join()
    notes = [entry for entry in journal.read() if entry.body == Note("stopped")]
    assert len(notes) >= n_during
    assert notes[-1].seq == journal.last_seq()


def test_what_came_after_the_newest_snapshot_is_never_pruned(journal: Journal) -> None:
    filled(journal, 100)
    journal.write_snapshot(40, "key", b"state")
    assert journal.prune(1e12, 0, ()) == 40
    assert seqs(journal) == list(range(41, 101))
    assert journal.read_snapshot("key") == (40, b"state")


def test_a_snapshot_that_would_run_on_over_a_gap_is_removed(journal: Journal) -> None:
    filled(journal, 100)
    for seq in (10, 50, 90):
        journal.write_snapshot(seq, "key", b"state")
    journal.prune(50.0, None, ())  # entries 1 to 50
    assert journal.read_snapshot("key", 49) is None
    assert journal.read_snapshot("key", 50) == (50, b"state")


def test_numbers_are_not_used_again_after_everything_was_pruned(journal: Journal) -> None:
    filled(journal, 100)
    journal.prune(1e12, 0, ())
    assert journal.append([(1_000.0, Note("pruned"))])[0].seq == 101
    assert journal.last_seq() == 101


@pytest.mark.parametrize(
    "use",
    [
        lambda journal: journal.append([(1e9, Note("stopped"))]),
        lambda journal: list(journal.read()),
        lambda journal: journal.last_seq(),
        lambda journal: journal.write_snapshot(1, "key", b""),
        lambda journal: journal.read_snapshot("key"),
        lambda journal: journal.prune(1.0, None, ()),
    ],
)
def test_a_closed_journal_says_so(journal: Journal, use: Callable[[Journal], object]) -> None:
    filled(journal, 1)
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        use(journal)
    journal.close()  # once more is no fault
