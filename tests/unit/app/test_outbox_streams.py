"""Streams run by themselves: what one loses it takes up again, what one breaks is nothing to the others."""

import asyncio
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from outbox_kit import LeapingLoop, until
from sargas.app.streams import run_streams
from sargas.model.entry import Body, ChannelChanged
from sargas.model.errors import ChannelError, JournalError
from sargas.model.picture import Picture
from sargas.ports import Glimpse, Stream

GLIMPSE = Glimpse(picture=Picture(), sensors={}, country="LT", is_exercise=True)


@pytest.fixture(scope="module")
def anyio_backend() -> tuple[str, dict[str, object]]:
    return "asyncio", {"loop_factory": LeapingLoop}


def moment_s() -> float:
    return asyncio.get_running_loop().time()


class Neighbour:
    """A stream to somebody who takes a picture a second, and can go away."""

    def __init__(self) -> None:
        self.is_away = False
        self.breaks_by: Exception | None = None
        self.n_breaks = 0
        self.n_taken = 0
        self.starts: list[float] = []

    async def run(self, look: Callable[[], Glimpse]) -> None:
        self.starts.append(moment_s())
        while True:
            glimpse = look()
            assert glimpse is GLIMPSE
            if self.breaks_by is not None:
                raise self.breaks_by
            if self.is_away:
                raise ChannelError("connection refused")
            if self.n_breaks:
                self.n_breaks -= 1
                raise ChannelError("connection reset")
            self.n_taken += 1
            await asyncio.sleep(1.0)


class Journal:
    def __init__(self) -> None:
        self.told: list[tuple[str, bool, str]] = []
        self.n_to_fail = 0

    async def record(self, body: Body) -> int:
        if self.n_to_fail:
            self.n_to_fail -= 1
            raise JournalError("the disk is full")
        assert isinstance(body, ChannelChanged)
        self.told.append((body.channel, body.is_alive, body.text))
        return len(self.told)

    def health(self, name: str) -> list[bool]:
        return [is_alive for channel, is_alive, _ in self.told if channel == name]


class Running:
    def __init__(self, streams: dict[str, Stream], journal: Journal) -> None:
        self.work = run_streams(streams, lambda: GLIMPSE, journal.record)

    async def __aenter__(self) -> None:
        self.task = asyncio.create_task(self.work)

    async def __aexit__(self, *_: object) -> None:
        started_s = moment_s()
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        assert moment_s() - started_s < 1.0
        if not self.task.cancelled():
            self.task.result()


async def test_a_stream_that_sends_is_told_alive_once() -> None:
    journal, allies = Journal(), Neighbour()
    async with Running({"allies": allies}, journal):
        await asyncio.sleep(100.0)
    assert allies.n_taken >= 100
    assert journal.told == [("allies", True, "it takes what it is sent")]


async def test_a_stream_whose_other_end_is_gone_is_told_dead_within_seconds_and_logged_once() -> None:
    journal, allies = Journal(), Neighbour()
    with capture_logs() as logged:
        async with Running({"allies": allies}, journal):
            await asyncio.sleep(10.0)
            allies.is_away = True
            started_s = moment_s()
            await until(lambda: journal.health("allies") == [True, False])
            assert moment_s() - started_s < 3.0
            await asyncio.sleep(600.0)
            allies.is_away = False
            await until(lambda: journal.health("allies") == [True, False, True])
    assert [one["event"] for one in logged] == ["stream_alive", "stream_dead", "stream_alive"]
    assert logged[1]["reason"] == "connection refused"


async def test_it_is_started_again_after_one_two_four_seconds_up_to_half_a_minute() -> None:
    journal, allies = Journal(), Neighbour()
    allies.is_away = True
    async with Running({"allies": allies}, journal):
        await until(lambda: len(allies.starts) == 9)
    waits = [round(after - before) for before, after in zip(allies.starts, allies.starts[1:], strict=False)]
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]


async def test_a_line_that_breaks_and_is_there_again_at_once_is_not_told() -> None:
    journal, allies = Journal(), Neighbour()
    async with Running({"allies": allies}, journal):
        for _ in range(20):
            allies.n_breaks = 1
            await asyncio.sleep(60.0)
    assert len(allies.starts) == 21
    assert journal.health("allies") == [True]


@pytest.mark.parametrize("fault", [ValueError("a plug-in's own mistake"), OSError(113, "No route to host")])
async def test_a_stream_that_breaks_is_nothing_to_the_others(fault: Exception) -> None:
    journal, broken, sound = Journal(), Neighbour(), Neighbour()
    broken.breaks_by = fault
    with capture_logs():
        async with Running({"broken": broken, "sound": sound}, journal):
            await asyncio.sleep(60.0)
            assert sound.n_taken >= 60
            assert journal.health("broken") == [False]
            broken.breaks_by = None
            await until(lambda: journal.health("broken") == [False, True])


async def test_a_stream_that_ends_by_itself_is_started_again() -> None:
    class Ending(Neighbour):
        async def run(self, look: Callable[[], Glimpse]) -> None:
            self.starts.append(moment_s())

    journal, ending = Journal(), Ending()
    async with Running({"ending": ending}, journal):
        await until(lambda: len(ending.starts) == 4)
    assert journal.told == [("ending", False, "it ended by itself")]


async def test_health_that_the_journal_could_not_keep_is_told_again() -> None:
    journal, allies = Journal(), Neighbour()
    journal.n_to_fail = 5
    async with Running({"allies": allies}, journal):
        await until(lambda: journal.health("allies") == [True])


async def test_while_the_journal_is_full_the_picture_goes_on_being_sent() -> None:
    journal, allies = Journal(), Neighbour()
    journal.n_to_fail = 1_000_000
    async with Running({"allies": allies}, journal):
        await asyncio.sleep(100.0)
    assert allies.n_taken >= 100
