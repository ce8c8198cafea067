"""The section of the configuration about the record: how it is signed, and who keeps its heads.

[record]
rotate_days = 90

[[record.heads]]
name = "archive"
witness = { type = "file", path = "/mnt/archive/heads.txt" }
"""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from sargas.app.toml_lines import Table
from sargas.store.signing_key import Origin

WitnessName = Annotated[str, Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class WitnessSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who keeps heads of the record, out of this machine's reach: which plug-in, with its settings."""

    name: WitnessName
    witness: Table


class RecordSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the record stands: who signs it, who keeps its heads, how long contents of evidence are kept.

    `origin` names the record in its heads, for ever; made from country and title if it is left out. `key` is the file
    of the private key, beside the journal if it is left out; a new one is made when it is `rotate_days` old.
    Decisions are signed at once, everything else within `sign_every_s`. `heads` are published every
    `publish_every_s`. `evidence_max_mb`: the largest content of evidence. `evidence_days`: so long are contents kept
    after the incident was closed, unless it is held; for ever if it is left out.
    """

    origin: Origin = ""
    key: str = ""
    sign_every_s: Annotated[float, Meta(ge=1.0, le=3_600.0)] = 10.0
    rotate_days: Annotated[float, Meta(ge=1.0)] = 90.0
    publish_every_s: Annotated[float, Meta(ge=1.0, le=86_400.0)] = 600.0
    heads: list[WitnessSection] = []
    evidence_max_mb: Annotated[float, Meta(gt=0.0, le=4_000.0)] = 200.0
    evidence_days: Annotated[float, Meta(ge=1.0)] | None = None


def mistakes_of_record(record: RecordSection, folder: Path) -> list[tuple[tuple[str | int, ...], str]]:
    """Return what no type can tell, each with its key: names borne twice, a key in a folder that is not there."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    first: dict[str, int] = {}
    for index, section in enumerate(record.heads):
        at = first.setdefault(section.name, index)
        if at != index:
            found.append((("record", "heads", index, "name"), f"'{section.name}' is already record.heads[{at}]"))
    if record.key and not (folder / record.key).parent.is_dir():
        found.append((("record", "key"), f"no folder '{(folder / record.key).parent}'"))
    return found
