"""The configuration: one TOML file, every mistake of it told in one go with line and key."""

import re
import tomllib
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct

from sargas.app.case_section import CaseSection
from sargas.app.dossier_section import DossierSection, mistakes_of_dossier
from sargas.app.outlets import ChannelSection, StreamSection, mistakes_of
from sargas.app.record_section import RecordSection, mistakes_of_record
from sargas.app.toml_lines import Table, locate
from sargas.app.web_section import Web, mistakes_of_posters, mistakes_of_web
from sargas.model.errors import ConfigError
from sargas.model.search import Asset
from sargas.model.sensor import Sensor
from sargas.model.zone import ZoneKind

if TYPE_CHECKING:
    from sargas.app.mistakes import Mistake

T = TypeVar("T")
S = TypeVar("S", bound=Struct)
DEFAULT_TRACKER: Table = {"type": "pmb"}
DEFAULT_RULES: tuple[Table, ...] = tuple(
    {"type": name} for name in ("incursion", "approach", "near_border", "zone_entry", "silent_sensor", "reported")
)


class Watch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose airspace is watched, and how often the rules look."""

    title: str = "Sargas"
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    step_s: Annotated[float, Meta(ge=0.1, le=10.0)] = 1.0
    is_exercise: bool = False


class Feed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One source of bytes: how they come in and what they mean.

    `accounts`: of a feed that takes posts, whose posts it takes; of every account that may deliver, if none is named.
    """

    name: Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    transport: Table
    decoder: Table
    accounts: list[str] = []


class ZoneFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of zones; `kind` is given to those that name none. `country` is for sovereign overrides."""

    file: str
    kind: ZoneKind | None = None
    country: str = ""


class JournalSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the journal stands and how long it is kept."""

    path: str = "sargas.journal"
    keep_days: Annotated[float, Meta(gt=0.0)] = 30.0
    max_gb: Annotated[float, Meta(gt=0.0)] | None = None
    snapshot_every_s: Annotated[float, Meta(ge=1.0)] = 60.0


class Search(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What searches for lost targets are made from; all of it may be left out.

    `aircraft`: a table of kinds of aircraft (TOML) in place of Sargas's own. `terrain`: files of heights (GeoTIFF,
    HGT). `covers`: GeoJSON polygons with the property `cover` (open, mixed, forest, built, water). `lines`: GeoJSON
    lines that sectors may follow: roads, paths, edges of fields. `n_particles`: how many flights are tried; a million
    take a few seconds. `assets`: the teams that a search has unless an officer says otherwise; if there are none,
    two foot teams and a camera drone of eight hours each.
    """

    aircraft: str = ""
    terrain: list[str] = []
    covers: str = ""
    lines: str = ""
    n_particles: Annotated[int, Meta(ge=1_000, le=20_000_000)] = 1_000_000
    assets: list[Asset] = []


class WarningSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the public is warned.

    `approvals`: how many officers must approve. `draft`: how drafts are made. `cap`: what the messages say beside the
    warning; its `sender` is needed as soon as there is a channel. `wordings`: files of your words, one a language.
    `municipalities`, `points`: GeoJSON files of areas with a name, and of what must not be missed (airports, schools,
    plants). `key`, `certificate`: PEM files with which CAP messages are signed; without them they are not.
    """

    approvals: Annotated[int, Meta(ge=1, le=2)] = 1
    draft: Table = {}
    cap: Table = {}
    wordings: list[str] = []
    municipalities: str = ""
    points: str = ""
    key: str = ""
    certificate: str = ""


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration."""

    watch: Watch
    sensors: list[Sensor] = []
    feeds: list[Feed] = []
    zones: list[ZoneFile] = []
    tracker: Table = msgspec.field(default_factory=lambda: dict(DEFAULT_TRACKER))
    health: Table = {}
    incidents: Table = {}
    identify: Table = {}
    alarms: Table = {}
    warning: WarningSection = WarningSection()
    channels: list[ChannelSection] = []
    streams: list[StreamSection] = []
    rules: list[Table] = msgspec.field(default_factory=lambda: [dict(rule) for rule in DEFAULT_RULES])
    journal: JournalSection = JournalSection()
    web: Web = Web()
    search: Search = Search()
    case: CaseSection = CaseSection()
    record: RecordSection = RecordSection()
    dossier: DossierSection = DossierSection()


class Checked(Struct, Generic[T]):
    """A value that was read, or None, and what is wrong with it."""

    value: T | None
    mistakes: "list[Mistake]"


def read(path: Path) -> Config:
    """Return the configuration of a file.

    Raises:
        ConfigError: it cannot be read or has mistakes; the message lists them all.
    """
    checked = check(read_text(path), path.parent)
    if checked.value is None or checked.mistakes:
        raise ConfigError("\n".join([f"{path}:", *(f"  {mistake}" for mistake in checked.mistakes)]))
    return checked.value


def read_text(path: Path) -> str:
    """Return the text of the file.

    Raises:
        ConfigError: it is not there, not a file, or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8 text") from error


def check(text: str, folder: Path) -> Checked[Config]:
    """Return the configuration and every mistake in it; files are looked for beside `folder`."""
    from sargas.app.mistakes import Finder, Mistake  # noqa: PLC0415 - it knows every part: most of a second to load

    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        return Checked(None, [Mistake(int(place[1]) if place else None, "TOML", str(error))])
    finder = Finder(locate(text))
    config = finder.convert(raw, Config, ())
    finder.parts(raw)
    finder.meaning(raw, folder)
    if config is not None:
        found = mistakes_of(config.channels, config.streams) + mistakes_of_web(config.web, folder)
        posters = {index: feed.accounts for index, feed in enumerate(config.feeds)}
        found += mistakes_of_posters(posters, {i: feed.transport.get("type") for i, feed in enumerate(config.feeds)})
        found += mistakes_of_record(config.record, folder)
        found += mistakes_of_dossier(config.dossier, folder)
        for path, told in found:
            finder.add(path, told)
    return Checked(config, sorted(finder.mistakes, key=lambda mistake: (mistake.line or 0, mistake.key)))


def settings_of_table(kind: type[S], table: Table, name: str) -> S:
    """Return the settings that a section's table holds.

    Raises:
        ConfigError: the table does not fit.
    """
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{name}: {error}") from error


def settings_of(module: ModuleType, table: Table) -> Any:
    """Return a plug-in's Settings from its table.

    Raises:
        ConfigError: the table does not fit.
    """
    try:
        return msgspec.convert({key: value for key, value in table.items() if key != "type"}, module.Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{table.get('type', module.__name__)}: {error}") from error
