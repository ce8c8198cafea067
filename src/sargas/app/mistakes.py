"""The finder of mistakes: walks a raw configuration and tells everything that is wrong with it, with line and key."""

import difflib
import re
from collections.abc import Callable
from pathlib import Path
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from sargas import plugins
from sargas.alarm import book as alarm_book
from sargas.app.toml_lines import Path as KeyPath
from sargas.app.toml_lines import Table, line_of, show
from sargas.fuse import health
from sargas.identify import identifier
from sargas.incident import book
from sargas.model.errors import ConfigError
from sargas.share import cap_profile
from sargas.warn import drafter

SECTIONS: Final[tuple[tuple[str, type[Struct]], ...]] = (
    ("health", health.Settings),
    ("incidents", book.Settings),
    ("identify", identifier.Settings),
    ("alarms", alarm_book.Settings),
)
WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "object": "a table",
    "array": "a list",
}


class Mistake(Struct, frozen=True):
    """One thing wrong in the configuration."""

    line: int | None
    key: str
    text: str

    def __str__(self) -> str:
        """Return the mistake on one line."""
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.key}: {self.text}"


class Finder:
    """Walks a raw table beside its Struct and collects every mistake instead of the first."""

    def __init__(self, lines: dict[KeyPath, int]) -> None:
        self.mistakes: list[Mistake] = []
        self._lines = lines

    def add(self, path: KeyPath, text: str) -> None:
        """Note a mistake at a key."""
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
            self.add(path, _plain(error, kind))
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
        for index, channel in _tables(raw.get("channels")):
            self._part("channel", channel.get("channel"), ("channels", index, "channel"))
        for index, stream in _tables(raw.get("streams")):
            self._part("stream", stream.get("stream"), ("streams", index, "stream"))
        record = raw.get("record")
        for index, head in _tables(record.get("heads") if isinstance(record, dict) else None):
            self._part("witness", head.get("witness"), ("record", "heads", index, "witness"))
        for section, settings in SECTIONS:
            if isinstance(raw.get(section), dict):
                self.convert(raw[section], settings, (section,))
        self._warning(raw)

    def _warning(self, raw: dict[str, object]) -> None:
        """Check the tables of the warnings; who sends must be known as soon as anything leaves."""
        warning = raw.get("warning", {})
        if not isinstance(warning, dict):  # told already
            return
        if isinstance(warning.get("draft"), dict):
            self.convert(warning["draft"], drafter.Settings, ("warning", "draft"))
        cap = warning.get("cap", {})
        if isinstance(cap, dict) and (cap or _tables(raw.get("channels"))):
            self.convert(cap, cap_profile.Profile, ("warning", "cap"))

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
        given = {key: value for key, value in table.items() if key != "type"}
        settings = self.convert(given, module.Settings, path)
        if kind == "transport" and settings is not None:
            self._try(lambda: module.build(settings, "check"), table, path)

    def _try(self, build: Callable[[], object], table: Table, path: KeyPath) -> None:
        """Build a part for the mistakes that only it can find; it names the key first, as `allow[0]: ...`."""
        try:
            build()
        except ConfigError as error:
            named = re.match(r"(\w+)[^:]*: (.*)", str(error), re.DOTALL)
            if named is None or named[1] not in table:
                self.add(path, str(error))
            elif named[1] not in {"recording", "options"}:  # told by line and key
                self.add((*path, named[1]), named[2])

    def meaning(self, raw: dict[str, object], folder: Path) -> None:
        """Check what no type can: names used twice, names that nobody bears, places and files that are not there."""
        sensors = _tables(raw.get("sensors"))
        self._unique("sensors", sensors, "id")
        self._unique("feeds", _tables(raw.get("feeds")), "name")
        self._sources(sensors)
        for index, sensor in sensors:
            if ("lat_deg" in sensor) != ("lon_deg" in sensor):
                self.add(("sensors", index), "lat_deg and lon_deg go together")
            elif sensor.get("kind") == "radar" and "sic" in sensor and "lat_deg" not in sensor:
                self.add(
                    ("sensors", index), "a radar without a site: its plots cannot be placed; give lat_deg, lon_deg"
                )
        known = {sensor.get("id") for _, sensor in sensors}
        for index, feed in _tables(raw.get("feeds")):
            self._feed(index, feed, known, folder)
        for index, zone in _tables(raw.get("zones")):
            self._is_there(zone.get("file"), ("zones", index, "file"), folder)
        self._search(raw.get("search"), folder)
        self._warning_files(raw.get("warning"), folder)
        journal = raw.get("journal")
        path = journal.get("path") if isinstance(journal, dict) else None
        if isinstance(path, str) and not (folder / path).parent.is_dir():
            self.add(("journal", "path"), f"no folder '{(folder / path).parent}'")

    def _warning_files(self, warning: object, folder: Path) -> None:
        if not isinstance(warning, dict):
            return
        for key in ("municipalities", "points", "key", "certificate"):
            if warning.get(key) != "":
                self._is_there(warning.get(key), ("warning", key), folder)
        wordings = warning.get("wordings")
        for index, name in enumerate(wordings if isinstance(wordings, list) else ()):
            self._is_there(name, ("warning", "wordings", index), folder)
        if bool(warning.get("key")) != bool(warning.get("certificate")):
            self.add(("warning",), "key and certificate go together")

    def _search(self, search: object, folder: Path) -> None:
        if not isinstance(search, dict):
            return
        for key in ("aircraft", "covers", "lines"):
            if search.get(key) != "":
                self._is_there(search.get(key), ("search", key), folder)
        terrain = search.get("terrain")
        for index, name in enumerate(terrain if isinstance(terrain, list) else ()):
            self._is_there(name, ("search", "terrain", index), folder)
        assets = search.get("assets")
        first: dict[object, int] = {}
        for index, asset in _tables(assets):
            name = asset.get("asset_id")
            if isinstance(name, str) and first.setdefault(name, index) != index:
                text = f"'{name}' is already search.assets[{first[name]}]"
                self.add(("search", "assets", index, "asset_id"), text)

    def _feed(self, index: int, feed: Table, known: set[object], folder: Path) -> None:
        decoder, transport = feed.get("decoder"), feed.get("transport")
        for key in ("sensor", "sensors"):
            named = decoder.get(key, []) if isinstance(decoder, dict) else []
            for sensor_id in [named] if isinstance(named, str) else named if isinstance(named, list) else []:
                if sensor_id not in known:
                    self.add(("feeds", index, "decoder", key), f"no sensor '{sensor_id}' in [[sensors]]")
        for key in ("certificate", "key", "client_ca"):
            if isinstance(transport, dict) and transport.get(key):
                self._is_there(transport[key], ("feeds", index, "transport", key), folder)
        if isinstance(transport, dict) and transport.get("type") == "file":
            path: KeyPath = ("feeds", index, "transport")
            if not transport.get("follow"):  # what is followed may come later
                self._is_there(transport.get("path"), (*path, "path"), folder)
            self._recording(transport, path)

    def _recording(self, transport: Table, path: KeyPath) -> None:
        name, options = transport.get("recording", "raw"), transport.get("options", {})
        if not isinstance(name, str) or not isinstance(options, dict):  # told already
            return
        try:
            settings = plugins.load("recording", name).Settings
        except ConfigError as error:
            self.add((*path, "recording"), str(error))
        else:
            self.convert(options, settings, (*path, "options"))

    def _is_there(self, name: object, path: KeyPath, folder: Path) -> None:
        if isinstance(name, str) and not (folder / name).is_file():
            self.add(path, f"no file '{name}'")

    def _sources(self, sensors: list[tuple[int, Table]]) -> None:
        first: dict[tuple[object, object], object] = {}
        for index, sensor in sensors:
            if "sac" in sensor and "sic" in sensor:
                source = (sensor["sac"], sensor["sic"])
                other = first.setdefault(source, index)
                if other != index:
                    text = f"SAC/SIC {source[0]}/{source[1]} is already that of sensors[{other}]"
                    self.add(("sensors", index, "sic"), text)

    def _unique(self, table: str, rows: list[tuple[int, Table]], key: str) -> None:
        first: dict[str, int] = {}
        for index, row in rows:
            name = row.get(key)
            if isinstance(name, str) and first.setdefault(name, index) != index:
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


def _plain(error: msgspec.ValidationError, kind: Any) -> str:
    """Return the error in the words of somebody who writes TOML."""
    text = re.sub(r" - at .*", "", str(error)).replace("`", "'")
    for theirs, ours in WORDS.items():
        text = (
            text.replace(f"'{theirs}'", ours)
            .replace(f"{theirs} |", f"{ours} |")
            .replace("'float | null'", "a number")
        )
    choices = [value for part in (kind, *get_args(kind)) if get_origin(part) is Literal for value in get_args(part)]
    described = re.search(r"description='([^']*)'", str(kind)) if "regex" in text else None
    return (
        text
        + (f"; have {', '.join(map(str, choices))}" if choices and "enum" in text else "")
        + (f" ({described[1]})" if described else "")
    )
