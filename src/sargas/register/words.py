"""Texts as they are searched: without accents and capitals, cut into words, so that "Gaiziunai" finds Gaižiūnai."""

import unicodedata
from collections.abc import Iterator
from typing import Final

from sargas.model.register import RegisterRecord

STROKES: Final = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
"""Letters that Unicode does not take apart, as people write them who have no such key."""


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded: letters and digits only, lower case, no accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold().translate(STROKES)
    return "".join(letter if letter.isalnum() else " " for letter in plain).split()


def searched_words(record: RegisterRecord) -> list[str]:
    """Return every word under which a record is found by text."""
    return [word for text in _texts(record) for word in words_of(text)]


def _texts(record: RegisterRecord) -> Iterator[str]:
    yield from (record.record_id, record.title, record.place, record.model, record.text, record.doubts)
    yield from (record.origin_said, record.from_watch)
    for source in record.sources:
        yield from (source.publisher, source.author, source.quotation)
