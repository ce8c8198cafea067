"""The stream to a TAK server: what is posted leaves, and a dead server shows in seconds.

What waits for a slow server is bounded. Positions of tracks give way: a newer one takes the place of an older one
that still waits, beyond a number the oldest are dropped, and all that is counted. Nothing else is ever dropped; a
server that leaves too much of it waiting counts as dead. A dead stream stays dead: its owner opens another one.
"""

import asyncio
import contextlib
import fcntl
import socket
import struct
import termios
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Final

from sargas.model.errors import ChannelError
from sargas.model.report import Malformed
from sargas.share import cot, tak_frames
from sargas.share.cot import Event, Stamp
from sargas.share.tak_frames import Splitter, Version
from sargas.share.tak_way import Confirmation, LinkSettings, words

READ_BYTES: Final = 65_536
AT_ONCE: Final = 64
"""Events that are written in one go."""
IMPORTANT_MAX: Final = 2_000
"""Events that must not be dropped and wait; a warning has at most 40 rings."""
POSITIONS_MAX: Final = 5_000
PING_EVERY_S: Final = 3.0
SILENT_MAX: Final = 3
"""A server that answered pings and then sends nothing between so many of them is gone."""
DEAD_AFTER_S: Final = 10.0
"""A system that takes or acknowledges no bytes for so long is gone."""
ANSWER_S: Final = 60.0
"""protocol.txt: for so long at least a client waits for the answer to its request."""
CLOSE_S: Final = 1.0
LOOK_S: Final = 0.01
"""How often it is looked whether the other system has acknowledged all bytes."""


class Server:
    """A connection, over TCP or TLS, that is open; made within a running loop."""

    def __init__(
        self, peer: str, settings: LinkSettings, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.peer = peer
        self.n_dropped = 0
        self._settings = settings
        self._reader, self._writer = reader, writer
        self._version: Version = "xml"
        self._important: deque[Event] = deque()
        self._positions: dict[str, Event] = {}
        self._has_work, self._is_idle, self._may_write, self._is_over = (asyncio.Event() for _ in range(4))
        self._is_idle.set()
        self._may_write.set()
        self._pongs: dict[int, asyncio.Event] = {}
        self._n_pings = self._n_pings_written = self._n_pongs = self._n_heard = 0
        self._is_mute = self.is_exercise = False
        self._fault: BaseException | None = None
        self._socket = writer.get_extra_info("socket")
        _watch_the_wire(self._socket)
        writer.transport.set_write_buffer_limits(high=0)
        self._tasks = [self._task(work) for work in (self._read, self._write, self._ping)]

    @property
    def is_alive(self) -> bool:
        """Whether something can be posted."""
        return not self._is_over.is_set()

    def post(self, event: Event, key: str = "") -> None:
        """Queue an event; one with a key takes the place of an older one, and may give way to a newer one.

        Raises:
            ChannelError: the server is gone, or takes nothing.
        """
        self._raise_fault()
        if key:
            # In the place of the older one: else those that are always late would never leave.
            self.n_dropped += key in self._positions
            self._positions[key] = event
            if len(self._positions) > POSITIONS_MAX:
                del self._positions[next(iter(self._positions))]
                self.n_dropped += 1
        else:
            self._important.append(event)
            if len(self._important) > IMPORTANT_MAX:
                self._die(ChannelError(f"{self.peer}: leaves {IMPORTANT_MAX:,} events waiting"))
                self._raise_fault()
        self._is_idle.clear()
        self._has_work.set()

    async def confirm(self) -> Confirmation:
        """Return whether the server answers a ping sent now, or at least its system has every byte.

        Raises:
            ChannelError: neither, or the server is gone.
        """
        if not self._is_mute:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.answer_timeout_s):
                    await self._ponged(self._post_ping())
                return "answered"
        if not self._may_write.is_set():
            raise ChannelError(f'{self.peer}: offered protobuf and does not answer; set version = "xml"')
        if self._n_pongs:
            raise ChannelError(f"{self.peer}: has answered pings, and did not answer the one sent after them")
        self._is_mute = True
        await self._acknowledged()
        return "acknowledged"

    async def rest(self, for_s: float) -> None:
        """Wait.

        Raises:
            ChannelError: the server is gone; told as soon as that is known.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(for_s):
                await self._is_over.wait()
        self._raise_fault()

    async def close(self) -> None:
        """Let go; what still waits is lost."""
        if self.is_alive:
            self._die(ChannelError(f"{self.peer}: was let go"), is_gentle=True)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._writer.wait_closed()
        self._writer.transport.abort()

    def _task(self, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        task = asyncio.create_task(work(), name=f"TAK {self.peer}")
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Let the link die of what a task died of; a fault of ours is handed on to whoever owns the link."""
        error = None if task.cancelled() else task.exception()
        if isinstance(error, OSError):
            error = ChannelError(f"{self.peer}: {words(error)}")
        if error is not None:
            self._die(error)

    def _die(self, fault: BaseException, *, is_gentle: bool = False) -> None:
        """End everything; everybody who waits wakes up and is told."""
        if self._is_over.is_set():
            return
        self._fault = fault
        for waited in (self._is_over, self._is_idle, self._may_write, *self._pongs.values()):
            waited.set()
        for task in self._tasks:
            task.cancel()
        if is_gentle:
            self._writer.close()
        else:
            self._writer.transport.abort()

    def _raise_fault(self) -> None:
        if isinstance(self._fault, ChannelError):
            raise ChannelError(str(self._fault)) from self._fault
        if self._fault is not None:
            raise self._fault

    async def _read(self) -> None:
        splitter = Splitter()
        while data := await self._reader.read(READ_BYTES):
            self._n_heard += 1
            splitter.push(data)
            for event in splitter.events():
                if not isinstance(event, Malformed):
                    self._take(event)
                    splitter.version = self._version
        raise ChannelError(f"{self.peer}: closed the connection")

    def _take(self, event: Event) -> None:
        """Heed what a server says to a program."""
        if event.kind == tak_frames.PONG:
            self._n_pongs = min(self._n_pongs + 1, self._n_pings_written)
            self._is_mute = False
            for number in [number for number in self._pongs if number <= self._n_pongs]:
                self._pongs.pop(number).set()
        elif self._wants_protobuf() and tak_frames.offers_protobuf(event):
            self._may_write.clear()
            self._writer.write(tak_frames.encoded(tak_frames.request(event, self._stamp()), "xml"))
        elif event.kind == tak_frames.ANSWER and not self._may_write.is_set():
            self._version = "protobuf" if tak_frames.is_granted(event) else "xml"
            self._may_write.set()

    def _wants_protobuf(self) -> bool:
        return self._settings.version == "protobuf" and self._version == "xml" and self._may_write.is_set()

    async def _write(self) -> None:
        while True:
            await self._has_work.wait()
            await self._agreed()
            batch = self._batch()
            if not batch:
                self._has_work.clear()
                self._is_idle.set()
                continue
            self._writer.write(b"".join(tak_frames.encoded(event, self._version) for event in batch))
            self._n_pings_written += sum(event.kind == tak_frames.PING for event in batch)
            try:
                async with asyncio.timeout(DEAD_AFTER_S):
                    await self._writer.drain()
                    await asyncio.sleep(0)  # where there is room, draining gives nobody else a turn
            except TimeoutError as error:
                raise ChannelError(f"{self.peer}: has taken nothing for {DEAD_AFTER_S:g} s") from error

    async def _agreed(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_S):
                while not self._may_write.is_set():
                    await self._may_write.wait()
        except TimeoutError as error:
            raise ChannelError(f"{self.peer}: offered protobuf and has not answered for {ANSWER_S:g} s") from error

    def _batch(self) -> list[Event]:
        """Take out what is written next: what is important before positions."""
        batch = [self._important.popleft() for _ in range(min(AT_ONCE, len(self._important)))]
        keys = [key for key, _ in zip(self._positions, range(AT_ONCE - len(batch)), strict=False)]
        return batch + [self._positions.pop(key) for key in keys]

    async def _ping(self) -> None:
        n_silent = number = 0
        while True:
            n_heard, n_pongs = self._n_heard, self._n_pongs
            await asyncio.sleep(PING_EVERY_S)
            if self._n_pongs > n_pongs:  # it may have left out earlier ones: they are not waited for
                self._n_pongs = max(self._n_pongs, number)
            n_silent = n_silent + 1 if self._n_heard == n_heard else 0
            if n_silent >= SILENT_MAX and self._n_pongs:
                raise ChannelError(f"{self.peer}: has been silent for {SILENT_MAX * PING_EVERY_S:g} s")
            number = self._post_ping()

    def _post_ping(self) -> int:
        """Return the number of a ping that is on its way."""
        self.post(tak_frames.ping(self._settings.station, self._stamp()))
        self._n_pings += 1
        return self._n_pings

    async def _ponged(self, number: int) -> None:
        waited = self._pongs[number] = asyncio.Event()
        try:
            await waited.wait()
        finally:
            self._pongs.pop(number, None)
        self._raise_fault()

    async def _acknowledged(self) -> None:
        """Wait until the other system has acknowledged every byte.

        Raises:
            ChannelError: it does not, or the link is dead.
        """
        try:
            async with asyncio.timeout(self._settings.answer_timeout_s):
                await self._is_idle.wait()
                while self.is_alive and _n_waiting(self._socket):
                    await asyncio.sleep(LOOK_S)
        except TimeoutError as error:
            seconds = f"{self._settings.answer_timeout_s:g} s"
            raise ChannelError(f"{self.peer}: has not acknowledged what was sent within {seconds}") from error
        self._raise_fault()

    def _stamp(self) -> Stamp:
        now_s = time.time()
        return Stamp(made_s=now_s, stale_s=now_s + cot.CONTROL_STALE_S, is_exercise=self.is_exercise)


def _watch_the_wire(connection: socket.socket) -> None:
    """Let the system notice within seconds that the other one is gone, whether there is something to send or not."""
    seconds = int(DEAD_AFTER_S)
    with contextlib.suppress(OSError):  # it is gone already: the next read says so
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, seconds * 1_000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, seconds // 2)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, seconds // 2)


def _n_waiting(connection: socket.socket) -> int:
    """Return how many bytes the other system has not acknowledged (Linux, tcp(7): SIOCOUTQ)."""
    answer = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4))
    return int(struct.unpack("=i", answer)[0])
