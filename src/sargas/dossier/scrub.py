"""Names taken out of the words of the record: what stays says what happened, and not who or which sensor."""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

S = TypeVar("S", bound=Struct)

WORDS: Final = frozenset({
    "text", "reasons", "title", "reason", "state_text", "removed_why", "held_why", "caution", "headline", "area",
    "quotation", "holder", "owner", "found_by", "taken_over_by", "author", "name", "answer_name",
})  # fmt: skip
"""The fields in which people or rules wrote what they liked; all others hold numbers, kinds and names of ours."""


def scrubbed(struct: S, instead: Mapping[str, str]) -> S:
    """Return the struct with each of these names replaced wherever words stand; whole words, in any case."""
    names = sorted((name for name in instead if name.strip()), key=lambda name: (-len(name), name))
    if not names:
        return struct
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names), re.IGNORECASE)
    lower = {name.lower(): instead[name] for name in names}

    def swap(found: re.Match[str]) -> str:
        return lower[found[0].lower()]

    def walked(value: object, *, is_words: bool) -> object:
        match value:
            case str():
                return pattern.sub(swap, value) if is_words else value
            case dict():
                return {key: walked(one, is_words=is_words or key in WORDS) for key, one in value.items()}
            case list() | tuple():
                return [walked(one, is_words=is_words) for one in value]
            case _:
                return value

    told = walked(msgspec.to_builtins(struct), is_words=False)
    return msgspec.convert(told, type(struct))
