"""A text cut into sentences and paragraphs, with what does not belong to the story left out."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from sargas.press.letters import fold

END: Final = re.compile(r"[.!?…]+[\"”’')\]»]*(?=\s)|\n")
SENTENCE_MOST: Final = 1_200
"""Letters; what is longer is no sentence, and is cut where a line or this many letters end."""
AGENCY: Final = re.compile(
    r"^\W*(?:[A-ZŁŚŻŹĆŃÓĄĘŠŽĖĮŲŪČĀĒĪŅĻ][\w/ .'-]{1,40},\s)?(?:[A-Z][A-Za-z]{2,10}\.?\s\d{1,2}(?:,\s20\d\d)?\.?\s)?"
    r"(?:[A-Z][A-Z .'/-]{2,40}\s)?[(/][A-Z][A-Za-z /.-]{1,24}[)/]\s*[-–—.]?\s"
)
DATELINE: Final = re.compile(
    r"^\W*[A-ZŁŚŻŹĆŃÓĄĘŠŽĖĮŲŪČĀĒĪŅĻ][A-ZŁŚŻŹĆŃÓĄĘŠŽĖĮŲŪČĀĒĪŅĻa-z /.'-]{2,40}"
    r"(?:,\s[A-Za-z][A-Za-z .']{1,25}?)?"
    r"(?:,\s(?:[A-Z][a-z]{2,8}\.?\s\d{1,2}|\d{1,2}\s[A-Z][a-z]{2,8})(?:,?\s20\d\d)?\.?)?"
    r"\s*(?:[(/][A-Za-z /.-]{2,24}[)/])?\s*[.]?\s*[-–—]{1,2}\s"
)


class Sentence(Struct, frozen=True):
    """A sentence from `start` to `end`; `head` is the end of a dateline in front of it, `start` if there is none."""

    start: int
    end: int
    paragraph: int
    head: int
    is_title: bool = False


def sentences_of(text: str, body_start: int, no_stop: Sequence[str], skip: Sequence[str]) -> list[Sentence]:
    """Return the sentences; what stands before `body_start` is the title."""
    cutter = _Cutter(text, body_start, frozenset(fold(word) for word in no_stop), tuple(fold(word) for word in skip))
    paragraph, start, is_line_start = 0, 0, True
    cuts = [match.span() for match in END.finditer(text)]
    for begin, end in [*cuts, (len(text), len(text))]:
        is_line = begin < len(text) and text[begin] == "\n"
        if not is_line and begin < len(text) and end - start < SENTENCE_MOST and cutter.goes_on(begin, end):
            continue
        cutter.add(start, begin if is_line else end, paragraph, is_first=is_line_start)
        start, is_line_start = end, is_line
        paragraph += is_line
    return cutter.found


class _Cutter:
    """Cuts one text."""

    def __init__(self, text: str, body_start: int, stops: frozenset[str], skip: tuple[str, ...]) -> None:
        self.found: list[Sentence] = []
        self._text = text
        self._folded = fold(text)
        self._body_start = body_start
        self._stops = stops
        self._skip = skip

    def add(self, start: int, end: int, paragraph: int, *, is_first: bool) -> None:
        """Take a sentence, unless it is empty or a line that belongs to no story."""
        text = self._text
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if end - start < 3 or self._folded.startswith(self._skip, start):
            return
        head = self._head(start, end) if is_first else start
        for cut in range(start, end, SENTENCE_MOST):
            last = min(end, cut + SENTENCE_MOST)
            is_title = start < self._body_start
            self.found.append(Sentence(cut, last, paragraph, head if cut == start else cut, is_title=is_title))

    def _head(self, start: int, end: int) -> int:
        """Return where a sentence begins behind its dateline."""
        line = self._text[start : min(end, start + 120)]
        for rule in (AGENCY, DATELINE):
            match = rule.match(line)
            if match is None or not match.group().strip():
                continue
            letters = [letter for letter in match.group().split("(")[0].split(",")[0] if letter.isalpha()]
            if rule is AGENCY or sum(map(str.isupper, letters)) > len(letters) / 2:
                return start + match.end()
        return start

    def goes_on(self, begin: int, end: int) -> bool:
        """Return whether a full stop does not end its sentence: an abbreviation, a date, a small letter behind it."""
        text = self._text
        after = text[end : end + 3].lstrip()
        if not after:
            return False
        if text[begin] == "." and end == begin + 1:
            k = begin
            while k > max(0, begin - 40) and (text[k - 1].isalnum() or text[k - 1] == "."):
                k -= 1
            word = self._folded[k:begin]
            if word in self._stops or (len(word) == 1 and word.isalpha()):
                return True
            if word.isdigit() and len(word) <= 2 and (after[0].islower() or after[0].isdigit()):
                return True
        return after[0].islower() and text[begin] in ".…"
