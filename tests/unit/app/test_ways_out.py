"""All ways out as one: those of an earlier configuration are forgotten; who marks an exercise hears of it at once."""

import asyncio

from outbox_kit import Outlet, Receiver, Watch, leap, render
from sargas.app.ways_out import WaysOut, run_ways_out
from sargas.model.entry import ChannelChanged
from sargas.model.picture import Picture
from sargas.ports import Glimpse


def glimpse(*, is_exercise: bool = False) -> Glimpse:
    return Glimpse(picture=Picture(), sensors={}, country="LT", is_exercise=is_exercise)


class Marker(Receiver):
    """A channel that says something before the first warning."""

    is_exercise = False


def test_what_is_no_longer_configured_is_neither_alive_nor_dead() -> None:
    async def work() -> list[str]:
        watch = Watch()
        for name in ("old", "mail", "neighbour"):
            await watch.record(ChannelChanged(channel=name, is_alive=True))
        ways = WaysOut(outlets={}, streams={}, render=render)
        await run_ways_out(ways, watch, watch.record, glimpse)
        return list(watch.picture.channels)

    assert leap(work()) == []


def test_a_watch_without_ways_out_forgets_those_that_it_had() -> None:
    async def work() -> list[str]:
        watch = Watch()
        await watch.record(ChannelChanged(channel="old", is_alive=False))
        await run_ways_out(None, watch, watch.record, glimpse)
        return list(watch.picture.channels)

    assert leap(work()) == []


def test_a_channel_that_must_mark_an_exercise_knows_of_it_before_the_first_warning() -> None:
    async def work() -> bool:
        watch, marker = Watch(), Marker()
        ways = WaysOut(outlets={"page": Outlet(marker), "mail": Outlet(Receiver())}, streams={}, render=render)
        running = asyncio.create_task(run_ways_out(ways, watch, watch.record, lambda: glimpse(is_exercise=True)))
        await asyncio.sleep(1.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return marker.is_exercise

    assert leap(work())
