"""Which language a text is in, told by its commonest words."""

from collections import Counter
from functools import lru_cache

from sargas.press.letters import WORD, fold
from sargas.press.lexicon import LANGUAGES, lexicon

LETTERS_LOOKED_AT = 20_000


@lru_cache(maxsize=1)
def _common() -> dict[str, frozenset[str]]:
    return {language: frozenset(fold(word) for word in lexicon(language).words.common) for language in LANGUAGES}


def language_of(text: str) -> str:
    """Return the language whose common words the text has most of; English if it has none of any."""
    words = Counter(WORD.findall(fold(text[:LETTERS_LOOKED_AT])))
    score = {name: sum(words[word] for word in common) for name, common in _common().items()}
    return max(LANGUAGES, key=lambda name: score[name])
