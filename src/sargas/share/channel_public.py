"""Warnings as a small public page: static files in a folder that any web server can serve.

`index.html`, `atom.xml`, `rss.xml` and the messages in `cap/`. Each file is there whole or not at all, and a message
before the first link to it: a reader never follows one to nothing. Messages that drop out of the page stay for as
many again, since somebody may hold an old copy of a feed.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from datetime import tzinfo
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import shapely
import structlog
from msgspec import Meta, Struct

from sargas.airspace import borders, places
from sargas.model.errors import ChannelError, DataError
from sargas.model.warning import Language
from sargas.ports import Bulletin
from sargas.share.cap_profile import ADDRESS, known_zone, local_zone
from sargas.share.public_feeds import atom_xml, rss_xml
from sargas.share.public_map import Background
from sargas.share.public_page import Edition, Published, index_html, published, standings
from sargas.share.whole_files import held, make_folder, try_folder, why, write_whole

CAP_FOLDER: Final = "cap"
INDEX: Final = (".sargas-index.json", ".sargas-index.copy.json")
"""What the page is made from, twice: if one is damaged, the page still says what is in force."""
ASIDE: Final = ".damaged"
AFRESH_S: Final = 60.0
"""The page is made anew so often while the watch lives: its "as of" tells an old page from a quiet sky."""
AHEAD_S: Final = 60.0
"""So far may the clocks of whoever sends and of this machine be apart."""

log = structlog.get_logger()
_geos: Any = shapely  # shapely carries no types


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the page is written, where the public finds it, and what is on it.

    `path`: the folder; it is made if it is missing, the one that it is in is not. `address`: where a web server shows
    that folder. `publisher`: who stands for it in the feeds. `history`: so many messages are listed. `languages`:
    those of a page without a warning; one with a warning has the warning's. `time_zone`: IANA; else the country's.
    `reload_s`: browsers ask for a new page so often, never if it is 0. `has_background`: towns and borders on a map.
    """

    path: Annotated[str, Meta(min_length=1)]
    address: Annotated[str, Meta(pattern=rf"^{ADDRESS}\Z", max_length=500)]
    title: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\w")] = "Air warnings"
    publisher: Annotated[str, Meta(max_length=100)] = ""
    history: Annotated[int, Meta(ge=1, le=1_000)] = 50
    languages: tuple[Language, ...] = ()
    time_zone: str = ""
    reload_s: Annotated[int, Meta(ge=0, le=86_400)] = 60
    has_background: bool = True

    def __post_init__(self) -> None:
        """Refuse a time zone that nobody knows."""
        if self.time_zone:
            known_zone(self.time_zone)


class Index(Struct, frozen=True, kw_only=True):
    """The messages that were published, newest first."""

    version: Annotated[int, Meta(ge=1, le=1)] = 1
    items: tuple[Published, ...] = ()


class Kept(Struct, frozen=True, kw_only=True):
    """Which messages are on the page, which are only still there as files, and which go."""

    shown: tuple[Published, ...]
    hidden: tuple[Published, ...]
    dropped: tuple[Published, ...]


class Public:
    """Keeps the page; what is on it outlives a restart."""

    def __init__(self, settings: Settings, name: str, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._name = name
        self._clock = clock
        self.is_exercise = False
        self._folder = Path(settings.path)
        self._address = settings.address.rstrip("/") + "/"
        # Of the thread, not of the task: a delivery that is cancelled still writes to its end.
        self._lock = threading.Lock()
        self._items: tuple[Published, ...] | None = None
        self._is_lost = False
        self._background: Background | None = None
        self._written: dict[str, bytes] = {}
        self._made_s: float | None = None
        self._behind_s = 0.0

    async def deliver(self, bulletin: Bulletin) -> str:
        """Return that the message is on the page; once more changes nothing.

        Raises:
            ChannelError: the folder cannot be written to, or there is another message under that identifier.
        """
        return await asyncio.to_thread(self._told, lambda: self._publish(bulletin))

    async def check(self) -> str:
        """Return that the folder takes files; what has expired meanwhile is shown as over.

        Raises:
            ChannelError: it does not, and why.
        """
        return await asyncio.to_thread(self._told, self._refresh)

    async def close(self) -> None:
        """Hold nothing open."""

    def _told(self, work: Callable[[], str]) -> str:
        try:
            with held(self._lock, self._folder):
                return work()
        except DataError as error:
            raise ChannelError(f"{self._name}: {error}") from error
        except OSError as error:
            raise ChannelError(f"{self._name}: {why(error, self._folder)}") from error

    def _publish(self, bulletin: Bulletin) -> str:
        item = published(bulletin)
        make_folder(self._folder)
        make_folder(self._folder / CAP_FOLDER)
        path = self._folder / CAP_FOLDER / item.file
        if not path.exists():
            write_whole(path, bulletin.cap_xml)
        elif path.read_bytes() != bulletin.cap_xml:
            raise ChannelError(f"{self._name}: {path} is there already and holds another message")
        self._set_clock(item)
        others = [one for one in self._load() if one.identifier != item.identifier]
        newest = sorted([item, *others], key=lambda one: (-one.sent_s, one.identifier))
        kept = sorted_out(newest, self._settings.history, self._now_s())
        self._items, self._is_lost = (*kept.shown, *kept.hidden), False
        self._write_index()
        self._write_page(kept.shown)
        for gone in kept.dropped:
            (self._folder / CAP_FOLDER / gone.file).unlink(missing_ok=True)
        return f"{item.file} is on {self._address}"

    def _refresh(self) -> str:
        try_folder(self._folder)
        items, now_s = self._load(), self._now_s()
        if self._is_lost:
            return f"{self._folder} takes files; what was on the page before is not known"
        if self._made_s is None or not 0.0 <= now_s - self._made_s < AFRESH_S or not self._is_there():
            self._write_page(sorted_out(items, self._settings.history, now_s).shown)
        n_in_force = list(standings(items, now_s).values()).count("in_force")
        return f"{self._folder} takes files; {n_in_force} in force"

    def _now_s(self) -> float:
        return self._clock() - self._behind_s

    def _set_clock(self, item: Published) -> None:
        """Go by the time of an exercise that is played at another one: what is delivered now holds now."""
        now_s = self._clock()
        is_now = item.sent_s - AHEAD_S <= now_s < item.expires_s
        self._behind_s = now_s - item.sent_s if item.is_exercise and not is_now else 0.0

    def _is_there(self) -> bool:
        return all((self._folder / name).exists() for name in self._written)

    def _write_page(self, shown: Sequence[Published]) -> None:
        """Write what has changed; every message that is linked to is there already."""
        edition = self._edition(shown)
        pages = {"index.html": index_html(edition), "atom.xml": atom_xml(edition), "rss.xml": rss_xml(edition)}
        for name, data in pages.items():
            if self._written.get(name) != data or not (self._folder / name).exists():
                write_whole(self._folder / name, data)
                self._written[name] = data
        self._made_s = edition.now_s

    def _edition(self, shown: Sequence[Published]) -> Edition:
        settings = self._settings
        said = tuple(text.language for text in shown[0].texts) if shown else ()
        return Edition(
            title=settings.title,
            address=self._address,
            publisher=settings.publisher,
            now_s=self._now_s(),
            zone=self._zone(shown),
            items=shown,
            languages=settings.languages or said or ("en",),
            reload_s=settings.reload_s,
            background=self._ground(shown),
            is_exercise=self.is_exercise,
        )

    def _zone(self, shown: Sequence[Published]) -> tzinfo:
        return local_zone(self._settings.time_zone, shown[0].country if shown else "")

    def _ground(self, shown: Sequence[Published]) -> Background:
        """Return what lies under the areas; it is read when the first map is drawn."""
        has_map = bool({"in_force", "all_clear"} & set(standings(shown, self._now_s()).values()))
        if self._background is None and has_map and self._settings.has_background:
            self._background = load_background()
        return self._background or Background()

    def _load(self) -> tuple[Published, ...]:
        """Return what was published before, from the first copy of the index that can be read."""
        if self._items is None:
            self._items = self._read_index()
        return self._items

    def _read_index(self) -> tuple[Published, ...]:
        damaged = False
        for name in INDEX:
            path = self._folder / name
            try:
                return msgspec.json.decode(path.read_bytes(), type=Index).items
            except FileNotFoundError:
                continue
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                damaged = True
                log.warning("public_index_damaged", channel=self._name, path=str(path), reason=str(error))
                path.replace(path.with_name(f"{name}{ASIDE}"))
        self._is_lost = damaged
        return ()

    def _write_index(self) -> None:
        data = msgspec.json.encode(Index(items=self._items or ()))
        for name in INDEX:
            write_whole(self._folder / name, data)


def build(settings: Settings, name: str) -> Public:
    """Return the channel."""
    return Public(settings, name, time.time)


def sorted_out(items: Sequence[Published], history: int, now_s: float) -> Kept:
    """Return which of the messages, newest first, are shown: the newest ones, and all that is in force."""
    stands = standings(items, now_s)
    shown: list[Published] = []
    rest: list[Published] = []
    for item in items:
        is_shown = len(shown) < history or stands[item.identifier] in {"in_force", "all_clear"}
        (shown if is_shown else rest).append(item)
    return Kept(shown=tuple(shown), hidden=tuple(rest[:history]), dropped=tuple(rest[history:]))


def load_background() -> Background:
    """Return the towns and the borders of the frontier, as far as they came with the program."""
    file = resources.files("sargas.airspace") / "data" / "places.json"
    towns = places.parse(file.read_bytes()) if file.is_file() else []
    data = resources.files("timezonefinder_data")
    states = borders.load(lambda name: (data / name).read_bytes())
    outlines = [_geos.Polygon(polygon[0]) for state in states for polygon in state.polygons]
    return Background(towns=towns, borders=outlines)
