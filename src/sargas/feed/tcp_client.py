"""A stream from a server that is connected to, and connected to again whenever it is lost."""

import asyncio
import random
from typing import Annotated

from msgspec import Meta, Struct

from sargas.feed._outlet import FRAME_BYTES_MAX, Backoff, Outlet, at, keep_alive, words
from sargas.ports import Deliver, Transport


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to connect to; a connection that brings nothing for `idle_timeout_s` is given up as dead."""

    host: Annotated[str, Meta(min_length=1)]
    port: Annotated[int, Meta(ge=1, le=65_535)]
    connect_timeout_s: Annotated[float, Meta(gt=0.0)] = 10.0
    idle_timeout_s: Annotated[float, Meta(gt=0.0)] | None = 60.0
    retry_first_s: Annotated[float, Meta(gt=0.0)] = 0.5
    retry_longest_s: Annotated[float, Meta(gt=0.0)] = 30.0


def build(settings: Settings, name: str) -> Transport:
    """Return the transport of the feed `name`."""
    return TcpClient(settings, name, random.SystemRandom())


class TcpClient:
    """Connects until cancelled."""

    def __init__(self, settings: Settings, name: str, rng: random.Random) -> None:
        self._settings = settings
        self._name = name
        self._backoff = Backoff(settings.retry_first_s, settings.retry_longest_s, rng)

    async def run(self, deliver: Deliver) -> None:
        """Deliver what the server sends; connect again, after a longer and longer wait, while it is away."""
        outlet = Outlet(self._name, deliver)
        while True:
            try:
                reader, writer = await self._connect()
            except (OSError, UnicodeError) as error:
                await outlet.closed(f"{at((self._settings.host, self._settings.port))}: {words(error)}")
            else:
                try:
                    reason = await self._pass_on(reader, writer, outlet)
                finally:
                    writer.transport.abort()
                await outlet.closed(reason)
            await asyncio.sleep(self._backoff.next_s())

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        settings = self._settings
        try:
            async with asyncio.timeout(settings.connect_timeout_s):
                return await asyncio.open_connection(settings.host, settings.port, limit=FRAME_BYTES_MAX)
        except TimeoutError as error:
            raise OSError(f"no connection within {settings.connect_timeout_s:g} s") from error

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, outlet: Outlet) -> str:
        """Return why the connection is over."""
        keep_alive(writer.get_extra_info("socket"))
        await outlet.opened(at(writer.get_extra_info("peername")))
        while True:
            try:
                async with asyncio.timeout(self._settings.idle_timeout_s):
                    data = await reader.read(FRAME_BYTES_MAX)
            except TimeoutError:
                return f"nothing for {self._settings.idle_timeout_s:g} s"
            except OSError as error:
                return words(error)
            if not data:
                return "the peer closed the connection"
            self._backoff.reset()
            await outlet.bytes_in(data)
