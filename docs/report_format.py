"""Write docs/reference/report-format.md: a table and an example for every kind of report.

The types and bounds come from the code, the sentences from here; a field without a sentence is an error.
"""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from sargas.decode.jsonl import KINDS, REFUSED
from sargas.decode.lines import LINE_MAX_BYTES
from sargas.model import report

HERE = Path(__file__).parent
PAGE = HERE / "reference" / "report-format.md"
SET_BY_THE_WATCH = {"received_s", "entry"}

HEAD = f"""\
# The report format

Sargas's own way in: one JSON object a line, UTF-8, each line at most {LINE_MAX_BYTES // 1024} KiB, through any
transport (UDP, TCP, HTTP POST, a file). A feed reads it with

```toml
[feeds.decoder]
type = "jsonl"
sensors = ["mic-7"]  # for which sensors it may speak; all of the table if left out
```

Every object has a `kind`, and no key but those listed here: a misspelt key is refused, not passed over. Positions are
WGS-84 degrees, azimuths and courses degrees clockwise from true north, times UTC epoch seconds, everything else SI;
`*_sd_*` is one standard deviation. What you do not know you leave out (or give as `null`): never 0, never -1.

A line that cannot be read is counted with its reason in the health of the feed (`sargas sensors`, the health page)
and costs nothing else. When it came in, and under which number it stands in the journal, is set by the watch: a line
that sets `received_s` or `entry` is refused. So is one that names a sensor for which its feed may not speak.

A message that asks to engage, jam, intercept or steer a weapon is refused with the words
"{REFUSED}".

The same in the words of a machine: [report.schema.json](report.schema.json) (JSON Schema 2020-12), also printed by
`sargas schema`. Both are generated from the code (`make docs`).

## In every report
"""

COMMON = {
    "kind": "one of " + ", ".join(f"`{kind}`" for kind in KINDS),
    "sensor": "who says it",
    "time_s": "when it was true; not when it was sent",
}
SENTENCES: dict[str, str] = {
    "alt_baro_m": "pressure altitude (1013.25 hPa)",
    "alt_wgs84_m": "height above the WGS-84 ellipsoid",
    "area": "corners as [longitude, latitude], not closed; one point with `radius_m` is a circle",
    "azimuth_deg": "direction from the sensor, or from the stated place",
    "azimuth_sd_deg": "its error; the sensor table's if left out",
    "climb_mps": "up is positive",
    "course_deg": "direction of motion over ground",
    "elevation_deg": "above the local horizon",
    "elevation_sd_deg": "its error; the sensor table's if left out",
    "identity": "what it says it is, or is said to be: see below",
    "is_on_ground": "it says that it is on the ground",
    "lat_deg": "latitude, north positive",
    "lon_deg": "longitude, east positive",
    "medium": "what was sensed",
    "position_sd_m": "how well the place is known",
    "radius_m": "how far away it is at most",
    "range_m": "slant range",
    "range_max_m": "how far away it is at most",
    "range_rate_mps": "away is positive",
    "range_sd_m": "its error; the sensor table's if left out",
    "rcs_dbsm": "radar cross-section",
    "reporter": "who it was, as far as they said",
    "sd_m": "error of the position, per axis",
    "sense": "how they noticed it",
    "source": "by which means the position came",
    "speed_mps": "over ground",
    "text": "words for a person, cut short where longer; never read by a rule",
    "track_number": "the neighbour's own number of the track",
    "valid_until_s": "when the cue no longer holds",
}
OF_KIND: dict[tuple[str, str], str] = {
    ("bearing", "lat_deg"): "where it was taken, if not at the sensor's site; with `lon_deg`",
    ("bearing", "lon_deg"): "with `lat_deg`",
    ("presence", "lat_deg"): "centre, if not the sensor's site; with `lon_deg`",
    ("presence", "lon_deg"): "with `lat_deg`",
    ("sighting", "lat_deg"): "where the person stood",
    ("sighting", "lon_deg"): "where the person stood",
    ("sighting", "azimuth_deg"): "direction in which it was seen or heard",
    ("sighting", "azimuth_sd_deg"): "how sure they are of it",
    ("sighting", "range_m"): "their guess of how far away it was",
    ("cue", "radius_m"): "radius about a single point",
    ("system_track", "status"): "as the neighbour's system has it; `ended` once when it is over",
    ("sensor_status", "state"): "how it is, by its own word",
    ("sensor_status", "mark"): "its antenna passes north, or a sector",
    ("sensor_status", "azimuth_deg"): "where the sector mark is",
    ("sensor_status", "rotation_s"): "time of one turn of the antenna",
}
IDENTITY = {
    "icao24": "ICAO 24-bit address, lower-case hexadecimal",
    "callsign": "as flown, without padding",
    "squawk": "Mode 3/A code, octal",
    "remote_id": "serial number or session id of Remote ID",
}

EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "kind": "polar_plot",
        "sensor": "radar-1",
        "time_s": 1753668000.25,
        "range_m": 18250.0,
        "azimuth_deg": 91.4,
        "elevation_deg": 0.6,
        "range_rate_mps": -24.5,
    },
    {
        "kind": "geo_plot",
        "sensor": "radar-2",
        "time_s": 1753668001.5,
        "lat_deg": 54.6551,
        "lon_deg": 25.7312,
        "sd_m": 60.0,
        "alt_wgs84_m": 235.0,
        "speed_mps": 26.0,
        "course_deg": 284.0,
    },
    {
        "kind": "bearing",
        "sensor": "mic-7",
        "time_s": 1753668002.0,
        "azimuth_deg": 77.0,
        "azimuth_sd_deg": 6.0,
        "medium": "acoustic",
        "text": "two-stroke engine",
    },
    {"kind": "presence", "sensor": "mic-8", "time_s": 1753668003.0, "radius_m": 3000.0, "medium": "acoustic"},
    {
        "kind": "sighting",
        "sensor": "people",
        "time_s": 1753668060.0,
        "lat_deg": 54.6208,
        "lon_deg": 25.6011,
        "position_sd_m": 300.0,
        "sense": "heard",
        "azimuth_deg": 45.0,
        "azimuth_sd_deg": 30.0,
        "text": "skrido žemai, garsas kaip mopedo",
    },
    {
        "kind": "cooperative",
        "sensor": "rid-3",
        "time_s": 1753668004.0,
        "identity": {"remote_id": "1581F5FJD239C00DW22E"},
        "source": "remote_id",
        "lat_deg": 54.6901,
        "lon_deg": 25.2712,
        "alt_wgs84_m": 212.0,
        "speed_mps": 8.5,
        "course_deg": 120.0,
    },
    {
        "kind": "system_track",
        "sensor": "neighbour-lv",
        "time_s": 1753668005.0,
        "track_number": 4711,
        "lat_deg": 55.8004,
        "lon_deg": 26.7011,
        "sd_m": 150.0,
        "speed_mps": 42.0,
        "course_deg": 265.0,
        "status": "confirmed",
    },
    {
        "kind": "cue",
        "sensor": "neighbour-lv",
        "time_s": 1753667700.0,
        "area": [[26.6, 55.6], [26.9, 55.6], [26.9, 55.9], [26.6, 55.9]],
        "valid_until_s": 1753669500.0,
        "text": "slow target heading west, lost at 02:12 UTC",
    },
    {"kind": "sensor_status", "sensor": "radar-1", "time_s": 1753668004.0, "state": "ok", "rotation_s": 4.0},
)


def page() -> str:
    """Return the page."""
    shown = _generate()
    parts = [HEAD, table(shown, report.Report, COMMON, with_kind=True)]
    kinds = {kind.__struct_config__.tag: kind for kind in report.AnyReport.__args__}
    for example in EXAMPLES:
        name = example["kind"]
        struct = kinds.pop(name)
        line = json.dumps(example, ensure_ascii=False)
        text = " ".join((struct.__doc__ or "").split())
        sentences = {
            field.encode_name: OF_KIND.get((name, field.encode_name)) or SENTENCES[field.encode_name]
            for field in msgspec.structs.fields(struct)
            if field.encode_name not in {*COMMON, *SET_BY_THE_WATCH}
        }
        parts += [f"## `{name}`\n\n{text}\n", table(shown, struct, sentences), f"```json\n{line}\n```\n"]
    if kinds:
        raise KeyError(f"no example for {', '.join(kinds)}")
    text = " ".join((report.Identity.__doc__ or "").split())
    parts += [f"## `identity`\n\n{text}\n", table(shown, report.Identity, IDENTITY)]
    return "\n".join(parts)


def table(
    shown: ModuleType, struct: type[msgspec.Struct], sentences: dict[str, str], *, with_kind: bool = False
) -> str:
    """Return the table of those fields of a struct that have a sentence."""
    rows = [f"| `kind` | text | required | {sentences['kind']} |"] if with_kind else []
    rows += [
        f"| `{field.encode_name}` | {shown.shown(field.type).replace('|', 'or')} | {shown.default(field)} "
        f"| {sentences[field.encode_name]} |"
        for field in msgspec.structs.fields(struct)
        if field.encode_name in sentences
    ]
    return "\n".join(["| key | type | default | meaning |", "|---|---|---|---|", *rows, ""])


def _generate() -> ModuleType:
    """Return docs/generate.py, which knows how to show a type."""
    spec = importlib.util.spec_from_file_location("sargas_docs_generate", HERE / "generate.py")
    if spec is None or spec.loader is None:
        raise ImportError("docs/generate.py is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
