"""What a caller's words say about the end of a flight: a bang, an engine that stopped, or neither."""

import re
import unicodedata
from typing import Final, Literal

BANG: Final[dict[str, tuple[str, ...]]] = {
    "en": ("bang", "explo", "blast", "boom", "crash", "thud"),
    "lt": ("sprog", "trenksm", "driokstel", "bumbtel", "dunktel", "pokstel"),
    "lv": ("spradz", "bliksk", "buksk", "triecien"),
    "et": ("plahvat", "pauk", "paugat", "kargat", "murtsa", "komak"),
    "pl": ("wybuch", "eksplo", "huknel", "lupnel", "grzmotnel"),
    "fi": ("rajah", "pamah", "pamau", "jysah", "jysay", "paukah"),
    "ro": ("bubuit", "detun", "pocnit", "bufnit"),
}
"""Beginnings of words for a bang, without their accents, by language."""
ENGINE_STOPPED: Final[dict[str, tuple[str, ...]]] = {
    "en": ("stopped", "stutter", "sputter", "silence", "went quiet", "went silent", "cut out", "fell silent"),
    "lt": ("sustoj", "nutil", "nutyl", "uzges", "trukcioj", "tyla"),
    "lv": ("apstaj", "apklus", "noslap", "klusum", "raustij"),
    "et": ("seisku", "seisma", "vaikus", "vaikseks", "turtsu", "suri valja"),
    "pl": ("zatrzym", "zgasl", "zamilk", "ucich", "cisz", "krztus", "przerywa"),
    "fi": ("pysah", "sammu", "hiljen", "hiljais", "vaiken", "yski", "patki"),
    "ro": ("oprit", "tacut", "tacere", "liniste", "inecat"),
}
"""Beginnings of words for an engine that stutters or stops, without their accents, by language."""


def _pattern(table: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    words = sorted({word for language in table.values() for word in language})
    return re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + ")")


_BANG: Final = _pattern(BANG)
_ENGINE_STOPPED: Final = _pattern(ENGINE_STOPPED)


def end_told(text: str) -> Literal["bang", "engine_stopped"] | None:
    """Return what of a flight's end the words tell; a bang says more than silence."""
    plain = without_accents(text)
    if _BANG.search(plain):
        return "bang"
    return "engine_stopped" if _ENGINE_STOPPED.search(plain) else None


def without_accents(text: str) -> str:
    """Return the text in lower case without accents: who takes a call down in haste leaves them out."""
    parts = unicodedata.normalize("NFKD", text.lower().replace("ł", "l"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
