"""Write the generated parts of the reference: the configuration's tables and the report format's schema.

Run by `make docs`; a test fails when what stands in the files is not what this writes.
"""

import json
import runpy
import types
import typing
from pathlib import Path
from typing import Any

import msgspec

from sargas import plugins
from sargas.alarm import book as alarm_book
from sargas.app import config, dossier_section, outlets, record_section, web_section
from sargas.decode import jsonl
from sargas.fuse import health
from sargas.identify import identifier
from sargas.incident import book, case_steps
from sargas.model import search, sensor
from sargas.model.dossier import Dossier
from sargas.model.register import RegisterRecord
from sargas.share import bulletin_json, cap_profile
from sargas.warn import drafter

REFERENCE = Path(__file__).parent / "reference"
KIND_TITLES: dict[plugins.Kind, str] = {
    "transport": "Transports: `[feeds.transport]`",
    "recording": "Recordings: `recording` and `options` of the transport `file`",
    "decoder": "Decoders: `[feeds.decoder]`",
    "tracker": "Trackers: `[tracker]`",
    "rule": "Rules: `[[rules]]`",
    "channel": "Channels: `[channels.channel]`",
    "stream": "Streams: `[streams.stream]`",
    "witness": "Witnesses: `[record.heads.witness]`",
}

HEAD = """\
# Configuration

One TOML file. `sargas check FILE` tells every mistake in it at once, with line and key; unknown keys are refused.
Files named in it are looked for beside it. This page is generated from the code (`make docs`).
"""


def configuration() -> str:
    """Return the page about the configuration."""
    parts = [HEAD]
    sections: list[tuple[str, type[msgspec.Struct]]] = [
        ("`[watch]`", config.Watch),
        ("`[[sensors]]`", sensor.Sensor),
        ("`errors` of a sensor", sensor.Errors),
        ("`coverage` of a sensor", sensor.Coverage),
        ("`[[feeds]]`", config.Feed),
        ("`[[zones]]`", config.ZoneFile),
        ("`[journal]`", config.JournalSection),
        ("`[record]`", record_section.RecordSection),
        ("`[[record.heads]]`", record_section.WitnessSection),
        ("`[web]`", web_section.Web),
        ("`[web.oidc]`", web_section.OpenIdSection),
        ("`[search]`", config.Search),
        ("`[[search.assets]]`", search.Asset),
        ("`[[case.steps]]`", case_steps.UsualStep),
        ("`[health]`", health.Settings),
        ("`[incidents]`", book.Settings),
        ("`[identify]`", identifier.Settings),
        ("`[alarms]`", alarm_book.Settings),
        ("`[warning]`", config.WarningSection),
        ("`[warning.draft]`", drafter.Settings),
        ("`[warning.cap]`", cap_profile.Profile),
        ("`[dossier]`", dossier_section.DossierSection),
        ("`[[channels]]`", outlets.ChannelSection),
        ("`[[streams]]`", outlets.StreamSection),
    ]
    parts += [section(f"## {title}", struct) for title, struct in sections]
    for kind, title in KIND_TITLES.items():
        parts.append(f"## {title}\n")
        for name in plugins.names(kind):
            heading = f'### `recording = "{name}"`' if kind == "recording" else f'### `type = "{name}"`'
            parts.append(section(heading, plugins.load(kind, name).Settings))
    return "\n".join(parts)


def section(title: str, struct: type[msgspec.Struct]) -> str:
    """Return the heading, the docstring and the table of one struct."""
    text = " ".join((struct.__doc__ or "").split())
    rows = [
        f"| `{field.encode_name}` | {shown(field.type)} | {default(field)} |"
        for field in msgspec.structs.fields(struct)
    ]
    table = ["| key | type | default |", "|---|---|---|", *rows] if rows else ["No settings."]
    return "\n".join([title, "", text, "", *table, ""])


def shown(kind: Any) -> str:
    """Return a type as a reader of TOML knows it, with its bounds."""
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        inner, *notes = typing.get_args(kind)
        limits = [limit for note in notes if isinstance(note, msgspec.Meta) for limit in bounds(note)]
        return shown(inner) + (f" ({', '.join(limits)})" if limits else "")
    if origin is typing.Literal:
        return " or ".join(f"`{json.dumps(value)}`" for value in typing.get_args(kind))
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(shown(option) for option in typing.get_args(kind) if option is not type(None))
    if origin in {list, tuple, dict}:
        inside = [shown(option) for option in typing.get_args(kind) if option is not Ellipsis]
        return "table" if origin is dict else f"list of {' and '.join(dict.fromkeys(inside))}"
    names = {str: "text", float: "number", int: "integer", bool: "true or false", object: "value"}
    return names.get(kind, "table")


def bounds(note: msgspec.Meta) -> list[str]:
    """Return the limits of a value in words."""
    signs = {
        "ge": "at least",
        "gt": "above",
        "le": "at most",
        "lt": "below",
        "pattern": "matches",
        "max_length": "longest",
    }
    found = [(words, getattr(note, name)) for name, words in signs.items()]
    limits = [
        f"{words} {value:g}" if isinstance(value, int | float) else f"{words} `{value}`"
        for words, value in found
        if value is not None
    ]
    return [note.description, *limits] if note.description else limits


def default(field: msgspec.structs.FieldInfo) -> str:
    """Return the default of a field as TOML writes it."""
    if field.required:
        return "required"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value is None or isinstance(value, msgspec.Struct):
        return ""
    return f"`{json.dumps(msgspec.to_builtins(value), ensure_ascii=False)}`"


def schema() -> str:
    """Return the JSON Schema of the report format."""
    return json.dumps(jsonl.schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def bulletin_schema() -> str:
    """Return the JSON Schema of a bulletin as a webhook and a broker get it."""
    return json.dumps(bulletin_json.schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def register_schema() -> str:
    """Return the JSON Schema of a record of the register."""
    return json.dumps(msgspec.json.schema(RegisterRecord), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def dossier_schema() -> str:
    """Return the JSON Schema of dossier.json."""
    return json.dumps(msgspec.json.schema(Dossier), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    (REFERENCE / "configuration.md").write_text(configuration(), encoding="utf-8")
    (REFERENCE / "report.schema.json").write_text(schema(), encoding="utf-8")
    (REFERENCE / "bulletin.schema.json").write_text(bulletin_schema(), encoding="utf-8")
    (REFERENCE / "register.schema.json").write_text(register_schema(), encoding="utf-8")
    (REFERENCE / "dossier.schema.json").write_text(dossier_schema(), encoding="utf-8")
    for page in ("report_format.py", "commands.py", "aircraft_table.py"):
        runpy.run_path(str(Path(__file__).parent / page), run_name="__main__")
