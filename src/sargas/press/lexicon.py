"""The words of a language: one TOML file each, and where they stand in a text."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Final

import msgspec
from msgspec import Struct

from sargas.model.errors import DataError
from sargas.press.letters import Words, cut

LANGUAGES: Final = ("en", "lt", "pl", "lv", "ro")
Phrases = dict[str, tuple[str, ...]]


class DateRule(Struct, frozen=True, forbid_unknown_fields=True):
    """A way to write a date: a pattern with places for its parts in braces, and what kind of date it makes."""

    kind: str
    pattern: str


class WordFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A language, as `words/en.toml` shows it. `country` is where a text in it is at home, if it is at home anywhere.

    `date_ahead`: how many times farther from a date a verb behind it counts than one in front of it; about 1 in
    languages that tell the time before the verb.

    Phrases are folded (no accents, small letters); `word*` stands for any ending, `_` for one word or none.
    """

    language: str
    country: str = ""
    common: tuple[str, ...]
    months: Phrases
    weekdays: Phrases
    numbers: dict[str, int]
    units: Phrases
    relative: Phrases
    parts: Phrases
    dates: tuple[DateRule, ...]
    clocks: tuple[str, ...]
    published: tuple[str, ...]
    skip: tuple[str, ...]
    types: Phrases
    models: Phrases
    friendly: tuple[str, ...]
    events: Phrases
    payload: Phrases
    cues: Phrases
    topics: Phrases
    place: Phrases
    date_ahead: float = 2.0
    not_places: tuple[str, ...] = ()
    no_stop: tuple[str, ...] = ()


class Mark(Struct, frozen=True, order=True):
    """Words `first` to `last` (both included) of a text mean `value` of a group."""

    first: int
    last: int
    group: str
    value: str


class _Node:
    __slots__ = ("endings", "exact", "means", "memo", "wild")

    def __init__(self) -> None:
        self.exact: dict[str, _Node] = {}
        self.endings: dict[str, _Node] = {}
        self.wild: _Node | None = None
        self.means: list[tuple[str, str]] = []
        self.memo: dict[str, list[_Node]] = {}

    def after(self, word: str) -> "list[_Node]":
        found = self.memo.get(word)
        if found is None:
            found = [self.exact[word]] if word in self.exact else []
            found += [node for stem, node in self.endings.items() if word.startswith(stem)]
            if len(self.memo) < 100_000:
                self.memo[word] = found
        return found


class Finder:
    """Finds phrases in a text; the longest of each group at a place."""

    def __init__(self, phrases: Iterable[tuple[str, str, str]]) -> None:
        """Take (group, value, phrase) of all that is looked for."""
        self._root = _Node()
        for group, value, phrase in phrases:
            node = self._root
            for word in cut(phrase):
                if word == "_":
                    node.wild = node.wild or _Node()
                    node = node.wild
                elif word.endswith("*"):
                    node = node.endings.setdefault(word[:-1], _Node())
                else:
                    node = node.exact.setdefault(word, _Node())
            if node is not self._root:
                node.means.append((group, value))

    def find(self, words: Words) -> list[Mark]:
        """Return what is found, in the order of the text."""
        marks: list[Mark] = []
        until: dict[str, int] = {}
        for k, word in enumerate(words.word):
            if not self._root.after(word):
                continue
            best: dict[str, Mark] = {}
            for last, node in self._walk(words.word, k):
                for group, value in node.means:
                    if group not in best or last > best[group].last:
                        best[group] = Mark(k, last, group, value)
            for group, mark in best.items():
                if until.get(group, -1) < k:
                    marks.append(mark)
                    until[group] = mark.last
        return sorted(marks)

    def _walk(self, words: Sequence[str], k: int) -> "list[tuple[int, _Node]]":
        """Return the nodes that are reached from word `k` on, each with its last word."""
        reached: list[tuple[int, _Node]] = []
        ways = [(k, node) for node in self._root.after(words[k])]
        while ways and len(reached) < 200:
            at, node = ways.pop()
            reached.append((at, node))
            if at + 1 < len(words):
                ways += [(at + 1, then) for then in node.after(words[at + 1])]
                if node.wild is not None:
                    ways += [(at + 1, then) for then in node.wild.after(words[at + 1])]
                    if at + 2 < len(words):
                        ways += [(at + 2, then) for then in node.wild.after(words[at + 2])]
        return reached


class State(Struct, frozen=True, forbid_unknown_fields=True):
    """A state, as the press names it."""

    watched: bool
    zone: str
    names: tuple[str, ...]
    adjectives: tuple[str, ...]


class Lexicon(Struct, frozen=True):
    """A language ready for use: its words, and what finds them."""

    words: WordFile
    finder: Finder


@lru_cache(maxsize=1)
def states() -> Mapping[str, State]:
    """Return the states by their code."""
    return msgspec.toml.decode(_file("states.toml"), type=dict[str, State])


@lru_cache(maxsize=8)
def lexicon(language: str) -> Lexicon:
    """Return a language.

    Raises:
        DataError: there is no such language.
    """
    if language not in LANGUAGES:
        raise DataError(f"press: no words of the language '{language}'; have {', '.join(LANGUAGES)}")
    words = msgspec.toml.decode(_file("words", f"{language}.toml"), type=WordFile)
    groups: list[tuple[str, Phrases]] = [
        ("type", words.types), ("model", words.models), ("event", words.events), ("payload", words.payload),
        ("topic", words.topics), ("place", words.place),
        ("number", {str(number): (word,) for word, number in words.numbers.items()}),
        ("friendly", {"friendly": words.friendly}),
    ]  # fmt: skip
    groups += [(name, {name: phrases}) for name, phrases in words.cues.items()]
    phrases = [(group, value, phrase) for group, table in groups for value, many in table.items() for phrase in many]
    for code, state in states().items():
        phrases += [("state", code, name) for name in state.names]
        phrases += [("nation", code, name) for name in state.adjectives]
    phrases += [("number", str(number), word) for word, number in words.numbers.items()]
    return Lexicon(words, Finder(phrases))


def _file(*parts: str) -> bytes:
    return resources.files("sargas.press").joinpath(*parts).read_bytes()
