"""The words of a dossier in each language: one TOML file, of which `words/en.toml` is the pattern."""

from functools import lru_cache
from importlib import resources
from string import Formatter
from typing import Final, get_args

import msgspec
from msgspec import Struct, structs

from sargas.model.dossier import DossierLanguage
from sargas.model.errors import DataError

LANGUAGES: Final[tuple[DossierLanguage, ...]] = get_args(DossierLanguage)
LANGUAGE_OF: Final[dict[str, DossierLanguage]] = {
    "LT": "lt",
    "LV": "lv",
    "EE": "et",
    "PL": "pl",
    "FI": "fi",
    "RO": "ro",
    "MD": "ro",
}
"""The language of a country; of any other English."""
Table = dict[str, str]


class Words(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All words of one language, by their keys."""

    language: DossierLanguage
    name: str
    decimal: str
    exercise: str
    reconstruction: str
    test: str
    page: str
    version: Table
    heading: Table
    label: Table
    sentence: Table
    verify: Table
    kind: Table
    answer: Table
    disposition: Table
    level: Table
    status: Table
    event: Table
    clock: Table
    evidence: Table
    handling: Table
    step: Table
    find: Table
    fate: Table
    health: Table
    not_known: Table
    left_out: Table
    country: Table
    note: Table
    request: Table

    def told(self, template: str, **values: str) -> str:
        """Return a text of this language with its braces filled in."""
        return template.format_map(values)


def words_of(language: DossierLanguage) -> Words:
    """Return the words of a language."""
    return packaged()[language]


@lru_cache(maxsize=1)
def packaged() -> dict[DossierLanguage, Words]:
    """Return the words of all languages; they travel with the code."""
    folder = resources.files("sargas.dossier") / "words"
    return {one: parse((folder / f"{one}.toml").read_text(encoding="utf-8"), f"{one}.toml") for one in LANGUAGES}


def parse(text: str, name: str) -> Words:
    """Return the words of a file.

    Raises:
        DataError: it is no such file: which key, and what was expected.
    """
    try:
        return msgspec.toml.decode(text, type=Words)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise DataError(f"{name}: {error}") from error


def mistakes(words: Words, pattern: Words) -> list[str]:
    """Return where a language differs from the pattern: keys that are missing or too many, braces that differ."""
    found = []
    for field in structs.fields(Words):
        have, want = getattr(words, field.name), getattr(pattern, field.name)
        mine = have if isinstance(have, dict) else {"": have}
        theirs = want if isinstance(want, dict) else {"": want}
        found += [f"{field.name}.{key}: missing" for key in sorted(theirs.keys() - mine.keys())]
        found += [f"{field.name}.{key}: not known" for key in sorted(mine.keys() - theirs.keys())]
        found += [
            f"{field.name}.{key}: expected the braces {sorted(_braces(theirs[key]))}"
            for key in sorted(theirs.keys() & mine.keys())
            if _braces(mine[key]) != _braces(theirs[key])
        ]
    return found


def _braces(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}
