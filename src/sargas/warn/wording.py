"""What the public is told, in the languages of the country: texts with places, times and numbers filled in.

A wording is one TOML file a language (`words/en.toml` shows the shape); a site may have its own. What is filled in
are names and numbers after a colon and times of day, so that no grammar of any language depends on them.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from importlib import resources
from string import Formatter
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct, structs

from sargas.model.errors import DataError
from sargas.model.warning import Language, Level, WarningText

LANGUAGES_OF: Final[dict[str, tuple[str, ...]]] = {
    "LT": ("lt", "en"),
    "LV": ("lv", "en"),
    "EE": ("et", "en"),
    "PL": ("pl", "en"),
    "FI": ("fi", "en"),
    "RO": ("ro", "en"),
}
"""The languages of a country's warnings; of any other English."""
PACKAGED: Final = ("en", "lt", "lv", "et", "pl", "fi", "ro")
EXERCISE: Final = "EXERCISE EXERCISE EXERCISE"
HEADLINE_MOST: Final = 160
PLACES_MOST: Final = 600
"""Letters of all the places named together."""

What = Literal["unknown", "drone", "aircraft", "balloon", "missile"]
Word = Annotated[str, Meta(min_length=1, max_length=120)]
Text = Annotated[str, Meta(min_length=1, max_length=2_000)]


class WhatWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it may be, as the public is told."""

    unknown: Word
    drone: Word
    aircraft: Word
    balloon: Word
    missile: Word


class LevelTexts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The texts of one level, with what is filled in in braces."""

    headline: Annotated[str, Meta(min_length=1, max_length=HEADLINE_MOST)]
    description: Text
    instruction: Text
    area: Annotated[str, Meta(min_length=1, max_length=200)]


class Wording(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All the words of one language; `exercise` is what the country calls an exercise, in capitals."""

    language: Language
    exercise: Word
    date: Word
    and_more: Word
    unnamed: Word
    what: WhatWords
    yellow: LevelTexts
    red: LevelTexts
    white: LevelTexts

    @property
    def prefix(self) -> str:
        """What stands before every text of an exercise."""
        return f"{EXERCISE}: " if self.exercise == "EXERCISE" else f"{EXERCISE} – {self.exercise}: "


class Facts(Struct, frozen=True, kw_only=True):
    """What is filled in: places, what it may be, how many, local times of day and the local date."""

    places: Sequence[str]
    is_more: bool = False
    what: What = "unknown"
    count: int = 1
    begins: str = ""
    until: str = ""
    time: str = ""
    date: datetime


OF_A_WARNING: Final = frozenset({"what", "count", "from", "until", "date", "places"})
OF_AN_END: Final = frozenset({"time", "date", "places"})
MAY_STAND: Final[dict[str, frozenset[str]]] = {
    "headline": frozenset(),
    "description": OF_A_WARNING,
    "instruction": OF_A_WARNING,
    "area": frozenset({"places"}),
}
MUST_STAND: Final[dict[str, frozenset[str]]] = {
    "headline": frozenset(),
    "description": frozenset({"until"}),
    "instruction": frozenset(),
    "area": frozenset({"places"}),
}
"""Nobody must be warned without being told where and until when."""
DATE_PARTS: Final = frozenset({"d", "dd", "m", "mm", "yyyy"})


def parse(text: str, name: str) -> Wording:
    """Return a wording.

    Args:
        text: the TOML file.
        name: its name, for errors.

    Raises:
        DataError: it is none: which key, and what was expected.
    """
    try:
        wording = msgspec.toml.decode(text, type=Wording)
        msgspec.json.encode(wording)
    except RecursionError as error:
        raise DataError(f"{name}: nested too deeply for a wording") from error
    except (msgspec.DecodeError, ValueError) as error:
        # tomllib lets through what it cannot hold: a number of thousands of digits, half a surrogate pair.
        raise DataError(f"{name}: {error}") from error
    mistakes = _mistakes(wording)
    if mistakes:
        raise DataError("\n".join(f"{name}: {mistake}" for mistake in mistakes))
    return wording


@lru_cache(maxsize=1)
def packaged() -> dict[str, Wording]:
    """Return Sargas's own wordings by language; they travel with the code."""
    folder = resources.files("sargas.warn") / "words"
    return {one: parse((folder / f"{one}.toml").read_text(encoding="utf-8"), f"{one}.toml") for one in PACKAGED}


def told(wording: Wording, level: Level, facts: Facts, *, is_exercise: bool) -> WarningText:
    """Return the text of a warning."""
    texts: LevelTexts = {"yellow": wording.yellow, "red": wording.red, "white": wording.white}[level]
    values = {
        "what": getattr(wording.what, facts.what),
        "count": str(facts.count),
        "from": facts.begins,
        "until": facts.until,
        "time": facts.time,
        "date": _date(wording.date, facts.date),
        "places": _places(wording, facts),
    }
    prefix = wording.prefix if is_exercise else ""
    return WarningText(
        language=wording.language,
        headline=prefix + filled(texts.headline, values),
        description=prefix + filled(texts.description, values),
        instruction=prefix + filled(texts.instruction, values),
        area=filled(texts.area, values),
    )


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return the template with its placeholders filled in."""
    return "".join(
        literal + (values[field] if field is not None else "") for literal, field, _, _ in Formatter().parse(template)
    )


def _date(pattern: str, at: datetime) -> str:
    parts = {"d": f"{at.day}", "dd": f"{at.day:02}", "m": f"{at.month}", "mm": f"{at.month:02}", "yyyy": f"{at.year}"}
    return filled(pattern, parts)


def _places(wording: Wording, facts: Facts) -> str:
    """Return the places by name, as many as there is room for."""
    named: list[str] = []
    is_more = facts.is_more
    for place in facts.places:
        if sum(map(len, named)) + 2 * len(named) + len(place) > PLACES_MOST:
            is_more = True
            break
        named.append(place)
    if not named:
        return wording.unnamed
    return f"{', '.join(named)} {wording.and_more}" if is_more else ", ".join(named)


def _mistakes(wording: Wording) -> list[str]:
    """Return what no type can check: placeholders, and headlines that an exercise makes too long."""
    found = _misplaced("date", wording.date, DATE_PARTS, frozenset({"yyyy"}))
    found += [
        f"{key}: holds the control character U+{ord(letter):04X}, which no channel can carry"
        for key, text in _all_texts(wording)
        for letter in sorted(set(text))
        if unicodedata.category(letter) in {"Cc", "Cs", "Cn"} and letter != "\n"
    ]
    most = HEADLINE_MOST - len(wording.prefix)
    for level in ("yellow", "red", "white"):
        texts: LevelTexts = getattr(wording, level)
        for key in MAY_STAND:
            may = MAY_STAND[key] & OF_AN_END if level == "white" else MAY_STAND[key]
            must = MUST_STAND[key]
            if key in {"description", "instruction"} and level == "white":
                may, must = OF_AN_END, frozenset()
            found += _misplaced(f"{level}.{key}", getattr(texts, key), may, must)
        if len(texts.headline) > most:
            found.append(
                f"{level}.headline: {len(texts.headline)} letters; expected at most {most}, since an exercise puts"
                f" '{wording.prefix}' before it"
            )
    return found


def _all_texts(wording: Wording) -> list[tuple[str, str]]:
    """Return every text of a wording with its key."""
    found: list[tuple[str, str]] = []
    for key, value in structs.asdict(wording).items():
        parts = structs.asdict(value) if isinstance(value, Struct) else {"": value}
        found += [(f"{key}.{part}" if part else key, str(text)) for part, text in parts.items()]
    return found


def _misplaced(key: str, template: str, may: Iterable[str], must: Iterable[str]) -> list[str]:
    """Return what is wrong with the placeholders of a template."""
    allowed = sorted(may)
    have = ", ".join("{" + name + "}" for name in allowed) or "none"
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        return [f"{key}: {error}; a brace that is to be shown is written twice"]
    found, seen = [], set()
    for _, field, spec, conversion in parts:
        if field is None:
            continue
        if field in seen:
            found.append(f"{key}: placeholder '{{{field[:40]}}}' stands twice; expected once")
        seen.add(field)
        if field not in allowed or spec or conversion:
            more = f"!{conversion}" if conversion else f":{spec}" if spec else ""
            found.append(f"{key}: placeholder '{{{(field + more)[:40]}}}' is not known here; have {have}")
    found += [f"{key}: the placeholder '{{{name}}}' is missing" for name in sorted(set(must) - seen)]
    return found
