"""A text with everything that was recognised in it: words, marks, names of places, dates, sentences."""

from bisect import bisect_left
from collections.abc import Iterable

from msgspec import Struct

from sargas.press import dates
from sargas.press.dates import Written
from sargas.press.letters import Words, tidy
from sargas.press.lexicon import Lexicon, Mark
from sargas.press.places import Gazetteer, Named
from sargas.press.sentences import Sentence

PHRASE_MOST = 6
"""Words of the longest phrase of the words files."""
QUOTED_MOST = 400
"""Letters of a quotation; a sentence that is longer is cut."""


class Dated(Struct, frozen=True):
    """A date of the text, as words `first` to `last`."""

    first: int
    last: int
    written: Written


class Scan:
    """What stands where. Marks of a group are looked up by the words they cover."""

    def __init__(self, text: str, lexicon: Lexicon, gazetteer: Gazetteer, sentences: list[Sentence]) -> None:
        self.lexicon = lexicon
        self.language = lexicon.words.language
        self.words = Words(text)
        self.sentences = sentences
        self._marks: dict[str, list[Mark]] = {}
        for mark in lexicon.finder.find(self.words):
            self._marks.setdefault(mark.group, []).append(mark)
        self._firsts = {group: [mark.first for mark in marks] for group, marks in self._marks.items()}
        self.named = gazetteer.find(self.words, self.language)
        self.dated = [self._dated(one) for one in dates.find(self.words.folded, self.language)]
        self.every_date = self.dated
        self._named_first = [one.first for one in self.named]
        self._dated_first = [one.first for one in self.dated]

    def marks(self, group: str, first: int, last: int) -> list[Mark]:
        """Return the marks of a group that begin between two words, both included."""
        firsts = self._firsts.get(group, [])
        return self._marks.get(group, [])[bisect_left(firsts, first) : bisect_left(firsts, last + 1)]

    def has(self, group: str, first: int, last: int) -> bool:
        """Return whether a mark of a group begins between two words."""
        return bool(self.marks(group, max(first, 0), last))

    def ending(self, group: str, first: int, last: int) -> list[Mark]:
        """Return the marks of a group that end between two words, both included."""
        return [mark for mark in self.marks(group, first - PHRASE_MOST, last) if first <= mark.last <= last]

    def values(self, group: str, first: int, last: int) -> list[str]:
        """Return what the marks of a group mean, each once, in order."""
        return list(dict.fromkeys(mark.value for mark in self.marks(group, first, last)))

    def names(self, first: int, last: int) -> list[Named]:
        """Return the names of places that begin between two words."""
        return self.named[bisect_left(self._named_first, first) : bisect_left(self._named_first, last + 1)]

    def dates(self, first: int, last: int) -> list[Dated]:
        """Return the dates that begin between two words."""
        return self.dated[bisect_left(self._dated_first, first) : bisect_left(self._dated_first, last + 1)]

    def forget(self, span: tuple[int, int]) -> None:
        """Forget the dates that begin in a part of the text: they are no dates of incidents."""
        self.dated = [one for one in self.dated if not span[0] <= one.written.start < span[1]]
        self._dated_first = [one.first for one in self.dated]

    def in_date(self, k: int) -> bool:
        """Return whether a word is part of a date."""
        return any(one.first <= k <= one.last for one in self.every_date)

    def range_of(self, start: int, end: int) -> tuple[int, int]:
        """Return the first and last word between two places of the text; first > last if there is none."""
        return bisect_left(self.words.start, start), bisect_left(self.words.start, end) - 1

    def quote(self, first: int, last: int) -> tuple[int, int, str]:
        """Return start, end and text of some words."""
        start, end = self.words.start[first], self.words.end[last]
        end = min(end, start + QUOTED_MOST)
        return start, end, self.words.text[start:end]

    def text(self, first: int, last: int) -> str:
        """Return some words on one line."""
        return tidy(self.words.text[self.words.start[first] : self.words.end[last]])

    def _dated(self, written: Written) -> Dated:
        first, last = self.range_of(written.start, written.end)
        return Dated(first, max(first, last), written)


def nearest(
    words: Words, first: int, last: int, marks: Iterable[Mark], ahead: float = 1.2
) -> tuple[float, Mark] | None:
    """Return the mark that stands nearest to some words, and how far; a pause counts as three words.

    What stands ahead of them is `ahead` times as far as what stands before.
    """
    best: tuple[float, Mark] | None = None
    for mark in marks:
        far = 0.0
        if mark.last < first:
            far = first - mark.last + 3.0 * words.pauses(mark.last, first)
        elif mark.first > last:
            far = ahead * (mark.first - last) + 3.0 * words.pauses(last, mark.first)
        if best is None or far < best[0]:
            best = far, mark
    return best
