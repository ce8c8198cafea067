"""The rules by which a version leaves things out: data, read from a table that a watch may change."""

from functools import lru_cache
from importlib import resources
from typing import Annotated, Final, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from sargas.model.dossier import Version
from sargas.model.errors import DataError
from sargas.model.evidence import Handling

VERSIONS: Final[tuple[Version, ...]] = get_args(Version)
Step = Annotated[float, Meta(ge=0.0, le=100_000.0)]


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one version shows.

    `handling`: evidence of these. `sensors`: by their names, by a number and their kind, or only by kind; then
    `sensor_sites` and `sensor_figures` (errors, counts, states). `officers`: by name, as officer 1, 2, ... or not at
    all. `texts`: all words of the record, those that the watch wrote or that came in as reports, or none.

    Places are rounded to `position_step_deg` (0: not), uncertainties up to `spread_step_m`, times to `time_step_s`;
    a track has a point every `point_every_s`, and from `lead_s` before its crossing on: how far sensors see beyond
    the border is no news for everybody. `heights`: of tracks. `steps`: of the case. `searches`: where teams searched,
    and what was found, exactly. `channels`: by which warnings left. `entries`: which entries of the record travel:
    all that are cited, those of `frames` evidence that may be shown, or none.
    `letter`: a note that asks the other state, a request to allies, or none; the answer is asked for in `reply_days`.
    """

    handling: tuple[Handling, ...]
    sensors: Literal["named", "numbered", "kinds"] = "kinds"
    sensor_sites: bool = False
    sensor_figures: bool = False
    officers: Literal["named", "roles", "none"] = "none"
    texts: Literal["all", "recorded", "none"] = "none"
    position_step_deg: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.0
    spread_step_m: Step = 0.0
    time_step_s: Step = 0.0
    point_every_s: Step = 0.0
    lead_s: Step | None = None
    heights: bool = False
    steps: bool = False
    searches: bool = False
    channels: bool = False
    entries: Literal["all", "frames", "none"] = "none"
    letter: Literal["", "note", "request"] = ""
    reply_days: Annotated[int, Meta(ge=1, le=365)] = 14


@lru_cache(maxsize=1)
def packaged() -> dict[Version, Rules]:
    """Return the rules that come with Sargas."""
    text = (resources.files("sargas.dossier") / "rules.toml").read_text(encoding="utf-8")
    return msgspec.toml.decode(text, type=dict[Version, Rules])


def parse(text: str, name: str) -> dict[Version, Rules]:
    """Return the rules of a file: its lines stand in the place of those that come with Sargas.

    Args:
        text: the TOML file.
        name: its name, for errors.

    Raises:
        DataError: it is no such file: which version, which key, and what was expected.
    """
    try:
        told = msgspec.toml.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise DataError(f"{name}: {error}") from error
    rules = dict(packaged())
    for version, lines in told.items():
        if version not in rules:
            raise DataError(f"{name}: no version '{str(version)[:40]}'; have {', '.join(VERSIONS)}")
        if not isinstance(lines, dict):
            raise DataError(f"{name}: '{version}': expected a table, got {type(lines).__name__}")
        try:
            rules[version] = msgspec.convert({**msgspec.to_builtins(rules[version]), **lines}, Rules)
        except (msgspec.ValidationError, RecursionError) as error:
            raise DataError(f"{name}: [{version}]: {error}") from error
    return rules
