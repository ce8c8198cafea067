import asyncio

import msgspec
import pytest

from sargas.app.player import Player
from sargas.app.wire import build_engine
from sargas.model.decision import Acknowledge, Comment
from sargas.model.entry import ChannelChanged
from sargas.model.errors import DecisionError
from sargas.model.picture import Event, Picture
from sargas.store import journal_memory
from small_watch import BLUEPRINT, START_S, flight

END_S = START_S + 240.0


def player() -> Player:
    journal = journal_memory.build(journal_memory.Settings())
    journal.append(flight())
    return Player(journal, lambda: build_engine(BLUEPRINT), start_s=START_S, end_s=END_S, speed=0.0)


async def play_until(view: Player, time_s: float) -> None:
    """Jump, and wait until the jump is over."""
    await view.play(jump_to_s=time_s)
    async with asyncio.timeout(60):
        while view.clock.now_s != time_s:
            await asyncio.sleep(0.001)


def shown(picture: Picture) -> bytes:
    return msgspec.json.encode(picture)


async def test_playing_to_the_end_finds_the_incursion() -> None:
    view = player()
    task = asyncio.create_task(view.run())
    await play_until(view, END_S)
    assert [incident.highest_level for incident in view.picture.incidents.values()] == ["red"]
    task.cancel()


async def test_a_jump_back_shows_what_playing_to_that_moment_showed() -> None:
    view = player()
    await view.play(is_paused=True)
    task = asyncio.create_task(view.run())
    await play_until(view, START_S + 150.0)
    first = shown(view.picture)
    await play_until(view, END_S)
    assert shown(view.picture) != first
    await play_until(view, START_S + 150.0)
    assert shown(view.picture) == first
    task.cancel()


async def test_going_back_before_a_decision_undoes_it_and_going_on_after_it_keeps_it() -> None:
    view = player()
    await view.play(is_paused=True)
    task = asyncio.create_task(view.run())
    await play_until(view, START_S + 200.0)
    (incident_id,) = view.picture.incidents
    view.decide(Acknowledge(officer="Rasa", incident_id=incident_id))
    await play_until(view, END_S)
    assert view.picture.incidents[incident_id].acknowledged_by == "Rasa"
    await play_until(view, START_S + 201.0)
    assert view.picture.incidents[incident_id].acknowledged_by == "Rasa"
    await play_until(view, START_S + 199.0)
    assert view.picture.incidents[incident_id].acknowledged_s is None
    task.cancel()


async def test_a_decision_about_nothing_is_refused() -> None:
    view = player()
    with pytest.raises(DecisionError, match="LT-0000"):
        view.decide(Acknowledge(officer="Rasa", incident_id="LT-0000"))


async def test_the_clock_says_where_a_jump_goes_until_it_is_there() -> None:
    view = player()
    told: list[float | None] = []

    class Follower:
        def on_events(self, events: list[Event]) -> None:
            pass

        def on_reset(self) -> None:
            told.append(view.clock.jumping_to_s)

        def on_clock(self) -> None:
            told.append(view.clock.jumping_to_s)

    await view.play(is_paused=True)
    view.follow(Follower())
    task = asyncio.create_task(view.run())
    await play_until(view, END_S)
    await asyncio.sleep(0)
    assert END_S in told
    assert told[-1] is None
    task.cancel()


async def test_a_decision_taken_after_going_back_stands_at_every_later_moment() -> None:
    view = player()
    await view.play(is_paused=True)
    task = asyncio.create_task(view.run())
    await play_until(view, END_S)  # a checkpoint after 120 s is kept, which knows of no decision
    await play_until(view, START_S + 60.0)
    (incident_id,) = view.picture.incidents
    view.decide(Acknowledge(officer="Rasa", incident_id=incident_id))
    await play_until(view, START_S + 62.0)
    assert view.picture.incidents[incident_id].acknowledged_s == START_S + 60.0
    played = Player(view._journal, view._make_engine, start_s=START_S, end_s=END_S, speed=0.0)
    await played.play(is_paused=True)
    other = asyncio.create_task(played.run())
    await play_until(played, START_S + 60.0)
    played.decide(Acknowledge(officer="Rasa", incident_id=incident_id))
    await play_until(view, END_S)
    await play_until(played, END_S)
    assert shown(view.picture) == shown(played.picture)
    task.cancel()
    other.cancel()


async def test_while_the_view_is_moved_nothing_is_decided_and_what_is_recorded_waits() -> None:
    view = player()
    await view.play(is_paused=True)
    task = asyncio.create_task(view.run())
    await play_until(view, START_S + 105.0)
    (incident_id,) = view.picture.incidents
    view.decide(Acknowledge(officer="Rasa", incident_id=incident_id))
    await play_until(view, START_S + 130.0)
    await view.play(jump_to_s=START_S + 110.0)
    async with asyncio.timeout(60):
        while view.clock.jumping_to_s is None:
            await asyncio.sleep(0)
    with pytest.raises(DecisionError, match="is being moved"):
        view.decide(Comment(officer="Rasa", incident_id=incident_id, text="too early"))
    await view.record(ChannelChanged(channel="mail", is_alive=True))
    assert view.clock.jumping_to_s is None
    assert view.picture.channels["mail"].changed_s == START_S + 110.0
    assert view.picture.incidents[incident_id].acknowledged_by == "Rasa"
    task.cancel()
