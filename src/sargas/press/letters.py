"""Letters and words of a text, folded so that a spelling without its accents is the same, each at its own place."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

PLAIN: Final = {"ł": "l", "đ": "d", "ø": "o", "æ": "e", "ß": "s", "ı": "i", "’": "'", "‘": "'", "ʼ": "'", "`": "'"}
"""Letters that Unicode does not take apart."""
WORD: Final = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
BREAK: Final = re.compile(r"[,;:()\[\]–—\"“”„«»]|\.(?=\s|$)| - |\n")


class _Folded(dict[int, str]):
    """Each letter as one plain small letter; made when it is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        small = PLAIN.get(letter) or PLAIN.get(letter.lower())
        if small is None:
            base = unicodedata.normalize("NFD", letter)[0].lower()[0]
            small = base if not unicodedata.combining(base) else "'"
        if len(self) < 70_000:
            self[code] = small
        return small


_FOLDED: Final = _Folded()


def fold(text: str) -> str:
    """Return the text in plain small letters; as long as it was, letter for letter."""
    return text.translate(_FOLDED)


class Words:
    """A text cut into words: folded, with the place of each, and whether a pause stands before it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        found = list(WORD.finditer(self.folded))
        self.word: list[str] = [match.group() for match in found]
        self.start: list[int] = [match.start() for match in found]
        self.end: list[int] = [match.end() for match in found]
        self.pause: list[bool] = [
            k == 0 or BREAK.search(self.folded, self.end[k - 1], self.start[k] + 1) is not None
            for k in range(len(found))
        ]

    def __len__(self) -> int:
        return len(self.word)

    def is_capital(self, k: int) -> bool:
        """Return whether word `k` begins with a capital letter."""
        return self.text[self.start[k]].isupper()

    def pauses(self, first: int, last: int) -> int:
        """Return how many pauses stand between two words."""
        return sum(self.pause[first + 1 : last + 1])


def cut(phrase: str) -> list[str]:
    """Return the words of a phrase of a words file; `word*` and `_` stay as they are."""
    parts: list[str] = []
    for one in phrase.split():
        if one == "_":
            parts.append(one)
            continue
        words = WORD.findall(fold(one.rstrip("*")))
        parts += words
        if one.endswith("*") and words:
            parts[-1] += "*"
    return parts


def tidy(text: str) -> str:
    """Return the text on one line, single spaces."""
    return " ".join(text.split())


def any_of(words: Sequence[str]) -> str:
    """Return a pattern of alternatives, the longest first; a space is any space, `*` any ending."""
    parts = sorted({fold(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(re.escape(part).replace(r"\ ", r"\s+").replace(r"\*", r"[^\W\d_]*") for part in parts)
