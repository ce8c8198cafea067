"""The streams that carry the air picture to others: each runs by itself, and again when its other end was lost."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from sargas.app.pulse import Pulse
from sargas.app.supervise import Fault, contained, keep_running
from sargas.app.telling import Health, Record
from sargas.model.errors import ChannelError
from sargas.ports import Glimpse, Stream

FIRST_WAIT_S: Final = 1.0
LONGEST_WAIT_S: Final = 30.0
LOOKS: Final = 2
"""A stream that comes back for a second look has brought out what it saw at the first one: its other end is there."""


async def run_streams(streams: Mapping[str, Stream], look: Callable[[], Glimpse], record: Record) -> None:
    """Run all streams until cancelled; how each fares is recorded as a channel's health.

    Args:
        streams: by name; no channel bears the same one.
        look: gives what a stream may show now.
        record: keeps a body in the journal.
    """
    async with asyncio.TaskGroup() as tasks:
        for name, stream in streams.items():
            runner = Runner(name, stream, look, record)
            tasks.create_task(keep_running("stream", name, runner.run), name=f"stream {name}")


class Runner:
    """Runs one stream again and again."""

    def __init__(self, name: str, stream: Stream, look: Callable[[], Glimpse], record: Record) -> None:
        self._name = name
        self._stream = stream
        self._look_out = look
        self._pulse = Pulse()
        self._health = Health("stream", name, record)
        self._n_looks = 0
        self._seen = asyncio.Event()

    async def run(self) -> None:
        """Run until cancelled; wait longer after each run that brought nothing out."""
        telling = asyncio.create_task(self._tell_life(), name=f"health of stream {self._name}")
        try:
            await self._run()
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def _run(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            self._n_looks = 0
            fault = await contained(self._once(), "stream_fault", stream=self._name)
            if self._n_looks >= LOOKS:
                wait_s = FIRST_WAIT_S
            self._pulse.seen(answers=False)
            if self._pulse.is_alive is False:
                await self._health.tell(False, fault.reason)
            await asyncio.sleep(wait_s)
            wait_s = min(2.0 * wait_s, LONGEST_WAIT_S)

    async def _once(self) -> Fault:
        """Return why the stream ended."""
        try:
            await self._stream.run(self._look)
        except (ChannelError, OSError) as error:
            return Fault(str(error) or type(error).__name__)
        return Fault("it ended by itself")

    def _look(self) -> Glimpse:
        self._n_looks += 1
        if self._n_looks >= LOOKS and (self._pulse.is_alive is not True or self._pulse.is_in_doubt):
            self._pulse.seen(answers=True)
            self._seen.set()
        return self._look_out()

    async def _tell_life(self) -> None:
        while True:
            await self._seen.wait()
            self._seen.clear()
            if self._pulse.is_alive:
                await self._health.tell(True, "it takes what it is sent")
