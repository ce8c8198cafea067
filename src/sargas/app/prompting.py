"""A configuration as a command sees it: the watch that runs it, or, in `journaled`, its journal while none runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct, structs

from sargas.app import config as configuration
from sargas.app.config import JournalSection, Watch
from sargas.app.desk_client import Choose, Desk, Kept
from sargas.app.outlets import ChannelSection
from sargas.app.web_section import Web
from sargas.model.alarm import AlarmLogItem
from sargas.model.decision import AccessEvidence, Decision
from sargas.model.errors import DecisionError
from sargas.model.evidence import Evidence
from sargas.model.picture import Picture
from sargas.model.shift import Shift
from sargas.store import journal_sqlite
from sargas.web.answers import Content


class Front(Struct, frozen=True, kw_only=True):
    """What must be known of a configuration to find the watch that runs it."""

    watch: Watch
    web: Web = Web()
    journal: JournalSection = JournalSection()
    channels: list[ChannelSection] = []


class Prompt(Protocol):
    """Where a command looks and decides; what cannot be done raises JournalError, what may not be DecisionError."""

    @property
    def is_running(self) -> bool:
        """Whether a watch runs the configuration."""

    def picture(self) -> Picture:
        """Return the picture as it is now, or after the last entry of the journal."""

    def alarm_log(self, since_s: float | None) -> list[AlarmLogItem]:
        """Return the log of alarms, the newest last."""

    def shift(self, since_s: float | None) -> Shift:
        """Return the shift since a moment, since the last hand-over if none is given."""

    def decide(self, decision: Decision | Choose) -> Kept:
        """Hand in a decision, or what decides it from the picture."""

    def hand_in(self, parts: Iterator[bytes]) -> Content:
        """Hand in the content of evidence; a decision then puts it on a file."""

    def content(self, item: Evidence, access: AccessEvidence) -> Iterator[bytes]:
        """Return the content of evidence in parts; who had it is written down before."""


class AtWatch:
    """The prompt of a watch that runs; it has its own time."""

    is_running = True

    def __init__(self, watch: Desk, decided_s: float | None = None) -> None:
        """Look and decide at the watch.

        Raises:
            DecisionError: a time was given.
        """
        if decided_s is not None:
            raise DecisionError(f"no time can be given: the watch at {watch.url} runs and has its own")
        self._watch = watch
        self.picture, self.alarm_log, self.shift = watch.picture, watch.alarm_log, watch.shift
        self.hand_in, self.content = watch.hand_in, watch.content

    def decide(self, decision: Decision | Choose) -> Kept:
        """Hand in a decision, or what decides it from the picture."""
        return self._watch.decide(decision if isinstance(decision, Struct) else decision(self._watch.picture()))


def watch_of(front: Front, url: str | None) -> Desk | None:
    """Return the watch at an address, by default at that of the configuration; None if none runs there.

    At the address of the configuration a watch of another title is not its watch, nor is one that asks for a token
    before it tells its title while nobody writes the configuration's journal.
    """
    watch = Desk(url or address(front.web), certificate=front.web.certificate)
    title = watch.title()
    if title is None or (not url and title not in {"", front.watch.title}):
        return None
    is_another = not url and title == "" and not journal_sqlite.is_written(Path(front.journal.path))
    return None if is_another else watch


def front_of(config_path: Path) -> Front:
    """Return what must be known of a configuration at first; the rest is not looked at unless this is wrong.

    Raises:
        ConfigError: it cannot be used.
    """
    text = configuration.read_text(config_path)
    try:
        front = msgspec.toml.decode(text, type=Front)
    except msgspec.DecodeError:
        whole = configuration.read(config_path)  # tells every mistake with its line
        front = Front(watch=whole.watch, web=whole.web, journal=whole.journal, channels=whole.channels)
    path = str(config_path.parent / front.journal.path)
    front = structs.replace(front, journal=structs.replace(front.journal, path=path))
    if not front.web.certificate:
        return front
    certificate = str(config_path.parent / front.web.certificate)
    return structs.replace(front, web=structs.replace(front.web, certificate=certificate))


def address(web: Web) -> str:
    """Return where the watch of a configuration is served."""
    host = "127.0.0.1" if web.host in {"0.0.0.0", "::"} else web.host  # noqa: S104
    if web.certificate:  # it is made out to a name
        return f"https://{web.host_names[0] if web.host_names else host}:{web.port}"
    return f"http://{host}:{web.port}"
