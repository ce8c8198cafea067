"""The conflation of one client's news, without loop or server."""

import msgspec
import pytest

from sargas.model.entry import FeedClosed, Frame
from sargas.model.picture import FindingChanged, Refused
from sargas.web import hub as hub_module
from sargas.web.hub import PENDING_MAX, Client, Hub
from unit.web.memory_desk import FEED, START_S, MemoryDesk, line


class Waker:
    def __init__(self) -> None:
        self.n = 0

    def __call__(self) -> None:
        self.n += 1


def new_client(desk: MemoryDesk, waker: Waker | None = None) -> Client:
    return Client(desk, "live", desk.live, waker or Waker())


def test_the_first_update_is_a_reset_with_everything_that_is_shown() -> None:
    desk = MemoryDesk()
    desk.live.accept(Frame(FEED, line("000001")))
    update = new_client(desk).take()
    assert update.is_reset
    assert [track.track_id for track in update.tracks] == [1]
    assert [feed.feed for feed in update.feeds] == [FEED]


def test_after_the_reset_only_what_changed_is_sent() -> None:
    desk = MemoryDesk()
    desk.live.accept(Frame(FEED, line("000001")))
    client = new_client(desk)
    client.take()
    desk.live.accept(Frame(FEED, line("000002")))
    update = client.take()
    assert not update.is_reset
    assert [track.track_id for track in update.tracks] == [2]


def test_ten_thousand_changes_of_one_track_are_one_track_in_its_newest_state() -> None:
    desk = MemoryDesk()
    client = new_client(desk)
    client.take()
    for i in range(10_000):
        desk.live.accept(Frame(FEED, line("000001", time_s=START_S + i / 1_000, lat_deg=54.0 + i / 100_000)))
    assert client.n_pending == 1
    (track,) = client.take().tracks
    assert track.lat_deg == pytest.approx(54.09999)
    assert track.n_reports == 10_000
    assert not client.is_due


def test_a_client_that_never_takes_holds_a_bounded_number_of_things_and_is_then_told_everything() -> None:
    desk = MemoryDesk()
    client = new_client(desk)
    client.take()
    for i in range(1, PENDING_MAX + 500):
        desk.live.accept(Frame(FEED, line(f"{i:06x}")))
        assert client.n_pending <= PENDING_MAX
    update = client.take()
    assert update.is_reset
    assert len(update.tracks) == PENDING_MAX + 499


def test_an_ended_track_is_told_although_the_picture_has_forgotten_it() -> None:
    desk = MemoryDesk()
    desk.live.accept(Frame(FEED, line("000001")))
    client = new_client(desk)
    client.take()
    desk.live.accept(Frame(FEED, b"\n"), at_s=START_S + 62.0)
    assert desk.live.picture.tracks == {}
    assert [(track.track_id, track.status) for track in client.take().tracks] == [(1, "ended")]


def test_a_cleared_finding_replaces_the_raised_one_that_was_not_sent_yet() -> None:
    desk = MemoryDesk()
    desk.live.accept(Frame(FEED, line("000001", lon_deg=25.5)))
    client = new_client(desk)
    client.take()
    desk.live.accept(Frame(FEED, b"\n"), at_s=START_S + 1.0)
    (finding,) = desk.live.picture.findings.values()
    client.on_events([FindingChanged(msgspec.structs.replace(finding, state="cleared"))])
    assert [told.state for told in client.take().findings] == ["cleared"]


def test_the_passing_of_time_alone_wakes_nobody() -> None:
    desk = MemoryDesk(is_played=True)
    waker = Waker()
    client = new_client(desk, waker)
    client.take()
    desk.live.state = msgspec.structs.replace(desk.live.state, now_s=START_S + 5.0)
    client.on_clock()
    assert waker.n == 0
    assert not client.is_due


def test_a_pause_is_told_at_once() -> None:
    desk = MemoryDesk(is_played=True)
    waker = Waker()
    client = new_client(desk, waker)
    client.take()
    desk.live.state = msgspec.structs.replace(desk.live.state, is_paused=True)
    client.on_clock()
    assert waker.n == 1
    assert client.take().clock.is_paused


def test_trouble_with_the_journal_is_told_at_once_and_so_is_its_end() -> None:
    desk = MemoryDesk()
    waker = Waker()
    client = new_client(desk, waker)
    client.take()
    for is_full in (True, False):
        desk.is_disk_full = is_full
        client.on_clock()
        assert bool(client.take().trouble) is is_full
    assert waker.n == 2


def test_a_jump_in_time_makes_a_reset_and_forgets_what_was_pending() -> None:
    desk = MemoryDesk()
    client = new_client(desk)
    client.take()
    desk.live.accept(Frame(FEED, line("000001")))
    client.on_reset()
    assert client.n_pending == 0
    assert client.take().is_reset


def test_refusals_reach_the_client_even_beside_a_reset_and_are_bounded() -> None:
    client = new_client(MemoryDesk())
    client.on_events([Refused(f"no {i}") for i in range(100)])
    update = client.take()
    assert update.is_reset
    assert update.refused == [f"no {i}" for i in range(100 - hub_module.REFUSED_MAX, 100)]


def test_a_lost_feed_is_told() -> None:
    desk = MemoryDesk()
    client = new_client(desk)
    client.take()
    desk.live.accept(FeedClosed(FEED, "connection reset"))
    assert [(feed.is_connected, feed.text) for feed in client.take().feeds] == [(False, "connection reset")]


def test_the_heartbeat_brings_the_counts_of_the_feeds_that_brought_something_and_no_others() -> None:
    desk = MemoryDesk()
    client = new_client(desk)
    client.take()
    desk.live.accept(Frame(FEED, line("000001")))
    assert [feed.n_reports for feed in client.take_heartbeat().feeds] == [1]
    assert client.take_heartbeat().feeds == []


async def _replayed(desk: MemoryDesk) -> None:
    await desk.open_replay(None)


def test_a_view_that_is_opened_anew_is_followed_from_its_beginning() -> None:
    desk = MemoryDesk()
    _run(_replayed(desk))
    assert desk.replay is not None
    client = Client(desk, "replay", desk.replay, Waker())
    client.take()
    _run(_replayed(desk))
    assert client.is_open()
    assert client.take().is_reset
    desk.replay.accept(Frame(FEED, line("000009")))
    assert [track.track_id for track in client.take().tracks] == [9]


def test_a_view_that_is_closed_ends_its_clients() -> None:
    desk = MemoryDesk()
    _run(_replayed(desk))
    assert desk.replay is not None
    client = Client(desk, "replay", desk.replay, Waker())
    desk.replay = None
    assert not client.is_open()


def test_a_hub_takes_so_many_clients_and_no_more() -> None:
    desk, hub = MemoryDesk(), Hub(clients_max=2)
    first = hub.join(desk, "live", desk.live, Waker())
    hub.join(desk, "live", desk.live, Waker())
    assert hub.is_full
    hub.leave(first)
    assert not hub.is_full
    assert len(desk.live.listeners) == 1


def test_a_closing_hub_wakes_everyone_and_takes_nobody() -> None:
    desk, hub, waker = MemoryDesk(), Hub(), Waker()
    hub.join(desk, "live", desk.live, waker)
    hub.close()
    assert waker.n == 1
    assert hub.is_full


def _run(coroutine: object) -> None:
    import asyncio

    asyncio.run(coroutine)  # type: ignore[arg-type]
