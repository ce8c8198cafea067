"""A journal's record of one feed, or of all, delivered again at its recorded times."""

from collections.abc import Iterable

from msgspec import structs

from sargas.feed._outlet import Outlet
from sargas.feed._pace import Pace
from sargas.model.entry import Entry, FeedClosed, FeedOpened, Frame
from sargas.ports import Deliver


class Replay:
    """Delivers the frames, openings and closings among `entries`; decisions and notes belong to the first watch.

    With `feed` only what came by that feed, and with `name` under another name.
    """

    def __init__(
        self, entries: Iterable[Entry], *, speed: float = 1.0, feed: str | None = None, name: str | None = None
    ) -> None:
        self._entries = entries
        self._speed = speed
        self._feed = feed
        self._name = name

    async def run(self, deliver: Deliver) -> None:
        """Deliver to the end."""
        pace = Pace(self._speed)
        for entry in self._entries:
            body = entry.body
            if not isinstance(body, Frame | FeedOpened | FeedClosed) or self._feed not in {None, body.feed}:
                continue
            await pace.wait_for(entry.received_s)
            await Outlet(body.feed, deliver).passed_on(structs.replace(body, feed=self._name or body.feed))
