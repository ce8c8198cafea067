"""The section of the configuration about dossiers: in whose name they are made, and by which rules.

[dossier]
authority = "National Crisis Management Centre"
rules = "dossier-rules.toml"
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from sargas.dossier import rules as dossier_rules
from sargas.dossier.rules import Rules
from sargas.model.dossier import Version
from sargas.model.errors import ConfigError, DataError

Night = Literal["", "RECONSTRUCTION", "EXERCISE", "TEST"]


class DossierSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In whose name dossiers are made, and by which rules.

    `authority`: who hands them over. `rules`: a file of what each version leaves out, in place of single lines of
    Sargas's own rules. `label`: what is printed on every page if the night was made up or reconstructed.
    """

    authority: Annotated[str, Meta(max_length=200)] = ""
    rules: str = ""
    label: Night = ""


class Office(Struct, frozen=True, kw_only=True):
    """What dossiers take from a configuration."""

    authority: str = ""
    label: Night = ""
    rules: Mapping[Version, Rules] = msgspec.field(default_factory=dossier_rules.packaged)


def office_of(section: DossierSection, folder: Path) -> Office:
    """Return what the section says; the file of rules is looked for beside `folder`.

    Raises:
        ConfigError: there is no such file.
        DataError: it has a mistake.
    """
    rules = dossier_rules.packaged()
    if section.rules:
        path = folder / section.rules
        try:
            rules = dossier_rules.parse(path.read_text(encoding="utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"dossier.rules: {path}: {error}") from error
    return Office(authority=section.authority, label=section.label, rules=rules)


def mistakes_of_dossier(section: DossierSection, folder: Path) -> list[tuple[tuple[str | int, ...], str]]:
    """Return (path of the key, what is wrong) of the file of rules."""
    try:
        office_of(section, folder)
    except (ConfigError, DataError) as error:
        return [(("dossier", "rules"), str(error))]
    return []
