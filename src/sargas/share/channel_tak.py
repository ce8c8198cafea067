"""Warnings to a TAK server or mesh: the area and an alert, confirmed as far as TAK can."""

import asyncio
import time
from typing import Final

from sargas.model.errors import ChannelError
from sargas.model.warning import PublicWarning
from sargas.ports import Bulletin
from sargas.share import tak_link
from sargas.share.cot_picture import shift_s
from sargas.share.cot_warning import RINGS_MAX, warning_events
from sargas.share.tak_way import Confirmation, Link, LinkSettings

DELIVERED: Final[dict[Confirmation, str]] = {
    "answered": "the server answered a ping sent after them; who of its clients has them it does not tell",
    "acknowledged": "its system has acknowledged every byte; it answers no pings: whether it read them is not known",
    "sent": "each sent several times as datagrams, which nobody confirms",
}
INCIDENTS_MAX: Final = 256
ALIVE: Final[dict[Confirmation, str]] = {
    "answered": "the server answers pings",
    "acknowledged": "connected; its system acknowledges every byte, the server answers no pings",
    "sent": "ready to send; nobody answers to datagrams",
}


class Settings(LinkSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to warn, and how; see there."""


def build(settings: Settings, name: str) -> "Tak":
    """Return the channel `name`.

    Raises:
        ConfigError: a file cannot be used, or an address is none.
    """
    tak_link.check(settings)
    return Tak(settings, name)


class Tak:
    """Keeps one link and opens another one when it is dead; in an exercise its pings are marked too."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.name = name
        self.is_exercise = False
        self._settings = settings
        self._link: Link | None = None
        self._turn = asyncio.Lock()
        self._n_areas: dict[str, int] = {}

    async def deliver(self, bulletin: Bulletin) -> str:
        """Return how many events the other end has, and how that is known.

        The same bulletin makes the same events with the same uids: a client that gets them twice has them once.

        Raises:
            ChannelError: nobody took them.
        """
        n_before = self._count(bulletin.warning)
        later_s = shift_s(bulletin.sent_s, time.time(), is_exercise=bulletin.is_exercise)
        events = warning_events(bulletin, self._settings.station, n_before=n_before, later_s=later_s)
        async with self._turn:
            link = await self._opened()
            link.is_exercise = self.is_exercise or bulletin.is_exercise
            for event in events:
                link.post(event)
            confirmed = await self._confirmed(link)
        return f"{len(events)} events to {link.peer}: {DELIVERED[confirmed]}"

    async def check(self) -> str:
        """Return how the other end answers to what nobody sees.

        Raises:
            ChannelError: it does not.
        """
        async with self._turn:
            link = await self._opened()
            return f"{link.peer}: {ALIVE[await self._confirmed(link)]}"

    async def close(self) -> None:
        """Let go of the connection."""
        async with self._turn:
            await self._let_go()

    def _count(self, warning: PublicWarning) -> int:
        """Return how many areas of the incident may be on the maps: all there can be after the first warning."""
        n_known = self._n_areas.pop(warning.incident_id, 0 if warning.kind == "alert" else RINGS_MAX)
        self._n_areas[warning.incident_id] = max(n_known, len(warning.content.rings))
        if len(self._n_areas) > INCIDENTS_MAX:
            del self._n_areas[next(iter(self._n_areas))]
        return n_known

    async def _opened(self) -> Link:
        if self._link is not None and not self._link.is_alive:
            await self._let_go()
        if self._link is None:
            self._link = await tak_link.open_link(self._settings)
            self._link.is_exercise = self.is_exercise
        return self._link

    async def _confirmed(self, link: Link) -> Confirmation:
        try:
            return await link.confirm()
        except ChannelError:
            await self._let_go()
            raise

    async def _let_go(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.close()
