"""The configuration: one TOML file, every mistake of it told in one go with line and key."""

import difflib
import tomllib
from pathlib import Path
from types import ModuleType, UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from sargas import plugins
from sargas.app.toml_lines import Path as KeyPath
from sargas.app.toml_lines import line_of, locate, show
from sargas.fuse import health
from sargas.incident import book
from sargas.model.errors import ConfigError
from sargas.model.sensor import Sensor
from sargas.model.zone import ZoneKind

T = TypeVar("T")
Table = dict[str, object]
"""A plug-in's part of the configuration, checked against the plug-in's own Settings."""

DEFAULT_TRACKER: Table = {"type": "imm_gnn"}
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
    """One source of bytes: how they come in and what they mean."""

    name: Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    transport: Table
    decoder: Table


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


class Web(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the desk is served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8470


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration."""

    watch: Watch
    sensors: list[Sensor] = []
    feeds: list[Feed] = []
    zones: list[ZoneFile] = []
    tracker: Table = msgspec.field(default_factory=lambda: dict(DEFAULT_TRACKER))
    health: Table = {}
    incidents: Table = {}
    rules: list[Table] = msgspec.field(default_factory=lambda: [dict(rule) for rule in DEFAULT_RULES])
    journal: JournalSection = JournalSection()
    web: Web = Web()


class Mistake(Struct, frozen=True):
    """One thing wrong in the configuration."""

    line: int | None
    key: str
    text: str

    def __str__(self) -> str:
        """Return the mistake on one line."""
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.key}: {self.text}"


class Checked(Struct, Generic[T]):
    """A value that was read, or None, and what is wrong with it."""

    value: T | None
    mistakes: list[Mistake]


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
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Checked(None, [Mistake(None, "TOML", str(error))])
    finder = _Finder(locate(text))
    config = finder.convert(raw, Config, ())
    finder.parts(raw)
    if config is not None:
        finder.meaning(config, folder)
    return Checked(config, sorted(finder.mistakes, key=lambda mistake: (mistake.line or 0, mistake.key)))


def settings_of(module: ModuleType, table: Table) -> Any:
    """Return a plug-in's Settings from its table.

    Raises:
        ConfigError: the table does not fit.
    """
    try:
        return msgspec.convert({key: value for key, value in table.items() if key != "type"}, module.Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{table.get('type', module.__name__)}: {error}") from error


class _Finder:
    """Walks a raw table beside its Struct and collects every mistake instead of the first."""

    def __init__(self, lines: dict[KeyPath, int]) -> None:
        self.mistakes: list[Mistake] = []
        self._lines = lines

    def add(self, path: KeyPath, text: str) -> None:
        self.mistakes.append(Mistake(line_of(path, self._lines), show(path), text))

    def convert(self, raw: object, kind: Any, path: KeyPath) -> Any:
        """Return `raw` as `kind`, or None after noting its mistakes."""
        struct = _struct_in(kind)
        if struct is not None and isinstance(raw, dict):
            return self._convert_struct(raw, struct, path)
        if get_origin(kind) is list and isinstance(raw, list):
            (item_kind,) = get_args(kind)
            items = [self.convert(item, item_kind, (*path, index)) for index, item in enumerate(raw)]
            return None if any(item is None for item in items) else items
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            self.add(path, _plain(error))
            return None

    def _convert_struct(self, raw: dict[str, object], struct: type[Struct], path: KeyPath) -> Any:
        fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
        before = len(self.mistakes)
        for key in raw.keys() - fields.keys():
            near = difflib.get_close_matches(key, fields, n=1)
            self.add((*path, key), f"unknown key; did you mean '{near[0]}'?" if near else "unknown key")
        for name, field in fields.items():
            if field.required and name not in raw:
                self.add((*path, name), "is missing")
        values = {
            field.name: self.convert(raw[name], field.type, (*path, name))
            for name, field in fields.items()
            if name in raw
        }
        return None if len(self.mistakes) > before else struct(**values)

    def parts(self, raw: dict[str, object]) -> None:
        """Check every plug-in's table against the plug-in's Settings, whatever else is wrong."""
        for index, feed in _tables(raw.get("feeds")):
            self._part("transport", feed.get("transport"), ("feeds", index, "transport"))
            self._part("decoder", feed.get("decoder"), ("feeds", index, "decoder"))
        self._part("tracker", raw.get("tracker"), ("tracker",))
        for index, rule in _tables(raw.get("rules")):
            self._part("rule", rule, ("rules", index))
        for section, settings in (("health", health.Settings), ("incidents", book.Settings)):
            if isinstance(raw.get(section), dict):
                self.convert(raw[section], settings, (section,))

    def _part(self, kind: plugins.Kind, table: object, path: KeyPath) -> None:
        if not isinstance(table, dict):  # not given, or no table: told already
            return
        name = table.get("type")
        if not isinstance(name, str):
            self.add((*path, "type"), f"is missing; have {', '.join(plugins.names(kind))}")
            return
        try:
            module = plugins.load(kind, name)
        except ConfigError as error:
            self.add((*path, "type"), str(error))
            return
        self.convert({key: value for key, value in table.items() if key != "type"}, module.Settings, path)

    def meaning(self, config: Config, folder: Path) -> None:
        """Check what no type can: names used twice, names that nobody bears, files that are not there."""
        self._unique("sensors", [sensor.id for sensor in config.sensors], "id")
        self._unique("feeds", [feed.name for feed in config.feeds], "name")
        sources: dict[tuple[int, int], str] = {}
        known = {sensor.id for sensor in config.sensors}
        for index, sensor in enumerate(config.sensors):
            if (sensor.lat_deg is None) != (sensor.lon_deg is None):
                self.add(("sensors", index), "lat_deg and lon_deg go together")
            if sensor.sac is not None and sensor.sic is not None:
                other = sources.setdefault((sensor.sac, sensor.sic), sensor.id)
                if other != sensor.id:
                    self.add(("sensors", index, "sic"), f"SAC/SIC {sensor.sac}/{sensor.sic} is already '{other}'")
        for index, feed in enumerate(config.feeds):
            for key in ("sensor", "sensors"):
                named = feed.decoder.get(key, [])
                for sensor_id in [named] if isinstance(named, str) else named if isinstance(named, list) else []:
                    if sensor_id not in known:
                        self.add(("feeds", index, "decoder", key), f"no sensor '{sensor_id}' in [[sensors]]")
        for index, zone in enumerate(config.zones):
            if not (folder / zone.file).is_file():
                self.add(("zones", index, "file"), f"no file '{zone.file}'")

    def _unique(self, table: str, names: list[str], key: str) -> None:
        first: dict[str, int] = {}
        for index, name in enumerate(names):
            if first.setdefault(name, index) != index:
                self.add((table, index, key), f"'{name}' is already {table}[{first[name]}]")


def _tables(raw: object) -> list[tuple[int, Table]]:
    """Return the tables of an array of tables, numbered."""
    found = enumerate(raw) if isinstance(raw, list) else ()
    return [(index, item) for index, item in found if isinstance(item, dict)]


def _struct_in(kind: Any) -> type[Struct] | None:
    """Return the Struct that a type is, or that a `Struct | None` holds."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return kind
    if get_origin(kind) in {UnionType, Union}:
        structs = [option for option in get_args(kind) if isinstance(option, type) and issubclass(option, Struct)]
        return structs[0] if len(structs) == 1 else None
    return None


def _plain(error: msgspec.ValidationError) -> str:
    return str(error).replace(" - at `$`", "").replace("`", "'")
